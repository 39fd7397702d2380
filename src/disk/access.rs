//! The records of access of a ledger: `access/<rep>.toml`.

use crate::diag::{Code, Diagnostic, Place};
use crate::disk::file::id_of;
use crate::disk::ledger::Ledger;
use crate::format::access_file::read_accesses;
use crate::format::layout::ACCESS;
use crate::model::access::Access;
use crate::value::text::Text;
use std::path::PathBuf;

impl Ledger {
    /// The records of every rep, those of one rep in the order of the file; and the findings about them.
    pub fn accesses(&self) -> (Vec<(Text, Access)>, Vec<Diagnostic>) {
        let (paths, mut problems) = self.files_below(&[ACCESS]);
        let mut all = Vec::new();
        for path in paths {
            let (rep, shown): (Text, PathBuf) = (id_of(&path).into(), self.show(&path));
            match self.text(&path) {
                Ok(text) => {
                    let (found, wrong) = read_accesses(&text, &shown);
                    all.extend(found.into_iter().map(|access| (rep.clone(), access)));
                    problems.extend(wrong);
                }
                Err(problem) => problems.push(problem),
            }
            let reps = &self.settings.reps;
            if !reps.is_empty() && self.settings.rep(&rep).is_none() {
                let message = words!(
                    "records of access of an unknown rep `{rep}`",
                    "访问记录的业务员 `{rep}` 不存在"
                );
                let unknown = Diagnostic::new(Code::UnknownRep, message).at(Place::file(&shown));
                problems.push(unknown.nearest(&rep, reps.iter().map(|rep| &*rep.id)));
            }
        }
        (all, problems)
    }
}
