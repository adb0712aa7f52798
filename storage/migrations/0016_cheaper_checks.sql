-- For a CHECK with IN and three values or more SQLite builds a temporary table at each insert, which
-- takes longer than the insert of a short row. These say the same without it. The rows stay as they
-- are, so the text of the schema is all that changes (sqlite.org/lang_altertable.html, section 8).
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql,
    'status IN (''active'', ''suspended'', ''deleted'')',
    'status = ''active'' OR status = ''suspended'' OR status = ''deleted''')
WHERE type = 'table' AND name = 'agents';
UPDATE sqlite_schema SET sql = replace(sql,
    'status IN (''pending'', ''approved'', ''denied'', ''consumed'', ''cancelled'')',
    'status = ''pending'' OR status = ''approved'' OR status = ''denied'' OR ' ||
    'status = ''consumed'' OR status = ''cancelled''')
WHERE type = 'table' AND name = 'auth_requests';
UPDATE sqlite_schema SET sql = replace(sql,
    'origin IN (''grantex'', ''oauth'', ''delegation'')',
    'origin = ''grantex'' OR origin = ''oauth'' OR origin = ''delegation''')
WHERE type = 'table' AND name = 'grants';
UPDATE sqlite_schema SET sql = replace(sql,
    'status IN (''current'', ''used'', ''revoked'')',
    'status = ''current'' OR status = ''used'' OR status = ''revoked''')
WHERE type = 'table' AND name = 'refresh_tokens';
UPDATE sqlite_schema SET sql = replace(sql,
    'status IN (''success'', ''failure'', ''blocked'')',
    'status = ''success'' OR status = ''failure'' OR status = ''blocked''')
WHERE type = 'table' AND name = 'audit_entries';
UPDATE sqlite_schema SET sql = replace(sql,
    'status IN (''pending'', ''delivered'', ''failed'')',
    'status = ''pending'' OR status = ''delivered'' OR status = ''failed''')
WHERE type = 'table' AND name = 'deliveries';
PRAGMA writable_schema = RESET;
