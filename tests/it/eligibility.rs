//! May this rep have it: one question with one answer, in every command that gives a prospect to a rep.

use crate::common::Sandbox;

/// Something that keeps `p` from the rep `r`: how it comes about, and how refusals word it.
struct Barrier {
    name: &'static str,
    /// Keys of the rep.
    rep: &'static str,
    /// More settings.
    settings: &'static str,
    /// Facts of the prospect, and the options of `add` that state them.
    facts: &'static str,
    options: &'static str,
    /// Entries of the prospect, from its opening to the pool.
    events: &'static str,
    /// More prospects: owner and facts.
    others: &'static [(&'static str, &'static str)],
    en: &'static str,
    zh: &'static str,
}

const PLAIN: &str = "2009-12-01 = { kind = \"opened\" }\n";

const NONE: Barrier = Barrier {
    name: "none",
    rep: "",
    settings: "",
    facts: "",
    options: "",
    events: PLAIN,
    others: &[],
    en: "",
    zh: "",
};

const BARRIERS: &[Barrier] = &[
    NONE,
    LEVEL_ENOUGH,
    Barrier {
        name: "do-not-assign",
        facts: "tags = [\"do-not-assign\"]",
        options: "--tag do-not-assign",
        en: "tagged do-not-assign",
        zh: "标签do-not-assign：不分配",
        ..NONE
    },
    Barrier {
        name: "away",
        rep: "leave = [\"2009-12-14..2009-12-18\"]",
        en: "on leave until 2009-12-18",
        zh: "休假至2009-12-18",
        ..NONE
    },
    Barrier {
        name: "left",
        rep: "left = 2009-12-17",
        en: "left on 2009-12-17",
        zh: "2009-12-17离职",
        ..NONE
    },
    Barrier {
        name: "not yet",
        rep: "joined = 2009-12-19",
        en: "joins on 2009-12-19",
        zh: "2009-12-19入职",
        ..NONE
    },
    Barrier {
        name: "excluded",
        settings: "[allocation]\n[[allocation.exclude]]\nrep = \"r\"\nwhen = \"region:suzhou\"\n",
        facts: "region = \"suzhou\"",
        options: "--region suzhou",
        en: "excluded by rule 1: region:suzhou",
        zh: "规则1排除：region:suzhou",
        ..NONE
    },
    Barrier {
        name: "account",
        facts: "account = \"wang\"",
        options: "--account wang",
        others: &[("h", "account = \"Wang\"")],
        en: "account wang is with h",
        zh: "客户wang归h",
        ..NONE
    },
    Barrier {
        name: "level",
        rep: "level = \"junior\"",
        settings: "[grading]\nvalue_high = 1000\n",
        options: "--value 1000",
        events: "2009-12-01 = { kind = \"opened\", value = 1000 }\n",
        en: "grade B needs a middle rep, not a junior one",
        zh: "B级客户须由中级业务员负责，不能是初级",
        ..NONE
    },
    Barrier {
        name: "waits",
        settings: "[pool]\nreclaim_wait_days = 10\n",
        // The last loss counts, and that another rep had it since is no way around the wait.
        events: "2009-11-01-1 = { kind = \"opened\", owner = \"r\" }\n\
                 2009-11-02-1 = { kind = \"assigned\", owner = \"\", reason = \"x\" }\n\
                 2009-12-01-1 = { kind = \"assigned\", owner = \"r\", reason = \"x\" }\n\
                 2009-12-08-1 = { kind = \"assigned\", owner = \"\", reason = \"no contact since 2009-12-01, more than 6 days\" }\n\
                 2009-12-09-1 = { kind = \"assigned\", owner = \"h\", reason = \"x\" }\n\
                 2009-12-10-1 = { kind = \"assigned\", owner = \"\", reason = \"x\" }\n",
        en: "waits until 2009-12-19: recycled from them on 2009-12-08",
        zh: "须等到2009-12-19：2009-12-08从其名下回收",
        ..NONE
    },
    Barrier {
        name: "full",
        rep: "capacity = 1",
        others: &[("r", "")],
        en: "full: 1 of 1",
        zh: "已满：1/1",
        ..NONE
    },
];

/// A rep of the very level that the grade takes may have it.
const LEVEL_ENOUGH: Barrier = Barrier {
    name: "none",
    rep: "level = \"middle\"",
    settings: "[grading]\nvalue_high = 1000\n",
    events: "2009-12-01 = { kind = \"opened\", value = 1000 }\n",
    ..NONE
};

/// The commands in which a person names the new owner of `p`, or of a new prospect.
const BY_HAND: [(&str, &str); 5] = [
    ("add", "add New --id p-new --owner r OPTIONS"),
    ("log", "log p call --owner r"),
    ("claim", "claim p --by r"),
    ("assign", "assign p --to r"),
    ("advance", "advance p appointment --next 2009-12-20 --owner r"),
];

impl Barrier {
    /// Reps `r` and `h`, and `p` in the pool.
    fn ledger(&self, language: &str) -> Sandbox {
        let rep = if self.rep.contains("capacity") { "" } else { "capacity = 10\n" };
        let sandbox = Sandbox::with_settings(&format!(
            "[ledger]\nlanguage = \"{language}\"\n[[rep]]\nid = \"r\"\n{rep}{}\n\
             [[rep]]\nid = \"h\"\ncapacity = 10\n{}",
            self.rep, self.settings
        ));
        sandbox.prospect("p", &format!("name = \"p\"\n{}", self.facts), self.events);
        // At 50 or beyond, so that `rebalance` leaves them where they are.
        for (n, (owner, facts)) in self.others.iter().enumerate() {
            let events = format!(
                "2009-12-01 = {{ kind = \"opened\", owner = \"{owner}\" }}\n\
                 2009-12-02 = {{ kind = \"imported\", stage = \"90\" }}\n"
            );
            sandbox.prospect(&format!("other{n}"), &format!("name = \"o\"\n{facts}"), &events);
        }
        sandbox
    }

    /// Whether a command refuses: a new prospect has no grade and no earlier owner.
    fn bars(&self, command: &str) -> bool {
        !matches!((self.name, command), ("none", _) | ("level" | "waits", "add"))
    }
}

#[test]
fn by_hand_every_barrier_refuses_and_a_reason_overrides_it() {
    for barrier in BARRIERS {
        for (name, command) in BY_HAND {
            let cell = format!("{name}, {}", barrier.name);
            let command = command.replace("OPTIONS", barrier.options);
            let file = if name == "add" { "prospects/p-new.toml" } else { "prospects/p.toml" };
            let sandbox = barrier.ledger("en");
            if !barrier.bars(name) {
                let run = sandbox.crm(&command);
                assert_eq!(run.status, 0, "{cell}: {}", run.stderr);
                assert!(!sandbox.read(file).contains("forced"), "{cell}");
                continue;
            }
            let before = sandbox.snapshot();
            let run = sandbox.crm(&command);
            assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{cell}: {}", run.stderr);
            let why = format!("cannot go to `r`: {}\n", barrier.en);
            assert!(run.stderr.starts_with("error[not-assignable]: "), "{cell}: {}", run.stderr);
            assert!(run.stderr.contains(&why), "{cell}: {}", run.stderr);
            assert_eq!(sandbox.snapshot(), before, "{cell}");
            let run = sandbox.crm(&format!("{command} --force 'the boss agreed'"));
            assert_eq!(run.status, 0, "{cell}: {}", run.stderr);
            let text = sandbox.read(file);
            assert!(
                text.contains("owner = \"r\"") && text.contains("forced = \"the boss agreed\""),
                "{text}"
            );
            let run = barrier.ledger("zh").crm(&command);
            let why = format!("不能归 `r`：{}\n", barrier.zh);
            assert!(run.stderr.contains(&why), "{cell}: {}", run.stderr);
        }
    }
}

#[test]
fn no_plan_breaks_a_barrier() {
    for barrier in BARRIERS {
        let bars = barrier.bars("allocate");
        let to_r =
            |sandbox: &Sandbox| sandbox.crm("list owner:r -f ids").ok().lines().any(|id| id == "p");
        // `h` would have it where `r` may not: so that nobody may, `h` is away.
        let alone = |sandbox: &Sandbox| {
            let settings = sandbox.read("crm.toml");
            let away = "id = \"h\"\nleave = [\"2009-12-18..2009-12-18\"]";
            sandbox.write("crm.toml", settings.replace("id = \"h\"", away));
        };
        let sandbox = barrier.ledger("en");
        alone(&sandbox);
        let why = sandbox.crm("allocate --why p -f csv").ok();
        assert_eq!(why.contains(barrier.en) && bars, bars, "{}: {why}", barrier.name);
        sandbox.crm("allocate --apply").done();
        assert_eq!(to_r(&sandbox), !bars, "allocate, {}", barrier.name);

        let sandbox = barrier.ledger("en");
        sandbox.write("plan.csv", "id,rep\np,r\n");
        let run = sandbox.crm("allocate --plan plan.csv");
        assert_eq!(run.status, i32::from(bars), "plan, {}: {}", barrier.name, run.stderr);
        if bars {
            let why = format!("`p` cannot go to `r`: {}", barrier.en);
            assert!(run.stderr.contains(&why), "plan, {}: {}", barrier.name, run.stderr);
        }
        assert_eq!(to_r(&sandbox), !bars, "plan, {}", barrier.name);

        // With the other rep, who has one more that stays: a plan to even out the load would move `p`.
        let sandbox = barrier.ledger("en");
        let text = sandbox.read("prospects/p.toml");
        let line = "2009-12-11-1 = { kind = \"assigned\", owner = \"h\", reason = \"x\" }\n";
        sandbox.write("prospects/p.toml", text + line);
        sandbox.prospect(
            "stays",
            "name = \"s\"",
            "2009-12-01 = { kind = \"opened\", owner = \"h\" }\n2009-12-02 = { kind = \"imported\", stage = \"90\" }\n",
        );
        sandbox.crm("rebalance --touched --tolerance 0% --apply").done();
        assert_eq!(to_r(&sandbox), !bars, "rebalance, {}", barrier.name);
    }
}

#[test]
fn the_wait_ends_after_its_last_day() {
    let waits = BARRIERS.iter().find(|barrier| barrier.name == "waits").unwrap();
    let sandbox = waits.ledger("en");
    sandbox.crm("assign p --to r --as-of 2009-12-18 -n").fails(1);
    assert!(sandbox.crm("assign p --to r --as-of 2009-12-19 -n").ok().contains("owner = \"r\""));
    // The other one lost it two days later.
    sandbox.crm("claim p --by h --as-of 2009-12-20 -n").fails(1);
    assert!(sandbox.crm("claim p --by h --as-of 2009-12-21 -n").ok().contains("owner = \"h\""));
}

#[test]
fn an_entry_is_judged_on_its_own_day() {
    // `r` had room on the 10th, and had left by the 18th.
    let sandbox = Sandbox::with_settings(
        "[[rep]]\nid = \"r\"\ncapacity = 1\nleft = 2009-12-17\n[[rep]]\nid = \"h\"\n",
    );
    sandbox.crm("add Old --owner r --date 2009-12-10").done();
    let said = sandbox.crm("add Late --owner r --date 2009-12-11").fails(1);
    assert!(said.contains("`late` cannot go to `r`: full: 1 of 1"), "{said}");
    let said = sandbox.crm("add Now --owner r").fails(1);
    assert!(said.contains("`now` cannot go to `r`: left on 2009-12-17"), "{said}");
    // The owner who has it is not given it again.
    sandbox.crm("log old call --owner r").done();
}

#[test]
fn what_takes_no_reason_names_the_command_that_does() {
    let sandbox =
        Sandbox::with_settings("[[rep]]\nid = \"r\"\ncapacity = 0\n[[rep]]\nid = \"h\"\n");
    sandbox.prospect(
        "p",
        "name = \"p\"",
        "2009-12-01 = { kind = \"opened\", owner = \"h\" }\n\
         2009-12-02 = { kind = \"imported\", stage = \"50\" }\n",
    );
    let said = sandbox.crm("back p 25 --reason x --owner r").fails(1);
    assert!(said.contains("full: 0 of 0"), "{said}");
    assert!(said.contains("help: if it must be: crm assign p --to r --force \"why\""), "{said}");
}

#[test]
fn a_ledger_that_lists_no_reps_takes_any_owner() {
    let sandbox = Sandbox::ledger();
    sandbox.crm("add Li --owner anybody --tag do-not-assign").done();
    sandbox.crm("assign li --to another").done();
}

#[test]
fn an_override_is_listed_by_check() {
    let sandbox = Sandbox::with_settings("[[rep]]\nid = \"r\"\ncapacity = 0\n");
    sandbox.crm("add Li --owner r --force 'the boss agreed'").done();
    let out = sandbox.crm("check --all").done().0;
    assert!(out.contains("info[forced]: given to `r` by force: the boss agreed"), "{out}");
    // An opening that was forced is no forced move.
    assert_eq!(sandbox.crm("list is:forced -f ids").ok(), "");
}

#[test]
fn what_an_owner_who_left_still_has_is_told() {
    let sandbox =
        Sandbox::with_settings("[[rep]]\nid = \"r\"\nleft = 2009-12-17\n[[rep]]\nid = \"h\"\n");
    let owned = "2009-12-01 = { kind = \"opened\", owner = \"r\" }\n";
    let lost =
        format!("{owned}2009-12-02 = {{ kind = \"moved\", stage = \"lost\", reason = \"x\" }}\n");
    let given =
        format!("{owned}2009-12-02 = {{ kind = \"assigned\", owner = \"h\", reason = \"x\" }}\n");
    sandbox.prospect("open", "name = \"李\"", owned);
    sandbox.prospect("lost", "name = \"l\"", &lost).prospect("given", "name = \"g\"", &given);
    let due = |day: &str| {
        let out = sandbox.crm(&format!("due --as-of {day} -f csv")).ok();
        out.lines()
            .filter(|line| line.contains("owner has left"))
            .map(String::from)
            .collect::<Vec<_>>()
    };
    // From that day on, and not before.
    assert_eq!(due("2009-12-16"), [""; 0]);
    assert_eq!(due("2009-12-17"), ["2009-12-17,0,owner has left,open,李,opportunity,r,r,"]);
    assert_eq!(due("2009-12-18"), ["2009-12-17,-1,owner has left,open,李,opportunity,r,r,"]);
    let check = |day: &str| sandbox.crm(&format!("check --as-of {day} --lines")).done().0;
    assert!(!check("2009-12-16").contains("owner-left"));
    let out = check("2009-12-17");
    assert!(
        out.contains(
            "prospects/open.toml:3:41: warning[owner-left]: its owner `r` left on 2009-12-17"
        ),
        "{out}"
    );
    assert_eq!(out.matches("owner-left").count(), 1, "{out}");
}
