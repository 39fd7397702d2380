//! Rows as few bytes: of a list of a whole ledger nothing else is in memory until it is written.

use crate::table::sheet::{Cell, Emphasis, Row, Rows};
use crate::value::date::{Date, Day, Moment, Time};
use crate::value::money::{Amount, Currency, Money};
use crate::value::text::Text;

/// A row that needs no more memory than its words and numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedRow(Box<[u8]>);

/// The emphasis of rows, by its number.
const EMPHASES: [Emphasis; 4] = [Emphasis::Plain, Emphasis::Good, Emphasis::Warn, Emphasis::Total];

/// The tag at the beginning of each cell.
mod tag {
    pub const EMPTY: u8 = 0;
    pub const TEXT: u8 = 1;
    pub const LIST: u8 = 2;
    pub const INT: u8 = 3;
    pub const NUMBER: u8 = 4;
    pub const MONEY: u8 = 5;
    pub const FOREIGN: u8 = 6;
    pub const AMOUNT: u8 = 7;
    pub const RATE: u8 = 8;
    pub const SHARE: u8 = 9;
    pub const DATE: u8 = 10;
    pub const MOMENT: u8 = 11;
    pub const BOOL: u8 = 12;
    pub const ABSENT: u8 = 13;
    pub const LINES: u8 = 14;
}

impl PackedRow {
    /// A row, packed.
    pub fn of(row: &Row) -> PackedRow {
        let mut bytes = CellWriter(Vec::with_capacity(16 * (1 + row.cells.len())));
        bytes.0.push(row.emphasis as u8);
        bytes.count(row.cells.len());
        row.cells.iter().for_each(|cell| bytes.cell(cell));
        PackedRow(bytes.0.as_slice().into())
    }

    /// The row.
    pub fn row(&self) -> Row {
        let mut bytes = CellReader(&self.0);
        let [emphasis] = bytes.take().unwrap_or_default();
        let count = bytes.count().unwrap_or_default();
        let mut cells = Vec::with_capacity(count);
        cells.extend((0..count).map_while(|_| bytes.cell()));
        let emphasis = EMPHASES.get(usize::from(emphasis)).copied().unwrap_or_default();
        Row::with(cells, emphasis)
    }
}

impl From<Vec<PackedRow>> for Rows {
    fn from(packed: Vec<PackedRow>) -> Rows {
        Rows::made(packed.len(), move |at| packed[at].row())
    }
}

/// Puts cells behind each other.
struct CellWriter(Vec<u8>);

impl CellWriter {
    fn cell(&mut self, cell: &Cell) {
        match cell {
            Cell::Empty => self.0.push(tag::EMPTY),
            Cell::Text(text) => self.tagged(tag::TEXT).text(text),
            Cell::List(words) => self.tagged(tag::LIST).words(words),
            Cell::Lines(words) => self.tagged(tag::LINES).words(words),
            Cell::Int(n) => self.tagged(tag::INT).number(n.to_le_bytes()),
            Cell::Number(x, decimals) => {
                self.tagged(tag::NUMBER).number(x.to_le_bytes());
                self.count(*decimals);
            }
            Cell::Money(Money { amount, currency: None }) => {
                self.tagged(tag::MONEY).number(amount.to_bytes());
            }
            Cell::Money(Money { amount, currency: Some(currency) }) => {
                self.tagged(tag::FOREIGN).number(amount.to_bytes());
                self.text(&currency.to_string());
            }
            Cell::Amount(amount) => self.tagged(tag::AMOUNT).number(amount.to_bytes()),
            Cell::Rate(n, of) => {
                self.tagged(tag::RATE).number(n.to_le_bytes());
                self.number(of.to_le_bytes());
            }
            Cell::Share(x) => self.tagged(tag::SHARE).number(x.to_le_bytes()),
            Cell::Date(date) => self.tagged(tag::DATE).date(*date),
            Cell::Moment(Moment { date, time }) => {
                self.tagged(tag::MOMENT).date(*date);
                self.text(&time.map(|time| time.to_string()).unwrap_or_default());
            }
            Cell::Bool(yes) => self.tagged(tag::BOOL).number([u8::from(*yes)]),
            Cell::Absent(why) => self.tagged(tag::ABSENT).text(why),
        }
    }

    fn tagged(&mut self, tag: u8) -> &mut CellWriter {
        self.0.push(tag);
        self
    }

    /// The bytes of a number, the lowest first: how many, and these without the zeros that end them.
    fn number<const N: usize>(&mut self, bytes: [u8; N]) {
        let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        self.0.push(u8::try_from(used).unwrap_or(u8::MAX));
        self.0.extend(&bytes[..used]);
    }

    fn count(&mut self, n: usize) {
        self.number(n.to_le_bytes());
    }

    fn words(&mut self, words: &[Text]) {
        self.count(words.len());
        words.iter().for_each(|word| self.text(word));
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend(text.as_bytes());
    }

    fn date(&mut self, date: Date) {
        self.number(Day::from(date).number().to_le_bytes());
    }
}

/// The bytes that are not read yet.
struct CellReader<'b>(&'b [u8]);

impl<'b> CellReader<'b> {
    fn words(&mut self) -> Option<Box<[Text]>> {
        let count = self.count()?;
        Some((0..count).map_while(|_| self.text().map(Text::from)).collect())
    }

    fn cell(&mut self) -> Option<Cell> {
        let [tag] = self.take()?;
        Some(match tag {
            tag::TEXT => Cell::text(self.text()?),
            tag::LIST => Cell::List(self.words()?),
            tag::LINES => Cell::Lines(self.words()?),
            tag::INT => Cell::Int(i64::from_le_bytes(self.number()?)),
            tag::NUMBER => Cell::Number(f64::from_le_bytes(self.number()?), self.count()?),
            tag::MONEY => Cell::Money(Money { amount: self.amount()?, currency: None }),
            tag::FOREIGN => {
                let amount = self.amount()?;
                Cell::Money(Money { amount, currency: Some(Currency::parse(self.text()?)?) })
            }
            tag::AMOUNT => Cell::Amount(self.amount()?),
            tag::RATE => {
                let n = u64::from_le_bytes(self.number()?);
                Cell::Rate(n, u64::from_le_bytes(self.number()?))
            }
            tag::SHARE => Cell::Share(f64::from_le_bytes(self.number()?)),
            tag::DATE => Cell::Date(self.date()?),
            tag::MOMENT => {
                let date = self.date()?;
                Cell::Moment(Moment { date, time: Time::parse(self.text()?) })
            }
            tag::BOOL => Cell::Bool(self.number()? == [1]),
            tag::ABSENT => Cell::absent(self.text()?),
            _ => Cell::Empty,
        })
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn slice(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number<const N: usize>(&mut self) -> Option<[u8; N]> {
        let [used] = self.take()?;
        let used = self.slice(usize::from(used))?;
        let mut bytes = [0; N];
        bytes.get_mut(..used.len())?.copy_from_slice(used);
        Some(bytes)
    }

    fn count(&mut self) -> Option<usize> {
        self.number().map(usize::from_le_bytes)
    }

    fn text(&mut self) -> Option<&'b str> {
        let length = self.count()?;
        std::str::from_utf8(self.slice(length)?).ok()
    }

    fn amount(&mut self) -> Option<Amount> {
        self.number().map(Amount::from_bytes)
    }

    fn date(&mut self) -> Option<Date> {
        let number = i32::from_le_bytes(self.number()?);
        Some(Day::of_number(number).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cell() -> impl Strategy<Value = Cell> {
        let text = || "[a-c王 ]{0,30}";
        let amount = || (any::<i32>(), 0u32..=6).prop_map(|(n, d)| Amount::of_digits(n.into(), d));
        let date = || (-800_000i64..800_000).prop_map(|days| Date::MIN.plus(days));
        let time = (0u32..24, 0u32..60, 0u32..60).prop_map(|(h, m, s)| Time::new(h, m, s).unwrap());
        let currency = prop::option::of(Just(Currency::parse("USD").unwrap()));
        prop_oneof![
            Just(Cell::Empty),
            text().prop_map(Cell::text),
            prop::collection::vec(text(), 0..4).prop_map(Cell::list),
            any::<i64>().prop_map(Cell::Int),
            (-1e9..1e9, 0usize..9).prop_map(|(x, decimals)| Cell::Number(x, decimals)),
            (amount(), currency)
                .prop_map(|(amount, currency)| Cell::Money(Money { amount, currency })),
            amount().prop_map(Cell::Amount),
            any::<(u64, u64)>().prop_map(|(n, of)| Cell::Rate(n, of)),
            (0.0..1.0).prop_map(Cell::Share),
            date().prop_map(Cell::Date),
            (date(), prop::option::of(time))
                .prop_map(|(date, time)| Cell::Moment(Moment { date, time })),
            any::<bool>().prop_map(Cell::Bool),
            text().prop_map(Cell::absent),
        ]
    }

    proptest! {
        #[test]
        fn a_row_comes_back_as_it_was(
            cells in prop::collection::vec(cell(), 0..8),
            emphasis in prop::sample::select(&EMPHASES[..]),
        ) {
            let row = Row::with(cells, emphasis);
            let back = PackedRow::of(&row).row();
            // Amounts that are equal can still be written differently.
            prop_assert_eq!(format!("{back:?}"), format!("{row:?}"));
        }
    }

    #[test]
    fn every_emphasis_has_its_number() {
        for (number, emphasis) in EMPHASES.into_iter().enumerate() {
            assert_eq!(emphasis as usize, number);
        }
    }

    #[test]
    fn what_is_seldom_stated_takes_a_byte() {
        let packed = PackedRow::of(&Row::new(vec![Cell::Empty; 20]));
        assert_eq!(packed.0.len(), 1 + 2 + 20);
    }
}
