//! `crm customers [QUERY]`.

use super::list::Listing;
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::report::list::{CUSTOMERS, List};
use clap::Args;

/// The customers that a query selects: those with a file, and those that have bought
///
/// 查询选出的客户：有客户文件的，以及买过的
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm customers 'owner:liuyan grade:A'\n  \
    crm customers 'deals>2' --sort -bought\n  \
    crm customers relation:partner --columns id,name,region,last-contact\n\n\
    `crm add --customer NAME` makes a customer's file; `crm show ID` shows one customer.\n\n\
    `crm add --customer 名称` 建立客户文件；`crm show 编号` 显示一个客户。")]
pub struct Customers {
    #[command(flatten)]
    listing: Listing,
}

impl Customers {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        self.listing.emit(context, &CUSTOMERS, List::customers)
    }
}
