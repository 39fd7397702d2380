//! Grading: every customer in its dimensions, and the composite grade by the ledger's rules. Grades are
//! derived from the whole book and never stored; nothing is computed until a report asks
//! ([`Book::graded`](super::book::Book::graded), or a query that uses a dimension).
//!
//! A *customer* is a prospect, or all prospects with one `account` and the file of that id below `customers`. Customers that bought are graded on
//! their purchases, the others on the expected ones. Definitions and check figures: `docs/grading.md`.
//!
//! Grading reads each record only once, in any order ([`grader`]), and keeps little of it.

mod blocks;
pub mod figures;
pub mod grader;
pub mod judge;
pub mod lifecycle;
pub mod rfm;
#[cfg(test)]
mod tests;

use crate::rules::customer::Customer;
use crate::value::text::Text;
use blocks::Blocks;
use std::collections::HashSet;

/// Every customer of a book, graded.
#[derive(Debug, Default)]
pub struct Graded {
    customers: Blocks<Customer>,
    /// The prospects and customers' files by id: a position here is one in the book.
    prospects: Vec<GradedProspect>,
}

/// A prospect among those that were graded.
#[derive(Debug)]
struct GradedProspect {
    id: Text,
    /// Its customer.
    customer: u32,
    role: Role,
}

/// Rank used to choose the prospect that represents a customer, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    /// The customer's own file.
    File,
    OpenAndOwned,
    Owned,
    Other,
}

impl Graded {
    /// Those of the ledgers of a company, whose ids begin with that of their ledger: none of one is between those of
    /// another.
    pub(in crate::rules) fn joined(mut of_each: Vec<Graded>) -> Graded {
        of_each.retain(|graded| !graded.prospects.is_empty());
        of_each.sort_by(|a, b| a.prospects[0].id.cmp(&b.prospects[0].id));
        let mut all = Graded::default();
        for Graded { mut customers, mut prospects } in of_each {
            let above = narrow(all.prospects.len());
            for customer in customers.iter_mut() {
                customer.first += above;
                customer.lead += above;
            }
            let higher = all.customers.append(customers);
            prospects.iter_mut().for_each(|prospect| prospect.customer += higher);
            all.prospects.append(&mut prospects);
        }
        all
    }

    /// The customers, in the order of their first prospects.
    pub fn customers(&self) -> impl Iterator<Item = &Customer> {
        let first =
            |(position, customer): &(usize, &Customer)| customer.first as usize == *position;
        self.of_each().enumerate().filter(first).map(|(_, customer)| customer)
    }

    /// Of each customer the first of its prospects that is meant, by its position in the book; in order.
    pub fn first_of_each(&self, meant: impl Fn(usize) -> bool) -> impl Iterator<Item = usize> {
        let mut known: HashSet<u32> = HashSet::new();
        let first = move |position: &usize| {
            let customer = self.at(*position);
            meant(*position) && (customer.members == 1 || known.insert(customer.first))
        };
        (0..self.prospects.len()).filter(first)
    }

    /// A customer's name: the account, or the id of the prospect that it is.
    pub fn name<'g>(&'g self, customer: &'g Customer) -> &'g str {
        match &customer.account {
            Some(account) => account,
            None => &self.prospects[customer.first as usize].id,
        }
    }

    /// The id of the prospect at a position in the book.
    pub fn id(&self, position: usize) -> &Text {
        &self.prospects[position].id
    }

    /// The position in the book of the prospect with an id.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.prospects.binary_search_by(|prospect| (*prospect.id).cmp(id)).ok()
    }

    /// The customer that the prospect of an id belongs to.
    pub fn of(&self, id: &str) -> Option<&Customer> {
        self.position(id).map(|position| self.at(position))
    }

    /// The customer of the prospect at a position in the book.
    pub fn at(&self, position: usize) -> &Customer {
        &self.customers[self.prospects[position].customer]
    }

    /// The customer of each prospect of the book, in the order of ids.
    pub fn of_each(&self) -> impl Iterator<Item = &Customer> {
        (0..self.prospects.len()).map(|position| self.at(position))
    }
}

/// A position in a ledger, which has fewer than four thousand million prospects.
pub fn narrow(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
