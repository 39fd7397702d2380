//! `[pool]`, `[pool.A]`: limits of the pool, and when prospects go back to it.

use super::{known_rep, unknown};
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlTable, TomlValue};
use crate::model::pool::{Limits, Pool};
use crate::model::settings::Settings;
use toml::de::DeValue;

/// Keys of `[pool]`.
pub const POOL_KEYS: [&str; 6] = [
    "max_held",
    "claims_per_day",
    "reclaim_wait_days",
    "recycle_days",
    "recycle_overdue",
    "keeper",
];
/// Keys of `[pool.A]`.
pub const GRADE_KEYS: [&str; 5] =
    ["max_held", "claims_per_day", "reclaim_wait_days", "recycle_days", "recycle_overdue"];

pub(in crate::format) fn pool(reader: &mut Reader, settings: &mut Settings, table: &TomlTable) {
    let mut pool = Pool::default();
    for (key, value) in table {
        let name: &str = key.get_ref();
        if limit(reader, &mut pool.all, name, value) {
            continue;
        }
        if name == "keeper" {
            pool.keeper = reader.text(name, value);
            pool.keeper = pool.keeper.filter(|id| known_rep(reader, settings, id, value.span()));
            continue;
        }
        let DeValue::Table(own) = value.get_ref() else {
            unknown(reader, key.span(), "[pool]", name, &POOL_KEYS);
            continue;
        };
        let grades = settings.grading.grades();
        if !grades.contains(&name) {
            let message = words!(
                "no rule of grading gives the grade `{name}`",
                "没有分级规则给出级别 `{name}`"
            );
            let diagnostic =
                Diagnostic::new(Code::BadSetting, message).nearest(name, grades.iter().copied());
            reader.problem(key.span(), diagnostic);
            continue;
        }
        let mut limits = Limits::default();
        for (key, value) in own {
            if !limit(reader, &mut limits, key.get_ref(), value) {
                let what = format!("[pool.{name}]");
                unknown(reader, key.span(), &what, key.get_ref(), &GRADE_KEYS);
            }
        }
        pool.grades.insert(name.into(), limits);
    }
    for (grade, own) in &pool.grades {
        for (key, one, all) in [
            ("max_held", own.max_held, pool.all.max_held),
            ("claims_per_day", own.claims_per_day, pool.all.claims_per_day),
        ] {
            let (Some(one), Some(all)) = (one, all) else { continue };
            if one > all {
                let message = words!(
                    "`[pool.{grade}]` allows {key} = {one}, but `[pool]` allows only {all} for all grades together",
                    "`[pool.{grade}]` 允许 {key} = {one}，而 `[pool]` 对所有级别合计只允许 {all}"
                );
                let help = words!(
                    "raise {key} of `[pool]`, or lower that of `[pool.{grade}]`",
                    "请提高 `[pool]` 的 {key}，或降低 `[pool.{grade}]` 的"
                );
                let span = table.get(&**grade).map_or(0..0, |value| value.span());
                reader.problem(span, Diagnostic::new(Code::BadSetting, message).help(help));
            }
        }
    }
    settings.pool = pool;
}

/// Reads one limit; `false` if there is none of this name.
fn limit(reader: &mut Reader, limits: &mut Limits, name: &str, value: &TomlValue) -> bool {
    let (slot, max) = match name {
        "max_held" => (&mut limits.max_held, 1_000_000),
        "claims_per_day" => (&mut limits.claims_per_day, 1_000_000),
        "reclaim_wait_days" => (&mut limits.reclaim_wait_days, 36_500),
        "recycle_days" => (&mut limits.recycle_days, 36_500),
        "recycle_overdue" => (&mut limits.recycle_overdue, 1_000),
        _ => return false,
    };
    *slot = reader.count(name, value, max);
    true
}
