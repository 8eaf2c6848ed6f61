//! How fast a provider is asked for refunds: a session that is cancelled has thousands at once.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// Between two refunds of this process: a hundred a second, where WeChat Pay takes 150 of a merchant.
const GAP: Duration = Duration::from_millis(10);

/// Lets one refund go at a time.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<Option<Instant>>);

impl Pace {
    /// Waits for the next turn.
    pub(super) async fn turn(&self) {
        let turn = {
            let mut last = self.0.lock().await;
            let turn = turn(*last, Instant::now());
            *last = Some(turn);
            turn
        };
        sleep_until(turn).await;
    }
}

/// The turn after the last one.
fn turn(last: Option<Instant>, now: Instant) -> Instant {
    last.map_or(now, |last| now.max(last + GAP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_keep_their_distance_and_nobody_waits_for_one_that_is_long_past() {
        let now = Instant::now();
        assert_eq!(turn(None, now), now);
        assert_eq!(turn(Some(now), now), now + GAP);
        assert_eq!(turn(Some(now + GAP), now), now + GAP * 2);
        assert_eq!(turn(Some(now), now + GAP * 3), now + GAP * 3);
    }
}
