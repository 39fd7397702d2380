//! The pictures of time: a fan of what may come, a square for each day, and the small courses and gauges of tiles.

use super::{WIDTH, band, decimals, extent, line, path, step, text, widest, wrapped, wrapped_text};
use crate::render::text::{escaped, number};
use crate::table::page::Gauge;
use crate::table::picture::Spread;
use crate::table::sheet::Quantity;
use crate::value::date::Date;
use std::fmt::Write;

/// What was reached as a line; what may come as a band that opens, around its middle; the target as a line across.
pub(super) fn draw_fan(
    past: &[(Date, f64)],
    ahead: &[Spread],
    target: Option<&Quantity>,
) -> Option<(f64, String)> {
    let past: Vec<(Date, f64)> = past.iter().copied().filter(|(_, y)| y.is_finite()).collect();
    let is_finite = |one: &&Spread| [one.low, one.middle, one.high].iter().all(|y| y.is_finite());
    let ahead: Vec<Spread> = ahead.iter().filter(is_finite).copied().collect();
    let days = || past.iter().map(|(on, _)| *on).chain(ahead.iter().map(|one| one.on));
    let (from, to) = (days().min()?, days().max()?);
    let target = target.filter(|target| target.value.is_finite());
    let heights = past.iter().map(|(_, y)| *y).chain(ahead.iter().map(|one| one.high));
    let most = heights.chain(target.map(|target| target.value)).fold(0.0, f64::max);
    if most <= 0.0 || from >= to {
        return None;
    }
    let step = step(most, 4.0);
    let most = (most / step).ceil() * step;
    if !(12.0 * step).is_finite() || !most.is_finite() {
        return None;
    }
    let ticks: Vec<f64> =
        (0..=12).map(|n| f64::from(n) * step).take_while(|y| *y <= most + step / 2.0).collect();
    let names: Vec<String> = ticks.iter().map(|y| number(*y, decimals(step))).collect();
    let left = widest(names.iter().map(String::as_str)) + 10.0;
    let (right, top, bottom) = (WIDTH - 8.0, 16.0, 206.0);
    let span = to.days_since(from) as f64;
    let x = |on: Date| left + on.days_since(from) as f64 / span * (right - left);
    let y = |value: f64| bottom - (value / most).clamp(0.0, 1.0) * (bottom - top);
    let mut out = String::new();
    for (tick, name) in ticks.iter().zip(&names) {
        line(&mut out, (left, y(*tick)), (right, y(*tick)));
        text(&mut out, left - 8.0, y(*tick) + 4.5, "soft end", name);
    }
    let mut last = f64::MIN;
    for on in days_of_axis(from, to) {
        let (at, name) = (x(on), on.to_string());
        let wide = extent(&name);
        let middle = at.clamp(wide / 2.0, WIDTH - wide / 2.0);
        line(&mut out, (at, bottom), (at, bottom + 5.0));
        if middle - wide / 2.0 > last + 6.0 {
            text(&mut out, middle, bottom + 20.0, "soft mid", &name);
            last = middle + wide / 2.0;
        }
    }
    let point = |on: Date, value: f64| (x(on), y(value));
    let upper = ahead.iter().map(|one| point(one.on, one.high));
    let lower = ahead.iter().rev().map(|one| point(one.on, one.low));
    band(&mut out, 0, &upper.chain(lower).collect::<Vec<_>>());
    let whole = |v: f64| v;
    let middle = path(ahead.iter().map(|one| point(one.on, one.middle)), &whole, &whole);
    let known = path(past.iter().map(|(on, value)| point(*on, *value)), &whole, &whole);
    let _ = writeln!(out, "<path class=\"curve c0 d2\" d=\"{middle}\"/>");
    let _ = writeln!(out, "<path class=\"curve c0\" d=\"{known}\"/>");
    let mut below = bottom + 28.0;
    if let Some(target) = target {
        let at = y(target.value);
        let _ = writeln!(out, "<path class=\"curve c1 d1\" d=\"M{left:.1} {at:.1}H{right:.1}\"/>");
        let words = wrapped(&format!("{} {}", target.label, target.text), WIDTH - left - 38.0);
        below += 16.0;
        let _ =
            writeln!(out, "<path class=\"curve c1 d1\" d=\"M{left:.1} {:.1}h30\"/>", below - 4.5);
        wrapped_text(&mut out, left + 38.0, below, 16.0, "", &words);
        below += (words.len() as f64 - 1.0) * 16.0;
    }
    Some((below + 8.0, out))
}

/// The days named below an axis: both ends, and the firsts of months between them.
fn days_of_axis(from: Date, to: Date) -> Vec<Date> {
    let first = |months: i64| from.plus(1 - i64::from(from.day())).plus_months(months);
    let between = (1..=60).map(first).take_while(|on| *on < to);
    std::iter::once(from).chain(between).chain([to]).collect()
}

/// Five shades: nothing, and four steps up to the greatest.
fn shade(quantity: u64, most: u64) -> usize {
    let quarters = (4 * u128::from(quantity)).div_ceil(u128::from(most.max(1)));
    if quantity == 0 { 0 } else { quarters.clamp(1, 4) as usize }
}

/// The opacity of each shade but the first.
const SHADES: [&str; 5] = ["", ".28", ".52", ".76", "1"];

/// A square for each day, a column for each week, a row for each day of the week.
pub(super) fn draw_days(
    from: Date,
    quantities: &[u64],
    names: &[String; 7],
) -> Option<(f64, String)> {
    let most = *quantities.iter().max()?;
    let weeks = quantities.len().div_ceil(7);
    let left = widest(names.iter().map(String::as_str)) + 8.0;
    let each = ((WIDTH - left) / weeks as f64).min(22.0);
    let size = each * 0.86;
    let top = 20.0;
    let mut out = String::new();
    for (row, name) in names.iter().enumerate().step_by(2) {
        text(&mut out, left - 8.0, top + row as f64 * each + size / 2.0 + 4.5, "soft end", name);
    }
    let mut month_until = f64::MIN;
    for (n, quantity) in quantities.iter().enumerate() {
        let on = from.plus(n as i64);
        let (x, y) = (left + (n / 7) as f64 * each, top + (n % 7) as f64 * each);
        if on.day() == 1 && x > month_until {
            let name = format!("{:04}-{:02}", on.year(), on.month());
            let at = x.min(WIDTH - extent(&name));
            text(&mut out, at, 12.0, "soft", &name);
            month_until = at + extent(&name) + 4.0;
        }
        square(&mut out, x, y, size, shade(*quantity, most), Some(&format!("{on}: {quantity}")));
    }
    let below = top + 7.0 * each + 8.0;
    text(&mut out, left, below + 12.0, "soft", "0");
    let mut x = left + 14.0;
    for shade in 0..SHADES.len() {
        square(&mut out, x, below, 14.0, shade, None);
        x += 17.0;
    }
    text(&mut out, x + 2.0, below + 12.0, "soft", &number(most as f64, 0));
    Some((below + 20.0, out))
}

fn square(out: &mut String, x: f64, y: f64, size: f64, shade: usize, title: Option<&str>) {
    let fill = match SHADES.get(shade) {
        Some(opacity) if shade > 0 => format!("class=\"fill c0\" fill-opacity=\"{opacity}\""),
        _ => "class=\"none\"".to_owned(),
    };
    let title = title.map(|title| format!("<title>{}</title>", escaped(title))).unwrap_or_default();
    let _ = writeln!(
        out,
        "<rect {fill} x=\"{x:.1}\" y=\"{y:.1}\" width=\"{size:.1}\" height=\"{size:.1}\" rx=\"2\">{title}</rect>"
    );
}

/// The course of a tile, from its least to its greatest, gaps where nothing is known; `None` of fewer than two points.
pub(in crate::render) fn course(points: &[Option<f64>], words: &str) -> Option<String> {
    let known = || points.iter().flatten().copied().filter(|y| y.is_finite());
    if known().count() < 2 {
        return None;
    }
    let (least, most) = known().fold((f64::MAX, f64::MIN), |(a, b), y| (a.min(y), b.max(y)));
    let (width, height, edge) = (132.0, 34.0, 4.0);
    let x = |n: usize| edge + n as f64 / (points.len() - 1).max(1) as f64 * (width - 2.0 * edge);
    let y = |value: f64| {
        let share = if most > least { (value - least) / (most - least) } else { 0.5 };
        height - edge - share * (height - 2.0 * edge)
    };
    let mut shape = String::new();
    let mut is_on = false;
    for (n, value) in points.iter().enumerate() {
        let Some(value) = value.filter(|value| value.is_finite()) else {
            is_on = false;
            continue;
        };
        let letter = if std::mem::replace(&mut is_on, true) { 'L' } else { 'M' };
        let _ = write!(shape, "{letter}{:.1} {:.1}", x(n), y(value));
    }
    let end = points.last().copied().flatten().filter(|value| value.is_finite());
    let dot = end.map(|value| {
        let (x, y) = (x(points.len() - 1), y(value));
        format!("<circle class=\"fill c0\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>")
    });
    let dot = dot.unwrap_or_default();
    Some(format!(
        "<svg class=\"course\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\"><path class=\"curve c0\" d=\"{shape}\"/>{dot}</svg>\n",
        escaped(words)
    ))
}

/// A bar that fills as the target is reached, with a mark where the time is.
pub(in crate::render) fn gauge(gauge: &Gauge) -> String {
    let width = 200.0;
    let place = |share: f64| if share.is_finite() { share.clamp(0.0, 1.0) * width } else { 0.0 };
    let class = if gauge.share >= gauge.elapsed { "good" } else { "warn" };
    format!(
        "<svg class=\"gauge\" viewBox=\"0 0 {width} 14\" role=\"img\" aria-label=\"{}\"><rect class=\"none\" y=\"3\" width=\"{width}\" height=\"8\" rx=\"4\"/><rect class=\"fill {class}\" y=\"3\" width=\"{:.1}\" height=\"8\" rx=\"4\"/><path class=\"mark\" d=\"M{:.1} 0v14\"/></svg>\n",
        escaped(&gauge.text),
        place(gauge.share),
        place(gauge.elapsed).clamp(1.0, width - 1.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn an_axis_names_its_ends_and_the_firsts_of_months() {
        let said = |from, to| -> Vec<String> {
            days_of_axis(day(from), day(to)).iter().map(Date::to_string).collect()
        };
        assert_eq!(said("2009-12-18", "2010-02-01"), ["2009-12-18", "2010-01-01", "2010-02-01"]);
        assert_eq!(said("2010-01-01", "2010-01-31"), ["2010-01-01", "2010-01-31"]);
    }

    #[test]
    fn shades_have_their_limits() {
        assert_eq!([0, 1, 2, 3, 4, 5, 8].map(|n| shade(n, 8)), [0, 1, 1, 2, 2, 3, 4]);
        assert_eq!((shade(0, 0), shade(1, 1)), (0, 4));
    }

    #[test]
    fn a_fan_of_one_day_is_not_drawn() {
        let on = day("2010-03-31");
        let spread = Spread { on, low: 1.0, middle: 2.0, high: 3.0 };
        assert_eq!(draw_fan(&[], &[], None), None);
        assert_eq!(draw_fan(&[(on, 1.0)], &[spread], None), None);
        assert!(draw_fan(&[(on.plus(-1), 1.0)], &[spread], None).is_some());
        assert_eq!(draw_fan(&[(on.plus(-1), 0.0), (on, 0.0)], &[], None), None);
    }

    #[test]
    fn a_course_of_one_point_is_not_drawn_and_a_gap_parts_it() {
        assert_eq!(course(&[None, Some(1.0)], "x"), None);
        let svg =
            course(&[Some(1.0), Some(1.0), None, Some(f64::NAN), Some(2.0)], "a < b").unwrap();
        assert_eq!(svg.matches('M').count(), 2);
        assert!(svg.contains("a &lt; b") && svg.contains("<circle"));
        let ended = course(&[Some(1.0), Some(2.0), None], "x").unwrap();
        assert!(!ended.contains("<circle"));
    }

    #[test]
    fn a_gauge_is_full_and_no_fuller() {
        let of = |share, elapsed| gauge(&Gauge { share, elapsed, text: "x".into() });
        assert!(of(1.4, 0.5).contains("class=\"fill good\" y=\"3\" width=\"200.0\""));
        assert!(of(0.5, 0.5).contains("fill good") && of(0.4, 0.5).contains("fill warn"));
        assert!(of(-1.0, 0.0).contains("width=\"0.0\"") && !of(f64::NAN, 0.0).contains("NaN"));
    }
}
