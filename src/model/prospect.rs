//! A prospect as its file states it: facts, and the journal in order of replay.

use super::event::Event;
use crate::value::date::Date;
use crate::value::text::Text;
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
}

/// One file of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prospect {
    /// A customer's file, below `customers/`.
    pub is_customer: bool,
    /// The file's stem.
    pub id: Text,
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

    /// Does a contact decide?
    pub fn decider(&self) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.decides)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_can_be_set_and_read() {
        for fact in FACTS.into_iter().chain(["sector"]) {
            let mut prospect = Prospect::default();
            prospect.set_fact(fact, "x");
            assert_eq!(prospect.fact(fact), Some("x"), "{fact}");
        }
    }
}
