//! The result of an import, in figures and in a line.

use super::preview::{Foreseen, Preview};
use crate::diag::{Words, counted};
use crate::model::settings::Settings;
use crate::table::sheet::{Cell, Column, Kind, Row, Sheet};
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::money::Amount;

/// The result of an import.
#[derive(Debug, Default)]
pub struct ImportSummary {
    /// The rows of the file.
    pub rows: usize,
    /// The rows that are not imported.
    pub bad: usize,
    /// The rows are of customers.
    pub customers: bool,
    added: usize,
    entries: usize,
    unchanged: usize,
    extended: usize,
    facts: usize,
    differing: usize,
    preview: Preview,
}

impl ImportSummary {
    /// Counts a prospect that gets so many entries and facts, and of which so many facts differ; of a new one none do.
    pub(super) fn add(&mut self, entries: usize, facts: usize, differing: Option<usize>) {
        match (differing, entries) {
            (None, _) => self.added += 1,
            (Some(_), 0) => self.unchanged += 1,
            (Some(_), _) => self.extended += 1,
        }
        self.entries += entries;
        self.facts += facts;
        self.differing += differing.unwrap_or_default();
    }

    /// Shows a prospect as it would be.
    pub(super) fn show(&mut self, prospect: Foreseen) {
        self.preview.add(prospect);
    }

    /// The summary of a dry run.
    pub fn sheet(&self, settings: &Settings) -> Sheet {
        let lang = settings.language;
        let row = |what: String, count: usize| Row::new(vec![Cell::text(what), Cell::count(count)]);
        let mut rows = vec![
            row(lang.pick("rows", "行数").into(), self.rows),
            row(self.to_add(lang).into(), self.added),
            row(lang.pick("entries to write", "新增记录").into(), self.entries),
            row(lang.pick("already there, unchanged", "已有，不变").into(), self.unchanged),
            row(
                lang.pick("already there, with new entries", "已有，新增记录").into(),
                self.extended,
            ),
            row(
                lang.pick("facts that differ, left alone", "不同的资料，不改").into(),
                self.differing,
            ),
            row(lang.pick("bad rows", "错误行").into(), self.bad),
        ];
        if self.facts > 0 {
            let added = row(lang.pick("missing facts to add", "补上的资料").into(), self.facts);
            rows.insert(rows.len() - 2, added);
        }
        let columns = vec![
            column("what", Kind::Text, lang),
            Column::new("count", lang.pick("Count", "数量"), Kind::Number),
        ];
        let title = lang.pick("Import, dry run", "导入试算");
        let mut sheet = Sheet::single("import", title, columns, rows.into());
        sheet.tables.extend(match self.customers {
            true => self.preview.tables_of_customers(settings),
            false => self.preview.tables(settings),
        });
        let worth = self.preview.worth();
        if worth.is_something() {
            let sum = worth.grouped();
            sheet.notes.push(match lang {
                Lang::Zh => format!("金额合计 {sum}"),
                Lang::En | Lang::Machine => format!("worth in all {sum}"),
            });
        }
        sheet
    }

    fn to_add(&self, lang: Lang) -> &'static str {
        match self.customers {
            true => lang.pick("customers to add", "新增客户"),
            false => lang.pick("prospects to add", "新增潜在客户"),
        }
    }

    /// The result in a line.
    pub fn told(&self) -> Words {
        let counts = [self.rows, self.added, self.entries, self.unchanged, self.extended];
        let [rows, added, entries, unchanged, extended] = counts.map(number);
        let [facts, differing, bad] = [self.facts, self.differing, self.bad].map(number);
        let added_facts = counted(number(self.facts), "missing fact", "missing facts");
        let (one, several, zh) = match self.customers {
            true => ("customer", "customers", "客户"),
            false => ("prospect", "prospects", "潜在客户"),
        };
        let first = Words::both(
            format!(
                "{}: {} added, {} written",
                counted(number(self.rows), "row", "rows"),
                counted(number(self.added), one, several),
                counted(number(self.entries), "entry", "entries")
            ),
            format!("{rows} 行：新增{zh} {added} 个，写入记录 {entries} 条"),
        );
        let differ = counted(number(self.differing), "differing fact", "differing facts");
        let bad_rows = counted(number(self.bad), "bad row", "bad rows");
        let others = [
            (self.unchanged, words!("{unchanged} already there", "{unchanged} 个已有")),
            (
                self.extended,
                words!("{extended} already there, with new entries", "{extended} 个已有，有新记录"),
            ),
            (self.facts, words!("{added_facts} added", "补上资料 {facts} 项")),
            (self.differing, words!("{differ} left alone", "{differing} 项资料不同，未改")),
            (self.bad, words!("{bad_rows} left out", "略过 {bad} 个错误行")),
        ];
        let others = others.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words);
        Words::clauses(&std::iter::once(first).chain(others).collect::<Vec<_>>())
    }
}

/// A number with separators of thousands.
pub fn number(n: usize) -> String {
    Amount::from_int(i64::try_from(n).unwrap_or(i64::MAX)).grouped()
}
