//! Hand-made ledgers on 2009-12-31, graded.

use super::*;
use crate::model::event::{Event, EventKey};
use crate::model::grading::GradeRule;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::customer::levels::*;
use crate::rules::query::Query;
use crate::rules::replay::replay;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::money::{Amount, Money};
use crate::value::text::Text;
use proptest::prelude::*;

fn today() -> Date {
    Date::new(2009, 12, 31).unwrap()
}

fn money(text: &str) -> Option<Money> {
    Some(Money::parse(text).unwrap())
}

/// An event so many days ago.
fn ago(days: i64, kind: &str, change: impl FnOnce(&mut Event)) -> Event {
    let mut event = Event::new(EventKey::parse(&today().plus(-days).to_string()).unwrap(), kind);
    change(&mut event);
    event
}

fn prospect(id: &str, events: Vec<Event>) -> Prospect {
    let mut prospect = Prospect { id: id.into(), name: id.into(), events, ..Prospect::default() };
    prospect.events.sort_by(|a, b| a.key.cmp(&b.key));
    prospect
}

/// Orders: days ago, and money.
fn buyer(id: &str, orders: &[(i64, i64)]) -> Prospect {
    let amount = |n: i64| Some(Money { amount: Amount::from_int(n), currency: None });
    let order = |(days, n): &(i64, i64)| ago(*days, "order", |e| e.amount = amount(*n));
    prospect(id, orders.iter().map(order).collect())
}

fn graded_by(prospects: Vec<Prospect>, settings: &Settings) -> Vec<Customer> {
    let records = prospects.into_iter().filter_map(|p| replay(p, settings, today())).collect();
    let book = Book::of(settings.clone(), today(), records, Vec::new());
    book.graded().customers().cloned().collect()
}

fn graded(prospects: Vec<Prospect>) -> Vec<Customer> {
    graded_by(prospects, &Settings::default())
}

fn one(prospect: Prospect) -> Customer {
    graded(vec![prospect]).swap_remove(0)
}

#[test]
fn customers_are_small() {
    assert_eq!(std::mem::size_of::<Customer>(), 144);
}

#[test]
fn prospects_of_one_account_are_one_customer() {
    let of = |mut prospect: Prospect, account: &str| {
        prospect.account = Some(account.into());
        prospect
    };
    let customers = graded(vec![
        of(buyer("a", &[(10, 100)]), "Fashion-Group"),
        buyer("b", &[(20, 50)]),
        of(buyer("c", &[(30, 200)]), "fashion-group"),
        // A prospect may have the id that an account has: they are two customers.
        buyer("fashion-group", &[(5, 1)]),
    ]);
    let shown: Vec<(Option<&str>, u32, u32, u32)> = customers
        .iter()
        .map(|c| (c.account.as_deref(), c.first, c.prospects(), c.figures.orders))
        .collect();
    assert_eq!(shown, [(Some("Fashion-Group"), 0, 2, 2), (None, 1, 1, 1), (None, 3, 1, 1),]);
    assert_eq!(customers[0].figures.bought.own, Amount::from_int(300));
    assert_eq!(customers[0].figures.recency(today()), Some(10));
}

#[test]
fn orders_are_entries_or_pursuits_that_closed_without_one() {
    let booked = one(prospect(
        "a",
        vec![
            ago(90, "opened", |e| e.value = money("900")),
            ago(80, "booking", |e| e.stage = Some("closed".into())),
        ],
    ));
    // A booking without an amount brought what was expected.
    assert_eq!((booked.figures.orders, booked.figures.bought.own), (1, Amount::from_int(900)));
    let imported = one(prospect(
        "b",
        vec![
            ago(90, "imported", |e| {
                e.stage = Some("90".into());
                e.value = money("700");
            }),
            ago(70, "moved", |e| {
                e.stage = Some("closed".into());
                e.forced = Some("old deal".into());
            }),
        ],
    ));
    assert_eq!(
        (imported.figures.orders, imported.figures.last_order, imported.figures.bought.own),
        (1, Some(today().plus(-70)), Amount::from_int(700))
    );
    let refunded = one(prospect(
        "c",
        vec![
            ago(90, "order", |e| e.amount = money("1000")),
            ago(80, "refund", |e| e.amount = money("250.50")),
            ago(70, "order", |e| e.amount = money("10 USD")),
        ],
    ));
    assert_eq!(refunded.figures.orders, 2);
    assert_eq!(refunded.figures.bought.own.to_string(), "749.50");
    assert_eq!(refunded.figures.bought.others().count(), 1);
    // Money that came and went before anything was ordered is no order.
    let never = one(prospect(
        "d",
        vec![
            ago(90, "payment", |e| e.amount = money("100")),
            ago(80, "refund", |e| e.amount = money("100")),
        ],
    ));
    assert_eq!((never.lifecycle, never.figures.bought.own), (Lifecycle::Potential, Amount::ZERO));
    let retracted = one(prospect(
        "e",
        vec![
            ago(90, "order", |e| e.amount = money("100")),
            ago(80, "retracted", |e| e.event = Some(today().plus(-90).to_string().into())),
        ],
    ));
    assert!(!retracted.figures.is_buyer());
}

#[test]
fn value_goes_by_pareto_class_among_equals_unless_amounts_are_stated() {
    let expects = |id: &str, n: &str| prospect(id, vec![ago(5, "opened", |e| e.value = money(n))]);
    let prospects = vec![
        buyer("a", &[(10, 80)]),
        buyer("b", &[(10, 15)]),
        buyer("c", &[(10, 5)]),
        expects("p", "1000"),
        expects("q", "100"),
        expects("r", "10"),
        prospect("s", vec![ago(5, "opened", |_| {})]),
    ];
    let values = |customers: &[Customer]| customers.iter().map(|c| c.value).collect::<Vec<_>>();
    let customers = graded(prospects.clone());
    // 80 / 15 / 5 %: the one that crosses belongs to the higher class.
    assert_eq!(
        values(&customers),
        [
            Value::High,
            Value::Medium,
            Value::Low,
            Value::High,
            Value::Medium,
            Value::Low,
            Value::Low,
        ]
    );
    assert_eq!(customers[0].pareto, Some(Pareto::A));
    assert_eq!(customers[2].pareto, Some(Pareto::C));
    assert_eq!(customers[3].pareto, None);
    let mut settings = Settings::default();
    settings.grading.value_high = Some(Amount::from_int(100));
    settings.grading.value_medium = Some(Amount::from_int(15));
    assert_eq!(
        values(&graded_by(prospects.clone(), &settings)),
        [
            Value::Medium,
            Value::Medium,
            Value::Low,
            Value::High,
            Value::High,
            Value::Low,
            Value::Low,
        ]
    );
    // Orders can lift, margins weigh.
    settings.grading.orders_high = Some(2);
    settings.grading.margin = vec![("thin".into(), Amount::percent(10))];
    let mut thin = buyer("thin", &[(10, 500)]);
    thin.product = Some("thin".into());
    let customers = graded_by(vec![buyer("often", &[(1, 1), (9, 1)]), thin], &settings);
    assert_eq!(values(&customers), [Value::High, Value::Medium]);
    assert_eq!(customers[1].figures.worth, Amount::from_int(50));
}

#[test]
fn the_pyramid_is_one_four_fifteen_and_the_rest() {
    let all = (0..100).map(|i| buyer(&format!("c{i:03}"), &[(10, 1_000 - i)])).collect();
    let customers = graded(all);
    let count = |level| customers.iter().filter(|c| c.pyramid == Some(level)).count();
    assert_eq!(Pyramid::ALL.iter().map(|l| count(*l)).collect::<Vec<_>>(), [1, 4, 15, 80]);
    assert_eq!(customers[0].pyramid, Some(Pyramid::Top));
    assert_eq!(customers[4].pyramid, Some(Pyramid::Upper));
    assert_eq!(customers[20].pyramid, Some(Pyramid::Base));
}

#[test]
fn pareto_ties_go_by_id_and_nothing_is_c() {
    let mut all: Vec<Prospect> = ["a", "b", "c", "d", "e"].map(|id| buyer(id, &[(9, 20)])).into();
    all.push(buyer("z", &[(9, 0)]));
    let classes: Vec<_> = graded(all).iter().map(|c| c.pareto.unwrap().level().id).collect();
    assert_eq!(classes, ["A", "A", "A", "A", "B", "C"]);
}

#[test]
fn relationship_takes_orders_or_contacts_over_time() {
    let relation = |prospect| one(prospect).relationship;
    assert_eq!(relation(prospect("a", vec![ago(400, "call", |_| {})])), Relationship::Potential);
    assert_eq!(relation(buyer("a", &[(365, 1), (100, 1), (10, 1)])), Relationship::LongTerm);
    assert_eq!(relation(buyer("a", &[(364, 1), (100, 1), (10, 1)])), Relationship::Occasional);
    assert_eq!(relation(buyer("a", &[(365, 1), (10, 1)])), Relationship::Occasional);
    let mut close = buyer("a", &[(365, 1)]);
    close.events.extend((1..=12).map(|i| ago(i, "visit", |_| {})));
    close.events.sort_by(|a, b| a.key.cmp(&b.key));
    assert_eq!(relation(close.clone()), Relationship::LongTerm);
    close.events.push(ago(0, "survey", |e| {
        e.score = Some(Amount::from_int(6));
        e.scale = Some("nps".into());
    }));
    assert_eq!(relation(close), Relationship::Occasional);
}

#[test]
fn demand_takes_criteria_need_and_response() {
    let at = |days, confirms: &[&str]| {
        let confirms: Vec<Text> = confirms.iter().map(|c| (*c).into()).collect();
        prospect("a", vec![ago(days, "meeting", |e| e.confirms = confirms)])
    };
    let three = ["right-person", "fit", "budget"];
    assert_eq!(one(at(30, &three)).demand, Demand::Strong);
    assert_eq!(one(at(31, &three)).demand, Demand::Medium);
    assert_eq!(one(at(5, &["fit"])).demand, Demand::Medium);
    assert_eq!(one(at(5, &[])).demand, Demand::Weak);
    assert_eq!(one(at(5, &three)).figures.criteria, (3, 4));
    let mut needy = at(5, &[]);
    needy.needs = vec!["health".into()];
    assert_eq!(one(needy).demand, Demand::Medium);
    let mut silent = at(5, &three);
    silent.events.push(ago(3, "call", |e| e.reached = Some(false)));
    assert_eq!(one(silent.clone()).demand, Demand::Medium);
    silent.events.push(ago(2, "call", |e| e.reached = Some(true)));
    assert_eq!(one(silent.clone()).demand, Demand::Strong);
    silent.events.push(ago(1, "moved", |e| {
        e.stage = Some("lost".into());
        e.reason = Some("price".into());
    }));
    assert_eq!(one(silent).demand, Demand::Weak);
}

#[test]
fn a_call_of_the_last_day_that_counts_is_counted_and_one_before_it_is_not() {
    let answered = |days: i64| {
        let unanswered = ago(days, "call", |e| e.reached = Some(false));
        let customer = one(prospect("a", vec![unanswered, ago(1, "meeting", |_| {})]));
        (
            customer.figures.calls,
            customer.figures.is_responsive(&Settings::default().grading, today()),
        )
    };
    assert_eq!(answered(30), (1, false));
    assert_eq!(answered(31), (0, true));
    // Half of the calls answered is enough.
    let half = vec![
        ago(3, "call", |e| e.reached = Some(false)),
        ago(2, "call", |e| e.reached = Some(true)),
    ];
    assert!(one(prospect("a", half)).figures.is_responsive(&Settings::default().grading, today()));
}

#[test]
fn contacts_count_from_the_day_of_the_first_order_on() {
    let contacts = |days: i64| {
        let mut buyer = buyer("a", &[(10, 1)]);
        buyer.events.push(ago(days, "visit", |_| {}));
        buyer.events.sort_by(|a, b| a.key.cmp(&b.key));
        one(buyer).figures.contacts_since_first_order
    };
    assert_eq!([11, 10, 9].map(contacts), [0, 1, 1]);
}

#[test]
fn a_closed_pursuit_brings_what_was_expected_on_its_last_day_unless_it_was_ordered() {
    let close = |days: i64| ago(days, "imported", |e| e.stage = Some("closed".into()));
    let worth = |events: Vec<Event>| {
        let mut prospect = prospect("a", events);
        prospect.events.sort_by(|a, b| a.key.cmp(&b.key));
        let figures = one(prospect).figures;
        (figures.orders, figures.bought.own.to_string())
    };
    let expected = |days: i64| ago(days, "note", |e| e.value = money("70"));
    let order = |days: i64| ago(days, "order", |e| e.amount = money("50"));
    let is = |orders: u32, bought: &str| (orders, bought.to_owned());
    assert_eq!(worth(vec![expected(20), close(10)]), is(1, "70"));
    let closed = ago(10, "imported", |e| (e.stage, e.value) = (Some("closed".into()), money("70")));
    assert_eq!(worth(vec![closed]), is(1, "70"), "said on that day");
    assert_eq!(worth(vec![close(10), expected(9)]), is(1, "0"), "said a day too late");
    assert_eq!(worth(vec![expected(20), close(10), order(9)]), is(2, "120"), "a later order");
    assert_eq!(worth(vec![order(20), close(10)]), is(1, "50"), "ordered on the day it was opened");
}

#[test]
fn loyalty_takes_repeats_and_satisfaction() {
    let asked = |orders: &[(i64, i64)], scale: &str, score: i64| {
        let mut buyer = buyer("a", orders);
        buyer.events.push(ago(0, "survey", |e| {
            e.score = Some(Amount::from_int(score));
            e.scale = Some(scale.into());
        }));
        one(buyer).loyalty
    };
    let loyalty = |orders: &[(i64, i64)]| one(buyer("a", orders)).loyalty;
    assert_eq!(loyalty(&[]), Loyalty::Not);
    assert_eq!(loyalty(&[(9, 1)]), Loyalty::Not);
    assert_eq!(loyalty(&[(9, 1), (8, 1)]), Loyalty::Promising);
    assert_eq!(loyalty(&[(9, 1), (8, 1), (7, 1)]), Loyalty::Loyal);
    assert_eq!(asked(&[(9, 1)], "csat", 4), Loyalty::Promising);
    assert_eq!(asked(&[(9, 1)], "csat", 3), Loyalty::Not);
    assert_eq!(asked(&[(9, 1), (8, 1), (7, 1)], "csat", 2), Loyalty::Not);
    assert_eq!(asked(&[(9, 1), (8, 1), (7, 1)], "nps", 7), Loyalty::Loyal);
    assert_eq!(asked(&[(9, 1)], "stars", 5), Loyalty::Not);
}

fn grade_of(customer: &Customer) -> &str {
    customer.grade().unwrap_or("-")
}

#[test]
fn the_default_rules_are_those_of_the_method() {
    let mut strong = prospect(
        "p-strong",
        vec![ago(3, "meeting", |e| {
            e.confirms = ["right-person", "fit", "budget"].map(Into::into).into();
        })],
    );
    strong.events.insert(0, ago(4, "opened", |_| {}));
    let customers = graded(vec![
        buyer("a-high-active", &[(10, 800)]),
        buyer("b-medium", &[(10, 150)]),
        buyer("c-low", &[(10, 50)]),
        strong,
        prospect("p-weak", vec![ago(3, "opened", |_| {})]),
    ]);
    let grades: Vec<(&str, usize)> =
        customers.iter().map(|c| (grade_of(c), c.verdict.as_ref().unwrap().rule)).collect();
    // An active buyer is B at least, however little it bought.
    assert_eq!(grades, [("A", 0), ("B", 1), ("B", 1), ("B", 1), ("C", 2)]);
    // A lapsed customer of high value is to be won back; one of medium or low value is to be woken up.
    let lapsed = graded(vec![
        buyer("a", &[(100, 850)]),
        buyer("b", &[(100, 120)]),
        buyer("c", &[(100, 30)]),
        buyer("d", &[(10, 1)]),
    ]);
    let of = |at: usize| (lapsed[at].value, lapsed[at].lifecycle, grade_of(&lapsed[at]));
    assert_eq!(of(0), (Value::High, Lifecycle::Lapsed, "B"));
    assert_eq!(of(1), (Value::Medium, Lifecycle::Lapsed, "C"));
    assert_eq!(of(2), (Value::Low, Lifecycle::Lapsed, "C"));
    // A prospect: of high expected value A with strong demand and B without; of low value B with demand.
    let asks = |id: &str, value: i64, criteria: &[&str]| {
        let opened = ago(4, "opened", |e| {
            e.value = Some(Money { amount: Amount::from_int(value), currency: None });
        });
        let confirms = criteria.iter().map(|id| (*id).into()).collect();
        prospect(id, vec![opened, ago(3, "meeting", |e| e.confirms = confirms)])
    };
    let all = ["right-person", "fit", "budget"];
    let customers = graded(vec![
        asks("a-high-strong", 900, &all),
        asks("b-high-weak", 900, &[]),
        asks("c-low-medium", 1, &all[..1]),
        asks("d-low-strong", 1, &all),
        asks("e-low-weak", 1, &[]),
    ]);
    let grades: Vec<&str> = customers.iter().map(grade_of).collect();
    assert_eq!(grades, ["A", "B", "B", "B", "C"]);
}

#[test]
fn the_first_rule_that_fits_one_of_the_prospects_wins() {
    let rule = |grade: &str, when: &str| GradeRule { grade: grade.into(), when: when.into() };
    let mut settings = Settings::default();
    settings.grading.rules =
        vec![rule("vip", "tag:vip"), rule("big", "bought>=100"), rule("vip", "frequency>=3")];
    let mut tagged = buyer("c", &[(9, 1)]);
    tagged.tags = vec!["vip".into()];
    tagged.account = Some("x".into());
    let mut sister = buyer("d", &[(9, 500)]);
    sister.account = Some("x".into());
    let all = vec![
        buyer("a", &[(9, 100)]),
        buyer("b", &[(9, 1), (8, 1), (7, 1)]),
        tagged,
        sister,
        buyer("e", &[(9, 1)]),
    ];
    let customers = graded_by(all, &settings);
    let grades: Vec<&str> = customers.iter().map(grade_of).collect();
    assert_eq!(grades, ["big", "vip", "vip", "-"]);
    assert_eq!(settings.grading.grades(), ["vip", "big"]);
    // A period in words can be empty on a day; its rule fits nobody then.
    settings.grading.rules = vec![rule("A", "opened:2010..today"), rule("B", "")];
    let customers = graded_by(vec![buyer("a", &[(9, 100)])], &settings);
    assert_eq!(grade_of(&customers[0]), "B");
}

#[test]
fn a_book_is_graded_when_somebody_asks() {
    let settings = Settings::default();
    let records: Vec<Record> =
        [buyer("a", &[(9, 100)]), prospect("b", vec![ago(9, "call", |_| {})])]
            .into_iter()
            .filter_map(|p| replay(p, &settings, today()))
            .collect();
    let book = Book::of(settings, today(), records, Vec::new());
    let select = |text: &str| -> Vec<String> {
        let query = Query::parse(text, "query", &book.settings, today()).unwrap();
        let selected = book.selection(&query);
        let records = book.records().iter().filter(|record| selected.has(record));
        records.map(|record| record.prospect.id.to_string()).collect()
    };
    assert_eq!(select("stage:opportunity"), ["a", "b"]);
    assert!(book.records().iter().all(|record| record.customer.get().is_none()));
    assert_eq!(select("grade:A"), ["a"]);
    assert_eq!(select("value:high is:active lifecycle:new"), ["a"]);
    assert_eq!(select("value:高 or lifecycle:潜在"), ["a", "b"]);
    assert_eq!(select("value!=high"), ["b"]);
    assert_eq!(select("grade:C demand:weak"), ["b"]);
    assert_eq!(select("pareto:\"\""), ["b"]);
    assert_eq!(select("recency<=9"), ["a"]);
    assert_eq!(select("frequency:0"), ["b"]);
    assert_eq!(book.graded().customers().count(), 2);
    assert_eq!(book.earlier(today().plus(-10)).records().len(), 0);
}

fn any_prospect() -> impl Strategy<Value = Prospect> {
    const KINDS: [&str; 8] =
        ["order", "booking", "refund", "call", "visit", "survey", "payment", "opened"];
    let event = (0..900_i64, prop::sample::select(&KINDS[..]), 0..2_000_i64, 0..5_usize);
    (prop::collection::vec(event, 0..12), 0..30_u8, prop::option::of(0..4_u8)).prop_map(
        |(events, id, account)| {
            let events = events
                .into_iter()
                .map(|(days, kind, n, stage)| {
                    ago(days, kind, |e| {
                        e.amount = (n % 3 > 0)
                            .then(|| Money { amount: Amount::from_int(n), currency: None });
                        e.value = e.amount.filter(|_| n % 2 == 0);
                        e.score = Some(Amount::from_int(n % 11));
                        e.scale = Some("nps".into());
                        let stages = ["25", "50", "closed", "lost", "opportunity"];
                        e.stage = (n % 5 == 0).then(|| stages[stage].into());
                    })
                })
                .collect();
            let mut prospect = prospect(&format!("p{id:02}"), events);
            prospect.account = account.map(|a| format!("account-{a}").into());
            prospect
        },
    )
}

proptest! {
    #[test]
    fn every_customer_has_exactly_one_level_of_everything_and_one_grade(
        mut prospects in prop::collection::vec(any_prospect(), 1..30)
    ) {
        prospects.sort_by(|a, b| a.id.cmp(&b.id));
        prospects.dedup_by(|a, b| a.id == b.id);
        let n = prospects.len();
        let customers = graded(prospects);
        prop_assert_eq!(customers.iter().map(|c| c.prospects() as usize).sum::<usize>(), n);
        let buyers = customers.iter().filter(|c| c.figures.is_buyer()).count();
        for customer in &customers {
            prop_assert!(customer.verdict.is_some());
            let buys = customer.figures.is_buyer();
            prop_assert_eq!(customer.lifecycle == Lifecycle::Potential, !buys);
            prop_assert_eq!(customer.relationship == Relationship::Potential, !buys);
            for (_, scale) in Scale::ALL {
                let expected = match scale {
                    Scale::Pareto | Scale::Pyramid => buys,
                    Scale::Segment => buys && buyers >= rfm::LEAST,
                    _ => true,
                };
                prop_assert_eq!(scale.of(customer).is_some(), expected);
            }
        }
        // More money is never in a lower class.
        for a in customers.iter().filter(|c| c.figures.is_buyer()) {
            for b in customers.iter().filter(|c| c.figures.is_buyer()) {
                if a.figures.worth > b.figures.worth {
                    prop_assert!(a.pareto <= b.pareto && a.pyramid <= b.pyramid);
                    prop_assert!(a.value <= b.value);
                }
            }
        }
    }
}
