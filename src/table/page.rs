//! A page of several sheets, with tiles above them.

use super::sheet::Sheet;
use crate::value::period::Period;

/// A page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// The title, for people.
    pub title: String,
    /// The population and the day.
    pub about: String,
    /// The tiles.
    pub tiles: Vec<Tile>,
    /// The sheets.
    pub parts: Vec<Part>,
    /// The columns by whose values a reader may choose rows.
    pub choices: Vec<Choice>,
}

/// A sheet on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The sheet.
    pub sheet: Sheet,
    /// The room that it gets.
    pub room: Room,
}

/// The room of a sheet on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// The whole width.
    Wide,
    /// Half of it, where there is width enough.
    Half,
    /// The whole width, folded until it is asked for.
    Folded,
}

/// A figure with its course.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tile {
    /// Stable, kebab-case.
    pub id: String,
    /// Its name, for people.
    pub label: String,
    /// The figure, as people read it; or why there is none.
    pub figure: String,
    /// Is there no figure?
    pub is_absent: bool,
    /// A few words about it: its interval, its count.
    pub detail: String,
    /// The part of a target that is reached.
    pub gauge: Option<Gauge>,
    /// The change on the week before.
    pub change: Option<Change>,
    /// The figure in each of the last weeks, if it was known then, the latest last.
    pub course: Vec<Option<f64>>,
    /// The least and the greatest of them, and of how many weeks they are, as people read it.
    pub range: String,
}

/// The part of a target that is reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Gauge {
    /// That part; above 1 where the target is exceeded.
    pub share: f64,
    /// The part of the time that is over, 0 to 1.
    pub elapsed: f64,
    /// Both in words.
    pub text: String,
}

/// A change of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// How much, as people read it.
    pub text: String,
    /// Its direction.
    pub way: Way,
}

/// The direction of a change, and whether it is welcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// None.
    Same,
    /// Welcome.
    Better,
    /// Unwelcome.
    Worse,
}

/// A column by whose values a reader may choose rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The id of the column.
    pub column: String,
    /// The name of the choice, for people.
    pub label: String,
    /// Each answer: its name, and the values of the column that it means.
    pub answers: Vec<(String, Vec<String>)>,
}

/// The part of a period that is over at the end of its day `to`, 0 to 1.
pub fn elapsed(whole: Period, so_far: Period) -> f64 {
    let (days, over) = (whole.days(), so_far.days());
    if days > 0 { (over as f64 / days as f64).clamp(0.0, 1.0) } else { 0.0 }
}
