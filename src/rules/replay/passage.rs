//! How pursuits pass over the board: who entered which column, the moves between columns, and the
//! passes on the clock.

use crate::model::pipeline::Outcome;
use crate::rules::replay::state::{History, StageSpell};
use crate::value::date::Date;

/// A move from one column to another within a pursuit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// The column it left.
    pub from: usize,
    /// The column it went to.
    pub to: usize,
    /// When.
    pub on: Date,
}

/// How a pass on the clock ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// With an order.
    Won,
    /// It left.
    Lost,
    /// Back in the first column: the next pass starts its own clock.
    FellBack,
}

/// One run of the clock: from the first meeting of a pursuit to its end, or to the fall-back to the
/// first column that makes the clock start afresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// When the pursuit was opened.
    pub opened: Date,
    /// When the clock started.
    pub start: Date,
    /// When the pass ended, and how; `None` = it runs.
    pub end: Option<(Date, End)>,
}

impl Pass {
    /// Days on the clock: to its end, or to the day of the report.
    pub fn days(&self, as_of: Date) -> u32 {
        let last = self.end.map_or(as_of, |(on, _)| on);
        u32::try_from(last.days_since(self.start)).unwrap_or(0)
    }
}

impl History {
    /// The stretches that began with the pursuit or with a move. A prospect whose pursuit begins with an
    /// opening position in a later column was never in the first one: that stretch of no length is
    /// left out.
    pub fn entries(&self) -> impl Iterator<Item = &StageSpell> + '_ {
        self.stages
            .iter()
            .enumerate()
            .filter(|(position, _)| !self.only_a_door(*position))
            .map(|(_, spell)| spell)
    }

    /// Is this the first stretch of a pursuit, left on its first day for an opening position?
    fn only_a_door(&self, position: usize) -> bool {
        let spell = &self.stages[position];
        let first = position.checked_sub(1).is_none_or(|p| self.stages[p].pursuit != spell.pursuit);
        let next = self.stages.get(position + 1);
        first
            && spell.to == Some(spell.from)
            && next.is_some_and(|next| next.imported && next.pursuit == spell.pursuit)
    }

    /// The moves between columns within pursuits, in order; an opening position is none.
    pub fn moves(&self) -> impl Iterator<Item = Move> + '_ {
        self.stages
            .windows(2)
            .enumerate()
            .filter(|(position, pair)| {
                pair[0].pursuit == pair[1].pursuit && !self.only_a_door(*position)
            })
            .map(|(_, pair)| Move { from: pair[0].stage, to: pair[1].stage, on: pair[1].from })
    }

    /// The passes on the clock up to the day of the report, in no particular order. A pass whose clock
    /// would have started later than it ended (an appointment that never came) is none.
    pub fn passes(&self, as_of: Date) -> impl Iterator<Item = Pass> + '_ {
        let opened = |number: u32| {
            self.pursuits.iter().find(|pursuit| pursuit.number == number).map(|p| p.opened)
        };
        let fallen = self.fall_backs.iter().filter_map(move |fall| {
            Some(Pass {
                opened: opened(fall.pursuit)?,
                start: fall.clock_start,
                end: Some((fall.on, End::FellBack)),
            })
        });
        let last = self.pursuits.iter().filter_map(|pursuit| {
            let end = pursuit.ended.map(|(on, outcome)| {
                (on, if outcome == Outcome::Won { End::Won } else { End::Lost })
            });
            Some(Pass { opened: pursuit.opened, start: pursuit.clock_start?, end })
        });
        fallen.chain(last).filter(move |pass| pass.start <= pass.end.map_or(as_of, |(on, _)| on))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Event, EventKey};
    use crate::model::prospect::Prospect;
    use crate::model::settings::Settings;
    use crate::rules::replay::derive;

    const AS_OF: &str = "2009-12-31";

    fn history(events: &[(&str, &str, &str)]) -> History {
        let events = events.iter().map(|(key, kind, stage)| Event {
            stage: (!stage.is_empty()).then(|| (*stage).into()),
            ..Event::new(EventKey::parse(key).unwrap(), *kind)
        });
        let prospect = Prospect { events: events.collect(), ..Prospect::default() };
        derive(&prospect, &Settings::default(), Date::parse(AS_OF).unwrap()).unwrap().1
    }

    fn moves(history: &History) -> Vec<(usize, usize)> {
        history.moves().map(|m| (m.from, m.to)).collect()
    }

    fn passes(history: &History) -> Vec<(u32, Option<End>)> {
        let as_of = Date::parse(AS_OF).unwrap();
        history.passes(as_of).map(|p| (p.days(as_of), p.end.map(|(_, end)| end))).collect()
    }

    #[test]
    fn an_opening_position_is_no_move() {
        let imported =
            history(&[("2009-12-01", "imported", "25"), ("2009-12-11", "imported", "closed")]);
        assert_eq!(moves(&imported), [(2, 5)]);
        assert_eq!(imported.entries().map(|s| s.stage).collect::<Vec<_>>(), [2, 5]);
        assert_eq!(passes(&imported), [(10, Some(End::Won))]);
        // An account that was open before is in the first column until then.
        let known = history(&[("2009-11-01", "opened", ""), ("2009-12-01", "imported", "25")]);
        assert_eq!(moves(&known), [(0, 2)]);
        // A move on the first day is a move.
        let quick = history(&[("2009-11-01", "opened", ""), ("2009-11-01-1", "meeting", "25")]);
        assert_eq!(moves(&quick), [(0, 2)]);
    }

    #[test]
    fn a_fall_back_ends_a_pass_and_the_next_one_starts_its_own_clock() {
        let twice = history(&[
            ("2009-11-01", "opened", ""),
            ("2009-11-02", "meeting", "25"),
            ("2009-11-30", "moved", "opportunity"),
            ("2009-12-05", "meeting", "25"),
            ("2009-12-15", "moved", "lost"),
            ("2009-12-16", "moved", "opportunity"),
        ]);
        assert_eq!(moves(&twice), [(0, 2), (2, 0), (0, 2), (2, 6)]);
        assert_eq!(passes(&twice), [(28, Some(End::FellBack)), (10, Some(End::Lost))]);
        assert_eq!(twice.entries().count(), 6);
    }

    #[test]
    fn an_appointment_that_never_came_is_no_pass() {
        let mut set = Event {
            stage: Some("appointment".into()),
            ..Event::new(EventKey::parse("2009-12-02").unwrap(), "call")
        };
        set.next = crate::value::period::parse_moment("2009-12-20", Date::MIN).ok();
        let left = Event {
            stage: Some("lost".into()),
            ..Event::new(EventKey::parse("2009-12-10").unwrap(), "moved")
        };
        let prospect = Prospect { events: vec![set, left], ..Prospect::default() };
        let as_of = Date::parse(AS_OF).unwrap();
        let (_, history, _) = derive(&prospect, &Settings::default(), as_of).unwrap();
        assert_eq!(passes(&history), []);
    }
}
