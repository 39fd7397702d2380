//! What is right for every cell of a file, and the names of its columns.

use crate::diag::first_of;
use crate::model::rows::{SourceCell, SourceRows};
use crate::value::entity::decoded;
use crate::value::text::Text;
use std::collections::{HashMap, HashSet};

/// So many columns are named in a message.
const NAMED: usize = 10;

/// Characters of no width: joiners, and marks of direction and of byte order.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// A text without blanks of any width, and characters of no width, around it.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

/// The text of a cell: trimmed, and with its entities as characters.
pub(super) fn cell(text: &str) -> SourceCell {
    SourceCell::written(trimmed(&decoded(trimmed(text))))
}

/// The shortest decimal that a number is. Spreadsheets count with fifteen digits: `0.1 + 0.2` is 0.3
/// there.
pub(super) fn decimal(number: f64) -> Text {
    /// Whole numbers up to here are exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        // Minus nought is nought.
        return format!("{}", number + 0.0).into();
    }
    let rounded = format!("{number:.14e}").parse().unwrap_or(number);
    format!("{rounded}").into()
}

/// Gives columns of one name a number: `Name`, `Name 2`; that is told once. A column without a name stays so, and is
/// not read.
pub(super) fn number_repeated(rows: &mut SourceRows) {
    let mut names: HashSet<Text> = rows.header.iter().cloned().collect();
    // The last number that each name was given: a header may have one name twenty thousand times.
    let mut numbers: HashMap<Text, u64> = HashMap::new();
    let mut given = Vec::new();
    for name in rows.header.iter_mut().filter(|name| !name.is_empty()) {
        let number = numbers.entry(name.clone()).or_insert(0);
        *number += 1;
        if *number == 1 {
            continue;
        }
        let mut free = Text::from(format!("{name} {number}"));
        while !names.insert(free.clone()) {
            *number += 1;
            free = format!("{name} {number}").into();
        }
        given.push(free.to_string());
        *name = free;
    }
    if !given.is_empty() {
        let given = first_of(given, NAMED);
        rows.notes.push(words!(
            "columns of one name have a number from the second on: {given}",
            "同名的列从第二列起加了序号：{given:#}"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_trimmed_and_entities_decoded() {
        for (written, read) in [
            ("plain", "plain"),
            ("\u{feff}\u{3000}张伟，您好。\u{200b}\u{a0}", "张伟，您好。"),
            ("\u{200b}", ""),
            ("R&amp;D &#39;x&#39; &lt;b&gt;", "R&D 'x' <b>"),
            ("a&nbsp;b&nbsp;", "a b"),
            ("&nbsp;", ""),
            ("R&D", "R&D"),
            ("AT&T; &unknown; &#xFFFFFFFF;", "AT&T; &unknown; &#xFFFFFFFF;"),
            ("&amp;amp;", "&amp;"),
            ("１２，全角", "１２，全角"),
        ] {
            assert_eq!(&*cell(written).text, read, "{written:?}");
        }
    }

    #[test]
    fn numbers_are_plain_decimals() {
        for (number, text) in [
            (15.0, "15"),
            (-0.0, "0"),
            (0.1 + 0.2, "0.3"),
            (1234.5, "1234.5"),
            (13_800_000_000.0, "13800000000"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (-1.5, "-1.5"),
            (1e-7, "0.0000001"),
            (1e20, "100000000000000000000"),
            (4.35 * 100.0, "435"),
        ] {
            assert_eq!(&*decimal(number), text);
        }
    }

    #[test]
    fn repeated_names_get_numbers() {
        let header = ["Name", "", "Name", "Name 2", "", "Name", "name"];
        let header = header.map(Text::from).to_vec();
        let mut rows = SourceRows { header, ..SourceRows::default() };
        number_repeated(&mut rows);
        assert_eq!(rows.header, ["Name", "", "Name 3", "Name 2", "", "Name 4", "name"]);
        assert_eq!(rows.notes.len(), 1);
        assert!(rows.notes[0].en().ends_with(": Name 3, Name 4"));
        number_repeated(&mut rows);
        assert_eq!(rows.notes.len(), 1);
    }
}
