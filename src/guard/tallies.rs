//! The guard's rules for tallies: each rep's are their own, and tallies stay.

use super::commits::Commit;
use super::files::Case;
use super::own::own;
use super::{grows, place_in};
use crate::diag::{Code, Diagnostic, Spot};
use crate::rules::growth::Harm;
use crate::rules::team::rights::Rights;

/// Every change of a file of tallies that is not allowed.
pub fn judge(commit: &Commit, case: &Case, rights: &Rights, found: &mut Vec<Diagnostic>) {
    let own = own(commit, case);
    let (rep, user) = (&case.id, rights.user());
    if (own.form || !own.added.is_empty()) && !(rights.is_admin() || rights.speaks_for(rep)) {
        let message = words!(
            "`{user}` may not change the tallies of `{rep}`",
            "`{user}` 无权修改 `{rep}` 的日报"
        );
        found.push(
            Diagnostic::new(Code::NotYours, message)
                .at(place_in(&case.path, "", Spot::Whole))
                .note(words!(
                    "rule: only the rep, the rep's manager or an admin may change a rep's tallies",
                    "规则：日报只能由本人、其主管或管理员修改"
                )),
        );
    }
    for (key, harm, _) in own.harmed {
        let way = Spot::Key(vec!["tally".to_owned(), key.clone()]);
        let (code, message, spot) = match harm {
            Harm::Changed => (
                Code::HistoryChanged,
                words!("the tally `{key}` of `{rep}` was changed", "`{rep}` 的日报 `{key}` 被改动"),
                way,
            ),
            Harm::Lost => (
                Code::HistoryLost,
                words!("the tally `{key}` of `{rep}` is gone", "`{rep}` 的日报 `{key}` 不见了"),
                Spot::Whole,
            ),
        };
        found.push(
            Diagnostic::new(code, message)
                .at(place_in(&case.path, case.text(), spot))
                .note(grows())
                .help(words!(
                    "several tallies of one day add up; too high a number is an admin's to correct: git push -o force",
                    "同一天的多条日报会相加；数字报多了，请管理员更正：git push -o force"
                )),
        );
    }
}
