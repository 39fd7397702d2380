//! The grading of customers: prospects are taken in as they pass by, then their customers are compared.

use super::figures::Deeds;
use super::levels::{Pareto, Pyramid, Value};
use super::rfm::Bins;
use super::{Customer, Graded, Prospect, Role, Verdict, judge, lifecycle, narrow};
use crate::model::date::Date;
use crate::model::id::fold;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::model::text::Text;
use crate::rules::query::{Answers, Context, Query, Questions};
use crate::rules::replay::replay;
use crate::rules::state::{Record, State};
use crate::stats::{AbcClass, PyramidLevel, abc_classes, pyramid_levels};
use rayon::prelude::*;
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
    /// Those that are a customer each: by its own figures, not compared with others yet.
    alone: Vec<Customer>,
    /// The same prospects, in the same order,
    prospects: Vec<Prospect>,
    /// and what they answer to the rules' questions, if there are any.
    answers: Vec<Answers>,
    /// Those of accounts.
    shared: Vec<Part>,
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
        self.prospects.extend(other.prospects);
        self.answers.extend(other.answers);
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
                taken.alone.push(self.customer(None, deeds));
                // Which customer that is, is known when all threads are done.
                taken.prospects.push(Prospect { id, customer: 0, role });
                taken.answers.extend(answers);
            }
            Some(account) => {
                let key = fold(&account);
                taken.shared.push(Part { key, account, id, role, deeds, answers });
            }
        }
    }

    /// Compares and grades the customers of all prospects that were taken in.
    pub(in crate::rules) fn grade(&self, taken: Taken) -> Graded {
        let Taken { alone: mut customers, mut prospects, mut answers, shared } = taken;
        for (customer, prospect) in (0..).zip(&mut prospects) {
            prospect.customer = customer;
        }
        self.put_together(&mut customers, &mut prospects, &mut answers, shared);
        self.compare(&mut customers, &prospects);
        self.apply_rules(&mut customers, &prospects, &answers);
        prospects.par_sort_unstable_by(|a, b| a.id.cmp(&b.id));
        lead(&mut customers, &prospects);
        Graded { customers, prospects }
    }

    /// Makes a customer of each account, behind those that are there already.
    fn put_together(
        &self,
        customers: &mut Vec<Customer>,
        prospects: &mut Vec<Prospect>,
        answers: &mut Vec<Answers>,
        mut shared: Vec<Part>,
    ) {
        shared.sort_unstable_by(|a, b| (&a.key, &a.id).cmp(&(&b.key, &b.id)));
        let mut shared = shared.into_iter().peekable();
        while let Some(Part { key, account, id, role, mut deeds, answers: said }) = shared.next() {
            let customer = narrow(customers.len());
            prospects.push(Prospect { id, customer, role });
            answers.extend(said);
            while let Some(next) = shared.next_if(|next| next.key == key) {
                prospects.push(Prospect { id: next.id, customer, role: next.role });
                answers.extend(next.answers);
                deeds.join(next.deeds);
            }
            customers.push(self.customer(Some(account.as_str().into()), deeds));
        }
    }

    /// A customer by its own figures; what takes the others is not known yet.
    fn customer(&self, account: Option<Box<str>>, deeds: Deeds) -> Customer {
        let (grading, on) = (&self.settings.grading, self.on);
        let (figures, days) = deeds.settled();
        Customer {
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
        }
    }

    /// The dimensions that compare customers: with those who bought, or with those who did not. Ties go by
    /// id.
    fn compare(&self, customers: &mut [Customer], prospects: &[Prospect]) {
        let (grading, on) = (&self.settings.grading, self.on);
        let order = in_order(customers, prospects);
        let of = |customers: &[Customer], buyers: bool| -> (Vec<usize>, Vec<i128>) {
            let figures = |at: usize| &customers[at].figures;
            let all = order.iter().map(|at| *at as usize);
            let same = all.filter(|at| figures(*at).is_buyer() == buyers);
            same.map(|at| (at, figures(at).worth.micros())).unzip()
        };
        let (others, expected) = of(customers, false);
        for (at, class) in others.into_iter().zip(abc_classes(&expected)) {
            let customer = &mut customers[at];
            customer.value = judge::value(&customer.figures, class, grading);
        }
        let (buyers, worth) = of(customers, true);
        let bins = Bins::of(buyers.iter().map(|at| &customers[*at].figures), grading, on);
        for ((at, class), level) in
            buyers.into_iter().zip(abc_classes(&worth)).zip(pyramid_levels(&worth))
        {
            let customer = &mut customers[at];
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
    fn apply_rules(&self, customers: &mut [Customer], prospects: &[Prospect], answers: &[Answers]) {
        let context = Context { settings: self.settings, as_of: self.on };
        let Some(blank) = replay(Default::default(), self.settings, self.on) else { return };
        let stated = self.settings.grading.rules.iter().map(|rule| rule.grade.clone());
        let verdict = |(rule, grade)| Arc::new(Verdict { grade, rule });
        let verdicts: Vec<Arc<Verdict>> = stated.enumerate().map(verdict).collect();
        let unasked = Answers::default();
        for (position, prospect) in prospects.iter().enumerate() {
            let customer = &mut customers[prospect.customer as usize];
            let answers = answers.get(position).unwrap_or(&unasked);
            let fits = |query: &Query| query.matches_apart(answers, customer, &blank, &context);
            // Another prospect may have shown that an earlier rule fits.
            let known = customer.verdict.as_ref().map_or(self.rules.len(), |known| known.rule);
            let earlier = self.rules[..known].iter();
            let found = earlier.map(Option::as_ref).position(|query| query.is_some_and(fits));
            if let Some(rule) = found {
                customer.verdict = Some(Arc::clone(&verdicts[rule]));
            }
        }
    }
}

/// The positions of the customers in the order of their names; the prospects' customers are known.
fn in_order(customers: &[Customer], prospects: &[Prospect]) -> Vec<u32> {
    let mut names: Vec<(Text, bool, u32)> = Vec::with_capacity(customers.len());
    for prospect in prospects {
        let account = customers[prospect.customer as usize].account.as_deref();
        // The prospects of one account follow each other.
        if names.last().is_none_or(|(.., last)| *last != prospect.customer) {
            let name = fold(account.unwrap_or(&prospect.id)).into();
            names.push((name, account.is_some(), prospect.customer));
        }
    }
    names.par_sort_unstable();
    names.into_iter().map(|(.., customer)| customer).collect()
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
fn lead(customers: &mut [Customer], prospects: &[Prospect]) {
    for (position, prospect) in prospects.iter().enumerate() {
        let customer = &mut customers[prospect.customer as usize];
        if customer.prospects == 0 {
            (customer.first, customer.lead) = (narrow(position), narrow(position));
        } else if prospect.role < prospects[customer.lead as usize].role {
            customer.lead = narrow(position);
        }
        customer.prospects += 1;
    }
}
