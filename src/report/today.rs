//! `crm` alone, `crm today`: the day at a glance, on one screen - what is due, who moved, what is late, what is wrong.

use super::Request;
use super::by_ledger::by_ledger;
use super::columns::stage_name;
use super::due::due;
use crate::diag::counted;
use crate::rules::book::Book;
use crate::table::sheet::{Audience, Cell, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::text::Text;
use std::cmp::Reverse;

/// The rows of what is due.
const DUE: usize = 6;
/// The rows of moves.
const MOVED: usize = 4;
/// The rows of ledgers of a company, whose page has fewer of the others.
const LEDGERS: usize = 4;
/// A move is told for so many days after its own.
const SINCE: i64 = 1;

/// A move of yesterday or today.
struct Moved {
    date: Date,
    id: Text,
    name: Text,
    to: Text,
    owner: Option<Text>,
}

/// The day at a glance: the things that are due by the as-of day with the most money at stake, the moves since the day
/// before, and how many are past the sales cycle. With headings and notes no more than 20 lines.
pub fn today(book: &Book, request: &Request) -> Sheet {
    let lang = book.settings.language;
    let mut sheet = due(book, request, 0);
    let ledgers = by_ledger(book, request, &sheet);
    let (most_due, most_moved) = if ledgers.is_some() { (3, 2) } else { (DUE, MOVED) };
    let all = sheet.tables.iter().find(|table| table.id == "due").map_or(0, |due| due.rows.len());
    sheet.tables.retain(|table| table.audience == Audience::People);
    for table in &mut sheet.tables {
        table.rows.truncate(most_due);
        table.audience = Audience::All;
        // A glance: on a narrow terminal the rest is left out before a row wraps.
        let rest = |id: &str| matches!(id, "date" | "stage" | "detail");
        table.columns.iter_mut().filter(|c| rest(&c.id)).for_each(|c| c.optional = 4);
    }
    sheet.notes.clear();
    let (late, mut moved) = late_and_moved(book, request);
    moved.sort_by_key(|moved| (Reverse(moved.date), moved.id.clone()));
    let (n, first) = (moved.len(), moved.iter().take(most_moved));
    let rows: Vec<Row> = first.map(Moved::row).collect();
    if all == 0 {
        sheet.tables.clear();
    }
    if n > 0 {
        sheet.tables.push(Table {
            id: "moved".into(),
            title: lang.pick("Moved since yesterday", "昨天以来的移动").into(),
            columns: vec![
                column("date", Kind::Date, lang),
                column("id", Kind::Id, lang),
                column("name", Kind::Text, lang),
                column("stage", Kind::Text, lang),
                column("owner", Kind::Text, lang),
            ],
            rows: rows.into(),
            ..Table::default()
        });
    }
    sheet.tables.extend(ledgers.map(|mut table| {
        table.rows.truncate(LEDGERS);
        table
    }));
    sheet.id = "today".into();
    sheet.title = lang.pick("Today", "今天").into();
    sheet.about = book.as_of.to_string();
    sheet.notes = notes(all, n > most_moved, n, late, book);
    sheet
}

/// How many prospects are past the sales cycle, and the moves since the day before.
fn late_and_moved(book: &Book, request: &Request) -> (usize, Vec<Moved>) {
    let since = book.as_of.plus(-SINCE);
    let found = request.gather(book, |record| {
        let late = record.state.flags.overdue && !record.prospect.is_customer;
        let last = record.history.moves().filter(|step| step.on >= since).last();
        let moved = last.map(|step| Moved {
            date: step.on,
            id: record.prospect.id.clone(),
            name: record.prospect.name.clone(),
            to: stage_name(record, step.to, &book.settings, book.settings.language).into(),
            owner: record.state.owner.clone(),
        });
        (late || moved.is_some()).then_some((late, moved))
    });
    let late = found.iter().filter(|(late, _)| *late).count();
    (late, found.into_iter().filter_map(|(_, moved)| moved).collect())
}

impl Moved {
    fn row(&self) -> Row {
        Row::new(vec![
            Cell::Date(self.date),
            Cell::text(self.id.clone()),
            Cell::text(self.name.clone()),
            Cell::text(self.to.clone()),
            Cell::maybe(self.owner.clone(), Cell::text),
        ])
    }
}

fn notes(due: usize, hides_moves: bool, moved: usize, late: usize, book: &Book) -> Vec<String> {
    let (lang, one) = (book.settings.language, book.ledgers().is_empty());
    let mut notes = Vec::new();
    notes.push(match (due, lang) {
        (0, _) => lang.pick("nothing is due", "今天没有待办").to_owned(),
        (n, Lang::Zh) => format!("待办 {n} 项，列出涉及金额最大的；全部：crm due --all"),
        (n, _) => {
            let things = counted(n, "thing is", "things are");
            format!("{things} due, the most money at stake first; all: crm due --all")
        }
    });
    if hides_moves {
        notes.push(match lang {
            Lang::Zh => {
                format!("移动了 {moved} 个；全部：crm report bridge --list --period yesterday")
            }
            _ => format!("{moved} moved; all: crm report bridge --list --period yesterday"),
        });
    }
    if late > 0 {
        let line = if one { "crm sweep" } else { "crm list is:overdue" };
        notes.push(match lang {
            Lang::Zh => format!("逾期 {late} 个：{line}"),
            _ => format!("{late} past the sales cycle: {line}"),
        });
    }
    let more = book.settings.ledgers.len();
    if more > LEDGERS {
        notes.push(match lang {
            Lang::Zh => format!("共 {more} 个账本；全部：crm report funnel --by ledger"),
            _ => format!("{more} ledgers; all: crm report funnel --by ledger"),
        });
    }
    notes.push(
        lang.pick(
            "go on: crm call ID | crm advance ID | crm board | crm help",
            "接下来：crm call 编号 | crm advance 编号 | crm board | crm help",
        )
        .to_owned(),
    );
    notes
}
