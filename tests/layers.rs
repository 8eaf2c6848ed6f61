//! The direction of the layers, read from the source: see ARCHITECTURE.md.

use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the library and the modules that it may name.
const MAY_NAME: &[(&str, &[&str])] = &[
    (
        "commands",
        &[
            "config", "device", "domain", "kiosk", "ledger", "runner", "server", "sim", "sync", "tls",
            "vision", "wire",
        ],
    ),
    ("kiosk", &["domain", "vision"]),
    ("sim", &["device", "domain", "ledger", "server", "sync", "wire"]),
    (
        "runner",
        &["config", "device", "domain", "ledger", "vision", "wire"],
    ),
    ("server", &["domain", "sync", "tls", "wire"]),
    ("sync", &["domain", "ledger", "tls", "wire"]),
    ("device", &["config", "domain", "vision"]),
    ("ledger", &["domain", "wire"]),
    ("vision", &[]),
    ("tls", &["domain", "wire"]),
    ("wire", &["domain"]),
    ("config", &["domain"]),
    ("domain", &[]),
];

/// What the pure modules must not reach for: files, network, processes, clocks, threads, environment.
const PURE: &[&str] = &["config", "domain", "wire", "vision"];
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::env",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::io::std",
    "tokio::",
    "reqwest::",
    "rusqlite::",
    "println!",
    "eprintln!",
];

#[test]
fn every_module_names_only_the_layers_below_it() {
    let offences: Vec<String> = modules()
        .into_iter()
        .flat_map(|(module, file, text)| {
            let allowed = allowed(&module);
            named(&text)
                .into_iter()
                .filter(|name| *name != module && !allowed.contains(&name.as_str()))
                .map(|name| format!("{}: {module} names {name}", file.display()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(offences.is_empty(), "{offences:#?}");
}

#[test]
fn pure_modules_reach_for_nothing_outside() {
    let offences: Vec<String> = modules()
        .into_iter()
        .filter(|(module, ..)| PURE.contains(&module.as_str()))
        .flat_map(|(_, file, text)| {
            let shipped = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            let code: String = shipped.lines().filter(|line| !is_comment(line)).collect();
            IMPURE
                .iter()
                .filter(|needle| code.contains(**needle))
                .map(|needle| format!("{} reaches for {needle}", file.display()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(offences.is_empty(), "{offences:#?}");
}

#[test]
fn every_top_level_module_has_its_place_in_the_table() {
    for (module, file, _) in modules() {
        assert!(
            MAY_NAME.iter().any(|(name, _)| *name == module),
            "{}: give the module {module} a place in the table of layers",
            file.display()
        );
    }
}

#[test]
fn the_reader_of_use_lines_sees_each_way_of_naming_a_layer() {
    let text =
        "use crate::ledger::Ledger;\npub(crate) use crate::{wire, domain::ids};\nlet x = crate::sync::go();";
    assert_eq!(named(text), ["ledger", "wire", "domain", "sync"]);
    assert_eq!(
        named("// crate::server is not named in a comment"),
        Vec::<String>::new()
    );
}

fn allowed(module: &str) -> &'static [&'static str] {
    MAY_NAME
        .iter()
        .find(|(name, _)| *name == module)
        .map_or(&[], |(_, allowed)| allowed)
}

/// Every source file below `src` but `lib.rs` and `main.rs`, with its top-level module.
fn modules() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(
        files.len() > 10,
        "the source was not found below {}",
        root.display()
    );
    files
        .into_iter()
        .filter_map(|file| {
            let inside = file.strip_prefix(&root).unwrap();
            let module = inside
                .iter()
                .next()
                .unwrap()
                .to_str()
                .unwrap()
                .trim_end_matches(".rs")
                .to_owned();
            let text = fs::read_to_string(&file).unwrap();
            (!matches!(module.as_str(), "lib" | "main")).then_some((module, file, text))
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// The top-level modules named after `crate::`, a braced list included.
fn named(text: &str) -> Vec<String> {
    let code = text
        .lines()
        .filter(|line| !is_comment(line))
        .collect::<Vec<_>>()
        .join("\n");
    let mut names = Vec::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            Some(list) => names.extend(top_names(list)),
            None => names.extend(identifier(after)),
        }
    }
    names
}

/// The first identifiers of the items of a braced list, up to its closing brace.
fn top_names(list: &str) -> Vec<String> {
    let (mut depth, mut names, mut item) = (0_usize, Vec::new(), String::new());
    for letter in list.chars() {
        match letter {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => names.extend(identifier(&std::mem::take(&mut item))),
            _ if depth == 0 => item.push(letter),
            _ => {}
        }
    }
    names.extend(identifier(&item));
    names
}

fn identifier(text: &str) -> Option<String> {
    let name: String = text
        .trim()
        .chars()
        .take_while(|c| c.is_ascii_lowercase() || *c == '_')
        .collect();
    (!name.is_empty()).then_some(name)
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}
