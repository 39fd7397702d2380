//! How the rows of a CSV file become prospects and entries: the content of `--map` and mapping files.

use super::event;
use super::profile::CHANGEABLE;
use super::prospect::FACTS;
use super::settings::Settings;
use crate::diag::{Place, Words};
use crate::value::date::Date;
use crate::value::date_form::DateForm;
use crate::value::text::Text;
use crate::value::zone::Zone;

/// A whole mapping.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping {
    /// How the file is written.
    pub form: Form,
    /// How dates are written; where it is not stated, with the year in front.
    pub date_format: Option<DateForm>,
    /// How single columns write dates, if otherwise.
    pub date_formats: Vec<ColumnDates>,
    /// The sign before decimals; a point where it is not stated.
    pub decimal: Option<char>,
    /// The separator of thousands in amounts.
    pub thousands: Option<char>,
    /// The sign between several needs or tags of a cell; `;` and its Chinese forms where it is not stated.
    pub list_separator: Option<char>,
    /// Rows of one id belong to one prospect; otherwise an id may occur only once.
    pub group: bool,
    /// Rows are of customers: those that the ledger does not have get files below `customers`.
    pub customers: bool,
    /// Columns by the names that files have for them; any of these columns may be absent.
    pub columns: Vec<ColumnNames>,
    /// Other files from which each row gets columns.
    pub joins: Vec<Join>,
    /// Translations of a column's values.
    pub values: Vec<Values>,
    /// The facts of the prospect or customer.
    pub prospect: Vec<Assignment>,
    /// The entries that a row makes.
    pub entries: Vec<EntryTemplate>,
}

/// How a file of rows is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// The name of its encoding; `None`: UTF-8, or the one of its byte-order mark.
    pub encoding: Option<Text>,
    /// The separator of cells; `None`: found out from the file.
    pub delimiter: Option<u8>,
    /// The lines above the header, such as a title.
    pub skip_lines: u32,
    /// The sheet of a workbook: its name, or its number from 1; `None`: the only one with cells.
    pub sheet: Option<Text>,
    /// The ledger's time zone, for moments that the file states in another one.
    pub zone: Option<Zone>,
    /// The as-of day: meetings and messages after it are left out.
    pub today: Option<Date>,
}

/// How one column writes dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDates {
    /// The column.
    pub column: Text,
    /// Its form.
    pub form: DateForm,
    /// Its place in the mapping.
    pub place: Place,
}

/// The names that files have for one column: of those in a file, the first is the column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnNames {
    /// The name in the mapping.
    pub column: Text,
    /// The names in files; case, blanks and punctuation do not count.
    pub names: Vec<Text>,
}

/// Another CSV file, from which each row gets the columns of the line that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// The file; a relative path begins where the imported file is.
    pub file: Text,
    /// The column in the rows so far.
    pub here: Text,
    /// The column in the other file.
    pub there: Text,
    /// Put before the names of the other file's columns.
    pub prefix: Text,
    /// A row that nothing fits is no error.
    pub optional: bool,
    /// Its place in the mapping.
    pub place: Place,
}

/// Translations of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// The column.
    pub column: Text,
    /// The value in the file, and the value that is read.
    pub pairs: Vec<(Text, Text)>,
    /// Its place in the mapping.
    pub place: Place,
}

/// A field and its sources: the first text that is not empty counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// One of [`prospect_fields`] or [`ENTRY_FIELDS`].
    pub field: Text,
    /// The candidates.
    pub texts: Vec<Template>,
    /// Its place in the mapping.
    pub place: Place,
}

/// One entry that a row makes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryTemplate {
    /// All must hold; without any, every row makes it.
    pub when: Vec<Condition>,
    /// Its fields.
    pub fields: Vec<Assignment>,
    /// The columns of a line item, one of [`LINE_KEYS`](super::paper::LINE_KEYS) each: with any, the rows of one `number` are one paper.
    pub line: Vec<Assignment>,
}

impl EntryTemplate {
    /// Its fields, and those of its line item.
    pub fn assignments(&self) -> impl Iterator<Item = &Assignment> {
        self.fields.iter().chain(&self.line)
    }
}

/// The condition on a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The column.
    pub column: Text,
    /// One of these, as the file has them or as they are read: `*` = anything, an empty text = nothing.
    pub values: Vec<Text>,
    /// None of these instead.
    pub negated: bool,
    /// Its place in the mapping.
    pub place: Place,
}

impl Condition {
    /// Does a cell fit: its text in the file, or one of the texts that it is `read` as?
    pub fn holds(&self, cell: &str, read: &[&str]) -> bool {
        let one = self.values.iter().any(|value| match &**value {
            "*" => !cell.is_empty(),
            "" => cell.is_empty(),
            value => value == cell || read.contains(&value),
        });
        one != self.negated
    }
}

/// A text in which `{column}` is replaced by the row's cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(pub Vec<TemplatePart>);

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart {
    /// Words.
    Text(Text),
    /// A cell.
    Cell {
        /// The column.
        column: Text,
        /// What becomes of its text.
        filter: Filter,
    },
}

/// What becomes of a cell's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Nothing: `{column}`.
    None,
    /// It is written as an id, `Moses Frase` as `moses-frase`: `{column|slug}`.
    Slug,
    /// It counts if it is Chinese; with anything else in it, the whole template is empty: `{column|han}`.
    Han,
}

impl Filter {
    /// All that have a name.
    const NAMED: [Filter; 2] = [Filter::Slug, Filter::Han];

    /// Its name behind a column.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Filter::None => None,
            Filter::Slug => Some("slug"),
            Filter::Han => Some("han"),
        }
    }
}

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadTemplate {
    /// `{` without `}`.
    Open,
    /// `{column|something}`.
    Filter(String),
}

impl BadTemplate {
    /// The reason, for people.
    pub fn words(&self) -> Words {
        match self {
            BadTemplate::Open => words!("`{{` is not closed", "`{{` 没有闭合"),
            BadTemplate::Filter(name) => words!(
                "a column can be followed by `|slug` or `|han`, not by `|{name}`",
                "列名之后只能写 `|slug` 或 `|han`，不能写 `|{name}`"
            ),
        }
    }
}

impl std::fmt::Display for BadTemplate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.words().en())
    }
}

impl std::error::Error for BadTemplate {}

impl Template {
    /// The cell of a column as it is.
    pub fn cell(column: &str) -> Template {
        Template(vec![TemplatePart::Cell { column: column.into(), filter: Filter::None }])
    }

    /// Reads a text; `{{` and `}}` are plain braces.
    pub fn parse(text: &str) -> Result<Template, BadTemplate> {
        let mut parts = Vec::new();
        let mut words = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            words.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                words.push_str(brace);
                rest = after;
            } else if brace == "}" {
                words.push('}');
            } else {
                let end = rest.find('}').ok_or(BadTemplate::Open)?;
                if !words.is_empty() {
                    parts.push(TemplatePart::Text(std::mem::take(&mut words).into()));
                }
                let (column, filter) = match rest[..end].rsplit_once('|') {
                    None => (&rest[..end], Filter::None),
                    Some((column, name)) => {
                        let mut named = Filter::NAMED.into_iter();
                        let found = named.find(|filter| filter.name() == Some(name.trim()));
                        let unknown = || BadTemplate::Filter(name.trim().to_owned());
                        (column, found.ok_or_else(unknown)?)
                    }
                };
                parts.push(TemplatePart::Cell { column: column.trim().into(), filter });
                rest = &rest[end + 1..];
            }
        }
        words.push_str(rest);
        if !words.is_empty() {
            parts.push(TemplatePart::Text(words.into()));
        }
        Ok(Template(parts))
    }

    /// The columns it names.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            TemplatePart::Cell { column, .. } => Some(&**column),
            TemplatePart::Text(_) => None,
        })
    }

    /// Its words, if it names no column.
    pub fn literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [TemplatePart::Text(words)] => Some(words),
            _ => None,
        }
    }
}

/// A separator as people name it: one ASCII character, or `tab`.
pub fn separator(text: &str) -> Option<u8> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Some(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Some(*byte),
        _ => None,
    }
}

/// A sign in a number: one character that is no other part of one.
pub fn number_sign(text: &str) -> Option<char> {
    let mut characters = text.chars();
    let only = characters.next().filter(|_| characters.next().is_none())?;
    (!only.is_alphanumeric() && !matches!(only, '-' | '+')).then_some(only)
}

/// The sign between the items of a list: one character that is no part of a word.
pub fn list_separator(text: &str) -> Option<char> {
    let mut characters = text.chars();
    let only = characters.next().filter(|_| characters.next().is_none())?;
    (!only.is_alphanumeric() && !only.is_control()).then_some(only)
}

/// The field of the addresses by which prospects are found, instead of by an id.
pub const FIND: &str = "find";

/// The field of the ids, names, companies or addresses by which the customers and prospects of the ledger are found,
/// instead of by an id.
pub const BELONGS_TO: &str = "belongs_to";

/// Fields of a prospect's person.
pub const CONTACT_FIELDS: [&str; 12] = [
    "contact", "role", "phone", "email", "decides", "birthday", "part", "stance", "concern",
    "prefers", "refuses", "left",
];

/// The fields that are found by their names only beside a column `decides`, as our own exports have them.
pub const OF_PEOPLE: [&str; 6] = ["part", "stance", "concern", "prefers", "refuses", "left"];

/// Fields of a goal of its plan.
pub const GOAL_FIELDS: [&str; 7] = [
    "goal",
    "goal_what",
    "goal_measure",
    "goal_target",
    "goal_target_currency",
    "goal_by",
    "goal_term",
];

/// Fields of a step of its plan.
pub const STEP_FIELDS: [&str; 6] =
    ["step", "step_what", "step_by", "step_goal", "step_who", "step_answers"];

/// The facts that are money, each with the field of its currency where that has a column of its own.
pub const FACT_CURRENCIES: [(&str, &str); 2] =
    [("potential", "potential_currency"), ("credit_limit", "credit_limit_currency")];

/// The field of the values at the top of the file, before entries changed them: `{ region = "east" }`.
pub const OPENING_FACTS: &str = "opening_facts";

/// The facts that lists of prospects mostly do not have; they are found by their names only in lists of customers, and
/// beside a column `opening_facts`, as our own exports have them.
pub fn is_of_customers(field: &str) -> bool {
    let is_plain = FACTS.contains(&field) || ["needs", "tags"].contains(&field);
    let mut facts = CHANGEABLE.iter().map(|row| row.0).filter(|_| !is_plain);
    facts.any(|fact| fact == field)
        || FACT_CURRENCIES.iter().any(|(_, currency)| *currency == field)
        || field == OPENING_FACTS
}

/// The fields that a customer does not have.
pub const OF_BOARDS: [&str; 8] =
    ["account", "pipeline", "stage", "value", "value_currency", "close_by", "confirms", "revokes"];

/// Every field that a prospect or customer can be given or be found by; the team's own facts last.
pub fn prospect_fields(settings: &Settings) -> Vec<&str> {
    let own = settings.facts.iter().map(|fact| &**fact);
    let others = CHANGEABLE.iter().map(|row| row.0).filter(|name| !FACTS.contains(name));
    let currencies = FACT_CURRENCIES.iter().map(|(_, currency)| *currency);
    let facts = FACTS.into_iter().chain(others).chain(currencies).chain([OPENING_FACTS]);
    let blocks = CONTACT_FIELDS.into_iter().chain(GOAL_FIELDS).chain(STEP_FIELDS);
    ["id", FIND, BELONGS_TO].into_iter().chain(facts).chain(blocks).chain(own).collect()
}

/// The fields of an entry that are no keys of an event: its day, the day of the row's last change, the currency of its
/// money, its key in another ledger, and the currencies of its amounts where they have columns of their own.
const BESIDES: [&str; 7] =
    ["date", CHANGED, CURRENCY, "key", "value_currency", "amount_currency", "cost_currency"];

/// The fields that are found by their names only beside a column `kind`, as our own exports have them: other programs
/// have columns of these names for other things.
pub const OF_JOURNALS: [&str; 28] = [
    "key",
    "serves",
    "set",
    "cost",
    "cost_currency",
    "done",
    "number",
    "status",
    "starts",
    "ends",
    "notice_days",
    "renews",
    "due",
    "for",
    "schedule",
    "lines",
    "category",
    "severity",
    "channel",
    "solution",
    "with",
    "buyer",
    "milestones",
    "campaign",
    "control",
    "points",
    "what",
    "taken",
];

/// Is this a field of the entries of a row? One of this name that a prospect has too, as `product` and facts of the
/// team's own, is the entry's only beside a column `kind` (`of_journal`).
pub fn is_of_entry(field: &str, of_journal: bool, settings: &Settings) -> bool {
    ENTRY_FIELDS.contains(&field) && (of_journal || !prospect_fields(settings).contains(&field))
}

/// Every field that an entry can have: those, and the keys of an event.
pub const ENTRY_FIELDS: [&str; BESIDES.len() + event::FIELDS.len()] = {
    let mut fields = [BESIDES[0]; BESIDES.len() + event::FIELDS.len()];
    let mut i = 0;
    while i < BESIDES.len() {
        fields[i] = BESIDES[i];
        i += 1;
    }
    let mut i = 0;
    while i < event::FIELDS.len() {
        fields[i + BESIDES.len()] = event::FIELDS[i];
        i += 1;
    }
    fields
};

/// The field with the day of the row's last change in the program that wrote the file.
pub const CHANGED: &str = "changed";

/// The field with the currency of an entry's money, where its cells state none.
pub const CURRENCY: &str = "currency";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::profile::FactKind;

    fn cell(column: &str, filter: Filter) -> TemplatePart {
        TemplatePart::Cell { column: column.into(), filter }
    }

    fn words(text: &str) -> TemplatePart {
        TemplatePart::Text(text.into())
    }

    #[test]
    fn templates() {
        let parts = |text: &str| Template::parse(text).unwrap().0;
        assert_eq!(parts("25"), [words("25")]);
        assert_eq!(parts("{ sales agent | slug }"), [cell("sales agent", Filter::Slug)]);
        assert_eq!(
            parts("{a}: {b}"),
            [cell("a", Filter::None), words(": "), cell("b", Filter::None)]
        );
        assert_eq!(parts("{{a}}"), [words("{a}")]);
        assert_eq!(parts(""), []);
        assert_eq!(Template::parse("{a"), Err(BadTemplate::Open));
        assert_eq!(Template::parse("{a|upper}"), Err(BadTemplate::Filter("upper".into())));
    }

    #[test]
    fn each_fact_of_money_has_a_field_for_its_currency() {
        let money = CHANGEABLE.iter().filter(|row| row.1 == FactKind::Money).map(|row| row.0);
        let named = FACT_CURRENCIES.iter().map(|(fact, currency)| {
            assert_eq!(*currency, format!("{fact}_currency"));
            *fact
        });
        assert_eq!(named.collect::<Vec<_>>(), money.collect::<Vec<_>>());
        assert!(is_of_customers("potential") && !is_of_customers("needs"));
        assert!(
            OF_BOARDS.iter().all(|field| { FACTS.contains(field) || ENTRY_FIELDS.contains(field) })
        );
    }

    #[test]
    fn fields_are_distinct() {
        let settings = Settings::default();
        let mut all = prospect_fields(&settings);
        all.extend(ENTRY_FIELDS);
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count - 2, "only `product` and `competitor` are twice");
        let of_entry = |field, of_journal| is_of_entry(field, of_journal, &settings);
        assert!(of_entry("product", true) && !of_entry("product", false));
        assert!(of_entry("amount", false) && !of_entry("company", true));
    }

    #[test]
    fn conditions() {
        let condition = |values: &[&str]| Condition {
            column: "c".into(),
            values: values.iter().map(|v| (*v).into()).collect(),
            negated: false,
            place: Place::file("m.toml"),
        };
        assert!(condition(&["Won", "Lost"]).holds("Lost", &[]));
        assert!(!condition(&["Won"]).holds("", &[]));
        assert!(condition(&["*"]).holds("x", &[]) && !condition(&["*"]).holds("", &["x"]));
        assert!(condition(&[""]).holds("", &["x"]) && !condition(&[""]).holds("x", &[""]));
        assert!(condition(&["closed"]).holds("Won", &["closed"]));
        assert!(condition(&["Won"]).holds("Won", &["closed"]));
        let not = Condition { negated: true, ..condition(&["closed"]) };
        assert!(!not.holds("Won", &["closed"]) && not.holds("Won", &["25"]));
        let none = Condition { negated: true, ..condition(&["Won", ""]) };
        assert!(none.holds("Open", &[]) && !none.holds("Won", &[]) && !none.holds("", &[]));
    }
}
