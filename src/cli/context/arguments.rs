//! Arguments: dates, periods and queries as they are typed.

use super::Context;
use crate::act::names::{rep, rep_of_git};
use crate::cli::clock::bad_date;
use crate::diag::{Diagnostic, Failure};
use crate::model::saved_report::SavedReport;
use crate::model::settings::Settings;
use crate::rules::query::{ME, Query};
use crate::value::date::{Date, Moment};
use crate::value::period::{Period, parse_date, parse_moment, parse_period};
use crate::value::text::Text;

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

    /// The reports that the ledger or the company saves; none where there is none that can be read.
    pub fn saved_reports(&self) -> Vec<SavedReport> {
        self.settings().map(|settings| settings.reports.clone()).unwrap_or_default()
    }

    /// Reads the query of an argument.
    pub fn query(&self, origin: &str, text: &str) -> Result<Query, Failure> {
        let settings = self.settings()?;
        let settings = match self.reader_of(text, settings) {
            Some(me) => &Settings { me: Some(me), ..settings.clone() },
            None => settings,
        };
        Query::parse(text, origin, settings, self.today()).map_err(Failure::from)
    }

    /// The rep who reads, if a query may ask for `me`: the user, else the rep whose e-mail git knows here.
    fn reader_of(&self, text: &str, settings: &Settings) -> Option<Text> {
        if !text.contains(ME) {
            return None;
        }
        match self.user() {
            Some(user) => rep(settings, "CRM_USER", user).ok(),
            None => rep_of_git(settings, &self.opened()?.root),
        }
    }
}
