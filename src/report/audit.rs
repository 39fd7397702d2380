//! `crm audit ID`: every entry of a prospect with its signer, and the commit that brought it.

use crate::git::origin::{AuditedCommit, Origin};
use crate::model::event::Event;
use crate::model::kind::KINDS;
use crate::model::settings::Settings;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Cell, Emphasis, Kind, Row, Sheet};
use crate::table::terms::term;
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use std::collections::BTreeMap;

/// Of a commit's id, so many characters are shown.
const SHORT: usize = 10;

/// The sheet of one prospect.
pub fn audit(record: &Record, origins: &BTreeMap<String, Origin>, settings: &Settings) -> Sheet {
    let lang = settings.language;
    let columns = vec![
        column("key", Kind::Text, lang).whole(),
        column("kind", Kind::Text, lang),
        column("by", Kind::Text, lang),
        column("commit", Kind::Text, lang),
        column("author", Kind::Text, lang),
        column("committed", Kind::Date, lang),
        column("audit", Kind::Text, lang),
    ];
    let mut rows: Vec<Row> = Vec::new();
    for event in &record.prospect.events {
        let origin = origins.get(&*event.key.text).cloned().unwrap_or_default();
        rows.push(row(event, &origin, settings, lang));
    }
    let here: Vec<&str> = record.prospect.events.iter().map(|event| &*event.key.text).collect();
    for (key, origin) in origins.iter().filter(|(key, _)| !here.contains(&key.as_str())) {
        let commit = origin.brought.clone().unwrap_or_default();
        let gone = lang.pick("gone from the file", "已不在文件中");
        let cells = cells((key, None, None), Some(&commit), settings, gone.to_owned());
        rows.push(Row::with(cells, Emphasis::Warn));
    }
    let wrong = rows.iter().filter(|row| row.emphasis == Emphasis::Warn).count();
    let prospect = &record.prospect;
    let title = format!("{} {} ({})", lang.pick("Audit", "审计"), prospect.id, prospect.name);
    let mut sheet = Sheet::single("audit", title, columns, rows.into());
    let about = lang.pick("every entry, and the commit that brought it", "每条流水及其所在的提交");
    sheet.about = about.to_owned();
    sheet.notes.push(match lang {
        Lang::En | Lang::Machine => format!("entries to look at: {wrong}; a commit's author is what its maker claims, the push is what the guard checked"),
        Lang::Zh => format!("需查看的流水：{wrong}条；提交作者由提交者自填，推送由守卫核对"),
    });
    sheet
}

fn row(event: &Event, origin: &Origin, settings: &Settings, lang: Lang) -> Row {
    let commit = origin.brought.as_ref();
    let author = commit.and_then(|commit| settings.rep_by_email(&commit.email));
    let mut remarks: Vec<String> = Vec::new();
    match (author, event.by.as_deref()) {
        (Some(author), Some(by)) if *author.id != *by => {
            remarks.push(match lang {
                Lang::En | Lang::Machine => format!("signed {by}, committed by {}", author.id),
                Lang::Zh => format!("署名{by}，提交者{}", author.id),
            });
        }
        (_, None) => remarks.push(lang.pick("not signed", "未署名").to_owned()),
        (None, Some(_)) if commit.is_some() && settings.reps.iter().any(|r| r.email.is_some()) => {
            remarks.push(lang.pick("the author is no rep", "作者非业务员").to_owned());
        }
        _ => {}
    }
    remarks.extend(origin.changed.iter().map(|commit| match lang {
        Lang::En | Lang::Machine => format!("rewritten in {} by {}", short(commit), commit.author),
        Lang::Zh => format!("在{}中被{}改写", short(commit), commit.author),
    }));
    // That something is not committed yet is no reason to look twice.
    let suspect = !remarks.is_empty() || origin.uncommitted && commit.is_some();
    if origin.uncommitted {
        remarks.push(
            match commit {
                None => lang.pick("not committed", "未提交"),
                Some(_) => lang.pick("rewritten, not committed", "已改写，未提交"),
            }
            .to_owned(),
        );
    }
    let event = (&*event.key.text, Some(term(KINDS, &event.kind, lang)), event.by.as_deref());
    let emphasis = if suspect { Emphasis::Warn } else { Emphasis::Plain };
    Row::with(cells(event, commit, settings, lang.clauses(remarks)), emphasis)
}

/// Key, kind and signature; the commit and its author; remarks.
fn cells(
    (key, kind, by): (&str, Option<&str>, Option<&str>),
    commit: Option<&AuditedCommit>,
    settings: &Settings,
    remarks: String,
) -> Vec<Cell> {
    let author = |commit: &AuditedCommit| match settings.rep_by_email(&commit.email) {
        Some(rep) => Cell::text(&*rep.id),
        None => Cell::text(format!("{} <{}>", commit.author, commit.email)),
    };
    let date = |commit: &AuditedCommit| Date::parse(&commit.date).map_or(Cell::Empty, Cell::Date);
    vec![
        Cell::text(key),
        Cell::maybe(kind, Cell::text),
        Cell::maybe(by, Cell::text),
        Cell::maybe(commit, |commit| Cell::text(short(commit))),
        commit.map_or(Cell::Empty, author),
        commit.map_or(Cell::Empty, date),
        if remarks.is_empty() { Cell::Empty } else { Cell::text(remarks) },
    ]
}

fn short(commit: &AuditedCommit) -> &str {
    commit.id.get(..SHORT).unwrap_or(&commit.id)
}
