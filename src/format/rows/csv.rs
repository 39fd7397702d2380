//! Reading CSV for imports: any of the usual separators, line ends and byte-order marks, quoted line
//! breaks, blank lines, and the `'` that exports put before a formula. Rows keep their line numbers, for later
//! findings about them.

use crate::diag::{Code, Diagnostic, Place, Words};
use crate::format::rows::cells;
use crate::model::mapping::Form;
use crate::model::rows::{SourceCell, SourceRow, SourceRows};
use crate::value::formula::restored;
use std::path::Path;

/// Separators that can be recognised, and their names in English and Chinese.
const SEPARATORS: [(u8, &str, &str); 4] = [
    (b',', "a comma", "逗号"),
    (b';', "a semicolon", "分号"),
    (b'\t', "a tab", "制表符"),
    (b'|', "a bar", "竖线"),
];

/// Reads rows from a text.
///
/// # Errors
/// Fails if the separator is in doubt, the text is no CSV, or has no header.
pub fn parse_csv(text: &str, form: &Form, shown: &Path) -> Result<SourceRows, Diagnostic> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut text = without_lines(text, form.skip_lines);
    let mut first_line = u64::from(form.skip_lines) + 1;
    let mut delimiter = form.delimiter;
    // Excel writes its separator above the header.
    if let Some((named, rest)) = separator_line(text) {
        delimiter = delimiter.or(Some(named));
        (text, first_line) = (rest, first_line + 1);
    }
    let delimiter = match delimiter {
        Some(delimiter) => delimiter,
        None => separator(text, shown)?,
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut lines = Lines { text, at: 0, line: first_line };
    let mut rows = SourceRows::default();
    let mut record = csv::StringRecord::new();
    loop {
        let begins = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let message =
                    words!("{} is not CSV: {error}", "{} 不是 CSV：{error}", shown.display());
                return Err(Diagnostic::new(Code::BadRow, message).at(Place::file(shown)));
            }
        }
        if record.iter().all(|cell| cells::trimmed(cell).is_empty()) {
            continue;
        }
        if rows.header.is_empty() {
            rows.header = record.iter().map(|cell| written(cell).text).collect();
            continue;
        }
        let cells = record.iter().map(written).collect();
        let ends = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        let unclosed = ends >= text.len() && is_unclosed(text.get(begins..).unwrap_or(""));
        rows.rows.push(SourceRow { line: lines.of(begins), cells, unclosed });
    }
    if rows.header.is_empty() {
        return Err(Diagnostic::new(
            Code::BadMapping,
            words!("the file has no header line", "文件没有标题行"),
        )
        .at(Place::file(shown))
        .help(words!("the first line must name the columns", "第一行应为列名")));
    }
    Ok(rows)
}

/// A cell as it was before a program put a `'` before a formula.
fn written(cell: &str) -> SourceCell {
    cells::cell(restored(cells::trimmed(cell)))
}

/// The text behind so many lines.
fn without_lines(text: &str, lines: u32) -> &str {
    let mut rest = text;
    for _ in 0..lines {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    rest
}

/// The separator that a line `sep=;` names, and the text behind the line.
fn separator_line(text: &str) -> Option<(u8, &str)> {
    let (line, rest) = text.split_once('\n')?;
    let line = line.trim_end_matches('\r');
    let key = line.get(..4)?;
    let named = line.get(4..)?.as_bytes();
    (key.eq_ignore_ascii_case("sep=") && named.len() == 1).then(|| (named[0], rest))
}

/// The separator of the header. Fails if there are several candidates: then the user must name it.
fn separator(text: &str, shown: &Path) -> Result<u8, Diagnostic> {
    let header = text.trim_start_matches(['\r', '\n', ' ']);
    let mut quoted = false;
    let mut found: Vec<(u8, &str, &str)> = Vec::new();
    for byte in header.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            byte if !quoted => {
                let known = SEPARATORS.iter().find(|(separator, ..)| *separator == byte);
                found.extend(known.filter(|known| !found.contains(known)));
            }
            _ => {}
        }
    }
    match found.as_slice() {
        [] => Ok(b','),
        [(only, ..)] => Ok(*only),
        several => {
            let en: Vec<&str> = several.iter().map(|(_, en, _)| *en).collect();
            let zh: Vec<&str> = several.iter().map(|(_, _, zh)| *zh).collect();
            let message = Words::both(
                format!("the header has {}: which one is the separator?", en.join(" and ")),
                format!("标题行中有{}：哪一个是分隔符？", zh.join("和")),
            );
            Err(Diagnostic::new(Code::BadArgument, message).at(Place::file(shown)).help(words!(
                "name it: --delimiter ',' or ';' or tab",
                "请指明：--delimiter ',' 或 ';' 或 tab"
            )))
        }
    }
}

/// Is this last record of several lines missing a closing quote, so that it swallowed the lines after it?
fn is_unclosed(record: &str) -> bool {
    record.trim_end().contains('\n') && record.bytes().filter(|byte| *byte == b'"').count() % 2 == 1
}

/// Lines of growing offsets.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line on which the record that is read from `offset` begins: blank lines before it are not
    /// its own.
    fn of(&mut self, offset: usize) -> u64 {
        let bytes = self.text.as_bytes();
        let mut begins = offset.min(bytes.len());
        while bytes.get(begins).is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            begins += 1;
        }
        let passed = bytes[self.at..begins.max(self.at)].iter().filter(|byte| **byte == b'\n');
        self.line += passed.count() as u64;
        self.at = begins.max(self.at);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> SourceRows {
        parse_csv(text, &Form::default(), Path::new("x.csv")).unwrap()
    }

    fn by(delimiter: u8) -> Form {
        Form { delimiter: Some(delimiter), ..Form::default() }
    }

    fn lines(text: &str) -> Vec<(u64, Vec<String>)> {
        let cells = |row: &SourceRow| row.cells.iter().map(|cell| cell.text.to_string()).collect();
        parse(text).rows.iter().map(|row| (row.line, cells(row))).collect()
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn rows_know_their_lines() {
        for newline in ["\n", "\r\n"] {
            let text = "\u{feff}a,b\n1,2\n\n\n3,\"x\ny\"\n,\n5,6\n7\n".replace('\n', newline);
            let broken = format!("x{newline}y");
            assert_eq!(
                lines(&text),
                [row(2, &["1", "2"]), row(5, &["3", &broken]), row(8, &["5", "6"]), row(9, &["7"])]
            );
        }
    }

    #[test]
    fn separators() {
        for text in ["a,b\n1,2", "a;b\n1;2", "a\tb\n1\t2", "a|b\n1|2", "\"a,x\";b\n1;2"] {
            assert_eq!(lines(text), [row(2, &["1", "2"])], "{text}");
        }
        assert_eq!(lines("a\n1"), [row(2, &["1"])]);
        let unsure = parse_csv("a,b;c\n1,2;3", &Form::default(), Path::new("x.csv")).unwrap_err();
        assert_eq!(
            unsure.message.en(),
            "the header has a comma and a semicolon: which one is the separator?"
        );
        let told = parse_csv("a,b;c\n1,2;3", &by(b';'), Path::new("x.csv")).unwrap();
        assert_eq!(told.header.len(), 2);
    }

    #[test]
    fn lines_above_the_header_are_left_out_and_counted() {
        let parse = |text: &str, skip_lines| {
            let form = Form { skip_lines, ..Form::default() };
            let rows = parse_csv(text, &form, Path::new("x.csv")).unwrap();
            (rows.header.len(), rows.rows.iter().map(|row| row.line).collect::<Vec<_>>())
        };
        assert_eq!(parse("sep=;\r\na;b\r\n1;2\r\n", 0), (2, vec![3]));
        assert_eq!(parse("\u{feff}SEP=\t\na\tb,c\n1\t2\n", 0), (2, vec![3]));
        assert_eq!(parse("Deals, all\n\na,b\n1,2\n", 2), (2, vec![4]));
        assert_eq!(parse("Title\nsep=|\na|b\n1|2\n", 1), (2, vec![4]));
        // A column may be called so.
        assert_eq!(parse("sep=ab,x\n1,2\n", 0), (2, vec![2]));
        let none = parse_csv("a\n1\n", &Form { skip_lines: 2, ..Form::default() }, Path::new("x"));
        assert!(none.is_err());
    }

    #[test]
    fn an_open_quote_is_seen() {
        let flags =
            |text: &str| parse(text).rows.iter().map(|row| row.unclosed).collect::<Vec<_>>();
        assert_eq!(flags("a,b\n1,\"x\n2,y\n3,z\n"), [true]);
        assert_eq!(flags("a,b\n1,\"x\ny\"\n"), [false]);
        assert_eq!(flags("a,b\n1,5\" pipe\n"), [false]);
    }

    #[test]
    fn nothing_is_no_table() {
        for text in ["", "\n\n", "\u{feff}", " , \n"] {
            assert!(parse_csv(text, &by(b','), Path::new("x.csv")).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(?s)[a\"',;\r\n\t \u{feff}é]{0,80}") {
            if let Ok(rows) = parse_csv(&text, &Form::default(), Path::new("x.csv")) {
                let last = text.split('\n').count() as u64;
                prop_assert!(rows.rows.iter().all(|row| (1..=last).contains(&row.line)));
            }
        }
    }
}
