//! A new prospect: its id, a look for one that is alike, and its opening.

use super::change::{Origin, created, insert};
use super::eligible::{Gift, Override, admit_gifts};
use super::session::{Done, Session};
use super::written::Written;
use crate::diag::{Code, Diagnostic, Failure, Words};
use crate::disk::file::id_of;
use crate::disk::find::new_path;
use crate::disk::ledger::Ledger;
use crate::disk::likeness::alike;
use crate::model::event::Event;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::entry::nearly_known_source;
use crate::rules::replay::replay;
use crate::value::id;
use std::collections::HashSet;

/// How a new prospect is opened.
#[derive(Debug, Clone, Copy, Default)]
pub struct Opening<'o> {
    /// The id; none = made from the name.
    pub id: Option<&'o str>,
    /// Although one that looks alike exists.
    pub anyway: bool,
    /// Although the owner may not have it: why.
    pub force: Option<&'o str>,
}

/// Opens a prospect that has its facts, but neither id nor events. Gives it as it was written.
///
/// # Errors
/// Fails if its id exists, it looks like another one, its owner may not have it, or the event breaks a rule;
/// nothing was written then.
pub fn add(
    session: &Session,
    mut prospect: Prospect,
    mut event: Event,
    how: Opening,
) -> Result<(Prospect, Done), Failure> {
    let ledger = session.ledger;
    if prospect.name.is_empty() {
        return Err(Diagnostic::new(
            Code::MissingName,
            words!("a prospect needs a name", "潜在客户需要名称"),
        )
        .typed()
        .help(words!("for example: crm add 张先生", "例如：crm add 张先生"))
        .into());
    }
    known_board(&prospect, &ledger.settings)?;
    prospect.id = free_id(how.id, &prospect.name, ledger)?.into();
    prospect.path = new_path(ledger, &prospect.id);
    admit_owner(session, &prospect, &mut event, how.force)?;
    insert(&mut prospect, event);
    if !how.anyway {
        refuse_alike(ledger, &prospect, |other| {
            other.is_customer && prospect.belongs_to(&other.id)
        })?;
    }
    let differences = session.write(&[created(ledger, &prospect, Origin::Here)?])?;
    let shown = ledger.show(&prospect.path);
    let written = |event| Written::of(&prospect.id, event, shown.clone());
    let written = prospect.events.iter().map(written).collect();
    let mut said = Vec::new();
    if !session.is_dry() {
        let (name, file) = (&prospect.name, shown.display());
        said.push(words!("{name}: opened in {file}", "{name}：已建档 {file}"));
    }
    let source = nearly_known_source(&prospect, &ledger.settings);
    let doubts = session.doubts(&prospect.events, source);
    Ok((prospect, Done { said, written, differences, doubts }))
}

/// Fails if the owner may not have it. A new prospect has no grade yet, so no level is asked of its owner.
fn admit_owner(
    session: &Session,
    prospect: &Prospect,
    event: &mut Event,
    force: Option<&str>,
) -> Result<(), Failure> {
    let mut pooled = prospect.clone();
    pooled.events.push(Event { owner: None, ..event.clone() });
    let Some(record) = replay(pooled, &session.ledger.settings, event.date()) else {
        return Ok(());
    };
    let gift = Gift { named: format!("`{}`", prospect.id), record, event };
    admit_gifts(session, vec![gift], Override::Reason(force))
}

fn known_board(prospect: &Prospect, settings: &Settings) -> Result<(), Diagnostic> {
    let Some(board) = prospect.pipeline.as_deref() else { return Ok(()) };
    if settings.pipeline(Some(board)).is_some() {
        return Ok(());
    }
    let message = words!("no pipeline `{board}`", "没有看板 `{board}`");
    Err(Diagnostic::new(Code::UnknownPipeline, message)
        .typed()
        .nearest(board, settings.pipelines.iter().map(|pipeline| &*pipeline.id)))
}

/// The name of a fact of the team's own, if the settings name it.
///
/// # Errors
/// Fails with the nearest name.
pub fn own_fact<'t>(settings: &Settings, name: &'t str) -> Result<&'t str, Diagnostic> {
    let mut known = settings.facts.iter().map(|fact| &**fact);
    if known.clone().any(|fact| fact == name) {
        return Ok(name);
    }
    let message = words!("--fact: no fact `{name}`", "--fact：没有自定义字段 `{name}`");
    Err(Diagnostic::new(Code::BadArgument, message).nearest(name, &mut known).help(words!(
        "facts of your own are named in crm.toml: [ledger] facts = [\"…\"]",
        "自定义字段在 crm.toml 中写明：[ledger] facts = [\"…\"]"
    )))
}

/// The id that is given, or one from the name, with a number where the ledger has it already.
pub(super) fn free_id(
    stated: Option<&str>,
    name: &str,
    ledger: &Ledger,
) -> Result<String, Diagnostic> {
    let (paths, _) = ledger.paths();
    let taken: HashSet<String> = paths.iter().map(|path| id::fold(&id_of(path))).collect();
    if let Some(stated) = stated {
        id::validate(stated).map_err(|bad| {
            Diagnostic::new(Code::BadId, bad.words().about("--id"))
                .typed()
                .help(words!(
                    "letters and digits of any script, `-`, `_` and `.`",
                    "可用各种文字的字母、数字以及 `-`、`_`、`.`"
                ))
                .help(words!("without --id, one is made from the name", "不写 --id 时由名称生成"))
        })?;
        if taken.contains(&id::fold(stated)) {
            return Err(Diagnostic::new(
                Code::AlreadyThere,
                words!("the id `{stated}` exists already", "编号 `{stated}` 已经存在"),
            )
            .help(words!("look at it: crm show {stated}", "查看：crm show {stated}")));
        }
        return Ok(stated.to_owned());
    }
    let slug = id::slug(name);
    if slug.is_empty() {
        return Err(Diagnostic::new(
            Code::BadId,
            words!("no id can be made from `{name}`", "无法由 `{name}` 生成编号"),
        )
        .typed()
        .help(words!("choose one: --id ID", "请指定：--id 编号")));
    }
    let numbered = (2u32..).map(|n| format!("{slug}-{n}"));
    let mut candidates = std::iter::once(slug.clone()).chain(numbered);
    Ok(candidates.find(|id| !taken.contains(&id::fold(id))).unwrap_or(slug))
}

/// Refuses one with the name and company, the telephone or the e-mail of another one, unless these are `related`.
pub(super) fn refuse_alike(
    ledger: &Ledger,
    prospect: &Prospect,
    related: impl Fn(&Prospect) -> bool,
) -> Result<(), Diagnostic> {
    let found = alike(ledger, prospect);
    let Some((first, likeness)) = found.iter().find(|(other, _)| !related(other)) else {
        return Ok(());
    };
    let Prospect { id, name, .. } = first;
    let message = Words::each(|lang| {
        let same = likeness.words(first.is_customer);
        let same = same.get(lang);
        words!("`{id}` ({name}) has the same {same}", "`{id}`（{name}）的{same}相同")
            .get(lang)
            .to_owned()
    });
    let refused = Diagnostic::new(Code::LikelyDuplicate, message)
        .help(words!("look at it: crm show {id}", "查看：crm show {id}"));
    let refused = match (prospect.is_customer, first.is_customer) {
        (true, false) => refused.help(words!(
            "if it is a chance at this customer: --from {id}",
            "若是该客户的销售机会：--from {id}"
        )),
        (false, true) => refused.help(words!(
            "if it is a chance at that customer: --account {id}",
            "若是那个客户的销售机会：--account {id}"
        )),
        _ => refused,
    };
    Err(refused.help(words!("if it is another one, add --anyway", "确属另一客户，请加 --anyway")))
}
