//! The words of fixed sets that people read in cells: verdicts, kinds of event and more. Machines read the ids.
//! Columns and criteria have labels in the settings ([`crate::model::pipeline`]); levels of grading and flags have
//! theirs in their own tables.

use crate::model::prospect::{PART_WORDS, STANCE_WORDS};
use crate::value::label::Lang;

/// A word of a fixed set: its id, English, Chinese.
pub type Term = (&'static str, &'static str, &'static str);

/// How a column compares with the evidence.
#[rustfmt::skip]
pub const VERDICTS: &[Term] = &[
    ("ended",         "ended",          "已结束"),
    ("overdue",       "overdue",        "逾期"),
    ("overstated",    "overstated",     "高估"),
    ("could-advance", "could advance",  "可推进"),
    ("holds",         "holds",          "相符"),
];

/// How far a case is, in the order of [`CaseState`](crate::rules::replay::cases::CaseState).
#[rustfmt::skip]
pub const CASE_STATES: &[Term] = &[
    ("open",      "open",       "未处理"),
    ("in-hand",   "in hand",    "处理中"),
    ("resolved",  "resolved",   "已解决"),
    ("confirmed", "confirmed",  "已确认"),
];

/// The measures under a forecast, the two win rates, and the measures of fairness.
#[rustfmt::skip]
pub const MEASURES: &[Term] = &[
    ("won",            "Won",                 "已成交"),
    ("due",            "Due",                 "到期"),
    ("target",         "Target",              "目标"),
    ("missing",        "Missing",             "差额"),
    ("reach",          "Chance to reach it",  "达成概率"),
    ("coverage",       "Coverage",            "覆盖"),
    ("expected-share", "Of what it takes",    "占所需覆盖"),
    ("needed",         "Coverage needed",     "所需覆盖"),
    ("win-rate",       "Win rate",            "成交率"),
    ("velocity",       "Velocity",            "速度"),
    ("won-value",      "Mean won value",      "平均成交额"),
    ("cycle",          "Median cycle",        "周期中位数"),
    ("pushes",         "Pushes",              "推迟次数"),
    ("slipped",        "Slipped",             "滑期"),
    ("slipped-value",  "Slipped value",       "滑期价值"),
    ("inside-share",   "Inside p10 to p90",   "落在p10至p90"),
    ("below",          "Below p10",           "低于p10"),
    ("above",          "Above p90",           "高于p90"),
    ("mean-error",     "Mean error",          "平均误差"),
    ("absolute-error", "Mean distance",       "平均偏离"),
    ("narrow",         "narrow",              "窄"),
    ("broad",          "broad",               "宽"),
];

/// The figures that can measure a goal.
#[rustfmt::skip]
pub const GOAL_MEASURES: &[Term] = &[
    ("bought",          "bought",           "购买额"),
    ("orders",          "orders",           "订单数"),
    ("satisfaction",    "satisfaction",     "满意度"),
    ("share-of-wallet", "share of wallet",  "采购份额"),
    ("free",            "in words",         "文字"),
];

/// The states of a goal.
#[rustfmt::skip]
pub const GOAL_STATES: &[Term] = &[
    ("reached", "reached",  "已达成"),
    ("open",    "open",     "进行中"),
    ("missed",  "missed",   "未达成"),
    ("ended",   "ended",    "已到期"),
];

/// The states of a step.
#[rustfmt::skip]
pub const STEP_STATES: &[Term] = &[
    ("done",    "done",     "已完成"),
    ("overdue", "overdue",  "逾期"),
    ("open",    "open",     "待办"),
];

/// Rows of a forecast that are no month.
#[rustfmt::skip]
pub const LINES: &[Term] = &[
    ("late",    "late",     "日期已过"),
    ("undated", "undated",  "无日期"),
    ("overdue", "overdue",  "逾期"),
    ("on-hold", "on hold",  "暂缓"),
];

/// The parts of people in a purchase.
pub const PARTS: &[Term] = &PART_WORDS;

/// The sorts of files with a journal.
#[rustfmt::skip]
pub const SORTS: &[Term] = &[
    ("prospect", "prospect", "潜在客户"),
    ("customer", "customer", "客户"),
];

/// The stances of people.
pub const STANCES: &[Term] = &STANCE_WORDS;

/// The word of an id for people, the id itself for machines and where the set does not have it: the ledger may
/// have kinds of its own.
pub fn term<'t>(set: &[Term], id: &'t str, lang: Lang) -> &'t str {
    match set.iter().find(|(known, ..)| *known == id) {
        Some((_, en, zh)) => lang.term(id, en, zh),
        None => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::kind::KINDS;
    use crate::model::kind::Kinds;
    use crate::model::pipeline::{default_criteria, default_pipeline};
    use crate::model::prospect;
    use crate::model::settings::{LEVELS, level_words};

    /// Is it a word in Chinese?
    fn is_chinese(text: &str) -> bool {
        text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
    }

    #[test]
    fn every_word_has_its_chinese_and_each_id_is_there_once() {
        for set in [VERDICTS, KINDS, MEASURES, LINES, PARTS, STANCES, SORTS] {
            let mut ids: Vec<&str> = set.iter().map(|(id, ..)| *id).collect();
            ids.sort_unstable();
            assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
            for (id, en, zh) in set {
                assert!(!en.is_empty() && is_chinese(zh), "{id}");
            }
        }
    }

    #[test]
    fn every_kind_and_level_has_a_word() {
        let kinds = Kinds::default();
        let known: Vec<&str> = kinds.names().collect();
        assert_eq!(known, KINDS.iter().map(|(id, ..)| *id).collect::<Vec<_>>());
        for level in LEVELS {
            let words = level_words(level);
            assert_eq!((words.get(Lang::Machine), is_chinese(words.get(Lang::Zh))), (level, true));
        }
    }

    #[test]
    fn people_have_words_for_every_part_and_stance() {
        let ids = |set: &[Term]| set.iter().map(|(id, ..)| *id).collect::<Vec<_>>();
        assert_eq!(ids(PARTS), prospect::PARTS);
        assert_eq!(ids(STANCES), prospect::STANCES);
    }

    #[test]
    fn criteria_and_columns_have_labels_in_both_languages() {
        for criterion in default_criteria() {
            let label = &criterion.label;
            assert!(label.en.is_some() && label.zh.as_deref().is_some_and(is_chinese), "{label:?}");
        }
        for stage in default_pipeline().stages {
            let (en, zh) = (stage.label.en.unwrap(), stage.label.zh.unwrap());
            assert!(is_chinese(&zh) || zh == en && zh.ends_with('%'), "{zh}");
        }
    }

    #[test]
    fn machines_read_ids_and_own_kinds_are_what_they_are_called() {
        assert_eq!(term(VERDICTS, "could-advance", Lang::Machine), "could-advance");
        assert_eq!(term(VERDICTS, "could-advance", Lang::En), "could advance");
        assert_eq!(term(VERDICTS, "could-advance", Lang::Zh), "可推进");
        assert_eq!(term(KINDS, "golf", Lang::Zh), "golf");
    }
}
