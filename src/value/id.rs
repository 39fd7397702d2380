//! Prospect ids: which texts are valid, when two are equal, and how one is made from a name.

use super::pinyin::romanised;
use super::text::narrow;
use crate::diag::Words;
use std::borrow::Cow;
use std::fmt;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The most bytes an id may have, so that `<id>.toml` fits every file system.
pub const MAX_BYTES: usize = 100;

/// Names that Windows keeps for devices, with or without an ending.
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Why a text cannot be an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadId {
    /// No characters at all.
    Empty,
    /// A hidden file on Unix.
    LeadingDot,
    /// Neither letter, digit, `-`, `_` nor `.`.
    Character(char),
    /// `con`, `nul`, …
    Reserved(String),
    /// More than [`MAX_BYTES`].
    TooLong(usize),
}

impl BadId {
    /// The reason, for people.
    pub fn words(&self) -> Words {
        match self {
            BadId::Empty => words!("an id cannot be empty", "id 不能为空"),
            BadId::LeadingDot => words!("an id cannot begin with a dot", "id 不能以点开头"),
            BadId::Character(c) => words!("an id cannot contain {c:?}", "id 不能含有 {c:?}"),
            BadId::Reserved(name) => {
                words!("`{name}` is a reserved name on Windows", "`{name}` 是 Windows 的保留名")
            }
            BadId::TooLong(bytes) => words!(
                "an id has at most {MAX_BYTES} bytes, this one has {bytes}",
                "id 最多 {MAX_BYTES} 字节，这个有 {bytes} 字节"
            ),
        }
    }
}

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words().en())
    }
}

impl std::error::Error for BadId {}

/// Checks that a text may be an id: letters and digits of any script, `-`, `_`, `.`.
pub fn validate(id: &str) -> Result<(), BadId> {
    if id.is_empty() {
        return Err(BadId::Empty);
    }
    if id.starts_with('.') {
        return Err(BadId::LeadingDot);
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let allowed =
        |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.') || is_combining_mark(c);
    if !id.bytes().all(plain)
        && let Some(wrong) = id.chars().find(|c| !allowed(*c))
    {
        return Err(BadId::Character(wrong));
    }
    if id.len() > MAX_BYTES {
        return Err(BadId::TooLong(id.len()));
    }
    let stem = id.split('.').next().unwrap_or(id);
    if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(stem)) {
        return Err(BadId::Reserved(id.to_owned()));
    }
    Ok(())
}

/// The form by which two ids are compared: NFC-normalised, and one character for all its forms in upper and lower case.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfc().map(of_its_capital).flat_map(char::to_lowercase).nfc().collect()
}

/// The capital of a letter that has one, so that letters with one capital are equal: σ and the ς that ends words, s and
/// the long ſ. The dotless ı is not i, as in Unicode's case folding.
fn of_its_capital(c: char) -> char {
    let mut capitals = c.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) if c != 'ı' => capital,
        _ => c,
    }
}

/// NFC, in which é is one character however it was typed.
pub fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// [`fold`] without its cost for most texts: a hundred thousand files of Chinese notes are searched while
/// the user waits.
pub fn folded(text: &str) -> Cow<'_, str> {
    if !text.chars().all(folds_like_ascii) {
        Cow::Owned(fold(text))
    } else if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// The form in which texts are searched: [`fold`], and wide letters and digits as those of ASCII.
pub fn searchable(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        let has_capitals = text.bytes().any(|b| b.is_ascii_uppercase());
        return if has_capitals { text.to_ascii_lowercase().into() } else { text.into() };
    }
    match narrow(text) {
        Cow::Borrowed(text) => folded(text),
        Cow::Owned(text) => Cow::Owned(folded(&text).into_owned()),
    }
}

/// ASCII, and the ideographs and punctuation that neither case nor Unicode form changes.
fn folds_like_ascii(c: char) -> bool {
    c.is_ascii()
        || matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3000}'..='\u{3011}' | '\u{ff01}'..='\u{ff20}'
            | '\u{2010}'..='\u{2027}')
}

/// An id from a name: pinyin and other ASCII transliteration, lower case, words joined by `-`
/// (`张先生` -> `zhang-xian-sheng`). Empty if nothing of the name can be written so.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in deunicode::deunicode(&romanised(name)).chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') && c != '\'' {
            slug.push('-');
        }
        if slug.len() >= 60 {
            break;
        }
    }
    let trimmed = slug.trim_end_matches('-');
    if RESERVED.contains(&trimmed) { format!("{trimmed}-1") } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_any_script() {
        for good in ["zhang", "张先生", "o-neil_2.b", "été", "e\u{301}te"] {
            assert_eq!(validate(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            ".x",
            "../x",
            "a b",
            "a/b",
            "a\\b",
            "a\u{7}",
            "CON",
            "nul.txt",
            "a:b",
            &"x".repeat(101),
        ] {
            assert!(validate(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn same_by_case_and_form() {
        assert_eq!(fold("Été"), fold("e\u{301}te\u{301}"));
        assert_ne!(fold("zhang"), fold("zhao"));
        for (one, other) in [("Σίσυφος", "ΣΊΣΥΦΟΣ"), ("σίσυφοσ", "Σίσυφος"), ("ſ", "S"), ("ß", "ẞ")]
        {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        for (one, other) in [("kır", "kir"), ("straße", "strasse")] {
            assert_ne!(fold(one), fold(other), "{one} {other}");
        }
    }

    #[test]
    fn the_short_cut_folds_as_fold_does() {
        let unchanged = ('\0'..=char::MAX).filter(|c| folds_like_ascii(*c) && !c.is_ascii());
        for c in unchanged {
            assert_eq!(fold(&c.to_string()), c.to_string(), "{c:?}");
        }
        assert_eq!(folded("Ａé"), fold("Ａé"));
    }

    #[test]
    fn texts_are_searched_without_case_and_width() {
        for (text, searched) in [
            ("Ｂｏｂ　Ｌee", "bob lee"),
            ("ÉTÉ", "été"),
            ("１３９－１２３４", "139-1234"),
            ("张先生", "张先生"),
        ] {
            assert_eq!(searchable(text), searched, "{text}");
        }
    }

    #[test]
    fn slugs() {
        assert_eq!(slug("张先生"), "zhang-xian-sheng");
        assert_eq!(slug("  Müller & Söhne GmbH "), "muller-sohne-gmbh");
        assert_eq!(slug("O'Neil"), "oneil");
        assert_eq!(slug("CON"), "con-1");
        assert_eq!(slug("!!!"), "");
    }
}
