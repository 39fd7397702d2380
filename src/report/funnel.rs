//! `crm report funnel`: the number and worth of prospects in each column on a day, and the shape.

use super::Request;
use super::breakdown::{
    by_cell, by_column, group_name, join, labelled_cells, stage_cell, stage_cells, stage_columns,
    window as shown,
};
use super::dimension::Dimension;
use super::figures::{count, enough, few, grouped, others, span, without_rate};
use crate::diag::{Diagnostic, counted};
use crate::model::pipeline::{Known, Outcome, Pipeline};
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::replay::state::Record;
use crate::rules::shape::{BoardNames, Shape};
use crate::table::picture::FunnelStage;
use crate::table::sheet::{
    Audience, Cell, Chart, Column, Emphasis, Kind, Picture, Quantity, Row, Sheet, Table,
};
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::money::{Amount, Sum};
use crate::value::period::Period;
use std::collections::BTreeMap;

/// Days over which arrivals and stays are measured where no period is stated.
const WINDOW: i64 = 90;

/// One column of one group.
#[derive(Debug, Clone, Default)]
struct ColumnFigures {
    count: u64,
    value: Sum,
    weighted: Amount,
    overdue: u64,
    /// Entered in the window.
    arrivals: usize,
    /// Left in the window, and the days they had stayed.
    departures: usize,
    days: i64,
}

impl ColumnFigures {
    /// Adds a prospect of this column.
    fn count_in(&mut self, record: &Record, settings: &Settings) {
        self.count += 1;
        self.overdue += u64::from(record.state.flags.overdue);
        self.value.add_sum(&record.worth());
        self.weighted = self.weighted.plus(record.weighted(settings).unwrap_or_default());
    }

    /// Adds the counts of another thread.
    fn join(&mut self, other: &ColumnFigures) {
        self.count += other.count;
        self.value.add_sum(&other.value);
        self.weighted = self.weighted.plus(other.weighted);
        self.overdue += other.overdue;
        self.arrivals += other.arrivals;
        self.departures += other.departures;
        self.days += other.days;
    }

    /// How many the column would hold if arrivals and stays went on as they were: Little's law, arrivals
    /// a day x mean days in the column. `None` where either is too few to say.
    fn steady(&self, window: Period) -> Option<f64> {
        // A window in which a prospect arrived has days.
        (enough(self.arrivals as u64) && enough(self.departures as u64)).then(|| {
            let pace = self.arrivals as f64 / window.days() as f64;
            pace * self.days as f64 / self.departures as f64
        })
    }
}

/// The columns of each group of one pipeline: as many as the pipeline has.
type ColumnsByGroup = BTreeMap<String, Vec<ColumnFigures>>;

/// The funnel: a table for each pipeline in use.
pub fn funnel(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    Ok(funnel_with(book, request, &BTreeMap::new()))
}

/// The funnel, its picture with the share of those that went on from each column: words by board and column.
pub(super) fn funnel_with(
    book: &Book,
    request: &Request,
    onward: &BTreeMap<usize, Vec<String>>,
) -> Sheet {
    let settings = &book.settings;
    let lang = settings.language;
    let gathered = gather(book, request);
    let window = span(book, Some(asked(book, request)));
    let none = ColumnsByGroup::new();
    let mut sheet = Sheet {
        id: "funnel".into(),
        title: lang.pick("Funnel", "漏斗").into(),
        about: about(book),
        ..Sheet::default()
    };
    let (mut shown, mut hidden, mut used) = (Vec::new(), Vec::new(), 0);
    let is_used = |index: usize| gathered.get(index).is_some_and(|groups| !groups.is_empty());
    let boards: Vec<(usize, &Pipeline)> = settings.boards(is_used).collect();
    let several = boards.len() > 1;
    for (index, pipeline) in boards {
        let groups = gathered.get(index).unwrap_or(&none);
        let mut board = vec![
            table(pipeline, groups, request, settings),
            pace(pipeline, groups, request, book, window),
        ];
        // Machines have a row for each column of each group.
        if let Some(by) = &request.by {
            board.iter_mut().for_each(|table| table.audience = Audience::Machines);
            board.insert(0, by_group(pipeline, groups, by, settings));
        }
        used += usize::from(!(groups.is_empty() && several));
        if groups.is_empty() && several {
            hidden.extend(board);
            continue;
        }
        shown.extend(board);
        sheet.notes.extend(notes(pipeline, groups, request, settings, window));
        let onward = onward.get(&index).map_or(&[][..], Vec::as_slice);
        sheet.pictures.push(picture(pipeline, groups, onward, settings));
    }
    if used == 1 {
        for table in &mut shown {
            match table.id.strip_suffix("-pace") {
                Some(_) => {
                    hidden.push(table.clone());
                    table.id = "pace".into();
                }
                None => table.title = String::new(),
            }
        }
    }
    sheet.tables = shown;
    // Boards that are not in use have tables too, for requests that name them.
    sheet.tables.extend(hidden.into_iter().map(|t| Table { audience: Audience::Nobody, ..t }));
    let mut value = Sum::default();
    gathered
        .iter()
        .flat_map(BTreeMap::values)
        .flatten()
        .for_each(|cell| value.add_sum(&cell.value));
    sheet.notes.extend(without_rate(&value, settings));
    sheet
}

/// The days over which the pace shall be measured.
fn asked(book: &Book, request: &Request) -> Period {
    let last = Period { from: book.as_of.plus(1 - WINDOW), to: book.as_of };
    request.period.unwrap_or(last)
}

fn about(book: &Book) -> String {
    let lang = book.settings.language;
    let currency = book.settings.currency.map(|c| format!("  ·  {c}")).unwrap_or_default();
    format!("{} {}{currency}", lang.pick("snapshot of", "截至"), book.as_of)
}

/// The figures of each pipeline, by its position; none at all if none is in use.
fn gather(book: &Book, request: &Request) -> Vec<ColumnsByGroup> {
    let settings = &book.settings;
    let window = asked(book, request);
    // Without groups all keys are `None`: two empty texts are slower to compare, once for each prospect.
    let gathered = request.fold(
        book,
        |all: &mut Vec<BTreeMap<Option<String>, Vec<ColumnFigures>>>, record| {
            all.resize_with(settings.pipelines.len(), BTreeMap::new);
            let (state, pipeline) = (&record.state, record.pipeline(settings));
            let columns = all[state.pipeline]
                .entry(request.group(record, book))
                .or_insert_with(|| vec![ColumnFigures::default(); pipeline.stages.len()]);
            columns[state.stage].count_in(record, settings);
            for spell in &record.history.stages {
                let cell = &mut columns[spell.stage];
                cell.arrivals += usize::from(window.contains(spell.from));
                if let Some(to) = spell.to.filter(|to| window.contains(*to)) {
                    cell.departures += 1;
                    cell.days += to.days_since(spell.from);
                }
            }
        },
        |all, part| {
            all.resize_with(all.len().max(part.len()), BTreeMap::new);
            for (known, groups) in all.iter_mut().zip(part) {
                join(known, groups, |columns, others| {
                    columns.iter_mut().zip(&others).for_each(|(a, b)| a.join(b));
                });
            }
        },
    );
    let named = |groups: BTreeMap<Option<String>, Vec<ColumnFigures>>| {
        groups.into_iter().map(|(group, cells)| (group.unwrap_or_default(), cells)).collect()
    };
    gathered.into_iter().map(named).collect()
}

fn table(
    pipeline: &Pipeline,
    groups: &ColumnsByGroup,
    request: &Request,
    settings: &Settings,
) -> Table {
    let lang = settings.language;
    let foreign = groups.values().flatten().any(|cell| cell.value.others().next().is_some());
    let mut columns: Vec<Column> = Vec::new();
    columns.extend(by_column(request, lang));
    columns.extend(stage_columns(lang));
    for id in ["count", "value", "weighted", "overdue"] {
        columns.push(column(id, Kind::Number, lang));
    }
    if foreign {
        columns.push(column("other-currencies", Kind::Text, lang));
    }
    let empty = [(String::new(), vec![ColumnFigures::default(); pipeline.stages.len()])];
    let shown: Vec<(&String, &Vec<ColumnFigures>)> = if groups.is_empty() && request.by.is_none() {
        empty.iter().map(|(group, cells)| (group, cells)).collect()
    } else {
        groups.iter().collect()
    };
    let mut rows = Vec::new();
    for (group, cells) in shown {
        let mut open = ColumnFigures::default();
        for (stage, cell) in pipeline.stages.iter().zip(cells) {
            let mut row: Vec<Cell> = Vec::new();
            row.extend(by_cell(request, group, lang));
            row.extend(stage_cells(stage, lang));
            row.extend(figures(cell, stage.outcome == Outcome::Open, foreign));
            let emphasis =
                if stage.outcome == Outcome::Won { Emphasis::Good } else { Emphasis::Plain };
            rows.push(Row::with(row, emphasis));
            if stage.outcome == Outcome::Open {
                open.count += cell.count;
                open.overdue += cell.overdue;
                open.value.add_sum(&cell.value);
                open.weighted = open.weighted.plus(cell.weighted);
            }
        }
        let mut row: Vec<Cell> = Vec::new();
        row.extend(by_cell(request, group, lang));
        row.extend(labelled_cells("open", lang.pick("open", "进行中"), lang));
        row.extend(figures(&open, true, foreign));
        rows.push(Row::with(row, Emphasis::Total));
    }
    let title = pipeline.label.get(lang, &pipeline.id).to_owned();
    Table { id: pipeline.id.to_string(), title, columns, rows: rows.into(), ..Table::default() }
}

/// The figures of each group beside each other, a row a group and one for all: for people.
fn by_group(
    pipeline: &Pipeline,
    groups: &ColumnsByGroup,
    by: &Dimension,
    settings: &Settings,
) -> Table {
    let lang = settings.language;
    let head = |id: &str, label: &str, is_open: bool| {
        let value = match lang {
            Lang::Zh => format!("{label}价值"),
            Lang::En | Lang::Machine => format!("{label}: value"),
        };
        [
            Column::new(id, label, Kind::Number).optional(1 + u8::from(!is_open)),
            Column::new(format!("{id}-value"), value, Kind::Number)
                .optional(3 + u8::from(!is_open)),
        ]
    };
    let mut columns = vec![column(by.name(), Kind::Text, lang)];
    for stage in &pipeline.stages {
        let is_open = stage.outcome == Outcome::Open;
        columns.extend(head(&stage.id, stage.label.get(lang, &stage.id), is_open));
    }
    let [open, value] = head("open", lang.pick("open", "进行中"), true);
    columns.extend([open.optional(0), value.optional(2)]);
    let row = |name: Cell, cells: &[ColumnFigures], emphasis| {
        let mut row = vec![name];
        let mut open = ColumnFigures::default();
        for (stage, figures) in pipeline.stages.iter().zip(cells) {
            row.extend([count(figures.count), Cell::sum(&figures.value)]);
            if stage.outcome == Outcome::Open {
                open.join(figures);
            }
        }
        row.extend([count(open.count), Cell::sum(&open.value)]);
        Row::with(row, emphasis)
    };
    let mut all = vec![ColumnFigures::default(); pipeline.stages.len()];
    let mut rows: Vec<Row> = Vec::new();
    for (group, cells) in groups {
        all.iter_mut().zip(cells).for_each(|(all, cell)| all.join(cell));
        rows.push(row(group_name(by.word(group, lang), lang), cells, Emphasis::Plain));
    }
    if !rows.is_empty() {
        rows.push(row(Cell::text(lang.pick("all", "合计")), &all, Emphasis::Total));
    }
    let title = pipeline.label.get(lang, &pipeline.id).to_owned();
    let id = format!("{}-groups", pipeline.id);
    Table { id, title, columns, rows: rows.into(), audience: Audience::People }
}

/// A stage for each open column, of all groups together. The closed one would grow for ever.
fn picture(
    pipeline: &Pipeline,
    groups: &ColumnsByGroup,
    onward: &[String],
    settings: &Settings,
) -> Picture {
    let lang = settings.language;
    let stages = pipeline.open().iter().enumerate().map(|(stage, column)| {
        let mut all = ColumnFigures::default();
        groups.values().for_each(|columns| all.join(&columns[stage]));
        let label = column.label.get(lang, &column.id);
        FunnelStage {
            count: Quantity::new(label, all.count as f64, grouped(all.count)),
            worth: all.value.grouped(),
            onward: onward.get(stage).cloned().unwrap_or_default(),
        }
    });
    let stages: Vec<FunnelStage> = stages.collect();
    let said = stages.iter().map(|stage| format!("{} {}", stage.count.label, stage.count.text));
    Picture {
        title: pipeline.label.get(lang, &pipeline.id).to_owned(),
        description: lang.listed(said),
        chart: Chart::Funnel(stages),
    }
}

/// The expected value is weighted while the prospect is open.
fn figures(cell: &ColumnFigures, open: bool, foreign: bool) -> Vec<Cell> {
    let mut cells = vec![
        count(cell.count),
        Cell::sum(&cell.value),
        if open { Cell::Amount(cell.weighted) } else { Cell::Empty },
        count(cell.overdue),
    ];
    if foreign {
        cells.push(Cell::list(others(&cell.value)));
    }
    cells
}

/// The prospects that each open column would hold at the ledger's own pace, beside those it holds.
fn pace(
    pipeline: &Pipeline,
    groups: &ColumnsByGroup,
    request: &Request,
    book: &Book,
    days: Period,
) -> Table {
    let lang = book.settings.language;
    let mut columns: Vec<Column> = Vec::new();
    columns.extend(by_column(request, lang));
    columns.push(column("stage", Kind::Text, lang));
    for id in ["arrivals", "departures", "mean-days", "steady", "count", "short"] {
        columns.push(column(id, Kind::Number, lang));
    }
    let mut rows = Vec::new();
    for (group, cells) in groups {
        for (stage, cell) in pipeline.open().iter().zip(cells) {
            let mut row: Vec<Cell> = Vec::new();
            row.extend(by_cell(request, group, lang));
            row.push(stage_cell(stage, lang));
            row.extend([Cell::count(cell.arrivals), Cell::count(cell.departures)]);
            match cell.steady(days) {
                Some(steady) => {
                    let (mean, short) = (
                        cell.days as f64 / cell.departures as f64,
                        (steady - cell.count as f64).max(0.0),
                    );
                    row.extend([Cell::Number(mean, 1), Cell::Number(steady, 1), count(cell.count)]);
                    row.push(Cell::Number(short, 1));
                }
                None => {
                    let fewest = cell.arrivals.min(cell.departures);
                    row.extend([
                        Cell::Empty,
                        few(fewest as u64, lang),
                        count(cell.count),
                        Cell::Empty,
                    ]);
                }
            }
            rows.push(Row::new(row));
        }
    }
    let title = format!(
        "{} {}",
        lang.pick("At your own pace, by entries of", "按自己的节奏，依据"),
        shown(Some(days), book)
    );
    let id = format!("{}-pace", pipeline.id);
    Table { id, title, columns, rows: rows.into(), ..Table::default() }
}

/// The shape of each group, over the last three open columns of the board.
fn notes(
    pipeline: &Pipeline,
    groups: &ColumnsByGroup,
    request: &Request,
    settings: &Settings,
    window: Period,
) -> Vec<String> {
    let lang = settings.language;
    let open = pipeline.open().len();
    // The first column is the feed: a funnel needs three behind it.
    if open < 4 {
        return Vec::new();
    }
    let single = groups.len() <= 1 && groups.keys().all(String::is_empty);
    let mut notes = Vec::new();
    let none = vec![ColumnFigures::default(); pipeline.stages.len()];
    let all: Vec<(&str, &Vec<ColumnFigures>)> = if groups.is_empty() {
        vec![("", &none)]
    } else {
        groups.iter().map(|(group, cells)| (group.as_str(), cells)).collect()
    };
    for (group, cells) in all {
        let who = if single {
            String::new()
        } else {
            let by = request.by.as_ref();
            let word = by.map_or(group, |by| by.word(group, lang));
            format!("{}: ", if group.is_empty() { lang.pick("none", "无") } else { word })
        };
        notes.push(format!("{who}{}", shape(pipeline, cells, settings)));
        notes.extend(
            numbers(pipeline, cells, window, settings).map(|numbers| format!("{who}{numbers}")),
        );
    }
    notes
}

/// The shape and its advice; of too few prospects only that they are too few.
fn shape(pipeline: &Pipeline, cells: &[ColumnFigures], settings: &Settings) -> String {
    let lang = settings.language;
    let open = pipeline.open();
    let last = [open.len() - 3, open.len() - 2, open.len() - 1];
    let [a, b, c] = last.map(|column| cells[column].count);
    let label = |column: usize| open[column].label.get(lang, &open[column].id);
    let counts = last.map(|column| format!("{} {}", cells[column].count, label(column)));
    let counts = counts.join(" / ");
    let shape = Shape::of(a, b, c, u64::from(settings.stuck_factor));
    if shape != Shape::Empty && !enough(a + b + c) {
        let n = a + b + c;
        return match lang {
            Lang::En | Lang::Machine => format!("no shape ({counts}): n = {n}, too few"),
            Lang::Zh => format!("看不出形状（{counts}）：n = {n}，太少"),
        };
    }
    let names = board_names(pipeline, settings, lang);
    let word = lang.pick("shape", "形状");
    let (named, says) = (shape.label(&names, lang), shape.advice(&names, lang));
    format!("{word} {named} ({counts}): {says}")
}

/// The names that advice about a board may use: its own columns and criteria.
fn board_names<'s>(pipeline: &'s Pipeline, settings: &'s Settings, lang: Lang) -> BoardNames<'s> {
    let open = pipeline.open();
    let last = [open.len() - 3, open.len() - 2, open.len() - 1];
    let label = |column: usize| open[column].label.get(lang, &open[column].id);
    let middle = open[last[1]].requires.iter().map(|position| &settings.criteria[*position]);
    BoardNames {
        feed: label(last[0] - 1),
        columns: last.map(label),
        criteria: middle.map(|criterion| criterion.label.get(lang, &criterion.id)).collect(),
        fit: settings.required(pipeline, last[2]).any(|criterion| &*criterion.id == "fit"),
        meetings: settings
            .required(pipeline, last[2])
            .any(|criterion| matches!(criterion.known, Known::AppointmentSet | Known::Met)),
    }
}

/// The advice in numbers: the prospects that the columns behind the feed would hold at the ledger's own pace.
fn numbers(
    pipeline: &Pipeline,
    cells: &[ColumnFigures],
    window: Period,
    settings: &Settings,
) -> Option<String> {
    let lang = settings.language;
    let parts: Vec<String> = pipeline
        .open()
        .iter()
        .zip(cells)
        .skip(1)
        .filter_map(|(stage, cell)| {
            let (needs, has) = (cell.steady(window)?.ceil(), cell.count);
            let short = needs - has as f64;
            let id = stage.label.get(lang, &stage.id);
            Some(match (lang, short > 0.0) {
                (Lang::En | Lang::Machine, true) => {
                    format!("{id} needs {needs}, has {has}: {short} more")
                }
                (Lang::En | Lang::Machine, false) => format!("{id} needs {needs}, has {has}"),
                (Lang::Zh, true) => format!("{id}需{needs}，现有{has}，还差{short}"),
                (Lang::Zh, false) => format!("{id}需{needs}，现有{has}"),
            })
        })
        .collect();
    (!parts.is_empty()).then(|| match lang {
        Lang::En | Lang::Machine => {
            format!(
                "to hold your own pace of the last {}: {}",
                counted(window.days(), "day", "days"),
                lang.clauses(parts)
            )
        }
        Lang::Zh => format!("要保持近{}天的节奏：{}", window.days(), lang.clauses(parts)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::pipeline::PROJECT;

    #[test]
    fn advice_on_the_board_of_projects_names_its_own_criteria_alone() {
        let settings = Settings::default();
        let board = settings.pipeline(Some(PROJECT)).unwrap();
        let own: Vec<&str> =
            settings.required(board, board.won()).map(|criterion| &*criterion.id).collect();
        for lang in [Lang::En, Lang::Zh] {
            let names = board_names(board, &settings, lang);
            for (a, b, c) in
                [(0, 0, 0), (2, 5, 1), (1, 1, 4), (5, 1, 3), (9, 1, 0), (6, 3, 1), (2, 2, 1)]
            {
                let said = Shape::of(a, b, c, 4).advice(&names, lang);
                for criterion in &settings.criteria {
                    let label = criterion.label.get(lang, &criterion.id);
                    let is_own = own.contains(&&*criterion.id);
                    assert!(is_own || !said.contains(label), "{said}: {label}");
                }
                assert!(!said.contains("25") && !said.contains("五项"), "{said}");
            }
            assert_eq!(names.criteria.len(), 2);
            assert!(names.meetings);
        }
    }
}
