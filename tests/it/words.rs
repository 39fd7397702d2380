//! Every text for people is written in English and in Chinese where it is made: the message of a diagnostic
//! is made by `words!`, not by a literal or by `format!`.

use crate::common::Sandbox;
use crate::layers::sources;
use crm::format::read_settings::read_settings;
use std::path::Path;

/// The folders whose diagnostics are all bilingual. Other folders join until the whole of `src` is here.
const FINISHED: &[&str] =
    &["src/check", "src/disk", "src/format", "src/git", "src/guard", "src/report", "src/rules"];

/// Where a text begins that a diagnostic shows, and which argument of the call it is.
const CALLS: [(&str, usize); 4] =
    [("Diagnostic::new(", 1), (".help(", 0), (".note(", 0), (".label(", 0)];

/// The code of a file with a blank for each byte of comments, of the inside of strings and characters, and of
/// test modules. Line ends stay, so that offsets and line numbers are those of the file.
fn code(text: &str) -> String {
    let mut out: Vec<u8> = text.bytes().collect();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let (hidden, length) = if rest.starts_with("//") {
            let length = rest.find('\n').unwrap_or(rest.len());
            (0..length, length)
        } else if rest.starts_with("/*") {
            let length = rest.find("*/").map_or(rest.len(), |end| end + 2);
            (0..length, length)
        } else if let Some((open, close)) = raw_string(rest) {
            let end = rest[open..].find(&close).map_or(rest.len(), |end| open + end);
            (open..end, end + close.len())
        } else if let Some(inner) = rest.strip_prefix('"') {
            let end = unescaped_end(inner, '"').map_or(rest.len(), |end| end + 1);
            (1..end, end + 1)
        } else if let Some(end) = character(rest) {
            (1..end, end + 1)
        } else {
            (0..0, rest.chars().next().map_or(1, char::len_utf8))
        };
        for byte in &mut out[at + hidden.start..(at + hidden.end).min(text.len())] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at += length;
    }
    let mut code = String::from_utf8(out).unwrap();
    while let Some(start) = code.find("#[cfg(test)]\nmod ") {
        let open = start + code[start..].find('{').unwrap();
        let end = open + 1 + closing(&code[open + 1..]);
        let blank: String =
            code[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        code.replace_range(start..end, &blank);
    }
    code
}

/// The length of `r#"` and the text that closes it, if a raw string begins here.
fn raw_string(rest: &str) -> Option<(usize, String)> {
    let hashes = rest.strip_prefix('r')?.bytes().take_while(|b| *b == b'#').count();
    rest[1 + hashes..].starts_with('"').then(|| (hashes + 2, format!("\"{}", "#".repeat(hashes))))
}

/// Where the closing quote of a literal is, from behind the opening one.
fn unescaped_end(inner: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    inner.char_indices().find_map(|(at, c)| {
        let end = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        end.then_some(at)
    })
}

/// Where the closing quote of a character is; `None` for a lifetime.
fn character(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    let mut chars = inner.chars();
    let first = chars.next()?;
    let is_character = first == '\\' || chars.next() == Some('\'');
    is_character.then(|| unescaped_end(inner, '\'').map(|end| end + 1))?
}

/// The length of what lies before the bracket that closes a call, a block or a list.
fn closing(code: &str) -> usize {
    let mut depth = 0;
    code.bytes()
        .position(|byte| {
            depth += i32::from(b"([{".contains(&byte)) - i32::from(b")]}".contains(&byte));
            depth < 0
        })
        .map_or(code.len(), |end| end + 1)
}

/// The arguments of a call, from behind its opening bracket.
fn arguments(code: &str) -> Vec<&str> {
    let inside = &code[..closing(code).saturating_sub(1)];
    let mut depth = 0;
    let arguments = inside.split(|c: char| {
        depth += i32::from("([{".contains(c)) - i32::from(")]}".contains(c));
        depth == 0 && c == ','
    });
    arguments.map(str::trim).collect()
}

/// Lines on which a diagnostic gets a text of one language.
fn one_language(text: &str) -> Vec<usize> {
    let code = code(text);
    let mut lines = Vec::new();
    for (call, position) in CALLS {
        for (at, _) in code.match_indices(call) {
            let arguments = arguments(&code[at + call.len()..]);
            let message = arguments.get(position).copied().unwrap_or_default();
            let is_literal = ["\"", "r\"", "r#"]
                .iter()
                .any(|quote| message.trim_start_matches('&').starts_with(quote));
            let is_formatted = message.contains("format!(") && !message.contains("Words::both(");
            if is_literal || is_formatted {
                lines.push(code[..at].matches('\n').count() + 1);
            }
        }
    }
    lines.sort_unstable();
    lines
}

#[test]
fn diagnostics_of_finished_folders_are_in_both_languages() {
    let mut wrong = Vec::new();
    let sources = sources();
    for folder in FINISHED {
        let start = format!("{folder}/");
        let inside = sources.iter().filter(|(file, _)| file.starts_with(&start));
        assert!(inside.clone().count() > 0, "no file in {folder}");
        for (file, text) in inside {
            wrong.extend(one_language(text).iter().map(|line| format!("{file}:{line}")));
        }
    }
    assert!(wrong.is_empty(), "write `words!(\"English\", \"中文\")`:\n{}", wrong.join("\n"));
}

#[test]
fn texts_of_one_language_are_found() {
    let text = r##"
fn f<'a>() {
    // .help("a comment")
    let quote = '"';
    Diagnostic::new(Code::X, "a literal");
    Diagnostic::new(
        Code::X,
        format!("over lines {x}"),
    )
    .note(words!("a, (b", "甲"))
    .help("a literal".to_owned())
    .label(r#"raw "literal""#)
    .note(Words::both(format!("{en}"), format!("{zh}")))
    .help(help);
    Diagnostic::new(Code::X, words!("{} x", "{}", y.join(", ")));
}

#[cfg(test)]
mod tests {
    fn g() { Diagnostic::new(Code::X, "in a test"); }
}
"##;
    assert_eq!(one_language(text), [5, 6, 11, 12]);
}

#[test]
fn findings_of_a_chinese_ledger_are_in_chinese() {
    let sandbox = Sandbox::with_settings("[ledger]\nlanguage = \"zh\"\n");
    sandbox.prospect(
        "zhang",
        "name = \"张先生\"\ncompany = 7",
        "2009-12-01 = { kind = \"opened\", confirms = [\"bugdet\"] }\n",
    );
    let found = sandbox.crm("check").stdout;
    for text in ["`company` 应为文本，而不是 7", "请加引号：company = \"7\"", "没有标准 `bugdet`"]
    {
        assert!(found.contains(text), "{text}\n{found}");
    }
    let unknown = sandbox.crm("show li").stderr;
    assert!(unknown.contains("没有潜在客户 `li`"), "{unknown}");
    let field = sandbox.crm("list stge:50").fails(2);
    assert!(field.contains("没有字段 `stge`") && field.contains("是否指 `stage`？"), "{field}");
    let column = sandbox.crm("list --columns stge").fails(2);
    assert!(column.contains("没有名为 `stge` 的列"), "{column}");
    let page = sandbox.crm("help query").ok();
    assert!(page.contains("预计签约日") && page.contains("is:overdue"), "{page}");
    let problems = read_settings("[[rep]]\nid = \".a\"\n", Path::new("crm.toml")).unwrap_err();
    assert_eq!(problems[0].message.zh(), "业务员不能用这个 `id`：id 不能以点开头");
}
