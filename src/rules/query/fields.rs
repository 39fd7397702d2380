//! The table of fields: `stage:50`, `value>=10k`. Adding one is a row, its function where a line is
//! not enough, and a line in `docs/queries.md`.

use super::view::View;
use crate::model::pipeline::{IN_CYCLE, Outcome};
use crate::rules::customer::levels::Scale;
use crate::rules::customer::scores::Scores;
use crate::rules::replay::moves::next_stage;
use crate::value::date::Date;
use crate::value::money::{Amount, Money, Sum};

/// Something that a prospect has, to be compared.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// What stands before the colon.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// What it is, in a few words.
    pub about: &'static str,
    /// A query that uses it.
    pub example: &'static str,
    pub(super) kind: Kind,
    /// Is it a matter of grading?
    pub(super) graded: bool,
    /// Is it about notes?
    pub(super) noted: bool,
}

impl Field {
    /// How it is compared, in a word: `text`, `exact`, `stage`, `number`, `date`, …
    pub fn kind(&self) -> &'static str {
        match self.kind {
            Kind::Text(_) => "text",
            Kind::Exact(..) => "exact",
            Kind::Stage(_) => "stage",
            Kind::Number(Unit::Plain, _) | Kind::Valued(..) => "number",
            Kind::Number(Unit::Percent, _) => "percent",
            Kind::Number(Unit::Days, _) => "days",
            Kind::Date(Tense::Past, _) => "past date",
            Kind::Date(Tense::Ahead, _) => "date ahead",
        }
    }
}

/// Does one of the prospect's texts of this field pass the test?
pub(super) type Texts = fn(&View<'_>, &dyn Fn(&str) -> bool) -> bool;

/// How a field is compared, and read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// Words: a part is enough.
    Text(Texts),
    /// Ids and enumerations: the whole.
    Exact(Names, Texts),
    /// A column, by its position in the prospect's own pipeline.
    Stage(fn(&View<'_>) -> Option<usize>),
    /// A number.
    Number(Unit, fn(&View<'_>) -> Reading),
    /// A number, or a level of a dimension of grading.
    Valued(Scale, fn(&View<'_>) -> Reading),
    /// A day.
    Date(Tense, fn(&View<'_>) -> Option<Date>),
}

/// Which names an exact field knows: any other is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Any,
    Reps,
    Pipelines,
    Kinds,
    Criteria,
    Levels(Scale),
    Grades,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Plain,
    Percent,
    Days,
}

/// Which way a duration counts from the as-of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tense {
    Past,
    Ahead,
}

/// A number, if there is one to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Absent,
    /// Money in a currency without a rate: there, but neither more nor less than any number.
    NoRate,
    /// More than this, by an amount in a currency without a rate: less than no number.
    Above(Amount),
    Of(Amount),
}

impl Reading {
    fn count(number: impl Into<i64>) -> Reading {
        Reading::Of(Amount::from_int(number.into()))
    }

    fn days(days: Option<i64>) -> Reading {
        days.map_or(Reading::Absent, Reading::count)
    }

    fn money(money: Option<Money>) -> Reading {
        money.map_or(Reading::Absent, |money| Reading::sum(&Some(money).into()))
    }

    fn sum(sum: &Sum) -> Reading {
        match sum.foreign().next() {
            None => Reading::Of(sum.own),
            Some(_) if sum.foreign().any(|line| line.amount.is_negative()) => Reading::NoRate,
            Some(_) => Reading::Above(sum.own),
        }
    }
}

/// Shortens the rows of the table.
const fn field(
    name: &'static str,
    aliases: &'static [&'static str],
    about: &'static str,
    example: &'static str,
    kind: Kind,
) -> Field {
    Field { name, aliases, about, example, kind, graded: false, noted: false }
}

/// What is known of the customer that the prospect belongs to.
const fn graded(field: Field) -> Field {
    Field { graded: true, ..field }
}

/// Notes, which not every reader of a ledger keeps.
const fn noted(field: Field) -> Field {
    Field { noted: true, ..field }
}

use Kind::{Date as Day, Exact, Number, Stage, Text, Valued};

/// Every field. The facts that a ledger names in `[ledger] facts` come on top, as text.
#[rustfmt::skip]
pub const FIELDS: &[Field] = &[
    // Facts
    field("id", &["编号"], "the file's stem", "id:zhang-*",
        Exact(Names::Any, |v, is| is(&v.record.prospect.id))),
    field("path", &["file"], "the file, from the ledger's root", "path:north/",
        Text(|v, is| is(&v.record.prospect.path.to_string_lossy().replace('\\', "/")))),
    field("name", &["姓名"], "who this is", "name:张",
        Text(|v, is| is(&v.record.prospect.name))),
    field("company", &["公司"], "company", "company:\"fashion group\"",
        Text(|v, is| v.record.prospect.company.as_deref().is_some_and(is))),
    field("industry", &["行业"], "industry", "industry:retail",
        Exact(Names::Any, |v, is| v.record.prospect.industry.as_deref().is_some_and(is))),
    field("region", &["地区"], "region", "region:shanghai,suzhou",
        Exact(Names::Any, |v, is| v.record.prospect.region.as_deref().is_some_and(is))),
    field("size", &["规模"], "size of the company", "size:50-99",
        Exact(Names::Any, |v, is| v.record.prospect.size.as_deref().is_some_and(is))),
    field("source", &["campaign", "来源"], "where it came from, or the campaign", "source:referral",
        Exact(Names::Any, |v, is| v.record.prospect.source.as_deref().is_some_and(is))),
    field("product", &["产品"], "what they would buy", "product:annuity",
        Exact(Names::Any, |v, is| v.record.prospect.product.as_deref().is_some_and(is))),
    field("account", &["客户"], "the customer that several prospects belong to", "account:fashion-group",
        Exact(Names::Any, |v, is| v.record.prospect.account.as_deref().is_some_and(is))),
    field("pipeline", &["board", "看板"], "which board", "pipeline:prospect",
        Exact(Names::Pipelines, |v, is| is(&v.pipeline().id))),
    field("need", &["needs", "需求"], "one of its needs", "need:health",
        Exact(Names::Any, |v, is| v.record.prospect.needs.iter().any(|need| is(need)))),
    field("tag", &["tags", "标签"], "one of its tags", "tag:vip",
        Exact(Names::Any, |v, is| v.record.prospect.tags.iter().any(|tag| is(tag)))),
    // People
    field("contact", &["contacts", "联系人"], "a contact's name", "contact:王",
        Text(|v, is| v.record.prospect.contacts.iter().any(|c| is(&c.name)))),
    field("phone", &["电话"], "a contact's telephone; also without its blanks and hyphens", "phone:1380013",
        Text(phone)),
    field("email", &["mail", "邮箱"], "a contact's e-mail", "email:*@example.com",
        Text(|v, is| v.record.prospect.contacts.iter().any(|c| c.email.as_deref().is_some_and(is)))),
    // Standing
    field("stage", &["column", "阶段"], "the column it stands in", "stage>=50",
        Stage(|v| Some(v.record.state.stage))),
    field("supported", &["应在"], "the highest column that its evidence supports", "supported<25",
        Stage(|v| Some(v.record.state.supported))),
    field("stage-before", &["来自"], "the column it stood in before", "stage-before:90",
        Stage(|v| v.record.state.stage_before)),
    field("since", &["entered", "进入"], "the day it entered its column", "since>=\"last month\"",
        Day(Tense::Past, |v| v.record.state.since)),
    field("in-stage", &["in-column", "停留"], "days in its column", "in-stage>14",
        Number(Unit::Days, |v| Reading::days(v.record.state.since.map(|d| v.days_since(d))))),
    field("age", &["周期"], "days on the clock", "age>28",
        Number(Unit::Days, |v| Reading::days(v.record.state.age(v.as_of)))),
    field("opened", &["created", "建档"], "the day of its first entry", "opened:2009-12",
        Day(Tense::Past, |v| v.record.state.opened)),
    field("pursuit", &["轮次"], "which pursuit it is in, from 1", "pursuit>1",
        Number(Unit::Plain, |v| Reading::count(v.record.state.pursuit))),
    field("reason", &["原因"], "the reason of its last move", "reason:price",
        Text(|v, is| v.record.state.reason.as_deref().is_some_and(is))),
    // Owner
    field("owner", &["rep", "负责人"], "who owns it; `none` = nobody", "owner:none",
        Exact(Names::Reps, |v, is| v.record.state.owner.as_deref().is_some_and(is))),
    field("owner-since", &["assigned", "分配日"], "the day it came to its owner, or to the pool", "owner-since>30d",
        Day(Tense::Past, |v| v.record.state.owner_since)),
    // What is agreed
    field("next", &["下一步"], "the day of the agreed next step", "next<7d",
        Day(Tense::Ahead, |v| v.record.state.evidence.next.as_ref().map(|next| next.at.date))),
    field("next-what", &["下一步内容"], "what the next step is for", "next-what:proposal",
        Text(|v, is| v.record.state.evidence.next.as_ref().is_some_and(|n| n.what.as_deref().is_some_and(is)))),
    field("close-by", &["close", "签约日"], "the expected signing date", "close-by<=2009Q4",
        Day(Tense::Ahead, |v| v.record.state.evidence.close_by.map(|(date, _)| date))),
    field("pushes", &["推迟"], "how often the signing date moved later", "pushes>=2",
        Number(Unit::Plain, |v| Reading::count(v.record.state.pushes))),
    field("hold", &["暂缓"], "the day it resumes, while on hold", "hold<14d",
        Day(Tense::Ahead, |v| v.record.state.hold.as_ref().filter(|h| v.as_of < h.until).map(|h| h.until))),
    // Money
    field("value", &["金额"], "the expected value; the customer's high, medium or low value", "value>=10k",
        Valued(Scale::Value, |v| Reading::money(v.record.state.value))),
    field("weighted", &["加权"], "value x the column's probability, of an open prospect", "weighted>5000",
        Number(Unit::Plain, weighted)),
    field("probability", &["概率"], "the column's probability in percent", "probability>=50%",
        Number(Unit::Percent, |v| Reading::Of(probability(v).times(Amount::from_int(100))))),
    field("paid", &["收款"], "payments less refunds, ever", "paid>0",
        Number(Unit::Plain, |v| Reading::sum(&v.record.state.money_in))),
    field("booked", &["承保"], "money of bookings, ever", "booked>=1.5M",
        Number(Unit::Plain, |v| Reading::sum(&v.record.state.booked))),
    field("orders", &["订单"], "number of orders and bookings, ever", "orders>=2",
        Number(Unit::Plain, |v| Reading::count(v.record.state.orders))),
    // The journal
    field("last-contact", &["contacted", "最近联系"], "the last day we were in touch", "last-contact>14d",
        Day(Tense::Past, |v| v.record.state.last_contact)),
    field("last-entry", &["最近记录"], "the day of the last entry of any kind", "last-entry>30d",
        Day(Tense::Past, |v| v.record.state.last_entry)),
    field("kind", &["entry", "类型"], "has an entry of this kind", "kind:demo,visit",
        Exact(Names::Kinds, |v, is| v.entries().any(|event| is(&event.kind)))),
    field("by", &["记录人"], "somebody who made an entry", "by:liuyan",
        Exact(Names::Any, |v, is| v.entries().any(|event| event.by.as_deref().is_some_and(is)))),
    noted(field("note", &["notes", "备注"], "words of a note in the journal", "note:proposal",
        Text(|v, is| v.entries().any(|event| event.note.as_deref().is_some_and(is))))),
    // Evidence
    field("confirmed", &["confirms", "已确认"], "a criterion that holds on the day, said or computed", "confirmed:budget",
        Exact(Names::Criteria, confirmed)),
    field("missing", &["lacks", "缺少"], "a criterion that its next column takes and that does not hold", "missing:timing",
        Exact(Names::Criteria, missing)),
    // The customer, by grading
    graded(field("grade", &["级别"], "the customer's grade", "grade:A",
        Exact(Names::Grades, |v, is| v.customer.and_then(|c| c.grade()).is_some_and(is)))),
    graded(field("relationship", &["关系"], "long-term, occasional or potential", "relationship:long-term",
        Exact(Names::Levels(Scale::Relationship), |v, is| v.level(Scale::Relationship, is)))),
    graded(field("demand", &["需求强度"], "strong, medium or weak", "demand:strong",
        Exact(Names::Levels(Scale::Demand), |v, is| v.level(Scale::Demand, is)))),
    graded(field("loyalty", &["忠诚度"], "loyal, promising or not", "loyalty:loyal,promising",
        Exact(Names::Levels(Scale::Loyalty), |v, is| v.level(Scale::Loyalty, is)))),
    graded(field("lifecycle", &["生命周期"], "potential, new, active, won-back or lapsed", "lifecycle:lapsed",
        Exact(Names::Levels(Scale::Lifecycle), |v, is| v.level(Scale::Lifecycle, is)))),
    graded(field("pareto", &["帕累托"], "A, B or C by share of what all customers bought", "pareto:A",
        Exact(Names::Levels(Scale::Pareto), |v, is| v.level(Scale::Pareto, is)))),
    graded(field("pyramid", &["金字塔"], "top, upper, middle or base of those who bought", "pyramid:top,upper",
        Exact(Names::Levels(Scale::Pyramid), |v, is| v.level(Scale::Pyramid, is)))),
    graded(field("segment", &["客户群"], "the segment by recency, frequency and money", "segment:at-risk",
        Exact(Names::Levels(Scale::Segment), |v, is| v.level(Scale::Segment, is)))),
    graded(field("r", &["r-score", "近度分"], "the score of recency, 1 to 5", "r>=4",
        Number(Unit::Plain, |v| score(v, |s| s.recency)))),
    graded(field("f", &["f-score", "频度分"], "the score of frequency, 1 to 5", "f:5",
        Number(Unit::Plain, |v| score(v, |s| s.frequency)))),
    graded(field("m", &["m-score", "金额分"], "the score of money, 1 to 5", "m<=2",
        Number(Unit::Plain, |v| score(v, |s| s.money)))),
    graded(field("recency", &["近度"], "days since the customer's last order", "recency>90",
        Number(Unit::Days, |v| Reading::days(v.customer.and_then(|c| c.figures.recency(v.as_of)))))),
    graded(field("frequency", &["频度"], "number of the customer's orders", "frequency>=3",
        Number(Unit::Plain, |v| v.customer.map_or(Reading::Absent, |c| Reading::count(c.figures.orders))))),
    graded(field("bought", &["购买额"], "money of the customer's orders less refunds", "bought>=100k",
        Number(Unit::Plain, |v| v.customer.map_or(Reading::Absent, |c| Reading::sum(&c.figures.bought))))),
];

/// The field of this name or alias; `close_by`, as files have it, is `close-by`.
pub(super) fn find(name: &str) -> Option<&'static Field> {
    let name = name.replace('_', "-");
    FIELDS.iter().find(|field| field.name == name || field.aliases.contains(&name.as_str()))
}

fn score(view: &View<'_>, read: fn(Scores) -> u8) -> Reading {
    let scores = view.customer.and_then(|customer| customer.rfm);
    scores.map_or(Reading::Absent, |scores| Reading::count(read(scores)))
}

fn phone(view: &View<'_>, is: &dyn Fn(&str) -> bool) -> bool {
    let phones = view.record.prospect.contacts.iter().filter_map(|c| c.phone.as_deref());
    let digits = |phone: &str| phone.chars().filter(char::is_ascii_digit).collect::<String>();
    phones.into_iter().any(|phone| is(phone) || is(&digits(phone)))
}

fn probability(view: &View<'_>) -> Amount {
    view.pipeline().stages[view.record.state.stage].probability
}

fn weighted(view: &View<'_>) -> Reading {
    let state = &view.record.state;
    match Reading::money(state.value.filter(|_| state.outcome == Outcome::Open)) {
        Reading::Of(_) => view.record.weighted(view.settings).map_or(Reading::Absent, Reading::Of),
        Reading::Above(_) if probability(view).is_zero() => Reading::NoRate,
        other => other,
    }
}

// The name is tested before the criterion is judged: judging costs more.
fn confirmed(view: &View<'_>, is: &dyn Fn(&str) -> bool) -> bool {
    let cycle = is(IN_CYCLE) && view.holds(IN_CYCLE);
    cycle || view.settings.criteria.iter().any(|c| is(&c.id) && view.case().has(c))
}

fn missing(view: &View<'_>, is: &dyn Fn(&str) -> bool) -> bool {
    let Some(next) = next_stage(view.record, view.settings) else { return false };
    let case = view.case();
    let cycle = is(IN_CYCLE) && !case.past_signature(next) && !case.holds(IN_CYCLE);
    cycle || case.required(next).any(|criterion| is(&criterion.id) && !case.has(criterion))
}
