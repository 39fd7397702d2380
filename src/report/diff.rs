//! `crm diff`: the bridge between two revisions of a ledger, both looked at from the same day by the rules
//! of the later one; and the difference of one prospect in a few words, for a commit's message.

use super::Request;
use super::bridge::{Spans, list_table, picture, span_table};
use super::changes::{BridgePart, ChangeKind, Stock, StockChange, between};
use crate::model::kind::KINDS;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Audience, Cell, Kind, Row, Sheet, Table};
use crate::table::terms::term;
use crate::table::words::column;
use crate::value::id;
use crate::value::label::Lang;
use std::collections::{BTreeMap, BTreeSet};

/// A prospect in both versions of a ledger.
type RecordVersions<'b> = (Option<&'b Record>, Option<&'b Record>);

/// The changes between two versions of a ledger, replayed by one settings file; `names` are the revisions as typed.
/// Books of the differing prospects are enough, with the stock at the `end`: a prospect that is equal on both sides
/// changes nothing.
pub fn diff(
    before: &Book,
    after: &Book,
    end: Option<&Stock>,
    names: (&str, &str),
    request: &Request,
) -> Sheet {
    let lang = after.settings.language;
    let settings = &after.settings;
    let mut touched = Vec::new();
    let mut all = Spans::default();
    for pair in pairs(before, after, request) {
        let part = moves(pair.0, pair.1, settings, lang);
        let differs = pair.0.map(|r| &r.prospect) != pair.1.map(|r| &r.prospect);
        if differs && part.steps.is_empty() {
            touched.push(pair);
        }
        all.add(part, true);
    }
    let Spans { mut spans, mut steps } = all.complete(request);
    if let (Some(end), Some(span)) = (end, spans.values_mut().next()) {
        span.opening.add(end);
        span.opening.take(&span.closing);
        span.closing = end.clone();
    }
    steps.sort_by_key(|step| step.change);
    let (from, to) = names;
    let currency = settings.currency.map(|c| format!("  ·  {c}")).unwrap_or_default();
    let day = after.as_of;
    let mut sheet = Sheet {
        id: "diff".into(),
        title: format!("{} {from}..{to}", lang.pick("Difference", "差异")),
        about: match lang {
            Lang::En | Lang::Machine => format!(
                "open prospects in {from} and in {to}, both as of {day}; weighted: value x nominal probability{currency}"
            ),
            Lang::Zh => {
                format!("{from}与{to}中进行中的客户，均截至{day}；加权 = 价值 x 名义概率{currency}")
            }
        },
        ..Sheet::default()
    };
    let mut list = list_table(&steps, request, lang);
    if steps.is_empty() {
        // Machines get the table's head, people a sentence.
        list.audience = Audience::Machines;
        sheet.notes.push(lang.pick("nothing has moved", "没有变化").into());
    }
    sheet.tables.push(list);
    let mut small = touched_table(&touched, lang);
    if touched.is_empty() {
        small.audience = Audience::Nobody;
    }
    sheet.tables.push(small);
    sheet.tables.push(span_table(&spans, request, to, false, lang));
    if let (false, Some(span)) = (steps.is_empty(), spans.values().next()) {
        sheet.pictures.push(picture(span, &format!("{from}..{to}"), lang));
    }
    sheet
}

/// What moved of a prospect or a customer; a customer's file has no board, and no part in the bridge.
fn moves(
    before: Option<&Record>,
    after: Option<&Record>,
    settings: &Settings,
    lang: Lang,
) -> BridgePart {
    match after.or(before) {
        Some(record) if !record.prospect.is_customer => between(before, after, settings, lang),
        _ => BridgePart::default(),
    }
}

/// Every prospect and customer's file of either version, by id; those that the request selects.
fn pairs<'b>(before: &'b Book, after: &'b Book, request: &'b Request) -> Vec<RecordVersions<'b>> {
    let mut pairs: BTreeMap<String, RecordVersions> = BTreeMap::new();
    for record in everybody(before) {
        pairs.entry(id::fold(&record.prospect.id)).or_default().0 = Some(record);
    }
    for record in everybody(after) {
        pairs.entry(id::fold(&record.prospect.id)).or_default().1 = Some(record);
    }
    let mut selected: BTreeSet<String> = BTreeSet::new();
    for book in [before, after] {
        let meant = request.selection(book);
        let records = everybody(book).filter(|record| meant.has(record));
        selected.extend(records.map(|record| id::fold(&record.prospect.id)));
    }
    pairs.into_iter().filter(|(id, _)| selected.contains(id)).map(|(_, pair)| pair).collect()
}

fn everybody(book: &Book) -> impl Iterator<Item = &Record> {
    book.records().iter().chain(book.customers().iter().map(|record| &**record))
}

fn touched_table(touched: &[RecordVersions], lang: Lang) -> Table {
    let columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("change", Kind::Text, lang),
    ];
    let rows = touched.iter().filter_map(|(before, after)| {
        let record = after.or(*before)?;
        Some(Row::new(vec![
            Cell::text(&*record.prospect.id),
            Cell::text(&*record.prospect.name),
            Cell::text(small(*before, *after, lang)),
        ]))
    });
    let title = lang.pick("Touched, not moved", "有变动，未移动").to_owned();
    Table { id: "touched".into(), title, columns, rows: rows.collect(), ..Table::default() }
}

/// The entries of a customer, or of a prospect that neither moved nor changed its worth.
fn small(before: Option<&Record>, after: Option<&Record>, lang: Lang) -> String {
    let Some(after) = after else { return lang.pick("removed", "已删除").to_owned() };
    let known: BTreeSet<&str> = before
        .iter()
        .flat_map(|before| before.prospect.events.iter().map(|event| &*event.key.text))
        .collect();
    let mut kinds: Vec<&str> = Vec::new();
    for event in after.prospect.events.iter().filter(|event| !known.contains(&*event.key.text)) {
        if !kinds.contains(&&*event.kind) {
            kinds.push(&event.kind);
        }
    }
    if kinds.is_empty() {
        return lang.pick("facts", "资料").to_owned();
    }
    lang.listed(kinds.iter().map(|kind| term(KINDS, kind, lang)))
}

/// A prospect's change in a few words, `25 -> 50, value 15000 -> 18000`; `None` where nothing changed.
pub fn in_words(
    before: Option<&Record>,
    after: Option<&Record>,
    settings: &Settings,
) -> Option<String> {
    if before.map(|r| &r.prospect) == after.map(|r| &r.prospect) {
        return None;
    }
    let lang = settings.language;
    // Ids: a label may have spaces, and a detail is taken apart again.
    let part = moves(before, after, settings, Lang::Machine);
    let mut words: Vec<String> = part.steps.iter().map(|step| word(step, lang)).collect();
    if words.is_empty() {
        words.push(small(before, after, lang));
    }
    Some(lang.listed(words))
}

fn word(step: &StockChange, lang: Lang) -> String {
    let detail = &step.detail;
    let stage = |detail: &str| detail.rsplit(' ').next().unwrap_or_default().to_owned();
    match step.change {
        ChangeKind::New => format!("{} ({})", lang.pick("new", "新增"), stage(detail)),
        ChangeKind::ValueUp | ChangeKind::ValueDown => {
            format!("{} {detail}", lang.pick("value", "价值"))
        }
        ChangeKind::Advanced | ChangeKind::FellBack | ChangeKind::Reassigned => detail.clone(),
        ChangeKind::PulledIn | ChangeKind::Pushed => {
            format!("{} {detail}", lang.pick("closes", "签约"))
        }
        ChangeKind::Recycled => lang.pick("to the pool", "回到公海").to_owned(),
        ChangeKind::Won | ChangeKind::Lost => {
            let name = step.change.label(lang);
            match detail.split_once("->: ") {
                Some((_, reason)) => format!("{name} ({reason})"),
                None => name.to_owned(),
            }
        }
        ChangeKind::Corrected => format!("{} {detail}", ChangeKind::Corrected.label(lang)),
    }
}
