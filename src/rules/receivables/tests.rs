//! The check figures, and what always holds.

use super::*;
use crate::model::event::EventKey;
use crate::model::paper::Instalment;
use crate::model::prospect::Prospect;
use crate::rules::dealings::line;
use crate::rules::replay::replay;
use crate::value::money::Currency;
use proptest::prelude::*;

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// An entry: key, kind, amount, number, `for`.
type Row<'r> = (&'r str, &'r str, &'r str, &'r str, &'r str);

fn entry((key, kind, amount, number, settles): &Row) -> Event {
    let text = |text: &str| (!text.is_empty()).then(|| Text::from(text));
    let mut event = Event::new(EventKey::parse(key).unwrap(), *kind);
    event.amount = Money::parse(amount).ok();
    event.details_mut().number = text(number);
    event.details_mut().settles = text(settles);
    event
}

fn due(mut event: Event, on: &str) -> Event {
    event.details_mut().due = Date::parse(on);
    event
}

fn schedule(mut event: Event, rows: &[(&str, &str)]) -> Event {
    let one = |(due, amount): &(&str, &str)| Instalment {
        due: Date::parse(due),
        amount: Money::parse(amount).ok(),
        what: None,
    };
    event.details_mut().schedule = rows.iter().map(one).collect();
    event
}

fn file(events: Vec<Event>, on: &str) -> Option<FileMoney> {
    let prospect = Prospect { events, ..Prospect::default() };
    let (settings, on) = (Settings::default(), day(on));
    FileMoney::of(&replay(prospect, &settings, on)?, &settings, on)
}

fn of_files(files: Vec<Vec<Event>>, on: &str) -> Account {
    let files: Vec<FileMoney> = files.into_iter().filter_map(|events| file(events, on)).collect();
    Account::of(&files, &Settings::default(), day(on))
}

fn of(events: Vec<Event>, on: &str) -> Account {
    of_files(vec![events], on)
}

fn rows(rows: &[Row]) -> Vec<Event> {
    rows.iter().map(entry).collect()
}

/// Contracted, billed, to come, open, prepaid.
fn figures(account: &Account) -> [String; 5] {
    let sums = [
        account.contracted.clone(),
        account.billed(),
        account.to_come(),
        account.open(),
        account.prepaid(),
    ];
    sums.map(|sum| sum.to_string())
}

fn instalments() -> Event {
    let thirds = [("2010-01-15", "30000"), ("2010-02-15", "30000"), ("2010-04-15", "30000")];
    schedule(entry(&("2010-01-02", "contract", "90000", "C-1", "")), &thirds)
}

fn customer_p(on: &str) -> Account {
    let mut events = vec![instalments()];
    events.extend(rows(&[
        ("2010-01-20", "payment", "30000", "", ""),
        ("2010-03-01", "payment", "10000", "", ""),
    ]));
    of(events, on)
}

fn customer_q(on: &str) -> Account {
    let events = vec![
        due(entry(&("2009-11-30", "invoice", "5000", "INV-8", "")), "2009-12-30"),
        due(entry(&("2010-03-05", "invoice", "8000", "INV-9", "")), "2010-03-20"),
        due(entry(&("2010-03-10", "invoice", "12000", "INV-7", "")), "2010-03-25"),
        entry(&("2010-03-18", "payment", "8000", "", "INV-9")),
    ];
    of(events, on)
}

/// The open claims: days past due and money.
fn ages(account: &Account, on: &str) -> Vec<(i64, String)> {
    let open = account.claims.iter().filter(|claim| !claim.open.is_zero());
    open.map(|claim| (claim.days_over(day(on)), claim.open.to_string())).collect()
}

#[test]
fn check_figures_of_two_customers() {
    let on = "2010-03-31";
    let (p, q) = (customer_p(on), customer_q(on));
    assert_eq!(figures(&p), ["90000", "60000", "30000", "20000", "0"]);
    assert_eq!(figures(&q), ["25000", "25000", "0", "17000", "0"]);
    assert_eq!(ages(&p, on), [(44, "20000".into())]);
    assert_eq!(ages(&q, on), [(91, "5000".into()), (6, "12000".into())]);
    let days = |account: &Account| -> Vec<Observation> {
        account.claims.iter().map(|claim| claim.days_to_pay(day(on))).collect()
    };
    assert_eq!(days(&p), [Observation::event(5), Observation::censored(44)]);
    let of_q = [Observation::censored(121), Observation::event(13), Observation::censored(21)];
    assert_eq!(days(&q), of_q);
}

#[test]
fn an_instalment_arises_on_its_day_and_is_overdue_on_the_next() {
    let of = |on: &str| {
        let account = of(vec![instalments()], on);
        (account.billed().to_string(), account.past_due(day(on)).to_string())
    };
    assert_eq!(of("2010-01-14"), ("0".into(), "0".into()));
    assert_eq!(of("2010-01-15"), ("30000".into(), "0".into()));
    assert_eq!(of("2010-01-16"), ("30000".into(), "30000".into()));
}

#[test]
fn a_contract_without_schedule_is_one_instalment_and_what_exceeds_a_schedule_is_to_come() {
    let contract = ("2010-01-02", "contract", "100", "C-1", "");
    assert_eq!(figures(&of(rows(&[contract]), "2010-01-02")), ["100", "100", "0", "100", "0"]);
    let short = schedule(entry(&contract), &[("2010-01-05", "40")]);
    assert_eq!(figures(&of(vec![short], "2010-02-01")), ["100", "40", "60", "40", "0"]);
    // Signed after an instalment's day: it arises with the signature, and is as old as its day.
    let late = schedule(entry(&contract), &[("2009-12-31", "100")]);
    let claim = of(vec![late], "2010-01-02").claims.remove(0);
    assert_eq!((claim.arose, claim.days_over(day("2010-01-02"))), (day("2010-01-02"), 2));
}

#[test]
fn a_contract_that_invoices_name_is_billed_by_them() {
    let mut events = vec![instalments()];
    events.push(entry(&("2010-01-10", "invoice", "40000", "I-1", "C-1")));
    let account = of(events.clone(), "2010-03-31");
    assert_eq!(figures(&account), ["90000", "40000", "50000", "40000", "0"]);
    let left: Vec<(String, String)> = account
        .to_come
        .iter()
        .map(|one| (one.due.unwrap().to_string(), one.money.to_string()))
        .collect();
    let expected = [("2010-02-15", "20000"), ("2010-04-15", "30000")];
    assert_eq!(left, expected.map(|(due, money)| (due.into(), money.into())));
    assert_eq!(account.claims[0].due, day("2010-02-09"), "thirty days after its day");
    // What is invoiced beyond the contract is agreed as well.
    events.push(entry(&("2010-02-10", "invoice", "60000", "I-2", "C-1")));
    assert_eq!(figures(&of(events, "2010-03-31")), ["100000", "100000", "0", "100000", "0"]);
}

#[test]
fn orders_are_claims_only_without_invoices_and_contracts_with_an_amount() {
    let order = ("2010-01-02", "order", "500", "", "");
    let account = of(rows(&[order]), "2010-02-01");
    assert_eq!(figures(&account), ["500", "500", "0", "500", "0"]);
    assert_eq!(account.claims[0].due, day("2010-02-01"));
    let nothing = ("2010-01-03", "contract", "", "C-1", "");
    assert_eq!(of(rows(&[order, nothing]), "2010-02-01").billed().to_string(), "500");
    let contract = ("2010-01-03", "contract", "400", "C-1", "");
    assert_eq!(of(rows(&[order, contract]), "2010-02-01").billed().to_string(), "400");
    let invoice = ("2010-01-03", "invoice", "300", "I-1", "");
    assert_eq!(of(rows(&[order, invoice]), "2010-02-01").billed().to_string(), "300");
}

#[test]
fn a_payment_settles_what_it_names_else_the_oldest_claim() {
    let invoices = [
        due(entry(&("2010-01-01", "invoice", "100", "I-1", "")), "2010-03-01"),
        due(entry(&("2010-01-02", "invoice", "100", "I-2", "")), "2010-02-01"),
    ];
    let open = |payment: Row| {
        let mut events = invoices.to_vec();
        events.push(entry(&payment));
        let account = of(events, "2010-01-31");
        let open = account.claims.iter().map(|claim| claim.open.to_string());
        (open.collect::<Vec<_>>(), account.prepaid().to_string())
    };
    let is = |open: [&str; 2], prepaid: &str| (open.map(String::from).to_vec(), prepaid.into());
    assert_eq!(open(("2010-01-03", "payment", "30", "", "")), is(["100", "70"], "0"));
    assert_eq!(open(("2010-01-03", "payment", "30", "", "I-1")), is(["70", "100"], "0"));
    assert_eq!(open(("2010-01-03", "payment", "150", "", "")), is(["50", "0"], "0"));
    assert_eq!(open(("2010-01-03", "payment", "250", "", "")), is(["0", "0"], "50"));
    // What is over of a payment for an invoice settles no other one.
    assert_eq!(open(("2010-01-03", "payment", "150", "", "I-1")), is(["0", "100"], "50"));
    assert_eq!(open(("2010-01-03", "payment", "150", "", "I-9")), is(["100", "100"], "150"));
    assert_eq!(open(("2010-01-03", "payment", "50 USD", "", "")), is(["100", "100"], "50 USD"));
}

#[test]
fn money_in_advance_settles_a_claim_on_the_day_on_which_it_arises() {
    let mut events = vec![instalments()];
    events.push(entry(&("2010-01-20", "payment", "80000", "", "C-1")));
    let on = |on: &str| figures(&of(events.clone(), on));
    assert_eq!(on("2010-01-20"), ["90000", "30000", "60000", "0", "50000"]);
    assert_eq!(on("2010-02-15"), ["90000", "60000", "30000", "0", "20000"]);
    assert_eq!(on("2010-04-15"), ["90000", "90000", "0", "10000", "0"]);
    let account = of(events.clone(), "2010-02-15");
    assert_eq!(account.claims[1].days_to_pay(day("2010-02-15")), Observation::event(0));
}

#[test]
fn credits_reduce_and_refunds_give_back() {
    let invoice = ("2010-01-01", "invoice", "100", "I-1", "");
    let payment = ("2010-01-05", "payment", "100", "", "I-1");
    let credit = ("2010-01-06", "credit", "40", "N-1", "I-1");
    let refund = ("2010-01-07", "refund", "40", "", "");
    let of = |rows_of: &[Row]| figures(&of(rows(rows_of), "2010-01-31"))[3..].to_vec();
    assert_eq!(of(&[invoice, credit]), ["60", "0"]);
    assert_eq!(of(&[invoice, payment, credit]), ["0", "40"]);
    assert_eq!(of(&[invoice, payment, credit, refund]), ["0", "0"]);
    assert_eq!(of(&[invoice, payment, refund]), ["40", "0"], "the claim is open again");
    let more = ("2010-01-08", "refund", "100", "", "I-1");
    assert_eq!(of(&[invoice, payment, refund, more]), ["100", "-40"]);
}

#[test]
fn a_claim_that_only_credits_settled_is_censored() {
    let invoice = ("2010-01-01", "invoice", "100", "I-1", "");
    let credit = ("2010-01-06", "credit", "100", "", "");
    let claim = of(rows(&[invoice, credit]), "2010-01-31").claims.remove(0);
    assert_eq!(claim.days_to_pay(day("2010-01-31")), Observation::censored(5));
}

#[test]
fn a_contract_that_is_called_off_claims_nothing() {
    let contract = ("2010-01-01", "contract", "100", "C-1", "");
    let payment = ("2010-01-02", "payment", "100", "", "C-1");
    let mut off = entry(&("2010-01-03", "contract", "", "C-1", ""));
    off.details_mut().status = Some("cancelled".into());
    let mut events = rows(&[contract, payment]);
    events.push(off);
    assert_eq!(figures(&of(events, "2010-01-31")), ["0", "0", "0", "0", "100"]);
}

#[test]
fn files_of_a_customer_are_one_journal() {
    let contract = rows(&[("2010-01-01", "contract", "100", "C-1", "")]);
    let mut signed = rows(&[("2010-01-03", "payment", "60", "", "C-1")]);
    signed.insert(0, entry(&("2010-01-02", "contract", "120", "C-1", "")));
    let account = of_files(vec![contract, signed], "2010-01-31");
    assert_eq!(figures(&account), ["120", "120", "0", "60", "0"]);
    let files = vec![(0, "2010-01-01".into()), (1, "2010-01-02".into())];
    let (kind, number) = (EventKind::Contract, "C-1".into());
    assert_eq!(account.shared_numbers, [SharedNumber { kind, number, files }]);
    assert_eq!(account.contracts[0].received.to_string(), "60");
}

#[test]
fn a_second_refund_of_one_payment_leaves_what_a_credit_settled() {
    let account = of(
        rows(&[
            ("2010-01-01", "invoice", "100", "I-1", ""),
            ("2010-01-02", "payment", "100", "", "I-1"),
            ("2010-01-03", "refund", "100", "", "I-1"),
            ("2010-01-04", "credit", "100", "", "I-1"),
            ("2010-01-05", "refund", "100", "", "I-1"),
        ]),
        "2010-01-31",
    );
    let claim = &account.claims[0];
    assert!(claim.open.is_zero());
    assert_eq!(claim.settled, Some(day("2010-01-04")));
    assert_eq!(account.prepaid().own.to_string(), "-100", "overdrawn");
}

#[test]
fn an_entry_that_settles_nothing_is_named() {
    let account = of(
        rows(&[
            ("2010-01-01", "invoice", "100", "I-1", "C-9"),
            ("2010-01-02", "payment", "5", "", "I-2"),
            ("2010-01-03", "payment", "5 USD", "", "I-1"),
            ("2010-01-04", "payment", "5", "", "I-1"),
        ]),
        "2010-01-31",
    );
    let strays: Vec<(&str, StrayReason)> =
        account.strays.iter().map(|stray| (stray.key.as_str(), stray.why)).collect();
    let expected = [
        ("2010-01-01", StrayReason::Unknown),
        ("2010-01-02", StrayReason::Unknown),
        ("2010-01-03", StrayReason::Currency),
    ];
    assert_eq!(strays, expected);
}

#[test]
fn a_contract_runs_from_its_first_day_to_its_last() {
    let mut event = entry(&("2010-01-01", "contract", "100", "C-1", ""));
    event.details_mut().starts = Date::parse("2010-02-01");
    event.details_mut().ends = Date::parse("2010-12-31");
    let contract = of(vec![event], "2010-01-31").contracts.remove(0);
    let runs =
        ["2010-01-31", "2010-02-01", "2010-12-31", "2011-01-01"].map(|on| contract.runs(day(on)));
    assert_eq!(runs, [false, true, true, false]);
    assert_eq!(contract.renewal_due, Some(day("2010-12-01")));
}

#[test]
fn without_entries_there_is_no_money() {
    assert!(file(Vec::new(), "2010-01-31").is_none());
    assert!(Account::of(&[], &Settings::default(), day("2010-01-31")).is_empty());
    assert!(file(rows(&[("2010-01-01", "call", "", "", "")]), "2010-01-31").is_none());
}

/// Days, kind, amount, currency, number, `for`, status, schedule.
type RandomRow =
    (i64, &'static str, i64, &'static str, &'static str, &'static str, &'static str, Plan);
type Plan = Vec<(i64, i64)>;

/// A journal of entries at random: numbers, currencies and statuses repeat.
fn journal() -> impl Strategy<Value = Vec<Event>> {
    let kinds = ["contract", "invoice", "payment", "credit", "refund", "order", "booking"];
    let one = (
        0..60_i64,
        prop::sample::select(kinds.to_vec()),
        -20..200_i64,
        prop::sample::select(vec!["", "", " USD"]),
        prop::sample::select(vec!["", "", "1", "2"]),
        prop::sample::select(vec!["", "", "1", "2", "9"]),
        prop::sample::select(vec!["", "", "", "draft", "cancelled", "signed", "archived"]),
        prop::collection::vec((0..90_i64, 1..100_i64), 0..3),
    );
    let made = |at: usize, row| {
        let (days, kind, amount, currency, number, settles, status, plan): RandomRow = row;
        let key = format!("{}-{}", day("2010-01-01").plus(days), at + 1);
        let mut event = entry(&(&key, kind, &format!("{amount}{currency}"), number, settles));
        let paper = matches!(kind, "contract" | "order");
        event.details_mut().status =
            Some(status).filter(|s| paper && !s.is_empty()).map(Text::from);
        if kind == "contract" {
            let one = |(days, amount): (i64, i64)| Instalment {
                due: Some(day("2010-01-01").plus(days)),
                amount: Money::parse(&amount.to_string()).ok(),
                what: None,
            };
            event.details_mut().schedule = plan.into_iter().map(one).collect();
        }
        event
    };
    prop::collection::vec(one, 1..14).prop_map(move |rows| {
        let mut events: Vec<Event> =
            rows.into_iter().enumerate().map(|(at, row)| made(at, row)).collect();
        events.sort_by(|a, b| a.key.cmp(&b.key));
        events
    })
}

/// The lines of a sum in the two currencies of [`journal`].
fn both(sum: &Sum) -> [Amount; 2] {
    [line(sum, None), line(sum, Currency::parse("USD"))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_figures_add_up_on_every_day(first in journal(), second in journal()) {
        for days in 0..95 {
            let on = day("2010-01-01").plus(days).to_string();
            let account = of_files(vec![first.clone(), second.clone()], &on);
            let (contracted, billed) = (both(&account.contracted), both(&account.billed()));
            let (to_come, settled) = (both(&account.to_come()), both(&account.settled()));
            let (open, prepaid) = (both(&account.open()), both(&account.prepaid()));
            let (received, refunded) = (both(&account.received), both(&account.refunded));
            let credited = both(&account.credited);
            for at in 0..2 {
                prop_assert_eq!(contracted[at], billed[at].plus(to_come[at]));
                prop_assert_eq!(billed[at], settled[at].plus(open[at]));
                prop_assert_eq!(
                    settled[at].plus(prepaid[at]),
                    received[at].minus(refunded[at]).plus(credited[at])
                );
            }
            for claim in &account.claims {
                prop_assert!(!claim.open.is_negative() && claim.open <= claim.money.amount);
                prop_assert_eq!(claim.settled.is_some(), claim.open.is_zero());
                prop_assert!(claim.arose <= day(&on));
            }
            // A ledger that ends on the day has the same account.
            let cut = |events: &[Event]| -> Vec<Event> {
                events.iter().filter(|event| event.date() <= day(&on)).cloned().collect()
            };
            prop_assert_eq!(of_files(vec![cut(&first), cut(&second)], &on), account);
        }
    }
}
