//! `[calendar]`: the occasions of care, and the team's working time.

use super::working_time::working_time;
use super::{label, needs_id, unknown};
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlTable, TomlValue};
use crate::model::grading::{BIRTHDAY, Occasion, RENEWAL};
use crate::model::settings::Settings;
use crate::value::date::Date;
use crate::value::id;
use toml::de::DeValue;

/// Keys of `[calendar]`.
pub const CALENDAR_KEYS: [&str; 5] = ["days", "hours", "holidays", "workdays", "occasion"];
/// Keys of `[calendar.occasion.<id>]`.
pub const OCCASION_KEYS: [&str; 2] = ["dates", "label"];

/// Reads `[calendar]`.
pub(in crate::format) fn calendar(reader: &mut Reader, settings: &mut Settings, table: &TomlTable) {
    settings.working_time = working_time(reader, table);
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "days" | "hours" | "holidays" | "workdays" => {}
            "occasion" => {
                for (id, value) in reader.table("occasion", value).into_iter().flatten() {
                    let name: &str = id.get_ref();
                    if let Err(bad) = id::validate(name) {
                        let diagnostic = needs_id(&words!("occasion", "关怀日"), &bad);
                        reader.problem(id.span(), diagnostic);
                    } else if [BIRTHDAY, RENEWAL].contains(&name) {
                        let message = words!(
                            "an occasion cannot be called `{name}`: its days follow from people and contracts",
                            "关怀日不能叫 `{name}`：其日期由联系人和合同得出"
                        );
                        reader.problem(id.span(), Diagnostic::new(Code::BadSetting, message));
                    } else if let Some(fields) = reader.table(name, value) {
                        let occasion = occasion(reader, name, value, fields);
                        settings.occasions.push(occasion);
                    }
                }
            }
            other => unknown(reader, key.span(), "[calendar]", other, &CALENDAR_KEYS),
        }
    }
}

fn occasion(reader: &mut Reader, id: &str, whole: &TomlValue, fields: &TomlTable) -> Occasion {
    let mut occasion = Occasion { id: id.into(), ..Occasion::default() };
    for (key, value) in fields {
        match key.get_ref().as_ref() {
            "dates" => occasion.dates = dates(reader, value),
            "label" => occasion.label = label(reader, "label", value),
            other => unknown(reader, key.span(), "[calendar.occasion]", other, &OCCASION_KEYS),
        }
    }
    if fields.get("dates").is_none() {
        let message = words!("the occasion `{id}` has no `dates`", "关怀日 `{id}` 没有 `dates`");
        let diagnostic = Diagnostic::new(Code::BadSetting, message).help(words!(
            "its day of each year: dates = [2010-02-14, 2011-02-03]",
            "写明各年的日期：dates = [2010-02-14, 2011-02-03]"
        ));
        reader.problem(whole.span(), diagnostic);
    }
    occasion
}

/// Days in order, each once; a single day is a list of one.
fn dates(reader: &mut Reader, value: &TomlValue) -> Vec<Date> {
    let mut dates: Vec<Date> = match value.get_ref() {
        DeValue::Array(items) => {
            items.iter().filter_map(|item| reader.date("dates", item)).collect()
        }
        _ => reader.date("dates", value).into_iter().collect(),
    };
    dates.sort_unstable();
    dates.dedup();
    dates
}
