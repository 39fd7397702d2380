//! Users work, merge, rebase, squash and cheat at random. A push is accepted if, and only if, each of its commits
//! would be: what each does is known here, because it was made so.

use super::{Memory, Tree, file, tree};
use crm::format::merge::markers::Markers;
use crm::format::merge::{FileKind, Versions, merge};
use crm::value::date::Date;
use std::collections::{BTreeMap, BTreeSet};

const USERS: [&str; 4] = ["boss", "wang", "liu", "he"];
const REPS: &str = "[[rep]]\nid = \"boss\"\nadmin = true\n[[rep]]\nid = \"wang\"\nmanager = \"boss\"\n\
    [[rep]]\nid = \"liu\"\nmanager = \"wang\"\n[[rep]]\nid = \"he\"\nmanager = \"boss\"\n";
const SETTINGS: &str = "crm.toml";

/// May a user change what is a rep's? Nobody's (`""`) is everybody's, `admin` is the admins'.
fn may(user: &str, owner: &str) -> bool {
    user == "boss" || owner.is_empty() || user == owner || (user, owner) == ("wang", "liu")
}

/// What a commit needs to be accepted: the rights on what these reps own; `None`: nothing makes it good.
type Needs = Option<BTreeSet<String>>;

fn needs(owner: &str) -> Needs {
    Some(BTreeSet::from([owner.to_owned()]))
}

fn and(one: Needs, other: Needs) -> Needs {
    Some(one?.union(&other?).cloned().collect())
}

/// What a file is, wherever it is moved: a prospect's name, or the path.
fn identity(path: &str, text: &str) -> String {
    match text.lines().next().and_then(|line| line.strip_prefix("name = ")) {
        Some(name) if path.starts_with("prospects/") => name.trim_matches('"').to_owned(),
        _ => path.to_owned(),
    }
}

/// The rep whose a file is.
fn owner(path: &str, text: &str) -> String {
    let quoted = |line: &str| line.split('"').next().unwrap_or_default().to_owned();
    if let Some(rest) = path.strip_prefix("activity/") {
        return rest.trim_end_matches(".toml").to_owned();
    }
    if path == SETTINGS {
        return "boss".to_owned();
    }
    match &*identity(path, text) {
        "zhang" | "zhou" => "liu".to_owned(),
        "li" | "lin" => "he".to_owned(),
        "wu" => "wang".to_owned(),
        _ => text.split("owner = \"").nth(1).map(quoted).unwrap_or_default(),
    }
}

fn is_prospect(path: &str) -> bool {
    path.starts_with("prospects/")
}

fn fact(text: &str, key: &str) -> Option<String> {
    let start = format!("{key} = ");
    text.lines().find_map(|line| line.strip_prefix(&start)).map(str::to_owned)
}

fn set_fact(text: &str, key: &str, value: Option<&str>) -> String {
    let start = format!("{key} = ");
    let mut lines: Vec<String> =
        text.lines().filter(|line| !line.starts_with(&start)).map(str::to_owned).collect();
    if let Some(value) = value {
        lines.insert(1, format!("{start}{value}"));
    }
    lines.join("\n") + "\n"
}

/// The entries of a journal, by their lines.
fn entries(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("2009-")).collect()
}

/// Does a tree lack an entry that another has?
fn loses(had: &Tree, has: &Tree) -> bool {
    let keys = |tree: &Tree| -> BTreeSet<(String, String)> {
        let key = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
        let of = |(path, (_, text)): (&String, &(String, String))| {
            let id = identity(path, text);
            entries(text).into_iter().map(|line| (id.clone(), key(line))).collect::<Vec<_>>()
        };
        tree.iter().flat_map(of).collect()
    };
    !keys(had).is_subset(&keys(has))
}

/// A merge of three trees as git and the driver make it, with one of two sides for each conflict; `None` where a
/// person has to decide.
fn merged(rng: &mut fastrand::Rng, base: &Tree, ours: &Tree, theirs: &Tree) -> Option<Tree> {
    type Known<'t> = BTreeMap<String, (&'t String, &'t String)>;
    fn known(tree: &Tree) -> Known<'_> {
        tree.iter().map(|(path, (_, text))| (identity(path, text), (path, text))).collect()
    }
    let (base, ours, theirs) = (known(base), known(ours), known(theirs));
    let all: BTreeSet<&String> = base.keys().chain(ours.keys()).chain(theirs.keys()).collect();
    let mut result = Tree::new();
    for id in all {
        let (b, o, t) = (base.get(id), ours.get(id), theirs.get(id));
        let (path, text) = match (o, t) {
            (None, None) => continue,
            (Some(there), None) | (None, Some(there)) => match b {
                None => (there.0.clone(), there.1.clone()),
                Some(before) if before == there => continue,
                Some(_) => return None,
            },
            (Some(o), Some(t)) => {
                let path = match b.map(|b| b.0) {
                    Some(before) if before == o.0 => t.0,
                    Some(before) if before == t.0 => o.0,
                    _ if rng.bool() => o.0,
                    _ => t.0,
                };
                let base = b.map_or("", |b| b.1);
                (path.clone(), settled(rng, path, Versions { base, ours: o.1, theirs: t.1 })?)
            }
        };
        // Two people under one id: the second one gets an id of its own.
        let path = match result.contains_key(&path) {
            true if b.is_none() && is_prospect(&path) => path.replace(".toml", "-2.toml"),
            true => return None,
            false => path,
        };
        if result.insert(path, file(text)).is_some() {
            return None;
        }
    }
    let ids: BTreeSet<&str> = result.keys().map(|path| path.rsplit('/').next().unwrap()).collect();
    (ids.len() == result.len()).then_some(result)
}

fn settled(rng: &mut fastrand::Rng, path: &str, versions: Versions) -> Option<String> {
    let kind = FileKind::of(std::path::Path::new(path));
    let merged = merge(versions, kind, &Markers::default()).ok()?;
    let (mut text, mut inside, mut take) = (String::new(), 0, true);
    for line in merged.text.split_inclusive('\n') {
        match line.get(..7) {
            Some("<<<<<<<") => (inside, take) = (1, rng.bool()),
            Some("=======") if inside == 1 => inside = 2,
            Some(">>>>>>>") => inside = 0,
            _ if inside == 0 || (inside == 1) == take => text.push_str(line),
            _ => {}
        }
    }
    Some(text)
}

/// The tree of the common past of two commits; of several ancestors, their merge.
fn past(rng: &mut fastrand::Rng, memory: &Memory, one: usize, other: usize) -> Option<Tree> {
    let bases = memory.bases_of(one, other);
    let mut tree = memory.tree(bases[0]).clone();
    for next in &bases[1..] {
        let below = past(rng, memory, bases[0], *next)?;
        tree = merged(rng, &below, &tree, memory.tree(*next))?;
    }
    Some(tree)
}

/// One history: a server, and a clone for each user.
struct World {
    rng: fastrand::Rng,
    memory: Memory,
    needs: Vec<Needs>,
    main: usize,
    /// What each user works on.
    heads: [usize; 4],
    /// The server's branch of each user.
    branches: [usize; 4],
    n: usize,
    merges: usize,
    seed: u64,
}

impl World {
    fn new(seed: u64) -> World {
        let prospect = |id: &str, owner: &str| {
            let path = format!("prospects/{id}.toml");
            let text = format!(
                "name = \"{id}\"\nregion = \"r0\"\n# {id}\n\n[[contact]]\nname = \"A\"\nphone = \"1\"\n\n[events]\n\
                 2009-12-01-1 = {{ kind = \"opened\", by = \"{owner}\", owner = \"{owner}\" }}\n\
                 2009-12-02-1 = {{ kind = \"note\", by = \"wang\", note = \"x\" }}\n"
            );
            (path, text)
        };
        let mut files: Vec<(String, String)> = vec![(SETTINGS.to_owned(), REPS.to_owned())];
        for (id, owner) in
            [("zhang", "liu"), ("zhou", "liu"), ("li", "he"), ("lin", "he"), ("wu", "wang")]
        {
            files.push(prospect(id, owner));
        }
        for rep in ["liu", "he"] {
            let text = "[tally]\n2009-12-01-1 = { dials = 5 }\n";
            files.push((format!("activity/{rep}.toml"), text.to_owned()));
        }
        let first = tree(files.iter().map(|(path, text)| (path.as_str(), text.clone())));
        let mut memory = Memory::default();
        memory.commit(&[], first);
        let rng = fastrand::Rng::with_seed(seed);
        World {
            rng,
            memory,
            needs: vec![needs("")],
            main: 0,
            heads: [0; 4],
            branches: [0; 4],
            n: 0,
            merges: 0,
            seed,
        }
    }

    fn commit(&mut self, at: usize, parents: &[usize], tree: Tree, needs: Needs) {
        self.heads[at] = self.memory.commit(parents, tree);
        self.needs.push(needs);
    }

    /// One change of a tree by a user, and what it needs. `strange`: of anything; else of what is the user's.
    fn change(&mut self, user: &str, tree: &mut Tree, strange: bool) -> Needs {
        self.n += 1;
        let n = self.n;
        let paths: Vec<String> = tree
            .iter()
            .filter(|(path, (_, text))| strange || may(user, &owner(path, text)))
            .map(|(path, _)| path.clone())
            .collect();
        let path = paths[self.rng.usize(..paths.len())].clone();
        let text = tree[&path].1.clone();
        let whose = owner(&path, &text);
        let day = self.rng.u8(3..18);
        let mut put = |text: String| {
            tree.insert(path.clone(), file(text));
        };
        if path == SETTINGS {
            put(format!("{text}[[campaign]]\nid = \"c{n}\"\n"));
            return needs("boss");
        }
        if !is_prospect(&path) {
            if strange && self.rng.u8(..3) == 0 {
                put(text.replacen("dials = 5", "dials = 50", 1));
                return if text.contains("dials = 5") { None } else { needs("") };
            }
            put(format!("{text}2009-12-{day:02}-1-t{n} = {{ dials = {n} }}\n"));
            return needs(&whose);
        }
        let line =
            |by: &str| format!("2009-12-{day:02}-1-e{n} = {{ kind = \"call\", by = \"{by}\" }}\n");
        match self.rng.u8(..if strange { 15 } else { 10 }) {
            0 => put(set_fact(&text, "region", Some(&format!("\"r{n}\"")))),
            1 => put(set_fact(&text, "size", None)),
            2 => put(set_fact(&text, "size", Some(&n.to_string()))),
            3 => put(text.replacen("\n[[contact]]", &format!("\n# remark {n}\n[[contact]]"), 1)),
            4 => put(text.replacen(
                "[events]",
                &format!("[[contact]]\nname = \"B{n}\"\n\n[events]"),
                1,
            )),
            5 => {
                let folders = ["prospects/", "prospects/north/", "prospects/x/y/"];
                let name = path.rsplit('/').next().unwrap();
                let new = format!("{}{name}", folders[self.rng.usize(..3)]);
                let moved = tree.remove(&path).unwrap();
                tree.insert(new.clone(), moved);
                return if new == path { needs("") } else { needs(&whose) };
            }
            6 => {
                let moved = tree.remove(&path).unwrap();
                tree.insert(path.replace(".toml", &format!("-r{n}.toml")), moved);
            }
            7 => {
                // Most come under a name of their own, some under one that others choose too.
                let id = if self.rng.bool() { format!("new{n}") } else { format!("new-{}", n % 3) };
                let path = format!("prospects/{id}.toml");
                // An id that was given up is not given to another person.
                let head = self.heads[USERS.iter().position(|known| *known == user).unwrap()];
                let was = |c: usize| {
                    self.memory.contains(head, c) && self.memory.tree(c).contains_key(&path)
                };
                let here = tree.keys().any(|known| known.ends_with(&format!("/{id}.toml")));
                if here || (0..self.memory.len()).any(was) {
                    return needs("");
                }
                let text = format!(
                    "name = \"new {n}\"\n\n[events]\n2009-12-{day:02}-1-o{n} = {{ kind = \"opened\", by = \"{user}\", owner = \"{user}\" }}\n"
                );
                tree.insert(path, file(text));
                return needs("");
            }
            8 | 9 => put(format!("{text}{}", line(user))),
            10 => {
                let other = USERS[self.rng.usize(..4)];
                put(format!("{text}{}", line(other)));
                return if other == user { needs(&whose) } else { None };
            }
            11 => {
                let mut lines = entries(&text);
                // Without its opening a new one would be nobody's.
                lines.retain(|line| !line.contains("-o"));
                if lines.is_empty() {
                    return needs("");
                }
                let line = lines[self.rng.usize(..lines.len())].to_owned();
                put(text.replace(&format!("{line}\n"), ""));
                return None;
            }
            12 => {
                put(text.replacen("kind = \"note\"", "kind = \"call\"", 1));
                return if text.contains("kind = \"note\"") { None } else { needs("") };
            }
            13 => {
                tree.remove(&path);
                return None;
            }
            _ => {
                if !text.contains("2009-12-02-1 =") {
                    return needs("");
                }
                put(format!(
                    "{text}2009-12-17-1-e{n} = {{ kind = \"retracted\", by = \"{user}\", event = \"2009-12-02-1\" }}\n"
                ));
                return and(needs(&whose), needs("wang"));
            }
        }
        needs(&whose)
    }

    /// [`World::change`]; what changes nothing needs nothing.
    fn changed(&mut self, user: &str, tree: &mut Tree, strange: bool) -> Needs {
        let before = tree.clone();
        let wanted = self.change(user, tree, strange);
        if *tree == before { needs("") } else { wanted }
    }

    /// Merges heads into a user's head, and perhaps changes something in the merge.
    fn merge(&mut self, at: usize, others: &[usize]) {
        let mut parents = vec![self.heads[at]];
        for other in others {
            if parents.iter().all(|parent| !self.memory.contains(*parent, *other)) {
                parents.push(*other);
            }
        }
        // A commit that another one contains is no side of its own; some merges name it all the same.
        let all = parents.clone();
        let below = |one: &usize| {
            all.iter().any(|other| other != one && self.memory.contains(*other, *one))
        };
        parents.retain(|one| !below(one));
        if parents.len() < 2 {
            self.heads[at] = parents[0];
            return;
        }
        let named = if self.rng.bool() { all } else { parents.clone() };
        // Step by step, in a copy of the history: what an octopus gives is what its steps give.
        let mut scratch = self.memory.copy();
        let mut here = parents[0];
        for other in &parents[1..] {
            let result = match scratch.contains(*other, here) {
                true => Some(scratch.tree(*other).clone()),
                false => past(&mut self.rng, &scratch, here, *other).and_then(|base| {
                    merged(&mut self.rng, &base, scratch.tree(here), scratch.tree(*other))
                }),
            };
            let Some(result) = result else { return };
            here = scratch.commit(&[here, *other], result);
        }
        let mut result = scratch.tree(here).clone();
        let mut wanted = needs("");
        // Where two people were set apart, the files are those of the sides.
        let apart =
            |path: &&String| parents.iter().all(|p| !self.memory.tree(*p).contains_key(*path));
        let two = result.keys().filter(apart).any(|path| path.ends_with("-2.toml"));
        if two && parents.len() > 2 {
            // Git's octopus gives up where a person has to decide.
            return;
        }
        if self.rng.u8(..3) == 0 && !two {
            let strange = self.rng.bool();
            wanted = match self.rng.u8(..3) {
                0 => self.turn_back(&parents, &mut result),
                _ => self.changed(USERS[at], &mut result, strange),
            };
        }
        // What one side deleted stays, as long as another has it; git leaves it out where that one is unchanged.
        if parents.iter().any(|parent| loses(self.memory.tree(*parent), &result)) {
            wanted = None;
        }
        self.merges += 1;
        self.commit(at, &named, result, wanted);
    }

    /// Gives a fact the value that it had at another time.
    fn turn_back(&mut self, parents: &[usize], tree: &mut Tree) -> Needs {
        let prospects: Vec<String> =
            tree.keys().filter(|path| is_prospect(path)).cloned().collect();
        let path = &prospects[self.rng.usize(..prospects.len())];
        let text = tree[path].1.clone();
        let id = identity(path, &text);
        let value = |commit: usize| {
            let mut files = self.memory.tree(commit).iter();
            let found = files.find(|(path, (_, text))| identity(path, text) == id);
            found.map(|(_, (_, text))| fact(text, "region"))
        };
        let [one, other] = parents else { return needs("") };
        let (bases, at) = (self.memory.bases_of(*one, *other), self.rng.usize(..self.memory.len()));
        let (Some(ours), Some(theirs), Some(then)) = (value(*one), value(*other), value(at)) else {
            return needs("");
        };
        let [base] = bases.as_slice() else { return needs("") };
        let base = value(*base).unwrap_or_default();
        let fits = match (&ours, &theirs) {
            (ours, theirs) if ours == theirs => then == *ours,
            (ours, theirs) if *ours == base => then == *theirs,
            (ours, theirs) if *theirs == base => then == *ours,
            (ours, theirs) => then == *ours || then == *theirs,
        };
        tree.insert(path.clone(), file(set_fact(&text, "region", then.as_deref())));
        if fits { needs("") } else { needs(&owner(path, &text)) }
    }

    /// The commits that a user has and the server has not are made anew on the server's main branch: each of them, or
    /// all as one. Only what is honest and no merge.
    fn rebase(&mut self, at: usize, squash: bool) {
        let user = USERS[at];
        let mine =
            self.memory.between(&[&self.branches[..], &[self.main]].concat(), self.heads[at]);
        let good = |id: &usize| {
            let single = self.memory.commits[*id].0.len() == 1;
            single
                && self.needs[*id].as_ref().is_some_and(|all| all.iter().all(|one| may(user, one)))
        };
        if mine.is_empty() || !mine.iter().all(good) {
            return;
        }
        let mut here = self.memory.tree(self.main).clone();
        let mut trees = Vec::new();
        for id in &mine {
            let parent = self.memory.commits[*id].0[0];
            let (base, theirs) = (self.memory.tree(parent).clone(), self.memory.tree(*id).clone());
            // A picked commit may bring earlier entries of the others along, which it would then sign.
            let Some(next) = merged(&mut self.rng, &base, &here, &theirs) else { return };
            if next.keys().any(|path| path.ends_with("-2.toml") && !theirs.contains_key(path)) {
                return;
            }
            let had: BTreeSet<&str> = here.values().flat_map(|(_, text)| entries(text)).collect();
            let came =
                next.values().flat_map(|(_, text)| entries(text)).filter(|e| !had.contains(e));
            if came
                .into_iter()
                .any(|e| e.contains("by = ") && !e.contains(&format!("by = \"{user}\"")))
            {
                return;
            }
            here = next;
            trees.push(here.clone());
        }
        let mut parent = self.main;
        let from = if squash { trees.len() - 1 } else { 0 };
        for tree in trees.split_off(from) {
            self.commit(at, &[parent], tree, needs(""));
            let all = mine.iter().map(|id| self.needs[*id].clone()).fold(needs(""), and);
            *self.needs.last_mut().unwrap() = all;
            parent = self.heads[at];
        }
    }

    /// One push of a user's head; was it accepted?
    fn push(&mut self, at: usize) -> Option<bool> {
        let (user, head, today) = (USERS[at], self.heads[at], Date::new(2009, 12, 18).unwrap());
        let known = [&self.branches[..], &[self.main]].concat();
        let ids = self.memory.between(&known, head);
        if ids.is_empty() {
            return None;
        }
        let each: Vec<bool> = ids
            .iter()
            .map(|id| self.memory.judge_commits(user, today, self.main, &[*id]).is_empty())
            .collect();
        let mut bad: Vec<usize> = Vec::new();
        for (id, is_taken) in ids.iter().zip(&each) {
            // What follows a refused commit is refused with it, whatever it makes of what that one broke.
            if bad.iter().any(|bad| self.memory.contains(*id, *bad)) {
                continue;
            }
            let needs = &self.needs[*id];
            let expected = needs.as_ref().is_some_and(|all| all.iter().all(|one| may(user, one)));
            let said = || self.memory.judge_commits(user, today, self.main, &[*id]);
            if !expected {
                bad.push(*id);
            }
            assert_eq!(
                *is_taken,
                expected,
                "seed {}, {user}, {needs:?}: {:#?}\n{}",
                self.seed,
                said()
                    .iter()
                    .map(|d| (
                        d.message.en(),
                        format!("{:?}", d.place).chars().take(90).collect::<String>()
                    ))
                    .collect::<Vec<_>>(),
                self.shown(*id)
            );
        }
        let accepted = each.iter().all(|taken| *taken);
        assert_eq!(accepted, bad.is_empty(), "{user}");
        if ids.len() > 1 {
            let found = self.memory.judge(user, today, self.main, &known, head);
            assert_eq!(found.is_empty(), accepted, "{user}: {found:?}");
        }
        Some(accepted)
    }

    /// A commit, with the files that it has otherwise than its parents and their past.
    fn shown(&self, id: usize) -> String {
        let parents = &self.memory.commits[id].0;
        let mut ids = vec![id];
        ids.extend(parents);
        for (n, one) in parents.iter().enumerate() {
            for other in &parents[n + 1..] {
                ids.extend(self.memory.bases_of(*one, *other));
            }
        }
        let mut text = format!("commit {id} of {parents:?}, of these {ids:?}:\n");
        let paths: BTreeSet<&String> =
            ids.iter().flat_map(|id| self.memory.tree(*id).keys()).collect();
        for path in paths {
            let versions: Vec<_> = ids.iter().map(|id| self.memory.tree(*id).get(path)).collect();
            let differ = versions.iter().any(|version| *version != versions[0]);
            if differ && is_prospect(path) {
                for (id, version) in ids.iter().zip(versions) {
                    let shown = version.map_or("-", |(_, text)| text);
                    text.push_str(&format!("=== {id} {path}\n{shown}\n"));
                }
            }
        }
        text
    }

    fn round(&mut self) -> Option<bool> {
        let at = self.rng.usize(..4);
        for _ in 0..=self.rng.usize(..2) {
            let strange = self.rng.u8(..10) == 0;
            let mut tree = self.memory.tree(self.heads[at]).clone();
            let wanted = self.changed(USERS[at], &mut tree, strange);
            self.commit(at, &[self.heads[at]], tree, wanted);
        }
        let others = [0; 2].map(|_| self.branches[self.rng.usize(..4)]);
        match self.rng.u8(..8) {
            0 => self.rebase(at, false),
            1 => self.rebase(at, true),
            2 => self.merge(at, &[self.main, others[0]]),
            3 => self.merge(at, &[others[0], others[1], self.main]),
            4 | 5 => self.merge(at, &others[..1]),
            _ => {}
        }
        let to_main = match self.rng.u8(..3) {
            0 => return None,
            1 => {
                // A branch only goes forward.
                self.merge(at, &[self.branches[at]]);
                if !self.memory.contains(self.heads[at], self.branches[at]) {
                    return None;
                }
                false
            }
            _ => {
                self.merge(at, &[self.main]);
                self.memory.contains(self.heads[at], self.main)
            }
        };
        let accepted = self.push(at);
        match accepted {
            Some(true) if to_main => self.main = self.heads[at],
            Some(true) => self.branches[at] = self.heads[at],
            Some(false) => self.heads[at] = self.main,
            None => {}
        }
        accepted
    }
}

/// Histories until there were so many merges: how many merges, pushes accepted and refused. Every `step`th seed from
/// `first` on.
fn histories(wanted: usize, first: u64, step: u64) -> [usize; 3] {
    let (mut merges, mut accepted, mut refused, mut seed) = (0, 0, 0, first);
    while merges < wanted {
        let mut world = World::new(seed);
        while world.memory.len() < 60 {
            match world.round() {
                Some(true) => accepted += 1,
                Some(false) => refused += 1,
                None => {}
            }
        }
        merges += world.merges;
        seed += step;
    }
    [merges, accepted, refused]
}

/// `CRM_GUARD_MERGES` makes it longer.
#[test]
fn a_push_is_accepted_if_each_of_its_commits_is() {
    let wanted = std::env::var("CRM_GUARD_MERGES").ok().and_then(|n| n.parse().ok());
    let wanted = wanted.unwrap_or(2_000);
    let from = std::env::var("CRM_GUARD_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(0u64);
    let found: Vec<[usize; 3]> = std::thread::scope(|scope| {
        let run = |first| scope.spawn(move || histories(wanted / 2, from + first, 2));
        let runs = [0u64, 1].map(run);
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let [merges, accepted, refused]: [usize; 3] =
        [0, 1, 2].map(|n| found.iter().map(|run| run[n]).sum());
    println!("{merges} merges, {accepted} pushes accepted, {refused} refused");
    assert!(
        accepted > merges / 20 && refused > merges / 20,
        "{accepted} accepted, {refused} refused"
    );
}
