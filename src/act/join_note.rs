//! The note by which the journal of a joined file tells what was joined, written and read.

use crate::diag::Lang;
use crate::model::event::{Event, EventKey};
use crate::model::kind::EventKind;
use crate::value::date::Date;
use crate::value::text::Text;

/// The note of the entry that says what was joined: `named` is the id of the other file, and its name.
pub fn join_note(named: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("与 {named} 合并为一个文件"),
        Lang::En | Lang::Machine => format!("joined with {named}, which was a file of its own"),
    }
}

/// A join as its last entry tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The id of the file that went.
    pub other: String,
    /// The language of the entry.
    pub lang: Lang,
    /// The draft of the entry, with the words that a person added.
    pub draft: Event,
}

impl Told {
    /// The join that an entry tells of, if it does.
    pub fn by(event: &Event) -> Option<Told> {
        let text = event.note.as_deref().filter(|_| event.kind == EventKind::Note)?;
        [Lang::En, Lang::Zh].into_iter().find_map(|lang| {
            let empty = join_note("\0", lang);
            let (begin, end) = empty.split_once('\0')?;
            let (named, rest) = text.strip_prefix(begin)?.split_once(end)?;
            let more = rest.strip_prefix(": ").map(Text::from);
            let (day, key) = (event.date(), named.split_once(" (").map_or(named, |(id, _)| id));
            let draft = Event { key: day_key(day), note: more, ..event.clone() };
            Some(Told { other: key.to_owned(), lang, draft })
        })
    }
}

/// The key of an entry of a day, before it gets its place there.
pub fn day_key(date: Date) -> EventKey {
    EventKey { date, n: 0, text: date.to_string().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_read_in_both_languages() {
        let note = |text: &str| {
            let day = Date::parse("2009-12-18").unwrap();
            let event = Event::new(day_key(day), EventKind::Note);
            Event { note: Some(text.into()), ..event }
        };
        for lang in [Lang::En, Lang::Zh] {
            for (named, id) in [("zhang-2 (张总 (old))", "zhang-2"), ("wang.2", "wang.2")] {
                let text = join_note(named, lang);
                let told = Told::by(&note(&text)).unwrap();
                assert_eq!((&*told.other, told.lang, told.draft.note), (id, lang, None));
                let told = Told::by(&note(&format!("{text}: at: the fair"))).unwrap();
                assert_eq!(told.draft.note.as_deref(), Some("at: the fair"));
            }
        }
        assert_eq!(Told::by(&note("joined with pleasure")), None);
        let call = Event { kind: EventKind::Call, ..note(&join_note("x", Lang::En)) };
        assert_eq!(Told::by(&call), None);
    }
}
