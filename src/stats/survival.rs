//! The Kaplan-Meier curve: the share without the event, as if nothing else could happen.

use super::estimate::Estimate;
use super::observation::{Observation, Outcome, by_time};

/// A share this little above one half counts as one half: it is a product of rounded fractions.
const ROUNDING: f64 = 1e-12;

/// One step of a [`KaplanMeier`] curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurvivalPoint {
    /// Day of the step.
    pub time: u32,
    /// Units under observation just before it, those censored on this very day included.
    pub at_risk: usize,
    /// Events on this day, at least 1.
    pub events: usize,
    /// Share without the event from this day on: Greenwood variance, log-log interval.
    pub survival: Estimate,
}

/// The Kaplan-Meier (product-limit) estimate of the share still without the event.
///
/// Formula: `S(t)` = product over event days `u <= t` of `(n_u - d_u) / n_u`; Greenwood variance
/// `S(t)²` times the sum of `d_u / (n_u (n_u - d_u))`, which is 0 from the day on which `S` is 0.
/// [`Outcome::Competing`] counts as censored: the curve answers "if only the event could happen".
/// For the share that really has the event by a day see [`AalenJohansen`](super::AalenJohansen).
///
/// The pointwise interval is symmetric on the scale `ln(-ln S)`; it does not exist where `S` is 0
/// or 1. Right censoring must tell nothing about the event; that cannot be checked here.
///
/// Source: Kaplan and Meier, Journal of the American Statistical Association 53 (1958);
/// Greenwood (1926); Kalbfleisch and Prentice (1980) for the interval.
#[derive(Debug, Clone, PartialEq)]
pub struct KaplanMeier {
    /// Number of observations, at least 1.
    pub n: usize,
    /// How many of them had the event.
    pub events: usize,
    /// The longest observed time in days: a median that is not reached is `> t_max`.
    pub t_max: u32,
    /// The steps, one for each day with an event, ascending; empty when nothing happened.
    pub points: Vec<SurvivalPoint>,
}

impl KaplanMeier {
    /// The curve of these observations, in any order. `None` when there are none.
    #[must_use]
    pub fn of(observations: &[Observation]) -> Option<Self> {
        let sorted = by_time(observations);
        let t_max = sorted.last()?.time;
        let mut at_risk = sorted.len();
        let (mut survival, mut greenwood) = (1.0, 0.0);
        let mut points = Vec::new();
        for day in sorted.chunk_by(|a, b| a.time == b.time) {
            let is_event = |unit: &&Observation| unit.outcome == Outcome::Event;
            let events = day.iter().filter(is_event).count();
            if let (Some(first), true) = (day.first(), events > 0) {
                let (n, left) = (at_risk as f64, (at_risk - events) as f64);
                survival *= left / n;
                if at_risk > events {
                    greenwood += events as f64 / (n * left);
                }
                points.push(SurvivalPoint {
                    time: first.time,
                    at_risk,
                    events,
                    survival: Estimate::log_log(survival, survival * survival * greenwood),
                });
            }
            at_risk -= day.len();
        }
        Some(Self {
            n: sorted.len(),
            events: points.iter().map(|point| point.events).sum(),
            t_max,
            points,
        })
    }

    /// The share without the event after day `time`.
    ///
    /// 1 without an interval before the first event. `None` beyond [`t_max`](Self::t_max), unless
    /// the curve has come down to 0: nothing is known there.
    #[must_use]
    pub fn at(&self, time: u32) -> Option<Estimate> {
        let passed = self.points.partition_point(|point| point.time <= time);
        let last = self.points[..passed].last();
        let estimate = last.map_or(Estimate::log_log(1.0, 0.0), |point| point.survival);
        (time <= self.t_max || estimate.value <= 0.0).then_some(estimate)
    }

    /// The first day on which at most one half is without the event; `None` when the curve stays
    /// above one half, so that the median is known only to be `> t_max`.
    ///
    /// Where the curve lies exactly at one half for a while, R's `survfit` gives the middle of
    /// that stretch; this gives its first day, so that it is a day on which something happened.
    #[must_use]
    pub fn median(&self) -> Option<u32> {
        self.quantile(0.5)
    }

    /// The first day by which at least this share, 0 to 1, has had the event; `None` when the curve stays above the
    /// rest. `quantile(0.5)` is the median.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<u32> {
        self.first_day(1.0 - share, |survival| Some(survival.value))
    }

    /// The 95 % interval of the median, `(lower, upper)` in days: the median of the lower and of
    /// the upper ends of the pointwise log-log intervals.
    ///
    /// `None` for an end that is not reached: an upper `None` means `> t_max`; a lower `None`
    /// comes only in tiny samples, where the curve drops to 0 before its lower end (undefined
    /// there) has been seen at one half.
    ///
    /// Source: Brookmeyer and Crowley, Biometrics 38 (1982), on the log-log scale, as SAS
    /// `LIFETEST` and R `survfit(conf.type = "log-log")`.
    #[must_use]
    pub fn median_interval(&self) -> (Option<u32>, Option<u32>) {
        (
            self.first_day(0.5, |survival| survival.interval.map(|(lower, _)| lower)),
            self.first_day(0.5, |survival| survival.interval.map(|(_, upper)| upper)),
        )
    }

    /// The first day on which the given line of the curve is at most `rest`.
    fn first_day(&self, rest: f64, line: impl Fn(&Estimate) -> Option<f64>) -> Option<u32> {
        let mut points = self.points.iter();
        points
            .find(|point| line(&point.survival).is_some_and(|share| share <= rest + ROUNDING))
            .map(|point| point.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::near;
    use proptest::prelude::*;

    fn observations(times: &[u32], events: &[u8]) -> Vec<Observation> {
        let pairs = times.iter().zip(events);
        pairs
            .map(|(&time, &event)| match event {
                0 => Observation::censored(time),
                _ => Observation::event(time),
            })
            .collect()
    }

    #[test]
    fn a_line_of_one_half_within_rounding_is_at_most_one_half() {
        let curve = KaplanMeier::of(&observations(&[3, 5], &[1, 1])).unwrap();
        let first = |share: f64| curve.first_day(0.5, |_| Some(share));
        assert_eq!((first(0.5), first(0.5 + ROUNDING)), (Some(3), Some(3)));
        assert_eq!(first(0.5 + 2.0 * ROUNDING), None);
    }

    #[test]
    fn check_figures_of_eight_units() {
        let units = observations(&[3, 5, 6, 7, 8, 10, 12, 12], &[1, 0, 1, 1, 0, 1, 1, 0]);
        let curve = KaplanMeier::of(&units).unwrap();
        // Intervals: lifelines 0.30.3, KaplanMeierFitter.
        let expected = [
            (3, 7.0 / 8.0, (0.387_000_014_032, 0.981_392_965_879)),
            (6, 35.0 / 48.0, (0.276_390_220_336, 0.925_353_181_257)),
            (7, 7.0 / 12.0, (0.180_188_891_013, 0.844_068_691_657)),
            (10, 7.0 / 18.0, (0.063_002_811_469, 0.724_222_755_537)),
            (12, 7.0 / 36.0, (0.009_335_431_787, 0.563_397_783_451)),
        ];
        assert_eq!(curve.points.len(), expected.len());
        for (point, (time, survival, interval)) in curve.points.iter().zip(expected) {
            assert_eq!(point.time, time);
            assert!(near(point.survival.value, survival));
            let (lower, upper) = point.survival.interval.unwrap();
            assert!(near(lower, interval.0) && near(upper, interval.1));
        }
        assert_eq!((curve.n, curve.events, curve.t_max), (8, 5, 12));
        assert_eq!(curve.median(), Some(10));
        assert_eq!(curve.median_interval(), (Some(3), None));
    }

    /// Freireich et al. (1963), 6-MP group; standard errors as printed in Klein and
    /// Moeschberger, "Survival Analysis", table 4.1A; the interval of the median by lifelines.
    #[test]
    fn published_remission_times() {
        let units = observations(
            &[6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35],
            &[1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
        );
        let curve = KaplanMeier::of(&units).unwrap();
        let shown = |point: &SurvivalPoint| {
            let survival = point.survival;
            format!("{:.3} {:.4}", survival.value, survival.variance.sqrt())
        };
        let lines: Vec<String> = curve.points.iter().map(shown).collect();
        assert_eq!(
            lines,
            [
                "0.857 0.0764",
                "0.807 0.0869",
                "0.753 0.0963",
                "0.690 0.1068",
                "0.627 0.1141",
                "0.538 0.1282",
                "0.448 0.1346",
            ]
        );
        assert_eq!(curve.median(), Some(23));
        assert_eq!(curve.median_interval(), (Some(13), None));
    }

    #[test]
    fn nine_of_ten_are_done_on_the_ninetieth_percentile() {
        let units: Vec<u32> = (1..=10).collect();
        let curve = |events: &[u8]| KaplanMeier::of(&observations(&units, events)).unwrap();
        assert_eq!(curve(&[1; 10]).quantile(0.9), Some(9));
        assert_eq!(curve(&[1, 1, 1, 1, 1, 1, 1, 1, 0, 0]).quantile(0.9), None);
        assert_eq!(curve(&[1, 1, 1, 1, 1, 1, 1, 1, 0, 1]).quantile(0.9), Some(10));
    }

    #[test]
    fn undefined_is_none() {
        assert_eq!(KaplanMeier::of(&[]), None);
        let unfinished = KaplanMeier::of(&observations(&[4, 9], &[0, 0])).unwrap();
        assert_eq!((unfinished.median(), unfinished.t_max), (None, 9));
        assert_eq!(unfinished.at(9).map(|estimate| estimate.interval), Some(None));
        assert_eq!(unfinished.at(10), None);
        let one = KaplanMeier::of(&observations(&[5], &[1])).unwrap();
        assert_eq!(one.median(), Some(5));
        assert_eq!(one.median_interval(), (None, None));
        assert_eq!(one.at(u32::MAX), Some(Estimate::log_log(0.0, 0.0)));
    }

    #[test]
    fn exactly_nine_tenths_are_reached_on_the_ninth_of_ten_days() {
        let ten: Vec<Observation> = (1..=10).map(Observation::event).collect();
        let curve = KaplanMeier::of(&ten).unwrap();
        let at = |share: f64| curve.quantile(share);
        assert_eq!((at(0.5), at(0.9), at(0.91), at(1.0)), (Some(5), Some(9), Some(10), Some(10)));
        assert_eq!(KaplanMeier::of(&[Observation::censored(3)]).unwrap().quantile(0.5), None);
    }

    #[test]
    fn exactly_one_half_is_the_median() {
        let curve = KaplanMeier::of(&observations(&[1, 2, 3, 4], &[1, 1, 1, 1])).unwrap();
        assert_eq!(curve.median(), Some(2));
    }

    proptest! {
        #[test]
        fn without_censoring_it_is_the_empirical_share(
            times in prop::collection::vec(0..60_u32, 1..60),
            day in 0..70_u32,
        ) {
            let units: Vec<_> = times.iter().copied().map(Observation::event).collect();
            let survival = KaplanMeier::of(&units).unwrap().at(day).unwrap();
            let n = times.len() as f64;
            let share = times.iter().filter(|&&time| time > day).count() as f64 / n;
            prop_assert!(near(survival.value, share));
            prop_assert!(near(survival.variance, share * (1.0 - share) / n));
        }
    }
}
