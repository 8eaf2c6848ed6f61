-- The gate's store. Append-only: a later version adds a migration and never edits this one.

-- Streams of facts, this gate's own and others'. Numbered, so that a fact's key stays short.
CREATE TABLE stream (
    number       INTEGER PRIMARY KEY,
    id           BLOB    NOT NULL UNIQUE,
    own          INTEGER NOT NULL,
    -- Up to here, without a gap, the facts of an own stream stand in segments.
    sealed       INTEGER NOT NULL DEFAULT 0,
    -- Up to here the server holds an own stream, by its last word.
    acknowledged INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Facts. The key is the identity, so that recording one appends to one leaf and needs no second index for it.
CREATE TABLE fact (
    stream   INTEGER NOT NULL REFERENCES stream (number),
    sequence INTEGER NOT NULL,
    -- None for what bears on every ticket: `void` and `all-out`.
    ticket   BLOB,
    kind     INTEGER NOT NULL,
    -- The best estimate of the time, in ms: lets a recount skip what is long past.
    at_ms    INTEGER NOT NULL,
    -- The draft as CBOR, as it stands in a segment.
    body     BLOB    NOT NULL,
    PRIMARY KEY (stream, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX fact_by_ticket ON fact (ticket);

-- Another fact under an identity that is taken: kept for people to look at, out of every history.
CREATE TABLE contradiction (
    stream   INTEGER NOT NULL REFERENCES stream (number),
    sequence INTEGER NOT NULL,
    body     BLOB    NOT NULL,
    PRIMARY KEY (stream, sequence, body)
) STRICT, WITHOUT ROWID;

-- Signed segments as they travel: own ones are sent from here, others' are forwarded unchanged.
CREATE TABLE segment (
    id     INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL REFERENCES stream (number),
    first  INTEGER NOT NULL,
    last   INTEGER NOT NULL,
    -- Whether it was sealed from facts that were here, and so brought none.
    sealed_here INTEGER NOT NULL,
    hash   BLOB    NOT NULL,
    bytes  BLOB    NOT NULL,
    UNIQUE (stream, last, hash)
) STRICT;

-- Lists of the event: the live one, and one being built aside.
CREATE TABLE list (
    number   INTEGER PRIMARY KEY,
    -- 0 aside, 1 live, 2 dropped: its rows go a page at a time.
    state    INTEGER NOT NULL,
    log      BLOB    NOT NULL,
    sequence INTEGER NOT NULL,
    chain    BLOB    NOT NULL,
    -- The server's time at which the list was last complete.
    as_of    INTEGER NOT NULL,
    rulebook TEXT,
    keyring  TEXT
) STRICT;

CREATE TABLE ticket_type (
    number INTEGER PRIMARY KEY,
    name   TEXT    NOT NULL UNIQUE
) STRICT;

-- No foreign keys here: a list of a million rows is written and dropped in bulk.
CREATE TABLE ticket (
    list        INTEGER NOT NULL,
    id          BLOB    NOT NULL,
    type        INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    admits      INTEGER NOT NULL,
    valid_from  INTEGER,
    valid_until INTEGER NOT NULL,
    replaces    BLOB,
    PRIMARY KEY (list, id)
) STRICT, WITHOUT ROWID;

-- From a ticket to those that replace it. Few tickets are ever issued again, so this stays small.
CREATE INDEX ticket_by_replaced ON ticket (list, replaces) WHERE replaces IS NOT NULL;

CREATE TABLE device (
    list   INTEGER NOT NULL,
    id     TEXT    NOT NULL,
    key    BLOB    NOT NULL,
    status INTEGER NOT NULL,
    PRIMARY KEY (list, id)
) STRICT, WITHOUT ROWID;

-- How often the list joined two tickets of which one has facts: a count kept in memory starts anew then.
CREATE TABLE joined (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    times INTEGER NOT NULL
) STRICT;
INSERT INTO joined (only, times) VALUES (1, 0);

-- Refusals: a ring.
CREATE TABLE denial (
    id   INTEGER PRIMARY KEY,
    body BLOB    NOT NULL
) STRICT;

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
