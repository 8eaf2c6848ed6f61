-- Conflict cases, and what the server needs to know to judge admissions again. Append-only, as every later file here.

-- One case of one chain of issues.
CREATE TABLE cases (
  event       INTEGER NOT NULL REFERENCES events,
  -- The first issue.
  ticket      BLOB NOT NULL,
  -- 0 open, 1 resolved, 2 withdrawn.
  state       INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
  -- What was found, as CBOR.
  findings    BLOB NOT NULL,
  -- The gates of the facts in it, each between two spaces.
  gates       TEXT NOT NULL,
  opened_ms   INTEGER NOT NULL,
  changed_ms  INTEGER NOT NULL,
  -- What the person said who looked last, also where the case was opened again.
  note        TEXT,
  resolved_ms INTEGER,
  resolved_by TEXT,
  PRIMARY KEY (event, ticket)
) STRICT, WITHOUT ROWID;

-- A ticket's statuses, each from an instant on; before the first it was valid.
CREATE TABLE standings (
  event    INTEGER NOT NULL REFERENCES events,
  ticket   BLOB NOT NULL,
  since_ms INTEGER NOT NULL,
  -- 0 valid, 1 revoked, 2 blocked.
  status   INTEGER NOT NULL CHECK (status IN (0, 1, 2)),
  PRIMARY KEY (event, ticket, since_ms)
) STRICT, WITHOUT ROWID;

-- Tickets that were issued anew.
CREATE TABLE reissues (
  event    INTEGER NOT NULL REFERENCES events,
  ticket   BLOB NOT NULL,
  replaces BLOB NOT NULL,
  PRIMARY KEY (event, ticket)
) STRICT, WITHOUT ROWID;
CREATE INDEX reissues_by_replaced ON reissues (event, replaces);

-- Facts that bear on every ticket: voids and all-outs.
CREATE TABLE general_facts (
  event  INTEGER NOT NULL REFERENCES events,
  stream BLOB NOT NULL,
  seq    INTEGER NOT NULL,
  PRIMARY KEY (event, stream, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO general_facts (event, stream, seq) SELECT event, stream, seq FROM facts WHERE ticket IS NULL;
