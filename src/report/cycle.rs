//! `crm report cycle`: how long it takes to close, and to leave each column.

use super::Request;
use super::breakdown::{
    UsedBoard, boards, by_cell, by_column, complete, interval, interval_columns, join, percent,
    stage_cell, window,
};
use super::figures::{enough, few, reached, words};
use crate::diag::{Diagnostic, counted};
use crate::rules::book::Book;
use crate::rules::replay::passage::End;
use crate::rules::replay::state::Record;
use crate::stats::{AalenJohansen, KaplanMeier, Observation, Outcome, Summary};
use crate::table::sheet::{
    Cell, Chart, Column, Emphasis, Kind, Picture, Row, Series, Sheet, Table,
};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use std::collections::{BTreeMap, BTreeSet};

/// The days for which the curves are printed, as far as they reach.
const DAYS: [u32; 8] = [7, 14, 28, 60, 90, 180, 365, 730];

/// Lost and fallen back, among the ways out that compete with closing.
const LOST: u8 = 0;
const FELL_BACK: u8 = 1;

/// The passes of one group.
#[derive(Debug, Clone, Default)]
struct Passes {
    all: Vec<Observation>,
    /// Won within the cycle that is stated for them.
    in_time: usize,
    /// The stated cycles.
    stated: BTreeSet<u32>,
    /// Pursuits whose clock never ran.
    clockless: usize,
}

/// The times that a board's prospects took.
#[derive(Debug, Default)]
struct Times {
    groups: BTreeMap<String, Passes>,
    stays: DaysByColumn,
}

/// Days in each column, by its position.
type DaysByColumn = BTreeMap<usize, Vec<Observation>>;

impl Passes {
    fn add(&mut self, other: &Passes) {
        self.all.extend(&other.all);
        self.in_time += other.in_time;
        self.stated.extend(&other.stated);
        self.clockless += other.clockless;
    }

    fn won(&self) -> Vec<f64> {
        self.all
            .iter()
            .filter(|one| one.outcome == Outcome::Event)
            .map(|one| f64::from(one.time))
            .collect()
    }

    fn with(&self, outcome: Outcome) -> usize {
        self.all.iter().filter(|one| one.outcome == outcome).count()
    }
}

/// The sales cycle.
pub fn cycle(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let mut sheet = Sheet {
        id: "cycle".into(),
        title: lang.pick("Sales cycle", "销售周期").into(),
        about: format!(
            "{}{}{} {}",
            lang.pick("passes on the clock that began in the window: ", "窗口内开始计时的轮次："),
            window(request.period, book),
            lang.pick("; days to their end, or to", "；天数计至结束或"),
            book.as_of
        ),
        ..Sheet::default()
    };
    let gathered = gather(book, request);
    let none = Times::default();
    let boards = boards(&book.settings, |position| gathered.contains_key(&position));
    for board in &boards {
        let Times { groups, stays } = gathered.get(&board.position).unwrap_or(&none);
        let mut all = Passes::default();
        groups.values().for_each(|passes| all.add(passes));
        let shares = curves(&all);
        let mut tables = vec![
            share_table(board, &all, shares.as_ref(), lang),
            days_table(board, groups, &all, request, lang),
        ];
        if request.by.is_some() {
            tables.reverse();
        }
        sheet.tables.extend(tables);
        sheet.tables.push(stay_table(board, stays, lang));
        sheet.notes.extend(notes(&all, lang).into_iter().map(|note| board.note(note, lang)));
        if let Some(shares) = shares {
            sheet.pictures.push(picture(board, &shares, lang));
        }
    }
    complete(&mut sheet.tables, &boards, &book.settings);
    Ok(sheet)
}

/// The times of each pipeline in use, by its position.
fn gather(book: &Book, request: &Request) -> BTreeMap<usize, Times> {
    request.fold(
        book,
        |all: &mut BTreeMap<usize, Times>, record| {
            let times = all.entry(record.state.pipeline).or_default();
            passes(record, book, request, &mut times.groups);
            stays(record, book, request, &mut times.stays);
        },
        |all, part| {
            join(all, part, |known, times| {
                join(&mut known.groups, times.groups, |passes, others| passes.add(&others));
                join(&mut known.stays, times.stays, |stays, others| stays.extend(others));
            });
        },
    )
}

fn passes(record: &Record, book: &Book, request: &Request, groups: &mut BTreeMap<String, Passes>) {
    let inside = |day: Date| request.period.is_none_or(|period| period.contains(day));
    let group = |opened: Date| {
        let by = request.by.as_ref();
        by.map_or_else(String::new, |by| by.of_pursuit(record, book, opened))
    };
    for pass in record.history.passes(book.as_of).filter(|pass| inside(pass.start)) {
        let passes = groups.entry(group(pass.opened)).or_default();
        let days = pass.days(book.as_of);
        let stated = record.state.cycle_days;
        passes.stated.insert(stated);
        passes.all.push(match pass.end.map(|(_, end)| end) {
            None => Observation::censored(days),
            Some(End::Won) => Observation::event(days),
            Some(End::Lost) => Observation::competing(LOST, days),
            Some(End::FellBack) => Observation::competing(FELL_BACK, days),
        });
        if pass.end.is_some_and(|(_, end)| end == End::Won) && days <= stated {
            passes.in_time += 1;
        }
    }
    for pursuit in &record.history.pursuits {
        if !record.history.clock_ran(pursuit) && inside(pursuit.opened) {
            groups.entry(group(pursuit.opened)).or_default().clockless += 1;
        }
    }
}

/// A stretch in a column that goes on is censored.
fn stays(record: &Record, book: &Book, request: &Request, stays: &mut DaysByColumn) {
    let inside = |day: Date| request.period.is_none_or(|period| period.contains(day));
    for spell in record.history.stages.iter().filter(|spell| inside(spell.from)) {
        let last = spell.to.unwrap_or(book.as_of);
        let days = u32::try_from(last.days_since(spell.from)).unwrap_or(0);
        stays.entry(spell.stage).or_default().push(match spell.to {
            Some(_) => Observation::event(days),
            None => Observation::censored(days),
        });
    }
}

/// The curves, where there are enough passes for any.
fn curves(all: &Passes) -> Option<AalenJohansen> {
    enough(all.all.len() as u64).then(|| AalenJohansen::of(&all.all)).flatten()
}

/// The headline: the shares that had been won, and lost, by a day.
fn share_table(
    board: &UsedBoard,
    all: &Passes,
    shares: Option<&AalenJohansen>,
    lang: Lang,
) -> Table {
    let fell_back = all.with(Outcome::Competing(FELL_BACK)) > 0;
    let mut columns = vec![Column::new("day", lang.pick("By day", "天内"), Kind::Number)];
    for id in ["won", "lost"] {
        columns.push(column(id, Kind::Number, lang));
        columns.extend(interval_columns(id, lang));
    }
    if fell_back {
        columns.push(column("fell-back", Kind::Number, lang));
    }
    columns.push(column("still-open", Kind::Number, lang));
    columns.push(column("at-risk", Kind::Number, lang));
    let width = columns.len();
    let title =
        lang.pick("Share closed by a day (Aalen-Johansen)", "若干天内的结束比例（Aalen-Johansen）");
    let table =
        |rows: Vec<Row>| Table { columns, rows: rows.into(), ..board.table("closed", title, lang) };
    let Some(shares) = shares else {
        let mut row = vec![Cell::Empty; width];
        row[1] = few(all.all.len() as u64, lang);
        return table(vec![Row::new(row)]);
    };
    let known = DAYS.into_iter().chain(all.stated.iter().copied()).chain([shares.t_max]);
    let days: BTreeSet<u32> = known.filter(|day| *day <= shares.t_max).collect();
    let mut rows = Vec::new();
    for day in days {
        let mut row = vec![Cell::Int(i64::from(day))];
        for share in [shares.event_by(day), shares.competing_by(LOST, day)] {
            row.push(Cell::maybe(share, |share| Cell::Share(share.value)));
            row.extend(interval(share.and_then(|share| share.interval)));
        }
        if fell_back {
            let share = shares.competing_by(FELL_BACK, day);
            row.push(Cell::maybe(share, |share| Cell::Share(share.value)));
        }
        row.push(Cell::maybe(shares.remaining_by(day), |share| Cell::Share(share.value)));
        row.push(Cell::count(all.all.iter().filter(|one| one.time >= day).count()));
        rows.push(Row::new(row));
    }
    table(rows)
}

/// The naive figures of the won, and beside them the Kaplan-Meier median.
fn days_table(
    board: &UsedBoard,
    groups: &BTreeMap<String, Passes>,
    all: &Passes,
    request: &Request,
    lang: Lang,
) -> Table {
    let mut columns: Vec<Column> = by_column(request, lang).into_iter().collect();
    for id in ["n", "mean", "p25", "median", "p75", "p90", "min", "max"] {
        columns.push(column(id, Kind::Number, lang));
    }
    for id in ["km-median", "km-low", "km-high"] {
        columns.push(column(id, Kind::Number, lang));
    }
    let mut rows = Vec::new();
    if request.by.is_some() {
        for (group, passes) in groups {
            let mut row: Vec<Cell> = by_cell(request, group, lang).into_iter().collect();
            row.extend(days_row(passes, lang));
            rows.push(Row::new(row));
        }
    }
    let mut total = days_row(all, lang);
    if request.by.is_some() {
        total.insert(0, Cell::text(lang.pick("all", "全部")));
        rows.push(Row::with(total, Emphasis::Total));
    } else {
        rows.push(Row::new(total));
    }
    let columns = Column::giving_way(columns, &["min", "max", "p25", "p75"]);
    let title = lang.pick(
        "Days to close: won only; KM: if nothing were lost",
        "成交天数：仅成交者；KM：假如无人退出",
    );
    Table { columns, rows: rows.into(), ..board.table("days", title, lang) }
}

fn days_row(passes: &Passes, lang: Lang) -> Vec<Cell> {
    let won = passes.won();
    let mut row = vec![Cell::count(won.len())];
    match Summary::of(&won).filter(|summary| enough(summary.n as u64)) {
        Some(s) => {
            row.push(Cell::Number(s.mean, 1));
            let rest = [s.p25, s.median, s.p75, s.p90, s.min, s.max];
            row.extend(rest.map(days));
        }
        None => {
            row.push(few(won.len() as u64, lang));
            row.extend(vec![Cell::Empty; 6]);
        }
    }
    row.extend(median_cells(&passes.all, lang));
    row
}

/// A number of days, with a decimal only where it has one.
fn days(x: f64) -> Cell {
    Cell::Number(x, usize::from(x.fract().abs() > 0.0))
}

/// The Kaplan-Meier median with its interval; `> t_max` where the curve does not come down to one half.
fn median_cells(observations: &[Observation], lang: Lang) -> [Cell; 3] {
    let none = || [few(observations.len() as u64, lang), Cell::Empty, Cell::Empty];
    let Some(curve) = KaplanMeier::of(observations).filter(|curve| enough(curve.n as u64)) else {
        return none();
    };
    let at = |day: Option<u32>| reached(day, &curve);
    let (low, high) = curve.median_interval();
    match (curve.median(), low) {
        // In a tiny sample the curve may be at 0 before its lower limit is known.
        (Some(_), None) => [at(curve.median()), Cell::Empty, at(high)],
        (median, low) => [at(median), at(low), at(high)],
    }
}

/// Time in each open column.
fn stay_table(board: &UsedBoard, stays: &DaysByColumn, lang: Lang) -> Table {
    let none = Vec::new();
    let mut columns = vec![column("stage", Kind::Text, lang)];
    for id in ["departures", "mean", "km-median", "km-low", "km-high", "still-there"] {
        columns.push(column(id, Kind::Number, lang));
    }
    let rows = board.pipeline.open().iter().enumerate().map(|(position, stage)| {
        let stay = stays.get(&position).unwrap_or(&none);
        let left: Vec<f64> = stay
            .iter()
            .filter(|one| one.outcome == Outcome::Event)
            .map(|one| f64::from(one.time))
            .collect();
        let mean = Summary::of(&left).filter(|summary| enough(summary.n as u64));
        let mut row = vec![
            stage_cell(stage, lang),
            Cell::count(left.len()),
            mean.map_or_else(|| few(left.len() as u64, lang), |s| Cell::Number(s.mean, 1)),
        ];
        row.extend(median_cells(stay, lang));
        row.push(Cell::count(stay.len() - left.len()));
        Row::new(row)
    });
    let rows = rows.collect();
    let title = lang.pick(
        "Days in each column: the mean of those who left, the median of all",
        "各栏停留天数：均值仅已离开者，中位数含仍在者",
    );
    Table { columns, rows, ..board.table("columns", title, lang) }
}

fn notes(all: &Passes, lang: Lang) -> Vec<String> {
    let count = |outcome| all.with(outcome);
    let won = count(Outcome::Event);
    let lost = count(Outcome::Competing(LOST));
    let fell = count(Outcome::Competing(FELL_BACK));
    let open = count(Outcome::Censored);
    let (n, off) = (all.all.len(), all.clockless);
    let population = match lang {
        Lang::En | Lang::Machine => format!(
            "n = {n} {}: {won} won, {lost} lost, {fell} fell back to the first column, {open} open; not in it, as the clock never started: {}",
            if n == 1 { "pass" } else { "passes" },
            counted(off, "pursuit", "pursuits")
        ),
        Lang::Zh => format!(
            "n = {n}轮：成交{won}，退出{lost}，退回首栏{fell}，进行中{open}；另有{off}轮未曾开始计时，不在其中"
        ),
    };
    let mut notes = vec![population];
    notes.extend(stated(all, won, lang));
    notes
}

/// The stated cycle against the measured one.
fn stated(all: &Passes, won: usize, lang: Lang) -> Option<String> {
    let (low, high) = (*all.stated.first()?, *all.stated.last()?);
    let stated = if low == high { low.to_string() } else { format!("{low}-{high}") };
    let summary = Summary::of(&all.won()).filter(|_| enough(won as u64));
    let Some(summary) = summary else {
        return Some(match lang {
            Lang::En | Lang::Machine => {
                format!("stated cycle {stated} days; won: {won}, too few to measure the real one")
            }
            Lang::Zh => format!("规定周期{stated}天；成交{won}个，太少，无法衡量实际周期"),
        });
    };
    let inside = all.in_time;
    let share = percent(inside as f64 / won as f64);
    let [quick, median, slow] = [summary.p25, summary.median, summary.p75].map(words);
    // A quarter between two closes is later than the earlier of them, which may be inside the cycle.
    let verdict = if f64::from(high) < summary.p25 && inside * 4 < won {
        lang.pick(
            "it is shorter than even the quickest quarter of your closes takes",
            "它比最快的四分之一成交还短",
        )
    } else if f64::from(high) < summary.median {
        lang.pick("it is shorter than your closes take", "它短于实际成交所需")
    } else if f64::from(low) > summary.p75 {
        lang.pick("it is longer than your closes take", "它长于实际成交所需")
    } else {
        lang.pick("the two agree", "二者相符")
    };
    Some(match lang {
        Lang::En | Lang::Machine => format!(
            "stated cycle {stated} days; the middle half of the won took {quick} to {slow}, median {median}; {inside} of {won} ({share}) closed within it: {verdict}"
        ),
        Lang::Zh => format!(
            "规定周期{stated}天；成交者中间一半用了{quick}至{slow}天，中位数{median}天；{won}个中{inside}个（{share}）在周期内成交：{verdict}"
        ),
    })
}

fn picture(board: &UsedBoard, shares: &AalenJohansen, lang: Lang) -> Picture {
    let names =
        [lang.pick("won", "成交"), lang.pick("lost", "退出"), lang.pick("fell back", "退回首栏")];
    let series = names.iter().take(shares.kinds).enumerate().map(|(kind, name)| {
        let mut points = vec![(0.0, 0.0)];
        let mut band = Vec::new();
        for point in &shares.points {
            let (x, share) = (f64::from(point.time), point.shares[kind]);
            points.push((x, share.value));
            band.extend(share.interval.map(|(low, high)| (x, low, high)));
        }
        let end = points.last().map_or(0.0, |point| point.1);
        points.push((f64::from(shares.t_max), end));
        Series { label: (*name).to_owned(), points, band }
    });
    let series: Vec<Series> = series.collect();
    let by_end = |series: &Series| series.points.last().map_or(0.0, |point| point.1);
    let words: Vec<String> =
        series.iter().map(|one| format!("{} {}", percent(by_end(one)), one.label)).collect();
    Picture {
        title: board.note(lang.pick("Closed by day", "逐日结束比例").to_owned(), lang),
        description: match lang {
            Lang::En | Lang::Machine => format!("by day {}: {}", shares.t_max, lang.listed(words)),
            Lang::Zh => format!("到第{}天：{}", shares.t_max, lang.listed(words)),
        },
        chart: Chart::Steps {
            x_title: lang.pick("days", "天").into(),
            y_title: lang.pick("share", "比例").into(),
            series,
        },
    }
}
