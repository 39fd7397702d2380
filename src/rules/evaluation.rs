//! The evaluation of a customer: its satisfaction, its value and the promises kept to it, as one figure.

use crate::model::grading::Weights;
use crate::rules::customer::levels::Value;

/// The parts of an evaluation, each from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evaluation {
    /// The mean of the surveys of a year as a share of their scale; none without a survey.
    pub satisfaction: Option<f64>,
    /// By the level of value: high 100, medium 50, low 0.
    pub value: f64,
    /// The share of duties that are met; none without duties.
    pub promises: Option<f64>,
}

/// A part of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Satisfaction.
    Satisfaction,
    /// Kept promises.
    Promises,
    /// Value.
    Value,
}

impl Evaluation {
    /// The part that a level of value is.
    pub fn of_value(value: Value) -> f64 {
        match value {
            Value::High => 100.0,
            Value::Medium => 50.0,
            Value::Low => 0.0,
        }
    }

    /// The parts that are known, each with its weight: in the order in which a gap of equal weight is mended.
    fn known(&self, weights: &Weights) -> Vec<(Part, f64, f64)> {
        let parts = [
            (Part::Satisfaction, self.satisfaction, weights.satisfaction),
            (Part::Promises, self.promises, weights.promises),
            (Part::Value, Some(self.value), weights.value),
        ];
        let known = parts
            .into_iter()
            .filter_map(|(part, score, weight)| score.map(|score| (part, score, weight.to_f64())));
        known.collect()
    }

    /// The mean of the parts that are known by their weights, 0 to 100; none if all of these are 0.
    pub fn score(&self, weights: &Weights) -> Option<f64> {
        let known = self.known(weights);
        let weight: f64 = known.iter().map(|(.., weight)| weight).sum();
        let sum: f64 = known.iter().map(|(_, score, weight)| score * weight).sum();
        (weight > 0.0).then(|| sum / weight)
    }

    /// The part that takes most from the score; none if each is 100 or has no weight.
    pub fn weakest(&self, weights: &Weights) -> Option<Part> {
        let mut worst: Option<(Part, f64)> = None;
        for (part, score, weight) in self.known(weights) {
            let taken = (100.0 - score) * weight;
            if taken > worst.map_or(0.0, |(_, most)| most) {
                worst = Some((part, taken));
            }
        }
        worst.map(|(part, _)| part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::money::Amount;

    fn weights(satisfaction: i64, value: i64, promises: i64) -> Weights {
        let [satisfaction, value, promises] = [satisfaction, value, promises].map(Amount::from_int);
        Weights { satisfaction, value, promises }
    }

    #[test]
    fn a_part_that_is_not_known_leaves_its_weight_to_the_others() {
        let all = Evaluation { satisfaction: Some(90.0), value: 50.0, promises: Some(40.0) };
        assert_eq!(all.score(&weights(1, 1, 1)), Some(60.0));
        assert_eq!(all.score(&weights(2, 1, 1)), Some(67.5));
        let unasked = Evaluation { satisfaction: None, ..all };
        assert_eq!(unasked.score(&weights(1, 1, 1)), Some(45.0));
        assert_eq!(unasked.score(&weights(1, 0, 0)), None);
    }

    #[test]
    fn the_weakest_part_is_that_which_takes_most_and_of_equals_the_first() {
        let of = |satisfaction, value, promises, w: Weights| {
            let (satisfaction, promises) = (Some(satisfaction), Some(promises));
            Evaluation { satisfaction, value, promises }.weakest(&w)
        };
        assert_eq!(of(100.0, 100.0, 100.0, weights(1, 1, 1)), None);
        assert_eq!(of(50.0, 50.0, 50.0, weights(1, 1, 1)), Some(Part::Satisfaction));
        assert_eq!(of(60.0, 50.0, 50.0, weights(1, 1, 1)), Some(Part::Promises));
        assert_eq!(of(60.0, 50.0, 50.0, weights(1, 3, 1)), Some(Part::Value));
        assert_eq!(of(0.0, 100.0, 100.0, weights(0, 1, 1)), None);
    }
}
