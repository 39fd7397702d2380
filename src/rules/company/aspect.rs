//! The settings on which ledgers may differ, for reports whose figures need them to agree.

use crate::diag::Words;
use crate::model::company::OpenedLedger;
use crate::model::settings::Settings;
use crate::value::text::Text;

/// A part of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    /// The shape of the funnel: `stuck_factor`.
    Shape,
    /// The days on which the action sheet is filled in.
    Checkpoints,
    /// The days on which the team sheet is filled in.
    TeamCheckpoints,
    /// The sales cycle of the ledger.
    Cycle,
    /// The weights of forecasts.
    Forecast,
    /// The terms of payment and the ages of receivables.
    Receivables,
    /// The prices and costs of products.
    Products,
    /// The rules of grading, and the policies.
    Grading,
    /// What kinds of entries count as.
    Kinds,
    /// The campaigns, and the segments that they are for.
    Campaigns,
    /// What points are given for, and are worth.
    Points,
    /// Working hours and holidays.
    WorkingTime,
    /// The targets that a company adds up.
    Targets,
    /// The currency of amounts that settings state.
    Currency,
    /// Names that rules may state, and that mean something else in another ledger: reps and boards.
    Names,
}

/// That two ledgers differ in an aspect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The aspect.
    pub aspect: Aspect,
    /// The first ledger.
    pub one: Text,
    /// The first one that differs from it.
    pub other: Text,
}

impl Aspect {
    /// Those that the settings of two ledgers show; [`Aspect::Names`] and [`Aspect::Targets`] follow from joining them.
    const OF_SETTINGS: [Aspect; 13] = [
        Aspect::Shape,
        Aspect::Checkpoints,
        Aspect::TeamCheckpoints,
        Aspect::Cycle,
        Aspect::Forecast,
        Aspect::Receivables,
        Aspect::Products,
        Aspect::Grading,
        Aspect::Kinds,
        Aspect::Campaigns,
        Aspect::Points,
        Aspect::WorkingTime,
        Aspect::Currency,
    ];

    /// The settings that make it up, as `crm.toml` calls them.
    pub fn words(self) -> Words {
        match self {
            Aspect::Shape => words!("`stuck_factor`", "`stuck_factor`"),
            Aspect::Checkpoints => words!("`checkpoints`", "`checkpoints`"),
            Aspect::TeamCheckpoints => words!("`team_checkpoints`", "`team_checkpoints`"),
            Aspect::Kinds => words!("`[kind]`", "`[kind]`"),
            Aspect::Campaigns => {
                words!("`[[campaign]]` or `[[segment]]`", "`[[campaign]]` 或 `[[segment]]`")
            }
            Aspect::Points => words!("`[points]`", "`[points]`"),
            Aspect::WorkingTime => {
                words!("the working time of `[calendar]`", "`[calendar]` 的工作时间")
            }
            Aspect::Targets => {
                words!("`[[target]]` or `[forecast]`", "`[[target]]` 或 `[forecast]`")
            }
            Aspect::Cycle => words!("`cycle_days`", "`cycle_days`"),
            Aspect::Forecast => words!("`[forecast]`", "`[forecast]`"),
            Aspect::Receivables => words!("`[receivables]`", "`[receivables]`"),
            Aspect::Products => words!("`[[product]]`", "`[[product]]`"),
            Aspect::Grading => words!("`[grading]` or `[policy]`", "`[grading]` 或 `[policy]`"),
            Aspect::Currency => words!("`currency`", "`currency`"),
            Aspect::Names => words!(
                "a rep or a board of one name, which their rules may state",
                "同名的业务员或看板（规则可能引用）"
            ),
        }
    }

    fn differs(self, one: &OpenedLedger, other: &OpenedLedger) -> bool {
        let (a, b) = (&one.settings, &other.settings);
        match self {
            Aspect::Shape => a.stuck_factor != b.stuck_factor,
            Aspect::Checkpoints => a.checkpoints != b.checkpoints,
            Aspect::Cycle => a.cycle_days != b.cycle_days,
            Aspect::Forecast => {
                let of = |forecast: &crate::model::settings::Forecast| {
                    (forecast.weight, forecast.per, forecast.slippage)
                };
                of(&a.forecast) != of(&b.forecast)
            }
            Aspect::Receivables => a.receivables != b.receivables,
            Aspect::Products => {
                let priced = |s: &Settings| {
                    s.products.iter().any(|one| one.price.is_some() || one.cost.is_some())
                };
                a.products != b.products || a.currency != b.currency && priced(a)
            }
            Aspect::Grading => {
                (&a.grading, &a.policies, &a.occasions) != (&b.grading, &b.policies, &b.occasions)
            }
            Aspect::TeamCheckpoints => a.team_checkpoints != b.team_checkpoints,
            Aspect::Kinds => a.kinds != b.kinds,
            Aspect::Campaigns => (&a.campaigns, &a.segments) != (&b.campaigns, &b.segments),
            Aspect::Points => a.points != b.points,
            Aspect::WorkingTime => a.working_time != b.working_time,
            Aspect::Currency => a.currency != b.currency,
            Aspect::Names | Aspect::Targets => false,
        }
    }

    /// The aspects in which a ledger differs from the first.
    pub(super) fn differences(ledgers: &[OpenedLedger]) -> Vec<Difference> {
        let Some((first, others)) = ledgers.split_first() else { return Vec::new() };
        let difference = |aspect: Aspect| {
            let other = others.iter().find(|other| aspect.differs(first, other))?;
            Some(Difference { aspect, one: first.id.clone(), other: other.id.clone() })
        };
        Aspect::OF_SETTINGS.into_iter().filter_map(difference).collect()
    }
}
