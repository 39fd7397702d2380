//! Customers: their files, the commands that take them, and the one customer that a file and its prospects are.

use crate::common::{Sandbox, contains};

/// Two prospects that bought, one that may, and one of nobody's account.
fn ledger() -> Sandbox {
    let sandbox = Sandbox::ledger();
    let won = |day: &str| {
        format!(
            "2009-11-02-1 = {{ kind = \"opened\", owner = \"liuyan\", value = 9000 }}\n\
             {day}-1 = {{ kind = \"order\", by = \"liuyan\", amount = 9000, note = \"第一单\" }}\n"
        )
    };
    sandbox.prospect(
        "factory",
        "name = \"浦江制衣一厂\"\nindustry = \"textile\"\n",
        &won("2009-11-20"),
    );
    sandbox.prospect("shop", "name = \"浦江门市部\"\nregion = \"shanghai\"\n", &won("2009-11-25"));
    let open = "2009-12-01-1 = { kind = \"opened\", owner = \"he\", value = 500 }\n";
    sandbox.prospect("canteen", "name = \"浦江食堂\"\n", open);
    sandbox.prospect("zhang", "name = \"张先生\"\n", open);
    sandbox
}

#[test]
fn a_customer_is_made_from_its_prospects_and_takes_over_what_they_know() {
    let sandbox = ledger();
    let dry =
        sandbox.crm("add --customer 浦江制衣 --id pujiang --from factory --from shop -n").ok();
    contains(&dry, &["+++ customers/pujiang.toml", "+account = \"pujiang\""]);
    assert!(!sandbox.path().join("customers").exists());
    let (out, said) =
        sandbox.crm("add --customer 浦江制衣 --id pujiang --from factory --from shop").done();
    assert_eq!(out, "pujiang\n");
    contains(&said, &["with 2 of its prospects"]);
    let text = sandbox.read("customers/pujiang.toml");
    contains(&text, &["industry = \"textile\"", "region   = \"shanghai\"", "owner = \"liuyan\""]);
    contains(&sandbox.read("prospects/factory.toml"), &["account  = \"pujiang\"\n"]);
    // The journal is that of all, and the figures are sums.
    let shown = sandbox.crm("show pujiang").ok();
    contains(&shown, &["浦江制衣", "factory", "shop", "2009-11-20-1", "2009-11-25-1", "18,000"]);
    let graded = sandbox.crm("customers -f csv -c id,deals,bought,frequency").ok();
    assert_eq!(graded, "id,deals,bought,frequency\npujiang,2,18000,2\n");
    let one = sandbox.crm("grade pujiang -f csv").ok();
    contains(&one, &["pujiang"]);
    let (_, said) = sandbox.crm("check").done();
    contains(&said, &["4 prospects and 1 customer checked: 0 errors"]);
}

#[test]
fn what_cannot_be_a_customer_is_refused_and_nothing_is_written() {
    let sandbox = ledger();
    sandbox.crm("add --customer 浦江 --id pujiang --from factory").done();
    for (command, code, expected) in [
        ("add --customer 浦江二 --id pujiang", 1, "the id `pujiang` exists already"),
        ("add --customer 浦江二 --id factory", 1, "the id `factory` exists already"),
        ("add --customer 浦江二 --from factory", 1, "belongs to the customer `pujiang`"),
        ("add --customer 浦江二 --from pujiang", 2, "is a customer"),
        ("add --customer 浦江二 --from nobody", 2, "no prospect or customer `nobody`"),
        ("add --customer 浦江二 --parent nobody", 2, "no prospect or customer `nobody`"),
        ("add --customer 浦江二 --parent shop", 2, "`shop` is a prospect"),
        ("add --customer 浦江二 --relation parter", 2, "did you mean `partner`?"),
        ("add --customer 浦江二 --account x", 2, "--account is for prospects"),
        ("add --customer 张先生", 1, "if it is a chance at this customer: --from zhang"),
        ("add 浦江", 1, "if it is a chance at that customer: --account pujiang"),
        ("add 新 --from factory", 2, "--customer"),
        ("add --customer 浦江二 --value 5", 1, "has no board"),
        ("advance pujiang 25", 1, "is a customer: it has no board"),
        ("back pujiang --reason x", 1, "is a customer: it has no board"),
        ("lose pujiang --reason x", 1, "is a customer: it has no board"),
        ("reopen pujiang", 1, "is a customer: it has no board"),
        ("log pujiang call --value 5", 1, "has no board"),
    ] {
        let said = sandbox.refused(command, code);
        assert!(said.contains(expected), "{command}: {said}");
    }
}

#[test]
fn commands_take_a_customer_as_they_take_a_prospect() {
    let sandbox = ledger();
    sandbox.crm("add --customer 浦江 --id pujiang --from factory").done();
    sandbox.crm("log pujiang complaint -m 线头太多").done();
    sandbox.crm("assign puj --to he").done();
    contains(&sandbox.read("customers/pujiang.toml"), &["complaint", "owner = \"he\""]);
    // The prospects keep their owner.
    assert!(!sandbox.read("prospects/factory.toml").contains("\"he\""));
    sandbox.crm("undo pujiang").done();
    contains(&sandbox.read("customers/pujiang.toml"), &["retracted"]);
    let (_, said) = sandbox.crm("check customers/pujiang.toml").done();
    contains(&said, &["1 customer checked: 0 errors, 0 warnings"]);
    let ids = sandbox.crm("customers owner:liuyan -f ids").ok();
    assert_eq!(ids, "pujiang\nshop\n");
}

#[test]
fn queries_know_the_customer_from_a_prospect() {
    let sandbox = ledger();
    sandbox.crm("add --customer 浦江 --id pujiang --from factory --from canteen --owner he").done();
    let file = sandbox.read("customers/pujiang.toml");
    sandbox.write(
        "customers/pujiang.toml",
        file.replace("[events]", "relation = \"customer\"\npotential = 300000\n\n[events]"),
    );
    let ids = |query: &str| sandbox.crm(&format!("list '{query}' -f ids")).ok();
    assert_eq!(ids("customer.potential>=300k"), "canteen\nfactory\n");
    assert_eq!(ids("customer.owner:he"), "canteen\nfactory\nzhang\n");
    assert_eq!(ids("owner:he"), "canteen\nzhang\n");
    assert_eq!(ids("deals>1"), "canteen\nfactory\n");
    assert_eq!(ids("客户.potential>300k"), "");
    let said = sandbox.refused("list customer.potental>5", 2);
    contains(&said, &["did you mean `potential`?"]);
    // Without customers' files the pipeline is as it was.
    assert_eq!(ids("stage:opportunity"), ids(""));
}

#[test]
fn queries_know_the_prospects_from_a_customer() {
    let sandbox = ledger();
    sandbox.crm("add --customer 浦江 --id pujiang --from factory --from canteen --owner he").done();
    sandbox.crm("add --customer 苏锦 --id sujin --owner he").done();
    let ids = |command: &str, query: &str| sandbox.crm(&format!("{command} '{query}' -f ids")).ok();
    let customers = |query: &str| ids("customers", query);
    assert_eq!(customers("deal.value:500"), "pujiang\n");
    assert_eq!(customers("机会.industry:textile"), "pujiang\n");
    // One prospect, and not several together, must be so.
    assert_eq!(customers("deal.owner:he deal.value:9000"), "pujiang\n");
    assert_eq!(customers("deal.industry:*"), "pujiang\n");
    // The shop is its own customer; a customer without a prospect has none that fits.
    assert_eq!(customers("deal.region:shanghai"), "shop\n");
    assert_eq!(customers("not deal.value>0"), "sujin\n");
    assert_eq!(customers("deal.grade:A,B,C"), "pujiang\nshop\n");
    // A prospect asks about those of its customer, itself among them.
    assert_eq!(ids("list", "deal.industry:textile"), "canteen\nfactory\n");
    assert_eq!(ids("list", "deal.value:500"), "canteen\nfactory\nzhang\n");
    let said = sandbox.refused("customers deal.vlue>5", 2);
    contains(&said, &["did you mean `value`?"]);
    // Rules of grading can ask it, too.
    sandbox.write("crm.toml", "[[grading.rule]]\ngrade = \"T\"\nwhen = \"deal.industry:textile\"\n[[grading.rule]]\ngrade = \"O\"\n");
    assert_eq!(customers("grade:T"), "pujiang\n");
}

#[test]
fn the_customer_is_a_column_and_a_row_of_reports() {
    let sandbox = ledger();
    sandbox.crm("add --customer 浦江 --id pujiang --from factory --from canteen --owner he --region east --potential 5").done();
    assert_eq!(
        sandbox
            .crm(
                "list -c id,region,customer.region,客户.potential --sort customer.region,id -f csv"
            )
            .ok(),
        "id,region,customer.region,customer.potential\n\
         canteen,,east,5\nfactory,,east,5\nshop,shanghai,shanghai,\nzhang,,,\n"
    );
    let funnel = sandbox.crm("report funnel --by customer.region -f csv").ok();
    contains(&funnel, &["customer.region", "east,opportunity", "shanghai,opportunity"]);
    assert_eq!(
        sandbox.crm("list customer.region:east -c customer.id -f csv").ok(),
        "customer.id\npujiang\npujiang\n"
    );
    contains(&sandbox.refused("list -c customer.regoin", 2), &["did you mean `region`?"]);
    contains(&sandbox.refused("report funnel --by customer.tags", 2), &["--by cannot take `tags`"]);
}

#[test]
fn a_word_that_a_closed_set_does_not_have_is_an_error() {
    let sandbox = ledger();
    for (query, nearest) in [
        ("customers relation:partnr", "did you mean `partner`?"),
        ("list customer.relation:partnr", "did you mean `partner`?"),
        ("list part:decidr", "did you mean `decider`?"),
        ("list stance:agianst", "did you mean `against`?"),
    ] {
        contains(&sandbox.refused(query, 2), &[nearest]);
    }
    sandbox.crm("contact add zhang 王 --part decider --stance against").done();
    let ids = |query: &str| sandbox.crm(&format!("list '{query}' -f ids")).ok();
    assert_eq!((ids("part:权力人士"), ids("stance:against")), ("zhang\n".into(), "zhang\n".into()));
    assert_eq!((ids("relation:客户 part:*"), ids("stance:for")), ("zhang\n".into(), String::new()));
    sandbox.crm("contact left zhang 王").done();
    assert_eq!(ids("part:decider"), "");
}

#[test]
fn a_partner_is_contacted_and_counts_as_no_customer() {
    let sandbox = ledger();
    sandbox.crm("add --customer 联盟物流 --id lianmeng --relation partner --owner he").done();
    sandbox.crm("log lianmeng order --amount 700").done();
    assert_eq!(sandbox.crm("customers relation:partner -f ids").ok(), "lianmeng\n");
    let grades = sandbox.crm("grade -f csv").ok();
    assert!(!grades.contains("lianmeng"), "{grades}");
}

#[test]
fn a_second_customer_of_a_name_is_asked_for_whatever_its_company() {
    let sandbox = ledger();
    sandbox.prospect(
        "li",
        "name = \"李娜\"\ncompany = \"李记\"\n",
        "2009-12-01 = { kind = \"opened\" }\n",
    );
    sandbox.crm("add --customer 浦江 --id pujiang --from factory").done();
    let said = sandbox.refused("add --customer 浦江 --from li", 1);
    contains(&said, &["`pujiang` (浦江) has the same name", "--anyway"]);
    sandbox.crm("add --customer 浦江 --from li --anyway").done();
}

#[test]
fn an_id_in_both_folders_is_named_before_anything_is_written() {
    let sandbox = ledger();
    sandbox.write(
        "customers/zhang.toml",
        "name = \"张\"\n\n[events]\n2009-12-01 = { kind = \"opened\" }\n",
    );
    let said = sandbox.refused("set zhang region=east", 2);
    contains(&said, &["customers/zhang.toml", "prospects/zhang.toml"]);
}

#[test]
fn a_parent_is_another_customer_and_a_potential_is_not_below_nothing() {
    let sandbox = ledger();
    sandbox.crm("add --customer 浦江 --id pujiang --from factory").done();
    for (command, expected) in [
        ("set pujiang parent=pujiang", "cannot be its own"),
        ("set pujiang parent=shop", "is a prospect"),
        ("set pujiang parent=nobody", "no prospect or customer `nobody`"),
        ("set pujiang potential=-1", "is less than nothing"),
        ("add --customer 浦西 --potential=-1", "is less than nothing"),
    ] {
        let said = sandbox.refused(command, 2);
        assert!(said.contains(expected), "{command}: {said}");
    }
    sandbox.crm("set pujiang potential=0").done();
    sandbox.crm("add --customer 浦西 --id puxi").done();
    sandbox.crm("set pujiang parent=puxi").done();
}

#[test]
fn people_are_shown_with_the_channels_that_they_refuse_in_words() {
    let sandbox = ledger();
    sandbox.write("crm.toml", "[ledger]\nlanguage = \"zh\"\n");
    sandbox.crm("add --customer 浦江 --id pujiang --from factory").done();
    sandbox.crm("contact add pujiang 王芳 --part technical --refuses message").done();
    contains(&sandbox.crm("show pujiang").ok(), &["技术考核", "拒绝渠道", "消息"]);
}
