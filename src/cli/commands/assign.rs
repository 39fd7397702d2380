//! `crm assign ID --to REP`: gives a prospect to a rep by hand.

use crate::cli::args::{Signed, Where};
use crate::cli::context::Context;
use crate::cli::entry::{Entry, Session, Target, rep};
use crate::diag::{Code, Diagnostic, Failure};
use crate::model::pipeline::Outcome;
use crate::report::Request;
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::rules::team::Team;
use crate::rules::team::allocation::{Obstacles, Rules, full};
use crate::rules::team::survey::Survey;
use crate::value::text::Text;
use clap::Args;
use std::collections::{HashMap, HashSet};

/// Give prospects to a rep, from the pool or from another rep
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm assign daniel-kim --to sarah\n  \
    crm assign --where 'owner:chenwei' --to zhoumin --reason \"chenwei has left\"\n\n\
    Refused where the rep is away or full, where an exclusion of [allocation] or the account says no,\n\
    or where the prospect is tagged do-not-assign; --force says why it stands all the same.\n\
    What is assigned does not count as claimed.")]
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
    /// Although a limit says no, and why
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
            return Err(Diagnostic::new(Code::BadArgument, "--to needs a rep")
                .help("back to the pool is: crm release ID --reason …")
                .into());
        }
        let mut event = session.draft("assigned", &self.signed, &Default::default())?;
        event.owner = Some(to.clone());
        // Always a reason: without one it would read as a claim.
        let by_hand = settings.language.pick("assigned by hand", "手工分配");
        event.reason = Some(self.reason.as_deref().unwrap_or(by_hand).into());
        let targets = session.targets(&self.ids, &self.chosen)?;
        let book = context.book_for(&Request::of(Query::everything()), true)?;
        let (mut team, rules, obstacles) =
            context.reading(&book, || weighed(&book, &targets))??;
        let place = team.place(&to);
        let mut entries = Vec::new();
        let mut refused = Vec::new();
        for target in targets {
            let record = target.on(settings, event.date())?;
            if record.state.owner.as_deref() == Some(&*to) {
                let message = format!("{} is with `{to}` already", target.named());
                refused.push(Diagnostic::new(Code::AlreadyThere, message));
                continue;
            }
            let open = record.state.outcome == Outcome::Open;
            let barrier = place.and_then(|place| {
                let barrier = rules.barrier(obstacles.get(target.id())?, &team, place);
                barrier.or_else(|| full(&team.members[place]).filter(|_| open))
            });
            let mut event = event.clone();
            match (barrier, &self.force) {
                (Some(barrier), None) => {
                    let words = barrier.words(settings.language);
                    let message = format!("{} cannot go to `{to}`: {words}", target.named());
                    refused.push(
                        Diagnostic::new(Code::NotAssignable, message)
                            .help("if it must be: --force \"why\""),
                    );
                    continue;
                }
                (Some(_), Some(why)) => event.forced = Some(why.as_str().into()),
                (None, _) => {}
            }
            if let Some(place) = place.filter(|_| open) {
                team.members[place].held += 1;
            }
            let from = record.state.owner.as_deref().unwrap_or("pool");
            let said = format!("{}: {from} -> {to}", target.named());
            entries.push(Entry { target, events: vec![event], said });
        }
        if !refused.is_empty() {
            return Err(Failure(refused));
        }
        session.commit(entries)
    }
}

/// The team, the rules, and what can keep each of those targets that the book has from somebody.
type Weighed<'b> = (Team<'b>, Rules<'b>, HashMap<Text, Obstacles>);

fn weighed<'b>(book: &'b Book, targets: &[Target]) -> Result<Weighed<'b>, Diagnostic> {
    let idle = Team::idle(book);
    let mut rules = Rules::without_accounts(book, &idle)?;
    let wanted: HashSet<&str> = targets.iter().map(Target::id).collect();
    let (survey, obstacles) = book.fold(
        &Query::everything(),
        |(survey, found): &mut (Survey, HashMap<Text, Obstacles>), record: &Record| {
            survey.take(record, book, &idle);
            let id = &record.prospect.id;
            if wanted.contains(&**id) {
                found.insert(id.clone(), rules.obstacles(record));
            }
        },
        |(survey, found), (other, more)| {
            survey.join(other);
            found.extend(more);
        },
    );
    let (team, holders, _) = survey.done(book);
    rules.learn(holders);
    Ok((team, rules, obstacles))
}
