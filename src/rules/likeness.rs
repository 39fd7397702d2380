//! Likely doubles: two files with equal name and company, telephone, or e-mail.

use crate::diag::Words;
use crate::model::privacy::VEIL;
use crate::model::prospect::Prospect;
use crate::value::id::fold;
use crate::value::namesake::namesake;

/// The fact that two prospects share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Likeness {
    /// Name, and company (or none on both sides); of customers the name alone.
    Name,
    /// A telephone number, its digits compared.
    Phone,
    /// An e-mail address.
    Email,
}

impl Likeness {
    /// The fact in words; `is_customer`: shared with a customer's file.
    pub fn words(self, is_customer: bool) -> Words {
        match self {
            Likeness::Name if is_customer => words!("name", "名称"),
            Likeness::Name => words!("name and company", "名称和公司"),
            Likeness::Phone => words!("telephone", "电话"),
            Likeness::Email => words!("e-mail", "邮箱"),
        }
    }
}

/// The facts by which a prospect is known again, in the form in which they are compared: names as [`namesake`] has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Features {
    /// The name; empty for one without letters and digits.
    pub name: String,
    /// The company; empty for none.
    pub company: String,
    /// Is it a customer's file?
    pub is_customer: bool,
    /// The telephone numbers of its people.
    pub phones: Vec<String>,
    /// The addresses of its people.
    pub emails: Vec<String>,
}

impl Features {
    /// Those of a prospect or a customer.
    pub fn of(prospect: &Prospect) -> Features {
        let contacts = || prospect.contacts.iter();
        Features {
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

    /// The fact that it shares with another one, if there is one.
    pub fn compare(&self, other: &Features) -> Option<Likeness> {
        // A customer's name alone says who it is.
        let is_one = other.company == self.company || other.is_customer && self.is_customer;
        if other.name == self.name && !self.name.is_empty() && is_one {
            return Some(Likeness::Name);
        }
        let shares =
            |ours: &[String], theirs: &[String]| ours.iter().any(|one| theirs.contains(one));
        if shares(&self.phones, &other.phones) {
            return Some(Likeness::Phone);
        }
        shares(&self.emails, &other.emails).then_some(Likeness::Email)
    }

    /// The texts of which two that are alike have one in common.
    pub fn keys(&self) -> impl Iterator<Item = (Likeness, &str)> {
        let name = (!self.name.is_empty()).then_some((Likeness::Name, &*self.name));
        let phones = self.phones.iter().map(|phone| (Likeness::Phone, &**phone));
        let emails = self.emails.iter().map(|email| (Likeness::Email, &**email));
        name.into_iter().chain(phones).chain(emails)
    }
}

/// The digits of a text.
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The last eight digits, which a country code or a leading zero does not change; too short is no number.
fn phone(text: &str) -> Option<String> {
    let digits = digits(text);
    (digits.len() >= 6).then(|| digits[digits.len().saturating_sub(8)..].to_owned())
}
