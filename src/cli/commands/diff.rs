//! `crm diff A..B`: what lies between two revisions.

use super::report::Selection;
use crate::cli::context::{Context, counted};
use crate::diag::{Failure, Severity};
use crate::report::diff::diff;
use crate::store::load::Ledger;
use crate::store::root::{ACTIVITY, PROSPECTS};
use crate::store::snapshot::Tracked;
use clap::Args;
use std::path::Path;

/// The bridge between two revisions: who moved, came, went, and what it changed
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm diff                        what is not committed yet\n  \
    crm diff main..feature          two branches\n  \
    crm diff 'main@{1 week ago}'    since then, to the files as they are\n  \
    crm diff origin/main...HEAD owner:liuyan -f csv\n\n\
    Both are looked at from the same day (--as-of) by the rules of the later one, so nothing in the\n\
    difference comes from the clock or from settings.")]
pub struct Diff {
    /// A, to the files as they are; A..B; A...B from where both parted [default: HEAD]
    #[arg(value_name = "A..B", default_value = "HEAD")]
    range: String,
    #[command(flatten)]
    selection: Selection,
}

impl Diff {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let tracked = context.tracked()?;
        let (from, to) = ends(&self.range);
        let after = match to {
            None => context.ledger()?.clone(),
            Some(to) => of(context, &tracked, to)?,
        };
        let to_commit = to.unwrap_or("HEAD");
        let from_commit = if self.range.contains("...") {
            let [a, b] = [tracked.git.commit(from)?, tracked.git.commit(to_commit)?];
            tracked.git.line(&["merge-base", &a, &b])?
        } else {
            from.to_owned()
        };
        let mut snapshot = tracked.at(&from_commit)?;
        for folder in [PROSPECTS, ACTIVITY] {
            snapshot.fetch_below(Path::new(folder))?;
        }
        let before = Ledger { snapshot: Some(snapshot), ..after.clone() };
        context.settle(after.clone());
        let request = self.selection.request(context)?;
        let (before, after) = (before.load(context.today), after.load(context.today));
        let broken = |book: &crate::rules::book::Book| {
            book.problems().iter().filter(|p| p.severity == Severity::Error).count()
        };
        let wrong = broken(&before) + broken(&after);
        let files = context.lang().pick("files", "文件");
        context.emit(&diff(&before, &after, (from, to.unwrap_or(files)), &request))?;
        if wrong > 0 {
            context.say_last(&format!(
                "{} in the two ledgers: `crm check` shows those of the files",
                counted(wrong, "finding")
            ));
        }
        Ok(())
    }
}

/// The two ends of a range; without a second one, the files as they are.
fn ends(range: &str) -> (&str, Option<&str>) {
    fn or_head(end: &str) -> &str {
        if end.is_empty() { "HEAD" } else { end }
    }
    match range.split_once("...").or_else(|| range.split_once("..")) {
        Some((from, to)) => (or_head(from), Some(or_head(to))),
        None => (or_head(range), None),
    }
}

fn of(context: &Context, tracked: &Tracked, revision: &str) -> Result<Ledger, Failure> {
    let mut snapshot = tracked.at(revision)?;
    for folder in [PROSPECTS, ACTIVITY] {
        snapshot.fetch_below(Path::new(folder))?;
    }
    context.ledger_of(snapshot)
}
