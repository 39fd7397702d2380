//! Orders, invoices, receipts and tickets of book-keeping programs and help desks: `tests/data/erp`, made up for these
//! tests.

use crate::common::{Sandbox, contains};

const FILES: [&str; 8] = [
    "kingdee-order",
    "kingdee-invoice",
    "kingdee-receipt",
    "yonyou-order",
    "yonyou-invoice",
    "yonyou-receipt",
    "zendesk",
    "freshdesk",
];

fn data(file: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/erp/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn text(program: &str) -> String {
    String::from_utf8(data(&format!("{program}.csv"))).unwrap()
}

/// A ledger with two customers and a prospect, and a file beside it.
fn with(file: &str, content: impl AsRef<[u8]>) -> Sandbox {
    let settings = "[ledger]\ncurrency = \"CNY\"\n\n[rates]\nUSD = 6.8\n";
    let sandbox = Sandbox::with_settings(settings);
    let person = |name: &str, email: &str| {
        format!("\n[[contact]]\nname = \"{name}\"\nemail = \"{email}\"\n")
    };
    let customer = |id: &str, facts: String| {
        sandbox.write(&format!("customers/{id}.toml"), format!("{facts}\n[events]\n"));
    };
    let yuan = "name = \"远航\"\ncompany = \"上海远航物流有限公司\"\n";
    customer("c001", format!("{yuan}{}", person("Zhang Wei", "zhang@yuanhang.example")));
    let lin = person("Lin", "lin@pujiang.example");
    customer("pujiang", format!("name = \"浦江制衣\"\n{lin}"));
    let opened = "2009-10-01-1 = { kind = \"opened\", owner = \"he\" }\n";
    sandbox.prospect("li", "name = \"Li\"\ncompany = \"Brand & Co\"\n", opened);
    sandbox.write(file, content);
    sandbox
}

fn imported(program: &str) -> Sandbox {
    let sandbox = with("export.csv", text(program));
    sandbox.crm(&format!("import export.csv --from {program}")).done();
    sandbox
}

/// The entries of a file, without their keys.
fn entries(sandbox: &Sandbox, file: &str) -> Vec<String> {
    let text = sandbox.read(file);
    let lines =
        text.lines().filter(|line| line.starts_with("2009-11") || line.starts_with("2009-12"));
    lines.map(|line| format!("{} {}", &line[..10], line.split_once(" = ").unwrap().1)).collect()
}

#[test]
fn the_rows_of_a_number_become_one_order_of_the_customer_that_they_name() {
    let sandbox = imported("kingdee-order");
    // The code of a customer, the name of another, and the company of a prospect.
    assert_eq!(
        entries(&sandbox, "customers/c001.toml"),
        [
            "2009-11-02 { kind = \"order\", by = \"he\", amount = 3975.00, number = \"XSDD001\", status = \"approved\", \
          lines = [{ product = \"P-10\", quantity = 2, price = 1500.00 }, { product = \"P-20\", quantity = 10, price = 85.50 }, \
          { product = \"运费\" }] }"
        ]
    );
    assert_eq!(
        entries(&sandbox, "customers/pujiang.toml"),
        [
            "2009-11-09 { kind = \"order\", by = \"li\", amount = \"1500 USD\", number = \"XSDD002\", status = \"draft\", \
          lines = [{ product = \"P-10\", quantity = 1, price = \"1500 USD\" }] }"
        ]
    );
    contains(
        &entries(&sandbox, "prospects/li.toml").concat(),
        &["amount = 320, number = \"XSDD003\""],
    );
    assert_eq!(sandbox.crm("check").status, 0);
    let sandbox = imported("yonyou-order");
    contains(
        &entries(&sandbox, "customers/pujiang.toml").concat(),
        &["amount = 3080, number = \"SO-1\", status = \"approved\""],
    );
    contains(&entries(&sandbox, "customers/c001.toml").concat(), &["amount = \"20 USD\""]);
}

#[test]
fn invoices_have_their_due_days_and_receipts_settle_them() {
    let sandbox = imported("kingdee-invoice");
    contains(
        &entries(&sandbox, "customers/c001.toml").concat(),
        &["kind = \"invoice\", amount = 3855", "number = \"AR001\", due = 2009-12-10"],
    );
    sandbox.write("receipts.csv", text("kingdee-receipt"));
    sandbox.crm("import receipts.csv --from kingdee-receipt").done();
    assert_eq!(
        entries(&sandbox, "customers/pujiang.toml")[1..],
        [
            "2009-12-08 { kind = \"payment\", amount = 500.25, for = \"AR002\", note = \"收款单 SK002\" }",
            "2009-12-08 { kind = \"payment\", amount = 100, note = \"收款单 SK003\" }",
        ]
    );
    assert_eq!(sandbox.crm("check").status, 0);
    let sandbox = imported("yonyou-invoice");
    contains(
        &entries(&sandbox, "customers/pujiang.toml").concat(),
        &["amount = 3080, number = \"FP-1\", due = 2009-12-05, for = \"HT-1\""],
    );
    let sandbox = imported("yonyou-receipt");
    assert_eq!(entries(&sandbox, "customers/pujiang.toml").len(), 2);
}

#[test]
fn a_workbook_of_invoices_is_read_as_its_csv_is() {
    let sandbox = with("export.xlsx", data("kingdee-invoice.xlsx"));
    sandbox.crm("import export.xlsx --from kingdee-invoice").done();
    let by_csv = imported("kingdee-invoice");
    for file in ["customers/c001.toml", "customers/pujiang.toml"] {
        assert_eq!(sandbox.read(file), by_csv.read(file));
    }
}

#[test]
fn tickets_become_cases_with_what_was_done_and_when() {
    let sandbox = imported("zendesk");
    assert_eq!(
        entries(&sandbox, "customers/c001.toml"),
        [
            "2009-11-12 { kind = \"request\", time = 09:30:00, ticket = \"501\", \
             category = \"Problem\", severity = 2, channel = \"Web form\", note = \"Scale shows zero\" }",
            "2009-11-13 { kind = \"resolved\", by = \"he\", time = 16:05:00, ticket = \"501\", note = \"satisfaction: Good\" }",
        ]
    );
    // Found by the address of a person; a day alone has no time.
    contains(
        &entries(&sandbox, "customers/pujiang.toml").concat(),
        &["kind = \"complaint\", time = 10:00:00, ticket = \"502\"", "severity = 1"],
    );
    contains(
        &entries(&sandbox, "prospects/li.toml").concat(),
        &["2009-12-02 { kind = \"request\", ticket = \"503\", category"],
    );
    assert_eq!(sandbox.crm("check").status, 0);
    let sandbox = imported("freshdesk");
    contains(
        &entries(&sandbox, "customers/c001.toml").concat(),
        &[
            "2009-11-12 { kind = \"handled\", by = \"he\", time = 10:15:00, ticket = \"71\" }",
            "2009-11-13 { kind = \"resolved\", by = \"he\", time = 16:05:00, ticket = \"71\", note = \"survey: Happy\" }",
        ],
    );
    contains(&entries(&sandbox, "customers/pujiang.toml").concat(), &["kind = \"complaint\""]);
}

#[test]
fn each_file_is_recognised_and_a_second_import_changes_nothing() {
    for program in FILES {
        let sandbox = with("export.csv", text(program));
        let said = sandbox.crm("import export.csv --dry-run").stderr;
        assert!(said.contains(&format!(": --from {program}\n")), "{program}: {said}");
        let line = format!("import export.csv --from {program}");
        sandbox.crm(&line).done();
        let before = sandbox.snapshot();
        let (_, said) = sandbox.crm(&line).done();
        assert!(said.contains(" 0 entries written"), "{program}: {said}");
        assert!(before == sandbox.snapshot(), "{program}");
    }
}

#[test]
fn the_sum_of_the_entries_is_that_of_the_file() {
    let total = |program: &str, column: &str| {
        let sandbox = imported(program);
        let orders = format!(
            "{}{}",
            sandbox.crm("export orders --columns id,amount").ok(),
            sandbox.crm("export orders --customers --columns id,amount").ok()
        );
        let text = text(program);
        let at = text.lines().next().unwrap().split(',').position(|name| name == column).unwrap();
        // A quoted amount has its thousands.
        let cells = |line: &str| {
            let mut quoted = false;
            let cells: String = line
                .chars()
                .filter_map(|c| match c {
                    '"' => {
                        quoted = !quoted;
                        None
                    }
                    ',' if quoted => None,
                    c => Some(c),
                })
                .collect();
            cells.split(',').nth(at).unwrap().parse::<f64>().unwrap()
        };
        let of_file: f64 = text.lines().skip(1).map(cells).sum();
        let amounts = orders
            .lines()
            .filter_map(|line| line.split_once(',')?.1.split(' ').next()?.parse::<f64>().ok());
        let of_ledger: f64 = amounts.sum();
        assert!((of_file - of_ledger).abs() < 1e-9, "{program}: {of_file} {of_ledger}\n{orders}");
    };
    total("kingdee-order", "价税合计");
    total("kingdee-receipt", "实收金额");
    total("yonyou-order", "原币价税合计");
    total("yonyou-receipt", "原币金额");
}

#[test]
fn rows_of_one_number_that_disagree_are_named_and_no_part_of_their_order_is_imported() {
    let wrong = text("kingdee-order").replace(
        "XSDD001,2009-11-02,C001,上海远航物流有限公司,P-20",
        "XSDD001,2009-11-03,C001,上海远航物流有限公司,P-20",
    );
    let sandbox = with("export.csv", wrong);
    let said = sandbox.refused("import export.csv --from kingdee-order", 1);
    contains(
        &said,
        &[
            "line 3: order `XSDD001` has another `date` here than in an earlier row",
            "rows of one number are one paper",
            "line 2: another row of order `XSDD001` cannot be imported",
            "3 of 5 rows cannot be imported",
        ],
    );
    sandbox.crm("import export.csv --from kingdee-order --skip-bad").done();
    assert!(entries(&sandbox, "customers/c001.toml").is_empty());
    assert_eq!(entries(&sandbox, "customers/pujiang.toml").len(), 1);
    let other = text("kingdee-order").replace(",C001,上海远航物流有限公司,P-20", ",,浦江制衣,P-20");
    sandbox.write("export.csv", other);
    let said = sandbox.crm("import export.csv --from kingdee-order").fails(1);
    contains(&said, &["order `XSDD001` is of `pujiang` here, and of `c001` in an earlier row"]);
    sandbox.write("export.csv", text("kingdee-order").replace("XSDD003", ""));
    let said = sandbox.crm("import export.csv --from kingdee-order").fails(1);
    contains(&said, &["line 6: the row has no number", "each row needs the number"]);
    // A paper that is not yet audited is none.
    sandbox.write("export.csv", text("kingdee-invoice").replace("人民币,已审核", "人民币,创建"));
    let said = sandbox.crm("import export.csv --from kingdee-invoice").fails(1);
    contains(&said, &["no [[entry]] of the mapping fits the row", "3 of 3 rows"]);
}

#[test]
fn a_customer_that_the_ledger_does_not_have_is_asked_for_or_added() {
    let unknown = text("kingdee-order").replace("C009,Brand & Co", "C009,苏州恒达");
    let sandbox = with("export.csv", unknown);
    let said = sandbox.refused("import export.csv --from kingdee-order", 1);
    contains(
        &said,
        &[
            "`客户`: no customer or prospect `苏州恒达` (line 6)",
            "to add those that the ledger does not have: --customers",
            "--translate '客户:苏州恒达=ID'",
            "1 of 5 rows cannot be imported",
        ],
    );
    let as_li = "import export.csv --from kingdee-order --translate 客户:苏州恒达=li";
    assert_eq!(sandbox.crm(&format!("{as_li} --dry-run")).status, 0);
    let (_, said) = sandbox.crm("import export.csv --from kingdee-order --customers").done();
    contains(&said, &["1 customer added"]);
    contains(
        &sandbox.read("customers/c009.toml"),
        &["name = \"苏州恒达\"", "number = \"XSDD003\""],
    );
    let before = sandbox.snapshot();
    sandbox.crm("import export.csv --from kingdee-order --customers").done();
    assert!(before == sandbox.snapshot());
    // A name that several have finds none of them.
    sandbox.write("customers/c010.toml", "name = \"浦江制衣\"\n\n[events]\n");
    let said = sandbox.crm("import export.csv --from kingdee-order --customers").fails(1);
    contains(&said, &["`浦江制衣` may be c010, pujiang", "--translate '客户:浦江制衣=ID'"]);
}

#[test]
fn any_file_finds_customers_by_name_and_joins_the_rows_of_a_number() {
    let sandbox = with(
        "list.csv",
        "order,day,who,what,pieces,sum\n1,2009-12-01,浦江制衣,秤,2,20\n1,2009-12-01,浦江制衣,线,1,5\n",
    );
    sandbox.write(
        "list.toml",
        "[prospect]\nbelongs_to = \"{who}\"\n\n[[entry]]\nkind = \"order\"\ndate = \"{day}\"\nnumber = \"{order}\"\n\
         amount = \"{sum}\"\nline = { product = \"{what}\", quantity = \"{pieces}\" }\n",
    );
    sandbox.crm("import list.csv --mapping list.toml").done();
    contains(
        &entries(&sandbox, "customers/pujiang.toml").concat(),
        &[
            "amount = 25, number = \"1\", lines = [{ product = \"秤\", quantity = 2 }, { product = \"线\", quantity = 1 }]",
        ],
    );
    let no_number = sandbox.read("list.toml").replace("number = \"{order}\"\n", "");
    sandbox.write("list.toml", no_number);
    let said = sandbox.crm("import list.csv --mapping list.toml").fails(2);
    contains(&said, &["an entry with a `line` needs a `number`"]);
    let (_, said) = sandbox
        .crm("import list.csv --map who=belongs_to --map day=date --map sum=amount --kind booking")
        .done();
    contains(&said, &["2 entries written"]);
    let line = "import list.csv --map who=belongs_to --map order=id --map day=date";
    contains(
        &sandbox.crm(line).fails(2),
        &["`belongs_to` and `id` both tell which prospect a row is of"],
    );
}
