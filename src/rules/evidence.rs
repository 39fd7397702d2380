//! Which criteria hold on a day, and the highest column they support.

use super::state::{Evidence, Hold};
use crate::model::date::Date;
use crate::model::pipeline::{Criterion, Known, Pipeline};
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::model::text::Text;

/// The id under which the rule of the cycle stands among the criteria: past the sales cycle, no column
/// before the signature is supported.
pub const IN_CYCLE: &str = "in-cycle";

/// One criterion on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The criterion's id.
    pub id: Text,
    /// Does it hold?
    pub met: bool,
    /// Since when.
    pub since: Option<Date>,
    /// From whom, if somebody attested it.
    pub by: Option<Text>,
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
        self.verdict(id, Words::Told)
    }

    /// Does a criterion hold?
    pub fn holds(&self, id: &str) -> bool {
        self.verdict(id, Words::Spared).met
    }

    fn verdict(&self, id: &str, words: Words) -> Status {
        if id == IN_CYCLE {
            return self.in_cycle(words);
        }
        let Some(criterion) = self.settings.criterion(id) else {
            return words.missing(id, || ("not defined".into(), String::new()));
        };
        let status = self.known(criterion, words);
        if !status.met
            && let Some(on) = self.given(id)
        {
            return words.met(id, Some(on), None, || "given by the opening position".into());
        }
        status
    }

    /// The state of everything that standing in a column takes, each once, in order; the rule of the
    /// cycle first.
    pub fn requirements(&self, stage: usize) -> Vec<Status> {
        self.required(stage).into_iter().map(|id| self.status(id)).collect()
    }

    /// Does everything hold that standing in a column takes?
    pub fn meets(&self, stage: usize) -> bool {
        self.required(stage).into_iter().all(|id| self.holds(id))
    }

    fn required(&self, stage: usize) -> Vec<&str> {
        let mut seen: Vec<&str> = Vec::new();
        if stage > 0 && stage != self.pipeline.lost() && !self.past_signature(stage) {
            seen.push(IN_CYCLE);
        }
        for id in self.pipeline.accumulated(stage) {
            if !seen.contains(&id) {
                seen.push(id);
            }
        }
        seen
    }

    /// The highest column that the evidence supports, and the same without the rule of the cycle.
    pub fn supported(&self) -> (usize, usize) {
        let in_cycle = self.holds(IN_CYCLE);
        let (mut bound, mut free) = (0, 0);
        for (position, stage) in self.pipeline.stages[..=self.pipeline.won()].iter().enumerate() {
            if !stage.requires.iter().all(|id| self.holds(id)) {
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

    fn known(&self, criterion: &Criterion, words: Words) -> Status {
        let id = &*criterion.id;
        let evidence = self.evidence;
        match &criterion.known {
            Known::Attested => self.attested(id, "nobody has confirmed it", words),
            Known::Decider => match (evidence.attested.get(id), self.prospect.decider()) {
                (None, Some(decider)) => {
                    words.met(id, None, None, || format!("{} decides", decider.name))
                }
                _ => {
                    let why = "not confirmed, and no contact has `decides = true`";
                    self.attested(id, why, words)
                }
            },
            Known::AppointmentSet => match (evidence.first_meeting, self.next_stands()) {
                (Some(day), _) => words.met(id, Some(day), None, || "they have met".into()),
                (None, Some(day)) => {
                    words.met(id, Some(day), None, || "a first meeting has a date".into())
                }
                (None, None) => words.missing(id, || (self.no_next(), "--next DATE".into())),
            },
            Known::Met => match evidence.first_meeting {
                Some(day) => words.met(id, Some(day), None, || "first meeting".into()),
                None => words.missing(id, || {
                    let why = "no entry of a meeting kind in this pursuit";
                    (why.into(), "--kind meeting".into())
                }),
            },
            Known::Entry(kinds) => {
                match kinds.iter().filter_map(|kind| evidence.entries.get(kind)).min() {
                    Some(day) => words.met(id, Some(*day), None, || "an entry says so".into()),
                    None => words.missing(id, || {
                        let first = kinds.first().map_or("", |kind| kind);
                        let why = format!("no entry `{}` in this pursuit", kinds.join("` or `"));
                        (why, format!("--kind {first}"))
                    }),
                }
            }
            Known::Timing => self.timing(id, words),
            Known::NextStep => match (evidence.signed, self.next_stands()) {
                (Some(day), _) => words.met(id, Some(day), None, || "signed".into()),
                (None, Some(day)) => words.met(id, Some(day), None, || {
                    let next = evidence.next.as_ref().map(|n| n.at.shown()).unwrap_or_default();
                    format!("next step on {next}")
                }),
                (None, None) => words.missing(id, || (self.no_next(), "--next DATE".into())),
            },
            Known::Signed => match evidence.signed {
                Some(day) => words.met(id, Some(day), None, || "contract handed in".into()),
                None => words.missing(id, || {
                    ("no entry `contract` in this pursuit".into(), "--kind contract".into())
                }),
            },
            Known::Paid => self.paid(id, words),
            Known::Booked => match evidence.booked {
                Some(day) => words.met(id, Some(day), None, || "booked".into()),
                None => words.missing(id, || {
                    ("no entry `booking` in this pursuit".into(), "--kind booking".into())
                }),
            },
        }
    }

    fn attested(&self, id: &str, why_not: &str, words: Words) -> Status {
        match self.evidence.attested.get(id) {
            Some(attested) => {
                words.met(id, Some(attested.on), attested.by.as_ref(), || "confirmed".into())
            }
            None => words.missing(id, || (why_not.into(), format!("--confirm {id}"))),
        }
    }

    fn timing(&self, id: &str, words: Words) -> Status {
        if let Some(day) = self.evidence.signed {
            return words.met(id, Some(day), None, || "signed".into());
        }
        let latest = self.on.plus(i64::from(self.cycle_days));
        let why = match self.evidence.close_by {
            None => "no signing date is named".to_owned(),
            Some((close, named)) if self.on <= close && close <= latest => {
                return words.met(id, Some(named), None, || format!("signing by {close}"));
            }
            Some(_) if words == Words::Spared => String::new(),
            Some((close, _)) if close < self.on => format!("the signing date {close} has passed"),
            Some((close, _)) => format!(
                "the signing date {close} is more than one cycle ({} days) away",
                self.cycle_days
            ),
        };
        words.missing(id, || (why, format!("--close-by DATE, from {} to {latest}", self.on)))
    }

    fn paid(&self, id: &str, words: Words) -> Status {
        let paid = &self.evidence.paid;
        let enough = match self.settings.paid_threshold {
            Some(threshold) => paid.own >= threshold,
            None => {
                let positive = |a: &crate::model::money::Amount| !a.is_negative() && !a.is_zero();
                positive(&paid.own) || paid.others.values().any(positive)
            }
        };
        match (enough, self.evidence.paid_on) {
            (true, Some(day)) => {
                words.met(id, Some(day), None, || format!("{} received", paid.own.grouped()))
            }
            _ => words.missing(id, || {
                let (why, amount) = match self.settings.paid_threshold {
                    Some(t) => (
                        format!("{} of {} received", paid.own.grouped(), t.grouped()),
                        t.to_string(),
                    ),
                    None => ("no payment in this pursuit".to_owned(), "AMOUNT".to_owned()),
                };
                (why, format!("log ID payment --amount {amount}"))
            }),
        }
    }

    fn in_cycle(&self, words: Words) -> Status {
        let held = self.hold.filter(|hold| self.on < hold.until);
        let Some(start) = self.clock_start else {
            return words.met(IN_CYCLE, None, None, || "the clock has not started".into());
        };
        if let Some(hold) = held {
            return words
                .met(IN_CYCLE, Some(start), None, || format!("on hold until {}", hold.until));
        }
        let day = self.on.days_since(start).max(0);
        let why = || format!("day {day} of {}", self.cycle_days);
        if day <= i64::from(self.cycle_days) {
            return words.met(IN_CYCLE, Some(start), None, why);
        }
        words.missing(IN_CYCLE, || {
            let mend = "`crm back ID` starts the pass afresh".to_owned();
            (format!("past the sales cycle: {}", why()), mend)
        })
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

/// Whether a verdict is put into words, or only its yes or no is asked: a whole ledger is judged for
/// every report, and words cost more than judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Words {
    Told,
    Spared,
}

impl Words {
    fn met(
        self,
        id: &str,
        since: Option<Date>,
        by: Option<&Text>,
        why: impl FnOnce() -> String,
    ) -> Status {
        let why = if self == Words::Told { why() } else { String::new() };
        Status { id: id.into(), met: true, since, by: by.cloned(), why, mend: String::new() }
    }

    fn missing(self, id: &str, why_and_mend: impl FnOnce() -> (String, String)) -> Status {
        let (why, mend) = if self == Words::Told { why_and_mend() } else { Default::default() };
        Status { id: id.into(), met: false, since: None, by: None, why, mend }
    }
}
