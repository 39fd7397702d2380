//! `crm report aging` (`stale`): prospects that are too long in their column, against `max_days` and the sales cycle.

use super::Request;
use super::breakdown::{by_cell, by_column, group_name, join, stage_cell};
use super::figures::{bars, count, grouped, member, rate};
use crate::diag::Diagnostic;
use crate::model::pipeline::{Outcome, Pipeline};
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::replay::state::Record;
use crate::table::picture::{Chart, DotColumn};
use crate::table::sheet::{Audience, Cell, Emphasis, Kind, Picture, Quantity, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::{Money, Sum};
use crate::value::text::Text;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Where an open prospect is on its own clock: English, Chinese.
const BUCKETS: [(&str, &str); 7] = [
    ("clock not started", "未起算"),
    ("first half of the cycle", "周期前半"),
    ("second half of the cycle", "周期后半"),
    ("past the cycle", "超过周期"),
    ("past it twice", "超过两个周期"),
    ("past it four times", "超过四个周期"),
    ("on hold", "暂缓"),
];
const NO_CLOCK: usize = 0;
const PAST: usize = 3;
const ON_HOLD: usize = 6;

/// The prospects of one bucket.
#[derive(Debug, Clone, Default)]
struct Bucket {
    count: u64,
    value: Sum,
    stalled: u64,
}

impl Bucket {
    fn add(&mut self, other: &Bucket) {
        self.count += other.count;
        self.value.add_sum(&other.value);
        self.stalled += other.stalled;
    }
}

/// A prospect that is too long in its column: the figures of its row.
struct Late {
    id: Text,
    name: Text,
    /// Its board and column.
    stage: (usize, usize),
    owner: Option<Text>,
    /// The value of the attribute that the report is broken down by.
    group: Text,
    /// Days past the nearer of the limits that are passed.
    over: i64,
    age: Option<i64>,
    cycle: u32,
    in_stage: Option<i64>,
    value: Option<Money>,
    last_contact: Option<Date>,
    overdue: bool,
    /// It has outlived the cycle twice.
    twice: bool,
}

impl Late {
    fn of(record: &Record, book: &Book, group: &str) -> Late {
        let state = &record.state;
        Late {
            id: record.prospect.id.clone(),
            name: record.prospect.name.clone(),
            stage: (state.pipeline, state.stage),
            owner: state.owner.clone(),
            group: group.into(),
            over: excess(record, book),
            age: state.age(book.as_of),
            cycle: state.cycle_days,
            in_stage: state.since.map(|since| book.as_of.days_since(since)),
            value: state.value,
            last_contact: state.last_contact,
            overdue: state.flags.overdue,
            twice: (PAST + 1..ON_HOLD).contains(&bucket(record, book)),
        }
    }
}

/// The open prospects.
#[derive(Default)]
struct OpenScan {
    count: usize,
    groups: BTreeMap<String, [Bucket; 7]>,
    /// Those that are too long in their column.
    late: Vec<Late>,
}

fn open(book: &Book, request: &Request) -> OpenScan {
    request.fold(
        book,
        |open: &mut OpenScan, record| {
            let state = &record.state;
            if state.outcome != Outcome::Open {
                return;
            }
            let group = request.group(record, book).unwrap_or_default();
            if state.flags.overdue || state.flags.stalled {
                open.late.push(Late::of(record, book, &group));
            }
            let bucket = &mut open.groups.entry(group).or_default()[bucket(record, book)];
            bucket.count += 1;
            bucket.stalled += u64::from(state.flags.stalled);
            state.value.into_iter().for_each(|value| bucket.value.add(value));
            open.count += 1;
        },
        |all, part| {
            all.count += part.count;
            all.late.extend(part.late);
            join(&mut all.groups, part.groups, |known, buckets| {
                known.iter_mut().zip(&buckets).for_each(|(a, b)| a.add(b));
            });
        },
    )
}

/// The prospects that are too long in their column, the longest first; and how far the clock of each open prospect
/// is.
pub fn aging(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let settings = &book.settings;
    let lang = settings.language;
    let OpenScan { count: open, mut groups, mut late } = open(book, request);
    late.sort_by(|a, b| (Reverse(a.over), &a.id).cmp(&(Reverse(b.over), &b.id)));
    if groups.is_empty() && request.by.is_none() {
        groups.insert(String::new(), Default::default());
    }
    let mut sheet = Sheet {
        id: "aging".into(),
        title: lang.pick("Too long in their column", "停留过久").into(),
        about: match lang {
            Lang::En | Lang::Machine => format!("open prospects on {}: {}", book.as_of, open),
            Lang::Zh => format!("截至 {} 进行中的客户：{}", book.as_of, open),
        },
        tables: [Audience::Machines, Audience::People]
            .into_iter()
            .filter(|audience| request.is_read_by(*audience))
            .map(|audience| list(&late, settings, request, audience))
            .chain([buckets(&groups, request, lang)])
            .collect(),
        pictures: vec![picture(&groups, lang)],
        ..Sheet::default()
    };
    if late.is_empty() {
        sheet.notes.push(lang.pick("nobody stands too long", "没有人停留过久").into());
    } else if let Some(worst) = worst(&late, settings) {
        sheet.notes.push(worst);
    }
    if settings.pipelines.iter().flat_map(|p| p.open()).all(|stage| stage.max_days.is_none()) {
        let note = "no column has `max_days`: only the sales cycle is looked at";
        sheet.notes.push(lang.pick(note, "各栏未设 max_days，只看销售周期").into());
    }
    Ok(sheet)
}

/// The days that each open prospect has been in its column, a column of dots for each column of a board: those too long
/// there, or past the sales cycle, want attention.
pub(super) fn dots(book: &Book, request: &Request) -> Vec<Picture> {
    let (settings, lang) = (&book.settings, book.settings.language);
    type Days = BTreeMap<(usize, usize), Vec<(u32, bool)>>;
    let days = request.fold(
        book,
        |days: &mut Days, record| {
            let state = &record.state;
            if let (Outcome::Open, Some(since)) = (state.outcome, state.since) {
                let stood = u32::try_from(book.as_of.days_since(since)).unwrap_or(0);
                let is_late = state.flags.overdue || state.flags.stalled;
                days.entry((state.pipeline, state.stage)).or_default().push((stood, is_late));
            }
        },
        |all, part| join(all, part, |known, more| known.extend(more)),
    );
    let used = |board: usize| days.keys().any(|(at, _)| *at == board);
    let boards: Vec<_> = settings.boards(used).filter(|(at, _)| used(*at)).collect();
    let several = boards.len() > 1;
    let picture = |(at, board): (usize, &Pipeline)| {
        let columns = board.open().iter().enumerate().map(|(stage, column)| DotColumn {
            label: column.label.get(lang, &column.id).to_owned(),
            dots: days.get(&(at, stage)).cloned().unwrap_or_default(),
            limit: column.max_days,
        });
        let columns: Vec<DotColumn> = columns.collect();
        let said = columns.iter().map(|column| {
            let late = column.dots.iter().filter(|dot| dot.1).count();
            let (label, n) = (&column.label, column.dots.len());
            match lang {
                Lang::En | Lang::Machine => format!("{label} {n}, {late} of them late"),
                Lang::Zh => format!("{label} {n}，其中 {late} 个停留过久"),
            }
        });
        let description = lang.clauses(said);
        let title = lang.pick("Days in the column, a dot a prospect", "在本栏的天数，每点一个客户");
        let name = board.label.get(lang, &board.id);
        Picture {
            title: if several { format!("{name}: {title}") } else { title.to_owned() },
            description,
            chart: Chart::Dots {
                y_title: lang.pick("days", "天").into(),
                marked: lang
                    .pick("too long in the column, or past the cycle", "停留过久或超过周期")
                    .into(),
                limit: lang.pick("the column's max_days", "本栏的 max_days").into(),
                columns,
            },
        }
    };
    boards.into_iter().map(picture).collect()
}

/// Days past the nearer of the two limits that are passed.
fn excess(record: &Record, book: &Book) -> i64 {
    let state = &record.state;
    let clock = state.age(book.as_of).map(|age| age - i64::from(state.cycle_days));
    let column = state
        .since
        .zip(max_days(record, book))
        .map(|(since, max)| book.as_of.days_since(since) - max);
    let clock = clock.filter(|_| state.flags.overdue);
    let column = column.filter(|_| state.flags.stalled);
    clock.max(column).unwrap_or(0)
}

fn max_days(record: &Record, book: &Book) -> Option<i64> {
    record.pipeline(&book.settings).stages[record.state.stage].max_days.map(i64::from)
}

/// The clock's bucket: the cycle's last day is still in it.
fn bucket(record: &Record, book: &Book) -> usize {
    let state = &record.state;
    if state.flags.on_hold {
        return ON_HOLD;
    }
    let Some(age) = state.age(book.as_of).filter(|_| state.stage > 0) else { return NO_CLOCK };
    let cycle = i64::from(state.cycle_days);
    match () {
        () if age > 4 * cycle => PAST + 2,
        () if age > 2 * cycle => PAST + 1,
        () if age > cycle => PAST,
        () if 2 * age > cycle => PAST - 1,
        () => PAST - 2,
    }
}

/// Those that are too long in their column. People see how many days over; machines see the limits as well.
fn list(late: &[Late], settings: &Settings, request: &Request, audience: Audience) -> Table {
    let lang = settings.language;
    let mut columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("stage", Kind::Text, lang),
        column("owner", Kind::Text, lang),
        column("over", Kind::Number, lang),
        column("age", Kind::Number, lang),
        column("cycle", Kind::Number, lang),
        column("in-stage", Kind::Number, lang),
        column("max-days", Kind::Number, lang),
        column("value", Kind::Number, lang),
        column("last-contact", Kind::Date, lang),
    ];
    // The list has columns of owners and stages anyhow.
    let by = request.by.as_ref().filter(|by| !matches!(by.name(), "owner" | "stage"));
    if let Some(by) = by {
        columns.insert(0, column(by.name(), Kind::Text, lang));
    }
    let shown: Vec<bool> = columns
        .iter()
        .map(|c| audience == Audience::Machines || c.id != "cycle" && c.id != "max-days")
        .collect();
    // By group, and in each in the order of the list.
    let mut late: Vec<&Late> = late.iter().collect();
    if by.is_some() {
        late.sort_by(|a, b| a.group.cmp(&b.group));
    }
    let row = |one: &&Late| {
        let (board, column) = one.stage;
        let stage = &settings.pipelines[board].stages[column];
        let group = by.map(|by| group_name(by.word(&one.group, lang), lang));
        let cells = group.into_iter().chain([
            Cell::text(one.id.clone()),
            Cell::text(one.name.clone()),
            stage_cell(stage, lang),
            Cell::maybe(one.owner.clone(), Cell::text),
            Cell::Int(one.over),
            Cell::maybe(one.age, Cell::Int),
            Cell::Int(i64::from(one.cycle)),
            Cell::maybe(one.in_stage, Cell::Int),
            Cell::maybe(stage.max_days.map(i64::from), Cell::Int),
            Cell::maybe(one.value, Cell::Money),
            Cell::maybe(one.last_contact, Cell::Date),
        ]);
        let cells = cells.zip(&shown).filter(|(_, shown)| **shown);
        // All of them are late; those past the cycle twice are marked.
        let emphasis = if one.twice { Emphasis::Warn } else { Emphasis::Plain };
        Row::with(cells.map(|(cell, _)| cell).collect(), emphasis)
    };
    let rows = late.iter().map(row).collect();
    let columns = columns.into_iter().zip(shown).filter_map(|(c, shown)| shown.then_some(c));
    let id = if audience == Audience::Machines { "late" } else { "late-list" };
    let columns = columns.collect();
    Table { id: id.into(), columns, rows, audience, ..Table::default() }
}

fn buckets(groups: &BTreeMap<String, [Bucket; 7]>, request: &Request, lang: Lang) -> Table {
    let mut columns = Vec::new();
    columns.extend(by_column(request, lang));
    columns.push(column("clock", Kind::Text, lang));
    for id in ["count", "share", "value", "stalled"] {
        columns.push(column(id, Kind::Number, lang));
    }
    let mut rows = Vec::new();
    for (group, buckets) in groups {
        let all: u64 = buckets.iter().map(|bucket| bucket.count).sum();
        for (n, bucket) in buckets.iter().enumerate() {
            let (en, zh) = BUCKETS[n];
            let mut cells = Vec::new();
            cells.extend(by_cell(request, group, lang));
            cells.extend([
                Cell::text(lang.pick(en, zh)),
                count(bucket.count),
                rate(bucket.count, all, lang),
                Cell::Amount(bucket.value.own),
                count(bucket.stalled),
            ]);
            let late = (PAST..ON_HOLD).contains(&n) && bucket.count > 0;
            let emphasis = if late { Emphasis::Warn } else { Emphasis::Plain };
            rows.push(Row::with(cells, emphasis));
        }
    }
    Table {
        id: "clock".into(),
        title: lang.pick("All open ones by their clock", "进行中的客户按周期分布").into(),
        columns,
        rows: rows.into(),
        ..Table::default()
    }
}

/// The owner with the most prospects that are too long in their column.
fn worst(late: &[Late], settings: &Settings) -> Option<String> {
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    for one in late {
        *owners.entry(one.owner.as_deref().unwrap_or("")).or_default() += 1;
    }
    let (owner, most) = owners.iter().max_by_key(|(owner, n)| (**n, Reverse(**owner)))?;
    let (all, name) = (late.len(), member(owner, settings));
    let overdue = late.iter().filter(|one| one.overdue).count();
    Some(match settings.language {
        Lang::En | Lang::Machine => {
            format!(
                "too long in their column: {all}, of them past the cycle (crm sweep): {overdue}; most with {name}: {most}"
            )
        }
        Lang::Zh => {
            format!(
                "{all}个停留过久，其中{overdue}个超过周期（crm sweep）；最多的是{name}：{most}个"
            )
        }
    })
}

fn picture(groups: &BTreeMap<String, [Bucket; 7]>, lang: Lang) -> Picture {
    let quantities = BUCKETS.iter().enumerate().map(|(n, (en, zh))| {
        let count: u64 = groups.values().map(|buckets| buckets[n].count).sum();
        let bar = Quantity::new(lang.pick(en, zh), count as f64, grouped(count));
        if (PAST..ON_HOLD).contains(&n) { bar.with(Emphasis::Warn) } else { bar }
    });
    bars(lang.pick("Open prospects by their clock", "进行中的客户按周期"), quantities.collect())
}
