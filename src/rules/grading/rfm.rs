//! Scores of recency, frequency and money, 1 to 5, and the segments they make.

use crate::model::grading::{Grading, Scoring};
use crate::rules::customer::figures::Figures;
use crate::rules::customer::scores::Scores;
use crate::stats::{BinConvention, Quintiles, reverse_score};
use crate::value::date::Date;
use crate::value::money::Amount;

/// Fewer customers than bins make no quintiles.
pub const LEAST: usize = 5;

/// Where the bins of the three figures end. Sums of money were exact; cut points are statistics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bins {
    /// Of days since the last order; the lowest bin scores 5.
    pub recency: Quintiles,
    /// Of numbers of orders.
    pub frequency: Quintiles,
    /// Of money.
    pub money: Quintiles,
}

impl Bins {
    /// The bins of the customers that bought: fixed limits where the settings state them, else quintiles.
    /// `None` where no customer bought, or where quintiles are asked of fewer than [`LEAST`].
    pub fn of<'f>(
        figures: impl Iterator<Item = &'f Figures>,
        grading: &Grading,
        on: Date,
    ) -> Option<Bins> {
        let values: Vec<[f64; 3]> = figures.filter_map(|figures| values(figures, on)).collect();
        let limits = [grading.recency_limits, grading.frequency_limits, grading.money_limits];
        if values.len() < LEAST && limits.iter().any(Option::is_none) {
            return None;
        }
        let bins = |column: usize| -> Option<Quintiles> {
            let column_values: Vec<f64> = values.iter().map(|figures| figures[column]).collect();
            let quintiles = Quintiles::of(&column_values, convention(grading.scoring))?;
            Some(match limits[column] {
                None => quintiles,
                Some(limits) => Quintiles {
                    convention: BinConvention::UpperClosed,
                    cuts: limits.map(Amount::to_f64),
                    ..quintiles
                },
            })
        };
        Some(Bins { recency: bins(0)?, frequency: bins(1)?, money: bins(2)? })
    }

    /// A customer's scores; none while it has bought nothing.
    pub fn scores(&self, figures: &Figures, on: Date) -> Option<Scores> {
        let [recency, frequency, money] = values(figures, on)?;
        Some(Scores {
            recency: reverse_score(self.recency.score(recency)),
            frequency: self.frequency.score(frequency),
            money: self.money.score(money),
        })
    }
}

fn convention(scoring: Scoring) -> BinConvention {
    match scoring {
        Scoring::Quintiles => BinConvention::UpperClosed,
        Scoring::RfmPackage => BinConvention::RfmPackage,
    }
}

/// Days since the last order, number of orders, money.
#[allow(clippy::cast_precision_loss, reason = "days and counts are far below 2^52")]
fn values(figures: &Figures, on: Date) -> Option<[f64; 3]> {
    let recency = figures.recency(on)?;
    Some([recency as f64, f64::from(figures.orders), figures.bought.own.to_f64()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::customer::levels::Segment;
    use crate::value::money::{Money, Sum};
    use proptest::prelude::*;

    fn today() -> Date {
        Date::new(2009, 12, 31).unwrap()
    }

    /// A customer whose last order lies `days` back, of `n` orders that brought `money` in all.
    fn bought(days: i64, n: usize, money: i64) -> Figures {
        let on = today().plus(-days);
        let money = Money { amount: Amount::from_int(money), currency: None };
        let mut bought = Sum::default();
        bought.add(money);
        let orders = u32::try_from(n).unwrap();
        Figures { orders, last_order: Some(on), bought, ..Figures::default() }
    }

    fn scored(all: &[Figures], grading: &Grading) -> Vec<String> {
        let bins = Bins::of(all.iter(), grading, today()).unwrap();
        all.iter().map(|f| bins.scores(f, today()).unwrap().to_string()).collect()
    }

    #[test]
    fn a_value_on_a_cut_point_belongs_to_the_lower_bin_and_ties_share_one() {
        // Type-7 quintiles of 0, 10, …, 50 are 10, 20, 30, 40.
        let all: Vec<Figures> = (0..=5_u8)
            .map(|i| bought(i64::from(i) * 10, usize::from(i) + 1, i64::from(i) * 10))
            .collect();
        // For recency the lower bin is the better one.
        assert_eq!(
            scored(&all, &Grading::default()),
            ["5-1-1", "5-1-1", "4-2-2", "3-3-3", "2-4-4", "1-5-5"]
        );
        let bins = Bins::of(all.iter(), &Grading::default(), today()).unwrap();
        assert!(
            bins.recency
                .cuts
                .iter()
                .zip([10.0, 20.0, 30.0, 40.0])
                .all(|(a, b)| (a - b).abs() < 1e-9)
        );
        let tied: Vec<Figures> = (0..7).map(|_| bought(3, 1, 500)).collect();
        assert_eq!(scored(&tied, &Grading::default()), ["5-1-1"; 7]);
    }

    #[test]
    fn fixed_limits_take_the_place_of_quintiles() {
        let limits = |a: [i64; 4]| Some(a.map(Amount::from_int));
        let grading = Grading {
            recency_limits: limits([30, 90, 180, 365]),
            frequency_limits: limits([1, 2, 4, 8]),
            money_limits: limits([100, 1_000, 10_000, 100_000]),
            ..Grading::default()
        };
        let all = [bought(30, 1, 100), bought(31, 9, 100_001), bought(366, 4, 5_000)];
        assert_eq!(scored(&all, &grading), ["5-1-1", "4-5-5", "1-3-3"]);
        // Three customers make no quintiles.
        assert_eq!(Bins::of(all.iter(), &Grading::default(), today()), None);
        assert_eq!(Bins::of([].iter(), &grading, today()), None);
    }

    #[test]
    fn the_published_segment_table_first_match_wins() {
        let segment =
            |recency, frequency, money| Scores { recency, frequency, money }.segment().level().en;
        assert_eq!(segment(5, 5, 5), "Champions");
        assert_eq!(segment(3, 3, 2), "Potential Loyalist");
        assert_eq!(segment(5, 5, 4), "Potential Loyalist");
        assert_eq!(segment(2, 2, 2), "Loyal Customers");
        assert_eq!(segment(4, 4, 2), "Potential Loyalist");
        assert_eq!(segment(3, 1, 3), "Promising");
        assert_eq!(segment(5, 1, 1), "New Customers");
        assert_eq!(segment(1, 3, 4), "Can't Lose Them");
        assert_eq!(segment(1, 2, 5), "At Risk");
        assert_eq!(segment(1, 5, 3), "Need Attention");
        assert_eq!(segment(2, 1, 1), "About To Sleep");
        assert_eq!(segment(1, 1, 1), "Lost");
        assert_eq!(segment(5, 5, 1), "Others");
    }

    proptest! {
        #[test]
        fn scores_are_monotone_and_every_customer_has_one_segment(
            figures in prop::collection::vec((0..400_i64, 1..20_usize, 0..5_000_i64), 5..60),
            r in any::<bool>(),
        ) {
            let scoring = if r { Scoring::RfmPackage } else { Scoring::Quintiles };
            let grading = Grading { scoring, ..Grading::default() };
            let all: Vec<Figures> = figures.iter().map(|(d, n, m)| bought(*d, *n, *m)).collect();
            let bins = Bins::of(all.iter(), &grading, today()).unwrap();
            let scores: Vec<Scores> =
                all.iter().map(|f| bins.scores(f, today()).unwrap()).collect();
            for (a, x) in figures.iter().zip(&scores) {
                for (b, y) in figures.iter().zip(&scores) {
                    prop_assert!(a.0 > b.0 || x.recency >= y.recency);
                    prop_assert!(a.1 > b.1 || x.frequency <= y.frequency);
                    prop_assert!(a.2 > b.2 || x.money <= y.money);
                }
                let fitting = Segment::ALL.iter().filter(|s| **s == x.segment()).count();
                prop_assert_eq!(fitting, 1);
            }
        }
    }
}
