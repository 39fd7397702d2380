//! Charts as inline SVG: text and numbers only, coloured by the page's style sheet (`page.css`), with
//! a title and a description for readers who cannot see them.

mod crowd;
mod flow;
mod time;

pub(super) use time::{course, gauge};

use super::picture::greatest;
use super::text::{escaped, number};
use crate::table::sheet::{Chart, Emphasis, Picture, Quantity, Series};
use std::fmt::Write;
use unicode_width::UnicodeWidthChar;

/// The width of every drawing, in its own units: about a phone's, so that text stays legible there.
const WIDTH: f64 = 440.0;
/// Between two lines of text.
const LINE: f64 = 22.0;
/// How many colours and dashes `page.css` has for curves.
const COLOURS: usize = 4;

/// The drawing, its ids starting with `id`; nothing if there is nothing to draw.
pub(super) fn draw(picture: &Picture, id: &str) -> Option<String> {
    let (height, body) = match &picture.chart {
        Chart::Bars(bars) => draw_bars(bars),
        Chart::Steps { x_title, y_title, series } => draw_steps(x_title, y_title, series),
        Chart::Range { low, middle, high, marks } => draw_range([low, middle, high], marks),
        Chart::Funnel(stages) => flow::draw_funnel(stages),
        Chart::Waterfall(quantities) => flow::draw_waterfall(quantities),
        Chart::Fan { past, ahead, target } => time::draw_fan(past, ahead, target.as_ref()),
        Chart::Dots { y_title, marked, limit, columns } => {
            crowd::draw_dots(y_title, marked, limit, columns)
        }
        Chart::Stacked { parts, limit, course, bars } => {
            crowd::draw_stacked(parts, limit, course, bars)
        }
        Chart::Days { from, quantities, names } => time::draw_days(*from, quantities, names),
    }?;
    let (title, description) = (escaped(&picture.title), escaped(&picture.description));
    Some(format!(
        "<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\n\
         <title id=\"{id}-t\">{title}</title>\n<desc id=\"{id}-d\">{description}</desc>\n{body}</svg>\n"
    ))
}

/// About how wide a text is.
fn extent(text: &str) -> f64 {
    text.chars().map(|c| if c.width() == Some(2) { 13.5 } else { 7.8 }).sum()
}

/// The extent of the widest of some texts.
fn widest<'t>(texts: impl Iterator<Item = &'t str>) -> f64 {
    texts.map(extent).fold(0.0, f64::max)
}

/// The text in lines of about this width: broken at spaces, and within words that have characters of two columns. A word
/// that is wider stays whole.
fn wrapped(text: &str, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    let mut used = 0.0;
    for piece in pieces(text) {
        let wide = extent(piece.trim_end());
        if used > 0.0 && used + wide > room {
            lines.push(String::new());
            used = 0.0;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(piece);
        }
        used += extent(piece);
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

/// The parts of a text that no line may break: words with the spaces behind them, and single wide characters.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let breaks = text.char_indices().zip(text.chars().skip(1));
    let ends = breaks.filter_map(|((at, c), next)| {
        let is_wide = c.width() == Some(2) && !"（《“".contains(c);
        let breaks =
            c == ' ' && next != ' ' || is_wide && next != ' ' && !"，。；：）、》”".contains(next);
        breaks.then_some(at + c.len_utf8())
    });
    let mut from = 0;
    let mut ends: Vec<usize> = ends.collect();
    ends.push(text.len());
    ends.into_iter().map(move |to| &text[std::mem::replace(&mut from, to)..to])
}

/// Lines of text below each other.
fn wrapped_text(out: &mut String, x: f64, y: f64, pitch: f64, class: &str, lines: &[String]) {
    for (n, words) in lines.iter().enumerate() {
        text(out, x, y + n as f64 * pitch, class, words);
    }
}

/// An area in the soft shade of a colour.
fn band(out: &mut String, colour: usize, corners: &[(f64, f64)]) {
    if !corners.is_empty() {
        let whole = |v: f64| v;
        let shape = path(corners.iter().copied(), &whole, &whole);
        let _ = writeln!(out, "<path class=\"band c{colour}\" d=\"{shape}Z\"/>");
    }
}

/// Does a text of this width, centred at `x` on the line `y`, touch one that is there: its centre, line, width, height?
fn overlaps(known: &[f64; 4], x: f64, y: f64, wide: f64) -> bool {
    let [at, base, width, height] = *known;
    (at - x).abs() < (width + wide) / 2.0 + 3.0 && (base - y).abs() < height
}

fn text(out: &mut String, x: f64, y: f64, class: &str, words: &str) {
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\">{}</text>",
        escaped(words)
    );
}

fn line(out: &mut String, from: (f64, f64), to: (f64, f64)) {
    let _ = writeln!(
        out,
        "<path class=\"axis\" d=\"M{:.1} {:.1}L{:.1} {:.1}\"/>",
        from.0, from.1, to.0, to.1
    );
}

/// The class that colours a quantity: its emphasis, else the colour of its place.
fn colour(quantity: &Quantity, place: usize) -> String {
    match quantity.emphasis {
        Emphasis::Plain => format!("c{}", place % COLOURS),
        Emphasis::Good => "good".to_owned(),
        Emphasis::Warn => "warn".to_owned(),
        Emphasis::Total => "total".to_owned(),
    }
}

/// A step of 1, 2 or 5 times a power of ten, of which about `parts` make up `length`.
fn step(length: f64, parts: f64) -> f64 {
    let rough = length / parts;
    let power = 10f64.powf(rough.log10().floor());
    let lead = rough / power;
    let lead = [1.0, 2.0, 5.0].into_iter().find(|nice| lead <= *nice).unwrap_or(10.0);
    lead * power
}

/// How many decimals tell two ticks apart.
fn decimals(step: f64) -> usize {
    if step >= 1.0 { 0 } else { (-step.log10()).ceil().min(6.0) as usize }
}

fn draw_bars(bars: &[Quantity]) -> Option<(f64, String)> {
    let labels = widest(bars.iter().map(|bar| bar.label.as_str())).min(160.0);
    let texts = widest(bars.iter().map(|bar| bar.text.as_str()));
    let left = labels + 10.0;
    let room = (WIDTH - left - texts - 8.0).max(24.0);
    let greatest = greatest(bars.iter().map(|bar| bar.value)).unwrap_or(1.0);
    let mut out = String::new();
    let mut y = 4.0;
    for bar in bars {
        let lines = wrapped(&bar.label, labels + 1.0);
        let share = (bar.value / greatest).clamp(0.0, 1.0);
        let length = if share > 0.0 { (share * room).max(1.0) } else { 0.0 };
        wrapped_text(&mut out, labels, y + 12.5, 15.0, "end", &lines);
        let _ = writeln!(
            out,
            "<rect class=\"fill {}\" x=\"{left:.1}\" y=\"{y:.1}\" width=\"{length:.1}\" height=\"17\" rx=\"2\">\
             <title>{}: {}</title></rect>",
            colour(bar, 0),
            escaped(&bar.label),
            escaped(&bar.text)
        );
        text(&mut out, left + length + 6.0, y + 12.5, "", &bar.text);
        y += LINE + 2.0 + (lines.len() as f64 - 1.0) * 15.0;
    }
    (!bars.is_empty()).then_some((y, out))
}

fn draw_steps(x_title: &str, y_title: &str, series: &[Series]) -> Option<(f64, String)> {
    let end = greatest(series.iter().flat_map(|one| &one.points).map(|point| point.0))?;
    let (left, right, top, bottom) = (52.0, WIDTH - 14.0, 26.0, 226.0);
    let x = |value: f64| left + (value / end).clamp(0.0, 1.0) * (right - left);
    let y = |value: f64| bottom - value.clamp(0.0, 1.0) * (bottom - top);
    let mut out = String::new();

    text(&mut out, 0.0, 12.0, "soft", y_title);
    for quarter in 0..=4 {
        let share = f64::from(quarter) / 4.0;
        line(&mut out, (left, y(share)), (right, y(share)));
        text(&mut out, left - 8.0, y(share) + 4.5, "soft end", &format!("{} %", 25 * quarter));
    }
    let step = step(end, 7.0);
    for tick in (0..=10).map(|i| f64::from(i) * step).take_while(|tick| *tick <= end) {
        line(&mut out, (x(tick), bottom), (x(tick), bottom + 5.0));
        text(&mut out, x(tick), bottom + 20.0, "soft mid", &number(tick, decimals(step)));
    }
    text(&mut out, right, bottom + 38.0, "soft end", x_title);

    let mut below = bottom + 58.0;
    for (i, one) in series.iter().enumerate() {
        let colour = i % COLOURS;
        let upper: Vec<_> = one.band.iter().map(|(at, _, upper)| (*at, *upper)).collect();
        let lower: Vec<_> = one.band.iter().map(|(at, lower, _)| (*at, *lower)).collect();
        if let (Some(upper), Some(mut lower)) = (corners(&upper), corners(&lower)) {
            lower.reverse();
            let around = path(upper.into_iter().chain(lower), &x, &y);
            let _ = writeln!(out, "<path class=\"band c{colour}\" d=\"{around}Z\"/>");
        }
        if let Some(corners) = corners(&one.points) {
            let curve = path(corners.into_iter(), &x, &y);
            let _ = writeln!(out, "<path class=\"curve c{colour} d{colour}\" d=\"{curve}\"/>");
        }
        let (from, to) = (left, left + 30.0);
        let sample = format!("M{from} {below:.1}H{to}");
        let _ = writeln!(out, "<path class=\"curve c{colour} d{colour}\" d=\"{sample}\"/>");
        let lines = wrapped(&one.label, right - left - 38.0);
        wrapped_text(&mut out, left + 38.0, below + 4.5, 16.0, "", &lines);
        below += LINE + (lines.len() as f64 - 1.0) * 16.0;
    }
    Some((below - 8.0, out))
}

/// The corners of a curve of steps: along, then up or down. Points that are no numbers are left out.
fn corners(points: &[(f64, f64)]) -> Option<Vec<(f64, f64)>> {
    let mut points = points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite());
    let mut corners = vec![points.next()?];
    let mut height = corners[0].1;
    for (x, y) in points {
        corners.extend([(x, height), (x, y)]);
        height = y;
    }
    Some(corners)
}

fn path(
    points: impl Iterator<Item = (f64, f64)>,
    x: &impl Fn(f64) -> f64,
    y: &impl Fn(f64) -> f64,
) -> String {
    let mut out = String::new();
    for (i, point) in points.enumerate() {
        let letter = if i == 0 { 'M' } else { 'L' };
        let _ = write!(out, "{letter}{:.1} {:.1}", x(point.0), y(point.1));
    }
    out
}

fn draw_range(spread: [&Quantity; 3], marks: &[Quantity]) -> Option<(f64, String)> {
    let all: Vec<&Quantity> = spread.into_iter().chain(marks).collect();
    let numbers = || all.iter().map(|one| one.value).filter(|x| x.is_finite());
    let (least, most) = numbers().fold((f64::MAX, f64::MIN), |(a, b), x| (a.min(x), b.max(x)));
    if least > most {
        return None;
    }
    let step = step(if most > least { most - least } else { most.abs().max(1.0) }, 3.0);
    let from = (least / step).floor() * step;
    let to = ((most / step).ceil() * step).max(from + step);
    if !(to - from).is_finite() {
        return None;
    }
    let (left, right, middle, axis) = (30.0, WIDTH - 40.0, 24.0, 46.0);
    let x = |value: f64| left + (value - from) / (to - from) * (right - left);
    let mut out = String::new();

    line(&mut out, (left, axis), (right, axis));
    for tick in
        (0..=10).map(|i| from + f64::from(i) * step).take_while(|tick| *tick <= to + step / 2.0)
    {
        line(&mut out, (x(tick), axis), (x(tick), axis + 5.0));
        text(&mut out, x(tick), axis + 20.0, "soft mid", &number(tick, decimals(step)));
    }
    let (low, high) = (spread[0].value, spread[2].value);
    if low.is_finite() && high.is_finite() && low <= high {
        let (x, width) = (x(low), x(high) - x(low));
        let y = middle - 8.0;
        let _ = writeln!(
            out,
            "<rect class=\"band c0\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"16\"/>"
        );
    }
    let column = (24.0 + widest(all.iter().map(|one| one.label.as_str()))).min(WIDTH / 2.0);
    let mut below = axis + 44.0;
    for (i, one) in all.iter().enumerate() {
        let class = if i < 3 { colour(one, 0) } else { colour(one, i - 2) };
        if one.value.is_finite() {
            sign(&mut out, i, &class, x(one.value), middle);
        }
        sign(&mut out, i, &class, left, below - 4.5);
        let label = wrapped(&one.label, column - 16.0);
        let words = wrapped(&one.text, WIDTH - left - column - 8.0);
        wrapped_text(&mut out, left + 16.0, below, 16.0, "", &label);
        wrapped_text(&mut out, left + column + 8.0, below, 16.0, "", &words);
        below += LINE + (label.len().max(words.len()) as f64 - 1.0) * 16.0;
    }
    Some((below - 10.0, out))
}

/// The mark of the quantity at this place: ends, middle, then triangle, diamond, square.
fn sign(out: &mut String, place: usize, class: &str, x: f64, y: f64) {
    let shape = match place {
        0 | 2 => format!("M{:.1} {:.1}h3v16h-3Z", x - 1.5, y - 8.0),
        1 => format!("M{:.1} {y:.1}a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0Z", x - 5.5),
        place => match place % 3 {
            0 => format!("M{x:.1} {:.1}l6 11h-12Z", y - 6.0),
            1 => format!("M{x:.1} {:.1}l6 6l-6 6l-6 -6Z", y - 6.0),
            _ => format!("M{:.1} {:.1}h10v10h-10Z", x - 5.0, y - 5.0),
        },
    };
    let _ = writeln!(out, "<path class=\"fill {class}\" d=\"{shape}\"/>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples;

    #[test]
    fn steps_of_an_axis() {
        assert_eq!(step(120.0, 5.0), 50.0);
        assert_eq!(step(100.0, 5.0), 20.0);
        assert_eq!(step(1.0, 4.0), 0.5);
        assert_eq!(decimals(0.5), 1);
        assert_eq!(decimals(20.0), 0);
    }

    #[test]
    fn curves_go_along_and_then_up() {
        let corners = corners(&[(0.0, 0.0), (f64::NAN, 3.0), (5.0, 0.5)]).unwrap();
        assert_eq!(corners, [(0.0, 0.0), (5.0, 0.0), (5.0, 0.5)]);
    }

    #[test]
    fn every_drawing_says_what_it_shows() {
        for picture in samples::pictures() {
            let svg = draw(&picture, "p1").unwrap();
            assert!(svg.contains("<desc id=\"p1-d\">New against 报价</desc>"));
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }

    #[test]
    fn nothing_to_draw() {
        let nothing = Quantity::new("x", f64::NAN, "");
        let range = |one: &Quantity| Chart::Range {
            low: one.clone(),
            middle: one.clone(),
            high: one.clone(),
            marks: vec![],
        };
        let picture = |chart| Picture { title: "t".into(), description: "d".into(), chart };
        assert_eq!(draw(&picture(range(&nothing)), "p"), None);
        assert_eq!(draw(&picture(Chart::Bars(vec![])), "p"), None);
        let one = Quantity::new("x", 0.0, "0");
        let svg = draw(&picture(range(&one)), "p").unwrap();
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
