//! Aalen-Johansen curves: the share each kind of event has taken by a day, the kinds competing.

use super::estimate::Estimate;
use super::observation::{Observation, Outcome, by_time};

/// One step of the [`AalenJohansen`] curves.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidencePoint {
    /// Day of the step.
    pub time: u32,
    /// Units under observation just before it, those censored on this very day included.
    pub at_risk: usize,
    /// Events on this day by kind, in the order of [`shares`](Self::shares).
    pub events: Vec<usize>,
    /// Share taken by each kind up to this day: index 0 is [`Outcome::Event`], index `1 + k` is
    /// [`Outcome::Competing`]`(k)`. With [`remaining`](Self::remaining) they sum to 1.
    pub shares: Vec<Estimate>,
    /// Share to which nothing has happened yet.
    pub remaining: Estimate,
}

/// The Aalen-Johansen estimate of cumulative incidence with any number of competing kinds.
///
/// Formula, with `n_u` at risk and `d_ku` events of kind `k` on day `u`, and `S` the share
/// remaining (Kaplan-Meier of any event): `I_k(t)` = sum over `u <= t` of `S(u-) d_ku / n_u`.
/// Unlike one minus a Kaplan-Meier curve with competing events as censored, it does not overstate:
/// the shares of all kinds and the remaining share sum to 1.
///
/// Variance: delta method on the daily multinomials, the Greenwood-type estimator (equal to the
/// closed form of Marubini and Valsecchi that SAS `LIFETEST` and lifelines use), carried forward
/// from day to day as the covariance of `(S, I_k)`. Without censoring it is
/// `I (1 - I) / n` exactly. Intervals are symmetric on the scale `ln(-ln I)` and do not exist
/// where a share is 0 or 1. (On that scale the interval of `I` is not the mirror image of a
/// Kaplan-Meier interval, which is symmetric in `ln(-ln(1 - I))`.)
///
/// Source: Aalen and Johansen, Scandinavian Journal of Statistics 5 (1978); Marubini and
/// Valsecchi, "Analysing Survival Data from Clinical Trials" (1995); Choudhury, Statistics in
/// Medicine 21 (2002).
#[derive(Debug, Clone, PartialEq)]
pub struct AalenJohansen {
    /// Number of observations, at least 1.
    pub n: usize,
    /// How many of them are censored.
    pub censored: usize,
    /// Number of kinds of events: 1 + the competing kinds, at least 2 even if none was seen.
    pub kinds: usize,
    /// The longest observed time in days: nothing is known beyond it.
    pub t_max: u32,
    /// The steps, one for each day with an event of any kind, ascending.
    pub points: Vec<IncidencePoint>,
}

impl AalenJohansen {
    /// The curves of these observations, in any order. `None` when there are none.
    #[must_use]
    pub fn of(observations: &[Observation]) -> Option<Self> {
        let sorted = by_time(observations);
        let t_max = sorted.last()?.time;
        let highest = sorted.iter().filter_map(|unit| kind_of(unit.outcome)).max();
        let kinds = highest.map_or(2, |kind| (kind + 1).max(2));
        let mut at_risk = sorted.len();
        let mut censored = 0;
        let mut curves = vec![Curve::start(); kinds];
        let mut points = Vec::new();
        for day in sorted.chunk_by(|a, b| a.time == b.time) {
            let mut events = vec![0; kinds];
            for kind in day.iter().filter_map(|unit| kind_of(unit.outcome)) {
                events[kind] += 1;
            }
            let all: usize = events.iter().sum();
            censored += day.len() - all;
            if let (Some(first), true) = (day.first(), all > 0) {
                for (curve, &own) in curves.iter_mut().zip(&events) {
                    curve.step(at_risk, own, all);
                }
                points.push(IncidencePoint {
                    time: first.time,
                    at_risk,
                    events,
                    shares: curves.iter().map(Curve::share).collect(),
                    remaining: curves.first().map(Curve::remaining)?,
                });
            }
            at_risk -= day.len();
        }
        Some(Self { n: sorted.len(), censored, kinds, t_max, points })
    }

    /// The share that has had the event of interest by the end of day `time`.
    ///
    /// 0 without an interval before the first event. `None` beyond [`t_max`](Self::t_max), unless
    /// nothing remained by then.
    #[must_use]
    pub fn event_by(&self, time: u32) -> Option<Estimate> {
        self.share_by(0, time)
    }

    /// The share taken by competing kind `kind` by the end of day `time`; `None` as for
    /// [`event_by`](Self::event_by), and for a kind that never happened past the highest seen.
    #[must_use]
    pub fn competing_by(&self, kind: u8, time: u32) -> Option<Estimate> {
        self.share_by(usize::from(kind) + 1, time)
    }

    /// The share to which nothing has happened by the end of day `time`; `None` as for
    /// [`event_by`](Self::event_by).
    #[must_use]
    pub fn remaining_by(&self, time: u32) -> Option<Estimate> {
        self.known_at(time).then(|| {
            self.step_at(time).map_or(Estimate::log_log(1.0, 0.0), |point| point.remaining)
        })
    }

    /// The curve of one kind, by its index in [`IncidencePoint::shares`], at a day.
    fn share_by(&self, index: usize, time: u32) -> Option<Estimate> {
        if index >= self.kinds || !self.known_at(time) {
            return None;
        }
        match self.step_at(time) {
            Some(point) => point.shares.get(index).copied(),
            None => Some(Estimate::log_log(0.0, 0.0)),
        }
    }

    /// Whether the curves are known at a day: up to `t_max`, and for ever when nothing remains.
    fn known_at(&self, time: u32) -> bool {
        let settled = |point: &IncidencePoint| point.remaining.value <= 0.0;
        time <= self.t_max || self.points.last().is_some_and(settled)
    }

    /// The last step up to a day.
    fn step_at(&self, time: u32) -> Option<&IncidencePoint> {
        let passed = self.points.partition_point(|point| point.time <= time);
        self.points[..passed].last()
    }
}

/// The index of an outcome among the kinds; `None` for censored.
fn kind_of(outcome: Outcome) -> Option<usize> {
    match outcome {
        Outcome::Event => Some(0),
        Outcome::Competing(kind) => Some(usize::from(kind) + 1),
        Outcome::Censored => None,
    }
}

/// The pair (remaining share, share of one kind) with its covariance matrix.
#[derive(Debug, Clone, Copy)]
struct Curve {
    remaining: f64,
    share: f64,
    var_remaining: f64,
    var_share: f64,
    covariance: f64,
}

impl Curve {
    /// Everything remains, nothing is uncertain.
    const fn start() -> Self {
        Self { remaining: 1.0, share: 0.0, var_remaining: 0.0, var_share: 0.0, covariance: 0.0 }
    }

    /// One day with `own` events of this kind among `all` events, out of `at_risk`.
    ///
    /// The daily hazards (own, any) are a multinomial with denominator `at_risk`; the map
    /// `(S, I) -> (S (1 - any), I + S own)` is linearised around its value.
    fn step(&mut self, at_risk: usize, own: usize, all: usize) {
        let n = at_risk as f64;
        let hazard = own as f64 / n;
        let stay = (at_risk - all) as f64 / n;
        let before = *self;
        let squared = before.remaining * before.remaining;
        self.remaining = before.remaining * stay;
        self.share = before.share + before.remaining * hazard;
        self.var_remaining = stay * stay * before.var_remaining + squared * stay * (1.0 - stay) / n;
        self.var_share = before.var_share
            + hazard * hazard * before.var_remaining
            + 2.0 * hazard * before.covariance
            + squared * hazard * (1.0 - hazard) / n;
        self.covariance = stay * (before.covariance + hazard * before.var_remaining)
            - squared * stay * hazard / n;
    }

    fn share(&self) -> Estimate {
        Estimate::log_log(self.share.min(1.0), self.var_share.max(0.0))
    }

    fn remaining(&self) -> Estimate {
        Estimate::log_log(self.remaining, self.var_remaining)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::KaplanMeier;
    use crate::stats::near;
    use proptest::prelude::*;

    fn eight_units() -> Vec<Observation> {
        vec![
            Observation::event(3),
            Observation::competing(0, 5),
            Observation::event(6),
            Observation::event(7),
            Observation::censored(8),
            Observation::competing(0, 10),
            Observation::event(12),
            Observation::censored(12),
        ]
    }

    #[test]
    fn check_figures_of_eight_units() {
        let curves = AalenJohansen::of(&eight_units()).unwrap();
        let share = curves.event_by(12).unwrap();
        assert!(near(share.value, 13.0 / 24.0));
        // Variance and interval: lifelines 0.30.3, AalenJohansenFitter.
        assert!((share.variance - 0.035_662_615_741).abs() < 1e-12);
        let (lower, upper) = share.interval.unwrap();
        assert!((lower - 0.154_307_527_537).abs() < 1e-12);
        assert!((upper - 0.817_795_697_115).abs() < 1e-12);
        let early = curves.event_by(6).unwrap();
        assert!(near(early.value, 0.25) && near(early.variance, 0.023_437_5));
        // Taking the competing events as censored overstates.
        let censored = KaplanMeier::of(&eight_units()).unwrap().at(12).unwrap();
        assert_eq!(format!("{:.3}", 1.0 - censored.value), "0.708");
    }

    #[test]
    fn undefined_is_none() {
        assert_eq!(AalenJohansen::of(&[]), None);
        let curves = AalenJohansen::of(&eight_units()).unwrap();
        assert_eq!((curves.n, curves.censored, curves.kinds), (8, 2, 2));
        assert_eq!(curves.event_by(13), None);
        assert_eq!(curves.remaining_by(13), None);
        assert_eq!((curves.competing_by(1, 12), curves.competing_by(1, 0)), (None, None));
        assert_eq!(curves.event_by(2), Some(Estimate::log_log(0.0, 0.0)));
        let settled = [Observation::event(4), Observation::competing(3, 9)];
        let curves = AalenJohansen::of(&settled).unwrap();
        assert_eq!(curves.kinds, 5);
        assert!(near(curves.competing_by(3, 99).unwrap().value, 0.5));
        assert!(near(curves.competing_by(2, 99).unwrap().value, 0.0));
    }

    /// The closed form of Marubini and Valsecchi, summed afresh for the last day.
    fn closed_form_variance(curves: &AalenJohansen, index: usize) -> f64 {
        let last = curves.points.last().unwrap().shares[index].value;
        let (mut before, mut sum) = (1.0, 0.0);
        for point in &curves.points {
            let (n, own) = (point.at_risk as f64, point.events[index] as f64);
            let all = point.events.iter().sum::<usize>() as f64;
            let rise = last - point.shares[index].value;
            if n > all {
                sum += rise * rise * all / (n * (n - all));
            }
            sum += before * before * own * (n - own) / n.powi(3);
            sum -= 2.0 * rise * before * own / (n * n);
            before = point.remaining.value;
        }
        sum
    }

    fn units() -> impl Strategy<Value = Vec<Observation>> {
        let unit = (0..30_u32, 0..5_u8).prop_map(|(time, kind)| match kind {
            0 => Observation::censored(time),
            1 | 2 => Observation::event(time),
            other => Observation::competing(other - 3, time),
        });
        prop::collection::vec(unit, 1..50)
    }

    proptest! {
        #[test]
        fn shares_sum_to_one(units in units()) {
            for point in AalenJohansen::of(&units).unwrap().points {
                let taken: f64 = point.shares.iter().map(|share| share.value).sum();
                prop_assert!(near(taken + point.remaining.value, 1.0));
            }
        }

        #[test]
        fn the_variance_is_the_closed_form(units in units()) {
            let curves = AalenJohansen::of(&units).unwrap();
            if let Some(last) = curves.points.last() {
                for (index, share) in last.shares.iter().enumerate() {
                    prop_assert!((share.variance - closed_form_variance(&curves, index)).abs() < 1e-12);
                }
            }
        }

        #[test]
        fn one_kind_alone_mirrors_kaplan_meier(units in units()) {
            let alone: Vec<_> = units
                .into_iter()
                .filter(|unit| !matches!(unit.outcome, Outcome::Competing(_)))
                .collect();
            prop_assume!(!alone.is_empty());
            let points = AalenJohansen::of(&alone).unwrap().points;
            let mirror = KaplanMeier::of(&alone).unwrap().points;
            prop_assert_eq!(points.len(), mirror.len());
            for (point, mirror) in points.iter().zip(mirror) {
                prop_assert!(near(point.shares[0].value, 1.0 - mirror.survival.value));
                prop_assert!(near(point.shares[0].variance, mirror.survival.variance));
                prop_assert!(near(point.remaining.variance, mirror.survival.variance));
            }
        }

        #[test]
        fn without_censoring_it_is_a_plain_share(units in units(), day in 0..30_u32) {
            let seen: Vec<_> = units
                .into_iter()
                .filter(|unit| unit.outcome != Outcome::Censored)
                .collect();
            prop_assume!(!seen.is_empty());
            let n = seen.len() as f64;
            let hit = |unit: &&Observation| unit.outcome == Outcome::Event && unit.time <= day;
            let share = seen.iter().filter(hit).count() as f64 / n;
            let estimate = AalenJohansen::of(&seen).unwrap().event_by(day).unwrap();
            prop_assert!(near(estimate.value, share));
            prop_assert!(near(estimate.variance, share * (1.0 - share) / n));
        }
    }
}
