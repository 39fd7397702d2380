//! `crm export claims`: what chosen customers owe, owed, and will owe, one row a claim.

use super::Request;
use super::columns::positions;
use super::receivables::selected;
use crate::diag::Diagnostic;
use crate::rules::book::Book;
use crate::rules::receivables::customers::CustomerMoney;
use crate::rules::receivables::{Claim, Origin, ToCome};
use crate::table::sheet::{Cell, Kind, Row, Sheet};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::{Amount, Currency};

/// A claim, or an instalment that is to come.
enum Owed<'c> {
    Claim(&'c Claim),
    ToCome(&'c ToCome),
}

/// A row: the customer, and what it owes.
struct OwedRow<'c> {
    customer: &'c CustomerMoney,
    owed: Owed<'c>,
    on: Date,
    lang: Lang,
}

/// A column: its id, its kind, and its cell.
type Definition = (&'static str, Kind, fn(&OwedRow) -> Cell);

const COLUMNS: &[Definition] = &[
    ("customer", Kind::Text, |row| Cell::text(row.customer.id.clone())),
    ("id", Kind::Id, |row| Cell::text(row.customer.files[row.file()].id.clone())),
    ("name", Kind::Text, |row| Cell::text(row.customer.name.clone())),
    ("owner", Kind::Text, |row| {
        Cell::maybe(row.customer.files[row.file()].owner.clone(), Cell::Text)
    }),
    ("origin", Kind::Text, |row| {
        let origin = match &row.owed {
            Owed::Claim(claim) => claim.origin,
            Owed::ToCome(_) => Origin::Instalment,
        };
        let words = Origin::NAMES.iter().find(|(known, ..)| *known == origin);
        Cell::maybe(words, |(_, id, en, zh)| Cell::text(row.lang.term(id, en, zh)))
    }),
    ("number", Kind::Text, |row| match &row.owed {
        Owed::Claim(claim) => named(&claim.name),
        Owed::ToCome(one) => named(&one.contract),
    }),
    ("contract", Kind::Text, |row| match &row.owed {
        Owed::Claim(claim) => Cell::maybe(claim.contract.clone(), Cell::Text),
        Owed::ToCome(one) => named(&one.contract),
    }),
    ("what", Kind::Text, |row| {
        let what = match &row.owed {
            Owed::Claim(claim) => &claim.what,
            Owed::ToCome(one) => &one.what,
        };
        Cell::maybe(what.clone(), Cell::Text)
    }),
    ("product", Kind::Text, |row| {
        let product = match &row.owed {
            Owed::Claim(claim) => &claim.product,
            Owed::ToCome(one) => &one.product,
        };
        Cell::maybe(product.clone(), Cell::Text)
    }),
    ("arose", Kind::Date, |row| Cell::maybe(row.claim(), |claim| Cell::Date(claim.arose))),
    ("due", Kind::Date, |row| match &row.owed {
        Owed::Claim(claim) => Cell::Date(claim.due),
        Owed::ToCome(one) => Cell::maybe(one.due, Cell::Date),
    }),
    ("state", Kind::Text, |row| {
        let (id, en, zh) = match row.claim() {
            None => ("to-come", "to come", "未到期分期"),
            Some(claim) if claim.open.is_zero() => ("settled", "settled", "已结清"),
            Some(claim) if claim.due < row.on => ("overdue", "overdue", "逾期"),
            Some(_) => ("open", "open", "未结"),
        };
        Cell::text(row.lang.term(id, en, zh))
    }),
    ("days-over", Kind::Number, |row| {
        let open = row.claim().filter(|claim| !claim.open.is_zero());
        Cell::maybe(open, |claim| Cell::Int(claim.days_over(row.on)))
    }),
    ("settled", Kind::Date, |row| {
        Cell::maybe(row.claim().and_then(|claim| claim.settled), Cell::Date)
    }),
    ("amount", Kind::Number, |row| Cell::Amount(row.amount().0)),
    ("open-amount", Kind::Number, |row| {
        Cell::Amount(row.claim().map_or(Amount::ZERO, |claim| claim.open))
    }),
    ("amount-currency", Kind::Text, |row| {
        Cell::maybe(row.amount().1, |currency| Cell::text(currency.to_string()))
    }),
];

fn named(name: &str) -> Cell {
    if name.is_empty() { Cell::Empty } else { Cell::text(name) }
}

impl OwedRow<'_> {
    fn file(&self) -> usize {
        match &self.owed {
            Owed::Claim(claim) => claim.file,
            Owed::ToCome(one) => one.file,
        }
    }

    fn claim(&self) -> Option<&Claim> {
        match &self.owed {
            Owed::Claim(claim) => Some(claim),
            Owed::ToCome(_) => None,
        }
    }

    fn amount(&self) -> (Amount, Option<Currency>) {
        let money = match &self.owed {
            Owed::Claim(claim) => claim.money,
            Owed::ToCome(one) => one.money,
        };
        (money.amount, money.currency)
    }
}

/// The names of the columns, in the order of `export`.
pub fn all() -> Vec<String> {
    COLUMNS.iter().map(|(id, ..)| (*id).to_owned()).collect()
}

/// The claims that are asked for, by the positions of their columns.
pub struct Claims(Vec<usize>);

impl Claims {
    /// With these columns.
    ///
    /// # Errors
    /// If a name is that of no column.
    pub fn of(names: &[&str]) -> Result<Claims, Diagnostic> {
        Ok(Claims(positions(names, &all(), "claims")?))
    }

    /// The claims customer by customer, as they arose; then what is to come.
    pub fn sheet(&self, book: &Book, request: &Request) -> Sheet {
        let lang = book.settings.language;
        let columns = || self.0.iter().map(|at| &COLUMNS[*at]);
        let heads = columns().map(|(id, kind, _)| column(id, *kind, lang)).collect();
        let chosen = selected(book, request);
        let mut rows: Vec<Row> = Vec::new();
        for customer in &chosen {
            let account = &customer.account;
            let claims = account.claims.iter().map(Owed::Claim);
            for owed in claims.chain(account.to_come.iter().map(Owed::ToCome)) {
                let row = OwedRow { customer, owed, on: book.as_of, lang };
                rows.push(Row::new(columns().map(|(_, _, cell)| cell(&row)).collect()));
            }
        }
        let mut sheet = Sheet::single("claims", "", heads, rows.into());
        sheet.about = book.as_of.to_string();
        sheet
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::columns::currency_column;

    #[test]
    fn the_currency_is_called_as_in_other_exports() {
        assert_eq!(all().last(), Some(&currency_column("amount")));
    }
}
