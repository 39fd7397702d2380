//! A search for prospects by their texts: names in any script, people, telephones, companies, notes. The words of a
//! search must all be found, in one field or in several.

use crate::model::event::Event;
use crate::model::prospect::{Contact, Prospect};
use crate::rules::company::{BETWEEN, parts};
use crate::rules::replay::standing;
use crate::value::date::Date;
use crate::value::id::searchable;
use crate::value::namesake::{namesake, squeezed};
use crate::value::phone::Phone;
use crate::value::sound::Sound;
use std::cmp::Reverse;

/// A search: words, all of which must be found.
#[derive(Debug, Clone)]
pub struct Search {
    /// The words, each once.
    pub words: Vec<Word>,
    /// All words as one, if there are several: a whole name, or a telephone number with blanks.
    pub whole: Option<Word>,
}

/// One word of a search.
#[derive(Debug, Clone)]
pub struct Word {
    /// The word as texts are searched ([`searchable`]).
    pub text: String,
    /// The Chinese words that sound like it.
    pub sound: Option<Sound>,
    /// The telephone number that it may be.
    pub phone: Option<Phone>,
}

/// How well a word fits; the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The id or the name is the word.
    Equal,
    /// The id or the name begins with it.
    Begins,
    /// The id or the name has it inside.
    Within,
    /// A person, their telephone or mail.
    Person,
    /// The company, and other facts.
    About,
    /// An entry.
    Noted,
}

/// The place where a word was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match<'p> {
    /// How well it fits.
    pub rank: Rank,
    /// The field: an id of a column, or the name of a fact of the team's own.
    pub field: &'p str,
    /// The text of the field.
    pub text: &'p str,
    /// Where the word begins in the text, counted in characters.
    pub at: usize,
    /// The person whose telephone or mail it is.
    pub person: Option<&'p str>,
    /// The day of the entry.
    pub date: Option<Date>,
}

/// The places where the words of a search were found in one prospect, in the order of the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<'p>(pub Vec<Match<'p>>);

/// The order of prospects that were found: by the word that fits worst, then by all words; newer entries first.
pub type Order = (Rank, usize, Reverse<Option<Date>>);

impl Search {
    /// A search for these words; `None` if none has a character.
    pub fn of(typed: &[String]) -> Option<Search> {
        let mut words: Vec<Word> = Vec::new();
        for word in typed.iter().filter_map(|typed| Word::of(typed)) {
            if words.iter().all(|known| known.text != word.text) {
                words.push(word);
            }
        }
        let whole = (typed.len() > 1).then(|| Word::of(&typed.join(" "))).flatten();
        (!words.is_empty()).then_some(Search { words, whole })
    }

    /// Where the words are found in a prospect on a day; `None` if one of them is not. Entries that do not count on
    /// that day are not looked at.
    pub fn find<'p>(&self, prospect: &'p Prospect, as_of: Date) -> Option<Found<'p>> {
        let entries: Vec<&Event> = standing(&prospect.events, as_of).collect();
        let find = |word: &Word| word.find(prospect, &entries);
        let whole = self.whole.as_ref().and_then(|whole| Some(Found(vec![find(whole)?])));
        let each = self.words.iter().map(find).collect::<Option<Vec<_>>>().map(Found);
        [whole, each].into_iter().flatten().min_by_key(Found::order)
    }
}

impl<'p> Found<'p> {
    /// The places, of each text the first.
    pub fn each_text(&self) -> impl Iterator<Item = &Match<'p>> {
        let is_first = |(at, place): &(usize, &Match)| {
            let known = |other: &Match| (other.field, other.text) == (place.field, place.text);
            !self.0[..*at].iter().any(known)
        };
        self.0.iter().enumerate().filter(is_first).map(|(_, place)| place)
    }

    /// Its place among other prospects.
    pub fn order(&self) -> Order {
        let worst = self.0.iter().map(|found| found.rank).max().unwrap_or(Rank::Noted);
        let sum = self.0.iter().map(|found| found.rank as usize).sum();
        (worst, sum, Reverse(self.0.iter().filter_map(|found| found.date).max()))
    }
}

impl Word {
    fn of(typed: &str) -> Option<Word> {
        let text = searchable(typed.trim()).into_owned();
        let (sound, phone) = (Sound::of(&text), Phone::of(&text));
        (!text.is_empty()).then_some(Word { text, sound, phone })
    }

    /// The place where it fits best.
    fn find<'p>(&self, prospect: &'p Prospect, entries: &[&'p Event]) -> Option<Match<'p>> {
        self.in_names(prospect)
            .or_else(|| prospect.contacts.iter().find_map(|person| self.in_person(person)))
            .or_else(|| self.in_facts(prospect))
            .or_else(|| entries.iter().rev().find_map(|entry| self.in_entry(entry)))
    }

    /// The part of an id that is looked at: the ledger before an id of a company is found by a word with a `/` alone.
    fn looked_at<'p>(&self, prospect: &Prospect, id: &'p str) -> &'p str {
        let is_of_company = || parts(&prospect.id).is_some();
        match parts(id) {
            Some((_, own)) if is_of_company() && !self.text.contains(BETWEEN) => own,
            _ => id,
        }
    }

    fn in_names<'p>(&self, prospect: &'p Prospect) -> Option<Match<'p>> {
        let id = self.looked_at(prospect, &prospect.id);
        let id = self.in_text(id).map(|fit| (fit, "id", id));
        let name = self.in_name(&prospect.name).map(|fit| (fit, "name", &*prospect.name));
        let best = [name, id].into_iter().flatten().min_by_key(|(fit, ..)| fit.rank)?;
        let ((fit, field, text), (person, date)) = (best, (None, None));
        Some(Match { rank: fit.rank, field, text, at: fit.at, person, date })
    }

    fn in_person<'p>(&self, person: &'p Contact) -> Option<Match<'p>> {
        let of = |field, text: &'p str, at, person| Match {
            rank: Rank::Person,
            field,
            text,
            at,
            person,
            date: None,
        };
        let name =
            || self.in_name(&person.name).map(|fit| of("contact", &person.name, fit.at, None));
        let whose = Some(&*person.name).filter(|name| !name.is_empty());
        let phone = || {
            let text = person.phone.as_deref()?;
            Some(of("phone", text, self.in_text_or_number(text)?, whose))
        };
        let email = || {
            let text = person.email.as_deref()?;
            Some(of("email", text, self.in_text(text)?.at, whose))
        };
        name().or_else(phone).or_else(email)
    }

    fn in_facts<'p>(&self, prospect: &'p Prospect) -> Option<Match<'p>> {
        let of = |field, text: &'p str, fit: Fit| {
            let (rank, person, date) = (Rank::About, None, None);
            Match { rank, field, text, at: fit.at, person, date }
        };
        let company = prospect.company.as_deref();
        let company = company.and_then(|text| Some(of("company", text, self.in_name(text)?)));
        let id = |id: &'p str| self.looked_at(prospect, id);
        let account = prospect.account.as_deref().map(|text| ("account", id(text)));
        let parent = prospect.profile().parent.as_deref().map(|text| ("parent", id(text)));
        let tags = prospect.tags.iter().map(|tag| ("tags", &**tag));
        let own = prospect.facts.iter().map(|(name, text)| (&**name, &**text));
        let mut others = account.into_iter().chain(parent).chain(tags).chain(own);
        company
            .or_else(|| others.find_map(|(field, text)| Some(of(field, text, self.in_text(text)?))))
    }

    fn in_entry<'p>(&self, entry: &'p Event) -> Option<Match<'p>> {
        let texts = [
            ("note", &entry.note),
            ("next-what", &entry.next_what),
            ("ticket", &entry.ticket),
            ("solution", &entry.details().solution),
            ("reason", &entry.reason),
        ];
        texts.into_iter().find_map(|(field, text)| {
            let text = text.as_deref()?;
            let (rank, person, date) = (Rank::Noted, None, Some(entry.date()));
            let at = self.in_text_or_number(text)?;
            Some(Match { rank, field, text, at, person, date })
        })
    }

    /// Where a name has the word, as it is written or as it sounds.
    fn in_name(&self, name: &str) -> Option<Fit> {
        self.in_text(name).or_else(|| {
            let heard = self.sound.as_ref()?.heard_in(name)?;
            let rank = match heard.at {
                0 if heard.to_the_end => Rank::Equal,
                0 if !heard.initials => Rank::Begins,
                _ => Rank::Within,
            };
            Some(Fit { rank, at: heard.at })
        })
    }

    /// Where a text has the word.
    fn in_text(&self, text: &str) -> Option<Fit> {
        let searched = searchable(text);
        let at = searched.find(&self.text)?;
        let rank = match at {
            0 if searched.len() == self.text.len() => Rank::Equal,
            0 => Rank::Begins,
            _ => Rank::Within,
        };
        Some(Fit { rank, at: searched[..at].chars().count() })
    }

    /// Where a text has the word, or the telephone number that it is.
    fn in_text_or_number(&self, text: &str) -> Option<usize> {
        let number = || self.phone.as_ref()?.within(text);
        self.in_text(text).map(|fit| fit.at).or_else(number)
    }
}

/// How well a prospect is called by what was typed for its id; the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CalledBy {
    /// Its name is it.
    Name,
    /// Its company is it.
    Company,
    /// Its id or name has it as a part, or sounds like it.
    PartOfName,
    /// Its company has it as a part, or sounds like it.
    PartOfCompany,
}

/// A text that was typed for an id and is none.
#[derive(Debug, Clone)]
pub struct Called {
    word: Word,
    key: String,
}

impl Called {
    /// `None` for a text that is too short to call anything by: a single letter.
    pub fn of(typed: &str) -> Option<Called> {
        let (word, key) = (Word::of(typed)?, namesake(typed));
        let is_letter = key.is_ascii() && key.len() < 2;
        (!is_letter).then_some(Called { word, key })
    }

    /// May a file with this text be called so? Quick, and true at least where [`Called::by`] finds it.
    pub fn may_be_in(&self, text: &str) -> bool {
        let heard = || self.word.sound.as_ref().is_some_and(|sound| sound.may_be_in(text));
        squeezed(text).contains(&self.key) || heard()
    }

    /// How a prospect is called so.
    pub fn by(&self, prospect: &Prospect) -> Option<CalledBy> {
        let company = prospect.company.as_deref().unwrap_or_default();
        if namesake(&prospect.name) == self.key {
            return Some(CalledBy::Name);
        }
        if namesake(company) == self.key {
            return Some(CalledBy::Company);
        }
        let has = |text: &str| self.is_part_of(text);
        let name = has(&prospect.id) || has(&prospect.name);
        let of = |is: bool, by: CalledBy| is.then_some(by);
        of(name, CalledBy::PartOfName).or_else(|| of(has(company), CalledBy::PartOfCompany))
    }

    /// Letters are a part from the beginning of a word on; other scripts have no words.
    fn is_part_of(&self, text: &str) -> bool {
        let searched = searchable(text);
        let wanted = &self.word.text;
        let begins = |at: usize| {
            let before = searched[..at].chars().next_back();
            !wanted.is_ascii() || before.is_none_or(|c| !c.is_ascii_alphanumeric())
        };
        let heard = || self.word.sound.as_ref().is_some_and(|sound| sound.heard_in(text).is_some());
        searched.match_indices(wanted.as_str()).any(|(at, _)| begins(at)) || heard()
    }
}

/// How a text fits a word, and where, counted in characters.
struct Fit {
    rank: Rank,
    at: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::EventKey;

    fn prospect() -> Prospect {
        let person = |name: &str, phone: Option<&str>| Contact {
            name: name.into(),
            phone: phone.map(Into::into),
            email: Some("Wang.Fang@Acme.example".into()),
            ..Contact::default()
        };
        let entry = |key: &str, note: &str| Event {
            note: Some(note.into()),
            ..Event::new(EventKey::parse(key).unwrap(), "call")
        };
        Prospect {
            id: "zhang-2".into(),
            name: "张先生".into(),
            company: Some("时装连锁店".into()),
            tags: vec!["vip".into()],
            facts: vec![("wechat".into(), "zhang_888".into())],
            contacts: vec![person("王芳", Some("+86 21 6888-1234")), person("Bob", None)],
            events: vec![entry("2009-12-03", "likes golf"), entry("2009-12-05", "Golf again")],
            ..Prospect::default()
        }
    }

    /// The rank, the field, the place and the day of a word.
    type Place = (Rank, String, usize, Option<String>);

    fn found(words: &[&str]) -> Option<Vec<Place>> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let prospect = prospect();
        let found = Search::of(&words)?.find(&prospect, Date::parse("2009-12-04").unwrap())?;
        let shown = |m: &Match| (m.rank, m.field.to_owned(), m.at, m.date.map(|d| d.to_string()));
        Some(found.0.iter().map(shown).collect())
    }

    #[test]
    fn a_word_is_found_where_it_fits_best() {
        let on = |rank, field: &str, at| Some(vec![(rank, field.to_owned(), at, None)]);
        assert_eq!(found(&["张先生"]), on(Rank::Equal, "name", 0));
        assert_eq!(found(&["ZHANG-2"]), on(Rank::Equal, "id", 0));
        assert_eq!(found(&["zhangxiansheng"]), on(Rank::Equal, "name", 0));
        assert_eq!(found(&["zhang", "xian", "sheng"]), on(Rank::Equal, "name", 0));
        assert_eq!(found(&["张"]), on(Rank::Begins, "name", 0));
        assert_eq!(found(&["zhang-"]), on(Rank::Begins, "name", 0));
        assert_eq!(found(&["先生"]), on(Rank::Within, "name", 1));
        assert_eq!(found(&["zxs"]), on(Rank::Within, "name", 0));
        assert_eq!(found(&["wangfang"]), on(Rank::Person, "contact", 0));
        assert_eq!(found(&["021-68881234"]), on(Rank::Person, "phone", 0));
        assert_eq!(found(&["021", "6888", "1234"]), on(Rank::Person, "phone", 0));
        assert_eq!(found(&["wang.fang@"]), on(Rank::Person, "email", 0));
        assert_eq!(found(&["连锁"]), on(Rank::About, "company", 2));
        assert_eq!(found(&["vip"]), on(Rank::About, "tags", 0));
        assert_eq!(found(&["_888"]), on(Rank::About, "wechat", 5));
    }

    #[test]
    fn entries_that_do_not_count_on_the_day_are_not_searched() {
        let noted = (Rank::Noted, "note".to_owned(), 6, Some("2009-12-03".to_owned()));
        assert_eq!(found(&["GOLF"]), Some(vec![noted]));
        assert_eq!(found(&["again"]), None);
    }

    #[test]
    fn every_word_must_be_found() {
        let words: Vec<_> = found(&["张", "golf"]).unwrap().into_iter().map(|m| m.0).collect();
        assert_eq!(words, [Rank::Begins, Rank::Noted]);
        assert_eq!(found(&["张", "tennis"]), None);
        assert_eq!(found(&["6888", "1234"]).unwrap()[0].0, Rank::Person);
    }

    #[test]
    fn what_is_typed_for_an_id_calls_by_name_company_part_and_sound() {
        let by = |typed: &str| Called::of(typed).and_then(|called| called.by(&prospect()));
        assert_eq!(by("张 先生"), Some(CalledBy::Name));
        assert_eq!(by("时装连锁店有限公司"), Some(CalledBy::Company));
        assert_eq!(by("先生"), Some(CalledBy::PartOfName));
        assert_eq!(by("zxs"), Some(CalledBy::PartOfName));
        assert_eq!(by("连锁"), Some(CalledBy::PartOfCompany));
        assert_eq!(by("王芳"), None, "a person is found by crm search");
        assert_eq!(by("hang-2"), None, "letters begin a word");
        assert!(Called::of("z").is_none() && Called::of("张").is_some());
    }

    #[test]
    fn keys_and_kinds_are_no_texts() {
        for word in ["name", "note", "call", "events", "2009-12-03"] {
            assert_eq!(found(&[word]), None, "{word}");
        }
        assert!(Search::of(&[String::new(), "  ".to_owned()]).is_none());
    }

    #[test]
    fn the_worst_word_orders_and_newer_entries_come_first() {
        let of = |ranks: &[(Rank, Option<&str>)]| {
            let one = |(rank, day): &(Rank, Option<&str>)| Match {
                rank: *rank,
                field: "",
                text: "",
                at: 0,
                person: None,
                date: day.and_then(Date::parse),
            };
            Found(ranks.iter().map(one).collect()).order()
        };
        let order = [
            of(&[(Rank::Equal, None)]),
            of(&[(Rank::Begins, None)]),
            of(&[(Rank::Equal, None), (Rank::Within, None)]),
            of(&[(Rank::Within, None), (Rank::Within, None)]),
            of(&[(Rank::Person, None)]),
            of(&[(Rank::About, None)]),
            of(&[(Rank::Noted, Some("2009-12-05"))]),
            of(&[(Rank::Noted, Some("2009-12-03"))]),
        ];
        assert!(order.is_sorted(), "{order:?}");
    }
}
