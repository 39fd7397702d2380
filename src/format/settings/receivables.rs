//! `[receivables]`: the terms of payment, and the limits of ages.

use super::unknown;
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlTable};
use crate::model::settings::Settings;
use toml::de::DeValue;

/// Keys of `[receivables]`.
pub const RECEIVABLES_KEYS: [&str; 2] = ["payment_days", "limits"];

/// Reads the section.
pub(in crate::format) fn receivables(
    reader: &mut Reader,
    settings: &mut Settings,
    table: &TomlTable,
) {
    for (key, value) in table {
        let name: &str = key.get_ref();
        let slot = &mut settings.receivables;
        match name {
            "payment_days" => {
                if let Some(days) = reader.count(name, value, 3_650) {
                    slot.payment_days = days;
                }
            }
            "limits" => {
                let items = match value.get_ref() {
                    DeValue::Array(items) => items.iter().collect(),
                    _ => vec![value],
                };
                let days = items.into_iter().filter_map(|day| reader.number(name, day, 1, 36_500));
                slot.limits = days.collect();
                if !slot.limits.is_sorted_by(|a, b| a < b) || slot.limits.is_empty() {
                    let message = words!(
                        "`limits` are days past due, ascending",
                        "`limits` 是逾期天数，须从小到大"
                    );
                    let diagnostic = Diagnostic::new(Code::BadSetting, message)
                        .help(words!("limits = [30, 60, 90]", "limits = [30, 60, 90]"));
                    reader.problem(value.span(), diagnostic);
                }
            }
            _ => unknown(reader, key.span(), "[receivables]", name, &RECEIVABLES_KEYS),
        }
    }
}
