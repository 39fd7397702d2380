//! The figures of a customer that every dimension is judged by.

use crate::model::event::Event;
use crate::model::grading::Grading;
use crate::model::kind::EventKind;
use crate::value::date::Date;
use crate::value::money::{Amount, Sum};

/// The result of the last survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mood {
    /// NPS 0 to 6, CSAT 1 or 2.
    Dissatisfied,
    /// In between.
    Neutral,
    /// NPS 9 or 10, CSAT 4 or 5.
    Satisfied,
}

/// The scale of a survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SatisfactionScale {
    /// Would they recommend us, 0 to 10.
    Nps,
    /// Are they satisfied, 1 to 5.
    Csat,
}

/// The last survey with a known scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Satisfaction {
    /// The day.
    pub on: Date,
    /// The answer.
    pub score: Amount,
    /// The scale of the survey.
    pub survey: SatisfactionScale,
    /// The satisfaction that it shows.
    pub mood: Mood,
}

/// The scale of an answer that states none.
pub const DEFAULT_SCALE: &str = "nps";

impl Satisfaction {
    /// The result of a survey or of a feedback, if its scale is known.
    pub fn of(event: &Event) -> Option<Satisfaction> {
        let asked = matches!(event.kind, EventKind::Survey | EventKind::Feedback);
        let score = event.score.filter(|_| asked)?;
        let (survey, low, high) = match event.scale.as_deref().unwrap_or(DEFAULT_SCALE) {
            "nps" => (SatisfactionScale::Nps, 6, 9),
            "csat" => (SatisfactionScale::Csat, 2, 4),
            _ => return None,
        };
        let mood = if score <= Amount::from_int(low) {
            Mood::Dissatisfied
        } else if score >= Amount::from_int(high) {
            Mood::Satisfied
        } else {
            Mood::Neutral
        };
        Some(Satisfaction { on: event.date(), score, survey, mood })
    }
}

impl SatisfactionScale {
    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            SatisfactionScale::Nps => "NPS",
            SatisfactionScale::Csat => "CSAT",
        }
    }

    /// The name in files.
    pub fn id(self) -> &'static str {
        match self {
            SatisfactionScale::Nps => "nps",
            SatisfactionScale::Csat => "csat",
        }
    }

    /// An answer as a share of the scale: 0 for the worst, 1 for the best.
    pub fn share(self, score: f64) -> f64 {
        match self {
            SatisfactionScale::Nps => score / 10.0,
            SatisfactionScale::Csat => (score - 1.0) / 4.0,
        }
        .clamp(0.0, 1.0)
    }
}

/// A customer's figures on a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// How many orders: entries `order` or `booking`, and pursuits that closed without either.
    pub orders: u32,
    /// The day of the first.
    pub first_order: Option<Date>,
    /// The day of the last.
    pub last_order: Option<Date>,
    /// Money of orders less refunds. An order brings its entry's amount, else the value expected on that
    /// day.
    pub bought: Sum,
    /// Its worth, in the ledger's currency: that money, each order by its product's margin; while it has
    /// bought nothing, the expected value of its open prospects.
    pub worth: Amount,
    /// The last day we were in touch.
    pub last_contact: Option<Date>,
    /// How often we were in touch since the first order.
    pub contacts_since_first_order: u32,
    /// Lately: calls of which the journal tells whether they were answered.
    pub calls: u32,
    /// Lately: calls that were answered.
    pub answered: u32,
    /// The last survey.
    pub satisfaction: Option<Box<Satisfaction>>,
    /// Criteria that hold, and how many there are, on the open prospect that has most.
    pub criteria: (u16, u16),
    /// A need is stated: `needs`, `product`, or a request that is open.
    pub need: bool,
    /// Is a prospect still being pursued?
    pub open: bool,
    /// The first entry.
    pub opened: Option<Date>,
}

impl Figures {
    /// Has it bought?
    pub fn is_buyer(&self) -> bool {
        self.orders > 0
    }

    /// Days since the last order.
    pub fn recency(&self, on: Date) -> Option<i64> {
        self.last_order.map(|last| on.days_since(last))
    }

    /// In touch lately, and at least half of the calls answered.
    pub fn is_responsive(&self, grading: &Grading, on: Date) -> bool {
        let lately = |last: Date| on.days_since(last) <= i64::from(grading.responsive_days);
        self.last_contact.is_some_and(lately) && self.answered * 2 >= self.calls
    }

    /// A later survey takes the place of an earlier one, whichever prospect of the customer answered.
    pub fn survey(&mut self, said: Box<Satisfaction>) {
        if self.satisfaction.as_ref().is_none_or(|known| known.on <= said.on) {
            self.satisfaction = Some(said);
        }
    }

    /// Did the last survey say so?
    pub fn has_mood(&self, mood: Mood) -> bool {
        self.satisfaction.as_ref().is_some_and(|satisfaction| satisfaction.mood == mood)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_scale_are_nothing_and_all() {
        let share = |scale: SatisfactionScale, scores: [f64; 3]| scores.map(|s| scale.share(s));
        assert_eq!(share(SatisfactionScale::Nps, [0.0, 5.0, 10.0]), [0.0, 0.5, 1.0]);
        assert_eq!(share(SatisfactionScale::Csat, [1.0, 3.0, 5.0]), [0.0, 0.5, 1.0]);
    }

    #[test]
    fn one_order_makes_a_buyer() {
        assert!(!Figures::default().is_buyer());
        assert!(Figures { orders: 1, ..Figures::default() }.is_buyer());
    }

    #[test]
    fn half_of_the_calls_answered_and_the_last_day_of_being_in_touch_are_enough() {
        let grading = Grading { responsive_days: 10, ..Grading::default() };
        let is = |days: i64, calls, answered| {
            let last_contact = Some(Date::MIN);
            let figures = Figures { last_contact, calls, answered, ..Figures::default() };
            figures.is_responsive(&grading, Date::MIN.plus(days))
        };
        assert!(is(10, 4, 2) && is(0, 0, 0));
        assert!(!is(11, 4, 2) && !is(10, 5, 2));
        assert!(!Figures::default().is_responsive(&grading, Date::MIN));
    }

    #[test]
    fn a_later_survey_counts_and_of_those_of_one_day_the_last() {
        let said = |day: i64, mood| {
            let (on, score, survey) = (Date::MIN.plus(day), Amount::ZERO, SatisfactionScale::Nps);
            Box::new(Satisfaction { on, score, survey, mood })
        };
        let mut figures = Figures::default();
        for (day, mood, known) in [
            (5, Mood::Neutral, Mood::Neutral),
            (4, Mood::Dissatisfied, Mood::Neutral),
            (5, Mood::Satisfied, Mood::Satisfied),
            (6, Mood::Dissatisfied, Mood::Dissatisfied),
        ] {
            figures.survey(said(day, mood));
            assert!(figures.has_mood(known), "{day}");
        }
    }
}
