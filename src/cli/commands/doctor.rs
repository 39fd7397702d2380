//! `crm doctor`: is this clone of the ledger set up well?
//!
//! One function for each check and one line in `CHECKS`; a check says what it found, and what to do.

use crate::cli::context::{Context, counted};
use crate::diag::{Code, Failure};
use crate::disk::ledger::Ledger;
use crate::disk::write::left;
use crate::format::layout::{PRIVATE, SETTINGS};
use crate::git::hooks::{CLONE, FSCK, Hooks, SERVER, Standing};
use crate::git::kept::{self, tracked_state, would_ignore};
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
Examples:\n  crm doctor\n  crm doctor -f json\n  \
    crm doctor --server /srv/sales.git   the repository that everybody pushes to\n\n\
The status is 1 if something is wrong; advice is only advice. `crm check` looks at what is in the ledger.")]
pub struct Doctor {
    /// The repository that everybody pushes to, instead of this clone
    #[arg(long, value_name = "DIR")]
    server: Option<PathBuf>,
}

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
const CHECKS: [Check; 12] = [
    ("git", false, git),
    ("driver", true, driver),
    ("attributes", true, names_driver),
    ("line-ends", true, line_ends),
    ("hooks", true, hooks),
    ("ignored", true, ignored),
    ("all-files", true, all_files),
    ("conflicts", true, conflicts),
    ("untracked-cache", true, untracked_cache),
    ("fsmonitor", true, fsmonitor),
    ("unfinished", false, unfinished),
    ("program", false, program),
];

impl Doctor {
    /// Runs it; the status is 1 if something is wrong.
    pub fn run(self, context: &Context) -> Result<u8, Failure> {
        let rows = match &self.server {
            Some(folder) => of_server(&Git::named(folder))?,
            None => self.of_clone(context)?,
        };
        let wrong = rows.iter().any(|(_, finding)| finding.verdict == Verdict::Wrong);
        let columns = [
            ("check", "Check"),
            ("verdict", "Verdict"),
            ("found", "Found"),
            ("help", "What to do"),
        ];
        let columns = columns.map(|(id, title)| Column::new(id, title, Kind::Text)).into();
        let rows = rows.into_iter().map(|(name, finding)| row(name, finding)).collect();
        context.emit(Sheet::single("doctor", "", columns, rows))?;
        Ok(u8::from(wrong))
    }

    /// Every check of a clone.
    fn of_clone(&self, context: &Context) -> Result<Vec<(&'static str, Finding)>, Failure> {
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
        let known = patient.prefix.is_some();
        let checks = CHECKS.into_iter().filter(|(_, needs_git, _)| known || !needs_git);
        checks.map(|(name, _, look)| Ok((name, look(&patient)?))).collect()
    }
}

/// A line of the table.
fn row(name: &'static str, finding: Finding) -> Row {
    let Finding { verdict, found, help } = finding;
    let cells = vec![
        Cell::text(name),
        Cell::text(verdict.name()),
        Cell::text(found),
        Cell::maybe(help, Cell::text),
    ];
    Row::with(cells, if verdict == Verdict::Fine { Emphasis::Plain } else { Emphasis::Warn })
}

/// Every check of the repository that everybody pushes to.
fn of_server(git: &Git) -> Result<Vec<(&'static str, Finding)>, Failure> {
    let install = "crm hooks install --server DIR";
    let hooks = Hooks::of(git, "")?;
    let all_ours = SERVER.iter().all(|hook| hooks.standing(hook) == Standing::Ours);
    let guard = if all_ours {
        Finding::fine("every push is judged")
    } else {
        Finding::wrong("pushes are not judged, or by a hook of another version", install)
    };
    let set = git.ask(&["config", "--type=bool", "--get", FSCK])?.unwrap_or_default();
    let objects = if set.trim_ascii() == b"true" {
        Finding::fine("objects that no git makes are refused")
    } else {
        let found = format!("{FSCK} is off: a tree may name a file twice, or out of its folder");
        Finding::wrong(found, install)
    };
    let named = git.ask(&["config", "--get-all", "crm.admin"])?.unwrap_or_default();
    let admins = match String::from_utf8_lossy(&named).lines().count() {
        0 => Finding::fine("the admins are those of crm.toml"),
        n => Finding::fine(format!("{} named here, beside those of crm.toml", counted(n, "admin"))),
    };
    Ok(vec![("guard", guard), ("objects", objects), ("admins", admins)])
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
    if !tracked_state(&patient.git)?.is_empty() {
        return Ok(Finding::wrong("git keeps files of .crm/", "git rm -r --cached .crm"));
    }
    let lock = format!("{PRIVATE}/lock");
    Ok(match patient.git.ask(&["check-ignore", "-q", "--no-index", "--", &lock])? {
        Some(_) => Finding::fine(".crm/ stays out of git"),
        None => Finding::advice(".crm/ is not ignored", "add a line /.crm/ to .gitignore"),
    })
}

/// Git ignores no file of the ledger, and would ignore no new one.
fn all_files(patient: &Patient) -> Result<Finding, Failure> {
    let help = "find the line: git check-ignore -v --no-index FILE";
    let files = kept::ignored(&patient.git)?;
    let mut names = files.iter().take(3).map(|path| path.display().to_string()).collect::<Vec<_>>();
    if files.len() > names.len() {
        names.push(format!("{} more", files.len() - names.len()));
    }
    if !names.is_empty() {
        return Ok(Finding::wrong(format!("git ignores {}", names.join(", ")), help));
    }
    Ok(match &*would_ignore(&patient.git)? {
        [] => Finding::fine("git ignores no file of the ledger"),
        kinds => Finding::wrong(format!("git would ignore files as {}", kinds.join(", ")), help),
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
    let left = left(&patient.ledger.root);
    if left.foreign {
        let help = "git diff shows whether a write was cut short; then remove .crm/journal";
        let found = "a journal in .crm/ is not obeyed: of an earlier version, or from a clone";
        return Ok(Finding::advice(found, help));
    }
    if left.journal {
        let help = "any command that reads finishes it: crm check";
        return Ok(Finding::advice("a write was cut short, or is under way", help));
    }
    Ok(match left.texts {
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
