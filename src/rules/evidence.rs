//! Which criteria hold on a day, and the highest column they support.

use super::state::{Evidence, Hold};
use crate::model::date::Date;
use crate::model::pipeline::{Criterion, Known, Pipeline};
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;

/// The id under which the rule of the cycle stands among the criteria: past the sales cycle, no column
/// before the signature is supported.
pub const IN_CYCLE: &str = "in-cycle";

/// One criterion on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The criterion's id.
    pub id: Box<str>,
    /// Does it hold?
    pub met: bool,
    /// Since when.
    pub since: Option<Date>,
    /// From whom, if somebody attested it.
    pub by: Option<Box<str>>,
    /// How it is known, or what stands in the way.
    pub why: String,
    /// What would satisfy it: options of `log` and `advance`.
    pub mend: String,
}

/// Everything a verdict depends on.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The settings of the ledger.
    pub settings: &'a Settings,
    /// The prospect's board.
    pub pipeline: &'a Pipeline,
    /// The facts (who decides).
    pub prospect: &'a Prospect,
    /// The entries of this pass.
    pub evidence: &'a Evidence,
    /// The start of the clock, if it runs.
    pub clock_start: Option<Date>,
    /// The sales cycle in days.
    pub cycle_days: u32,
    /// A known stall.
    pub hold: Option<&'a Hold>,
    /// The day of the verdict.
    pub on: Date,
}

impl Case<'_> {
    /// The state of one criterion.
    pub fn status(&self, id: &str) -> Status {
        if id == IN_CYCLE {
            return self.in_cycle();
        }
        let Some(criterion) = self.settings.criterion(id) else {
            return missing(id, "not defined", "");
        };
        let status = self.known(criterion);
        if !status.met
            && let Some(on) = self.given(id)
        {
            return met(id, on, None, "given by the opening position");
        }
        status
    }

    /// The state of everything that standing in a column takes, each once, in order; the rule of the
    /// cycle first.
    pub fn requirements(&self, stage: usize) -> Vec<Status> {
        let mut seen: Vec<&str> = Vec::new();
        if stage > 0 && stage != self.pipeline.lost() && !self.past_signature(stage) {
            seen.push(IN_CYCLE);
        }
        for id in self.pipeline.accumulated(stage) {
            if !seen.contains(&id) {
                seen.push(id);
            }
        }
        seen.into_iter().map(|id| self.status(id)).collect()
    }

    /// The highest column that the evidence supports; `cycle` says whether the rule of the cycle counts.
    pub fn supported(&self, cycle: bool) -> usize {
        let holds = |id: &str| self.status(id).met;
        let in_cycle = !cycle || self.in_cycle().met;
        let mut highest = 0;
        for (position, stage) in self.pipeline.stages[..=self.pipeline.won()].iter().enumerate() {
            if !stage.requires.iter().all(|id| holds(id)) {
                break;
            }
            if in_cycle || self.past_signature(position) {
                highest = position;
            }
        }
        highest
    }

    /// Does the column take a signature or the money? Then the cycle no longer binds it.
    pub fn past_signature(&self, stage: usize) -> bool {
        self.pipeline.accumulated(stage).any(|id| {
            self.settings
                .criterion(id)
                .is_some_and(|c| matches!(c.known, Known::Signed | Known::Paid | Known::Booked))
        })
    }

    /// Is the next step still counted on? It is until the grace after its day has passed.
    fn next_stands(&self) -> Option<Date> {
        let next = self.evidence.next.as_ref()?;
        let last = next.at.date.plus(i64::from(self.settings.next_grace_days));
        (self.on <= last).then_some(next.agreed)
    }

    fn known(&self, criterion: &Criterion) -> Status {
        let id = &*criterion.id;
        let evidence = self.evidence;
        match &criterion.known {
            Known::Attested => self.attested(id, "nobody has confirmed it"),
            Known::Decider => match (evidence.attested.get(id), self.prospect.decider()) {
                (None, Some(decider)) => Status {
                    id: id.into(),
                    met: true,
                    since: None,
                    by: None,
                    why: format!("{} decides", decider.name),
                    mend: String::new(),
                },
                _ => self.attested(id, "not confirmed, and no contact has `decides = true`"),
            },
            Known::AppointmentSet => match (evidence.first_meeting, self.next_stands()) {
                (Some(day), _) => met(id, day, None, "they have met"),
                (None, Some(day)) => met(id, day, None, "a first meeting has a date"),
                (None, None) => missing(id, &self.no_next(), "--next DATE"),
            },
            Known::Met => match evidence.first_meeting {
                Some(day) => met(id, day, None, "first meeting"),
                None => missing(id, "no entry of a meeting kind in this pursuit", "--kind meeting"),
            },
            Known::Entry(kinds) => {
                match kinds.iter().filter_map(|kind| evidence.entries.get(kind)).min() {
                    Some(day) => met(id, *day, None, "an entry says so"),
                    None => missing(
                        id,
                        &format!("no entry `{}` in this pursuit", kinds.join("` or `")),
                        &format!("--kind {}", kinds.first().map_or("", |k| k)),
                    ),
                }
            }
            Known::Timing => self.timing(id),
            Known::NextStep => match (evidence.signed, self.next_stands()) {
                (Some(day), _) => met(id, day, None, "signed"),
                (None, Some(day)) => {
                    let next = evidence.next.as_ref().map(|n| n.at.shown()).unwrap_or_default();
                    met(id, day, None, &format!("next step on {next}"))
                }
                (None, None) => missing(id, &self.no_next(), "--next DATE"),
            },
            Known::Signed => match evidence.signed {
                Some(day) => met(id, day, None, "contract handed in"),
                None => missing(id, "no entry `contract` in this pursuit", "--kind contract"),
            },
            Known::Paid => self.paid(id),
            Known::Booked => match evidence.booked {
                Some(day) => met(id, day, None, "booked"),
                None => missing(id, "no entry `booking` in this pursuit", "--kind booking"),
            },
        }
    }

    fn attested(&self, id: &str, why_not: &str) -> Status {
        match self.evidence.attested.get(id) {
            Some(attested) => met(id, attested.on, attested.by.as_deref(), "confirmed"),
            None => missing(id, why_not, &format!("--confirm {id}")),
        }
    }

    fn timing(&self, id: &str) -> Status {
        if let Some(day) = self.evidence.signed {
            return met(id, day, None, "signed");
        }
        let latest = self.on.plus(i64::from(self.cycle_days));
        let mend = format!("--close-by DATE, from {} to {latest}", self.on);
        match self.evidence.close_by {
            None => missing(id, "no signing date is named", &mend),
            Some((close, _)) if close < self.on => {
                missing(id, &format!("the signing date {close} has passed"), &mend)
            }
            Some((close, _)) if close > latest => missing(
                id,
                &format!(
                    "the signing date {close} is more than one cycle ({} days) away",
                    self.cycle_days
                ),
                &mend,
            ),
            Some((close, named)) => met(id, named, None, &format!("signing by {close}")),
        }
    }

    fn paid(&self, id: &str) -> Status {
        let paid = &self.evidence.paid;
        let enough = match self.settings.paid_threshold {
            Some(threshold) => paid.own >= threshold,
            None => {
                let positive = |a: &crate::model::money::Amount| !a.is_negative() && !a.is_zero();
                positive(&paid.own) || paid.others.values().any(positive)
            }
        };
        match (enough, self.evidence.paid_on) {
            (true, Some(day)) => met(id, day, None, &format!("{} received", paid.own.grouped())),
            _ => {
                let (why, amount) = match self.settings.paid_threshold {
                    Some(t) => (
                        format!("{} of {} received", paid.own.grouped(), t.grouped()),
                        t.to_string(),
                    ),
                    None => ("no payment in this pursuit".to_owned(), "AMOUNT".to_owned()),
                };
                missing(id, &why, &format!("log ID payment --amount {amount}"))
            }
        }
    }

    fn in_cycle(&self) -> Status {
        let held = self.hold.filter(|hold| self.on < hold.until);
        match (self.clock_start, held) {
            (None, _) => Status {
                id: IN_CYCLE.into(),
                met: true,
                since: None,
                by: None,
                why: "the clock has not started".to_owned(),
                mend: String::new(),
            },
            (Some(start), Some(hold)) => {
                met(IN_CYCLE, start, None, &format!("on hold until {}", hold.until))
            }
            (Some(start), None) => {
                let day = self.on.days_since(start).max(0);
                let why = format!("day {day} of {}", self.cycle_days);
                if day <= i64::from(self.cycle_days) {
                    met(IN_CYCLE, start, None, &why)
                } else {
                    missing(
                        IN_CYCLE,
                        &format!("past the sales cycle: {why}"),
                        "`crm back ID` starts the pass afresh",
                    )
                }
            }
        }
    }

    /// Since when the opening position gives this criterion.
    fn given(&self, id: &str) -> Option<Date> {
        let (stage, on) = self.evidence.given?;
        self.pipeline.accumulated(stage).any(|given| given == id).then_some(on)
    }

    fn no_next(&self) -> String {
        match &self.evidence.next {
            Some(next) => {
                format!("the step agreed for {} passed without an entry", next.at.shown())
            }
            None => "no next step has a date".to_owned(),
        }
    }
}

fn met(id: &str, since: Date, by: Option<&str>, why: &str) -> Status {
    Status {
        id: id.into(),
        met: true,
        since: Some(since),
        by: by.map(Into::into),
        why: why.to_owned(),
        mend: String::new(),
    }
}

fn missing(id: &str, why: &str, mend: &str) -> Status {
    Status {
        id: id.into(),
        met: false,
        since: None,
        by: None,
        why: why.to_owned(),
        mend: mend.to_owned(),
    }
}
