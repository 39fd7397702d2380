//! `crm doctor`: is this clone of the ledger set up well?
//!
//! One function for each check and one line in `CHECKS`; a check says what it found, and what to do.

use crate::cli::context::{Context, counted};
use crate::diag::{Code, Failure};
use crate::disk::ledger::Ledger;
use crate::format::layout::{PRIVATE, SETTINGS};
use crate::git::hooks::{CLONE, Hooks, Standing};
use crate::git::mend::unmerged;
use crate::git::merge_driver::{DRIVER, attributes, configured, is_whole, program_of};
use crate::git::program::Git;
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Sheet};
use clap::Args;
use std::path::{Path, PathBuf};

/// Git's index is worth a cache from so many files on.
const MANY: usize = 20_000;

/// Is this clone set up well: git, the merge driver, what was left behind
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:\n  crm doctor\n  crm doctor -f json\n\n\
The status is 1 if something is wrong; advice is only advice. `crm check` looks at what is in the ledger.")]
pub struct Doctor {}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Fine,
    Advice,
    Wrong,
}

impl Verdict {
    fn name(self) -> &'static str {
        match self {
            Verdict::Fine => "fine",
            Verdict::Advice => "advice",
            Verdict::Wrong => "wrong",
        }
    }
}

/// What a check found, and what to do about it.
struct Finding {
    verdict: Verdict,
    found: String,
    help: Option<String>,
}

impl Finding {
    fn fine(found: impl Into<String>) -> Finding {
        Finding { verdict: Verdict::Fine, found: found.into(), help: None }
    }

    fn advice(found: impl Into<String>, help: impl Into<String>) -> Finding {
        Finding { verdict: Verdict::Advice, found: found.into(), help: Some(help.into()) }
    }

    fn wrong(found: impl Into<String>, help: impl Into<String>) -> Finding {
        Finding { verdict: Verdict::Wrong, found: found.into(), help: Some(help.into()) }
    }
}

/// What the checks look at.
struct Patient<'c> {
    context: &'c Context,
    ledger: Ledger,
    git: Git,
    /// The ledger's way from the top level; `None` where git does not keep it.
    prefix: Option<String>,
    files: usize,
}

/// A check: its name, whether it needs a repository, and what looks.
type Check = (&'static str, bool, fn(&Patient) -> Result<Finding, Failure>);

/// The checks, in the order of the table.
const CHECKS: [Check; 11] = [
    ("git", false, git),
    ("driver", true, driver),
    ("attributes", true, names_driver),
    ("line-ends", true, line_ends),
    ("hooks", true, hooks),
    ("ignored", true, ignored),
    ("conflicts", true, conflicts),
    ("untracked-cache", true, untracked_cache),
    ("fsmonitor", true, fsmonitor),
    ("unfinished", false, unfinished),
    ("program", false, program),
];

impl Doctor {
    /// Runs it; the status is 1 if something is wrong.
    pub fn run(self, context: &Context) -> Result<u8, Failure> {
        let (root, shown) = context.root_as_it_is()?;
        let git = Git::at(&root);
        let prefix = match git.prefix(&root) {
            Ok(prefix) => Some(prefix),
            Err(problem) if problem.code == Code::NoGit => None,
            Err(problem) => return Err(problem.into()),
        };
        // Settings that are wrong are no reason not to look.
        let ledger = Ledger::without_settings(root, shown);
        let files = ledger.paths().0.len();
        let patient = Patient { context, ledger, git, prefix, files };
        let mut rows = Vec::new();
        let mut wrong = false;
        for (name, needs_git, look) in CHECKS {
            if needs_git && patient.prefix.is_none() {
                continue;
            }
            let Finding { verdict, found, help } = look(&patient)?;
            wrong |= verdict == Verdict::Wrong;
            let cells = vec![
                Cell::text(name),
                Cell::text(verdict.name()),
                Cell::text(found),
                Cell::maybe(help, Cell::text),
            ];
            let emphasis = if verdict == Verdict::Fine { Emphasis::Plain } else { Emphasis::Warn };
            rows.push(Row::with(cells, emphasis));
        }
        let columns = [
            ("check", "Check"),
            ("verdict", "Verdict"),
            ("found", "Found"),
            ("help", "What to do"),
        ];
        let columns = columns.map(|(id, title)| Column::new(id, title, Kind::Text)).into();
        context.emit(Sheet::single("doctor", "", columns, rows.into()))?;
        Ok(u8::from(wrong))
    }
}

impl Patient<'_> {
    /// A yes or no of git's configuration; no where it is not set.
    fn is_set(&self, name: &str) -> Result<bool, Failure> {
        Ok(self.value(name)?.is_some_and(|value| {
            !matches!(&*value.to_ascii_lowercase(), "false" | "no" | "off" | "0" | "keep" | "")
        }))
    }

    fn value(&self, name: &str) -> Result<Option<String>, Failure> {
        let found = self.git.ask(&["config", "--get", name])?;
        Ok(found.map(|line| String::from_utf8_lossy(&line).trim().to_owned()))
    }

    /// Is this file the program that runs?
    fn is_this_program(&self, file: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().ok();
        let this = std::env::current_exe().ok().and_then(|program| real(&program));
        this.is_some() && real(file) == this
    }

    /// Every program of this name on the PATH, in order.
    fn on_path(&self, name: &str) -> Vec<PathBuf> {
        let ending = std::env::consts::EXE_SUFFIX;
        let Some(path) = &self.context.env.path else { return Vec::new() };
        std::env::split_paths(path)
            .map(|folder| folder.join(format!("{name}{ending}")))
            .filter(|file| file.is_file())
            .collect()
    }
}

/// Git keeps the ledger, and has its settings.
fn git(patient: &Patient) -> Result<Finding, Failure> {
    let Some(prefix) = &patient.prefix else {
        let help = "git init && git add . && git commit -m 'a ledger', then crm hooks install";
        return Ok(Finding::advice("git does not keep the ledger", help));
    };
    let known = patient.git.ask(&["ls-files", "--error-unmatch", "--", SETTINGS])?;
    if known.is_none() {
        return Ok(Finding::wrong("crm.toml is not in git", "git add . && git commit"));
    }
    Ok(Finding::fine(match &**prefix {
        "" => "the ledger is a repository".to_owned(),
        prefix => format!("the ledger is {prefix} of a repository"),
    }))
}

/// Git knows how to call the merge driver, and the program is there.
fn driver(patient: &Patient) -> Result<Finding, Failure> {
    const INSTALL: &str = "crm hooks install";
    let Some(command) = configured(&patient.git)? else {
        return Ok(Finding::wrong("git does not know how to call crm merge-file", INSTALL));
    };
    if !is_whole(&command) {
        return Ok(Finding::wrong(format!("git would call `{command}`"), INSTALL));
    }
    let program = program_of(&command);
    let found = if program.contains(['/', '\\']) {
        Some(PathBuf::from(&program)).filter(|file| file.is_file())
    } else {
        patient.on_path(&program).into_iter().next()
    };
    Ok(match found {
        None => Finding::wrong(format!("there is no program {program}"), INSTALL),
        Some(file) if !patient.is_this_program(&file) => {
            Finding::advice(format!("git calls another crm: {}", file.display()), INSTALL)
        }
        Some(_) => Finding::fine("git calls crm merge-file"),
    })
}

/// `.gitattributes` says that the driver is for the ledger's files.
fn names_driver(patient: &Patient) -> Result<Finding, Failure> {
    let wrong: Vec<String> = attributes(&patient.git)?
        .into_iter()
        .filter(|one| one.merge != DRIVER)
        .map(|one| format!("merge={} for {}", one.merge, one.file))
        .collect();
    if wrong.is_empty() {
        return Ok(Finding::fine("merge=crm for prospects, tallies and settings"));
    }
    let union = wrong.iter().any(|one| one.starts_with("merge=union"));
    let why = if union { "; union keeps both of two changed lines" } else { "" };
    let help = "crm hooks install adds the lines to .gitattributes; then commit it";
    Ok(Finding::wrong(format!("{}{why}", wrong.join(", ")), help))
}

/// Line ends stay as they are.
fn line_ends(patient: &Patient) -> Result<Finding, Failure> {
    let kept = attributes(&patient.git)?.iter().all(|one| one.text == "unset");
    let help = "crm hooks install adds -text to .gitattributes; then commit it";
    Ok(match kept {
        true => Finding::fine("git leaves line ends alone"),
        false if patient.is_set("core.autocrlf")? => {
            Finding::wrong("git changes line ends (core.autocrlf)", help)
        }
        false => Finding::advice("other clones may change line ends", help),
    })
}

/// `.crm/` stays out of git.
fn ignored(patient: &Patient) -> Result<Finding, Failure> {
    let tracked = patient.git.run(&["ls-files", "-z", "--", PRIVATE])?;
    if !tracked.is_empty() {
        return Ok(Finding::wrong("git keeps files of .crm/", "git rm -r --cached .crm"));
    }
    let lock = format!("{PRIVATE}/lock");
    Ok(match patient.git.ask(&["check-ignore", "-q", "--no-index", "--", &lock])? {
        Some(_) => Finding::fine(".crm/ stays out of git"),
        None => Finding::advice(".crm/ is not ignored", "add a line /.crm/ to .gitignore"),
    })
}

/// No merge is left half-way.
fn conflicts(patient: &Patient) -> Result<Finding, Failure> {
    let prefix = patient.prefix.as_deref().unwrap_or_default();
    Ok(match unmerged(&patient.git, prefix)?.len() {
        0 => Finding::fine("no file is in conflict"),
        n => Finding::wrong(format!("{} in conflict", counted(n, "file")), "crm resolve"),
    })
}

/// Git remembers which folders have nothing new.
fn untracked_cache(patient: &Patient) -> Result<Finding, Failure> {
    let on = patient.is_set("core.untrackedCache")? || patient.is_set("feature.manyFiles")?;
    Ok(worth_it(patient, on, "git config core.untrackedCache true"))
}

/// Git is told by the system what changed.
fn fsmonitor(patient: &Patient) -> Result<Finding, Failure> {
    let on = patient.is_set("core.fsmonitor")?;
    let help = "git config core.fsmonitor true, where git has a monitor for your system";
    Ok(worth_it(patient, on, help))
}

/// A setting that helps large ledgers.
fn worth_it(patient: &Patient, on: bool, help: &str) -> Finding {
    let files = counted(patient.files, "prospect");
    match (on, patient.files >= MANY) {
        (true, _) => Finding::fine("on"),
        (false, true) => Finding::advice(format!("off, with {files}: git status is slower"), help),
        (false, false) => Finding::fine(format!("off; not needed for {files}")),
    }
}

/// Nothing is left of a write that was cut short.
fn unfinished(patient: &Patient) -> Result<Finding, Failure> {
    let private = patient.ledger.root.join(PRIVATE);
    let left =
        std::fs::read_dir(private.join("tmp")).map_or(0, |entries| entries.flatten().count());
    if private.join("journal").exists() {
        let help = "any command that reads finishes it: crm check";
        return Ok(Finding::advice("a write was cut short, or is under way", help));
    }
    Ok(match left {
        0 => Finding::fine("nothing is left of a write"),
        n => {
            let found = format!("{} in .crm/tmp", counted(n, "temporary file"));
            Finding::advice(found, "the next command that writes removes them")
        }
    })
}

/// `crm` on the PATH is this program (Debian's crmsh has one as well).
fn program(patient: &Patient) -> Result<Finding, Failure> {
    let found = patient.on_path("crm");
    Ok(match found.iter().position(|file| patient.is_this_program(file)) {
        Some(0) => Finding::fine("crm on the PATH is this one"),
        Some(_) => Finding::advice(
            format!("{} comes first on the PATH", found[0].display()),
            "put the folder of this one before it, or give it another name",
        ),
        None if found.is_empty() => Finding::advice(
            "crm is not on the PATH",
            "add its folder to the PATH: the hooks call it by name",
        ),
        None => Finding::advice(
            format!("crm on the PATH is another program: {}", found[0].display()),
            "put the folder of this one before it, or give it another name",
        ),
    })
}

/// The hooks of a clone are there, and of this version.
fn hooks(patient: &Patient) -> Result<Finding, Failure> {
    let prefix = patient.prefix.as_deref().unwrap_or_default();
    let hooks = Hooks::of(&patient.git, prefix)?;
    let count = |standing| CLONE.iter().filter(|hook| hooks.standing(hook) == standing).count();
    const INSTALL: &str = "crm hooks install";
    Ok(if count(Standing::Ours) == CLONE.len() {
        Finding::fine("the checks run before every commit")
    } else if count(Standing::Older) > 0 {
        Finding::advice("hooks of another version or folder", INSTALL)
    } else if count(Standing::Foreign) > 0 {
        Finding::advice("hooks of somebody else", "crm hooks install --chain runs both")
    } else {
        Finding::advice("nothing is checked before a commit", INSTALL)
    })
}
