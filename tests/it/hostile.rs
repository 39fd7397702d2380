//! What somebody with ill will can put into a ledger, an import or a command: each was tried, each is a
//! test. Nothing panics, nothing is read or written outside of the ledger, nothing obeys a terminal or a
//! spreadsheet, and no input costs more time than its size explains.
//!
//! The bodies that fuzzing runs (`fuzz/bodies.rs`) run here too, with a bounded number of inputs;
//! `PROPTEST_CASES=1000000` makes it more.

#[allow(dead_code)]
#[path = "../../fuzz/bodies.rs"]
mod bodies;

use crate::common::{Run, Sandbox, TODAY, run, split};
use proptest::prelude::*;
use proptest::sample::Index;
use std::time::{Duration, Instant};

const OPENED: &str = "2009-12-01 = { kind = \"opened\", owner = \"liuyan\" }\n";

/// A ledger with one prospect, `zhang`.
fn ledger() -> Sandbox {
    let sandbox = Sandbox::ledger();
    sandbox.prospect("zhang", "name = \"张先生\"\n", OPENED);
    sandbox
}

/// A run that ended, whatever it said, without a panic, in bounded time (for a debug build on a busy
/// machine; what is quadratic takes minutes).
#[track_caller]
fn ends(sandbox: &Sandbox, words: &[&str]) -> Run {
    let started = Instant::now();
    let run = sandbox.run(words);
    let took = started.elapsed();
    let shown: Vec<&str> = words.iter().map(|word| word.get(..40).unwrap_or(word)).collect();
    assert!((0..=3).contains(&run.status), "{shown:?}: {} {}", run.status, run.stderr);
    assert!(!run.stderr.contains("panicked"), "{shown:?}: {}", run.stderr);
    assert!(took < Duration::from_secs(20), "{shown:?} took {took:?}");
    run
}

// ---- terminals and spreadsheets ----

/// What a terminal would obey: C0, DEL, C1, bidi overrides and isolates.
const ACTS: &str = "\u{1b}[31m\u{7}\u{7f}\u{9b}2J\u{202e}gnp\u{2066}\u{8}\r";

#[track_caller]
fn is_plain(words: &str, text: &str) {
    let acts = |c: &char| {
        c.is_control() && *c != '\n'
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert_eq!(text.chars().find(acts), None, "{words}: {text}");
}

#[test]
fn nothing_in_a_ledger_reaches_the_terminal() {
    let sandbox = Sandbox::ledger();
    let toml: String = ACTS.chars().map(|c| format!("\\u{:04X}", c as u32)).collect();
    let facts = format!(
        "name = \"n{toml}\"\ncompany = \"{toml}\"\nsource = \"{toml}\"\ntags = [\"{toml}\"]\nmine{} = 1\n\
         [[contact]]\nname = \"{toml}\"\nphone = \"{toml}\"\n",
        ""
    );
    let events = format!(
        "2009-12-01 = {{ kind = \"opened\", owner = \"{toml}\", value = 5 }}\n\
         2009-12-02 = {{ kind = \"k{toml}\", note = \"{toml}\", stage = \"s{toml}\", confirms = [\"{toml}\"] }}\n\
         2009-12-03 = {{ kind = \"moved\", stage = \"lost\", reason = \"{toml}\", by = \"{toml}\" }}\n"
    );
    sandbox.prospect("zhang", &facts, &events);
    // Raw characters, which TOML forbids: the message quotes their line.
    sandbox.write("prospects/raw.toml", format!("name = \"{ACTS}\"\nx{ACTS} = 1\n"));
    sandbox.write("prospects/c1.toml", "name = \"a\u{9b}31m\u{202e}\"\ncompany = \u{9b}\n");
    for line in [
        "list",
        "show zhang",
        "show raw",
        "show c1",
        "check --all",
        "check --lines",
        "due",
        "pool",
        "classify",
        "report board",
        "report sources",
        "report losses",
        "report overrides",
        "report team",
        "report sheet",
        "report conversion",
        "grade",
        "list -f markdown",
        "list -f ids",
        "log zhang call",
        "undo zhang -n",
        "list 'name:n*' --columns id,name,company,owner,tags",
    ] {
        let run = sandbox.crm(line);
        is_plain(line, &run.stdout);
        is_plain(line, &run.stderr);
        assert!(!run.stderr.contains("panicked"), "{line}: {}", run.stderr);
    }
}

#[test]
fn nothing_that_was_typed_reaches_the_terminal() {
    let sandbox = ledger();
    let bad = format!("x{ACTS}");
    for words in [
        &["show", &bad] as &[&str],
        &["log", "zhang", &bad],
        &["log", "zhang", "call", "--date", &bad],
        &["log", "zhang", "call", "--amount", &bad],
        &["advance", "zhang", &bad],
        &["list", &format!("{bad}:1")],
        &["list", &format!("stage:{bad}")],
        &["list", "--sort", &bad],
        &["list", "--columns", &bad],
        &["list", "-f", &bad],
        &["list", "-o", &bad],
        &["report", &bad],
        &["add", "n", "--id", &bad],
        &["add", &bad, "--owner", "liuyan"],
        &["tally", &bad, "--dials", "1"],
        &["import", &bad],
        &["import", "x.csv", "--map", &bad],
        &["list", "--as-of", &bad],
        &["list", "--ledger", &bad],
        &["init", &format!("{bad}/{bad}")],
        &["check", &bad],
    ] {
        let run = ends(&sandbox, words);
        is_plain(&format!("{words:?}"), &run.stderr);
    }
    let settings = format!("[ledger]\ntitle = \"{ACTS}\"\n[[rep]]\nid = \"a{ACTS}\"\n");
    for text in [&settings, &settings.replace('"', "'"), &format!("[x{ACTS}]\n")] {
        sandbox.write("crm.toml", text);
        let said = sandbox.crm("list").fails(2);
        is_plain(text, &said);
    }
}

#[test]
fn no_cell_of_a_csv_file_is_a_formula() {
    let sandbox = Sandbox::ledger();
    for (number, start) in ["=", "+", "-", "@", "\\t=", "\\r=", "＝", " ="].iter().enumerate() {
        let text = format!("{start}HYPERLINK(1)");
        let facts = format!(
            "name = \"{text}\"\ncompany = \"{text}\"\nsource = \"{text}\"\nregion = \"{text}\"\n\
             industry = \"{text}\"\naccount = \"{text}\"\nneeds = [\"{text}\"]\ntags = [\"{text}\"]\n\
             [[contact]]\nname = \"{text}\"\nphone = \"{text}\"\nemail = \"{text}\"\n"
        );
        let events = format!(
            "2009-10-01 = {{ kind = \"opened\", owner = \"{text}\", by = \"{text}\", value = -5, note = \"{text}\" }}\n\
             2009-10-02 = {{ kind = \"meeting\", stage = \"25\", next = 2009-10-03, next_what = \"{text}\" }}\n\
             2009-10-04 = {{ kind = \"{text}\", stage = \"lost\", reason = \"{text}\", forced = \"{text}\" }}\n"
        );
        sandbox.prospect(
            &format!("p{number}"),
            &facts,
            if number % 2 == 0 { &events } else { events.split_inclusive('\n').next().unwrap() },
        );
    }
    let mut lines = vec![
        "list".to_owned(),
        "due".into(),
        "pool".into(),
        "classify".into(),
        "sweep".into(),
        "recycle".into(),
        "grade".into(),
        "export prospects".into(),
        "export events".into(),
        "check".into(),
    ];
    let names = sandbox.crm("report -f csv").ok();
    let reports = names.lines().skip(1).filter_map(|line| line.split(',').next());
    lines.extend(reports.map(|name| format!("report {name}")));
    assert!(lines.len() > 20, "{lines:?}");
    for line in &lines {
        let run = sandbox.crm(&format!("{line} -f csv"));
        assert!((0..=1).contains(&run.status), "{line}: {}", run.stderr);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(run.stdout.as_bytes());
        for cell in reader
            .records()
            .flat_map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
        {
            let formula =
                cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
            let number = cell.parse::<f64>().is_ok();
            assert!(!formula || number, "{line}: {cell:?}");
        }
    }
}

// ---- out of the ledger ----

#[test]
fn no_id_leads_out_of_the_ledger() {
    let outer = Sandbox::empty();
    outer.write("ledger/crm.toml", "");
    outer.write("ledger/prospects/zhang.toml", format!("name = \"a\"\n\n[events]\n{OPENED}"));
    outer.write("x.toml", format!("name = \"outside\"\n\n[events]\n{OPENED}"));
    let before = outer.snapshot();
    let absolute = outer.path().join("x.toml");
    let absolute = absolute.to_str().unwrap();
    for id in [
        "../x",
        "../../x",
        "..",
        ".",
        "/etc/passwd",
        absolute,
        "a/../../x",
        "a\\..\\x",
        "C:\\x",
        "c:x",
        "con",
        "NUL.txt",
        "x:stream",
        "x ",
        " x",
        "x\u{202e}y",
        "x\u{200b}y",
        "~/x",
        "$HOME",
        "x\ny",
        "-x",
        "prospects/../../x.toml",
        "../x.toml",
    ] {
        for words in [
            &["add", "n", "--id", id] as &[&str],
            &["log", id, "call"],
            &["show", id],
            &["tally", "--dials", "1", "--", id],
            &["edit", id],
            &["check", id],
        ] {
            let mut words = words.to_vec();
            words.extend(["--ledger", "ledger"]);
            if words.contains(&"--") {
                words = vec!["tally", "--dials", "1", "--ledger", "ledger", "--", id];
            }
            let run = ends(&outer, &words);
            // The folder of the ledger is no id, but it can be checked.
            let refused = run.status == 2 || run.status == 1 || words[..2] == ["check", "."];
            // A name that some system reserves or hides is made harmless, or refused.
            assert!(refused || id == "-x", "{words:?}: {}", run.stdout);
        }
        outer.write("rows.csv", format!("id,name\n\"{id}\",n\n"));
        ends(&outer, &["import", "rows.csv", "--date", "today", "--ledger", "ledger"]);
        let inside = outer.path().join("ledger/prospects");
        for entry in std::fs::read_dir(&inside).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(crm::value::id::validate(name.trim_end_matches(".toml")).is_ok(), "{name}");
        }
        std::fs::remove_file(outer.path().join("rows.csv")).unwrap();
    }
    let ours = |files: Vec<(std::path::PathBuf, Vec<u8>)>| {
        let kept =
            files.into_iter().filter(|(path, _)| !path.starts_with(outer.path().join("ledger")));
        kept.collect::<Vec<_>>()
    };
    assert_eq!(ours(outer.snapshot()), ours(before));
}

#[cfg(unix)]
mod links {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    /// A ledger and, beside it, a folder that is none of its business.
    fn beside() -> (Sandbox, Sandbox) {
        let outside = Sandbox::empty();
        outside.write("mine.toml", format!("name = \"mine\"\n\n[events]\n{OPENED}"));
        outside.write("notes.txt", "private");
        (ledger(), outside)
    }

    fn remove(path: &Path) {
        if path.is_dir() {
            std::fs::remove_dir_all(path).unwrap();
        } else if path.exists() {
            std::fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn a_link_is_neither_read_nor_written_through() {
        for (link, to_file) in [
            (".crm", false),
            (".crm/tmp", false),
            (".crm/lock", true),
            (".crm/journal", true),
            ("prospects", false),
            ("prospects/sub", false),
            ("prospects/zhang.toml", true),
            ("activity", false),
            ("activity/liuyan.toml", true),
            ("crm.toml", true),
        ] {
            let (sandbox, outside) = beside();
            let before = outside.snapshot();
            let path = sandbox.path().join(link);
            remove(&path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let target = outside.path().join(if to_file { "mine.toml" } else { "" });
            symlink(target, &path).unwrap();
            for line in ["log zhang call", "tally liuyan --dials 1", "add 王先生", "list"] {
                let run = sandbox.crm(line);
                assert!(!run.stdout.contains("mine"), "{link}, {line}: {}", run.stdout);
                assert!(!run.stderr.contains("panicked"), "{link}, {line}: {}", run.stderr);
                assert_eq!(outside.snapshot(), before, "{link}, {line}");
            }
            if link.starts_with(".crm") {
                let said = sandbox.crm("log zhang call").fails(1);
                assert!(said.starts_with("error[symlink]: "), "{link}: {said}");
            }
        }
    }

    #[test]
    fn what_came_with_a_clone_writes_no_hook() {
        // A journal and its texts could be part of a repository; git's own files cannot.
        let (sandbox, outside) = beside();
        let print = |text: &str| {
            let mut hash = fnv::FnvHasher::default();
            std::hash::Hasher::write(&mut hash, text.as_bytes());
            format!("{:016x}", std::hash::Hasher::finish(&hash))
        };
        let hook = "#!/bin/sh\necho owned\n";
        let out = format!("../{}/planted.toml", outside.path().file_name().unwrap().display());
        for target in [
            ".git/hooks/pre-commit",
            ".GIT/config",
            ".git/x.toml",
            "prospects/../.git/x.toml",
            &out,
            "/tmp/crm-planted.toml",
            ".crm/lock",
            "prospects.toml",
            "README.md",
            "prospects/x.sh",
        ] {
            sandbox.write(".git/config", "");
            sandbox.write(".crm/tmp/0", hook);
            sandbox.write(".crm/journal", format!("0 - {} {target}\nend\n", print(hook)));
            let before = sandbox.snapshot();
            sandbox.crm("list -f ids").ok();
            assert_eq!(sandbox.snapshot(), before, "{target}");
            assert!(
                !sandbox.path().join(target).exists()
                    || target == ".crm/lock"
                    || target == ".GIT/config",
                "{target}"
            );
            assert!(!sandbox.path().join(".crm/journal").exists());
        }
    }

    #[test]
    fn pipes_and_folders_are_no_files() {
        let sandbox = ledger();
        let fifo = |name: &str| {
            let made = std::process::Command::new("mkfifo").arg(sandbox.path().join(name)).status();
            made.is_ok_and(|status| status.success())
        };
        sandbox.write(
            "prospects/folder.toml/inner.toml",
            format!("name = \"i\"\n\n[events]\n{OPENED}"),
        );
        if !fifo("prospects/pipe.toml") {
            println!("skipped: no mkfifo here");
            return;
        }
        assert_eq!(sandbox.crm("list -f ids").ok(), "inner\nzhang\n");
        for line in
            ["show pipe", "log pipe call", "show prospects/pipe.toml", "show folder", "edit pipe"]
        {
            assert_eq!(sandbox.crm(line).status, 2, "{line}");
        }
        std::fs::create_dir(sandbox.path().join("activity")).unwrap();
        assert!(fifo("activity/liuyan.toml"));
        sandbox.crm("tally liuyan --dials 1").fails(3);
        sandbox.crm("report ratios").done();
        std::fs::create_dir_all(sandbox.path().join(".crm/tmp")).unwrap();
        assert!(fifo(".crm/journal"));
        sandbox.crm("list -f ids").done();
        remove(&sandbox.path().join("crm.toml"));
        assert!(fifo("crm.toml"));
        sandbox.crm("list").fails(2);
    }

    #[test]
    fn names_that_are_no_unicode() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let sandbox = ledger();
        let folder = sandbox.path().join("prospects").join(OsStr::from_bytes(b"\xff\xfe"));
        if std::fs::create_dir(&folder).is_err() {
            println!("skipped: this file system takes Unicode names only");
            return;
        }
        let text = format!("name = \"w\"\n\n[events]\n{OPENED}");
        std::fs::copy(sandbox.path().join("prospects/zhang.toml"), folder.join("wang.toml"))
            .unwrap();
        std::fs::copy(
            sandbox.path().join("prospects/zhang.toml"),
            folder.join(OsStr::from_bytes(b"\xffx.toml")),
        )
        .unwrap();
        let _ = text;
        for line in ["list", "check", "show wang", "log wang call", "check --lines", "list -f json"]
        {
            let run = ends(&sandbox, &split(line).iter().map(String::as_str).collect::<Vec<_>>());
            assert!(run.status <= 1, "{line}: {}", run.stderr);
        }
        // A journal is text, so such a folder cannot be in one; refused before anything is written.
        let before = sandbox.snapshot();
        let said = sandbox.crm("log wang zhang call").fails(3);
        assert!(said.contains("its path is not Unicode"), "{said}");
        assert_eq!(sandbox.snapshot(), before);
    }

    /// Runs `crm` under a limit that a shell sets.
    fn under(sandbox: &Sandbox, limit: &str, words: &str) -> Run {
        let script = format!("{limit}; exec '{}' {words}", env!("CARGO_BIN_EXE_crm"));
        let mut command = std::process::Command::new("sh");
        command
            .args(["-c", &script])
            .env_clear()
            .env("CRM_TODAY", TODAY)
            .current_dir(sandbox.path());
        run(&mut command)
    }

    /// A report, a selection or a plan of a part of the ledger would look like one of the whole.
    #[test]
    fn without_open_files_there_is_no_part_of_a_report() {
        let sandbox = Sandbox::ledger();
        for n in 0..200 {
            sandbox.prospect(&format!("p{n}"), "name = \"p\"\n", OPENED);
        }
        let limited =
            |files: u32, words: &str| under(&sandbox, &format!("ulimit -n {files}"), words);
        for files in 4..20 {
            for words in ["list -f ids", "report funnel -f csv", "log --where is:open note -m x -n"]
            {
                let run = limited(files, words);
                match run.status {
                    0 => assert_eq!(run.stdout, limited(256, words).stdout, "{files} {words}"),
                    _ => {
                        assert_eq!((run.status, run.stdout.as_str()), (3, ""), "{files} {words}");
                        assert!(run.stderr.starts_with("error["), "{}", run.stderr);
                    }
                }
            }
        }
        let said = limited(5, "list -f ids").fails(3);
        assert!(said.starts_with("error[too-many-files]: "), "{said}");
    }

    /// An import has one prospect in memory at a time, not all of a long list: what is kept of a row is its cells.
    #[test]
    fn a_long_list_is_imported_in_little_memory() {
        let sandbox = Sandbox::ledger();
        let mut list = "id,name,company,owner,stage,value,created,phone\n".to_owned();
        for n in 0..10_000 {
            list +=
                &format!("d{n},张先生,远航物流有限公司,liuyan,25,{n},2009-12-01,1390000{n:04}\n");
        }
        sandbox.write("list.csv", &list);
        // A limit on addresses, of which the program takes 62,000 KiB by itself, and every thread would reserve many for an
        // allocator of its own.
        let limit = "export MALLOC_ARENA_MAX=1; ulimit -v 81000";
        let run = under(&sandbox, limit, "import list.csv --dry-run -f csv");
        assert_eq!(run.status, 0, "{}", run.stderr);
        assert!(run.stdout.contains("prospects to add,10000\n"), "{}", run.stdout);
    }

    /// A dataset has the rows of one prospect in memory at a time.
    #[test]
    fn a_dataset_is_exported_in_little_memory() {
        let sandbox = Sandbox::empty();
        sandbox.write("x/crm.toml", "[ledger]\n");
        let note = "长".repeat(20_000);
        for n in 0..1_000 {
            let event = format!("kind = \"opened\", owner = \"liu\", note = \"{note}\"");
            let text = format!("name = \"n\"\n[events]\n2009-12-01-1-aaa = {{ {event} }}\n");
            sandbox.write(&format!("x/prospects/p{n}.toml"), text);
        }
        // The notes alone are 60 MB.
        let limit = "export MALLOC_ARENA_MAX=1; ulimit -v 110000";
        under(&sandbox, limit, "--ledger x export dataset data").done();
        let length = std::fs::metadata(sandbox.path().join("data/events/ledger=x/part.csv"));
        assert!(length.unwrap().len() > 60_000_000);
    }

    /// A workbook of the older Excel whose records are these.
    fn xls(records: &[u8]) -> Vec<u8> {
        use std::io::Write;
        let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
        file.create_stream("Workbook").unwrap().write_all(records).unwrap();
        file.into_inner().into_inner()
    }

    /// Its reader copies a text into every cell that refers to it: a million letters into sixty thousand cells.
    #[test]
    fn a_text_that_an_old_workbook_repeats_is_counted_before_it_is_copied() {
        let record = |kind: u16, data: &[u8]| {
            let length = u16::try_from(data.len()).unwrap();
            [&kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
        };
        let workbook = |rows: u16, letters: u16| {
            let begin = |what: u16| record(0x0809, &[0, 6, what.to_le_bytes()[0], 0, 0, 0, 0, 0]);
            let texts = [&[0; 8][..], &letters.to_le_bytes(), &[0], &vec![b'x'; letters.into()]];
            let texts = record(0x00fc, &texts.concat());
            let sheet = |at: usize| {
                record(0x0085, &[&(at as u32).to_le_bytes()[..], &[0, 0, 1, 0, b'S']].concat())
            };
            let head = begin(5).len() + texts.len() + sheet(0).len() + 4;
            let mut all = [begin(5), texts, sheet(head), record(0x000a, &[]), begin(16)].concat();
            for row in 0..rows {
                all.extend(record(0x00fd, &[&row.to_le_bytes()[..], &[0; 8]].concat()));
            }
            all.extend(record(0x000a, &[]));
            xls(&all)
        };
        let sandbox = Sandbox::ledger();
        sandbox.write("small.xls", workbook(3, 4)).write("large.xls", workbook(60_000, 8_000));
        let said = sandbox.crm("import small.xls").fails(2);
        assert!(said.contains("columns: xxxx"), "{said}");
        let limit = "export MALLOC_ARENA_MAX=1; ulimit -v 100000";
        let said = under(&sandbox, limit, "import large.xls").fails(1);
        assert!(
            said.contains("the texts of the workbook's cells come to more than 256 MiB"),
            "{said}"
        );
    }

    /// The objects of a long list are never in memory all at once.
    #[test]
    fn json_becomes_rows_as_it_is_read() {
        let sandbox = Sandbox::ledger();
        let object = r#"{"id": "a", "name": "A", "n": [1,2,3], "date": "2009-12-01"},"#;
        sandbox.write("rows.json", format!("[{}", object.repeat(100_000)));
        let limit = "export MALLOC_ARENA_MAX=1; ulimit -v 110000";
        let said = under(&sandbox, limit, "import rows.json").fails(1);
        assert!(said.contains("the file is not JSON: EOF"), "{said}");
    }

    /// Files may not grow beyond a size: the write fails as on a full disk (or the system kills).
    #[test]
    fn a_limit_on_the_size_of_files_loses_nothing() {
        let sandbox = ledger();
        let note = "x".repeat(5_000);
        sandbox.run(&["log", "zhang", "note", "--note", &note]).done();
        let before = sandbox.snapshot();
        // `trap ''` so that the signal is ignored and the call fails instead.
        let limit = "trap '' XFSZ; ulimit -f 4";
        let said = under(&sandbox, limit, &format!("log zhang note --note {note}")).fails(3);
        assert!(said.starts_with("error[write-failed]: "), "{said}");
        assert_eq!(sandbox.snapshot(), before);
        let left = std::fs::read_dir(sandbox.path().join(".crm/tmp")).unwrap().count();
        assert_eq!(left, 0);
    }
}

// ---- numbers and dates ----

#[test]
fn numbers_and_dates_of_any_size() {
    let numbers = [
        "99999999999999999999",
        "-99999999999999999999",
        "9223372036854775807",
        "-9223372036854775808",
        "1000000000000000",
        "1e15",
        "1e400",
        "1e-400",
        "0.0000001",
        "nan",
        "inf",
        "0x7fffffffffffffff",
        "0b1",
        "\"999999999999999 USD\"",
        "\"1e999999999 USD\"",
        "170141183460469231731687303715884105728",
    ];
    let dates = [
        "0001-01-01",
        "9999-12-31",
        "0000-01-01",
        "10000-01-01",
        "2009-02-30",
        "9999-12-31T23:59:60",
    ];
    let sandbox = ledger();
    let (mut events, mut n) = (String::new(), 1);
    for number in numbers {
        let field =
            format!("kind = \"payment\", amount = {number}, value = {number}, score = {number}");
        events.push_str(&format!("2009-12-02-{n} = {{ {field} }}\n"));
        n += 1;
    }
    for date in dates {
        let field = format!("kind = \"meeting\", next = {date}, close_by = {date}, until = {date}");
        events.push_str(&format!("2009-12-02-{n} = {{ {field} }}\n"));
        n += 1;
        sandbox.prospect(
            &format!("d{n}"),
            "name = \"d\"\n",
            &format!("{date} = {{ kind = \"opened\", owner = \"a\" }}\n"),
        );
    }
    events.push_str("2009-12-03-99999999999999999999 = { kind = \"note\" }\n2009-12-03-4294967295 = { kind = \"note\" }\n");
    sandbox.prospect("wang", "name = \"w\"\n", &format!("{OPENED}{events}"));
    // Sums of the largest amounts that are taken, in one file and in many.
    let huge = "kind = \"payment\", amount = 1000000000000000, value = 1000000000000000";
    for id in 0..20 {
        let lines: String = (1..100).map(|n| format!("2009-12-02-{n} = {{ {huge} }}\n")).collect();
        sandbox.prospect(&format!("h{id}"), "name = \"h\"\n", &format!("{OPENED}{lines}"));
    }
    let names = sandbox.crm("report -f csv").ok();
    let reports = names
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .map(|name| format!("report {name}"));
    let lines = [
        "list",
        "check",
        "due",
        "show wang",
        "grade",
        "classify",
        "what-if",
        "list value>=99999999999999999999",
    ];
    for line in lines.map(str::to_owned).into_iter().chain(reports) {
        for as_of in ["2009-12-18", "9999-12-31", "0001-01-01"] {
            let line = format!("{line} --as-of {as_of}");
            let words = split(&line);
            ends(&sandbox, &words.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
    for words in [
        ["log", "zhang", "payment", "--amount", "99999999999999999999"],
        ["log", "zhang", "call", "--next", "+999999999999999d"],
        ["log", "zhang", "call", "--date", "-999999999999999999999d"],
        ["list", "last-contact>99999999999999999999d", "--as-of", "9999-12-31", "--raw"],
        ["list", "--as-of", "2009-W99", "--columns", "id"],
        ["list", "--as-of", "99999Q1", "--columns", "id"],
        ["tally", "liuyan", "--dials", "4294967296", "--raw"],
    ] {
        ends(&sandbox, &words);
    }
    for setting in ["cycle_days", "currency", "week_start"] {
        sandbox.write("crm.toml", format!("[ledger]\n{setting} = 99999999999999999999\n"));
        ends(&sandbox, &["list"]);
    }
}

// ---- size ----

#[test]
fn nesting_of_any_depth() {
    const DEEP: usize = 100_000;
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(DEEP), close.repeat(DEEP));
    let sandbox = ledger();
    for text in [
        format!("x = {}\n", deep("[", "]")),
        format!("x = {}\n", deep("{a=", "}")),
        format!("x{} = 1\n", ".a".repeat(DEEP)),
        format!("[x{}]\n", ".a".repeat(DEEP)),
        format!("x = {}\n", "[".repeat(DEEP)),
        format!("x = {}\n", "{a=".repeat(DEEP)),
    ] {
        sandbox.write("prospects/deep.toml", format!("name = \"d\"\n{text}\n[events]\n{OPENED}"));
        for line in [["show", "deep"].as_slice(), &["check"], &["log", "deep", "call"]] {
            assert_eq!(ends(&sandbox, line).status, 1);
        }
        sandbox.write("crm.toml", &text);
        assert_eq!(ends(&sandbox, &["list"]).status, 2);
        sandbox.write("crm.toml", "");
    }
    for query in [
        format!("{}x{}", "(".repeat(20_000), ")".repeat(20_000)),
        "not ".repeat(15_000) + "x",
        "!".repeat(60_000) + "x",
        "(".repeat(60_000),
    ] {
        assert_eq!(ends(&sandbox, &["list", &query]).status, 2);
    }
}

#[test]
fn long_queries() {
    let sandbox = ledger();
    let many = |term: &dyn Fn(usize) -> String, between: &str, count: usize| {
        (0..count).map(term).collect::<Vec<_>>().join(between)
    };
    for query in [
        many(&|n| format!("id:x{n}"), " or ", 5_000),
        many(&|n| format!("x{n}"), " ", 10_000),
        many(&|_| "x".to_owned(), ",", 30_000),
        format!("note:{}", "*a".repeat(30_000)),
        format!("name:{}", "a".repeat(60_000)),
    ] {
        assert_eq!(ends(&sandbox, &["list", &query, "-f", "ids"]).status, 0);
    }
    let long = "x ".repeat(100_000);
    assert_eq!(ends(&sandbox, &["list", long.get(..120_000).unwrap()]).status, 2);
}

/// Files of many entries, each of a kind that once cost the square of their number, or could.
#[test]
fn files_full_of_entries() {
    const MANY: usize = 5_000;
    let sandbox = Sandbox::ledger();
    let day =
        |n: usize| crm::value::date::Date::parse("2000-01-01").unwrap().plus((n / 100) as i64);
    let key = |n: usize| format!("{}-{}-aaa", day(n), n % 100 + 1);
    type Line<'l> = &'l dyn Fn(usize) -> String;
    let kinds: [(&str, Line, &[i32]); 9] = [
        ("plain", &|n| format!("{} = {{ kind = \"note\" }}", key(n)), &[0, 0]),
        (
            "moves",
            &|n| {
                format!(
                    "{} = {{ kind = \"moved\", stage = \"{}\" }}",
                    key(n),
                    ["25", "opportunity"][n % 2]
                )
            },
            &[1, 0],
        ),
        (
            "retracted",
            &|n| {
                format!(
                    "{} = {{ kind = \"retracted\", event = \"{}\" }}",
                    key(n),
                    key(n.max(1) - 1)
                )
            },
            &[0, 0],
        ),
        ("keys", &|n| format!("x{n} = {{ kind = \"note\" }}"), &[1, 1]),
        ("types", &|n| format!("{} = {{ kind = 1 }}", key(n)), &[1, 1]),
        ("syntax", &|n| format!("{} = {{ kind = }}", key(n)), &[1, 1]),
        ("same", &|_| format!("{} = {{ kind = \"note\" }}", key(0)), &[1, 1]),
        ("unknown", &|n| format!("{} = {{ kind = \"k{n}\", z{n} = 1 }}", key(n)), &[0, 0]),
        ("tables", &|n| format!("[x{n}]"), &[0, 0]),
    ];
    for (name, line, statuses) in kinds {
        let lines: String = (0..MANY).map(|n| line(n) + "\n").collect();
        let text = if name == "tables" { lines } else { format!("[events]\n{lines}") };
        sandbox.write("prospects/big.toml", format!("name = \"b\"\n{text}"));
        assert_eq!(ends(&sandbox, &["check"]).status, statuses[0], "{name}");
        assert_eq!(ends(&sandbox, &["log", "big", "note"]).status, statuses[1], "{name}");
    }
    // All on one line.
    let items: Vec<String> =
        (0..MANY).map(|n| format!("{} = {{ kind = \"k\", x = 1 }}", key(n))).collect();
    sandbox.write(
        "prospects/big.toml",
        format!("name = \"b\"\nevents = {{ {} }}\n", items.join(", ")),
    );
    assert_eq!(ends(&sandbox, &["check", "--all"]).status, 0);
}

#[test]
fn settings_full_of_reps() {
    let sandbox = ledger();
    let reps = |id: &dyn Fn(usize) -> String| -> String {
        (0..10_000)
            .map(|n| format!("[[rep]]\nid = \"{}\"\nmanager = \"r{}\"\n", id(n), (n + 1) % 10_000))
            .collect()
    };
    sandbox.write("crm.toml", reps(&|n| format!("r{n}")));
    for line in [["list"].as_slice(), &["check"], &["pool"], &["log", "zhang", "call"]] {
        assert_eq!(ends(&sandbox, line).status, i32::from(line == ["check"]));
    }
    sandbox.write("crm.toml", reps(&|_| "same".to_owned()));
    assert_eq!(ends(&sandbox, &["list"]).status, 2);
    let stages: String =
        (0..5_000).map(|n| format!("[[pipeline.stage]]\nid = \"s{n}\"\n")).collect();
    sandbox.write("crm.toml", format!("[[pipeline]]\nid = \"prospect\"\n{stages}"));
    let said = sandbox.crm("list").fails(2);
    assert!(said.contains("has 5000 stages; the limit is 100"), "{said}");
}

#[test]
fn tables_of_any_shape() {
    let sandbox = Sandbox::ledger();
    let wide: Vec<String> = (0..100_000).map(|n| format!("c{n}")).collect();
    let wide = wide.join(",");
    let import = |text: Vec<u8>, more: &[&str]| {
        sandbox.write("rows.csv", text);
        let words = [&["import", "rows.csv", "--date", "today"], more].concat();
        ends(&sandbox, &words)
    };
    assert_eq!(import(format!("{wide}\n{wide}\n").into(), &["--map", "c1=name", "-n"]).status, 0);
    let names = vec!["name"; 20_000].join(",");
    assert_eq!(import(format!("{names}\n{names}\n").into(), &["-n"]).status, 0);
    // A cell that would make a file which nobody could read again.
    let huge = format!("name,note\na,\"{}\"\n", "x".repeat(5_000_000));
    let refused = import(huge.into(), &[]);
    assert_eq!(refused.status, 1, "{}", refused.stderr);
    assert!(refused.stderr.contains("error[too-large]: "), "{}", refused.stderr);
    assert_eq!(sandbox.crm("list -f ids").ok(), "");
    // A lone quote in every row, rows that are too long, all of one id, all of one name.
    for (text, more, status) in [
        (format!("name,note\n{}", "a,\"\n".repeat(10_001)), ["-n"].as_slice(), 0),
        (format!("name,note\n{}", "a,y,z\n".repeat(20_000)), &["-n"], 1),
        (format!("id,name,note\n{}", "a,x,y\n".repeat(10_000)), &["-n", "--group"], 0),
        (format!("id,name,note\n{}", "a,x,y\n".repeat(20_000)), &["-n"], 1),
        (format!("name,note\n{}", "a,y\n".repeat(5_000)), &["-n"], 0),
    ] {
        let run = import(text.into(), more);
        assert_eq!(run.status, status, "{}", run.stderr);
    }
    // Compressed, binary, empty, other encodings.
    let gzip =
        b"\x1f\x8b\x08\x08\xb1\x1c\x02\x00\x00\x03a.csv\x00\xcbM\xccM\xe5\x02\x00\x9f".to_vec();
    let wide_text: Vec<u8> = "name,note\na,b\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for text in
        [gzip, wide_text, vec![0; 10_000], vec![0xff; 10_000], Vec::new(), b"\xef\xbb\xbf".to_vec()]
    {
        let run = import(text, &[]);
        assert!((1..=2).contains(&run.status), "{}", run.stderr);
        is_plain("import", &run.stderr);
    }
    assert_eq!(sandbox.crm("list -f ids").ok(), "");
}

// ---- the bodies of fuzzing ----

/// One change to a text: where, how long, and what comes there.
#[derive(Debug, Clone)]
enum Edit {
    Remove(Index, usize),
    Repeat(Index, usize),
    Insert(Index, String),
    Swap(Index, Index),
}

/// A few changes to one of some texts.
fn mutants(seeds: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let edit = prop_oneof![
        (any::<Index>(), 1..40usize).prop_map(|(at, n)| Edit::Remove(at, n)),
        (any::<Index>(), 1..60usize).prop_map(|(at, n)| Edit::Repeat(at, n)),
        (any::<Index>(), "[\"'\\[\\]{}=,.#_+: \t\r\n\\\\0-9a-zTZ\u{0}\u{7f}\u{feff}é张-]{1,4}")
            .prop_map(|(at, text)| Edit::Insert(at, text)),
        (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Edit::Swap(one, other)),
    ];
    (prop::sample::select(seeds), prop::collection::vec(edit, 0..5)).prop_map(|(seed, edits)| {
        let mut text: Vec<char> = seed.chars().collect();
        for edit in edits {
            let length = text.len() + 1;
            match edit {
                Edit::Remove(at, n) => {
                    let at = at.index(length);
                    text.drain(at..(at + n).min(length - 1));
                }
                Edit::Repeat(at, n) => {
                    let at = at.index(length);
                    let part = text[at..(at + n).min(length - 1)].to_vec();
                    text.splice(at..at, part);
                }
                Edit::Insert(at, new) => {
                    let at = at.index(length);
                    text.splice(at..at, new.chars());
                }
                Edit::Swap(one, other) => {
                    let whole: String = text.iter().collect();
                    let mut lines: Vec<&str> = whole.split_inclusive('\n').collect();
                    if !lines.is_empty() {
                        let (one, other) = (one.index(lines.len()), other.index(lines.len()));
                        lines.swap(one, other);
                    }
                    text = lines.concat().chars().collect();
                }
            }
        }
        text.into_iter().collect::<String>().into_bytes()
    })
}

const PROSPECTS: &[&str] =
    &[include_str!("../../fuzz/seeds/plain.toml"), include_str!("../../fuzz/seeds/odd.toml")];
const QUERIES: &[&str] = &[
    "stage:50 owner:he value>=10000 not tag:vip",
    "(is:overdue or last-contact>14d) and name:\"张*\" !note:a,b",
    "next<=2009-12-31 close-by<today company!=x value<1500.50 grade:A",
];
const TABLES: &[&str] = &[
    "a,b,c\nAcme,2009-12-01,100\n\"x \"\"y\"\"\",\"2\n3\",-1.50\n",
    "\u{feff}a;b;c\r\n张先生;新;9\r\n;;\r\nA1;\"x;y\";\r\n",
];
const OBJECTS: &[&str] = &[
    "[{\"a\": \"x\", \"b\": {\"c\": 1.5, \"d\": [1, \"y\", null]}}, {\"a\": true}]",
    "{\"total\": 1, \"rows\": [{\"a\": \"\\u5f20 &amp;\"}]}",
    "{\"a\": 1}\n{\"b\": \"2\"}\n",
];
const WORKBOOKS: [&[u8]; 3] = [
    include_bytes!("../data/workbooks/typed.xlsx"),
    include_bytes!("../data/workbooks/typed.ods"),
    include_bytes!("../data/workbooks/typed.xls"),
];
const SETTINGS: &[&str] = &[
    include_str!("../../src/cli/commands/init.toml"),
    include_str!("../../examples/worked-cases/crm.toml"),
    "[prospect]\nname = \"{a}\"\n[[entry]]\nkind = \"order\"\ndate = \"{b}\"\namount = \"{c}\"\n[values.a]\nx = \"y\"\n",
    "[tally]\n2009-12-03 = { dials = 15, conversations = 7, appointments = 1 }\n2009-12-03-2 = { dials = 1 }\n",
];
const CARDS: &[&str] = &[
    include_str!("../data/people/outlook.vcf"),
    include_str!("../data/people/phones.vcf"),
    include_str!("../data/people/gmail.vcf"),
];
const CALENDARS: &[&str] = &[include_str!("../data/people/meetings.ics")];
const MAILS: &[&str] =
    &[include_str!("../data/people/offer.eml"), include_str!("../data/people/inbox.mbox")];
const MERGES: &[&str] = &[include_str!("../../fuzz/seeds/merge.txt")];

/// A hundred inputs, unless told otherwise.
fn config() -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let told = std::env::var_os("PROPTEST_CASES").is_some();
    if told { config } else { ProptestConfig { cases: 100, ..config } }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_prospect(data in mutants(PROSPECTS)) {
        bodies::reader(&data);
    }

    #[test]
    fn any_query(data in mutants(QUERIES)) {
        bodies::query(&data);
    }

    #[test]
    fn any_table(data in mutants(TABLES)) {
        bodies::csv(&data);
    }

    #[test]
    fn any_cards(data in mutants(CARDS)) {
        bodies::cards(&data);
    }

    #[test]
    fn any_calendar(data in mutants(CALENDARS)) {
        bodies::calendar(&data);
    }

    #[test]
    fn any_mail(data in mutants(MAILS)) {
        bodies::mail(&data);
    }

    #[test]
    fn any_objects(data in mutants(OBJECTS)) {
        bodies::sources(&data);
    }

    #[test]
    fn any_workbook(
        which in 0..WORKBOOKS.len(),
        bytes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..12),
        end in prop::option::of(any::<Index>()),
    ) {
        let mut data = WORKBOOKS[which].to_vec();
        for (at, byte) in bytes {
            let at = at.index(data.len());
            data[at] = byte;
        }
        if let Some(end) = end {
            data.truncate(end.index(data.len()));
        }
        bodies::sources(&data);
    }

    #[test]
    fn any_settings(data in mutants(SETTINGS)) {
        bodies::settings(&data);
    }

    #[test]
    fn any_merge(data in mutants(MERGES)) {
        bodies::merging(&data);
    }
}
