//! Arguments: dates, periods and queries as they are typed.

use super::Context;
use crate::cli::clock::bad_date;
use crate::diag::{Diagnostic, Failure};
use crate::rules::query::Query;
use crate::value::date::{Date, Moment};
use crate::value::period::{Period, parse_date, parse_moment, parse_period};

impl Context {
    /// Reads the date of an argument.
    pub fn date(&self, origin: &str, text: &str) -> Result<Date, Diagnostic> {
        parse_date(text, self.today(), self.fiscal_year()).map_err(|wrong| bad_date(origin, &wrong))
    }

    /// Reads the date of an argument, perhaps with a time.
    pub fn moment(&self, origin: &str, text: &str) -> Result<Moment, Diagnostic> {
        parse_moment(text, self.today(), self.fiscal_year())
            .map_err(|wrong| bad_date(origin, &wrong))
    }

    /// Reads the period of an argument.
    pub fn period(&self, origin: &str, text: &str) -> Result<Period, Diagnostic> {
        parse_period(text, self.today(), self.fiscal_year())
            .map_err(|wrong| bad_date(origin, &wrong))
    }

    /// Reads the query of an argument.
    pub fn query(&self, origin: &str, text: &str) -> Result<Query, Failure> {
        let settings = &self.ledger()?.settings;
        Query::parse(text, origin, settings, self.today()).map_err(Failure::from)
    }
}
