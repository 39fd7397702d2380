//! `[points]`: points for what customers order.

use super::unknown;
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlTable};
use crate::model::campaign::PointsTerms;
use crate::model::settings::Settings;

/// Keys of `[points]`.
pub const POINTS_KEYS: [&str; 2] = ["per", "worth"];

/// Reads the section.
pub(in crate::format) fn points(reader: &mut Reader, settings: &mut Settings, table: &TomlTable) {
    let (mut per, mut worth) = (None, None);
    for (key, value) in table {
        let name: &str = key.get_ref();
        let slot = match name {
            "per" => &mut per,
            "worth" => &mut worth,
            _ => {
                unknown(reader, key.span(), "[points]", name, &POINTS_KEYS);
                continue;
            }
        };
        let Some(amount) = reader.amount(name, value) else { continue };
        let too_low = amount.is_negative() || name == "per" && amount.is_zero();
        if too_low {
            let message = match name {
                "per" => words!(
                    "`per` is the money of one point: more than 0",
                    "`per` 是一个积分对应的金额：大于 0"
                ),
                _ => words!("`worth` cannot be less than 0", "`worth` 不能小于 0"),
            };
            reader.problem(value.span(), Diagnostic::new(Code::BadSetting, message));
            continue;
        }
        *slot = Some(amount);
    }
    settings.points = Some(PointsTerms { per, worth });
}
