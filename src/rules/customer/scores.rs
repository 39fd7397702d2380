//! Scores of recency, frequency and money, 1 to 5, and the segments they make.

use super::levels::Segment;

/// A customer's scores, 5 the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scores {
    /// Of the days since the last order: the fewer the better.
    pub recency: u8,
    /// Of the number of orders.
    pub frequency: u8,
    /// Of the money of orders.
    pub money: u8,
}

/// The lowest and the highest score of a segment.
type ScoreRange = [u8; 2];

/// The segments: recency, frequency and money, each from..to. The first that fits.
const SEGMENTS: [(Segment, ScoreRange, ScoreRange, ScoreRange); 10] = [
    (Segment::Champions, [5, 5], [5, 5], [5, 5]),
    (Segment::PotentialLoyalist, [3, 5], [3, 5], [2, 5]),
    (Segment::Loyal, [2, 4], [2, 4], [2, 4]),
    (Segment::Promising, [3, 4], [1, 3], [3, 5]),
    (Segment::New, [4, 5], [1, 3], [1, 5]),
    (Segment::CantLoseThem, [1, 2], [3, 4], [4, 5]),
    (Segment::AtRisk, [1, 2], [2, 5], [4, 5]),
    (Segment::NeedAttention, [1, 3], [3, 5], [3, 5]),
    (Segment::AboutToSleep, [2, 3], [1, 3], [1, 4]),
    (Segment::Lost, [1, 1], [1, 5], [1, 5]),
];

impl Scores {
    /// The segment they make.
    pub fn segment(self) -> Segment {
        let inside = |score: u8, [from, to]: ScoreRange| from <= score && score <= to;
        SEGMENTS
            .iter()
            .find(|(_, r, f, m)| {
                inside(self.recency, *r) && inside(self.frequency, *f) && inside(self.money, *m)
            })
            .map_or(Segment::Others, |(segment, ..)| *segment)
    }
}

impl std::fmt::Display for Scores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}-{}", self.recency, self.frequency, self.money)
    }
}
