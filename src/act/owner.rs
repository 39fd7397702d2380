//! The owner of a prospect: given by hand, claimed from the pool, released to it.

use super::eligible::{Override, admit};
use super::names::rep;
use super::session::{Done, Session};
use super::target::{Entry, Target, entries, unless};
use crate::diag::{Code, Diagnostic, Failure, Words};
use crate::model::event::Event;
use crate::report::Request;
use crate::rules::query::Query;
use crate::rules::team::pool::Quota;

/// Gives prospects to a rep. A reason to `force` overrides that the rep may not have them.
///
/// # Errors
/// Fails for an unknown rep, and with every refusal together; nothing was written then.
pub fn assign(
    session: &Session,
    targets: Vec<Target>,
    to: &str,
    event: &Event,
    force: Option<&str>,
) -> Result<Done, Failure> {
    let settings = &session.ledger.settings;
    let to = rep(settings, "--to", to)?;
    if to.is_empty() {
        return Err(Diagnostic::new(
            Code::BadArgument,
            words!("--to needs a rep", "--to 要写业务员"),
        )
        .help(words!(
            "back to the pool is: crm release ID --reason …",
            "放回公海：crm release 编号 --reason …"
        ))
        .into());
    }
    let (mut entries, mut refused) = entries(targets, |target| {
        let record = target.on(settings, event.date())?;
        let owner = record.state.owner.as_deref();
        let named = target.named();
        if owner == Some(&*to) {
            let message = words!("{named} is with `{to}` already", "{named} 已归 `{to}`");
            return Err(Diagnostic::new(Code::AlreadyThere, message));
        }
        let said = Words::each(|lang| {
            let from = owner.unwrap_or(lang.pick("pool", "公海"));
            format!("{named}: {from} -> {to}")
        });
        // Always a reason: without one it would read as a claim.
        let by_hand = || session.written_lang().pick("assigned by hand", "手工分配").into();
        let reason = Some(event.reason.clone().unwrap_or_else(by_hand));
        let event = Event { owner: Some(to.clone()), reason, ..event.clone() };
        Ok(Entry { target, events: vec![event], said })
    });
    if let Err(barred) = admit(session, &mut entries, Override::Reason(force)) {
        refused.extend(barred.0);
    }
    unless(refused)?;
    session.commit(entries)
}

/// The rep that signs the event takes prospects from the pool, within its limits. A reason to `force` overrides that
/// the rep may not have them; the limits of the pool hold all the same.
///
/// # Errors
/// Fails if no rep signs, and with every refusal together; nothing was written then.
pub fn claim(
    session: &Session,
    targets: Vec<Target>,
    event: &Event,
    force: Option<&str>,
) -> Result<Done, Failure> {
    let Some(rep) = event.by.clone().filter(|by| !by.is_empty()) else {
        return Err(Diagnostic::new(
            Code::BadArgument,
            words!("no rep is named", "没有指明业务员"),
        )
        .help(words!(
            "name the rep that claims: --by REP, or set CRM_USER",
            "写出领取的业务员：--by 业务员，或设置 CRM_USER"
        ))
        .into());
    };
    let settings = &session.ledger.settings;
    let graded = settings.pool.asks_grades();
    let book = session.book(&Request::of(Query::everything()), graded)?;
    let mut quota = session.read(&book, || Quota::of(&book, &rep))?;
    let (mut entries, mut refused) = entries(targets, |target| {
        quota.claim(&target.on(settings, session.today())?)?;
        let named = target.named();
        let said = words!("{named}: claimed by {rep}", "{named}：由 {rep} 领取");
        let event = Event { owner: Some(rep.clone()), ..event.clone() };
        Ok(Entry { target, events: vec![event], said })
    });
    if let Err(barred) = admit(session, &mut entries, Override::Reason(force)) {
        refused.extend(barred.0);
    }
    unless(refused)?;
    session.commit(entries)
}

/// Prospects go back to the pool.
///
/// # Errors
/// Fails with every refusal together; nothing was written then.
pub fn release(session: &Session, targets: Vec<Target>, event: &Event) -> Result<Done, Failure> {
    let settings = &session.ledger.settings;
    let (entries, refused) = entries(targets, |target| {
        let record = target.on(settings, event.date())?;
        let named = target.named();
        let Some(owner) = &record.state.owner else {
            let message = words!("{named} is in the pool already", "{named} 已经在公海");
            return Err(Diagnostic::new(Code::AlreadyThere, message));
        };
        if record.care().is_none() {
            return Err(not_open(&target, record.stage_id(settings)));
        }
        let said = words!("{named}: {owner} -> pool", "{named}：{owner} -> 公海");
        let event = Event { owner: Some("".into()), ..event.clone() };
        Ok(Entry { target, events: vec![event], said })
    });
    unless(refused)?;
    session.commit(entries)
}

fn not_open(target: &Target, here: &str) -> Diagnostic {
    let (named, id) = (target.named(), target.id());
    let message = words!(
        "{named} is at `{here}`: only open prospects and customers go to the pool",
        "{named} 在 `{here}`：只有未结束的潜在客户和已成交的客户才能放回公海"
    );
    Diagnostic::new(Code::NotInPool, message).help(words!(
        "to give it to another rep: crm assign {id} --to REP",
        "交给其他业务员：crm assign {id} --to 业务员"
    ))
}
