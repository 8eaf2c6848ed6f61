//! The simulator's runs: a thousand seeds, the runs that once failed, and the product broken on purpose.

mod breaks;
mod kept;
mod seeds;
