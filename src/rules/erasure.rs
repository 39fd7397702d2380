//! The erasure of a person: what is left of a file, so that its history stands and its figures stay.
//!
//! The name becomes a trace, `erased 2009-12-18`. People whose part, stance or presence a rule asks for stay as traces with
//! these alone; reasons that the settings do not know, why a rule was overridden, what was offered and the words of a plan become
//! the trace; all other texts go.

use crate::model::event::{Details, Event};
use crate::model::privacy::SEALABLE;
use crate::model::prospect::{Contact, Prospect};
use crate::model::settings::Settings;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::text::Text;

/// The words of a trace, before its day.
const ERASED: [(&str, Lang); 2] = [("erased ", Lang::En), ("已抹去 ", Lang::Zh)];

/// The trace of an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// The day of the erasure.
    pub day: Date,
    /// The language of its words.
    pub lang: Lang,
}

impl Trace {
    /// The trace that a name or a reason is, if it is one.
    pub fn of(text: &str) -> Option<Trace> {
        ERASED.iter().find_map(|(words, lang)| {
            let day = Date::parse(text.strip_prefix(words)?.get(..10)?)?;
            Some(Trace { day, lang: *lang })
        })
    }

    /// The text of the trace.
    pub fn text(self) -> Text {
        let own = ERASED.iter().find(|(_, lang)| *lang == self.lang);
        let (words, _) = own.unwrap_or(&ERASED[0]);
        format!("{words}{}", self.day).into()
    }

    fn of_person(self, number: usize) -> Text {
        format!("{} ({number})", self.text()).into()
    }
}

/// The prospect or customer without all that is personal.
pub fn erased(prospect: &Prospect, settings: &Settings, trace: Trace) -> Prospect {
    let private = settings.privacy.as_deref();
    let is_personal = |field: &str| {
        field == "name"
            || SEALABLE.contains(&field)
            || private.is_some_and(|privacy| privacy.level(field).is_some())
    };
    let mut bare = prospect.clone();
    let traces = people(prospect, trace);
    bare.name = trace.text();
    bare.company = None;
    bare.contacts = traces.iter().map(|(_, person)| person.clone()).collect();
    bare.facts.retain(|(field, _)| !is_personal(field));
    let known = |said: &str| {
        Trace::of(said).is_some() || settings.reasons.iter().any(|(known, _)| **known == *said)
    };
    // Of words that a rule asks for, that there are some.
    let traced = |said: Text| if known(&said) { said } else { trace.text() };
    if let Some(profile) = &mut bare.stated_profile {
        let goals = profile.goals.iter_mut().map(|goal| &mut goal.what);
        let plan = goals.chain(profile.steps.iter_mut().map(|step| &mut step.what));
        plan.for_each(|what| *what = traced(std::mem::take(what)));
        profile.challenge.clear();
        profile.wants.clear();
        profile.documents.clear();
        profile.steps.iter_mut().for_each(|step| step.who = None);
    }
    for event in &mut bare.events {
        event.note = None;
        event.next_what = None;
        event.reason = event.reason.take().map(traced);
        event.forced = event.forced.take().map(traced);
        event.set.retain(|(field, _): &(Text, _)| !is_personal(field));
        event.unknown.clear();
        if let Some(details) = &mut event.details {
            details.solution = None;
            details.what = details.what.take().map(traced);
            let named = |name: &Text| {
                let person = traces.iter().find(|(was, _)| was.is_called(name));
                person.map(|(_, is)| is.name.clone())
            };
            details.with = details.with.iter().filter_map(named).collect();
            if **details == Details::default() {
                event.details = None;
            }
        }
    }
    bare.unknown.clear();
    bare
}

/// The people who stay as traces, each with the trace.
fn people(prospect: &Prospect, trace: Trace) -> Vec<(&Contact, Contact)> {
    let is_named = |person: &Contact| {
        let with = |event: &Event| event.details().with.iter().any(|name| person.is_called(name));
        prospect.events.iter().any(with)
    };
    let traced = |person: &Contact| Contact {
        decides: person.decides,
        part: person.part.clone(),
        stance: person.stance.clone(),
        refuses: person.refuses.clone(),
        left: person.left,
        ..Contact::default()
    };
    let kept = prospect.contacts.iter().map(|person| (person, traced(person)));
    let kept = kept.filter(|(was, is)| *is != Contact::default() || is_named(was));
    let numbered = (1..).zip(kept);
    numbered.map(|(n, (was, is))| (was, Contact { name: trace.of_person(n), ..is })).collect()
}

/// Is one version of a file another one whose person was erased, with nothing else changed?
pub fn is_erasure(was: &Prospect, is: &Prospect, settings: &Settings) -> bool {
    let erased = Trace::of(&is.name).map(|trace| erased(was, settings, trace));
    erased.is_some_and(|erased| erased.in_one_form() == is.in_one_form())
}

/// Is an entry of a file whose person was erased what the erasure makes of it?
pub fn is_erased_entry(key: &str, was: &Prospect, is: &Prospect, settings: &Settings) -> bool {
    let Some(trace) = Trace::of(&is.name) else { return false };
    let entry =
        |prospect: &Prospect| prospect.events.iter().find(|event| &*event.key.text == key).cloned();
    let expected = entry(&erased(was, settings, trace));
    expected.is_some() && expected == entry(is)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::EventKey;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn trace() -> Trace {
        Trace { day: day("2009-12-18"), lang: Lang::En }
    }

    fn fact((field, value): (&str, &str)) -> (Text, Text) {
        (field.into(), value.into())
    }

    fn zhang() -> Prospect {
        let person = |name: &str| Contact { name: name.into(), ..Contact::default() };
        let entry = |key: &str, kind: &str| Event::new(EventKey::parse(key).unwrap(), kind);
        let mut met = entry("2009-12-02-1", "meeting");
        met.note = Some("ill".into());
        met.details_mut().with = vec!["Wei".into(), "Nobody".into()];
        let mut lost = entry("2009-12-03-1", "lost");
        lost.reason = Some("his wife left".into());
        let decider = Contact {
            decides: true,
            stance: Some("for".into()),
            phone: Some("1".into()),
            ..person("Wei")
        };
        Prospect {
            id: "zhang".into(),
            name: "Zhang".into(),
            contacts: vec![person("Bob"), decider],
            facts: vec![("phone".into(), "1".into()), ("branch".into(), "north".into())],
            events: vec![met, lost],
            ..Prospect::default()
        }
    }

    #[test]
    fn a_trace_reads_back() {
        for lang in [Lang::En, Lang::Zh] {
            let trace = Trace { lang, ..trace() };
            assert_eq!(Trace::of(&trace.text()), Some(trace));
            assert_eq!(Trace::of(&trace.of_person(2)), Some(trace));
        }
        for other in ["erased", "erased yesterday", "erased 2009-02-30", "Zhang", ""] {
            assert_eq!(Trace::of(other), None, "{other}");
        }
    }

    #[test]
    fn roles_stay_and_names_and_texts_go() {
        let is = erased(&zhang(), &Settings::default(), trace());
        assert_eq!(&*is.name, "erased 2009-12-18");
        assert_eq!(is.facts, [("branch".into(), "north".into())]);
        let [person] = &*is.contacts else { panic!("{:?}", is.contacts) };
        assert_eq!((&*person.name, person.decides), ("erased 2009-12-18 (1)", true));
        assert_eq!((person.stance.as_deref(), &person.phone), (Some("for"), &None));
        assert_eq!(is.events[0].details().with, std::slice::from_ref(&person.name));
        assert_eq!(
            (&is.events[0].note, is.events[1].reason.as_deref()),
            (&None, Some("erased 2009-12-18"))
        );
        // Once more changes only the day.
        let again = erased(&is, &Settings::default(), Trace { day: day("2009-12-20"), ..trace() });
        assert_eq!(again.events[1].reason, is.events[1].reason);
    }

    #[test]
    fn every_text_goes_and_what_a_rule_asks_for_stays() {
        use crate::model::privacy::Privacy;
        use crate::model::profile::{FactValue, Goal, Step};
        let mut was = zhang();
        was.company = Some("Secret Ltd".into());
        was.facts.push(("卡号".into(), "secret".into()));
        was.unknown = vec!["secret".into()];
        let person = |name: &str| Contact {
            name: name.into(),
            role: Some("secret".into()),
            email: Some("secret".into()),
            ..Contact::default()
        };
        was.contacts.extend([
            Contact { refuses: vec!["mail".into()], ..person("secret Cai") },
            Contact { left: Some(day("2009-12-05")), ..person("secret Dan") },
            Contact { part: Some("user".into()), ..person("secret Eve") },
            person("secret Fay"),
        ]);
        let profile = was.profile_mut();
        profile.challenge = vec!["secret".into()];
        profile.wants = vec!["secret".into()];
        profile.documents = vec!["secret".into()];
        profile.goals = vec![Goal { id: "g".into(), what: "secret".into(), ..Goal::default() }];
        let who = Some("secret".into());
        profile.steps =
            vec![Step { id: "s".into(), what: "secret".into(), who, ..Step::default() }];
        let met = &mut was.events[0];
        met.next_what = Some("secret".into());
        met.forced = Some("secret".into());
        met.unknown = vec!["secret".into()];
        let text = |text: &str| FactValue::Text(text.into());
        met.set = vec![
            ("company".into(), text("secret")),
            ("卡号".into(), text("secret")),
            ("region".into(), text("east")),
        ];
        met.details_mut().solution = Some("secret".into());
        met.details_mut().what = Some("secret".into());
        met.details_mut().with.push("secret Fay".into());
        let privacy = Privacy { fields: vec![("卡号".into(), 1)], ..Privacy::default() };
        let settings = Settings { privacy: Some(privacy.into()), ..Settings::default() };
        let is = erased(&was, &settings, trace());
        assert!(!format!("{is:?}").to_lowercase().contains("secret"), "{is:?}");
        let people: Vec<(&str, bool)> = is
            .contacts
            .iter()
            .map(|is| (&*is.name, *is == Contact { name: is.name.clone(), ..Contact::default() }))
            .collect();
        let trace = |n: usize| format!("erased 2009-12-18 ({n})");
        let names = [1, 2, 3, 4, 5].map(trace);
        let bare = [false, false, false, false, true];
        assert_eq!(people, names.iter().map(|name| &**name).zip(bare).collect::<Vec<_>>());
        assert_eq!(is.contacts[1].refuses, ["mail"]);
        assert_eq!(is.contacts[2].left, Some(day("2009-12-05")));
        assert_eq!(is.contacts[3].part.as_deref(), Some("user"));
        assert_eq!(is.events[0].details().with, [trace(1), trace(5)]);
        assert_eq!(is.events[0].set, [("region".into(), text("east"))]);
        // A rule asks for these, whatever their words.
        let own = is.events[0].details();
        let told = [is.events[0].forced.as_deref(), own.what.as_deref()];
        assert_eq!(told, [Some("erased 2009-12-18"); 2]);
        let plan = is.profile();
        assert_eq!([&*plan.goals[0].what, &*plan.steps[0].what], ["erased 2009-12-18"; 2]);
    }

    #[test]
    fn a_reason_that_the_settings_know_stays() {
        let reasons = vec![("his wife left".into(), Default::default())];
        let settings = Settings { reasons, ..Settings::default() };
        assert_eq!(erased(&zhang(), &settings, trace()).events[1].reason, zhang().events[1].reason);
    }

    #[test]
    fn an_erasure_changes_nothing_else() {
        let (was, settings) = (zhang(), Settings::default());
        let is = erased(&was, &settings, trace());
        assert!(is_erasure(&was, &is, &settings) && !is_erasure(&was, &was, &settings));
        assert!(is_erased_entry("2009-12-02-1", &was, &is, &settings));
        let mut other = is.clone();
        other.events[0].stage = Some("90".into());
        assert!(!is_erasure(&was, &other, &settings));
        assert!(!is_erased_entry("2009-12-02-1", &was, &other, &settings));
        assert!(is_erased_entry("2009-12-03-1", &was, &other, &settings));
        let named = Prospect { name: "Zhang".into(), ..is.clone() };
        assert!(!is_erased_entry("2009-12-02-1", &was, &named, &settings));
        let fewer = Prospect { events: is.events[1..].to_vec(), ..is };
        assert!(!is_erasure(&was, &fewer, &settings));
        assert!(!is_erased_entry("2009-12-02-1", &was, &fewer, &settings));
        assert!(!is_erased_entry("2009-12-09-1", &was, &named, &settings));
        assert!(!is_erased_entry("2009-12-09-1", &was, &fewer, &settings));
        // The order of facts has no meaning.
        let two = Prospect { facts: [("size", "1"), ("a", "2")].map(fact).into(), ..was.clone() };
        let mut is = erased(&two, &settings, trace());
        is.facts.reverse();
        assert!(is_erasure(&two, &is, &settings));
    }
}
