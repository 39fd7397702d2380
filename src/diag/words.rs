//! Texts for people: English and Chinese side by side, where the text is made. The language is chosen once, at
//! the edge.

/// How a text is worded: for people in a language, or for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese (simplified).
    Zh,
    /// For programs (CSV, JSON, ids): an id where there is one, English elsewhere. It never follows the
    /// language of the ledger.
    Machine,
}

impl Lang {
    /// Every language of people, with its code in settings.
    pub const ALL: [(&'static str, Lang); 2] = [("en", Lang::En), ("zh", Lang::Zh)];

    /// The language of a code such as `zh`.
    pub fn parse(code: &str) -> Option<Lang> {
        Lang::ALL.iter().find(|(c, _)| *c == code).map(|(_, lang)| *lang)
    }

    /// One of two texts.
    pub fn pick<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self {
            Lang::En | Lang::Machine => en,
            Lang::Zh => zh,
        }
    }

    /// Names in a row: `a, b`, in Chinese `a、b`.
    pub fn listed(self, names: impl IntoIterator<Item: ToString>) -> String {
        match self {
            Lang::En | Lang::Machine => format!("{}", listed(names)),
            Lang::Zh => format!("{:#}", listed(names)),
        }
    }

    /// Clauses in a row: `a; b`, in Chinese `a；b`.
    pub fn clauses(self, clauses: impl IntoIterator<Item: ToString>) -> String {
        let clauses: Vec<String> = clauses.into_iter().map(|one| one.to_string()).collect();
        clauses.join(self.pick("; ", "；"))
    }

    /// What a text is about, and the text: `about: text`, in Chinese `about：text`.
    pub fn about(self, what: &str, text: &str) -> String {
        format!("{what}{}{text}", self.pick(": ", "："))
    }

    /// A word of a fixed set: its id for machines, its text for people.
    pub fn term<'a>(self, id: &'a str, en: &'a str, zh: &'a str) -> &'a str {
        match self {
            Lang::Machine => id,
            Lang::En | Lang::Zh => self.pick(en, zh),
        }
    }
}

/// A text in both languages. The `words!` macro makes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Words {
    en: Box<str>,
    /// Empty where the English text serves for both.
    zh: Box<str>,
}

impl Words {
    /// A text in English and in Chinese.
    pub fn both(en: impl Into<String>, zh: impl Into<String>) -> Words {
        Words { en: en.into().into(), zh: zh.into().into() }
    }

    /// A text that is one for both languages: an id, a path, a command line, the output of another program.
    pub fn verbatim(text: impl Into<String>) -> Words {
        Words::both(text, "")
    }

    /// A command line; the names of its values, such as `DATE`, are Chinese in Chinese.
    pub fn command(line: &str) -> Words {
        Words::each(|lang| super::command_in(line, lang))
    }

    /// The text that `make` gives for each language.
    pub fn each(make: impl Fn(Lang) -> String) -> Words {
        Words::both(make(Lang::En), make(Lang::Zh))
    }

    /// The text in a language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh if !self.zh.is_empty() => &self.zh,
            _ => &self.en,
        }
    }

    /// The English text.
    pub fn en(&self) -> &str {
        &self.en
    }

    /// The Chinese text.
    pub fn zh(&self) -> &str {
        self.get(Lang::Zh)
    }

    /// Several texts as one: `a; b`, in Chinese `a；b`.
    pub fn clauses(all: &[Words]) -> Words {
        Words::each(|lang| lang.clauses(all.iter().map(|one| one.get(lang))))
    }

    /// Several texts in a row: `a, b`, in Chinese `a、b`.
    pub fn listed(all: &[Words]) -> Words {
        Words::each(|lang| lang.listed(all.iter().map(|one| one.get(lang))))
    }

    /// Has neither language a text?
    pub fn is_empty(&self) -> bool {
        self.en.is_empty()
    }

    /// The text and the error of the system behind it: in English as the system words it, in Chinese by its kind.
    #[must_use]
    pub fn because(&self, error: &std::io::Error) -> Words {
        use std::io::ErrorKind;
        let zh = match error.kind() {
            ErrorKind::NotFound => "没有这个文件或文件夹",
            ErrorKind::PermissionDenied => "没有权限",
            ErrorKind::AlreadyExists => "已经存在",
            ErrorKind::NotADirectory => "不是文件夹",
            ErrorKind::IsADirectory => "是文件夹",
            ErrorKind::DirectoryNotEmpty => "文件夹不是空的",
            ErrorKind::ReadOnlyFilesystem => "文件系统只读",
            ErrorKind::StorageFull => "磁盘已满",
            ErrorKind::QuotaExceeded => "超出磁盘配额",
            ErrorKind::FileTooLarge => "文件太大",
            ErrorKind::InvalidFilename => "文件名无效",
            ErrorKind::BrokenPipe => "管道已断开",
            ErrorKind::InvalidData => "内容无效",
            ErrorKind::UnexpectedEof => "文件不完整",
            ErrorKind::Interrupted => "被中断",
            _ => "",
        };
        let why = error.to_string();
        let zh = if zh.is_empty() { &*why } else { zh };
        Words::both(format!("{}: {why}", self.en()), format!("{}：{zh}", self.zh()))
    }

    /// `what: ` before the text, in both languages.
    #[must_use]
    pub fn about(&self, what: &str) -> Words {
        let before =
            |text: &str| if text.is_empty() { String::new() } else { format!("{what}: {text}") };
        Words::both(before(&self.en), before(&self.zh))
    }
}

/// A number with the English word for as many: `1 day`, `2 days`, `0 days`.
pub fn counted(n: impl std::fmt::Display, one: &str, more: &str) -> String {
    let n = n.to_string();
    let word = if n == "1" { one } else { more };
    format!("{n} {word}")
}

/// Names in a row, to be put into a text: `{names}` writes `a, b`, and `{names:#}`, for Chinese, `a、b`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed(Vec<String>);

impl Listed {
    /// Is there no name?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Display for Listed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(if f.alternate() { "、" } else { ", " }))
    }
}

/// Names in a row.
pub fn listed(names: impl IntoIterator<Item: ToString>) -> Listed {
    Listed(names.into_iter().map(|name| name.to_string()).collect())
}

/// Names in a row; of more than `most` the first ones, and how many more there are: `a, b, + 3`.
pub fn first_of(names: impl IntoIterator<Item: ToString>, most: usize) -> Listed {
    let Listed(mut names) = listed(names);
    let more = names.len().saturating_sub(most);
    names.truncate(most);
    names.extend((more > 0).then(|| format!("+ {more}")));
    Listed(names)
}

/// A text in English and in Chinese, [`Words`]: `words!("no rep `{id}`", "没有业务员 `{id}`")`.
/// Both take the same arguments, as `format!` does.
macro_rules! words {
    ($en:literal, $zh:literal $(, $($argument:tt)+)?) => {
        $crate::diag::Words::both(
            format!($en $(, $($argument)+)?),
            format!($zh $(, $($argument)+)?),
        )
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_none_is_plural() {
        assert_eq!(counted(0, "day", "days"), "0 days");
        assert_eq!(counted(1, "day", "days"), "1 day");
        assert_eq!(counted(2, "day", "days"), "2 days");
        assert_eq!(counted(11, "day", "days"), "11 days");
        assert_eq!(counted("1.5", "time", "times"), "1.5 times");
    }

    #[test]
    fn names_and_clauses_have_the_signs_of_their_language() {
        let names = listed(["a", "b"]);
        let words = words!("one of {names}", "可选：{names:#}");
        assert_eq!((words.en(), words.zh()), ("one of a, b", "可选：a、b"));
        assert_eq!(
            [Lang::En, Lang::Zh, Lang::Machine].map(|lang| lang.listed(["a", "b"])),
            ["a, b", "a、b", "a, b"]
        );
        assert_eq!([Lang::En, Lang::Zh].map(|lang| lang.about("a", "b")), ["a: b", "a：b"]);
        let [one, two] = [words!("a", "甲"), words!("b", "乙")];
        assert_eq!(Words::clauses(&[one.clone(), two.clone()]), words!("a; b", "甲；乙"));
        assert_eq!(Words::listed(&[one, two]), words!("a, b", "甲、乙"));
        assert_eq!(Words::clauses(&[]), Words::default());
    }

    #[test]
    fn no_more_names_than_the_most_are_in_a_row() {
        let of = |n: u8| first_of((0..n).map(|n| char::from(b'a' + n)), 2).to_string();
        assert_eq!([0, 1, 2, 3, 5].map(of), ["", "a", "a, b", "a, b, + 1", "a, b, + 3"]);
    }

    #[test]
    fn a_text_is_chosen_by_language_and_machines_read_ids() {
        let id = "niu";
        let words = words!("no rep `{id}`", "没有业务员 `{id}`");
        assert_eq!(words.get(Lang::En), "no rep `niu`");
        assert_eq!(words.get(Lang::Machine), "no rep `niu`");
        assert_eq!(words.get(Lang::Zh), "没有业务员 `niu`");
        assert_eq!(words.about("--to").get(Lang::Zh), "--to: 没有业务员 `niu`");
        assert_eq!(Lang::Machine.term("overdue", "overdue", "逾期"), "overdue");
        assert_eq!(Lang::Zh.term("overdue", "overdue", "逾期"), "逾期");
        assert_eq!(Words::verbatim("crm check").get(Lang::Zh), "crm check");
    }

    #[test]
    fn an_error_of_the_system_is_named_by_its_kind() {
        let words = words!("x cannot be read", "无法读取 x");
        let full = words.because(&std::io::ErrorKind::StorageFull.into());
        assert_eq!(
            (full.en(), full.zh()),
            ("x cannot be read: no storage space", "无法读取 x：磁盘已满")
        );
        let other = words.because(&std::io::Error::other("it is a pipe"));
        assert_eq!(other.zh(), "无法读取 x：it is a pipe");
    }
}
