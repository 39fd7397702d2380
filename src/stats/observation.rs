//! One unit under observation: how long it was observed, and how it ended.

/// How an observation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The event of interest happened.
    Event,
    /// Another kind of event happened that makes the event of interest impossible. Kinds are
    /// numbered from 0; with a single one use `Competing(0)`.
    Competing(u8),
    /// Nothing had happened yet when the observation ended.
    Censored,
}

/// One unit: observed from day 0 to day `time`.
///
/// Ties: events of one day count as simultaneous, and a unit censored on a day was
/// still at risk for the events of that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Observation {
    /// Whole days from the start to the event or to the last look.
    pub time: u32,
    /// The cause of its end.
    pub outcome: Outcome,
}

impl Observation {
    /// The event of interest on day `time`.
    #[must_use]
    pub const fn event(time: u32) -> Self {
        let outcome = Outcome::Event;
        Self { time, outcome }
    }

    /// The competing event `kind` on day `time`.
    #[must_use]
    pub const fn competing(kind: u8, time: u32) -> Self {
        let outcome = Outcome::Competing(kind);
        Self { time, outcome }
    }

    /// Nothing yet on day `time`.
    #[must_use]
    pub const fn censored(time: u32) -> Self {
        let outcome = Outcome::Censored;
        Self { time, outcome }
    }
}

/// The observations in ascending time, for grouping by day.
pub(super) fn by_time(observations: &[Observation]) -> Vec<Observation> {
    let mut sorted = observations.to_vec();
    sorted.sort_unstable_by_key(|observation| (observation.time, observation.outcome));
    sorted
}
