//! `crm schema [FILE]`: the JSON Schema of a ledger's files, for editors.

use crate::cli::context::Context;
use crate::diag::Failure;
use clap::{Args, ValueEnum};

/// The JSON Schema of the ledger's files, for editors that complete and check them
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    crm schema > prospect.schema.json\n  \
    crm schema settings -o crm.schema.json\n\n\
An editor with a TOML language server then completes keys; in .taplo.toml:\n  \
    [[rule]]\n  \
    include = [\"prospects/**/*.toml\"]\n  \
    schema.path = \"prospect.schema.json\"")]
pub struct Schema {
    /// Of which files
    #[arg(value_name = "FILE", value_enum, default_value_t = File::Prospect)]
    file: File,
}

/// The kinds of file in a ledger.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum File {
    /// prospects/**/<id>.toml
    Prospect,
    /// crm.toml
    Settings,
    /// activity/<rep>.toml
    Activity,
}

const PROSPECT: &str = include_str!("schema/prospect.json");
const SETTINGS: &str = include_str!("schema/settings.json");
const ACTIVITY: &str = include_str!("schema/activity.json");

impl Schema {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        context.print(match self.file {
            File::Prospect => PROSPECT,
            File::Settings => SETTINGS,
            File::Activity => ACTIVITY,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{FIELDS, KINDS};
    use crate::model::prospect::FACTS;
    use crate::store::settings::allocation::ALLOCATION_KEYS;
    use crate::store::settings::board::{PIPELINE_KEYS, STAGE_KEYS};
    use crate::store::settings::campaign::CAMPAIGN_KEYS;
    use crate::store::settings::criteria::CRITERION_KEYS;
    use crate::store::settings::forecast::FORECAST_KEYS;
    use crate::store::settings::grading::{GRADING_KEYS, POLICY_KEYS};
    use crate::store::settings::ledger::LEDGER_KEYS;
    use crate::store::settings::pool::POOL_KEYS;
    use crate::store::settings::rep::REP_KEYS;
    use serde_json::Value;
    use std::collections::BTreeSet;

    fn parsed(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
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
    fn a_prospect_has_the_keys_that_are_read() {
        let schema = parsed(PROSPECT);
        let mut facts = set(&FACTS);
        facts.extend(["needs", "tags", "contact", "events"]);
        assert_eq!(keys(&schema, "/properties"), facts);
        let contact = set(&["name", "role", "decides", "phone", "email", "birthday"]);
        assert_eq!(keys(&schema, "/properties/contact/items/properties"), contact);
        let events = &schema["properties"]["events"]["patternProperties"];
        let event = events.as_object().unwrap().values().next().unwrap();
        assert_eq!(keys(event, "/properties"), set(&FIELDS));
        let kinds: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(event["properties"]["kind"]["examples"], serde_json::json!(kinds));
    }

    #[test]
    fn settings_have_the_keys_that_are_read() {
        let schema = parsed(SETTINGS);
        for (place, wanted) in [
            ("ledger", &LEDGER_KEYS[..]),
            ("rep/items", &REP_KEYS),
            ("pipeline/items", &PIPELINE_KEYS),
            ("pipeline/items/properties/stage/items", &STAGE_KEYS),
            ("criteria/additionalProperties", &CRITERION_KEYS),
            ("campaign/items", &CAMPAIGN_KEYS),
            ("forecast", &FORECAST_KEYS),
            ("grading", &GRADING_KEYS),
            ("policy/additionalProperties", &POLICY_KEYS),
            ("pool", &POOL_KEYS),
            ("allocation", &ALLOCATION_KEYS),
        ] {
            assert_eq!(keys(&schema, &format!("/properties/{place}/properties")), set(wanted));
        }
        let sections = crate::store::read_settings::sections().collect();
        assert_eq!(keys(&schema, "/properties"), sections);
        assert!(parsed(ACTIVITY).is_object());
    }
}
