//! `crm show`: one prospect - facts, its column and the evidence for it, journal, time in each column.

use super::columns::{criterion, flag_cell, reason, stage_name};
use super::figures::{called, member, table};
use super::people::{in_words, of_person};
use super::show_money::money;
use super::show_project;
use crate::format::line::{written_facts, written_roles};
use crate::model::buying::buyer_step;
use crate::model::event::Event;
use crate::model::kind::KINDS;
use crate::model::pipeline::{Outcome, Pipeline};
use crate::model::profile::{FactValue, Relation, fact_word};
use crate::model::prospect::{Contact, FACTS};
use crate::model::settings::Settings;
use crate::rules::attribute::View;
use crate::rules::points::balance;
use crate::rules::receivables::customers::{CustomerMoney, MoneyFile};
use crate::rules::replay::evidence::Status;
use crate::rules::replay::moves::next_stage;
use crate::rules::replay::state::Record;
use crate::rules::replay::{retracted_by_later, upto};
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::terms::term;
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::text::Text;

/// Everything about one prospect on a day.
pub fn show(record: &Record, settings: &Settings, as_of: Date) -> Sheet {
    let lang = settings.language;
    // The money of a prospect with an account is its customer's.
    let alone = record.prospect.account.is_none();
    let file = MoneyFile::of(record, settings, as_of).filter(|_| alone);
    let account = file.and_then(|file| CustomerMoney::of(vec![file], settings, as_of));
    let mut tables = vec![facts(record, settings, as_of), money(account.as_ref(), as_of, lang)];
    let map = show_project::map(record, settings, as_of);
    // People read part, stance and concern in the map.
    tables.push(contacts(&[record], false, map.is_some() && lang != Lang::Machine, lang));
    tables.extend(map);
    tables.extend(show_project::milestones(record, settings, as_of));
    tables.push(evidence(record, settings, as_of));
    tables.push(columns_stood(record, settings, as_of));
    tables.push(journal(&[record], false, settings, as_of));
    let company = record.prospect.company.as_deref().map(|c| format!(", {c}")).unwrap_or_default();
    let mut sheet = Sheet {
        id: "show".into(),
        title: format!("{}{company}", record.prospect.name),
        about: as_of.to_string(),
        tables,
        ..Sheet::default()
    };
    sheet.hide_empty();
    sheet
}

fn facts(record: &Record, settings: &Settings, as_of: Date) -> Table {
    let lang = settings.language;
    let state = &record.state;
    let pipeline = record.pipeline(settings);
    let stage = &pipeline.stages[state.stage];
    let mut rows = Vec::new();
    let mut put = |id: &str, cell: Cell| {
        if cell != Cell::Empty && cell != Cell::list([""; 0]) {
            rows.push(Row::new(vec![Cell::text(crate::table::words::title(id, lang)), cell]));
        }
    };
    let list = |items: &[Text]| Cell::list(items.iter().cloned());
    put("id", Cell::text(&*record.prospect.id));
    for fact in FACTS {
        let value = match (fact, lang) {
            ("pipeline", Lang::En | Lang::Zh) => {
                record.prospect.pipeline.as_deref().map(|id| pipeline.label.get(lang, id))
            }
            _ => record.prospect.fact(fact),
        };
        put(fact, Cell::maybe(value, Cell::text));
    }
    for (fact, value) in &record.prospect.facts {
        put(fact, Cell::text(&**value));
    }
    put("needs", list(&record.prospect.needs));
    put("tags", list(&record.prospect.tags));
    for (fact, cell) in profile(record, settings) {
        put(fact, cell);
    }
    let label = stage.label.get(lang, &stage.id);
    put(
        "stage",
        match lang {
            Lang::Machine if label != &*stage.id => Cell::text(format!("{} ({label})", stage.id)),
            _ => Cell::text(label),
        },
    );
    put("since", Cell::maybe(state.since, Cell::Date));
    put("buyer", show_project::buyer(record, settings));
    put("supported", Cell::text(stage_name(record, state.supported, settings, lang)));
    put("owner", Cell::maybe(state.owner.as_deref(), |id| Cell::text(member(id, settings))));
    put("value", Cell::maybe(state.value, Cell::Money));
    put(
        "pursuit",
        if state.pursuit > 1 { Cell::Int(i64::from(state.pursuit)) } else { Cell::Empty },
    );
    if state.outcome == Outcome::Open {
        put(
            "age",
            Cell::maybe(state.age(as_of), |age| {
                Cell::text(format!("{age} {} {}", lang.pick("of", "/"), state.cycle_days))
            }),
        );
    }
    if let Some(hold) = state.hold.as_ref().filter(|_| state.flags.on_hold) {
        put("hold", Cell::Date(hold.until));
    }
    put("next", Cell::maybe(state.evidence.next.as_ref(), |next| Cell::Moment(next.at)));
    put(
        "next-what",
        Cell::maybe(state.evidence.next.as_ref().and_then(|next| next.what.as_deref()), Cell::text),
    );
    put("close-by", Cell::maybe(state.evidence.close_by, |(date, _)| Cell::Date(date)));
    put("paid", if state.money_in.is_zero() { Cell::Empty } else { Cell::sum(&state.money_in) });
    // Those of a prospect with an account are its customer's.
    let points = balance(&[record], settings, as_of).filter(|_| record.prospect.account.is_none());
    put("points", Cell::maybe(points, Cell::Amount));
    put("flags", flag_cell(&View::of(record, settings, as_of)));
    put(
        "reason",
        Cell::maybe(state.reason.as_deref(), |text| Cell::text(reason(text, settings, lang))),
    );
    table(
        "facts",
        "",
        vec![column("fact", Kind::Text, lang), column("detail", Kind::Text, lang)],
        rows,
    )
}

/// The facts that only a customer with a file or a plan has, with the reps who serve beside the owner.
pub(super) fn profile(record: &Record, settings: &Settings) -> Vec<(&'static str, Cell)> {
    let profile = record.prospect.profile();
    let list = |items: &[Text]| Cell::list(items.iter().cloned());
    let relation = Relation::ALL.iter().find(|row| row.1 == profile.relation);
    let relation = relation.filter(|_| profile.relation != Relation::Customer);
    let lang = settings.language;
    let name = |rep: &Text| called(rep, settings);
    let helpers = record.state.serves.iter().map(|(role, rep)| format!("{role}: {}", name(rep)));
    vec![
        ("relation", Cell::maybe(relation, |(id, _, en, zh)| Cell::text(lang.term(id, en, zh)))),
        ("parent", Cell::maybe(profile.parent.as_deref(), Cell::text)),
        ("customer-since", Cell::maybe(profile.customer_since, Cell::Date)),
        ("potential", Cell::maybe(profile.potential, Cell::Money)),
        ("credit-limit", Cell::maybe(profile.credit_limit, Cell::Money)),
        ("challenge", list(&profile.challenge)),
        ("wants", list(&profile.wants)),
        ("strategic", list(&profile.strategic)),
        ("documents", list(&profile.documents)),
        ("competitor", list(&profile.competitor)),
        ("serves", Cell::list(helpers)),
    ]
}

/// How a fact of a person is shown.
type PersonCell = (&'static str, fn(&Contact) -> Cell);

/// The facts of people that are shown, and those that are shown where one of the people has them.
const ALWAYS: usize = 6;
const MAPPED: [&str; 3] = ["part", "stance", "concern"];
const PERSON: [PersonCell; 12] = [
    ("name", |person| Cell::text(&*person.name)),
    ("role", |person| text(&person.role)),
    ("decides", |person| if person.decides { Cell::Bool(true) } else { Cell::Empty }),
    ("phone", |person| text(&person.phone)),
    ("email", |person| text(&person.email)),
    ("birthday", |person| Cell::maybe(person.birthday, Cell::Date)),
    ("part", |person| text(&person.part)),
    ("stance", |person| text(&person.stance)),
    ("concern", |person| text(&person.concern)),
    ("prefers", |person| text(&person.prefers)),
    ("refuses", |person| match &person.refuses[..] {
        [] => Cell::Empty,
        refused => Cell::list(refused.iter().cloned()),
    }),
    ("left", |person| Cell::maybe(person.left, Cell::Date)),
];

fn text(value: &Option<Text>) -> Cell {
    Cell::maybe(value.as_deref(), Cell::text)
}

/// The people of records; `of`: which of them, in a column of its own; `mapped`: a map shows part, stance and concern.
pub(super) fn contacts(records: &[&Record], of: bool, mapped: bool, lang: Lang) -> Table {
    let people = || {
        records
            .iter()
            .flat_map(|record| record.prospect.contacts.iter().map(move |person| (record, person)))
    };
    let stated =
        |cell: fn(&Contact) -> Cell| people().any(|(_, person)| cell(person) != Cell::Empty);
    let shown: Vec<PersonCell> = PERSON
        .into_iter()
        .enumerate()
        .filter(|(at, (_, cell))| *at < ALWAYS || stated(*cell))
        .filter(|(_, (id, _))| !(mapped && MAPPED.contains(id)))
        .map(|(_, shown)| shown)
        .collect();
    let rows = people().map(|(record, person)| {
        let cell = |(id, cell): &PersonCell| in_words(id, cell(person), lang);
        let mut cells: Vec<Cell> = shown.iter().map(cell).collect();
        if of {
            cells.push(Cell::text(&*record.prospect.id));
        }
        Row::new(cells)
    });
    let rows = rows.collect();
    let mut columns: Vec<Column> =
        shown.iter().map(|(id, _)| of_person(column(id, Kind::Text, lang))).collect();
    if of {
        columns.push(column("id", Kind::Id, lang));
    }
    table("contacts", lang.pick("People", "联系人"), columns, rows)
}

/// The requirements of its column and of the next one, criterion by criterion.
fn evidence(record: &Record, settings: &Settings, as_of: Date) -> Table {
    let lang = settings.language;
    let next = next_stage(record, settings);
    let wanted = next.unwrap_or(record.state.stage);
    let rows = if record.state.outcome == Outcome::Open {
        record
            .case(settings, as_of)
            .requirements(wanted)
            .iter()
            .map(|status| evidence_row(status, settings))
            .collect()
    } else {
        Vec::new()
    };
    let title = match next {
        Some(next) => format!(
            "{} {}",
            lang.pick("Evidence for", "证据：到"),
            stage_name(record, next, settings, lang)
        ),
        None => lang.pick("Evidence", "证据").to_owned(),
    };
    let columns = vec![
        column("criterion", Kind::Text, lang),
        column("met", Kind::Text, lang),
        column("since", Kind::Date, lang),
        column("by", Kind::Text, lang),
        column("why", Kind::Text, lang),
    ];
    table("evidence", &title, columns, rows)
}

fn evidence_row(status: &Status, settings: &Settings) -> Row {
    let lang = settings.language;
    let met = if status.met { lang.pick("yes", "是") } else { lang.pick("no", "否") };
    let why = match &status.remedy {
        None => status.why.get(lang).to_owned(),
        Some(remedy) => format!("{} ({})", status.why.get(lang), remedy.words().get(lang)),
    };
    let cells = vec![
        Cell::text(criterion(&status.id, settings)),
        Cell::text(met),
        Cell::maybe(status.since, Cell::Date),
        Cell::maybe(status.by.as_deref(), Cell::text),
        Cell::text(why),
    ];
    Row::with(cells, if status.met { Emphasis::Good } else { Emphasis::Warn })
}

fn columns_stood(record: &Record, settings: &Settings, as_of: Date) -> Table {
    let lang = settings.language;
    let rows = record
        .history
        .stages
        .iter()
        .map(|spell| {
            let note = spell
                .forced
                .as_deref()
                .map(|why| format!("{}: {why}", lang.pick("forced", "破例")));
            let reason =
                spell.reason.as_deref().map(|text| reason(text, settings, lang).to_owned());
            Row::new(vec![
                Cell::text(stage_name(record, spell.stage, settings, lang)),
                Cell::Date(spell.from),
                Cell::maybe(spell.to, Cell::Date),
                Cell::Int(spell.to.unwrap_or(as_of).days_since(spell.from)),
                Cell::maybe(note.or(reason), Cell::text),
            ])
        })
        .collect();
    let columns = vec![
        column("stage", Kind::Text, lang),
        column("since", Kind::Date, lang),
        column("to", Kind::Date, lang),
        column("in-stage", Kind::Number, lang),
        column("reason", Kind::Text, lang),
    ];
    table("columns", lang.pick("Time in each column", "各栏停留"), columns, rows)
}

/// The entries of records up to a day, in the order of their days; `of`: whose they are, in a column of its own.
pub(super) fn journal(records: &[&Record], of: bool, settings: &Settings, as_of: Date) -> Table {
    let lang = settings.language;
    let mut entries: Vec<(&Record, &Event, bool)> = Vec::new();
    for record in records {
        let events = upto(&record.prospect.events, as_of);
        let gone = retracted_by_later(events);
        entries.extend(events.iter().zip(gone).map(|(event, gone)| (*record, event, gone)));
    }
    if records.len() > 1 {
        entries.sort_by_key(|(_, event, _)| (event.date(), event.time));
    }
    let rows = entries.into_iter().map(|(record, event, gone)| {
        let kind = term(KINDS, &event.kind, lang);
        let kind = if gone { format!("({kind})") } else { kind.to_owned() };
        let mut cells = vec![
            Cell::text(&*event.key.text),
            Cell::text(kind),
            Cell::maybe(event.by.as_deref(), Cell::text),
            Cell::text(changes(event, record.pipeline(settings), settings)),
            Cell::maybe(event.note.as_deref(), Cell::text),
        ];
        if of {
            cells.insert(1, Cell::text(&*record.prospect.id));
        }
        Row::new(cells)
    });
    let rows = rows.collect();
    let mut columns = vec![column("event", Kind::Text, lang).whole()];
    let words = ["kind", "by", "change", "note"];
    columns.extend(words.map(|id| column(id, Kind::Text, lang).wraps()));
    columns.iter_mut().filter(|column| column.id == "by").for_each(|by| by.optional = 2);
    if of {
        columns.insert(1, column("id", Kind::Id, lang));
    }
    table("journal", lang.pick("Journal", "流水"), columns, rows)
}

/// The facts that an event changes, in words; for programs as they are written.
fn facts_set(facts: &[(Text, FactValue)], lang: Lang) -> Option<String> {
    if facts.is_empty() || lang == Lang::Machine {
        return written_facts(facts);
    }
    let told = facts.iter().map(|(name, value)| {
        let value = value.words(lang).unwrap_or_else(|| lang.pick("nothing", "无").to_owned());
        format!("{} {value}", fact_word(name, lang))
    });
    Some(lang.clauses(told))
}

/// The changes of an event: the fields' words and their values.
fn changes(event: &Event, pipeline: &Pipeline, settings: &Settings) -> String {
    let lang = settings.language;
    let stage = |id: &str| {
        let stage = pipeline.find(id).map(|position| &pipeline.stages[position]);
        stage.map_or(id, |stage| stage.label.term(lang, id)).to_owned()
    };
    let criteria = |ids: &[Text]| {
        let words: Vec<&str> = ids.iter().map(|id| criterion(id, settings)).collect();
        (!ids.is_empty()).then(|| words.join(lang.term(" ", ", ", "、")))
    };
    let reached = |yes: bool| match yes {
        true => lang.pick("reached", "接通"),
        false => lang.pick("no answer", "未接通"),
    };
    let owner = |owner: &Text| match owner.as_str() {
        "" => lang.pick("pool", "公海").to_owned(),
        owner => called(owner, settings),
    };
    let text = |text: &Option<Text>| text.as_deref().map(String::from);
    let campaign = |id: &str| {
        settings.campaign(id).map_or_else(|| id.to_owned(), |one| one.label.term(lang, id).into())
    };
    let taken = |taken: bool| {
        let (en, zh) = if taken { ("taken", "已采纳") } else { ("not taken", "未采纳") };
        lang.pick(en, zh).to_owned()
    };
    let details = event.details();
    let several = |texts: &[Text]| {
        let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
        (!texts.is_empty()).then(|| texts.join(lang.pick(", ", "、")))
    };
    let step = |id: &str| {
        buyer_step(id).map_or_else(|| id.to_owned(), |at| show_project::step_name(at, lang).into())
    };
    let planned = || {
        let mut plans: Vec<&(Text, Date)> = details.milestones.iter().collect();
        plans.sort_by_key(|(id, _)| pipeline.find(id).unwrap_or(usize::MAX));
        let plans = plans.into_iter().map(|(id, day)| format!("{} {day}", stage(id)));
        plans.collect::<Vec<_>>().join(lang.pick(", ", "、"))
    };
    let told: [(&str, &str, Option<String>); 36] = [
        ("->", "->", event.stage.as_deref().map(stage)),
        ("", "", event.reached.map(|yes| reached(yes).to_owned())),
        ("+", "+", criteria(&event.confirms)),
        ("-", "-", criteria(&event.revokes)),
        ("next", "下一步", event.next.map(|next| next.shown())),
        ("close by", "签约日", event.close_by.map(|date| date.to_string())),
        ("value", "价值", event.value.map(|value| value.to_string())),
        ("amount", "金额", event.amount.map(|amount| amount.to_string())),
        ("with", "参加人", several(&details.with)),
        ("buyer", "买方", details.buyer.as_deref().map(step)),
        ("planned", "计划", Some(planned()).filter(|planned| !planned.is_empty())),
        ("competitor", "竞争对手", several(&details.competitor)),
        ("campaign", "活动", details.campaign.as_deref().map(campaign)),
        (
            "",
            "",
            details.control.filter(|is| *is).map(|_| lang.pick("control", "对照组").to_owned()),
        ),
        ("points", "积分", details.points.map(|points| points.to_string())),
        ("what", "内容", text(&details.what)),
        ("", "", details.taken.map(taken)),
        ("no.", "编号", text(&details.number)),
        ("status", "状态", text(&details.status)),
        ("for", "对应", text(&details.settles)),
        ("due", "应付日", details.due.map(|date| date.to_string())),
        ("starts", "开始", details.starts.map(|date| date.to_string())),
        ("ends", "到期", details.ends.map(|date| date.to_string())),
        ("renews", "续签", text(&details.renews)),
        ("owner", "负责人", event.owner.as_ref().map(owner)),
        ("serves", "协同", written_roles(&event.serves)),
        ("set", "变更", facts_set(&event.set, lang)),
        ("cost", "费用", event.cost.map(|cost| cost.to_string())),
        ("done", "完成", text(&event.done)),
        ("until", "至", event.until.map(|date| date.to_string())),
        ("score", "评分", event.score.map(|score| score.to_string())),
        ("scale", "量表", text(&event.scale)),
        ("ticket", "工单", text(&event.ticket)),
        ("retracts", "撤回", text(&event.event)),
        ("because", "原因", event.reason.as_deref().map(|why| reason(why, settings, lang).into())),
        ("forced:", "破例：", text(&event.forced)),
    ];
    let told = told.into_iter().filter_map(|(en, zh, value)| {
        Some(match (lang.pick(en, zh), value?) {
            ("", value) => value,
            (word, value) => format!("{word} {value}"),
        })
    });
    lang.clauses(told)
}
