//! Words of queries: `owner:` and then reps, `is:` and then flags, `@` and then segments.

use super::{World, beginning, begins, candidate, values};
use crate::rules::attribute::{
    ATTRIBUTES, AttributeKind, FLAGS, Named, OF_CUSTOMER, Vocabulary, named, of_customer,
};
use clap_complete::engine::CompletionCandidate;

/// What may begin a term before its field.
const OPENING: [char; 3] = ['(', '!', '"'];

/// The last word of a query; the rest of it stays as it is typed.
pub fn words(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    let start = typed.rfind([' ', '(', '!']).map_or(0, |at| at + 1);
    let (before, term) = typed.split_at(start);
    let before = before.trim_start_matches(['"', '\'']);
    let found = match (term.strip_prefix('@'), term.split_once(':')) {
        (Some(segment), _) => segments(world, segment),
        (None, Some((field, value))) => values_of(world, field, value),
        (None, None) => fields(world, term.trim_start_matches(OPENING)),
    };
    found.into_iter().map(|found| found.add_prefix(before)).collect()
}

/// `@vip`.
fn segments(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    let known = world.settings.segments.iter();
    let known = known.filter(|segment| begins(&segment.id, typed));
    let made =
        known.map(|segment| candidate(&segment.id, segment.label.get(world.lang, &segment.when)));
    made.map(|made| made.add_prefix("@")).collect()
}

/// `owner:`, with a few words about it. Where nothing is typed, segments follow.
fn fields(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    let (is_of_file, own) = of_customer(typed);
    let before = if is_of_file { OF_CUSTOMER[0] } else { "" };
    let known = ATTRIBUTES.iter().filter(|row| begins(row.id, own));
    let known = known.map(|row| candidate(row.id, world.lang.pick(row.about.0, row.about.1)));
    let facts = world.settings.facts.iter().filter(|fact| begins(fact, own));
    let known = known.chain(facts.map(|fact| candidate(fact, "")));
    let mut found: Vec<CompletionCandidate> =
        known.map(|known| suffixed(&known, ":").add_prefix(before)).collect();
    if begins("is", typed) && !found.iter().any(|known| known.get_value() == "is:") {
        found.push(candidate("is:", world.lang.pick("a flag", "提醒")));
    }
    if typed.is_empty() {
        found.extend(segments(world, ""));
    }
    found
}

/// The same candidate with something behind it.
fn suffixed(known: &CompletionCandidate, suffix: &str) -> CompletionCandidate {
    let mut value = known.get_value().to_owned();
    value.push(suffix);
    CompletionCandidate::new(value).help(known.get_help().cloned())
}

/// `owner:he,liu…`: the values of a field, behind its name and the values that are there.
fn values_of(world: &World, field: &str, typed: &str) -> Vec<CompletionCandidate> {
    let start = typed.rfind([',', '=']).map_or(0, |at| at + 1);
    let (listed, value) = typed.split_at(start);
    let before = format!("{field}:{listed}");
    values_of_field(world, field, value)
        .into_iter()
        .map(|found| found.add_prefix(&before))
        .collect()
}

fn values_of_field(world: &World, field: &str, typed: &str) -> Vec<CompletionCandidate> {
    let (lang, settings) = (world.lang, &world.settings);
    let flags = || {
        beginning(typed, FLAGS.iter().map(|flag| (flag.id, lang.pick(flag.about.0, flag.about.1))))
    };
    if field.eq_ignore_ascii_case("is") {
        return flags();
    }
    let own = of_customer(field.trim_start_matches(OPENING)).1;
    let Some(Named::Attribute(row)) = named(own, settings) else { return Vec::new() };
    match row.kind {
        AttributeKind::Flags => flags(),
        AttributeKind::Stage(_) => values::stages(world, typed),
        AttributeKind::Level(scale) | AttributeKind::Valued(scale, _) => {
            beginning(typed, scale.levels().iter().map(|level| (level.id, level.short(lang))))
        }
        AttributeKind::Steps(steps, _) => {
            beginning(typed, steps.iter().map(|(id, en, zh)| (*id, lang.pick(en, zh))))
        }
        AttributeKind::Words(vocabulary, _) | AttributeKind::Exact(vocabulary, _) => {
            match vocabulary {
                Vocabulary::Reps => values::reps_and_me(world, typed),
                Vocabulary::Departments => values::departments(world, typed),
                Vocabulary::Ledgers => {
                    beginning(typed, settings.ledgers.iter().map(|id| (&**id, "")))
                }
                Vocabulary::Campaigns => values::campaigns(world, typed),
                Vocabulary::Pipelines => values::boards(world, typed),
                Vocabulary::Kinds => values::kinds(world, typed),
                Vocabulary::Criteria => values::criteria(world, typed),
                Vocabulary::Reasons => values::reasons(world, typed),
                Vocabulary::Levels(scale) => beginning(
                    typed,
                    scale.levels().iter().map(|level| (level.id, level.short(lang))),
                ),
                Vocabulary::Grades => {
                    beginning(typed, settings.policies.iter().map(|(grade, _)| (&**grade, "")))
                }
                Vocabulary::Words(words, _) => {
                    beginning(typed, words.iter().map(|(id, en, zh)| (*id, lang.pick(en, zh))))
                }
                Vocabulary::Any => Vec::new(),
            }
        }
        AttributeKind::Number(..) | AttributeKind::Date(..) => Vec::new(),
    }
}
