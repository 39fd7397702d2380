//! Charts drawn with characters: bars of block elements, curves as sparklines, a range as a line with
//! marks. With `ascii`, of `#` and its like.

use super::Options;
use super::text::{clean, number, percent};
use crate::table::sheet::{Chart, Emphasis, Picture, Quantity, Series};
use unicode_width::UnicodeWidthStr;

/// As wide as this where there is no terminal.
const PIPED: usize = 72;
/// And never wider than this: the eye has to follow.
const WIDEST: usize = 96;

/// The lines of a picture, without its title, and the emphasis of each.
pub(super) fn lines(picture: &Picture, options: &Options) -> Vec<(String, Emphasis)> {
    let width = options.width.unwrap_or(PIPED).clamp(20, WIDEST);
    match &picture.chart {
        Chart::Bars(bars) => draw_bars(bars, width, options.ascii),
        Chart::Steps { x_title, y_title, series } => {
            draw_steps(x_title, y_title, series, width, options.ascii)
        }
        Chart::Range { low, middle, high, marks } => {
            let mut all = vec![low, middle, high];
            all.extend(marks);
            draw_range(&all, width, options.ascii)
        }
        Chart::Funnel(stages) => {
            let counts: Vec<Quantity> = stages.iter().map(|stage| stage.count.clone()).collect();
            draw_bars(&counts, width, options.ascii)
        }
        // A change that is taken away has a bar of its size.
        Chart::Waterfall(quantities) => {
            let sized = |one: &Quantity| Quantity { value: one.value.abs(), ..one.clone() };
            let sizes: Vec<Quantity> = quantities.iter().map(sized).collect();
            draw_bars(&sizes, width, options.ascii)
        }
        // These are drawn on pages alone: their words are in the description.
        Chart::Fan { .. } | Chart::Dots { .. } | Chart::Stacked { .. } | Chart::Days { .. } => {
            let words = clean(&picture.description).into_owned();
            vec![(cut(&words, width, options.ascii), Emphasis::Plain)]
        }
    }
}

/// The greatest of these that is a number, if it is more than nothing.
pub(super) fn greatest(values: impl Iterator<Item = f64>) -> Option<f64> {
    values.filter(|x| x.is_finite() && *x > 0.0).max_by(f64::total_cmp)
}

/// The height of a curve of steps at `x`; nothing before its first point and after its last.
fn height(points: &[(f64, f64)], x: f64) -> Option<f64> {
    let last = points.last()?;
    let reached = points.partition_point(|point| point.0 <= x);
    (x <= last.0 && reached > 0).then(|| points[reached - 1].1)
}

/// Cleaned, and no wider than `room`.
fn cut(text: &str, room: usize, ascii: bool) -> String {
    let text = clean(text);
    if text.width() <= room {
        return text.into_owned();
    }
    let end = if ascii { "..." } else { "…" };
    let mut kept: String = text.chars().take(room).collect();
    while kept.width() + end.width() > room {
        if kept.pop().is_none() {
            return kept;
        }
    }
    kept + end
}

/// Texts cut to `room` and padded to the widest of them.
fn column<'a>(
    texts: impl Iterator<Item = &'a str>,
    room: usize,
    right: bool,
    ascii: bool,
) -> Vec<String> {
    let texts: Vec<String> = texts.map(|text| cut(text, room, ascii)).collect();
    let width = texts.iter().map(|text| text.width()).max().unwrap_or(0);
    let padded = texts.into_iter().map(|text| {
        let gap = " ".repeat(width - text.width());
        if right { gap + &text } else { text + &gap }
    });
    padded.collect()
}

fn draw_bars(bars: &[Quantity], width: usize, ascii: bool) -> Vec<(String, Emphasis)> {
    let labels = column(bars.iter().map(|bar| bar.label.as_str()), width / 3, false, ascii);
    let texts = column(bars.iter().map(|bar| bar.text.as_str()), width / 3, true, ascii);
    let greatest = greatest(bars.iter().map(|bar| bar.value)).unwrap_or(1.0);
    let rows = bars.iter().zip(labels.iter().zip(&texts));
    rows.map(|(bar, (label, text))| {
        let room = width.saturating_sub(label.width() + text.width() + 4);
        let length = (bar.value / greatest).clamp(0.0, 1.0) * room as f64;
        (format!("{label}  {text}  {}", blocks(length, ascii)), bar.emphasis)
    })
    .collect()
}

/// A bar of this length, to an eighth of a character; something is never nothing.
fn blocks(length: f64, ascii: bool) -> String {
    if ascii {
        let whole = if length > 0.0 { length.round().max(1.0) } else { 0.0 };
        return "#".repeat(whole as usize);
    }
    let eighths = if length > 0.0 { (length * 8.0).round().max(1.0) } else { 0.0 } as usize;
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
    "█".repeat(eighths / 8) + part
}

fn draw_steps(
    x_title: &str,
    y_title: &str,
    series: &[Series],
    width: usize,
    ascii: bool,
) -> Vec<(String, Emphasis)> {
    let labels = column(series.iter().map(|one| one.label.as_str()), width / 3, false, ascii);
    let indent = labels.first().map_or(0, |label| label.width() + 2);
    let room = width.saturating_sub(indent + 9);
    let Some(end) = greatest(series.iter().flat_map(|one| &one.points).map(|point| point.0)) else {
        return Vec::new();
    };
    let ramp = if ascii { ".:-=+*#@" } else { "▁▂▃▄▅▆▇█" };
    let level = |y: f64| match (y * 8.0).round() {
        _ if y.is_nan() || y <= 0.0 => ' ',
        level => ramp.chars().nth((level as usize).clamp(1, 8) - 1).unwrap_or(' '),
    };

    let mut out = vec![format!("{:indent$}{}", "", cut(y_title, room, ascii))];
    for (label, one) in labels.iter().zip(series) {
        let at = |i: usize| end * i as f64 / (room - 1) as f64;
        let curve: String =
            (0..room).map(|i| height(&one.points, at(i)).map_or(' ', level)).collect();
        let last =
            one.points.last().map_or(String::new(), |point| percent(Some(point.1.clamp(0.0, 1.0))));
        out.push(format!("{label}  {curve}  {last:>7}"));
    }
    let decimals = if end < 10.0 { 1 } else { 0 };
    let end = cut(format!("{} {x_title}", number(end, decimals)).trim(), room - 2, ascii);
    let gap = " ".repeat(room - 1 - end.width());
    out.push(format!("{:indent$}0{gap}{end}", ""));
    out.retain(|line| !line.trim().is_empty());
    out.into_iter().map(|line| (line, Emphasis::Plain)).collect()
}

/// The first three quantities are the ends and the middle (low, middle, high), the others marks.
fn draw_range(all: &[&Quantity], width: usize, ascii: bool) -> Vec<(String, Emphasis)> {
    let signs = if ascii { ["[", "o", "]"] } else { ["├", "●", "┤"] };
    let others = if ascii { ["^", "*", "+"] } else { ["▲", "◆", "■"] };
    let signs = signs.into_iter().chain(others.into_iter().cycle());
    let signs: Vec<&str> = signs.take(all.len()).collect();
    let numbers = || all.iter().map(|one| one.value).filter(|x| x.is_finite());
    let (from, to) = numbers().fold((f64::MAX, f64::MIN), |(a, b), x| (a.min(x), b.max(x)));
    let room = width - 2;
    let place = |x: f64| {
        let share = if to > from { (x - from) / (to - from) } else { 0.5 };
        (share * (room - 1) as f64).round() as usize
    };

    let mut line = vec![" "; room];
    if let [low, _, high, ..] = all
        && low.value.is_finite()
        && high.value.is_finite()
        && low.value <= high.value
    {
        line[place(low.value)..=place(high.value)].fill(if ascii { "-" } else { "─" });
    }
    // The middle is drawn last of the three: readers look for it.
    for i in [0, 2, 1].into_iter().chain(3..all.len()) {
        if all[i].value.is_finite() {
            line[place(all[i].value)] = signs[i];
        }
    }
    let labels = column(all.iter().map(|one| one.label.as_str()), width / 2, false, ascii);
    let texts = column(all.iter().map(|one| one.text.as_str()), width / 3, true, ascii);
    let legend = all.iter().zip(signs).zip(labels.iter().zip(&texts));
    std::iter::once((format!("  {}", line.concat()), Emphasis::Plain))
        .chain(legend.map(|((one, sign), (label, text))| {
            (format!("  {sign} {label}  {text}"), one.emphasis)
        }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{samples, svg};
    use crate::table::picture::{DotColumn, FunnelStage, Spread, StackedBar};
    use crate::value::date::Date;
    use proptest::prelude::*;

    fn drawn(picture: &Picture, ascii: bool) -> String {
        let options = Options { width: Some(40), ascii, ..Options::default() };
        lines(picture, &options).iter().map(|(line, _)| format!("{}\n", line.trim_end())).collect()
    }

    #[test]
    fn bars() {
        let [bars, ..] = samples::pictures();
        let expected = "\
New    24  █████████████████████████████
报价   12  ██████████████▌
New   0.1  ▏
";
        assert_eq!(drawn(&bars, false), expected);
        let plain = "\
New    24  #############################
报价   12  ###############
New   0.1  #
";
        assert_eq!(drawn(&bars, true), plain);
    }

    #[test]
    fn curves() {
        let [_, steps, _] = samples::pictures();
        let expected = "      share
New   █▇▇▇▆▅▅▅▄▄▄▃▃▃▃▂▂▂▂▂▂▁▁▁▁   13.5 %
报价   ▁▁▂▂▃▃▃▄▄▄▄▄▄▄▄▄▅▅▅▅▅▅▅▅   58.9 %
      0                120 days
";
        assert_eq!(drawn(&steps, false), expected);
        assert!(drawn(&steps, true).contains("New   @###*+++===----::::::....   13.5 %\n"));
    }

    #[test]
    fn ranges() {
        let [.., range] = samples::pictures();
        let expected = "  ├───────●───────────────┤            ▲
  ├ p10   12,000
  ● p50   18,000
  ┤ p90   30,000
  ▲ 报价  40,000
";
        assert_eq!(drawn(&range, false), expected);
        let plain = "  [-------o---------------]            ^\n";
        assert!(drawn(&range, true).starts_with(plain));
    }

    #[test]
    fn nothing_to_draw() {
        let none =
            |chart| drawn(&Picture { title: "t".into(), description: "d".into(), chart }, false);
        assert_eq!(none(Chart::Bars(vec![])), "");
        let nothing = || Quantity::new("x", f64::NAN, "");
        assert_eq!(
            none(Chart::Bars(vec![nothing(), Quantity::new("y", -1.0, "-1")])),
            "x\ny  -1\n"
        );
        let steps = Chart::Steps { x_title: "".into(), y_title: "".into(), series: vec![] };
        assert_eq!(none(steps), "");
        let range =
            Chart::Range { low: nothing(), middle: nothing(), high: nothing(), marks: vec![] };
        assert_eq!(none(range), "\n  ├ x\n  ● x\n  ┤ x\n");
    }

    proptest! {
        #[test]
        fn any_numbers_can_be_drawn(
            values in prop::collection::vec(prop_oneof![prop::num::f64::ANY, -9.0..9.0f64], 4..9),
            width in 0usize..120,
            ascii: bool,
        ) {
            let all: Vec<_> = values.iter().map(|x| Quantity::new("长 label", *x, "text")).collect();
            let points: Vec<_> = values.iter().zip(values.iter().skip(1)).map(|(x, y)| (*x, *y)).collect();
            let band = points.iter().map(|(x, y)| (*x, *y, y + 1.0)).collect();
            let series = vec![Series { label: "长 label".into(), points, band }];
            let (x_title, y_title) = ("days".to_owned(), "share".to_owned());
            let charts = [
                Chart::Bars(all.clone()),
                Chart::Steps { x_title, y_title, series },
                Chart::Range {
                    low: all[0].clone(),
                    middle: all[1].clone(),
                    high: all[2].clone(),
                    marks: all[3..].to_vec(),
                },
                Chart::Waterfall(all.clone()),
                Chart::Funnel(all.iter().map(|one| FunnelStage {
                    count: one.clone(),
                    worth: "1,000".into(),
                    onward: "50 %".into(),
                }).collect()),
                Chart::Fan {
                    past: values.iter().zip(0..).map(|(y, n)| (Date::MIN.plus(n), *y)).collect(),
                    ahead: values.iter().zip(9..).map(|(y, n)| Spread {
                        on: Date::MIN.plus(n), low: *y, middle: *y, high: y + 1.0,
                    }).collect(),
                    target: Some(all[0].clone()),
                },
                Chart::Days {
                    from: Date::MIN,
                    quantities: values.iter().map(|y| *y as u64).collect(),
                    names: Default::default(),
                },
                Chart::Dots {
                    y_title: "days".into(),
                    marked: "late".into(),
                    limit: "limit".into(),
                    columns: vec![DotColumn {
                        label: "长 label".into(),
                        dots: values.iter().map(|y| (*y as u32, *y > 0.0)).collect(),
                        limit: Some(values[0] as u32),
                    }],
                },
                Chart::Stacked {
                    parts: all.iter().map(|one| one.label.clone()).collect(),
                    limit: "limit".into(),
                    course: "closes".into(),
                    bars: vec![StackedBar {
                        label: "长 label".into(),
                        parts: values.iter().map(|y| *y as u32 as u64).collect(),
                        limit: Some(values[0] as u32),
                        course: values.iter().map(|y| *y as u32 as u64).collect(),
                        text: "text".into(),
                    }],
                },
            ];
            for chart in charts {
                let picture = Picture { title: "t".into(), description: "d".into(), chart };
                let options = Options { width: Some(width), ascii, ..Options::default() };
                for (line, _) in lines(&picture, &options) {
                    prop_assert!(line.width() <= width.max(20), "{line:?}");
                    prop_assert!(!ascii || line.replace('长', "").is_ascii(), "{line:?}");
                }
                let svg = svg::draw(&picture, "p").unwrap_or_default();
                prop_assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            }
        }
    }
}
