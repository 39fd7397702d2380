//! Writes a ledger of any size for benchmarks and trials: the same number and seed give the same
//! bytes. Prospects follow the rules of the method, in Chinese and English, with the unevenness of
//! real files: comments, CRLF line ends, escapes, long notes.
//!
//! `cargo run --release --example generate -- DIR PROSPECTS [SEED]`
#![allow(clippy::print_stderr, clippy::disallowed_methods, reason = "a program for trials")]

use crm::value::date::Date;
use fastrand::Rng;
use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

const REPS: [&str; 8] =
    ["liuyan", "hejianguo", "wangfang", "chenjie", "smith", "garcia", "okafor", "novak"];
const FAMILY: [&str; 12] = ["张", "王", "李", "赵", "刘", "陈", "杨", "黄", "周", "吴", "徐", "孙"];
const GIVEN: [&str; 10] = ["先生", "女士", "经理", "主任", "总", "建国", "秀英", "伟", "芳", "敏"];
const FIRST: [&str; 10] =
    ["Ann", "Bob", "Carla", "David", "Eve", "Frank", "Grace", "Hugo", "Iris", "Jack"];
const LAST: [&str; 10] =
    ["Lee", "Smith", "Garcia", "Miller", "Novak", "Okafor", "Rossi", "Tanaka", "Weber", "Young"];
const COMPANIES: [&str; 8] = [
    "时装连锁店",
    "宏图印刷",
    "远见公关",
    "Acme Ltd",
    "Blue River Foods",
    "Northwind Traders",
    "华东机械",
    "Cedar & Sons",
];
const REGIONS: [&str; 6] = ["shanghai", "beijing", "shenzhen", "east", "west", "central"];
const SOURCES: [&str; 5] = ["referral", "online", "fair", "cold-call", "newspaper"];
const NEEDS: [&str; 5] = ["health", "education", "pension", "fleet", "liability"];
const REASONS: [&str; 4] = ["price", "no-need", "competitor", "no-answer"];
const NOTES: [&str; 12] = [
    "Steady business; wants the family looked after.",
    "聊了家庭和公司的情况，对养老很关心。",
    "Asked for a comparison with the \\\"Golden Plan\\\" of the other insurer.",
    "约好下周二见面，带计划书。",
    "Budget at most 1,500 a month; decides together with the wife.",
    "他说要考虑一下，月底前给答复。",
    "Met at the fair; path C:\\\\offers\\\\2009 has the papers.",
    "Warm, but travelling until the end of the month.",
    "Long talk about the shop and the two children; the elder one goes abroad next year, so education comes first. Wants the figures for three and five years side by side before deciding.",
    "讲了理赔的例子，对方很有兴趣；他太太管账，要先把家庭开支算清楚，再谈每月能放多少。下次请他太太一起来，带上三年和五年两个方案，并准备好去年的分红数据。",
    "The present insurer raised the premium twice; the bookkeeper will send last year's statements by e-mail. He compares us with two others and decides by price and by how quickly claims were paid.",
    "电话里说最近在装修新店，月底前没空；对保障范围没有意见，只问了付款方式和能不能按季交。答应把门店清单和员工人数发过来。",
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| words.get(at).and_then(|word| word.parse::<u64>().ok());
    let (Some(folder), Some(count)) = (words.first(), number(1)) else {
        eprintln!("usage: generate DIR PROSPECTS [SEED]");
        return ExitCode::from(2);
    };
    match write_ledger(Path::new(folder), count, number(2).unwrap_or(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{folder}: {error}");
            ExitCode::from(3)
        }
    }
}

fn write_ledger(folder: &Path, count: u64, seed: u64) -> std::io::Result<()> {
    std::fs::create_dir_all(folder.join("prospects"))?;
    let mut settings = String::from("[ledger]\ntitle = \"Generated\"\ncurrency = \"CNY\"\n");
    for rep in REPS {
        let _ = write!(settings, "\n[[rep]]\nid = \"{rep}\"\n");
    }
    std::fs::write(folder.join("crm.toml"), settings)?;
    for n in 0..count {
        let mut rng = Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(n));
        let text = prospect(&mut rng, n);
        std::fs::write(folder.join(format!("prospects/p{n:07}.toml")), text)?;
    }
    Ok(())
}

fn pick<'t>(rng: &mut Rng, from: &[&'t str]) -> &'t str {
    from[rng.usize(..from.len())]
}

/// One file.
fn prospect(rng: &mut Rng, n: u64) -> String {
    let mut out = String::new();
    if n.is_multiple_of(7) {
        out.push_str("# handed over by the old team; see the paper file\n");
    }
    let name = if rng.bool() {
        format!("{}{}", pick(rng, &FAMILY), pick(rng, &GIVEN))
    } else {
        format!("{} {}", pick(rng, &FIRST), pick(rng, &LAST))
    };
    let _ = write!(
        out,
        "name     = \"{name}\"\ncompany  = \"{}\"\nregion   = \"{}\"\nneeds    = [\"{}\"]\nsource   = \"{}\"\n\n",
        pick(rng, &COMPANIES),
        pick(rng, &REGIONS),
        pick(rng, &NEEDS),
        pick(rng, &SOURCES)
    );
    let _ = write!(
        out,
        "[[contact]]\nname    = \"{name}\"\nrole    = \"owner\"\ndecides = {}\nphone   = \"+86 21 {:04} {:04}\"\nemail   = \"p{n}@example.com\"\n\n[events]\n",
        rng.bool(),
        rng.u32(1000..9999),
        rng.u32(1000..9999)
    );
    Journal::new(rng).write(&mut out);
    if n.is_multiple_of(11) { out.replace('\n', "\r\n") } else { out }
}

/// The events of one prospect, which move it by the rules.
struct Journal<'r> {
    rng: &'r mut Rng,
    rep: &'static str,
    date: Date,
    lines: Vec<String>,
}

impl Journal<'_> {
    fn new(rng: &mut Rng) -> Journal<'_> {
        let start = Date::parse("2009-01-05").unwrap_or(Date::MIN);
        let date = start.plus(rng.i64(0..350));
        let rep = pick(rng, &REPS);
        Journal { rng, rep, date, lines: Vec::new() }
    }

    fn write(mut self, out: &mut String) {
        let value = self.rng.u32(20..400) * 100;
        self.event("opened", &format!("owner = \"{}\", value = {value}", self.rep));
        for _ in 0..self.rng.u32(2..7) {
            let reached = self.rng.bool();
            self.event("call", &format!("reached = {reached}"));
        }
        if self.rng.u32(..10) >= 2 {
            self.pursue(value);
        }
        for line in &self.lines {
            out.push_str(line);
        }
    }

    /// Meetings, and as far up the board as luck has it; everything inside one cycle.
    fn pursue(&mut self, value: u32) {
        let next = self.date.plus(5);
        self.event("meeting", &format!("stage = \"25\", next = {next}"));
        if self.rng.u32(..10) < 3 {
            return;
        }
        let next = self.date.plus(7);
        self.event("meeting", &format!("next = {next}T14:00:00"));
        let (next, close) = (self.date.plus(6), self.date.plus(12));
        let facts = format!(
            "stage = \"50\", confirms = [\"right-person\", \"fit\", \"budget\"], close_by = {close}, next = {next}"
        );
        self.event("meeting", &facts);
        match self.rng.u32(..10) {
            0..3 => {}
            3..6 => {
                let reason = pick(self.rng, &REASONS);
                self.event("moved", &format!("stage = \"lost\", reason = \"{reason}\""));
            }
            _ => {
                self.event("contract", "");
                self.event("payment", &format!("stage = \"90\", amount = {}", value / 12));
                self.event("booking", &format!("stage = \"closed\", amount = {value}"));
            }
        }
    }

    fn event(&mut self, kind: &str, facts: &str) {
        self.date = self.date.plus(self.rng.i64(1..4));
        let suffix: String = (0..3).map(|_| char::from(self.rng.u8(b'a'..=b'z'))).collect();
        let facts = if facts.is_empty() { String::new() } else { format!(", {facts}") };
        let note = pick(self.rng, &NOTES);
        self.lines.push(format!(
            "{}-1-{suffix} = {{ kind = \"{kind}\", by = \"{}\"{facts}, note = \"{note}\" }}\n",
            self.date, self.rep
        ));
    }
}
