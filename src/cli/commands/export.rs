//! `crm export prospects|events|… [QUERY]`: everything, for other programs.

use super::export_dataset::{Partition, export_dataset};
use super::export_text::TextExport;
use super::report::SelectionArgs;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure};
use crate::export::contacts::CardVersion;
use crate::report::cases::{self, Cases};
use crate::report::claims::{self, Claims};
use crate::report::columns;
use crate::report::company::{check_export, check_request};
use crate::report::events::{self, Events};
use crate::report::list::List;
use crate::report::orders::{self, Orders};
use crate::report::people::{self, People};
use crate::report::plan_rows::{self, PlanRows};
use crate::rules::book::Files;
use crate::table::sheet::Sheet;
use crate::value::label::Lang;
use clap::{Args, ValueEnum};

/// Prospects, customers, their entries, people, orders, claims or plans, for other programs: CSV unless another format
/// is asked for
///
/// 导出潜在客户、客户、流水、联系人、订单、应收或计划，供其他程序使用：不指定格式时为 CSV
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm export prospects > prospects.csv\n  \
    crm export prospects owner:he --columns id,name,stage,value -o he.csv\n  \
    crm export events --as-of 2009Q4 -f jsonl\n  \
    crm export people -o people.xlsx\n  \
    crm export cases owner:he --columns case,id,state,resolved > cases.csv\n  \
    crm export customers -o customers.csv\n  \
    crm export events --customers -o entries.csv\n  \
    crm export calendar owner:he > he.ics\n  \
    crm export contacts tag:vip --vcard 3 -o vip.vcf\n  \
    crm export mail region:shanghai\n  \
    crm export dataset ../dataset --as shanghai\n\n\
    Text that a spreadsheet would run as a formula gets a ' in front, and control characters are spelt\n\
    out; --raw leaves text as it is, for files that `crm import` or another program reads.\n\
    Excel reads a CSV as UTF-8 only with --bom; -o FILE.xlsx is a workbook.\n\n\
    会被电子表格当作公式的文字前面加 '，控制字符拼写出来；--raw 原样保留，供 `crm import` 或其他程序读取。Excel 只有在 --bom 时才把 CSV 当作 UTF-8；-o FILE.xlsx 为工作簿。")]
pub struct Export {
    /// The records
    ///
    /// 导出什么
    #[arg(value_enum)]
    what: ExportedRecords,
    #[command(flatten)]
    selection: SelectionArgs,
    /// The columns, in order [default: every one]
    ///
    /// 各列，按顺序 [默认：全部]
    #[arg(short, long, value_name = "COLUMNS", value_delimiter = ',')]
    columns: Vec<String>,
    /// Of customers' files in the place of prospects': events, people, orders, calendar, contacts, mail
    ///
    /// 取客户文件而不是潜在客户文件：events、people、orders、calendar、contacts、mail
    #[arg(long)]
    customers: bool,
    /// The name of the ledger in a dataset [default: that of its folder; ledgers of a company have their ids]
    ///
    /// 账本在数据集中的名称 [默认：账本文件夹的名称；公司的账本用其编号]
    #[arg(long = "as", value_name = "NAME")]
    called: Option<String>,
    /// Take the ledger out of a dataset, or all that the company has put there
    ///
    /// 把账本从数据集中移除，或移除公司写入的全部账本
    #[arg(long)]
    remove: bool,
    /// Write sealed values of a dataset open, as far as one's own keys open them
    ///
    /// 数据集中已加密的值按明文写出，限本人的密钥能解开的
    #[arg(long)]
    unseal: bool,
    /// The version of the cards [default: 4]
    ///
    /// 名片的版本 [默认：4]
    #[arg(long, value_name = "VERSION", value_parser = ["3", "4"])]
    vcard: Option<String>,
}

/// The records to export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportedRecords {
    /// One row a prospect, as of the day
    #[value(help = "One row a prospect, as of the day\n\n每个潜在客户一行，按截止日")]
    Prospects,
    /// One row a customer's file, as of the day
    #[value(help = "One row a customer's file, as of the day\n\n每个客户文件一行，按截止日")]
    Customers,
    /// One row an entry, those that were retracted marked
    #[value(
        help = "One row an entry, those that were retracted marked\n\n每条记录一行，已撤回的有标记"
    )]
    Events,
    /// One row a person
    #[value(help = "One row a person\n\n每个联系人一行")]
    People,
    /// One row an order, booking, payment or refund, with its owner of that day
    #[value(
        help = "One row an order, booking, payment or refund, with its owner of that day\n\n每笔订单、承保、付款或退款一行，附当天的负责人"
    )]
    Orders,
    /// One row a request or complaint, with its answers and the promises about it
    #[value(
        help = "One row a request or complaint, with its answers and the promises about it\n\n每项请求或投诉一行，附答复和承诺"
    )]
    Cases,
    /// One row a claim: an invoice, an instalment, or an order, with what is open of it
    #[value(
        help = "One row a claim: an invoice, an instalment, or an order, with what is open of it\n\n每笔应收一行：发票、分期款或订单，附未收金额"
    )]
    Claims,
    /// One row a goal or step of the plans of prospects and customers
    #[value(
        help = "One row a goal or step of the plans of prospects and customers\n\n潜在客户和客户的计划中，每个目标或步骤一行"
    )]
    Plans,
    /// Next steps, signing dates, instalments, renewals and birthdays, as iCalendar
    #[value(
        help = "Next steps, signing dates, instalments, renewals and birthdays, as iCalendar\n\n下一步、签约日、分期款、续约和生日，iCalendar 格式"
    )]
    Calendar,
    /// A card for each person, as vCard
    #[value(help = "A card for each person, as vCard\n\n每个联系人一张名片，vCard 格式")]
    Contacts,
    /// `Name <address>` of each person, a line each
    #[value(
        help = "`Name <address>` of each person, a line each\n\n每个联系人的 `姓名 <邮箱>`，每人一行"
    )]
    Mail,
    /// Every day of the ledger in typed tables, in a folder that is named: for query engines
    #[value(
        help = "Every day of the ledger in typed tables, in a folder that is named: for query engines\n\n账本的每一天，写成带类型的数据表，放在指定的文件夹中：供查询引擎使用"
    )]
    Dataset,
}

impl ExportedRecords {
    /// As it is typed.
    fn name(self) -> &'static str {
        match self {
            ExportedRecords::Prospects => "prospects",
            ExportedRecords::Customers => "customers",
            ExportedRecords::Events => "events",
            ExportedRecords::People => "people",
            ExportedRecords::Orders => "orders",
            ExportedRecords::Cases => "cases",
            ExportedRecords::Claims => "claims",
            ExportedRecords::Plans => "plans",
            ExportedRecords::Calendar => "calendar",
            ExportedRecords::Contacts => "contacts",
            ExportedRecords::Mail => "mail",
            ExportedRecords::Dataset => "dataset",
        }
    }
}

impl Export {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let text = self.text()?;
        if self.what == ExportedRecords::Dataset {
            let (called, remove, unseal) = (self.called.as_deref(), self.remove, self.unseal);
            let partition = Partition { called, remove, unseal };
            return export_dataset(&self.selection, partition, context);
        }
        if let Some(text) = text {
            return text.run(self.what.name(), &self.selection, self.files(), context);
        }
        context.records();
        let mut request = self.selection.request(context)?;
        request.files = self.files();
        let settings = context.settings()?;
        let mut more = 0;
        let every = match self.what {
            ExportedRecords::Prospects if self.columns.is_empty() => {
                let facts = columns::more_facts();
                more = facts.len();
                columns::all(settings).into_iter().chain(facts).collect()
            }
            ExportedRecords::Customers => columns::of_customers(settings),
            ExportedRecords::Events => events::all(),
            ExportedRecords::People => people::all(),
            ExportedRecords::Orders => orders::all(),
            ExportedRecords::Cases => cases::all(),
            ExportedRecords::Claims => claims::all(),
            ExportedRecords::Plans => plan_rows::all(),
            _ => Vec::new(),
        };
        let names = if self.columns.is_empty() { &every } else { &self.columns };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut book = match context.joined()? {
            Some(company) => {
                check_export(company, self.what.name(), &request)?;
                context.book_of_all_for(&request, false)?
            }
            None => context.book_for(&request, false)?,
        };
        let sheet = match self.what {
            ExportedRecords::Prospects | ExportedRecords::Customers => {
                let list = List::of(&names, &[], &book.settings)?;
                if let Some(company) = context.joined()? {
                    check_request(company, &request, list.asks_grades())?;
                }
                book.keep = list.keep(&request, &book);
                context.reading(&book, || list.export(more, &book, &request))?
            }
            ExportedRecords::Events => {
                let events = Events::of(&names)?;
                book.keep = events.keep(&request, &book);
                context.reading(&book, || events.sheet(&book, &request))?
            }
            ExportedRecords::People => {
                let people = People::of(&names)?;
                context.reading(&book, || people.sheet(&book, &request))?
            }
            ExportedRecords::Orders => {
                let orders = Orders::of(&names)?;
                context.reading(&book, || orders.sheet(&book, &request))?
            }
            ExportedRecords::Cases => {
                let cases = Cases::of(&names)?;
                book.keep = request.keep(&book.settings, book.as_of, true);
                context.reading(&book, || cases.sheet(&book, &request, true))?
            }
            ExportedRecords::Claims => {
                let claims = Claims::of(&names)?;
                context.reading(&book, || claims.sheet(&book, &request))?
            }
            ExportedRecords::Plans => {
                let plans = PlanRows::of(&names)?;
                context.reading(&book, || plans.sheet(&book, &request))?
            }
            _ => return Ok(()),
        };
        context.emit(for_programs(sheet, context))
    }

    /// The files that it is of.
    fn files(&self) -> Files {
        match self.customers || self.what == ExportedRecords::Customers {
            true => Files::Customers,
            false => Files::Prospects,
        }
    }

    /// Is what it writes no sheet?
    pub fn is_text(&self) -> bool {
        use ExportedRecords::{Calendar, Contacts, Mail};
        matches!(self.what, Calendar | Contacts | Mail)
    }

    /// The export that is no sheet, if it is one. It has no columns, and only cards have versions.
    fn text(&self) -> Result<Option<TextExport>, Diagnostic> {
        let version = match self.vcard.as_deref() {
            Some("3") => CardVersion::Three,
            _ => CardVersion::Four,
        };
        let text = match self.what {
            ExportedRecords::Calendar => Some(TextExport::Calendar),
            ExportedRecords::Contacts => Some(TextExport::Contacts(version)),
            ExportedRecords::Mail => Some(TextExport::Mail),
            ExportedRecords::Prospects
            | ExportedRecords::Customers
            | ExportedRecords::Plans
            | ExportedRecords::Events
            | ExportedRecords::People
            | ExportedRecords::Orders
            | ExportedRecords::Cases
            | ExportedRecords::Claims
            | ExportedRecords::Dataset => None,
        };
        let is_dataset = self.what == ExportedRecords::Dataset;
        if (self.called.is_some() || self.remove || self.unseal) && !is_dataset {
            let message = words!(
                "--as, --remove and --unseal are for `dataset` alone",
                "--as、--remove 和 --unseal 只用于 `dataset`"
            );
            return Err(Diagnostic::new(Code::BadArgument, message));
        }
        if self.vcard.is_some() && self.what != ExportedRecords::Contacts {
            let message = words!("--vcard is for `contacts` alone", "--vcard 只用于 `contacts`");
            return Err(Diagnostic::new(Code::BadArgument, message));
        }
        if self.customers
            && matches!(
                self.what,
                ExportedRecords::Prospects
                    | ExportedRecords::Plans
                    | ExportedRecords::Claims
                    | ExportedRecords::Dataset
            )
        {
            let message = words!(
                "--customers is not for `prospects`, nor for `plans` and `claims`, which are of all",
                "--customers 不用于 `prospects`；`plans` 和 `claims` 本来就包括全部"
            );
            let refused = Diagnostic::new(Code::BadArgument, message);
            return Err(refused.help(words!("crm export customers", "crm export customers")));
        }
        if (text.is_some() || is_dataset) && !self.columns.is_empty() {
            let message = words!("this export has no columns", "此导出没有列");
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!("leave --columns out", "请去掉 --columns")));
        }
        Ok(text)
    }
}

/// The sheet as programs read it, of a workbook, too: ids as headers, and records alone.
fn for_programs(mut sheet: Sheet, context: &Context) -> Sheet {
    if context.lang() == Lang::Machine {
        (sheet.title, sheet.about, sheet.notes) = Default::default();
        for column in sheet.tables.iter_mut().flat_map(|table| &mut table.columns) {
            column.title.clone_from(&column.id);
        }
    }
    sheet
}
