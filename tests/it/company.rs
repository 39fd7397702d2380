//! A company: its reports are those of one ledger that holds all files, its parts those of each ledger alone, and what
//! it cannot answer is refused.

use crate::common::{Sandbox, contains};
use std::path::Path;

/// The ledgers of a company of the tests; no id begins another one.
const LEDGERS: [&str; 3] = ["bund", "suzhou", "lake"];

/// The day on which `examples/team` is looked at.
const ON: &str = "2010-03-31";

/// A company whose ledgers share out the files of `examples/team`, and beside it `one`, a ledger that holds all of them
/// under the id `LEDGER-ID`.
fn shared_out(seed: u64) -> Sandbox {
    let sandbox = Sandbox::empty();
    let team = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/team");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let settings = read(&team.join("crm.toml"));
    let mut company = String::from("[company]\nname = \"Lakeside\"\n");
    for id in LEDGERS {
        sandbox.write(&format!("{id}/crm.toml"), &settings);
        company.push_str(&format!("[[ledger]]\nid = \"{id}\"\npath = \"{id}\"\n"));
    }
    sandbox.write("company.toml", company).write("one/crm.toml", &settings);
    let mut rng = fastrand::Rng::with_seed(seed);
    for folder in ["prospects", "customers"] {
        let mut files = Vec::new();
        below(&team.join(folder), &mut files);
        files.sort();
        for file in files {
            let text = read(&file);
            let name = file.file_name().unwrap().to_str().unwrap();
            let id = LEDGERS[rng.usize(..LEDGERS.len())];
            sandbox.write(&format!("{id}/{folder}/{name}"), &text);
            let qualified: Vec<String> = text.lines().map(|line| with_ledger(line, id)).collect();
            sandbox.write(&format!("one/{folder}/{id}-{name}"), qualified.join("\n") + "\n");
        }
    }
    sandbox
}

/// A line of a file whose account, if it is one, has the ledger before it.
fn with_ledger(line: &str, ledger: &str) -> String {
    let is_reference = ["account", "parent"].iter().any(|key| {
        line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
    });
    if is_reference { line.replacen('"', &format!("\"{ledger}-"), 1) } else { line.to_owned() }
}

fn below(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            below(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Stdout of a line in the company, its ids written as the ids of `one` are.
fn of_company(sandbox: &Sandbox, line: &str) -> String {
    let (text, _) = sandbox.crm(&format!("--company company.toml --as-of {ON} {line}")).done();
    LEDGERS.iter().fold(text, |text, id| text.replace(&format!("{id}/"), &format!("{id}-")))
}

fn of_one(sandbox: &Sandbox, ledger: &str, line: &str) -> String {
    sandbox.crm(&format!("--ledger {ledger} --as-of {ON} {line}")).done().0
}

/// Lines that give one answer for the company, and for a ledger that holds all files.
const LINES: &[&str] = &[
    "list -f csv",
    "list owner:liuyan -f csv --columns id,stage,value,weighted,age,account,flags --sort -value",
    "list 'is:overdue or value>=50k' -f csv",
    "list customer.region:shanghai -f csv",
    "search li -f csv",
    "customers -f csv --columns id,name,owner,deals,bought,last-order",
    "due --in 14d -f csv",
    "export prospects",
    "export people",
    "export events",
    "export customers",
    "report board -f json",
    "report funnel -f json",
    "report funnel --by owner -f json",
    "report funnel --by source -f json region:shanghai",
    "report funnel",
    "report bridge --period 2010Q1 -f json",
    "report bridge --period 2010Q1 --by owner -f json --list",
    "report conversion -f json",
    "report conversion --by quarter -f json",
    "report cycle -f json",
    "report cycle --by source -f json",
    "report sheet -f json",
    "report sheet --period 2010-03",
    "report losses -f json",
    "report losses --by owner -f json",
    "report ratios -f json",
    "report forecast -f json",
    "report forecast --by owner -f json",
    "report sales --period 2010Q1 -f json",
    "report sales --by product --period 2009 -f json",
    "report receivables -f json",
    "report receivables --by owner -f json",
];

#[test]
fn a_company_answers_as_one_ledger_that_holds_all_files() {
    for seed in [1, 2] {
        let sandbox = shared_out(seed);
        for line in LINES {
            let (company, one) = (of_company(&sandbox, line), of_one(&sandbox, "one", line));
            if company != one {
                let differ = company.lines().zip(one.lines()).find(|(a, b)| a != b);
                panic!("{line}: {differ:?}");
            }
        }
    }
}

/// The rows of a CSV that begin with a value, without that value.
fn rows_of(csv: &str, group: &str) -> Vec<String> {
    let own = |line: &str| line.strip_prefix(group)?.strip_prefix(',').map(str::to_owned);
    csv.lines().filter_map(own).collect()
}

#[test]
fn the_rows_of_a_ledger_are_its_own_report() {
    let sandbox = shared_out(3);
    for (report, table) in [
        ("funnel", ""),
        ("funnel", "--table pace"),
        ("bridge --period 2010Q1", "--table bridge"),
        ("conversion", "--table conversion"),
        ("conversion", "--table win-rate"),
        ("losses", "--table reasons"),
        ("losses", "--table left-from"),
    ] {
        let line = format!("report {report} -f csv {table}");
        let all = sandbox
            .crm(&format!("--company company.toml --as-of {ON} {line} --by ledger"))
            .done()
            .0;
        assert!(all.starts_with("ledger,"), "{line}: {all}");
        let mut rows = 0;
        for id in LEDGERS {
            let own = of_one(&sandbox, id, &line);
            let own: Vec<&str> = own.lines().skip(1).collect();
            assert_eq!(rows_of(&all, id), own, "{line}: {id}");
            rows += own.len();
        }
        assert_eq!(all.lines().count(), rows + 1, "{line}");
    }
}
