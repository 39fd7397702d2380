//! The BG/NBD model: events that units repeat at rates of their own until they drop out unseen.

use super::maximise;
use super::special::{ln_beta, ln_gamma, ln_gauss_rest};

/// Of fewer units no model is fitted.
pub const LEAST_UNITS: usize = 50;
/// Of fewer units that repeated the event no model is fitted.
pub const LEAST_REPEATING: usize = 10;

/// One unit, seen from its first event on. Times are in one unit of time, any.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Repeats {
    /// Events after the first one.
    pub count: u32,
    /// The time from the first event to the last one; 0 without repeats.
    pub last: f64,
    /// The time from the first event to the end of the observation.
    pub age: f64,
}

/// The BG/NBD model of units that repeat an event.
///
/// While active, a unit has events as a Poisson process of rate λ; after each event it drops out with probability p.
/// λ differs between units as a gamma(r, alpha) variable, p as a beta(a, b) one, independent of each other.
///
/// Limits: nothing seasonal, no trend, and each rate is for ever; a unit that never repeated the event counts as
/// active.
///
/// Source: Fader, Hardie and Lee, "Counting Your Customers" the Easy Way, Marketing Science 24 (2005), pages 275 to
/// 284.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgNbd {
    /// Shape of the rates, above 0.
    pub r: f64,
    /// Inverse scale of the rates, in units of time, above 0.
    pub alpha: f64,
    /// First parameter of the dropping out, above 0.
    pub a: f64,
    /// Second parameter of the dropping out, above 0.
    pub b: f64,
}

/// A model fitted to units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgNbdFit {
    /// The model.
    pub model: BgNbd,
    /// The logarithm of the likelihood of the units under it.
    pub log_likelihood: f64,
    /// The number of units.
    pub n: usize,
    /// How many of them repeated the event.
    pub repeating: usize,
    /// Is a parameter at the end of the range that is searched? Then the units do not tell it.
    pub is_at_the_end: bool,
}

/// Why no model is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    /// Too few units, or too few that repeated the event.
    #[error("{n} units, {repeating} with repeats: too few")]
    TooFew {
        /// The number of units.
        n: usize,
        /// How many of them repeated the event.
        repeating: usize,
    },
    /// A number that is negative, not finite, or a last event after the end of the observation.
    #[error("unit {0} has impossible numbers")]
    Impossible(usize),
    /// No parameters have a finite likelihood.
    #[error("no parameters have a finite likelihood")]
    NoMaximum,
}

/// Equal units, once, with their number.
struct Grouped {
    units: Vec<(Repeats, f64)>,
    /// The counts of repeats that occur, ascending, each with the number of its units.
    counts: Vec<(u32, f64)>,
    /// The position of each of `units` in `counts`.
    places: Vec<usize>,
}

impl Repeats {
    fn is_possible(&self) -> bool {
        let times = self.age.is_finite() && 0.0 <= self.last && self.last <= self.age;
        times && self.age <= 1e12
    }
}

impl Grouped {
    fn of(units: &[Repeats]) -> Grouped {
        let mut sorted = units.to_vec();
        // Without repeats the last event is the first one.
        sorted.iter_mut().filter(|unit| unit.count == 0).for_each(|unit| unit.last = 0.0);
        let key = |unit: &Repeats| (unit.count, unit.last.to_bits(), unit.age.to_bits());
        sorted.sort_unstable_by_key(key);
        let mut grouped = Grouped { units: Vec::new(), counts: Vec::new(), places: Vec::new() };
        for equal in sorted.chunk_by(|x, y| key(x) == key(y)) {
            let n = equal.len() as f64;
            match grouped.counts.last_mut() {
                Some((count, all)) if *count == equal[0].count => *all += n,
                _ => grouped.counts.push((equal[0].count, n)),
            }
            grouped.places.push(grouped.counts.len() - 1);
            grouped.units.push((equal[0], n));
        }
        grouped
    }

    /// The logarithm of the likelihood; not finite where it has none.
    fn log_likelihood(&self, model: &BgNbd) -> f64 {
        let BgNbd { r, alpha, a, b } = *model;
        let (start, whole) = (r * alpha.ln() - ln_gamma(r), ln_beta(a, b));
        let mut sum = 0.0;
        // The terms of a count alone: what both ways have in common, and the odds of having dropped out at once.
        let mut odds = Vec::with_capacity(self.counts.len());
        for (count, n) in &self.counts {
            let x = f64::from(*count);
            sum += n * (start + ln_gamma(r + x) + ln_beta(a, b + x) - whole);
            odds.push(a.ln() - (b + x - 1.0).ln());
        }
        for ((unit, n), place) in self.units.iter().zip(&self.places) {
            let shape = r + f64::from(unit.count);
            let active = -shape * (alpha + unit.age).ln();
            sum += n * if unit.count == 0 {
                active
            } else {
                ln_sum(active, odds[*place] - shape * (alpha + unit.last).ln())
            };
        }
        sum
    }
}

/// `ln(exp x + exp y)`.
fn ln_sum(x: f64, y: f64) -> f64 {
    x.max(y) + (-(x - y).abs()).exp().ln_1p()
}

impl BgNbd {
    /// The model under which these units are likeliest, each parameter within a factor of 1000 of 1 (`alpha`: of the
    /// mean age). Equal units are computed once. Deterministic.
    ///
    /// # Errors
    /// Fails with fewer than [`LEAST_UNITS`] units or [`LEAST_REPEATING`] with repeats, or with an impossible unit.
    pub fn fit(units: &[Repeats]) -> Result<BgNbdFit, FitError> {
        if let Some(at) = units.iter().position(|unit| !unit.is_possible()) {
            return Err(FitError::Impossible(at));
        }
        let n = units.len();
        let repeating = units.iter().filter(|unit| unit.count > 0).count();
        let scale = units.iter().map(|unit| unit.age).sum::<f64>() / n.max(1) as f64;
        if n < LEAST_UNITS || repeating < LEAST_REPEATING || scale <= 0.0 {
            return Err(FitError::TooFew { n, repeating });
        }
        let grouped = Grouped::of(units);
        let model = |x: &[f64]| BgNbd { r: x[0], alpha: x[1] * scale, a: x[2], b: x[3] };
        let starts: [&[f64]; 3] =
            [&[1.0, 1.0, 1.0, 2.0], &[0.25, 0.15, 0.8, 2.5], &[2.0, 1.0, 0.1, 10.0]];
        let greatest = maximise::greatest(&starts, |x| grouped.log_likelihood(&model(x)));
        let (x, log_likelihood) = greatest.ok_or(FitError::NoMaximum)?;
        let is_at_the_end = x.iter().any(|number| maximise::is_at_the_end(*number));
        Ok(BgNbdFit { model: model(&x), log_likelihood, n, repeating, is_at_the_end })
    }

    fn is_possible(&self) -> bool {
        [self.r, self.alpha, self.a, self.b].iter().all(|x| x.is_finite() && *x > 0.0)
    }

    /// The logarithm of the likelihood of these units. `None` for impossible units or parameters.
    ///
    /// Formula, for x repeats up to t of an age T: `ln Γ(r + x) - ln Γ(r) + r ln α + ln B(a, b + x) - ln B(a, b) +
    /// ln((α + T)^-(r + x) + [x > 0] a / (b + x - 1) (α + t)^-(r + x))`.
    #[must_use]
    pub fn log_likelihood(&self, units: &[Repeats]) -> Option<f64> {
        let possible = self.is_possible() && units.iter().all(Repeats::is_possible);
        let value = possible.then(|| Grouped::of(units).log_likelihood(self));
        value.filter(|value| value.is_finite())
    }

    /// The probability that the unit is still active at the end of its observation: 1 without repeats. `None` for
    /// an impossible unit or parameters.
    ///
    /// Formula: `1 / (1 + [x > 0] a / (b + x - 1) ((α + T) / (α + t))^(r + x))`.
    #[must_use]
    pub fn active(&self, unit: Repeats) -> Option<f64> {
        if !self.is_possible() || !unit.is_possible() {
            return None;
        }
        if unit.count == 0 {
            return Some(1.0);
        }
        let x = f64::from(unit.count);
        let longer = ((unit.age - unit.last) / (self.alpha + unit.last)).ln_1p();
        let odds = self.a.ln() - (self.b + x - 1.0).ln() + (self.r + x) * longer;
        Some(1.0 / (1.0 + odds.exp()))
    }

    /// The expected number of events in the time `ahead` after the end of the unit's observation. `None` for
    /// impossible numbers, and where the series does not come to an end.
    ///
    /// Formula: `(a + b + x - 1) / (a - 1) [1 - ((α + T) / (α + T + s))^(r + x) F(r + x, b + x; a + b + x - 1;
    /// s / (α + T + s))]` times the probability of being [`active`](Self::active), with F Gauss's series and s the time
    /// ahead. At `a` = 1, where it is 0 / 0, the value a millionth beside it is given.
    #[must_use]
    pub fn expected(&self, unit: Repeats, ahead: f64) -> Option<f64> {
        if !(0.0..=1e12).contains(&ahead) {
            return None;
        }
        let active = self.active(unit)?;
        let (a, shape) = (self.a, self.r + f64::from(unit.count));
        let a = if (a - 1.0).abs() < 1e-6 { 1.0 + 1e-6 } else { a };
        let (b, whole) = (self.b + f64::from(unit.count), self.alpha + unit.age + ahead);
        let (c, z) = (a + b - 1.0, ahead / whole);
        // The first term of the series, and the others; both times c, which may be 0.
        let lost = (-z).ln_1p() * shape;
        let rest = ln_gauss_rest(shape + 1.0, b + 1.0, c + 1.0, z)?;
        let series = c * lost.exp() + b * shape * z * (lost + rest).exp();
        let expected = (c - series) / (a - 1.0) * active;
        expected.is_finite().then(|| expected.max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::near;
    use proptest::prelude::*;

    /// The parameters that are published for the CDNOW sample; the fit to the sample itself is a test of the reports.
    const PUBLISHED: BgNbd = BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };

    #[test]
    fn check_figure_of_one_unit() {
        let unit = Repeats { count: 2, last: 30.43, age: 38.86 };
        assert_eq!(format!("{:.3}", PUBLISHED.expected(unit, 39.0).unwrap()), "1.226");
    }

    /// `E[(1 - (1 + p s / (α + T))^-(r + x)) / p]` over p of beta(a, b + x), the expectation of an active unit, by the
    /// midpoint rule: the integral from which the series comes.
    fn integral(model: &BgNbd, unit: Repeats, ahead: f64) -> f64 {
        let x = f64::from(unit.count);
        let (a, b, shape) = (model.a, model.b + x, model.r + x);
        let steps = 400_000;
        let mut sum = 0.0;
        for step in 0..steps {
            // p = sin² u spreads the steps where the density is steep.
            let width = std::f64::consts::FRAC_PI_2 / f64::from(steps);
            let (sin, cos) = ((f64::from(step) + 0.5) * width).sin_cos();
            let p = sin * sin;
            let density = (a - 1.0) * p.ln() + (b - 1.0) * (-p).ln_1p() - ln_beta(a, b);
            let events = -(-shape * (p * ahead / (model.alpha + unit.age)).ln_1p()).exp_m1() / p;
            sum += density.exp() * events * 2.0 * sin * cos * width;
        }
        sum
    }

    #[test]
    fn the_series_is_the_integral() {
        for (r, alpha, a, b) in [
            (0.243, 4.414, 0.793, 2.426),
            (2.0, 10.0, 1.0, 3.0),
            (5.0, 50.0, 2.5, 1.5),
            // a + b - 1 is 0 without repeats.
            (0.5, 1.0, 0.5, 0.5),
            (300.0, 900.0, 1.2, 40.0),
        ] {
            let model = BgNbd { r, alpha, a, b };
            for (count, last, age) in [(0, 0.0, 20.0), (2, 30.0, 39.0), (9, 50.0, 52.0)] {
                let unit = Repeats { count, last, age };
                let active = model.active(unit).unwrap();
                let (series, integral) =
                    (model.expected(unit, 52.0).unwrap(), integral(&model, unit, 52.0) * active);
                assert!(
                    (series / integral - 1.0).abs() < 2e-4,
                    "{model:?} {unit:?} {series} {integral}"
                );
            }
        }
    }

    #[test]
    fn active_for_certain_without_repeats_and_the_less_the_longer_it_is_silent() {
        let model = BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
        let active = |count, last, age| model.active(Repeats { count, last, age }).unwrap();
        assert!(near(active(0, 0.0, 100.0), 1.0));
        let silent = [10.0, 20.0, 40.0, 80.0].map(|age| active(5, 10.0, age));
        assert!(silent.windows(2).all(|pair| pair[0] > pair[1]), "{silent:?}");
        // At the moment of an event the unit is active unless it dropped out after it: (b + x - 1) / (a + b + x - 1).
        assert!(near(silent[0], 6.426 / 7.219));
        assert!(active(200_000, 1.0, 1e6) < 1e-100);
        assert_eq!(model.expected(Repeats { count: 3, last: 2.0, age: 5.0 }, 0.0), Some(0.0));
    }

    #[test]
    fn fifty_units_with_ten_that_repeat_are_enough() {
        let units = |n: usize, repeating: usize| -> Vec<Repeats> {
            let one = |at: usize| match at < repeating {
                true => Repeats { count: 1 + at as u32 % 3, last: 5.0 + at as f64, age: 60.0 },
                false => Repeats { age: 60.0, ..Repeats::default() },
            };
            (0..n).map(one).collect()
        };
        assert_eq!(BgNbd::fit(&units(50, 10)).map(|fit| (fit.n, fit.repeating)), Ok((50, 10)));
        for (n, repeating) in [(0, 0), (1, 1), (49, 10), (50, 9), (500, 0)] {
            assert_eq!(BgNbd::fit(&units(n, repeating)), Err(FitError::TooFew { n, repeating }));
        }
        // All of them on their first day.
        let today = vec![Repeats { count: 1, ..Repeats::default() }; 60];
        assert_eq!(BgNbd::fit(&today), Err(FitError::TooFew { n: 60, repeating: 60 }));
    }

    #[test]
    fn impossible_numbers_have_no_figure() {
        let model = BgNbd { r: 1.0, alpha: 1.0, a: 1.0, b: 1.0 };
        for (last, age) in [
            (2.0, 1.0),
            (-1.0, 1.0),
            (0.0, f64::NAN),
            (f64::NAN, 1.0),
            (0.0, f64::INFINITY),
            (0.0, 1e13),
        ] {
            let unit = Repeats { count: 1, last, age };
            assert_eq!((model.active(unit), model.expected(unit, 1.0)), (None, None));
            assert_eq!(model.log_likelihood(&[unit]), None);
            assert_eq!(BgNbd::fit(&[unit]), Err(FitError::Impossible(0)));
        }
        let unit = Repeats::default();
        for ahead in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(model.expected(unit, ahead), None);
        }
        assert_eq!(BgNbd { a: 0.0, ..model }.active(unit), None);
        assert_eq!(BgNbd { alpha: f64::NAN, ..model }.expected(unit, 1.0), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_fit_is_as_good_as_any_other_and_has_finite_figures(
            units in prop::collection::vec((0..12_u32, 0.0..=1.0_f64, 0.5..800.0_f64), 50..90),
            others in prop::collection::vec([-6.0..6.0_f64, -6.0..6.0_f64, -6.0..6.0_f64, -6.0..6.0_f64], 20),
        ) {
            let unit = |(count, share, age): (u32, f64, f64)| Repeats { count, last: share * age, age };
            let units: Vec<Repeats> = units.into_iter().map(unit).collect();
            let scale = units.iter().map(|unit| unit.age).sum::<f64>() / units.len() as f64;
            let fit = BgNbd::fit(&units).unwrap();
            for [r, alpha, a, b] in others {
                let other =
                    BgNbd { r: r.exp(), alpha: alpha.exp() * scale, a: a.exp(), b: b.exp() };
                if let Some(value) = other.log_likelihood(&units) {
                    prop_assert!(value <= fit.log_likelihood + 1e-6 * value.abs(), "{other:?} {fit:?}");
                }
            }
            for unit in &units {
                let active = fit.model.active(*unit).unwrap();
                prop_assert!((0.0..=1.0).contains(&active));
                let year = fit.model.expected(*unit, 365.0).unwrap();
                prop_assert!(year.is_finite() && year >= 0.0);
                prop_assert!(fit.model.expected(*unit, 182.0).unwrap() <= year + 1e-9);
            }
            prop_assert_eq!(BgNbd::fit(&units), Ok(fit));
        }

        #[test]
        fn no_numbers_whatever_panic(
            [r, alpha, a, b] in prop::array::uniform4(prop::num::f64::ANY),
            (count, last, age, ahead) in
                (any::<u32>(), prop::num::f64::ANY, prop::num::f64::ANY, prop::num::f64::ANY),
        ) {
            let (model, unit) = (BgNbd { r, alpha, a, b }, Repeats { count, last, age });
            prop_assert!(model.active(unit).is_none_or(|p| (0.0..=1.0).contains(&p)));
            prop_assert!(model.log_likelihood(&[unit]).is_none_or(f64::is_finite));
            prop_assert!(model.expected(unit, ahead).is_none_or(|n| n.is_finite() && n >= 0.0));
            let _ = BgNbd::fit(&vec![unit; 60]);
        }
    }
}
