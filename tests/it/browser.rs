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

/// The page without its policy, which allows no script but its own, and with a script more.
fn with_script(page: &str, script: &str) -> String {
    let policy = page.find("<meta http-equiv=\"Content-Security-Policy\"").unwrap();
    let end = policy + page[policy..].find('>').unwrap() + 1;
    let rest = page[end..].replace("</body>", &format!("<script>{script}</script></body>"));
    format!("{}{rest}", &page[..policy])
}

/// Tells the page around this one what the browser made of it: pictures with a size, things wider than the viewport,
/// sortable tables, and the texts with less contrast than WCAG AA asks for.
const MEASURE: &str = r#"
addEventListener('load', () => {
  document.querySelectorAll('details').forEach(part => { part.open = true; });
  const all = [...document.querySelectorAll('svg')].map(s => s.getBoundingClientRect());
  const drawn = all.filter(r => r.width > 60 && r.height > 8).length;
  const wide = [...document.querySelectorAll('body *')]
    .filter(e => !e.closest('.scroll') && !e.closest('.hidden') && e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.outerHTML.slice(0, 90));
  const cut = [...document.querySelectorAll('svg text')].filter(t => t.textContent.includes('…')).length;
  const firsts = [...document.querySelectorAll('.scroll')].filter(s => s.scrollWidth > s.clientWidth + 1);
  firsts.forEach(s => { s.scrollLeft = 200; });
  const stay = firsts.filter(s => {
    const first = s.querySelector('tbody tr:not([hidden]) > :first-child');
    return first && Math.abs(first.getBoundingClientRect().left - s.getBoundingClientRect().left) > 2;
  }).length;
  const numbers = c => (c.match(/[\d.]+/g) || []).map(Number);
  const light = c => numbers(c).slice(0, 3)
    .map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = numbers(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return getComputedStyle(e).backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  const weak = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim() !== '');
    if (!own || ['SCRIPT', 'TITLE', 'DESC', 'title', 'desc'].includes(e.nodeName)) continue;
    const style = getComputedStyle(e);
    const [x, y] = [light(e instanceof SVGElement ? style.fill : style.color), light(behind(e))];
    const ratio = (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
    if (ratio < 4.5) weak.push(ratio.toFixed(2) + ' ' + e.outerHTML.slice(0, 90));
  }
  const bars = [...document.querySelectorAll('svg .fill')].map(e => {
    const [x, y] = [light(getComputedStyle(e).fill), light(behind(e.closest('svg')))];
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  });
  if (bars.some(ratio => ratio < 3)) weak.push('a shape with less than 3');
  const dark = light(getComputedStyle(document.body).backgroundColor) < 0.1;
  parent.postMessage(JSON.stringify({
    width: innerWidth, dark, undrawn: all.length - drawn, pictures: all.length, wide, cut, stay,
    sorts: document.querySelectorAll('thead button').length > 0,
    choices: [...document.querySelectorAll('.choices')].every(e => !e.hidden),
    headless: [...document.querySelectorAll('table')].filter(t => !t.querySelector('th[scope=col]')).length,
    loads: performance.getEntriesByType('resource').filter(r => !r.name.startsWith('data:')).length,
    weak: weak.slice(0, 5),
  }), '*');
});
"#;

/// What a page of this width tells, opened within another: a window is never narrower than 500.
fn told(
    chromium: &Path,
    sandbox: &Sandbox,
    page: &str,
    width: u32,
    dark: bool,
) -> serde_json::Value {
    sandbox.write("inner.html", page);
    sandbox.write(
        "outer.html",
        format!(
            "<body><script>addEventListener('message', e => {{ document.body.dataset.told = \
             encodeURIComponent(e.data); }});</script>\
             <iframe src=\"inner.html\" width=\"{width}\" height=\"900\" style=\"border:0\"></iframe>"
        ),
    );
    let mut options = vec!["--dump-dom".to_owned(), "--window-size=1500,1000".to_owned()];
    if dark {
        options.push("--blink-settings=preferredColorScheme=0".to_owned());
    }
    let visit = open(chromium, &sandbox.path().join("outer.html"), &options);
    let told = visit.stdout.split("data-told=\"").nth(1).and_then(|rest| rest.split('"').next());
    let told = told.unwrap_or_else(|| panic!("nothing was told: {}\n{}", visit.stdout, visit.log));
    serde_json::from_str(&decoded(told)).unwrap()
}

/// A text whose bytes were escaped with `%`.
fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (byte, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(byte, 16).unwrap());
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).unwrap()
}

/// The example of a team, in a language.
fn team(lang: &str) -> Sandbox {
    let sandbox = Sandbox::copy_of("examples/team");
    let settings = sandbox.read("crm.toml");
    let settings = settings.replace("language = \"en\"", &format!("language = \"{lang}\""));
    sandbox.write("crm.toml", settings);
    sandbox
}

#[test]
#[ignore = "needs chromium"]
fn pages_fit_and_can_be_read_wide_and_narrow_light_and_dark_in_both_languages() {
    let chromium = chromium();
    for lang in ["en", "zh"] {
        let sandbox = team(lang);
        sandbox.crm("dashboard -o page.html --as-of 2010-02-24").done();
        sandbox.crm("report aging -o aging.html --as-of 2010-02-24").done();
        for name in ["page.html", "aging.html"] {
            let page = with_script(&sandbox.read(name), MEASURE);
            for (width, dark) in [(1400, false), (1400, true), (390, false), (390, true)] {
                let told = told(&chromium, &sandbox, &page, width, dark);
                let at = format!("{name} in {lang} at {width}, dark: {dark}");
                assert_eq!((&told["width"], &told["dark"]), (&width.into(), &dark.into()), "{at}");
                for none in ["undrawn", "cut", "stay", "headless", "loads"] {
                    assert_eq!(told[none], 0, "{none}, {at}");
                }
                for list in ["wide", "weak"] {
                    assert_eq!(told[list], serde_json::json!([]), "{list}, {at}");
                }
                assert_eq!(
                    (&told["sorts"], &told["choices"]),
                    (&true.into(), &true.into()),
                    "{at}"
                );
                assert!(told["pictures"].as_u64() > Some(0), "{at}");
            }
        }
    }
}

#[test]
#[ignore = "needs chromium"]
fn a_site_is_read_from_a_disk_with_its_style_and_its_search() {
    let chromium = chromium();
    let sandbox = team("zh");
    sandbox.crm("site -o site --as-of 2010-03-31").done();
    let net_log = sandbox.path().join("net.json");
    for page in ["index.html", "p/ren-hong.html", "report/aging.html", "prospects.html"] {
        let path = sandbox.path().join("site").join(page);
        let options = ["--dump-dom".to_owned(), format!("--log-net-log={}", net_log.display())];
        let visit = open(&chromium, &path, &options);
        assert!(!visit.log.contains("CONSOLE"), "{page}: {}", visit.log);
        assert!(visit.stdout.contains("<button"), "{page}: its script has run");
        assert_eq!(requests(&sandbox.read("net.json")), Vec::<String>::new(), "{page}");
    }
    // The search finds by name, by telephone and by owner, in any width of letters.
    let search = sandbox.read("site/search.html");
    let ask = "const q = document.querySelector('#q'); const found = {};\
        for (const words of ['任红', '5550 2033', '何军 ren', 'ＲＥＮ', 'nobody of this name']) {\
        q.value = words; q.dispatchEvent(new Event('input'));\
        found[words] = [...document.querySelectorAll('#found a')].map(a => a.getAttribute('href')); }\
        document.body.dataset.found = encodeURIComponent(JSON.stringify(found));";
    sandbox.write("site/asked.html", with_script(&search, ask));
    let visit =
        open(&chromium, &sandbox.path().join("site/asked.html"), &["--dump-dom".to_owned()]);
    let found = visit.stdout.split("data-found=\"").nth(1).unwrap().split('"').next().unwrap();
    let found: serde_json::Value = serde_json::from_str(&decoded(found)).unwrap();
    for words in ["任红", "5550 2033", "何军 ren", "ＲＥＮ"] {
        let all = found[words].as_array().unwrap();
        assert!(all.iter().any(|address| address == "p/ren-hong.html"), "{words}: {found}");
    }
    assert_eq!(found["nobody of this name"], serde_json::json!([]));
}

/// The program that judges pages for readers with impairments: `CRM_AXE` is the path of `axe.min.js`.
fn axe() -> Option<String> {
    std::fs::read_to_string(std::env::var_os("CRM_AXE")?).ok()
}

#[test]
#[ignore = "needs chromium, and axe-core at CRM_AXE"]
fn axe_finds_nothing_to_mend() {
    let Some(axe) = axe() else {
        println!("skipped: CRM_AXE names no axe.min.js");
        return;
    };
    let chromium = chromium();
    let run = "addEventListener('load', () => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })\
        .then(r => parent.postMessage(JSON.stringify(r.violations.map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 120))])), '*'))\
        .catch(e => parent.postMessage(JSON.stringify([String(e)]), '*')));";
    // The program's own text may hold the end of a script.
    let axe = axe.replace("</script", "<\\/script");
    for lang in ["en", "zh"] {
        let sandbox = team(lang);
        sandbox.crm("dashboard -o page.html --as-of 2010-02-24").done();
        sandbox.crm("report board -o board.html --as-of 2010-02-24").done();
        for (name, width, dark) in
            [("page.html", 1400, false), ("page.html", 390, true), ("board.html", 1400, true)]
        {
            let page = with_script(&sandbox.read(name), &format!("{axe};{run}"));
            let told = told(&chromium, &sandbox, &page, width, dark);
            assert_eq!(told, serde_json::json!([]), "{name} in {lang} at {width}, dark: {dark}");
        }
    }
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

    let pictures = page.matches("<svg ").count();
    assert!(pictures >= 8, "{pictures} pictures");
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
