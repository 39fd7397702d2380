//! `crm report diary`: each rep's days - calls, visits, meetings, what was postponed and what was agreed.

use super::Request;
use super::figures::{count, member, rank, tallies_left_out};
use crate::diag::Diagnostic;
use crate::rules::book::{Book, Tally};
use crate::rules::diary::{DiaryEntry, diary as diary_of};
use crate::rules::replay::state::Record;
use crate::rules::week::week_of;
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::date::{Date, Moment};
use crate::value::label::Lang;
use crate::value::period::Period;
use crate::value::text::Text;
use std::collections::{BTreeMap, BTreeSet};

/// The counts of a rep's day.
#[derive(Debug, Clone, Default)]
struct DayCounts {
    dials: u64,
    reached: u64,
    visits: u64,
    first: u64,
    later: u64,
    postponed: u64,
    agreed: u64,
}

/// An entry of a diary with the prospect that it is about.
struct Told {
    id: Text,
    name: Text,
    entry: DiaryEntry,
}

/// The diaries of a period; without one, of the ledger's current week.
pub fn diary(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let (settings, lang) = (&book.settings, book.settings.language);
    let week = || week_of(book.as_of, settings.week_start);
    let asked = request.period.unwrap_or_else(week);
    let period = Period { from: asked.from, to: asked.to.min(book.as_of) };
    let mut told: Vec<Told> = request
        .gather_everybody(book, |record| Some(told(record, book, period)))
        .into_iter()
        .flatten()
        .collect();
    told.sort_by_cached_key(|one| {
        let rep = &one.entry.rep;
        (rank(rep, settings), rep.clone(), one.entry.on, one.id.clone())
    });
    let (tallies, left_out) = tallies(book, request, period);
    let mut days: BTreeMap<(&str, Date), DayCounts> = BTreeMap::new();
    for one in &told {
        let entry = &one.entry;
        let counts = days.entry((&*entry.rep, entry.on)).or_default();
        let is_tallied = tallies.contains_key(&(&*entry.rep, entry.on));
        counts.add(entry, is_tallied);
    }
    for (key, tally) in &tallies {
        let counts = days.entry(*key).or_default();
        counts.dials += u64::from(tally.dials);
        counts.reached += u64::from(tally.conversations);
    }
    let mut order: Vec<(&str, Date)> = days.keys().copied().collect();
    order.sort_by_cached_key(|(rep, day)| (rank(rep, settings), (*rep).to_owned(), *day));
    let mut sheet = Sheet {
        id: "diary".into(),
        title: lang.pick("Diary", "工作日志").into(),
        about: match lang {
            Lang::En | Lang::Machine => {
                format!("{period}; calls, meetings and agreements, by rep and day")
            }
            Lang::Zh => format!("{period}；按业务员和日期：电话、见面、约定"),
        },
        tables: vec![
            counts(&order, &days, book),
            people(&order, &days, &told, book),
            entries(&told, lang),
        ],
        ..Sheet::default()
    };
    if days.is_empty() {
        sheet.notes.push(lang.pick("nothing was done in these days", "期间没有记录").into());
    }
    let left_out: Vec<&str> = left_out.into_iter().collect();
    sheet.notes.extend(tallies_left_out(&left_out, lang));
    Ok(sheet)
}

fn told(record: &Record, book: &Book, period: Period) -> Vec<Told> {
    let prospect = &record.prospect;
    if record.state.last_entry.is_none_or(|last| last < period.from) {
        return Vec::new();
    }
    let entries = diary_of(record, &book.settings, book.as_of, period).into_iter();
    let told = |entry| Told { id: prospect.id.clone(), name: prospect.name.clone(), entry };
    entries.map(told).collect()
}

/// The tallies that count instead of calls, and the reps whose tallies a query leaves out.
fn tallies<'b>(
    book: &'b Book,
    request: &Request,
    period: Period,
) -> (BTreeMap<(&'b str, Date), &'b Tally>, BTreeSet<&'b str>) {
    let inside = book.tallies.iter().filter(|(_, day, _)| period.contains(*day));
    if request.query.is_empty() {
        (inside.map(|(rep, day, tally)| ((&**rep, *day), tally)).collect(), BTreeSet::new())
    } else {
        (BTreeMap::new(), inside.map(|(rep, ..)| &**rep).collect())
    }
}

impl DayCounts {
    fn add(&mut self, entry: &DiaryEntry, is_tallied: bool) {
        if let Some(reached) = entry.call.filter(|_| !is_tallied) {
            self.dials += 1;
            self.reached += u64::from(reached);
        }
        match entry.meeting {
            Some(true) => self.first += 1,
            Some(false) => self.later += 1,
            None => {}
        }
        self.visits += u64::from(entry.visit);
        self.postponed += u64::from(entry.postponed);
        self.agreed += u64::from(entry.agreed.is_some());
    }

    fn join(&mut self, other: &DayCounts) {
        self.dials += other.dials;
        self.reached += other.reached;
        self.visits += other.visits;
        self.first += other.first;
        self.later += other.later;
        self.postponed += other.postponed;
        self.agreed += other.agreed;
    }

    fn cells(&self) -> [Cell; 6] {
        [self.dials, self.reached, self.visits, self.first, self.later, self.postponed].map(count)
    }
}

fn head(id: &str, en: &str, zh: &str, lang: Lang) -> Column {
    Column::new(id, lang.pick(en, zh), Kind::Number)
}

fn columns(lang: Lang) -> Vec<Column> {
    vec![
        column("rep", Kind::Text, lang),
        column("date", Kind::Date, lang),
        head("dials", "Dials", "拨打", lang),
        head("conversations", "Talks", "接通", lang),
        head("visits", "Visits", "拜访", lang),
        head("first-meetings", "First met", "初次见面", lang),
        head("later-meetings", "Met again", "再次见面", lang),
        head("postponed", "Postponed", "改期", lang),
    ]
}

fn counts(order: &[(&str, Date)], days: &BTreeMap<(&str, Date), DayCounts>, book: &Book) -> Table {
    let mut columns = columns(book.settings.language);
    columns.push(head("agreed", "Agreed", "约定", book.settings.language));
    let rows = order.iter().filter_map(|key| {
        let counts = days.get(key)?;
        let mut cells = vec![Cell::text(key.0), Cell::Date(key.1)];
        cells.extend(counts.cells());
        cells.push(count(counts.agreed));
        Some(Row::new(cells))
    });
    Table {
        id: "diary".into(),
        rows: rows.collect(),
        columns,
        audience: Audience::Machines,
        ..Table::default()
    }
}

/// A moment for people: without seconds.
fn said(moment: Moment) -> String {
    let time = moment.time.map(|time| format!(" {}", &time.to_string()[..5])).unwrap_or_default();
    format!("{}{time}", moment.date)
}

/// The days with the agreements of each in words.
fn people(
    order: &[(&str, Date)],
    days: &BTreeMap<(&str, Date), DayCounts>,
    told: &[Told],
    book: &Book,
) -> Table {
    let (settings, lang) = (&book.settings, book.settings.language);
    let mut columns = columns(lang);
    let least_telling = ["postponed", "later-meetings", "first-meetings", "visits"];
    columns = Column::giving_way(columns, &least_telling);
    columns.push(Column::new("agreed", lang.pick("Agreed", "约定"), Kind::Text).optional(0));
    let mut agreed: BTreeMap<(&str, Date), Vec<String>> = BTreeMap::new();
    for one in told {
        let Some((next, what)) = &one.entry.agreed else { continue };
        let what = what.as_ref().map(|what| format!(" {what}")).unwrap_or_default();
        let line = format!("{}{what}: {}", said(*next), one.name);
        agreed.entry((&*one.entry.rep, one.entry.on)).or_default().push(line);
    }
    let mut rows = Vec::new();
    let mut all = DayCounts::default();
    let mut before = None;
    for key in order {
        let Some(counts) = days.get(key) else { continue };
        all.join(counts);
        let name = if before == Some(key.0) { String::new() } else { member(key.0, settings) };
        before = Some(key.0);
        let mut cells = vec![Cell::text(name), Cell::Date(key.1)];
        cells.extend(counts.cells());
        // A row for each agreement, the first of them beside the counts.
        let mut agreed = agreed.remove(key).unwrap_or_default().into_iter();
        cells.push(Cell::maybe(agreed.next(), Cell::text));
        rows.push(Row::new(cells));
        for more in agreed {
            let mut cells = vec![Cell::Empty; columns.len() - 1];
            cells.push(Cell::text(more));
            rows.push(Row::new(cells));
        }
    }
    if order.len() > 1 {
        let mut cells = vec![Cell::text(lang.pick("all", "合计")), Cell::Empty];
        cells.extend(all.cells());
        cells.push(Cell::text(all.agreed.to_string()));
        rows.push(Row::with(cells, Emphasis::Total));
    }
    let audience = if rows.is_empty() { Audience::Nobody } else { Audience::People };
    Table { id: "days".into(), columns, rows: rows.into(), audience, ..Table::default() }
}

/// Every entry, for machines.
fn entries(told: &[Told], lang: Lang) -> Table {
    let columns = vec![
        column("rep", Kind::Text, lang),
        column("date", Kind::Date, lang),
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        Column::new("act", lang.pick("Act", "事项"), Kind::Text),
        Column::new("postponed", lang.pick("Postponed", "改期"), Kind::Text),
        column("next", Kind::Date, lang),
        column("next-what", Kind::Text, lang),
    ];
    let rows = told.iter().map(|one| {
        let entry = &one.entry;
        let act = match (entry.call, entry.meeting) {
            (Some(true), _) => "call",
            (Some(false), _) => "call-unanswered",
            (_, Some(true)) => "first-meeting",
            (_, Some(false)) => "later-meeting",
            _ => "agreement",
        };
        let next = entry.agreed.as_ref();
        Row::new(vec![
            Cell::text(entry.rep.clone()),
            Cell::Date(entry.on),
            Cell::text(one.id.clone()),
            Cell::text(one.name.clone()),
            Cell::text(act),
            Cell::Bool(entry.postponed),
            Cell::maybe(next, |(next, _)| Cell::Moment(*next)),
            Cell::maybe(next.and_then(|(_, what)| what.clone()), Cell::text),
        ])
    });
    Table {
        id: "entries".into(),
        title: lang.pick("Entries", "明细").into(),
        rows: rows.collect(),
        columns,
        audience: Audience::Machines,
    }
}
