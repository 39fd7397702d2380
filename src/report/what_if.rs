//! `crm what-if`: the effect of each of the five levers on closes and money, alone and together.

use super::Request;
use super::activity::measure;
use super::figures::{FEW, bars, enough, number, span, up_to_now, weeks, words};
use crate::diag::{Code, Diagnostic, listed};
use crate::rules::book::Book;
use crate::rules::levers::{Chain, LEVERS, Lever};
use crate::table::sheet::{Cell, Emphasis, Kind, Picture, Quantity, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::money::Amount;

/// The figures that are stated instead of measured. Dials, conversations and appointments are a day's, meetings a
/// week's.
#[derive(Debug, Clone, Default)]
pub struct Stated {
    /// Numbers dialled a day.
    pub dials: Option<f64>,
    /// Conversations a day.
    pub conversations: Option<f64>,
    /// Appointments a day.
    pub appointments: Option<f64>,
    /// Meetings a week, of all kinds.
    pub meetings: Option<f64>,
    /// Meetings for one close.
    pub meetings_per_close: Option<f64>,
    /// Money of one close.
    pub value: Option<Amount>,
}

/// How the figures are projected.
#[derive(Debug, Clone, Copy)]
pub struct Projection {
    /// Working days of a week.
    pub days: f64,
    /// Working weeks of a year.
    pub weeks: f64,
    /// The factor by which each lever is raised.
    pub factor: f64,
}

impl Stated {
    /// Is nothing left to be measured but, perhaps, the value?
    pub fn complete(&self) -> bool {
        [self.dials, self.conversations, self.appointments, self.meetings, self.meetings_per_close]
            .iter()
            .all(Option::is_some)
    }
}

/// The counts of a week; a count that the ledger does not have is missing.
#[derive(Debug, Clone, Default)]
struct Week {
    dials: Option<f64>,
    conversations: Option<f64>,
    appointments: Option<f64>,
    meetings: Option<f64>,
    closes: Option<f64>,
    value: Option<Amount>,
}

/// The levers, on the ledger's measured figures where none is stated.
pub fn what_if(
    measured: Option<(&Book, &Request)>,
    stated: &Stated,
    scale: Projection,
    lang: Lang,
) -> Result<Sheet, Diagnostic> {
    let (week, about) = match measured {
        Some((book, request)) => measured_week(book, request),
        None => (Week::default(), String::new()),
    };
    let chain = chain(&week, stated, scale)?;
    let value = stated.value.or(week.value);
    let about = match (stated.complete(), lang) {
        (true, _) => lang.pick("on stated figures", "按给定数字").to_owned(),
        (false, Lang::En | Lang::Machine) => {
            format!("on what was done in {about}, but for what is stated")
        }
        (false, Lang::Zh) => format!("按 {about} 的实际活动（另行给定的除外）"),
    };
    let (levers, capped) = levers(&chain, value, scale, lang);
    let mut notes = Vec::new();
    if capped {
        notes.push(
            lang.pick(
                "a share cannot pass 100 %: where a lever would carry it further, it stops there",
                "比率不超过100%：超出部分按100%计算",
            )
            .into(),
        );
    } else {
        let [factor, closes, money] = [1, 4, 5].map(|power| words(scale.factor.powi(power)));
        notes.push(match lang {
            Lang::En | Lang::Machine => format!(
                "each lever is raised {factor}-fold; together they make {closes} times the closes and {money} times the money"
            ),
            Lang::Zh => {
                format!("每个杠杆提高到{factor}倍；全部一起，成交{closes}倍，金额{money}倍")
            }
        });
    }
    if value.is_none() {
        notes.push(
            lang.pick(
                "no value of a close is known, or of too few closes: --value",
                "没有件均，或成交太少：--value",
            )
            .into(),
        );
    }
    let picture = picture(&levers, lang);
    Ok(Sheet {
        id: "what-if".into(),
        title: lang.pick("What if", "改善绩效").into(),
        about,
        tables: vec![levers, chain_table(&chain, scale, lang)],
        notes,
        pictures: vec![picture],
    })
}

/// The counts of an average week of the ledger, and its days.
fn measured_week(book: &Book, request: &Request) -> (Week, String) {
    let (practice, _) = measure(book, request, &[up_to_now(book, request.period)]);
    let all = practice.into_iter().next().unwrap_or_default().all;
    let period = span(book, request.period);
    let weekly = |n: u64| enough(n).then(|| n as f64 / weeks(period));
    let own = Some(all.value.own).filter(|value| enough(all.closes) && !value.is_zero());
    let week = Week {
        dials: weekly(all.dials),
        conversations: weekly(all.conversations),
        appointments: weekly(all.appointments),
        meetings: weekly(all.meetings),
        closes: weekly(all.closes),
        value: own.and_then(|value| value.divided_by(all.closes)).map(|value| value.round(2)),
    };
    (week, period.to_string())
}

/// The links of the chain: stated figures, else measured ones. A stated count changes the rates
/// around it; rates further on stay as measured.
fn chain(week: &Week, stated: &Stated, scale: Projection) -> Result<Chain, Diagnostic> {
    let a_week = |a_day: Option<f64>| a_day.map(|n| n * scale.days);
    let mut missing = Vec::new();
    let mut need = |name: &'static str, found: Option<f64>| match found {
        Some(x) if x > 0.0 && x.is_finite() => x,
        _ => {
            missing.push(name);
            1.0
        }
    };
    let share = |n: Option<f64>, of: Option<f64>| Some(n? / of?);
    let dials = need("--dials", a_week(stated.dials).or(week.dials));
    let conversations = need(
        "--conversations",
        a_week(stated.conversations)
            .map(|n| n / dials)
            .or_else(|| share(week.conversations, week.dials)),
    );
    let appointments = need(
        "--appointments",
        a_week(stated.appointments)
            .map(|n| n / (dials * conversations))
            .or_else(|| share(week.appointments, week.conversations)),
    );
    let meetings = need(
        "--meetings",
        stated
            .meetings
            .map(|n| n / (dials * conversations * appointments))
            .or_else(|| share(week.meetings, week.appointments)),
    );
    let closes = need(
        "--meetings-per-close",
        stated.meetings_per_close.map(|n| 1.0 / n).or_else(|| share(week.closes, week.meetings)),
    );
    if missing.is_empty() {
        return Ok(Chain { dials, conversations, appointments, meetings, closes });
    }
    let message = words!(
        "the ledger does not say enough of what was done in these days: it takes {FEW} of each step",
        "这些日子的记录不足：每一步至少需要{FEW}次"
    );
    let missing = listed(missing);
    Err(Diagnostic::new(Code::BadArgument, message)
        .help(words!("state what is missing: {missing}", "给出缺少的数字：{missing:#}"))
        .help(words!(
            "or record it: crm log ID call --reached, crm tally REP",
            "或记录下来：crm log 编号 call --reached，crm tally 业务员"
        )))
}

/// Closes of a year as an exact number, so that money is never multiplied as a binary fraction.
fn exact(closes: f64) -> Amount {
    Amount::parse(&format!("{closes:.6}")).unwrap_or_default()
}

/// The table of levers; and whether one was stopped at 100 %.
fn levers(chain: &Chain, value: Option<Amount>, scale: Projection, lang: Lang) -> (Table, bool) {
    let columns = vec![
        column("lever", Kind::Text, lang),
        column("from", Kind::Number, lang),
        column("raised", Kind::Number, lang),
        column("closes-yearly", Kind::Number, lang),
        column("money-yearly", Kind::Number, lang),
        column("gain", Kind::Number, lang),
    ];
    // A projection: whole units of money say as much as it knows.
    let yearly = |chain: &Chain| chain.closes_a_week() * scale.weeks;
    let money =
        |closes: f64, value: Option<Amount>| value.map(|value| value.times(exact(closes)).round(0));
    let now = money(yearly(chain), value);
    let row = |name: &str, [from, to]: [Cell; 2], closes: f64, money: Option<Amount>| {
        let gain = now.zip(money).map(|(now, money)| money.minus(now));
        let cells = vec![
            Cell::text(name),
            from,
            to,
            number(closes),
            Cell::maybe(money, Cell::Amount),
            Cell::maybe(gain, Cell::Amount),
        ];
        Row::new(cells)
    };
    let mut rows =
        vec![row(lang.pick("as it is", "现状"), [Cell::Empty, Cell::Empty], yearly(chain), now)];
    let mut together = *chain;
    let mut capped = false;
    // A value is money: it is raised by the factor as written, not by a binary fraction.
    let raised_value = value.map(|value| value.times(exact(scale.factor)).round(2));
    for (lever, ..) in LEVERS {
        let (raised, cut) = chain.raised(lever, scale.factor);
        let (all, _) = together.raised(lever, scale.factor);
        together = all;
        capped |= cut;
        let worth = if lever == Lever::Value { raised_value } else { value };
        let links = match lever {
            Lever::Value => [value, raised_value].map(|value| Cell::maybe(value, Cell::Amount)),
            _ => [chain, &raised].map(|chain| link(chain, lever, scale)),
        };
        rows.push(row(lever.label(lang), links, yearly(&raised), money(yearly(&raised), worth)));
    }
    let closes = yearly(&together);
    let all = row(
        lang.pick("all together", "全部一起"),
        [Cell::Empty, Cell::Empty],
        closes,
        money(closes, raised_value),
    );
    rows.push(Row { emphasis: Emphasis::Good, ..all });
    (Table { id: "levers".into(), columns, rows: rows.into(), ..Table::default() }, capped)
}

/// A link of the chain: dials a day, or a share.
fn link(chain: &Chain, lever: Lever, scale: Projection) -> Cell {
    match lever {
        Lever::Dials => number(chain.dials / scale.days),
        Lever::Conversations => Cell::Share(chain.conversations),
        Lever::Appointments => Cell::Share(chain.appointments),
        Lever::Closes => Cell::Share(chain.closes),
        Lever::Value => Cell::Empty,
    }
}

/// The chain as it is: a day, a week, a year, and the rate of each step.
fn chain_table(chain: &Chain, scale: Projection, lang: Lang) -> Table {
    let columns = vec![
        column("step", Kind::Text, lang),
        column("daily", Kind::Number, lang),
        column("weekly", Kind::Number, lang),
        column("yearly", Kind::Number, lang),
        column("each", Kind::Number, lang),
    ];
    let mut weekly = 1.0;
    let links = [
        (lang.pick("dials", "拨打"), chain.dials, false),
        (lang.pick("conversations", "接通"), chain.conversations, true),
        (lang.pick("appointments", "约定"), chain.appointments, true),
        (lang.pick("meetings", "见面"), chain.meetings, true),
        (lang.pick("closes", "成交"), chain.closes, true),
    ];
    let rows = links.into_iter().map(|(name, link, is_rate)| {
        weekly *= link;
        Row::new(vec![
            Cell::text(name),
            Cell::Number(weekly / scale.days, 2),
            number(weekly),
            number(weekly * scale.weeks),
            if is_rate { Cell::Number(link, 3) } else { Cell::Empty },
        ])
    });
    Table {
        id: "chain".into(),
        title: lang.pick("As it is", "现状").into(),
        rows: rows.collect(),
        columns,
        ..Table::default()
    }
}

/// Closes a year under each lever.
fn picture(levers: &Table, lang: Lang) -> Picture {
    let quantities = levers.rows.iter().filter_map(|row| match (&row.cells[0], &row.cells[3]) {
        (Cell::Text(name), Cell::Number(closes, _)) => {
            Some(Quantity::new(&**name, *closes, words(*closes)).with(row.emphasis))
        }
        _ => None,
    });
    bars(lang.pick("Closes a year", "年成交"), quantities.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check_figure() -> Stated {
        Stated {
            dials: Some(15.0),
            conversations: Some(7.0),
            appointments: Some(1.0),
            meetings: Some(8.0),
            meetings_per_close: Some(8.0),
            value: Some(Amount::from_int(3_000)),
        }
    }

    const SCALE: Projection = Projection { days: 5.0, weeks: 50.0, factor: 2.0 };

    fn income(sheet: &Sheet, row: usize) -> Amount {
        match sheet.tables[0].rows.get(row).unwrap().cells[4] {
            Cell::Amount(amount) => amount,
            _ => Amount::ZERO,
        }
    }

    #[test]
    fn one_close_a_week_and_each_lever_doubles_the_income() {
        let sheet = what_if(None, &check_figure(), SCALE, Lang::En).unwrap();
        assert_eq!(income(&sheet, 0), Amount::from_int(150_000));
        // Conversations stop at 15 of 15 dials: 14 of 15 are within it, so all five double.
        for lever in 1..=5 {
            assert_eq!(income(&sheet, lever), Amount::from_int(300_000), "{lever}");
        }
        assert_eq!(income(&sheet, 6), Amount::from_int(150_000 * 32));
    }

    #[test]
    fn the_product_of_all_levers_is_told_where_no_share_stops_at_the_whole() {
        let notes = |conversations: f64| {
            let stated = Stated { conversations: Some(conversations), ..check_figure() };
            let notes = what_if(None, &stated, SCALE, Lang::En).unwrap().notes;
            ["times the closes", "cannot pass 100 %"]
                .map(|part| notes.iter().filter(|note| note.contains(part)).count())
        };
        // Of 15 dials.
        assert_eq!(notes(7.5), [1, 0]);
        assert_eq!(notes(7.6), [0, 1]);
    }

    #[test]
    fn what_is_missing_is_named() {
        let stated = Stated { meetings: None, dials: None, ..check_figure() };
        let wrong = what_if(None, &stated, SCALE, Lang::En).unwrap_err();
        assert_eq!(wrong.help[0].en(), "state what is missing: --dials, --meetings");
        for no_number in [0.0, -1.0, f64::INFINITY, f64::NAN] {
            let stated = Stated { dials: Some(no_number), ..check_figure() };
            let wrong = what_if(None, &stated, SCALE, Lang::En).unwrap_err();
            assert_eq!(wrong.help[0].en(), "state what is missing: --dials", "{no_number}");
        }
    }

    proptest! {
        #[test]
        fn doubling_any_factor_doubles_the_income(
            dials in 20.0..100.0f64,
            answered in 0.05..0.5f64,
            set in 0.05..0.5f64,
            meetings in 1.0..20.0f64,
            per_close in 2.0..30.0f64,
            value in 1..100_000i64,
        ) {
            let stated = Stated {
                dials: Some(dials),
                conversations: Some(dials * answered),
                appointments: Some(dials * answered * set),
                meetings: Some(meetings),
                meetings_per_close: Some(per_close),
                value: Some(Amount::from_int(value)),
            };
            let sheet = what_if(None, &stated, SCALE, Lang::En).unwrap();
            let now = income(&sheet, 0).to_f64();
            for lever in 1..=5 {
                let raised = income(&sheet, lever).to_f64();
                // Closes are kept to six decimals, money to whole units.
                prop_assert!((raised - 2.0 * now).abs() <= 2.0 + value as f64 * 3e-6, "{lever}");
            }
        }
    }
}
