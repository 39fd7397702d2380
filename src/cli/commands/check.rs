//! `crm check [PATHS]`: every file and rule.

use crate::check::since::since;
use crate::check::{Subject, check};
use crate::cli::context::{Context, counted};
use crate::cli::diagnose::{Look, Resolved, render_at, resolve_all, short_at};
use crate::diag::{Code, Diagnostic, Failure, Lang, Place, Severity, Source, Words};
use crate::disk::find::find;
use crate::disk::ledger::Ledger;
use crate::format::layout::{ACTIVITY, PROSPECTS, SETTINGS};
use crate::format::newer::newer;
use crate::format::tree::is_toml;
use crate::render::Format;
use crate::rules::replay::replay;
use crate::table::sheet::{Cell, Column, Kind, Row, Sheet};
use crate::value::date::Date;
use clap::Args;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Every file and every rule; all findings, not the first
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm check || exit 1            in a pre-commit hook, in CI\n  \
    crm check --lines              file:line:col, for editors\n  \
    crm check prospects/zhang.toml -f json\n  \
    crm check --staged --since HEAD   what is about to be committed\n  \
    crm check --since origin/main     what changed there; old entries must stand as they stood\n\n\
    Errors end with status 1; warnings only under --strict; information never.")]
pub struct Check {
    /// Only these files or ids
    #[arg(value_name = "PATHS", conflicts_with_all = ["staged", "since"])]
    paths: Vec<String>,
    /// What is staged in git's index, not the files of the work tree
    #[arg(long)]
    staged: bool,
    /// Only what changed since a revision, and whether all entries of then stand unchanged; repeatable
    #[arg(long, value_name = "REV")]
    since: Vec<String>,
    /// List what is checked
    #[arg(long)]
    list: bool,
    /// One line a finding, for editors: `file:line:col: severity[code]: message`
    #[arg(long)]
    lines: bool,
    /// Errors only, and not a word where there are none: for hooks
    #[arg(short, long, conflicts_with = "all")]
    quiet: bool,
    /// Show every piece of information, not only how many there are
    #[arg(long)]
    all: bool,
}

impl Check {
    /// Runs it; the status is 1 if there are errors.
    pub fn run(self, context: &Context) -> Result<u8, Failure> {
        if self.list {
            context.emit(codes())?;
            return Ok(0);
        }
        let (files, found) = if self.staged || !self.since.is_empty() {
            self.tracked(context)?
        } else {
            self.found(context.ledger()?, context)?
        };
        // Under --strict a warning stops the commit, so it is shown.
        let least = if context.global.strict { Severity::Warning } else { Severity::Error };
        let mut found = found;
        found.retain(|diagnostic| !self.quiet || diagnostic.severity >= least);
        let severities: Vec<Severity> = found.iter().map(|d| d.severity).collect();
        match context.format() {
            Some(Format::Table) | None => self.text(found, context)?,
            Some(_) => context.emit(sheet(&in_order(found), context.lang()))?,
        }
        let count = |severity| severities.iter().filter(|s| **s == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        if !self.quiet {
            context.say_last(&format!(
                "{} checked: {}, {}, {} for information",
                counted(files, "prospect"),
                counted(errors, "error"),
                counted(warnings, "warning"),
                count(Severity::Info)
            ));
        }
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
            let (paths, mut problems) = general(ledger, today);
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

    /// The same of what is staged, or of what changed since some revisions.
    fn tracked(&self, context: &Context) -> Result<(usize, Vec<Diagnostic>), Failure> {
        let tracked = context.tracked()?;
        let mut staged = if self.staged { Some(tracked.staged()?) } else { None };
        let mut ledger = match &staged {
            Some(staged) => context.ledger_of(staged.clone())?,
            None => context.ledger()?.clone(),
        };
        let mut problems = Vec::new();
        let mut chosen = BTreeSet::new();
        for revision in &self.since {
            let since = since(&tracked, &ledger, staged.as_mut(), revision)?;
            chosen.extend(since.changed);
            problems.extend(since.found);
        }
        if let Some(staged) = &mut staged {
            staged.fetch_below(Path::new(ACTIVITY))?;
            if self.since.is_empty() {
                staged.fetch_below(Path::new(PROSPECTS))?;
            }
            let paths = staged.unmerged().iter();
            problems.extend(paths.map(|path| unmerged(&ledger.show(path))));
            ledger = ledger.with(staged.clone());
        }
        let ledger = context.settle(ledger);
        let today = context.today;
        let (paths, found) = general(ledger, today);
        let wanted = |path: &&PathBuf| self.since.is_empty() || chosen.contains(*path);
        let paths: Vec<PathBuf> = paths.iter().filter(wanted).cloned().collect();
        let found = found
            .into_par_iter()
            .chain(paths.par_iter().flat_map_iter(|path| findings(ledger, path, today)));
        problems.par_extend(found.map(|diagnostic| ledger.sourced(diagnostic)));
        Ok((paths.len(), problems))
    }

    /// Errors and warnings in full; information as a count of each code, unless all is asked for.
    fn text(&self, found: Vec<Diagnostic>, context: &Context) -> Result<(), Failure> {
        let options = context.render_options();
        let (full, counted): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|d| self.all || d.severity > Severity::Info);
        for (place, diagnostic) in in_order(full) {
            let text = if self.lines {
                short_at(&diagnostic, place.as_ref(), context.spoken())
            } else {
                let (color, width) = (options.color, options.width);
                let look = Look { color, width, lang: context.spoken() };
                format!("{}\n", render_at(&diagnostic, place.as_ref(), look))
            };
            context.print(&format!("{text}\n"))?;
        }
        if self.lines {
            return Ok(());
        }
        let mut counts: BTreeMap<Code, usize> = BTreeMap::new();
        for diagnostic in &counted {
            *counts.entry(diagnostic.code).or_default() += 1;
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

/// What is wrong with the ledger as a whole, and the paths of its prospects.
fn general(ledger: &Ledger, today: Date) -> (Vec<PathBuf>, Vec<Diagnostic>) {
    let (paths, mut problems) = ledger.paths();
    problems.extend(ledger.duplicate_ids(&paths));
    problems.extend(crate::disk::tally::read_tallies(ledger, today).1);
    for path in ledger.activity_paths().0.into_iter().chain([SETTINGS.into()]) {
        // A text that cannot be read has been told of.
        if let Some(text) = ledger.text(&path).ok().filter(|text| is_toml(text)) {
            problems.extend(newer(&text, &Place::file(ledger.show(&path))));
        }
    }
    (paths, problems)
}

fn unmerged(shown: &Path) -> Diagnostic {
    Diagnostic::new(Code::Unmerged, "a merge left several versions of this file")
        .at(Place::file(shown))
        .help("settle it: crm resolve, or mend it by hand; then git add")
}

/// By file, and in a file from top to bottom, with their places.
fn in_order(found: Vec<Diagnostic>) -> Vec<(Option<Resolved>, Diagnostic)> {
    let places = resolve_all(&found);
    let mut placed: Vec<(Option<Resolved>, Diagnostic)> = places.into_iter().zip(found).collect();
    placed.sort_by(|a, b| key(a).cmp(&key(b)));
    placed
}

/// What findings are sorted by: file, line and column, code, message.
fn key(
    (place, found): &(Option<Resolved>, Diagnostic),
) -> (Option<&Source>, Option<(usize, usize)>, Code, &str) {
    let source = found.place.as_ref().map(|place| &place.source);
    let at = place.as_ref().map(|place| (place.line, place.column));
    (source, at, found.code, found.message.en())
}

/// Everything about one file.
fn findings(ledger: &Ledger, path: &Path, today: Date) -> Vec<Diagnostic> {
    let loaded = match ledger.read(path) {
        Ok(loaded) => loaded,
        Err(problems) => return problems,
    };
    let mut found = loaded.problems;
    let shown = ledger.show(path);
    found.extend(newer(&loaded.text, &Place::file(&shown)));
    // A prospect that opens after the day is looked at on the day it opens.
    let opens = loaded.prospect.events.first().map(|event| event.date());
    let day = opens.map_or(today, |opens| opens.max(today));
    if let Some(mut record) = replay(loaded.prospect, &ledger.settings, day) {
        record.findings.iter_mut().for_each(|finding| ledger.show_place(finding));
        let subject = Subject { record: &record, settings: &ledger.settings, as_of: today, shown };
        let more = check(&subject);
        // Where entries or amounts could not be read, that is what is wrong; not that there are none.
        let unread = found.iter().any(|problem| problem.is_error());
        let follows = |d: &Diagnostic| matches!(d.code, Code::NoEvents | Code::MissingAmount);
        found.extend(more.into_iter().filter(|d| !(unread && follows(d))));
        found.extend(record.findings);
    }
    found
}

fn sheet(found: &[(Option<Resolved>, Diagnostic)], lang: Lang) -> Sheet {
    let columns = [
        ("severity", Kind::Text),
        ("code", Kind::Text),
        ("file", Kind::Text),
        ("line", Kind::Number),
        ("column", Kind::Number),
        ("message", Kind::Text),
        ("notes", Kind::Text),
        ("help", Kind::Text),
    ];
    let columns = columns.map(|(id, kind)| Column::new(id, id, kind)).into();
    let rows = found
        .iter()
        .map(|(place, diagnostic)| {
            let number = |n: usize| if n == 0 { Cell::Empty } else { Cell::count(n) };
            Row::new(vec![
                Cell::text(diagnostic.severity.to_string()),
                Cell::text(diagnostic.code.id()),
                Cell::maybe(place.as_ref(), |place| Cell::text(place.path.clone())),
                number(place.as_ref().map_or(0, |place| place.line)),
                number(place.as_ref().map_or(0, |place| place.column)),
                Cell::text(diagnostic.message.get(lang)),
                Cell::text(Words::joined(&diagnostic.notes, "; ").get(lang)),
                Cell::text(Words::joined(&diagnostic.help, "; ").get(lang)),
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
