-- Facts travel by more ways than the event's log: which segments the origin is known to hold is noted of each.

-- Whether the origin is known to hold it, by a receipt or because it came down in its log.
ALTER TABLE segment ADD COLUMN at_origin INTEGER NOT NULL DEFAULT 0;
UPDATE segment SET at_origin = 1 WHERE NOT sealed_here
    OR last <= (SELECT acknowledged FROM stream WHERE stream.number = segment.stream);
-- What waits, in the order in which it came to be here: few rows while the gate is connected.
CREATE INDEX segment_waiting ON segment (id) WHERE at_origin = 0;

-- The origin's time of the newest receipt that named the stream.
ALTER TABLE stream ADD COLUMN receipt_ms INTEGER NOT NULL DEFAULT 0;

-- Whose receipts count: those of the origin's log that was drawn last.
CREATE TABLE origin (
    only   INTEGER PRIMARY KEY CHECK (only = 1),
    log    BLOB    NOT NULL,
    -- The origin's time of the newest receipt.
    as_of_ms INTEGER NOT NULL
) STRICT;
