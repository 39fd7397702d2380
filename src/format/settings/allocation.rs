//! `[allocation]`: how prospects are given to reps.

use super::{known_rep, one_of, set, unknown, unknown_name};
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlTable, TomlValue};
use crate::model::pool::{Balance, Exclusion, Weights};
use crate::model::settings::Settings;
use crate::rules::customer::levels::Lifecycle;
use crate::rules::query::Query;
use crate::value::date::Date;
use crate::value::text::Text;
use std::collections::BTreeMap;
use std::ops::Range;

/// Keys of `[allocation]`.
pub const ALLOCATION_KEYS: [&str; 7] =
    ["weights", "balance", "capacity", "keep_account", "do_not_assign", "exclude", "lifecycle"];
/// Keys of `weights`.
pub const WEIGHT_KEYS: [&str; 6] = ["value", "need", "place", "industry", "size", "load"];
/// Keys of `[[allocation.exclude]]`.
pub const EXCLUDE_KEYS: [&str; 2] = ["rep", "when"];

/// The most that one strategy can weigh.
const MAX_WEIGHT: u32 = 100;

/// Read after everything that its conditions can name: reps, boards, criteria, kinds, facts.
pub(in crate::format) fn allocation(
    reader: &mut Reader,
    settings: &mut Settings,
    table: &TomlTable,
) {
    for (key, value) in table {
        let name: &str = key.get_ref();
        match name {
            "weights" => {
                if let Some(table) = reader.table(name, value) {
                    settings.allocation.weights = weights(reader, table, value.span());
                }
            }
            "balance" => {
                set(&mut settings.allocation.balance, one_of(reader, name, value, &Balance::ALL));
            }
            "capacity" => settings.allocation.capacity = reader.count(name, value, 1_000_000),
            "keep_account" => {
                set(&mut settings.allocation.keep_account, reader.boolean(name, value));
            }
            "do_not_assign" => {
                set(&mut settings.allocation.do_not_assign, reader.text(name, value));
            }
            "exclude" => {
                for (table, span) in reader.tables("allocation.exclude", value) {
                    let exclusion = exclusion(reader, settings, table, span);
                    settings.allocation.exclude.extend(exclusion);
                }
            }
            "lifecycle" => {
                if let Some(table) = reader.table(name, value) {
                    settings.allocation.lifecycle = lifecycle(reader, settings, table);
                }
            }
            _ => unknown(reader, key.span(), "[allocation]", name, &ALLOCATION_KEYS),
        }
    }
}

/// Reads the stated weights; the others keep their default. All zero is an error: every rep would be equal. Industry
/// and size make no difference unless reps have them, so they prevent that only where they are stated.
fn weights(reader: &mut Reader, table: &TomlTable, span: Range<usize>) -> Weights {
    let mut weights = Weights::default();
    for (key, value) in table {
        let name: &str = key.get_ref();
        let slot = match name {
            "value" => &mut weights.value,
            "need" => &mut weights.need,
            "place" => &mut weights.place,
            "industry" => &mut weights.industry,
            "size" => &mut weights.size,
            "load" => &mut weights.load,
            _ => {
                unknown(reader, key.span(), "weights", name, &WEIGHT_KEYS);
                continue;
            }
        };
        set(slot, reader.count(name, value, MAX_WEIGHT));
    }
    let stated = |key: &str, weight: u32| if table.contains_key(key) { weight } else { 0 };
    let (industry, size) = (stated("industry", weights.industry), stated("size", weights.size));
    if [weights.value, weights.need, weights.place, industry, size, weights.load] == [0; 6] {
        let diagnostic = Diagnostic::new(
            Code::BadSetting,
            words!("every weight is 0, so all reps would be equal", "所有权重都是 0：无从比较"),
        )
        .help(words!(
            "weights = {{ value = 3, need = 3, place = 3, load = 2 }}",
            "weights = {{ value = 3, need = 3, place = 3, load = 2 }}"
        ));
        reader.problem(span, diagnostic);
    }
    weights
}

fn exclusion(
    reader: &mut Reader,
    settings: &Settings,
    table: &TomlTable,
    span: Range<usize>,
) -> Option<Exclusion> {
    let (mut rep, mut when) = (None, None);
    for (key, value) in table {
        let name: &str = key.get_ref();
        match name {
            "rep" => {
                rep = reader.text(name, value);
                rep = rep.filter(|id| known_rep(reader, settings, id, value.span()));
            }
            "when" => when = condition(reader, settings, value),
            _ => unknown(reader, key.span(), "[[allocation.exclude]]", name, &EXCLUDE_KEYS),
        }
    }
    for (key, missing) in
        [("rep", !table.contains_key("rep")), ("when", !table.contains_key("when"))]
    {
        if missing {
            let message = words!("an exclusion needs `{key}`", "排除规则要有 `{key}`");
            let diagnostic = Diagnostic::new(Code::BadSetting, message).help(words!(
                "rep = \"zhoumin\", when = \"value>100k\"",
                "rep = \"zhoumin\", when = \"value>100k\""
            ));
            reader.problem(span.clone(), diagnostic);
        }
    }
    Some(Exclusion { rep: rep?, when: when? })
}

/// Reads the departments of each lifecycle: one id, or several in order.
fn lifecycle(
    reader: &mut Reader,
    settings: &Settings,
    table: &TomlTable,
) -> BTreeMap<Text, Vec<Text>> {
    let mut found = BTreeMap::new();
    for (key, value) in table {
        let name: &str = key.get_ref();
        if Lifecycle::LEVELS.iter().all(|level| level.id != name) {
            let message = words!("no lifecycle is called `{name}`", "没有名为 `{name}` 的生命周期");
            let levels: Vec<&str> = Lifecycle::LEVELS.iter().map(|level| level.id).collect();
            let problem = Diagnostic::new(Code::BadSetting, message);
            unknown_name(reader, key.span(), problem, name, &levels);
            continue;
        }
        let mut departments: Vec<Text> = Vec::new();
        for (id, span) in reader.texts_at(name, value) {
            if settings.department(&id).is_none() {
                let message = words!("no department has the id `{id}`", "没有 id 为 `{id}` 的部门");
                let known = settings.departments.iter().map(|department| &*department.id);
                let problem = Diagnostic::new(Code::BadSetting, message).nearest(&id, known);
                reader.problem(span, problem);
            } else if !departments.contains(&id) {
                departments.push(id);
            }
        }
        if !departments.is_empty() {
            found.insert(name.into(), departments);
        }
    }
    found
}

/// Reads a query and reports its mistakes. Relative dates in it count from the day of the question; any day serves
/// to check its form.
fn condition(reader: &mut Reader, settings: &Settings, value: &TomlValue) -> Option<Text> {
    let text = reader.text("when", value)?;
    let any_day = Date::new(2000, 1, 1).unwrap_or(Date::MIN);
    if let Err(wrong) = Query::parse(&text, "when", settings, any_day) {
        let mut diagnostic = Diagnostic::new(Code::BadSetting, wrong.message.about("`when`"));
        diagnostic.help = wrong.help;
        reader.problem(value.span(), diagnostic);
        return None;
    }
    Some(text)
}
