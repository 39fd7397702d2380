//! `crm.toml`: text -> [`Settings`]. A wrong setting is an error; nothing runs on half-understood ones.

use super::tree::{Reader, Table, Value, parse};
use crate::diag::{Code, Diagnostic, Place};
use crate::model::date::Weekday;
use crate::model::event::Counts;
use crate::model::id;
use crate::model::label::{Label, Lang};
use crate::model::money::{Amount, Currency};
use crate::model::period::parse_period;
use crate::model::pipeline::{Criterion, Known, Outcome, Pipeline, Stage};
use crate::model::settings::{Rep, Settings, Span};
use std::ops::Range;
use std::path::Path;
use toml::de::DeValue;

/// The sections, in the order of documentation.
pub const SECTIONS: [&str; 8] =
    ["ledger", "rep", "pipeline", "criteria", "kind", "rates", "reasons", "forecast"];
/// Keys of `[ledger]`.
pub const LEDGER_KEYS: [&str; 12] = [
    "title",
    "currency",
    "language",
    "cycle_days",
    "week_start",
    "checkpoints",
    "team_checkpoints",
    "next_grace_days",
    "paid_threshold",
    "stuck_factor",
    "fan_out",
    "facts",
];
/// Keys of `[[rep]]`.
pub const REP_KEYS: [&str; 12] = [
    "id",
    "name",
    "email",
    "level",
    "capacity",
    "regions",
    "skills",
    "manager",
    "joined",
    "left",
    "leave",
    "cycle_days",
];
/// Keys of `[[pipeline]]`.
pub const PIPELINE_KEYS: [&str; 4] = ["id", "label", "cycle_days", "stage"];
/// Keys of `[[pipeline.stage]]`.
pub const STAGE_KEYS: [&str; 6] = ["id", "label", "probability", "requires", "max_days", "outcome"];
/// Keys of `[criteria.<id>]`.
pub const CRITERION_KEYS: [&str; 3] = ["label", "known", "kinds"];
/// Keys of `[forecast]`.
pub const FORECAST_KEYS: [&str; 4] = ["weight", "target", "per", "slippage"];
/// The levels a rep may have.
pub const LEVELS: [&str; 3] = ["senior", "middle", "junior"];

/// Reads the settings; all that is wrong is reported together.
pub fn read_settings(text: &str, shown: &Path) -> Result<Settings, Vec<Diagnostic>> {
    let place = Place::file(shown);
    let table = parse(text, &place).map_err(|problems| {
        problems.into_iter().map(|p| Diagnostic { code: Code::BadSetting, ..p }).collect::<Vec<_>>()
    })?;
    let mut reader = Reader::new(place, Code::BadSetting);
    let mut settings = Settings::default();
    // Criteria and kinds first: stages name criteria, criteria name kinds.
    for section in ["kind", "criteria", "ledger", "rep", "pipeline", "rates", "reasons", "forecast"]
    {
        if let Some(value) = table.get(section) {
            read_section(&mut reader, &mut settings, section, value);
        }
    }
    for key in table.keys().filter(|key| !SECTIONS.contains(&&**key.get_ref())) {
        unknown(&mut reader, key.span(), "section", key.get_ref(), &SECTIONS);
    }
    if reader.problems.is_empty() { Ok(settings) } else { Err(reader.problems) }
}

fn read_section(reader: &mut Reader, settings: &mut Settings, section: &str, value: &Value) {
    match section {
        "rep" => reps(reader, settings, value),
        "pipeline" => pipelines(reader, settings, value),
        _ => {
            let Some(table) = reader.table(section, value) else { return };
            match section {
                "ledger" => ledger(reader, settings, table),
                "criteria" => criteria(reader, settings, table),
                "kind" => kinds(reader, settings, table),
                "rates" => rates(reader, settings, table),
                "forecast" => forecast(reader, settings, table),
                _ => reasons(reader, settings, table),
            }
        }
    }
}

fn unknown(reader: &mut Reader, span: Range<usize>, what: &str, name: &str, valid: &[&str]) {
    let diagnostic = Diagnostic::new(Code::BadSetting, format!("unknown {what} `{name}`"))
        .nearest(name, valid.iter().copied());
    reader.problem(span, diagnostic);
}

/// A text that must be one of a few names.
fn one_of<T: Copy>(
    reader: &mut Reader,
    key: &str,
    value: &Value,
    names: &[(&'static str, T)],
) -> Option<T> {
    let text = reader.text(key, value)?;
    let found = names.iter().find(|(name, _)| **name == *text).map(|(_, value)| *value);
    if found.is_none() {
        let diagnostic = Diagnostic::new(Code::BadSetting, format!("`{key}` cannot be `{text}`"))
            .nearest(&text, names.iter().map(|(name, _)| *name));
        reader.problem(value.span(), diagnostic);
    }
    found
}

fn weekday(reader: &mut Reader, key: &str, value: &Value) -> Option<Weekday> {
    let text = reader.text(key, value)?;
    let day = Weekday::parse(&text);
    if day.is_none() {
        let diagnostic =
            Diagnostic::new(Code::BadSetting, format!("`{text}` is not a day of the week"))
                .nearest(&text, Weekday::ALL.iter().map(|(name, _)| *name));
        reader.problem(value.span(), diagnostic);
    }
    day
}

fn weekdays(reader: &mut Reader, key: &str, value: &Value) -> Option<Vec<Weekday>> {
    match value.get_ref() {
        DeValue::Array(days) => {
            Some(days.iter().filter_map(|day| weekday(reader, key, day)).collect())
        }
        _ => weekday(reader, key, value).map(|day| vec![day]),
    }
}

/// `label = "…"`, or `label.en = "…"` and `label.zh = "…"`.
fn label(reader: &mut Reader, key: &str, value: &Value) -> Label {
    let DeValue::Table(table) = value.get_ref() else {
        return reader.text(key, value).map(|text| Label::same(&text)).unwrap_or_default();
    };
    let mut label = Label::default();
    for (lang, text) in table {
        match Lang::parse(lang.get_ref()) {
            Some(Lang::En) => label.en = reader.text("en", text).map(String::from),
            Some(Lang::Zh) => label.zh = reader.text("zh", text).map(String::from),
            None => {
                unknown(reader, lang.span(), "language", lang.get_ref(), &Lang::ALL.map(|l| l.0))
            }
        }
    }
    label
}

fn ledger(reader: &mut Reader, settings: &mut Settings, table: &Table) {
    for (key, value) in table {
        let name: &str = key.get_ref();
        match name {
            "title" => settings.title = reader.text(name, value),
            "currency" => {
                if let Some(text) = reader.text(name, value) {
                    settings.currency = Currency::parse(&text);
                    if settings.currency.is_none() {
                        let message = format!("`{text}` is not a currency");
                        let diagnostic = Diagnostic::new(Code::BadSetting, message)
                            .help("three capital letters: currency = \"CNY\"");
                        reader.problem(value.span(), diagnostic);
                    }
                }
            }
            "language" => {
                settings.language = one_of(reader, name, value, &Lang::ALL).unwrap_or_default();
            }
            "cycle_days" => set(&mut settings.cycle_days, positive(reader, name, value)),
            "week_start" => set(&mut settings.week_start, weekday(reader, name, value)),
            "checkpoints" => set(&mut settings.checkpoints, weekdays(reader, name, value)),
            "team_checkpoints" => {
                set(&mut settings.team_checkpoints, weekdays(reader, name, value))
            }
            "next_grace_days" => {
                set(&mut settings.next_grace_days, reader.count(name, value, 3650))
            }
            "paid_threshold" => settings.paid_threshold = reader.amount(name, value),
            "stuck_factor" => set(&mut settings.stuck_factor, positive(reader, name, value)),
            "fan_out" => set(&mut settings.fan_out, reader.boolean(name, value)),
            "facts" => settings.facts = reader.texts(name, value),
            _ => unknown(reader, key.span(), "setting of `[ledger]`", name, &LEDGER_KEYS),
        }
    }
}

fn set<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

/// A whole number from 1 up.
fn positive(reader: &mut Reader, key: &str, value: &Value) -> Option<u32> {
    let number = reader.count(key, value, 36_500)?;
    if number == 0 {
        reader.problem(
            value.span(),
            Diagnostic::new(Code::BadSetting, format!("`{key}` cannot be 0")),
        );
        return None;
    }
    Some(number)
}

fn reps(reader: &mut Reader, settings: &mut Settings, value: &Value) {
    let mut managers: Vec<(Box<str>, Range<usize>)> = Vec::new();
    for (table, span) in reader.tables("rep", value) {
        let mut rep = Rep::default();
        for (key, value) in table {
            let name: &str = key.get_ref();
            match name {
                "id" => rep.id = reader.text(name, value).unwrap_or_default(),
                "name" => rep.name = reader.text(name, value),
                "email" => rep.email = reader.text(name, value),
                "level" => {
                    let names = LEVELS.map(|level| (level, level));
                    rep.level = one_of(reader, name, value, &names).map(Into::into);
                }
                "capacity" => rep.capacity = reader.count(name, value, 1_000_000),
                "regions" => rep.regions = reader.texts(name, value),
                "skills" => rep.skills = reader.texts(name, value),
                "manager" => {
                    rep.manager = reader.text(name, value);
                    managers.extend(rep.manager.clone().map(|id| (id, value.span())));
                }
                "joined" => rep.joined = reader.date(name, value),
                "left" => rep.left = reader.date(name, value),
                "leave" => {
                    for text in reader.texts(name, value) {
                        match parse_period(&text, crate::model::date::Date::MIN) {
                            Ok(period) => rep.leave.push(period),
                            Err(wrong) => reader.problem(
                                value.span(),
                                Diagnostic::new(Code::BadSetting, wrong.to_string())
                                    .help("leave = [\"2026-02-01..2026-02-14\"]"),
                            ),
                        }
                    }
                }
                "cycle_days" => rep.cycle_days = positive(reader, name, value),
                _ => unknown(reader, key.span(), "setting of `[[rep]]`", name, &REP_KEYS),
            }
        }
        if let Err(bad) = id::validate(&rep.id) {
            let diagnostic =
                Diagnostic::new(Code::BadSetting, format!("a rep needs an `id`: {bad}"));
            reader.problem(span, diagnostic);
        } else if settings.rep(&rep.id).is_some() {
            let diagnostic =
                Diagnostic::new(Code::BadSetting, format!("the rep `{}` stands twice", rep.id));
            reader.problem(span, diagnostic);
        } else {
            settings.reps.push(rep);
        }
    }
    for (manager, span) in managers {
        if settings.rep(&manager).is_none() {
            let diagnostic =
                Diagnostic::new(Code::BadSetting, format!("no rep has the id `{manager}`"))
                    .nearest(&manager, settings.reps.iter().map(|rep| &*rep.id));
            reader.problem(span, diagnostic);
        }
    }
}

fn pipelines(reader: &mut Reader, settings: &mut Settings, value: &Value) {
    let default = settings.pipelines.clone();
    let mut boards: Vec<Pipeline> = Vec::new();
    for (table, span) in reader.tables("pipeline", value) {
        let mut board = Pipeline {
            id: "".into(),
            label: Label::default(),
            cycle_days: None,
            stages: Vec::new(),
        };
        let mut stated = false;
        for (key, value) in table {
            let name: &str = key.get_ref();
            match name {
                "id" => board.id = reader.text(name, value).unwrap_or_default(),
                "label" => board.label = label(reader, name, value),
                "cycle_days" => board.cycle_days = positive(reader, name, value),
                "stage" => {
                    stated = true;
                    for (table, span) in reader.tables(name, value) {
                        if let Some(stage) = stage(reader, settings, table, span) {
                            board.stages.push(stage);
                        }
                    }
                }
                _ => unknown(reader, key.span(), "setting of `[[pipeline]]`", name, &PIPELINE_KEYS),
            }
        }
        // A built-in board may be adjusted without writing its columns again.
        if !stated && let Some(built_in) = default.iter().find(|p| p.id == board.id) {
            board.stages.clone_from(&built_in.stages);
            if board.label == Label::default() {
                board.label.clone_from(&built_in.label);
            }
        }
        match whole(&board, &boards) {
            Ok(()) => boards.push(board),
            Err(message) => reader.problem(span, Diagnostic::new(Code::BadSetting, message)),
        }
    }
    // The built-in boards stay, behind those of the file, unless the file has one of that id.
    let kept: Vec<Pipeline> =
        default.into_iter().filter(|p| boards.iter().all(|board| board.id != p.id)).collect();
    settings.pipelines = boards.into_iter().chain(kept).collect();
}

/// What makes a board one that the method can be held on.
fn whole(board: &Pipeline, others: &[Pipeline]) -> Result<(), String> {
    if id::validate(&board.id).is_err() {
        return Err("a pipeline needs an `id`".to_owned());
    }
    let id = &board.id;
    if others.iter().any(|other| other.id == *id) {
        return Err(format!("the pipeline `{id}` stands twice"));
    }
    for (position, stage) in board.stages.iter().enumerate() {
        if board.find(&stage.id) != Some(position) {
            return Err(format!("the pipeline `{id}` has the stage `{}` twice", stage.id));
        }
    }
    let outcomes: Vec<Outcome> = board.stages.iter().map(|stage| stage.outcome).collect();
    match outcomes.as_slice() {
        [open @ .., Outcome::Won, Outcome::Lost]
            if !open.is_empty() && open.iter().all(|o| *o == Outcome::Open) =>
        {
            Ok(())
        }
        _ => Err(format!(
            "the pipeline `{id}` needs its open stages first, then one with outcome = \"won\", then one with outcome = \"lost\""
        )),
    }
}

fn stage(
    reader: &mut Reader,
    settings: &Settings,
    table: &Table,
    span: Range<usize>,
) -> Option<Stage> {
    let mut stage = Stage {
        id: "".into(),
        label: Label::default(),
        probability: Amount::ZERO,
        requires: Vec::new(),
        max_days: None,
        outcome: Outcome::Open,
    };
    for (key, value) in table {
        let name: &str = key.get_ref();
        match name {
            "id" => stage.id = reader.text(name, value).unwrap_or_default(),
            "label" => stage.label = label(reader, name, value),
            "probability" => {
                if let Some(p) = reader.amount(name, value) {
                    if p.is_negative() || p > Amount::from_int(1) {
                        let diagnostic =
                            Diagnostic::new(Code::BadSetting, "a probability lies from 0 to 1")
                                .help("probability = 0.25");
                        reader.problem(value.span(), diagnostic);
                    }
                    stage.probability = p;
                }
            }
            "requires" => stage.requires = requires(reader, settings, value),
            "max_days" => stage.max_days = positive(reader, name, value),
            "outcome" => {
                let names =
                    [("open", Outcome::Open), ("won", Outcome::Won), ("lost", Outcome::Lost)];
                set(&mut stage.outcome, one_of(reader, name, value, &names));
            }
            _ => unknown(reader, key.span(), "setting of `[[pipeline.stage]]`", name, &STAGE_KEYS),
        }
    }
    if stage.outcome == Outcome::Won && !table.contains_key("probability") {
        stage.probability = Amount::from_int(1);
    }
    if id::validate(&stage.id).is_err() {
        reader.problem(span, Diagnostic::new(Code::BadSetting, "a stage needs an `id`"));
        return None;
    }
    Some(stage)
}

fn requires(reader: &mut Reader, settings: &Settings, value: &Value) -> Vec<Box<str>> {
    let ids = reader.texts("requires", value);
    for id in &ids {
        if settings.criterion(id).is_none() {
            let diagnostic =
                Diagnostic::new(Code::BadSetting, format!("no criterion is called `{id}`"))
                    .nearest(id, settings.criteria.iter().map(|c| &*c.id))
                    .help(format!("a criterion of your own needs a section: [criteria.{id}]"));
            reader.problem(value.span(), diagnostic);
        }
    }
    ids
}

fn criteria(reader: &mut Reader, settings: &mut Settings, table: &Table) {
    for (key, value) in table {
        let id: &str = key.get_ref();
        let Some(fields) = reader.table(id, value) else { continue };
        let built_in = settings.criterion(id).cloned();
        let mut criterion = built_in.clone().unwrap_or_else(|| Criterion {
            id: id.into(),
            label: Label::default(),
            known: Known::Attested,
        });
        let mut kinds = Vec::new();
        for (key, value) in fields {
            let name: &str = key.get_ref();
            match name {
                "label" => criterion.label = label(reader, name, value),
                "known" | "kinds" if built_in.is_some() => {
                    let message =
                        format!("how the built-in criterion `{id}` is known cannot change");
                    let diagnostic = Diagnostic::new(Code::BadSetting, message).help(
                        "give your own criterion another id, and name it in a stage's `requires`",
                    );
                    reader.problem(value.span(), diagnostic);
                }
                "known" => {
                    let names =
                        [("attested", Known::Attested), ("entry", Known::Entry(Vec::new()))];
                    let positions = [("attested", 0usize), ("entry", 1)];
                    if let Some(position) = one_of(reader, name, value, &positions) {
                        criterion.known = names[position].1.clone();
                    }
                }
                "kinds" => {
                    kinds = reader.texts(name, value);
                    for kind in kinds.iter().filter(|kind| !settings.kinds.contains_key(*kind)) {
                        let diagnostic = Diagnostic::new(
                            Code::BadSetting,
                            format!("unknown kind of event `{kind}`"),
                        )
                        .nearest(kind, settings.kinds.keys().map(|k| &**k));
                        reader.problem(value.span(), diagnostic);
                    }
                }
                _ => unknown(reader, key.span(), "setting of `[criteria]`", name, &CRITERION_KEYS),
            }
        }
        match (&mut criterion.known, kinds.is_empty()) {
            (Known::Entry(slot), false) => *slot = kinds,
            (Known::Entry(_), true) => {
                let diagnostic = Diagnostic::new(
                    Code::BadSetting,
                    "a criterion known by an entry needs `kinds`",
                )
                .help("kinds = [\"demo\"]");
                reader.problem(value.span(), diagnostic);
            }
            (_, false) => {
                let diagnostic =
                    Diagnostic::new(Code::BadSetting, "`kinds` goes with known = \"entry\"");
                reader.problem(value.span(), diagnostic);
            }
            (_, true) => {}
        }
        match settings.criteria.iter_mut().find(|c| *c.id == *id) {
            Some(slot) => *slot = criterion,
            None => settings.criteria.push(criterion),
        }
    }
}

fn kinds(reader: &mut Reader, settings: &mut Settings, table: &Table) {
    for (key, value) in table {
        let id: &str = key.get_ref();
        let Some(fields) = reader.table(id, value) else { continue };
        let mut counts = Counts::Note;
        for (key, value) in fields {
            let name: &str = key.get_ref();
            match name {
                "counts" => set(&mut counts, one_of(reader, name, value, &Counts::ALL)),
                _ => unknown(reader, key.span(), "setting of `[kind]`", name, &["counts"]),
            }
        }
        settings.kinds.insert(id.into(), counts);
    }
}

fn rates(reader: &mut Reader, settings: &mut Settings, table: &Table) {
    for (key, value) in table {
        match (Currency::parse(key.get_ref()), reader.amount(key.get_ref(), value)) {
            (Some(currency), Some(rate)) => {
                settings.rates.insert(currency, rate);
            }
            (None, _) => {
                let diagnostic = Diagnostic::new(
                    Code::BadSetting,
                    format!("`{}` is not a currency", key.get_ref()),
                )
                .help("three capital letters: USD = 7.12");
                reader.problem(key.span(), diagnostic);
            }
            (Some(_), None) => {}
        }
    }
}

fn reasons(reader: &mut Reader, settings: &mut Settings, table: &Table) {
    for (key, value) in table {
        let label = label(reader, key.get_ref(), value);
        settings.reasons.push((key.get_ref().as_ref().into(), label));
    }
}

fn forecast(reader: &mut Reader, settings: &mut Settings, table: &Table) {
    for (key, value) in table {
        let name: &str = key.get_ref();
        let slot = &mut settings.forecast;
        match name {
            "weight" => set(&mut slot.weight, at_least_zero(reader, name, value)),
            "target" => slot.target = at_least_zero(reader, name, value),
            "per" => set(&mut slot.per, one_of(reader, name, value, &Span::ALL)),
            "slippage" => set(&mut slot.slippage, at_least_zero(reader, name, value)),
            _ => unknown(reader, key.span(), "setting of `[forecast]`", name, &FORECAST_KEYS),
        }
    }
}

/// A number that is not negative.
fn at_least_zero(reader: &mut Reader, key: &str, value: &Value) -> Option<Amount> {
    let amount = reader.amount(key, value)?;
    if amount.is_negative() {
        let message = format!("`{key}` cannot be less than 0");
        reader.problem(value.span(), Diagnostic::new(Code::BadSetting, message));
        return None;
    }
    Some(amount)
}
