//! The settings of a ledger: reps, boards, rules. Every one has a default.

use super::campaign::{Campaign, PointsTerms, Segment};
use super::grading::{Grading, Occasion, Policy, default_policies};
use super::kind::{Counts, EventKind, Kinds};
use super::pipeline::{Criterion, Pipeline, Stage, default_criteria, default_pipelines};
use super::pool::{Allocation, Pool};
use super::privacy::Privacy;
use super::sales::{Product, Receivables, SalesTarget, TargetSpan};
use super::saved_report::SavedReport;
use super::working_time::WorkingTime;
use crate::diag::Words;
use crate::value::date::{Date, Weekday};
use crate::value::label::{Label, Lang};
use crate::value::money::{Amount, Currency, Money};
use crate::value::period::{FiscalYear, Period};
use crate::value::text::Text;
use crate::value::zone::Zone;
use std::collections::BTreeMap;

/// The levels a rep may have, the highest first.
pub const LEVELS: [&str; 3] = ["senior", "middle", "junior"];

/// A level's rank, the highest 0; `None` for an unknown level.
pub fn level_rank(level: &str) -> Option<usize> {
    LEVELS.iter().position(|known| *known == level)
}

/// A level, as people read it.
pub fn level_words(level: &str) -> Words {
    let zh = ["高级", "中级", "初级"];
    Words::both(level, level_rank(level).map_or(level, |rank| zh[rank]))
}

/// A rep: a person who sells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rep {
    /// The id, in files.
    pub id: Text,
    /// The name, for people.
    pub name: Option<Text>,
    /// E-mail, by which git knows them.
    pub email: Option<Text>,
    /// `senior`, `middle` or `junior`.
    pub level: Option<Text>,
    /// How many open prospects they can carry.
    pub capacity: Option<u32>,
    /// How many customers they can carry beside those.
    pub customers: Option<u32>,
    /// Their territories.
    pub regions: Vec<Text>,
    /// The industries that they know; matched against a prospect's `industry`.
    pub industries: Vec<Text>,
    /// The sizes of companies that they serve; matched against a prospect's `size`.
    pub sizes: Vec<Text>,
    /// Their skills; matched against `needs`.
    pub skills: Vec<Text>,
    /// May change settings and every rep's prospects where a server guards the ledger.
    pub admin: bool,
    /// The id of their manager.
    pub manager: Option<Text>,
    /// First day.
    pub joined: Option<Date>,
    /// Last day.
    pub left: Option<Date>,
    /// When they are away.
    pub leave: Vec<Period>,
    /// Their own sales cycle in days.
    pub cycle_days: Option<u32>,
}

impl Rep {
    /// The name, else the id.
    pub fn display(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }

    /// Why the rep is given nothing on a day: absent, or it is the last day.
    pub fn barred(&self, on: Date) -> Option<Presence> {
        match (self.presence(on), self.left) {
            (Presence::Here, Some(left)) if on == left => Some(Presence::Gone(left)),
            (Presence::Here, _) => None,
            (absent, _) => Some(absent),
        }
    }

    /// Is the rep here on a day? First and last day, and the days of a leave, count with them.
    pub fn presence(&self, on: Date) -> Presence {
        match (self.joined, self.left) {
            (Some(joined), _) if on < joined => Presence::NotYet(joined),
            (_, Some(left)) if on > left => Presence::Gone(left),
            _ => match self.leave.iter().find(|leave| leave.contains(on)) {
                Some(leave) => Presence::Away(*leave),
                None => Presence::Here,
            },
        }
    }
}

/// A group of reps who care for the customers of a phase.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Department {
    /// The id.
    pub id: Text,
    /// The name, for people.
    pub label: Label,
    /// The ids of its members.
    pub members: Vec<Text>,
}

/// Whether a rep is here on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// At work.
    Here,
    /// Begins later, on this day.
    NotYet(Date),
    /// Left; this was the last day.
    Gone(Date),
    /// On leave.
    Away(Period),
}

impl Presence {
    /// A member of the team on that day, at work or on leave.
    pub fn is_member(self) -> bool {
        matches!(self, Presence::Here | Presence::Away(_))
    }
}

/// `[forecast]`: the weights and targets of forecasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// How many departures from a column its nominal probability counts as, beside those of the ledger.
    pub weight: Amount,
    /// The target of money won in one span, in the ledger's own currency.
    pub target: Option<Amount>,
    /// The span of the target, and of a forecast for which no period is stated.
    pub per: TargetSpan,
    /// The share of value that is expected to slip out of its period: 0.1 is a tenth.
    pub slippage: Amount,
}

impl Default for Forecast {
    fn default() -> Forecast {
        Forecast {
            weight: Amount::from_int(10),
            target: None,
            per: TargetSpan::Quarter,
            slippage: Amount::ZERO,
        }
    }
}

/// The whole of `crm.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The ledger's title.
    pub title: Option<Text>,
    /// The ledger's own currency; amounts without a code are in it.
    pub currency: Option<Currency>,
    /// The currency in which its rules state amounts, where that is another one: a ledger of a company.
    pub stated_in: Option<Currency>,
    /// The language of labels.
    pub language: Lang,
    /// Where the ledger's days begin and end; without it, where the machine is.
    pub timezone: Option<Zone>,
    /// The sales cycle in days.
    pub cycle_days: u32,
    /// The first day of the reporting week.
    pub week_start: Weekday,
    /// The days on which the action sheet is filled in, in the order of the week.
    pub checkpoints: Vec<Weekday>,
    /// The days on which the team sheet is filled in.
    pub team_checkpoints: Vec<Weekday>,
    /// Days after which a missed next step counts against the evidence.
    pub next_grace_days: u32,
    /// A next step without a purpose does not meet `next-step`.
    pub next_what: bool,
    /// `paid` requires more than zero, or at least this.
    pub paid_threshold: Option<Amount>,
    /// `stuck-at-25` is a > k x (b + c); this is k.
    pub stuck_factor: u32,
    /// New files go into sub-folders by a hash of the id.
    pub fan_out: bool,
    /// CSV and TSV begin with a byte-order mark, for Excel.
    pub csv_bom: bool,
    /// Commands commit what they write.
    pub commits: bool,
    /// Names of facts of the team's own.
    pub facts: Vec<Text>,
    /// The rep whom `me` means in queries, where the reader of a command is known; in no file.
    pub me: Option<Text>,
    /// The ids of the ledgers, of a company's settings; in no file of a ledger.
    pub ledgers: Vec<Text>,
    /// The team, in the order of the file.
    pub reps: Vec<Rep>,
    /// The departments, in the order of the file.
    pub departments: Vec<Department>,
    /// The boards; the first is the default.
    pub pipelines: Vec<Pipeline>,
    /// The criteria, in the order of documentation.
    pub criteria: Vec<Criterion>,
    /// Kinds of event and the count of each.
    pub kinds: Kinds,
    /// The value of one unit of another currency in the ledger's own.
    pub rates: BTreeMap<Currency, Amount>,
    /// Suggested reasons for leaving.
    pub reasons: Vec<(Text, Label)>,
    /// Campaigns, in the order of the file.
    pub campaigns: Vec<Campaign>,
    /// Segments, in the order of their names.
    pub segments: Vec<Segment>,
    /// Reports that are saved with their options, in the order of their names.
    pub reports: Vec<SavedReport>,
    /// `[points]`; none where no points are given.
    pub points: Option<PointsTerms>,
    /// `[forecast]`.
    pub forecast: Forecast,
    /// The fiscal year, by its first month.
    pub fiscal_year: FiscalYear,
    /// The products, in the order of the file.
    pub products: Vec<Product>,
    /// The targets, in the order of the file.
    pub targets: Vec<SalesTarget>,
    /// `[receivables]`.
    pub receivables: Receivables,
    /// The team's working time; `None` = around the clock, every day.
    pub working_time: Option<WorkingTime>,
    /// Thresholds and rules of grading.
    pub grading: Grading,
    /// The policy of each grade.
    pub policies: Vec<(Text, Policy)>,
    /// The occasions of care, in the order of the file.
    pub occasions: Vec<Occasion>,
    /// Limits of the pool, and when prospects go back to it.
    pub pool: Pool,
    /// The fields that are sealed, and their readers, if the ledger seals any.
    pub privacy: Option<Box<Privacy>>,
    /// How prospects are given to reps.
    pub allocation: Allocation,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            title: None,
            currency: None,
            stated_in: None,
            language: Lang::En,
            cycle_days: 28,
            week_start: Weekday::Fri,
            checkpoints: vec![Weekday::Mon, Weekday::Wed, Weekday::Fri],
            team_checkpoints: vec![Weekday::Wed, Weekday::Fri],
            next_grace_days: 3,
            next_what: false,
            paid_threshold: None,
            stuck_factor: 4,
            fan_out: false,
            csv_bom: false,
            commits: false,
            timezone: None,
            facts: Vec::new(),
            me: None,
            ledgers: Vec::new(),
            reps: Vec::new(),
            departments: Vec::new(),
            pipelines: default_pipelines(),
            criteria: default_criteria(),
            kinds: Kinds::default(),
            rates: BTreeMap::new(),
            reasons: Vec::new(),
            campaigns: Vec::new(),
            segments: Vec::new(),
            reports: Vec::new(),
            points: None,
            forecast: Forecast::default(),
            fiscal_year: FiscalYear::CALENDAR,
            products: Vec::new(),
            targets: Vec::new(),
            receivables: Receivables::default(),
            working_time: None,
            grading: Grading::default(),
            policies: default_policies(),
            occasions: Vec::new(),
            pool: Pool::default(),
            privacy: None,
            allocation: Allocation::default(),
        }
    }
}

impl Settings {
    /// The board of this id; the ledger's first where none is named.
    pub fn pipeline(&self, id: Option<&str>) -> Option<&Pipeline> {
        match id {
            None => self.pipelines.first(),
            Some(id) => self.pipelines.iter().find(|p| &*p.id == id),
        }
    }

    /// The ledger's boards, with their positions: all but a built-in one that `crm.toml` does not name and that no
    /// prospect is on. A report counts the prospects that it selects; without prospects at hand, none is.
    pub fn boards(
        &self,
        is_used: impl Fn(usize) -> bool,
    ) -> impl Iterator<Item = (usize, &Pipeline)> {
        let all = self.pipelines.iter().enumerate();
        all.filter(move |(at, board)| !board.is_spare || is_used(*at))
    }

    /// The boards that `crm.toml` names, and the first: those that messages list.
    pub fn named_boards(&self) -> impl Iterator<Item = &Pipeline> {
        self.boards(|_| false).map(|(_, board)| board)
    }

    /// The columns of those boards.
    pub fn named_stages(&self) -> impl Iterator<Item = &Stage> {
        self.named_boards().flat_map(|board| &board.stages)
    }

    /// The criteria that concern a board: all but those of the built-in board for projects that it does not require.
    pub fn concerning<'s>(
        &'s self,
        board: &'s Pipeline,
    ) -> impl Iterator<Item = &'s Criterion> + Clone {
        let requires = |at: &usize| board.stages.iter().any(|stage| stage.requires.contains(at));
        let all = self.criteria.iter().enumerate();
        all.filter(move |(at, known)| !known.is_spare || requires(at)).map(|(_, known)| known)
    }

    /// The criteria that concern one of the boards that `crm.toml` names, or the first: those that messages list.
    pub fn named_criteria(&self) -> impl Iterator<Item = &Criterion> {
        let requires =
            move |at: &usize| self.named_stages().any(|stage| stage.requires.contains(at));
        let all = self.criteria.iter().enumerate();
        all.filter(move |(at, known)| !known.is_spare || requires(at)).map(|(_, known)| known)
    }

    /// Is the board one for projects: does a column require something of the buyer's people or process?
    pub fn is_for_projects(&self, board: &Pipeline) -> bool {
        let mut required = board.stages.iter().flat_map(|stage| &stage.requires);
        required.any(|at| self.criteria[*at].of_project())
    }

    /// The rep of this id.
    pub fn rep(&self, id: &str) -> Option<&Rep> {
        self.reps.iter().find(|rep| &*rep.id == id)
    }

    /// The department of this id.
    pub fn department(&self, id: &str) -> Option<&Department> {
        self.departments.iter().find(|department| &*department.id == id)
    }

    /// The first department that a rep is a member of.
    pub fn department_of(&self, rep: &str) -> Option<&Department> {
        self.departments.iter().find(|department| department.members.iter().any(|id| id == rep))
    }

    /// The rep with this e-mail, case aside.
    pub fn rep_by_email(&self, email: &str) -> Option<&Rep> {
        let known =
            |rep: &&Rep| rep.email.as_deref().is_some_and(|e| e.eq_ignore_ascii_case(email));
        self.reps.iter().find(known)
    }

    /// The criterion of this id.
    pub fn criterion(&self, id: &str) -> Option<&Criterion> {
        self.criteria.iter().find(|criterion| &*criterion.id == id)
    }

    /// The criteria that a column requires, its own and those of the columns before it, in order.
    pub fn required<'s>(
        &'s self,
        pipeline: &'s Pipeline,
        stage: usize,
    ) -> impl Iterator<Item = &'s Criterion> {
        pipeline.accumulated(stage).map(|position| &self.criteria[position])
    }

    /// The campaign of this id.
    pub fn campaign(&self, id: &str) -> Option<&Campaign> {
        self.campaigns.iter().find(|campaign| &*campaign.id == id)
    }

    /// The segment of this id.
    pub fn segment(&self, id: &str) -> Option<&Segment> {
        self.segments.iter().find(|segment| &*segment.id == id)
    }

    /// The saved report of this id.
    pub fn saved_report(&self, id: &str) -> Option<&SavedReport> {
        self.reports.iter().find(|saved| &*saved.id == id)
    }

    /// The product of this id.
    pub fn product(&self, id: &str) -> Option<&Product> {
        self.products.iter().find(|product| &*product.id == id)
    }

    /// How a kind counts; an unknown one is a note.
    pub fn counts(&self, kind: &EventKind) -> Counts {
        self.kinds.get(kind).unwrap_or(Counts::Note)
    }

    /// Does a policy promise when cases are resolved?
    pub fn promises_resolution(&self) -> bool {
        self.policies.iter().any(|(_, policy)| policy.resolve.is_some())
    }

    /// The policy of a grade, if the settings have one.
    pub fn policy(&self, grade: &str) -> Option<&Policy> {
        self.policies.iter().find(|(of, _)| **of == *grade).map(|(_, policy)| policy)
    }

    /// Does this rep lead others?
    pub fn leads(&self, id: &str) -> bool {
        self.reps.iter().any(|rep| rep.manager.as_deref() == Some(id))
    }

    /// The sales cycle in days: the rep's own, else the pipeline's, else the ledger's.
    pub fn cycle(&self, pipeline: &Pipeline, owner: Option<&str>) -> u32 {
        owner
            .and_then(|id| self.rep(id))
            .and_then(|rep| rep.cycle_days)
            .or(pipeline.cycle_days)
            .unwrap_or(self.cycle_days)
    }

    /// Converts money into the ledger's own currency, if it has a rate: rounded to
    /// that currency's decimals, so that every figure adds up equal amounts. Money without a rate is unchanged.
    pub fn own(&self, money: Money) -> Money {
        match money.currency {
            Some(currency) if Some(currency) == self.currency => {
                Money { amount: money.amount, currency: None }
            }
            Some(currency) => match self.rates.get(&currency) {
                Some(rate) => {
                    let decimals = self.currency.map_or(2, Currency::decimals);
                    let exact = money.amount.times(*rate);
                    let fits = exact.decimals() <= decimals;
                    let amount = if fits { exact } else { exact.round(decimals) };
                    Money { amount, currency: None }
                }
                None => money,
            },
            None => money,
        }
    }

    /// An amount of its rules, which state no currency, in its own.
    pub fn own_stated(&self, amount: Amount) -> Amount {
        self.own(Money { amount, currency: self.stated_in }).amount
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_converted_once_and_rounded_to_the_decimals_of_the_currency() {
        let usd = Currency::parse("USD").unwrap();
        let with = |currency: Option<&str>, rate: &str| Settings {
            currency: currency.and_then(Currency::parse),
            rates: [(usd, Amount::parse(rate).unwrap())].into(),
            ..Settings::default()
        };
        let own =
            |settings: &Settings, text: &str| settings.own(Money::parse(text).unwrap()).to_string();
        let cny = with(Some("CNY"), "7.12");
        assert_eq!(own(&cny, "100.20 USD"), "713.42");
        assert_eq!(own(&cny, "100 USD"), "712.00");
        assert_eq!(own(&cny, "100.204 CNY"), "100.204");
        assert_eq!(own(&cny, "100 EUR"), "100 EUR");
        assert_eq!(own(&with(None, "7.12"), "100.20 USD"), "713.42");
        assert_eq!(own(&with(Some("JPY"), "150.015"), "100.20 USD"), "15032");
        assert_eq!(own(&with(Some("KWD"), "0.30711"), "1.01 USD"), "0.310");
    }

    #[test]
    fn a_rep_is_given_nothing_on_the_last_day_nor_on_a_leave() {
        let day = |text: &str| Date::parse(text).unwrap();
        let leave = Period { from: day("2009-12-10"), to: day("2009-12-11") };
        let (joined, left) = (Some(day("2009-12-05")), Some(day("2009-12-17")));
        let rep = Rep { joined, left, leave: vec![leave], ..Rep::default() };
        let barred = |text: &str| rep.barred(day(text));
        assert_eq!(barred("2009-12-04"), Some(Presence::NotYet(day("2009-12-05"))));
        assert_eq!([barred("2009-12-05"), barred("2009-12-09"), barred("2009-12-12")], [None; 3]);
        assert_eq!(barred("2009-12-11"), Some(Presence::Away(leave)));
        assert_eq!(barred("2009-12-16"), None);
        // Still a member of the team on the last day, but given nothing any more.
        let gone = Presence::Gone(day("2009-12-17"));
        assert_eq!(
            (rep.presence(day("2009-12-17")), barred("2009-12-17")),
            (Presence::Here, Some(gone))
        );
        assert_eq!(barred("2009-12-18"), Some(gone));
    }
}
