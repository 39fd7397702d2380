//! Mapping files: TOML -> [`Mapping`], with all that is wrong in one.

use crate::diag::{Code, Diagnostic, Place, listed};
use crate::format::encoding::Charset;
use crate::format::settings::unknown_name;
use crate::format::tree::{Reader, TomlTable, TomlValue, parse};
use crate::model::mapping::{
    Assignment, ColumnDates, ColumnNames, Condition, ENTRY_FIELDS, EntryTemplate, Join, Mapping,
    Template, Values, list_separator, number_sign, prospect_fields, separator,
};
use crate::model::paper::LINE_KEYS;
use crate::model::settings::Settings;
use crate::value::date_form::DateForm;
use crate::value::text::Text;
use std::ops::Range;
use std::path::Path;
use toml::de::DeValue;

/// Keys of a mapping file.
pub const KEYS: [&str; 16] = [
    "encoding",
    "delimiter",
    "skip_lines",
    "sheet",
    "date_format",
    "date_formats",
    "decimal",
    "thousands",
    "list_separator",
    "group",
    "customers",
    "columns",
    "join",
    "values",
    "prospect",
    "entry",
];
/// Keys of `[[join]]`.
pub const JOIN_KEYS: [&str; 4] = ["file", "on", "prefix", "optional"];

/// Reads a mapping file's text; `shown` is the path that diagnostics print.
pub fn read_mapping(
    text: &str,
    shown: &Path,
    settings: &Settings,
) -> Result<Mapping, Vec<Diagnostic>> {
    let place = Place::file(shown);
    let table = parse(text, &place).map_err(|problems| {
        problems.into_iter().map(|p| p.recoded(Code::BadMapping)).collect::<Vec<_>>()
    })?;
    let mut reader = Reader::new(place, Code::BadMapping);
    let mut mapping = Mapping::default();
    for (key, value) in &table {
        let name: &str = key.get_ref();
        match name {
            "encoding" => mapping.form.encoding = encoding(&mut reader, name, value),
            "skip_lines" => {
                mapping.form.skip_lines = reader.number(name, value, 0, 1_000).unwrap_or(0);
            }
            "sheet" => mapping.form.sheet = reader.text(name, value),
            "delimiter" => mapping.form.delimiter = character(&mut reader, name, value, separator),
            "decimal" => mapping.decimal = character(&mut reader, name, value, number_sign),
            "thousands" => mapping.thousands = character(&mut reader, name, value, number_sign),
            "list_separator" => {
                mapping.list_separator = character(&mut reader, name, value, list_separator);
            }
            "date_format" => mapping.date_format = date_format(&mut reader, name, value),
            "date_formats" => mapping.date_formats = date_formats(&mut reader, name, value),
            "group" => mapping.group = reader.boolean(name, value).unwrap_or(false),
            "customers" => mapping.customers = reader.boolean(name, value).unwrap_or(false),
            "columns" => mapping.columns = columns(&mut reader, name, value),
            "join" => {
                for (table, span) in reader.tables(name, value) {
                    mapping.joins.extend(join(&mut reader, table, span));
                }
            }
            "values" => mapping.values = values(&mut reader, name, value),
            "prospect" => {
                if let Some(table) = reader.table(name, value) {
                    mapping.prospect =
                        assignments(&mut reader, table, &prospect_fields(settings), &[], settings);
                }
            }
            "entry" => {
                for (table, _) in reader.tables(name, value) {
                    let entry = entry(&mut reader, table, settings);
                    mapping.entries.push(entry);
                }
            }
            _ => {
                let message = words!("unknown key `{name}`", "未知的键 `{name}`");
                let problem = Diagnostic::new(Code::BadMapping, message);
                unknown_name(&mut reader, key.span(), problem, name, &KEYS);
            }
        }
    }
    if mapping.entries.is_empty() {
        mapping.entries.push(EntryTemplate::default());
    }
    // A table gives its keys by name; people read from the top.
    reader.problems.sort_by(|a, b| a.place.cmp(&b.place));
    if reader.problems.is_empty() { Ok(mapping) } else { Err(reader.problems) }
}

fn character<T>(
    reader: &mut Reader,
    key: &str,
    value: &TomlValue,
    read: fn(&str) -> Option<T>,
) -> Option<T> {
    let text = reader.text(key, value)?;
    let found = read(&text);
    if found.is_none() {
        let diagnostic = Diagnostic::new(
            Code::BadMapping,
            words!(
                "`{key}` needs one character, not `{text}`",
                "`{key}` 应为一个字符，而不是 `{text}`"
            ),
        );
        reader.problem(value.span(), diagnostic);
    }
    found
}

fn encoding(reader: &mut Reader, key: &str, value: &TomlValue) -> Option<Text> {
    let text = reader.text(key, value)?;
    if let Err(unknown) = Charset::named(&text) {
        reader.problem(value.span(), unknown.recoded(Code::BadMapping));
        return None;
    }
    Some(text)
}

fn date_format(reader: &mut Reader, key: &str, value: &TomlValue) -> Option<DateForm> {
    let text = reader.text(key, value)?;
    let form = DateForm::parse(&text);
    if form.is_none() {
        reader.problem(value.span(), bad_date_format(&text));
    }
    form
}

fn date_formats(reader: &mut Reader, key: &str, value: &TomlValue) -> Vec<ColumnDates> {
    let Some(table) = reader.table(key, value) else { return Vec::new() };
    let mut found = Vec::new();
    for (column, value) in table {
        let name: &str = column.get_ref();
        let place = reader.place.clone().span(column.span());
        let form = date_format(reader, name, value);
        found.extend(form.map(|form| ColumnDates { column: name.into(), form, place }));
    }
    found
}

/// A text that is no form of dates.
pub fn bad_date_format(text: &str) -> Diagnostic {
    Diagnostic::new(
        Code::BadMapping,
        words!("`{text}` is not a date format", "`{text}` 不是日期格式"),
    )
    .help(words!(
        "day first: %d/%m/%Y, month first: %m/%d/%Y, as the program `date` writes it; excel: serial numbers",
        "日在前：%d/%m/%Y，月在前：%m/%d/%Y，写法同 `date` 命令；Excel 序列号：excel"
    ))
}

fn join(reader: &mut Reader, table: &TomlTable, span: Range<usize>) -> Option<Join> {
    let (mut file, mut on, mut prefix, mut optional) = (None, Vec::new(), None, false);
    for (key, value) in table {
        let name: &str = key.get_ref();
        match name {
            "file" => file = reader.text(name, value),
            "on" => on = reader.texts(name, value),
            "prefix" => prefix = reader.text(name, value),
            "optional" => optional = reader.boolean(name, value).unwrap_or(false),
            _ => {
                let message =
                    words!("unknown key `{name}` of `[[join]]`", "`[[join]]` 没有键 `{name}`");
                let problem = Diagnostic::new(Code::BadMapping, message);
                unknown_name(reader, key.span(), problem, name, &JOIN_KEYS);
            }
        }
    }
    let (here, there) = match on.as_slice() {
        [both] => (both.clone(), both.clone()),
        [here, there] => (here.clone(), there.clone()),
        _ => {
            let diagnostic = Diagnostic::new(
                Code::BadMapping,
                words!("a join needs `on`: a column", "关联要有 `on`：列名"),
            )
            .help(words!(
                "on = \"agent\", or where the names differ, on = [\"agent\", \"name\"]",
                "on = \"agent\"；列名不同时，on = [\"agent\", \"name\"]"
            ));
            reader.problem(span, diagnostic);
            return None;
        }
    };
    let Some(file) = file else {
        let diagnostic = Diagnostic::new(
            Code::BadMapping,
            words!("a join needs `file`: another CSV file", "关联要有 `file`：另一个 CSV 文件"),
        );
        reader.problem(span, diagnostic);
        return None;
    };
    let place = reader.place.clone().span(span);
    Some(Join { file, here, there, prefix: prefix.unwrap_or_default(), optional, place })
}

fn columns(reader: &mut Reader, key: &str, value: &TomlValue) -> Vec<ColumnNames> {
    let Some(table) = reader.table(key, value) else { return Vec::new() };
    let mut found = Vec::new();
    for (column, value) in table {
        let column: &str = column.get_ref();
        found.push(ColumnNames { column: column.into(), names: reader.texts(column, value) });
    }
    found
}

fn values(reader: &mut Reader, key: &str, value: &TomlValue) -> Vec<Values> {
    let Some(table) = reader.table(key, value) else { return Vec::new() };
    let mut found = Vec::new();
    for (column, value) in table {
        let Some(pairs) = reader.table(column.get_ref(), value) else { continue };
        let pairs = pairs
            .iter()
            .filter_map(|(from, to)| {
                Some((from.get_ref().as_ref().into(), reader.text(from.get_ref(), to)?))
            })
            .collect();
        let place = reader.place.clone().span(column.span());
        found.push(Values { column: column.get_ref().as_ref().into(), pairs, place });
    }
    found
}

fn entry(reader: &mut Reader, table: &TomlTable, settings: &Settings) -> EntryTemplate {
    let mut when = Vec::new();
    if let Some(value) = table.get("when")
        && let Some(conditions) = reader.table("when", value)
    {
        for (column, value) in conditions {
            let name: &str = column.get_ref();
            let place = reader.place.clone().span(column.span());
            let not = value.get_ref().as_table().and_then(|table| match table.len() {
                1 => table.get("not"),
                _ => None,
            });
            let values = reader.texts(name, not.unwrap_or(value));
            let negated = not.is_some();
            when.push(Condition { column: name.into(), values, negated, place });
        }
    }
    let line = table.get("line").and_then(|value| reader.table("line", value));
    EntryTemplate {
        when,
        line: line
            .map(|table| assignments(reader, table, &LINE_KEYS, &[], settings))
            .unwrap_or_default(),
        fields: assignments(reader, table, &ENTRY_FIELDS, &["when", "line"], settings),
    }
}

/// `field = "text with {columns}"`, or a list of such texts; `besides` are keys that are no fields.
fn assignments(
    reader: &mut Reader,
    table: &TomlTable,
    fields: &[&str],
    besides: &[&str],
    settings: &Settings,
) -> Vec<Assignment> {
    let mut found = Vec::new();
    for (key, value) in table {
        let name: &str = key.get_ref();
        if besides.contains(&name) {
            continue;
        }
        if !fields.contains(&name) {
            reader.problem(key.span(), unknown_field(name, fields, settings));
            continue;
        }
        let mut texts = Vec::new();
        let items: Vec<&TomlValue> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        for item in items {
            let Some(text) = reader.text(name, item) else { continue };
            match Template::parse(&text) {
                Ok(template) => texts.push(template),
                Err(bad) => {
                    let message = bad.words().about(&format!("`{name}`"));
                    let diagnostic = Diagnostic::new(Code::BadMapping, message).help(words!(
                        "to write a brace as text, double it: {{{{",
                        "花括号本身要写两遍：{{{{"
                    ));
                    reader.problem(item.span(), diagnostic);
                }
            }
        }
        let place = reader.place.clone().span(value.span());
        found.push(Assignment { field: name.into(), texts, place });
    }
    found
}

/// A name that is not among these fields: perhaps it is one of the other kind.
pub fn unknown_field(name: &str, fields: &[&str], settings: &Settings) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(Code::BadMapping, words!("unknown field `{name}`", "未知的字段 `{name}`"));
    if ENTRY_FIELDS.contains(&name) {
        diagnostic.help(words!(
            "`{name}` belongs to an entry: put it under `[[entry]]`",
            "`{name}` 属于记录：请放在 `[[entry]]` 之下"
        ))
    } else if prospect_fields(settings).contains(&name) {
        diagnostic.help(words!(
            "`{name}` belongs to the prospect: put it under `[prospect]`",
            "`{name}` 属于潜在客户：请放在 `[prospect]` 之下"
        ))
    } else {
        let help = crate::diag::suggest(name, fields.iter().copied()).unwrap_or_else(|| {
            let fields = listed(fields);
            words!("fields: {fields}", "字段：{fields:#}")
        });
        diagnostic.help(help).help(words!(
            "name a fact of the team's own in crm.toml: [ledger] facts = [\"…\"]",
            "团队自有的资料项请在 crm.toml 中列出：[ledger] facts = [\"…\"]"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Mapping, Vec<String>> {
        read_mapping(text, Path::new("m.toml"), &Settings::default())
            .map_err(|problems| problems.into_iter().map(|p| p.message.en().to_owned()).collect())
    }

    #[test]
    fn a_whole_mapping() {
        let mapping = read(
            r#"
            delimiter = "tab"
            date_format = "%d/%m/%Y"
            decimal = ","
            thousands = "."
            list_separator = ","
            group = true
            [date_formats]
            "Created at" = "excel"
            [[join]]
            file = "teams.csv"
            on = ["agent", "name"]
            [values.state]
            Won = "closed"
            [prospect]
            id = "{id}"
            name = ["{account}", "{id}"]
            [[entry]]
            when = { state = ["Won", "Lost"], closed = "*" }
            date = "{closed}"
            "#,
        )
        .unwrap();
        assert_eq!(mapping.form.delimiter, Some(b'\t'));
        assert!(mapping.group);
        assert_eq!(mapping.date_format, DateForm::parse("%d/%m/%Y"));
        let created = &mapping.date_formats[0];
        assert_eq!((&*created.column, &created.form), ("Created at", &DateForm::Excel));
        assert_eq!((mapping.decimal, mapping.thousands), (Some(','), Some('.')));
        assert_eq!(mapping.list_separator, Some(','));
        assert_eq!((&*mapping.joins[0].here, &*mapping.joins[0].there), ("agent", "name"));
        assert_eq!(mapping.values[0].pairs, [("Won".into(), "closed".into())]);
        assert_eq!(mapping.prospect.len(), 2);
        assert_eq!(mapping.entries[0].when.len(), 2);
        assert_eq!(mapping.entries[0].fields.len(), 1);
    }

    #[test]
    fn what_is_wrong_is_said_together() {
        let wrong = read(
            r#"
            delimeter = ";"
            thousands = "12"
            decimal = "5"
            date_format = "%Q"
            date_formats = { day = "dd.mm." }
            [[join]]
            on = "agent"
            [prospect]
            stage = "25"
            nmae = "{x}"
            name = "{x"
            [[entry]]
            company = "{y}"
            when = { state = 3 }
            "#,
        )
        .unwrap_err();
        assert_eq!(
            wrong,
            [
                "unknown key `delimeter`",
                "`thousands` needs one character, not `12`",
                "`decimal` needs one character, not `5`",
                "`%Q` is not a date format",
                "`dd.mm.` is not a date format",
                "a join needs `file`: another CSV file",
                "unknown field `stage`",
                "unknown field `nmae`",
                "`name`: `{` is not closed",
                "unknown field `company`",
                "`state` must be a list of texts, not 3",
            ]
        );
    }

    #[test]
    fn the_users_pages_have_every_key_and_their_mapping_is_one() {
        let english = include_str!("../../docs/import.md");
        let chinese = include_str!("../../docs/import.zh.md");
        for page in [english, chinese] {
            let block = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
            let mapping = read(block.unwrap()).unwrap();
            assert_eq!((mapping.joins.len(), mapping.entries.len()), (1, 3));
            let settings = Settings::default();
            let words: Vec<&str> =
                page.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
            for name in prospect_fields(&settings).into_iter().chain(ENTRY_FIELDS) {
                assert!(words.contains(&name), "{name}");
            }
            for name in KEYS.into_iter().chain(JOIN_KEYS) {
                assert!(words.contains(&name), "{name}");
            }
        }
    }
}
