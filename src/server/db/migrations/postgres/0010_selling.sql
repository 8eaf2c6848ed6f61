-- Whether a call is under way at some worker. Its time then says when another may take it.
ALTER TABLE calls ADD COLUMN leased BIGINT NOT NULL DEFAULT 0;

-- Money that no provider outside keeps account of: the box office's, and that of trials (src/server/pay/till, JSON).
CREATE TABLE drawers (
  provider   TEXT NOT NULL,
  number     TEXT NOT NULL REFERENCES ticket_orders,
  changed_ms BIGINT NOT NULL,
  body       TEXT NOT NULL,
  PRIMARY KEY (provider, number)
);
CREATE INDEX drawers_by_time ON drawers (provider, changed_ms);
