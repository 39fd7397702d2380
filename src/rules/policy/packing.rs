//! The practices of a whole ledger in little memory.

use crate::model::kind::EventKind;
use crate::rules::policy::practice::{Attention, Deal, Practice};
use crate::rules::policy::tier::TierPractice;
use crate::rules::service::case::Asking;
use crate::value::date::Date;
use crate::value::interner::Interner;
use crate::value::text::Text;

/// The kinds of a day's contacts.
type Contacts = Box<[EventKind]>;

/// Packs practices, in several threads. Owners and the contacts of a day come again with one prospect after
/// the other, so each is kept once.
#[derive(Debug, Default)]
pub struct Packer {
    owners: Interner<Option<Text>>,
    contacts: Interner<Contacts>,
}

/// A packed practice: a fifth of the memory of a plain one.
#[derive(Debug)]
pub struct PackedPractice {
    /// Places among the owners and contacts.
    owner: u32,
    contacts: u32,
    verified: Option<Date>,
    touched: Option<Date>,
    resumes: Option<Date>,
    /// Did it leave?
    pub lost: bool,
    /// Most prospects never asked for anything, and agreed on no price; and most policies have no tiers.
    service: Option<Box<Service>>,
}

#[derive(Debug)]
struct Service {
    answers: Box<[Asking]>,
    deals: Box<[Deal]>,
    tier: Option<Box<TierPractice>>,
}

/// Unpacks practices.
#[derive(Debug)]
pub struct Unpacker {
    owners: Box<[Option<Text>]>,
    contacts: Box<[Contacts]>,
}

impl Packer {
    /// Packs the practice with a prospect.
    pub fn pack(&self, practice: Practice) -> PackedPractice {
        let Practice { owner, lost, resumes, attention, answers, deals } = practice;
        let Attention { verified, touched, kinds, tier } = attention;
        let any = !answers.is_empty() || !deals.is_empty() || tier.is_some();
        PackedPractice {
            owner: self.owners.place(&owner),
            contacts: self.contacts.place(&kinds),
            verified,
            touched,
            resumes,
            lost,
            service: any.then(|| Box::new(Service { answers, deals, tier })),
        }
    }

    /// The unpacker of everything that was packed.
    pub fn finish(self) -> Unpacker {
        let Packer { owners, contacts } = self;
        Unpacker { owners: owners.into_values(), contacts: contacts.into_values() }
    }
}

impl Unpacker {
    /// Unpacks a practice that was packed by the packer that this one comes from.
    pub fn unpack(&self, packed: &PackedPractice) -> Practice {
        let PackedPractice { verified, touched, resumes, lost, .. } = *packed;
        let kinds = self.contacts[packed.contacts as usize].clone();
        let service = packed.service.as_deref();
        Practice {
            owner: self.owner(packed).cloned(),
            lost,
            resumes,
            attention: Attention {
                verified,
                touched,
                kinds,
                tier: service.and_then(|service| service.tier.clone()),
            },
            answers: service.map(|service| service.answers.clone()).unwrap_or_default(),
            deals: service.map(|service| service.deals.clone()).unwrap_or_default(),
        }
    }

    /// The owner of the prospect.
    pub fn owner(&self, packed: &PackedPractice) -> Option<&Text> {
        self.owners[packed.owner as usize].as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Event, EventKey};
    use crate::model::prospect::Prospect;
    use crate::model::settings::Settings;
    use crate::rules::replay::replay;
    use crate::value::money::Money;

    #[test]
    fn what_is_packed_comes_out_again() {
        let (settings, on) = (Settings::default(), Date::new(2009, 12, 31).unwrap());
        let practice = |events: &[(&str, &str)]| {
            let event = |(key, kind): &(&str, &str)| {
                let mut event = Event::new(EventKey::parse(key).unwrap(), *kind);
                event.owner = Some("liuyan".into()).filter(|_| *kind == "assigned");
                event.amount =
                    Money::parse("5").ok().filter(|_| matches!(*kind, "quote" | "order"));
                event.until = Some(on.plus(9)).filter(|_| *kind == "hold");
                event
            };
            let events = events.iter().map(event).collect();
            let prospect = Prospect { events, ..Prospect::default() };
            Practice::of(&replay(prospect, &settings, on).unwrap(), &settings, on)
        };
        let all = [
            practice(&[]),
            practice(&[
                ("2009-12-01", "assigned"),
                ("2009-12-02", "call"),
                ("2009-12-02-2", "email"),
            ]),
            practice(&[("2009-12-01", "assigned"), ("2009-12-03", "call"), ("2009-12-05", "hold")]),
            practice(&[
                ("2009-12-01", "request"),
                ("2009-12-02", "call"),
                ("2009-12-04", "verified"),
            ]),
            practice(&[("2009-12-01", "quote"), ("2009-12-02", "order")]),
        ];
        assert!(all[3].attention.verified.is_some() && all[3].answers.len() == 1);
        assert!(
            all[2].resumes.is_some() && all[2].owner == all[1].owner && all[4].deals.len() == 1
        );
        let packer = Packer::default();
        let packed = all.clone().map(|practice| packer.pack(practice));
        let unpacker = packer.finish();
        assert_eq!(packed.map(|packed| unpacker.unpack(&packed)), all);
        assert_eq!((unpacker.owners.len(), unpacker.contacts.len()), (2, 3));
        assert_eq!(std::mem::size_of::<PackedPractice>(), 32);
    }
}
