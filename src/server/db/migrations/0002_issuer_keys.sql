-- The keys that sign an event's tickets: several, so that a new one is known everywhere before an old one ends.
CREATE TABLE issuer_keys (
  event  INTEGER NOT NULL REFERENCES events,
  kid    TEXT NOT NULL,
  -- Counts up in an event: the newest active key signs.
  number INTEGER NOT NULL,
  -- 0 active, 1 retired, 2 list-only, 3 revoked.
  status INTEGER NOT NULL CHECK (status IN (0, 1, 2, 3)),
  -- The public JWK.
  public TEXT NOT NULL,
  -- The private JWK; none once it signs no more, so that it cannot leak any more.
  secret TEXT CHECK ((secret IS NULL) = (status <> 0)),
  PRIMARY KEY (event, kid),
  UNIQUE (event, number)
) STRICT, WITHOUT ROWID;

INSERT INTO issuer_keys (event, kid, number, status, public, secret)
  SELECT event, json_extract(issuer_jwk, '$.kid'), 1, 0, json_remove(issuer_jwk, '$.d'), issuer_jwk
  FROM events WHERE json_extract(issuer_jwk, '$.kid') IS NOT NULL;
ALTER TABLE events DROP COLUMN issuer_jwk;
