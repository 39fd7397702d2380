//! The three-way merge of a prospect's file: what it gives, and what holds for every merge.

use crm::format::merge::markers::{Markers, take_apart};
use crm::format::merge::{FileKind, Merged, Unclear, Versions, merge};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn prospect(base: &str, ours: &str, theirs: &str) -> Merged {
    merge(Versions { base, ours, theirs }, FileKind::Prospect, &Markers::default()).unwrap()
}

/// The result of a merge without conflicts, which is the same in both directions.
#[track_caller]
fn clean(base: &str, ours: &str, theirs: &str) -> String {
    let merged = prospect(base, ours, theirs);
    assert_eq!(merged.conflicts, [], "{}", merged.text);
    assert_eq!(prospect(base, theirs, ours).text, merged.text);
    merged.text
}

/// The text of a merge, and what is in conflict.
fn conflicts(base: &str, ours: &str, theirs: &str) -> (String, Vec<String>) {
    let merged = prospect(base, ours, theirs);
    let found = merged.conflicts.iter().map(|c| format!("{}:{}", c.line, c.what.en())).collect();
    (merged.text, found)
}

const BASE: &str = "\
name     = \"张先生\"   # who
company  = \"时装连锁店\"
# from the fair
region   = \"shanghai\"

[[contact]]
name  = \"张先生\"
phone = \"1\"

[[contact]]
name  = \"Li\"
email = \"li@example.com\"

# what happened
[events]
2009-12-03-1-k2p = { kind = \"opened\", owner = \"liuyan\" }
2009-12-04-1-9fx = { kind = \"meeting\" }
# the end
";

#[test]
fn appended_entries_come_after_the_base_in_order_of_replay() {
    let ours = BASE.to_owned()
        + "2009-12-05-1-zzz = { kind = \"call\" }\n2009-12-01 = { kind = \"note\" }\n";
    let theirs = BASE.to_owned() + "2009-12-05-1-aaa = { kind = \"call\" }\n";
    let merged = clean(BASE, &ours, &theirs);
    let expected = BASE.to_owned()
        + "2009-12-01 = { kind = \"note\" }\n2009-12-05-1-aaa = { kind = \"call\" }\n\
           2009-12-05-1-zzz = { kind = \"call\" }\n";
    assert_eq!(merged, expected);
}

#[test]
fn facts_people_and_comments_merge_each_for_themselves() {
    let ours = BASE
        .replace("# from the fair\n", "")
        .replace("\"shanghai\"", "\"suzhou\"")
        .replace("phone = \"1\"", "phone = \"2\" # new");
    let theirs = BASE
        .replace("company  = \"时装连锁店\"", "company  = \"时装\"\nsource   = \"fair\"")
        .replace("phone = \"1\"", "phone = \"1\"\nrole  = \"owner\"")
        .replace("# the end", "# the very end");
    let merged = clean(BASE, &ours, &theirs);
    let expected = "\
name     = \"张先生\"   # who
company  = \"时装\"
source   = \"fair\"
region   = \"suzhou\"

[[contact]]
name  = \"张先生\"
phone = \"2\" # new
role  = \"owner\"

[[contact]]
name  = \"Li\"
email = \"li@example.com\"

# what happened
[events]
2009-12-03-1-k2p = { kind = \"opened\", owner = \"liuyan\" }
2009-12-04-1-9fx = { kind = \"meeting\" }
# the very end
";
    assert_eq!(merged, expected);
}

#[test]
fn both_add_people() {
    let add = |name: &str| {
        let person = format!("[[contact]]\nname = \"{name}\"\n\n# what happened");
        BASE.replace("# what happened", &person)
    };
    let merged = clean(BASE, &add("Wu"), &add("Chen"));
    let expected = add("Chen").replace("# what", "[[contact]]\nname = \"Wu\"\n\n# what");
    assert_eq!(merged, expected);
}

#[test]
fn a_person_whose_name_changed_is_the_same_person() {
    let ours = BASE.replace("\"Li\"", "\"Li Na\"");
    let theirs = BASE.replace("li@example.com\"", "li@example.com\"\nrole  = \"finance\"");
    let merged = clean(BASE, &ours, &theirs);
    let expected = ours.replace("li@example.com\"", "li@example.com\"\nrole  = \"finance\"");
    assert_eq!(merged, expected);
}

#[test]
fn an_entry_that_changed_or_went_on_one_side() {
    let ours = BASE.replace("kind = \"meeting\"", "kind = \"meeting\", note = \"late\"");
    let theirs = BASE.replace("2009-12-03-1-k2p = { kind = \"opened\", owner = \"liuyan\" }\n", "");
    assert_eq!(clean(BASE, &ours, &theirs), ours);
    let gone = BASE.replace("2009-12-04-1-9fx = { kind = \"meeting\" }\n", "");
    assert_eq!(clean(BASE, &ours, &gone), ours);
    let no_journal = &BASE[..BASE.find("\n# what").unwrap()];
    assert_eq!(clean(BASE, &ours, no_journal), ours);
}

#[test]
fn two_changes_of_one_thing_are_a_conflict_and_nothing_else_is() {
    let ours =
        BASE.replace("shanghai", "suzhou").replace("\"1\"", "\"2\"").replace("meeting", "demo");
    let theirs = BASE.replace("shanghai", "hangzhou").replace("meeting", "visit")
        + "2009-12-05 = { kind = \"call\" }\n";
    let (text, found) = conflicts(BASE, &ours, &theirs);
    assert_eq!(found, ["4:region", "21:2009-12-04-1-9fx"]);
    let expected = BASE
        .replace(
            "region   = \"shanghai\"\n",
            "<<<<<<< ours\nregion   = \"suzhou\"\n=======\nregion   = \"hangzhou\"\n>>>>>>> theirs\n",
        )
        .replace("phone = \"1\"", "phone = \"2\"")
        .replace(
            "2009-12-04-1-9fx = { kind = \"meeting\" }\n",
            "<<<<<<< ours\n2009-12-04-1-9fx = { kind = \"demo\" }\n=======\n\
             2009-12-04-1-9fx = { kind = \"visit\" }\n>>>>>>> theirs\n",
        )
        + "2009-12-05 = { kind = \"call\" }\n";
    assert_eq!(text, expected);
}

#[test]
fn removed_on_one_side_and_changed_on_the_other() {
    let ours = BASE.replace("region   = \"shanghai\"\n", "");
    let theirs = BASE.replace("shanghai", "suzhou");
    let (text, found) = conflicts(BASE, &ours, &theirs);
    assert_eq!(found, ["3:region"]);
    assert!(
        text.contains("<<<<<<< ours\n=======\nregion   = \"suzhou\"\n>>>>>>> theirs\n"),
        "{text}"
    );
    let ours = BASE.replace("\n[[contact]]\nname  = \"Li\"\nemail = \"li@example.com\"\n", "");
    let theirs = BASE.replace("li@", "li.na@");
    let (text, found) = conflicts(BASE, &ours, &theirs);
    assert_eq!(found, ["10:contact Li"]);
    let shown = "\n<<<<<<< ours\n=======\n[[contact]]\nname  = \"Li\"\nemail = \"li.na@example.com\"\n>>>>>>> theirs\n\n#";
    assert!(text.contains(shown), "{text}");
    assert_eq!(clean(BASE, &ours, &BASE.replace("shanghai", "x")), ours.replace("shanghai", "x"));
}

#[test]
fn markers_as_git_asks_for_them() {
    let markers = Markers {
        size: 9,
        ours: "HEAD".to_owned(),
        base: "a1b2".to_owned(),
        theirs: "topic".to_owned(),
        show_base: true,
    };
    let (base, ours, theirs) = ("name = \"a\"\r\n", "name = \"b\"\r\n", "name = \"c\"\r\n");
    let merged = merge(Versions { base, ours, theirs }, FileKind::Prospect, &markers).unwrap();
    assert_eq!(
        merged.text,
        "<<<<<<<<< HEAD\r\nname = \"b\"\r\n||||||||| a1b2\r\nname = \"a\"\r\n=========\r\n\
         name = \"c\"\r\n>>>>>>>>> topic\r\n"
    );
    let sides = take_apart(&merged.text).unwrap();
    assert_eq!((&*sides.ours, &*sides.base), (ours, base));
}

#[test]
fn the_same_fact_written_differently_is_no_conflict() {
    let ours = "name = 'a'\n[events]\n2009-12-03 = {kind=\"call\",by=\"a\"}\n";
    let theirs = "name = \"a\"\n[events]\n2009-12-03 = { by = \"a\", kind = \"call\" }\n";
    let expected = "name = \"a\"\n[events]\n2009-12-03 = {kind=\"call\",by=\"a\"}\n";
    assert_eq!(clean("", ours, theirs), expected);
}

#[test]
fn no_common_ancestor() {
    let ours =
        "name = \"a\"\nregion = \"x\"\n\n[events]\n2009-12-03-1-abc = { kind = \"opened\" }\n";
    let theirs =
        "name = \"a\"\ncompany = \"c\"\n\n[events]\n2009-12-03-1-xyz = { kind = \"opened\" }\n";
    // One opening: one account, that came by two ways.
    let same = theirs.replace("xyz", "abc");
    let expected = "name = \"a\"\ncompany = \"c\"\nregion = \"x\"\n\n[events]\n\
                    2009-12-03-1-abc = { kind = \"opened\" }\n";
    assert_eq!(clean("", ours, &same), expected);
    // Two openings: perhaps two people, so nothing is put together.
    let what = "1:two openings, 2009-12-03-1-abc and 2009-12-03-1-xyz".to_owned();
    let (text, found) = conflicts("", ours, theirs);
    assert_eq!(text, format!("<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n"));
    assert_eq!(found, std::slice::from_ref(&what));
    assert_eq!(conflicts("", theirs, ours).1, [what]);
    let imported = theirs.replace("opened", "imported");
    assert_eq!(conflicts("", ours, &imported).1.len(), 1);
    // One key with two contents, an ancestor without entries, files that end without a line end.
    let other = ours.replace("\"opened\"", "\"opened\", owner = \"he\"");
    assert_eq!(conflicts("name = \"a\"\n", ours, &other).1.len(), 1);
    let (text, found) = conflicts("", ours.trim_end(), &theirs.replace('\n', "\r\n"));
    assert_eq!(found.len(), 1);
    let sides = take_apart(&text).unwrap();
    assert_eq!((&*sides.ours, &*sides.base), (ours, ""));
    // What does not open an account is no opening.
    let call = |suffix: &str| {
        format!("name = \"a\"\n\n[events]\n2009-12-03-1-{suffix} = {{ kind = \"call\" }}\n")
    };
    clean("", &call("abc"), &call("xyz"));
}

#[test]
fn line_ends_and_the_mark_at_the_beginning() {
    let base = "\u{feff}name = \"a\"\r\n[events]\r\n2009-12-03 = { kind = \"call\" }";
    let ours = base.to_owned() + "\r\n2009-12-04 = { kind = \"call\" }\r\n";
    let theirs = base.replace("\r\n", "\n").replace("\"a\"", "\"\"\"\nb\nc\"\"\"");
    let expected = "\u{feff}name = \"\"\"\nb\nc\"\"\"\n[events]\n2009-12-03 = { kind = \"call\" }\n\
                    2009-12-04 = { kind = \"call\" }\n";
    assert_eq!(clean(base, &ours, &theirs), expected);
    let mixed = base.replacen("\r\n", "\n", 1);
    let theirs = mixed.replace("\"a\"", "\"b\"");
    let expected = theirs.clone() + "\r\n2009-12-04 = { kind = \"call\" }\r\n";
    assert_eq!(clean(base, &ours, &theirs), expected);
}

#[test]
fn settings_merge_field_by_field_where_that_is_clear() {
    let base = "[ledger]\ntitle = \"a\"\n\n[[rep]]\nid = \"x\"\n\n[[grading.rule]]\ngrade = \"A\"\nwhen = \"a\"\n";
    let settings = |ours: &str, theirs: &str| {
        merge(Versions { base, ours, theirs }, FileKind::Settings, &Markers::default())
            .map(|m| m.text)
    };
    let rep =
        |id: &str| base.replace("id = \"x\"\n", &format!("id = \"x\"\n\n[[rep]]\nid = \"{id}\"\n"));
    let expected = rep("b").replace("\"b\"\n", "\"b\"\n\n[[rep]]\nid = \"c\"\n");
    assert_eq!(settings(&rep("c"), &rep("b")), Ok(expected));
    let title = base.replace("title = \"a\"", "title = \"b\"\nlanguage = \"zh\"");
    let reps = rep("c");
    let expected = reps.replace("title = \"a\"", "title = \"b\"\nlanguage = \"zh\"");
    assert_eq!(settings(&title, &reps), Ok(expected));
    let rule =
        |grade: &str| format!("{base}\n[[grading.rule]]\ngrade = \"{grade}\"\nwhen = \"b\"\n");
    assert_eq!(settings(&rule("B"), &rule("C")), Err(Unclear::Order));
    let changed = |when: &str| base.replace("when = \"a\"", &format!("when = \"{when}\""));
    assert_eq!(settings(&changed("b"), &changed("c")), Err(Unclear::Order));
    assert_eq!(
        settings(&changed("b"), &title),
        Ok(changed("b").replace("title = \"a\"", "title = \"b\"\nlanguage = \"zh\""))
    );
}

#[test]
fn what_cannot_be_merged_by_meaning() {
    let unclear = |ours: &str| {
        merge(
            Versions { base: BASE, ours, theirs: "name = \"b\"\n" },
            FileKind::Prospect,
            &Markers::default(),
        )
        .unwrap_err()
    };
    assert_eq!(unclear("name = \n"), Unclear::NotToml);
    assert_eq!(unclear("name = \"a\"\n[events.2009-12-03]\nkind = \"call\"\n"), Unclear::Journal);
    assert_eq!(unclear("events = { 2009-12-03 = { kind = \"call\" } }\n"), Unclear::Journal);
    assert_eq!(unclear("name = \"a\"\n[[events]]\nkind = \"call\"\n"), Unclear::Journal);
}

#[test]
fn huge_files_take_no_longer_than_their_size() {
    let many = |line: fn(usize) -> String| (0..20_000).map(line).collect::<String>();
    let facts = many(|i| format!("k{i} = {i}\n"));
    let remarks = many(|i| format!("# remark {i}\nk{i} = {i}\n"));
    let changed = many(|i| format!("k{i} = {}\n", i + 1));
    let again = many(|i| format!("k{i} = {}\n", i + 2));
    let people = many(|i| format!("[[contact]]\nname = \"{i}\"\nphone = \"1\"\n"));
    let renamed = many(|i| format!("[[contact]]\nname = \"x{i}\"\nphone = \"1\"\n"));
    let lists = many(|i| format!("[[a{i}]]\n"));
    let reversed = (0..20_000).rev().map(|i| format!("k{i} = {i}\n")).collect::<String>();
    let name = "name = \"x\"\n";
    let started = std::time::Instant::now();
    for (base, ours, theirs) in [
        (&*facts, &*remarks, name),
        (&facts, &changed, &again),
        (&facts, &reversed, &changed),
        (&people, &renamed, &format!("{name}{people}")),
        (&lists, &format!("{name}{lists}"), &format!("{lists}[z]\n")),
        ("", &remarks, &facts),
    ] {
        prospect(base, ours, theirs);
    }
    // A second or two in a debug build; what is quadratic takes many minutes.
    assert!(started.elapsed().as_secs() < 120, "{:?}", started.elapsed());
}

// ---- what holds for every merge ----

/// What a branch does to a file.
#[derive(Debug, Clone)]
pub enum Edit {
    /// An entry at the end.
    Append {
        day: u32,
        n: u32,
        kind: usize,
    },
    /// An entry in the middle, with a comment above.
    Insert {
        at: usize,
        day: u32,
        kind: usize,
    },
    Fact {
        key: usize,
        value: usize,
    },
    Remove {
        key: usize,
    },
    Person {
        name: usize,
        phone: usize,
    },
    Note {
        at: usize,
        note: usize,
    },
    Delete {
        at: usize,
    },
    Comment {
        at: usize,
        text: usize,
    },
    Behind {
        at: usize,
        text: usize,
    },
    Crlf,
}

const KEYS: [&str; 7] = ["company", "region", "source", "size", "sector", "'odd key'", "tags.x"];

/// A file as its parts.
#[derive(Debug, Clone)]
struct Model {
    bom: bool,
    crlf: bool,
    facts: Vec<String>,
    people: Vec<Vec<String>>,
    events: Vec<String>,
}

impl Model {
    fn text(&self) -> String {
        let mut lines = self.facts.clone();
        for person in &self.people {
            lines.extend([String::new(), "[[contact]]".to_owned()]);
            lines.extend(person.iter().cloned());
        }
        lines.extend([String::new(), "[events]  # journal".to_owned()]);
        lines.extend(self.events.iter().cloned());
        let newline = if self.crlf { "\r\n" } else { "\n" };
        let mut text = if self.bom { "\u{feff}".to_owned() } else { String::new() };
        for line in lines {
            text.push_str(&line.replace('\n', newline));
            text.push_str(newline);
        }
        text
    }

    fn edit(&mut self, edit: &Edit) {
        let begins = |line: &String, key: &str| line.starts_with(&format!("{key} "));
        match edit {
            Edit::Append { day, n, kind } => self.event(usize::MAX, *day, Some(*n), *kind),
            Edit::Insert { at, day, kind } => self.event(*at, *day, None, *kind),
            Edit::Fact { key, value } => {
                let key = KEYS[key % KEYS.len()];
                let line = match value % 3 {
                    0 => format!("{key} = \"value {value}\""),
                    1 => format!("{key}   = [ # many\n  \"{value}\",\n]  # list"),
                    _ => format!("{key} = {value}"),
                };
                match self.facts.iter_mut().find(|line| begins(line, key)) {
                    Some(old) => *old = line,
                    None => self.facts.push(line),
                }
            }
            Edit::Remove { key } => self.facts.retain(|line| !begins(line, KEYS[key % KEYS.len()])),
            Edit::Person { name, phone } => {
                let name = format!("name = \"person {name}\"");
                let phone = format!("phone = \"{phone}\"");
                match self.people.iter_mut().find(|person| person[0] == name) {
                    Some(person) => person[1] = phone,
                    None => self.people.push(vec![name, phone]),
                }
            }
            Edit::Note { at, note } => {
                let events: Vec<usize> =
                    (0..self.events.len()).filter(|i| self.events[*i].contains("kind")).collect();
                if let Some(at) = events.get(at % events.len().max(1)) {
                    let line = &self.events[*at];
                    let line = line.split(", note").next().unwrap().trim_end_matches(" }");
                    self.events[*at] = format!("{line}, note = \"note {note}\" }}");
                }
            }
            Edit::Delete { at } => {
                let events: Vec<usize> =
                    (0..self.events.len()).filter(|i| self.events[*i].contains("kind")).collect();
                if let Some(at) = events.get(at % events.len().max(1)) {
                    self.events.remove(*at);
                    // With the comment that goes with it.
                    if *at > 0 && self.events[at - 1].starts_with("# about") {
                        self.events.remove(at - 1);
                    }
                }
            }
            Edit::Comment { at, text } => {
                let lines = self.facts.len();
                self.facts.insert(at % (lines + 1), format!("# remark {text}"));
            }
            Edit::Behind { at, text } => {
                let lines = self.events.len();
                if lines > 0 {
                    self.events[at % lines].push_str(&format!("  # behind {text}"));
                }
            }
            Edit::Crlf => self.crlf = !self.crlf,
        }
    }

    fn event(&mut self, at: usize, day: u32, n: Option<u32>, kind: usize) {
        let key = match n {
            Some(n) => format!("2009-12-{day:02}-{n}-s{kind}"),
            None => format!("2009-12-{day:02}-by-hand-{kind}"),
        };
        if self.events.iter().any(|line| line.starts_with(&format!("{key} "))) {
            return;
        }
        let at = if at == usize::MAX { self.events.len() } else { at % (self.events.len() + 1) };
        self.events.insert(at, format!("{key} = {{ kind = \"k{kind}\" }}"));
        if n.is_none() {
            self.events.insert(at, format!("# about {key}"));
        }
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        6 => (1..28u32, 1..4u32, 0..40usize).prop_map(|(day, n, kind)| Edit::Append { day, n, kind }),
        2 => (any::<usize>(), 1..28u32, 0..40usize).prop_map(|(at, day, kind)| Edit::Insert { at, day, kind }),
        3 => (0..7usize, 0..60usize).prop_map(|(key, value)| Edit::Fact { key, value }),
        1 => (0..7usize).prop_map(|key| Edit::Remove { key }),
        2 => (0..5usize, 0..30usize).prop_map(|(name, phone)| Edit::Person { name, phone }),
        1 => (any::<usize>(), 0..3usize).prop_map(|(at, note)| Edit::Note { at, note }),
        1 => any::<usize>().prop_map(|at| Edit::Delete { at }),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(at, text)| Edit::Comment { at, text }),
        1 => (any::<usize>(), 0..9usize).prop_map(|(at, text)| Edit::Behind { at, text }),
        1 => Just(Edit::Crlf),
    ]
}

/// Does no branch write above a fact what another may remove? The remark stays, but not always at one
/// place.
fn keeps_places(edits: &[Vec<Edit>]) -> bool {
    let has = |what: fn(&Edit) -> bool| edits.iter().flatten().any(what);
    !(has(|edit| matches!(edit, Edit::Remove { .. }))
        && has(|edit| matches!(edit, Edit::Comment { .. })))
}

/// The same, and does no branch delete an entry?
pub fn grows(edits: &[Vec<Edit>]) -> bool {
    let deletes = |edit: &Edit| matches!(edit, Edit::Delete { .. });
    keeps_places(edits) && !edits.iter().flatten().any(deletes)
}

fn base() -> impl Strategy<Value = Model> {
    let edits = prop::collection::vec(edit(), 0..12);
    (any::<bool>(), any::<bool>(), any::<bool>(), edits).prop_map(|(bom, crlf, tail, edits)| {
        let facts = vec!["# 客户".to_owned(), "name = \"张先生\"".to_owned()];
        let mut model = Model { bom, crlf, facts, people: Vec::new(), events: Vec::new() };
        edits.iter().for_each(|edit| model.edit(edit));
        if tail {
            model.events.push("# 结束".to_owned());
        }
        model
    })
}

/// A base and branches of it.
fn branches(count: usize) -> impl Strategy<Value = (String, Vec<String>)> {
    branches_of(count, |_| true)
}

/// A base and branches of it, made by edits of some kind.
pub fn branches_of(
    count: usize,
    kind: fn(&[Vec<Edit>]) -> bool,
) -> impl Strategy<Value = (String, Vec<String>)> {
    let edits = prop::collection::vec(prop::collection::vec(edit(), 0..5), count);
    (base(), edits.prop_filter("edits of another kind", move |edits| kind(edits))).prop_map(
        |(base, edits)| {
            let branches = edits
                .iter()
                .map(|edits| {
                    let mut branch = base.clone();
                    edits.iter().for_each(|edit| branch.edit(edit));
                    branch.text()
                })
                .collect();
            (base.text(), branches)
        },
    )
}

/// Settings with some of a few sections, in any order.
fn settings() -> impl Strategy<Value = String> {
    let sections = vec![
        "[ledger]\ntitle = \"a\"\n",
        "[ledger]\ntitle = \"b\"\ncurrency = \"CNY\"\n",
        "[[rep]]\nid = \"x\"\n",
        "[[rep]]\nid = \"y\"\nlevel = \"senior\"\n",
        "[[pipeline]]\nid = \"p\"\n[[pipeline.stage]]\nid = \"1\"\n[[pipeline.stage]]\nid = \"2\"\n",
        "[[pipeline]]\nid = \"q\"\n[[pipeline.stage]]\nid = \"1\"\n",
        "[[grading.rule]]\ngrade = \"A\"\n",
        "[[grading.rule]]\ngrade = \"B\"\n# remark\n",
        "[criteria.visit]\nlabel.en = \"seen\"\n",
        "[reasons]\nprice = \"dear\"\n",
    ];
    let several = prop::sample::subsequence(sections, 0..7).prop_shuffle();
    several.prop_map(|sections| {
        let mut text = String::new();
        for section in sections {
            // One table of a name: a second one would be no TOML.
            let header = section.lines().next().unwrap();
            if header.starts_with("[[") || !text.contains(header) {
                text.push_str(section);
            }
        }
        text
    })
}

fn merged(base: &str, ours: &str, theirs: &str) -> Result<Merged, TestCaseError> {
    merge(Versions { base, ours, theirs }, FileKind::Prospect, &Markers::default()).map_err(
        |unclear| TestCaseError::fail(format!("{unclear}\n{base}\n--\n{ours}\n--\n{theirs}")),
    )
}

/// The text, if there are no conflicts.
fn text(base: &str, ours: &str, theirs: &str) -> Result<Option<String>, TestCaseError> {
    let merged = merged(base, ours, theirs)?;
    Ok(merged.conflicts.is_empty().then_some(merged.text))
}

/// What must not be lost: keys of entries, and comments that the base does not have.
fn substance(text: &str) -> BTreeSet<String> {
    let text = text.trim_start_matches('\u{feff}');
    let events = text.lines().filter(|line| line.starts_with("2009-"));
    events.map(|line| line.split(" =").next().unwrap().to_owned()).collect()
}

fn comments(text: &str) -> BTreeSet<String> {
    let own = text.lines().filter(|line| line.trim_start_matches('\u{feff}').starts_with('#'));
    own.map(|line| line.trim_start_matches('\u{feff}').to_owned()).collect()
}

/// Enough for a second or two; `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: default.cases.max(256),
        max_local_rejects: 10_000_000,
        failure_persistence: None,
        ..default
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_sides_are_equal((base, branches) in branches(2)) {
        let (ours, theirs) = (&branches[0], &branches[1]);
        let (one, other) = (merged(&base, ours, theirs)?, merged(&base, theirs, ours)?);
        let what = |m: &Merged| m.conflicts.iter().map(|c| c.what.clone()).collect::<Vec<_>>();
        prop_assert_eq!(what(&one), what(&other));
        if one.conflicts.is_empty() {
            prop_assert_eq!(one.text, other.text);
        } else {
            let (one, other) = (take_apart(&one.text).unwrap(), take_apart(&other.text).unwrap());
            prop_assert_eq!((one.ours, one.theirs), (other.theirs, other.ours));
        }
    }

    #[test]
    fn an_unchanged_side_gives_the_other((base, branches) in branches(1)) {
        let side = &branches[0];
        for (base, ours, theirs) in [(&base, side, side), (&base, &base, side), (&base, side, &base)] {
            let got = text(base, ours, theirs)?;
            prop_assert_eq!(got.as_ref(), Some(side));
        }
    }

    #[test]
    fn merging_again_changes_nothing((base, branches) in branches_of(2, keeps_places)) {
        let (ours, theirs) = (&branches[0], &branches[1]);
        // Deletions on both sides may cancel out; then nothing tells that there was a merge.
        if let Some(both) = text(&base, ours, theirs)?.filter(|both| *both != base) {
            for side in [ours, theirs, &both] {
                let again = text(&base, &both, side)?;
                prop_assert_eq!(again.as_deref(), Some(&*both));
                let again = text(side, &both, side)?;
                prop_assert_eq!(again.as_deref(), Some(&*both));
            }
        }
    }

    #[test]
    fn nothing_of_a_side_is_missing((base, branches) in branches(2)) {
        let (ours, theirs) = (&branches[0], &branches[1]);
        // Where one side is the base, what the other deleted is gone.
        let unchanged = [ours, theirs].contains(&&base);
        let both = merged(&base, ours, theirs)?;
        let wanted: BTreeSet<String> = substance(ours).union(&substance(theirs)).cloned().collect();
        let there = substance(&both.text);
        prop_assert!(unchanged || wanted == there, "{}", both.text);
        if both.conflicts.is_empty() {
            let lines = both.text.lines().filter(|line| line.starts_with("2009-")).count();
            prop_assert_eq!(lines, there.len(), "an entry stands twice:\n{}", both.text);
        }
        let (old, there) = (comments(&base), comments(&both.text));
        for side in [ours, theirs] {
            let new: Vec<String> = comments(side).difference(&old).cloned().collect();
            for comment in new {
                prop_assert!(there.contains(&comment), "{comment} is lost:\n{}", both.text);
            }
        }
        prop_assert_eq!(both.text.starts_with('\u{feff}'), base.starts_with('\u{feff}'));
    }

    // An entry that one branch deleted comes back with the next branch that has it, unless a merge in
    // between gave the ancestor's bytes; so no branch deletes here.
    #[test]
    fn every_order_of_merging_gives_the_same_bytes((base, branches) in branches_of(4, grows)) {
        let mut results = BTreeSet::new();
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
            let mut whole = Some(branches[order[0]].clone());
            for next in &order[1..] {
                whole = match whole {
                    Some(whole) => text(&base, &whole, &branches[*next])?,
                    None => None,
                };
            }
            results.insert(whole);
        }
        // Two pairs, and then the pairs.
        let pair = |a: usize, b: usize| text(&base, &branches[a], &branches[b]);
        results.insert(match (pair(0, 2)?, pair(1, 3)?) {
            (Some(one), Some(other)) => text(&base, &one, &other)?,
            _ => None,
        });
        // Where there is a conflict, it is there in every order.
        prop_assert_eq!(results.len(), 1, "{:#?}", results);
    }

    // Branches that were merged with each other have each other for an ancestor. They hold the same; where
    // one of them has entries out of order, the lines may stand in another order, and a comment between
    // them twice.
    #[test]
    fn branches_that_know_each_other_converge((base, branches) in branches_of(3, grows)) {
        let (a, b, c) = (&branches[0], &branches[1], &branches[2]);
        let said = |text: Option<String>| {
            let text = text.unwrap_or_default();
            let lines = text.lines().map(|line| line.trim_start_matches('\u{feff}'));
            let said = lines.filter(|line| !line.starts_with('#')).map(String::from);
            let mut said: Vec<String> = said.collect();
            said.sort();
            said
        };
        if let (Some(ab), Some(bc)) = (text(&base, a, b)?, text(&base, b, c)?) {
            let whole = text(&base, &ab, c)?;
            prop_assert_eq!(said(whole), said(text(b, &ab, &bc)?));
        }
    }

    #[test]
    fn settings_either_merge_or_say_that_they_are_unclear(
        base in settings(), ours in settings(), theirs in settings(),
    ) {
        let merged = |ours: &str, theirs: &str| {
            let versions = Versions { base: &base, ours, theirs };
            merge(versions, FileKind::Settings, &Markers::default())
        };
        let (one, other) = (merged(&ours, &theirs), merged(&theirs, &ours));
        match (one, other) {
            (Ok(one), Ok(other)) if one.conflicts.is_empty() => prop_assert_eq!(one.text, other.text),
            (Ok(one), Ok(other)) => prop_assert_eq!(one.conflicts.len(), other.conflicts.len()),
            (one, other) => prop_assert_eq!(one.unwrap_err(), other.unwrap_err()),
        }
        prop_assert_eq!(merged(&ours, &base).unwrap().text, ours);
    }

    #[test]
    fn whatever_the_bytes_it_ends(
        base in "[a-c=\"\n\r\\[\\]#{}. ]{0,40}",
        ours in "[a-c=\"\n\r\\[\\]#{}. ]{0,40}",
        theirs in "[a-c=\"\n\r\\[\\]#{}. ]{0,40}",
    ) {
        let versions = Versions { base: &base, ours: &ours, theirs: &theirs };
        for kind in [FileKind::Prospect, FileKind::Settings, FileKind::Activity] {
            let _ = merge(versions, kind, &Markers::default());
        }
        let _ = take_apart(&ours);
    }
}
