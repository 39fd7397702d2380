//! `report idic` and `report portfolio`: the parts of a relationship, significance, the next action.

use crate::common::{Sandbox, contains};

/// Two customers with files: one known well, with offers; one that has only a name.
fn sandbox(lang: &str) -> Sandbox {
    let sandbox = Sandbox::with_settings(&format!(
        "[ledger]\ncurrency = \"CNY\"\nlanguage = \"{lang}\"\n[[rep]]\nid = \"he\"\n[policy.C]\nverify_days = 30\ncontact_days = 0\n\
         response_days = 0\n",
    ));
    sandbox.write(
        "customers/pujiang.toml",
        r#"name = "浦江"
industry = "textile"
region = "shanghai"
size = "200"
needs = ["health"]
challenge = ["night shifts"]
wants = ["speed"]
potential = 300000
strategic = ["benchmark"]

[[contact]]
name = "Li"
phone = "1"
part = "decider"
stance = "for"
prefers = "call"

[[contact]]
name = "Wu"

[events]
2009-11-01 = { kind = "opened", owner = "he" }
2009-11-18 = { kind = "verified" }
2009-12-01 = { kind = "order", amount = 5000 }
2009-12-02 = { kind = "call", with = ["Li"] }
2009-12-03 = { kind = "visit", with = ["Li"] }
2009-12-04 = { kind = "visit", with = ["Wu"] }
2009-12-05 = { kind = "tailored", what = "night cover", number = "T-1" }
2009-12-06 = { kind = "tailored", number = "T-1", taken = true }
2009-12-07 = { kind = "tailored", what = "day cover" }
"#,
    );
    sandbox.write(
        "customers/sujin.toml",
        "name = \"Sujin\"\n\n[events]\n2009-12-01 = { kind = \"opened\", owner = \"he\" }\n",
    );
    sandbox.write(
        "customers/agent.toml",
        "name = \"Agent\"\nrelation = \"agent\"\n\n[events]\n2009-12-01 = { kind = \"opened\" }\n",
    );
    sandbox
}

#[test]
fn the_four_parts_of_each_customer_and_the_next_action() {
    let sandbox = sandbox("en");
    let csv = sandbox.crm("report idic --as-of 2009-12-18 -f csv").ok();
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(
        rows[0],
        "id,name,grade,owner,identify,identify-of,differentiate,differentiate-of,interact,interact-of,\
         preferred-channel,preferred-channel-of,offers-taken,offers,bought-in-year,expected,has-needs,weakest,next-action"
    );
    let of = |id: &str| rows.iter().find(|row| row.starts_with(id)).copied().unwrap_or_default();
    // Verified 30 days ago; a call and a visit with the one who prefers calls.
    contains(of("pujiang"), &[",9,9,3,3,3,4,1,2,1,2,5000,,true,interact,"]);
    contains(of("sujin"), &[",0,9,1,3,0,0,0,0,0,0,0,,false,identify,"]);
    contains(of("sujin"), &["\"find out and record: industry, region, size\""]);
    assert_eq!(of("agent"), "", "an agent is no customer");
    // A day later the record is no longer verified.
    let later = sandbox.crm("report idic --as-of 2009-12-19 -f csv").ok();
    contains(&later, &["pujiang,浦江,", ",8,9,3,3,"]);
    let zh = self::sandbox("zh").crm("report idic --as-of 2009-12-18").ok();
    contains(
        &zh,
        &["识别、区分、互动、定制", "了解并记录：行业、地区、规模", "最弱", "按其偏好用 call 联系"],
    );
}

#[test]
fn significant_customers_beside_the_others() {
    let sandbox = sandbox("en");
    let out = sandbox.crm("report portfolio --as-of 2009-12-18").ok();
    contains(
        &out,
        &[
            "2 customers, 1 of them significant",
            "benchmark",
            "make a plan",
            "partners, agents, suppliers around",
        ],
    );
    // Of two customers there is no share, and of one no rate.
    contains(&out, &["(n = 1, too few)"]);
    assert!(!out.contains('%'), "{out}");
    // The agent's file has no grade, and is counted all the same.
    let csv = sandbox.crm("report portfolio --as-of 2009-12-18 -f csv --table chain").ok();
    contains(&csv, &["network,partners,,1,\n"]);
    let csv = sandbox.crm("report portfolio --as-of 2009-12-18 -f csv --table significant").ok();
    contains(&csv, &["pujiang,浦江,he,benchmark,5000,,0,"]);
}

#[test]
fn a_ledger_without_customers_says_what_to_record_first() {
    let ledger = |settings: &str| {
        let sandbox = Sandbox::with_settings(settings);
        sandbox.prospect("li", "name = \"Li\"", "2009-12-01 = { kind = \"opened\" }\n");
        sandbox
    };
    let (sandbox, chinese) = (ledger(""), ledger("[ledger]\nlanguage = \"zh\"\n"));
    for report in ["idic", "portfolio"] {
        let out = sandbox.crm(&format!("report {report}")).ok();
        contains(&out, &["no customer yet: record an order", "crm add --customer NAME"]);
        let zh = chinese.crm(&format!("report {report}")).ok();
        contains(&zh, &["还没有客户：先记一笔订单"]);
        let csv = sandbox.crm(&format!("report {report} -f csv")).ok();
        assert!(csv.is_empty() || csv.starts_with("id,name,"), "{csv}");
    }
}
