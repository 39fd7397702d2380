//! The rows of a file by prospect. A file may have a hundred thousand rows, and what is read of one takes twenty times
//! the memory of its cells: so each row is read twice, first to judge it and to learn its prospect, then with the other
//! rows of that prospect.

use super::columns::Columns;
use super::papers::{Papers, together};
use super::row::{RowDraft, RowReader, paper_numbers};
use super::unknown::Names;
use super::{ImportCandidate, ImportTerms, ImportedEntry, find, misfits};
use crate::diag::{Diagnostic, Words, listed};
use crate::format::layout::is_of_a_customer;
use crate::format::line::named_suffix;
use crate::model::mapping::{
    BELONGS_TO, CONTACT_FIELDS, GOAL_FIELDS, Mapping, STEP_FIELDS, Template,
};
use crate::model::profile::FactValue;
use crate::model::prospect::Prospect;
use crate::model::rows::{SourceRow, SourceRows};
use crate::value::id;
use crate::value::text::Text;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

/// So many bad rows are kept in full.
const KEPT: usize = 20;

/// Rows that cannot be imported: the first of them, and how many there are.
#[derive(Debug, Default)]
pub struct BadRows {
    first: Vec<Diagnostic>,
    /// How many there are.
    pub count: usize,
}

impl BadRows {
    /// Adds one.
    pub fn add(&mut self, bad: Diagnostic) {
        self.count += 1;
        self.first.push(bad);
        if self.first.len() == 2 * KEPT {
            self.keep_first();
        }
    }

    /// The first twenty, by place.
    pub fn first(mut self) -> Vec<Diagnostic> {
        self.keep_first();
        self.first
    }

    fn keep_first(&mut self) {
        self.first.sort_by(|a, b| a.place.cmp(&b.place));
        self.first.truncate(KEPT);
    }
}

/// The rows of one prospect.
#[derive(Debug)]
pub struct RowsOfProspect<'a> {
    /// Its id.
    pub id: Text,
    /// The file that has this id in the ledger.
    pub there: Option<&'a PathBuf>,
    /// The id as the file writes it, if otherwise.
    written: Option<Text>,
    /// The positions of its rows.
    rows: Vec<usize>,
    /// A row states its name.
    named: bool,
}

/// The rows of a file that can be imported, by prospect, and those that cannot.
#[derive(Debug, Default)]
pub struct Found<'a> {
    /// The prospects, in the order of their first rows.
    pub prospects: Vec<RowsOfProspect<'a>>,
    /// Rows that cannot be imported, and why.
    pub bad: BadRows,
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

/// The rows of a file, with the meaning of their columns.
pub struct Imported<'a> {
    rows: &'a [SourceRow],
    /// Names of meetings, by line.
    uids: &'a HashMap<u64, Text>,
    columns: Columns<'a>,
    /// The files of the ledger by folded id.
    taken: &'a HashMap<String, PathBuf>,
    import: &'a ImportTerms<'a>,
    only_blocks: bool,
}

impl<'a> Imported<'a> {
    /// `joined` are the rows of the mapping's joins, in order; `taken` the files of the ledger by folded id.
    ///
    /// # Errors
    /// Fails where the mapping does not fit the file: then no row can be read.
    pub fn new(
        rows: &'a SourceRows,
        joined: &'a [SourceRows],
        taken: &'a HashMap<String, PathBuf>,
        import: &'a ImportTerms<'a>,
    ) -> Result<Imported<'a>, Vec<Diagnostic>> {
        let columns = Columns::of(rows, joined, import)?;
        let problems = misfits(import);
        if !problems.is_empty() {
            return Err(problems);
        }
        let only_blocks = has_only_blocks(import.mapping);
        let (rows, uids) = (&rows.rows, &rows.uids);
        Ok(Imported { rows, uids, columns, taken, import, only_blocks })
    }

    /// Judges every row by itself, and finds its prospect.
    pub fn found(&self) -> Found<'a> {
        let mut fields = self.import.mapping.prospect.iter();
        let by_name = fields.any(|assignment| &*assignment.field == BELONGS_TO);
        let mut gathering = Gathering {
            import: self.import,
            taken: self.taken,
            is_group: self.import.mapping.group || self.only_blocks || by_name,
            by_name,
            papers: Papers::default(),
            rows: self.rows,
            ids: HashMap::new(),
            numbers: HashMap::new(),
            found: Found::default(),
        };
        let mut names = Names::new(self.import);
        for at in 0..self.rows.len() {
            match self.draft(at, &mut names) {
                Ok(draft) => gathering.take(at, draft),
                Err(bad) => {
                    gathering.papers.spoil(paper_numbers(
                        self.import,
                        &self.columns,
                        &self.rows[at],
                    ));
                    match bad {
                        Some(bad) => gathering.found.bad.add(bad),
                        None => gathering.found.faulty_rows += 1,
                    }
                }
            }
        }
        let mut found = gathering.finish();
        found.faults = names.told();
        found
    }

    fn draft<'r>(
        &'r self,
        at: usize,
        names: &mut Names<'r>,
    ) -> Result<RowDraft, Option<Diagnostic>> {
        RowReader::new(self.import, &self.columns, self.taken, names, &self.rows[at]).draft()
    }

    /// The facts and entries of a prospect that was found.
    pub fn candidate(&self, of: &RowsOfProspect) -> ImportCandidate {
        let mut names = Names::new(self.import);
        let mut candidate = ImportCandidate {
            prospect: Prospect::default(),
            opening: Vec::new(),
            entries: Vec::new(),
            line: of.rows.first().map_or(0, |at| self.rows[*at].line),
            there: of.there.cloned(),
        };
        // Each of them was read before.
        let drafts = of.rows.iter().filter_map(|at| self.draft(*at, &mut names).ok());
        for (number, draft) in drafts.enumerate() {
            let mut entries = draft.entries;
            if let Some(addresses) = &draft.find {
                by_address(&mut entries, addresses, self.uids.get(&draft.line), self.import);
            } else if number > 0 && self.only_blocks {
                entries.retain(|entry| !entry.says_nothing());
            }
            candidate.entries.extend(entries);
            if candidate.opening.is_empty() {
                candidate.opening = draft.opening;
            }
            match number {
                0 => candidate.prospect = draft.prospect,
                _ if draft.find.is_some() => {}
                _ => merge(&mut candidate.prospect, draft.prospect),
            }
        }
        candidate.entries = together(candidate.entries);
        candidate.entries.sort_by_key(|wanted| wanted.event.date());
        let prospect = &mut candidate.prospect;
        prospect.id = of.id.clone();
        let is_new = of.there.is_none();
        prospect.is_customer = match of.there {
            Some(path) => is_of_a_customer(path),
            None => self.import.mapping.customers,
        };
        let nameless = prospect.contacts.iter_mut().filter(|c| is_new && c.name.is_empty());
        nameless.for_each(|contact| contact.name = prospect.name.clone());
        candidate
    }
}

/// The rep whose address is among those of a row recorded its entries, unless the row says otherwise. A meeting of a
/// whole day is known again by the name that its calendar has for it.
fn by_address(
    entries: &mut [ImportedEntry],
    addresses: &[String],
    uid: Option<&Text>,
    import: &ImportTerms,
) {
    let by = find::rep(import.settings, addresses);
    for entry in entries {
        entry.found = true;
        let event = &mut entry.event;
        event.by = event.by.take().or_else(|| by.cloned());
        if let Some(uid) = uid.filter(|_| event.time.is_none()) {
            event.key.text = format!("{}-{}", event.date(), named_suffix(uid)).into();
        }
    }
}

/// Rows on the way to their prospects.
struct Gathering<'a> {
    import: &'a ImportTerms<'a>,
    taken: &'a HashMap<String, PathBuf>,
    /// A prospect may have several rows.
    is_group: bool,
    /// The rows name customers of the ledger.
    by_name: bool,
    papers: Papers,
    rows: &'a [SourceRow],
    /// Folded id -> position among the prospects.
    ids: HashMap<Text, usize>,
    /// Id made from a name -> the last number tried behind it.
    numbers: HashMap<Text, u32>,
    found: Found<'a>,
}

impl<'a> Gathering<'a> {
    /// Gives a row to each prospect that its addresses find.
    fn take_found(&mut self, at: usize, addresses: &[String]) {
        if let Some((address, file)) = self.import.people.in_unread(addresses) {
            let file = file.display();
            let why = words!(
                "{address} is in {file}, which cannot be read",
                "{address} 在 {file} 中，而该文件无法读取"
            );
            let help = words!("mend it: crm check {file}", "请先修正：crm check {file}");
            return self.bad(self.rows[at].line, why, help);
        }
        let found = self.import.people.find(addresses);
        if found.ids.is_empty() && found.shared.is_empty() {
            self.found.unfound += 1;
        }
        self.found.shared.extend(found.shared);
        for id in found.ids {
            match self.ids.get(&*id::fold(&id)) {
                Some(known) => self.found.prospects[*known].rows.push(at),
                None => self.add(at, id, None, true),
            }
        }
    }

    fn add(&mut self, at: usize, id: Text, written: Option<Text>, named: bool) {
        let folded = id::fold(&id);
        let there = self.taken.get(&folded);
        self.ids.insert(folded.into(), self.found.prospects.len());
        self.found.prospects.push(RowsOfProspect { id, there, written, rows: vec![at], named });
    }

    fn take(&mut self, at: usize, draft: RowDraft) {
        if let Some(addresses) = &draft.find {
            return self.take_found(at, addresses);
        }
        let (line, named) = (draft.line, !draft.prospect.name.is_empty());
        if let Some((id, _)) = &draft.id
            && let Err((why, help)) = self.papers.add(at, id, &draft.entries)
        {
            let numbers =
                draft.entries.iter().filter_map(|entry| entry.event.details().number.clone());
            self.papers.spoil(numbers);
            return self.bad(line, why, help);
        }
        if self.import.mapping.customers
            && !self.by_name
            && let Some((id, _)) = &draft.id
            && let Some(path) = self.taken.get(&id::fold(id)).filter(|p| !is_of_a_customer(p))
        {
            let path = path.display();
            let why = words!("`{id}` is the prospect in {path}", "`{id}` 是潜在客户，在 {path} 中");
            let help = words!(
                "leave --customers out for rows of prospects; a customer's file: crm add --customer NAME --from {id}",
                "这些行若是潜在客户，请去掉 --customers；建立客户文件：crm add --customer 名称 --from {id}"
            );
            return self.bad(line, why, help);
        }
        let Some((id, written)) = draft.id else {
            self.found.ids_from_names = true;
            if !named {
                let (why, help) = self.no_name();
                return self.bad(line, why, help);
            }
            return match self.id_from_name(&draft.prospect.name) {
                Ok(id) => self.add(at, id.into(), Some(Text::default()), true),
                Err(bad) => {
                    let help = words!("map a column to `id`", "请把一列对应到 `id`");
                    self.bad(line, bad, help);
                }
            };
        };
        let Some(&known) = self.ids.get(&*id::fold(&id)) else {
            let written = (written != id).then(|| written.into());
            return self.add(at, id.into(), written, named);
        };
        let first = &mut self.found.prospects[known];
        let other = first.written.as_ref().unwrap_or(&first.id);
        let first_line = self.rows[first.rows[0]].line;
        if **other != *written {
            let (file, at) = self.import.origin(first_line);
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
        if !self.is_group {
            let (file, at) = self.import.origin(first_line);
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
        first.rows.push(at);
        first.named |= named;
    }

    fn bad(&mut self, line: u64, why: Words, help: Words) {
        self.found.bad.add(self.import.bad_row(line, why).help(help));
    }

    /// An id that neither the ledger nor the rows so far have.
    fn id_from_name(&mut self, name: &str) -> Result<String, Words> {
        let slug = id::slug(name);
        if slug.is_empty() {
            return Err(words!("no id can be made from `{name}`", "无法由 `{name}` 生成编号"));
        }
        let number = self.numbers.entry(slug.as_str().into()).or_insert(0);
        loop {
            *number += 1;
            let id = if *number == 1 { slug.clone() } else { format!("{slug}-{number}") };
            if !self.taken.contains_key(&id) && !self.ids.contains_key(&*id) {
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
            let why = match self.import.mapping.customers {
                true => words!("a new customer needs a name", "新的客户需要名称"),
                false => words!("a new prospect needs a name", "新的潜在客户需要名称"),
            };
            return (why, words!("map a column to `name`", "请把一列对应到 `name`"));
        }
        let quoted = listed(columns.iter().map(|column| format!("`{column}`")));
        let cells: Vec<String> =
            columns.iter().map(|column| format!("\"{{{column}}}\", ")).collect();
        let cells = cells.concat();
        let why =
            words!("the row has no name: {quoted} is empty", "这一行没有名称：{quoted:#} 为空");
        let help = words!(
            "map another column to `name` as well, the first that is not empty counts: --map 'COLUMN=name', or name = [{cells}\"{{COLUMN}}\"]",
            "请把另一列也对应到 `name`，取第一个非空的：--map '列=name'，或 name = [{cells}\"{{列}}\"]"
        );
        (why, help)
    }

    /// The prospects; a new one without a name is none.
    fn finish(mut self) -> Found<'a> {
        let incomplete: BTreeMap<usize, Words> = self.papers.incomplete().into_iter().collect();
        for (at, why) in &incomplete {
            self.found.bad.add(self.import.bad_row(self.rows[*at].line, why.clone()));
        }
        for found in &mut self.found.prospects {
            found.rows.retain(|at| !incomplete.contains_key(at));
        }
        self.found.prospects.retain(|found| !found.rows.is_empty());
        let (why, help) = self.no_name();
        let is_nameless = |found: &RowsOfProspect| found.there.is_none() && !found.named;
        for nameless in self.found.prospects.iter().filter(|found| is_nameless(found)) {
            let bad = self.import.bad_row(self.rows[nameless.rows[0]].line, why.clone());
            self.found.bad.add(bad.help(help.clone()));
        }
        self.found.prospects.retain(|found| !is_nameless(found));
        self.found
    }
}

/// Are the rows people, or goals and steps, of whom a prospect may have several?
fn has_only_blocks(mapping: &Mapping) -> bool {
    let is_in_block = |field: &str| {
        let all = CONTACT_FIELDS.iter().chain(&GOAL_FIELDS).chain(&STEP_FIELDS);
        all.into_iter().any(|of_block| *of_block == field)
    };
    let mut fields = mapping.prospect.iter().map(|assignment| &*assignment.field);
    mapping.entries.iter().all(|entry| entry.fields.is_empty())
        && fields.clone().all(|field| matches!(field, "id" | "name") || is_in_block(field))
        && fields.any(is_in_block)
}

/// Adds a further row of a prospect: for each fact the first row that has it counts.
fn merge(first: &mut Prospect, further: Prospect) {
    if first.name.is_empty() {
        first.name = further.name.clone();
    }
    for (fact, value) in further.stated() {
        if first.stated_value(&fact) == FactValue::Nothing {
            first.state(&fact, &value);
        }
    }
    for contact in further.contacts {
        if !first.contacts.contains(&contact) {
            first.contacts.push(contact);
        }
    }
    let Some(profile) = further.stated_profile else { return };
    for goal in profile.goals {
        if !first.profile().goals.contains(&goal) {
            first.profile_mut().goals.push(goal);
        }
    }
    for step in profile.steps {
        if !first.profile().steps.contains(&step) {
            first.profile_mut().steps.push(step);
        }
    }
}
