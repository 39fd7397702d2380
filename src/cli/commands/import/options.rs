//! `--map`, `--translate` and `--kind`: the meaning of columns that the command line states.

use super::forms::typed;
use crate::diag::{Code, Diagnostic, Place};
use crate::format::read_mapping::unknown_field;
use crate::model::mapping::{
    Assignment, ENTRY_FIELDS, Mapping, Template, TemplatePart, Values, is_of_entry, prospect_fields,
};
use crate::model::settings::Settings;
use crate::value::text::Text;

/// The statements of the command line about columns.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// A field, and its source; several of one field: the first that is not empty.
    pub(super) fields: Vec<(Text, Template, Place)>,
    /// Columns that are not read.
    pub(super) left_out: Vec<(Text, Place)>,
}

impl Said {
    /// Reads `--map` and `--kind`.
    pub(super) fn read(
        maps: &[String],
        kind: Option<&String>,
        settings: &Settings,
    ) -> Result<Said, Diagnostic> {
        let mut said = Said::default();
        for text in maps {
            said.map(settings, text)?;
        }
        if let Some(kind) = kind {
            let template = Template(vec![TemplatePart::Text(kind.as_str().into())]);
            said.fields.push(("kind".into(), template, typed("--kind", kind)));
        }
        Ok(said)
    }

    /// `COLUMN=FIELD`; the column may be a text with `{column}` in it, and no field leaves the column out.
    fn map(&mut self, settings: &Settings, text: &str) -> Result<(), Diagnostic> {
        let place = typed("--map", text);
        let Some((column, field)) = text.rsplit_once('=') else {
            let message = words!("`{text}` names no field", "`{text}` 没有写字段");
            return Err(Diagnostic::new(Code::BadMapping, message).at(place).help(words!(
                "write --map COLUMN=FIELD, such as --map 'Close Date=date'",
                "请写成 --map 列=字段，例如 --map '成交日期=date'"
            )));
        };
        let field = field.trim();
        if field.is_empty() {
            self.left_out.push((column.trim().into(), place));
            return Ok(());
        }
        let template = match column.contains('{') {
            true => Template::parse(column)
                .map_err(|bad| Diagnostic::new(Code::BadMapping, bad.words()).at(place.clone()))?,
            false => Template::cell(column.trim()),
        };
        let Some(field) = field_named(field, settings) else {
            let fields = prospect_fields(settings).into_iter().chain(ENTRY_FIELDS);
            let fields: Vec<&str> = fields.collect();
            return Err(unknown_field(field, &fields, settings).at(place));
        };
        self.fields.push((field, template, place));
        Ok(())
    }

    /// Is the field said?
    pub(super) fn has(&self, field: &str) -> bool {
        self.fields.iter().any(|(said, ..)| &**said == field)
    }

    /// Is the column named, as a field or to be left out?
    pub(super) fn names(&self, column: &str) -> bool {
        self.left_out.iter().any(|(left, _)| &**left == column)
            || self.fields.iter().any(|(_, text, _)| text.columns().any(|named| named == column))
    }

    /// Puts the statements in the place of the mapping's own: an entry's field in each entry that has it, in all where
    /// none has.
    ///
    /// # Errors
    /// Fails if a column that is to be left out is not in the file.
    pub(super) fn apply(
        self,
        mapping: &mut Mapping,
        header: &[Text],
        settings: &Settings,
    ) -> Result<(), Diagnostic> {
        for (column, place) in &self.left_out {
            if !header.contains(column) && mapping.joins.is_empty() {
                let message = words!("the file has no column `{column}`", "文件没有列 `{column}`");
                let names = header.iter().map(|name| &**name);
                return Err(Diagnostic::new(Code::BadMapping, message)
                    .at(place.clone())
                    .nearest(column, names));
            }
            leave_out(mapping, column);
        }
        let mut fields: Vec<(Text, Vec<Template>, Place)> = Vec::new();
        for (field, template, place) in self.fields {
            match fields.iter_mut().find(|(said, ..)| *said == field) {
                Some((_, texts, _)) => texts.push(template),
                None => fields.push((field, vec![template], place)),
            }
        }
        let of_journal = mapping.entries.iter().any(|entry| names_kinds(&entry.fields));
        for (field, texts, place) in fields {
            let assignment = Assignment { field, texts, place };
            if !is_of_entry(&assignment.field, of_journal, settings) {
                set(&mut mapping.prospect, assignment);
                continue;
            }
            let has = |fields: &[Assignment]| fields.iter().any(|a| a.field == assignment.field);
            let none = !mapping.entries.iter().any(|entry| has(&entry.fields));
            for entry in mapping.entries.iter_mut().filter(|entry| none || has(&entry.fields)) {
                set(&mut entry.fields, assignment.clone());
            }
        }
        Ok(())
    }
}

/// The field of a name: `close-by`, as lists and exports call it, is `close_by`.
pub(super) fn field_named(name: &str, settings: &Settings) -> Option<Text> {
    let fields = || prospect_fields(settings).into_iter().chain(ENTRY_FIELDS);
    let written = name.replace('-', "_");
    [name, &written].into_iter().find(|name| fields().any(|field| field == *name)).map(Into::into)
}

/// Do cells name the kinds of the entries?
fn names_kinds(fields: &[Assignment]) -> bool {
    let of_cells = |field: &Assignment| field.texts.iter().any(|text| text.literal().is_none());
    fields.iter().any(|field| field.field == "kind" && of_cells(field))
}

fn set(fields: &mut Vec<Assignment>, assignment: Assignment) {
    match fields.iter_mut().find(|there| there.field == assignment.field) {
        Some(there) => *there = assignment,
        None => fields.push(assignment),
    }
}

/// Nothing is read from the column any more.
fn leave_out(mapping: &mut Mapping, column: &str) {
    let entries = mapping.entries.iter_mut().flat_map(|entry| [&mut entry.fields, &mut entry.line]);
    for fields in entries.chain([&mut mapping.prospect]) {
        for field in fields.iter_mut() {
            field.texts.retain(|text| text.columns().all(|named| named != column));
        }
        fields.retain(|field| !field.texts.is_empty());
    }
}

/// `COLUMN:FROM=TO`; it comes before what the mapping has for the value.
pub(super) fn translate(mapping: &mut Mapping, text: &str) -> Result<(), Diagnostic> {
    let place = typed("--translate", text);
    let parts = text.split_once(':').and_then(|(column, pair)| {
        let (from, to) = pair.rsplit_once('=')?;
        Some((column.trim(), from.trim(), to.trim()))
    });
    let Some((column, from, to)) = parts else {
        let message = words!("`{text}` is no translation", "`{text}` 不是对照");
        return Err(Diagnostic::new(Code::BadMapping, message).at(place).help(words!(
            "write --translate COLUMN:FROM=TO, such as --translate Stage:Won=closed",
            "请写成 --translate 列:原值=新值，例如 --translate 阶段:成交=closed"
        )));
    };
    let pair: (Text, Text) = (from.into(), to.into());
    match mapping.values.iter_mut().find(|values| &*values.column == column) {
        Some(values) => {
            values.pairs.retain(|(known, _)| *known != pair.0);
            values.pairs.push(pair);
        }
        None => mapping.values.push(Values { column: column.into(), pairs: vec![pair], place }),
    }
    Ok(())
}
