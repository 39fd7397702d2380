//! The back-test: on each of some past days, the ledger as it was known then says what would have been said or done, and
//! the ledger of today says what came.
//!
//! Nothing is known on a day that was not in the ledger then (see [`known`]). Rules, reps, rates and grades are those of
//! the settings of today on every day, so that no difference comes from settings.

pub mod afterwards;
mod allocation;
mod brier;
mod cycle;
mod ends;
mod forecast;
pub mod known;
mod policy;
mod sheet;

use crate::diag::Failure;
use crate::report::Request;
use crate::rules::book::Book;
use crate::table::sheet::Sheet;
use crate::value::date::Date;
use crate::value::period::Period;
use afterwards::Afterwards;
use known::{KnownDay, Past};
use sheet::Days;

/// What is tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The forecast of the period that a day lies in, against what was won in it.
    Forecast,
    /// What cycles of these days would have swept, beside the stated one.
    Cycle(Vec<u32>),
    /// What recycling after so many days without a contact would have taken back, beside the rule of the settings; and
    /// whether there was a contact in the days after.
    Policy {
        /// The numbers of days without a contact.
        days: Vec<u32>,
        /// In how many days after a past day a contact is looked for.
        within: u32,
    },
    /// The plan of allocation, against the reps who were given the prospects.
    Allocation,
}

/// The distance between past days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// Each day.
    Day,
    /// Each seventh day.
    Week,
    /// The same day of each month, or its last day.
    Month,
}

impl Every {
    /// The names that are typed.
    pub const NAMES: [(&'static str, Every); 3] =
        [("day", Every::Day), ("week", Every::Week), ("month", Every::Month)];

    /// The past days from the first to the last day of a period.
    pub fn days(self, period: Period) -> Vec<Date> {
        let day = |n: i64| match self {
            Every::Day => period.from.plus(n),
            Every::Week => period.from.plus(7 * n),
            Every::Month => period.from.plus_months(n),
        };
        (0..).map(day).take_while(|day| *day <= period.to).collect()
    }
}

/// One of the tests, as it goes through the past days.
trait Test {
    /// Asks the ledger of a past day, and compares with what came. A ledger without any entry is asked in vain: see
    /// [`KnownDay::is_empty`].
    fn ask(&mut self, known: &KnownDay, after: &Afterwards);

    /// The sheet of the days that were asked.
    fn sheet(&self, days: &Days, now: &Book) -> Sheet;
}

/// The test of a question on past days, in their order. `now`: the ledger of today.
///
/// # Errors
/// Fails if a past ledger cannot be read whole.
pub fn backtest(
    question: &Question,
    days: &[Date],
    request: &Request,
    mut past: Past,
    now: &Book,
) -> Result<Sheet, Failure> {
    let contacts = matches!(question, Question::Policy { .. });
    let after = Afterwards::of(now, request, contacts);
    let settings = &now.settings;
    let mut test: Box<dyn Test + '_> = match question {
        Question::Forecast => Box::new(forecast::Test::of(request, now.as_of)),
        Question::Cycle(lengths) => Box::new(cycle::Test::of(request, lengths)),
        Question::Policy { days, within } => {
            Box::new(policy::Test::of(request, settings, days, *within))
        }
        Question::Allocation => Box::new(allocation::Test::of(request)),
    };
    let mut seen = Days::new(past.is_in_git());
    for day in days {
        // One past book is in memory at a time.
        let known = past.on(*day)?;
        test.ask(&known, &after);
        if let Some(why) = known.book.incomplete() {
            return Err(why.clone().into());
        }
        seen.add(&known);
    }
    Ok(test.sheet(&seen, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(every: Every, from: &str, to: &str) -> Vec<String> {
        let [from, to] = [from, to].map(|text| Date::parse(text).unwrap());
        every.days(Period { from, to }).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn days_weeks_and_months() {
        assert_eq!(days(Every::Day, "2010-01-30", "2010-02-01").len(), 3);
        assert_eq!(days(Every::Week, "2010-01-01", "2010-01-14"), ["2010-01-01", "2010-01-08"]);
        // The last day is one of them.
        assert_eq!(days(Every::Week, "2010-01-01", "2010-01-15").len(), 3);
        let ends = ["2010-01-31", "2010-02-28", "2010-03-31"];
        assert_eq!(days(Every::Month, "2010-01-31", "2010-03-31"), ends);
        assert_eq!(days(Every::Month, "2010-01-31", "2010-01-31"), ["2010-01-31"]);
        assert_eq!(days(Every::Day, "2010-01-31", "2010-01-30"), Vec::<String>::new());
    }
}
