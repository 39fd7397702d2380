//! The schemas that `crm schema` prints have the keys that are read, no more and no fewer.

use crate::common::Sandbox;
use crm::format::company;
use crm::format::read_prospect::{CONTACT_KEYS, GOAL_KEYS, STEP_KEYS};
use crm::format::settings::allocation::ALLOCATION_KEYS;
use crm::format::settings::board::{PIPELINE_KEYS, STAGE_KEYS};
use crm::format::settings::calendar::{CALENDAR_KEYS, OCCASION_KEYS};
use crm::format::settings::campaign::{CAMPAIGN_KEYS, COST_KEYS};
use crm::format::settings::criteria::CRITERION_KEYS;
use crm::format::settings::department::DEPARTMENT_KEYS;
use crm::format::settings::forecast::FORECAST_KEYS;
use crm::format::settings::grading::{GRADING_KEYS, POLICY_KEYS};
use crm::format::settings::ledger::LEDGER_KEYS;
use crm::format::settings::points::POINTS_KEYS;
use crm::format::settings::pool::{CUSTOMER_KEYS, POOL_KEYS};
use crm::format::settings::privacy::{PRIVACY_KEYS, READER_KEYS};
use crm::format::settings::rep::REP_KEYS;
use crm::format::settings::report::REPORT_KEYS;
use crm::format::settings::segment::SEGMENT_KEYS;
use crm::model::event::FIELDS;
use crm::model::kind::Kinds;
use crm::model::profile::CHANGEABLE;
use crm::model::prospect::FACTS;
use serde_json::Value;
use std::collections::BTreeSet;

fn printed(file: &str) -> Value {
    let sandbox = Sandbox::empty();
    serde_json::from_str(&sandbox.run(&["schema", file]).ok()).unwrap()
}

/// The keys of the object at a place.
fn keys<'v>(schema: &'v Value, place: &str) -> BTreeSet<&'v str> {
    let object = schema.pointer(place).unwrap().as_object().unwrap();
    object.keys().map(String::as_str).collect()
}

fn set<'k>(keys: &[&'k str]) -> BTreeSet<&'k str> {
    keys.iter().copied().collect()
}

#[test]
fn a_company_has_the_keys_that_are_read() {
    let schema = printed("company");
    assert_eq!(keys(&schema, "/properties"), set(&company::SECTIONS));
    assert_eq!(keys(&schema, "/properties/company/properties"), set(&company::COMPANY_KEYS));
    assert_eq!(keys(&schema, "/properties/ledger/items/properties"), set(&company::LEDGER_KEYS));
}

#[test]
fn a_prospect_has_the_keys_that_are_read() {
    let schema = printed("prospect");
    let mut facts = set(&FACTS);
    facts.extend(CHANGEABLE.map(|row| row.0));
    facts.extend(["contact", "goal", "step", "sealed", "events"]);
    assert_eq!(keys(&schema, "/properties"), facts);
    for (block, known) in
        [("contact", &CONTACT_KEYS[..]), ("goal", &GOAL_KEYS), ("step", &STEP_KEYS)]
    {
        let place = format!("/properties/{block}/items/properties");
        assert_eq!(keys(&schema, &place), set(known), "{block}");
    }
    let events = &schema["properties"]["events"]["patternProperties"];
    let event = events.as_object().unwrap().values().next().unwrap();
    assert_eq!(keys(event, "/properties"), set(&FIELDS));
    let built_in = Kinds::default();
    let kinds: Vec<&str> = built_in.names().collect();
    assert_eq!(event["properties"]["kind"]["examples"], serde_json::json!(kinds));
}

#[test]
fn settings_have_the_keys_that_are_read() {
    let schema = printed("settings");
    for (place, wanted) in [
        ("ledger", &LEDGER_KEYS[..]),
        ("rep/items", &REP_KEYS),
        ("department/items", &DEPARTMENT_KEYS),
        ("pipeline/items", &PIPELINE_KEYS),
        ("pipeline/items/properties/stage/items", &STAGE_KEYS),
        ("criteria/additionalProperties", &CRITERION_KEYS),
        ("campaign/items", &CAMPAIGN_KEYS),
        ("campaign/items/properties/costs/items", &COST_KEYS),
        ("segment/additionalProperties", &SEGMENT_KEYS),
        ("report/additionalProperties", &REPORT_KEYS),
        ("points", &POINTS_KEYS),
        ("forecast", &FORECAST_KEYS),
        ("grading", &GRADING_KEYS),
        ("calendar", &CALENDAR_KEYS),
        ("calendar/properties/occasion/additionalProperties", &OCCASION_KEYS),
        ("policy/additionalProperties", &POLICY_KEYS),
        ("pool", &POOL_KEYS),
        ("pool/properties/customers", &CUSTOMER_KEYS),
        ("privacy", &PRIVACY_KEYS),
        ("privacy/properties/reader/items", &READER_KEYS),
        ("allocation", &ALLOCATION_KEYS),
    ] {
        assert_eq!(keys(&schema, &format!("/properties/{place}/properties")), set(wanted));
    }
    let sections = crm::format::read_settings::sections().collect();
    assert_eq!(keys(&schema, "/properties"), sections);
    assert!(printed("activity").is_object());
}
