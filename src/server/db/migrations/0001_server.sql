-- The server's data, version 1. Instants are milliseconds since 1970; messages are CBOR as src/wire defines them.

-- The server's own Ed25519 key, one row: what signs every page, acknowledgement, time and enrolment.
CREATE TABLE server_key (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;

CREATE TABLE events (
  event      INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  -- Drawn anew when the log is created or restored.
  log        BLOB NOT NULL CHECK (length(log) = 16),
  -- The private JWK that signs the event's tickets.
  issuer_jwk TEXT NOT NULL
) STRICT;

-- The change log. A newer change of the same key removes the older row, so that a read from 0 is a snapshot.
CREATE TABLE changes (
  event INTEGER NOT NULL REFERENCES events,
  seq   INTEGER NOT NULL,
  key   BLOB NOT NULL,
  body  BLOB NOT NULL,
  PRIMARY KEY (event, seq),
  UNIQUE (event, key)
) STRICT;

-- The chain hash after every change, also of those that newer ones removed: what a cursor is held against.
CREATE TABLE chain (
  event INTEGER NOT NULL REFERENCES events,
  seq   INTEGER NOT NULL,
  hash  BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (event, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE tickets (
  event  INTEGER NOT NULL REFERENCES events,
  ticket BLOB NOT NULL,
  row    BLOB NOT NULL,
  PRIMARY KEY (event, ticket)
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
  event           INTEGER NOT NULL REFERENCES events,
  name            TEXT NOT NULL,
  gate            TEXT NOT NULL,
  -- None until it has enrolled.
  key             BLOB CHECK (key IS NULL OR length(key) = 32),
  -- 0 active, 1 suspended, 2 revoked; none until it has enrolled.
  status          INTEGER CHECK (status IN (0, 1, 2)),
  -- Whether a person must confirm the six-digit check before it counts.
  confirm         INTEGER NOT NULL CHECK (confirm IN (0, 1)),
  -- SHA-256 of its one-time token: the token itself is printed once and kept nowhere.
  token_hash      BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  token_until_ms  INTEGER NOT NULL,
  PRIMARY KEY (event, name)
) STRICT, WITHOUT ROWID;

-- The highest request counter of each start of a device's process: a replay is refused without anyone's clock.
CREATE TABLE request_epochs (
  event   INTEGER NOT NULL REFERENCES events,
  device  TEXT NOT NULL,
  epoch   BLOB NOT NULL CHECK (length(epoch) = 16),
  counter INTEGER NOT NULL,
  PRIMARY KEY (event, device, epoch)
) STRICT, WITHOUT ROWID;

-- How far each stream is held without a gap.
CREATE TABLE streams (
  event  INTEGER NOT NULL REFERENCES events,
  stream BLOB NOT NULL CHECK (length(stream) = 16),
  device TEXT NOT NULL,
  holds  INTEGER NOT NULL,
  PRIMARY KEY (event, stream)
) STRICT, WITHOUT ROWID;

-- Segments as their devices signed them, kept for ever and forwarded unchanged.
CREATE TABLE segments (
  event       INTEGER NOT NULL REFERENCES events,
  hash        BLOB NOT NULL CHECK (length(hash) = 32),
  stream      BLOB NOT NULL,
  first       INTEGER NOT NULL,
  last        INTEGER NOT NULL,
  previous    BLOB,
  received_ms INTEGER NOT NULL,
  bytes       BLOB NOT NULL,
  PRIMARY KEY (event, hash)
) STRICT;
CREATE INDEX segments_by_place ON segments (event, stream, first);

-- The facts of those segments, unpacked.
CREATE TABLE facts (
  event  INTEGER NOT NULL REFERENCES events,
  stream BLOB NOT NULL,
  seq    INTEGER NOT NULL,
  ticket BLOB,
  draft  BLOB NOT NULL,
  PRIMARY KEY (event, stream, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX facts_by_ticket ON facts (event, ticket);

-- What the server could not take: kept aside for staff, never in the way of what follows.
CREATE TABLE parked (
  event       INTEGER NOT NULL REFERENCES events,
  hash        BLOB NOT NULL CHECK (length(hash) = 32),
  -- The device that brought it, which need not be the one that made it.
  carrier     TEXT NOT NULL,
  code        TEXT NOT NULL,
  message     TEXT NOT NULL,
  received_ms INTEGER NOT NULL,
  bytes       BLOB NOT NULL,
  PRIMARY KEY (event, hash)
) STRICT;
