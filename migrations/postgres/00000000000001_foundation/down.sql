DROP TABLE number_series;
DROP TABLE messages;
DROP TABLE accesses;
DROP TABLE event_texts;
DROP TABLE events;
DROP TABLE idempotency_keys;
DROP TABLE secrets;
