//! `crm backtest`: nothing is known on a day that was not in the ledger then; what is compared, and with what.

use crate::common::repo::{Repo, command};
use crate::common::{Run, Sandbox, contains, day, run};
use crm::value::date::Date;
use fastrand::Rng;
use std::collections::BTreeMap;

const SETTINGS: &str = "[ledger]\ntimezone = \"Asia/Shanghai\"\n\
    [[rep]]\nid = \"li\"\ncapacity = 40\n[[rep]]\nid = \"zhao\"\ncapacity = 40\n\
    [pool]\nrecycle_days = 20\nrecycle_overdue = 2\n";

/// Commits everything at a moment.
fn commit_at(repo: &Repo, moment: &str) {
    repo.git("add -A").done();
    let mut git = command("git", repo.sandbox.path(), repo.user);
    for who in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{who}_DATE"), moment);
    }
    run(git.args(["commit", "-q", "--allow-empty", "-m", "entries"])).done();
}

/// The rows of a CSV file, each as a map of its columns.
fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let row = |line: &str| {
        let cells = line.split(',').map(str::to_owned);
        header.iter().map(|name| (*name).to_owned()).zip(cells).collect()
    };
    lines.map(row).collect()
}

/// The cells of these columns of a table, row by row.
fn cells(run: Run, columns: &[&str]) -> Vec<String> {
    let of = |row: &BTreeMap<String, String>| {
        columns.iter().map(|name| row[*name].as_str()).collect::<Vec<_>>().join(" ")
    };
    rows(&run.ok()).iter().map(of).collect()
}

/// An entry of a random ledger.
struct Entry {
    id: usize,
    on: Date,
    /// The day on which it was made, in a file and a commit.
    made: Date,
    line: String,
}

/// Prospects of two reps and of the pool that are met, wait, are won and are lost. A third of the entries is made up to 25
/// days late.
fn entries(seed: u64) -> Vec<Entry> {
    let mut random = Rng::with_seed(seed);
    let mut entries = Vec::new();
    for id in 0..24 {
        let mut on = day("2009-07-01").plus(random.i64(0..70));
        let owner = ["li", "zhao", ""][random.usize(0..3)];
        let mut lines = vec![(
            on,
            format!("kind = \"opened\", owner = \"{owner}\", value = {}", random.u32(1..90) * 100),
        )];
        for stage in ["25", "50", "90", "closed"] {
            on = on.plus(random.i64(1..25));
            let close = on.plus(random.i64(1..40));
            let forced = "forced = \"x\", reason = \"x\"";
            lines.push(match random.u32(0..10) {
                0 => (on, format!("kind = \"moved\", stage = \"lost\", {forced}")),
                1 => (on, "kind = \"assigned\", owner = \"\"".to_owned()),
                2 => (on, "kind = \"assigned\", owner = \"li\"".to_owned()),
                3 => (on, "kind = \"call\", reached = true".to_owned()),
                _ => (
                    on,
                    format!(
                        "kind = \"meeting\", stage = \"{stage}\", close_by = {close}, {forced}"
                    ),
                ),
            });
            if lines.last().is_some_and(|(_, line)| line.contains("lost")) {
                break;
            }
        }
        for (n, (on, fields)) in lines.into_iter().enumerate() {
            let late = if random.u32(0..3) == 0 { random.i64(1..26) } else { 0 };
            let line = format!("{on}-{} = {{ {fields} }}\n", n + 1);
            entries.push(Entry { id, on, made: on.plus(late), line });
        }
    }
    entries.sort_by_key(|entry| (entry.id, entry.on));
    entries
}

/// Writes the entries that were made by a day.
fn write(sandbox: &Sandbox, entries: &[Entry], by: Date) {
    let mut files: BTreeMap<usize, String> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.made <= by) {
        files.entry(entry.id).or_default().push_str(&entry.line);
    }
    for (id, lines) in files {
        sandbox.prospect(&format!("p{id:02}"), &format!("name = \"{id}\"\n"), &lines);
    }
}

/// A repository with a commit for each day from 2009-07-01 on which entries were made.
fn history(entries: &[Entry]) -> Repo {
    let repo = Repo::new("li", SETTINGS);
    commit_at(&repo, "2009-07-01T00:30:00Z");
    for n in 0..170 {
        let on = day("2009-07-01").plus(n);
        if entries.iter().any(|entry| entry.made == on) {
            write(&repo.sandbox, entries, on);
            commit_at(&repo, &format!("{on}T10:00:00Z"));
        }
    }
    repo
}

/// What was said on a day, by test: the columns that do not depend on what came.
const SAID: [(&str, &[&str]); 4] = [
    (
        "forecast",
        &["date", "forecast-period", "due-count", "so-far", "expected", "p10", "p50", "p90"],
    ),
    ("cycle --cycle 7,14,28", &["date", "cycle", "swept"]),
    ("policy --recycle-days 10,30", &["date", "recycle-days", "taken-back"]),
    ("allocation", &["date", "in-pool", "planned", "no-plan"]),
];

/// The property of the back-test: each day says what a clone says that was reset to the commit of that day.
#[test]
fn a_day_says_what_a_clone_of_that_days_commit_says() {
    for seed in [1, 2] {
        let entries = entries(seed);
        let repo = history(&entries);
        let clone = Repo::clone_of(&repo.path(), "li");
        let mut differ_by_dates = false;
        let mut single: [Vec<String>; 4] = Default::default();
        for n in 0..5 {
            let on = day("2009-07-20").plus(28 * n);
            let last = run(command("git", clone.sandbox.path(), "li").args([
                "rev-list",
                "-1",
                &format!("--before={on}T23:59:59+08:00"),
                "origin/main",
            ]));
            clone.git(&format!("reset -q --hard {}", last.ok().trim())).done();
            for ((test, columns), single) in SAID.into_iter().zip(&mut single) {
                let line = format!("backtest {test} --from {on} --to {on} --table days -f csv");
                let of_day = cells(repo.crm(&line), columns);
                single.extend(of_day.clone());
                assert_eq!(of_day, cells(clone.crm(&line), columns), "{line}");
                // The clone's files alone, by their dates: no git is asked.
                let files = Sandbox::empty();
                for (path, bytes) in clone.sandbox.snapshot() {
                    let name = path.strip_prefix(clone.sandbox.path()).unwrap_or(&path);
                    if !name.starts_with(".git") {
                        files.write(name.to_str().unwrap(), bytes);
                    }
                }
                assert_eq!(of_day, cells(files.crm(&line), columns), "{line}");
                // By the dates of all entries more would have been known.
                let whole = Sandbox::with_settings(SETTINGS);
                write(&whole, &entries, Date::MAX);
                differ_by_dates |= of_day != cells(whole.crm(&line), columns);
            }
        }
        assert!(differ_by_dates, "no late entry made a difference");
        // A day among others says what it says alone.
        for ((test, columns), single) in SAID.into_iter().zip(&single) {
            let line = format!(
                "backtest {test} --from 2009-07-20 --to 2009-11-12 --every week --table days -f csv"
            );
            let all = cells(repo.crm(&line), columns);
            assert!(single.iter().all(|row| all.contains(row)), "{line}\n{all:#?}\n{single:#?}");
        }
    }
}

#[test]
fn an_entry_made_later_changes_nothing_that_was_said() {
    let entries = entries(3);
    let repo = history(&entries);
    let line = |test: &str| {
        format!(
            "backtest {test} --from 2009-07-20 --to 2009-10-20 --every week --table days -f csv"
        )
    };
    let before = SAID.map(|(test, columns)| cells(repo.crm(&line(test)), columns));
    let came = |repo: &Repo| cells(repo.crm(&line("forecast")), &["came"]);
    let came_before = came(&repo);
    // A sale, a meeting, a loss and a prospect of then, entered on 2009-12-17.
    let sandbox = &repo.sandbox;
    sandbox.prospect(
        "late",
        "name = \"late\"\n",
        "2009-07-05-1 = { kind = \"opened\", owner = \"\", value = 77000 }\n\
         2009-07-08-1 = { kind = \"meeting\", stage = \"25\", close_by = 2009-07-30, forced = \"x\", reason = \"x\" }\n\
         2009-08-09-1 = { kind = \"moved\", stage = \"closed\", forced = \"x\", reason = \"x\" }\n",
    );
    let lost =
        "2009-07-21-9 = { kind = \"moved\", stage = \"lost\", forced = \"x\", reason = \"x\" }\n";
    for id in ["p00", "p01", "p02", "p03"] {
        let (facts, events) = {
            let text = sandbox.read(&format!("prospects/{id}.toml"));
            let (facts, events) = text.split_once("[events]\n").unwrap();
            (facts.to_owned(), events.to_owned())
        };
        let mut lines: Vec<&str> = events.lines().collect();
        lines.push(lost.trim_end());
        lines.sort_unstable();
        sandbox.prospect(id, facts.trim_end(), &format!("{}\n", lines.join("\n")));
    }
    let said = |repo: &Repo| SAID.map(|(test, columns)| cells(repo.crm(&line(test)), columns));
    // Not committed yet, and committed.
    assert_eq!(said(&repo), before);
    commit_at(&repo, "2009-12-17T10:00:00Z");
    assert_eq!(said(&repo), before);
    assert_ne!(came(&repo), came_before);
}

#[test]
fn a_commit_counts_from_its_day_in_the_time_zone_of_the_ledger() {
    let repo = Repo::new("li", SETTINGS);
    commit_at(&repo, "2009-10-01T01:00:00Z");
    repo.sandbox.prospect(
        "a",
        "name = \"a\"\n",
        "2009-10-02-1 = { kind = \"imported\", stage = \"50\", value = 500, close_by = 2009-12-01, owner = \"li\" }\n",
    );
    // 15:59 in UTC is 23:59 on 5 October in Shanghai, 16:00 is 6 October.
    for (moment, known) in [
        ("2009-10-05T15:59:59Z", "2009-10-05 1 git;2009-10-06 1 git;2009-10-07 1 git"),
        ("2009-10-05T16:00:00Z", "2009-10-06 1 git;2009-10-07 1 git"),
    ] {
        commit_at(&repo, moment);
        let line = "backtest forecast --from 2009-10-04 --to 2009-10-07 --every day -f csv";
        let run = repo.crm(line);
        assert_eq!(cells(run, &["date", "due-count", "known-from"]).join(";"), known);
        repo.git("reset -q --soft HEAD~1").done();
    }
    // The commit is named.
    commit_at(&repo, "2009-10-05T10:00:00Z");
    let id = repo.git("rev-parse HEAD").ok();
    let line = "backtest forecast --from 2009-10-05 --to 2009-10-05 -f csv";
    assert_eq!(cells(repo.crm(line), &["commit"]), [id.trim()]);
}

#[test]
fn days_before_the_first_commit_go_by_the_dates_of_entries_and_it_is_said() {
    let repo = Repo::new("li", SETTINGS);
    let sandbox = &repo.sandbox;
    sandbox.prospect(
        "a",
        "name = \"a\"\n",
        "2009-08-02-1 = { kind = \"imported\", stage = \"50\", value = 500, close_by = 2009-09-15, owner = \"li\" }\n\
         2009-09-10-1 = { kind = \"moved\", stage = \"closed\", forced = \"x\", reason = \"x\" }\n",
    );
    let by_dates = repo.crm("backtest forecast --from 2009-07-15 --to 2009-10-15");
    contains(&by_dates.ok(), &["3 days up to 2009-10-15: no commit", "1 day left out"]);
    let alone = Sandbox::with_settings(SETTINGS);
    alone.prospect("a", "name = \"a\"\n", "2009-08-02-1 = { kind = \"opened\" }\n");
    let by_dates = alone.crm("backtest forecast --from 2009-08-15 --to 2009-10-15");
    contains(&by_dates.ok(), &["the ledger is not in git: entries' own dates are used"]);
    commit_at(&repo, "2009-09-20T10:00:00Z");
    let line = "backtest forecast --from 2009-08-15 --to 2009-10-15";
    contains(
        &repo.crm(line).ok(),
        &[
            "2 days up to 2009-09-15: no commit has the ledger of then, so entries' own dates are used",
        ],
    );
    let known = cells(repo.crm(&format!("{line} -f csv")), &["date", "known-from", "commit"]);
    assert_eq!(known[..2], ["2009-08-15 dates ", "2009-09-15 dates "]);
    assert!(known[2].starts_with("2009-10-15 git "), "{known:?}");
    let after = repo.crm("backtest forecast --from 2009-10-15 --to 2009-10-15").ok();
    contains(&after, &["what was known on a day is the last commit of that day"]);
    sandbox.write(
        "crm.toml",
        format!("{SETTINGS}[forecast]\nper = \"month\"\n")
            .replace("[ledger]\n", "[ledger]\nlanguage = \"zh\"\n"),
    );
    contains(&repo.crm(line).ok(), &["预测回测", "2009-09-15及以前的2天", "落在p10至p90"]);
}

/// The stated rules are those of the commands that act on them.
#[test]
fn each_day_says_what_the_commands_say() {
    let sandbox = Sandbox::copy_of("examples/team");
    let count = |line: &str| sandbox.crm(line).ok().lines().count() - 1;
    let said = |test: &str, on: Date, columns: &[&str]| {
        let line =
            format!("backtest {test} --from {on} --to {on} --as-of 2010-03-31 --table days -f csv");
        cells(sandbox.crm(&line), columns)
    };
    for n in 0..12 {
        let on = day("2009-11-05").plus(13 * n);
        let swept = sandbox.crm(&format!("sweep --as-of {on} -f csv")).ok();
        let falls = rows(&swept).iter().filter(|row| !row["falls-to"].is_empty()).count();
        assert_eq!(said("cycle", on, &["cycle", "swept"])[0], format!("stated {falls}"), "{on}");
        let back = rows(&sandbox.crm(&format!("recycle --as-of {on} -f csv")).ok());
        let back = back.iter().filter(|row| !row["stage"].is_empty() && row["stage"] != "closed");
        assert_eq!(
            said("policy", on, &["recycle-days", "taken-back"])[0],
            format!("stated {}", back.count()),
            "{on}"
        );
        let plan = sandbox.crm(&format!(
            "allocate stage:opportunity,appointment,25,50,90 --as-of {on} --table plan -f csv"
        ));
        if plan.status == 0 {
            let placed = rows(&plan.ok()).len().to_string();
            let test = "allocation stage:opportunity,appointment,25,50,90";
            assert_eq!(said(test, on, &["planned"]), [placed], "{on}");
        }
        let due = sandbox.crm(&format!("report forecast --as-of {on} --table period -f csv")).ok();
        let figure = |name: &str| {
            rows(&due).iter().find(|row| row["measure"] == name).map(|row| row["figure"].clone())
        };
        assert_eq!(said("forecast", on, &["so-far"])[0], figure("won").unwrap(), "{on}");
    }
    assert!(count("sweep --as-of 2010-02-28 -f csv") > 0);
}

#[test]
fn a_longer_cycle_sweeps_a_day_later() {
    let sandbox = Sandbox::with_settings("[ledger]\ncycle_days = 28\n");
    let met = |end: &str| {
        format!(
            "2009-09-01-1 = {{ kind = \"opened\", owner = \"li\", value = 100 }}\n\
             2009-09-02-1 = {{ kind = \"meeting\", stage = \"25\", forced = \"x\", reason = \"x\" }}\n{end}"
        )
    };
    let end = |stage: &str| {
        format!(
            "2009-11-20-1 = {{ kind = \"moved\", stage = \"{stage}\", forced = \"x\", reason = \"x\" }}\n"
        )
    };
    for (id, events) in [
        ("won", met(&end("closed"))),
        ("lost", met(&end("lost"))),
        ("open", met("")),
        (
            "paid",
            met(
                "2009-09-03-1 = { kind = \"payment\", amount = 5 }\n2009-09-04-1 = { kind = \"moved\", stage = \"90\", forced = \"x\", reason = \"x\" }\n",
            ),
        ),
    ] {
        sandbox.prospect(id, "name = \"x\"\n", &events);
    }
    let swept = |on: &str, columns: &[&str]| {
        let line =
            format!("backtest cycle --cycle 27,28,29 --from {on} --to {on} --table days -f csv");
        cells(sandbox.crm(&line), columns).join(";")
    };
    // Met on 2 September: 29 September is day 27, 30 September day 28.
    let on = |on| swept(on, &["cycle", "swept"]);
    assert_eq!(on("2009-09-29"), "stated 0;27 0;28 0;29 0");
    assert_eq!(on("2009-09-30"), "stated 0;27 3;28 0;29 0");
    assert_eq!(on("2009-10-01"), "stated 3;27 3;28 3;29 0");
    assert_eq!(on("2009-10-02"), "stated 3;27 3;28 3;29 3");
    let ends = ["swept", "first-time", "closed-later", "lost-later", "still-open", "gone"];
    assert_eq!(swept("2009-10-02", &ends).split(';').next(), Some("3 3 1 1 1 0"));
    // On several days each counts once, and of two that ended there is no rate.
    let line = "backtest cycle --cycle 40 --from 2009-10-01 --to 2009-11-19 --every day";
    let columns =
        ["cycle", "swept", "closed-later", "lost-later", "still-open", "in-error", "brought"];
    let all = cells(sandbox.crm(&format!("{line} -f csv")), &columns);
    assert_eq!(all[0], "stated 3 1 1 1  100");
    contains(&sandbox.crm(line).ok(), &["(n = 2, too few)"]);
    // Ended on the last day of the period, they are not swept on it.
    assert_eq!(on("2009-11-20").split(';').next(), Some("stated 1"));
}

#[test]
fn a_pool_rule_takes_back_on_the_day_after_and_what_its_owner_made_of_it() {
    let settings = "[[rep]]\nid = \"li\"\n[[rep]]\nid = \"zhao\"\n";
    let sandbox = Sandbox::with_settings(settings);
    let opened = "2009-09-01-1 = { kind = \"opened\", owner = \"li\" }\n";
    let moved = |day: &str, stage: &str| {
        format!(
            "{day}-1 = {{ kind = \"moved\", stage = \"{stage}\", forced = \"x\", reason = \"x\" }}\n"
        )
    };
    let call = |day: &str| format!("{day}-1 = {{ kind = \"call\", reached = true }}\n");
    let to = |day: &str| format!("{day}-1 = {{ kind = \"assigned\", owner = \"zhao\" }}\n");
    for (id, later) in [
        // Day 30 after 2 October is 1 November.
        ("called", call("2009-11-01")),
        ("called-late", call("2009-11-02")),
        ("won", moved("2009-11-20", "closed")),
        ("lost", moved("2009-11-20", "lost")),
        ("given", to("2009-10-20") + &moved("2009-11-20", "closed")),
        // What ends on the day on which it goes to another was its owner's.
        (
            "given-that-day",
            to("2009-11-20")
                + "2009-11-20-2 = { kind = \"moved\", stage = \"closed\", forced = \"x\", reason = \"x\" }\n",
        ),
        ("given-and-called", to("2009-10-20") + &call("2009-10-21")),
    ] {
        sandbox.prospect(id, "name = \"x\"\n", &format!("{opened}{later}"));
    }
    let taken = |on: &str, columns: &[&str]| {
        let line = format!(
            "backtest policy --recycle-days 30,31 --from {on} --to {on} --table days -f csv"
        );
        cells(sandbox.crm(&line), columns).join(";")
    };
    // Opened on 1 September: 1 October is day 30, in time.
    let on = |on| taken(on, &["recycle-days", "taken-back"]);
    assert_eq!(on("2009-10-01"), "stated 0;30 0;31 0");
    assert_eq!(on("2009-10-02"), "stated 0;30 7;31 0");
    assert_eq!(on("2009-10-03"), "stated 0;30 7;31 7");
    let columns = ["contacted", "closed-later", "lost-later", "other-hands", "still-open", "gone"];
    let became = taken("2009-10-02", &columns);
    // A call of another owner is none of the owner's; on day 30 a call is in time.
    assert_eq!(became.split(';').nth(1), Some("1 2 1 2 2 0"));
    let within = |days: &str| {
        let line = format!(
            "backtest policy --recycle-days 30 --within {days} --from 2009-10-02 --to 2009-10-02 --table days -f csv"
        );
        cells(sandbox.crm(&line), &["contacted"])[1].clone()
    };
    assert_eq!(["29", "30", "31"].map(within), ["0", "1", "2"]);
}

#[test]
fn the_plan_of_a_day_is_compared_with_the_rep_who_was_given_it() {
    let settings = "[[rep]]\nid = \"li\"\nregions = [\"east\"]\ncapacity = 9\n\
        [[rep]]\nid = \"zhao\"\nregions = [\"west\"]\ncapacity = 9\n\
        [allocation]\nweights = { value = 0, need = 0, place = 5, load = 0 }\n";
    let sandbox = Sandbox::with_settings(settings);
    let given = |to: &str| format!("2009-10-20-1 = {{ kind = \"assigned\", owner = \"{to}\" }}\n");
    let end = |stage: &str| {
        format!(
            "2009-11-20-1 = {{ kind = \"moved\", stage = \"{stage}\", forced = \"x\", reason = \"x\" }}\n"
        )
    };
    for (id, later) in [
        ("agrees", given("li") + &end("closed")),
        ("differs", given("zhao") + &end("lost")),
        ("waits", String::new()),
    ] {
        let opened = "2009-09-01-1 = { kind = \"opened\" }\n";
        let facts = "name = \"x\"\nregion = \"east\"\n";
        sandbox.prospect(id, facts, &format!("{opened}{later}"));
    }
    let line = "backtest allocation --from 2009-10-01 --to 2009-10-19 --every week -f csv";
    let run = |table: &str| sandbox.crm(&format!("{line} --table {table}"));
    let days = cells(run("days"), &["date", "in-pool", "planned", "given-later"]);
    assert_eq!(days[0], "2009-10-01 3 3 2");
    let each =
        cells(run("prospects"), &["id", "date", "plan-rep", "given-to", "given-on", "outcome"]);
    assert_eq!(
        each,
        [
            "agrees 2009-10-01 li li 2009-10-20 won",
            "differs 2009-10-01 li zhao 2009-10-20 lost",
            "waits 2009-10-01 li   open",
        ]
    );
    let agreement =
        cells(run("agreement"), &["comparison", "given-later", "closed-later", "lost-later"]);
    assert_eq!(agreement, ["agrees 1 1 0", "differs 1 0 1", "not placed 0 0 0"]);
    // A team that holds more than it can carry today has no plan: the day says why.
    sandbox.write("crm.toml", settings.replace("capacity = 9", "capacity = 0"));
    sandbox.prospect(
        "held",
        "name = \"x\"\n",
        "2009-09-01-1 = { kind = \"opened\", owner = \"li\" }\n",
    );
    let why = run("days").ok();
    contains(&why, &["2009-10-01,dates,,,,,,\"the capacity of `li` is 0, below the 1 held\""]);
}

#[test]
fn what_came_of_a_query_is_that_of_the_prospects_that_it_selected_then() {
    let sandbox = Sandbox::with_settings("[[rep]]\nid = \"li\"\n[[rep]]\nid = \"zhao\"\n");
    let won = |from: &str, owner: &str, to: &str| {
        format!(
            "{from}-1 = {{ kind = \"imported\", stage = \"50\", owner = \"{owner}\", value = 100, close_by = 2009-09-20 }}\n\
             2009-09-10-1 = {{ kind = \"assigned\", owner = \"{to}\" }}\n\
             2009-09-15-1 = {{ kind = \"moved\", stage = \"closed\", forced = \"x\", reason = \"x\" }}\n"
        )
    };
    for (id, events) in [
        ("kept", won("2009-07-20", "li", "li")),
        ("left", won("2009-07-20", "li", "zhao")),
        ("came", won("2009-07-20", "zhao", "li")),
        // Not known on the day: it is that of its owner today.
        ("new", won("2009-08-20", "zhao", "li")),
    ] {
        sandbox.prospect(id, "name = \"x\"\n", &events);
    }
    let came = |query: &str| {
        let line = format!("backtest forecast {query} --from 2009-08-01 --to 2009-08-01 -f csv");
        cells(sandbox.crm(&line), &["due-count", "came", "came-due"]).join(";")
    };
    assert_eq!(came(""), "3 400 300");
    assert_eq!(came("owner:li"), "2 300 200");
    assert_eq!(came("owner:zhao"), "1 100 100");
    assert_eq!(came("stage:50"), "3 300 300");
}

#[test]
fn machines_read_the_same_in_every_language() {
    let sandbox = Sandbox::copy_of("examples/team");
    let settings = sandbox.read("crm.toml");
    let all = |language: &str| {
        sandbox.write("crm.toml", settings.replace("language = \"en\"", language));
        let mut printed = Vec::new();
        for test in ["forecast", "cycle", "policy", "allocation"] {
            for format in ["csv", "json"] {
                let line = format!("backtest {test} --as-of 2010-03-31 -f {format}");
                printed.push(sandbox.crm(&line).ok());
            }
        }
        printed
    };
    let english = all("language = \"en\"");
    assert_eq!(english, all("language = \"zh\""));
    contains(
        &english[0],
        &["date,known-from,commit,forecast-period,due-count,so-far,expected,p10"],
    );
    contains(&english[1], &["\"known-from\": \"dates\"", "\"reliability\""]);
}

#[test]
fn wrong_words_and_days_are_refused() {
    let sandbox = Sandbox::ledger();
    let refused = |line: &str| sandbox.refused(&format!("backtest {line}"), 2);
    for (line, why, help) in [
        ("forcast", "nothing called `forcast` can be tested", "did you mean `forecast`?"),
        (
            "xyz",
            "nothing called `xyz` can be tested",
            "one of: forecast, cycle, policy, allocation",
        ),
        (
            "cycle --from 2009-12-01 --to 2009-11-30",
            "the period is empty",
            "--from comes before --to",
        ),
        ("cycle --to 2009-12-19", "--to: 2009-12-19 is still to come", "only past days"),
        ("cycle --from 2010-01-01", "--from: 2010-01-01 is still to come", "only past days"),
        ("cycle --cycle 21,x", "--cycle: `x` is not a number of days from 1", "write --cycle 30"),
        ("cycle --cycle 0", "--cycle: `0` is not", "write --cycle 30"),
        ("cycle --cycle 36501", "--cycle: `36501` is not", "write --cycle 30"),
        ("policy --within -1", "`crm backtest` has no option `-1`", ""),
        ("policy --recycle-days 1.5", "--recycle-days: `1.5` is not", "write --recycle-days 30"),
        (
            "forecast --cycle 21",
            "`crm backtest forecast` does not take --cycle",
            "`crm backtest cycle`",
        ),
        (
            "cycle --within 5",
            "`crm backtest cycle` does not take --within",
            "`crm backtest policy`",
        ),
        ("cycle --every year", "`year` is none of its values", ""),
        ("forecast stag:50", "stag", ""),
    ] {
        contains(&refused(line), &[why, help]);
    }
    contains(&sandbox.refused("backtest", 2), &["WHAT"]);
    sandbox.write("crm.toml", "[ledger]\nlanguage = \"zh\"\n");
    contains(&refused("forcast"), &["没有名为 `forcast` 的回测", "是否指 `forecast`？"]);
    contains(&refused("cycle --to 2009-12-19"), &["尚未到来", "只能回测过去的日子"]);
    // The day itself is past; an empty ledger says nothing.
    let (empty, said) = sandbox.crm("backtest cycle --from 2009-12-18 --to 2009-12-18").done();
    contains(&said, &["账本里还没有潜在客户"]);
    contains(&empty, &["没有过去的日子", "略去1天：当时账本中还没有潜在客户"]);
}

#[test]
fn broken_files_and_no_commit_are_survived() {
    let repo = Repo::new("li", SETTINGS);
    let line = "backtest forecast --from 2009-10-05 --to 2009-10-05";
    let (empty, said) = repo.crm(line).done();
    contains(&empty, &["no past day", "1 day left out"]);
    contains(&said, &["the ledger has no prospects yet"]);
    let opened = "2009-10-01-1 = { kind = \"opened\", value = 5 }\n";
    repo.sandbox.prospect("a", "name = \"a\"\n", opened);
    contains(&repo.crm(line).ok(), &["1 day up to 2009-10-05: no commit has the ledger of then"]);
    repo.sandbox.write("prospects/b.toml", "name = [");
    commit_at(&repo, "2009-10-02T10:00:00Z");
    repo.sandbox.prospect("b", "name = \"b\"\n", opened);
    let shown = repo.crm(line).ok();
    contains(
        &shown,
        &["files of past days that could not be read, whose prospects are missing there: 1"],
    );
}
