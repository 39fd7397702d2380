//! The columns that are found by their names, and the lines that tell which column was read as which field.

use super::options::{Said, field_named};
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Place, Spot, listed};
use crate::format::known::recognised;
use crate::model::header::usual_field;
use crate::model::mapping::{
    Assignment, EntryTemplate, GOAL_FIELDS, Mapping, OF_BOARDS, OF_JOURNALS, OF_PEOPLE,
    STEP_FIELDS, Template, is_of_customers, is_of_entry,
};
use crate::model::settings::Settings;
use crate::value::text::Text;
use std::path::Path;

/// So many columns that are not imported are named.
const NAMED: usize = 12;

/// Columns that are named like a field, in English or Chinese, are that field, unless the command line says something of
/// the column or of the field. Of several for one field, the one that is called like the field counts first, then the
/// more usual name.
pub(super) fn find_by_names(
    mapping: &mut Mapping,
    header: &[Text],
    said: &Said,
    file: &Path,
    settings: &Settings,
) {
    let place = Place::file(file).at(Spot::Line(1));
    let has = |name: &str| header.iter().any(|column| column.eq_ignore_ascii_case(name));
    let (has_kinds, has_people, customers) = (has("kind"), has("decides"), mapping.customers);
    let has_facts = customers || has("opening-facts");
    let has_plans = has("goal-what") || has("step-what");
    let is_of_plan = |field: &str| GOAL_FIELDS.contains(&field) || STEP_FIELDS.contains(&field);
    // A journal's fields of the board are read, so that one of prospects is refused.
    let is_of_board = |field: &str| OF_BOARDS.contains(&field) && !has_kinds;
    let is_own = |field: &str| settings.facts.iter().any(|fact| **fact == *field);
    let is_wanted = |field: &str| {
        let in_its_file = (!OF_JOURNALS.contains(&field) || has_kinds)
            && (!OF_PEOPLE.contains(&field) || has_people)
            && (!is_of_customers(field) || has_facts || is_of_entry(field, has_kinds, settings))
            && (!is_of_plan(field) || has_plans)
            && !(customers && is_of_board(field));
        in_its_file || is_own(field)
    };
    let mut found: Vec<(usize, Text, &Text)> = Vec::new();
    for column in header.iter().filter(|column| !column.is_empty() && !said.names(column)) {
        let named = field_named(&column.to_lowercase().replace(' ', "_"), settings);
        let named = named.filter(|field| is_wanted(field));
        let found_as = match named {
            Some(field) => Some((0, field)),
            None => usual_field(column).map(|(field, rank)| (rank + 1, field.into())),
        };
        found.extend(
            found_as
                .filter(|(_, field)| !said.has(field) && is_wanted(field))
                .map(|(rank, field)| (rank, field, column)),
        );
    }
    found.sort_by_key(|(rank, ..)| *rank);
    // The order of the file, for what people read.
    let position = |column: &Text| header.iter().position(|name| name == column);
    let mut fields: Vec<Assignment> = Vec::new();
    for (_, field, column) in found {
        match fields.iter_mut().find(|assignment| assignment.field == field) {
            Some(assignment) => assignment.texts.push(Template::cell(column)),
            None => fields.push(Assignment {
                field,
                texts: vec![Template::cell(column)],
                place: place.clone(),
            }),
        }
    }
    let first = |assignment: &Assignment| {
        assignment.texts[0].columns().next().and_then(|column| position(&column.into()))
    };
    fields.sort_by_key(first);
    for assignment in fields {
        let of_entry = is_of_entry(&assignment.field, has_kinds, settings);
        match mapping.entries.first_mut().filter(|_| of_entry) {
            Some(entry) => entry.fields.push(assignment),
            None => mapping.prospect.push(assignment),
        }
    }
}

/// The refusal of a file none of whose columns has a known name, if it is one.
pub(super) fn nothing_found(mapping: &Mapping, header: &[Text], file: &Path) -> Option<Diagnostic> {
    let none = mapping.prospect.is_empty() && mapping.entries.iter().all(|e| e.fields.is_empty());
    none.then(|| {
        let names: Vec<&str> = header.iter().filter(|c| !c.is_empty()).map(|c| &**c).collect();
        let first = names.first().copied().unwrap_or("COLUMN");
        let columns = listed(names);
        let message = words!("no column is named like a field", "没有一列的名称与字段相同");
        Diagnostic::new(Code::BadMapping, message)
            .at(Place::file(file).at(Spot::Line(1)))
            .help(words!("columns: {columns}", "各列：{columns:#}"))
            .help(words!(
                "map them to fields: --map '{first}=name' …",
                "请指明各列对应的字段：--map '{first}=name' ……"
            ))
    })
}

/// Proposes the mapping of the program whose export the file looks like.
pub(super) fn propose(header: &[Text], context: &Context) {
    if let Some(known) = recognised(header) {
        let (id, name) = (known.id, known.name());
        let (en, zh) = (name.en(), name.zh());
        context.say(words!(
            "this looks like an export of {en}: --from {id}",
            "这像是{zh}导出的文件：--from {id}"
        ));
    }
}

/// Says which column is read as which field, where the names differ.
pub(super) fn tell_found(mapping: &Mapping, context: &Context) {
    let mut read: Vec<String> = Vec::new();
    let entries = mapping.entries.iter().flat_map(EntryTemplate::assignments);
    for assignment in mapping.prospect.iter().chain(entries) {
        let columns: Vec<&str> = assignment.texts.iter().flat_map(Template::columns).collect();
        let field = &assignment.field;
        let own = |column: &&str| column.to_lowercase().replace([' ', '-'], "_") == **field;
        if !columns.iter().all(own) {
            // Of several, the first that is not empty.
            read.push(format!("{} = {field}", columns.join(" | ")));
        }
    }
    if !read.is_empty() {
        let read = listed(read);
        context.say(words!("read: {read}", "读作：{read:#}"));
    }
}

/// Says which columns are not read.
pub(super) fn tell_left(mapping: &Mapping, header: &[Text], said: &Said, context: &Context) {
    let left: Vec<&str> = header
        .iter()
        .map(|column| &**column)
        .filter(|column| !column.is_empty() && !said.names(column) && !reads(mapping, column))
        .collect();
    let more = left.len().saturating_sub(NAMED);
    let columns = listed(&left[..left.len() - more]);
    match (left.len(), more) {
        (0, _) => {}
        (_, 0) => {
            context.say(words!("columns not imported: {columns}", "未导入的列：{columns:#}"));
        }
        (_, more) => context.say(words!(
            "columns not imported: {columns}, and {more} more",
            "未导入的列：{columns:#}，以及另外 {more} 列"
        )),
    }
}

/// Does the mapping read the column?
fn reads(mapping: &Mapping, column: &str) -> bool {
    let fields =
        mapping.entries.iter().flat_map(EntryTemplate::assignments).chain(&mapping.prospect);
    let mut texts = fields.flat_map(|field| &field.texts);
    texts.any(|text| text.columns().any(|named| named == column))
        || mapping.entries.iter().flat_map(|entry| &entry.when).any(|when| &*when.column == column)
        || mapping.joins.iter().any(|join| &*join.here == column)
}
