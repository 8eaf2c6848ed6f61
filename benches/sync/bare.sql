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
CREATE INDEX ticket_by_replaced ON ticket (list, replaces) WHERE replaces IS NOT NULL;
