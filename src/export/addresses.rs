//! `crm export mail`: `Name <address>` lines for the BCC of a mail program (RFC 5322; UTF-8, RFC 6532).

use crate::model::prospect::Contact;
use crate::rules::book::{Book, Files};
use crate::rules::query::Query;
use std::collections::HashSet;

/// The fields in it that may be private.
pub const FIELDS: [&str; 1] = ["email"];

/// The lines of people, and how many people have none.
#[derive(Debug, Default)]
pub struct Addresses {
    /// A line for each person with an address, each address once.
    pub lines: String,
    /// How many people have no address.
    pub without: usize,
    /// How many people refuse mail.
    pub refusing: usize,
}

/// The contacts of the files that the query selects, without those that have left.
pub fn addresses(book: &Book, files: Files, query: &Query) -> Addresses {
    let people = book.gather_in(files, query, |record| {
        let prospect = &record.prospect;
        let own = prospect.contacts.is_empty();
        let own = own.then(|| Contact { name: prospect.name.clone(), ..Contact::default() });
        let there = prospect.contacts.iter().filter(|person| person.is_there(book.as_of)).cloned();
        let named = there.chain(own).map(|person| match person.name.is_empty() {
            true => Contact { name: prospect.name.clone(), ..person },
            false => person,
        });
        Some(named.collect::<Vec<Contact>>())
    });
    let mut found = Addresses::default();
    let mut known = HashSet::new();
    for person in people.iter().flatten() {
        let address = person.email.as_deref().map(str::trim).filter(|text| is_address(text));
        match address {
            None => found.without += 1,
            Some(_) if person.refuses_channel("email") => found.refusing += 1,
            Some(address) if known.insert(address.to_lowercase()) => {
                found.lines.push_str(&mailbox(&person.name, address));
                found.lines.push('\n');
            }
            Some(_) => {}
        }
    }
    found
}

/// Can a text be an address: two parts, and nothing that would end it?
pub fn is_address(text: &str) -> bool {
    let ends = |c: char| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\".contains(c);
    let parts = text.split_once('@');
    parts.is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'))
        && !text.contains(ends)
}

/// `Name <address>`; a name with more than letters, digits and blanks is quoted.
fn mailbox(name: &str, address: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let atoms = name.chars().all(|c| c.is_alphanumeric() || c == ' ' || c == '-');
    if name.is_empty() {
        format!("<{address}>")
    } else if atoms {
        format!("{name} <{address}>")
    } else {
        format!("\"{}\" <{address}>", name.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_quoted_and_a_line_is_one_line() {
        assert_eq!(mailbox("张伟", "z@x.cn"), "张伟 <z@x.cn>");
        assert_eq!(mailbox("Wang & Sons, Ltd.", "w@x"), "\"Wang & Sons, Ltd.\" <w@x>");
        assert_eq!(mailbox("a \"b\" \\c", "w@x"), "\"a \\\"b\\\" \\\\c\" <w@x>");
        assert_eq!(mailbox("a\r\nBcc: evil@x", "w@x"), "\"a Bcc: evil@x\" <w@x>");
        assert_eq!(mailbox("", "w@x"), "<w@x>");
    }

    #[test]
    fn what_is_no_address() {
        assert!(is_address("o'neil+crm@example.co.uk") && is_address("张@例子.cn"));
        for wrong in ["", "x", "@x", "x@", "a b@x", "a@b@c", "a@x>", "a@x, b@x", "a@x\nb"] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }
}
