//! What buyers get back: less, the later they come.

use serde::{Deserialize, Serialize};

use crate::domain::sale::Permille;
use crate::domain::time::UnixSeconds;

/// What buyers get back who return a ticket by themselves. Shown before they pay.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RefundPolicy(pub Vec<RefundTier>);

/// One step of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefundTier {
    /// Up to so many seconds before the session begins.
    pub before_s: u64,
    /// The share of the price.
    pub share: Permille,
}

impl RefundPolicy {
    /// The share that a buyer gets who returns a ticket now; none where it is too late, or no ticket is taken back.
    ///
    /// Of the steps whose time is not over the one with the largest share counts, whatever order they are written in.
    #[must_use]
    pub fn share(&self, begins: UnixSeconds, now: UnixSeconds) -> Option<Permille> {
        let open = self.0.iter().filter(|tier| now <= begins.minus(tier.before_s));
        open.map(|tier| tier.share).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_falls_at_each_step_and_the_last_second_of_a_step_counts() {
        let tier = |before_s, share| RefundTier {
            before_s,
            share: Permille::new(share).unwrap(),
        };
        let policy = RefundPolicy(vec![tier(3_600, 500), tier(86_400, 1_000)]);
        let begins = UnixSeconds(1_000_000);
        for (before_s, share) in [
            (86_401, Some(1_000)),
            (86_400, Some(1_000)),
            (86_399, Some(500)),
            (3_600, Some(500)),
            (3_599, None),
        ] {
            assert_eq!(
                policy.share(begins, begins.minus(before_s)).map(Permille::get),
                share,
                "{before_s}"
            );
        }
        assert_eq!(RefundPolicy::default().share(begins, UnixSeconds(0)), None);
    }
}
