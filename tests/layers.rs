//! The floors of `src/`: a file uses only what lies below its own floor, and a crate is named only in
//! its one home. A new floor, or a crate with a home, is a row in a table here.

#![allow(clippy::unwrap_used, reason = "tests may fail")]

use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The floors from the ground up. Rooms on one floor do not know each other.
const FLOORS: [&[&str]; 8] = [
    &["diag"],
    &["model"],
    &["stats"],
    &["rules"],
    &["store"],
    &["check", "guard", "report", "plan"],
    &["render"],
    &["cli"],
];

/// Crates that are named in one place only, so that they can be exchanged there.
const HOMES: [(&str, &str); 22] = [
    ("annotate_snippets", "src/cli/diagnose.rs"),
    ("chrono", "src/model/date.rs"),
    ("clap", "src/cli"),
    ("clap_complete", "src/cli"),
    ("clap_mangen", "src/cli"),
    ("comfy_table", "src/render"),
    ("deunicode", "src/model/id.rs"),
    ("fnv", "src/store"),
    ("indexmap", "src/model/interner.rs"),
    ("memchr", "src/store/cursor.rs"),
    ("rustix", "src/store"),
    ("rust_decimal", "src/model/money.rs"),
    ("simdutf8", "src/store/files.rs"),
    ("smol_str", "src/model/text.rs"),
    ("serde_json", "src/render"),
    ("similar", "src/cli"),
    ("terminal_size", "src/cli/context.rs"),
    ("toml", "src/store"),
    ("toml_edit", "src/store"),
    ("toml_parser", "src/store"),
    ("toml_writer", "src/store"),
    ("unicode_normalization", "src/model/id.rs"),
];

/// Every source file, as its path from the root of the repository, and its text.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = vec![root.join("src")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// The floor of a file: `src/store/line.rs` and `src/store.rs` are of `store`.
fn room(file: &str) -> &str {
    let below = file.trim_start_matches("src/");
    below.split(['/', '.']).next().unwrap_or(below)
}

fn height(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

/// How deep a file's module lies: `src/store/line.rs` is two below the crate.
fn depth(file: &str) -> usize {
    let parts = file.trim_start_matches("src/").split('/');
    parts.filter(|part| *part != "mod.rs").count()
}

/// The names that follow `start` in a line of code, where `start` is not the end of a longer name.
fn names_after<'l>(line: &'l str, start: &str) -> Vec<&'l str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(start)
        .filter(|(at, _)| !line[..*at].ends_with(|c| is_name(c) || c == ':'))
        .map(|(at, _)| {
            let rest = &line[at + start.len()..];
            &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())]
        })
        .collect()
}

/// Is this crate named in the line?
fn names_crate(line: &str, name: &str) -> bool {
    !names_after(line, &format!("{name}::")).is_empty()
        || line.trim_start().starts_with(&format!("use {name};"))
        || line.trim_start().starts_with(&format!("use {name} as "))
}

/// What is wrong with a file, a line for each case.
fn violations(file: &str, text: &str) -> String {
    let mut wrong = String::new();
    let own = room(file);
    for (number, line) in (1..).zip(text.lines()) {
        let code = line.split("//").next().unwrap_or(line);
        let mut say = |what: String| {
            let _ = writeln!(wrong, "{file}:{number}: {what}");
        };
        if code.contains("use crate::{") {
            say("`use crate::{…}` hides which floors are used: one line for each".to_owned());
        }
        // Above the crate's own floors there is only its root.
        let outside = "super::".repeat(depth(file));
        let mut used = names_after(code, "crate::");
        used.extend(names_after(code, &outside).into_iter().filter(|name| height(name).is_some()));
        for other in used.into_iter().filter(|other| *other != own) {
            match (height(own), height(other)) {
                (Some(here), Some(there)) if there < here => {}
                (Some(_), Some(_)) => say(format!("`{own}` may not use `{other}`: not below it")),
                // The root of the crate, and what it holds besides the floors.
                (_, None) | (None, _) => {}
            }
        }
        for (name, home) in HOMES {
            let inside = file == home || file.starts_with(&format!("{home}/"));
            if !inside && names_crate(code, name) {
                say(format!("`{name}` is named outside its home, {home}"));
            }
        }
    }
    wrong
}

#[test]
fn every_file_keeps_to_its_floor() {
    let wrong: String = sources().iter().map(|(file, text)| violations(file, text)).collect();
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_room_has_a_floor() {
    let missing: Vec<String> = sources()
        .into_iter()
        .map(|(file, _)| file)
        .filter(|file| !["src/lib.rs", "src/main.rs"].contains(&file.as_str()))
        .filter(|file| height(room(file)).is_none())
        .collect();
    assert!(missing.is_empty(), "no floor in tests/layers.rs: {missing:?}");
}

#[test]
fn the_rules_see_what_they_forbid() {
    for (file, line) in [
        ("src/model/date.rs", "use crate::format::line::quoted;"),
        ("src/rules/replay.rs", "    let x = crate::cli::main();"),
        ("src/report/board.rs", "use crate::plan::sweep::sweep;"),
        ("src/rules/query/mod.rs", "use super::super::store::tree;"),
        ("src/check/mod.rs", "use super::render::clean;"),
        ("src/cli/mod.rs", "use crate::{diag, model};"),
        ("src/report/mod.rs", "use clap::Args;"),
        ("src/model/event.rs", "use toml;"),
        ("src/rules/week.rs", "    chrono::Local::now()"),
        ("src/cli/entry.rs", "use annotate_snippets::Level;"),
    ] {
        assert!(!violations(file, line).is_empty(), "{file}: {line}");
    }
    for (file, line) in [
        ("src/store/line.rs", "use crate::model::event::Event;"),
        ("src/store/settings/rep.rs", "use crate::format::tree::Reader;"),
        ("src/check/dates.rs", "use super::{Check, Subject};"),
        ("src/model/date.rs", "// see crate::cli and clap::Args"),
        ("src/cli/args.rs", "use clap::{Args, Parser};"),
        ("src/report/list.rs", "fn toml_like() { my_chrono::now() }"),
    ] {
        assert_eq!(violations(file, line), "", "{file}: {line}");
    }
}
