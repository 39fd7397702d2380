//! The plan of a customer: its goals, each with its figure, and its steps.

use crate::diag::Words;
use crate::model::profile::{Goal, Step};
use crate::model::settings::Settings;
use crate::rules::customer::figures::SatisfactionScale;
use crate::rules::dealings::{Dealings, line};
use crate::rules::replay::state::State;
use crate::value::date::Date;
use crate::value::money::{Amount, Money, Sum};
use crate::value::period::Period;
use crate::value::text::Text;

/// The figure of a goal on a day.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// Money bought, in the currency of the target; the second is bought in others.
    Bought(Money, Sum),
    /// A number of orders.
    Orders(u32),
    /// The mean of the surveys of a year; none without a survey.
    Satisfaction(Option<(f64, SatisfactionScale)>),
    /// The share of wallet: bought in a year, of the potential; none without a potential.
    Wallet(Option<f64>),
}

/// How far a goal is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Its figure; none for a goal that has none: `free`, or without measure, target or day.
    pub figure: Option<Figure>,
    /// The share of the target that is reached: 1 = all.
    pub share: Option<f64>,
    /// Is the target reached?
    pub reached: bool,
    /// The first day that counts, for figures of a year.
    pub from: Option<Date>,
    /// The days that are left; less than 0 behind its last day.
    pub days_left: Option<i64>,
}

impl Progress {
    /// That of a goal on a day, given the dealings with its customer up to that day.
    ///
    /// `bought` and `orders` count from the first day of the calendar year in which the goal ends, up to its last
    /// day: a target is one of a year, as a budget and a potential are. Satisfaction and share of wallet are those of the
    /// 365 days that end on the day, at the latest on the goal's last day.
    pub fn of(goal: &Goal, dealings: &Dealings, settings: &Settings, on: Date) -> Progress {
        let mut progress = Progress {
            figure: None,
            share: None,
            reached: false,
            from: None,
            days_left: goal.by.map(|by| by.days_since(on)),
        };
        let (Some(measure), Some(target), Some(by)) = (&goal.measure, goal.target, goal.by) else {
            return progress;
        };
        let end = on.min(by);
        let target = settings.own(target);
        let year = Period { from: Date::new(by.year(), 1, 1).unwrap_or(by), to: end };
        let (now, reached, figure) = match &**measure {
            "bought" => {
                let mut others = dealings.bought(year);
                let amount = line(&others, target.currency);
                let bought = Money { amount, ..target };
                others.take(bought);
                (Some(amount.to_f64()), amount >= target.amount, Figure::Bought(bought, others))
            }
            "orders" => {
                let orders = dealings.orders(year);
                let reached = Amount::from_int(i64::from(orders)) >= target.amount;
                (Some(f64::from(orders)), reached, Figure::Orders(orders))
            }
            "satisfaction" => {
                let mean = dealings.satisfaction(end);
                let reached = mean.is_some_and(|mean| {
                    mean.total >= target.amount.times(Amount::from_int(i64::from(mean.count)))
                });
                let said = mean.map(|mean| (mean.mean(), mean.scale));
                (said.map(|said| said.0), reached, Figure::Satisfaction(said))
            }
            "share-of-wallet" => {
                let wallet = dealings.wallet(end);
                let reached =
                    wallet.is_some_and(|(bought, all)| bought >= all.times(target.amount));
                let share = wallet.map(|(bought, all)| bought.to_f64() / all.to_f64());
                (share, reached, Figure::Wallet(share))
            }
            _ => return progress,
        };
        if matches!(&**measure, "bought" | "orders") {
            progress.from = Some(year.from);
        }
        progress.figure = Some(figure);
        progress.reached = reached;
        progress.share = now.map(|now| now / target.amount.to_f64()).filter(|s| s.is_finite());
        progress
    }
}

/// The fault of a goal that cannot be measured: the key that mends it, and the fault in words.
pub fn fault(goal: &Goal) -> Option<(&'static str, Words)> {
    let measure = match goal.measure.as_deref() {
        None => {
            return Some((
                "measure",
                words!(
                    "it has no measure; one in words alone has `measure = \"free\"`",
                    "没有衡量标准；只用文字的目标写 `measure = \"free\"`"
                ),
            ));
        }
        Some("free") => return None,
        Some(measure) => measure,
    };
    let share = |target: Money| measure == "share-of-wallet" && target.amount > Amount::from_int(1);
    match (goal.target, goal.by) {
        (None, _) => Some(("target", words!("it has no target", "没有目标值"))),
        (Some(target), _) if target.amount.is_zero() || target.amount.is_negative() => {
            Some(("target", words!("its target is not more than 0", "目标值不大于 0")))
        }
        (Some(target), _) if share(target) => Some((
            "target",
            words!(
                "its target is a share from 0 to 1: 0.4 is 40 %",
                "目标值是 0 到 1 的份额：0.4 即 40%"
            ),
        )),
        (Some(target), _) if measure != "bought" && target.currency.is_some() => Some((
            "target",
            words!("its target is a number without a currency", "目标值是数字，不带币种"),
        )),
        (_, None) => Some(("by", words!("it has no day, `by`", "没有期限 `by`"))),
        _ => None,
    }
}

/// The state of a step on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// It was done on this day.
    Done(Date),
    /// Its day has passed.
    Overdue,
    /// It is to be done.
    Open,
}

impl StepState {
    /// That of a step called `id`, given the state of the file that has it. The first entry that closes it counts.
    pub fn of(id: &str, step: &Step, state: &State, on: Date) -> StepState {
        match state.done.iter().find(|(done, _)| **done == *id) {
            Some((_, day)) => StepState::Done(*day),
            None if step.by.is_some_and(|by| by < on) => StepState::Overdue,
            None => StepState::Open,
        }
    }
}

/// The rep that does a step: the one that it names, else the owner.
pub fn doer<'s>(step: &'s Step, state: &'s State) -> Option<&'s Text> {
    step.who.as_ref().or(state.owner.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Event, EventKey};
    use crate::model::prospect::Prospect;
    use crate::rules::replay::replay;
    use crate::rules::replay::state::Record;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn record(orders: &[(&str, &str)], done: &[(&str, &str)], on: &str) -> Record {
        let order = |(key, amount): &(&str, &str)| Event {
            amount: Money::parse(amount).ok(),
            ..Event::new(EventKey::parse(key).unwrap(), "order")
        };
        let step = |(key, step): &(&str, &str)| Event {
            done: Some((*step).into()),
            ..Event::new(EventKey::parse(key).unwrap(), "note")
        };
        let events = orders.iter().map(order).chain(done.iter().map(step)).collect();
        let prospect = Prospect { events, ..Prospect::default() };
        replay(prospect, &Settings::default(), day(on)).unwrap()
    }

    fn goal(measure: &str, target: &str, by: &str) -> Goal {
        Goal {
            measure: Some(measure.into()),
            target: Money::parse(target).ok(),
            by: Date::parse(by),
            ..Goal::default()
        }
    }

    fn progress(goal: &Goal, orders: &[(&str, &str)], on: &str) -> Progress {
        let (settings, record) = (Settings::default(), record(orders, &[], on));
        let dealings = Dealings::of(&record, &settings, day(on));
        Progress::of(goal, &dealings, &settings, day(on))
    }

    #[test]
    fn money_counts_from_the_first_day_of_the_goals_year_to_its_last_day() {
        let orders = [
            ("2009-12-31", "1"),
            ("2010-01-01", "40"),
            ("2010-06-30", "60"),
            ("2010-07-01", "1000"),
        ];
        let goal = goal("bought", "100", "2010-06-30");
        let on = |on: &str| {
            let progress = progress(&goal, &orders, on);
            let Some(Figure::Bought(money, _)) = progress.figure else { panic!() };
            (money.to_string(), progress.reached, progress.share, progress.days_left)
        };
        assert_eq!(on("2010-06-29"), ("40".into(), false, Some(0.4), Some(1)));
        assert_eq!(
            on("2010-06-30"),
            ("100".into(), true, Some(1.0), Some(0)),
            "due today, reached"
        );
        assert_eq!(on("2010-07-01"), ("100".into(), true, Some(1.0), Some(-1)));
        assert_eq!(progress(&goal, &orders, "2010-01-01").from, Some(day("2010-01-01")));
    }

    #[test]
    fn money_of_another_currency_is_named_and_never_added() {
        let orders = [("2010-01-01", "40"), ("2010-01-02", "7 USD")];
        let of =
            |target| match progress(&goal("bought", target, "2010-12-31"), &orders, "2010-02-01")
                .figure
            {
                Some(Figure::Bought(money, others)) => (money.to_string(), others.to_string()),
                _ => panic!(),
            };
        assert_eq!(of("100"), ("40".into(), "7 USD".into()));
        assert_eq!(of("100 USD"), ("7 USD".into(), "40".into()));
    }

    #[test]
    fn a_goal_in_words_and_one_without_a_day_have_no_figure() {
        for goal in [
            goal("free", "", "2010-12-31"),
            goal("bought", "5", ""),
            goal("orders", "", "2010-12-31"),
            Goal::default(),
        ] {
            let progress = progress(&goal, &[("2010-01-01", "9")], "2010-02-01");
            assert_eq!((progress.figure, progress.share, progress.reached), (None, None, false));
        }
    }

    #[test]
    fn the_share_of_no_wallet_is_none() {
        let progress = progress(
            &goal("share-of-wallet", "0.4", "2010-12-31"),
            &[("2010-01-01", "9")],
            "2010-02-01",
        );
        assert_eq!((progress.figure, progress.reached), (Some(Figure::Wallet(None)), false));
    }

    #[test]
    fn a_step_is_overdue_on_the_day_after_its_day() {
        let step = Step { by: Some(day("2010-02-01")), ..Step::default() };
        let state = |done: &[(&str, &str)], on: &str| {
            let record = record(&[("2010-01-01", "1")], done, on);
            StepState::of("s", &step, &record.state, day(on))
        };
        assert_eq!(state(&[], "2010-02-01"), StepState::Open);
        assert_eq!(state(&[], "2010-02-02"), StepState::Overdue);
        let twice = [("2010-02-02", "s"), ("2010-02-03", "s")];
        assert_eq!(state(&twice, "2010-02-04"), StepState::Done(day("2010-02-02")));
        assert_eq!(state(&[("2010-02-02", "other")], "2010-02-04"), StepState::Overdue);
    }

    #[test]
    fn a_goal_that_can_be_measured_has_no_fault() {
        let key = |goal: &Goal| fault(goal).map(|(key, _)| key);
        assert_eq!(key(&goal("bought", "5", "2010-12-31")), None);
        assert_eq!(key(&goal("free", "", "")), None);
        assert_eq!(key(&Goal::default()), Some("measure"));
        assert_eq!(key(&goal("bought", "", "2010-12-31")), Some("target"));
        assert_eq!(key(&goal("bought", "0", "2010-12-31")), Some("target"));
        assert_eq!(key(&goal("bought", "5", "")), Some("by"));
        assert_eq!(key(&goal("share-of-wallet", "1", "2010-12-31")), None);
        assert_eq!(key(&goal("share-of-wallet", "1.01", "2010-12-31")), Some("target"));
        assert_eq!(key(&goal("orders", "5 USD", "2010-12-31")), Some("target"));
    }
}
