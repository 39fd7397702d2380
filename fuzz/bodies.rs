//! What must hold of any bytes at all. The fuzz targets call these, and so does `tests/it/hostile.rs` with
//! a bounded number of inputs: a defect that fuzzing finds is a test from then on.

use crm::check::surroundings::Surroundings;
use crm::check::{Subject, check};
use crm::cli::diagnose::{Look, render, short};
use crm::diag::{Diagnostic, Lang, Place};
use crm::disk::tally::read_file;
use crm::format::append::append;
use crm::format::line::{assign_key, event_line};
use crm::format::merge::markers::{Markers, take_apart};
use crm::format::merge::{FileKind, Versions, merge};
use crm::format::new_file::new_file;
use crm::format::quick::quick;
use crm::format::read_mapping::read_mapping;
use crm::format::read_prospect::read_prospect;
use crm::format::read_settings::read_settings;
use crm::format::rows::calendar::parse_calendar;
use crm::format::rows::csv::parse_csv;
use crm::format::rows::mail::parse_mail;
use crm::format::rows::read;
use crm::format::rows::vcard::parse_vcards;
use crm::model::event::{Event, EventKey};
use crm::model::mapping::Form;
use crm::model::mapping::Mapping;
use crm::model::rows::SourceRows;
use crm::model::settings::Settings;
use crm::plan::import::{AddressBook, ImportTerms, Imported};
use crm::rules::book::Keep;
use crm::rules::query::{Query, QueryContext};
use crm::rules::replay::replay;
use crm::rules::replay::state::Record;
use crm::value::date::Date;
use crm::value::zone::Zone;
use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;

static SETTINGS: LazyLock<Settings> =
    LazyLock::new(|| Settings { facts: vec!["branch".into()], ..Settings::default() });

/// The first and the last day, and one in the middle of things.
const DAYS: [&str; 3] = ["0001-01-01", "2009-12-18", "9999-12-31"];

fn day(text: &str) -> Date {
    Date::parse(text).expect("a date")
}

/// Nothing in a message obeys a terminal.
fn says_nothing_but_text(found: &[Diagnostic]) {
    for diagnostic in found.iter().take(20) {
        let text = render(diagnostic, Look { width: Some(80), ..Look::default() })
            + &short(diagnostic, Lang::En);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    }
}

/// A prospect's file: both readers agree; whatever is read can be replayed and checked on any day; an
/// entry can be added without a byte lost, or the file is refused.
pub fn reader(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (path, settings) = (Path::new("prospects/x.toml"), &*SETTINGS);
    let (read, problems) = read_prospect(text, "x", path, path, settings);
    let quickly = |keep| quick(text, "x", path.to_owned(), settings, keep, &mut Vec::new());
    match quickly(Keep::Everything) {
        Some(prospect) => {
            assert_eq!(problems, [], "{text}");
            assert_eq!(read.as_ref(), Some(&prospect), "{text}");
            let mut without = prospect;
            without.events.iter_mut().for_each(|event| event.note = None);
            assert_eq!(quickly(Keep::AllButNotes), Some(without), "{text}");
        }
        None => assert_eq!(quickly(Keep::AllButNotes), None, "{text}"),
    }
    says_nothing_but_text(&problems);
    let Some(prospect) = read else { return };
    for as_of in DAYS.map(day) {
        let Some(record) = replay(prospect.clone(), settings, as_of) else { continue };
        let around = &Surroundings::default();
        let subject = Subject { record: &record, settings, as_of, shown: path.to_owned(), around };
        says_nothing_but_text(&check(&subject));
        says_nothing_but_text(&record.findings);
    }
    let Some(key) = EventKey::parse("2009-12-18") else { return };
    let mut event = Event::new(key, "note");
    event.note = Some("said \"yes\"\n\u{1b}[31m".into());
    assign_key(&mut event, "x", &prospect.events);
    if let Ok(after) = append(text, "events", &[event_line(&event)], &Place::file(path)) {
        let mut expected = prospect;
        let at = expected.events.partition_point(|earlier| earlier.key < event.key);
        expected.events.insert(at, event);
        let (back, _) = read_prospect(&after, "x", path, path, settings);
        assert_eq!(back, Some(expected), "{after}");
        assert!(text.lines().all(|line| after.contains(line)), "{after}");
    }
}

/// Prospects to ask about.
static RECORDS: LazyLock<Vec<Record>> = LazyLock::new(|| {
    let texts = [
        "name = \"张先生\"\ncompany = \"A & B\"\ntags = [\"vip\"]\nneeds = [\"health\"]\n[events]\n\
         2009-12-03-1-k2p = { kind = \"opened\", owner = \"liuyan\", value = 18000.50 }\n\
         2009-12-04 = { kind = \"meeting\", stage = \"25\", confirms = [\"fit\"], next = 2009-12-11T14:00:00, \
         close_by = 2009-12-30, note = \"a\\nb\" }\n",
        "name = \"x\"\n[events]\n2009-12-01 = { kind = \"opened\" }\n",
    ];
    let path = Path::new("prospects/x.toml");
    let read = |text: &str| read_prospect(text, "x", path, path, &SETTINGS).0;
    let records = texts.into_iter().filter_map(read);
    records.filter_map(|prospect| replay(prospect, &SETTINGS, day(DAYS[1]))).collect()
});

/// A query: it is refused in words, or answers for every prospect, and twice the same.
pub fn query(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for today in DAYS.map(day) {
        let context = QueryContext { settings: &SETTINGS, as_of: today };
        match Query::parse(text, "QUERY", &SETTINGS, today) {
            Ok(query) => {
                assert_eq!(query.to_string(), text);
                // One that asks for grades is asked through a book.
                let records = RECORDS.iter().filter(|_| !query.asks_grades());
                for record in records {
                    let answer = query.matches(record, &context);
                    assert_eq!(answer, query.matches(record, &context));
                }
            }
            Err(refused) => says_nothing_but_text(&[refused]),
        }
    }
}

fn mapping(text: &str) -> Option<Mapping> {
    read_mapping(text, Path::new("map.toml"), &SETTINGS).ok()
}

static MAPPINGS: LazyLock<Vec<Mapping>> = LazyLock::new(|| {
    let texts = [
        "[prospect]\nname = \"{a}\"\n[[entry]]\nkind = \"imported\"\ndate = \"{b}\"\nvalue = \"{c}\"\n",
        "group = true\n[prospect]\nid = \"{a}\"\nname = \"{b}\"\n[[entry]]\nkind = \"note\"\nnote = \"{c}\"\n",
    ];
    texts.into_iter().filter_map(mapping).collect()
});

/// A CSV file: every row becomes a prospect that reads back as it was meant, or is refused with its line.
pub fn csv(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let file = Path::new("rows.csv");
    let rows = match parse_csv(text, &Form::default(), file) {
        Ok(rows) => rows,
        Err(refused) => return says_nothing_but_text(&[refused]),
    };
    let lines = text.split('\n').count() as u64;
    assert!(rows.rows.iter().all(|row| (1..=lines).contains(&row.line)));
    for mapping in MAPPINGS.iter() {
        let today = day(DAYS[1]);
        let people = AddressBook::default();
        let by = ImportTerms {
            settings: &SETTINGS,
            mapping,
            file,
            origins: &[],
            date: Some(today),
            today,
            people,
        };
        let taken = HashMap::new();
        match Imported::new(&rows, &[], &taken, &by) {
            Ok(imported) => {
                let found = imported.found();
                says_nothing_but_text(&found.bad.first());
                for rows in found.prospects.iter().take(50) {
                    let candidate = imported.candidate(rows);
                    let mut prospect = candidate.prospect;
                    assert!(crm::value::id::validate(&prospect.id).is_ok(), "{}", prospect.id);
                    prospect.path = format!("prospects/{}.toml", prospect.id).into();
                    for wanted in candidate.entries {
                        let mut event = wanted.event;
                        assign_key(&mut event, &prospect.id, &prospect.events);
                        prospect.events.push(event);
                    }
                    let (id, path) = (prospect.id.to_string(), prospect.path.clone());
                    let (back, _) =
                        read_prospect(&new_file(&prospect), &id, &path, &path, &SETTINGS);
                    assert_eq!(back, Some(prospect));
                }
            }
            Err(refused) => says_nothing_but_text(&refused),
        }
    }
}

/// Rows of an address book, a calendar or mail: each has all columns, and no cell obeys a terminal.
fn fields_only(rows: Result<SourceRows, Diagnostic>) {
    match rows {
        Ok(rows) => {
            for row in &rows.rows {
                assert_eq!(row.cells.len(), rows.header.len());
                for cell in &row.cells {
                    assert!(!cell.text.chars().any(|c| c.is_control() && c != '\n'), "{cell:?}");
                }
            }
            assert!(rows.left_out.iter().all(|left| left.count > 0));
        }
        Err(refused) => says_nothing_but_text(&[refused]),
    }
}

/// An address book: cards are rows with an id each, or are refused with their line.
pub fn cards(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let rows = parse_vcards(text, Path::new("x.vcf"));
    if let Ok(rows) = &rows {
        assert!(rows.rows.iter().all(|row| !row.cells[0].text.is_empty()));
    }
    fields_only(rows);
}

/// A calendar: no meeting is later than the day that is asked for.
pub fn calendar(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for zone in [None, Zone::parse("Asia/Shanghai")] {
        let today = day(DAYS[1]);
        let form = Form { zone, today: Some(today), ..Form::default() };
        let rows = parse_calendar(text, &form, Path::new("x.ics"));
        for row in rows.iter().flat_map(|rows| &rows.rows) {
            assert!(Date::parse(&row.cells[2].text).is_some_and(|date| date <= today), "{row:?}");
        }
        fields_only(rows);
    }
}

/// A message or a mailbox.
pub fn mail(data: &[u8]) {
    fields_only(parse_mail(data, &Form::default(), Path::new("x.eml")));
}

/// A file of another program, of whatever kind: its rows are as wide as they may be, or it is refused in words.
pub fn sources(data: &[u8]) {
    for sheet in [None, Some("1".into())] {
        let form = Form { sheet, ..Form::default() };
        match read(data.to_vec(), &form, Path::new("rows")) {
            Ok(rows) => {
                assert!(!rows.header.is_empty());
                assert!(rows.rows.iter().all(|row| row.line > 0));
            }
            Err(refused) => says_nothing_but_text(&[refused]),
        }
    }
}

/// Settings, a mapping, tallies: taken, or refused in words.
pub fn settings(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Err(found) = read_settings(text, Path::new("crm.toml")) {
        assert!(!found.is_empty());
        assert!(found.iter().all(|problem| problem.exit as u8 == 2), "{found:?}");
        says_nothing_but_text(&found);
    }
    if let Err(found) = read_mapping(text, Path::new("map.toml"), &SETTINGS) {
        assert!(!found.is_empty());
        says_nothing_but_text(&found);
    }
    let (_, problems) = read_file(text, Path::new("activity/a.toml"));
    says_nothing_but_text(&problems);
}

/// Three versions, between NULs: what is merged is TOML with what the sides have, or has a conflict for
/// each marker, and neither side is preferred.
pub fn merging(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut parts = text.splitn(3, '\0');
    let (Some(base), Some(ours), Some(theirs)) = (parts.next(), parts.next(), parts.next()) else {
        return;
    };
    let markers = Markers::default();
    for kind in [FileKind::Prospect, FileKind::Activity, FileKind::Settings] {
        let one = merge(Versions { base, ours, theirs }, kind, &markers);
        let other = merge(Versions { base, ours: theirs, theirs: ours }, kind, &markers);
        match (one, other) {
            (Ok(one), Ok(other)) => {
                assert_eq!(one.conflicts.is_empty(), other.conflicts.is_empty());
                if one.conflicts.is_empty() {
                    assert_eq!(one.text, other.text);
                } else if ![base, ours, theirs].iter().any(|side| take_apart(side).is_some()) {
                    let sides = take_apart(&one.text).expect("markers");
                    assert_eq!(sides.conflicts, one.conflicts.len());
                }
            }
            (Err(_), Err(_)) => {}
            (one, other) => panic!("{kind:?}: {one:?} but {other:?}"),
        }
    }
}
