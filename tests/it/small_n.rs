//! Of fewer than five cases no report gives advice, a verdict or a share.

use crate::common::Sandbox;

/// So many prospects in the column 50, and nothing else.
fn in_fifty(n: usize) -> Sandbox {
    let sandbox = Sandbox::ledger();
    for id in 0..n {
        let event = "2009-12-01 = { kind = \"imported\", stage = \"50\", owner = \"he\" }\n";
        sandbox.prospect(&format!("p{id}"), "name = \"x\"", event);
    }
    sandbox
}

/// So many pursuits that were met and won after ten days, each with an order.
fn won(n: usize) -> Sandbox {
    let sandbox = Sandbox::ledger();
    for id in 0..n {
        let events = "2009-11-01-1 = { kind = \"opened\", owner = \"he\" }\n\
             2009-11-01-2 = { kind = \"call\", reached = true, next = 2009-11-02 }\n\
             2009-11-02 = { kind = \"meeting\", stage = \"25\", forced = \"x\" }\n\
             2009-11-12 = { kind = \"booking\", amount = 100, stage = \"closed\", forced = \"x\" }\n";
        sandbox.prospect(&format!("p{id}"), "name = \"x\"\nsource = \"fair\"", events);
    }
    sandbox
}

#[test]
fn a_shape_takes_five() {
    let said = |n: usize| in_fifty(n).crm("report funnel").done().0;
    // That there is nobody is a fact.
    let none = said(0);
    assert!(none.contains("shape empty (0 25% / 0 50% / 0 90%): no pipeline\n"), "{none}");
    for n in [1, 4] {
        let few = said(n);
        let text = format!("no shape (0 25% / {n} 50% / 0 90%): n = {n}, too few");
        assert!(few.contains(&text) && !few.contains("limbo"), "{few}");
    }
    let five = said(5);
    let text = "shape proposal-limbo (0 25% / 5 50% / 0 90%): 50% is full and nothing is decided: check \
                that the plan fits the need, re-test all 5 criteria (right person, fits the need, budget \
                discussed, signing date in the cycle, next step agreed), and update the board every week";
    assert!(five.contains(text), "{five}");
}

#[test]
fn the_shape_of_a_board_of_ones_own_names_what_it_has() {
    let sandbox = Sandbox::with_settings(
        "[criteria.demo-held]\nlabel = { en = \"demo held\", zh = \"已演示\" }\n\
         [[pipeline]]\nid = \"saas\"\nstage = [\n\
           { id = \"lead\", label = { en = \"Lead\", zh = \"线索\" } },\n\
           { id = \"trial\", label = { en = \"Trial\", zh = \"试用\" } },\n\
           { id = \"offer\", label = { en = \"Offer\", zh = \"报价\" }, requires = [\"demo-held\"] },\n\
           { id = \"legal\", label = { en = \"Legal\", zh = \"法务\" } },\n\
           { id = \"won\", outcome = \"won\" },\n\
           { id = \"lost\", outcome = \"lost\" },\n\
         ]\n",
    );
    for (stage, says) in [
        ("offer", "Offer is full and nothing is decided: re-test all 1 criteria (demo held)"),
        ("legal", "closes soon, then a drought: fill Lead now"),
        (
            "trial",
            "shape stuck-at-Trial (5 Trial / 0 Offer / 0 Legal): many in Trial, few real prospects",
        ),
    ] {
        for id in 0..5 {
            let event = format!("2009-12-01 = {{ kind = \"imported\", stage = \"{stage}\" }}\n");
            sandbox.prospect(&format!("p{id}"), "name = \"x\"", &event);
        }
        let text = sandbox.crm("report funnel pipeline:saas").ok();
        assert!(text.contains(says), "{says}\n{text}");
        for foreign in ["25%", "50%", "five criteria", "proposals", "first meetings"] {
            assert!(!text.contains(foreign), "{foreign}\n{text}");
        }
    }
}

#[test]
fn no_share_and_no_verdict_is_of_fewer_than_five() {
    for n in [0, 1, 4] {
        let sandbox = won(n);
        // Of `overrides` the cases are moves, two for each.
        for report in crm::report::REPORTS.iter().filter(|report| report.name != "overrides") {
            let text = sandbox.crm(&format!("report {}", report.name)).done().0;
            assert!(!text.contains("100.0 %"), "{} of {n}\n{text}", report.name);
        }
        let text = sandbox.crm("report cycle").done().0;
        assert!(!text.contains("closed within it"), "{text}");
        let text = sandbox.crm("report ratios").done().0;
        assert!(!text.contains("a close costs"), "{text}");
        let text = sandbox.crm("report policy").done().0;
        assert!(text.contains("too few to know whether grading is worth it"), "{text}");
        let refused = sandbox.crm("what-if").fails(2);
        assert!(refused.contains("state what is missing: --dials"), "{refused}");
    }
    let sandbox = won(5);
    let said = |command: &str| sandbox.crm(command).ok();
    assert!(said("report conversion").contains("5/5  100.0 %"));
    assert!(said("report cycle").contains("5 of 5 (100 %) closed within it"));
    assert!(said("report ratios").contains("a close costs 1 prospect:"));
    assert!(said("report policy").contains("all can be followed without grades"));
    assert!(said("what-if").contains("as it is"));
}

#[test]
fn a_next_step_may_have_to_say_what_for() {
    let sandbox = Sandbox::with_settings("[ledger]\nnext_what = true\n");
    sandbox.crm("add 'Li' --id li --owner he").done();
    sandbox.crm("log li meeting --next 2009-12-22").done();
    let refused = sandbox.crm("advance li 25").fails(1);
    assert!(refused.contains("the next step has no purpose (next_what)"), "{refused}");
    assert!(refused.contains("--next-what TEXT"), "{refused}");
    // An appointment needs a date only.
    sandbox.crm("advance li appointment").done();
    sandbox.crm("advance li 25 --next 2009-12-22 --next-what proposal").done();
    // Without the setting the date will do.
    let sandbox = Sandbox::ledger();
    sandbox.crm("add 'Li' --id li --owner he").done();
    sandbox.crm("log li meeting --next 2009-12-22").done();
    sandbox.crm("advance li 25").done();
}

#[test]
fn a_dumb_terminal_has_no_colour() {
    let sandbox = in_fifty(1);
    let listed = |term: &str| {
        let mut command = std::process::Command::new("script");
        let crm = format!("{} list", env!("CARGO_BIN_EXE_crm"));
        command.args(["-qc", &crm, "/dev/null"]).current_dir(sandbox.path());
        command.env_remove("NO_COLOR").env("TERM", term).env("CRM_TODAY", "2009-12-18");
        command.stdin(std::process::Stdio::null()).output().ok()
    };
    let Some(colored) = listed("xterm").filter(|output| output.status.success()) else {
        println!("skipped: there is no program `script`");
        return;
    };
    let dumb = listed("dumb").unwrap();
    assert!(colored.stdout.contains(&0x1b), "{colored:?}");
    assert!(!dumb.stdout.contains(&0x1b) && dumb.stdout.starts_with(b"2009-12-18"), "{dumb:?}");
}
