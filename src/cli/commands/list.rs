//! `crm list [QUERY]`.

use super::report::SelectionArgs;
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::render::Format;
use crate::report::Request;
use crate::report::columns::all;
use crate::report::list::{self, DEFAULT};
use crate::rules::book::Book;
use crate::table::sheet::Sheet;
use clap::Args;

/// The prospects that a query selects; chosen columns, any order
///
/// 查询选出的潜在客户；列可选，顺序任意
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm list 'stage:50 owner:he value>=10000 not tag:vip'\n  \
    crm list is:overdue --sort -age --columns id,name,age,owner\n  \
    crm list 'is:pool region:shanghai' -f ids | xargs -n1 crm show\n\n\
    `crm help query` explains the query language.\n\n\
    查询语言见 `crm help query`。")]
pub struct List {
    #[command(flatten)]
    listing: Listing,
}

/// The rows, columns and order of a list.
#[derive(Debug, Args)]
pub struct Listing {
    #[command(flatten)]
    selection: SelectionArgs,
    /// The columns, in order; `all` for those of `export`
    ///
    /// 各列，按顺序；`all` 为 `export` 的全部列
    #[arg(short, long, value_name = "COLUMNS", value_delimiter = ',')]
    columns: Vec<String>,
    /// Sort by columns; - before a name reverses
    ///
    /// 按列排序；列名前加 - 为倒序
    #[arg(short, long, value_name = "COLUMNS", value_delimiter = ',', allow_hyphen_values = true)]
    sort: Vec<String>,
}

impl List {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        self.listing.emit(context, &DEFAULT, list::List::sheet)
    }
}

impl Listing {
    /// Emits the sheet that `made` makes of the list; with these columns unless others are asked for.
    pub(super) fn emit(
        self,
        context: &Context,
        columns: &[&str],
        made: fn(list::List, &Book, &Request) -> Sheet,
    ) -> Result<(), Failure> {
        let request = self.selection.request(context)?;
        let names: Vec<String> = match self.columns.as_slice() {
            // Ids are asked for, whatever the columns are.
            _ if context.format() == Some(Format::Ids) => vec!["id".to_owned()],
            [] => columns.iter().map(ToString::to_string).collect(),
            [every] if every == "all" => all(&context.ledger()?.settings),
            chosen => chosen.to_vec(),
        };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut book = context.unread_book()?;
        let list = list::List::of(&names, &self.sort, &book.settings)?;
        let list = if self.columns.is_empty() { list.unasked() } else { list };
        book.keep = list.keep(&request, &book);
        context.emit(context.reading(&book, || made(list, &book, &request))?)
    }
}
