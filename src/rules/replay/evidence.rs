//! Which criteria hold on a day, and the highest column they support.

use crate::diag::Words;
use crate::model::kind::EventKind;
use crate::model::pipeline::{Criterion, IN_CYCLE, IN_CYCLE_LABEL, Known, OfBuyer, Pipeline};
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::erasure::Trace;
use crate::rules::replay::clock::Clock;
use crate::rules::replay::remedy::Remedy;
use crate::rules::replay::state::{Evidence, Hold};
use crate::value::date::Date;
use crate::value::text::Text;

mod project;
#[cfg(test)]
mod project_tests;

/// One criterion on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The criterion's id.
    pub id: Text,
    /// Does it hold?
    pub met: bool,
    /// Since when.
    pub since: Option<Date>,
    /// The rep that attested it, if a rep did.
    pub by: Option<Text>,
    /// Its label.
    pub label: Words,
    /// How it is known, or the obstacle.
    pub why: Words,
    /// The remedy that would satisfy it; `None` where it is met, or where none would.
    pub remedy: Option<Remedy>,
}

impl Status {
    /// That it is missing, and why.
    pub fn missing(&self) -> Words {
        self.marked("missing", "缺少")
    }

    /// That it is met, and how it is known.
    pub fn held(&self) -> Words {
        self.marked("met    ", "达成")
    }

    fn marked(&self, en: &str, zh: &str) -> Words {
        let (label, why) = (&self.label, &self.why);
        Words::both(
            format!("{en} {}: {}", label.en(), why.en()),
            format!("{zh} {}：{}", label.zh(), why.zh()),
        )
    }
}

/// The verdict about one criterion.
enum CriterionVerdict<'a> {
    /// It holds.
    Met { since: Option<Date>, by: Option<&'a Text> },
    /// It holds because the opening position gave it.
    Given(Date),
    /// It does not hold.
    Missing,
}

impl CriterionVerdict<'_> {
    /// It holds since a day; without one it does not.
    fn since(day: Option<Date>) -> Self {
        day.map_or(CriterionVerdict::Missing, |day| CriterionVerdict::Met {
            since: Some(day),
            by: None,
        })
    }
}

/// Everything that the verdict about a criterion depends on.
#[derive(Debug, Clone, Copy)]
pub struct EvidenceBasis<'a> {
    /// The settings of the ledger.
    pub settings: &'a Settings,
    /// The prospect's board.
    pub pipeline: &'a Pipeline,
    /// The facts, such as the contacts that decide.
    pub prospect: &'a Prospect,
    /// The entries of this pass.
    pub evidence: &'a Evidence,
    /// The buyer's last step in this pursuit, by its position, and its day.
    pub buyer: Option<(usize, Date)>,
    /// The start of the clock, if it runs.
    pub clock_start: Option<Date>,
    /// The sales cycle in days.
    pub cycle_days: u32,
    /// A known stall.
    pub hold: Option<&'a Hold>,
    /// The day of the verdict.
    pub on: Date,
}

impl<'a> EvidenceBasis<'a> {
    /// The state of one criterion, in words.
    pub fn status(&self, id: &str) -> Status {
        let verdict = self.verdict(id);
        let (why, remedy) = self.words(id, &verdict);
        let (met, since, by) = match verdict {
            CriterionVerdict::Met { since, by } => (true, since, by.cloned()),
            CriterionVerdict::Given(on) => (true, Some(on), None),
            CriterionVerdict::Missing => (false, None, None),
        };
        Status { id: id.into(), label: self.label(id), met, since, by, why, remedy }
    }

    /// Does the criterion of this id hold, or the rule of the cycle?
    pub fn holds(&self, id: &str) -> bool {
        !matches!(self.verdict(id), CriterionVerdict::Missing)
    }

    /// Does a criterion hold?
    pub fn has(&self, criterion: &Criterion) -> bool {
        !matches!(self.judged(criterion), CriterionVerdict::Missing)
    }

    /// The criteria that standing in a column takes.
    pub fn required(&self, stage: usize) -> impl Iterator<Item = &'a Criterion> {
        self.settings.required(self.pipeline, stage)
    }

    /// The state of everything that standing in a column takes, each once, in order; the rule of the
    /// cycle first.
    pub fn requirements(&self, stage: usize) -> Vec<Status> {
        let mut ids: Vec<&str> = Vec::new();
        if stage > 0 && stage != self.pipeline.lost() && !self.past_signature(stage) {
            ids.push(IN_CYCLE);
        }
        for criterion in self.required(stage) {
            if !ids.contains(&&*criterion.id) {
                ids.push(&criterion.id);
            }
        }
        ids.into_iter().map(|id| self.status(id)).collect()
    }

    /// Does everything hold that an advance to the column takes?
    pub fn meets(&self, stage: usize) -> bool {
        let in_time = self.is_in_cycle() || self.past_signature(stage);
        in_time && self.required(stage).all(|criterion| self.has(criterion))
    }

    /// The highest column that the evidence supports, with and without the rule of the cycle.
    pub fn supported(&self) -> (usize, usize) {
        let in_cycle = self.is_in_cycle();
        let (mut bound, mut free) = (0, 0);
        for (position, stage) in self.pipeline.stages[..=self.pipeline.won()].iter().enumerate() {
            if !stage.requires.iter().all(|position| self.has(&self.settings.criteria[*position])) {
                break;
            }
            free = position;
            if in_cycle || self.past_signature(position) {
                bound = position;
            }
        }
        (bound, free)
    }

    /// Does the column take a signature or the money? Then the cycle no longer binds it.
    pub fn past_signature(&self, stage: usize) -> bool {
        self.required(stage).any(|c| matches!(c.known, Known::Signed | Known::Paid | Known::Booked))
    }

    /// Are the papers or the money in, for a prospect in this column? Then a person decides on it: neither
    /// sweep nor recycling takes it back. An opening position that gives them counts.
    pub fn papers_or_money_in(&self, stage: usize) -> bool {
        self.past_signature(stage)
            || ["signed", "paid"].iter().any(|id| self.holds(id))
            || self.evidence.paid.is_something()
    }

    /// Is the next step still counted on? It is until the grace after its day has passed.
    fn next_stands(&self) -> Option<Date> {
        let next = self.evidence.next.as_ref()?;
        let last = next.at.date.plus(i64::from(self.settings.next_grace_days));
        (self.on <= last).then_some(next.agreed)
    }

    /// The same of a next step that says what it is for, where the settings ask for that.
    fn step_stands(&self) -> Option<Date> {
        self.next_stands().filter(|_| !self.lacks_purpose())
    }

    fn lacks_purpose(&self) -> bool {
        let what = self.evidence.next.as_ref().and_then(|next| next.what.as_deref());
        // The purpose of a step with a person who was erased went with the name.
        let is_erased = Trace::of(&self.prospect.name).is_some();
        self.settings.next_what && !is_erased && what.is_none_or(|what| what.trim().is_empty())
    }

    /// Judges the criterion of this id, or the rule of the cycle.
    fn verdict(&self, id: &str) -> CriterionVerdict<'_> {
        if id == IN_CYCLE {
            let met = CriterionVerdict::Met { since: self.clock_start, by: None };
            return if self.is_in_cycle() { met } else { CriterionVerdict::Missing };
        }
        self.settings
            .criterion(id)
            .map_or(CriterionVerdict::Missing, |criterion| self.judged(criterion))
    }

    /// Judges one criterion. A whole ledger is judged for every report, so this makes no words.
    fn judged(&self, criterion: &Criterion) -> CriterionVerdict<'_> {
        match self.known(criterion) {
            CriterionVerdict::Missing => {
                self.given(criterion).map_or(CriterionVerdict::Missing, CriterionVerdict::Given)
            }
            met => met,
        }
    }

    fn known(&self, criterion: &Criterion) -> CriterionVerdict<'_> {
        let evidence = self.evidence;
        let since = CriterionVerdict::since;
        match &criterion.known {
            Known::Attested => self.attested(&criterion.id),
            Known::Decider => match self.attested(&criterion.id) {
                CriterionVerdict::Missing
                    if self.prospect.decider().is_some() && !self.revoked(criterion) =>
                {
                    CriterionVerdict::Met { since: None, by: None }
                }
                attested => attested,
            },
            Known::OfBuyer(of) => self.of_buyer(criterion, of),
            Known::AppointmentSet => since(evidence.first_meeting.or_else(|| self.next_stands())),
            Known::Met => since(evidence.first_meeting),
            Known::Entry(kinds) => {
                since(kinds.iter().filter_map(|kind| evidence.first_entry(kind)).min())
            }
            Known::Timing => since(evidence.signed.or_else(|| self.timely())),
            Known::NextStep => since(evidence.signed.or_else(|| self.step_stands())),
            Known::Signed => since(evidence.signed),
            Known::Paid => since(evidence.paid_on.filter(|_| self.paid_enough())),
            Known::Booked => since(evidence.booked),
        }
    }

    fn attested(&self, id: &str) -> CriterionVerdict<'_> {
        match self.evidence.attested.get(id) {
            Some(attested) => {
                CriterionVerdict::Met { since: Some(attested.on), by: attested.by.as_ref() }
            }
            None => CriterionVerdict::Missing,
        }
    }

    /// The last day that counts as timely: one cycle from now.
    fn latest(&self) -> Date {
        self.on.plus(i64::from(self.cycle_days))
    }

    /// The day on which a signing date was named that lies within the cycle.
    fn timely(&self) -> Option<Date> {
        let (close, named) = self.evidence.close_by?;
        (self.on <= close && close <= self.latest()).then_some(named)
    }

    fn paid_enough(&self) -> bool {
        let paid = &self.evidence.paid;
        match self.settings.paid_threshold {
            Some(threshold) => paid.own >= threshold,
            None => paid.is_something(),
        }
    }

    /// The hold that is in force on the day.
    fn held(&self) -> Option<&Hold> {
        self.hold.filter(|hold| self.on < hold.until)
    }

    fn clock(&self) -> Clock {
        let hold = self.hold.map(|hold| hold.until);
        Clock { start: self.clock_start, cycle_days: self.cycle_days, hold, stopped: None }
    }

    fn is_in_cycle(&self) -> bool {
        !self.clock().is_over(self.on)
    }

    /// The label of a criterion, or of the rule of the cycle.
    fn label(&self, id: &str) -> Words {
        match self.settings.criterion(id) {
            Some(criterion) => Words::each(|lang| criterion.label.get(lang, id).to_owned()),
            None if id == IN_CYCLE => Words::both(IN_CYCLE_LABEL.0, IN_CYCLE_LABEL.1),
            None => Words::both(id, id),
        }
    }

    /// How a criterion is known, or the reason why it is not; and the step that would satisfy it.
    fn words(&self, id: &str, verdict: &CriterionVerdict<'_>) -> (Words, Option<Remedy>) {
        match verdict {
            CriterionVerdict::Given(_) => {
                (words!("given by the opening position", "期初状态给定"), None)
            }
            CriterionVerdict::Met { since, .. } => (self.why_met(id, *since), None),
            CriterionVerdict::Missing => self.why_missing(id),
        }
    }

    fn why_met(&self, id: &str, since: Option<Date>) -> Words {
        let evidence = self.evidence;
        if id == IN_CYCLE {
            return match (self.clock_start, self.held()) {
                (None, _) => words!("the clock has not started", "周期尚未开始"),
                (Some(_), Some(hold)) => {
                    words!("on hold until {}", "暂缓至 {}", hold.until)
                }
                (Some(_), None) => self.day_of_cycle(),
            };
        }
        match self.settings.criterion(id).map(|criterion| &criterion.known) {
            None => Words::default(),
            Some(Known::Attested) => words!("confirmed", "已确认"),
            Some(Known::Decider) => match (since, self.prospect.decider()) {
                (None, Some(decider)) => words!("{} decides", "{} 有决定权", decider.name),
                _ => words!("confirmed", "已确认"),
            },
            Some(Known::AppointmentSet) if evidence.first_meeting.is_some() => {
                words!("they have met", "已经见面")
            }
            Some(Known::AppointmentSet) => {
                words!("a first meeting has a date", "初次见面已约定日期")
            }
            Some(Known::Met) => words!("first meeting", "初次见面"),
            Some(Known::OfBuyer(of)) => self.why_known(id, of),
            Some(Known::Entry(_)) => words!("an entry shows it", "有记录为证"),
            Some(Known::Timing | Known::NextStep) if evidence.signed.is_some() => {
                words!("signed", "已签约")
            }
            Some(Known::Timing) => {
                let close = evidence.close_by.map(|(close, _)| close.to_string());
                words!("signing by {}", "签约日 {}", close.as_deref().unwrap_or_default())
            }
            Some(Known::NextStep) => {
                let next = evidence.next.as_ref().map(|next| next.at.shown()).unwrap_or_default();
                words!("next step on {next}", "下一步 {next}")
            }
            Some(Known::Signed) => words!("contract handed in", "合同已交"),
            Some(Known::Paid) => {
                let paid = evidence.paid.grouped();
                words!("{paid} received", "已收 {paid}")
            }
            Some(Known::Booked) => words!("booked", "已承保"),
        }
    }

    fn why_missing(&self, id: &str) -> (Words, Option<Remedy>) {
        if id == IN_CYCLE {
            let day = self.day_of_cycle();
            let (en, zh) = (day.en(), day.zh());
            let why = words!("past the sales cycle: {en}", "已超过销售周期：{zh}");
            return (why, Some(Remedy::FallBack));
        }
        let confirm = || Some(Remedy::Confirm(id.into()));
        let entry = |kind: EventKind| Some(Remedy::Entry(kind));
        let criterion = self.settings.criterion(id);
        match criterion.map(|criterion| &criterion.known) {
            None => (words!("not defined", "未定义"), None),
            Some(
                Known::Attested
                | Known::Decider
                | Known::OfBuyer(OfBuyer::Needs | OfBuyer::Competitor),
            ) if criterion.is_some_and(|c| self.revoked(c)) => {
                (words!("it was revoked", "已撤销"), confirm())
            }
            Some(Known::Attested) => (words!("not confirmed", "尚未确认"), confirm()),
            Some(Known::Decider) => (
                words!(
                    "not confirmed, and no contact has `decides = true`",
                    "尚未确认，也没有联系人标为 `decides = true`"
                ),
                confirm(),
            ),
            Some(Known::NextStep) if self.next_stands().is_some() => (
                words!(
                    "the next step has no purpose (next_what)",
                    "下一步没有写明事由（next_what）"
                ),
                Some(Remedy::NextStep { purpose: true }),
            ),
            Some(Known::OfBuyer(of)) => self.why_unknown(id, of),
            Some(Known::AppointmentSet) => {
                (self.no_next(), Some(Remedy::NextStep { purpose: false }))
            }
            Some(Known::NextStep) => {
                (self.no_next(), Some(Remedy::NextStep { purpose: self.settings.next_what }))
            }
            Some(Known::Met) => (
                words!("no entry of a meeting kind in this pursuit", "本轮没有见面类的记录"),
                entry(EventKind::Meeting),
            ),
            Some(Known::Entry(kinds)) => {
                let names: Vec<&str> = kinds.iter().map(EventKind::name).collect();
                let (en, zh) = (names.join("` or `"), names.join("` 或 `"));
                let why = words!("no entry `{en}` in this pursuit", "本轮没有 `{zh}` 记录");
                (why, kinds.first().cloned().map(Remedy::Entry))
            }
            Some(Known::Timing) => self.untimely(),
            Some(Known::Signed) => (
                words!("no entry `contract` in this pursuit", "本轮没有 `contract`（合同）记录"),
                entry(EventKind::Contract),
            ),
            Some(Known::Paid) => self.unpaid(),
            Some(Known::Booked) => (
                words!("no entry `booking` in this pursuit", "本轮没有 `booking`（承保）记录"),
                entry(EventKind::Booking),
            ),
        }
    }

    /// Which day of the cycle it is; nothing before the clock starts.
    fn day_of_cycle(&self) -> Words {
        let cycle = self.cycle_days;
        let day = |age| words!("day {age} of {cycle}", "第 {age} 天，周期 {cycle} 天");
        self.clock().age(self.on).map(day).unwrap_or_default()
    }

    fn untimely(&self) -> (Words, Option<Remedy>) {
        let cycle = self.cycle_days;
        let why = match self.evidence.close_by {
            None => words!("no signing date is named", "没有签约日"),
            Some((close, _)) if close.cmp(&self.on).is_lt() => {
                words!("the signing date {close} has passed", "签约日 {close} 已过")
            }
            Some((close, _)) => words!(
                "the signing date {close} is more than one cycle ({cycle} days) away",
                "签约日 {close} 超出一个销售周期（{cycle} 天）"
            ),
        };
        (why, Some(Remedy::CloseBy(self.on, self.latest())))
    }

    fn unpaid(&self) -> (Words, Option<Remedy>) {
        let threshold = self.settings.paid_threshold;
        let why = match threshold {
            Some(threshold) => {
                let (paid, threshold) = (self.evidence.paid.grouped(), threshold.grouped());
                words!("{paid} of {threshold} received", "已收 {paid}，应收 {threshold}")
            }
            None => words!("no payment in this pursuit", "本轮没有付款"),
        };
        (why, Some(Remedy::Payment(threshold)))
    }

    /// Was it revoked? Then earlier evidence does not count.
    fn revoked(&self, criterion: &Criterion) -> bool {
        self.evidence.revoked.contains(&criterion.id)
    }

    /// Since when the opening position gives this criterion.
    fn given(&self, criterion: &Criterion) -> Option<Date> {
        let (stage, on) = self.evidence.given.filter(|_| !self.revoked(criterion))?;
        self.required(stage).any(|given| given.id == criterion.id).then_some(on)
    }

    fn no_next(&self) -> Words {
        match &self.evidence.next {
            Some(next) => {
                let day = next.at.shown();
                words!(
                    "the step agreed for {day} passed without an entry",
                    "约定 {day} 的下一步已过，没有记录"
                )
            }
            None => words!("no next step has a date", "没有约定日期的下一步"),
        }
    }
}
