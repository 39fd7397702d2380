//! `[privacy]`: the fields that are sealed, and their readers.

use super::profile::CHANGEABLE;
use crate::value::date::Date;
use crate::value::text::Text;

/// The text that a sealed value shows to those who have no key for it.
pub const VEIL: &str = "•••";

/// The fields of people, facts and entries that may be sealed. What a rule asks, counts or adds up stays open: a
/// ledger gives its readers and its guard one verdict, with keys and without.
pub const SEALABLE: [&str; 13] = [
    "phone",
    "email",
    "birthday",
    "role",
    "concern",
    "prefers",
    "company",
    "challenge",
    "wants",
    "documents",
    "note",
    "next_what",
    "solution",
];

/// The highest level of a field or a reader.
pub const LEVEL_MAX: u32 = 9;

/// `[privacy]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Privacy {
    /// The fields that are sealed, each with its level.
    pub fields: Vec<(Text, u32)>,
    /// The folder, from the ledger's root, that has the keys of files; `None`: each file has its own.
    pub keys: Option<Text>,
    /// The days after which the rights are to be looked at again.
    pub review_days: Option<u32>,
    /// The day on which the rights were last looked at.
    pub reviewed: Option<Date>,
    /// The readers.
    pub readers: Vec<PrivateReader>,
}

/// `[[privacy.reader]]`: a rep who reads sealed values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PrivateReader {
    /// The rep.
    pub rep: Text,
    /// The public key: `age1…`, or `ssh-ed25519 …`.
    pub key: Text,
    /// The highest level of the fields that this reader reads.
    pub level: u32,
}

impl Privacy {
    /// The level of a field that is sealed; `None` for one that is not.
    pub fn level(&self, field: &str) -> Option<u32> {
        self.fields.iter().find(|(name, _)| **name == *field).map(|(_, level)| *level)
    }

    /// The day by which the rights are to be looked at again, if the settings demand that; `Date::MIN` where they never
    /// were.
    pub fn review_by(&self) -> Option<Date> {
        let days = i64::from(self.review_days?);
        Some(self.reviewed.map_or(Date::MIN, |day| day.plus(days)))
    }

    /// The readers of a level.
    pub fn readers_of(&self, level: u32) -> impl Iterator<Item = &PrivateReader> {
        self.readers.iter().filter(move |reader| reader.level >= level)
    }
}

/// May a field of this name be sealed? `own`: the facts that the settings name.
pub fn may_be_sealed(field: &str, own: &[Text]) -> bool {
    let known = CHANGEABLE.iter().any(|(name, ..)| *name == field);
    SEALABLE.contains(&field) || !known && own.iter().any(|fact| **fact == *field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_reads_up_to_the_level() {
        let reader = |rep: &str, level| PrivateReader { rep: rep.into(), key: "".into(), level };
        let privacy = Privacy {
            fields: vec![("phone".into(), 1), ("note".into(), 2)],
            readers: vec![reader("a", 1), reader("b", 2)],
            ..Privacy::default()
        };
        let of = |level| privacy.readers_of(level).map(|r| r.rep.to_string()).collect::<Vec<_>>();
        assert_eq!((of(1), of(2)), (vec!["a".to_owned(), "b".to_owned()], vec!["b".to_owned()]));
        assert_eq!(privacy.level("note"), Some(2));
        assert_eq!(privacy.level("company"), None);
    }

    #[test]
    fn what_rules_ask_stays_open() {
        let own = ["电话".into(), "region".into()];
        assert!(may_be_sealed("电话", &own) && may_be_sealed("note", &own));
        for field in ["name", "stage", "owner", "value", "refuses", "region", "passport"] {
            assert!(!may_be_sealed(field, &own), "{field}");
        }
    }
}
