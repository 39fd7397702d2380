//! Money after the sale: the reports, `due`, `show`, `check` and the exports of claims.

use crate::common::{Sandbox, contains};

const DAY: &str = "--as-of 2010-03-31";

/// The two customers of the check figures.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_settings("[ledger]\ncurrency = \"CNY\"\n");
    sandbox.write(
        "customers/p.toml",
        r#"name = "P"
credit_limit = 20000

[events]
2010-01-02-1 = { kind = "opened", owner = "he" }
2010-01-02-2 = { kind = "contract", number = "C-1", amount = 90000, schedule = [{ due = 2010-01-15, amount = 30000, what = "first third" }, { due = 2010-02-15, amount = 30000 }, { due = 2010-04-15, amount = 30000 }], ends = 2010-04-30, notice_days = 30 }
2010-01-20-1 = { kind = "payment", amount = 30000 }
2010-03-01-1 = { kind = "payment", amount = 10000 }
"#,
    );
    sandbox.prospect(
        "q",
        "name = \"Q\"\nproduct = \"group\"\n",
        "2009-11-30-1 = { kind = \"opened\", owner = \"liu\" }\n\
         2009-11-30-2 = { kind = \"invoice\", number = \"INV-8\", amount = 5000, due = 2009-12-30 }\n\
         2010-03-05-1 = { kind = \"invoice\", number = \"INV-9\", amount = 8000, due = 2010-03-20 }\n\
         2010-03-10-1 = { kind = \"invoice\", number = \"INV-7\", amount = 12000, due = 2010-03-25 }\n\
         2010-03-18-1 = { kind = \"payment\", amount = 8000, for = \"INV-9\" }\n",
    );
    sandbox
}

/// The rows of a command's CSV, without its head.
fn rows(sandbox: &Sandbox, line: &str) -> Vec<String> {
    let out = sandbox.crm(&format!("{line} {DAY} -f csv")).ok();
    out.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn check_figures_of_receivables() {
    let sandbox = sandbox();
    assert_eq!(
        rows(&sandbox, "report receivables"),
        ["p,P,he,30000,0,0,20000,0,0,20000,0,20000", "q,Q,liu,0,0,12000,0,0,5000,17000,0,",]
    );
    let days = rows(&sandbox, "report receivables --table days-to-pay");
    assert_eq!(days.len(), 1);
    assert!(days[0].starts_with("37000,80000,41.625,5,2,"), "{days:?}");
    let total = sandbox.crm(&format!("report receivables {DAY}")).ok();
    contains(&total, &["30,000", "12,000", "20,000", "5,000", "37,000", "41.6"]);
    let settings = sandbox.read("crm.toml");
    sandbox.write("crm.toml", settings + "language = \"zh\"\n");
    let zh = sandbox.crm(&format!("report receivables {DAY}")).ok();
    contains(&zh, &["应收", "未到期分期", "90天以上", "41.6", "付款天数"]);
}

#[test]
fn receivables_by_owner_and_product_and_of_some() {
    let sandbox = sandbox();
    assert_eq!(
        rows(&sandbox, "report receivables --by owner --table groups"),
        ["he,30000,0,0,20000,0,0,20000,0", "liu,0,0,12000,0,0,5000,17000,0"]
    );
    assert_eq!(
        rows(&sandbox, "report receivables --by product --table groups"),
        [",30000,0,0,20000,0,0,20000,0", "group,0,0,12000,0,0,5000,17000,0"]
    );
    assert_eq!(rows(&sandbox, "report receivables owner:liu").len(), 1);
    let grades = rows(&sandbox, "report receivables --by grade --table groups");
    assert!(!grades.is_empty());
    let refused = sandbox.crm(&format!("report receivables --period 2010 {DAY}")).fails(2);
    contains(&refused, &["does not take --period", "it takes: QUERY, --by"]);
}

#[test]
fn few_claims_have_no_median() {
    let sandbox = Sandbox::with_settings("");
    let entry = |n: usize| {
        format!("2010-01-0{n}-1 = {{ kind = \"invoice\", number = \"I-{n}\", amount = 10 }}\n")
    };
    sandbox.prospect("a", "name = \"a\"", &(1..=4).map(entry).collect::<String>());
    let out = sandbox.crm(&format!("report receivables {DAY}")).ok();
    contains(&out, &["n = 4, too few"]);
    let empty = Sandbox::with_settings("");
    empty.prospect("a", "name = \"a\"", "2009-10-02-1 = { kind = \"opened\" }\n");
    let out = empty.crm(&format!("report receivables {DAY}")).ok();
    contains(&out, &["0 customers with money", "nothing billed", "n = 0, too few"]);
}

#[test]
fn contracts_run_and_are_renewed() {
    let sandbox = sandbox();
    assert_eq!(
        rows(&sandbox, "report contracts"),
        ["C-1,p,P,he,signed,2010-01-02,2010-04-30,90000,60000,30000,40000,unasked"]
    );
    let terms = rows(&sandbox, "report contracts --table terms");
    assert_eq!(terms, ["1,1,1,90000,60000,30000,40000,1,,,1"]);
    sandbox.write(
        "customers/p.toml",
        sandbox.read("customers/p.toml")
            + "2010-03-30-1 = { kind = \"contract\", number = \"C-2\", status = \"draft\", renews = \"C-1\", amount = 95000 }\n",
    );
    let contracts = rows(&sandbox, "report contracts");
    contains(&contracts[0], &["asked"]);
    contains(&contracts[1], &["C-2", "draft"]);
    assert_eq!(rows(&sandbox, "report contracts --table status").len(), 2);
}

#[test]
fn due_lists_money_first_and_renewals_with_notice() {
    let sandbox = sandbox();
    let due = |line: &str| -> Vec<String> {
        let what =
            |row: String| row.split(',').take(4).map(str::to_owned).collect::<Vec<_>>().join(" ");
        let of_policy = |row: &String| row.contains("be in touch") || row.contains("verify record");
        let rows = rows(&sandbox, &format!("due {line}")).into_iter();
        rows.filter(|row| !of_policy(row)).map(what).collect()
    };
    assert_eq!(
        due("--in 15d"),
        [
            "2009-12-30 -91 invoice due q",
            "2010-02-15 -44 instalment due p",
            "2010-03-25 -6 invoice due q",
            "2010-03-31 0 renewal p",
            "2010-04-15 15 instalment due p",
        ]
    );
    assert_eq!(due("--in 14d owner:he").len(), 2, "the last third is due after 15 days");
    let out = sandbox.crm(&format!("due {DAY}")).ok();
    contains(&out, &["C-1: 20,000 of 30,000", "INV-7: 12,000", "C-1 ends on 2010-04-30"]);
}

#[test]
fn show_has_one_block_of_money_where_there_is_any() {
    let sandbox = sandbox();
    let p = sandbox.crm(&format!("show p {DAY}")).ok();
    contains(&p, &["Money", "Contracted", "90,000", "Billed", "Overdue", "20,000", "Credit limit"]);
    contains(&sandbox.crm(&format!("show q {DAY}")).ok(), &["Money", "17,000"]);
    sandbox.prospect("a", "name = \"a\"", "2009-10-02-1 = { kind = \"opened\" }\n");
    assert!(!sandbox.crm(&format!("show a {DAY}")).ok().contains("Money"));
}

#[test]
fn a_customer_owes_exactly_its_credit_limit_and_then_more() {
    let sandbox = sandbox();
    let found = |line: &str| sandbox.crm(&format!("check --lines {line}")).done().0;
    assert!(!found(DAY).contains("over-credit-limit"), "20,000 of 20,000");
    contains(&found("--as-of 2010-04-15"), &["over-credit-limit", "30,000 more than"]);
    let note = sandbox.crm("report receivables --as-of 2010-04-15").ok();
    contains(&note, &["p: owes 30,000 more than its credit limit of 20,000"]);
}

#[test]
fn exceptions_are_named_under_the_report() {
    let sandbox = sandbox();
    sandbox.prospect(
        "r",
        "name = \"R\"",
        "2010-01-01-1 = { kind = \"contract\", number = \"C-1\", amount = 100, schedule = [{ due = 2010-01-05, amount = 100 }] }\n\
         2010-01-02-1 = { kind = \"invoice\", number = \"I-1\", amount = 40, for = \"C-1\" }\n\
         2010-01-03-1 = { kind = \"invoice\", number = \"I-2\", amount = \"9 USD\" }\n\
         2010-01-04-1 = { kind = \"payment\", amount = 7, for = \"I-9\" }\n\
         2010-01-06-1 = { kind = \"invoice\", number = \"I-3\", amount = 5 }\n\
         2010-01-07-1 = { kind = \"payment\", amount = 9, for = \"I-3\" }\n",
    );
    sandbox.prospect("s", "name = \"S\"", "2010-01-05-1 = { kind = \"refund\", amount = 3 }\n");
    let out = sandbox.crm(&format!("report receivables {DAY}")).ok();
    contains(
        &out,
        &[
            "r: the entry 2010-01-04-1 is for `I-9`, a number that this customer does not have",
            "r: 60 of `C-1` was due on 2010-01-05 and is not invoiced",
            "r: owes in several currencies: 40 + 9 USD",
            "r: 4 was paid beyond what it is for",
            "s: 3 more was given back",
            "9 USD: not added up",
        ],
    );
}

#[test]
fn files_of_one_customer_pay_for_each_other() {
    let sandbox = sandbox();
    sandbox.prospect(
        "p-hall",
        "name = \"hall\"\naccount = \"p\"",
        "2010-03-20-1 = { kind = \"payment\", amount = 20000 }\n",
    );
    assert_eq!(rows(&sandbox, "report receivables id:p"), ["p,P,he,30000,0,0,0,0,0,0,0,20000"]);
    contains(&sandbox.crm(&format!("show p {DAY}")).ok(), &["60,000"]);
}

#[test]
fn claims_are_exported_one_a_row() {
    let sandbox = sandbox();
    let out = sandbox.crm(&format!("export claims {DAY}")).ok();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines[0],
        "customer,id,name,owner,origin,number,contract,what,product,arose,due,state,days-over,settled,amount,open-amount,amount-currency"
    );
    assert_eq!(
        &lines[1..4],
        [
            "p,p,P,he,instalment,C-1,C-1,first third,,2010-01-15,2010-01-15,settled,,2010-01-20,30000,0,",
            "p,p,P,he,instalment,C-1,C-1,,,2010-02-15,2010-02-15,overdue,44,,30000,20000,",
            "p,p,P,he,instalment,C-1,C-1,,,,2010-04-15,to-come,,,30000,0,",
        ]
    );
    assert_eq!(lines.len(), 7);
    let json = sandbox
        .crm(&format!("export claims owner:liu --columns number,open-amount {DAY} -f jsonl"))
        .ok();
    assert_eq!(json.lines().count(), 3);
    contains(&json, &["INV-7", "12000"]);
}

#[test]
fn instalments_and_renewals_are_in_the_calendar() {
    let sandbox = sandbox();
    let prospects = sandbox.crm(&format!("export calendar {DAY}")).ok();
    contains(&prospects, &["UID:q.invoice.INV-7@crm", "UID:q.invoice.INV-8@crm"]);
    assert!(!prospects.contains("UID:p."));
    let out = sandbox.crm(&format!("export calendar --customers {DAY}")).ok();
    contains(
        &out,
        &["UID:p.instalment.C-1.2@crm", "UID:p.instalment.C-1.3@crm", "UID:p.renewal.C-1@crm"],
    );
    assert!(!out.contains("p.instalment.C-1.1@crm"), "it is settled");
}

#[test]
fn a_policy_may_care_for_renewals() {
    let settings = "[ledger]\ncurrency = \"CNY\"\n\n[[grading.rule]]\ngrade = \"A\"\n\n[policy.A]\ncare = [\"renewal\"]\n";
    let sandbox = sandbox();
    sandbox.write("crm.toml", settings);
    let care = || sandbox.crm(&format!("due {DAY} -f csv")).ok().contains("renewal of C-1");
    assert!(care());
    sandbox.write(
        "customers/p.toml",
        sandbox.read("customers/p.toml") + "2010-03-30-1 = { kind = \"care\", by = \"he\" }\n",
    );
    assert!(!care());
}

#[test]
fn due_lists_orders_only_where_payments_are_entered() {
    let sandbox = Sandbox::with_settings("");
    sandbox.prospect("a", "name = \"a\"", "2010-01-01-1 = { kind = \"order\", amount = 5 }\n");
    let lists = || sandbox.crm(&format!("due {DAY}")).ok().contains("order to be paid");
    assert!(!lists());
    sandbox.prospect("b", "name = \"b\"", "2010-01-01-1 = { kind = \"payment\", amount = 5 }\n");
    assert!(lists());
}

#[test]
fn a_ledger_without_payments_says_so() {
    let sandbox = Sandbox::with_settings("");
    sandbox.prospect("a", "name = \"a\"", "2010-01-01-1 = { kind = \"order\", amount = 5 }\n");
    let note = || {
        let out = sandbox.crm(&format!("report receivables {DAY}")).ok();
        out.contains("no payment is entered for any of them")
    };
    assert!(note());
    sandbox.prospect("b", "name = \"b\"", "2010-01-01-1 = { kind = \"payment\", amount = 5 }\n");
    assert!(!note());
}

/// The claims of a ledger with these entries of one prospect: number, product, due, amount, open.
fn claims(entries: &str) -> String {
    let sandbox = crate::common::Sandbox::with_settings("");
    let opened = "2010-01-01-1 = { kind = \"opened\" }\n";
    sandbox.prospect("wang", "name = \"王\"\n", &format!("{opened}{entries}"));
    sandbox.crm("report receivables --as-of 2010-03-31 -f jsonl").ok()
        + &sandbox.crm("export claims --as-of 2010-03-31 -f csv").ok()
}

#[test]
fn a_contract_that_is_corrected_downwards_owes_what_it_says() {
    let said = claims(
        "2010-01-02-1 = { kind = \"contract\", number = \"Q\", amount = 1000, schedule = [{ due = 2010-01-10, amount = 500 }, { due = 2010-01-20, amount = 500 }] }\n\
         2010-01-10-1 = { kind = \"payment\", amount = 500 }\n\
         2010-01-25-1 = { kind = \"contract\", number = \"Q\", amount = 300 }\n",
    );
    assert!(said.contains("\"prepaid\":\"200\""), "{said}");
    assert!(!said.contains(",500,"), "{said}");
}

#[test]
fn an_order_is_a_claim_of_its_number_and_product() {
    let said = claims(
        "2010-01-02-1 = { kind = \"order\", number = \"K\", lines = [{ product = \"alpha\", price = 40 }] }\n\
         2010-01-03-1 = { kind = \"order\", amount = 70 }\n\
         2010-01-10-1 = { kind = \"payment\", amount = 40, for = \"K\" }\n",
    );
    let of_k = said.lines().find(|line| line.contains(",K,")).unwrap_or("");
    assert!(of_k.contains("alpha") && of_k.contains("40"), "{said}");
    assert!(said.contains("\"open\":\"70\"") || said.contains(",70,70"), "{said}");
    assert!(!said.contains("\"prepaid\":\"40\""), "{said}");
}
