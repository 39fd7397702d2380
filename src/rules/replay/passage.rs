//! How pursuits pass over the board: the columns that each entered, the moves between columns, and the
//! passes on the clock.

use crate::model::pipeline::Outcome;
use crate::rules::replay::state::{History, Pursuit};
use crate::value::date::Date;
use crate::value::text::Text;

/// A move (移动): a change of column after the opening of the pursuit. The position that a pursuit is
/// opened in is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move<'h> {
    /// The column it left.
    pub from: usize,
    /// The column it went to.
    pub to: usize,
    /// When.
    pub on: Date,
    /// Why it was forced.
    pub forced: Option<&'h Text>,
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
    /// The moves between columns within pursuits, in order.
    pub fn moves(&self) -> impl Iterator<Item = Move<'_>> + '_ {
        let pairs = self.stages.windows(2).filter(|pair| pair[0].pursuit == pair[1].pursuit);
        pairs.map(|pair| Move {
            from: pair[0].stage,
            to: pair[1].stage,
            on: pair[1].from,
            forced: pair[1].forced.as_ref(),
        })
    }

    /// Did the clock of a pursuit ever run, up to its end or a fall-back to the first column?
    pub fn clock_ran(&self, pursuit: &Pursuit) -> bool {
        pursuit.clock_start.is_some()
            || self.fall_backs.iter().any(|fall| fall.pursuit == pursuit.number)
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
        assert_eq!(imported.stages.iter().map(|s| s.stage).collect::<Vec<_>>(), [2, 5]);
        assert_eq!(passes(&imported), [(10, Some(End::Won))]);
        // An account that was open before is in the first column until then.
        let known = history(&[("2009-11-01", "opened", ""), ("2009-12-01", "imported", "25")]);
        assert_eq!(moves(&known), [(0, 2)]);
        // A move on the first day is a move.
        let quick = history(&[("2009-11-01", "opened", ""), ("2009-11-01-1", "meeting", "25")]);
        assert_eq!(moves(&quick), [(0, 2)]);
        // An account opened and imported on one day was never in the first column.
        let placed = history(&[("2009-11-01", "opened", ""), ("2009-11-01-1", "imported", "25")]);
        assert_eq!((moves(&placed), placed.stages.len()), (vec![], 1));
    }

    #[test]
    fn a_move_later_on_the_day_of_the_opening_position_is_a_move() {
        for kind in ["imported", "moved"] {
            for (first, from) in [("opportunity", 0), ("25", 2)] {
                let quick = history(&[
                    ("2009-11-01-1", "imported", first),
                    ("2009-11-01-2", kind, "closed"),
                ]);
                assert_eq!(moves(&quick), [(from, 5)], "{kind}");
                let stays: Vec<usize> = quick.stages.iter().map(|spell| spell.stage).collect();
                assert_eq!(stays, [from, 5], "{kind}");
            }
        }
    }

    #[test]
    fn an_opening_position_of_a_later_pursuit_is_no_move_either() {
        let again = history(&[
            ("2009-11-01", "imported", "25"),
            ("2009-11-05-1", "moved", "lost"),
            ("2009-11-05-2", "imported", "50"),
        ]);
        assert_eq!(moves(&again), [(2, 6)]);
        let stays: Vec<_> = again.stages.iter().map(|s| (s.stage, s.pursuit, s.to)).collect();
        let left = Date::parse("2009-11-05");
        assert_eq!(stays, [(2, 1, left), (6, 1, left), (3, 2, None)]);
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
        assert_eq!(twice.stages.len(), 6);
    }

    #[test]
    fn a_clock_that_ran_before_a_fall_back_did_run() {
        let met = history(&[
            ("2009-11-01", "opened", ""),
            ("2009-11-02", "meeting", "25"),
            ("2009-11-30", "moved", "opportunity"),
        ]);
        assert!(met.clock_ran(&met.pursuits[0]));
        let never = history(&[("2009-11-01", "opened", ""), ("2009-11-30", "moved", "lost")]);
        assert!(!never.clock_ran(&never.pursuits[0]));
        // Each pursuit has its own.
        let twice = history(&[
            ("2009-11-01", "opened", ""),
            ("2009-11-02", "meeting", "25"),
            ("2009-11-30", "moved", "opportunity"),
            ("2009-12-01", "moved", "lost"),
            ("2009-12-02", "moved", "opportunity"),
        ]);
        let ran: Vec<bool> = twice.pursuits.iter().map(|p| twice.clock_ran(p)).collect();
        assert_eq!(ran, [true, false]);
    }

    #[test]
    fn an_appointment_that_never_came_is_no_pass() {
        let mut set = Event {
            stage: Some("appointment".into()),
            ..Event::new(EventKey::parse("2009-12-02").unwrap(), "call")
        };
        set.next =
            crate::value::period::parse_moment("2009-12-20", Date::MIN, Default::default()).ok();
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
