//! Reading mail: each message is a row that finds its prospects by the addresses of its sender and recipients. Its
//! subject and the names of its attachments are read; bodies are not kept. The home of `mail_parser`.

use super::kind::header;
use super::{left_out, moment};
use crate::diag::{Code, Diagnostic, Place};
use crate::model::mapping::{FIND, Form};
use crate::model::rows::{LeftOut, SourceCell, SourceRow, SourceRows};
use crate::value::date::{Date, Moment, Time};
use mail_parser::{Address, Message, MessageParser, MimeHeaders};
use std::collections::HashSet;
use std::path::Path;

/// The columns of a message's row.
const COLUMNS: [&str; 5] = [FIND, "kind", "date", "time", "note"];

/// The most addresses of a message that are looked up.
const MAX_ADDRESSES: usize = 1_000;

/// Reads a message, or the messages of a mailbox (`mbox`). Days and times are those of the form's zone; without one,
/// as the sender's clock wrote them.
///
/// # Errors
/// Fails if there is no message in the file.
pub fn parse_mail(bytes: &[u8], form: &Form, shown: &Path) -> Result<SourceRows, Diagnostic> {
    let mut reading = Reading {
        form,
        rows: SourceRows {
            header: COLUMNS.into_iter().map(Into::into).collect(),
            ..SourceRows::default()
        },
        known: HashSet::new(),
        counts: Counts::default(),
    };
    if bytes.starts_with(b"From ") {
        (1..).zip(messages(bytes)).for_each(|(number, message)| reading.add(number, message));
    } else {
        reading.add(1, bytes);
    }
    let Reading { mut rows, known, counts, .. } = reading;
    if rows.rows.is_empty() && known.is_empty() && counts == Counts::default() {
        let message = words!("the file has no message", "文件中没有邮件");
        return Err(Diagnostic::new(Code::BadRow, message).at(Place::file(shown)));
    }
    rows.left_out = counts.left_out();
    Ok(rows)
}

/// The messages of a mailbox.
fn messages(mailbox: &[u8]) -> Vec<&[u8]> {
    let mut lines = mailbox.split_inclusive(|byte| *byte == b'\n').peekable();
    let (mut found, mut at, mut begins, mut is_after_blank) = (Vec::new(), 0, 0, true);
    while let Some(line) = lines.next() {
        let next = lines.peek().copied().unwrap_or_default();
        if at == 0 || separates(line, next, is_after_blank) {
            found.extend((at > 0).then(|| &mailbox[begins..at]));
            begins = at + line.len();
        }
        is_after_blank = line.trim_ascii().is_empty();
        at += line.len();
    }
    found.push(&mailbox[begins..]);
    found
}

/// Does a line separate two messages, with this one below it? Such a line is `From ADDRESS DATE`, and a header follows;
/// some programs leave the date or both out, but not the blank line above it. A sentence of a text may begin with
/// `From`, too.
fn separates(line: &[u8], next: &[u8], is_after_blank: bool) -> bool {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let rest = String::from_utf8_lossy(rest);
    let words: Vec<&str> = rest.split_whitespace().skip(1).collect();
    let is_year = |word: &&str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = words.iter().any(|word| MONTHS.contains(word)) && words.iter().any(is_year);
    (is_date || is_after_blank && words.is_empty()) && header(next.trim_ascii_end()).is_some()
}

/// Messages that are left out, in numbers.
#[derive(Default, PartialEq, Eq)]
struct Counts {
    undated: usize,
    to_come: usize,
    repeated: usize,
    unreadable: usize,
}

impl Counts {
    fn left_out(&self) -> Vec<LeftOut> {
        left_out([
            (
                self.undated,
                ["message has no date, and is left out", "messages have no date, and are left out"],
                "封邮件没有日期，未导入",
            ),
            (
                self.to_come,
                [
                    "message is of a later day, and left out",
                    "messages are of a later day, and left out",
                ],
                "封邮件的日期晚于当日，未导入",
            ),
            (
                self.repeated,
                [
                    "message is there twice, and read once",
                    "messages are there twice, and read once",
                ],
                "封邮件重复，只读入一次",
            ),
            (
                self.unreadable,
                ["message cannot be read", "messages cannot be read"],
                "封邮件无法读取",
            ),
        ])
    }
}

/// Messages on the way to rows.
struct Reading<'a> {
    form: &'a Form,
    rows: SourceRows,
    /// The ids of the messages so far.
    known: HashSet<String>,
    counts: Counts,
}

impl Reading<'_> {
    fn add(&mut self, number: u64, bytes: &[u8]) {
        let Some(message) = MessageParser::default().parse(bytes) else {
            self.counts.unreadable += 1;
            return;
        };
        let Some(at) = date(&message, self.form) else {
            self.counts.undated += 1;
            return;
        };
        if self.form.today.is_some_and(|today| at.date > today) {
            self.counts.to_come += 1;
            return;
        }
        if message.message_id().is_some_and(|id| !self.known.insert(id.to_owned())) {
            self.counts.repeated += 1;
            return;
        }
        let time = at.time.map(|time| time.to_string()).unwrap_or_default();
        let people = addresses(&message).join(" ");
        let cells = [people, "email".into(), at.date.to_string(), time, note(&message)];
        let cells = cells.map(|cell| SourceCell::written(cell.trim())).into();
        self.rows.rows.push(SourceRow { line: number, cells, unclosed: false });
    }
}

/// The moment of a message.
fn date(message: &Message, form: &Form) -> Option<Moment> {
    let date = message.date()?;
    let written = Moment {
        date: Date::new(date.year.into(), date.month.into(), date.day.into())?,
        time: Time::new(date.hour.into(), date.minute.into(), date.second.into()),
    };
    match &form.zone {
        Some(zone) if date.is_valid() => moment(date.to_timestamp(), Some(zone)),
        _ => Some(written),
    }
}

/// The sender, then the recipients.
fn addresses<'m>(message: &'m Message) -> Vec<&'m str> {
    let fields = [message.from(), message.to(), message.cc(), message.bcc()];
    let people = fields.into_iter().flatten().flat_map(Address::iter);
    let one_word =
        |address: &&str| !address.contains(|c: char| c.is_whitespace() || c.is_control());
    people.filter_map(|person| person.address()).filter(one_word).take(MAX_ADDRESSES).collect()
}

/// `sender: subject [attachment, attachment]`
fn note(message: &Message) -> String {
    let one_line = |text: &str| {
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let sender = addresses_of(message.from());
    let subject = one_line(message.subject().unwrap_or_default());
    // Pictures inside the text of a message are no attachments to its reader.
    let inline = |part: &&mail_parser::MessagePart| {
        !part.content_disposition().is_some_and(mail_parser::ContentType::is_inline)
    };
    let names = message.attachments().filter(inline).filter_map(|part| part.attachment_name());
    let names: Vec<String> = names.map(one_line).filter(|name| !name.is_empty()).collect();
    let mut note = if sender.is_empty() { subject } else { format!("{sender}: {subject}") };
    if !names.is_empty() {
        note = format!("{note} [{}]", names.join(", "));
    }
    note
}

fn addresses_of(address: Option<&Address>) -> String {
    let first = address.and_then(Address::first).and_then(|person| person.address());
    first.unwrap_or_default().chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::zone::Zone;

    fn read(zone: Option<&str>, text: &str) -> SourceRows {
        let form = Form {
            zone: zone.and_then(Zone::parse),
            today: Date::parse("2009-12-18"),
            ..Form::default()
        };
        parse_mail(text.as_bytes(), &form, Path::new("x.eml")).unwrap()
    }

    fn cells(rows: &SourceRows) -> Vec<Vec<String>> {
        let of = |row: &SourceRow| row.cells.iter().map(|cell| cell.text.to_string()).collect();
        rows.rows.iter().map(of).collect()
    }

    const OFFER: &str = "From: =?UTF-8?B?5byg5Lyf?= <Wang@Example.cn>\r\nTo: Li <li@x.cn>, he@x.cn\r\n\
        Cc: <b@y>\r\nDate: Thu, 17 Dec 2009 23:30:05 +0000\r\nMessage-ID: <1@x>\r\n\
        Subject: =?gb2312?B?1cXOsA==?= offer\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSecret body\r\n--b\r\n\
        Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=\"offer.pdf\"\r\n\r\n\
        x\r\n--b\r\nContent-Type: image/png; name=logo.png\r\nContent-Disposition: inline\r\n\r\nx\r\n--b--\r\n";

    #[test]
    fn a_message_is_a_row_without_its_body() {
        let rows = cells(&read(Some("Asia/Shanghai"), OFFER));
        let people = "Wang@Example.cn li@x.cn he@x.cn b@y";
        let note = "Wang@Example.cn: 张伟 offer [offer.pdf]";
        assert_eq!(rows, [[people, "email", "2009-12-18", "07:30:05", note]]);
        assert_eq!(cells(&read(None, OFFER))[0][2..4], ["2009-12-17", "23:30:05"]);
    }

    #[test]
    fn a_sentence_that_begins_with_from_begins_no_message() {
        let begin = "From a@x Thu Dec 17 10:00:00 2009\n";
        let head = "From: a@x\nDate: Fri, 18 Dec 2009 10:00:00 +0800\nSubject: s\n\n";
        for (text, count) in [
            // Sentences, some of them above a line that looks like a header; a separator above no header.
            ("Hello\n\nFrom there we go on.\nNote: now\n\nFrom Dec on\n", 1),
            ("Hello\nFrom \nNote: now\nFrom me\nNote: now\n", 1),
            ("Hello\nFrom a@x Thu Dec 17 10:00:00 2009\nDate: x\n", 2),
            ("Hello\n\nFrom a@x\nDate: x\n", 2),
            ("Hello\n\nFrom a@x Thu Dec 17 10:00:00 2009\nno header\n", 1),
            ("Hello\n\n>From a@x Thu Dec 17 10:00:00 2009\nDate: x\n", 1),
            ("Hello\n\nFrom b@x Thu Dec 17 10:00:00 +0000 2009\r\nDate: x\n\n", 2),
            ("Hello\n\nFrom - Thu Dec 17 2009\nDate: x\n\n", 2),
            ("Hello\n\nFrom \nDate: x\n\n", 2),
            ("", 1),
        ] {
            let mailbox = format!("{begin}{head}{text}");
            assert_eq!(messages(mailbox.as_bytes()).len(), count, "{text}");
        }
        let two = format!("{begin}{head}{begin}{head}");
        assert_eq!(messages(two.as_bytes()), [head.as_bytes(), head.as_bytes()]);
    }

    #[test]
    fn a_mailbox_has_messages_and_each_is_read_once() {
        let message = |id: &str, date: &str| {
            format!(
                "From x Thu Dec 17 2009\nFrom: a@x\nDate: {date}\nMessage-ID: <{id}>\nSubject: s\n\n>From me\n\n"
            )
        };
        let today = "Fri, 18 Dec 2009 23:59:59 +0800";
        let text = [
            message("1", today),
            message("1", today),
            message("2", "Sat, 19 Dec 2009 00:00:00 +0800"),
            "From x\nFrom: a@x\nMessage-ID: <3>\nSubject: s\n\n".to_owned(),
            message("4", today),
        ];
        let rows = read(Some("Asia/Shanghai"), &text.concat());
        assert_eq!(rows.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 5]);
        let said: Vec<String> =
            rows.left_out.iter().map(|left| left.words().en().to_owned()).collect();
        assert_eq!(
            said,
            [
                "1 message has no date, and is left out",
                "1 message is of a later day, and left out",
                "1 message is there twice, and read once",
            ]
        );
    }
}
