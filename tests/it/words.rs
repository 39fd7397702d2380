//! Every text for people is written in English and in Chinese where it is made: the message of a diagnostic and
//! a line of talk are made by `words!`, not by a literal or by `format!`.

use crate::common::{Run, Sandbox, run, split};
use crate::layers::sources;
use crm::format::read_settings::read_settings;
use std::path::Path;

/// The folders whose diagnostics and talk are all bilingual. Other folders join until the whole of `src` is here.
const FINISHED: &[&str] = &[
    "src/act",
    "src/check",
    "src/cli",
    "src/disk",
    "src/format",
    "src/git",
    "src/guard",
    "src/model",
    "src/plan",
    "src/render",
    "src/report",
    "src/rules",
    "src/table",
    "src/value",
];

/// The calls that are given a text for people, and the argument that is this text.
const CALLS: [(&str, usize); 6] = [
    ("Diagnostic::new(", 1),
    (".help(", 0),
    (".note(", 0),
    (".label(", 0),
    (".say(", 0),
    (".say_last(", 0),
];

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

/// Lines on which a diagnostic or talk gets a text of one language.
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
            let is_formatted = message.contains("format!(") && !message.contains("Words::");
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
    context.say("talk");
    context.say_last(&format!("{x}"));
    context.say(Words::verbatim(format!("crm log {x}")));
    context.say_last(words!("x", "甲"));
}

#[cfg(test)]
mod tests {
    fn g() { Diagnostic::new(Code::X, "in a test"); }
}
"##;
    assert_eq!(one_language(text), [5, 6, 11, 12, 16, 17]);
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

/// Runs `crm` in a sandbox with variables of the locale.
fn with_locale(sandbox: &Sandbox, variables: &[(&str, &str)], line: &str) -> Run {
    let mut command = sandbox.command();
    run(command.args(split(line)).envs(variables.iter().copied()))
}

#[test]
fn a_chinese_ledger_talks_chinese_whatever_the_locale_is() {
    let sandbox = Sandbox::with_settings("[ledger]\nlanguage = \"zh\"\n");
    let english = [("LC_ALL", "en_US.UTF-8")];
    for (line, expected) in [
        ("add 张先生", "张先生：已建档 prospects/zhang-xian-sheng.toml\n"),
        ("log zhang call", "zhang-xian-sheng (张先生)：2009-12-18 电话\n"),
        ("tally liu --dials 2", "liu 2009-12-18：拨打 2，接通 0，约见 0\n"),
        ("check", "已检查 1 个潜在客户：0 处错误，0 处警告，0 条信息\n"),
    ] {
        let said = with_locale(&sandbox, &english, line);
        assert_eq!((said.status, said.stderr.as_str()), (0, expected), "crm {line}");
    }
    // The words before messages, also where the command fails before it opens the ledger.
    let refused = with_locale(&sandbox, &english, "advance zhang 50").stderr;
    assert!(refused.starts_with("错误[unsupported-move]: "), "{refused}");
    assert!(refused.contains("\n  = 提示: ") && refused.contains("\n  = 帮助: "), "{refused}");
    let unknown = with_locale(&sandbox, &english, "report fnnel").stderr;
    assert!(unknown.starts_with("错误[bad-argument]: 没有报表 `fnnel`\n"), "{unknown}");
    assert!(unknown.contains("帮助: 是否指 `funnel`？"), "{unknown}");
    sandbox.write("prospects/li.toml", "name = 7\n");
    let counted = with_locale(&sandbox, &english, "list").stderr;
    assert_eq!(counted, "账本中有 1 处问题：`crm check` 列出详情\n");
    // An editor knows severities by their names.
    let lines = with_locale(&sandbox, &english, "check --lines").stdout;
    assert!(lines.contains("prospects/li.toml:1:8: error[wrong-type]: "), "{lines}");
}

#[test]
fn without_a_ledger_messages_follow_the_locale() {
    let sandbox = Sandbox::empty();
    for (variables, chinese) in [
        (&[("LANG", "zh_CN.UTF-8")][..], true),
        (&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "en_US.UTF-8")], false),
        (&[("LC_ALL", "zh_TW"), ("LANG", "C")], true),
        (&[("LANG", "en_US.UTF-8")], false),
        (&[], false),
    ] {
        let said = with_locale(&sandbox, variables, "list").fails(2);
        let start = if chinese { "错误[no-ledger]: " } else { "error[no-ledger]: " };
        assert!(said.starts_with(start), "{variables:?}\n{said}");
        let said = with_locale(&sandbox, variables, "list --as-of tomorow").fails(2);
        assert_eq!(said.contains("不是日期"), chinese, "{variables:?}\n{said}");
    }
    // An English ledger talks English.
    let sandbox = Sandbox::with_settings("[ledger]\nlanguage = \"en\"\n");
    let said = with_locale(&sandbox, &[("LANG", "zh_CN.UTF-8")], "report fnnel").stderr;
    assert!(said.starts_with("error[bad-argument]: no report `fnnel`\n"), "{said}");
}

#[test]
fn an_import_explains_its_rows_in_chinese() {
    let sandbox = Sandbox::with_settings("[ledger]\nlanguage = \"zh\"\n");
    let rows = "name,date,stage,score\n王,2009-12-01,none,x\n,2009-12-01,,\n李,2010-01-01,,\n";
    sandbox.write("rows.csv", rows);
    let said = sandbox.crm("import rows.csv").fails(1);
    for text in [
        "没有 `none` 这一栏",
        "`score`: `x` 不是金额",
        "这一行没有名称",
        "2010-01-01 还没有到",
        "3 行中有 3 行无法导入；未作任何写入",
        "请修改这些行，或略过它们：--skip-bad",
    ] {
        assert!(said.contains(text), "{text}\n{said}");
    }
    sandbox.write("rows.csv", "name,date\n王,2009-12-01\n");
    let said = sandbox.crm("import rows.csv").stderr;
    assert!(said.contains("编号由名称生成"), "{said}");
    assert!(said.contains("1 行：新增潜在客户 1 个，写入记录 1 条"), "{said}");
}

#[test]
fn every_text_of_a_checkup_has_two_languages() {
    let sandbox = Sandbox::with_settings("[ledger]\nlanguage = \"zh\"\n");
    let table = sandbox.crm("doctor").stdout;
    assert!(table.contains("检查项") && table.contains("账本不在 git 中"), "{table}");
    let json = sandbox.crm("doctor -f csv").stdout;
    assert!(json.starts_with("check,verdict,found,help\ngit,advice,git does not keep"), "{json}");
    let list = sandbox.crm("check --list").stdout;
    assert!(list.contains("超过销售周期") && list.contains("警告"), "{list}");
    let list = sandbox.crm("check --list -f csv").stdout;
    assert!(list.contains("overdue,warning,past the sales cycle"), "{list}");
}
