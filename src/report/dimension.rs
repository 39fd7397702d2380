//! What figures can be broken down by.

use crate::diag::{Code, Diagnostic};
use crate::model::settings::Settings;
use crate::rules::customer::levels::Scale;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::text::Text;

/// A dimension: each prospect has one value of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dimension {
    /// Who owns it; the pool where nobody does.
    Owner,
    /// The owner's manager.
    Manager,
    /// The board.
    Pipeline,
    /// A fact, built in or the team's own.
    Fact(Text),
    /// The month it was opened.
    Month,
    /// The quarter it was opened.
    Quarter,
    /// The customer's grade.
    Grade,
    /// The customer's level of a dimension of grading.
    Level(Scale),
}

/// The dimensions with names of their own, beside facts.
const NAMED: [(&str, Dimension); 14] = [
    ("owner", Dimension::Owner),
    ("manager", Dimension::Manager),
    ("pipeline", Dimension::Pipeline),
    ("month", Dimension::Month),
    ("quarter", Dimension::Quarter),
    ("grade", Dimension::Grade),
    ("value-level", Dimension::Level(Scale::Value)),
    ("relationship", Dimension::Level(Scale::Relationship)),
    ("demand", Dimension::Level(Scale::Demand)),
    ("loyalty", Dimension::Level(Scale::Loyalty)),
    ("lifecycle", Dimension::Level(Scale::Lifecycle)),
    ("pareto", Dimension::Level(Scale::Pareto)),
    ("pyramid", Dimension::Level(Scale::Pyramid)),
    ("segment", Dimension::Level(Scale::Segment)),
];

/// Facts that figures can be broken down by.
const FACTS: [&str; 6] = ["source", "region", "product", "industry", "size", "account"];

impl Dimension {
    /// The dimension of a name, or the nearest.
    pub fn parse(name: &str, settings: &Settings) -> Result<Dimension, Diagnostic> {
        if let Some((_, dimension)) = NAMED.iter().find(|(known, _)| *known == name) {
            return Ok(dimension.clone());
        }
        let own = || settings.facts.iter().map(|fact| &**fact);
        if FACTS.into_iter().chain(own()).any(|known| known == name) {
            return Ok(Dimension::Fact(name.into()));
        }
        let names = NAMED.iter().map(|(known, _)| *known).chain(FACTS).chain(own());
        Err(Diagnostic::new(Code::BadArgument, format!("--by: nothing is called `{name}`"))
            .nearest(name, names))
    }

    /// Its name: the column's id.
    pub fn name(&self) -> &str {
        match self {
            Dimension::Fact(name) => name,
            named => NAMED.iter().find(|(_, d)| d == named).map_or("", |(name, _)| name),
        }
    }

    /// What people read for one of its values; machines read the value.
    pub fn word<'v>(&self, value: &'v str, lang: Lang) -> &'v str {
        let level = match self {
            Dimension::Level(scale) => scale.levels().iter().find(|level| level.id == value),
            _ => None,
        };
        level.map_or(value, |level| level.short(lang))
    }

    /// Whether it needs grades; [`Request::selection`](super::Request::selection) then has the book graded first.
    pub fn asks_grades(&self) -> bool {
        matches!(self, Dimension::Grade | Dimension::Level(_))
    }

    /// A prospect's value; empty where it has none.
    pub fn of(&self, record: &Record, settings: &Settings) -> String {
        self.value(record, settings, record.state.owner.as_deref(), record.state.opened)
    }

    /// The value of one of a prospect's pursuits: its month and quarter are those in which the pursuit
    /// was opened.
    pub fn of_pursuit(&self, record: &Record, settings: &Settings, opened: Date) -> String {
        self.value(record, settings, record.state.owner.as_deref(), Some(opened))
    }

    /// A prospect's value on a day on which it was somebody else's.
    pub fn of_owner(&self, record: &Record, settings: &Settings, owner: Option<&str>) -> String {
        self.value(record, settings, owner, record.state.opened)
    }

    fn value(
        &self,
        record: &Record,
        settings: &Settings,
        owner: Option<&str>,
        opened: Option<Date>,
    ) -> String {
        let customer = record.customer.get();
        debug_assert!(!self.asks_grades() || customer.is_some(), "the book is not graded");
        match self {
            Dimension::Grade => customer.and_then(|c| c.grade()).unwrap_or("").to_owned(),
            Dimension::Level(scale) => {
                customer.and_then(|c| scale.of(c)).map_or("", |level| level.id).to_owned()
            }
            Dimension::Owner => owner.unwrap_or("").to_owned(),
            Dimension::Manager => owner
                .and_then(|id| settings.rep(id))
                .and_then(|rep| rep.manager.as_deref())
                .unwrap_or("")
                .to_owned(),
            Dimension::Pipeline => record.pipeline(settings).id.to_string(),
            Dimension::Fact(name) => record.prospect.fact(name).unwrap_or("").to_owned(),
            Dimension::Month => {
                opened.map_or_else(String::new, |d| format!("{:04}-{:02}", d.year(), d.month()))
            }
            Dimension::Quarter => {
                opened.map_or_else(String::new, |d| format!("{:04}Q{}", d.year(), d.quarter()))
            }
        }
    }
}
