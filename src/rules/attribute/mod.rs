//! The attributes of a prospect: one table ([`ATTRIBUTES`]) that serves queries (`stage:50`, `value>=10k`), the
//! columns and the order of lists and of `export`, and `--by` of the reports. Titles of columns are in
//! [`crate::table::words`], with those of the columns that only reports have.

mod flags;
mod kind;
mod table;
mod view;

pub(in crate::rules) use flags::find_flag;
pub use flags::{FLAGS, Flag, listed_flags};
pub use kind::{
    AttributeKind, DayReader, Figure, Numbers, Read, StepReader, Steps, Tense, Texts, Unit,
    Vocabulary,
};
pub use table::{ATTRIBUTES, MANAGER, OWNER, SOURCE};
pub use view::View;

use crate::model::pipeline::IN_CYCLE;
use crate::model::settings::Settings;
use crate::rules::customer::levels::Level;
use crate::value::date::{Date, Moment};
use crate::value::id::fold;
use crate::value::text::Text;
use std::borrow::Cow;
use std::cell::RefCell;

/// The beginnings of a name that mean the file of the prospect's customer.
pub const OF_CUSTOMER: [&str; 2] = ["customer.", "客户."];

/// A name without such a beginning, and whether it had one.
pub fn of_customer(name: &str) -> (bool, &str) {
    let name = name.trim();
    let begins = |prefix: &&str| fold(name).starts_with(*prefix);
    match OF_CUSTOMER.into_iter().find(begins) {
        Some(_) => (true, name.split_once('.').map_or(name, |(_, own)| own)),
        None => (false, name),
    }
}

/// An attribute of prospects. Every one is a field of queries.
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    /// The id: the field of queries, the column, and the word after `--by`.
    pub id: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// A few words about it, in English and in Chinese.
    pub about: (&'static str, &'static str),
    /// A query that uses it.
    pub example: &'static str,
    /// Its type, and how its value is read.
    pub kind: AttributeKind,
    /// Whether lists can have it as a column.
    pub is_column: bool,
    /// Whether `export`, and `list --columns all`, have it without being asked.
    pub is_exported: bool,
    /// Whether `--by` takes it.
    pub is_group: bool,
    /// Whether it is read from the graded customer: the book has to be graded first.
    pub is_graded: bool,
    /// Whether it is read from notes, which are not always kept.
    pub is_noted: bool,
}

/// The value of an attribute.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// There is none.
    None,
    /// A text.
    Text(Cow<'a, str>),
    /// Several texts.
    Texts(Vec<Text>),
    /// A column of the prospect's own pipeline, by its position.
    Stage(usize),
    /// A number.
    Number(Figure<'a>),
    /// A level of a dimension of grading.
    Level(&'static Level),
    /// A day.
    Date(Date),
    /// A day, perhaps with a time.
    Moment(Moment),
    /// Flags that are up.
    Flags(Vec<&'static Flag>),
}

impl Attribute {
    /// The type in a word or two, in English and in Chinese, for pages that list the fields.
    pub fn kind_name(&self) -> (&'static str, &'static str) {
        match self.kind {
            AttributeKind::Words(..) => ("text", "文本"),
            AttributeKind::Exact(..) | AttributeKind::Level(_) => ("exact", "整词"),
            AttributeKind::Stage(_) => ("stage", "栏"),
            AttributeKind::Steps(..) => ("step", "步骤"),
            AttributeKind::Number(Unit::Plain | Unit::Money, _) | AttributeKind::Valued(..) => {
                ("number", "数字")
            }
            AttributeKind::Number(Unit::Percent, _) => ("percent", "百分比"),
            AttributeKind::Number(Unit::Days, _) => ("days", "天数"),
            AttributeKind::Date(Tense::Past, _) => ("past date", "过去日期"),
            AttributeKind::Date(Tense::Ahead, _) => ("date ahead", "将来日期"),
            AttributeKind::Flags => ("flag", "提醒"),
        }
    }

    /// The value of a record.
    pub fn value<'a>(&self, view: &View<'a>) -> Value<'a> {
        match self.kind {
            AttributeKind::Words(names, read) | AttributeKind::Exact(names, read) => {
                texts(names, read, view)
            }
            AttributeKind::Stage(read) => read(view).map_or(Value::None, Value::Stage),
            AttributeKind::Steps(steps, read) => (read.at)(view)
                .and_then(|at| steps.get(at))
                .map_or(Value::None, |row| Value::Text(Cow::Borrowed(row.0))),
            AttributeKind::Number(_, read) | AttributeKind::Valued(_, read) => {
                Value::Number(read(view))
            }
            AttributeKind::Level(scale) => view.level(scale).map_or(Value::None, Value::Level),
            AttributeKind::Date(_, DayReader::Date(read)) => {
                read(view).map_or(Value::None, Value::Date)
            }
            AttributeKind::Date(_, DayReader::Moment(read)) => {
                read(view).map_or(Value::None, Value::Moment)
            }
            AttributeKind::Flags => Value::Flags(listed_flags(view)),
        }
    }

    /// The value as the id of a group; empty where there is none. Only an attribute for `--by` has such an id.
    pub fn group(&self, view: &View<'_>) -> String {
        match self.value(view) {
            Value::Text(text) => text.into_owned(),
            Value::Stage(at) => view.pipeline().stages[at].id.to_string(),
            Value::Level(level) => level.id.to_owned(),
            _ => String::new(),
        }
    }

    /// The id and the aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.id).chain(self.aliases.iter().copied())
    }
}

fn texts<'a>(names: Vocabulary, read: Read, view: &View<'a>) -> Value<'a> {
    let text = |text: Cow<'a, str>| Value::Text(text);
    match read {
        Read::One(read) => read(view).map(Cow::Borrowed).map_or(Value::None, text),
        Read::Made(make) => make(view).map(Cow::Owned).map_or(Value::None, text),
        Read::First(read) => {
            let first = RefCell::new(None);
            read(view, &|text| {
                *first.borrow_mut() = Some(text.to_owned());
                true
            });
            first.into_inner().map(Cow::Owned).map_or(Value::None, text)
        }
        // Criteria are tested by name before they are judged: each known one is asked for.
        Read::All(read) if names == Vocabulary::Criteria => {
            let criteria =
                view.settings.concerning(view.pipeline()).map(|criterion| &*criterion.id);
            let known = criteria.chain([IN_CYCLE]);
            let holding = known.filter(|known| read(view, &|name| name == *known));
            Value::Texts(holding.map(Into::into).collect())
        }
        Read::All(read) => {
            let all = RefCell::new(Vec::new());
            read(view, &|text| {
                all.borrow_mut().push(text.into());
                false
            });
            Value::Texts(all.into_inner())
        }
    }
}

/// The meaning of a name: an attribute, or one of the team's own facts.
#[derive(Debug, Clone)]
pub enum Named<'s> {
    /// A row of the table.
    Attribute(&'static Attribute),
    /// A fact that the settings name.
    Fact(&'s Text),
}

/// The meaning of a name. An exported column comes before the team's own facts, so that no fact hides it; these come
/// before all other names of the table, so that a new row hides no fact. Upper and lower case are equal, and so are
/// `_` and `-`.
pub fn named<'s>(name: &str, settings: &'s Settings) -> Option<Named<'s>> {
    let name = fold(name.trim());
    let hyphened = name.replace('_', "-");
    let row = ATTRIBUTES.iter().find(|row| row.names().any(|known| known == hyphened));
    let exported = row.filter(|row| row.is_exported && row.id == hyphened);
    let fact = || settings.facts.iter().find(|fact| fold(fact) == name).map(Named::Fact);
    match exported {
        Some(row) => Some(Named::Attribute(row)),
        None => fact().or(row.map(Named::Attribute)),
    }
}

/// The ids of chosen rows and the team's own facts, in the order of the table.
pub fn ids(settings: &Settings, chosen: fn(&Attribute) -> bool) -> impl Iterator<Item = &str> {
    let rows = ATTRIBUTES.iter().filter(move |row| chosen(row)).map(|row| row.id);
    rows.chain(settings.facts.iter().map(|fact| &**fact))
}
