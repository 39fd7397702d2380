//! A user's own settings: user, language, aliases, options by default.

use crate::common::{Run, Sandbox, contains, run};

/// A ledger of two reps, and a user with these settings.
fn ledger(own: &str) -> Sandbox {
    let sandbox = Sandbox::with_settings("[[rep]]\nid = \"liuyan\"\n[[rep]]\nid = \"he\"\n");
    sandbox.prospect(
        "zhang",
        "name = \"张先生\"\nowner = \"liuyan\"",
        "2009-12-01 = { kind = \"opened\", owner = \"liuyan\", value = 5 }\n",
    );
    sandbox.prospect(
        "chen",
        "name = \"陈女士\"\nowner = \"he\"",
        "2009-12-01 = { kind = \"opened\", owner = \"he\", value = 9 }\n",
    );
    sandbox.write(".config/crm/config.toml", own);
    sandbox
}

fn with(sandbox: &Sandbox, variables: &[(&str, &str)], words: &[&str]) -> Run {
    let mut command = sandbox.command();
    command.args(words).envs(variables.iter().copied());
    run(&mut command)
}

fn ids(sandbox: &Sandbox, words: &[&str]) -> String {
    let words: Vec<&str> = words.iter().copied().chain(["-f", "ids"]).collect();
    with(sandbox, &[], &words).ok()
}

#[test]
fn an_alias_and_the_options_of_a_command() {
    let own = "[alias]\nmine = \"list owner:liuyan\"\n[defaults]\nlist = \"--sort -value\"\n";
    let sandbox = ledger(own);
    assert_eq!(ids(&sandbox, &["mine"]), "zhang\n");
    assert_eq!(ids(&sandbox, &["list"]), "chen\nzhang\n");
    assert_eq!(ids(&sandbox, &["list", "--sort", "value"]), "zhang\nchen\n");
    let without = with(&sandbox, &[("CRM_CONFIG", "")], &["list", "-f", "ids"]).ok();
    assert_eq!(without, "chen\nzhang\n");
    let none = with(&sandbox, &[("CRM_CONFIG", "")], &["mine"]).fails(2);
    contains(&none, &["unknown command `mine`"]);
}

#[test]
fn the_user_signs_and_is_me() {
    let sandbox = ledger("user = \"liuyan\"\n");
    assert_eq!(ids(&sandbox, &["list", "owner:me"]), "zhang\n");
    with(&sandbox, &[], &["log", "zhang", "call"]).done();
    contains(&sandbox.read("prospects/zhang.toml"), &["by = \"liuyan\""]);
    // The environment comes before the file.
    let he = with(&sandbox, &[("CRM_USER", "he")], &["list", "owner:me", "-f", "ids"]).ok();
    assert_eq!(he, "chen\n");
    let unknown = with(&sandbox, &[("CRM_CONFIG", "")], &["list", "owner:me"]).fails(2);
    contains(&unknown, &["nothing says which rep `me` is", "set CRM_USER"]);
}

#[test]
fn the_language_and_the_format_of_a_terminal() {
    let sandbox = ledger("language = \"zh\"\nformat = \"json\"\n");
    let board = with(&sandbox, &[], &["report", "board"]).ok();
    contains(&board, &["潜在客户管理看板"]);
    let english = with(&sandbox, &[("CRM_LANG", "en")], &["report", "board"]).ok();
    contains(&english, &["Board\n"]);
}

#[test]
fn wrong_settings_stop_every_command_with_their_place() {
    let sandbox = ledger("usr = \"x\"\n");
    let told = with(&sandbox, &[], &["list"]).fails(2);
    contains(&told, &["unknown setting `usr`", "config.toml:1:1", "did you mean `user`?"]);
    let sandbox = ledger("[alias]\nlist = \"due\"\n");
    let told = with(&sandbox, &[], &["list"]).fails(2);
    contains(&told, &["alias `list`: a command has this name"]);
}

#[test]
fn an_alias_of_a_verb_keeps_the_options_before_it() {
    let sandbox = ledger("[alias]\nring = \"call\"\nreach = \"meet\"\n");
    let elsewhere = Sandbox::empty();
    let mut command = elsewhere.command();
    command.env("CRM_CONFIG", sandbox.path().join(".config/crm/config.toml"));
    let folder = sandbox.path().display().to_string();
    command.args(["--ledger", &folder, "reach", "zhang", "-m", "met"]);
    run(&mut command).done();
    contains(&sandbox.read("prospects/zhang.toml"), &["kind = \"meeting\"", "note = \"met\""]);
}
