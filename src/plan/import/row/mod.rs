//! One row: its texts turned into facts and entries, with everything that is wrong in it.

mod customer;
mod forms;
mod paper;
mod profile;
mod values;

use super::columns::{CellText, Columns, Joined};
use super::find::{addresses, mailboxes, telephones};
use super::unknown::{Names, Naming};
use super::{ImportTerms, ImportedEntry};
use crate::diag::{Diagnostic, Words, listed};
use crate::format::read_prospect::changes_in;
use crate::model::event::{Event, EventKey, NO_OWNER};
use crate::model::mapping::{
    Assignment, BELONGS_TO, CHANGED, CONTACT_FIELDS, CURRENCY, EntryTemplate, FACT_CURRENCIES,
    FIND, GOAL_FIELDS, OPENING_FACTS, STEP_FIELDS,
};
use crate::model::profile::{FactValue, Goal, Step, fact_kind};
use crate::model::prospect::{Contact, PARTS, Prospect, STANCES};
use crate::model::rows::SourceRow;
use crate::value::date::Date;
use crate::value::id;
use crate::value::text::{Text, narrow};
use std::collections::HashMap;
use std::path::PathBuf;

pub(super) use paper::paper_numbers;

/// A row that could be read.
pub(super) struct RowDraft {
    pub(super) line: u64,
    /// The id, and how the file writes it.
    pub(super) id: Option<(String, String)>,
    /// The addresses that its prospects are found by, if they are.
    pub(super) find: Option<Vec<String>>,
    /// The facts.
    pub(super) prospect: Prospect,
    /// The values at the top of its file, where entries have changed them.
    pub(super) opening: Vec<(Text, FactValue)>,
    pub(super) entries: Vec<ImportedEntry>,
}

/// Reads one row.
pub(super) struct RowReader<'r, 'a> {
    import: &'a ImportTerms<'a>,
    columns: &'a Columns<'a>,
    /// The files of the ledger by folded id.
    taken: &'a HashMap<String, PathBuf>,
    names: &'r mut Names<'a>,
    row: &'a SourceRow,
    problems: Vec<Words>,
    help: Vec<Words>,
    /// Further addresses and telephones of its person, as lines of a note.
    further: Vec<String>,
    /// The row has a fault that is told with those of other rows.
    is_faulty: bool,
}

impl<'r, 'a> RowReader<'r, 'a> {
    pub(super) fn new(
        import: &'a ImportTerms<'a>,
        columns: &'a Columns<'a>,
        taken: &'a HashMap<String, PathBuf>,
        names: &'r mut Names<'a>,
        row: &'a SourceRow,
    ) -> RowReader<'r, 'a> {
        RowReader {
            import,
            columns,
            taken,
            names,
            row,
            problems: Vec::new(),
            help: Vec::new(),
            further: Vec::new(),
            is_faulty: false,
        }
    }

    /// The row's prospect and entries, or all its problems; `Err(None)` where all of them are told with those of other
    /// rows.
    pub(super) fn draft(mut self) -> Result<RowDraft, Option<Diagnostic>> {
        let joined = match self.columns.joined(self.row) {
            Ok(joined) => joined,
            Err((why, help)) => {
                return Err(Some(self.import.bad_row(self.row.line, why).help(help)));
            }
        };
        let id = match self.assigned(BELONGS_TO) {
            Some(assignment) => self.customer(&joined, assignment),
            None => self.id(&joined),
        };
        let find = self.find(&joined);
        let mut prospect = self.prospect(&joined);
        let opening = self.opening(&joined);
        let is_known = id.as_ref().is_some_and(|(id, _)| self.taken.contains_key(&id::fold(id)));
        if is_known && self.assigned(BELONGS_TO).is_some() {
            // It is called otherwise here, perhaps by its company.
            prospect.name = Text::default();
        }
        let entries = self.entries(&joined, &prospect, is_known);
        match (self.problems.is_empty(), self.is_faulty) {
            (true, false) => {
                Ok(RowDraft { line: self.row.line, id, find, prospect, opening, entries })
            }
            (true, true) => Err(None),
            (false, _) => {
                let why = Words::clauses(&self.problems);
                let bad = self.import.bad_row(self.row.line, why);
                Err(Some(self.help.into_iter().fold(bad, Diagnostic::help)))
            }
        }
    }

    fn problem(&mut self, why: Words, help: Option<Words>) {
        self.problems.push(why);
        if let Some(help) = help
            && !self.help.contains(&help)
        {
            self.help.push(help);
        }
    }

    /// The id of what a cell names.
    fn named(&mut self, naming: Naming, field: &str, cell: &CellText) -> Option<Text> {
        let id = self.names.id(naming, field, cell, self.row.line);
        self.is_faulty |= id.is_none();
        id
    }

    /// The id: in lower case, its wide digits and letters narrow unless the ledger has it wide, and made legal if only punctuation has to change. A text that looks like a path
    /// is refused: `../x` is no honest id.
    fn id(&mut self, row: &Joined<'a>) -> Option<(String, String)> {
        let written = self.columns.text(row, self.assigned("id")?).text;
        if written.is_empty() {
            self.problem(words!("the row has no id", "这一行没有编号"), None);
            return None;
        }
        self.legal_id(written)
    }

    /// The source of a field of the prospect.
    fn assigned(&self, field: &str) -> Option<&'a Assignment> {
        self.import.mapping.prospect.iter().find(|assignment| &*assignment.field == field)
    }

    /// An id that a file may have, and how it is written.
    fn legal_id(&mut self, written: String) -> Option<(String, String)> {
        let written = match self.taken.contains_key(&id::fold(&written)) {
            true => written,
            false => narrow(&written).into_owned(),
        };
        let lower = written.to_lowercase();
        let Err(bad) = id::validate(&lower) else { return Some((lower, written)) };
        let path = written.starts_with('.')
            || written.contains(|c: char| matches!(c, '/' | '\\') || c.is_control());
        let slug = if path { String::new() } else { id::slug(&lower) };
        if slug.is_empty() {
            let help = words!(
                "letters and digits of any script, `-`, `_` and `.`; {{column|slug}} makes one",
                "可用任何文字的字母和数字，以及 `-`、`_` 和 `.`；{{列|slug}} 可生成编号"
            );
            self.problem(bad.words().about(&format!("`{written}`")), Some(help));
            return None;
        }
        Some((slug, written))
    }

    /// The addresses in the row that prospects are found by.
    fn find(&self, row: &Joined<'a>) -> Option<Vec<String>> {
        let assignment = self.import.mapping.prospect.iter().find(|a| &*a.field == FIND)?;
        Some(addresses(&self.columns.text(row, assignment).text))
    }

    /// The values at the top of its file, where the row states them apart.
    fn opening(&mut self, row: &Joined<'a>) -> Vec<(Text, FactValue)> {
        let mut fields = self.import.mapping.prospect.iter();
        let assignment = fields.find(|a| &*a.field == OPENING_FACTS);
        let cell = assignment.map(|assignment| self.columns.text(row, assignment));
        match cell.filter(|cell| !cell.text.is_empty()) {
            None => Vec::new(),
            Some(cell) => {
                let settings = self.import.settings;
                let form = words!("{{ fact = \"value\" }}", "{{ 资料项 = \"值\" }}");
                let read = |text: &str| changes_in(text, settings);
                self.as_exported(OPENING_FACTS, &cell, read, &form)
            }
        }
    }

    fn prospect(&mut self, row: &Joined<'a>) -> Prospect {
        let mut prospect = Prospect::default();
        let (mut contact, mut goal, mut step) =
            (Contact::default(), Goal::default(), Step::default());
        let mut currencies: Vec<(&str, CellText)> = Vec::new();
        let mut person = false;
        for assignment in &self.import.mapping.prospect {
            let cell = self.columns.text(row, assignment);
            let field = &*assignment.field;
            if cell.text.is_empty() || matches!(field, "id" | FIND | BELONGS_TO | OPENING_FACTS) {
                continue;
            }
            person |= CONTACT_FIELDS.contains(&field);
            let text = cell.text.as_str();
            match field {
                "contact" => contact.name = text.into(),
                "role" => contact.role = Some(text.into()),
                "phone" => contact.phone = self.first(telephones(text), "tel"),
                "email" => contact.email = self.first(mailboxes(text), "email"),
                "decides" => contact.decides = self.boolean(field, &cell).unwrap_or(false),
                "birthday" => contact.birthday = self.past(field, &cell),
                "part" => contact.part = self.word(field, &cell, &PARTS),
                "stance" => contact.stance = self.word(field, &cell, &STANCES),
                "concern" => contact.concern = Some(text.into()),
                "prefers" => contact.prefers = Some(text.into()),
                "refuses" => contact.refuses = self.list(field, &cell),
                "left" => contact.left = self.date(field, &cell),
                "pipeline" => {
                    let id = self.named(Naming::Pipeline, field, &cell);
                    // Without a board, no column can be looked for either.
                    prospect.pipeline = id.or_else(|| Some(text.into()));
                }
                "goal_target_currency" => currencies.push((field, cell)),
                _ if FACT_CURRENCIES.iter().any(|(_, currency)| *currency == field) => {
                    currencies.push((field, cell));
                }
                _ if GOAL_FIELDS.contains(&field) => self.goal(&mut goal, field, &cell),
                _ if STEP_FIELDS.contains(&field) => self.step(&mut step, field, &cell),
                _ => match fact_kind(field) {
                    Some(kind) => self.fact(&mut prospect, field, kind, &cell),
                    None => prospect.set_fact(field, text),
                },
            }
        }
        for (field, cell) in currencies {
            match field {
                "goal_target_currency" => self.currency(field, &cell, goal.target.iter_mut()),
                _ => self.fact_currency(&mut prospect, field, &cell),
            }
        }
        if person {
            prospect.contacts.push(contact);
        }
        if goal != Goal::default() {
            prospect.profile_mut().goals.push(goal);
        }
        if step != Step::default() {
            prospect.profile_mut().steps.push(step);
        }
        prospect
    }

    /// One of a few words.
    fn word(&mut self, field: &str, cell: &CellText, known: &[&str]) -> Option<Text> {
        let text = narrow(&cell.text).to_lowercase();
        if known.contains(&text.as_str()) {
            return Some(text.into());
        }
        let (named, typed, names) = (cell.named(field), &cell.text, listed(known));
        let why = words!("{named} cannot be `{typed}`", "{named} 不能是 `{typed}`");
        self.problem(why, Some(words!("it is one of {names}", "可以是：{names:#}")));
        None
    }

    /// The first of several addresses; the others are lines of a note, as those of a card are.
    fn first(&mut self, several: Vec<&str>, what: &str) -> Option<Text> {
        let mut several = several.into_iter();
        let first = several.next().map(Text::from);
        self.further.extend(several.map(|address| format!("{what}: {address}")));
        first
    }

    /// The entries whose conditions hold. A row with no day at all gets that of `--date`; one with some
    /// days and not others is wrong. The position of a prospect that the ledger knows needs no day: it is compared with
    /// that of the as-of day; and a row that states none makes no entry. Nor does a customer that the ledger does not
    /// have, of whom a row without a day states facts alone.
    fn entries(
        &mut self,
        row: &Joined<'a>,
        prospect: &Prospect,
        is_known: bool,
    ) -> Vec<ImportedEntry> {
        let holds = |entry: &&EntryTemplate| {
            entry.when.iter().all(|when| {
                let read = self.columns.cell(row, &when.column).trim();
                let end = self.end_named(read, prospect).unwrap_or(read);
                when.holds(self.columns.raw(row, &when.column), &[read, end])
            })
        };
        let entries: Vec<&'a EntryTemplate> =
            self.import.mapping.entries.iter().filter(holds).collect();
        if entries.is_empty() {
            let help = words!(
                "`when` compares the cell of the file, and what it is translated to",
                "`when` 比较的是文件中的原值，以及对照之后的值"
            );
            let why = words!(
                "no [[entry]] of the mapping fits the row",
                "映射中没有符合这一行的 [[entry]]"
            );
            self.problem(why, Some(help));
        }
        let cell_of = |entry: &'a EntryTemplate, field: &str| {
            let assignment = entry.fields.iter().find(|a| &*a.field == field);
            assignment.map_or_else(CellText::empty, |a| self.columns.text(row, a))
        };
        // A key begins with the day.
        let date_of = |entry: &'a EntryTemplate| match cell_of(entry, "date") {
            cell if cell.text.is_empty() => {
                let mut key = cell_of(entry, "key");
                key.text = key.text.chars().take(10).collect();
                key
            }
            cell => cell,
        };
        let states_kind = |entry: &EntryTemplate| entry.fields.iter().any(|a| &*a.field == "kind");
        let is_position = is_known && !entries.iter().any(|entry| states_kind(entry));
        let day = self.import.date.or(is_position.then_some(self.import.today));
        let dates: Vec<CellText> = entries.iter().map(|entry| date_of(entry)).collect();
        let dateless = dates.iter().all(|cell| cell.text.is_empty());
        let mut wanted = Vec::new();
        let mut said = false;
        for (entry, cell) in entries.into_iter().zip(dates) {
            let date = match (day, cell.text.as_str()) {
                (Some(date), "") if dateless => Some(date),
                (_, "") if dateless && self.states_facts_alone(row, entry, prospect) => continue,
                (_, "") if dateless && !said => {
                    said = true;
                    let help = words!(
                        "give such rows a day: --date DATE (none is made up)",
                        "请为这些行指定日期：--date 日期（程序不会自行编造）"
                    );
                    self.problem(words!("the row has no date", "这一行没有日期"), Some(help));
                    None
                }
                (_, "") if dateless => None,
                (_, "") => {
                    let why =
                        words!("one of the row's entries has no date", "这一行有一条记录没有日期");
                    self.problem(why, None);
                    None
                }
                _ => self.past("date", &cell),
            };
            // A day is needed to look at the rest of the row; without one the row is wrong already.
            let date = date.unwrap_or(self.import.today);
            let (event, keyed) = self.event(row, entry, date, prospect);
            let (dated_by_option, changed) = (dateless, self.changed(row, entry));
            let is_paper = !entry.line.is_empty();
            if is_paper && event.details().number.is_none() {
                let help = words!(
                    "rows of one number are one paper: each row needs the number",
                    "同一编号的各行是同一张单据：每一行都要有编号"
                );
                self.problem(words!("the row has no number", "这一行没有单据编号"), Some(help));
            }
            let entry = ImportedEntry::of(event);
            wanted.push(ImportedEntry { dated_by_option, changed, keyed, is_paper, ..entry });
        }
        if let Some(ImportedEntry { event, .. }) = wanted.first_mut()
            && !self.further.is_empty()
        {
            let note = event.note.iter().map(|note| &**note);
            let lines: Vec<&str> = note.chain(self.further.iter().map(String::as_str)).collect();
            event.note = Some(lines.join("\n").into());
        }
        wanted
    }

    /// Is the row a customer's, and has the entry no content?
    fn states_facts_alone(
        &mut self,
        row: &Joined<'a>,
        entry: &'a EntryTemplate,
        of: &Prospect,
    ) -> bool {
        let is_customer = self.import.mapping.customers;
        is_customer && {
            let (event, _) = self.event(row, entry, self.import.today, of);
            ImportedEntry::of(event).says_nothing()
        }
    }

    /// The day of the row's last change, where the mapping names its column.
    fn changed(&mut self, row: &Joined<'a>, entry: &EntryTemplate) -> Option<Date> {
        let assignment = entry.fields.iter().find(|a| &*a.field == CHANGED)?;
        let cell = self.columns.text(row, assignment);
        if cell.text.is_empty() { None } else { self.past(CHANGED, &cell) }
    }

    fn event(
        &mut self,
        row: &Joined<'a>,
        entry: &'a EntryTemplate,
        date: Date,
        of: &Prospect,
    ) -> (Event, bool) {
        let key = EventKey { date, n: 0, text: date.to_string().into() };
        let mut event = Event::new(key, "imported");
        let mut keyed = false;
        let mut currencies: Vec<(&str, CellText)> = Vec::new();
        for assignment in &entry.fields {
            let cell = self.columns.text(row, assignment);
            let field = &*assignment.field;
            if cell.text.is_empty() {
                continue;
            }
            match field {
                "date" | CHANGED => {}
                "key" => {
                    keyed = true;
                    event.key = self.key(&cell.text, date).unwrap_or(event.key);
                }
                CURRENCY | "value_currency" | "amount_currency" | "cost_currency" => {
                    currencies.push((field, cell));
                }
                "owner" if cell.text == NO_OWNER => event.owner = Some(Text::default()),
                _ => self.set(&mut event, field, &cell, of),
            }
        }
        let mut item = self.line_item(row, entry);
        for (field, cell) in currencies {
            if field == CURRENCY {
                let price = item.iter_mut().filter_map(|item| item.price.as_mut());
                self.currency(field, &cell, price);
            }
            let (value, amount) = (&mut event.value, &mut event.amount);
            let money = match field {
                "value_currency" => [Some(value), None],
                "amount_currency" => [Some(amount), None],
                "cost_currency" => [Some(&mut event.cost), None],
                _ => [Some(value), Some(amount)],
            };
            self.currency(field, &cell, money.into_iter().flatten().flatten());
        }
        if let Some(item) = item {
            event.details_mut().lines.push(item);
        }
        (event, keyed)
    }
}
