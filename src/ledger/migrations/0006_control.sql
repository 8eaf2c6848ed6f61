-- Whose control codes count, and which were used.
ALTER TABLE list ADD COLUMN control_keyring TEXT;

CREATE TABLE used_control_code (
  -- Counts up, so that the oldest can be forgotten.
  number INTEGER PRIMARY KEY,
  -- SHA-256 of what was signed.
  hash   BLOB NOT NULL UNIQUE CHECK (length(hash) = 32)
) STRICT;
