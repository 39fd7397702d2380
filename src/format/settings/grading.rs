//! `[grading]` with its rules, and `[policy.<grade>]`.

use super::{one_of, positive, set, unknown};
use crate::diag::{Code, Diagnostic, Place, Spot};
use crate::format::tree::{Reader, TomlTable, TomlValue};
use crate::model::grading::{
    BIRTHDAY, GradeRule, Grading, Policy, Promise, RENEWAL, SUPPORT, Scoring, Weights,
};
use crate::model::settings::{LEVELS, Settings};
use crate::rules::query::Query;
use crate::value::date::Date;
use crate::value::id;
use crate::value::money::Amount;
use crate::value::text::Text;
use std::ops::Range;

/// Keys of `[grading]`.
pub const GRADING_KEYS: [&str; 23] = [
    "value_high",
    "value_medium",
    "orders_high",
    "orders_medium",
    "margin",
    "long_term_orders",
    "long_term_contacts",
    "long_term_days",
    "strong_criteria",
    "medium_criteria",
    "responsive_days",
    "loyal_repeat",
    "promising_repeat",
    "new_days",
    "gap_days",
    "least_gap_days",
    "scoring",
    "recency_limits",
    "frequency_limits",
    "money_limits",
    "span",
    "evaluation",
    "rule",
];
/// Keys of `[[grading.rule]]`.
pub const RULE_KEYS: [&str; 2] = ["grade", "when"];
/// Keys of `[policy.<grade>]`.
pub const POLICY_KEYS: [&str; 16] = [
    "verify_days",
    "level",
    "channel",
    "contact_days",
    "response_days",
    "response_hours",
    "resolve_days",
    "resolve_hours",
    "discount",
    "team",
    "budget",
    "support",
    "leader_days",
    "review_days",
    "survey_days",
    "care",
];
/// Keys of `evaluation` in `[grading]`.
pub const EVALUATION_KEYS: [&str; 3] = ["satisfaction", "value", "promises"];

/// `[grading]`. Its rules ask about everything else, so all other sections are read before.
pub(in crate::format) fn grading(reader: &mut Reader, settings: &mut Settings, table: &TomlTable) {
    let mut read = Grading::default();
    for (key, value) in table {
        let name: &str = key.get_ref();
        match name {
            "value_high" => read.value_high = reader.amount(name, value),
            "value_medium" => read.value_medium = reader.amount(name, value),
            "orders_high" => read.orders_high = positive(reader, name, value),
            "orders_medium" => read.orders_medium = positive(reader, name, value),
            "margin" => read.margin = margin(reader, value),
            "long_term_orders" => set(&mut read.long_term_orders, positive(reader, name, value)),
            "long_term_contacts" => {
                set(&mut read.long_term_contacts, positive(reader, name, value))
            }
            "long_term_days" => set(&mut read.long_term_days, reader.count(name, value, 36_500)),
            "strong_criteria" => set(&mut read.strong_criteria, positive(reader, name, value)),
            "medium_criteria" => set(&mut read.medium_criteria, positive(reader, name, value)),
            "responsive_days" => set(&mut read.responsive_days, positive(reader, name, value)),
            "loyal_repeat" => set(&mut read.loyal_repeat, share(reader, name, value)),
            "promising_repeat" => set(&mut read.promising_repeat, share(reader, name, value)),
            "new_days" => set(&mut read.new_days, positive(reader, name, value)),
            "gap_days" => read.gap_days = positive(reader, name, value),
            "least_gap_days" => set(&mut read.least_gap_days, positive(reader, name, value)),
            "scoring" => set(&mut read.scoring, one_of(reader, name, value, &Scoring::ALL)),
            "recency_limits" => read.recency_limits = limits(reader, name, value),
            "frequency_limits" => read.frequency_limits = limits(reader, name, value),
            "money_limits" => read.money_limits = limits(reader, name, value),
            "span" => set(&mut read.span, positive(reader, name, value)),
            "evaluation" => set(&mut read.evaluation, weights(reader, name, value)),
            "rule" => {}
            _ => unknown(reader, key.span(), "[grading]", name, &GRADING_KEYS),
        }
    }
    contradictions(reader, &read, table);
    settings.grading = read;
    if let Some(value) = table.get("rule") {
        rules(reader, settings, value);
    }
}

/// Reports thresholds of a higher level that are less than those of the lower level.
fn contradictions(reader: &mut Reader, read: &Grading, table: &TomlTable) {
    let orders = |stated: Option<u32>| stated.map(|n| Amount::from_int(i64::from(n)));
    let count = |n: u32| Some(Amount::from_int(i64::from(n)));
    for (high, above, low, below) in [
        ("value_high", read.value_high, "value_medium", read.value_medium),
        ("orders_high", orders(read.orders_high), "orders_medium", orders(read.orders_medium)),
        (
            "strong_criteria",
            count(read.strong_criteria),
            "medium_criteria",
            count(read.medium_criteria),
        ),
        ("loyal_repeat", Some(read.loyal_repeat), "promising_repeat", Some(read.promising_repeat)),
    ] {
        let (Some(above), Some(below)) = (above, below) else { continue };
        let place = table.get(high).or_else(|| table.get(low));
        if let Some(value) = place.filter(|_| above < below) {
            let message = words!(
                "`{high}` ({above}) is less than `{low}` ({below})",
                "`{high}`（{above}）低于 `{low}`（{below}）"
            );
            let diagnostic = Diagnostic::new(Code::ContradictoryRules, message).help(words!(
                "no customer could reach `{low}` without `{high}`",
                "任何客户达到 `{low}` 都必先达到 `{high}`"
            ));
            reader.problem(value.span(), diagnostic);
        }
    }
}

fn rules(reader: &mut Reader, settings: &mut Settings, value: &TomlValue) {
    let mut rules: Vec<GradeRule> = Vec::new();
    let mut spans: Vec<Range<usize>> = Vec::new();
    // A rule may ask for anything but the grade that it gives.
    settings.grading.rules.clear();
    for (table, span) in reader.tables("rule", value) {
        let mut rule = GradeRule { grade: "".into(), when: "".into() };
        let mut place = span.clone();
        for (key, value) in table {
            let name: &str = key.get_ref();
            match name {
                "grade" => rule.grade = reader.text(name, value).unwrap_or_default(),
                "when" => {
                    place = value.span();
                    rule.when = condition(reader, settings, name, value, true).unwrap_or_default();
                }
                _ => unknown(reader, key.span(), "[[grading.rule]]", name, &RULE_KEYS),
            }
        }
        if id::validate(&rule.grade).is_err() {
            let diagnostic = Diagnostic::new(
                Code::BadSetting,
                words!("a rule needs a `grade`", "规则要有 `grade`"),
            )
            .help(words!(
                "grade = \"A\", without blanks or signs",
                "grade = \"A\"，不含空格和符号"
            ));
            reader.problem(span.clone(), diagnostic);
        }
        let stated = table.get("when").is_none() || !rule.when.trim().is_empty();
        if let Some(before) = rules.iter().position(|b| hides(b, &rule)).filter(|_| stated) {
            let before = before + 1;
            let message = words!(
                "this rule never applies: rule {before} fits every customer that it fits",
                "这条规则永远用不上：规则 {before} 已涵盖它的全部客户"
            );
            let help = words!(
                "the first rule that fits wins: put the narrower one before the wider one",
                "先符合的规则先用：请把范围窄的放在范围宽的之前"
            );
            reader.problem(place, Diagnostic::new(Code::ContradictoryRules, message).help(help));
        }
        rules.push(rule);
        spans.push(span);
    }
    settings.grading.rules = rules;
}

/// Does an earlier rule fit every customer, or exactly the customers that the later rule fits?
fn hides(earlier: &GradeRule, later: &GradeRule) -> bool {
    let words = |rule: &GradeRule| rule.when.split_whitespace().collect::<Vec<_>>().join(" ");
    earlier.when.trim().is_empty() || words(earlier) == words(later)
}

/// Reads a condition in the query language; mistakes are shown at their place in the file. `of_grades` is true for
/// the condition of a grading rule, which cannot use the grade.
pub(in crate::format) fn condition(
    reader: &mut Reader,
    settings: &Settings,
    key: &str,
    value: &TomlValue,
    of_grades: bool,
) -> Option<Text> {
    let text = reader.text(key, value)?;
    // Only the day of a report tells whether `2009..today` is a period; here either end will do.
    let read = |today: Date| Query::parse(&text, key, settings, today);
    let query = match read(Date::MIN).or_else(|wrong| read(Date::MAX).map_err(|_| wrong)) {
        Ok(query) => query,
        Err(wrong) => {
            let span = match wrong.place {
                Some(Place { spot: Spot::Span(from, to), .. }) => inside(value, &text, &(from..to)),
                _ => value.span(),
            };
            reader.problem(span, Diagnostic { place: None, ..wrong });
            return None;
        }
    };
    if let Some(at) = query.grade_at().filter(|_| of_grades) {
        let message = words!(
            "a rule of grading cannot use `grade` in its condition, since it sets the grade",
            "分级规则的条件不能用 `grade`，因为级别正由它给出"
        );
        let help = words!(
            "use the dimensions: value, demand, lifecycle, relationship, loyalty, segment",
            "请用各维度：value、demand、lifecycle、relationship、loyalty、segment"
        );
        let diagnostic = Diagnostic::new(Code::ContradictoryRules, message).help(help);
        reader.problem(inside(value, &text, &at), diagnostic);
    }
    Some(text)
}

/// The place of a part of a text in the file; the whole value if escapes shift the bytes.
fn inside(value: &TomlValue, text: &str, part: &Range<usize>) -> Range<usize> {
    let span = value.span();
    if span.len() == text.len() + 2 {
        span.start + 1 + part.start..span.start + 1 + part.end
    } else {
        span
    }
}

/// A share from 0 to 1.
fn share(reader: &mut Reader, key: &str, value: &TomlValue) -> Option<Amount> {
    let share = reader.amount(key, value)?;
    if share.is_negative() || share > Amount::from_int(1) {
        let diagnostic = Diagnostic::new(
            Code::BadSetting,
            words!("`{key}` is a number from 0 to 1", "`{key}` 应在 0 到 1 之间"),
        )
        .help(words!("{key} = 0.15", "{key} = 0.15"));
        reader.problem(value.span(), diagnostic);
        return None;
    }
    Some(share)
}

/// The weights of an evaluation; those that are not stated keep their default.
fn weights(reader: &mut Reader, key: &str, value: &TomlValue) -> Option<Weights> {
    let mut weights = Weights::default();
    for (name, value) in reader.table(key, value)? {
        let slot = match name.get_ref().as_ref() {
            "satisfaction" => &mut weights.satisfaction,
            "value" => &mut weights.value,
            "promises" => &mut weights.promises,
            other => {
                unknown(reader, name.span(), "evaluation", other, &EVALUATION_KEYS);
                continue;
            }
        };
        set(slot, not_negative(reader, name.get_ref(), value));
    }
    let Weights { satisfaction, value: worth, promises } = weights;
    if [satisfaction, worth, promises].iter().all(|weight| weight.is_zero()) {
        let message = words!("all weights of `{key}` are 0", "`{key}` 的权重全是 0");
        let diagnostic = Diagnostic::new(Code::BadSetting, message).help(words!(
            "{key} = {{ satisfaction = 1, value = 1, promises = 2 }}",
            "{key} = {{ satisfaction = 1, value = 1, promises = 2 }}"
        ));
        reader.problem(value.span(), diagnostic);
        return None;
    }
    Some(weights)
}

/// A number from 0 on.
pub(in crate::format) fn not_negative(
    reader: &mut Reader,
    key: &str,
    value: &TomlValue,
) -> Option<Amount> {
    let amount = reader.amount(key, value)?;
    if amount.is_negative() {
        let message = words!("`{key}` cannot be less than 0", "`{key}` 不能小于 0");
        reader.problem(value.span(), Diagnostic::new(Code::BadSetting, message));
        return None;
    }
    Some(amount)
}

fn margin(reader: &mut Reader, value: &TomlValue) -> Vec<(Text, Amount)> {
    let mut margin = Vec::new();
    for (product, value) in reader.table("margin", value).into_iter().flatten() {
        let product: &str = product.get_ref();
        margin.extend(share(reader, product, value).map(|share| (product.into(), share)));
    }
    margin
}

/// Four limits between five scores.
fn limits(reader: &mut Reader, key: &str, value: &TomlValue) -> Option<[Amount; 4]> {
    let items = value.get_ref().as_array().map(|items| items.iter().collect::<Vec<_>>());
    let read: Vec<Amount> =
        items.iter().flatten().filter_map(|item| reader.amount(key, item)).collect();
    let limits: Option<[Amount; 4]> = read.try_into().ok();
    let ascending = |limits: &[Amount; 4]| limits.windows(2).all(|pair| pair[0] < pair[1]);
    let limits = limits.filter(ascending);
    if limits.is_none() {
        let message = words!(
            "`{key}` needs four limits in ascending order",
            "`{key}` 需要四个由小到大的界限"
        );
        let diagnostic = Diagnostic::new(Code::BadSetting, message).help(words!(
            "{key} = [30, 90, 180, 365] for five scores",
            "五个分数如 {key} = [30, 90, 180, 365]"
        ));
        reader.problem(value.span(), diagnostic);
    }
    limits
}

/// `[policy.<grade>]`: settings that are not stated keep their default.
pub(in crate::format) fn policies(reader: &mut Reader, settings: &mut Settings, table: &TomlTable) {
    let grades: Vec<String> =
        settings.grading.grades().into_iter().map(ToOwned::to_owned).collect();
    for (key, value) in table {
        let grade: &str = key.get_ref();
        if !grades.iter().any(|known| known == grade) {
            let message = words!(
                "no rule of grading gives the grade `{grade}`",
                "没有分级规则给出级别 `{grade}`"
            );
            let diagnostic = Diagnostic::new(Code::BadSetting, message)
                .nearest(grade, grades.iter().map(String::as_str));
            reader.problem(key.span(), diagnostic);
            continue;
        }
        let Some(fields) = reader.table(grade, value) else { continue };
        let mut policy = settings.policy(grade).cloned().unwrap_or_default();
        for (key, value) in fields {
            demand(reader, settings, &mut policy, key.get_ref(), value, key.span());
        }
        match settings.policies.iter_mut().find(|(of, _)| **of == *grade) {
            Some((_, default)) => *default = policy,
            None => settings.policies.push((grade.into(), policy)),
        }
    }
}

fn demand(
    reader: &mut Reader,
    settings: &Settings,
    policy: &mut Policy,
    name: &str,
    value: &TomlValue,
    key: Range<usize>,
) {
    // 0 removes a default: no demand.
    let mut days = |slot: &mut Option<u32>, max: u32| {
        if let Some(count) = reader.count(name, value, max) {
            *slot = Some(count).filter(|count| *count > 0);
        }
    };
    match name {
        "verify_days" => days(&mut policy.verify_days, 36_500),
        "contact_days" => days(&mut policy.contact_days, 36_500),
        "response_hours" | "response_days" => promise(reader, name, value, &mut policy.response),
        "resolve_hours" | "resolve_days" => promise(reader, name, value, &mut policy.resolve),
        "level" => {
            let names = LEVELS.map(|level| (level, level));
            policy.level = one_of(reader, name, value, &names).map(Into::into);
        }
        "channel" => {
            policy.channel =
                reader.texts(name, value).iter().map(|kind| (&**kind).into()).collect();
            for kind in policy.channel.iter().filter(|k| !settings.kinds.contains(k)) {
                let message = words!("unknown kind of event `{kind}`", "未知的记录类型 `{kind}`");
                let diagnostic = Diagnostic::new(Code::BadSetting, message)
                    .nearest(kind, settings.kinds.names());
                reader.problem(value.span(), diagnostic);
            }
        }
        "discount" => policy.discount = share(reader, name, value),
        "leader_days" => days(&mut policy.leader_days, 36_500),
        "review_days" => days(&mut policy.review_days, 36_500),
        "survey_days" => days(&mut policy.survey_days, 36_500),
        "team" => policy.team = roles(reader, name, value),
        "budget" => {
            if let Some(budget) = not_negative(reader, name, value) {
                policy.budget = Some(budget).filter(|budget| !budget.is_zero());
            }
        }
        "support" => {
            let names = SUPPORT.map(|(name, ..)| (name, name));
            policy.support = one_of(reader, name, value, &names).map(Into::into);
        }
        "care" => policy.care = care(reader, settings, name, value),
        _ => unknown(reader, key, "[policy]", name, &POLICY_KEYS),
    }
}

/// A time in hours or days, as the key's name has it; 0 removes a default.
fn promise(reader: &mut Reader, name: &str, value: &TomlValue, slot: &mut Option<Promise>) {
    let in_days = name.ends_with("_days");
    if let Some(count) = reader.count(name, value, if in_days { 36_500 } else { 876_000 }) {
        let promise = if in_days { Promise::Days(count) } else { Promise::Hours(count) };
        *slot = (count > 0).then_some(promise);
    }
}

/// Roles of helpers, as entries name them in `serves`.
fn roles(reader: &mut Reader, key: &str, value: &TomlValue) -> Vec<Text> {
    let mut roles: Vec<Text> = Vec::new();
    for (role, span) in reader.texts_at(key, value) {
        if role.trim().is_empty() || roles.contains(&role) {
            let message = words!(
                "`{key}` has a role without a name, or one role twice",
                "`{key}` 中有空的角色，或角色重复"
            );
            let diagnostic = Diagnostic::new(Code::BadSetting, message).help(words!(
                "{key} = [\"service\", \"technical\"]",
                "{key} = [\"service\", \"technical\"]"
            ));
            reader.problem(span, diagnostic);
            continue;
        }
        roles.push(role);
    }
    roles
}

/// The occasions of care that a policy names: birthdays, and those of the calendar.
fn care(reader: &mut Reader, settings: &Settings, key: &str, value: &TomlValue) -> Vec<Text> {
    let mut known = Vec::new();
    for (name, span) in reader.texts_at(key, value) {
        let occasions = settings.occasions.iter().map(|occasion| &*occasion.id);
        let names: Vec<&str> = [BIRTHDAY, RENEWAL].into_iter().chain(occasions).collect();
        if names.contains(&&*name) {
            if !known.contains(&name) {
                known.push(name);
            }
            continue;
        }
        let message = words!("no occasion `{name}`", "没有关怀日 `{name}`");
        let diagnostic = Diagnostic::new(Code::BadSetting, message).nearest(&name, names).help(words!(
            "an occasion of your own has its days in crm.toml: [calendar.occasion.{name}] dates = [2010-02-14]",
            "自定关怀日在 crm.toml 中写明日期：[calendar.occasion.{name}] dates = [2010-02-14]"
        ));
        reader.problem(span, diagnostic);
    }
    known
}
