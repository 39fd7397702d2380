//! The pool of everybody, and what becomes of a rep's book when the rep leaves.

use crate::common::{Sandbox, contains};

const TEAM: &str = "[[rep]]\nid = \"li\"\ncapacity = 9\ncustomers = 2\n\
    [[rep]]\nid = \"wang\"\ncapacity = 9\ncustomers = 2\nskills = [\"pension\"]\n\
    [[rep]]\nid = \"zhao\"\ncapacity = 9\ncustomers = 2\nregions = [\"suzhou\"]\n";

/// An open prospect of an owner.
fn open(owner: &str) -> String {
    format!("2009-12-01 = {{ kind = \"opened\", owner = \"{owner}\" }}\n")
}

/// A customer of an owner: won, and lately asked for something.
fn won(owner: &str) -> String {
    format!(
        "2009-11-01-1 = {{ kind = \"opened\", owner = \"{owner}\", value = 100 }}\n\
         2009-11-02-1 = {{ kind = \"moved\", stage = \"closed\", forced = \"x\" }}\n"
    )
}

fn owners(sandbox: &Sandbox) -> String {
    sandbox.crm("list --columns id,owner -f csv").ok()
}

#[test]
fn the_pool_holds_customers_beside_prospects() {
    let sandbox = Sandbox::with_settings(TEAM);
    sandbox.prospect("chance", "name = \"c\"", &open(""));
    sandbox.prospect("buyer", "name = \"b\"", &won(""));
    sandbox.prospect("kept", "name = \"k\"", &won("li"));
    // One that was lost, and one whose account is the customer, need no owner.
    let lost = open("") + "2009-12-02 = { kind = \"moved\", stage = \"lost\", reason = \"x\" }\n";
    sandbox.prospect("lost", "name = \"l\"", &lost);
    sandbox.prospect("of-account", "name = \"a\"\naccount = \"pujiang\"", &won(""));
    assert_eq!(sandbox.crm("list is:pool -f ids").ok(), "buyer\nchance\n");
    let out = sandbox.crm("pool").ok();
    contains(&out, &["in the pool: 1 prospects, 1 customers", "\nCustomers\n", "buyer"]);
    assert_eq!(sandbox.crm("pool -f csv").ok().lines().count(), 2, "the prospects alone");
    let customers = sandbox.crm("pool --table customers -f csv").ok();
    assert_eq!(
        customers,
        "id,name,grade,region,needs,bought,last-order,since,waiting,before,reason\n\
         buyer,b,A,,,100,2009-11-02,2009-11-01,47,,\n"
    );
    // Every command works on both.
    let (_, said) = sandbox.crm("claim buyer --by li").done();
    assert_eq!(said, "buyer (b): claimed by li\n");
    let (_, said) = sandbox.crm("release buyer --by li --reason x").done();
    assert_eq!(said, "buyer (b): li -> pool\n");
    let said = sandbox.crm("release of-account --reason x").fails(1);
    assert!(said.contains("already"), "{said}");
    let (_, said) = sandbox.crm("allocate --apply").done();
    assert_eq!(said, "buyer (b): pool -> wang\nchance (c): pool -> wang\n");
}

#[test]
fn customers_have_a_capacity_of_their_own() {
    let sandbox = Sandbox::with_settings(&TEAM.replace("customers = 2", "customers = 1"));
    for (id, owner) in [("a", "li"), ("b", "wang"), ("c", ""), ("d", "")] {
        sandbox.prospect(id, &format!("name = \"{id}\""), &won(owner));
    }
    let said = sandbox.crm("assign c --to li").fails(1);
    assert!(said.contains("cannot go to `li`: full: 1 of 1"), "{said}");
    let out = sandbox.crm("allocate").ok();
    contains(
        &out,
        &[
            "0 of 0 prospects and 1 of 2 customers in the pool can be placed",
            "all who may have it are full",
            "Load of customers",
            "customers: score",
        ],
    );
    // Before 1, 1, 0 of 1 each, after 1, 1, 1.
    let fairness = sandbox.crm("allocate --table fairness -f csv").ok();
    contains(
        &fairness,
        &["customers,before,0.707107,0.333333,0.666667\n", "customers,after,0,0,1\n"],
    );
    let load = sandbox.crm("report allocation --table load-customers -f csv").ok();
    assert_eq!(
        load,
        "rep,name,holds,capacity,room,utilisation\n\
         li,li,1,1,0,1\nwang,wang,1,1,0,1\nzhao,zhao,0,1,1,0\n"
    );
    // Their room is no room for prospects, and theirs none for customers.
    sandbox.prospect("chance", "name = \"x\"", &open(""));
    sandbox.crm("assign chance --to li").done();
    // More than they can carry is an error for plans, as it is for prospects.
    sandbox.crm("assign c --to li --force x").done();
    let said = sandbox.crm("allocate").fails(1);
    assert!(said.contains("`li` can carry 1 customers, below the 2 held"), "{said}");
    let (_, said) = sandbox.crm("rebalance --touched --tolerance 0% --apply").done();
    assert!(said.contains("li -> zhao"), "{said}");
}

#[test]
fn customers_go_back_and_are_claimed_by_limits_of_their_own() {
    let pool = "[pool]\nrecycle_days = 5\nmax_held = 1\n\
        [pool.customers]\nhold_limit = 2\nclaim_per_day = 1\nrecycle_days = { A = 30, B = 0 }\n";
    let sandbox = Sandbox::with_settings(&format!("{TEAM}{pool}"));
    // Owned since 1 November, without a contact: day 30 is 1 December.
    sandbox.prospect("buyer", "name = \"b\"", &won("li"));
    assert_eq!(sandbox.crm("recycle --as-of 2009-12-01 -f csv").ok().lines().count(), 1);
    let out = sandbox.crm("recycle --as-of 2009-12-02 -f csv").ok();
    assert!(out.contains("buyer,b,closed,li,2009-12-02,"), "{out}");
    assert!(out.contains("no contact since 2009-11-01, more than 30 days"), "{out}");
    let due = sandbox.crm("due --as-of 2009-11-30 --in 2d -f csv").ok();
    assert!(due.contains("2009-12-02,2,goes to the pool,buyer"), "{due}");
    // 0 is never, and so is a grade that is not named.
    let never = pool.replace("{ A = 30, B = 0 }", "{ A = 0, B = 30 }");
    sandbox.write("crm.toml", format!("{TEAM}{never}"));
    assert_eq!(sandbox.crm("recycle -f csv").ok().lines().count(), 1);
    sandbox.write("crm.toml", format!("{TEAM}[pool]\nrecycle_days = 5\n"));
    assert_eq!(sandbox.crm("recycle -f csv").ok().lines().count(), 1);
    // One number is for every grade.
    let all = pool.replace("{ A = 30, B = 0 }", "30");
    sandbox.write("crm.toml", format!("{TEAM}{all}"));
    sandbox.crm("recycle --apply").done();
    // Who lost it waits 30 days, as with prospects; for customers other limits hold than for prospects.
    let said = sandbox.crm("claim buyer --by li").fails(1);
    assert!(said.contains("waits until 2010-01-18: recycled from them"), "{said}");
    sandbox.prospect("two", "name = \"2\"", &won("")).prospect("chance", "name = \"c\"", &open(""));
    sandbox.crm("claim chance --by wang").done();
    sandbox.crm("claim buyer --by wang").done();
    let said = sandbox.crm("claim two --by wang").fails(1);
    assert!(said.contains("`wang` has claimed 1 customers today, at most 1 are allowed"), "{said}");
    sandbox.crm("claim two --by wang --as-of 2009-12-19").done();
    sandbox.prospect("three", "name = \"3\"", &won(""));
    let said = sandbox.crm("claim three --by wang --as-of 2009-12-20").fails(1);
    assert!(said.contains("`wang` holds 2 customers, at most 2 are allowed"), "{said}");
    for (wrong, why) in [
        ("recycle_days = { D = 5 }", "no rule of grading gives the grade `D`"),
        ("hold_limt = 5", "did you mean `hold_limit`?"),
    ] {
        let settings = format!("{TEAM}[pool.customers]\n{wrong}\n");
        let said = Sandbox::with_settings(&settings).crm("pool").fails(2);
        assert!(said.contains(why), "{said}");
    }
}

const SERVED: &str = "[[department]]\nid = \"sales\"\nmembers = [\"li\"]\n\
    [[department]]\nid = \"service\"\nmembers = [\"wang\", \"zhao\"]\n\
    [allocation]\nlifecycle = { potential = [\"sales\", \"service\"], new = [\"sales\", \"service\"] }\n";

#[test]
fn helpers_come_from_the_departments_behind_the_first() {
    let sandbox = Sandbox::with_settings(&format!("{TEAM}{SERVED}"));
    sandbox.prospect("one", "name = \"1\"\nregion = \"suzhou\"", &open(""));
    sandbox.prospect("two", "name = \"2\"\nneeds = [\"pension\"]", &open(""));
    sandbox.prospect("won", "name = \"w\"", &won(""));
    let out = sandbox.crm("allocate -f csv").ok();
    assert!(out.starts_with("id,name,rep,score,runner-up,behind,why,care,serves\n"), "{out}");
    contains(&out, &[",prospect,service: zhao\n", ",prospect,service: wang\n"]);
    sandbox.crm("allocate --apply").done();
    let file = |id: &str| sandbox.read(&format!("prospects/{id}.toml"));
    assert!(
        file("one").contains("owner = \"li\", serves = { service = \"zhao\" }"),
        "{}",
        file("one")
    );
    assert!(file("two").contains("serves = { service = \"wang\" }"), "{}", file("two"));
    assert!(file("won").contains("serves = { service = "), "{}", file("won"));
    // A role that is filled stays as it is; an edited plan names helpers, too.
    sandbox.crm("release one two --reason x").done();
    sandbox.write("plan.csv", "id,rep\none,li\n");
    sandbox.crm("allocate --plan plan.csv").done();
    assert_eq!(file("one").matches("serves =").count(), 1);
    // Nobody of the department is there: the plan has no helper.
    let away = TEAM.replace("customers = 2\nskills", "customers = 2\nleft = 2009-12-01\nskills");
    let settings = format!("{away}{SERVED}").replace("\"wang\", \"zhao\"", "\"wang\"");
    let alone = Sandbox::with_settings(&settings);
    alone.prospect("one", "name = \"1\"", &open(""));
    let out = alone.crm("allocate -f csv").ok();
    assert!(out.contains(",service: -\n"), "{out}");
    alone.crm("allocate --apply").done();
    assert!(!alone.read("prospects/one.toml").contains("serves"));
}

#[test]
fn of_helpers_alike_each_has_a_share() {
    let sandbox = Sandbox::with_settings(&format!("{TEAM}{SERVED}"));
    for id in ["a", "b", "c", "d"] {
        sandbox.prospect(id, &format!("name = \"{id}\""), &open(""));
    }
    let out = sandbox.crm("allocate -f csv").ok();
    assert_eq!(out.matches("service: wang").count(), 2, "{out}");
    assert_eq!(out.matches("service: zhao").count(), 2, "{out}");
    // The owner is no helper, whatever department they are of.
    let both = SERVED.replace("members = [\"li\"]", "members = [\"wang\"]");
    let sandbox = Sandbox::with_settings(&format!("{TEAM}{both}"));
    sandbox.prospect("a", "name = \"a\"", &open(""));
    let out = sandbox.crm("allocate -f csv").ok();
    assert!(out.contains(",wang,") && out.contains("service: zhao"), "{out}");
}

/// The book of `li`: two prospects of one account, one of them with a next step; two customers, one with an open case;
/// one that may go to nobody; and roles with others.
fn book_of_li() -> Sandbox {
    let sandbox = Sandbox::with_settings(TEAM);
    let next = "2009-12-02-1 = { kind = \"call\", reached = true, next = 2009-12-21 }\n";
    sandbox.prospect("p1", "name = \"1\"\naccount = \"k\"", &(open("li") + next));
    sandbox.prospect("p2", "name = \"2\"\naccount = \"k\"", &open("li"));
    let case = "2009-12-03-1 = { kind = \"complaint\", ticket = \"T1\" }\n";
    sandbox.prospect("buyer", "name = \"b\"\nneeds = [\"pension\"]", &(won("li") + case));
    sandbox.prospect("suzhou", "name = \"s\"\nregion = \"suzhou\"", &won("li"));
    sandbox.prospect("nobody", "name = \"n\"\ntags = [\"do-not-assign\"]", &open("li"));
    let served =
        "2009-12-02-1 = { kind = \"assigned\", reason = \"x\", serves = { service = \"li\" } }\n";
    sandbox.prospect("other", "name = \"o\"", &(open("wang") + served));
    sandbox.prospect("own", "name = \"w\"", &(open("li") + served));
    sandbox
}

#[test]
fn a_handover_leaves_nothing_with_the_rep() {
    let sandbox = book_of_li();
    let before = sandbox.snapshot();
    let out = sandbox.crm("handover li").ok();
    contains(
        &out,
        &[
            "placed: 3 of 4 prospects, 2 of 2 customers, 2 of 2 roles",
            "To the pool",
            "tagged do-not-assign",
            "Helper roles",
            "Load of customers",
            "nothing is written yet: --apply writes it",
        ],
    );
    assert_eq!(sandbox.snapshot(), before);
    let csv = sandbox.crm("handover li -f csv").ok();
    let row =
        |id: &str| csv.lines().find(|line| line.starts_with(&format!("{id},"))).unwrap().to_owned();
    assert!(csv.starts_with("id,name,rep,score,runner-up,behind,why,care,cases,next\n"), "{csv}");
    assert!(row("buyer").contains(",wang,") && row("buyer").ends_with(",customer,1,"), "{csv}");
    assert!(row("suzhou").contains(",zhao,"), "{csv}");
    assert!(row("p1").ends_with(",prospect,0,2009-12-21"), "{csv}");
    let load = sandbox.crm("handover li --table load -f csv").ok();
    assert!(load.contains("\nli,li,4,0,0,9,"), "the pool's one is no load: {load}");
    let (_, said) = sandbox.crm("handover li --apply --by wang").done();
    contains(
        &said,
        &[
            "nobody (n): li -> pool\n",
            "suzhou (s): li -> zhao\n",
            "other (o): service: li -> zhao\n",
        ],
    );
    let all = owners(&sandbox);
    assert!(!all.contains(",li\n"), "{all}");
    assert_eq!(sandbox.crm("list is:pool -f ids").ok(), "nobody\n");
    // The account went to one rep.
    let to = |id: &str| {
        all.lines().find(|line| line.starts_with(&format!("{id},"))).unwrap()[id.len()..].to_owned()
    };
    assert_eq!(to("p1"), to("p2"));
    // The owner serves in no role beside; one entry names both.
    let own = sandbox.read("prospects/own.toml");
    let line = own.lines().last().unwrap();
    assert!(line.contains("owner = \"") && line.contains("serves = { service = \""), "{own}");
    assert!(!line.contains("owner = \"zhao\"") || !line.contains("service = \"zhao\""), "{own}");
    assert!(line.contains("reason = \"handed over by li: "), "{own}");
    let out = sandbox.crm("handover li").ok();
    contains(
        &out,
        &[
            "placed: 0 of 0 prospects, 0 of 0 customers, 0 of 0 roles",
            "nothing is left with this rep",
        ],
    );
    assert_eq!(sandbox.crm("handover li --apply").done().1, "");
}

#[test]
fn a_handover_to_one_rep_keeps_the_rules() {
    let sandbox = book_of_li();
    let csv = sandbox.crm("handover li --to wang -f csv").ok();
    assert!(!csv.contains("zhao"), "{csv}");
    sandbox.crm("handover li --to wang --apply").done();
    let all = owners(&sandbox);
    for id in ["p1", "p2", "buyer", "suzhou", "own"] {
        assert!(all.contains(&format!("{id},wang\n")), "{all}");
    }
    // One who owns it serves in no role beside: the role is taken off.
    assert!(sandbox.read("prospects/other.toml").contains("serves = { service = \"\" }"));
    // Room for one customer: the other goes to the pool, with the reason.
    let sandbox = book_of_li();
    let settings = TEAM.replace("customers = 2\nskills", "customers = 1\nskills");
    sandbox.write("crm.toml", format!("[ledger]\nlanguage = \"zh\"\n{settings}"));
    let out = sandbox.crm("handover li --to wang").ok();
    contains(&out, &["移交：li", "放入公海", "wang：已满：1/1", "尚未写入：--apply 写入"]);
    let (_, said) = sandbox.crm("handover li --to wang --apply").done();
    contains(&said, &["li -> 公海", "li -> wang"]);
    let run = sandbox.crm("handover li --to li");
    assert_eq!(run.status, 2);
    assert!(sandbox.crm("handover wagn").fails(2).contains("`wang`"));
    assert!(sandbox.crm("handover li --to zaho").fails(2).contains("`zhao`"));
}

#[test]
fn a_handover_asks_the_one_rule() {
    // `zhao` is away, and `wang` lost it by recycling: nobody may have it.
    let settings = TEAM.replace("regions", "leave = [\"2009-12-18..2009-12-20\"]\nregions")
        + "[pool]\nreclaim_wait_days = 10\n";
    let events = "2009-11-01-1 = { kind = \"opened\", owner = \"wang\" }\n\
        2009-12-08-1 = { kind = \"assigned\", owner = \"\", reason = \"no contact since 2009-11-01, more than 30 days\" }\n\
        2009-12-09-1 = { kind = \"assigned\", owner = \"li\", reason = \"x\" }\n";
    let sandbox = Sandbox::with_settings(&settings);
    sandbox.prospect("p", "name = \"p\"", events);
    let left = sandbox.crm("handover li --table left -f csv").ok();
    assert!(
        left.contains("wang waits until 2009-12-19: recycled from them on 2009-12-08"),
        "{left}"
    );
    let out = sandbox.crm("handover li --as-of 2009-12-19 -f csv").ok();
    assert!(out.contains("p,p,wang,"), "{out}");
    // The leaving rep is over the capacity, and has left already: that is no reason to stop.
    let over = TEAM.replacen("capacity = 9\ncustomers = 2", "capacity = 0\nleft = 2009-12-01", 1);
    sandbox.write("crm.toml", over);
    let (_, said) = sandbox.crm("handover li --apply").done();
    assert_eq!(said, "p: li -> zhao\n");
}

/// The file of a customer, which has an account's prospects.
fn customer(sandbox: &Sandbox, id: &str, facts: &str, events: &str) {
    let text = format!("name = \"{id}\"\n{facts}\n[events]\n{events}");
    sandbox.write(&format!("customers/{id}.toml"), text);
}

fn file(owner: &str) -> String {
    format!("2009-11-01-1 = {{ kind = \"opened\", owner = \"{owner}\" }}\n")
}

#[test]
fn a_customers_file_is_cared_for_like_a_prospect() {
    let sandbox = Sandbox::with_settings(TEAM);
    customer(&sandbox, "pujiang", "needs = [\"pension\"]", &file(""));
    // What its prospects won needs no owner of its own; what is open does.
    sandbox.prospect("won", "name = \"w\"\naccount = \"pujiang\"", &won(""));
    sandbox.prospect("next", "name = \"n\"\naccount = \"Pujiang\"\nregion = \"suzhou\"", &open(""));
    let customers = sandbox.crm("pool --table customers -f csv").ok();
    assert!(
        customers.contains("pujiang,pujiang,A,,pension,100,2009-11-02,2009-11-01,47,,"),
        "{customers}"
    );
    assert_eq!(sandbox.crm("pool -f ids").ok(), "next\n");
    let (_, said) = sandbox.crm("claim pujiang --by li").done();
    assert_eq!(said, "pujiang: claimed by li\n");
    // The account is with `li` now.
    let said = sandbox.crm("claim next --by wang").fails(1);
    assert!(said.contains("cannot go to `wang`: account Pujiang is with li"), "{said}");
    sandbox.crm("release pujiang --by li --reason x").done();
    // The prospect goes where its customer goes: the need decides, not its own region.
    let (_, said) = sandbox.crm("allocate --apply").done();
    assert_eq!(said, "pujiang: pool -> wang\nnext (n): pool -> wang\n");
    let (_, said) = sandbox.crm("assign pujiang --to zhao --force x").done();
    assert_eq!(said, "pujiang: wang -> zhao\n");
    assert!(
        sandbox
            .crm("report allocation --table load-customers -f csv")
            .ok()
            .contains("zhao,zhao,1,2,1,0.5")
    );
}

#[test]
fn plans_know_what_the_customers_file_says() {
    let sandbox = Sandbox::with_settings(TEAM);
    let served = "2009-11-02-1 = { kind = \"assigned\", owner = \"\", reason = \"x\", serves = { service = \"wang\" } }\n";
    customer(&sandbox, "pujiang", "", &(file("") + served));
    sandbox.prospect("next", "name = \"n\"\naccount = \"pujiang\"", &open(""));
    sandbox.prospect("other", "name = \"o\"", &open(""));
    let listed = sandbox.crm("list served-by:wang -f ids").ok();
    let out = sandbox.crm("allocate served-by:wang -f csv").ok();
    let planned: Vec<&str> =
        out.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert!(planned.contains(&"pujiang") && !planned.contains(&"other"), "{out}");
    assert_eq!(planned.contains(&"next"), listed.contains("next"), "{out}{listed}");
}

#[test]
fn the_owner_of_a_prospect_that_was_won_holds_no_account_that_has_a_file() {
    let sandbox = Sandbox::with_settings(TEAM);
    sandbox.prospect("won", "name = \"w\"\naccount = \"pujiang\"", &won("wang"));
    sandbox.prospect("next", "name = \"n\"\naccount = \"pujiang\"", &open(""));
    let said = sandbox.crm("claim next --by li").fails(1);
    assert!(said.contains("account pujiang is with wang"), "{said}");
    customer(&sandbox, "pujiang", "", &file("li"));
    let said = sandbox.crm("claim next --by wang").fails(1);
    assert!(said.contains("account pujiang is with li"), "{said}");
    sandbox.crm("claim next --by li").done();
}

#[test]
fn a_contact_with_its_prospects_is_one_with_the_customer() {
    let sandbox = Sandbox::with_settings(&format!("{TEAM}[pool.customers]\nrecycle_days = 30\n"));
    customer(&sandbox, "pujiang", "", &file("li"));
    let call = "2009-11-20-1 = { kind = \"call\", reached = true }\n";
    sandbox.prospect("won", "name = \"w\"\naccount = \"pujiang\"", &(won("li") + call));
    // Day 30 after 20 November is 20 December.
    assert_eq!(sandbox.crm("recycle --as-of 2009-12-20 -f ids").ok(), "");
    let out = sandbox.crm("recycle --as-of 2009-12-21 -f csv").ok();
    assert!(out.contains("pujiang,pujiang,,li,2009-12-21,\"no contact since 2009-11-20"), "{out}");
    let due = sandbox.crm("due --as-of 2009-12-20 --in 1d -f csv").ok();
    assert!(due.contains("2009-12-21,1,goes to the pool,pujiang,pujiang,,li,"), "{due}");
    let (_, said) = sandbox.crm("recycle --apply --as-of 2009-12-21").done();
    assert_eq!(said, "pujiang: li -> pool\n");
}

#[test]
fn a_handover_gives_customers_with_their_prospects() {
    let sandbox = Sandbox::with_settings(TEAM);
    customer(&sandbox, "pujiang", "needs = [\"pension\"]", &file("li"));
    sandbox.prospect(
        "next",
        "name = \"n\"\naccount = \"pujiang\"\nregion = \"suzhou\"",
        &open("li"),
    );
    sandbox.prospect("won", "name = \"w\"\naccount = \"pujiang\"", &won("li"));
    // An account without a file: what was won is all that there is of the customer.
    sandbox.prospect("alone", "name = \"a\"\naccount = \"minhang\"", &won("li"));
    let due = sandbox.crm("due -f csv").ok();
    assert!(!due.contains("owner has left"), "{due}");
    let left = TEAM.replacen("customers = 2", "customers = 2\nleft = 2009-12-18", 1);
    sandbox.write("crm.toml", left);
    let due = sandbox.crm("due -f csv").ok();
    assert!(due.contains("2009-12-18,0,owner has left,pujiang,pujiang,,li,li"), "{due}");
    assert_eq!(sandbox.crm("check --lines").done().0.matches("owner-left").count(), 2);
    let (_, said) = sandbox.crm("handover li --apply").done();
    contains(&said, &["pujiang: li -> wang\n", "next (n): li -> wang\n", "alone (a): li -> "]);
    // It belongs to the customer, who has a new owner.
    assert!(!said.contains("won (w)"), "{said}");
    assert!(!sandbox.crm("check --lines").done().0.contains("owner-left"));
    assert!(sandbox.crm("handover li").ok().contains("nothing is left with this rep"));
}

#[test]
fn the_keeper_answers_for_customers_too() {
    let sandbox = Sandbox::with_settings(&format!("{TEAM}[pool]\nkeeper = \"li\"\n"));
    let next = "2009-12-02-1 = { kind = \"call\", reached = true, next = 2009-12-18 }\n";
    customer(&sandbox, "pujiang", "", &(file("") + next));
    let due = sandbox.crm("due owner:li -f csv").ok();
    assert!(due.contains("2009-12-18,0,next step,pujiang,pujiang,,li,"), "{due}");
}
