//! The pages in a real browser: drawn, without an error, without a request to anybody. They are ignored
//! unless asked for, because they need a `chromium`: `cargo test --test it browser:: -- --ignored`.

use crate::common::Sandbox;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What stops the browser from doing anything of its own.
const QUIET: [&str; 15] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--v=0",
    "--virtual-time-budget=5000",
];

fn chromium() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| ["chromium", "chromium-browser"].map(|name| folder.join(name)))
        .find(|file| file.is_file())
        .expect("there must be a `chromium` in PATH")
}

/// A team, a few prospects in every column, a call, a loss.
fn ledger() -> Sandbox {
    let sandbox = Sandbox::with_settings(
        "[ledger]\ntitle = \"上海团队\"\nlanguage = \"zh\"\n[[rep]]\nid = \"liuyan\"\nname = \"刘燕\"\n",
    );
    let stages = ["opportunity", "appointment", "25", "50", "90", "closed", "lost"];
    for (n, stage) in stages.iter().cycle().take(28).enumerate() {
        let day = 1 + n % 15;
        let lines = format!(
            "2009-12-{day:02}-1 = {{ kind = \"opened\", owner = \"liuyan\", value = {} }}\n\
             2009-12-{day:02}-2 = {{ kind = \"call\", reached = true }}\n\
             2009-12-{:02}-1 = {{ kind = \"meeting\", stage = \"{stage}\", forced = \"测试\", reason = \"价格\" }}\n",
            1000 * (n + 1),
            day + 1
        );
        sandbox.prospect(
            &format!("p{n:02}"),
            &format!("name = \"何建国{n}\"\nsource = \"<b>&\""),
            &lines,
        );
    }
    sandbox
}

/// What the browser gave.
struct Visit {
    stdout: String,
    log: String,
}

/// Opens a file with these options more.
fn open(chromium: &Path, page: &Path, options: &[String]) -> Visit {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(chromium)
        .args(QUIET)
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(options)
        .arg(format!("file://{}", page.display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Visit {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        log: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The page, with a script that writes what the browser made of it into the page's title. The policy of
/// the page allows no script but its own: the copy that is measured goes without it.
fn measured(page: &str) -> String {
    let policy = page.find("<meta http-equiv=\"Content-Security-Policy\"").unwrap();
    let end = policy + page[policy..].find('>').unwrap() + 1;
    let script = "<script>addEventListener('load', () => {\
        const svg = [...document.querySelectorAll('svg')].map(s => s.getBoundingClientRect());\
        const drawn = svg.filter(r => r.width > 100 && r.height > 20).length;\
        const wide = document.documentElement.scrollWidth > innerWidth ? 'overflows' : 'fits';\
        const sort = document.querySelectorAll('thead button').length > 0 ? 'sorts' : 'plain';\
        const heads = [...document.querySelectorAll('table')].filter(t => !t.querySelector('th[scope=col]')).length;\
        const loads = performance.getEntriesByType('resource').filter(r => !r.name.startsWith('data:')).length;\
        document.documentElement.dataset.measured = \
        `svg ${drawn}/${svg.length} ${wide} ${sort} headless-tables ${heads} loads ${loads}`; })</script>";
    format!(
        "{}{}{}",
        &page[..policy],
        &page[end..].replace("</body>", &format!("{script}</body>")),
        ""
    )
}

#[test]
#[ignore = "needs chromium"]
fn the_dashboard_opens_without_an_error_or_a_request() {
    let chromium = chromium();
    let sandbox = ledger();
    sandbox.crm("dashboard -o page.html").done();
    let path = sandbox.path().join("page.html");
    let page = sandbox.read("page.html");

    // As it is, under its own policy: no error on the console (a refused style or script would be one),
    // and every request that the network stack starts is in its log: the page starts none to a host.
    let net_log = sandbox.path().join("net.json");
    let visit = open(
        &chromium,
        &path,
        &["--dump-dom".to_owned(), format!("--log-net-log={}", net_log.display())],
    );
    let console: Vec<&str> = visit.log.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert_eq!(console, Vec::<&str>::new());
    assert!(
        visit.stdout.contains("何建国0") && visit.stdout.contains("上海团队"),
        "{}",
        visit.stdout
    );
    assert!(visit.stdout.contains("<button"), "the page's own script makes columns sortable");
    assert!(!visit.stdout.contains("<b>&"), "text stays text");
    assert_eq!(requests(&sandbox.read("net.json")), Vec::<String>::new());

    // What it looks like, wide and on a phone: every picture has a size, nothing runs off the side.
    let copy = sandbox.path().join("measured.html");
    sandbox.write("measured.html", measured(&page));
    let pictures = page.matches("<svg ").count();
    assert!(pictures >= 3, "{pictures} pictures");
    for width in [1200, 390] {
        let size = format!("--window-size={width},900");
        let visit = open(&chromium, &copy, &["--dump-dom".to_owned(), size]);
        let expected = format!("svg {pictures}/{pictures} fits sorts headless-tables 0 loads 0");
        let at = visit.stdout.find("data-measured=\"").map(|at| at + 15);
        let said = at.and_then(|at| visit.stdout[at..].split('"').next());
        assert_eq!(said, Some(expected.as_str()), "at {width}");
    }
}

/// What a page asked for from any host. The browser's own errands have no page as their origin.
fn requests(net_log: &str) -> Vec<String> {
    let log: serde_json::Value = serde_json::from_str(net_log).unwrap();
    let asked = log["events"].as_array().unwrap().iter().filter_map(|event| {
        let url = event["params"]["url"].as_str()?;
        let origin = event["params"]["initiator"].as_str()?;
        let local = ["file:", "data:", "about:", "chrome:"].iter().any(|own| url.starts_with(own));
        (origin != "not an origin" && !local).then(|| url.to_owned())
    });
    asked.collect()
}

#[test]
#[ignore = "needs chromium"]
fn a_page_that_asks_a_host_would_be_seen() {
    let chromium = chromium();
    let sandbox = Sandbox::empty();
    sandbox.write("page.html", "<img src=\"http://example.invalid/x.png\"><script>x.y()</script>");
    let net_log = sandbox.path().join("net.json");
    let option = format!("--log-net-log={}", net_log.display());
    let visit =
        open(&chromium, &sandbox.path().join("page.html"), &["--dump-dom".to_owned(), option]);
    assert_eq!(requests(&sandbox.read("net.json")), ["http://example.invalid/x.png"]);
    assert!(visit.log.contains("CONSOLE"), "{}", visit.log);
}

#[test]
#[ignore = "needs chromium"]
fn each_report_is_a_page_of_its_own() {
    let chromium = chromium();
    let sandbox = ledger();
    for report in ["funnel", "sheet", "ratios"] {
        sandbox.crm(&format!("report {report} -o {report}.html")).done();
        let path = sandbox.path().join(format!("{report}.html"));
        let visit = open(&chromium, &path, &["--dump-dom".to_owned()]);
        assert!(!visit.log.contains("CONSOLE"), "{report}: {}", visit.log);
        let figure = if report == "sheet" { "何建国" } else { "<svg" };
        assert!(visit.stdout.contains(figure), "{report}: {}", visit.stdout);
    }
}
