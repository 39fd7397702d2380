//! The rows of a dataset's tables: fields in order, as CSV has them.

use super::schema::DatasetTable;
use crate::model::privacy::VEIL;
use crate::value::date::{Date, Day};
use crate::value::money::{Amount, Money, Sum};
use crate::value::text::Text;
use csv::StringRecord;
use std::mem;

/// A row while its fields are put in, in the order of the table's columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line(StringRecord);

impl Line {
    /// Adds a text as it is in the ledger; nothing for one that is sealed. The one way by which words of the ledger come
    /// into a dataset.
    #[must_use]
    pub fn text(mut self, text: &str) -> Line {
        self.0.push_field(if text == VEIL { "" } else { text });
        self
    }

    /// Adds a text, or nothing.
    #[must_use]
    pub fn maybe(self, text: Option<&Text>) -> Line {
        self.text(text.map_or("", |text| text.as_str()))
    }

    /// Adds several texts, with `;` between them.
    #[must_use]
    pub fn texts(self, texts: &[Text]) -> Line {
        let open: Vec<&str> = texts.iter().map(Text::as_str).filter(|text| *text != VEIL).collect();
        self.text(&open.join(";"))
    }

    /// Adds a day, or nothing.
    #[must_use]
    pub fn day(self, day: Option<Date>) -> Line {
        match day {
            Some(day) => self.text(&day.to_string()),
            None => self.text(""),
        }
    }

    /// Adds the number of a day, or nothing: engines subtract numbers alike, and days each in its own way.
    #[must_use]
    pub fn number(self, day: Option<Date>) -> Line {
        self.maybe_count(day.map(|day| Day::from(day).number()))
    }

    /// Adds a whole number.
    #[must_use]
    pub fn count(self, n: impl TryInto<i64>) -> Line {
        let n: i64 = n.try_into().unwrap_or(i64::MAX);
        self.text(&n.to_string())
    }

    /// Adds a whole number, or nothing.
    #[must_use]
    pub fn maybe_count(self, n: Option<impl TryInto<i64>>) -> Line {
        match n {
            Some(n) => self.count(n),
            None => self.text(""),
        }
    }

    /// Adds a decimal number.
    #[must_use]
    pub fn decimal(self, amount: Amount) -> Line {
        self.text(&amount.round(6).to_string())
    }

    /// Adds a decimal number, or nothing.
    #[must_use]
    pub fn maybe_decimal(self, amount: Option<Amount>) -> Line {
        match amount {
            Some(amount) => self.decimal(amount),
            None => self.text(""),
        }
    }

    /// Adds an amount and behind it its currency, which is empty where it is the ledger's own.
    #[must_use]
    pub fn money(self, money: Option<Money>) -> Line {
        let currency = money.and_then(|money| money.currency);
        let line = self.maybe_decimal(money.map(|money| money.amount));
        line.text(&currency.map(|currency| currency.to_string()).unwrap_or_default())
    }

    /// Adds the part of a sum in the ledger's own currency, and behind it the others, which no total holds.
    #[must_use]
    pub fn sum(self, sum: &Sum) -> Line {
        let others: Vec<String> = sum.foreign().map(|money| money.to_string()).collect();
        self.decimal(sum.own).text(&others.join(" + "))
    }

    /// Adds yes or no.
    #[must_use]
    pub fn flag(self, yes: bool) -> Line {
        self.text(if yes { "true" } else { "false" })
    }

    /// Adds yes, no, or nothing.
    #[must_use]
    pub fn maybe_flag(self, yes: Option<bool>) -> Line {
        match yes {
            Some(yes) => self.flag(yes),
            None => self.text(""),
        }
    }
}

/// The rows of one file, by table.
#[derive(Debug, Default)]
pub struct Rows(Vec<Vec<Line>>);

impl Rows {
    /// Adds a row.
    pub fn put(&mut self, table: DatasetTable, line: Line) {
        self.0.resize(DatasetTable::ALL.len(), Vec::new());
        self.0[table as usize].push(line);
    }

    /// The text of each table's rows.
    pub fn texts(&self) -> Vec<Vec<u8>> {
        self.0.iter().map(|rows| text(rows.iter().map(|Line(row)| row))).collect()
    }
}

/// The first line of a table: the names of its columns.
pub fn head(table: DatasetTable) -> Vec<u8> {
    let names = table.columns().into_iter().map(|(name, _)| name);
    text(std::iter::once(&names.collect()))
}

fn text<'r>(rows: impl Iterator<Item = &'r StringRecord>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 10).from_writer(Vec::new());
    for row in rows {
        // A write to a `Vec` does not fail, and the rows of a table have one length.
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}

/// The dated rows of one file or customer while the days go by: a row is true from the first day that has it to the
/// first that has it no more.
#[derive(Debug, Default)]
pub struct Timeline {
    /// Each row that is true now, its table, and since when.
    open: Vec<(DatasetTable, Line, Date)>,
}

impl Timeline {
    /// Takes in the rows that are true from a day on. The days come in order.
    pub fn day(&mut self, day: Date, now: Vec<(DatasetTable, Line)>, rows: &mut Rows) {
        let mut still: Vec<(DatasetTable, Line, Date)> = Vec::with_capacity(now.len());
        let mut before: Vec<Option<(DatasetTable, Line, Date)>> =
            mem::take(&mut self.open).into_iter().map(Some).collect();
        // Most rows stay, and stay in their order.
        let mut next = 0;
        for (table, line) in now {
            let is_it = |known: &Option<(DatasetTable, Line, Date)>| {
                known.as_ref().is_some_and(|(of, row, _)| *of == table && *row == line)
            };
            let found = (next..before.len()).chain(0..next).find(|at| is_it(&before[*at]));
            let since = match found.and_then(|at| Some((at, before[at].take()?))) {
                Some((at, (.., since))) => {
                    next = at + 1;
                    since
                }
                None => day,
            };
            still.push((table, line, since));
        }
        for (table, line, since) in before.into_iter().flatten() {
            rows.put(table, line.day(Some(since)).day(Some(day)));
        }
        self.open = still;
    }

    /// The rows that are true for ever.
    pub fn end(self, rows: &mut Rows) {
        for (table, line, since) in self.open {
            rows.put(table, line.day(Some(since)).day(None));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn row(text: &str) -> (DatasetTable, Line) {
        (DatasetTable::Prospects, Line::default().text(text))
    }

    fn shown(rows: &Rows) -> Vec<String> {
        let all = &rows.0[DatasetTable::Prospects as usize];
        all.iter().map(|line| line.0.iter().collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn a_row_is_true_until_the_first_day_without_it() {
        let (mut time, mut rows) = (Timeline::default(), Rows::default());
        time.day(day("2009-01-01"), vec![row("a"), row("b")], &mut rows);
        time.day(day("2009-01-02"), vec![row("b"), row("a")], &mut rows);
        time.day(day("2009-01-05"), vec![row("c"), row("a")], &mut rows);
        // Gone, and there again.
        time.day(day("2009-01-06"), vec![row("b"), row("a")], &mut rows);
        time.end(&mut rows);
        let expected = [
            "b 2009-01-01 2009-01-05",
            "c 2009-01-05 2009-01-06",
            "b 2009-01-06 ",
            "a 2009-01-01 ",
        ];
        assert_eq!(shown(&rows), expected);
    }

    #[test]
    fn a_sealed_text_is_left_out() {
        let line = Line::default().text(VEIL).texts(&["a".into(), VEIL.into()]).text("b");
        assert_eq!(line.0.iter().collect::<Vec<_>>(), ["", "a", "b"]);
    }

    #[test]
    fn equal_rows_are_counted() {
        let (mut time, mut rows) = (Timeline::default(), Rows::default());
        time.day(day("2009-01-01"), vec![row("a"), row("a")], &mut rows);
        time.day(day("2009-01-02"), vec![row("a")], &mut rows);
        time.end(&mut rows);
        assert_eq!(shown(&rows), ["a 2009-01-01 2009-01-02", "a 2009-01-01 "]);
    }

    #[test]
    fn fields_are_quoted_where_they_have_to_be() {
        let mut rows = Rows::default();
        let line = |id: &str| Line::default().text(id).text("a,\"b\"\nc").count(1).text("");
        rows.put(DatasetTable::Reps, line("b"));
        rows.put(DatasetTable::Reps, line("a"));
        let texts = rows.texts();
        let expected = b"b,\"a,\"\"b\"\"\nc\",1,\na,\"a,\"\"b\"\"\nc\",1,\n";
        assert_eq!(texts[DatasetTable::Reps as usize], expected);
        assert!(texts[DatasetTable::Stages as usize].is_empty());
        assert_eq!(head(DatasetTable::Reps), b"rep,rep_name,rep_rank,rep_manager\n");
    }
}
