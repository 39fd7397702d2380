//! The facts, people and plans of rows that the ledger does not have.

use crate::model::profile::{FactValue, Goal, Step};
use crate::model::prospect::{Contact, Prospect};
use crate::model::settings::Settings;
use crate::value::text::Text;

/// What the rows know of a prospect or customer and its file does not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MissingFacts {
    /// Facts, built in or the team's own, in the order in which files have them.
    pub values: Vec<(Text, FactValue)>,
    /// People whom the file does not name.
    pub contacts: Vec<Contact>,
    /// Goals that its plan does not have.
    pub goals: Vec<Goal>,
    /// Steps that its plan does not have.
    pub steps: Vec<Step>,
    /// The number of facts, people, goals and steps that the file has otherwise; they are left alone.
    pub differing: usize,
}

impl MissingFacts {
    /// The number of facts, people, goals and steps to add.
    pub fn count(&self) -> usize {
        self.values.len() + self.contacts.len() + self.goals.len() + self.steps.len()
    }

    /// The prospect with them.
    pub fn added_to(&self, prospect: &Prospect) -> Prospect {
        let mut after = prospect.clone();
        self.values.iter().for_each(|(name, value)| after.state(name, value));
        after.contacts.extend(self.contacts.iter().cloned());
        if !self.goals.is_empty() || !self.steps.is_empty() {
            let profile = after.profile_mut();
            profile.goals.extend(self.goals.iter().cloned());
            profile.steps.extend(self.steps.iter().cloned());
        }
        after
    }
}

/// Compares the facts, people and plan of rows with those of a file; `now` is what its entries have made of it. A fact
/// is missing if the file does not state it, nor an entry; a person, if no person in the file has the name. A person
/// without a name of its own is known by telephone and e-mail; a goal or step by its id, without one by its words.
pub fn missing(
    there: &Prospect,
    now: &Prospect,
    wanted: &Prospect,
    settings: &Settings,
) -> MissingFacts {
    let mut found = MissingFacts::default();
    for (name, value) in wanted.stated() {
        if value == FactValue::Text(Text::default()) || now.value_of(&name) == value {
            continue;
        }
        match there.stated_value(&name) {
            known if known == value => {}
            // A file that names no board is on the first one.
            FactValue::Nothing if *name == *"pipeline" && is_first_board(&value, settings) => {}
            FactValue::Nothing => found.values.push((name, value)),
            _ => found.differing += 1,
        }
    }
    people(there, &wanted.contacts, &mut found);
    let (there, wanted) = (there.profile(), wanted.profile());
    let is_goal = |a: &Goal, b: &Goal| a.id == b.id && (!a.id.is_empty() || a.what == b.what);
    let is_step = |a: &Step, b: &Step| a.id == b.id && (!a.id.is_empty() || a.what == b.what);
    found.goals = planned(&there.goals, &wanted.goals, is_goal, &mut found.differing);
    found.steps = planned(&there.steps, &wanted.steps, is_step, &mut found.differing);
    found
}

fn is_first_board(value: &FactValue, settings: &Settings) -> bool {
    settings.pipeline(None).is_some_and(|board| *value == FactValue::Text(board.id.clone()))
}

/// The goals or steps of rows that a plan does not have; those that it has otherwise are counted.
fn planned<T: Clone + PartialEq>(
    there: &[T],
    wanted: &[T],
    is_it: impl Fn(&T, &T) -> bool,
    differing: &mut usize,
) -> Vec<T> {
    let new = wanted.iter().filter(|wanted| !there.contains(wanted)).filter(|wanted| {
        let differs = there.iter().any(|known| is_it(known, wanted));
        *differing += usize::from(differs);
        !differs
    });
    new.cloned().collect()
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
        missing(there, there, wanted, &Settings::default())
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
        let text = |text: &str| FactValue::Text(text.into());
        let tags = FactValue::Texts(vec!["vip".into()]);
        let expected = [("region", text("east")), ("branch", text("7")), ("tags", tags)];
        assert_eq!(facts.values, expected.map(|(name, value)| (name.into(), value)));
        assert_eq!(facts.differing, 2);
        assert_eq!(facts.count(), 3);
        let after = found(&facts.added_to(&there), &wanted);
        assert_eq!((after.count(), after.differing), (0, 2));
    }

    #[test]
    fn a_value_that_an_entry_gave_is_not_missing_at_the_top() {
        let (there, mut now, mut wanted) = (with(&[]), with(&[]), with(&[]));
        now.set_fact("region", "west");
        wanted.set_fact("region", "west");
        let facts = |wanted: &Prospect| missing(&there, &now, wanted, &Settings::default());
        assert_eq!(facts(&wanted), MissingFacts::default());
        wanted.set_fact("region", "north");
        assert_eq!(facts(&wanted).count(), 1);
    }

    #[test]
    fn a_goal_is_known_by_its_id_and_a_step_without_one_by_its_words() {
        let planned = |goal: &str, target: i64, step: &str, who: &str| {
            let mut planned = with(&[]);
            let target = Some(crate::value::money::Money::parse(&target.to_string()).unwrap());
            let goal = Goal { id: goal.into(), target, ..Goal::default() };
            let step = Step { what: step.into(), who: Some(who.into()), ..Step::default() };
            (planned.profile_mut().goals, planned.profile_mut().steps) = (vec![goal], vec![step]);
            planned
        };
        let there = planned("grow", 9, "visit", "he");
        let counts = |wanted: Prospect| {
            let facts = found(&there, &wanted);
            (facts.goals.len(), facts.steps.len(), facts.differing)
        };
        assert_eq!(counts(there.clone()), (0, 0, 0));
        assert_eq!(counts(planned("grow", 10, "visit", "li")), (0, 0, 2));
        assert_eq!(counts(planned("keep", 9, "offer", "he")), (1, 1, 0));
        let wanted = planned("keep", 9, "offer", "he");
        let after = found(&there, &wanted).added_to(&there);
        assert_eq!(found(&after, &wanted), MissingFacts::default());
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
