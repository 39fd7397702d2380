//! `[[campaign]]`: sources of prospects, with their cost.

use super::{label, unknown};
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlValue};
use crate::model::settings::{Campaign, Settings};
use crate::value::money::Amount;

/// Keys of `[[campaign]]`.
pub const CAMPAIGN_KEYS: [&str; 5] = ["id", "label", "cost", "from", "to"];

/// Reads all campaigns.
pub(in crate::format) fn campaigns(
    reader: &mut Reader,
    settings: &mut Settings,
    value: &TomlValue,
) {
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
                _ => unknown(reader, key.span(), "[[campaign]]", name, &CAMPAIGN_KEYS),
            }
        }
        let wrong = if campaign.id.is_empty() {
            Some(words!(
                "a campaign needs an `id`, which prospects name as `source`",
                "活动要有 `id`，即潜在客户 `source` 的值"
            ))
        } else if settings.campaign(&campaign.id).is_some() {
            Some(words!("the campaign `{}` appears twice", "活动 `{}` 出现两次", campaign.id))
        } else if campaign.cost.is_some_and(Amount::is_negative) {
            Some(words!(
                "the campaign `{}` has a negative cost",
                "活动 `{}` 的费用为负",
                campaign.id
            ))
        } else if campaign.from.zip(campaign.to).is_some_and(|(from, to)| to < from) {
            Some(words!(
                "the campaign `{}` ends before it begins",
                "活动 `{}` 的结束早于开始",
                campaign.id
            ))
        } else {
            None
        };
        match wrong {
            Some(message) => reader.problem(span, Diagnostic::new(Code::BadSetting, message)),
            None => settings.campaigns.push(campaign),
        }
    }
}
