//! The attacks on the guard as a table: who, what is pushed, the verdict; and beside each an honest twin that is
//! accepted. A push is a script for a repository in memory.

use super::{Memory, Tree, file, tree};
use crm::format::merge::markers::Markers;
use crm::format::merge::{Kind, Versions, merge};
use crm::value::date::Date;
use std::collections::{BTreeMap, BTreeSet};

const SETTINGS: &str = "[[rep]]\nid = \"boss\"\nadmin = true\n[[rep]]\nid = \"wang\"\nmanager = \"boss\"\n\
    [[rep]]\nid = \"liu\"\nmanager = \"wang\"\n[[rep]]\nid = \"he\"\nmanager = \"boss\"\n";

fn prospect(id: &str, owner: &str, by: &str) -> String {
    format!(
        "name = \"{id}\"\nregion = \"r0\"\n# a remark\n\n[[contact]]\nname = \"A\"\nphone = \"1\"\n\n[events]\n\
         2009-12-01-1-{id} = {{ kind = \"opened\", by = \"{by}\", owner = \"{owner}\" }}\n\
         2009-12-02-1-{id} = {{ kind = \"note\", by = \"wang\", note = \"warm\" }}\n"
    )
}

/// A server with the branches `zero` (the beginning), `one`, `main`, `side`, which parted from `zero`, and
/// `wu1` and `wu2`, on which two people were opened under one id; and a user's clone of it.
struct Work {
    memory: Memory,
    names: BTreeMap<String, usize>,
    known: Vec<usize>,
    parents: Vec<usize>,
    tree: Tree,
    dirty: bool,
}

impl Work {
    fn new() -> Work {
        let files = [
            ("crm.toml", SETTINGS.to_owned()),
            (".gitattributes", "*.toml -text merge=crm\n".to_owned()),
            ("letters/offer.txt", "…".to_owned()),
            ("prospects/zhang.toml", prospect("zhang", "liu", "liu")),
            ("prospects/zhou.toml", prospect("zhou", "liu", "liu")),
            ("prospects/li.toml", prospect("li", "he", "he")),
            ("prospects/pool.toml", prospect("pool", "", "boss")),
            ("activity/liu.toml", "[tally]\n2009-12-01 = { dials = 5 }\n".to_owned()),
            ("activity/he.toml", "[tally]\n2009-12-01 = { dials = 5 }\n".to_owned()),
        ];
        let mut work = Work {
            memory: Memory::default(),
            names: BTreeMap::new(),
            known: Vec::new(),
            parents: Vec::new(),
            tree: tree(files),
            dirty: true,
        };
        work.run(
            "as zero; edit li \"r0\" => \"suzhou\"; tally he 02 2; as one; edit li \"suzhou\" => \"wuxi\"; \
             add li 03 call he; settings [[campaign]] id = \"a\"; as main; \
             on zero; add zhang 03 call liu; edit zhang \"r0\" => \"ningbo\"; tally liu 03 3; \
             settings [[rep]] id = \"new\"; as side; \
             on zero; open wu he he 10; as wu1; on one; open wu liu liu 09; as wu2; on main",
        );
        work.known = ["main", "side", "wu1", "wu2"].map(|name| work.names[name]).to_vec();
        work
    }

    fn commit(&mut self) {
        if self.dirty {
            let id = self.memory.commit(&self.parents, self.tree.clone());
            self.parents = vec![id];
            self.dirty = false;
        }
    }

    fn head(&mut self) -> usize {
        self.commit();
        self.parents[0]
    }

    /// A path, or the file of an id.
    fn path(&self, name: &str) -> String {
        let file = format!("/{name}.toml");
        let known =
            self.tree.keys().find(|path| path.starts_with("prospects") && path.ends_with(&file));
        match (known, name.contains(['/', '.'])) {
            (Some(path), false) => path.clone(),
            (None, false) => format!("prospects{file}"),
            _ => name.to_owned(),
        }
    }

    fn put(&mut self, path: &str, text: String) {
        self.tree.insert(path.to_owned(), file(text));
    }

    fn text(&self, path: &str) -> String {
        self.tree.get(path).unwrap_or_else(|| panic!("no {path}")).1.clone()
    }

    fn run(&mut self, script: &str) {
        for step in script.split(';').map(str::trim).filter(|step| !step.is_empty()) {
            let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
            self.step(verb, rest);
        }
    }

    fn step(&mut self, verb: &str, rest: &str) {
        let words: Vec<&str> = rest.split(' ').collect();
        let verbs = ["commit", "as", "on", "merge"];
        self.dirty |= !verbs.contains(&verb);
        match verb {
            "commit" => self.commit(),
            "as" => {
                let head = self.head();
                self.names.insert(rest.to_owned(), head);
            }
            "on" => {
                self.commit();
                self.parents = vec![self.names[rest]];
                self.tree = self.memory.tree(self.names[rest]).clone();
            }
            // A history of its own.
            "orphan" => {
                self.commit();
                (self.parents, self.tree) = (Vec::new(), Tree::new());
            }
            // One or more branches; the tree is that of the driver, in a conflict ours.
            "merge" => {
                let mut parents = vec![self.head()];
                for name in &words {
                    let other = self.names[*name];
                    self.tree = self.merged(parents[0], other);
                    parents.push(other);
                }
                (self.parents, self.dirty) = (parents, true);
            }
            // An entry: id, day, kind, who signs, and more of it.
            "add" => {
                let path = self.path(words[0]);
                let key = match words[1].len() {
                    2 => format!("2009-12-{}-1-{}", words[1], words[3]),
                    _ => words[1].to_owned(),
                };
                let more = words[4..].join(" ").replace('=', " = ");
                let more = if more.is_empty() { more } else { format!(", {more}") };
                let (kind, by) = (words[2], words[3]);
                let text = self.text(&path);
                self.put(
                    &path,
                    format!("{text}{key} = {{ kind = \"{kind}\", by = \"{by}\"{more} }}\n"),
                );
            }
            "tally" => {
                let path = format!("activity/{}.toml", words[0]);
                let text =
                    self.tree.get(&path).map_or("[tally]\n".to_owned(), |file| file.1.clone());
                let (day, n) = (words[1], words[2]);
                self.put(&path, format!("{text}2009-12-{day}-1-{n} = {{ dials = {n} }}\n"));
            }
            "settings" => {
                let text = self.text("crm.toml");
                let more = rest.replace("]] ", "]]\n");
                self.put("crm.toml", format!("{text}{more}\n"));
            }
            "edit" => {
                let (name, change) = rest.split_once(' ').unwrap();
                let (old, new) =
                    change.split_once(" => ").unwrap_or((change.trim_end_matches(" =>"), ""));
                let (path, unescape) = (self.path(name), |text: &str| text.replace("\\n", "\n"));
                let text = self.text(&path);
                assert!(text.contains(&unescape(old)), "no `{old}` in {text}");
                self.put(&path, text.replacen(&unescape(old), &unescape(new), 1));
            }
            // A new prospect: id, owner, who signs, the day.
            "open" => {
                let [id, owner, by, day] = words[..] else { panic!("{rest}") };
                let path = self.path(id);
                let owner = owner.trim_matches('-');
                self.put(&path, format!(
                    "name = \"{id} of {by}\"\n\n[events]\n2009-12-{day}-1-{by} = {{ kind = \"opened\", by = \"{by}\", owner = \"{owner}\" }}\n"
                ));
            }
            "put" => {
                let (path, text) = rest.split_once(' ').unwrap();
                self.put(path, text.replace("\\n", "\n"));
            }
            "rm" => drop(self.tree.remove(&self.path(rest)).unwrap()),
            "mv" => {
                let moved = self.tree.remove(&self.path(words[0])).unwrap();
                let path = self.path(words[1]);
                self.tree.insert(path, moved);
            }
            "mode" => {
                let path = self.path(words[1]);
                self.tree.get_mut(&path).unwrap().0 = words[0].to_owned();
            }
            // The file as a branch has it.
            "take" => {
                let path = self.path(words[0]);
                let file = self.memory.tree(self.names[words[1]])[&path].clone();
                self.tree.insert(path, file);
            }
            // All entries of a prospect go into another one.
            "join" => {
                let (from, into) = (self.path(words[0]), self.path(words[1]));
                let journal = self.tree.remove(&from).unwrap().1;
                let entries = journal.split("[events]\n").nth(1).unwrap();
                let text = self.text(&into);
                self.put(&into, format!("{text}{entries}"));
            }
            _ => panic!("{verb}"),
        }
    }

    fn merged(&self, ours: usize, theirs: usize) -> Tree {
        let base = self.memory.bases_of(ours, theirs).first().map(|base| self.memory.tree(*base));
        let (ours, theirs) = (&self.tree_of(ours), self.memory.tree(theirs));
        let empty = Tree::new();
        let base = base.unwrap_or(&empty);
        let paths: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
        let mut tree = Tree::new();
        for path in paths {
            let text = |tree: &Tree| tree.get(path).map(|file| file.1.clone());
            let (b, o, t) = (text(base), text(ours), text(theirs));
            let result = match (&o, &t) {
                (Some(ours), Some(theirs)) => {
                    let base = b.unwrap_or_default();
                    let versions = Versions { base: &base, ours, theirs };
                    let kind = Kind::of(std::path::Path::new(path));
                    let merged = merge(versions, kind, &Markers::default());
                    let clean = merged.ok().filter(|merged| merged.conflicts.is_empty());
                    Some(clean.map_or_else(|| ours.clone(), |merged| merged.text))
                }
                (Some(there), None) | (None, Some(there)) => {
                    (b.as_ref() != Some(there)).then(|| there.clone())
                }
                (None, None) => None,
            };
            tree.extend(result.map(|text| (path.clone(), file(text))));
        }
        tree
    }

    /// The tree of the merge so far, for the second branch of an octopus.
    fn tree_of(&self, commit: usize) -> Tree {
        if self.parents == [commit] { self.tree.clone() } else { self.memory.tree(commit).clone() }
    }
}

/// The codes of a push by a user.
fn verdict(user: &str, script: &str) -> Vec<&'static str> {
    let mut work = Work::new();
    work.run(script);
    let (head, main) = (work.head(), work.names["main"]);
    let today = Date::new(2009, 12, 18).unwrap();
    let found = work.memory.judge(user, today, main, &work.known, head);
    found.iter().map(|found| found.code.id()).collect()
}

/// Who attacks, with what, and the code of the refusal; who does something like it honestly.
const ATTACKS: &[(&str, &str, &str, &str, &str)] = &[
    // Facts, comments, the file itself.
    ("he", "add zhang 10 call he", "not-yours", "liu", "add zhang 10 call liu"),
    ("liu", "add li 10 call liu", "not-yours", "boss", "add li 10 call boss"),
    ("wang", "add li 10 call wang", "not-yours", "wang", "add zhang 10 call wang"),
    ("he", "edit zhang \"r0\" => \"x\"", "not-yours", "wang", "edit zhang \"r0\" => \"x\""),
    (
        "he",
        "edit zhang name = => #\\nname =",
        "not-yours",
        "liu",
        "edit zhang name = => #\\nname =",
    ),
    ("he", "edit zhang # a remark\\n =>", "not-yours", "liu", "edit zhang # a remark\\n =>"),
    ("he", "edit zhang region = => region=", "not-yours", "liu", "edit zhang region = => region="),
    ("he", "edit zhang \\n\\n => \\n\\n\\n", "not-yours", "liu", "edit zhang \\n\\n => \\n\\n\\n"),
    ("he", "edit zhang \"1\" => \"2\"", "not-yours", "liu", "edit zhang \"1\" => \"2\""),
    (
        "he",
        "edit zhang [events] => [[contact]]\\nname = \"B\"\\n\\n[events]",
        "not-yours",
        "liu",
        "edit zhang [events] => [[contact]]\\nname = \"B\"\\n\\n[events]",
    ),
    (
        "he",
        "edit zhang name = => tags = [\"x\"]\\nname =",
        "not-yours",
        "he",
        "edit pool name = => tags = [\"x\"]\\nname =",
    ),
    (
        "he",
        "mv zhang prospects/x/zhang.toml",
        "not-yours",
        "liu",
        "mv zhang prospects/x/zhang.toml",
    ),
    ("he", "mv zhang zhang-yong", "not-yours", "wang", "mv zhang zhang-yong"),
    ("he", "mv zhang prospects/ZHANG.toml", "not-yours", "liu", "mv zhang prospects/ZHANG.toml"),
    ("he", "mode 100755 zhang", "not-yours", "liu", "mode 100755 zhang"),
    ("he", "mode 120000 li", "symlink", "he", "mode 100755 li"),
    ("boss", "mode 160000 li", "symlink", "boss", "edit li \"wuxi\" => \"x\""),
    (
        "he",
        "put prospects/x.toml x; mode 120000 x",
        "symlink",
        "he",
        "put prospects/x.toml name = \"x\"\\n",
    ),
    (
        "he",
        "put Prospects/x.toml name = \"x\"\\n",
        "bad-id",
        "he",
        "put prospects/x.toml name = \"x\"\\n",
    ),
    ("he", "put Activity/he.toml [tally]\\n", "bad-id", "he", "tally he 10 1"),
    (
        "he",
        "add zhang 10 call he; commit; edit zhang 2009-12-10-1-he = { kind = \"call\", by = \"he\" }\\n =>",
        "not-yours",
        "boss",
        "put letters/x.txt x; commit; rm letters/x.txt",
    ),
    // History.
    (
        "liu",
        "edit zhang warm => cold",
        "history-changed",
        "liu",
        "add zhang 10 note liu note=\"cold\"",
    ),
    ("boss", "edit zhang warm => cold", "history-changed", "boss", "add zhang 10 note boss"),
    (
        "liu",
        "edit zhang warm => cold; commit; edit zhang cold => warm",
        "history-changed",
        "liu",
        "edit zhang \"r0\" => \"x\"; commit; edit zhang \"x\" => \"r0\"",
    ),
    (
        "liu",
        "edit zhang 2009-12-02-1-zhang = { kind = \"note\", by = \"wang\", note = \"warm\" }\\n =>",
        "history-lost",
        "liu",
        "edit zhang 2009-12-02-1-zhang = => 2009-12-02-1-zhang=",
    ),
    (
        "liu",
        "edit zhang 2009-12-02 => 2009-12-03",
        "history-lost",
        "liu",
        "edit zhang # a remark => # another",
    ),
    ("liu", "rm zhang", "history-lost", "he", "open wu he he 10; commit; mv wu wu-2"),
    (
        "liu",
        "rm zhang; commit; open zhang liu liu 10",
        "history-lost",
        "liu",
        "put prospects/x.toml name = \"x\"\\n; commit; rm prospects/x.toml",
    ),
    (
        "boss",
        "rm zhang",
        "history-lost",
        "boss",
        "mv zhang zhang-yong; add zhang-yong 10 call boss",
    ),
    (
        "liu",
        "mv zhang zhang-yong; edit zhang-yong warm => cold",
        "history-lost",
        "liu",
        "mv zhang zhang-yong; edit zhang-yong \"r0\" => \"x\"",
    ),
    ("liu", "edit zhang [events] => [events", "syntax", "liu", "edit zhang [events] => [ events ]"),
    (
        "liu",
        "edit zhang [events] => [events; commit; edit zhang [events => [events]",
        "syntax",
        "liu",
        "edit zhang [events] => [events] # x; commit; edit zhang # x =>",
    ),
    (
        "liu",
        "put prospects/a/zhang.toml name = \"x\"\\n; commit; rm prospects/zhang.toml",
        "history-lost",
        "liu",
        "mv zhang prospects/a/zhang.toml; commit; mv zhang prospects/zhang.toml",
    ),
    ("liu", "join zhang zhou; edit zhou warm => cold", "history-", "liu", "join zhang zhou"),
    (
        "liu",
        "edit zhang \"opened\" => \"imported\"",
        "history-",
        "liu",
        "add zhang 10 imported liu",
    ),
    (
        "liu",
        "open a liu liu 10; open b liu liu 10; commit; rm a; mv b c",
        "history-lost",
        "liu",
        "open a liu liu 10; open b liu liu 10; commit; mv a c; mv b d",
    ),
    // Signatures and retractions.
    ("liu", "add zhang 10 call wang", "foreign-signature", "wang", "add zhang 10 call wang"),
    ("boss", "add zhang 10 call liu", "foreign-signature", "boss", "add zhang 10 call boss"),
    (
        "liu",
        "add zhang 10 call nobody",
        "foreign-signature",
        "liu",
        "edit zhang [events]\\n => [events]\\n2009-12-10 = { kind = \"call\" }\\n",
    ),
    ("liu", "open wu liu wang 10", "foreign-signature", "wang", "open wu liu wang 10"),
    (
        "liu",
        "add zhang 10 call wang; commit; edit zhang by = \"wang\" } => by = \"liu\" }",
        "foreign-signature",
        "liu",
        "add zhang 10 call liu; commit; add zhang 11 call liu",
    ),
    (
        "liu",
        "mv zhang zhang-yong; add zhang-yong 10 call wang",
        "foreign-signature",
        "liu",
        "mv zhang zhang-yong; add zhang-yong 10 call liu",
    ),
    (
        "liu",
        "add zhang 10 retracted liu event=\"2009-12-02-1-zhang\"",
        "foreign-retraction",
        "wang",
        "add zhang 10 retracted wang event=\"2009-12-02-1-zhang\"",
    ),
    (
        "he",
        "add pool 10 retracted he event=\"2009-12-02-1-pool\"",
        "foreign-retraction",
        "boss",
        "add pool 10 retracted boss event=\"2009-12-02-1-pool\"",
    ),
    (
        "liu",
        "add zhang 10 retracted liu event=\"2009-12-12-1-x\"",
        "foreign-retraction",
        "liu",
        "add zhang 10 retracted liu event=\"2009-12-01-1-zhang\"",
    ),
    (
        "liu",
        "put prospects/tmp.toml name = \"x\"\\n[events]\\n; add tmp 10 retracted liu event=\"2009-12-02-1-zhang\"; commit; join tmp zhang",
        "foreign-retraction",
        "liu",
        "put prospects/tmp.toml name = \"x\"\\n[events]\\n; add tmp 10 note liu; commit; join tmp zhang",
    ),
    (
        "liu",
        "put prospects/tmp.toml name = \"x\"\\n[events]\\n; add tmp 10 retracted liu event=\"2009-12-02-1-zhang\"; commit; join zhang tmp",
        "foreign-retraction",
        "liu",
        "open tmp liu liu 10; commit; join zhang tmp",
    ),
    (
        "liu",
        "join zhou zhang; add zhang 10 retracted liu event=\"2009-12-02-1-zhou\"",
        "foreign-retraction",
        "liu",
        "join zhou zhang; add zhang 10 retracted liu event=\"2009-12-01-1-zhou\"",
    ),
    (
        "liu",
        "mv zhang z; add z 10 retracted liu event=\"2009-12-02-1-zhang\"",
        "foreign-retraction",
        "wang",
        "mv zhang z; add z 10 retracted wang event=\"2009-12-02-1-zhang\"",
    ),
    // Days to come.
    (
        "liu",
        "add pool 20 note liu owner=\"liu\"",
        "future-event",
        "liu",
        "add pool 18 assigned liu owner=\"liu\"",
    ),
    ("liu", "add zhang 20 call liu", "future-event", "liu", "add zhang 19 call liu"),
    (
        "boss",
        "add zhang 2010-01-01 call boss",
        "future-event",
        "boss",
        "add zhang 2009-12-19 call boss",
    ),
    ("liu", "open wu liu liu 25", "future-event", "liu", "open wu liu liu 19"),
    (
        "liu",
        "mv zhang z; add z 20 call liu",
        "future-event",
        "liu",
        "mv zhang z; add z 10 call liu next=2009-12-30",
    ),
    // The pool, and gifts.
    (
        "liu",
        "add pool 10 assigned liu owner=\"he\"",
        "not-yours",
        "liu",
        "add pool 10 assigned liu owner=\"liu\"",
    ),
    ("liu", "open wu he liu 10", "not-yours", "liu", "open wu liu liu 10"),
    ("wang", "open wu he wang 10", "not-yours", "wang", "open wu liu wang 10"),
    ("he", "open wu boss he 10", "not-yours", "he", "open wu - he 10"),
    (
        "liu",
        "open wu liu liu 10; commit; add wu 11 assigned liu owner=\"he\"",
        "not-yours",
        "liu",
        "add zhang 11 assigned liu owner=\"he\"",
    ),
    (
        "he",
        "add zhang 10 assigned he owner=\"he\"",
        "not-yours",
        "liu",
        "add zhang 10 released liu owner=\"\"",
    ),
    (
        "he",
        "add pool 10 assigned he owner=\"he\"; add zhang 10 call he",
        "not-yours",
        "he",
        "add pool 10 assigned he owner=\"he\"; add li 10 call he",
    ),
    ("he", "join zhang li", "not-yours", "liu", "join zhang zhou"),
    ("he", "join li zhang", "not-yours", "he", "join pool li"),
    // Tallies.
    ("he", "tally liu 10 9", "not-yours", "liu", "tally liu 10 9"),
    ("liu", "tally wang 10 9", "not-yours", "wang", "tally liu 10 9"),
    ("liu", "put activity/he.toml [tally]\\n", "not-yours", "boss", "tally he 10 9"),
    ("he", "rm activity/liu.toml", "not-yours", "he", "tally he 10 9"),
    (
        "liu",
        "edit activity/liu.toml dials = 5 => dials = 50",
        "history-changed",
        "liu",
        "edit activity/liu.toml dials = 5 => dials=5",
    ),
    (
        "liu",
        "put activity/liu.toml [tally]\\n",
        "history-lost",
        "liu",
        "edit activity/liu.toml [tally] => # mine\\n[tally]",
    ),
    (
        "liu",
        "rm activity/liu.toml",
        "history-lost",
        "liu",
        "tally liu 10 9; commit; tally liu 11 9",
    ),
    (
        "wang",
        "edit activity/liu.toml dials = 5 => dials = 50",
        "history-changed",
        "wang",
        "tally liu 10 45",
    ),
    (
        "liu",
        "edit activity/liu.toml dials = 5 => dials = 50; commit; edit activity/liu.toml dials = 50 => dials = 5",
        "history-changed",
        "liu",
        "tally liu 12 1",
    ),
    (
        "he",
        "mv activity/liu.toml activity/he2.toml",
        "not-yours",
        "he",
        "edit activity/he.toml [tally] => [tally] # x",
    ),
    // Settings.
    (
        "he",
        "edit crm.toml id = \"he\" => id = \"he\"\\nadmin = true",
        "admins-only",
        "boss",
        "edit crm.toml id = \"he\" => id = \"he\"\\nadmin = true",
    ),
    (
        "he",
        "edit crm.toml manager = \"wang\" => manager = \"he\"",
        "admins-only",
        "boss",
        "edit crm.toml manager = \"wang\" => manager = \"he\"",
    ),
    (
        "he",
        "edit crm.toml id = \"he\" => id = \"he\"\\nadmin = true; commit; edit crm.toml id = \"he\"\\nadmin = true => id = \"he\"",
        "admins-only",
        "boss",
        "settings [[campaign]] id = \"x\"",
    ),
    ("he", "settings # a remark", "admins-only", "boss", "settings # a remark"),
    ("he", "rm crm.toml", "admins-only", "boss", "put crm.txt x"),
    ("he", "put prospects/crm.toml x", "admins-only", "boss", "put .gitattributes x"),
    ("he", "put .gitattributes x", "admins-only", "boss", "put gitattributes x"),
    (
        "he",
        "put prospects/.gitattributes x",
        "admins-only",
        "boss",
        "put prospects/.gitattributes x",
    ),
    ("he", "put .gitmodules x", "admins-only", "boss", "put .gitmodules x"),
    ("he", "put CRM.toml x", "admins-only", "boss", "put crm-notes.toml x"),
    ("he", "put letters/offer.txt x", "admins-only", "boss", "put letters/offer.txt x"),
    ("he", "put .gitignore prospects", "admins-only", "boss", "put .gitignore *.csv"),
    ("boss", "put .crm/x x", "tracked-state", "boss", "put crm/x x"),
    // Merges of two sides: main has changed li and tallies of he, side zhang and tallies of liu.
    ("he", "merge side; edit zhang \"ningbo\" => \"r0\"", "not-yours", "he", "merge side"),
    (
        "he",
        "merge side; edit zhang \"ningbo\" => \"x\"",
        "not-yours",
        "liu",
        "merge side; edit zhang \"ningbo\" => \"x\"",
    ),
    ("he", "merge side; take zhang main", "history-lost", "he", "merge side; take zhang side"),
    ("liu", "merge side; take li zero", "history-lost", "liu", "merge side; take li main"),
    (
        "he",
        "merge side; edit zhang # a remark\\n =>",
        "not-yours",
        "liu",
        "merge side; edit zhang # a remark\\n =>",
    ),
    (
        "he",
        "merge side; edit zhang # a => # he never pays\\n# a",
        "not-yours",
        "boss",
        "merge side; edit zhang # a => # pays\\n# a",
    ),
    (
        "he",
        "merge side; mv zhang prospects/x/zhang.toml",
        "not-yours",
        "liu",
        "merge side; mv zhang prospects/x/zhang.toml",
    ),
    ("he", "merge side; mode 100755 zhang", "not-yours", "he", "merge side; mode 100755 li"),
    (
        "he",
        "merge side; add zhang 10 call he",
        "not-yours",
        "liu",
        "merge side; add zhang 10 call liu",
    ),
    (
        "he",
        "merge side; add li 10 call liu",
        "foreign-signature",
        "he",
        "merge side; add li 10 call he",
    ),
    (
        "he",
        "merge side; edit zhang warm => cold",
        "history-changed",
        "boss",
        "merge side; add zhang 10 call boss",
    ),
    (
        "liu",
        "merge side; edit zhang 2009-12-03-1-liu = { kind = \"call\", by = \"liu\" }\\n =>",
        "history-lost",
        "liu",
        "merge side; edit zhang \\n\\n => \\n\\n\\n",
    ),
    (
        "he",
        "merge side; edit activity/liu.toml dials = 3 => dials = 30",
        "history-changed",
        "he",
        "merge side; tally he 10 1",
    ),
    ("he", "merge side; tally liu 10 1", "not-yours", "wang", "merge side; tally liu 10 1"),
    (
        "he",
        "merge side; take activity/liu.toml main",
        "history-lost",
        "boss",
        "merge side; take activity/liu.toml side",
    ),
    (
        "he",
        "merge side; settings [[rep]] id = \"x\"",
        "admins-only",
        "boss",
        "merge side; settings [[rep]] id = \"x\"",
    ),
    (
        "he",
        "merge side; edit crm.toml id = \"new\" => id = \"new\"\\nadmin = true",
        "admins-only",
        "liu",
        "merge side",
    ),
    ("he", "merge side; take crm.toml main", "admins-only", "wang", "merge side"),
    ("he", "merge side; rm zhang", "history-lost", "he", "merge side; open wu he he 10"),
    (
        "he",
        "merge side; add zhang 20 call he",
        "future-event",
        "he",
        "merge side; add li 19 call he",
    ),
    (
        "he",
        "merge side; add pool 10 assigned he owner=\"liu\"",
        "not-yours",
        "he",
        "merge side; add pool 10 assigned he owner=\"he\"",
    ),
    (
        "liu",
        "merge side; put prospects/x.toml x; mode 120000 x",
        "symlink",
        "liu",
        "merge side; open x liu liu 10",
    ),
    // Merges of three sides, some of them old.
    (
        "liu",
        "add zhou 10 call liu; as mine; on main; merge one mine; take li one",
        "history-lost",
        "liu",
        "add zhou 10 call liu; as mine; on main; merge one mine",
    ),
    (
        "liu",
        "add zhou 10 call liu; as mine; on main; merge one mine; edit li \"wuxi\" => \"suzhou\"",
        "not-yours",
        "liu",
        "on zero; add zhou 10 call liu; as mine; on main; merge one mine",
    ),
    (
        "liu",
        "on zero; add zhou 10 call liu; as old; on one; add zhou 11 call liu; as mine; on main; merge mine old; edit li \"wuxi\" => \"suzhou\"",
        "not-yours",
        "liu",
        "on zero; add zhou 10 call liu; as old; on one; add zhou 11 note liu; as mine; on main; merge mine old",
    ),
    (
        "liu",
        "on zero; add zhou 10 call liu; as old; on one; add zhou 11 call liu; as mine; on main; merge mine old; edit li \"wuxi\" => \"r0\"",
        "not-yours",
        "he",
        "on zero; add li 10 call he; as old; on main; merge old side",
    ),
    (
        "liu",
        "on zero; add zhou 10 call liu; as mine; on main; merge side mine; mv li prospects/x/li.toml",
        "not-yours",
        "liu",
        "on zero; mv zhou prospects/x/zhou.toml; as mine; on main; merge side mine",
    ),
    (
        "liu",
        "on zero; add zhou 10 call liu; as mine; on main; merge side mine; edit li name = => # x\\nname =",
        "not-yours",
        "wang",
        "on zero; add zhou 10 call wang; as mine; on main; merge side mine",
    ),
    (
        "liu",
        "on zero; add zhou 10 call liu; as mine; on main; merge side mine; edit activity/he.toml dials = 2 => dials = 1",
        "history-changed",
        "liu",
        "on zero; tally liu 10 1; as mine; on main; merge side mine",
    ),
    (
        "liu",
        "on zero; add zhou 10 call liu; as mine; on main; merge side mine; take crm.toml one",
        "admins-only",
        "boss",
        "on zero; settings [[campaign]] id = \"z\"; as mine; on main; merge side mine",
    ),
    // One merged with its own past: only the newer side counts.
    ("liu", "merge one; take li one", "history-lost", "liu", "merge one"),
    ("he", "on side; merge zero; take zhang zero", "history-lost", "he", "on side; merge zero"),
    // Two people under one id.
    (
        "liu",
        "on zero; open wu liu liu 10; as mine; on main; open wu he liu 11",
        "not-yours",
        "liu",
        "on zero; open wu liu liu 10; as mine; on main; open wu2 liu liu 11; merge mine",
    ),
    (
        "he",
        "on zero; open wu he he 10; as mine; on main; open wu he he 09; merge mine; take wu mine",
        "history-lost",
        "he",
        "on zero; open wu he he 10; as mine; on main; open wu he he 09; merge mine; mv wu wu-2; take wu mine",
    ),
    (
        "wang",
        "on wu1; merge wu2; mv wu wu-2; take wu wu2; edit wu-2 of he => of x",
        "not-yours",
        "wang",
        "on wu1; merge wu2; mv wu wu-2; take wu wu2",
    ),
    (
        "wang",
        "on wu1; merge wu2; mv wu prospects/x/wu-2.toml; take wu wu2",
        "not-yours",
        "wang",
        "on wu2; merge wu1; mv wu wu-2; take wu wu1",
    ),
    (
        "liu",
        "on wu1; merge wu2; edit wu \\n\\n[events]\\n => \\n\\n[events]\\n2009-12-09-1-liu = { kind = \"opened\", by = \"liu\", owner = \"liu\" }\\n",
        "not-yours",
        "boss",
        "on wu1; merge wu2; edit wu \\n\\n[events]\\n => \\n\\n[events]\\n2009-12-09-1-liu = { kind = \"opened\", by = \"liu\", owner = \"liu\" }\\n",
    ),
    ("wang", "on wu1; merge wu2", "history-lost", "wang", "on wu1; merge side"),
    // Histories of their own, and old branches.
    ("he", "orphan; take crm.toml main", "admins-only", "boss", "orphan; take crm.toml main"),
    ("he", "orphan; take prospects/zhang.toml main", "not-yours", "he", "orphan; open wu he he 10"),
    (
        "he",
        "orphan; take prospects/li.toml main",
        "foreign-signature",
        "he",
        "orphan; open wu he he 10; as mine; on main; merge mine",
    ),
    ("he", "on zero; add zhang 10 call he", "not-yours", "liu", "on zero; add zhang 10 call liu"),
    (
        "he",
        "on side; edit zhang \"ningbo\" => \"r0\"",
        "not-yours",
        "he",
        "on side; edit li \"r0\" => \"x\"",
    ),
];

#[test]
fn attacks_and_their_honest_twins() {
    let mut wrong = Vec::new();
    let verdict = |user, script: &str| {
        std::panic::catch_unwind(|| verdict(user, script)).unwrap_or(vec!["?"])
    };
    for (user, attack, code, twin, honest) in ATTACKS {
        let found = verdict(user, attack);
        if !found.iter().any(|id| id.starts_with(code)) {
            wrong.push(format!("{user}: {attack}: {found:?}, not {code}"));
        }
        let found = verdict(twin, honest);
        if !found.is_empty() {
            wrong.push(format!("honest {twin}: {honest}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ATTACKS.len() >= 100, "{}", ATTACKS.len());
}
