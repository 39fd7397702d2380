//! `crm set`: facts that change on a day, with the trace of it.

use crate::common::{Sandbox, contains};

/// A prospect with facts, opened on 2009-12-01.
fn one() -> Sandbox {
    let sandbox = Sandbox::with_settings("[ledger]\ncurrency = \"CNY\"\nfacts = [\"wechat\"]\n");
    sandbox.prospect(
        "zhang",
        "# by hand\nname   = \"张先生\" # 老客户\nregion = \"east\"\nneeds  = [\"health\"]\ntags   = [\"vip\"]\n",
        "2009-12-01-1-abc = { kind = \"opened\" }\n",
    );
    sandbox
}

/// The cells of the prospect on a day.
fn cells(sandbox: &Sandbox, columns: &str, day: &str) -> String {
    let csv = sandbox.crm(&format!("list id:zhang -c {columns} -f csv --as-of {day}")).ok();
    csv.lines().nth(1).unwrap_or_default().to_owned()
}

#[test]
fn a_change_holds_from_its_day_on_and_the_head_stays() {
    let sandbox = one();
    let before = sandbox.read("prospects/zhang.toml");
    let (stdout, stderr) = sandbox
        .crm(
            "set zhang region=north needs=pension,health potential=30万 --date 2009-12-11 -m moved",
        )
        .done();
    assert_eq!(
        (stdout.as_str(), stderr.as_str()),
        (
            "",
            "zhang (张先生): needs health -> pension, health; potential nothing -> 300000; region east -> north\n"
        )
    );
    let after = sandbox.read("prospects/zhang.toml");
    let line = after.strip_prefix(&before).unwrap();
    assert!(line.starts_with("2009-12-11-1-"), "{line}");
    contains(
        line,
        &[
            " = { kind = \"changed\", set = { needs = [\"pension\", \"health\"], potential = 300000, region = \"north\" }, note = \"moved\" }\n",
        ],
    );
    assert_eq!(cells(&sandbox, "region,needs", "2009-12-10"), "east,health");
    assert_eq!(cells(&sandbox, "region,needs", "2009-12-11"), "north,pension;health");
    sandbox.crm("undo zhang").done();
    assert_eq!(cells(&sandbox, "region,needs", "2009-12-18"), "east,health");
    assert_eq!(sandbox.crm("check").status, 0);
}

#[test]
fn lists_gain_and_lose_items_and_an_empty_value_takes_off() {
    let sandbox = one();
    sandbox.crm("set zhang tags+=cold,vip tags-=vip region= wechat=zhang888").done();
    assert_eq!(cells(&sandbox, "tags,region,wechat", "2009-12-18"), "cold,,zhang888");
    let said = sandbox.crm("set zhang tags-=cold 地区=浦东").done().1;
    assert_eq!(said, "zhang (张先生): region nothing -> 浦东; tags cold -> nothing\n");
    assert_eq!(cells(&sandbox, "tags,region", "2009-12-18"), ",浦东");
}

#[test]
fn what_is_so_already_writes_nothing_and_is_told() {
    let sandbox = one();
    let before = sandbox.snapshot();
    let said = sandbox.crm("set zhang region=east needs=health tags+=vip relation=客户").done().1;
    assert_eq!(
        said,
        "zhang (张先生): needs is health already; region is east already; relation is customer already; \
         tags is vip already\n"
    );
    assert!(before == sandbox.snapshot());
    let said = sandbox.crm("set zhang region=east size=9").done().1;
    assert_eq!(said, "zhang (张先生): region is east already; size nothing -> 9\n");
    let text = sandbox.read("prospects/zhang.toml");
    contains(&text, &["{ kind = \"changed\", set = { size = \"9\" } }\n"]);
}

#[test]
fn unknown_keys_and_wrong_values_are_refused_with_the_nearest() {
    let sandbox = one();
    for (line, parts) in [
        ("set zhang regoin=north", ["error[unknown-fact]", "did you mean `region`?"]),
        ("set zhang account=x", ["error[unknown-fact]", "crm edit"]),
        ("set zhang relation=parter", ["error[unknown-word]", "did you mean `partner`?"]),
        ("set zhang potential=much", ["error[bad-money]", "potential"]),
        ("set zhang customer_since=someday", ["error[bad-argument]", "customer_since"]),
        ("set zhang region+=north", ["error[bad-argument]", "`region` is no list"]),
        ("set zhang name=", ["error[bad-argument]", "a name cannot be empty"]),
        ("set zhang", ["error[bad-argument]", "no fact to set"]),
        ("set region=north", ["error[bad-argument]", "no prospect given"]),
        ("set zhang region=x --date 2009-12-19", ["error[bad-argument]", "in the future"]),
        (
            "set zhang region=x --date 2009-11-30",
            ["error[bad-argument]", "before `zhang` was opened"],
        ),
    ] {
        contains(&sandbox.refused(line, 2), &parts);
    }
    contains(&sandbox.refused("set li region=north", 2), &["error[not-found]"]);
    sandbox.write("crm.toml", "[ledger]\nlanguage = \"zh\"\n");
    contains(&sandbox.refused("set zhang relation=parter", 2), &["没有 `parter` 这种关系"]);
    assert_eq!(
        sandbox.crm("set zhang region=east size=9").done().1,
        "zhang (张先生)：地区 已经是 east；规模 无 -> 9\n"
    );
}

#[test]
fn several_are_changed_together_and_a_dry_run_writes_nothing() {
    let sandbox = one();
    sandbox.prospect(
        "li",
        "name = \"李\"\r\nregion = \"north\"\r\n",
        "2009-12-01-1-abc = { kind = \"opened\" }\r\n",
    );
    let before = sandbox.snapshot();
    let (stdout, stderr) = sandbox.crm("set zhang li region=north -n").done();
    contains(&stdout, &["+++ prospects/zhang.toml", "+2009-12-18-1-"]);
    assert_eq!(stderr, "li (李): region is north already\n");
    assert!(before == sandbox.snapshot());
    let said = sandbox.crm("set --where 'region:east or region:north' region=west").done().1;
    assert_eq!(said, "li (李): region north -> west\nzhang (张先生): region east -> west\n");
    assert!(sandbox.read("prospects/li.toml").ends_with(" }\r\n"));
    let csv = sandbox.crm("set zhang size=9 -f csv").done().0;
    contains(
        &csv,
        &["id,key,kind,stage,owner,file\nzhang,2009-12-18-", ",changed,,,prospects/zhang.toml\n"],
    );
}

#[test]
fn a_customers_file_is_kept_alike() {
    let sandbox = one();
    sandbox.write(
        "customers/pujiang.toml",
        "name = \"浦江五金\"\n\n[events]\n2009-12-01-1-abc = { kind = \"assigned\", owner = \"liuyan\" }\n",
    );
    sandbox.crm("set pujiang potential=300000 relation=代理商").done();
    sandbox.crm("contact add pujiang 王芳 --part user").done();
    let text = sandbox.read("customers/pujiang.toml");
    contains(
        &text,
        &[
            "name = \"浦江五金\"\n\n[[contact]]\nname = \"王芳\"\npart = \"user\"\n\n[events]\n",
            "set = { potential = 300000, relation = \"agent\" } }\n",
        ],
    );
    contains(
        &sandbox.crm("search 王芳 -f csv").ok(),
        &["pujiang,浦江五金,customer,contact,王芳,liuyan,"],
    );
}

/// In `show` people read a change, and the board, in words; programs read them as they are written.
#[test]
fn show_has_changes_and_the_board_in_words() {
    let sandbox = one();
    sandbox.crm("set zhang region=north needs=pension,health tags= --date 2009-12-11").done();
    sandbox.crm("add 医院 --id h --pipeline project --date 2009-12-01").done();
    let shown = |line: &str| sandbox.crm(line).ok();
    contains(
        &shown("show zhang --lang zh --table journal"),
        &["变更 需求 pension、health；地区 north；标签 无"],
    );
    contains(
        &shown("show zhang --lang en --table journal"),
        &["set needs pension, health; region north; tags nothing"],
    );
    contains(
        &shown("show zhang --table journal -f csv"),
        &[r#"set { needs = [""pension"", ""health""], region = ""north"", tags = """" }"#],
    );
    contains(&shown("show h --lang zh --table facts"), &["看板      项目\n"]);
    contains(&shown("show h --lang en --table facts"), &["Pipeline  Projects\n"]);
    contains(&shown("show h --table facts -f csv"), &["Pipeline,project\n"]);
}
