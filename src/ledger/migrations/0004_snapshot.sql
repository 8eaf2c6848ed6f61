-- A list aside is built from the pages of a snapshot, whose cursor it has from the start.

-- The page that it needs next, and how many there are; 0 of 0 once it is complete.
ALTER TABLE list ADD COLUMN next  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE list ADD COLUMN pages INTEGER NOT NULL DEFAULT 0;

-- One that was being built from pages of the log cannot be gone on with: it is begun anew.
UPDATE list SET state = 2 WHERE state = 0;
