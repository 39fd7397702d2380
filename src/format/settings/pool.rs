//! `[pool]`, `[pool.A]`, `[pool.customers]`: limits of the pool, and when prospects go back to it.

use super::{known_rep, unknown};
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlTable, TomlValue};
use crate::model::pool::{CustomerPool, Limits, Pool};
use crate::model::settings::Settings;
use std::ops::Range;
use toml::de::DeValue;

/// Keys of `[pool]`.
pub const POOL_KEYS: [&str; 7] = [
    "max_held",
    "claims_per_day",
    "reclaim_wait_days",
    "recycle_days",
    "recycle_overdue",
    "keeper",
    "customers",
];
/// Keys of `[pool.customers]`.
pub const CUSTOMER_KEYS: [&str; 3] = ["hold_limit", "claim_per_day", "recycle_days"];
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
        if name == "customers" {
            if let Some(own) = reader.table(name, value) {
                pool.customers = customers(reader, settings, own);
            }
            continue;
        }
        let DeValue::Table(own) = value.get_ref() else {
            unknown(reader, key.span(), "[pool]", name, &POOL_KEYS);
            continue;
        };
        if !known_grade(reader, settings, name, key.span()) {
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

/// Is that a grade of the rules? Reports one that is not, with those that are like it.
fn known_grade(reader: &mut Reader, settings: &Settings, name: &str, span: Range<usize>) -> bool {
    let grades = settings.grading.grades();
    let known = grades.contains(&name);
    if !known {
        let message =
            words!("no rule of grading gives the grade `{name}`", "没有分级规则给出级别 `{name}`");
        let diagnostic =
            Diagnostic::new(Code::BadSetting, message).nearest(name, grades.iter().copied());
        reader.problem(span, diagnostic);
    }
    known
}

/// Reads `[pool.customers]`; `recycle_days` is one number, or one for each grade.
fn customers(reader: &mut Reader, settings: &Settings, table: &TomlTable) -> CustomerPool {
    let mut pool = CustomerPool::default();
    for (key, value) in table {
        let name: &str = key.get_ref();
        match name {
            "hold_limit" => pool.hold_limit = reader.count(name, value, 1_000_000),
            "claim_per_day" => pool.claim_per_day = reader.count(name, value, 1_000_000),
            "recycle_days" => match value.get_ref() {
                DeValue::Table(grades) => {
                    for (grade, days) in grades {
                        if known_grade(reader, settings, grade.get_ref(), grade.span())
                            && let Some(days) = reader.count(grade.get_ref(), days, 36_500)
                        {
                            pool.grade_days.insert(grade.get_ref().as_ref().into(), days);
                        }
                    }
                }
                _ => pool.recycle_days = reader.count(name, value, 36_500).unwrap_or(0),
            },
            _ => unknown(reader, key.span(), "[pool.customers]", name, &CUSTOMER_KEYS),
        }
    }
    pool
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
