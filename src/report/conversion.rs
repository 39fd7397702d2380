//! `crm report conversion`: of the pursuits that entered a column in a window, how many ever reached a later
//! one; and the win rate both ways, of those closed in the window and of those opened in it.

use super::Request;
use super::breakdown::{
    UsedBoard, boards, by_cell, by_column, complete, interval, interval_columns, join, stage_cell,
    window,
};
use super::figures::{enough, rate};
use crate::diag::Diagnostic;
use crate::model::pipeline::{Outcome, Pipeline};
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::replay::state::{Pursuit, Record};
use crate::stats::Proportion;
use crate::table::sheet::{Cell, Column, Kind, Row, Sheet, Table};
use crate::table::terms::{MEASURES, term};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use std::collections::BTreeMap;

/// The pursuits that entered a column in the window, by their later fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct EntryCounts {
    entered: usize,
    /// Reached a later column afterwards.
    advanced: usize,
    /// Has not, and is open.
    open: usize,
    /// Had not when it was lost.
    lost: usize,
    /// Was won in the end.
    won: usize,
}

/// Pursuits by how they ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Ends {
    won: usize,
    lost: usize,
    open: usize,
}

impl Ends {
    fn count(&mut self, ended: Option<Outcome>) {
        match ended {
            None => self.open += 1,
            Some(Outcome::Won) => self.won += 1,
            Some(_) => self.lost += 1,
        }
    }

    fn add(&mut self, other: Ends) {
        self.won += other.won;
        self.lost += other.lost;
        self.open += other.open;
    }

    /// won / (won + lost).
    fn narrow(self) -> (usize, usize) {
        (self.won, self.won + self.lost)
    }

    /// won / all that entered.
    fn broad(self) -> (usize, usize) {
        (self.won, self.won + self.lost + self.open)
    }
}

/// The figures of one group.
#[derive(Debug, Clone, Default)]
struct ConversionFigures {
    steps: Vec<EntryCounts>,
    /// Closed in the window.
    snapshot: Ends,
    /// Opened in the window.
    cohort: Ends,
}

impl EntryCounts {
    fn add(&mut self, other: &EntryCounts) {
        self.entered += other.entered;
        self.advanced += other.advanced;
        self.open += other.open;
        self.lost += other.lost;
        self.won += other.won;
    }
}

impl ConversionFigures {
    fn add(&mut self, other: &ConversionFigures) {
        self.steps.iter_mut().zip(&other.steps).for_each(|(sum, step)| sum.add(step));
        self.snapshot.add(other.snapshot);
        self.cohort.add(other.cohort);
    }
}

/// Conversion by entry cohort, and the win rates.
pub fn conversion(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let mut sheet = Sheet {
        id: "conversion".into(),
        title: lang.pick("Conversion", "转化").into(),
        about: format!(
            "{}{}{} {}",
            lang.pick("pursuits that entered a column in the window: ", "窗口内进入该栏的轮次："),
            window(request.period, book),
            lang.pick("; followed to", "；跟踪至"),
            book.as_of
        ),
        ..Sheet::default()
    };
    let mut counted = gather(book, request);
    let boards = boards(&book.settings, |position| counted.contains_key(&position));
    for board in &boards {
        let mut groups = counted.remove(&board.position).unwrap_or_default();
        if request.by.is_none() {
            groups.entry(String::new()).or_insert_with(|| empty(board.pipeline));
        }
        sheet.tables.push(steps_table(board, &groups, request, &book.settings));
        sheet.tables.push(win_table(board, &groups, request, &book.settings));
    }
    sheet.notes.push(
        lang.pick(
            "each rate is of those who entered that very column; rates of steps must not be multiplied: `won` is counted, not computed",
            "每个比率只针对进入该栏者；各步比率不可相乘：成交数是数出来的，不是算出来的",
        )
        .into(),
    );
    sheet.notes.push(
        lang.pick(
            "snapshot: pursuits closed in the window; cohort: pursuits opened in it. narrow: won / (won + lost); broad: won / all that entered",
            "快照：窗口内结束的轮次；批次：窗口内开始的轮次。窄：成交/(成交+退出)；宽：成交/全部进入者",
        )
        .into(),
    );
    complete(&mut sheet.tables, &boards, &book.settings);
    Ok(sheet)
}

/// Of those that ever entered each open column, how many got further: advanced and entered, by board.
pub(super) fn onward(book: &Book, request: &Request) -> BTreeMap<usize, Vec<(usize, usize)>> {
    let of_board = |groups: FiguresByGroup| {
        let mut all: Vec<(usize, usize)> = Vec::new();
        for figures in groups.values() {
            all.resize(all.len().max(figures.steps.len()), (0, 0));
            for (sum, step) in all.iter_mut().zip(&figures.steps) {
                *sum = (sum.0 + step.advanced, sum.1 + step.entered);
            }
        }
        all
    };
    gather(book, request).into_iter().map(|(board, groups)| (board, of_board(groups))).collect()
}

/// The figures of each group.
type FiguresByGroup = BTreeMap<String, ConversionFigures>;

fn empty(pipeline: &Pipeline) -> ConversionFigures {
    let steps = vec![EntryCounts::default(); pipeline.won()];
    ConversionFigures { steps, ..ConversionFigures::default() }
}

/// The figures of each pipeline in use, by its position.
fn gather(book: &Book, request: &Request) -> BTreeMap<usize, FiguresByGroup> {
    request.fold(
        book,
        |all: &mut BTreeMap<usize, FiguresByGroup>, record| {
            let groups = all.entry(record.state.pipeline).or_default();
            count(record, book, request, groups);
        },
        |all, part| {
            join(all, part, |known, groups| {
                join(known, groups, |figures, others| figures.add(&others));
            });
        },
    )
}

fn count(record: &Record, book: &Book, request: &Request, groups: &mut FiguresByGroup) {
    let pipeline = record.pipeline(&book.settings);
    let inside = |day: Date| request.period.is_none_or(|period| period.contains(day));
    for pursuit in &record.history.pursuits {
        let group = request
            .by
            .as_ref()
            .map_or_else(String::new, |by| by.of_pursuit(record, book, pursuit.opened));
        let steps = steps(record, pursuit, pipeline.won(), &inside);
        let (opened, ended) = (inside(pursuit.opened), pursuit.ended);
        let closed = ended.is_some_and(|(on, _)| inside(on));
        if !opened && !closed && steps.iter().all(|step| step.entered == 0) {
            continue;
        }
        let figures = groups.entry(group).or_insert_with(|| empty(pipeline));
        figures.steps.iter_mut().zip(&steps).for_each(|(sum, step)| sum.add(step));
        let ended = ended.map(|(_, outcome)| outcome);
        if opened {
            figures.cohort.count(ended);
        }
        if closed {
            figures.snapshot.count(ended);
        }
    }
}

/// The counts that one pursuit adds to each open column: it belongs to the day of its first entry there.
fn steps(
    record: &Record,
    pursuit: &Pursuit,
    won: usize,
    inside: &impl Fn(Date) -> bool,
) -> Vec<EntryCounts> {
    let spells: Vec<(usize, Date)> = record
        .history
        .stages
        .iter()
        .filter(|spell| spell.pursuit == pursuit.number)
        .map(|spell| (spell.stage, spell.from))
        .collect();
    let step = |column: usize| {
        let first = spells.iter().position(|(stage, _)| *stage == column)?;
        if !inside(spells[first].1) {
            return None;
        }
        let advanced = spells[first..].iter().any(|(stage, _)| (column + 1..=won).contains(stage));
        let ended = pursuit.ended.map(|(_, outcome)| outcome);
        Some(EntryCounts {
            entered: 1,
            advanced: usize::from(advanced),
            open: usize::from(!advanced && ended.is_none()),
            lost: usize::from(!advanced && ended.is_some()),
            won: usize::from(ended == Some(Outcome::Won)),
        })
    };
    (0..won).map(|column| step(column).unwrap_or_default()).collect()
}

fn share((n, of): (usize, usize), lang: Lang) -> Cell {
    rate(n as u64, of as u64, lang)
}

/// The interval of a rate, where it has one.
fn wilson((successes, trials): (usize, usize)) -> [Cell; 2] {
    let proportion = Proportion { successes: successes as u64, trials: trials as u64 };
    interval(proportion.wilson().filter(|_| enough(proportion.trials)))
}

fn steps_table(
    board: &UsedBoard,
    groups: &BTreeMap<String, ConversionFigures>,
    request: &Request,
    settings: &Settings,
) -> Table {
    let lang = settings.language;
    let mut columns: Vec<Column> = by_column(request, lang).into_iter().collect();
    columns.push(column("stage", Kind::Text, lang));
    columns.extend(["entered", "advanced"].map(|id| column(id, Kind::Number, lang)));
    columns.extend(interval_columns("advanced", lang));
    columns.extend(["still-open", "lost", "won"].map(|id| column(id, Kind::Number, lang)));
    let mut rows = Vec::new();
    for (group, figures) in groups {
        for (stage, step) in board.pipeline.open().iter().zip(&figures.steps) {
            let mut row: Vec<Cell> = by_cell(request, group, lang).into_iter().collect();
            row.push(stage_cell(stage, lang));
            row.push(Cell::count(step.entered));
            row.push(share((step.advanced, step.entered), lang));
            row.extend(wilson((step.advanced, step.entered)));
            row.extend([step.open, step.lost, step.won].map(Cell::count));
            rows.push(Row::new(row));
        }
    }
    let title = lang.pick("Cohort: who ever reached a later column", "批次：曾进入更后一栏者");
    Table { columns, rows: rows.into(), ..board.table("conversion", title, lang) }
}

fn win_table(
    board: &UsedBoard,
    groups: &BTreeMap<String, ConversionFigures>,
    request: &Request,
    settings: &Settings,
) -> Table {
    let lang = settings.language;
    let mut columns: Vec<Column> = by_column(request, lang).into_iter().collect();
    columns.push(column("measure", Kind::Text, lang));
    columns.push(column("snapshot", Kind::Number, lang));
    columns.extend(interval_columns("snapshot", lang));
    columns.push(column("cohort", Kind::Number, lang));
    columns.extend(interval_columns("cohort", lang));
    columns.push(column("still-open", Kind::Number, lang));
    let mut rows = Vec::new();
    for (group, figures) in groups {
        let (snapshot, cohort) = (figures.snapshot, figures.cohort);
        let lines = [
            ("narrow", Some(snapshot.narrow()), cohort.narrow()),
            // Those closed in a window are not all that entered anything: no broad rate of them.
            ("broad", None, cohort.broad()),
        ];
        for (name, closed, opened) in lines {
            let mut row: Vec<Cell> = by_cell(request, group, lang).into_iter().collect();
            row.push(Cell::text(term(MEASURES, name, lang)));
            match closed {
                Some(closed) => {
                    row.push(share(closed, lang));
                    row.extend(wilson(closed));
                }
                None => {
                    row.push(Cell::Absent(lang.pick("cohort only", "仅批次").into()));
                    row.extend([Cell::Empty, Cell::Empty]);
                }
            }
            row.push(share(opened, lang));
            row.extend(wilson(opened));
            row.push(Cell::count(cohort.open));
            rows.push(Row::new(row));
        }
    }
    let title = lang.pick("Win rate", "成交率");
    Table { columns, rows: rows.into(), ..board.table("win-rate", title, lang) }
}
