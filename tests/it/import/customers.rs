//! Lists of customers: files below `customers`, with the facts that only customers have, and plans.

use crate::common::{Sandbox, contains};

const LIST: &str = "id,name,industry,potential,customer_since,relation,parent,wants,owner,status,date\n\
    pu,浦江制衣,textile,300000,2008-05-01,客户,,speed;one person,he,active,2009-12-01\n\
    yuan,远东,health,,,partner,pu,,,,\n";

/// A ledger with a prospect, and a list of customers beside it.
fn ledger() -> Sandbox {
    let sandbox = Sandbox::ledger();
    let opened = "2009-12-01-1 = { kind = \"opened\", owner = \"he\" }\n";
    sandbox.prospect("li", "name = \"Li\"\n", opened);
    sandbox.write("list.csv", LIST);
    sandbox
}

const PU: &str = "name           = \"浦江制衣\"\n\
    industry       = \"textile\"\n\
    potential      = 300000\n\
    customer_since = 2008-05-01\n\
    wants          = [\"speed\", \"one person\"]\n\n\
    [events]\n";

#[test]
fn a_list_of_customers_becomes_their_files_and_a_second_import_changes_nothing() {
    let sandbox = ledger();
    let before = sandbox.snapshot();
    let (dry, _) = sandbox.crm("import list.csv --customers --dry-run -f csv").done();
    contains(&dry, &["customers to add,2\n", "entries to write,1\n"]);
    assert!(before == sandbox.snapshot());
    let (_, said) = sandbox.crm("import list.csv --customers").done();
    // A customer has no column on a board.
    assert_eq!(said, "columns not imported: status\n2 rows: 2 customers added, 1 entry written\n");
    let file = sandbox.read("customers/pu.toml");
    assert!(file.starts_with(PU), "{file}");
    // Facts alone need no day, and make no entry.
    let partner = "name     = \"远东\"\nindustry = \"health\"\nparent   = \"pu\"\nrelation = \"partner\"\n\n[events]\n";
    assert_eq!(sandbox.read("customers/yuan.toml"), partner);
    let before = sandbox.snapshot();
    let (_, said) = sandbox.crm("import list.csv --customers").done();
    assert!(
        said.ends_with("2 rows: 0 customers added, 0 entries written; 2 already there\n"),
        "{said}"
    );
    assert!(before == sandbox.snapshot());
    // What is missing is added, what differs is counted, and a new owner is an entry of the day of the list.
    sandbox.write(
        "list.csv",
        LIST.replace("partner,pu,,,,", "partner,cn,fast,he,,").replace("300000", "9"),
    );
    let (_, said) = sandbox.crm("import list.csv --customers").done();
    contains(&said, &["1 missing fact added; 2 differing facts left alone\n"]);
    contains(
        &sandbox.read("customers/yuan.toml"),
        &["wants    = [\"fast\"]\n", "{ kind = \"imported\", owner = \"he\" }"],
    );
}

#[test]
fn a_row_that_no_customer_can_be_is_refused_with_what_would_mend_it() {
    let sandbox = ledger();
    sandbox.crm("import list.csv --customers").done();
    let before = sandbox.snapshot();
    let refused = |row: &str, options: &str, words: &[&str]| {
        let header = "id,name,potential,relation,customer_since,owner,opening_facts";
        sandbox.write("x.csv", format!("{header}\n{row}\n"));
        let status = if options.contains("=account") { 2 } else { 1 };
        let said = sandbox.crm(&format!("import x.csv --customers {options}")).fails(status);
        contains(&said, words);
        std::fs::remove_file(sandbox.path().join("x.csv")).unwrap();
        assert!(before == sandbox.snapshot());
    };
    refused(
        "li,Li,5",
        "",
        &["line 2: `li` is the prospect in", "leave --customers out", "--from li"],
    );
    refused("LI,Li,5", "", &["is the prospect in"]);
    refused("a,A,-7", "", &["`potential`: -7 is less than nothing"]);
    refused(
        "a,A,,freind",
        "",
        &["`relation` cannot be `freind`", "customer, partner, agent, supplier"],
    );
    refused("a,A,,,1/2/2009", "", &["`customer_since`: `1/2/2009` is not an ISO date"]);
    refused("a,A,,,,he", "", &["the row has no date", "--date DATE"]);
    refused("a,,5", "", &["`name` is empty"]);
    refused(
        "a,A,,,,,{ potental = 5 }",
        "",
        &["`opening_facts` is of the form { fact = \"value\" }"],
    );
    refused("a,A", "--map name=account", &["`account` is a fact of prospects", "its `parent`"]);
    refused(
        "pu,25",
        "--map name=stage",
        &["a customer's file has no board: `stage`", "--account pu"],
    );
    refused("a,A,five", "", &["`potential`: `five` is not an amount"]);
}

#[test]
fn a_mapping_says_that_rows_are_customers_and_keeps_it() {
    let sandbox = ledger();
    sandbox.crm("import list.csv --customers --save-mapping map.toml").done();
    let mapping = sandbox.read("map.toml");
    contains(
        &mapping,
        &["customers = true\n", "potential = \"{potential}\"\n", "wants = \"{wants}\"\n"],
    );
    let (_, said) = sandbox.crm("import list.csv --mapping map.toml").done();
    assert_eq!(said, "2 rows: 0 customers added, 0 entries written; 2 already there\n");
    // Without the word for it, the facts of customers are other programs' columns.
    sandbox.write("other.csv", "id,name,date,parent,documents\nma,Ma,2009-12-01,Mrs Ma,passport\n");
    let (_, said) = sandbox.crm("import other.csv").done();
    contains(&said, &["columns not imported: parent, documents\n", "1 prospect added"]);
    // They can be stated for a prospect, which is its own customer.
    sandbox.crm("import other.csv --map documents=documents").done();
    contains(&sandbox.read("prospects/ma.toml"), &["documents = [\"passport\"]\n"]);
}

#[test]
fn goals_and_steps_are_rows_of_a_list() {
    let sandbox = ledger();
    sandbox.crm("import list.csv --customers").done();
    let plans = "id,name,goal,goal-what,goal-measure,goal-target,goal-target-currency,goal-by,goal-term,step,\
                 step-what,step-by,step-goal,step-who,step-answers\n\
                 li,Li,,,,,,,,,Call,2010-01-05,,,\n\
                 pu,浦江制衣,grow,More,bought,240000,USD,2010-12-31,short,,,,,,\n\
                 pu,浦江制衣,,,,,,,,visit,Visit,2010-01-31,grow,he,T-1\n";
    sandbox.write("plans.csv", plans);
    let (_, said) = sandbox.crm("import plans.csv").done();
    contains(&said, &["2 already there; 3 missing facts added\n"]);
    let goal = "\n[[goal]]\nid      = \"grow\"\nwhat    = \"More\"\nmeasure = \"bought\"\n\
                target  = \"240000 USD\"\nby      = 2010-12-31\nterm    = \"short\"\n";
    let step = "\n[[step]]\nid      = \"visit\"\nwhat    = \"Visit\"\nby      = 2010-01-31\n\
                goal    = \"grow\"\nwho     = \"he\"\nanswers = \"T-1\"\n";
    contains(&sandbox.read("customers/pu.toml"), &[&format!("{goal}{step}\n[events]\n")]);
    contains(
        &sandbox.read("prospects/li.toml"),
        &["\n[[step]]\nwhat = \"Call\"\nby   = 2010-01-05\n"],
    );
    assert_eq!(sandbox.crm("export plans").ok(), plans);
    assert_eq!(
        sandbox.crm("export plans id:pu -c goal,goal-target").ok(),
        "goal,goal-target\ngrow,240000 USD\n,\n"
    );
    let (_, said) = sandbox.crm("import plans.csv").done();
    contains(&said, &["0 entries written; 2 already there\n"]);
    sandbox.write("plans.csv", plans.replace("bought", "sold").replace("short", "soon"));
    let said = sandbox.crm("import plans.csv").fails(1);
    contains(
        &said,
        &["`goal-measure` cannot be `sold`", "bought, orders, satisfaction", "short, long"],
    );
}

#[test]
fn exports_of_prospects_have_the_facts_of_customers_only_where_one_is_stated() {
    let sandbox = ledger();
    sandbox.crm("import list.csv --customers").done();
    let header = |options: &str| {
        let csv = sandbox.crm(&format!("export prospects {options}")).ok();
        csv.lines().next().unwrap().to_owned()
    };
    let plain = header("");
    assert!(plain.ends_with(",rfm"), "{plain}");
    sandbox.crm("set li region=east").done();
    let more = ",parent,potential,potential-currency,credit-limit,credit-limit-currency,customer-since,relation,challenge,wants,strategic,documents,competitor,opening-facts";
    assert_eq!(header(""), format!("{plain}{more}"));
    assert_eq!(header("--as-of 2009-12-10"), plain);
    assert_eq!(header("id:nobody"), plain);
    let row = sandbox.crm("export prospects -c id,region,opening-facts").ok();
    assert_eq!(row, "id,region,opening-facts\nli,east,\"{ region = \"\"\"\" }\"\n");
    // The value of today does not become that of yesterday.
    sandbox.write("x.csv", sandbox.crm("export prospects").ok());
    let (_, said) = sandbox.crm("import x.csv").done();
    contains(&said, &["0 entries written; 1 already there\n"]);
    assert!(!sandbox.read("prospects/li.toml").starts_with("name = \"Li\"\nregion"));
}

#[test]
fn rows_of_customers_files_are_asked_for() {
    let sandbox = ledger();
    sandbox.crm("import list.csv --customers").done();
    sandbox.crm("contact add pu 王 --email wang@pu.example --birthday 1970-01-02").done();
    let ids = |what: &str| sandbox.crm(&format!("export {what} -c id")).ok();
    assert_eq!((ids("events"), ids("events --customers")), ("id\nli\n".into(), "id\npu\n".into()));
    assert_eq!((ids("people"), ids("people --customers")), ("id\n".into(), "id\npu\n".into()));
    assert_eq!(ids("customers relation:partner"), "id\nyuan\n");
    assert_eq!(ids("orders --customers"), "id\n");
    assert_eq!(sandbox.crm("export mail --customers").done().0, "王 <wang@pu.example>\n");
    for (name, option) in [("Gone", "--left 2009-12-01"), ("No", "--refuses email")] {
        sandbox.crm(&format!("contact add pu {name} --email {name}@pu.example")).done();
        sandbox.crm(&format!("contact edit pu {name} {option}")).done();
    }
    let (lines, said) = sandbox.crm("export mail id:pu --customers").done();
    assert_eq!(
        (lines.as_str(), said.as_str()),
        ("王 <wang@pu.example>\n", "1 person refuses mail: left out\n")
    );
    contains(&sandbox.crm("export contacts --customers").ok(), &["EMAIL:wang@pu.example\r\n"]);
    contains(&sandbox.crm("export calendar --customers").ok(), &["王"]);
    for what in ["prospects", "plans"] {
        contains(
            &sandbox.crm(&format!("export {what} --customers")).fails(2),
            &["crm export customers"],
        );
    }
}
