//! The customers and prospects of a ledger as other programs name them: by id, name or company.

use crate::model::prospect::Prospect;
use crate::value::id;
use crate::value::text::{Text, narrow};
use std::collections::{BTreeSet, HashMap};

/// The customers and prospects of a ledger by what they are called.
#[derive(Debug, Default)]
pub(super) struct NameBook {
    ids: HashMap<String, Text>,
    customers: HashMap<String, BTreeSet<Text>>,
    prospects: HashMap<String, BTreeSet<Text>>,
}

impl NameBook {
    /// Adds a customer or prospect.
    pub(super) fn add(&mut self, of: &Prospect) {
        self.ids.insert(id::fold(&of.id), of.id.clone());
        let names = match of.is_customer {
            true => &mut self.customers,
            false => &mut self.prospects,
        };
        let called = [Some(&of.name), of.company.as_ref(), of.account.as_ref()];
        for name in called.into_iter().flatten().map(|name| folded(name)) {
            if !name.is_empty() {
                names.entry(name).or_default().insert(of.id.clone());
            }
        }
    }

    /// Adds what another book has.
    pub(super) fn join(&mut self, other: NameBook) {
        self.ids.extend(other.ids);
        for (into, from) in
            [(&mut self.customers, other.customers), (&mut self.prospects, other.prospects)]
        {
            for (name, ids) in from {
                into.entry(name).or_default().extend(ids);
            }
        }
    }

    /// The ids that a text may mean: that of this id; else the customers of this name, else the prospects.
    pub(super) fn find(&self, text: &str) -> Vec<Text> {
        let written = narrow(text);
        let written = written.trim();
        if let Some(id) = self.ids.get(&id::fold(written)) {
            return vec![id.clone()];
        }
        let name = folded(text);
        let found = self.customers.get(&name).or_else(|| self.prospects.get(&name));
        found.into_iter().flatten().cloned().collect()
    }
}

/// A name as it is compared: without blanks, in one case, its wide signs narrow.
fn folded(name: &str) -> String {
    let kept: String = narrow(name).chars().filter(|c| !c.is_whitespace()).collect();
    id::fold(&kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(id: &str, name: &str, company: Option<&str>, is_customer: bool) -> Prospect {
        let company = company.map(Into::into);
        Prospect { id: id.into(), name: name.into(), company, is_customer, ..Prospect::default() }
    }

    #[test]
    fn an_id_comes_before_a_name_and_a_customer_before_prospects() {
        let mut book = NameBook::default();
        book.add(&called("c-1", "上海远航（集团）", None, true));
        book.add(&called("zhang", "张伟", Some("上海远航(集团)"), false));
        let mut other = NameBook::default();
        other.add(&called("li", "Li", Some("Brand & Co"), false));
        other.add(&called("ma", "Ma", Some("brand &co"), false));
        other.add(&called("brand", "c-1", None, false));
        book.join(other);
        let find = |text: &str| {
            book.find(text).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(find("上海远航（集团）"), "c-1");
        assert_eq!(find("C-1"), "c-1");
        assert_eq!(find("张 伟"), "zhang");
        assert_eq!(find("BRAND & CO"), "li ma");
        assert_eq!(find("Brand"), "brand");
        assert_eq!(find("nobody"), "");
        assert_eq!(find(""), "");
    }
}
