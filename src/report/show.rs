//! `crm show`: one prospect - facts, where it stands and on what evidence, journal, time in each column.

use super::columns::{flags, stage_name};
use crate::model::event::Event;
use crate::model::pipeline::Outcome;
use crate::model::prospect::FACTS;
use crate::model::settings::Settings;
use crate::rules::replay::evidence::Status;
use crate::rules::replay::moves::next_stage;
use crate::rules::replay::state::Record;
use crate::rules::replay::{retracted_by_later, upto};
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::text::Text;

/// Everything about one prospect on a day.
pub fn show(record: &Record, settings: &Settings, as_of: Date) -> Sheet {
    let lang = settings.language;
    let mut tables = vec![
        facts(record, settings, as_of),
        contacts(record, lang),
        evidence(record, settings, as_of),
    ];
    tables.push(columns_stood(record, settings, as_of));
    tables.push(journal(record, lang, as_of));
    tables.retain(|table| !table.rows.is_empty());
    let company = record.prospect.company.as_deref().map(|c| format!(", {c}")).unwrap_or_default();
    Sheet {
        id: "show".into(),
        title: format!("{}{company}", record.prospect.name),
        about: as_of.to_string(),
        tables,
        ..Sheet::default()
    }
}

fn table(id: &str, title: &str, columns: Vec<Column>, rows: Vec<Row>) -> Table {
    Table { id: id.into(), title: title.into(), columns, rows: rows.into(), ..Table::default() }
}

fn facts(record: &Record, settings: &Settings, as_of: Date) -> Table {
    let lang = settings.language;
    let state = &record.state;
    let pipeline = record.pipeline(settings);
    let stage = &pipeline.stages[state.stage];
    let mut rows = Vec::new();
    let mut put = |id: &str, cell: Cell| {
        if cell != Cell::Empty && cell != Cell::list([""; 0]) {
            rows.push(Row::new(vec![Cell::text(crate::table::words::title(id, lang)), cell]));
        }
    };
    let list = |items: &[Text]| Cell::list(items.iter().cloned());
    put("id", Cell::text(&*record.prospect.id));
    for fact in FACTS {
        put(fact, Cell::maybe(record.prospect.fact(fact), Cell::text));
    }
    for (fact, value) in &record.prospect.facts {
        put(fact, Cell::text(&**value));
    }
    put("needs", list(&record.prospect.needs));
    put("tags", list(&record.prospect.tags));
    let label = stage.label.get(lang, &stage.id);
    let named =
        if label == &*stage.id { label.to_owned() } else { format!("{} ({label})", stage.id) };
    put("stage", Cell::text(named));
    put("since", Cell::maybe(state.since, Cell::Date));
    put("supported", Cell::text(stage_name(record, state.supported, settings)));
    put(
        "owner",
        Cell::maybe(state.owner.as_deref(), |id| {
            Cell::text(settings.rep(id).map_or(id, |rep| rep.display()))
        }),
    );
    put("value", Cell::maybe(state.value, Cell::Money));
    put(
        "pursuit",
        if state.pursuit > 1 { Cell::Int(i64::from(state.pursuit)) } else { Cell::Empty },
    );
    if state.outcome == Outcome::Open {
        put(
            "age",
            Cell::maybe(state.age(as_of), |age| {
                Cell::text(format!("{age} {} {}", lang.pick("of", "/"), state.cycle_days))
            }),
        );
    }
    if let Some(hold) = state.hold.as_ref().filter(|_| state.flags.on_hold) {
        put("hold", Cell::Date(hold.until));
    }
    put("next", Cell::maybe(state.evidence.next.as_ref(), |next| Cell::Moment(next.at)));
    put(
        "next-what",
        Cell::maybe(state.evidence.next.as_ref().and_then(|next| next.what.as_deref()), Cell::text),
    );
    put("close-by", Cell::maybe(state.evidence.close_by, |(date, _)| Cell::Date(date)));
    put("paid", if state.money_in.is_zero() { Cell::Empty } else { Cell::sum(&state.money_in) });
    put("flags", Cell::list(flags(record)));
    put("reason", Cell::maybe(state.reason.as_deref(), Cell::text));
    table(
        "facts",
        "",
        vec![column("fact", Kind::Text, lang), column("detail", Kind::Text, lang)],
        rows,
    )
}

fn contacts(record: &Record, lang: Lang) -> Table {
    let rows = record
        .prospect
        .contacts
        .iter()
        .map(|contact| {
            let text = |value: &Option<Text>| Cell::maybe(value.as_deref(), Cell::text);
            Row::new(vec![
                Cell::text(&*contact.name),
                text(&contact.role),
                if contact.decides { Cell::Bool(true) } else { Cell::Empty },
                text(&contact.phone),
                text(&contact.email),
                Cell::maybe(contact.birthday, Cell::Date),
            ])
        })
        .collect();
    let columns = ["name", "role", "decides", "phone", "email", "birthday"];
    let columns = columns.map(|id| column(id, Kind::Text, lang)).into();
    table("contacts", lang.pick("People", "联系人"), columns, rows)
}

/// What its column takes and what the next one needs, criterion by criterion.
fn evidence(record: &Record, settings: &Settings, as_of: Date) -> Table {
    let lang = settings.language;
    let next = next_stage(record, settings);
    let wanted = next.unwrap_or(record.state.stage);
    let rows = if record.state.outcome == Outcome::Open {
        record
            .case(settings, as_of)
            .requirements(wanted)
            .iter()
            .map(|s| evidence_row(s, lang))
            .collect()
    } else {
        Vec::new()
    };
    let title = match next {
        Some(next) => format!(
            "{} {}",
            lang.pick("Evidence for", "证据：到"),
            stage_name(record, next, settings)
        ),
        None => lang.pick("Evidence", "证据").to_owned(),
    };
    let columns = vec![
        column("criterion", Kind::Text, lang),
        column("met", Kind::Text, lang),
        column("since", Kind::Date, lang),
        column("by", Kind::Text, lang),
        column("why", Kind::Text, lang),
    ];
    table("evidence", &title, columns, rows)
}

fn evidence_row(status: &Status, lang: Lang) -> Row {
    let met = if status.met { lang.pick("yes", "是") } else { lang.pick("no", "否") };
    let why = if status.mend.is_empty() {
        status.why.clone()
    } else {
        format!("{} ({})", status.why, status.mend)
    };
    let cells = vec![
        Cell::text(&*status.id),
        Cell::text(met),
        Cell::maybe(status.since, Cell::Date),
        Cell::maybe(status.by.as_deref(), Cell::text),
        Cell::text(why),
    ];
    Row::with(cells, if status.met { Emphasis::Good } else { Emphasis::Warn })
}

fn columns_stood(record: &Record, settings: &Settings, as_of: Date) -> Table {
    let lang = settings.language;
    let rows = record
        .history
        .stages
        .iter()
        .map(|spell| {
            let note = spell
                .forced
                .as_deref()
                .map(|why| format!("{}: {why}", lang.pick("forced", "破例")));
            let reason = spell.reason.as_deref().map(String::from);
            Row::new(vec![
                Cell::text(stage_name(record, spell.stage, settings)),
                Cell::Date(spell.from),
                Cell::maybe(spell.to, Cell::Date),
                Cell::Int(spell.to.unwrap_or(as_of).days_since(spell.from)),
                Cell::maybe(note.or(reason), Cell::text),
            ])
        })
        .collect();
    let columns = vec![
        column("stage", Kind::Text, lang),
        column("since", Kind::Date, lang),
        column("to", Kind::Date, lang),
        column("in-stage", Kind::Number, lang),
        column("reason", Kind::Text, lang),
    ];
    table("columns", lang.pick("Time in each column", "各栏停留"), columns, rows)
}

fn journal(record: &Record, lang: Lang, as_of: Date) -> Table {
    let events = upto(&record.prospect.events, as_of);
    let gone = retracted_by_later(events);
    let rows = events
        .iter()
        .zip(gone)
        .map(|(event, gone)| {
            let kind = if gone { format!("({})", event.kind) } else { event.kind.to_string() };
            Row::new(vec![
                Cell::text(&*event.key.text),
                Cell::text(kind),
                Cell::maybe(event.by.as_deref(), Cell::text),
                Cell::text(changes(event)),
                Cell::maybe(event.note.as_deref(), Cell::text),
            ])
        })
        .collect();
    let columns =
        ["event", "kind", "by", "change", "note"].map(|id| column(id, Kind::Text, lang)).into();
    table("journal", lang.pick("Journal", "流水"), columns, rows)
}

/// What an event changes, in the words of its fields.
fn changes(event: &Event) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut put = |key: &str, value: Option<String>| {
        parts.extend(
            value.map(|value| if key.is_empty() { value } else { format!("{key} {value}") }),
        );
    };
    put("->", event.stage.as_deref().map(String::from));
    put("", event.reached.map(|reached| if reached { "reached" } else { "no answer" }.to_owned()));
    put("+", (!event.confirms.is_empty()).then(|| event.confirms.join(" ")));
    put("-", (!event.revokes.is_empty()).then(|| event.revokes.join(" ")));
    put("next", event.next.map(|next| next.shown()));
    put("close by", event.close_by.map(|date| date.to_string()));
    put("value", event.value.map(|value| value.to_string()));
    put("amount", event.amount.map(|amount| amount.to_string()));
    put(
        "owner",
        event
            .owner
            .as_deref()
            .map(|owner| if owner.is_empty() { "pool".into() } else { owner.into() }),
    );
    put("until", event.until.map(|date| date.to_string()));
    put("retracts", event.event.as_deref().map(String::from));
    put("because", event.reason.as_deref().map(String::from));
    put("forced:", event.forced.as_deref().map(String::from));
    parts.join("; ")
}
