//! The start of a campaign: the sheet that shows it, and the entries that remember it.

use super::session::{Done, Session};
use super::target::Entry;
use crate::diag::{Failure, Words, counted};
use crate::model::campaign::Campaign;
use crate::model::event::Event;
use crate::plan::campaign::{Part, Start};
use crate::rules::book::Book;
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::label::Lang;

/// Writes an entry for each file that the campaign reaches or keeps out, all or none. `draft` is the event that they have
/// in common.
///
/// # Errors
/// Fails as [`Session::target`] and [`Session::commit`] do; nothing was written then.
pub fn carry_out(
    session: &Session,
    draft: &Event,
    campaign: &Campaign,
    start: &Start,
) -> Result<Done, Failure> {
    let mut entries = Vec::new();
    for member in start.members.iter().filter(|member| member.part != Part::Refused) {
        let target = session.target(&member.prospect.path)?;
        let mut event = draft.clone();
        event.details_mut().campaign = Some(campaign.id.clone());
        event.details_mut().control = (member.part == Part::Control).then_some(true);
        let said = part_words(member.part).about(&target.named());
        entries.push(Entry { target, events: vec![event], said });
    }
    let done = session.commit(entries)?;
    // The counts say it: a line for each file is the sheet.
    let said = if done.said.is_empty() { Vec::new() } else { vec![counts(campaign, start)] };
    Ok(Done { said, ..done })
}

fn part_words(part: Part) -> Words {
    match part {
        Part::Sent => words!("sent", "触达"),
        Part::Control => words!("control", "对照"),
        Part::Refused => words!("refused", "拒绝"),
    }
}

/// The part of a file in a cell.
fn part_cell(part: Part, lang: Lang) -> Cell {
    Cell::text(match lang {
        Lang::Machine => part_words(part).en().to_owned(),
        lang => part_words(part).get(lang).to_owned(),
    })
}

/// `spring: 18 sent, 4 kept out as control, 1 left out because they refuse`
fn counts(campaign: &Campaign, start: &Start) -> Words {
    let [sent, control, refused] =
        [Part::Sent, Part::Control, Part::Refused].map(|part| start.count(part));
    let (id, before) = (&campaign.id, start.before);
    let (mut en, mut zh) = (
        format!("{id}: {sent} sent, {control} kept out as control"),
        format!("{id}：触达 {sent}，对照 {control}"),
    );
    if refused > 0 {
        en.push_str(&format!(", {refused} left out because of refusal"));
        zh.push_str(&format!("，因拒绝未触达 {refused}"));
    }
    if before > 0 {
        en.push_str(&format!(", {before} in it before"));
        zh.push_str(&format!("，此前已在其中 {before}"));
    }
    Words::both(en, zh)
}

/// The files with their part, those that refuse by name, and the counts.
pub fn sheet(campaign: &Campaign, start: &Start, book: &Book) -> Sheet {
    let lang = book.settings.language;
    let label = campaign.label.get(lang, &campaign.id);
    let rows = start.members.iter().map(|member| {
        let cells = vec![
            Cell::text(member.prospect.id.clone()),
            Cell::text(member.prospect.name.clone()),
            part_cell(member.part, lang),
            Cell::list(member.people.iter().cloned()),
        ];
        let refused = member.part == Part::Refused;
        Row::with(cells, if refused { Emphasis::Warn } else { Emphasis::Plain })
    });
    let files = Table {
        id: "campaign".into(),
        columns: vec![
            column("id", Kind::Id, lang),
            column("name", Kind::Text, lang),
            // Its word for people is another one than that of a person's part.
            Column::new("part", lang.pick("Group", "分组"), Kind::Text),
            column("contact", Kind::Text, lang),
        ],
        rows: rows.collect(),
        audience: Audience::All,
        ..Table::default()
    };
    let mut sheet = Sheet {
        id: "campaign".into(),
        title: label.to_owned(),
        about: format!("{}  ·  {}", book.as_of, counts(campaign, start).get(lang)),
        tables: vec![files],
        ..Sheet::default()
    };
    let refused = start.count(Part::Refused);
    if let Some(channel) = campaign.channel.as_ref().filter(|_| refused > 0) {
        let files = counted(refused, "file", "files");
        sheet.notes.push(match lang {
            Lang::En | Lang::Machine => {
                format!("{files} left out: every person there refuses `{channel}`")
            }
            Lang::Zh => format!("{refused} 个文件未触达：那里的联系人都拒绝 `{channel}`"),
        });
    }
    if campaign.channel.is_none() {
        sheet.notes.push(
            lang.pick(
                "the campaign states no channel: no refusal is known",
                "活动没有写明渠道：无从得知谁拒绝",
            )
            .into(),
        );
    }
    if start.members.is_empty() && start.before == 0 {
        sheet.notes.push(lang.pick("the segment is empty", "客群中没有客户").into());
    }
    sheet
}
