//! The Pareto curve: the share of the money that the largest customers bring.

use super::{Selected, buyers, money, share};
use crate::report::figures::{enough, rate};
use crate::stats::rank_descending;
use crate::table::sheet::{Cell, Chart, Column, Kind, Picture, Row, Series, Table};
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::money::Amount;

/// Customers by money, the largest first, with the sum up to each; negative ones bring nothing.
pub(super) fn cumulated(found: &Selected<'_>) -> Vec<Amount> {
    let buyers = buyers(found);
    let sums: Vec<Amount> = buyers.iter().map(|customer| money(customer)).collect();
    let ranked = rank_descending(&sums.iter().map(|sum| sum.micros()).collect::<Vec<_>>());
    let mut sum = Amount::ZERO;
    let add = |at: usize| {
        if !sums[at].is_negative() {
            sum = sum.plus(sums[at]);
        }
        sum
    };
    ranked.into_iter().map(add).collect()
}

/// Points of the curve, in percent of the customers that bought.
const POINTS: [usize; 13] = [1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100];

pub(super) fn pareto_curve(sums: &[Amount], lang: Lang) -> Table {
    let columns = vec![
        Column::new("top", lang.pick("The first", "前"), Kind::Number),
        column("customer-share", Kind::Number, lang),
        column("bought", Kind::Number, lang),
        column("money-share", Kind::Number, lang),
    ];
    let n = sums.len();
    let mut rows: Vec<Row> = Vec::new();
    let mut before = 0;
    for percent in POINTS {
        let k = (n * percent).div_ceil(100);
        let (Some(sum), Some(all)) = (sums.get(k.saturating_sub(1)), sums.last()) else { continue };
        // A few customers make fewer points.
        if k > before {
            let of_all = rate(k as u64, n as u64, lang);
            let money = share(*sum, *all, n, lang);
            let cells = vec![Cell::count(k), of_all, Cell::Amount(*sum), money];
            rows.push(Row::new(cells));
            before = k;
        }
    }
    let title = lang.pick("Pareto curve", "帕累托曲线").into();
    Table { id: "curve".into(), title, columns, rows: rows.into(), ..Table::default() }
}

#[allow(clippy::cast_precision_loss, reason = "positions on a picture")]
pub(super) fn picture(sums: &[Amount], lang: Lang) -> Option<Picture> {
    let all = sums.last().filter(|all| all.micros() > 0 && enough(sums.len() as u64))?;
    let point = |(at, sum): (usize, &Amount)| ((at + 1) as f64, sum.to_f64() / all.to_f64());
    let mut points = vec![(0.0, 0.0)];
    points.extend(sums.iter().enumerate().map(point));
    let (_, top) = points[sums.len().div_ceil(5)];
    let description = match lang {
        Lang::En | Lang::Machine => {
            format!("The first fifth of the customers brings {:.0} %.", top * 100.0)
        }
        Lang::Zh => format!("前五分之一的客户带来 {:.0}%。", top * 100.0),
    };
    let label = lang.pick("share of the money", "金额占比").to_owned();
    Some(Picture {
        title: lang.pick("Who brings the money", "谁带来金额").into(),
        description,
        chart: Chart::Steps {
            x_title: lang.pick("customers", "客户数").into(),
            y_title: label.clone(),
            series: vec![Series { label, points, band: Vec::new() }],
        },
    })
}
