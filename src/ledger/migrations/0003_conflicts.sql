-- How the server's conflict cases stand, by the first issue of their ticket: 0 open, 1 resolved, 2 withdrawn.
CREATE TABLE conflict (
    list   INTEGER NOT NULL,
    ticket BLOB    NOT NULL,
    state  INTEGER NOT NULL,
    PRIMARY KEY (list, ticket)
) STRICT, WITHOUT ROWID;
