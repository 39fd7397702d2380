//! `[[campaign]]`: what brings prospects and costs money.

use super::{label, unknown};
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, Value};
use crate::model::settings::{Campaign, Settings};
use crate::value::money::Amount;

/// Keys of `[[campaign]]`.
pub const CAMPAIGN_KEYS: [&str; 5] = ["id", "label", "cost", "from", "to"];

/// Reads all campaigns.
pub(in crate::format) fn campaigns(reader: &mut Reader, settings: &mut Settings, value: &Value) {
    for (table, span) in reader.tables("campaign", value) {
        let mut campaign = Campaign::default();
        for (key, value) in table {
            let name: &str = key.get_ref();
            match name {
                "id" => campaign.id = reader.text(name, value).unwrap_or_default(),
                "label" => campaign.label = label(reader, name, value),
                "cost" => campaign.cost = reader.amount(name, value),
                "from" => campaign.from = reader.date(name, value),
                "to" => campaign.to = reader.date(name, value),
                _ => unknown(reader, key.span(), "setting of `[[campaign]]`", name, &CAMPAIGN_KEYS),
            }
        }
        let wrong = if campaign.id.is_empty() {
            Some("a campaign needs an `id`: what `source` says".to_owned())
        } else if settings.campaign(&campaign.id).is_some() {
            Some(format!("the campaign `{}` stands twice", campaign.id))
        } else if campaign.cost.is_some_and(Amount::is_negative) {
            Some(format!("the campaign `{}` costs less than nothing", campaign.id))
        } else if campaign.from.zip(campaign.to).is_some_and(|(from, to)| to < from) {
            Some(format!("the campaign `{}` ends before it begins", campaign.id))
        } else {
            None
        };
        match wrong {
            Some(message) => reader.problem(span, Diagnostic::new(Code::BadSetting, message)),
            None => settings.campaigns.push(campaign),
        }
    }
}
