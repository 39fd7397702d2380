//! `crm export contacts`: a card for each person (vCard 4.0, RFC 6350, or 3.0, RFC 2426).

use super::content_lines::{ContentLines, escaped};
use crate::format::rows::vcard::OWN_UID;
use crate::model::kind::EventKind;
use crate::model::prospect::{Contact, Prospect};
use crate::rules::book::{Book, Files};
use crate::rules::query::Query;

/// The fields in it that may be private.
pub const FIELDS: [&str; 6] = ["company", "role", "phone", "email", "birthday", "note"];

/// A version of vCard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardVersion {
    /// 3.0, which older programs read.
    Three,
    /// 4.0.
    Four,
}

/// The people of the files that the query selects, as cards; of a prospect without people one of its own.
pub fn contacts(book: &Book, files: Files, query: &Query, version: CardVersion) -> String {
    book.gather_in(files, query, |record| Some(cards(&record.prospect, version))).concat()
}

fn cards(prospect: &Prospect, version: CardVersion) -> String {
    let own = [Contact { name: prospect.name.clone(), ..Contact::default() }];
    let people = if prospect.contacts.is_empty() { &own[..] } else { &prospect.contacts };
    let mut lines = ContentLines::default();
    for (number, contact) in (1..).zip(people) {
        card(&mut lines, prospect, number, contact, version);
    }
    lines.finish()
}

fn card(
    lines: &mut ContentLines,
    prospect: &Prospect,
    number: usize,
    contact: &Contact,
    version: CardVersion,
) {
    let name = if contact.name.is_empty() { &prospect.name } else { &contact.name };
    let named = |other: &&str| *other != &**name;
    let company = prospect.company.as_deref().or(Some(&prospect.name).map(|n| &**n).filter(named));
    let text = |value: &Option<crate::value::text::Text>| value.as_deref().unwrap_or("").to_owned();
    lines.put("BEGIN", "VCARD");
    lines.put("VERSION", if version == CardVersion::Three { "3.0" } else { "4.0" });
    let id = match number {
        1 => prospect.id.to_string(),
        number => format!("{}.{number}", prospect.id),
    };
    // A URI unless it is said to be a text.
    let uid = if version == CardVersion::Three { "UID" } else { "UID;VALUE=text" };
    lines.text(uid, &format!("{id}{OWN_UID}"));
    lines.put("FN", &escaped(name));
    // Which part is the family's is not known; programs that show this one alone show the whole name.
    lines.put("N", &format!("{};;;;", escaped(name)));
    lines.text("ORG", company.unwrap_or_default());
    lines.text("TITLE", &text(&contact.role));
    lines.text("TEL", &text(&contact.phone));
    lines.text("EMAIL", &text(&contact.email));
    if let Some(birthday) = contact.birthday {
        let day = birthday.to_string();
        lines.put("BDAY", &if version == CardVersion::Three { day } else { day.replace('-', "") });
    }
    if number == 1 {
        let tags: Vec<String> = prospect.tags.iter().map(|tag| escaped(tag)).collect();
        if !tags.is_empty() {
            lines.put("CATEGORIES", &tags.join(","));
        }
        lines.text("NOTE", note(prospect));
    }
    lines.put("END", "VCARD");
}

/// The note that the prospect was imported with: where it came from a card, the lines that have no field.
fn note(prospect: &Prospect) -> &str {
    let imported = prospect.events.iter().find(|event| event.kind == EventKind::Imported);
    imported.and_then(|event| event.note.as_deref()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::rows::vcard::parse_vcards;
    use crate::model::event::{Event, EventKey};
    use crate::value::date::Date;
    use proptest::prelude::*;
    use std::path::Path;

    fn one_line(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Words with all that a card could stumble over.
    fn words() -> impl Strategy<Value = String> {
        "[a-zA-Z0-9张伟公司é😀,;:\\\\\"'=@. \n-]{1,120}"
            .prop_filter("a word", |text| text.chars().any(char::is_alphanumeric))
            .prop_map(|text| text.trim().to_owned())
    }

    fn prospects() -> impl Strategy<Value = Prospect> {
        let contact =
            (words(), words(), "[+0-9 ]{0,30}[0-9]", "[a-z张]{1,9}@[a-z.]{1,90}x", 0..40_000i64);
        (words(), contact, prop::collection::vec("[a-z张,: \\\\-]{0,20}[a-z张]", 0..4), words())
            .prop_map(|(company, (name, role, phone, email, days), tags, note)| {
                let mut event =
                    Event::new(EventKey::parse("2009-12-18-1-abc").unwrap(), "imported");
                event.note = Some(note.into());
                Prospect {
                    id: "k-17".into(),
                    name: name.clone().into(),
                    company: Some(company.into()),
                    tags: tags.into_iter().map(Into::into).collect(),
                    contacts: vec![Contact {
                        name: name.into(),
                        role: Some(role.into()),
                        phone: Some(phone.into()),
                        email: Some(email.into()),
                        birthday: Some(Date::new(1900, 1, 1).unwrap().plus(days)),
                        ..Contact::default()
                    }],
                    events: vec![event],
                    ..Prospect::default()
                }
            })
    }

    proptest! {
        #[test]
        fn a_card_that_is_written_is_read(prospect in prospects()) {
            for version in [CardVersion::Three, CardVersion::Four] {
                let text = cards(&prospect, version);
                prop_assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
                let rows = parse_vcards(&text, Path::new("x.vcf")).unwrap();
                prop_assert_eq!((rows.rows.len(), rows.left_out.len()), (1, 0), "{}", text);
                let contact = &prospect.contacts[0];
                let line = |text: &Option<crate::value::text::Text>| one_line(text.as_deref().unwrap());
                let tags: Vec<String> = prospect.tags.iter().map(|tag| one_line(tag)).collect();
                let expected = [
                    "k-17".to_owned(),
                    one_line(&prospect.name),
                    line(&prospect.company),
                    line(&contact.role),
                    line(&contact.phone),
                    line(&contact.email),
                    contact.birthday.unwrap().to_string(),
                    tags.join(";"),
                    note(&prospect).to_owned(),
                ];
                let cells: Vec<String> =
                    rows.rows[0].cells.iter().map(|cell| cell.text.to_string()).collect();
                prop_assert_eq!(cells, expected, "{}", text);
            }
        }
    }
}
