//! The lists of another program, imported month after month: the ledger as of the day of each says what the list says,
//! and no list changes what the ledger says of the days before it.

use crate::common::Sandbox;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The days of the lists.
const DAYS: [&str; 5] = ["2009-07-01", "2009-08-03", "2009-09-01", "2009-10-01", "2009-11-02"];
/// A day between each two lists.
const BETWEEN: [&str; 5] = ["2009-06-20", "2009-07-15", "2009-08-20", "2009-09-30", "2009-10-02"];
const STAGES: [&str; 6] = ["opportunity", "appointment", "25", "50", "90", "closed"];

/// What a list says of a deal; an empty text says nothing.
#[derive(Debug, Clone, Default, PartialEq)]
struct Listed {
    stage: usize,
    value: Option<u32>,
    owner: &'static str,
}

type List = BTreeMap<u8, Listed>;

prop_compose! {
    fn listed()(
        stage in 0..STAGES.len(),
        value in proptest::option::of(proptest::sample::select(vec![1000, 1500])),
        owner in proptest::sample::select(vec!["amy", "ben", ""]),
    ) -> Listed {
        Listed { stage, value, owner }
    }
}

/// Lists of up to three deals; one that has closed stays closed or begins again at the first column.
fn lists() -> impl Strategy<Value = Vec<List>> {
    let list = proptest::collection::btree_map(1..4u8, listed(), 1..4);
    proptest::collection::vec(list, DAYS.len()).prop_map(|mut lists| {
        let mut closed: BTreeMap<u8, bool> = BTreeMap::new();
        for (id, listed) in lists.iter_mut().flatten() {
            if closed.get(id) == Some(&true) && listed.stage != 0 {
                listed.stage = STAGES.len() - 1;
            }
            closed.insert(*id, listed.stage == STAGES.len() - 1);
        }
        lists
    })
}

fn file(list: &List, changed: Option<&str>, dated: bool) -> String {
    let mut text = String::from("id,name,stage,value,owner");
    text.push_str(if dated { ",date" } else { "" });
    text.push_str(if changed.is_some() { ",Last modified\n" } else { "\n" });
    for (id, Listed { stage, value, owner }) in list {
        let value = value.map(|value| value.to_string()).unwrap_or_default();
        let _ = write!(text, "d{id},Deal {id},{},{value},{owner}", STAGES[*stage]);
        text.push_str(if dated { ",2009-06-01" } else { "" });
        changed.iter().for_each(|day| text.push_str(&format!(",{day}")));
        text.push('\n');
    }
    text
}

fn as_of(sandbox: &Sandbox, day: &str) -> String {
    sandbox.crm(&format!("--as-of {day} export prospects -c id,stage,value,owner")).stdout
}

fn funnel_of(sandbox: &Sandbox, day: &str) -> String {
    sandbox.crm(&format!("--as-of {day} report funnel -f csv")).stdout
}

/// The state after each list, by the plainest of means: what a list says replaces what was said before.
fn expected(known: &List) -> String {
    let mut text = String::from("id,stage,value,owner\n");
    for (id, Listed { stage, value, owner }) in known {
        let value = value.map(|value| value.to_string()).unwrap_or_default();
        let _ = writeln!(text, "d{id},{},{value},{owner}", STAGES[*stage]);
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn each_list_is_true_of_its_day_and_changes_no_day_before(
        lists in lists(),
        with_changes in any::<bool>(),
        dated in any::<bool>(),
    ) {
        let sandbox = Sandbox::ledger();
        let mut known = List::new();
        let mut past: Vec<(&str, String)> = Vec::new();
        let mut funnel: Option<(&str, String)> = None;
        for (n, list) in lists.iter().enumerate() {
            let day = DAYS[n];
            for (id, listed) in list {
                let before = known.remove(id).unwrap_or_default();
                known.insert(*id, Listed {
                    stage: listed.stage,
                    value: listed.value.or(before.value),
                    owner: if listed.owner.is_empty() { before.owner } else { listed.owner },
                });
            }
            let changed = with_changes.then_some(BETWEEN[n]);
            sandbox.write("list.csv", file(list, changed, dated));
            let line = format!("import list.csv --date {day} --as-of {day}");
            sandbox.crm(&line).done();
            prop_assert_eq!(as_of(&sandbox, day), expected(&known));
            // A deal that a list tells of for the first time may have been there before, by its date.
            for (then, said) in &past {
                let now = as_of(&sandbox, then);
                for line in said.lines() {
                    prop_assert!(now.contains(line), "{} of {} after the list of {}: {}", line, then, day, now);
                }
                prop_assert!(dated || now == *said, "{}", then);
            }
            if let Some((then, funnel)) = &funnel {
                prop_assert!(dated || funnel_of(&sandbox, then) == *funnel, "the funnel of {}", then);
            }
            past.push((day, as_of(&sandbox, day)));
            funnel = Some((day, funnel_of(&sandbox, day)));
            let before = sandbox.snapshot();
            sandbox.crm(&line).done();
            prop_assert!(before == sandbox.snapshot(), "the list of {} again", day);
        }
        prop_assert_eq!(sandbox.crm("check").status, 0);
    }
}

#[test]
fn a_row_that_tells_the_day_of_its_change_is_believed_after_the_last_change() {
    let sandbox = Sandbox::ledger();
    let list = |stage: &str, changed: &str, day: &str| {
        let row = format!("d1,Acme,2009-09-01,{stage},{changed}\n");
        sandbox.write("list.csv", format!("id,name,Created,stage,Last modified\n{row}"));
        sandbox.crm(&format!("import list.csv --as-of {day}")).done();
        let text = sandbox.read("prospects/d1.toml");
        text.lines().last().unwrap()[..10].to_owned()
    };
    assert_eq!(list("25", "2009-09-20", "2009-10-01"), "2009-09-01");
    // Not before the last change that the ledger knows, nor on its day: the day on which it was seen.
    assert_eq!(list("50", "2009-09-01", "2009-10-05"), "2009-10-05");
    assert_eq!(list("90", "2009-10-05", "2009-10-10"), "2009-10-10");
    // The day after it counts.
    assert_eq!(list("50", "2009-10-11", "2009-10-20"), "2009-10-11");
    assert_eq!(list("25", "2009-10-20", "2009-10-20"), "2009-10-20");
    // Nothing changed: no entry, whatever the day.
    assert_eq!(list("25", "2009-11-01", "2009-11-05"), "2009-10-20");
    // A day that is still to come is an error.
    sandbox.write("list.csv", "id,name,date,stage,changed\nd1,Acme,2009-09-01,25,2009-12-19\n");
    assert!(sandbox.crm("import list.csv").fails(1).contains("2009-12-19 is still to come"));
}

#[test]
fn the_value_and_the_owner_of_a_deal_that_a_list_tells_the_end_of_are_those_of_its_end() {
    let sandbox = Sandbox::ledger();
    let head = "ID,Title,Stage,Status,Value,Owner,Deal created,Won time,Lost time,Lost reason\n";
    let import = |row: &str, day: &str| {
        sandbox.write("list.csv", format!("{head}{row}\n"));
        sandbox.crm(&format!("import list.csv --from pipedrive --date {day} --as-of {day}")).done();
    };
    import("d1,Acme,Demo Scheduled,Open,100,amy,2009-09-01,,,", "2009-09-28");
    import("d2,Best,Demo Scheduled,Open,100,amy,2009-09-01,,,", "2009-09-28");
    let before = as_of(&sandbox, "2009-10-07");
    import("d1,Acme,Demo Scheduled,Won,150,ben,2009-09-01,2009-10-08,,", "2009-10-28");
    import("d2,Best,Demo Scheduled,Lost,150,ben,2009-09-01,,2009-10-08,dear", "2009-10-28");
    assert_eq!(as_of(&sandbox, "2009-10-07"), before);
    for id in ["d1", "d2"] {
        let text = sandbox.read(&format!("prospects/{id}.toml"));
        let last = text.lines().last().unwrap_or_default();
        assert!(last.starts_with("2009-10-08"), "{text}");
        assert!(last.contains("value = 150") && last.contains("\"ben\""), "{text}");
    }
    // Again: nothing is new.
    let before = sandbox.read("prospects/d1.toml");
    import("d1,Acme,Demo Scheduled,Won,150,ben,2009-09-01,2009-10-08,,", "2009-10-28");
    assert_eq!(before, sandbox.read("prospects/d1.toml"));
    // A change after the end is one of its own day.
    import("d1,Acme,Demo Scheduled,Won,170,ben,2009-09-01,2009-10-08,,", "2009-11-28");
    let text = sandbox.read("prospects/d1.toml");
    assert!(text.lines().last().unwrap_or_default().starts_with("2009-11-28"), "{text}");
}
