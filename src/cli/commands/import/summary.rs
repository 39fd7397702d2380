//! The result of an import, in figures and in a line.

use super::Step;
use crate::diag::{Diagnostic, Words};
use crate::disk::write::Change;
use crate::model::settings::Settings;
use crate::table::sheet::{Cell, Kind, Row, Sheet};
use crate::table::words::column;
use crate::value::money::Amount;
use std::collections::BTreeMap;

/// The result of an import.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) rows: usize,
    added: usize,
    /// Of those added: board and column -> how many.
    stands: BTreeMap<(usize, usize), usize>,
    entries: usize,
    unchanged: usize,
    extended: usize,
    differing: usize,
    pub(super) bad: usize,
}

impl Counts {
    /// Nothing yet, of so many rows.
    pub(super) fn of(rows: usize) -> Counts {
        Counts { rows, ..Counts::default() }
    }

    pub(super) fn take(&mut self, step: Step, bad: &mut Vec<Diagnostic>) -> Option<Change> {
        match step {
            Step::Add { change, entries, stands } => {
                self.added += 1;
                self.entries += entries;
                *self.stands.entry(stands).or_default() += 1;
                Some(change)
            }
            Step::Known { change, entries, differing } => {
                self.entries += entries;
                self.differing += differing;
                match change {
                    Some(_) => self.extended += 1,
                    None => self.unchanged += 1,
                }
                change
            }
            Step::Bad(diagnostic) => {
                bad.push(diagnostic);
                None
            }
        }
    }

    /// The summary of a dry run.
    pub(super) fn sheet(&self, settings: &Settings) -> Sheet {
        let lang = settings.language;
        let row = |what: String, count: usize| Row::new(vec![Cell::text(what), Cell::count(count)]);
        let mut rows = vec![
            row(lang.pick("rows", "行数").into(), self.rows),
            row(lang.pick("prospects to add", "新增客户").into(), self.added),
        ];
        for ((pipeline, stage), count) in &self.stands {
            let pipeline = &settings.pipelines[*pipeline];
            let stage = &pipeline.stages[*stage].id;
            let at = lang.pick("to add at", "新增于");
            let what = match settings.pipelines.len() {
                1 => format!("{at} {stage}"),
                _ => format!("{at} {} {stage}", pipeline.id),
            };
            rows.push(row(what, *count));
        }
        rows.extend([
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
        ]);
        let columns = vec![column("what", Kind::Text, lang), column("count", Kind::Number, lang)];
        Sheet::single("import", lang.pick("Import, dry run", "导入试算"), columns, rows.into())
    }

    /// The result in a line.
    pub(super) fn told(&self) -> Words {
        let counts = [self.rows, self.added, self.entries, self.unchanged, self.extended];
        let [rows, added, entries, unchanged, extended] = counts.map(number);
        let [differing, bad] = [self.differing, self.bad].map(number);
        let first = Words::both(
            format!(
                "{}: {} added, {} written",
                plural(self.rows, "row"),
                plural(self.added, "prospect"),
                plural(self.entries, "entry")
            ),
            format!("{rows} 行：新增潜在客户 {added} 个，写入记录 {entries} 条"),
        );
        let differ = plural(self.differing, "differing fact");
        let bad_rows = plural(self.bad, "bad row");
        let others = [
            (self.unchanged, words!("{unchanged} already there", "{unchanged} 个已有")),
            (
                self.extended,
                words!("{extended} already there, with new entries", "{extended} 个已有，有新记录"),
            ),
            (self.differing, words!("{differ} left alone", "{differing} 项资料不同，未改")),
            (self.bad, words!("{bad_rows} left out", "略过 {bad} 个错误行")),
        ];
        let others = others.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words);
        Words::joined(&std::iter::once(first).chain(others).collect::<Vec<_>>(), "; ")
    }
}

/// With thousands separators.
pub(super) fn number(n: usize) -> String {
    Amount::from_int(i64::try_from(n).unwrap_or(i64::MAX)).grouped()
}

/// `1 row`, `8,800 rows`, `2 entries`.
pub(super) fn plural(n: usize, noun: &str) -> String {
    match (n, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{} {stem}ies", number(n)),
        (_, None) => format!("{} {noun}s", number(n)),
    }
}
