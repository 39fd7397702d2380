//! `crm grade [ID|QUERY]`.

use super::report::{RfmCompat, SelectionArgs};
use crate::act::target::not_yet;
use crate::cli::context::Context;
use crate::diag::{Code, Failure};
use crate::disk::file::id_of;
use crate::disk::find::find;
use crate::report::Request;
use crate::report::grade::Grades;
use crate::rules::query::Query;
use clap::Args;

/// Customers by grade: the rule that gave it, and the figures of every dimension
///
/// 客户分级：所依据的规则，以及各维度的数字
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm grade\n  \
    crm grade zhang --why                        every dimension, with its figures / 每个维度及其数字\n  \
    crm grade 'grade:A last-contact>30d'\n  \
    crm grade 'value:high lifecycle:lapsed' -f csv\n\n\
    Prospects with one `account` are one customer. Thresholds and rules: [grading] in crm.toml.\n\n\
    `account` 相同的潜在客户算一个客户。阈值和规则见 crm.toml 的 [grading]。")]
pub struct Grade {
    #[command(flatten)]
    selection: SelectionArgs,
    /// Every dimension, and the figures that it comes from
    ///
    /// 列出每个维度及其数字来源
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
        let mut book = context.unread_book()?;
        self.compat.apply(&mut book);
        // The failure if no customer is found.
        let (request, path, missing) = match found.transpose() {
            // One prospect is meant, by its id, path, prefix or name.
            Ok(Some(path)) => {
                let missing = not_yet(&id_of(&path), context.today()).into();
                (Request::of(Query::everything()), Some(path), Some(missing))
            }
            Ok(None) => (self.selection.request(context)?, None, None),
            Err(not_found) => {
                // Then the word is a query; if no customer fits it, it was a name.
                let request = self.selection.request(context)?;
                let missing = not_found.0.iter().any(|d| d.code == Code::NotFound);
                let plain = named.is_some_and(|word| !word.contains([':', '=', '<', '>', '：']));
                (request, None, Some(not_found).filter(|_| missing && plain))
            }
        };
        book.keep = request.keep(&book.settings, book.as_of, true);
        let make = || Grades::of(&book, &request, path.as_deref(), self.why);
        let grades = context.reading(&book, make)?;
        match missing.filter(|_| grades.is_empty()) {
            Some(missing) => Err(missing),
            None => context.emit(grades.sheet()),
        }
    }
}
