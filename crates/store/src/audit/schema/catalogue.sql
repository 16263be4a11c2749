-- What PostgreSQL's catalogue says of our schema, one row an object. Whatever can change what a statement does is in it:
-- columns, constraints, indexes, triggers with their functions, rules, and policies that hide rows.
WITH here AS (SELECT relnamespace AS oid FROM pg_class WHERE oid = to_regclass('ledgers'))
SELECT type, name, regexp_replace(sql, '\s+', ' ', 'g') AS sql FROM (
    SELECT 'table' AS type, c.relname::text AS name,
        concat_ws(' ', string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attnotnull THEN 'NOT NULL' END, 'COLLATE ' || nullif(l.collname, 'default'),
            'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), nullif(a.attidentity::text, '')), ', ' ORDER BY a.attnum),
            CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED' END, CASE WHEN c.relrowsecurity THEN 'ROW SECURITY' END) AS sql
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind = 'r' AND c.relnamespace = (SELECT oid FROM here)
    GROUP BY c.oid, c.relname, c.relpersistence, c.relrowsecurity
    UNION ALL
    SELECT 'constraint', c.relname || '.' || k.conname,
        concat_ws(' ', pg_get_constraintdef(k.oid, true), CASE WHEN NOT k.convalidated THEN 'NOT VALID' END)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.contype IN ('c', 'f', 'p', 'u', 'x') AND c.relnamespace = (SELECT oid FROM here)
    UNION ALL
    SELECT 'index', c.relname::text,
        concat_ws(' ', pg_get_indexdef(c.oid, 0, true), CASE WHEN NOT i.indisvalid THEN 'INVALID' END)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = (SELECT oid FROM here)
    UNION ALL
    SELECT 'trigger', c.relname || '.' || t.tgname, concat_ws(' ', pg_get_triggerdef(t.oid, true), t.tgenabled, p.prosrc)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND c.relnamespace = (SELECT oid FROM here)
    UNION ALL
    SELECT 'rule', c.relname || '.' || r.rulename, pg_get_ruledef(r.oid, true)
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
    WHERE c.relkind = 'r' AND c.relnamespace = (SELECT oid FROM here)
    UNION ALL
    SELECT 'policy', c.relname || '.' || p.polname,
        concat_ws(' ', p.polcmd, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = (SELECT oid FROM here)
) AS objects
ORDER BY type COLLATE "C", name COLLATE "C"
