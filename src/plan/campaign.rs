//! The start of a campaign: the files that it reaches, those that are kept out to compare with, and those that refuse.

use super::PlanProspect;
use crate::model::campaign::Campaign;
use crate::rules::book::Book;
use crate::rules::campaign::{involvements, is_kept_out};
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::text::Text;

/// One file that a campaign is for.
pub struct Member {
    /// The file.
    pub prospect: PlanProspect,
    /// What becomes of it.
    pub part: Part,
    /// The people there that accept the campaign's channel.
    pub people: Vec<Text>,
}

/// What becomes of a file when a campaign starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The campaign reaches it.
    Sent,
    /// It is kept out at random, to compare with.
    Control,
    /// Every person there refuses the channel: it gets no entry, so that a later start asks again.
    Refused,
}

/// The start of a campaign on the day of a book.
#[derive(Default)]
pub struct Start {
    /// The files that it is for and that it has no entry in yet, by id.
    pub members: Vec<Member>,
    /// How many have an entry of it already.
    pub before: usize,
}

impl Start {
    /// How many have this part.
    pub fn count(&self, part: Part) -> usize {
        self.members.iter().filter(|member| member.part == part).count()
    }
}

/// The start of a campaign for the prospects and customers' files that a query selects. A refusal is found before the
/// draw, so that the two groups differ by chance alone.
pub fn start(book: &Book, campaign: &Campaign, query: &Query) -> Start {
    let rows = book.gather_everybody(query, |record| Some(member(record, campaign, book)));
    let mut start = Start::default();
    for row in rows {
        match row {
            Some(member) => start.members.push(member),
            None => start.before += 1,
        }
    }
    start
}

/// The part of a file; `None` if it has an entry already.
fn member(record: &Record, campaign: &Campaign, book: &Book) -> Option<Member> {
    let (prospect, on) = (&record.prospect, book.as_of);
    // A start on an earlier day finds those that a later one reached.
    let known = involvements(record, &book.settings, Date::MAX);
    if known.iter().any(|one| one.campaign == campaign.id && one.reached.is_some()) {
        return None;
    }
    let channel = campaign.channel.as_deref();
    let part = if channel.is_some_and(|channel| prospect.is_refused(channel, on)) {
        Part::Refused
    } else if is_kept_out(campaign, prospect.account.as_deref().unwrap_or(&prospect.id)) {
        Part::Control
    } else {
        Part::Sent
    };
    let people = match part {
        Part::Sent => prospect.accepting(channel, on).map(|person| person.name.clone()).collect(),
        Part::Control | Part::Refused => Vec::new(),
    };
    Some(Member { prospect: PlanProspect::of(record), part, people })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Event, EventKey};
    use crate::model::kind::EventKind;
    use crate::model::prospect::{Contact, Prospect};
    use crate::model::settings::Settings;
    use crate::rules::replay::replay;
    use crate::value::date::Date;
    use crate::value::money::Amount;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn day() -> Date {
        Date::parse("2010-03-05").unwrap()
    }

    /// A file with people; each refuses the channel or not, and may have left.
    fn prospect(id: &str, people: &[(bool, bool)], is_in: bool) -> Prospect {
        let person = |(refuses, left): &(bool, bool)| Contact {
            name: "p".into(),
            refuses: if *refuses { vec!["email".into()] } else { Vec::new() },
            left: left.then(day),
            ..Contact::default()
        };
        let mut events = vec![Event::new(EventKey::parse("2010-01-01").unwrap(), "opened")];
        if is_in {
            let mut event = Event::new(EventKey::parse("2010-01-02").unwrap(), "campaign");
            event.details_mut().campaign = Some("spring".into());
            events.push(event);
        }
        let contacts = people.iter().map(person).collect();
        Prospect { id: id.into(), contacts, events, ..Prospect::default() }
    }

    fn started(prospects: Vec<Prospect>, control: &str) -> Start {
        let settings = Settings::default();
        let records: Vec<Record> =
            prospects.into_iter().filter_map(|p| replay(p, &settings, day())).collect();
        let book = Book::of(settings, day(), records, Vec::new());
        let campaign = Campaign {
            id: "spring".into(),
            channel: Some(EventKind::Email),
            control: Amount::parse(control).unwrap(),
            ..Campaign::default()
        };
        start(&book, &campaign, &Query::everything())
    }

    fn parts(start: &Start) -> BTreeMap<String, Part> {
        start.members.iter().map(|one| (one.prospect.id.to_string(), one.part)).collect()
    }

    #[test]
    fn a_file_is_refused_if_all_that_are_there_refuse() {
        let of = |people: &[(bool, bool)]| {
            let start = started(vec![prospect("a", people, false)], "0");
            (start.members[0].part, start.members[0].people.len())
        };
        assert_eq!(of(&[]), (Part::Sent, 0), "nobody there can refuse");
        assert_eq!(of(&[(true, false)]), (Part::Refused, 0));
        assert_eq!(of(&[(true, false), (false, false)]), (Part::Sent, 1));
        assert_eq!(of(&[(true, false), (false, true)]), (Part::Refused, 0), "one has left");
        assert_eq!(of(&[(true, true)]), (Part::Sent, 0), "all have left");
    }

    #[test]
    fn without_control_all_are_sent_and_a_second_start_takes_those_that_are_new() {
        let all = |is_in| (0..50).map(|n| prospect(&format!("p{n}"), &[], is_in)).collect();
        let first = started(all(false), "0");
        assert_eq!((first.count(Part::Sent), first.before), (50, 0));
        let second = started(all(true), "0");
        assert_eq!((second.members.len(), second.before), (0, 50));
    }

    proptest! {
        #[test]
        fn each_is_sent_kept_out_or_refused_once_and_others_change_nothing(
            files in prop::collection::btree_map(
                "[a-z]{1,6}",
                (prop::collection::vec(any::<(bool, bool)>(), 0..3), any::<bool>()),
                0..40,
            ),
            more in prop::collection::btree_set("[A-Z]{7,9}", 0..20),
        ) {
            let own = || files.iter().map(|(id, (people, is_in))| prospect(id, people, *is_in));
            let alone = started(own().collect(), "0.3");
            let entered = files.values().filter(|(_, is_in)| *is_in).count();
            prop_assert_eq!(alone.before, entered);
            prop_assert_eq!(parts(&alone).len() + entered, files.len());
            prop_assert_eq!(alone.members.len(), parts(&alone).len());
            let added = more.iter().map(|id| prospect(id, &[], false));
            let with_more = parts(&started(own().chain(added).collect(), "0.3"));
            for (id, part) in parts(&alone) {
                prop_assert_eq!(with_more.get(&id), Some(&part));
            }
        }
    }
}
