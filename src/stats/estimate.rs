//! A value with its variance and 95 % interval, and the interval built on the log-log scale.

/// The 97.5 % point of the standard normal distribution: every interval here is a 95 % one.
pub const Z95: f64 = 1.959_963_984_540_054;

/// An estimated probability with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate, in `[0, 1]`.
    pub value: f64,
    /// Its estimated variance; the standard error is the square root. 0 where `value` is 0 or 1.
    pub variance: f64,
    /// The 95 % interval, inside `[0, 1]` and around `value`; `None` where it is undefined.
    pub interval: Option<(f64, f64)>,
}

impl Estimate {
    /// The estimate with the interval that is symmetric on the scale `ln(-ln value)`.
    ///
    /// Formula: `value ^ exp(±z s)` with `s = sqrt(variance) / (value |ln value|)`. It never
    /// leaves `[0, 1]` and covers better than the symmetric interval in small samples. Undefined
    /// (`None`) at 0 and at 1, where the scale is infinite.
    ///
    /// Source: Kalbfleisch and Prentice, "The Statistical Analysis of Failure Time Data" (1980);
    /// Borgan and Liestøl, Scandinavian Journal of Statistics 17 (1990); for cumulative
    /// incidences Choudhury, Statistics in Medicine 21 (2002).
    pub(super) fn log_log(value: f64, variance: f64) -> Self {
        let inside = value > 0.0 && value < 1.0;
        Self {
            value,
            variance,
            interval: inside.then(|| {
                let spread = Z95 * variance.max(0.0).sqrt() / (value * value.ln().abs());
                (value.powf(spread.exp()), value.powf((-spread).exp()))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_stays_in_range_and_around_the_value() {
        for value in [1e-300, 1e-9, 0.125, 0.5, 0.999, 1.0 - f64::EPSILON] {
            for variance in [0.0, 1e-12, 0.01, 0.25] {
                let (lower, upper) = Estimate::log_log(value, variance).interval.unwrap();
                assert!(0.0 <= lower && lower <= value && value <= upper && upper <= 1.0);
            }
        }
    }

    #[test]
    fn no_interval_at_the_ends() {
        assert_eq!(Estimate::log_log(0.0, 0.0).interval, None);
        assert_eq!(Estimate::log_log(1.0, 0.0).interval, None);
    }
}
