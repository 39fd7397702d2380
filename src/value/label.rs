//! Words shown to people, in the languages the program speaks.

pub use crate::diag::Lang;

/// A name in one or more languages; the id serves where none is given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    /// English.
    pub en: Option<String>,
    /// Chinese.
    pub zh: Option<String>,
}

impl Label {
    /// Both languages at once.
    pub fn both(en: &str, zh: &str) -> Label {
        Label { en: Some(en.to_owned()), zh: Some(zh.to_owned()) }
    }

    /// One text for every language.
    pub fn same(text: &str) -> Label {
        Label::both(text, text)
    }

    /// The text in `lang`, else in the other language, else `id`.
    pub fn get<'a>(&'a self, lang: Lang, id: &'a str) -> &'a str {
        let (first, second) = match lang {
            Lang::En | Lang::Machine => (&self.en, &self.zh),
            Lang::Zh => (&self.zh, &self.en),
        };
        first.as_deref().or(second.as_deref()).unwrap_or(id)
    }

    /// The word for a thing with an id: the id for machines, the label for people.
    pub fn term<'a>(&'a self, lang: Lang, id: &'a str) -> &'a str {
        match lang {
            Lang::Machine => id,
            Lang::En | Lang::Zh => self.get(lang, id),
        }
    }
}
