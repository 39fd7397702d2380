//! `crm list [QUERY]`.

use super::report::SelectionArgs;
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::render::Format;
use crate::report::columns::all;
use crate::report::list::{self, DEFAULT};
use clap::Args;

/// The prospects that a query selects; chosen columns, any order
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm list 'stage:50 owner:he value>=10000 not tag:vip'\n  \
    crm list is:overdue --sort -age --columns id,name,age,owner\n  \
    crm list 'is:pool region:shanghai' -f ids | xargs -n1 crm show\n\n\
    `crm help query` explains the query language.")]
pub struct List {
    #[command(flatten)]
    selection: SelectionArgs,
    /// The columns, in order; `all` for those of `export`
    #[arg(short, long, value_name = "COLUMNS", value_delimiter = ',')]
    columns: Vec<String>,
    /// Sort by columns; - before a name reverses
    #[arg(short, long, value_name = "COLUMNS", value_delimiter = ',', allow_hyphen_values = true)]
    sort: Vec<String>,
}

impl List {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let request = self.selection.request(context)?;
        let names: Vec<String> = match self.columns.as_slice() {
            // Ids are asked for, whatever the columns are.
            _ if context.format() == Some(Format::Ids) => vec!["id".to_owned()],
            [] => DEFAULT.iter().map(ToString::to_string).collect(),
            [every] if every == "all" => all(&context.ledger()?.settings),
            chosen => chosen.to_vec(),
        };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut book = context.unread_book()?;
        let list = list::List::of(&names, &self.sort, &book.settings)?;
        book.keep = list.keep(&request, &book);
        context.emit(context.reading(&book, || list.sheet(&book, &request))?)
    }
}
