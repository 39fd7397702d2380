//! The pool: claiming, releasing, assigning, and going back to it. Each test is a behaviour that some other
//! system gets wrong.

use crate::common::{Sandbox, book, day, query};
use crm::plan::recycle::recycle;
use crm::report::Request;
use crm::report::due::due;
use crm::rules::book::Book;
use crm::table::sheet::Cell;
use crm::value::date::Date;
use proptest::prelude::*;

const REPS: &str = "[[rep]]\nid = \"a\"\n[[rep]]\nid = \"b\"\n";
const OPEN: &str = "2009-12-01 = { kind = \"opened\" }\n";
const OWNED: &str = "2009-12-01 = { kind = \"opened\", owner = \"a\" }\n";

fn pool_of(settings: &str, count: usize) -> Sandbox {
    let sandbox = Sandbox::with_settings(&format!("{REPS}{settings}"));
    for number in 1..=count {
        sandbox.prospect(&format!("p{number}"), &format!("name = \"客户{number}\""), OPEN);
    }
    sandbox
}

#[test]
fn claim_release_and_assign_write_who_and_why() {
    let sandbox = pool_of("", 1);
    let (out, said) = sandbox.crm("claim p1 --by a").done();
    assert_eq!((out.as_str(), said.as_str()), ("", "p1 (客户1): claimed by a\n"));
    let (_, said) = sandbox.crm("release p1 --by a --reason '没有时间'").done();
    assert_eq!(said, "p1 (客户1): a -> pool\n");
    let (_, said) = sandbox.crm("assign p1 --to b --by a").done();
    assert_eq!(said, "p1 (客户1): pool -> b\n");
    let text = sandbox.read("prospects/p1.toml");
    let lines: Vec<&str> = text.lines().rev().take(3).collect();
    assert!(lines[2].ends_with(r#"= { kind = "assigned", by = "a", owner = "a" }"#), "{text}");
    assert!(lines[1].contains(r#"owner = "", reason = "没有时间" }"#), "{text}");
    assert!(lines[0].contains(r#"owner = "b", reason = "assigned by hand" }"#), "{text}");
}

#[test]
fn the_pool_lists_since_when_and_who_had_it() {
    let sandbox = pool_of("", 1);
    sandbox.crm("claim p1 --by a --as-of 2009-12-02").done();
    sandbox.crm("release p1 --by a --reason busy --as-of 2009-12-10").done();
    let out = sandbox.crm("pool -f csv").ok();
    assert_eq!(
        out,
        "id,name,grade,region,needs,value,since,waiting,before,reason\n\
         p1,客户1,C,,,,2009-12-10,8,a,busy\n"
    );
    assert_eq!(sandbox.crm("pool -f ids").ok(), sandbox.crm("list is:pool -f ids").ok());
}

#[test]
fn what_is_owned_cannot_be_claimed_and_nothing_is_written() {
    let sandbox = pool_of("", 2);
    sandbox.crm("claim p1 --by a").done();
    let before = sandbox.snapshot();
    let said = sandbox.crm("claim p2 p1 --by b").fails(1);
    assert!(
        said.contains("error[not-in-pool]: `p1` is not in the pool: `a` owns it since"),
        "{said}"
    );
    assert_eq!(sandbox.snapshot(), before);
    let said = sandbox.crm("release p2 --reason x").fails(1);
    assert!(said.contains("error[already-there]: p2 (客户2) is in the pool already"), "{said}");
    assert!(sandbox.crm("claim p2").fails(2).contains("no rep is named"));
}

#[test]
fn a_claim_counts_against_what_is_held_and_claimed() {
    let sandbox = pool_of("[pool]\nmax_held = 3\nclaims_per_day = 2\n", 5);
    let said = sandbox.crm("claim p1 p2 p3 --by a").fails(1);
    assert!(said.contains("p3: `a` has claimed 2 today, at most 2 are allowed"), "{said}");
    // A refused claim costs no quota.
    sandbox.crm("claim p1 p2 --by a").done();
    // Nor does the limit of one bind another.
    sandbox.crm("claim p3 --by b").done();
    sandbox.crm("claim p4 --by a --as-of 2009-12-19").done();
    let said = sandbox.crm("claim p5 --by a --as-of 2009-12-20").fails(1);
    assert!(said.contains("error[pool-limit]: p5: `a` holds 3, at most 3 are allowed"), "{said}");
}

#[test]
fn release_and_claim_do_not_evade_the_limit_of_a_day() {
    let sandbox = pool_of("[pool]\nclaims_per_day = 1\n", 2);
    sandbox.crm("claim p1 --by a").done();
    sandbox.crm("release p1 --by a --reason swap").done();
    let said = sandbox.crm("claim p2 --by a").fails(1);
    assert!(said.contains("has claimed 1 today, at most 1 are allowed"), "{said}");
    sandbox.crm("claim p2 --by a --as-of 2009-12-19").done();
}

#[test]
fn what_is_assigned_does_not_count_as_claimed() {
    let sandbox = pool_of("[pool]\nclaims_per_day = 1\n", 4);
    sandbox.crm("assign p1 --to a --by b").done();
    // Not even what somebody assigns to themselves.
    sandbox.crm("assign p2 --to a --by a").done();
    sandbox.crm("claim p3 --by a").done();
    sandbox.crm("claim p4 --by a").fails(1);
}

#[test]
fn the_wait_looks_at_every_earlier_owner() {
    let sandbox = pool_of("[pool]\nreclaim_wait_days = 30\n", 1);
    sandbox.crm("claim p1 --by a --as-of 2009-12-01").done();
    sandbox.crm("release p1 --by a --reason x --as-of 2009-12-05").done();
    sandbox.crm("claim p1 --by b --as-of 2009-12-05").done();
    sandbox.crm("release p1 --by b --reason y --as-of 2009-12-06").done();
    // Day 30 is still part of the wait, day 31 is not; that somebody else had it since is no way around.
    let said = sandbox.crm("claim p1 --by a --as-of 2010-01-04").fails(1);
    assert!(
        said.contains("cannot go to `a`: waits until 2010-01-05: had it until 2009-12-05"),
        "{said}"
    );
    sandbox.crm("claim p1 --by a --as-of 2010-01-05").done();
}

#[test]
fn capacity_and_presence_bind_claims_and_assignments() {
    let settings = "[[rep]]\nid = \"full\"\ncapacity = 1\n[[rep]]\nid = \"gone\"\nleft = 2009-12-11\n\
                    [[rep]]\nid = \"away\"\nleave = [\"2009-12-14..2009-12-20\"]\n";
    let sandbox = pool_of(settings, 3);
    sandbox.crm("assign p1 --to full").done();
    for (command, why) in [
        ("claim p2 --by full", "cannot go to `full`: full: 1 of 1"),
        ("claim p2 --by gone", "cannot go to `gone`: left on 2009-12-11"),
        ("claim p2 --by away", "cannot go to `away`: on leave until 2009-12-20"),
        ("assign p2 --to full", "cannot go to `full`: full: 1 of 1"),
        ("assign p2 --to gone", "cannot go to `gone`: left on 2009-12-11"),
        ("assign p2 --to away", "cannot go to `away`: on leave until 2009-12-20"),
    ] {
        let said = sandbox.crm(command).fails(1);
        assert!(said.contains(why), "{command}: {said}");
    }
    sandbox.crm("assign p2 --to full --force 'the owner asked for her'").done();
    assert!(sandbox.read("prospects/p2.toml").contains(r#"forced = "the owner asked for her""#));
    let said = sandbox.crm("assign p3 --to awya").fails(2);
    assert!(said.contains("did you mean `away`?"), "{said}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let sandbox = pool_of("[pool]\nrecycle_days = 5\n", 1);
    sandbox.prospect("owned", "name = \"o\"", OWNED);
    let before = sandbox.snapshot();
    assert!(sandbox.crm("claim p1 --by a -n").ok().contains("+2009-12-18-1-"));
    assert!(sandbox.crm("release owned --reason x -n").ok().contains("+2009-12-18-1-"));
    assert!(sandbox.crm("assign p1 --to b -n").ok().contains("+2009-12-18-1-"));
    assert!(sandbox.crm("recycle --apply -n").ok().contains("+2009-12-18-1-"));
    assert!(sandbox.crm("recycle").ok().contains("owned"));
    assert_eq!(sandbox.snapshot(), before);
}

fn recycled(book: &Book) -> Vec<String> {
    let all = query(book, "");
    recycle(book, &all).iter().map(|item| item.prospect.id.to_string()).collect()
}

fn one(settings: &str, events: &str, on: &str) -> Vec<String> {
    recycled(&book(&format!("{REPS}{settings}"), &[("x", "", events)], on))
}

#[test]
fn day_n_is_in_time_and_the_next_is_not() {
    let settings = "[pool]\nrecycle_days = 30\n";
    assert_eq!(one(settings, OWNED, "2009-12-31"), [""; 0]);
    assert_eq!(one(settings, OWNED, "2010-01-01"), ["x"]);
    // Who answered counts; a call that nobody answered does not.
    let call =
        |reached| format!("{OWNED}2009-12-20 = {{ kind = \"call\", reached = {reached} }}\n");
    assert_eq!(one(settings, &call(true), "2010-01-19"), [""; 0]);
    assert_eq!(one(settings, &call(true), "2010-01-20"), ["x"]);
    assert_eq!(one(settings, &call(false), "2010-01-01"), ["x"]);
}

#[test]
fn a_new_owner_has_the_whole_time() {
    let settings = "[pool]\nrecycle_days = 30\n";
    let events =
        format!("{OWNED}2009-12-25 = {{ kind = \"assigned\", owner = \"b\", reason = \"x\" }}\n");
    assert_eq!(one(settings, &events, "2010-01-24"), [""; 0]);
    assert_eq!(one(settings, &events, "2010-01-25"), ["x"]);
}

#[test]
fn nobody_recycles_the_pool_the_signed_the_paid_or_the_closed() {
    let settings = "[pool]\nrecycle_days = 1\n";
    assert_eq!(one(settings, OPEN, "2010-06-01"), [""; 0]);
    let signed = format!("{OWNED}2009-12-02 = {{ kind = \"contract\" }}\n");
    assert_eq!(one(settings, &signed, "2010-06-01"), [""; 0]);
    let paid = format!("{OWNED}2009-12-02 = {{ kind = \"payment\", amount = 1 }}\n");
    assert_eq!(one(settings, &paid, "2010-06-01"), [""; 0]);
    let lost =
        format!("{OWNED}2009-12-02 = {{ kind = \"moved\", stage = \"lost\", reason = \"x\" }}\n");
    assert_eq!(one(settings, &lost, "2010-06-01"), [""; 0]);
    // Without a rule nothing goes back for want of contact.
    assert_eq!(one("", OWNED, "2019-06-01"), [""; 0]);
}

#[test]
fn a_hold_is_exempt_until_its_date() {
    let settings = "[pool]\nrecycle_days = 10\n";
    let held =
        format!("{OWNED}2009-12-05 = {{ kind = \"hold\", until = 2010-02-01, reason = \"x\" }}\n");
    assert_eq!(one(settings, &held, "2010-01-31"), [""; 0]);
    assert_eq!(one(settings, &held, "2010-02-01"), ["x"]);
}

#[test]
fn a_grade_may_have_limits_of_its_own() {
    let settings = format!(
        "{REPS}[grading]\nvalue_high = 1000\nvalue_medium = 500\n[pool]\nclaims_per_day = 3\nrecycle_days = 30\n\
         [pool.B]\nclaims_per_day = 1\nrecycle_days = 10\n"
    );
    let worth = |value: u32, owner: &str| {
        format!("2009-12-01 = {{ kind = \"opened\", owner = \"{owner}\", value = {value} }}\n")
    };
    let (rich, poor) = (worth(2000, "a"), worth(10, "a"));
    let on =
        |day: &str| recycled(&book(&settings, &[("rich", "", &rich), ("poor", "", &poor)], day));
    assert_eq!(on("2009-12-11"), [""; 0]);
    assert_eq!(on("2009-12-12"), ["rich"]);
    assert_eq!(on("2010-01-01"), ["rich", "poor"]);
    let sandbox = Sandbox::with_settings(&settings);
    for (id, value) in [("b1", 2000), ("b2", 2000), ("c1", 10), ("c2", 10)] {
        sandbox.prospect(id, &format!("name = \"{id}\""), &worth(value, ""));
    }
    let said = sandbox.crm("claim b1 b2 --by a").fails(1);
    assert!(
        said.contains("b2: `a` has claimed 1 of grade B today, at most 1 are allowed"),
        "{said}"
    );
    sandbox.crm("claim b1 c1 c2 --by a").done();
    // The limit of what is held, of a grade: exactly as many are allowed.
    let held = settings.replace("[pool.B]\nclaims_per_day = 1", "[pool.B]\nmax_held = 2");
    let sandbox = Sandbox::with_settings(&held);
    for (id, value) in [("b1", 2000), ("b2", 2000), ("b3", 2000), ("c1", 10)] {
        sandbox.prospect(id, &format!("name = \"{id}\""), &worth(value, ""));
    }
    sandbox.crm("claim b1 b2 --by a").done();
    assert!(sandbox.crm("claim b3 --by a").fails(1).contains("b3: `a` holds 2 of grade B"));
    sandbox.crm("claim c1 --by a").done();
    let said = Sandbox::with_settings("[pool.D]\nmax_held = 1\n").crm("pool").fails(2);
    assert!(said.contains("no rule of grading gives the grade `D`"), "{said}");
}

/// Twice past the cycle with owner `a`; after the first time it fell back to the first column.
const TWICE: &str = "2009-12-01 = { kind = \"opened\", owner = \"a\" }\n\
    2009-12-02 = { kind = \"meeting\", stage = \"25\", next = 2009-12-09 }\n\
    2009-12-31 = { kind = \"moved\", stage = \"opportunity\", reason = \"past the sales cycle\" }\n\
    2010-01-10 = { kind = \"meeting\", stage = \"25\", next = 2010-01-17 }\n";

#[test]
fn overdue_twice_goes_back() {
    assert_eq!(one("", TWICE, "2010-02-07"), [""; 0]);
    assert_eq!(one("", TWICE, "2010-02-08"), ["x"]);
    assert_eq!(one("[pool]\nrecycle_overdue = 0\n", TWICE, "2010-02-08"), [""; 0]);
    assert_eq!(one("[pool]\nrecycle_overdue = 3\n", TWICE, "2010-02-08"), [""; 0]);
    assert_eq!(one("[pool]\nrecycle_overdue = 1\n", TWICE, "2009-12-30"), [""; 0]);
    // Falling back in time is not being overdue.
    let in_time = TWICE.replace("2009-12-31", "2009-12-30");
    assert_eq!(one("", &in_time, "2010-02-08"), [""; 0]);
    // What happened with another owner does not count against this one.
    let other = TWICE.replace(
        "2010-01-10 = {",
        "2010-01-05 = { kind = \"assigned\", owner = \"b\", reason = \"x\" }\n2010-01-10 = {",
    );
    assert_eq!(one("", &other, "2010-02-08"), [""; 0]);
}

#[test]
fn recycle_writes_what_due_announced() {
    let sandbox = Sandbox::with_settings(&format!("{REPS}[pool]\nrecycle_days = 30\n"));
    sandbox.prospect("wang", "name = \"王经理\"", OWNED);
    let out = sandbox.crm("due --in 14d -f csv").ok();
    let announced = "2010-01-01,14,goes to the pool,wang,王经理,opportunity,a,\"no contact since 2009-12-01, more than 30 days\",";
    assert_eq!(out.lines().nth(1), Some(announced));
    assert_eq!(sandbox.crm("due --in 13d -f ids").ok(), "");
    sandbox.crm("recycle --apply --as-of 2009-12-31").ok();
    assert!(!sandbox.read("prospects/wang.toml").contains("assigned"));
    let (_, said) = sandbox.crm("recycle --apply --as-of 2010-01-01").done();
    assert_eq!(said, "wang (王经理): a -> pool\n");
    assert_eq!(sandbox.crm("list is:pool -f ids --as-of 2010-01-01").ok(), "wang\n");
}

#[test]
fn the_keeper_answers_for_what_is_due_in_the_pool() {
    let settings = format!("{REPS}[pool]\nkeeper = \"b\"\n");
    let ledger = |settings: &str| {
        let sandbox = Sandbox::with_settings(settings);
        let next = "next = 2009-12-18, next_what = \"ring\"";
        let events = |owner: &str| {
            format!("2009-12-01 = {{ kind = \"opened\", owner = \"{owner}\", {next} }}\n")
        };
        sandbox.prospect("free", "name = \"f\"", &events(""));
        sandbox.prospect("owned", "name = \"o\"", &events("a"));
        let lost =
            events("") + "2009-12-02 = { kind = \"moved\", stage = \"lost\", reason = \"x\" }\n";
        sandbox.prospect("lost", "name = \"l\"", &lost);
        sandbox
    };
    let sandbox = ledger(&settings);
    let due = |query: &str| {
        let out = sandbox.crm(&format!("due {query} -f csv")).ok();
        let mut lines: Vec<String> =
            out.lines().filter(|line| line.contains("next step")).map(String::from).collect();
        lines.sort();
        lines
    };
    let free = "2009-12-18,0,next step,free,f,opportunity,b,ring,";
    let owned = "2009-12-18,0,next step,owned,o,opportunity,a,ring,";
    assert_eq!(due(""), [free, owned]);
    assert_eq!(due("owner:b"), [free]);
    assert_eq!(due("is:pool owner:b"), [free]);
    // It still has no owner.
    assert_eq!(due("owner:none"), [free]);
    assert_eq!(due("owner:a"), [owned]);
    assert_eq!(sandbox.crm("list owner:b -f ids").ok(), "");
    let out = ledger(REPS).crm("due -f csv").ok();
    assert!(out.contains("next step,free,f,opportunity,,ring"), "{out}");
}

#[test]
fn settings_that_contradict_themselves_are_refused() {
    for (settings, why) in [
        (
            "[pool]\nmax_held = 5\n[pool.A]\nmax_held = 9\n",
            "`[pool.A]` allows max_held = 9, but `[pool]` allows only 5",
        ),
        ("[pool]\nrecycle_day = 5\n", "did you mean `recycle_days`?"),
        ("[pool.A]\nclaim_per_day = 5\n", "unknown setting `claim_per_day` of `[pool.A]`"),
        (
            "[[rep]]\nid = \"c\"\njoined = 2010-01-01\nleft = 2009-01-01\n",
            "`c` left on 2009-01-01, before joining",
        ),
    ] {
        let said = Sandbox::with_settings(&format!("{REPS}{settings}")).crm("pool").fails(2);
        assert!(said.contains("error[bad-setting]") && said.contains(why), "{said}");
    }
}

/// One line of a journal, and how many days after the last.
fn entry() -> impl Strategy<Value = (i64, String)> {
    let line = prop_oneof![
        3 => Just("kind = \"call\", reached = true".to_owned()),
        1 => Just("kind = \"call\", reached = false".to_owned()),
        3 => Just("kind = \"meeting\", stage = \"25\", next = NEXT, forced = \"x\"".to_owned()),
        1 => Just("kind = \"call\", stage = \"appointment\", next = NEXT".to_owned()),
        2 => Just("kind = \"moved\", stage = \"opportunity\", reason = \"x\"".to_owned()),
        2 => Just("kind = \"hold\", until = NEXT, reason = \"x\"".to_owned()),
        1 => Just("kind = \"moved\", stage = \"lost\", reason = \"x\"".to_owned()),
        1 => Just("kind = \"contract\"".to_owned()),
        3 => (100_u32..9000).prop_map(|amount| format!("kind = \"order\", amount = {amount}")),
        2 => Just("kind = \"assigned\", owner = \"a\", reason = \"x\"".to_owned()),
        2 => Just("kind = \"assigned\", owner = \"b\", reason = \"x\"".to_owned()),
        1 => Just("kind = \"assigned\", owner = \"\", reason = \"x\"".to_owned()),
    ];
    (0_i64..25, line)
}

fn journal(entries: &[(i64, String)], next: i64) -> String {
    let mut on: Date = day("2009-12-01");
    let mut text = String::from("2009-12-01 = { kind = \"opened\", owner = \"a\" }\n");
    for (n, (days, line)) in entries.iter().enumerate() {
        on = on.plus(*days);
        let line = line.replace("NEXT", &on.plus(next).to_string());
        text.push_str(&format!("{on}-{} = {{ {line} }}\n", n + 1));
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// `due --in N` lists exactly what `recycle` does N days later if nothing happens, and the days left that
    /// it shows are those after which it happens.
    #[test]
    fn due_announces_exactly_what_recycle_does(
        journals in prop::collection::vec((prop::collection::vec(entry(), 0..12), 1_i64..40), 1..6),
        recycle_days in prop::option::of(0_u32..40),
        overdue in 0_u32..4,
        grades in prop::collection::vec(prop::option::of((0_u32..40, 0_u32..4)), 3),
        ahead in 0_i64..80,
    ) {
        let contact = recycle_days.map(|days| format!("recycle_days = {days}\n")).unwrap_or_default();
        let mut settings = format!(
            "{REPS}[grading]\ngap_days = 20\nnew_days = 5\n[pool]\n{contact}recycle_overdue = {overdue}\n"
        );
        // A grade follows from the day: customers lapse while nothing happens.
        for (grade, limits) in ["A", "B", "C"].iter().zip(&grades) {
            if let Some((days, times)) = limits {
                settings.push_str(&format!("[pool.{grade}]\nrecycle_days = {days}\nrecycle_overdue = {times}\n"));
            }
        }
        let texts: Vec<String> = journals.iter().map(|(entries, next)| journal(entries, *next)).collect();
        let ids: Vec<String> = (0..texts.len()).map(|n| format!("p{n}")).collect();
        let files: Vec<(&str, &str, &str)> =
            ids.iter().zip(&texts).map(|(id, text)| (id.as_str(), "", text.as_str())).collect();
        let last = texts.iter().map(|text| text.lines().last().unwrap()[..10].to_owned()).max().unwrap();
        let now = day(&last);
        let today = book(&settings, &files, &last);
        let request = Request::of(query(&today, ""));
        let sheet = due(&today, &request, ahead);
        let table = &sheet.tables[0];
        let at = |name: &str| table.columns.iter().position(|column| column.id == name).unwrap();
        let mut announced: Vec<(String, Date)> = table
            .rows
            .iter()
            .filter(|row| row.cells[at("what")] == Cell::text("goes to the pool"))
            .map(|row| match (&row.cells[at("id")], &row.cells[at("date")]) {
                (Cell::Text(id), Cell::Date(date)) => (id.to_string(), *date),
                other => panic!("{other:?}"),
            })
            .collect();
        announced.sort();
        let on = |date: Date| {
            let mut ids = recycled(&book(&settings, &files, &date.to_string()));
            ids.sort();
            ids
        };
        let listed: Vec<String> = announced.iter().map(|(id, _)| id.clone()).collect();
        prop_assert_eq!(&listed, &on(now.plus(ahead)));
        for (id, date) in announced.iter().filter(|(_, date)| *date > now) {
            prop_assert!(on(*date).contains(id));
            prop_assert!(!on(date.plus(-1)).contains(id));
        }
    }
}

#[test]
fn of_two_claims_the_first_in_order_of_replay_stands() {
    let claims = |lines: &[&str]| {
        let events = OPEN.to_owned() + &lines.concat();
        let book = book(REPS, &[("p", "", &events)], "2009-12-20");
        let record = &book.records()[0];
        let findings: Vec<&str> = record.findings.iter().map(|f| f.code.id()).collect();
        (record.state.owner.as_deref().map(str::to_owned), findings.join(" "))
    };
    let a = "2009-12-18-1-aaa = { kind = \"assigned\", by = \"a\", owner = \"a\" }\n";
    let b = "2009-12-18-1-bbb = { kind = \"assigned\", by = \"b\", owner = \"b\" }\n";
    let earlier = "2009-12-17-1-zzz = { kind = \"assigned\", by = \"b\", owner = \"b\" }\n";
    let given =
        "2009-12-19-1-ccc = { kind = \"assigned\", by = \"a\", owner = \"b\", reason = \"x\" }\n";
    let back =
        "2009-12-18-1-aab = { kind = \"assigned\", by = \"a\", owner = \"\", reason = \"x\" }\n";
    let found = |owner: &str, findings: &str| (Some(owner.to_owned()), findings.to_owned());
    assert_eq!(claims(&[a, b]), found("a", "late-claim"));
    assert_eq!(claims(&[b, a]), found("a", "late-claim"));
    assert_eq!(claims(&[a, earlier]), found("b", "late-claim"));
    assert_eq!(claims(&[a, b, given]), found("b", "late-claim"));
    assert_eq!(claims(&[a, back, b]), found("b", ""));
    assert_eq!(claims(&[a, &a.replace("-1-", "-2-")]), found("a", ""));
}
