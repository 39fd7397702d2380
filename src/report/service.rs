//! `crm report service`: requests and complaints - how many, how long they wait, how promises are kept, what they are about.

use super::Request;
use super::breakdown::{by_cell, by_column, group_name, window};
use super::dimension::Dimension;
use super::figures::{count, enough, few, number, rate};
use crate::diag::{Diagnostic, counted};
use crate::model::pipeline::Outcome;
use crate::rules::book::Book;
use crate::rules::policy::{Kept, followed};
use crate::rules::replay::state::Record;
use crate::rules::service::case::{Asking, Case};
use crate::rules::service::collect::fold_cases;
use crate::rules::working_time::WorkClock;
use crate::stats::pareto::{AbcClass, abc_classes, rank_descending};
use crate::stats::{KaplanMeier, Observation};
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::date::{Date, Moment, Time};
use crate::value::label::Lang;
use crate::value::money::Amount;
use crate::value::text::Text;
use std::collections::{BTreeMap, HashSet};

/// The attributes that `--by` takes.
pub const GROUPS: &[&str] =
    &["category", "product", "severity", "channel", "owner", "grade", "day", "week", "month"];

/// The ages of the backlog: up to so many days.
const AGES: [i64; 3] = [1, 7, 30];

/// The file in which a case began.
#[derive(Clone)]
struct Whose {
    id: Text,
    owner: Option<Text>,
    lost: bool,
}

/// A case, without its entries.
struct Known {
    case: Case,
    whose: Whose,
}

/// The time from a request or complaint to what is done about it.
#[derive(Clone, Copy)]
struct Spell {
    /// Working minutes, where both ends have a time of day.
    minutes: Option<i64>,
    /// Working days.
    days: i64,
    done: bool,
}

/// Kept promises, of all that can be judged: those that are kept or broken.
#[derive(Default, Clone, Copy)]
struct Promises {
    kept: u64,
    all: u64,
}

/// The figures of a group of cases.
#[derive(Default)]
struct Figures {
    cases: u64,
    complaints: u64,
    open: u64,
    reopened: u64,
    answers: Vec<Spell>,
    resolutions: Vec<Spell>,
    answered: Promises,
    resolved: Promises,
}

/// The cases of a book, and how their times are measured.
struct Service<'b> {
    book: &'b Book,
    clock: WorkClock<'b>,
    known: Vec<Known>,
    /// Have all that are done a time of day? Then times are working hours, else working days.
    in_hours: bool,
}

/// The cases that began in the period; those that are open now, whenever they began.
pub fn service(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let service = Service::of(book, request);
    let inside =
        |known: &&Known| request.period.is_none_or(|period| period.contains(known.began()));
    let begun: Vec<&Known> = service.known.iter().filter(inside).collect();
    let mut groups: BTreeMap<String, Figures> = BTreeMap::new();
    let mut all = Figures::default();
    for known in &begun {
        all.add(known, &service);
        if request.by.is_some() {
            groups.entry(service.group(known, request)).or_default().add(known, &service);
        }
    }
    let mut sheet = Sheet {
        id: "service".into(),
        title: lang.pick("Service", "服务").into(),
        about: match lang {
            Lang::En | Lang::Machine => format!(
                "cases that began {}: {}",
                window(request.period, book),
                counted(all.cases, "case", "cases")
            ),
            Lang::Zh => format!("{} 开始的受理：{}", window(request.period, book), all.cases),
        },
        tables: vec![
            figures(&groups, &all, &service, request),
            backlog(&service),
            categories(&begun, lang),
        ],
        ..Sheet::default()
    };
    sheet.notes = notes(&begun, &all, &service, request);
    sheet.hide_empty();
    Ok(sheet)
}

impl Known {
    /// The day of its first request or complaint.
    fn began(&self) -> Date {
        self.case.first().map_or(Date::MIN, |asking| asking.at.date)
    }
}

impl<'b> Service<'b> {
    /// The cases of the selected files. The book is read once, unless the query asks for grades.
    fn of(book: &'b Book, request: &Request) -> Service<'b> {
        let selected = request.selection(book);
        let about = |record: &Record| {
            selected.has(record).then(|| Whose {
                id: record.prospect.id.clone(),
                owner: record.state.owner.clone(),
                lost: record.state.outcome == Outcome::Lost,
            })
        };
        let mut known = fold_cases(
            book,
            about,
            |all: &mut Vec<Known>, case, whose| {
                let mut case = case.clone();
                case.entries = Vec::new();
                all.push(Known { case, whose: whose.clone() });
            },
            |all, part| all.extend(part),
        );
        known.sort_by(|a, b| {
            (a.began(), &a.whose.id, &a.case.name).cmp(&(b.began(), &b.whose.id, &b.case.name))
        });
        let timed = |asking: &Asking| {
            let done = [asking.answered, asking.resolved].into_iter().flatten();
            done.into_iter().all(|done| asking.at.time.is_some() && done.time.is_some())
        };
        let mut askings = known.iter().flat_map(|known| &known.case.askings).peekable();
        let in_hours = askings.peek().is_some() && askings.all(timed);
        Service { book, clock: WorkClock::of(&book.settings), known, in_hours }
    }

    /// The time until something was done, or until the end of the day of the report.
    fn spell(&self, from: Moment, done: Option<Moment>) -> Spell {
        let end = Moment { date: self.book.as_of, time: Time::new(23, 59, 0) };
        let to = done.unwrap_or(end);
        let minutes = from.time.zip(to.time);
        let minutes = minutes.map(|(a, b)| self.clock.minutes((from.date, a), (to.date, b)));
        Spell { minutes, days: self.clock.days(from.date, to.date).max(0), done: done.is_some() }
    }

    /// The promises of its grade about a case, each time that it began or was reopened: answered, resolved.
    fn promises<'k>(&self, known: &'k Known) -> [Vec<Kept<'k>>; 2] {
        let settings = &self.book.settings;
        let customer = self.book.graded().of(&known.whose.id);
        let customer = customer.filter(|customer| followed(known.whose.lost, customer));
        let policy = customer.and_then(|customer| settings.policy(customer.grade()?));
        let begun = || known.case.askings.iter().filter(|asking| asking.begins);
        let kept = |asking: &'k Asking, done, promise| {
            Kept::of(asking, done, promise, self.clock, self.book.as_of)
        };
        let response = policy.and_then(|policy| policy.response).into_iter();
        let resolve = policy.and_then(|policy| policy.resolve).into_iter();
        [
            response.flat_map(|p| begun().map(move |a| kept(a, a.answered, p))).collect(),
            resolve.flat_map(|p| begun().map(move |a| kept(a, a.resolved, p))).collect(),
        ]
    }

    /// The value of the attribute that figures are broken down by.
    fn group(&self, known: &Known, request: &Request) -> String {
        let case = &known.case;
        let text = |text: &Option<Text>| text.as_deref().unwrap_or_default().to_owned();
        match request.by.as_ref().map(|by| by.name()) {
            Some("category") => text(&case.category),
            Some("product") => text(&case.product),
            Some("channel") => text(&case.channel),
            Some("severity") => {
                case.severity.map(|severity| severity.to_string()).unwrap_or_default()
            }
            Some("owner") => text(&known.whose.owner),
            Some("grade") => {
                let customer = self.book.graded().of(&known.whose.id);
                customer.and_then(|customer| customer.grade()).unwrap_or_default().to_owned()
            }
            _ => {
                let span = request.by.as_ref().and_then(Dimension::span);
                span.map_or_else(String::new, |span| span.name(known.began(), &self.book.settings))
            }
        }
    }

    /// The median and the ninetieth percentile of times, those that are not over yet counted as longer.
    fn times(&self, spells: &[Spell]) -> [Cell; 2] {
        let lang = self.book.settings.language;
        let n = spells.len() as u64;
        if !enough(n) {
            return [few(n, lang), few(n, lang)];
        }
        let day = self.clock.day_minutes();
        let observed = spells.iter().map(|spell| {
            let time = match self.in_hours {
                true => spell.minutes.unwrap_or(spell.days * day),
                false => spell.days,
            };
            let time = u32::try_from(time).unwrap_or(0);
            if spell.done { Observation::event(time) } else { Observation::censored(time) }
        });
        let observed: Vec<Observation> = observed.collect();
        let Some(curve) = KaplanMeier::of(&observed) else { return [Cell::Empty, Cell::Empty] };
        let in_unit = |time: u32| match self.in_hours {
            true => f64::from(time) / 60.0,
            false => f64::from(time),
        };
        let cell = |time: Option<u32>| match time {
            Some(time) => number(in_unit(time)),
            None => Cell::absent(format!("> {}", super::figures::words(in_unit(curve.t_max)))),
        };
        [cell(curve.median()), cell(curve.quantile(0.9))]
    }
}

impl Promises {
    fn add(&mut self, kept: &[Kept]) {
        // A promise that is not over yet is neither kept nor broken.
        for kept in kept.iter().filter(|kept| kept.done.is_some() || !kept.in_time) {
            self.all += 1;
            self.kept += u64::from(kept.in_time);
        }
    }
}

impl Figures {
    fn add(&mut self, known: &Known, service: &Service) {
        let case = &known.case;
        self.cases += 1;
        self.complaints += u64::from(case.is_complaint());
        self.open += u64::from(case.state.is_open());
        self.reopened += u64::from(case.reopened() > 0);
        for asking in case.askings.iter().filter(|asking| asking.begins) {
            self.answers.push(service.spell(asking.at, asking.answered));
            self.resolutions.push(service.spell(asking.at, asking.resolved));
        }
        let [answered, resolved] = service.promises(known);
        self.answered.add(&answered);
        self.resolved.add(&resolved);
    }
}

/// A row for each group, and one for all.
fn figures(
    groups: &BTreeMap<String, Figures>,
    all: &Figures,
    service: &Service,
    request: &Request,
) -> Table {
    let lang = service.book.settings.language;
    let head = |id: &str, en: &str, zh: &str| Column::new(id, lang.pick(en, zh), Kind::Number);
    let mut columns: Vec<Column> = by_column(request, lang).into_iter().collect();
    columns.extend([
        head("cases", "Cases", "受理"),
        head("complaints", "Complaints", "投诉"),
        head("open", "Open", "未结"),
        head("reopened", "Reopened", "重开").optional(4),
        head("asked", "Asked", "次数").optional(3),
        head("answer-median", "Answer, median", "答复中位数"),
        head("answer-p90", "p90", "p90").optional(2),
        head("answer-kept", "In time", "按时答复"),
        head("resolve-median", "Resolved, median", "解决中位数"),
        head("resolve-p90", "p90", "p90").optional(2),
        head("resolve-kept", "In time", "按时解决"),
    ]);
    // Where no policy promises it, people need no column of it.
    let unused = lang != Lang::Machine && !service.book.settings.promises_resolution();
    columns.truncate(columns.len() - usize::from(unused));
    let promised = |promises: Promises| match promises.all {
        0 => Cell::Empty,
        all => rate(promises.kept, all, lang),
    };
    let row = |group: Option<&str>, of: &Figures| {
        let mut cells: Vec<Cell> = Vec::new();
        cells.extend(group.and_then(|group| by_cell(request, group, lang)));
        cells.extend([count(of.cases), count(of.complaints), count(of.open)]);
        cells.push(rate(of.reopened, of.cases, lang));
        cells.push(count(of.answers.len() as u64));
        cells.extend(service.times(&of.answers));
        cells.push(promised(of.answered));
        cells.extend(service.times(&of.resolutions));
        cells.extend((!unused).then(|| promised(of.resolved)));
        Row::new(cells)
    };
    let mut rows: Vec<Row> = Vec::new();
    if request.by.is_some() {
        rows.extend(groups.iter().map(|(group, of)| row(Some(group), of)));
        let mut total = row(None, all);
        total.cells.insert(0, Cell::text(lang.pick("all", "合计")));
        rows.push(Row::with(total.cells, Emphasis::Total));
    } else if all.cases > 0 {
        rows.push(row(None, all));
    }
    Table { id: "service".into(), columns, rows: rows.into(), ..Table::default() }
}

/// The open cases by age.
fn backlog(service: &Service) -> Table {
    let lang = service.book.settings.language;
    let on = service.book.as_of;
    let mut ages = [[0_u64; 4]; 4];
    for known in service.known.iter().filter(|known| known.case.state.is_open()) {
        let age = on.days_since(known.began());
        let slot = AGES.iter().position(|most| age <= *most).unwrap_or(AGES.len());
        let is_late = service
            .promises(known)
            .iter()
            .flatten()
            .any(|kept| kept.done.is_none() && !kept.in_time);
        let case = &known.case;
        let counts = [
            true,
            case.is_complaint(),
            case.severity.is_some_and(|severity| severity <= 2),
            is_late,
        ];
        ages[slot].iter_mut().zip(counts).for_each(|(n, counts)| *n += u64::from(counts));
    }
    let head = |id: &str, en: &str, zh: &str| Column::new(id, lang.pick(en, zh), Kind::Number);
    let columns = vec![
        Column::new("days", lang.pick("Days", "天数"), Kind::Text),
        head("open", "Open", "未结"),
        head("complaints", "Complaints", "投诉"),
        head("severe", "Severity 1-2", "严重（1-2）"),
        head("late", "Past a promise", "超出承诺"),
    ];
    let name = |slot: usize| match slot {
        0 => format!("0-{}", AGES[0]),
        slot if slot < AGES.len() => format!("{}-{}", AGES[slot - 1] + 1, AGES[slot]),
        _ => format!("> {}", AGES[AGES.len() - 1]),
    };
    let is_any = ages.iter().any(|counts| counts[0] > 0);
    let rows = ages.iter().enumerate().filter(|_| is_any).map(|(slot, counts)| {
        let cells = std::iter::once(Cell::text(name(slot))).chain(counts.map(count)).collect();
        Row::with(cells, if counts[3] > 0 { Emphasis::Warn } else { Emphasis::Plain })
    });
    let title = lang.pick("Open now, by age", "现有未结，按天数").into();
    Table { id: "backlog".into(), title, columns, rows: rows.collect(), ..Table::default() }
}

/// The categories, the most frequent first, with their classes.
fn categories(begun: &[&Known], lang: Lang) -> Table {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for known in begun {
        let slot = counts.entry(known.case.category.as_deref().unwrap_or_default()).or_default();
        slot.0 += 1;
        slot.1 += u64::from(known.case.is_complaint());
    }
    let counts: Vec<(&str, (u64, u64))> = counts.into_iter().collect();
    let values: Vec<i128> = counts.iter().map(|(_, (cases, _))| i128::from(*cases)).collect();
    let classes = abc_classes(&values);
    let all: u64 = counts.iter().map(|(_, (cases, _))| cases).sum();
    let mut so_far = 0;
    let rows = rank_descending(&values).into_iter().map(|at| {
        let (category, (cases, complaints)) = counts[at];
        so_far += cases;
        let class = match classes[at] {
            AbcClass::A => "A",
            AbcClass::B => "B",
            AbcClass::C => "C",
        };
        Row::new(vec![
            group_name(category, lang),
            count(cases),
            count(complaints),
            rate(cases, all, lang),
            rate(so_far, all, lang),
            Cell::text(class),
        ])
    });
    let rows: Vec<Row> = rows.collect();
    let head = |id: &str, en: &str, zh: &str| Column::new(id, lang.pick(en, zh), Kind::Number);
    let columns = vec![
        column("category", Kind::Text, lang),
        head("cases", "Cases", "受理"),
        head("complaints", "Complaints", "投诉"),
        head("share", "Share", "占比"),
        head("cumulated", "Cumulated", "累计"),
        Column::new("class", lang.pick("Class", "类"), Kind::Text),
    ];
    let title = lang.pick("What they are about", "受理内容").into();
    Table { id: "categories".into(), title, columns, rows: rows.into(), ..Table::default() }
}

fn notes(begun: &[&Known], all: &Figures, service: &Service, request: &Request) -> Vec<String> {
    let lang = service.book.settings.language;
    let mut notes = Vec::new();
    if all.cases == 0 {
        notes.push(
            lang.pick("no request and no complaint in these days", "期间没有请求或投诉").into(),
        );
        return notes;
    }
    let open = all.resolutions.iter().filter(|spell| !spell.done).count();
    let unit = match (service.in_hours, service.clock.has_calendar()) {
        (true, true) => ("working hours", "工作小时"),
        (true, false) => ("hours", "小时"),
        (false, true) => ("working days", "工作日"),
        (false, false) => ("days", "天"),
    };
    let (n, unit) = (all.answers.len(), lang.pick(unit.0, unit.1));
    notes.push(match lang {
        Lang::En | Lang::Machine => format!(
            "times are in {unit}, by Kaplan-Meier, of each time that a case began or was reopened (n = {n}, {open} open)"
        ),
        Lang::Zh => format!("时间以{unit}计（Kaplan-Meier），每次受理或重开各计一次（n = {n}，未结 {open}）"),
    });
    notes.push(per_hundred(all, service, request));
    let late = |known: &&&Known| {
        known.case.state.is_open()
            && service.promises(known).iter().flatten().any(|k| k.done.is_none() && !k.in_time)
    };
    let late: Vec<String> = begun
        .iter()
        .filter(late)
        .map(|known| format!("{} ({})", known.whose.id, known.case.name))
        .collect();
    if !late.is_empty() {
        let (n, some) = (late.len(), lang.listed(late.iter().take(5)));
        notes.push(match lang {
            Lang::En | Lang::Machine => format!("past a promise: {n} - {some}"),
            Lang::Zh => format!("超出承诺：{n} 个：{some}"),
        });
    }
    notes
}

/// Complaints for each 100 customers that have bought.
fn per_hundred(all: &Figures, service: &Service, request: &Request) -> String {
    let (book, lang) = (service.book, service.book.settings.language);
    let graded = book.graded();
    let customers = if request.query.is_empty() {
        graded.customers().filter(|customer| customer.figures.is_buyer()).count() as u64
    } else {
        let selected = request.selection(book);
        let firsts: HashSet<u32> = book
            .gather_everybody(&request.query, |record| {
                let customer = graded.of(&record.prospect.id)?;
                (customer.figures.is_buyer() && selected.has(record)).then_some(customer.first)
            })
            .into_iter()
            .collect();
        firsts.len() as u64
    };
    let complaints = all.complaints;
    let share = Amount::from_int(i64::try_from(complaints * 100).unwrap_or(i64::MAX));
    let share = share.divided_by(customers).filter(|_| enough(customers));
    match (share.map(|share| share.round(1)), lang) {
        (Some(share), Lang::En | Lang::Machine) => format!(
            "{share} cases of complaint for each 100 customers: {complaints} of {customers} that have bought"
        ),
        (Some(share), Lang::Zh) => {
            format!("每百位客户投诉 {share} 件：已购客户 {customers} 位，投诉 {complaints} 件")
        }
        (None, Lang::En | Lang::Machine) => {
            format!(
                "complaints: {complaints}; customers that have bought: n = {customers}, too few"
            )
        }
        (None, Lang::Zh) => format!("投诉 {complaints} 件；已购客户 n = {customers}，太少"),
    }
}
