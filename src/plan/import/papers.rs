//! Papers of several rows: the rows of one number are one order or invoice, each row a line of it. Their amounts add up;
//! in all else they agree, where they state anything.

use super::ImportedEntry;
use crate::diag::{Words, counted};
use crate::model::event::{Event, event_keys};
use crate::model::kind::EventKind;
use crate::value::text::Text;
use std::collections::{HashMap, HashSet};

/// Why a row does not fit a paper, and what would mend it.
pub(super) type Unfit = (Words, Words);

/// The papers of the rows so far, by kind and number.
#[derive(Debug, Default)]
pub(super) struct Papers {
    papers: HashMap<(EventKind, Text), Paper>,
    /// Numbers that a row which cannot be imported has.
    spoiled: HashSet<Text>,
}

/// A paper whose rows are being collected.
#[derive(Debug)]
struct Paper {
    /// The id of its customer.
    of: String,
    /// The positions of its rows.
    rows: Vec<usize>,
    /// What its rows state, without their lines.
    event: Event,
}

impl Papers {
    /// Adds a row of the customer `of`.
    ///
    /// # Errors
    /// Fails if the earlier rows of a paper state another customer, day or anything else.
    pub(super) fn add(
        &mut self,
        at: usize,
        of: &str,
        entries: &[ImportedEntry],
    ) -> Result<(), Unfit> {
        for entry in entries.iter().filter(|entry| entry.is_paper) {
            let mut event = entry.event.clone();
            let Some(number) = event.details().number.clone() else { continue };
            event.details_mut().lines.clear();
            let key = (event.kind.clone(), number);
            let Some(paper) = self.papers.get_mut(&key) else {
                let paper = Paper { of: of.to_owned(), rows: vec![at], event };
                self.papers.insert(key, paper);
                continue;
            };
            let (kind, number) = &key;
            if paper.of != of {
                let other = &paper.of;
                let why = words!(
                    "{kind} `{number}` is of `{of}` here, and of `{other}` in an earlier row",
                    "{kind} `{number}` 在这一行属于 `{of}`，在前面的行属于 `{other}`"
                );
                return Err((why, one_paper()));
            }
            if let Err(key) = join(&mut paper.event, &event) {
                return Err((differs(&event, key), one_paper()));
            }
            paper.rows.push(at);
        }
        Ok(())
    }

    /// Remembers a row that cannot be imported: without it, its papers would be wrong.
    pub(super) fn spoil(&mut self, numbers: impl IntoIterator<Item = Text>) {
        self.spoiled.extend(numbers);
    }

    /// The rows of papers that lack a row, each with the reason, in the order of the file.
    pub(super) fn incomplete(&self) -> Vec<(usize, Words)> {
        let lacking = self.papers.iter().filter(|((_, number), _)| self.spoiled.contains(number));
        let mut rows: Vec<(usize, Words)> = Vec::new();
        for ((kind, number), paper) in lacking {
            let n = paper.rows.len();
            let left = counted(n, "row", "rows");
            let why = words!(
                "another row of {kind} `{number}` cannot be imported; without it, these {left} would be a wrong {kind}",
                "{kind} `{number}` 的另一行无法导入；缺了它，其余 {n} 行的{kind}就不对"
            );
            rows.extend(paper.rows.iter().map(|at| (*at, why.clone())));
        }
        rows.sort_by_key(|(at, _)| *at);
        rows
    }
}

/// Rows of one number as one entry, at the place of the first.
pub(super) fn together(entries: Vec<ImportedEntry>) -> Vec<ImportedEntry> {
    let mut places: HashMap<(EventKind, Text), usize> = HashMap::new();
    let mut papers: Vec<ImportedEntry> = Vec::with_capacity(entries.len());
    for entry in entries {
        let number = entry.event.details().number.clone().filter(|_| entry.is_paper);
        if let Some(number) = number {
            let key = (entry.event.kind.clone(), number);
            if let Some(at) = places.get(&key) {
                let first = &mut papers[*at].event;
                // They agree: rows that do not are bad.
                let _ = join(first, &entry.event);
                let lines = entry.event.details().lines.clone();
                first.details_mut().lines.extend(lines);
                continue;
            }
            places.insert(key, papers.len());
        }
        papers.push(entry);
    }
    papers
}

/// What would mend rows of one number that disagree.
fn one_paper() -> Words {
    words!(
        "rows of one number are one paper: mend the row, or leave a column out that is each line's own: --map 'COLUMN='",
        "同一编号的各行是同一张单据：请修改这一行；若某列是每行明细各自的内容，请不导入它：--map '列='"
    )
}

/// That a row states another value of a key than the earlier rows of its paper.
fn differs(event: &Event, key: &str) -> Words {
    let kind = &event.kind;
    let number = event.details().number.as_deref().unwrap_or_default();
    words!(
        "{kind} `{number}` has another `{key}` here than in an earlier row",
        "{kind} `{number}` 这一行的 `{key}` 与前面的行不同"
    )
}

macro_rules! define_join {
    (
        kind: Kind, $kind_en:literal, $kind_zh:literal, $kind_about:literal;
        $($name:ident: $type:ident, $en:literal, $zh:literal, $about:literal;)*
        @details
        $($of:ident $key:literal: $of_type:ident, $of_en:literal, $of_zh:literal, $of_about:literal;)*
    ) => {
        /// Adds what a further row states to its paper: amounts add up, notes follow each other, and of any other key
        /// the first row that states it counts. The lines are left alone.
        ///
        /// # Errors
        /// The key that the two state differently.
        fn join(first: &mut Event, further: &Event) -> Result<(), &'static str> {
            if first.date() != further.date() {
                return Err("date");
            }
            let nothing = Event::new(further.key.clone(), further.kind.clone());
            $(match stringify!($name) {
                "amount" | "note" => {}
                _ if further.$name == nothing.$name => {}
                _ if first.$name == nothing.$name => first.$name = further.$name.clone(),
                _ if first.$name == further.$name => {}
                key => return Err(key),
            })*
            let (stated, none) = (further.details(), nothing.details());
            $(match $key {
                "lines" => {}
                _ if stated.$of == none.$of => {}
                _ if first.details().$of == none.$of => first.details_mut().$of = stated.$of.clone(),
                _ if first.details().$of == stated.$of => {}
                key => return Err(key),
            })*
            if let Some(more) = further.amount {
                match &mut first.amount {
                    None => first.amount = Some(more),
                    Some(sum) if sum.currency != more.currency => return Err("currency"),
                    Some(sum) => sum.amount = sum.amount.plus(more.amount),
                }
            }
            match (&mut first.note, &further.note) {
                (_, None) => {}
                (Some(note), Some(more)) if note.lines().any(|line| *line == **more) => {}
                (Some(note), Some(more)) => *note = format!("{note}\n{more}").into(),
                (note, more) => note.clone_from(more),
            }
            Ok(())
        }
    };
}
event_keys!(define_join);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::EventKey;
    use crate::model::paper::LineItem;
    use crate::value::money::Money;

    fn row(day: &str, number: &str, amount: &str, product: &str) -> ImportedEntry {
        let mut event = Event::new(EventKey::parse(day).unwrap(), "order");
        event.amount = Money::parse(amount).ok();
        event.details_mut().number = Some(number.into());
        event.details_mut().lines =
            vec![LineItem { product: product.into(), ..LineItem::default() }];
        ImportedEntry { is_paper: true, ..ImportedEntry::of(event) }
    }

    #[test]
    fn rows_of_one_number_are_one_entry_whose_amount_is_their_sum() {
        let rows = vec![
            row("2009-12-01", "1", "0.10", "a"),
            row("2009-12-01", "2", "5", "b"),
            row("2009-12-01", "1", "0.20", "b"),
            row("2009-12-01", "1", "-0.05", "a"),
        ];
        let papers = together(rows);
        let shown = papers.iter().map(|paper| {
            let lines = paper.event.details().lines.iter().map(|line| &*line.product);
            (paper.event.amount.unwrap().to_string(), lines.collect::<String>())
        });
        assert_eq!(
            shown.collect::<Vec<_>>(),
            [("0.25".to_owned(), "aba".to_owned()), ("5".to_owned(), "b".to_owned())]
        );
        // Entries that are no papers stay apart.
        let plain = ImportedEntry { is_paper: false, ..row("2009-12-01", "1", "1", "a") };
        assert_eq!(together(vec![plain.clone(), plain]).len(), 2);
    }

    #[test]
    fn rows_of_one_number_agree_on_customer_day_currency_and_all_else_that_they_state() {
        let mut papers = Papers::default();
        let mut add = |of: &str, entry: ImportedEntry| {
            papers.add(0, of, &[entry]).map_err(|(why, _)| why.en().to_owned())
        };
        let first = || row("2009-12-01", "1", "1 USD", "a");
        assert_eq!(add("pu", first()), Ok(()));
        assert_eq!(add("pu", first()), Ok(()));
        assert_eq!(
            add("yuan", first()).unwrap_err(),
            "order `1` is of `yuan` here, and of `pu` in an earlier row"
        );
        let other = "order `1` has another";
        let wrong = add("pu", row("2009-12-02", "1", "1 USD", "a")).unwrap_err();
        assert_eq!(wrong, format!("{other} `date` here than in an earlier row"));
        let wrong = add("pu", row("2009-12-01", "1", "1", "a")).unwrap_err();
        assert_eq!(wrong, format!("{other} `currency` here than in an earlier row"));
        // A key that only one row states is the paper's; two that differ are none.
        let mut by = first();
        by.event.by = Some("he".into());
        assert_eq!(add("pu", by.clone()), Ok(()));
        assert_eq!(add("pu", first()), Ok(()));
        by.event.by = Some("li".into());
        assert_eq!(add("pu", by).unwrap_err(), format!("{other} `by` here than in an earlier row"));
        let mut for_another = first();
        for_another.event.details_mut().settles = Some("S-1".into());
        assert_eq!(add("pu", for_another.clone()), Ok(()));
        for_another.event.details_mut().settles = Some("S-2".into());
        assert_eq!(
            add("pu", for_another).unwrap_err(),
            format!("{other} `for` here than in an earlier row")
        );
    }

    #[test]
    fn a_paper_that_lacks_a_row_is_named_with_all_its_rows() {
        let mut papers = Papers::default();
        for (at, number) in ["1", "2", "1"].into_iter().enumerate() {
            papers.add(at, "pu", &[row("2009-12-01", number, "1", "a")]).unwrap();
        }
        assert!(papers.incomplete().is_empty());
        papers.spoil([Text::from("1"), Text::from("3")]);
        let rows: Vec<usize> = papers.incomplete().into_iter().map(|(at, _)| at).collect();
        assert_eq!(rows, [0, 2]);
    }
}
