//! The facts and people of rows that the ledger does not have.

use crate::model::prospect::{Contact, FACTS, Prospect};
use crate::model::settings::Settings;
use crate::value::text::Text;

/// What the rows know of a prospect and its file does not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MissingFacts {
    /// Text facts, built in or the team's own, in the order in which files have them.
    pub texts: Vec<(Text, Text)>,
    /// Needs, where the file has none.
    pub needs: Vec<Text>,
    /// Tags, where the file has none.
    pub tags: Vec<Text>,
    /// People whom the file does not name.
    pub contacts: Vec<Contact>,
    /// The number of facts and people that the file has otherwise; they are left alone.
    pub differing: usize,
}

impl MissingFacts {
    /// The number of facts and people to add.
    pub fn count(&self) -> usize {
        let lists = [&self.needs, &self.tags].into_iter().filter(|list| !list.is_empty());
        self.texts.len() + lists.count() + self.contacts.len()
    }

    /// The prospect with them.
    pub fn added_to(&self, prospect: &Prospect) -> Prospect {
        let mut after = prospect.clone();
        self.texts.iter().for_each(|(name, value)| after.set_fact(name, value));
        if !self.needs.is_empty() {
            after.needs.clone_from(&self.needs);
        }
        if !self.tags.is_empty() {
            after.tags.clone_from(&self.tags);
        }
        after.contacts.extend(self.contacts.iter().cloned());
        after
    }
}

/// Compares the facts and people of rows with those of a file. A fact is missing if the file does not state it; a
/// person, if nobody in the file has the name. A person without a name of its own is known by telephone and e-mail.
pub fn missing(there: &Prospect, wanted: &Prospect, settings: &Settings) -> MissingFacts {
    let mut found = MissingFacts::default();
    let own = wanted.facts.iter().map(|(key, _)| &**key);
    for key in FACTS.into_iter().chain(own) {
        let Some(value) = wanted.fact(key).filter(|value| !value.is_empty()) else { continue };
        match there.fact(key) {
            Some(known) if known == value => {}
            Some(_) => found.differing += 1,
            // A file that names no board is on the first one.
            None if key == "pipeline"
                && settings.pipeline(None).is_some_and(|p| &*p.id == value) => {}
            None => found.texts.push((key.into(), value.into())),
        }
    }
    let mut list = |there: &[Text], wanted: &[Text]| {
        let is_other = !wanted.is_empty() && there != wanted;
        found.differing += usize::from(is_other && !there.is_empty());
        if is_other && there.is_empty() { wanted.to_vec() } else { Vec::new() }
    };
    (found.needs, found.tags) =
        (list(&there.needs, &wanted.needs), list(&there.tags, &wanted.tags));
    people(there, &wanted.contacts, &mut found);
    found
}

/// Each person of the file answers for one of the rows': two of one name stay two.
fn people(there: &Prospect, wanted: &[Contact], found: &mut MissingFacts) {
    let mut open: Vec<&Contact> = there.contacts.iter().collect();
    let mut left: Vec<&Contact> = Vec::new();
    for person in wanted {
        match open.iter().position(|known| *known == person) {
            Some(at) => drop(open.swap_remove(at)),
            None => left.push(person),
        }
    }
    for person in left {
        if person.name.is_empty() {
            let is_held = |address: &Option<Text>, of: fn(&Contact) -> &Option<Text>| {
                address.is_none() || there.contacts.iter().any(|known| of(known) == address)
            };
            if !is_held(&person.phone, |c| &c.phone) || !is_held(&person.email, |c| &c.email) {
                let name = there.name.clone();
                found.contacts.push(Contact { name, ..person.clone() });
            }
        } else if let Some(at) = open.iter().position(|known| known.name == person.name) {
            open.swap_remove(at);
            found.differing += 1;
        } else {
            found.contacts.push(person.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, phone: &str) -> Contact {
        let phone = (!phone.is_empty()).then(|| phone.into());
        Contact { name: name.into(), phone, ..Contact::default() }
    }

    fn with(contacts: &[Contact]) -> Prospect {
        Prospect { name: "张".into(), contacts: contacts.to_vec(), ..Prospect::default() }
    }

    fn found(there: &Prospect, wanted: &Prospect) -> MissingFacts {
        missing(there, wanted, &Settings::default())
    }

    #[test]
    fn facts_are_missing_there_or_differ() {
        let mut there = with(&[]);
        there.set_fact("company", "Acme");
        there.needs = vec!["health".into()];
        let mut wanted = with(&[]);
        wanted.set_fact("company", "Acme Ltd");
        wanted.set_fact("region", "east");
        wanted.set_fact("size", "");
        wanted.set_fact("branch", "7");
        wanted.needs = vec!["fleet".into()];
        wanted.tags = vec!["vip".into()];
        let facts = found(&there, &wanted);
        assert_eq!(facts.texts, [("region".into(), "east".into()), ("branch".into(), "7".into())]);
        assert_eq!((facts.needs.len(), facts.tags.len(), facts.differing), (0, 1, 2));
        assert_eq!(facts.count(), 3);
        let after = found(&facts.added_to(&there), &wanted);
        assert_eq!((after.count(), after.differing), (0, 2));
    }

    #[test]
    fn the_board_of_a_file_that_names_none_is_the_first() {
        let mut wanted = with(&[]);
        wanted.set_fact("pipeline", &Settings::default().pipelines[0].id.clone());
        assert_eq!(found(&with(&[]), &wanted), MissingFacts::default());
    }

    #[test]
    fn people_are_known_by_name_and_two_of_a_name_stay_two() {
        let there = with(&[person("王", "1")]);
        let facts = found(&there, &with(&[person("王", "2"), person("王", "1"), person("李", "")]));
        assert_eq!(facts.contacts, [person("王", "2"), person("李", "")]);
        let facts = found(&there, &with(&[person("王", "2")]));
        assert_eq!((facts.count(), facts.differing), (0, 1));
        // A row with an address alone.
        assert_eq!(found(&there, &with(&[person("", "1")])), MissingFacts::default());
        assert_eq!(found(&there, &with(&[person("", "2")])).contacts, [person("张", "2")]);
    }
}
