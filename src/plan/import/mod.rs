//! The rows of a file as prospects and entries. Nothing is de-duplicated by content and no date is
//! guessed: a row that cannot be understood is a bad row, with its line and the reason.

mod columns;
mod compare;
mod facts;
mod find;
mod journal;
mod row;
mod unknown;

use crate::diag::{Code, Diagnostic, Place, Spot, Words};
use crate::model::event::Event;
use crate::model::kind::Counts;
use crate::model::mapping::{Assignment, CONTACT_FIELDS, FIND, Mapping, Template};
use crate::model::prospect::{FACTS, Prospect};
use crate::model::rows::SourceRows;
use crate::model::settings::Settings;
use crate::table::terms::KINDS;
use crate::value::date::Date;
use crate::value::id;
use crate::value::text::Text;
use columns::Columns;
pub use compare::compare;
pub use facts::{MissingFacts, missing};
pub use find::AddressBook;
pub use journal::{fresh, without_said};
use row::{RowDraft, RowReader};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use unknown::Names;

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
}

impl ImportedEntry {
    /// An entry of a day that the file states.
    pub fn of(event: Event) -> ImportedEntry {
        ImportedEntry { event, dated_by_option: false, changed: None, keyed: false, found: false }
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
    /// Its entries, oldest first; those of one day in the order of the rows.
    pub entries: Vec<ImportedEntry>,
    /// The line of its first row.
    pub line: u64,
    /// The file that has this id in the ledger.
    pub there: Option<PathBuf>,
    /// The id as the file writes it.
    written: String,
}

/// The result of reading a file of rows.
#[derive(Debug, Default)]
pub struct Imported {
    /// The prospects, in the order of their first rows.
    pub candidates: Vec<ImportCandidate>,
    /// Rows that cannot be imported, and why.
    pub bad: Vec<Diagnostic>,
    /// Faults that many rows may share, such as a value that the settings do not know: each once.
    pub faults: Vec<Diagnostic>,
    /// The rows that cannot be imported for such faults alone.
    pub faulty_rows: usize,
    /// Ids were made from names: importing the file again would add every prospect again.
    pub ids_from_names: bool,
    /// The rows whose addresses no prospect has.
    pub unfound: usize,
    /// Addresses that several prospects have, with these: they find none of them.
    pub shared: BTreeMap<String, Vec<Text>>,
}

/// Reads the rows. `joined` are the rows of the mapping's joins, in order; `taken` the files of the
/// ledger by folded id. `Err` where the mapping does not fit the file: then no row can be read.
pub fn import(
    rows: &SourceRows,
    joined: &[SourceRows],
    taken: &HashMap<String, PathBuf>,
    import: &ImportTerms,
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
    let mut names = Names::new(import);
    for row in &rows.rows {
        match RowReader::new(import, &columns, taken, &mut names, row).draft() {
            Ok(draft) => gathering.take(draft),
            Err(Some(bad)) => gathering.imported.bad.push(bad),
            Err(None) => gathering.imported.faulty_rows += 1,
        }
    }
    let mut imported = gathering.finish();
    imported.faults = names.told();
    Ok(imported)
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
    if let (Some(by_address), Some(_)) = (has(FIND), has("id")) {
        let message = words!(
            "`find` and `id` both tell which prospect a row is of",
            "`find` 和 `id` 都用来确定客户，只能用其一"
        );
        found.push(
            Diagnostic::new(Code::BadMapping, message)
                .at(by_address.place.clone())
                .help(words!("map one of them", "请只对应其中一个")),
        );
    }
    if has(FIND).or(has("id")).or(has("name")).is_none() {
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
        let Ok(kind) = import.settings.kinds.named(kind, KINDS) else {
            let problem = Diagnostic::new(Code::BadMapping, no_kind(kind))
                .nearest(kind, import.settings.kinds.names());
            found.extend(field("kind").map(|a| problem.at(a.place.clone())));
            continue;
        };
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

/// Drafts on the way to candidates.
struct Gathering<'a> {
    import: &'a ImportTerms<'a>,
    taken: &'a HashMap<String, PathBuf>,
    /// Folded id -> position among the candidates.
    ids: HashMap<String, usize>,
    /// Id made from a name -> the last number tried behind it.
    numbers: HashMap<String, u32>,
    imported: Imported,
}

impl Gathering<'_> {
    /// Adds an entry to each prospect that the row's addresses find. The rep whose address is among them
    /// recorded it, unless the row says otherwise.
    fn take_found(&mut self, draft: RowDraft, addresses: &[String]) {
        let found = self.import.people.find(addresses);
        if found.ids.is_empty() && found.shared.is_empty() {
            self.imported.unfound += 1;
        }
        self.imported.shared.extend(found.shared);
        let by = find::rep(self.import.settings, addresses);
        for id in found.ids {
            let mut entries = draft.entries.clone();
            for entry in &mut entries {
                entry.found = true;
                entry.event.by = entry.event.by.take().or_else(|| by.cloned());
            }
            let folded = id::fold(&id);
            match self.ids.get(&folded) {
                Some(&at) => self.imported.candidates[at].entries.extend(entries),
                None => {
                    self.ids.insert(folded.clone(), self.imported.candidates.len());
                    self.imported.candidates.push(ImportCandidate {
                        prospect: Prospect { id: id.clone(), ..draft.prospect.clone() },
                        entries,
                        line: draft.line,
                        there: self.taken.get(&folded).cloned(),
                        written: id.to_string(),
                    });
                }
            }
        }
    }

    fn take(&mut self, draft: RowDraft) {
        if let Some(addresses) = draft.find.clone() {
            return self.take_found(draft, &addresses);
        }
        let line = draft.line;
        let (id, written) = match draft.id {
            Some(id) => id,
            None => {
                self.imported.ids_from_names = true;
                if draft.prospect.name.is_empty() {
                    let (why, help) = self.no_name();
                    return self.bad(line, why, help);
                }
                match self.id_from_name(&draft.prospect.name) {
                    Ok(id) => (id, String::new()),
                    Err(bad) => {
                        let help = words!("map a column to `id`", "请把一列对应到 `id`");
                        return self.bad(line, bad, help);
                    }
                }
            }
        };
        let folded = id::fold(&id);
        let Some(&at) = self.ids.get(&folded) else {
            let mut prospect = draft.prospect;
            prospect.id = id.into();
            let there = self.taken.get(&folded).cloned();
            self.ids.insert(folded, self.imported.candidates.len());
            let candidate =
                ImportCandidate { prospect, entries: draft.entries, line, there, written };
            return self.imported.candidates.push(candidate);
        };
        let first = &mut self.imported.candidates[at];
        if first.written != written {
            let (other, (file, at)) = (&first.written, self.import.origin(first.line));
            let file = file.display();
            let why = words!(
                "`{written}` and `{other}` of {file}, line {at}, would both be `{id}`",
                "`{written}` 与 {file} 第 {at} 行的 `{other}` 都会成为 `{id}`"
            );
            let help = words!(
                "ids must differ in more than case and punctuation",
                "编号之间不能只有大小写和标点的差别"
            );
            return self.bad(line, why, help);
        }
        let only_people = has_only_people(self.import.mapping);
        if !self.import.mapping.group && !only_people {
            let (file, at) = self.import.origin(first.line);
            let file = file.display();
            let why = words!(
                "the id `{written}` is in {file}, line {at}, already",
                "{file} 第 {at} 行已有编号 `{written}`"
            );
            let help = words!(
                "if rows of one id are entries of one prospect, add --group, or group = true in the mapping",
                "同一编号的各行若是同一潜在客户的记录，请加 --group，或在映射中设 group = true"
            );
            return self.bad(line, why, help);
        }
        merge(&mut first.prospect, draft.prospect);
        let said = draft.entries.into_iter().filter(|entry| !only_people || !entry.says_nothing());
        first.entries.extend(said);
    }

    fn bad(&mut self, line: u64, why: Words, help: Words) {
        self.imported.bad.push(self.import.bad_row(line, why).help(help));
    }

    /// An id that neither the ledger nor the rows so far have.
    fn id_from_name(&mut self, name: &str) -> Result<String, Words> {
        let slug = id::slug(name);
        if slug.is_empty() {
            return Err(words!("no id can be made from `{name}`", "无法由 `{name}` 生成编号"));
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

    /// That a new prospect has no name, with the columns that could have one, and what would mend it.
    fn no_name(&self) -> (Words, Words) {
        let mut named = self.import.mapping.prospect.iter().filter(|a| &*a.field == "name");
        let columns: Vec<&str> =
            named.next().iter().flat_map(|a| &a.texts).flat_map(Template::columns).collect();
        if columns.is_empty() {
            let why = words!("a new prospect needs a name", "新的潜在客户需要名称");
            return (why, words!("map a column to `name`", "请把一列对应到 `name`"));
        }
        let quoted: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
        let (en, zh) = (quoted.join(", "), quoted.join("、"));
        let cells: Vec<String> =
            columns.iter().map(|column| format!("\"{{{column}}}\", ")).collect();
        let cells = cells.concat();
        let why = words!("the row has no name: {en} is empty", "这一行没有名称：{zh} 为空");
        let help = words!(
            "map another column to `name` as well, the first that is not empty counts: --map 'COLUMN=name', or name = [{cells}\"{{COLUMN}}\"]",
            "请把另一列也对应到 `name`，取第一个非空的：--map '列=name'，或 name = [{cells}\"{{列}}\"]"
        );
        (why, help)
    }

    fn finish(mut self) -> Imported {
        let nameless = |candidate: &ImportCandidate| {
            candidate.there.is_none() && candidate.prospect.name.is_empty()
        };
        let (why, help) = self.no_name();
        for candidate in self.imported.candidates.iter().filter(|c| nameless(c)) {
            let bad = self.import.bad_row(candidate.line, why.clone()).help(help.clone());
            self.imported.bad.push(bad);
        }
        self.imported.candidates.retain(|candidate| !nameless(candidate));
        for candidate in &mut self.imported.candidates {
            candidate.entries.sort_by_key(|wanted| wanted.event.date());
            let prospect = &mut candidate.prospect;
            let new = candidate.there.is_none();
            let nameless = prospect.contacts.iter_mut().filter(|c| new && c.name.is_empty());
            nameless.for_each(|contact| contact.name = prospect.name.clone());
        }
        self.imported
    }
}

/// Are the rows people, of whom a prospect may have several?
fn has_only_people(mapping: &Mapping) -> bool {
    let is_people = |field: &str| matches!(field, "id" | "name") || CONTACT_FIELDS.contains(&field);
    mapping.entries.iter().all(|entry| entry.fields.is_empty())
        && mapping.prospect.iter().all(|assignment| is_people(&assignment.field))
        && mapping.prospect.iter().any(|assignment| CONTACT_FIELDS.contains(&&*assignment.field))
}

/// Adds a further row of a prospect: for each fact the first row that has it counts.
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
