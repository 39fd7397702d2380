//! A person is forgotten: the file loses all that is personal, and the keys of its sealed values are deleted where they
//! are outside of the ledger. What git's history still holds is told, and how to shed it.

use super::change::reads_back;
use super::edit::all_kept;
use super::joined_past::JoinedPast;
use super::session::{Done, Session};
use super::target::Target;
use crate::diag::{Code, Diagnostic, Failure, Words, counted, first_of, listed};
use crate::disk::history::forget_all;
use crate::disk::keys::FolderOfKeys;
use crate::disk::ledger::Ledger;
use crate::disk::write::FileChange;
use crate::format::layout::{OF_REPS, SETTINGS};
use crate::format::new_file::new_file;
use crate::format::sealed::keys::{KeyFolder, WrappedKeys};
use crate::model::event::Event;
use crate::model::privacy::VEIL;
use crate::model::prospect::Prospect;
use crate::rules::erasure::{Trace, erased};
use crate::rules::team::rights::Rights;
use crate::value::sealed::{KeyName, is_sealed, key_files};
use crate::value::text::Text;
use std::collections::BTreeSet;
use std::path::Path;

/// How many places a message names.
const NAMED: usize = 10;
/// The fewest letters of a name that is looked for.
const SHORTEST_NAME: usize = 2;
/// The fewest characters of a telephone or mail that is looked for: a shorter one is a number like others.
const SHORTEST_WAY: usize = 5;

/// The keys of a person's sealed values.
struct Keys {
    /// The files of keys outside of the ledger.
    files: BTreeSet<String>,
    /// The ids of files that it was part of, whose keys they need themselves.
    lent: BTreeSet<String>,
    /// The names of keys of its sealed values that are neither there nor in the file.
    missing: Vec<String>,
    /// Some text, of now or of history, has keys in itself.
    some_in_history: bool,
}

/// Forgets the person of a file.
///
/// # Errors
/// Fails if the file, a key or a note cannot be written or removed.
pub fn forget(session: &Session, target: &Target) -> Result<Done, Failure> {
    let ledger = session.ledger;
    let (loaded, id) = (&target.loaded, target.id());
    let path = loaded.prospect.path.clone();
    let past = JoinedPast::of(ledger, &path);
    // Once more is no other erasure: the trace keeps its day.
    let now = Trace { day: session.today(), lang: session.written_lang() };
    let trace = Trace::of(&loaded.prospect.name).unwrap_or(now);
    let bare = erased(&loaded.prospect, &ledger.settings, trace);
    let after = new_file(&bare);
    if !reads_back(ledger, &bare, &after) {
        let message = words!(
            "the file would not read back as it was meant; nothing was changed",
            "写入后读不回原意；未作任何改动"
        );
        return Err(Diagnostic::new(Code::WriteFailed, message).into());
    }
    let folder = FolderOfKeys::of(&ledger.settings, &ledger.root);
    let texts = || past.all().flat_map(|past| &past.texts).chain([&loaded.text]);
    let keys: BTreeSet<String> = texts().flat_map(|text| key_files(text)).collect();
    let is_there = |file: &String| folder.as_ref().is_some_and(|folder| folder.path(file).exists());
    let inside: BTreeSet<String> =
        WrappedKeys::of(&loaded.text).0.keys().map(|key| key.file().to_owned()).collect();
    let has_keys_outside = folder.is_some() && !keys.is_empty();
    let used = used_by_others(ledger, &path);
    let lent = past.lent.iter().filter(|(_, name)| is_there(name));
    let (lent, free): (Vec<_>, Vec<_>) = lent.partition(|(_, name)| used.contains(name));
    let free = free.into_iter().map(|(_, name)| name.clone());
    let is_missing = |file: &String| !is_there(file) && !inside.contains(file);
    let keys = Keys {
        missing: key_files(&loaded.text).into_iter().filter(is_missing).collect(),
        files: keys
            .iter()
            .filter(|k| is_there(k) && !used.contains(*k))
            .cloned()
            .chain(free)
            .collect(),
        lent: lent.into_iter().map(|(id, _)| id.clone()).collect(),
        some_in_history: texts().any(|text| text.lines().any(is_wrapped_key)),
    };
    let mut said = told(id, &loaded.prospect, &bare, &keys, &past);
    said.extend(mentions(ledger, &loaded.prospect, &after));
    if session.is_dry() {
        return Ok(Done { said, ..Done::default() });
    }
    may_erase(session)?;
    if let Some(folder) = &folder {
        if has_keys_outside && !folder.is_there() {
            return Err(folder.not_there().into());
        }
        keys.files.iter().try_for_each(|file| folder.can_remove(file))?;
    }
    let (before, after) = (Some(loaded.text.clone()), Some(after));
    // The keys go once the file is written, and committed where that is wished: before, nothing is lost yet.
    session.write(&[FileChange { path, before, after }])?;
    let remove = |file: &String| folder.as_ref().and_then(|folder| folder.remove(file).err());
    let stay: Vec<Diagnostic> = keys.files.iter().filter_map(remove).map(stays).collect();
    forget_all(&ledger.root)?;
    if !stay.is_empty() {
        return Err(Failure(stay));
    }
    let kept = all_kept(&ledger.root).into_iter().filter(|kept| *kept.id == *id);
    let more = kept.map(|kept| {
        let place = kept.file.display();
        words!(
            "a text of it that was not written is kept in {place}: remove it",
            "还有一份未写入的文本，保存在 {place}：请删除"
        )
    });
    Ok(Done { said: said.into_iter().chain(more).collect(), ..Done::default() })
}

/// Looks whether the user may erase a person. The keys cannot come back once a guard refuses the change, so the guard's rule
/// is asked before; where the settings name nobody who may, there is no such rule.
///
/// # Errors
/// Fails if the user may not, or is not known.
fn may_erase(session: &Session) -> Result<(), Failure> {
    let settings = &session.ledger.settings;
    let erasers = Rights::erasers(settings);
    let user = session.user()?;
    let may = |user: &Text| Rights::of(settings, user, false).may_erase();
    if erasers.is_empty() || user.as_ref().is_some_and(may) {
        return Ok(());
    }
    let message = match &user {
        Some(user) => words!("`{user}` may not forget a person", "`{user}` 无权遗忘一个人"),
        None => words!(
            "it is not known who you are, and not everybody may forget a person",
            "不知道您是谁，而遗忘一个人并非人人有权"
        ),
    };
    let refused = Diagnostic::new(Code::NotYours, message)
        .note(words!(
            "rule: only an admin or the keeper of the pool may forget a person",
            "规则：只有管理员或公海管理人可以遗忘一个人"
        ))
        .note(words!("nothing was changed", "未作任何改动"));
    let who = listed(erasers.iter().map(|id| format!("`{id}`")));
    let refused = match user {
        Some(_) => refused.help(words!("ask {who}", "请找 {who:#}")),
        None => refused.help(words!(
            "if you are {who}: CRM_USER=ID, or the e-mail of the settings as user.email of git",
            "若您是 {who:#}：请设 CRM_USER=编号，或把 git 的 user.email 设为设置中的邮箱"
        )),
    };
    Err(refused.into())
}

/// That a file of keys stays though the person is erased.
fn stays(why: Diagnostic) -> Diagnostic {
    let message = words!(
        "the person is erased from the file, but its keys are still there",
        "此人已从文件中抹去，但其密钥仍在"
    );
    Diagnostic::new(Code::WriteFailed, message)
        .note(why.message)
        .help(words!("delete them by hand", "请手工删除"))
}

/// Is a line of a file, or of git's account of its changes, a wrapped key?
fn is_wrapped_key(line: &str) -> bool {
    let key = line.trim_start_matches(['+', '-', ' ', '"']).split(['"', ' ']).next();
    key.is_some_and(|key| KeyName::of_line(key).is_some())
}

/// The names of the keys that the sealed values of all other files of the ledger have.
fn used_by_others(ledger: &Ledger, path: &Path) -> BTreeSet<String> {
    let others = ledger.paths().0.into_iter().filter(|other| other != path);
    others.flat_map(|other| key_files(&ledger.text(&other).unwrap_or_default())).collect()
}

/// What is done, and what is left to do.
fn told(id: &str, was: &Prospect, is: &Prospect, keys: &Keys, past: &JoinedPast) -> Vec<Words> {
    let texts = |prospect: &Prospect| {
        let is_text = |text: &&Text| Trace::of(text).is_none();
        let of = |event: &Event| {
            let own = [&event.note, &event.next_what, &event.reason, &event.forced];
            let more = [&event.details().solution, &event.details().what];
            own.into_iter().chain(more).flatten().filter(is_text).count()
        };
        prospect.events.iter().map(of).sum::<usize>()
    };
    let (people, texts) = (was.contacts.len(), texts(was) - texts(is));
    let (persons, words) = (counted(people, "person", "people"), counted(texts, "text", "texts"));
    let mut said = vec![words!(
        "{id}: the name, {persons} and {words} of entries leave the file; dates, moves, parts, money and the settings' reasons stay",
        "{id}：名称、{people} 位联系人、{texts} 处记录中的文字从文件中删除；日期、移动、角色、金额和设置中已有的原因保留"
    )];
    if !keys.files.is_empty() {
        said.push(words!(
            "its keys outside of the ledger go: what was sealed with them opens no more, in history, clones and back-ups either",
            "其在账本之外的密钥一并删除：用它们加密的内容再也打不开，历史、克隆和备份里的也一样"
        ));
    }
    if !past.joined.is_empty() {
        let ids = listed(past.joined.iter().map(|(id, _)| format!("`{id}`")));
        said.push(words!(
            "files that were joined into it count as its own, with keys and history: {ids}",
            "并入其中的文件，连同密钥和历史，都算在内：{ids:#}"
        ));
    }
    if !keys.lent.is_empty() {
        let ids = listed(keys.lent.iter().map(|id| format!("`{id}`")));
        said.push(words!(
            "what was sealed while it was part of {ids} still opens in history: those keys stay, because {ids} needs them",
            "并入 {ids:#} 期间加密的内容在历史中仍能打开：{ids:#} 还要用这些密钥，因此保留"
        ));
    }
    if !keys.missing.is_empty() {
        let names = listed(&keys.missing);
        said.push(words!(
            "keys that are not here still open its values in history for those who have them: {names}",
            "此处没有的密钥 {names:#}：持有者仍能打开历史中的值"
        ));
    }
    if keys.some_in_history {
        said.push(words!(
            "sealed values in commits that have their own keys still open for the readers of that time",
            "历史提交中自带密钥的加密值，当时的读者仍能打开"
        ));
    }
    if let Some(own) = past.own.as_ref().filter(|own| !own.commits.is_empty()) {
        let names: BTreeSet<&str> =
            past.all().flat_map(|past| &past.names).map(String::as_str).collect();
        let names = names.into_iter().collect::<Vec<_>>().join(" --path ");
        let commits = own.commits.len();
        let of_file = counted(commits, "commit", "commits");
        said.push(words!(
            "git still has {of_file} of this file, here and in every clone and back-up; open texts in them can be read",
            "git 仍有该文件的 {commits} 次提交，本机、各克隆和备份中都有；其中的明文仍可读"
        ));
        said.push(words!(
            "to shed them: commit this, copy the file elsewhere, then git filter-repo --invert-paths --path {names}; it takes the erased file away too: put the copy back and commit it; all clones are made anew, old back-ups deleted",
            "要清除：先提交，把文件复制到别处，再执行 git filter-repo --invert-paths --path {names}；抹去后的文件也会被一并删除：请放回副本并提交；各克隆须重新建立，旧备份须删除"
        ));
        said.push(words!(
            "a guard takes this change from an admin or the keeper of the pool, in a commit of its own",
            "守卫接受管理员或公海管理人单独提交并推送此改动"
        ));
    }
    said.push(words!(
        "the id `{id}` may itself tell who it is: crm rename {id} NEW",
        "编号 `{id}` 本身可能就透露姓名：crm rename {id} 新编号"
    ));
    said
}

/// The places that still name the person: in other files, and in what is left of this one. `after`: its text then.
fn mentions(ledger: &Ledger, person: &Prospect, after: &str) -> Option<Words> {
    let names = person.contacts.iter().map(|contact| &*contact.name).chain([&*person.name]);
    let names = names.filter(|name| name.chars().count() >= SHORTEST_NAME);
    let names = names.filter(|name| *name != VEIL && Trace::of(name).is_none());
    let ways = person.contacts.iter().flat_map(|contact| [&contact.phone, &contact.email]);
    let ways = ways.filter_map(|way| way.as_deref());
    let facts = ["phone", "email"].into_iter().filter_map(|field| person.fact(field));
    let ways = ways.chain(facts).filter(|way| way.chars().count() >= SHORTEST_WAY);
    let wanted: Vec<&str> = names.chain(ways).collect();
    let mut files = ledger.paths().0;
    files.extend(ledger.files_below(&OF_REPS).0);
    files.push(SETTINGS.into());
    files.extend(ledger.solutions().0.into_iter().map(|page| page.path));
    let places = files.iter().flat_map(|path| {
        let text = match *path == person.path {
            true => after.to_owned(),
            false => ledger.text(path).unwrap_or_default(),
        };
        let open = ledger.opened(&text);
        let lines = (1..).zip(open.lines());
        let lines = lines.map(|(n, line)| (n, without_sealed(line)));
        let found = lines.filter(|(_, line)| wanted.iter().any(|text| has_words(line, text)));
        let shown = ledger.show(path);
        found.map(|(n, _)| format!("{}:{n}", shown.display())).collect::<Vec<_>>()
    });
    let places: Vec<String> = places.collect();
    let (n, all) = (places.len(), first_of(places, NAMED));
    let lines = counted(n, "line", "lines");
    (n > 0).then(|| {
        words!(
            "{lines} of the ledger still have a name, telephone or mail of this person: {all}",
            "账本中仍有 {n} 行含有此人的姓名、电话或邮箱：{all}"
        )
    })
}

/// A line without sealed values and wrapped keys: their letters are no words.
fn without_sealed(line: &str) -> String {
    if is_wrapped_key(line) {
        return String::new();
    }
    let is_of_a_value = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_');
    let words = line.split_inclusive(|c| !is_of_a_value(c));
    words.filter(|word| !is_sealed(word.trim_end_matches(|c| !is_of_a_value(c)))).collect()
}

/// Has a line these words, whole? In a writing without spaces every letter begins a word.
fn has_words(line: &str, words: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() && !('\u{2e80}'..='\u{ffef}').contains(&c);
    let goes_on = |one: Option<char>, other: Option<char>| {
        one.is_some_and(is_part) && other.is_some_and(is_part)
    };
    line.match_indices(words).any(|(at, _)| {
        let (before, behind) = (&line[..at], &line[at + words.len()..]);
        !goes_on(before.chars().next_back(), words.chars().next())
            && !goes_on(words.chars().next_back(), behind.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole() {
        for (line, words) in [
            ("note = \"QQ called\"", "QQ"),
            ("父亲是张伟的朋友", "张伟"),
            ("给Bob打电话", "Bob"),
            ("phone = \"138-0013\"", "138-0013"),
        ] {
            assert!(has_words(line, words), "{line}");
        }
        for (line, words) in
            [("Annabel", "Ann"), ("5138-0013", "138-0013"), ("aQQ", "QQ"), ("", "QQ")]
        {
            assert!(!has_words(line, words), "{line}");
        }
    }

    #[test]
    fn what_is_sealed_has_no_words() {
        let body = "A-QQ_".repeat(12);
        let line = format!("phone = \"sealed:k3f9x2a7qd-1m2p4:{body}\", note = \"QQ\"");
        assert_eq!(without_sealed(&line), "phone = \", note = \"QQ\"");
        assert_eq!(without_sealed("k3f9x2a7qd-1m2p4-li = \"5pm8d9.QQ\""), "");
        assert_eq!(without_sealed("note = \"sealed: QQ\""), "note = \"sealed: QQ\"");
    }
}
