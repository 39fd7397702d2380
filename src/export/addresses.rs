//! `crm export mail`: `Name <address>` lines for the BCC of a mail program (RFC 5322; UTF-8, RFC 6532).

use crate::rules::book::{Book, Files};
use crate::rules::query::Query;
use std::collections::HashSet;

/// The people with an address, of the files that the query selects, each address once, a line each; and
/// how many people have none.
pub fn addresses(book: &Book, files: Files, query: &Query) -> (String, usize) {
    let people = book.gather_in(files, query, |record| {
        let contacts = &record.prospect.contacts;
        let own = contacts.is_empty().then(|| (record.prospect.name.clone(), None));
        let people = contacts.iter().map(|contact| {
            let name = if contact.name.is_empty() { &record.prospect.name } else { &contact.name };
            (name.clone(), contact.email.clone())
        });
        Some(people.chain(own).collect::<Vec<_>>())
    });
    let (mut lines, mut without) = (String::new(), 0);
    let mut known = HashSet::new();
    for (name, address) in people.iter().flatten() {
        match address.as_deref().map(str::trim).filter(|address| is_address(address)) {
            Some(address) if known.insert(address.to_lowercase()) => {
                lines.push_str(&mailbox(name, address));
                lines.push('\n');
            }
            Some(_) => {}
            None => without += 1,
        }
    }
    (lines, without)
}

/// Can a text be an address: two parts, and nothing that would end it?
fn is_address(text: &str) -> bool {
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
