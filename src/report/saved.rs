//! Reports that `crm.toml` saves with their options, `[report.<id>]`: what is wrong with them.

use super::dimension::Dimension;
use super::{REPORTS, Report, Request, find};
use crate::diag::{Code, Diagnostic, Place, Spot, Words};
use crate::format::layout::SETTINGS;
use crate::model::saved_report::SavedReport;
use crate::model::settings::Settings;
use crate::rules::query::{ME, Query};
use crate::value::date::Date;
use crate::value::period::{NotADate, Period, parse_date, parse_period};

/// What is wrong with any saved report. `today`: the day that periods count from. Places are below the ledger's root.
pub fn problems(settings: &Settings, today: Date) -> Vec<Diagnostic> {
    settings.reports.iter().flat_map(|saved| problems_of(saved, settings, today)).collect()
}

/// What is wrong with one: a name that a report has; a report, a field or a query that is not there; a period that is
/// none; an option that the report does not take.
pub fn problems_of(saved: &SavedReport, settings: &Settings, today: Date) -> Vec<Diagnostic> {
    let id = &saved.id;
    let mut found = Vec::new();
    if find(id).is_some() {
        let message =
            words!("`[report.{id}]`: a report has this name", "`[report.{id}]`：已有同名报表");
        let help = words!("choose another name", "请换一个名字");
        found.push(Diagnostic::new(Code::BadSetting, message).help(help).at(place(id, None)));
    }
    let Some(report) = find(&saved.report) else {
        found.push(no_report(&saved.report, []).at(place(id, Some("report"))));
        return found;
    };
    let before = found.len();
    let mut tell = |key, wrong: Diagnostic| {
        found.push(wrong.recoded(Code::BadSetting).at(place(id, Some(key))));
    };
    let mut request = Request::of(Query::everything());
    request.target = saved.target;
    request.list = saved.list;
    if saved.target.is_some_and(|target| target.is_negative() || target.is_zero()) {
        let message = words!("`target` must be above 0", "`target` 应大于0");
        tell("target", Diagnostic::new(Code::BadSetting, message));
    }
    match saved.by.as_deref().map(|by| dimension(report, by, settings)).transpose() {
        Ok(by) => request.by = by,
        Err(wrong) => tell("by", wrong),
    }
    let fiscal = settings.fiscal_year;
    let days = [("from", &saved.from), ("to", &saved.to)].map(|(key, text)| {
        let day = parse_date(text.as_deref()?, today, fiscal);
        day.map_err(|wrong| tell(key, no_date(key, &wrong))).ok()
    });
    match saved.period.as_deref().map(|text| parse_period(text, today, fiscal)).transpose() {
        Ok(period) => request.period = period,
        Err(wrong) => tell("period", no_date("period", &wrong)),
    }
    if let [from, to] = days
        && (from.is_some() || to.is_some())
    {
        let (from, to) = (from.unwrap_or(Date::MIN), to.unwrap_or(today));
        request.period = Some(Period { from: from.min(to), to });
    }
    if let Some(text) = saved.query.as_deref() {
        // The reader that `me` means is another one each time.
        let me = settings.reps.first().filter(|_| text.contains(ME)).map(|rep| rep.id.clone());
        let asked = Settings { me, ..settings.clone() };
        match Query::parse(text, "query", &asked, today) {
            Ok(query) => request.query = query,
            Err(wrong) => tell("query", wrong),
        }
    }
    if found.len() == before
        && let Err(wrong) = report.check(&request, false)
    {
        found.push(wrong.recoded(Code::BadSetting).at(place(id, Some("report"))));
    }
    found
}

/// What `--by` means for a report.
///
/// # Errors
/// If no attribute has the name; the nearest is suggested.
pub fn dimension(
    report: &Report,
    name: &str,
    settings: &Settings,
) -> Result<Dimension, Diagnostic> {
    report.by.own(name).map_or_else(|| Dimension::parse(name, settings), Ok)
}

/// That there is no report of a name; the saved ones are suggested too.
pub fn no_report<'n>(name: &str, saved: impl IntoIterator<Item = &'n str>) -> Diagnostic {
    let names = REPORTS.iter().flat_map(|report| std::iter::once(report.name).chain(report.alias));
    let message = words!("no report `{name}`", "没有报表 `{name}`");
    Diagnostic::new(Code::BadArgument, message)
        .nearest(name, names.chain(saved))
        .help(words!("`crm report` lists them", "`crm report` 列出全部报表"))
}

fn no_date(key: &str, wrong: &NotADate) -> Diagnostic {
    let wrong = wrong.words();
    let message =
        Words::both(format!("`{key}`: {}", wrong.en()), format!("`{key}`：{}", wrong.zh()));
    Diagnostic::new(Code::BadSetting, message)
}

/// The key of a saved report, or one of its keys.
fn place(id: &str, key: Option<&str>) -> Place {
    let way = ["report", id].into_iter().chain(key).map(str::to_owned);
    Place::file(SETTINGS).at(Spot::Key(way.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::read_settings::read_settings;
    use std::path::Path;

    fn said(text: &str) -> Vec<String> {
        let settings = read_settings(text, Path::new(SETTINGS)).unwrap();
        let today = Date::parse("2009-12-18").unwrap();
        let found = problems(&settings, today);
        found.iter().map(|found| found.message.en().to_owned()).collect()
    }

    #[test]
    fn a_saved_report_that_can_be_run_has_no_problem() {
        assert_eq!(said("[report.mon]\nreport = \"funnel\"\nby = \"owner\"\n"), [""; 0]);
        let all = "[report.a]\nreport = \"bridge\"\nperiod = \"last month\"\nlist = true\nquery = \"stage:50\"\n";
        assert_eq!(said(all), [""; 0]);
        assert_eq!(
            said("[report.a]\nreport = \"ratios\"\nfrom = \"2009-12\"\ntarget = 5\n"),
            [""; 0]
        );
    }

    #[test]
    fn each_fault_is_told() {
        for (text, message) in [
            ("[report.board]\nreport = \"board\"\n", "`[report.board]`: a report has this name"),
            (
                "[report.pipeline]\nreport = \"board\"\n",
                "`[report.pipeline]`: a report has this name",
            ),
            ("[report.a]\nreport = \"bored\"\n", "no report `bored`"),
            ("[report.a]\nreport = \"funnel\"\nby = \"ownr\"\n", "unknown --by field `ownr`"),
            ("[report.a]\nreport = \"funnel\"\nquery = \"stag:50\"\n", "unknown field `stag`"),
            (
                "[report.a]\nreport = \"board\"\nlist = true\n",
                "the report `board` does not take --list",
            ),
            ("[report.a]\nreport = \"ratios\"\ntarget = 0\n", "`target` must be above 0"),
        ] {
            assert_eq!(said(text), [message], "{text}");
        }
        let period = said("[report.a]\nreport = \"team\"\nperiod = \"lsat week\"\n");
        assert!(period.len() == 1 && period[0].starts_with("`period`: "), "{period:?}");
    }
}
