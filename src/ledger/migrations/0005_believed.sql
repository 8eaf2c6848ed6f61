-- Facts of a revoked device count only as far as the server believes them. They are never deleted.
-- Who made a stream; none for own ones, and for those that came before this version until it is needed.
ALTER TABLE stream ADD COLUMN device TEXT;
-- Facts up to here count; none: all do.
ALTER TABLE stream ADD COLUMN believed INTEGER;
-- What the list says of a revoked device's streams, as CBOR.
ALTER TABLE device ADD COLUMN believed BLOB;
