//! `crm search`: the prospects and customers that have some words in their texts, the best first, with the place that fits.

use super::Request;
use super::columns::{Choice, emphasis};
use crate::diag::Diagnostic;
use crate::format::sieve::Sieve;
use crate::model::event::Event;
use crate::model::prospect::Prospect;
use crate::rules::book::{self, Book};
use crate::rules::replay::state::Record;
use crate::rules::search::{Found, Match, Order, Search};
use crate::table::packed_row::PackedRow;
use crate::table::sheet::{Cell, Kind, Row, Rows, Sheet};
use crate::table::terms::{SORTS, term};
use crate::table::words::{column, title};
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::text::Text;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The columns before the place that fits, and those behind it, the stage last.
const COLUMNS: [&[&str]; 2] = [&["id", "name"], &["owner", "stage"]];

/// The result of a search.
pub struct SearchResult {
    /// A row for each prospect that is shown.
    pub sheet: Sheet,
    /// How many were found.
    pub found: usize,
    /// How many of them are not shown.
    pub more: usize,
}

/// Searches the prospects that a request selects, and shows the best ones: so many, or all.
///
/// # Errors
/// Fails if a column is not known, which those of this report are.
pub fn search(
    book: &Book,
    request: &Request,
    search: &Search,
    most: Option<usize>,
) -> Result<SearchResult, Diagnostic> {
    let lang = book.settings.language;
    let choice = |names: &[&str]| Choice::of(names.iter().copied(), &book.settings, lang);
    let (before, behind) = (choice(COLUMNS[0])?, choice(COLUMNS[1])?);
    let row = |record: &Record, found: &Found| {
        let is_customer = record.prospect.is_customer;
        let mut cells = before.cells(record, book);
        cells.extend([
            Cell::text(term(SORTS, if is_customer { "customer" } else { "prospect" }, lang)),
            Cell::list(distinct(found.each_text().map(|place| title_of(place.field, lang)))),
            Cell::list(found.each_text().map(excerpt)),
        ]);
        cells.extend(behind.cells(record, book));
        if is_customer {
            // A customer's file has no board.
            cells.pop();
            cells.push(Cell::Empty);
        }
        PackedRow::of(&Row::with(cells, emphasis(record)))
    };
    let sifted = || Sifted {
        search,
        sieve: Sieve::of(search),
        as_of: book.as_of,
        // A query is asked about replayed prospects.
        counts: request.query.is_empty(),
        best: Mutex::new(Best { most, ..Best::default() }),
    };
    let mut hits = sifted();
    if !book.sift(&request.query, &hits, &|record| hits.take(record, row)) {
        hits = sifted();
        let selected = book.selection(&request.query);
        let customers = book.customers().iter().map(|record| &**record);
        let everybody = book.records().iter().chain(customers);
        everybody.filter(|record| selected.has(record)).for_each(|record| hits.take(record, row));
    }
    let Best { hits, more, .. } = hits.best.into_inner().unwrap_or_else(PoisonError::into_inner);
    let rows: Vec<PackedRow> = hits.into_sorted_vec().into_iter().map(|hit| hit.row).collect();
    let found = rows.len() + more;
    let mut columns = before.heads();
    columns.push(column("sort", Kind::Text, lang).optional(2));
    columns.extend(["found-in", "excerpt"].map(|id| column(id, Kind::Text, lang).wraps()));
    columns.extend(behind.heads());
    let mut sheet = Sheet::single("search", "", columns, Rows::from(rows));
    sheet.about = format!("{}  ·  {}{found}", book.as_of, lang.pick("found: ", "找到："));
    Ok(SearchResult { sheet, found, more })
}

/// A prospect that was found.
struct Hit {
    order: Order,
    id: Text,
    row: PackedRow,
}

impl Ord for Hit {
    fn cmp(&self, other: &Hit) -> Ordering {
        (self.order, &self.id).cmp(&(other.order, &other.id))
    }
}

impl PartialOrd for Hit {
    fn partial_cmp(&self, other: &Hit) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Hit {
    fn eq(&self, other: &Hit) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Hit {}

/// The best hits so far.
#[derive(Default)]
struct Best {
    /// So many are kept; `None`: all.
    most: Option<usize>,
    hits: BinaryHeap<Hit>,
    /// How many more were found.
    more: usize,
}

impl Best {
    /// Is a hit too far behind to be kept? Then it is counted.
    fn passes_over(&mut self, order: Order, id: &Text) -> bool {
        let is_full = self.most.is_some_and(|most| self.hits.len() >= most);
        let is_worse = |worst: &Hit| (order, id) > (worst.order, &worst.id);
        let passed = is_full && self.hits.peek().is_none_or(is_worse);
        self.more += usize::from(passed);
        passed
    }

    fn push(&mut self, hit: Hit) {
        self.hits.push(hit);
        if self.most.is_some_and(|most| self.hits.len() > most) {
            self.hits.pop();
            self.more += 1;
        }
    }
}

/// A search that is under way.
struct Sifted<'s> {
    search: &'s Search,
    sieve: Sieve,
    as_of: Date,
    /// May a prospect be counted before it is replayed?
    counts: bool,
    best: Mutex<Best>,
}

impl Sifted<'_> {
    fn best(&self) -> MutexGuard<'_, Best> {
        self.best.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, record: &Record, row: impl Fn(&Record, &Found) -> PackedRow) {
        let Some(found) = self.search.find(&record.prospect, self.as_of) else { return };
        let (order, id) = (found.order(), record.prospect.id.clone());
        if !self.best().passes_over(order, &id) {
            let row = row(record, &found);
            self.best().push(Hit { order, id, row });
        }
    }
}

impl book::Sieve for Sifted<'_> {
    fn may_want(&self, id: &str, text: &str) -> bool {
        self.sieve.lets_through(id, text)
    }

    fn wants(&self, prospect: &Prospect) -> bool {
        let is_later = |event: &Event| event.date() > self.as_of;
        if prospect.events.iter().any(|event| !event.set.is_empty()) {
            // Its facts are those of the day only once it is replayed.
            return true;
        }
        if prospect.events.first().is_some_and(is_later) {
            return false;
        }
        self.search.find(prospect, self.as_of).is_some_and(|found| {
            !(self.counts && self.best().passes_over(found.order(), &prospect.id))
        })
    }
}

/// A field: its id for machines, its title for people.
fn title_of(field: &str, lang: Lang) -> String {
    match lang {
        Lang::Machine => field.to_owned(),
        Lang::En | Lang::Zh => title(field, lang),
    }
}

/// Each text once, in order.
fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut each: Vec<String> = Vec::new();
    for text in texts {
        if !each.contains(&text) {
            each.push(text);
        }
    }
    each
}

/// So many characters of a text are shown before the word that was found,
const BEFORE: usize = 12;
/// and so many in all.
const IN_ALL: usize = 48;

/// The text around the word that was found, on one line; before a telephone or mail the person.
fn excerpt(place: &Match) -> String {
    let letters: Vec<char> =
        place.text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let from = match place.at {
        at if at <= BEFORE || letters.len() <= IN_ALL => 0,
        at => (at - BEFORE).min(letters.len()),
    };
    let to = letters.len().min(from + IN_ALL);
    let (begun, cut) = (if from > 0 { "…" } else { "" }, if to < letters.len() { "…" } else { "" });
    let person = place.person.map(|name| format!("{name}: ")).unwrap_or_default();
    let part: String = letters[from..to].iter().collect();
    format!("{person}{begun}{}{cut}", part.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::search::Rank;

    fn shown(text: &str, at: usize) -> String {
        let (rank, field, person, date) = (Rank::Noted, "note", None, None);
        excerpt(&Match { rank, field, text, at, person, date })
    }

    #[test]
    fn an_excerpt_has_the_word_and_a_little_around_it() {
        assert_eq!(shown("a\nb", 2), "a b");
        assert_eq!(shown(&"x".repeat(IN_ALL), IN_ALL - 1), "x".repeat(IN_ALL));
        let long = format!("{}word{}", "a".repeat(60), "b".repeat(60));
        let expected = format!("…{}word{}…", "a".repeat(BEFORE), "b".repeat(IN_ALL - BEFORE - 4));
        assert_eq!(shown(&long, 60), expected);
        assert_eq!(shown(&long, BEFORE), format!("{}…", "a".repeat(IN_ALL)));
        assert_eq!(
            shown(&format!("{}word", "a".repeat(60)), 60),
            format!("…{}word", "a".repeat(BEFORE))
        );
    }

    #[test]
    fn a_telephone_has_its_person() {
        let (rank, field, date) = (Rank::Person, "phone", None);
        let place = Match { rank, field, text: "021 1", at: 0, person: Some("王芳"), date };
        assert_eq!(excerpt(&place), "王芳: 021 1");
    }
}
