//! `crm report campaigns`: whom each campaign reached, what they answered and bought, its cost, and the lift over those that
//! were kept out.
//!
//! A file's part in a campaign is in [`rules::campaign`](crate::rules::campaign).

mod tables;

use super::Request;
use super::breakdown::join;
use crate::diag::Diagnostic;
use crate::model::campaign::{Campaign, CampaignGoal};
use crate::model::profile::Relation;
use crate::model::settings::Settings;
use crate::rules::acts::first_prospect_column;
use crate::rules::book::Book;
use crate::rules::campaign::{Involvement, involvements};
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::rules::sales::{SaleKind, sales};
use crate::stats::{Difference, Proportion};
use crate::table::sheet::Sheet;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::{Amount, Sum};
use crate::value::period::Period;
use crate::value::text::Text;
use std::collections::{BTreeMap, BTreeSet};

/// The attributes of campaigns that `--by` may name.
pub const GROUPS: &[&str] = &["segment", "channel", "month", "parent"];

/// The figures of one campaign, or of several.
#[derive(Debug, Clone, Default)]
struct Figures {
    /// Files that it reached, and those that were kept out.
    sent: u64,
    control: u64,
    /// Of those that it reached: how many answered.
    answered: u64,
    /// Files that answered without having been reached.
    unasked: u64,
    /// Of those reached and of those kept out: how many answered or ordered, and how many ordered.
    acted: [u64; 2],
    ordered: [u64; 2],
    /// Prospects whose source it is, those of them that became prospects, and those that closed.
    leads: u64,
    became: u64,
    /// Leads that closed, and other files that ordered after they answered.
    won: u64,
    /// The orders of its leads, and those of other files since they answered.
    orders: u64,
    booked: Sum,
    margin: Sum,
    /// The booked money whose cost is known.
    costed: Sum,
    goal: Option<u64>,
    budget: Option<Amount>,
    cost: Option<Amount>,
    /// A campaign has a cost that cannot be told for the period.
    is_cost_unknown: bool,
    /// The campaigns that reached the files. A file that two of them reached counts in both, so that the groups of a
    /// row of several campaigns are not apart.
    campaigns: BTreeSet<Text>,
}

impl Figures {
    fn add(&mut self, other: &Figures) {
        self.sent += other.sent;
        self.control += other.control;
        self.answered += other.answered;
        self.unasked += other.unasked;
        for group in 0..2 {
            self.acted[group] += other.acted[group];
            self.ordered[group] += other.ordered[group];
        }
        self.leads += other.leads;
        self.became += other.became;
        self.won += other.won;
        self.orders += other.orders;
        self.booked.add_sum(&other.booked);
        self.margin.add_sum(&other.margin);
        self.costed.add_sum(&other.costed);
        let plus = |a: Option<Amount>, b: Option<Amount>| match (a, b) {
            (Some(a), Some(b)) => Some(a.plus(b)),
            (a, b) => a.or(b),
        };
        self.goal = match (self.goal, other.goal) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
        self.budget = plus(self.budget, other.budget);
        self.cost = plus(self.cost, other.cost);
        self.is_cost_unknown |= other.is_cost_unknown;
        self.campaigns.extend(other.campaigns.iter().cloned());
    }

    /// Are the files those of one campaign, so that its groups can be compared?
    fn is_one(&self) -> bool {
        self.campaigns.len() <= 1
    }

    /// How much more often those that it reached did something than those that were kept out.
    fn lift(&self, done: [u64; 2]) -> Difference {
        let [sent, control] = done;
        Difference {
            first: Proportion { successes: sent, trials: self.sent },
            second: Proportion { successes: control, trials: self.control },
        }
    }

    /// (margin - cost) / cost; `None` without a cost, or where the cost of nothing that was sold is known.
    fn roi(&self) -> Option<f64> {
        let cost = self.cost.filter(|cost| !cost.is_zero() && !self.is_cost_unknown)?;
        let is_known = self.booked.own.is_zero() || !self.costed.own.is_zero();
        is_known.then(|| self.margin.own.minus(cost).to_f64() / cost.to_f64())
    }

    fn is_over_budget(&self) -> bool {
        self.cost.zip(self.budget).is_some_and(|(cost, budget)| cost > budget)
    }
}

/// The rows of the report: by campaign, or by an attribute of campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Campaign,
    Segment,
    Channel,
    Month,
    Parent,
}

impl By {
    fn of(name: Option<&str>) -> By {
        match name {
            Some("segment") => By::Segment,
            Some("channel") => By::Channel,
            Some("month") => By::Month,
            Some("parent") => By::Parent,
            _ => By::Campaign,
        }
    }

    /// The id of the column.
    fn name(self) -> &'static str {
        match self {
            By::Campaign => "campaign",
            By::Segment => "segment",
            By::Channel => "channel",
            By::Month => "month",
            By::Parent => "parent",
        }
    }

    /// The row of what a campaign did on a day; empty where it has no such value.
    fn row(self, id: &str, on: Date, settings: &Settings) -> String {
        let campaign = settings.campaign(id);
        match self {
            By::Campaign => id.to_owned(),
            By::Month => month(on),
            By::Segment => campaign.and_then(|one| one.segment.as_deref()).unwrap_or("").to_owned(),
            By::Channel => campaign.and_then(|one| one.channel.as_deref()).unwrap_or("").to_owned(),
            By::Parent => head(id, settings).to_owned(),
        }
    }
}

fn month(on: Date) -> String {
    format!("{:04}-{:02}", on.year(), on.month())
}

/// The campaign that a campaign is a part of, at any height; itself where it is a part of none. The settings have no
/// circle.
fn head<'s>(id: &'s str, settings: &'s Settings) -> &'s str {
    let mut head = id;
    while let Some(parent) = settings.campaign(head).and_then(|one| one.parent.as_deref()) {
        head = parent;
    }
    head
}

type Rows = BTreeMap<String, Figures>;

/// What came of the campaigns that reached files, or brought prospects, in the period.
pub fn campaigns(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let settings = &book.settings;
    let by = By::of(request.by.as_ref().map(|by| by.name()));
    let mut rows = request.fold_everybody(
        book,
        |rows: &mut Rows, record| take(rows, record, by, request.period, book),
        |all, part| join(all, part, |known, figures| known.add(&figures)),
    );
    // A campaign that reached no file cost its money too. A query asks about files only.
    for campaign in settings.campaigns.iter().filter(|_| request.query.is_empty()) {
        costs(&mut rows, campaign, by, request.period, book);
    }
    Ok(tables::sheet(&rows, by, request, book))
}

/// Adds the part of a file in each campaign.
fn take(rows: &mut Rows, record: &Record, by: By, period: Option<Period>, book: &Book) {
    let settings = &book.settings;
    let inside = |day: Option<Date>| day.filter(|day| period.is_none_or(|p| p.contains(*day)));
    let involved = involvements(record, settings, book.as_of);
    for one in &involved {
        match one.reached {
            Some(_) => {
                let Some(on) = inside(one.reached) else { continue };
                let slot = rows.entry(by.row(&one.campaign, on, settings)).or_default();
                reached(slot, one);
            }
            None => {
                let Some(on) = inside(one.answered) else { continue };
                rows.entry(by.row(&one.campaign, on, settings)).or_default().unasked += 1;
            }
        }
    }
    let source = record.prospect.source.as_ref();
    let lead = source.filter(|id| !record.prospect.is_customer && settings.campaign(id).is_some());
    let opened = inside(record.state.opened);
    let lead: Option<(&Text, Date)> = lead.zip(opened);
    if let Some((id, on)) = lead {
        let slot = rows.entry(by.row(id, on, settings)).or_default();
        let pipeline = record.pipeline(settings);
        let prospect = first_prospect_column(pipeline)..=pipeline.won();
        slot.leads += 1;
        let spells = &record.history.stages;
        slot.became += u64::from(spells.iter().any(|spell| prospect.contains(&spell.stage)));
        slot.won += u64::from(record.history.won().next().is_some());
        sold(slot, record, Date::MIN, book);
    }
    let others = involved.iter().filter(|one| lead.is_none_or(|(id, _)| *id != one.campaign));
    for one in others {
        let (Some(on), Some(since)) = (inside(one.reached.or(one.answered)), one.answered) else {
            continue;
        };
        let slot = rows.entry(by.row(&one.campaign, on, settings)).or_default();
        let orders = slot.orders;
        sold(slot, record, since, book);
        slot.won += u64::from(slot.orders > orders);
    }
}

/// Adds a file that the campaign reached or kept out.
fn reached(slot: &mut Figures, one: &Involvement) {
    let group = usize::from(one.is_control);
    slot.campaigns.insert(one.campaign.clone());
    match one.is_control {
        true => slot.control += 1,
        false => {
            slot.sent += 1;
            slot.answered += u64::from(one.answered.is_some());
        }
    }
    slot.acted[group] += u64::from(one.acted());
    slot.ordered[group] += u64::from(one.ordered.is_some());
}

/// Adds the orders of a file since a day. Partners, agents and suppliers are in no figure of sales.
fn sold(slot: &mut Figures, record: &Record, since: Date, book: &Book) {
    if record.prospect.profile().relation != Relation::Customer {
        return;
    }
    let all = sales(record, &book.settings, book.as_of);
    for sale in all.iter().filter(|sale| sale.kind == SaleKind::Booked && since <= sale.on) {
        slot.orders += u64::from(sale.is_first);
        sale.money.into_iter().for_each(|money| slot.booked.add(money));
        if let (Some(margin), Some(money)) = (sale.margin(), sale.money) {
            slot.margin.add(margin);
            slot.costed.add(money);
        }
    }
}

/// Adds what a campaign costs in the period, its budget and its goal.
fn costs(rows: &mut Rows, campaign: &Campaign, by: By, period: Option<Period>, book: &Book) {
    let settings = &book.settings;
    let goal = match campaign.goal {
        Some(CampaignGoal::Answers(n)) => Some(u64::from(n)),
        _ => None,
    };
    if by != By::Month {
        let slot = rows.entry(by.row(&campaign.id, Date::MIN, settings)).or_default();
        let cost = campaign.cost_in(period, book.as_of);
        let has_cost = campaign.cost.is_some() || !campaign.costs.is_empty();
        slot.add(&Figures {
            goal,
            budget: campaign.budget,
            cost,
            is_cost_unknown: has_cost && cost.is_none(),
            ..Figures::default()
        });
        return;
    }
    let dated = campaign.costs.iter().map(|cost| cost.on);
    let days = dated.chain(campaign.from).chain(campaign.to);
    let (Some(first), Some(last)) = (days.clone().min(), days.max()) else { return };
    let mut day = Date::new(first.year(), first.month(), 1).unwrap_or(first);
    let last = last.min(book.as_of);
    while day <= last {
        let next = day.plus_months(1);
        let whole = Period { from: day, to: next.plus(-1) };
        let part = Period {
            from: period.map_or(whole.from, |p| p.from.max(whole.from)),
            to: period.map_or(whole.to, |p| p.to.min(whole.to)),
        };
        if part.from <= part.to
            && let Some(cost) = campaign.cost_in(Some(part), book.as_of).filter(|c| !c.is_zero())
        {
            let slot = rows.entry(month(day)).or_default();
            slot.add(&Figures { cost: Some(cost), ..Figures::default() });
        }
        day = next;
    }
}

/// The state of a campaign on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Planned,
    Running,
    Over,
}

impl State {
    /// `planned` before its first day and while nothing has happened, `over` after its last day.
    fn of(campaign: &Campaign, figures: &Figures, on: Date) -> State {
        let begun = figures.sent + figures.control + figures.leads + figures.unasked > 0;
        if campaign.to.is_some_and(|to| to < on) {
            State::Over
        } else if begun || campaign.from.is_some_and(|from| from <= on) {
            State::Running
        } else {
            State::Planned
        }
    }

    fn word(self, lang: Lang) -> &'static str {
        match self {
            State::Planned => lang.term("planned", "planned", "未开始"),
            State::Running => lang.term("running", "running", "进行中"),
            State::Over => lang.term("over", "over", "已结束"),
        }
    }
}

/// The campaigns of the settings and their state.
pub fn list(book: &Book) -> Sheet {
    let rows = book.fold_everybody(
        &Query::everything(),
        |rows: &mut Rows, record| take(rows, record, By::Campaign, None, book),
        |all, part| join(all, part, |known, figures| known.add(&figures)),
    );
    tables::list(&rows, book)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_figure_of_the_lift() {
        let figures = Figures { sent: 400, control: 100, acted: [36, 4], ..Figures::default() };
        let lift = figures.lift(figures.acted);
        let (low, high) = lift.newcombe().unwrap();
        let said = [lift.rate().unwrap(), low, high].map(|x| format!("{:.1}", x * 100.0));
        assert_eq!(said, ["5.0", "-1.3", "9.0"]);
        assert!(Figures::default().lift([0, 0]).rate().is_none());
    }

    fn amount(text: &str) -> Amount {
        Amount::parse(text).unwrap()
    }

    #[test]
    fn the_return_is_of_the_margin_and_needs_a_cost() {
        let roi = |margin: &str, costed: &str, booked: &str, cost: Option<&str>| {
            let sum = |text: &str| Sum::of(amount(text));
            let figures = Figures {
                margin: sum(margin),
                costed: sum(costed),
                booked: sum(booked),
                cost: cost.map(amount),
                ..Figures::default()
            };
            figures.roi().map(|roi| format!("{roi:.2}"))
        };
        assert_eq!(roi("1500", "5000", "5000", Some("1000")), Some("0.50".into()));
        assert_eq!(roi("0", "0", "0", Some("1000")), Some("-1.00".into()));
        assert_eq!(roi("0", "0", "500", Some("1000")), None, "no cost of the goods is known");
        assert_eq!(roi("1500", "5000", "5000", Some("0")), None);
        assert_eq!(roi("1500", "5000", "5000", None), None);
    }

    #[test]
    fn exactly_the_budget_is_not_over_it() {
        let over = |cost: &str| {
            let (cost, budget) = (Some(amount(cost)), Some(amount("100")));
            Figures { cost, budget, ..Figures::default() }.is_over_budget()
        };
        assert!(!over("100") && over("100.01"));
    }

    #[test]
    fn the_state_is_that_of_the_first_and_last_day() {
        let day = |text: &str| Date::parse(text).unwrap();
        let campaign = Campaign {
            from: Some(day("2010-03-05")),
            to: Some(day("2010-03-10")),
            ..Campaign::default()
        };
        let of = |on: &str| State::of(&campaign, &Figures::default(), day(on));
        assert_eq!(of("2010-03-04"), State::Planned);
        assert_eq!(of("2010-03-05"), State::Running);
        assert_eq!(of("2010-03-10"), State::Running);
        assert_eq!(of("2010-03-11"), State::Over);
        let undated = Campaign::default();
        let sent = Figures { sent: 1, ..Figures::default() };
        assert_eq!(State::of(&undated, &Figures::default(), Date::MAX), State::Planned);
        assert_eq!(State::of(&undated, &sent, Date::MAX), State::Running);
    }
}
