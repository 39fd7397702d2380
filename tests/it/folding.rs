//! Every report and list says the same whether it takes records from files as they pass by, or has them all in
//! memory: on the example team, and on a ledger where files are broken, are links, or share an id.

use crate::common::{Sandbox, day};
use crm::disk::ledger::Ledger;
use crm::report::classify::classify;
use crm::report::columns;
use crm::report::dimension::Dimension;
use crm::report::events::{self, Events};
use crm::report::grade::Grades;
use crm::report::list::{DEFAULT, List};
use crm::report::{REPORTS, Request};
use crm::rules::book::{Book, Keep};
use crm::rules::query::Query;
use crm::table::sheet::Sheet;
use crm::value::period::parse_period;
use std::path::Path;

const DAYS: [&str; 2] = ["2009-12-18", "2010-03-31"];

/// Which prospects, by what, in which days.
const ASKED: [(&str, Option<&str>, Option<&str>); 9] = [
    ("", None, None),
    ("", Some("owner"), None),
    ("is:open", None, None),
    ("", None, Some("2009-12")),
    ("", Some("owner"), Some("2009-12-07..2009-12-16")),
    ("", None, Some("1900..2009-12-11")),
    ("", Some("grade"), None),
    ("value:high,medium is:open", Some("region"), None),
    ("not grade:A or owner:none", None, Some("2009-12")),
];

fn open(root: &Path) -> Ledger {
    Ledger::open(root.to_owned(), root.to_owned()).unwrap()
}

/// Each report on a fresh book, and on one whose records were read before.
fn compare(root: &Path) {
    let ledger = open(root);
    for on in DAYS.map(day) {
        for report in REPORTS {
            for (query, by, period) in ASKED {
                let request = || {
                    let query = Query::parse(query, "query", &ledger.settings, on).unwrap();
                    let by = by.map(|by| Dimension::parse(by, &ledger.settings).unwrap());
                    let period =
                        period.map(|period| parse_period(period, on, Default::default()).unwrap());
                    Request { by, period, list: true, ..Request::of(query) }
                };
                let (mut fresh, read) = (ledger.load(on), ledger.load(on));
                fresh.keep = report.keep(&request(), &ledger.settings, on);
                read.records();
                let make = |book: &Book| {
                    (report.make)(book, &request()).map_err(|e| e.message.en().to_owned())
                };
                let name = report.name;
                let made = make(&fresh);
                assert_eq!(made, make(&read), "{name} {query:?} {by:?} {period:?} on {on}");
                // A report that refuses what is asked reads nothing.
                if made.is_ok() {
                    assert_eq!(fresh.errors(), read.errors(), "{name} on {on}");
                }
            }
        }
    }
}

/// Makes a sheet of a book that keeps no more than the sheet takes.
type Make<'m> = &'m dyn Fn(&mut Book, &Request) -> Sheet;

/// The lists of commands, likewise.
fn compare_lists(root: &Path) {
    let ledger = open(root);
    let settings = &ledger.settings;
    let all = columns::all(settings);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let entries = events::all();
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    let list = |columns: &[&str], sort: &[&str], book: &mut Book, request: &Request| {
        let sort: Vec<String> = sort.iter().map(ToString::to_string).collect();
        let list = List::of(columns, &sort, settings).unwrap();
        book.keep = list.keep(request, book);
        list.sheet(book, request)
    };
    let journal = |columns: &[&str], book: &mut Book, request: &Request| {
        let events = Events::of(columns).unwrap();
        book.keep = events.keep(request, book);
        events.sheet(book, request)
    };
    let classified = |target: Option<&str>, book: &mut Book, request: &Request| {
        book.keep = request.keep(settings, book.as_of, false);
        classify(book, request, target)
    };
    let graded = |why, book: &mut Book, request: &Request| {
        book.keep = request.keep(settings, book.as_of, true);
        Grades::of(book, request, None, why).sheet()
    };
    let makers: [Make; 10] = [
        &|book, request| list(&DEFAULT, &[], book, request),
        &|book, request| list(&DEFAULT, &["-value"], book, request),
        &|book, request| list(&DEFAULT, &["grade", "-next", "owner"], book, request),
        &|book, request| list(&all, &["rfm", "flags", "-since"], book, request),
        &|book, request| journal(&entries, book, request),
        &|book, request| journal(&["id", "key", "retracted"], book, request),
        &|book, request| classified(None, book, request),
        &|book, request| classified(Some("50"), book, request),
        &|book, request| graded(false, book, request),
        &|book, request| graded(true, book, request),
    ];
    for on in DAYS.map(day) {
        for query in ["", "is:open", "note:a", "value:high,medium is:open", "not grade:A", "nobody"]
        {
            for (number, make) in makers.iter().enumerate() {
                let request = || Request::of(Query::parse(query, "q", settings, on).unwrap());
                let (mut fresh, mut read) = (ledger.load(on), ledger.load(on));
                read.keep = Keep::Everything;
                read.records();
                let made = make(&mut fresh, &request());
                assert_eq!(made, make(&mut read, &request()), "{number} {query:?} on {on}");
                assert_eq!(fresh.errors(), read.errors(), "{number} {query:?} on {on}");
            }
        }
    }
}

#[test]
fn a_list_that_folds_says_what_one_in_memory_says() {
    compare_lists(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/team"));
    compare_lists(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/worked-cases"));
}

#[test]
fn a_report_that_folds_says_what_one_in_memory_says() {
    compare(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/team"));
    compare(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/worked-cases"));
}

#[test]
fn the_same_holds_where_files_are_broken_or_share_an_id() {
    let sandbox = Sandbox::copy_of("examples/team");
    compare(sandbox.path());
    sandbox
        .write("prospects/broken.toml", "name = ")
        .write("prospects/bad id.toml", "name = \"x\"");
    compare(sandbox.path());
    let name = "name = \"twice\"\n[events]\n2009-12-01 = { kind = \"opened\", value = 5 }\n";
    sandbox.write("prospects/a/Twice.toml", name).write("prospects/b/twice.toml", name);
    compare(sandbox.path());
    compare_lists(sandbox.path());
    assert!(open(sandbox.path()).load(day(DAYS[0])).problems().len() >= 3);
}

#[test]
fn the_same_holds_where_rules_ask_for_grades_and_for_more() {
    let sandbox = Sandbox::copy_of("examples/team");
    let settings = sandbox.read("crm.toml");
    // The example's own policies come last.
    let (settings, _) = settings.split_once("[policy.A]").unwrap();
    let rules = r#"
[[grading.rule]]
grade = "A"
when = "value:high,medium (note:a or account:*) not is:overdue"
[[grading.rule]]
grade = "B"
when = "stage>=25 or lifecycle:lapsed"
[policy.A]
verify_days = 10
contact_days = 20
channel = ["visit"]
response_hours = 24
discount = 0.05
[policy.B]
contact_days = 5
level = "senior"
[[allocation.exclude]]
rep = "liuyan"
when = "grade:B or is:imported"
"#;
    sandbox.write("crm.toml", format!("{settings}{rules}"));
    compare(sandbox.path());
    compare_lists(sandbox.path());
}

#[test]
fn a_funnel_keeps_no_record() {
    let ledger = open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/team"));
    let book = ledger.load(day(DAYS[1]));
    let query = || Query::parse("", "query", &ledger.settings, day(DAYS[1])).unwrap();
    let records = book.fold(&query(), |n: &mut usize, _| *n += 1, |all, part| *all += part);
    assert_eq!(records, ledger.load(day(DAYS[1])).records().len());
    assert_eq!(book.errors(), Some(0));
}
