//! `crm export contacts`: a card for each person (vCard 4.0, RFC 6350, or 3.0, RFC 2426).

use super::content_lines::{ContentLines, escaped};
use crate::format::rows::vcard::OWN_UID;
use crate::model::kind::EventKind;
use crate::model::prospect::{Contact, Prospect};
use crate::rules::book::Book;
use crate::rules::query::Query;

/// A version of vCard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardVersion {
    /// 3.0, which older programs read.
    Three,
    /// 4.0.
    Four,
}

/// The people of the prospects that the query selects, as cards; of a prospect without people one of its own.
pub fn contacts(book: &Book, query: &Query, version: CardVersion) -> String {
    book.gather(query, |record| Some(cards(&record.prospect, version))).concat()
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
