//! The shape of a funnel: what the counts in its last three open columns say.

use crate::value::label::Lang;

/// A funnel's shape; the first rule that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Nobody in the funnel.
    Empty,
    /// Proposals out, nothing decided.
    ProposalLimbo,
    /// More at the end than before it.
    Inverted,
    /// A gap in the middle.
    Hourglass,
    /// Many meetings, few real prospects.
    StuckAt25,
    /// Each column fuller than the next.
    Ideal,
    /// Anything else.
    Level,
}

/// Id, Chinese name, what it says in English and in Chinese.
const SHAPES: [(&str, &str, &str, &str); 7] = [
    ("empty", "空", "no pipeline: prospect now", "没有潜在客户：现在就去开拓"),
    (
        "proposal-limbo",
        "计划书待定式",
        "proposals out, nothing decided: check that the plan fits the need, re-test all five criteria, and update the board every week",
        "计划书都在待定：检查方案是否符合需要，重新判断五项标准，每周更新",
    ),
    (
        "inverted",
        "倒漏斗",
        "closes soon, then a drought: book first meetings now",
        "即将成交，之后断流：现在就约初次见面",
    ),
    ("hourglass", "沙漏", "a gap in the middle: move 25% to 50%", "中间断层：把25%推进到50%"),
    (
        "stuck-at-25",
        "滞留25%",
        "many meetings, few real prospects: ask for the five criteria",
        "见面多，真正的潜在客户少：追问五项标准",
    ),
    ("ideal", "理想", "hold it: every close needs its replacements", "保持：每一次成交都需要补充"),
    ("level", "平", "widen the top", "扩大入口"),
];

impl Shape {
    /// The shape of `a`, `b`, `c` prospects in the columns 25, 50 and 90; `k` is the factor of
    /// `stuck-at-25`. Source: the method, section 5.
    pub fn of(a: u64, b: u64, c: u64, k: u64) -> Shape {
        if a + b + c == 0 {
            Shape::Empty
        } else if b > a && b >= c {
            Shape::ProposalLimbo
        } else if c > b && c >= a {
            Shape::Inverted
        } else if a >= c && c > b {
            Shape::Hourglass
        } else if a > k.saturating_mul(b + c) {
            Shape::StuckAt25
        } else if a > b && b > c && c > 0 {
            Shape::Ideal
        } else {
            Shape::Level
        }
    }

    /// The stable id.
    pub fn id(self) -> &'static str {
        SHAPES[self as usize].0
    }

    /// The name people read.
    pub fn label(self, lang: Lang) -> &'static str {
        lang.pick(SHAPES[self as usize].0, SHAPES[self as usize].1)
    }

    /// What it says.
    pub fn advice(self, lang: Lang) -> &'static str {
        lang.pick(SHAPES[self as usize].2, SHAPES[self as usize].3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_rule_that_fits() {
        for (a, b, c, id) in [
            (0, 0, 0, "empty"),
            (2, 5, 1, "proposal-limbo"),
            (0, 3, 3, "proposal-limbo"),
            (1, 1, 4, "inverted"),
            (5, 1, 3, "hourglass"),
            (3, 1, 3, "inverted"),
            (9, 1, 1, "stuck-at-25"),
            (8, 1, 1, "level"),
            (6, 3, 1, "ideal"),
            (3, 3, 1, "level"),
            (1, 0, 0, "stuck-at-25"),
        ] {
            assert_eq!(Shape::of(a, b, c, 4).id(), id, "{a} {b} {c}");
        }
    }

    #[test]
    fn the_table_stands_in_the_order_of_the_enum() {
        assert_eq!(Shape::Empty.id(), "empty");
        assert_eq!(Shape::Level.id(), "level");
        assert_eq!(Shape::StuckAt25.label(Lang::Zh), "滞留25%");
    }
}
