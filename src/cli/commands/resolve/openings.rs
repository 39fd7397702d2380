//! Two openings of one id: one person, or two.

use super::differently;
use crate::act::references::references;
use crate::act::rename::new_place;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure, Lang, Place};
use crate::disk::file::{id_of, read_text};
use crate::disk::ledger::{Ledger, Stored};
use crate::disk::write::FileChange;
use crate::format::append::append;
use crate::format::content::content;
use crate::format::layout::is_of_a_customer;
use crate::format::line::{assign_key, event_line};
use crate::format::merge::markers::Markers;
use crate::format::merge::{FileKind, Two, Versions, joined};
use crate::git::snapshot::Snapshot;
use crate::model::event::{Event, EventKey};
use crate::render::clean;
use crate::value::id;
use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

/// How to settle two openings of one id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// One person: the files are joined.
    One,
    /// Two people: the one that was opened later gets another id.
    Two,
}

/// The changes of files, and the conflicts that are left in them.
pub(super) struct Settled {
    pub(super) changes: Vec<FileChange>,
    pub(super) left: Vec<Diagnostic>,
}

/// That it is not known whether two openings are one person.
pub(super) fn undecided(path: &Path, two: &Two) -> Diagnostic {
    let id = id_of(path);
    let Two { first, second, .. } = two;
    let message = words!(
        "two openings of `{id}`: `{first}` and `{second}`",
        "`{id}` 有两次建档：`{first}` 与 `{second}`"
    );
    Diagnostic::new(Code::MergeConflict, message).help(words!(
        "one person: crm resolve {id} --one; two people: crm resolve {id} --two",
        "同一个人：crm resolve {id} --one；两个人：crm resolve {id} --two"
    ))
}

/// The user's answer on a terminal; `None` without a terminal, and if the user leaves it open.
pub(super) fn asked(path: &Path, two: &Two, context: &Context) -> Option<Decision> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return None;
    }
    let (input, output) = (&mut std::io::stdin().lock(), &mut std::io::stderr().lock());
    ask(input, output, &id_of(path), two, context.spoken())
}

/// Asks until the answer is one of the three; `None` to leave it open, and at the end of input.
fn ask(
    input: &mut dyn BufRead,
    output: &mut dyn Write,
    id: &str,
    two: &Two,
    lang: Lang,
) -> Option<Decision> {
    let name = |text: &str| content(text).0.facts.get("name").cloned().unwrap_or_default();
    let (one, other) = (name(&two.earlier), name(&two.later));
    let Two { first, second, .. } = two;
    let question = words!(
        "{id}: {one}, opened by {first}, and {other}, opened by {second}: one person [1], two people [2], leave it [l]? ",
        "{id}：{one}（建档 {first}）与 {other}（建档 {second}）：同一个人 [1]，两个人 [2]，先不处理 [l]？"
    );
    loop {
        let _ = write!(output, "{}", clean(question.get(lang)));
        let _ = output.flush();
        let mut typed = String::new();
        if !matches!(input.read_line(&mut typed), Ok(1..)) {
            return None;
        }
        match typed.trim() {
            "1" => return Some(Decision::One),
            "2" => return Some(Decision::Two),
            "l" | "L" => return None,
            _ => {}
        }
    }
}

/// Joins the two files, or gives the later one a name of its own.
pub(super) fn settle(
    ledger: &Ledger,
    context: &Context,
    path: &Path,
    two: &Two,
    decision: Decision,
    sides: Option<&OpeningSides>,
) -> Result<Settled, Failure> {
    let shown = ledger.show(path);
    let before = read_text(&ledger.root.join(path), &shown).ok();
    let own = |after: String| FileChange { path: path.to_owned(), before, after: Some(after) };
    if decision == Decision::Two {
        let (paths, _) = ledger.paths();
        let taken: BTreeSet<String> = paths.iter().map(|path| id::fold(&id_of(path))).collect();
        let mut names = (2u32..).map(|n| format!("{}-{n}", id_of(path)));
        let name = names.find(|name| !taken.contains(&id::fold(name))).unwrap_or_default();
        let other = new_place(path, &id_of(path), &name);
        let new = FileChange { path: other, before: None, after: Some(two.later.clone()) };
        let mut changes = vec![own(two.earlier.clone()), new];
        if is_of_a_customer(path) {
            changes.extend(followed(ledger, context, path, sides, &name)?);
        }
        return Ok(Settled { changes, left: Vec::new() });
    }
    let opening = |text: &str| content(text).0.events.remove(&*two.first.text);
    let is_one_opening = two.first == two.second && opening(&two.earlier) == opening(&two.later);
    let later = match is_one_opening {
        true => two.later.clone(),
        false => retracted(ledger, context, path, two)?,
    };
    let versions = Versions { base: "", ours: &two.earlier, theirs: &later };
    let merged = joined(versions, FileKind::Prospect, &Markers::default()).map_err(|why| {
        let message = words!("the two files cannot be joined: {why}", "两个文件无法合并：{why}");
        Diagnostic::new(Code::MergeConflict, message).at(Place::file(&shown))
    })?;
    // Two names, two companies: a person settles them between the markers.
    let left = merged.conflicts.iter().map(|conflict| differently(conflict, &shown)).collect();
    Ok(Settled { changes: vec![own(merged.text)], left })
}

/// The commits of a merge by the two openings of one id.
pub(super) struct OpeningSides {
    /// The files of the side with the earlier opening.
    pub(super) earlier: Snapshot,
    /// The files of the side with the later opening.
    pub(super) later: Snapshot,
}

/// The files that name a customer of which there are two: those that only the side of the later opening made follow it to
/// its new id, those of the other side stay, and those of both are named to the user.
fn followed(
    ledger: &Ledger,
    context: &Context,
    path: &Path,
    sides: Option<&OpeningSides>,
    new: &str,
) -> Result<Vec<FileChange>, Failure> {
    let old = id_of(path);
    // Files are read by the ledger's own rules, as far as its settings are not in conflict themselves.
    let ruled = Ledger::open(ledger.root.clone(), ledger.shown.clone());
    let ledger = ruled.as_ref().unwrap_or(ledger);
    let Ok(all) = references(ledger, &old, &[path]) else {
        context.say_last(words!(
            "files that name `{old}` cannot be read yet; afterwards: crm list account:{old}, crm set ID account={new}",
            "引用 `{old}` 的文件暂时无法读取；之后请执行：crm list account:{old}、crm set 编号 account={new}"
        ));
        return Ok(Vec::new());
    };
    let names = |files: &Snapshot, file: &Path| {
        let text = files.text(file, file).unwrap_or_default();
        id::folded(&text).contains(&id::fold(&old))
    };
    let date = context.today();
    let key = EventKey { date, n: 0, text: date.to_string().into() };
    let mut changed = Event::new(key, "changed");
    changed.by = context.user().map(Into::into);
    let mut changes = Vec::new();
    for one in all {
        let file = one.loaded.prospect.path.clone();
        let of = sides.map(|sides| (names(&sides.earlier, &file), names(&sides.later, &file)));
        match of {
            Some((true, false)) => {}
            Some((false, true)) => changes.push(one.pointed_at(ledger, new, &changed)?),
            _ => {
                let (id, shown) = (id_of(&file), ledger.show(&file));
                let shown = shown.display();
                context.say_last(words!(
                    "{shown} names `{old}`; if it means the other one: crm set {id} account={new}",
                    "{shown} 引用了 `{old}`；如果指的是另一个：crm set {id} account={new}"
                ));
            }
        }
    }
    Ok(changes)
}

/// The later file with an entry that retracts its opening: history stays.
fn retracted(
    ledger: &Ledger,
    context: &Context,
    path: &Path,
    two: &Two,
) -> Result<String, Diagnostic> {
    let shown = ledger.show(path);
    let id = id_of(path);
    let (prospect, _) = ledger.prospect_in(&two.later, path);
    let events = prospect.map(|prospect| prospect.events).unwrap_or_default();
    let date = context.today().max(two.second.date);
    let key = EventKey { date, n: 0, text: date.to_string().into() };
    let mut event = Event::new(key, "retracted");
    event.by = context.user().map(Into::into);
    event.event = Some(two.second.text.clone());
    let reason = words!("one account with {}", "与 {} 是同一个客户", two.first);
    event.reason = Some(reason.get(context.written_lang()).into());
    assign_key(&mut event, &id, &events);
    append(&two.later, "events", &[event_line(&event)], &Place::file(&shown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::merge::{merge, two_in};

    #[test]
    fn an_unknown_answer_is_asked_again() {
        let file = |name: &str, n: u32| {
            format!("name = \"{name}\"\n[events]\n2009-12-03-{n} = {{ kind = \"opened\" }}\n")
        };
        let (ours, theirs) = (file("Wang", 2), file("王", 1));
        let versions = Versions { base: "", ours: &ours, theirs: &theirs };
        let merged = merge(versions, FileKind::Prospect, &Markers::default()).unwrap();
        let two = two_in(&merged.text).unwrap();
        let asked = |input: &str| {
            let mut output = Vec::new();
            let answer = ask(&mut input.as_bytes(), &mut output, "wang", &two, Lang::En);
            (answer, String::from_utf8(output).unwrap())
        };
        let (answer, output) = asked("y\n2\n");
        assert_eq!(answer, Some(Decision::Two));
        assert_eq!(output.matches("one person [1]").count(), 2);
        assert!(
            output.starts_with("wang: \"王\", opened by 2009-12-03-1, and \"Wang\""),
            "{output}"
        );
        assert_eq!(asked("1\n").0, Some(Decision::One));
        assert_eq!(asked("l\n").0, None);
        assert_eq!(asked("").0, None);
    }
}
