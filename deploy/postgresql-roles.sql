-- What the server may do on PostgreSQL, when its role is not the one that owns the tables. Run it as the owner, in the
-- ledger's database, after `kirokubo init` and again after each `kirokubo migrate`:
--
--   psql --dbname=ledger --set=server=kirokubo_server --file=postgresql-roles.sql
--
-- Nothing here lets the server change or remove an entry, a checkpoint, a time stamp, or what was read by whom. The
-- triggers refuse that too; this refuses it to somebody who would drop the triggers.
GRANT USAGE ON SCHEMA public TO :"server";
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM :"server";
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO :"server";
REVOKE INSERT ON ledgers, seaql_migrations, schema_needs FROM :"server";
-- Where a ledger stands, and its unfinished tiles.
GRANT UPDATE ON heads, tiles TO :"server";
-- What changes about a record: its clock, the month that it is kept for, decisions about it.
GRANT UPDATE ON records, record_contents, evidence, lists, approvals, holds, hold_records, erasures, erasure_records,
    erasing, suppression_tokens, api_keys, witness_sizes, uploads, month_ends TO :"server";
-- What an erasure takes away, and a list that was not uploaded to its end.
GRANT DELETE ON record_contents, principal_rows, search_tokens, evidence, evidence_links, lists, list_nodes, erasing,
    uploads TO :"server";
