//! `crm due`: the work list - things due today, missed, and to come.

use super::columns::stage_name;
use super::due_money::{DueKind, due_of, is_money};
use super::policy::occasion_words;
use super::{Request, row_of_each};
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::grading::{Graded, narrow};
use crate::rules::plan_of_customer::StepState;
use crate::rules::policy::practice::Practice;
use crate::rules::policy::tier::birthday_in;
use crate::rules::policy::{Duty, Kept, PracticeJudge};
use crate::rules::query::Query;
use crate::rules::receivables::customers::{Gathered, MoneyFile};
use crate::rules::replay::state::Record;
use crate::rules::service::case::Case;
use crate::rules::service::collect::{JointCases, Journals};
use crate::rules::service::journal::begins;
use crate::rules::team::owner_left;
use crate::rules::team::pool::{announced, answering, recycling};
use crate::table::sheet::{Cell, Emphasis, Kind, Row, Rows, Sheet};
use crate::table::terms::{KINDS, term};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::text::Text;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One thing to do.
struct DueItem {
    date: Date,
    what: &'static DueKind,
    detail: Text,
    /// The rep that is to do it, where that is not the owner.
    who: Option<Text>,
}

/// With whom.
struct Whom {
    id: Text,
    name: Text,
    stage: Text,
    owner: Option<Text>,
}

/// The kinds of things that can be due, in the order in which those of one day are listed.
const NEXT: DueKind = ("next-step", "next step", "下一步");
const CLOSE: DueKind = ("close-by", "signing date", "签约日");
const CYCLE: DueKind = ("cycle-ends", "cycle ends", "周期到期");
const RESUMES: DueKind = ("resumes", "hold ends", "恢复跟进");
const RECYCLE: DueKind = ("recycle", "goes to the pool", "回收公海");
const LEFT: DueKind = ("owner-left", "owner has left", "负责人已离职");
const STEP: DueKind = ("step", "step of the plan", "计划步骤");
const BIRTHDAY: DueKind = ("birthday", "birthday", "生日");

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

/// Everything due up to `days` after the as-of day; a missed thing stays until an entry settles it.
/// The keeper of the pool answers for its things, and a query for the keeper's selects them.
pub fn due(book: &Book, request: &Request, days: i64) -> Sheet {
    let lang = book.settings.language;
    let last = book.as_of.plus(days);
    // Where grades have rules of their own the grades of all customers on every day to come are needed.
    let by_grade = book.settings.pool.asks_grades();
    let announced = if by_grade { announced(book, &request.query, last) } else { Vec::new() };
    let demands = Demands::of(book);
    let no_policy = demands.is_none().then(|| JointCases::of(book));
    let cases = demands.as_ref().map(|demands| &demands.judge.cases).or(no_policy.as_ref());
    let selected = request.selection(book);
    let settings = &book.settings;
    // Where no payment is ever entered, no order is known to be unpaid.
    let pays = AtomicBool::new(false);
    let rows = book.gather_everybody(&Query::everything(), |record| {
        let is_selected = selected.has_with(record, answering(record, settings));
        let mut items =
            if is_selected { items(record, book, demands.as_ref(), last) } else { Vec::new() };
        if let Some(cases) = cases.filter(|_| is_selected) {
            items.extend(untold(record, book, cases));
        }
        if !record.state.money_in.is_zero() {
            pays.store(true, Ordering::Relaxed);
        }
        // Other files of a customer may pay for this one.
        let prospect = &record.prospect;
        let matters = is_selected || prospect.is_customer || prospect.account.is_some();
        let mut money = MoneyFile::of(record, settings, book.as_of).filter(|_| matters);
        if let Some(file) = &mut money {
            file.is_selected = is_selected;
            file.owner = answering(record, settings).map(Into::into);
        }
        let some = !items.is_empty() || money.is_some();
        some.then(|| (Whom::of(record, settings), items, money))
    });
    let pays = pays.into_inner();
    let mut found = Vec::new();
    let mut money = Gathered::default();
    let mut columns: HashMap<Text, Text> = HashMap::new();
    for (whom, items, file) in rows {
        if let Some(file) = file {
            columns.insert(whom.id.clone(), whom.stage.clone());
            money.take(file, settings, book.as_of);
        }
        if !items.is_empty() {
            found.push((whom, items));
        }
    }
    for customer in money.customers(settings, book.as_of) {
        for (file, date, what, detail) in due_of(&customer, book.as_of, last, pays, lang) {
            let (id, name, owner) = (file.id.clone(), file.name.clone(), file.owner.clone());
            let stage = columns.get(&id).cloned().unwrap_or_default();
            let item = DueItem { date, what, detail, who: None };
            found.push((Whom { id, name, stage, owner }, vec![item]));
        }
    }
    for (record, recycling) in announced {
        let detail = recycling.cause.words().get(lang).into();
        let item = DueItem { date: recycling.on, what: &RECYCLE, detail, who: None };
        found.push((Whom::of(record, &book.settings), vec![item]));
    }
    let (with, items): (Vec<Whom>, Vec<Vec<DueItem>>) = found.into_iter().unzip();
    let items = (0..).zip(items).flat_map(|(at, items)| items.into_iter().map(move |i| (i, at)));
    let mut items: Vec<(DueItem, u32)> = items.collect();
    items.par_sort_by(|(a, first), (b, second)| {
        let id = |at: u32| &with[at as usize].id;
        let key = |item: &DueItem| (item.date, !is_money(item.what), item.what.0);
        (key(a), id(*first)).cmp(&(key(b), id(*second)))
    });
    let columns = vec![
        column("date", Kind::Date, lang),
        column("days-left", Kind::Number, lang),
        column("what", Kind::Text, lang),
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("stage", Kind::Text, lang).optional(),
        column("owner", Kind::Text, lang),
        column("detail", Kind::Text, lang),
    ];
    let as_of = book.as_of;
    let rows = Rows::made(items.len(), move |at| {
        let (item, whom) = &items[at];
        row(item, &with[*whom as usize], as_of, lang)
    });
    let mut sheet = Sheet::single("due", lang.pick("Due", "待办"), columns, rows);
    sheet.about = format!("{as_of}..{last}");
    sheet
}

fn row(item: &DueItem, whom: &Whom, as_of: Date, lang: Lang) -> Row {
    let left = item.date.days_since(as_of);
    let emphasis = if left < 0 { Emphasis::Warn } else { Emphasis::Plain };
    let cells = vec![
        Cell::Date(item.date),
        Cell::Int(left),
        Cell::text(lang.pick(item.what.1, item.what.2)),
        Cell::text(whom.id.clone()),
        Cell::text(whom.name.clone()),
        Cell::text(whom.stage.clone()),
        Cell::maybe(item.who.clone().or(whom.owner.clone()), Cell::text),
        Cell::text(item.detail.clone()),
    ];
    Row::with(cells, emphasis)
}

impl Whom {
    fn of(record: &Record, settings: &Settings) -> Whom {
        let (id, name) = (record.prospect.id.clone(), record.prospect.name.clone());
        let stage = match record.prospect.is_customer {
            true => Text::default(),
            false => stage_name(record, record.state.stage, settings, settings.language).into(),
        };
        let owner = answering(record, settings).map(Into::into);
        Whom { id, name, stage, owner }
    }
}

/// The duties that the policy of its grade has for each prospect.
struct Demands {
    graded: Arc<Graded>,
    judge: PracticeJudge,
}

impl Demands {
    /// Grades all customers once; not where no grade has a policy.
    fn of(book: &Book) -> Option<Demands> {
        if book.settings.policies.is_empty() {
            return None;
        }
        // Only of customers that are several prospects one tells of another.
        let journals = Journals::default();
        let attention = row_of_each(book, |record| {
            journals.take(record, &book.settings, book.as_of);
            let told = || Practice::of(record, &book.settings, book.as_of).attention;
            let joint = record.prospect.account.is_some() || record.prospect.is_customer;
            joint.then(told)
        });
        let graded = Arc::clone(book.graded());
        let several = graded.of_each().zip(attention).filter(|(of, _)| of.members > 1);
        let several = several.filter_map(|(customer, told)| Some((customer, told?)));
        let judge = PracticeJudge::of(several, journals.cases(), &book.settings, book.as_of);
        Some(Demands { graded, judge })
    }

    /// Those on one prospect, in order, given the practice with it; and its grade.
    fn on<'d>(&'d self, practice: &'d Practice, id: &'d str) -> (&'d str, Vec<Duty<'d>>) {
        let Some(position) = self.graded.position(id) else { return ("", Vec::new()) };
        let customer = self.graded.at(position);
        let leads = customer.lead == narrow(position);
        (customer.grade().unwrap_or_default(), self.judge.duties(practice, customer, leads, id))
    }

    /// Does the policy ask for care on the birthdays of this prospect's people?
    fn ask_for_birthdays(&self, practice: &Practice, id: &str) -> bool {
        let customer = self.graded.of(id);
        practice.owner.is_some()
            && customer.is_some_and(|c| self.judge.asks_for_birthdays(practice, c))
    }
}

fn items(record: &Record, book: &Book, demands: Option<&Demands>, last: Date) -> Vec<DueItem> {
    let (state, lang) = (&record.state, book.settings.language);
    let mut items = Vec::new();
    let mut put = |date: Date, what, detail: String| {
        if date <= last {
            items.push(DueItem { date, what, detail: detail.into(), who: None });
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
        let what = next.what.as_deref().map(String::from);
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
        Some(DueItem { date, what: &STEP, detail, who: step.who.clone() })
    });
    open.collect()
}

/// So many days after a case was resolved it is no longer due to tell the customer: what was done in the years before a
/// ledger knew feedback is no work of today.
const TELL_DAYS: i64 = 30;

/// The cases that were resolved lately, of which the customer has not been told; not of a prospect that left and never bought.
fn untold(record: &Record, book: &Book, cases: &JointCases) -> Vec<DueItem> {
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
