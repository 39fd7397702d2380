//! Content lines, of which calendars and cards are made (RFC 5545 and RFC 6350, section 3): folded at 75 octets,
//! with the characters escaped that would end a value.

use crate::model::privacy::VEIL;
/// The longest line, in octets.
const LONGEST: usize = 75;

/// A text of content lines.
#[derive(Debug, Default)]
pub(super) struct ContentLines(String);

impl ContentLines {
    /// Adds a property whose value is as the format has it: a name, a date, `BEGIN`.
    pub(super) fn put(&mut self, name: &str, value: &str) {
        let line = format!("{name}:{value}");
        let mut room = LONGEST;
        for c in line.chars() {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                // The blank that continues a line is one of its octets.
                room = LONGEST - 1;
            }
            room -= c.len_utf8();
            self.0.push(c);
        }
        self.0.push_str("\r\n");
    }

    /// Adds a property whose value is a text; an empty text adds nothing.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        let value = escaped(text);
        // What is sealed for the user is left out.
        if !value.is_empty() && text != VEIL {
            self.put(name, &value);
        }
    }

    /// The text.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// A text as a value, or as a part of one: no character of it ends the value or the line.
pub(super) fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for c in text.trim().replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => value.extend(['\\', c]),
            '\n' | '\r' => value.push_str("\\n"),
            c if c.is_control() => {}
            c => value.push(c),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(value: &str) -> String {
        let mut lines = ContentLines::default();
        lines.put("A", value);
        lines.finish()
    }

    #[test]
    fn a_line_has_75_octets_and_no_character_is_cut() {
        // `A:` and 73 octets are a line; one more is folded.
        assert_eq!(line(&"x".repeat(73)), format!("A:{}\r\n", "x".repeat(73)));
        assert_eq!(line(&"x".repeat(74)), format!("A:{}\r\n x\r\n", "x".repeat(73)));
        // A continued line has 74 octets behind its blank.
        let two = format!("A:{}\r\n {}\r\n", "x".repeat(73), "x".repeat(74));
        assert_eq!(line(&"x".repeat(147)), two);
        assert_eq!(line(&"x".repeat(148)), format!("{two} x\r\n"));
        for text in ["张".repeat(100), "😀".repeat(99), "é".repeat(200)] {
            let folded = line(&text);
            assert!(folded.split("\r\n").all(|line| line.len() <= 75), "{folded}");
            assert_eq!(folded.replace("\r\n ", ""), format!("A:{text}\r\n"));
        }
    }

    #[test]
    fn no_text_ends_its_line() {
        assert_eq!(escaped("a;b,c\\d"), "a\\;b\\,c\\\\d");
        assert_eq!(escaped(" x\r\nEND:VCARD\rY\nZ\u{7}\u{85} "), "x\\nEND:VCARD\\nY\\nZ");
        let mut lines = ContentLines::default();
        lines.text("NOTE", " \n");
        assert_eq!(lines.finish(), "");
    }
}
