//! `[[target]]`: figures to be reached.

use super::{one_of, unknown};
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlValue};
use crate::model::sales::{Measure, SalesTarget, TargetOf, TargetSpan};
use crate::model::settings::Settings;
use crate::value::text::Text;
use std::ops::Range;

/// Keys of `[[target]]`.
pub const TARGET_KEYS: [&str; 5] = ["who", "measure", "per", "amount", "from"];

/// Reads all targets, after the reps and departments that they name.
pub(in crate::format) fn targets(reader: &mut Reader, settings: &mut Settings, value: &TomlValue) {
    for (table, span) in reader.tables("target", value) {
        let (mut of, mut measure) = (Some(TargetOf::All), Some(Measure::Booked));
        let (mut per, mut amount, mut from) = (Some(TargetSpan::default()), None, None);
        for (key, value) in table {
            let name: &str = key.get_ref();
            match name {
                "who" => {
                    of = reader
                        .text(name, value)
                        .and_then(|who| target_of(reader, settings, &who, value.span()));
                }
                "measure" => {
                    let names = Measure::ALL.map(|row| (row.0, row.1));
                    measure = one_of(reader, name, value, &names);
                }
                "per" => per = one_of(reader, name, value, &TargetSpan::ALL),
                "amount" => amount = reader.amount(name, value),
                "from" => from = reader.date(name, value),
                _ => unknown(reader, key.span(), "[[target]]", name, &TARGET_KEYS),
            }
        }
        let Some(amount) = amount.filter(|amount| !amount.is_negative()) else {
            let wrong = words!(
                "a target needs an `amount`: money in the ledger's currency, or a count, not less than 0",
                "目标要有 `amount`：以账本币种计的金额，或数目，不小于 0"
            );
            reader.problem(span, Diagnostic::new(Code::BadSetting, wrong));
            continue;
        };
        let (Some(of), Some(measure), Some(per)) = (of, measure, per) else { continue };
        let target = SalesTarget { of, measure, per, amount, from };
        let is_again = settings.targets.iter().any(|known| {
            (&known.of, known.measure, known.from) == (&target.of, target.measure, target.from)
        });
        if is_again {
            let wrong = words!(
                "two targets are for these reps, this measure and this first day",
                "同样的人、指标和起始日有两个目标"
            );
            let help = words!(
                "a target that follows another one says from when: from = 2010-04-01",
                "接替前一个的目标要写明起始日：from = 2010-04-01"
            );
            reader.problem(span, Diagnostic::new(Code::BadSetting, wrong).help(help));
        } else {
            settings.targets.push(target);
        }
    }
}

/// The reps of `who`: `all`, a rep's id, or a department's.
fn target_of(
    reader: &mut Reader,
    settings: &Settings,
    who: &Text,
    span: Range<usize>,
) -> Option<TargetOf> {
    if who == "all" {
        return Some(TargetOf::All);
    }
    if settings.rep(who).is_some() {
        return Some(TargetOf::Rep(who.clone()));
    }
    if settings.department(who).is_some() {
        return Some(TargetOf::Department(who.clone()));
    }
    let message = words!("`{who}` is no rep and no department", "`{who}` 既不是业务员，也不是部门");
    let reps = settings.reps.iter().map(|rep| &*rep.id);
    let departments = settings.departments.iter().map(|department| &*department.id);
    let names = std::iter::once("all").chain(reps).chain(departments);
    reader.problem(span, Diagnostic::new(Code::BadSetting, message).nearest(who, names));
    None
}

#[cfg(test)]
mod tests {
    use crate::format::read_settings::read_settings;
    use std::path::Path;

    /// The messages about a target with these keys, in a ledger with a rep and a department.
    fn wrong(keys: &str) -> Vec<String> {
        let text = format!(
            "[[rep]]\nid = \"he\"\n[[department]]\nid = \"north\"\nmembers = [\"he\"]\n[[target]]\n{keys}\n"
        );
        let found = read_settings(&text, Path::new("crm.toml")).err().unwrap_or_default();
        found.into_iter().map(|found| found.message.en().to_owned()).collect()
    }

    #[test]
    fn a_target_is_for_all_a_rep_or_a_department_and_has_an_amount() {
        for who in ["all", "he", "north"] {
            assert_eq!(wrong(&format!("who = \"{who}\"\namount = 1")), [""; 0]);
        }
        assert_eq!(wrong("who = \"hee\"\namount = 1"), ["`hee` is no rep and no department"]);
        assert_eq!(wrong("amount = 1\nmeasure = \"bookd\""), ["`measure` cannot be `bookd`"]);
        let needs = "a target needs an `amount`: money in the ledger's currency, or a count, not less than 0";
        assert_eq!(wrong("who = \"he\""), [needs]);
        assert_eq!(wrong("amount = -1"), [needs]);
    }

    #[test]
    fn a_later_target_says_from_when() {
        let two = |from: &str| wrong(&format!("amount = 1\n[[target]]\namount = 2\n{from}"));
        assert_eq!(two("from = 2010-04-01"), [""; 0]);
        assert_eq!(two("per = \"year\"").len(), 1);
        assert_eq!(two("measure = \"closes\""), [""; 0]);
    }
}
