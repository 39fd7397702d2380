//! `crm check [PATHS]`: every file and rule.

use crate::check::{Subject, check};
use crate::cli::context::{Context, counted};
use crate::cli::diagnose::{render, resolve, short};
use crate::diag::{Code, Diagnostic, Failure, Severity};
use crate::model::date::Date;
use crate::model::sheet::{Cell, Column, Kind, Row, Sheet};
use crate::render::Format;
use crate::rules::replay::replay;
use crate::store::find::find;
use crate::store::load::Ledger;
use clap::Args;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

/// Every file and every rule; all findings, not the first
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm check || exit 1            in a pre-commit hook, in CI\n  \
    crm check --lines              file:line:col, for editors\n  \
    crm check prospects/zhang.toml -f json\n\n\
    Errors end with status 1; warnings only under --strict; information never.")]
pub struct Check {
    /// Only these files or ids
    #[arg(value_name = "PATHS")]
    paths: Vec<String>,
    /// List what is checked
    #[arg(long)]
    list: bool,
    /// One line a finding: file:line:col: severity[code]: message
    #[arg(long)]
    lines: bool,
    /// Show every piece of information, not only how many there are
    #[arg(long)]
    all: bool,
}

impl Check {
    /// Runs it; the status is 1 if there are errors.
    pub fn run(self, context: &Context) -> Result<u8, Failure> {
        if self.list {
            context.emit(&codes())?;
            return Ok(0);
        }
        let ledger = context.ledger()?;
        let (files, mut found) = self.found(ledger, context)?;
        found.sort_by(|a, b| (&a.place, a.severity, a.code).cmp(&(&b.place, b.severity, b.code)));
        match context.format() {
            Some(Format::Table) | None if self.lines => {
                for diagnostic in found.iter().filter(|d| self.all || d.severity > Severity::Info) {
                    context.print(&format!("{}\n", short(diagnostic)))?;
                }
            }
            Some(Format::Table) | None => self.text(&found, context)?,
            Some(_) => context.emit(&sheet(&found))?,
        }
        let count = |severity| found.iter().filter(|d| d.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        context.say(&format!(
            "{} checked: {}, {}, {} for information",
            counted(files, "prospect"),
            counted(errors, "error"),
            counted(warnings, "warning"),
            count(Severity::Info)
        ));
        Ok(u8::from(errors > 0 || context.global.strict && warnings > 0))
    }

    /// The number of files looked at, and all findings.
    fn found(
        &self,
        ledger: &Ledger,
        context: &Context,
    ) -> Result<(usize, Vec<Diagnostic>), Failure> {
        let today = context.today;
        if self.paths.is_empty() {
            let (paths, mut problems) = ledger.paths();
            problems.extend(ledger.duplicate_ids(&paths));
            problems.extend(crate::store::tally::read_tallies(ledger, today).1);
            problems
                .par_extend(paths.par_iter().flat_map_iter(|path| findings(ledger, path, today)));
            return Ok((paths.len(), problems));
        }
        let mut problems = Vec::new();
        for typed in &self.paths {
            problems.extend(findings(ledger, &find(ledger, typed)?, today));
        }
        Ok((self.paths.len(), problems))
    }

    /// Errors and warnings in full; information as a count of each code, unless all is asked for.
    fn text(&self, found: &[Diagnostic], context: &Context) -> Result<(), Failure> {
        let color = context.render_options().color;
        let mut counts: BTreeMap<Code, usize> = BTreeMap::new();
        for diagnostic in found {
            if diagnostic.severity == Severity::Info && !self.all {
                *counts.entry(diagnostic.code).or_default() += 1;
            } else {
                context.print(&format!("{}\n\n", render(diagnostic, color)))?;
            }
        }
        for (code, count) in counts {
            context.print(&format!(
                "info[{}]: {count} x {} (--all shows them)\n",
                code.id(),
                code.about()
            ))?;
        }
        Ok(())
    }
}

/// Everything about one file.
fn findings(ledger: &Ledger, path: &Path, today: Date) -> Vec<Diagnostic> {
    let loaded = match ledger.read(path) {
        Ok(loaded) => loaded,
        Err(problems) => return problems,
    };
    let mut found = loaded.problems;
    let shown = ledger.show(path);
    // A prospect that opens after the day is looked at on the day it opens.
    let opens = loaded.prospect.events.first().map(|event| event.date());
    let day = opens.map_or(today, |opens| opens.max(today));
    if let Some(mut record) = replay(loaded.prospect, &ledger.settings, day) {
        let mut broken = std::mem::take(&mut record.findings);
        broken.iter_mut().for_each(|finding| ledger.show_place(finding));
        found.extend(broken);
        let subject = Subject { record: &record, settings: &ledger.settings, as_of: today, shown };
        found.extend(check(&subject));
    }
    found
}

fn sheet(found: &[Diagnostic]) -> Sheet {
    let columns = ["severity", "code", "file", "line", "column", "message", "help"];
    let kinds =
        [Kind::Text, Kind::Text, Kind::Text, Kind::Number, Kind::Number, Kind::Text, Kind::Text];
    let columns = columns.iter().zip(kinds).map(|(id, kind)| Column::new(*id, *id, kind)).collect();
    let rows = found
        .iter()
        .map(|diagnostic| {
            let place = resolve(diagnostic);
            let number = |n: usize| if n == 0 { Cell::Empty } else { Cell::count(n) };
            Row::new(vec![
                Cell::text(diagnostic.severity.to_string()),
                Cell::text(diagnostic.code.id()),
                Cell::maybe(place.as_ref(), |place| Cell::text(place.path.clone())),
                number(place.as_ref().map_or(0, |place| place.line)),
                number(place.as_ref().map_or(0, |place| place.column)),
                Cell::text(diagnostic.message.clone()),
                Cell::text(diagnostic.help.join("; ")),
            ])
        })
        .collect();
    Sheet::single("check", "", columns, rows)
}

/// Every code, its weight and what it means.
fn codes() -> Sheet {
    let columns = ["code", "severity", "about"].map(|id| Column::new(id, id, Kind::Text)).into();
    let rows = Code::ALL
        .iter()
        .map(|code| {
            Row::new(vec![
                Cell::text(code.id()),
                Cell::text(code.severity().to_string()),
                Cell::text(code.about()),
            ])
        })
        .collect();
    Sheet::single("checks", "", columns, rows)
}
