//! Moves between grades from one date to another.

use super::{ProspectRow, Selected};
use crate::report::grade::named;
use crate::rules::book::Book;
use crate::rules::customer::Customer;
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::period::Period;
use crate::value::text::Text;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A customer at two dates; `None` where it did not exist yet.
pub(super) struct GradeChange<'b> {
    customer: &'b Customer,
    prospect: &'b ProspectRow,
    from: Option<Option<Text>>,
    to: Option<Option<Text>>,
}

pub(super) fn pairs<'b>(found: &Selected<'b>, book: &Book, period: Period) -> Vec<GradeChange<'b>> {
    type GradeOf = BTreeMap<(Text, bool), Option<Text>>;
    let key = |book: &Book, customer: &Customer| {
        (book.graded().name(customer).into(), customer.account.is_some())
    };
    let grades = |day: Date| -> GradeOf {
        let grade = |customer: &Customer| customer.grade().map(Into::into);
        let book = book.earlier(day);
        book.graded().customers().map(|c| (key(&book, c), grade(c))).collect()
    };
    let (before, after) = (grades(period.from), grades(period.to));
    let pair = |(customer, prospect): &(&'b Customer, &'b ProspectRow)| {
        let key = key(book, customer);
        let (from, to) = (before.get(&key).cloned(), after.get(&key).cloned());
        GradeChange { customer, prospect, from, to }
    };
    found.iter().map(pair).filter(|pair| pair.from.is_some() || pair.to.is_some()).collect()
}

/// Rows: the grade at the first date. Columns: the grade at the second. Empty without a period.
pub(super) fn migration(pairs: &[GradeChange], period: Option<Period>, book: &Book) -> Table {
    let lang = book.settings.language;
    let mut grades: Vec<Option<Text>> =
        book.settings.grading.grades().into_iter().map(|grade| Some(grade.into())).collect();
    if pairs.iter().any(|p| p.from == Some(None) || p.to == Some(None)) {
        grades.push(None);
    }
    let none = lang.pick("none", "无");
    let label = |grade: &Option<Text>| grade.as_deref().unwrap_or(none).to_owned();
    let mut columns = vec![column("from-grade", Kind::Text, lang)];
    let id = |grade: &Option<Text>| grade.as_deref().unwrap_or("none").to_owned();
    columns.extend(grades.iter().map(|g| Column::new(id(g), label(g), Kind::Number)));
    columns.push(column("total", Kind::Number, lang));
    let absent = Some(lang.pick("not there yet", "尚未建档").to_owned());
    let starts = grades.iter().map(|g| (Some(g.clone()), None)).chain([(None, absent)]);
    let rows = starts.filter_map(|(from, name)| {
        let row: Vec<&GradeChange> = pairs.iter().filter(|pair| pair.from == from).collect();
        if row.is_empty() && (from.is_none() || period.is_none()) {
            return None;
        }
        let mut cells = vec![Cell::text(name.unwrap_or_else(|| label(&from.clone().flatten())))];
        for to in &grades {
            let n = row.iter().filter(|pair| pair.to.as_ref() == Some(to)).count();
            cells.push(Cell::count(n));
        }
        cells.push(Cell::count(row.len()));
        Some(Row::new(cells))
    });
    let heading = lang.pick("Moves between grades", "级别变动");
    Table {
        id: "migration".into(),
        title: period.map_or_else(String::new, |period| {
            format!("{heading}  ·  {} -> {}", period.from, period.to.min(book.as_of))
        }),
        rows: rows.collect(),
        columns,
        ..Table::default()
    }
}

/// The customers that moved: the best grades lost first.
pub(super) fn moves(pairs: &[GradeChange], book: &Book) -> Table {
    let lang = book.settings.language;
    let grades = book.settings.grading.grades();
    let rank = |grade: &Option<Text>| {
        let known = |g: &str| grades.iter().position(|known| *known == g);
        grade.as_deref().and_then(known).unwrap_or(grades.len())
    };
    let ranks = |pair: &GradeChange| Some((rank(pair.from.as_ref()?), rank(pair.to.as_ref()?)));
    let mut moved: Vec<(Ordering, (usize, usize), &GradeChange)> = pairs
        .iter()
        .filter_map(|pair| ranks(pair).map(|(from, to)| (from.cmp(&to), (from, to), pair)))
        .filter(|(order, ..)| order.is_ne())
        .collect();
    moved.sort_by_key(|(order, ranks, pair)| (*order, *ranks, pair.prospect.id()));
    let columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("from-grade", Kind::Text, lang),
        column("to-grade", Kind::Text, lang),
        column("lifecycle", Kind::Text, lang),
    ];
    let none = || Cell::Absent(lang.pick("none", "无").into());
    let grade = |known: &Option<Option<Text>>| {
        known.as_ref().and_then(|g| g.as_deref()).map_or_else(none, Cell::text)
    };
    let rows = moved.into_iter().map(|(order, _, pair)| {
        let cells = vec![
            Cell::text(pair.prospect.id()),
            Cell::text(named(pair.customer, pair.prospect.name())),
            grade(&pair.from),
            grade(&pair.to),
            Cell::text(pair.customer.lifecycle.level().short(lang)),
        ];
        Row::with(cells, if order.is_gt() { Emphasis::Good } else { Emphasis::Warn })
    });
    let title = lang.pick("Who moved", "变动名单").into();
    Table { id: "moves".into(), title, columns, rows: rows.collect(), ..Table::default() }
}
