//! A mapping that names columns as several programs do, fitted to the header of one file.

use super::header::folded_header;
use super::mapping::{Assignment, EntryTemplate, Mapping, Template, TemplatePart};
use crate::value::text::Text;
use std::collections::HashMap;

/// Column of the mapping -> column of the file, if the file has it.
type Names = HashMap<Text, Option<Text>>;

impl Mapping {
    /// Puts the file's own names in the place of those that `[columns]` lists, and leaves out what reads only columns
    /// that the file does not have: an absent column is an empty one.
    pub fn fit(&mut self, header: &[Text]) {
        let folded: Vec<String> = header.iter().map(|name| folded_header(name)).collect();
        let in_file = |names: &[Text]| {
            let mut wanted = names.iter().map(|name| folded_header(name));
            wanted.find_map(|name| folded.iter().position(|known| *known == name))
        };
        let names: Names = std::mem::take(&mut self.columns)
            .into_iter()
            .map(|known| (known.column, in_file(&known.names).map(|at| header[at].clone())))
            .collect();
        if names.is_empty() {
            return;
        }
        self.values.retain_mut(|values| renamed(&mut values.column, &names));
        fit_assignments(&mut self.prospect, &names);
        self.entries.retain_mut(|entry| fit_entry(entry, &names));
    }
}

/// Renames a column; `false` if the file does not have it.
fn renamed(column: &mut Text, names: &Names) -> bool {
    match names.get(column) {
        None => true,
        Some(None) => false,
        Some(Some(name)) => {
            *column = name.clone();
            true
        }
    }
}

/// Fits an entry; `false` if none of its rows can hold its conditions.
fn fit_entry(entry: &mut EntryTemplate, names: &Names) -> bool {
    let mut possible = true;
    entry.when.retain_mut(|condition| {
        let there = renamed(&mut condition.column, names);
        possible &= there || condition.holds("", &[]);
        there
    });
    fit_assignments(&mut entry.fields, names);
    fit_assignments(&mut entry.line, names);
    possible
}

fn fit_assignments(assignments: &mut Vec<Assignment>, names: &Names) {
    for assignment in assignments.iter_mut() {
        assignment.texts.retain_mut(|text| fit_template(text, names));
    }
    assignments.retain(|assignment| !assignment.texts.is_empty());
}

/// Fits a text; `false` if it names columns, and the file has none of them.
fn fit_template(text: &mut Template, names: &Names) -> bool {
    let constant = text.columns().next().is_none();
    text.0.retain_mut(|part| match part {
        TemplatePart::Text(_) => true,
        TemplatePart::Cell { column, .. } => renamed(column, names),
    });
    constant || text.columns().next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Place;
    use crate::model::mapping::{ColumnNames, Condition, Values};

    fn assignment(field: &str, texts: &[&str]) -> Assignment {
        let texts = texts.iter().map(|text| Template::parse(text).unwrap()).collect();
        Assignment { field: field.into(), texts, place: Place::file("m.toml") }
    }

    fn condition(column: &str, value: &str) -> Condition {
        let place = Place::file("m.toml");
        Condition { column: column.into(), values: vec![value.into()], negated: false, place }
    }

    #[test]
    fn the_first_name_that_the_file_has_is_the_column_and_absent_ones_are_empty() {
        let names = |column: &str, names: &[&str]| ColumnNames {
            column: column.into(),
            names: names.iter().map(|name| (*name).into()).collect(),
        };
        let mut mapping = Mapping {
            columns: vec![
                names("stage", &["Deal Stage", "阶段"]),
                names("first", &["First Name"]),
                names("gone", &["Nowhere"]),
            ],
            values: ["stage", "gone"]
                .map(|column| Values {
                    column: column.into(),
                    pairs: Vec::new(),
                    place: Place::file("m.toml"),
                })
                .into(),
            prospect: vec![
                assignment("name", &["{gone}", "{first} {gone}"]),
                assignment("id", &["{gone}"]),
                assignment("source", &["old"]),
            ],
            entries: vec![
                EntryTemplate { when: vec![condition("gone", "*")], ..EntryTemplate::default() },
                EntryTemplate {
                    when: vec![condition("gone", ""), condition("stage", "x")],
                    fields: vec![assignment("stage", &["{stage}"])],
                    line: vec![
                        assignment("price", &["{gone}"]),
                        assignment("product", &["{stage}"]),
                    ],
                },
            ],
            ..Mapping::default()
        };
        mapping.fit(&["first_name".into(), "阶段".into(), "DEAL-STAGE".into()]);
        assert_eq!(mapping.columns, []);
        assert_eq!(mapping.values.len(), 1);
        assert_eq!(&*mapping.values[0].column, "DEAL-STAGE");
        let prospect: Vec<&str> = mapping.prospect.iter().map(|a| &*a.field).collect();
        assert_eq!(prospect, ["name", "source"]);
        assert_eq!(mapping.prospect[0].texts, [Template::parse("{first_name} ").unwrap()]);
        assert_eq!(mapping.entries.len(), 1);
        assert_eq!(mapping.entries[0].when, [condition("DEAL-STAGE", "x")]);
    }
}
