//! The language of texts for people: `--lang`, `CRM_LANG`, the ledger, the locale, in this order.

use crate::common::{Run, Sandbox, contains, run};

fn with(sandbox: &Sandbox, variables: &[(&str, &str)], line: &str) -> Run {
    let mut command = sandbox.command();
    command.args(line.split(' ')).envs(variables.iter().copied());
    run(&mut command)
}

fn board(sandbox: &Sandbox, variables: &[(&str, &str)], line: &str) -> String {
    with(sandbox, variables, line).ok().lines().next().unwrap().to_owned()
}

#[test]
fn the_language_that_is_asked_for_comes_before_the_ledgers() {
    let english = Sandbox::ledger();
    english.prospect("zhang", "name = \"张先生\"", "2009-12-01 = { kind = \"opened\" }\n");
    let chinese = Sandbox::with_settings("[ledger]\nlanguage = \"zh\"\n");
    chinese.prospect("zhang", "name = \"张先生\"", "2009-12-01 = { kind = \"opened\" }\n");
    for (sandbox, variables, line, title) in [
        (&english, vec![("LANG", "zh_CN.UTF-8")], "report board", "Board"),
        (&english, vec![("CRM_LANG", "zh")], "report board", "潜在客户管理看板"),
        (&english, vec![], "--lang zh report board", "潜在客户管理看板"),
        (&english, vec![("CRM_LANG", "zh")], "report board --lang en", "Board"),
        (&chinese, vec![], "report board", "潜在客户管理看板"),
        (&chinese, vec![("CRM_LANG", "en")], "report board", "Board"),
    ] {
        assert_eq!(board(sandbox, &variables, line), title, "{line} {variables:?}");
    }
    let told = with(&english, &[("CRM_LANG", "zh")], "show li").fails(2);
    contains(&told, &["错误[not-found]"]);
    let csv = |variables| with(&english, variables, "report board -f csv").ok();
    assert_eq!(csv(&[]), csv(&[("CRM_LANG", "zh")]));
}

#[test]
fn an_unknown_language_is_refused() {
    let sandbox = Sandbox::ledger();
    let told = with(&sandbox, &[("CRM_LANG", "fr")], "list").fails(2);
    contains(&told, &["CRM_LANG: no language `fr`", "one of: en, zh"]);
    with(&sandbox, &[], "list --lang fr").fails(2);
}

#[test]
fn reasons_in_the_ledger_keep_to_its_language() {
    let sandbox = Sandbox::ledger();
    sandbox.prospect(
        "zhang",
        "name = \"张先生\"",
        "2009-10-01-1 = { kind = \"opened\" }\n\
         2009-10-01-2 = { kind = \"meeting\", stage = \"25\", next = 2009-10-10 }\n",
    );
    with(&sandbox, &[], "--lang zh sweep --apply").done();
    contains(&sandbox.read("prospects/zhang.toml"), &["reason = \"past the sales cycle"]);
}
