//! The measures under a forecast: are the closes due in a period enough for its target?

use super::Request;
use super::breakdown::percent;
use super::figures::{count, enough, few, number, others};
use super::outlook::{ForecastLine, OpenProspect, Outlook};
use crate::diag::counted;
use crate::model::pipeline::Outcome;
use crate::model::sales::{Measure, TargetOf, TargetSpan};
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::replay::passage::End;
use crate::rules::replay::state::Record;
use crate::rules::targets;
use crate::stats::{Proportion, Summary, mean};
use crate::table::sheet::{Cell, Kind, Row, Table};
use crate::table::terms::{MEASURES, term};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::{Amount, Money, Sum};
use crate::value::period::Period;
use crate::value::text::Text;

/// Open value due in the period, for each unit that is still missing to the target.
fn coverage(due: f64, missing: f64) -> Option<f64> {
    (missing > 0.0).then(|| due / missing)
}

/// The coverage it takes: `1 / win rate x (1 + slippage)`.
fn needed(win_rate: f64, slippage: f64) -> Option<f64> {
    (win_rate > 0.0).then(|| (1.0 + slippage) / win_rate)
}

/// The money that the open ones bring a day: `open x win rate x mean won value / median cycle days`.
fn velocity(open: f64, win_rate: f64, won_value: f64, cycle_days: f64) -> Option<f64> {
    (cycle_days > 0.0).then(|| open * win_rate * won_value / cycle_days)
}

/// A stable name, the figure, and its meaning.
type MeasureRow = (&'static str, Cell, String);

/// Everything that is measured, before it becomes cells.
pub struct Measures {
    period: Period,
    target: Result<Amount, String>,
    /// Won in the period so far, and how many.
    so_far: (usize, Sum),
    due: Outlook,
    /// Won and lost, ever.
    ends: Proportion,
    slippage: Amount,
    /// The values that were won, ever.
    won_values: Vec<f64>,
    /// Days of the won, ever.
    cycle: Vec<f64>,
    open: usize,
    /// How often dates were moved later, and of how many prospects.
    pushes: (u64, usize),
    /// Moved out of the period: how many, and their value.
    slipped: (usize, Amount),
    /// Once due in the period, and still open or moved.
    once_due: usize,
}

/// The results of the pursuits of the selected prospects.
#[derive(Default)]
pub struct Results {
    /// Won and lost.
    ends: Proportion,
    won: Vec<Won>,
    /// Days of the won.
    cycle: Vec<f64>,
}

/// A won pursuit.
struct Won {
    id: Text,
    on: Date,
    brought: Sum,
}

impl Results {
    /// Adds the results of a prospect's pursuits.
    pub fn add(&mut self, record: &Record, book: &Book) {
        for (_, outcome) in record.history.pursuits.iter().filter_map(|pursuit| pursuit.ended) {
            self.ends.trials += 1;
            self.ends.successes += u64::from(outcome == Outcome::Won);
        }
        let won = record.history.won().map(|(on, brought)| Won {
            id: record.prospect.id.clone(),
            on,
            brought: brought.clone(),
        });
        self.won.extend(won);
        let passes = record.history.passes(book.as_of);
        let wins = passes.filter(|pass| pass.end.is_some_and(|(_, end)| end == End::Won));
        self.cycle.extend(wins.map(|pass| f64::from(pass.days(book.as_of))));
    }

    /// Won in a period: how many, and the money that they brought.
    pub fn won_in(&self, period: Period) -> (usize, Sum) {
        let mut found = (0, Sum::default());
        for won in self.won.iter().filter(|won| period.contains(won.on)) {
            found.0 += 1;
            found.1.add_sum(&won.brought);
        }
        found
    }

    /// Adds those that another thread met.
    pub fn join(&mut self, other: Results) {
        self.ends.trials += other.ends.trials;
        self.ends.successes += other.ends.successes;
        self.won.extend(other.won);
        self.cycle.extend(other.cycle);
    }
}

/// The target of the period for the prospects of the request, or why there is none: that of one owner where the query
/// asks for an owner, else that of the whole ledger.
fn target(request: &Request, settings: &Settings, period: Period) -> Result<Amount, String> {
    let lang = settings.language;
    let spans = |per: TargetSpan| match lang {
        Lang::En | Lang::Machine => format!("for a {}", per.name()),
        Lang::Zh => format!("按{}计", ["月", "季", "年"][per as usize]),
    };
    let stated = |of: &TargetOf| {
        let asked = targets::asked(settings, of, Measure::Booked, period)?;
        Some(asked.map_err(|target| spans(target.per)))
    };
    if let Some(owner) = request.only_owner(settings) {
        let none = || Err(lang.pick("none for one owner", "没有单个负责人的目标").to_owned());
        return stated(&TargetOf::Rep(owner)).unwrap_or_else(none);
    }
    // The prospects of any other query are not measured against the target of the ledger.
    let is_all = request.query.is_empty();
    let forecast = &settings.forecast;
    match (forecast.target, is_all) {
        (Some(_), false) => {
            Err(lang.pick("none for a part of the ledger", "没有部分客户的目标").to_owned())
        }
        (Some(target), true) => match forecast.per.times(period, settings.fiscal_year) {
            Some(times) => Ok(target.times(Amount::from_int(times))),
            None => Err(spans(forecast.per)),
        },
        (None, true) if let Some(stated) = stated(&TargetOf::All) => stated,
        (None, _) => Err(lang.pick("none set", "未设").to_owned()),
    }
}

/// Measures the selected prospects: the results of their pursuits, and those that are open.
pub fn measures(
    book: &Book,
    request: &Request,
    results: &Results,
    open: &[OpenProspect],
    due: &Outlook,
    period: Period,
) -> Measures {
    let settings = &book.settings;
    let forecast = &settings.forecast;
    let so_far = results.won_in(period);
    // In the order of ids, so that the floating-point mean is reproducible.
    let mut won: Vec<&Won> = results.won.iter().collect();
    won.sort_by(|a, b| a.id.cmp(&b.id));
    let won = won.into_iter().filter(|won| others(&won.brought).is_empty());
    let won_values = won.map(|won| won.brought.own.to_f64()).collect();
    let target = target(request, settings, period);
    let pushed = open.iter().filter(|one| one.pushes > 0);
    let slipped: Vec<&OpenProspect> = open.iter().filter(|one| one.slipped).collect();
    let own = slipped.iter().filter(|one| !matches!(one.line, ForecastLine::Foreign(_)));
    let slipped_value = own.fold(Amount::ZERO, |sum, one| sum.plus(one.value));
    Measures {
        period,
        target,
        so_far,
        due: due.clone(),
        ends: results.ends,
        slippage: forecast.slippage,
        won_values,
        cycle: results.cycle.clone(),
        open: open.len(),
        pushes: (pushed.clone().map(|one| u64::from(one.pushes)).sum(), pushed.count()),
        slipped: (slipped.len(), slipped_value),
        once_due: slipped.len() + open.iter().filter(|one| one.due).count(),
    }
}

impl Measures {
    /// The gap to the target, if there is one; below zero when the target is exceeded.
    pub fn missing(&self) -> Option<Amount> {
        self.target.as_ref().ok().map(|target| target.minus(self.so_far.1.own))
    }

    /// The won and the open money of the period, in currencies without a rate.
    pub fn foreign(&self, open: &[OpenProspect]) -> Sum {
        let mut sum = self.so_far.1.clone();
        for one in open {
            if let ForecastLine::Foreign(currency) = one.line {
                sum.add(Money { amount: one.value, currency: Some(currency) });
            }
        }
        sum
    }

    /// The target of the period, if there is one.
    pub(super) fn target(&self) -> Option<Amount> {
        self.target.as_ref().ok().copied()
    }

    /// Won in the period so far: how many, and the money that they brought.
    pub(super) fn so_far(&self) -> &(usize, Sum) {
        &self.so_far
    }

    /// Won and lost, ever.
    pub(super) fn ends(&self) -> Proportion {
        self.ends
    }

    /// How many closes the median of their days is of.
    pub(super) fn closes(&self) -> usize {
        self.cycle.len()
    }

    /// The share that was won of those that ended; `None` of too few.
    pub(super) fn win_rate(&self) -> Option<f64> {
        self.ends.rate().filter(|_| enough(self.ends.trials))
    }

    /// The measures as rows: a stable name, the figure, and its meaning.
    pub fn table(&self, lang: Lang) -> Table {
        let mut rows = self.against_target(lang);
        rows.extend(self.history(lang));
        let rows = rows.into_iter().map(|(name, figure, what)| {
            Row::new(vec![Cell::text(term(MEASURES, name, lang)), figure, Cell::text(what)])
        });
        let columns = vec![
            column("measure", Kind::Text, lang),
            column("figure", Kind::Number, lang),
            column("what", Kind::Text, lang),
        ];
        Table {
            id: "period".into(),
            title: format!("{} {}", lang.pick("The period", "本期"), self.period),
            columns,
            rows: rows.collect(),
            ..Table::default()
        }
    }

    /// The money won, the money due, and where there is a target, whether they reach it.
    fn against_target(&self, lang: Lang) -> Vec<MeasureRow> {
        let foreign: Vec<String> =
            others(&self.so_far.1).iter().map(|money| format!("; {money}")).collect();
        let (n, foreign) = (self.so_far.0, foreign.concat());
        let won = match lang {
            Lang::En | Lang::Machine => format!("closed in the period, n = {n}{foreign}"),
            Lang::Zh => format!("期内成交，n = {n}{foreign}"),
        };
        let n = self.due.count;
        let due = match lang {
            Lang::En | Lang::Machine => {
                format!("open value expected to close in the period, n = {n}")
            }
            Lang::Zh => format!("期内预计签约的进行中价值，n = {n}"),
        };
        let mut rows = vec![
            ("won", Cell::sum(&self.so_far.1.round(2)), won),
            ("due", Cell::Amount(self.due.value.round(2)), due),
        ];
        let (target, missing) = match (&self.target, self.missing()) {
            (Ok(target), Some(missing)) => (*target, missing),
            (Err(why), _) => {
                let setting = lang.pick(
                    "[forecast] target or [[target]] of crm.toml",
                    "crm.toml 的 [forecast] target 或 [[target]]",
                );
                rows.push(("target", Cell::absent(why.as_str()), setting.into()));
                return rows;
            }
            (Ok(_), None) => return rows,
        };
        let covered = coverage(self.due.value.to_f64(), missing.to_f64());
        let reached = || Cell::Absent(lang.pick("reached", "已达成").into());
        let enough = covered
            .and_then(|_| Some(self.due.distribution.as_ref()?.at_least(missing.hundredths()?)));
        let share = match (covered, self.needed()) {
            (None, _) => reached(),
            (Some(_), None) => few(self.ends.trials, lang),
            (Some(covered), Some(needed)) => Cell::Share(covered / needed),
        };
        rows.extend([
            (
                "target",
                Cell::Amount(target.round(2)),
                lang.pick("for the whole period", "全期目标").into(),
            ),
            (
                "missing",
                Cell::Amount(missing.round(2)),
                lang.pick("target - won", "目标 - 已成交").into(),
            ),
            (
                "reach",
                enough.map_or_else(reached, Cell::Share),
                lang.pick(
                    "probability that those due bring what is missing",
                    "到期者补足差额的概率",
                )
                .into(),
            ),
            (
                "coverage",
                covered.map_or_else(reached, |x| Cell::Number(x, 2)),
                lang.pick("due / missing", "到期价值/差额").into(),
            ),
            (
                "expected-share",
                share,
                lang.pick("coverage / needed coverage", "覆盖/所需覆盖").into(),
            ),
        ]);
        rows
    }

    /// The figures of the past: the win rate and those that rest on it, and how dates moved.
    fn history(&self, lang: Lang) -> Vec<MeasureRow> {
        let (rate, slippage) = (self.win_rate(), self.slippage.trimmed());
        let no_rate = || few(self.ends.trials, lang);
        let needed = match lang {
            Lang::En | Lang::Machine => {
                format!("coverage it takes: 1 / win rate x (1 + slippage {slippage})")
            }
            Lang::Zh => format!("所需覆盖：1/成交率 x (1 + 滑期{slippage})"),
        };
        let won = lang.pick("won / (won + lost), ever", "历来成交/(成交+退出)").to_owned();
        let (wins, closed) = (self.ends.successes, self.ends.trials);
        let won = match (lang, self.ends.wilson().filter(|_| rate.is_some())) {
            (_, None) => won,
            (Lang::En | Lang::Machine, Some((low, high))) => {
                format!("{won}; 95 % interval {} to {}", percent(low), percent(high))
            }
            (Lang::Zh, Some((low, high))) => {
                format!("{won}；95%区间{}至{}", percent(low), percent(high))
            }
        };
        let (times, n) = self.pushes;
        let pushed = match lang {
            Lang::En | Lang::Machine => {
                let open = counted(n, "open one", "open ones");
                format!("times that {open} moved their closing date later")
            }
            Lang::Zh => format!("{n}个进行中的客户推迟签约日的次数"),
        };
        let once = self.once_due;
        let slipped = match lang {
            Lang::En | Lang::Machine => {
                let open = counted(once, "open one", "open ones");
                format!("of {open} once due in the period, due later now")
            }
            Lang::Zh => format!("曾在期内到期的{once}个进行中客户里，现已推后者"),
        };
        vec![
            ("needed", self.needed().map_or_else(no_rate, |x| Cell::Number(x, 2)), needed),
            ("win-rate", rate.map_or_else(no_rate, |_| Cell::Rate(wins, closed)), won),
            ("velocity", self.velocity(lang), self.velocity_words(lang)),
            (
                "won-value",
                self.won_value(lang),
                lang.pick("mean of the won, ever", "历来成交的均值").into(),
            ),
            (
                "cycle",
                self.cycle_days(lang),
                lang.pick("days to close, of the won, ever", "历来成交所用天数").into(),
            ),
            ("pushes", count(times), pushed),
            ("slipped", Cell::count(self.slipped.0), slipped),
            (
                "slipped-value",
                Cell::Amount(self.slipped.1.round(2)),
                lang.pick("what those are worth", "其价值").into(),
            ),
        ]
    }

    fn needed(&self) -> Option<f64> {
        needed(self.win_rate()?, self.slippage.to_f64())
    }

    /// The median of the days to close; `None` of too few.
    pub(super) fn median_cycle(&self) -> Option<f64> {
        Summary::of(&self.cycle).filter(|s| enough(s.n as u64)).map(|s| s.median)
    }

    fn mean_won(&self) -> Option<f64> {
        mean(&self.won_values).filter(|_| enough(self.won_values.len() as u64))
    }

    fn won_value(&self, lang: Lang) -> Cell {
        let amount = |mean: f64| Cell::Amount(Amount::of_f64(mean).round(2));
        self.mean_won().map_or_else(|| few(self.won_values.len() as u64, lang), amount)
    }

    fn cycle_days(&self, lang: Lang) -> Cell {
        self.median_cycle().map_or_else(|| few(self.cycle.len() as u64, lang), number)
    }

    fn velocity(&self, lang: Lang) -> Cell {
        let Some(rate) = self.win_rate() else {
            return few(self.ends.trials, lang);
        };
        let Some(value) = self.mean_won() else { return few(self.won_values.len() as u64, lang) };
        let Some(days) = self.median_cycle() else { return few(self.cycle.len() as u64, lang) };
        let open = self.open as f64;
        velocity(open, rate, value, days)
            .map_or_else(|| Cell::absent(lang.pick("0 days", "0天")), |x| Cell::Number(x, 2))
    }

    fn velocity_words(&self, lang: Lang) -> String {
        let open = self.open;
        match lang {
            Lang::En | Lang::Machine => {
                format!("a day: {open} open x win rate x mean won value / median cycle days")
            }
            Lang::Zh => format!("每天：进行中{open} x 成交率 x 平均成交额 / 周期中位数"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_figures() {
        let covered = coverage(4.8, 1.6).unwrap();
        let needed = needed(0.22, 0.0).unwrap();
        assert!((covered - 3.0).abs() < 1e-12);
        assert_eq!(format!("{needed:.2}"), "4.55");
        assert_eq!(format!("{:.0} %", 100.0 * covered / needed), "66 %");
        assert_eq!(format!("{:.2}", velocity(50.0, 0.20, 10_000.0, 30.0).unwrap()), "3333.33");
        assert_eq!((coverage(4.8, 0.0), super::needed(0.0, 0.0)), (None, None));
        assert_eq!(velocity(50.0, 0.2, 1.0, 0.0), None);
    }
}
