//! `crm advance ID [STAGE]`: up the board, if the evidence holds.

use crate::cli::args::{Facts, Signed, Where};
use crate::cli::context::Context;
use crate::cli::eligible::{Override, admit};
use crate::cli::entry::{Entry, Session, Target, ended, kind, moved};
use crate::cli::words::split_stage;
use crate::diag::{Code, Diagnostic, Failure, Lang, Words};
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::rules::replay::evidence::Status;
use crate::rules::replay::moves::{judge, next_stage};
use crate::rules::replay::remedy::Remedy;
use clap::Args;

/// Move up the board, if the evidence holds; a refusal lists what is missing
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm advance zhang                      to the next column\n  \
    crm advance zhang 50 --confirm budget,fit --close-by 2009-12-22 --next 2009-12-15\n  \
    crm advance zhang 25 --kind meeting --next tue      records the meeting and moves\n  \
    crm advance zhang 90 --force \"contract is in the post, boss agreed\"")]
pub struct Advance {
    /// The prospects, then the column [default: the next one up]
    #[arg(required_unless_present = "query", value_names = ["ID", "STAGE"])]
    words: Vec<String>,
    #[command(flatten)]
    signed: Signed,
    #[command(flatten)]
    facts: Facts,
    /// The kind of entry that comes with the move: meeting, contract, payment, …
    #[arg(long, value_name = "KIND", default_value = "moved", hide_default_value = true)]
    kind: String,
    /// Write the move although evidence is missing, or the new owner may not have it, with a reason
    #[arg(long, value_name = "REASON")]
    force: Option<String>,
    #[command(flatten)]
    chosen: Where,
}

impl Advance {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.chosen.dry_run)?;
        let settings = &session.ledger.settings;
        let (ids, stage) = split_stage(session.ledger, &self.words, self.chosen.query.is_some())?;
        let event = session.draft(kind(settings, &self.kind)?, &self.signed, &self.facts)?;
        let mut entries = Vec::new();
        let mut refused = Vec::new();
        for target in session.targets(ids, &self.chosen)? {
            match self.entry(target, stage, &event, settings) {
                Ok(entry) => entries.push(entry),
                Err(diagnostic) => refused.push(diagnostic),
            }
        }
        if !refused.is_empty() {
            return Err(Failure(refused));
        }
        admit(context, &mut entries, Override::Reason(self.force.as_deref()))?;
        session.commit(entries)
    }

    fn entry(
        &self,
        target: Target,
        stage: Option<&str>,
        event: &Event,
        settings: &Settings,
    ) -> Result<Entry, Diagnostic> {
        let record = target.on(settings, event.date())?;
        let pipeline = record.pipeline(settings);
        let here = record.stage_id(settings);
        if record.state.outcome != Outcome::Open {
            return Err(ended(&target, here));
        }
        let to = match stage {
            Some(id) => pipeline.find(id),
            None => next_stage(&record, settings),
        };
        let Some(to) = to else {
            let (named, id) = (target.named(), stage.unwrap_or_default());
            return Err(Diagnostic::new(
                Code::UnknownStage,
                words!(
                    "the board of {named} has no column `{id}`",
                    "{named} 的看板没有 `{id}` 这一栏"
                ),
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
                "退出看板：crm lose {id} --reason TEXT"
            )));
        }
        if to <= record.state.stage {
            let (named, id, to) = (target.named(), target.id(), &pipeline.stages[to].id);
            let message = words!("{named} is at `{here}` already", "{named} 已经在 `{here}`");
            let help = words!(
                "to fall back: crm back {id} {to} --reason TEXT",
                "退回：crm back {id} {to} --reason TEXT"
            );
            return Err(Diagnostic::new(Code::BadArgument, message).help(help));
        }
        let mut event = event.clone();
        event.stage = Some(pipeline.stages[to].id.clone());
        let verdict = judge(&target.loaded.prospect, settings, &event, to);
        let missing: Vec<Status> = verdict
            .map(|verdict| verdict.requirements.into_iter().filter(|status| !status.met).collect())
            .unwrap_or_default();
        if !missing.is_empty() {
            match &self.force {
                Some(reason) => event.forced = Some(reason.as_str().into()),
                None => return Err(refusal(&target, &event, to, settings)),
            }
        }
        let (from, to) = (record.stage(settings), &pipeline.stages[to]);
        let forced = event.forced.is_some();
        let said = Words::each(|lang| {
            let forced = if forced { lang.pick(" (forced)", "（破例）") } else { "" };
            moved(&target, from, to, lang) + forced
        });
        Ok(Entry { target, events: vec![event], said })
    }
}

/// The refusal: the criteria that are met, those that are missing, and the commands that mend it.
fn refusal(target: &Target, event: &Event, to: usize, settings: &Settings) -> Diagnostic {
    let record = &target.record;
    let stage = &record.pipeline(settings).stages[to];
    let requirements = judge(&target.loaded.prospect, settings, event, to)
        .map(|verdict| verdict.requirements)
        .unwrap_or_default();
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
    for status in &requirements {
        diagnostic = diagnostic.note(if status.met { status.held() } else { status.missing() });
    }
    mend(target.id(), &stage.id, event, &requirements)
        .into_iter()
        .fold(diagnostic, Diagnostic::help)
}

/// The shortest way to what is missing: entries that come first, and this command with the options that it
/// lacks.
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
                // A typed date that does not meet the criterion gives way to the one that is asked for.
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
        let command = format!("crm advance {id} {stage} {}", options.join(" "));
        let command = command.trim_end();
        first.push(words!("when it is so: {command}", "属实时：{command}"));
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
