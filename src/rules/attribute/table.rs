//! The table of attributes. A new one is a row here, its title in [`crate::table::words`], and a line in
//! `docs/queries.md`; queries, columns, `--sort`, `--by` and `export` follow.

use super::Attribute;
use super::kind::{
    AttributeKind, DayReader, Figure, Numbers, Read, StepReader, Tense, Texts, Unit, Vocabulary,
};
use super::view::View;
use crate::model::buying::BUYER_STEPS;
use crate::model::pipeline::{IN_CYCLE, Outcome};
use crate::model::profile::Relation;
use crate::model::prospect::{Contact, PART_WORDS, STANCE_WORDS};
use crate::rules::campaign::{Involvement, involvements};
use crate::rules::company::parts;
use crate::rules::competitors;
use crate::rules::customer::levels::Scale;
use crate::rules::customer::scores::Scores;
use crate::rules::replay::moves::next_stage;
use crate::rules::span::Span;
use crate::value::money::Amount;
use AttributeKind::{Date as On, Exact, Level, Number, Stage, Steps, Valued, Words};
use Read::{All, First, Made, One};
use Vocabulary::Any;

/// A row: a field of queries and a column of `export`.
const fn row(
    id: &'static str,
    aliases: &'static [&'static str],
    about: (&'static str, &'static str),
    example: &'static str,
    kind: AttributeKind,
) -> Attribute {
    Attribute {
        id,
        aliases,
        about,
        example,
        kind,
        is_column: true,
        is_exported: true,
        is_group: false,
        is_graded: false,
        is_noted: false,
    }
}

/// Each prospect has one value out of a few: `--by` takes it too.
const fn group(row: Attribute) -> Attribute {
    Attribute { is_group: true, ..row }
}

/// A column where it is asked for; `export` leaves it out, so that its header stays as it is.
const fn extra(row: Attribute) -> Attribute {
    Attribute { is_exported: false, ..row }
}

/// A field of queries alone: a prospect has as many values as entries, which `export events` lists.
const fn query_only(row: Attribute) -> Attribute {
    Attribute { is_column: false, is_exported: false, ..row }
}

/// Read from the graded customer that the prospect belongs to.
const fn graded(row: Attribute) -> Attribute {
    Attribute { is_graded: true, ..row }
}

/// A level of a dimension of grading.
const fn level(
    id: &'static str,
    aliases: &'static [&'static str],
    about: (&'static str, &'static str),
    example: &'static str,
    scale: Scale,
) -> Attribute {
    graded(group(row(id, aliases, about, example, Level(scale))))
}

/// A number that counts things.
const fn number(read: Numbers) -> AttributeKind {
    Number(Unit::Plain, read)
}

/// An amount of money.
const fn money(read: Numbers) -> AttributeKind {
    Number(Unit::Money, read)
}

/// A number of days.
const fn days(read: Numbers) -> AttributeKind {
    Number(Unit::Days, read)
}

/// A day that is over.
const fn past(read: fn(&View<'_>) -> Option<crate::value::date::Date>) -> AttributeKind {
    On(Tense::Past, DayReader::Date(read))
}

/// A day that is to come.
const fn ahead(read: fn(&View<'_>) -> Option<crate::value::date::Date>) -> AttributeKind {
    On(Tense::Ahead, DayReader::Date(read))
}

/// Several ids, which a column lists.
const fn ids(names: Vocabulary, read: Texts) -> AttributeKind {
    Exact(names, All(read))
}

/// The owner.
#[rustfmt::skip]
pub const OWNER: Attribute =
    group(row("owner", &["rep", "负责人"], ("the owner; `none`: in the pool", "负责人；`none`：在公海"), "owner:none",
        Exact(Vocabulary::Reps, One(|v| v.owner))));

/// The owner's manager.
#[rustfmt::skip]
pub const MANAGER: Attribute =
    extra(group(row("manager", &["主管"], ("the owner's manager", "负责人的主管"), "manager:zhaomin",
        Exact(Vocabulary::Reps, One(|v| v.settings.rep(v.owner?)?.manager.as_deref())))));

/// The source.
#[rustfmt::skip]
pub const SOURCE: Attribute =
    group(row("source", &["campaign", "来源"], ("the source, or the campaign", "来源或活动"), "source:referral",
        Exact(Any, One(|v| v.record.prospect.source.as_deref()))));

/// Every attribute, in the order of `export`. The facts that a ledger names in `[ledger] facts` come on top, as text.
#[rustfmt::skip]
pub const ATTRIBUTES: &[Attribute] = &[
    // Facts
    row("id", &["编号"], ("the file's stem", "文件名（不含后缀）"), "id:zhang-*",
        Exact(Any, One(|v| Some(&v.record.prospect.id)))),
    extra(row("path", &["file", "文件"], ("the file, from the ledger's root", "文件，从账本根目录起"), "path:north/",
        Words(Any, Made(|v| Some(v.record.prospect.path.to_string_lossy().replace('\\', "/")))))),
    extra(group(row("ledger", &["账本"], ("the ledger that it is in, of a company", "公司的账本之一：它所在的账本"), "ledger:shanghai",
        Exact(Vocabulary::Ledgers, One(|v| parts(&v.record.prospect.id).map(|(ledger, _)| ledger)))))),
    row("name", &["姓名"], ("the name", "姓名"), "name:张",
        Words(Any, One(|v| Some(&v.record.prospect.name)))),
    group(row("company", &["公司"], ("the company", "公司"), "company:\"fashion group\"",
        Words(Any, One(|v| v.record.prospect.company.as_deref())))),
    group(row("industry", &["行业"], ("the industry", "行业"), "industry:retail",
        Exact(Any, One(|v| v.record.prospect.industry.as_deref())))),
    group(row("region", &["地区"], ("the region", "地区"), "region:shanghai,suzhou",
        Exact(Any, One(|v| v.record.prospect.region.as_deref())))),
    group(row("size", &["规模"], ("the size of the company", "公司规模"), "size:50-99",
        Exact(Any, One(|v| v.record.prospect.size.as_deref())))),
    row("needs", &["need", "需求"], ("one of its needs", "其中一项需求"), "needs:health",
        ids(Any, |v, is| v.record.prospect.needs.iter().any(|need| is(need)))),
    SOURCE,
    group(row("product", &["产品"], ("the product it may buy", "意向产品"), "product:annuity",
        Exact(Any, One(|v| v.record.prospect.product.as_deref())))),
    group(row("account", &["客户"], ("the customer that several prospects belong to", "几位潜在客户所属的客户"), "account:fashion-group",
        Exact(Any, One(|v| v.record.prospect.account.as_deref())))),
    row("tags", &["tag", "标签"], ("one of its tags", "其中一个标签"), "tags:vip",
        ids(Any, |v, is| v.record.prospect.tags.iter().any(|tag| is(tag)))),
    // Who they are
    extra(group(row("relation", &["关系类型"], ("customer, partner, agent or supplier", "客户、合作伙伴、代理商、供应商"), "relation:partner",
        Exact(RELATIONS, One(|v| Some(v.record.prospect.profile().relation.name())))))),
    extra(group(row("parent", &["group", "上级客户"], ("the customer whose group it belongs to", "所属集团的客户"), "parent:fashion-group",
        Exact(Any, One(|v| v.record.prospect.profile().parent.as_deref()))))),
    extra(row("credit-limit", &["信用额度"], ("the money that it may owe at most", "最多可欠款的金额"), "credit-limit>=300k",
        money(|v| v.record.prospect.profile().credit_limit.map_or(Figure::None, Figure::Money)))),
    extra(row("potential", &["年采购潜力"], ("the money a year that it buys of our kind from any seller", "每年向所有供应商采购此类产品的金额"), "potential>=300k",
        money(|v| v.record.prospect.profile().potential.map_or(Figure::None, Figure::Money)))),
    extra(row("customer-since", &["成为客户之日"], ("the day since which it is a customer", "成为客户的日期"), "customer-since<=2008",
        past(|v| v.record.prospect.profile().customer_since))),
    extra(row("challenge", &["难题"], ("one of its challenges", "其中一个难题"), "challenge:cost",
        Words(Any, All(|v, is| v.record.prospect.profile().challenge.iter().any(|text| is(text)))))),
    extra(row("wants", &["看重"], ("one of the things that matter to it", "看重的事之一"), "wants:speed",
        Words(Any, All(|v, is| v.record.prospect.profile().wants.iter().any(|text| is(text)))))),
    extra(row("strategic", &["战略意义"], ("one of the reasons why it is strategically significant", "战略意义之一"), "strategic:benchmark",
        ids(Any, |v, is| v.record.prospect.profile().strategic.iter().any(|text| is(text))))),
    extra(row("documents", &["文档"], ("the path or address of one of its documents", "其中一个文档的路径或地址"), "documents:contract",
        Words(Any, All(|v, is| v.record.prospect.profile().documents.iter().any(|text| is(text)))))),
    extra(row("competitor", &["竞争对手"], ("a competitor that its facts or entries name; the column has those of its facts", "资料或记录写明的竞争对手；列只显示资料里的"), "competitor:acme",
        ids(Any, |v, is| competitors::any(v.record, v.as_of, is)))),
    extra(row("served-by", &["协同人"], ("a rep who serves it beside the owner", "负责人之外的服务人员"), "served-by:liuyan",
        ids(Vocabulary::Reps, |v, is| v.record.state.serves.iter().any(|(_, rep)| is(rep))))),
    extra(group(row("service", &["服务人"], ("the rep who serves it in the role `service`", "以 `service` 角色服务的人员"), "service:liuyan",
        Exact(Vocabulary::Reps, One(|v| {
            let serves = v.record.state.serves.iter().find(|(role, _)| role == "service");
            serves.map(|(_, rep)| rep.as_str())
        }))))),
    extra(group(row("channel", &["渠道"], ("the way by which it came last: the `channel` of an entry", "最近一次来访的渠道：记录的 `channel`"), "channel:phone",
        Exact(Any, Made(|v| v.entries().filter_map(|event| event.details.as_ref()?.channel.as_deref()).last().map(str::to_owned)))))),
    // The board
    group(row("pipeline", &["board", "看板"], ("the board", "看板"), "pipeline:prospect",
        Exact(Vocabulary::Pipelines, One(|v| Some(&v.pipeline().id))))),
    group(row("stage", &["column", "阶段", "栏"], ("the column it is in", "所在的栏"), "stage>=50",
        Stage(|v| Some(v.record.state.stage)))),
    row("since", &["entered", "进入"], ("the day it entered its column", "进入所在栏的日期"), "since>=\"last month\"",
        past(|v| v.record.state.since)),
    row("in-stage", &["in-column", "停留"], ("days in its column", "在所在栏的天数"), "in-stage>14",
        days(|v| Figure::days(v.record.state.since.map(|day| v.days_since(day))))),
    group(row("supported", &["应在"], ("the highest column that its evidence supports", "证据支持的最高一栏"), "supported<25",
        Stage(|v| Some(v.record.state.supported)))),
    extra(row("stage-before", &["来自"], ("the column it was in before", "之前所在的栏"), "stage-before:90",
        Stage(|v| v.record.state.stage_before))),
    OWNER,
    row("owner-since", &["assigned", "分配日"], ("the day it came to its owner, or to the pool", "归负责人或进公海的日期"), "owner-since>30d",
        past(|v| v.record.state.owner_since)),
    MANAGER,
    extra(group(row("department", &["部门"], ("the department of its owner", "负责人所在的部门"), "department:service",
        Exact(Vocabulary::Departments, One(|v| v.settings.department_of(v.owner?).map(|department| &*department.id)))))),
    // Value
    row("value", &["金额"], ("the expected value; the customer's high, medium or low value", "预计金额；客户价值 high、medium、low"), "value>=10k",
        Valued(Scale::Value, |v| v.record.state.value.map_or(Figure::None, Figure::Money))),
    row("weighted", &["加权"], ("value x the column's probability, of an open prospect", "进行中的：金额 x 所在栏的概率"), "weighted>5000",
        money(weighted)),
    extra(row("probability", &["概率"], ("the column's probability in percent", "所在栏的概率，百分数"), "probability>=50%",
        Number(Unit::Percent, |v| Figure::Share(probability(v))))),
    // The pursuit
    row("opened", &["created", "建档"], ("the day of its first entry", "第一条流水的日期"), "opened:2009-12",
        past(|v| v.opened)),
    extra(group(row("day", &["日期"], ("the day it was opened", "建档的日子"), "day:2009-12-18",
        Exact(Any, Made(|v| v.opened.map(|d| Span::Day.name(d, v.settings))))))),
    extra(group(row("week", &["周"], ("the week it was opened: its first day", "建档的那一周：其第一天"), "week:2009-12-18",
        Exact(Any, Made(|v| v.opened.map(|d| Span::Week.name(d, v.settings))))))),
    extra(group(row("month", &["月份"], ("the month it was opened", "建档的月份"), "month:2009-12",
        Exact(Any, Made(|v| v.opened.map(|d| Span::Month.name(d, v.settings))))))),
    extra(group(row("quarter", &["季度"], ("the quarter it was opened", "建档的季度"), "quarter:2009Q4",
        Exact(Any, Made(|v| v.opened.map(|d| Span::Quarter.name(d, v.settings))))))),
    row("pursuit", &["轮次"], ("the number of the pursuit, from 1", "第几轮，从 1 起"), "pursuit>1",
        number(|v| Figure::count(v.record.state.pursuit))),
    row("first-meeting", &["初次见面"], ("the day of the first meeting", "初次见面的日期"), "first-meeting<=30d",
        past(|v| v.record.state.evidence.first_meeting)),
    row("age", &["周期"], ("days on the clock", "周期已走的天数"), "age>28",
        days(|v| Figure::days(v.record.state.age(v.as_of)))),
    // Agreements
    row("next", &["下一步"], ("the day of the agreed next step", "约定的下一步日期"), "next<7d",
        On(Tense::Ahead, DayReader::Moment(|v| Some(v.record.state.evidence.next.as_ref()?.at)))),
    row("next-what", &["下一步内容"], ("what the next step is for", "下一步的事由"), "next-what:proposal",
        Words(Any, One(|v| v.record.state.evidence.next.as_ref()?.what.as_deref()))),
    row("close-by", &["close", "签约日"], ("the expected signing date", "预计签约日"), "close-by<=2009Q4",
        ahead(|v| v.record.state.evidence.close_by.map(|(date, _)| date))),
    row("pushes", &["推迟"], ("how often the signing date moved later", "签约日推迟的次数"), "pushes>=2",
        number(|v| Figure::count(v.record.state.pushes))),
    extra(row("hold", &["暂缓"], ("the day it resumes, while on hold", "暂缓中：恢复的日期"), "hold<14d",
        ahead(|v| v.record.state.hold.as_ref().map(|hold| hold.until).filter(|until| v.as_of < *until)))),
    // The journal
    row("last-contact", &["contacted", "最近联系"], ("the day of the last contact", "最近一次联系的日期"), "last-contact>14d",
        past(|v| v.record.state.last_contact)),
    row("last-entry", &["最近记录"], ("the day of the last entry of any kind", "最近一条流水的日期"), "last-entry>30d",
        past(|v| v.record.state.last_entry)),
    row("paid", &["收款"], ("payments less refunds, ever", "历来收款减退款"), "paid>0",
        money(|v| Figure::Sum(&v.record.state.money_in))),
    row("booked", &["承保"], ("money of bookings, ever", "历来承保金额"), "booked>=1.5M",
        money(|v| Figure::Sum(&v.record.state.booked))),
    row("orders", &["订单"], ("number of orders and bookings, ever", "历来订单与承保的次数"), "orders>=2",
        number(|v| Figure::count(v.record.state.orders))),
    query_only(row("kind", &["entry", "类型"], ("the kind of one of its entries", "其中一条流水的类型"), "kind:demo,visit",
        ids(Vocabulary::Kinds, |v, is| v.entries().any(|event| is(&event.kind))))),
    query_only(row("reached-by", &["已触达"], ("a campaign that reached it", "触达它的营销活动"), "reached-by:spring",
        ids(Vocabulary::Campaigns, |v, is| involved(v, &|one| !one.is_control && one.reached.is_some() && is(&one.campaign))))),
    query_only(row("control-of", &["对照组"], ("a campaign that keeps it out, to compare with", "留作对照组的营销活动"), "control-of:spring",
        ids(Vocabulary::Campaigns, |v, is| involved(v, &|one| one.is_control && is(&one.campaign))))),
    query_only(row("answered", &["response", "已回应"], ("a campaign that it answered", "它回应过的营销活动"), "answered:spring",
        ids(Vocabulary::Campaigns, |v, is| involved(v, &|one| one.answered.is_some() && is(&one.campaign))))),
    query_only(row("by", &["记录人"], ("the recorder of one of its entries", "其中一条流水的记录人"), "by:liuyan",
        ids(Any, |v, is| v.entries().any(|event| event.by.as_deref().is_some_and(is))))),
    Attribute { is_noted: true, ..query_only(row("note", &["notes", "备注"], ("the note of one of its entries", "其中一条流水的备注"), "note:proposal",
        Words(Any, First(|v, is| v.entries().any(|event| event.note.as_deref().is_some_and(is)))))) },
    // Standing
    row("flags", &["is", "是"], ("one of its flags", "其中一个提醒"), "flags:overdue",
        AttributeKind::Flags),
    extra(row("confirmed", &["confirms", "已确认"], ("a criterion that holds on the day, attested or computed", "当天成立的标准，确认的或算出的"), "confirmed:budget",
        ids(Vocabulary::Criteria, confirmed))),
    extra(row("missing", &["lacks", "缺少"], ("a criterion that its next column requires and that does not hold", "下一栏要求而尚未成立的标准"), "missing:timing",
        ids(Vocabulary::Criteria, missing))),
    group(row("reason", &["原因"], ("the reason of its last move", "最近一次移动的原因"), "reason:price",
        Words(Vocabulary::Reasons, One(|v| v.record.state.reason.as_deref())))),
    // People
    extra(row("contact", &["contacts", "联系人"], ("the name of a contact", "联系人的姓名"), "contact:王",
        Words(Any, First(|v, is| v.record.prospect.contacts.iter().any(|contact| is(&contact.name)))))),
    row("phone", &["电话"], ("the telephone of a contact; also without its blanks and hyphens", "联系人的电话；也可不带空格和连字符"), "phone:1380013",
        Words(Any, First(phone))),
    extra(row("part", &["职能"], ("the part in a purchase of one of its people who are there", "在职联系人之一在采购中的职能"), "part:decider",
        ids(Vocabulary::Words(&PART_WORDS, &("part", "职能")), |v, is| people(v).any(|person| person.part.as_deref().is_some_and(is))))),
    extra(row("stance", &["态度", "立场"], ("for, neutral or against: one of its people who are there", "在职联系人之一的态度：支持、中立、反对"), "stance:against",
        ids(Vocabulary::Words(&STANCE_WORDS, &("stance", "态度")), |v, is| people(v).any(|person| person.stance.as_deref().is_some_and(is))))),
    extra(row("buyer", &["买方"], ("the last step of the buyer's own process in this pursuit", "买方自身进程在本轮中的最近一步"), "buyer>=project-set-up",
        Steps(&BUYER_STEPS, StepReader { at: buyer, number: |v| buyer(v).and_then(|at| i64::try_from(at).ok()).map_or(Figure::None, Figure::Count) }))),
    row("email", &["mail", "邮箱"], ("the e-mail of a contact", "联系人的邮箱"), "email:*@example.com",
        Words(Any, First(|v, is| v.record.prospect.contacts.iter().any(|c| c.email.as_deref().is_some_and(is))))),
    // The customer, by grading
    graded(group(row("grade", &["级别"], ("the customer's grade", "客户的级别"), "grade:A",
        Exact(Vocabulary::Grades, One(|v| v.customer?.grade()))))),
    level("value-level", &["价值"], ("high, medium or low value", "价值：高、中、低"), "value-level:high", Scale::Value),
    level("relationship", &["关系"], ("long-term, occasional or potential", "长期客户、偶尔购买、潜在客户"), "relationship:long-term", Scale::Relationship),
    level("demand", &["需求强度"], ("strong, medium or weak", "需求：强、中、弱"), "demand:strong", Scale::Demand),
    level("loyalty", &["忠诚度"], ("loyal, promising or not", "忠诚、有望忠诚、非忠诚"), "loyalty:loyal,promising", Scale::Loyalty),
    level("lifecycle", &["生命周期"], ("potential, new, active, won-back or lapsed", "潜在、新客户、活跃、赢回、流失"), "lifecycle:lapsed", Scale::Lifecycle),
    level("pareto", &["帕累托"], ("A, B or C by share of what all customers bought", "A、B、C：占全部购买额的份额"), "pareto:A", Scale::Pareto),
    level("pyramid", &["金字塔"], ("top, upper, middle or base of those that bought", "购买者中的顶层、上层、中层、底层"), "pyramid:top,upper", Scale::Pyramid),
    level("segment", &["客户群"], ("the segment by recency, frequency and money", "按近度、频度、金额分的客户群"), "segment:at-risk", Scale::Segment),
    graded(row("rfm", &[], ("the three scores: recency, frequency, money", "三项得分：近度、频度、金额"), "rfm:5-*",
        Exact(Any, Made(|v| v.customer?.rfm.map(|scores| scores.to_string()))))),
    extra(graded(row("r", &["r-score", "近度分"], ("the score of recency, 1 to 5", "近度得分，1 到 5"), "r>=4",
        number(|v| score(v, |s| s.recency))))),
    extra(graded(row("f", &["f-score", "频度分"], ("the score of frequency, 1 to 5", "频度得分，1 到 5"), "f:5",
        number(|v| score(v, |s| s.frequency))))),
    extra(graded(row("m", &["m-score", "金额分"], ("the score of money, 1 to 5", "金额得分，1 到 5"), "m<=2",
        number(|v| score(v, |s| s.money))))),
    extra(graded(row("recency", &["近度"], ("days since the customer's last order", "距客户最近一次购买的天数"), "recency>90",
        days(|v| Figure::days(v.customer.and_then(|c| c.figures.recency(v.as_of))))))),
    extra(graded(row("frequency", &["频度"], ("number of the customer's orders", "客户的订单数"), "frequency>=3",
        number(|v| v.customer.map_or(Figure::None, |c| Figure::count(c.figures.orders)))))),
    extra(graded(row("deals", &["机会数"], ("number of the customer's prospects", "客户的销售机会数"), "deals>2",
        number(|v| v.customer.map_or(Figure::None, |c| Figure::count(c.prospects())))))),
    extra(graded(row("last-order", &["最近购买"], ("the day of the customer's last order", "客户最近一次购买的日期"), "last-order<=2009",
        past(|v| v.customer.and_then(|c| c.figures.last_order))))),
    extra(graded(row("bought", &["购买额"], ("money of the customer's orders less refunds", "客户订单金额减退款"), "bought>=100k",
        money(|v| v.customer.map_or(Figure::None, |c| Figure::Sum(&c.figures.bought)))))),
];

/// The relations to us, with their words.
const RELATIONS: Vocabulary = Vocabulary::Words(
    &{
        let mut words = [("", "", ""); Relation::ALL.len()];
        let mut at = 0;
        while at < words.len() {
            let (id, _, en, zh) = Relation::ALL[at];
            words[at] = (id, en, zh);
            at += 1;
        }
        words
    },
    &("relation", "关系类型"),
);

/// The contacts that have not left on the day.
fn people<'a>(view: &View<'a>) -> impl Iterator<Item = &'a Contact> {
    let day = view.as_of;
    view.record.prospect.contacts.iter().filter(move |person| person.is_there(day))
}

/// Does its part in a campaign pass a test?
fn involved(view: &View<'_>, is: &dyn Fn(&Involvement) -> bool) -> bool {
    involvements(view.record, view.settings, view.as_of).iter().any(is)
}

fn score<'a>(view: &View<'a>, read: fn(Scores) -> u8) -> Figure<'a> {
    let scores = view.customer.and_then(|customer| customer.rfm);
    scores.map_or(Figure::None, |scores| Figure::count(read(scores)))
}

fn phone(view: &View<'_>, is: &dyn Fn(&str) -> bool) -> bool {
    let mut phones = view.record.prospect.contacts.iter().filter_map(|c| c.phone.as_deref());
    let digits = |phone: &str| phone.chars().filter(char::is_ascii_digit).collect::<String>();
    phones.any(|phone| is(phone) || is(&digits(phone)))
}

/// The position of the buyer's last step.
fn buyer(view: &View<'_>) -> Option<usize> {
    view.record.state.buyer.map(|(step, _)| step)
}

fn probability(view: &View<'_>) -> Amount {
    view.pipeline().stages[view.record.state.stage].probability
}

fn weighted<'a>(view: &View<'a>) -> Figure<'a> {
    let state = &view.record.state;
    match state.value.filter(|_| state.outcome == Outcome::Open) {
        None => Figure::None,
        Some(money) if money.currency.is_none() => {
            view.record.weighted(view.settings).map_or(Figure::None, Figure::Amount)
        }
        Some(money) if money.amount.is_zero() => Figure::None,
        Some(money) => Figure::Foreign {
            positive: !money.amount.is_negative() && !probability(view).is_zero(),
        },
    }
}

// The name is tested before the criterion is judged: judging costs more.
fn confirmed(view: &View<'_>, is: &dyn Fn(&str) -> bool) -> bool {
    let cycle = is(IN_CYCLE) && view.holds(IN_CYCLE);
    cycle || view.settings.concerning(view.pipeline()).any(|c| is(&c.id) && view.case().has(c))
}

fn missing(view: &View<'_>, is: &dyn Fn(&str) -> bool) -> bool {
    let Some(next) = next_stage(view.record, view.settings) else { return false };
    let case = view.case();
    let cycle = is(IN_CYCLE) && !case.past_signature(next) && !case.holds(IN_CYCLE);
    cycle || case.required(next).any(|criterion| is(&criterion.id) && !case.has(criterion))
}
