//! Reports that the team saves with their options, to be run by a name.

use crate::value::label::Label;
use crate::value::money::Amount;
use crate::value::text::Text;

/// `[report.<id>]`: a report and its options. Options are kept as they are typed: a period such as `last month` is
/// another one each month.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SavedReport {
    /// The name that is typed: `crm report <id>`.
    pub id: Text,
    /// What it is for, for people.
    pub about: Label,
    /// The report, by name.
    pub report: Text,
    /// `--by`
    pub by: Option<Text>,
    /// `--period`
    pub period: Option<Text>,
    /// `--from`
    pub from: Option<Text>,
    /// `--to`
    pub to: Option<Text>,
    /// `--target`
    pub target: Option<Amount>,
    /// `--list`
    pub list: bool,
    /// Only these prospects.
    pub query: Option<Text>,
}
