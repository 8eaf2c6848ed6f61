//! Compiles the screen's markup and lists its languages, in builds that have a screen.

#[cfg(feature = "kiosk")]
use std::error::Error;
#[cfg(feature = "kiosk")]
use std::path::Path;
#[cfg(feature = "kiosk")]
use std::{env, fs};

#[cfg(feature = "kiosk")]
fn main() -> Result<(), Box<dyn Error>> {
    slint_build::compile("ui/gate/app.slint")?;
    languages(Path::new("assets/lang"))
}

#[cfg(not(feature = "kiosk"))]
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
}

/// Writes the list that `src/kiosk/words.rs` includes: to add a language is to add a file.
#[cfg(feature = "kiosk")]
fn languages(folder: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_, std::io::Error>>()?;
    files.sort();
    let entries = files.iter().filter_map(|file| {
        let code = file.file_stem()?.to_str()?;
        let path = fs::canonicalize(file).ok()?;
        Some(format!("({code:?}, include_str!({path:?})),"))
    });
    let list = format!("&[{}]", entries.collect::<String>());
    let out = out_folder()?;
    fs::write(Path::new(&out).join("languages.rs"), list)?;
    Ok(())
}

#[cfg(feature = "kiosk")]
#[expect(clippy::disallowed_methods, reason = "cargo tells build scripts so")]
fn out_folder() -> Result<String, env::VarError> {
    env::var("OUT_DIR")
}
