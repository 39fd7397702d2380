//! `crm rights`.

use crate::cli::context::Context;
use crate::diag::Failure;
use crate::disk::private::repository_of;
use crate::format::layout::SETTINGS;
use crate::format::read_settings::read_settings;
use crate::git::origin::texts;
use crate::report::rights::rights;
use clap::Args;
use std::path::Path;

/// Who may read, write and administer what, by rep and by path; since when, what changed since the last look, and which
/// private fields were given out
///
/// 谁能读、写、管理什么，按人和按路径；始于何时，上次查看以来有何变化，哪些隐私字段被导出过
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  crm rights\n  crm rights -f csv --table changes\n  crm rights --table access\n\n\
    [privacy] review_days in crm.toml puts the next look on the work list of the keeper, from the day `reviewed` on:\n\
    after a look an admin writes that day there.\n\n\
    crm.toml 的 [privacy] review_days 会把下次查看放进公海管理人的待办，从 `reviewed` 之日算起：查看之后由管理员改写该日期。"
)]
pub struct Rights {}

impl Rights {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let ledger = context.ledger()?;
        let past = match repository_of(&ledger.root) {
            Some(_) => texts(&context.tracked()?, Path::new(SETTINGS))?,
            None => Vec::new(),
        };
        let read = |text: &str| read_settings(text, Path::new(SETTINGS)).ok();
        let past: Vec<_> =
            past.into_iter().filter_map(|(commit, text)| Some((commit, read(&text)?))).collect();
        let reviewed = ledger.settings.privacy.as_ref().and_then(|privacy| privacy.reviewed);
        context.emit(rights(&ledger.settings, &past, &ledger.accesses().0, reviewed))
    }
}
