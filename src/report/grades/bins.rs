//! The bins of the RFM scores: their limits, and how many customers are in each.

use super::Selected;
use crate::rules::book::Book;
use crate::rules::customer::scores::Scores;
use crate::rules::grading::rfm::Bins;
use crate::stats::{BinConvention, Quintiles, reverse_score};
use crate::table::sheet::{Cell, Column, Kind, Row, Table};
use crate::table::words::column;
use crate::value::label::Lang;

/// The bins of all customers that bought, as they were scored.
pub(super) fn bins(book: &Book) -> Option<Bins> {
    let figures = book.graded().customers().map(|customer| &customer.figures);
    Bins::of(figures, &book.settings.grading, book.as_of)
}

/// Where the bins of the scores end, and how many customers are in each.
pub(super) fn bin_edges(bins: Option<&Bins>, found: &Selected<'_>, lang: Lang) -> Table {
    let count = |id: &str| Column::new(id, lang.pick("n", "客户数"), Kind::Number);
    let columns = vec![
        column("score", Kind::Number, lang),
        Column::new("recency", lang.pick("Days since last order", "距上次购买天数"), Kind::Text),
        count("recency-customers"),
        Column::new("frequency", lang.pick("Orders", "单数"), Kind::Text),
        count("frequency-customers"),
        Column::new("money", lang.pick("Money", "金额"), Kind::Text),
        count("money-customers"),
    ];
    let scores: Vec<Scores> = found.iter().filter_map(|(customer, _)| customer.rfm).collect();
    let n = |of: &dyn Fn(&Scores) -> bool| Cell::count(scores.iter().filter(|s| of(s)).count());
    let scored = bins.into_iter().flat_map(|bins| (1..=5_u8).rev().map(move |score| (bins, score)));
    let rows = scored.map(|(bins, score)| {
        Row::new(vec![
            Cell::Int(i64::from(score)),
            Cell::text(edges(&bins.recency, reverse_score(score))),
            n(&|s| s.recency == score),
            Cell::text(edges(&bins.frequency, score)),
            n(&|s| s.frequency == score),
            Cell::text(edges(&bins.money, score)),
            n(&|s| s.money == score),
        ])
    });
    let title = lang.pick("Bins of the scores", "分数区间").into();
    Table { id: "bins".into(), title, columns, rows: rows.collect(), ..Table::default() }
}

/// A bin as an interval: a round bracket leaves the limit out, a square one takes it in. The lowest and
/// the highest have no further limit.
fn edges(quintiles: &Quintiles, bin: u8) -> String {
    let cut = |at: u8| quintiles.cuts.get(usize::from(at)).map(|cut| number(*cut));
    let (low, high) = (bin.checked_sub(2).and_then(cut), cut(bin - 1));
    match (quintiles.convention, low, high) {
        (_, None, None) => String::new(),
        (BinConvention::UpperClosed, None, Some(high)) => format!("≤ {high}"),
        (BinConvention::UpperClosed, Some(low), None) => format!("> {low}"),
        (BinConvention::UpperClosed, Some(low), Some(high)) => format!("({low}, {high}]"),
        (BinConvention::RfmPackage, None, Some(high)) => format!("< {high}"),
        (BinConvention::RfmPackage, Some(low), None) => format!("≥ {low}"),
        (BinConvention::RfmPackage, Some(low), Some(high)) => format!("[{low}, {high})"),
    }
}

/// At most two decimals, and none that say nothing.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
