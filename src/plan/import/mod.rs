//! The rows of a CSV file as prospects and entries. Nothing is de-duplicated by content and no date is
//! guessed: a row that cannot be understood is a bad row, with its line and the reason.

mod columns;
mod compare;
mod row;

use crate::diag::{Code, Diagnostic, Place, Spot, Words};
use crate::model::event::Event;
use crate::model::kind::Counts;
use crate::model::mapping::{Assignment, Mapping};
use crate::model::prospect::{FACTS, Prospect};
use crate::model::rows::Rows;
use crate::model::settings::Settings;
use crate::value::date::Date;
use crate::value::id;
use columns::Columns;
pub use compare::compare;
use row::{Draft, RowReader};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What rows are read by.
pub struct Import<'a> {
    /// The ledger's settings.
    pub settings: &'a Settings,
    /// What the columns mean.
    pub mapping: &'a Mapping,
    /// The file, as messages print it.
    pub file: &'a Path,
    /// The day of rows that have none.
    pub date: Option<Date>,
    /// The as-of day: what is dated later has not happened.
    pub today: Date,
}

/// An entry that a row makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The entry, without its number of the day.
    pub event: Event,
    /// The file states no day; `--date` did.
    pub dated_by_option: bool,
}

/// A prospect that rows speak of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its facts; no journal yet.
    pub prospect: Prospect,
    /// Its entries, oldest first; those of one day in the order of the rows.
    pub entries: Vec<Wanted>,
    /// The line of its first row.
    pub line: u64,
    /// The file that has this id in the ledger.
    pub there: Option<PathBuf>,
    /// The id as the file writes it.
    written: String,
}

/// What a file of rows comes to.
#[derive(Debug, Default)]
pub struct Imported {
    /// The prospects, in the order of their first rows.
    pub candidates: Vec<Candidate>,
    /// Rows that cannot be imported, and why.
    pub bad: Vec<Diagnostic>,
    /// Ids were made from names: the same file again would add everybody again.
    pub ids_from_names: bool,
}

/// Reads the rows. `joined` are the rows of the mapping's joins, in order; `taken` the files of the
/// ledger by folded id. `Err` where the mapping does not fit the file: then no row can be read.
pub fn import(
    rows: &Rows,
    joined: &[Rows],
    taken: &HashMap<String, PathBuf>,
    import: &Import,
) -> Result<Imported, Vec<Diagnostic>> {
    let columns = Columns::of(rows, joined, import)?;
    let problems = misfits(import);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut gathering = Gathering {
        import,
        taken,
        ids: HashMap::new(),
        numbers: HashMap::new(),
        imported: Imported::default(),
    };
    for row in &rows.rows {
        match RowReader::new(import, &columns, row).draft() {
            Ok(draft) => gathering.take(draft),
            Err(bad) => gathering.imported.bad.push(bad),
        }
    }
    Ok(gathering.finish())
}

/// A row that cannot be imported.
pub fn bad_row(file: &Path, line: u64, why: impl Into<Words>) -> Diagnostic {
    let why: Words = why.into();
    let (en, zh) = (why.en(), why.zh());
    Diagnostic::new(Code::BadRow, words!("line {line}: {en}", "第 {line} 行：{zh}"))
        .at(Place::file(file).at(Spot::Line(line)))
}

/// What in the mapping would make every row wrong, or silently worth nothing.
fn misfits(import: &Import) -> Vec<Diagnostic> {
    let mapping = import.mapping;
    let mut found = Vec::new();
    if !mapping.prospect.iter().any(|a| matches!(&*a.field, "id" | "name")) {
        found.push(
            Diagnostic::new(Code::BadMapping, "nothing says who a row is about")
                .help("map a column to `name`, and one to `id` where the file has one")
                .help("--map COLUMN=name, or name = \"{COLUMN}\" under [prospect]"),
        );
    }
    for entry in &mapping.entries {
        let field = |name: &str| entry.fields.iter().find(|a| &*a.field == name);
        let Some(kind) = field("kind").map_or(Some("imported"), literal) else { continue };
        if !import.settings.kinds.contains(kind) {
            let problem = Diagnostic::new(Code::BadMapping, format!("no kind of event `{kind}`"))
                .nearest(kind, import.settings.kinds.names());
            found.extend(field("kind").map(|a| problem.at(a.place.clone())));
        } else if let Some(amount) = field("amount")
            && import.settings.counts(&kind.into()) != Counts::Paper
        {
            found.push(
                Diagnostic::new(
                    Code::BadMapping,
                    format!("`amount` counts for nothing on `{kind}`"),
                )
                .at(amount.place.clone())
                .help("say which money it is: kind = order, booking, payment, …")
                .help("what is only expected is a `value`"),
            );
        }
    }
    found
}

/// What is assigned, where that is the same for every row.
fn literal(assignment: &Assignment) -> Option<&str> {
    match assignment.texts.as_slice() {
        [only] => only.literal(),
        _ => None,
    }
}

/// Drafts on the way to candidates.
struct Gathering<'a> {
    import: &'a Import<'a>,
    taken: &'a HashMap<String, PathBuf>,
    /// Folded id -> position among the candidates.
    ids: HashMap<String, usize>,
    /// Id made from a name -> the last number tried behind it.
    numbers: HashMap<String, u32>,
    imported: Imported,
}

impl Gathering<'_> {
    fn take(&mut self, draft: Draft) {
        let line = draft.line;
        let (id, written) = match draft.id {
            Some(id) => id,
            None => {
                self.imported.ids_from_names = true;
                match self.id_from_name(&draft.prospect.name) {
                    Ok(id) => (id, String::new()),
                    Err(bad) => return self.bad(line, &bad, "map a column to `id`"),
                }
            }
        };
        let folded = id::fold(&id);
        let Some(&at) = self.ids.get(&folded) else {
            let mut prospect = draft.prospect;
            prospect.id = id.into();
            let there = self.taken.get(&folded).cloned();
            self.ids.insert(folded, self.imported.candidates.len());
            let candidate = Candidate { prospect, entries: draft.entries, line, there, written };
            return self.imported.candidates.push(candidate);
        };
        let first = &mut self.imported.candidates[at];
        if first.written != written {
            let why = format!(
                "`{written}` and `{}` of line {} would both be `{id}`",
                first.written, first.line
            );
            return self.bad(line, &why, "ids differ in more than case and punctuation");
        }
        if !self.import.mapping.group {
            let why = format!("the id `{written}` stands on line {} already", first.line);
            let help = "if rows of one id are entries of one prospect, say so: --group, or \
                        group = true in the mapping";
            return self.bad(line, &why, help);
        }
        merge(&mut first.prospect, draft.prospect);
        first.entries.extend(draft.entries);
    }

    fn bad(&mut self, line: u64, why: &str, help: &str) {
        self.imported.bad.push(bad_row(self.import.file, line, why).help(help));
    }

    /// An id that neither the ledger nor the rows so far have.
    fn id_from_name(&mut self, name: &str) -> Result<String, String> {
        let slug = id::slug(name);
        if slug.is_empty() {
            return Err(match name {
                "" => "the row has no name".to_owned(),
                name => format!("no id can be made from `{name}`"),
            });
        }
        let number = self.numbers.entry(slug.clone()).or_insert(0);
        loop {
            *number += 1;
            let id = if *number == 1 { slug.clone() } else { format!("{slug}-{number}") };
            if !self.taken.contains_key(&id) && !self.ids.contains_key(&id) {
                return Ok(id);
            }
        }
    }

    fn finish(mut self) -> Imported {
        let nameless =
            |candidate: &Candidate| candidate.there.is_none() && candidate.prospect.name.is_empty();
        for candidate in self.imported.candidates.iter().filter(|c| nameless(c)) {
            let bad = bad_row(self.import.file, candidate.line, "a new prospect needs a name");
            self.imported.bad.push(bad.help("map a column to `name`"));
        }
        self.imported.candidates.retain(|candidate| !nameless(candidate));
        for candidate in &mut self.imported.candidates {
            candidate.entries.sort_by_key(|wanted| wanted.event.date());
        }
        self.imported
    }
}

/// A further row of the same prospect: the first that says something about a fact stands.
fn merge(first: &mut Prospect, further: Prospect) {
    if first.name.is_empty() {
        first.name = further.name.clone();
    }
    let own = further.facts.iter().map(|(key, _)| &**key);
    for key in FACTS.into_iter().skip(1).chain(own) {
        if let (None, Some(value)) = (first.fact(key), further.fact(key)) {
            first.set_fact(key, value);
        }
    }
    if first.needs.is_empty() {
        first.needs = further.needs;
    }
    if first.tags.is_empty() {
        first.tags = further.tags;
    }
    for contact in further.contacts {
        if !first.contacts.contains(&contact) {
            first.contacts.push(contact);
        }
    }
}
