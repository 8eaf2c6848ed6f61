//! A bundle that is whole, and for whoever reads it, is taken; any other is refused, in words that blame it.

use super::Violation;

/// `refusal` is why `who` took nothing: whether the words blame the bundle, and the words.
pub(in crate::sim) fn taken_or_blamed(
    who: &str,
    readable: bool,
    refusal: Option<(bool, String)>,
) -> Result<(), Violation> {
    let what = match (readable, refusal) {
        (true, None) | (false, Some((true, _))) => return Ok(()),
        (true, Some((_, words))) => format!("{who} refuses a sound bundle: {words}"),
        (false, None) => format!("{who} takes a bundle that it must not"),
        (false, Some((false, words))) => format!("{who} blames itself for a bundle: {words}"),
    };
    Err(Violation::new("bundle", what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_bundle_is_taken_and_any_other_is_blamed() {
        let check = |readable, refusal: Option<bool>| {
            taken_or_blamed("north", readable, refusal.map(|blamed| (blamed, String::new())))
        };
        assert_eq!(check(true, None), Ok(()));
        assert_eq!(check(false, Some(true)), Ok(()));
        for (readable, refusal) in [
            (true, Some(true)),
            (true, Some(false)),
            (false, None),
            (false, Some(false)),
        ] {
            assert!(check(readable, refusal).is_err(), "{readable} {refusal:?}");
        }
    }
}
