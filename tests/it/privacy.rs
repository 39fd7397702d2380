//! Private fields: what is sealed, for whom, and the attacks that it must withstand.

use crate::common::repo::{Repo, command};
use crate::common::{Run, contains, run, split};
use age::secrecy::ExposeSecret;
use std::path::{Path, PathBuf};

/// The telephone, the mail and the note that nobody may find where they are sealed.
const PHONE: &str = "138-0013-8000";
const MAIL: &str = "zhangwei@secret.example";
const NOTE: &str = "divorce pending, needs discretion";

/// The private keys of a few reps, outside of every ledger.
pub struct Keys {
    folder: tempfile::TempDir,
    public: Vec<(&'static str, String)>,
}

impl Keys {
    pub fn of(reps: &[&'static str]) -> Keys {
        let mut keys = Keys { folder: tempfile::tempdir().unwrap(), public: Vec::new() };
        for rep in reps {
            let own = age::x25519::Identity::generate();
            std::fs::write(keys.file(rep), format!("{}\n", own.to_string().expose_secret()))
                .unwrap();
            keys.public.push((rep, own.to_public().to_string()));
        }
        keys
    }

    pub fn file(&self, rep: &str) -> PathBuf {
        self.folder.path().join(rep)
    }

    fn public(&self, rep: &str) -> &str {
        &self.public.iter().find(|(known, _)| *known == rep).unwrap().1
    }

    /// The settings of a ledger: `boss` is its admin; the readers with their levels.
    pub fn settings(&self, more: &str, readers: &[(&str, u32)]) -> String {
        let mut text = String::from(
            "[[rep]]\nid = \"boss\"\nadmin = true\nemail = \"boss@example.com\"\n\
             [[rep]]\nid = \"li\"\nemail = \"li@example.com\"\n[[rep]]\nid = \"wang\"\nemail = \"wang@example.com\"\n\
             [privacy]\nfields = [\"phone\", \"email\", \"birthday\", \"note\"]\n",
        );
        text.push_str(more);
        for (rep, level) in readers {
            let key = self.public(rep);
            text.push_str(&format!(
                "[[privacy.reader]]\nrep = \"{rep}\"\nkey = \"{key}\"\nlevel = {level}\n"
            ));
        }
        text
    }
}

/// `crm` with the key of a rep; with none for `""`.
pub fn crm_as(repo: &Repo, keys: &Keys, rep: &str, line: &str) -> Run {
    let file = if rep.is_empty() { PathBuf::new() } else { keys.file(rep) };
    let program = env!("CARGO_BIN_EXE_crm");
    let mut program = command(program, repo.sandbox.path(), repo.user);
    // Forgetting is not for everybody, and git's settings name no user here.
    if line.starts_with("forget") {
        program.env("CRM_USER", rep);
    }
    run(program.env("CRM_IDENTITY", file).args(split(line)))
}

/// A ledger with one prospect, 张伟, whose person and first note are sealed; all of it committed.
fn sealed_ledger(keys: &Keys, readers: &[(&str, u32)]) -> Repo {
    let repo = Repo::new("boss", &keys.settings("", readers));
    crm_as(&repo, keys, "", "add 张伟 --owner li --id zhang").done();
    let person = format!(
        "contact add zhang 'Zhang Wei' --phone {PHONE} --email {MAIL} --birthday 1971-05-02"
    );
    crm_as(&repo, keys, "boss", &person).done();
    crm_as(&repo, keys, "boss", &format!("log zhang call --note '{NOTE}'")).done();
    repo.commit("zhang").done();
    repo
}

fn zhang(repo: &Repo) -> String {
    repo.sandbox.read("prospects/zhang.toml")
}

/// A sealed value of a file, by its field.
fn seal_of(text: &str, field: &str) -> String {
    let from = text.find(&format!("{field} ")).or(text.find(&format!("{field}=")));
    let rest = &text[from.unwrap_or_else(|| panic!("no {field} in {text}"))..];
    rest[rest.find("\"sealed:").unwrap()..].split('"').nth(1).unwrap().to_owned()
}

/// Every byte below a folder, whatever its name.
pub fn all_bytes(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(all_bytes(&path));
        } else {
            found.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

#[track_caller]
fn nothing_open(folder: &Path) {
    for (path, bytes) in all_bytes(folder) {
        let text = String::from_utf8_lossy(&bytes);
        for secret in [PHONE, MAIL, NOTE, "1971-05-02"] {
            assert!(!text.contains(secret), "{secret} is in {}", path.display());
        }
    }
}

#[test]
fn what_is_written_is_sealed_and_reads_as_before_with_a_key() {
    let keys = Keys::of(&["boss", "li"]);
    let repo = sealed_ledger(&keys, &[("boss", 1), ("li", 1)]);
    nothing_open(repo.sandbox.path());
    for rep in ["boss", "li"] {
        let shown = crm_as(&repo, &keys, rep, "show zhang").ok();
        contains(&shown, &[PHONE, MAIL, NOTE]);
        let found = crm_as(&repo, &keys, rep, "search 13800138000").ok();
        contains(&found, &["zhang"]);
        let events = crm_as(&repo, &keys, rep, "export events").ok();
        contains(&events, &[NOTE]);
        crm_as(&repo, &keys, rep, "check").done();
    }
    // The names of fields and people stay in the file, so that it can be read and merged.
    contains(&zhang(&repo), &["name     = \"Zhang Wei\"", "[sealed]", "-li = \"", "-boss = \""]);
}

#[test]
fn without_a_key_everything_works_but_sealed_values() {
    let keys = Keys::of(&["boss"]);
    let repo = sealed_ledger(&keys, &[("boss", 1)]);
    let clone = Repo::clone_of(repo.sandbox.path(), "wang");
    nothing_open(clone.sandbox.path());
    let no_key = |line: &str| crm_as(&clone, &keys, "", line);
    contains(&no_key("show zhang").ok(), &["•••", "Zhang Wei"]);
    let csv = no_key("export events").ok();
    assert!(!csv.contains("•••") && !csv.contains("sealed:"), "{csv}");
    let json = no_key("export events -f json").ok();
    assert!(!json.contains("•••") && !json.contains("sealed:"), "{json}");
    let cards = no_key("export contacts").ok();
    assert!(!cards.contains("•••") && !cards.contains("TEL") && !cards.contains("BDAY"), "{cards}");
    contains(&no_key("check").done().1, &["0 errors"]);
    for line in ["list", "report funnel", "report board", "due", "list -f csv"] {
        let text = no_key(line).done().0;
        assert!(!text.contains("sealed:"), "{line}: {text}");
    }
    assert_eq!(no_key("search 13800138000").done().0.matches("zhang").count(), 0);
    // Moves, and writing what one cannot read again, need no key.
    let before = zhang(&clone);
    no_key("log zhang meeting --note 'a new secret' --next tomorrow").done();
    let after = zhang(&clone);
    assert!(!after.contains("a new secret"));
    for field in ["phone", "email", "birthday"] {
        assert_eq!(seal_of(&before, field), seal_of(&after, field));
    }
    let boss = |line: &str| crm_as(&clone, &keys, "boss", line);
    contains(&boss("show zhang").ok(), &["a new secret", NOTE, PHONE]);
    // A sealed value is not lost by a change that would need its key.
    let renamed = |key: &str| {
        let editor = "sed -i s/Zhang.Wei/Wei.Zhang/";
        let mut edit = command(env!("CARGO_BIN_EXE_crm"), clone.sandbox.path(), "wang");
        edit.env("CRM_IDENTITY", key).env("EDITOR", editor).args(["edit", "zhang"]);
        run(&mut edit)
    };
    let refused = renamed("");
    assert_eq!(refused.status, 1, "{}", refused.stderr);
    contains(&refused.stderr, &["error[no-key]"]);
    assert_eq!(zhang(&clone), after);
    let drafts = crm::disk::private::drafts_as_they_are(clone.sandbox.path());
    std::fs::remove_dir_all(drafts).unwrap();
    renamed(keys.file("boss").to_str().unwrap()).done();
    contains(&boss("show zhang").ok(), &["Wei.Zhang", PHONE, MAIL]);
    contains(&boss("check").done().1, &["0 errors"]);
}

#[test]
fn a_dataset_has_sealed_values_only_where_that_is_asked_for() {
    let keys = Keys::of(&["boss"]);
    let repo = sealed_ledger(&keys, &[("boss", 1)]);
    let out = tempfile::tempdir().unwrap();
    let dataset = out.path().join("dataset");
    let export = |more: &str| {
        let line = format!("export dataset {} --as home{more}", dataset.display());
        crm_as(&repo, &keys, "boss", &line).done()
    };
    export("");
    nothing_open(&dataset);
    let has = |words: &str| {
        all_bytes(&dataset).iter().any(|(_, text)| String::from_utf8_lossy(text).contains(words))
    };
    assert!(has("Zhang Wei") && !has("sealed:") && !has("•••"));
    export(" --unseal");
    assert!(has(PHONE) && has(MAIL) && has(NOTE));
    // The next one is as the first again.
    export("");
    nothing_open(&dataset);
}

#[test]
fn a_dataset_has_nothing_of_sealed_facts_among_others() {
    let keys = Keys::of(&["boss"]);
    let repo = Repo::new("boss", &keys.settings("", &[("boss", 1)]));
    let settings = repo.sandbox.read("crm.toml");
    let sealed = "[\"note\", \"company\", \"wechat\"]";
    let settings = settings.replace("[\"phone\", \"email\", \"birthday\", \"note\"]", sealed);
    let facts = "[ledger]\nfacts = [\"wechat\", \"branch\"]\n";
    repo.sandbox.write("crm.toml", format!("{facts}{}", settings.replace("[ledger]\n", "")));
    let events = "2009-12-01-1 = { kind = \"opened\", owner = \"li\" }\n\
        2009-12-02-1 = { kind = \"changed\", set = { company = \"Hidden Inc\", region = \"east\", wechat = \"zw1971\" } }\n";
    let facts =
        "name = \"Zhang\"\ncompany = \"Secret Ltd\"\nbranch = \"north\"\nwechat = \"zw1970\"\n";
    repo.sandbox.write("prospects/zhang.toml", format!("{facts}[events]\n{events}"));
    crm_as(&repo, &keys, "boss", "seal").done();
    assert!(repo.sandbox.read("prospects/zhang.toml").contains("sealed:"));
    let out = tempfile::tempdir().unwrap();
    let dataset = out.path().join("dataset");
    let line = format!("export dataset {} --as home", dataset.display());
    crm_as(&repo, &keys, "boss", &line).done();
    let all: Vec<String> = all_bytes(&dataset)
        .into_iter()
        .map(|(_, bytes)| String::from_utf8(bytes).unwrap())
        .collect();
    for word in ["Secret Ltd", "Hidden Inc", "zw1970", "zw1971", "sealed:", "•••"] {
        assert!(!all.iter().any(|text| text.contains(word)), "{word} is in the dataset");
    }
    assert!(["branch=north", "east"].iter().all(|word| all.iter().any(|text| text.contains(word))));
}

#[test]
fn a_company_reads_sealed_values_as_each_ledger_does() {
    let keys = Keys::of(&["boss"]);
    let repo = sealed_ledger(&keys, &[("boss", 1)]);
    let out = tempfile::tempdir().unwrap();
    let company = out.path().join("company.toml");
    let ledger = repo.sandbox.path().display();
    std::fs::write(&company, format!("[[ledger]]\nid = \"home\"\npath = \"{ledger}\"\n")).unwrap();
    let line = format!("--company {} search 13800138000", company.display());
    contains(&crm_as(&repo, &keys, "boss", &line).ok(), &["home/zhang"]);
    let nothing = crm_as(&repo, &keys, "", &line);
    assert!(!nothing.stdout.contains("home/zhang"), "{}", nothing.stdout);
}

#[test]
fn a_value_that_did_not_change_keeps_its_bytes() {
    let keys = Keys::of(&["boss", "li"]);
    let repo = sealed_ledger(&keys, &[("boss", 1), ("li", 1)]);
    let before = zhang(&repo);
    crm_as(&repo, &keys, "li", "log zhang meeting --note 'second'").done();
    let after = zhang(&repo);
    // One line more: no key came, and no value changed.
    let new: Vec<&str> = after.lines().filter(|line| !before.contains(line)).collect();
    assert_eq!((new.len(), after.lines().count()), (1, before.lines().count() + 1), "{after}");
    // The same value again is no change.
    let same = format!("contact edit zhang 'Zhang Wei' --phone {PHONE} --role CFO");
    crm_as(&repo, &keys, "li", &same).done();
    assert_eq!(seal_of(&zhang(&repo), "phone"), seal_of(&before, "phone"));
    let again = zhang(&repo);
    crm_as(&repo, &keys, "boss", "seal").done();
    assert_eq!(zhang(&repo), again);
}

#[test]
fn a_reader_who_is_taken_away_reads_nothing_new() {
    let keys = Keys::of(&["boss", "li", "wang"]);
    let repo = sealed_ledger(&keys, &[("boss", 1), ("li", 1)]);
    let old = zhang(&repo);
    repo.sandbox.write("crm.toml", keys.settings("", &[("boss", 1), ("wang", 1)]));
    // Even before `crm seal` a new value is for the readers of the settings alone.
    crm_as(&repo, &keys, "boss", "log zhang call --note 'after li'").done();
    let shown = crm_as(&repo, &keys, "li", "show zhang").ok();
    assert!(shown.contains(PHONE) && !shown.contains("after li"), "{shown}");
    contains(&crm_as(&repo, &keys, "wang", "show zhang").ok(), &["after li"]);
    // Without a key the old ones stay as they are, and that is said.
    let said = crm_as(&repo, &keys, "", "seal").done().1;
    contains(&said, &["warning[no-key]", "Zhang Wei phone"]);
    contains(&crm_as(&repo, &keys, "boss", "seal -n").done().1, &["zhang: ", "taken away"]);
    assert!(zhang(&repo).contains("-li = "));
    crm_as(&repo, &keys, "boss", "seal").done();
    let new = zhang(&repo);
    assert!(!new.contains("-li = ") && new.contains("-wang = "), "{new}");
    assert_ne!(seal_of(&new, "phone"), seal_of(&old, "phone"));
    let li = crm_as(&repo, &keys, "li", "show zhang").ok();
    for secret in [PHONE, MAIL, NOTE, "after li"] {
        assert!(!li.contains(secret), "{li}");
    }
    contains(&crm_as(&repo, &keys, "wang", "show zhang").ok(), &[PHONE, MAIL, NOTE, "after li"]);
    // The keys that li still has, put back beside the new values, open none of them.
    let lines: Vec<&str> = old.lines().filter(|line| line.contains("-li = ")).collect();
    let planted = new.replace("[sealed]\n", &format!("[sealed]\n{}\n", lines.join("\n")));
    repo.sandbox.write("prospects/zhang.toml", planted);
    let li = crm_as(&repo, &keys, "li", "show zhang").ok();
    assert!(!li.contains(PHONE) && !li.contains(NOTE), "{li}");
}

#[test]
fn a_reader_reads_up_to_the_level() {
    let keys = Keys::of(&["boss", "li"]);
    let settings = keys.settings("level = { note = 2 }\n", &[("boss", 2), ("li", 1)]);
    let repo = Repo::new("boss", &settings);
    crm_as(&repo, &keys, "", "add 张伟 --owner li --id zhang").done();
    crm_as(&repo, &keys, "li", &format!("contact add zhang Wei --phone {PHONE}")).done();
    crm_as(&repo, &keys, "li", &format!("log zhang call --note '{NOTE}'")).done();
    let li = crm_as(&repo, &keys, "li", "show zhang").ok();
    assert!(li.contains(PHONE) && !li.contains(NOTE), "{li}");
    contains(&crm_as(&repo, &keys, "boss", "show zhang").ok(), &[PHONE, NOTE]);
    // A field that gets another level is sealed anew, for the readers of that.
    repo.sandbox
        .write("crm.toml", keys.settings("level = { phone = 2 }\n", &[("boss", 2), ("li", 1)]));
    crm_as(&repo, &keys, "boss", "seal").done();
    let li = crm_as(&repo, &keys, "li", "show zhang").ok();
    assert!(!li.contains(PHONE) && li.contains(NOTE), "{li}");
}

#[test]
fn a_value_that_was_cut_off_exchanged_or_moved_is_refused() {
    let keys = Keys::of(&["boss"]);
    let repo = sealed_ledger(&keys, &[("boss", 1)]);
    let boss = |line: &str| crm_as(&repo, &keys, "boss", line);
    boss("contact add zhang Bo --phone 555-0000 --email bo@x.example").done();
    boss("log zhang call --note 'another one'").done();
    boss("add 李 --owner li --id li").done();
    boss("contact add li Hong --phone 555-1111").done();
    let whole = zhang(&repo);
    let (phone, mail) = (seal_of(&whole, "phone"), seal_of(&whole, "email"));
    let others = &whole[whole.find("name  = \"Bo\"").unwrap()..];
    let others_phone = seal_of(others, "phone");
    let notes: Vec<String> = whole
        .lines()
        .filter(|line| line.contains("note = "))
        .map(|line| seal_of(line, "note"))
        .collect();
    let foreign = seal_of(&repo.sandbox.read("prospects/li.toml"), "phone");
    let (head, body) = phone.rsplit_once(':').unwrap();
    let flipped = if body[30..].starts_with('A') { "B" } else { "A" };
    let exchanged = |a: &str, b: &str| whole.replace(a, "@").replace(b, a).replace('@', b);
    let attacks = [
        ("cut off", whole.replace(&phone, &phone[..phone.len() - 3])),
        (
            "a bit",
            whole.replace(&phone, &format!("{head}:{}{flipped}{}", &body[..30], &body[31..])),
        ),
        ("phone and mail", exchanged(&phone, &mail)),
        ("two people", exchanged(&phone, &others_phone)),
        ("two notes", exchanged(&notes[0], &notes[1])),
        ("another file's", whole.replace(&phone, &foreign)),
    ];
    for (what, text) in attacks {
        assert_ne!(text, whole, "{what}");
        repo.sandbox.write("prospects/zhang.toml", &text);
        let checked = boss("check");
        let shown = boss("show zhang").done().0;
        match what {
            // Of another file there is no key here: it stays shut.
            "another file's" => assert!(!shown.contains("555-1111"), "{shown}"),
            _ => {
                assert_eq!(checked.status, 1, "{what}: {}", checked.stdout);
                contains(&checked.stdout, &["error[broken-seal]"]);
                assert!(!checked.stdout.contains(PHONE) && !checked.stdout.contains(NOTE));
            }
        }
        assert!(!shown.contains(PHONE) || what == "two notes", "{what}: {shown}");
    }
    // A value is replayed that was sealed with a key which has been changed since.
    repo.sandbox.write("prospects/zhang.toml", &whole);
    let others = Keys::of(&["wang"]);
    let reader =
        format!("[[privacy.reader]]\nrep = \"wang\"\nkey = \"{}\"\n", others.public("wang"));
    let settings = keys.settings("", &[("boss", 1)]);
    repo.sandbox.write("crm.toml", format!("{settings}{reader}"));
    boss("seal").done();
    repo.sandbox.write("crm.toml", settings);
    boss("seal").done();
    let rotated = zhang(&repo);
    let replayed = rotated.replace(&seal_of(&rotated, "phone"), &phone);
    repo.sandbox.write("prospects/zhang.toml", replayed);
    assert!(!boss("show zhang").done().0.contains(PHONE));
}

#[test]
fn a_sealed_and_an_open_branch_merge_quietly() {
    let keys = Keys::of(&["boss", "li"]);
    let settings = keys.settings("", &[("boss", 1), ("li", 1)]);
    let open =
        settings.replace("fields = [\"phone\", \"email\", \"birthday\", \"note\"]", "fields = []");
    let repo = Repo::new("boss", &open);
    repo.crm("hooks install").done();
    crm_as(&repo, &keys, "", "add 张伟 --owner li --id zhang").done();
    crm_as(&repo, &keys, "", &format!("contact add zhang Wei --phone {PHONE}")).done();
    crm_as(&repo, &keys, "", &format!("log zhang call --note '{NOTE}'")).done();
    repo.commit("open").done();
    repo.git("switch -q -c other").done();
    crm_as(&repo, &keys, "", "log zhang meeting --next tomorrow").done();
    repo.commit("other").done();
    repo.git("switch -q main").done();
    repo.sandbox.write("crm.toml", &settings);
    crm_as(&repo, &keys, "", "seal").done();
    repo.commit("sealed").done();
    let sealed = zhang(&repo);
    repo.git("merge -q other -m merged").done();
    let merged = zhang(&repo);
    assert!(!merged.contains(PHONE) && !merged.contains(NOTE), "{merged}");
    assert_eq!(seal_of(&merged, "phone"), seal_of(&sealed, "phone"));
    contains(&merged, &["kind = \"meeting\""]);
    contains(&crm_as(&repo, &keys, "li", "show zhang").ok(), &[PHONE, NOTE]);
    contains(&crm_as(&repo, &keys, "li", "check").done().1, &["0 errors"]);
}

#[test]
fn a_merge_keeps_the_readers_of_both_sides() {
    let keys = Keys::of(&["boss", "li", "wang"]);
    let repo = sealed_ledger(&keys, &[("boss", 1)]);
    repo.crm("hooks install").done();
    repo.commit("hooks").done();
    repo.git("switch -q -c other").done();
    repo.sandbox.write("crm.toml", keys.settings("", &[("boss", 1), ("wang", 1)]));
    crm_as(&repo, &keys, "boss", "seal").done();
    crm_as(&repo, &keys, "wang", "log zhang call --note 'from wang'").done();
    repo.commit("wang").done();
    repo.git("switch -q main").done();
    repo.sandbox.write("crm.toml", keys.settings("", &[("boss", 1), ("li", 1)]));
    crm_as(&repo, &keys, "boss", "seal").done();
    crm_as(&repo, &keys, "li", "log zhang call --note 'from li'").done();
    repo.commit("li").done();
    repo.git("merge -q other -m merged").done();
    let all = [("boss", 1), ("li", 1), ("wang", 1)];
    for (rep, secrets) in [
        ("boss", &[PHONE, NOTE, "from li", "from wang"][..]),
        ("li", &[PHONE, NOTE, "from li"]),
        ("wang", &[PHONE, NOTE, "from wang"]),
    ] {
        contains(&crm_as(&repo, &keys, rep, "show zhang").ok(), secrets);
    }
    repo.sandbox.write("crm.toml", keys.settings("", &all));
    crm_as(&repo, &keys, "boss", "seal").done();
    for (rep, _) in all {
        let shown = crm_as(&repo, &keys, rep, "show zhang").ok();
        contains(&shown, &[PHONE, NOTE, "from li", "from wang"]);
    }
}

#[test]
fn a_value_that_one_side_sealed_with_a_key_that_the_other_took_off_is_not_lost() {
    let keys = Keys::of(&["boss", "li"]);
    let repo = sealed_ledger(&keys, &[("boss", 1), ("li", 1)]);
    repo.crm("hooks install").done();
    repo.commit("hooks").done();
    repo.git("switch -q -c other").done();
    crm_as(&repo, &keys, "li", "log zhang call --note 'meanwhile'").done();
    repo.commit("note").done();
    repo.git("switch -q main").done();
    repo.sandbox.write("crm.toml", keys.settings("", &[("boss", 1)]));
    crm_as(&repo, &keys, "boss", "seal").done();
    repo.commit("li is gone").done();
    repo.git("merge -q other -m merged").done();
    contains(&crm_as(&repo, &keys, "boss", "show zhang").ok(), &[PHONE, NOTE, "meanwhile"]);
    // li has that key; `crm seal` takes it away again.
    crm_as(&repo, &keys, "boss", "seal").done();
    assert!(!crm_as(&repo, &keys, "li", "show zhang").ok().contains("meanwhile"));
    contains(&crm_as(&repo, &keys, "boss", "show zhang").ok(), &["meanwhile"]);
}

#[test]
fn sealing_leaves_no_open_text_in_the_clone() {
    let keys = Keys::of(&["boss"]);
    let settings = keys.settings("", &[("boss", 1)]);
    let open =
        settings.replace("fields = [\"phone\", \"email\", \"birthday\", \"note\"]", "fields = []");
    let repo = Repo::new("boss", &open);
    crm_as(&repo, &keys, "", "add 张伟 --owner li --id zhang").done();
    let person =
        format!("contact add zhang Wei --phone {PHONE} --email {MAIL} --birthday 1971-05-02");
    crm_as(&repo, &keys, "", &person).done();
    crm_as(&repo, &keys, "", &format!("log zhang call --note '{NOTE}'")).done();
    crm_as(&repo, &keys, "", "log zhang call").done();
    repo.sandbox.write("crm.toml", &settings);
    let checked = crm_as(&repo, &keys, "", "check");
    assert_eq!(checked.status, 1);
    contains(&checked.stdout, &["error[not-sealed]: `Wei phone` must be sealed, and is open"]);
    assert!(!checked.stdout.contains(PHONE), "{}", checked.stdout);
    // A command seals what it writes, and leaves history to `crm seal`.
    crm_as(&repo, &keys, "", "log zhang call --note 'sealed at once'").done();
    let text = zhang(&repo);
    assert!(text.contains(NOTE) && !text.contains("sealed at once"), "{text}");
    contains(&crm_as(&repo, &keys, "", "seal -n").done().1, &["zhang: 4 values sealed"]);
    contains(&zhang(&repo), &[PHONE]);
    contains(&crm_as(&repo, &keys, "", "seal").done().1, &["zhang: 4 values sealed"]);
    nothing_open(repo.sandbox.path());
    contains(&crm_as(&repo, &keys, "boss", "check").done().1, &["0 errors"]);
    contains(&crm_as(&repo, &keys, "boss", "show zhang").ok(), &[PHONE, MAIL, NOTE, "1971-05-02"]);
    // What is written and taken back afterwards is not open either.
    crm_as(&repo, &keys, "boss", &format!("contact edit zhang Wei --phone {PHONE}1")).done();
    crm_as(&repo, &keys, "boss", "undo").done();
    nothing_open(repo.sandbox.path());
    contains(&crm_as(&repo, &keys, "boss", "show zhang").ok(), &[PHONE]);
    // A dry run shows what the file would hold.
    let shown =
        crm_as(&repo, &keys, "boss", &format!("log zhang call -n --note '{NOTE}'")).done().0;
    assert!(shown.contains("note = \"sealed:") && !shown.contains(NOTE), "{shown}");
}

#[test]
fn pages_and_messages_of_a_user_without_key_show_nothing() {
    let keys = Keys::of(&["boss"]);
    let repo = sealed_ledger(&keys, &[("boss", 1)]);
    let pages = tempfile::tempdir().unwrap();
    let site = format!("site -o {}", pages.path().join("site").display());
    crm_as(&repo, &keys, "", &site).done();
    nothing_open(pages.path());
    for (path, bytes) in all_bytes(pages.path()) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("sealed:"), "{}", path.display());
    }
    // A broken file is shown as it is, for a reader too.
    let text = zhang(&repo).replace("kind = \"call\"", "kind = \"call\", value = \"x\"");
    repo.sandbox.write("prospects/zhang.toml", &text);
    let said = crm_as(&repo, &keys, "boss", "check").stdout;
    contains(&said, &["error[bad-money]"]);
    assert!(!said.contains(NOTE) && !said.contains(PHONE), "{said}");
}

#[test]
fn another_id_and_a_join_keep_sealed_values() {
    let keys = Keys::of(&["boss"]);
    let repo = sealed_ledger(&keys, &[("boss", 1)]);
    crm_as(&repo, &keys, "", "rename zhang zhang-wei").done();
    contains(&crm_as(&repo, &keys, "boss", "show zhang-wei").ok(), &[PHONE, NOTE]);
    crm_as(&repo, &keys, "boss", "add 张伟 --owner li --id double --anyway").done();
    crm_as(&repo, &keys, "boss", "log double call --note 'of the double'").done();
    let refused = crm_as(&repo, &keys, "", "join zhang-wei double");
    assert_eq!(refused.status, 1, "{}", refused.stderr);
    contains(&refused.stderr, &["error[no-key]"]);
    crm_as(&repo, &keys, "boss", "join zhang-wei double").done();
    contains(&crm_as(&repo, &keys, "boss", "show zhang-wei").ok(), &[PHONE, NOTE, "of the double"]);
    contains(&crm_as(&repo, &keys, "boss", "check").done().1, &["0 errors"]);
}

#[test]
fn a_join_of_sealed_files_comes_apart_again() {
    for is_committed in [false, true] {
        let keys = Keys::of(&["boss"]);
        let repo = sealed_ledger(&keys, &[("boss", 1)]);
        let crm = |line: &str| crm_as(&repo, &keys, "boss", line);
        crm("add 张伟 --owner li --id double --anyway").done();
        crm("contact add double Bob --phone 555-7777").done();
        crm("log double call --note 'of the double'").done();
        repo.commit("two").done();
        let (zhang, double) = (zhang(&repo), repo.sandbox.read("prospects/double.toml"));
        crm("join zhang double").done();
        if is_committed {
            repo.commit("joined").done();
        }
        let said = crm("split zhang").done().1;
        assert!(!said.contains("were changed since"), "{said}");
        assert_eq!(repo.sandbox.read("prospects/double.toml"), double, "{is_committed}");
        if !is_committed {
            assert_eq!(repo.sandbox.read("prospects/zhang.toml"), zhang);
        }
        let shown = crm("show zhang").ok();
        contains(&shown, &[PHONE, NOTE]);
        assert!(!shown.contains("555-7777"), "{shown}");
        contains(&crm("show double").ok(), &["of the double", "555-7777"]);
        contains(&crm("check").done().1, &["0 errors"]);
    }
}

/// 张伟 in two files with sealed notes, which `li` owns; hooks are installed, and all is committed.
fn two_sealed(keys: &Keys) -> Repo {
    let repo = sealed_ledger(keys, &[("boss", 1), ("li", 1)]);
    crm_as(&repo, keys, "", "add 张伟 --owner li --id double --anyway").done();
    crm_as(&repo, keys, "", "log double call --note 'of the double'").done();
    crm_as(&repo, keys, "", "log double call --note 'and another one'").done();
    repo.commit("two").done();
    repo.crm("hooks install").done();
    repo
}

#[test]
fn a_join_of_sealed_entries_loses_no_history() {
    let keys = Keys::of(&["boss", "li"]);
    let repo = two_sealed(&keys);
    crm_as(&repo, &keys, "boss", "join zhang double --commit").done();
    for rep in ["boss", "li", ""] {
        let said = crm_as(&repo, &keys, rep, "check --since HEAD~1").done().1;
        contains(&said, &["0 errors"]);
    }
    // Another entry than the one that was there does not pass for it.
    let text = zhang(&repo);
    let calls = text.matches("kind = \"call\"").count();
    assert_eq!(calls, 3, "{text}");
    repo.sandbox.write("prospects/zhang.toml", text.replace("\"call\"", "\"meeting\""));
    let said = crm_as(&repo, &keys, "boss", "check --since HEAD~1");
    contains(
        &format!("{}{}", said.stdout, said.stderr),
        &["error[history-lost]: the prospect `double` is gone with its 3 events"],
    );
    // Nor does another text under the seal, for those who read it.
    let of_the_double = text.lines().filter(|line| line.contains("kind = \"call\"")).nth(1);
    let note = seal_of(of_the_double.unwrap(), "note");
    repo.sandbox.write("prospects/zhang.toml", text.replace(&note, "of nobody"));
    crm_as(&repo, &keys, "boss", "seal").done();
    assert!(!zhang(&repo).contains("of nobody"));
    let said = crm_as(&repo, &keys, "boss", "check --since HEAD~1");
    contains(
        &format!("{}{}", said.stdout, said.stderr),
        &["error[history-lost]: the prospect `double` is gone with its 3 events"],
    );
}

#[test]
#[cfg(unix)]
fn a_guard_takes_a_join_of_sealed_entries_from_an_admin_alone() {
    let keys = Keys::of(&["boss", "li"]);
    let boss = two_sealed(&keys);
    let server = server_of(&boss);
    let joins = |user: &'static str| {
        let clone = Repo::clone_of(server.path(), user);
        crm_as(&clone, &keys, user, "join zhang double --commit").done();
        push(&clone)
    };
    let refused = joins("li");
    assert_ne!(refused.status, 0, "{}", refused.stderr);
    contains(&refused.stderr, &["error[history-lost]", "an admin may join files with sealed"]);
    joins("boss").done();
}

#[test]
fn entries_after_a_join_keep_their_keys_when_it_comes_apart() {
    let keys = Keys::of(&["boss"]);
    let repo = Repo::new("boss", &keys.settings("", &[("boss", 1)]));
    let crm = |line: &str| crm_as(&repo, &keys, "boss", line);
    crm("add 张伟 --owner li --id zhang").done();
    crm("add 张伟 --owner li --id double --anyway").done();
    crm("contact add double Bob --phone 555-7777").done();
    repo.commit("two").done();
    crm("join zhang double").done();
    crm(&format!("log zhang call --note '{NOTE}'")).done();
    contains(&crm("split zhang").done().1, &["1 later entry stays"]);
    contains(&crm("show zhang").ok(), &[NOTE]);
    contains(&crm("check").done().1, &["0 errors"]);
}

#[test]
fn a_message_of_a_commit_has_nothing_sealed() {
    let keys = Keys::of(&["boss"]);
    let repo = sealed_ledger(&keys, &[("boss", 1)]);
    let crm = |line: &str| crm_as(&repo, &keys, "boss", line);
    crm(&format!("log zhang call --note '{NOTE}' --next 2009-12-20 --commit")).done();
    crm(&format!("contact edit zhang 'Zhang Wei' --phone {PHONE}1 --commit")).done();
    let log = repo.git("log --format=%B").done().0;
    assert!(!log.contains(NOTE) && !log.contains(PHONE), "{log}");
}

#[test]
fn a_letter_without_a_key_says_what_is_sealed() {
    let keys = Keys::of(&["boss"]);
    let repo = sealed_ledger(&keys, &[("boss", 1)]);
    repo.sandbox.write("card.txt", "{contact}: {phone}, {email}, {company}\n");
    repo.sandbox.write("mail.eml", "Subject: hello\n\nDear {contact}\n");
    let said = crm_as(&repo, &keys, "", "letters card.txt -o letters").fails(1);
    contains(
        &said,
        &[
            "error[no-key]: `zhang`: phone, email are sealed, and no key of yours opens that",
            "CRM_IDENTITY=FILE",
            "error[missing-field]: `zhang` has no company",
        ],
    );
    assert!(!said.contains("phone:*"), "{said}");
    let said = crm_as(&repo, &keys, "", "letters mail.eml -o letters").fails(1);
    contains(&said, &["error[no-key]: `zhang`: email is sealed"]);
    assert!(!said.contains("missing-field"), "{said}");
    crm_as(&repo, &keys, "boss", "letters mail.eml -o letters").done();
    contains(&repo.sandbox.read("letters/zhang.eml"), &[MAIL]);
}

#[test]
fn what_is_sealed_is_committed() {
    let keys = Keys::of(&["boss"]);
    let settings = keys.settings("", &[("boss", 1)]);
    let fields = "fields = [\"phone\", \"email\", \"birthday\", \"note\"]";
    let repo = Repo::new("boss", &settings.replace(fields, "fields = []"));
    let crm = |line: &str| crm_as(&repo, &keys, "boss", line);
    crm("add 张伟 --owner li --id zhang").done();
    crm(&format!("contact add zhang Wei --phone {PHONE}")).done();
    repo.commit("open").done();
    repo.sandbox.write("crm.toml", &settings);
    repo.commit("settings").done();
    crm("seal --commit").done();
    assert_eq!(repo.git("status --short").ok(), "");
    assert_eq!(repo.git("log -1 --format=%s").ok(), "seal\n");
    assert!(!repo.git("show HEAD:prospects/zhang.toml").ok().contains(PHONE));
    contains(&crm("seal --commit").done().1, &["everything is sealed"]);
    assert_eq!(repo.git("rev-list --count HEAD").ok(), "3\n");
    // An export has no commit of its own, and says where its record goes.
    crm("contact add zhang Bob --phone 555-7777 --commit").done();
    let said = crm("export people --commit").fails(2);
    contains(&said, &["--commit does not go with this command", "`[git] commit = true`"]);
    assert!(!repo.path().join("access").exists());
}

#[test]
fn a_key_of_ssh_reads_and_one_with_a_passphrase_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let made = |name: &str, word: &str| {
        let file = folder.path().join(name);
        let made = std::process::Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", word, "-C", "me@here", "-f"])
            .arg(&file)
            .status();
        made.is_ok_and(|status| status.success()).then_some(file)
    };
    let (Some(plain), Some(shut)) = (made("plain", ""), made("shut", "secret-word")) else {
        println!("skipped: no ssh-keygen here");
        return;
    };
    let public = std::fs::read_to_string(plain.with_extension("pub")).unwrap();
    let settings = format!(
        "[[rep]]\nid = \"li\"\n[privacy]\nfields = [\"note\"]\n[[privacy.reader]]\nrep = \"li\"\nkey = \"{}\"\n",
        public.trim()
    );
    let repo = Repo::new("li", &settings);
    repo.crm("add 张伟 --owner li --id zhang").done();
    repo.crm(&format!("log zhang call --note '{NOTE}'")).done();
    let with = |file: &Path, line: &str| {
        let mut crm = command(env!("CARGO_BIN_EXE_crm"), repo.sandbox.path(), "li");
        run(crm.env("CRM_IDENTITY", file).args(split(line)))
    };
    contains(&with(&plain, "show zhang").ok(), &[NOTE]);
    let refused = with(&shut, "show zhang").fails(2);
    contains(&refused, &["error[bad-key]", "passphrase"]);
    contains(&with(Path::new("nowhere"), "show zhang").fails(3), &["error[unreadable]"]);
    // The key in the user's home is found by itself.
    std::fs::create_dir_all(repo.sandbox.path().join(".ssh")).unwrap();
    std::fs::copy(&plain, repo.sandbox.path().join(".ssh/id_ed25519")).unwrap();
    contains(&repo.crm("show zhang").ok(), &[NOTE]);
}

#[test]
fn a_ledger_without_private_fields_has_texts_that_begin_with_sealed() {
    let repo = Repo::new("li", "[[rep]]\nid = \"li\"\n");
    repo.crm("add 张伟 --owner li --id zhang").done();
    repo.crm("log zhang call --note 'sealed: the deal is closed'").done();
    contains(&repo.crm("show zhang").ok(), &["sealed: the deal is closed"]);
}

#[test]
fn keys_outside_of_the_ledger_forget_a_person() {
    let keys = Keys::of(&["boss"]);
    let outside = tempfile::tempdir().unwrap();
    let folder = format!("keys = \"{}\"\n", outside.path().display());
    let repo = Repo::new("boss", &keys.settings(&folder, &[("boss", 1)]));
    crm_as(&repo, &keys, "", "add 张伟 --owner li --id zhang --value 5000").done();
    crm_as(&repo, &keys, "boss", &format!("contact add zhang 'Zhang Wei' --phone {PHONE}")).done();
    crm_as(&repo, &keys, "boss", &format!("log zhang call --note '{NOTE}'")).done();
    crm_as(&repo, &keys, "boss", "add 李 --owner li --id li").done();
    crm_as(&repo, &keys, "boss", "contact add li Hong --phone 555-1111").done();
    repo.commit("all").done();
    let clone = Repo::clone_of(repo.sandbox.path(), "boss");
    let text = zhang(&repo);
    assert!(!text.contains("[sealed]") && text.contains("sealed:"), "{text}");
    assert_eq!(files_of_keys(outside.path()), 2);
    contains(&crm_as(&clone, &keys, "boss", "show zhang").ok(), &[PHONE, NOTE]);
    // It is told first, and done with --apply.
    let told = crm_as(&repo, &keys, "boss", "forget zhang").done().1;
    contains(
        &told,
        &[
            "its keys outside of the ledger go",
            "git still has 1 commit of",
            "copy the file elsewhere, then git filter-repo",
            "put the copy back and commit it",
        ],
    );
    assert!(!told.contains("have their own keys"), "{told}");
    assert_eq!((zhang(&repo), files_of_keys(outside.path())), (text, 2));
    crm_as(&repo, &keys, "boss", "forget zha --apply").fails(2);
    crm_as(&repo, &keys, "boss", "forget zhang --apply").done();
    let left = zhang(&repo);
    for gone in ["张伟", "Zhang Wei", "sealed:"] {
        assert!(!left.contains(gone), "{left}");
    }
    contains(&left, &["value = 5000", "kind = \"call\""]);
    // Neither the clone nor the history opens what was sealed; the other person is as before.
    let shown = crm_as(&clone, &keys, "boss", "show zhang").ok();
    assert!(!shown.contains(PHONE) && !shown.contains(NOTE), "{shown}");
    contains(&crm_as(&clone, &keys, "boss", "show li").ok(), &["555-1111"]);
    contains(&crm_as(&repo, &keys, "boss", "check").done().1, &["0 errors"]);
}

#[test]
fn keys_that_go_outside_later_are_new_ones() {
    let keys = Keys::of(&["boss"]);
    let repo = sealed_ledger(&keys, &[("boss", 1)]);
    let outside = tempfile::tempdir().unwrap();
    let folder = format!("keys = \"{}\"\n", outside.path().display());
    repo.sandbox.write("crm.toml", keys.settings(&folder, &[("boss", 1)]));
    let before = zhang(&repo);
    contains(&crm_as(&repo, &keys, "boss", "seal").done().1, &["zhang: 4 values sealed"]);
    let after = zhang(&repo);
    assert!(!after.contains("[sealed]") && after.contains("sealed:"), "{after}");
    assert_ne!(seal_of(&before, "phone"), seal_of(&after, "phone"));
    contains(&crm_as(&repo, &keys, "boss", "show zhang").ok(), &[PHONE, MAIL, NOTE]);
    contains(&crm_as(&repo, &keys, "boss", "seal").done().1, &["everything is sealed"]);
    repo.commit("keys outside").done();
    // The commits before have their own keys, and forgetting says so.
    let told = crm_as(&repo, &keys, "boss", "forget zhang --apply").done().1;
    contains(&told, &["its keys outside of the ledger go", "have their own keys still open"]);
    assert_eq!(files_of_keys(outside.path()), 0);
    let told = crm_as(&repo, &keys, "boss", "forget zhang").done().1;
    assert!(!told.contains("its keys outside"), "{told}");
}

#[test]
fn a_person_of_whom_entries_speak_is_forgotten() {
    let keys = Keys::of(&["boss"]);
    let repo = sealed_ledger(&keys, &[("boss", 1)]);
    crm_as(&repo, &keys, "boss", "log zhang meeting --with 'Zhang Wei'").done();
    crm_as(&repo, &keys, "boss", "forget zhang --apply").done();
    assert!(!zhang(&repo).contains("Zhang Wei"), "{}", zhang(&repo));
}

/// A server that has what a repository has, and guards it.
#[cfg(unix)]
pub(crate) fn server_of(boss: &Repo) -> crate::common::Sandbox {
    let server = crate::common::Sandbox::empty();
    run(command("git", server.path(), "server").args(split("init -q --bare -b main"))).done();
    boss.git(&format!("remote add origin {}", server.path().display())).done();
    push(boss).done();
    let mut install = command(env!("CARGO_BIN_EXE_crm"), server.path(), "boss");
    run(install.args(["hooks", "install", "--server", "."])).done();
    server
}

/// A ledger with a decider, a move that rests on the person, free words everywhere, and hooks.
fn ledger_with_a_decider(keys: &Keys) -> Repo {
    let settings = keys.settings("", &[("boss", 1)]);
    let repo = Repo::new(
        "boss",
        &format!(
            "{settings}[pool]\nkeeper = \"wang\"\n[reasons]\nprice = \"price\"\n[[rep]]\nid = \"zhao\"\nemail = \"zhao@example.com\"\n"
        ),
    );
    repo.sandbox.write(
        "prospects/zhang.toml",
        "name = \"张伟\"\ncompany = \"Acme\"\n\n[[contact]]\nname = \"Zhang Wei\"\ndecides = true\npart = \"decider\"\n\n\
         [[contact]]\nname = \"Bob Hope\"\n\n[events]\n\
         2009-12-01-1 = { kind = \"opened\", by = \"li\", owner = \"li\", value = 1500.50 }\n\
         2009-12-02-1 = { kind = \"meeting\", by = \"li\", with = [\"Zhang Wei\"], confirms = [\"budget\", \"fit\"], next = 2009-12-20, \
         next_what = \"see his wife\" }\n\
         2009-12-03-1 = { kind = \"hold\", by = \"li\", until = 2010-01-01, reason = \"his divorce\" }\n\
         2009-12-04-1 = { kind = \"lost\", by = \"li\", stage = \"lost\", reason = \"price\" }\n",
    );
    repo.sandbox.write(
        "prospects/bob.toml",
        "name = \"Bob\"\ntags = [\"friend of Zhang Wei\"]\n\n[events]\n2009-12-01-1 = { kind = \"opened\", owner = \"li\" }\n",
    );
    repo.sandbox.write(
        "prospects/chen.toml",
        "name = \"Chen\"\n\n[events]\n2009-12-01-1 = { kind = \"opened\", owner = \"li\" }\n\
         2009-12-03-1 = { kind = \"hold\", by = \"li\", until = 2010-01-01, reason = \"ill\" }\n",
    );
    crm_as(&repo, keys, "boss", &format!("contact edit zhang 'Zhang Wei' --phone {PHONE}")).done();
    repo.crm("hooks install").done();
    repo.commit("all").done();
    repo
}

#[test]
fn a_person_is_forgotten_and_history_stands() {
    let keys = Keys::of(&["boss"]);
    let repo = ledger_with_a_decider(&keys);
    let crm = |line: &str| crm_as(&repo, &keys, "boss", line);
    let before = (crm("check").stdout, crm("list -c id,stage,value -f csv").ok());
    let text = zhang(&repo);
    for line in ["forget zhang", "forget zhang -n"] {
        contains(&crm(line).done().1, &["1 line of the ledger", "prospects/bob.toml:2"]);
        assert_eq!(zhang(&repo), text);
    }
    crm("forget zhang -n --apply").fails(2);
    crm("forget zhang --apply --commit").done();
    assert_eq!(repo.git("status --porcelain").done().0, "");
    assert_eq!(repo.git("log -1 --format=%s").done().0, "zhang: a person is forgotten\n");
    let left = zhang(&repo);
    for gone in ["张伟", "Zhang Wei", "Bob Hope", "Acme", "wife", "divorce", "sealed"] {
        assert!(!left.contains(gone), "{gone}: {left}");
    }
    contains(
        &left,
        &[
            "name = \"erased 2009-12-18\"",
            "decides = true",
            "with = [\"erased 2009-12-18 (1)\"]",
            "reason = \"price\"",
            "reason = \"erased 2009-12-18\"",
        ],
    );
    assert_eq!((crm("check").stdout, crm("list -c id,stage,value -f csv").ok()), before);
    contains(&crm("check --since HEAD~1").done().1, &["0 errors"]);
    // More than an erasure is refused as ever.
    repo.sandbox.write("prospects/zhang.toml", left.replace("stage = \"lost\", ", ""));
    let refused = crm("check --since HEAD~1");
    assert_eq!(refused.status, 1);
    contains(&refused.stdout, &["error[history-changed]", "2009-12-04-1"]);
}

#[test]
#[cfg(unix)]
fn a_guard_takes_an_erasure_from_an_admin_or_the_keeper_alone() {
    let keys = Keys::of(&["boss"]);
    let boss = ledger_with_a_decider(&keys);
    let server = server_of(&boss);
    let forgets_one = |user: &'static str, id: &str, change: &dyn Fn(String) -> String| {
        let clone = Repo::clone_of(server.path(), user);
        // The program itself asks the rule of the guard; here it is told another user.
        let mut crm = command(env!("CARGO_BIN_EXE_crm"), clone.sandbox.path(), user);
        run(crm.env("CRM_USER", "boss").args(split(&format!("forget {id} --apply")))).done();
        let file = format!("prospects/{id}.toml");
        clone.sandbox.write(&file, change(clone.sandbox.read(&file)));
        clone.commit("forget").done();
        push(&clone)
    };
    let forgets = |user, change: &dyn Fn(String) -> String| forgets_one(user, "zhang", change);
    let as_it_is = |text: String| text;
    // An admin may, and one who is neither that nor the keeper nor the owner may nothing.
    forgets_one("boss", "chen", &as_it_is).done();
    let foreign = forgets("zhao", &as_it_is).stderr;
    contains(&foreign, &["error[not-yours]", "error[history-changed]"]);
    // The owner may not, and nobody may change a stage under cover of an erasure.
    contains(&forgets("li", &as_it_is).stderr, &["error[history-changed]"]);
    let moved =
        |text: String| text.replace("confirms = [\"budget\", \"fit\"]", "confirms = [\"budget\"]");
    contains(&forgets("boss", &moved).stderr, &["error[history-changed]"]);
    let given = |text: String| {
        text.replace("2009-12-04-1 = ", "2009-12-05-1 = { kind = \"note\" }\n2009-12-04-1 = ")
    };
    contains(&forgets("wang", &given).stderr, &["error[not-yours]"]);
    forgets("wang", &as_it_is).done();
    let again = Repo::clone_of(server.path(), "boss");
    assert!(!zhang(&again).contains("Zhang Wei"));
}

#[test]
fn only_an_admin_or_the_keeper_of_the_pool_forgets() {
    let keys = Keys::of(&["boss"]);
    let repo = ledger_with_a_decider(&keys);
    let text = zhang(&repo);
    let by = |user: &str, line: &str| {
        let mut crm = command(env!("CARGO_BIN_EXE_crm"), repo.sandbox.path(), "nobody");
        run(crm.env("CRM_USER", user).args(split(line)))
    };
    let who = |refused: &str| {
        contains(refused, &["error[not-yours]", "only an admin or the keeper", "`boss`, `wang`"]);
    };
    who(&by("li", "forget zhang --apply").fails(1));
    // Neither is a user whom the settings do not know.
    who(&by("", "forget zhang --apply --commit").fails(1));
    contains(&by("li", "--lang zh forget zhang --apply").fails(1), &["无权遗忘", "`boss`、`wang`"]);
    assert_eq!(zhang(&repo), text);
    by("li", "forget zhang").done();
    by("wang", "forget zhang --apply").done();
    // Where the settings name nobody, there is no rule.
    let alone = Repo::new("li", "[[rep]]\nid = \"li\"\n");
    alone.crm("add 张伟 --owner li --id zhang").done();
    alone.crm("forget zhang --apply").done();
}

/// A ledger with keys outside in a folder of their own, one of which is that of 张伟, and his telephone in a commit.
fn ledger_with_keys_outside(keys: &Keys) -> (Repo, tempfile::TempDir, PathBuf) {
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("keys");
    std::fs::create_dir(&folder).unwrap();
    let line = format!("keys = \"{}\"\n", folder.display());
    let repo = Repo::new("boss", &keys.settings(&line, &[("boss", 1)]));
    let crm = |line: &str| crm_as(&repo, keys, "boss", line);
    crm("add 张伟 --owner li --id zhang").done();
    crm(&format!("contact add zhang 'Zhang Wei' --phone {PHONE}")).done();
    repo.commit("zhang").done();
    (repo, outside, folder)
}

#[test]
fn without_the_folder_of_keys_nobody_is_forgotten() {
    let keys = Keys::of(&["boss"]);
    let (repo, outside, folder) = ledger_with_keys_outside(&keys);
    let text = zhang(&repo);
    let away = outside.path().join("away");
    std::fs::rename(&folder, &away).unwrap();
    let refused = crm_as(&repo, &keys, "boss", "forget zhang --apply --commit").fails(1);
    contains(&refused, &["error[keys-missing]: the folder of keys is not there"]);
    assert_eq!((zhang(&repo), &*repo.git("status --porcelain").done().0), (text.clone(), ""));
    // A single file of keys that is elsewhere is told.
    std::fs::rename(&away, &folder).unwrap();
    let name = sealed_file(&text);
    std::fs::rename(folder.join(&name), outside.path().join(&name)).unwrap();
    let told = crm_as(&repo, &keys, "boss", "forget zhang --apply").done().1;
    contains(&told, &["keys that are not here", &name[..10]]);
    assert!(!told.contains("its keys outside"), "{told}");
}

#[test]
fn who_is_forgotten_once_more_stays_as_is() {
    let keys = Keys::of(&["boss"]);
    let repo = ledger_with_a_decider(&keys);
    crm_as(&repo, &keys, "boss", "forget zhang --apply --commit").done();
    let text = zhang(&repo);
    let told = crm_as(&repo, &keys, "boss", "forget zhang --apply --as-of 2009-12-25").done().1;
    assert!(!told.contains("of the ledger still"), "{told}");
    assert_eq!(zhang(&repo), text);
}

/// What a commit of the repository shows of a contact.
fn shown_at(repo: &Repo, keys: &Keys, revision: &str, id: &str) -> String {
    let clone = Repo::clone_of(repo.sandbox.path(), "boss");
    clone.git(&format!("checkout -q {revision}")).done();
    crm_as(&clone, keys, "boss", &format!("show {id}")).ok()
}

#[test]
fn the_keys_of_what_was_joined_into_a_file_go_with_it() {
    let keys = Keys::of(&["boss"]);
    let (repo, _outside, folder) = ledger_with_keys_outside(&keys);
    let crm = |line: &str| crm_as(&repo, &keys, "boss", line);
    for (id, phone) in [("zs", "139-1111"), ("other", "137-2222")] {
        crm(&format!("add 客-{id} --owner li --id {id}")).done();
        crm(&format!("contact add {id} San-{id} --phone {phone}")).done();
        repo.commit(id).done();
    }
    crm("join zhang zs --commit").done();
    let before = repo.git("rev-parse HEAD~1").done().0;
    assert!(shown_at(&repo, &keys, before.trim(), "zs").contains("139-1111"));
    assert_eq!(files_of_keys(&folder), 3);
    let told = crm("forget zhang --apply --commit").done().1;
    contains(&told, &["count as its own, with keys and history: `zs`", "--path prospects/zs.toml"]);
    assert!(!told.contains("other"), "{told}");
    assert_eq!(files_of_keys(&folder), 1);
    assert!(!shown_at(&repo, &keys, before.trim(), "zs").contains("139-1111"));
    contains(&crm("show other").ok(), &["137-2222"]);
}

#[test]
fn keys_that_another_file_needs_stay_and_are_told() {
    let keys = Keys::of(&["boss"]);
    let (repo, _outside, folder) = ledger_with_keys_outside(&keys);
    let crm = |line: &str| crm_as(&repo, &keys, "boss", line);
    crm("add 张三 --owner li --id zs").done();
    crm("contact add zs San --phone 139-1111").done();
    repo.commit("zs").done();
    crm("join zhang zs --commit").done();
    let joined = repo.git("rev-parse HEAD").done().0;
    crm("split zhang --commit").done();
    let told = crm("forget zs --apply --commit").done().1;
    contains(&told, &["while it was part of `zhang` still opens"]);
    assert!(!told.contains("--path prospects/zhang.toml"), "{told}");
    assert_eq!(files_of_keys(&folder), 1);
    contains(&crm("show zhang").ok(), &[PHONE]);
    // With the other one, these go too.
    crm("forget zhang --apply --commit").done();
    assert_eq!(files_of_keys(&folder), 0);
    assert!(!shown_at(&repo, &keys, joined.trim(), "zhang").contains("139-1111"));
}

#[test]
fn keys_that_cannot_be_deleted_stop_the_forgetting_before_it_begins() {
    let keys = Keys::of(&["boss"]);
    let (repo, _outside, folder) = ledger_with_keys_outside(&keys);
    let text = zhang(&repo);
    // A folder in place of the file cannot be deleted as a file, by the user root neither.
    let file = folder.join(sealed_file(&text));
    std::fs::rename(&file, folder.join("kept")).unwrap();
    std::fs::create_dir(&file).unwrap();
    let refused = crm_as(&repo, &keys, "boss", "forget zhang --apply --commit").fails(3);
    contains(&refused, &["error[write-failed]", "nothing was changed"]);
    assert_eq!((zhang(&repo), &*repo.git("status --porcelain").done().0), (text, ""));
    std::fs::remove_dir(&file).unwrap();
    std::fs::rename(folder.join("kept"), &file).unwrap();
    crm_as(&repo, &keys, "boss", "forget zhang --apply --commit").done();
    assert_eq!(files_of_keys(&folder), 0);
}

#[test]
fn keys_that_are_missing_are_told() {
    let keys = Keys::of(&["boss"]);
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("keys");
    let line = format!("keys = \"{}\"\n", folder.display());
    let settings = keys.settings(&line, &[("boss", 1)]);
    let repo = Repo::new("boss", &settings);
    let crm = |line: &str| crm_as(&repo, &keys, "boss", line);
    for id in ["zhang", "li"] {
        crm(&format!("add 张{id} --owner li --id {id}")).done();
    }
    // The folder is made by the first `crm seal`, and by no other command.
    let refused = crm(&format!("log zhang call --note '{NOTE}'")).fails(1);
    contains(
        &refused,
        &["error[keys-missing]: the folder of keys is not there", "crm seal makes it"],
    );
    assert!(!folder.exists() && !zhang(&repo).contains("call"));
    let text = zhang(&repo)
        .replace("[events]", "[[contact]]\nname = \"Wei\"\nphone = \"138\"\n\n[events]");
    repo.sandbox.write("prospects/zhang.toml", text);
    contains(&crm("seal -n").done().1, &["the folder of keys is new"]);
    assert!(!folder.exists());
    contains(&crm("seal").done().1, &["the folder of keys is new", "zhang: 1 value sealed"]);
    crm(&format!("log li call --note '{NOTE}'")).done();
    assert_eq!(files_of_keys(&folder), 2);
    assert!(!crm("check").done().0.contains("keys-missing"));
    let told = |words: &[&str]| {
        let found = crm("check").stdout;
        contains(&found, &["warning[keys-missing]"]);
        contains(&found, words);
        assert_eq!(found.matches("keys-missing").count(), 1, "{found}");
    };
    // One file of keys is gone.
    let name = sealed_file(&zhang(&repo));
    std::fs::rename(folder.join(&name), outside.path().join(&name)).unwrap();
    told(&["lacks keys of sealed values", "1 file: zhang", "git pull"]);
    contains(
        &crm("seal").done().1,
        &["warning[keys-missing]: the keys of 1 value are nowhere", "zhang Wei phone"],
    );
    assert!(crm("show zhang").ok().contains("•••"));
    // The folder is gone.
    std::fs::rename(&folder, outside.path().join("elsewhere")).unwrap();
    told(&["is not there", "2 files: ", "get the folder from another reader"]);
    contains(&crm("log li call --note again").fails(1), &["error[keys-missing]"]);
    repo.sandbox.write(
        "prospects/li.toml",
        repo.sandbox
            .read("prospects/li.toml")
            .replace("[events]", "[[contact]]\nname = \"Li\"\nphone = \"1\"\n\n[events]"),
    );
    contains(&crm("seal").fails(1), &["error[keys-missing]", "is not there"]);
    assert!(!folder.exists());
    // The line of the settings is gone.
    repo.sandbox.write("crm.toml", settings.replace(&line, ""));
    told(&["the settings name no folder of keys", "2 files: "]);
    // A person who was forgotten has nothing sealed, and is no finding.
    std::fs::rename(outside.path().join("elsewhere"), &folder).unwrap();
    repo.sandbox.write("crm.toml", &settings);
    crm("forget zhang --apply").done();
    assert!(!crm("check").stdout.contains("keys-missing"));
}

#[test]
fn a_file_of_keys_that_is_damaged_or_gone_is_never_written_anew() {
    let keys = Keys::of(&["boss"]);
    let (repo, _parent, outside) = ledger_with_keys_outside(&keys);
    let crm = |line: &str| crm_as(&repo, &keys, "boss", line);
    let (before, name) = (zhang(&repo), sealed_file(&zhang(&repo)));
    let file = outside.join(&name);
    let whole = std::fs::read_to_string(&file).unwrap();
    let open = before.replace("[sealed]", "").replace("phone", "email = \"a@b.example\"\nphone");
    for damaged in [format!("<<<<<<< sync\n{whole}"), String::new(), whole.replace("-boss", "")] {
        std::fs::write(&file, &damaged).unwrap();
        for rep in ["", "boss"] {
            let said = crm_as(&repo, &keys, rep, "log zhang call --note x").fails(1);
            contains(&said, &["error[keys-missing]: a file of keys is damaged", &name]);
        }
        repo.sandbox.write("prospects/zhang.toml", &open);
        contains(&crm("seal").fails(1), &["a file of keys is damaged"]);
        contains(&crm("seal -n").fails(1), &["a file of keys is damaged"]);
        assert_eq!(zhang(&repo), open);
        repo.sandbox.write("prospects/zhang.toml", &before);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), damaged);
        let found = crm("check").stdout;
        contains(
            &found,
            &["warning[keys-missing]", "has 1 damaged file", &format!("{name} (zhang)")],
        );
        assert_eq!(found.matches("keys-missing").count(), 1, "{found}");
    }
    std::fs::remove_file(&file).unwrap();
    let said = crm("log zhang call --note x").fails(1);
    contains(&said, &["error[keys-missing]: a file of keys is not there", &name, "git pull"]);
    assert!(!file.exists() && zhang(&repo) == before);
    // What is not sealed is written as ever.
    crm("log zhang call").done();
    std::fs::write(&file, &whole).unwrap();
    crm("log zhang meeting --note 'a second one'").done();
    contains(&crm("show zhang").ok(), &[PHONE, "a second one"]);
}

#[test]
fn two_ledgers_that_share_a_folder_of_keys_lose_none() {
    let keys = Keys::of(&["boss"]);
    let (repo, _parent, _) = ledger_with_keys_outside(&keys);
    let other = Repo::clone_of(repo.sandbox.path(), "wang");
    let notes = |of: &str| (0..10).map(|n| format!("{of}-{n}-note")).collect::<Vec<_>>();
    // Without a key each note gets a new one.
    std::thread::scope(|scope| {
        for (ledger, of) in [(&repo, "here"), (&other, "there")] {
            let keys = &keys;
            scope.spawn(move || {
                for note in notes(of) {
                    crm_as(ledger, keys, "", &format!("log zhang call --note {note}")).done();
                }
            });
        }
    });
    for (ledger, of) in [(&repo, "here"), (&other, "there")] {
        let shown = crm_as(ledger, &keys, "boss", "export events -f csv").ok();
        let lost: Vec<String> =
            notes(of).into_iter().filter(|note| !shown.contains(note)).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }
}

/// The first `crm seal` makes the folder of keys, with nothing to seal too; where values have their keys in it, it is elsewhere.
#[test]
fn the_first_seal_of_a_new_ledger_makes_the_folder_of_keys() {
    let keys = Keys::of(&["boss"]);
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("keys");
    let line = format!("keys = \"{}\"\n", folder.display());
    let repo = Repo::new("boss", &keys.settings(&line, &[("boss", 1)]));
    let crm = |line: &str| crm_as(&repo, &keys, "boss", line);
    contains(&crm("seal -n").done().1, &["the folder of keys is new"]);
    assert!(!folder.exists());
    contains(&crm("seal").done().1, &["the folder of keys is new"]);
    contains(&crm("seal").done().1, &["everything is sealed"]);
    crm("add 张伟 --owner li --id zhang").done();
    crm("add 李娜 --owner li --id li").done();
    crm(&format!("contact add zhang Wei --phone {PHONE}")).done();
    std::fs::rename(&folder, outside.path().join("elsewhere")).unwrap();
    contains(&crm("seal").done().1, &["warning[keys-missing]"]);
    crm("seal li").done();
    assert!(!folder.exists());
}

#[test]
fn a_wrapped_key_that_was_changed_is_told_to_its_reader() {
    for is_outside in [false, true] {
        let keys = Keys::of(&["boss", "li"]);
        let outside = tempfile::tempdir().unwrap();
        let line = format!("keys = \"{}\"\n", outside.path().display());
        let line = if is_outside { &*line } else { "" };
        let repo = Repo::new("boss", &keys.settings(line, &[("boss", 1), ("li", 1)]));
        crm_as(&repo, &keys, "", "add 张伟 --owner li --id zhang").done();
        let person = format!("contact add zhang Wei --phone {PHONE} --email {MAIL}");
        crm_as(&repo, &keys, "", &person).done();
        let file = match is_outside {
            true => outside.path().join(sealed_file(&zhang(&repo))),
            false => repo.sandbox.path().join("prospects/zhang.toml"),
        };
        let whole = std::fs::read_to_string(&file).unwrap();
        let with = |to: fn(&str) -> String| {
            let line =
                |line: &str| if line.contains("-li = ") { to(line) } else { format!("{line}\n") };
            whole.lines().map(line).collect::<String>()
        };
        std::fs::write(&file, with(|line| format!("{}.AAAA\"\n", line.split('.').next().unwrap())))
            .unwrap();
        let found = crm_as(&repo, &keys, "li", "check");
        assert_eq!(found.status, 1, "{}", found.stdout);
        contains(
            &found.stdout,
            &["error[broken-seal]: no value opens with 1 key of yours, changed or cut off"],
        );
        assert_eq!(found.stdout.matches("broken-seal").count(), 1, "{}", found.stdout);
        let said = crm_as(&repo, &keys, "li", "seal").done().1;
        contains(&said, &["warning[broken-seal]: the own keys of 2 values do not open them"]);
        contains(&crm_as(&repo, &keys, "boss", "check").done().1, &["0 errors"]);
        // Without the line, another reader gives it back.
        std::fs::write(&file, with(|_| String::new())).unwrap();
        crm_as(&repo, &keys, "boss", "seal").done();
        contains(&crm_as(&repo, &keys, "li", "show zhang").ok(), &[PHONE, MAIL]);
        contains(&crm_as(&repo, &keys, "li", "check").done().1, &["0 errors"]);
    }
}

#[test]
fn sealed_values_without_settings_for_them_are_told() {
    let keys = Keys::of(&["boss"]);
    let repo = sealed_ledger(&keys, &[("boss", 1)]);
    let settings = repo.sandbox.read("crm.toml");
    repo.sandbox.write("crm.toml", settings.split("[privacy]").next().unwrap());
    crm_as(&repo, &keys, "boss", "add 李 --owner li --id li").done();
    let found = crm_as(&repo, &keys, "boss", "check").done().0;
    contains(&found, &["warning[keys-missing]: the settings have no [privacy]", "1 file: zhang"]);
    assert_eq!(found.matches("keys-missing").count(), 1, "{found}");
}

/// How many files of keys a folder has, beside its lock.
fn files_of_keys(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    entries.filter(|entry| entry.file_name() != ".lock").count()
}

/// The file of keys that the first sealed value of a text names.
fn sealed_file(text: &str) -> String {
    let rest = &text[text.find("sealed:").unwrap() + 7..];
    format!("{}.toml", &rest[..10])
}

#[test]
fn a_seal_that_is_broken_and_values_without_a_key_are_told_in_a_line_each() {
    let keys = Keys::of(&["boss", "li"]);
    let repo = sealed_ledger(&keys, &[("boss", 1)]);
    let crm = |line: &str| crm_as(&repo, &keys, "boss", line);
    for n in 0..8 {
        crm(&format!("add 李{n} --owner li --id li{n}")).done();
        crm(&format!("contact add li{n} Hong --phone 555-111{n}")).done();
    }
    repo.sandbox.write("crm.toml", keys.settings("", &[("boss", 1), ("li", 1)]));
    let said = crm_as(&repo, &keys, "", "seal").done().1;
    contains(&said, &["warning[no-key]: no key of yours opens 12 values", "li0 Hong phone", "+ 7"]);
    assert_eq!(said.matches("warning").count(), 1, "{said}");
    // Two values in each other's place.
    let text = zhang(&repo);
    let (phone, mail) = (seal_of(&text, "phone"), seal_of(&text, "email"));
    let changed = text.replace(&phone, "@@").replace(&mail, &phone).replace("@@", &mail);
    repo.sandbox.write("prospects/zhang.toml", changed);
    let said = crm("seal").done().1;
    contains(
        &said,
        &[
            "warning[broken-seal]: the own keys of 2 values do not open them",
            "zhang Zhang Wei phone",
        ],
    );
    assert_eq!(zhang(&repo).matches(&phone).count(), 1, "it stays as it is");
}

#[test]
fn a_sealed_ledger_comes_back_from_a_backup() {
    for is_outside in [false, true] {
        let keys = Keys::of(&["boss"]);
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("keys");
        let line =
            if is_outside { format!("keys = \"{}\"\n", folder.display()) } else { String::new() };
        std::fs::create_dir(&folder).unwrap();
        let repo = Repo::new("boss", &keys.settings(&line, &[("boss", 1)]));
        let crm = |line: &str| crm_as(&repo, &keys, "boss", line);
        crm("add 张伟 --owner li --id zhang").done();
        crm(&format!("contact add zhang Wei --phone {PHONE} --email {MAIL} --birthday 1971-05-02"))
            .done();
        repo.commit("one").done();
        crm(&format!("log zhang call --note '{NOTE}'")).done();
        let (file, back) = (place.path().join("b.zip"), place.path().join("back"));
        crm(&format!("backup {}", file.display())).done();
        // Where the backup is verified or restored, the keys may be elsewhere.
        let away = place.path().join("away");
        std::fs::rename(&folder, &away).unwrap();
        let verified = crm(&format!("backup verify {}", file.display())).done();
        assert!(verified.1.contains("verified"), "{verified:?}");
        let restored = crm(&format!("restore {} {}", file.display(), back.display())).done().1;
        let needs = format!("put their folder at {}", folder.display());
        assert_eq!(restored.contains(&needs), is_outside, "{restored}");
        std::fs::remove_file(&file).unwrap();
        nothing_open(&back);
        std::fs::rename(&away, &folder).unwrap();
        let mut show = command(env!("CARGO_BIN_EXE_crm"), &back, "boss");
        let shown = run(show.env("CRM_IDENTITY", keys.file("boss")).args(split("show zhang"))).ok();
        contains(&shown, &[PHONE, NOTE]);
    }
}

#[test]
#[cfg(unix)]
fn a_private_note_that_could_not_be_written_is_kept_sealed() {
    let keys = Keys::of(&["boss"]);
    let repo = sealed_ledger(&keys, &[("boss", 1)]);
    let place = tempfile::tempdir().unwrap();
    let editor = place.path().join("editor.sh");
    std::fs::write(&editor, format!("#!/bin/sh\nprintf '%s\\n' '{NOTE}' > \"$1\"\n")).unwrap();
    let temp = place.path().join("temp");
    std::fs::create_dir(&temp).unwrap();
    let mut crm = command(env!("CARGO_BIN_EXE_crm"), repo.sandbox.path(), "boss");
    crm.env("CRM_IDENTITY", keys.file("boss"))
        .env("TMPDIR", &temp)
        .env("EDITOR", format!("sh {}", editor.display()));
    let said = run(crm.args(split("log zhang call --edit --confirm nonsense"))).fails(2);
    contains(&said, &["your note is kept, sealed for its readers"]);
    assert!(!said.contains(NOTE), "{said}");
    nothing_open(&temp);
    let kept = std::fs::read_dir(&temp).unwrap().flatten().map(|entry| entry.path());
    let kept: Vec<PathBuf> = kept.collect();
    let [kept] = &*kept else { panic!("{kept:?}") };
    let own = std::fs::read_to_string(keys.file("boss")).unwrap();
    let own: age::x25519::Identity = own.trim().parse().unwrap();
    assert_eq!(age::decrypt(&own, &std::fs::read(kept).unwrap()).unwrap(), NOTE.as_bytes());
}

#[test]
fn a_note_of_a_write_has_no_value_of_a_field() {
    let keys = Keys::of(&["boss"]);
    let settings =
        keys.settings("", &[("boss", 1)]).replace("\"note\"]", "\"note\", \"challenge\"]");
    let repo = Repo::new("boss", &settings);
    crm_as(&repo, &keys, "", "add 张伟 --owner li --id zhang").done();
    crm_as(&repo, &keys, "boss", &format!("set zhang 'challenge={NOTE}'")).done();
    nothing_open(repo.sandbox.path());
}

#[test]
fn a_file_that_cannot_be_read_is_not_said_to_be_sealed() {
    let keys = Keys::of(&["boss"]);
    let repo = sealed_ledger(&keys, &[("boss", 1)]);
    repo.sandbox.write("prospects/tang.toml", format!("name = \"x\"\nchallenge = \"{NOTE}\n"));
    let said = crm_as(&repo, &keys, "boss", "seal").fails(1);
    contains(&said, &["prospects/tang.toml", "cannot be sealed"]);
    assert!(!said.contains(NOTE), "{said}");
}

#[test]
fn values_that_are_copied_with_their_keys_are_found() {
    let keys = Keys::of(&["boss"]);
    let repo = sealed_ledger(&keys, &[("boss", 1)]);
    repo.sandbox.write("prospects/copy.toml", zhang(&repo));
    let checked = crm_as(&repo, &keys, "", "check");
    assert_eq!(checked.status, 1, "{}", checked.stdout);
    contains(&checked.stdout, &["error[broken-seal]: it has sealed values of prospects/copy.toml"]);
}

#[test]
fn rights_by_rep_and_by_path_with_their_changes() {
    let keys = Keys::of(&["boss", "li"]);
    let repo = Repo::new("boss", &keys.settings("", &[("boss", 2)]));
    repo.commit("boss reads").done();
    repo.sandbox
        .write("crm.toml", keys.settings("level = { note = 2 }\n", &[("boss", 2), ("li", 1)]));
    let rights = |line: &str| crm_as(&repo, &keys, "", line).done().0;
    let shown = rights("rights");
    contains(&shown, &["not committed", "all", "note (sealed, 2)", "boss, li", "reads level 1: "]);
    repo.commit("li reads").done();
    let rows = rights("rights -f csv");
    contains(
        &rows,
        &["rep,writes,administers,reads,key-print,since,changed-by", "boss,all,true,2,"],
    );
    contains(&rows, &["\"own, and the pool's\",false,1,", "2009-12-18,boss"]);
    let reviewed = "reviewed = 2009-12-18\nreview_days = 90\n";
    repo.sandbox.write("crm.toml", keys.settings(reviewed, &[("boss", 2), ("li", 1)]));
    assert_eq!(rights("rights -f csv --table changes").lines().count(), 1);
    let due = |day: &str| rights(&format!("--as-of {day} due -f csv"));
    assert!(!due("2010-03-17").contains("look at the rights"));
    contains(&due("2010-03-18"), &["2010-03-18,0,look at the rights,crm.toml,", "boss"]);
}

/// Pushes to a server as the repository's user.
pub fn push(repo: &Repo) -> Run {
    let mut git = command("git", repo.sandbox.path(), repo.user);
    run(git.env("CRM_USER", repo.user).args(split("push origin HEAD:main")))
}

#[test]
#[cfg(unix)]
fn a_guard_refuses_open_text_and_seals_by_others_than_an_admin() {
    let keys = Keys::of(&["boss", "li"]);
    let readers = [("boss", 1), ("li", 1)];
    let settings = keys.settings("", &readers);
    let open =
        settings.replace("fields = [\"phone\", \"email\", \"birthday\", \"note\"]", "fields = []");
    let server = crate::common::Sandbox::empty();
    let git = |line: &str| run(command("git", server.path(), "server").args(split(line))).done();
    git("init -q --bare -b main");
    let boss = Repo::new("boss", &open);
    crm_as(&boss, &keys, "", "add 张伟 --owner li --id zhang").done();
    crm_as(&boss, &keys, "", &format!("contact add zhang Wei --phone {PHONE}")).done();
    crm_as(&boss, &keys, "", &format!("log zhang call --note '{NOTE}'")).done();
    crm_as(&boss, &keys, "", "log zhang call --note 'second'").done();
    boss.commit("open").done();
    boss.git(&format!("remote add origin {}", server.path().display())).done();
    let mut install = command(env!("CARGO_BIN_EXE_crm"), server.path(), "boss");
    run(install.args(["hooks", "install", "--server", "."])).done();
    push(&boss).done();
    // An admin seals history; the guard has no key, and takes the admin's word.
    boss.sandbox.write("crm.toml", &settings);
    crm_as(&boss, &keys, "", "seal").done();
    boss.commit("sealed").done();
    push(&boss).done();
    contains(&crm_as(&boss, &keys, "boss", "check --since HEAD~1").done().1, &["0 errors"]);
    let refused = |line: &str, change: &dyn Fn(&Repo), code: &str| {
        let li = Repo::clone_of(server.path(), "li");
        change(&li);
        li.commit(line).done();
        let said = push(&li);
        assert_ne!(said.status, 0, "{line}: {}", said.stderr);
        contains(&said.stderr, &[code]);
        assert!(!said.stderr.contains("in the clear"), "{}", said.stderr);
    };
    refused(
        "an open note",
        &|li| {
            let line = "2009-12-18-9 = { kind = \"note\", note = \"in the clear\" }\n";
            li.sandbox.write("prospects/zhang.toml", zhang(li) + line);
        },
        "error[not-sealed]",
    );
    refused(
        "another note under the seal",
        &|li| {
            let text = zhang(li);
            let notes: Vec<String> = text
                .lines()
                .filter(|line| line.contains("note = "))
                .map(|line| seal_of(line, "note"))
                .collect();
            li.sandbox.write("prospects/zhang.toml", text.replace(&notes[0], &notes[1]));
        },
        "error[history-changed]",
    );
    refused(
        "a stage under cover of a seal",
        &|li| {
            let text =
                zhang(li).replacen("kind = \"call\", ", "kind = \"call\", stage = \"90\", ", 1);
            li.sandbox.write("prospects/zhang.toml", text);
        },
        "error[history-changed]",
    );
    // What a rep writes with the program is sealed, and accepted; without a key, too.
    let li = Repo::clone_of(server.path(), "li");
    crm_as(&li, &keys, "", "log zhang meeting --note 'in confidence'").done();
    crm_as(&li, &keys, "li", &format!("contact edit zhang Wei --phone {PHONE}1")).done();
    li.commit("work").done();
    push(&li).done();
    contains(&crm_as(&li, &keys, "li", "show zhang").ok(), &["in confidence", NOTE]);
}
