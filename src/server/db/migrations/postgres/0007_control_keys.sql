-- The server's data on PostgreSQL: what SQLite came to have in seven steps, whose files say what it all is. From here on
-- each step is one file for each database. Names are compared byte by byte, as SQLite does.

CREATE TABLE server_key (
  one    BIGINT PRIMARY KEY CHECK (one = 1),
  secret BYTEA NOT NULL CHECK (length(secret) = 32)
);

CREATE TABLE events (
  event BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name  TEXT COLLATE "C" NOT NULL UNIQUE,
  log   BYTEA NOT NULL CHECK (length(log) = 16)
);

CREATE TABLE changes (
  event BIGINT NOT NULL REFERENCES events,
  seq   BIGINT NOT NULL,
  key   BYTEA NOT NULL,
  body  BYTEA NOT NULL,
  PRIMARY KEY (event, seq),
  UNIQUE (event, key)
);

CREATE TABLE chain (
  event BIGINT NOT NULL REFERENCES events,
  seq   BIGINT NOT NULL,
  hash  BYTEA NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (event, seq)
);

CREATE TABLE tickets (
  event  BIGINT NOT NULL REFERENCES events,
  ticket BYTEA NOT NULL,
  row    BYTEA NOT NULL,
  PRIMARY KEY (event, ticket)
);

CREATE TABLE issuer_keys (
  event  BIGINT NOT NULL REFERENCES events,
  kid    TEXT COLLATE "C" NOT NULL,
  number BIGINT NOT NULL,
  status BIGINT NOT NULL CHECK (status IN (0, 1, 2, 3)),
  public TEXT NOT NULL,
  secret TEXT CHECK ((secret IS NULL) = (status <> 0)),
  use    BIGINT NOT NULL DEFAULT 0 CHECK (use IN (0, 1)),
  PRIMARY KEY (event, kid),
  UNIQUE (event, number)
);

CREATE TABLE devices (
  event          BIGINT NOT NULL REFERENCES events,
  name           TEXT COLLATE "C" NOT NULL,
  gate           TEXT COLLATE "C" NOT NULL,
  key            BYTEA CHECK (key IS NULL OR length(key) = 32),
  status         BIGINT CHECK (status IN (0, 1, 2)),
  confirm        BIGINT NOT NULL CHECK (confirm IN (0, 1)),
  token_hash     BYTEA NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  token_until_ms BIGINT NOT NULL,
  seen_ms        BIGINT,
  relay          BIGINT NOT NULL DEFAULT 0 CHECK (relay IN (0, 1)),
  PRIMARY KEY (event, name)
);

CREATE TABLE request_epochs (
  event   BIGINT NOT NULL REFERENCES events,
  device  TEXT COLLATE "C" NOT NULL,
  epoch   BYTEA NOT NULL CHECK (length(epoch) = 16),
  counter BIGINT NOT NULL,
  PRIMARY KEY (event, device, epoch)
);

CREATE TABLE heartbeats (
  event       BIGINT NOT NULL REFERENCES events,
  device      TEXT COLLATE "C" NOT NULL,
  number      BIGINT NOT NULL,
  received_ms BIGINT NOT NULL,
  via         TEXT,
  body        BYTEA NOT NULL,
  PRIMARY KEY (event, device, number)
);

CREATE TABLE streams (
  event  BIGINT NOT NULL REFERENCES events,
  stream BYTEA NOT NULL CHECK (length(stream) = 16),
  device TEXT COLLATE "C" NOT NULL,
  holds  BIGINT NOT NULL,
  PRIMARY KEY (event, stream)
);

-- `rowid` is what SQLite calls the order in which rows came.
CREATE TABLE segments (
  rowid       BIGINT GENERATED ALWAYS AS IDENTITY,
  event       BIGINT NOT NULL REFERENCES events,
  hash        BYTEA NOT NULL CHECK (length(hash) = 32),
  stream      BYTEA NOT NULL,
  first       BIGINT NOT NULL,
  last        BIGINT NOT NULL,
  previous    BYTEA,
  received_ms BIGINT NOT NULL,
  bytes       BYTEA NOT NULL,
  PRIMARY KEY (event, hash)
);
CREATE INDEX segments_by_place ON segments (event, stream, first);

CREATE TABLE facts (
  event  BIGINT NOT NULL REFERENCES events,
  stream BYTEA NOT NULL,
  seq    BIGINT NOT NULL,
  ticket BYTEA,
  draft  BYTEA NOT NULL,
  PRIMARY KEY (event, stream, seq)
);
CREATE INDEX facts_by_ticket ON facts (event, ticket);

CREATE TABLE parked (
  rowid       BIGINT GENERATED ALWAYS AS IDENTITY,
  event       BIGINT NOT NULL REFERENCES events,
  hash        BYTEA NOT NULL CHECK (length(hash) = 32),
  carrier     TEXT NOT NULL,
  code        TEXT COLLATE "C" NOT NULL,
  message     TEXT NOT NULL,
  received_ms BIGINT NOT NULL,
  bytes       BYTEA NOT NULL,
  PRIMARY KEY (event, hash)
);

CREATE TABLE cases (
  event       BIGINT NOT NULL REFERENCES events,
  ticket      BYTEA NOT NULL,
  state       BIGINT NOT NULL CHECK (state IN (0, 1, 2)),
  findings    BYTEA NOT NULL,
  gates       TEXT COLLATE "C" NOT NULL,
  opened_ms   BIGINT NOT NULL,
  changed_ms  BIGINT NOT NULL,
  note        TEXT,
  resolved_ms BIGINT,
  resolved_by TEXT,
  PRIMARY KEY (event, ticket)
);

CREATE TABLE standings (
  event    BIGINT NOT NULL REFERENCES events,
  ticket   BYTEA NOT NULL,
  since_ms BIGINT NOT NULL,
  status   BIGINT NOT NULL CHECK (status IN (0, 1, 2)),
  PRIMARY KEY (event, ticket, since_ms)
);

CREATE TABLE reissues (
  event    BIGINT NOT NULL REFERENCES events,
  ticket   BYTEA NOT NULL,
  replaces BYTEA NOT NULL,
  PRIMARY KEY (event, ticket)
);
CREATE INDEX reissues_by_replaced ON reissues (event, replaces);

CREATE TABLE general_facts (
  event  BIGINT NOT NULL REFERENCES events,
  stream BYTEA NOT NULL,
  seq    BIGINT NOT NULL,
  PRIMARY KEY (event, stream, seq)
);

CREATE TABLE believed (
  event  BIGINT NOT NULL REFERENCES events,
  stream BYTEA NOT NULL CHECK (length(stream) = 16),
  device TEXT COLLATE "C" NOT NULL,
  up_to  BIGINT NOT NULL,
  PRIMARY KEY (event, stream)
);

CREATE VIEW believed_facts AS
  SELECT event, stream, seq, ticket, draft FROM facts
  WHERE NOT EXISTS (
    SELECT 1 FROM believed b
    WHERE b.event = facts.event AND b.stream = facts.stream AND b.up_to < facts.seq
  );

CREATE TABLE orders (
  event     BIGINT NOT NULL REFERENCES events,
  device    TEXT COLLATE "C" NOT NULL,
  given_ms  BIGINT NOT NULL,
  handed_ms BIGINT,
  bytes     BYTEA NOT NULL,
  PRIMARY KEY (event, device)
);

CREATE TABLE admissions (
  event  BIGINT NOT NULL REFERENCES events,
  device TEXT COLLATE "C" NOT NULL,
  minute BIGINT NOT NULL,
  count  BIGINT NOT NULL,
  PRIMARY KEY (event, device, minute)
);

CREATE TABLE relay_snapshots (
  snapshot BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event    BIGINT NOT NULL REFERENCES events,
  state    BIGINT NOT NULL CHECK (state IN (0, 1, 2)),
  log      BYTEA NOT NULL CHECK (length(log) = 16),
  seq      BIGINT NOT NULL,
  chain    BYTEA NOT NULL CHECK (length(chain) = 32),
  pages    BIGINT NOT NULL,
  UNIQUE (event, state)
);

CREATE TABLE relay_snapshot_pages (
  snapshot BIGINT NOT NULL REFERENCES relay_snapshots ON DELETE CASCADE,
  page     BIGINT NOT NULL,
  bytes    BYTEA NOT NULL,
  PRIMARY KEY (snapshot, page)
);

CREATE TABLE relay_pages (
  event    BIGINT NOT NULL REFERENCES events,
  from_seq BIGINT NOT NULL,
  to_seq   BIGINT NOT NULL,
  chain    BYTEA NOT NULL CHECK (length(chain) = 32),
  level    BIGINT NOT NULL,
  bytes    BYTEA NOT NULL,
  PRIMARY KEY (event, to_seq)
);

CREATE TABLE relay_ends (
  event BIGINT PRIMARY KEY REFERENCES events,
  seq   BIGINT NOT NULL,
  bytes BYTEA NOT NULL
);

CREATE TABLE relay_brought (
  number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event  BIGINT NOT NULL REFERENCES events,
  hash   BYTEA NOT NULL CHECK (length(hash) = 32),
  stream BYTEA NOT NULL,
  last   BIGINT NOT NULL,
  UNIQUE (event, hash)
);
CREATE INDEX relay_brought_by_stream ON relay_brought (event, stream, last);

CREATE TABLE relay_receipts (
  receipt  BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event    BIGINT NOT NULL REFERENCES events,
  as_of_ms BIGINT NOT NULL,
  bytes    BYTEA NOT NULL
);

CREATE TABLE relay_receipt_streams (
  event   BIGINT NOT NULL REFERENCES events,
  stream  BYTEA NOT NULL,
  receipt BIGINT NOT NULL REFERENCES relay_receipts,
  holds   BIGINT NOT NULL,
  PRIMARY KEY (event, stream)
);
CREATE INDEX relay_receipt_uses ON relay_receipt_streams (receipt);

-- Snapshots that one server process read and all hand out: a gate that takes one page from this process and the next from
-- another must get the same. `body` is the snapshot as src/server/db/kept.rs writes it.
CREATE TABLE kept_snapshots (
  event BIGINT NOT NULL REFERENCES events,
  log   BYTEA NOT NULL,
  seq   BIGINT NOT NULL,
  body  BYTEA NOT NULL,
  PRIMARY KEY (event, log, seq)
);
