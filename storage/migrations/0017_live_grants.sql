-- What is active is counted from this index alone: without the status in it, each grant was looked
-- up as well.
DROP INDEX grants_live;
CREATE INDEX grants_live ON grants (developer_id, expires_at, id, status) WHERE status = 'active';
