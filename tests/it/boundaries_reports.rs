//! The edges of the reports: what is remarked on and what is not, which rows stand out, what the first and the
//! last day count. Each test names the edge.

use crate::common::sheets::{
    LOST, OPEN, TEAM, WON, by_owner, column, days, ledger, make, many, marks, plain, remarks, rows,
    table,
};
use crate::common::{book, day, query};
use crm::report::dimension::Dimension;
use crm::report::{REPORTS, Request};
use crm::table::sheet::Sheet;
use crm::value::label::Lang;
use crm::value::period::Period;
use std::fmt::Write;

#[test]
fn no_report_remarks_on_nothing() {
    let mut seen = String::new();
    for prospects in
        [&[][..], &[("x", WON)], &[("x", OPEN)], &[("x", OPEN), ("y", WON), ("z", LOST)]]
    {
        let book = ledger(TEAM, prospects, "2010-01-10");
        for report in REPORTS {
            let made = (report.make)(&book, &Request::of(query(&book, "")));
            for note in made.iter().flat_map(|sheet| &sheet.notes) {
                let is_empty = note.starts_with("0 ")
                    || note.contains(": 0;")
                    || [": 0", ":", " "].iter().any(|end| note.ends_with(end));
                assert!(!is_empty, "{}: {note}", report.name);
                writeln!(seen, "{note}").unwrap();
            }
        }
    }
    assert!(seen.contains("--list shows each"), "{seen}");
}

#[test]
fn the_forecast_remarks_on_one_without_value_and_one_without_chance() {
    let valueless = "2010-01-01 = { kind = \"imported\", stage = \"50\", close_by = 2010-01-25 }\n";
    let first = "2010-01-01 = { kind = \"opened\", value = 100 }\n";
    let sheet = plain("forecast", &ledger("", &[("x", valueless), ("y", first)], "2010-01-10"));
    assert_eq!(remarks(&sheet, "without a value"), 1, "{:?}", sheet.notes);
    assert_eq!(remarks(&sheet, "with probability 0"), 1);
    assert_eq!(remarks(&sheet, "lines without a month"), 0);
    // Of one month there is no sum; of none and of two there is.
    let sums = |prospects: &[(&str, &str)]| {
        marks(table(&plain("forecast", &ledger("", prospects, "2010-01-10")), "forecast"))
    };
    let later = OPEN.replace("2010-01-25", "2010-02-25");
    assert_eq!(sums(&[]), "=");
    assert_eq!(sums(&[("x", OPEN)]), ".");
    assert_eq!(sums(&[("x", OPEN), ("y", &later)]), "..=");
    let undated = OPEN.replace(", close_by = 2010-01-25", "");
    let sheet = plain("forecast", &ledger("", &[("x", OPEN), ("y", &undated)], "2010-01-10"));
    assert_eq!(marks(table(&sheet, "forecast")), ".!");
    assert_eq!(remarks(&sheet, "lines without a month"), 1);
}

#[test]
fn the_clock_of_a_cycle_has_halves_and_multiples() {
    // A cycle of 28 days that began on 2010-01-01.
    let met = "2010-01-01 = { kind = \"meeting\", stage = \"25\", next = 2010-12-01 }\n";
    for (after, bucket, twice) in [
        (0, 1, false),
        (14, 1, false),
        (15, 2, false),
        (28, 2, false),
        (29, 3, false),
        (56, 3, false),
        (57, 4, true),
        (112, 4, true),
        (113, 5, true),
    ] {
        let on = day("2010-01-01").plus(after).to_string();
        let sheet = plain("aging", &ledger("", &[("x", met)], &on));
        let counts = column(table(&sheet, "clock"), "count");
        assert_eq!(counts.iter().position(|n| n == "1"), Some(bucket), "day {after}");
        let expected: String =
            (0..7).map(|n| if n == bucket && (3..6).contains(&n) { '!' } else { '.' }).collect();
        assert_eq!(marks(table(&sheet, "clock")), expected, "day {after}");
        let late = marks(table(&sheet, "late"));
        assert_eq!(
            late,
            if twice {
                "!"
            } else if after > 28 {
                "."
            } else {
                ""
            },
            "day {after}"
        );
    }
    // Met, but in the first column: no clock.
    let met = "2010-01-01 = { kind = \"meeting\" }\n";
    let sheet = plain("aging", &ledger("", &[("x", met)], "2010-06-01"));
    assert_eq!(column(table(&sheet, "clock"), "count")[0], "1");
    assert_eq!(remarks(&sheet, "nobody stands too long"), 1);
    // Ended: not in it at all; and by owner nobody has no rows.
    let sheet = plain("aging", &ledger("", &[("x", WON), ("y", LOST)], "2010-06-01"));
    assert_eq!(column(table(&sheet, "clock"), "count"), ["0"; 7]);
    let none = by_owner("aging", &ledger("", &[], "2010-06-01"));
    assert_eq!(rows(table(&none, "clock")), [""; 0]);
}

#[test]
fn people_do_not_read_the_limits_of_those_that_stand_too_long() {
    let met = "2010-01-01 = { kind = \"meeting\", stage = \"25\", next = 2010-12-01 }\n";
    let book = ledger("", &[("x", met)], "2010-06-01");
    let ids = |sheet: &Sheet, id: &str| {
        table(sheet, id).columns.iter().map(|column| column.id.clone()).collect::<Vec<_>>()
    };
    let sheet = plain("aging", &book);
    let (machines, people) = (ids(&sheet, "late"), ids(&sheet, "late-list"));
    for limit in ["cycle", "max-days"] {
        assert!(machines.iter().any(|id| id == limit) && !people.iter().any(|id| id == limit));
    }
    // The owner is a column anyhow; another dimension is one more.
    assert_eq!(ids(&by_owner("aging", &book), "late"), machines);
    let by = |request: &mut Request| request.by = Some(Dimension::MANAGER);
    assert_eq!(ids(&make("aging", &book, by), "late").len(), machines.len() + 1);
}

#[test]
fn a_rep_at_the_capacity_is_no_remark_and_one_beyond_it_is() {
    let load = |capacity: u32, left: &str| {
        let settings =
            format!("[[rep]]\nid = \"he\"\ncapacity = {capacity}\n{left}\n[[rep]]\nid = \"ma\"\n");
        let sheet =
            plain("allocation", &ledger(&settings, &[("x", OPEN), ("y", OPEN)], "2010-01-10"));
        (marks(table(&sheet, "load")), remarks(&sheet, "more than the capacity"))
    };
    assert_eq!(load(2, ""), ("..".to_owned(), 0));
    assert_eq!(load(1, ""), ("!.".to_owned(), 1));
    // Who left and holds something is listed and warned of; who left with nothing is not listed.
    assert_eq!(load(2, "left = 2010-01-05").0, "!.");
    let gone = "[[rep]]\nid = \"he\"\nleft = 2010-01-05\n[[rep]]\nid = \"ma\"\n";
    let sheet = plain("allocation", &ledger(gone, &[("x", WON)], "2010-01-10"));
    assert_eq!(column(table(&sheet, "load"), "rep"), ["ma"]);
    let unknown = ledger("[[rep]]\nid = \"ma\"\n", &[("x", OPEN), ("y", WON)], "2010-01-10");
    assert_eq!(
        plain("allocation", &unknown).notes.len()
            - remarks(&plain("allocation", &unknown), "next prospect"),
        1
    );
}

#[test]
fn the_board_has_open_ones_and_those_that_ended_in_the_period() {
    let shown = |period: Option<Period>| {
        let book = ledger("", &[("a", OPEN), ("b", WON), ("c", LOST)], "2010-02-01");
        column(&make("board", &book, |request| request.period = period).tables[0], "id")
    };
    assert_eq!(shown(None), ["a"]);
    assert_eq!(shown(days("2010-01-10", "2010-02-01")), ["a"]);
    let all = shown(days("2010-01-09", "2010-02-01"));
    assert!(all[0] == "a" && all.len() == 3, "{all:?}");
}

#[test]
fn the_pace_names_what_is_missing_and_nothing_where_nothing_is() {
    // Ten days: ten arrive at 50, five of them leave after five days each: 1 a day x 5 days = 5 at a time.
    let stays = "2010-01-01 = { kind = \"imported\", stage = \"50\" }\n";
    let leaves =
        format!("{stays}2010-01-06 = {{ kind = \"moved\", stage = \"lost\", reason = \"x\" }}\n");
    let said = |staying: usize| {
        let book = many("", &[(staying, "s", stays), (5, "l", &leaves)], "2010-01-10");
        let sheet = make("funnel", &book, |r| r.period = days("2010-01-01", "2010-01-10"));
        sheet.notes.iter().find(|note| note.contains("own pace")).cloned().unwrap_or_default()
    };
    // 10 / 10 x 5 = 5; 9 / 10 x 5 = 4.5, which is 5 whole ones; 4 + 5 arrivals.
    assert!(said(5).ends_with("50% needs 5, has 5"), "{}", said(5));
    assert!(said(4).ends_with("50% needs 5, has 4: 1 more"), "{}", said(4));
    // Four departures or arrivals are too few.
    let few = many("", &[(6, "s", stays), (4, "l", &leaves)], "2010-01-10");
    assert_eq!(remarks(&plain("funnel", &few), "own pace"), 0);
}

#[test]
fn a_shape_takes_three_open_columns_behind_the_first() {
    let board = |columns: usize| {
        let stages: String = (0..columns).map(|n| format!("{{ id = \"s{n}\" }},")).collect();
        format!(
            "[[pipeline]]\nid = \"p\"\nstage = [{stages} {{ id = \"won\", outcome = \"won\" }}, {{ id = \"lost\", outcome = \"lost\" }}]\n"
        )
    };
    let opened = [("x", "2010-01-01 = { kind = \"opened\" }\n")];
    let notes =
        |columns: usize| plain("funnel", &ledger(&board(columns), &opened, "2010-01-10")).notes;
    assert_eq!(notes(3), [""; 0]);
    assert_eq!(notes(4).len(), 1);
    assert!(notes(4)[0].starts_with("shape empty"), "{:?}", notes(4));
}

#[test]
fn a_group_of_the_funnel_is_named_where_there_are_several() {
    let other = OPEN.replace("\"he\"", "\"ma\"");
    let one = by_owner("funnel", &ledger("", &[("x", OPEN)], "2010-01-10"));
    assert!(one.notes[0].starts_with("he: "), "{:?}", one.notes);
    let two = by_owner("funnel", &ledger("", &[("x", OPEN), ("y", &other)], "2010-01-10"));
    assert!(
        two.notes[0].starts_with("he: ") && two.notes[1].starts_with("ma: "),
        "{:?}",
        two.notes
    );
    let whole = plain("funnel", &ledger("", &[("x", OPEN)], "2010-01-10"));
    assert!(whole.notes[0].starts_with("no shape"), "{:?}", whole.notes);
    // Rows: the closed one is good, the sum of the open ones is a sum and leaves the ended ones out.
    let book = ledger("", &[("x", OPEN), ("y", WON), ("z", LOST)], "2010-01-10");
    let sheet = plain("funnel", &book);
    assert_eq!(marks(&sheet.tables[0]), ".....+.=");
    assert_eq!(column(&sheet.tables[0], "count").last().unwrap(), "1");
    assert_eq!(column(&sheet.tables[0], "weighted")[5], "", "what was won is not weighted");
    // Nobody by owner has no rows, nobody as a whole has them.
    let none = ledger("", &[], "2010-01-10");
    assert_eq!(rows(&by_owner("funnel", &none).tables[0]), [""; 0]);
    assert_eq!(plain("funnel", &none).tables[0].rows.len(), 8);
}

#[test]
fn a_reason_stands_out_only_where_its_interval_leaves_out_the_rate_of_all() {
    let with = |source: &str, n: usize, events: &'static str| {
        (0..n)
            .map(move |at| (format!("{source}{at:02}"), format!("source = \"{source}\"\n"), events))
            .collect::<Vec<_>>()
    };
    let common = |parts: Vec<Vec<(String, String, &'static str)>>| {
        let all: Vec<_> = parts.into_iter().flatten().collect();
        let all: Vec<(&str, &str, &str)> =
            all.iter().map(|(id, facts, events)| (&**id, &**facts, *events)).collect();
        let sheet = plain("losses", &book("", &all, "2010-02-01"));
        let found = table(&sheet, "common-list");
        rows(found)
            .into_iter()
            .filter(|row| row.trim_start_matches(['!', '+']).starts_with("Source|"))
            .collect::<Vec<_>>()
    };
    // All lost, or all won: the interval of each ends at the rate of all, which is no difference.
    let lost = common(vec![with("a", 5, LOST), with("b", 6, LOST)]);
    assert!(lost.len() == 2 && lost.iter().all(|row| row.starts_with("Source|")), "{lost:?}");
    let won = common(vec![with("a", 5, WON), with("b", 6, WON)]);
    assert!(won.len() == 2 && won.iter().all(|row| row.starts_with("Source|")), "{won:?}");
    let apart = common(vec![with("a", 20, LOST), with("b", 20, WON)]);
    assert!(apart[0].starts_with("!Source|a") && apart[1].starts_with("+Source|b"), "{apart:?}");
    // What all have in common tells nobody apart.
    assert_eq!(common(vec![with("a", 9, LOST)]), [""; 0]);
    // One of fewer than five has a row of its own; two are told together.
    let one = common(vec![with("a", 5, LOST), with("b", 4, LOST)]);
    assert!(one.len() == 2 && one[1].contains("|b|"), "{one:?}");
    let two = common(vec![with("a", 5, LOST), with("b", 4, LOST), with("c", 1, WON)]);
    assert!(two.len() == 2 && two[1].contains("|2 others, fewer than 5 each|1|4|"), "{two:?}");
}

#[test]
fn a_member_is_on_the_team_sheet_from_the_week_of_joining_on() {
    // The week of Friday 2009-12-18 to Thursday 2009-12-24.
    let there = |joined: &str| {
        let settings = format!("[[rep]]\nid = \"he\"\njoined = {joined}\n");
        let sheet = plain("team", &ledger(&settings, &[], "2009-12-20"));
        rows(&sheet.tables[0]).iter().any(|row| row.contains("he"))
    };
    assert!(there("2009-12-17") && there("2009-12-24"));
    assert!(!there("2009-12-25"));
}

#[test]
fn who_waits_in_the_pool_for_nobody_is_remarked_on() {
    let waiting = "2010-01-01 = { kind = \"opened\" }\n";
    let pool = |settings: &str| {
        let sheet = plain("pool", &ledger(settings, &[("x", waiting)], "2010-01-10"));
        (marks(table(&sheet, "waiting")), sheet.notes.clone())
    };
    let (mark, notes) = pool(TEAM);
    assert_eq!((mark.as_str(), notes.len()), (".", 1), "{notes:?}");
    let (mark, notes) = pool("[[rep]]\nid = \"he\"\ncapacity = 0\n");
    assert_eq!((mark.as_str(), notes.len()), ("!", 1), "{notes:?}");
    assert!(notes[0].contains("1 of 1"), "{notes:?}");
    assert_eq!(plain("pool", &ledger(TEAM, &[], "2010-01-10")).notes, [""; 0]);
}

#[test]
fn three_reps_for_a_pool_prospect_are_named_and_a_fourth_is_counted() {
    let waiting = "2010-01-01 = { kind = \"opened\" }\n";
    for (reps, whom) in
        [(1, "r0"), (2, "r0, r1"), (3, "r0, r1, r2"), (4, "r0, r1, r2, +1"), (5, "r0, r1, r2, +2")]
    {
        let settings: String = (0..reps).map(|n| format!("[[rep]]\nid = \"r{n}\"\n")).collect();
        let sheet = plain("pool", &ledger(&settings, &[("x", waiting)], "2010-01-10"));
        assert_eq!(column(table(&sheet, "waiting"), "for-whom"), [whom]);
    }
}

#[test]
fn a_manager_at_the_span_can_follow_and_one_beyond_it_cannot() {
    let settings =
        "[grading]\nspan = 5\n[[rep]]\nid = \"he\"\nmanager = \"wang\"\n[[rep]]\nid = \"wang\"\n";
    let said = |n: usize| {
        let sheet = plain("policy", &many(settings, &[(n, "x", OPEN)], "2010-01-10"));
        (marks(table(&sheet, "span")), sheet.notes.join("\n"))
    };
    let (mark, notes) = said(4);
    assert!(mark == "." && notes.contains("4, too few"), "{notes}");
    let (mark, notes) = said(5);
    assert!(mark == "." && !notes.contains("too few") && !notes.contains("worth it"), "{notes}");
    let (mark, notes) = said(6);
    assert!(mark == "!" && notes.contains("grading is worth it"), "{notes}");
}

#[test]
fn a_target_looks_ahead_only_where_the_period_has_days_to_come() {
    let book = many(TEAM, &[(5, "w", WON)], "2010-01-10");
    let target = |to: &str| {
        let sheet = make("ratios", &book, |request| {
            request.period = days("2010-01-01", to);
            request.target = Some(crm::value::money::Amount::from_int(50));
        });
        sheet.notes.join("\n")
    };
    let year = "first meetings a week for 50 closes in a year of 50 weeks: 1";
    assert!(target("2010-01-10").contains(year), "{}", target("2010-01-10"));
    // 45 more in one day: 315 in seven.
    let ahead = "50 closes by 2010-01-11: 315";
    assert!(target("2010-01-11").contains(ahead), "{}", target("2010-01-11"));
    // A target is of all together: of the only group, or of the sum, and of none beside it.
    let targets = |others: usize| {
        let other = OPEN.replace("\"he\"", "\"ma\"");
        let book = many("", &[(5, "w", WON), (others, "o", &other)], "2010-01-10");
        let sheet = make("ratios", &book, |request| {
            request.target = Some(crm::value::money::Amount::from_int(50));
        });
        let table = table(&sheet, "replenishment");
        let cells: Vec<String> =
            rows(table).iter().map(|row| row.rsplit('|').next().unwrap().to_owned()).collect();
        cells.iter().map(|cell| !cell.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(targets(0), [true]);
    assert_eq!(targets(1), [false, false, true]);
}

#[test]
fn without_a_close_there_is_no_ratio() {
    let sheet = plain("ratios", &many(TEAM, &[(5, "w", WON)], "2010-01-10"));
    assert_eq!(remarks(&sheet, "became prospects : closes"), 1, "{:?}", sheet.notes);
    let sheet = plain("ratios", &many(TEAM, &[(5, "w", OPEN)], "2010-01-10"));
    assert_eq!(remarks(&sheet, "became prospects : closes"), 0, "{:?}", sheet.notes);
    // One group is all there is; of two, and of none, there is a sum.
    let other = OPEN.replace("\"he\"", "\"ma\"");
    let sums = |prospects: &[(&str, &str)]| {
        marks(table(&plain("ratios", &ledger("", prospects, "2010-01-10")), "replenishment"))
    };
    assert_eq!(sums(&[]), "=");
    assert_eq!(sums(&[("x", OPEN)]), ".");
    assert_eq!(sums(&[("x", OPEN), ("y", &other)]), "..=");
}

#[test]
fn the_share_that_fell_back_is_shown_where_anybody_did() {
    let back = "2010-01-01 = { kind = \"meeting\", stage = \"25\", next = 2010-01-08 }\n\
        2010-01-05 = { kind = \"moved\", stage = \"opportunity\", reason = \"x\" }\n";
    let has = |prospects: &[(usize, &str, &str)]| {
        let sheet = plain("cycle", &many("", prospects, "2010-02-01"));
        table(&sheet, "closed").columns.iter().any(|column| column.id == "fell-back")
    };
    assert!(!has(&[(6, "w", WON)]));
    assert!(has(&[(6, "w", WON), (1, "b", back)]));
    // Seven days to each close: whole days have no decimals.
    let sheet = plain("cycle", &many("", &[(6, "w", WON)], "2010-02-01"));
    assert_eq!(rows(table(&sheet, "days")), ["6|7.0|7|7|7|7|7|7|7||> 7"]);
}

#[test]
fn the_tables_of_the_only_board_have_one_name() {
    let ids = |settings: &str| {
        let sheet = plain("cycle", &ledger(settings, &[("x", WON)], "2010-02-01"));
        sheet.tables.iter().map(|table| table.id.clone()).collect::<Vec<_>>()
    };
    assert!(ids("").iter().all(|id| !id.contains('-')), "{:?}", ids(""));
    let two = ids(
        "[[pipeline]]\nid = \"p\"\nstage = [{ id = \"25\" }, { id = \"closed\", outcome = \"won\" }, { id = \"lost\", outcome = \"lost\" }]\n",
    );
    assert!(
        two.iter().any(|id| id.starts_with("p-")) && two.iter().any(|id| id == "closed"),
        "{two:?}"
    );
}

#[test]
fn the_utilisation_is_of_the_capacity_and_of_no_capacity_there_is_none() {
    let settings = "[[rep]]\nid = \"he\"\ncapacity = 4\n[[rep]]\nid = \"no\"\ncapacity = 0\n\
        [[rep]]\nid = \"wu\"\n";
    let sheet = plain("allocation", &ledger(settings, &[("x", OPEN)], "2010-01-10"));
    assert_eq!(column(table(&sheet, "load"), "utilisation"), ["1/4", "", ""]);
}

#[test]
fn an_owner_is_in_the_conversion_where_a_pursuit_opened_closed_or_moved_inside() {
    let counted = |events: &str, from: &str, to: &str| {
        let sheet = make("conversion", &ledger("", &[("x", events)], "2010-02-01"), |request| {
            (request.by, request.period) = (Some(Dimension::OWNER), days(from, to));
        });
        sheet.tables.iter().map(|table| table.rows.len()).sum::<usize>() > 0
    };
    // Opened on the 1st, lost on the 9th.
    assert!(counted(LOST, "2010-01-01", "2010-01-01"));
    assert!(!counted(LOST, "2010-01-02", "2010-01-08"));
    assert!(counted(LOST, "2010-01-09", "2010-01-20"));
    assert!(!counted(LOST, "2010-01-10", "2010-01-20"));
    let moved =
        format!("{LOST}2010-01-05 = {{ kind = \"moved\", stage = \"50\", forced = \"x\" }}\n");
    assert!(counted(&moved, "2010-01-05", "2010-01-05"));
}

#[test]
fn a_move_counts_on_the_first_and_on_the_last_day_of_the_overrides() {
    let listed = |from: &str, to: &str| {
        let book = ledger("", &[("x", WON)], "2010-02-01");
        let sheet = make("overrides", &book, |request| request.period = days(from, to));
        table(&sheet, "exceptions").rows.len()
    };
    assert_eq!(listed("2010-01-01", "2010-01-09"), 1);
    assert_eq!(listed("2010-01-09", "2010-01-20"), 1);
    assert_eq!(listed("2010-01-01", "2010-01-08"), 0);
    assert_eq!(listed("2010-01-10", "2010-01-20"), 0);
}

#[test]
fn five_closes_without_money_make_no_value_of_a_close() {
    use crm::report::what_if::{Projection, Stated, what_if};
    let unpaid = WON.replace("amount = 100, ", "");
    let remarked = |alike: &[(usize, &str, &str)]| {
        let book = many("", alike, "2010-01-10");
        let stated = Stated {
            dials: Some(15.0),
            conversations: Some(7.0),
            appointments: Some(1.0),
            meetings: Some(8.0),
            meetings_per_close: Some(8.0),
            value: None,
        };
        let scale = Projection { days: 5.0, weeks: 50.0, factor: 2.0 };
        let measured = Some((&book, &Request::of(query(&book, ""))));
        remarks(&what_if(measured, &stated, scale, Lang::En).unwrap(), "no value of a close")
    };
    assert_eq!(remarked(&[(5, "x", WON)]), 0);
    assert_eq!(remarked(&[(4, "x", WON)]), 1);
    assert_eq!(remarked(&[(5, "x", &unpaid)]), 1);
}

#[test]
fn the_load_counts_those_in_the_pool_that_a_query_selects() {
    let waiting = "2010-01-01 = { kind = \"opened\" }\n";
    let pool = |text: &str| {
        let book = ledger(TEAM, &[("x", OPEN), ("y", waiting)], "2010-01-10");
        let about = make("allocation", &book, |request| request.query = query(&book, text)).about;
        about.rsplit(' ').next().unwrap().to_owned()
    };
    assert_eq!([pool(""), pool("id:y"), pool("id:x")], ["1", "1", "0"]);
}
