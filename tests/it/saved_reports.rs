//! Reports that a ledger saves with their options.

use crate::common::{Sandbox, contains};

const SAVED: &str = "\
[[rep]]
id = \"liuyan\"
[[rep]]
id = \"he\"
[report.monday]
report = \"funnel\"
by     = \"owner\"
about  = { en = \"The week's funnel\", zh = \"一周漏斗\" }
[report.mine]
report = \"board\"
query  = \"owner:liuyan\"
";

fn ledger(settings: &str) -> Sandbox {
    let sandbox = Sandbox::with_settings(settings);
    for (id, owner) in [("zhang", "liuyan"), ("zhao", "liuyan"), ("chen", "he")] {
        let opened = format!("2009-12-01 = {{ kind = \"opened\", owner = \"{owner}\" }}\n");
        sandbox.prospect(id, "name = \"N\"", &opened);
    }
    sandbox
}

#[test]
fn a_saved_report_is_that_report_with_its_options() {
    let sandbox = ledger(SAVED);
    let same = |saved: &str, typed: &str| {
        let (saved, typed) = (sandbox.crm(saved).ok(), sandbox.crm(typed).ok());
        assert!(!saved.is_empty());
        assert_eq!(saved, typed);
    };
    same("report monday -f csv", "report funnel --by owner -f csv");
    same("report monday --by manager -f csv", "report funnel --by manager -f csv");
    same(
        "report monday --period 2009-12 -f csv",
        "report funnel --by owner --period 2009-12 -f csv",
    );
    same("report mine -f csv", "report board owner:liuyan -f csv");
    same("report mine id:zhao -f csv", "report board 'owner:liuyan id:zhao' -f csv");
    same("report mine 'id:chen or id:zhao' -f csv", "report board id:zhao -f csv");
}

#[test]
fn the_list_of_reports_ends_with_the_saved_ones() {
    let sandbox = ledger(SAVED);
    let listed = sandbox.crm("report -f csv").ok();
    let last: Vec<&str> = listed.lines().rev().take(2).collect();
    assert_eq!(last[1], "mine,crm report board,QUERY;--by;--period");
    assert!(last[0].starts_with("monday,The week's funnel,QUERY;--by"), "{}", last[0]);
    let chinese = sandbox.crm("--lang zh report").ok();
    contains(&chinese, &["一周漏斗"]);
    assert!(!ledger("").crm("report").ok().contains("monday"));
}

#[test]
fn a_saved_report_that_cannot_be_run_is_told_with_its_place() {
    for (text, name, parts) in [
        (
            "[report.a]\nreport = \"bord\"\n",
            "a",
            &["no report `bord`", "board", "crm.toml:2:1"][..],
        ),
        (
            "[report.a]\nreport = \"funnel\"\nby = \"ownr\"\n",
            "a",
            &["`ownr`", "owner", "crm.toml:3:1"],
        ),
        ("[report.a]\nreport = \"team\"\nperiod = \"lsat\"\n", "a", &["`period`", "crm.toml:3:1"]),
        ("[report.a]\nreport = \"board\"\nquery = \"stag:50\"\n", "a", &["`stag`"]),
        (
            "[report.board]\nreport = \"board\"\n",
            "board",
            &["a report has this name", "crm.toml:1:"],
        ),
        (
            "[report.stale]\nreport = \"board\"\n",
            "stale",
            &["a report has this name", "crm.toml:1:"],
        ),
    ] {
        let sandbox = ledger(text);
        let said = sandbox.crm(&format!("report {name}")).fails(2);
        contains(&said, parts);
        let checked = sandbox.crm("check");
        assert_eq!((checked.status, checked.stderr.contains("bad-setting")), (1, false), "{text}");
        contains(&checked.stdout, parts);
        // Everything else runs.
        sandbox.crm("list -f ids").ok();
    }
    let said = ledger(SAVED).crm("report monda").fails(2);
    contains(&said, &["no report `monda`", "monday"]);
}
