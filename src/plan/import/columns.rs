//! The columns of a file and of those it is joined with: the place of each, and how its cells are
//! read as.

use super::{ImportTerms, bad_row};
use crate::diag::{Code, Diagnostic, Place, Words, listed, suggest};
use crate::model::mapping::{Assignment, EntryTemplate, Filter, Template, TemplatePart};
use crate::model::rows::{SourceCell, SourceRow, SourceRows};
use crate::value::date_form::DateForm;
use crate::value::id;
use crate::value::text::{Text, is_han, narrow};
use std::collections::HashMap;

/// The place of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    /// 0 = the imported file, else the join.
    file: usize,
    cell: usize,
}

/// A text that cells make.
pub(super) struct CellText<'a> {
    /// The text, without white space around it.
    pub(super) text: String,
    /// The file states its type: it is an ISO date or a plain number, whatever the forms of the texts are.
    pub(super) typed: bool,
    /// The cell, where the text is that of exactly one.
    pub(super) source: Option<CellSource<'a>>,
}

/// The cell that a text comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct CellSource<'a> {
    /// Its column.
    pub(super) column: &'a str,
    /// Its text as the file has it, before it is translated.
    pub(super) raw: &'a str,
}

impl CellText<'_> {
    /// No text at all.
    pub(super) fn empty() -> Self {
        CellText { text: String::new(), typed: false, source: None }
    }

    /// The field and its column, as messages name them: `` `Close Date` (date) ``.
    pub(super) fn named(&self, field: &str) -> String {
        match self.source {
            Some(CellSource { column, .. }) if column.replace('-', "_") == field => {
                format!("`{column}`")
            }
            Some(CellSource { column, .. }) => format!("`{column}` ({field})"),
            None => format!("`{field}`"),
        }
    }
}

/// Every column by name.
pub(super) struct Columns<'a> {
    slots: HashMap<String, Vec<Slot>>,
    /// Column -> value in the file -> value that is read.
    values: HashMap<&'a str, HashMap<&'a str, &'a str>>,
    /// That with the values in the file folded: read where the value itself is not there.
    folded_values: HashMap<&'a str, HashMap<String, &'a str>>,
    /// Column -> how it writes dates, where that is stated.
    dates: HashMap<&'a str, &'a DateForm>,
    /// For each join: key -> row.
    keys: Vec<HashMap<&'a str, &'a SourceRow>>,
    width: usize,
    import: &'a ImportTerms<'a>,
}

/// A row with the rows that its joins found.
pub(super) struct Joined<'a> {
    rows: Vec<Option<&'a SourceRow>>,
}

impl<'a> Columns<'a> {
    /// Looks every column up that the mapping names; all that is missing is reported together.
    pub(super) fn of(
        rows: &'a SourceRows,
        joined: &'a [SourceRows],
        import: &'a ImportTerms<'a>,
    ) -> Result<Columns<'a>, Vec<Diagnostic>> {
        let mapping = import.mapping;
        let values = mapping.values.iter().map(|values| {
            let pairs = values.pairs.iter().map(|(from, to)| (&**from, &**to)).collect();
            (&*values.column, pairs)
        });
        let folded_values = mapping.values.iter().map(|values| {
            // The first of two that differ in case alone.
            let pairs = values.pairs.iter().rev().map(|(from, to)| (folded(from), &**to));
            (&*values.column, pairs.collect())
        });
        let mut columns = Columns {
            slots: HashMap::new(),
            values: values.collect(),
            folded_values: folded_values.collect(),
            dates: mapping.date_formats.iter().map(|dates| (&*dates.column, &dates.form)).collect(),
            keys: Vec::new(),
            width: rows.header.len(),
            import,
        };
        let mut problems = Vec::new();
        for (cell, name) in named(rows) {
            columns.slots.entry(name.to_string()).or_default().push(Slot { file: 0, cell });
        }
        for (number, (join, rows)) in mapping.joins.iter().zip(joined).enumerate() {
            problems.extend(columns.problem(&join.here, &join.place));
            match keys(rows, join, import) {
                Ok(keys) => columns.keys.push(keys),
                Err(found) => {
                    columns.keys.push(HashMap::new());
                    problems.push(found);
                }
            }
            for (cell, name) in named(rows) {
                // The column that the files share is read from the first of them.
                if join.prefix.is_empty() && *name == join.there && join.there == join.here {
                    continue;
                }
                let name = format!("{}{name}", join.prefix);
                columns.slots.entry(name).or_default().push(Slot { file: number + 1, cell });
            }
        }
        for values in &mapping.values {
            problems.extend(columns.problem(&values.column, &values.place));
        }
        for dates in &mapping.date_formats {
            problems.extend(columns.problem(&dates.column, &dates.place));
        }
        let entries = mapping.entries.iter();
        for condition in entries.clone().flat_map(|entry| &entry.when) {
            problems.extend(columns.problem(&condition.column, &condition.place));
        }
        let assignments =
            mapping.prospect.iter().chain(entries.flat_map(EntryTemplate::assignments));
        for assignment in assignments {
            problems.extend(columns.unfit(assignment));
        }
        if problems.is_empty() { Ok(columns) } else { Err(problems) }
    }

    fn unfit(&self, assignment: &Assignment) -> Vec<Diagnostic> {
        let names = assignment.texts.iter().flat_map(Template::columns);
        names.filter_map(|name| self.problem(name, &assignment.place)).collect()
    }

    /// The reason why a column cannot be read, if so.
    fn problem(&self, name: &str, place: &Place) -> Option<Diagnostic> {
        let diagnostic = match self.slots.get(name).map_or(0, Vec::len) {
            1 => return None,
            0 => {
                let file = self.import.file.display();
                let message = words!("no column `{name}` in {file}", "{file} 没有列 `{name}`");
                let mut names: Vec<&str> = self.slots.keys().map(String::as_str).collect();
                names.sort_unstable();
                let diagnostic = Diagnostic::new(Code::BadMapping, message);
                match suggest(name, names.iter().copied()) {
                    Some(help) => diagnostic.help(help),
                    None => {
                        let names = listed(names);
                        diagnostic.help(words!("columns: {names}", "各列：{names:#}"))
                    }
                }
            }
            _ => Diagnostic::new(
                Code::BadMapping,
                words!("more than one column is called `{name}`", "名为 `{name}` 的列不止一个"),
            )
            .help(words!(
                "rename one of them; columns of a joined file can have a `prefix`",
                "请改其中一个的名称；关联文件的列可以加 `prefix`"
            )),
        };
        Some(diagnostic.at(place.clone()))
    }

    /// The row with the rows that it joins.
    ///
    /// # Errors
    /// The reason and its help, if the row is not whole or a join finds no row.
    pub(super) fn joined(&self, row: &'a SourceRow) -> Result<Joined<'a>, (Words, Words)> {
        if row.unclosed {
            let why = words!(
                "a quote is opened here and not closed: the rest of the file would be one cell",
                "这里的引号没有闭合：其后的内容会全部归入一个单元格"
            );
            let help = words!(
                "close the quote, or write it twice: \"\"",
                "请闭合引号，或写成两个引号：\"\""
            );
            return Err((why, help));
        }
        if is_too_long(row, self.width) {
            let help = words!(
                "a separator is too many: put a cell with one into \"quotes\"; leave a title above the header out: \
                 --skip-lines 1",
                "分隔符多了：含分隔符的单元格要加 \"引号\"；标题行之上若有报表名称，请加 --skip-lines 1"
            );
            return Err((cells(row.cells.len(), self.width), help));
        }
        if let Some((column, error)) = self.error(row) {
            let why = words!(
                "the cell of `{column}` is the error `{error}`",
                "`{column}` 的单元格是错误值 `{error}`"
            );
            let help = words!(
                "mend its formula in the file, or clear the cell",
                "请在文件中修正公式，或清空该单元格"
            );
            return Err((why, help));
        }
        let mut joined = Joined { rows: vec![Some(row)] };
        for (join, keys) in self.import.mapping.joins.iter().zip(&self.keys) {
            let key = self.cell(&joined, &join.here);
            let found = keys.get(key).copied();
            if found.is_none() && !key.is_empty() && !join.optional {
                let (file, there) = (&join.file, &join.there);
                let why = words!(
                    "no line of {file} has the {there} `{key}`",
                    "{file} 没有一行的 {there} 是 `{key}`"
                );
                let help = words!(
                    "add it there, translate it under [values], or set optional = true",
                    "请在该文件中补上，在 [values] 中对照，或设 optional = true"
                );
                return Err((why, help));
            }
            joined.rows.push(found);
        }
        Ok(joined)
    }

    fn source<'r>(&self, row: &Joined<'r>, column: &str) -> Option<&'r SourceCell> {
        let slot = self.slots.get(column).and_then(|slots| slots.first())?;
        row.rows.get(slot.file).copied().flatten()?.cells.get(slot.cell)
    }

    /// The first column of the mapping whose cell is an error, and which one.
    fn error(&self, row: &'a SourceRow) -> Option<(&'a str, &'a str)> {
        let mapping = self.import.mapping;
        // Rows without one are the rule.
        if !row.cells.iter().any(|cell| cell.error) {
            return None;
        }
        let entries = mapping.entries.iter();
        let conditions = entries.clone().flat_map(|entry| &entry.when);
        let assignments = mapping.prospect.iter().chain(entries.flat_map(|entry| &entry.fields));
        let texts = assignments.flat_map(|assignment| &assignment.texts);
        let used = texts.flat_map(Template::columns);
        let joins = mapping.joins.iter().map(|join| &*join.here);
        used.chain(conditions.map(|condition| &*condition.column)).chain(joins).find_map(|name| {
            let slot = self.slots.get(name)?.first().filter(|slot| slot.file == 0)?;
            let cell = row.cells.get(slot.cell).filter(|cell| cell.error)?;
            Some((name, &*cell.text))
        })
    }

    /// A cell as the file has it.
    pub(super) fn raw<'r>(&self, row: &Joined<'r>, column: &str) -> &'r str {
        self.source(row, column).map_or("", |cell| &*cell.text)
    }

    /// What is read instead of a column's value, if the mapping translates it; case and blanks count only where two
    /// of its values differ in nothing else.
    fn translated(&self, column: &str, raw: &str) -> Option<&'a str> {
        let exact = self.values.get(column)?.get(raw).copied();
        exact.or_else(|| self.folded_values.get(column)?.get(&folded(raw)).copied())
    }

    /// A cell as it is read: translated.
    pub(super) fn cell(&self, row: &Joined<'a>, column: &str) -> &'a str {
        let raw = self.raw(row, column);
        self.translated(column, raw).unwrap_or(raw)
    }

    /// How the column of a cell writes dates, if that is stated.
    pub(super) fn date_form(&self, cell: &CellText) -> Option<&'a DateForm> {
        let own = cell.source.and_then(|source| self.dates.get(source.column).copied());
        own.or(self.import.mapping.date_format.as_ref())
    }

    /// The first text of an assignment that is not empty. A text whose columns are all empty is.
    pub(super) fn text(&self, row: &Joined<'a>, assignment: &'a Assignment) -> CellText<'a> {
        self.texts(row, assignment).next().unwrap_or_else(CellText::empty)
    }

    /// The texts of an assignment that are not empty.
    pub(super) fn texts(
        &self,
        row: &Joined<'a>,
        assignment: &'a Assignment,
    ) -> impl Iterator<Item = CellText<'a>> {
        let texts = assignment.texts.iter().map(|template| self.filled(row, template));
        texts.filter(|cell| !cell.text.is_empty())
    }

    fn filled(&self, row: &Joined<'a>, template: &'a Template) -> CellText<'a> {
        if let [TemplatePart::Cell { column, filter: Filter::None }] = template.0.as_slice() {
            let source = self.source(row, column);
            let raw = source.map_or("", |cell| &*cell.text);
            let translated = self.translated(column, raw);
            return CellText {
                text: translated.unwrap_or(raw).trim().to_owned(),
                typed: translated.is_none() && source.is_some_and(|cell| cell.typed),
                source: Some(CellSource { column, raw }),
            };
        }
        let mut text = String::new();
        let mut empty = template.columns().next().is_some();
        for part in &template.0 {
            match part {
                // An empty cell leaves no second blank, as between a first and a last name.
                TemplatePart::Text(words) if text.ends_with(' ') => {
                    text.push_str(words.trim_start_matches(' '));
                }
                TemplatePart::Text(words) => text.push_str(words),
                TemplatePart::Cell { column, filter } => {
                    let cell = self.cell(row, column);
                    empty &= cell.is_empty();
                    match filter {
                        Filter::None => text.push_str(cell),
                        Filter::Slug => text.push_str(&id::slug(cell)),
                        Filter::Han if cell.is_empty() || is_han(cell) => text.push_str(cell),
                        Filter::Han => return CellText::empty(),
                    }
                }
            }
        }
        let text = if empty { String::new() } else { text.trim().to_owned() };
        CellText { text, ..CellText::empty() }
    }
}

/// A value of a column without what does not count in it: case, width and blanks.
fn folded(value: &str) -> String {
    narrow(value).to_lowercase().split_whitespace().collect()
}

/// The columns of a file that have a name, with their positions.
fn named(rows: &SourceRows) -> impl Iterator<Item = (usize, &Text)> {
    rows.header.iter().enumerate().filter(|(_, name)| !name.is_empty())
}

/// Has a row more cells than the header, blank ones left aside? Cells that are missing at its end are empty.
fn is_too_long(row: &SourceRow, width: usize) -> bool {
    row.cells.iter().skip(width).any(|cell| !cell.text.is_empty())
}

/// A row with more cells than the header.
fn cells(found: usize, expected: usize) -> Words {
    words!(
        "{found} cells, but the header has {expected}",
        "有 {found} 个单元格，而表头有 {expected} 个"
    )
}

/// The rows of a joined file by key. A key that occurs twice would leave the choice to chance.
fn keys<'a>(
    rows: &'a SourceRows,
    join: &'a crate::model::mapping::Join,
    import: &ImportTerms,
) -> Result<HashMap<&'a str, &'a SourceRow>, Diagnostic> {
    let Some(column) = rows.column(&join.there) else {
        let (there, file) = (&join.there, &join.file);
        let message = words!("no column `{there}` in {file}", "{file} 没有列 `{there}`");
        return Err(Diagnostic::new(Code::BadMapping, message)
            .at(join.place.clone())
            .nearest(&join.there, rows.header.iter().map(|name| &**name)));
    };
    let file = import.file.with_file_name(&*join.file);
    let mut keys: HashMap<&str, &SourceRow> = HashMap::with_capacity(rows.rows.len());
    for row in &rows.rows {
        if row.unclosed || is_too_long(row, rows.header.len()) {
            return Err(bad_row(&file, row.line, cells(row.cells.len(), rows.header.len())));
        }
        let key = row.cells.get(column).map_or("", |cell| &cell.text);
        if let Some(first) = keys.insert(key, row) {
            let (there, line) = (&join.there, first.line);
            let why = words!(
                "the {there} `{key}` is on line {line} already",
                "第 {line} 行已有 {there} `{key}`"
            );
            let help = words!("a join needs each key once", "关联要求每个键只出现一次");
            return Err(bad_row(&file, row.line, why).help(help));
        }
    }
    Ok(keys)
}
