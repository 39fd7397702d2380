//! The guard's rules for records of access: each rep's are written by that rep alone, and they stay.

use super::commits::Commit;
use super::files::Case;
use super::own::own;
use super::place_in;
use crate::diag::{Code, Diagnostic, Spot};
use crate::rules::growth::{Harm, access_harm};
use crate::rules::team::rights::Rights;

/// Every change of a file of records that is not allowed.
pub fn judge(commit: &Commit, case: &Case, rights: &Rights, found: &mut Vec<Diagnostic>) {
    let own = own(commit, case);
    let (rep, user) = (&case.id, rights.user());
    if (own.form || !own.added.is_empty()) && user != rep {
        let message = words!(
            "`{user}` may not change the record of access of `{rep}`",
            "`{user}` 无权修改 `{rep}` 的访问记录"
        );
        found.push(
            Diagnostic::new(Code::NotYours, message)
                .at(place_in(&case.path, "", Spot::Whole))
                .note(words!(
                    "rule: only the rep whom the file names adds lines to it, no manager and no admin",
                    "规则：访问记录只能由文件所属的业务员本人追加，主管和管理员也不行"
                )),
        );
    }
    for (key, harm, _) in own.harmed {
        let way = Spot::Key(vec!["access".to_owned(), key.clone()]);
        let spot = if harm == Harm::Changed { way } else { Spot::Whole };
        let place = place_in(&case.path, case.text(), spot);
        found.push(access_harm(harm, rep, &key).at(place));
    }
}
