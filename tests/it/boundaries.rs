//! The edges of the rules: the last day that counts and the first that does not, and what a pursuit that
//! ended leaves behind. Each test names the edge.

use crate::common::{Sandbox, book, day, query};
use crm::plan::recycle::recycle;
use crm::plan::sweep::sweep;
use crm::report::activity::{Activity, measure};
use crm::report::outlook::has_slipped;
use crm::report::{Request, find};
use crm::rules::book::Book;
use crm::rules::replay::state::Record;
use crm::table::sheet::{Cell, Table};
use crm::value::period::Period;

/// A 50 % whose signing date is named on the day it is met.
const FIFTY: &str = "2010-01-01 = { kind = \"meeting\", stage = \"25\", next = 2010-01-08 }\n\
    2010-01-08 = { kind = \"meeting\", stage = \"50\", confirms = [\"right-person\", \"fit\", \"budget\"], close_by = 2010-01-20, next = 2010-01-15 }\n";

/// A ledger of one prospect, on a day.
fn one(events: &str, on: &str) -> Book {
    book("", &[("x", "", events)], on)
}

fn first(book: &Book) -> &Record {
    &book.records()[0]
}

fn days(from: &str, to: &str) -> Period {
    Period { from: day(from), to: day(to) }
}

fn selects(book: &Book, text: &str) -> bool {
    book.selection(&query(book, text)).has(first(book))
}

fn table(name: &str, id: &str, book: &Book, period: Option<Period>) -> Table {
    let request = Request { period, ..Request::of(query(book, "")) };
    let sheet = (find(name).unwrap().make)(book, &request).unwrap();
    sheet.tables.into_iter().find(|table| table.id == id).unwrap()
}

/// The row that begins with a word, as far as it holds words and counts.
fn row(table: &Table, name: &str) -> Vec<String> {
    let words = |cells: &[Cell]| {
        let word = |cell: &Cell| match cell {
            Cell::Text(text) => text.to_string(),
            Cell::Int(n) => n.to_string(),
            Cell::Rate(n, of) => format!("{n}/{of}"),
            Cell::Amount(amount) => amount.to_string(),
            other => format!("{other:?}"),
        };
        cells.iter().map(word).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| words(&row.cells)).collect();
    rows.into_iter().find(|row| row[0] == name).unwrap_or_default()
}

#[test]
fn a_signing_date_is_timely_on_its_own_day_and_not_after_it() {
    for (on, timely) in [("2010-01-19", true), ("2010-01-20", true), ("2010-01-21", false)] {
        let book = one(FIFTY, on);
        let case = first(&book).case(&book.settings, day(on));
        assert_eq!(case.holds("timing"), timely, "{on}");
    }
}

#[test]
fn a_push_is_a_later_date_of_this_pursuit() {
    let named = |dates: &[&str]| {
        let mut events =
            String::from("2010-01-01 = { kind = \"opened\", close_by = 2010-02-10 }\n");
        for (n, date) in dates.iter().enumerate() {
            events += &format!("2010-01-{:02} = {{ kind = \"note\", close_by = {date} }}\n", n + 2);
        }
        first(&one(&events, "2010-01-31")).state.pushes
    };
    assert_eq!(named(&[]), 0);
    assert_eq!(named(&["2010-02-10"]), 0, "the same date again is no push");
    assert_eq!(named(&["2010-02-09"]), 0, "an earlier date is none");
    assert_eq!(named(&["2010-02-11"]), 1);
    assert_eq!(named(&["2010-02-11", "2010-02-01", "2010-02-11"]), 2);
    let reopened = "2010-01-01 = { kind = \"opened\", close_by = 2010-02-10 }\n\
         2010-01-02 = { kind = \"note\", close_by = 2010-02-20 }\n\
         2010-01-03 = { kind = \"moved\", stage = \"lost\", reason = \"price\" }\n\
         2010-01-04 = { kind = \"moved\", stage = \"opportunity\" }\n";
    assert_eq!(first(&one(reopened, "2010-01-03")).state.pushes, 1);
    assert_eq!(first(&one(reopened, "2010-01-04")).state.pushes, 0, "a new pursuit counts anew");
    let named_anew =
        format!("{reopened}2010-01-05 = {{ kind = \"note\", close_by = 2010-03-30 }}\n");
    let book = one(&named_anew, "2010-01-05");
    assert_eq!(first(&book).state.pushes, 0, "the first date of a pursuit is no push");
}

#[test]
fn the_days_to_come_do_not_hold_the_days_gone_by() {
    let events = "2010-01-01 = { kind = \"opened\", next = 2010-01-08 }\n";
    for (on, seven, today) in [
        ("2010-01-01", false, false),
        ("2010-01-02", true, false),
        ("2010-01-08", true, true),
        ("2010-01-09", false, false),
    ] {
        let book = one(events, on);
        assert_eq!(selects(&book, "next<7d"), seven, "{on}");
        assert_eq!(selects(&book, "next<1d"), today, "{on}");
        assert!(!selects(&book, "next>=7d") || on == "2010-01-01", "{on}");
    }
}

#[test]
fn past_the_cycle_with_all_evidence_is_overdue_and_not_overstated() {
    let events = "2010-01-01 = { kind = \"meeting\", stage = \"25\", next = 2010-03-01 }\n";
    let late = one(events, "2010-01-30");
    assert_eq!(
        ["is:overdue", "is:overstated", "supported:opportunity"].map(|text| selects(&late, text)),
        [true, false, true]
    );
    // Without the next step it is both; on hold neither.
    let missed = "2010-01-01 = { kind = \"meeting\", stage = \"25\", next = 2010-01-08 }\n";
    let both = one(missed, "2010-01-30");
    assert_eq!(["is:overdue", "is:overstated"].map(|text| selects(&both, text)), [true, true]);
    let held = format!("{missed}2010-01-09 = {{ kind = \"hold\", until = 2010-02-02 }}\n");
    for (on, flags) in [("2010-02-01", [false, false]), ("2010-02-02", [true, true])] {
        let held = one(&held, on);
        assert_eq!(["is:overdue", "is:overstated"].map(|text| selects(&held, text)), flags, "{on}");
    }
}

#[test]
fn twice_the_cycle_is_past_it_and_the_day_after_is_past_it_twice() {
    let events = "2010-01-01 = { kind = \"meeting\", stage = \"25\", next = 2010-06-01 }\n";
    let buckets = |on: &str| {
        let sheet = {
            let book = one(events, on);
            let request = Request::of(query(&book, ""));
            (find("aging").unwrap().make)(&book, &request).unwrap()
        };
        let table = sheet.tables.into_iter().find(|table| table.id == "clock").unwrap();
        let count = table.columns.iter().position(|column| column.id == "count").unwrap();
        let mut rows = table.rows.iter();
        rows.position(|row| row.cells[count] == Cell::Int(1)).unwrap()
    };
    let (day_28, day_29) = (buckets("2010-01-29"), buckets("2010-01-30"));
    assert_eq!(day_29, day_28 + 1);
    assert_eq!(buckets("2010-02-26"), day_29, "day 56 of 28");
    assert_eq!(buckets("2010-02-27"), day_29 + 1, "day 57 of 28");
}

#[test]
fn closing_today_is_not_late() {
    let events = "2010-01-01 = { kind = \"imported\", stage = \"50\", value = 100, close_by = 2010-01-20 }\n";
    let lines = |on: &str| {
        let table = table("forecast", "forecast", &one(events, on), None);
        ["2010-01", "late"].map(|line| !row(&table, line).is_empty())
    };
    assert_eq!(lines("2010-01-20"), [true, false]);
    assert_eq!(lines("2010-01-21"), [false, true]);
}

#[test]
fn slipped_is_past_the_last_day_of_the_period_in_this_pursuit() {
    let january = days("2010-01-01", "2010-01-31");
    let slipped =
        |events: &str| has_slipped(first(&one(events, "2010-02-05")), january, day("2010-02-05"));
    let to = |date: &str| {
        format!(
            "2010-01-01 = {{ kind = \"imported\", stage = \"50\", close_by = 2010-01-20 }}\n\
             2010-01-10 = {{ kind = \"note\", close_by = {date} }}\n"
        )
    };
    assert!(!slipped(&to("2010-01-31")), "the last day is in the period");
    assert!(slipped(&to("2010-02-01")));
    let earlier = "2010-01-01 = { kind = \"imported\", stage = \"50\", close_by = 2010-01-20 }\n\
         2010-01-10 = { kind = \"moved\", stage = \"lost\", reason = \"price\" }\n\
         2010-01-11 = { kind = \"moved\", stage = \"opportunity\", close_by = 2010-02-20 }\n";
    assert!(!slipped(earlier), "the date of an earlier pursuit");
}

#[test]
fn having_been_further_before_is_no_advance() {
    let events = "2010-01-01 = { kind = \"imported\", stage = \"50\" }\n\
         2010-01-10 = { kind = \"moved\", stage = \"25\", reason = \"no budget\" }\n\
         2010-01-20 = { kind = \"moved\", stage = \"lost\", reason = \"price\" }\n";
    let steps = table("conversion", "conversion", &one(events, "2010-02-01"), None);
    let figures = |stage: &str| {
        let at = |id: &str| steps.columns.iter().position(|column| column.id == id).unwrap();
        let row = row(&steps, stage);
        [row[at("entered")].clone(), row[at("lost")].clone()]
    };
    // It entered 25 once, behind 50, and left from there.
    assert_eq!(figures("25"), ["1", "1"]);
    assert_eq!(figures("50"), ["1", "1"]);
}

/// What was done in January.
fn done(events: &str) -> Activity {
    let book = one(events, "2010-02-01");
    let january = days("2010-01-01", "2010-01-31");
    let (practice, _) = measure(&book, &Request::of(query(&book, "")), &[january]);
    practice.into_iter().next().unwrap().all
}

#[test]
fn a_next_step_of_a_prospect_is_no_appointment_set() {
    let before = "2010-01-01 = { kind = \"opened\" }\n\
         2010-01-02 = { kind = \"call\", next = 2010-01-09 }\n";
    assert_eq!(done(before).appointments, 1);
    // On the day it becomes a prospect it still counts; later it does not.
    let same_day = "2010-01-01 = { kind = \"imported\", stage = \"25\" }\n\
         2010-01-01-1 = { kind = \"call\", next = 2010-01-09 }\n";
    assert_eq!(done(same_day).appointments, 1);
    let after = "2010-01-01 = { kind = \"imported\", stage = \"25\" }\n\
         2010-01-02 = { kind = \"call\", next = 2010-01-09 }\n";
    assert_eq!(done(after).appointments, 0);
}

#[test]
fn straight_to_closed_was_a_prospect() {
    let activity = done("2010-01-01 = { kind = \"imported\", stage = \"closed\", value = 70 }\n");
    assert_eq!((activity.prospects, activity.closes), (1, 1));
    assert_eq!(activity.value.to_string(), "70");
    let lost = done("2010-01-01 = { kind = \"imported\", stage = \"lost\" }\n");
    assert_eq!((lost.prospects, lost.closes), (0, 0));
}

#[test]
fn the_last_day_of_the_cycle_is_the_one_that_is_due() {
    let sandbox = Sandbox::ledger();
    sandbox.prospect(
        "x",
        "name = \"x\"\n",
        "2009-12-01 = { kind = \"meeting\", stage = \"25\", next = 2010-03-01 }\n",
    );
    // Day 28 is 2009-12-29; the next day it is overdue.
    let due = |on: &str| {
        let csv = sandbox.crm(&format!("--as-of {on} due --in 3d -f csv")).ok();
        csv.lines().any(|line| line.starts_with("2009-12-29,"))
    };
    assert!(!due("2009-12-25") && due("2009-12-26") && due("2009-12-29"));
    assert_eq!(sandbox.crm("--as-of 2009-12-29 list is:overdue -f ids").ok(), "");
    assert_eq!(sandbox.crm("--as-of 2009-12-30 list is:overdue -f ids").ok(), "x\n");
}

#[test]
fn neither_sweep_nor_recycling_takes_back_what_is_signed_or_paid() {
    let met =
        "2010-01-01 = { kind = \"meeting\", owner = \"he\", stage = \"25\", next = 2010-01-08 }\n";
    let imported = "2010-01-01 = { kind = \"imported\", owner = \"he\", stage = \"90\" }\n";
    let settings = "[pool]\nrecycle_days = 20\n";
    for (events, entry, taken) in [
        (met, "{ kind = \"note\" }", true),
        (met, "{ kind = \"contract\" }", false),
        (met, "{ kind = \"payment\", amount = 1 }", false),
        (met, "{ kind = \"payment\", amount = \"1 USD\" }", false),
        (imported, "{ kind = \"note\" }", false),
    ] {
        let events = format!("{events}2010-01-09 = {entry}\n");
        let book = book(settings, &[("x", "", &events)], "2010-03-20");
        let swept = sweep(&book, &query(&book, ""));
        assert_eq!(swept.len(), 1, "{entry}: past the cycle it is listed");
        assert_eq!(swept[0].falls_to.is_some(), taken, "{entry}");
        assert_eq!(!recycle(&book, &query(&book, "")).is_empty(), taken, "{entry}");
    }
}

#[test]
fn the_team_sheet_has_a_rep_who_left_on_the_first_day_of_the_week() {
    // Friday to Thursday: the week of TODAY, 2009-12-18, begins on it.
    for (left, there) in [("2009-12-17", false), ("2009-12-18", true), ("2009-12-19", true)] {
        let sandbox = Sandbox::with_settings(&format!(
            "[[rep]]\nid = \"he\"\n[[rep]]\nid = \"ma\"\nleft = {left}\n"
        ));
        sandbox.prospect(
            "x",
            "name = \"x\"\n",
            "2009-12-01 = { kind = \"opened\", owner = \"he\" }\n",
        );
        let csv = sandbox.crm("--as-of 2009-12-24 report team -f csv").ok();
        assert!(csv.contains("he"), "{csv}");
        assert_eq!(csv.contains("ma,"), there, "{left}: {csv}");
    }
}

/// What was done in January, by rep: of one prospect.
fn done_by(settings: &str, events: &str, text: &str) -> (Vec<(String, Activity)>, Vec<String>) {
    let mut book = book(settings, &[("x", "", events)], "2010-02-01");
    let tally = |dials| crm::rules::book::Tally { dials, conversations: 0, appointments: 2 };
    book.tallies = vec![
        ("he".into(), day("2010-01-31"), tally(7)),
        ("he".into(), day("2010-02-01"), tally(9)),
    ];
    let (practice, _) =
        measure(&book, &Request::of(query(&book, text)), &[days("2010-01-01", "2010-01-31")]);
    let practice = practice.into_iter().next().unwrap();
    (practice.groups.into_iter().collect(), practice.left_out.into_iter().collect())
}

#[test]
fn a_tally_takes_the_place_of_the_calls_of_its_day_only() {
    let events = "2010-01-01 = { kind = \"opened\", owner = \"he\" }\n\
         2010-01-30 = { kind = \"call\", by = \"he\", next = 2010-02-20 }\n\
         2010-01-31 = { kind = \"call\", by = \"he\", reached = false }\n";
    let (groups, left_out) = done_by("", events, "");
    assert_eq!(groups.len(), 1);
    let he = &groups[0].1;
    assert_eq!((he.dials, he.conversations, he.appointments), (8, 1, 3));
    assert_eq!(left_out, [""; 0]);
    // An appointment of a day with a tally is counted there.
    let events = "2010-01-01 = { kind = \"opened\", owner = \"he\" }\n\
         2010-01-31 = { kind = \"call\", by = \"he\", next = 2010-02-20 }\n";
    assert_eq!(done_by("", events, "").0[0].1.appointments, 2);
}

#[test]
fn a_tally_counts_where_all_prospects_of_its_rep_are_selected() {
    let events = "2010-01-01 = { kind = \"opened\", owner = \"he\", value = 5 }\n";
    let dials = |text: &str| {
        let (groups, left_out) = done_by("", events, text);
        (groups.iter().map(|(_, done)| done.dials).sum::<u64>(), left_out)
    };
    assert_eq!(dials(""), (7, vec![]));
    assert_eq!(dials("owner:he"), (7, vec![]));
    assert_eq!(dials("owner:ma"), (0, vec![]), "none of them is selected: nothing is left out");
    let two = book(
        "",
        &[("x", "", events), ("y", "", &events.replace("value = 5", "value = 9"))],
        "2010-02-01",
    );
    let mut two = two;
    let tally = crm::rules::book::Tally { dials: 7, conversations: 0, appointments: 0 };
    two.tallies = vec![("he".into(), day("2010-01-31"), tally)];
    let (practice, _) =
        measure(&two, &Request::of(query(&two, "value>5")), &[days("2010-01-01", "2010-01-31")]);
    let left_out: Vec<&str> = practice[0].left_out.iter().map(String::as_str).collect();
    assert_eq!((practice[0].all.dials, left_out), (0, vec!["he"]), "one of two is selected");
}

#[test]
fn an_appointment_belongs_to_the_entry_that_named_it_or_the_move_before_it() {
    let settings = "[[rep]]\nid = \"he\"\n[[rep]]\nid = \"ma\"\n";
    let whose = |events: &str| {
        let (groups, _) = done_by(settings, events, "");
        let set =
            groups.iter().filter(|(_, done)| done.appointments > if done.tallied { 2 } else { 0 });
        set.map(|(rep, _)| rep.clone()).collect::<Vec<_>>()
    };
    let opened = "2010-01-01 = { kind = \"opened\", owner = \"he\" }\n";
    let named = "2010-01-05 = { kind = \"call\", by = \"ma\", next = 2010-02-20 }\n";
    let same_day = "2010-01-05 = { kind = \"call\", by = \"ma\", stage = \"appointment\", next = 2010-02-20 }\n";
    let moved = "2010-01-04 = { kind = \"moved\", stage = \"appointment\", forced = \"x\" }\n";
    assert_eq!(whose(&format!("{opened}{named}")), ["ma"]);
    assert_eq!(whose(&format!("{opened}{same_day}")), ["ma"], "of one day the entry counts");
    assert_eq!(whose(&format!("{opened}{moved}{named}")), ["he"], "the earlier move counts");
    assert_eq!(whose(&format!("{opened}{moved}")), ["he"]);
    assert_eq!(whose(opened), [""; 0]);
    // A board without a column of appointments: the first column is none.
    let board = "[[pipeline]]\nid = \"p\"\nstage = [{ id = \"a\" }, { id = \"b\" }, { id = \"won\", outcome = \"won\" }, { id = \"lost\", outcome = \"lost\" }]\n";
    let (groups, _) = done_by(&format!("{settings}{board}"), opened, "");
    assert_eq!(groups.iter().map(|(_, done)| done.appointments).sum::<u64>(), 2, "the tally's");
}

#[test]
fn the_first_day_of_the_period_and_of_a_pursuit_count() {
    // The last entry lies on the first day of the period.
    let activity = done("2010-01-01 = { kind = \"call\" }\n");
    assert_eq!((activity.dials, activity.conversations, activity.called), (1, 1, 1));
    // What is done on the day of reopening is of the new pursuit.
    let twice = "2009-12-01 = { kind = \"call\", owner = \"he\" }\n\
         2009-12-02 = { kind = \"meeting\" }\n\
         2009-12-03 = { kind = \"moved\", stage = \"lost\", reason = \"x\" }\n\
         2010-01-10-1 = { kind = \"moved\", stage = \"opportunity\" }\n\
         2010-01-10-2 = { kind = \"call\" }\n\
         2010-01-11 = { kind = \"meeting\" }\n";
    let activity = done(twice);
    assert_eq!((activity.called, activity.first_meetings, activity.meetings), (1, 1, 1));
    let once = twice.replace("2010-01-10-1 = { kind = \"moved\", stage = \"opportunity\" }\n", "");
    let activity = done(&once);
    assert_eq!((activity.called, activity.first_meetings, activity.meetings), (0, 0, 1));
}

#[test]
fn the_clock_without_a_meeting_starts_where_the_first_column_was_left() {
    let events = "2010-01-01 = { kind = \"moved\", stage = \"25\", forced = \"x\" }\n\
         2010-01-05 = { kind = \"moved\", stage = \"opportunity\", reason = \"x\" }\n\
         2010-01-10 = { kind = \"moved\", stage = \"25\", forced = \"x\" }\n";
    let start = |on: &str| first(&one(events, on)).state.clock_start;
    assert_eq!(start("2010-01-04"), Some(day("2010-01-01")));
    assert_eq!(start("2010-01-05"), None, "in the first column there is no clock");
    assert_eq!(start("2010-01-10"), Some(day("2010-01-10")), "a fall-back starts it anew");
}

#[test]
fn the_first_column_and_the_lost_one_require_nothing() {
    let book = one(FIFTY, "2010-01-08");
    let case = first(&book).case(&book.settings, day("2010-01-08"));
    let pipeline = first(&book).pipeline(&book.settings);
    let ids = |stage: usize| {
        case.requirements(stage).iter().map(|status| status.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(ids(0), [""; 0]);
    assert_eq!(ids(pipeline.lost()), [""; 0]);
    assert_eq!(ids(1), ["in-cycle", "appointment-set"]);
    assert_eq!(ids(2), ["in-cycle", "appointment-set", "met", "next-step"]);
    assert!(!ids(4).contains(&"in-cycle".to_owned()), "papers end the rule of the cycle");
    // Each once, though columns share them.
    let mut all = ids(4);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), ids(4).len());
}

#[test]
fn what_shows_a_criterion_is_taken_back_and_other_entries_are_not() {
    let settings = "[criteria.seen]\nknown = \"entry\"\nkinds = [\"visit\"]\n\
         [criteria.shown]\nknown = \"entry\"\nkinds = [\"care\", \"quote\"]\n";
    let events = "2010-01-01 = { kind = \"visit\" }\n2010-01-02 = { kind = \"care\" }\n\
         2010-01-03 = { kind = \"note\", revokes = [\"seen\"] }\n";
    for (on, seen, shown) in
        [("2010-01-01", true, false), ("2010-01-02", true, true), ("2010-01-03", false, true)]
    {
        let book = book(settings, &[("x", "", events)], on);
        let case = first(&book).case(&book.settings, day(on));
        assert_eq!((case.holds("seen"), case.holds("shown")), (seen, shown), "{on}");
    }
}

#[test]
fn met_in_the_first_column_there_is_no_cycle_to_be_past() {
    let met = "2010-01-01 = { kind = \"meeting\", owner = \"he\" }\n";
    let book = book("[pool]\nrecycle_overdue = 1\n", &[("x", "", met)], "2010-06-01");
    assert!(!selects(&book, "is:overdue"));
    assert_eq!(recycle(&book, &query(&book, "")).len(), 0);
    assert_eq!(sweep(&book, &query(&book, "")).len(), 0);
}

#[test]
fn money_of_the_first_and_of_the_last_day_of_a_week_is_of_the_week() {
    // The week of Friday 2009-12-11 to Thursday 2009-12-17.
    for (paid, there) in
        [("2009-12-10", false), ("2009-12-11", true), ("2009-12-17", true), ("2009-12-18", false)]
    {
        let events = format!(
            "2009-12-01 = {{ kind = \"opened\", owner = \"he\" }}\n{paid} = {{ kind = \"payment\", amount = 70 }}\n"
        );
        let book = book("", &[("x", "", &events)], "2009-12-31");
        let sheet = {
            let request = Request {
                period: Some(days("2009-12-11", "2009-12-17")),
                ..Request::of(query(&book, ""))
            };
            (find("team").unwrap().make)(&book, &request).unwrap()
        };
        let money = |cell: &Cell| *cell == Cell::Amount(crm::value::money::Amount::from_int(70));
        let found = sheet.tables[0].rows.iter().any(|row| row.cells.iter().any(money));
        assert_eq!(found, there, "{paid}");
    }
}

#[test]
fn a_move_without_evidence_is_told_what_is_missing_and_nothing_else() {
    let events = "2010-01-01 = { kind = \"meeting\", stage = \"50\", confirms = [\"fit\"], next = 2010-01-08 }\n";
    let book = book("", &[], "2010-01-01");
    let path = std::path::Path::new("x.toml");
    let text = format!("name = \"x\"\n[events]\n{events}");
    let read = crm::format::read_prospect::read_prospect(&text, "x", path, path, &book.settings);
    let record = crm::rules::replay::replay(read.0.unwrap(), &book.settings, book.as_of).unwrap();
    let notes: Vec<&str> = record.findings[0].notes.iter().map(|note| note.en()).collect();
    assert_eq!(notes.len(), 3, "{notes:?}");
    for (note, what) in notes.iter().zip(["right person", "budget", "signing date"]) {
        assert!(note.starts_with("missing") && note.contains(what), "{notes:?}");
    }
}

#[test]
fn what_goes_back_on_the_last_day_asked_for_is_announced_and_after_it_not() {
    let owned = "2010-01-01 = { kind = \"opened\", owner = \"he\", value = 5 }\n";
    // Twenty days are in time: it goes back on the 22nd; by rules of its grade, after ten, on the 12th.
    for (grade, goes_back) in [
        ("", "2010-01-22"),
        ("[pool.B]\nclaims_per_day = 1\n", "2010-01-22"),
        ("[pool.B]\nrecycle_days = 10\n", "2010-01-12"),
    ] {
        let settings = format!("[pool]\nrecycle_days = 20\n{grade}[grading]\nvalue_high = 1\n");
        let book = book(&settings, &[("x", "", owned)], "2010-01-03");
        let until = |last: &str| {
            let found = crm::rules::team::pool::announced(&book, &query(&book, ""), day(last));
            found.into_iter().map(|(_, due)| due.on.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(until(&day(goes_back).plus(-1).to_string()), [""; 0], "{grade}");
        assert_eq!(until(goes_back), [goes_back], "{grade}");
        assert_eq!(until("2010-03-01"), [goes_back], "{grade}");
    }
}
