//! `crm.toml`: text -> [`Settings`]. A wrong setting is an error; nothing runs on half-understood ones.

use super::settings::board::pipelines;
use super::settings::criteria::{criteria, kinds};
use super::settings::grading::{grading, policies};
use super::settings::ledger::{ledger, rates, reasons};
use super::settings::rep::reps;
use super::settings::unknown;
use super::tree::{Reader, Value, parse};
use crate::diag::{Code, Diagnostic, Place};
use crate::model::settings::Settings;
use std::path::Path;

/// The sections, in the order of documentation.
pub const SECTIONS: [&str; 9] =
    ["ledger", "rep", "pipeline", "criteria", "kind", "rates", "reasons", "grading", "policy"];

/// Reads the settings; all that is wrong is reported together.
pub fn read_settings(text: &str, shown: &Path) -> Result<Settings, Vec<Diagnostic>> {
    let place = Place::file(shown);
    let table = parse(text, &place).map_err(|problems| {
        problems.into_iter().map(|p| Diagnostic { code: Code::BadSetting, ..p }).collect::<Vec<_>>()
    })?;
    let mut reader = Reader::new(place, Code::BadSetting);
    let mut settings = Settings::default();
    // Criteria and kinds first: stages name criteria, criteria name kinds. Rules of grading can ask for
    // all of it, and policies are for the grades that they give.
    for section in
        ["kind", "criteria", "ledger", "rep", "pipeline", "rates", "reasons", "grading", "policy"]
    {
        if let Some(value) = table.get(section) {
            read_section(&mut reader, &mut settings, section, value);
        }
    }
    for key in table.keys().filter(|key| !SECTIONS.contains(&&**key.get_ref())) {
        unknown(&mut reader, key.span(), "section", key.get_ref(), &SECTIONS);
    }
    if reader.problems.is_empty() { Ok(settings) } else { Err(reader.problems) }
}

fn read_section(reader: &mut Reader, settings: &mut Settings, section: &str, value: &Value) {
    match section {
        "rep" => reps(reader, settings, value),
        "pipeline" => pipelines(reader, settings, value),
        _ => {
            let Some(table) = reader.table(section, value) else { return };
            match section {
                "ledger" => ledger(reader, settings, table),
                "criteria" => criteria(reader, settings, table),
                "kind" => kinds(reader, settings, table),
                "rates" => rates(reader, settings, table),
                "grading" => grading(reader, settings, table),
                "policy" => policies(reader, settings, table),
                _ => reasons(reader, settings, table),
            }
        }
    }
}
