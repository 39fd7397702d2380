//! The text of a new prospect's file.

use crate::format::line::{bare_or_quoted, event_line, money, quoted, quoted_list};
use crate::model::profile::{Profile, Relation};
use crate::model::prospect::{Contact, FACTS, Prospect};
use crate::value::text::Text;

/// The file of a new prospect: facts, contacts, and the journal last.
pub fn new_file(prospect: &Prospect) -> String {
    let texts = FACTS.into_iter().filter_map(|key| Some((key, prospect.fact(key)?)));
    let own = prospect.facts.iter().map(|(key, value)| (&**key, &**value));
    let facts = fact_lines(texts.chain(own), &prospect.needs, &prospect.tags);
    let mut facts = facts;
    facts.extend(profile_lines(prospect.profile()));
    let mut out = aligned(&facts);
    for contact in &prospect.contacts {
        out.push('\n');
        out.push_str(&contact_block(contact));
    }
    out.push_str("\n[events]\n");
    for event in &prospect.events {
        out.push_str(&event_line(event));
        out.push('\n');
    }
    out
}

/// Facts as keys and values of TOML: texts, and the lists that are not empty.
pub fn fact_lines<'f>(
    texts: impl Iterator<Item = (&'f str, &'f str)>,
    needs: &[Text],
    tags: &[Text],
) -> Vec<(String, String)> {
    let texts = texts.map(|(key, value)| (bare_or_quoted(key), quoted(value)));
    let lists = [("needs", needs), ("tags", tags)].into_iter();
    let lists = lists.filter(|(_, list)| !list.is_empty());
    texts.chain(lists.map(|(key, list)| (key.to_owned(), quoted_list(list)))).collect()
}

/// The facts of a profile that are stated.
fn profile_lines(profile: &Profile) -> Vec<(String, String)> {
    let lists = [
        ("challenge", &profile.challenge),
        ("wants", &profile.wants),
        ("strategic", &profile.strategic),
        ("documents", &profile.documents),
    ];
    let relation =
        (profile.relation != Relation::Customer).then(|| quoted(profile.relation.name()));
    let facts = [
        ("relation", relation),
        ("parent", profile.parent.as_deref().map(quoted)),
        ("customer_since", profile.customer_since.map(|date| date.to_string())),
        ("potential", profile.potential.map(money)),
        ("credit_limit", profile.credit_limit.map(money)),
    ];
    let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
    let lists = lists.map(|(key, list)| (key, Some(quoted_list(list))));
    facts
        .into_iter()
        .chain(lists)
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect()
}

/// The block of a person.
pub fn contact_block(contact: &Contact) -> String {
    let text = |value: &Option<Text>| value.as_deref().map(quoted);
    let fields = [
        ("name", Some(quoted(&contact.name))),
        ("role", text(&contact.role)),
        ("decides", contact.decides.then(|| "true".to_owned())),
        ("phone", text(&contact.phone)),
        ("email", text(&contact.email)),
        ("birthday", contact.birthday.map(|d| d.to_string())),
        ("part", text(&contact.part)),
        ("stance", text(&contact.stance)),
        ("concern", text(&contact.concern)),
        ("prefers", text(&contact.prefers)),
        ("refuses", (!contact.refuses.is_empty()).then(|| quoted_list(&contact.refuses))),
        ("left", contact.left.map(|d| d.to_string())),
    ];
    let fields = fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    format!("[[contact]]\n{}", aligned(&fields.collect::<Vec<_>>()))
}

/// `key = value` lines with the signs under each other.
fn aligned(fields: &[(String, String)]) -> String {
    let width = fields.iter().map(|(key, _)| key.chars().count()).max().unwrap_or(0);
    fields
        .iter()
        .map(|(key, value)| {
            let pad = " ".repeat(width - key.chars().count());
            format!("{key}{pad} = {value}\n")
        })
        .collect()
}
