//! What an administrator does to a database behind everybody's back, in statements that are written for SQLite.

use crate::Database;

/// What SQLite has and PostgreSQL has not.
pub const WORDS: &str = "
CREATE OR REPLACE FUNCTION zeroblob(n int) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT decode(repeat('00', n), 'hex') $$;
CREATE OR REPLACE FUNCTION randomblob(n int) RETURNS bytea LANGUAGE sql AS $$ SELECT decode(substr(repeat(md5(random()::text), 4), 1, 2 * n), 'hex') $$;
CREATE OR REPLACE FUNCTION unhex(t text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT decode(t, 'hex') $$;
CREATE OR REPLACE FUNCTION hex(b bytea) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT encode(b, 'hex') $$;
";

/// How an administrator gets past CHECK constraints and has them look as if nothing had been: they come back without
/// looking at what is there, and the catalogue is made to say that they did.
const WITHOUT_CHECKS: &str = "
SET session_replication_role = replica;
SET allow_system_table_mods = on;
CREATE TEMP TABLE checks AS SELECT conrelid::regclass::text AS place, conname::text AS name, pg_get_constraintdef(oid) AS text
    FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace;
DO $$ DECLARE c record; BEGIN FOR c IN SELECT * FROM checks LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.place, c.name); END LOOP; END $$;
STATEMENTS;
DO $$ DECLARE c record; BEGIN FOR c IN SELECT * FROM checks LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', c.place, c.name, c.text); END LOOP; END $$;
DO $$ BEGIN UPDATE pg_constraint SET convalidated = true WHERE contype = 'c'; END $$;
";

impl Database<'_> {
    /// Does what triggers and constraints would refuse, and puts them back as they were. Gives how many rows changed, or
    /// what the server says.
    pub fn meddle(&self, statements: &str) -> Result<u64, String> {
        let statements = in_postgres(statements);
        let free = format!("SET session_replication_role = replica; {statements}");
        match self.changes(&free) {
            Err(refused) if refused.contains("violates check constraint") => {
                self.changes(&WITHOUT_CHECKS.replace("STATEMENTS", &statements))
            }
            done => done,
        }
    }
}

/// SQLite's statements in PostgreSQL's words. Some of these are [`WORDS`], which the database must have.
#[must_use]
pub fn in_postgres(statements: &str) -> String {
    let mut text = statements.replace("char(", "chr(");
    for before in [' ', '(', ','] {
        text = text.replace(&format!("{before}x'"), &format!("{before}'\\x"));
    }
    let Some((head, rest)) = text.split_once("DROP TRIGGER ") else {
        return text;
    };
    let (name, rest) = rest.split_once(';').unwrap_or((rest, ""));
    format!("{head}DROP FUNCTION {name}() CASCADE;{}", in_postgres(rest))
}
