//! The attacks on the guard as a table: who, what is pushed, the verdict; and beside each an honest twin that is
//! accepted. A push is a script for a repository in memory.

use super::{Memory, Tree, file, tree};
use crm::format::merge::markers::Markers;
use crm::format::merge::{FileKind, Versions, merge};
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
                    let kind = FileKind::of(std::path::Path::new(path));
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

/// The table.
const ATTACKS: &str = include_str!("attacks.txt");

/// The user, and the script.
fn push(line: &str) -> (&str, &str) {
    line.trim().split_once(": ").unwrap_or_else(|| panic!("{line}"))
}

#[test]
fn attacks_and_their_honest_twins() {
    let mut wrong = Vec::new();
    let verdict = |user, script: &str| {
        std::panic::catch_unwind(|| verdict(user, script)).unwrap_or(vec!["?"])
    };
    let is_row = |line: &&str| !line.is_empty() && !line.starts_with("##");
    let lines: Vec<&str> = ATTACKS.lines().filter(is_row).collect();
    for row in lines.chunks(2) {
        let (attack, code) = row[0].split_once(" !! ").unwrap_or_else(|| panic!("{row:?}"));
        let ((user, attack), (twin, honest)) = (push(attack), push(row[1]));
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
    assert!(lines.len() >= 200, "{}", lines.len());
}
