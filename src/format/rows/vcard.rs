//! Reading address books: vCard 2.1, 3.0 and 4.0, several cards in a file. A card is a row whose columns are
//! fields of ours; whatever has no field is a line of its note. One of the two homes of `calcard`.

use super::left_out;
use crate::diag::{Code, Diagnostic, Place, Spot};
use crate::format::line::base32;
use crate::model::rows::{LeftOut, SourceCell, SourceRow, SourceRows};
use crate::value::date::Date;
use crate::value::hash::StableHasher;
use crate::value::id;
use crate::value::text::is_han;
use calcard::vcard::{
    VCard, VCardEntry, VCardParameterName, VCardParameterValue, VCardProperty, VCardType,
    VCardValue,
};
use calcard::{Entry, Parser};
use std::collections::{HashMap, HashSet};
use std::hash::Hasher;
use std::path::Path;

/// The columns of a card's row.
const COLUMNS: [&str; 9] =
    ["id", "name", "company", "role", "phone", "email", "birthday", "tags", "note"];

/// The end of the UIDs that `crm export contacts` writes: what is before it is an id of a ledger.
pub const OWN_UID: &str = "@crm";

/// The longest value of a card that is kept, in bytes. A longer one is no line of an address book.
const MAX_VALUE: usize = 64 * 1024;

/// Properties about the card itself, or about how programs list it.
const ABOUT_THE_CARD: [&str; 16] = [
    "BEGIN",
    "END",
    "VERSION",
    "PRODID",
    "REV",
    "UID",
    "KIND",
    "SOURCE",
    "CLIENTPIDMAP",
    "CREATED",
    "SORT-STRING",
    "X-ABLABEL",
    "X-ABUID",
    "X-ABSHOWAS",
    "X-EVOLUTION-FILE-AS",
    "X-COUCHDB-APPLICATION-ANNOTATIONS",
];

/// Reads cards. `shown` is the name that diagnostics print.
///
/// # Errors
/// Fails if a card is not closed, or the file has no card.
pub fn parse_vcards(text: &str, shown: &Path) -> Result<SourceRows, Diagnostic> {
    let mut begins = begins(text, shown)?.into_iter();
    let mut parser = Parser::new(text);
    let mut dropped = Dropped::default();
    let mut ids = HashSet::new();
    let mut rows = SourceRows {
        header: COLUMNS.into_iter().map(Into::into).collect(),
        undated: true,
        ..SourceRows::default()
    };
    let mut line = 1;
    loop {
        match parser.entry() {
            Entry::VCard(card) => {
                line = begins.next().unwrap_or(line);
                let card = Card::of(&card, &mut dropped);
                let cells = card.cells(&mut ids).map(SourceCell::written);
                rows.rows.push(SourceRow { line, cells: cells.into(), unclosed: false });
            }
            Entry::Eof => break,
            _ => dropped.lines += 1,
        }
    }
    if rows.rows.is_empty() {
        let message = words!("the file has no card", "文件中没有名片");
        return Err(Diagnostic::new(Code::BadRow, message).at(Place::file(shown)));
    }
    rows.left_out = dropped.left_out();
    Ok(rows)
}

/// The lines on which cards begin. The parser takes what it can from a card that is not closed.
fn begins(text: &str, shown: &Path) -> Result<Vec<u64>, Diagnostic> {
    let mut begins = Vec::new();
    let mut open = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_start_matches('\u{feff}').trim_end();
        let is_begin = line.eq_ignore_ascii_case("BEGIN:VCARD");
        if is_begin && open.is_some() {
            break;
        } else if is_begin {
            open = Some(number);
            begins.push(number);
        } else if line.eq_ignore_ascii_case("END:VCARD") {
            open = None;
        }
    }
    let Some(line) = open else { return Ok(begins) };
    let message = words!("the card is not closed", "这张名片没有结束");
    Err(Diagnostic::new(Code::BadRow, message).at(Place::file(shown).at(Spot::Line(line))).help(
        words!(
            "a card ends with a line END:VCARD; export the file again",
            "每张名片应以 END:VCARD 一行结束；请重新导出该文件"
        ),
    ))
}

/// What is not kept as it was, in numbers.
#[derive(Default)]
struct Dropped {
    pictures: usize,
    keys: usize,
    /// Values that are no text, or longer than [`MAX_VALUE`].
    values: usize,
    /// Lines between cards.
    lines: usize,
    /// Birthdays without a year.
    birthdays: usize,
}

impl Dropped {
    fn left_out(&self) -> Vec<LeftOut> {
        left_out([
            (self.pictures, ["picture is not kept", "pictures are not kept"], "张图片未保留"),
            (self.keys, ["key is not kept", "keys are not kept"], "个密钥未保留"),
            (
                self.values,
                [
                    "value is no text or longer than 64 KiB, and not kept",
                    "values are no text or longer than 64 KiB, and not kept",
                ],
                "个值不是文字或超过 64 KiB，未保留",
            ),
            (
                self.lines,
                ["line belongs to no card", "lines belong to no card"],
                "行不属于任何名片",
            ),
            (
                self.birthdays,
                [
                    "birthday is no whole date, and kept in the note",
                    "birthdays are no whole dates, and kept in the note",
                ],
                "个生日不是完整的日期，已写入备注",
            ),
        ])
    }
}

/// A card in our words.
#[derive(Default)]
struct Card {
    uid: String,
    name: String,
    company: String,
    role: String,
    phone: String,
    email: String,
    birthday: String,
    tags: Vec<String>,
    /// The lines of the note.
    lines: Vec<String>,
}

impl Card {
    fn of(card: &VCard, dropped: &mut Dropped) -> Card {
        let mut made = Card::default();
        let labels = labels(card);
        let (mut parts, mut profession) = (Vec::new(), None);
        let phone = preferred(card, &VCardProperty::Tel);
        let email = preferred(card, &VCardProperty::Email);
        for (at, entry) in card.entries.iter().enumerate() {
            let Some(values) = texts(entry, dropped) else { continue };
            if values.iter().all(String::is_empty) {
                continue;
            }
            let text = || joined(&values, ", ");
            match &entry.name {
                VCardProperty::Fn if made.name.is_empty() => made.name = one_line(&values[0]),
                VCardProperty::N if parts.is_empty() => parts = values,
                VCardProperty::N => {}
                VCardProperty::Org if made.company.is_empty() => {
                    made.company = one_line(&values[0]);
                    if values.iter().skip(1).any(|unit| !unit.is_empty()) {
                        made.lines.push(line(&labels, entry, &text()));
                    }
                }
                VCardProperty::Title if made.role.is_empty() => made.role = one_line(&text()),
                VCardProperty::Role if profession.is_none() => {
                    profession = Some((one_line(&text()), line(&labels, entry, &text())));
                }
                VCardProperty::Tel if Some(at) == phone => made.phone = bare(&text()),
                VCardProperty::Email if Some(at) == email => made.email = bare(&text()),
                VCardProperty::Bday if made.birthday.is_empty() => match day(entry) {
                    Some(day) => made.birthday = day.to_string(),
                    None => {
                        dropped.birthdays += 1;
                        made.lines.push(line(&labels, entry, &text()));
                    }
                },
                VCardProperty::Categories => {
                    let tags = values.iter().map(|tag| one_line(tag).replace(';', ","));
                    made.tags.extend(tags.filter(|tag| !tag.is_empty()));
                }
                VCardProperty::Note => made.lines.push(text()),
                VCardProperty::Uid => made.uid = text(),
                VCardProperty::Tel | VCardProperty::Email => {
                    made.lines.push(line(&labels, entry, &bare(&text())));
                }
                name if ABOUT_THE_CARD
                    .iter()
                    .any(|about| name.as_str().eq_ignore_ascii_case(about)) => {}
                _ => made.lines.push(line(&labels, entry, &text())),
            }
        }
        match profession {
            Some((role, _)) if made.role.is_empty() => made.role = role,
            Some((_, line)) => made.lines.push(line),
            None => {}
        }
        let names = [whole_name(&parts), made.company.clone(), made.email.clone()];
        if made.name.is_empty() {
            made.name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        }
        made
    }

    /// Its cells, in the order of [`COLUMNS`].
    fn cells(self, ids: &mut HashSet<String>) -> [String; COLUMNS.len()] {
        let id = self.id(ids);
        let Card { name, company, role, phone, email, birthday, tags, lines, .. } = self;
        [id, name, company, role, phone, email, birthday, tags.join(";"), lines.join("\n")]
    }

    /// The id that finds the card again: its UID, else one made from its name and address.
    fn id(&self, ids: &mut HashSet<String>) -> String {
        let uid = self.uid.trim();
        let uid = uid.strip_prefix("urn:uuid:").unwrap_or(uid);
        let id = match uid.strip_suffix(OWN_UID) {
            Some(own) => own.to_owned(),
            None => id::slug(uid),
        };
        let short = id.len() < uid.len().min(60) || uid.len() < 60;
        if !id.is_empty() && short && id::validate(&id.to_lowercase()).is_ok() {
            ids.insert(id::fold(&id));
            return id;
        }
        let mut hash = StableHasher::default();
        let address = if self.email.is_empty() { &self.phone } else { &self.email };
        for part in [uid, &self.name, &self.company, &address.to_lowercase()] {
            hash.write(part.as_bytes());
            hash.write(&[0]);
        }
        let slug = id::slug(&self.name);
        let stem = if slug.is_empty() { "card" } else { &slug };
        let stem = format!("{stem}-{}", base32(hash.finish(), 6));
        let further = (2..).map(|n| format!("{stem}-{n}"));
        let mut ids_of_it = std::iter::once(stem.clone()).chain(further);
        ids_of_it.find(|id| ids.insert(id::fold(id))).unwrap_or(stem)
    }
}

/// The texts of a property; `None` if it has something else, which is counted.
fn texts(entry: &VCardEntry, dropped: &mut Dropped) -> Option<Vec<String>> {
    let size: usize = entry.values.iter().map(VCardValue::size).sum();
    let bytes = entry.values.iter().any(|value| matches!(value, VCardValue::Binary(_)));
    let count = match entry.name {
        VCardProperty::Photo | VCardProperty::Logo => &mut dropped.pictures,
        VCardProperty::Key => &mut dropped.keys,
        _ => &mut dropped.values,
    };
    // A picture may be a link, which is text; its bytes may be read as text, and are none.
    let media = matches!(
        entry.name,
        VCardProperty::Photo | VCardProperty::Logo | VCardProperty::Sound | VCardProperty::Key
    );
    let link = || {
        let first = entry.values.first().and_then(VCardValue::as_text);
        first.is_some_and(|text| text.contains("://") || text.is_empty())
    };
    if bytes || size > MAX_VALUE || media && !link() {
        *count += 1;
        return None;
    }
    Some(entry.values.iter().map(plain).collect())
}

/// A value as text, with `\n` between its lines and no other control character.
fn plain(value: &VCardValue) -> String {
    let text = match value {
        VCardValue::Component(parts) => parts.join(" "),
        VCardValue::PartialDateTime(at) => {
            let two = |part: Option<u8>| part.map_or("-".to_owned(), |part| format!("{part:02}"));
            match (at.year, at.has_zone() && at.month.is_none()) {
                (_, true) => {
                    let sign = if at.tz_minus { '-' } else { '+' };
                    format!("{sign}{}:{}", two(at.tz_hour), two(at.tz_minute))
                }
                (Some(year), _) if at.month.is_none() => format!("{year:04}"),
                (Some(year), _) => format!("{year:04}-{}-{}", two(at.month), two(at.day)),
                (None, _) => format!("--{}-{}", two(at.month), two(at.day)),
            }
        }
        VCardValue::Integer(number) => number.to_string(),
        VCardValue::Float(number) => number.to_string(),
        VCardValue::Boolean(yes) => yes.to_string(),
        value => value.as_text().unwrap_or_default().to_owned(),
    };
    text.replace("\r\n", "\n")
        .chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect::<String>()
        .trim()
        .to_owned()
}

fn joined(values: &[String], with: &str) -> String {
    let values: Vec<&str> = values.iter().map(String::as_str).filter(|v| !v.is_empty()).collect();
    values.join(with)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A telephone or an address without the scheme of its URI.
fn bare(text: &str) -> String {
    let scheme = ["tel:", "mailto:"].into_iter().find(|scheme| {
        text.get(..scheme.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(scheme))
    });
    one_line(scheme.map_or(text, |scheme| &text[scheme.len()..]))
}

/// What a card calls the properties of a group, as telephones of Apple and Google write it.
fn labels(card: &VCard) -> HashMap<&str, &str> {
    let labels = card.entries.iter().filter(|entry| {
        entry.name.as_str().eq_ignore_ascii_case("X-ABLABEL") && entry.group.is_some()
    });
    labels
        .filter_map(|entry| Some((entry.group.as_deref()?, entry.values.first()?.as_text()?)))
        .collect()
}

/// A property as a line of the note: `tel work fax: 555`.
fn line(labels: &HashMap<&str, &str>, entry: &VCardEntry, text: &str) -> String {
    let mut line = entry.name.as_str().to_ascii_lowercase();
    let label = entry.group.as_deref().and_then(|group| labels.get(group).copied());
    let label = label.map(|label| label.trim_start_matches("_$!<").trim_end_matches(">!$_"));
    for word in types(entry).map(str::to_ascii_lowercase).chain(label.map(one_line)) {
        if !matches!(&*word, "internet" | "voice" | "pref" | "") {
            line = format!("{line} {word}");
        }
    }
    // A name is as the file has it, odd characters included.
    format!("{line}: {}", one_line(text)).chars().filter(|c| !c.is_control()).collect()
}

/// The types of a property. vCard 2.1 writes them as bare words, among which the parser knows those of later versions.
fn types(entry: &VCardEntry) -> impl Iterator<Item = &str> {
    entry.params.iter().filter_map(|param| match (&param.name, &param.value) {
        (VCardParameterName::Type, value) => value.as_text(),
        (VCardParameterName::Other(word), VCardParameterValue::Null) => Some(word.as_str()),
        _ => None,
    })
}

/// The position of the entry that a card prefers among those of a property: the preferred one, else the first that
/// is no fax.
fn preferred(card: &VCard, of: &VCardProperty) -> Option<usize> {
    let said = |entry: &VCardEntry| {
        !entry.values.iter().all(|value| value.as_text().is_none_or(|text| text.trim().is_empty()))
    };
    let entries = (0..).zip(&card.entries).filter(|(_, entry)| entry.name == *of && said(entry));
    let rank = |entry: &VCardEntry| {
        let stated = entry.parameters(&VCardParameterName::Pref).next();
        let typed = types(entry).any(|word| word.eq_ignore_ascii_case("pref"));
        let fax = entry
            .parameters(&VCardParameterName::Type)
            .any(|value| *value == VCardParameterValue::Type(VCardType::Fax));
        match stated {
            Some(VCardParameterValue::Integer(rank)) => *rank,
            Some(_) => 1,
            None if typed => 1,
            None if fax => 1_001,
            None => 1_000,
        }
    };
    entries.min_by_key(|(at, entry)| (rank(entry), *at)).map(|(at, _)| at)
}

/// The whole date of a property.
fn day(entry: &VCardEntry) -> Option<Date> {
    match entry.values.first()? {
        VCardValue::PartialDateTime(at) => {
            let (month, day) = (at.month?.into(), at.day?.into());
            at.year.filter(|year| *year >= 1000).and_then(|year| Date::new(year.into(), month, day))
        }
        value => Date::parse(value.as_text()?.trim().get(..10)?),
    }
}

/// The parts of `N` as a name. Chinese names have the family's name first, and no blank.
fn whole_name(parts: &[String]) -> String {
    let part = |at: usize| parts.get(at).map_or("", String::as_str);
    let [family, given, further, prefix, suffix] = [0, 1, 2, 3, 4].map(part);
    if [family, given].into_iter().all(|part| part.is_empty() || is_han(part)) {
        return format!("{family}{given}");
    }
    one_line(&[prefix, given, further, family, suffix].join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> SourceRows {
        parse_vcards(text, Path::new("x.vcf")).unwrap()
    }

    /// The fields of a card that have something, as `field=text`.
    fn fields(text: &str) -> Vec<String> {
        let rows = read(&format!("BEGIN:VCARD\r\n{text}\r\nEND:VCARD\r\n"));
        let cells = COLUMNS.iter().zip(&rows.rows[0].cells);
        let said = cells.filter(|(column, cell)| **column != "id" && !cell.text.is_empty());
        said.map(|(column, cell)| format!("{column}={}", cell.text)).collect()
    }

    fn id(text: &str) -> String {
        read(&format!("BEGIN:VCARD\nVERSION:3.0\n{text}\nEND:VCARD\n")).rows[0].cells[0]
            .text
            .to_string()
    }

    #[test]
    fn a_card_of_version_2_1() {
        let card = "VERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0;=E4=BC=9F;;;\r\n\
            FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0=\r\n=E4=BC=9F\r\n\
            TEL;WORK;FAX:5\r\nTEL;HOME;VOICE:6\r\nTEL;CELL;PREF:7\r\n\
            EMAIL;INTERNET:a@x\r\nEMAIL;PREF;INTERNET:b@x\r\nBDAY:19800321\r\n\
            NOTE;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=D5=C5=CE=B0;b";
        let note = "note=tel work fax: 5\ntel home: 6\nemail: a@x\n张伟;b";
        assert_eq!(
            fields(card),
            ["name=张伟", "phone=7", "email=b@x", "birthday=1980-03-21", note]
        );
    }

    #[test]
    fn cards_of_versions_3_and_4() {
        let card = "VERSION:3.0\r\nFN:Greg\r\nORG:The\\, Company;Unit\r\nTITLE:Boss\r\nROLE:Chemist\r\n\
            item1.TEL:2\r\nitem1.X-ABLabel:_$!<Main>!$_\r\nTEL;TYPE=pref:1\r\nCATEGORIES:a,b\\,c\r\n\
            NOTE:one\\ntwo\r\nURL:http\\://x\r\nBDAY:1960-09-10";
        let note =
            "note=org: The, Company, Unit\ntel Main: 2\none\ntwo\nurl: http://x\nrole: Chemist";
        let rest =
            ["company=The, Company", "role=Boss", "phone=1", "birthday=1960-09-10", "tags=a;b,c"];
        assert_eq!(fields(card), [&["name=Greg"][..], &rest, &[note]].concat());
        let card = "VERSION:4.0\r\nFN:S\r\nTEL;VALUE=uri;TYPE=\"work,voice\":tel:+1-4\r\n\
            TEL;VALUE=uri;PREF=1:tel:+1-5;ext=2\r\nEMAIL;PREF=2:a@x\r\nEMAIL;PREF=1:b@x\r\nBDAY:--0412";
        let note = "note=tel work: +1-4\nemail: a@x\nbday: --04-12";
        assert_eq!(fields(card), ["name=S", "phone=+1-5;ext=2", "email=b@x", note]);
    }

    #[test]
    fn a_name_is_found_where_there_is_one() {
        let name = |text: &str| fields(&format!("VERSION:3.0\r\n{text}")).remove(0);
        assert_eq!(name("N:张;伟;;;"), "name=张伟");
        assert_eq!(name("N:Doe;John;R.;Mr.;Sr."), "name=Mr. John R. Doe Sr.");
        assert_eq!(name("N:Doe;;;;"), "name=Doe");
        assert_eq!(name("FN:\r\nN:;;;;\r\nORG:Acme"), "name=Acme");
        assert_eq!(name("EMAIL:a@x"), "name=a@x");
    }

    #[test]
    fn ids_find_a_card_again() {
        assert_eq!(id("FN:x\nUID:urn:uuid:4fbe-8971"), "4fbe-8971");
        assert_eq!(id("FN:x\nUID:K-17.2@crm"), "K-17.2");
        assert_eq!(id("FN:x\nUID:abc"), "abc");
        // Without a UID: the name and the address. One with the address in capitals is the same card.
        let one = id("FN:Li Wei\nEMAIL:a@x");
        assert!(one.starts_with("li-wei-"), "{one}");
        assert_eq!(id("FN:Li Wei\nEMAIL:A@X\nTEL:1"), one);
        assert_ne!(id("FN:Li Wei\nEMAIL:b@x"), one);
        assert!(id("FN:😀\nUID:../../etc/passwd@crm").len() < 40);
        let card = "BEGIN:VCARD\nVERSION:3.0\nFN:x\nEND:VCARD\n".repeat(3);
        let ids: Vec<String> =
            read(&card).rows.iter().map(|row| row.cells[0].text.to_string()).collect();
        assert_eq!(ids, [ids[0].clone(), format!("{}-2", ids[0]), format!("{}-3", ids[0])]);
    }

    #[test]
    fn what_is_not_kept_is_counted() {
        let long = "x".repeat(MAX_VALUE);
        let card = format!(
            "stray\nBEGIN:VCARD\nVERSION:3.0\nFN:x\nPHOTO;ENCODING=b:AAAA\nLOGO;ENCODING=b:AAAA\n\
             KEY;ENCODING=b:AAAA\nNOTE:{long}y\nBDAY:--0412\nEND:VCARD\n"
        );
        let rows = read(&card);
        let said: Vec<String> =
            rows.left_out.iter().map(|left| left.words().en().to_owned()).collect();
        assert_eq!(
            said,
            [
                "2 pictures are not kept",
                "1 key is not kept",
                "1 value is no text or longer than 64 KiB, and not kept",
                "1 line belongs to no card",
                "1 birthday is no whole date, and kept in the note",
            ]
        );
        assert_eq!(rows.rows[0].line, 2);
        assert!(parse_vcards("BEGIN:VCARD\nFN:x\n", Path::new("x")).is_err());
        assert!(parse_vcards("", Path::new("x")).is_err());
    }
}
