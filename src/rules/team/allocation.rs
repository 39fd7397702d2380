//! Which rep is right for a prospect, and by how much. Whether a rep may have it is
//! [`eligibility`](super::eligibility).
//!
//! The score of a pair is the weighted sum of its strategies, each from 0 to [`UNIT`]: *value* (the
//! customer's value level to the rep's level: high to senior, medium to middle, low to junior), *need* (needs to
//! skills), *place* (region to territory), *industry* and *size* (to the reps' own lists). The last one, *load*,
//! depends on how many the rep gets and is charged by [`seats`]. A fact that is not known about a prospect or a rep
//! neither speaks for the pair nor against it and counts half; industry and size weigh nothing where no rep of the
//! team has such a list.

use crate::model::pool::{Balance, Weights};
use crate::model::prospect::Prospect;
use crate::model::settings::{Rep, Settings, level_rank};
use crate::rules::customer::levels::Value;
use crate::value::id::fold;
use crate::value::text::Text;

/// A strategy that fits perfectly.
pub const UNIT: i64 = 1_000_000;

/// How well a pair fits, 0 to [`UNIT`] for each strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// Value level to rep's level.
    pub value: i64,
    /// Needs to skills.
    pub need: i64,
    /// Region to territory.
    pub place: i64,
    /// Industry to the rep's industries.
    pub industry: i64,
    /// Size to the rep's sizes.
    pub size: i64,
}

impl Fit {
    /// The weighted sum.
    pub fn score(self, weights: Weights) -> i64 {
        let weigh = |weight: u32, part: i64| i64::from(weight) * part;
        weigh(weights.value, self.value)
            + weigh(weights.need, self.need)
            + weigh(weights.place, self.place)
            + weigh(weights.industry, self.industry)
            + weigh(weights.size, self.size)
    }
}

/// The properties of a prospect that a rep can fit, as its file states them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Wants {
    /// Its needs.
    pub needs: Vec<Text>,
    /// Its region.
    pub region: Option<Text>,
    /// Its industry.
    pub industry: Option<Text>,
    /// Its size.
    pub size: Option<Text>,
}

impl Wants {
    /// The properties that a prospect states.
    pub fn of(prospect: &Prospect) -> Wants {
        Wants {
            needs: prospect.needs.clone(),
            region: prospect.region.clone(),
            industry: prospect.industry.clone(),
            size: prospect.size.clone(),
        }
    }
}

/// A member's lists, folded, and the rank of the level: the highest is 0.
struct Profile {
    skills: Vec<String>,
    regions: Vec<String>,
    industries: Vec<String>,
    sizes: Vec<String>,
    level: Option<usize>,
}

/// The strategies, ready to be asked about one prospect after another.
pub struct Strategies {
    weights: Weights,
    profiles: Vec<Profile>,
}

impl Strategies {
    /// The strategies of these settings.
    pub fn of(settings: &Settings) -> Strategies {
        let folded = |texts: &[Text]| texts.iter().map(|text| fold(text)).collect();
        let profile = |rep: &Rep| Profile {
            skills: folded(&rep.skills),
            regions: folded(&rep.regions),
            industries: folded(&rep.industries),
            sizes: folded(&rep.sizes),
            level: rep.level.as_deref().and_then(level_rank),
        };
        let profiles: Vec<Profile> = settings.reps.iter().map(profile).collect();
        let mut weights = settings.allocation.weights;
        if profiles.iter().all(|profile| profile.industries.is_empty()) {
            weights.industry = 0;
        }
        if profiles.iter().all(|profile| profile.sizes.is_empty()) {
            weights.size = 0;
        }
        Strategies { weights, profiles }
    }

    /// The weights of the strategies; 0 for industry or size where no rep of the team has such a list.
    pub fn weights(&self) -> Weights {
        self.weights
    }

    /// How well every member, in the order of the team, fits a prospect of a value level.
    pub fn fits(&self, wants: &Wants, value: Option<Value>) -> Vec<Fit> {
        let folded = |text: &Option<Text>| text.as_deref().map(fold);
        let needs: Vec<String> = wants.needs.iter().map(|need| fold(need)).collect();
        let (region, industry, size) =
            (folded(&wants.region), folded(&wants.industry), folded(&wants.size));
        let fit = |profile: &Profile| Fit {
            value: match (value, profile.level) {
                (Some(value), Some(level)) => match (value as usize).abs_diff(level) {
                    0 => UNIT,
                    1 => UNIT / 2,
                    _ => 0,
                },
                _ => UNIT / 2,
            },
            need: match i64::try_from(needs.len()).unwrap_or(i64::MAX) {
                0 => UNIT / 2,
                all => {
                    let met = needs.iter().filter(|need| profile.skills.contains(need)).count();
                    UNIT * i64::try_from(met).unwrap_or(all) / all
                }
            },
            place: listed(region.as_ref(), &profile.regions),
            industry: listed(industry.as_ref(), &profile.industries),
            size: listed(size.as_ref(), &profile.sizes),
        };
        self.profiles.iter().map(fit).collect()
    }
}

/// Is a prospect's word on a rep's list? Half where one of them is not stated.
fn listed(stated: Option<&String>, list: &[String]) -> i64 {
    match stated {
        Some(stated) if list.contains(stated) => UNIT,
        Some(_) if !list.is_empty() => 0,
        _ => UNIT / 2,
    }
}

/// The cost of each further prospect for a rep, in the units of the score: the load strategy. `capacity` and
/// `held` are the rep's; `most_room` the most that anybody has. Costs rise from seat to seat, so an even
/// load is the cheapest.
pub fn seats(
    weights: Weights,
    balance: Balance,
    capacity: u32,
    held: u32,
    most_room: u32,
    count: u32,
) -> Vec<i64> {
    let (capacity, held) = (i64::from(capacity.max(1)), i64::from(held));
    let most_room = i64::from(most_room.max(1));
    let weight = i64::from(weights.load);
    (0..i64::from(count))
        .map(|seat| {
            let part = match balance {
                Balance::Room => UNIT * (most_room - (capacity - held - seat)) / most_room,
                Balance::Utilisation => UNIT * (held + seat + 1) / capacity,
            };
            weight * part
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_level_wants_its_level_of_rep() {
        let rep = |level: Option<&str>| Rep { level: level.map(Into::into), ..Rep::default() };
        let levels = [Some("senior"), Some("middle"), Some("junior"), None];
        let settings =
            Settings { reps: levels.into_iter().map(rep).collect(), ..Settings::default() };
        let strategies = Strategies::of(&settings);
        let value = |level: Option<Value>| {
            let fits = strategies.fits(&Wants::default(), level);
            fits.iter().map(|fit| fit.value * 2 / UNIT).collect::<Vec<_>>()
        };
        // In halves: fits, one level off, two levels off; without a level a half.
        assert_eq!(value(Some(Value::High)), [2, 1, 0, 1]);
        assert_eq!(value(Some(Value::Medium)), [1, 2, 1, 1]);
        assert_eq!(value(Some(Value::Low)), [0, 1, 2, 1]);
        assert_eq!(value(None), [1, 1, 1, 1]);
    }

    #[test]
    fn industry_and_size_count_by_the_lists_of_reps_and_nothing_where_no_rep_has_one() {
        let rep = |industries: &[&str], sizes: &[&str]| Rep {
            industries: industries.iter().map(|text| (*text).into()).collect(),
            sizes: sizes.iter().map(|text| (*text).into()).collect(),
            ..Rep::default()
        };
        let fits = |reps: Vec<Rep>, industry: Option<&str>, size: Option<&str>| {
            let strategies = Strategies::of(&Settings { reps, ..Settings::default() });
            let (industry, size) = (industry.map(Into::into), size.map(Into::into));
            let fits = strategies.fits(&Wants { industry, size, ..Wants::default() }, None);
            fits.iter()
                .map(|fit| [fit.industry, fit.size].map(|part| part * 2 / UNIT))
                .collect::<Vec<_>>()
        };
        let team =
            || vec![rep(&["Retail"], &["large", "small"]), rep(&["bank"], &[]), rep(&[], &[])];
        // In halves, by rep; case does not matter.
        assert_eq!(fits(team(), Some("retail"), Some("LARGE")), [[2, 2], [0, 1], [1, 1]]);
        assert_eq!(fits(team(), None, Some("medium")), [[1, 0], [1, 1], [1, 1]]);
        let weights = |reps| {
            let strategies = Strategies::of(&Settings { reps, ..Settings::default() });
            [strategies.weights().industry, strategies.weights().size]
        };
        assert_eq!(weights(team()), [3, 3]);
        assert_eq!(weights(vec![rep(&["bank"], &[])]), [3, 0]);
        assert_eq!(weights(vec![rep(&[], &[])]), [0, 0]);
    }
}
