//! The parts of `crm show` about a project: who is known at the buyer and who is missing, how far the buyer is beside
//! us, and the columns that are planned for a day.

use super::columns::stage_name;
use super::figures::table;
use crate::diag::Lang;
use crate::model::buying::BUYER_STEPS;
use crate::model::prospect::PARTS;
use crate::model::settings::Settings;
use crate::rules::project::{Lag, MappedPerson};
use crate::rules::replay::state::Record;
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Table};
use crate::table::terms::{PARTS as PART_TERMS, STANCES, term};
use crate::table::words::column;
use crate::value::date::Date;

/// The map of the buyer's people: by their parts, with a row for each part that nobody has. `None` for a prospect that
/// is no project and whose people have neither part nor stance.
pub(super) fn map(record: &Record, settings: &Settings, as_of: Date) -> Option<Table> {
    let prospect = &record.prospect;
    let is_project = record.is_project(settings);
    if !is_project && !prospect.is_mapped() {
        return None;
    }
    let lang = settings.language;
    let people = prospect.map(settings, as_of);
    let mut rows: Vec<Row> = Vec::new();
    let mut people = people.iter().peekable();
    for part in PARTS {
        let mut known = false;
        let is_here = |person: &&MappedPerson<'_>| {
            person.contact.has_part(part)
                || part == "decider" && person.contact.part.is_none() && person.contact.decides
        };
        while let Some(person) = people.next_if(is_here) {
            known = true;
            rows.push(person_row(Some(part), person, lang));
        }
        // One that decides beside another part is not missing.
        if !known && prospect.people_of(part, as_of).next().is_none() {
            let missing = Cell::text(lang.term("", "MISSING", "缺"));
            let mut cells = vec![Cell::text(term(PART_TERMS, part, lang)), missing];
            cells.extend([Cell::Empty, Cell::Empty, Cell::Empty]);
            rows.push(Row::with(cells, Emphasis::Warn));
        }
    }
    rows.extend(people.map(|person| person_row(None, person, lang)));
    let columns = vec![
        column("part", Kind::Text, lang),
        column("contact", Kind::Text, lang),
        last_met(lang),
        column("stance", Kind::Text, lang),
        column("concern", Kind::Text, lang),
    ];
    Some(table("map", lang.pick("People by their part", "人员关系图"), columns, rows))
}

/// The column of the last meeting with a person.
pub(super) fn last_met(lang: Lang) -> Column {
    Column::new("last-met", lang.pick("Met", "最近见面"), Kind::Date)
}

fn person_row(part: Option<&str>, person: &MappedPerson<'_>, lang: Lang) -> Row {
    let contact = person.contact;
    let emphasis = match contact.stance.as_deref() {
        Some("for") => Emphasis::Good,
        Some("against") => Emphasis::Warn,
        _ => Emphasis::Plain,
    };
    let cells = vec![
        Cell::maybe(part, |part| Cell::text(term(PART_TERMS, part, lang))),
        Cell::text(&*contact.name),
        Cell::maybe(person.met, Cell::Date),
        Cell::maybe(contact.stance.as_deref(), |id| Cell::text(term(STANCES, id, lang))),
        Cell::maybe(contact.concern.as_deref(), Cell::text),
    ];
    Row::with(cells, emphasis)
}

/// A step of the buyer as readers have it: its name for machines, its word for people.
pub(super) fn step_name(step: usize, lang: Lang) -> &'static str {
    BUYER_STEPS.get(step).map_or("", |(id, en, zh)| lang.term(id, en, zh))
}

/// How far the buyer is, and where that lags behind our column; nothing without either.
pub(super) fn buyer(record: &Record, settings: &Settings) -> Cell {
    let lang = settings.language;
    let lag = record.buyer_lag(settings);
    let Some((step, day)) = record.state.buyer else {
        return Cell::maybe(lag, |lag: Lag| Cell::text(lag.words().get(lang)));
    };
    let named = step_name(step, lang);
    let behind = lag.map(|lag| step_name(lag.fitting, lang));
    Cell::text(match (lang, behind) {
        (Lang::Zh, Some(fitting)) => format!("{named}，{day}；落后，应到“{fitting}”"),
        (Lang::Zh, None) => format!("{named}，{day}"),
        (_, Some(fitting)) => format!("{named}, {day}; behind: our column fits {fitting}"),
        (_, None) => format!("{named}, {day}"),
    })
}

/// The planned columns: planned, reached, and how many days late; `None` where none is planned.
pub(super) fn milestones(record: &Record, settings: &Settings, as_of: Date) -> Option<Table> {
    let lang = settings.language;
    let milestones = record.milestones(settings, as_of);
    if milestones.is_empty() {
        return None;
    }
    let rows = milestones.iter().map(|milestone| {
        let cells = vec![
            Cell::text(stage_name(record, milestone.column, settings, lang)),
            Cell::Date(milestone.planned),
            Cell::maybe(milestone.reached, Cell::Date),
            Cell::Int(milestone.late),
        ];
        let is_late = milestone.overdue || milestone.late > 0;
        Row::with(cells, if is_late { Emphasis::Warn } else { Emphasis::Plain })
    });
    let rows = rows.collect();
    let columns = milestone_columns(lang);
    Some(table("milestones", lang.pick("Milestones", "里程碑"), columns, rows))
}

/// The columns of planned columns.
pub(super) fn milestone_columns(lang: Lang) -> Vec<Column> {
    vec![
        column("stage", Kind::Text, lang),
        Column::new("planned", lang.pick("Planned", "计划"), Kind::Date),
        Column::new("reached", lang.pick("Reached", "实际"), Kind::Date),
        Column::new("days-late", lang.pick("Days late", "逾期天数"), Kind::Number),
    ]
}
