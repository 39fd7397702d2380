//! One row: its texts turned into facts and entries, with everything that is wrong in it.

use super::columns::{Columns, Joined};
use super::find::addresses;
use super::{ImportTerms, ImportedEntry, bad_row, no_kind};
use crate::diag::{Diagnostic, Words, suggest as nearest};
use crate::model::event::{Event, EventKey, event_keys};
use crate::model::kind::EventKind;
use crate::model::mapping::{CONTACT_FIELDS, EntryTemplate, FIND};
use crate::model::prospect::{Contact, Prospect};
use crate::model::rows::SourceRow;
use crate::value::date::{Date, Moment, Time};
use crate::value::id;
use crate::value::money::{Amount, Money, ungrouped};
use crate::value::period::NotADate;
use crate::value::text::Text;

/// A row that could be read.
pub(super) struct RowDraft {
    pub(super) line: u64,
    /// The id, and how the file writes it.
    pub(super) id: Option<(String, String)>,
    /// The addresses that its prospects are found by, if they are.
    pub(super) find: Option<Vec<String>>,
    /// The facts.
    pub(super) prospect: Prospect,
    pub(super) entries: Vec<ImportedEntry>,
}

/// The value of a cell, for a key of a type in the table of keys.
macro_rules! cell_value {
    (Kind, $name:ident, $reader:ident, $text:ident, $of:ident) => {
        $reader.kind($text)
    };
    (Rep, $name:ident, $reader:ident, $text:ident, $of:ident) => {
        $reader.rep($text)
    };
    (Stage, $name:ident, $reader:ident, $text:ident, $of:ident) => {
        $reader.stage($text, $of)
    };
    (Criteria, $name:ident, $reader:ident, $text:ident, $of:ident) => {
        list($text)
    };
    (Time, $name:ident, $reader:ident, $text:ident, $of:ident) => {
        $reader.time($text)
    };
    (Date, $name:ident, $reader:ident, $text:ident, $of:ident) => {
        $reader.date(stringify!($name), $text)
    };
    (Moment, $name:ident, $reader:ident, $text:ident, $of:ident) => {
        $reader.moment(stringify!($name), $text)
    };
    (Money, $name:ident, $reader:ident, $text:ident, $of:ident) => {
        $reader.money(stringify!($name), $text)
    };
    (Bool, $name:ident, $reader:ident, $text:ident, $of:ident) => {
        $reader.boolean(stringify!($name), $text)
    };
    (Score, $name:ident, $reader:ident, $text:ident, $of:ident) => {
        $reader.score($text)
    };
    ($words:ident, $name:ident, $reader:ident, $text:ident, $of:ident) => {
        Some($text.into())
    };
}

macro_rules! define_set {
    ($($name:ident: $type:ident, $en:literal, $zh:literal, $about:literal;)*) => {
        impl RowReader<'_> {
            /// Sets the key of an entry to a cell's value; the mapping's reader refuses other keys.
            fn set(&mut self, event: &mut Event, key: &str, text: &str, of: &Prospect) {
                match key {
                    $(stringify!($name) => {
                        event.$name = cell_value!($type, $name, self, text, of);
                    })*
                    _ => {}
                }
            }
        }
    };
}
event_keys!(define_set);

/// Reads one row.
pub(super) struct RowReader<'a> {
    import: &'a ImportTerms<'a>,
    columns: &'a Columns<'a>,
    row: &'a SourceRow,
    problems: Vec<Words>,
    help: Vec<Words>,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(
        import: &'a ImportTerms<'a>,
        columns: &'a Columns<'a>,
        row: &'a SourceRow,
    ) -> RowReader<'a> {
        RowReader { import, columns, row, problems: Vec::new(), help: Vec::new() }
    }

    /// The row's prospect and entries, or all its problems.
    pub(super) fn draft(mut self) -> Result<RowDraft, Diagnostic> {
        let joined = match self.columns.joined(self.row) {
            Ok(joined) => joined,
            Err((why, help)) => {
                return Err(bad_row(self.import.file, self.row.line, why).help(help));
            }
        };
        let id = self.id(&joined);
        let find = self.find(&joined);
        let prospect = self.prospect(&joined);
        let entries = self.entries(&joined, &prospect);
        if self.problems.is_empty() {
            return Ok(RowDraft { line: self.row.line, id, find, prospect, entries });
        }
        let bad = bad_row(self.import.file, self.row.line, Words::joined(&self.problems, "; "));
        Err(self.help.into_iter().fold(bad, Diagnostic::help))
    }

    fn problem(&mut self, why: Words, help: Option<Words>) {
        self.problems.push(why);
        if let Some(help) = help
            && !self.help.contains(&help)
        {
            self.help.push(help);
        }
    }

    /// The id: in lower case, and made legal if only punctuation has to change. A text that looks like a path
    /// is refused: `../x` is no honest id.
    fn id(&mut self, row: &Joined<'a>) -> Option<(String, String)> {
        let assignment = self.import.mapping.prospect.iter().find(|a| &*a.field == "id")?;
        let written = self.columns.text(row, assignment);
        if written.is_empty() {
            self.problem(words!("the row has no id", "这一行没有编号"), None);
            return None;
        }
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
        Some(addresses(&self.columns.text(row, assignment)))
    }

    fn prospect(&mut self, row: &Joined<'a>) -> Prospect {
        let mut prospect = Prospect::default();
        let mut contact = Contact::default();
        let mut person = false;
        for assignment in &self.import.mapping.prospect {
            let text = self.columns.text(row, assignment);
            let field = &*assignment.field;
            if text.is_empty() || matches!(field, "id" | FIND) {
                continue;
            }
            person |= CONTACT_FIELDS.contains(&field);
            match field {
                "needs" => prospect.needs = list(&text),
                "tags" => prospect.tags = list(&text),
                "contact" => contact.name = text.into(),
                "role" => contact.role = Some(text.into()),
                "phone" => contact.phone = Some(text.into()),
                "email" => contact.email = Some(text.into()),
                "decides" => contact.decides = self.boolean(field, &text).unwrap_or(false),
                "birthday" => contact.birthday = self.date(field, &text),
                _ => prospect.set_fact(field, &text),
            }
        }
        if person {
            if contact.name.is_empty() {
                contact.name = prospect.name.clone();
            }
            prospect.contacts.push(contact);
        }
        let settings = self.import.settings;
        if let Some(pipeline) = &prospect.pipeline
            && settings.pipeline(Some(pipeline)).is_none()
        {
            let help = nearest(pipeline, settings.pipelines.iter().map(|p| &*p.id));
            let why = words!("no pipeline `{pipeline}`", "没有看板 `{pipeline}`");
            self.problem(why, help);
        }
        prospect
    }

    /// The entries whose conditions hold. A row with no day at all gets that of `--date`; one with some
    /// days and not others is wrong.
    fn entries(&mut self, row: &Joined<'a>, prospect: &Prospect) -> Vec<ImportedEntry> {
        let holds = |entry: &&EntryTemplate| {
            entry.when.iter().all(|when| when.holds(self.columns.raw(row, &when.column)))
        };
        let entries: Vec<&EntryTemplate> =
            self.import.mapping.entries.iter().filter(holds).collect();
        if entries.is_empty() {
            let help = words!(
                "`when` compares the cell of the file, before it is translated",
                "`when` 比较的是文件中的原值，即对照之前的值"
            );
            let why = words!(
                "no [[entry]] of the mapping fits the row",
                "映射中没有符合这一行的 [[entry]]"
            );
            self.problem(why, Some(help));
        }
        let date_of = |entry: &EntryTemplate| {
            let assignment = entry.fields.iter().find(|a| &*a.field == "date");
            assignment.map(|a| self.columns.text(row, a)).unwrap_or_default()
        };
        let dates: Vec<String> = entries.iter().map(|entry| date_of(entry)).collect();
        let dateless = dates.iter().all(String::is_empty);
        let mut wanted = Vec::new();
        let mut said = false;
        for (entry, text) in entries.into_iter().zip(dates) {
            let date = match (self.import.date, text.as_str()) {
                (Some(date), "") if dateless => Some(date),
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
                (_, text) => self.past("date", text),
            };
            // A day is needed to look at the rest of the row; without one the row is wrong already.
            let date = date.unwrap_or(self.import.today);
            let event = self.event(row, entry, date, prospect);
            wanted.push(ImportedEntry { event, dated_by_option: dateless, found: false });
        }
        wanted
    }

    fn event(
        &mut self,
        row: &Joined<'a>,
        entry: &EntryTemplate,
        date: Date,
        of: &Prospect,
    ) -> Event {
        let key = EventKey { date, n: 0, text: date.to_string().into() };
        let mut event = Event::new(key, "imported");
        for assignment in &entry.fields {
            let text = self.columns.text(row, assignment);
            let field = &*assignment.field;
            if text.is_empty() || field == "date" {
                continue;
            }
            self.set(&mut event, field, &text, of);
        }
        event
    }

    fn kind(&mut self, text: &str) -> EventKind {
        if !self.import.settings.kinds.contains(text) {
            let help = nearest(text, self.import.settings.kinds.names());
            self.problem(no_kind(text), help);
        }
        text.into()
    }

    /// A rep by id, else by name, as spreadsheets have them. A ledger without reps accepts any name.
    fn rep(&mut self, text: &str) -> Option<Text> {
        let reps = &self.import.settings.reps;
        if reps.is_empty() || self.import.settings.rep(text).is_some() {
            return Some(text.into());
        }
        let named = |rep: &&crate::model::settings::Rep| {
            rep.name.as_deref().is_some_and(|name| id::fold(name) == id::fold(text))
        };
        let mut found = reps.iter().filter(named);
        if let (Some(rep), None) = (found.next(), found.next()) {
            return Some(rep.id.clone());
        }
        let help = nearest(text, reps.iter().map(|rep| &*rep.id));
        self.problem(words!("no rep `{text}`", "没有业务员 `{text}`"), help);
        None
    }

    fn stage(&mut self, text: &str, of: &Prospect) -> Option<Text> {
        // A pipeline that does not exist has been reported.
        let pipeline = self.import.settings.pipeline(of.pipeline.as_deref())?;
        if pipeline.find(text).is_none() {
            let stages: Vec<&str> = pipeline.stages.iter().map(|stage| &*stage.id).collect();
            let stages = stages.join(", ");
            let help = words!(
                "stages: {stages}; translate it: --translate 'COLUMN:{text}=STAGE'",
                "各栏：{stages}；请对照：--translate '列:{text}=栏'"
            );
            self.problem(words!("no stage `{text}`", "没有 `{text}` 这一栏"), Some(help));
        }
        Some(text.into())
    }

    fn money(&mut self, field: &str, text: &str) -> Option<Money> {
        let plain = match self.import.mapping.thousands {
            Some(separator) => ungrouped(text, separator),
            None => Ok(text.to_owned()),
        };
        plain
            .and_then(|plain| Money::parse(&plain))
            .map_err(|bad| {
                let help = words!(
                    "an amount is 1500, 1500.50 or 1500.50 USD; --thousands ',' reads 1,500 too",
                    "金额写作 1500、1500.50 或 1500.50 USD；加 --thousands ',' 可读 1,500"
                );
                self.problem(bad.words().about(&format!("`{field}`")), Some(help));
            })
            .ok()
    }

    fn score(&mut self, text: &str) -> Option<Amount> {
        let score = Amount::parse(text);
        score.map_err(|bad| self.problem(bad.words().about("`score`"), None)).ok()
    }

    fn boolean(&mut self, field: &str, text: &str) -> Option<bool> {
        match text.to_lowercase().as_str() {
            "true" | "yes" | "y" | "1" | "是" => Some(true),
            "false" | "no" | "n" | "0" | "否" => Some(false),
            _ => {
                let why = words!(
                    "`{field}` is yes or no, not `{text}`",
                    "`{field}` 应为是或否，而不是 `{text}`"
                );
                self.problem(why, None);
                None
            }
        }
    }

    fn time(&mut self, text: &str) -> Option<Time> {
        let time = Time::parse_typed(text);
        if time.is_none() {
            let why =
                words!("`{text}` is not a time such as 14:00", "`{text}` 不是 14:00 这样的时间");
            self.problem(why, None);
        }
        time
    }

    /// A day on which something happened.
    fn past(&mut self, field: &str, text: &str) -> Option<Date> {
        let date = self.date(field, text)?;
        if date > self.import.today {
            let today = self.import.today;
            let help = words!(
                "today is {today}; choose another day with --as-of",
                "今天是 {today}；可用 --as-of 指定另一天"
            );
            self.problem(words!("{date} is still to come", "{date} 还没有到"), Some(help));
        }
        Some(date)
    }

    /// A day in the mapping's format, else ISO: a date that could be read in two ways is not guessed.
    fn date(&mut self, field: &str, text: &str) -> Option<Date> {
        if let Some(format) = &self.import.mapping.date_format {
            // `%Y` reads `16` too, but no entry is of the year 16.
            let date = Date::parse_format(text, format).filter(|date| date.year() >= 1000);
            if date.is_none() {
                let why = words!(
                    "`{field}`: `{text}` is no date of the form `{format}`",
                    "`{field}`：`{text}` 不是 `{format}` 形式的日期"
                );
                self.problem(why, None);
            }
            return date;
        }
        let date = Date::parse(text);
        if date.is_none() {
            let (why, help) = match Date::not_in_calendar(text) {
                Some(_) => (NotADate(text.to_owned()).words().about(&format!("`{field}`")), None),
                None => {
                    let help = words!(
                        "say how the file writes dates: --date-format '%d/%m/%Y' (day first) or '%m/%d/%Y' (month first)",
                        "请说明日期的写法：--date-format '%d/%m/%Y'（日在前）或 '%m/%d/%Y'（月在前）"
                    );
                    let why = words!(
                        "`{field}`: `{text}` is not an ISO date (2009-12-18), and is not guessed",
                        "`{field}`：`{text}` 不是 2009-12-18 这样的日期，不作猜测"
                    );
                    (why, Some(help))
                }
            };
            self.problem(why, help);
        }
        date
    }

    /// A day, perhaps with a time: `2009-12-15T14:00:00`, or in the format that was stated.
    fn moment(&mut self, field: &str, text: &str) -> Option<Moment> {
        let format = self.import.mapping.date_format.as_deref();
        // `%Y` reads `16` as well, as in `date`.
        let formatted = format.and_then(|format| Moment::parse_format(text, format));
        if let Some(moment) = formatted.filter(|moment| moment.date.year() >= 1000) {
            return Some(moment);
        }
        if let Some((day, time)) = text.split_once(['T', ' '])
            && let (Some(date), Some(time)) = (Date::parse(day), Time::parse_typed(time))
        {
            return Some(Moment { date, time: Some(time) });
        }
        self.date(field, text).map(|date| Moment { date, time: None })
    }
}

/// Several words in one cell, as exports write them.
fn list(text: &str) -> Vec<Text> {
    text.split(';').map(str::trim).filter(|item| !item.is_empty()).map(Into::into).collect()
}
