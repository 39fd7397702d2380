//! `[[department]]`: groups of reps.

use super::{known_rep, label, needs_id, unknown};
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlValue};
use crate::model::settings::{Department, Settings};
use crate::value::id;

/// Keys of `[[department]]`.
pub const DEPARTMENT_KEYS: [&str; 3] = ["id", "label", "members"];

/// Reads all departments, after the reps that they name.
pub(in crate::format) fn departments(
    reader: &mut Reader,
    settings: &mut Settings,
    value: &TomlValue,
) {
    for (table, span) in reader.tables("department", value) {
        let mut department = Department::default();
        for (key, value) in table {
            let name: &str = key.get_ref();
            match name {
                "id" => department.id = reader.text(name, value).unwrap_or_default(),
                "label" => department.label = label(reader, name, value),
                "members" => {
                    let members = reader.texts_at(name, value).into_iter();
                    let known = members
                        .filter(|(rep, span)| known_rep(reader, settings, rep, span.clone()));
                    department.members = known.map(|(rep, _)| rep).collect();
                }
                _ => unknown(reader, key.span(), "[[department]]", name, &DEPARTMENT_KEYS),
            }
        }
        let wrong = if let Err(bad) = id::validate(&department.id) {
            let span = table.get("id").map_or(span, |id| id.span());
            reader.problem(span, needs_id(&words!("department", "部门"), &bad));
            continue;
        } else if settings.department(&department.id).is_some() {
            words!("the department `{}` appears twice", "部门 `{}` 出现两次", department.id)
        } else if !table.contains_key("members") {
            words!(
                "the department `{}` needs `members`: the ids of reps",
                "部门 `{}` 要有 `members`：业务员的 id",
                department.id
            )
        } else {
            settings.departments.push(department);
            continue;
        };
        reader.problem(span, Diagnostic::new(Code::BadSetting, wrong));
    }
}
