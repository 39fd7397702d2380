//! Dated changes of facts: an entry `changed` with the values that hold from its day on.

use super::customer::{known_parent, not_negative};
use super::session::{Done, Session};
use super::target::{Entry, Target, entries, unless};
use crate::diag::{Code, Diagnostic, Failure, Lang, Words};
use crate::model::event::Event;
use crate::model::profile::{FactValue, Relation, fact_word};
use crate::value::text::Text;

/// A change of a fact, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactChange {
    /// The fact.
    pub name: Text,
    /// What becomes of its value.
    pub operation: Operation,
    /// The value.
    pub value: FactValue,
}

/// What becomes of the value of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// It is replaced.
    Set,
    /// A list gets more items.
    Add,
    /// A list loses items.
    Remove,
}

/// Records an entry for each target with the changes that change something on its day; none where nothing is changed.
///
/// # Errors
/// Fails with every refusal together; nothing was written then.
pub fn set(
    session: &Session,
    targets: Vec<Target>,
    draft: &Event,
    changes: &[FactChange],
) -> Result<Done, Failure> {
    let (entries, refused) = entries(targets, |target| {
        let prospect = target.on(&session.ledger.settings, draft.date())?.prospect;
        let mut values: Vec<(Text, FactValue, FactValue)> = Vec::new();
        for FactChange { name, operation, value } in changes {
            let known = values.iter().position(|(known, ..)| known == name);
            let at = known.unwrap_or_else(|| {
                let was = prospect.value_of(name);
                values.push((name.clone(), was.clone(), was));
                values.len() - 1
            });
            values[at].2 = changed(name, &values[at].2, *operation, value)?;
            right(session, &target, name, &values[at].2)?;
        }
        // As they are read from a file.
        values.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let said = Words::each(|lang| {
            let each = values.iter().map(|(name, was, is)| told(name, was, is, lang));
            lang.about(&target.named(), &lang.clauses(each))
        });
        let new = values.into_iter().filter(|(_, was, is)| was != is);
        let set: Vec<(Text, FactValue)> = new.map(|(name, _, is)| (name, is)).collect();
        let events = if set.is_empty() { vec![] } else { vec![Event { set, ..draft.clone() }] };
        Ok(Entry { target, events, said })
    });
    unless(refused)?;
    let (changing, unchanged): (Vec<Entry>, Vec<Entry>) =
        entries.into_iter().partition(|entry| !entry.events.is_empty());
    let mut done = session.commit(changing)?;
    done.said.extend(unchanged.into_iter().map(|entry| entry.said));
    Ok(done)
}

/// Is the value one that a fact can have: a parent that is another customer, a potential that is not below nothing?
fn right(
    session: &Session,
    target: &Target,
    name: &str,
    value: &FactValue,
) -> Result<(), Diagnostic> {
    match value {
        FactValue::Text(parent) if name == "parent" => {
            known_parent(session.ledger, target.id(), parent)
        }
        FactValue::Money(money) => not_negative(name, *money),
        _ => Ok(()),
    }
}

/// The value of a fact after a change.
fn changed(
    name: &str,
    was: &FactValue,
    operation: Operation,
    value: &FactValue,
) -> Result<FactValue, Diagnostic> {
    let list = |value: &FactValue| match value {
        FactValue::Texts(texts) => texts.clone(),
        _ => Vec::new(),
    };
    let of_list = |texts: Vec<Text>| {
        if texts.is_empty() { FactValue::Nothing } else { FactValue::Texts(texts) }
    };
    Ok(match (operation, value) {
        (Operation::Set, FactValue::Nothing) if name == "name" => {
            let message = words!("a name cannot be empty", "名称不能为空");
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!("write the new one: name=NAME", "请写出新名称：name=名称")));
        }
        (Operation::Set, FactValue::Nothing) if name == "relation" => {
            FactValue::Text(Relation::default().name().into())
        }
        (Operation::Set, value) => value.clone(),
        (Operation::Add, value) => {
            let mut all = list(was);
            let new = list(value).into_iter();
            new.for_each(|item| {
                if !all.contains(&item) {
                    all.push(item)
                }
            });
            of_list(all)
        }
        (Operation::Remove, value) => {
            let gone = list(value);
            of_list(list(was).into_iter().filter(|item| !gone.contains(item)).collect())
        }
    })
}

/// A change in words: `region east -> north`.
fn told(name: &str, was: &FactValue, is: &FactValue, lang: Lang) -> String {
    let nothing = lang.pick("nothing", "无");
    let words = |value: &FactValue| value.words(lang).unwrap_or_else(|| nothing.to_owned());
    let value = words(is);
    let name = fact_word(name, lang);
    match lang {
        _ if was != is => format!("{name} {} -> {value}", words(was)),
        Lang::En | Lang::Machine => format!("{name} is {value} already"),
        Lang::Zh => format!("{name} 已经是 {value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(items: &[&str]) -> FactValue {
        FactValue::Texts(items.iter().map(|item| (*item).into()).collect())
    }

    #[test]
    fn lists_gain_and_lose_items() {
        let of = |was, operation, value| changed("tags", &was, operation, &value).unwrap();
        assert_eq!(of(texts(&["a"]), Operation::Add, texts(&["b", "a"])), texts(&["a", "b"]));
        assert_eq!(of(FactValue::Nothing, Operation::Add, texts(&["b"])), texts(&["b"]));
        assert_eq!(of(texts(&["a", "b"]), Operation::Remove, texts(&["a"])), texts(&["b"]));
        assert_eq!(of(texts(&["a"]), Operation::Remove, texts(&["a", "c"])), FactValue::Nothing);
        assert_eq!(of(texts(&["a"]), Operation::Set, FactValue::Nothing), FactValue::Nothing);
    }

    #[test]
    fn a_name_stays_and_a_relation_falls_back() {
        let none = FactValue::Nothing;
        assert!(changed("name", &FactValue::Text("x".into()), Operation::Set, &none).is_err());
        let relation = changed("relation", &FactValue::Text("agent".into()), Operation::Set, &none);
        assert_eq!(relation.unwrap(), FactValue::Text("customer".into()));
    }
}
