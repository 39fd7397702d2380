//! `crm edit` loses no text: whatever refuses it, it is kept, and `--resume` goes on with it.

use crate::common::{Run, Sandbox, run};
use std::path::PathBuf;
use std::process::Stdio;

const OPENED: &str = "2009-12-01 = { kind = \"opened\" }\n";

fn ledger() -> Sandbox {
    let sandbox = Sandbox::ledger();
    sandbox.prospect("zhang", "name = \"张先生\"\ncompany = \"Acme\"\n", OPENED);
    sandbox
}

fn command(sandbox: &Sandbox, words: &[&str], script: &str) -> std::process::Command {
    let mut command = sandbox.command();
    command.arg("edit").args(words).env("PATH", "/usr/bin:/bin");
    command.env("EDITOR", format!("f() {{ {script}\n}}; f"));
    command
}

fn edit(sandbox: &Sandbox, script: &str) -> Run {
    run(&mut command(sandbox, &["zhang"], script))
}

fn resume(sandbox: &Sandbox, script: &str) -> Run {
    run(&mut command(sandbox, &["zhang", "--resume"], script))
}

/// The kept text that a failure names; the failure says how to go on.
fn kept(said: &str) -> Vec<u8> {
    assert!(said.contains("to go on with it: crm edit zhang --resume"), "{said}");
    let place = said.split("your text is kept in ").nth(1).unwrap().split(';').next().unwrap();
    let file = PathBuf::from(place);
    assert_eq!(file.file_name().unwrap(), "zhang.toml", "{said}");
    std::fs::read(file).unwrap()
}

#[test]
fn a_broken_text_is_kept_and_mended_later() {
    let sandbox = ledger();
    let before = sandbox.read("prospects/zhang.toml");
    let said = edit(&sandbox, "sed -i 's/name/name =/' \"$1\"").fails(1);
    assert!(said.starts_with("error[syntax]"), "{said}");
    assert!(kept(&said).starts_with(b"name ="));
    assert_eq!(sandbox.read("prospects/zhang.toml"), before);
    // A second edit would hide the first.
    let said = edit(&sandbox, "true").fails(1);
    assert!(said.contains("crm edit zhang --resume"), "{said}");
    let said = resume(&sandbox, "sed -i 's/name = =/name =/; s/Acme/Bolt/' \"$1\"").done().1;
    assert_eq!(said, "prospects/zhang.toml written\n");
    assert!(sandbox.read("prospects/zhang.toml").contains("Bolt"));
    let said = resume(&sandbox, "true").fails(2);
    assert!(said.contains("no text of `zhang` is kept"), "{said}");
    assert_eq!(edit(&sandbox, "true").done().1, "nothing was changed\n");
}

#[test]
fn another_encoding_and_an_editor_that_fails_lose_nothing() {
    let sandbox = ledger();
    let said = edit(&sandbox, "printf 'note = \"\\325\\305\"\\n' >> \"$1\"").fails(1);
    assert!(said.starts_with("error[not-utf8]"), "{said}");
    assert!(kept(&said).contains(&0o325));
    // A draft that is given up by removing its file is forgotten.
    std::fs::remove_file(sandbox.path().join(".crm/edit/zhang/1/zhang.toml")).unwrap();
    let said = edit(&sandbox, "echo '# typed' >> \"$1\"; exit 3").fails(2);
    assert!(kept(&said).ends_with(b"# typed\n"));
    resume(&sandbox, "true").done();
    assert!(sandbox.read("prospects/zhang.toml").ends_with("# typed\n"));
}

#[test]
fn changes_of_other_writers_are_merged_and_a_conflict_is_kept() {
    let sandbox = ledger();
    let other = "sed -i 's/Acme/Bolt/' prospects/zhang.toml";
    let said = edit(&sandbox, &format!("echo '# typed' >> \"$1\"; {other}")).done().1;
    assert!(said.contains("with the changes that were made meanwhile"), "{said}");
    let text = sandbox.read("prospects/zhang.toml");
    assert!(text.contains("Bolt") && text.ends_with("# typed\n"), "{text}");
    let other = "sed -i 's/Bolt/Cog/' prospects/zhang.toml";
    let said = edit(&sandbox, &format!("sed -i 's/Bolt/Dot/' \"$1\"; {other}")).fails(1);
    assert!(said.starts_with("error[merge-conflict]") && said.contains("company"), "{said}");
    let draft = String::from_utf8(kept(&said)).unwrap();
    for part in ["<<<<<<< file\n", "Cog", "Dot", ">>>>>>> draft\n"] {
        assert!(draft.contains(part), "{draft}");
    }
    assert!(sandbox.read("prospects/zhang.toml").contains("Cog"));
    let said = resume(&sandbox, "true").fails(1);
    assert!(said.starts_with("error["), "{said}");
    let choose = "sed -i '/^<<<<<<</d; /^=======/d; /^>>>>>>>/d; /Cog/d' \"$1\"";
    assert_eq!(resume(&sandbox, choose).done().1, "prospects/zhang.toml written\n");
    assert!(sandbox.read("prospects/zhang.toml").contains("Dot"));
}

#[test]
fn a_full_disk_keeps_the_text() {
    let sandbox = ledger();
    // A file that cannot be replaced: its place is a folder that the writer may not remove.
    let block = "echo '# typed' >> \"$1\"; rm -r .crm/tmp; touch .crm/tmp";
    let said = edit(&sandbox, block).fails(3);
    assert!(kept(&said).ends_with(b"# typed\n"), "{said}");
    std::fs::remove_file(sandbox.path().join(".crm/tmp")).unwrap();
    resume(&sandbox, "true").done();
    assert!(sandbox.read("prospects/zhang.toml").ends_with("# typed\n"));
}

/// Twelve editors at once on one prospect: each line is in the file, or in a draft that is named.
#[test]
fn many_editors_at_once_lose_no_line() {
    let sandbox = ledger();
    let begun: Vec<_> = (0..12)
        .map(|n| {
            let entry = format!("2009-12-02-{n}-e{n} = {{ kind = \"note\", note = \"line {n}\" }}");
            let script = format!("sleep 0.2; echo '{entry}' >> \"$1\"");
            let mut command = command(&sandbox, &["zhang"], &script);
            command.stdout(Stdio::null()).stderr(Stdio::piped()).stdin(Stdio::null());
            command.spawn().unwrap()
        })
        .collect();
    for (n, child) in begun.into_iter().enumerate() {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{n}: {said}");
    }
    let text = sandbox.read("prospects/zhang.toml");
    for n in 0..12 {
        assert!(text.contains(&format!("\"line {n}\"")), "{n}\n{text}");
    }
    sandbox.crm("check").done();
}
