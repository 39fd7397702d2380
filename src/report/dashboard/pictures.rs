//! The pictures that the dashboard alone has: the fan of the forecast, the load of each rep, the calendar of contacts.

use super::course::{DayFigures, WEEKS};
use crate::model::pipeline::{Outcome, Pipeline};
use crate::report::Request;
use crate::report::activity::measure;
use crate::report::breakdown::join;
use crate::report::figures::{grouped, member};
use crate::report::outlook::{ForecastItem, ForecastLine, Outlook};
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::replay::{in_contact, standing};
use crate::rules::team::TeamCount;
use crate::rules::team::order::rank;
use crate::rules::week::week_of;
use crate::table::picture::{Spread, StackedBar};
use crate::table::sheet::{Chart, Picture, Quantity};
use crate::value::date::{Date, Weekday};
use crate::value::label::Lang;
use crate::value::money::Amount;
use crate::value::period::Period;
use crate::value::text::Text;
use std::collections::{BTreeMap, BTreeSet};

/// The weeks of the calendar of contacts.
const CALENDAR_WEEKS: i64 = 26;

/// So many reps are drawn; all of them are in the tables.
const REPS: usize = 24;

/// Won in the period so far, and what may be won by the end of each of its months to come, against the target.
pub(super) fn fan(days: &[DayFigures], period: Period, lang: Lang) -> Option<Picture> {
    let now = days.first()?;
    let results = &now.expected.results;
    let won = |to: Date| results.won_in(Period { to, ..period }).1.own.to_f64();
    let last = now.on.min(period.to);
    let weeks = days.iter().rev().map(|day| day.on).filter(|on| period.contains(*on) && *on < last);
    let past: Vec<(Date, f64)> = weeks.chain([last]).map(|on| (on, won(on))).collect();
    let begins = past.first().is_some_and(|(on, _)| *on > period.from);
    let start = begins.then_some((period.from, won(period.from)));
    let past: Vec<(Date, f64)> = start.into_iter().chain(past).collect();
    let so_far = won(last);
    let due: Vec<ForecastItem> = now.expected.items().filter(|item| item.open.due).collect();
    let mut ahead = vec![Spread { on: last, low: so_far, middle: so_far, high: so_far }];
    for on in ends_of_months(last, period.to) {
        let by = ForecastLine::Month(on.year(), on.month());
        let outlook = Outlook::of(due.iter().filter(|item| item.open.line <= by).copied());
        let quantile = |p: f64| Some(so_far + outlook.quantile(p)?.to_f64());
        let spread = quantile(0.1).zip(quantile(0.5)).zip(quantile(0.9));
        let ((low, middle), high) = spread?;
        ahead.push(Spread { on, low, middle, high });
    }
    let target = now.measures.target().map(|target| {
        Quantity::new(lang.pick("target", "目标"), target.to_f64(), target.grouped())
    });
    let end = *ahead.last()?;
    let said = |x: f64| Amount::of_f64(x).round(0).grouped();
    let (a, b, c, n) = (said(end.low), said(end.middle), said(end.high), due.len());
    let target_words = target.as_ref().map(|target| format!("{} {}", target.label, target.text));
    let target_words = target_words.unwrap_or_default();
    let description = match lang {
        Lang::En | Lang::Machine => format!(
            "{} won so far; by {} with what is due (n = {n}) {a} with 90 % certainty, {b} as likely as not, {c} with 10 %. {target_words}",
            said(so_far),
            end.on
        ),
        Lang::Zh => format!(
            "已成交 {}；到 {} 连同期内到期者（n = {n}）：九成把握 {a}，一半可能 {b}，一成可能 {c}。{target_words}",
            said(so_far),
            end.on
        ),
    };
    Some(Picture {
        title: format!(
            "{} {period}",
            lang.pick("Won, and what may be won, in", "已成交与可能成交")
        ),
        description,
        chart: Chart::Fan { past, ahead: if ahead.len() > 1 { ahead } else { Vec::new() }, target },
    })
}

/// The last days of the months behind a day, up to the last day of a period, which is among them.
fn ends_of_months(after: Date, last: Date) -> Vec<Date> {
    let first = after.plus(1 - i64::from(after.day()));
    let end = |months: i64| first.plus_months(months + 1).plus(-1).min(last);
    let mut ends: Vec<Date> = (0..120).map(end).filter(|on| *on > after).collect();
    ends.dedup();
    let whole = ends.iter().position(|on| *on == last).map_or(0, |at| at + 1);
    ends.truncate(whole);
    ends
}

/// What each rep holds, column by column, against the capacity, beside the closes of each of the last weeks: a picture
/// for each board in use.
pub(super) fn reps(book: &Book, request: &Request) -> Vec<Picture> {
    let (settings, lang) = (&book.settings, book.settings.language);
    type Held = BTreeMap<(usize, Text), Vec<u64>>;
    let selected = request.selection(book);
    let (held, team) = book.fold_everybody(
        &Query::everything(),
        |(held, team): &mut (Held, TeamCount), record| {
            team.take(record, book);
            let state = &record.state;
            let is_open = state.outcome == Outcome::Open && !record.prospect.is_customer;
            let owner = state.owner.as_ref().filter(|_| is_open && selected.has(record));
            if let Some(owner) = owner {
                let columns = record.pipeline(settings).open().len();
                let counts = held.entry((state.pipeline, owner.clone())).or_default();
                counts.resize(columns, 0);
                counts.get_mut(state.stage).into_iter().for_each(|n| *n += 1);
            }
        },
        |all, part| {
            join(&mut all.0, part.0, |known, more| {
                known.iter_mut().zip(&more).for_each(|(a, b)| *a += b);
            });
            all.1.join(part.1);
        },
    );
    let team = team.team(book);
    let weeks: Vec<Period> = (0..WEEKS as i64)
        .rev()
        .map(|week| {
            let to = book.as_of.plus(-7 * week);
            Period { from: to.plus(-6), to }
        })
        .collect();
    let mut closes: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let acts = measure(book, &Request::of(Query::clone(&request.query)), &weeks).0;
    for (at, counts) in acts.iter().enumerate() {
        for (rep, activity) in &counts.groups {
            closes.entry(rep.clone()).or_insert_with(|| vec![0; weeks.len()])[at] = activity.closes;
        }
    }
    let used: BTreeSet<usize> = held.keys().map(|(board, _)| *board).collect();
    let boards = settings.boards(|board| used.contains(&board));
    let boards: Vec<(usize, &Pipeline)> = boards.filter(|(at, _)| used.contains(at)).collect();
    // Of several boards the load is of all of them, so that no single one has a limit.
    let is_one = boards.len() == 1;
    let picture = |(at, board): &(usize, &Pipeline)| {
        let mut owners: Vec<&Text> =
            held.keys().filter(|(known, _)| known == at).map(|(_, owner)| owner).collect();
        owners.sort_by_cached_key(|id| (rank(id, settings), (*id).clone()));
        let bars: Vec<StackedBar> = owners
            .into_iter()
            .take(REPS)
            .map(|owner| {
                let parts = held.get(&(*at, owner.clone())).cloned().unwrap_or_default();
                let capacity = team.member(owner).and_then(|member| member.capacity);
                let course = closes.get(&**owner).cloned().unwrap_or_default();
                let text =
                    rep_words(parts.iter().sum(), capacity.filter(|_| is_one), &course, lang);
                let limit = capacity.filter(|_| is_one && request.query.is_empty());
                StackedBar { label: member(owner, settings), parts, limit, course, text }
            })
            .collect();
        let said: Vec<String> =
            bars.iter().map(|bar| format!("{}: {}", bar.label, bar.text)).collect();
        let parts = board.open().iter().map(|column| column.label.get(lang, &column.id).to_owned());
        let title = lang.pick("Open prospects by rep and column", "各成员的在手客户，按栏");
        let name = board.label.get(lang, &board.id);
        Picture {
            title: if is_one { title.to_owned() } else { format!("{name}: {title}") },
            description: lang.clauses(said),
            chart: Chart::Stacked {
                parts: parts.collect(),
                limit: lang.pick("capacity", "容量").into(),
                course: match lang {
                    Lang::En | Lang::Machine => format!("closes, {WEEKS} weeks"),
                    Lang::Zh => format!("近{WEEKS}周成交"),
                },
                bars,
            },
        }
    };
    boards.iter().map(picture).collect()
}

/// `12 of 30, 3 closed`
fn rep_words(held: u64, capacity: Option<u32>, course: &[u64], lang: Lang) -> String {
    let closed = course.iter().sum::<u64>();
    match (capacity, lang) {
        (Some(most), Lang::En | Lang::Machine) => format!("{held} of {most}, {closed} closed"),
        (Some(most), Lang::Zh) => format!("{held}/{most}，成交 {closed}"),
        (None, Lang::En | Lang::Machine) => format!("{held} open, {closed} closed"),
        (None, Lang::Zh) => format!("在手 {held}，成交 {closed}"),
    }
}

/// The contacts of each day of the last weeks, of the selected prospects and customers.
pub(super) fn contacts(book: &Book, request: &Request) -> Option<Picture> {
    let (settings, lang) = (&book.settings, book.settings.language);
    let from = week_of(book.as_of, settings.week_start).from.plus(-7 * (CALENDAR_WEEKS - 1));
    let days = Period { from, to: book.as_of };
    let empty = || vec![0; usize::try_from(days.days()).unwrap_or(0)];
    let quantities = request.fold_everybody(
        book,
        |all: &mut Vec<u64>, record| {
            if record.state.last_contact.is_none_or(|last| last < from) {
                return;
            }
            all.resize(empty().len(), 0);
            let met = standing(&record.prospect.events, book.as_of)
                .filter(|event| days.contains(event.date()) && in_contact(settings, event));
            for event in met {
                let at = usize::try_from(event.date().days_since(from)).unwrap_or(usize::MAX);
                all.get_mut(at).into_iter().for_each(|n| *n += 1);
            }
        },
        |all, part| {
            all.resize(all.len().max(part.len()), 0);
            all.iter_mut().zip(part).for_each(|(known, more)| *known += more);
        },
    );
    let sum: u64 = quantities.iter().sum();
    let (busiest, most) =
        quantities.iter().enumerate().max_by_key(|(at, n)| (**n, usize::MAX - at))?;
    if *most == 0 {
        return None;
    }
    let (busiest, most, sum) = (from.plus(busiest as i64), grouped(*most), grouped(sum));
    Some(Picture {
        title: format!("{} {days}", lang.pick("Contacts by day,", "每日联系")),
        description: match lang {
            Lang::En | Lang::Machine => {
                format!(
                    "{sum} calls, messages and meetings that reached a customer; the most on one day: {most}, on {busiest}"
                )
            }
            Lang::Zh => format!(
                "共 {sum} 次联系（接通的电话、消息、见面）；最多的一天 {most} 次（{busiest}）"
            ),
        },
        chart: Chart::Days { from, quantities, names: names(settings.week_start, lang) },
    })
}

/// The names of the days of a week from its first on.
fn names(first: Weekday, lang: Lang) -> [String; 7] {
    const NAMES: [(&str, &str); 7] = [
        ("Mon", "一"),
        ("Tue", "二"),
        ("Wed", "三"),
        ("Thu", "四"),
        ("Fri", "五"),
        ("Sat", "六"),
        ("Sun", "日"),
    ];
    let start = usize::try_from(first.index()).unwrap_or(0);
    std::array::from_fn(|at| {
        let (en, zh) = NAMES[(start + at) % 7];
        lang.pick(en, zh).to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn the_months_to_come_end_with_the_period() {
        let ends = |after, last| -> Vec<String> {
            ends_of_months(day(after), day(last)).iter().map(Date::to_string).collect()
        };
        assert_eq!(ends("2010-01-15", "2010-03-31"), ["2010-01-31", "2010-02-28", "2010-03-31"]);
        assert_eq!(ends("2010-03-30", "2010-03-31"), ["2010-03-31"]);
        assert_eq!(ends("2010-01-31", "2010-02-10"), ["2010-02-10"]);
        assert!(ends("2010-03-31", "2010-03-31").is_empty());
        assert!(ends("2010-04-01", "2010-03-31").is_empty());
    }

    #[test]
    fn a_week_begins_with_the_day_of_the_ledger() {
        assert_eq!(names(Weekday::Fri, Lang::En)[0], "Fri");
        assert_eq!(names(Weekday::Fri, Lang::En)[6], "Thu");
        assert_eq!(names(Weekday::Mon, Lang::Zh).concat(), "一二三四五六日");
    }
}
