//! What is not TOML, in people's words: the parser says what it expected, people need what to mend.

use crate::diag::{Code, Diagnostic, Place};
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

/// So many broken lines of a file are explained.
const AT_MOST: usize = 10;

/// A diagnostic for each broken line, ten at most. Never empty if `errors` is not.
pub fn explain(text: &str, errors: &[Error], place: &Place) -> Vec<Diagnostic> {
    // One broken line can confuse the parser for several; the first of a line is the true one.
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
    Diagnostic::new(Code::Syntax, "a merge conflict was left in the file")
        .at(place.clone().span(broken.line.clone()))
        .help("`crm resolve` mends it; or keep the entries of both sides, and remove the lines of git")
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
        CONFLICT.iter().any(|mark| self.text[self.line.clone()].starts_with(mark))
    }

    fn diagnostic(&self, place: &Place) -> Diagnostic {
        let at = |code, message: String| {
            Diagnostic::new(code, message).at(place.clone().span(self.span.clone()))
        };
        let token = self.token();
        let is_date = looks_like_date(token);
        if let Some((wide, narrow)) = self.wide() {
            return at(Code::Syntax, format!("`{wide}` is not `{narrow}`"))
                .help("TOML takes the quotes, commas and brackets of an English keyboard only");
        }
        if self.message.contains("duplicate key") {
            let diagnostic = at(Code::DuplicateKey, format!("the key `{token}` stands twice"));
            if !is_date {
                return diagnostic.help("keep one of the two lines");
            }
            let first =
                self.first_line_of(token).map(|line| format!("it stands first in line {line}"));
            let diagnostic = first.into_iter().fold(diagnostic, Diagnostic::note);
            return diagnostic.help(format!(
                "two entries of one day need different keys, such as `{}-2`; `crm log` writes them so",
                token.get(..10).unwrap_or(token)
            ));
        }
        if is_date && (self.message.contains("date") || self.message.contains("time")) {
            let why = self.message.trim_start_matches("invalid date, ");
            return at(Code::BadDate, format!("`{token}` is not a date: {why}"))
                .help("a date is YYYY-MM-DD and in the calendar, as in 2009-12-15");
        }
        if self.message.contains("recurs") {
            return at(Code::Syntax, "brackets are nested too deeply".to_owned())
                .help("no key of a ledger takes more than a list of texts");
        }
        if self.message.starts_with("string values must be quoted") {
            return self.unquoted(at);
        }
        if let Some(open) = self.unclosed_line() {
            return at(Code::Syntax, "the entry has no closing `}`".to_owned())
                .at(place.clone().span(open))
                .help("an entry is one line: KEY = { kind = \"…\", … }");
        }
        if self.message.starts_with("invalid basic string, expected") {
            return at(Code::Syntax, "the text has no closing quote".to_owned()).help(
                "close it with \"; a text is one line, and a line break in it is written \\n",
            );
        }
        let diagnostic = at(Code::Syntax, format!("not valid TOML: {}", self.message));
        if self.text[..self.span.start].trim_end_matches(' ').ends_with('"') {
            return diagnostic.help("a quote inside a text is written \\\"");
        }
        diagnostic.help("`crm help format` shows how the files are written")
    }

    /// A value without quotes, or none at all.
    fn unquoted(&self, at: impl Fn(Code, String) -> Diagnostic) -> Diagnostic {
        let line = &self.text[self.line.clone()];
        let key = line[..self.span.start - self.line.start]
            .rsplit([',', '{'])
            .next()
            .and_then(|part| part.split('=').next())
            .map_or("", str::trim);
        let value = self.text.get(self.span.clone()).map_or("", str::trim);
        if value.is_empty() || value.starts_with(['#', ',', '}']) {
            return at(Code::Syntax, format!("`{key}` has no value"))
                .help(format!("write {key} = \"…\", or remove the line"));
        }
        at(Code::Syntax, format!("`{key}` has a text without quotes"))
            .help(format!("write {key} = \"{}\"", value.replace('"', "")))
    }

    /// The character of a Chinese keyboard that the parser stumbled over, and what TOML has for it.
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
