//! Forms of TOML 1.1 that readers of TOML 1.0 refuse. A file with them is read here, and perhaps nowhere else.

use crate::diag::{Code, Diagnostic, Place, Words};
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

/// A finding for each place where a text that is TOML has a form of TOML 1.1.
pub fn newer(text: &str, place: &Place) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut note = |from: usize, to: usize, what: Words, help: Words| {
        let message = Words::both(
            format!("{}: readers of TOML 1.0 refuse the file", what.en()),
            format!("{}：只懂 TOML 1.0 的程序读不了此文件", what.zh()),
        );
        let at = place.clone().span(from..to);
        found.push(Diagnostic::new(Code::NewerToml, message).at(at).help(help));
    };
    // The brackets that are open; the comma before this token, spaces and comments aside.
    let mut open: Vec<TokenKind> = Vec::new();
    let mut comma = None;
    let mut broken = false;
    for token in Source::new(text).lex() {
        let (kind, from, to) = (token.kind(), token.span().start(), token.span().end());
        let in_table = open.last() == Some(&TokenKind::LeftCurlyBracket);
        match kind {
            TokenKind::Whitespace | TokenKind::Comment => continue,
            TokenKind::Newline if in_table => {
                // One finding for a table over several lines, however many.
                if !broken {
                    let what = words!("an inline table over several lines", "行内表跨了多行");
                    let help = words!("write it on one line", "请写在一行之内");
                    note(from, from, what, help);
                }
                broken = true;
                continue;
            }
            TokenKind::Newline => continue,
            TokenKind::LeftCurlyBracket | TokenKind::LeftSquareBracket => open.push(kind),
            TokenKind::RightSquareBracket => drop(open.pop()),
            TokenKind::RightCurlyBracket => {
                if let Some((from, to)) = comma {
                    let what = words!("a comma before `}}`", "`}}` 之前有逗号");
                    note(from, to, what, words!("remove the comma", "请去掉该逗号"));
                }
                open.pop();
                broken = false;
            }
            TokenKind::BasicString | TokenKind::MlBasicString => {
                if let Some((at, escape)) = newer_escape(&text[from..to]) {
                    let what = words!("the escape `\\{escape}`", "转义 `\\{escape}`");
                    let help = words!("write it as \\u00HH", "请写作 \\u00HH");
                    note(from + at, from + at + 2, what, help);
                }
            }
            TokenKind::Atom if has_no_seconds(&text[from..to]) => {
                let time = &text[from..to];
                let what = words!("a time without seconds, `{time}`", "时间 `{time}` 没有秒");
                note(from, to, what, words!("add the seconds: 10:30:00", "请补上秒：10:30:00"));
            }
            _ => {}
        }
        comma = (kind == TokenKind::Comma).then_some((from, to));
    }
    found
}

/// Where a string has `\e` or `\x`, and which.
fn newer_escape(string: &str) -> Option<(usize, char)> {
    let mut chars = string.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == '\\'
            && let Some((_, escape @ ('e' | 'x'))) = chars.next()
        {
            return Some((at, escape));
        }
    }
    None
}

/// Is it a time, or ends with one, of hours and minutes alone? A bare key has no `:`.
fn has_no_seconds(atom: &str) -> bool {
    atom.find(':').is_some_and(|colon| atom.as_bytes().get(colon + 3) != Some(&b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_toml_1_0_does_not_have() {
        for (text, columns) in [
            ("a = { b = 1 }\nc = [\n  1,\n  2,\n]\n", vec![]),
            ("a = { b = [\n1,\n] }\n", vec![]),
            ("a = \"\\\\e \\u0041 \\n\"\nb = '\\e'\nc = '''\\x41'''\n", vec![]),
            (
                "a = 10:30:00\nb = 2009-12-18T10:30:00Z\nc = 10:30:00.5\nd = \"10:30\" # 10:30\n",
                vec![],
            ),
            ("a = {\n b = 1 }\n", vec!["over several lines"]),
            ("a = { b = 1\n}\nc = { d = 1\n}\n", vec!["over several lines", "over several lines"]),
            ("a = { b = 1, }\n", vec!["a comma before"]),
            ("a = { b = 1,\n # why\n }\n", vec!["over several lines", "a comma before"]),
            ("a = \"\\e\"\n", vec!["escape `\\e`"]),
            ("a = \"\"\"\\\\\\x41\"\"\"\n", vec!["escape `\\x`"]),
            ("a = 10:30\n", vec!["`10:30`"]),
            ("a = [2009-12-18T10:30, 2009-12-18 10:30+08:00]\n", vec!["10:30`", "`10:30+08:00`"]),
        ] {
            assert!(toml::de::DeTable::parse(text).is_ok(), "{text}");
            let found = newer(text, &Place::file(""));
            let messages: Vec<&str> = found.iter().map(|d| d.message.en()).collect();
            assert_eq!(messages.len(), columns.len(), "{text} {messages:?}");
            for (message, part) in messages.iter().zip(columns) {
                assert!(message.contains(part), "{message} {part}");
            }
        }
    }
}
