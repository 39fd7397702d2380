//! Statistics on plain numbers: no domain words, no input or output, no clock.
//!
//! | file | job |
//! |---|---|
//! | [`describe`] | quantiles and the summary of a sample |
//! | [`estimate`] | a value with its variance and 95 % interval |
//! | [`proportion`] | successes out of trials, Wilson interval, shrinking |
//! | [`difference`] | difference of two proportions, Newcombe interval |
//! | [`net`] | net share of one kind over another, such as promoters over detractors |
//! | [`observation`] | a time to an event, a competing event or censoring |
//! | [`survival`] | Kaplan-Meier curve, its median |
//! | [`incidence`] | Aalen-Johansen curves of competing events |
//! | [`markov`] | absorption probabilities of a Markov chain from counts |
//! | [`convolution`] | distribution of a sum of independent two-point variables |
//! | [`inequality`] | coefficient of variation, Gini, Jain |
//! | [`binning`] | quintile scores 1 to 5 |
//! | [`pareto`] | A/B/C classes by cumulated share, pyramid by rank |
//!
//! Rules that hold everywhere here:
//! * no function panics, whatever its input, and none returns NaN: an undefined result is `None`;
//! * a sample with a NaN or infinite value has no figure (`None`): nothing is dropped silently;
//! * every interval is a two-sided 95 % one, as `(lower, upper)`;
//! * results are deterministic, nothing is simulated.

#![allow(
    clippy::cast_precision_loss,
    reason = "counts become f64; above 2^53 they are rounded, which no figure here can show"
)]

pub mod binning;
pub mod convolution;
pub mod describe;
pub mod difference;
pub mod estimate;
pub mod incidence;
pub mod inequality;
pub mod markov;
mod matrix;
pub mod net;
pub mod observation;
pub mod pareto;
pub mod proportion;
pub mod survival;

pub use binning::{BinConvention, Quintiles, quintile_scores, reverse_score};
pub use convolution::{Distribution, MAX_SUPPORT, TwoPoint};
pub use describe::{Summary, mean, quantile};
pub use difference::Difference;
pub use estimate::{Estimate, Z95};
pub use incidence::{AalenJohansen, IncidencePoint};
pub use inequality::{coefficient_of_variation, gini, jain};
pub use markov::{Absorption, MarkovError, absorption};
pub use net::Net;
pub use observation::{Observation, Outcome};
pub use pareto::{AbcClass, PyramidLevel, abc_classes, pyramid_levels, rank_descending};
pub use proportion::Proportion;
pub use survival::{KaplanMeier, SurvivalPoint};

/// True when two numbers agree to 1e-12, absolutely or relative to the larger one.
#[cfg(test)]
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1.0)
}
