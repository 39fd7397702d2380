//! The 8,800 deals of Maven Analytics, through the example's own script and mapping.

use crate::common::{Sandbox, run, shared_data};
use std::path::Path;
use std::process::Command;

/// The script, run as its reader would.
fn script(sandbox: &Sandbox, source: &Path) -> Command {
    let mut command = sandbox.command();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/maven/import.sh");
    let mut sh = Command::new("sh");
    sh.arg(script).arg(source).arg("ledger");
    sh.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("CRM", command.get_program());
    sh.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
    sh.current_dir(sandbox.path()).stdin(std::process::Stdio::null());
    command = sh;
    command
}

#[test]
fn a_ledger_from_real_data() {
    let Some(source) = shared_data("maven_crm") else { return };
    let sandbox = Sandbox::empty();
    let (stdout, stderr) = run(&mut script(&sandbox, &source)).done();
    assert_eq!(stdout, "");
    assert!(
        stderr.ends_with("8,800 rows: 8,800 prospects added, 19,749 entries written\n"),
        "{stderr}"
    );

    let crm = |line: &str| sandbox.crm(&format!("--ledger ledger --as-of 2017-12-31 {line}"));
    let (_, checked) = crm("check").done();
    assert!(checked.starts_with("8800 prospects checked: 0 errors"), "{checked}");

    let funnel = crm("report funnel -f csv").ok();
    let rows: Vec<Vec<&str>> = funnel.lines().map(|line| line.split(',').collect()).collect();
    let column = |name: &str| rows[0].iter().position(|head| *head == name).unwrap();
    let (stage, count, value) = (column("stage"), column("count"), column("value"));
    let figures: Vec<(&str, &str, &str)> =
        rows[1..].iter().map(|row| (row[stage], row[count], row[value])).collect();
    assert_eq!(
        figures,
        [
            ("opportunity", "500", "0"),
            ("appointment", "0", "0"),
            ("25", "1589", "0"),
            ("50", "0", "0"),
            ("90", "0", "0"),
            ("closed", "4238", "10005534"),
            ("lost", "2473", "0"),
        ]
    );
    // The joins, the translations and the owners, from one list of everybody.
    let list = crm("list -c stage,region,product,industry,company,owner -f csv").ok();
    let rows: Vec<Vec<&str>> = list.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let count = |column: usize, value: &str| rows.iter().filter(|row| row[column] == value).count();
    // Win rate: 4,238 of 6,711.
    assert_eq!((count(0, "closed"), count(0, "closed") + count(0, "lost")), (4_238, 6_711));
    assert_eq!(["Central", "East", "West"].map(|region| count(1, region)), [3_512, 2_291, 2_997]);
    assert_eq!((count(2, "GTX Pro"), count(2, "GTXPro")), (1_480, 0));
    assert_eq!((count(3, "technolgy"), count(3, "technology")), (0, 1_165));
    assert_eq!((count(4, ""), count(5, "")), (1_425, 0));
    let managers = crm("report funnel --by manager -f csv").ok();
    assert!(managers.contains("\ndustin-brinkmann,closed,"), "{managers}");

    // A second run writes nothing, whatever day it gives to the rows without one.
    let before = sandbox.snapshot();
    let (_, stderr) = run(script(&sandbox, &source).arg("2017-12-01")).done();
    assert_eq!(stderr, "8,800 rows: 0 prospects added, 0 entries written; 8,800 already there\n");
    assert!(before == sandbox.snapshot());
}
