use super::*;
use crate::diag::Diagnostic;
use crate::model::company::{CompanyFile, OpenedLedger};
use crate::model::event::{Event, EventKey};
use crate::model::paper::LineItem;
use crate::model::pipeline::Known;
use crate::model::profile::FactValue;
use crate::model::prospect::Prospect;
use crate::model::settings::{Department, Rep};
use crate::value::label::Label;
use crate::value::money::{Amount, Currency, Money};

fn rep(id: &str, manager: Option<&str>, level: &str) -> Rep {
    Rep {
        id: id.into(),
        manager: manager.map(Into::into),
        level: Some(level.into()),
        ..Rep::default()
    }
}

fn with_reps(reps: &[Rep]) -> Settings {
    Settings { reps: reps.to_vec(), ..Settings::default() }
}

/// The company of these ledgers, called `a`, `b`, …
fn joined(file: &CompanyFile, settings: &[Settings]) -> Result<Company, Vec<String>> {
    let ids = ["a", "b", "c"];
    let opened = ids
        .iter()
        .zip(settings)
        .map(|(id, settings)| OpenedLedger { id: (*id).into(), settings: settings.clone() });
    let told = |found: Vec<Diagnostic>| found.iter().map(|d| d.message.en().to_owned()).collect();
    join(file, opened.collect()).map_err(told)
}

fn plain(settings: &[Settings]) -> Company {
    joined(&CompanyFile::default(), settings).unwrap()
}

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn boards(company: &Company) -> Vec<String> {
    company.settings.pipelines.iter().map(|board| board.id.to_string()).collect()
}

#[test]
fn ledgers_of_equal_settings_change_nothing_but_ids() {
    let settings = with_reps(&[rep("he", None, "senior")]);
    let company = plain(&[settings.clone(), settings.clone()]);
    assert_eq!(company.settings.reps, settings.reps);
    assert_eq!(company.settings.pipelines, settings.pipelines);
    assert_eq!(company.settings.ledgers, ["a", "b"]);
    assert!(company.differences.is_empty());
    let mut prospect = Prospect { id: "zhang".into(), ..Prospect::default() };
    prospect.account = Some("acme".into());
    let mut event = Event::new(EventKey::parse("2009-12-01").unwrap(), "opened");
    event.owner = Some("he".into());
    event.value = Money::parse("5").ok();
    event.set = vec![
        ("parent".into(), FactValue::Text("group".into())),
        ("region".into(), FactValue::Text("east".into())),
    ];
    prospect.events = vec![event.clone()];
    company.members[1].qualify(&mut prospect);
    assert_eq!((&*prospect.id, prospect.account.as_deref()), ("b/zhang", Some("b/acme")));
    event.set[0].1 = FactValue::Text("b/group".into());
    assert_eq!(prospect.events, [event]);
    assert_eq!(parts("b/zhang"), Some(("b", "zhang")));
    assert_eq!(parts("zhang"), None);
}

#[test]
fn a_rep_is_one_person_where_the_ledgers_that_list_them_agree() {
    let named = |company: &Company, at: usize, id: &str| {
        company.members[at].rep_of(&Text::from(id)).to_string()
    };
    let he = rep("he", None, "senior");
    let other = rep("he", None, "junior");
    let both = plain(&[with_reps(std::slice::from_ref(&he)), with_reps(std::slice::from_ref(&he))]);
    assert_eq!([0, 1].map(|at| named(&both, at, "he")), ["he", "he"]);
    let apart = plain(&[with_reps(std::slice::from_ref(&he)), with_reps(&[other])]);
    assert_eq!([0, 1].map(|at| named(&apart, at, "he")), ["a/he", "b/he"]);
    let ids = |company: &Company| -> Vec<String> {
        company.settings.reps.iter().map(|rep| rep.id.to_string()).collect()
    };
    assert_eq!((ids(&both), ids(&apart)), (vec!["he".into()], vec!["a/he".into(), "b/he".into()]));
    // A ledger that does not list the name means somebody else by it; a name that nobody lists is one name.
    let free = plain(&[with_reps(std::slice::from_ref(&he)), Settings::default()]);
    assert_eq!([0, 1].map(|at| named(&free, at, "he")), ["he", "b/he"]);
    assert_eq!([0, 1].map(|at| named(&free, at, "li")), ["li", "li"]);
    assert_eq!([0, 1].map(|at| named(&free, at, "")), ["", ""]);
}

#[test]
fn a_rep_whose_manager_is_two_persons_is_two_persons() {
    let team = |level: &str| with_reps(&[rep("he", Some("li"), "senior"), rep("li", None, level)]);
    let one = plain(&[team("senior"), team("senior")]);
    assert!(one.members.iter().all(|member| member.reps.is_empty()));
    let two = plain(&[team("senior"), team("junior")]);
    let manager = |at: usize| {
        let reps = &two.members[at].settings.reps;
        (reps[0].id.to_string(), reps[0].manager.clone().unwrap().to_string())
    };
    assert_eq!(manager(0), ("a/he".into(), "a/li".into()));
    assert_eq!(manager(1), ("b/he".into(), "b/li".into()));
    // Each of two reps may be the other's manager: that ends too.
    let circle = with_reps(&[rep("he", Some("li"), "senior"), rep("li", Some("he"), "senior")]);
    assert!(plain(&[circle.clone(), circle]).members[0].reps.is_empty());
}

#[test]
fn boards_with_equal_columns_are_one_and_others_stay_apart() {
    let own = Settings::default();
    assert_eq!(boards(&plain(&[own.clone(), own.clone()])), ["prospect", "project"]);
    // Words do not matter; what figures show does.
    let mut called = own.clone();
    called.pipelines[0].label = Label::same("Kunden");
    called.pipelines[0].stages[2].label = Label::same("getroffen");
    called.pipelines[0].stages[2].also = vec!["met".into()];
    assert_eq!(boards(&plain(&[own.clone(), called])), ["prospect", "project"]);
    let changes: [fn(&mut Settings); 6] = [
        |s| s.pipelines[0].stages[2].id = "26".into(),
        |s| s.pipelines[0].stages[2].probability = Amount::percent(26),
        |s| s.pipelines[0].stages[2].max_days = Some(9),
        |s| s.pipelines[0].stages[2].requires.truncate(1),
        |s| drop(s.pipelines[0].stages.remove(1)),
        |s| s.pipelines[0].cycle_days = Some(9),
    ];
    for (at, change) in changes.iter().enumerate() {
        let mut other = own.clone();
        change(&mut other);
        let company = plain(&[own.clone(), other.clone(), own.clone()]);
        assert_eq!(boards(&company), ["prospect", "project", "b/prospect"], "{at}");
        let label = &company.settings.pipelines[2].label;
        assert_eq!(
            (label.en.as_deref(), label.zh.as_deref()),
            (Some("Prospects (b)"), Some("潜在客户（b）"))
        );
        // Its prospects that name no board, or one that it does not have, are on its own first one.
        for (stated, board) in [
            (None, Some("b/prospect")),
            (Some("prospect"), Some("b/prospect")),
            (Some("project"), Some("project")),
            (Some("x"), Some("b/prospect")),
        ] {
            let mut prospect = Prospect { pipeline: stated.map(Into::into), ..Prospect::default() };
            company.members[1].qualify(&mut prospect);
            assert_eq!(prospect.pipeline.as_deref(), board);
        }
        let mut prospect = Prospect::default();
        company.members[2].qualify(&mut prospect);
        assert_eq!(prospect.pipeline, None);
        assert_eq!(company.members[1].settings.pipelines[2].stages, other.pipelines[0].stages);
    }
}

#[test]
fn a_criterion_of_another_meaning_keeps_boards_apart_and_each_ledger_judges_by_its_own() {
    let own = Settings::default();
    let mut other = own.clone();
    let budget = other.criteria.iter().position(|criterion| criterion.id == "budget").unwrap();
    other.criteria[budget].known = Known::Paid;
    other.criteria.swap(0, budget);
    let company = plain(&[own, other.clone()]);
    // The columns of `b` require other criteria by their positions, so that they are apart.
    assert_eq!(boards(&company), ["prospect", "project", "b/prospect", "b/project"]);
    let known = |settings: &Settings| settings.criterion("budget").unwrap().known.clone();
    assert_eq!(known(&company.members[0].settings), Known::Attested);
    assert_eq!(known(&company.members[1].settings), Known::Paid);
    let ids = |settings: &Settings, board: usize| -> Vec<String> {
        let stages = settings.pipelines[board].stages.iter().flat_map(|stage| &stage.requires);
        stages.map(|at| settings.criteria[*at].id.to_string()).collect()
    };
    assert_eq!(ids(&company.members[1].settings, 2), ids(&other, 0));
}

#[test]
fn money_states_the_currency_of_its_ledger_and_is_converted_by_the_company() {
    let (cny, usd) = (currency("CNY"), currency("USD"));
    let of = |code| Settings { currency: Some(code), ..Settings::default() };
    let file = CompanyFile {
        currency: Some(cny),
        rates: Some([(usd, Amount::parse("7.12").unwrap())].into()),
        ..CompanyFile::default()
    };
    let usa = Settings { paid_threshold: Amount::parse("10").ok(), ..of(usd) };
    let company = joined(&file, &[of(cny), usa]).unwrap();
    let mut event = Event::new(EventKey::parse("2009-12-01").unwrap(), "quote");
    event.value = Money::parse("100.20").ok();
    event.amount = Money::parse("3 EUR").ok();
    event.details_mut().lines =
        vec![LineItem { price: Money::parse("2").ok(), ..LineItem::default() }];
    let prospect = Prospect { events: vec![event], ..Prospect::default() };
    let read = |at: usize| {
        let mut prospect = prospect.clone();
        company.members[at].qualify(&mut prospect);
        let event = &prospect.events[0];
        let line = event.details.as_ref().unwrap().lines[0].price.unwrap();
        [event.value.unwrap(), event.amount.unwrap(), line]
            .map(|money| company.settings.own(money).to_string())
    };
    assert_eq!(read(0), ["100.20", "3 EUR", "2"]);
    assert_eq!(read(1), ["713.42", "3 EUR", "14.24"]);
    let threshold = company.members[1].settings.paid_threshold;
    assert_eq!(threshold.map(|amount| amount.to_string()).as_deref(), Some("71.20"));
    assert!(company.differs(&[Aspect::Shape]).is_none());
    assert_eq!(
        company.differs(&[Aspect::Currency]).map(|d| (&*d.one, &*d.other)),
        Some(("a", "b"))
    );
}

#[test]
fn what_the_ledgers_do_not_agree_on_is_to_be_stated() {
    let (cny, usd) = (currency("CNY"), currency("USD"));
    let a = Settings { currency: Some(cny), ..Settings::default() };
    let b = Settings {
        currency: Some(usd),
        language: Lang::Zh,
        week_start: crate::value::date::Weekday::Mon,
        ..Settings::default()
    };
    let plain = CompanyFile::default();
    assert_eq!(
        joined(&plain, &[a.clone(), b.clone()]).unwrap_err(),
        [
            "the ledgers `a` and `b` differ in `currency`",
            "the ledgers `a` and `b` differ in `language`",
            "the ledgers `a` and `b` differ in `week_start`",
            "the ledger `b` is in USD, and the company has no rate of it",
        ]
    );
    let none = Settings::default();
    let stated = CompanyFile { currency: Some(cny), ..CompanyFile::default() };
    assert_eq!(
        joined(&stated, &[a.clone(), none]).unwrap_err(),
        ["the ledger `b` has no currency of its own, and the company's is CNY"]
    );
    let rated =
        |rate: &str| Settings { rates: [(usd, Amount::parse(rate).unwrap())].into(), ..a.clone() };
    assert_eq!(
        joined(&plain, &[rated("7"), rated("8")]).unwrap_err(),
        ["the ledgers `a` and `b` differ in `[rates]`"]
    );
    assert_eq!(joined(&plain, &[rated("7"), rated("7")]).unwrap().settings.rates.len(), 1);
    let own = CompanyFile { rates: Some(Default::default()), ..CompanyFile::default() };
    let company = joined(&own, &[rated("7"), rated("8")]).unwrap();
    assert!(company.settings.rates.is_empty() && company.members[1].settings.rates.is_empty());
}

#[test]
fn rules_that_name_what_has_another_name_are_known() {
    let he = |level: &str, when: &str| {
        let mut settings = with_reps(&[rep("he", None, level)]);
        settings.grading.rules[0].when = when.into();
        settings
    };
    let differs = |a: Settings, b: Settings| plain(&[a, b]).differs(&[Aspect::Names]).is_some();
    assert!(!differs(he("senior", "owner:he"), he("senior", "owner:he")));
    assert!(!differs(he("senior", "value:high"), he("junior", "value:high")));
    assert!(differs(he("senior", "owner:He"), he("junior", "value:high")));
    // Two ledgers are told that know another person by the name.
    let told = |settings: &[Settings]| {
        let company = plain(settings);
        let told = company.differs(&[Aspect::Names]).unwrap();
        format!("{} {}", told.one, told.other)
    };
    let (senior, junior) = (|when: &str| he("senior", when), |when: &str| he("junior", when));
    assert_eq!(told(&[senior("owner:he"), junior("value:high")]), "a b");
    assert_eq!(told(&[senior("value:high"), junior("owner:he")]), "b a");
    let none = "value:high";
    assert_eq!(told(&[senior("owner:he"), senior(none), junior(none)]), "a c");
}

#[test]
fn amounts_of_rules_are_converted_once_and_a_share_is_not() {
    let (cny, usd) = (currency("CNY"), currency("USD"));
    let of = |code| {
        let mut settings = Settings { currency: Some(code), ..Settings::default() };
        let grading = &mut settings.grading;
        grading.value_high = Amount::parse("100").ok();
        grading.money_limits = Some([1, 2, 3, 4].map(Amount::from_int));
        grading.margin = vec![("a".into(), Amount::percent(40))];
        settings.policies[0].1.budget = Amount::parse("5").ok();
        settings
    };
    let file = CompanyFile {
        currency: Some(cny),
        rates: Some([(usd, Amount::from_int(7))].into()),
        ..CompanyFile::default()
    };
    let company = joined(&file, &[of(cny), of(usd)]).unwrap();
    let read = |at: usize| {
        let settings = &company.members[at].settings;
        let grading = &settings.grading;
        let budget = settings.policies[0].1.budget.unwrap();
        let all = [
            grading.value_high.unwrap(),
            grading.money_limits.unwrap()[3],
            grading.margin[0].1,
            budget,
        ];
        (all.map(|amount| amount.trimmed().to_string()), settings.stated_in)
    };
    assert_eq!(read(0), (["100", "4", "0.4", "5"].map(String::from), None));
    assert_eq!(read(1), (["700", "28", "0.4", "35"].map(String::from), Some(usd)));
    // The rules are alike as they are stated, and the company's own are in its currency.
    assert!(company.differs(&[Aspect::Grading, Aspect::Names]).is_none());
    assert_eq!(company.settings.stated_in, None);
}

#[test]
fn targets_are_added_up_for_those_who_have_a_part() {
    use crate::model::sales::{Measure, SalesTarget, TargetOf, TargetSpan};
    let target = |of: TargetOf, amount: i64| SalesTarget {
        of,
        measure: Measure::Closes,
        per: TargetSpan::Month,
        amount: Amount::from_int(amount),
        from: None,
    };
    let he = || TargetOf::Rep("he".into());
    let with = |reps: &[Rep], targets: &[SalesTarget]| Settings {
        targets: targets.to_vec(),
        ..with_reps(reps)
    };
    let said = |a: Settings, b: Settings| {
        let company = plain(&[a, b]);
        let unlike = company.differs(&[Aspect::Targets]).is_some();
        let targets = company.settings.targets.iter();
        let said: Vec<String> = targets
            .map(|target| match &target.of {
                TargetOf::All => format!("all {}", target.amount),
                TargetOf::Rep(rep) => format!("{rep} {}", target.amount),
                TargetOf::Department(id) => format!("{id} {}", target.amount),
            })
            .collect();
        (said.join(", "), unlike)
    };
    let rep_he = || [rep("he", None, "senior")];
    // One person in both ledgers has the sum; two persons of one id, and one whom a ledger lists alone, have their own.
    let both = said(with(&rep_he(), &[target(he(), 2)]), with(&rep_he(), &[target(he(), 3)]));
    assert_eq!(both, ("he 5".into(), false));
    let junior = [rep("he", None, "junior")];
    let apart = said(with(&rep_he(), &[target(he(), 2)]), with(&junior, &[target(he(), 3)]));
    assert_eq!(apart, ("a/he 2, b/he 3".into(), false));
    let one = said(with(&rep_he(), &[target(he(), 2)]), Settings::default());
    assert_eq!(one, ("he 2".into(), false));
    let half = said(with(&rep_he(), &[target(he(), 2)]), with(&rep_he(), &[]));
    assert_eq!(half, (String::new(), true));
    let all = said(with(&[], &[target(TargetOf::All, 2)]), with(&[], &[target(TargetOf::All, 0)]));
    assert_eq!(all, ("all 2".into(), false));
}

#[test]
fn the_target_of_the_forecast_is_added_up_where_every_ledger_states_one() {
    use crate::model::sales::TargetSpan;
    let (cny, usd) = (currency("CNY"), currency("USD"));
    let of = |code: Currency, target: Option<i64>, per: TargetSpan| {
        let mut settings = Settings { currency: Some(code), ..Settings::default() };
        settings.forecast.target = target.map(Amount::from_int);
        settings.forecast.per = per;
        settings
    };
    let file = CompanyFile {
        currency: Some(cny),
        rates: Some([(usd, Amount::from_int(7))].into()),
        ..CompanyFile::default()
    };
    let said = |a: Settings, b: Settings| {
        let company = joined(&file, &[a, b]).unwrap();
        let target = company.settings.forecast.target.map(|target| target.trimmed().to_string());
        (target, company.differs(&[Aspect::Targets]).is_some())
    };
    use TargetSpan::{Month, Quarter};
    let sum = said(of(cny, Some(2), Month), of(usd, Some(3), Month));
    assert_eq!(sum, (Some("23".into()), false));
    // The span of a target that is not stated is of no account.
    assert_eq!(said(of(cny, None, Month), of(usd, None, Quarter)), (None, false));
    assert_eq!(said(of(cny, Some(2), Month), of(usd, None, Month)), (None, true));
    assert_eq!(said(of(cny, None, Month), of(usd, Some(3), Month)), (None, true));
    assert_eq!(said(of(cny, Some(2), Month), of(usd, Some(3), Quarter)), (None, true));
}

#[test]
fn the_target_of_a_department_is_of_the_ledgers_that_have_it() {
    use crate::model::sales::{Measure, SalesTarget, TargetOf, TargetSpan};
    let target = |of: TargetOf, amount: i64, from: Option<&str>| SalesTarget {
        of,
        measure: Measure::Closes,
        per: TargetSpan::Month,
        amount: Amount::from_int(amount),
        from: from.map(|day| crate::value::date::Date::parse(day).unwrap()),
    };
    let sales = || TargetOf::Department("sales".into());
    let with = |departments: &[&str], targets: &[SalesTarget]| Settings {
        departments: departments
            .iter()
            .map(|id| Department { id: (*id).into(), ..Department::default() })
            .collect(),
        targets: targets.to_vec(),
        ..Settings::default()
    };
    let said = |a: Settings, b: Settings| {
        let company = plain(&[a, b]);
        let of = |target: &SalesTarget| {
            let from = target.from.map(|day| format!(" {day}")).unwrap_or_default();
            format!("{}{from}", target.amount)
        };
        let said: Vec<String> = company.settings.targets.iter().map(of).collect();
        (said.join(", "), company.differs(&[Aspect::Targets]).is_some())
    };
    let one = said(with(&["sales"], &[target(sales(), 2, None)]), with(&[], &[]));
    assert_eq!(one, ("2".into(), false));
    let half = said(with(&["sales"], &[target(sales(), 2, None)]), with(&["sales"], &[]));
    assert_eq!(half, (String::new(), true));
    // From each day on which a part begins, that which began last counts.
    let steps =
        |second: i64| [target(sales(), 2, None), target(sales(), second, Some("2010-01-01"))];
    let both = said(
        with(&["sales"], &steps(5)),
        with(&["sales"], &[target(sales(), 10, None), target(sales(), 20, Some("2010-02-01"))]),
    );
    assert_eq!(both, ("12, 15 2010-01-01, 25 2010-02-01".into(), false));
    // A part that begins later than the others: there is a sum from then on, and the ledgers agree in the end.
    let later = said(with(&["sales"], &steps(5)), with(&["sales"], &steps(7)[1..]));
    assert_eq!(later, ("12 2010-01-01".into(), false));
    // One thing on which they do not agree is told, though they agree on the next.
    let differing = [target(TargetOf::All, 1, None), target(sales(), 2, None)];
    let told = said(with(&["sales"], &differing), with(&["sales"], &differing[1..]));
    assert_eq!(told, ("4".into(), true));
}
