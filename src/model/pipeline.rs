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
    /// Other names that people type for it.
    pub also: Vec<Text>,
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
    /// Is it a built-in board beside the first, which `crm.toml` does not name? Then it is one of the ledger's boards
    /// only while a prospect is on it: [`Settings::boards`](super::settings::Settings::boards).
    pub is_spare: bool,
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
    /// Something about the buyer: its people, its own process, its needs, the competitors for its business.
    OfBuyer(OfBuyer),
}

/// What is known of the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfBuyer {
    /// A contact with this part is there.
    Part(&'static str),
    /// Attested, or the fact `needs` names one.
    Needs,
    /// The last step of the buyer in this pursuit is this one or a later one, by its position in [`BUYER_STEPS`].
    ///
    /// [`BUYER_STEPS`]: super::buying::BUYER_STEPS
    Step(usize),
    /// No contact with one of these parts is against us.
    Unopposed(&'static [&'static str]),
    /// For each of these parts a contact is for us.
    Backed(&'static [&'static str]),
    /// Attested, or a meeting of this pursuit with a contact that decides.
    DeciderMet,
    /// Attested, or the fact `competitor` names one, or an entry of this pursuit does.
    Competitor,
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
    /// Is it a criterion of the built-in board [`PROJECT`] alone? Then it concerns a prospect only where its board
    /// requires it: [`Settings::concerning`](super::settings::Settings::concerning).
    pub is_spare: bool,
}

impl Criterion {
    /// May `confirms` name it?
    pub fn attestable(&self) -> bool {
        matches!(
            self.known,
            Known::Attested
                | Known::Decider
                | Known::OfBuyer(OfBuyer::Needs | OfBuyer::DeciderMet | OfBuyer::Competitor)
        )
    }

    /// Is it known from what stands at the top of a file without a day: people, and facts? Such evidence is judged when a
    /// move is made, and not again later.
    pub fn is_undated(&self) -> bool {
        matches!(&self.known, Known::OfBuyer(of) if !matches!(of, OfBuyer::Step(_)))
    }

    /// Is it about the people of the buyer, or about the buyer's own process? A board with such a criterion is one for
    /// projects.
    pub fn of_project(&self) -> bool {
        matches!(
            &self.known,
            Known::OfBuyer(of) if !matches!(of, OfBuyer::Needs | OfBuyer::Competitor)
        )
    }
}

/// The id of the built-in board for projects.
pub const PROJECT: &str = "project";

/// The parts of the people whose opposition keeps a solution from being confirmed.
const JUDGES: &[&str] = &["technical", "lead"];

/// The parts of the departments that a solution concerns.
pub const DEPARTMENTS: &[&str] = &["technical", "user", "lead"];

/// The built-in criteria: id, English, Chinese, how each is known. Those of the board for projects come last, so that the
/// others keep their positions.
#[rustfmt::skip]
pub fn default_criteria() -> Vec<Criterion> {
    let shared = [
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
    ];
    let of_projects = [
        ("recommender-known", "recommender known", "认识推荐人", Known::OfBuyer(OfBuyer::Part("recommender"))),
        ("needs-stated", "needs stated", "需求已明确", Known::OfBuyer(OfBuyer::Needs)),
        ("project-set-up", "project set up at the buyer", "买方已立项", Known::OfBuyer(OfBuyer::Step(2))),
        ("handler-known", "handler known", "认识经手人", Known::OfBuyer(OfBuyer::Part("handler"))),
        ("survey-confirmed", "survey confirmed", "调研结果已确认", Known::Attested),
        ("no-opposition", "no judge against", "技术和组长无人反对", Known::OfBuyer(OfBuyer::Unopposed(JUDGES))),
        ("support", "support in each department", "各部门均有支持者", Known::OfBuyer(OfBuyer::Backed(DEPARTMENTS))),
        ("decider-met", "decider met", "见过权力人士", Known::OfBuyer(OfBuyer::DeciderMet)),
        ("price", "price discussed", "已谈价格", Known::Attested),
        ("competitor-known", "competitor known", "竞争对手已明确", Known::OfBuyer(OfBuyer::Competitor)),
    ];
    let criterion = |is_spare| move |(id, en, zh, known): (&str, &str, &str, Known)| {
        Criterion { id: id.into(), label: Label::both(en, zh), known, is_spare }
    };
    let shared = shared.into_iter().map(criterion(false));
    shared.chain(of_projects.into_iter().map(criterion(true))).collect()
}

/// Makes a column of a built-in board: id, label, probability in percent, the ids of criteria.
fn built_in(
    criteria: &[Criterion],
) -> impl Fn(&str, &str, &str, i64, &[&str], Outcome) -> Stage + use<'_> {
    |id, en, zh, percent, requires, outcome| Stage {
        id: id.into(),
        label: Label::both(en, zh),
        also: if id == "appointment" { vec!["约见".into()] } else { Vec::new() },
        probability: Amount::from_int(percent).times(Amount::parse("0.01").unwrap_or_default()),
        requires: requires
            .iter()
            .filter_map(|id| criteria.iter().position(|criterion| &*criterion.id == *id))
            .collect(),
        max_days: None,
        outcome,
    }
}

/// The boards that every ledger knows: that of the method, and that of projects.
pub fn default_pipelines() -> Vec<Pipeline> {
    vec![default_pipeline(), project_pipeline()]
}

/// The board of projects (项目性销售): sales of many months to an organisation. Its cycle is a year. The probabilities
/// are nominal, chosen for ledgers without a history of their own: low until the buyer has set a project up, a little
/// more than a half where each department of the buyer wants our solution, and three quarters in the negotiation, since
/// a competitor may win until the contract is signed.
#[rustfmt::skip]
pub fn project_pipeline() -> Pipeline {
    let criteria = default_criteria();
    let stage = built_in(&criteria);
    let survey = ["needs-stated", "budget", "project-set-up", "handler-known"];
    let negotiation = ["decider-met", "price", "competitor-known"];
    Pipeline {
        id: PROJECT.into(),
        label: Label::both("Projects", "项目"),
        cycle_days: Some(365),
        stages: vec![
            stage("lead", "Lead", "线索", 5, &[], Outcome::Open),
            stage("contacted", "First contact", "初步接触", 10, &["met", "recommender-known"], Outcome::Open),
            stage("survey", "Survey of needs", "需求调研", 20, &survey, Outcome::Open),
            stage("solution", "Solution designed", "方案设计", 35, &["survey-confirmed"], Outcome::Open),
            stage("confirmed", "Solution confirmed", "方案确认", 55, &["no-opposition", "support"], Outcome::Open),
            stage("negotiation", "Negotiation", "谈判", 75, &negotiation, Outcome::Open),
            stage("contract", "Contract", "签约", 100, &["signed"], Outcome::Won),
            stage("lost", "Lost", "退出", 0, &[], Outcome::Lost),
        ],
        is_spare: true,
    }
}

/// The board of the method: six columns and two ways out. Its columns require the built-in criteria.
pub fn default_pipeline() -> Pipeline {
    let criteria = default_criteria();
    let stage = built_in(&criteria);
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
        is_spare: false,
    }
}
