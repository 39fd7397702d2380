//! The text of the file of a new prospect or customer.

use crate::format::line::{bare_or_quoted, event_line, fact_value, money, quoted, quoted_list};
use crate::model::profile::{FactValue, Goal, Step};
use crate::model::prospect::{Contact, Prospect};
use crate::value::text::Text;

/// The file of a new prospect or customer: facts, people, the plan, and the journal last.
pub fn new_file(prospect: &Prospect) -> String {
    let mut out = aligned(&fact_lines(&prospect.stated()));
    for block in blocks(&prospect.contacts, &prospect.profile().goals, &prospect.profile().steps) {
        out.push('\n');
        out.push_str(&block);
    }
    out.push_str("\n[events]\n");
    for event in &prospect.events {
        out.push_str(&event_line(event));
        out.push('\n');
    }
    out
}

/// Facts as keys and values of TOML.
pub fn fact_lines(facts: &[(Text, FactValue)]) -> Vec<(String, String)> {
    facts.iter().map(|(key, value)| (bare_or_quoted(key), fact_value(value))).collect()
}

/// The blocks of people and of a plan.
pub fn blocks(contacts: &[Contact], goals: &[Goal], steps: &[Step]) -> Vec<String> {
    let people = contacts.iter().map(contact_block);
    people.chain(goals.iter().map(goal_block)).chain(steps.iter().map(step_block)).collect()
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
    block("contact", fields)
}

fn goal_block(goal: &Goal) -> String {
    let text = |value: &Option<Text>| value.as_deref().map(quoted);
    let fields = [
        ("id", named(&goal.id)),
        ("what", named(&goal.what)),
        ("measure", text(&goal.measure)),
        ("target", goal.target.map(money)),
        ("by", goal.by.map(|day| day.to_string())),
        ("term", text(&goal.term)),
    ];
    block("goal", fields)
}

fn step_block(step: &Step) -> String {
    let text = |value: &Option<Text>| value.as_deref().map(quoted);
    let fields = [
        ("id", named(&step.id)),
        ("what", named(&step.what)),
        ("by", step.by.map(|day| day.to_string())),
        ("goal", text(&step.goal)),
        ("who", text(&step.who)),
        ("answers", text(&step.answers)),
    ];
    block("step", fields)
}

/// A text that is empty where it is not stated.
fn named(text: &Text) -> Option<String> {
    (!text.is_empty()).then(|| quoted(text))
}

/// The fields of a block that have a value, under its header.
fn block(name: &str, fields: impl IntoIterator<Item = (&'static str, Option<String>)>) -> String {
    let stated = |(key, value): (&str, Option<String>)| Some((key.to_owned(), value?));
    let fields: Vec<_> = fields.into_iter().filter_map(stated).collect();
    format!("[[{name}]]\n{}", aligned(&fields))
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
