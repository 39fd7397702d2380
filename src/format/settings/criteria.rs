//! `[criteria.<id>]` and `[kind.<id>]`: evidence of the team's own.

use super::{label, one_of, set, unknown};
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlTable};
use crate::model::kind::Counts;
use crate::model::pipeline::{Criterion, Known};
use crate::model::settings::Settings;
use crate::value::label::Label;

/// Keys of `[criteria.<id>]`.
pub const CRITERION_KEYS: [&str; 3] = ["label", "known", "kinds"];

pub(in crate::format) fn criteria(reader: &mut Reader, settings: &mut Settings, table: &TomlTable) {
    for (key, value) in table {
        let id: &str = key.get_ref();
        let Some(fields) = reader.table(id, value) else { continue };
        // A criterion of the board for projects may be another one of the ledger's own: one that says how it is known.
        let is_own = ["known", "kinds"].iter().any(|key| fields.contains_key(*key));
        let known = settings.criterion(id).filter(|known| !(known.is_spare && is_own));
        let built_in = known.cloned();
        let mut criterion = built_in.clone().unwrap_or_else(|| Criterion {
            id: id.into(),
            label: Label::default(),
            known: Known::Attested,
            is_spare: false,
        });
        let mut kinds = Vec::new();
        for (key, value) in fields {
            let name: &str = key.get_ref();
            match name {
                "label" => criterion.label = label(reader, name, value),
                "known" | "kinds" if built_in.is_some() => {
                    let message = words!(
                        "the built-in criterion `{id}` cannot have another `known` or `kinds`",
                        "内置标准 `{id}` 的 `known` 和 `kinds` 不能更改"
                    );
                    let diagnostic = Diagnostic::new(Code::BadSetting, message).help(words!(
                        "give your own criterion another id, and name it in a stage's `requires`",
                        "请给自定义的标准另取 id，并写入阶段的 `requires`"
                    ));
                    reader.problem(value.span(), diagnostic);
                }
                "known" => {
                    let names =
                        [("attested", Known::Attested), ("entry", Known::Entry(Vec::new()))];
                    let positions = [("attested", 0usize), ("entry", 1)];
                    if let Some(position) = one_of(reader, name, value, &positions) {
                        criterion.known = names[position].1.clone();
                    }
                }
                "kinds" => {
                    for (kind, span) in reader.texts_at(name, value) {
                        if !settings.kinds.contains(&kind) {
                            let diagnostic = Diagnostic::new(
                                Code::BadSetting,
                                words!("unknown kind of event `{kind}`", "未知的记录类型 `{kind}`"),
                            )
                            .nearest(&kind, settings.kinds.names());
                            reader.problem(span, diagnostic);
                        }
                        kinds.push((&*kind).into());
                    }
                }
                _ => unknown(reader, key.span(), "[criteria]", name, &CRITERION_KEYS),
            }
        }
        match (&mut criterion.known, kinds.is_empty()) {
            (Known::Entry(slot), false) => *slot = kinds,
            (Known::Entry(_), true) => {
                let diagnostic = Diagnostic::new(
                    Code::BadSetting,
                    words!(
                        "a criterion with known = \"entry\" needs `kinds`",
                        "known = \"entry\" 的标准要有 `kinds`"
                    ),
                )
                .help(words!("kinds = [\"demo\"]", "kinds = [\"demo\"]"));
                reader.problem(value.span(), diagnostic);
            }
            (_, false) => {
                let diagnostic = Diagnostic::new(
                    Code::BadSetting,
                    words!("`kinds` needs known = \"entry\"", "`kinds` 须配合 known = \"entry\""),
                );
                reader.problem(value.span(), diagnostic);
            }
            (_, true) => {}
        }
        match settings.criteria.iter_mut().find(|c| *c.id == *id) {
            Some(slot) => *slot = criterion,
            None => settings.criteria.push(criterion),
        }
    }
}

pub(in crate::format) fn kinds(reader: &mut Reader, settings: &mut Settings, table: &TomlTable) {
    for (key, value) in table {
        let id: &str = key.get_ref();
        let Some(fields) = reader.table(id, value) else { continue };
        let mut counts = Counts::Note;
        for (key, value) in fields {
            let name: &str = key.get_ref();
            match name {
                "counts" => set(&mut counts, one_of(reader, name, value, &Counts::ALL)),
                _ => unknown(reader, key.span(), "[kind]", name, &["counts"]),
            }
        }
        settings.kinds.insert(id.into(), counts);
    }
}
