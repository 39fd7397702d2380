//! Points that customers are given for what they order (会员积分), and that they redeem.

use crate::model::profile::Relation;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::purchases::purchases;
use crate::rules::query::Query;
use crate::rules::replay::standing;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::money::{Amount, Sum};
use crate::value::text::Text;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The points of a customer up to a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Points {
    /// What it bought: its orders less refunds.
    pub bought: Sum,
    /// Points that entries give.
    pub given: Amount,
    /// Points that entries take: redeemed, or corrected. Not less than 0.
    pub redeemed: Amount,
    /// Does an entry of it have points?
    pub has_entries: bool,
}

/// The points for money ordered: one for each full `per`. Money below zero gives none.
pub fn earned(bought: Amount, per: Option<Amount>) -> Amount {
    let Some(per) = per.map(Amount::micros).filter(|per| *per > 0) else { return Amount::ZERO };
    let full = bought.micros().max(0) / per;
    Amount::from_int(i64::try_from(full).unwrap_or(i64::MAX))
}

impl Points {
    /// Those of a file. Partners, agents and suppliers buy nothing.
    pub fn of(record: &Record, settings: &Settings, on: Date) -> Points {
        let mut points = Points::default();
        if record.prospect.profile().relation == Relation::Customer {
            let money = purchases(record, settings, on).into_iter().filter_map(|one| one.money);
            money.for_each(|money| points.bought.add(money));
        }
        for event in standing(&record.prospect.events, on) {
            let Some(number) = event.details.as_ref().and_then(|details| details.points) else {
                continue;
            };
            points.has_entries = true;
            match number.is_negative() {
                true => points.redeemed = points.redeemed.minus(number),
                false => points.given = points.given.plus(number),
            }
        }
        points
    }

    /// Adds those of another file of the customer.
    pub fn add(&mut self, other: &Points) {
        self.bought.add_sum(&other.bought);
        self.given = self.given.plus(other.given);
        self.redeemed = self.redeemed.plus(other.redeemed);
        self.has_entries |= other.has_entries;
    }

    /// The points for its orders: of all of its money together, so that the rest of one order counts with the next, and
    /// a refund takes back what its order gave. Money without a rate gives none.
    pub fn earned(&self, settings: &Settings) -> Amount {
        earned(self.bought.own, settings.points.and_then(|terms| terms.per))
    }

    /// Those that it has: earned and given, less redeemed.
    pub fn balance(&self, settings: &Settings) -> Amount {
        self.earned(settings).plus(self.given).minus(self.redeemed).trimmed()
    }

    /// Has it ever had any?
    pub fn is_known(&self, settings: &Settings) -> bool {
        self.has_entries || !self.earned(settings).is_zero()
    }
}

/// The balance of the customer of these files; `None` where a ledger gives no points, or it never had any.
pub fn balance(files: &[&Record], settings: &Settings, on: Date) -> Option<Amount> {
    let mut all = Points::default();
    files.iter().for_each(|record| all.add(&Points::of(record, settings, on)));
    all.is_known(settings).then(|| all.balance(settings))
}

/// A customer with points.
#[derive(Debug, Clone, Default)]
pub struct CustomerPoints {
    /// The id of its own file; else its account; else the id of the prospect that it is.
    pub id: Text,
    /// The name, for people.
    pub name: Text,
    /// Its points.
    pub points: Points,
    /// The file with its last entry that takes points, and the key of that.
    pub last: Option<(Date, PathBuf, Text)>,
    /// Is one of its files selected?
    pub is_selected: bool,
}

impl CustomerPoints {
    fn add(&mut self, other: CustomerPoints, is_own: bool) {
        if is_own || self.id.is_empty() {
            (self.id, self.name) = (other.id, other.name);
        }
        self.points.add(&other.points);
        self.last = self.last.take().max(other.last);
        self.is_selected |= other.is_selected;
    }
}

/// The customers with points of a book, by id. `selected`: does a report ask for this file?
pub fn customers(book: &Book, selected: impl Fn(&Record) -> bool + Sync) -> Vec<CustomerPoints> {
    let (settings, on) = (&book.settings, book.as_of);
    let files = book.gather_everybody(&Query::everything(), |record| {
        let prospect = &record.prospect;
        let points = Points::of(record, settings, on);
        let customer = prospect.joint_customer();
        let is_alone = customer.is_none();
        if is_alone && !points.is_known(settings) {
            return None;
        }
        let takes = standing(&prospect.events, on)
            .filter(|event| event.details().points.is_some_and(Amount::is_negative));
        let last = takes.last();
        let last = last.map(|event| (event.date(), prospect.path.clone(), event.key.text.clone()));
        let account = prospect.account.clone().filter(|_| !prospect.is_customer);
        let named = |of_file: &Text| account.clone().unwrap_or_else(|| of_file.clone());
        let (id, name) = (named(&prospect.id), named(&prospect.name));
        let one = CustomerPoints { id, name, points, last, is_selected: selected(record) };
        // A prospect that is its own customer may have the id of no other file.
        Some(((customer, prospect.id.clone()), prospect.is_customer, one))
    });
    let mut all: BTreeMap<(Option<String>, Text), CustomerPoints> = BTreeMap::new();
    for ((customer, id), is_own, one) in files {
        let key = match customer {
            Some(customer) => (Some(customer), Text::default()),
            None => (None, id),
        };
        all.entry(key).or_default().add(one, is_own);
    }
    let known = all.into_values().filter(|one| one.points.is_known(settings));
    let mut known: Vec<CustomerPoints> = known.collect();
    known.sort_by(|a, b| a.id.cmp(&b.id));
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::campaign::PointsTerms;
    use crate::model::event::{Event, EventKey};
    use crate::model::prospect::Prospect;
    use crate::rules::replay::replay;
    use crate::value::money::Money;

    fn amount(text: &str) -> Amount {
        Amount::parse(text).unwrap()
    }

    #[test]
    fn each_full_hundred_is_a_point() {
        let of = |bought: &str| earned(amount(bought), Some(amount("100"))).to_string();
        let points = ["0", "99.99", "100", "199", "200", "-100"].map(of);
        assert_eq!(points, ["0", "0", "1", "1", "2", "0"]);
        assert_eq!(earned(amount("3"), Some(amount("0.5"))).to_string(), "6");
        assert_eq!(earned(amount("1000"), None), Amount::ZERO);
        assert_eq!(earned(amount("1000"), Some(Amount::ZERO)), Amount::ZERO);
    }

    fn file(id: &str, account: Option<&str>, events: &[(&str, &str, &str)]) -> Record {
        let event = |(key, kind, number): &(&str, &str, &str)| {
            let mut event = Event::new(EventKey::parse(key).unwrap(), *kind);
            match *kind {
                "points" => event.details_mut().points = Some(amount(number)),
                _ => event.amount = Money::parse(number).ok(),
            }
            event
        };
        let events = events.iter().map(event).collect();
        let (id, account) = (Text::from(id), account.map(Text::from));
        let prospect = Prospect { id, account, events, ..Prospect::default() };
        replay(prospect, &Settings::default(), day()).unwrap()
    }

    fn day() -> Date {
        Date::parse("2010-12-31").unwrap()
    }

    fn settings() -> Settings {
        let points = Some(PointsTerms { per: Some(amount("100")), worth: None });
        Settings { points, ..Settings::default() }
    }

    #[test]
    fn the_money_of_all_files_is_one_and_a_refund_takes_back() {
        let a = file("a", None, &[("2010-01-01", "order", "150"), ("2010-01-02", "refund", "60")]);
        let b = file("b", None, &[("2010-01-03", "order", "15"), ("2010-01-04", "points", "-3")]);
        let of = |files: &[&Record]| balance(files, &settings(), day()).map(|b| b.to_string());
        assert_eq!(of(&[&a]), None, "90 of 100");
        assert_eq!(of(&[&a, &b]), Some("-2".into()), "105 are 1 point, 3 redeemed");
        let none = balance(&[&a], &Settings::default(), day());
        assert_eq!(none, None);
    }

    #[test]
    fn files_of_one_account_are_one_customer() {
        let given = [("2010-01-04", "points", "5")];
        let records = vec![
            file("a", Some("Group"), &given),
            file("b", Some("group"), &given),
            file("c", None, &given),
            file("d", None, &[("2010-01-04", "call", "")]),
        ];
        let book = Book::of(settings(), day(), records, Vec::new());
        let all = customers(&book, |record| record.prospect.id == "b");
        let shown: Vec<String> = all
            .iter()
            .map(|one| {
                format!("{} {} {}", one.id, one.points.balance(&settings()), one.is_selected)
            })
            .collect();
        assert_eq!(shown, ["Group 10 true", "c 5 false"]);
    }
}
