//! Finds likely duplicates: prospects with equal name and company, telephone, or e-mail.

use crate::disk::file::read_text;
use crate::disk::ledger::Ledger;
use crate::model::privacy::VEIL;
use crate::model::prospect::Prospect;
use crate::value::id::{fold, folded};
use crate::value::namesake::{namesake, squeezed};
use rayon::prelude::*;

/// The fact that two prospects share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Name, and company (or none on both sides); of customers the name alone.
    Name,
    /// A telephone number, its digits compared.
    Phone,
    /// An e-mail address.
    Email,
}

/// The likely duplicates of `prospect`, sorted by path. Only files that hold one of the texts are parsed.
pub fn alike(ledger: &Ledger, prospect: &Prospect) -> Vec<(Prospect, Likeness)> {
    let (paths, _) = ledger.paths();
    let needles = Needles::of(prospect);
    paths
        .par_iter()
        .filter_map(|path| {
            let text = read_text(&ledger.root.join(path), &ledger.show(path)).ok()?;
            if !needles.may_be_in(&ledger.opened(&text)) {
                return None;
            }
            let other = ledger.read(path).ok()?.prospect;
            needles.compare(&other).map(|likeness| (other, likeness))
        })
        .collect()
}

/// The texts to search for, folded: names as [`namesake`] has them.
struct Needles {
    name: String,
    company: String,
    is_customer: bool,
    phones: Vec<String>,
    emails: Vec<String>,
}

impl Needles {
    fn of(prospect: &Prospect) -> Needles {
        let contacts = || prospect.contacts.iter();
        Needles {
            name: namesake(&prospect.name),
            company: namesake(prospect.company.as_deref().unwrap_or("")),
            is_customer: prospect.is_customer,
            phones: contacts().filter_map(|c| c.phone.as_deref()).filter_map(phone).collect(),
            // Sealed addresses look alike, and are not.
            emails: contacts()
                .filter_map(|c| c.email.as_deref().filter(|email| *email != VEIL))
                .map(fold)
                .collect(),
        }
    }

    fn may_be_in(&self, text: &str) -> bool {
        let folded = folded(text);
        !self.name.is_empty() && squeezed(text).contains(&self.name)
            || self.emails.iter().any(|email| folded.contains(email))
            || !self.phones.is_empty() && self.phones.iter().any(|p| digits(text).contains(p))
    }

    fn compare(&self, other: &Prospect) -> Option<Likeness> {
        let theirs = Needles::of(other);
        // A customer's name alone says who it is.
        let is_one = theirs.company == self.company || theirs.is_customer && self.is_customer;
        if theirs.name == self.name && !self.name.is_empty() && is_one {
            return Some(Likeness::Name);
        }
        let shares =
            |ours: &[String], theirs: &[String]| ours.iter().any(|one| theirs.contains(one));
        if shares(&self.phones, &theirs.phones) {
            return Some(Likeness::Phone);
        }
        shares(&self.emails, &theirs.emails).then_some(Likeness::Email)
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The last eight digits, which a country code or a leading zero does not change; too short is no number.
fn phone(text: &str) -> Option<String> {
    let digits = digits(text);
    (digits.len() >= 6).then(|| digits[digits.len().saturating_sub(8)..].to_owned())
}
