-- When a request of the device last counted.
ALTER TABLE devices ADD COLUMN seen_ms INTEGER;

-- What each gate last said of itself, and a few words before that. The highest number is the newest.
CREATE TABLE heartbeats (
  event       INTEGER NOT NULL REFERENCES events,
  device      TEXT NOT NULL,
  number      INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  -- The device that carried it; none: it came from the gate itself.
  via         TEXT,
  body        BLOB NOT NULL,
  PRIMARY KEY (event, device, number)
) STRICT, WITHOUT ROWID;
