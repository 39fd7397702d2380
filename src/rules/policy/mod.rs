//! The duties of a grade compared with practice: re-verification, contact, answers, the rep's level, discounts; and
//! those of a tier.
//!
//! A lost prospect that never bought is not followed any more, so it has no duties.

pub mod contact;
pub mod packing;
pub mod practice;
pub mod tier;

use crate::model::grading::{BIRTHDAY, Policy, Promise};
use crate::model::kind::EventKind;
use crate::model::settings::{LEVELS, Rep, Settings, level_rank};
use crate::rules::customer::Customer;
use crate::rules::customer::figures::Figures;
use crate::rules::policy::practice::{Attention, Deal, Practice};
use crate::rules::policy::tier::{CareFor, TierPractice};
use crate::rules::service::case::Asking;
use crate::rules::service::collect::JointCases;
use crate::rules::working_time::WorkClock;
use crate::value::date::{Date, Moment};
use crate::value::money::Amount;
use crate::value::text::Text;
use std::collections::HashMap;

/// An action that has to be repeated before a day has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// When it last happened; `None` = never, and the days count from the first entry.
    pub last: Option<Date>,
    /// The last day that is in time.
    pub due: Date,
    /// The rhythm in days.
    pub every: u32,
}

/// The duties of the policy on one prospect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Duty<'b> {
    /// The customer's record is verified anew.
    Verify(Deadline),
    /// We are in touch.
    Contact(Deadline),
    /// The last contact was of a kind that fits the grade.
    Channel {
        /// That contact's kind.
        kind: &'b str,
        /// Its day.
        on: Date,
        /// Does it fit?
        fits: bool,
    },
    /// The owner's level is high enough.
    Level {
        /// The owner's level.
        has: &'b str,
        /// The level that the grade takes.
        needs: &'b str,
    },
    /// A request or complaint is answered in time.
    Answer(Kept<'b>),
    /// A case is resolved in time.
    Resolve(Kept<'b>),
    /// The discount stays under the ceiling.
    Discount {
        /// The prices.
        deal: Deal,
        /// The ceiling as a share.
        ceiling: Amount,
    },
    /// A rep fills a role.
    Role {
        /// The role.
        role: &'b str,
        /// Is it filled?
        filled: bool,
    },
    /// No more was spent than the budget of the year.
    Budget {
        /// The money spent, in the ledger's own currency.
        spent: Amount,
        /// The budget.
        budget: Amount,
    },
    /// A leader talks with them.
    Leader(Deadline),
    /// They are met for a review.
    Review(Deadline),
    /// They are surveyed.
    Survey(Deadline),
    /// Care is shown on an occasion.
    Care {
        /// The occasion.
        occasion: CareFor<'b>,
        /// Its day.
        due: Date,
    },
}

/// A promise about a request or complaint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept<'b> {
    /// The request or complaint.
    pub asking: &'b Asking,
    /// When it was done.
    pub done: Option<Moment>,
    /// The time that was promised.
    pub promise: Promise,
    /// The last day that is in time.
    pub due: Date,
    /// Is it kept so far?
    pub in_time: bool,
}

impl<'b> Kept<'b> {
    /// How a promise is kept up to a day.
    pub fn of(
        asking: &'b Asking,
        done: Option<Moment>,
        promise: Promise,
        clock: WorkClock,
        on: Date,
    ) -> Kept<'b> {
        let due = clock.due(asking.at, promise);
        let in_time = match done {
            Some(done) => clock.in_time(asking.at, done, promise),
            None => on <= due,
        };
        Kept { asking, done, promise, due, in_time }
    }
}

impl Deadline {
    fn new(last: Option<Date>, opened: Date, every: u32) -> Deadline {
        Deadline { last, due: last.unwrap_or(opened).plus(i64::from(every)), every }
    }

    /// A known stall is not stale before it ends.
    fn after_hold(mut self, practice: &Practice, on: Date) -> Deadline {
        if let Some(resumes) = practice.resumes.filter(|resumes| on < *resumes) {
            self.due = self.due.max(resumes);
        }
        self
    }
}

impl Duty<'_> {
    /// The duties by name, in the order of documentation: English, Chinese.
    pub const NAMES: [(&'static str, &'static str, &'static str); 13] = [
        ("verify", "record verified", "资料核实"),
        ("contact", "in touch", "按时联系"),
        ("channel", "contact of the right kind", "联系方式"),
        ("level", "rep's level", "业务员级别"),
        ("answer", "answered in time", "按时答复"),
        ("discount", "discount", "折扣"),
        ("team", "helper of each role", "服务团队"),
        ("budget", "within the budget", "预算"),
        ("leader", "talk with a leader", "领导沟通"),
        ("review", "review", "客户回顾"),
        ("survey", "survey", "满意度调查"),
        ("care", "care", "关怀"),
        ("resolve", "resolved in time", "按时解决"),
    ];

    /// Its position in [`Duty::NAMES`].
    pub fn position(&self) -> usize {
        match self {
            Duty::Verify(_) => 0,
            Duty::Contact(_) => 1,
            Duty::Channel { .. } => 2,
            Duty::Level { .. } => 3,
            Duty::Answer(_) => 4,
            Duty::Discount { .. } => 5,
            Duty::Role { .. } => 6,
            Duty::Budget { .. } => 7,
            Duty::Leader(_) => 8,
            Duty::Review(_) => 9,
            Duty::Survey(_) => 10,
            Duty::Care { .. } => 11,
            Duty::Resolve(_) => 12,
        }
    }

    /// Is it met on the day?
    pub fn is_met(&self, on: Date) -> bool {
        match self {
            Duty::Verify(deadline)
            | Duty::Contact(deadline)
            | Duty::Leader(deadline)
            | Duty::Review(deadline)
            | Duty::Survey(deadline) => on <= deadline.due,
            Duty::Care { due, .. } => on <= *due,
            Duty::Role { filled, .. } => *filled,
            Duty::Budget { spent, budget } => is_within(*spent, *budget),
            Duty::Channel { fits, .. } => *fits,
            Duty::Level { has, needs } => rank(has) <= rank(needs),
            Duty::Answer(kept) | Duty::Resolve(kept) => kept.in_time,
            Duty::Discount { deal, ceiling } => {
                let quoted = deal.quoted.amount;
                deal.agreed.amount >= quoted.minus(quoted.times(*ceiling))
            }
        }
    }

    /// The last day that is in time, of a duty that can still be met.
    pub fn due(&self) -> Option<Date> {
        match self {
            Duty::Verify(deadline)
            | Duty::Contact(deadline)
            | Duty::Leader(deadline)
            | Duty::Review(deadline)
            | Duty::Survey(deadline) => Some(deadline.due),
            Duty::Care { due, .. } => Some(*due),
            Duty::Answer(kept) | Duty::Resolve(kept) if kept.done.is_none() => Some(kept.due),
            _ => None,
        }
    }
}

/// Is the money that was spent within a budget?
pub fn is_within(spent: Amount, budget: Amount) -> bool {
    spent <= budget
}

/// A level's place, the highest first; unknown ones last.
fn rank(level: &str) -> usize {
    level_rank(level).unwrap_or(LEVELS.len())
}

/// Judges practice by the policy.
#[derive(Debug)]
pub struct PracticeJudge {
    settings: Settings,
    on: Date,
    /// The levels of the reps that have one, by id.
    levels: HashMap<Text, Text>,
    /// The attention to customers of several prospects, by the first of them.
    joint: HashMap<u32, Attention>,
    /// The cases of customers that may be several files.
    pub cases: JointCases,
}

impl PracticeJudge {
    /// One that knows how customers of several prospects are looked after: by each of these, in the order of
    /// ids; and their cases.
    pub fn of<'a>(
        several: impl IntoIterator<Item = (&'a Customer, Attention)>,
        cases: JointCases,
        settings: &Settings,
        on: Date,
    ) -> PracticeJudge {
        let mut joint: HashMap<u32, Attention> = HashMap::new();
        for (customer, attention) in several {
            joint.entry(customer.first).or_default().join(attention);
        }
        let level = |rep: &Rep| Some((rep.id.clone(), rep.level.clone()?));
        let levels = settings.reps.iter().filter_map(level).collect();
        PracticeJudge { settings: settings.clone(), on, levels, joint, cases }
    }

    /// Every duty that the policy of its grade has for a prospect, met or not. Duties of the customer as a whole (its
    /// record verified, contact and its kind) belong to the prospect that leads it.
    pub fn duties<'b>(
        &'b self,
        practice: &'b Practice,
        customer: &Customer,
        leads: bool,
        id: &'b str,
    ) -> Vec<Duty<'b>> {
        let Some(policy) = self.policy(practice, customer) else { return Vec::new() };
        let mut duties = Vec::new();
        // A prospect in the pool has no owner who could be late.
        if leads && practice.owner.is_some() {
            let attention = self.joint.get(&customer.first).unwrap_or(&practice.attention);
            duties.extend(verification(attention, customer, policy).map(Duty::Verify));
            duties.extend(contact(practice, &customer.figures, policy, self.on).map(Duty::Contact));
            duties.extend(channel(attention, policy));
            if let Some(tier) = &attention.tier {
                self.tier(&mut duties, tier, practice, &customer.figures, policy);
            }
        }
        duties.extend(self.level(practice, policy));
        self.promised(&mut duties, self.askings(practice, customer, id), policy);
        if let Some(ceiling) = policy.discount {
            duties
                .extend(practice.deals.iter().map(|deal| Duty::Discount { deal: *deal, ceiling }));
        }
        duties
    }

    /// The requests and complaints in the file of an id: those of a customer that may be several files are answered in
    /// any of them.
    fn askings<'b>(
        &'b self,
        practice: &'b Practice,
        customer: &Customer,
        id: &'b str,
    ) -> impl Iterator<Item = &'b Asking> {
        let joint = customer.account.as_deref().map(|account| self.cases.of_customer(account));
        let joint = joint.unwrap_or_default().iter().filter(move |case| *case.file == *id);
        practice.answers.iter().chain(joint.flat_map(|case| &case.askings))
    }

    /// The promises about requests and complaints: each is answered, and each case is resolved.
    fn promised<'b>(
        &self,
        duties: &mut Vec<Duty<'b>>,
        askings: impl Iterator<Item = &'b Asking>,
        policy: &Policy,
    ) {
        let clock = WorkClock::of(&self.settings);
        let kept = |asking, done, promise| Kept::of(asking, done, promise, clock, self.on);
        for asking in askings {
            let answer = policy.response.map(|response| kept(asking, asking.answered, response));
            duties.extend(answer.map(Duty::Answer));
            let resolve = policy.resolve.filter(|_| asking.begins);
            let resolve = resolve.map(|resolve| kept(asking, asking.resolved, resolve));
            duties.extend(resolve.map(Duty::Resolve));
        }
    }

    /// The policy of a customer's grade, if it is followed.
    fn policy(&self, practice: &Practice, customer: &Customer) -> Option<&Policy> {
        let policy = customer.grade().and_then(|grade| self.settings.policy(grade));
        policy.filter(|_| followed(practice.lost, customer))
    }

    /// Does the policy ask for care on birthdays?
    pub fn asks_for_birthdays(&self, practice: &Practice, customer: &Customer) -> bool {
        let policy = self.policy(practice, customer);
        policy.is_some_and(|policy| policy.care.iter().any(|name| **name == *BIRTHDAY))
    }

    /// The duties of a tier.
    fn tier<'b>(
        &'b self,
        duties: &mut Vec<Duty<'b>>,
        tier: &'b TierPractice,
        practice: &Practice,
        figures: &Figures,
        policy: &'b Policy,
    ) {
        duties.extend(policy.team.iter().map(|role| {
            let filled = tier.filled.contains(role);
            Duty::Role { role, filled }
        }));
        let spent = tier.spent.own;
        duties.extend(policy.budget.map(|budget| Duty::Budget { spent, budget }));
        let Some(opened) = figures.opened else { return };
        let deadline = |last, every: Option<u32>| Some(Deadline::new(last, opened, every?));
        let met = |last, every| Some(deadline(last, every)?.after_hold(practice, self.on));
        duties.extend(met(tier.led, policy.leader_days).map(Duty::Leader));
        duties.extend(met(tier.reviewed, policy.review_days).map(Duty::Review));
        duties.extend(deadline(tier.surveyed, policy.survey_days).map(Duty::Survey));
        let care = tier.care(policy, &self.settings, opened, self.on).into_iter();
        duties.extend(care.map(|(occasion, due)| Duty::Care { occasion, due }));
    }

    fn level<'b>(&'b self, practice: &Practice, policy: &'b Policy) -> Option<Duty<'b>> {
        let needs = policy.level.as_deref()?;
        // A rep without a stated level is not judged.
        let has = self.levels.get(practice.owner.as_ref()?)?;
        Some(Duty::Level { has, needs })
    }
}

/// Is this customer's prospect still followed? Not after it left, unless the customer has bought.
pub fn followed(lost: bool, customer: &Customer) -> bool {
    !lost || customer.figures.is_buyer()
}

fn verification(attention: &Attention, customer: &Customer, policy: &Policy) -> Option<Deadline> {
    let every = policy.verify_days?;
    Some(Deadline::new(attention.verified, customer.figures.opened?, every))
}

fn contact(practice: &Practice, figures: &Figures, policy: &Policy, on: Date) -> Option<Deadline> {
    let every = policy.contact_days?;
    Some(Deadline::new(figures.last_contact, figures.opened?, every).after_hold(practice, on))
}

/// The customer's last contact, of whichever prospect.
fn channel<'b>(attention: &'b Attention, policy: &Policy) -> Option<Duty<'b>> {
    if policy.channel.is_empty() {
        return None;
    }
    // Of one day's contacts, one that fits is enough.
    let fits = |kind: &&EventKind| policy.channel.contains(kind);
    let last = attention.kinds.iter().max_by_key(fits)?;
    Some(Duty::Channel { kind: last, on: attention.touched?, fits: fits(&last) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::money::Money;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn a_discount_exactly_at_the_ceiling_keeps_to_it() {
        let met = |agreed: &str| {
            let money = |text: &str| Money::parse(text).unwrap();
            let deal = Deal { quoted: money("1000"), agreed: money(agreed), on: day("2010-01-01") };
            Duty::Discount { deal, ceiling: Amount::percent(15) }.is_met(day("2010-01-01"))
        };
        assert!(met("1000") && met("850"));
        assert!(!met("849.99"));
    }

    #[test]
    fn a_deadline_is_kept_on_its_last_day() {
        let deadline = |last: &str| Deadline::new(Some(day(last)), day("2009-01-01"), 30);
        let deadline = deadline("2010-01-01");
        for duty in [
            Duty::Verify(deadline),
            Duty::Contact(deadline),
            Duty::Leader(deadline),
            Duty::Review(deadline),
            Duty::Survey(deadline),
        ] {
            assert_eq!(duty.due(), Some(day("2010-01-31")));
            assert!(duty.is_met(day("2010-01-31")) && !duty.is_met(day("2010-02-01")));
        }
    }

    #[test]
    fn a_budget_may_be_spent_to_the_last_cent() {
        let budget = Amount::from_int(5000);
        let met = |spent: &str| {
            Duty::Budget { spent: Amount::parse(spent).unwrap(), budget }.is_met(day("2010-01-01"))
        };
        assert_eq!(["0", "5000", "5000.01"].map(met), [true, true, false]);
    }

    #[test]
    fn care_is_in_time_on_the_day_of_the_occasion() {
        let care = Duty::Care { occasion: CareFor::Birthday("x"), due: day("2010-05-02") };
        assert!(care.is_met(day("2010-05-02")) && !care.is_met(day("2010-05-03")));
    }

    #[test]
    fn a_level_may_be_higher_and_not_lower() {
        let met = |has: &str| Duty::Level { has, needs: "middle" }.is_met(day("2010-01-01"));
        assert_eq!(["senior", "middle", "junior", "x"].map(met), [true, true, false, false]);
    }

    #[test]
    fn a_hold_moves_the_next_contact_to_its_end_until_that_day() {
        let figures = Figures {
            opened: Some(day("2009-01-01")),
            last_contact: Some(day("2010-01-01")),
            ..Figures::default()
        };
        let policy = Policy { contact_days: Some(10), ..Policy::default() };
        let practice = Practice { resumes: Some(day("2010-03-01")), ..Practice::default() };
        let due = |on: &str| contact(&practice, &figures, &policy, day(on)).unwrap().due;
        assert_eq!(due("2010-02-28"), day("2010-03-01"));
        assert_eq!(due("2010-03-01"), day("2010-01-11"));
    }
}
