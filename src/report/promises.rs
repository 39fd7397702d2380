//! The promises to a customer, counted: kept, all, and the one that is broken longest.

use super::policy::detail;
use crate::rules::policy::Duty;
use crate::value::date::Date;
use crate::value::label::Lang;

/// The promises to a customer.
#[derive(Default)]
pub(super) struct Promises {
    /// How many are kept.
    pub(super) kept: u64,
    /// How many there are.
    pub(super) all: u64,
    /// The broken one that is latest: its days late, and its words.
    worst: Option<(i64, String)>,
}

impl Promises {
    /// Adds a duty as it is met on a day. Of two that are equally late the first stays.
    pub(super) fn add(&mut self, duty: &Duty, on: Date, lang: Lang) {
        let met = duty.is_met(on);
        self.all += 1;
        self.kept += u64::from(met);
        let late = duty.due().map_or(0, |due| on.days_since(due));
        if !met && self.worst.as_ref().is_none_or(|(most, _)| late > *most) {
            let (_, en, zh) = Duty::NAMES[duty.position()];
            let words = detail(duty, lang);
            let words = match lang {
                Lang::En | Lang::Machine => format!("{en}: {words}"),
                Lang::Zh => format!("{zh}：{words}"),
            };
            self.worst = Some((late, words));
        }
    }

    /// The words of the one that is broken longest.
    pub(super) fn worst(&self) -> Option<&str> {
        self.worst.as_ref().map(|(_, words)| words.as_str())
    }
}
