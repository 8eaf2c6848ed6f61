//! The fonts that are embedded have every sign that the screen itself can say.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use skrifa::{FontRef, MetadataProvider};
use wicket::kiosk::Languages;

#[test]
fn both_weights_have_every_sign_of_every_language() {
    let languages = Languages::embedded().unwrap();
    let signs: BTreeSet<char> = languages
        .iter()
        .flat_map(|language| language.keys().flat_map(|key| language.get(key).chars()))
        .chain(' '..='~')
        .collect();
    for weight in ["Regular", "Bold"] {
        let path = format!("assets/fonts/NotoSansSC-{weight}.otf");
        let bytes = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        let font = FontRef::new(&bytes).unwrap();
        let missing: String = signs
            .iter()
            .filter(|sign| font.charmap().map(**sign).is_none())
            .collect();
        assert!(missing.is_empty(), "{weight} lacks {missing:?}: run `make fonts`");
    }
}
