//! The draft of an e-mail as a file (RFC 5322, RFC 2045, RFC 2047), and text inside of HTML (`crm letters`).
//!
//! A header is one line whatever it is made of: line breaks and other control characters of a value become blanks, so that
//! no value can add a header.

use crate::value::date::Date;
use std::fmt::Write;

/// An e-mail before it is sent.
#[derive(Debug, Clone, Copy)]
pub struct EmailDraft<'a> {
    /// The name and the address of the sender; without them the mail program fills them in.
    pub from: Option<(&'a str, &'a str)>,
    /// The name and the address of the person that it is for.
    pub to: (&'a str, &'a str),
    /// The subject.
    pub subject: &'a str,
    /// The day of the draft.
    pub date: Date,
    /// The text.
    pub body: &'a str,
}

/// The most bytes that one encoded word may carry, so that a line with it and `Subject: ` is no longer than 76 characters:
/// 39 bytes are 52 of base64.
const ENCODED_BYTES: usize = 39;

impl EmailDraft<'_> {
    /// The file. `X-Unsent` has mail programs open it as a draft; the zone `-0000` tells that none is known.
    pub fn file(&self) -> String {
        let mut out = String::from("X-Unsent: 1\r\n");
        if let Some((name, address)) = self.from {
            let _ = write!(out, "From: {}\r\n", mailbox(name, address));
        }
        let _ = write!(out, "To: {}\r\n", mailbox(self.to.0, self.to.1));
        let subject = one_line(self.subject);
        let _ = write!(
            out,
            "Subject: {}\r\n",
            if is_plain(&subject) { subject } else { encoded(&subject) }
        );
        let _ = write!(out, "Date: {}\r\n", written(self.date));
        out.push_str("MIME-Version: 1.0\r\n");
        out.push_str("Content-Type: text/plain; charset=utf-8\r\n");
        out.push_str("Content-Transfer-Encoding: base64\r\n\r\n");
        let body = self.body.replace("\r\n", "\n").replace('\n', "\r\n");
        for line in base64(body.as_bytes()).as_bytes().chunks(76) {
            out.extend(line.iter().map(|byte| char::from(*byte)));
            out.push_str("\r\n");
        }
        out
    }
}

/// `Fri, 18 Dec 2009 00:00:00 -0000`
fn written(date: Date) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    // 1970-01-05 was a Monday.
    let monday = Date::new(1970, 1, 5).unwrap_or(Date::MIN);
    let weekday = usize::try_from(date.days_since(monday).rem_euclid(7)).unwrap_or(0);
    let month = MONTHS[(date.month() as usize).saturating_sub(1).min(11)];
    format!("{}, {:02} {month} {:04} 00:00:00 -0000", DAYS[weekday], date.day(), date.year())
}

/// A text on one line.
fn one_line(text: &str) -> String {
    let blanks: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    blanks.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Can a text stand in a header as it is: ASCII, short, and nothing that reads as an encoded word?
fn is_plain(text: &str) -> bool {
    text.is_ascii() && text.len() <= 60 && !text.contains("=?")
}

/// `Name <address>`. The address is one that [`is_address`](super::addresses::is_address) accepts.
fn mailbox(name: &str, address: &str) -> String {
    let (name, address) = (one_line(name), one_line(address));
    if name.is_empty() {
        return format!("<{address}>");
    }
    let is_atoms = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ' || b == b'-');
    if is_plain(&name) && is_atoms {
        format!("{name} <{address}>")
    } else if is_plain(&name) {
        format!("\"{}\" <{address}>", name.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        format!("{}\r\n <{address}>", encoded(&name))
    }
}

/// A text as encoded words, one a line; characters are not divided.
fn encoded(text: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = rest.len().min(ENCODED_BYTES);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after;
    }
    let words = words.into_iter().map(|word| format!("=?UTF-8?B?{}?=", base64(word.as_bytes())));
    words.collect::<Vec<_>>().join("\r\n ")
}

/// Bytes in base64 (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for sixth in 0..4_u32 {
            let letter = LETTERS[(bits >> (18 - 6 * sixth) & 63) as usize];
            let is_filler = sixth as usize > chunk.len();
            out.push(if is_filler { '=' } else { char::from(letter) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn draft<'a>(name: &'a str, subject: &'a str, body: &'a str) -> EmailDraft<'a> {
        let date = Date::parse("2009-12-18").unwrap();
        EmailDraft { from: None, to: (name, "z@x.cn"), subject, date, body }
    }

    #[test]
    fn base64_of_the_standard() {
        let known = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let shown = known.map(|text| base64(text.as_bytes()));
        assert_eq!(shown, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }

    #[test]
    fn the_headers_of_a_draft() {
        let from = Some(("刘燕", "liuyan@x.cn"));
        let file = EmailDraft { from, ..draft("Ann Lee", "Spring", "Dear\nAnn") }.file();
        assert_eq!(
            file,
            "X-Unsent: 1\r\nFrom: =?UTF-8?B?5YiY54eV?=\r\n <liuyan@x.cn>\r\nTo: Ann Lee <z@x.cn>\r\n\
             Subject: Spring\r\nDate: Fri, 18 Dec 2009 00:00:00 -0000\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n\
             RGVhcg0KQW5u\r\n"
        );
    }

    #[test]
    fn names_are_atoms_quoted_or_encoded() {
        assert_eq!(mailbox("Ann Lee", "a@x"), "Ann Lee <a@x>");
        assert_eq!(mailbox("Lee, Ann", "a@x"), "\"Lee, Ann\" <a@x>");
        assert_eq!(mailbox("a \"b\" \\c", "a@x"), "\"a \\\"b\\\" \\\\c\" <a@x>");
        assert_eq!(mailbox("", "a@x"), "<a@x>");
        assert_eq!(mailbox("=?x?=", "a@x"), "=?UTF-8?B?PT94Pz0=?=\r\n <a@x>");
    }

    #[test]
    fn days_of_the_week() {
        let of = |text: &str| written(Date::parse(text).unwrap());
        assert_eq!(of("1970-01-05"), "Mon, 05 Jan 1970 00:00:00 -0000");
        assert_eq!(of("1969-12-31"), "Wed, 31 Dec 1969 00:00:00 -0000");
        assert_eq!(of("2024-02-29"), "Thu, 29 Feb 2024 00:00:00 -0000");
    }

    proptest! {
        #[test]
        fn no_value_adds_a_header_and_a_mail_reader_reads_it_back(
            name in any::<String>(), subject in any::<String>(), body in any::<String>(),
        ) {
            let file = draft(&name, &subject, &body).file();
            let (head, _) = file.split_once("\r\n\r\n").unwrap();
            let lines: Vec<&str> = head.split("\r\n").collect();
            prop_assert!(lines.iter().all(|line| line.is_ascii() && line.len() <= 78 || line.contains("To: ")));
            prop_assert!(lines.iter().all(|line| !line.contains(['\r', '\n'])));
            let names: Vec<&str> = lines
                .iter()
                .filter(|line| !line.starts_with(' '))
                .map(|line| line.split_once(": ").map_or(*line, |(name, _)| name))
                .collect();
            prop_assert_eq!(names, [
                "X-Unsent", "To", "Subject", "Date", "MIME-Version", "Content-Type",
                "Content-Transfer-Encoding",
            ]);
        }
    }
}
