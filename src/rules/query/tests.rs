//! Queries against three hand-made prospects on 2009-12-14, a Monday.

use super::*;
use crate::diag::Lang;
use crate::model::campaign::Segment;
use crate::model::event::{Event, EventKey};
use crate::model::prospect::{Contact, Prospect};
use crate::model::settings::Rep;
use crate::rules::attribute::{ATTRIBUTES, Attribute, FLAGS, Value, View};
use crate::rules::book::Book;
use crate::rules::replay::replay;
use crate::value::date::Moment;
use crate::value::label::Label;
use crate::value::money::Money;
use proptest::prelude::*;

fn d(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn today() -> Date {
    d("2009-12-14")
}

fn settings() -> Settings {
    let rep =
        |id: &str, name: &str| Rep { id: id.into(), name: Some(name.into()), ..Rep::default() };
    Settings {
        reps: vec![rep("liuyan", "刘燕"), rep("he", "何建国")],
        facts: vec!["sector".into()],
        ..Settings::default()
    }
}

fn event(key: &str, kind: &str, change: impl FnOnce(&mut Event)) -> Event {
    let mut event = Event::new(EventKey::parse(key).unwrap(), kind);
    event.by = Some("liuyan".into());
    change(&mut event);
    event
}

fn moment(date: &str) -> Option<Moment> {
    Some(Moment { date: d(date), time: None })
}

/// Stands at 50, all five criteria confirmed.
fn zhang() -> Prospect {
    Prospect {
        id: "zhang".into(),
        path: "prospects/north/zhang.toml".into(),
        name: "张先生".into(),
        company: Some("时装连锁店 Fashion Group".into()),
        region: Some("shanghai".into()),
        source: Some("referral".into()),
        tags: vec!["vip".into(), "2009".into()],
        needs: vec!["health".into()],
        contacts: vec![Contact {
            name: "Zhang Wei".into(),
            decides: true,
            phone: Some("138-0013-8000".into()),
            email: Some("zhang@example.com".into()),
            ..Contact::default()
        }],
        facts: vec![("sector".into(), "Fashion Retail".into())],
        events: vec![
            event("2009-12-03-1", "opened", |e| {
                e.owner = Some("liuyan".into());
                e.value = Some(Money::parse("18000").unwrap());
            }),
            event("2009-12-04-1", "meeting", |e| {
                e.stage = Some("25".into());
                e.next = moment("2009-12-11");
                e.note = Some("Steady business; wants a Proposal".into());
            }),
            event("2009-12-11-1", "meeting", |e| {
                e.stage = Some("50".into());
                e.confirms = vec!["right-person".into(), "fit".into(), "budget".into()];
                e.close_by = Some(d("2009-12-22"));
                e.next = moment("2009-12-15");
                e.next_what = Some("go through the proposal".into());
            }),
            event("2009-12-30-1", "demo", |e| e.note = Some("the future".into())),
        ],
        ..Prospect::default()
    }
}

/// In the pool, with money in a currency that has no rate; one note was retracted.
fn wang() -> Prospect {
    Prospect {
        id: "wang".into(),
        path: "prospects/wang.toml".into(),
        name: "Manager Wang".into(),
        company: Some("Star PR".into()),
        events: vec![
            event("2009-11-01-1", "opened", |e| {
                e.value = Some(Money::parse("900 USD").unwrap());
            }),
            event("2009-11-20-1", "call", |e| e.note = Some("a mistake".into())),
            event("2009-11-21-1", "retracted", |e| e.event = Some("2009-11-20-1".into())),
        ],
        ..Prospect::default()
    }
}

/// Left from 25, without a value.
fn tang() -> Prospect {
    Prospect {
        id: "tang".into(),
        path: "prospects/tang.toml".into(),
        name: "唐主任".into(),
        events: vec![
            event("2009-10-01-1", "opened", |e| e.owner = Some("he".into())),
            event("2009-10-05-1", "visit", |e| {
                e.by = Some("he".into());
                e.stage = Some("25".into());
                e.next = moment("2009-10-12");
            }),
            event("2009-11-30-1", "moved", |e| {
                e.stage = Some("lost".into());
                e.reason = Some("Price".into());
            }),
        ],
        ..Prospect::default()
    }
}

fn records(settings: &Settings) -> Vec<Record> {
    let records = [zhang(), wang(), tang()].map(|p| replay(p, settings, today()).unwrap()).into();
    let book = Book::of(settings.clone(), today(), records, Vec::new());
    book.graded();
    book.records().to_vec()
}

/// Which of the three, by their first letters.
fn who(text: &str) -> String {
    let settings = settings();
    let query = match Query::parse(text, "query", &settings, today()) {
        Ok(query) => query,
        Err(wrong) => panic!("{text}: {} {:?}", wrong.message.en(), wrong.help),
    };
    let context = QueryContext { settings: &settings, as_of: today() };
    let found = records(&settings).into_iter().filter(|record| query.matches(record, &context));
    found.map(|record| record.prospect.id[..1].to_owned()).collect()
}

/// The message, the text it points at, and the help.
fn wrong(text: &str) -> (String, String, String) {
    let wrong = Query::parse(text, "--where", &settings(), today()).unwrap_err();
    assert_eq!(wrong.code, Code::BadQuery);
    let place = wrong.place.unwrap();
    let Source::Text { origin, text: whole } = place.source else { panic!("no text") };
    assert_eq!((origin.as_str(), whole.as_str()), ("--where", text));
    let Spot::Span(from, to) = place.spot else { panic!("no span") };
    (
        wrong.message.en().to_owned(),
        text[from..to].to_owned(),
        Words::clauses(&wrong.help).en().to_owned(),
    )
}

fn each(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(who(text), *expected, "{text}");
    }
}

#[test]
fn words_and_combinations() {
    each(&[
        ("", "zwt"),
        ("  ", "zwt"),
        ("ZHANG", "z"),
        ("张", "z"),
        ("proposal", "z"),
        ("\"steady business\"", "z"),
        ("star", "w"),
        ("zh*g", "z"),
        ("zhang,wang", "zw"),
        ("nobody", ""),
        ("zhang wang", ""),
        ("zhang and fashion", "z"),
        ("zhang or wang", "zw"),
        ("not zhang", "wt"),
        ("!zhang", "wt"),
        ("not not zhang", "z"),
        ("zhang or wang star", "zw"),
        ("(zhang or wang) star", "w"),
        ("not (zhang or wang)", "t"),
        ("NOT zhang AND NOT wang", "t"),
        ("\"not\"", ""),
    ]);
}

#[test]
fn what_a_chinese_input_method_types() {
    each(&[
        ("阶段：50", "z"),
        ("负责人：刘燕，何建国", "zt"),
        ("（zhang or wang） ！star", "z"),
        ("金额＞＝1万　金额＜2万", "z"),
        ("金额≥18000", "z"),
        ("金额≠18000", ""),
        ("公司：“fashion group”", "z"),
        ("公司：”fashion group“", "z"),
        ("公司：\"时装\"", "z"),
        ("阶段：退出", "t"),
        ("is：公海", "w"),
        ("是：公海", "w"),
    ]);
}

#[test]
fn text_and_names() {
    each(&[
        ("company:fashion", "z"),
        ("company=fashion", ""),
        ("company=*fashion*", "z"),
        ("company:fashion*", ""),
        ("company!=fashion", "zwt"),
        ("company:\"\"", "t"),
        ("company!=\"\"", "zw"),
        ("company:*", "zw"),
        ("company:star,fashion", "zw"),
        ("region:SHANGHAI", "z"),
        ("region:shang", ""),
        ("region:shang*", "z"),
        ("region!=shanghai", "wt"),
        ("tag:vip", "z"),
        ("tag!=vip", "wt"),
        ("tag:\"\"", "wt"),
        ("tag:vip tag:2009", "z"),
        ("need:health", "z"),
        ("source:referral", "z"),
        ("sector:retail", "z"),
        ("sector:\"\"", "wt"),
        ("pipeline:prospect", "zwt"),
        ("path:north/", "z"),
        ("id:zhang,tang", "zt"),
        ("name:主任", "t"),
        ("contact:wei", "z"),
        ("phone:0013", "z"),
        ("phone:13800138", "z"),
        ("email:*@example.com", "z"),
        ("reason:price", "t"),
        ("next-what:proposal", "z"),
    ]);
}

#[test]
fn owners_and_the_pool() {
    each(&[
        ("owner:liuyan", "z"),
        ("owner:刘燕", "z"),
        ("owner:none", "w"),
        ("owner:\"\"", "w"),
        ("owner:he,none", "wt"),
        ("owner!=he", "zw"),
        ("owner!=none", "zt"),
        ("owner:li*", "z"),
        ("is:pool", "w"),
        ("is:owned", "zt"),
        ("owner-since:2009-12", "z"),
    ]);
}

#[test]
fn columns() {
    each(&[
        ("stage:50", "z"),
        ("stage:50%", "z"),
        ("stage:25,lost", "t"),
        ("stage!=50", "wt"),
        ("stage>=25", "z"),
        ("stage<50", "w"),
        ("stage<=50", "zw"),
        ("stage:opp*", "w"),
        ("supported>=50", "z"),
        ("stage-before:25", "zt"),
        ("stage-before:\"\"", "w"),
        ("stage-before:*", "zt"),
        ("since>=2009-12", "z"),
        ("in-stage>2", "zwt"),
        ("in-stage<=3d", "z"),
        ("age=10", "z"),
        ("pursuit:1", "zwt"),
        ("probability>=50", "z"),
        ("probability:50%", "z"),
    ]);
}

#[test]
fn numbers() {
    each(&[
        ("value:18000", "z"),
        ("value=18k", "z"),
        ("value>=1.8万", "z"),
        ("value>18k", ""),
        ("value<1M", "z"),
        ("value:10k..20k", "z"),
        ("value:18k..18k", "z"),
        ("value:18k..20k", "z"),
        ("value:10k..18k", "z"),
        ("value:18001..20k", ""),
        ("value:10k..17999", ""),
        ("value!=5", "z"),
        ("value!=18000", ""),
        ("value:\"\"", "t"),
        ("value:*", "zw"),
        ("value!=\"\"", "zw"),
        ("value<=0", ""),
        ("weighted=9000", "z"),
        ("paid:0", "zwt"),
        ("orders<1", "zwt"),
        ("pushes>=1", ""),
    ]);
}

#[test]
fn money_without_a_rate_is_neither_more_nor_less() {
    for op in [":", "=", "!=", "<", "<=", ">", ">="] {
        assert!(!who(&format!("value{op}900")).contains('w'), "{op}");
    }
    // It is something, but nothing where a column has no probability.
    assert!(who("value>0").contains('w') && !who("weighted>0").contains('w'));
}

#[test]
fn days_and_durations() {
    each(&[
        ("opened:2009-12", "z"),
        ("opened:2009Q4", "zwt"),
        ("opened=2009-11-01", "w"),
        ("opened!=2009-12", "wt"),
        ("opened<2009-12", "wt"),
        ("opened<=2009-11", "wt"),
        ("opened>2009-11", "z"),
        ("opened>=2009-11", "zw"),
        ("opened:2009-11..2009-12", "zw"),
        ("opened:\"last month\"", "w"),
        ("close-by<=2009Q4", "z"),
        ("close_by<2009Q4", ""),
        ("close-by:\"\"", "wt"),
        ("close-by<=+7d", ""),
        ("close-by<=+8d", "z"),
        ("close-by!=2010", "z"),
        ("last-contact>14d", "t"),
        ("last-contact<=3d", "z"),
        ("last-contact<3d", ""),
        ("last-contact:1w", "z"),
        ("last-contact:\"\"", "w"),
        ("last-entry>20d", "w"),
        ("next<7d", "z"),
        ("next:1d", "z"),
        ("next>1d", ""),
        ("next:tomorrow", "z"),
        ("next!=today", "z"),
    ]);
}

#[test]
fn the_journal_up_to_the_day_without_what_was_retracted() {
    each(&[
        ("kind:meeting", "z"),
        ("kind:Meeting", "z"),
        ("kind:见面", "z"),
        ("kind:见面,拜访", "zt"),
        ("kind:demo", ""),
        ("future", ""),
        ("kind:call", ""),
        ("mistake", ""),
        ("kind:retracted", "w"),
        ("kind:visit,meeting", "zt"),
        ("by:he", "t"),
        ("note:BUSINESS", "z"),
    ]);
}

#[test]
fn evidence_and_flags() {
    each(&[
        ("confirmed:budget", "z"),
        ("confirmed:预算合理", "z"),
        ("confirmed:timing", "z"),
        ("missing:signed", "z"),
        ("missing:signed,appointment-set", "zw"),
        ("missing:\"\"", "t"),
        ("is:open", "zw"),
        ("is:lost", "t"),
        ("is:won", ""),
        ("is:won,lost", "t"),
        ("is!=lost", "zw"),
        ("is:met", "zt"),
        ("is:signed", ""),
        ("is:decider", "z"),
        ("is:overdue", ""),
        ("is:overstated", ""),
        ("is:could_advance", ""),
    ]);
}

#[test]
fn errors_point_at_the_word_and_name_the_nearest() {
    for (text, message, at, help) in [
        ("stge:50", "unknown field `stge`", "stge", "did you mean `stage`?"),
        ("zhang setcor:x", "unknown field `setcor`", "setcor", "did you mean `sector`?"),
        ("最近联糸:1d", "unknown field `最近联糸`", "最近联糸", "did you mean `最近联系`?"),
        ("-tag:vip", "unknown field `-tag`", "-tag", "a hyphen does not negate; write `not tag:…`"),
        ("overdue:yes", "unknown field `overdue`", "overdue", "a flag is written `is:overdue`"),
        ("qqq:1", "unknown field `qqq`", "qqq", "`crm help query` lists the fields"),
        ("is:qqqqqq", "unknown flag `qqqqqq`", "qqqqqq", "`crm help query` lists the flags"),
        ("is:overdu", "unknown flag `overdu`", "overdu", "did you mean `overdue`?"),
        ("stage:25,closd", "unknown stage `closd`", "closd", "did you mean `closed`?"),
        (
            "stage>=60",
            "unknown stage `60`",
            "60",
            "valid: opportunity, appointment, 25, 50, 90, closed, lost",
        ),
        ("stage:60*", "unknown stage `60*`", "60*", ""),
        ("owner:\"liuyna\"", "unknown rep `liuyna`", "\"liuyna\"", "did you mean `liuyan`?"),
        ("confirmed:buget", "unknown criterion `buget`", "buget", "did you mean `budget`?"),
        ("pipeline:prospects2", "unknown pipeline `prospects2`", "prospects2", "did you mean"),
        ("kind:meting", "unknown kind of entry `meting`", "meting", "did you mean `meeting`?"),
        ("value>=10,000", "`>=` takes one value", "000", "`10000` or `10k`"),
        ("value>=abc", "`abc` is not a number", "abc", "10k"),
        ("value:5..1", "`5..1` is not a number", "5..1", "10k"),
        ("opened>2009-13", "`2009-13` is not a date", "2009-13", "a duration"),
        ("company<x", "`<` cannot compare `company`, which is text", "<", "use `:`"),
        ("tag>=x", "`>=` cannot compare `tag`, which is a name", ">=", "use `:`"),
        ("is>open", "`>` cannot compare `is`, which is a flag", ">", "use `:`"),
        ("stage<lost", "`lost` is a way out, neither above nor below a column", "lost", "stage:"),
        ("value>\"\"", "`>` needs a value to compare with", "\"\"", ""),
        ("stage：", "no value after `:`", "：", "there is none"),
        ("stage:,50", "no value after `:`", ":", ""),
        ("stage:(25 or 50)", "a value in parentheses", "(", "stage:25,50"),
        ("stage:25,", "no value after the comma", ",", ""),
        ("note:http://x", "`:` inside a value", ":", "quotes"),
        ("a (b or c", "a `(` that is never closed", "(", ""),
        ("a （", "a `(` that is never closed", "（", ""),
        ("a b）", "a `)` without its `(`", "）", ""),
        (" ）", "a `)` without its `(`", "）", ""),
        ("()", "nothing in the parentheses", "(", ""),
        ("a or", "nothing after `or`", "or", ""),
        ("(a not)", "nothing after `not`", "not", ""),
        ("or a", "`or` belongs between two terms", "or", "\"or\""),
        ("a and or b", "`or` belongs between two terms", "or", ""),
        (":50", "no field before `:`", ":", ""),
        (",a", "a comma belongs between two values", ",", ""),
        ("note:\"abc", "a quote that is never closed", "\"abc", "close it"),
    ] {
        let (said, pointed, helped) = wrong(text);
        assert_eq!((said.as_str(), pointed.as_str()), (message, at), "{text}");
        assert!(helped.contains(help), "{text}: {helped}");
    }
}

#[test]
fn deep_and_long_queries_are_refused() {
    for deep in ["(".repeat(10_000), "!".repeat(10_000), "not ".repeat(10_000)] {
        assert_eq!(wrong(&format!("{deep}a")).0, "nested deeper than 64");
    }
    let nested = format!("{}zhang{}", "(".repeat(64), ")".repeat(64));
    assert_eq!(who(&nested), "z");
    let side_by_side = "(zhang) ".repeat(500);
    assert_eq!(who(&side_by_side), "z");
    let longest = format!("zhang{}", " ".repeat(super::MAX_BYTES - 5));
    assert_eq!(who(&longest), "z");
    assert!(wrong(&format!("{longest} ")).0.starts_with("a query has at most"));
}

#[test]
fn without_a_list_of_reps_any_owner_may_be_asked_for() {
    let settings = Settings::default();
    let asks = |text: &str| {
        let query = Query::parse(text, "query", &settings, today()).unwrap();
        let context = QueryContext { settings: &settings, as_of: today() };
        let records = records(&settings);
        let found = records.iter().filter(|record| query.matches(record, &context));
        found.map(|record| record.prospect.id.to_string()).collect::<Vec<_>>()
    };
    let pool = asks("is:pool");
    assert_eq!(pool.len(), 1);
    assert_eq!(asks("owner:anybody,none"), pool);
    assert_eq!(asks("owner:\"\""), pool);
}

#[test]
fn a_pipeline_without_the_column_is_not_compared() {
    let mut settings = settings();
    // A board of the ledger's own takes the place of the built-in one of its id.
    settings.pipelines.truncate(1);
    let mut second = settings.pipelines[0].clone();
    second.id = "project".into();
    for stage in &mut second.stages {
        stage.id = format!("p-{}", stage.id).into();
    }
    settings.pipelines.push(second);
    let mut prospect = tang();
    prospect.pipeline = Some("project".into());
    let record = replay(prospect, &settings, today()).unwrap();
    let context = QueryContext { settings: &settings, as_of: today() };
    let matches = |text: &str| {
        Query::parse(text, "query", &settings, today()).unwrap().matches(&record, &context)
    };
    assert!(matches("pipeline:project") && matches("stage:p-opportunity"));
    assert!(matches("stage>=p-opportunity") && matches("stage<p-50"));
    assert!(
        !matches("stage>=opportunity") && !matches("stage<50") && !matches("stage:opportunity")
    );
}

#[test]
fn steps_of_the_buyer_compare_in_their_order() {
    use crate::model::event::EventKey;
    let settings = settings();
    let matches = |step: Option<&str>, text: &str| {
        let mut event = Event::new(EventKey::parse("2009-12-01").unwrap(), "note");
        event.details_mut().buyer = step.map(Into::into);
        let prospect = Prospect {
            pipeline: Some("project".into()),
            events: vec![event],
            ..Prospect::default()
        };
        let record = replay(prospect, &settings, today()).unwrap();
        let context = QueryContext { settings: &settings, as_of: today() };
        Query::parse(text, "query", &settings, today()).unwrap().matches(&record, &context)
    };
    let at = Some("project-set-up");
    for (text, expected) in [
        ("buyer:project-set-up", true),
        ("buyer:项目立项", true),
        ("buyer:proposal", false),
        ("buyer>=project-set-up", true),
        ("buyer>project-set-up", false),
        ("buyer<technical-evaluation", true),
        ("buyer!=project-set-up", false),
        ("buyer!=proposal", true),
        ("buyer:*", true),
        ("buyer:\"\"", false),
        ("stage:lead pipeline:project", true),
        ("stage>=contacted", false),
    ] {
        assert_eq!(matches(at, text), expected, "{text}");
    }
    assert!(matches(None, "buyer:\"\"") && !matches(None, "buyer>=need-felt"));
    let wrong = Query::parse("buyer:propsal", "query", &settings, today()).unwrap_err();
    assert!(format!("{wrong:?}").contains("proposal"), "{wrong:?}");
}

#[test]
fn a_label_of_the_ledgers_board_comes_before_a_column_of_the_board_of_projects() {
    let mut settings = settings();
    settings.pipelines[0].stages[2].label = crate::value::label::Label::both("Survey", "调研");
    let query = Query::parse("stage:survey", "query", &settings, today()).unwrap();
    let prospect = Prospect {
        events: vec![Event {
            stage: Some("25".into()),
            forced: Some("x".into()),
            ..Event::new(crate::model::event::EventKey::parse("2009-12-01").unwrap(), "note")
        }],
        ..Prospect::default()
    };
    let record = replay(prospect, &settings, today()).unwrap();
    assert!(query.matches(&record, &QueryContext { settings: &settings, as_of: today() }));
}

#[test]
fn names_in_the_tables_are_unique_and_typable() {
    let fields = ATTRIBUTES.iter().flat_map(Attribute::names);
    let flags =
        FLAGS.iter().flat_map(|flag| [flag.id].into_iter().chain(flag.aliases.iter().copied()));
    for names in [fields.collect::<Vec<_>>(), flags.collect::<Vec<_>>()] {
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name), "{name} is there twice");
            assert!(!["and", "or", "not"].contains(name), "{name} is a keyword");
            let typable = |c: char| c == '-' || c.is_ascii_lowercase() || !c.is_ascii();
            assert!(name.chars().all(typable), "{name}");
        }
    }
}

#[test]
fn examples_are_queries_that_use_their_field() {
    for row in ATTRIBUTES {
        assert!(row.example.starts_with(row.id), "{}", row.example);
        match row.id {
            // A rep of another ledger.
            "manager" => assert_eq!(wrong(row.example).0, "unknown rep `zhaomin`"),
            _ => drop(who(row.example)),
        }
    }
}

#[test]
fn every_name_of_the_table_is_a_field_and_both_languages_describe_it() {
    let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for row in ATTRIBUTES {
        for name in row.names() {
            who(&format!("{name}:*"));
            who(&format!("{}:\"\"", name.replace('-', "_")));
        }
        assert!(!row.about.0.is_empty() && is_chinese(row.about.1), "{}", row.id);
        assert!(is_chinese(row.kind_name().1), "{}", row.id);
        assert!(row.is_column || !row.is_exported, "{} is exported and no column", row.id);
    }
    for flag in FLAGS {
        who(&format!("is:{}", flag.id));
        for (en, zh) in [flag.word, flag.about] {
            assert!(!en.is_empty() && is_chinese(zh), "{}", flag.id);
        }
    }
}

#[test]
fn a_prospect_has_a_value_of_an_attribute_where_the_query_for_any_finds_it() {
    let settings = settings();
    for record in &records(&settings) {
        let view = View::of(record, &settings, today());
        for row in ATTRIBUTES {
            let found = who(&format!("{}:*", row.id)).contains(&record.prospect.id[..1]);
            let value = row.value(&view);
            let has = match &value {
                Value::None => false,
                Value::Texts(texts) => !texts.is_empty(),
                Value::Text(text) => !text.is_empty(),
                Value::Flags(flags) => !flags.is_empty(),
                Value::Number(crate::rules::attribute::Figure::None) => false,
                _ => true,
            };
            assert_eq!(found, has, "{} of {}: {value:?}", row.id, record.prospect.id);
            if row.is_group {
                assert_eq!(!row.group(&view).is_empty(), has, "{}", row.id);
            }
        }
    }
}

#[test]
fn the_criteria_of_a_prospect_are_those_that_a_query_finds_it_by() {
    let settings = settings();
    let ids = settings.criteria.iter().map(|criterion| &*criterion.id).chain(["in-cycle"]);
    for record in &records(&settings) {
        for row in ATTRIBUTES.iter().filter(|row| ["confirmed", "missing"].contains(&row.id)) {
            let found =
                |id: &&str| who(&format!("{}:{id}", row.id)).contains(&record.prospect.id[..1]);
            let found: Vec<String> = ids.clone().filter(found).map(str::to_owned).collect();
            let Value::Texts(texts) = row.value(&View::of(record, &settings, today())) else {
                panic!("{} is no list", row.id)
            };
            let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
            assert_eq!(texts, found, "{} of {}", row.id, record.prospect.id);
        }
    }
}

#[test]
fn fields_that_were_columns_or_groups_alone_can_be_asked_for() {
    each(&[
        ("first-meeting:2009-12-04", "z"),
        ("month:2009-12", "z"),
        ("month:2009-1*", "zwt"),
        ("quarter:2009Q4", "zwt"),
        ("manager:\"\"", "zwt"),
        ("value-level:*", "zwt"),
        ("flags:pool", "w"),
        ("flags!=pool", "zt"),
        ("flags:\"\"", "zt"),
        ("flags:*", "w"),
        ("是:pool", "w"),
    ]);
}

/// An exported column, then a fact of the team's own, then any other name of the table.
#[test]
fn a_fact_of_the_team_hides_no_exported_column_and_is_hidden_by_no_other_name() {
    let facts = ["campaign", "region", "manager"].map(Into::into).into();
    let settings = Settings { facts, ..Settings::default() };
    let prospect = Prospect {
        id: "a".into(),
        source: Some("expo".into()),
        region: Some("shanghai".into()),
        facts: vec![("campaign".into(), "spring".into()), ("manager".into(), "Mr Li".into())],
        events: vec![event("2009-12-01", "opened", |_| {})],
        ..Prospect::default()
    };
    let record = replay(prospect, &settings, today()).unwrap();
    let context = QueryContext { settings: &settings, as_of: today() };
    for (text, found) in [
        ("campaign:spring", true),
        ("campaign:expo", false),
        ("source:expo", true),
        ("manager:li", true),
        ("来源:expo", true),
        // Exact, as the attribute is, not a part, as a fact would be.
        ("region:shang", false),
    ] {
        let query = Query::parse(text, "query", &settings, today()).unwrap();
        assert_eq!(query.matches(&record, &context), found, "{text}");
    }
}

/// A line of a table of the page.
/// The settings with some segments.
fn segmented() -> Settings {
    let segment = |id: &str, when: &str| Segment {
        id: id.into(),
        label: Label::both(id, "重点"),
        when: when.into(),
    };
    let segments = vec![
        segment("vip", "tag:vip"),
        segment("two", "@vip or is:pool"),
        segment("words", "proposal"),
        segment("graded", "grade:A"),
        segment("a", "@b tag:x"),
        segment("b", "not @a"),
        segment("wrong", "zzzzzz:red"),
    ];
    Settings { segments, ..settings() }
}

/// The prospects that a query with segments selects, or why it cannot be read.
fn selected(text: &str) -> Result<String, String> {
    let settings = segmented();
    let query = Query::parse(text, "--where", &settings, today()).map_err(|wrong| {
        let help = Words::clauses(&wrong.help);
        format!("{} [{}]", wrong.message.en(), help.en())
    })?;
    let context = QueryContext { settings: &settings, as_of: today() };
    let found = records(&settings).into_iter().filter(|record| query.matches(record, &context));
    Ok(found.map(|record| record.prospect.id[..1].to_owned()).collect())
}

#[test]
fn a_segment_stands_for_its_query() {
    for (text, expected) in [
        ("@vip", "z"),
        ("＠vip", "z"),
        ("@VIP", "z"),
        ("not @vip", "wt"),
        ("@vip stage:50", "z"),
        ("@vip stage:25", ""),
        ("@two", "zw"),
        ("not @two", "t"),
        ("@two not @vip", "w"),
        ("@vip,star", "zw"),
        ("@vip or @two", "zw"),
        ("\"@vip\"", ""),
        ("@", ""),
    ] {
        assert_eq!(selected(text).as_deref(), Ok(expected), "{text}");
    }
    assert_eq!(
        selected("@重点").unwrap_err(),
        "no segment `@重点` [valid: vip, two, words, graded, a, b, wrong; to look for the words, put them in quotes]",
        "a label of several"
    );
}

#[test]
fn segments_that_cannot_be_expanded() {
    for (text, expected) in [
        (
            "@grade",
            "no segment `@grade` [did you mean `graded`?; to look for the words, put them in quotes]",
        ),
        (
            "stage:50 @a",
            "`@a`: segments go in a circle: @a -> @b -> @a [take one of them out of the other's `when`]",
        ),
        ("@wrong", "`@wrong`: unknown field `zzzzzz` [`crm help query` lists the fields]"),
    ] {
        assert_eq!(selected(text).unwrap_err(), expected, "{text}");
    }
    let none = Query::parse("@vip", "--where", &settings(), today()).unwrap_err();
    assert!(none.help[0].en().contains("[segment.vip]"));
}

#[test]
fn a_query_asks_for_all_that_its_segments_ask_for() {
    let read = |text: &str| Query::parse(text, "--where", &segmented(), today()).unwrap();
    assert!(read("@graded").asks_grades() && !read("@vip").asks_grades());
    assert_eq!(read("stage:50 @graded").grade_at(), Some(9..16));
    assert_eq!(read("@vip").grade_at(), None);
    assert!(read("@words").asks_notes() && !read("@two").asks_notes());
    assert_eq!(read("not @vip").to_string(), "not @vip");
}

#[test]
fn segments_that_double_with_each_link_are_refused() {
    let segment = |n: u32| Segment {
        id: format!("s{n}").into(),
        when: format!("@s{} @s{}", n + 1, n + 1).into(),
        ..Segment::default()
    };
    let mut segments: Vec<Segment> = (0..30).map(segment).collect();
    segments.push(Segment { id: "s30".into(), when: "tag:vip".into(), ..Segment::default() });
    let settings = Settings { segments, ..settings() };
    let read = |text: &str| Query::parse(text, "--where", &settings, today());
    assert!(read("@s22").is_ok(), "511 segments");
    let refused = read("@s21").unwrap_err();
    assert!(refused.message.en().contains("more than 1000 segments"), "{refused:?}");
    // A chain as deep as parentheses may be.
    let chain = |n: u32| Segment {
        id: format!("c{n}").into(),
        when: format!("@c{}", n + 1).into(),
        ..Segment::default()
    };
    let mut segments: Vec<Segment> = (0..200).map(chain).collect();
    segments.push(Segment { id: "c200".into(), when: "tag:vip".into(), ..Segment::default() });
    let settings = Settings { segments, ..settings };
    assert!(Query::parse("@c150", "--where", &settings, today()).is_ok());
    let refused = Query::parse("@c0", "--where", &settings, today()).unwrap_err();
    assert!(refused.message.en().contains("nested deeper than 64"), "{refused:?}");
}

fn line(cells: &[&str]) -> String {
    let cells: String = cells.iter().map(|cell| format!(" {cell} |")).collect();
    format!("|{cells}\n")
}

fn also(aliases: &[&str]) -> String {
    aliases.iter().map(|alias| format!("`{alias}`")).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_pages_list_every_field_and_flag() {
    let english = include_str!("../../../docs/queries.md");
    let chinese = include_str!("../../../docs/queries.zh.md");
    for (lang, page) in [(Lang::En, english), (Lang::Zh, chinese)] {
        let (help, yes) = (help(lang), lang.pick("yes", "是"));
        let titles = lang.pick(
            "| field | also | what it is | kind | column | `--by` | example |",
            "| 字段 | 也可写 | 含义 | 类型 | 列 | `--by` | 例子 |",
        );
        let mut fields = format!("{titles}\n|---|---|---|---|---|---|---|\n");
        for row in ATTRIBUTES {
            let column = match (row.is_column, row.is_exported) {
                (true, true) => lang.pick("exported", "导出"),
                (true, false) => yes,
                (false, _) => "",
            };
            let (id, example) = (format!("`{}`", row.id), format!("`{}`", row.example));
            let about = lang.pick(row.about.0, row.about.1);
            let kind = lang.pick(row.kind_name().0, row.kind_name().1);
            let group = if row.is_group { yes } else { "" };
            fields.push_str(&line(&[
                &id,
                &also(row.aliases),
                about,
                kind,
                column,
                group,
                &example,
            ]));
            assert!(help.contains(about), "{}", row.id);
        }
        let titles = lang.pick(
            "| flag | also | what it says | in the column `flags` |",
            "| 提醒 | 也可写 | 含义 | 显示在 `flags` 列 |",
        );
        let mut flags = format!("{titles}\n|---|---|---|---|\n");
        for flag in FLAGS {
            let listed = if flag.is_listed { yes } else { "" };
            let (id, about) = (format!("`is:{}`", flag.id), lang.pick(flag.about.0, flag.about.1));
            flags.push_str(&line(&[&id, &also(flag.aliases), about, listed]));
            assert!(help.contains(about), "{}", flag.id);
        }
        assert!(page.contains(&fields), "the page on queries is to have this table:\n{fields}");
        assert!(page.contains(&flags), "the page on queries is to have this table:\n{flags}");
    }
}

/// The help for terminals, in which a Chinese character is two columns wide.
#[test]
fn the_kinds_of_the_help_take_ten_columns_in_each_language() {
    for (lang, kind) in [(Lang::En, "text      "), (Lang::Zh, "文本      ")] {
        let help = help(lang);
        let company = ATTRIBUTES.iter().find(|row| row.id == "company").unwrap();
        let about = lang.pick(company.about.0, company.about.1);
        let line = format!("\n  company       {kind}  {about}");
        assert!(help.contains(&line), "{line}\n{help}");
        // Lists begin with a name, and so does each of their lines.
        assert!(!help.lines().any(|line| line.trim_start().starts_with(',')), "{help}");
    }
}

#[test]
fn the_queries_of_the_pages_can_be_read() {
    let english = include_str!("../../../docs/queries.md");
    let chinese = include_str!("../../../docs/queries.zh.md");
    for page in [english, chinese] {
        let blocks = page.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
        let queries: Vec<&str> = blocks.flat_map(str::lines).filter(|l| !l.is_empty()).collect();
        assert!(queries.len() > 10);
        for query in queries {
            who(query);
        }
    }
}

#[test]
fn a_query_prints_as_it_was_written() {
    let query = Query::parse("stage：50 or “a b”", "query", &settings(), today()).unwrap();
    assert_eq!(query.to_string(), "stage：50 or “a b”");
}

/// The query is read, or the error points at a part of the text.
fn survives(text: &str) {
    if let Err(wrong) = Query::parse(text, "query", &settings(), today()) {
        let Some(Place { spot: Spot::Span(from, to), .. }) = wrong.place else {
            panic!("{text}: no span")
        };
        assert!(from <= to && text.get(from..to).is_some(), "{text}: {from}..{to}");
    }
}

fn atom() -> impl Strategy<Value = String> {
    let valid = ["zhang", "stage>=25", "is:open", "owner:none,he", "value!=5", "last-contact>14d"];
    let more = ["tag:\"\"", "note:*e*", "close-by<=2009Q4", "missing:signed", "region!=shanghai"];
    prop::sample::select([&valid[..], &more[..]].concat()).prop_map(str::to_owned)
}

fn any_query() -> impl Strategy<Value = String> {
    atom().prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|q| format!("not ({q})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) or {b}")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("{a} ({b})")),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn signs_in_any_order_are_read_or_refused(
        text in "[a-c:=!<>,()\"*\\\\ ：（）＞＜＝，“”！ 张0-9.dk%-]{0,40}"
    ) {
        survives(&text);
        survives(&format!("value{text}"));
        survives(&format!("next:{text}"));
    }

    #[test]
    fn a_broken_query_is_read_or_refused(
        query in any_query(), at in any::<prop::sample::Index>(), put in any::<char>()
    ) {
        let mut chars: Vec<char> = query.chars().collect();
        let at = at.index(chars.len());
        chars[at] = put;
        survives(&chars.iter().collect::<String>());
        chars.remove(at);
        survives(&chars.iter().collect::<String>());
        survives(&chars[..at].iter().collect::<String>());
    }

    #[test]
    fn negation_and_combination_keep_their_laws(a in any_query(), b in any_query()) {
        prop_assert_eq!(who(&format!("not not ({a})")), who(&a));
        prop_assert_eq!(who(&format!("not (({a}) or ({b}))")), who(&format!("not ({a}) not ({b})")));
        prop_assert_eq!(who(&format!("not (({a}) ({b}))")), who(&format!("not ({a}) or not ({b})")));
        prop_assert_eq!(who(&format!("({a}) or not ({a})")), "zwt");
    }

    /// The answers of the prospect, joined with the part about the customer, give the result of the whole query.
    #[test]
    fn a_query_taken_apart_means_the_same(
        a in any_query(), b in any_query(), graded in prop::sample::select(GRADED)
    ) {
        let settings = settings();
        let context = QueryContext { settings: &settings, as_of: today() };
        let records = records(&settings);
        for text in [
            format!("({a}) {graded} or not ({b}) not {graded}"),
            format!("not (({graded} or {a}) {b})"),
            format!("({a}) {graded} or {b}"),
            a,
            String::new(),
        ] {
            let query = Query::parse(&text, "query", &settings, today()).unwrap();
            let mut questions = Questions::default();
            let rest = questions.part(query.clone());
            for record in &records {
                let answers = questions.answers(record, &context).unwrap_or_default();
                let customer = record.customer.get().unwrap();
                // Only the answers and the customer are read: any record will do.
                let blank = &records[0];
                prop_assert_eq!(
                    rest.matches_apart(&answers, customer, blank, &context),
                    query.matches(record, &context),
                    "{}", text
                );
            }
        }
    }
}

const GRADED: &[&str] =
    &["value:high", "value:low,5000", "grade:C", "is:active", "recency>5", "segment!=lost"];
