//! The shape of a funnel, by the counts in its last three open columns.

use crate::value::label::Lang;

/// A funnel's shape; the first rule that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// No prospects in the funnel.
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

/// Id and Chinese name.
const SHAPES: [(&str, &str); 7] = [
    ("empty", "空"),
    ("proposal-limbo", "计划书待定式"),
    ("inverted", "倒漏斗"),
    ("hourglass", "沙漏"),
    ("stuck-at-25", "滞留25%"),
    ("ideal", "理想"),
    ("level", "平"),
];

/// The names of the board that advice may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardNames<'a> {
    /// The column before the last three open ones.
    pub feed: &'a str,
    /// The last three open columns.
    pub columns: [&'a str; 3],
    /// The criteria that the middle one of them takes of its own.
    pub criteria: Vec<&'a str>,
    /// Is it a criterion of this board that the plan fits the need?
    pub fit: bool,
    /// Do meetings count on this board?
    pub meetings: bool,
}

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
        } else if c > b {
            // And a > c, or the funnel were inverted.
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
    pub fn label(self, names: &BoardNames, lang: Lang) -> String {
        let [first, ..] = names.columns;
        match (self, lang) {
            (Shape::StuckAt25, Lang::En | Lang::Machine) => format!("stuck-at-{first}"),
            (Shape::StuckAt25, Lang::Zh) => format!("滞留{first}"),
            _ => lang.pick(SHAPES[self as usize].0, SHAPES[self as usize].1).to_owned(),
        }
    }

    /// The advice, in the names of the board. Source: the method, section 5.
    pub fn advice(self, names: &BoardNames, lang: Lang) -> String {
        let BoardNames { feed, columns: [a, b, c], criteria, fit, meetings } = names;
        let n = criteria.len();
        let listed = criteria.join(lang.pick(", ", "、"));
        let zh = lang == Lang::Zh;
        match self {
            Shape::Empty => lang.pick("no pipeline", "没有潜在客户").to_owned(),
            Shape::ProposalLimbo => {
                let test = match (n, zh) {
                    (0, _) => String::new(),
                    (_, false) => format!("re-test all {n} criteria ({listed}), "),
                    (_, true) => format!("重新判断{n}项标准（{listed}），"),
                };
                let plan = match (fit, zh) {
                    (false, _) => "",
                    (true, false) => "check that the plan fits the need, ",
                    (true, true) => "检查方案是否符合需要，",
                };
                let and = if plan.is_empty() && test.is_empty() { "" } else { "and " };
                if zh {
                    format!("{b}里都在待定：{plan}{test}每周更新看板")
                } else {
                    format!(
                        "{b} is full and nothing is decided: {plan}{test}{and}update the board every week"
                    )
                }
            }
            Shape::Inverted => match (meetings, zh) {
                (true, false) => "closes soon, then a drought: book first meetings now".to_owned(),
                (true, true) => "即将成交，之后断流：现在就约初次见面".to_owned(),
                (false, false) => format!("closes soon, then a drought: fill {feed} now"),
                (false, true) => format!("即将成交，之后断流：现在就补充{feed}"),
            },
            Shape::Hourglass if zh => format!("{a}与{c}之间断层：把{a}推进到{b}"),
            Shape::Hourglass => format!("a gap between {a} and {c}: move {a} to {b}"),
            Shape::StuckAt25 => match (n, zh) {
                (0, false) => format!("many in {a}, few beyond it: ask what keeps them there"),
                (0, true) => format!("{a}多，之后少：问清卡在哪里"),
                (_, false) => {
                    format!("many in {a}, few real prospects: ask for the {n} criteria ({listed})")
                }
                (_, true) => format!("{a}多，真正的潜在客户少：追问{n}项标准（{listed}）"),
            },
            Shape::Ideal => lang
                .pick("hold it: every close needs its replacements", "保持：每一次成交都需要补充")
                .to_owned(),
            Shape::Level => lang.pick("widen the top", "扩大入口").to_owned(),
        }
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
            (1, 1, 1, "level"),
            (2, 1, 2, "inverted"),
            (1, 0, 1, "inverted"),
            (5, 1, 3, "hourglass"),
            (3, 1, 2, "hourglass"),
            (3, 1, 3, "inverted"),
            (2, 2, 1, "level"),
            (2, 2, 2, "level"),
            (2, 2, 3, "inverted"),
            (3, 2, 0, "level"),
            (3, 2, 1, "ideal"),
            (3, 1, 1, "level"),
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
        assert_eq!(Shape::StuckAt25.id(), "stuck-at-25");
    }

    #[test]
    fn advice_names_what_the_board_has() {
        let names = BoardNames {
            feed: "Lead",
            columns: ["Demo", "Offer", "Order form"],
            criteria: vec!["demo held"],
            fit: false,
            meetings: false,
        };
        for shape in [
            Shape::Empty,
            Shape::ProposalLimbo,
            Shape::Inverted,
            Shape::Hourglass,
            Shape::StuckAt25,
            Shape::Ideal,
            Shape::Level,
        ] {
            for lang in [Lang::En, Lang::Zh] {
                let said = format!("{} {}", shape.label(&names, lang), shape.advice(&names, lang));
                for foreign in [
                    "25",
                    "50",
                    "five",
                    "五项",
                    "fits the need",
                    "符合需要",
                    "proposals",
                    "meeting",
                    "见面",
                ] {
                    assert!(!said.contains(foreign), "{said}");
                }
            }
        }
        let limbo = Shape::ProposalLimbo.advice(&names, Lang::En);
        assert!(limbo.contains("re-test all 1 criteria (demo held)"), "{limbo}");
        assert_eq!(
            Shape::Hourglass.advice(&names, Lang::Zh),
            "Demo与Order form之间断层：把Demo推进到Offer"
        );
    }
}
