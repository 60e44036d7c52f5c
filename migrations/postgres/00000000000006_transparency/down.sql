DROP TABLE log_checkpoints;
DROP TABLE log_heads;
DROP TABLE log_leaves;
DROP INDEX events_unlogged_idx;
ALTER TABLE events DROP COLUMN logged;
