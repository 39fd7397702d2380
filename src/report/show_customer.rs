//! `crm show` of a customer: its facts and grade, its prospects, its people and the journal of all of them.

use super::columns::{emphasis, stage_name};
use super::figures::{member, table};
use super::show::{contacts, journal, profile};
use super::show_money::money;
use crate::model::prospect::FACTS;
use crate::rules::book::Book;
use crate::rules::points::balance;
use crate::rules::query::Query;
use crate::rules::receivables::customers::{CustomerMoney, MoneyFile};
use crate::rules::replay::state::Record;
use crate::table::sheet::{Cell, Kind, Row, Sheet, Table};
use crate::table::words::{column, title};
use crate::value::text::Text;

/// Everything about the customer of a file on the day of the book. The book is graded.
pub fn show_customer(file: &Record, book: &Book) -> Sheet {
    show_with(file, prospects_of(&file.prospect.id, book), book)
}

/// [`show_customer`] with the prospects that name the customer as their account, by id.
pub(super) fn show_with(file: &Record, prospects: Vec<Record>, book: &Book) -> Sheet {
    let lang = book.settings.language;
    let mut all = vec![file];
    all.extend(&prospects);
    let (settings, on) = (&book.settings, book.as_of);
    let files = all.iter().filter_map(|record| MoneyFile::of(record, settings, on)).collect();
    let account = CustomerMoney::of(files, settings, on);
    let mut sheet = Sheet {
        id: "show".into(),
        title: file.prospect.name.to_string(),
        about: book.as_of.to_string(),
        tables: vec![
            facts(file, &prospects, book),
            money(account.as_ref(), book.as_of, lang),
            chances(&prospects, book),
            contacts(&all, true, false, lang),
            journal(&all, true, &book.settings, book.as_of),
        ],
        ..Sheet::default()
    };
    sheet.hide_empty();
    sheet
}

/// The prospects that name a customer as their account, by id.
fn prospects_of(customer: &str, book: &Book) -> Vec<Record> {
    book.gather(&Query::everything(), |record| {
        record.prospect.belongs_to(customer).then(|| record.clone())
    })
}

fn facts(file: &Record, prospects: &[Record], book: &Book) -> Table {
    let (lang, state) = (book.settings.language, &file.state);
    let mut rows = Vec::new();
    let mut put = |id: &str, cell: Cell| {
        if cell != Cell::Empty && cell != Cell::list([""; 0]) {
            rows.push(Row::new(vec![Cell::text(title(id, lang)), cell]));
        }
    };
    let list = |items: &[Text]| Cell::list(items.iter().cloned());
    put("id", Cell::text(&*file.prospect.id));
    for fact in FACTS {
        put(fact, Cell::maybe(file.prospect.fact(fact), Cell::text));
    }
    for (fact, value) in &file.prospect.facts {
        put(fact, Cell::text(&**value));
    }
    put("needs", list(&file.prospect.needs));
    put("tags", list(&file.prospect.tags));
    for (fact, cell) in profile(file, &book.settings) {
        put(fact, cell);
    }
    let owner = state.owner.as_deref();
    put("owner", Cell::maybe(owner, |id| Cell::text(member(id, &book.settings))));
    if let Some(customer) = book.customer(file) {
        put("grade", Cell::maybe(customer.grade(), Cell::text));
        put("lifecycle", Cell::text(customer.lifecycle.level().short(lang)));
        put("value-level", Cell::text(customer.value.level().short(lang)));
        let figures = &customer.figures;
        put("frequency", Cell::Int(i64::from(figures.orders)));
        put(
            "bought",
            if figures.bought.is_zero() { Cell::Empty } else { Cell::sum(&figures.bought) },
        );
        put("last-order", Cell::maybe(figures.last_order, Cell::Date));
        put("last-contact", Cell::maybe(figures.last_contact, Cell::Date));
    }
    let files: Vec<&Record> = std::iter::once(file).chain(prospects).collect();
    put("points", Cell::maybe(balance(&files, &book.settings, book.as_of), Cell::Amount));
    let next = state.evidence.next.as_ref();
    put("next", Cell::maybe(next, |next| Cell::Moment(next.at)));
    put("next-what", Cell::maybe(next.and_then(|next| next.what.as_deref()), Cell::text));
    put("deals", Cell::count(prospects.len()));
    let columns = vec![column("fact", Kind::Text, lang), column("detail", Kind::Text, lang)];
    table("facts", "", columns, rows)
}

/// Its prospects: the column, owner, value and next step of each.
fn chances(prospects: &[Record], book: &Book) -> Table {
    let lang = book.settings.language;
    let rows = prospects.iter().map(|record| {
        let state = &record.state;
        let cells = vec![
            Cell::text(&*record.prospect.id),
            Cell::text(&*record.prospect.name),
            Cell::text(stage_name(record, state.stage, &book.settings, lang)),
            Cell::maybe(state.owner.as_deref(), Cell::text),
            Cell::maybe(state.value, Cell::Money),
            Cell::maybe(state.evidence.next.as_ref(), |next| Cell::Moment(next.at)),
        ];
        Row::with(cells, emphasis(record))
    });
    let rows = rows.collect();
    let columns = [
        ("id", Kind::Id),
        ("name", Kind::Text),
        ("stage", Kind::Text),
        ("owner", Kind::Text),
        ("value", Kind::Number),
        ("next", Kind::Date),
    ];
    let columns = columns.map(|(id, kind)| column(id, kind, lang)).into();
    table("prospects", lang.pick("Prospects", "销售机会"), columns, rows)
}
