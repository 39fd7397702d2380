//! The Brier score of probabilities that were stated, and the three parts that it is made of.

use super::proportion::Proportion;
use std::collections::BTreeMap;

/// The Brier score of some forecasts of an event, with its parts.
///
/// Forecast `i` states a probability `p_i`, and `o_i` is 1 if the event came, else 0. The score is the mean of
/// `(p_i - o_i)²`: 0 is perfect, 1 the worst. With `n_k` the forecasts of group `k`, which all state the probability
/// `p_k`, `o_k` the share of them in which the event came, `o` that share among all `N`:
///
/// * reliability `1/N Σ n_k (p_k - o_k)²`: how far the probabilities are from what came; 0 is best;
/// * resolution `1/N Σ n_k (o_k - o)²`: how far what came in the groups is from the mean; more is better;
/// * uncertainty `o (1 - o)`: how hard the event is to foretell, whatever is stated.
///
/// Because the groups are those of equal probabilities, score = reliability - resolution + uncertainty exactly.
///
/// Sources: Brier, Monthly Weather Review 78 (1950), pages 1 to 3; Murphy, "A new vector partition of the
/// probability score", Journal of Applied Meteorology 12 (1973), pages 595 to 600.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Brier {
    /// All forecasts, with those in which the event came.
    pub came: Proportion,
    /// The number of groups: of different probabilities that were stated. Where most groups are of one or two
    /// forecasts, reliability and resolution are both large, whatever was stated.
    pub groups: usize,
    /// The mean of the stated probabilities, in `[0, 1]`.
    pub stated: f64,
    /// The score, in `[0, 1]`.
    pub score: f64,
    /// The reliability, in `[0, 1]`.
    pub reliability: f64,
    /// The resolution, in `[0, 0.25]`.
    pub resolution: f64,
    /// The uncertainty, in `[0, 0.25]`.
    pub uncertainty: f64,
}

impl Brier {
    /// The score of forecasts, given as stated probabilities with how many stated it and in how many of them the event
    /// came. Groups of equal probability are joined.
    ///
    /// `None` without forecasts, and when a probability is not in `[0, 1]` or more events came than were foretold.
    #[must_use]
    pub fn of(forecasts: impl IntoIterator<Item = (f64, Proportion)>) -> Option<Brier> {
        // Bits of numbers that are not negative sort as the numbers do.
        let mut groups: BTreeMap<u64, Proportion> = BTreeMap::new();
        let mut all = Proportion::default();
        for (stated, came) in forecasts {
            if !(0.0..=1.0).contains(&stated) || came.successes > came.trials {
                return None;
            }
            // -0.0 is 0.
            let group = groups.entry(stated.abs().to_bits()).or_default();
            for sum in [group, &mut all] {
                sum.successes += came.successes;
                sum.trials += came.trials;
            }
        }
        let (n, mean) = (all.trials as f64, all.rate()?);
        let sum = |term: &dyn Fn(f64, Proportion, f64) -> f64| -> f64 {
            let terms = groups.iter().filter_map(|(stated, came)| {
                Some(term(f64::from_bits(*stated), *came, came.rate()?))
            });
            terms.sum::<f64>() / n
        };
        Some(Brier {
            came: all,
            groups: groups.values().filter(|came| came.trials > 0).count(),
            stated: sum(&|stated, came, _| came.trials as f64 * stated),
            score: sum(&|stated, came, _| {
                let missed = (came.trials - came.successes) as f64;
                came.successes as f64 * (1.0 - stated).powi(2) + missed * stated.powi(2)
            }),
            reliability: sum(&|stated, came, rate| came.trials as f64 * (stated - rate).powi(2)),
            resolution: sum(&|_, came, rate| came.trials as f64 * (rate - mean).powi(2)),
            uncertainty: mean * (1.0 - mean),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::near;
    use proptest::prelude::*;

    fn of(groups: &[(f64, u64, u64)]) -> Option<Brier> {
        let group = |&(stated, successes, trials)| (stated, Proportion { successes, trials });
        Brier::of(groups.iter().map(group))
    }

    /// N = 10, 6 came. Score: (0.75² + 3 x 0.25² + 4 x 0.5² + 2 x 0.1²) / 10 = 1.77 / 10.
    /// Reliability: (4 x 0 + 4 x 0.25² + 2 x 0.1²) / 10 = 0.27 / 10.
    /// Resolution: (4 x 0.35² + 4 x 0.15² + 2 x 0.4²) / 10 = 0.9 / 10. Uncertainty: 0.6 x 0.4.
    #[test]
    fn figures_by_hand() {
        let found = of(&[(0.25, 1, 4), (0.5, 3, 4), (0.9, 2, 2)]).unwrap();
        assert_eq!((found.came, found.groups), (Proportion { successes: 6, trials: 10 }, 3));
        for (figure, by_hand) in [
            (found.stated, 0.48),
            (found.score, 0.177),
            (found.reliability, 0.027),
            (found.resolution, 0.09),
            (found.uncertainty, 0.24),
        ] {
            assert!(near(figure, by_hand), "{figure} {by_hand}");
        }
    }

    #[test]
    fn groups_of_one_probability_are_joined() {
        let joined = of(&[(0.5, 3, 4), (0.25, 1, 4)]);
        assert_eq!(of(&[(0.5, 1, 1), (0.25, 1, 4), (0.5, 2, 3)]), joined);
        // Apart, they would have a resolution.
        assert!(near(of(&[(0.5, 2, 2), (0.5, 0, 2)]).unwrap().resolution, 0.0));
        assert_eq!(of(&[(0.0, 0, 1), (-0.0, 1, 1)]), of(&[(0.0, 1, 2)]));
    }

    #[test]
    fn the_ends_of_the_scale() {
        let perfect = of(&[(1.0, 3, 3), (0.0, 0, 5)]).unwrap();
        assert!(near(perfect.score, 0.0) && near(perfect.resolution, perfect.uncertainty));
        assert!(near(of(&[(0.0, 3, 3), (1.0, 0, 5)]).unwrap().score, 1.0));
        // The mean stated for all has neither fault nor resolution.
        let mean = of(&[(0.375, 3, 8)]).unwrap();
        assert!(near(mean.score, mean.uncertainty) && near(mean.reliability, 0.0));
    }

    #[test]
    fn without_forecasts_or_with_wrong_ones_there_is_none() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[(0.5, 0, 0)]), None);
        assert_eq!(of(&[(1.5, 0, 1)]), None);
        assert_eq!(of(&[(-0.1, 0, 1)]), None);
        assert_eq!(of(&[(f64::NAN, 0, 1)]), None);
        assert_eq!(of(&[(0.5, 2, 1)]), None);
        // An empty group changes nothing.
        assert_eq!(of(&[(0.5, 1, 2), (0.7, 0, 0)]), of(&[(0.5, 1, 2)]));
    }

    proptest! {
        #[test]
        fn the_parts_add_up_to_the_score(
            groups in prop::collection::vec((0..=20_u32, 0..50_u64, 0..50_u64), 1..12),
        ) {
            let groups: Vec<(f64, u64, u64)> = groups
                .into_iter()
                .map(|(p, came, others)| (f64::from(p) / 20.0, came, came + others))
                .collect();
            if let Some(found) = of(&groups) {
                let Brier { score, reliability, resolution, uncertainty, .. } = found;
                prop_assert!(near(score, reliability - resolution + uncertainty), "{found:?}");
                prop_assert!((0.0..=1.0).contains(&score) && resolution <= 0.25 + 1e-12);
                prop_assert!(resolution <= uncertainty + 1e-12);
            } else {
                prop_assert!(groups.iter().all(|(_, _, trials)| *trials == 0));
            }
        }
    }
}
