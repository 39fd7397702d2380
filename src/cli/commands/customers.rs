//! `crm customers [QUERY]`.

use super::report::SelectionArgs;
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::render::Format;
use crate::report::columns::all;
use crate::report::list::{CUSTOMERS, List};
use clap::Args;

/// The customers that a query selects: those with a file, and those that have bought
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm customers 'owner:liuyan grade:A'\n  \
    crm customers 'deals>2' --sort -bought\n  \
    crm customers relation:partner --columns id,name,region,last-contact\n\n\
    `crm add --customer NAME` makes a customer's file; `crm show ID` shows one customer.")]
pub struct Customers {
    #[command(flatten)]
    selection: SelectionArgs,
    /// The columns, in order; `all` for those of `export`
    #[arg(short, long, value_name = "COLUMNS", value_delimiter = ',')]
    columns: Vec<String>,
    /// Sort by columns; - before a name reverses
    #[arg(short, long, value_name = "COLUMNS", value_delimiter = ',', allow_hyphen_values = true)]
    sort: Vec<String>,
}

impl Customers {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let request = self.selection.request(context)?;
        let names: Vec<String> = match self.columns.as_slice() {
            _ if context.format() == Some(Format::Ids) => vec!["id".to_owned()],
            [] => CUSTOMERS.iter().map(ToString::to_string).collect(),
            [every] if every == "all" => all(&context.ledger()?.settings),
            chosen => chosen.to_vec(),
        };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut book = context.unread_book()?;
        let list = List::of(&names, &self.sort, &book.settings)?;
        book.keep = list.keep(&request, &book);
        context.emit(context.reading(&book, || list.customers(&book, &request))?)
    }
}
