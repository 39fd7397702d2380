//! `crm` alone in a ledger: the day at a glance.

use crate::common::{Sandbox, contains};

#[test]
fn the_day_is_on_one_screen_with_or_without_its_name() {
    let sandbox = Sandbox::copy_of("examples/team");
    let named = sandbox.crm("--as-of 2010-03-31 today").ok();
    contains(&named, &["Today\n2010-03-31", "things are due", "past the sales cycle: crm sweep"]);
    assert!(named.lines().count() <= 20, "{named}");
    assert_eq!(sandbox.crm("--as-of 2010-03-31").ok(), named);
    let chinese = sandbox.crm("--as-of 2010-03-31 --lang zh").ok();
    contains(&chinese, &["今天\n2010-03-31", "接下来：crm call"]);
}

#[test]
fn a_move_is_told_on_its_day_and_the_day_after() {
    let sandbox = Sandbox::ledger();
    sandbox.prospect(
        "zhang",
        "name = \"张先生\"",
        "2009-12-01 = { kind = \"opened\" }\n\
         2009-12-16 = { kind = \"meeting\", stage = \"25\", next = 2009-12-30, next_what = \"offer\" }\n",
    );
    let on = |day: &str| sandbox.crm(&format!("--as-of {day} today")).ok();
    assert!(on("2009-12-16").contains("Moved since yesterday"));
    assert!(on("2009-12-17").contains("2009-12-16  zhang"));
    assert!(!on("2009-12-18").contains("Moved since yesterday"));
    assert!(on("2009-12-15").contains("nothing is due"));
}

#[test]
fn without_a_ledger_help_is_shown() {
    let sandbox = Sandbox::empty();
    let run = sandbox.crm("");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("Usage: crm"), "{}", run.stderr);
}
