//! The text of a new prospect's file.

use crate::format::line::{event_line, quoted, quoted_list};
use crate::model::prospect::{FACTS, Prospect};
use crate::value::text::Text;

/// The file of a new prospect: facts, contacts, and the journal last.
pub fn new_file(prospect: &Prospect) -> String {
    let mut facts: Vec<(&str, String)> = Vec::new();
    for key in FACTS {
        if let Some(value) = prospect.fact(key) {
            facts.push((key, quoted(value)));
        }
    }
    for (key, value) in &prospect.facts {
        facts.push((key, quoted(value)));
    }
    if !prospect.needs.is_empty() {
        facts.push(("needs", quoted_list(&prospect.needs)));
    }
    if !prospect.tags.is_empty() {
        facts.push(("tags", quoted_list(&prospect.tags)));
    }
    let mut out = aligned(&facts);
    for contact in &prospect.contacts {
        let text = |value: &Option<Text>| value.as_deref().map(quoted);
        let fields = [
            ("name", Some(quoted(&contact.name))),
            ("role", text(&contact.role)),
            ("decides", contact.decides.then(|| "true".to_owned())),
            ("phone", text(&contact.phone)),
            ("email", text(&contact.email)),
            ("birthday", contact.birthday.map(|d| d.to_string())),
        ];
        let fields: Vec<(&str, String)> =
            fields.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        out.push_str("\n[[contact]]\n");
        out.push_str(&aligned(&fields));
    }
    out.push_str("\n[events]\n");
    for event in &prospect.events {
        out.push_str(&event_line(event));
        out.push('\n');
    }
    out
}

/// `key = value` lines with the signs under each other.
fn aligned(fields: &[(&str, String)]) -> String {
    let width = fields.iter().map(|(key, _)| key.chars().count()).max().unwrap_or(0);
    fields
        .iter()
        .map(|(key, value)| {
            let pad = " ".repeat(width - key.chars().count());
            format!("{}{pad} = {value}\n", bare_or_quoted(key))
        })
        .collect()
}

fn bare_or_quoted(key: &str) -> String {
    let bare = !key.is_empty()
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if bare { key.to_owned() } else { quoted(key) }
}
