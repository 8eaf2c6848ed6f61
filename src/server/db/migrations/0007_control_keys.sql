-- Keys of an event have different uses, and none is used for two.
-- 0 signs tickets, 1 signs control codes.
ALTER TABLE issuer_keys ADD COLUMN use INTEGER NOT NULL DEFAULT 0 CHECK (use IN (0, 1));
