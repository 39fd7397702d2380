//! The dimensions of grading and the levels of each, the best first.

use super::Customer;
use crate::value::label::Lang;

/// A level of a dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// The id in queries, rules and machine formats.
    pub id: &'static str,
    /// The short name for people, in English.
    pub word: &'static str,
    /// The name for people, in English.
    pub en: &'static str,
    /// The name for people, in Chinese.
    pub zh: &'static str,
}

impl Level {
    /// The name for people.
    pub fn label(&self, lang: Lang) -> &'static str {
        lang.pick(self.en, self.zh)
    }

    /// The id for machines; the short name for people.
    pub fn short(&self, lang: Lang) -> &'static str {
        lang.term(self.id, self.word, self.zh)
    }
}

/// A dimension: its levels in order.
macro_rules! levels {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $id:literal $word:literal $en:literal $zh:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = $en] $variant,)*
        }

        impl $name {
            /// Every one, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];
            /// Their names, in the order of the variants.
            pub const LEVELS: &'static [Level] = &[$(Level { id: $id, word: $word, en: $en, zh: $zh },)*];

            /// Its name.
            pub fn level(self) -> &'static Level {
                &Self::LEVELS[self as usize]
            }
        }
    };
}

levels! {
    /// The value of a customer: its purchases, or while it has none the expected ones.
    Value {
        High "high" "high" "high value" "高",
        Medium "medium" "medium" "medium value" "中",
        Low "low" "low" "low value" "低",
    }
}

levels! {
    /// How long and how closely a customer has been with us.
    Relationship {
        LongTerm "long-term" "long-term" "long-term customer" "长期客户",
        Occasional "occasional" "occasional" "occasional customer" "偶尔购买",
        Potential "potential" "potential" "has not bought" "潜在客户",
    }
}

levels! {
    /// How much a customer wants now.
    Demand {
        Strong "strong" "strong" "strong demand" "强",
        Medium "medium" "medium" "medium demand" "中",
        Weak "weak" "weak" "weak demand" "弱",
    }
}

levels! {
    /// Whether a customer comes back.
    Loyalty {
        Loyal "loyal" "loyal" "loyal" "忠诚",
        Promising "promising" "promising" "on the way to it" "有望忠诚",
        Not "not" "not loyal" "not loyal" "非忠诚",
    }
}

levels! {
    /// The phase of a customer between the first order and the last.
    Lifecycle {
        Potential "potential" "potential" "no order yet" "潜在",
        New "new" "new" "one order, lately" "新客户",
        Active "active" "active" "orders within its gap" "活跃",
        WonBack "won-back" "won back" "ordered again after a lapse" "赢回",
        Lapsed "lapsed" "lapsed" "no order within its gap" "流失",
    }
}

levels! {
    /// A customer's class by cumulated share of the money of all customers.
    Pareto {
        A "A" "A" "the first 80 % of the money" "前80%金额",
        B "B" "B" "the next 15 % of the money" "其次15%金额",
        C "C" "C" "the last 5 %, and nothing" "其余5%金额",
    }
}

levels! {
    /// A customer's level by rank among the customers that bought.
    Pyramid {
        Top "top" "top" "the top 1 %" "顶层1%",
        Upper "upper" "upper" "the next 4 %" "上层4%",
        Middle "middle" "middle" "the next 15 %" "中层15%",
        Base "base" "base" "the other 80 %" "底层80%",
    }
}

levels! {
    /// A customer's segment by the scores of recency, frequency and money.
    Segment {
        Champions "champions" "Champions" "Champions" "冠军客户",
        PotentialLoyalist "potential-loyalist" "Potential Loyalist" "Potential Loyalist" "潜在忠诚",
        Loyal "loyal" "Loyal Customers" "Loyal Customers" "忠诚客户",
        Promising "promising" "Promising" "Promising" "有望客户",
        New "new" "New Customers" "New Customers" "新客户",
        CantLoseThem "cant-lose-them" "Can't Lose Them" "Can't Lose Them" "不能失去",
        AtRisk "at-risk" "At Risk" "At Risk" "有流失风险",
        NeedAttention "need-attention" "Need Attention" "Need Attention" "需要关注",
        AboutToSleep "about-to-sleep" "About To Sleep" "About To Sleep" "即将沉睡",
        Lost "lost" "Lost" "Lost" "已流失",
        Others "others" "Others" "Others" "其他",
    }
}

/// A dimension of grading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scale {
    /// [`Value`]
    Value,
    /// [`Relationship`]
    Relationship,
    /// [`Demand`]
    Demand,
    /// [`Loyalty`]
    Loyalty,
    /// [`Lifecycle`]
    Lifecycle,
    /// [`Pareto`]
    Pareto,
    /// [`Pyramid`]
    Pyramid,
    /// [`Segment`]
    Segment,
}

impl Scale {
    /// Every one, in the order of documentation, with its name.
    pub const ALL: [(&'static str, Scale); 8] = [
        ("value", Scale::Value),
        ("relationship", Scale::Relationship),
        ("demand", Scale::Demand),
        ("loyalty", Scale::Loyalty),
        ("lifecycle", Scale::Lifecycle),
        ("pareto", Scale::Pareto),
        ("pyramid", Scale::Pyramid),
        ("segment", Scale::Segment),
    ];

    /// Its name, in queries and files of figures.
    pub fn name(self) -> &'static str {
        Scale::ALL[self as usize].0
    }

    /// Its levels, the best first.
    pub fn levels(self) -> &'static [Level] {
        match self {
            Scale::Value => Value::LEVELS,
            Scale::Relationship => Relationship::LEVELS,
            Scale::Demand => Demand::LEVELS,
            Scale::Loyalty => Loyalty::LEVELS,
            Scale::Lifecycle => Lifecycle::LEVELS,
            Scale::Pareto => Pareto::LEVELS,
            Scale::Pyramid => Pyramid::LEVELS,
            Scale::Segment => Segment::LEVELS,
        }
    }

    /// A customer's level; none where it takes orders and there is none, or too few customers to
    /// compare with.
    pub fn of(self, customer: &Customer) -> Option<&'static Level> {
        self.place(customer).map(|place| &self.levels()[place])
    }

    /// The place of that level among all of them.
    pub fn place(self, customer: &Customer) -> Option<usize> {
        match self {
            Scale::Value => Some(customer.value as usize),
            Scale::Relationship => Some(customer.relationship as usize),
            Scale::Demand => Some(customer.demand as usize),
            Scale::Loyalty => Some(customer.loyalty as usize),
            Scale::Lifecycle => Some(customer.lifecycle as usize),
            Scale::Pareto => customer.pareto.map(|level| level as usize),
            Scale::Pyramid => customer.pyramid.map(|level| level as usize),
            Scale::Segment => customer.rfm.map(|scores| scores.segment() as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_order_and_ids_once() {
        for (position, (name, scale)) in Scale::ALL.into_iter().enumerate() {
            assert_eq!((scale as usize, scale.name()), (position, name));
            let ids: std::collections::BTreeSet<&str> =
                scale.levels().iter().map(|level| level.id).collect();
            assert_eq!(ids.len(), scale.levels().len());
            let chinese = |zh: &str| zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(scale.levels().iter().all(|level| chinese(level.zh)), "{name}");
        }
        assert_eq!(Lifecycle::WonBack.level().short(Lang::Zh), "赢回");
        assert_eq!(Lifecycle::WonBack.level().short(Lang::En), "won back");
        assert_eq!(Lifecycle::WonBack.level().short(Lang::Machine), "won-back");
    }
}
