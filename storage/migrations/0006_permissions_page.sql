-- The permissions page asks for a person's live grants, however many have ended, and when each was
-- last used, which the index alone answers.
CREATE INDEX grants_live_by_principal ON grants (developer_id, principal_id, expires_at)
WHERE status = 'active';
DROP INDEX audit_by_grant;
CREATE INDEX audit_by_grant ON audit_entries (developer_id, grant_id, seq, timestamp);
