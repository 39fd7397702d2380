//! One row: its texts turned into facts and entries, with everything that is wrong in it.

use super::columns::{Columns, Joined};
use super::{Import, Wanted, bad_row};
use crate::diag::{Diagnostic, Words, suggest as nearest};
use crate::model::event::{Event, EventKey, event_keys};
use crate::model::kind::EventKind;
use crate::model::mapping::{CONTACT_FIELDS, Entry};
use crate::model::prospect::{Contact, Prospect};
use crate::model::rows::Row;
use crate::value::date::{Date, Moment, Time};
use crate::value::id;
use crate::value::money::{Amount, Money, ungrouped};
use crate::value::period::NotADate;
use crate::value::text::Text;

/// A row that could be read.
pub(super) struct Draft {
    pub(super) line: u64,
    /// The id, and how the file writes it.
    pub(super) id: Option<(String, String)>,
    /// The facts.
    pub(super) prospect: Prospect,
    pub(super) entries: Vec<Wanted>,
}

/// What a cell says, for a key of a type in the table of keys.
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
            /// Sets the key of an entry to what a cell says; the mapping's reader lets no other key through.
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
    import: &'a Import<'a>,
    columns: &'a Columns<'a>,
    row: &'a Row,
    problems: Vec<Words>,
    help: Vec<Words>,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(
        import: &'a Import<'a>,
        columns: &'a Columns<'a>,
        row: &'a Row,
    ) -> RowReader<'a> {
        RowReader { import, columns, row, problems: Vec::new(), help: Vec::new() }
    }

    /// The row's prospect and entries, or all that is wrong with it.
    pub(super) fn draft(mut self) -> Result<Draft, Diagnostic> {
        let joined = match self.columns.joined(self.row) {
            Ok(joined) => joined,
            Err((why, help)) => {
                return Err(bad_row(self.import.file, self.row.line, why).help(help));
            }
        };
        let id = self.id(&joined);
        let prospect = self.prospect(&joined);
        let entries = self.entries(&joined, &prospect);
        if self.problems.is_empty() {
            return Ok(Draft { line: self.row.line, id, prospect, entries });
        }
        let bad = bad_row(self.import.file, self.row.line, Words::joined(&self.problems, "; "));
        Err(self.help.into_iter().fold(bad, Diagnostic::help))
    }

    fn problem(&mut self, why: impl Into<Words>, help: Option<Words>) {
        self.problems.push(why.into());
        if let Some(help) = help
            && !self.help.contains(&help)
        {
            self.help.push(help);
        }
    }

    /// The id: in lower case, and made legal where that takes no more than punctuation. What looks like
    /// a path is refused: nobody calls a customer `../x` in good faith.
    fn id(&mut self, row: &Joined<'a>) -> Option<(String, String)> {
        let assignment = self.import.mapping.prospect.iter().find(|a| &*a.field == "id")?;
        let written = self.columns.text(row, assignment);
        if written.is_empty() {
            self.problem("the row has no id".to_owned(), None);
            return None;
        }
        let lower = written.to_lowercase();
        let Err(bad) = id::validate(&lower) else { return Some((lower, written)) };
        let path = written.starts_with('.')
            || written.contains(|c: char| matches!(c, '/' | '\\') || c.is_control());
        let slug = if path { String::new() } else { id::slug(&lower) };
        if slug.is_empty() {
            let help =
                "letters and digits of any script, `-`, `_` and `.`; {column|slug} makes one";
            self.problem(format!("`{written}`: {bad}"), Some(help.into()));
            return None;
        }
        Some((slug, written))
    }

    fn prospect(&mut self, row: &Joined<'a>) -> Prospect {
        let mut prospect = Prospect::default();
        let mut contact = Contact::default();
        let mut person = false;
        for assignment in &self.import.mapping.prospect {
            let text = self.columns.text(row, assignment);
            let field = &*assignment.field;
            if text.is_empty() || field == "id" {
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
            self.problem(format!("no pipeline `{pipeline}`"), help);
        }
        prospect
    }

    /// The entries whose conditions hold. A row with no day at all gets that of `--date`; one with some
    /// days and not others is wrong.
    fn entries(&mut self, row: &Joined<'a>, prospect: &Prospect) -> Vec<Wanted> {
        let holds = |entry: &&Entry| {
            entry.when.iter().all(|when| when.holds(self.columns.raw(row, &when.column)))
        };
        let entries: Vec<&Entry> = self.import.mapping.entries.iter().filter(holds).collect();
        if entries.is_empty() {
            let help = "`when` compares what the file says, before it is translated";
            self.problem("no [[entry]] of the mapping fits the row", Some(help.into()));
        }
        let date_of = |entry: &Entry| {
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
                    let help = "give such rows a day: --date DATE (none is made up)";
                    self.problem("the row has no date", Some(help.into()));
                    None
                }
                (_, "") if dateless => None,
                (_, "") => {
                    self.problem("one of the row's entries has no date", None);
                    None
                }
                (_, text) => self.past("date", text),
            };
            // A day is needed to look at the rest of the row; without one the row is wrong already.
            let date = date.unwrap_or(self.import.today);
            let event = self.event(row, entry, date, prospect);
            wanted.push(Wanted { event, dated_by_option: dateless });
        }
        wanted
    }

    fn event(&mut self, row: &Joined<'a>, entry: &Entry, date: Date, of: &Prospect) -> Event {
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
            self.problem(format!("no kind of event `{text}`"), help);
        }
        text.into()
    }

    /// A rep by id, else by name, as spreadsheets have them. A ledger without reps takes any name.
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
        self.problem(format!("no rep `{text}`"), help);
        None
    }

    fn stage(&mut self, text: &str, of: &Prospect) -> Option<Text> {
        // A pipeline that does not exist has been reported.
        let pipeline = self.import.settings.pipeline(of.pipeline.as_deref())?;
        if pipeline.find(text).is_none() {
            let stages: Vec<&str> = pipeline.stages.iter().map(|stage| &*stage.id).collect();
            self.problem(
                format!("unknown stage `{text}`"),
                Some(Words::from(format!(
                    "stages: {}; translate it: --translate 'COLUMN:{text}=STAGE'",
                    stages.join(", ")
                ))),
            );
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
        Amount::parse(text).map_err(|bad| self.problem(format!("`score`: {bad}"), None)).ok()
    }

    fn boolean(&mut self, field: &str, text: &str) -> Option<bool> {
        match text.to_lowercase().as_str() {
            "true" | "yes" | "y" | "1" | "是" => Some(true),
            "false" | "no" | "n" | "0" | "否" => Some(false),
            _ => {
                self.problem(format!("`{field}` is yes or no, not `{text}`"), None);
                None
            }
        }
    }

    fn time(&mut self, text: &str) -> Option<Time> {
        let time = Time::parse_typed(text);
        if time.is_none() {
            self.problem(format!("`{text}` is not a time: 14:00"), None);
        }
        time
    }

    /// A day on which something happened.
    fn past(&mut self, field: &str, text: &str) -> Option<Date> {
        let date = self.date(field, text)?;
        if date > self.import.today {
            let help = format!("today is {}; another day is told with --as-of", self.import.today);
            self.problem(format!("{date} is still to come"), Some(help.into()));
        }
        Some(date)
    }

    /// A day, in the format that was stated, else ISO: what could be read in two ways is not guessed.
    fn date(&mut self, field: &str, text: &str) -> Option<Date> {
        if let Some(format) = &self.import.mapping.date_format {
            // `%Y` takes `16` as well, and nobody sold anything in the year 16.
            let date = Date::parse_format(text, format).filter(|date| date.year() >= 1000);
            if date.is_none() {
                self.problem(
                    format!("`{field}`: `{text}` is no date as `{format}` writes it"),
                    None,
                );
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
