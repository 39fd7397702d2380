//! The gamma function and a hypergeometric series.

/// At most so many terms of a series.
const TERMS: u32 = 1_000_000;
/// A series ends when its rest is below this share of its sum.
const PRECISION: f64 = 1e-15;
/// A sum that grows beyond this is scaled down.
const LARGE: f64 = 1e200;

/// The natural logarithm of the gamma function, for `x > 0`. Not finite elsewhere, and beyond about 1e305.
pub(super) fn ln_gamma(x: f64) -> f64 {
    if x > 0.0 { libm::lgamma(x) } else { f64::NAN }
}

/// The logarithm of the beta function, `ln B(a, b)`, for positive arguments.
pub(super) fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// The logarithm of `Σ (a)_m (b)_m / ((c)_m (m + 1)!) z^m` over `m >= 0`, for positive `a`, `b`, `c` and
/// `0 <= z < 1`: the Gauss series from its second term on, divided by `(a - 1)(b - 1) z / (c - 1)`. All terms are
/// positive, so nothing cancels.
///
/// It ends at the first term `t` for which `t q / (1 - q)`, with `q` the larger of `z` and the ratio to the next
/// term, is below 1e-15 of the sum: the ratios approach `z` steadily from there on, so that this bounds the rest. `None`
/// where a million terms are too few, which needs a `z` above 0.9999.
pub(super) fn ln_gauss_rest(a: f64, b: f64, c: f64, z: f64) -> Option<f64> {
    let valid = [a, b, c].iter().all(|x| x.is_finite() && *x > 0.0) && (0.0..1.0).contains(&z);
    if !valid {
        return None;
    }
    let (mut term, mut sum, mut scale) = (1.0_f64, 1.0_f64, 0.0_f64);
    for m in 0..TERMS {
        let m = f64::from(m);
        let ratio = (a + m) / (c + m) * ((b + m) / (m + 2.0)) * z;
        let bound = ratio.max(z);
        if bound < 1.0 && term * bound / (1.0 - bound) <= PRECISION * sum {
            return Some(sum.ln() + scale);
        }
        term *= ratio;
        sum += term;
        if sum > LARGE {
            term /= LARGE;
            sum /= LARGE;
            scale += LARGE.ln();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::near;

    #[test]
    fn gamma_of_whole_and_half_numbers() {
        assert!(near(ln_gamma(1.0), 0.0) && near(ln_gamma(5.0), 24.0_f64.ln()));
        assert!(near(ln_gamma(0.5), std::f64::consts::PI.sqrt().ln()));
        assert!(near(ln_beta(2.0, 3.0), (1.0_f64 / 12.0).ln()));
        assert!(ln_gamma(0.0).is_nan() && ln_gamma(-1.0).is_nan());
    }

    /// `F(a, b; c; z)` by the rest of its series.
    fn gauss(a: f64, b: f64, c: f64, z: f64) -> f64 {
        1.0 + a * b * z / c * ln_gauss_rest(a + 1.0, b + 1.0, c + 1.0, z).unwrap().exp()
    }

    #[test]
    fn the_series_has_its_known_values() {
        // F(1, 1; 2; z) = -ln(1 - z) / z; F(a, b; b; z) = (1 - z)^-a.
        for z in [0.0, 1e-9, 0.1, 0.5, 0.9, 0.999] {
            if z > 0.0 {
                assert!((gauss(1.0, 1.0, 2.0, z) / (-(-z).ln_1p() / z) - 1.0).abs() < 1e-11, "{z}");
            }
            assert!((gauss(2.5, 3.0, 3.0, z) * (1.0 - z).powf(2.5) - 1.0).abs() < 1e-11, "{z}");
        }
        // Beyond the range of a number: (1 - z)^-a with a = 2000.
        let rest = ln_gauss_rest(2_001.0, 3.0, 3.0, 0.5).unwrap();
        let expected = 2_000.0 * 2.0_f64.ln() - (2_000.0_f64 * 0.5).ln();
        assert!((rest - expected).abs() < 1e-9, "{rest} {expected}");
    }

    #[test]
    fn what_the_series_does_not_reach_is_none() {
        assert_eq!(ln_gauss_rest(1.0, 1.0, 1.0, 1.0), None);
        assert_eq!(ln_gauss_rest(0.0, 1.0, 1.0, 0.5), None);
        assert_eq!(ln_gauss_rest(1.0, f64::NAN, 1.0, 0.5), None);
        assert_eq!(ln_gauss_rest(3.0, 3.0, 1.0, 1.0 - 1e-12), None);
    }
}
