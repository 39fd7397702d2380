//! Entries that give a prospect to a rep: refused where the rep may not have it, marked where a reason overrides
//! that. Every act in which a person names the new owner asks here; plans ask the rule themselves.

use super::session::Session;
use super::target::{Entry, unless};
use crate::diag::{Diagnostic, Failure, Words};
use crate::model::event::Event;
use crate::report::Request;
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::rules::team::Team;
use crate::rules::team::eligibility::Eligibility;
use crate::rules::team::survey::Survey;
use crate::value::date::Date;

/// A prospect and the entry that may give it to a rep.
pub struct Gift<'e> {
    /// The prospect, as messages name it.
    pub named: String,
    /// The prospect on the entry's day, before the entry.
    pub record: Record,
    /// The entry.
    pub event: &'e mut Event,
}

/// The suggestion of a refusal.
#[derive(Debug, Clone, Copy)]
pub enum Override<'a> {
    /// The act has a reason to override a refusal, or could have been given one.
    Reason(Option<&'a str>),
    /// The act has no such reason: `assign` has.
    Elsewhere,
}

/// Judges whether the new owners in entries of a command may have the prospects.
///
/// # Errors
/// Fails with every refusal together, unless a reason overrides them.
pub fn admit(session: &Session, entries: &mut [Entry], reason: Override) -> Result<(), Failure> {
    let mut gifts = Vec::new();
    for Entry { target, events, .. } in entries {
        for event in events.iter_mut().filter(|event| event.owner.is_some()) {
            let record = target.on(&session.ledger.settings, event.date())?;
            gifts.push(Gift { named: target.named(), record, event });
        }
    }
    admit_gifts(session, gifts, reason)
}

/// Judges whether reps may have prospects, which need not exist yet.
///
/// # Errors
/// Fails with every refusal together, unless a reason overrides them.
pub fn admit_gifts(
    session: &Session,
    mut gifts: Vec<Gift>,
    reason: Override,
) -> Result<(), Failure> {
    let settings = &session.ledger.settings;
    gifts.retain(|gift| {
        let owner = gift.event.owner.as_deref().unwrap_or_default();
        settings.rep(owner).is_some() && gift.record.state.owner.as_deref() != Some(owner)
    });
    // All entries of a command have one date.
    let Some(day) = gifts.first().map(|gift| gift.event.date()) else { return Ok(()) };
    let book = book_on(session, day)?;
    let refused = session.read(&book, || judge(&book, &mut gifts, reason))??;
    unless(refused)
}

/// The ledger on the day of the entries: later entries do not count.
fn book_on(session: &Session, day: Date) -> Result<Book, Failure> {
    let book = session.book(&Request::of(Query::everything()), true)?;
    Ok(if day < book.as_of { book.earlier(day) } else { book })
}

/// The refusals; where a reason overrides them, the entries are marked with it.
fn judge(book: &Book, gifts: &mut [Gift], reason: Override) -> Result<Vec<Diagnostic>, Diagnostic> {
    let idle = Team::idle(book);
    let mut eligibility = Eligibility::without_accounts(book, &idle)?;
    let survey = book.fold_everybody(
        &Query::everything(),
        |survey: &mut Survey, record| survey.take(record, book, &idle),
        Survey::join,
    );
    let (mut team, holders, _) = survey.done(book);
    eligibility.learn(holders);
    let mut refused = Vec::new();
    for Gift { named, record, event } in gifts {
        let rep = event.owner.clone().unwrap_or_default();
        let Some(place) = team.place(&rep) else { continue };
        book.attach_customer(record);
        let customer = book.graded().of(&record.prospect.id);
        let obstacles = eligibility.obstacles(record, &team);
        match (eligibility.refusal(&obstacles, customer, &team, place), reason) {
            (None, _) => {}
            (Some(_), Override::Reason(Some(why))) => event.forced = Some(why.into()),
            (Some(barrier), _) => {
                let id = &record.prospect.id;
                refused.push(barrier.refusal(named, &rep).help(help(reason, id, &rep)));
                continue;
            }
        }
        record.care().into_iter().for_each(|care| team.members[place].hold(care));
    }
    Ok(refused)
}

fn help(reason: Override, id: &str, rep: &str) -> Words {
    match reason {
        Override::Reason(_) => {
            words!("if it must be: --force \"why\"", "确有必要：--force \"原因\"")
        }
        Override::Elsewhere => words!(
            "if it must be: crm assign {id} --to {rep} --force \"why\"",
            "确有必要：crm assign {id} --to {rep} --force \"原因\""
        ),
    }
}
