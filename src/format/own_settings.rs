//! `~/.config/crm/config.toml`: text -> [`OwnSettings`].

use crate::diag::{Code, Diagnostic, Place};
use crate::format::settings::{unknown, unknown_name};
use crate::format::tree::{Reader, TomlValue, parse};
use crate::model::own_settings::OwnSettings;
use crate::value::label::Lang;
use crate::value::text::Text;
use std::collections::BTreeMap;
use std::path::Path;

/// Its keys.
pub const OWN_KEYS: [&str; 8] =
    ["user", "language", "format", "identity", "pager", "color", "alias", "defaults"];

/// Reads the settings of a user; all that is wrong is reported together.
///
/// # Errors
/// Fails with each unknown key and each value of a wrong type.
pub fn read_own_settings(text: &str, shown: &Path) -> Result<OwnSettings, Vec<Diagnostic>> {
    let place = Place::file(shown);
    let toml = parse(text, &place).map_err(|problems| {
        problems.into_iter().map(|p| p.recoded(Code::BadSetting)).collect::<Vec<_>>()
    })?;
    let mut reader = Reader::new(place, Code::BadSetting);
    let mut own = OwnSettings::default();
    for (key, value) in &toml {
        let name: &str = key.get_ref();
        match name {
            "user" => own.user = reader.text(name, value),
            "language" => {
                let codes = Lang::ALL.map(|(code, _)| code);
                let code = one_of(&mut reader, name, value, &codes);
                own.language = code.and_then(|code| Lang::parse(&code));
            }
            "format" => own.format = reader.text(name, value),
            "identity" => own.identity = reader.text(name, value),
            "pager" => own.pager = reader.text(name, value),
            "color" => own.color = one_of(&mut reader, name, value, &OwnSettings::COLORS),
            "alias" => own.aliases = lines(&mut reader, name, value),
            "defaults" => own.defaults = lines(&mut reader, name, value),
            _ => unknown(&mut reader, key.span(), "config.toml", name, &OWN_KEYS),
        }
    }
    if reader.problems.is_empty() { Ok(own) } else { Err(reader.problems) }
}

/// A text that is one of a few words.
fn one_of(reader: &mut Reader, key: &str, value: &TomlValue, words: &[&str]) -> Option<Text> {
    let text = reader.text(key, value)?;
    if words.contains(&&*text) {
        return Some(text);
    }
    let message = words!("`{key}` cannot be `{text}`", "`{key}` 不能是 `{text}`");
    unknown_name(reader, value.span(), Diagnostic::new(Code::BadSetting, message), &text, words);
    None
}

/// A table of command lines.
fn lines(reader: &mut Reader, key: &str, value: &TomlValue) -> BTreeMap<Text, Text> {
    let Some(table) = reader.table(key, value) else { return BTreeMap::new() };
    let line = |(name, value): (&toml::Spanned<std::borrow::Cow<'_, str>>, &TomlValue)| {
        let name: &str = name.get_ref();
        Some((name.into(), reader.text(name, value)?))
    };
    table.iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let found = read_own_settings(text, Path::new("config.toml")).unwrap_err();
        found.iter().map(|problem| problem.message.en().to_owned()).collect()
    }

    #[test]
    fn all_keys_are_read() {
        let own = read_own_settings(
            "user = \"liuyan\"\nlanguage = \"zh\"\nformat = \"csv\"\npager = \"\"\ncolor = \"never\"\n\
             [alias]\nmon = \"report sheet\"\n[defaults]\nlist = \"--sort value\"\n",
            Path::new("config.toml"),
        )
        .unwrap();
        assert_eq!(own.user.as_deref(), Some("liuyan"));
        assert_eq!((own.language, own.pager.as_deref()), (Some(Lang::Zh), Some("")));
        assert_eq!((own.format.as_deref(), own.color.as_deref()), (Some("csv"), Some("never")));
        assert_eq!(own.aliases.get("mon").map(|line| &**line), Some("report sheet"));
        assert_eq!(own.defaults.get("list").map(|line| &**line), Some("--sort value"));
        assert_eq!(
            read_own_settings("", Path::new("config.toml")).unwrap(),
            OwnSettings::default()
        );
    }

    #[test]
    fn what_is_wrong_is_reported_together() {
        assert_eq!(
            problems(
                "usr = \"x\"\nlanguage = \"fr\"\npager = 3\ncolor = \"red\"\n[alias]\na = 1\n"
            ),
            [
                "`a` must be a text, not 1",
                "`color` cannot be `red`",
                "`language` cannot be `fr`",
                "`pager` must be a text, not 3",
                "unknown setting `usr` of `config.toml`",
            ]
        );
        assert_eq!(problems("user = ").len(), 1);
    }
}
