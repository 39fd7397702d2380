//! `[report.<id>]`: reports with their options, `crm report <id>`. Whether the report, its fields, its period and its query
//! are there is known where reports are: [`crate::report::saved`].

use super::{label, needs_id, unknown};
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlTable};
use crate::model::saved_report::SavedReport;
use crate::model::settings::Settings;
use crate::value::id;

/// Keys of `[report.<id>]`.
pub const REPORT_KEYS: [&str; 9] =
    ["report", "by", "period", "from", "to", "target", "list", "query", "about"];

/// Reads all saved reports.
pub(in crate::format) fn reports(reader: &mut Reader, settings: &mut Settings, table: &TomlTable) {
    for (key, value) in table {
        let name: &str = key.get_ref();
        if let Err(bad) = id::validate(name) {
            reader.problem(key.span(), needs_id(&words!("report", "报表"), &bad));
            continue;
        }
        let Some(fields) = reader.table(name, value) else { continue };
        let mut saved = SavedReport { id: name.into(), ..SavedReport::default() };
        for (key, value) in fields {
            let field: &str = key.get_ref();
            match field {
                "report" => saved.report = reader.text(field, value).unwrap_or_default(),
                "by" => saved.by = reader.text(field, value),
                "period" => saved.period = reader.text(field, value),
                "from" => saved.from = reader.text(field, value),
                "to" => saved.to = reader.text(field, value),
                "target" => saved.target = reader.amount(field, value),
                "list" => saved.list = reader.boolean(field, value).unwrap_or_default(),
                "query" => saved.query = reader.text(field, value),
                "about" => saved.about = label(reader, field, value),
                _ => unknown(reader, key.span(), "[report]", field, &REPORT_KEYS),
            }
        }
        let wrong = |message| Diagnostic::new(Code::BadSetting, message);
        if fields.get("report").is_none() {
            let message = words!(
                "`[report.{name}]` needs a report, `report`",
                "`[report.{name}]` 要写明报表 `report`"
            );
            let help = words!("report = \"funnel\"", "report = \"funnel\"");
            reader.problem(key.span(), wrong(message).help(help));
        }
        if let Some((key, _)) = fields.get_key_value("period")
            && (saved.from.is_some() || saved.to.is_some())
        {
            let message = words!(
                "`[report.{name}]` has a `period`, and `from` or `to`",
                "`[report.{name}]` 既有 `period`，又有 `from` 或 `to`"
            );
            let help = words!("leave one of them out", "请去掉其中一种");
            reader.problem(key.span(), wrong(message).help(help));
        }
        settings.reports.push(saved);
    }
}

#[cfg(test)]
mod tests {
    use crate::format::read_settings::read_settings;
    use std::path::Path;

    #[test]
    fn a_saved_report_is_read_and_mistakes_are_told() {
        let read = |text: &str| read_settings(text, Path::new("crm.toml"));
        let settings = read(
            "[report.monday]\nreport = \"funnel\"\nby = \"owner\"\nperiod = \"last week\"\n\
             target = 5\nlist = true\nquery = \"stage:50\"\nabout = { en = \"Monday\", zh = \"周一\" }\n",
        )
        .unwrap();
        let [saved] = settings.reports.as_slice() else { panic!("{:?}", settings.reports) };
        assert_eq!(
            (&*saved.id, &*saved.report, saved.by.as_deref()),
            ("monday", "funnel", Some("owner"))
        );
        assert_eq!(saved.about.zh.as_deref(), Some("周一"));
        assert!(saved.list && saved.target.is_some() && saved.query.is_some());
        for (text, message) in [
            ("[report.a]\n", "`[report.a]` needs a report, `report`"),
            ("[report.a]\nreport = \"board\"\nbuy = 1\n", "unknown setting `buy` of `[report]`"),
            ("[report.\"a b\"]\n", "a report cannot have this `id`: an id cannot have a blank"),
            (
                "[report.a]\nreport = \"board\"\nperiod = \"2009\"\nto = \"2009\"\n",
                "`[report.a]` has a `period`, and `from` or `to`",
            ),
        ] {
            let found = read(text).unwrap_err();
            let said: Vec<_> = found.iter().map(|found| found.message.en()).collect();
            assert!(said[0].starts_with(message.split(": an id").next().unwrap()), "{said:?}");
        }
    }
}
