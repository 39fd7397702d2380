//! The people of a file: they are added, changed, and leave, without a change of anything else in the file.

use super::change::{not_read_back, reads_back};
use super::session::{Done, Session};
use super::target::Target;
use crate::diag::Place;
use crate::diag::{Code, Diagnostic, Failure, Words};
use crate::disk::write::FileChange;
use crate::format::add_facts::add_facts;
use crate::format::edit_person::edit_person;
use crate::format::line::fact_value;
use crate::format::new_file::contact_block;
use crate::model::profile::FactValue;
use crate::model::prospect::{Contact, Prospect};
use crate::value::id::searchable;
use crate::value::phone::Phone;
use crate::value::sound::Sound;

/// A field of a person, with its new value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonField {
    /// A field of this name.
    Fact(&'static str, FactValue),
    /// Does the person decide?
    Decides(bool),
}

impl PersonField {
    /// The field's key in a file.
    pub fn key(&self) -> &'static str {
        match self {
            PersonField::Fact(key, _) => key,
            PersonField::Decides(_) => "decides",
        }
    }

    /// The new value as TOML; `None` if there is none.
    fn written(&self) -> Option<String> {
        match self {
            PersonField::Fact(_, FactValue::Nothing) | PersonField::Decides(false) => None,
            PersonField::Fact(_, value) => Some(fact_value(value)),
            PersonField::Decides(true) => Some("true".to_owned()),
        }
    }

    /// Gives the value to a person.
    fn apply(&self, person: &mut Contact) {
        let (key, value) = match self {
            PersonField::Decides(decides) => {
                person.decides = *decides;
                return;
            }
            PersonField::Fact(key, value) => (*key, value.clone()),
        };
        let slot = match key {
            "name" => {
                person.name = text(value).unwrap_or_default();
                return;
            }
            "refuses" => {
                person.refuses =
                    if let FactValue::Texts(texts) = value { texts } else { Vec::new() };
                return;
            }
            "birthday" | "left" => {
                let date = if let FactValue::Date(date) = value { Some(date) } else { None };
                *if key == "left" { &mut person.left } else { &mut person.birthday } = date;
                return;
            }
            "role" => &mut person.role,
            "phone" => &mut person.phone,
            "email" => &mut person.email,
            "part" => &mut person.part,
            "stance" => &mut person.stance,
            "concern" => &mut person.concern,
            _ => &mut person.prefers,
        };
        *slot = text(value);
    }
}

fn text(value: FactValue) -> Option<crate::value::text::Text> {
    if let FactValue::Text(text) = value { Some(text) } else { None }
}

/// Adds a person of this name. Another one of the name must be meant: `anyway`.
///
/// # Errors
/// Fails if there is a person of the name, or the file cannot be written.
pub fn add(
    session: &Session,
    target: &Target,
    name: &str,
    fields: &[PersonField],
    anyway: bool,
) -> Result<Done, Failure> {
    let Target { loaded } = target;
    let is_known = |person: &Contact| searchable(&person.name) == searchable(name);
    if !anyway && loaded.prospect.contacts.iter().any(is_known) {
        let (named, id) = (target.named(), target.id());
        let message = words!("{named} has {name} already", "{named} 已经有 {name}");
        return Err(Diagnostic::new(Code::AlreadyThere, message)
            .help(words!(
                "to change this person: crm contact edit {id} {name}",
                "修改此人：crm contact edit {id} {name}"
            ))
            .help(words!("another person of the name: --anyway", "确有另一位同名者：--anyway"))
            .into());
    }
    let mut person = Contact { name: name.into(), ..Contact::default() };
    fields.iter().for_each(|field| field.apply(&mut person));
    let mut prospect = loaded.prospect.clone();
    let block = [contact_block(&person)];
    prospect.contacts.push(person);
    let place = Place::file(session.ledger.show(&prospect.path));
    let after = add_facts(&loaded.text, &[], &block, &place)?;
    let named = target.named();
    write(
        session,
        target,
        prospect,
        after,
        words!("{named}: {name} added", "{named}：已添加 {name}"),
    )
}

/// Gives new values to fields of the person of this name. Fields that have them already are left alone.
///
/// # Errors
/// Fails if the name fits none or several of the people, or the file cannot be written.
pub fn edit(
    session: &Session,
    target: &Target,
    name: &str,
    fields: &[PersonField],
) -> Result<Done, Failure> {
    let loaded = &target.loaded;
    let position = find(target, name)?;
    let mut prospect = loaded.prospect.clone();
    let person = &mut prospect.contacts[position];
    let was = person.clone();
    let mut new = Vec::new();
    for field in fields {
        let before = person.clone();
        field.apply(person);
        if *person != before {
            new.push(field);
        }
    }
    let (named, name) = (target.named(), &was.name);
    if new.is_empty() {
        let said = words!("{named}: {name} is so already", "{named}：{name} 本来就是这样");
        return Ok(Done { said: vec![said], ..Done::default() });
    }
    let keys: Vec<&str> = new.iter().map(|field| field.key()).collect();
    let keys = keys.join(", ");
    let said = match prospect.contacts[position].left.filter(|_| keys == "left") {
        Some(left) => match was.left {
            None => words!("{named}: {name} left on {left}", "{named}：{name} 于 {left} 离职"),
            Some(before) => words!(
                "{named}: {name} left on {left}, not on {before}",
                "{named}：{name} 于 {left} 离职，而不是 {before}"
            ),
        },
        None => words!("{named}: {name}: {keys} changed", "{named}：{name}：已修改 {keys}"),
    };
    let written: Vec<(&str, Option<String>)> =
        new.iter().map(|field| (field.key(), field.written())).collect();
    let place = Place::file(session.ledger.show(&prospect.path));
    let after = edit_person(&loaded.text, position, &written, &place)?;
    write(session, target, prospect, after, said)
}

/// Writes the text that a file comes to, once it reads back as the prospect.
fn write(
    session: &Session,
    target: &Target,
    prospect: Prospect,
    after: String,
    said: Words,
) -> Result<Done, Failure> {
    if !reads_back(session.ledger, &prospect, &after) {
        return Err(not_read_back(&session.ledger.show(&prospect.path)).into());
    }
    let before = Some(target.loaded.text.clone());
    let after = Some(after);
    let differences = session.write(&[FileChange { path: prospect.path, before, after }])?;
    let said = if session.is_dry() { Vec::new() } else { vec![said] };
    Ok(Done { said, differences, doubts: session.doubts([], None), ..Done::default() })
}

/// The position of the person that is meant: by the name, a part or the sound of it, the telephone or the mail; of several
/// of one name `NAME#2` is the second.
fn find(target: &Target, typed: &str) -> Result<usize, Diagnostic> {
    let people = &target.loaded.prospect.contacts;
    let (name, number) = match typed.rsplit_once('#') {
        Some((name, number)) if number.parse::<usize>().is_ok_and(|n| n > 0) => {
            (name, number.parse::<usize>().ok())
        }
        _ => (typed, None),
    };
    let wanted = searchable(name.trim());
    let fits = |fit: &dyn Fn(&Contact) -> bool| -> Vec<usize> {
        people.iter().enumerate().filter(|(_, person)| fit(person)).map(|(at, _)| at).collect()
    };
    let phone = Phone::of(&wanted);
    let sound = Sound::of(&wanted);
    let ways: [&dyn Fn(&Contact) -> bool; 4] = [
        &|person| searchable(&person.name) == wanted,
        &|person| person.email.as_deref().is_some_and(|email| searchable(email) == wanted),
        &|person| {
            let number = person.phone.as_deref().zip(phone.as_ref());
            number.is_some_and(|(text, phone)| phone.within(text).is_some())
        },
        &|person| {
            searchable(&person.name).contains(&*wanted)
                || sound.as_ref().is_some_and(|sound| sound.heard_in(&person.name).is_some())
        },
    ];
    let ways = ways.into_iter().filter(|_| !wanted.is_empty());
    let found = ways.map(fits).find(|found| !found.is_empty()).unwrap_or_default();
    match (found.as_slice(), number) {
        ([only], None) => Ok(*only),
        (several, Some(number)) if number <= several.len() => Ok(several[number - 1]),
        (found, _) => Err(not_one(target, typed, found)),
    }
}

/// That a name fits none or several of the people.
fn not_one(target: &Target, typed: &str, found: &[usize]) -> Diagnostic {
    let people = &target.loaded.prospect.contacts;
    let named = target.named();
    if found.is_empty() {
        let message = words!("{named} has no person `{typed}`", "{named} 没有联系人 `{typed}`");
        let id = target.id();
        return Diagnostic::new(Code::NotFound, message)
            .nearest(typed, people.iter().map(|person| &*person.name))
            .help(words!(
                "to add one: crm contact add {id} {typed}",
                "添加：crm contact add {id} {typed}"
            ));
    }
    let message = words!(
        "`{typed}` could be several people of {named}",
        "`{typed}` 可能指 {named} 的多位联系人"
    );
    let mut ambiguous = Diagnostic::new(Code::Ambiguous, message);
    for at in found {
        let person = &people[*at];
        let earlier = people[..*at].iter().filter(|other| other.name == person.name).count();
        let is_alone = people.iter().filter(|other| other.name == person.name).count() == 1;
        let number = if is_alone { String::new() } else { format!("#{}", earlier + 1) };
        let about = [&person.role, &person.phone, &person.email].into_iter().flatten();
        let about: Vec<&str> = about.map(|text| &**text).collect();
        let line = format!("`{}{number}` {}", person.name, about.join(", "));
        ambiguous = ambiguous.help(Words::verbatim(line.trim_end()));
    }
    ambiguous
}
