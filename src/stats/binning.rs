//! Quintile scores: which fifth of a sample a value lies in, 1 (lowest) to 5 (highest).

use super::describe::quantile_of;

/// How the cut points between the five bins are made and to which side a tie with one goes.
///
/// Under both, equal values always share a bin, so with ties the bins are of unequal size and
/// some may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinConvention {
    /// Cuts are the type-7 quintiles; a value equal to a cut belongs to the lower bin.
    UpperClosed,
    /// Cuts are the type-7 quintiles **plus one unit**; a value equal to a cut belongs to the
    /// upper bin. As R's package `rfm` does it (`rfm_table_order`: `quantile(...) + 1`, then
    /// `lower <= x < upper`). It depends on the unit of the values (give it days, counts, whole
    /// currency units); for whole numbers it equals [`UpperClosed`](Self::UpperClosed) where the
    /// quintiles are whole, and differs by part of a unit where they are not.
    RfmPackage,
}

/// The cut points of a sample, with its range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quintiles {
    /// The convention the cuts were made by.
    pub convention: BinConvention,
    /// Smallest value of the sample.
    pub min: f64,
    /// The four cuts, ascending; bin `b` lies between `cuts[b - 2]` and `cuts[b - 1]`. Under
    /// [`BinConvention::RfmPackage`] the upper ones may exceed [`max`](Self::max).
    pub cuts: [f64; 4],
    /// Largest value of the sample.
    pub max: f64,
}

impl Quintiles {
    /// The cut points of values in any order.
    ///
    /// `None` when there are none or when one is NaN or infinite. With n = 1, or when all values
    /// are equal, every cut is that value (plus one) and the only score is 1.
    #[must_use]
    pub fn of(values: &[f64], convention: BinConvention) -> Option<Self> {
        if !values.iter().all(|value| value.is_finite()) {
            return None;
        }
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let shift = match convention {
            BinConvention::UpperClosed => 0.0,
            BinConvention::RfmPackage => 1.0,
        };
        let mut cuts = [0.0; 4];
        for (part, cut) in (1..).zip(&mut cuts) {
            *cut = quantile_of(&sorted, part, 5)? + shift;
        }
        Some(Self { convention, min: *sorted.first()?, cuts, max: *sorted.last()? })
    }

    /// The score of a value, 1 to 5: one more than the number of cuts below it.
    ///
    /// A value outside the sample gets 1 or 5 accordingly, NaN gets 1.
    #[must_use]
    pub fn score(&self, value: f64) -> u8 {
        let passed = |cut: &&f64| match self.convention {
            BinConvention::UpperClosed => value > **cut,
            BinConvention::RfmPackage => value >= **cut,
        };
        self.cuts.iter().filter(passed).fold(1, |score, _| score + 1)
    }
}

/// The quintiles of the values and the score of each, in the order given. `None` as
/// [`Quintiles::of`].
#[must_use]
pub fn quintile_scores(values: &[f64], convention: BinConvention) -> Option<(Quintiles, Vec<u8>)> {
    let quintiles = Quintiles::of(values, convention)?;
    let scores = values.iter().map(|&value| quintiles.score(value)).collect();
    Some((quintiles, scores))
}

/// The score counted from the other end, for quantities of which less is better: 5 becomes 1.
/// A number that is no score is first brought into 1 to 5.
#[must_use]
pub fn reverse_score(score: u8) -> u8 {
    6 - score.clamp(1, 5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CONVENTIONS: [BinConvention; 2] = [BinConvention::UpperClosed, BinConvention::RfmPackage];

    #[test]
    fn a_value_on_a_cut() {
        let values: Vec<f64> = (0..=10).map(f64::from).collect();
        let (quintiles, scores) = quintile_scores(&values, BinConvention::UpperClosed).unwrap();
        assert_eq!(quintiles.cuts.map(f64::to_bits), [2.0_f64, 4.0, 6.0, 8.0].map(f64::to_bits));
        assert_eq!(scores, [1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
        let (quintiles, scores) = quintile_scores(&values, BinConvention::RfmPackage).unwrap();
        assert_eq!(quintiles.cuts.map(f64::to_bits), [3.0_f64, 5.0, 7.0, 9.0].map(f64::to_bits));
        assert_eq!(scores, [1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    }

    #[test]
    fn the_conventions_differ_between_whole_numbers() {
        // Type-7 quintiles 1.2, 2.4, 3.6, 4.8 over 0..=6.
        let values: Vec<f64> = (0..=6).map(f64::from).collect();
        let scores = CONVENTIONS.map(|convention| quintile_scores(&values, convention).unwrap().1);
        assert_eq!(scores[0], [1, 1, 2, 3, 4, 5, 5]);
        assert_eq!(scores[1], [1, 1, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn degenerate_samples() {
        for convention in CONVENTIONS {
            assert_eq!(quintile_scores(&[], convention), None);
            assert_eq!(quintile_scores(&[1.0, f64::NAN], convention), None);
            assert_eq!(quintile_scores(&[4.0; 3], convention).unwrap().1, [1, 1, 1]);
            let quintiles = Quintiles::of(&[1.0, 9.0], convention).unwrap();
            assert_eq!([f64::NAN, f64::INFINITY].map(|value| quintiles.score(value)), [1, 5]);
        }
        assert_eq!([0, 1, 2, 3, 5, 255].map(reverse_score), [5, 5, 4, 3, 1, 1]);
    }

    proptest! {
        #[test]
        fn scores_follow_the_values(values in prop::collection::vec(-50..50_i32, 1..60)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            for convention in CONVENTIONS {
                let (_, scores) = quintile_scores(&values, convention).unwrap();
                for (a, x) in values.iter().zip(&scores) {
                    prop_assert!((1..=5).contains(x));
                    for (b, y) in values.iter().zip(&scores) {
                        prop_assert!(a > b || x <= y);
                    }
                }
            }
        }
    }
}
