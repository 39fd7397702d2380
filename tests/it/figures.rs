//! One definition for each figure: reports, lists, queries and checks that name a thing mean one thing.

use crate::common::{Sandbox, book, day, query};
use crm::check::surroundings::Surroundings;
use crm::check::{Subject, check};
use crm::diag::Code;
use crm::model::event::{Event, EventKey};
use crm::model::prospect::Prospect;
use crm::model::settings::Settings;
use crm::report::activity::measure;
use crm::report::classify::classify;
use crm::report::{Request, find};
use crm::rules::attribute::{View, listed_flags};
use crm::rules::book::Book;
use crm::rules::replay::replay;
use crm::table::sheet::{Cell, Sheet, Table};
use crm::value::date::Moment;
use crm::value::label::Lang;
use crm::value::money::Money;
use crm::value::period::Period;
use proptest::prelude::*;
use std::collections::BTreeSet;

type Ids = BTreeSet<String>;

fn report(name: &str, book: &Book, options: &str) -> Sheet {
    let request = Request {
        period: options.split_once(' ').map(|(_, period)| {
            crm::value::period::parse_period(period, book.as_of, Default::default()).unwrap()
        }),
        ..Request::of(query(book, ""))
    };
    (find(name).unwrap().make)(book, &request).unwrap()
}

fn table<'s>(sheet: &'s Sheet, id: &str) -> &'s Table {
    sheet.tables.iter().find(|table| table.id == id).unwrap_or_else(|| panic!("no table {id}"))
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.to_string(),
        Cell::List(words) => words.join(" "),
        Cell::Int(n) => n.to_string(),
        Cell::Amount(amount) => amount.trimmed().to_string(),
        Cell::Money(money) => money.to_string(),
        Cell::Rate(n, of) => format!("{n}/{of}"),
        Cell::Empty => String::new(),
        other => format!("{other:?}"),
    }
}

/// The cell of a column in the row that begins with these words.
fn cell(table: &Table, row: &[&str], column: &str) -> String {
    let position = table.columns.iter().position(|known| known.id == column).unwrap();
    let fits = |cells: &[Cell]| row.iter().zip(cells).all(|(wanted, cell)| shown(cell) == *wanted);
    let rows: Vec<_> = table.rows.iter().map(|row| row.into_owned()).collect();
    shown(&rows.iter().find(|row| fits(&row.cells)).unwrap().cells[position])
}

/// The prospects that each of five places calls overstated, or says could advance.
fn named(book: &Book, word: &str, code: Code) -> Vec<(&'static str, Ids)> {
    let records = || book.records().iter();
    let id = |record: &&crm::rules::replay::state::Record| record.prospect.id.to_string();
    let checked = records().filter(|record| {
        let subject = Subject {
            record,
            settings: &book.settings,
            as_of: book.as_of,
            shown: record.prospect.path.clone(),
            around: &Surroundings::default(),
        };
        check(&subject).iter().any(|finding| finding.code == code)
    });
    let flagged = records().filter(|record| {
        let flags = listed_flags(&View::of(record, &book.settings, book.as_of));
        flags.iter().any(|flag| flag.id == word)
    });
    let asked = query(book, &format!("is:{word}"));
    let queried = records().filter(|record| book.selection(&asked).has(record));
    let sheet = classify(book, &Request::of(query(book, "")), None);
    let verdicts = sheet.tables[0].rows.iter().filter_map(|row| {
        let words = shown(&row.cells[4]);
        words.split(", ").any(|one| one == word).then(|| shown(&row.cells[0]))
    });
    let mut found = vec![
        ("check", checked.map(|record| id(&record)).collect()),
        ("flags", flagged.map(|record| id(&record)).collect()),
        ("query", queried.map(|record| id(&record)).collect()),
        ("classify", verdicts.collect()),
    ];
    if code == Code::Overstated {
        let sheet = report("overrides", book, "");
        let exceptions = table(&sheet, "exceptions");
        let rows = exceptions.rows.iter().filter(|row| shown(&row.cells[1]) == "overstated");
        found.push(("overrides", rows.map(|row| shown(&row.cells[3])).collect()));
    }
    found
}

#[track_caller]
fn all_agree(book: &Book) -> usize {
    let mut n = 0;
    for (word, code) in [("overstated", Code::Overstated), ("could-advance", Code::CouldAdvance)] {
        let places = named(book, word, code);
        for (place, ids) in &places {
            assert_eq!(*ids, places[0].1, "{word} on {}: {place} against check", book.as_of);
        }
        n += places[0].1.len();
    }
    n
}

#[test]
fn the_team_of_the_example_is_judged_alike_everywhere() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/team");
    let read = |name: &std::path::Path| std::fs::read_to_string(name).unwrap();
    let settings = read(&root.join("crm.toml"));
    let settings =
        crm::format::read_settings::read_settings(&settings, "crm.toml".as_ref()).unwrap();
    let mut files: Vec<_> = walk(&root.join("prospects"));
    files.sort();
    let prospects: Vec<Prospect> = files
        .iter()
        .map(|path| {
            let id = path.file_stem().unwrap().to_str().unwrap();
            let read =
                crm::format::read_prospect::read_prospect(&read(path), id, path, path, &settings);
            read.0.unwrap()
        })
        .collect();
    let mut named = 0;
    for on in ["2009-10-01", "2009-11-02", "2009-11-30", "2009-12-18", "2010-01-15", "2010-03-01"] {
        named += all_agree(&book_of(&settings, &prospects, on));
    }
    assert!(named > 0, "{named}");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect()
}

fn book_of(settings: &Settings, prospects: &[Prospect], on: &str) -> Book {
    let on = day(on);
    let records = prospects.iter().filter_map(|p| replay(p.clone(), settings, on)).collect();
    Book::of(settings.clone(), on, records, Vec::new())
}

/// An entry of a day: what happened decides on what it says.
fn event(n: usize, (on, what, number): (i64, u8, i64)) -> Event {
    let on = day("2009-11-01").plus(on);
    let key = EventKey::parse(&format!("{on}-{}", n + 1)).unwrap();
    let kinds =
        ["moved", "imported", "meeting", "contract", "payment", "refund", "booking", "hold"];
    let stages = ["opportunity", "appointment", "25", "50", "90", "closed", "lost"];
    let mut event = Event::new(key, kinds[usize::from(what % 8)]);
    let place = usize::try_from(number).unwrap();
    match what / 8 {
        0 | 1 => event.stage = Some(stages[place % 7].into()),
        2 => {
            event.confirms = vec!["right-person".into(), "fit".into(), "budget".into()];
            event.next = Some(Moment { date: on.plus(number % 9), time: None });
            event.close_by = Some(on.plus(number % 40));
        }
        3 => event.until = Some(on.plus(1 + number % 20)),
        4 => event.revokes = vec![["paid", "signed", "met", "fit"][place % 4].into()],
        _ => {
            event.value = Money::parse(&format!("{number}")).ok();
            event.amount = Money::parse(&format!("{}", number + 1)).ok();
        }
    }
    event
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_ledger_is_judged_alike_everywhere(
        journals in prop::collection::vec(
            prop::collection::vec((0..40_i64, 0..48_u8, 0..50_i64), 1..12),
            1..12,
        ),
        on in 0..70_i64,
    ) {
        let prospects: Vec<Prospect> = journals
            .into_iter()
            .enumerate()
            .map(|(i, mut entries)| {
                entries.sort_by_key(|entry| entry.0);
                let events = entries.into_iter().enumerate().map(|(n, entry)| event(n, entry));
                let id = format!("p{i}");
                Prospect {
                    name: id.as_str().into(),
                    id: id.into(),
                    events: events.collect(),
                    ..Prospect::default()
                }
            })
            .collect();
        let on = day("2009-11-01").plus(on).to_string();
        let settings = Settings { language: Lang::Machine, ..Settings::default() };
        let book = book_of(&settings, &prospects, &on);
        all_agree(&book);
        won_alike(&book);
    }
}

/// What was won, by every report that says it: of all prospects, ever.
fn won_alike(book: &Book) {
    let sources = report("sources", book, "");
    let won = cell(table(&sources, "sources"), &["all"], "value");
    let all = format!("2000-01-01..{}", book.as_of);
    let forecast = report("forecast", book, &format!("in {all}"));
    assert_eq!(cell(table(&forecast, "period"), &["won"], "figure"), won, "forecast");
}

/// Closed at 500, noted at 600 since, reopened at 700.
const REOPENED: (&str, &str, &str) = (
    "x",
    "source = \"fair\"",
    "2009-11-02 = { kind = \"imported\", stage = \"25\", owner = \"he\", value = 500 }\n\
     2009-11-10 = { kind = \"moved\", stage = \"closed\" }\n\
     2009-11-12 = { kind = \"note\", value = 600 }\n\
     2009-11-20 = { kind = \"moved\", stage = \"opportunity\", value = 700 }\n\
     2009-11-21 = { kind = \"booking\", amount = 90 }\n\
     2009-11-22 = { kind = \"moved\", stage = \"25\" }\n",
);

#[test]
fn closed_at_500_and_reopened_at_700_was_won_at_500_in_every_report() {
    let open = book("", &[REOPENED], "2009-12-18");
    let sources = report("sources", &open, "");
    assert_eq!(cell(table(&sources, "sources"), &["fair"], "won"), "1");
    assert_eq!(cell(table(&sources, "sources"), &["fair"], "value"), "500");
    let forecast = report("forecast", &open, "in 2009-11");
    assert_eq!(cell(table(&forecast, "period"), &["won"], "figure"), "500");
    let request = Request::of(query(&open, ""));
    let (practice, _) =
        measure(&open, &request, &[Period { from: day("2009-11-01"), to: day("2009-11-30") }]);
    assert_eq!((practice[0].all.closes, practice[0].all.value.to_string()), (1, "500".into()));
    let bridge = report("bridge", &open, "in 2009-11-05..2009-11-15");
    assert_eq!(cell(table(&bridge, "bridge"), &["won"], "value"), "-500");
    assert_eq!(cell(table(&bridge, "bridge"), &["won"], "affected"), "500");
    // It is open now, and worth what is expected of the new pursuit.
    let funnel = report("funnel", &open, "");
    assert_eq!(cell(&funnel.tables[0], &["25"], "value"), "700");
    assert_eq!(cell(&funnel.tables[0], &["closed"], "value"), "0");
    let closed = book("", &[REOPENED], "2009-11-15");
    let funnel = report("funnel", &closed, "");
    assert_eq!(cell(&funnel.tables[0], &["closed"], "value"), "500");
    assert_eq!(cell(&funnel.tables[0], &["closed"], "weighted"), "");
}

#[test]
fn what_was_lost_is_worth_what_was_expected_when_it_left() {
    let events = "2009-11-02 = { kind = \"imported\", stage = \"25\", value = 500 }\n\
         2009-11-10 = { kind = \"moved\", stage = \"lost\", reason = \"price\" }\n\
         2009-11-20 = { kind = \"moved\", stage = \"opportunity\", value = 700 }\n";
    let losses = report("losses", &book("", &[("x", "", events)], "2009-12-18"), "");
    assert_eq!(cell(table(&losses, "reasons"), &["price"], "value"), "500");
    assert_eq!(cell(table(&losses, "left-from"), &["25"], "value"), "500");
}

#[test]
fn the_bridge_revalues_to_what_was_booked() {
    let events = "2009-11-02 = { kind = \"imported\", stage = \"90\", value = 500 }\n\
         2009-11-10-1 = { kind = \"booking\", amount = 480 }\n\
         2009-11-10-2 = { kind = \"moved\", stage = \"closed\" }\n";
    let book = book("", &[("x", "", events)], "2009-12-18");
    let sheet = report("bridge", &book, "in 2009-11-05..2009-11-15");
    let bridge = table(&sheet, "bridge");
    assert_eq!(cell(bridge, &["value down"], "value"), "-20");
    assert_eq!(cell(bridge, &["won"], "value"), "-480");
    assert_eq!(cell(bridge, &["closing 2009-11-15"], "value"), "0");
}

#[test]
fn weighted_and_age_of_what_has_ended() {
    let sandbox = Sandbox::ledger();
    sandbox.prospect(
        "x",
        "name = \"x\"\n",
        "2009-10-01 = { kind = \"meeting\", stage = \"90\", value = 500, forced = \"known\" }\n\
         2009-11-07 = { kind = \"moved\", stage = \"closed\", forced = \"known\" }\n",
    );
    assert_eq!(sandbox.crm("list 'weighted>0' -f ids").ok(), "");
    assert_eq!(sandbox.crm("list 'weighted:\"\"' -f ids").ok(), "x\n");
    for day in ["2009-11-07", "2009-11-08", "2009-12-18"] {
        let list = sandbox.crm(&format!("--as-of {day} list -c age,weighted -f csv")).ok();
        assert_eq!(list.lines().last(), Some("37,"), "{day}");
        assert_eq!(sandbox.crm(&format!("--as-of {day} list age:37 -f ids")).ok(), "x\n");
    }
}

#[test]
fn an_import_is_no_move_and_a_move_on_its_day_is_one() {
    let imported = "2009-11-02 = { kind = \"imported\", stage = \"25\" }\n";
    let quick = "2009-11-02-1 = { kind = \"imported\", stage = \"opportunity\" }\n\
                 2009-11-02-2 = { kind = \"imported\", stage = \"closed\" }\n";
    let book = book("", &[("a", "", imported), ("b", "", quick)], "2009-12-18");
    let overrides = report("overrides", &book, "");
    assert_eq!(cell(table(&overrides, "owners"), &["all"], "moves"), "1");
    let conversion = report("conversion", &book, "");
    let steps = &conversion.tables[0];
    assert_eq!(cell(steps, &["opportunity"], "entered"), "1");
    assert_eq!(cell(steps, &["opportunity"], "won"), "1");
    assert_eq!(cell(steps, &["25"], "entered"), "1");
}

#[test]
fn a_bounced_payment_of_an_imported_90_takes_the_money_away() {
    let sandbox = Sandbox::ledger();
    for (id, entry) in [
        ("bounced", "{ kind = \"note\", revokes = [\"paid\"] }"),
        ("refunded", "{ kind = \"refund\", amount = 500 }"),
        ("fine", "{ kind = \"note\" }"),
    ] {
        sandbox.prospect(
            id,
            "name = \"x\"\n",
            &format!(
                "2009-12-01 = {{ kind = \"imported\", stage = \"90\", value = 500 }}\n\
                 2009-12-02 = {{ kind = \"payment\", amount = 500 }}\n\
                 2009-12-10 = {entry}\n"
            ),
        );
        let run = sandbox.crm(&format!("advance {id} closed --kind booking"));
        assert_eq!(run.status, i32::from(id != "fine"), "{id}: {}", run.stderr);
        if id != "fine" {
            assert!(run.stderr.contains("missing money received"), "{}", run.stderr);
            assert_eq!(sandbox.crm(&format!("list id:{id} is:paid -f ids")).ok(), "");
            // Paid again, it is paid.
            sandbox.crm(&format!("log {id} payment --amount 100")).done();
            sandbox.crm(&format!("advance {id} closed --kind booking")).done();
        }
    }
}

#[test]
fn a_move_ends_the_hold_and_says_so() {
    let sandbox = Sandbox::ledger();
    sandbox.prospect(
        "x",
        "name = \"x\"\n",
        "2009-12-01 = { kind = \"imported\", stage = \"50\", next = 2009-12-05 }\n\
         2009-12-02 = { kind = \"hold\", until = 2010-01-10, reason = \"travels\" }\n",
    );
    let shown = sandbox.crm("show x").ok();
    assert!(shown.contains("On hold until") && shown.contains("2010-01-10"), "{shown}");
    // Neither missed nor overstated, although the step has passed and the criteria with it.
    for flag in ["missed", "overstated", "overdue"] {
        assert_eq!(sandbox.crm(&format!("list is:{flag} -f ids")).ok(), "", "{flag}");
    }
    let (_, talk) = sandbox.crm("log x note").done();
    assert!(!talk.contains("hold"), "{talk}");
    let (_, talk) = sandbox.crm("back x 25 --reason 'no date'").done();
    assert_eq!(talk, "x: 50% -> 25%\nx: the hold until 2010-01-10 ends\n");
    assert!(!sandbox.crm("show x").ok().contains("On hold until"));
    let (_, talk) = sandbox.crm("back x --reason 'no date'").done();
    assert_eq!(talk, "x: 25% -> Opportunity\n");
}

#[test]
fn money_is_converted_once() {
    let settings = "[ledger]\ncurrency = \"CNY\"\n[forecast]\ntarget = 5000\n[rates]\nUSD = 7.12\n";
    let events = "2009-12-01 = { kind = \"imported\", stage = \"50\", value = \"100.20 USD\", close_by = 2009-12-28 }\n\
                  2009-12-02 = { kind = \"hold\", until = 2009-12-03 }\n";
    let sandbox = Sandbox::with_settings(settings);
    for id in ["a", "b"] {
        sandbox.prospect(id, "name = \"x\"\n", events);
    }
    let list = sandbox.crm("list -c value -f csv").ok();
    assert_eq!(list, "value\n713.42\n713.42\n");
    let two = "1426.84";
    for report in
        ["report funnel", "report forecast", "report bridge --period 2009-12-05..2009-12-18"]
    {
        let csv = sandbox.crm(&format!("{report} -f csv")).ok();
        assert!(csv.contains(two), "{report}: {csv}");
        assert!(!csv.contains("1426.85"), "{report}: {csv}");
    }
}

#[test]
fn money_without_a_rate_is_shown_with_its_currency() {
    let sandbox = Sandbox::ledger();
    sandbox.prospect(
        "x",
        "name = \"x\"\n",
        "2009-12-01 = { kind = \"imported\", stage = \"50\", value = \"4000 EUR\", close_by = 2009-12-28 }\n\
         2009-12-02 = { kind = \"payment\", amount = \"1500 EUR\" }\n\
         2009-12-03 = { kind = \"booking\", amount = \"1200 EUR\" }\n",
    );
    let list = sandbox.crm("list -c value,paid,booked -f csv").ok();
    assert_eq!(list.lines().last(), Some("4000 EUR,1500 EUR,1200 EUR"));
    for (query, fits) in [
        ("paid>0", true),
        ("paid>=0", true),
        ("paid>1", false),
        ("paid<9999", false),
        ("paid:0", false),
        ("paid!=0", false),
        ("value>0", true),
        ("booked>0", true),
        ("weighted>0", true),
        ("paid:*", true),
    ] {
        let ids = sandbox.crm(&format!("list '{query}' -f ids")).ok();
        assert_eq!(ids, if fits { "x\n" } else { "" }, "{query}");
    }
    let shown = sandbox.crm("show x").ok();
    assert!(shown.contains("1,500 EUR received"), "{shown}");
    for (lang, set, sum) in [
        ("", "set currency = \"EUR\" under [ledger]", "4,000 EUR"),
        ("[ledger]\nlanguage = \"zh\"\n", "currency = \"EUR\"", "4,000 EUR：未计入"),
        ("[ledger]\ncurrency = \"CNY\"\n", "set EUR = RATE under [rates]", "4,000 EUR"),
    ] {
        sandbox.write("crm.toml", lang);
        for report in ["funnel", "forecast"] {
            let text = sandbox.crm(&format!("report {report}")).ok();
            assert!(text.contains(set) && text.contains(sum), "{report}: {text}");
        }
    }
    sandbox.write("crm.toml", "[ledger]\ncurrency = \"EUR\"\n");
    let text = sandbox.crm("report funnel").ok();
    assert!(!text.contains("not added up"), "{text}");
}

#[test]
fn a_resolved_names_its_case_where_several_are_open() {
    let sandbox = Sandbox::ledger();
    sandbox.prospect(
        "x",
        "name = \"x\"\n",
        "2009-12-01 = { kind = \"complaint\" }\n\
         2009-12-02 = { kind = \"request\", ticket = \"t2\" }\n",
    );
    let before = sandbox.snapshot();
    let refused = sandbox.crm("log x resolved").fails(2);
    assert!(refused.contains("error[which-ticket]: x: 2 cases are open"), "{refused}");
    assert!(refused.contains("open: 2009-12-01, t2"), "{refused}");
    assert!(refused.contains("crm log x resolved --ticket 2009-12-01"), "{refused}");
    assert_eq!(sandbox.snapshot(), before);
    sandbox.crm("log x resolved --ticket t2").done();
    // Now it is the only one.
    sandbox.crm("log x resolved").done();
    assert!(!sandbox.crm("check --all").done().0.contains("which-ticket"));
}
