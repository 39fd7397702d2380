//! Words shown to people, in the languages the program speaks.

/// A language of labels and messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese (simplified).
    Zh,
}

impl Lang {
    /// Every language, with its code in settings.
    pub const ALL: [(&'static str, Lang); 2] = [("en", Lang::En), ("zh", Lang::Zh)];

    /// The language of a code such as `zh`.
    pub fn parse(code: &str) -> Option<Lang> {
        Lang::ALL.iter().find(|(c, _)| *c == code).map(|(_, lang)| *lang)
    }

    /// One of two texts.
    pub fn pick<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }
}

/// A name in one or more languages; the id stands in where none is given.
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
            Lang::En => (&self.en, &self.zh),
            Lang::Zh => (&self.zh, &self.en),
        };
        first.as_deref().or(second.as_deref()).unwrap_or(id)
    }
}
