//! The pictures of many: dots in columns, and bars made of parts.

use super::{LINE, WIDTH, decimals, extent, line, step, text, widest, wrapped, wrapped_text};
use crate::render::text::{escaped, number};
use crate::table::picture::{DotColumn, StackedBar};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A dot for each thing at its height. Where more are at one height than fit beside each other, a bar is drawn for them.
/// Those that want attention are triangles.
pub(super) fn draw_dots(
    y_title: &str,
    marked: &str,
    limit: &str,
    columns: &[DotColumn],
) -> Option<(f64, String)> {
    let heights = columns.iter().flat_map(|column| column.dots.iter().map(|dot| dot.0));
    let most = heights.chain(columns.iter().filter_map(|column| column.limit)).max()?;
    if columns.iter().all(|column| column.dots.is_empty()) {
        return None;
    }
    let step = step(f64::from(most.max(4)), 5.0).max(1.0);
    let most = (f64::from(most.max(4)) / step).ceil() * step;
    let ticks: Vec<f64> =
        (0..=12).map(|n| f64::from(n) * step).take_while(|y| *y <= most + step / 2.0).collect();
    let names: Vec<String> = ticks.iter().map(|y| number(*y, decimals(step))).collect();
    let left = widest(names.iter().map(String::as_str)) + 10.0;
    let (top, bottom) = (26.0, 226.0);
    let y = |value: f64| bottom - (value / most).clamp(0.0, 1.0) * (bottom - top);
    let each = (WIDTH - left) / columns.len() as f64;
    let mut out = String::new();
    text(&mut out, 0.0, 12.0, "soft", y_title);
    for (tick, name) in ticks.iter().zip(&names) {
        line(&mut out, (left, y(*tick)), (WIDTH, y(*tick)));
        text(&mut out, left - 8.0, y(*tick) + 4.5, "soft end", name);
    }
    let mut lines = 1;
    for (n, column) in columns.iter().enumerate() {
        let middle = left + each * (n as f64 + 0.5);
        for ((height, is_late), count) in piled(&column.dots, most) {
            let class = if is_late { "warn" } else { "c0" };
            let fit = ((each - 6.0) / 7.0).floor().max(1.0) as usize;
            let at = y(height);
            if count > fit {
                let width = each - 8.0;
                let _ = writeln!(
                    out,
                    "<rect class=\"fill {class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"6\" rx=\"3\"><title>{count}</title></rect>",
                    middle - width / 2.0,
                    at - 3.0,
                );
                continue;
            }
            for place in 0..count {
                let x = middle + (place as f64 - (count as f64 - 1.0) / 2.0) * 7.0;
                dot(&mut out, x, at, is_late);
            }
        }
        if let Some(limit) = column.limit {
            let at = y(f64::from(limit));
            let _ = writeln!(
                out,
                "<path class=\"curve c1 d1\" d=\"M{:.1} {at:.1}h{:.1}\"/>",
                middle - each / 2.0 + 3.0,
                each - 6.0
            );
        }
        let label = wrapped(&column.label, each - 4.0);
        lines = lines.max(label.len());
        wrapped_text(&mut out, middle, bottom + 18.0, 15.0, "soft mid", &label);
    }
    let mut below = bottom + 12.0 + lines as f64 * 15.0;
    let any_late = columns.iter().flat_map(|column| &column.dots).any(|dot| dot.1);
    if any_late {
        below += 18.0;
        dot(&mut out, left + 6.0, below - 4.5, true);
        text(&mut out, left + 20.0, below, "", marked);
    }
    if columns.iter().any(|column| column.limit.is_some()) {
        below += 18.0;
        let at = below - 4.5;
        let _ = writeln!(out, "<path class=\"curve c1 d1\" d=\"M{left:.1} {at:.1}h14\"/>");
        text(&mut out, left + 20.0, below, "", limit);
    }
    Some((below + 6.0, out))
}

/// A dot, or a triangle if it wants attention.
fn dot(out: &mut String, x: f64, y: f64, is_late: bool) {
    let _ = match is_late {
        true => writeln!(out, "<path class=\"fill warn\" d=\"M{x:.1} {:.1}l4 7h-8Z\"/>", y - 4.0),
        false => writeln!(out, "<circle class=\"fill c0\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>"),
    };
}

/// How many dots are at each height, the heights rounded to those that can be told apart; late ones by themselves, a
/// little to the side of the others' height.
fn piled(dots: &[(u32, bool)], most: f64) -> Vec<((f64, bool), usize)> {
    // 200 units of height hold dots of 6.
    let unit = (most / 33.0).max(1.0);
    let mut piles: BTreeMap<(u64, bool), usize> = BTreeMap::new();
    for (height, is_late) in dots {
        *piles.entry(((f64::from(*height) / unit).round() as u64, *is_late)).or_default() += 1;
    }
    let height = |place: u64| place as f64 * unit;
    piles.into_iter().map(|((place, is_late), n)| ((height(place), is_late), n)).collect()
}

/// The opacity of each part of a bar, from the first to the last.
const SHADES: [&str; 6] = [".22", ".38", ".54", ".7", ".85", "1"];

fn opacity(part: usize, parts: usize) -> &'static str {
    let place = if parts > 1 { part * (SHADES.len() - 1) / (parts - 1) } else { SHADES.len() - 1 };
    SHADES.get(place).copied().unwrap_or("1")
}

/// For each bar its name and its words, below them its parts beside each other with a mark at its limit, and its course.
pub(super) fn draw_stacked(
    parts: &[String],
    limit: &str,
    course: &str,
    bars: &[StackedBar],
) -> Option<(f64, String)> {
    let sum = |parts: &[u64]| parts.iter().fold(0, |all: u64, part| all.saturating_add(*part));
    let sizes = bars.iter().map(|bar| sum(&bar.parts));
    let most = sizes.chain(bars.iter().filter_map(|bar| bar.limit.map(u64::from))).max()?.max(1);
    let has_course = bars.iter().any(|bar| bar.course.iter().any(|n| *n > 0));
    let room = if has_course { WIDTH - 120.0 } else { WIDTH - 4.0 };
    let x = |size: u64| size as f64 / most as f64 * room;
    let mut out = String::new();
    let mut y = legend(&mut out, parts, limit, bars);
    if has_course {
        let words = wrapped(course, WIDTH - 60.0);
        wrapped_text(&mut out, WIDTH, y + 12.0, 16.0, "soft end", &words);
        y += words.len() as f64 * 16.0 + 4.0;
    }
    let highest = bars.iter().flat_map(|bar| bar.course.iter().copied()).max().unwrap_or(0).max(1);
    for bar in bars {
        let words = format!("{}  ·  {}", bar.label, bar.text);
        let lines = wrapped(&words, room);
        wrapped_text(&mut out, 0.0, y + 13.0, 16.0, "", &lines);
        y += lines.len() as f64 * 16.0 + 4.0;
        let mut from = 0_u64;
        for (n, (size, name)) in bar.parts.iter().zip(parts).enumerate() {
            if *size == 0 {
                continue;
            }
            let _ = writeln!(
                out,
                "<rect class=\"fill c0\" fill-opacity=\"{}\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"16\"><title>{}: {size}</title></rect>",
                opacity(n, parts.len()),
                x(from),
                (x(*size) - 1.0).max(0.5),
                escaped(name),
            );
            from = from.saturating_add(*size);
        }
        if let Some(limit) = bar.limit {
            let at = x(u64::from(limit)).max(1.0);
            let _ = writeln!(out, "<path class=\"mark\" d=\"M{at:.1} {:.1}v22\"/>", y - 3.0);
        }
        if has_course && !bar.course.is_empty() {
            let each = 104.0 / bar.course.len() as f64;
            for (n, quantity) in bar.course.iter().enumerate() {
                let height = (*quantity as f64 / highest as f64 * 30.0).max(1.0);
                let class = if *quantity > 0 { "fill good" } else { "none" };
                let _ = writeln!(
                    out,
                    "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"><title>{quantity}</title></rect>",
                    WIDTH - 104.0 + n as f64 * each,
                    y + 16.0 - height,
                    each - 1.5,
                );
            }
        }
        y += LINE + 4.0;
    }
    (!bars.is_empty()).then_some((y, out))
}

/// The names of the parts, each with its shade, in as many lines as they need; returns where the next thing goes.
fn legend(out: &mut String, parts: &[String], limit: &str, bars: &[StackedBar]) -> f64 {
    let (mut x, mut y) = (0.0, 0.0);
    let is_limited = bars.iter().any(|bar| bar.limit.is_some());
    let names = parts.iter().map(String::as_str).chain(is_limited.then_some(limit));
    for (n, name) in names.enumerate() {
        let wide = extent(name) + 34.0;
        if x > 0.0 && x + wide > WIDTH {
            (x, y) = (0.0, y + 20.0);
        }
        if n < parts.len() {
            let shade = opacity(n, parts.len());
            let _ = writeln!(
                out,
                "<rect class=\"fill c0\" fill-opacity=\"{shade}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"14\" height=\"14\"/>",
                y + 2.0
            );
        } else {
            let _ = writeln!(out, "<path class=\"mark\" d=\"M{:.1} {:.1}v18\"/>", x + 7.0, y);
        }
        text(out, x + 20.0, y + 13.5, "", name);
        x += wide;
    }
    y + 28.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_of_one_height_are_piled_and_late_ones_by_themselves() {
        let dots = [(3, false), (3, false), (3, true), (4, false)];
        let piles = piled(&dots, 33.0);
        assert_eq!(piles, [((3.0, false), 2), ((3.0, true), 1), ((4.0, false), 1)]);
        // Of a great height those near each other are one.
        assert_eq!(piled(&[(1000, false), (1004, false)], 3300.0), [((1000.0, false), 2)]);
    }

    #[test]
    fn shades_go_from_the_first_part_to_the_last() {
        assert_eq!((opacity(0, 1), opacity(0, 5), opacity(4, 5)), ("1", ".22", "1"));
        assert_eq!(opacity(9, 10), "1");
    }

    #[test]
    fn nothing_to_draw() {
        assert_eq!(draw_dots("days", "late", "limit", &[]), None);
        assert_eq!(
            draw_dots(
                "days",
                "late",
                "limit",
                &[DotColumn { limit: Some(3), ..DotColumn::default() }]
            ),
            None
        );
        assert_eq!(draw_stacked(&[], "limit", "course", &[]), None);
        let bars = [StackedBar { label: "a".into(), ..StackedBar::default() }];
        assert!(draw_stacked(&["x".into()], "limit", "course", &bars).is_some());
    }

    #[test]
    fn a_crowd_is_a_bar_that_stays_in_its_column() {
        let crowd = DotColumn { label: "New".into(), dots: vec![(5, true); 500], limit: Some(9) };
        let (_, svg) = draw_dots("days", "late", "limit", &[crowd]).unwrap();
        assert_eq!((svg.matches("<rect").count(), svg.matches("<circle").count()), (1, 0));
        assert!(svg.contains("<title>500</title>"));
    }
}
