//! Reading never panics, whatever the bytes; and what replay derives depends on the entries alone: not
//! on the order of their lines, and for a day in the past not on what came later.

use crate::common::{Sandbox, TODAY, contains};
use crm::check::surroundings::Surroundings;
use crm::check::{Subject, check};
use crm::cli::diagnose::{Look, render, short};
use crm::diag::{Diagnostic, Lang, Spot};
use crm::disk::ledger::Ledger;
use crm::disk::tally::read_file;
use crm::format::locate::locate;
use crm::format::read_prospect::read_prospect;
use crm::format::read_settings::read_settings;
use crm::model::prospect::Prospect;
use crm::model::settings::Settings;
use crm::rules::replay::derive;
use crm::value::date::Date;
use proptest::prelude::*;
use proptest::sample::Index;
use std::path::Path;

/// A file with everything in it that a prospect may have.
const WHOLE: &str = r#"name = "张先生"
company = '时装连锁店'
needs = ["health", "education"]
pipeline = "prospect"
tags = ["vip"]
other.key = [1, 2.5, { x = 1979-05-27T07:32:00Z }]

[[contact]]
name = "张先生"
decides = true
phone = "+86 138 0000 0000"
birthday = 1971-05-02

[events]
2009-12-03-1-k2p = { kind = "opened", by = "liuyan", owner = "liuyan", value = 18000 }
2009-12-04-1 = { kind = "meeting", time = 10:30:00, stage = "25", next = 2009-12-11T14:00:00, note = """
two lines""" }
2009-12-11-1 = { kind = "meeting", stage = "50", confirms = ["right-person", "fit", "budget"], close_by = 2009-12-22, next = 2009-12-15 }
2009-12-15 = { kind = "payment", amount = "1500.50 USD" }
2009-12-16 = { kind = "survey", score = 9, scale = "nps" }
2009-12-17 = { kind = "hold", until = 2010-02-01, reason = "holidays" }
2009-12-17-2 = { kind = "retracted", event = "2009-12-15" }
"#;

const SETTINGS: &str = include_str!("../../examples/worked-cases/crm.toml");

const TALLY: &str = "[tally]\n2009-12-03 = { dials = 15, conversations = 7, appointments = 1 }\n";

/// What breaks files: the parts of the format in the wrong places, and numbers out of any range.
const PIECES: [&str; 30] = [
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "'''",
    "\"\"\"",
    "=",
    ",",
    "\n",
    "\r",
    "\r\n",
    "\0",
    "\u{feff}",
    "#",
    "\\u{110000}",
    "\\uD800",
    "[events]",
    "[[contact]]",
    "2009-02-30",
    "0000-01-01",
    "9999-12-31",
    "99999999999999999999",
    "1e400",
    "-inf",
    "0xff",
    "stage = \"lost\"",
    "<<<<<<< HEAD\n",
    "“",
];

/// One change to a file: where, how long, and what comes there.
#[derive(Debug, Clone)]
enum Change {
    Remove(Index, usize),
    Repeat(Index, usize),
    Insert(Index, usize),
    Byte(Index, u8),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        (any::<Index>(), 1..40usize).prop_map(|(at, n)| Change::Remove(at, n)),
        (any::<Index>(), 1..60usize).prop_map(|(at, n)| Change::Repeat(at, n)),
        (any::<Index>(), 0..PIECES.len()).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
    ];
    prop::collection::vec(change, 1..6)
}

fn changed(text: &str, changes: &[Change]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for change in changes {
        let at = |index: &Index| index.index(bytes.len().max(1)).min(bytes.len());
        match change {
            Change::Remove(index, n) => {
                let at = at(index);
                bytes.drain(at..(at + n).min(bytes.len()));
            }
            Change::Repeat(index, n) => {
                let at = at(index);
                let part = bytes[at..(at + n).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
            Change::Insert(index, piece) => {
                let at = at(index);
                bytes.splice(at..at, PIECES[*piece].bytes());
            }
            Change::Byte(index, byte) => {
                let at = at(index);
                if let Some(slot) = bytes.get_mut(at) {
                    *slot = *byte;
                }
            }
        }
    }
    bytes
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// Reads a ledger with these bytes as a prospect, replays and checks it, and shows all there is to say.
fn go_through(sandbox: &Sandbox, bytes: &[u8]) {
    sandbox.write("prospects/zhang.toml", bytes);
    let ledger = Ledger::open(sandbox.path().into(), sandbox.path().into()).unwrap();
    for as_of in [TODAY, "0001-01-01", "9999-12-31"].map(day) {
        let book = ledger.load(as_of);
        let mut found: Vec<Diagnostic> = book.problems().to_vec();
        for record in book.records() {
            let shown = ledger.show(&record.prospect.path);
            let subject = Subject {
                record,
                settings: &ledger.settings,
                as_of,
                shown,
                around: &Surroundings::default(),
            };
            found.extend(check(&subject));
        }
        assert!(!book.records().is_empty() || !found.is_empty() || as_of == Date::MIN);
        for diagnostic in &found {
            let text = render(diagnostic, Look { width: Some(80), ..Look::default() })
                + &short(diagnostic, Lang::En);
            assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..Default::default() })]

    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        go_through(&Sandbox::ledger(), &bytes);
    }

    #[test]
    fn any_broken_prospect_can_be_read(changes in changes()) {
        go_through(&Sandbox::ledger(), &changed(WHOLE, &changes));
    }

    #[test]
    fn any_broken_settings_can_be_read(changes in changes()) {
        let text = String::from_utf8_lossy(&changed(SETTINGS, &changes)).into_owned();
        if let Err(found) = read_settings(&text, Path::new("crm.toml")) {
            prop_assert!(!found.is_empty());
            prop_assert!(found.iter().all(|d| d.exit as u8 == 2), "{:?}", found);
        }
    }

    #[test]
    fn any_broken_tally_can_be_read(changes in changes()) {
        let text = String::from_utf8_lossy(&changed(TALLY, &changes)).into_owned();
        read_file(&text, Path::new("activity/liuyan.toml"));
    }

    #[test]
    fn any_place_can_be_looked_up(changes in changes(), from in 0..800usize, to in 0..800usize) {
        let text = String::from_utf8_lossy(&changed(WHOLE, &changes)).into_owned();
        let key = || "2009-12-11-1".to_owned();
        let spots = [
            Spot::Span(from, to),
            Spot::Line(from as u64),
            Spot::Fact("company".to_owned()),
            Spot::Event(key(), Some("stage")),
            Spot::Item(key(), "confirms", "fit".to_owned()),
            Spot::Key(vec!["events".to_owned(), key(), "stage".to_owned()]),
        ];
        for spot in spots {
            if let Some(span) = locate(&text, &spot) {
                prop_assert!(text.get(span).is_some(), "{spot:?}");
            }
        }
    }
}

// ---- replay ----

/// The line of an entry of December 2009, which need not make sense.
fn line() -> impl Strategy<Value = (u32, String)> {
    let kinds = prop::sample::select(vec![
        "opened",
        "call",
        "meeting",
        "contract",
        "payment",
        "booking",
        "refund",
        "moved",
        "hold",
        "note",
        "request",
        "resolved",
        "imported",
        "verified",
        "unheard-of",
    ]);
    let stages = prop::sample::select(vec![
        "opportunity",
        "appointment",
        "25",
        "50",
        "90",
        "closed",
        "lost",
        "nowhere",
    ]);
    let some_date = (1..29u32).prop_map(|day| format!("2009-12-{day:02}"));
    let criteria = prop::sample::subsequence(
        vec!["right-person", "fit", "budget", "signed", "paid", "x"],
        0..4,
    );
    (
        (1..29u32, 0..3u32, "[a-c]{0,1}", kinds),
        (prop::option::of(stages), criteria.clone(), criteria),
        (prop::option::of(some_date.clone()), prop::option::of(some_date.clone())),
        (prop::option::of(some_date), prop::option::of(-50..5000i32), prop::option::of("[ab]?")),
        (any::<bool>(), prop::option::of(any::<bool>())),
    )
        .prop_map(|((day, n, suffix, kind), (stage, yes, no), (next, close), more, flags)| {
            let (until, amount, owner) = more;
            let mut key = format!("2009-12-{day:02}");
            if n > 0 {
                key.push_str(&format!("-{n}"));
            }
            if !suffix.is_empty() {
                key.push_str(&format!("-{suffix}"));
            }
            let mut line = format!("{key} = {{ kind = \"{kind}\"");
            let mut put = |key: &str, value: Option<String>| {
                line.extend(value.map(|value| format!(", {key} = {value}")));
            };
            put("stage", stage.map(|stage| format!("\"{stage}\"")));
            put("confirms", (!yes.is_empty()).then(|| format!("{yes:?}")));
            put("revokes", (!no.is_empty()).then(|| format!("{no:?}")));
            put("next", next);
            put("close_by", close);
            put("until", until);
            put("amount", amount.map(|n| n.to_string()));
            put("value", amount.map(|n| (n * 2).to_string()));
            put("owner", owner.map(|owner| format!("\"{owner}\"")));
            put("forced", flags.0.then(|| "\"so\"".to_owned()));
            put("reached", flags.1.map(|b| b.to_string()));
            (day, line + " }")
        })
}

/// Lines of different keys, some of them retractions of others.
fn lines() -> impl Strategy<Value = Vec<(u32, String)>> {
    (prop::collection::vec(line(), 1..12), prop::collection::vec((any::<Index>(), 1..29u32), 0..3))
        .prop_map(|(mut lines, retractions)| {
            let key = |line: &str| line.split(" = ").next().unwrap().to_owned();
            for (number, (target, day)) in retractions.into_iter().enumerate() {
                let target = key(&target.get(&lines).1);
                let text = format!(
                    "2009-12-{day:02}-9-r{number} = {{ kind = \"retracted\", event = \"{target}\" }}"
                );
                lines.push((day, text));
            }
            lines.sort_by_key(|(_, line)| key(line));
            lines.dedup_by_key(|(_, line)| key(line));
            lines
        })
}

fn read<'a>(lines: impl IntoIterator<Item = &'a str>) -> Prospect {
    let lines: Vec<&str> = lines.into_iter().collect();
    let text = format!("name = \"x\"\n\n[events]\n{}\n", lines.join("\n"));
    let path = Path::new("prospects/x.toml");
    let (prospect, found) = read_prospect(&text, "x", path, path, &Settings::default());
    assert_eq!(found, Vec::new(), "{text}");
    prospect.unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1500, ..Default::default() })]

    #[test]
    fn the_order_of_lines_carries_no_meaning(
        (lines, shuffled) in lines().prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
        as_of in 1..31u32,
    ) {
        let settings = Settings::default();
        let as_of = day(&format!("2009-12-{as_of:02}"));
        let one = read(lines.iter().map(|(_, line)| line.as_str()));
        let other = read(shuffled.iter().map(|(_, line)| line.as_str()));
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(derive(&one, &settings, as_of), derive(&other, &settings, as_of));
    }

    #[test]
    fn a_day_in_the_past_does_not_know_what_came_later(lines in lines(), as_of in 1..31u32) {
        let settings = Settings::default();
        let kept: Vec<&str> =
            lines.iter().filter(|(day, _)| *day <= as_of).map(|(_, line)| line.as_str()).collect();
        let as_of = day(&format!("2009-12-{as_of:02}"));
        let whole = derive(&read(lines.iter().map(|(_, line)| line.as_str())), &settings, as_of);
        if kept.is_empty() {
            prop_assert_eq!(whole, None);
        } else {
            prop_assert_eq!(whole, derive(&read(kept), &settings, as_of));
        }
    }
}

#[test]
fn a_cache_of_an_earlier_version_is_neither_read_nor_touched() {
    let sandbox = Sandbox::copy_of("examples/team");
    let before = sandbox.crm("report funnel -f csv --as-of 2010-03-31").ok();
    sandbox.write(".crm/cache/standings", "torn");
    assert_eq!(sandbox.crm("report funnel -f csv --as-of 2010-03-31").ok(), before);
    sandbox.crm("log bai-xue note -m x --as-of 2010-03-31").done();
    assert_eq!(sandbox.read(".crm/cache/standings"), "torn");
}

#[test]
fn letters_with_one_capital_are_equal() {
    let sandbox = Sandbox::ledger();
    let opened = "2009-12-01 = { kind = \"opened\" }\n";
    sandbox.prospect("Σίσυφος", "name = \"Σίσυφος\"", opened);
    assert_eq!(sandbox.run(&["list", "ΣΊΣΥΦΟΣ", "-f", "ids"]).ok(), "Σίσυφος\n");
    assert_eq!(sandbox.run(&["list", "σίσυφοσ", "-f", "ids"]).ok(), "Σίσυφος\n");
    assert!(sandbox.run(&["show", "ΣΊΣΥΦΟΣ"]).ok().contains("Σίσυφος"));
    let add = |words: &[&str]| sandbox.run(&[&["add"], words].concat());
    assert!(add(&["x", "--id", "ΣΊΣΥΦΟΣ"]).fails(1).contains("exists already"));
    assert!(add(&["ΣΊΣΥΦΟΣ", "--id", "s"]).fails(1).contains("likely-duplicate"));
    sandbox.prospect("north/σίσυφοσ", "name = \"x\"", opened);
    let found = sandbox.crm("check").stdout;
    assert!(found.contains("error[duplicate-id]"), "{found}");
    assert!(found.contains("they differ only in case"), "{found}");
}

#[test]
fn a_report_names_the_files_whose_deals_are_missing() {
    let sandbox = Sandbox::ledger();
    sandbox.prospect("a", "name = \"A\"\n", "2009-12-01 = { kind = \"opened\" }\n");
    let (_, stderr) = sandbox.crm("report funnel").done();
    assert_eq!(stderr, "");
    sandbox.write("prospects/b.toml", "name = \"B\"\n[events\n");
    let one =
        "1 file could not be read: its deal is missing from these figures (`crm check` lists them)";
    // Records are scanned, and kept in memory.
    for words in ["report funnel", "report sheet", "list", "report forecast -f csv", "due"] {
        let stderr = sandbox.crm(words).stderr;
        assert!(stderr.contains(one), "{words}: {stderr}");
    }
    sandbox.write("prospects/c.toml", "name\n");
    let two = "2 files could not be read: their deals are missing from these figures (`crm check` lists them)";
    let run = sandbox.crm("dashboard");
    assert!(run.stderr.contains(two), "{}", run.stderr);
    assert!(run.stdout.contains("2 files could not be read: their deals are missing"));
    let zh = sandbox.write("crm.toml", "[ledger]\nlanguage = \"zh\"\n").crm("report funnel").stderr;
    assert!(zh.contains("有 2 个文件无法读取：其中的客户未计入以上数字"), "{zh}");
    // A finding in a file that was read is none of a missing deal.
    std::fs::remove_file(sandbox.path().join("prospects/b.toml")).unwrap();
    std::fs::remove_file(sandbox.path().join("prospects/c.toml")).unwrap();
    sandbox.prospect(
        "d",
        "name = \"D\"\n",
        "2009-12-01 = { kind = \"meeting\", stage = \"nowhere\" }\n",
    );
    let run = sandbox.crm("report funnel");
    assert!(!run.stderr.contains("could not be read"), "{}", run.stderr);
}

/// A folder that cannot be listed may hold half of the prospects: no figure without them is right, and a dataset keeps what
/// it has.
#[test]
fn a_folder_that_cannot_be_listed_stops_every_answer() {
    let sandbox = Sandbox::ledger();
    sandbox.prospect("zhang", "name = \"张先生\"\n", "2009-12-01 = { kind = \"opened\" }\n");
    sandbox.crm("export dataset data").done();
    std::fs::remove_dir_all(sandbox.path().join("prospects")).unwrap();
    sandbox.write("prospects", "no folder");
    for line in ["list", "report funnel -f csv", "export prospects", "today", "export dataset data"]
    {
        let said = sandbox.refused(line, 3);
        contains(
            &said,
            &["error[folder-unreadable]: ", "prospects", "what is in it is in no answer"],
        );
    }
    let run = sandbox.crm("check");
    assert_eq!(run.status, 1);
    contains(&run.stdout, &["error[folder-unreadable]: "]);
}
