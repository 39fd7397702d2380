//! The back-test of the sales cycle: what cycles of other lengths would have swept on past days, and what became of it.

use super::afterwards::Afterwards;
use super::ends::Ends;
use super::known::KnownDay;
use super::sheet::{DayOf, Days, day_columns};
use crate::plan::sweep::falls_with;
use crate::report::Request;
use crate::report::figures::{count, without_rate};
use crate::rules::book::Book;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Audience, Cell, Column, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::Sum;
use crate::value::text::Text;
use std::collections::HashSet;

/// A length of the sales cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    /// The one that the settings state for each prospect.
    Stated,
    /// So many days for all.
    Days(u32),
}

impl Length {
    fn of(self, record: &Record) -> u32 {
        match self {
            Length::Stated => record.state.cycle_days,
            Length::Days(days) => days,
        }
    }

    /// As a word: `stated`, `28`.
    fn word(self, lang: Lang) -> String {
        match self {
            Length::Stated => lang.pick("stated", "现行").into(),
            Length::Days(days) => days.to_string(),
        }
    }
}

/// A pass of a prospect on the clock, which a sweep ends: id, pursuit, start of the clock.
type PassKey = (Text, u32, Option<Date>);

/// The sweeps of one length on all days.
#[derive(Debug, Default)]
struct Swept {
    /// The passes that were swept so far.
    seen: HashSet<PassKey>,
    /// Their ends, each counted on its first day.
    ends: Ends,
    /// What those that closed later brought.
    brought: Sum,
}

/// The sweep of one length on one day.
#[derive(Debug, Clone, Default)]
struct DaySweep {
    /// All that would have been swept.
    all: Ends,
    /// Those that no earlier day would have swept.
    new: u64,
}

/// The test of the cycle.
pub(super) struct Test<'r> {
    request: &'r Request,
    lengths: Vec<Length>,
    swept: Vec<Swept>,
    days: Vec<(DayOf, Vec<DaySweep>)>,
}

impl<'r> Test<'r> {
    /// No day asked yet.
    pub fn of(request: &'r Request, lengths: &[u32]) -> Test<'r> {
        let days = lengths.iter().copied().map(Length::Days);
        let lengths: Vec<Length> = std::iter::once(Length::Stated).chain(days).collect();
        let swept = lengths.iter().map(|_| Swept::default()).collect();
        Test { request, lengths, swept, days: Vec::new() }
    }
}

impl super::Test for Test<'_> {
    fn ask(&mut self, known: &KnownDay, after: &Afterwards) {
        let book = &known.book;
        let rows = self.request.gather(book, |record| {
            let falls: Vec<bool> = self
                .lengths
                .iter()
                .map(|length| falls_with(record, book, length.of(record)))
                .collect();
            let state = &record.state;
            let key = (record.prospect.id.clone(), state.pursuit, state.clock_start);
            falls.contains(&true).then_some((key, falls))
        });
        if known.is_empty() {
            return;
        }
        let mut day = vec![DaySweep::default(); self.lengths.len()];
        for (key, falls) in rows {
            let (id, pursuit, _) = &key;
            let fate = after.fate(id, *pursuit);
            let lengths = day.iter_mut().zip(&mut self.swept).zip(falls);
            for ((sweep, swept), _) in lengths.filter(|(_, falls)| *falls) {
                sweep.all.add(fate);
                if swept.seen.insert(key.clone()) {
                    sweep.new += 1;
                    swept.ends.add(fate);
                    swept.brought.add_sum(&after.brought(id, *pursuit));
                }
            }
        }
        self.days.push((DayOf::of(known), day));
    }

    fn sheet(&self, days: &Days, now: &Book) -> Sheet {
        let settings = &now.settings;
        let lang = settings.language;
        let mut notes = vec![
            lang.pick(
                "each day is asked by itself: a sweep of a day before changes nothing; a pass on the clock counts once, on the first day that sweeps it",
                "每天单独判断，前一天的退回不影响后一天；每轮计时只在首次应退回的那天计一次",
            )
            .to_owned(),
            lang.pick(
                "in error: closed later, of those whose pursuit has ended; one that signed or paid is never swept",
                "误判：该轮已结束者中后来成交的比例；已签约或已付款者从不退回",
            )
            .to_owned(),
        ];
        notes.extend(days.notes(lang));
        let foreign = self.swept.iter().max_by_key(|swept| swept.ends.won);
        notes.extend(foreign.and_then(|swept| without_rate(&swept.brought, settings)));
        let currency = settings.currency.map(|c| format!("  ·  {c}")).unwrap_or_default();
        Sheet {
            id: "backtest-cycle".into(),
            title: lang.pick("Back-test of the sales cycle", "销售周期回测").into(),
            about: format!("{}{currency}", days.about(now.as_of, lang)),
            tables: vec![self.length_table(lang), self.people_table(lang), self.day_table(lang)],
            notes,
            ..Sheet::default()
        }
    }
}

impl Test<'_> {
    /// A row for each length.
    fn length_table(&self, lang: Lang) -> Table {
        let mut columns = vec![column("cycle", Kind::Text, lang)];
        columns.push(column("swept", Kind::Number, lang));
        columns.extend(Ends::columns(lang));
        columns.extend(Ends::rate_columns("in-error", lang));
        columns.push(column("brought", Kind::Number, lang));
        let rows = self.lengths.iter().zip(&self.swept).map(|(length, swept)| {
            let mut cells = vec![Cell::text(length.word(lang)), count(swept.ends.all)];
            cells.extend(swept.ends.cells());
            cells.extend(swept.ends.rate_cells(lang));
            cells.push(Cell::sum(&swept.brought.round(2)));
            Row::new(cells)
        });
        let rows = rows.collect();
        let title = lang.pick("By length of the cycle, in days", "按周期天数");
        Table { id: "cycles".into(), title: title.into(), columns, rows, ..Table::default() }
    }

    /// How many each length would have swept on each day, for people.
    fn people_table(&self, lang: Lang) -> Table {
        let mut columns = day_columns(lang);
        columns.extend(self.lengths.iter().map(|length| {
            Column::new(
                format!("swept-{}", length.word(Lang::Machine)),
                length.word(lang),
                Kind::Number,
            )
        }));
        let rows = self.days.iter().map(|(day, sweeps)| {
            let mut cells = day.cells(lang);
            cells.extend(sweeps.iter().map(|sweep| count(sweep.all.all)));
            Row::new(cells)
        });
        let rows = rows.collect();
        let title = lang.pick("Swept on each day, by length", "各日应退回数，按周期天数");
        let audience = Audience::People;
        Table { id: "swept".into(), title: title.into(), columns, rows, audience }
    }

    /// A row for each day and length, for machines.
    fn day_table(&self, lang: Lang) -> Table {
        let mut columns = day_columns(lang);
        columns.push(column("cycle", Kind::Text, lang));
        columns.extend(["swept", "first-time"].map(|id| column(id, Kind::Number, lang)));
        columns.extend(Ends::columns(lang));
        let mut rows = Vec::new();
        for (day, sweeps) in &self.days {
            for (length, sweep) in self.lengths.iter().zip(sweeps) {
                let mut cells = day.cells(lang);
                cells.push(Cell::text(length.word(lang)));
                cells.extend([sweep.all.all, sweep.new].map(count));
                cells.extend(sweep.all.cells());
                rows.push(Row::new(cells));
            }
        }
        let title = lang.pick("By day and length", "按日与周期天数");
        let audience = Audience::Machines;
        Table { id: "days".into(), title: title.into(), columns, rows: rows.into(), audience }
    }
}
