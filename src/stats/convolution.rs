//! The distribution of a sum of independent two-point variables: each is its value, or nothing.

use std::iter;

/// Points of support up to which a [`Distribution`] is exact.
pub const MAX_SUPPORT: usize = 20_000;

/// The largest total of all values: bucketed values stay within a small multiple of it.
const MAX_TOTAL: u128 = (u64::MAX / 8) as u128;

/// Points at either end of a bucketed distribution with less probability than this are dropped:
/// all of them together stay far below the rounding of the probabilities kept.
const NEGLIGIBLE: f64 = 1e-18;

/// Standard deviations that the steps of a bucketed distribution should span: beyond 9 on either
/// side a normal distribution has less than [`NEGLIGIBLE`] probability.
const KEPT_DEVIATIONS: f64 = 18.0;

/// How far a cumulated probability may fall short of a level and still reach it: rounding.
const ROUNDING: f64 = 1e-9;

/// A variable that is `value` with probability `probability`, else 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoPoint {
    /// The value, in whole minor units.
    pub value: u64,
    /// The probability of that value, in `[0, 1]`.
    pub probability: f64,
}

impl TwoPoint {
    /// The mean, `p v`. Summed over independent variables it is the mean of the sum.
    #[must_use]
    pub fn mean(self) -> f64 {
        self.probability * self.value as f64
    }

    /// The variance, `p (1 - p) v²`. Summed over independent variables it is the variance of the
    /// sum, free of the bucketing that [`Distribution::variance`] may contain.
    #[must_use]
    pub fn variance(self) -> f64 {
        self.mean() * (1.0 - self.probability) * self.value as f64
    }
}

/// A discrete distribution over whole numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    points: Vec<(u64, f64)>,
    bucket: Option<u64>,
}

impl Distribution {
    /// The distribution of the sum of independent variables, computed by convolution, without
    /// simulation; the order of the items does not matter.
    ///
    /// **Exact** while the sum has at most [`MAX_SUPPORT`] possible values.
    ///
    /// **Bucketed** beyond, on steps of a width `w`: each value `v = q w + r` is split between `q w`
    /// and `(q + 1) w` in the proportions `1 - r/w` and `r/w`. That keeps every mean, so the mean of
    /// the sum is exact; it adds `p r (w - r)`, at most `p w²/4`, to the variance of each item, so
    /// the spread is never understated (for thousands of items of similar size the standard
    /// deviation grows by a few hundredths of a percent, for 40,000 by about a tenth). The width is
    /// 18 standard deviations over [`MAX_SUPPORT`] steps, doubled until so many steps hold all but
    /// a negligible probability. Values may exceed the sum of all values by up to `n w`, with hardly any
    /// probability. Items of probability 1 are added exactly.
    ///
    /// **Limits.** No items, or none that can be other than 0, give 0 with certainty. `None` when
    /// a probability is not in `[0, 1]` or when all values together exceed 2^61.
    ///
    /// Cost: items times support; 5,000 items take 1 to 4 seconds in an unoptimised build.
    #[must_use]
    pub fn of_sum(items: &[TwoPoint]) -> Option<Self> {
        Self::of_sum_within(items, MAX_SUPPORT)
    }

    fn of_sum_within(items: &[TwoPoint], max_support: usize) -> Option<Self> {
        let valid = |item: &TwoPoint| (0.0..=1.0).contains(&item.probability);
        let total: u128 = items.iter().map(|item| u128::from(item.value)).sum();
        if !items.iter().all(valid) || total > MAX_TOTAL {
            return None;
        }
        let (certain, mut uncertain): (Vec<TwoPoint>, Vec<TwoPoint>) =
            items.iter().partition(|item| item.probability >= 1.0);
        uncertain.retain(|item| item.probability > 0.0);
        uncertain.sort_by(|a, b| {
            let by_probability = a.probability.total_cmp(&b.probability);
            a.value.cmp(&b.value).then(by_probability)
        });
        let (mut points, bucket) = match exact(&uncertain, max_support) {
            Some(points) => (points, None),
            None => bucketed(&uncertain, max_support),
        };
        let base: u64 = certain.iter().map(|item| item.value).sum();
        for (value, _) in &mut points {
            *value = value.saturating_add(base);
        }
        Some(Self { points, bucket })
    }

    /// The possible values, ascending, each with its probability; at least one. The probabilities
    /// sum to 1 within rounding.
    #[must_use]
    pub fn points(&self) -> &[(u64, f64)] {
        &self.points
    }

    /// The distance between neighbouring values when they are bucketed, `None` when exact.
    #[must_use]
    pub fn bucket(&self) -> Option<u64> {
        self.bucket
    }

    /// The mean; exact, bucketed or not, within rounding.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.points.iter().map(|&(value, probability)| value as f64 * probability).sum()
    }

    /// The variance of this distribution; when bucketed slightly above that of the sum, see
    /// [`of_sum`](Self::of_sum).
    #[must_use]
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        self.points
            .iter()
            .map(|&(value, probability)| (value as f64 - mean).powi(2) * probability)
            .sum()
    }

    /// The smallest value that is not exceeded with probability at least `p` (within 1e-9).
    /// `None` when `p` is not in `[0, 1]`.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<u64> {
        if !(0.0..=1.0).contains(&p) {
            return None;
        }
        let mut cumulated = 0.0;
        let reached = self.points.iter().find(|(_, probability)| {
            cumulated += probability;
            cumulated >= p - ROUNDING
        });
        reached.or(self.points.last()).map(|&(value, _)| value)
    }

    /// The probability that the sum is `value` or more, in `[0, 1]`.
    #[must_use]
    pub fn at_least(&self, value: u64) -> f64 {
        let below = self.points.partition_point(|&(point, _)| point < value);
        let above: f64 = self.points[below..].iter().map(|point| point.1).sum();
        above.min(1.0)
    }
}

/// The exact distribution; `None` as soon as it has more points than allowed.
fn exact(items: &[TwoPoint], max_support: usize) -> Option<Vec<(u64, f64)>> {
    let mut points = vec![(0, 1.0)];
    for item in items {
        points = with_item(&points, *item);
        if points.len() > max_support {
            return None;
        }
    }
    Some(points)
}

/// The points with one more item: a merge of the points as they are and moved up by its value.
fn with_item(points: &[(u64, f64)], item: TwoPoint) -> Vec<(u64, f64)> {
    let mut merged: Vec<(u64, f64)> = Vec::with_capacity(2 * points.len());
    let mut staying = points.iter().peekable();
    for &(value, probability) in points {
        let (moved, chance) = (value + item.value, probability * item.probability);
        while let Some(&(value, probability)) = staying.next_if(|point| point.0 < moved) {
            merged.push((value, probability * (1.0 - item.probability)));
        }
        let meeting = staying.next_if(|point| point.0 == moved);
        let stays = meeting.map_or(0.0, |point| point.1 * (1.0 - item.probability));
        merged.push((moved, chance + stays));
    }
    merged
}

/// The bucketed distribution and its bucket width (`None` where the width is 1: that is exact).
fn bucketed(items: &[TwoPoint], max_support: usize) -> (Vec<(u64, f64)>, Option<u64>) {
    let n = items.len();
    let capacity = max_support;
    let total: u64 = items.iter().map(|item| item.value).sum();
    // With this width all steps fit: each item takes at most one more than its share. Of more items
    // than steps the total is wide enough: hardly any item then takes a step at all.
    let spare = capacity.saturating_sub(1 + n) as u64;
    let widest = total.checked_div(spare).map_or(total, |width| width + 1).max(1);
    let deviation = items.iter().map(|item| item.variance()).sum::<f64>().sqrt();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and the cast saturates"
    )]
    let finest = (KEPT_DEVIATIONS * deviation / capacity as f64).ceil() as u64;
    let twice = |width: &u64| Some(width.saturating_mul(2).min(widest));
    // 64 doublings reach any width.
    let mut widths = iter::successors(Some(finest.clamp(1, widest)), twice).take(65);
    let fits = |width| Some((width, on_steps(items, width, capacity)?));
    let (width, (first, mass)) = widths.find_map(fits).unwrap_or_default();
    let values = (first..).map(|step| step.saturating_mul(width));
    (values.zip(mass).collect(), (width > 1).then_some(width))
}

/// The first step and the mass from there on, over steps of `width`; `None` as soon as more than
/// `capacity` steps would have to be kept.
fn on_steps(items: &[TwoPoint], width: u64, capacity: usize) -> Option<(u64, Vec<f64>)> {
    let mut first = 0_u64;
    let mut mass = vec![1.0];
    let mut next = Vec::new();
    for item in items {
        let steps = usize::try_from(item.value / width).ok()?;
        if steps > capacity {
            return None;
        }
        let rest = (item.value % width) as f64 / width as f64;
        with_steps(&mass, *item, steps, rest, &mut next);
        let tiny = |chance: &&f64| **chance < NEGLIGIBLE;
        let above = next.iter().rev().take_while(tiny).count();
        next.truncate(next.len() - above);
        let below = next.iter().take_while(tiny).count();
        next.drain(..below);
        first += below as u64;
        if next.len() > capacity {
            return None;
        }
        std::mem::swap(&mut mass, &mut next);
    }
    Some((first, mass))
}

/// Into `next`, the mass with one more item, split between `steps` and the next one by the `rest`
/// above it.
fn with_steps(mass: &[f64], item: TwoPoint, steps: usize, rest: f64, next: &mut Vec<f64>) {
    let high = item.probability * rest;
    let low = item.probability - high;
    let stay = 1.0 - item.probability;
    // The mass that stays, the mass that moves, and the steps where both meet: written once, each as one run.
    let n = mass.len();
    let alone = steps.min(n);
    next.clear();
    next.extend(mass[..alone].iter().map(|chance| chance * stay));
    next.resize(steps, 0.0);
    if let Some(bottom) = mass.first() {
        next.push(mass.get(steps).map_or(0.0, |chance| chance * stay) + bottom * low);
    }
    let meeting = n.saturating_sub(steps + 1);
    let (upper, lower) = (mass.get(1..).unwrap_or_default(), mass);
    let stayed = mass.get(steps + 1..).unwrap_or_default();
    next.extend(
        stayed.iter().zip(upper).zip(lower).map(|((s, u), l)| s * stay + u * low + l * high),
    );
    next.extend(
        upper[meeting.min(upper.len())..]
            .iter()
            .zip(&lower[meeting.min(n)..])
            .map(|(u, l)| u * low + l * high),
    );
    next.extend(mass.last().map(|top| top * high));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::near;
    use proptest::prelude::*;

    fn item(value: u64, probability: f64) -> TwoPoint {
        TwoPoint { value, probability }
    }

    #[test]
    fn what_is_less_than_negligible_is_cut_off_at_either_end() {
        let kept = |probability: f64| on_steps(&[item(2, probability)], 1, 9).unwrap().1.len();
        assert_eq!(kept(NEGLIGIBLE), 3);
        assert_eq!(kept(NEGLIGIBLE / 2.0), 1);
    }

    #[test]
    fn what_is_worth_nothing_or_never_comes_changes_nothing_at_all() {
        for percent in 1..100 {
            let real = [item(3, f64::from(percent) / 100.0), item(5, 0.3)];
            let sum = Distribution::of_sum(&real).unwrap();
            let more = [real[0], item(0, 0.7), real[1], item(4, 0.0)];
            // To the last bit: there is no sum in which they are parts.
            assert_eq!(Distribution::of_sum(&more).unwrap(), sum, "{percent} %");
        }
    }

    #[test]
    fn as_many_values_as_are_allowed_are_exact_and_one_more_is_bucketed() {
        let items = [item(100, 0.5), item(201, 0.5), item(403, 0.5)];
        assert_eq!(Distribution::of_sum_within(&items, 8).unwrap().bucket(), None);
        assert!(Distribution::of_sum_within(&items, 7).unwrap().bucket().is_some());
        let most = u64::try_from(MAX_TOTAL).unwrap();
        assert!(Distribution::of_sum(&[item(most, 0.5)]).is_some());
        assert!(Distribution::of_sum(&[item(most, 0.5), item(1, 0.5)]).is_none());
    }

    #[test]
    fn a_quantile_is_reached_within_rounding() {
        // The probability of nothing is this, to the last bit.
        let just = 0.75 - ROUNDING;
        let sum = Distribution::of_sum(&[item(1, 1.0 - just)]).unwrap();
        assert_eq!(sum.points()[0].1.to_bits(), just.to_bits());
        assert_eq!([just, 0.75, 0.75 + ROUNDING].map(|p| sum.quantile(p)), [0, 0, 1].map(Some));
    }

    #[test]
    fn a_bucket_of_one_is_none() {
        let items = [item(3, 0.5), item(4, 0.5)];
        assert_eq!(bucketed(&items, 100).1, None);
        assert_eq!(
            bucketed(&[item(300, 0.5), item(400, 0.5)], 10).1.map(|width| width > 1),
            Some(true)
        );
    }

    #[test]
    fn check_figures_of_three_items() {
        let items = [item(100, 0.25), item(50, 0.5), item(200, 0.9)];
        let sum = Distribution::of_sum(&items).unwrap();
        let expected = [
            (0, 0.0375),
            (50, 0.0375),
            (100, 0.0125),
            (150, 0.0125),
            (200, 0.3375),
            (250, 0.3375),
            (300, 0.1125),
            (350, 0.1125),
        ];
        assert_eq!(sum.points().len(), expected.len());
        for (&(value, chance), wanted) in sum.points().iter().zip(expected) {
            assert!(value == wanted.0 && near(chance, wanted.1));
        }
        assert!(near(sum.mean(), 230.0));
        assert!(near(sum.variance(), 1_875.0 + 625.0 + 3_600.0));
        let quantiles = [0.0, 0.0375, 0.1, 0.5, 0.9, 1.0].map(|p| sum.quantile(p));
        assert_eq!(quantiles, [0, 0, 150, 250, 350, 350].map(Some));
        assert!(near(sum.at_least(250), 0.5625) && near(sum.at_least(0), 1.0));
        assert_eq!(sum.bucket(), None);
    }

    #[test]
    fn degenerate_items() {
        for nothing in [&[][..], &[item(0, 0.5)], &[item(9, 0.0)]] {
            assert_eq!(Distribution::of_sum(nothing).unwrap().points(), [(0, 1.0)]);
        }
        let certain = Distribution::of_sum(&[item(9, 1.0), item(1, 1.0)]).unwrap();
        assert_eq!(certain.points(), [(10, 1.0)]);
        assert_eq!(certain.quantile(f64::NAN), None);
        assert_eq!(Distribution::of_sum(&[item(1, 1.5)]), None);
        assert_eq!(Distribution::of_sum(&[item(1, f64::NAN)]), None);
        assert_eq!(Distribution::of_sum(&[item(u64::MAX, 0.5); 2]), None);
    }

    #[test]
    fn thousands_of_items_are_bucketed() {
        let varied = |i: u64| item(1_000 + (i * 7_919) % 1_000_003, ((i % 19) + 1) as f64 / 20.0);
        let items: Vec<TwoPoint> = (0..2_000).map(varied).collect();
        let sum = Distribution::of_sum(&items).unwrap();
        let mean: f64 = items.iter().map(|item| item.mean()).sum();
        let variance: f64 = items.iter().map(|item| item.variance()).sum();
        assert!(sum.bucket().is_some() && sum.points().len() <= MAX_SUPPORT);
        assert!((sum.mean() / mean - 1.0).abs() < 1e-9);
        assert!((0.0..1e-3).contains(&(sum.variance() / variance - 1.0)));
        let median = sum.quantile(0.5).unwrap() as f64;
        assert!((median - mean).abs() < 0.01 * variance.sqrt() + sum.bucket().unwrap() as f64);
    }

    #[test]
    fn more_items_than_steps() {
        let items: Vec<TwoPoint> = (0..300).map(|i| item(10_000 + i * 37, 0.3)).collect();
        let sum = Distribution::of_sum_within(&items, 256).unwrap();
        let mean: f64 = items.iter().map(|item| item.mean()).sum();
        let variance: f64 = items.iter().map(|item| item.variance()).sum();
        assert!(sum.points().len() <= 256 && sum.bucket().is_some());
        assert!((sum.mean() / mean - 1.0).abs() < 1e-9);
        assert!((0.0..1.0).contains(&(sum.variance() / variance - 1.0)));
    }

    #[test]
    fn the_largest_total_is_summed_and_one_more_is_not() {
        let of = |value: u64| Distribution::of_sum(&[item(value, 1.0), item(1, 1.0)]);
        let largest = u64::try_from(MAX_TOTAL).unwrap();
        assert_eq!(of(largest - 1).map(|sum| sum.points().to_vec()), Some(vec![(largest, 1.0)]));
        assert_eq!(of(largest), None);
    }

    #[test]
    fn as_many_steps_as_fit_and_no_more() {
        let kept = |value: u64, chance: f64, capacity: usize| {
            on_steps(&[item(value, chance)], 1, capacity).map(|(_, mass)| mass.len())
        };
        // Nothing, or three steps up: four steps.
        assert_eq!((kept(3, 0.5, 3), kept(3, 0.5, 4)), (None, Some(4)));
        // Exactly two items of one value each: three sums.
        let two = [item(1, 0.5), item(1, 0.5)];
        assert_eq!((exact(&two, 2).is_none(), exact(&two, 3).map(|p| p.len())), (true, Some(3)));
        // Negligible mass takes no step, but may not lie beyond them all.
        assert_eq!((kept(5, 1e-30, 4), kept(5, 1e-30, 5)), (None, Some(1)));
    }

    fn items() -> impl Strategy<Value = Vec<TwoPoint>> {
        prop::collection::vec((0..100_000_u64, 0.0..=1.0_f64), 0..12).prop_map(|pairs| {
            let items = pairs.into_iter();
            items.map(|(value, chance)| item(value, chance)).collect()
        })
    }

    proptest! {
        #[test]
        fn few_steps_hold_all_of_the_probability(items in items(), capacity in 14..40_usize) {
            let sum = Distribution::of_sum_within(&items, capacity).unwrap();
            let all: f64 = sum.points().iter().map(|point| point.1).sum();
            prop_assert!((all - 1.0).abs() < 1e-9 && sum.points().len() <= capacity);
        }

        #[test]
        fn moments_are_the_closed_form(items in items()) {
            let sum = Distribution::of_sum(&items).unwrap();
            let mean: f64 = items.iter().map(|item| item.mean()).sum();
            let variance: f64 = items.iter().map(|item| item.variance()).sum();
            prop_assert!((sum.mean() - mean).abs() <= 1e-9 * mean.max(1.0));
            prop_assert!((sum.variance() - variance).abs() <= 1e-9 * variance.max(1.0));
        }

        #[test]
        fn buckets_keep_the_mean_and_add_the_stated_variance(items in items()) {
            let sum = Distribution::of_sum_within(&items, 64).unwrap();
            let mean: f64 = items.iter().map(|item| item.mean()).sum();
            prop_assert!(sum.points().len() <= 64);
            prop_assert!((sum.mean() - mean).abs() <= 1e-9 * mean.max(1.0));
            let width = sum.bucket().unwrap_or(1);
            let variance: f64 = items
                .iter()
                .map(|item| {
                    let rest = (item.value % width) as f64;
                    let split = if item.probability < 1.0 { item.probability } else { 0.0 };
                    item.variance() + split * rest * (width as f64 - rest)
                })
                .sum();
            prop_assert!((sum.variance() - variance).abs() <= 1e-9 * variance.max(1.0));
        }

        #[test]
        fn quantiles_and_tails_agree(items in items(), p in 0.001..=1.0_f64) {
            let sum = Distribution::of_sum_within(&items, 64).unwrap();
            let total: f64 = sum.points().iter().map(|point| point.1).sum();
            prop_assert!((total - 1.0).abs() < 1e-9);
            let value = sum.quantile(p).unwrap();
            prop_assert!(1.0 - sum.at_least(value + 1) >= p - 2e-9);
            prop_assert!(1.0 - sum.at_least(value) < p);
        }
    }
}
