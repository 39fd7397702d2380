//! The statistical reports from the command line, on small ledgers whose figures are checked by hand.

use crate::common::{Sandbox, TODAY};
use crm::value::date::Date;

fn day(offset: i64) -> String {
    Date::parse(TODAY).unwrap().plus(offset).to_string()
}

/// The line of a CSV whose first cells are these.
fn line(csv: &str, start: &str) -> String {
    let found = csv.lines().find(|line| line.starts_with(start));
    found.map_or_else(|| format!("no `{start}` in\n{csv}"), String::from)
}

/// Prospects that stood in 25 for so many days, and how that ended: `won`, `lost` or `open`.
/// Opening positions need no evidence.
fn passes(passes: &[(i64, &str)]) -> Sandbox {
    let sandbox = Sandbox::ledger();
    for (n, (days, end)) in passes.iter().enumerate() {
        let start = if *end == "open" { -days } else { -100 };
        let mut events = format!("{} = {{ kind = \"imported\", stage = \"25\" }}\n", day(start));
        let stage = if *end == "won" { "closed" } else { "lost" };
        if *end != "open" {
            let on = day(start + days);
            events += &format!("{on} = {{ kind = \"imported\", stage = \"{stage}\" }}\n");
        }
        sandbox.prospect(&format!("p{n}"), "name = \"王经理\"\n", &events);
    }
    sandbox
}

#[test]
fn closed_by_a_day_is_aalen_johansen() {
    let sandbox = passes(&[
        (3, "won"),
        (5, "lost"),
        (6, "won"),
        (7, "won"),
        (8, "open"),
        (10, "lost"),
        (12, "won"),
        (12, "open"),
    ]);
    let csv = sandbox.crm("report cycle -f csv").ok();
    assert_eq!(
        csv.lines().next().unwrap(),
        "day,won,won-low,won-high,lost,lost-low,lost-high,still-open,at-risk"
    );
    // By day 7: 3 of 8 won, 1 lost, nobody censored yet.
    let by_7 = line(&csv, "7,");
    assert!(by_7.starts_with("7,0.375,") && by_7.contains(",0.125,"), "{by_7}");
    assert!(by_7.ends_with(",0.5,5"), "{by_7}");
    // By day 12: 13/24 won; 1/8 + 1/2 x 1/3 = 7/24 lost; 4/24 open. 28 days are not known yet.
    let by_12 = line(&csv, "12,");
    assert!(by_12.starts_with("12,0.541667,") && by_12.contains(",0.291667,"), "{by_12}");
    assert!(by_12.ends_with(",0.166667,2"), "{by_12}");
    assert_eq!(csv.lines().count(), 3);
    // Four that closed are too few for a mean; the Kaplan-Meier median has all eight.
    let days = sandbox.crm("report cycle --table days").ok();
    assert!(days.contains("(n = 4, too few)"), "{days}");
    let text = sandbox.crm("report cycle").ok();
    assert!(text.contains("n = 8 passes: 4 won, 2 lost, 0 fell back to the first column, 2 open"));
    assert!(text.contains("won: 4, too few to measure the real one"), "{text}");
}

#[test]
fn days_to_close_naive_and_kaplan_meier() {
    let sandbox = passes(&[
        (3, "won"),
        (5, "lost"),
        (6, "won"),
        (7, "won"),
        (8, "open"),
        (10, "won"),
        (12, "won"),
        (12, "open"),
    ]);
    // Of 3, 6, 7, 10, 12: mean 7.6, quartiles 6, 7, 10, p90 10 + 0.6 x 2. Kaplan-Meier: 7/18 at 10.
    let days = sandbox.crm("report cycle -f csv --table days").ok();
    assert_eq!(
        days.lines().next().unwrap(),
        "n,mean,p25,median,p75,p90,min,max,km-median,km-low,km-high"
    );
    assert!(line(&days, "5,").starts_with("5,7.6,6,7,10,11.2,3,12,10,3,"), "{days}");
    // The stated cycle of 28 days, in a sentence.
    let text = sandbox.crm("report cycle").ok();
    assert!(text.contains(
        "stated cycle 28 days; the middle half of the won took 6 to 10, median 7; 5 of 5 (100 %) closed within it: it is longer than your closes take"
    ), "{text}");
    // Six left the column after 3, 5, 6, 7, 10, 12 days: mean 43/6; two are there.
    let columns = sandbox.crm("report cycle -f csv --table columns").ok();
    let stay = line(&columns, "25,");
    assert!(stay.starts_with("25,6,7.166667,") && stay.ends_with(",2"), "{stay}");
    // By a dimension: a row each, and for people a row of all.
    let by = sandbox.crm("report cycle --by month").ok();
    assert!(by.contains("2009-12") && by.contains("all"), "{by}");
    let by = sandbox.crm("report cycle --by month -f csv").ok();
    assert!(line(&by, "2009-09,5,7.6").len() > 9 && !by.contains("all"), "{by}");
}

#[test]
fn a_median_that_is_not_reached_is_beyond_the_longest() {
    let sandbox = passes(&[(3, "won"), (9, "open"), (9, "open"), (9, "open"), (9, "open")]);
    let text = sandbox.crm("report cycle --table days").ok();
    assert!(text.contains("(> 9)"), "{text}");
    let none = passes(&[(3, "open")]).crm("report cycle").ok();
    assert!(none.contains("(n = 1, too few)"), "{none}");
}

#[test]
fn a_fall_back_ends_a_pass() {
    let sandbox = Sandbox::ledger();
    for n in 0..5 {
        sandbox.prospect(
            &format!("p{n}"),
            "name = \"x\"\n",
            &format!(
                "{} = {{ kind = \"opened\" }}\n\
                 {} = {{ kind = \"meeting\", stage = \"25\", next = {} }}\n\
                 {} = {{ kind = \"moved\", stage = \"opportunity\", reason = \"past the cycle\" }}\n",
                day(-60),
                day(-50),
                day(-45),
                day(-20)
            ),
        );
    }
    // All five are open as pursuits, but their passes ended on day 30 by falling back.
    let csv = sandbox.crm("report cycle -f csv").ok();
    assert_eq!(line(&csv, "30,"), "30,0,,,0,,,1,0,5");
    let text = sandbox.crm("report cycle").ok();
    let fell_back = "5 fell back to the first column, 0 open";
    // Their clock did run; that of one who was never met did not.
    assert!(
        text.contains(&format!("{fell_back}; not in it, as the clock never started: 0 pursuits")),
        "{text}"
    );
    sandbox.prospect(
        "cold",
        "name = \"x\"\n",
        &format!("{} = {{ kind = \"opened\" }}\n", day(-60)),
    );
    let text = sandbox.crm("report cycle").ok();
    assert!(
        text.contains(&format!("{fell_back}; not in it, as the clock never started: 1 pursuit")),
        "{text}"
    );
}

/// Five pursuits, one of them of a prospect that was lost before, and all of it twice:
/// a: opportunity, 25, 50, closed            b: opportunity, 25, 50, 25 (again)
/// c: opportunity, 50 (skips 25)             d: opportunity, 25, lost; then a new pursuit
fn cohort() -> Sandbox {
    let sandbox = Sandbox::ledger();
    let put = |id: &str, owner: &str, moves: &[(&str, &str)]| {
        let mut events =
            format!("2009-10-01 = {{ kind = \"opened\", owner = \"{owner}\", value = 1000 }}\n");
        for (on, stage) in moves {
            events += &format!(
                "{on} = {{ kind = \"moved\", stage = \"{stage}\", forced = \"as told\", reason = \"price\" }}\n"
            );
        }
        for twin in 1..=2 {
            sandbox.prospect(&format!("{id}{twin}"), "name = \"x\"\n", &events);
        }
    };
    put("a", "刘燕", &[("2009-10-02", "25"), ("2009-10-09", "50"), ("2009-11-02", "closed")]);
    put("b", "刘燕", &[("2009-10-05", "25"), ("2009-10-12", "50"), ("2009-11-03", "25")]);
    put("c", "he", &[("2009-11-05", "50")]);
    put("d", "he", &[("2009-10-06", "25"), ("2009-10-20", "lost"), ("2009-11-20", "opportunity")]);
    sandbox
}

#[test]
fn conversion_of_those_who_entered() {
    let sandbox = cohort();
    let csv = sandbox.crm("report conversion -f csv").ok();
    assert_eq!(
        csv.lines().next().unwrap(),
        "stage,entered,advanced,advanced-low,advanced-high,still-open,lost,won"
    );
    // Opportunity: ten pursuits; eight got further (c skipped 25), the new ones of d are open.
    assert!(line(&csv, "opportunity,").starts_with("opportunity,10,0.8,"), "{csv}");
    assert!(line(&csv, "opportunity,").ends_with(",2,0,2"), "{csv}");
    // 25: a and b got further (b entered twice and counts once), d left.
    assert!(line(&csv, "25,").starts_with("25,6,0.666667,"), "{csv}");
    assert!(line(&csv, "25,").ends_with(",0,2,2"), "{csv}");
    // 50: a was won; b fell back and c stands there.
    assert!(line(&csv, "50,").starts_with("50,6,0.333333,"), "{csv}");
    assert!(line(&csv, "50,").ends_with(",4,0,2"), "{csv}");
    // Nobody was in 90: no rate.
    assert_eq!(line(&csv, "90,"), "90,0,,,,0,0,0");
    // Those who entered in November: c into 50, d into opportunity. b's second time in 25 is no entry.
    let november = sandbox.crm("report conversion --period 2009-11 -f csv").ok();
    assert_eq!(line(&november, "opportunity,"), "opportunity,2,,,,2,0,0");
    assert_eq!(line(&november, "25,"), "25,0,,,,0,0,0");
    assert_eq!(line(&november, "50,"), "50,2,,,,2,0,0");
    let said = sandbox.crm("report conversion --period 2009-11").ok();
    assert!(said.contains("(n = 2, too few)"), "{said}");
    // Win rates are two columns. Closed ever: a won, d lost, 2 : 2. Of ten opened two were won, six
    // are open.
    let rates = sandbox.crm("report conversion -f csv --table win-rate").ok();
    assert_eq!(
        rates,
        "measure,snapshot,snapshot-low,snapshot-high,cohort,cohort-low,cohort-high,still-open\n\
         narrow,,,,,,,6\n\
         broad,,,,0.2,0.056682,0.509838,6\n"
    );
    // Opened in October: eight, two won, two lost; d's second ones were opened in November.
    let json = sandbox.crm("report conversion --period 2009-10 -f json").ok();
    assert!(json.contains("\"n\": 2,\n") && json.contains("\"of\": 8\n"), "{json}");
    let by = sandbox.crm("report conversion --by owner -f csv").ok();
    assert!(line(&by, "刘燕,25,").starts_with("刘燕,25,4,,"), "{by}");
}

#[test]
fn a_forecast_is_the_exact_distribution() {
    // (100, .25), (50, .5), (200, .9), without any history: the nominal probabilities stand.
    let sandbox = Sandbox::with_settings("[forecast]\ntarget = 250\n");
    for (id, stage, value) in [("a", "25", 100), ("b", "50", 50), ("c", "90", 200)] {
        let events = format!(
            "{} = {{ kind = \"imported\", stage = \"{stage}\", value = {value}, close_by = 2009-12-24 }}\n",
            day(-3)
        );
        sandbox.prospect(id, "name = \"唐主任\"\n", &events);
    }
    let csv = sandbox.crm("report forecast -f csv").ok();
    // P(<= 150) = .1, P(<= 250) = .775, P(<= 350) = 1.
    assert_eq!(
        csv,
        "closing,count,value,nominal,expected,p10,p50,p90\n2009-12,3,350,230,230,150,250,350\n"
    );
    let period = sandbox.crm("report forecast -f csv --table period").ok();
    // 350 due over 250 missing; P(at least 250) = .3375 + .1125 + .1125.
    assert!(line(&period, "target,").starts_with("target,250,"), "{period}");
    assert!(line(&period, "due,").starts_with("due,350,"), "{period}");
    assert!(line(&period, "reach,").starts_with("reach,0.5625,"), "{period}");
    assert!(line(&period, "coverage,").starts_with("coverage,1.4,"), "{period}");
    // Nothing has closed: no win rate, and what needs one says why.
    let text = sandbox.crm("report forecast").ok();
    assert!(text.contains("(n = 0, too few)"), "{text}");
    assert!(text.contains("Still to come in 2009-10-01..2009-12-31"), "{text}");
    // A target for a quarter says nothing about a month, but two quarters are two targets.
    let month = sandbox.crm("report forecast --period 2009-12").ok();
    assert!(month.contains("(for a quarter)"), "{month}");
    let half = sandbox.crm("report forecast --period 2009-07..2009-12 -f csv --table period").ok();
    assert!(line(&half, "target,").starts_with("target,500,"), "{half}");
}

#[test]
fn what_has_no_month_to_come_stands_on_its_own() {
    let sandbox = Sandbox::ledger();
    let put = |id: &str, on: i64, more: &str| {
        let events = format!("{} = {{ kind = \"imported\", stage = \"50\"{more} }}\n", day(on));
        sandbox.prospect(id, "name = \"x\"\n", &events);
    };
    put("january", -3, ", value = 100, close_by = 2010-01-10");
    put("late", -3, ", value = 10, close_by = 2009-12-17");
    put("undated", -3, ", value = 20");
    put("overdue", -40, ", value = 30, close_by = 2010-01-10");
    put("dollars", -3, ", value = \"40 USD\", close_by = 2010-01-10");
    put("worthless", -3, ", close_by = 2010-02-10");
    sandbox.prospect(
        "held",
        "name = \"x\"\n",
        &format!(
            "{} = {{ kind = \"imported\", stage = \"50\", value = 50, close_by = 2010-01-10 }}\n\
             {} = {{ kind = \"hold\", until = 2010-03-01, reason = \"budget\" }}\n",
            day(-3),
            day(-2)
        ),
    );
    sandbox.prospect(
        "name-only",
        "name = \"x\"\n",
        "2009-12-01 = { kind = \"opened\", value = 9 }\n",
    );
    let csv = sandbox.crm("report forecast -f csv").ok();
    for expected in [
        "2010-01,1,100,50,50,0,0,100",
        "2010-02,1,0,0,0,0,0,0",
        "late,1,10,5,5,0,0,10",
        "undated,1,20,10,10,0,0,20",
        "overdue,1,30,15,15,0,0,30",
        "on-hold,1,50,25,25,0,0,50",
        "USD,1,40 USD,20 USD,20 USD,0 USD,0 USD,40 USD",
    ] {
        assert_eq!(line(&csv, expected), expected, "{csv}");
    }
    let text = sandbox.crm("report forecast").ok();
    let total = text.lines().find(|line| line.starts_with("to come")).unwrap();
    assert_eq!(total.split_whitespace().nth(3), Some("100"), "{text}");
    assert!(text.contains("open prospects without a value, which count as 0: 1"), "{text}");
    assert!(
        text.contains(
            "open prospects in columns with probability 0, which are not in the forecast: 1"
        ),
        "{text}"
    );
}

#[test]
fn pushes_and_slippage() {
    let sandbox = Sandbox::ledger();
    let dated = |id: &str, dates: &[&str]| {
        let mut events =
            format!("{} = {{ kind = \"imported\", stage = \"50\", value = 70 }}\n", day(-9));
        for (n, date) in dates.iter().enumerate() {
            let on = day(-8 + i64::try_from(n).unwrap());
            events += &format!("{on} = {{ kind = \"note\", close_by = {date} }}\n");
        }
        sandbox.prospect(id, "name = \"x\"\n", &events);
    };
    dated("slips", &["2009-12-22", "2009-12-29", "2010-01-05"]);
    dated("pulls", &["2010-01-20", "2009-12-23"]);
    dated("stays", &["2009-12-30"]);
    let period = sandbox.crm("report forecast -f csv --table period").ok();
    // Two moves to later; one of the three that were due in the quarter is due after it.
    assert!(line(&period, "pushes,").starts_with("pushes,2,"), "{period}");
    assert!(line(&period, "slipped,").starts_with("slipped,1,\"of 3 "), "{period}");
    assert!(line(&period, "slipped-value,").starts_with("slipped-value,70,"), "{period}");
}

/// Walks over the board that make exactly these moves: 90 begin at the appointment.
/// Columns: appointment, 25, 50, 90, closed, lost.
fn walks() -> Vec<Vec<usize>> {
    let mut left =
        [[0, 60, 0, 0, 0, 40], [10, 0, 30, 0, 0, 20], [0, 6, 0, 18, 0, 6], [0, 0, 3, 0, 12, 3]];
    let mut walks = Vec::new();
    for _ in 0..90 {
        let mut walk = vec![0];
        while let Some(moves) = left.get_mut(walk[walk.len() - 1]) {
            // Fall-backs first, so that nobody is left over for them.
            let Some(to) = moves.iter().position(|n| *n > 0) else { break };
            moves[to] -= 1;
            walk.push(to);
        }
        walks.push(walk);
    }
    assert_eq!(left.as_flattened().iter().sum::<i32>(), 0, "all moves are made");
    walks
}

#[test]
fn probabilities_are_calibrated_by_the_moves_of_the_ledger() {
    let sandbox = Sandbox::with_settings("[forecast]\nweight = 0\n");
    let stages = ["appointment", "25", "50", "90", "closed", "lost"];
    for (n, walk) in walks().iter().enumerate() {
        let events: String = walk
            .iter()
            .enumerate()
            .map(|(step, stage)| {
                let on = Date::parse("2009-01-01").unwrap().plus(i64::try_from(step).unwrap());
                format!("{on} = {{ kind = \"imported\", stage = \"{}\" }}\n", stages[*stage])
            })
            .collect();
        sandbox.prospect(&format!("p{n}"), "name = \"x\"\n", &events);
    }
    let odds = sandbox.crm("report forecast -f csv --table probability").ok();
    assert_eq!(
        odds.lines().next().unwrap(),
        "stage,nominal,calibrated,calibrated-low,calibrated-high,n,still-there"
    );
    // 12/71, 20/71, 36/71, 160/213; six stand in 25 and three in 50, as the counts leave them.
    for (start, end) in [
        ("opportunity,0,0,,", ",0,0"),
        ("appointment,0.1,0.169014,", ",100,0"),
        ("25,0.25,0.28169,", ",60,6"),
        ("50,0.5,0.507042,", ",30,3"),
        ("90,0.9,0.751174,", ",18,0"),
    ] {
        let found = line(&odds, start);
        assert!(found.ends_with(end), "{start}: {found}");
    }
    let text = sandbox.crm("report forecast").ok();
    assert!(text.contains("your 90% wins 75 %, n = 18 (95 % interval"), "{text}");
    // 12 won of 81 closed: the win rate that the needed coverage rests on. 1 / (12/81) = 6.75.
    let period = sandbox.crm("report forecast -f csv --table period").ok();
    assert!(line(&period, "win-rate,").starts_with("win-rate,0.148148,"), "{period}");
    assert!(line(&period, "needed,").starts_with("needed,6.75,"), "{period}");
}

/// Every kind of change between the end of 12-10 and the end of 12-17.
fn changing() -> Sandbox {
    let sandbox = Sandbox::ledger();
    let put = |id: &str, before: &str, after: &str| {
        let mut events = String::new();
        if !before.is_empty() {
            events +=
                &format!("2009-12-01 = {{ kind = \"imported\", owner = \"liu\", {before} }}\n");
        }
        if !after.is_empty() {
            events += &format!("2009-12-15 = {{ kind = \"imported\", {after} }}\n");
        }
        sandbox.prospect(id, "name = \"张先生\"\n", &events);
    };
    put("new", "", "stage = \"25\", value = 10, owner = \"liu\"");
    put("advanced", "stage = \"25\", value = 100", "stage = \"50\"");
    put("fell", "stage = \"50\", value = 200", "stage = \"25\"");
    put("pulled", "stage = \"50\", value = 1, close_by = 2009-12-30", "close_by = 2009-12-20");
    put("pushed", "stage = \"50\", value = 2, close_by = 2009-12-20", "close_by = 2009-12-30");
    put("up", "stage = \"50\", value = 30", "value = 50");
    put("down", "stage = \"50\", value = 50", "value = 30");
    put("won", "stage = \"90\", value = 1000", "stage = \"closed\", value = 1100");
    put("lost", "stage = \"25\", value = 400", "stage = \"lost\", reason = \"price\"");
    put("recycled", "stage = \"25\", value = 4", "owner = \"\"");
    put("handed", "stage = \"25\", value = 8", "owner = \"何建国\"");
    put("still", "stage = \"25\", value = 16", "");
    // Comes and goes within the week.
    sandbox.prospect(
        "brief",
        "name = \"x\"\n",
        "2009-12-12 = { kind = \"opened\", owner = \"liu\", value = 7 }\n\
         2009-12-14 = { kind = \"moved\", stage = \"lost\", reason = \"no need\" }\n",
    );
    // After the last day.
    put("later", "", "");
    sandbox.prospect("later", "name = \"x\"\n", "2009-12-18 = { kind = \"opened\", value = 5 }\n");
    sandbox
}

const WEEK: &str = "--from 2009-12-11 --to 2009-12-17";

#[test]
fn a_bridge_lists_every_change_and_sums_exactly() {
    let sandbox = changing();
    let csv = sandbox.crm(&format!("report bridge {WEEK} -f csv")).ok();
    // Weighted opening: 25 + 100 + .5 + 1 + 15 + 25 + 900 + 100 + 1 + 2 + 4 = 1173.5.
    // The won one: +100 at 90 %, then -1100 and -990.
    assert_eq!(
        csv,
        "bridge,prospects,count,value,weighted,affected\n\
         opening,,11,1811,1173.50,\n\
         new,2,2,17,2.50,17\n\
         value up,2,0,120,100,1150\n\
         value down,1,0,-20,-10,30\n\
         advanced,1,0,0,25,100\n\
         fell back,1,0,0,-50,200\n\
         pulled in,1,0,0,0,1\n\
         pushed,1,0,0,0,2\n\
         recycled,1,0,0,0,4\n\
         re-assigned,1,0,0,0,8\n\
         won,1,-1,-1100,-990,1100\n\
         lost,2,-2,-407,-100,407\n\
         closing 2009-12-17,,10,421,151,\n"
    );
    let list = sandbox.crm(&format!("report bridge {WEEK} --list -f csv")).ok();
    assert_eq!(list.lines().count(), 1 + 14, "{list}");
    for expected in [
        "new,张先生,new,2009-12-15 25,1,10,2.50",
        "brief,x,new,2009-12-12 opportunity,1,7,0",
        "won,张先生,value up,1000 -> 1100,0,100,90",
        "advanced,张先生,advanced,25 -> 50,0,0,25",
        "pushed,张先生,pushed,2009-12-20 -> 2009-12-30,0,0,0",
        "handed,张先生,re-assigned,liu -> 何建国,0,0,0",
        "recycled,张先生,recycled,liu -> -,0,0,0",
        "lost,张先生,lost,25 ->: price,-1,-400,-100",
    ] {
        assert_eq!(line(&list, expected), expected, "{list}");
    }
    // The ids of all that changed, each once.
    let ids = sandbox.crm(&format!("report bridge {WEEK} -f ids")).ok();
    assert_eq!(ids.lines().count(), 12, "{ids}");
    assert!(!ids.contains("still") && !ids.contains("later"), "{ids}");
    // By owner: what is handed over leaves the one and comes to the other.
    let by = sandbox.crm(&format!("report bridge {WEEK} --by owner -f csv")).ok();
    assert_eq!(line(&by, "liu,re-assigned"), "liu,re-assigned,1,-1,-8,-2,8");
    assert_eq!(line(&by, "liu,recycled"), "liu,recycled,1,-1,-4,-1,4");
    assert_eq!(line(&by, "何建国,closing"), "何建国,closing 2009-12-17,,1,8,2,");
    assert_eq!(line(&by, ",closing"), ",closing 2009-12-17,,1,4,1,");
    // Without days it is the last week up to the day.
    let week = sandbox.crm("report bridge").ok();
    assert!(week.starts_with("Bridge 2009-12-12..2009-12-18\n"), "{week}");
    assert!(week.contains("--list shows each"), "{week}");
}

#[test]
fn a_retraction_is_a_correction() {
    let sandbox = Sandbox::ledger();
    sandbox.prospect(
        "a",
        "name = \"x\"\n",
        "2009-12-01 = { kind = \"imported\", stage = \"25\", value = 10 }\n\
         2009-12-05-1 = { kind = \"moved\", stage = \"lost\", reason = \"price\" }\n\
         2009-12-15 = { kind = \"retracted\", event = \"2009-12-05-1\" }\n",
    );
    let csv = sandbox.crm(&format!("report bridge {WEEK} -f csv")).ok();
    assert_eq!(line(&csv, "corrected"), "corrected,1,1,10,2.50,10");
    assert_eq!(line(&csv, "closing"), "closing 2009-12-17,,1,10,2.50,");
}

#[test]
fn the_funnel_names_what_its_own_pace_needs() {
    let sandbox = Sandbox::ledger();
    // Ten entered 25 in the last 40 days; eight of them stayed 12 days and left, two are there.
    for n in 0..10 {
        let start = -40 + n;
        let mut events = format!("{} = {{ kind = \"imported\", stage = \"25\" }}\n", day(start));
        if n < 8 {
            let on = day(start + 12);
            events += &format!("{on} = {{ kind = \"imported\", stage = \"lost\" }}\n");
        }
        sandbox.prospect(&format!("p{n}"), "name = \"x\"\n", &events);
    }
    let pace = sandbox.crm("report funnel -f csv --table pace").ok();
    assert_eq!(
        pace.lines().next().unwrap(),
        "stage,arrivals,departures,mean-days,steady,count,short"
    );
    // The ledger is 41 days old, younger than the 90 it would look back: 10/41 a day x 12 days = 2.93.
    assert_eq!(line(&pace, "25,"), "25,10,8,12,2.926829,2,0.926829");
    assert_eq!(line(&pace, "50,"), "50,0,0,,,0,");
    let text = sandbox.crm("report funnel").ok();
    assert!(text.contains("to hold your own pace of the last 41 days: 25% needs 3, has 2: 1 more"));
    assert!(text.contains("(n = 0, too few)"), "{text}");
    // A window of its own: five entered in the ten days from 2009-11-12 on, none left.
    let pace =
        sandbox.crm("report funnel --period 2009-11-10..2009-11-14 -f csv --table pace").ok();
    assert_eq!(line(&pace, "25,"), "25,5,0,,,2,");
}

#[test]
fn every_report_in_every_format_on_every_ledger() {
    let empty = Sandbox::ledger();
    let small = cohort();
    let bare = Sandbox::ledger();
    bare.write("prospects/bare.toml", "name = \"x\"\n[events]\n");
    let chinese = cohort();
    chinese.write("crm.toml", "[ledger]\nlanguage = \"zh\"\ncurrency = \"CNY\"\n");
    for report in ["funnel", "conversion", "cycle", "forecast", "bridge --list"] {
        for sandbox in [&empty, &small, &bare, &chinese] {
            for asked in [
                "-f table",
                "-f csv --by owner",
                "-f tsv",
                "-f json --by quarter",
                "-f jsonl",
                "-f markdown --by product",
                "-f html",
            ] {
                let run = sandbox.crm(&format!("report {report} {asked}"));
                let hint = "the ledger has no prospects yet; add the first one: crm add NAME\n";
                let is_bare = std::ptr::eq(sandbox, &raw const empty) && asked == "-f table";
                let said = if is_bare { hint } else { "" };
                assert_eq!((run.status, run.stderr.as_str()), (0, said), "{report} {asked}");
                assert!(!run.stdout.contains("NaN"), "{report} {asked}");
            }
        }
    }
    let text = chinese.crm("report bridge --period 2009-11 --list").ok();
    assert!(text.contains("变化") && text.contains("前进"), "{text}");
    assert!(chinese.crm("report cycle").ok().contains("规定周期28天"));
    // Ascii where it is asked for, apart from what the ledger says.
    let ascii = small.crm("report cycle --ascii").ok();
    assert!(ascii.is_ascii(), "{ascii}");
}

#[test]
fn two_pipelines_have_tables_of_their_own() {
    let settings = "[[pipeline]]\nid = \"project\"\n\
        [[pipeline.stage]]\nid = \"visit\"\nprobability = 0.1\n\
        [[pipeline.stage]]\nid = \"signed\"\noutcome = \"won\"\n\
        [[pipeline.stage]]\nid = \"gone\"\noutcome = \"lost\"\n";
    let sandbox = Sandbox::with_settings(settings);
    sandbox.prospect("a", "name = \"x\"\n", "2009-12-01 = { kind = \"opened\", value = 10 }\n");
    sandbox.prospect(
        "b",
        "name = \"x\"\npipeline = \"prospect\"\n",
        "2009-12-01 = { kind = \"opened\", value = 10 }\n",
    );
    let json = sandbox.crm("report conversion -f json").ok();
    assert!(json.contains("project-conversion") && json.contains("prospect-win-rate"), "{json}");
    let text = sandbox.crm("report cycle").ok();
    assert!(text.contains("project: Days to close"), "{text}");
    let one = sandbox.crm("report forecast pipeline:project -f csv --table probability").ok();
    assert_eq!(line(&one, "visit,"), "visit,0.1,0.1,,,0,1");
}

#[test]
fn what_cannot_be_asked() {
    let sandbox = cohort();
    let said = sandbox.crm("report funnel --list").fails(2);
    assert!(said.contains("error[bad-argument]") && said.contains("bridge"), "{said}");
    let said = sandbox.crm("report bridge --from 2010-01-01 --to 2010-01-31").fails(2);
    assert!(said.contains("after the as-of day 2009-12-18"), "{said}");
    let said = sandbox.crm("report cycle --by ownr").fails(2);
    assert!(said.contains("did you mean `owner`?"), "{said}");
    for (setting, wrong) in [
        ("weight = -1", "cannot be less than 0"),
        ("per = \"week\"", "cannot be `week`"),
        ("slipage = 0.1", "did you mean `slippage`?"),
        ("target = \"much\"", "must be a number"),
    ] {
        let sandbox = Sandbox::with_settings(&format!("[forecast]\n{setting}\n"));
        let said = sandbox.crm("report forecast").fails(2);
        assert!(said.contains("error[bad-setting]") && said.contains(wrong), "{said}");
        assert!(said.contains("crm.toml:2:"), "{said}");
    }
}
