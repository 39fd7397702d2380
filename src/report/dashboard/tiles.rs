//! The tiles: each a figure of the reports, its change on the week before, and its course of twelve weeks.

use super::course::{DayFigures, WEEKS};
use crate::model::settings::Settings;
use crate::report::breakdown::percent;
use crate::report::figures::{too_few, words};
use crate::report::outlook::{ForecastItem, ForecastLine, Outlook};
use crate::rules::span::Span;
use crate::table::page::{Change, Gauge, Tile, Way, elapsed};
use crate::value::label::Lang;
use crate::value::money::Amount;
use crate::value::period::Period;

/// How the numbers of a tile are read.
#[derive(Clone, Copy)]
enum Unit {
    Money,
    Count,
    Share,
    Days,
    Points,
}

impl Unit {
    fn said(self, x: f64) -> String {
        match self {
            Unit::Money => Amount::of_f64(x).round(0).grouped(),
            Unit::Count => Amount::of_f64(x).round(0).grouped(),
            Unit::Share => percent(x),
            Unit::Days => words(x),
            Unit::Points => format!("{x:.1}"),
        }
    }

    /// A difference; of shares in points of a hundred.
    fn difference(self, x: f64, lang: Lang) -> String {
        let sign = if x > 0.0 { "+" } else { "" };
        let said = match self {
            Unit::Share => format!("{:.1} {}", x * 100.0, lang.pick("points", "个百分点")),
            other => other.said(x),
        };
        format!("{sign}{said}")
    }

    /// Differences smaller than this cannot be told from none.
    fn least(self) -> f64 {
        match self {
            Unit::Money | Unit::Count => 0.5,
            Unit::Share => 0.0005,
            Unit::Days | Unit::Points => 0.05,
        }
    }
}

/// The change from the week before, and whether more is better.
fn change(now: f64, before: f64, unit: Unit, more_is_better: bool, lang: Lang) -> Change {
    let difference = now - before;
    if difference.abs() < unit.least() {
        let text = lang.pick("as in the week before", "与上周持平").to_owned();
        return Change { text, way: Way::Same };
    }
    let arrow = if difference > 0.0 { "▲" } else { "▼" };
    let by = unit.difference(difference, lang);
    let text = match lang {
        Lang::En | Lang::Machine => format!("{arrow} {by} on the week before"),
        Lang::Zh => format!("{arrow} 较上周 {by}"),
    };
    let way = if (difference > 0.0) == more_is_better { Way::Better } else { Way::Worse };
    Change { text, way }
}

/// A tile of figures, the latest first.
fn tile(
    id: &str,
    label: &str,
    course: Vec<Option<f64>>,
    unit: Unit,
    more_is_better: bool,
    lang: Lang,
) -> Tile {
    let now = course.first().copied().flatten();
    let before = course.get(1).copied().flatten();
    let known = || course.iter().flatten().copied();
    let (least, most) = known().fold((f64::MAX, f64::MIN), |(a, b), x| (a.min(x), b.max(x)));
    let (least, most) = (unit.said(least), unit.said(most));
    let range = match lang {
        _ if known().count() < 2 => String::new(),
        Lang::En | Lang::Machine => format!("{WEEKS} weeks: {least} to {most}"),
        Lang::Zh => format!("近{WEEKS}周：{least} 至 {most}"),
    };
    Tile {
        id: id.to_owned(),
        label: label.to_owned(),
        figure: now.map_or_else(|| lang.pick("none", "无").to_owned(), |now| unit.said(now)),
        is_absent: now.is_none(),
        change: now
            .zip(before)
            .map(|(now, before)| change(now, before, unit, more_is_better, lang)),
        range,
        course: course.into_iter().rev().collect(),
        ..Tile::default()
    }
}

/// All tiles. `days`: the day and the weeks before it, the latest first.
pub(super) fn tiles(days: &[DayFigures], period: Period, settings: &Settings) -> Vec<Tile> {
    let lang = settings.language;
    let Some(now) = days.first() else { return Vec::new() };
    let mut tiles = vec![
        won(days, now, period, settings),
        open_value(days, now, lang),
        win_rate(days, now, lang),
        days_to_close(days, now, lang),
        overdue(days, now, lang),
    ];
    tiles.extend(receivable(days, lang));
    tiles.extend(satisfaction(days, now, lang));
    tiles
}

/// Money that is won in each of some weeks.
pub(super) fn won_by_week(days: &[DayFigures]) -> Vec<f64> {
    let Some(now) = days.first() else { return Vec::new() };
    let weeks = days.iter().take(WEEKS).map(|day| {
        let week = Period { from: day.on.plus(-6), to: day.on };
        now.expected.results.won_in(week).1.own.to_f64()
    });
    weeks.collect()
}

fn won(days: &[DayFigures], now: &DayFigures, period: Period, settings: &Settings) -> Tile {
    let lang = settings.language;
    let course = won_by_week(days).into_iter().map(Some).collect();
    let label = lang.pick("Won", "成交");
    let of_week = tile("won", label, course, Unit::Money, true, lang);
    let (n, sum) = now.measures.so_far();
    let so_far = sum.own;
    let gauge = now.measures.target().filter(|target| !target.is_zero()).map(|target| {
        let share = so_far.to_f64() / target.to_f64();
        let over = Period { to: now.on.min(period.to), ..period };
        let elapsed = elapsed(period, over);
        let (part, time, target) = (percent(share), percent(elapsed), target.grouped());
        let text = match lang {
            Lang::En | Lang::Machine => {
                format!("{part} of the target {target}; {time} of the time is over")
            }
            Lang::Zh => format!("完成目标 {target} 的 {part}；时间已过 {time}"),
        };
        Gauge { share, elapsed, text }
    });
    let weekly = &of_week.change;
    let week = of_week.course.last().copied().flatten().unwrap_or_default();
    let week = Unit::Money.said(week);
    let detail = match lang {
        Lang::En | Lang::Machine => format!("n = {n}; in the last 7 days {week}"),
        Lang::Zh => format!("n = {n}；近7天 {week}"),
    };
    Tile {
        label: format!("{label} {}", period_name(period, settings)),
        figure: sum.round(0).grouped(),
        is_absent: false,
        detail,
        gauge,
        change: weekly.clone(),
        range: match lang {
            _ if of_week.range.is_empty() => String::new(),
            Lang::En | Lang::Machine => format!("a week, {}", of_week.range),
            Lang::Zh => format!("每周，{}", of_week.range),
        },
        ..of_week
    }
}

/// `2010-03`, `2010Q1`, else both days.
fn period_name(period: Period, settings: &Settings) -> String {
    let spans = [Span::Month, Span::Quarter];
    let named = spans.into_iter().find(|span| span.around(period.from, settings) == period);
    named.map_or_else(|| period.to_string(), |span| span.name(period.from, settings))
}

/// The open prospects in the ledger's own currency: what they are worth by the calibrated odds of their columns.
fn own(day: &DayFigures) -> impl Iterator<Item = ForecastItem<'_>> + Clone {
    let is_own = |item: &ForecastItem| !matches!(item.open.line, ForecastLine::Foreign(_));
    day.expected.items().filter(is_own)
}

fn open_value(days: &[DayFigures], now: &DayFigures, lang: Lang) -> Tile {
    let course = days.iter().map(|day| Some(Outlook::sums(own(day)).expected.to_f64())).collect();
    let label = lang.pick("Weighted open value", "进行中的加权价值");
    let outlook = Outlook::of(own(now));
    let (n, value) = (outlook.count, outlook.value.round(0).grouped());
    let ends = outlook.quantile(0.1).zip(outlook.quantile(0.9)).filter(|_| n > 0);
    let ends = ends.map(|(low, high)| {
        format!("p10 {} · p90 {}; ", low.round(0).grouped(), high.round(0).grouped())
    });
    let ends = ends.unwrap_or_default();
    let detail = match lang {
        Lang::En | Lang::Machine => format!("{ends}{n} open, {value} in all"),
        Lang::Zh => format!("{}{n} 个进行中，共 {value}", ends.replace("; ", "；")),
    };
    Tile { detail, ..tile("open-value", label, course, Unit::Money, true, lang) }
}

fn win_rate(days: &[DayFigures], now: &DayFigures, lang: Lang) -> Tile {
    let course = days.iter().map(|day| day.measures.win_rate()).collect();
    let label = lang.pick("Win rate, ever", "成交率（历来）");
    let made = tile("win-rate", label, course, Unit::Share, true, lang);
    let ends = now.measures.ends();
    let (won, of) = (ends.successes, ends.trials);
    if made.is_absent {
        return Tile { figure: too_few(of, lang), ..made };
    }
    let interval = ends.wilson().map(|(low, high)| (percent(low), percent(high)));
    let (low, high) = interval.unwrap_or_default();
    let detail = match lang {
        Lang::En | Lang::Machine => {
            format!("{won} won of {of} that ended; 95 % interval {low} to {high}")
        }
        Lang::Zh => format!("已结束的 {of} 个中成交 {won} 个；95%区间 {low} 至 {high}"),
    };
    Tile { detail, ..made }
}

fn days_to_close(days: &[DayFigures], now: &DayFigures, lang: Lang) -> Tile {
    let course = days.iter().map(|day| day.measures.median_cycle()).collect();
    let label = lang.pick("Median days to close, ever", "成交天数中位数（历来）");
    let made = tile("days-to-close", label, course, Unit::Days, false, lang);
    let n = now.measures.closes();
    let detail = match lang {
        Lang::En | Lang::Machine => format!("of {n} that were won"),
        Lang::Zh => format!("共 {n} 个成交"),
    };
    match made.is_absent {
        true => Tile { figure: too_few(n as u64, lang), ..made },
        false => Tile { detail, ..made },
    }
}

fn overdue(days: &[DayFigures], now: &DayFigures, lang: Lang) -> Tile {
    let course = days.iter().map(|day| Some(day.overdue.0 as f64)).collect();
    let label = lang.pick("Past the sales cycle", "逾期（超过销售周期）");
    let value = now.overdue.1.round(0).grouped();
    let detail = match lang {
        Lang::En | Lang::Machine => format!("worth {value}"),
        Lang::Zh => format!("价值 {value}"),
    };
    Tile { detail, ..tile("overdue", label, course, Unit::Count, false, lang) }
}

/// What customers owe past its due day; no tile where no claim has ever been.
fn receivable(days: &[DayFigures], lang: Lang) -> Option<Tile> {
    let now = days.first()?.past_due.as_ref()?;
    let own = |day: &DayFigures| day.past_due.as_ref().map(|sum| sum.own.to_f64());
    let course = days.iter().map(own).collect();
    let label = lang.pick("Receivable past due", "逾期应收");
    let made = tile("receivable", label, course, Unit::Money, false, lang);
    Some(Tile { figure: now.round(0).grouped(), ..made })
}

/// The answers of the last 90 days; no tile where nobody has ever answered.
fn satisfaction(days: &[DayFigures], now: &DayFigures, lang: Lang) -> Option<Tile> {
    let scale = days.iter().find(|day| day.heard.of(day.heard.usual()).1 > 0)?.heard.usual();
    let (name, n, figure) = now.heard.of(scale);
    let course = days.iter().map(|day| day.heard.of(scale).2.map(|[value, ..]| value)).collect();
    let label = match lang {
        Lang::En | Lang::Machine => format!("Satisfaction: {name}, 90 days"),
        Lang::Zh => format!("满意度：{name}，近90天"),
    };
    let made = tile("satisfaction", &label, course, Unit::Points, true, lang);
    let Some([_, low, high]) = figure else {
        return Some(Tile { figure: too_few(n, lang), ..made });
    };
    let detail = match lang {
        Lang::En | Lang::Machine => format!("n = {n}; 95 % interval {low:.1} to {high:.1}"),
        Lang::Zh => format!("n = {n}；95%区间 {low:.1} 至 {high:.1}"),
    };
    Some(Tile { detail, ..made })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_overdue_are_better_and_a_lower_rate_is_worse() {
        let way = |now, before, unit, more| change(now, before, unit, more, Lang::En).way;
        assert_eq!(way(3.0, 4.0, Unit::Count, false), Way::Better);
        assert_eq!(way(5.0, 4.0, Unit::Count, false), Way::Worse);
        assert_eq!(way(0.2, 0.3, Unit::Share, true), Way::Worse);
        assert_eq!(way(4.0, 4.0, Unit::Count, true), Way::Same);
        assert_eq!(way(0.2004, 0.2, Unit::Share, true), Way::Same);
        let said = change(0.25, 0.2, Unit::Share, true, Lang::En).text;
        assert_eq!(said, "▲ +5.0 points on the week before");
        assert_eq!(change(1.0, 4.0, Unit::Money, true, Lang::Zh).text, "▼ 较上周 -3");
    }

    #[test]
    fn a_month_and_a_quarter_are_called_by_their_names() {
        let day = |text: &str| crate::value::date::Date::parse(text).unwrap();
        let named = |from: &str, to: &str| {
            period_name(Period { from: day(from), to: day(to) }, &Settings::default())
        };
        assert_eq!(named("2010-03-01", "2010-03-31"), "2010-03");
        assert_eq!(named("2010-01-01", "2010-03-31"), "2010Q1");
        assert_eq!(named("2010-01-01", "2010-03-30"), "2010-01-01..2010-03-30");
    }

    #[test]
    fn a_course_states_its_own_range_and_its_latest_is_last() {
        let made = tile("x", "X", vec![Some(3.0), None, Some(9.0)], Unit::Count, true, Lang::En);
        assert_eq!(made.range, "12 weeks: 3 to 9");
        assert_eq!(made.course, [Some(9.0), None, Some(3.0)]);
        assert_eq!((made.figure.as_str(), made.change), ("3", None));
        let one = tile("x", "X", vec![Some(3.0)], Unit::Count, true, Lang::En);
        assert_eq!(one.range, "");
        let none = tile("x", "X", vec![None, Some(1.0)], Unit::Count, true, Lang::Zh);
        assert!(none.is_absent && none.change.is_none());
        assert_eq!(none.figure, "无");
    }
}
