//! The grading of customers: a scan collects the prospects, then their customers are compared.

use super::blocks::Blocks;
use super::rfm::Bins;
use crate::model::pipeline::Outcome;
use crate::model::profile::Relation;
use crate::model::settings::Settings;
use crate::rules::customer::levels::{Pareto, Pyramid, Value};
use crate::rules::customer::{Customer, GradeVerdict};
use crate::rules::grading::figures::Deeds;
use crate::rules::grading::{Graded, GradedProspect, Role, judge, lifecycle, narrow};
use crate::rules::query::{Answers, Others, Query, QueryContext, Questions};
use crate::rules::replay::replay;
use crate::rules::replay::state::Record;
use crate::stats::{AbcClass, PyramidLevel, abc_classes, pyramid_levels};
use crate::value::date::Date;
use crate::value::id::{fold, folded};
use crate::value::text::Text;
use rayon::prelude::*;
use std::sync::Arc;

/// The customer of a prospect with an account, until the customer is made from all prospects of the account.
const LATER: u32 = u32::MAX;

/// Grades the customers of a ledger on a day.
pub(in crate::rules) struct Grader<'s> {
    settings: &'s Settings,
    on: Date,
    questions: Questions,
    /// The rest of the rules' conditions, without the questions.
    rules: Vec<Option<Query>>,
}

/// The collection of a scan for grading, in no order.
#[derive(Debug, Default)]
pub(in crate::rules) struct Taken {
    /// Customers of one prospect without an account: their own figures, not compared with others yet.
    customers: Blocks<Customer>,
    /// All prospects,
    prospects: Vec<GradedProspect>,
    /// and their answers to the rules' questions, in the same order, if there are any.
    answers: Vec<Answers>,
    /// The contributions of those of accounts to their customers.
    shares: Vec<Share>,
}

/// The contribution of a prospect of an account to its customer.
#[derive(Debug)]
struct Share {
    /// The account, folded: whose prospects are one customer.
    key: String,
    account: Text,
    id: Text,
    /// Is it the customer's own file?
    is_file: bool,
    /// The prospect's place in the order of collection.
    prospect: u32,
    deeds: Deeds,
}

impl Taken {
    /// Adds the collection of another thread, behind the own prospects.
    pub(in crate::rules) fn join(&mut self, other: Taken) {
        let behind = narrow(self.prospects.len());
        let higher = self.customers.append(other.customers);
        self.prospects.extend(other.prospects.into_iter().map(|mut prospect| {
            if prospect.customer != LATER {
                prospect.customer += higher;
            }
            prospect
        }));
        self.answers.extend(other.answers);
        self.shares.extend(other.shares.into_iter().map(|mut share| {
            share.prospect += behind;
            share
        }));
    }
}

impl<'s> Grader<'s> {
    /// One by these settings.
    pub(in crate::rules) fn of(settings: &'s Settings, on: Date) -> Grader<'s> {
        let mut questions = Questions::default();
        // The settings' reader has refused texts that are no query. A period in words can still be empty on a
        // day (`2010..today` in 2009): its rule fits no customer then.
        let mut rule = |when: &Text| {
            Query::parse(when, "when", settings, on).ok().map(|query| questions.part(query))
        };
        let rules = settings.grading.rules.iter().map(|stated| rule(&stated.when)).collect();
        Grader { settings, on, questions, rules }
    }

    /// The other files that its rules look into.
    pub(in crate::rules) fn others(&self) -> Others {
        self.questions.others()
    }

    /// Collects a prospect or the file of a customer. Partners, agents and suppliers are no customers.
    pub(in crate::rules) fn take(&self, taken: &mut Taken, record: &Record) {
        let (prospect, is_file) = (&record.prospect, record.prospect.is_customer);
        if is_file && prospect.profile().relation != Relation::Customer {
            return;
        }
        let context = QueryContext { settings: self.settings, as_of: self.on };
        let deeds = Deeds::of(record, self.settings, self.on);
        let answers = self.questions.answers(record, &context);
        let id = record.prospect.id.clone();
        let account = if is_file { Some(id.clone()) } else { prospect.account.clone() };
        let customer = match account {
            None => taken.customers.push(self.customer(None, deeds)),
            Some(account) => {
                let (key, prospect) = (fold(&account), narrow(taken.prospects.len()));
                taken.shares.push(Share { key, account, id: id.clone(), is_file, prospect, deeds });
                LATER
            }
        };
        taken.prospects.push(GradedProspect { id, customer, role: Role::of(record) });
        taken.answers.extend(answers);
    }

    /// Compares and grades the customers of all prospects that were collected.
    pub(in crate::rules) fn grade(&self, taken: Taken) -> Graded {
        let Taken { mut customers, mut prospects, answers, shares } = taken;
        let accounts = self.put_together(&mut customers, &mut prospects, shares);
        let named = in_order(&customers, &prospects, &accounts);
        self.compare(&mut customers, &named);
        self.apply_rules(&mut customers, &prospects, &answers);
        prospects.par_sort_unstable_by(|a, b| a.id.cmp(&b.id));
        lead(&mut customers, &prospects);
        Graded { customers, prospects }
    }

    /// Makes a customer of each account, and says which these are.
    fn put_together(
        &self,
        customers: &mut Blocks<Customer>,
        prospects: &mut [GradedProspect],
        mut shares: Vec<Share>,
    ) -> Vec<u32> {
        let mut accounts = Vec::new();
        // The customer's own file comes first: the account is called as it is.
        shares
            .sort_unstable_by(|a, b| (&a.key, !a.is_file, &a.id).cmp(&(&b.key, !b.is_file, &b.id)));
        let mut shares = shares.into_iter().peekable();
        while let Some(Share { key, account, is_file, prospect, mut deeds, .. }) = shares.next() {
            let mut members = vec![prospect];
            while let Some(next) = shares.next_if(|next| next.key == key) {
                members.push(next.prospect);
                deeds.join(next.deeds);
            }
            let account = Some(account.as_str().into());
            let customer =
                customers.push(Customer { has_file: is_file, ..self.customer(account, deeds) });
            for member in members {
                prospects[member as usize].customer = customer;
            }
            accounts.push(customer);
        }
        accounts
    }

    /// A customer by its own figures; the dimensions that compare customers are not known yet.
    fn customer(&self, account: Option<Box<str>>, deeds: Deeds) -> Customer {
        let (grading, on) = (&self.settings.grading, self.on);
        let (figures, days) = deeds.settled();
        Customer {
            account,
            has_file: false,
            members: 0,
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

    /// The dimensions that compare customers: with the buyers, or with the others. They come in
    /// the order of their names, by which ties go.
    fn compare(&self, customers: &mut Blocks<Customer>, named: &[u32]) {
        let (grading, on) = (&self.settings.grading, self.on);
        let mut groups = [(Vec::new(), Vec::new()), (Vec::new(), Vec::new())];
        for at in named {
            let figures = &customers[*at].figures;
            let (places, worth) = &mut groups[usize::from(figures.is_buyer())];
            places.push(*at);
            worth.push(figures.worth.micros());
        }
        let [(others, expected), (buyers, worth)] = groups;
        for (at, class) in others.into_iter().zip(abc_classes(&expected)) {
            let customer = &mut customers[at];
            customer.value = judge::value(&customer.figures, class, grading);
        }
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
    fn apply_rules(
        &self,
        customers: &mut Blocks<Customer>,
        prospects: &[GradedProspect],
        answers: &[Answers],
    ) {
        let context = QueryContext { settings: self.settings, as_of: self.on };
        let Some(blank) = replay(Default::default(), self.settings, self.on) else { return };
        let stated = self.settings.grading.rules.iter().map(|rule| rule.grade.clone());
        let verdict = |(rule, grade)| Arc::new(GradeVerdict { grade, rule });
        let verdicts: Vec<Arc<GradeVerdict>> = stated.enumerate().map(verdict).collect();
        let unasked = Answers::default();
        for (position, prospect) in prospects.iter().enumerate() {
            let customer = &mut customers[prospect.customer];
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

impl Role {
    fn of(record: &Record) -> Role {
        match (&record.state.owner, record.state.outcome) {
            _ if record.prospect.is_customer => Role::File,
            (Some(_), Outcome::Open) => Role::OpenAndOwned,
            (Some(_), _) => Role::Owned,
            (None, _) => Role::Other,
        }
    }
}

/// The customers in the order of their names: the account, or the id of the prospect that it is.
fn in_order(
    customers: &Blocks<Customer>,
    prospects: &[GradedProspect],
    accounts: &[u32],
) -> Vec<u32> {
    let of_account = |customer: u32| {
        let account = customers[customer].account.as_deref();
        account.map(|account| (Text::from(fold(account)), true, customer))
    };
    let alone = |prospect: &GradedProspect| {
        let customer = prospect.customer;
        let is_alone = customers[customer].account.is_none();
        is_alone.then(|| (Text::from(folded(&prospect.id)), false, customer))
    };
    // A prospect may have the id that an account has.
    let mut names: Vec<(Text, bool, u32)> = prospects.iter().filter_map(alone).collect();
    names.extend(accounts.iter().filter_map(|customer| of_account(*customer)));
    names.par_sort_unstable();
    // By reference: a list made in its place would keep all of its memory.
    names.iter().map(|(.., customer)| *customer).collect()
}

/// Tells the customers which of the prospects, given by id, are theirs.
fn lead(customers: &mut Blocks<Customer>, prospects: &[GradedProspect]) {
    for (position, prospect) in prospects.iter().enumerate() {
        let customer = &mut customers[prospect.customer];
        if customer.members == 0 {
            (customer.first, customer.lead) = (narrow(position), narrow(position));
        } else if prospect.role < prospects[customer.lead as usize].role {
            customer.lead = narrow(position);
        }
        customer.members += 1;
    }
}
