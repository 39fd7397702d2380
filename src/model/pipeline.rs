//! A board: its columns, the requirements of each, and the criteria.

use super::kind::EventKind;
use crate::value::label::Label;
use crate::value::money::Amount;
use crate::value::text::Text;

/// The id of the rule of the cycle among the criteria: past the sales cycle, no column before the signature is
/// supported.
pub const IN_CYCLE: &str = "in-cycle";

/// The label of the rule of the cycle: English, Chinese.
pub const IN_CYCLE_LABEL: (&str, &str) = ("inside the sales cycle", "销售周期内");

/// The meaning of a column for the pursuit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Still being pursued.
    Open,
    /// Ended well.
    Won,
    /// Ended without an order.
    Lost,
}

/// One column of a board, or a way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The id, in files.
    pub id: Text,
    /// The name, for people.
    pub label: Label,
    /// Nominal probability of closing, 0 to 1.
    pub probability: Amount,
    /// Criteria it requires beyond those of the columns before it, by their positions in the settings: they
    /// are judged with every prospect, and need not be looked for.
    pub requires: Vec<usize>,
    /// Flagged as stalled after this many days in the column.
    pub max_days: Option<u32>,
    /// Open, won or lost.
    pub outcome: Outcome,
}

/// A board: the columns in order, open ones first, then the ways out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// The id, in files.
    pub id: Text,
    /// The name, for people.
    pub label: Label,
    /// Sales cycle in days, if it differs from the ledger's.
    pub cycle_days: Option<u32>,
    /// Columns: at least one open, exactly one won and one lost, in this order.
    pub stages: Vec<Stage>,
}

impl Pipeline {
    /// Position of a column.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.stages.iter().position(|stage| &*stage.id == id)
    }

    /// Position of the won column.
    pub fn won(&self) -> usize {
        self.ending(Outcome::Won)
    }

    /// Position of the lost exit.
    pub fn lost(&self) -> usize {
        self.ending(Outcome::Lost)
    }

    fn ending(&self, outcome: Outcome) -> usize {
        self.stages.iter().position(|s| s.outcome == outcome).unwrap_or(self.stages.len() - 1)
    }

    /// The open columns, in order.
    pub fn open(&self) -> &[Stage] {
        &self.stages[..self.won()]
    }

    /// All criteria that column `stage` requires: its own and those before it, in order, by their
    /// positions in the settings.
    pub fn accumulated(&self, stage: usize) -> impl Iterator<Item = usize> {
        let upto = if stage == self.lost() { 0 } else { stage + 1 };
        self.stages[..upto].iter().flat_map(|stage| stage.requires.iter().copied())
    }
}

/// How a criterion is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// A person attests it: `confirms`.
    Attested,
    /// Attested, or a contact with `decides = true`.
    Decider,
    /// A `next` date is set, or they have met.
    AppointmentSet,
    /// An entry of a meeting kind in this pursuit.
    Met,
    /// An entry of one of these kinds in this pursuit.
    Entry(Vec<EventKind>),
    /// A signing date inside one sales cycle from now, or signed.
    Timing,
    /// A `next` date is set, or signed.
    NextStep,
    /// An entry `contract` in this pursuit.
    Signed,
    /// Payments of this pursuit reach the threshold.
    Paid,
    /// An entry `booking` in this pursuit.
    Booked,
}

/// A named condition for standing in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// The id, in files.
    pub id: Text,
    /// The name, for people.
    pub label: Label,
    /// How it is known.
    pub known: Known,
}

impl Criterion {
    /// May `confirms` name it?
    pub fn attestable(&self) -> bool {
        matches!(self.known, Known::Attested | Known::Decider)
    }
}

/// The built-in criteria: id, English, Chinese, how each is known.
pub fn default_criteria() -> Vec<Criterion> {
    [
        ("appointment-set", "first meeting set", "约定了初次见面", Known::AppointmentSet),
        ("met", "met", "见过面", Known::Met),
        ("next-step", "next step agreed", "更进一步", Known::NextStep),
        ("right-person", "right person", "合适的人", Known::Decider),
        ("fit", "fits the need", "符合需要", Known::Attested),
        ("budget", "budget discussed", "预算合理", Known::Attested),
        ("timing", "signing date in the cycle", "合适的时间", Known::Timing),
        ("signed", "contract signed", "签署合同", Known::Signed),
        ("paid", "money received", "已收款", Known::Paid),
        ("booked", "order booked", "承保", Known::Booked),
    ]
    .into_iter()
    .map(|(id, en, zh, known)| Criterion { id: id.into(), label: Label::both(en, zh), known })
    .collect()
}

/// The board of the method: six columns and two ways out. Its columns require the built-in criteria.
pub fn default_pipeline() -> Pipeline {
    let criteria = default_criteria();
    let position = |id: &&str| criteria.iter().position(|criterion| *criterion.id == **id);
    let stage = |id: &str, en: &str, zh: &str, percent: i64, requires: &[&str], outcome| Stage {
        id: id.into(),
        label: Label::both(en, zh),
        probability: Amount::from_int(percent).times(Amount::parse("0.01").unwrap_or_default()),
        requires: requires.iter().filter_map(position).collect(),
        max_days: None,
        outcome,
    };
    let five = ["right-person", "fit", "budget", "timing", "next-step"];
    Pipeline {
        id: "prospect".into(),
        label: Label::both("Prospects", "潜在客户"),
        cycle_days: None,
        stages: vec![
            stage("opportunity", "Opportunity", "销售机会", 0, &[], Outcome::Open),
            stage(
                "appointment",
                "First meeting set",
                "约定初次见面",
                10,
                &["appointment-set"],
                Outcome::Open,
            ),
            stage("25", "25%", "25%", 25, &["met", "next-step"], Outcome::Open),
            stage("50", "50%", "50%", 50, &five, Outcome::Open),
            stage("90", "90%", "90%", 90, &["signed", "paid"], Outcome::Open),
            stage("closed", "Closed", "成交", 100, &["booked"], Outcome::Won),
            stage("lost", "Lost", "退出", 0, &[], Outcome::Lost),
        ],
    }
}
