//! `[forecast]`: weight, target and slippage of forecasts.

use super::{one_of, set, unknown};
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlTable, TomlValue};
use crate::model::sales::TargetSpan;
use crate::model::settings::Settings;
use crate::value::money::Amount;

/// Keys of `[forecast]`.
pub const FORECAST_KEYS: [&str; 4] = ["weight", "target", "per", "slippage"];

/// Reads the section.
pub(in crate::format) fn forecast(reader: &mut Reader, settings: &mut Settings, table: &TomlTable) {
    for (key, value) in table {
        let name: &str = key.get_ref();
        let slot = &mut settings.forecast;
        match name {
            "weight" => set(&mut slot.weight, at_least_zero(reader, name, value)),
            "target" => slot.target = at_least_zero(reader, name, value),
            "per" => set(&mut slot.per, one_of(reader, name, value, &TargetSpan::ALL)),
            "slippage" => set(&mut slot.slippage, at_least_zero(reader, name, value)),
            _ => unknown(reader, key.span(), "[forecast]", name, &FORECAST_KEYS),
        }
    }
}

/// A number that is not negative.
fn at_least_zero(reader: &mut Reader, key: &str, value: &TomlValue) -> Option<Amount> {
    let amount = reader.amount(key, value)?;
    if amount.is_negative() {
        let message = words!("`{key}` cannot be less than 0", "`{key}` 不能小于 0");
        reader.problem(value.span(), Diagnostic::new(Code::BadSetting, message));
        return None;
    }
    Some(amount)
}
