//! The kind of a file, by its content.

use crate::diag::Words;

/// So many bytes of a file are looked at.
const LOOKED_AT: usize = 64 * 1024;
/// The headers of a mail by which it is known: the first, and any of the others.
const MAIL_HEADERS: [&str; 5] = ["from", "date", "to", "subject", "message-id"];

/// The kind of a file of another program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// Lines of cells with a separator between them.
    Csv,
    /// A file of Excel or OpenDocument.
    Workbook,
    /// One JSON value.
    Json,
    /// A JSON object on each line.
    JsonLines,
    /// vCards.
    Vcards,
    /// iCalendar.
    Calendar,
    /// One mail.
    Mail,
    /// A page of HTML, or XML, as some programs name a workbook.
    Markup,
    /// Mails one after the other, each below a `From ` line.
    Mailbox,
}

impl SourceKind {
    /// The kind of a file with this content. A file of no other kind is read as lines of cells.
    pub fn of(bytes: &[u8]) -> SourceKind {
        let archive = bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06");
        if archive || bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
            return SourceKind::Workbook;
        }
        // UTF-16 writes ASCII with zeros, and a mark has no ASCII in it.
        let start = bytes.iter().take(LOOKED_AT).filter(|byte| **byte != 0).copied();
        let start: Vec<u8> = start.skip_while(|byte| !byte.is_ascii() || is_blank(*byte)).collect();
        let begins = |word: &str| {
            start.get(..word.len()).is_some_and(|at| at.eq_ignore_ascii_case(word.as_bytes()))
        };
        match start.first() {
            _ if begins("BEGIN:VCARD") => SourceKind::Vcards,
            _ if begins("BEGIN:VCALENDAR") => SourceKind::Calendar,
            Some(b'[') if follows(&start, b"{[]") => SourceKind::Json,
            Some(b'{') if follows(&start, b"\"}") => match has_lines(&start) {
                true => SourceKind::JsonLines,
                false => SourceKind::Json,
            },
            Some(b'<') if is_markup(&start) => SourceKind::Markup,
            Some(b'F') if start.starts_with(b"From ") && is_mailbox(&start) => SourceKind::Mailbox,
            _ if is_mail(&start) => SourceKind::Mail,
            _ => SourceKind::Csv,
        }
    }

    /// The options of an import that a file of this kind has no use for.
    pub fn no_use(self) -> Vec<&'static str> {
        use SourceKind::{Calendar, Csv, Json, JsonLines, Vcards, Workbook};
        // Each with the kinds that have a use for it.
        let used: [(&str, &[SourceKind]); 8] = [
            ("--sheet", &[Workbook]),
            ("--delimiter", &[Csv]),
            ("--skip-lines", &[Csv, Workbook]),
            ("--encoding", &[Csv, Json, JsonLines, Vcards, Calendar]),
            ("--date-format", &[Csv, Workbook, Json, JsonLines]),
            ("--decimal", &[Csv, Workbook, Json, JsonLines]),
            ("--thousands", &[Csv, Workbook, Json, JsonLines]),
            ("--list-separator", &[Csv, Workbook, Json, JsonLines]),
        ];
        used.iter().filter(|(_, kinds)| !kinds.contains(&self)).map(|(option, _)| *option).collect()
    }

    /// Its name in messages, with its article.
    pub fn words(self) -> Words {
        match self {
            SourceKind::Csv => words!("a table of texts", "文本表格"),
            SourceKind::Workbook => words!("a workbook", "电子表格"),
            SourceKind::Json => words!("JSON", "JSON"),
            SourceKind::JsonLines => words!("JSON lines", "JSON 行"),
            SourceKind::Vcards => words!("a file of vCards", "vCard 名片文件"),
            SourceKind::Calendar => words!("a calendar", "日历文件"),
            SourceKind::Markup => words!("HTML or XML", " HTML 或 XML 文件"),
            SourceKind::Mail => words!("a mail", "邮件"),
            SourceKind::Mailbox => words!("a mailbox", "邮箱文件"),
        }
    }
}

fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace()
}

/// Is the first byte followed by one of these, white space left out?
fn follows(text: &[u8], wanted: &[u8]) -> bool {
    text[1..].iter().find(|byte| !is_blank(**byte)).is_some_and(|byte| wanted.contains(byte))
}

/// Does the first line hold a whole object, and the next one begin with another?
fn has_lines(text: &[u8]) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.next().is_some_and(|line| line.ends_with(b"}"));
    first && lines.find(|line| !line.is_empty()).is_some_and(|line| line.starts_with(b"{"))
}

/// Is this the line of a header, and of which?
pub(super) fn header(line: &[u8]) -> Option<String> {
    let colon = line.iter().position(|byte| *byte == b':').filter(|colon| *colon > 0)?;
    let name = &line[..colon];
    name.iter()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        .then(|| String::from_utf8_lossy(name).to_lowercase())
}

/// A declaration, or a tag of a page or a table.
fn is_markup(text: &[u8]) -> bool {
    let begins = |tag: &&str| {
        text.get(1..=tag.len()).is_some_and(|at| at.eq_ignore_ascii_case(tag.as_bytes()))
    };
    ["!doctype", "!--", "?xml", "html", "head", "meta", "table"].iter().any(begins)
}

/// A `From ` line, and a header below it.
fn is_mailbox(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n').nth(1).is_some_and(|line| header(line).is_some())
}

/// Headers down to the first empty line, a sender among them and one more that mails have.
fn is_mail(text: &[u8]) -> bool {
    let mut known = Vec::new();
    let mut lines = text.split(|byte| *byte == b'\n');
    // The last line may be cut off.
    let last = text.len() == LOOKED_AT;
    while let Some(line) = lines.next() {
        if line.trim_ascii().is_empty() || last && lines.clone().next().is_none() {
            break;
        }
        match header(line) {
            Some(name) => known.extend(MAIL_HEADERS.iter().position(|known| *known == name)),
            None if is_blank(line[0]) => {}
            None => return false,
        }
    }
    known.contains(&0) && known.iter().any(|position| *position > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_by_content() {
        for (text, kind) in [
            ("", SourceKind::Csv),
            ("a,b\n1,2\n", SourceKind::Csv),
            ("[a],{b}\n1,2\n", SourceKind::Csv),
            ("{a};b\n1;2\n", SourceKind::Csv),
            ("From date,To\n1,2\n", SourceKind::Csv),
            ("From: a\n1,2\n", SourceKind::Csv),
            ("Name: all\nx,y\n", SourceKind::Csv),
            ("PK\u{3}\u{4}...", SourceKind::Workbook),
            ("\u{feff}\n [ {\"a\": 1}]", SourceKind::Json),
            ("[]", SourceKind::Json),
            ("{\n\"a\": 1}", SourceKind::Json),
            ("{\"a\": 1}", SourceKind::Json),
            ("{\"a\": 1}\n\n{\"a\": 2}\n", SourceKind::JsonLines),
            ("\u{feff}begin:vcard\r\n", SourceKind::Vcards),
            ("BEGIN:VCALENDAR\r\n", SourceKind::Calendar),
            ("<html><table>", SourceKind::Markup),
            ("\u{feff}<?xml version='1.0'?>", SourceKind::Markup),
            ("<name>,b\n", SourceKind::Csv),
            ("From a@b Thu Jan  1 00:00:00 2026\nFrom: a@b\n\n", SourceKind::Mailbox),
            (
                "Received: by x\r\n\tfor y\r\nSubject: z\r\nFrom: a@b\r\n\r\nHi, you\r\n",
                SourceKind::Mail,
            ),
        ] {
            assert_eq!(SourceKind::of(text.as_bytes()), kind, "{text:?}");
            let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            if kind != SourceKind::Workbook {
                assert_eq!(SourceKind::of(&utf16), kind, "{text:?}");
            }
        }
        assert_eq!(SourceKind::of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), SourceKind::Workbook);
    }
}
