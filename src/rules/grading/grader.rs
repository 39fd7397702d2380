//! The grading of customers: prospects are taken in as they pass by, then their customers are compared.

use super::figures::Deeds;
use super::levels::{Pareto, Pyramid, Value};
use super::rfm::Bins;
use super::{Customer, Graded, Prospect, Role, Verdict, judge, lifecycle};
use crate::model::date::Date;
use crate::model::id::fold;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::model::text::Text;
use crate::rules::query::{Answers, Context, Query, Questions};
use crate::rules::replay::replay;
use crate::rules::state::{Record, State};
use crate::stats::{AbcClass, PyramidLevel, abc_classes, pyramid_levels};
use std::sync::Arc;

/// Grades the customers of a ledger on a day.
pub(in crate::rules) struct Grader<'s> {
    settings: &'s Settings,
    on: Date,
    questions: Questions,
    /// What the questions left of the rules' conditions.
    rules: Vec<Option<Query>>,
}

/// What was taken in of prospects, in no order.
#[derive(Debug, Default)]
pub(in crate::rules) struct Taken {
    /// Those that are a customer each.
    alone: Vec<Ungraded>,
    /// Those of accounts.
    shared: Vec<Part>,
}

/// A customer by its own figures, not compared with others yet.
#[derive(Debug)]
struct Ungraded {
    customer: Arc<Customer>,
    role: Role,
    /// What its prospects answer to the rules' questions, if there are any.
    answers: Vec<Answers>,
}

/// A prospect of an account.
#[derive(Debug)]
struct Part {
    /// The account, folded: whose prospects are one customer.
    key: String,
    account: Text,
    id: Text,
    role: Role,
    deeds: Deeds,
    answers: Option<Answers>,
}

impl Taken {
    /// Takes in what another thread has.
    pub(in crate::rules) fn join(&mut self, other: Taken) {
        self.alone.extend(other.alone);
        self.shared.extend(other.shared);
    }
}

impl<'s> Grader<'s> {
    /// One by these settings.
    pub(in crate::rules) fn of(settings: &'s Settings, on: Date) -> Grader<'s> {
        let mut questions = Questions::default();
        // The settings' reader has refused what is no query. A period in words can still be empty on a
        // day (`2010..today` in 2009): its rule fits nobody then.
        let mut rule = |when: &Text| {
            Query::parse(when, "when", settings, on).ok().map(|query| questions.part(query))
        };
        let rules = settings.grading.rules.iter().map(|stated| rule(&stated.when)).collect();
        Grader { settings, on, questions, rules }
    }

    /// Takes in a prospect.
    pub(in crate::rules) fn take(&self, taken: &mut Taken, record: &Record) {
        let context = Context { settings: self.settings, as_of: self.on };
        let deeds = Deeds::of(record, self.settings, self.on);
        let answers = self.questions.answers(record, &context);
        let role = Role::of(&record.state);
        let id = record.prospect.id.clone();
        match record.prospect.account.clone() {
            None => {
                let customer = self.customer(id, false, deeds);
                let answers = answers.into_iter().collect();
                taken.alone.push(Ungraded { customer, role, answers });
            }
            Some(account) => {
                let key = fold(&account);
                taken.shared.push(Part { key, account, id, role, deeds, answers });
            }
        }
    }

    /// Compares and grades the customers of all prospects that were taken in.
    pub(in crate::rules) fn grade(&self, taken: Taken) -> Graded {
        let Taken { alone: mut ungraded, shared } = taken;
        let mut prospects = self.put_together(&mut ungraded, shared);
        prospects.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        lead(&mut ungraded, &prospects);
        self.compare(&mut ungraded);
        self.apply_rules(&mut ungraded);
        Graded { customers: ungraded.into_iter().map(|one| one.customer).collect(), prospects }
    }

    /// Makes a customer of each account, behind those that are there already; lists the prospects of all.
    fn put_together(&self, ungraded: &mut Vec<Ungraded>, mut shared: Vec<Part>) -> Vec<Prospect> {
        let alone = ungraded.iter().enumerate().map(|(at, one)| {
            let id = one.customer.id.clone();
            Prospect { id, customer: narrow(at), role: one.role }
        });
        let mut prospects: Vec<Prospect> = alone.collect();
        shared.sort_unstable_by(|a, b| (&a.key, &a.id).cmp(&(&b.key, &b.id)));
        let mut shared = shared.into_iter().peekable();
        while let Some(Part { key, account, id, role, mut deeds, answers }) = shared.next() {
            let customer = narrow(ungraded.len());
            prospects.push(Prospect { id, customer, role });
            let mut answers: Vec<Answers> = answers.into_iter().collect();
            while let Some(next) = shared.next_if(|next| next.key == key) {
                prospects.push(Prospect { id: next.id, customer, role: next.role });
                deeds.join(next.deeds);
                answers.extend(next.answers);
            }
            let customer = self.customer(account, true, deeds);
            ungraded.push(Ungraded { customer, role, answers });
        }
        prospects
    }

    /// A customer by its own figures; what takes the others is not known yet.
    fn customer(&self, id: Text, account: bool, deeds: Deeds) -> Arc<Customer> {
        let (grading, on) = (&self.settings.grading, self.on);
        let (figures, days) = deeds.settled();
        Arc::new(Customer {
            id,
            account,
            prospects: 0,
            first: 0,
            lead: 0,
            gap: lifecycle::gap(&days, grading),
            value: Value::Low,
            relationship: judge::relationship(&figures, grading, on),
            demand: judge::demand(&figures, grading, on),
            loyalty: judge::loyalty(&figures, grading),
            lifecycle: lifecycle::lifecycle(&days, grading, on),
            pareto: None,
            pyramid: None,
            rfm: None,
            verdict: None,
            figures,
        })
    }

    /// The dimensions that compare customers: with those who bought, or with those who did not. Ties go by
    /// id.
    fn compare(&self, ungraded: &mut [Ungraded]) {
        let (grading, on) = (&self.settings.grading, self.on);
        let mut order: Vec<usize> = (0..ungraded.len()).collect();
        order.sort_by_cached_key(|at| {
            let customer = &ungraded[*at].customer;
            (Text::from(fold(&customer.id)), customer.account)
        });
        let of = |ungraded: &[Ungraded], buyers: bool| -> (Vec<usize>, Vec<i128>) {
            let figures = |at: usize| &ungraded[at].customer.figures;
            let same = order.iter().copied().filter(|at| figures(*at).is_buyer() == buyers);
            same.map(|at| (at, figures(at).potential_or_worth().micros())).unzip()
        };
        let (prospects, expected) = of(ungraded, false);
        for (at, class) in prospects.into_iter().zip(abc_classes(&expected)) {
            let customer = Arc::make_mut(&mut ungraded[at].customer);
            customer.value = judge::value(&customer.figures, class, grading);
        }
        let (buyers, worth) = of(ungraded, true);
        let bins = Bins::of(buyers.iter().map(|at| &ungraded[*at].customer.figures), grading, on);
        for ((at, class), level) in
            buyers.into_iter().zip(abc_classes(&worth)).zip(pyramid_levels(&worth))
        {
            let customer = Arc::make_mut(&mut ungraded[at].customer);
            customer.value = judge::value(&customer.figures, class, grading);
            customer.pareto = Some(match class {
                AbcClass::A => Pareto::A,
                AbcClass::B => Pareto::B,
                AbcClass::C => Pareto::C,
            });
            customer.pyramid = Some(match level {
                PyramidLevel::Top => Pyramid::Top,
                PyramidLevel::Upper => Pyramid::Upper,
                PyramidLevel::Middle => Pyramid::Middle,
                PyramidLevel::Base => Pyramid::Base,
            });
            customer.rfm = bins.and_then(|bins| bins.scores(&customer.figures, on));
        }
    }

    /// The composite grade: the first rule that fits one of the customer's prospects.
    fn apply_rules(&self, ungraded: &mut [Ungraded]) {
        let context = Context { settings: self.settings, as_of: self.on };
        let Some(blank) = replay(Default::default(), self.settings, self.on) else { return };
        let unasked = [Answers::default()];
        for Ungraded { customer, answers, .. } in ungraded {
            let answers = if answers.is_empty() { &unasked } else { answers.as_slice() };
            let fits = |query: &Query| {
                let fits = |answers| query.matches_apart(answers, customer, &blank, &context);
                answers.iter().any(fits)
            };
            let rule = self.rules.iter().position(|query| query.as_ref().is_some_and(fits));
            Arc::make_mut(customer).verdict = rule.map(|rule| {
                let grade = self.settings.grading.rules[rule].grade.clone();
                Verdict { grade, rule }
            });
        }
    }
}

impl Role {
    fn of(state: &State) -> Role {
        match (&state.owner, state.outcome) {
            (Some(_), Outcome::Open) => Role::OpenAndOwned,
            (Some(_), _) => Role::Owned,
            (None, _) => Role::Other,
        }
    }
}

/// Tells the customers which of the prospects, given by id, are theirs.
fn lead(ungraded: &mut [Ungraded], prospects: &[Prospect]) {
    for (position, prospect) in prospects.iter().enumerate() {
        let customer = Arc::make_mut(&mut ungraded[prospect.customer as usize].customer);
        if customer.prospects == 0 {
            (customer.first, customer.lead) = (narrow(position), narrow(position));
        } else if prospect.role < prospects[customer.lead as usize].role {
            customer.lead = narrow(position);
        }
        customer.prospects += 1;
    }
}

/// A position in a ledger, which has fewer than four thousand million prospects.
fn narrow(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
