//! `crm assign ID --to REP`: gives a prospect to a rep by hand.

use crate::cli::args::{Signed, Where};
use crate::cli::context::Context;
use crate::cli::eligible::{Override, admit};
use crate::cli::entry::{Entry, Session, rep};
use crate::diag::{Code, Diagnostic, Failure, Words};
use clap::Args;

/// Give prospects to a rep, from the pool or from another rep
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm assign daniel-kim --to sarah\n  \
    crm assign --where 'owner:chenwei' --to zhoumin --reason \"chenwei has left\"\n\n\
    Refused where the rep may not have it: on leave, gone, full, below the level of the grade, excluded\n\
    in [allocation], another rep has the account, the wait after their own loss is not over, or the tag\n\
    do-not-assign. --force gives a reason and overrides that. What is assigned does not count as claimed.")]
pub struct Assign {
    /// The prospects
    #[arg(required_unless_present = "query", value_name = "ID")]
    ids: Vec<String>,
    /// Who gets them
    #[arg(long, value_name = "REP")]
    to: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Although the rep may not have it, and why
    #[arg(long, value_name = "REASON")]
    force: Option<String>,
    #[command(flatten)]
    signed: Signed,
    #[command(flatten)]
    chosen: Where,
}

impl Assign {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.chosen.dry_run)?;
        let settings = &session.ledger.settings;
        let to = rep(settings, "--to", &self.to)?;
        if to.is_empty() {
            return Err(Diagnostic::new(
                Code::BadArgument,
                words!("--to needs a rep", "--to 要写业务员"),
            )
            .help(words!(
                "back to the pool is: crm release ID --reason …",
                "放回公海：crm release ID --reason …"
            ))
            .into());
        }
        let mut event = session.draft("assigned", &self.signed, &Default::default())?;
        event.owner = Some(to.clone());
        // Always a reason: without one it would read as a claim.
        let by_hand = context.spoken().pick("assigned by hand", "手工分配");
        event.reason = Some(self.reason.as_deref().unwrap_or(by_hand).into());
        let mut entries = Vec::new();
        let mut refused = Vec::new();
        for target in session.targets(&self.ids, &self.chosen)? {
            let record = target.on(settings, event.date())?;
            if record.state.owner.as_deref() == Some(&*to) {
                let named = target.named();
                let message = words!("{named} is with `{to}` already", "{named} 已归 `{to}`");
                refused.push(Diagnostic::new(Code::AlreadyThere, message));
                continue;
            }
            let owner = record.state.owner.as_deref();
            let said = Words::each(|lang| {
                let from = owner.unwrap_or(lang.pick("pool", "公海"));
                format!("{}: {from} -> {to}", target.named())
            });
            entries.push(Entry { target, events: vec![event.clone()], said });
        }
        if let Err(barred) = admit(context, &mut entries, Override::Reason(self.force.as_deref())) {
            refused.extend(barred.0);
        }
        if !refused.is_empty() {
            return Err(Failure(refused));
        }
        session.commit(entries)
    }
}
