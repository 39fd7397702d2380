//! `crm claim ID --by REP`: claims from the pool, within its limits.

use crate::act::owner::claim;
use crate::act::session::Session;
use crate::cli::args::{Facts, Signed, Where};
use crate::cli::context::Context;
use crate::diag::Failure;
use clap::Args;

/// Claim prospects from the pool, within the pool's limits
///
/// 从公海领取潜在客户，不超过公海的上限
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm claim yu-dong --by hejun\n  \
    crm claim --where 'is:pool region:suzhou need:group' --by sarah\n\n\
    [pool] in crm.toml limits how many prospects a rep may hold, how many a rep may claim a day, and how\n\
    soon a rep may claim a former prospect of their own again. The rules of `crm assign` hold here, too.\n\
    A refused claim counts for nothing.\n\n\
    crm.toml 的 [pool] 限定一位业务员最多持有多少潜在客户、每天最多领取多少，以及多久之后才能再次领取自己以前的潜在客户。`crm assign` 的规则在此同样有效。被拒绝的领取不计数。")]
pub struct Claim {
    /// The prospects
    ///
    /// 潜在客户
    #[arg(required_unless_present = "query", value_name = "ID")]
    ids: Vec<String>,
    /// The rep that claims, and owns them from now on [default: CRM_USER, else the rep with git's user.email]
    ///
    /// 领取并从此负责的业务员 [默认：CRM_USER，否则为 git 的 user.email 对应的业务员]
    #[arg(long, value_name = "REP")]
    by: Option<String>,
    /// A note for the journal
    ///
    /// 写入流水的备注
    #[arg(short = 'm', long, value_name = "TEXT")]
    note: Option<String>,
    /// Although the rep may not have it, and why; the limits of the pool still hold
    ///
    /// 该业务员本不可负责，仍要领取，并写明原因；公海的上限照样有效
    #[arg(long, value_name = "REASON")]
    force: Option<String>,
    #[command(flatten)]
    chosen: Where,
}

impl Claim {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.chosen.dry_run)?;
        let signed = Signed { by: self.by.clone(), note: self.note.clone(), ..Signed::default() };
        let event = signed.draft(&session, "assigned", &Facts::default(), context)?;
        let targets = self.chosen.targets(&session, &self.ids, context)?;
        context.tell(claim(&session, targets, &event, self.force.as_deref())?)
    }
}
