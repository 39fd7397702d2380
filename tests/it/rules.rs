//! The rules of the method, one at a time: entries in, state out.

use crm::diag::Code;
use crm::format::read_prospect::read_prospect;
use crm::format::read_settings::read_settings;
use crm::model::pipeline::Outcome;
use crm::model::settings::Settings;
use crm::rules::replay::replay;
use crm::rules::replay::state::Record;
use crm::value::date::Date;
use std::path::Path;

/// The method's board by position.
const BOARD: [&str; 7] = ["opportunity", "appointment", "25", "50", "90", "closed", "lost"];

fn d(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// A prospect with these events, on a day, under these settings.
fn under(settings: &str, events: &str, day: &str) -> Record {
    let settings = read_settings(settings, Path::new("crm.toml")).unwrap();
    let text = format!("name = \"x\"\n[events]\n{events}");
    let path = Path::new("x.toml");
    let (prospect, problems) = read_prospect(&text, "x", path, path, &settings);
    assert_eq!(problems, [], "{events}");
    replay(prospect.unwrap(), &settings, d(day)).unwrap()
}

fn on(events: &str, day: &str) -> Record {
    under("", events, day)
}

fn stage(record: &Record) -> &'static str {
    BOARD[record.state.stage]
}

fn supported(record: &Record) -> &'static str {
    BOARD[record.state.supported]
}

fn codes(record: &Record) -> Vec<Code> {
    record.findings.iter().map(|finding| finding.code).collect()
}

const MET: &str = "2010-01-01 = { kind = \"meeting\", stage = \"25\", next = 2010-01-08 }\n";
const FIFTY: &str = "2010-01-08 = { kind = \"meeting\", stage = \"50\", confirms = [\"right-person\", \"fit\", \"budget\"], close_by = 2010-01-20, next = 2010-01-15 }\n";

#[test]
fn a_prospect_does_not_exist_before_its_first_event() {
    let settings = Settings::default();
    let path = Path::new("x.toml");
    let (prospect, _) =
        read_prospect(&format!("name = \"x\"\n[events]\n{MET}"), "x", path, path, &settings);
    assert!(replay(prospect.unwrap(), &settings, d("2009-12-31")).is_none());
}

#[test]
fn the_clock_day_28_is_in_time_and_day_29_is_not() {
    let day28 = on(MET, "2010-01-29");
    assert_eq!((day28.state.age(d("2010-01-29")), day28.state.flags.overdue), (Some(28), false));
    let day29 = on(MET, "2010-01-30");
    assert_eq!((day29.state.flags.overdue, supported(&day29)), (true, "opportunity"));
}

#[test]
fn the_cycle_is_the_reps_then_the_pipelines_then_the_ledgers() {
    let events =
        "2010-01-01 = { kind = \"meeting\", owner = \"a\", stage = \"25\", next = 2010-01-08 }\n";
    let days = |settings: &str| under(settings, events, "2010-01-02").state.cycle_days;
    assert_eq!(days(""), 28);
    assert_eq!(days("[ledger]\ncycle_days = 40"), 40);
    assert_eq!(
        days("[ledger]\ncycle_days = 40\n[[pipeline]]\nid = \"prospect\"\ncycle_days = 50"),
        50
    );
    let rep =
        "[[rep]]\nid = \"a\"\ncycle_days = 21\n[[pipeline]]\nid = \"prospect\"\ncycle_days = 50";
    assert_eq!(days(rep), 21);
}

#[test]
fn the_appointments_date_starts_the_clock_while_not_met() {
    let events = "2010-01-01 = { kind = \"call\", stage = \"appointment\", next = 2010-01-10 }\n";
    let record = on(events, "2010-01-05");
    assert_eq!(record.state.clock_start, Some(d("2010-01-10")));
    assert_eq!(record.state.age(d("2010-01-05")), Some(0));
}

#[test]
fn a_next_step_is_missed_at_once_and_counts_against_the_evidence_after_three_days() {
    for (day, missed, evidence) in [
        ("2010-01-08", false, "25"),
        ("2010-01-09", true, "25"),
        ("2010-01-11", true, "25"),
        ("2010-01-12", true, "appointment"),
    ] {
        let record = on(MET, day);
        assert_eq!((record.state.flags.missed, supported(&record)), (missed, evidence), "{day}");
    }
}

#[test]
fn what_uses_a_next_step_up() {
    for (event, missed, evidence) in [
        // It took place; the next one has to be agreed.
        ("2010-01-08 = { kind = \"meeting\" }", false, "appointment"),
        ("2010-01-09 = { kind = \"call\", reached = true }", false, "appointment"),
        // Nobody answered, or only a note: it is still missed.
        ("2010-01-08 = { kind = \"call\", reached = false }", true, "25"),
        ("2010-01-08 = { kind = \"note\", note = \"he did not come\" }", true, "25"),
        // Before its day it stands.
        ("2010-01-07 = { kind = \"call\", reached = true }", true, "25"),
    ] {
        let record = on(&format!("{MET}{event}\n"), "2010-01-09");
        assert_eq!((record.state.flags.missed, supported(&record)), (missed, evidence), "{event}");
    }
}

#[test]
fn the_decider_may_be_a_contact() {
    let settings = Settings::default();
    let events = FIFTY.replace("\"right-person\", ", "");
    let text = |contact: &str| format!("name = \"x\"\n{contact}[events]\n{MET}{events}");
    let path = Path::new("x.toml");
    for (contact, findings) in [("", 1), ("[[contact]]\nname = \"y\"\ndecides = true\n", 0)] {
        let (prospect, _) = read_prospect(&text(contact), "x", path, path, &settings);
        let record = replay(prospect.unwrap(), &settings, d("2010-01-08")).unwrap();
        assert_eq!(record.findings.len(), findings, "{contact}");
    }
}

#[test]
fn a_signature_replaces_timing_next_step_and_the_cycle() {
    let signed = format!(
        "{MET}{FIFTY}2010-01-25 = {{ kind = \"contract\" }}\n2010-01-26 = {{ kind = \"payment\", amount = 100, stage = \"90\" }}\n"
    );
    let record = on(&signed, "2010-03-01");
    assert_eq!((stage(&record), supported(&record), codes(&record)), ("90", "90", vec![]));
    assert!(record.state.flags.overdue, "a 90 past the cycle is flagged");
    // Signed but not paid: the cycle still binds.
    let record = on(&format!("{MET}{FIFTY}2010-01-25 = {{ kind = \"contract\" }}\n"), "2010-03-01");
    assert_eq!((stage(&record), supported(&record)), ("50", "opportunity"));
}

#[test]
fn paid_is_payments_less_refunds_against_the_threshold() {
    let paid = |settings: &str, amounts: &[(&str, &str)]| {
        let mut events = format!("{MET}{FIFTY}2010-01-10 = {{ kind = \"contract\" }}\n");
        for (n, (kind, amount)) in amounts.iter().enumerate() {
            events +=
                &format!("2010-01-11-{} = {{ kind = \"{kind}\", amount = {amount} }}\n", n + 1);
        }
        supported(&under(settings, &events, "2010-01-11")) == "90"
    };
    assert!(!paid("", &[("payment", "0")]));
    assert!(paid("", &[("payment", "0.01")]));
    assert!(!paid("", &[("payment", "100"), ("refund", "100")]));
    assert!(paid("", &[("payment", "\"5 USD\"")]), "money of another currency is money");
    let threshold = "[ledger]\npaid_threshold = 1000\n[rates]\nUSD = 7";
    assert!(!paid(threshold, &[("payment", "999.99")]));
    assert!(paid(threshold, &[("payment", "999.99"), ("payment", "0.01")]));
    assert!(paid(threshold, &[("payment", "\"143 USD\"")]), "143 x 7 = 1,001");
}

#[test]
fn revoked_evidence_no_longer_holds() {
    let events =
        format!("{MET}{FIFTY}2010-01-09 = {{ kind = \"note\", revokes = [\"budget\"] }}\n");
    assert_eq!(supported(&on(&events, "2010-01-09")), "25");
    let bounced = format!(
        "{MET}{FIFTY}2010-01-10 = {{ kind = \"contract\" }}\n2010-01-11 = {{ kind = \"payment\", amount = 100, stage = \"90\" }}\n\
         2010-01-12 = {{ kind = \"moved\", stage = \"50\", revokes = [\"paid\"], reason = \"the cheque bounced\" }}\n"
    );
    let record = on(&bounced, "2010-01-12");
    assert_eq!((stage(&record), supported(&record)), ("50", "50"));
}

#[test]
fn a_move_without_evidence_is_a_finding_and_stands() {
    let record = on(
        "2010-01-01 = { kind = \"opened\" }\n2010-01-02 = { kind = \"moved\", stage = \"50\" }\n",
        "2010-01-02",
    );
    assert_eq!((stage(&record), supported(&record)), ("50", "opportunity"));
    assert_eq!(codes(&record), [Code::UnsupportedMove]);
    let forced = "2010-01-01 = { kind = \"moved\", stage = \"50\", forced = \"boss\" }\n";
    let record = on(forced, "2010-01-02");
    assert_eq!((codes(&record), record.state.flags.forced), (vec![], true));
}

#[test]
fn evidence_and_clock_start_afresh_at_the_first_column() {
    let events = format!(
        "{MET}{FIFTY}2010-01-20 = {{ kind = \"moved\", stage = \"opportunity\", reason = \"no date\" }}\n"
    );
    let record = on(&events, "2010-01-20");
    assert_eq!((stage(&record), supported(&record)), ("opportunity", "opportunity"));
    assert_eq!((record.state.clock_start, record.state.pursuit), (None, 1));
    // What the fall-back entry itself says belongs to the new pass.
    let events = format!(
        "{MET}2010-01-20 = {{ kind = \"meeting\", stage = \"opportunity\", reason = \"start again\", next = 2010-01-27 }}\n"
    );
    let record = on(&events, "2010-01-20");
    assert_eq!((supported(&record), record.state.clock_start), ("25", Some(d("2010-01-20"))));
}

#[test]
fn closed_and_lost_end_a_pursuit_and_the_first_column_opens_the_next() {
    let events = format!(
        "{MET}2010-01-09 = {{ kind = \"moved\", stage = \"lost\", reason = \"price\" }}\n2010-02-01 = {{ kind = \"call\", stage = \"opportunity\" }}\n"
    );
    let lost = on(&events, "2010-01-31");
    assert_eq!((lost.state.outcome, lost.state.flags.overdue), (Outcome::Lost, false));
    let pursuit = &lost.history.pursuits[0];
    assert_eq!(pursuit.ended, Some((d("2010-01-09"), Outcome::Lost)));
    assert_eq!(
        (pursuit.left_from, pursuit.clock_start, pursuit.reason.as_deref()),
        (Some(2), Some(d("2010-01-01")), Some("price"))
    );
    let again = on(&events, "2010-02-01");
    assert_eq!(
        (stage(&again), again.state.pursuit, again.state.clock_start),
        ("opportunity", 2, None)
    );
    assert_eq!(codes(&again), []);
    // Any other column after the end is a finding.
    let events = events.replace(
        "kind = \"call\", stage = \"opportunity\"",
        "kind = \"meeting\", stage = \"25\", next = 2010-02-05",
    );
    let record = on(&events, "2010-02-01");
    assert_eq!(
        (stage(&record), record.state.pursuit, codes(&record)),
        ("25", 2, vec![Code::MoveAfterEnd])
    );
}

#[test]
fn leaving_needs_a_reason() {
    let record =
        on(&format!("{MET}2010-01-09 = {{ kind = \"moved\", stage = \"lost\" }}\n"), "2010-01-09");
    assert_eq!(codes(&record), [Code::LostWithoutReason]);
}

#[test]
fn an_opening_position_gives_its_evidence_until_a_fall_back_behind_it() {
    let imported = "2010-01-01 = { kind = \"imported\", stage = \"50\" }\n";
    let record = on(imported, "2010-01-10");
    assert_eq!((supported(&record), codes(&record)), ("50", vec![]));
    assert!(record.state.flags.imported);
    // The clock runs from the position; past the cycle it falls back like anybody.
    assert!(!on(imported, "2010-01-29").state.flags.overdue);
    assert_eq!(supported(&on(imported, "2010-01-30")), "opportunity");
    // It carries the moves that stand on it.
    let up = format!(
        "{imported}2010-01-05 = {{ kind = \"contract\" }}\n2010-01-06 = {{ kind = \"payment\", amount = 5, stage = \"90\" }}\n"
    );
    let record = on(&up, "2010-01-06");
    assert_eq!(
        (supported(&record), codes(&record), record.state.flags.imported),
        ("90", vec![], false)
    );
    // Behind the position it is gone.
    let down = format!(
        "{imported}2010-01-05 = {{ kind = \"moved\", stage = \"25\", reason = \"was hope\" }}\n"
    );
    assert_eq!(supported(&on(&down, "2010-01-05")), "25");
    // Closed and lost rows of an old system need nothing.
    for stage in ["closed", "lost"] {
        let events =
            format!("{imported}2010-01-09 = {{ kind = \"imported\", stage = \"{stage}\" }}\n");
        let record = on(&events, "2010-01-09");
        assert_eq!(codes(&record), []);
        assert_eq!(record.history.pursuits[0].clock_start, Some(d("2010-01-01")));
    }
}

#[test]
fn a_hold_suspends_the_flags_until_its_date() {
    let events = format!(
        "{MET}2010-01-20 = {{ kind = \"hold\", until = 2010-03-01, reason = \"holidays\" }}\n"
    );
    let held = on(&events, "2010-02-28");
    assert_eq!(
        (held.state.flags.on_hold, held.state.flags.overdue, held.state.flags.missed),
        (true, false, false)
    );
    let resumed = on(&events, "2010-03-01");
    assert_eq!((resumed.state.flags.on_hold, resumed.state.flags.overdue), (false, true));
}

#[test]
fn retracted_events_are_left_out_from_then_on() {
    let events = format!("{MET}2010-01-05 = {{ kind = \"retracted\", event = \"2010-01-01\" }}\n");
    assert_eq!(stage(&on(&events, "2010-01-04")), "25");
    let record = on(&events, "2010-01-05");
    assert_eq!((stage(&record), record.state.clock_start), ("opportunity", None));
    let redo = format!("{events}2010-01-06 = {{ kind = \"retracted\", event = \"2010-01-05\" }}\n");
    assert_eq!(stage(&on(&redo, "2010-01-06")), "25");
    let nothing = "2010-01-05 = { kind = \"retracted\", event = \"2010-01-01\" }\n";
    assert_eq!(codes(&on(nothing, "2010-01-05")), [Code::UnknownEvent]);
}

#[test]
fn owners_and_pushes_and_spells() {
    let events = "2010-01-01 = { kind = \"opened\", owner = \"a\" }\n\
                  2010-01-03 = { kind = \"assigned\", owner = \"\" }\n\
                  2010-01-06 = { kind = \"assigned\", owner = \"b\", close_by = 2010-02-01 }\n\
                  2010-01-07 = { kind = \"note\", close_by = 2010-01-30 }\n\
                  2010-01-08 = { kind = \"note\", close_by = 2010-02-10 }\n";
    let pooled = on(events, "2010-01-05");
    assert!(pooled.in_pool());
    let record = on(events, "2010-01-08");
    let owners: Vec<(Option<&str>, String)> = record
        .history
        .owners
        .iter()
        .map(|spell| (spell.owner.as_deref(), spell.from.to_string()))
        .collect();
    assert_eq!(
        owners,
        [
            (Some("a"), "2010-01-01".to_owned()),
            (None, "2010-01-03".to_owned()),
            (Some("b"), "2010-01-06".to_owned())
        ]
    );
    assert_eq!(record.state.pushes, 1, "earlier is no push");
}

#[test]
fn foreign_money_needs_a_rate() {
    let events = "2010-01-01 = { kind = \"opened\", value = \"100 USD\" }\n";
    assert_eq!(on(events, "2010-01-01").state.value.unwrap().to_string(), "100 USD");
    let rated = under("[ledger]\ncurrency = \"CNY\"\n[rates]\nUSD = 7.12", events, "2010-01-01");
    assert_eq!(rated.state.value.unwrap().to_string(), "712.00");
}
