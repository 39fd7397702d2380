//! The settings of one user on one machine. They belong to no ledger, and nothing in a ledger depends on them.

use crate::value::label::Lang;
use crate::value::text::Text;
use std::collections::BTreeMap;

/// `~/.config/crm/config.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnSettings {
    /// The rep who signs entries, and whom `me` means in queries; `CRM_USER` comes before it.
    pub user: Option<Text>,
    /// The language of texts for people, whatever the ledger's is.
    pub language: Option<Lang>,
    /// The format of sheets on a terminal.
    pub format: Option<Text>,
    /// The file of the user's private keys, which open sealed values; `CRM_IDENTITY` comes before it.
    pub identity: Option<Text>,
    /// The program that shows long output on a terminal; empty: none.
    pub pager: Option<Text>,
    /// `auto`, `always` or `never`.
    pub color: Option<Text>,
    /// Command lines by the word that stands for them: `mon = "report sheet --by owner"`.
    pub aliases: BTreeMap<Text, Text>,
    /// Options that a command gets before those that are typed: `list = "--sort value"`.
    pub defaults: BTreeMap<Text, Text>,
}

impl OwnSettings {
    /// The words of `color`.
    pub const COLORS: [&'static str; 3] = ["auto", "always", "never"];
}
