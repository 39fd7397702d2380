//! `crm report overrides`: every forced move and every overstated prospect, by owner.

use super::Request;
use super::breakdown::{group_name, join};
use super::columns::{criterion, stage_name};
use super::figures::{count, member, rate};
use crate::diag::Diagnostic;
use crate::model::pipeline::{IN_CYCLE, Outcome};
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::replay::moves::why_not;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::text::Text;
use std::collections::BTreeMap;

/// One exception.
struct Exception<'b> {
    owner: Text,
    id: Text,
    name: Text,
    /// The day of a forced move; of an overstated prospect, the day since which it is there.
    on: Option<Date>,
    forced: bool,
    stage: &'b str,
    /// The column that it came from, or that its evidence supports.
    other: &'b str,
    why: Text,
}

/// The exceptions of one owner, and the bases of their rates.
#[derive(Debug, Clone, Copy, Default)]
struct OwnerFigures {
    forced: u64,
    moves: u64,
    overstated: u64,
    open: u64,
}

/// Forced moves in the period (ever, without one), and prospects above the column that their evidence supports
/// on the as-of day.
pub fn overrides(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let OverridesScan { owners, exceptions: mut found } = request.fold(
        book,
        |found: &mut OverridesScan, record| {
            found.forced(record, book, request);
            found.overstated(record, book);
        },
        |all, part| {
            join(&mut all.owners, part.owners, OwnerFigures::add);
            all.exceptions.extend(part.exceptions);
        },
    );
    found.sort_by(|a, b| (&a.owner, a.on, &a.id).cmp(&(&b.owner, b.on, &b.id)));
    let days = request.period.map_or_else(|| format!("..{}", book.as_of), |p| p.to_string());
    let mut sheet = Sheet {
        id: "overrides".into(),
        title: lang.pick("Overrides", "破例").into(),
        about: match lang {
            Lang::En | Lang::Machine => {
                format!("moves forced in {days}; overstated on {}", book.as_of)
            }
            Lang::Zh => format!("{days} 破例的移动；截至 {} 高估的客户", book.as_of),
        },
        ..Sheet::default()
    };
    if request.is_read_by(Audience::Machines) {
        sheet.tables.push(long(&found, lang));
    }
    if request.is_read_by(Audience::People) {
        sheet.tables.extend(lists(&found, &book.settings));
    }
    sheet.tables.push(by_owner(&owners, lang));
    if found.is_empty() {
        sheet.notes.push(
            lang.pick("nothing was forced, and nobody is overstated", "没有破例，也没有高估")
                .into(),
        );
    }
    Ok(sheet)
}

impl OwnerFigures {
    fn add(&mut self, other: OwnerFigures) {
        self.forced += other.forced;
        self.moves += other.moves;
        self.overstated += other.overstated;
        self.open += other.open;
    }
}

/// The data of the prospects: figures by owner, and the exceptions.
#[derive(Default)]
struct OverridesScan<'b> {
    owners: BTreeMap<Text, OwnerFigures>,
    exceptions: Vec<Exception<'b>>,
}

impl<'b> OverridesScan<'b> {
    /// Every move, and those that were forced, under the owner of that day.
    fn forced(&mut self, record: &Record, book: &'b Book, request: &Request) {
        let lang = book.settings.language;
        for step in record.history.moves() {
            if request.period.is_some_and(|period| !period.contains(step.on)) {
                continue;
            }
            let owner = Text::from(record.history.owner_on(step.on).unwrap_or(""));
            let figures = self.owners.entry(owner.clone()).or_default();
            figures.moves += 1;
            if let Some(why) = step.forced {
                figures.forced += 1;
                self.exceptions.push(Exception {
                    owner,
                    id: record.prospect.id.clone(),
                    name: record.prospect.name.clone(),
                    on: Some(step.on),
                    forced: true,
                    stage: stage_name(record, step.to, &book.settings, lang),
                    other: stage_name(record, step.from, &book.settings, lang),
                    why: why.clone(),
                });
            }
        }
    }

    /// A prospect whose evidence does not support its column, apart from the rule of the cycle.
    fn overstated(&mut self, record: &Record, book: &'b Book) {
        let (state, settings) = (&record.state, &book.settings);
        let own = book.settings_of(record);
        if state.outcome != Outcome::Open {
            return;
        }
        let owner = state.owner.clone().unwrap_or_default();
        let figures = self.owners.entry(owner.clone()).or_default();
        figures.open += 1;
        if state.is_overstated() {
            figures.overstated += 1;
            let missing: Vec<String> = why_not(record, own, state.stage, book.as_of)
                .into_iter()
                .filter(|status| *status.id != *IN_CYCLE)
                .map(|status| criterion(&status.id, settings).to_owned())
                .collect();
            self.exceptions.push(Exception {
                owner,
                id: record.prospect.id.clone(),
                name: record.prospect.name.clone(),
                on: state.since,
                forced: false,
                stage: stage_name(record, state.stage, settings, settings.language),
                other: stage_name(
                    record,
                    state.supported_ignoring_cycle,
                    settings,
                    settings.language,
                ),
                why: settings.language.listed(missing).into(),
            });
        }
    }
}

/// One row an exception, for machines.
fn long(found: &[Exception], lang: Lang) -> Table {
    let mut columns = columns(lang);
    columns.insert(0, column("owner", Kind::Text, lang));
    let rows = found.iter().map(|one| {
        let mut row = row(one, lang);
        row.cells.insert(0, Cell::text(one.owner.clone()));
        row
    });
    let rows = rows.collect();
    Table {
        id: "exceptions".into(),
        rows,
        columns,
        audience: Audience::Machines,
        ..Table::default()
    }
}

/// A table for each owner, for people; an empty one for each other rep, for requests that name it.
fn lists(found: &[Exception], settings: &Settings) -> Vec<Table> {
    let lang = settings.language;
    let list = |owner: &str, own: &[Exception], audience| Table {
        id: format!("exceptions-{owner}"),
        title: member(owner, settings),
        columns: columns(lang),
        rows: own.iter().map(|one| row(one, lang)).collect(),
        audience,
    };
    let owners = found.chunk_by(|a, b| a.owner == b.owner);
    let mut tables: Vec<Table> =
        owners.map(|own| list(&own[0].owner, own, Audience::People)).collect();
    let others = settings.reps.iter().filter(|rep| found.iter().all(|one| one.owner != rep.id));
    tables.extend(others.map(|rep| list(&rep.id, &[], Audience::Nobody)));
    tables
}

fn columns(lang: Lang) -> Vec<Column> {
    vec![
        column("what", Kind::Text, lang),
        column("since", Kind::Date, lang),
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("stage", Kind::Text, lang),
        column("from-or-supported", Kind::Text, lang),
        column("why", Kind::Text, lang).wraps(),
    ]
}

fn row(one: &Exception, lang: Lang) -> Row {
    let what = if one.forced { ("forced", "破例") } else { ("overstated", "高估") };
    let cells = vec![
        Cell::text(lang.pick(what.0, what.1)),
        Cell::maybe(one.on, Cell::Date),
        Cell::text(one.id.clone()),
        Cell::text(one.name.clone()),
        Cell::text(one.stage),
        Cell::text(one.other),
        Cell::text(one.why.clone()),
    ];
    Row::with(cells, if one.forced { Emphasis::Plain } else { Emphasis::Warn })
}

fn by_owner(owners: &BTreeMap<Text, OwnerFigures>, lang: Lang) -> Table {
    let columns = vec![
        column("owner", Kind::Text, lang),
        column("moves", Kind::Number, lang),
        column("forced", Kind::Number, lang),
        column("forced-rate", Kind::Number, lang),
        column("open", Kind::Number, lang),
        column("overstated", Kind::Number, lang),
        column("overstated-rate", Kind::Number, lang),
    ];
    let line = |owner: &str, figures: &OwnerFigures, emphasis| {
        let cells = vec![
            group_name(owner, lang),
            count(figures.moves),
            count(figures.forced),
            rate(figures.forced, figures.moves, lang),
            count(figures.open),
            count(figures.overstated),
            rate(figures.overstated, figures.open, lang),
        ];
        Row::with(cells, emphasis)
    };
    let mut all = OwnerFigures::default();
    let mut rows = Vec::new();
    for (owner, figures) in owners {
        rows.push(line(owner, figures, Emphasis::Plain));
        all.forced += figures.forced;
        all.moves += figures.moves;
        all.overstated += figures.overstated;
        all.open += figures.open;
    }
    rows.push(line(lang.pick("all", "合计"), &all, Emphasis::Total));
    Table {
        id: "owners".into(),
        title: lang.pick("By owner", "按负责人").into(),
        columns,
        rows: rows.into(),
        ..Table::default()
    }
}
