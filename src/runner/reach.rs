//! How the gate stands to the others: told by whoever talks to them, on a thread of its own, and asked at each scan.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::admission::Reach;

/// One gate's [`Reach`], shared between threads: [`Reach::Apart`] until somebody says otherwise.
#[derive(Debug, Clone, Default)]
pub struct SharedReach(Arc<AtomicBool>);

impl SharedReach {
    /// Says how the gate stands to the others from now on.
    pub fn set(&self, reach: Reach) {
        self.0.store(reach == Reach::Together, Ordering::Release);
    }

    /// How it stands to them.
    #[must_use]
    pub fn get(&self) -> Reach {
        if self.0.load(Ordering::Acquire) {
            Reach::Together
        } else {
            Reach::Apart
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_end_says_the_other_sees() {
        let (one, other) = {
            let reach = SharedReach::default();
            (reach.clone(), reach)
        };
        assert_eq!(other.get(), Reach::Apart);
        for reach in [Reach::Together, Reach::Apart] {
            one.set(reach);
            assert_eq!(other.get(), reach);
        }
    }
}
