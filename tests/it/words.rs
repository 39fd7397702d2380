//! Every text for people is written in English and in Chinese where it is made.

use crate::common::{Run, Sandbox, run, split};
use crate::layers::sources;
use crm::format::read_settings::read_settings;
use std::path::Path;

/// The texts of each `words!("English", "中文")` in a source, with its line.
fn pairs(text: &str) -> Vec<(usize, &str, &str)> {
    let literal = |rest: &'_ str| -> Option<usize> {
        let mut escaped = false;
        rest.strip_prefix('"')?.char_indices().find_map(|(at, c)| {
            let end = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            end.then_some(at)
        })
    };
    let made = text.match_indices("words!(").filter_map(|(at, call)| {
        let en = text[at + call.len()..].trim_start();
        let end = literal(en)?;
        let zh = en[end + 2..].trim_start().strip_prefix(',')?.trim_start();
        let line = text[..at].matches('\n').count() + 1;
        Some((line, &en[1..=end], &zh[1..=literal(zh)?]))
    });
    made.collect()
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// Has a text two words of English beside arguments and what is quoted? A command line has none to translate.
fn is_worded(en: &str) -> bool {
    let plain = en.split(['{', '}', '`']).step_by(2);
    let words = plain.flat_map(|part| part.split_whitespace());
    let words = words.filter(|word| word.len() > 2 && word.bytes().all(|b| b.is_ascii_lowercase()));
    words.count() > 1 && !en.starts_with("crm ") && !en.contains(" = ")
}

/// The compiler demands both texts; this looks whether the second one is Chinese.
#[test]
fn each_text_has_its_chinese() {
    let (mut seen, mut wrong) = (0, Vec::new());
    for (file, text) in &sources() {
        for (line, en, zh) in pairs(text) {
            seen += 1;
            if is_worded(en) && !zh.chars().any(is_chinese) {
                wrong.push(format!("{file}:{line}: {en} | {zh}"));
            }
        }
    }
    assert!(seen > 500, "only {seen} texts were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn texts_are_found() {
    let text =
        "x\nwords!(\"no `{id}`\", \"没有 `{id}`\")\nwords!(\n  \"a \\\" {b}\",\n  \"甲\",\n)";
    assert_eq!(pairs(text), [(2, "no `{id}`", "没有 `{id}`"), (3, "a \\\" {b}", "甲")]);
    assert!(is_worded("no such `{id}` there") && !is_worded("{id}: {x}") && !is_worded("crm log"));
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
    assert!(unknown.contains("没有潜在客户或客户 `li`"), "{unknown}");
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
