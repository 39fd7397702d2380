//! The records of an .xls file, counted before its reader builds cells of them: it spreads the cells of a sheet out
//! between the first and the last one, copies a shared text into every cell that refers to it, reads a sheet as often
//! as it is listed, and reserves what a sheet says it will have. A file of a megabyte can so come to any size.

const SHEET: u16 = 0x0085;
const SHARED_TEXTS: u16 = 0x00fc;
const CONTINUED: u16 = 0x003c;
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000a;
const DIMENSIONS: u16 = 0x0200;
const SHARED_TEXT: u16 = 0x00fd;
const SEVERAL_NUMBERS: u16 = 0x00bd;
/// Records of cells: row, column.
const CELLS: [u16; 12] = [
    0x0002,
    0x0003,
    0x0004,
    0x0005,
    0x0006,
    SEVERAL_NUMBERS,
    0x00d6,
    SHARED_TEXT,
    0x0203,
    0x0204,
    0x0205,
    0x027e,
];
/// The sheets may have so many times the bytes of the file: in a sound one they have no more than its own.
const READ_AGAIN: usize = 4;

/// What a reader makes of the records.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Burden {
    /// The cells of all sheets, each between its first and last one; of a sheet that states more, those.
    pub(super) cells: u64,
    /// The bytes of all shared texts in all cells, at most.
    pub(super) texts: u64,
}

/// Counts what a reader makes of the records of a workbook; `None` if its sheets overlap, or are not there.
pub(super) fn burden(stream: &[u8]) -> Option<Burden> {
    let (mut sheets, mut lengths) = (Vec::new(), Vec::new());
    let mut records = Records(stream);
    while let Some((kind, data)) = records.next().filter(|(kind, _)| *kind != END) {
        match (kind, data) {
            (SHEET, [a, b, c, d, ..]) => sheets.push(u32::from_le_bytes([*a, *b, *c, *d])),
            (SHARED_TEXTS, data) => lengths = shared(data, &records.continued()),
            _ => {}
        }
    }
    let longest = lengths.iter().copied().max().unwrap_or_default();
    let mut burden = Burden::default();
    let mut read = 0;
    for position in sheets {
        let sheet = stream.get(usize::try_from(position).ok()?..)?;
        let mut records = Records(sheet);
        burden.add(&mut records, &lengths, longest);
        read += sheet.len() - records.0.len();
        if read / READ_AGAIN > stream.len() {
            return None;
        }
    }
    Some(burden)
}

impl Burden {
    /// Adds a sheet. What is embedded in it, such as a chart, is none of it.
    fn add(&mut self, records: &mut Records, lengths: &[u64], longest: u64) {
        let (mut area, mut stated, mut begun) = (Area::default(), 0, false);
        while let Some((kind, data)) = records.next() {
            match (kind, data) {
                (END, _) => break,
                (BEGIN, _) if begun => records.skip_embedded(),
                (BEGIN, _) => begun = true,
                (DIMENSIONS, data) => stated = stated.max(dimensions(data)),
                (kind, [a, b, c, d, rest @ ..]) if CELLS.contains(&kind) => {
                    let row = u16::from_le_bytes([*a, *b]);
                    area.add(row, u16::from_le_bytes([*c, *d]));
                    match (kind, rest) {
                        // It ends with its last column.
                        (SEVERAL_NUMBERS, [.., a, b]) => {
                            area.add(row, u16::from_le_bytes([*a, *b]))
                        }
                        (SHARED_TEXT, [_, _, a, b, c, d, ..]) => {
                            let at = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
                            let length = lengths.get(at).copied().unwrap_or(longest);
                            self.texts = self.texts.saturating_add(length);
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        self.cells = self.cells.saturating_add(area.size().max(stated));
    }
}

/// Records: a kind, a length, data.
struct Records<'r>(&'r [u8]);

impl<'r> Iterator for Records<'r> {
    type Item = (u16, &'r [u8]);

    fn next(&mut self) -> Option<(u16, &'r [u8])> {
        let [a, b, c, d, behind @ ..] = self.0 else { return None };
        let (kind, length) = (u16::from_le_bytes([*a, *b]), u16::from_le_bytes([*c, *d]));
        let (data, rest) = behind.split_at(behind.len().min(length.into()));
        self.0 = rest;
        Some((kind, data))
    }
}

impl<'r> Records<'r> {
    /// The records that continue the last one.
    fn continued(&self) -> Vec<&'r [u8]> {
        let behind = Records(self.0).take_while(|(kind, _)| *kind == CONTINUED);
        behind.map(|(_, data)| data).collect()
    }

    /// Goes behind the end of something that has begun.
    fn skip_embedded(&mut self) {
        let mut depth = 1;
        while depth > 0 {
            match self.next() {
                Some((BEGIN, _)) => depth += 1,
                Some((END, _)) => depth -= 1,
                Some(_) => {}
                None => break,
            }
        }
    }
}

/// The cells that a sheet states to have.
fn dimensions(data: &[u8]) -> u64 {
    let number = |at: usize| {
        data.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
    };
    let short = |at: usize| {
        data.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_le_bytes)
    };
    let (first, last, left, right) = match data.len() {
        10 => (short(0).into(), short(2).into(), short(4), short(6)),
        _ => (number(0), number(4), short(8), short(10)),
    };
    if last == 0 || right == 0 {
        return 1;
    }
    // A reader goes round where the last row is before the first one, and begins with the first column where the
    // columns are wrong.
    let left = if left > 0xff || right < left { 0 } else { left };
    u64::from(last.wrapping_sub(first)) * u64::from(right - left)
}

/// The bytes of each of the shared texts, at most.
fn shared(data: &[u8], continued: &[&[u8]]) -> Vec<u64> {
    // Before the texts, the numbers of cells and of texts.
    let mut texts = Texts { data: data.get(8..).unwrap_or_default(), continued };
    let mut lengths = Vec::new();
    while !texts.data.is_empty() || texts.go_on() {
        let Some(length) = texts.length() else { break };
        lengths.push(length);
    }
    lengths
}

/// Shared texts: the rest of a record, and the records that continue it.
struct Texts<'r> {
    data: &'r [u8],
    continued: &'r [&'r [u8]],
}

impl Texts<'_> {
    fn go_on(&mut self) -> bool {
        let Some((next, rest)) = self.continued.split_first() else { return false };
        (self.data, self.continued) = (next, rest);
        true
    }

    /// The bytes of the next text in UTF-8, at most; `None` if it is cut off.
    fn length(&mut self) -> Option<u64> {
        const WIDE: u8 = 1;
        const EXTENDED: u8 = 4;
        const RICH: u8 = 8;
        let [a, b, flags, rest @ ..] = self.data else {
            return self.data.is_empty().then_some(0);
        };
        let mut flags = *flags;
        let length = u16::from_le_bytes([*a, *b]);
        self.data = rest;
        let mut behind = 0;
        if flags & RICH > 0 {
            let (runs, rest) = self.data.split_first_chunk()?;
            behind += 4 * usize::from(u16::from_le_bytes(*runs));
            self.data = rest;
        }
        if flags & EXTENDED > 0 {
            let (bytes, rest) = self.data.split_first_chunk()?;
            behind += usize::try_from(u32::from_le_bytes(*bytes)).ok()?;
            self.data = rest;
        }
        let mut left = usize::from(length);
        loop {
            let width = if flags & WIDE > 0 { 2 } else { 1 };
            let here = left.min(self.data.len() / width);
            (left, self.data) = (left - here, &self.data[here * width..]);
            if left == 0 {
                break;
            }
            if !self.go_on() {
                return None;
            }
            (flags, self.data) = self.data.split_first().map(|(flags, rest)| (*flags, rest))?;
        }
        loop {
            let here = behind.min(self.data.len());
            (behind, self.data) = (behind - here, &self.data[here..]);
            if behind == 0 || !self.go_on() {
                break;
            }
        }
        // A unit of UTF-16 has at most three bytes in UTF-8.
        Some(3 * u64::from(length))
    }
}

/// The rectangle around cells.
#[derive(Default)]
struct Area(Option<(u16, u16, u16, u16)>);

impl Area {
    fn add(&mut self, row: u16, column: u16) {
        let (top, left, bottom, right) = self.0.unwrap_or((row, column, row, column));
        self.0 = Some((top.min(row), left.min(column), bottom.max(row), right.max(column)));
    }

    fn size(&self) -> u64 {
        self.0.map_or(0, |(top, left, bottom, right)| {
            (u64::from(bottom - top) + 1) * (u64::from(right - left) + 1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).unwrap();
        [&kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
    }

    fn number(row: u16, column: u16) -> Vec<u8> {
        record(0x0203, &[row.to_le_bytes(), column.to_le_bytes(), [0; 2]].concat())
    }

    fn text(row: u16, at: u32) -> Vec<u8> {
        let at = at.to_le_bytes();
        record(SHARED_TEXT, &[&row.to_le_bytes(), &[0; 4][..], &at].concat())
    }

    /// A workbook of these records, with sheets at the starts of `sheets`; each of them is listed `often`.
    fn workbook(globals: &[u8], sheets: &[Vec<u8>], often: usize) -> Vec<u8> {
        let begin = record(BEGIN, &[0, 6, 5, 0]);
        let head = begin.len() + globals.len() + 4 + sheets.len() * often * 12;
        let mut all = [&begin[..], globals].concat();
        let mut at = head;
        for sheet in sheets {
            for _ in 0..often {
                all.extend(record(SHEET, &[&(at as u32).to_le_bytes()[..], &[0; 4]].concat()));
            }
            at += sheet.len();
        }
        all.extend(record(END, &[]));
        assert_eq!(all.len(), head);
        [all, sheets.concat()].concat()
    }

    fn sheet(records: &[Vec<u8>]) -> Vec<u8> {
        [record(BEGIN, &[0, 6, 16, 0]), records.concat(), record(END, &[])].concat()
    }

    fn cells(sheets: &[Vec<u8>]) -> u64 {
        burden(&workbook(&[], sheets, 1)).unwrap().cells
    }

    #[test]
    fn the_cells_between_two_are_counted() {
        assert_eq!(cells(&[]), 0);
        assert_eq!(cells(&[sheet(&[number(3, 4)])]), 1);
        assert_eq!(cells(&[sheet(&[number(0, 0), number(1, 2)])]), 6);
        let two = [sheet(&[number(0, 0)]), sheet(&[number(65_535, 255), number(0, 0)])];
        assert_eq!(cells(&two), 65_536 * 256 + 1);
        // A record that is cut off, and numbers up to a column.
        assert_eq!(cells(&[vec![0x03, 0x02, 255, 255, 1]]), 0);
        let several = record(SEVERAL_NUMBERS, &[1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 9, 0]);
        assert_eq!(cells(&[sheet(&[several])]), 8);
        // The cells of a chart in a sheet are none of the sheet's.
        assert_eq!(cells(&[sheet(&[sheet(&[number(9, 9)]), number(0, 0)])]), 1);
    }

    #[test]
    fn the_cells_that_a_sheet_states_are_counted() {
        let dimensions = |rows: [u32; 2], columns: [u16; 2]| {
            let (rows, columns) = (rows.map(u32::to_le_bytes), columns.map(u16::to_le_bytes));
            record(DIMENSIONS, &[&rows.concat()[..], &columns.concat(), &[0, 0]].concat())
        };
        let stated = |rows: u32, right: u16| dimensions([0, rows], [0, right]);
        assert_eq!(cells(&[sheet(&[stated(10, 3), number(0, 0)])]), 30);
        assert_eq!(cells(&[sheet(&[stated(1, 1), number(1, 2), number(0, 0)])]), 6);
        assert_eq!(cells(&[sheet(&[stated(u32::MAX, 256)])]), u64::from(u32::MAX) * 256);
        assert_eq!(cells(&[sheet(&[dimensions([10, 5], [2, 3])])]), u64::from(u32::MAX) - 4);
        assert_eq!(cells(&[sheet(&[dimensions([5, 10], [256, 300])])]), 5 * 300);
        assert_eq!(cells(&[sheet(&[stated(0, 300)])]), 1);
        assert_eq!(cells(&[sheet(&[record(DIMENSIONS, &[2, 0, 5, 0, 1, 0, 4, 0, 0, 0])])]), 9);
    }

    #[test]
    fn a_sheet_counts_as_often_as_it_is_listed() {
        let sheets = [sheet(&[number(0, 0), number(1, 2)])];
        assert_eq!(burden(&workbook(&[], &sheets, 3)).unwrap().cells, 18);
        let long = [sheet(&vec![number(0, 0); 100])];
        assert_eq!(burden(&workbook(&[], &long, 4)).unwrap().cells, 4);
        assert_eq!(burden(&workbook(&[], &long, 40)), None);
    }

    #[test]
    fn a_shared_text_counts_in_every_cell() {
        let head = [0; 8];
        // Three letters; two of two bytes with a run and an extension behind; one that goes on in the next record.
        let three = [3, 0, 0, b'a', b'b', b'c'];
        let rich = [&[2, 0, 13, 1, 0, 2, 0, 0, 0, 1, 2, 3, 4][..], &[9; 4], &[8; 2]].concat();
        let cut = [5, 0, 1, 1, 2, 3, 4];
        let first = record(SHARED_TEXTS, &[&head[..], &three, &rich, &cut].concat());
        let more = record(CONTINUED, &[0, b'x', b'y', b'z', 1, 0, 0, b'q']);
        let globals = [first, more].concat();
        let of = |cells: &[Vec<u8>]| burden(&workbook(&globals, &[sheet(cells)], 1)).unwrap().texts;
        let lengths: Vec<u64> = (0..5).map(|at| of(&[text(0, at)])).collect();
        // One that is not there counts as the longest.
        assert_eq!(lengths, [9, 6, 15, 3, 15]);
        assert_eq!(of(&[text(0, 0), text(1, 0), text(2, 3)]), 21);
    }
}
