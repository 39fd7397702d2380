//! `crm contact`: the people of a file, kept without a change of anything else in it.

use crate::common::{Sandbox, contains};

const FACTS: &str = "# 手写\nname    = \"浦江五金\"   # 老客户\ncompany = \"浦江\"\n\n\
    [[contact]] # the first\nname  = \"王芳\" # 财务部\n# new since May\nphone = '021-68881234'\n\n\
    [[contact]]\nname  = \"王芳\"\nemail = \"fang.wang@pujiang.example\"\n\n";

const EVENTS: &str = "# journal\n2009-12-01-1-abc = { kind = \"opened\" }\n";

fn ledger() -> Sandbox {
    let sandbox = Sandbox::ledger();
    sandbox.write("prospects/pujiang.toml", format!("{FACTS}[events]\n{EVENTS}"));
    sandbox
}

fn text(sandbox: &Sandbox) -> String {
    sandbox.read("prospects/pujiang.toml")
}

#[test]
fn people_are_added_before_the_journal() {
    let sandbox = ledger();
    let line = "contact add pujiang 李强 --role 采购 --phone '139 1234 5678' --email Li@pujiang.example \
                --birthday 1985-03-02 --part 权力人士 --stance for --concern 交货期 --prefers phone \
                --refuses mail,短信 --decides";
    let said = sandbox.refused(line, 2);
    contains(&said, &["error[unknown-kind]", "短信"]);
    let line = line.replace("短信", "消息");
    let (stdout, stderr) = sandbox.crm(&format!("{line} -n")).done();
    contains(&stdout, &["+++ prospects/pujiang.toml", "+name     = \"李强\""]);
    assert_eq!(stderr, "");
    assert_eq!(
        sandbox.crm(&line).done(),
        (String::new(), "pujiang (浦江五金): 李强 added\n".to_owned())
    );
    let block = "[[contact]]\nname     = \"李强\"\nrole     = \"采购\"\ndecides  = true\nphone    = \"139 1234 5678\"\n\
        email    = \"Li@pujiang.example\"\nbirthday = 1985-03-02\npart     = \"decider\"\nstance   = \"for\"\n\
        concern  = \"交货期\"\nprefers  = \"call\"\nrefuses  = [\"email\", \"message\"]\n\n";
    assert_eq!(text(&sandbox), format!("{FACTS}{block}[events]\n{EVENTS}"));
    assert_eq!(sandbox.crm("check").status, 0);
    let said = sandbox.refused("contact add pujiang 王芳", 1);
    contains(&said, &["error[already-there]", "crm contact edit pujiang 王芳", "--anyway"]);
    sandbox.crm("contact add pujiang 王芳 --anyway").done();
    assert_eq!(text(&sandbox).matches("name  = \"王芳\"").count(), 2);
}

#[test]
fn a_change_touches_its_lines_alone() {
    for (mark, newline) in [("", "\n"), ("\u{feff}", "\r\n")] {
        let sandbox = ledger();
        let of = |facts: &str| format!("{mark}{facts}[events]\n{EVENTS}").replace('\n', newline);
        sandbox.write("prospects/pujiang.toml", of(FACTS));
        let said = sandbox
            .crm("contact edit pujiang 021-68881234 --phone 021-68889999 --stance 反对")
            .done()
            .1;
        assert_eq!(said, "pujiang (浦江五金): 王芳: phone, stance changed\n");
        let phone = "phone = '021-68881234'\n";
        let changed = FACTS.replace(phone, "phone = \"021-68889999\"\nstance = \"against\"\n");
        assert_eq!(text(&sandbox), of(&changed));
        sandbox.crm("contact edit pujiang 王芳#1 --phone '' --rename 王二").done();
        let changed = FACTS.replacen("王芳", "王二", 1).replace(phone, "stance = \"against\"\n");
        assert_eq!(text(&sandbox), of(&changed));
        let said = sandbox
            .crm("contact left pujiang fang.wang@pujiang.example --date 2009-12-11")
            .done()
            .1;
        assert_eq!(said, "pujiang (浦江五金): 王芳 left on 2009-12-11\n");
        let left =
            changed.replace("pujiang.example\"\n", "pujiang.example\"\nleft  = 2009-12-11\n");
        assert_eq!(text(&sandbox), of(&left));
        let said = sandbox.crm("contact left pujiang wangfang --date 2009-12-11").done().1;
        assert_eq!(said, "pujiang (浦江五金): 王芳 is so already\n");
        sandbox.crm("contact edit pujiang 王芳 --left ''").done();
        assert_eq!(text(&sandbox), of(&changed));
    }
}

#[test]
fn several_of_a_name_and_unknown_names_are_refused_with_candidates() {
    let sandbox = ledger();
    let said = sandbox.refused("contact left pujiang 王芳", 2);
    contains(
        &said,
        &[
            "error[ambiguous]: `王芳` could be several people of pujiang (浦江五金)",
            "`王芳#1` 021-68881234",
            "`王芳#2` fang.wang@pujiang.example",
        ],
    );
    for (line, status, part) in [
        ("contact left pujiang 王芳#3", 2, "could be several"),
        ("contact edit pujiang 赵云 --role x", 2, "has no person `赵云`"),
        ("contact edit pujiang 王芳#2", 2, "there is nothing to change"),
        ("contact edit pujiang 王芳#2 --part desider", 2, "did you mean `decider`?"),
        ("contact edit pujiang 王芳#2 --email nobody", 2, "`nobody` is no address"),
        ("contact edit pujiang 王芳#2 --birthday soon", 2, "--birthday"),
        ("contact edit pujiang 王芳#2 --prefers emial", 2, "did you mean `email`?"),
        ("contact edit pujiang 王芳#2 --rename ' '", 2, "a person needs a name"),
        ("contact add nobody X", 2, "no prospect or customer `nobody`"),
        ("contact nobody", 2, "no prospect or customer `nobody`"),
    ] {
        contains(&sandbox.refused(line, status), &[part]);
    }
    sandbox.write("crm.toml", "[ledger]\nlanguage = \"zh\"\n");
    contains(
        &sandbox.refused("contact left pujiang 王芳", 2),
        &["可能指 pujiang (浦江五金) 的多位联系人"],
    );
    assert_eq!(
        sandbox.crm("contact left pujiang 王芳#2").done().1,
        "pujiang (浦江五金)：王芳 于 2009-12-18 离职\n"
    );
}

#[test]
fn people_in_one_line_are_left_to_an_editor() {
    let sandbox = Sandbox::ledger();
    sandbox.write(
        "prospects/li.toml",
        "name = \"李\"\ncontact = [{ name = \"王芳\" }]\n\n[events]\n2009-12-01 = { kind = \"opened\" }\n",
    );
    contains(&sandbox.crm("contact edit li 王芳 --role x").fails(3), &["crm edit"]);
    assert_ne!(sandbox.crm("contact add li 赵云").status, 0);
    assert!(!sandbox.read("prospects/li.toml").contains("赵云"));
}

#[test]
fn people_are_listed_in_words_and_for_programs_by_ids() {
    let sandbox = ledger();
    sandbox.crm("contact edit pujiang 王芳#1 --part technical --prefers visit").done();
    let table = sandbox.crm("contact pujiang").ok();
    contains(&table, &["浦江五金", "Contact", "technical judge", "021-68881234", "visit"]);
    assert!(!table.contains("Birthday") && !table.contains("Decides"), "{table}");
    let csv = sandbox.crm("contact pujiang -f csv").ok();
    contains(
        &csv,
        &[
            "id,name,contact,role,decides,phone",
            "pujiang,浦江五金,王芳,,false,021-68881234,",
            ",technical,",
        ],
    );
    sandbox.write("crm.toml", "[ledger]\nlanguage = \"zh\"\n");
    contains(&sandbox.crm("contact pujiang").ok(), &["联系人", "职能", "技术考核", "拜访"]);
}
