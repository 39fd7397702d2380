//! Every console block of README and docs is run and must print what it says. `CRM_BLESS=1` writes
//! what is printed into the documents instead.
//!
//! A block's lines that begin with `$ ` are commands for `sh`; what follows is their output, stderr
//! included. The blocks of one document share a folder with a copy of `examples/` in it; a `cd DIR` alone and an
//! `export NAME=VALUE` alone last to the end of the document. A line `...` stands for any lines.

use crate::common::{Sandbox, TODAY};
use std::path::{Path, PathBuf};
use std::process::Stdio;

#[test]
fn console_blocks_print_what_they_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut documents: Vec<PathBuf> = std::fs::read_dir(root.join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    documents.extend(["README.md", "README.zh-CN.md"].map(|name| root.join(name)));
    documents.sort();
    let mut wrong = Vec::new();
    for document in documents {
        let text = std::fs::read_to_string(&document).unwrap();
        let run = run_blocks(&text);
        if run == text || matches(&text, &run) {
            continue;
        }
        if std::env::var_os("CRM_BLESS").is_some() {
            bless(&document, &run);
        } else {
            let difference = similar::TextDiff::from_lines(&text, &run);
            wrong.push(format!("{}\n{}", document.display(), difference.unified_diff()));
        }
    }
    assert!(
        wrong.is_empty(),
        "CRM_BLESS=1 cargo test --test it docs:: rewrites them\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_changelog_is_whole() {
    let log = include_str!("../../CHANGELOG.md");
    assert!(log.starts_with("# Changelog\n") && log.contains("## [Unreleased]"));
    let conflict = ["<<<<<<<", "=======", ">>>>>>>"];
    assert!(log.lines().all(|line| !conflict.iter().any(|mark| line.starts_with(mark))));
}

/// The first tour must work for a reader of today, of a Sunday and of a leap day. A document's dates are fixed,
/// so what is compared is each command's status and how many lines it prints.
#[test]
fn the_five_minutes_work_on_any_day() {
    let readme = include_str!("../../README.md");
    let tour = readme.split("## Five minutes").nth(1).unwrap().split("\n## ").next().unwrap();
    let commands: Vec<&str> = tour.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    assert!(commands.len() > 10, "{commands:?}");
    let outcome = |today| {
        let mut shell = Shell::on(today);
        let outcome = |command: &&str| {
            let (printed, status) = shell.run(command);
            (printed.lines().count(), status, printed)
        };
        commands.iter().map(outcome).collect::<Vec<_>>()
    };
    let shown = outcome(Some(TODAY));
    let refused = shown.iter().filter(|(_, status, _)| *status != 0).count();
    assert_eq!(refused, 1, "one command of the tour shows a refusal: {shown:#?}");
    let days = [
        None,
        // A Monday, a Tuesday (on which `tue` is a week away), a Saturday, a Sunday.
        Some("2026-03-02"),
        Some("2026-03-03"),
        Some("2026-03-07"),
        Some("2026-03-08"),
        // The ends of a month, a leap February and a year; the first of a month.
        Some("2026-01-31"),
        Some("2028-02-29"),
        Some("2028-03-01"),
        Some("2026-12-31"),
    ];
    for today in days {
        for ((command, shown), here) in commands.iter().zip(&shown).zip(outcome(today)) {
            assert_eq!(
                (here.0, here.1),
                (shown.0, shown.1),
                "{command} on {today:?}:\n{}\ninstead of:\n{}",
                here.2,
                shown.2
            );
        }
    }
}

/// README.md and the pages below `docs/`, with their texts, without blocks of code.
fn pages() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let readmes = ["README.md", "README.zh-CN.md"].map(|name| root.join(name));
    let is_page = |path: &PathBuf| path.extension().is_some_and(|e| e == "md");
    let mut pages: Vec<(PathBuf, String)> = docs
        .filter(is_page)
        .chain(readmes)
        .map(|path| {
            let mut inside = false;
            let text = std::fs::read_to_string(&path).unwrap();
            let prose = text.lines().filter(|line| {
                let is_fence = line.starts_with("```");
                inside ^= is_fence;
                !inside && !is_fence
            });
            let prose = prose.collect::<Vec<_>>().join("\n");
            (path, prose)
        })
        .collect();
    pages.sort();
    pages
}

/// A page's file in the other language; English is the one without a mark.
fn other_language(page: &Path) -> PathBuf {
    let name = page.file_name().unwrap().to_str().unwrap();
    let other = match name {
        "README.md" => "README.zh-CN.md".to_owned(),
        "README.zh-CN.md" => "README.md".to_owned(),
        _ => match name.strip_suffix(".zh.md") {
            Some(stem) => format!("{stem}.md"),
            None => name.replace(".md", ".zh.md"),
        },
    };
    page.with_file_name(other)
}

#[test]
fn a_page_and_its_translation_link_to_each_other() {
    let mut translated = 0;
    for (page, text) in pages() {
        let other = other_language(&page);
        let is_chinese = page.to_str().unwrap().contains(".zh");
        if is_chinese {
            assert!(other.exists(), "{} is a translation of nothing", page.display());
            translated += 1;
        }
        if other.exists() {
            let name = other.file_name().unwrap().to_str().unwrap();
            let word = if is_chinese { "English" } else { "中文" };
            let link = format!("[{word}]({name})");
            assert!(text.contains(&link), "{} has no {link}", page.display());
        }
    }
    assert!(translated > 15, "{translated}");
}

#[test]
fn links_lead_to_pages_and_headings() {
    let pages = pages();
    let headings = |text: &str| -> Vec<String> {
        let titles = text.lines().filter(|line| line.starts_with('#'));
        titles.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
    };
    let mut broken = Vec::new();
    for (page, text) in &pages {
        for rest in text.split("](").skip(1) {
            let Some((target, _)) = rest.split_once(')') else { continue };
            if target.contains("://") || target.contains(' ') {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file =
                if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            let known = pages.iter().find(|(path, _)| *path == file);
            let leads = match (known, heading) {
                (_, "") => file.exists(),
                (Some((_, text)), _) => headings(text).iter().any(|known| known == heading),
                (None, _) => false,
            };
            if !leads {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The anchor of a heading, as hosting sites make it: lower case, without punctuation, `-` for a blank.
fn anchor(heading: &str) -> String {
    let words = heading.to_lowercase();
    let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn bless(document: &Path, text: &str) {
    std::fs::write(document, text).unwrap();
}

/// The document with the output that its commands gave.
fn run_blocks(text: &str) -> String {
    let mut shell = Shell::on(Some(TODAY));
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    let mut inside = false;
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if !inside {
            inside = line == "```console";
            continue;
        }
        if line == "```" {
            inside = false;
            continue;
        }
        let Some(first) = line.strip_prefix("$ ") else {
            panic!("a console block begins with a command: {line}")
        };
        let mut command = first.to_owned();
        while let Some(more) = lines.peek().and_then(|line| line.strip_prefix("> ")) {
            out.push_str(&format!("> {more}\n"));
            command.push('\n');
            command.push_str(more);
            lines.next();
        }
        let mut expected = String::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("$ ") && *line != "```") {
            expected.push_str(line);
            expected.push('\n');
        }
        let (printed, _) = shell.run(&command);
        out.push_str(if fits(&expected, &printed) { &expected } else { &printed });
    }
    out
}

/// Are the two the same but for a missing newline at the end?
fn matches(text: &str, run: &str) -> bool {
    text.trim_end() == run.trim_end()
}

/// Does the output fit the expectation, `...` standing for any lines?
fn fits(expected: &str, printed: &str) -> bool {
    if !expected.lines().any(|line| line == "...") {
        return expected == printed;
    }
    let mut rest = printed;
    for (position, part) in expected.split("...\n").enumerate() {
        match rest.find(part) {
            Some(0) => rest = &rest[part.len()..],
            Some(at) if position > 0 => rest = &rest[at + part.len()..],
            _ => return false,
        }
    }
    rest.is_empty() || expected.ends_with("...\n")
}

/// A shell in a folder with a copy of `examples/`, on a day.
struct Shell {
    sandbox: Sandbox,
    here: PathBuf,
    /// The variables that the document exported.
    exported: Vec<(String, String)>,
    /// `CRM_TODAY`; none: the clock.
    today: Option<&'static str>,
}

impl Shell {
    fn on(today: Option<&'static str>) -> Shell {
        let sandbox = Sandbox::empty();
        copy_examples(&sandbox);
        Shell { here: sandbox.path().to_owned(), exported: Vec::new(), sandbox, today }
    }

    /// What a command prints, and its status.
    fn run(&mut self, command: &str) -> (String, i32) {
        if let Some(folder) = command.strip_prefix("cd ").filter(|rest| !rest.contains(' ')) {
            self.here.push(folder);
            return (String::new(), 0);
        }
        let exported = command.strip_prefix("export ").filter(|rest| !rest.contains(' '));
        if let Some((name, value)) = exported.and_then(|rest| rest.split_once('=')) {
            self.exported.push((name.to_owned(), value.to_owned()));
            return (String::new(), 0);
        }
        let bin = Path::new(env!("CARGO_BIN_EXE_crm")).parent().unwrap();
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display());
        let people = ["AUTHOR", "COMMITTER"];
        let output = std::process::Command::new("sh")
            .arg("-c")
            .arg(format!("exec 2>&1\n{command}"))
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.sandbox.path())
            .envs(self.today.map(|today| ("CRM_TODAY", today)))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs(self.exported.iter().map(|(name, value)| (name, value)))
            .envs(people.map(|who| (format!("GIT_{who}_NAME"), "Liu Yan")))
            .envs(people.map(|who| (format!("GIT_{who}_EMAIL"), "liuyan@example.com")))
            .envs(people.map(|who| (format!("GIT_{who}_DATE"), "2009-12-18T09:00:00Z")))
            .current_dir(&self.here)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let mut text = String::from_utf8(output.stdout).unwrap();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        (text, output.status.code().unwrap_or(-1))
    }
}

fn copy_examples(sandbox: &Sandbox) {
    let examples = Sandbox::copy_of("examples");
    for (path, bytes) in examples.snapshot() {
        let name = path.strip_prefix(examples.path()).unwrap();
        sandbox.write(&format!("examples/{}", name.display()), bytes);
    }
}
