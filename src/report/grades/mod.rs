//! `crm report grades`: how the customers spread over grades and dimensions, which of them bring the money, and
//! which moved between two dates.

mod bins;
mod curve;
mod migration;

use super::breakdown::{by_cell, by_column, labelled, labelled_cells};
use super::figures::{enough, few, rate};
use super::grade::{foreign, rules};
use super::{Request, row_of_each};
use crate::diag::{Diagnostic, counted};
use crate::rules::book::Book;
use crate::rules::customer::Customer;
use crate::rules::customer::levels::{Level, Lifecycle, Scale, Value};
use crate::rules::grading::rfm::LEAST;
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::{column, title};
use crate::value::label::Lang;
use crate::value::money::Amount;
use crate::value::text::Text;
use bins::{bin_edges, bins};
use curve::{cumulated, pareto_curve, picture};
use migration::{migration, moves, pairs};
use std::collections::BTreeMap;

/// A prospect that was selected, or that may represent a customer that was.
#[derive(Default)]
struct ProspectRow {
    selected: bool,
    /// Its names, where a table shows prospects or is broken down.
    words: Option<Box<Naming>>,
}

/// The names of a prospect.
struct Naming {
    id: Text,
    name: Text,
    /// Its value of the attribute that the figures are broken down by.
    group: Option<Text>,
}

impl ProspectRow {
    fn id(&self) -> &str {
        self.words.as_ref().map_or("", |words| &words.id)
    }

    fn name(&self) -> &str {
        self.words.as_ref().map_or("", |words| &words.name)
    }

    fn group(&self) -> Option<&str> {
        self.words.as_ref()?.group.as_deref()
    }
}

/// The customers, each with the first of its prospects that was selected.
type Selected<'b> = [(&'b Customer, &'b ProspectRow)];

/// The spread of the selected customers, each graded against all.
pub fn grades(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let worded = request.by.is_some() || request.period.is_some();
    let selected = request.selection(book);
    let seen = row_of_each(book, |record| {
        let words = || {
            let group = request.group(record, book).map(Into::into);
            let (id, name) = (record.prospect.id.clone(), record.prospect.name.clone());
            Box::new(Naming { id, name, group })
        };
        ProspectRow { selected: selected.has(record), words: worded.then(words) }
    });
    let found = customers(&seen, book);
    let sums = cumulated(&found);
    let mut tables = vec![
        by_grade(&found, &seen, book, request),
        dimensions(&found, lang),
        pareto_curve(&sums, lang),
        classes(&found, Scale::Pareto, lang),
        classes(&found, Scale::Pyramid, lang),
    ];
    let bins = bins(book);
    tables.push(segments(if bins.is_some() { &found } else { &[] }, lang));
    tables.push(bin_edges(bins.as_ref(), &found, lang));
    let pairs = request.period.map(|period| (pairs(&found, book, period), period));
    let (pairs, period) = pairs.map_or_else(|| (Vec::new(), None), |(pairs, p)| (pairs, Some(p)));
    tables.push(migration(&pairs, period, book));
    tables.push(moves(&pairs, book));
    let mut sheet = Sheet {
        id: "grades".into(),
        title: lang.pick("Customers by grade", "客户分级").into(),
        about: about(book, &found),
        tables,
        notes: notes(book, &found, bins.is_some()),
        pictures: picture(&sums, lang).into_iter().collect(),
    };
    sheet.hide_empty();
    Ok(sheet)
}

/// The customers of the selected prospects, each once.
fn customers<'b>(seen: &'b [ProspectRow], book: &'b Book) -> Vec<(&'b Customer, &'b ProspectRow)> {
    let graded = book.graded();
    let firsts = graded.first_of_each(|position| seen[position].selected);
    firsts.map(|position| (graded.at(position), &seen[position])).collect()
}

fn about(book: &Book, found: &Selected<'_>) -> String {
    let buyers = found.iter().filter(|(customer, _)| customer.figures.is_buyer()).count();
    let (day, n, all) = (book.as_of, found.len(), book.graded().customers().count());
    let currency = book.settings.currency.map(|c| format!("  ·  {c}")).unwrap_or_default();
    match book.settings.language {
        Lang::En if n == all => {
            let customers = counted(n, "customer", "customers");
            format!("{day}  ·  {customers}, {buyers} of them bought{currency}")
        }
        Lang::En | Lang::Machine => format!(
            "{day}  ·  {n} of {}, {buyers} of them bought; graded against all{currency}",
            counted(all, "customer", "customers")
        ),
        Lang::Zh if n == all => format!("{day}  ·  客户 {n} 个，其中 {buyers} 个已购{currency}"),
        Lang::Zh => {
            format!(
                "{day}  ·  {all} 个客户中的 {n} 个，其中 {buyers} 个已购；等级按全体计{currency}"
            )
        }
    }
}

/// Sums as whole numbers: shares are of them, so that nothing is rounded on the way.
fn money(customer: &Customer) -> Amount {
    if customer.figures.is_buyer() { customer.figures.bought.own } else { Amount::ZERO }
}

fn total<'b>(customers: impl Iterator<Item = &'b Customer>) -> Amount {
    customers.fold(Amount::ZERO, |sum, customer| sum.plus(money(customer)))
}

/// How many customers have each level of a dimension, and the money that they brought.
fn tally<'b>(
    customers: impl Iterator<Item = &'b Customer>,
    scale: Scale,
) -> impl Iterator<Item = (&'static Level, (usize, Amount))> {
    let mut tallies = vec![(0, Amount::ZERO); scale.levels().len()];
    for customer in customers {
        if let Some(place) = scale.place(customer) {
            let (n, sum) = &mut tallies[place];
            (*n, *sum) = (*n + 1, sum.plus(money(customer)));
        }
    }
    scale.levels().iter().zip(tallies)
}

/// A share of the money of so many customers; none where there is none to share, or they are too few.
fn share(part: Amount, whole: Amount, customers: usize, lang: Lang) -> Cell {
    match whole.micros() > 0 {
        false => Cell::Empty,
        true if !enough(customers as u64) => few(customers as u64, lang),
        true => Cell::Share(part.to_f64() / whole.to_f64()),
    }
}

/// Count, share and money of each grade, in each group.
fn by_grade(found: &Selected<'_>, seen: &[ProspectRow], book: &Book, request: &Request) -> Table {
    let settings = &book.settings;
    let lang = settings.language;
    let grades = settings.grading.grades();
    let place = |customer: &Customer| {
        let grade = customer.grade().and_then(|grade| grades.iter().position(|g| *g == grade));
        grade.unwrap_or(grades.len())
    };
    // Those without a grade come last.
    let mut groups: BTreeMap<Option<&str>, Vec<(usize, Amount)>> = BTreeMap::new();
    for (customer, _) in found {
        let group = groups.entry(seen[customer.lead as usize].group());
        let tallies = group.or_insert_with(|| vec![(0, Amount::ZERO); grades.len() + 1]);
        let (n, sum) = &mut tallies[place(customer)];
        (*n, *sum) = (*n + 1, sum.plus(money(customer)));
    }
    let mut columns: Vec<Column> = Vec::new();
    columns.extend(by_column(request, lang));
    columns.push(column("grade", Kind::Text, lang));
    for id in ["customers", "customer-share", "bought", "money-share"] {
        columns.push(column(id, Kind::Number, lang));
    }
    let mut rows = Vec::new();
    for (group, tallies) in &groups {
        let members: usize = tallies.iter().map(|(n, _)| n).sum();
        let all = tallies.iter().fold(Amount::ZERO, |all, (_, sum)| all.plus(*sum));
        let row = |name: Cell, (n, sum): (usize, Amount), emphasis| {
            let mut cells: Vec<Cell> = Vec::new();
            cells.extend(group.and_then(|group| by_cell(request, group, lang)));
            cells.extend([name, Cell::count(n), rate(n as u64, members as u64, lang)]);
            cells.extend([Cell::Amount(sum), share(sum, all, members, lang)]);
            Row::with(cells, emphasis)
        };
        for (grade, tally) in grades.iter().zip(tallies) {
            rows.push(row(Cell::text(*grade), *tally, Emphasis::Plain));
        }
        if let Some(ungraded) = tallies.last().filter(|(n, _)| *n > 0) {
            let none = Cell::Absent(lang.pick("none", "无").into());
            rows.push(row(none, *ungraded, Emphasis::Warn));
        }
        let total = Cell::text(lang.pick("all", "合计"));
        rows.push(row(total, (members, all), Emphasis::Total));
    }
    Table { id: "grades".into(), columns, rows: rows.into(), ..Table::default() }
}

/// How many customers have each level of the dimensions that every customer has.
fn dimensions(found: &Selected<'_>, lang: Lang) -> Table {
    let mut columns = vec![column("dimension", Kind::Text, lang)];
    columns.extend(labelled("level", "level-label", lang));
    columns.extend(["customers", "customer-share"].map(|id| column(id, Kind::Number, lang)));
    let mut rows = Vec::new();
    for scale in
        [Scale::Value, Scale::Relationship, Scale::Demand, Scale::Loyalty, Scale::Lifecycle]
    {
        let customers = found.iter().map(|(customer, _)| *customer);
        for (level, (n, _)) in tally(customers, scale) {
            let mut cells = vec![Cell::text(title(scale.name(), lang))];
            cells.extend(labelled_cells(level.id, level.label(lang), lang));
            cells.extend([Cell::count(n), rate(n as u64, found.len() as u64, lang)]);
            rows.push(Row::new(cells));
        }
    }
    let title = lang.pick("Dimensions", "各维度").into();
    Table { id: "dimensions".into(), title, columns, rows: rows.into(), ..Table::default() }
}

/// Count and money of each Pareto class, or of each level of the pyramid.
fn classes(found: &Selected<'_>, scale: Scale, lang: Lang) -> Table {
    let mut columns = labelled("level", "level-label", lang);
    let figures = ["customers", "customer-share", "bought", "money-share"];
    columns.extend(figures.map(|id| column(id, Kind::Number, lang)));
    let buyers: Vec<&Customer> = buyers(found);
    let all = total(buyers.iter().copied());
    let row = |(level, (n, sum)): (&Level, (usize, Amount))| {
        let mut cells = labelled_cells(level.id, level.label(lang), lang);
        cells.extend([Cell::count(n), rate(n as u64, buyers.len() as u64, lang)]);
        cells.extend([Cell::Amount(sum), share(sum, all, buyers.len(), lang)]);
        Row::new(cells)
    };
    let levels = tally(buyers.iter().copied(), scale);
    let rows = levels.filter(|_| !buyers.is_empty()).map(row).collect();
    let (id, title) = match scale {
        Scale::Pareto => ("pareto", lang.pick("Pareto classes", "帕累托分类")),
        _ => ("pyramid", lang.pick("Pyramid", "客户金字塔")),
    };
    Table { id: id.into(), title: title.into(), columns, rows, ..Table::default() }
}

fn buyers<'b>(found: &Selected<'b>) -> Vec<&'b Customer> {
    found.iter().map(|(customer, _)| *customer).filter(|c| c.figures.is_buyer()).collect()
}

fn segments(found: &Selected<'_>, lang: Lang) -> Table {
    let mut columns = labelled("segment", "level-label", lang);
    let figures = ["customers", "customer-share", "bought"];
    columns.extend(figures.map(|id| column(id, Kind::Number, lang)));
    let buyers = buyers(found);
    let levels = tally(buyers.iter().copied(), Scale::Segment);
    let rows = levels.filter(|_| !buyers.is_empty()).map(|(level, (n, sum))| {
        let mut cells = labelled_cells(level.id, level.label(lang), lang);
        cells.extend([Cell::count(n), rate(n as u64, buyers.len() as u64, lang)]);
        cells.push(Cell::Amount(sum));
        Row::new(cells)
    });
    let rows = rows.collect();
    let title = lang.pick("Segments by RFM", "RFM 客户群").into();
    Table { id: "rfm".into(), title, columns, rows, ..Table::default() }
}

fn notes(book: &Book, found: &Selected<'_>, scored: bool) -> Vec<String> {
    let lang = book.settings.language;
    let mut notes = rules(&book.settings);
    let buyers = buyers(found);
    let ungraded = found.iter().filter(|(customer, _)| customer.grade().is_none()).count();
    if ungraded > 0 {
        notes.push(match lang {
            Lang::En | Lang::Machine => {
                format!("customers that fit no rule: {ungraded}; a last rule without `when` fits the rest")
            }
            Lang::Zh => format!("{ungraded} 个不符合任何规则：最后加一条不带 when 的规则"),
        });
    }
    let dormant = buyers
        .iter()
        .filter(|c| c.value == Value::High && c.lifecycle == Lifecycle::Lapsed)
        .count();
    if dormant > 0 {
        notes.push(match lang {
            Lang::En | Lang::Machine => format!(
                "customers of high value that have lapsed: {dormant}; crm grade 'value:high lifecycle:lapsed' lists them"
            ),
            Lang::Zh => {
                format!("{dormant} 个高价值客户已流失：crm grade 'value:high lifecycle:lapsed'")
            }
        });
    }
    if !scored && !buyers.is_empty() {
        let n = book.graded().customers().filter(|customer| customer.figures.is_buyer()).count();
        notes.push(match lang {
            Lang::En | Lang::Machine => format!(
                "RFM: n = {n}, too few: quintiles need {LEAST} customers that bought, limits in [grading] need none"
            ),
            Lang::Zh => format!("RFM：n = {n}，太少：五分位需要 {LEAST} 个已购客户，也可在 [grading] 中设定界限"),
        });
    }
    notes.extend(foreign(found.iter().map(|(customer, _)| *customer), lang));
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_no_money_there_is_no_share_however_many_the_customers_are() {
        let one = Amount::from_int(1);
        for customers in [0, 4, 5] {
            assert_eq!(share(Amount::ZERO, Amount::ZERO, customers, Lang::En), Cell::Empty);
        }
        assert!(matches!(share(one, one, 4, Lang::En), Cell::Absent(_)));
        assert_eq!(share(one, one, 5, Lang::En), Cell::Share(1.0));
        // A few customers make as many points.
        assert_eq!(curve::pareto_curve(&[one; 5], Lang::En).rows.len(), 5);
        // Nor has a curve without money a picture.
        assert!(curve::picture(&[Amount::ZERO; 5], Lang::En).is_none());
        assert!(curve::picture(&[one; 4], Lang::En).is_none());
        assert!(curve::picture(&[one; 5], Lang::En).is_some());
    }
}
