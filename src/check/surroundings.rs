//! What a file must agree with outside of itself: the customers of the ledger, and the documents beside it.

use crate::diag::Diagnostic;
use crate::rules::book::Book;
use crate::rules::service::collect::JointCases;
use crate::value::id::fold;
use crate::value::text::Text;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The customers of a ledger with their parents, and the folder of its documents.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// The parent of each customer with a file, by folded ids; empty where no customer has one.
    parents: HashMap<String, Option<String>>,
    /// The ledger, which is read if an entry is about a case of a customer of several files.
    book: Option<Book>,
    cases: OnceLock<JointCases>,
    /// The ledger's root, from which relative paths of documents go; `None` where it is not on the disk.
    pub root: Option<PathBuf>,
}

impl Surroundings {
    /// Those of customers, each by its id and its parent's.
    pub fn of(
        customers: impl IntoIterator<Item = (Text, Option<Text>)>,
        root: Option<PathBuf>,
        book: Option<Book>,
    ) -> Surroundings {
        let folded = |(id, parent): (Text, Option<Text>)| (fold(&id), parent.as_deref().map(fold));
        let parents = customers.into_iter().map(folded).collect();
        Surroundings { parents, book, cases: OnceLock::new(), root }
    }

    /// The entries of a file that are about no case of its customer, by their keys.
    pub fn misplaced_in(&self, file: &str) -> Vec<(&Text, &Diagnostic)> {
        let read = || self.book.as_ref().map(JointCases::of).unwrap_or_default();
        let all = self.cases.get_or_init(read).misplaced.iter();
        let of_file = all.filter(|misplaced| *misplaced.file == *file);
        of_file.map(|misplaced| (&misplaced.key, &misplaced.what)).collect()
    }

    /// Is it the id of a customer with a file? Where no customer has a file, an account is a word of the team's own.
    pub fn may_be_customer(&self, id: &str) -> bool {
        self.parents.is_empty() || self.parents.contains_key(&fold(id))
    }

    /// The ids of the customers with files.
    pub fn customers(&self) -> impl Iterator<Item = &str> {
        self.parents.keys().map(String::as_str)
    }

    /// The way from a customer up through its parents and back to it, if there is one.
    pub fn circle(&self, id: &str) -> Option<Vec<&str>> {
        let start = fold(id);
        let mut way: Vec<&str> = Vec::new();
        let mut at = self.parents.get_key_value(&start)?.0;
        loop {
            way.push(at);
            at = self.parents.get(at)?.as_ref()?;
            if *at == start {
                return Some(way);
            }
            // A circle further up is that of other customers.
            if way.contains(&at.as_str()) {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_that_of_its_members_alone() {
        let customers = [("a", "b"), ("b", "C"), ("c", "a"), ("d", "a"), ("e", ""), ("f", "f")];
        let customers = customers.map(|(id, parent)| {
            (id.into(), Some(parent).filter(|parent| !parent.is_empty()).map(Into::into))
        });
        let around = Surroundings::of(customers, None, None);
        assert_eq!(around.circle("B"), Some(vec!["b", "c", "a"]));
        assert_eq!(around.circle("f"), Some(vec!["f"]));
        assert_eq!(
            [around.circle("d"), around.circle("e"), around.circle("x")],
            [None, None, None]
        );
        assert!(around.may_be_customer("E") && !around.may_be_customer("x"));
        assert!(Surroundings::default().may_be_customer("x"), "no customer has a file");
    }
}
