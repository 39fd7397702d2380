//! `crm edit ID`: `$EDITOR`, then the checks; a broken file is never kept without asking.

use crate::cli::context::Context;
use crate::cli::diagnose::{Look, render};
use crate::cli::entry::Session;
use crate::diag::{Code, Diagnostic, Failure};
use crate::disk::file::read_text;
use crate::disk::find::find;
use crate::disk::write::Change;
use crate::format::read_prospect::read_prospect;
use crate::rules::replay::replay;
use clap::Args;
use std::io::{IsTerminal, Write};
use std::path::Path;

/// Open the file in $VISUAL or $EDITOR; what comes back is checked before it is kept
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  EDITOR=vim crm edit zhang")]
pub struct Edit {
    /// The prospect
    #[arg(value_name = "ID")]
    id: String,
}

impl Edit {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let ledger = context.ledger()?;
        let path = find(ledger, &self.id)?;
        let shown = ledger.show(&path);
        let before = read_text(&ledger.root.join(&path), &shown)?;
        let Some(editor) = &context.env.editor else {
            return Err(Diagnostic::new(Code::BadArgument, "no editor is set")
                .help("set EDITOR, as in: EDITOR=vim crm edit zhang")
                .into());
        };
        // The copy keeps the file's name, so that the editor knows it for TOML.
        let folder = tempfile::tempdir().map_err(|error| no_copy(&error))?;
        let copy = folder.path().join(path.file_name().unwrap_or_default());
        crate::disk::write::write_file(&copy, before.as_bytes())
            .map_err(|error| no_copy(&error))?;
        loop {
            run_editor(editor, &copy)?;
            let after = read_text(&copy, &copy)?;
            if after == before {
                context.say("nothing was changed");
                return Ok(());
            }
            let problems = problems(&after, context, &path, &copy)?;
            if problems.is_empty() || !edit_again(&problems, context)? {
                let session = Session::open(context, false)?;
                let now = read_text(&ledger.root.join(&path), &shown)?;
                if now != before {
                    return Err(changed_meanwhile(&shown, folder));
                }
                session.write(&[Change { path, before: Some(before), after }])?;
                context.say(&format!("{} written", shown.display()));
                return Ok(());
            }
        }
    }
}

fn no_copy(error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(Code::WriteFailed, format!("no copy could be made for the editor: {error}"))
}

fn run_editor(editor: &str, copy: &Path) -> Result<(), Diagnostic> {
    // EDITOR may have arguments: "code --wait".
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or(editor);
    let status = std::process::Command::new(program).args(words).arg(copy).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            Err(Diagnostic::new(Code::BadArgument, format!("{editor} ended with {status}"))
                .help("nothing was changed"))
        }
        Err(error) => {
            Err(Diagnostic::new(Code::Unreadable, format!("{editor} cannot be run: {error}")))
        }
    }
}

/// What is wrong with the text that came back: errors only.
fn problems(
    text: &str,
    context: &Context,
    path: &Path,
    copy: &Path,
) -> Result<Vec<Diagnostic>, Failure> {
    let ledger = context.ledger()?;
    let id = crate::disk::file::id_of(path);
    // Places point into the copy, which is what the editor shows.
    let (prospect, mut problems) = read_prospect(text, &id, copy, copy, &ledger.settings);
    if let Some(record) = prospect.and_then(|p| replay(p, &ledger.settings, context.today)) {
        let subject = crate::check::Subject {
            record: &record,
            settings: &ledger.settings,
            as_of: context.today,
            shown: copy.to_owned(),
        };
        problems.extend(crate::check::check(&subject));
        problems.extend(record.findings);
    }
    problems.retain(|problem| problem.is_error());
    Ok(problems)
}

/// Shows the problems and asks. Without a terminal nobody can answer: the file is not kept.
fn edit_again(problems: &[Diagnostic], context: &Context) -> Result<bool, Failure> {
    let look = Look { color: true, ..context.look_of_messages() };
    if !std::io::stdin().is_terminal() {
        return Err(Failure(problems.to_vec()));
    }
    let mut stderr = std::io::stderr().lock();
    for problem in problems {
        let _ = writeln!(stderr, "{}", render(problem, look));
    }
    let _ = write!(stderr, "edit again [e], keep as it is [k], drop the changes [d]? ");
    let _ = stderr.flush();
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    match (read, answer.trim()) {
        (Ok(1..), "k" | "K") => Ok(false),
        (Ok(1..), "e" | "E" | "") => Ok(true),
        _ => Err(Diagnostic::new(Code::BadArgument, "the changes were dropped").into()),
    }
}

fn changed_meanwhile(shown: &Path, folder: tempfile::TempDir) -> Failure {
    let kept = folder.keep();
    Diagnostic::new(
        Code::WriteFailed,
        format!("{} was changed meanwhile; it was left alone", shown.display()),
    )
    .help(format!("your text is kept in {}", kept.display()))
    .into()
}
