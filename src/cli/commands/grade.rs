//! `crm grade [ID|QUERY]`.

use super::report::{RfmCompat, Selection};
use crate::cli::context::Context;
use crate::diag::{Code, Failure};
use crate::report::Request;
use crate::report::grade::grade;
use crate::rules::book::Book;
use crate::store::find::find;
use clap::Args;

/// Customers by grade: the rule that gave it, and the figures of every dimension
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm grade\n  \
    crm grade zhang --why                        every dimension, with its figures\n  \
    crm grade 'grade:A last-contact>30d'\n  \
    crm grade 'value:high lifecycle:lapsed' -f csv\n\n\
    Prospects with one `account` are one customer. Thresholds and rules: [grading] in crm.toml.")]
pub struct Grade {
    #[command(flatten)]
    selection: Selection,
    /// Every dimension, and the figures that it comes from
    #[arg(long)]
    why: bool,
    #[command(flatten)]
    compat: RfmCompat,
}

impl Grade {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let named = self.selection.only_word();
        let found = named.map(|word| find(context.ledger()?, word).map_err(Failure::from));
        let mut book = context.book()?;
        self.compat.apply(&mut book);
        let request = match found.transpose() {
            // One prospect is meant, by its id, path, prefix or name.
            Ok(Some(path)) => only(&book, &path, context)?,
            Ok(None) => self.selection.request(context)?,
            Err(not_found) => {
                // Then the word is a query; if nobody fits that either, it was a name.
                let request = self.selection.request(context)?;
                let missing = not_found.0.iter().any(|d| d.code == Code::NotFound);
                let plain = named.is_some_and(|word| !word.contains([':', '=', '<', '>', '：']));
                if missing && plain && request.select(&book).next().is_none() {
                    return Err(not_found);
                }
                request
            }
        };
        context.emit(grade(&book, &request, self.why))
    }
}

/// The request for one prospect; it must exist on the day.
fn only(book: &Book, path: &std::path::Path, context: &Context) -> Result<Request, Failure> {
    let record = book.records().iter().find(|record| record.prospect.path == path);
    let id = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let record = record.ok_or_else(|| crate::cli::entry::not_yet(&id, context.today))?;
    let query = context.query("ID", &format!("id:\"{}\"", record.prospect.id))?;
    Ok(Request::of(query))
}
