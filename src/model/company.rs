//! A company: ledgers that are read together, as `company.toml` lists them.

use super::saved_report::SavedReport;
use super::settings::Settings;
use crate::diag::{Lang, Place};
use crate::value::date::Weekday;
use crate::value::money::{Amount, Currency};
use crate::value::period::FiscalYear;
use crate::value::text::Text;
use crate::value::zone::Zone;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// `company.toml`. A setting that it does not state is that of its ledgers, which then have to agree on it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CompanyFile {
    /// The name of the company.
    pub name: Option<Text>,
    /// The language of labels.
    pub language: Option<Lang>,
    /// The currency into which money is converted.
    pub currency: Option<Currency>,
    /// Where the company's days begin and end.
    pub timezone: Option<Zone>,
    /// The fiscal year, by its first month.
    pub fiscal_year: Option<FiscalYear>,
    /// The first day of the reporting week.
    pub week_start: Option<Weekday>,
    /// `[rates]`: the value of one unit of another currency in the company's.
    pub rates: Option<BTreeMap<Currency, Amount>>,
    /// `[report.<id>]`: reports of all ledgers with their options.
    pub reports: Vec<SavedReport>,
    /// The ledgers, in the order of the file.
    pub ledgers: Vec<ListedLedger>,
}

/// `[[ledger]]` of a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedLedger {
    /// The id, before the `/` of each of its ids.
    pub id: Text,
    /// The folder, from that of the company's file.
    pub path: PathBuf,
    /// The place of the path in the file.
    pub place: Place,
}

/// A ledger that was opened, with the settings of its own file.
#[derive(Debug, Clone)]
pub struct OpenedLedger {
    /// The id in the company.
    pub id: Text,
    /// Its settings.
    pub settings: Settings,
}
