-- At a relay: what the origin signed, as it came, and what gates brought that is not in its log yet.

-- The event's list as snapshots.
CREATE TABLE relay_snapshots (
  snapshot INTEGER PRIMARY KEY,
  event    INTEGER NOT NULL REFERENCES events,
  -- 0 aside, until its last page is here; 1 the one that new gates take; 2 the one before it, for gates that still do.
  state    INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
  log      BLOB NOT NULL CHECK (length(log) = 16),
  seq      INTEGER NOT NULL,
  chain    BLOB NOT NULL CHECK (length(chain) = 32),
  pages    INTEGER NOT NULL,
  UNIQUE (event, state)
) STRICT;

CREATE TABLE relay_snapshot_pages (
  snapshot INTEGER NOT NULL REFERENCES relay_snapshots ON DELETE CASCADE,
  page     INTEGER NOT NULL,
  bytes    BLOB NOT NULL,
  PRIMARY KEY (snapshot, page)
) STRICT;

-- Pages of the log that follow each other without a gap from a snapshot on.
CREATE TABLE relay_pages (
  event    INTEGER NOT NULL REFERENCES events,
  from_seq INTEGER NOT NULL,
  to_seq   INTEGER NOT NULL,
  -- The chain hash at its end.
  chain    BLOB NOT NULL CHECK (length(chain) = 32),
  -- How often pages were fetched again as one to make it.
  level    INTEGER NOT NULL,
  bytes    BLOB NOT NULL,
  PRIMARY KEY (event, to_seq)
) STRICT;

-- The origin's newest word that its log ends where the relay's does.
CREATE TABLE relay_ends (
  event INTEGER PRIMARY KEY REFERENCES events,
  seq   INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

-- Segments that no stored page of the log holds. Numbers are never given twice: gates watch them rise.
CREATE TABLE relay_brought (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  event  INTEGER NOT NULL REFERENCES events,
  hash   BLOB NOT NULL CHECK (length(hash) = 32),
  stream BLOB NOT NULL,
  last   INTEGER NOT NULL,
  UNIQUE (event, hash)
) STRICT;
CREATE INDEX relay_brought_by_stream ON relay_brought (event, stream, last);

-- The origin's receipts, each as long as it is the newest of a stream.
CREATE TABLE relay_receipts (
  receipt  INTEGER PRIMARY KEY AUTOINCREMENT,
  event    INTEGER NOT NULL REFERENCES events,
  as_of_ms INTEGER NOT NULL,
  bytes    BLOB NOT NULL
) STRICT;

CREATE TABLE relay_receipt_streams (
  event   INTEGER NOT NULL REFERENCES events,
  stream  BLOB NOT NULL,
  receipt INTEGER NOT NULL REFERENCES relay_receipts,
  holds   INTEGER NOT NULL,
  PRIMARY KEY (event, stream)
) STRICT, WITHOUT ROWID;
CREATE INDEX relay_receipt_uses ON relay_receipt_streams (receipt);

-- Relays are devices without a gate.
ALTER TABLE devices ADD COLUMN relay INTEGER NOT NULL DEFAULT 0 CHECK (relay IN (0, 1));
