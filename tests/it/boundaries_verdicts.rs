//! The edges of what reports conclude: changes between two days, what is due, verdicts and grades. Each test names
//! the edge.

use crate::common::sheets::{
    LOST, OPEN, WON, column, days, ledger, make, many, marks, plain, remarks, rows, table,
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
        (mark("won"), mark("lost"), remarks(&sheet, "--list"))
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
    assert_eq!(remarks(&sheet, "lifecycle:lapsed"), 1, "{:?}", sheet.notes);
    assert_eq!(remarks(&sheet, "RFM: n = 2, too few"), 1, "{:?}", sheet.notes);
}

#[test]
fn quintiles_take_five_customers_who_bought() {
    let order = "2010-01-01 = { kind = \"order\", amount = 100 }\n";
    let scored = |n: usize| {
        let sheet = plain("grades", &many("", &[(n, "x", order)], "2010-01-10"));
        let bins = sheet.tables.iter().any(|table| table.id == "bins" && !table.rows.is_empty());
        (bins, remarks(&sheet, "RFM: n ="))
    };
    assert_eq!((scored(4), scored(5)), ((false, 1), (true, 0)));
    assert_eq!(scored(0), (false, 0), "of nobody nothing is remarked");
    // Two customers make two points of the curve, however many percents are asked for.
    let sheet = plain("grades", &many("", &[(2, "x", order)], "2010-01-10"));
    assert_eq!(column(table(&sheet, "curve"), "top"), ["1", "2"]);
}

#[test]
fn the_next_column_of_the_last_open_one_is_the_won_one() {
    let next = |stage: &str| {
        let events = format!("2010-01-01 = {{ kind = \"imported\", stage = \"{stage}\" }}\n");
        let book = ledger("", &[("x", &events)], "2010-01-10");
        crm::rules::replay::moves::next_stage(&book.records()[0], &book.settings)
    };
    assert_eq!(["opportunity", "90", "closed", "lost"].map(next), [Some(1), Some(5), None, None]);
}

#[test]
fn a_pass_may_end_on_the_day_it_began_and_not_before() {
    // The clock starts on the day of the appointment.
    let passes = |on: &str, lost: &str| {
        let events = format!(
            "2010-01-01 = {{ kind = \"call\", stage = \"appointment\", next = 2010-01-05 }}\n\
             {lost} = {{ kind = \"moved\", stage = \"lost\", reason = \"x\" }}\n"
        );
        let book = ledger("", &[("x", &events)], on);
        book.records()[0].history.passes(day(on)).count()
    };
    assert_eq!(passes("2010-01-04", "2010-03-01"), 0);
    assert_eq!(passes("2010-01-05", "2010-03-01"), 1);
    assert_eq!(passes("2010-02-01", "2010-01-04"), 0, "the appointment never came");
    let fell = |day_of_fall: &str| {
        let events = format!(
            "2010-01-03 = {{ kind = \"meeting\", stage = \"25\", next = 2010-01-08 }}\n\
             {day_of_fall} = {{ kind = \"moved\", stage = \"lost\", reason = \"x\" }}\n"
        );
        let book = ledger("", &[("x", &events)], "2010-02-01");
        book.records()[0]
            .history
            .passes(day("2010-02-01"))
            .map(|pass| pass.days(day("2010-02-01")))
            .collect::<Vec<_>>()
    };
    assert_eq!((fell("2010-01-03-2"), fell("2010-01-04")), (vec![0], vec![1]));
}

#[test]
fn an_owner_has_left_from_the_day_of_leaving_on() {
    let due = |left: &str| {
        let settings = format!("[[rep]]\nid = \"he\"\nleft = {left}\n");
        let book = ledger(&settings, &[("x", OPEN)], "2010-01-10");
        let sheet = crm::report::due::due(&book, &Request::of(query(&book, "")), 0);
        column(&sheet.tables[0], "what").iter().filter(|what| *what == "owner has left").count()
    };
    assert_eq!((due("2010-01-09"), due("2010-01-10"), due("2010-01-11")), (1, 1, 0));
}

#[test]
fn a_row_of_the_board_warns_of_each_flag_and_praises_what_was_won() {
    let fine = "2010-01-01 = { kind = \"meeting\", stage = \"25\", next = 2010-03-01 }\n";
    let overdue = "2009-12-01 = { kind = \"meeting\", stage = \"25\", next = 2010-03-01 }\n";
    let missed = "2010-01-01 = { kind = \"meeting\", stage = \"25\", next = 2010-01-09 }\n";
    let won = "2010-01-10 = { kind = \"imported\", stage = \"closed\" }\n";
    let mark = |events: &str, on: &str| {
        let book = ledger("", &[("x", events)], on);
        marks(
            &make("board", &book, |request| request.period = days("2010-01-10", "2010-01-10"))
                .tables[0],
        )
    };
    assert_eq!(
        [fine, overdue, missed, won].map(|events| mark(events, "2010-01-10")),
        [".", "!", "!", "+"]
    );
    assert_eq!((mark(missed, "2010-01-09"), mark(overdue, "2009-12-29")), (".".into(), ".".into()));
}

#[test]
fn who_is_in_the_pool_is_on_nobodys_sheet_and_counted() {
    let pooled = "2009-12-18 = { kind = \"opened\" }\n";
    let owned = "2009-12-18 = { kind = \"opened\", owner = \"he\" }\n";
    let said = |events: &str| {
        remarks(&plain("sheet", &ledger("", &[("x", events)], "2009-12-24")), "in the pool")
    };
    assert_eq!((said(pooled), said(owned)), (1, 0));
    // Of a later week it is not: the week ends before it was opened.
    let week = |events: &str, on: &str| {
        let book = ledger("", &[("x", events)], "2009-12-31");
        make("sheet", &book, |request| request.period = days(on, on)).tables[0].rows.len()
    };
    assert_eq!((week(owned, "2009-12-17"), week(owned, "2009-12-18")), (0, 3));
    let last_day = owned.replace("2009-12-18", "2009-12-17");
    assert_eq!(week(&last_day, "2009-12-17"), 1, "opened on the last day of the week");
}

#[test]
fn what_show_has_nothing_to_say_of_has_no_row() {
    let shown = |events: &str, on: &str| {
        let book = ledger("", &[("x", events)], on);
        let sheet = crm::report::show::show(&book.records()[0], &book.settings, book.as_of);
        rows(&sheet.tables[0])
            .iter()
            .map(|row| row.split('|').next().unwrap().to_lowercase())
            .collect::<Vec<_>>()
    };
    let once = shown(LOST, "2010-01-09");
    let has = |rows: &[String], what: &str| rows.iter().any(|row| row == what);
    for absent in ["needs", "tags", "phone", "value", "pursuit", "age"] {
        assert!(!has(&once, absent), "{absent}: {once:?}");
    }
    assert!(has(&once, "owner"), "{once:?}");
    let again = shown(
        &format!("{LOST}2010-01-20 = {{ kind = \"moved\", stage = \"opportunity\" }}\n"),
        "2010-01-20",
    );
    assert!(has(&again, "pursuit"), "{again:?}");
}

#[test]
fn a_customer_counts_once_for_its_manager_and_not_after_it_left_without_buying() {
    let settings =
        "[grading]\nspan = 5\n[[rep]]\nid = \"he\"\nmanager = \"wang\"\n[[rep]]\nid = \"wang\"\n";
    let account = "account = \"Acme\"\n";
    let counted = |prospects: &[(&str, &str, &str)]| {
        let book = book(settings, prospects, "2010-01-10");
        column(table(&plain("policy", &book), "span"), "customers")
    };
    assert_eq!(counted(&[("x", "", OPEN), ("y", "", OPEN)]), ["2"]);
    assert_eq!(counted(&[("x", account, OPEN), ("y", account, OPEN)]), ["1"]);
    assert_eq!(counted(&[("x", "", OPEN), ("y", "", LOST)]), ["1"]);
    let bought = format!("2009-12-01 = {{ kind = \"order\", amount = 5 }}\n{LOST}");
    assert_eq!(counted(&[("x", "", OPEN), ("y", "", &bought)]), ["2"]);
}

#[test]
fn why_a_value_is_what_it_is_names_the_figures_that_decide() {
    let why = |settings: &str, facts: &str, events: &str| {
        let book = book(settings, &[("x", facts, events)], "2010-01-10");
        let sheet =
            crm::report::grade::Grades::of(&book, &Request::of(query(&book, "")), None, true)
                .sheet();
        let table = sheet
            .tables
            .iter()
            .find(|table| table.columns.iter().any(|c| c.id == "why" || c.id == "dimension"))
            .unwrap();
        rows(table).join("\n")
    };
    let order = "2010-01-01 = { kind = \"order\", amount = 100 }\n";
    let bought = why("", "", order);
    assert!(
        bought.contains("bought 100, 1 order;") && bought.contains("0 of 1 order repeat"),
        "{bought}"
    );
    assert!(bought.contains("by its class among those who bought"), "{bought}");
    let margin = why("[grading.margin]\nthin = 0.1\n", "product = \"thin\"\n", order);
    assert!(margin.contains("margin 10 of 100 bought"), "{margin}");
    let expected = why("", "", OPEN);
    assert!(
        expected.contains("expected 100;") && expected.contains("who have not bought"),
        "{expected}"
    );
    for (settings, says) in [
        ("[grading]\nvalue_high = 90\n", "high from 90, medium from -"),
        ("[grading]\nvalue_medium = 90\n", "high from -, medium from 90"),
    ] {
        let said = why(settings, "", order);
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn what_is_missing_to_the_target_warns_beyond_what_may_come() {
    use crm::table::sheet::{Chart, Emphasis};
    let marks = |target: i64, prospects: &[(&str, &str)]| {
        let settings = format!("[forecast]\ntarget = {target}\nper = \"month\"\n");
        let sheet = make("forecast", &ledger(&settings, prospects, "2010-01-10"), |request| {
            request.period = days("2010-01-01", "2010-01-31");
        });
        match &sheet.pictures[0].chart {
            Chart::Range { marks, .. } => {
                marks.iter().map(|mark| mark.emphasis).collect::<Vec<_>>()
            }
            _ => Vec::new(),
        }
    };
    // 100 may come at best; the first mark is what is expected.
    assert_eq!(marks(100, &[("x", OPEN)]), [Emphasis::Plain, Emphasis::Plain]);
    assert_eq!(marks(101, &[("x", OPEN)]), [Emphasis::Plain, Emphasis::Warn]);
    // Closed for 100 already: a target that is passed misses nothing.
    let won = "2010-01-02 = { kind = \"imported\", stage = \"closed\", value = 100 }\n";
    assert_eq!(marks(100, &[("x", OPEN), ("y", won)]).len(), 2);
    assert_eq!(marks(99, &[("x", OPEN), ("y", won)]).len(), 1);
}

#[test]
fn a_fact_of_the_team_is_a_column() {
    let sandbox =
        crate::common::Sandbox::with_settings("[ledger]\nfacts = [\"branch\", \"room\"]\n");
    sandbox.prospect("x", "name = \"x\"\nbranch = \"north\"\nroom = \"7\"\n", OPEN);
    assert_eq!(
        sandbox.crm("list -c id,branch -f csv --as-of 2010-01-10").ok(),
        "id,branch\nx,north\n"
    );
    assert_eq!(sandbox.crm("list -c room,id -f csv --as-of 2010-01-10").ok(), "room,id\n7,x\n");
    sandbox.crm("list -c brunch").fails(2);
}

#[test]
fn a_list_of_criteria_has_ids_for_machines_and_labels_for_people() {
    let sandbox = crate::common::Sandbox::ledger();
    sandbox.prospect("x", "name = \"x\"\n", OPEN);
    let listed = |form: &str| sandbox.crm(&format!("list -c id,missing{form} --as-of 2010-01-10"));
    let missing = listed(" -f csv").ok();
    assert!(missing.contains("signed"), "{missing}");
    let settings = crm::model::settings::Settings::default();
    let label = settings.criterion("signed").unwrap().label.en.clone().unwrap();
    assert!(!missing.contains(&*label) && listed("").ok().contains(&*label), "{label}");
}

#[test]
fn notes_are_kept_only_where_a_query_or_a_rule_that_is_asked_looks_into_them() {
    use crm::rules::book::Keep;
    let noting =
        "[[grading.rule]]\ngrade = \"A\"\nwhen = \"note:vip\"\n[[grading.rule]]\ngrade = \"B\"\n";
    let keeps = |settings: &str, text: &str, rules: bool| {
        let book = ledger(settings, &[], "2010-01-10");
        let request = Request::of(query(&book, text));
        request.keep(&book.settings, book.as_of, rules) == Keep::Everything
    };
    assert!(!keeps("", "", true) && !keeps("", "grade:A", false), "no rule does");
    assert!(!keeps(noting, "", false) && !keeps(noting, "is:open", false), "no rule is asked");
    assert!(keeps(noting, "", true) && keeps(noting, "grade:A", false));
    assert!(keeps("", "note:vip", false) && keeps("", "is:open or note:vip", false));
}

/// The ids that people read in `due`, in order.
fn due_for_people(prospects: &[(&str, &str)], on: &str, days: i64, all: bool) -> Vec<String> {
    let book = ledger("", prospects, on);
    let mut request = Request::of(query(&book, ""));
    request.list = all;
    let sheet = crm::report::due::due(&book, &request, days);
    let list = sheet.tables.iter().find(|table| table.id == "due-list").unwrap();
    let mut ids = column(list, "id");
    ids.extend(sheet.notes);
    ids
}

#[test]
fn what_is_due_by_now_comes_first_and_the_most_money_before_the_rest() {
    let opened = |value: &str, next: &str| {
        format!("2010-01-01 = {{ kind = \"opened\", value = {value}, next = {next} }}\n")
    };
    let texts = [
        ("a", opened("100", "2010-01-10")),
        ("b", opened("900", "2010-01-11")),
        ("c", opened("200", "2010-01-09")),
        ("d", opened("\"700 USD\"", "2010-01-10")),
        ("e", opened("100", "2010-01-08")),
    ];
    let prospects: Vec<(&str, &str)> = texts.iter().map(|(id, text)| (*id, &**text)).collect();
    // `b` is due tomorrow; money without a rate counts as none; of equal money the earlier day is first.
    assert_eq!(due_for_people(&prospects, "2010-01-10", 1, false), ["c", "e", "a", "d", "b"]);
}

#[test]
fn a_screen_has_eighteen_rows_and_the_rest_is_said() {
    let next = "2010-01-01 = { kind = \"opened\", next = 2010-01-10 }\n";
    let ids: Vec<String> = (10..29).map(|n| format!("p{n}")).collect();
    let prospects: Vec<(&str, &str)> = ids.iter().map(|id| (&**id, next)).collect();
    assert_eq!(due_for_people(&prospects[..18], "2010-01-10", 0, false), ids[..18]);
    let shown = due_for_people(&prospects, "2010-01-10", 0, false);
    assert_eq!(shown[..18], ids[..18]);
    assert_eq!(
        shown[18..],
        ["18 of 19 things, the most money at stake first; all of them: crm due --all"]
    );
    assert_eq!(due_for_people(&prospects, "2010-01-10", 0, true), ids);
}

#[test]
fn an_answer_to_a_campaign_is_due_for_thirty_days_or_until_we_follow_it_up() {
    let answered = "2010-01-01 = { kind = \"opened\" }\n2010-01-10 = { kind = \"response\" }\n";
    let due = |text: &str, on: &str| due_for_people(&[("x", text)], on, 0, false);
    assert_eq!(due(answered, "2010-01-09"), [""; 0]);
    assert_eq!(due(answered, "2010-01-10"), ["x"]);
    assert_eq!(due(answered, "2010-02-09"), ["x"], "30 days later");
    assert_eq!(due(answered, "2010-02-10"), [""; 0], "31 days later");
    let then = |kind: &str| format!("{answered}2010-01-11 = {{ kind = \"{kind}\" }}\n");
    assert_eq!(due(&then("call"), "2010-01-11"), [""; 0]);
    assert_eq!(due(&then("quote"), "2010-01-11"), [""; 0]);
    assert_eq!(due(&then("note"), "2010-01-11"), ["x"]);
    assert_eq!(due(&then("complaint"), "2010-01-11"), ["x"], "it called us, we did not call it");
}

#[test]
fn a_milestone_is_due_from_its_day_until_its_column_is_reached() {
    let planned = "2010-01-01 = { kind = \"opened\", milestones = { \"25\" = 2010-01-10 } }\n";
    let due = |text: &str, on: &str| due_for_people(&[("x", text)], on, 0, false);
    assert_eq!(due(planned, "2010-01-09"), [""; 0]);
    assert_eq!(due(planned, "2010-01-10"), ["x"]);
    assert_eq!(due(planned, "2010-01-11"), ["x"]);
    let moved = "2010-01-10 = { kind = \"meeting\", stage = \"50\", forced = \"x\" }\n";
    assert_eq!(due(&format!("{planned}{moved}"), "2010-01-10"), [""; 0], "a later column");
    let hold = "2010-01-02 = { kind = \"hold\", until = 2010-02-01 }\n";
    assert_eq!(due(&format!("{planned}{hold}"), "2010-01-10"), [""; 0], "on hold");
}

#[test]
fn a_signing_date_is_due_while_it_is_open_and_not_on_hold() {
    let due = |events: &str| {
        let book = ledger("", &[("x", events)], "2010-01-10");
        let sheet = crm::report::due::due(&book, &Request::of(query(&book, "")), 60);
        column(&sheet.tables[0], "what")
    };
    assert_eq!(due(OPEN), ["signing date", "cycle ends"]);
    let held = format!("{OPEN}2010-01-05 = {{ kind = \"hold\", until = 2010-02-20 }}\n");
    assert_eq!(due(&held), ["hold ends"]);
    let lost =
        format!("{OPEN}2010-01-05 = {{ kind = \"moved\", stage = \"lost\", reason = \"x\" }}\n");
    assert_eq!(due(&lost), [""; 0]);
}

#[test]
fn a_rep_without_capacity_has_no_band_to_be_within() {
    use crm::plan::rebalance::{Wish, rebalance};
    use crm::rules::replay::care::Care;
    let settings = "[[rep]]\nid = \"he\"\ncapacity = 1\n[[rep]]\nid = \"ma\"\ncapacity = 0\n";
    let book = ledger(settings, &[("x", OPEN)], "2010-01-10");
    let wish = Wish { tolerance: 10, untouched_days: None, any_stage: false };
    let plan = rebalance(&book, &query(&book, ""), wish, Care::Prospect).unwrap();
    assert_eq!(plan.bands.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
    assert_eq!(plan.outside(), [0; 0]);
}

#[test]
fn what_a_campaign_cost_is_shared_by_its_own_leads_and_by_no_sum() {
    let settings =
        "[[campaign]]\nid = \"fair\"\ncost = 300\n[[campaign]]\nid = \"free\"\ncost = 0\n";
    let source = |id: &str| format!("source = \"{id}\"\n");
    let (fair, free) = (source("fair"), source("free"));
    let book =
        book(settings, &[("x", &fair, WON), ("y", &fair, OPEN), ("z", &free, WON)], "2010-02-01");
    let sheet = plain("sources", &book);
    let money = table(&sheet, "money");
    assert_eq!(marks(money), "..=");
    assert_eq!(column(money, "cost"), ["300", "0", "300"]);
    assert_eq!(column(money, "cost-per-lead"), ["150", "0", ""]);
    assert_eq!(column(money, "cost-per-close"), ["300", "0", ""]);
    // 100 won for 300; what cost nothing brings back no multiple of it.
    assert_eq!(column(money, "return"), ["0.3x", "", ""]);
}

#[test]
fn two_owners_of_the_day_it_was_opened_are_two() {
    let events = "2010-01-01-1 = { kind = \"opened\", owner = \"he\" }\n\
         2010-01-01-2 = { kind = \"assigned\", owner = \"ma\" }\n2010-01-05 = { kind = \"released\", owner = \"\" }\n\
         2010-01-07 = { kind = \"assigned\", owner = \"he\" }\n";
    let book = ledger("", &[("x", events)], "2010-01-10");
    let owners = &book.records()[0].history.owners;
    let owners: Vec<_> = owners.iter().map(|spell| spell.owner.as_deref().unwrap_or("-")).collect();
    assert_eq!(owners, ["he", "ma", "-", "he"]);
}

#[test]
fn a_board_is_shown_where_it_is_in_use_or_the_only_one() {
    use crm::table::sheet::Audience;
    let two = "[[pipeline]]\nid = \"p\"\nstage = [{ id = \"25\" }, { id = \"closed\", outcome = \"won\" }, { id = \"lost\", outcome = \"lost\" }]\n";
    let shown = |settings: &str, prospects: &[(&str, &str)]| {
        let sheet = plain("board", &ledger(settings, prospects, "2010-01-10"));
        sheet.tables.iter().map(|table| table.audience == Audience::All).collect::<Vec<_>>()
    };
    let opened = "2010-01-01 = { kind = \"opened\" }\n";
    assert_eq!((shown("", &[]), shown("", &[("x", opened)])), (vec![true], vec![true]));
    assert_eq!(shown(two, &[("x", opened)]), [true, false]);
}

#[test]
fn why_one_customer_has_its_levels_needs_no_id_and_why_two_have_does() {
    let columns = |prospects: &[(&str, &str)]| {
        let book = ledger("", prospects, "2010-01-10");
        let request = Request::of(query(&book, ""));
        let sheet = crm::report::grade::Grades::of(&book, &request, None, true).sheet();
        table(&sheet, "why").columns.iter().map(|column| column.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(columns(&[("x", OPEN)]), ["dimension", "level", "why"]);
    assert_eq!(columns(&[("x", OPEN), ("y", OPEN)]), ["id", "dimension", "level", "why"]);
}

#[test]
fn on_the_day_of_its_end_a_hold_holds_the_clock_no_more() {
    let why = |on: &str| {
        let events = "2010-01-01 = { kind = \"meeting\", stage = \"25\", next = 2010-03-01 }\n\
             2010-01-03 = { kind = \"hold\", until = 2010-01-10 }\n";
        let book = ledger("", &[("x", events)], on);
        let record = &book.records()[0];
        record.case(&book.settings, book.as_of).status("in-cycle").why.en().to_owned()
    };
    assert_eq!(why("2010-01-09"), "on hold until 2010-01-10");
    assert!(!why("2010-01-10").contains("hold"), "{}", why("2010-01-10"));
}

#[test]
fn only_those_of_high_value_that_have_lapsed_are_remarked_on() {
    let remarked = |on: &str, amount: u32| {
        let order = format!("{on} = {{ kind = \"order\", amount = {amount} }}\n");
        let settings = "[grading]\nvalue_high = 100\nvalue_medium = 50\n";
        let sheet = plain("grades", &ledger(settings, &[("x", &order)], "2010-01-10"));
        remarks(&sheet, "customers of high value that have lapsed")
    };
    assert_eq!(remarked("2008-01-10", 100), 1);
    assert_eq!(remarked("2008-01-10", 99), 0);
    assert_eq!(remarked("2010-01-09", 100), 0);
}

#[test]
fn what_is_missing_is_told_of_the_open_and_not_of_the_ended() {
    let missing = |events: &str| {
        let book = ledger("", &[("x", events)], "2010-01-10");
        let sheet =
            crm::report::classify::classify(&book, &Request::of(query(&book, "")), Some("90"));
        column(&sheet.tables[0], "missing").remove(0) != "List([])"
    };
    assert_eq!([OPEN, WON, LOST].map(missing), [true, false, false]);
}

#[test]
fn a_campaign_that_brought_none_is_a_source_of_all_and_of_no_query() {
    use crm::report::dimension::Dimension;
    let settings = "[[campaign]]\nid = \"fair\"\ncost = 300\n";
    let sources = |by: Dimension, text: &str| {
        let book = ledger(settings, &[("x", OPEN)], "2010-02-01");
        let sheet = make("sources", &book, |request| {
            (request.by, request.query) = (Some(by), query(&book, text));
        });
        marks(table(&sheet, "money"))
    };
    assert_eq!(sources(Dimension::SOURCE, ""), "..=");
    assert_eq!(sources(Dimension::SOURCE, "is:open"), ".=");
    assert_eq!(sources(Dimension::OWNER, ""), ".=");
}

#[test]
fn each_grade_counts_its_own_customers() {
    let settings = "[[grading.rule]]\ngrade = \"A\"\nwhen = \"tag:a\"\n\
         [[grading.rule]]\ngrade = \"B\"\nwhen = \"tag:b\"\n";
    let tagged = |tag: &str| format!("tags = [\"{tag}\"]\n");
    let (a, b) = (tagged("a"), tagged("b"));
    let prospects = [("u", &*a, WON), ("v", &*b, WON), ("w", &*b, WON)];
    let sheet = plain("grades", &book(settings, &prospects, "2010-02-01"));
    assert_eq!(column(table(&sheet, "grades"), "grade"), ["A", "B", "all"]);
    assert_eq!(column(table(&sheet, "grades"), "customers"), ["1", "2", "3"]);
}

#[test]
fn one_whose_evidence_is_of_a_later_column_could_advance() {
    let verdicts = |events: &str| {
        let book = ledger("", &[("x", events)], "2010-01-10");
        let sheet = crm::report::classify::classify(&book, &Request::of(query(&book, "")), None);
        (marks(&sheet.tables[0]), column(&sheet.tables[0], "verdict").remove(0))
    };
    let is = |mark: &str, verdict: &str| (mark.to_owned(), verdict.to_owned());
    let met = "2010-01-01 = { kind = \"meeting\", next = 2010-02-01 }\n";
    assert_eq!(verdicts(met), is("+", "could-advance"));
    let placed = met.replace("next", "stage = \"25\", next");
    assert_eq!(verdicts(&placed), is(".", "holds"));
    assert_eq!(verdicts(LOST), is(".", "ended"));
}

#[test]
fn the_chinese_head_of_the_grades_counts_all_or_some_of_them() {
    let head = |text: &str| {
        let mut book = ledger("", &[("x", WON), ("y", WON)], "2010-02-01");
        book.settings.language = crm::value::label::Lang::Zh;
        make("grades", &book, |request| request.query = query(&book, text)).about
    };
    assert!(head("").contains("客户 2 个，其中 2 个已购"), "{}", head(""));
    assert!(head("id:x").contains("2 个客户中的 1 个，其中 1 个已购"), "{}", head("id:x"));
}

#[test]
fn an_entry_without_criteria_changes_none() {
    let changes = |entry: &str| {
        let book = ledger("", &[("x", &format!("2010-01-02 = {{ {entry} }}\n"))], "2010-01-10");
        let sheet = crm::report::show::show(&book.records()[0], &book.settings, book.as_of);
        column(table(&sheet, "journal"), "change").remove(0)
    };
    assert_eq!(changes("kind = \"note\""), "");
    assert_ne!(changes("kind = \"note\", confirms = [\"fit\"]"), "");
}

#[test]
fn one_stated_amount_is_enough_to_judge_value_by_money() {
    let order = "2010-01-01 = { kind = \"order\", amount = 100 }\n";
    let level = |stated: &str| {
        let book = ledger(&format!("[grading]\n{stated}"), &[("x", order)], "2010-01-10");
        let is = |level: &&str| {
            let text = format!("value-level:{level}");
            book.selection(&query(&book, &text)).has(&book.records()[0])
        };
        ["high", "medium", "low"].into_iter().find(is).unwrap()
    };
    // The only one is of the first class.
    assert_eq!(level(""), "high");
    assert_eq!([level("value_high = 100\n"), level("value_high = 101\n")], ["high", "low"]);
    assert_eq!([level("value_medium = 100\n"), level("value_medium = 101\n")], ["medium", "low"]);
}
