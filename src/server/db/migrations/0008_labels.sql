-- By what guests without a code can have their tickets found.
CREATE TABLE labels (
  event        INTEGER NOT NULL REFERENCES events,
  ticket       BLOB NOT NULL,
  order_number TEXT,
  name         TEXT,
  PRIMARY KEY (event, ticket)
) STRICT, WITHOUT ROWID;

-- Whether names, which are personal data, go to the gates.
ALTER TABLE events ADD COLUMN names INTEGER NOT NULL DEFAULT 0 CHECK (names IN (0, 1));
