//! `[[campaign]]`: sources of prospects and ways to reach people, with their cost.

use super::grading::not_negative;
use super::{label, unknown};
use crate::diag::{Code, Diagnostic, Words};
use crate::format::tree::{Reader, TomlTable, TomlValue};
use crate::model::campaign::{Campaign, CampaignGoal, DatedCost};
use crate::model::kind::{Counts, EventKind};
use crate::model::settings::Settings;
use crate::value::money::Amount;
use crate::value::text::Text;
use std::ops::Range;
use toml::de::DeValue;

/// Keys of `[[campaign]]`.
pub const CAMPAIGN_KEYS: [&str; 12] = [
    "id", "label", "cost", "costs", "from", "to", "budget", "channel", "segment", "parent", "goal",
    "control",
];

/// Keys of one of `costs`.
pub const COST_KEYS: [&str; 3] = ["on", "amount", "what"];

/// Reads all campaigns, after the kinds of entry and the segments that they name.
pub(in crate::format) fn campaigns(
    reader: &mut Reader,
    settings: &mut Settings,
    value: &TomlValue,
) {
    let mut parents: Vec<(Text, Text, Range<usize>)> = Vec::new();
    for (table, span) in reader.tables("campaign", value) {
        let mut campaign = Campaign::default();
        for (key, value) in table {
            let name: &str = key.get_ref();
            match name {
                "id" => campaign.id = reader.text(name, value).unwrap_or_default(),
                "label" => campaign.label = label(reader, name, value),
                "cost" => campaign.cost = reader.amount(name, value),
                "costs" => campaign.costs = costs(reader, name, value),
                "from" => campaign.from = reader.date(name, value),
                "to" => campaign.to = reader.date(name, value),
                "budget" => campaign.budget = not_negative(reader, name, value),
                "channel" => campaign.channel = channel(reader, settings, name, value),
                "segment" => campaign.segment = segment(reader, settings, name, value),
                "parent" => {
                    campaign.parent = reader.text(name, value);
                    let parent = campaign.parent.clone();
                    parents
                        .extend(parent.map(|parent| (campaign.id.clone(), parent, value.span())));
                }
                "goal" => campaign.goal = goal(reader, name, value),
                "control" => campaign.control = control(reader, name, value),
                _ => unknown(reader, key.span(), "[[campaign]]", name, &CAMPAIGN_KEYS),
            }
        }
        if let Some(parent) = parents.last_mut().filter(|_| campaign.parent.is_some()) {
            // `parent` may be written before `id`.
            parent.0 = campaign.id.clone();
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
            Some(message) => reader.problem(span, bad(message)),
            None => settings.campaigns.push(campaign),
        }
    }
    for (id, parent, span) in parents {
        check_parent(reader, settings, &id, &parent, span);
    }
}

fn bad(message: Words) -> Diagnostic {
    Diagnostic::new(Code::BadSetting, message)
}

/// Reports a parent that is no campaign, and one that leads back to the campaign itself.
fn check_parent(
    reader: &mut Reader,
    settings: &Settings,
    id: &str,
    parent: &str,
    span: Range<usize>,
) {
    if settings.campaign(parent).is_none() {
        let message = words!("no campaign `{parent}`", "没有活动 `{parent}`");
        let ids = settings.campaigns.iter().map(|campaign| &*campaign.id);
        return reader
            .problem(span, bad(message).nearest(parent, ids.filter(|known| *known != id)));
    }
    if id == parent {
        let message = words!("a campaign cannot be a part of itself", "活动不能是自己的上级");
        return reader.problem(span, bad(message));
    }
    let mut way = vec![id, parent];
    while let Some(next) = way.last().and_then(|last| settings.campaign(last)?.parent.as_deref()) {
        if next == id {
            way.push(id);
            let way = way.join(" -> ");
            let message = words!("campaigns are parts of each other: {way}", "活动互为上级：{way}");
            return reader.problem(span, bad(message));
        }
        // A circle further up is told of where it is.
        if way.contains(&next) {
            return;
        }
        way.push(next);
    }
}

/// A kind of entry that is a contact.
fn channel(
    reader: &mut Reader,
    settings: &Settings,
    key: &str,
    value: &TomlValue,
) -> Option<EventKind> {
    let text = reader.text(key, value)?;
    let kind = EventKind::from(&*text);
    let reaches = |kind: &EventKind| {
        matches!(settings.kinds.get(kind), Some(Counts::Contact | Counts::Meeting))
    };
    if reaches(&kind) {
        return Some(kind);
    }
    let message = words!(
        "`{key}` is a kind of contact, not `{text}`",
        "`{key}` 应为一种联系方式，而不是 `{text}`"
    );
    let kinds = settings.kinds.names().filter(|name| reaches(&EventKind::from(*name)));
    reader.problem(
        value.span(),
        bad(message).nearest(&text, kinds).help(words!(
            "call, message, email, visit, or a kind of your own",
            "call、message、email、visit，或自定义的类型"
        )),
    );
    None
}

fn segment(reader: &mut Reader, settings: &Settings, key: &str, value: &TomlValue) -> Option<Text> {
    let text = reader.text(key, value)?;
    let name = text.strip_prefix('@').unwrap_or(&text);
    if settings.segment(name).is_some() {
        return Some(name.into());
    }
    let message = words!("no segment `{name}`", "没有客群 `{name}`");
    let ids = settings.segments.iter().map(|segment| &*segment.id);
    reader.problem(
        value.span(),
        bad(message).nearest(name, ids).help(words!(
            "a segment has a block of its own: [segment.{name}] when = \"tag:vip\"",
            "客群要单独写明：[segment.{name}] when = \"tag:vip\""
        )),
    );
    None
}

/// A number of answers, or words.
fn goal(reader: &mut Reader, key: &str, value: &TomlValue) -> Option<CampaignGoal> {
    match value.get_ref() {
        DeValue::String(text) => Some(CampaignGoal::Words(text.as_ref().into())),
        _ => reader.number(key, value, 1, 100_000_000).map(CampaignGoal::Answers),
    }
}

/// The share that is kept out: 0 to 0.5.
fn control(reader: &mut Reader, key: &str, value: &TomlValue) -> Amount {
    let share = reader.amount(key, value).unwrap_or_default();
    if share.is_negative() || share.times(Amount::from_int(2)) > Amount::from_int(1) {
        let message = words!("`{key}` is a share from 0 to 0.5", "`{key}` 应在 0 到 0.5 之间");
        let help = words!("{key} = 0.1 keeps one in ten out", "{key} = 0.1 表示留出十分之一");
        reader.problem(value.span(), bad(message).help(help));
        return Amount::ZERO;
    }
    share
}

/// Costs, each with its day.
fn costs(reader: &mut Reader, key: &str, value: &TomlValue) -> Vec<DatedCost> {
    let mut read = Vec::new();
    for (table, span) in reader.tables(key, value) {
        read.extend(cost(reader, key, table, span));
    }
    read
}

fn cost(
    reader: &mut Reader,
    section: &str,
    table: &TomlTable,
    span: Range<usize>,
) -> Option<DatedCost> {
    let (mut on, mut amount, mut what) = (None, None, None);
    for (key, value) in table {
        let name: &str = key.get_ref();
        match name {
            "on" => on = reader.date(name, value),
            "amount" => amount = not_negative(reader, name, value),
            "what" => what = reader.text(name, value),
            _ => unknown(reader, key.span(), section, name, &COST_KEYS),
        }
    }
    let missing = ["on", "amount"].into_iter().find(|key| table.get(*key).is_none());
    if let Some(missing) = missing {
        let message = words!("a cost needs `{missing}`", "费用要有 `{missing}`");
        reader.problem(
            span,
            bad(message).help(words!(
                "costs = [{{ on = 2010-01-05, amount = 3000, what = \"printing\" }}]",
                "costs = [{{ on = 2010-01-05, amount = 3000, what = \"印刷\" }}]"
            )),
        );
    }
    Some(DatedCost { on: on?, amount: amount?, what })
}
