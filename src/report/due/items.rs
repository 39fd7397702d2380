//! The things of one prospect or customer that `crm due` lists.

use super::demands::Demands;
use super::money::DueKind;
use crate::model::kind::KINDS;
use crate::model::kind::{Counts, EventKind};
use crate::model::pipeline::Outcome;
use crate::model::privacy::VEIL;
use crate::report::policy::occasion_words;
use crate::rules::book::Book;
use crate::rules::plan_of_customer::StepState;
use crate::rules::policy::practice::Practice;
use crate::rules::policy::tier::birthday_in;
use crate::rules::policy::{Duty, Kept};
use crate::rules::project::Milestone;
use crate::rules::replay::standing;
use crate::rules::replay::state::Record;
use crate::rules::service::case::Case;
use crate::rules::service::collect::JointCases;
use crate::rules::service::journal::begins;
use crate::rules::team::owner_left;
use crate::rules::team::pool::recycling;
use crate::table::terms::term;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::Money;
use crate::value::text::Text;

/// One thing to do.
pub(super) struct DueItem {
    pub(super) date: Date,
    pub(super) what: &'static DueKind,
    pub(super) detail: Text,
    /// The rep that is to do it, where that is not the owner.
    pub(super) who: Option<Text>,
    /// The money at stake.
    pub(super) stake: Option<Money>,
}

/// The kinds of things that can be due, in the order in which those of one day are listed.
pub(in crate::report) const NEXT: DueKind = ("next-step", "next step", "下一步");
const CLOSE: DueKind = ("close-by", "signing date", "签约日");
const CYCLE: DueKind = ("cycle-ends", "cycle ends", "周期到期");
const RESUMES: DueKind = ("resumes", "hold ends", "恢复跟进");
pub(super) const RIGHTS: DueKind = ("rights", "look at the rights", "查看权限");
pub(super) const RECYCLE: DueKind = ("recycle", "goes to the pool", "回收公海");
const LEFT: DueKind = ("owner-left", "owner has left", "负责人已离职");
const STEP: DueKind = ("step", "step of the plan", "计划步骤");
const MILESTONE: DueKind = ("milestone", "milestone", "里程碑");
const RESPONSE: DueKind = ("response", "answered a campaign", "回应了活动");
pub(in crate::report) const BIRTHDAY: DueKind = ("birthday", "birthday", "生日");

/// The duties that the policy of its grade has for a prospect.
const VERIFY: DueKind = ("verify", "verify record", "核实资料");
const CONTACT: DueKind = ("contact", "be in touch", "保持联系");
const ANSWER: DueKind = ("answer", "answer", "答复");
const RESOLVE: DueKind = ("resolve", "resolve", "解决");
const TELL: DueKind = ("tell", "tell the customer", "告知客户");
const TEAM: DueKind = ("team", "helper missing", "缺协同人");
const LEADER: DueKind = ("leader", "leader's talk", "领导沟通");
const REVIEW: DueKind = ("review", "review", "客户回顾");
const SURVEY: DueKind = ("survey", "survey", "满意度调查");
const CARE: DueKind = ("care", "care", "关怀");

/// The things that are due with a prospect or customer up to a day.
pub(super) fn items(
    record: &Record,
    book: &Book,
    demands: Option<&Demands>,
    last: Date,
) -> Vec<DueItem> {
    let (state, lang) = (&record.state, book.settings.language);
    let mut items = Vec::new();
    let mut put = |date: Date, what, detail: String| {
        if date <= last {
            items.push(DueItem { date, what, detail: detail.into(), who: None, stake: None });
        }
    };
    if let Some((rep, left)) = owner_left(record, &book.settings, book.as_of) {
        put(left, &LEFT, rep.display().to_owned());
    }
    let held = state.hold.as_ref().filter(|_| state.flags.on_hold);
    if let Some(hold) = held {
        put(hold.until, &RESUMES, hold.reason.as_deref().unwrap_or("").to_owned());
    }
    if let Some(next) = &state.evidence.next
        && held.is_none()
    {
        let time = next.at.time.map(|time| time.to_string()[..5].to_owned());
        let is_shown = |what: &&str| lang != Lang::Machine || *what != VEIL;
        let what = next.what.as_deref().filter(is_shown).map(String::from);
        put(next.at.date, &NEXT, time.into_iter().chain(what).collect::<Vec<_>>().join(" "));
    }
    if state.outcome == Outcome::Open && held.is_none() {
        if let Some((close, _)) = state.evidence.close_by
            && state.evidence.signed.is_none()
        {
            let pushed = match (state.pushes, lang) {
                (0, _) => String::new(),
                (n, Lang::En | Lang::Machine) => format!("pushed {n} x"),
                (n, Lang::Zh) => format!("推迟{n}次"),
            };
            put(close, &CLOSE, pushed);
        }
        if let Some(start) = state.clock_start
            && state.stage > 0
        {
            let day = start.plus(i64::from(state.cycle_days));
            let (age, cycle) = (state.age(book.as_of).unwrap_or(0), state.cycle_days);
            let detail = match lang {
                Lang::En | Lang::Machine => format!("day {age} of {cycle}"),
                Lang::Zh => format!("第{age}天，周期{cycle}天"),
            };
            put(day, &CYCLE, detail);
        }
    }
    // A birthday on which care is demanded is settled by that care.
    let mut birthdays = true;
    if let Some(demands) = demands {
        let practice = Practice::of(record, &book.settings, book.as_of);
        let (grade, duties) = demands.on(&practice, &record.prospect.id);
        birthdays = !demands.ask_for_birthdays(&practice, &record.prospect.id);
        for duty in duties {
            let (what, day) = match &duty {
                Duty::Verify(_) => (&VERIFY, duty.due()),
                Duty::Contact(_) => (&CONTACT, duty.due()),
                Duty::Role { filled, .. } => (&TEAM, (!filled).then_some(book.as_of)),
                Duty::Leader(_) => (&LEADER, duty.due()),
                Duty::Review(_) => (&REVIEW, duty.due()),
                Duty::Survey(_) => (&SURVEY, duty.due()),
                Duty::Care { .. } => (&CARE, duty.due()),
                Duty::Answer(_) => (&ANSWER, duty.due()),
                Duty::Resolve(_) => (&RESOLVE, duty.due()),
                Duty::Channel { .. }
                | Duty::Level { .. }
                | Duty::Discount { .. }
                | Duty::Budget { .. } => continue,
            };
            if let Some(day) = day {
                put(day, what, demanded(grade, &duty, lang));
            }
        }
    }
    if !book.settings.pool.asks_grades()
        && let Some(recycling) = recycling(record, &book.settings, None)
    {
        put(recycling.on, &RECYCLE, recycling.cause.words().get(lang).to_owned());
    }
    let there = record.prospect.contacts.iter().filter(|contact| contact.is_there(book.as_of));
    for contact in there.filter(|_| birthdays) {
        if let Some(day) = contact.birthday.and_then(|born| next_birthday(born, book.as_of)) {
            put(day, &BIRTHDAY, contact.name.to_string());
        }
    }
    items.extend(steps(record, book.as_of, last));
    items.extend(response(record, book));
    items.extend(milestones(record, book, last));
    items
}

/// The steps of the plan that are to be done; not of a prospect that left and never bought.
fn steps(record: &Record, on: Date, last: Date) -> Vec<DueItem> {
    let state = &record.state;
    if state.outcome == Outcome::Lost && state.orders == 0 {
        return Vec::new();
    }
    let open = record.prospect.profile().named_steps().filter_map(|(id, step)| {
        let date = step.by.filter(|by| *by <= last)?;
        if let StepState::Done(_) = StepState::of(&id, step, state, on) {
            return None;
        }
        let detail = if step.what.is_empty() { id } else { step.what.clone() };
        Some(DueItem { date, what: &STEP, detail, who: step.who.clone(), stake: None })
    });
    open.collect()
}

/// The planned days of columns that an open prospect has not reached.
fn milestones(record: &Record, book: &Book, last: Date) -> Vec<DueItem> {
    if record.prospect.is_customer
        || record.state.outcome != Outcome::Open
        || record.state.flags.on_hold
    {
        return Vec::new();
    }
    let lang = book.settings.language;
    let stages = &record.pipeline(&book.settings).stages;
    let open = record.milestones(&book.settings, book.as_of).into_iter();
    let open = open.filter(|milestone| milestone.reached.is_none() && milestone.planned <= last);
    let item = |milestone: Milestone| {
        let stage = &stages[milestone.column];
        let detail = stage.label.get(lang, &stage.id).into();
        DueItem { date: milestone.planned, what: &MILESTONE, detail, who: None, stake: None }
    };
    open.map(item).collect()
}

/// So many days after a prospect answered a campaign it is no longer due to follow that up.
const FOLLOW_UP_DAYS: i64 = 30;

/// The last answer to a campaign, while no call, message, meeting or paper of ours has followed it.
fn response(record: &Record, book: &Book) -> Option<DueItem> {
    let asked = [EventKind::Response, EventKind::Request, EventKind::Complaint];
    let mut answer = None;
    for event in standing(&record.prospect.events, book.as_of) {
        if event.kind == EventKind::Response {
            answer = Some(event);
        } else if book.settings.counts(&event.kind) != Counts::Note && !asked.contains(&event.kind)
        {
            answer = None;
        }
    }
    let answer = answer?;
    let date = answer.date();
    let is_late = book.as_of.days_since(date) > FOLLOW_UP_DAYS;
    let campaign = answer.details().campaign.as_deref().unwrap_or_default();
    let campaign = book.settings.campaign(campaign);
    let lang = book.settings.language;
    let detail = campaign.map_or_else(Text::default, |one| one.label.get(lang, &one.id).into());
    (!is_late).then_some(DueItem { date, what: &RESPONSE, detail, who: None, stake: None })
}

/// So many days after a case was resolved it is no longer due to tell the customer: what was done in the years before a
/// ledger knew feedback is no work of today.
const TELL_DAYS: i64 = 30;

/// The cases that were resolved lately, of which the customer has not been told; not of a prospect that left and never bought.
pub(super) fn untold(record: &Record, book: &Book, cases: &JointCases) -> Vec<DueItem> {
    let state = &record.state;
    let left = state.outcome == Outcome::Lost && state.orders == 0;
    if left || !record.prospect.events.iter().any(begins) {
        return Vec::new();
    }
    let cases = cases.of_file(record, &book.settings, book.as_of);
    let item = |case: &Case| {
        let (date, name) = (case.resolved()?.date, case.name.clone());
        let is_late = book.as_of.days_since(date) > TELL_DAYS;
        (case.is_untold() && !is_late).then_some(DueItem {
            date,
            what: &TELL,
            detail: name,
            who: None,
            stake: None,
        })
    };
    cases.iter().filter_map(item).collect()
}

/// Why it is due, in a few words: the day itself says when it last happened.
fn demanded(grade: &str, duty: &Duty, lang: Lang) -> String {
    let word = |kind| term(KINDS, kind, lang);
    let (en, zh) = match duty {
        Duty::Answer(Kept { asking, .. }) | Duty::Resolve(Kept { asking, .. }) => (
            format!("{grade}: {} of {}", word(&asking.kind), asking.at.date),
            format!("{grade}：{} {}", asking.at.date, word(&asking.kind)),
        ),
        Duty::Role { role, .. } => (format!("{grade}: {role}"), format!("{grade}：{role}")),
        Duty::Care { occasion, .. } => (
            format!("{grade}: {}", occasion_words(*occasion, lang)),
            format!("{grade}：{}", occasion_words(*occasion, lang)),
        ),
        Duty::Verify(deadline)
        | Duty::Contact(deadline)
        | Duty::Leader(deadline)
        | Duty::Review(deadline)
        | Duty::Survey(deadline) => match deadline.last {
            Some(_) => (
                format!("{grade}: every {} days", deadline.every),
                format!("{grade}：每{}天", deadline.every),
            ),
            None => (format!("{grade}: never yet"), format!("{grade}：从未")),
        },
        _ => return grade.to_owned(),
    };
    lang.pick(&en, &zh).to_owned()
}

/// The coming birthday.
fn next_birthday(born: Date, today: Date) -> Option<Date> {
    let this_year = birthday_in(born, today.year()).filter(|day| *day >= today);
    this_year.or_else(|| birthday_in(born, today.year() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn birthdays_come_round() {
        let d = |text: &str| Date::parse(text).unwrap();
        assert_eq!(next_birthday(d("1971-05-02"), d("2009-12-18")), Some(d("2010-05-02")));
        assert_eq!(next_birthday(d("1971-12-18"), d("2009-12-18")), Some(d("2009-12-18")));
        assert_eq!(next_birthday(d("1972-02-29"), d("2009-01-01")), Some(d("2009-02-28")));
    }
}
