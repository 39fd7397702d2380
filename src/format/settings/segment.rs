//! `[segment.<id>]`: queries with a name, `@id` in other queries.

use super::grading::condition;
use super::{label, needs_id, unknown};
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlTable, TomlValue};
use crate::model::campaign::Segment;
use crate::model::settings::Settings;
use crate::value::id;

/// Keys of `[segment.<id>]`.
pub const SEGMENT_KEYS: [&str; 2] = ["when", "label"];

/// Reads all segments. Conditions of other sections may name them, and theirs may name anything: [`check_segments`] reads
/// these once all other sections are there.
pub(in crate::format) fn segments(reader: &mut Reader, settings: &mut Settings, table: &TomlTable) {
    for (key, value) in table {
        let name: &str = key.get_ref();
        if let Err(bad) = id::validate(name) {
            reader.problem(key.span(), needs_id(&words!("segment", "客群"), &bad));
            continue;
        }
        let Some(fields) = reader.table(name, value) else { continue };
        let mut segment = Segment { id: name.into(), ..Segment::default() };
        for (key, value) in fields {
            let field: &str = key.get_ref();
            match field {
                "when" => segment.when = reader.text(field, value).unwrap_or_default(),
                "label" => segment.label = label(reader, field, value),
                _ => unknown(reader, key.span(), "[segment]", field, &SEGMENT_KEYS),
            }
        }
        if fields.get("when").is_none() {
            let message = words!(
                "the segment `{name}` needs a query, `when`",
                "客群 `{name}` 要有查询条件 `when`"
            );
            let help = words!("when = \"tag:vip\"", "when = \"tag:vip\"");
            reader.problem(key.span(), Diagnostic::new(Code::BadSetting, message).help(help));
        }
        settings.segments.push(segment);
    }
}

/// Reads the conditions of the segments.
pub(in crate::format) fn check_segments(
    reader: &mut Reader,
    settings: &Settings,
    value: &TomlValue,
) {
    let Some(table) = value.get_ref().as_table() else { return };
    for (_, fields) in table {
        let when = fields.get_ref().as_table().and_then(|fields| fields.get("when"));
        // A text that is none has been told of.
        if let Some(when) = when.filter(|when| when.get_ref().as_str().is_some()) {
            condition(reader, settings, "when", when, false);
        }
    }
}
