//! The customers that a request selects, as grading sees them, each with the name and the group of its lead.

use super::grade::named;
use super::{Request, row_of_each};
use crate::rules::book::Book;
use crate::rules::customer::Customer;
use crate::value::text::Text;

/// A customer of which at least one prospect, or its own file, is selected.
pub(super) struct Chosen<'b> {
    /// The customer.
    pub customer: &'b Customer,
    /// The id of the prospect or file that represents it.
    pub id: &'b Text,
    /// The name for people.
    pub name: String,
    /// The value of the attribute that figures are broken down by, of the prospect that represents it.
    pub group: Option<String>,
}

/// Those of a request, in the order of their first files. Grades the book.
pub(super) fn chosen<'b>(book: &'b Book, request: &Request) -> Vec<Chosen<'b>> {
    let selection = request.selection(book);
    let rows = row_of_each(book, |record| {
        let name = record.prospect.name.clone();
        (selection.has(record), name, request.group(record, book))
    });
    let graded = book.graded();
    let firsts = graded.first_of_each(|position| rows[position].0);
    firsts
        .map(|position| {
            let customer = graded.at(position);
            let lead = customer.lead as usize;
            let (_, name, group) = &rows[lead];
            let (id, name) = (graded.id(lead), named(customer, name));
            Chosen { customer, id, name, group: group.clone() }
        })
        .collect()
}

/// The customers of a request alone, without names and groups: of all of them the ledger is not read again. Grades the
/// book.
pub(super) fn customers<'b>(book: &'b Book, request: &Request) -> Vec<&'b Customer> {
    if request.query.is_empty() {
        return book.graded().customers().collect();
    }
    let selection = request.selection(book);
    let selected = row_of_each(book, |record| selection.has(record));
    let graded = book.graded();
    graded.first_of_each(|position| selected[position]).map(|at| graded.at(at)).collect()
}
