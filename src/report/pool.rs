//! `crm pool` and `crm report pool`: who waits, since when, who had them, and who could have them.

use super::Request;
use super::words::column;
use crate::diag::Diagnostic;
use crate::model::label::Lang;
use crate::model::money::Sum;
use crate::model::sheet::{Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::rules::allocation::{Barrier, Rules};
use crate::rules::book::Book;
use crate::rules::pool::{grade_of, waiting};
use crate::rules::state::Record;
use crate::rules::team::Team;

/// The pool's prospects: who waits longest first, then by id.
fn waiting_list<'b>(book: &'b Book, request: &Request) -> Vec<&'b Record> {
    let mut found: Vec<&Record> =
        book.select(&request.query).filter(|record| record.state.in_pool()).collect();
    found.sort_by_key(|record| (record.state.owner_since, &record.prospect.id));
    found
}

fn about(book: &Book, count: usize) -> String {
    let lang = book.settings.language;
    format!("{}  ·  {}{count}", book.as_of, lang.pick("in the pool: ", "公海客户："))
}

/// The list: who is in the pool, since when, and who had them before.
pub fn pool(book: &Book, request: &Request) -> Sheet {
    let lang = book.settings.language;
    let columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("grade", Kind::Text, lang).optional(),
        column("region", Kind::Text, lang).optional(),
        column("needs", Kind::Text, lang).optional(),
        column("value", Kind::Number, lang),
        column("since", Kind::Date, lang),
        column("waiting", Kind::Number, lang),
        column("before", Kind::Text, lang),
        column("reason", Kind::Text, lang),
    ];
    let list = waiting_list(book, request);
    let rows = list
        .iter()
        .map(|record| {
            let prospect = &record.prospect;
            let waits = waiting(record, book.as_of);
            Row::new(vec![
                Cell::text(&*prospect.id),
                Cell::text(&*prospect.name),
                Cell::maybe(grade_of(book, record), Cell::text),
                Cell::maybe(prospect.region.as_deref(), Cell::text),
                Cell::list(prospect.needs.iter().cloned()),
                Cell::maybe(record.state.value, Cell::Money),
                Cell::maybe(waits.since, Cell::Date),
                days(record, book),
                Cell::list(waits.before.iter().cloned()),
                Cell::maybe(waits.reason, Cell::text),
            ])
        })
        .collect();
    let mut sheet = Sheet::single("pool", lang.pick("Pool", "公海"), columns, rows);
    sheet.about = about(book, list.len());
    sheet
}

fn days(record: &Record, book: &Book) -> Cell {
    Cell::maybe(record.state.owner_since, |since| Cell::Int(book.as_of.days_since(since)))
}

/// The report: each with whom it could go to or why to nobody, and how long they wait.
pub fn pool_report(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let team = Team::of(book);
    let rules = Rules::of(book, &team)?;
    let list = waiting_list(book, request);
    let mut stuck = 0_usize;
    let rows = list
        .iter()
        .map(|record| {
            let (whom, none) = for_whom(record, grade_of(book, record), &rules, &team, lang);
            stuck += usize::from(none);
            let cells = vec![
                Cell::text(&*record.prospect.id),
                Cell::text(&*record.prospect.name),
                Cell::maybe(record.prospect.region.as_deref(), Cell::text),
                Cell::maybe(record.state.value, Cell::Money),
                Cell::maybe(record.state.owner_since, Cell::Date),
                days(record, book),
                Cell::text(whom),
            ];
            Row::with(cells, if none { Emphasis::Warn } else { Emphasis::Plain })
        })
        .collect();
    let columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("region", Kind::Text, lang).optional(),
        column("value", Kind::Number, lang),
        column("since", Kind::Date, lang),
        column("waiting", Kind::Number, lang),
        column("for-whom", Kind::Text, lang),
    ];
    let waiting = Table { id: "waiting".into(), columns, rows, ..Table::default() };
    let mut notes = Vec::new();
    if stuck > 0 {
        notes.push(match lang {
            Lang::En => format!("{stuck} of {} can go to nobody as things are", list.len()),
            Lang::Zh => format!("{}个客户中有{stuck}个目前无人可接", list.len()),
        });
    }
    if list.len() > stuck {
        notes.push(lang.pick("`crm allocate` shows a plan", "crm allocate 给出分配方案").into());
    }
    Ok(Sheet {
        id: "pool".into(),
        title: lang.pick("The pool", "公海客户").into(),
        about: about(book, list.len()),
        tables: vec![waiting, how_long(book, &list, lang)],
        notes,
        ..Sheet::default()
    })
}

/// Those who could have a prospect, who fits best first; or, with `true`, why nobody can.
fn for_whom(
    record: &Record,
    grade: Option<&str>,
    rules: &Rules,
    team: &Team,
    lang: Lang,
) -> (String, bool) {
    let fits = rules.fits(record, grade);
    let mut able: Vec<usize> = Vec::new();
    let mut barriers: Vec<(usize, Barrier)> = Vec::new();
    for place in 0..team.members.len() {
        match rules.refusal(record, team, place) {
            None => able.push(place),
            Some(barrier) => barriers.push((place, barrier)),
        }
    }
    able.sort_by(|a, b| {
        let score = |place: &usize| std::cmp::Reverse(fits[*place].score(rules.weights()));
        score(a).cmp(&score(b)).then_with(|| team.members[*a].waited(&team.members[*b]))
    });
    let id = |place: &usize| team.members[*place].rep.id.to_string();
    match (able.as_slice(), barriers.as_slice()) {
        ([], []) => (lang.pick("no rep in the settings", "未设置业务员").into(), true),
        ([], [(_, tag @ Barrier::DoNotAssign(_)), ..]) => (tag.words(lang), true),
        ([], _) => {
            let why =
                barriers.iter().map(|(at, barrier)| format!("{}: {}", id(at), barrier.words(lang)));
            let why: Vec<String> = why.collect();
            (format!("{}: {}", lang.pick("nobody", "无人"), why.join("; ")), true)
        }
        ([first @ .., _, _], _) if first.len() > 1 => {
            let names: Vec<String> = able[..3].iter().map(id).collect();
            let more = able.len() - 3;
            let more = if more > 0 { format!(", +{more}") } else { String::new() };
            (format!("{}{more}", names.join(", ")), false)
        }
        _ => (able.iter().map(id).collect::<Vec<_>>().join(", "), false),
    }
}

/// How many have waited how long, and what they are worth.
fn how_long(book: &Book, list: &[&Record], lang: Lang) -> Table {
    const SPANS: [(i64, i64, &str); 4] =
        [(0, 7, "0-7"), (8, 14, "8-14"), (15, 30, "15-30"), (31, i64::MAX, "31+")];
    let columns: Vec<Column> = vec![
        column("waiting", Kind::Text, lang),
        column("count", Kind::Number, lang),
        column("value", Kind::Number, lang),
    ];
    let row = |inside: &dyn Fn(i64) -> bool| {
        let (mut count, mut value) = (0, Sum::default());
        for record in list {
            let days = record.state.owner_since.map_or(0, |since| book.as_of.days_since(since));
            if inside(days) {
                count += 1;
                record.state.value.into_iter().for_each(|money| value.add(money));
            }
        }
        [Cell::Int(count), Cell::Amount(value.own)]
    };
    let mut rows: Vec<Row> = SPANS
        .iter()
        .map(|(from, to, name)| {
            let [count, value] = row(&|days| (*from..=*to).contains(&days));
            Row::new(vec![Cell::text(*name), count, value])
        })
        .collect();
    let [count, value] = row(&|_| true);
    rows.push(Row::with(
        vec![Cell::text(lang.pick("total", "合计")), count, value],
        Emphasis::Total,
    ));
    let title = lang.pick("How long", "等待时间").to_owned();
    Table { id: "how-long".into(), title, columns, rows, ..Table::default() }
}
