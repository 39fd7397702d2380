//! The four worked cases of the method, as the example ledger has them.

use crate::common::Sandbox;

const CLASSIFIED: [(&str, &str); 4] =
    [("friend", "opportunity"), ("tang", "opportunity"), ("wang", "25"), ("zhang", "50")];

#[test]
fn classification_as_csv() {
    let ledger = Sandbox::copy_of("examples/worked-cases");
    let csv = ledger.crm("--as-of 2009-12-18 classify -f csv").ok();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let column = |name: &str| heads.iter().position(|head| head == name).unwrap();
    let (id, supported) = (column("id"), column("supported"));
    let rows: Vec<(String, String)> = reader
        .records()
        .map(|row| row.unwrap())
        .map(|row| (row[id].to_owned(), row[supported].to_owned()))
        .collect();
    assert_eq!(rows, CLASSIFIED.map(|(id, stage)| (id.to_owned(), stage.to_owned())));
}

#[test]
fn classification_as_a_table() {
    let ledger = Sandbox::copy_of("examples/worked-cases");
    let table = ledger.crm("--as-of 2009-12-18 classify -f csv").ok();
    for (id, stage) in CLASSIFIED {
        let line = table.lines().find(|line| line.starts_with(&format!("{id},"))).unwrap();
        assert_eq!(line.split(',').nth(3), Some(stage), "{line}");
    }
}

#[test]
fn the_board_of_any_day_in_the_past() {
    let ledger = Sandbox::copy_of("examples/worked-cases");
    let stage = |day: &str, id: &str| {
        let ids = ledger.crm(&format!("--as-of {day} list id:{id} -c stage -f csv")).ok();
        ids.lines().nth(1).map(String::from)
    };
    // Zhang: not yet there, appointment, 25%, 50%.
    assert_eq!(stage("2009-12-08", "zhang"), None);
    assert_eq!(stage("2009-12-09", "zhang").as_deref(), Some("appointment"));
    assert_eq!(stage("2009-12-16", "zhang").as_deref(), Some("25"));
    assert_eq!(stage("2009-12-17", "zhang").as_deref(), Some("50"));
}

#[test]
fn checks_pass_but_tang_has_outlived_the_cycle() {
    let ledger = Sandbox::copy_of("examples/worked-cases");
    // First meeting on 2009-11-06: day 28 is 2009-12-04, day 29 the day after.
    assert_eq!(ledger.crm("--as-of 2009-12-04 sweep -f ids").ok(), "");
    assert_eq!(ledger.crm("--as-of 2009-12-05 sweep -f ids").ok(), "tang\n");
    let run = ledger.crm("--as-of 2009-12-18 check");
    assert_eq!(run.status, 0);
    assert_eq!(run.stderr, "4 prospects checked: 0 errors, 2 warnings, 0 for information\n");
    // No date is agreed either: overdue and overstated are two matters.
    for warning in [
        "warning[overdue]: past the sales cycle: day 42 of 28\n",
        "warning[overstated]: in column `25`, but its evidence supports `appointment`\n",
    ] {
        assert!(run.stdout.contains(warning), "{}", run.stdout);
    }
    assert_eq!(ledger.crm("--as-of 2009-12-18 --strict check").status, 1);
}

#[test]
fn swept_he_starts_afresh() {
    let ledger = Sandbox::copy_of("examples/worked-cases");
    let run = ledger.crm("sweep --apply -f ids");
    assert_eq!((run.status, run.stdout.as_str()), (0, "tang\n"));
    let text = ledger.read("prospects/tang.toml");
    assert!(
        text.trim_end()
            .ends_with(r#"stage = "opportunity", reason = "past the sales cycle: day 42 of 28" }"#),
        "{text}"
    );
    assert_eq!(ledger.crm("sweep -f ids").ok(), "");
    assert_eq!(ledger.crm("classify id:tang -f ids").ok(), "tang\n");
}
