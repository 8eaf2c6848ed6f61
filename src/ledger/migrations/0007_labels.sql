-- By what a guest without a code can have a ticket found; without labels, nothing. No index: staff look, and no scan waits.
CREATE TABLE label (
    list         INTEGER NOT NULL,
    ticket       BLOB    NOT NULL,
    order_number TEXT,
    name         TEXT,
    PRIMARY KEY (list, ticket)
) STRICT, WITHOUT ROWID;
