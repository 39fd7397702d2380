//! Up the board, if the evidence holds; a refusal lists the missing criteria and the command that mends it.

use super::customer::on_a_board;
use super::eligible::{Override, admit};
use super::session::{Done, Session};
use super::target::{Entry, Target, ended, entries, is_there, knows_criteria, moved, unless};
use crate::diag::{Code, Diagnostic, Failure, Lang, Words};
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::model::pipeline::{Outcome, Stage};
use crate::model::settings::Settings;
use crate::rules::replay::evidence::Status;
use crate::rules::replay::moves::{judge, next_stage};
use crate::rules::replay::remedy::Remedy;

/// Moves prospects to a column, or each to its next one, by an event that may bring evidence with it. A reason to
/// `force` grants a column without evidence, and overrides that the new owner may not have the prospect.
///
/// # Errors
/// Fails with every refusal together; nothing was written then.
pub fn advance(
    session: &Session,
    targets: Vec<Target>,
    stage: Option<&str>,
    event: &Event,
    force: Option<&str>,
) -> Result<Done, Failure> {
    let settings = &session.ledger.settings;
    let (mut entries, refused) =
        entries(targets, |target| entry(target, stage, event, force, settings));
    unless(refused)?;
    admit(session, &mut entries, Override::Reason(force))?;
    session.commit(entries)
}

fn entry(
    target: Target,
    stage: Option<&str>,
    event: &Event,
    force: Option<&str>,
    settings: &Settings,
) -> Result<Entry, Diagnostic> {
    on_a_board(&target)?;
    let record = target.on(settings, event.date())?;
    let pipeline = record.pipeline(settings);
    let here = record.stage_id(settings);
    knows_criteria(&record, event, settings)?;
    if record.state.outcome != Outcome::Open {
        return Err(ended(&target, here));
    }
    let to = match stage {
        Some(name) => pipeline.position_named(name),
        None => next_stage(&record, settings),
    };
    let Some(to) = to else {
        let (named, id) = (target.named(), stage.unwrap_or_default());
        return Err(Diagnostic::new(
            Code::UnknownStage,
            words!("the board of {named} has no column `{id}`", "{named} 的看板没有 `{id}` 这一栏"),
        )
        .typed()
        .nearest(id, pipeline.stages.iter().map(|s| &*s.id)));
    };
    if to == pipeline.lost() {
        let (id, lost) = (target.id(), &pipeline.stages[to].id);
        let message = words!(
            "advance cannot move to the lost column `{lost}`",
            "advance 不能移到退出栏 `{lost}`"
        );
        return Err(Diagnostic::new(Code::BadArgument, message).help(words!(
            "to leave the board: crm lose {id} --reason TEXT",
            "退出看板：crm lose {id} --reason 原因"
        )));
    }
    if to == record.state.stage {
        return Err(is_there(&target, here));
    }
    if to < record.state.stage {
        let (named, id, to) = (target.named(), target.id(), &pipeline.stages[to].id);
        let message =
            words!("{named} is at `{here}`, beyond `{to}`", "{named} 在 `{here}`，已过 `{to}`");
        let help = words!(
            "to fall back: crm back {id} {to} --reason TEXT",
            "退回：crm back {id} {to} --reason 原因"
        );
        return Err(Diagnostic::new(Code::BadArgument, message).help(help));
    }
    let mut event = event.clone();
    event.stage = Some(pipeline.stages[to].id.clone());
    let verdict = judge(&target.loaded.prospect, settings, &event, to);
    let requirements = verdict.map(|verdict| verdict.requirements).unwrap_or_default();
    let (from, to) = (record.stage(settings), &pipeline.stages[to]);
    if requirements.iter().any(|status| !status.met) {
        match force {
            Some(reason) => event.forced = Some(reason.into()),
            None => return Err(refusal(&target, to, &event, &requirements)),
        }
    }
    let forced = event.forced.is_some();
    let said = Words::each(|lang| {
        let forced = if forced { lang.pick(" (forced)", "（破例）") } else { "" };
        moved(&target, from, to, lang) + forced
    });
    Ok(Entry { target, events: vec![event], said })
}

/// The refusal: the criteria that are met and missing, and the command that mends it.
fn refusal(target: &Target, stage: &Stage, event: &Event, requirements: &[Status]) -> Diagnostic {
    let missing = requirements.iter().filter(|status| !status.met).count();
    let (named, all) = (target.named(), requirements.len());
    let message = Words::each(|lang| {
        let stage = stage.label.get(lang, &stage.id);
        match lang {
            Lang::Zh => format!("{named} 不能移到 {stage}：{all} 项要求缺 {missing} 项"),
            Lang::En | Lang::Machine => {
                format!("{named} cannot move to {stage}: {missing} of {all} requirements missing")
            }
        }
    });
    let mut diagnostic = Diagnostic::new(Code::UnsupportedMove, message);
    for status in requirements {
        diagnostic = diagnostic.note(if status.met { status.held() } else { status.missing() });
    }
    mend(target.id(), &stage.id, event, requirements).into_iter().fold(diagnostic, Diagnostic::help)
}

/// The shortest way to the missing criteria: entries that come first, and this command with the options
/// that it lacks.
fn mend(id: &str, stage: &str, event: &Event, requirements: &[Status]) -> Vec<Words> {
    let mut confirm: Vec<&str> = event.confirms.iter().map(|id| &**id).collect();
    let mut options = typed(event);
    let mut first = Vec::new();
    let mut again = false;
    let remedies: Vec<&Remedy> =
        requirements.iter().filter_map(|status| status.remedy.as_ref()).collect();
    // Entries come in the order of the criteria: a contract before its payment.
    let last = remedies.iter().rposition(|r| matches!(r, Remedy::Entry(_) | Remedy::Payment(_)));
    for (at, remedy) in remedies.into_iter().enumerate() {
        again |= remedy.option().is_some();
        match (remedy, remedy.option(), remedy.command(id)) {
            (Remedy::Confirm(criterion), ..) => confirm.push(criterion),
            // The move itself is one entry of one kind, and the last.
            (Remedy::Entry(kind), ..)
                if Some(at) != last || options.iter().any(|typed| typed.starts_with("--kind")) =>
            {
                first.push(words!("first: crm log {id} {kind}", "先：crm log {id} {kind}"));
            }
            (_, Some(option), _) => {
                // A date that was typed but does not do gives way to the one that is asked for.
                let name = option.split(' ').next().unwrap_or_default();
                options.retain(|typed| !typed.starts_with(name));
                options.push(option);
            }
            (_, None, command) => {
                let command = command.unwrap_or_default();
                let (en, zh) = (command.en(), command.zh());
                first.push(words!("first: {en}", "先：{zh}"));
            }
        }
    }
    if !confirm.is_empty() {
        options.insert(0, format!("--confirm {}", confirm.join(",")));
    }
    if again {
        let command = Words::command(options.join(" ").trim_end());
        let line =
            |options: &str| format!("crm advance {id} {stage} {options}").trim_end().to_owned();
        let (en, zh) = (line(command.en()), line(command.zh()));
        first.push(words!("when it is so: {en}", "属实时：{zh}"));
    }
    first
}

/// The options of the command that was refused, criteria aside.
fn typed(event: &Event) -> Vec<String> {
    let kind = (event.kind != EventKind::Moved).then(|| format!("--kind {}", event.kind));
    let options = [
        kind,
        event.next.map(|next| format!("--next {next}")),
        event.close_by.map(|date| format!("--close-by {date}")),
        event.value.map(|value| format!("--value '{value}'")),
        event.amount.map(|amount| format!("--amount '{amount}'")),
    ];
    options.into_iter().flatten().collect()
}
