//! The edges of what reports conclude: changes between two days, what is due, verdicts and grades. Each test names
//! the edge.

use crate::common::sheets::{
    LOST, OPEN, column, days, ledger, make, many, marks, plain, remarks, rows, table,
};
use crate::common::{book, day, query};
use crm::report::{Request, find};

#[test]
fn a_stated_cycle_agrees_from_the_median_to_the_third_quarter() {
    // Closed after so many days: the quarters are 7, 8 and 9 days.
    let won = |days: i64| {
        format!(
            "2010-01-01 = {{ kind = \"meeting\", stage = \"25\", next = 2010-02-01 }}\n\
             {} = {{ kind = \"booking\", stage = \"closed\", forced = \"x\" }}\n",
            day("2010-01-01").plus(days)
        )
    };
    let (seven, nine) = (won(7), won(9));
    for (stated, verdict) in [
        (6, "shorter than even the quickest quarter"),
        (7, "shorter than your closes take"),
        (8, "the two agree"),
        (9, "the two agree"),
        (10, "longer than your closes take"),
    ] {
        let settings = format!("[ledger]\ncycle_days = {stated}\n");
        let book = many(&settings, &[(4, "s", &seven), (4, "n", &nine)], "2010-02-01");
        let notes = plain("cycle", &book).notes.join("\n");
        assert!(notes.contains(verdict), "{stated}: {notes}");
        let inside = if stated < 7 {
            0
        } else if stated < 9 {
            4
        } else {
            8
        };
        assert!(notes.contains(&format!("{inside} of 8")), "{stated}: {notes}");
    }
}

#[test]
fn a_bridge_marks_what_was_won_and_what_was_lost_where_any_was() {
    let bridge = |prospects: &[(&str, &str)]| {
        let book = ledger("", prospects, "2010-01-31");
        let sheet =
            make("bridge", &book, |request| request.period = days("2010-01-05", "2010-01-31"));
        let table = table(&sheet, "bridge");
        let names = column(table, "bridge");
        let marked = rows(table);
        let mark = |name: &str| {
            let at = names.iter().position(|known| known == name).unwrap();
            marked[at].chars().next().filter(|c| "!+".contains(*c)).unwrap_or('.')
        };
        (mark("won"), mark("lost"), remarks(&sheet, "changes: --list"))
    };
    assert_eq!(bridge(&[("x", OPEN)]), ('+', '.', 0));
    assert_eq!(bridge(&[("x", LOST)]), ('+', '!', 1));
    // What is listed needs no word about the list.
    let book = ledger("", &[("x", LOST)], "2010-01-31");
    let listed = make("bridge", &book, |request| {
        request.period = days("2010-01-05", "2010-01-31");
        request.list = true;
    });
    assert_eq!(remarks(&listed, "--list"), 0);
    assert_eq!(listed.tables.len(), 2);
    // A bridge that begins on the day is one; the day after it is none.
    let from = |day: &str| {
        let request = Request { period: days(day, "2010-03-01"), ..Request::of(query(&book, "")) };
        (find("bridge").unwrap().make)(&book, &request).is_ok()
    };
    assert!(from("2010-01-31") && !from("2010-02-01"));
}

#[test]
fn the_same_number_in_another_currency_is_no_less() {
    let other = |value: &str| {
        let events = format!(
            "2010-01-01 = {{ kind = \"imported\", stage = \"50\", value = 100 }}\n\
             2010-01-10 = {{ kind = \"note\", value = {value} }}\n"
        );
        let book = ledger("", &[("x", &events)], "2010-01-31");
        let sheet =
            make("bridge", &book, |request| request.period = days("2010-01-05", "2010-01-31"));
        let table = table(&sheet, "bridge");
        let counts = column(table, "prospects");
        let at =
            |name: &str| column(table, "bridge").iter().position(|known| known == name).unwrap();
        (counts[at("value up")].clone(), counts[at("value down")].clone())
    };
    let is = |up: &str, down: &str| (up.to_owned(), down.to_owned());
    assert_eq!(other("100"), is("0", "0"));
    assert_eq!(other("101"), is("1", "0"));
    assert_eq!(other("99"), is("0", "1"));
    assert_eq!(other("\"100 USD\""), is("1", "0"));
}

#[test]
fn what_is_due_today_is_not_late_and_the_last_day_is_listed() {
    let next = "2010-01-01 = { kind = \"opened\", next = 2010-01-10 }\n";
    let due = |on: &str, ahead: i64| {
        let book = ledger("", &[("x", next)], on);
        marks(&crm::report::due::due(&book, &Request::of(query(&book, "")), ahead).tables[0])
    };
    assert_eq!(due("2010-01-11", 0), "!");
    assert_eq!(due("2010-01-10", 0), ".");
    assert_eq!((due("2010-01-07", 3).as_str(), due("2010-01-06", 3).as_str()), (".", ""));
    // Met, but in the first column: no cycle ends.
    let met = "2010-01-01 = { kind = \"meeting\" }\n";
    let book = ledger("", &[("x", met)], "2010-01-02");
    assert_eq!(
        crm::report::due::due(&book, &Request::of(query(&book, "")), 60).tables[0].rows.len(),
        0
    );
}

#[test]
fn why_a_prospect_is_overstated_is_not_that_it_is_overdue() {
    let late = "2010-01-01 = { kind = \"meeting\", stage = \"25\", next = 2010-01-05 }\n";
    let sheet = plain("overrides", &ledger("", &[("x", late)], "2010-03-01"));
    assert_eq!(column(table(&sheet, "exceptions"), "why"), ["next-step"]);
    let ended = plain("overrides", &ledger("", &[("x", LOST)], "2010-03-01"));
    assert_eq!(rows(table(&ended, "exceptions")), [""; 0]);
}

#[test]
fn a_probability_that_nothing_was_measured_for_has_no_interval() {
    let odds = |prospects: &[(&str, &str)]| {
        let sheet = plain("forecast", &ledger("", prospects, "2010-02-01"));
        let table = table(&sheet, "probability");
        let at = |id: &str| column(table, id)[2].clone();
        (at("n"), at("calibrated-low").is_empty())
    };
    assert_eq!(odds(&[("x", OPEN)]), ("0".to_owned(), true));
    assert_eq!(odds(&[("x", LOST)]), ("1".to_owned(), false));
}

#[test]
fn a_customer_of_several_prospects_is_called_by_its_account() {
    let order = "2010-01-01 = { kind = \"order\", amount = 100 }\n";
    let names = |facts: [&str; 2]| {
        let book = book("", &[("x", facts[0], order), ("y", facts[1], order)], "2010-01-10");
        let request = Request::of(query(&book, ""));
        let sheet = crm::report::grade::Grades::of(&book, &request, None, false).sheet();
        column(table(&sheet, "customers"), "name")
    };
    let account = "account = \"Acme\"\n";
    assert_eq!(names(["", ""]), ["x", "y"]);
    assert_eq!(names([account, ""]), ["x", "y"]);
    assert_eq!(names([account, account]), ["Acme (2)"]);
}

#[test]
fn who_moved_between_grades_is_marked_by_the_way() {
    let bought = "2009-01-10 = { kind = \"order\", amount = 900 }\n";
    let buys =
        "2009-01-10 = { kind = \"opened\" }\n2010-01-05 = { kind = \"order\", amount = 100 }\n";
    let stays = "2009-01-10 = { kind = \"opened\" }\n";
    let settings =
        "[[grading.rule]]\ngrade = \"A\"\nwhen = \"is:active\"\n[[grading.rule]]\ngrade = \"C\"\n";
    let book = ledger(settings, &[("a", buys), ("b", bought), ("c", stays)], "2010-01-10");
    let sheet = make("grades", &book, |request| request.period = days("2009-02-01", "2010-01-10"));
    let moves = table(&sheet, "moves");
    // The best grade lost first.
    assert_eq!((marks(moves).as_str(), column(moves, "id")), ("!+", vec!["b".into(), "a".into()]));
    assert_eq!(remarks(&sheet, "of high value have lapsed"), 1, "{:?}", sheet.notes);
    assert_eq!(remarks(&sheet, "RFM: n = 2, too few"), 1, "{:?}", sheet.notes);
}
