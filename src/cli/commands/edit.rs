//! `crm edit ID`: opens `$EDITOR`, then checks; a broken file is never kept without a question.

use crate::act::edit::{Draft, DraftOutcome, file_is_gone, kept, only_kept, rewritten};
use crate::act::session::Session;
use crate::cli::context::Context;
use crate::cli::diagnose::{Look, render, show};
use crate::diag::{Code, Diagnostic, Failure, Lang};
use crate::disk::file::id_of;
use crate::disk::find::find;
use crate::value::id;
use clap::Args;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

/// Open the file in $VISUAL or $EDITOR; the edited text is checked before it is kept
///
/// 用 $VISUAL 或 $EDITOR 打开文件；改后的文本先检查再保存
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  EDITOR=vim crm edit zhang\n  crm edit zhang --resume\n\n\
    A text that could not be written is kept: --resume goes on with it. What other writers changed\n\
    meanwhile is merged.\n\n\
    未能写入的文本会保留：用 --resume 继续。其间别人的改动会合并进来。")]
pub struct Edit {
    /// The prospect [default with --resume: that of the only text]
    ///
    /// 潜在客户 [与 --resume 同用时默认为唯一留存的那份]
    #[arg(value_name = "ID", required_unless_present = "resume")]
    id: Option<String>,
    /// Go on with the text that an earlier edit could not write
    ///
    /// 继续上次未能写入的文本
    #[arg(long)]
    resume: bool,
}

impl Edit {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let ledger = context.ledger()?;
        let typed = match self.id {
            Some(id) => id,
            None => only_kept(&ledger.root)?,
        };
        let found = find(ledger, &typed);
        let is_it = found.as_ref().is_ok_and(|path| id::fold(&id_of(path)) == id::fold(&typed));
        if self.resume
            && !is_it
            && let Some(gone) = file_is_gone(&ledger.root, &typed)
        {
            return Err(gone.into());
        }
        let path = found?;
        let Some(editor) = &context.env.editor else {
            let message = words!("no editor is set", "没有设置编辑器");
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!(
                    "set EDITOR, as in: EDITOR=vim crm edit zhang",
                    "请设置 EDITOR，例如：EDITOR=vim crm edit zhang"
                ))
                .into());
        };
        Session::can_commit(context, std::slice::from_ref(&path))?;
        let draft = match self.resume {
            true => Draft::resume(ledger, &path)?,
            false => Draft::begin(ledger, &path)?,
        };
        match edited(context, editor, &draft) {
            Err(failure) if !draft.is_unchanged() => Err(kept(failure, &draft)),
            done => {
                draft.drop_it();
                done
            }
        }
    }
}

/// Lets the draft be edited until it is written, dropped, or refused.
fn edited(context: &Context, editor: &str, draft: &Draft) -> Result<(), Failure> {
    let ledger = context.ledger()?;
    loop {
        run_editor(editor, &draft.file())?;
        if draft.is_unchanged() {
            context.say(words!("nothing was changed", "没有改动"));
            return Ok(());
        }
        let problems = draft.errors(ledger, context.today())?;
        let answer =
            if problems.is_empty() { EditAnswer::Keep } else { answer(&problems, context)? };
        match answer {
            EditAnswer::Again => continue,
            EditAnswer::Keep => {}
            EditAnswer::Drop => {
                context.say(words!("the changes were dropped", "改动已放弃"));
                return Ok(());
            }
        }
        let session = Session::open(context, false)?;
        let written = draft.write(&session)?;
        let file = ledger.show(draft.path());
        let file = file.display();
        context.say(match written {
            DraftOutcome::AsTyped => words!("{file} written", "{file} 已写入"),
            DraftOutcome::Merged => words!(
                "{file} written, with the changes that were made meanwhile",
                "{file} 已写入，并合并了编辑期间的改动"
            ),
        });
        if let Ok(tracked) = context.tracked() {
            show(&rewritten(&tracked, ledger, draft.path()), context.look_of_messages());
        }
        return Ok(());
    }
}

pub(super) fn run_editor(editor: &str, copy: &Path) -> Result<(), Diagnostic> {
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
            let message = words!("{editor} cannot be run", "无法运行 {editor}").because(&error);
            Err(Diagnostic::new(Code::Unreadable, message))
        }
    }
}

/// The answer about a text that has problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EditAnswer {
    /// The editor opens again.
    Again,
    /// The text is written as it is.
    Keep,
    /// The text is given up.
    Drop,
}

/// Shows the problems and asks. Fails with them where there is no terminal, and where the input ends.
fn answer(problems: &[Diagnostic], context: &Context) -> Result<EditAnswer, Failure> {
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
fn ask(input: &mut dyn BufRead, output: &mut dyn Write, lang: Lang) -> Option<EditAnswer> {
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
            "e" | "" => return Some(EditAnswer::Again),
            "k" => return Some(EditAnswer::Keep),
            "d" => return Some(EditAnswer::Drop),
            _ => {}
        }
    }
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
        assert_eq!(asked("y\nsave\nk\n"), (Some(EditAnswer::Keep), 3));
        assert_eq!(asked("\n"), (Some(EditAnswer::Again), 1));
        assert_eq!(asked("E\n"), (Some(EditAnswer::Again), 1));
        assert_eq!(asked("d\n"), (Some(EditAnswer::Drop), 1));
        assert_eq!(asked("yes\n"), (None, 2));
        assert_eq!(asked(""), (None, 1));
    }
}
