//! `[allocation]`: how prospects are given to reps.

use super::{one_of, set, unknown};
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlTable, TomlValue};
use crate::model::pool::{Balance, Exclusion, Weights};
use crate::model::settings::Settings;
use crate::rules::query::Query;
use crate::value::date::Date;
use crate::value::text::Text;
use std::ops::Range;

/// Keys of `[allocation]`.
pub const ALLOCATION_KEYS: [&str; 6] =
    ["weights", "balance", "capacity", "keep_account", "do_not_assign", "exclude"];
/// Keys of `weights`.
pub const WEIGHT_KEYS: [&str; 4] = ["value", "need", "place", "load"];
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
            _ => unknown(reader, key.span(), "[allocation]", name, &ALLOCATION_KEYS),
        }
    }
}

/// Reads the stated weights; the others keep their default. All zero is an error: every rep would be equal.
fn weights(reader: &mut Reader, table: &TomlTable, span: Range<usize>) -> Weights {
    let mut weights = Weights::default();
    for (key, value) in table {
        let name: &str = key.get_ref();
        let slot = match name {
            "value" => &mut weights.value,
            "need" => &mut weights.need,
            "place" => &mut weights.place,
            "load" => &mut weights.load,
            _ => {
                unknown(reader, key.span(), "weights", name, &WEIGHT_KEYS);
                continue;
            }
        };
        set(slot, reader.count(name, value, MAX_WEIGHT));
    }
    if weights == (Weights { value: 0, need: 0, place: 0, load: 0 }) {
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
            "rep" => rep = known_rep(reader, settings, value),
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

fn known_rep(reader: &mut Reader, settings: &Settings, value: &TomlValue) -> Option<Text> {
    let rep = reader.text("rep", value)?;
    if settings.rep(&rep).is_none() {
        let diagnostic = Diagnostic::new(
            Code::BadSetting,
            words!("no rep has the id `{rep}`", "没有 id 为 `{rep}` 的业务员"),
        )
        .nearest(&rep, settings.reps.iter().map(|rep| &*rep.id));
        reader.problem(value.span(), diagnostic);
        return None;
    }
    Some(rep)
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
