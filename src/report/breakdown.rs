//! The common parts of the statistical reports: the boards in use, their groups, intervals, windows.

use super::Request;
use crate::model::pipeline::{Pipeline, Stage};
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::table::sheet::{Audience, Cell, Column, Kind, Rows, Table};
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::period::Period;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A pipeline in use.
#[derive(Debug, Clone, Copy)]
pub struct UsedBoard<'b> {
    /// The pipeline.
    pub pipeline: &'b Pipeline,
    /// Its position in the settings.
    pub position: usize,
    /// No other pipeline is in use.
    pub alone: bool,
}

/// The pipelines that selected prospects are on, by their positions; the ledger's first if none is.
pub fn boards<'b>(settings: &'b Settings, used: impl Fn(usize) -> bool) -> Vec<UsedBoard<'b>> {
    let all = settings.pipelines.iter().enumerate();
    let mut boards: Vec<UsedBoard> = all
        .filter(|(position, _)| used(*position))
        .map(|(position, pipeline)| UsedBoard { pipeline, position, alone: false })
        .collect();
    if boards.is_empty() {
        let first = settings.pipelines.first();
        boards.extend(first.map(|pipeline| UsedBoard { pipeline, position: 0, alone: false }));
    }
    if let [only] = boards.as_mut_slice() {
        only.alone = true;
    }
    boards
}

/// Joins the groups of two threads; a group that both have is added up.
pub fn join<K: Ord, V>(
    all: &mut BTreeMap<K, V>,
    part: BTreeMap<K, V>,
    together: impl Fn(&mut V, V),
) {
    for (key, value) in part {
        match all.entry(key) {
            Entry::Vacant(new) => drop(new.insert(value)),
            Entry::Occupied(mut known) => together(known.get_mut(), value),
        }
    }
}

/// Gives the boards that are not in use their tables, empty, for requests that name them; and the only one in use
/// the names that its tables have where there are several.
pub fn complete(tables: &mut Vec<Table>, boards: &[UsedBoard], settings: &Settings) {
    let is_used = |position: usize| boards.iter().any(|board| board.position == position);
    let all: Vec<(usize, &Pipeline)> = settings.boards(is_used).collect();
    let Some(first) = boards.first().filter(|_| all.len() > 1) else { return };
    let own = format!("{}-", first.pipeline.id);
    let named = |table: &Table| match first.alone {
        true => Some(table.id.clone()),
        false => table.id.strip_prefix(&own).map(str::to_owned),
    };
    let known: Vec<(String, Table)> =
        tables.iter().filter_map(|table| Some((named(table)?, table.clone()))).collect();
    for (position, pipeline) in all {
        let used = is_used(position);
        if used && !first.alone {
            continue;
        }
        tables.extend(known.iter().map(|(id, table)| Table {
            id: format!("{}-{id}", pipeline.id),
            rows: if used { table.rows.clone() } else { Rows::default() },
            audience: Audience::Nobody,
            ..table.clone()
        }));
    }
}

impl UsedBoard<'_> {
    /// An empty table about this board; its id and title name the board where there are several.
    pub fn table(&self, id: &str, title: &str, lang: Lang) -> Table {
        if self.alone {
            return Table { id: id.to_owned(), title: title.to_owned(), ..Table::default() };
        }
        Table {
            id: format!("{}-{id}", self.pipeline.id),
            title: format!("{}: {title}", self.pipeline.label.get(lang, &self.pipeline.id)),
            ..Table::default()
        }
    }

    /// A sentence about this board; it begins with the board where there are several.
    pub fn note(&self, sentence: String, lang: Lang) -> String {
        if self.alone {
            return sentence;
        }
        format!("{}: {sentence}", self.pipeline.label.get(lang, &self.pipeline.id))
    }
}

/// The column of the groups, if figures are broken down.
pub fn by_column(request: &Request, lang: Lang) -> Option<Column> {
    request.by.as_ref().map(|by| column(by.name(), Kind::Text, lang))
}

/// A group's cell, if figures are broken down.
pub fn by_cell(request: &Request, group: &str, lang: Lang) -> Option<Cell> {
    request.by.as_ref().map(|by| group_name(by.word(group, lang), lang))
}

/// The columns of a thing with an id and a label: machines have both, people read the label, once.
pub fn labelled(id: &str, label: &str, lang: Lang) -> Vec<Column> {
    let label = (lang == Lang::Machine).then(|| column(label, Kind::Text, lang));
    std::iter::once(column(id, Kind::Text, lang)).chain(label).collect()
}

/// The cells of these columns; `label` is the word in the language.
pub fn labelled_cells(id: &str, label: &str, lang: Lang) -> Vec<Cell> {
    match lang {
        Lang::Machine => vec![Cell::text(id), Cell::text(label)],
        Lang::En | Lang::Zh => vec![Cell::text(label)],
    }
}

/// A column of a board in a cell: its id for machines, its label for people.
pub fn stage_cell(stage: &Stage, lang: Lang) -> Cell {
    Cell::text(stage.label.term(lang, &stage.id))
}

/// The two columns of a board's column (see [`labelled`]).
pub fn stage_columns(lang: Lang) -> Vec<Column> {
    labelled("stage", "stage-label", lang)
}

/// The cells of these columns.
pub fn stage_cells(stage: &Stage, lang: Lang) -> Vec<Cell> {
    labelled_cells(&stage.id, stage.label.get(lang, &stage.id), lang)
}

/// A group's name; people read a word where machines read nothing.
pub fn group_name(group: &str, lang: Lang) -> Cell {
    if group.is_empty() { Cell::Absent(lang.pick("none", "无").into()) } else { Cell::text(group) }
}

/// The two ends of an interval of shares.
pub fn interval(ends: Option<(f64, f64)>) -> [Cell; 2] {
    ends.map_or([Cell::Empty, Cell::Empty], |(low, high)| [Cell::Share(low), Cell::Share(high)])
}

/// The columns of such an interval, of the figure in the column `of`.
pub fn interval_columns(of: &str, lang: Lang) -> [Column; 2] {
    [("low", lang.pick("Low", "下限")), ("high", lang.pick("High", "上限"))]
        .map(|(end, title)| Column::new(format!("{of}-{end}"), title, Kind::Number).optional(2))
}

/// A share for a sentence: `31 %`, `0.4 %`.
pub fn percent(share: f64) -> String {
    let digits = usize::from(share > 0.0 && share < 0.01);
    format!("{:.digits$} %", share * 100.0)
}

/// A window for a sentence; without one it reaches back to the first entry.
pub fn window(period: Option<Period>, book: &Book) -> String {
    let lang = book.settings.language;
    match period {
        None => format!("{} {}", lang.pick("ever, up to", "历来，截至"), book.as_of),
        Some(Period { from, to }) if from == crate::value::date::Date::MIN => {
            format!("{} {to}", lang.pick("up to", "截至"))
        }
        Some(period) => period.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::date::Date;

    #[test]
    fn a_window_without_a_first_day_reaches_up_to_its_last() {
        let to = Date::parse("2010-01-10").unwrap();
        let book = Book::of(Settings::default(), to, Vec::new(), Vec::new());
        let of = |from: Date| window(Some(Period { from, to }), &book);
        assert_eq!(of(Date::MIN), "up to 2010-01-10");
        assert_eq!(of(to.plus(-9)), "2010-01-01..2010-01-10");
        assert_eq!(window(None, &book), "ever, up to 2010-01-10");
    }

    #[test]
    fn a_share_below_one_percent_has_a_decimal() {
        let said = [0.0, 0.004, 0.009, 0.01, 0.314, 1.0].map(percent);
        assert_eq!(said, ["0 %", "0.4 %", "0.9 %", "1 %", "31 %", "100 %"]);
    }
}
