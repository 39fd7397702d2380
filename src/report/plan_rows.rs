//! `crm export plans`: the plans of prospects and customers, one row a goal or a step.

use super::Request;
use super::columns::{currency_column, positions};
use super::several::rows_of;
use crate::diag::Diagnostic;
use crate::model::profile::{Goal, Step};
use crate::model::prospect::Prospect;
use crate::rules::book::Book;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Cell, Kind, Sheet};
use crate::table::words::column;
use crate::value::text::Text;

/// A goal or a step of a file.
enum Item<'b> {
    Goal(&'b Goal),
    Step(&'b Step),
}

/// A column: its id, its kind, and its cell.
type Definition = (&'static str, Kind, fn(&Prospect, &Item) -> Cell);

/// Every column but the currency of the target, which is behind it.
const COLUMNS: &[Definition] = &[
    ("id", Kind::Id, |of, _| Cell::text(&*of.id)),
    ("name", Kind::Text, |of, _| Cell::text(&*of.name)),
    ("goal", Kind::Text, |_, item| item.goal(|goal| named(&goal.id))),
    ("goal-what", Kind::Text, |_, item| item.goal(|goal| named(&goal.what))),
    ("goal-measure", Kind::Text, |_, item| item.goal(|goal| text(&goal.measure))),
    (TARGET, Kind::Number, |_, item| item.goal(|goal| Cell::maybe(goal.target, Cell::Money))),
    ("goal-by", Kind::Date, |_, item| item.goal(|goal| Cell::maybe(goal.by, Cell::Date))),
    ("goal-term", Kind::Text, |_, item| item.goal(|goal| text(&goal.term))),
    ("step", Kind::Text, |_, item| item.step(|step| named(&step.id))),
    ("step-what", Kind::Text, |_, item| item.step(|step| named(&step.what))),
    ("step-by", Kind::Date, |_, item| item.step(|step| Cell::maybe(step.by, Cell::Date))),
    ("step-goal", Kind::Text, |_, item| item.step(|step| text(&step.goal))),
    ("step-who", Kind::Text, |_, item| item.step(|step| text(&step.who))),
    ("step-answers", Kind::Text, |_, item| item.step(|step| text(&step.answers))),
];

const TARGET: &str = "goal-target";

impl Item<'_> {
    fn goal(&self, cell: impl Fn(&Goal) -> Cell) -> Cell {
        match self {
            Item::Goal(goal) => cell(goal),
            Item::Step(_) => Cell::Empty,
        }
    }

    fn step(&self, cell: impl Fn(&Step) -> Cell) -> Cell {
        match self {
            Item::Goal(_) => Cell::Empty,
            Item::Step(step) => cell(step),
        }
    }
}

fn text(value: &Option<Text>) -> Cell {
    Cell::maybe(value.as_deref(), Cell::text)
}

/// A text that is empty where it is not stated.
fn named(value: &Text) -> Cell {
    Cell::maybe(Some(&**value).filter(|value| !value.is_empty()), Cell::text)
}

/// The names of the columns, in the order of `export`.
pub fn all() -> Vec<String> {
    let with_currency = |(id, ..): &Definition| {
        let currency = (*id == TARGET).then(|| currency_column(id));
        std::iter::once((*id).to_owned()).chain(currency)
    };
    COLUMNS.iter().flat_map(with_currency).collect()
}

/// The goals and steps that are asked for, by the names of their columns.
pub struct PlanRows(Vec<String>);

impl PlanRows {
    /// With these columns.
    ///
    /// # Errors
    /// If a name is that of no column.
    pub fn of(names: &[&str]) -> Result<PlanRows, Diagnostic> {
        let all = all();
        Ok(PlanRows(
            positions(names, &all, "plans")?.into_iter().map(|at| all[at].clone()).collect(),
        ))
    }

    /// The goals of each file, then its steps, in the order of the file.
    pub fn sheet(&self, book: &Book, request: &Request) -> Sheet {
        let lang = book.settings.language;
        let currency = currency_column(TARGET);
        let apart = self.0.contains(&currency);
        let definition = |name: &str| COLUMNS.iter().find(|(id, ..)| *id == name);
        let heads = self.0.iter().map(|name| {
            column(name, definition(name).map_or(Kind::Text, |(_, kind, _)| *kind), lang)
        });
        let target = |item: &Item| item.goal(|goal| Cell::maybe(goal.target, Cell::Money));
        let cell = |of: &Prospect, item: &Item, name: &str| match definition(name) {
            Some((TARGET, ..)) if apart => target(item).without_currency(),
            Some((.., cell)) => cell(of, item),
            None => target(item).currency_alone(),
        };
        let rows = request.gather_everybody(book, |record: &Record| {
            let (of, profile) = (&record.prospect, record.prospect.profile());
            let steps = profile.steps.iter().map(Item::Step);
            let items = profile.goals.iter().map(Item::Goal).chain(steps);
            let rows = items.map(|item| self.0.iter().map(|name| cell(of, &item, name)).collect());
            rows_of(rows.collect())
        });
        super::several::sheet("plans", heads.collect(), book, rows)
    }
}
