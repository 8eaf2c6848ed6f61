//! The reader on images that no camera should send: it never panics, stays within bounds of work and memory, and reads no
//! text that was not drawn.
//!
//! `make test` tries a tenth of 10,000 images, `WICKET_LONG=1` all, and `WICKET_SEED=n` the one of that seed in each kind.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics is a test that fails"
)]

mod bars;
// The simulator's, in builds without it too.
#[expect(unreachable_pub, reason = "the file is the library's, where others use it")]
#[path = "../../src/sim/chance.rs"]
mod chance;
mod damage;
mod drawing;
mod finders;
mod frames;
mod noise;
mod patterns;
mod picture;
// Clippy lets it panic where it knows it for test code.
#[cfg(test)]
#[path = "../durability/seeds.rs"]
mod seeds;
mod sizes;

use bars::all_within_bars;
use chance::Chance;
use drawing::{Code, View, alone};
use wicket::vision::{self, Budget};

#[test]
fn what_is_drawn_without_damage_is_read() {
    // Else nothing below would prove much.
    for seed in 0..10 {
        let view = View {
            module_px: 4.0,
            turn: 0.0,
            ..View::plain(&mut Chance::new(seed))
        };
        let picture = alone(&Code::any(&mut Chance::new(seed)), &view);
        let codes = vision::read(&picture.frame(), Budget::STILL).unwrap();
        let texts: Vec<_> = codes.iter().filter_map(|code| code.text.as_ref()).collect();
        assert_eq!(texts, picture.texts.iter().collect::<Vec<_>>(), "seed {seed}");
    }
}

#[test]
fn noise_holds_no_text() {
    all_within_bars("noise_holds_no_text", 100, noise::picture);
}

#[test]
fn thousands_of_finder_patterns_hold_no_text() {
    all_within_bars("thousands_of_finder_patterns_hold_no_text", 120, finders::picture);
}

#[test]
fn a_sheet_of_140_codes_is_read_within_bounds() {
    all_within_bars("a_sheet_of_140_codes_is_read_within_bounds", 40, drawing::sheet);
}

#[test]
fn a_code_painted_over_is_read_as_it_was_or_not_at_all() {
    all_within_bars(
        "a_code_painted_over_is_read_as_it_was_or_not_at_all",
        100,
        damage::painted,
    );
}

#[test]
fn a_torn_code_is_read_as_it_was_or_not_at_all() {
    all_within_bars("a_torn_code_is_read_as_it_was_or_not_at_all", 100, damage::torn);
}

#[test]
fn a_warped_code_is_read_as_it_was_or_not_at_all() {
    all_within_bars(
        "a_warped_code_is_read_as_it_was_or_not_at_all",
        100,
        damage::warped,
    );
}

#[test]
fn a_code_with_flipped_modules_is_read_as_it_was_or_not_at_all() {
    all_within_bars(
        "a_code_with_flipped_modules_is_read_as_it_was_or_not_at_all",
        100,
        damage::flipped,
    );
}

#[test]
fn a_faded_code_is_read_as_it_was_or_not_at_all() {
    all_within_bars("a_faded_code_is_read_as_it_was_or_not_at_all", 100, damage::faded);
}

#[test]
fn stripes_and_checkerboards_hold_no_text() {
    all_within_bars("stripes_and_checkerboards_hold_no_text", 100, patterns::picture);
}

#[test]
fn images_of_any_size_are_read_within_bounds() {
    all_within_bars("images_of_any_size_are_read_within_bounds", 40, sizes::picture);
}

#[test]
fn what_lies_between_the_rows_is_not_read() {
    all_within_bars("what_lies_between_the_rows_is_not_read", 40, sizes::padded);
}

#[test]
fn the_bytes_of_files_hold_no_text_as_pixels() {
    all_within_bars(
        "the_bytes_of_files_hold_no_text_as_pixels",
        30,
        frames::file_as_pixels,
    );
}

#[test]
fn a_frame_damaged_on_its_way_is_read_as_it_was_or_not_at_all() {
    all_within_bars(
        "a_frame_damaged_on_its_way_is_read_as_it_was_or_not_at_all",
        30,
        frames::damaged,
    );
}
