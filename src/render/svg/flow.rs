//! The pictures of what flows: a funnel, and a waterfall from an opening to a closing.

use super::{
    LINE, WIDTH, band, colour, extent, line, overlaps, text, widest, wrapped, wrapped_text,
};
use crate::render::picture::greatest;
use crate::render::text::escaped;
use crate::table::picture::FunnelStage;
use crate::table::sheet::Quantity;
use std::fmt::Write;

/// The height of a stage, and that of the gap below it.
const STAGE: f64 = 26.0;
const GAP: f64 = 24.0;

/// A bar for each stage around a middle line, the next one narrower where fewer are left.
pub(super) fn draw_funnel(stages: &[FunnelStage]) -> Option<(f64, String)> {
    let labels = widest(stages.iter().map(|stage| stage.count.label.as_str())).min(120.0);
    let worths = widest(stages.iter().map(|stage| stage.worth.as_str()));
    let counts = widest(stages.iter().map(|stage| stage.count.text.as_str()));
    let left = labels + 10.0;
    let room = (WIDTH - left - worths - counts - 22.0).max(40.0);
    let middle = left + room / 2.0;
    let most = greatest(stages.iter().map(|stage| stage.count.value)).unwrap_or(1.0);
    let half = |stage: &FunnelStage| {
        let share = (stage.count.value / most).clamp(0.0, 1.0);
        (share * room / 2.0).max(1.0)
    };
    let mut out = String::new();
    let mut y = 4.0;
    for (n, stage) in stages.iter().enumerate() {
        let lines = wrapped(&stage.count.label, labels + 1.0);
        let height = STAGE.max(lines.len() as f64 * 15.0);
        let base = y + height / 2.0 + 4.5;
        let half_width = half(stage);
        let up = (lines.len() as f64 - 1.0) * 7.5;
        wrapped_text(&mut out, labels, base - up, 15.0, "end", &lines);
        let _ = writeln!(
            out,
            "<rect class=\"fill {}\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{height:.1}\" rx=\"2\"><title>{}: {}</title></rect>",
            colour(&stage.count, 0),
            middle - half_width,
            2.0 * half_width,
            escaped(&stage.count.label),
            escaped(&stage.count.text),
        );
        text(&mut out, middle + half_width + 6.0, base, "strong", &stage.count.text);
        text(&mut out, WIDTH, base, "soft end", &stage.worth);
        y += height;
        let Some(next) = stages.get(n + 1) else { break };
        let below = half(next);
        band(
            &mut out,
            0,
            &[
                (middle - half_width, y),
                (middle + half_width, y),
                (middle + below, y + GAP),
                (middle - below, y + GAP),
            ],
        );
        if !stage.onward.is_empty() {
            // Beside the narrow part there is more room than in it.
            let words = format!("↓ {}", stage.onward);
            let at = (middle - extent(&words) / 2.0).clamp(0.0, (WIDTH - extent(&words)).max(0.0));
            text(&mut out, at, y + GAP / 2.0 + 4.5, "halo", &words);
        }
        y += GAP;
    }
    (!stages.is_empty()).then_some((y + 6.0, out))
}

/// The ends of each bar of a waterfall: the first and the last begin at nothing, the others where the one before ends.
pub(super) fn hung(quantities: &[Quantity]) -> Vec<(f64, f64)> {
    let mut level = 0.0;
    let last = quantities.len().saturating_sub(1);
    let ends = quantities.iter().enumerate().map(|(n, quantity)| {
        let value = if quantity.value.is_finite() { quantity.value } else { 0.0 };
        let from = if n == 0 || n == last { 0.0 } else { level };
        level = from + value;
        (from, level)
    });
    ends.collect()
}

/// Columns from the opening to the closing: what is added goes up from the one before, what is taken away goes down.
pub(super) fn draw_waterfall(quantities: &[Quantity]) -> Option<(f64, String)> {
    let ends = hung(quantities);
    let all = || ends.iter().flat_map(|(from, to)| [*from, *to]);
    let most = all().fold(0.0, f64::max);
    let least = all().fold(0.0, f64::min);
    if quantities.is_empty() || most - least <= 0.0 || !(most - least).is_finite() {
        return None;
    }
    let each = WIDTH / quantities.len() as f64;
    let width = (each * 0.68).min(56.0);
    let (top, bottom) = (44.0, 214.0);
    let y = |value: f64| bottom - (value - least) / (most - least) * (bottom - top);
    let x = |n: usize| each * (n as f64 + 0.5);
    let mut out = String::new();
    line(&mut out, (0.0, y(0.0)), (WIDTH, y(0.0)));
    let mut placed: Vec<[f64; 4]> = Vec::new();
    let last = quantities.len() - 1;
    for (n, (quantity, (from, to))) in quantities.iter().zip(&ends).enumerate() {
        let (upper, lower) = (y(from.max(*to)), y(from.min(*to)));
        let class = match n {
            _ if n == 0 || n == last => "total".to_owned(),
            _ => colour(quantity, 0),
        };
        let _ = writeln!(
            out,
            "<rect class=\"fill {class}\" x=\"{:.1}\" y=\"{upper:.1}\" width=\"{width:.1}\" height=\"{:.1}\" rx=\"1\"><title>{}: {}</title></rect>",
            x(n) - width / 2.0,
            (lower - upper).max(1.5),
            escaped(&quantity.label),
            escaped(&quantity.text),
        );
        if n < last {
            let level = y(*to);
            line(&mut out, (x(n) + width / 2.0, level), (x(n + 1) - width / 2.0, level));
        }
        let wide = extent(&quantity.text);
        let at = x(n).clamp(wide / 2.0, WIDTH - wide / 2.0);
        let mut base = upper - 5.0;
        while placed.iter().any(|known| overlaps(known, at, base, wide)) {
            base -= 14.0;
        }
        placed.push([at, base, wide, 13.0]);
        text(&mut out, at, base, "mid halo", &quantity.text);
    }
    let highest = placed.iter().map(|known| known[1] - 13.0).fold(0.0, f64::min);
    let labels: Vec<Vec<String>> =
        quantities.iter().map(|quantity| wrapped(&quantity.label, each - 4.0)).collect();
    let fits = labels.iter().flatten().all(|line| extent(line) <= each);
    let mut below = 0.0;
    for (n, quantity) in quantities.iter().enumerate() {
        if fits {
            wrapped_text(&mut out, x(n), bottom + 18.0, 15.0, "soft mid", &labels[n]);
            below = f64::max(below, 10.0 + labels[n].len() as f64 * 15.0);
        } else {
            let (at, base) = (x(n) + 4.0, bottom + 16.0);
            let _ = writeln!(
                out,
                "<text x=\"{at:.1}\" y=\"{base:.1}\" class=\"soft end\" transform=\"rotate(-40 {at:.1} {base:.1})\">{}</text>",
                escaped(&quantity.label)
            );
            below = f64::max(below, 18.0 + extent(&quantity.label) * 0.65);
        }
    }
    // Amounts that had to make way may be above the drawing: it is moved down.
    let moved = format!("<g transform=\"translate(0 {:.1})\">\n{out}</g>\n", -highest);
    Some((bottom + below + LINE / 2.0 - highest, moved))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::sheet::Emphasis;

    fn quantity(value: f64) -> Quantity {
        Quantity::new("x", value, value.to_string())
    }

    #[test]
    fn a_loss_hangs_below_what_was_there_and_the_closing_begins_at_nothing() {
        let bridge = [10.0, 5.0, -8.0, 7.0].map(quantity);
        assert_eq!(hung(&bridge), [(0.0, 10.0), (10.0, 15.0), (15.0, 7.0), (0.0, 7.0)]);
        assert_eq!(hung(&[quantity(3.0)]), [(0.0, 3.0)]);
        assert_eq!(hung(&[]), []);
        assert_eq!(hung(&[quantity(f64::NAN), quantity(2.0)]), [(0.0, 0.0), (0.0, 2.0)]);
    }

    #[test]
    fn a_waterfall_of_nothing_is_not_drawn() {
        assert_eq!(draw_waterfall(&[]), None);
        assert_eq!(draw_waterfall(&[0.0, 0.0].map(quantity)), None);
        let (_, svg) = draw_waterfall(&[0.0, 2.0, 2.0].map(quantity)).unwrap();
        assert_eq!(svg.matches("<rect").count(), 3);
    }

    #[test]
    fn amounts_beside_each_other_do_not_cover_each_other() {
        let long = |n: usize| Quantity::new("lost", -1.0, format!("-{n},000,000"));
        let mut bridge = vec![Quantity::new("opening", 100.0, "100,000,000")];
        bridge.extend((1..9).map(long));
        bridge.push(Quantity::new("closing", 92.0, "92,000,000").with(Emphasis::Total));
        let (_, svg) = draw_waterfall(&bridge).unwrap();
        let at = |part: &str, line: &str| -> f64 {
            line.split(&format!("{part}=\""))
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap()
                .parse()
                .unwrap()
        };
        let texts: Vec<(f64, f64, f64)> = svg
            .lines()
            .filter(|line| line.contains("mid halo"))
            .map(|line| {
                let words = line.split('>').nth(1).unwrap().split('<').next().unwrap();
                (at("x", line), at("y", line), extent(words))
            })
            .collect();
        assert_eq!(texts.len(), 10);
        for (n, (x, y, wide)) in texts.iter().enumerate() {
            for (x2, y2, wide2) in &texts[..n] {
                let apart = (x - x2).abs() >= (wide + wide2) / 2.0 - 0.2 || (y - y2).abs() >= 13.0;
                assert!(apart, "{texts:?}");
            }
        }
    }

    #[test]
    fn a_funnel_has_a_bar_for_each_stage_and_no_bar_is_nothing() {
        let stage = |n: f64| FunnelStage {
            count: quantity(n),
            worth: "1,000".into(),
            onward: "50.0 %".into(),
        };
        let (_, svg) = draw_funnel(&[stage(4.0), stage(0.0), stage(2.0)]).unwrap();
        assert_eq!((svg.matches("<rect").count(), svg.matches('↓').count()), (3, 2));
        assert!(!svg.contains("width=\"0.0\""));
        assert_eq!(draw_funnel(&[]), None);
    }
}
