//! `[[rep]]`: the salespeople.

use super::{needs_id, one_of, positive, unknown};
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlValue};
use crate::model::settings::{LEVELS, Rep, Settings};
use crate::value::date::Date;
use crate::value::id;
use crate::value::period::{FiscalYear, parse_period};
use crate::value::text::Text;
use std::collections::HashSet;
use std::ops::Range;

/// Keys of `[[rep]]`.
pub const REP_KEYS: [&str; 16] = [
    "id",
    "name",
    "email",
    "level",
    "capacity",
    "customers",
    "regions",
    "industries",
    "sizes",
    "skills",
    "manager",
    "joined",
    "left",
    "leave",
    "cycle_days",
    "admin",
];

pub(in crate::format) fn reps(reader: &mut Reader, settings: &mut Settings, value: &TomlValue) {
    let mut managers: Vec<(Text, Range<usize>)> = Vec::new();
    let mut ids: HashSet<Text> = settings.reps.iter().map(|rep| rep.id.clone()).collect();
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
                "customers" => rep.customers = reader.count(name, value, 1_000_000),
                "regions" => rep.regions = reader.texts(name, value),
                "industries" => rep.industries = reader.texts(name, value),
                "sizes" => rep.sizes = reader.texts(name, value),
                "skills" => rep.skills = reader.texts(name, value),
                "manager" => {
                    rep.manager = reader.text(name, value);
                    managers.extend(rep.manager.clone().map(|id| (id, value.span())));
                }
                "joined" => rep.joined = reader.date(name, value),
                "left" => rep.left = reader.date(name, value),
                "leave" => {
                    for (text, span) in reader.texts_at(name, value) {
                        match parse_period(&text, Date::MIN, FiscalYear::CALENDAR) {
                            Ok(period) => rep.leave.push(period),
                            Err(wrong) => reader.problem(
                                span,
                                Diagnostic::new(Code::BadSetting, wrong.words()).help(words!(
                                    "leave = [\"2026-02-01..2026-02-14\"]",
                                    "leave = [\"2026-02-01..2026-02-14\"]"
                                )),
                            ),
                        }
                    }
                }
                "cycle_days" => rep.cycle_days = positive(reader, name, value),
                "admin" => rep.admin = reader.boolean(name, value).unwrap_or(false),
                _ => unknown(reader, key.span(), "[[rep]]", name, &REP_KEYS),
            }
        }
        if let (Some(joined), Some(left)) = (rep.joined, rep.left)
            && left < joined
        {
            let message = words!(
                "`{}` left on {left}, before joining on {joined}",
                "`{}` 于{left}离职，早于入职日{joined}",
                rep.id
            );
            reader.problem(span.clone(), Diagnostic::new(Code::BadSetting, message));
        }
        if let Err(bad) = id::validate(&rep.id) {
            reader.problem(
                table.get("id").map_or(span, |id| id.span()),
                needs_id(&words!("rep", "业务员"), &bad),
            );
        } else if !ids.insert(rep.id.clone()) {
            let diagnostic = Diagnostic::new(
                Code::BadSetting,
                words!("the rep `{}` appears twice", "业务员 `{}` 出现两次", rep.id),
            );
            reader.problem(span, diagnostic);
        } else {
            settings.reps.push(rep);
        }
    }
    for (manager, span) in managers {
        if !ids.contains(&manager) {
            let diagnostic = Diagnostic::new(
                Code::BadSetting,
                words!("no rep has the id `{manager}`", "没有 id 为 `{manager}` 的业务员"),
            )
            .nearest(&manager, settings.reps.iter().map(|rep| &*rep.id));
            reader.problem(span, diagnostic);
        }
    }
}
