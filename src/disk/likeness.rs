//! Finds likely duplicates: prospects with equal name and company, telephone, or e-mail.

use crate::disk::file::read_text;
use crate::disk::ledger::Ledger;
use crate::model::prospect::Prospect;
use crate::rules::likeness::{Features, Likeness, digits};
use crate::value::id::folded;
use crate::value::namesake::squeezed;
use rayon::prelude::*;

/// The likely duplicates of `prospect`, sorted by path. Only files that hold one of the texts are parsed.
pub fn alike(ledger: &Ledger, prospect: &Prospect) -> Vec<(Prospect, Likeness)> {
    let (paths, _) = ledger.paths();
    let wanted = Features::of(prospect);
    paths
        .par_iter()
        .filter_map(|path| {
            let text = read_text(&ledger.root.join(path), &ledger.show(path)).ok()?;
            if !may_be_in(&wanted, &ledger.opened(&text)) {
                return None;
            }
            let other = ledger.read(path).ok()?.prospect;
            wanted.compare(&Features::of(&other)).map(|likeness| (other, likeness))
        })
        .collect()
}

/// Can a file of this text be like the one that is wanted? A search of its text is quicker than reading it.
fn may_be_in(wanted: &Features, text: &str) -> bool {
    let folded = folded(text);
    !wanted.name.is_empty() && squeezed(text).contains(&wanted.name)
        || wanted.emails.iter().any(|email| folded.contains(email))
        || !wanted.phones.is_empty() && wanted.phones.iter().any(|p| digits(text).contains(p))
}
