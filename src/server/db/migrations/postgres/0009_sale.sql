-- What an event sells, and orders: the file of the same name for SQLite says what it all is.
CREATE TABLE sheets (
  event   BIGINT PRIMARY KEY REFERENCES events,
  stage   TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  body    TEXT NOT NULL
);

CREATE TABLE quotas (
  event    BIGINT NOT NULL REFERENCES events,
  quota    TEXT COLLATE "C" NOT NULL,
  capacity BIGINT NOT NULL CHECK (capacity >= 0),
  taken    BIGINT NOT NULL CHECK (taken >= 0),
  PRIMARY KEY (event, quota)
);

CREATE TABLE vouchers (
  event       BIGINT NOT NULL REFERENCES events,
  code        TEXT COLLATE "C" NOT NULL,
  body        TEXT NOT NULL,
  tickets_max BIGINT NOT NULL,
  used        BIGINT NOT NULL CHECK (used >= 0),
  PRIMARY KEY (event, code)
);

CREATE TABLE ticket_orders (
  number    TEXT COLLATE "C" PRIMARY KEY,
  event     BIGINT NOT NULL REFERENCES events,
  buyer     TEXT COLLATE "C" NOT NULL,
  stage     TEXT COLLATE "C" NOT NULL,
  placed_ms BIGINT NOT NULL,
  waits_for TEXT COLLATE "C",
  body      TEXT NOT NULL,
  UNIQUE (event, waits_for)
);
CREATE INDEX ticket_orders_by_buyer ON ticket_orders (event, buyer);
CREATE INDEX ticket_orders_by_time ON ticket_orders (event, placed_ms);

CREATE TABLE sold_tickets (
  event  BIGINT NOT NULL REFERENCES events,
  ticket BYTEA NOT NULL,
  number TEXT COLLATE "C" NOT NULL REFERENCES ticket_orders,
  PRIMARY KEY (event, ticket)
);

CREATE TABLE calls (
  number TEXT COLLATE "C" NOT NULL REFERENCES ticket_orders,
  call   TEXT COLLATE "C" NOT NULL,
  due_ms BIGINT NOT NULL,
  PRIMARY KEY (number, call)
);
CREATE INDEX calls_by_due ON calls (due_ms);

CREATE TABLE money (
  part     TEXT COLLATE "C" PRIMARY KEY,
  number   TEXT COLLATE "C" NOT NULL REFERENCES ticket_orders,
  provider TEXT COLLATE "C" NOT NULL,
  back     BIGINT NOT NULL CHECK (back IN (0, 1)),
  fen      BIGINT NOT NULL,
  at_ms    BIGINT NOT NULL,
  operator TEXT COLLATE "C"
);
CREATE INDEX money_by_time ON money (at_ms);

CREATE TABLE reviews (
  review BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  number TEXT COLLATE "C" NOT NULL,
  at_ms  BIGINT NOT NULL,
  told   TEXT NOT NULL,
  seen   TEXT
);

CREATE TABLE answers (
  account TEXT COLLATE "C" NOT NULL,
  key     TEXT COLLATE "C" NOT NULL,
  asked   BYTEA NOT NULL CHECK (length(asked) = 32),
  answer  TEXT NOT NULL,
  at_ms   BIGINT NOT NULL,
  PRIMARY KEY (account, key)
);
CREATE INDEX answers_by_time ON answers (at_ms);

CREATE TABLE accounts (
  account TEXT COLLATE "C" PRIMARY KEY,
  made_ms BIGINT NOT NULL
);
CREATE TABLE sessions (
  token    BYTEA PRIMARY KEY CHECK (length(token) = 32),
  account  TEXT COLLATE "C" NOT NULL REFERENCES accounts,
  until_ms BIGINT NOT NULL
);
