//! What a ledger comes to on a day, in figures that a restored one must come to as well.

use crate::diag::{Code, Diagnostic, Lang, Severity};
use crate::disk::ledger::Ledger;
use crate::format::manifest::{Figures, MoneySum, ReportDigest};
use crate::model::pipeline::Outcome;
use crate::rules::book::{Book, Keep};
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::money::{Money, Sum};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Up to so many files are kept in memory while the reports are made.
const IN_MEMORY: usize = 10_000;

/// What the floors above know.
#[derive(Debug, Clone, Copy)]
pub struct Outside {
    /// The digests of every report.
    pub reports: fn(&Book) -> Vec<ReportDigest>,
    /// All findings of a check.
    pub findings: fn(&Ledger, Date) -> Vec<Diagnostic>,
}

/// The sums of one status.
#[derive(Default)]
struct Counted {
    prospects: u64,
    customers: u64,
    entries: u64,
    sums: BTreeMap<&'static str, Sum>,
}

/// The figures of the ledger at `root`; none if its settings cannot be read.
pub(super) fn figures(root: &Path, day: Date, outside: Outside) -> Option<Figures> {
    let mut ledger = Ledger::open(root.to_owned(), PathBuf::new()).ok()?;
    ledger.settings.language = Lang::Machine;
    let files = ledger.paths().0.len();
    let mut book = ledger.load(day);
    book.keep = Keep::Everything;
    if files <= IN_MEMORY {
        book.records();
    }
    let counted = book.fold_everybody(&Query::everything(), count, join);
    let findings = (outside.findings)(&ledger, day);
    let with = |severity| {
        let counts = |found: &&Diagnostic| found.severity == severity && is_of_files(found);
        findings.iter().filter(counts).count() as u64
    };
    let counts = [
        ("files", files as u64),
        ("prospects", counted.prospects),
        ("customers", counted.customers),
        ("entries", counted.entries),
        ("tallies", book.tallies.len() as u64),
        ("errors", with(Severity::Error)),
        ("warnings", with(Severity::Warning)),
    ];
    Some(Figures {
        counts: counts.map(|(name, count)| (name.to_owned(), count)).into(),
        sums: counted.sums.iter().flat_map(|(status, sum)| lines(status, sum, &book)).collect(),
        reports: (outside.reports)(&book),
    })
}

/// Does a finding follow from the files of the ledger alone? Where a document or the folder of keys is, and what git
/// ignores, may be otherwise at another place.
fn is_of_files(found: &Diagnostic) -> bool {
    use Code::{Ignored, KeysMissing, MissingDocument, TrackedState};
    !matches!(found.code, MissingDocument | KeysMissing | Ignored | TrackedState)
}

fn count(counted: &mut Counted, record: &Record) {
    counted.entries += record.prospect.events.len() as u64;
    if record.prospect.is_customer {
        counted.customers += 1;
        return;
    }
    counted.prospects += 1;
    let status = match record.state.outcome {
        Outcome::Open => "open",
        Outcome::Won => "won",
        Outcome::Lost => "lost",
    };
    counted.sums.entry(status).or_default().add_sum(&record.worth());
}

fn join(all: &mut Counted, part: Counted) {
    all.prospects += part.prospects;
    all.customers += part.customers;
    all.entries += part.entries;
    for (status, sum) in part.sums {
        all.sums.entry(status).or_default().add_sum(&sum);
    }
}

/// A line for each currency.
fn lines(status: &str, sum: &Sum, book: &Book) -> Vec<MoneySum> {
    let own = Money { amount: sum.own, currency: None };
    let line = |money: Money| MoneySum {
        status: status.to_owned(),
        currency: money
            .currency
            .or(book.settings.currency)
            .map(|currency| currency.to_string())
            .unwrap_or_default(),
        amount: money.amount.trimmed().to_string(),
    };
    std::iter::once(own).chain(sum.foreign()).map(line).collect()
}
