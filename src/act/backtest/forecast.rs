//! The back-test of the forecast: what it would have said of its period on a past day, and what was won in that period.

use super::afterwards::Afterwards;
use super::brier::Scores;
use super::ends::share_cells;
use super::known::KnownDay;
use super::sheet::{DayOf, Days, day_columns};
use crate::report::Request;
use crate::report::breakdown::percent;
use crate::report::expectation::Expectation;
use crate::report::figures::{count, enough, few, without_rate};
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::stats::Proportion;
use crate::table::sheet::{Cell, Emphasis, Kind, Row, Sheet, Table};
use crate::table::terms::{MEASURES, term};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::{Amount, Sum};
use crate::value::period::Period;
use crate::value::text::Text;
use std::collections::{BTreeSet, HashMap};

/// The forecast of a past day, and what came. Money is in the ledger's own currency.
#[derive(Debug, Clone, PartialEq)]
struct DayForecast {
    day: DayOf,
    period: Period,
    /// How many open prospects were due in the period, from the day on.
    due: usize,
    /// Won in the period by then, as far as the ledger knew.
    so_far: Amount,
    /// Won by the end of the period, as the forecast expects it: what is won so far and what those due are expected to
    /// bring.
    expected: Amount,
    /// Its p10, p50 and p90; `None` where nothing was due, or a value is below zero.
    range: Option<[Amount; 3]>,
    /// Won in the period; `None` while the period is not over.
    came: Option<Amount>,
    /// The part of it that those due brought.
    of_due: Amount,
}

impl DayForecast {
    /// What came, if the forecast stated a range and its period is over.
    fn verdict(&self) -> Option<(Amount, [Amount; 3])> {
        Some((self.came?, self.range?))
    }

    /// Did the money come between p10 and p90, both included?
    fn is_inside(&self) -> Option<bool> {
        self.verdict().map(|(came, [low, _, high])| low <= came && came <= high)
    }

    /// Expected less came; above zero the forecast hoped for too much.
    fn error(&self) -> Option<Amount> {
        self.verdict().map(|(came, _)| self.expected.minus(came))
    }
}

/// The test of the forecast.
pub(super) struct Test<'r> {
    request: &'r Request,
    /// The day of what came.
    as_of: Date,
    days: Vec<DayForecast>,
    scores: Scores,
    /// Money won in currencies without a rate, which is in no figure.
    foreign: Sum,
}

impl<'r> Test<'r> {
    /// No day asked yet; what came is known as of a day.
    pub fn of(request: &'r Request, as_of: Date) -> Test<'r> {
        let (days, scores) = (Vec::new(), Scores::default());
        Test { request, as_of, days, scores, foreign: Sum::default() }
    }

    /// The money won in a period by the prospects of the request: those that the query selected on the day, and of those
    /// that the ledger did not know then, those that it selects today.
    fn came(&self, known: &KnownDay, after: &Afterwards, period: Period) -> Sum {
        if self.request.query.is_empty() {
            return after.won_in(period, |_, _| true);
        }
        let selected = self.request.selection(&known.book);
        let then = known.book.fold(
            &Query::everything(),
            |then: &mut HashMap<Text, bool>, record| {
                then.insert(record.prospect.id.clone(), selected.has(record));
            },
            |all, part| all.extend(part),
        );
        after.won_in(period, |id, today| then.get(id).copied().unwrap_or(today))
    }
}

impl super::Test for Test<'_> {
    fn ask(&mut self, known: &KnownDay, after: &Afterwards) {
        let settings = &known.book.settings;
        let period = settings.forecast.per.around(known.day, settings.fiscal_year);
        let expected = Expectation::of(&known.book, self.request, period);
        if known.is_empty() {
            return;
        }
        expected.items().for_each(|item| self.scores.add(item, after));
        let due = expected.due();
        let so_far = expected.results.won_in(period).1.own;
        let range = || {
            let [low, middle, high] = [0.1, 0.5, 0.9].map(|p| due.quantile(p));
            Some([low?, middle?, high?].map(|amount| amount.plus(so_far)))
        };
        let came = self.came(known, after, period);
        let is_over = period.to <= self.as_of;
        let foreign = if is_over { came.clone() } else { Sum::default() };
        self.foreign.add_sum(&foreign);
        let brought = expected.open.iter().filter(|open| open.due).map(|open| {
            let ended = after.ended_in(&open.id, open.pursuit, period);
            if ended { after.brought(&open.id, open.pursuit).own } else { Amount::ZERO }
        });
        self.days.push(DayForecast {
            day: DayOf::of(known),
            period,
            due: due.count,
            so_far,
            expected: so_far.plus(due.expected),
            range: (due.count > 0).then(range).flatten(),
            came: is_over.then_some(came.own),
            of_due: brought.fold(Amount::ZERO, Amount::plus),
        });
    }

    fn sheet(&self, days: &Days, now: &Book) -> Sheet {
        let settings = &now.settings;
        let lang = settings.language;
        let mut tables = vec![self.day_table(lang), self.measure_table(lang)];
        tables.extend(self.scores.tables(settings));
        let mut notes = self.notes(lang);
        notes.extend(days.notes(lang));
        notes.extend(without_rate(&self.foreign, settings));
        let currency = settings.currency.map(|c| format!("  ·  {c}")).unwrap_or_default();
        Sheet {
            id: "backtest-forecast".into(),
            title: lang.pick("Back-test of the forecast", "预测回测").into(),
            about: format!("{}{currency}", days.about(now.as_of, lang)),
            tables,
            notes,
            ..Sheet::default()
        }
    }
}

impl Test<'_> {
    fn day_table(&self, lang: Lang) -> Table {
        let mut columns = day_columns(lang);
        columns.push(column("forecast-period", Kind::Text, lang));
        let numbers =
            ["due-count", "so-far", "expected", "p10", "p50", "p90", "came", "came-due", "error"];
        columns.extend(numbers.map(|id| column(id, Kind::Number, lang)));
        columns.push(column("inside", Kind::Text, lang));
        let not_over = || Cell::absent(lang.pick("not over", "未结束"));
        let rows = self.days.iter().map(|one| {
            let money = |amount: Amount| Cell::Amount(amount.round(2));
            let mut cells = one.day.cells(lang);
            cells.push(Cell::text(one.period.to_string()));
            cells.extend([Cell::count(one.due), money(one.so_far), money(one.expected)]);
            match one.range {
                Some(range) => cells.extend(range.map(money)),
                None => cells.extend([Cell::Empty, Cell::Empty, Cell::Empty]),
            }
            cells.push(one.came.map_or_else(not_over, money));
            cells.push(Cell::maybe(one.came, |_| money(one.of_due)));
            cells.push(Cell::maybe(one.error(), money));
            cells.push(Cell::maybe(one.is_inside(), Cell::Bool));
            let outside = one.is_inside() == Some(false);
            Row::with(cells, if outside { Emphasis::Warn } else { Emphasis::Plain })
        });
        let rows = rows.collect();
        let title = lang.pick(
            "Forecast of the whole period on each day (won so far and what is to come), and what came",
            "各日对全期的预测（已成交加将到期），及实际结果",
        );
        Table { id: "days".into(), title: title.into(), columns, rows, ..Table::default() }
    }

    /// The forecasts that stated a range, of periods that are over, together.
    fn measure_table(&self, lang: Lang) -> Table {
        let judged: Vec<&DayForecast> =
            self.days.iter().filter(|one| one.verdict().is_some()).collect();
        let n = judged.len() as u64;
        let periods: BTreeSet<Period> = judged.iter().map(|one| one.period).collect();
        let periods = periods.len();
        let number =
            |of: &dyn Fn(&DayForecast) -> bool| judged.iter().filter(|one| of(one)).count() as u64;
        let below = number(&|one| one.verdict().is_some_and(|(came, range)| came < range[0]));
        let above = number(&|one| one.verdict().is_some_and(|(came, range)| came > range[2]));
        let inside = Proportion { successes: n - below - above, trials: n };
        let mean = |of: &dyn Fn(Amount) -> Amount| {
            let errors = judged.iter().filter_map(|one| one.error()).map(of);
            let mean = errors.fold(Amount::ZERO, Amount::plus).divided_by(n);
            match mean.filter(|_| enough(n)) {
                Some(mean) => Cell::Amount(mean.round(2)),
                None => few(n, lang),
            }
        };
        let size =
            |error: Amount| if error.is_negative() { Amount::ZERO.minus(error) } else { error };
        let interval = match (lang, inside.wilson().filter(|_| enough(n))) {
            (_, None) => String::new(),
            (Lang::En | Lang::Machine, Some((low, high))) => {
                format!("; 95 % interval {} to {}", percent(low), percent(high))
            }
            (Lang::Zh, Some((low, high))) => {
                format!("；95%区间{}至{}", percent(low), percent(high))
            }
        };
        let of = match lang {
            Lang::En | Lang::Machine => format!(
                "came between p10 and p90, of the forecasts whose period is over, n = {n}, periods: {periods}; 80 % are to be expected{interval}"
            ),
            Lang::Zh => format!(
                "实际落在p10与p90之间者，占已结束期间的预测，n = {n}，期间{periods}个；应为80%左右{interval}"
            ),
        };
        let mean_of = |en: &str, zh: &str| match lang {
            Lang::En | Lang::Machine => format!("{en}, n = {n}"),
            Lang::Zh => format!("{zh}，n = {n}"),
        };
        let share = share_cells(inside, lang).swap_remove(0);
        let rows = [
            ("inside-share", share, of),
            ("below", count(below), lang.pick("came below p10", "实际低于p10").into()),
            ("above", count(above), lang.pick("came above p90", "实际高于p90").into()),
            (
                "mean-error",
                mean(&|error| error),
                mean_of(
                    "mean of expected - came: above 0 the forecast hopes for too much",
                    "期望 - 实际的均值：大于0则预测偏高",
                ),
            ),
            (
                "absolute-error",
                mean(&size),
                mean_of("mean distance of expected and came", "期望与实际之差的绝对值均值"),
            ),
        ];
        let rows = rows.into_iter().map(|(name, figure, what)| {
            Row::new(vec![Cell::text(term(MEASURES, name, lang)), figure, Cell::text(what)])
        });
        Table {
            id: "forecasts".into(),
            title: lang.pick("The forecasts together", "全部预测").into(),
            columns: vec![
                column("measure", Kind::Text, lang),
                column("figure", Kind::Number, lang),
                column("what", Kind::Text, lang),
            ],
            rows: rows.collect(),
            ..Table::default()
        }
    }

    fn notes(&self, lang: Lang) -> Vec<String> {
        let mut notes = Vec::new();
        let open = self.days.iter().filter(|one| one.came.is_none()).count();
        if open > 0 {
            notes.push(match lang {
                Lang::En | Lang::Machine => {
                    format!(
                        "days whose period is not over, which are judged by nothing yet: {open}"
                    )
                }
                Lang::Zh => format!("期间未结束、尚无从判断的日子：{open}"),
            });
        }
        let none = self.days.iter().filter(|one| one.due == 0).count();
        if none > 0 {
            notes.push(match lang {
                Lang::En | Lang::Machine => {
                    format!("days on which no open prospect was due in the period, so that there is no p10 to p90: {none}")
                }
                Lang::Zh => format!("期内没有到期客户、因而没有p10至p90的日子：{none}"),
            });
        }
        let below = self.days.iter().filter(|one| one.due > 0 && one.range.is_none()).count();
        if below > 0 {
            notes.push(match lang {
                Lang::En | Lang::Machine => {
                    format!("days without p10 to p90, because a value is below 0: {below}")
                }
                Lang::Zh => format!("有负值、因而没有p10至p90的日子：{below}"),
            });
        }
        notes.push(
            lang.pick(
                "Brier: each open prospect on each day in a column with a probability, against the end of its pursuit; those open today are left out",
                "Brier：每天每个在有概率栏中的进行中客户，对照其该轮的结局；今天仍进行中者不计",
            )
            .into(),
        );
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::act::backtest::known::Origin;

    #[test]
    fn p10_and_p90_themselves_are_inside() {
        let amount = Amount::from_int;
        let on = Date::parse("2010-01-01").unwrap();
        let known = KnownDay {
            day: on,
            origin: Origin::Dates,
            book: Book::of(Default::default(), on, Vec::new(), Vec::new()),
        };
        let forecast = |came: Option<i64>, range: Option<[i64; 3]>| DayForecast {
            day: DayOf::of(&known),
            period: Period { from: on, to: on },
            due: 1,
            so_far: Amount::ZERO,
            expected: amount(50),
            range: range.map(|range| range.map(amount)),
            came: came.map(amount),
            of_due: Amount::ZERO,
        };
        let range = Some([10, 50, 90]);
        let inside = |came| forecast(Some(came), range).is_inside();
        assert_eq!([9, 10, 90, 91].map(inside), [Some(false), Some(true), Some(true), Some(false)]);
        assert_eq!(forecast(Some(20), range).error(), Some(amount(30)));
        for unjudged in [forecast(None, range), forecast(Some(1), None)] {
            assert_eq!((unjudged.is_inside(), unjudged.error()), (None, None));
        }
    }
}
