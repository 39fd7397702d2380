//! The facts that a customer has beside those of a prospect, its plan, and the values that a `changed` entry gives
//! to facts.

use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::Money;
use crate::value::text::Text;

/// The relation of a customer to us. Only customers count in figures of sales.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum Relation {
    /// It buys (客户).
    #[default]
    Customer,
    /// It works with us (合作伙伴).
    Partner,
    /// It sells for us (代理商).
    Agent,
    /// It sells to us (供应商).
    Supplier,
}

impl Relation {
    /// Each with its name in files, and its words in English and Chinese.
    pub const ALL: [(&'static str, Relation, &'static str, &'static str); 4] = [
        ("customer", Relation::Customer, "customer", "客户"),
        ("partner", Relation::Partner, "partner", "合作伙伴"),
        ("agent", Relation::Agent, "agent", "代理商"),
        ("supplier", Relation::Supplier, "supplier", "供应商"),
    ];

    /// The relation of a name in files.
    pub fn parse(name: &str) -> Option<Relation> {
        Relation::ALL.iter().find(|row| row.0 == name).map(|row| row.1)
    }

    /// The name in files.
    pub fn name(self) -> &'static str {
        Relation::ALL[self as usize].0
    }
}

/// The figures that can measure a goal; `free` is none.
pub const MEASURES: [&str; 5] = ["bought", "orders", "satisfaction", "share-of-wallet", "free"];

/// The terms of a goal.
pub const TERMS: [&str; 2] = ["short", "long"];

/// A goal of a customer's plan: `[[goal]]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Goal {
    /// The name by which steps belong to it.
    pub id: Text,
    /// The goal in words.
    pub what: Text,
    /// The figure that measures it: `bought`, `orders`, `satisfaction`, `share-of-wallet`, or `free`.
    pub measure: Option<Text>,
    /// The value of that figure to be reached.
    pub target: Option<Money>,
    /// The day by which it is to be reached.
    pub by: Option<Date>,
    /// `short` or `long`.
    pub term: Option<Text>,
}

/// A step of a customer's plan: `[[step]]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Step {
    /// The name by which an entry closes it: `done = "ID"`.
    pub id: Text,
    /// The step in words.
    pub what: Text,
    /// The day by which it is to be done.
    pub by: Option<Date>,
    /// The goal that it belongs to.
    pub goal: Option<Text>,
    /// The rep that does it; without one, the owner.
    pub who: Option<Text>,
    /// The ticket of the case, or the key of the survey, that it answers.
    pub answers: Option<Text>,
}

/// The facts that only a customer with a file or a plan has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// The id of the customer whose group it belongs to.
    pub parent: Option<Text>,
    /// The money a year that it buys of our kind from any seller.
    pub potential: Option<Money>,
    /// The money that it may owe us at most.
    pub credit_limit: Option<Money>,
    /// The day since which it is a customer.
    pub customer_since: Option<Date>,
    /// Its relation to us.
    pub relation: Relation,
    /// Its challenges.
    pub challenge: Vec<Text>,
    /// The things that matter to it.
    pub wants: Vec<Text>,
    /// The reasons why it is strategically significant.
    pub strategic: Vec<Text>,
    /// Paths or addresses of documents.
    pub documents: Vec<Text>,
    /// The competitors for its business.
    pub competitor: Vec<Text>,
    /// The goals of its plan.
    pub goals: Vec<Goal>,
    /// The steps of its plan.
    pub steps: Vec<Step>,
}

impl Profile {
    /// The goals of its plan with their ids; one without an id is called by its place, `goal-1`.
    pub fn named_goals(&self) -> impl Iterator<Item = (Text, &Goal)> {
        self.goals.iter().enumerate().map(|(at, goal)| (named(&goal.id, "goal", at), goal))
    }

    /// The steps of its plan with their ids; one without an id is called by its place, `step-1`.
    pub fn named_steps(&self) -> impl Iterator<Item = (Text, &Step)> {
        self.steps.iter().enumerate().map(|(at, step)| (named(&step.id, "step", at), step))
    }

    /// Has it a plan?
    pub fn has_plan(&self) -> bool {
        !self.goals.is_empty() || !self.steps.is_empty()
    }
}

fn named(id: &Text, what: &str, at: usize) -> Text {
    if id.is_empty() { format!("{what}-{}", at + 1).into() } else { id.clone() }
}

/// The profile of a prospect that states none.
pub static NO_PROFILE: Profile = Profile {
    parent: None,
    potential: None,
    credit_limit: None,
    customer_since: None,
    relation: Relation::Customer,
    challenge: Vec::new(),
    wants: Vec::new(),
    strategic: Vec::new(),
    documents: Vec::new(),
    competitor: Vec::new(),
    goals: Vec::new(),
    steps: Vec::new(),
};

/// The type of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// A text.
    Text,
    /// Several texts.
    Texts,
    /// Money.
    Money,
    /// A day.
    Date,
    /// A name of [`Relation`].
    Relation,
}

/// The facts that an entry can change, with their types and their titles in English and Chinese. Not among them:
/// `account` and `pipeline`, which say where the entries of a file count.
pub const CHANGEABLE: [(&str, FactKind, &str, &str); 19] = [
    ("name", FactKind::Text, "Name", "名称"),
    ("company", FactKind::Text, "Company", "公司"),
    ("industry", FactKind::Text, "Industry", "行业"),
    ("region", FactKind::Text, "Region", "地区"),
    ("size", FactKind::Text, "Size", "规模"),
    ("source", FactKind::Text, "Source", "来源"),
    ("product", FactKind::Text, "Product", "产品"),
    ("needs", FactKind::Texts, "Needs", "需求"),
    ("tags", FactKind::Texts, "Tags", "标签"),
    ("parent", FactKind::Text, "Parent", "上级客户"),
    ("potential", FactKind::Money, "Potential", "年采购潜力"),
    ("credit_limit", FactKind::Money, "Credit limit", "信用额度"),
    ("customer_since", FactKind::Date, "Customer since", "成为客户之日"),
    ("relation", FactKind::Relation, "Relation", "关系类型"),
    ("challenge", FactKind::Texts, "Challenges", "难题"),
    ("wants", FactKind::Texts, "Wants", "看重"),
    ("strategic", FactKind::Texts, "Strategic", "战略意义"),
    ("documents", FactKind::Texts, "Documents", "文档"),
    ("competitor", FactKind::Texts, "Competitors", "竞争对手"),
];

/// The type of a fact that an entry can change; `None` for any other name.
pub fn fact_kind(name: &str) -> Option<FactKind> {
    CHANGEABLE.iter().find(|row| row.0 == name).map(|row| row.1)
}

/// The value that an entry gives to a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactValue {
    /// The fact is taken off.
    Nothing,
    /// A text.
    Text(Text),
    /// Several texts.
    Texts(Vec<Text>),
    /// Money.
    Money(Money),
    /// A day.
    Date(Date),
}

impl FactValue {
    /// The value for people; `None` where the fact is taken off.
    pub fn words(&self, lang: Lang) -> Option<String> {
        match self {
            FactValue::Nothing => None,
            FactValue::Text(text) => Some(text.to_string()),
            FactValue::Texts(texts) => Some(texts.join(lang.pick(", ", "、"))),
            FactValue::Money(money) => Some(money.to_string()),
            FactValue::Date(date) => Some(date.to_string()),
        }
    }
}

/// The word for a fact that an entry changes: its key, in Chinese its title; a fact of the team's own has its name.
pub fn fact_word(name: &str, lang: Lang) -> &str {
    let known = CHANGEABLE.iter().find(|row| row.0 == name);
    known.map_or(name, |(key, _, _, zh)| lang.pick(key, zh))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_without_id_is_called_by_its_place() {
        let step = |id: &str| Step { id: id.into(), ..Step::default() };
        let steps = vec![step("visit"), step("")];
        let profile = Profile { steps, ..Profile::default() };
        let ids: Vec<Text> = profile.named_steps().map(|(id, _)| id).collect();
        assert_eq!(ids, ["visit", "step-2"]);
        assert!(profile.has_plan() && !Profile::default().has_plan());
    }

    #[test]
    fn relations_are_in_the_order_of_their_names() {
        for (name, relation, ..) in Relation::ALL {
            assert_eq!((relation.name(), Relation::parse(name)), (name, Some(relation)));
        }
    }
}
