//! The chain from dials to closes, and the change of its end where one of its links is raised.
//! Source: the method, section 4.

use crate::value::label::Lang;

/// The activity of a week, and its results.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chain {
    /// Numbers dialled in a week.
    pub dials: f64,
    /// Share of dials that are answered.
    pub conversations: f64,
    /// Share of conversations that set a first meeting.
    pub appointments: f64,
    /// Meetings of all kinds for each appointment.
    pub meetings: f64,
    /// Share of meetings that end in a close.
    pub closes: f64,
}

/// One of the five levers (改善绩效).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lever {
    /// More dials.
    Dials,
    /// More conversations for each dial.
    Conversations,
    /// More appointments for each conversation.
    Appointments,
    /// More closes for each meeting.
    Closes,
    /// More money for each close.
    Value,
}

/// Each lever, its English and Chinese name, in the order of the method.
pub const LEVERS: [(Lever, &str, &str); 5] = [
    (Lever::Dials, "dials", "多拨打"),
    (Lever::Conversations, "talks per dial", "提高接通率"),
    (Lever::Appointments, "appointments per talk", "提高约访率"),
    (Lever::Closes, "closes per meeting", "提高成交率"),
    (Lever::Value, "value per close", "提高件均"),
];

impl Lever {
    /// The name people read.
    pub fn label(self, lang: Lang) -> &'static str {
        lang.pick(LEVERS[self as usize].1, LEVERS[self as usize].2)
    }
}

impl Chain {
    /// Closes a week: dials x conversations/dial x appointments/conversation x meetings/appointment x
    /// closes/meeting.
    pub fn closes_a_week(&self) -> f64 {
        self.dials * self.conversations * self.appointments * self.meetings * self.closes
    }

    /// The chain with one link raised by a factor. A share cannot pass 1: where it would, it is 1, and
    /// the second answer says so. The value of a close is no link of the chain.
    pub fn raised(mut self, lever: Lever, factor: f64) -> (Chain, bool) {
        let (link, share) = match lever {
            Lever::Dials => (&mut self.dials, false),
            Lever::Conversations => (&mut self.conversations, true),
            Lever::Appointments => (&mut self.appointments, true),
            Lever::Closes => (&mut self.closes, true),
            Lever::Value => return (self, false),
        };
        let raised = *link * factor;
        let cut = share && raised > 1.0;
        // A share that is above 1 by itself (several appointments from one talk) is left there.
        *link = if cut { link.max(1.0) } else { raised };
        (self, cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 15 dials a day on 5 days, 7 conversations, 1 appointment; 8 meetings a week; 8 for a close.
    fn check_figure() -> Chain {
        Chain {
            dials: 75.0,
            conversations: 7.0 / 15.0,
            appointments: 1.0 / 7.0,
            meetings: 8.0 / 5.0,
            closes: 1.0 / 8.0,
        }
    }

    #[test]
    fn one_close_a_week_fifty_a_year() {
        let closes = check_figure().closes_a_week();
        assert!((closes - 1.0).abs() < 1e-12 && (closes * 50.0 - 50.0).abs() < 1e-9);
    }

    #[test]
    fn the_table_stands_in_the_order_of_the_enum() {
        for (lever, ..) in LEVERS {
            assert_eq!(LEVERS[lever as usize].0, lever);
        }
    }

    #[test]
    fn a_share_cannot_pass_one() {
        let chain = Chain { conversations: 0.6, ..check_figure() };
        let (raised, cut) = chain.raised(Lever::Conversations, 2.0);
        assert!(cut && (raised.conversations - 1.0).abs() < 1e-12);
        // Exactly 1 is passed by nothing.
        let chain = Chain { conversations: 0.5, ..check_figure() };
        let (raised, cut) = chain.raised(Lever::Conversations, 2.0);
        assert!(!cut && (raised.conversations - 1.0).abs() < 1e-12);
        // More dials than one are no share.
        assert!(!check_figure().raised(Lever::Dials, 2.0).1);
    }

    proptest! {
        #[test]
        fn doubling_any_link_doubles_the_closes(
            dials in 0.1..500.0f64,
            shares in prop::array::uniform3(0.0001..0.5f64),
            meetings in 0.1..20.0f64,
        ) {
            let [conversations, appointments, closes] = shares;
            let chain = Chain { dials, conversations, appointments, meetings, closes };
            let now = chain.closes_a_week();
            for (lever, ..) in LEVERS.into_iter().filter(|(lever, ..)| *lever != Lever::Value) {
                let (raised, cut) = chain.raised(lever, 2.0);
                prop_assert!(!cut);
                prop_assert!((raised.closes_a_week() - 2.0 * now).abs() <= 1e-12 * now);
            }
        }
    }
}
