//! `crm report overrides`: every forced move and every overstated prospect, by owner.

use super::Request;
use super::breakdown::{group_name, join};
use super::columns::stage_name;
use super::dimension::Dimension;
use super::figures::{count, member, rate};
use super::sheet::only_by;
use super::words::column;
use crate::diag::Diagnostic;
use crate::model::date::Date;
use crate::model::label::Lang;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::model::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::rules::book::Book;
use crate::rules::evidence::IN_CYCLE;
use crate::rules::moves::why_not;
use crate::rules::state::Record;
use std::collections::BTreeMap;

/// One exception.
struct Exception<'b> {
    owner: String,
    record: &'b Record,
    /// The day of a forced move; of an overstated prospect, since when it stands there.
    on: Option<Date>,
    forced: bool,
    stage: &'b str,
    /// Where it came from, or what its evidence supports.
    other: &'b str,
    why: String,
}

/// The exceptions of one owner, and what they are measured against.
#[derive(Debug, Clone, Copy, Default)]
struct Figures {
    forced: u64,
    moves: u64,
    overstated: u64,
    open: u64,
}

/// Forced moves in the period (ever, without one), and prospects that stand higher than their evidence
/// on the as-of day.
pub fn overrides(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    only_by(request, "overrides", &[Dimension::Owner])?;
    let lang = book.settings.language;
    let (owners, records) = request.fold(
        book,
        |(owners, records): &mut (BTreeMap<String, Figures>, Vec<Record>), record| {
            if !exceptions(record, book, request, owners).is_empty() {
                records.push(record.lean());
            }
        },
        |all, part| {
            join(&mut all.0, part.0, Figures::add);
            all.1.extend(part.1);
        },
    );
    let mut counted = BTreeMap::new();
    let mut found: Vec<Exception> =
        records.iter().flat_map(|one| exceptions(one, book, request, &mut counted)).collect();
    found.sort_by(|a, b| {
        (&a.owner, a.on, &a.record.prospect.id).cmp(&(&b.owner, b.on, &b.record.prospect.id))
    });
    let days = request.period.map_or_else(|| format!("..{}", book.as_of), |p| p.to_string());
    let mut sheet = Sheet {
        id: "overrides".into(),
        title: lang.pick("Overrides", "破例").into(),
        about: match lang {
            Lang::En => format!("moves forced in {days}; overstated on {}", book.as_of),
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

impl Figures {
    fn add(&mut self, other: Figures) {
        self.forced += other.forced;
        self.moves += other.moves;
        self.overstated += other.overstated;
        self.open += other.open;
    }
}

/// The exceptions of one prospect; its owners' figures are counted on the way.
fn exceptions<'b>(
    record: &'b Record,
    book: &'b Book,
    request: &Request,
    owners: &mut BTreeMap<String, Figures>,
) -> Vec<Exception<'b>> {
    let mut found = Vec::new();
    forced(record, book, request, &mut found, owners);
    overstated(record, book, &mut found, owners);
    found
}

/// Every move into a column that was forced, under whoever owned the prospect on that day.
fn forced<'b>(
    record: &'b Record,
    book: &'b Book,
    request: &Request,
    found: &mut Vec<Exception<'b>>,
    owners: &mut BTreeMap<String, Figures>,
) {
    let spells = &record.history.stages;
    for pair in spells.windows(2) {
        let (from, to) = (&pair[0], &pair[1]);
        if request.period.is_some_and(|period| !period.contains(to.from)) {
            continue;
        }
        let owner = record.history.owner_on(to.from).unwrap_or("").to_owned();
        let figures = owners.entry(owner.clone()).or_default();
        figures.moves += 1;
        if let Some(why) = &to.forced {
            figures.forced += 1;
            found.push(Exception {
                owner,
                record,
                on: Some(to.from),
                forced: true,
                stage: stage_name(record, to.stage, &book.settings),
                other: stage_name(record, from.stage, &book.settings),
                why: why.to_string(),
            });
        }
    }
}

/// A prospect whose evidence does not support its column, apart from the rule of the cycle.
fn overstated<'b>(
    record: &'b Record,
    book: &'b Book,
    found: &mut Vec<Exception<'b>>,
    owners: &mut BTreeMap<String, Figures>,
) {
    let (state, settings) = (&record.state, &book.settings);
    if state.outcome != Outcome::Open {
        return;
    }
    let owner = state.owner.as_deref().unwrap_or("").to_owned();
    let figures = owners.entry(owner.clone()).or_default();
    figures.open += 1;
    if state.supported_ignoring_cycle < state.stage {
        figures.overstated += 1;
        let missing: Vec<String> = why_not(record, settings, state.stage, book.as_of)
            .into_iter()
            .filter(|status| *status.id != *IN_CYCLE)
            .map(|status| status.id.to_string())
            .collect();
        found.push(Exception {
            owner,
            record,
            on: state.since,
            forced: false,
            stage: stage_name(record, state.stage, settings),
            other: stage_name(record, state.supported_ignoring_cycle, settings),
            why: missing.join(", "),
        });
    }
}

/// One row an exception, for machines.
fn long(found: &[Exception], lang: Lang) -> Table {
    let mut columns = columns(lang);
    columns.insert(0, column("owner", Kind::Text, lang));
    let rows = found.iter().map(|one| {
        let mut row = row(one, lang);
        row.cells.insert(0, Cell::text(&one.owner));
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

/// A table for each owner, for people.
fn lists(found: &[Exception], settings: &Settings) -> Vec<Table> {
    let lang = settings.language;
    let owners = found.chunk_by(|a, b| a.owner == b.owner);
    let tables = owners.map(|own| Table {
        id: format!("exceptions-{}", own[0].owner),
        title: member(&own[0].owner, settings),
        columns: columns(lang),
        rows: own.iter().map(|one| row(one, lang)).collect(),
        audience: Audience::People,
    });
    tables.collect()
}

fn columns(lang: Lang) -> Vec<Column> {
    vec![
        column("what", Kind::Text, lang),
        column("since", Kind::Date, lang),
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("stage", Kind::Text, lang),
        column("from-or-supported", Kind::Text, lang),
        column("why", Kind::Text, lang),
    ]
}

fn row(one: &Exception, lang: Lang) -> Row {
    let what = if one.forced { ("forced", "破例") } else { ("overstated", "高估") };
    let cells = vec![
        Cell::text(lang.pick(what.0, what.1)),
        Cell::maybe(one.on, Cell::Date),
        Cell::text(&*one.record.prospect.id),
        Cell::text(&*one.record.prospect.name),
        Cell::text(one.stage),
        Cell::text(one.other),
        Cell::text(&one.why),
    ];
    Row::with(cells, if one.forced { Emphasis::Plain } else { Emphasis::Warn })
}

fn by_owner(owners: &BTreeMap<String, Figures>, lang: Lang) -> Table {
    let columns = vec![
        column("owner", Kind::Text, lang),
        column("moves", Kind::Number, lang),
        column("forced", Kind::Number, lang),
        column("forced-rate", Kind::Number, lang),
        column("open", Kind::Number, lang),
        column("overstated", Kind::Number, lang),
        column("overstated-rate", Kind::Number, lang),
    ];
    let line = |owner: &str, figures: &Figures, emphasis| {
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
    let mut all = Figures::default();
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
        rows,
        ..Table::default()
    }
}
