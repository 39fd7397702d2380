//! `crm search`: the prospects that have some words in what is known of them, the best first, with the place that fits.

use super::Request;
use super::columns::{Choice, emphasis};
use crate::diag::Diagnostic;
use crate::format::sieve::Sieve;
use crate::rules::book::Book;
use crate::rules::search::{Match, Order, Search};
use crate::table::packed_row::PackedRow;
use crate::table::sheet::{Cell, Kind, Row, Rows, Sheet};
use crate::table::words::{column, title};
use crate::value::label::Lang;
use crate::value::text::Text;

/// The columns before the place that fits, and those behind it.
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
    let sieve = Sieve::of(search);
    let mut rows = book.sift(
        &request.query,
        &|id, text| sieve.lets_through(id, text),
        |rows: &mut Vec<(Order, Text, PackedRow)>, record| {
            let prospect = &record.prospect;
            let Some(found) = search.find(prospect, book.as_of) else { return };
            let mut cells = before.cells(record, book);
            let places = || found.each_text();
            cells.extend([
                Cell::list(distinct(places().map(|place| title_of(place.field, lang)))),
                Cell::list(places().map(excerpt)),
            ]);
            cells.extend(behind.cells(record, book));
            let row = PackedRow::of(&Row::with(cells, emphasis(record)));
            rows.push((found.order(), prospect.id.clone(), row));
        },
        |all, part| all.extend(part),
    );
    rows.sort_unstable_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let found = rows.len();
    rows.truncate(most.unwrap_or(found));
    let more = found - rows.len();
    let mut columns = before.heads();
    columns.extend([column("found-in", Kind::Text, lang), column("excerpt", Kind::Text, lang)]);
    columns.extend(behind.heads());
    let rows: Vec<PackedRow> = rows.into_iter().map(|(.., row)| row).collect();
    let mut sheet = Sheet::single("search", "", columns, Rows::from(rows));
    sheet.about = format!("{}  ·  {}{found}", book.as_of, lang.pick("found: ", "找到："));
    Ok(SearchResult { sheet, found, more })
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
