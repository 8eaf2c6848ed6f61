//! Many writes in one transaction, so that one flush of the disk serves all of them.

use super::{Db, DbError};

impl Db {
    /// Does what `work` does in one transaction. Each write in it is whole or not made, as by itself, and none has happened before
    /// this returns: nobody is told of one before.
    ///
    /// # Errors
    /// [`DbError`] where the transaction could not begin or end: then none of them has happened.
    pub fn grouped<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Result<T, DbError> {
        self.connection.begin_group()?;
        let mut group = Group {
            db: self,
            is_committed: false,
        };
        let done = work(group.db);
        group.db.connection.commit_group()?;
        group.is_committed = true;
        Ok(done)
    }
}

/// A group that is rolled back unless it is committed, also where its work panics.
struct Group<'d> {
    db: &'d mut Db,
    is_committed: bool,
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        if !self.is_committed {
            self.db.connection.roll_back_group();
        }
    }
}
