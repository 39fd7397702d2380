//! What holds for the statistical reports on every ledger: random journals, replayed and reported.

use crm::model::event::{Event, EventKey};
use crm::model::pipeline::Outcome;
use crm::model::prospect::Prospect;
use crm::model::settings::Settings;
use crm::report::dimension::Dimension;
use crm::report::{Request, find};
use crm::rules::book::Book;
use crm::rules::query::Query;
use crm::rules::replay::{derive, replay};
use crm::table::sheet::{Cell, Sheet, Table};
use crm::value::date::Date;
use crm::value::money::{Amount, Money};
use crm::value::period::Period;
use proptest::prelude::*;
use std::collections::BTreeMap;

const STAGES: [&str; 7] = ["opportunity", "appointment", "25", "50", "90", "closed", "lost"];
const OWNERS: [&str; 3] = ["刘燕", "he", ""];
/// Days of a random ledger, from the first of January 2009.
const DAYS: i64 = 80;

fn day(offset: i64) -> Date {
    Date::new(2009, 1, 1).unwrap().plus(offset)
}

/// One entry: its day, what it does, and a number to do it with.
type Entry = (i64, u8, i64);

fn event(n: usize, (offset, what, number): Entry, earlier: &[Event]) -> Event {
    let key = EventKey::parse(&format!("{}-{}", day(offset), n + 1)).unwrap();
    let at = |count: usize| usize::try_from(number).unwrap() % count;
    let kind = match what {
        0..=4 => "moved",
        5 => "imported",
        6 | 7 => "meeting",
        8 => "booking",
        9 => "retracted",
        10 => "hold",
        _ => "note",
    };
    let mut event = Event::new(key, kind);
    let money = |currency: &str| Money::parse(&format!("{}.5{currency}", number * 10)).ok();
    match what {
        0..=5 => event.stage = Some(STAGES[at(7)].into()),
        6 => {
            event.next = crm::value::period::parse_moment(
                &day(offset + 3).to_string(),
                day(0),
                Default::default(),
            )
            .ok()
        }
        7 => event.close_by = Some(day(offset + number % 60)),
        8 => event.amount = money(""),
        9 => event.event = earlier.get(at(n.max(1))).map(|event| event.key.text.clone()),
        10 => event.until = Some(day(offset + number % 9)),
        11 => event.owner = Some(OWNERS[at(3)].into()),
        12 => event.value = money(" USD"),
        _ => event.value = money(""),
    }
    event
}

fn ledger() -> impl Strategy<Value = Vec<Prospect>> {
    let entry = (0..DAYS, 0..16_u8, 0..100_i64);
    let journal = prop::collection::vec(entry, 1..14);
    prop::collection::vec(journal, 0..14).prop_map(|journals| {
        let prospect = |(i, mut entries): (usize, Vec<Entry>)| {
            entries.sort_by_key(|entry| entry.0);
            let mut events: Vec<Event> = Vec::new();
            for (n, entry) in entries.into_iter().enumerate() {
                let event = event(n, entry, &events);
                events.push(event);
            }
            Prospect { id: format!("p{i}").into(), events, ..Prospect::default() }
        };
        journals.into_iter().enumerate().map(prospect).collect()
    })
}

fn book(prospects: &[Prospect], as_of: Date) -> Book {
    let settings = Settings::default();
    let records = prospects.iter().cloned();
    let records = records.filter_map(|prospect| replay(prospect, &settings, as_of)).collect();
    Book::of(settings, as_of, records, Vec::new())
}

fn make(name: &str, book: &Book, by: Option<Dimension>, period: Option<Period>) -> Sheet {
    let query = Query::parse("", "QUERY", &book.settings, book.as_of).unwrap();
    let request = Request { by, period, list: true, ..Request::of(query) };
    let sheet = (find(name).unwrap().make)(book, &request).unwrap();
    for table in &sheet.tables {
        assert!(table.rows.iter().all(|row| row.cells.len() == table.columns.len()));
    }
    sheet
}

fn table<'s>(sheet: &'s Sheet, id: &str) -> &'s Table {
    sheet.tables.iter().find(|table| table.id == id).unwrap()
}

fn cell(table: &Table, row: usize, column: &str) -> Cell {
    let position = table.columns.iter().position(|known| known.id == column).unwrap();
    table.rows.get(row).unwrap().cells[position].clone()
}

fn int(cell: Cell) -> i64 {
    match cell {
        Cell::Int(n) => n,
        _ => 0,
    }
}

fn share(cell: Cell) -> f64 {
    match cell {
        Cell::Share(share) => share,
        _ => 0.0,
    }
}

fn amount(cell: Cell) -> Amount {
    match cell {
        Cell::Amount(amount) => amount,
        _ => Amount::ZERO,
    }
}

fn words(cell: Cell) -> String {
    match cell {
        Cell::Text(text) => text.to_string(),
        Cell::List(list) => list.join(" "),
        _ => String::new(),
    }
}

/// What is open at the end of a day, from replay alone: count, value and weighted value by owner.
fn stock(
    prospects: &[Prospect],
    on: Date,
    by_owner: bool,
) -> BTreeMap<String, (i64, Amount, Amount)> {
    let settings = Settings::default();
    let mut groups = BTreeMap::new();
    for prospect in prospects {
        let Some((state, ..)) = derive(prospect, &settings, on) else { continue };
        if state.outcome != Outcome::Open {
            continue;
        }
        let owner = state.owner.as_deref().filter(|_| by_owner).unwrap_or("").to_owned();
        let own = state.value.filter(|value| value.currency.is_none());
        let value = own.map_or(Amount::ZERO, |value| value.amount);
        let weight = settings.pipelines[0].stages[state.stage].probability;
        let sums = groups.entry(owner).or_insert((0, Amount::ZERO, Amount::ZERO));
        sums.0 += 1;
        sums.1 = sums.1.plus(value);
        sums.2 = sums.2.plus(value.times(weight).round(2));
    }
    groups
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_bridge_sums_exactly(
        prospects in ledger(),
        from in 0..DAYS,
        length in 0..DAYS,
        later in 0..20_i64,
        by_owner in any::<bool>(),
    ) {
        let to = (from + length).min(DAYS);
        let book = book(&prospects, day(to + later));
        let by = by_owner.then_some(Dimension::OWNER);
        let period = Period { from: day(from), to: day(to) };
        let sheet = make("bridge", &book, by, Some(period));
        let bridge = table(&sheet, "bridge");
        // Running sums from each opening row must end at its closing row.
        let mut sums = (0, Amount::ZERO, Amount::ZERO);
        let mut foreign: BTreeMap<String, Amount> = BTreeMap::new();
        let mut openings = BTreeMap::new();
        let mut closings = BTreeMap::new();
        let has_foreign = bridge.columns.iter().any(|column| column.id == "other-currencies");
        for row in 0..bridge.rows.len() {
            let group = if by_owner { words(cell(bridge, row, "owner")) } else { String::new() };
            let name = words(cell(bridge, row, "bridge"));
            let figures = (
                int(cell(bridge, row, "count")),
                amount(cell(bridge, row, "value")),
                amount(cell(bridge, row, "weighted")),
            );
            let mut others: BTreeMap<String, Amount> = BTreeMap::new();
            if has_foreign {
                let text = words(cell(bridge, row, "other-currencies"));
                for pair in text.split(' ').collect::<Vec<_>>().chunks_exact(2) {
                    others.insert(pair[1].to_owned(), Amount::parse(pair[0]).unwrap());
                }
            }
            if name.starts_with("closing") {
                prop_assert_eq!(&figures, &sums, "{}", group);
                foreign.retain(|_, amount| !amount.is_zero());
                prop_assert_eq!(&others, &foreign);
                closings.insert(group, figures);
            } else if name == "opening" {
                sums = figures;
                foreign = others;
                openings.insert(group, figures);
            } else {
                sums = (sums.0 + figures.0, sums.1.plus(figures.1), sums.2.plus(figures.2));
                for (currency, amount) in others {
                    let line = foreign.entry(currency).or_default();
                    *line = line.plus(amount);
                }
            }
        }
        // And both ends are what replay says.
        for (ends, on) in [(openings, day(from - 1)), (closings, day(to))] {
            let replayed = stock(&prospects, on, by_owner);
            for (group, expected) in &replayed {
                prop_assert_eq!(ends.get(group), Some(expected));
            }
            for (group, figures) in ends {
                let expected = replayed.get(&group).copied().unwrap_or_default();
                prop_assert_eq!(figures, expected, "{} {}", group, on);
            }
        }
        // The list has what the lines have.
        let listed = table(&sheet, "changes").rows.len();
        let lines: i64 = (0..bridge.rows.len())
            .map(|row| int(cell(bridge, row, "prospects")))
            .sum();
        prop_assert_eq!(i64::try_from(listed).unwrap(), lines);
    }

    #[test]
    fn snapshot_counts_equal_the_replayed_states(prospects in ledger(), on in 0..DAYS) {
        let book = book(&prospects, day(on));
        let sheet = make("funnel", &book, None, None);
        let funnel = table(&sheet, "prospect");
        let settings = Settings::default();
        for (row, stage) in STAGES.iter().enumerate() {
            let standing = prospects
                .iter()
                .filter_map(|prospect| derive(prospect, &settings, day(on)))
                .filter(|(state, ..)| settings.pipelines[0].stages[state.stage].id == **stage)
                .count();
            prop_assert_eq!(int(cell(funnel, row, "count")), i64::try_from(standing).unwrap());
        }
    }

    #[test]
    fn won_lost_fallen_back_and_open_are_everybody(prospects in ledger(), on in 20..DAYS) {
        let book = book(&prospects, day(on));
        let sheet = make("cycle", &book, None, None);
        let closed = table(&sheet, "closed");
        let fell_back = closed.columns.iter().any(|column| column.id == "fell-back");
        for row in 0..closed.rows.len() {
            if matches!(cell(closed, row, "won"), Cell::Absent(_)) {
                continue;
            }
            let mut sum: f64 =
                ["won", "lost", "still-open"].iter().map(|id| share(cell(closed, row, id))).sum();
            if fell_back {
                sum += share(cell(closed, row, "fell-back"));
            }
            prop_assert!((sum - 1.0).abs() < 1e-9, "{}", sum);
        }
    }

    #[test]
    fn who_entered_got_further_left_or_is_open(prospects in ledger(), on in 20..DAYS) {
        let book = book(&prospects, day(on));
        let sheet = make("conversion", &book, None, None);
        let steps = table(&sheet, "conversion");
        for row in 0..steps.rows.len() {
            // Of fewer than five there is no rate.
            let Cell::Rate(advanced, _) = cell(steps, row, "advanced") else { continue };
            let advanced = i64::try_from(advanced).unwrap();
            let parts = advanced
                + int(cell(steps, row, "still-open"))
                + int(cell(steps, row, "lost"));
            prop_assert_eq!(int(cell(steps, row, "entered")), parts);
        }
        // The cohorts of two windows are the cohort of both together.
        let cut = on / 2;
        let windows = [(-1, cut), (cut + 1, on), (-1, on)].map(|(from, to)| {
            let period = Period { from: day(from), to: day(to) };
            let sheet = make("conversion", &book, None, Some(period));
            let steps = table(&sheet, "conversion");
            (0..steps.rows.len()).map(|row| int(cell(steps, row, "entered"))).collect::<Vec<_>>()
        });
        for ((a, b), whole) in windows[0].iter().zip(&windows[1]).zip(&windows[2]) {
            prop_assert_eq!(a + b, *whole);
        }
    }

    #[test]
    fn a_forecast_counts_every_open_one_once(prospects in ledger(), on in 20..DAYS) {
        let book = book(&prospects, day(on));
        let sheet = make("forecast", &book, None, None);
        let lines = table(&sheet, "forecast");
        let counted: i64 = (0..lines.rows.len())
            .filter(|row| lines.rows.get(*row).unwrap().emphasis != crm::table::sheet::Emphasis::Total)
            .map(|row| int(cell(lines, row, "count")))
            .sum();
        let open = book.records().iter().filter(|record| {
            let stage = &book.settings.pipelines[0].stages[record.state.stage];
            stage.outcome == Outcome::Open && !stage.probability.is_zero()
        });
        prop_assert_eq!(counted, i64::try_from(open.count()).unwrap());
        let odds = table(&sheet, "probability");
        for row in 0..odds.rows.len() {
            let p = share(cell(odds, row, "calibrated"));
            prop_assert!((0.0..=1.0).contains(&p));
        }
    }
}
