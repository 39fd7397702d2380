//! The four parts of a relationship with a customer (IDIC): identify, differentiate, interact, customise - how much of
//! each is there, and the gaps.
//!
//! Each part is a share of points that are met out of those that could be. Source: the model of Peppers and Rogers;
//! the points are the ledger's entries and facts.

use crate::model::kind::EventKind;
use crate::model::settings::Settings;
use crate::rules::dealings::year_to;
use crate::rules::policy::Duty;
use crate::rules::policy::contact::service;
use crate::rules::replay::state::Record;
use crate::rules::replay::{in_contact, standing};
use crate::value::date::Date;
use crate::value::text::Text;

/// A record counts as verified for so many days where its grade promises no rhythm.
const VERIFIED_DAYS: u32 = 365;

/// The parts in their order, which decides between two that are equally weak: id, English, Chinese.
pub const PARTS: [(&str, &str, &str); 4] = [
    ("identify", "Identify", "识别"),
    ("differentiate", "Differentiate", "区分"),
    ("interact", "Interact", "互动"),
    ("customise", "Customise", "定制"),
];

/// The points of the first part: id, English, Chinese.
pub const KNOWN: [(&str, &str, &str); 9] = [
    ("industry", "industry", "行业"),
    ("region", "region", "地区"),
    ("size", "size", "规模"),
    ("people", "a person with a telephone or e-mail", "有电话或邮箱的联系人"),
    ("decider", "the decider", "决策人"),
    ("challenge", "challenge", "难题"),
    ("wants", "wants", "看重"),
    ("needs", "needs", "需求"),
    ("verified", "a verified record", "已核实的资料"),
];
const VERIFIED: usize = KNOWN.len() - 1;

/// The points of the second part.
pub const TOLD_APART: [(&str, &str, &str); 3] = [
    ("grade", "a grade", "级别"),
    ("potential", "potential", "年采购潜力"),
    ("value", "money bought or expected", "购买额或预期金额"),
];

/// So many points of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Points {
    /// Those that are met.
    pub met: u64,
    /// All of them.
    pub all: u64,
}

impl Points {
    /// The share that is met; none where there are no points.
    pub fn share(self) -> Option<f64> {
        (self.all > 0).then(|| self.met as f64 / self.all as f64)
    }

    /// Adds other points.
    pub fn add(&mut self, other: Points) {
        self.met += other.met;
        self.all += other.all;
    }

    fn of(met: &[bool]) -> Points {
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        Points { met: count(met.iter().filter(|met| **met).count()), all: count(met.len()) }
    }
}

/// What the files of a customer tell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Acquaintance {
    /// The points of [`KNOWN`] but the last.
    known: [bool; VERIFIED],
    /// The last day on which the record was verified.
    verified: Option<Date>,
    potential: bool,
    /// Contacts of the last 365 days with a person that prefers a channel: by that channel, and all.
    preferred: Points,
    /// A channel that a person prefers, the first.
    pub prefers: Option<Text>,
    /// Tailored offers of the last 365 days: taken, and all.
    pub offers: Points,
}

impl Acquaintance {
    /// That of one file up to a day.
    pub fn of(record: &Record, settings: &Settings, on: Date) -> Acquaintance {
        let prospect = &record.prospect;
        let profile = prospect.profile();
        let year = year_to(on);
        let people = || prospect.contacts.iter().filter(|person| person.is_there(on));
        let decides = people().any(|p| p.decides || p.part.as_deref() == Some("decider"));
        let mut found = Acquaintance {
            known: [
                prospect.industry.is_some(),
                prospect.region.is_some(),
                prospect.size.is_some(),
                people().any(|person| person.phone.is_some() || person.email.is_some()),
                decides,
                !profile.challenge.is_empty(),
                !profile.wants.is_empty(),
                !prospect.needs.is_empty(),
            ],
            potential: profile.potential.is_some(),
            prefers: people().find_map(|person| person.prefers.clone()),
            ..Acquaintance::default()
        };
        let mut offers: Vec<(Option<&Text>, bool)> = Vec::new();
        for event in standing(&prospect.events, on) {
            let date = event.date();
            if event.kind == EventKind::Verified {
                found.verified = found.verified.max(Some(date));
            }
            if !year.contains(date) {
                continue;
            }
            if event.kind == EventKind::Tailored {
                let details = event.details();
                let taken = details.taken == Some(true);
                let number = details.number.as_ref();
                // Entries of one number are one offer.
                match offers.iter_mut().find(|(known, _)| number.is_some() && *known == number) {
                    Some((_, was)) => *was = details.taken.unwrap_or(*was),
                    None => offers.push((number, taken)),
                }
            }
            if in_contact(settings, event) && !service(event) {
                let with = &event.details().with;
                let mut asked =
                    people().filter(|p| with.is_empty() || with.contains(&p.name)).peekable();
                let mut prefers = asked.by_ref().filter_map(|p| p.prefers.as_deref()).peekable();
                if prefers.peek().is_some() {
                    found.preferred.all += 1;
                    found.preferred.met += u64::from(prefers.any(|kind| *kind == *event.kind));
                }
            }
        }
        found.offers = Points::of(&offers.iter().map(|(_, taken)| *taken).collect::<Vec<_>>());
        found
    }

    /// Takes in that of another file of the customer.
    pub fn join(&mut self, other: Acquaintance) {
        self.known.iter_mut().zip(other.known).for_each(|(known, more)| *known |= more);
        self.verified = self.verified.max(other.verified);
        self.potential |= other.potential;
        self.preferred.add(other.preferred);
        self.prefers = self.prefers.take().or(other.prefers);
        self.offers.add(other.offers);
    }

    /// The points of [`KNOWN`]; `rhythm`: the days after which its grade promises to verify the record anew.
    pub fn known(&self, rhythm: Option<u32>, on: Date) -> [bool; KNOWN.len()] {
        let days = i64::from(rhythm.unwrap_or(VERIFIED_DAYS));
        let mut known = [false; KNOWN.len()];
        known[..VERIFIED].copy_from_slice(&self.known);
        known[VERIFIED] = self.verified.is_some_and(|last| on.days_since(last) <= days);
        known
    }
}

/// The four parts of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Idic {
    /// The points of [`KNOWN`].
    pub known: [bool; KNOWN.len()],
    /// The points of [`TOLD_APART`].
    pub told_apart: [bool; TOLD_APART.len()],
    /// The promises about contact and answers that are kept, and contacts by the preferred channel.
    pub interact: Points,
    /// Of those, contacts by the preferred channel.
    pub preferred: Points,
    /// A channel that one of its people prefers.
    pub prefers: Option<Text>,
    /// Tailored offers of the year: taken, and all.
    pub offers: Points,
    /// Does the ledger record offers? Where it records none, the last part tells customers not apart, and is no weakness.
    pub records_offers: bool,
}

impl Idic {
    /// The parts of a customer. `graded`: a rule gives it a grade; `valued`: it bought, or is expected to;
    /// `promises`: those about contact and answers.
    pub fn of(
        acquaintance: &Acquaintance,
        rhythm: Option<u32>,
        graded: bool,
        valued: bool,
        promises: Points,
        on: Date,
    ) -> Idic {
        let mut interact = promises;
        interact.add(acquaintance.preferred);
        Idic {
            known: acquaintance.known(rhythm, on),
            told_apart: [graded, acquaintance.potential, valued],
            interact,
            preferred: acquaintance.preferred,
            prefers: acquaintance.prefers.clone(),
            offers: acquaintance.offers,
            records_offers: true,
        }
    }

    /// The points of each part, in the order of [`PARTS`]. The last part has two: an offer was made in the year, and one
    /// was taken.
    pub fn parts(&self) -> [Points; 4] {
        [
            Points::of(&self.known),
            Points::of(&self.told_apart),
            self.interact,
            match self.records_offers {
                true => Points::of(&[self.offers.all > 0, self.offers.met > 0]),
                false => Points::default(),
            },
        ]
    }

    /// The weakest part, its position in [`PARTS`]: the least share, of equal ones the first. None where every part is
    /// whole or has no points.
    pub fn weakest(&self) -> Option<usize> {
        let mut weakest: Option<(usize, f64)> = None;
        for (at, points) in self.parts().into_iter().enumerate() {
            let Some(share) = points.share().filter(|share| *share < 1.0) else { continue };
            if weakest.is_none_or(|(_, least)| share < least) {
                weakest = Some((at, share));
            }
        }
        weakest.map(|(at, _)| at)
    }
}

/// Is it a promise about contact or answers?
pub fn is_interaction(duty: &Duty) -> bool {
    match duty {
        Duty::Contact(_)
        | Duty::Channel { .. }
        | Duty::Answer(_)
        | Duty::Resolve(_)
        | Duty::Leader(_)
        | Duty::Review(_)
        | Duty::Survey(_)
        | Duty::Care { .. } => true,
        Duty::Verify(_)
        | Duty::Level { .. }
        | Duty::Discount { .. }
        | Duty::Role { .. }
        | Duty::Budget { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Event, EventKey};
    use crate::model::prospect::{Contact, Prospect};
    use crate::rules::replay::replay;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn of(prospect: Prospect, on: &str) -> Acquaintance {
        let settings = Settings::default();
        Acquaintance::of(&replay(prospect, &settings, day(on)).unwrap(), &settings, day(on))
    }

    fn event(key: &str, kind: &str) -> Event {
        Event::new(EventKey::parse(key).unwrap(), kind)
    }

    fn offer(key: &str, number: &str, taken: Option<bool>) -> Event {
        let mut event = event(key, "tailored");
        event.details_mut().number = (!number.is_empty()).then(|| number.into());
        event.details_mut().taken = taken;
        event
    }

    #[test]
    fn a_record_is_verified_to_the_last_day_of_its_rhythm() {
        let events = vec![event("2010-01-01", "verified")];
        let known = of(Prospect { events, ..Prospect::default() }, "2010-12-31");
        let verified = |rhythm, on: &str| known.known(rhythm, day(on))[VERIFIED];
        assert!(verified(Some(30), "2010-01-31") && !verified(Some(30), "2010-02-01"));
        assert!(verified(None, "2011-01-01") && !verified(None, "2011-01-02"));
        let never = of(
            Prospect { events: vec![event("2010-01-01", "call")], ..Prospect::default() },
            "2010-01-02",
        );
        assert!(!never.known(None, day("2010-01-02"))[VERIFIED]);
    }

    #[test]
    fn a_person_that_left_is_not_known() {
        let person = |left: &str| Contact {
            name: "Li".into(),
            phone: Some("1".into()),
            decides: true,
            left: Date::parse(left),
            ..Contact::default()
        };
        let known = |left: &str| {
            let events = vec![event("2010-01-01", "opened")];
            let contacts = vec![person(left)];
            let found = of(Prospect { events, contacts, ..Prospect::default() }, "2010-02-01");
            (found.known[3], found.known[4])
        };
        assert_eq!(known(""), (true, true));
        assert_eq!(known("2010-02-02"), (true, true));
        assert_eq!(known("2010-02-01"), (false, false), "gone on that day");
    }

    #[test]
    fn offers_of_a_year_count_once_a_number() {
        let made = |events: Vec<Event>| {
            let offers = of(Prospect { events, ..Prospect::default() }, "2010-12-31").offers;
            (offers.met, offers.all)
        };
        assert_eq!(made(vec![event("2010-01-01", "call")]), (0, 0));
        assert_eq!(made(vec![offer("2009-12-31", "", Some(true))]), (0, 0), "366 days ago");
        assert_eq!(made(vec![offer("2010-01-01", "", Some(true))]), (1, 1), "365 days ago");
        let asked = offer("2010-03-01", "T-1", None);
        assert_eq!(made(vec![asked.clone(), offer("2010-04-01", "T-1", Some(true))]), (1, 1));
        assert_eq!(made(vec![asked.clone(), offer("2010-04-01", "", Some(false))]), (0, 2));
        let back =
            vec![offer("2010-03-01", "T-1", Some(true)), offer("2010-04-01", "T-1", Some(false))];
        assert_eq!(made(back), (0, 1));
    }

    #[test]
    fn the_channel_that_the_people_who_took_part_prefer_counts() {
        let person = |name: &str, prefers: &str| Contact {
            name: name.into(),
            prefers: (!prefers.is_empty()).then(|| prefers.into()),
            ..Contact::default()
        };
        let with = |key: &str, kind: &str, names: &[&str]| {
            let mut event = event(key, kind);
            event.details_mut().with = names.iter().map(|name| (*name).into()).collect();
            event
        };
        let contacts = vec![person("Li", "call"), person("Wu", "email"), person("He", "")];
        let preferred = |event: Event| {
            let events = vec![event];
            let contacts = contacts.clone();
            let points =
                of(Prospect { events, contacts, ..Prospect::default() }, "2010-12-31").preferred;
            (points.met, points.all)
        };
        assert_eq!(preferred(with("2010-05-01", "call", &["Li"])), (1, 1));
        assert_eq!(preferred(with("2010-05-01", "call", &["Wu"])), (0, 1));
        assert_eq!(preferred(with("2010-05-01", "call", &["He"])), (0, 0));
        assert_eq!(preferred(with("2010-05-01", "email", &[])), (1, 1), "anybody there");
        assert_eq!(preferred(with("2010-05-01", "complaint", &["Li"])), (0, 0), "theirs, not ours");
        assert_eq!(preferred(with("2009-12-31", "call", &["Li"])), (0, 0), "366 days ago");
    }

    #[test]
    fn the_weakest_part_is_the_first_of_the_least_shares() {
        let idic = |known: usize, interact: (u64, u64), offers: (u64, u64)| {
            let mut idic = Idic {
                told_apart: [true; 3],
                records_offers: true,
                interact: Points { met: interact.0, all: interact.1 },
                offers: Points { met: offers.0, all: offers.1 },
                ..Idic::default()
            };
            idic.known[..known].fill(true);
            idic.weakest().map(|at| PARTS[at].0)
        };
        assert_eq!(idic(9, (5, 5), (1, 2)), None);
        assert_eq!(idic(9, (0, 0), (1, 1)), None, "no points are no weakness");
        assert_eq!(idic(9, (4, 5), (1, 1)), Some("interact"));
        assert_eq!(idic(0, (0, 5), (0, 0)), Some("identify"), "three parts have none");
        assert_eq!(idic(8, (5, 5), (0, 4)), Some("customise"), "made, none taken: one of two");
        let silent = Idic { told_apart: [true; 3], known: [true; 9], ..Idic::default() };
        assert_eq!(silent.weakest(), None, "no customer of the ledger has an offer");
    }
}
