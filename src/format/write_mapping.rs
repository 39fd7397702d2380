//! A [`Mapping`] as the TOML of a mapping file. What it writes reads back as the mapping it was.

use crate::format::line::{quoted, quoted_list};
use crate::model::mapping::{
    Assignment, ColumnDates, ColumnNames, Condition, EntryTemplate, Form, Join, Mapping, Template,
    TemplatePart, Values,
};
use crate::value::text::Text;

/// The text of a mapping file.
pub fn write_mapping(mapping: &Mapping) -> String {
    let Mapping { form, date_format, date_formats, decimal, thousands, list_separator, .. } =
        mapping;
    let Mapping { group, customers, columns, joins, values, prospect, entries, .. } = mapping;
    // The ledger's zone and the day are no part of a file.
    let Form { encoding, delimiter, skip_lines, sheet, zone: _, today: _ } = form;
    let mut out = String::new();
    let mut line = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            out.push_str(&format!("{key} = {value}\n"));
        }
    };
    line("encoding", encoding.as_deref().map(quoted));
    line("delimiter", delimiter.map(|byte| quoted(&separator_name(byte))));
    line("skip_lines", (*skip_lines > 0).then(|| skip_lines.to_string()));
    line("sheet", sheet.as_deref().map(quoted));
    line("date_format", date_format.as_ref().map(|form| quoted(&form.to_string())));
    for (key, sign) in
        [("decimal", decimal), ("thousands", thousands), ("list_separator", list_separator)]
    {
        line(key, sign.map(|sign| quoted(&sign.to_string())));
    }
    line("group", group.then(|| "true".to_owned()));
    line("customers", customers.then(|| "true".to_owned()));
    table(&mut out, "date_formats", date_formats.iter().map(dates));
    table(&mut out, "columns", columns.iter().map(names));
    for join in joins {
        table(&mut out, "[join]", join_lines(join));
    }
    for Values { column, pairs, place: _ } in values {
        let lines = pairs.iter().map(|(from, to)| (quoted(from), quoted(to)));
        out.push_str(&format!("\n[values.{}]\n", quoted(column)));
        push_lines(&mut out, lines);
    }
    table(&mut out, "prospect", prospect.iter().map(assignment));
    // A mapping without any entry is read as one with an entry that says nothing.
    for entry in
        entries.iter().filter(|entry| entries.len() > 1 || **entry != EntryTemplate::default())
    {
        let when = Some(&entry.when).filter(|when| !when.is_empty()).map(|when| {
            let conditions: Vec<String> = when.iter().map(condition).collect();
            ("when".to_owned(), format!("{{ {} }}", conditions.join(", ")))
        });
        let line = Some(&entry.line).filter(|line| !line.is_empty()).map(|line| {
            let fields = line.iter().map(assignment).map(|(key, text)| format!("{key} = {text}"));
            ("line".to_owned(), format!("{{ {} }}", fields.collect::<Vec<_>>().join(", ")))
        });
        out.push_str("\n[[entry]]\n");
        push_lines(
            &mut out,
            when.into_iter().chain(line).chain(entry.fields.iter().map(assignment)),
        );
    }
    out.trim_start().to_owned()
}

/// A table with its lines, if there are any.
fn table(out: &mut String, name: &str, lines: impl IntoIterator<Item = (String, String)>) {
    let mut lines = lines.into_iter().peekable();
    if lines.peek().is_some() {
        out.push_str(&format!("\n[{name}]\n"));
        push_lines(out, lines);
    }
}

fn push_lines(out: &mut String, lines: impl IntoIterator<Item = (String, String)>) {
    for (key, value) in lines {
        out.push_str(&format!("{key} = {value}\n"));
    }
}

fn separator_name(byte: u8) -> String {
    if byte == b'\t' { "tab".to_owned() } else { char::from(byte).to_string() }
}

fn dates(dates: &ColumnDates) -> (String, String) {
    (quoted(&dates.column), quoted(&dates.form.to_string()))
}

fn names(names: &ColumnNames) -> (String, String) {
    (quoted(&names.column), quoted_list(&names.names))
}

fn join_lines(join: &Join) -> Vec<(String, String)> {
    let Join { file, here, there, prefix, optional, place: _ } = join;
    let mut lines = vec![
        ("file".to_owned(), quoted(file)),
        ("on".to_owned(), quoted_list(&[here.clone(), there.clone()])),
    ];
    if !prefix.is_empty() {
        lines.push(("prefix".to_owned(), quoted(prefix)));
    }
    if *optional {
        lines.push(("optional".to_owned(), "true".to_owned()));
    }
    lines
}

fn condition(condition: &Condition) -> String {
    let Condition { column, values, negated, place: _ } = condition;
    let values = quoted_list(values);
    match negated {
        false => format!("{} = {values}", quoted(column)),
        true => format!("{} = {{ not = {values} }}", quoted(column)),
    }
}

fn assignment(assignment: &Assignment) -> (String, String) {
    let texts: Vec<Text> = assignment.texts.iter().map(|text| written(text).into()).collect();
    let value = match texts.as_slice() {
        [only] => quoted(only),
        texts => quoted_list(texts),
    };
    // The team's own facts may have any name.
    let bare =
        assignment.field.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    (if bare { assignment.field.to_string() } else { quoted(&assignment.field) }, value)
}

/// A template as a mapping file has it.
fn written(template: &Template) -> String {
    template.0.iter().map(part).collect()
}

fn part(part: &TemplatePart) -> String {
    match part {
        TemplatePart::Text(words) => words.replace('{', "{{").replace('}', "}}"),
        TemplatePart::Cell { column, filter } => match filter.name() {
            None => format!("{{{column}}}"),
            Some(name) => format!("{{{column}|{name}}}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Place;
    use crate::format::known::KNOWN_EXPORTS;
    use crate::format::read_mapping::read_mapping;
    use crate::model::mapping::Filter;
    use crate::model::settings::Settings;
    use crate::value::date_form::DateForm;
    use proptest::prelude::*;
    use std::path::Path;

    fn read(text: &str) -> Mapping {
        read_mapping(text, Path::new("m.toml"), &Settings::default())
            .unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
    }

    /// Without places, and in the order in which a table of TOML gives its keys.
    fn bare(mut mapping: Mapping) -> Mapping {
        let nowhere = Place::file("m.toml");
        mapping.columns.sort_by(|a, b| a.column.cmp(&b.column));
        mapping.values.sort_by(|a, b| a.column.cmp(&b.column));
        mapping.date_formats.sort_by(|a, b| a.column.cmp(&b.column));
        for dates in &mut mapping.date_formats {
            dates.place = nowhere.clone();
        }
        for values in &mut mapping.values {
            values.place = nowhere.clone();
            values.pairs.sort();
        }
        for join in &mut mapping.joins {
            join.place = nowhere.clone();
        }
        let fields =
            mapping.entries.iter_mut().flat_map(|entry| [&mut entry.fields, &mut entry.line]);
        for fields in fields.chain([&mut mapping.prospect]) {
            fields.sort_by(|a, b| a.field.cmp(&b.field));
            fields.iter_mut().for_each(|field| field.place = nowhere.clone());
        }
        for entry in &mut mapping.entries {
            entry.when.sort_by(|a, b| a.column.cmp(&b.column));
            entry.when.iter_mut().for_each(|when| when.place = nowhere.clone());
        }
        mapping
    }

    #[test]
    fn known_mappings_read_back() {
        for known in KNOWN_EXPORTS {
            let mapping = read(known.mapping);
            assert_eq!(bare(read(&write_mapping(&mapping))), bare(mapping), "{}", known.id);
        }
        assert_eq!(write_mapping(&read("")), "");
    }

    fn text() -> impl Strategy<Value = Text> {
        "[a-zA-Z名 ?\"'\\\\{}|=.\\[\\]\n]{1,8}".prop_map(Into::into)
    }

    /// The name of a column that a template can have.
    fn column() -> impl Strategy<Value = Text> {
        "[a-z名?\"'\\\\=.\\[\\]]{1,6}".prop_map(Into::into)
    }

    fn template() -> impl Strategy<Value = Template> {
        let part = prop_oneof![
            text().prop_map(TemplatePart::Text),
            (column(), proptest::sample::select(vec![Filter::None, Filter::Slug, Filter::Han]))
                .prop_map(|(column, filter)| TemplatePart::Cell { column, filter }),
        ];
        proptest::collection::vec(part, 0..4).prop_map(|mut parts| {
            // Two words side by side are one.
            parts.dedup_by(|a, b| matches!((a, b), (TemplatePart::Text(_), TemplatePart::Text(_))));
            Template(parts)
        })
    }

    fn assignments(fields: &'static [&'static str]) -> impl Strategy<Value = Vec<Assignment>> {
        let texts = proptest::collection::vec(template(), 1..3);
        let fields = proptest::sample::subsequence(fields, 0..=fields.len());
        (fields, proptest::collection::vec(texts, fields_at_most())).prop_map(|(fields, texts)| {
            let of = |(field, texts): (&str, Vec<Template>)| Assignment {
                field: field.into(),
                texts,
                place: Place::file("m.toml"),
            };
            fields.into_iter().zip(texts).map(of).collect()
        })
    }

    fn date_form() -> impl Strategy<Value = DateForm> {
        let forms = ["%d/%m/%Y", "%Y%m%d %H:%M", "excel", "excel-1904"];
        proptest::sample::select(forms.map(|form| DateForm::parse(form).unwrap()).to_vec())
    }

    fn fields_at_most() -> usize {
        4
    }

    prop_compose! {
        fn entry()(
            fields in assignments(&["date", "changed", "stage", "note"]),
            line in assignments(&["product", "quantity", "price"]),
            when in proptest::collection::btree_map(column(), (proptest::collection::vec(text(), 0..3), any::<bool>()), 0..3),
        ) -> EntryTemplate {
            let when = when.into_iter().map(|(column, (values, negated))| Condition {
                column, values, negated, place: Place::file("m.toml"),
            });
            EntryTemplate { when: when.collect(), fields, line }
        }
    }

    prop_compose! {
        fn mapping()(
            (encoding, delimiter, skip_lines, sheet) in (
                proptest::option::of(Just("gbk".into())),
                proptest::option::of(proptest::sample::select(vec![b'\t', b';', b'\''])),
                0..3u32,
                proptest::option::of(text()),
            ),
            (date_format, date_formats) in (
                proptest::option::of(date_form()),
                proptest::collection::btree_map(text(), date_form(), 0..3),
            ),
            [decimal, thousands, list_separator] in [
                proptest::option::of(proptest::sample::select(vec![',', '.'])),
                proptest::option::of(proptest::sample::select(vec![',', ' ', '\'', '"'])),
                proptest::option::of(proptest::sample::select(vec![',', '|', '/'])),
            ],
            (group, customers) in any::<(bool, bool)>(),
            columns in proptest::collection::btree_map(text(), proptest::collection::vec(text(), 0..3), 0..3),
            joins in proptest::collection::vec((text(), text(), text(), any::<bool>()), 0..2),
            values in proptest::collection::btree_map(text(), proptest::collection::btree_map(text(), text(), 0..3), 0..3),
            prospect in assignments(&["id", "name", "company", "tags"]),
            entries in proptest::collection::vec(entry(), 1..4),
        ) -> Mapping {
            let place = Place::file("m.toml");
            Mapping {
                form: Form { encoding, delimiter, skip_lines, sheet, ..Form::default() },
                date_format,
                date_formats: date_formats.into_iter().map(|(column, form)| ColumnDates {
                    column, form, place: place.clone(),
                }).collect(),
                decimal,
                thousands,
                list_separator,
                group,
                customers,
                columns: columns.into_iter().map(|(column, names)| ColumnNames { column, names }).collect(),
                joins: joins.into_iter().map(|(file, here, there, optional)| Join {
                    file, here, there, prefix: Text::default(), optional, place: place.clone(),
                }).collect(),
                values: values.into_iter().map(|(column, pairs)| Values {
                    column, pairs: pairs.into_iter().collect(), place: place.clone(),
                }).collect(),
                prospect,
                entries,
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(mapping in mapping()) {
            let text = write_mapping(&mapping);
            prop_assert_eq!(bare(read(&text)), bare(mapping), "{}", text);
        }
    }
}
