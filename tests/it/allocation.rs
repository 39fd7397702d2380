//! Allocation and rebalancing: who gets whom, why, and what is never broken.

use crate::common::{Sandbox, book, day, query};
use crm::diag::Failure;
use crm::plan::allocate::{Allocation, Method};
use crm::plan::rebalance::{Rebalance, Wish};
use crm::rules::book::Book;
use crm::rules::query::Query;
use crm::rules::replay::care::Care;
use proptest::prelude::*;
use std::collections::BTreeMap;

const LOAD_ONLY: &str = "[allocation]\nweights = { value = 0, need = 0, place = 0, load = 1 }\n";
const NEW: &str = "2009-12-01 = { kind = \"opened\" }\n";

/// The plan for the open prospects.
fn allocate<'b>(book: &'b Book, query: &Query, method: Method) -> Result<Allocation<'b>, Failure> {
    crm::plan::allocate::allocate(book, query, method).map(|allocated| allocated.prospects)
}

/// The moves of the open prospects.
fn rebalance<'b>(book: &'b Book, query: &Query, wish: Wish) -> Result<Rebalance<'b>, Failure> {
    crm::plan::rebalance::rebalance(book, query, wish, Care::Prospect)
}

/// A ledger that grows day by day, as one would that is allocated every morning.
struct Diary {
    settings: String,
    prospects: Vec<(String, String)>,
}

impl Diary {
    fn new(settings: &str) -> Diary {
        Diary { settings: settings.to_owned(), prospects: Vec::new() }
    }

    fn add(&mut self, id: &str, on: &str) {
        self.prospects.push((id.to_owned(), format!("{on} = {{ kind = \"opened\" }}\n")));
    }

    fn book(&self, on: &str) -> Book {
        let files: Vec<(&str, &str, &str)> =
            self.prospects.iter().map(|(id, events)| (id.as_str(), "", events.as_str())).collect();
        book(&self.settings, &files, on)
    }

    /// Allocates the pool, writes the plan down, and says who got how many.
    fn allocate(&mut self, on: &str) -> BTreeMap<String, usize> {
        let book = self.book(on);
        let plan = allocate(&book, &query(&book, ""), Method::Auto).unwrap();
        let mut given = BTreeMap::new();
        for step in plan.steps() {
            *given.entry(step.rep.to_string()).or_default() += 1;
            let prospect = self.prospects.iter_mut().find(|(id, _)| **id == *step.prospect.id);
            let line = format!(
                "{on}-1 = {{ kind = \"assigned\", owner = \"{}\", reason = \"x\" }}\n",
                step.rep
            );
            prospect.unwrap().1.push_str(&line);
        }
        given
    }

    fn log(&mut self, id: &str, line: &str) {
        let prospect = self.prospects.iter_mut().find(|(known, _)| known == id).unwrap();
        prospect.1.push_str(&format!("{line}\n"));
    }

    fn held(&self, on: &str) -> BTreeMap<String, usize> {
        let mut held = BTreeMap::new();
        for record in self.book(on).records() {
            if let Some(owner) = record.state.owner.as_deref() {
                *held.entry(owner.to_owned()).or_default() += 1;
            }
        }
        held
    }
}

fn reps(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("[[rep]]\n{line}\n")).collect()
}

fn counts(pairs: &[(&str, usize)]) -> BTreeMap<String, usize> {
    pairs.iter().map(|(id, count)| ((*id).to_owned(), *count)).collect()
}

/// Who gets the only prospect of a ledger.
fn winner(settings: &str, facts: &str, others: &[(&str, &str, &str)]) -> Option<String> {
    let mut files = others.to_vec();
    files.push(("lead", facts, NEW));
    let book = book(settings, &files, "2009-12-18");
    let plan = allocate(&book, &query(&book, ""), Method::Auto).unwrap();
    let step = plan.steps().pop()?;
    Some(step.rep.to_string())
}

#[test]
fn thirty_days_one_lead_a_day_two_equal_reps() {
    let two = reps(&["id = \"a\"\ncapacity = 40", "id = \"b\"\ncapacity = 40"]);
    for settings in [two, reps(&["id = \"a\"", "id = \"b\""])] {
        let mut diary = Diary::new(&settings);
        // In the second run every lead is lost on the day it came, so that the load never differs: the
        // wait alone must even it out.
        let mut fleeting = Diary::new(&settings);
        for n in 0..30 {
            let on = day("2009-12-01").plus(n).to_string();
            let id = format!("lead{n:02}");
            diary.add(&id, &on);
            diary.allocate(&on);
            fleeting.add(&id, &on);
            fleeting.allocate(&on);
            fleeting.log(
                &id,
                &format!("{on}-2 = {{ kind = \"moved\", stage = \"lost\", reason = \"x\" }}"),
            );
        }
        assert_eq!(diary.held("2010-01-31"), counts(&[("a", 15), ("b", 15)]));
        assert_eq!(fleeting.held("2010-01-31"), counts(&[("a", 15), ("b", 15)]));
    }
}

#[test]
fn the_most_room_comes_first_then_who_waited_longest() {
    let settings = reps(&[
        "id = \"a\"\ncapacity = 10",
        "id = \"b\"\ncapacity = 12",
        "id = \"c\"\ncapacity = 15",
    ]);
    let mut diary = Diary::new(&(settings.clone() + LOAD_ONLY));
    let mut order = Vec::new();
    for n in 0..4 {
        let on = day("2009-12-01").plus(n).to_string();
        diary.add(&format!("lead{n}"), &on);
        order.extend(diary.allocate(&on).into_keys());
    }
    assert_eq!(order, ["c", "c", "c", "b"]);
    // All at once it is the same.
    let mut diary = Diary::new(&(settings + LOAD_ONLY));
    (0..3).for_each(|n| diary.add(&format!("lead{n}"), "2009-12-01"));
    assert_eq!(diary.allocate("2009-12-02"), counts(&[("c", 3)]));
}

#[test]
fn round_robin_by_the_longest_wait_of_one_day() {
    let settings = reps(&["id = \"a\"", "id = \"b\"", "id = \"c\""]);
    let given = |owner: &str, time: &str| {
        format!(
            "2009-12-01 = {{ kind = \"opened\" }}\n2009-12-10-1 = {{ kind = \"assigned\", time = {time}, owner = \"{owner}\", reason = \"x\" }}\n"
        )
    };
    let (a, b, c) = (given("a", "10:31:00"), given("b", "11:17:00"), given("c", "10:02:00"));
    let others = [("x", "", a.as_str()), ("y", "", b.as_str()), ("z", "", c.as_str())];
    assert_eq!(winner(&settings, "", &others).as_deref(), Some("c"));
    // Who was never given anything waits longest; then the id decides.
    assert_eq!(winner(&settings, "", &others[1..]).as_deref(), Some("a"));
    assert_eq!(winner(&settings, "", &[]).as_deref(), Some("a"));
}

#[test]
fn shares_follow_the_capacities() {
    let settings = reps(&["id = \"a\"\ncapacity = 10", "id = \"b\"\ncapacity = 20"])
        + LOAD_ONLY
        + "balance = \"utilisation\"\n";
    let mut diary = Diary::new(&settings);
    (0..5).for_each(|n| diary.add(&format!("lead{n}"), "2009-12-01"));
    assert_eq!(diary.allocate("2009-12-02"), counts(&[("a", 2), ("b", 3)]));
    // A small capacity is not rounded down to nothing, not even one lead at a time.
    let settings = settings.replace("capacity = 10", "capacity = 14").replace("20", "200");
    let mut diary = Diary::new(&settings);
    for n in 0..30 {
        let on = day("2009-12-01").plus(n).to_string();
        diary.add(&format!("lead{n}"), &on);
        diary.allocate(&on);
    }
    assert_eq!(diary.held("2010-01-31"), counts(&[("a", 2), ("b", 28)]));
    let three =
        reps(&["id = \"a\"", "id = \"b\"", "id = \"c\""]).replace("\"\n", "\"\ncapacity = 14\n");
    let mut diary = Diary::new(&three);
    for n in 0..30 {
        let on = day("2009-12-01").plus(n).to_string();
        diary.add(&format!("lead{n}"), &on);
        diary.allocate(&on);
    }
    assert_eq!(diary.held("2010-01-31"), counts(&[("a", 10), ("b", 10), ("c", 10)]));
}

#[test]
fn equal_shares_come_back_after_a_loss() {
    let mut diary = Diary::new(&reps(&["id = \"a\"", "id = \"b\"", "id = \"c\""]));
    (0..30).for_each(|n| diary.add(&format!("lead{n:02}"), "2009-12-01"));
    let even = counts(&[("a", 10), ("b", 10), ("c", 10)]);
    assert_eq!(diary.allocate("2009-12-02"), even);
    let book = diary.book("2009-12-02");
    let of_b = book.records().iter().filter(|r| r.state.owner.as_deref() == Some("b")).take(5);
    let gone: Vec<String> = of_b.map(|record| record.prospect.id.to_string()).collect();
    diary.prospects.retain(|(id, _)| !gone.contains(id));
    (30..35).for_each(|n| diary.add(&format!("lead{n:02}"), "2009-12-03"));
    assert_eq!(diary.allocate("2009-12-03"), counts(&[("b", 5)]));
    assert_eq!(diary.held("2009-12-03"), even);
}

const TEAM: &str = "[ledger]\ncurrency = \"CNY\"\n\
    [[rep]]\nid = \"senior\"\ncapacity = 5\nregions = [\"shanghai\"]\nskills = [\"pension\"]\n\
    [[rep]]\nid = \"junior\"\ncapacity = 5\nregions = [\"suzhou\"]\nskills = [\"health\"]\n";

#[test]
fn needs_and_region_decide_before_the_load() {
    let held = [("x", "", "2009-12-01 = { kind = \"opened\", owner = \"junior\" }\n")];
    assert_eq!(winner(TEAM, "", &held).as_deref(), Some("senior"));
    assert_eq!(winner(TEAM, "needs = [\"Health\"]", &held).as_deref(), Some("junior"));
    assert_eq!(winner(TEAM, "region = \"suzhou\"", &held).as_deref(), Some("junior"));
    let both = "region = \"suzhou\"\nneeds = [\"pension\", \"health\"]";
    assert_eq!(winner(TEAM, both, &held).as_deref(), Some("junior"));
}

#[test]
fn the_value_wants_a_level() {
    let settings = "[[rep]]\nid = \"a\"\nlevel = \"junior\"\ncapacity = 9\n\
        [[rep]]\nid = \"b\"\nlevel = \"middle\"\ncapacity = 9\n[[rep]]\nid = \"c\"\nlevel = \"senior\"\ncapacity = 9\n\
        [grading]\nvalue_high = 1000\nvalue_medium = 500\n";
    let of = |value: u32, settings: &str| {
        let events = format!("2009-12-01 = {{ kind = \"opened\", value = {value} }}\n");
        let book = book(settings, &[("lead", "", events.as_str())], "2009-12-18");
        let plan = allocate(&book, &query(&book, ""), Method::Auto).unwrap();
        plan.steps()[0].rep.to_string()
    };
    assert_eq!(of(1000, settings), "c");
    assert_eq!(of(999, settings), "b");
    assert_eq!(of(499, settings), "a");
    // The policy of the grade says which level it takes at least: C takes a senior here.
    let policy = format!("{settings}[policy.C]\nlevel = \"senior\"\n");
    assert_eq!(of(10, &policy), "c");
}

#[test]
fn of_three_prospects_the_largest_goes_to_the_senior_on_the_command_line() {
    for order in [["senior", "middle", "junior"], ["junior", "senior", "middle"]] {
        let team =
            order.map(|level| format!("id = \"{level}\"\nlevel = \"{level}\"\ncapacity = 1"));
        let settings = reps(&team.iter().map(String::as_str).collect::<Vec<_>>())
            + "[allocation]\nweights = { value = 1, need = 0, place = 0, load = 0 }\n";
        let sandbox = Sandbox::with_settings(&settings);
        for (id, value) in [("a", 800_000), ("b", 100_000), ("c", 2_700_000)] {
            let events = format!("2009-12-01 = {{ kind = \"opened\", value = {value} }}\n");
            sandbox.prospect(id, &format!("name = \"{id}\""), &events);
        }
        let out = sandbox.crm("allocate -f csv").ok();
        let to: Vec<(&str, &str)> = out
            .lines()
            .skip(1)
            .map(|line| (line.split(',').next().unwrap(), line.split(',').nth(2).unwrap()))
            .collect();
        assert_eq!(to, [("c", "senior"), ("a", "middle"), ("b", "junior")], "{out}");
    }
}

#[test]
fn of_three_prospects_the_largest_goes_to_the_senior() {
    let settings = "[[rep]]\nid = \"junior\"\nlevel = \"junior\"\ncapacity = 1\n\
        [[rep]]\nid = \"middle\"\nlevel = \"middle\"\ncapacity = 1\n\
        [[rep]]\nid = \"senior\"\nlevel = \"senior\"\ncapacity = 1\n\
        [allocation]\nweights = { value = 1, need = 0, place = 0, load = 0 }\n";
    let worth = |value: &str| format!("2009-12-01 = {{ kind = \"opened\", value = {value} }}\n");
    let values = ["100000", "2700000", "800000"].map(worth);
    // In whatever order their ids are: 2.7 and 0.8 million are both of high value.
    for ids in [["a", "b", "c"], ["c", "a", "b"], ["b", "c", "a"], ["a", "c", "b"]] {
        let files: Vec<(&str, &str, &str)> =
            ids.iter().zip(&values).map(|(id, events)| (*id, "", events.as_str())).collect();
        let book = book(settings, &files, "2009-12-18");
        for method in [Method::Auto, Method::Fast] {
            let plan = allocate(&book, &query(&book, ""), method).unwrap();
            let to = |id: &str| {
                let steps = plan.steps();
                steps.iter().find(|step| &*step.prospect.id == id).unwrap().rep.to_string()
            };
            assert_eq!(ids.map(to), ["junior", "senior", "middle"], "{ids:?}");
        }
    }
}

#[test]
fn a_prospect_that_was_recycled_goes_to_another_rep() {
    let settings = format!(
        "{}[pool]\nreclaim_wait_days = 30\nrecycle_days = 14\n",
        reps(&["id = \"ann\"\ncapacity = 20", "id = \"bob\"\ncapacity = 10"])
    );
    let firm = "2009-11-27 = { kind = \"opened\", owner = \"ann\" }\n";
    let sandbox = Sandbox::with_settings(&settings);
    sandbox.prospect("firm", "name = \"Firm\"", firm);
    sandbox.crm("recycle --apply").done();
    let said = sandbox.crm("claim firm --by ann").fails(1);
    assert!(said.contains("waits until 2010-01-18: recycled from them on 2009-12-18"), "{said}");
    let waits = sandbox.crm("allocate --table waits -f csv").ok();
    assert_eq!(
        waits,
        "id,name,rep,reason\nfirm,Firm,ann,waits until 2010-01-18: recycled from them on 2009-12-18\n"
    );
    // The last day of the wait, and the first day after it; without another rep it stays in the pool.
    sandbox.write("crm.toml", settings.replace("capacity = 10", "capacity = 0"));
    let out = sandbox.crm("allocate --as-of 2010-01-17").ok();
    let why =
        "nobody may have it: ann waits until 2010-01-18: recycled from them on 2009-12-18, 1 full";
    assert!(out.contains(why), "{out}");
    let (_, said) = sandbox.crm("allocate --apply --as-of 2010-01-18").done();
    assert_eq!(said, "firm (Firm): pool -> ann\n");
    // With another rep it goes to them at once; the ledger's own language says so.
    let zh = Sandbox::with_settings(&format!("[ledger]\nlanguage = \"zh\"\n{settings}"));
    zh.prospect("firm", "name = \"Firm\"", firm);
    zh.crm("recycle --apply").done();
    let out = zh.crm("allocate").ok();
    assert!(out.contains("须等到2010-01-18：2009-12-18从其名下回收"), "{out}");
    let said = zh.crm("assign firm --to ann").fails(1);
    assert!(said.contains("firm (Firm) 不能归 `ann`：须等到2010-01-18"), "{said}");
    let (_, said) = zh.crm("allocate --apply -f csv").done();
    assert_eq!(said, "firm (Firm): 公海 -> bob\n");
    assert!(zh.read("prospects/firm.toml").contains("reason = \"分配"));
}

#[test]
fn recycling_without_a_stated_wait_has_one_of_30_days() {
    let settings = reps(&["id = \"ann\"\ncapacity = 20"]);
    let events = |reason: &str| {
        format!(
            "2009-11-01 = {{ kind = \"opened\", owner = \"ann\" }}\n\
             2009-12-01 = {{ kind = \"assigned\", owner = \"\", reason = \"{reason}\" }}\n"
        )
    };
    let placed = |settings: &str, reason: &str, on: &str| {
        let events = events(reason);
        let book = book(settings, &[("firm", "", events.as_str())], on);
        allocate(&book, &query(&book, ""), Method::Auto).unwrap().steps().len()
    };
    let recycled = "past the sales cycle 2 times";
    assert_eq!(placed(&settings, recycled, "2009-12-31"), 0);
    assert_eq!(placed(&settings, recycled, "2010-01-01"), 1);
    assert_eq!(placed(&settings, "第2次超过销售周期", "2009-12-31"), 0);
    // What a rep gave back waits only where the settings say so; and they may say that nothing waits.
    assert_eq!(placed(&settings, "busy", "2009-12-02"), 1);
    let stated = format!("{settings}[pool]\nreclaim_wait_days = 0\n");
    assert_eq!(placed(&stated, recycled, "2009-12-02"), 1);
    // Nor does it wait because it was recycled from another one, on another day.
    let later = format!(
        "busy\" }}\n2009-12-05 = {{ kind = \"assigned\", owner = \"bob\" }}\n\
         2009-12-10 = {{ kind = \"assigned\", owner = \"\", reason = \"{recycled}"
    );
    assert_eq!(placed(&settings, &later, "2009-12-11"), 1);
}

#[test]
fn industry_and_size_find_their_rep_and_plans_say_so() {
    let settings = "[[rep]]\nid = \"any\"\ncapacity = 9\n\
        [[rep]]\nid = \"bank\"\ncapacity = 9\nindustries = [\"Banking\"]\n\
        [[rep]]\nid = \"large\"\ncapacity = 9\nsizes = [\"large\"]\n\
        [allocation]\nweights = { value = 0, need = 0, place = 0, industry = 2, size = 1, load = 0 }\n";
    assert_eq!(winner(settings, "industry = \"banking\"", &[]).as_deref(), Some("bank"));
    assert_eq!(winner(settings, "size = \"LARGE\"", &[]).as_deref(), Some("large"));
    // Neither is known, or no rep has it: those without a list come first.
    assert_eq!(winner(settings, "", &[]).as_deref(), Some("any"));
    assert_eq!(winner(settings, "industry = \"retail\"", &[]).as_deref(), Some("any"));
    let sandbox = Sandbox::with_settings(settings);
    sandbox.prospect("lead", "name = \"张\"\nindustry = \"banking\"\nsize = \"small\"", NEW);
    let csv = sandbox.crm("allocate --why lead -f csv").ok();
    assert_eq!(
        csv,
        "rep,value-points,need-points,place-points,industry-points,size-points,load-points,score,why,barrier\n\
         bank,0,0,0,2,0.5,0,2.5,banking; 0/9,\n\
         any,0,0,0,1,0.5,0,1.5,0/9,\n\
         large,0,0,0,1,0,0,1,not small; 0/9,\n"
    );
    let (_, said) = sandbox.crm("allocate --apply").done();
    assert_eq!(said, "lead (张): pool -> bank\n");
    assert!(sandbox.read("prospects/lead.toml").contains("allocated: banking; 0/9"));
}

const DEPARTMENTS: &str = "[[rep]]\nid = \"li\"\ncapacity = 9\n[[rep]]\nid = \"wang\"\ncapacity = 9\nskills = [\"pension\"]\n\
    [[department]]\nid = \"marketing\"\nlabel = { en = \"marketing\", zh = \"市场部\" }\nmembers = [\"li\"]\n\
    [[department]]\nid = \"sales\"\nmembers = [\"wang\"]\n\
    [allocation]\nlifecycle = { potential = \"marketing\", active = [\"sales\", \"marketing\"] }\n";

#[test]
fn the_lifecycle_names_the_department_of_the_owner() {
    let active = "2009-06-01 = { kind = \"opened\" }\n2009-07-01-1 = { kind = \"order\", amount = 10 }\n\
        2009-12-01-1 = { kind = \"order\", amount = 10 }\n";
    let ledger = || {
        let sandbox = Sandbox::with_settings(DEPARTMENTS);
        // The skill would speak for the other one.
        sandbox.prospect("new", "name = \"n\"\nneeds = [\"pension\"]", NEW);
        sandbox.prospect("buys", "name = \"b\"", active);
        sandbox
    };
    let sandbox = ledger();
    let (_, said) = sandbox.crm("allocate --apply").done();
    assert_eq!(said, "buys (b): pool -> wang\nnew (n): pool -> li\n");
    let sandbox = ledger();
    let why = sandbox.crm("allocate --why new -f csv").ok();
    assert!(why.contains("potential customers go to the department marketing"), "{why}");
    let said = sandbox.crm("claim new --by wang").fails(1);
    assert!(
        said.contains("cannot go to `wang`: potential customers go to the department marketing"),
        "{said}"
    );
    sandbox.crm("assign new --to wang --force 'he asked for her'").done();
    // Where none of the department can have it, it stays in the pool, with the reason.
    let away =
        DEPARTMENTS.replace("id = \"li\"\n", "id = \"li\"\nleave = [\"2009-12-18..2009-12-18\"]\n");
    let zh = Sandbox::with_settings(&format!("[ledger]\nlanguage = \"zh\"\n{away}"));
    zh.prospect("new", "name = \"n\"", NEW);
    let out = zh.crm("allocate").ok();
    assert!(
        out.contains("无人可接：1 不属该部门、1 休假")
            || out.contains("无人可接：1 休假、1 不属该部门"),
        "{out}"
    );
    let why = zh.crm("allocate --why new").ok();
    assert!(why.contains("潜在客户归市场部"), "{why}");
    // A lifecycle that is not named has no department.
    let lapsed =
        "2008-06-01 = { kind = \"opened\" }\n2008-07-01-1 = { kind = \"order\", amount = 10 }\n";
    let files = [("old", "needs = [\"pension\"]", lapsed)];
    let book = book(DEPARTMENTS, &files, "2009-12-18");
    let plan = allocate(&book, &query(&book, ""), Method::Auto).unwrap();
    assert_eq!(&*plan.steps()[0].rep, "wang");
}

#[test]
fn wrong_ids_of_departments_and_keepers_are_settings_errors_with_the_nearest_name() {
    for (settings, why) in [
        ("[[department]]\nid = \"d\"\nmembers = [\"wagn\"]\n", "did you mean `wang`?"),
        ("[[department]]\nid = \"d\"\n", "the department `d` needs `members`"),
        ("[[department]]\nmembers = [\"li\"]\n", "a department needs an `id`"),
        (
            "[[department]]\nid = \"sales\"\nmembers = [\"li\"]\n",
            "the department `sales` appears twice",
        ),
        ("[[department]]\nid = \"d\"\nmember = [\"li\"]\n", "did you mean `members`?"),
        ("[pool]\nkeeper = \"wagn\"\n", "did you mean `wang`?"),
    ] {
        let said = Sandbox::with_settings(&format!("{DEPARTMENTS}{settings}")).crm("pool").fails(2);
        assert!(said.contains("error[bad-setting]") && said.contains(why), "{said}");
    }
    for (lifecycle, why) in [
        ("{ potental = \"sales\" }", "did you mean `potential`?"),
        ("{ new = \"slaes\" }", "did you mean `sales`?"),
        ("{ new = [\"sales\", \"marketting\"] }", "did you mean `marketing`?"),
        ("\"sales\"", "`lifecycle`"),
    ] {
        let at = DEPARTMENTS.find("lifecycle =").unwrap();
        let settings = format!("{}lifecycle = {lifecycle}\n", &DEPARTMENTS[..at]);
        let said = Sandbox::with_settings(&settings).crm("pool").fails(2);
        assert!(said.contains("error[bad-setting]") && said.contains(why), "{said}");
    }
}

#[test]
fn a_rep_is_given_nothing_from_the_last_day_on() {
    let settings = reps(&["id = \"r\"\ncapacity = 5\nleft = 2009-12-17"]);
    let sandbox = Sandbox::with_settings(&settings);
    sandbox.prospect("lead", "name = \"张\"", NEW);
    let plan = |day: &str| sandbox.crm(&format!("allocate --as-of {day}")).ok();
    assert!(plan("2009-12-16").contains("1 of 1 in the pool can be placed"));
    let out = plan("2009-12-17");
    assert!(out.contains("nobody may have it: 1 gone"), "{out}");
    let said = sandbox.crm("assign lead --to r --as-of 2009-12-17").fails(1);
    assert!(said.contains("cannot go to `r`: left on 2009-12-17"), "{said}");
    sandbox.crm("claim lead --by r --as-of 2009-12-16").done();
}

#[test]
fn the_example_team_does_not_give_niu_sheng_back() {
    let sandbox = Sandbox::copy_of("examples/team");
    let out = sandbox.crm("allocate --as-of 2010-03-31 -f csv").ok();
    let line = out.lines().find(|line| line.starts_with("niu-sheng")).unwrap();
    assert!(!line.contains(",hejun,"), "{line}");
    let waits = sandbox.crm("allocate --as-of 2010-03-31 --table waits -f csv").ok();
    assert!(
        waits.contains("niu-sheng,牛胜,hejun,waits until 2010-04-01: had it until 2010-03-01"),
        "{waits}"
    );
}

#[test]
fn one_plan_does_not_split_an_account() {
    // By need and region each prospect of the account would go to another rep.
    let account = |facts: &str| format!("account = \"Wang\"\n{facts}");
    let (one, two) = (account("region = \"shanghai\""), account("region = \"suzhou\""));
    let files = [("a", one.as_str(), NEW), ("b", two.as_str(), NEW)];
    let to = |settings: &str, method| {
        let book = book(settings, &files, "2009-12-18");
        let plan = allocate(&book, &query(&book, ""), method).unwrap();
        let reps = plan.steps().iter().map(|step| step.rep.to_string()).collect::<Vec<_>>();
        (reps, plan.left(book.settings.language).pop().map(|left| left.reason))
    };
    for method in [Method::Auto, Method::Fast] {
        let (reps, left) = to(TEAM, method);
        assert!(reps.len() == 2 && reps[0] == reps[1] && left.is_none(), "{reps:?}");
        // Room for one each: the other one waits for the same rep.
        let (reps, left) = to(&TEAM.replace("capacity = 5", "capacity = 1"), method);
        assert_eq!(reps.len(), 1);
        assert_eq!(
            left.as_deref(),
            Some("all who may have it are full: 1 not theirs by account, 1 full")
        );
        let free = format!("{TEAM}[allocation]\nkeep_account = false\n");
        assert_eq!(to(&free, method).0, ["senior", "junior"]);
    }
    let sandbox = Sandbox::with_settings(TEAM);
    for (id, facts, events) in files {
        sandbox.prospect(
            id,
            &format!("name = \"{id}\"\n{}", facts.replace("Wang", "wANG")),
            events,
        );
    }
    sandbox.prospect("b", &format!("name = \"b\"\n{two}"), NEW);
    sandbox.write("plan.csv", "id,rep\na,senior\nb,junior\n");
    let said = sandbox.crm("allocate --plan plan.csv").fails(1);
    assert!(
        said.contains("`b` cannot go to `junior`: account Wang is with senior\n --> plan.csv:3"),
        "{said}"
    );
    sandbox.write("plan.csv", "id,rep\na,junior\nb,junior\n");
    sandbox.crm("allocate --plan plan.csv").done();
}

#[test]
fn a_lost_prospect_does_not_bind_its_account() {
    let lost = "2009-12-01 = { kind = \"opened\", owner = \"junior\" }\n\
                2009-12-02 = { kind = \"moved\", stage = \"lost\", reason = \"x\" }\n";
    let account = "account = \"wang\"\nregion = \"shanghai\"";
    assert_eq!(winner(TEAM, account, &[("x", account, lost)]).as_deref(), Some("senior"));
    // One that was won, or is still open, does.
    let won = lost.replace("\"lost\", reason = \"x\"", "\"closed\", forced = \"x\"");
    assert_eq!(winner(TEAM, account, &[("x", account, &won)]).as_deref(), Some("junior"));
    let open = &lost[..lost.find('\n').unwrap() + 1];
    assert_eq!(winner(TEAM, account, &[("x", account, open)]).as_deref(), Some("junior"));
}

#[test]
fn a_rep_takes_as_many_as_the_capacity_and_no_more() {
    let settings = reps(&["id = \"a\"\ncapacity = 2"]);
    let held = ("x", "", "2009-12-01 = { kind = \"opened\", owner = \"a\" }\n");
    let second = ("y", held.1, held.2);
    assert_eq!(winner(&settings, "", &[held]).as_deref(), Some("a"));
    assert_eq!(winner(&settings, "", &[held, second]), None);
    // The last free seat of an edited plan, and one more.
    let sandbox = Sandbox::with_settings(&settings);
    sandbox.prospect("x", "name = \"x\"", held.2);
    sandbox.prospect("l1", "name = \"l\"", NEW).prospect("l2", "name = \"l\"", NEW);
    sandbox.write("plan.csv", "id,rep\nl1,a\nl2,a\n");
    let said = sandbox.crm("allocate --plan plan.csv").fails(1);
    assert!(said.contains("`l2` cannot go to `a`: full: 2 of 2\n --> plan.csv:3"), "{said}");
    sandbox.write("plan.csv", "id,rep\nl1,a\n");
    assert_eq!(sandbox.crm("allocate --plan plan.csv").done().1, "l1 (l): pool -> a\n");
}

#[test]
fn who_waits_longest_is_next_and_of_one_day_who_was_given_least() {
    let settings = reps(&["id = \"a\"", "id = \"b\""]) + LOAD_ONLY;
    let given = |owner: &str, on: &str| {
        format!(
            "2009-12-01 = {{ kind = \"opened\" }}\n\
             {on}-1 = {{ kind = \"assigned\", owner = \"{owner}\", reason = \"x\" }}\n\
             2009-12-17-2 = {{ kind = \"moved\", stage = \"lost\", reason = \"x\" }}\n"
        )
    };
    let next = |files: &[(&str, &str)]| {
        let texts: Vec<String> = files.iter().map(|(owner, on)| given(owner, on)).collect();
        let ids = ["p", "q", "r"];
        let files: Vec<(&str, &str, &str)> =
            ids.iter().zip(&texts).map(|(id, text)| (*id, "", text.as_str())).collect();
        winner(&settings, "", &files)
    };
    assert_eq!(next(&[("a", "2009-12-11"), ("b", "2009-12-10")]).as_deref(), Some("b"));
    assert_eq!(next(&[("a", "2009-12-10"), ("b", "2009-12-11")]).as_deref(), Some("a"));
    // On the last day `a` was given two and `b` one.
    let twice = [("a", "2009-12-11"), ("a", "2009-12-11"), ("b", "2009-12-11")];
    assert_eq!(next(&twice).as_deref(), Some("b"));
    let other = [("b", "2009-12-11"), ("b", "2009-12-11"), ("a", "2009-12-11")];
    assert_eq!(next(&other).as_deref(), Some("a"));
}

#[test]
fn fairness_counts_those_with_nothing_and_not_those_who_left() {
    let settings = reps(&[
        "id = \"a\"\ncapacity = 30",
        "id = \"b\"\ncapacity = 30",
        "id = \"gone\"\ncapacity = 30\nleft = 2009-12-17",
        "id = \"none\"\ncapacity = 0",
    ]);
    let sandbox = Sandbox::with_settings(&settings);
    for n in 0..3 {
        let events = "2009-12-01 = { kind = \"opened\", owner = \"a\" }\n";
        sandbox.prospect(&format!("p{n}"), "name = \"x\"", events);
    }
    let out = sandbox.crm("report allocation --table fairness -f csv").ok();
    assert_eq!(out.lines().nth(1), Some("count,1,0.5,0.5"), "{out}");
    // On the last day `gone` is still of the team.
    let out = sandbox.crm("report allocation --table fairness -f csv --as-of 2009-12-17").ok();
    assert_eq!(out.lines().nth(1), Some("count,1.414214,0.666667,0.333333"), "{out}");
}

#[test]
fn who_is_away_gone_or_full_gets_nothing_and_the_reason_is_said() {
    let settings = reps(&[
        "id = \"away\"\nleave = [\"2009-12-18..2009-12-18\"]",
        "id = \"full\"\ncapacity = 1",
        "id = \"gone\"\nleft = 2009-12-17",
        "id = \"none\"\ncapacity = 0",
        "id = \"soon\"\njoined = 2009-12-19",
    ]);
    let held = [("x", "", "2009-12-01 = { kind = \"opened\", owner = \"full\" }\n")];
    assert_eq!(winner(&settings, "", &held), None);
    let sandbox = Sandbox::with_settings(&settings);
    sandbox.prospect("x", "name = \"x\"", held[0].2).prospect("lead", "name = \"张\"", NEW);
    let out = sandbox.crm("allocate").ok();
    assert!(out.contains("0 of 1 in the pool can be placed"), "{out}");
    let why = "lead  张    nobody may have it: 1 on leave, 2 full, 1 gone, 1 not there yet";
    assert!(out.contains(why), "{out}");
    let out = sandbox.crm("allocate --why lead -f csv").ok();
    for line in [
        "away,1.5,1.5,1.5,,4.5,,on leave until 2009-12-18",
        "full,1.5,1.5,1.5,,4.5,1/1,full: 1 of 1",
        "gone,1.5,1.5,1.5,,4.5,,left on 2009-12-17",
        "none,1.5,1.5,1.5,,4.5,0/0,full: 0 of 0",
        "soon,1.5,1.5,1.5,,4.5,,joins on 2009-12-19",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
    assert_eq!(sandbox.crm("allocate --apply").done().1, "");
    assert_eq!(sandbox.crm("list is:pool -f ids").ok(), "lead\n");
}

#[test]
fn exclusions_accounts_and_the_tag_are_never_broken() {
    let settings = format!(
        "{TEAM}[allocation]\n[[allocation.exclude]]\nrep = \"senior\"\nwhen = \"value>=1000\"\n"
    );
    let value = [("x", "", "2009-12-01 = { kind = \"opened\", owner = \"junior\" }\n")];
    let rich = "2009-12-01 = { kind = \"opened\", value = 1000 }\n";
    let book_of =
        |facts, events| book(&settings, &[value[0], ("lead", facts, events)], "2009-12-18");
    let whom = |book: &Book| {
        let plan = allocate(book, &query(book, ""), Method::Auto).unwrap();
        let left = plan.left(book.settings.language);
        (plan.steps().pop().map(|s| s.rep.to_string()), left)
    };
    assert_eq!(whom(&book_of("region = \"shanghai\"", rich)).0.as_deref(), Some("junior"));
    assert_eq!(whom(&book_of("region = \"shanghai\"", NEW)).0.as_deref(), Some("senior"));
    let (rep, left) = whom(&book_of("tags = [\"do-not-assign\"]", NEW));
    assert_eq!((rep, left[0].reason.as_str()), (None, "tagged do-not-assign"));
    // The account is with the junior, whatever speaks for the senior.
    let account = "account = \"wang\"\nregion = \"shanghai\"\nneeds = [\"pension\"]";
    let of_account = [("x", "account = \"wang\"", value[0].2), ("lead", account, NEW)];
    let with = book(&settings, &of_account, "2009-12-18");
    assert_eq!(whom(&with).0.as_deref(), Some("junior"));
    let full = settings.replace("id = \"junior\"\ncapacity = 5", "id = \"junior\"\ncapacity = 1");
    let (rep, left) = whom(&book(&full, &of_account, "2009-12-18"));
    assert_eq!((rep, left[0].reason.as_str()), (None, "account wang is with junior: full: 1 of 1"));
    let free = settings.replace("[allocation]\n", "[allocation]\nkeep_account = false\n");
    assert_eq!(whom(&book(&free, &of_account, "2009-12-18")).0.as_deref(), Some("senior"));
}

/// Two reps, three prospects, and a plan in a file.
fn with_plan() -> Sandbox {
    let sandbox = Sandbox::with_settings(TEAM);
    sandbox.prospect("chen", "name = \"陈\"\nregion = \"suzhou\"", NEW);
    sandbox.prospect("li", "name = \"李\"\nregion = \"shanghai\"", NEW);
    sandbox.prospect("smith", "name = \"Smith\"\nneeds = [\"pension\"]", NEW);
    sandbox
}

#[test]
fn a_plan_is_shown_saved_edited_and_applied() {
    let sandbox = with_plan();
    let before = sandbox.snapshot();
    sandbox.crm("allocate").ok();
    sandbox.crm("allocate -o plan.csv").ok();
    let plan = sandbox.read("plan.csv");
    assert_eq!(
        plan,
        "id,name,rep,score,runner-up,behind,why\n\
         chen,陈,junior,6,senior,3.8,suzhou; 0/5\n\
         li,李,senior,5.6,junior,3,shanghai; 0/5\n\
         smith,Smith,senior,5.6,junior,3,pension; 0/5\n"
    );
    let entries = |id: &str| sandbox.read(&format!("prospects/{id}.toml")).lines().count();
    let written = before.len();
    assert_eq!(sandbox.snapshot().len(), written + 1, "only the plan's file is new");
    sandbox.write(
        "plan.csv",
        plan.replace("chen,陈,junior", "chen,陈,senior").replace("li,李,senior", "li,李,"),
    );
    let (out, said) = sandbox.crm("allocate --plan plan.csv --by senior").done();
    assert_eq!(
        (out.as_str(), said.as_str()),
        ("", "chen (陈): pool -> senior\nsmith (Smith): pool -> senior\n")
    );
    assert_eq!((entries("chen"), entries("li")), (5, 4));
    assert_eq!(sandbox.crm("list is:pool -f ids").ok(), "li\n");
    let (_, said) = sandbox.crm("allocate --apply").done();
    assert_eq!(said, "li (李): pool -> senior\n");
}

#[test]
fn a_plan_that_cannot_be_followed_writes_nothing() {
    for (plan, status, why) in [
        ("id,rep\nchen,senoir\n", 1, "error[unknown-rep]: no rep `senoir`\n --> plan.csv:2"),
        ("id,rep\nchne,senior\n", 1, "no prospect `chne`"),
        ("id,rep\nchen,junior\nchen,senior\n", 1, "`chen` stands twice, first in line 2"),
        ("id,rep\nli,senior\nowned,senior\n", 1, "`owned` is not in the pool: `junior` owns it"),
        ("id,rep\ntagged,senior\n", 1, "`tagged` cannot go to `senior`: tagged do-not-assign"),
        (
            "id,rep\nchen,junior\nli,junior\nsmith,junior\n",
            1,
            "`smith` cannot go to `junior`: full: 3 of 3",
        ),
        ("name,rep\nchen,junior\n", 1, "the plan has no column `id`"),
        ("id;rep\nchen;away\n", 1, "cannot go to `away`: on leave until"),
    ] {
        let sandbox = with_plan();
        let settings = TEAM.replace(
            "capacity = 5\nregions = [\"suzhou\"]",
            "capacity = 3\nregions = [\"suzhou\"]",
        );
        let away = "[[rep]]\nid = \"away\"\nleave = [\"2009-12-01..2009-12-31\"]\n";
        sandbox.write("crm.toml", settings + away);
        sandbox.prospect(
            "owned",
            "name = \"o\"",
            "2009-12-01 = { kind = \"opened\", owner = \"junior\" }\n",
        );
        sandbox.prospect("tagged", "name = \"t\"\ntags = [\"do-not-assign\"]", NEW);
        sandbox.write("plan.csv", plan);
        let before = sandbox.snapshot();
        let said = sandbox.crm("allocate --plan plan.csv").fails(status);
        assert!(said.contains(why), "{plan}{said}");
        assert_eq!(sandbox.snapshot(), before, "{plan}");
    }
}

#[test]
fn what_no_plan_can_be_built_on_is_an_error() {
    let owned =
        |owner: &str| format!("2009-12-01 = {{ kind = \"opened\", owner = \"{owner}\" }}\n");
    let check = |settings: &str, facts: &str, events: &str, status: i32, why: &str| {
        let sandbox = Sandbox::with_settings(settings);
        sandbox.prospect("a1", facts, events).prospect("a2", facts, events);
        sandbox.prospect("lead", facts, NEW);
        let before = sandbox.snapshot();
        let run = sandbox.crm("allocate --apply");
        assert_eq!((run.status, run.stdout.as_str()), (status, ""), "{}", run.stderr);
        assert!(run.stderr.contains(why), "{}", run.stderr);
        assert_eq!(sandbox.snapshot(), before);
    };
    let facts = "name = \"x\"\naccount = \"wang\"";
    check(
        &TEAM.replace("capacity = 5", "capacity = 1"),
        facts,
        &owned("senior"),
        1,
        "error[over-capacity]: the capacity of `senior` is 1, below the 2 held",
    );
    check(
        TEAM,
        facts,
        &owned("snior"),
        1,
        "error[unknown-rep]: `a1` is owned by `snior`: no such rep",
    );
    check(
        &format!(
            "{TEAM}[allocation]\n[[allocation.exclude]]\nrep = \"senior\"\nwhen = \"account:wang\"\n"
        ),
        facts,
        &owned("senior"),
        1,
        "error[contradiction]: `lead` belongs to the account `wang` of `senior`, whom exclusion 1 keeps from it",
    );
    check("", facts, NEW, 2, "error[bad-setting]: the settings list no rep");
    for (settings, why) in [
        ("weights = { value = 0, need = 0, place = 0, load = 0 }", "every weight is 0"),
        ("weights = { vlaue = 1 }", "did you mean `value`?"),
        ("balance = \"rom\"", "did you mean `room`?"),
        ("[[allocation.exclude]]\nrep = \"jnior\"\nwhen = \"is:open\"", "did you mean `junior`?"),
        ("[[allocation.exclude]]\nrep = \"junior\"\nwhen = \"vlaue>1\"", "did you mean `value`?"),
        ("[[allocation.exclude]]\nrep = \"junior\"", "an exclusion needs `when`"),
    ] {
        check(&format!("{TEAM}[allocation]\n{settings}\n"), facts, NEW, 2, why);
    }
}

#[test]
fn why_shows_every_rep() {
    let sandbox = with_plan();
    let out = sandbox.crm("allocate --why chen").ok();
    assert!(
        out.contains("in the plan it goes to junior; with senior the plan would score 3.80 less"),
        "{out}"
    );
    let csv = sandbox.crm("allocate --why chen -f csv").ok();
    assert_eq!(
        csv,
        "rep,value-points,need-points,place-points,load-points,score,why,barrier\n\
         junior,1.5,1.5,3,0,6,suzhou; 0/5,\n\
         senior,1.5,1.5,0,-0.8,2.2,not suzhou; 0/5,\n"
    );
    sandbox.crm("assign chen --to junior").done();
    let said = sandbox.crm("allocate --why chen").fails(1);
    assert!(
        said.contains("`chen` is not in the pool: `junior` owns it since 2009-12-18"),
        "{said}"
    );
    assert!(sandbox.crm("allocate --why nobody").fails(2).contains("error[not-found]"));
}

#[test]
fn the_same_ledger_gives_the_same_plan() {
    let sandbox = Sandbox::copy_of("examples/team");
    let day = "--as-of 2010-03-31";
    let first = sandbox.crm(&format!("allocate {day}")).ok();
    assert_eq!(sandbox.crm(&format!("allocate {day}")).ok(), first);
    // The order of the reps in the settings says nothing.
    let settings = sandbox.read("crm.toml");
    let (head, rest) = settings.split_once("[[rep]]\n").unwrap();
    let (team, tail) = rest.split_once("[reasons]").unwrap();
    let mut blocks: Vec<&str> = team.split("[[rep]]\n").collect();
    blocks.reverse();
    let turned: String = blocks.iter().map(|block| format!("[[rep]]\n{block}\n")).collect();
    let csv = sandbox.crm(&format!("allocate {day} -f csv")).ok();
    sandbox.write("crm.toml", format!("{head}{turned}[reasons]{tail}"));
    assert_eq!(sandbox.crm(&format!("allocate {day} -f csv")).ok(), csv);
}

#[test]
fn the_fast_method_prints_its_distance() {
    let sandbox = Sandbox::copy_of("examples/team");
    let out = sandbox.crm("allocate --fast --as-of 2010-03-31").ok();
    assert!(out.contains("no plan that places as many scores more"), "{out}");
}

#[test]
fn reports_show_load_fairness_and_whose_turn_it_is() {
    let sandbox =
        Sandbox::with_settings(&reps(&["id = \"a\"\ncapacity = 30", "id = \"b\"\ncapacity = 30"]));
    for n in 0..30 {
        let owner = if n < 11 { "a" } else { "b" };
        let events = format!("2009-12-01 = {{ kind = \"opened\", owner = \"{owner}\" }}\n");
        sandbox.prospect(&format!("p{n:02}"), "name = \"x\"", &events);
    }
    let out = sandbox.crm("report allocation").ok();
    assert!(out.contains("if all fitted alike, the next prospect would go to a"), "{out}");
    let out = sandbox.crm("report allocation --table fairness -f csv").ok();
    assert_eq!(
        out,
        "measure,cv,gini,jain\ncount,0.266667,0.133333,0.93361\nvalue,,,\nweighted,,,\n"
    );
    sandbox.prospect("lead", "name = \"张\"", "2009-12-10 = { kind = \"opened\" }\n");
    let out = sandbox.crm("report pool -f csv").ok();
    assert_eq!(
        out,
        "id,name,region,value,since,waiting,for-whom\nlead,张,,,2009-12-10,8,\"a, b\"\n"
    );
}

/// A wish without restrictions, at this tolerance.
fn wish(tolerance: u32) -> Wish {
    Wish { tolerance, untouched_days: None, any_stage: true }
}

fn moved(plan: &Rebalance) -> Vec<(String, usize, usize)> {
    plan.moves.iter().map(|step| (step.prospect.id.to_string(), step.from, step.to)).collect()
}

#[test]
fn rebalancing_moves_as_few_as_can_be() {
    let settings = reps(&["id = \"a\"\ncapacity = 10", "id = \"b\"\ncapacity = 10"]);
    let ids: Vec<String> = (0..8).map(|n| format!("p{n}")).collect();
    let events = "2009-12-01 = { kind = \"opened\", owner = \"a\" }\n";
    let files: Vec<(&str, &str, &str)> = ids.iter().map(|id| (id.as_str(), "", events)).collect();
    let book = book(&settings, &files, "2009-12-18");
    let plan = |tolerance| rebalance(&book, &query(&book, ""), wish(tolerance)).unwrap();
    // 8 : 0 of 10 each; the mean is 40 %.
    assert_eq!(plan(0).moves.len(), 4);
    assert_eq!(plan(100).moves.len(), 3);
    assert_eq!(plan(400).moves.len(), 0);
    assert_eq!(plan(0).loads[1].count, [4, 4]);
    // Only those selected move.
    let some = rebalance(&book, &query(&book, "id:p1,p2"), wish(0)).unwrap();
    assert_eq!(some.moves.len(), 2);
    assert_eq!(some.outside().len(), 2);
}

#[test]
fn what_must_not_move_stays() {
    let settings = reps(&["id = \"a\"\ncapacity = 10", "id = \"b\"\ncapacity = 10"]);
    let open = "2009-11-01 = { kind = \"opened\", owner = \"a\" }\n";
    let touched = format!("{open}2009-12-04 = {{ kind = \"note\" }}\n");
    let fifty = format!("{open}2009-11-02 = {{ kind = \"imported\", stage = \"50\" }}\n");
    let files = [
        ("fifty", "", fifty.as_str()),
        ("kept", "account = \"wang\"", open),
        ("kept-too", "account = \"Wang\"", fifty.as_str()),
        ("tagged", "tags = [\"do-not-assign\"]", open),
        ("touched", "", touched.as_str()),
    ];
    let book = book(&settings, &files, "2009-12-18");
    let run = |wish| moved(&rebalance(&book, &query(&book, ""), wish).unwrap());
    let careful = Wish { tolerance: 0, untouched_days: Some(14), any_stage: false };
    // Day 14 is still lately, day 15 is not.
    assert_eq!(run(careful), []);
    let less = Wish { untouched_days: Some(13), ..careful };
    assert_eq!(run(less), [("touched".to_owned(), 0, 1)]);
    // Where all of it may move, an account moves whole.
    let all = run(Wish { untouched_days: None, any_stage: true, ..careful });
    assert_eq!(all.len(), 2);
    let of_account = |id: &str| all.iter().any(|(moved, ..)| moved == id);
    assert_eq!(of_account("kept"), of_account("kept-too"));
}

#[test]
fn an_account_with_two_owners_stays_with_both() {
    let settings = reps(&["id = \"a\"\ncapacity = 10", "id = \"b\"\ncapacity = 10"]);
    let owned =
        |owner: &str| format!("2009-11-01 = {{ kind = \"opened\", owner = \"{owner}\" }}\n");
    let (a, b) = (owned("a"), owned("b"));
    let wang = "account = \"wang\"";
    let moves = |of_b: &str| {
        let files = [("p", wang, a.as_str()), ("q", wang, &a), ("r", "", &a), ("s", of_b, &b)];
        let book = book(&settings, &files, "2009-12-18");
        moved(&rebalance(&book, &query(&book, ""), wish(0)).unwrap())
    };
    assert_eq!(moves(wang), [("r".to_owned(), 0, 1)]);
    // Two of `wang` would be one too many: the other one moves.
    assert_eq!(moves(""), [("r".to_owned(), 0, 1)]);
}

#[test]
fn a_whole_account_moves_however_many_moves_that_is() {
    let settings =
        reps(&["id = \"a\"\ncapacity = 2", "id = \"b\"\ncapacity = 1", "id = \"c\"\ncapacity = 4"]);
    let owned =
        |owner: &str| format!("2009-11-01 = {{ kind = \"opened\", owner = \"{owner}\" }}\n");
    let (a, c) = (owned("a"), owned("c"));
    let wang = "account = \"wang\"";
    // The account is more than `a` should hold: it goes to `c`, and two of `c` make room.
    let files = [
        ("p0", "", c.as_str()),
        ("p1", wang, &a),
        ("p2", wang, &a),
        ("p3", wang, &a),
        ("p4", "", &c),
        ("p5", "", &c),
    ];
    let book = book(&settings, &files, "2009-12-18");
    let plan = rebalance(&book, &query(&book, ""), wish(0)).unwrap();
    assert_eq!(moved(&plan).len(), 5);
    assert_eq!(plan.outside(), [0_usize; 0]);
}

#[test]
fn rebalance_writes_only_when_told() {
    let sandbox =
        Sandbox::with_settings(&reps(&["id = \"a\"\ncapacity = 4", "id = \"b\"\ncapacity = 4"]));
    for id in ["x", "y"] {
        sandbox.prospect(
            id,
            "name = \"李\"",
            "2009-11-01 = { kind = \"opened\", owner = \"a\" }\n",
        );
    }
    let before = sandbox.snapshot();
    let out = sandbox.crm("rebalance").ok();
    assert!(out.contains("1 of 2 movable prospects move"), "{out}");
    assert!(out.contains("every rep is within the tolerance"), "{out}");
    assert!(sandbox.crm("rebalance --tolerance ten").fails(2).contains("is not a percentage"));
    assert_eq!(sandbox.snapshot(), before);
    let (_, said) = sandbox.crm("rebalance --apply --by b").done();
    assert_eq!(said, "x (李): a -> b\n");
    assert_eq!(sandbox.crm("list owner:b -f ids").ok(), "x\n");
    // It works where allocate stops: that is what it is for.
    let over =
        Sandbox::with_settings(&reps(&["id = \"a\"\ncapacity = 1", "id = \"b\"\ncapacity = 4"]));
    for id in ["x", "y"] {
        over.prospect(id, "name = \"x\"", "2009-11-01 = { kind = \"opened\", owner = \"a\" }\n");
    }
    assert!(over.crm("rebalance").ok().contains("1 of 2 movable prospects move"));
}

/// A random team and pool, small enough to try every plan.
fn small() -> impl Strategy<Value = (String, Vec<(String, String)>)> {
    // A team may have no industries and no sizes: then they count nothing.
    let list = || prop::option::of(0_usize..2);
    let rep = (0_u32..4, 0_usize..3, 0_usize..3, any::<bool>(), list(), list());
    let account = prop::option::weighted(0.6, 0_u32..2);
    // The last owner, and how many days ago it was recycled from them.
    let lost = prop::option::of((0_usize..3, prop_oneof![Just(30_i64), Just(31)]));
    let needs = prop::collection::vec(0_usize..3, 0..3);
    let prospect = (0_usize..3, needs, 0_u32..3, account, list(), list(), lost);
    let weights = (0_u32..4, 0_u32..4, 0_u32..4, 0_u32..4);
    // In half of the ledgers all owners come from one department.
    let balance = (prop_oneof![Just("room"), Just("utilisation")], any::<bool>());
    (prop::collection::vec(rep, 1..4), prop::collection::vec(prospect, 0..6), weights, balance)
        .prop_map(|(team, pool, (need, place, load, industry), (balance, department))| {
            let mut settings = String::new();
            let stated = |key: &str, n: &Option<usize>, as_list: bool| match (n, as_list) {
                (None, _) => String::new(),
                (Some(n), true) => format!("{key} = [\"{key}{n}\"]\n"),
                (Some(n), false) => format!("{key} = \"{key}{n}\"\n"),
            };
            for (n, (capacity, region, skill, away, industry, size)) in team.iter().enumerate() {
                let leave = if *away && n > 0 { "leave = [\"2009-12-18..2009-12-18\"]\n" } else { "" };
                let lists = stated("industries", industry, true) + &stated("sizes", size, true);
                settings.push_str(&format!(
                    "[[rep]]\nid = \"r{n}\"\ncapacity = {capacity}\nregions = [\"g{region}\"]\nskills = [\"s{skill}\"]\n{lists}{leave}"
                ));
            }
            settings.push_str(&format!(
                "[allocation]\nbalance = \"{balance}\"\n\
                 weights = {{ value = 1, need = {need}, place = {place}, industry = {industry}, load = {load} }}\n\
                 [[allocation.exclude]]\nrep = \"r0\"\nwhen = \"value=2\"\n"
            ));
            if department {
                settings = settings.replace("[allocation]\n", "[allocation]\nlifecycle = { potential = \"d\" }\n")
                    + "[[department]]\nid = \"d\"\nmembers = [\"r0\"]\n";
            }
            let pool = pool.iter().map(|(region, needs, value, account, industry, size, lost)| {
                let needs: Vec<String> = needs.iter().map(|need| format!("\"s{need}\"")).collect();
                let account = account.map(|n| format!("account = \"k{n}\"\n")).unwrap_or_default();
                let industry = industry.map(|n| format!("industry = \"industries{n}\"\n")).unwrap_or_default();
                let facts = format!(
                    "{account}{industry}{}region = \"g{region}\"\nneeds = [{}]",
                    stated("sizes", size, false).replace("sizes =", "size ="),
                    needs.join(", ")
                );
                let lost = lost.map(|(rep, days)| {
                    let on = day("2009-12-18").plus(-days);
                    format!(
                        "2009-11-01-2 = {{ kind = \"assigned\", owner = \"r{rep}\", reason = \"x\" }}\n\
                         {on} = {{ kind = \"assigned\", owner = \"\", reason = \"past the sales cycle 2 times\" }}\n"
                    )
                });
                let opened = format!("2009-11-01-1 = {{ kind = \"opened\", value = {value} }}\n");
                (facts, opened + &lost.unwrap_or_default())
            });
            (settings, pool.collect())
        })
}

/// Was a prospect recycled from a rep, and is day 30 of the wait not over?
fn waits(book: &Book, id: &str, rep: &str) -> bool {
    let record = book.records().iter().find(|record| &*record.prospect.id == id).unwrap();
    let of = |owner: &str| {
        let mut events = record.prospect.events.iter();
        events.rfind(|event| event.owner.as_deref() == Some(owner)).map(|event| event.date())
    };
    of(rep).is_some() && of("").is_some_and(|lost| book.as_of.days_since(lost) <= 30)
}

/// The placed and the value of every way to place the pool: the best of them, by plain enumeration. The
/// scores are those of the rules; what a rep's load costs is counted here from the definition.
fn best(book: &Book, plan: &Allocation) -> (usize, i64) {
    fn go(
        book: &Book,
        plan: &Allocation,
        chosen: &mut Vec<Option<usize>>,
        best: &mut (usize, i64),
    ) {
        if chosen.len() == plan.prospects.len() {
            *best = value(book, plan, chosen).map_or(*best, |value| value.max(*best));
            return;
        }
        for choice in std::iter::once(None).chain((0..plan.team.members.len()).map(Some)) {
            chosen.push(choice);
            go(book, plan, chosen, best);
            chosen.pop();
        }
    }
    let mut found = (0, i64::MIN);
    go(book, plan, &mut Vec::new(), &mut found);
    found
}

fn value(book: &Book, plan: &Allocation, chosen: &[Option<usize>]) -> Option<(usize, i64)> {
    const UNIT: i64 = 1_000_000;
    let settings = &book.settings.allocation;
    let members = &plan.team.members;
    let free = |member: usize| members[member].is_available(Care::Prospect);
    let most = (0..members.len())
        .filter(|m| free(*m))
        .filter_map(|m| members[m].room(Care::Prospect))
        .max();
    let (mut taken, mut sum, mut placed) = (vec![0_i64; members.len()], 0, 0);
    let mut accounts: BTreeMap<&str, usize> = BTreeMap::new();
    for (candidate, choice) in plan.prospects.iter().zip(chosen) {
        let Some(member) = *choice else { continue };
        let excluded = &*members[member].rep.id == "r0" && candidate.worth.value.to_string() == "2";
        let capacity = i64::from(members[member].capacity.unwrap());
        let waits = waits(book, &candidate.prospect.id, &members[member].rep.id);
        let elsewhere = !settings.lifecycle.is_empty() && &*members[member].rep.id != "r0";
        if !free(member) || excluded || waits || elsewhere || taken[member] == capacity {
            return None;
        }
        if let Some(account) = candidate.account()
            && *accounts.entry(account).or_insert(member) != member
        {
            return None;
        }
        let fit = plan.strategies.fits(&candidate.wants, candidate.value())[member];
        let load = match settings.balance {
            crm::model::pool::Balance::Room => {
                let most = i64::from(most.unwrap());
                UNIT * (most - (capacity - taken[member])) / most
            }
            crm::model::pool::Balance::Utilisation => UNIT * (taken[member] + 1) / capacity,
        };
        taken[member] += 1;
        placed += 1;
        sum += fit.score(plan.strategies.weights()) - i64::from(settings.weights.load) * load;
    }
    Some((placed, sum))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_plan_is_better((settings, pool) in small()) {
        let ids: Vec<String> = (0..pool.len()).map(|n| format!("p{n}")).collect();
        let files: Vec<(&str, &str, &str)> = ids
            .iter()
            .zip(&pool)
            .map(|(id, (facts, events))| (id.as_str(), facts.as_str(), events.as_str()))
            .collect();
        let book = book(&settings, &files, "2009-12-18");
        let plan = allocate(&book, &query(&book, ""), Method::Auto).unwrap();
        let chosen: Vec<Option<usize>> = (0..pool.len()).map(|n| plan.member_of(n)).collect();
        let own = value(&book, &plan, &chosen);
        prop_assert_eq!(own, Some((plan.plan.placed, plan.plan.value())), "the plan is allowed");
        prop_assert_eq!(own.unwrap(), best(&book, &plan));
        prop_assert_eq!(plan.plan.gap(), 0);
        let lang = book.settings.language;
        prop_assert_eq!(plan.left(lang).len() + plan.placements().len(), pool.len());
        prop_assert!(plan.left(lang).iter().all(|left| !left.reason.is_empty()));
    }

    /// No set of fewer moves leaves as few prospects outside the bands; an account moves whole or not at all.
    #[test]
    fn no_fewer_moves_do(
        owners in prop::collection::vec(0_usize..3, 0..7),
        accounts in prop::collection::vec(prop::option::weighted(0.6, 0_usize..3), 7),
        capacities in prop::collection::vec(1_u32..6, 3),
        tolerance in prop_oneof![Just(0_u32), Just(100), Just(250)],
    ) {
        let lines: Vec<String> = capacities
            .iter()
            .enumerate()
            .map(|(n, capacity)| format!("id = \"r{n}\"\ncapacity = {capacity}"))
            .collect();
        let settings = reps(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        let events: Vec<String> = owners
            .iter()
            .map(|owner| format!("2009-12-01 = {{ kind = \"opened\", owner = \"r{owner}\" }}\n"))
            .collect();
        let ids: Vec<String> = (0..owners.len()).map(|n| format!("p{n}")).collect();
        let facts: Vec<String> = accounts
            .iter()
            .map(|account| account.map(|n| format!("account = \"k{n}\"")).unwrap_or_default())
            .collect();
        let files: Vec<(&str, &str, &str)> =
            ids.iter().zip(&facts).zip(&events).map(|((id, facts), events)| (id.as_str(), facts.as_str(), events.as_str())).collect();
        let book = book(&settings, &files, "2009-12-18");
        let plan = rebalance(&book, &query(&book, ""), wish(tolerance)).unwrap();
        let outside = |count: &[u32]| -> u32 {
            let each = count.iter().zip(&plan.bands).map(|(held, band)| {
                let (low, high) = band.unwrap();
                low.saturating_sub(*held) + held.saturating_sub(high)
            });
            each.sum()
        };
        let mut best = (u32::MAX, usize::MAX);
        for code in 0..3_usize.pow(u32::try_from(owners.len()).unwrap()) {
            let (mut rest, mut count, mut moves) = (code, [0_u32; 3], 0);
            let mut to = Vec::new();
            for owner in &owners {
                count[rest % 3] += 1;
                moves += usize::from(rest % 3 != *owner);
                to.push(rest % 3);
                rest /= 3;
            }
            // Of an account with one owner all go to one rep; with several owners none moves.
            let keeps = (0..3).all(|account| {
                let own = || (0..owners.len()).filter(|n| accounts[*n] == Some(account));
                let alike = |of: &[usize]| own().all(|n| Some(of[n]) == own().next().map(|n| of[n]));
                if alike(&owners) { alike(&to) } else { own().all(|n| to[n] == owners[n]) }
            });
            if !keeps {
                continue;
            }
            // Nobody is given more than the capacity.
            let held = |rep: usize| owners.iter().filter(|owner| **owner == rep).count() as u32;
            if (0..3).all(|rep| count[rep] <= capacities[rep].max(held(rep))) {
                best = best.min((outside(&count), moves));
            }
        }
        prop_assert_eq!((outside(&plan.loads[1].count), plan.moves.len()), best);
    }
}
