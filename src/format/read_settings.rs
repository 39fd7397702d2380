//! `crm.toml`: text -> [`Settings`]. A wrong setting is an error; nothing runs on half-understood ones.

use crate::diag::{Code, Diagnostic, Place};
use crate::format::settings::allocation::allocation;
use crate::format::settings::board::pipelines;
use crate::format::settings::calendar::calendar;
use crate::format::settings::campaign::campaigns;
use crate::format::settings::criteria::{criteria, kinds};
use crate::format::settings::department::departments;
use crate::format::settings::forecast::forecast;
use crate::format::settings::git::git;
use crate::format::settings::grading::{grading, policies};
use crate::format::settings::ledger::{ledger, rates, reasons};
use crate::format::settings::points::points;
use crate::format::settings::pool::pool;
use crate::format::settings::privacy::privacy;
use crate::format::settings::product::products;
use crate::format::settings::receivables::receivables;
use crate::format::settings::rep::reps;
use crate::format::settings::report::reports;
use crate::format::settings::segment::{check_segments, segments};
use crate::format::settings::target::targets;
use crate::format::settings::unknown_name;
use crate::format::tree::{Reader, TomlTable, TomlValue, parse};
use crate::model::settings::Settings;
use std::path::Path;

/// Reads one section into the settings.
type SectionReader = fn(&mut Reader, &mut Settings, &TomlValue);

/// The sections, in the order in which they are read: criteria name kinds, stages name criteria, departments name reps,
/// rules of grading may ask for all of it, policies are for the grades that they give and name occasions of the
/// calendar, and limits of the pool are for grades too; the conditions of allocation can name anything. Any condition can
/// name segments, whose own conditions are read last.
const SECTIONS: [(&str, SectionReader); 23] = [
    ("kind", |r, s, v| table("kind", kinds, r, s, v)),
    ("criteria", |r, s, v| table("criteria", criteria, r, s, v)),
    ("ledger", |r, s, v| table("ledger", ledger, r, s, v)),
    ("git", |r, s, v| table("git", git, r, s, v)),
    ("rep", reps),
    ("department", departments),
    ("product", products),
    ("target", targets),
    ("receivables", |r, s, v| table("receivables", receivables, r, s, v)),
    ("pipeline", pipelines),
    ("rates", |r, s, v| table("rates", rates, r, s, v)),
    ("reasons", |r, s, v| table("reasons", reasons, r, s, v)),
    ("segment", |r, s, v| table("segment", segments, r, s, v)),
    ("report", |r, s, v| table("report", reports, r, s, v)),
    ("campaign", campaigns),
    ("points", |r, s, v| table("points", points, r, s, v)),
    ("forecast", |r, s, v| table("forecast", forecast, r, s, v)),
    ("grading", |r, s, v| table("grading", grading, r, s, v)),
    ("calendar", |r, s, v| table("calendar", calendar, r, s, v)),
    ("policy", |r, s, v| table("policy", policies, r, s, v)),
    ("pool", |r, s, v| table("pool", pool, r, s, v)),
    ("privacy", |r, s, v| table("privacy", privacy, r, s, v)),
    ("allocation", |r, s, v| table("allocation", allocation, r, s, v)),
];

/// The names of the sections.
pub fn sections() -> impl Iterator<Item = &'static str> {
    SECTIONS.iter().map(|(name, _)| *name)
}

/// Reads the settings; all that is wrong is reported together.
pub fn read_settings(text: &str, shown: &Path) -> Result<Settings, Vec<Diagnostic>> {
    let place = Place::file(shown);
    let toml = parse(text, &place).map_err(|problems| {
        problems.into_iter().map(|p| p.recoded(Code::BadSetting)).collect::<Vec<_>>()
    })?;
    let mut reader = Reader::new(place, Code::BadSetting);
    let mut settings = Settings::default();
    for (name, read) in SECTIONS {
        if let Some(value) = toml.get(name) {
            read(&mut reader, &mut settings, value);
        }
    }
    if let Some(value) = toml.get("segment") {
        check_segments(&mut reader, &settings, value);
    }
    let names: Vec<&str> = sections().collect();
    for key in toml.keys().filter(|key| !names.contains(&&**key.get_ref())) {
        let name = key.get_ref();
        let message = words!("unknown section `{name}`", "没有 `{name}` 这一段设置");
        let problem = Diagnostic::new(Code::BadSetting, message);
        unknown_name(&mut reader, key.span(), problem, name, &names);
    }
    // In the order of the file, not of the sections.
    reader.problems.sort_by(|a, b| a.place.cmp(&b.place));
    if reader.problems.is_empty() { Ok(settings) } else { Err(reader.problems) }
}

/// A section that is one table.
fn table(
    name: &str,
    read: fn(&mut Reader, &mut Settings, &TomlTable),
    reader: &mut Reader,
    settings: &mut Settings,
    value: &TomlValue,
) {
    if let Some(fields) = reader.table(name, value) {
        read(reader, settings, fields);
    }
}
