//! How unequally an amount is shared: coefficient of variation, Gini, Jain.
//!
//! All three take the amounts of the members, nothing included, and do not change when every
//! amount is multiplied by the same positive number. All three are `None` for no members, for a
//! total of 0 (nothing is shared, so neither equally nor unequally), and when an amount is
//! negative, NaN or infinite. One member alone shares equally.

/// The coefficient of variation: population standard deviation over mean. 0 when all are equal,
/// at most `sqrt(n - 1)` when one has it all.
///
/// Formula: `sqrt(sum (x - mean)² / n) / mean`.
#[must_use]
pub fn coefficient_of_variation(amounts: &[f64]) -> Option<f64> {
    let shares = relative(amounts)?;
    let n = shares.len() as f64;
    let mean = shares.iter().sum::<f64>() / n;
    let squares: f64 = shares.iter().map(|x| (x - mean).powi(2)).sum();
    Some((squares / n).sqrt() / mean)
}

/// The Gini coefficient, in `[0, 1)`: 0 when all are equal, `(n - 1) / n` when one has it all.
///
/// Formula: `sum_i (2i - n - 1) x_i / (n sum x)`, `x` ascending and `i` from 1; the population
/// figure, without the small-sample factor `n / (n - 1)`.
///
/// Source: Gini (1912) in the form of Sen, "On Economic Inequality" (1973).
#[must_use]
pub fn gini(amounts: &[f64]) -> Option<f64> {
    let mut shares = relative(amounts)?;
    shares.sort_by(f64::total_cmp);
    let n = shares.len() as f64;
    let weighted = |(i, x): (usize, &f64)| (2.0 * i as f64 + 1.0 - n) * x;
    let sum: f64 = shares.iter().enumerate().map(weighted).sum();
    let total: f64 = shares.iter().sum();
    Some((sum / (n * total)).max(0.0))
}

/// Jain's fairness index, in `[1/n, 1]`: 1 when all are equal, `1/n` when one has it all.
///
/// Formula: `(sum x)² / (n sum x²)`, which is `1 / (1 + CV²)`.
///
/// Source: Jain, Chiu and Hawe, DEC Research Report TR-301 (1984).
#[must_use]
pub fn jain(amounts: &[f64]) -> Option<f64> {
    let shares = relative(amounts)?;
    let total: f64 = shares.iter().sum();
    let squares: f64 = shares.iter().map(|x| x * x).sum();
    Some((total * total / (shares.len() as f64 * squares)).min(1.0))
}

/// The amounts over the largest one, so that no sum or square leaves the range of `f64`.
fn relative(amounts: &[f64]) -> Option<Vec<f64>> {
    let valid = amounts.iter().all(|x| x.is_finite() && *x >= 0.0);
    let largest = amounts.iter().copied().fold(0.0, f64::max);
    (valid && largest > 0.0).then(|| amounts.iter().map(|x| x / largest).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::near;
    use proptest::prelude::*;

    fn figures(amounts: &[f64]) -> [f64; 3] {
        [gini, coefficient_of_variation, jain].map(|index| index(amounts).unwrap())
    }

    #[test]
    fn check_figures() {
        let [gini, cv, jain] = figures(&[11.0, 19.0]);
        assert_eq!(format!("{gini:.4} {cv:.4} {jain:.4}"), "0.1333 0.2667 0.9336");
        let [gini, cv, jain] = figures(&[30.0, 0.0]);
        assert!(near(gini, 0.5) && near(cv, 1.0) && near(jain, 0.5));
    }

    #[test]
    fn equal_and_undefined() {
        for equal in [&[7.0][..], &[0.1; 9], &[f64::MAX; 3]] {
            let [gini, cv, jain] = figures(equal);
            assert!(near(gini, 0.0) && near(cv, 0.0) && near(jain, 1.0));
        }
        for none in [&[][..], &[0.0, 0.0], &[1.0, -1.0], &[f64::NAN, 1.0]] {
            assert_eq!((gini(none), jain(none)), (None, None));
            assert_eq!(coefficient_of_variation(none), None);
        }
    }

    proptest! {
        #[test]
        fn bounded_and_without_scale(
            amounts in prop::collection::vec(0.0..1e6_f64, 1..50),
            factor in 1e-3..1e3_f64,
        ) {
            prop_assume!(amounts.iter().sum::<f64>() > 0.0);
            let [gini, cv, jain] = figures(&amounts);
            prop_assert!((0.0..1.0).contains(&gini));
            prop_assert!((jain - 1.0 / (1.0 + cv * cv)).abs() < 1e-9);
            let scaled: Vec<f64> = amounts.iter().map(|x| x * factor).collect();
            for (a, b) in figures(&scaled).into_iter().zip([gini, cv, jain]) {
                prop_assert!((a - b).abs() < 1e-9);
            }
        }
    }
}
