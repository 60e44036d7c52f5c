-- The worker asks twice a second whether a session has ended long enough ago to be forgotten.
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);
