//! Verifies a backup: restores it beside, and compares what the restored ledger comes to with what the backup tells.

use super::figures::{Outside, figures};
use super::open::Opened;
use super::restore::restored_in;
use super::state::is_of;
use crate::diag::{Code, Diagnostic, Failure};
use crate::disk::container::refused;
use crate::disk::verified::Verified;
use crate::format::manifest::{Figures, Manifest, MoneySum, ReportDigest};
use crate::value::date::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The verdict on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Both are equal.
    Equal,
    /// They differ.
    Differs,
    /// They cannot be compared.
    NotCompared,
}

/// A thing that was compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its name.
    pub part: String,
    /// As the backup tells.
    pub told: String,
    /// As it is in the restored ledger.
    pub found: String,
    /// The verdict.
    pub verdict: Verdict,
}

/// The result of a verification.
#[derive(Debug)]
pub struct Verification {
    /// Everything that was compared; of the reports those that differ, and how many there are.
    pub lines: Vec<Line>,
    /// The manifest.
    pub manifest: Manifest,
    /// It is noted down beside the ledger.
    pub is_noted: bool,
}

impl Verification {
    /// Is the backup good?
    pub fn is_good(&self) -> bool {
        self.lines.iter().all(|line| line.verdict != Verdict::Differs)
    }
}

/// Restores a backup into a temporary folder and compares it with its manifest. A good one is noted down beside the
/// ledger at `root`, if it is one of that ledger. `today` is the day of the note.
///
/// # Errors
/// Fails if the backup cannot be restored, or the note cannot be written.
pub fn verify(
    mut opened: Opened,
    root: Option<&Path>,
    today: Date,
    outside: Outside,
) -> Result<Verification, Failure> {
    let day = Date::parse(&opened.manifest.day).ok_or_else(no_day)?;
    let work = tempfile::tempdir().map_err(|error| {
        let message =
            words!("no temporary folder can be made", "无法建立临时文件夹").because(&error);
        Diagnostic::new(Code::WriteFailed, message)
    })?;
    let top = restored_in(&mut opened, work.path())?;
    let manifest = opened.manifest;
    let found = figures(&top.join(&manifest.ledger), day, outside);
    let mut lines = restored_lines(&manifest);
    lines.extend(compared(&manifest, found.as_ref()));
    let mut done = Verification { lines, manifest, is_noted: false };
    if let Some(root) = root.filter(|_| done.is_good())
        && is_of(root, &done.manifest.marks)?
    {
        let note = Verified { day, on: today };
        done.is_noted = note.note(root).map_err(|error| Diagnostic::unwritable(root, &error))?;
    }
    Ok(done)
}

fn no_day() -> Diagnostic {
    refused(words!("the backup does not tell its day", "备份没有记下日期"))
}

fn line(part: &str, told: &str, found: &str) -> Line {
    let verdict = if told == found { Verdict::Equal } else { Verdict::Differs };
    Line { part: part.to_owned(), told: told.to_owned(), found: found.to_owned(), verdict }
}

/// The lines about what restoring has compared: it fails otherwise.
fn restored_lines(manifest: &Manifest) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(git) = &manifest.git {
        let commit: String = git.commit.chars().take(12).collect();
        lines.push(line("commit", &commit, &commit));
        let refs = git.refs.len().to_string();
        lines.push(line("references", &refs, &refs));
    }
    let files = manifest.files.len().to_string();
    lines.push(line("uncommitted files", &files, &files));
    lines
}

/// The lines about figures.
fn compared(manifest: &Manifest, found: Option<&Figures>) -> Vec<Line> {
    let (Some(told), Some(found)) = (&manifest.figures, found) else {
        let is = |figures: bool| if figures { "there" } else { "none" };
        let (told, found) = (is(manifest.figures.is_some()), is(found.is_some()));
        let mut figures = line("figures", told, found);
        if figures.verdict == Verdict::Equal {
            figures.verdict = Verdict::NotCompared;
        }
        return vec![figures];
    };
    let mut lines = Vec::new();
    let names: BTreeSet<&String> = told.counts.keys().chain(found.counts.keys()).collect();
    for name in names {
        let count = |counts: &BTreeMap<String, u64>| {
            counts.get(name).map(u64::to_string).unwrap_or_default()
        };
        lines.push(line(name, &count(&told.counts), &count(&found.counts)));
    }
    let key = |sum: &MoneySum| (sum.status.clone(), sum.currency.clone());
    let by_key = |sums: &[MoneySum]| -> BTreeMap<(String, String), String> {
        sums.iter().map(|sum| (key(sum), sum.amount.clone())).collect()
    };
    let (told_sums, found_sums) = (by_key(&told.sums), by_key(&found.sums));
    let keys: BTreeSet<&(String, String)> = told_sums.keys().chain(found_sums.keys()).collect();
    for key in keys {
        let amount = |sums: &BTreeMap<_, String>| sums.get(key).cloned().unwrap_or_default();
        let part = format!("{} {}", key.0, key.1);
        lines.push(line(part.trim(), &amount(&told_sums), &amount(&found_sums)));
    }
    lines.extend(compared_reports(&manifest.program, &told.reports, &found.reports));
    lines
}

/// The lines about reports: how many there are, and those that differ. Another version of the program may make them
/// otherwise.
fn compared_reports(program: &str, told: &[ReportDigest], found: &[ReportDigest]) -> Vec<Line> {
    let this = env!("CARGO_PKG_VERSION");
    if program != this {
        let told = format!("crm {program}");
        let found = format!("crm {this}");
        let verdict = Verdict::NotCompared;
        return vec![Line { part: "reports".to_owned(), told, found, verdict }];
    }
    let mut lines = vec![line("reports", &told.len().to_string(), &found.len().to_string())];
    let by_name = |all: &[ReportDigest]| -> BTreeMap<String, ReportDigest> {
        all.iter().map(|report| (report.name.clone(), report.clone())).collect()
    };
    let (told, found) = (by_name(told), by_name(found));
    let names: BTreeSet<&String> = told.keys().chain(found.keys()).collect();
    for name in names {
        let digests = |all: &BTreeMap<String, ReportDigest>| {
            let short = |digest: &str| digest.chars().take(8).collect::<String>();
            all.get(name).map_or(String::new(), |report| {
                format!("csv {}, json {}", short(&report.csv), short(&report.json))
            })
        };
        if told.get(name) != found.get(name) {
            let verdict = Verdict::Differs;
            let (told, found) = (digests(&told), digests(&found));
            lines.push(Line { part: format!("report {name}"), told, found, verdict });
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(name: &str, csv: &str) -> ReportDigest {
        ReportDigest { name: name.into(), csv: csv.into(), json: "j".into() }
    }

    fn verdicts(lines: &[Line]) -> Vec<(&str, Verdict)> {
        lines.iter().map(|line| (&*line.part, line.verdict)).collect()
    }

    #[test]
    fn reports_of_this_version_are_compared_one_by_one() {
        let this = env!("CARGO_PKG_VERSION");
        let told = [report("board", "a"), report("funnel", "b")];
        assert_eq!(verdicts(&compared_reports(this, &told, &told)), [("reports", Verdict::Equal)]);
        let found = [report("board", "a"), report("funnel", "x")];
        let lines = compared_reports(this, &told, &found);
        assert_eq!(
            verdicts(&lines),
            [("reports", Verdict::Equal), ("report funnel", Verdict::Differs)]
        );
        let lines = compared_reports(this, &told, &found[..1]);
        assert_eq!(
            verdicts(&lines),
            [("reports", Verdict::Differs), ("report funnel", Verdict::Differs)]
        );
        let lines = compared_reports("0.0.0", &told, &found);
        assert_eq!(verdicts(&lines), [("reports", Verdict::NotCompared)]);
    }
}
