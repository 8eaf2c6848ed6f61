-- How far each stream of a revoked device is believed. What lies beyond counts for nothing; it is not deleted.
CREATE TABLE believed (
  event  INTEGER NOT NULL REFERENCES events,
  stream BLOB NOT NULL CHECK (length(stream) = 16),
  device TEXT NOT NULL,
  up_to  INTEGER NOT NULL,
  PRIMARY KEY (event, stream)
) STRICT, WITHOUT ROWID;

-- Devices revoked by an earlier release: what was held of them counted, and goes on to.
INSERT INTO believed (event, stream, device, up_to)
  SELECT s.event, s.stream, s.device, s.holds
  FROM streams s JOIN devices d ON d.event = s.event AND d.name = s.device WHERE d.status = 2;

-- The facts that count: what histories, counts and cases are made of.
CREATE VIEW believed_facts AS
  SELECT event, stream, seq, ticket, draft FROM facts
  WHERE NOT EXISTS (
    SELECT 1 FROM believed b
    WHERE b.event = facts.event AND b.stream = facts.stream AND b.up_to < facts.seq
  );

-- The server's signed orders to devices, for the devices themselves and for whoever carries them.
CREATE TABLE orders (
  event     INTEGER NOT NULL REFERENCES events,
  device    TEXT NOT NULL,
  given_ms  INTEGER NOT NULL,
  -- When the device itself was first told.
  handed_ms INTEGER,
  bytes     BLOB NOT NULL,
  PRIMARY KEY (event, device)
) STRICT, WITHOUT ROWID;

-- Admissions of each device by the minute of the facts' own time: a flood is held for review.
CREATE TABLE admissions (
  event  INTEGER NOT NULL REFERENCES events,
  device TEXT NOT NULL,
  minute INTEGER NOT NULL,
  count  INTEGER NOT NULL,
  PRIMARY KEY (event, device, minute)
) STRICT, WITHOUT ROWID;
