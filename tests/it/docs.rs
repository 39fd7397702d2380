//! Every console block of README and docs is run and must print what it says. `CRM_BLESS=1` writes
//! what is printed into the documents instead.
//!
//! A block's lines that begin with `$ ` are commands for `sh`; what follows is their output, stderr
//! included. The blocks of one document share a folder with a copy of `examples/` in it. A line `...`
//! stands for any lines.

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
    documents.push(root.join("README.md"));
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

fn bless(document: &Path, text: &str) {
    std::fs::write(document, text).unwrap();
}

/// The document with the output that its commands gave.
fn run_blocks(text: &str) -> String {
    let sandbox = Sandbox::empty();
    copy_examples(&sandbox);
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
        let printed = shell(&sandbox, &command);
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

fn shell(sandbox: &Sandbox, command: &str) -> String {
    let bin = Path::new(env!("CARGO_BIN_EXE_crm")).parent().unwrap();
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display());
    let output = std::process::Command::new("sh")
        .arg("-c")
        .arg(format!("exec 2>&1\n{command}"))
        .env_clear()
        .env("PATH", path)
        .env("HOME", sandbox.path())
        .env("CRM_TODAY", TODAY)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "Liu Yan")))
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "liuyan@example.com")))
        .envs(
            ["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_DATE"), "2009-12-18T09:00:00Z")),
        )
        .current_dir(sandbox.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn copy_examples(sandbox: &Sandbox) {
    let examples = Sandbox::copy_of("examples");
    for (path, bytes) in examples.snapshot() {
        let name = path.strip_prefix(examples.path()).unwrap();
        sandbox.write(&format!("examples/{}", name.display()), bytes);
    }
}
