//! `crm log ID KIND`: an event.

use crate::act::log::log;
use crate::act::names::kind;
use crate::act::session::Session;
use crate::act::target::Target;
use crate::cli::args::{Facts, Signed, Where};
use crate::cli::commands::edit::run_editor;
use crate::cli::context::Context;
use crate::cli::details::DetailsTyped;
use crate::cli::draft::money;
use crate::cli::note_file::NoteFile;
use crate::diag::{Code, Diagnostic, Failure};
use crate::disk::file::id_of;
use crate::disk::find::find;
use crate::model::pipeline::Pipeline;
use crate::model::settings::Settings;
use crate::value::money::Amount;
use clap::Args;
use std::io::IsTerminal;

/// Record an event: a call, a meeting, a payment, …
///
/// 记一条流水：电话、见面、付款……
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm log zhang meeting --note \"Steady business\" --next 2009-12-11T14:00\n  \
    crm log zhang call --reached=false\n  \
    crm log zhang payment --amount 1500.50\n  \
    crm log zhang visit --cost 300 --done step-1\n  \
    crm log zhang contract --number C-1 --amount 60000 --instalment 2010-01-15=30000 --instalment 2010-02-15=30000\n  \
    crm log zhang invoice --number I-7 --line group-health=12x500 --due 2010-01-31\n  \
    crm log zhang payment --amount 6000 --for I-7\n  \
    crm log zhang complaint --category delivery --severity 2\n  \
    crm log hospital meeting --with \"Dean Wei\" --buyer agreement --milestone contract=2010-04-30\n  \
    crm log --where 'tag:vip' care --note \"New year card\"\n  \
    crm call zhang -m \"Wants the brochure\" --next fri          any kind is a verb / 每种类型都是动词\n\n\
    On a terminal, an entry of which nothing else is said opens $VISUAL or $EDITOR for its note, as git\n\
    commit does; an empty text is no note. --edit opens it with any entry, --no-edit never.\n\n\
    在终端上，没有写其他内容的流水会打开 $VISUAL 或 $EDITOR 写备注，与 git commit 一样；留空则没有备注。\n\
    --edit 总是打开，--no-edit 从不打开。")]
pub struct Log {
    /// The prospects, then the kind: call, message, email, visit, meeting, demo, quote, contract, payment, booking, order, refund, verified, note, request, complaint, resolved, survey, care, invoice, credit, delivery, handled, feedback
    ///
    /// 潜在客户，其后为类型：call、message、email、visit、meeting、demo、quote、contract、payment、booking、order、refund、verified、note、request、complaint、resolved、survey、care、invoice、credit、delivery、handled、feedback
    #[arg(required_unless_present_any = ["verb", "query"], value_names = ["ID", "KIND"])]
    words: Vec<String>,
    /// The kind that a verb means
    ///
    /// 动词所指的类型
    #[arg(long, value_name = "KIND", hide = true)]
    verb: Option<String>,
    /// Write the note in the editor
    ///
    /// 用编辑器写备注
    #[arg(short, long, conflicts_with = "note")]
    edit: bool,
    /// Open no editor for the note
    ///
    /// 不打开编辑器
    #[arg(long, conflicts_with = "edit")]
    no_edit: bool,
    #[command(flatten)]
    signed: Signed,
    #[command(flatten)]
    facts: Facts,
    /// Ties a request or complaint to its resolution
    ///
    /// 把请求或投诉与它的办结连在一起
    #[arg(long, value_name = "NAME")]
    ticket: Option<String>,
    /// On a survey: the answer, 0-10 (nps) or 1-5 (csat)
    ///
    /// 调查的评分：0-10（nps）或 1-5（csat）
    #[arg(long, value_name = "N")]
    score: Option<String>,
    /// On a survey: nps or csat
    ///
    /// 调查的量表：nps 或 csat
    #[arg(long, value_name = "SCALE", value_parser = ["nps", "csat"])]
    scale: Option<String>,
    /// The money that a visit, a gift or care took: 300, "45.50 USD"
    ///
    /// 拜访、礼品或关怀的花费：300、"45.50 USD"
    #[arg(long, value_name = "MONEY")]
    cost: Option<String>,
    /// The step of the plan that is done
    ///
    /// 计划中已完成的步骤
    #[arg(long, value_name = "STEP")]
    done: Option<String>,
    /// With --owner: although the rep may not have it, and why
    ///
    /// 与 --owner 同用：该业务员本不可负责，仍要分给他，并写明原因
    #[arg(long, value_name = "REASON", requires = "owner")]
    force: Option<String>,
    #[command(flatten)]
    details: DetailsTyped,
    #[command(flatten)]
    chosen: Where,
}

fn no_editor() -> Diagnostic {
    let message = words!("no editor is set", "没有设置编辑器");
    Diagnostic::new(Code::BadArgument, message)
        .help(words!("set EDITOR, or write the note with -m", "请设置 EDITOR，或用 -m 写备注"))
}

impl Log {
    /// Runs it.
    pub fn run(mut self, context: &Context) -> Result<(), Failure> {
        let written = self.note_from_editor(context)?;
        if let Some(note) = &written {
            self.signed.note = note.text()?;
        }
        let done = self.record(context);
        match written {
            Some(note) => done.map_err(|failure| {
                let sealing = context.ledger().ok().and_then(|ledger| ledger.sealing.as_deref());
                note.kept(failure, sealing)
            }),
            None => done,
        }
    }

    /// The kind as it is typed, and the prospects.
    fn kind_and_ids(&self) -> (&str, &[String]) {
        match &self.verb {
            Some(verb) => (verb, &self.words),
            None => {
                let last = self.words.split_last();
                last.map_or(("", &[][..]), |(last, ids)| (last.as_str(), ids))
            }
        }
    }

    /// Is nothing said but that it happened, when and by which rep?
    fn says_nothing(&self) -> bool {
        let Log { facts, details, .. } = self;
        let more = [&self.ticket, &self.score, &self.scale, &self.cost, &self.done, &self.force];
        *facts == Facts::default()
            && *details == DetailsTyped::default()
            && more.iter().all(|option| option.is_none())
    }

    /// The note that is written in the editor, where one is to be opened. What can be wrong before it is, is.
    fn note_from_editor(&self, context: &Context) -> Result<Option<NoteFile>, Failure> {
        let is_asked = || self.says_nothing() && !self.no_edit && !self.chosen.dry_run;
        let opens = self.edit
            || is_asked() && std::io::stdin().is_terminal() && context.writes_to_terminal();
        let (name, ids) = self.kind_and_ids();
        if !opens || self.signed.note.is_some() {
            return Ok(None);
        }
        let Some(editor) = &context.env.editor else {
            return if self.edit { Err(no_editor().into()) } else { Ok(None) };
        };
        let ledger = context.ledger()?;
        let known = kind(&ledger.settings, name);
        let (Ok(known), false) = (known, ids.is_empty() && self.chosen.query.is_none()) else {
            // The entry is refused, with the reason.
            return Ok(None);
        };
        let paths = ids.iter().map(|id| find(ledger, id)).collect::<Result<Vec<_>, _>>()?;
        if !self.chosen.dry_run {
            Session::can_commit(context, &paths)?;
        }
        let mut named: Vec<String> = paths.iter().map(|path| id_of(path)).collect();
        named.extend(self.chosen.query.clone());
        let note = NoteFile::new(&named.join(", "), known, context.spoken())?;
        run_editor(editor, note.path())?;
        Ok(Some(note))
    }

    fn record(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.chosen.dry_run)?;
        let settings = &session.ledger.settings;
        let (name, ids) = self.kind_and_ids();
        if ids.is_empty() && self.chosen.query.is_none() {
            return Err(Diagnostic::new(
                Code::BadArgument,
                words!("an entry needs a prospect and a kind", "流水需要潜在客户和类型"),
            )
            .help(words!(
                "crm log ID KIND, for example: crm log zhang call",
                "crm log 编号 类型，例如：crm log zhang call"
            ))
            .into());
        }
        let kind = kind(settings, name).map_err(|unknown| match ids.first() {
            Some(first) if settings.kinds.names().any(|kind| kind == first) => {
                unknown.help(words!(
                    "the prospect comes first: crm log {name} {first}",
                    "先写潜在客户：crm log {name} {first}"
                ))
            }
            _ => unknown,
        })?;
        let mut event = self.signed.draft(&session, kind, &self.facts, context)?;
        event.ticket = self.ticket.as_deref().map(ticket).transpose()?;
        event.scale = self.scale.as_deref().map(Into::into);
        event.score = self.score.as_deref().map(score).transpose()?;
        event.done = self.done.as_deref().map(Into::into);
        let own = settings.currency;
        event.cost = self.cost.as_deref().map(|text| money("--cost", text, own)).transpose()?;
        let targets = self.chosen.targets(&session, ids, context)?;
        let boards = boards(&targets, settings);
        event.details = self.details.read(settings, context, &boards)?;
        context.tell(log(&session, targets, &event, self.force.as_deref())?)
    }
}

/// The boards of prospects; the first one of the ledger where there is none.
fn boards<'s>(targets: &[Target], settings: &'s Settings) -> Vec<&'s Pipeline> {
    let mut boards: Vec<&Pipeline> = Vec::new();
    for target in targets {
        let named = settings.pipeline(target.loaded.prospect.pipeline.as_deref());
        let board = named.or(settings.pipelines.first());
        boards.extend(board.filter(|board| boards.iter().all(|known| known.id != board.id)));
    }
    if boards.is_empty() {
        boards.extend(settings.pipelines.first());
    }
    boards
}

/// A name of a case: it has words.
fn ticket(text: &str) -> Result<crate::value::text::Text, Diagnostic> {
    match text.trim() {
        "" => {
            let message = words!("--ticket: a case needs a name", "--ticket：受理要有名称");
            let help = words!(
                "leave --ticket out where one case is meant",
                "只有一个受理时可不写 --ticket"
            );
            Err(Diagnostic::new(Code::BadArgument, message).help(help))
        }
        name => Ok(name.into()),
    }
}

fn score(text: &str) -> Result<Amount, Diagnostic> {
    Amount::parse(text).map_err(|_| {
        let message = words!("--score: `{text}` is not a number", "--score：`{text}` 不是数字");
        Diagnostic::new(Code::BadArgument, message)
    })
}
