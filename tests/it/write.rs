//! Writing loses nothing: appending keeps every byte, and whoever is killed, or runs out of disk, leaves
//! each file old or new. `crash` kills at every call; `concurrency` writes from many processes.

use crate::common::{Sandbox, run};
use crm::diag::{Code, Place};
use crm::disk::write::{FileChange, Writer};
use crm::format::append::append;
use crm::format::line::{assign_key, event_line};
use crm::format::read_prospect::read_prospect;
use crm::model::event::{Event, EventKey};
use crm::model::prospect::Prospect;
use crm::model::settings::Settings;
use proptest::prelude::*;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

// ---- one file's text ----

/// Ways to write a fact.
const FACTS: [&str; 12] = [
    "company = \"时装店\"",
    "company='literal \\ back'  # why",
    "\"company\"   =   \"x\"",
    "company = \"\"\"two\nlines\"\"\"",
    "company = '''\n[events]\nnot a header'''",
    "needs = [\"health\", # one\n  'education',\n]",
    "tags = [ ]",
    "plan.year = 2010\nplan.note = \"dotted\"",
    "size = \"[events]\"",
    "# [events]",
    "seen = 2009-12-01T10:00:00Z",
    "team = { north = [1, 2], south = {} }",
];

/// Ways to write an entry, with room for its key.
const ENTRIES: [&str; 9] = [
    "KEY = { kind = \"call\" }",
    "KEY={kind='call',note='its [events]'}",
    "\"KEY\" = { kind = \"note\", note = \"# not a comment\" }  # a comment",
    "  KEY   =   { kind = \"meeting\", by = \"何婷\" }  ",
    "KEY = { kind = \"note\", note = \"\"\"two\nlines, a \\\" and\n[events]\n\"\"\" }",
    "KEY = { kind = \"note\", note = '''\nliteral\n''' } # end",
    "KEY.kind = \"call\"\nKEY.by = \"liuyan\"",
    "# KEY = { kind = \"call\" }\n\nKEY = { kind = \"value\", value = 1_500.50 }",
    "'KEY' = { kind = \"hold\", until = 2010-01-01, confirms = [\"fit\",\n\"budget\"] }",
];

/// What may stand below the journal.
const BELOW: [&str; 5] = [
    "[[contact]]\nname = \"张太太\"",
    "[other]\nkey = \"\"\"\n[events]\n2009-12-09 = { kind = \"call\" }\n\"\"\"",
    "[deep.er]\nx = 1\n\n[deep.est]\ny = 2",
    "[[contact]]\nname = 'a'\n[[contact]]\nname = 'b'",
    "[x] # last\n# a comment at the end",
];

/// How the journal is written.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Style {
    /// Under `[events]`, spelt in one of these ways.
    Header(&'static str),
    /// No journal yet.
    None,
    /// A way that has no place for a line: refused.
    Other(&'static str),
}

fn style() -> impl Strategy<Value = Style> {
    prop_oneof![
        4 => Just(Style::Header("[events]")),
        1 => Just(Style::Header("[ events ]   # the journal")),
        1 => Just(Style::Header("\t[events]")),
        1 => Just(Style::None),
        1 => Just(Style::Other("events = {}")),
        1 => Just(Style::Other("events = { 2009-12-01 = { kind = \"opened\" } }")),
        1 => Just(Style::Other("events.2009-12-01 = { kind = \"opened\" }")),
        1 => Just(Style::Other("[events.2009-12-01]\nkind = \"opened\"")),
        1 => Just(Style::Other("[events]\n2009-12-01 = { kind = \"opened\" }\n[events.2009-12-02]\nkind = \"call\"")),
    ]
}

/// A file, and how its journal is written.
#[derive(Debug, Clone)]
struct Document {
    text: String,
    style: Style,
    last: bool,
}

prop_compose! {
    fn document()(
        style in style(),
        facts in prop::sample::subsequence((0..FACTS.len()).collect::<Vec<_>>(), 0..5),
        contact in any::<bool>(),
        entries in prop::collection::vec(0..ENTRIES.len(), 0..5),
        below in prop::option::weighted(0.4, 0..BELOW.len()),
        (bom, crlf, ended, gap) in (any::<bool>(), any::<bool>(), any::<bool>(), 0..3usize),
    ) -> Document {
        let mut top = vec!["name = \"张先生\"".to_owned()];
        let mut companies = 0;
        for fact in facts.iter().map(|index| FACTS[*index]) {
            companies += usize::from(fact.contains("company"));
            if !fact.contains("company") || companies == 1 {
                top.push(fact.to_owned());
            }
        }
        let mut parts = vec![];
        if contact {
            parts.push("[[contact]]\nname = \"张先生\"\ndecides = true".to_owned());
        }
        match style {
            Style::Header(header) => {
                let mut lines = vec![header.to_owned()];
                for (day, entry) in entries.iter().enumerate() {
                    lines.push(ENTRIES[*entry].replace("KEY", &format!("2009-12-{:02}", day + 1)));
                }
                parts.push(lines.join("\n"));
            }
            Style::None => {}
            Style::Other(journal) if journal.starts_with('[') => parts.push(journal.to_owned()),
            Style::Other(journal) => top.push(journal.to_owned()),
        }
        parts.extend(below.map(|below| BELOW[below].to_owned()));
        parts.insert(0, top.join("\n"));
        let mut text = parts.join(&"\n".repeat(gap + 1));
        if ended {
            text.push('\n');
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        if bom {
            text.insert(0, '\u{feff}');
        }
        Document { text, style, last: below.is_none() }
    }
}

fn read(text: &str) -> Option<Prospect> {
    let path = Path::new("prospects/zhang.toml");
    read_prospect(text, "zhang", path, path, &Settings::default()).0
}

prop_compose! {
    fn event()(
        day in 1..28u32,
        note in "\\PC{0,20}|[\\x00-\\x7f]{0,12}|\"\"\"|'''|张\u{feff}\u{2028}",
        stage in prop::option::of("[a-z0-9]{1,4}"),
    ) -> Event {
        let date = format!("2009-12-{day:02}");
        let mut event = Event::new(EventKey::parse(&date).unwrap(), "note");
        event.note = Some(note.into());
        event.stage = stage.map(Into::into);
        event
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1500, ..Default::default() })]

    #[test]
    fn an_entry_is_added_and_no_byte_is_lost(document in document(), mut event in event()) {
        let text = &document.text;
        let before = read(text);
        prop_assert!(before.is_some(), "the generator makes valid files:\n{text}");
        let before = before.unwrap();
        assign_key(&mut event, "zhang", &before.events);
        let line = event_line(&event);
        prop_assert!(!line.contains(['\n', '\r']), "one line: {line:?}");
        let place = Place::file("prospects/zhang.toml");
        let after = match append(text, "events", std::slice::from_ref(&line), &place) {
            Ok(after) => after,
            Err(refused) => {
                prop_assert!(matches!(document.style, Style::Other(_)), "{refused:?}\n{text}");
                prop_assert_eq!(refused.code, Code::EntriesNotLines);
                prop_assert!(!refused.help.is_empty());
                return Ok(());
            }
        };
        // Nothing but the old events and the new one.
        let mut expected = before;
        let at = expected.events.partition_point(|earlier| earlier.key < event.key);
        expected.events.insert(at, event);
        prop_assert_eq!(read(&after), Some(expected), "{}", after);
        // The file's own newlines, and the old bytes around the line.
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let added = format!("{line}{newline}");
        let at = after.find(&added).unwrap();
        prop_assert!(after[..at].ends_with(newline));
        let (head, tail) = (&after[..at], &after[at + added.len()..]);
        if document.last || document.style == Style::None {
            prop_assert!(after.starts_with(text.as_str()), "{}", after);
            prop_assert_eq!(tail, "");
        } else if head.len() > text.len() {
            prop_assert_eq!(head, format!("{text}{newline}"));
        } else {
            prop_assert_eq!(format!("{head}{tail}"), text.as_str());
        }
    }
}

#[test]
fn newlines_mark_comments_and_rights_stay() {
    let sandbox = Sandbox::ledger();
    let text = "\u{feff}# ours\r\nname = '张先生'   # who\r\n\r\n[events]\r\n2009-12-01 = { kind = 'opened' } # first";
    sandbox.write("prospects/zhang.toml", text);
    #[cfg(unix)]
    set_mode(&sandbox.path().join("prospects/zhang.toml"), 0o640);
    sandbox.crm("log zhang call --note 'asked for a quote'").done();
    let after = sandbox.read("prospects/zhang.toml");
    let added = after.strip_prefix(text).unwrap();
    assert!(added.starts_with("\r\n2009-12-18-1-") && added.ends_with("\" }\r\n"), "{added:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let meta = std::fs::metadata(sandbox.path().join("prospects/zhang.toml")).unwrap();
        assert_eq!(meta.permissions().mode() & 0o777, 0o640);
    }
}

// ---- several at once ----

const OPENED: &str = "2009-09-01-1-aaa = { kind = \"opened\", owner = \"liuyan\" }\n";

fn one() -> Sandbox {
    let sandbox = Sandbox::ledger();
    sandbox.prospect("zhang", "name = \"张先生\"\n", OPENED);
    sandbox
}

/// What a cut-short write leaves beside the ledger's files.
fn left_over(sandbox: &Sandbox) -> Vec<String> {
    let private = sandbox.path().join(".crm");
    let temporary = std::fs::read_dir(private.join("tmp")).into_iter().flatten();
    let mut names: Vec<String> =
        temporary.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    if private.join("journal").exists() {
        names.push("journal".to_owned());
    }
    names
}

// ---- killed ----

/// Forty prospects past the cycle, and a sweep's work on them.
fn overdue() -> Sandbox {
    let sandbox = Sandbox::ledger();
    for number in 0..40 {
        let meeting = "2009-09-03-1 = { kind = \"meeting\", stage = \"25\", next = 2009-12-30 }\n";
        sandbox.prospect(
            &format!("p{number:02}"),
            &format!("name = \"{number}\"\n"),
            &format!("{OPENED}{meeting}"),
        );
    }
    sandbox
}

#[test]
fn a_killed_sweep_is_done_or_not_done() {
    let whole = overdue();
    let names: Vec<String> = (0..40).map(|n| format!("prospects/p{n:02}.toml")).collect();
    let state = |sandbox: &Sandbox| names.iter().map(|name| sandbox.read(name)).collect::<Vec<_>>();
    let old = state(&whole);
    let started = Instant::now();
    let (_, said) = whole.crm("sweep --apply").done();
    let took = started.elapsed();
    assert_eq!(said.lines().count(), 40);
    let new = state(&whole);
    let (mut undone, mut finished, mut in_between) = (0, 0, 0);
    for round in 0..12u32 {
        let sandbox = overdue();
        let mut child = sandbox
            .command()
            .args(["sweep", "--apply"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let journal = sandbox.path().join(".crm/journal");
        if round % 2 == 0 {
            std::thread::sleep(took * round / 11);
        } else {
            // At the worst moment: between the promise and its end.
            while !journal.exists() && child.try_wait().unwrap().is_none() {}
        }
        let _ = child.kill();
        child.wait().unwrap();
        in_between += u32::from(journal.exists());
        for (file, (old, new)) in state(&sandbox).iter().zip(old.iter().zip(&new)) {
            assert!(file == old || file == new, "half a file: {file}");
        }
        // Whoever comes next, and be it to read, finds all of it or none of it.
        assert_eq!(sandbox.crm("list -f ids").done().0.lines().count(), 40);
        let now = state(&sandbox);
        assert!(now == old || now == new, "half a sweep in round {round}");
        if now == old {
            undone += 1
        } else {
            finished += 1
        }
        sandbox.crm("log p00 note").done();
        assert_eq!(left_over(&sandbox), Vec::<String>::new());
    }
    println!("{undone} undone, {finished} finished, {in_between} of them by whoever came next");
}

#[test]
fn a_killed_log_leaves_the_file_old_or_new() {
    let sandbox = one();
    let started = Instant::now();
    sandbox.crm("log zhang note").done();
    let took = started.elapsed();
    for round in 0..12u32 {
        let before = sandbox.read("prospects/zhang.toml");
        let mut command = sandbox.command();
        command.args(["log", "zhang", "note", "--note", &format!("round {round}")]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(took * round / 11);
        let _ = child.kill();
        child.wait().unwrap();
        let after = sandbox.read("prospects/zhang.toml");
        let added = after.strip_prefix(&before).unwrap();
        let whole = added.ends_with(&format!("note = \"round {round}\" }}\n"));
        assert!(added.is_empty() || whole && added.lines().count() == 1, "{added}");
    }
    sandbox.crm("log zhang note").done();
    assert_eq!(left_over(&sandbox), Vec::<String>::new());
}

/// What a writer leaves that died between its journal and its last rename. In the journal `OLD0` and
/// `NEW0` stand for the fingerprints of the first file's texts, `OLD1` and `NEW1` for the second's.
fn died_with(journal: &str) -> Sandbox {
    let sandbox = one();
    sandbox.prospect("wang", "name = \"王先生\"\n", OPENED);
    sandbox.write(".crm/tmp/0", "name = \"new zhang\"\n\n[events]\n");
    sandbox.write(".crm/tmp/1", "name = \"new wang\"\n\n[events]\n");
    let print = |name: &str| {
        let mut hash = fnv::FnvHasher::default();
        std::hash::Hasher::write(&mut hash, sandbox.read(name).as_bytes());
        format!("{:016x}", std::hash::Hasher::finish(&hash))
    };
    let journal = journal
        .replace("OLD0", &print("prospects/zhang.toml"))
        .replace("OLD1", &print("prospects/wang.toml"))
        .replace("NEW0", &print(".crm/tmp/0"))
        .replace("NEW1", &print(".crm/tmp/1"));
    sandbox.write(".crm/journal", journal);
    sandbox
}

const PROMISED: &str = "0 OLD0 NEW0 prospects/zhang.toml\n1 OLD1 NEW1 prospects/wang.toml\nend\n";

fn names(sandbox: &Sandbox) -> [bool; 2] {
    ["zhang", "wang"].map(|id| sandbox.read(&format!("prospects/{id}.toml")).contains("new"))
}

#[test]
fn what_a_dead_writer_promised_is_finished() {
    let sandbox = died_with(PROMISED);
    let (listed, said) = sandbox.crm("list -f ids").done();
    assert_eq!(listed, "wang\nzhang\n");
    assert_eq!(
        said,
        "warning[cut-short]: a write that was cut short was finished: prospects/zhang.toml, \
         prospects/wang.toml\n"
    );
    assert_eq!(names(&sandbox), [true, true]);
    assert_eq!(left_over(&sandbox), Vec::<String>::new());
    // It died after the first rename: the rest is done, the first stays.
    let sandbox = died_with(PROMISED);
    std::fs::rename(sandbox.path().join(".crm/tmp/0"), sandbox.path().join("prospects/zhang.toml"))
        .unwrap();
    sandbox.crm("list -f ids").done();
    assert_eq!(names(&sandbox), [true, true]);
}

#[test]
fn what_somebody_changed_since_is_theirs() {
    let sandbox = died_with(PROMISED);
    let text = format!("name = \"张太太\"\n\n[events]\n{OPENED}");
    sandbox.write("prospects/zhang.toml", &text);
    let (_, said) = sandbox.crm("list -f ids").done();
    assert!(said.contains("they were changed since: prospects/zhang.toml"), "{said}");
    assert_eq!(sandbox.read("prospects/zhang.toml"), text);
    // A temporary file of another commit is not what was promised.
    let sandbox = died_with(PROMISED);
    sandbox.write(".crm/tmp/1", "name = \"newer\"\n");
    sandbox.crm("list -f ids").done();
    assert_eq!(names(&sandbox), [true, false]);
}

#[test]
fn a_journal_that_is_not_whole_promises_nothing() {
    for torn in ["", "0 OLD0 NEW0 prospects/zhang.toml\n1 OLD1 NEW1 prosp", PROMISED.trim_end()] {
        let sandbox = died_with(torn);
        sandbox.crm("list -f ids").ok();
        assert_eq!(names(&sandbox), [false, false], "{torn}");
        assert_eq!(left_over(&sandbox), Vec::<String>::new());
    }
}

#[test]
fn one_file_comes_and_another_goes_together() {
    let sandbox = one();
    let text = sandbox.read("prospects/zhang.toml");
    let writer = Writer::open(sandbox.path()).unwrap();
    let come =
        FileChange { path: "prospects/li.toml".into(), before: None, after: Some(text.clone()) };
    let go = |before: &str| FileChange {
        path: "prospects/zhang.toml".into(),
        before: Some(before.to_owned()),
        after: None,
    };
    let before = sandbox.snapshot();
    let refused = writer.commit(&[come.clone(), go("name = \"what was read\"\n")]).unwrap_err();
    assert_eq!(refused.code, Code::WriteFailed);
    assert_eq!(sandbox.snapshot(), before);
    writer.commit(&[come, go(&text)]).unwrap();
    assert!(!sandbox.path().join("prospects/zhang.toml").exists());
    assert_eq!(sandbox.read("prospects/li.toml"), text);
    assert_eq!(left_over(&sandbox), Vec::<String>::new());
}

#[test]
fn a_writer_sees_what_an_editor_wrote_meanwhile() {
    let sandbox = one();
    let writer = Writer::open(sandbox.path()).unwrap();
    let change = |id: &str, before: Option<&str>| FileChange {
        path: format!("prospects/{id}.toml").into(),
        before: before.map(str::to_owned),
        after: Some("name = \"x\"\n".to_owned()),
    };
    let before = sandbox.snapshot();
    for changes in [
        vec![change("zhang", Some("name = \"what was read\"\n"))],
        // Nor does a new file take another one's place, or an old one come back.
        vec![change("li", None), change("zhang", None)],
        vec![change("gone", Some("name = \"x\"\n"))],
    ] {
        let refused = writer.commit(&changes).unwrap_err();
        assert_eq!(refused.code, Code::WriteFailed);
        assert!(
            refused.message.en().ends_with("was changed by another program meanwhile"),
            "{refused:?}"
        );
        assert_eq!(sandbox.snapshot(), before);
        assert_eq!(left_over(&sandbox), Vec::<String>::new());
    }
}

// ---- a system that refuses ----

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_left_alone() {
    let sandbox = one();
    sandbox.prospect("wang", "name = \"王先生\"\n", OPENED);
    set_mode(&sandbox.path().join("prospects/zhang.toml"), 0o444);
    let before = sandbox.snapshot();
    let said = sandbox.crm("log wang zhang call").fails(3);
    assert!(said.starts_with("error[write-failed]: "), "{said}");
    assert!(
        said.contains("prospects/zhang.toml") && said.contains("nothing was changed"),
        "{said}"
    );
    assert_eq!(sandbox.snapshot(), before);
    assert_eq!(left_over(&sandbox), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_can_be_read_and_not_written() {
    let sandbox = one();
    let Some(mut command) = sandbox.command_without_rights() else { return };
    set_mode(sandbox.path(), 0o555);
    let before = sandbox.snapshot();
    let said = run(command.args(["log", "zhang", "call"])).fails(3);
    assert!(said.starts_with("error[write-failed]: "), "{said}");
    assert!(said.contains("help: nothing was changed"), "{said}");
    assert_eq!(sandbox.snapshot(), before);
    let mut command = sandbox.command_without_rights().unwrap();
    set_mode(sandbox.path(), 0o555);
    assert_eq!(run(command.args(["list", "-f", "ids"])).ok(), "zhang\n");
    set_mode(sandbox.path(), 0o755);
}

/// A small file system of its own; unmounted when dropped.
#[cfg(target_os = "linux")]
struct SmallDisk(Sandbox);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn mount() -> Option<SmallDisk> {
        let sandbox = Sandbox::empty();
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"])
            .arg(sandbox.path())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !mounted {
            println!("skipped: no small disk can be mounted here");
            return None;
        }
        Some(SmallDisk(sandbox))
    }

    /// Takes all room there is.
    fn fill(&self) {
        use std::io::Write;
        let mut file = std::fs::File::create(self.0.path().join("filler")).unwrap();
        while file.write_all(&[b'x'; 512]).is_ok() {}
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(self.0.path()).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_changes_nothing() {
    let Some(disk) = SmallDisk::mount() else { return };
    let sandbox = &disk.0;
    sandbox.write("crm.toml", "");
    for id in ["zhang", "wang", "li"] {
        sandbox.prospect(id, "name = \"张先生\"\n", OPENED);
    }
    sandbox.crm("log zhang note").done();
    disk.fill();
    let before = sandbox.snapshot();
    for line in ["log zhang call", "log zhang wang li call", "add 何小姐"] {
        let said = sandbox.crm(line).fails(3);
        assert!(said.starts_with("error[write-failed]: "), "{line}: {said}");
        assert_eq!(sandbox.snapshot(), before, "{line}");
        assert_eq!(left_over(sandbox), Vec::<String>::new(), "{line}");
    }
    assert_eq!(sandbox.crm("list -f ids").ok(), "li\nwang\nzhang\n");
    std::fs::remove_file(sandbox.path().join("filler")).unwrap();
    sandbox.crm("log zhang wang li call").done();
}

#[cfg(unix)]
#[test]
fn an_output_that_is_no_file_is_written_into() {
    use std::os::unix::fs::FileTypeExt;
    let sandbox = one();
    std::os::unix::fs::symlink("/dev/null", sandbox.path().join("null.csv")).unwrap();
    sandbox.crm("list -o null.csv").ok();
    let link = sandbox.path().join("null.csv");
    assert!(std::fs::metadata(&link).unwrap().file_type().is_char_device());
    // A link to a file stays a link.
    sandbox.write("real.csv", "old");
    std::os::unix::fs::symlink("real.csv", sandbox.path().join("link.csv")).unwrap();
    sandbox.crm("list -o link.csv").ok();
    assert!(sandbox.path().join("link.csv").is_symlink());
    assert!(sandbox.read("real.csv").starts_with("id,"));
}

#[test]
fn a_command_that_cannot_print_has_written_nothing() {
    let sandbox = overdue();
    let before = sandbox.snapshot();
    let said = sandbox.crm("sweep --apply --table nowhere -f csv").fails(2);
    assert!(said.starts_with("error[bad-argument]: "), "{said}");
    assert_eq!(sandbox.snapshot(), before);
    for output in ["no/folder/swept.csv", "prospects"] {
        let said = sandbox.crm(&format!("sweep --apply -f csv -o {output}")).fails(3);
        assert!(said.starts_with("error[write-failed]: "), "{said}");
        assert_eq!(sandbox.snapshot(), before, "{output}");
    }
}
