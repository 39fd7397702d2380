//! `crm edit ID`: opens `$EDITOR`, then checks; a broken file is never kept without a question.

use crate::act::session::Session;
use crate::cli::context::Context;
use crate::cli::diagnose::{Look, render};
use crate::diag::{Code, Diagnostic, Failure, Lang};
use crate::disk::file::read_text;
use crate::disk::find::find;
use crate::disk::write::Change;
use crate::format::read_prospect::read_prospect;
use crate::rules::replay::replay;
use clap::Args;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

/// Open the file in $VISUAL or $EDITOR; the edited text is checked before it is kept
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
            let message = words!("no editor is set", "没有设置编辑器");
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!(
                    "set EDITOR, as in: EDITOR=vim crm edit zhang",
                    "请设置 EDITOR，例如：EDITOR=vim crm edit zhang"
                ))
                .into());
        };
        // The copy keeps the file's name, so that the editor knows it for TOML.
        let folder = tempfile::tempdir().map_err(|error| no_copy(&error))?;
        let copy = folder.path().join(path.file_name().unwrap_or_default());
        crate::disk::durable::write_file(&copy, before.as_bytes())
            .map_err(|error| no_copy(&error))?;
        let edited = edited(context, editor, &path, &before, &copy);
        let typed = std::fs::read(&copy).unwrap_or_default();
        edited.map_err(|failure| {
            if typed.is_empty() || typed == before.as_bytes() {
                failure
            } else {
                kept(failure, folder)
            }
        })
    }
}

/// Lets the copy be edited until it is written, dropped, or refused.
fn edited(
    context: &Context,
    editor: &str,
    path: &Path,
    before: &str,
    copy: &Path,
) -> Result<(), Failure> {
    let ledger = context.ledger()?;
    let shown = ledger.show(path);
    loop {
        run_editor(editor, copy)?;
        let after = read_text(copy, copy)?;
        if after == before {
            context.say(words!("nothing was changed", "没有改动"));
            return Ok(());
        }
        let problems = problems(&after, context, path, copy)?;
        let answer = if problems.is_empty() { Answer::Keep } else { answer(&problems, context)? };
        match answer {
            Answer::Again => continue,
            Answer::Keep => {}
            Answer::Drop => {
                context.say(words!("the changes were dropped", "改动已放弃"));
                return Ok(());
            }
        }
        let session = Session::open(context, false)?;
        let now = read_text(&ledger.root.join(path), &shown)?;
        if now != before {
            return Err(changed_meanwhile(&shown).into());
        }
        let (path, before) = (path.to_owned(), Some(before.to_owned()));
        session.write(&[Change { path, before, after }])?;
        let file = shown.display();
        context.say(words!("{file} written", "{file} 已写入"));
        return Ok(());
    }
}

fn no_copy(error: &std::io::Error) -> Diagnostic {
    let message =
        words!("no copy can be made for the editor: {error}", "无法为编辑器建立副本：{error}");
    Diagnostic::new(Code::WriteFailed, message)
}

fn run_editor(editor: &str, copy: &Path) -> Result<(), Diagnostic> {
    // A shell reads EDITOR, as git has it: quotes, arguments, paths with spaces.
    let command = format!("{editor} \"$@\"");
    let status = std::process::Command::new("sh").args(["-c", &command, editor]).arg(copy).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            let message = words!("{editor} ended with {status}", "{editor} 以 {status} 结束");
            let help = words!("nothing was changed", "没有改动");
            Err(Diagnostic::new(Code::BadArgument, message).help(help))
        }
        Err(error) => {
            let message = words!("{editor} cannot be run: {error}", "无法运行 {editor}：{error}");
            Err(Diagnostic::new(Code::Unreadable, message))
        }
    }
}

/// The errors of the text that came back.
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

/// The answer about a text that has problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// The editor opens again.
    Again,
    /// The text is written as it is.
    Keep,
    /// The text is given up.
    Drop,
}

/// Shows the problems and asks. Fails with them where there is no terminal, and where the input ends.
fn answer(problems: &[Diagnostic], context: &Context) -> Result<Answer, Failure> {
    if std::io::stdin().is_terminal() {
        let look = Look { color: true, ..context.look_of_messages() };
        let mut stderr = std::io::stderr().lock();
        for problem in problems {
            let _ = writeln!(stderr, "{}", render(problem, look));
        }
        let input = &mut std::io::stdin().lock();
        if let Some(answer) = ask(input, &mut stderr, context.spoken()) {
            return Ok(answer);
        }
    }
    Err(Failure(problems.to_vec()))
}

/// Asks until the answer is one of the three; `None` at the end of input.
fn ask(input: &mut dyn BufRead, output: &mut dyn Write, lang: Lang) -> Option<Answer> {
    let question = lang.pick(
        "edit again [e], keep as it is [k], drop the changes [d]? ",
        "再次编辑 [e]，原样保存 [k]，放弃改动 [d]？",
    );
    loop {
        let _ = write!(output, "{question}");
        let _ = output.flush();
        let mut typed = String::new();
        if !matches!(input.read_line(&mut typed), Ok(1..)) {
            return None;
        }
        match &*typed.trim().to_lowercase() {
            "e" | "" => return Some(Answer::Again),
            "k" => return Some(Answer::Keep),
            "d" => return Some(Answer::Drop),
            _ => {}
        }
    }
}

fn changed_meanwhile(shown: &Path) -> Diagnostic {
    let file = shown.display();
    Diagnostic::new(
        Code::WriteFailed,
        words!(
            "{file} was changed meanwhile; it was left alone",
            "{file} 在编辑期间被改动；未作任何写入"
        ),
    )
}

/// The failure, with the place where the typed text is kept.
fn kept(mut failure: Failure, folder: tempfile::TempDir) -> Failure {
    let place = folder.keep();
    let place = place.display();
    if let Some(last) = failure.0.last_mut() {
        last.help.push(words!("your text is kept in {place}", "编辑的内容保存在 {place}"));
    }
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_answer_is_asked_again_and_the_end_of_input_drops_nothing() {
        let asked = |input: &str| {
            let mut output = Vec::new();
            let answer = ask(&mut input.as_bytes(), &mut output, Lang::En);
            (answer, String::from_utf8(output).unwrap().matches("keep as it is").count())
        };
        assert_eq!(asked("y\nsave\nk\n"), (Some(Answer::Keep), 3));
        assert_eq!(asked("\n"), (Some(Answer::Again), 1));
        assert_eq!(asked("E\n"), (Some(Answer::Again), 1));
        assert_eq!(asked("d\n"), (Some(Answer::Drop), 1));
        assert_eq!(asked("yes\n"), (None, 2));
        assert_eq!(asked(""), (None, 1));
    }
}
