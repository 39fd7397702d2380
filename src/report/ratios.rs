//! `crm report ratios`: from dials to closes with the rate of each step, and the meetings that replace a close.

use super::Request;
use super::activity::{Activity, measure};
use super::breakdown::group_name;
use super::dimension::Dimension;
use super::figures::{
    bars, count, enough, few, grouped, number, rate, span, tallies_left_out, up_to_now, weeks,
    words,
};
use crate::diag::{Diagnostic, counted};
use crate::rules::book::Book;
use crate::rules::week::week_of;
use crate::table::sheet::{
    Audience, Cell, Column, Emphasis, Kind, Picture, Quantity, Row, Sheet, Table,
};
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::period::Period;

/// Working weeks of a year, by which a target for a year is divided.
pub const WORKING_WEEKS: f64 = 50.0;

/// The steps: id, English, a short English title for narrow columns, Chinese.
const STEPS: [(&str, &str, &str, &str); 6] = [
    ("dials", "Dials", "Dials", "拨打"),
    ("conversations", "Conversations", "Talks", "接通"),
    ("appointments", "Appointments", "Set", "约定"),
    ("first-meetings", "First meetings", "Met", "初次见面"),
    ("prospects", "Prospects", "Prospects", "潜在客户"),
    ("closes", "Closes", "Closes", "成交"),
];

/// The activity of one group, and its prospects.
struct RatioRow<'a> {
    group: &'a str,
    activity: &'a Activity,
    /// Prospects it has now.
    held: u64,
    /// First meetings held in the week of the as-of day.
    this_week: u64,
    emphasis: Emphasis,
}

/// The ratios of a period, by rep or by any dimension.
pub fn ratios(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let week = week_of(book.as_of, book.settings.week_start);
    let periods = [up_to_now(book, request.period), Period { to: book.as_of, ..week }];
    let (practice, held) = measure(book, request, &periods);
    let period = span(book, request.period);
    let mut practice = practice.into_iter();
    let (practice, this_week) =
        (practice.next().unwrap_or_default(), practice.next().unwrap_or_default());
    let mut groups = practice.groups.clone();
    for group in held.keys() {
        groups.entry(group.clone()).or_default();
    }
    let mut lines: Vec<RatioRow> = groups
        .iter()
        .map(|(group, activity)| RatioRow {
            group: request.by.as_ref().map_or(group, |by| by.word(group, lang)),
            activity,
            held: held.get(group).copied().unwrap_or(0),
            this_week: this_week.groups.get(group).map_or(0, |week| week.first_meetings),
            emphasis: Emphasis::Plain,
        })
        .collect();
    let all = RatioRow {
        group: lang.pick("all", "合计"),
        activity: &practice.all,
        held: held.values().sum(),
        this_week: this_week.all.first_meetings,
        emphasis: Emphasis::Total,
    };
    let notes =
        notes(&all, period, book, request, &practice.left_out.into_iter().collect::<Vec<_>>());
    let picture = picture(&all, lang);
    // One group is all there is: its row says it.
    if lines.len() != 1 {
        lines.push(all);
    }
    let by = request.by.as_ref().map_or("rep", Dimension::name);
    let mut tables = vec![steps(&lines, by, lang)];
    if lines.len() > 1 {
        tables.push(side_by_side(&lines, by, lang));
    }
    // What is held now replaces no close of an earlier week.
    let over_time = request.by.as_ref().is_some_and(|by| by.span().is_some());
    let replaced = if over_time { &lines[lines.len() - 1..] } else { &lines[..] };
    tables.push(replenishment(replaced, by, period, book, request));
    Ok(Sheet {
        id: "ratios".into(),
        title: lang.pick("Ratios", "比例").into(),
        about: match lang {
            Lang::En | Lang::Machine => {
                format!("what was done in {period}, and where prospects came in it")
            }
            Lang::Zh => format!("{period} 期间的活动与进展"),
        },
        tables,
        notes,
        pictures: vec![picture],
    })
}

/// The groups that did anything; a group that only holds prospects is in the table of replenishment.
fn active<'l, 'a>(lines: &'l [RatioRow<'a>]) -> impl Iterator<Item = &'l RatioRow<'a>> {
    let idle = |line: &RatioRow| line.activity == &Activity::default();
    lines.iter().filter(move |line| line.emphasis == Emphasis::Total || !idle(line))
}

/// A row for each step of each group.
fn steps(lines: &[RatioRow], by: &str, lang: Lang) -> Table {
    let columns = vec![
        column(by, Kind::Text, lang),
        column("step", Kind::Text, lang),
        Column::new("count", lang.pick("Count", "次数"), Kind::Number),
        Column::new("rate", lang.pick("Of the step before", "占上一步"), Kind::Number),
    ];
    let mut rows = Vec::new();
    for line in active(lines) {
        let counts = line.activity.steps();
        for (n, (id, en, _, zh)) in STEPS.iter().enumerate() {
            let rate = match n.checked_sub(1) {
                Some(before) => rate(counts[n], counts[before], lang),
                None => Cell::Empty,
            };
            let name = Cell::text(lang.term(id, en, zh));
            let cells = vec![group_name(line.group, lang), name, count(counts[n]), rate];
            rows.push(Row::with(cells, line.emphasis));
        }
    }
    Table { id: "steps".into(), columns, rows: rows.into(), ..Table::default() }
}

/// A row for each group, for eyes that compare.
fn side_by_side(lines: &[RatioRow], by: &str, lang: Lang) -> Table {
    let mut columns = vec![column(by, Kind::Text, lang)];
    columns.extend(
        STEPS.iter().map(|(id, _, en, zh)| Column::new(*id, lang.pick(en, zh), Kind::Number)),
    );
    columns.push(column("ratio", Kind::Text, lang));
    let rows = active(lines).map(|line| {
        let mut cells = vec![group_name(line.group, lang)];
        cells.extend(line.activity.steps().map(count));
        cells.push(Cell::maybe(ratio(line.activity), Cell::text));
        Row::with(cells, line.emphasis)
    });
    Table {
        id: "side-by-side".into(),
        title: lang.pick("Side by side", "对比").into(),
        rows: rows.collect(),
        columns,
        audience: Audience::People,
    }
}

/// `20 : 5 : 1`: new people called, became prospects, closes; scaled to one close. Where dials were counted by hand
/// the number of new people is unknown: `5 : 1`.
fn ratio(activity: &Activity) -> Option<String> {
    let closes = activity.closes as f64;
    let one = |n: u64| if n == 0 { "-".to_owned() } else { words(n as f64 / closes) };
    let prospects = || format!("{} : 1", one(activity.prospects));
    (activity.closes > 0).then(|| match activity.tallied {
        true => prospects(),
        false => format!("{} : {}", one(activity.called), prospects()),
    })
}

/// Prospects for one close, where there are enough to say.
fn per_close(activity: &Activity) -> Option<f64> {
    (enough(activity.closes) && enough(activity.prospects))
        .then(|| activity.prospects as f64 / activity.closes as f64)
}

/// First meetings for one close, where there are enough to say.
fn meetings_per_close(activity: &Activity) -> Option<f64> {
    (enough(activity.closes) && enough(activity.first_meetings))
        .then(|| activity.first_meetings as f64 / activity.closes as f64)
}

/// First meetings a week that reach the target: of the period where it has days to come, else of a year
/// of working weeks.
fn for_target(activity: &Activity, book: &Book, request: &Request) -> Option<f64> {
    let target = request.target?.to_f64();
    let each = meetings_per_close(activity)?;
    match request.period.filter(|period| period.to > book.as_of) {
        Some(period) => {
            let ahead = Period { from: book.as_of.plus(1), to: period.to };
            Some((target - activity.closes as f64).max(0.0) / weeks(ahead) * each)
        }
        None => Some(target / WORKING_WEEKS * each),
    }
}

/// Whole meetings: rounded up, but for the last digits of a division.
fn whole(x: f64) -> u64 {
    let up = (x - 1e-9).ceil().max(0.0);
    if up.is_finite() { up as u64 } else { 0 }
}

/// The prospects that a close takes out of the funnel, and the meetings that replace them.
fn replenishment(
    lines: &[RatioRow],
    by: &str,
    period: Period,
    book: &Book,
    request: &Request,
) -> Table {
    let lang = book.settings.language;
    let mut columns = vec![
        column(by, Kind::Text, lang),
        column("held", Kind::Number, lang),
        column("per-close", Kind::Number, lang),
        column("left-after-one", Kind::Number, lang),
        column("meetings-per-close", Kind::Number, lang),
        column("hold-weekly", Kind::Number, lang),
        column("this-week", Kind::Number, lang),
    ];
    columns.extend(request.target.map(|_| column("target-weekly", Kind::Number, lang)));
    let rows = lines.iter().map(|line| {
        let activity = line.activity;
        let missing = || match activity.closes {
            0 => Cell::Absent(lang.pick("no close", "无成交").into()),
            n => few(n.min(activity.prospects).min(activity.first_meetings), lang),
        };
        let each = per_close(activity);
        let left = each.map(|each| (line.held as f64 - each).max(0.0));
        let meetings = meetings_per_close(activity);
        let hold = meetings.map(|_| whole(activity.first_meetings as f64 / weeks(period)));
        let mut cells = vec![
            group_name(line.group, lang),
            count(line.held),
            each.map_or_else(missing, number),
            left.map_or_else(missing, number),
            meetings.map_or_else(missing, number),
            hold.map_or_else(missing, count),
            count(line.this_week),
        ];
        if request.target.is_some() {
            // A target is for all of them together.
            let of_all = line.emphasis == Emphasis::Total || lines.len() == 1;
            let target = for_target(activity, book, request).filter(|_| of_all);
            cells.push(Cell::maybe(target, |target| count(whole(target))));
        }
        Row::with(cells, line.emphasis)
    });
    Table {
        id: "replenishment".into(),
        title: lang.pick("Replenishment", "补充").into(),
        rows: rows.collect(),
        columns,
        ..Table::default()
    }
}

fn notes(
    all: &RatioRow,
    period: Period,
    book: &Book,
    request: &Request,
    left_out: &[String],
) -> Vec<String> {
    let lang = book.settings.language;
    let activity = all.activity;
    let mut notes = Vec::new();
    if let Some(ratio) = ratio(activity) {
        notes.push(match (activity.tallied, lang) {
            (false, Lang::En | Lang::Machine) => {
                format!("{ratio} = new people called : became prospects : closes")
            }
            (false, Lang::Zh) => format!("{ratio} = 新拨打的人 : 成为潜在客户 : 成交"),
            (true, Lang::En | Lang::Machine) => {
                format!("{ratio} = became prospects : closes")
            }
            (true, Lang::Zh) => format!("{ratio} = 成为潜在客户 : 成交"),
        });
    }
    if activity.tallied {
        let dials = grouped(activity.dials);
        notes.push(match lang {
            Lang::En | Lang::Machine => {
                format!("how many new people were called is unknown where tallies are kept; dials: {dials}")
            }
            Lang::Zh => format!("有日报的部分不知道新拨打了多少人；拨打次数：{dials}"),
        });
    }
    if let Some(each) = per_close(activity) {
        let left = (all.held as f64 - each).max(0.0);
        let (each, left, held) = (words(each), words(left), all.held);
        notes.push(match lang {
            Lang::En | Lang::Machine => format!(
                "a close costs {}: after the next one there are {left} left of {held}",
                counted(&each, "prospect", "prospects")
            ),
            Lang::Zh => format!("每成交1个消耗{each}个潜在客户：再成交1个，{held}个中还剩{left}个"),
        });
    }
    if meetings_per_close(activity).is_some() {
        let hold = whole(activity.first_meetings as f64 / weeks(period));
        let rate = words(activity.closes as f64 / weeks(period));
        let held = all.this_week;
        notes.push(match lang {
            Lang::En | Lang::Machine => format!(
                "first meetings this week to hold the present rate ({} a week): {hold}; held so far: {held}",
                counted(&rate, "close", "closes")
            ),
            Lang::Zh => format!("本周{hold}次初次见面可保持目前水平（每周成交{rate}个）；已有{held}次"),
        });
    }
    if let Some(target) = request.target {
        let what = match (request.period.filter(|period| period.to > book.as_of), lang) {
            (Some(period), Lang::En | Lang::Machine) => {
                format!("{} by {}", counted(target, "close", "closes"), period.to)
            }
            (Some(period), Lang::Zh) => format!("{}前成交{target}个", period.to),
            (None, Lang::En | Lang::Machine) => {
                let closes = counted(target, "close", "closes");
                format!("{closes} in a year of {WORKING_WEEKS} weeks")
            }
            (None, Lang::Zh) => format!("一年（{WORKING_WEEKS}周）成交{target}个"),
        };
        let needed = for_target(activity, book, request).map(whole);
        notes.push(match (needed, lang) {
            (Some(n), Lang::En | Lang::Machine) => format!("first meetings a week for {what}: {n}"),
            (Some(n), Lang::Zh) => format!("{what}：每周需要{n}次初次见面"),
            (None, Lang::En | Lang::Machine) => {
                format!("{what}: too few closes to know how many first meetings they need")
            }
            (None, Lang::Zh) => format!("{what}：成交太少，无法推算"),
        });
    }
    let left_out: Vec<&str> = left_out.iter().map(|rep| &**rep).collect();
    notes.extend(tallies_left_out(&left_out, lang));
    notes
}

fn picture(all: &RatioRow, lang: Lang) -> Picture {
    let steps = all.activity.steps();
    let quantities = steps.iter().enumerate().map(|(n, count)| {
        let (_, en, _, zh) = STEPS[n];
        let bar = Quantity::new(lang.pick(en, zh), *count as f64, grouped(*count));
        if n == 5 { bar.with(Emphasis::Good) } else { bar }
    });
    bars(lang.pick("From dials to closes", "从拨打到成交"), quantities.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_to_five_to_one() {
        let activity = Activity { called: 20, prospects: 5, closes: 1, ..Activity::default() };
        assert_eq!(ratio(&activity).unwrap(), "20 : 5 : 1");
        let many = Activity { prospects: 25, closes: 5, ..Activity::default() };
        assert_eq!(per_close(&many).map(|each| 20.0 - each), Some(15.0));
        // Dials are no people.
        let tallied = Activity { dials: 300, tallied: true, ..activity };
        assert_eq!(ratio(&tallied).unwrap(), "5 : 1");
        let halves = Activity { called: 41, prospects: 9, closes: 2, ..Activity::default() };
        assert_eq!(ratio(&halves).unwrap(), "20.5 : 4.5 : 1");
        assert_eq!(ratio(&Activity { called: 9, ..Activity::default() }), None);
    }

    #[test]
    fn a_close_is_replaced_by_what_five_of_them_cost() {
        for (closes, each) in [(0, None), (1, None), (4, None), (5, Some(4.0))] {
            let activity =
                Activity { prospects: 20, first_meetings: 20, closes, ..Activity::default() };
            assert_eq!((per_close(&activity), meetings_per_close(&activity)), (each, each));
        }
        for (prospects, each) in [(0, None), (4, None), (5, Some(1.0))] {
            let activity = Activity { prospects, closes: 5, ..Activity::default() };
            assert_eq!(per_close(&activity), each);
        }
    }

    #[test]
    fn whole_meetings() {
        assert_eq!((whole(4.0 + 1e-12), whole(4.1), whole(0.0), whole(-1.0)), (4, 5, 0, 0));
        assert_eq!(whole(f64::INFINITY), 0);
    }
}
