//! Rows that find their prospects by addresses, as meetings and messages do, or by names.

use super::named::NameBook;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::value::text::Text;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// The prospects of a ledger by the addresses of their people.
#[derive(Debug, Default)]
pub struct AddressBook {
    people: HashMap<String, BTreeSet<Text>>,
    names: NameBook,
    /// The files that cannot be read, with their text in lower case as far as there is one.
    unread: Vec<(PathBuf, String)>,
}

impl AddressBook {
    /// Adds the addresses of a prospect's people, and what it is called.
    pub fn add(&mut self, prospect: &Prospect) {
        self.names.add(prospect);
        for contact in &prospect.contacts {
            if let Some(address) = contact.email.as_deref().map(fold).filter(|a| !a.is_empty()) {
                self.people.entry(address).or_default().insert(prospect.id.clone());
            }
        }
    }

    /// Adds a file that cannot be read: a row whose address is in its text may be of its prospect.
    pub fn add_unread(&mut self, shown: PathBuf, text: &str) {
        self.unread.push((shown, text.to_lowercase()));
    }

    /// The files that cannot be read.
    pub fn unread(&self) -> impl ExactSizeIterator<Item = &Path> {
        self.unread.iter().map(|(path, _)| path.as_path())
    }

    /// The first of several addresses that is in the text of a file that cannot be read, and that file.
    pub(super) fn in_unread<'b>(&'b self, addresses: &'b [String]) -> Option<(&'b str, &'b Path)> {
        addresses.iter().find_map(|address| {
            let (path, _) = self.unread.iter().find(|(_, text)| text.contains(address.as_str()))?;
            Some((address.as_str(), path.as_path()))
        })
    }

    /// Adds what another book has.
    #[must_use]
    pub fn joined(mut self, other: AddressBook) -> AddressBook {
        self.unread.extend(other.unread);
        self.names.join(other.names);
        for (address, ids) in other.people {
            self.people.entry(address).or_default().extend(ids);
        }
        self
    }

    /// The ids that a text may mean: of that id, name or company, else those with a person of that address.
    pub(super) fn called(&self, text: &str) -> Vec<Text> {
        let named = self.names.find(text);
        match named.is_empty() {
            true => self.people.get(&fold(text)).into_iter().flatten().cloned().collect(),
            false => named,
        }
    }

    /// The prospects that have one of these addresses, and the addresses that several prospects have.
    pub(super) fn find(&self, addresses: &[String]) -> Found {
        let mut found = Found::default();
        for address in addresses {
            match self.people.get(address) {
                Some(ids) if ids.len() == 1 => found.ids.extend(ids.iter().cloned()),
                Some(ids) => found.shared.push((address.clone(), ids.iter().cloned().collect())),
                None => {}
            }
        }
        found
    }
}

/// What addresses found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The prospects.
    pub(super) ids: BTreeSet<Text>,
    /// Addresses that several prospects have, with these.
    pub(super) shared: Vec<(String, Vec<Text>)>,
}

/// The addresses of a cell, with blanks, `,` or `;` between them.
pub(super) fn addresses(cell: &str) -> Vec<String> {
    let parts = cell.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
    parts.map(fold).filter(|address| !address.is_empty()).collect()
}

/// Signs and words between several addresses in a cell.
fn parts(cell: &str) -> Vec<&str> {
    let between = |c: char| matches!(c, ',' | ';' | '，' | '；' | '、' | '\n');
    let parts = cell.split(":::").flat_map(|part| part.split(between));
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// The e-mail addresses of a cell, as they are written. A text without an `@` of its own is no address, and parts
/// nothing.
pub(super) fn mailboxes(cell: &str) -> Vec<&str> {
    let is_address = |part: &&str| part.contains('@');
    let words = |part: &'_ str| part.split_whitespace().all(|word| word.contains('@'));
    let mut found: Vec<&str> = Vec::new();
    for part in parts(cell) {
        match words(part) {
            true => found.extend(part.split_whitespace()),
            false => found.push(part),
        }
    }
    if found.iter().filter(|part| is_address(part)).count() < 2 {
        return vec![cell];
    }
    // The first that is an address is the person's.
    found.sort_by_key(|part| !is_address(part));
    found
}

/// The telephone numbers of a cell, as they are written. Fewer digits than five are an extension or a pause, and part
/// nothing.
pub(super) fn telephones(cell: &str) -> Vec<&str> {
    let parts = parts(cell);
    let is_number = |part: &&str| part.chars().filter(|c| c.is_numeric()).count() >= 5;
    if parts.iter().all(is_number) && parts.len() > 1 { parts } else { vec![cell] }
}

/// The first rep that one of these addresses belongs to.
pub(super) fn rep<'s>(settings: &'s Settings, addresses: &[String]) -> Option<&'s Text> {
    addresses.iter().find_map(|address| {
        let has = |email: &Text| fold(email) == *address;
        settings.reps.iter().find(|rep| rep.email.as_ref().is_some_and(has)).map(|rep| &rep.id)
    })
}

/// An address as it is compared: in lower case, without `mailto:` and `<>`.
fn fold(address: &str) -> String {
    let lower = address.trim().trim_matches(['<', '>']).to_lowercase();
    lower.strip_prefix("mailto:").unwrap_or(&lower).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::prospect::Contact;

    fn prospect(id: &str, emails: &[&str]) -> Prospect {
        let contact = |email: &&str| Contact { email: Some((*email).into()), ..Contact::default() };
        Prospect {
            id: id.into(),
            contacts: emails.iter().map(contact).collect(),
            ..Prospect::default()
        }
    }

    #[test]
    fn an_address_finds_one_prospect_and_two_prospects_share_it() {
        let mut book = AddressBook::default();
        book.add(&prospect("a", &["Wang@Example.CN", "both@x.cn", ""]));
        let mut other = AddressBook::default();
        other.add(&prospect("b", &["mailto:li@x.cn", "BOTH@x.cn"]));
        // Two people of one prospect with one address share nothing.
        other.add(&prospect("c", &["c@x.cn", "c@x.cn"]));
        let book = book.joined(other);
        let find = |cell: &str| {
            let found = book.find(&addresses(cell));
            let ids: Vec<String> = found.ids.iter().map(ToString::to_string).collect();
            (ids.join(" "), found.shared.len())
        };
        assert_eq!(find("wang@example.cn"), ("a".into(), 0));
        assert_eq!(find("MAILTO:Wang@Example.cn <li@x.cn>"), ("a b".into(), 0));
        assert_eq!(find("c@x.cn;nobody@x.cn"), ("c".into(), 0));
        assert_eq!(find("both@x.cn"), (String::new(), 1));
        assert_eq!(find("both@x.cn li@x.cn"), ("b".into(), 1));
        assert_eq!(find(""), (String::new(), 0));
    }

    #[test]
    fn an_address_may_be_that_of_a_file_which_cannot_be_read() {
        let mut book = AddressBook::default();
        book.add_unread("b.toml".into(), "email = \"Wang@x.cn");
        let addresses = |cell: &str| addresses(cell);
        let of =
            |cell: &str| book.in_unread(&addresses(cell)).map(|(address, _)| address.to_owned());
        assert_eq!(of("li@x.cn <WANG@x.cn>"), Some("wang@x.cn".to_owned()));
        assert_eq!(of("li@x.cn"), None);
        assert_eq!(AddressBook::default().joined(book).unread().len(), 1);
    }

    #[test]
    fn a_cell_with_several_is_parted() {
        for cell in ["a@x, b@y", "a@x ::: b@y", "a@x;b@y", "a@x b@y", "a@x、b@y", "a@x\nb@y"] {
            assert_eq!(mailboxes(cell), ["a@x", "b@y"], "{cell}");
        }
        assert_eq!(mailboxes("Li, a@x (old), b@y"), ["a@x (old)", "b@y", "Li"]);
        for cell in ["a@x", "Zhang, Li <a@x>", "n/a", "unknown, later"] {
            assert_eq!(mailboxes(cell), [cell]);
        }
        assert_eq!(telephones("139 0000 0000 ::: 12345"), ["139 0000 0000", "12345"]);
        for cell in ["+1-55555;ext=2", "02155550123,1234", "139 0000 0000", "n/a"] {
            assert_eq!(telephones(cell), [cell]);
        }
    }
}
