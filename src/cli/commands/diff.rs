//! `crm diff A..B`: the changes between two revisions.

use super::report::SelectionArgs;
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::disk::ledger::{Ledger, Stored};
use crate::format::layout::JOURNALS;
use crate::report::Request;
use crate::report::changes::Stock;
use crate::report::diff::diff;
use crate::rules::book::Book;
use crate::rules::replay::replay;
use crate::rules::replay::state::Record;
use clap::Args;
use std::path::PathBuf;

/// The bridge between two revisions: prospects that moved, came and went, and the change of the figures
///
/// 两个版本之间的变化：移动、新来和离开的潜在客户，以及数字的增减
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm diff                        what is not committed yet / 尚未提交的\n  \
    crm diff main..feature          two branches / 两个分支\n  \
    crm diff 'main@{1 week ago}'    since then, to the files as they are / 从那时到现有文件\n  \
    crm diff origin/main...HEAD owner:liuyan -f csv\n\n\
    Both are looked at from the same day (--as-of) by the rules of the later one, so nothing in the\n\
    difference comes from the clock or from settings.\n\n\
    两者都从同一天（--as-of）看，并按较新版本的规则，所以差异不会来自时间或设置。")]
pub struct Diff {
    /// A, to the files as they are; A..B; A...B from where both parted [default: HEAD]
    ///
    /// A：与现有文件比较；A..B；A...B：从两者分开处算起 [默认：HEAD]
    #[arg(value_name = "A..B", default_value = "HEAD")]
    range: String,
    #[command(flatten)]
    selection: SelectionArgs,
}

impl Diff {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let tracked = context.tracked()?;
        let (from, to) = ends(&self.range);
        let mut then = to.map(|to| tracked.at(to)).transpose()?;
        let mut after = match &then {
            None => context.ledger()?.clone(),
            Some(then) => context.ledger_of(then.clone())?,
        };
        let from_commit = if self.range.contains("...") {
            let [a, b] = [tracked.git.commit(from)?, tracked.git.commit(to.unwrap_or("HEAD"))?];
            tracked.git.line(&["merge-base", &a, &b])?
        } else {
            from.to_owned()
        };
        let mut first = tracked.at(&from_commit)?;
        context.settle(after.clone());
        let request = self.selection.request(context)?;
        let differs = tracked.differing(then.as_ref(), &first, &from_commit)?;
        if let Some(then) = &mut then {
            then.fetch_below(&JOURNALS)?;
            after = after.with(then.clone());
        }
        let whole = after.load(context.today());
        let (books, end) = if request.query.asks_grades() {
            // Grades are given among all.
            first.fetch_below(&JOURNALS)?;
            ((after.with(first).load(context.today()), whole), None)
        } else {
            let end = stock(&whole, &request);
            let is_new = |path: &PathBuf| differs.contains(path) || first.object(path).is_none();
            let new: Vec<PathBuf> = after.paths().0.into_iter().filter(is_new).collect();
            let (old, _) = first.files_below(&JOURNALS);
            let old: Vec<PathBuf> = old.into_iter().filter(|path| differs.contains(path)).collect();
            first.fetch(old.iter().map(PathBuf::as_path))?;
            let before = after.with(first);
            ((some_of(&before, &old, context), some_of(&after, &new, context)), Some(end))
        };
        let files = context.lang().pick("files", "文件");
        let names = (from, to.unwrap_or(files));
        context.emit(diff(&books.0, &books.1, end.as_ref(), names, &request))
    }
}

/// The open stock of a ledger.
fn stock(book: &Book, request: &Request) -> Stock {
    let settings = &book.settings;
    let step = |sum: &mut Stock, record: &Record| {
        Stock::of_record(record, settings).iter().for_each(|stock| sum.add(stock));
    };
    book.fold(&request.query, step, |sum: &mut Stock, part| sum.add(&part))
}

/// A book of some files only.
fn some_of(ledger: &Ledger, paths: &[PathBuf], context: &Context) -> Book {
    let record = |path: &PathBuf| {
        replay(ledger.read(path).ok()?.prospect, &ledger.settings, context.today())
    };
    let records = paths.iter().filter_map(record).collect();
    Book::of(ledger.settings.clone(), context.today(), records, Vec::new())
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
