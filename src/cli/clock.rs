//! The as-of day: the machine's clock, read once, and the days of `CRM_TODAY` and `--as-of`.

use crate::diag::{Code, Diagnostic};
use crate::value::date::{Date, Now};
use crate::value::period::{DATE_FORMS, DATE_FORMS_ZH, FiscalYear, NotADate, parse_date};
use crate::value::zone::Zone;

/// The clock of a command.
#[derive(Debug, Clone)]
pub struct DayClock {
    now: Now,
    /// `CRM_TODAY`.
    stated: Option<String>,
    /// `--as-of`; counts from `CRM_TODAY` where that is set.
    as_of: Option<String>,
    /// The as-of day in the machine's time zone.
    here: Date,
}

impl DayClock {
    /// Reads the machine's clock. Fails if a text is no date.
    pub fn read(stated: Option<String>, as_of: Option<String>) -> Result<DayClock, Diagnostic> {
        let now = Now::read();
        let here = now.date(None);
        let clock = DayClock { now, stated, as_of, here };
        Ok(DayClock { here: clock.settled(None, FiscalYear::CALENDAR)?, ..clock })
    }

    /// The as-of day in a time zone; without one, in the machine's. Quarters and years are those of the fiscal year.
    pub fn today(&self, zone: Option<&Zone>, fiscal: FiscalYear) -> Date {
        self.settled(zone, fiscal).unwrap_or(self.here)
    }

    /// The day on which a command is run, whatever day it looks from.
    pub fn day(&self, zone: Option<&Zone>) -> Date {
        let clock = DayClock { as_of: None, ..self.clone() };
        clock.today(zone, FiscalYear::CALENDAR)
    }

    fn settled(&self, zone: Option<&Zone>, fiscal: FiscalYear) -> Result<Date, Diagnostic> {
        let texts = [("CRM_TODAY", &self.stated), ("--as-of", &self.as_of)];
        texts.into_iter().try_fold(self.now.date(zone), |day, (origin, text)| match text {
            Some(text) => parse_date(text, day, fiscal).map_err(|wrong| bad_date(origin, &wrong)),
            None => Ok(day),
        })
    }
}

/// That a text is no date; `origin` names the option or variable.
pub fn bad_date(origin: &str, wrong: &NotADate) -> Diagnostic {
    Diagnostic::new(Code::BadArgument, wrong.words().about(origin)).help(words!(
        "dates can be written so: {DATE_FORMS}; a time behind it: 'tomorrow 9:00', 'fri 10'",
        "日期的写法：{DATE_FORMS_ZH}；后面可加时间：明天下午2点"
    ))
}
