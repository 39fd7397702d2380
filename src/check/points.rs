//! Customers that redeemed more points than they had.
//!
//! Why: points are money; a balance below zero was given away by mistake, or an order is missing.
//! Mend: `crm undo ID EVENT`, or `crm log ID points --points N` for what was not counted.
//!
//! The points are a customer's, in all of its files: the check is one of the whole ledger.

use crate::diag::{Code, Diagnostic, Place, Spot};
use crate::rules::book::Book;
use crate::rules::points::customers;

/// The findings about the points of every customer of a book.
pub fn points(book: &Book) -> Vec<Diagnostic> {
    let settings = &book.settings;
    let below = customers(book, |_| true).into_iter().filter_map(|customer| {
        let balance = customer.points.balance(settings);
        let (_, path, key) = customer.last.filter(|_| balance.is_negative())?;
        let message = words!(
            "its points are {balance}: more were redeemed than it had",
            "积分余额为 {balance}：兑换超过所有"
        );
        let place = Place::file(&path).at(Spot::Event(key.to_string(), Some("points")));
        Some(Diagnostic::new(Code::NegativePoints, message).at(place).help(words!(
            "undo the entry, or add what was not counted: crm log {} points --points N",
            "请撤回该记录，或补记漏算的积分：crm log {} points --points N",
            customer.id
        )))
    });
    below.collect()
}
