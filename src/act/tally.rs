//! Tallies: a line in the file of a rep, for a day's dials, conversations and appointments.

use super::names::rep;
use super::session::{Done, Session};
use super::written::Written;
use crate::diag::{Code, Diagnostic, Failure, Place};
use crate::disk::file::read_text;
use crate::disk::tally::{impossible, read_file};
use crate::disk::write::FileChange;
use crate::format::append::append;
use crate::format::layout::ACTIVITY;
use crate::format::line::written_key;
use crate::model::event::EventKey;
use crate::rules::book::Tally;
use crate::value::date::Date;
use crate::value::id;
use std::path::Path;

/// Adds the counts of a rep's day. Several of one day add up.
///
/// # Errors
/// Fails for an unknown rep, for counts that are all 0, for a day with more conversations than dials, or if the file is
/// broken; nothing was written then.
pub fn tally(session: &Session, typed: &str, date: Date, counts: Tally) -> Result<Done, Failure> {
    let ledger = session.ledger;
    let rep = rep(&ledger.settings, "REP", typed)?;
    id::validate(&rep)
        .map_err(|bad| Diagnostic::new(Code::BadId, bad.words().about("REP")).typed())?;
    let Tally { dials, conversations, appointments } = counts;
    if counts == Tally::default() {
        let message = words!("there is nothing to tally", "没有可统计的数字");
        let example = "crm tally REP --dials 15 --conversations 7 --appointments 1";
        return Err(Diagnostic::new(Code::BadArgument, message)
            .help(words!("for example: {example}", "例如：{example}"))
            .into());
    }
    let path = Path::new(ACTIVITY).join(format!("{rep}.toml"));
    let shown = ledger.show(&path);
    let before = if ledger.root.join(&path).exists() {
        Some(read_text(&ledger.root.join(&path), &shown)?)
    } else {
        None
    };
    let text = before.clone().unwrap_or_else(|| "[tally]\n".to_owned());
    let (days, problems) = read_file(&text, &shown);
    if !problems.is_empty() {
        return Err(Failure(problems.into_iter().map(Diagnostic::refused).collect()));
    }
    let of_day = || days.iter().filter(|(key, _)| key.date == date);
    let day = of_day().fold(counts, |sum, (_, tally)| sum.plus(tally));
    if day.is_impossible() {
        return Err(impossible(date, &day).refused().into());
    }
    let n = of_day().map(|(key, _)| key.n).max().unwrap_or(0) + 1;
    let body = format!(
        "{{ dials = {dials}, conversations = {conversations}, appointments = {appointments} }}"
    );
    // As with entries, two branches that each tally one day do not clash.
    let key = written_key(&rep, date, n, &body);
    let after = append(&text, "tally", &[format!("{key} = {body}")], &Place::file(&shown))?;
    let (back, problems) = read_file(&after, &shown);
    if !problems.is_empty() || back.len() != days.len() + 1 || EventKey::parse(&key).is_none() {
        let message = words!(
            "the tally would not read back; nothing was written",
            "写入后读不回原意；未作任何写入"
        );
        return Err(Diagnostic::new(Code::WriteFailed, message).at(Place::file(&shown)).into());
    }
    let differences = session.write(&[FileChange { path, before, after: Some(after) }])?;
    let written = Written {
        id: (&*rep).into(),
        key: (&*key).into(),
        kind: "tally".into(),
        stage: None,
        owner: None,
        file: shown,
    };
    let said = words!(
        "{rep} on {date}: {dials} dials, {conversations} conversations, {appointments} appointments",
        "{rep} {date}：拨打 {dials}，接通 {conversations}，约见 {appointments}"
    );
    let said = if session.is_dry() { Vec::new() } else { vec![said] };
    Ok(Done { said, written: vec![written], differences, ..Done::default() })
}
