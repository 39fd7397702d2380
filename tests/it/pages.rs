//! `crm dashboard` and `crm site`: the figures of the tiles, the pages of a folder and their links.

use crate::common::{Sandbox, contains, day, query};
use crm::disk::ledger::Ledger;
use crm::report::Request;
use crm::report::dashboard::Courses;
use crm::rules::book::Book;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The example of a team, as of a day.
fn team(on: &str) -> Book {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/team");
    Ledger::open(root.clone(), root).unwrap().load(day(on))
}

#[test]
fn a_course_is_what_the_figure_was_on_each_day() {
    let last = "2010-03-31";
    let courses = |on: &str| {
        let book = team(on);
        let mut request = Request::of(query(&book, ""));
        // The period of the last day, whatever the day is.
        request.period = crate::common::sheets::days("2010-01-01", "2010-03-31");
        Courses::of(&book, &request).tiles().to_vec()
    };
    let now = courses(last);
    assert!(now.len() >= 7, "{}", now.len());
    for week in [1, 3, 7, 11] {
        let on = day(last).plus(-7 * week).to_string();
        for then in courses(&on) {
            // What began later has a course, but no tile on that day.
            let tile = now.iter().find(|tile| tile.id == then.id).unwrap();
            let at = tile.course.len() - 1 - usize::try_from(week).unwrap();
            let (known, was) = (tile.course[at], then.course.last().copied().flatten());
            assert_eq!(known, was, "{} on {on}", tile.id);
        }
    }
}

#[test]
fn the_tiles_state_the_figures_of_the_reports() {
    let sandbox = Sandbox::copy_of("examples/team");
    let page = sandbox.crm("dashboard --as-of 2010-03-31").ok();
    let forecast = sandbox.crm("report forecast --as-of 2010-03-31 --table period").ok();
    contains(&forecast, &["14/23", "250,000", "70,600", "32.5"]);
    contains(
        &page,
        &[
            "14 won of 23 that ended",
            "28 % of the target 250,000; 100 % of the time is over",
            "<p class=\"figure\">70,600</p>",
            "<p class=\"figure\">32.5</p>",
            "12 weeks: 31 to 34",
        ],
    );
    let late = sandbox.crm("list is:overdue --as-of 2010-03-31 -f ids").ok();
    assert_eq!(late.lines().count(), 4);
    contains(&page, &["<p class=\"figure\">4</p>", "▲ +3 on the week before"]);
    let owed = sandbox.crm("report receivables --as-of 2010-03-31").ok();
    // 1-30 and 31-60 days: 45,000 together.
    contains(&owed, &["9,200  35,800"]);
    contains(&page, &["<p class=\"figure\">45,000</p>", "▼ -33,000 on the week before"]);
}

#[test]
fn thin_data_gets_no_figure_and_no_advice() {
    let sandbox = Sandbox::ledger();
    let end = |n: usize| {
        sandbox.prospect(
            &format!("p{n}"),
            &format!("name = \"P{n}\""),
            "2009-12-01-1 = { kind = \"opened\", stage = \"appointment\", forced = \"x\" }\n\
             2009-12-10-1 = { kind = \"moved\", stage = \"closed\", forced = \"x\" }\n",
        );
    };
    (1..=4).for_each(end);
    let page = sandbox.crm("dashboard").ok();
    contains(&page, &["<p class=\"figure none\">n = 4, too few</p>"]);
    assert!(!page.contains("4 won of 4"));
    end(5);
    contains(&sandbox.crm("dashboard").ok(), &["5 won of 5 that ended; 95 % interval"]);
    // An empty ledger has a page, too.
    let empty = Sandbox::with_settings("[ledger]\nlanguage = \"zh\"\n").crm("dashboard").ok();
    contains(&empty, &["销售看板", "n = 0，太少", "近7天没有待办"]);
}

#[test]
fn a_query_and_a_period_hold_for_the_dashboard() {
    let sandbox = Sandbox::copy_of("examples/team");
    let page = sandbox.crm("dashboard owner:liuyan --period 2010Q1 --as-of 2010-03-31").ok();
    contains(&page, &["owner:liuyan", "the courses are of those that the query selects today"]);
    assert!(!page.contains(">hejun</td>"), "a prospect of another owner");
    let refused = sandbox.refused("dashboard --period 2011Q1 --as-of 2010-03-31", 2);
    contains(&refused, &["after the as-of day"]);
    let refused = sandbox.refused("dashboard -f csv", 2);
    contains(&refused, &["a dashboard is an HTML page", "crm report NAME -f csv"]);
}

/// Every page below a folder.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(pages(&entry));
        } else if entry.extension().is_some_and(|ending| ending == "html") {
            found.push(entry);
        }
    }
    found.sort();
    found
}

/// What follows each `name="` in a page.
fn attributes<'p>(page: &'p str, name: &str) -> Vec<&'p str> {
    let before = format!(" {name}=\"");
    page.split(&before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_link_of_a_site_leads_to_a_page_of_it() {
    let sandbox = Sandbox::copy_of("examples/team");
    let (stdout, stderr) = sandbox.crm("site -o site --as-of 2010-03-31").done();
    assert_eq!(stdout, "");
    contains(&stderr, &["site: ", " files written"]);
    let root = sandbox.path().join("site");
    let all = pages(&root);
    let mut linked = BTreeSet::new();
    for page in &all {
        let html = std::fs::read_to_string(page).unwrap();
        let folder = page.parent().unwrap();
        for address in attributes(&html, "href").into_iter().chain(attributes(&html, "src")) {
            if address.starts_with("data:") {
                continue;
            }
            let file = address.split(['#', '?']).next().unwrap();
            assert!(!file.contains(':') && !file.starts_with('/'), "{address} in {page:?}");
            let to = if file.is_empty() { page.clone() } else { folder.join(file) };
            let to = to.canonicalize().unwrap_or_else(|_| panic!("{address} in {page:?}"));
            linked.insert(to);
        }
        assert!(html.starts_with("<!DOCTYPE html>") && !html.contains("<style"), "{page:?}");
    }
    let root = root.canonicalize().unwrap();
    for page in pages(&root) {
        assert!(linked.contains(&page), "nothing leads to {page:?}");
    }
    let names: Vec<String> = all.iter().map(|page| page.display().to_string()).collect();
    for wanted in
        ["index.html", "p/ren-hong.html", "c/becker.html", "r/liuyan.html", "report/funnel.html"]
    {
        assert!(names.iter().any(|name| name.ends_with(wanted)), "{wanted}: {names:?}");
    }
    // The dashboard leads to the prospect by its name, and that page to its owner.
    contains(&sandbox.read("site/index.html"), &["<a href=\"p/ren-hong.html\">任红</a>"]);
    contains(&sandbox.read("site/p/ren-hong.html"), &["<a href=\"../r/hejun.html\">何军</a>"]);
    contains(&sandbox.read("site/report/aging.html"), &["<a href=\"../p/"]);
    contains(&sandbox.read("site/index.js"), &["[\"p/ren-hong.html\",\"任红\",\"ren-hong\""]);
}

#[test]
fn a_second_site_replaces_the_first_and_keeps_what_is_not_its_own() {
    let sandbox = Sandbox::ledger();
    let opened = "2009-12-01 = { kind = \"opened\" }\n";
    sandbox.prospect("a", "name = \"A\"", opened).prospect("b", "name = \"B\"", opened);
    sandbox.crm("site -o site").done();
    sandbox.write("site/mine.txt", "mine").write("site/p/mine.html", "mine");
    std::fs::remove_file(sandbox.path().join("prospects/b.toml")).unwrap();
    sandbox.prospect("c", "name = \"C\"", opened);
    let (_, stderr) = sandbox.crm("site -o site").done();
    contains(&stderr, &["files written, 1 removed"]);
    let there = |name: &str| sandbox.path().join("site").join(name).exists();
    assert!(there("p/a.html") && there("p/c.html") && !there("p/b.html"));
    assert_eq!(
        (sandbox.read("site/mine.txt"), sandbox.read("site/p/mine.html")),
        ("mine".into(), "mine".into())
    );
    // With nothing changed, the bytes are the same.
    let before = sandbox.snapshot();
    sandbox.crm("site -o site").done();
    assert!(before == sandbox.snapshot());
}

#[test]
fn a_folder_that_is_no_site_is_refused_and_nothing_is_written() {
    let sandbox = Sandbox::ledger();
    sandbox.prospect("a", "name = \"A\"", "2009-12-01 = { kind = \"opened\" }\n");
    sandbox.write("mine/letter.txt", "mine").write("file", "x");
    for (line, why) in [
        ("site", "the pages need a folder"),
        ("site -o mine", "files that are no pages of `crm site`"),
        ("site -o .", "among the files of a ledger"),
        ("site -o prospects", "among the files of a ledger"),
        ("site -o prospects/site", "among the files of a ledger"),
        ("site -o .git/site", "among the files of a ledger"),
        ("site -o file", "it is a file"),
        ("site -o nowhere/site", "cannot be written"),
        ("site -o new -f csv", "a site is a folder of HTML pages"),
    ] {
        let status = if why == "cannot be written" { None } else { Some(2) };
        let before = sandbox.snapshot();
        let run = sandbox.crm(line);
        assert!(status.is_none_or(|status| status == run.status) && run.status != 0, "{line}");
        assert!(run.stderr.contains(why), "{line}: {}", run.stderr);
        assert!(run.stdout.is_empty() && before == sandbox.snapshot(), "{line} wrote");
    }
    let zh = sandbox.write("crm.toml", "[ledger]\nlanguage = \"zh\"\n").refused("site -o mine", 2);
    contains(&zh, &["文件夹里有不是 `crm site` 生成的文件"]);
}

#[test]
fn a_site_in_chinese_has_no_english_heading() {
    let sandbox = Sandbox::copy_of("examples/team");
    let settings = sandbox.read("crm.toml").replace("language = \"en\"", "language = \"zh\"");
    sandbox.write("crm.toml", settings);
    let (_, stderr) = sandbox.crm("site -o site --as-of 2010-03-31").done();
    contains(&stderr, &["site：写入 ", " 个文件"]);
    let start = sandbox.read("site/index.html");
    contains(
        &start,
        &[
            "要做的事",
            "漏斗",
            "进行中的加权价值",
            "较上周",
            "近12周",
            "进入后栏",
            "lang=\"zh-Hans\"",
        ],
    );
    for word in ["To do", "Weighted", "weeks:", "went on", "Search", "capacity"] {
        assert!(!start.contains(word), "{word}");
    }
}
