CREATE TABLE labels (
  event        BIGINT NOT NULL REFERENCES events,
  ticket       BYTEA NOT NULL,
  order_number TEXT,
  name         TEXT,
  PRIMARY KEY (event, ticket)
);

ALTER TABLE events ADD COLUMN names BIGINT NOT NULL DEFAULT 0 CHECK (names IN (0, 1));
