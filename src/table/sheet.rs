//! The result of reports: tables of typed cells, with titles in the ledger's language. No widths, no
//! colours, no formats.

pub use super::picture::{Chart, Emphasis, Picture, Quantity, Series};
use crate::model::privacy::VEIL;
use crate::value::date::{Date, Moment};
use crate::value::money::{Amount, Currency, Money, Sum};
use crate::value::text::Text;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// One cell. A long list has millions of them, so none needs more than 24 bytes, and short words are in
/// it.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// No value.
    Empty,
    /// Words.
    Text(Text),
    /// Several words, joined by `, ` for people and by `;` in CSV.
    List(Box<[Text]>),
    /// Several words, below each other for people and joined by `;` in CSV.
    Lines(Box<[Text]>),
    /// A count, or days.
    Int(i64),
    /// A statistic, shown with so many decimals.
    Number(f64, usize),
    /// An exact amount.
    Money(Money),
    /// An exact amount in the ledger's own currency.
    Amount(Amount),
    /// A share: numerator and denominator; people read a percentage, machines the ratio.
    Rate(u64, u64),
    /// A probability or share that is not a quotient of counts, 0 to 1.
    Share(f64),
    /// A day.
    Date(Date),
    /// A day, perhaps with a time.
    Moment(Moment),
    /// Yes or no.
    Bool(bool),
    /// Why there is no number: `n = 3, too few`.
    Absent(Box<str>),
}

impl Cell {
    /// Words, or nothing.
    pub fn text(text: impl Into<Text>) -> Cell {
        Cell::Text(text.into())
    }

    /// Several words.
    pub fn list(words: impl IntoIterator<Item = impl Into<Text>>) -> Cell {
        Cell::List(words.into_iter().map(Into::into).collect())
    }

    /// Several words, below each other.
    pub fn lines(words: impl IntoIterator<Item = impl Into<Text>>) -> Cell {
        Cell::Lines(words.into_iter().map(Into::into).collect())
    }

    /// A sum in the ledger's own currency; if that is nothing, the sums in others.
    pub fn sum(sum: &Sum) -> Cell {
        let mut foreign = sum.foreign();
        match (foreign.next().filter(|_| sum.own.is_zero()), foreign.next()) {
            (None, _) => Cell::Amount(sum.own),
            (Some(money), None) => Cell::Money(money),
            (Some(_), Some(_)) => Cell::list(sum.foreign().map(|money| money.to_string())),
        }
    }

    /// The amount alone of money; any other cell as it is.
    #[must_use]
    pub fn without_currency(self) -> Cell {
        match self {
            Cell::Money(money) => Cell::Amount(money.amount),
            other => other,
        }
    }

    /// The currency of money, unless that is the ledger's own.
    pub fn currency(&self) -> Option<Currency> {
        match self {
            Cell::Money(money) => money.currency,
            _ => None,
        }
    }

    /// That currency in a cell of its own.
    #[must_use]
    pub fn currency_alone(&self) -> Cell {
        Cell::maybe(self.currency(), |currency| Cell::text(currency.to_string()))
    }

    /// Does the cell show only that its value is sealed? For machines it is empty.
    pub fn is_veiled(&self) -> bool {
        match self {
            Cell::Text(text) => **text == *VEIL,
            Cell::List(words) | Cell::Lines(words) => {
                !words.is_empty() && words.iter().all(|word| **word == *VEIL)
            }
            _ => false,
        }
    }

    /// Why there is no number.
    pub fn absent(why: impl Into<Box<str>>) -> Cell {
        Cell::Absent(why.into())
    }

    /// A count.
    pub fn count(n: usize) -> Cell {
        Cell::Int(i64::try_from(n).unwrap_or(i64::MAX))
    }

    /// The cell that `to` makes of the value, or an empty one.
    pub fn maybe<T>(value: Option<T>, to: impl FnOnce(T) -> Cell) -> Cell {
        value.map_or(Cell::Empty, to)
    }
}

/// The kind of a column: decides its alignment, and the cells that `--format ids` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Prospects' ids.
    Id,
    /// Words.
    Text,
    /// Numbers, money, dates: aligned to the right where they are numbers.
    Number,
    /// Dates.
    Date,
}

/// A column: its stable name for machines, its title for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Stable, kebab-case; the CSV header and the JSON key.
    pub id: String,
    /// The title, for people.
    pub title: String,
    /// Its kind.
    pub kind: Kind,
    /// How early it gives way where a terminal is too narrow for all columns: the highest first; at 0 it stays, at 1 it
    /// goes only where the others would not fit with their words cut. A new column has 1, and one of ids 0.
    pub optional: u8,
    /// What becomes of words that are too wide.
    pub excess: Excess,
}

/// What becomes of words that are wider than their column on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Excess {
    /// In lists of things with ids they are cut; elsewhere they go on in the next line.
    #[default]
    Usual,
    /// They go on in the next line: sentences.
    Wraps,
    /// The column is as wide as they are: names of entries, contracts and others that are typed.
    Stays,
}

impl Column {
    /// A column.
    pub fn new(id: impl Into<String>, title: impl Into<String>, kind: Kind) -> Column {
        let optional = u8::from(kind != Kind::Id);
        Column { id: id.into(), title: title.into(), kind, optional, excess: Excess::Usual }
    }

    /// Makes the column optional: left out if a terminal is too narrow, the higher ranks first.
    #[must_use]
    pub fn optional(self, rank: u8) -> Column {
        Column { optional: rank, ..self }
    }

    /// Makes some columns optional: these, the first of them before all others.
    #[must_use]
    pub fn giving_way(mut columns: Vec<Column>, first: &[&str]) -> Vec<Column> {
        for (rank, id) in (2..).zip(first.iter().rev()) {
            columns.iter_mut().filter(|column| column.id == *id).for_each(|c| c.optional = rank);
        }
        columns
    }

    /// Makes a column of sentences: what is too wide for a line goes on in the next one.
    #[must_use]
    pub fn wraps(self) -> Column {
        Column { excess: Excess::Wraps, ..self }
    }

    /// Makes a column of names that people type: they are neither cut nor broken.
    #[must_use]
    pub fn whole(self) -> Column {
        Column { excess: Excess::Stays, ..self }
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// As many as there are columns.
    pub cells: Vec<Cell>,
    /// Its emphasis.
    pub emphasis: Emphasis,
}

impl Row {
    /// A plain row.
    pub fn new(cells: Vec<Cell>) -> Row {
        Row { cells, emphasis: Emphasis::Plain }
    }

    /// A row with emphasis.
    pub fn with(cells: Vec<Cell>, emphasis: Emphasis) -> Row {
        Row { cells, emphasis }
    }
}

/// The rows of a table. Few are kept as they are; of a long list each is made when it is asked for, so that
/// only its sources are in memory.
#[derive(Clone)]
pub struct Rows(RowSource);

#[derive(Clone)]
enum RowSource {
    Kept(Vec<Row>),
    Made { count: usize, row: Arc<dyn Fn(usize) -> Row + Send + Sync> },
}

impl Rows {
    /// So many rows, each made of its position when it is asked for, perhaps several times.
    pub fn made(count: usize, row: impl Fn(usize) -> Row + Send + Sync + 'static) -> Rows {
        Rows(RowSource::Made { count, row: Arc::new(row) })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            RowSource::Kept(rows) => rows.len(),
            RowSource::Made { count, .. } => *count,
        }
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at a position, if there are so many.
    pub fn get(&self, position: usize) -> Option<Cow<'_, Row>> {
        match &self.0 {
            RowSource::Kept(rows) => rows.get(position).map(Cow::Borrowed),
            RowSource::Made { count, row } => {
                (position < *count).then(|| Cow::Owned(row(position)))
            }
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Cow<'_, Row>> {
        self.part(0..self.len())
    }

    /// Those at some positions, in order.
    pub fn part(&self, positions: Range<usize>) -> impl DoubleEndedIterator<Item = Cow<'_, Row>> {
        positions.filter_map(|position| self.get(position))
    }

    /// Leaves out all behind the first so many.
    pub fn truncate(&mut self, most: usize) {
        match &mut self.0 {
            RowSource::Kept(rows) => rows.truncate(most),
            RowSource::Made { count, .. } => *count = most.min(*count),
        }
    }
}

impl Default for Rows {
    fn default() -> Rows {
        Rows(RowSource::Kept(Vec::new()))
    }
}

impl From<Vec<Row>> for Rows {
    fn from(rows: Vec<Row>) -> Rows {
        Rows(RowSource::Kept(rows))
    }
}

impl FromIterator<Row> for Rows {
    fn from_iter<I: IntoIterator<Item = Row>>(rows: I) -> Rows {
        Rows(RowSource::Kept(rows.into_iter().collect()))
    }
}

impl PartialEq for Rows {
    fn eq(&self, other: &Rows) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The readers of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Audience {
    /// All readers.
    #[default]
    All,
    /// People: left out of CSV, TSV, JSON and ids.
    People,
    /// Machines: left out of tables, Markdown and pages.
    Machines,
    /// Left out unless it is asked for by its name.
    Nobody,
}

impl Audience {
    /// All readers, or none where there is nothing to read: the table is there all the same, for those who name it.
    pub fn of(is_worth_reading: bool) -> Audience {
        if is_worth_reading { Audience::All } else { Audience::Nobody }
    }
}

/// A table with a name of its own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Stable, kebab-case.
    pub id: String,
    /// The title, for people; empty if the sheet's title is enough.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows. Total rows are for people: CSV and JSON leave them out.
    pub rows: Rows,
    /// Its readers.
    pub audience: Audience,
}

/// A report: one or more tables (the first is the one CSV gives) and the words around them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// The report's name.
    pub id: String,
    /// The title, for people.
    pub title: String,
    /// The population and the day of the figures.
    pub about: String,
    /// The tables.
    pub tables: Vec<Table>,
    /// Remarks on the figures: one sentence each.
    pub notes: Vec<String>,
    /// Pictures of the figures in the tables.
    pub pictures: Vec<Picture>,
}

impl Sheet {
    /// Leaves tables without rows out, unless one is asked for by its name.
    pub fn hide_empty(&mut self) {
        let empty = self.tables.iter_mut().filter(|table| table.rows.is_empty());
        empty.for_each(|table| table.audience = Audience::Nobody);
    }

    /// A sheet of a single table.
    pub fn single(id: &str, title: impl Into<String>, columns: Vec<Column>, rows: Rows) -> Sheet {
        Sheet {
            id: id.to_owned(),
            title: title.into(),
            about: String::new(),
            tables: vec![Table { id: id.to_owned(), columns, rows, ..Table::default() }],
            notes: Vec::new(),
            pictures: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_made_are_like_those_that_are_kept() {
        let row = |n: usize| Row::new(vec![Cell::count(n)]);
        let (kept, made): (Rows, Rows) = ((0..5).map(row).collect(), Rows::made(5, row));
        assert_eq!((kept.len(), made.get(5)), (5, None));
        for most in [7, 3, 0] {
            let (mut kept, mut made) = (kept.clone(), made.clone());
            kept.truncate(most);
            made.truncate(most);
            assert_eq!(kept, made);
            assert!(kept.iter().rev().eq(made.iter().rev()));
            assert_eq!(format!("{kept:?}"), format!("{made:?}"));
        }
    }

    #[test]
    fn cells_are_small() {
        assert_eq!(std::mem::size_of::<Cell>(), 24);
    }
}
