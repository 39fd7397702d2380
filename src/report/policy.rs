//! `crm report policy`: the promises to each grade, and where practice falls short of them.

use super::breakdown::{by_cell, by_column, labelled, labelled_cells};
use super::figures::{enough, number as number_cell, rate, said};
use super::{Request, row_of_each};
use crate::diag::{Diagnostic, counted};
use crate::model::grading::{BIRTHDAY, Policy, Promise, RENEWAL, SUPPORT};
use crate::model::kind::KINDS;
use crate::model::settings::{Rep, Settings, level_words};
use crate::rules::book::Book;
use crate::rules::grading::{Graded, narrow};
use crate::rules::policy::packing::{PackedPractice, Packer, Unpacker};
use crate::rules::policy::practice::{Deal, Practice};
use crate::rules::policy::tier::CareFor;
use crate::rules::policy::{Duty, Kept, PracticeJudge, followed};
use crate::rules::service::collect::Journals;
use crate::rules::working_time::WorkClock;
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Rows, Sheet, Table};
use crate::table::terms::term;
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::interner::Interner;
use crate::value::label::Lang;
use crate::value::money::Amount;
use crate::value::text::Text;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// A prospect, with the data that the policy needs.
#[derive(Default)]
pub(super) struct PracticeRow {
    pub(super) name: Text,
    /// The place of its value of the attribute that figures are broken down by, if they are.
    group: u32,
    pub(super) selected: bool,
    /// `None` if the prospect's file has gone since the book was graded.
    practice: Option<PackedPractice>,
}

/// All prospects in the order of ids, and the judge of their practice.
pub(super) struct Judged {
    pub(super) seen: Vec<PracticeRow>,
    groups: Box<[Option<String>]>,
    practices: Unpacker,
    pub(super) graded: Arc<Graded>,
    judge: PracticeJudge,
}

/// How often each duty was met, and where it was not.
#[derive(Default)]
struct DutyTallies {
    /// The group's place, the grade's position, the duty's: met, and all.
    tallies: BTreeMap<(u32, usize, usize), (u64, u64)>,
    missed: Vec<Missed>,
}

/// A duty that is not met. They are compared in the order in which they are listed: the best grades first,
/// then the latest; those of one prospect stay in the order of its journal.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Missed {
    /// The grade's position.
    rank: u16,
    /// The duty's position in [`Duty::NAMES`].
    what: u8,
    /// The last day that was in time; the last of all days for a duty that can no longer be met.
    due: Date,
    /// The positions of the prospect, and of the duty among all of its.
    prospect: u32,
    duty: u32,
}

/// The policy, how well it is kept, and every shortfall. With a period, answers and discounts are those
/// of that period; the rest is as of the day.
pub fn policy(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let judged = Arc::new(Judged::of(book, request));
    let kept = judged.kept(book, request);
    let (all, missed) = (kept.tallies.values().map(|(_, all)| all).sum::<u64>(), kept.missed.len());
    let by_manager = judged.by_manager(&book.settings);
    let tables = vec![
        met(&kept, &judged, book, request),
        shortfalls(kept.missed, &judged, book),
        promises(book),
        tiers(book),
        span(&by_manager, book),
    ];
    let about = match lang {
        Lang::En | Lang::Machine => {
            let demands = counted(all, "demand", "demands");
            format!("{}  ·  {demands}, {missed} not met", book.as_of)
        }
        Lang::Zh => format!("{}  ·  要求 {all} 项，未达到 {missed} 项", book.as_of),
    };
    let mut sheet = Sheet {
        id: "policy".into(),
        title: lang.pick("Policy by grade", "分级服务标准").into(),
        about,
        tables,
        notes: vec![worth_it(&by_manager, book)],
        ..Sheet::default()
    };
    sheet.hide_empty();
    Ok(sheet)
}

impl Judged {
    /// Of a book, and the selected prospects.
    pub(super) fn of(book: &Book, request: &Request) -> Judged {
        let (groups, packer) = (Interner::default(), Packer::default());
        let selected = request.selection(book);
        let journals = Journals::default();
        let seen = row_of_each(book, |record| {
            journals.take(record, &book.settings, book.as_of);
            PracticeRow {
                name: record.prospect.name.clone(),
                group: groups.place(&request.group(record, book)),
                selected: selected.has(record),
                practice: Some(packer.pack(Practice::of(record, &book.settings, book.as_of))),
            }
        });
        let practices = packer.finish();
        let cases = journals.cases();
        let graded = Arc::clone(book.graded());
        let several = graded.of_each().zip(&seen).filter(|(customer, _)| customer.members > 1);
        let attention =
            |one: &PracticeRow| Some(practices.unpack(one.practice.as_ref()?).attention);
        let several = several.filter_map(|(customer, one)| Some((customer, attention(one)?)));
        let judge = PracticeJudge::of(several, cases, &book.settings, book.as_of);
        Judged { seen, groups: groups.into_values(), practices, graded, judge }
    }

    /// The practice with the prospect at a position.
    pub(super) fn practice(&self, position: usize) -> Practice {
        let packed = self.seen[position].practice.as_ref();
        packed.map(|packed| self.practices.unpack(packed)).unwrap_or_default()
    }

    /// The duties on the prospect at a position, given the practice with it.
    pub(super) fn duties<'j>(&'j self, practice: &'j Practice, position: usize) -> Vec<Duty<'j>> {
        let customer = self.graded.at(position);
        let leads = customer.lead as usize == position;
        self.judge.duties(practice, customer, leads, self.graded.id(position))
    }

    /// How the duties of the selected prospects are kept; answers and discounts are those of the period.
    fn kept(&self, book: &Book, request: &Request) -> DutyTallies {
        let grades = book.settings.grading.grades();
        let mut kept = DutyTallies::default();
        for position in (0..self.seen.len()).filter(|at| self.seen[*at].selected) {
            let grade = self.graded.at(position).grade();
            let rank = grade.and_then(|grade| grades.iter().position(|known| *known == grade));
            if let Some(rank) = rank {
                self.keep(&mut kept, position, rank, book.as_of, request);
            }
        }
        kept
    }

    /// Notes how the duties of one prospect are kept, whose grade has this rank.
    fn keep(
        &self,
        kept: &mut DutyTallies,
        position: usize,
        rank: usize,
        on: Date,
        request: &Request,
    ) {
        let inside = |duty: &Duty| match (request.period, duty) {
            (Some(period), Duty::Answer(kept) | Duty::Resolve(kept)) => {
                period.contains(kept.asking.at.date)
            }
            (Some(period), Duty::Discount { deal, .. }) => period.contains(deal.on),
            _ => true,
        };
        let practice = self.practice(position);
        let duties = self.duties(&practice, position).into_iter().enumerate();
        for (at, duty) in duties.filter(|(_, duty)| inside(duty)) {
            let what = duty.position();
            let group = self.seen[position].group;
            let (met, all) = kept.tallies.entry((group, rank, what)).or_default();
            *all += 1;
            if duty.is_met(on) {
                *met += 1;
            } else {
                kept.missed.push(Missed {
                    rank: u16::try_from(rank).unwrap_or(u16::MAX),
                    what: u8::try_from(what).unwrap_or(u8::MAX),
                    due: duty.due().unwrap_or(Date::MAX),
                    prospect: narrow(position),
                    duty: narrow(at),
                });
            }
        }
    }

    /// The selected customers that are followed, by the manager of their owner.
    fn by_manager<'j>(&'j self, settings: &'j Settings) -> BTreeMap<Option<&'j str>, usize> {
        let mut known: HashSet<u32> = HashSet::new();
        let mut by_owner: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        for (customer, prospect) in self.graded.of_each().zip(&self.seen) {
            let first =
                prospect.selected && (customer.members == 1 || known.insert(customer.first));
            let lost = prospect.practice.as_ref().is_none_or(|practice| practice.lost);
            if first && followed(lost, customer) {
                let lead = self.seen[customer.lead as usize].practice.as_ref();
                let owner = lead.and_then(|lead| self.practices.owner(lead)).map(|id| &**id);
                *by_owner.entry(owner).or_default() += 1;
            }
        }
        let mut by_manager: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        for (owner, count) in by_owner {
            // A manager follows the manager's own customers too.
            let manager = owner.and_then(|id| match settings.leads(id) {
                true => Some(id),
                false => settings.rep(id).and_then(|rep| rep.manager.as_deref()),
            });
            *by_manager.entry(manager).or_default() += count;
        }
        by_manager
    }
}

/// A row for each duty of each grade (of each group): how often it was met.
fn met(kept: &DutyTallies, judged: &Judged, book: &Book, request: &Request) -> Table {
    let lang = book.settings.language;
    let grades = book.settings.grading.grades();
    let mut columns: Vec<Column> = Vec::new();
    columns.extend(by_column(request, lang));
    columns.push(column("grade", Kind::Text, lang));
    columns.extend(labelled("duty", "what", lang));
    columns.push(Column::new("kept", lang.pick("Kept", "达到"), Kind::Number));
    let named = kept.tallies.iter().map(|((group, grade, duty), counts)| {
        ((judged.groups[*group as usize].as_deref(), *grade, *duty), *counts)
    });
    let sorted: BTreeMap<_, _> = named.collect();
    let rows = sorted.into_iter().map(|((group, grade, duty), (met, all))| {
        let mut cells: Vec<Cell> = Vec::new();
        cells.extend(group.and_then(|group| by_cell(request, group, lang)));
        let (id, en, zh) = Duty::NAMES[duty];
        cells.push(Cell::text(grades[grade]));
        cells.extend(labelled_cells(id, lang.pick(en, zh), lang));
        cells.push(rate(met, all, lang));
        Row::with(cells, if met < all { Emphasis::Warn } else { Emphasis::Good })
    });
    let title = lang.pick("Kept", "执行情况").into();
    Table { id: "kept".into(), title, columns, rows: rows.collect(), ..Table::default() }
}

/// Every duty that is not met.
fn shortfalls(mut missed: Vec<Missed>, judged: &Arc<Judged>, book: &Book) -> Table {
    let (lang, as_of) = (book.settings.language, book.as_of);
    missed.par_sort_unstable();
    let columns = vec![
        column("grade", Kind::Text, lang),
        column("what", Kind::Text, lang),
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("owner", Kind::Text, lang),
        Column::new("late", lang.pick("Days late", "逾期天数"), Kind::Number),
        column("detail", Kind::Text, lang).wraps(),
    ];
    let judged = Arc::clone(judged);
    let rows = Rows::made(missed.len(), move |at| {
        let item = &missed[at];
        let position = item.prospect as usize;
        let practice = judged.practice(position);
        let duties = judged.duties(&practice, position);
        let duty = duties.get(item.duty as usize);
        let (_, en, zh) = Duty::NAMES[usize::from(item.what)];
        let cells = vec![
            Cell::maybe(judged.graded.at(position).grade(), Cell::text),
            Cell::text(lang.pick(en, zh)),
            Cell::text(judged.graded.id(position).clone()),
            Cell::text(judged.seen[position].name.clone()),
            Cell::maybe(practice.owner.clone(), Cell::text),
            Cell::maybe(duty.and_then(Duty::due), |due| Cell::Int(as_of.days_since(due))),
            Cell::maybe(duty, |duty| Cell::text(detail(duty, lang))),
        ];
        Row::with(cells, Emphasis::Warn)
    });
    let title = lang.pick("Where it falls short", "未达标").into();
    Table { id: "shortfalls".into(), title, columns, rows, ..Table::default() }
}

/// The figures of a duty, in words.
pub(super) fn detail(duty: &Duty, lang: Lang) -> String {
    match duty {
        Duty::Verify(deadline)
        | Duty::Contact(deadline)
        | Duty::Leader(deadline)
        | Duty::Review(deadline)
        | Duty::Survey(deadline) => {
            let every = deadline.every;
            match (deadline.last, lang) {
                (Some(last), Lang::En | Lang::Machine) => {
                    format!("every {}, last {last}", counted(every, "day", "days"))
                }
                (Some(last), Lang::Zh) => format!("每 {every} 天，上次 {last}"),
                (None, Lang::En | Lang::Machine) => {
                    format!("every {}, never yet", counted(every, "day", "days"))
                }
                (None, Lang::Zh) => format!("每 {every} 天，从未"),
            }
        }
        Duty::Channel { kind, on, .. } => match (term(KINDS, kind, lang), lang) {
            (kind, Lang::En | Lang::Machine) => format!("last contact {on}: {kind}"),
            (kind, Lang::Zh) => format!("最近联系 {on}：{kind}"),
        },
        Duty::Level { has, needs } => {
            let [has, needs] = [has, needs].map(|level| level_words(level));
            let (has, needs) = (has.get(lang), needs.get(lang));
            match lang {
                Lang::En | Lang::Machine => format!("{has} rep, takes {needs}"),
                Lang::Zh => format!("{has}，应为 {needs}"),
            }
        }
        Duty::Answer(kept) => kept_words(kept, ("answered", "答复"), lang),
        Duty::Resolve(kept) => kept_words(kept, ("resolved", "解决"), lang),
        Duty::Role { role, .. } => match lang {
            Lang::En | Lang::Machine => format!("nobody serves as {role}"),
            Lang::Zh => format!("“{role}”无人担任"),
        },
        Duty::Budget { spent, budget } => {
            let (spent, budget) = (said(*spent, lang), said(*budget, lang));
            match lang {
                Lang::En | Lang::Machine => format!("{spent} spent this year, {budget} allowed"),
                Lang::Zh => format!("今年已用 {spent}，预算 {budget}"),
            }
        }
        Duty::Care { occasion, due } => {
            let occasion = occasion_words(*occasion, lang);
            match lang {
                Lang::En | Lang::Machine => format!("{occasion} on {due}, nothing recorded"),
                Lang::Zh => format!("{occasion}（{due}），没有记录"),
            }
        }
        Duty::Discount { deal: Deal { quoted, agreed, on }, ceiling } => {
            let percent = ceiling.times(Amount::from_int(100)).round(2);
            match lang {
                Lang::En | Lang::Machine => {
                    format!("{on}: {agreed} of {quoted} quoted, at most {percent} % off")
                }
                Lang::Zh => format!("{on}：报价 {quoted}，成交 {agreed}，折扣上限 {percent}%"),
            }
        }
    }
}

/// How a promise about a request or complaint was kept, in words.
fn kept_words(kept: &Kept, (en, zh): (&str, &str), lang: Lang) -> String {
    let (kind, on) = (term(KINDS, &kept.asking.kind, lang), kept.asking.at.date);
    let promised = promised(kept.promise, lang);
    match (kept.done.map(|done| done.date), lang) {
        (Some(done), Lang::En | Lang::Machine) => {
            format!("{kind} of {on} {en} {done}, promised in {promised}")
        }
        (Some(done), Lang::Zh) => format!("{on} {kind}，{done} {zh}，承诺 {promised}"),
        (None, Lang::En | Lang::Machine) => {
            format!("{kind} of {on} open, promised in {promised}")
        }
        (None, Lang::Zh) => format!("{on} {kind} 未{zh}，承诺 {promised}"),
    }
}

/// A promise in words.
pub(super) fn promised(promise: Promise, lang: Lang) -> String {
    match (promise, lang) {
        (Promise::Hours(hours), Lang::En | Lang::Machine) => format!("{hours} h"),
        (Promise::Hours(hours), Lang::Zh) => format!("{hours} 小时"),
        (Promise::Days(days), Lang::En | Lang::Machine) => counted(days, "day", "days"),
        (Promise::Days(days), Lang::Zh) => format!("{days} 天"),
    }
}

/// An occasion of care, in words.
pub(super) fn occasion_words(occasion: CareFor, lang: Lang) -> String {
    match (occasion, lang) {
        (CareFor::Birthday(person), Lang::En | Lang::Machine) => format!("birthday of {person}"),
        (CareFor::Birthday(person), Lang::Zh) => format!("{person}的生日"),
        (CareFor::Renewal(number), Lang::En | Lang::Machine) => format!("renewal of {number}"),
        (CareFor::Renewal(number), Lang::Zh) => format!("{number} 续签"),
        (CareFor::Occasion(occasion), _) => occasion.label.term(lang, &occasion.id).to_owned(),
    }
}

/// The promises of a tier, of the grades that have any.
fn tiers(book: &Book) -> Table {
    let lang = book.settings.language;
    let head = |id: &str, en: &str, zh: &str, kind| Column::new(id, lang.pick(en, zh), kind);
    let columns = vec![
        column("grade", Kind::Text, lang),
        head("team", "Helpers", "服务团队", Kind::Text),
        head("budget", "Budget a year", "年度预算", Kind::Number),
        head("support", "Support", "支持", Kind::Text),
        head("leader-days", "Leader talks every", "领导沟通（天）", Kind::Number),
        head("review-days", "Review every", "回顾（天）", Kind::Number),
        head("survey-days", "Survey every", "调查（天）", Kind::Number),
        head("care", "Care", "关怀", Kind::Text),
    ];
    let days = |days: Option<u32>| Cell::maybe(days, |days| Cell::Int(i64::from(days)));
    let support = |id: &str| {
        let known = SUPPORT.iter().find(|(name, ..)| *name == id);
        Cell::text(known.map_or(id, |(id, en, zh)| lang.term(id, en, zh)))
    };
    let care = |id: &Text| match book.settings.occasions.iter().find(|o| o.id == *id) {
        Some(occasion) => occasion.label.term(lang, &occasion.id).to_owned(),
        None if **id == *RENEWAL => lang.term(RENEWAL, "renewal", "续签").to_owned(),
        None => lang.term(BIRTHDAY, "birthday", "生日").to_owned(),
    };
    let row = |(grade, policy): (&str, &Policy)| {
        Row::new(vec![
            Cell::text(grade),
            Cell::list(policy.team.iter().cloned()),
            Cell::maybe(policy.budget, Cell::Amount),
            Cell::maybe(policy.support.as_deref(), support),
            days(policy.leader_days),
            days(policy.review_days),
            days(policy.survey_days),
            Cell::list(policy.care.iter().map(care)),
        ])
    };
    let grades = book.settings.grading.grades();
    let stated = grades.iter().filter_map(|g| Some((*g, book.settings.policy(g)?)));
    let stated = stated.filter(|(_, policy)| policy.is_tiered() || policy.support.is_some());
    let rows = stated.map(row).collect();
    let title = lang.pick("What each tier is promised", "各级大客户服务").into();
    Table { id: "tiers".into(), title, columns, rows, ..Table::default() }
}

/// The promises of the settings to each grade.
fn promises(book: &Book) -> Table {
    let lang = book.settings.language;
    let number = |id: &str, en: &str, zh: &str| Column::new(id, lang.pick(en, zh), Kind::Number);
    let mut columns = vec![
        column("grade", Kind::Text, lang),
        number("verify-days", "Verified every", "核实（天）"),
        Column::new("rep-level", lang.pick("Rep's level", "业务员级别"), Kind::Text),
        number("contact-days", "In touch every", "联系（天）"),
        column("channel", Kind::Text, lang),
        number("response-hours", "Answer, hours", "答复（小时）"),
        number("resolve-hours", "Resolve, hours", "解决（小时）"),
        number("discount", "Discount", "折扣上限"),
    ];
    let unused = !book.settings.promises_resolution();
    columns.retain(|column| !unused || column.id != "resolve-hours");
    let days = |days: Option<u32>| Cell::maybe(days, |days| Cell::Int(i64::from(days)));
    let clock = WorkClock::of(&book.settings);
    let hours = |promise: Option<Promise>| {
        Cell::maybe(promise, |promise| number_cell(clock.length(promise) as f64 / 60.0))
    };
    let row = |(grade, policy): (&str, &Policy)| {
        let mut cells = vec![
            Cell::text(grade),
            days(policy.verify_days),
            Cell::maybe(policy.level.as_deref(), |level| Cell::text(level_words(level).get(lang))),
            days(policy.contact_days),
            Cell::list(policy.channel.iter().map(|kind| term(KINDS, kind, lang))),
            hours(policy.response),
        ];
        cells.extend((!unused).then(|| hours(policy.resolve)));
        cells.push(Cell::maybe(policy.discount, |share| Cell::Share(share.to_f64())));
        Row::new(cells)
    };
    let grades = book.settings.grading.grades();
    let stated = grades.iter().filter_map(|g| Some((*g, book.settings.policy(g)?)));
    let rows = stated.map(row).collect();
    let title = lang.pick("What each grade is promised", "各级服务标准").into();
    Table { id: "promises".into(), title, columns, rows, ..Table::default() }
}

fn span(by_manager: &BTreeMap<Option<&str>, usize>, book: &Book) -> Table {
    let settings = &book.settings;
    let lang = settings.language;
    let span = settings.grading.span as usize;
    let columns = vec![
        column("manager", Kind::Text, lang),
        column("reps", Kind::Number, lang),
        column("customers", Kind::Number, lang),
        column("span", Kind::Number, lang),
        Column::new("beyond", lang.pick("Beyond it", "超出"), Kind::Number),
    ];
    let rows = by_manager.iter().map(|(manager, customers)| {
        let led = |rep: &&Rep| manager.is_some() && rep.manager.as_deref() == *manager;
        let beyond = customers.saturating_sub(span);
        let cells = vec![
            match *manager {
                Some(id) => Cell::text(id),
                None => Cell::Absent(lang.pick("nobody", "无").into()),
            },
            Cell::count(settings.reps.iter().filter(led).count()),
            Cell::count(*customers),
            Cell::count(span),
            Cell::count(beyond),
        ];
        Row::with(cells, if beyond > 0 { Emphasis::Warn } else { Emphasis::Plain })
    });
    let title = lang.pick("What a manager can follow", "管理幅度").into();
    Table { id: "span".into(), title, columns, rows: rows.collect(), ..Table::default() }
}

/// Do customers outnumber those that the managers can follow, so that grading pays?
fn worth_it(counts: &BTreeMap<Option<&str>, usize>, book: &Book) -> String {
    let lang = book.settings.language;
    let span = book.settings.grading.span as usize;
    let customers: usize = counts.values().sum();
    let over = counts.values().filter(|count| **count > span).count();
    let managers = counts.keys().flatten().count().max(1);
    if !enough(customers as u64) {
        return match lang {
            Lang::En | Lang::Machine => {
                format!("customers: {customers}, too few to know whether grading is worth it")
            }
            Lang::Zh => format!("客户 {customers} 个，太少，无法判断是否值得分级"),
        };
    }
    match (over > 0, lang) {
        (true, Lang::En | Lang::Machine) => format!(
            "grading is worth it: {customers} customers, and a manager can follow {span} (managers: {managers})"
        ),
        (true, Lang::Zh) => {
            format!("值得分级：客户 {customers} 个，每位主管可管 {span} 个（主管 {managers} 位）")
        }
        (false, Lang::En | Lang::Machine) => format!(
            "{customers} customers, and a manager can follow {span} (managers: {managers}): all can be followed without grades"
        ),
        (false, Lang::Zh) => format!(
            "客户 {customers} 个，每位主管可管 {span} 个（主管 {managers} 位）：不分级也管得过来"
        ),
    }
}
