//! The reports for decisions: what is expected of customers, who stays, how things go, and the diaries.

use crate::common::{Sandbox, contains, published};
use crm::stats::bg_nbd::Repeats;
use crm::stats::{BgNbd, GammaGamma, MeanOf};
use crm::value::date::Date;
use std::fmt::Write;

/// The published sample: repeat orders, weeks to the last one, age in weeks; and the mean value of the repeats.
fn in_weeks() -> Vec<(Repeats, f64)> {
    let text = std::fs::read_to_string(published("cdnow_summary.csv")).unwrap();
    let line = |line: &str| {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        (Repeats { count: cells[1] as u32, last: cells[2], age: cells[3] }, cells[4])
    };
    text.lines().skip(1).map(line).collect()
}

/// The same in whole days.
fn cdnow() -> Vec<(u32, i64, i64, f64)> {
    let days = |weeks: f64| (weeks * 7.0).round() as i64;
    let unit = |(unit, mean): (Repeats, f64)| (unit.count, days(unit.last), days(unit.age), mean);
    in_weeks().into_iter().map(unit).collect()
}

#[test]
#[ignore = "needs the published data: CRM_TEST_DATA, or ../shared/data"]
fn check_figures_of_the_published_sample() {
    let units: Vec<Repeats> = in_weeks().into_iter().map(|(unit, _)| unit).collect();
    let fit = BgNbd::fit(&units).unwrap();
    let BgNbd { r, alpha, a, b } = fit.model;
    assert_eq!(format!("{r:.3} {alpha:.3} {a:.3} {b:.3}"), "0.243 4.414 0.793 2.426");
    assert_eq!(format!("{:.1}", fit.log_likelihood), "-9582.4");
    assert_eq!((fit.n, fit.repeating), (2_357, 946));
    let unit = Repeats { count: 2, last: 30.43, age: 38.86 };
    assert_eq!(format!("{:.3}", fit.model.expected(unit, 39.0).unwrap()), "1.226");
    // Another unit of time changes alpha alone.
    let days = |unit: &Repeats| Repeats { last: unit.last * 7.0, age: unit.age * 7.0, ..*unit };
    let daily = BgNbd::fit(&units.iter().map(days).collect::<Vec<_>>()).unwrap().model;
    assert!((daily.alpha / alpha / 7.0 - 1.0).abs() < 1e-4);
    assert!((daily.r / r - 1.0).abs() < 1e-4 && (daily.b / b - 1.0).abs() < 1e-3);

    let repeated = in_weeks().into_iter().filter(|(unit, _)| unit.count > 0);
    let means: Vec<MeanOf> =
        repeated.map(|(unit, mean)| MeanOf { count: unit.count, mean }).collect();
    let fit = GammaGamma::fit(&means).unwrap();
    let GammaGamma { p, q, gamma } = fit.model;
    assert_eq!((fit.n, format!("{p:.2} {q:.2}")), (946, "6.25 3.74".into()));
    assert!((15.435..15.455).contains(&gamma), "{gamma}");
    let expected = fit.model.expected(MeanOf { count: 2, mean: 22.35 }).unwrap();
    assert_eq!(format!("{expected:.2}"), "24.66");
    // The note of 2013: the mean of all of them is some 35.
    assert!((35.0..36.0).contains(&fit.model.mean().unwrap()));
}

/// A ledger of the sample: each customer with its orders, the last and the first on their days, on 1997-09-30.
fn ledger_of_the_sample() -> Sandbox {
    let sandbox = Sandbox::with_settings("[ledger]\ncurrency = \"USD\"\n");
    let end = Date::parse("1997-09-30").unwrap();
    let mut csv = String::from("customer,day,money\n");
    for (n, (count, last, age, mean)) in cdnow().into_iter().enumerate() {
        let first = end.plus(-age);
        let mut order = |offset: i64, money: f64| {
            writeln!(csv, "c{n:04},{},{money}", first.plus(offset)).unwrap();
        };
        order(0, 10.0);
        for repeat in 1..=i64::from(count) {
            order(last - i64::from(count) + repeat, mean);
        }
    }
    sandbox.write("orders.csv", csv);
    let map = "--map customer=id --map customer=name --map day=date --map money=amount";
    sandbox.crm(&format!("import orders.csv {map} --kind order --group")).done();
    sandbox
}

#[test]
#[ignore = "needs the published data: CRM_TEST_DATA, or ../shared/data"]
fn the_published_figures_come_out_of_a_ledger_of_orders() {
    let sandbox = ledger_of_the_sample();
    let (printed, _) = sandbox.crm("report lifetime --as-of 1997-09-30").done();
    contains(
        &printed,
        &[
            "2357 customers that bought; expected from 1997-10-01 to 1998-09-30",
            "BG/NBD of all 2357 customers that bought, 946 of them again; r 0.24",
            "gamma-gamma of the 946 customers with money on later days; p 6.25, q 3.74, gamma 15.4",
        ],
    );
    let (csv, _) = sandbox.crm("report lifetime --as-of 1997-09-30 -f csv").done();
    let mut lines = csv.lines();
    assert_eq!(
        lines.next(),
        Some(
            "id,name,bought-so-far,orders-so-far,last-order,alive,expected-orders,expected-mean,expected-money"
        )
    );
    // Sorted by money, and each figure is that of the models of the crate.
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let money: Vec<f64> = rows.iter().map(|row| row[8].parse().unwrap()).collect();
    assert_eq!(rows.len(), 2_357);
    assert!(money.windows(2).all(|pair| pair[0] >= pair[1]));
    let units: Vec<Repeats> = cdnow()
        .iter()
        .map(|(count, last, age, _)| Repeats {
            count: *count,
            last: *last as f64,
            age: *age as f64,
        })
        .collect();
    let means: Vec<MeanOf> = cdnow()
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, .., mean)| MeanOf { count: *count, mean: *mean })
        .collect();
    let (orders, worth) =
        (BgNbd::fit(&units).unwrap().model, GammaGamma::fit(&means).unwrap().model);
    assert!((orders.alpha / 7.0 - 4.414).abs() < 0.02, "{orders:?}");
    let first = rows.iter().find(|row| row[0] == "c0000").unwrap();
    let expected = orders.expected(units[0], 365.0).unwrap();
    let near = |cell: &str, figure: f64| (cell.parse::<f64>().unwrap() - figure).abs() < 0.01;
    assert!(near(first[6], expected), "{first:?} {expected}");
    let mean = worth.expected(MeanOf { count: 2, mean: 22.35 }).unwrap();
    assert!(near(first[7], mean) && near(first[8], mean * expected), "{first:?} {mean}");
    // A query selects customers; the models stay those of all.
    let (one, _) = sandbox.crm("report lifetime id:c0000 --as-of 1997-09-30 -f csv").done();
    assert_eq!(one.lines().nth(1), csv.lines().find(|line| line.starts_with("c0000,")));
}

/// A customer with orders of 100 on these days of 2009.
fn orders(sandbox: &Sandbox, id: &str, region: &str, days: &[&str]) {
    let mut events = String::from("2009-01-01-1 = { kind = \"opened\", owner = \"he\" }\n");
    for (n, day) in days.iter().enumerate() {
        writeln!(events, "2009-{day}-{} = {{ kind = \"order\", amount = 100 }}", n + 2).unwrap();
    }
    sandbox.prospect(id, &format!("name = \"{id}\"\nregion = \"{region}\"\n"), &events);
}

/// On 2009-06-30 five customers; until 2009-12-31 one comes, one comes back, two lapse.
fn year() -> Sandbox {
    let sandbox = Sandbox::with_settings("[[rep]]\nid = \"he\"\n");
    for id in ["a", "b", "c"] {
        orders(&sandbox, id, "east", &["02-01", "05-01", "06-30", "08-15", "10-30"]);
    }
    orders(&sandbox, "lapses", "east", &["04-15"]);
    orders(&sandbox, "leaves", "west", &["04-01", "05-30"]);
    orders(&sandbox, "comes", "west", &["12-31"]);
    orders(&sandbox, "returns", "west", &["01-05", "07-01", "09-15", "11-20"]);
    let told = sandbox.read("prospects/leaves.toml");
    let lapsed = "2009-11-01-9 = { kind = \"lapsed\", reason = \"price\" }\n";
    sandbox.write("prospects/leaves.toml", told + lapsed);
    sandbox
}

#[test]
fn the_balance_of_half_a_year() {
    let sandbox = year();
    let of = |words: &str| {
        let line = format!("report retention --period 2009-07..2009-12 --as-of 2010-01-10 {words}");
        sandbox.crm(&line).done().0
    };
    assert_eq!(
        of("-f csv"),
        "change,customers,money,stayed\n\
         opening,5,1200,\n\
         new,1,100,\n\
         won-back,1,400,\n\
         lapsed,2,300,\n\
         grown,,600,3\n\
         shrunk,,0,0\n\
         closing,5,2000,\n"
    );
    // Two of five lapsed, three stayed and ordered again; the number is what it was.
    assert_eq!(
        of("--table rates -f csv")
            .lines()
            .map(|l| l.split(',').take(2).collect::<Vec<_>>().join(" "))
            .collect::<Vec<_>>(),
        ["measure rate", "churn 0.4", "kept 0.6", "repurchase 0.6", "growth 0"]
    );
    assert_eq!(
        of("--table reasons -f csv"),
        "reason,customers,share,money\nprice,1,,200\n,1,,100\n"
    );
    // By region both halves are exact, and the list names each.
    let csv = of("--by region --list -f csv");
    contains(
        &csv,
        &[
            "east,opening,4,1000,",
            "east,closing,3,1500,",
            "west,opening,1,200,",
            "west,closing,2,500,",
        ],
    );
    let list = of("--list --table changes -f csv");
    contains(&list, &["new,comes,", "won-back,returns,", "lapsed,leaves,", "lapsed,lapses,"]);
    assert_eq!(list.lines().count(), 5);
    // The day before it lapses a customer is one.
    let eve = sandbox
        .crm("report retention --period 2009-07-01..2009-07-14 --as-of 2010-01-10 -f csv")
        .done()
        .0;
    contains(&eve, &["lapsed,0,", "won-back,1,"]);
    let day = sandbox
        .crm("report retention --period 2009-07-01..2009-07-15 --as-of 2010-01-10 -f csv")
        .done()
        .0;
    contains(&day, &["lapsed,1,"]);
}

#[test]
fn of_four_customers_there_is_no_rate() {
    let sandbox = year();
    let rates = sandbox
        .crm("report retention 'not id:a' --period 2009-07..2009-12 --as-of 2010-01-10")
        .done()
        .0;
    contains(&rates, &["lapsed (churn)        (n = 4, too few)", "n = 4, too few"]);
}

#[test]
fn a_trend_counts_each_act_in_its_week_and_names_weeks_by_their_first_day() {
    let sandbox = Sandbox::with_settings(
        "[ledger]\nweek_start = \"friday\"\n[[rep]]\nid = \"he\"\n[[rep]]\nid = \"li\"\n",
    );
    sandbox.prospect(
        "zhang",
        "name = \"Zhang\"\n",
        "2009-12-17-1 = { kind = \"opened\", owner = \"he\" }\n\
         2009-12-17-2 = { kind = \"call\" }\n\
         2009-12-18-1 = { kind = \"call\", reached = false }\n\
         2009-12-19-1 = { kind = \"visit\" }\n\
         2009-12-25-1 = { kind = \"order\", amount = 500 }\n\
         2009-12-26-1 = { kind = \"payment\", amount = 300 }\n\
         2009-12-27-1 = { kind = \"request\", note = \"where is it\" }\n",
    );
    for id in ["wang", "wu"] {
        let opened = "2009-12-18-1 = { kind = \"opened\", owner = \"li\" }\n";
        sandbox.prospect(id, &format!("name = \"{id}\"\n"), opened);
    }
    sandbox.crm("tally li --dials 40 --conversations 10 --date 2009-12-24").done();
    let trend =
        |words: &str| sandbox.crm(&format!("report trend --as-of 2009-12-28 {words}")).done();
    let (csv, _) = trend("-f csv");
    assert_eq!(
        csv.lines().next(),
        Some(
            "week,dials,conversations,appointments,first-meetings,prospects,closes,lost,win-rate,\
             won-value,booked,received,new-customers,requests"
        )
    );
    contains(
        &csv,
        &[
            "\n2009-12-11,1,1,0,0,0,0,0,,0,0,0,0,0\n",
            "\n2009-12-18,41,10,0,1,",
            "\n2009-12-25,0,0,0,0,",
        ],
    );
    assert!(csv.trim_end().ends_with(",500,300,1,1"), "{csv}");
    let (shown, _) = trend("");
    contains(
        &shown,
        &["by week", "the last row is not a whole week: 2009-12-25 to 2009-12-28", "Dials 0 - 41"],
    );
    let (days, _) = trend("--by day --period 2009-12-24..2009-12-25 -f csv");
    assert_eq!(days.lines().count(), 3);
    contains(&days, &["\n2009-12-24,40,10,"]);
    assert!(trend("--by month -f csv").0.contains("\n2009-12,42,11,"));
    // The same by week in the ratios, where the tally has its week too.
    let ratios = sandbox.crm("report ratios --by week --as-of 2009-12-28 -f csv").done().0;
    contains(
        &ratios,
        &["2009-12-11,dials,1,", "2009-12-18,dials,41,", "2009-12-18,conversations,10,"],
    );
    // With a query the tally cannot be divided.
    let (own, _) = trend("id:wang");
    contains(&own, &["tallies left out, they cannot be divided among prospects: li"]);
    assert!(trend("owner:li -f csv").0.contains("\n2009-12-18,40,10,"));
    // A week is of a month that is asked for; nothing before the first entry.
    assert_eq!(trend("--period 2009-11 -f csv").0.lines().count(), 1);
}

#[test]
fn a_trend_of_too_many_rows_is_refused() {
    let sandbox = Sandbox::with_settings("");
    sandbox.prospect("old", "name = \"Old\"\n", "2000-01-01 = { kind = \"opened\" }\n");
    let said = sandbox.crm("report trend --by day --period 2000..2005 --as-of 2009-12-28").fails(2);
    contains(&said, &["has more than 1000 rows", "a shorter --period, or --by month"]);
    sandbox.crm("report trend --by day --period 2000-01-01..2002-09-26 --as-of 2009-12-28").done();
    sandbox
        .crm("report trend --by day --period 2000-01-01..2002-09-27 --as-of 2009-12-28")
        .fails(2);
}

#[test]
fn a_diary_has_the_days_of_each_rep_and_what_was_agreed() {
    let sandbox = Sandbox::with_settings(
        "[ledger]\nweek_start = \"monday\"\n[[rep]]\nid = \"he\"\nname = \"何军\"\n[[rep]]\nid = \"li\"\n",
    );
    sandbox.prospect(
        "zhang",
        "name = \"Zhang\"\n",
        "2009-12-18-1 = { kind = \"opened\", owner = \"he\" }\n\
         2009-12-18-2 = { kind = \"call\", next = 2009-12-23, next_what = \"present\" }\n\
         2009-12-21-1 = { kind = \"call\", reached = false }\n\
         2009-12-21-2 = { kind = \"note\", next = 2009-12-24T10:00:00, next_what = \"proposal\" }\n\
         2009-12-24-1 = { kind = \"visit\" }\n\
         2009-12-24-2 = { kind = \"meeting\", by = \"li\", next = 2009-12-30 }\n",
    );
    sandbox.crm("tally he --dials 20 --conversations 6 --date 2009-12-21").done();
    let diary =
        |words: &str| sandbox.crm(&format!("report diary --as-of 2009-12-27 {words}")).done().0;
    // The week of the ledger: the call before it is not in it; the tally stands for the calls of its day.
    assert_eq!(
        diary("-f csv"),
        "rep,date,dials,conversations,visits,first-meetings,later-meetings,postponed,agreed\n\
         he,2009-12-21,20,6,0,0,0,1,1\n\
         he,2009-12-24,0,0,1,1,0,0,0\n\
         li,2009-12-24,0,0,0,0,1,0,1\n"
    );
    contains(&diary(""), &["何军", "2009-12-24 10:00 proposal: Zhang", "2009-12-30: Zhang"]);
    let own = diary("id:zhang");
    contains(
        &own,
        &["2009-12-21      1", "tallies left out, they cannot be divided among prospects: he"],
    );
    assert!(diary("--period 2009-12-18 -f csv").contains("he,2009-12-18,1,1,0,0,0,0,1"));
    contains(
        &diary("--table entries -f csv"),
        &["li,2009-12-24,zhang,Zhang,later-meeting,false,2009-12-30,"],
    );
    contains(&diary("--period 2009-11"), &["nothing was done in these days"]);
}

#[test]
fn a_period_to_come_has_no_trend() {
    let sandbox = year();
    let said = sandbox.crm("report trend --period 2030 --as-of 2009-12-31").fails(2);
    contains(&said, &["the period 2030-01-01..2030-12-31 is still to come"]);
}

#[test]
fn a_visit_to_a_customer_is_no_first_meeting() {
    let sandbox = Sandbox::with_settings("[[rep]]\nid = \"he\"\n");
    sandbox.write(
        "customers/old.toml",
        "name = \"Old\"\n\n[events]\n2009-12-01 = { kind = \"opened\", owner = \"he\" }\n\
         2009-12-15 = { kind = \"visit\", by = \"he\" }\n",
    );
    sandbox.prospect(
        "new",
        "name = \"New\"",
        "2009-12-01 = { kind = \"opened\", owner = \"he\" }\n2009-12-15 = { kind = \"visit\", by = \"he\" }\n",
    );
    let csv = sandbox.crm("report diary --period 2009-12 --as-of 2009-12-18 -f csv").ok();
    let header: Vec<&str> = csv.lines().next().unwrap_or_default().split(',').collect();
    let at = header.iter().position(|name| *name == "first-meetings").unwrap();
    let firsts =
        csv.lines().skip(1).map(|row| row.split(',').nth(at).unwrap().parse().unwrap_or(0));
    assert_eq!(firsts.sum::<u32>(), 1, "{csv}");
}
