//! Explains broken TOML to people: the parser reports the token that it expected, people need the repair.

use crate::diag::{Code, Diagnostic, Place, Words};
use std::ops::Range;
use toml::de::Error;

/// Does a word begin as a date does?
pub fn looks_like_date(token: &str) -> bool {
    let bytes = token.as_bytes();
    bytes.len() >= 8
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4] == b'-'
        && bytes[5].is_ascii_digit()
}

/// Characters of a Chinese keyboard that look like those of TOML.
const WIDE: [(char, char); 11] = [
    ('“', '"'),
    ('”', '"'),
    ('‘', '\''),
    ('’', '\''),
    ('，', ','),
    ('＝', '='),
    ('｛', '{'),
    ('｝', '}'),
    ('［', '['),
    ('］', ']'),
    ('＃', '#'),
];

/// How git begins the lines of a conflict.
const CONFLICT: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// Is a line one of the marks around the sides of a conflict?
pub fn is_conflict_mark(line: &str) -> bool {
    CONFLICT.iter().any(|mark| line.starts_with(mark))
}

/// The most broken lines of a file that are explained.
const AT_MOST: usize = 10;

/// A diagnostic for each broken line, ten at most. Never empty if `errors` is not.
pub fn explain(text: &str, errors: &[Error], place: &Place) -> Vec<Diagnostic> {
    // One broken line can cause several errors; the first error of a line is the real one.
    let mut problems: Vec<(usize, Diagnostic)> = Vec::new();
    for error in errors {
        let broken = Broken::new(text, error);
        if broken.is_conflict() {
            return vec![conflict(&broken, place)];
        }
        if problems.len() < AT_MOST && problems.iter().all(|(seen, _)| *seen != broken.line.start) {
            problems.push((broken.line.start, broken.diagnostic(place)));
        }
    }
    problems.into_iter().map(|(_, problem)| problem).collect()
}

fn conflict(broken: &Broken, place: &Place) -> Diagnostic {
    Diagnostic::new(
        Code::Syntax,
        words!("a merge conflict was left in the file", "文件中残留合并冲突"),
    )
    .at(place.clone().span(broken.line.clone()))
    .help(words!(
        "`crm resolve` settles it; or keep the entries of both sides, and remove git's lines",
        "请用 `crm resolve` 解决；或保留双方的记录，并删去 git 的标记行"
    ))
}

/// An error of the parser with the text around it.
struct Broken<'a> {
    text: &'a str,
    message: &'a str,
    span: Range<usize>,
    line: Range<usize>,
}

impl<'a> Broken<'a> {
    fn new(text: &'a str, error: &'a Error) -> Broken<'a> {
        let span = error.span().unwrap_or(0..0);
        let mut start = span.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let from = text[..start].rfind('\n').map_or(0, |p| p + 1);
        let to = text[start..].find(['\r', '\n']).map_or(text.len(), |p| start + p);
        Broken {
            text,
            message: error.message(),
            span: start..span.end.clamp(start, text.len()),
            line: from..to,
        }
    }

    fn is_conflict(&self) -> bool {
        is_conflict_mark(&self.text[self.line.clone()])
    }

    fn diagnostic(&self, place: &Place) -> Diagnostic {
        let at = |code, message: Words| {
            Diagnostic::new(code, message).at(place.clone().span(self.span.clone()))
        };
        let token = self.token();
        let is_date = looks_like_date(token);
        if let Some((wide, narrow)) = self.wide() {
            return at(
                Code::Syntax,
                words!("`{wide}` is not `{narrow}`", "`{wide}` 不是 `{narrow}`"),
            )
            .help(words!(
                "TOML needs the quotes, commas and brackets of an English keyboard",
                "TOML 只认英文输入法的引号、逗号和括号"
            ));
        }
        if self.message.contains("duplicate key") {
            let diagnostic = at(
                Code::DuplicateKey,
                words!("the key `{token}` appears twice", "键 `{token}` 出现两次"),
            );
            if !is_date {
                return diagnostic.help(words!("keep one of the two lines", "请保留其中一行"));
            }
            let first = self
                .first_line_of(token)
                .map(|line| words!("it first appears in line {line}", "首次出现在第 {line} 行"));
            let diagnostic = first.into_iter().fold(diagnostic, Diagnostic::note);
            return diagnostic.help(words!(
                "two entries of one day need different keys, such as `{}-2`; `crm log` makes \
                 such keys",
                "同一天的两条记录要用不同的键，如 `{}-2`；`crm log` 会自动这样写",
                token.get(..10).unwrap_or(token)
            ));
        }
        if is_date && (self.message.contains("date") || self.message.contains("time")) {
            let why = self.message.trim_start_matches("invalid date, ");
            return at(
                Code::BadDate,
                words!("`{token}` is not a date: {why}", "`{token}` 不是日期：{why}"),
            )
            .help(words!(
                "a date is YYYY-MM-DD and in the calendar, as in 2009-12-15",
                "日期写成 YYYY-MM-DD，且日历上有这一天，如 2009-12-15"
            ));
        }
        if self.message.contains("recurs") {
            return at(Code::Syntax, words!("brackets are nested too deeply", "括号嵌套过深"))
                .help(words!(
                    "no key of a ledger holds more than a list of texts",
                    "账本的键最多是文本列表"
                ));
        }
        if self.message.starts_with("string values must be quoted") {
            return self.unquoted(at);
        }
        if let Some(open) = self.unclosed_line() {
            return at(
                Code::Syntax,
                words!("the entry has no closing `}}`", "记录缺少结尾的 `}}`"),
            )
            .at(place.clone().span(open))
            .help(words!(
                "an entry is one line: KEY = {{ kind = \"…\", … }}",
                "每条记录一行：键 = {{ kind = \"…\", … }}"
            ));
        }
        if self.message.starts_with("invalid basic string, expected") {
            return at(Code::Syntax, words!("the text has no closing quote", "文本缺少结尾的引号"))
                .help(words!(
                    "close it with \"; a text is one line, and a line break in it is written \\n",
                    "请以 \" 结尾；文本只占一行，换行写作 \\n"
                ));
        }
        let diagnostic =
            at(Code::Syntax, words!("not valid TOML: {}", "不是有效的 TOML：{}", self.message));
        if self.text[..self.span.start].trim_end_matches(' ').ends_with('"') {
            return diagnostic
                .help(words!("a quote inside a text is written \\\"", "文本内的引号写作 \\\""));
        }
        diagnostic.help(words!(
            "`crm help format` shows how the files are written",
            "文件写法见 `crm help format`"
        ))
    }

    /// A value without quotes, or none at all.
    fn unquoted(&self, at: impl Fn(Code, Words) -> Diagnostic) -> Diagnostic {
        let line = &self.text[self.line.clone()];
        let key = line[..self.span.start - self.line.start]
            .rsplit([',', '{'])
            .next()
            .and_then(|part| part.split('=').next())
            .map_or("", str::trim);
        let value = self.text.get(self.span.clone()).map_or("", str::trim);
        if value.is_empty() || value.starts_with(['#', ',', '}']) {
            return at(Code::Syntax, words!("`{key}` has no value", "`{key}` 没有值")).help(
                words!(
                    "write {key} = \"…\", or remove the line",
                    "请写 {key} = \"…\"，或删去这一行"
                ),
            );
        }
        at(Code::Syntax, words!("`{key}` has a text without quotes", "`{key}` 的文本没有加引号"))
            .help(words!("write {key} = \"{}\"", "请写 {key} = \"{}\"", value.replace('"', "")))
    }

    /// The character of a Chinese keyboard at the error, and the character that TOML needs instead.
    fn wide(&self) -> Option<(char, char)> {
        let here = self.text[self.span.start..self.line.end.max(self.span.start)].chars();
        let before = self.text[..self.span.start].chars().next_back();
        let near = here.take(1).chain(before);
        near.filter_map(|c| WIDE.iter().find(|(wide, _)| *wide == c)).next().copied()
    }

    /// Where the line above ends, if it opens a `{` that it does not close and the parser noticed only
    /// here.
    fn unclosed_line(&self) -> Option<Range<usize>> {
        let first = self.text[self.line.start..self.span.start].trim().is_empty();
        let above = self.text[..self.line.start].trim_end();
        let from = above.rfind('\n').map_or(0, |p| p + 1);
        let opens = above[from..].matches('{').count() > above[from..].matches('}').count();
        (first && opens && !above.is_empty()).then_some(above.len()..above.len())
    }

    /// The word at the place of the error.
    fn token(&self) -> &'a str {
        let is_word = |c: &char| !c.is_whitespace() && !"=,{}[]#\"'".contains(*c);
        let (before, after) = self.text.split_at(self.span.start);
        let back: usize = before.chars().rev().take_while(is_word).map(char::len_utf8).sum();
        let on: usize = after.chars().take_while(is_word).take(80).map(char::len_utf8).sum();
        &self.text[self.span.start - back..self.span.start + on]
    }

    /// The line, counted from 1, that begins with this key.
    fn first_line_of(&self, key: &str) -> Option<usize> {
        self.text[..self.line.start]
            .lines()
            .position(|line| {
                let rest = line.trim_start().strip_prefix(key);
                rest.is_some_and(|rest| rest.starts_with(['=', ' ', '\t', '.']))
            })
            .map(|line| line + 1)
    }
}
