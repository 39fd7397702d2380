//! Arguments: dates, periods and queries as they are typed.

use super::Context;
use crate::diag::{Code, Diagnostic, Failure};
use crate::rules::query::Query;
use crate::value::date::{Date, Moment};
use crate::value::period::{DATE_FORMS, NotADate, Period, parse_date, parse_moment, parse_period};

impl Context {
    /// Reads the date of an argument.
    pub fn date(&self, origin: &str, text: &str) -> Result<Date, Diagnostic> {
        parse_date(text, self.today).map_err(|wrong| bad_date(origin, &wrong))
    }

    /// Reads the date of an argument, perhaps with a time.
    pub fn moment(&self, origin: &str, text: &str) -> Result<Moment, Diagnostic> {
        parse_moment(text, self.today).map_err(|wrong| bad_date(origin, &wrong))
    }

    /// Reads the period of an argument.
    pub fn period(&self, origin: &str, text: &str) -> Result<Period, Diagnostic> {
        parse_period(text, self.today).map_err(|wrong| bad_date(origin, &wrong))
    }

    /// Reads the query of an argument.
    pub fn query(&self, origin: &str, text: &str) -> Result<Query, Failure> {
        let settings = &self.ledger()?.settings;
        Query::parse(text, origin, settings, self.today).map_err(Failure::from)
    }
}

/// The message about a text that is no date.
pub(super) fn bad_date(origin: &str, wrong: &NotADate) -> Diagnostic {
    Diagnostic::new(Code::BadArgument, wrong.words().about(origin)).help(words!(
        "dates can be written so: {DATE_FORMS}; a time behind it: 'tomorrow 9:00'",
        "日期的写法：{DATE_FORMS}；后面可加时间：'tomorrow 9:00'"
    ))
}
