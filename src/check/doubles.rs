//! Files that look like one prospect or one customer.
//!
//! Why: two reps pursue one person, and every figure of the pipeline counts it twice.
//! Mend: `crm join KEEP OTHER`; two that are two stay as they are. Prospects of one customer are no doubles.
//!
//! Two files are compared: the check is one of the whole ledger.

use crate::diag::{Code, Diagnostic, Place, Spot, Words};
use crate::rules::likeness::{Features, Likeness};
use crate::rules::replay::state::Record;
use crate::value::id::fold;
use crate::value::text::Text;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

/// Of so many earlier files that share a text with a file, one is looked for that is not of its customer.
const LOOKED_AT: usize = 8;

/// A file, as far as it is compared.
#[derive(Debug)]
pub struct Compared {
    id: Text,
    name: Text,
    path: PathBuf,
    customer: Option<String>,
    features: Features,
}

impl Compared {
    /// The file of a record.
    pub fn of(record: &Record) -> Compared {
        let prospect = &record.prospect;
        Compared {
            id: prospect.id.clone(),
            name: prospect.name.clone(),
            path: prospect.path.clone(),
            customer: prospect.joint_customer(),
            features: Features::of(prospect),
        }
    }
}

/// A finding for each file that looks like an earlier one, in the order of ids. Of files that share an id the first counts,
/// as in reports.
pub fn doubles(mut all: Vec<Compared>) -> Vec<Diagnostic> {
    let mut ids = HashSet::with_capacity(all.len());
    all.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    all.retain(|one| ids.insert(fold(&one.id)));
    all.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    let mut known: HashMap<(Likeness, &str), Vec<usize>> = HashMap::new();
    let mut found = Vec::new();
    for (at, one) in all.iter().enumerate() {
        let earlier = one.features.keys().filter_map(|key| known.get(&key));
        let earlier = earlier.flat_map(|places| places.iter().take(LOOKED_AT)).map(|at| &all[*at]);
        let unrelated =
            earlier.filter(|other| other.customer.is_none() || other.customer != one.customer);
        let mut alike =
            unrelated.filter_map(|other| Some((other, one.features.compare(&other.features)?)));
        found.extend(alike.next().map(|(other, likeness)| finding(one, other, likeness)));
        for key in one.features.keys() {
            known.entry(key).or_default().push(at);
        }
    }
    found
}

fn finding(one: &Compared, other: &Compared, likeness: Likeness) -> Diagnostic {
    let (id, earlier, name) = (&one.id, &other.id, &other.name);
    let same = likeness.words(one.features.is_customer && other.features.is_customer);
    let message = Words::both(
        format!("it has the {} of `{earlier}` ({name})", same.en()),
        format!("{}与 `{earlier}`（{name}）相同", same.zh()),
    );
    let place = Place::file(&one.path).at(Spot::Fact("name".to_owned()));
    let found = Diagnostic::new(Code::LikelyDouble, message).at(place);
    match (one.features.is_customer, other.features.is_customer) {
        (false, true) => found.help(words!(
            "if it is a chance at that customer: account = \"{earlier}\", with crm edit {id}",
            "若是那个客户的销售机会，请写 account = \"{earlier}\"：crm edit {id}"
        )),
        (true, false) => found.help(words!(
            "if that is a chance at this customer: account = \"{id}\", with crm edit {earlier}",
            "若那是该客户的销售机会，请写 account = \"{id}\"：crm edit {earlier}"
        )),
        _ => found.help(words!(
            "if they are one: crm join {earlier} {id}",
            "若为同一客户：crm join {earlier} {id}"
        )),
    }
}
