//! The sections of `crm.toml`, one file each, and what reading them shares.

pub mod allocation;
pub mod board;
pub mod campaign;
pub mod criteria;
pub mod forecast;
pub mod grading;
pub mod ledger;
pub mod pool;
pub mod rep;

use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, Value};
use crate::value::id::BadId;
use crate::value::label::{Label, Lang};
use std::ops::Range;
use toml::de::DeValue;

/// A name that nothing has; `what` is `section`, or `setting of` a section.
pub(in crate::format) fn unknown(
    reader: &mut Reader,
    span: Range<usize>,
    what: &str,
    name: &str,
    valid: &[&str],
) {
    let message = match what.split_once(" of ") {
        Some((noun, section)) => format!("unknown {noun} `{name}` of {section}"),
        None => format!("unknown {what} `{name}`"),
    };
    let diagnostic =
        Diagnostic::new(Code::BadSetting, message).nearest(name, valid.iter().copied());
    reader.problem(span, diagnostic);
}

/// A text that must be one of a few names.
pub(in crate::format) fn one_of<T: Copy>(
    reader: &mut Reader,
    key: &str,
    value: &Value,
    names: &[(&'static str, T)],
) -> Option<T> {
    let text = reader.text(key, value)?;
    let found = names.iter().find(|(name, _)| **name == *text).map(|(_, value)| *value);
    if found.is_none() {
        let diagnostic = Diagnostic::new(Code::BadSetting, format!("`{key}` cannot be `{text}`"))
            .nearest(&text, names.iter().map(|(name, _)| *name));
        reader.problem(value.span(), diagnostic);
    }
    found
}

/// `label = "…"`, or `label.en = "…"` and `label.zh = "…"`.
pub(in crate::format) fn label(reader: &mut Reader, key: &str, value: &Value) -> Label {
    let DeValue::Table(table) = value.get_ref() else {
        return reader.text(key, value).map(|text| Label::same(&text)).unwrap_or_default();
    };
    let mut label = Label::default();
    for (lang, text) in table {
        match Lang::parse(lang.get_ref()) {
            Some(Lang::En) => label.en = reader.text("en", text).map(String::from),
            Some(Lang::Zh) => label.zh = reader.text("zh", text).map(String::from),
            Some(Lang::Machine) | None => {
                unknown(reader, lang.span(), "language", lang.get_ref(), &Lang::ALL.map(|l| l.0))
            }
        }
    }
    label
}

pub(in crate::format) fn set<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

/// A whole number from 1 to a hundred years of days.
pub(in crate::format) fn positive(reader: &mut Reader, key: &str, value: &Value) -> Option<u32> {
    reader.number(key, value, 1, 36_500)
}

/// A rep, board or column without an id that can be one.
pub(in crate::format) fn needs_id(what: &str, bad: &BadId) -> Diagnostic {
    let message = match bad {
        BadId::Empty => format!("a {what} needs an `id`"),
        bad => format!("a {what} cannot have this `id`: {bad}"),
    };
    Diagnostic::new(Code::BadSetting, message)
        .help("id = \"…\": letters and digits of any script, `-`, `_` and `.`")
}
