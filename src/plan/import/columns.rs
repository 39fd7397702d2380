//! The columns of a file and of those it is joined with: the place of each, and how its cells are
//! read as.

use super::{ImportTerms, bad_row};
use crate::diag::{Code, Diagnostic, Place, Words, suggest};
use crate::model::mapping::{Assignment, Template, TemplatePart};
use crate::model::rows::{SourceRow, SourceRows};
use crate::value::id;
use std::collections::HashMap;

/// The place of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    /// 0 = the imported file, else the join.
    file: usize,
    cell: usize,
}

/// Every column by name.
pub(super) struct Columns<'a> {
    slots: HashMap<String, Vec<Slot>>,
    /// Column -> value in the file -> value that is read.
    values: HashMap<&'a str, HashMap<&'a str, &'a str>>,
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
        let mut columns = Columns {
            slots: HashMap::new(),
            values: values.collect(),
            keys: Vec::new(),
            width: rows.header.len(),
            import,
        };
        let mut problems = Vec::new();
        for (cell, name) in rows.header.iter().enumerate() {
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
            for (cell, name) in rows.header.iter().enumerate() {
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
        let entries = mapping.entries.iter();
        for condition in entries.clone().flat_map(|entry| &entry.when) {
            problems.extend(columns.problem(&condition.column, &condition.place));
        }
        let assignments = mapping.prospect.iter().chain(entries.flat_map(|entry| &entry.fields));
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
                        let names = names.join(", ");
                        diagnostic.help(words!("columns: {names}", "各列：{names}"))
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
        if row.cells.len() != self.width {
            let help = words!(
                "a separator is missing or too many; put a cell with a separator into \"quotes\"",
                "分隔符多了或少了；含分隔符的单元格要加 \"引号\""
            );
            return Err((cells(row.cells.len(), self.width), help));
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

    /// A cell as the file has it.
    pub(super) fn raw<'r>(&self, row: &Joined<'r>, column: &str) -> &'r str {
        let slot = self.slots.get(column).and_then(|slots| slots.first());
        slot.and_then(|slot| {
            let row = row.rows.get(slot.file).copied().flatten()?;
            row.cells.get(slot.cell).map(|cell| &*cell.text)
        })
        .unwrap_or("")
    }

    /// A cell as it is read: translated.
    pub(super) fn cell(&self, row: &Joined<'a>, column: &str) -> &'a str {
        let raw = self.raw(row, column);
        let translated = self.values.get(column).and_then(|values| values.get(raw));
        translated.copied().unwrap_or(raw)
    }

    /// The first text of an assignment that is not empty. A text whose columns are all empty is.
    pub(super) fn text(&self, row: &Joined<'a>, assignment: &Assignment) -> String {
        let mut texts = assignment.texts.iter().map(|template| self.filled(row, template));
        texts.find(|text| !text.is_empty()).unwrap_or_default()
    }

    fn filled(&self, row: &Joined<'a>, template: &Template) -> String {
        let mut text = String::new();
        let mut empty = template.columns().next().is_some();
        for part in &template.0 {
            match part {
                TemplatePart::Text(words) => text.push_str(words),
                TemplatePart::Cell { column, slug } => {
                    let cell = self.cell(row, column);
                    empty &= cell.is_empty();
                    text.push_str(&if *slug { id::slug(cell) } else { cell.to_owned() });
                }
            }
        }
        if empty { String::new() } else { text.trim().to_owned() }
    }
}

/// A row with another number of cells than the header.
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
        if row.unclosed || row.cells.len() != rows.header.len() {
            return Err(bad_row(&file, row.line, cells(row.cells.len(), rows.header.len())));
        }
        if let Some(first) = keys.insert(&row.cells[column].text, row) {
            let (there, key, line) = (&join.there, &row.cells[column].text, first.line);
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
