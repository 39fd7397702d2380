//! A prospect, or a customer, as its file states it: facts, and the journal in order of replay.

use super::event::Event;
use super::profile::{CHANGEABLE, FactValue, NO_PROFILE, Profile, Relation};
use crate::value::date::Date;
use crate::value::id::fold;
use crate::value::text::{Text, narrow};
use std::path::PathBuf;

/// A person at the prospect.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// The person's name.
    pub name: Text,
    /// Their role.
    pub role: Option<Text>,
    /// Does this person decide?
    pub decides: bool,
    /// Telephone.
    pub phone: Option<Text>,
    /// E-mail.
    pub email: Option<Text>,
    /// Birthday.
    pub birthday: Option<Date>,
    /// The part in a purchase: one of [`PARTS`].
    pub part: Option<Text>,
    /// For us or against: one of [`STANCES`].
    pub stance: Option<Text>,
    /// The concern that this person has.
    pub concern: Option<Text>,
    /// The channel by which this person likes to be contacted.
    pub prefers: Option<Text>,
    /// The channels by which this person must not be contacted.
    pub refuses: Vec<Text>,
    /// The day on which this person left.
    pub left: Option<Date>,
}

/// The parts of people in a purchase (客户内部职能分工).
pub const PARTS: [&str; 6] = ["recommender", "handler", "technical", "user", "lead", "decider"];

/// The stances of people.
pub const STANCES: [&str; 3] = ["for", "neutral", "against"];

/// The parts with their words in English and Chinese.
#[rustfmt::skip]
pub const PART_WORDS: [(&str, &str, &str); 6] = [
    ("recommender", "recommender",     "推荐人"),
    ("handler",     "handler",         "经手人"),
    ("technical",   "technical judge", "技术考核"),
    ("user",        "user",            "使用部门"),
    ("lead",        "project lead",    "项目组长"),
    ("decider",     "decider",         "权力人士"),
];

/// The words of a part in English and Chinese; its own name where it is none of [`PARTS`].
pub fn part_words(part: &str) -> (&str, &str) {
    PART_WORDS.iter().find(|row| row.0 == part).map_or((part, part), |row| (row.1, row.2))
}

/// The stances with their words.
#[rustfmt::skip]
pub const STANCE_WORDS: [(&str, &str, &str); 3] = [
    ("for",     "for",     "支持"),
    ("neutral", "neutral", "中立"),
    ("against", "against", "反对"),
];

impl Contact {
    /// Is this person called so, width, case and outer blanks aside?
    pub fn is_called(&self, name: &str) -> bool {
        let spelling = |name: &str| fold(narrow(name).trim());
        *self.name == *name || spelling(&self.name) == spelling(name)
    }

    /// Is the part of this person the one of that name?
    pub fn has_part(&self, part: &str) -> bool {
        self.part.as_deref() == Some(part)
    }

    /// Does this person decide: by the part, or by `decides = true`?
    pub fn is_decider(&self) -> bool {
        self.decides || self.has_part("decider")
    }

    /// Is this person's stance the one of that name?
    pub fn has_stance(&self, stance: &str) -> bool {
        self.stance.as_deref() == Some(stance)
    }

    /// Is this person there on a day: not gone by then?
    pub fn is_there(&self, day: Date) -> bool {
        self.left.is_none_or(|left| day < left)
    }

    /// Does this person refuse a channel, a kind of entry? The channel `email` is also called `mail`.
    pub fn refuses_channel(&self, channel: &str) -> bool {
        let names = match channel {
            "email" => &["email", "mail"][..],
            other => &[other],
        };
        self.refuses.iter().any(|refused| names.contains(&&**refused))
    }
}

/// One file of the ledger: a prospect, or a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prospect {
    /// The file's stem.
    pub id: Text,
    /// Is it a customer's file, below `customers`? Such a file has no board.
    pub is_customer: bool,
    /// The file, relative to the ledger's root.
    pub path: PathBuf,
    /// The id.
    pub name: Text,
    /// Company.
    pub company: Option<Text>,
    /// Industry.
    pub industry: Option<Text>,
    /// Region.
    pub region: Option<Text>,
    /// Size of the company, in the team's own words.
    pub size: Option<Text>,
    /// Their needs; matched against reps' skills.
    pub needs: Vec<Text>,
    /// Where they came from.
    pub source: Option<Text>,
    /// The product that they would buy.
    pub product: Option<Text>,
    /// Groups several prospects of one customer.
    pub account: Option<Text>,
    /// Which board; the ledger's first if not stated.
    pub pipeline: Option<Text>,
    /// Free labels.
    pub tags: Vec<Text>,
    /// The people.
    pub contacts: Vec<Contact>,
    /// Facts of the team's own, named in the settings.
    pub facts: Vec<(Text, Text)>,
    /// The facts that only a customer with a file or a plan has; [`Prospect::profile`] reads them.
    pub stated_profile: Option<Box<Profile>>,
    /// The file as it is without its `changed` entries, where the facts are those of a later day.
    pub opening: Option<Box<Prospect>>,
    /// Keys that neither this version nor the settings know.
    pub unknown: Vec<Text>,
    /// The journal, in order of replay.
    pub events: Vec<Event>,
}

/// The text facts of a prospect, for access by name.
pub const FACTS: [&str; 9] =
    ["name", "company", "industry", "region", "size", "source", "product", "account", "pipeline"];

impl Prospect {
    /// The value of a text fact, built in or the team's own.
    pub fn fact(&self, name: &str) -> Option<&str> {
        match name {
            "name" => Some(&self.name),
            "company" => self.company.as_deref(),
            "industry" => self.industry.as_deref(),
            "region" => self.region.as_deref(),
            "size" => self.size.as_deref(),
            "source" => self.source.as_deref(),
            "product" => self.product.as_deref(),
            "account" => self.account.as_deref(),
            "pipeline" => self.pipeline.as_deref(),
            own => self.facts.iter().find(|(key, _)| &**key == own).map(|(_, value)| &**value),
        }
    }

    /// Sets a text fact; a name that is not built in becomes one of the team's own.
    pub fn set_fact(&mut self, name: &str, value: &str) {
        let slot = match name {
            "name" => {
                self.name = value.into();
                return;
            }
            "company" => &mut self.company,
            "industry" => &mut self.industry,
            "region" => &mut self.region,
            "size" => &mut self.size,
            "source" => &mut self.source,
            "product" => &mut self.product,
            "account" => &mut self.account,
            "pipeline" => &mut self.pipeline,
            own => {
                self.facts.retain(|(key, _)| &**key != own);
                self.facts.push((own.into(), value.into()));
                return;
            }
        };
        *slot = Some(value.into());
    }

    /// The facts that only a customer with a file or a plan has.
    pub fn profile(&self) -> &Profile {
        self.stated_profile.as_deref().unwrap_or(&NO_PROFILE)
    }

    /// A copy in the form in which equal files are equal: the team's own facts have no order, and a profile without a fact
    /// is none.
    pub fn in_one_form(&self) -> Prospect {
        let mut one = self.clone();
        one.facts.sort();
        one.stated_profile = one.stated_profile.filter(|stated| **stated != NO_PROFILE);
        one
    }

    /// Those facts, to be changed.
    pub fn profile_mut(&mut self) -> &mut Profile {
        self.stated_profile.get_or_insert_default()
    }

    /// Gives a value to a fact. A value of another type than the fact's changes nothing; the readers report it.
    pub fn change(&mut self, name: &str, value: &FactValue) {
        let text = match value {
            FactValue::Text(text) => Some(text.clone()),
            _ => None,
        };
        let texts = match value {
            FactValue::Texts(texts) => texts.clone(),
            _ => Vec::new(),
        };
        let money = match value {
            FactValue::Money(money) => Some(*money),
            _ => None,
        };
        match name {
            "name" => self.name = text.unwrap_or_else(|| self.id.clone()),
            "company" => self.company = text,
            "industry" => self.industry = text,
            "region" => self.region = text,
            "size" => self.size = text,
            "source" => self.source = text,
            "product" => self.product = text,
            "needs" => self.needs = texts,
            "tags" => self.tags = texts,
            "parent" => self.profile_mut().parent = text,
            "potential" => self.profile_mut().potential = money,
            "credit_limit" => self.profile_mut().credit_limit = money,
            "customer_since" => {
                self.profile_mut().customer_since = match value {
                    FactValue::Date(date) => Some(*date),
                    _ => None,
                };
            }
            "relation" => {
                let relation = text.as_deref().and_then(Relation::parse);
                self.profile_mut().relation = relation.unwrap_or_default();
            }
            "challenge" => self.profile_mut().challenge = texts,
            "wants" => self.profile_mut().wants = texts,
            "strategic" => self.profile_mut().strategic = texts,
            "documents" => self.profile_mut().documents = texts,
            "competitor" => self.profile_mut().competitor = texts,
            own => {
                self.facts.retain(|(known, _)| &**known != own);
                self.facts.extend(text.map(|text| (own.into(), text)));
            }
        }
    }

    /// The value of a fact that an entry can change, built in or the team's own.
    pub fn value_of(&self, name: &str) -> FactValue {
        let text = |text: Option<&str>| {
            text.map_or(FactValue::Nothing, |text| FactValue::Text(text.into()))
        };
        let texts = |texts: &[Text]| match texts {
            [] => FactValue::Nothing,
            texts => FactValue::Texts(texts.to_vec()),
        };
        let profile = self.profile();
        match name {
            "needs" => texts(&self.needs),
            "tags" => texts(&self.tags),
            "parent" => text(profile.parent.as_deref()),
            "potential" => profile.potential.map_or(FactValue::Nothing, FactValue::Money),
            "credit_limit" => profile.credit_limit.map_or(FactValue::Nothing, FactValue::Money),
            "customer_since" => profile.customer_since.map_or(FactValue::Nothing, FactValue::Date),
            "relation" => text(Some(profile.relation.name())),
            "challenge" => texts(&profile.challenge),
            "wants" => texts(&profile.wants),
            "strategic" => texts(&profile.strategic),
            "documents" => texts(&profile.documents),
            "competitor" => texts(&profile.competitor),
            other => text(self.fact(other)),
        }
    }

    /// The value that it states for a fact, built in or the team's own: a relation that is not stated is none.
    pub fn stated_value(&self, name: &str) -> FactValue {
        match name {
            "relation" if self.profile().relation == Relation::default() => FactValue::Nothing,
            name => self.value_of(name),
        }
    }

    /// Every fact that it states with its value, in the order in which new files have them.
    pub fn stated(&self) -> Vec<(Text, FactValue)> {
        let own = self.facts.iter().map(|(key, _)| &**key);
        let others = CHANGEABLE.iter().map(|row| row.0).filter(|name| !FACTS.contains(name));
        let names = FACTS.into_iter().chain(own).chain(others);
        let values = names.map(|name| (name.into(), self.stated_value(name)));
        values.filter(|(_, value)| *value != FactValue::Nothing).collect()
    }

    /// States a fact at the top of its file.
    pub fn state(&mut self, name: &str, value: &FactValue) {
        match value {
            FactValue::Text(text) if FACTS.contains(&name) => self.set_fact(name, text),
            value => self.change(name, value),
        }
    }

    /// Does it name the customer of this id as its account?
    pub fn belongs_to(&self, customer: &str) -> bool {
        self.account.as_deref().is_some_and(|account| fold(account) == fold(customer))
    }

    /// The customer that it belongs to, folded, where that may be several files: its account, or its own id if it is a
    /// customer's file. `None` for a prospect without account, which is its own customer.
    pub fn joint_customer(&self) -> Option<String> {
        match &self.account {
            _ if self.is_customer => Some(fold(&self.id)),
            account => account.as_deref().map(fold),
        }
    }

    /// The people that are there on a day and accept a channel.
    pub fn accepting<'p>(
        &'p self,
        channel: Option<&'p str>,
        day: Date,
    ) -> impl Iterator<Item = &'p Contact> {
        let accepts =
            move |person: &&Contact| !channel.is_some_and(|kind| person.refuses_channel(kind));
        self.people_on(day).filter(accepts)
    }

    /// Are there people on a day, all of whom refuse a channel?
    pub fn is_refused(&self, channel: &str, day: Date) -> bool {
        self.people_on(day).next().is_some() && self.accepting(Some(channel), day).next().is_none()
    }

    /// The people who are there on a day.
    pub fn people_on(&self, day: Date) -> impl Iterator<Item = &Contact> {
        self.contacts.iter().filter(move |contact| contact.is_there(day))
    }

    /// Does a contact decide?
    pub fn decider(&self) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.decides)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::profile::{CHANGEABLE, FactKind};
    use crate::value::money::Money;

    #[test]
    fn every_changeable_fact_can_be_changed_and_taken_off() {
        for (name, kind, ..) in CHANGEABLE {
            let value = match kind {
                FactKind::Text => FactValue::Text("x".into()),
                FactKind::Texts => FactValue::Texts(vec!["x".into(), "y".into()]),
                FactKind::Money => FactValue::Money(Money::parse("5 USD").unwrap()),
                FactKind::Date => FactValue::Date(Date::parse("2009-12-03").unwrap()),
                FactKind::Relation => FactValue::Text("partner".into()),
            };
            let mut prospect = Prospect { id: "p".into(), ..Prospect::default() };
            prospect.change(name, &value);
            assert_eq!(prospect.value_of(name), value, "{name}");
            assert!(prospect.stated().contains(&(name.into(), value)), "{name}");
            prospect.change(name, &FactValue::Nothing);
            let left = match name {
                "name" => FactValue::Text("p".into()),
                "relation" => FactValue::Text("customer".into()),
                _ => FactValue::Nothing,
            };
            assert_eq!(prospect.value_of(name), left, "{name}");
        }
    }

    #[test]
    fn a_fact_that_is_stated_is_that_of_its_name_and_a_relation_to_buyers_is_not_stated() {
        for fact in FACTS.into_iter().chain(["sector"]) {
            let mut prospect = Prospect::default();
            prospect.state(fact, &FactValue::Text("x".into()));
            assert_eq!(prospect.fact(fact), Some("x"), "{fact}");
            assert_eq!(prospect.facts.len(), usize::from(fact == "sector"), "{fact}");
        }
        let mut customer = Prospect::default();
        customer.state("relation", &FactValue::Text("customer".into()));
        assert_eq!(customer.stated_value("relation"), FactValue::Nothing);
    }

    #[test]
    fn every_part_and_stance_has_its_words() {
        assert_eq!(PART_WORDS.map(|row| row.0), PARTS);
        assert_eq!(STANCE_WORDS.map(|row| row.0), STANCES);
    }

    #[test]
    fn every_fact_can_be_set_and_read() {
        for fact in FACTS.into_iter().chain(["sector"]) {
            let mut prospect = Prospect::default();
            prospect.set_fact(fact, "x");
            assert_eq!(prospect.fact(fact), Some("x"), "{fact}");
        }
    }
}
