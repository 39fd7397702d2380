//! A rep's daily tallies: `activity/<rep>.toml`.

use crate::diag::{Code, Diagnostic, Place};
use crate::disk::file::id_of;
use crate::disk::ledger::Ledger;
use crate::format::append::not_lines;
use crate::format::layout::ACTIVITY;
use crate::format::read_prospect::bad_key;
use crate::format::tree::{Reader, TomlTable, parse};
use crate::model::event::EventKey;
use crate::rules::book::Tally;
use crate::value::date::Date;
use crate::value::text::Text;
use std::path::Path;

/// Keys of a tally.
const KEYS: [&str; 3] = ["dials", "conversations", "appointments"];

/// Tallies by rep and day.
pub type Tallies = Vec<(Text, Date, Tally)>;

/// All tallies up to a day, sorted by rep and day; several tallies of one day are added up.
pub fn read_tallies(ledger: &Ledger, as_of: Date) -> (Tallies, Vec<Diagnostic>) {
    let (paths, mut problems) = ledger.activity_paths();
    let mut tallies: Tallies = Vec::new();
    for path in paths {
        let shown = ledger.show(&path);
        match ledger.text(&path) {
            Ok(text) => {
                let (days, found) = read_file(&text, &shown);
                problems.extend(found);
                let rep: Text = id_of(&path).into();
                if !ledger.settings.reps.is_empty() && ledger.settings.rep(&rep).is_none() {
                    problems.push(
                        Diagnostic::new(
                            Code::UnknownRep,
                            words!(
                                "tallies of an unknown rep `{rep}`",
                                "日报的业务员 `{rep}` 不存在"
                            ),
                        )
                        .at(Place::file(&shown))
                        .nearest(&rep, ledger.settings.reps.iter().map(|r| &*r.id)),
                    );
                }
                for (key, tally) in days.into_iter().filter(|(key, _)| key.date <= as_of) {
                    tallies.push((rep.clone(), key.date, tally));
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    let tallies = Tally::in_order(tallies);
    for (rep, day, tally) in tallies.iter().filter(|(.., tally)| tally.is_impossible()) {
        let file = ledger.show(&Path::new(ACTIVITY).join(format!("{rep}.toml")));
        problems.push(impossible(*day, tally).at(Place::file(file)));
    }
    (tallies, problems)
}

/// That a day has more conversations than dials.
pub fn impossible(day: Date, tally: &Tally) -> Diagnostic {
    let Tally { dials, conversations, .. } = tally;
    Diagnostic::new(
        Code::BadTally,
        words!(
            "{day}: {conversations} conversations of {dials} dials",
            "{day}：拨打 {dials} 次，却接通 {conversations} 次"
        ),
    )
    .help(words!(
        "a conversation is a dial that was answered: tally the dials of the day too",
        "接通的电话也算拨打：请把当天的拨打次数补上"
    ))
}

/// The keys and tallies of one file.
pub fn read_file(text: &str, shown: &Path) -> (Vec<(EventKey, Tally)>, Vec<Diagnostic>) {
    let place = Place::file(shown);
    let table = match parse(text, &place) {
        Ok(table) => table,
        Err(problems) => return (Vec::new(), problems),
    };
    let mut reader = Reader::new(place, Code::WrongType);
    let mut days = Vec::new();
    for (key, value) in &table {
        match (&**key.get_ref(), reader.table(key.get_ref(), value)) {
            ("tally", Some(table)) => days = read_days(&mut reader, table),
            (other, _) => {
                let diagnostic = Diagnostic::new(
                    Code::UnknownKey,
                    words!("unknown table `{other}`", "未知的表 `{other}`"),
                )
                .nearest(other, ["tally"]);
                reader.problem(key.span(), diagnostic);
            }
        }
    }
    reader.problems.extend(not_lines(text, "tally", &table, &Place::file(shown)));
    (days, reader.problems)
}

fn read_days(reader: &mut Reader, table: &TomlTable) -> Vec<(EventKey, Tally)> {
    let mut days = Vec::new();
    for (key, value) in table {
        let Some(day) = EventKey::parse(key.get_ref()) else {
            reader.problem(key.span(), bad_key(key.get_ref()));
            continue;
        };
        let Some(fields) = reader.table(key.get_ref(), value) else { continue };
        let mut tally = Tally::default();
        for (key, value) in fields {
            let name: &str = key.get_ref();
            let slot = match name {
                "dials" => &mut tally.dials,
                "conversations" => &mut tally.conversations,
                "appointments" => &mut tally.appointments,
                _ => {
                    let message =
                        words!("unknown key `{name}` of a tally", "日报中有未知的键 `{name}`");
                    let diagnostic = Diagnostic::new(Code::UnknownKey, message).nearest(name, KEYS);
                    reader.problem(key.span(), diagnostic);
                    continue;
                }
            };
            if let Some(count) = reader.count(name, value, 10_000) {
                *slot = count;
            }
        }
        days.push((day, tally));
    }
    days
}
