//! The sections of `crm.toml`, one file each, and the helpers that they share.

pub mod allocation;
pub mod board;
pub mod calendar;
pub mod campaign;
pub mod criteria;
pub mod department;
pub mod forecast;
pub mod git;
pub mod grading;
pub mod ledger;
pub mod points;
pub mod pool;
pub mod privacy;
pub mod product;
pub mod receivables;
pub mod rep;
pub mod report;
pub mod segment;
pub mod target;
pub mod working_time;

use crate::diag::{Code, Diagnostic, Words};
use crate::format::tree::{Reader, TomlValue};
use crate::model::settings::Settings;
use crate::value::id::BadId;
use crate::value::label::{Label, Lang};
use std::ops::Range;
use toml::de::DeValue;

/// Reports a setting that `section` (`[pool]`) does not have.
pub(in crate::format) fn unknown(
    reader: &mut Reader,
    span: Range<usize>,
    section: &str,
    name: &str,
    valid: &[&str],
) {
    let message =
        words!("unknown setting `{name}` of `{section}`", "`{section}` 没有设置 `{name}`");
    unknown_name(reader, span, Diagnostic::new(Code::BadSetting, message), name, valid);
}

/// Reports a name that is not among the valid ones, with those that are like it.
pub(in crate::format) fn unknown_name(
    reader: &mut Reader,
    span: Range<usize>,
    problem: Diagnostic,
    name: &str,
    valid: &[&str],
) {
    reader.problem(span, problem.nearest(name, valid.iter().copied()));
}

/// Is that a rep of the settings? Reports one that is not, with those that are like it.
pub(in crate::format) fn known_rep(
    reader: &mut Reader,
    settings: &Settings,
    rep: &str,
    span: Range<usize>,
) -> bool {
    let known = settings.rep(rep).is_some();
    if !known {
        let message = words!("no rep has the id `{rep}`", "没有 id 为 `{rep}` 的业务员");
        let reps = settings.reps.iter().map(|rep| &*rep.id);
        reader.problem(span, Diagnostic::new(Code::BadSetting, message).nearest(rep, reps));
    }
    known
}

/// A text that must be one of a few names.
pub(in crate::format) fn one_of<T: Copy>(
    reader: &mut Reader,
    key: &str,
    value: &TomlValue,
    names: &[(&'static str, T)],
) -> Option<T> {
    let text = reader.text(key, value)?;
    let found = names.iter().find(|(name, _)| **name == *text).map(|(_, value)| *value);
    if found.is_none() {
        let diagnostic = Diagnostic::new(
            Code::BadSetting,
            words!("`{key}` cannot be `{text}`", "`{key}` 不能是 `{text}`"),
        )
        .nearest(&text, names.iter().map(|(name, _)| *name));
        reader.problem(value.span(), diagnostic);
    }
    found
}

/// `label = "…"`, or `label.en = "…"` and `label.zh = "…"`.
pub(in crate::format) fn label(reader: &mut Reader, key: &str, value: &TomlValue) -> Label {
    let DeValue::Table(table) = value.get_ref() else {
        return reader.text(key, value).map(|text| Label::same(&text)).unwrap_or_default();
    };
    let mut label = Label::default();
    for (lang, text) in table {
        match Lang::parse(lang.get_ref()) {
            Some(Lang::En) => label.en = reader.text("en", text).map(String::from),
            Some(Lang::Zh) => label.zh = reader.text("zh", text).map(String::from),
            Some(Lang::Machine) | None => {
                let name = lang.get_ref();
                let message = words!("unknown language `{name}`", "未知的语言 `{name}`");
                let problem = Diagnostic::new(Code::BadSetting, message);
                unknown_name(reader, lang.span(), problem, name, &Lang::ALL.map(|l| l.0));
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
pub(in crate::format) fn positive(
    reader: &mut Reader,
    key: &str,
    value: &TomlValue,
) -> Option<u32> {
    reader.number(key, value, 1, 36_500)
}

/// The finding about a rep, board or column whose id is missing or invalid.
pub(in crate::format) fn needs_id(what: &Words, bad: &BadId) -> Diagnostic {
    let (en, zh) = (what.en(), what.zh());
    let message = match bad {
        BadId::Empty => Words::both(format!("a {en} needs an `id`"), format!("{zh}要有 `id`")),
        bad => {
            let why = bad.words();
            Words::both(
                format!("a {en} cannot have this `id`: {}", why.en()),
                format!("{zh}不能用这个 `id`：{}", why.zh()),
            )
        }
    };
    Diagnostic::new(Code::BadSetting, message).help(words!(
        "id = \"…\": letters and digits of any script, `-`, `_` and `.`",
        "id = \"…\"：可用各种文字的字母和数字，以及 `-`、`_`、`.`"
    ))
}
