//! The criteria of projects at their boundaries.

use crate::model::event::{Event, EventKey};
use crate::model::pipeline::PROJECT;
use crate::model::prospect::{Contact, Prospect};
use crate::model::settings::Settings;
use crate::rules::replay::remedy::Remedy;
use crate::rules::replay::replay;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::label::Lang;

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn person(name: &str, part: &str, stance: &str) -> Contact {
    let text = |text: &str| Some(text.into()).filter(|_| !text.is_empty());
    Contact { name: name.into(), part: text(part), stance: text(stance), ..Contact::default() }
}

fn event(key: &str, kind: &str) -> Event {
    Event::new(EventKey::parse(key).unwrap(), kind)
}

fn with(key: &str, kind: &str, names: &[&str]) -> Event {
    let mut event = event(key, kind);
    event.details_mut().with = names.iter().map(|name| (*name).into()).collect();
    event
}

fn buyer(key: &str, step: &str) -> Event {
    let mut event = event(key, "note");
    event.details_mut().buyer = Some(step.into());
    event
}

fn confirms(key: &str, id: &str) -> Event {
    Event { confirms: vec![id.into()], ..event(key, "note") }
}

fn revokes(key: &str, id: &str) -> Event {
    Event { revokes: vec![id.into()], ..event(key, "note") }
}

fn moved(key: &str, stage: &str) -> Event {
    Event { stage: Some(stage.into()), reason: Some("x".into()), ..event(key, "moved") }
}

fn project(contacts: &[Contact], events: &[Event]) -> Prospect {
    let mut all = vec![event("2009-03-01", "opened")];
    all.extend(events.iter().cloned());
    Prospect {
        id: "p".into(),
        name: "医院".into(),
        pipeline: Some(PROJECT.into()),
        contacts: contacts.to_vec(),
        events: all,
        ..Prospect::default()
    }
}

fn record(prospect: Prospect, on: &str) -> Record {
    replay(prospect, &Settings::default(), day(on)).unwrap()
}

fn holds(prospect: &Prospect, id: &str, on: &str) -> bool {
    let settings = Settings::default();
    record(prospect.clone(), on).case(&settings, day(on)).holds(id)
}

/// Why it is missing, in both languages, and the command or option that would satisfy it.
fn missing(prospect: &Prospect, id: &str, on: &str) -> (String, String, String) {
    let settings = Settings::default();
    let record = record(prospect.clone(), on);
    let status = record.case(&settings, day(on)).status(id);
    assert!(!status.met, "{id}");
    let remedy = status.remedy.unwrap();
    let how = remedy.command("p").map(|command| command.en().to_owned()).or(remedy.option());
    (status.why.en().to_owned(), status.why.zh().to_owned(), how.unwrap())
}

const DAY: &str = "2009-06-01";

#[test]
fn a_part_is_known_until_the_day_on_which_its_person_left() {
    let mut handler = person("吴科长", "handler", "");
    handler.left = Some(day("2009-06-02"));
    let known = project(&[handler], &[]);
    assert!(holds(&known, "handler-known", DAY));
    assert!(!holds(&known, "handler-known", "2009-06-02"));
    assert!(!holds(&known, "recommender-known", DAY));
    let (en, zh, how) = missing(&known, "handler-known", "2009-06-02");
    assert_eq!(en, "吴科长 (handler) left on 2009-06-02, and no other is known");
    assert_eq!(zh, "吴科长（经手人）已于 2009-06-02 离开，没有其他人");
    assert_eq!(how, "crm contact add p NAME --part handler");
    let (en, zh, _) = missing(&known, "recommender-known", DAY);
    assert_eq!((&*en, &*zh), ("no recommender is known", "尚不认识推荐人"));
}

#[test]
fn needs_are_stated_by_the_fact_or_attested() {
    let none = project(&[], &[]);
    assert!(!holds(&none, "needs-stated", DAY));
    let mut stated = none.clone();
    stated.needs = vec!["ct".into()];
    assert!(holds(&stated, "needs-stated", DAY));
    let attested = project(&[], &[confirms("2009-05-01", "needs-stated")]);
    assert!(holds(&attested, "needs-stated", "2009-05-01"));
    assert!(!holds(&attested, "needs-stated", "2009-04-30"));
    // A revocation speaks against the fact, until it is attested anew.
    stated.events.push(revokes("2009-05-02", "needs-stated"));
    assert!(holds(&stated, "needs-stated", "2009-05-01"));
    assert!(!holds(&stated, "needs-stated", "2009-05-02"));
    stated.events.push(confirms("2009-05-03", "needs-stated"));
    assert!(holds(&stated, "needs-stated", "2009-05-03"));
    assert_eq!(missing(&none, "needs-stated", DAY).2, "--confirm needs-stated");
}

#[test]
fn a_project_is_set_up_from_that_step_of_the_buyer_on() {
    for (step, is_met) in [
        ("need-felt", false),
        ("internal-talk", false),
        ("project-set-up", true),
        ("technical-evaluation", true),
        ("signature", true),
    ] {
        let project = project(&[], &[buyer("2009-05-01", step)]);
        assert_eq!(holds(&project, "project-set-up", DAY), is_met, "{step}");
    }
    // The last entry decides, also where the buyer went back.
    let back = project(
        &[],
        &[buyer("2009-05-01", "project-set-up"), buyer("2009-05-02", "internal-talk")],
    );
    assert!(holds(&back, "project-set-up", "2009-05-01"));
    assert!(!holds(&back, "project-set-up", "2009-05-02"));
    let (en, zh, how) = missing(&back, "project-set-up", DAY);
    assert_eq!(en, "the buyer is at: internal talk, 2009-05-02");
    assert_eq!(zh, "买方处于：内部讨论，2009-05-02");
    assert_eq!(how, "crm log p note --buyer project-set-up");
    let none = project(&[], &[]);
    assert_eq!(missing(&none, "project-set-up", DAY).1, "本轮没有记录买方进程");
}

#[test]
fn a_new_pursuit_starts_the_buyer_afresh_and_a_fall_back_does_not() {
    let mut events = vec![buyer("2009-05-01", "project-set-up"), moved("2009-05-02", "contacted")];
    events.push(moved("2009-05-03", "lead"));
    assert!(holds(&project(&[], &events), "project-set-up", "2009-05-03"));
    events.extend([moved("2009-05-04", "lost"), moved("2009-05-05", "lead")]);
    assert!(holds(&project(&[], &events), "project-set-up", "2009-05-04"));
    assert!(!holds(&project(&[], &events), "project-set-up", "2009-05-05"));
}

#[test]
fn a_judge_against_us_opposes_until_gone_and_others_do_not() {
    for (part, is_met) in [
        ("technical", false),
        ("lead", false),
        ("user", true),
        ("handler", true),
        ("decider", true),
    ] {
        let project = project(&[person("郑工", part, "against")], &[]);
        assert_eq!(holds(&project, "no-opposition", DAY), is_met, "{part}");
    }
    for stance in ["neutral", "for", ""] {
        assert!(holds(&project(&[person("郑工", "technical", stance)], &[]), "no-opposition", DAY));
    }
    let mut judge = person("郑工", "technical", "against");
    judge.concern = Some("接口".into());
    judge.left = Some(day("2009-06-02"));
    let project = project(&[judge], &[]);
    assert!(holds(&project, "no-opposition", "2009-06-02"));
    let (en, zh, how) = missing(&project, "no-opposition", DAY);
    assert_eq!(en, "郑工 (technical judge) is against us: 接口");
    assert_eq!(zh, "郑工（技术考核）反对：接口");
    assert_eq!(
        how,
        "win 郑工 over; when the stance has changed: crm contact edit p 郑工 --stance neutral"
    );
}

#[test]
fn each_department_needs_one_who_is_for_us_and_there() {
    let three = [
        person("郑工", "technical", "for"),
        person("冯", "user", "for"),
        person("褚", "lead", "for"),
    ];
    assert!(holds(&project(&three, &[]), "support", DAY));
    for at in 0..3 {
        let mut neutral = three.clone();
        neutral[at].stance = Some("neutral".into());
        assert!(!holds(&project(&neutral, &[]), "support", DAY), "{at}");
        let mut gone = three.clone();
        gone[at].left = Some(day(DAY));
        assert!(!holds(&project(&gone, &[]), "support", DAY), "{at}");
        assert!(holds(&project(&gone, &[]), "support", "2009-05-31"), "{at}");
    }
    // One who is against beside one who is for: the department has a supporter.
    let mut split = three.to_vec();
    split.push(person("钱工", "user", "against"));
    assert!(holds(&project(&split, &[]), "support", DAY));
    let (en, zh, how) = missing(&project(&three[..1], &[]), "support", DAY);
    assert_eq!(
        (&*en, &*zh),
        ("nobody is for us: user, project lead", "没有支持者：使用部门、项目组长")
    );
    assert_eq!(how, "crm contact add p NAME --part user --stance for");
    let known = project(&[three[0].clone(), person("冯 主任", "user", "")], &[]);
    assert_eq!(
        missing(&known, "support", DAY).2,
        "win 冯 主任 over; when the stance has changed: crm contact edit p '冯 主任' --stance for"
    );
}

#[test]
fn the_decider_is_met_in_a_meeting_that_names_the_person() {
    let people = [person("卫院长", "decider", ""), person("冯", "user", "")];
    let asked = |events: &[Event]| holds(&project(&people, events), "decider-met", DAY);
    assert!(!asked(&[]));
    assert!(asked(&[with("2009-06-01", "meeting", &["冯", "卫院长"])]));
    // Width and blanks aside.
    assert!(asked(&[with("2009-06-01", "visit", &[" 卫院长　"])]));
    assert!(!asked(&[with("2009-06-01", "meeting", &["冯"])]));
    assert!(!asked(&[with("2009-06-01", "call", &["卫院长"])]));
    // Of several people, a meeting without names was with none of them.
    assert!(!asked(&[event("2009-06-01", "meeting")]));
    assert!(asked(&[confirms("2009-06-01", "decider-met")]));
    let (en, _, how) = missing(&project(&people, &[]), "decider-met", DAY);
    assert_eq!(en, "no meeting of this pursuit names 卫院长 (`with`)");
    assert_eq!(how, "crm log p meeting --with 卫院长");
    // `decides = true` decides without the part.
    let mut boss = person("王", "", "");
    boss.decides = true;
    let met = [with("2009-06-01", "meeting", &["王"])];
    assert!(holds(&project(&[boss.clone(), people[1].clone()], &met), "decider-met", DAY));
    // One contact alone was met in any meeting.
    let unnamed = [event("2009-06-01", "meeting")];
    assert!(holds(&project(&[boss], &unnamed), "decider-met", DAY));
    assert!(!holds(&project(&people[1..], &unnamed), "decider-met", DAY));
    assert_eq!(
        missing(&project(&people[1..], &[]), "decider-met", DAY).2,
        "crm contact add p NAME --part decider"
    );
}

#[test]
fn a_decider_who_left_was_met_no_longer_and_a_new_pursuit_meets_anew() {
    let mut decider = person("卫院长", "decider", "");
    decider.left = Some(day("2009-06-02"));
    let met = with("2009-05-01", "meeting", &["卫院长"]);
    let gone = project(&[decider], std::slice::from_ref(&met));
    assert!(holds(&gone, "decider-met", DAY));
    assert!(!holds(&gone, "decider-met", "2009-06-02"));
    let people = [person("卫院长", "decider", ""), person("冯", "user", "")];
    let again = project(&people, &[met, moved("2009-05-02", "lost"), moved("2009-05-03", "lead")]);
    assert!(holds(&again, "decider-met", "2009-05-02"));
    assert!(!holds(&again, "decider-met", "2009-05-03"));
    // Revoked: earlier meetings do not count, later ones do.
    let mut events =
        vec![with("2009-05-01", "meeting", &["卫院长"]), revokes("2009-05-02", "decider-met")];
    assert!(!holds(&project(&people, &events), "decider-met", DAY));
    events.push(with("2009-05-03", "meeting", &["卫院长"]));
    assert!(holds(&project(&people, &events), "decider-met", DAY));
}

#[test]
fn a_competitor_is_named_by_an_entry_or_the_fact_or_ruled_out() {
    let none = project(&[], &[]);
    assert!(!holds(&none, "competitor-known", DAY));
    let mut fact = none.clone();
    fact.profile_mut().competitor = vec!["华瑞".into()];
    assert!(holds(&fact, "competitor-known", DAY));
    let mut named = event("2009-06-01", "note");
    named.details_mut().competitor = vec!["华瑞".into()];
    assert!(holds(&project(&[], &[named.clone()]), "competitor-known", DAY));
    assert!(!holds(&project(&[], std::slice::from_ref(&named)), "competitor-known", "2009-05-31"));
    // Revoked: neither the earlier entry nor the fact names one any more.
    fact.events.extend([named, revokes("2009-06-02", "competitor-known")]);
    assert!(holds(&fact, "competitor-known", DAY));
    assert!(!holds(&fact, "competitor-known", "2009-06-02"));
    assert!(holds(&project(&[], &[confirms(DAY, "competitor-known")]), "competitor-known", DAY));
    assert_eq!(missing(&none, "competitor-known", DAY).2, "--confirm competitor-known");
}

#[test]
fn every_criterion_of_the_board_has_words_in_both_languages_met_or_not() {
    let settings = Settings::default();
    let mut full = project(
        &["recommender", "handler", "technical", "user", "lead", "decider"]
            .map(|part| person(part, part, "for")),
        &[
            with("2009-05-01", "meeting", &["decider"]),
            buyer("2009-05-02", "signature"),
            confirms("2009-05-03", "price"),
            confirms("2009-05-03-1", "survey-confirmed"),
            confirms("2009-05-03-2", "budget"),
            event("2009-05-04", "contract"),
        ],
    );
    full.needs = vec!["ct".into()];
    full.profile_mut().competitor = vec!["华瑞".into()];
    let board = settings.pipeline(Some(PROJECT)).unwrap();
    for (prospect, is_met) in [(full, true), (project(&[], &[]), false)] {
        let record = record(prospect, DAY);
        let all = record.case(&settings, day(DAY)).requirements(board.won());
        assert_eq!(all.len(), 13);
        for status in all {
            // Without people nobody opposes.
            let is_met = is_met || &*status.id == "no-opposition";
            assert_eq!(status.met, is_met, "{}", status.id);
            for lang in [Lang::En, Lang::Zh] {
                assert!(!status.why.get(lang).is_empty(), "{}", status.id);
            }
            assert_eq!(status.remedy.is_some(), !is_met, "{}", status.id);
        }
    }
}

#[test]
fn a_bid_of_nine_months_is_in_time_and_one_of_more_than_a_year_is_not() {
    let met = [with("2009-03-01-1", "meeting", &["x"])];
    let mut events = met.to_vec();
    events.push(moved("2009-03-01-2", "contacted"));
    let project = project(&[person("x", "recommender", "")], &events);
    for (on, overdue) in [("2009-12-01", false), ("2010-03-01", false), ("2010-03-02", true)] {
        assert_eq!(record(project.clone(), on).state.flags.overdue, overdue, "{on}");
    }
}

#[test]
fn a_remedy_of_a_person_is_a_command_and_no_option() {
    for remedy in [
        Remedy::Person { part: "user", for_us: false },
        Remedy::Stance("王".into(), "for"),
        Remedy::Meet("王".into()),
        Remedy::Buyer("proposal"),
    ] {
        assert_eq!(remedy.option(), None);
        assert!(remedy.command("p").unwrap().en().contains("crm "));
    }
}
