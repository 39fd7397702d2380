//! Settings of the pool and of allocation: limits of reps, when a prospect goes back, and the weights that
//! choose a rep.

use crate::value::text::Text;
use std::collections::BTreeMap;

/// Limits of the pool; `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// The most open prospects that a rep may hold and still claim one.
    pub max_held: Option<u32>,
    /// The most prospects that a rep may claim on one day.
    pub claims_per_day: Option<u32>,
    /// Days that a rep waits before claiming a former prospect of their own again.
    pub reclaim_wait_days: Option<u32>,
    /// Days without a contact, since it was assigned or since the last one, after which a prospect goes
    /// back to the pool.
    pub recycle_days: Option<u32>,
    /// How often a prospect may be overdue with one owner before it goes back to the pool; 0 = as often as
    /// it likes.
    pub recycle_overdue: Option<u32>,
}

/// How often a prospect may be overdue with one owner, unless the settings set it: the method's rule.
pub const RECYCLE_OVERDUE: u32 = 2;

/// `[pool]`, and `[pool.A]` for the prospects of grade A.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// For all prospects together.
    pub all: Limits,
    /// For the prospects of one grade, by the grade's name.
    pub grades: BTreeMap<Text, Limits>,
    /// The rep who answers for the things that are due in the pool.
    pub keeper: Option<Text>,
    /// For customers.
    pub customers: CustomerPool,
}

/// `[pool.customers]`: the limits of customers, beside those of open prospects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CustomerPool {
    /// The most customers that a rep may hold and still claim one.
    pub hold_limit: Option<u32>,
    /// The most customers that a rep may claim on one day.
    pub claim_per_day: Option<u32>,
    /// Days without a contact after which a customer goes back to the pool; 0 = never.
    pub recycle_days: u32,
    /// Those days for a grade, by the grade's name.
    pub grade_days: BTreeMap<Text, u32>,
}

impl CustomerPool {
    /// Days without a contact after which a customer of a grade goes back; `None` = never.
    pub fn recycle_days(&self, grade: Option<&str>) -> Option<u32> {
        let own = grade.and_then(|grade| self.grade_days.get(grade)).copied();
        Some(own.unwrap_or(self.recycle_days)).filter(|days| *days > 0)
    }
}

impl Default for Pool {
    fn default() -> Pool {
        let all = Limits { recycle_overdue: Some(RECYCLE_OVERDUE), ..Limits::default() };
        Pool { all, grades: BTreeMap::new(), keeper: None, customers: CustomerPool::default() }
    }
}

impl Pool {
    /// The grades with limits of their own: of those customers the grade has to be known.
    pub fn graded(&self) -> impl Iterator<Item = &Text> {
        self.grades.keys().chain(self.customers.grade_days.keys())
    }

    /// Do its rules look at customers as they are graded?
    pub fn asks_grades(&self) -> bool {
        self.graded().next().is_some() || self.customers.recycle_days > 0
    }

    /// The limits that the settings state for this grade alone.
    pub fn own(&self, grade: Option<&str>) -> Limits {
        grade.and_then(|grade| self.grades.get(grade)).copied().unwrap_or_default()
    }

    /// Days before a rep may claim a former prospect of their own again.
    pub fn reclaim_wait_days(&self, grade: Option<&str>) -> Option<u32> {
        self.own(grade).reclaim_wait_days.or(self.all.reclaim_wait_days)
    }

    /// Days without a contact before it goes back.
    pub fn recycle_days(&self, grade: Option<&str>) -> Option<u32> {
        self.own(grade).recycle_days.or(self.all.recycle_days)
    }

    /// The time it is overdue that sends it back; `None` = never.
    pub fn recycle_overdue(&self, grade: Option<&str>) -> Option<u32> {
        self.own(grade).recycle_overdue.or(self.all.recycle_overdue).filter(|times| *times > 0)
    }
}

/// The weight of each strategy in the score of a pair. At most 100 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// Value level to level: high to senior, medium to middle, low to junior.
    pub value: u32,
    /// Needs to skills.
    pub need: u32,
    /// Region to territory.
    pub place: u32,
    /// Industry to the rep's industries; it counts where a rep has some.
    pub industry: u32,
    /// Size to the rep's sizes; it counts where a rep has some.
    pub size: u32,
    /// An even load.
    pub load: u32,
}

impl Default for Weights {
    fn default() -> Weights {
        Weights { value: 3, need: 3, place: 3, industry: 3, size: 3, load: 2 }
    }
}

/// The meaning of an even load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Balance {
    /// The rep with the most room left comes next.
    #[default]
    Room,
    /// The rep with the least load in proportion to the capacity comes next.
    Utilisation,
}

impl Balance {
    /// The names that settings may use.
    pub const ALL: [(&'static str, Balance); 2] =
        [("room", Balance::Room), ("utilisation", Balance::Utilisation)];
}

/// Prospects that a rep must not get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// The rep.
    pub rep: Text,
    /// Which prospects, in the query language.
    pub when: Text,
}

/// `[allocation]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    /// The weight of each strategy.
    pub weights: Weights,
    /// The meaning of an even load.
    pub balance: Balance,
    /// The capacity of reps without one of their own.
    pub capacity: Option<u32>,
    /// Prospects of one account stay with the rep who has it.
    pub keep_account: bool,
    /// The tag of prospects that are not to be assigned.
    pub do_not_assign: Text,
    /// Prospects that a rep must not get.
    pub exclude: Vec<Exclusion>,
    /// The departments that care for the customers of a lifecycle, by the id of its level: the owner comes from the
    /// first, helpers from the others.
    pub lifecycle: BTreeMap<Text, Vec<Text>>,
}

impl Default for Allocation {
    fn default() -> Allocation {
        Allocation {
            weights: Weights::default(),
            balance: Balance::default(),
            capacity: None,
            keep_account: true,
            do_not_assign: "do-not-assign".into(),
            exclude: Vec::new(),
            lifecycle: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grade_overrides_what_it_states() {
        let all = Limits { recycle_days: Some(30), ..Pool::default().all };
        let a = Limits { recycle_days: Some(14), recycle_overdue: Some(1), ..Limits::default() };
        let pool = Pool { all, grades: BTreeMap::from([("A".into(), a)]), ..Pool::default() };
        assert_eq!(pool.recycle_days(Some("A")), Some(14));
        assert_eq!(pool.recycle_days(Some("B")), Some(30));
        assert_eq!(pool.recycle_days(None), Some(30));
        assert_eq!(pool.recycle_overdue(Some("A")), Some(1));
        assert_eq!(pool.recycle_overdue(None), Some(RECYCLE_OVERDUE));
        let off = Limits { recycle_overdue: Some(0), ..Limits::default() };
        let pool = Pool { all: off, grades: BTreeMap::new(), ..Pool::default() };
        assert_eq!(pool.recycle_overdue(None), None);
    }

    #[test]
    fn a_customer_goes_back_by_its_grade_and_0_is_never() {
        let days = BTreeMap::from([("A".into(), 0), ("B".into(), 90)]);
        let pool = CustomerPool { recycle_days: 180, grade_days: days, ..CustomerPool::default() };
        let of = |grade| pool.recycle_days(grade);
        assert_eq!(
            [of(Some("A")), of(Some("B")), of(Some("C")), of(None)],
            [None, Some(90), Some(180), Some(180)]
        );
        assert_eq!(CustomerPool::default().recycle_days(Some("A")), None);
    }
}
