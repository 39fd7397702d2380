//! Classes by weight: A/B/C by cumulated share, and the pyramid by rank.
//!
//! Values are whole minor units (cents), so cumulated shares are compared exactly; sums saturate
//! beyond 10^36, far more than any real total. Results come in the order of the values given, which
//! may be any: ties are broken by position, so give them in the order of their ids.

/// Percent of the total at which A ends.
const A_PERCENT: u128 = 80;
/// Percent of the total at which B ends.
const B_PERCENT: u128 = 95;
/// Percent of the members up to which the upper three levels of the pyramid reach.
const LEVEL_PERCENTS: [u128; 3] = [1, 5, 20];

/// A class of the A/B/C analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AbcClass {
    /// Those that begin below 80 % of the total.
    A,
    /// Those that begin below 95 %.
    B,
    /// The rest, and all without a value.
    C,
}

/// A level of the pyramid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PyramidLevel {
    /// The top 1 %.
    Top,
    /// The next 4 %.
    Upper,
    /// The next 15 %.
    Middle,
    /// The other 80 %.
    Base,
}

/// The class of each value.
///
/// In descending order, a value is A while the cumulated share *before* it is below 80 %, B while
/// it is below 95 %, then C; so the one that crosses a limit belongs to the higher class. Values of
/// 0 or less are C and add nothing to the total. No values give no classes.
///
/// Source: the Pareto rule in Juran's form; limits 80 and 95 as usual in ABC analysis.
#[must_use]
pub fn abc_classes(values: &[i128]) -> Vec<AbcClass> {
    let amount = |value: i128| value.max(0).unsigned_abs();
    let total = values.iter().fold(0_u128, |sum, &value| sum.saturating_add(amount(value)));
    let mut classes = vec![AbcClass::C; values.len()];
    let mut before = 0_u128;
    for member in rank_descending(values) {
        // What is 0 or less begins at the total.
        let begins_below = |percent| before.saturating_mul(100) < total.saturating_mul(percent);
        classes[member] = if begins_below(A_PERCENT) {
            AbcClass::A
        } else if begins_below(B_PERCENT) {
            AbcClass::B
        } else {
            AbcClass::C
        };
        before = before.saturating_add(amount(values[member]));
    }
    classes
}

/// The level of each value by its rank among all of them, those without a value included.
///
/// As with [`abc_classes`], the one that crosses a limit belongs to the higher level: the top level
/// has `ceil(n / 100)` members, the upper two `ceil(5 n / 100)`, the upper three
/// `ceil(20 n / 100)`. So with fewer than 21 members there is one `Top` and no `Upper`.
///
/// Source: the pyramid of Curry and Curry (2000).
#[must_use]
pub fn pyramid_levels(values: &[i128]) -> Vec<PyramidLevel> {
    let n = values.len() as u128;
    let mut levels = vec![PyramidLevel::Base; values.len()];
    for (before, member) in (0_u128..).zip(rank_descending(values)) {
        let passed = LEVEL_PERCENTS.iter().filter(|&&percent| before * 100 >= n * percent);
        levels[member] = match passed.count() {
            0 => PyramidLevel::Top,
            1 => PyramidLevel::Upper,
            2 => PyramidLevel::Middle,
            _ => PyramidLevel::Base,
        };
    }
    levels
}

/// The positions of the values in descending order of value, ties by position.
#[must_use]
pub fn rank_descending(values: &[i128]) -> Vec<usize> {
    let mut ranked: Vec<usize> = (0..values.len()).collect();
    ranked.sort_by_key(|&member| std::cmp::Reverse(values[member]));
    ranked
}

#[cfg(test)]
mod tests {
    use super::AbcClass::{A, B, C};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_one_that_crosses_belongs_to_the_higher_class() {
        assert_eq!(abc_classes(&[80, 15, 5]), [A, B, C]);
        assert_eq!(abc_classes(&[10, 79, 11]), [B, A, A]);
        assert_eq!(abc_classes(&[79, 15, 1, 5]), [A, A, C, B]);
        assert_eq!(abc_classes(&[100]), [A]);
    }

    #[test]
    fn ties_go_by_position_and_nothing_is_c() {
        assert_eq!(abc_classes(&[20, 20, 20, 20, 20]), [A, A, A, A, B]);
        assert_eq!(abc_classes(&[0, 50, -50, 0]), [C, A, C, C]);
        assert_eq!(abc_classes(&[0, 0]), [C, C]);
        assert_eq!(abc_classes(&[]), []);
        assert_eq!(abc_classes(&[i128::MAX, i128::MIN]).len(), 2);
        assert_eq!(rank_descending(&[3, 9, 3, 9]), [1, 3, 0, 2]);
    }

    #[test]
    fn the_pyramid() {
        let count = |n: i128| {
            let levels = pyramid_levels(&(0..n).collect::<Vec<_>>());
            [PyramidLevel::Top, PyramidLevel::Upper, PyramidLevel::Middle, PyramidLevel::Base]
                .map(|level| levels.iter().filter(|&&found| found == level).count())
        };
        assert_eq!(count(100), [1, 4, 15, 80]);
        assert_eq!(count(1_000), [10, 40, 150, 800]);
        assert_eq!(count(101), [2, 4, 15, 80]);
        assert_eq!(count(21), [1, 1, 3, 16]);
        assert_eq!(count(1), [1, 0, 0, 0]);
        assert_eq!(count(0), [0; 4]);
        assert_eq!(pyramid_levels(&[1, 9])[1], PyramidLevel::Top);
    }

    proptest! {
        #[test]
        fn a_larger_value_is_never_in_a_lower_class(
            values in prop::collection::vec(-5..1_000_i128, 1..60),
        ) {
            let (classes, levels) = (abc_classes(&values), pyramid_levels(&values));
            for pair in rank_descending(&values).windows(2) {
                prop_assert!(classes[pair[0]] <= classes[pair[1]]);
                prop_assert!(levels[pair[0]] <= levels[pair[1]]);
            }
        }
    }
}
