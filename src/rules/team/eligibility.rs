//! Eligibility: may this rep have this prospect? One question with one answer, for every way in which a
//! prospect comes to a rep: `add` and `log` with an owner, `claim`, `assign`, `allocate`, an edited plan,
//! `rebalance`.
//!
//! The answer is a [`Barrier`] or none. Where several barriers apply, the first in the order of the enum is the
//! answer. People may override a barrier with a reason; plans never do.

use super::department::Departments;
use super::holders::{Holder, Holders, account_of};
use super::pool::Cause;
use super::{Member, Team, absence};
use crate::diag::{Code, Diagnostic, Words, listed};
use crate::model::settings::{Presence, level_rank, level_words};
use crate::rules::book::Book;
use crate::rules::customer::Customer;
use crate::rules::customer::levels::Level;
use crate::rules::query::{Others, Query, QueryContext};
use crate::rules::replay::care::Care;
use crate::rules::replay::standing;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::id::fold;
use crate::value::text::Text;
use std::collections::HashMap;

/// Days that a rep waits for a prospect that was recycled from them, where the settings state no
/// `reclaim_wait_days`: a neglected prospect is not given back by the next plan.
pub const RECYCLED_WAIT_DAYS: u32 = 30;

/// The other files that the conditions of exclusions look into.
fn others(exclusions: &[(usize, Query)]) -> Others {
    exclusions.iter().map(|(_, query)| query.others()).fold(Others::default(), Others::and)
}

/// Why a rep cannot have a prospect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Barrier {
    /// The prospect has the tag that keeps it from everybody.
    DoNotAssign(Text),
    /// The rep is on leave, leaves on this day or has left, or has not begun.
    Absent(Presence),
    /// An exclusion of the settings.
    Excluded {
        /// Which one, counted from 1.
        rule: usize,
        /// Its condition.
        when: Text,
    },
    /// Other reps have the account.
    Account {
        /// The account.
        account: Text,
        /// The reps who have it.
        with: Vec<Text>,
    },
    /// The owners of customers in this lifecycle come from another department.
    Department {
        /// The lifecycle.
        lifecycle: &'static Level,
        /// The department's name.
        department: Words,
    },
    /// The policy of the prospect's grade takes a rep of a higher level.
    Level {
        /// The grade.
        grade: Text,
        /// The level that the policy takes at least.
        needs: Text,
        /// The rep's level.
        has: Text,
    },
    /// The rep had it before, and the wait after that loss is not over.
    Waits {
        /// The first day on which the rep may have it again.
        until: Date,
        /// The day on which the rep lost it.
        lost: Date,
        /// Recycling took it from them.
        recycled: bool,
    },
    /// The rep has no room.
    Full {
        /// How many open prospects, or customers, the rep holds.
        held: u32,
        /// How many the rep can carry.
        capacity: u32,
    },
}

impl Barrier {
    /// The barrier in words.
    pub fn words(&self) -> Words {
        match self {
            Barrier::DoNotAssign(tag) => words!("tagged {tag}", "标签{tag}：不分配"),
            Barrier::Absent(presence) => absence(*presence),
            Barrier::Excluded { rule, when } => {
                words!("excluded by rule {rule}: {when}", "规则{rule}排除：{when}")
            }
            Barrier::Account { account, with } => {
                words!("account {account} is with {}", "客户{account}归{:#}", listed(with))
            }
            Barrier::Department { lifecycle, department } => Words::both(
                format!("{} customers go to the department {}", lifecycle.word, department.en()),
                format!("{}客户归{}", lifecycle.zh.trim_end_matches("客户"), department.zh()),
            ),
            Barrier::Level { grade, needs, has } => {
                let (needs, has) = (level_words(needs), level_words(has));
                Words::both(
                    format!("grade {grade} needs a {} rep, not a {} one", needs.en(), has.en()),
                    format!("{grade}级客户须由{}业务员负责，不能是{}", needs.zh(), has.zh()),
                )
            }
            Barrier::Waits { until, lost, recycled: true } => words!(
                "waits until {until}: recycled from them on {lost}",
                "须等到{until}：{lost}从其名下回收"
            ),
            Barrier::Waits { until, lost, recycled: false } => words!(
                "waits until {until}: had it until {lost}",
                "须等到{until}：{lost}以前由其负责"
            ),
            Barrier::Full { held, capacity } => {
                words!("full: {held} of {capacity}", "已满：{held}/{capacity}")
            }
        }
    }

    /// The barrier without its details, to count with.
    pub fn kind(&self) -> Words {
        match self {
            Barrier::DoNotAssign(_) => words!("not to be assigned", "不分配"),
            Barrier::Absent(Presence::Away(_)) => words!("on leave", "休假"),
            Barrier::Absent(Presence::Gone(_)) => words!("gone", "已离职"),
            Barrier::Absent(_) => words!("not there yet", "未入职"),
            Barrier::Excluded { .. } => words!("excluded", "被排除"),
            Barrier::Account { .. } => words!("not theirs by account", "客户归他人"),
            Barrier::Department { .. } => words!("not of the department", "不属该部门"),
            Barrier::Level { .. } => words!("below the level", "级别不够"),
            Barrier::Waits { .. } => words!("waiting", "等待期内"),
            Barrier::Full { .. } => words!("full", "已满"),
        }
    }

    /// The refusal that names the prospect and the rep.
    pub fn refusal(&self, prospect: &str, rep: &str) -> Diagnostic {
        let why = self.words();
        let message = Words::both(
            format!("{prospect} cannot go to `{rep}`: {}", why.en()),
            format!("{prospect} 不能归 `{rep}`：{}", why.zh()),
        );
        Diagnostic::new(Code::NotAssignable, message)
    }
}

/// Everything about a prospect that can keep it from a rep, but for what its customer's grades say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacles {
    /// The tag that keeps it from everybody, if the prospect has it.
    pub tag: Option<Text>,
    /// Exclusions that fit it: the rep's place, and the exclusion's position.
    excluded: Vec<(usize, usize)>,
    /// Its account.
    pub account: Option<Text>,
    /// Reps who had it and lost it.
    losses: Vec<Loss>,
    /// The kind of care that it needs: only where it needs some, room is asked for.
    care: Option<Care>,
}

impl Obstacles {
    /// The reps who had it and lost it, by their places in the team.
    pub fn lost_by(&self) -> impl Iterator<Item = usize> {
        self.losses.iter().map(|loss| loss.place)
    }
}

/// That a rep had a prospect and has it no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Loss {
    place: usize,
    on: Date,
    recycled: bool,
}

/// The rule, ready to be asked about one pair after another.
#[derive(Clone)]
pub struct Eligibility<'b> {
    book: &'b Book,
    /// The rep's place, and the condition.
    exclusions: Vec<(usize, Query)>,
    /// The reps who have an account; reps who have left are not among them.
    accounts: HashMap<String, Vec<Holder>>,
    departments: Departments,
}

impl<'b> Eligibility<'b> {
    /// The rule by a book's settings, before the holders of accounts are known. Where an exclusion asks
    /// for grades, the book is graded.
    ///
    /// # Errors
    /// Fails if the condition of an exclusion is no query on the book's day.
    pub fn without_accounts(
        book: &'b Book,
        team: &Team<'b>,
    ) -> Result<Eligibility<'b>, Diagnostic> {
        let settings = &book.settings;
        let mut exclusions = Vec::new();
        for exclusion in &settings.allocation.exclude {
            let query = Query::parse(&exclusion.when, "when", settings, book.as_of)?;
            exclusions.extend(team.place(&exclusion.rep).map(|place| (place, query)));
        }
        if exclusions.iter().any(|(_, query)| query.asks_grades()) {
            book.graded();
        }
        // They are asked for while the files are read.
        book.read_others(others(&exclusions));
        let departments = Departments::of(settings);
        Ok(Eligibility { book, exclusions, accounts: HashMap::new(), departments })
    }

    /// Adds the holders of accounts, if the settings bind accounts to them.
    pub fn learn(&mut self, holders: Holders) {
        if self.keeps_accounts() {
            self.accounts.extend(holders.settled());
        }
    }

    /// Binds the account of a customer, which a plan has placed, to its new owner alone.
    pub fn bind(&mut self, account: &Text, place: usize) {
        if self.keeps_accounts() {
            self.accounts.insert(fold(account), vec![Holder::of(account, place)]);
        }
    }

    /// Frees the accounts that a rep has: the rep gives them all away.
    pub fn free_accounts_of(&mut self, place: usize) {
        for holders in self.accounts.values_mut() {
            holders.retain(|holder| holder.place != place);
        }
        self.accounts.retain(|_, holders| !holders.is_empty());
    }

    /// Do the prospects of an account go to one rep?
    pub fn keeps_accounts(&self) -> bool {
        self.book.settings.allocation.keep_account
    }

    /// Everything about a prospect that can keep it from a rep.
    pub fn obstacles(&self, record: &Record, team: &Team) -> Obstacles {
        let settings = &self.book.settings;
        let tag = &settings.allocation.do_not_assign;
        let tagged = record.prospect.tags.iter().any(|own| fold(own) == fold(tag));
        let context = QueryContext { settings, as_of: self.book.as_of };
        self.book.attach(record, others(&self.exclusions));
        let rules = self.exclusions.iter().enumerate();
        let excluded = rules
            .filter(|(_, (_, query))| query.matches(record, &context))
            .map(|(rule, (place, _))| (*place, rule))
            .collect();
        Obstacles {
            tag: tagged.then(|| tag.clone()),
            excluded,
            account: account_of(record).cloned(),
            losses: losses(record, team, self.book.as_of),
            care: record.care(),
        }
    }

    /// The barrier between a prospect and a rep, if there is one. A prospect that does not exist yet has no graded
    /// customer, and is asked neither for a department nor for a level.
    pub fn refusal(
        &self,
        obstacles: &Obstacles,
        customer: Option<&Customer>,
        team: &Team,
        place: usize,
    ) -> Option<Barrier> {
        let barrier = self.barrier(obstacles, customer, team, place);
        barrier.or_else(|| full(&team.members[place], obstacles.care?))
    }

    /// The barrier between a prospect and a rep, the room left aside: that depends on the rest of a plan.
    pub fn barrier(
        &self,
        obstacles: &Obstacles,
        customer: Option<&Customer>,
        team: &Team,
        place: usize,
    ) -> Option<Barrier> {
        let with_others = || match self.holders(obstacles) {
            Some(holders) if holders.iter().all(|holder| holder.place != place) => {
                self.account_barrier(obstacles, team)
            }
            _ => None,
        };
        self.before_account(obstacles, team, place)
            .or_else(with_others)
            .or_else(|| self.after_account(obstacles, customer, team, place))
    }

    /// The barrier between a prospect and a rep if its whole account comes along.
    pub fn barrier_with_account(
        &self,
        obstacles: &Obstacles,
        customer: Option<&Customer>,
        team: &Team,
        place: usize,
    ) -> Option<Barrier> {
        self.before_account(obstacles, team, place)
            .or_else(|| self.after_account(obstacles, customer, team, place))
    }

    /// The departments that care for customers.
    pub fn departments(&self) -> &Departments {
        &self.departments
    }

    /// The barrier between a prospect and a rep who would serve it beside its owner: that needs no room, no level and no
    /// wait.
    pub fn helper_barrier(
        &self,
        obstacles: &Obstacles,
        team: &Team,
        place: usize,
    ) -> Option<Barrier> {
        self.before_account(obstacles, team, place)
    }

    fn before_account(&self, obstacles: &Obstacles, team: &Team, place: usize) -> Option<Barrier> {
        if let Some(tag) = &obstacles.tag {
            return Some(Barrier::DoNotAssign(tag.clone()));
        }
        if let Some(presence) = team.members[place].barred {
            return Some(Barrier::Absent(presence));
        }
        let (_, rule) = obstacles.excluded.iter().find(|(rep, _)| *rep == place)?;
        let when = self.book.settings.allocation.exclude[*rule].when.clone();
        Some(Barrier::Excluded { rule: rule + 1, when })
    }

    fn after_account(
        &self,
        obstacles: &Obstacles,
        customer: Option<&Customer>,
        team: &Team,
        place: usize,
    ) -> Option<Barrier> {
        let grade = customer.and_then(Customer::grade);
        let elsewhere = customer.and_then(|customer| {
            let department = self.departments.closed_to(customer, place)?.name.clone();
            Some(Barrier::Department { lifecycle: customer.lifecycle.level(), department })
        });
        let low = || grade.and_then(|grade| self.level_barrier(grade, &team.members[place]));
        elsewhere.or_else(low).or_else(|| {
            let loss = obstacles.losses.iter().find(|loss| loss.place == place)?;
            self.wait(*loss, grade)
        })
    }

    /// That the policy of a grade takes a higher level. A rep whose level is not stated is not judged.
    fn level_barrier(&self, grade: &str, member: &Member) -> Option<Barrier> {
        let needs = self.book.settings.policy(grade)?.level.clone()?;
        let has = member.rep.level.clone()?;
        (level_rank(&has)? > level_rank(&needs)?).then(|| Barrier::Level {
            grade: grade.into(),
            needs,
            has,
        })
    }

    /// That the wait after a loss is not over: day N of N still belongs to it.
    fn wait(&self, loss: Loss, grade: Option<&str>) -> Option<Barrier> {
        let stated = self.book.settings.pool.reclaim_wait_days(grade);
        let days = stated.or(loss.recycled.then_some(RECYCLED_WAIT_DAYS))?;
        let until = loss.on.plus(i64::from(days) + 1);
        (self.book.as_of < until).then_some(Barrier::Waits {
            until,
            lost: loss.on,
            recycled: loss.recycled,
        })
    }

    /// The reps who have the account of a prospect.
    pub fn holders(&self, obstacles: &Obstacles) -> Option<&[Holder]> {
        Some(self.accounts.get(&fold(obstacles.account.as_ref()?))?)
    }

    /// That other reps have the account.
    pub fn account_barrier(&self, obstacles: &Obstacles, team: &Team) -> Option<Barrier> {
        let (account, holders) = (obstacles.account.as_ref()?, self.holders(obstacles)?);
        let with = holders.iter().map(|holder| team.members[holder.place].rep.id.clone()).collect();
        Some(Barrier::Account { account: account.clone(), with })
    }

    /// Rules that contradict each other over a prospect: the account says that these reps must have it, an
    /// exclusion says that they must not.
    pub fn contradiction(
        &self,
        id: &str,
        obstacles: &Obstacles,
        team: &Team,
    ) -> Option<Diagnostic> {
        let (account, holders) = (obstacles.account.as_ref()?, self.holders(obstacles)?);
        let rule_of =
            |holder: &Holder| obstacles.excluded.iter().find(|(rep, _)| *rep == holder.place);
        let rules: Option<Vec<_>> = holders.iter().map(rule_of).collect();
        let (place, rule) = *rules?.first()?;
        let (rep, rule) = (&team.members[*place].rep.id, rule + 1);
        let message = words!(
            "`{id}` belongs to the account `{account}` of `{rep}`, whom exclusion {rule} keeps from it",
            "`{id}` 属于 `{rep}` 的客户 `{account}`，但排除规则{rule}不许其负责"
        );
        let help = words!(
            "narrow the exclusion in crm.toml, give the account to another rep, or set keep_account = false",
            "在 crm.toml 中缩小排除规则，或把该客户交给他人，或设 keep_account = false"
        );
        Some(Diagnostic::new(Code::Contradiction, message).help(help))
    }
}

/// That a rep has no room for one more of a kind.
pub fn full(member: &Member, care: Care) -> Option<Barrier> {
    let held = member.held(care);
    let capacity = member.capacity(care).filter(|capacity| held >= *capacity)?;
    Some(Barrier::Full { held, capacity })
}

/// The last time that each earlier owner lost a prospect, however many others had it since.
fn losses(record: &Record, team: &Team, as_of: Date) -> Vec<Loss> {
    let mut losses: Vec<Loss> = Vec::new();
    for spell in record.history.owners.iter().rev() {
        let place = spell.owner.as_deref().and_then(|id| team.place(id));
        if let (Some(place), Some(on)) = (place, spell.to)
            && losses.iter().all(|known| known.place != place)
        {
            losses.push(Loss { place, on, recycled: is_recycled(record, on, as_of) });
        }
    }
    losses
}

/// Did recycling send the prospect to the pool on a day?
fn is_recycled(record: &Record, on: Date, as_of: Date) -> bool {
    standing(&record.prospect.events, as_of)
        .filter(|event| event.date() == on && event.owner.as_deref() == Some(""))
        .any(|event| event.reason.as_deref().is_some_and(Cause::wrote))
}
