//! The gamma-gamma model: the mean of a unit's values when few of them are known.

use super::bg_nbd::{FitError, LEAST_REPEATING};
use super::maximise;
use super::special::ln_gamma;

/// The values of one unit: how many, and their mean.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MeanOf {
    /// The number of values.
    pub count: u32,
    /// Their mean, above 0.
    pub mean: f64,
}

/// The gamma-gamma model of values that differ between units, and within each of them.
///
/// The values of a unit are gamma(p, ν) variables; ν differs between units as a gamma(q, gamma) variable.
///
/// Limits: the mean of a unit must not depend on how many values it has; all values are above 0.
///
/// Source: Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (2013); Fader, Hardie and Lee, Journal of
/// Marketing Research 42 (2005), pages 415 to 430.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaGamma {
    /// Shape of the values of a unit, above 0.
    pub p: f64,
    /// Shape of the units, above 1: with less the mean of all units is infinite.
    pub q: f64,
    /// Scale of the units, in the unit of the values, above 0.
    pub gamma: f64,
}

/// A model fitted to units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaGammaFit {
    /// The model.
    pub model: GammaGamma,
    /// The logarithm of the likelihood of the means under it.
    pub log_likelihood: f64,
    /// The number of units.
    pub n: usize,
}

impl MeanOf {
    fn is_possible(&self) -> bool {
        self.count > 0 && self.mean > 0.0 && (1e-12..=1e15).contains(&self.mean)
    }
}

impl GammaGamma {
    /// The model under which the means of these units are likeliest. `p`, `q - 1` and, measured in the mean of all units,
    /// `gamma` are within a factor of 1000 of 1. Deterministic.
    ///
    /// # Errors
    /// Fails with fewer than [`LEAST_REPEATING`] units, or with a unit without values or a mean of 0 or less.
    pub fn fit(units: &[MeanOf]) -> Result<GammaGammaFit, FitError> {
        if let Some(at) = units.iter().position(|unit| !unit.is_possible()) {
            return Err(FitError::Impossible(at));
        }
        let n = units.len();
        if n < LEAST_REPEATING {
            return Err(FitError::TooFew { n, repeating: n });
        }
        let scale = units.iter().map(|unit| unit.mean).sum::<f64>() / n as f64;
        let model = |x: &[f64]| GammaGamma { p: x[0], q: 1.0 + x[1], gamma: x[2] * scale };
        let starts: [&[f64]; 3] = [&[1.0, 1.0, 1.0], &[6.0, 3.0, 0.5], &[1.0, 10.0, 10.0]];
        // In the order of their counts, so that what depends on the count alone is computed once for each.
        let mut sorted = units.to_vec();
        sorted.sort_unstable_by(|x, y| x.count.cmp(&y.count).then(x.mean.total_cmp(&y.mean)));
        let value = |x: &[f64]| sum_of_logs(&model(x), &sorted);
        let (x, log_likelihood) = maximise::greatest(&starts, value).ok_or(FitError::NoMaximum)?;
        Ok(GammaGammaFit { model: model(&x), log_likelihood, n })
    }

    fn is_possible(&self) -> bool {
        let positive = [self.p, self.q, self.gamma].iter().all(|x| x.is_finite() && *x > 0.0);
        positive && self.q > 1.0
    }

    /// The logarithm of the likelihood of these means. `None` for impossible units or parameters.
    ///
    /// Formula, for the mean m of x values: `ln Γ(px + q) - ln Γ(px) - ln Γ(q) + q ln γ + (px - 1) ln m + px ln x -
    /// (px + q) ln(γ + xm)`.
    #[must_use]
    pub fn log_likelihood(&self, units: &[MeanOf]) -> Option<f64> {
        let possible = self.is_possible() && units.iter().all(MeanOf::is_possible);
        possible.then(|| sum_of_logs(self, units)).filter(|value| value.is_finite())
    }

    /// The expected mean of all units: `p γ / (q - 1)`. `None` for impossible parameters.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let mean = self.is_possible().then(|| self.p * self.gamma / (self.q - 1.0));
        mean.filter(|mean| mean.is_finite())
    }

    /// The expected value of a further one of the unit's values: its own mean, drawn to that of all units the more the
    /// fewer values it has. `None` for impossible parameters or an impossible unit.
    ///
    /// Formula, for the mean m of x values: `p (γ + xm) / (px + q - 1)`.
    #[must_use]
    pub fn expected(&self, unit: MeanOf) -> Option<f64> {
        if !self.is_possible() || !unit.is_possible() {
            return None;
        }
        let x = f64::from(unit.count);
        let expected = self.p * (self.gamma + x * unit.mean) / (self.p * x + self.q - 1.0);
        expected.is_finite().then_some(expected)
    }
}

/// The sum of the logarithms of the densities of the means.
fn sum_of_logs(model: &GammaGamma, units: &[MeanOf]) -> f64 {
    let GammaGamma { p, q, gamma } = *model;
    let each = q * gamma.ln() - ln_gamma(q);
    let mut sum = 0.0;
    for equal in units.chunk_by(|x, y| x.count == y.count) {
        let x = f64::from(equal[0].count);
        let px = p * x;
        sum += equal.len() as f64 * (each + ln_gamma(px + q) - ln_gamma(px) + px * x.ln());
        for unit in equal {
            sum += (px - 1.0) * unit.mean.ln() - (px + q) * (gamma + x * unit.mean).ln();
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::near;
    use proptest::prelude::*;

    #[test]
    fn check_figure_of_one_unit() {
        let model = GammaGamma { p: 6.25, q: 3.74, gamma: 15.45 };
        let expected = model.expected(MeanOf { count: 2, mean: 22.35 }).unwrap();
        assert!((expected - 24.66).abs() < 0.02, "{expected}");
    }

    #[test]
    fn ten_units_are_enough_and_nine_are_not() {
        let units: Vec<MeanOf> =
            (1..=10).map(|n| MeanOf { count: n, mean: f64::from(n) }).collect();
        assert_eq!(GammaGamma::fit(&units).unwrap().n, 10);
        assert_eq!(GammaGamma::fit(&units[..9]), Err(FitError::TooFew { n: 9, repeating: 9 }));
        assert_eq!(GammaGamma::fit(&[]), Err(FitError::TooFew { n: 0, repeating: 0 }));
    }

    #[test]
    fn a_mean_is_drawn_to_that_of_all_the_more_the_fewer_values_it_has() {
        let model = GammaGamma { p: 6.25, q: 3.74, gamma: 15.44 };
        let all = model.mean().unwrap();
        let drawn =
            [1, 2, 10, 1_000].map(|count| model.expected(MeanOf { count, mean: 100.0 }).unwrap());
        assert!(
            all < drawn[0] && drawn.windows(2).all(|pair| pair[0] < pair[1]) && drawn[3] < 100.0
        );
        // The formula of the source, as a weighted mean.
        let weight = 6.25 * 2.0 / (6.25 * 2.0 + 3.74 - 1.0);
        assert!(near(drawn[1], (1.0 - weight) * all + weight * 100.0));
    }

    #[test]
    fn impossible_numbers_have_no_figure() {
        let model = GammaGamma { p: 1.0, q: 2.0, gamma: 1.0 };
        for mean in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
            let unit = MeanOf { count: 1, mean };
            assert_eq!((model.expected(unit), model.log_likelihood(&[unit])), (None, None));
            assert_eq!(GammaGamma::fit(&[unit]), Err(FitError::Impossible(0)));
        }
        assert_eq!(model.expected(MeanOf { count: 0, mean: 1.0 }), None);
        for q in [1.0, 0.5, f64::NAN] {
            assert_eq!(GammaGamma { q, ..model }.mean(), None);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_fit_is_as_good_as_any_other_and_has_finite_figures(
            units in prop::collection::vec((1..20_u32, 0.01..1e4_f64), 10..60),
            others in prop::collection::vec([-6.0..6.0_f64, -6.0..6.0_f64, -6.0..6.0_f64], 20),
        ) {
            let units: Vec<MeanOf> =
                units.into_iter().map(|(count, mean)| MeanOf { count, mean }).collect();
            let scale = units.iter().map(|unit| unit.mean).sum::<f64>() / units.len() as f64;
            let fit = GammaGamma::fit(&units).unwrap();
            for [p, q, gamma] in others {
                let other = GammaGamma { p: p.exp(), q: 1.0 + q.exp(), gamma: gamma.exp() * scale };
                if let Some(value) = other.log_likelihood(&units) {
                    prop_assert!(value <= fit.log_likelihood + 1e-6 * value.abs(), "{other:?} {fit:?}");
                }
            }
            for unit in &units {
                prop_assert!(fit.model.expected(*unit).is_some_and(|mean| mean > 0.0));
            }
        }
    }
}
