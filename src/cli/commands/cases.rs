//! `crm cases [ID|QUERY]`.

use super::report::SelectionArgs;
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::disk::find::find;
use crate::report::cases::{Cases as Listed, of_customer};
use crate::rules::replay::state::Record;
use crate::value::id::fold;
use clap::Args;

/// The open requests and complaints, with the promises about them and the days that are left; of one ID all, with their entries and the solutions that fit
///
/// 未办结的请求和投诉、对它们的承诺和剩余天数；给出编号则列出其全部受理、流水和适用的解决办法
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm cases\n  \
    crm cases owner:liuyan\n  \
    crm cases pujiang                            its cases, their entries, solutions that fit / 它的受理、流水和适用的解决办法\n  \
    crm cases --all -f csv\n\n\
    crm log ID complaint|request begins a case; handled, resolved and feedback lead it on (--ticket NAME where several\n\
    are open). Promises: response_hours, resolve_hours of [policy.GRADE] in crm.toml, in the working time of [calendar].\n\n\
    crm log 编号 complaint|request 开始受理；handled、resolved 和 feedback 推进它（有几项未结时用 --ticket 指明）。承诺：crm.toml 中 [policy.级别] 的 response_hours、resolve_hours，按 [calendar] 的工作时间计。")]
pub struct Cases {
    #[command(flatten)]
    selection: SelectionArgs,
    /// Those that are done, too
    ///
    /// 也列出已办结的
    #[arg(long)]
    all: bool,
}

impl Cases {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let ledger = context.ledger()?;
        let named = self.selection.only_word().map(|word| find(ledger, word));
        if let Some(Ok(path)) = named {
            let prospect = ledger.read(&path).map_err(Failure)?.prospect;
            let customer = prospect.joint_customer();
            let (solutions, found) = ledger.solutions();
            found.into_iter().for_each(|found| context.found(found));
            let book = context.unread_book()?;
            let id = fold(&prospect.id);
            let is_meant = |record: &Record| match &customer {
                Some(customer) => record.prospect.joint_customer().as_ref() == Some(customer),
                None => fold(&record.prospect.id) == id,
            };
            let sheet = || of_customer(&book, is_meant, &solutions);
            return context.emit(context.reading(&book, sheet)?);
        }
        let missing = named.and_then(Result::err).filter(|_| is_plain(&self.selection));
        let request = match (self.selection.request(context), &missing) {
            (Ok(request), _) => request,
            (Err(_), Some(missing)) => return Err(missing.clone().into()),
            (Err(wrong), None) => return Err(wrong),
        };
        let book = context.book_for(&request, true)?;
        // A word that is in no file is a mistyped id.
        if let Some(missing) = missing
            && book.gather_everybody(&request.query, |_| Some(())).is_empty()
        {
            return Err(missing.into());
        }
        let cases = Listed::listed(self.all, &book.settings);
        context.emit(context.reading(&book, || cases.sheet(&book, &request, false))?)
    }
}

/// Is the word no condition, but perhaps an id?
fn is_plain(selection: &SelectionArgs) -> bool {
    !selection.text().contains([':', '=', '<', '>', '：'])
}
