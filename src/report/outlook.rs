//! The open prospects of a forecast: the line that each is in, and the sums and the distribution over some of them.

use super::Request;
use super::calibration::Odds;
use crate::rules::book::Book;
use crate::rules::replay::standing;
use crate::rules::replay::state::Record;
use crate::rules::replay::worth::weigh;
use crate::stats::{Distribution, TwoPoint};
use crate::table::terms::{LINES, term};
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::{Amount, Currency};
use crate::value::period::Period;
use crate::value::text::Text;

/// The line of the forecast that an open prospect is in. Only lines of a month to come are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ForecastLine {
    /// Expected to close in this month.
    Month(i32, u32),
    /// Should have closed by now.
    Late,
    /// Without a date.
    Undated,
    /// Past the sales cycle.
    Overdue,
    /// On hold.
    Hold,
    /// In a currency without a rate.
    Foreign(Currency),
}

impl ForecastLine {
    /// The first that fits: another currency, on hold, past the cycle, no date, a date gone by.
    fn of(record: &Record, as_of: Date) -> ForecastLine {
        let state = &record.state;
        match (state.value.and_then(|value| value.currency), state.evidence.close_by) {
            (Some(currency), _) => ForecastLine::Foreign(currency),
            _ if state.flags.on_hold => ForecastLine::Hold,
            _ if state.flags.overdue => ForecastLine::Overdue,
            (_, None) => ForecastLine::Undated,
            (_, Some((day, _))) if day < as_of => ForecastLine::Late,
            (_, Some((day, _))) => ForecastLine::Month(day.year(), day.month()),
        }
    }

    pub(super) fn label(self, lang: Lang) -> String {
        match self {
            ForecastLine::Month(year, month) => format!("{year:04}-{month:02}"),
            ForecastLine::Late => term(LINES, "late", lang).into(),
            ForecastLine::Undated => term(LINES, "undated", lang).into(),
            ForecastLine::Overdue => term(LINES, "overdue", lang).into(),
            ForecastLine::Hold => term(LINES, "on-hold", lang).into(),
            ForecastLine::Foreign(currency) => currency.to_string(),
        }
    }
}

/// An open prospect in a column with a probability, as the forecast keeps it.
pub struct OpenProspect {
    /// Its id.
    pub id: Text,
    /// The position of its board.
    pub board: usize,
    /// The position of its column.
    pub stage: usize,
    /// Which of its pursuits is open, from 1.
    pub pursuit: u32,
    /// The value of the attribute that the forecast is broken down by.
    pub(super) group: Text,
    /// Its line.
    pub line: ForecastLine,
    /// The worth, in the ledger's currency or in that of its line; 0 where none is stated.
    pub value: Amount,
    pub(super) valued: bool,
    /// Is it added up in the period?
    pub due: bool,
    /// How often its closing date was moved later.
    pub pushes: u32,
    /// Was it once due in the period, and is due after it now?
    pub slipped: bool,
}

impl OpenProspect {
    pub(super) fn of(
        record: &Record,
        book: &Book,
        request: &Request,
        period: Period,
    ) -> OpenProspect {
        let state = &record.state;
        let line = ForecastLine::of(record, book.as_of);
        let closes = state.evidence.close_by.map(|(day, _)| day);
        OpenProspect {
            id: record.prospect.id.clone(),
            board: state.pipeline,
            stage: state.stage,
            pursuit: state.pursuit,
            group: request.group(record, book).unwrap_or_default().into(),
            line,
            value: state.value.map_or(Amount::ZERO, |value| value.amount),
            valued: state.value.is_some(),
            due: matches!(line, ForecastLine::Month(..))
                && closes.is_some_and(|day| period.contains(day)),
            pushes: state.pushes,
            slipped: has_slipped(record, period, book.as_of),
        }
    }
}

/// An open prospect in the forecast, with the odds of its column.
#[derive(Clone, Copy)]
pub struct ForecastItem<'f> {
    /// The prospect.
    pub open: &'f OpenProspect,
    /// The odds of its column.
    pub odds: &'f Odds,
}

impl ForecastItem<'_> {
    /// As a variable that is its value or nothing; `None` for a value below zero.
    fn two_point(&self) -> Option<TwoPoint> {
        let probability = self.odds.calibrated.to_f64();
        Some(TwoPoint { value: self.open.value.hundredths()?, probability })
    }
}

/// Sums over some items.
#[derive(Debug, Clone)]
pub struct Outlook {
    /// How many.
    pub count: usize,
    /// Their value.
    pub value: Amount,
    /// Value x nominal probability.
    pub nominal: Amount,
    /// Value x calibrated probability.
    pub expected: Amount,
    /// The sums that they may bring together, in hundredths; `None` where a value is below zero or too large.
    pub distribution: Option<Distribution>,
}

impl Outlook {
    /// The sums and the exact distribution over these items.
    pub fn of<'f>(items: impl Iterator<Item = ForecastItem<'f>> + Clone) -> Outlook {
        let points: Option<Vec<TwoPoint>> = items.clone().map(|item| item.two_point()).collect();
        let distribution = points.and_then(|points| Distribution::of_sum(&points));
        Outlook { distribution, ..Outlook::sums(items) }
    }

    /// The sums alone over these items.
    pub(super) fn sums<'f>(items: impl Iterator<Item = ForecastItem<'f>>) -> Outlook {
        let mut outlook = Outlook {
            count: 0,
            value: Amount::ZERO,
            nominal: Amount::ZERO,
            expected: Amount::ZERO,
            distribution: None,
        };
        for item in items {
            outlook.count += 1;
            let value = item.open.value;
            outlook.value = outlook.value.plus(value);
            outlook.nominal = outlook.nominal.plus(weigh(value, item.odds.nominal));
            outlook.expected = outlook.expected.plus(value.times(item.odds.calibrated));
        }
        outlook
    }

    /// The amount that is not exceeded with this probability.
    pub fn quantile(&self, p: f64) -> Option<Amount> {
        self.distribution.as_ref()?.quantile(p).map(Amount::from_hundredths)
    }
}

/// Whether the expected close was once in the period and is after it now.
pub fn has_slipped(record: &Record, period: Period, as_of: Date) -> bool {
    let state = &record.state;
    let after = state.evidence.close_by.is_some_and(|(day, _)| day > period.to);
    after
        && standing(&record.prospect.events, as_of)
            .filter(|event| state.pursuit_opened.is_none_or(|opened| event.date() >= opened))
            .filter_map(|event| event.close_by)
            .any(|day| period.contains(day))
}
