//! The rows of a file as prospects and entries. Nothing is de-duplicated by content and no date is
//! guessed: a row that cannot be understood is a bad row, with its line and the reason.

mod columns;
mod compare;
mod facts;
mod find;
mod gather;
mod journal;
mod named;
mod papers;
mod row;
mod unknown;

use crate::diag::{Code, Diagnostic, Place, Spot, Words};
use crate::model::event::Event;
use crate::model::kind::Counts;
use crate::model::mapping::{Assignment, BELONGS_TO, FIND, Mapping, OF_BOARDS};
use crate::model::profile::FactValue;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::value::date::Date;
use crate::value::text::Text;
pub use compare::compare;
pub use facts::{MissingFacts, missing};
pub use find::AddressBook;
pub use gather::{BadRows, Found, Imported, RowsOfProspect};
pub use journal::{fresh, without_said};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The terms of an import: the settings and options that rows are read by.
pub struct ImportTerms<'a> {
    /// The ledger's settings.
    pub settings: &'a Settings,
    /// The meaning of the columns.
    pub mapping: &'a Mapping,
    /// The file, or the folder of files, as messages print it.
    pub file: &'a Path,
    /// Of the files of a folder: the file of each row, and its line there.
    pub origins: &'a [(Arc<PathBuf>, u64)],
    /// The day of rows that have none.
    pub date: Option<Date>,
    /// The as-of day: rows of later days are refused.
    pub today: Date,
    /// The prospects by address, where the mapping finds them so.
    pub people: AddressBook,
}

impl ImportTerms<'_> {
    /// The file of a row, and its line there.
    pub fn origin(&self, line: u64) -> (&Path, u64) {
        let number = usize::try_from(line).unwrap_or(usize::MAX);
        match self.origins.get(number.wrapping_sub(1)) {
            Some((file, line)) => (file, *line),
            None => (self.file, line),
        }
    }

    /// A row that cannot be imported.
    pub fn bad_row(&self, line: u64, why: Words) -> Diagnostic {
        let (file, line) = self.origin(line);
        bad_row(file, line, why)
    }
}

/// An entry that a row makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedEntry {
    /// The entry, without its number of the day.
    pub event: Event,
    /// The file states no day; `--date` did.
    pub dated_by_option: bool,
    /// The day of the row's last change in the program that wrote the file, if the row states it.
    pub changed: Option<Date>,
    /// Its key is that of the ledger which it comes from.
    pub keyed: bool,
    /// Its prospect was found by an address: a meeting of a calendar, or a message.
    pub found: bool,
    /// It is a paper, and the row one of its lines: further rows of its number are, too.
    pub is_paper: bool,
}

impl ImportedEntry {
    /// An entry of a day that the file states.
    pub fn of(event: Event) -> ImportedEntry {
        ImportedEntry {
            event,
            dated_by_option: false,
            changed: None,
            keyed: false,
            found: false,
            is_paper: false,
        }
    }

    /// Is it an opening position that states nothing? Of a prospect that the ledger has, that is no news.
    pub(super) fn says_nothing(&self) -> bool {
        self.event == Event::new(self.event.key.clone(), "imported")
    }
}

/// A prospect that rows speak of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportCandidate {
    /// Its facts; no journal yet.
    pub prospect: Prospect,
    /// The values at the top of its file, where entries have changed them.
    pub opening: Vec<(Text, FactValue)>,
    /// Its entries, oldest first; those of one day in the order of the rows.
    pub entries: Vec<ImportedEntry>,
    /// The line of its first row.
    pub line: u64,
    /// The file that has this id in the ledger.
    pub there: Option<PathBuf>,
}

impl ImportCandidate {
    /// Puts the values at the top of its file in the place of those on the day of the list, for the facts that an entry
    /// changes: one of the ledger's, `there`, or of its own.
    pub fn open(&mut self, there: &[Event]) {
        let own = self.entries.iter().map(|wanted| &wanted.event);
        let events: Vec<&Event> = there.iter().chain(own).collect();
        let is_changed = |fact: &Text| {
            events.iter().any(|event| event.set.iter().any(|(changed, _)| changed == fact))
        };
        for (fact, value) in self.opening.iter().filter(|(fact, _)| is_changed(fact)) {
            self.prospect.change(fact, value);
        }
    }
}

/// A row that cannot be imported.
pub fn bad_row(file: &Path, line: u64, why: Words) -> Diagnostic {
    let (en, zh) = (why.en(), why.zh());
    Diagnostic::new(Code::BadRow, words!("line {line}: {en}", "第 {line} 行：{zh}"))
        .at(Place::file(file).at(Spot::Line(line)))
}

/// The faults of the mapping that would make every row wrong, or silently worth nothing.
fn misfits(import: &ImportTerms) -> Vec<Diagnostic> {
    let mapping = import.mapping;
    let mut found = Vec::new();
    let has = |name: &str| mapping.prospect.iter().find(|a| &*a.field == name);
    for (one, other) in [(FIND, "id"), (BELONGS_TO, "id"), (BELONGS_TO, FIND)] {
        let (Some(by_address), Some(_)) = (has(one), has(other)) else { continue };
        let message = words!(
            "`{one}` and `{other}` both tell which prospect a row is of",
            "`{one}` 和 `{other}` 都用来确定客户，只能用其一"
        );
        found.push(
            Diagnostic::new(Code::BadMapping, message)
                .at(by_address.place.clone())
                .help(words!("map one of them", "请只对应其中一个")),
        );
    }
    if [FIND, BELONGS_TO, "id", "name"].into_iter().all(|field| has(field).is_none()) {
        found.push(
            Diagnostic::new(
                Code::BadMapping,
                words!(
                    "no column is mapped to a prospect's `name` or `id`",
                    "没有一列对应潜在客户的 `name` 或 `id`"
                ),
            )
            .help(words!(
                "map a column to `name`, and one to `id` where the file has one",
                "请把一列对应到 `name`；文件里有编号的话，再把一列对应到 `id`"
            ))
            .help(words!(
                "--map COLUMN=name, or name = \"{{COLUMN}}\" under [prospect]",
                "--map 列=name，或在 [prospect] 下写 name = \"{{列}}\""
            )),
        );
    }
    let boards = mapping.prospect.iter().filter(|a| OF_BOARDS.contains(&&*a.field));
    for of_board in boards.filter(|_| mapping.customers) {
        let field = &of_board.field;
        let message = words!(
            "`{field}` is a fact of prospects; a customer's file has none",
            "`{field}` 是潜在客户的资料项；客户文件没有它"
        );
        found.push(
            Diagnostic::new(Code::BadMapping, message).at(of_board.place.clone()).help(words!(
                "the group of a customer is its `parent`",
                "客户所属的集团写 `parent`"
            )),
        );
    }
    if mapping.decimal.is_some() && mapping.decimal == mapping.thousands {
        let message = words!(
            "decimals and thousands have one sign: no number could be read",
            "小数点与千位分隔符相同：无法读出任何数字"
        );
        found.push(Diagnostic::new(Code::BadMapping, message));
    }
    for entry in &mapping.entries {
        let field = |name: &str| entry.fields.iter().find(|a| &*a.field == name);
        let Some(kind) = field("kind").map_or(Some("imported"), literal) else { continue };
        let Ok(kind) = import.settings.kinds.named(kind) else {
            let problem = Diagnostic::new(Code::BadMapping, no_kind(kind))
                .nearest(kind, import.settings.kinds.names());
            found.extend(field("kind").map(|a| problem.at(a.place.clone())));
            continue;
        };
        if let (Some(line), None) = (entry.line.first(), field("number")) {
            found.push(
                Diagnostic::new(
                    Code::BadMapping,
                    words!(
                        "an entry with a `line` needs a `number`",
                        "有 `line` 的记录要有 `number`"
                    ),
                )
                .at(line.place.clone())
                .help(words!(
                    "rows of one number are one paper: number = \"{{COLUMN}}\"",
                    "同一编号的各行是同一张单据：number = \"{{列}}\""
                )),
            );
        }
        if let Some(amount) = field("amount")
            && import.settings.counts(&kind.into()) != Counts::Paper
        {
            found.push(
                Diagnostic::new(
                    Code::BadMapping,
                    words!(
                        "`amount` counts for nothing on `{kind}`",
                        "`{kind}` 的 `amount` 不计入任何数字"
                    ),
                )
                .at(amount.place.clone())
                .help(words!(
                    "choose the kind of the money: kind = order, booking, payment, …",
                    "请指明款项的类型：kind = order、booking、payment……"
                ))
                .help(words!("expected money is a `value`", "只是预期的金额请用 `value`")),
            );
        }
    }
    found
}

/// That no kind of event has this name.
fn no_kind(kind: &str) -> Words {
    words!("no kind of event `{kind}`", "没有记录类型 `{kind}`")
}

/// The assigned text, if it is one for every row.
fn literal(assignment: &Assignment) -> Option<&str> {
    match assignment.texts.as_slice() {
        [only] => only.literal(),
        _ => None,
    }
}
