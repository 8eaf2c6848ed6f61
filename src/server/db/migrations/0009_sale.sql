-- What an event sells (src/domain/sale/sheet, JSON), and how far it is.
CREATE TABLE sheets (
  event   INTEGER PRIMARY KEY REFERENCES events,
  stage   TEXT NOT NULL,
  -- The rulebook's, too.
  version INTEGER NOT NULL,
  body    TEXT NOT NULL
) STRICT;

-- Stocks: what is held or sold of each is counted here alone, and never more than there is.
CREATE TABLE quotas (
  event    INTEGER NOT NULL REFERENCES events,
  quota    TEXT NOT NULL,
  capacity INTEGER NOT NULL CHECK (capacity >= 0),
  taken    INTEGER NOT NULL CHECK (taken >= 0),
  PRIMARY KEY (event, quota)
) STRICT, WITHOUT ROWID;

CREATE TABLE vouchers (
  event       INTEGER NOT NULL REFERENCES events,
  code        TEXT NOT NULL,
  body        TEXT NOT NULL,
  tickets_max INTEGER NOT NULL,
  used        INTEGER NOT NULL CHECK (used >= 0),
  PRIMARY KEY (event, code)
) STRICT, WITHOUT ROWID;

-- Orders (src/domain/sale/order, JSON); the columns beside the body are what they are looked for by.
CREATE TABLE ticket_orders (
  number    TEXT PRIMARY KEY,
  event     INTEGER NOT NULL REFERENCES events,
  buyer     TEXT NOT NULL,
  stage     TEXT NOT NULL,
  placed_ms INTEGER NOT NULL,
  -- The buyer of an order that waits to be paid: one at a time.
  waits_for TEXT,
  body      TEXT NOT NULL,
  UNIQUE (event, waits_for)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_orders_by_buyer ON ticket_orders (event, buyer);
CREATE INDEX ticket_orders_by_time ON ticket_orders (event, placed_ms);

-- The order of each ticket that was sold.
CREATE TABLE sold_tickets (
  event  INTEGER NOT NULL REFERENCES events,
  ticket BLOB NOT NULL,
  number TEXT NOT NULL REFERENCES ticket_orders,
  PRIMARY KEY (event, ticket)
) STRICT, WITHOUT ROWID;

-- The outbox: what is still to be done about orders outside of their transactions, and when. Read off the orders.
CREATE TABLE calls (
  number TEXT NOT NULL REFERENCES ticket_orders,
  call   TEXT NOT NULL,
  due_ms INTEGER NOT NULL,
  PRIMARY KEY (number, call)
) STRICT, WITHOUT ROWID;
CREATE INDEX calls_by_due ON calls (due_ms);

-- Money that came in and went back, as providers say: what their bills are held against.
CREATE TABLE money (
  -- The payment's or refund's own number.
  part     TEXT PRIMARY KEY,
  number   TEXT NOT NULL REFERENCES ticket_orders,
  provider TEXT NOT NULL,
  -- 0 a charge, 1 a refund.
  back     INTEGER NOT NULL CHECK (back IN (0, 1)),
  fen      INTEGER NOT NULL,
  at_ms    INTEGER NOT NULL,
  -- Who sold or took it back at the box office.
  operator TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX money_by_time ON money (at_ms);

-- What people should look at.
CREATE TABLE reviews (
  review INTEGER PRIMARY KEY,
  number TEXT NOT NULL,
  at_ms  INTEGER NOT NULL,
  told   TEXT NOT NULL,
  -- Who has looked; none: nobody yet.
  seen   TEXT
) STRICT;

-- The answer to each write that carried a key, so that the same one again does nothing more.
CREATE TABLE answers (
  account TEXT NOT NULL,
  key     TEXT NOT NULL,
  -- SHA-256 of what was asked.
  asked   BLOB NOT NULL CHECK (length(asked) = 32),
  answer  TEXT NOT NULL,
  at_ms   INTEGER NOT NULL,
  PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_by_time ON answers (at_ms);

-- Who buys, and what they show for it.
CREATE TABLE accounts (
  account TEXT PRIMARY KEY,
  made_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
  -- SHA-256 of the token: the token itself is its holder's alone.
  token    BLOB PRIMARY KEY CHECK (length(token) = 32),
  account  TEXT NOT NULL REFERENCES accounts,
  until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
