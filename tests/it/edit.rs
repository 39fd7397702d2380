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
    assert!(said.contains("both versions are now in your text, between marks"), "{said}");
    assert!(said.contains("keep one of the two sides"), "{said}");
    let draft = String::from_utf8(kept(&said)).unwrap();
    for part in ["<<<<<<< file\n", "Cog", "Dot", ">>>>>>> draft\n"] {
        assert!(draft.contains(part), "{draft}");
    }
    assert!(sandbox.read("prospects/zhang.toml").contains("Cog"));
    let said = resume(&sandbox, "true").fails(1);
    assert!(said.starts_with("error[syntax]: a merge conflict was left"), "{said}");
    assert!(said.contains("keep one of the two sides") && !said.contains("crm resolve"), "{said}");
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

#[test]
fn a_kept_text_is_found_without_its_file_and_without_an_id() {
    let sandbox = ledger();
    sandbox.prospect("li", "name = \"Li\"", OPENED);
    let resume = |words: &[&str]| run(&mut command(&sandbox, words, "true"));
    let doctor = || sandbox.crm("doctor -f csv").ok();
    assert!(resume(&["--resume"]).fails(2).contains("no text is kept"));
    assert!(doctor().contains("texts,fine,"));
    sandbox.crm("edit").fails(2);
    let broken = "sed -i 's/name/name =/' \"$1\"";
    edit(&sandbox, broken).fails(1);
    let place = ".crm/edit/zhang/1/zhang.toml";
    assert!(resume(&["--resume"]).fails(1).contains(place));
    let said = doctor();
    assert!(said.contains("texts,advice,") && said.contains(place), "{said}");
    assert!(said.contains("go on: crm edit zhang --resume"), "{said}");
    run(&mut command(&sandbox, &["li"], broken)).fails(1);
    let said = resume(&["--resume"]).fails(2);
    assert!(
        said.contains("crm edit li --resume\n") && said.contains("crm edit zhang --resume"),
        "{said}"
    );
    // A prospect whose id begins alike is another one.
    let text = sandbox.read("prospects/zhang.toml");
    std::fs::remove_file(sandbox.path().join("prospects/zhang.toml")).unwrap();
    sandbox.write("prospects/zhang-2.toml", text);
    let said = resume(&["zhang", "--resume"]).fails(2);
    assert!(said.contains("the file of `zhang` is gone") && said.contains(place), "{said}");
    assert!(sandbox.read(place).starts_with("name ="));
}

#[test]
fn an_entry_of_the_last_commit_that_is_rewritten_is_named_at_once() {
    use crate::common::repo::Repo;
    let repo = Repo::new("liu", "");
    let call = "2009-12-02 = { kind = \"call\" }\n";
    repo.sandbox.prospect("zhang", "name = \"zhang\"", &(OPENED.to_owned() + call));
    repo.commit("first").done();
    let said = edit(&repo.sandbox, "echo '2009-12-03 = { kind = \"call\" }' >> \"$1\"").done().1;
    assert_eq!(said, "prospects/zhang.toml written\n");
    // What no commit has may be put right.
    let said = edit(&repo.sandbox, "sed -i '/2009-12-03/s/call/email/' \"$1\"").done().1;
    assert_eq!(said, "prospects/zhang.toml written\n");
    let said = edit(&repo.sandbox, "sed -i '/2009-12-02/s/call/email/' \"$1\"").done().1;
    assert!(said.starts_with("prospects/zhang.toml written\nwarning[history-changed]"), "{said}");
    assert!(said.contains("the event `2009-12-02` of `zhang` differs from HEAD"), "{said}");
    assert!(said.contains("crm undo zhang 2009-12-02"), "{said}");
    let said = edit(&repo.sandbox, "sed -i '/2009-12-02/d' \"$1\"").done().1;
    assert!(said.contains("warning[history-lost]: the event `2009-12-02`"), "{said}");
}
