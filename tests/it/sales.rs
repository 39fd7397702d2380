//! `crm report sales`, its targets, fiscal years, and the standard premium on the team sheet.

use crate::common::Sandbox;

const SETTINGS: &str = "[[rep]]\nid = \"he\"\n[[rep]]\nid = \"li\"\n\
    [[department]]\nid = \"north\"\nlabel.zh = \"北区\"\nmembers = [\"he\"]\n\
    [[product]]\nid = \"health\"\nlabel.zh = \"健康险\"\nprice = 500\ncost = 320\nstandard = 1.2\n\
    [[product]]\nid = \"travel\"\nprice = 80\n";

/// A sale in the quarter, one the year before, one outside of both; two owners.
fn ledger(settings: &str) -> Sandbox {
    let sandbox = Sandbox::with_settings(&format!("{SETTINGS}{settings}"));
    sandbox.prospect(
        "zhang",
        "name = \"张先生\"\nregion = \"east\"\n",
        "2008-12-31 = { kind = \"opened\", owner = \"he\" }\n\
         2008-12-31-2 = { kind = \"order\", amount = 7 }\n\
         2009-01-01-1 = { kind = \"order\", amount = 200 }\n\
         2009-12-31-1 = { kind = \"order\", amount = 9 }\n\
         2010-01-01-1 = { kind = \"order\", number = \"O-1\", lines = [{ product = \"health\", quantity = 2 }] }\n\
         2010-01-02-1 = { kind = \"order\", number = \"O-1\", status = \"delivered\" }\n\
         2010-01-05-1 = { kind = \"invoice\", amount = 1000 }\n\
         2010-01-06-1 = { kind = \"payment\", amount = 600 }\n\
         2010-01-07-1 = { kind = \"refund\", amount = 100 }\n",
    );
    sandbox.prospect(
        "wang",
        "name = \"王总\"\nregion = \"west\"\nproduct = \"travel\"\n",
        "2010-02-01-1 = { kind = \"opened\", owner = \"li\" }\n\
         2010-02-02-1 = { kind = \"booking\", amount = 80, channel = \"shop\" }\n\
         2010-02-03-1 = { kind = \"assigned\", owner = \"he\", reason = \"x\" }\n\
         2010-03-31-1 = { kind = \"order\", amount = 20 }\n\
         2010-04-01-1 = { kind = \"order\", amount = 1 }\n",
    );
    sandbox
}

fn csv(sandbox: &Sandbox, words: &str) -> String {
    let day = if words.contains("--as-of") { "" } else { "--as-of 2010-03-31" };
    sandbox.crm(&format!("report sales {day} -f csv {words}")).ok()
}

#[test]
fn a_quarter_has_its_first_and_its_last_day_and_the_same_days_a_year_before() {
    let sandbox = ledger("");
    assert_eq!(
        csv(&sandbox, ""),
        "owner,orders,booked,standard,billed,received,margin,margin-rate,costed,quantity,year-before,growth\n\
         he,2,1020,1220,1000,500,360,0.36,1000,2,200,4.1\n\
         li,1,80,80,0,0,0,,0,,0,\n"
    );
    // A day earlier the last order is not there, and the year before ends a day earlier too.
    let earlier = sandbox.crm("report sales --as-of 2010-03-30 -f csv").ok();
    assert!(earlier.contains("he,1,1000,1200,"), "{earlier}");
    // A number that is ordered twice is one order, until it is cancelled.
    let before = sandbox.crm("report sales --as-of 2010-01-01 -f csv").ok();
    assert!(before.contains("he,1,1000,"), "{before}");
}

#[test]
fn groups_are_of_the_day_of_the_sale_and_add_up_to_all() {
    let sandbox = ledger("");
    for (by, expected) in [
        ("department", "north,2,1020,"),
        ("month", "2010-01,1,1000,"),
        ("quarter", "2010Q1,3,1100,"),
        ("product", "health,1,1000,"),
        ("product", "travel,2,100,"),
        ("channel", "shop,2,100,"),
        ("region", "west,2,100,"),
    ] {
        let found = csv(&sandbox, &format!("--by {by}"));
        assert!(found.contains(&format!("\n{expected}")), "{by}: {found}");
        let booked = found
            .lines()
            .skip(1)
            .map(|line| line.split(',').nth(2).and_then(|cell| cell.parse::<u64>().ok()).unwrap());
        assert_eq!(booked.sum::<u64>(), 1100, "{by}");
    }
    let zh = sandbox.crm("report sales --as-of 2010-03-31 --by product").ok();
    assert!(zh.contains("travel"), "{zh}");
}

#[test]
fn a_partner_counts_in_no_figure_of_sales() {
    let sandbox = ledger("");
    sandbox.write(
        "customers/agent.toml",
        "name = \"Agent\"\nrelation = \"partner\"\n[events]\n\
         2010-01-01-1 = { kind = \"opened\", owner = \"he\" }\n\
         2010-01-02-1 = { kind = \"order\", amount = 5 }\n",
    );
    assert!(csv(&sandbox, "").contains("\nhe,2,1020,"));
    let text = sandbox.read("customers/agent.toml").replace("partner", "customer");
    sandbox.write("customers/agent.toml", text);
    assert!(csv(&sandbox, "").contains("\nhe,3,1025,"));
}

#[test]
fn targets_have_what_is_reached_what_is_left_and_the_pace_of_the_rest() {
    let sandbox = ledger(
        "[[target]]\namount = 2000\n\
         [[target]]\nwho = \"north\"\namount = 1020\n\
         [[target]]\nwho = \"li\"\nmeasure = \"received\"\namount = 10\n\
         [[target]]\nmeasure = \"new-customers\"\nper = \"year\"\namount = 4\n\
         [[target]]\nmeasure = \"standard\"\nper = \"month\"\namount = 100\nfrom = 2010-04-01\n",
    );
    let targets =
        |day: &str| sandbox.crm(&format!("report sales --as-of {day} -f csv --table targets")).ok();
    assert_eq!(
        targets("2010-03-24"),
        "who,measure,from,to,target,so-far,share,to-go,days-left,pace,year-before\n\
         all,booked,2010-01-01,2010-03-31,2000,1080,0.54,920,7,920,200\n\
         north,booked,2010-01-01,2010-03-31,1020,1000,0.980392,20,7,20,200\n\
         li,received,2010-01-01,2010-03-31,10,0,0,10,7,10,0\n\
         all,new-customers,2010-01-01,2010-12-31,4,1,0.25,3,282,0.074468,0\n"
    );
    // The last day: what is exactly reached has nothing left, and no pace is left for the others.
    let last = targets("2010-03-31");
    assert!(last.contains("north,booked,2010-01-01,2010-03-31,1020,1020,1,,0,,200\n"), "{last}");
    assert!(
        last.contains("all,booked,2010-01-01,2010-03-31,2000,1100,0.55,900,0,,200\n"),
        "{last}"
    );
    assert!(!last.contains("standard"), "{last}");
    assert!(targets("2010-04-01").contains("all,standard,2010-04-01,2010-04-30,100,1,"));
    // The page for people.
    let page = sandbox.crm("report sales --as-of 2010-03-24").ok();
    assert!(page.contains("Against the targets") && page.contains("2010Q1"), "{page}");
    // A query that is no single owner has no targets.
    let part = sandbox.crm("report sales region:east --as-of 2010-03-24").ok();
    assert!(!part.contains("targets"), "{part}");
    let one = sandbox.crm("report sales owner:li --as-of 2010-03-24").ok();
    assert!(one.contains("received") && !one.contains("2,000"), "{one}");
}

#[test]
fn a_forecast_of_one_owner_is_measured_against_the_owners_own_target() {
    let sandbox = ledger("[[target]]\nwho = \"he\"\namount = 5000\n");
    let measured = |words: &str| {
        let page = sandbox.crm(&format!("report forecast {words} --as-of 2010-03-24")).ok();
        page.lines().find(|line| line.starts_with("Target")).unwrap_or("").to_owned()
    };
    assert!(measured("owner:he").contains("5,000"), "{}", measured("owner:he"));
    assert!(measured("owner:li").contains("none for one owner"));
    assert!(measured("").contains("none set"));
    assert!(measured("owner:he --period 2010-01").contains("for a quarter"));
}

#[test]
fn a_fiscal_year_moves_quarters_and_targets() {
    let settings = "[[target]]\namount = 2000\n[ledger]\nfiscal_year = 2\n";
    let sandbox = ledger(settings);
    let targets = csv(&sandbox, "--table targets");
    assert!(targets.contains("all,booked,2010-02-01,2010-04-30,2000,100,"), "{targets}");
    let quarters = csv(&sandbox, "--by quarter --period 2009FQ4");
    assert!(quarters.contains("\n2009FQ4,2,1009,"), "{quarters}");
    let year = csv(&sandbox, "--by quarter --period FY2009");
    assert!(year.contains("\n2009FQ4,2,1009,"), "{year}");
    let sandbox = ledger("");
    let wrong = sandbox.refused("report sales --period 2010FQ5", 2);
    assert!(wrong.contains("`2010FQ5` is not a date"), "{wrong}");
}

#[test]
fn the_team_sheet_weighs_bookings_by_their_products() {
    let sandbox = ledger("");
    sandbox.prospect(
        "li",
        "name = \"李\"\nproduct = \"health\"\n",
        "2010-03-01-1 = { kind = \"opened\", owner = \"he\" }\n\
         2010-03-02-1 = { kind = \"booking\", amount = 1000, number = \"B-1\" }\n\
         2010-03-03-1 = { kind = \"booking\", amount = 500, number = \"B-1\" }\n",
    );
    let booked = |day: &str| {
        let page = sandbox.crm(&format!("report team --as-of {day} -f csv")).ok();
        let head = page.lines().next().unwrap();
        let at = head.split(',').position(|column| column == "booked").unwrap();
        let cells = page.lines().skip(1).filter(|line| line.contains("he"));
        cells.map(|line| line.split(',').nth(at).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(booked("2010-03-02"), ["1200"]);
    // The correction of the next day takes the place of the first entry.
    assert_eq!(booked("2010-03-04"), ["1200", "-600"]);
}

#[test]
fn a_cancelled_invoice_is_not_billed_and_money_without_a_rate_is_told() {
    let sandbox = Sandbox::with_settings("[ledger]\ncurrency = \"CNY\"\n");
    sandbox.prospect(
        "wang",
        "name = \"王\"\n",
        "2010-01-01-1 = { kind = \"opened\", owner = \"he\" }\n\
         2010-01-02-1 = { kind = \"invoice\", number = \"B\", amount = 500 }\n\
         2010-01-03-1 = { kind = \"invoice\", number = \"B\", status = \"cancelled\" }\n\
         2010-01-04-1 = { kind = \"invoice\", amount = 7 }\n\
         2010-01-05-1 = { kind = \"payment\", amount = \"200 EUR\" }\n",
    );
    let page = sandbox.crm("report sales --as-of 2010-01-31").ok();
    assert!(page.contains("200 EUR: not added up"), "{page}");
    assert!(csv(&sandbox, "--as-of 2010-01-31").contains("\nhe,0,0,0,7,"), "{page}");
}

#[test]
fn a_period_to_come_is_itself_and_targets_are_those_of_its_last_day() {
    let sandbox = ledger("[[target]]\namount = 2000\n");
    let page = sandbox.crm("report sales --as-of 2010-03-31 --period 2010Q3").ok();
    assert!(page.contains("2010-07-01..2010-09-30"), "{page}");
    let past = csv(&sandbox, "--period 2009 --table targets");
    assert!(past.contains("all,booked,2009-10-01,2009-12-31,2000,9,"), "{past}");
    let rates = Sandbox::with_settings("[rates]\nUSD = 0\n");
    assert!(rates.refused("list", 2).contains("not more than 0"));
}
