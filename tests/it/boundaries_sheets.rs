//! The edges of what sheets show: one or several, of whom, on which day, and nothing at all. Each test names the edge.

use crate::common::sheets::{
    LOST, OPEN, TEAM, WON, by_owner, column, days, ledger, make, many, marks, plain, remarks,
    shown, table,
};
use crate::common::{book, day, query};
use crm::report::Request;
use crm::report::activity::{Activity, ActivityCounts, measure};
use crm::report::dimension::Dimension;
use crm::rules::book::{Book, Tally};
use crm::table::sheet::{Audience, Cell, Chart, Emphasis, Sheet};
use crm::value::label::Lang;
use crm::value::money::Amount;

/// A board beside the one that every ledger has.
const TWO_BOARDS: &str = "[[pipeline]]\nid = \"main\"\n\
    stage = [{ id = \"new\" }, { id = \"won\", outcome = \"won\" }, { id = \"lost\", outcome = \"lost\" }]\n\
    [[pipeline]]\nid = \"side\"\n\
    stage = [{ id = \"new\" }, { id = \"won\", outcome = \"won\" }, { id = \"lost\", outcome = \"lost\" }]\n";
/// Opened on the first day of 2010.
const NEW: &str = "2010-01-01 = { kind = \"opened\", owner = \"he\" }\n";

/// Opened in December.
const DECEMBER: &str = "2009-12-01 = { kind = \"opened\", owner = \"he\" }\n";

/// The tables that people or machines see.
fn seen(sheet: &Sheet) -> Vec<String> {
    let shown = sheet.tables.iter().filter(|table| table.audience != Audience::Nobody);
    shown.map(|table| table.id.clone()).collect()
}

/// What was done in January by those whom a query selects.
fn done(book: &Book, text: &str) -> Activity {
    january(book, text).all
}

fn january(book: &Book, text: &str) -> ActivityCounts {
    let january = [days("2010-01-01", "2010-01-31").unwrap()];
    measure(book, &Request::of(query(book, text)), &january).0.remove(0)
}

#[test]
fn the_head_of_a_sheet_names_one_week_or_several() {
    let book = ledger(TEAM, &[("x", DECEMBER)], "2009-12-31");
    let about = |from: &str, to: &str| make("team", &book, |r| r.period = days(from, to)).about;
    assert_eq!(about("2009-12-18", "2009-12-24"), "week 2009-12-18..2009-12-24");
    let two = "weeks 2009-12-18..2009-12-24, 2009-12-25..2009-12-31";
    assert_eq!(about("2009-12-18", "2009-12-31"), two);
}

#[test]
fn a_board_beside_the_first_is_on_the_team_sheet_where_it_is_used() {
    let boards = |prospects: &[(&str, &str, &str)]| {
        seen(&plain("team", &book(TWO_BOARDS, prospects, "2010-01-10"))).len()
    };
    let side = "pipeline = \"side\"\n";
    // A table for people and one for machines each.
    assert_eq!(boards(&[]), 2, "the first one is there anyhow");
    assert_eq!(boards(&[("x", "", NEW)]), 2);
    assert_eq!(boards(&[("x", side, NEW)]), 4);
}

#[test]
fn of_several_boards_that_are_shown_each_has_a_title_and_one_has_none() {
    let titles = |prospects: &[(&str, &str, &str)]| {
        let sheet = plain("board", &book(TWO_BOARDS, prospects, "2010-01-10"));
        let shown = sheet.tables.into_iter().filter(|table| table.audience == Audience::All);
        shown.map(|table| table.title).collect::<Vec<_>>()
    };
    let (main, side) = (("x", "", NEW), ("y", "pipeline = \"side\"\n", NEW));
    assert_eq!(titles(&[main]), [""]);
    assert_eq!(titles(&[side]), [""]);
    assert_eq!(titles(&[main, side]), ["main", "side"]);
}

#[test]
fn what_is_done_on_the_day_of_the_next_pursuit_is_done_in_that_one() {
    let again = "2010-01-09-1 = { kind = \"moved\", stage = \"opportunity\" }\n\
         2010-01-09-2 = { kind = \"call\", by = \"he\" }\n";
    let book = ledger("", &[("x", &format!("{LOST}{again}"))], "2010-02-01");
    assert_eq!(done(&book, "").called, 1);
    let before = "2010-01-08 = { kind = \"call\", by = \"he\" }\n2010-01-09 = ";
    let both = format!("{LOST}{again}").replacen("2010-01-09 = ", before, 1);
    assert_eq!(done(&ledger("", &[("x", &both)], "2010-02-01"), "").called, 2);
}

#[test]
fn the_tally_of_a_rep_who_owns_nothing_is_meant_by_no_query() {
    let mut book = ledger("", &[("x", OPEN)], "2010-02-01");
    let tally = Tally { dials: 7, conversations: 0, appointments: 0 };
    book.tallies = vec![("ma".into(), day("2010-01-31"), tally)];
    assert_eq!(done(&book, "owner:he").dials, 0);
    assert_eq!(done(&book, "owner:ma").dials, 0);
    assert_eq!(done(&book, "").dials, 7);
    // Nor is it left out of one: there is nothing to divide it among.
    assert!(january(&book, "owner:he").left_out.is_empty());
}

#[test]
fn what_was_touched_is_named_by_the_kinds_of_its_entries_each_once() {
    let touched = |more: &str| {
        let before = ledger("", &[("x", OPEN)], "2010-01-10");
        let after = ledger("", &[("x", &format!("{OPEN}{more}"))], "2010-01-10");
        let request = Request::of(query(&after, ""));
        let sheet = crm::report::diff::diff(&before, &after, None, ("a", "b"), &request);
        column(table(&sheet, "touched"), "change").join("; ")
    };
    let entry = |day: u8, kind: &str| format!("2010-01-{day:02} = {{ kind = \"{kind}\" }}\n");
    let (note, call) = (entry(2, "note"), entry(3, "call"));
    assert_eq!(touched(""), "");
    assert_eq!(touched(&note), "note");
    assert_eq!(touched(&format!("{note}{call}{}", entry(4, "note"))), "note, call");
}

#[test]
fn a_duty_that_all_kept_is_good_and_one_that_one_missed_warns() {
    let settings = "[policy.C]\ncontact_days = 10\n";
    let kept = |alike: &[(usize, &str, &str)]| {
        let sheet = plain("policy", &many(settings, alike, "2010-01-20"));
        let kept = table(&sheet, "kept");
        let of_contact: Vec<usize> =
            (0..kept.rows.len()).filter(|at| column(kept, "duty")[*at] == "contact").collect();
        of_contact.iter().map(|at| marks(kept).as_bytes()[*at] as char).collect::<String>()
    };
    let called = format!("{NEW}2010-01-19 = {{ kind = \"call\" }}\n");
    assert_eq!(kept(&[(5, "x", &called)]), "+");
    assert_eq!(kept(&[(5, "x", &called), (1, "y", NEW)]), "!");
}

#[test]
fn the_load_gives_each_rep_its_turn_and_counts_those_with_room_for_any() {
    let settings = "[[rep]]\nid = \"he\"\ncapacity = 2\n[[rep]]\nid = \"ma\"\ncapacity = 3\n\
        [[rep]]\nid = \"no\"\ncapacity = 0\n";
    let sheet = plain("allocation", &ledger(settings, &[], "2010-01-10"));
    assert_eq!(column(table(&sheet, "load"), "turn"), ["2", "1", ""]);
    let title = &table(&sheet, "fairness").title;
    assert!(title.ends_with(", 2 members"), "{title}");
}

#[test]
fn only_what_is_open_and_belongs_to_a_counted_member_can_be_moved() {
    use crm::plan::rebalance::{Wish, rebalance};
    use crm::rules::replay::care::Care;
    let settings = "[[rep]]\nid = \"he\"\ncapacity = 9\n[[rep]]\nid = \"ma\"\ncapacity = 9\n\
        [[rep]]\nid = \"no\"\ncapacity = 0\n";
    let of_no = OPEN.replace("\"he\"", "\"no\"");
    let movable = |prospects: &[(&str, &str)]| {
        let book = ledger(settings, prospects, "2010-01-10");
        let wish = Wish { tolerance: 0, untouched_days: None, any_stage: true };
        let plan = rebalance(&book, &query(&book, ""), wish, Care::Prospect).unwrap();
        (plan.movable, plan.stay.len())
    };
    assert_eq!(movable(&[("x", OPEN)]), (1, 0));
    assert_eq!(movable(&[("x", WON), ("y", LOST), ("z", &of_no)]), (0, 0));
}

#[test]
fn in_cycle_is_missing_only_to_those_who_ask_for_it() {
    let met = "2010-01-01 = { kind = \"meeting\", stage = \"25\", next = 2010-03-01 }\n";
    let selects = |events: &str, text: &str| {
        let book = ledger("", &[("x", events)], "2010-02-20");
        book.selection(&query(&book, text)).has(&book.records()[0])
    };
    // Past the cycle, and the next column is bound by it; met is not missing.
    assert!(selects(met, "missing:in-cycle") && selects(met, "missing:fit"));
    assert!(!selects(met, "missing:met"));
    // Once the papers are called for, the cycle is no bound.
    assert!(!selects(OPEN, "missing:in-cycle") && selects(OPEN, "missing:signed"));
}

#[test]
fn a_rep_who_only_holds_prospects_has_no_ratios_and_all_have_them_even_of_nothing() {
    let steps = |prospects: &[(&str, &str)]| {
        let book = ledger("", prospects, "2010-01-10");
        let sheet = make("ratios", &book, |r| r.period = days("2010-01-05", "2010-01-10"));
        column(&sheet.tables[0], "rep")
    };
    assert_eq!(steps(&[]), ["all"; 6]);
    assert_eq!(steps(&[("x", OPEN)]), [""; 0]);
    assert_eq!(steps(&[("x", WON)]), ["he"; 6]);
}

#[test]
fn a_tally_is_of_its_rep_or_of_the_manager() {
    let settings = "[[rep]]\nid = \"he\"\nmanager = \"wang\"\n[[rep]]\nid = \"wang\"\n";
    let mut book = ledger(settings, &[], "2010-02-01");
    let tally = Tally { dials: 7, conversations: 0, appointments: 0 };
    book.tallies = vec![("he".into(), day("2010-01-31"), tally)];
    for (by, group) in
        [(None, "he"), (Some(Dimension::OWNER), "he"), (Some(Dimension::MANAGER), "wang")]
    {
        let request = Request { by, ..Request::of(query(&book, "")) };
        let january = [days("2010-01-01", "2010-01-31").unwrap()];
        let (practice, _) = measure(&book, &request, &january);
        assert_eq!(practice[0].groups.keys().collect::<Vec<_>>(), [group]);
    }
}

#[test]
fn the_velocity_rests_on_the_days_of_those_that_were_won() {
    let figure = |won: usize| {
        let book = many("", &[(won, "w", WON), (2, "l", LOST), (1, "o", OPEN)], "2010-01-10");
        let sheet = plain("forecast", &book);
        let period = table(&sheet, "period");
        let at =
            column(period, "measure").iter().position(|measure| measure == "velocity").unwrap();
        column(period, "figure")[at].clone()
    };
    // 1 open x 6 of 8 x 100 in 7 days.
    assert_eq!(figure(6), "10.71");
    assert_eq!(figure(4), "n = 4, too few");
}

#[test]
fn a_programs_record_has_the_label_of_a_column_where_it_differs_from_the_id() {
    let stage = |settings: &str, events: &str| {
        let book = ledger(settings, &[("x", events)], "2010-01-10");
        let title = crm::table::words::title("stage", Lang::Machine);
        let sheet = crm::report::show::show(&book.records()[0], &book.settings, book.as_of);
        let row = sheet.tables[0].rows.iter().find(|row| shown(&row.cells[0]) == title).unwrap();
        shown(&row.cells[1])
    };
    assert_eq!(stage("", OPEN), "50 (50%)");
    assert_eq!(stage(TWO_BOARDS, NEW), "new");
}

/// The marks of the bars of a report's picture.
fn bars(sheet: &Sheet) -> String {
    let (Chart::Bars(bars) | Chart::Waterfall(bars)) = &sheet.pictures[0].chart else {
        panic!("{:?}", sheet.pictures)
    };
    bars.iter().map(|bar| if bar.emphasis == Emphasis::Good { '+' } else { '.' }).collect()
}

#[test]
fn of_the_bars_from_dials_to_closes_the_closes_are_good() {
    assert_eq!(bars(&plain("ratios", &ledger("", &[("x", WON)], "2010-01-10"))), ".....+");
}

#[test]
fn the_bars_of_a_bridge_are_the_changes_of_value_only() {
    let drawn = |events: &str| {
        let book = ledger("", &[("x", events)], "2010-01-10");
        let sheet = make("bridge", &book, |r| r.period = days("2010-01-02", "2010-01-10"));
        bars(&sheet).len()
    };
    assert_eq!(drawn(OPEN), 2, "opening and closing");
    let back = "2010-01-05 = { kind = \"moved\", stage = \"25\", reason = \"x\" }\n";
    assert_eq!(drawn(&format!("{OPEN}{back}")), 2);
    let worth = "2010-01-05 = { kind = \"note\", value = 150 }\n";
    assert_eq!(drawn(&format!("{OPEN}{worth}")), 3);
}

#[test]
fn the_column_of_appointments_is_the_one_before_the_last_three_and_never_the_first() {
    // Of two open columns prospects begin in the second; to be opened in the first is no appointment.
    assert_eq!(done(&book(TWO_BOARDS, &[("x", "", NEW)], "2010-01-10"), "").appointments, 0);
    let moved = format!(
        "{NEW}2010-01-02 = {{ kind = \"moved\", stage = \"appointment\", forced = \"x\" }}\n"
    );
    assert_eq!(done(&ledger("", &[("x", &moved)], "2010-01-10"), "").appointments, 1);
}

#[test]
fn one_rep_is_told_once_and_two_beside_each_other() {
    let tables = |prospects: &[(&str, &str)]| {
        plain("ratios", &ledger("", prospects, "2010-01-10")).tables.len()
    };
    let ma = WON.replace("\"he\"", "\"ma\"");
    assert_eq!(tables(&[("x", WON)]) + 1, tables(&[("x", WON), ("y", &ma)]));
}

#[test]
fn the_team_sheet_of_one_week_is_not_named_by_it() {
    let book = ledger(TEAM, &[("x", DECEMBER)], "2009-12-31");
    let named = |from: &str, to: &str| {
        let ids = seen(&make("team", &book, |r| r.period = days(from, to)));
        ids.iter().filter(|id| id.contains("2009-12")).count()
    };
    assert_eq!(named("2009-12-18", "2009-12-24"), 0);
    assert_eq!(named("2009-12-18", "2009-12-31"), 2);
}

#[test]
fn a_group_without_ungraded_customers_has_no_row_for_them() {
    let sheet = plain("grades", &ledger("", &[("x", WON)], "2010-02-01"));
    assert!(!marks(&sheet.tables[0]).contains('!'), "{:?}", marks(&sheet.tables[0]));
}

/// Met on the first day of 2010, with a next step far away.
const MET: &str =
    "2010-01-01 = { kind = \"meeting\", stage = \"25\", next = 2010-12-01, owner = \"he\" }\n";

/// A board whose first column should be left within five days.
const STALLING: &str = "[[pipeline]]\nid = \"p\"\nstage = [{ id = \"a\", max_days = 5 }, { id = \"b\" }, { id = \"won\", outcome = \"won\" }, { id = \"lost\", outcome = \"lost\" }]\n";

#[test]
fn the_last_day_in_a_column_is_in_time_and_the_next_is_stalled_unless_on_hold() {
    let stalled = |more: &str, on: &str| {
        let book = ledger(STALLING, &[("x", &format!("{NEW}{more}"))], on);
        book.records()[0].state.flags.stalled
    };
    assert_eq!([stalled("", "2010-01-06"), stalled("", "2010-01-07")], [false, true]);
    let hold = "2010-01-03 = { kind = \"hold\", until = 2010-01-10 }\n";
    assert_eq!([stalled(hold, "2010-01-09"), stalled(hold, "2010-01-10")], [false, true]);
    // Standing too long in a column is listed as being past the cycle is.
    let late = |settings: &str, events: &str, on: &str| {
        table(&plain("aging", &ledger(settings, &[("x", events)], on)), "late").rows.len()
    };
    assert_eq!(late(STALLING, NEW, "2010-01-06"), 0);
    assert_eq!(late(STALLING, NEW, "2010-01-07"), 1);
    assert_eq!(late("", MET, "2010-02-20"), 1);
}

#[test]
fn a_bridge_that_lists_its_changes_does_not_offer_to() {
    let offers = |list: bool, events: &str| {
        let sheet = make("bridge", &ledger("", &[("x", events)], "2010-01-10"), |request| {
            (request.list, request.period) = (list, days("2010-01-02", "2010-01-10"));
        });
        remarks(&sheet, "--list shows each")
    };
    assert_eq!([offers(false, LOST), offers(true, LOST)], [1, 0]);
    assert_eq!([offers(false, OPEN), offers(true, OPEN)], [0, 0]);
}

#[test]
fn a_target_is_of_all_or_of_the_only_one() {
    let targets = |ma: usize| {
        let of_ma = WON.replace("\"he\"", "\"ma\"");
        let book = many("", &[(6, "x", WON), (ma, "y", &of_ma)], "2010-01-10");
        let sheet = make("ratios", &book, |request| {
            request.period = days("2010-01-01", "2010-01-31");
            request.target = Some(Amount::from_int(50));
        });
        let table = table(&sheet, "replenishment");
        let told = table.rows.iter().map(|row| row.cells.last() != Some(&Cell::Empty));
        told.collect::<Vec<_>>()
    };
    assert_eq!(targets(0), [true]);
    assert_eq!(targets(6), [false, false, true]);
}

#[test]
fn one_owner_has_no_target_and_neither_has_a_part_of_the_ledger() {
    let settings =
        "[forecast]\ntarget = 1000\nper = \"month\"\n[[rep]]\nid = \"he\"\n[[rep]]\nid = \"ma\"\n";
    let book = ledger(settings, &[("x", OPEN)], "2010-01-10");
    let target = |text: &str| {
        let sheet = make("forecast", &book, |request| {
            (request.query, request.period) =
                (query(&book, text), days("2010-01-01", "2010-01-31"));
        });
        let period = table(&sheet, "period");
        let at = column(period, "measure").iter().position(|name| name == "target").unwrap();
        column(period, "figure")[at].clone()
    };
    assert_eq!(target(""), "1000");
    assert_eq!(target("owner:he"), "none for one owner");
    for part in ["owner:he,ma", "owner:he is:open", "owner:h*", "is:open"] {
        assert_eq!(target(part), "none for a part of the ledger", "{part}");
    }
}

#[test]
fn that_an_owner_has_no_target_is_remarked_on_where_there_is_one_and_owners_are_told() {
    let told = |settings: &str, by| {
        let book = ledger(settings, &[("x", OPEN)], "2010-01-10");
        remarks(&make("forecast", &book, |request| request.by = by), "there is none for one owner")
    };
    let target = "[forecast]\ntarget = 1000\nper = \"month\"\n";
    assert_eq!(told(target, Some(Dimension::OWNER)), 1);
    assert_eq!([told("", Some(Dimension::OWNER)), told(target, None)], [0, 0]);
    assert_eq!(told(target, Some(Dimension::MANAGER)), 0);
}

#[test]
fn too_few_buyers_for_quintiles_are_remarked_on_and_none_are_not() {
    let noted = |prospects: &[(usize, &str, &str)]| {
        remarks(&plain("grades", &many("", prospects, "2010-02-01")), "too few: quintiles need")
    };
    assert_eq!(noted(&[(1, "x", OPEN)]), 0);
    assert_eq!(noted(&[(1, "x", WON)]), 1);
}

#[test]
fn exceptions_are_listed_by_owner_and_reps_without_any_have_a_hidden_list() {
    let settings = format!("{TEAM}[[rep]]\nid = \"ma\"\n[[rep]]\nid = \"no\"\n");
    let ma = WON.replace("\"he\"", "\"ma\"");
    let sheet =
        plain("overrides", &ledger(&settings, &[("x", WON), ("y", WON), ("z", &ma)], "2010-01-10"));
    let of = |rep: &str| {
        let list = table(&sheet, &format!("exceptions-{rep}"));
        (list.rows.len(), list.audience)
    };
    assert_eq!(of("he").1, Audience::People);
    assert_eq!(of("he").0, 2 * of("ma").0);
    assert_eq!(of("no"), (0, Audience::Nobody));
    assert_eq!(sheet.tables.iter().filter(|list| list.id.starts_with("exceptions-")).count(), 3);
}

#[test]
fn a_prospect_in_the_first_of_the_last_three_columns_is_one_that_a_rep_has() {
    let held = |stage: &str| {
        let events = format!(
            "2010-01-01 = {{ kind = \"imported\", stage = \"{stage}\", owner = \"he\" }}\n"
        );
        let sheet = by_owner("ratios", &ledger("", &[("x", &events)], "2010-01-10"));
        column(table(&sheet, "replenishment"), "held").first().cloned().unwrap_or_default()
    };
    assert_eq!(["25", "50"].map(held), ["1", "1"]);
    assert_ne!(held("appointment"), "1");
}

#[test]
fn a_department_ends_where_the_next_one_begins_and_only_where_departments_are_told() {
    let rep =
        |id: &str, manager: &str| format!("[[rep]]\nid = \"{id}\"\nmanager = \"{manager}\"\n");
    // Both managers have left the team.
    let gone = |id: &str| format!("[[rep]]\nid = \"{id}\"\nleft = 2009-12-01\n");
    let settings =
        [rep("he", "wang"), rep("ma", "wang"), rep("li", "zhao"), gone("wang"), gone("zhao")]
            .concat();
    let book = ledger(&settings, &[("x", OPEN)], "2010-01-14");
    let told = |by: Option<Dimension>| {
        let sheet = make("team", &book, |request| request.by = by);
        let people = sheet.tables.iter().find(|table| table.audience == Audience::People).unwrap();
        marks(people)
    };
    // The day; its members, each department with its sum; the sum of all.
    assert!(
        told(Some(Dimension::MANAGER)).starts_with("...=.=="),
        "{}",
        told(Some(Dimension::MANAGER))
    );
    assert!(told(None).starts_with("....="), "{}", told(None));
}

#[test]
fn a_manager_leads_the_own_reps_and_nobody_leads_none() {
    let settings =
        "[[rep]]\nid = \"he\"\nmanager = \"wang\"\n[[rep]]\nid = \"ma\"\n[[rep]]\nid = \"wang\"\n";
    let ma = OPEN.replace("\"he\"", "\"ma\"");
    let sheet = plain("policy", &ledger(settings, &[("x", OPEN), ("y", &ma)], "2010-01-10"));
    assert_eq!(column(table(&sheet, "span"), "reps"), ["0", "1"]);
}

#[test]
fn a_bridge_has_a_column_of_other_currencies_where_the_opening_or_a_change_has_one() {
    let columns = |prospects: &[(&str, &str)]| {
        let book = ledger("[ledger]\ncurrency = \"CNY\"\n", prospects, "2010-01-10");
        let sheet = make("bridge", &book, |r| r.period = days("2010-01-02", "2010-01-10"));
        sheet.tables[0].columns.len()
    };
    let foreign = OPEN.replace("value = 100", "value = \"100 USD\"");
    let own = columns(&[("x", OPEN)]);
    assert_eq!(columns(&[("x", OPEN), ("y", &foreign)]), own + 1);
    let new = foreign.replace("2010-01-01", "2010-01-05");
    assert_eq!(columns(&[("x", OPEN), ("y", &new)]), own + 1);
}

#[test]
fn the_only_board_in_use_has_its_rows_under_its_name_and_the_others_have_none() {
    let sheet = plain(
        "conversion",
        &book(TWO_BOARDS, &[("x", "pipeline = \"side\"\n", NEW)], "2010-01-10"),
    );
    let filled = |board: &str| {
        let own = sheet.tables.iter().filter(|table| table.id.starts_with(board));
        own.map(|table| !table.rows.is_empty()).collect::<Vec<_>>()
    };
    assert!(!filled("side-").is_empty() && filled("side-").iter().all(|rows| *rows));
    assert!(!filled("main-").is_empty() && !filled("main-").iter().any(|rows| *rows));
}

#[test]
fn one_that_signed_and_one_that_paid_stay_with_their_rep() {
    use crm::plan::rebalance::{Wish, rebalance};
    use crm::rules::replay::care::Care;
    let settings = "[[rep]]\nid = \"he\"\ncapacity = 9\n[[rep]]\nid = \"ma\"\ncapacity = 9\n";
    let movable = |entry: &str| {
        let events = format!("{NEW}2010-01-02 = {{ {entry} }}\n");
        let book = ledger(settings, &[("x", &events)], "2010-01-10");
        let wish = Wish { tolerance: 0, untouched_days: None, any_stage: false };
        rebalance(&book, &query(&book, ""), wish, Care::Prospect).unwrap().movable
    };
    assert_eq!(movable("kind = \"note\""), 1);
    assert_eq!(movable("kind = \"contract\""), 0);
    assert_eq!(movable("kind = \"payment\", amount = 1"), 0);
}

#[test]
fn only_those_that_moved_their_date_are_counted_beside_the_pushes() {
    let pushed = |prospects: &[(&str, &str)]| {
        let sheet = plain("forecast", &ledger("", prospects, "2010-01-10"));
        let told = table(&sheet, "period").rows.iter();
        let told = told.map(|row| row.cells.iter().map(shown).collect::<Vec<_>>().join("|"));
        told.filter(|row| row.contains("moved their closing date")).collect::<String>()
    };
    let later = format!("{OPEN}2010-01-05 = {{ kind = \"note\", close_by = 2010-02-25 }}\n");
    let (none, one) = (pushed(&[("x", OPEN)]), pushed(&[("x", OPEN), ("y", &later)]));
    assert!(none.contains("that 0 open ones"), "{none}");
    assert!(one.contains("that 1 open one "), "{one}");
}
