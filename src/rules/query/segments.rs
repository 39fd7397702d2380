//! Segments in queries: `@vip` stands for the query that `[segment.vip]` of the settings has. They are expanded here and
//! nowhere else; the tree of a query has none.

use super::lexer::Word;
use super::matching::Node;
use super::{Asked, MAX_DEPTH, Parsed};
use crate::diag::Words;
use crate::value::text::Text;
use std::cell::{Cell, RefCell};

/// How many segments one query may be expanded by: those of a chain of segments that each name another one twice double
/// with each link.
const MAX_SEGMENTS: usize = 1_000;

/// The name of the segment that a word means: a word in quotes means itself.
pub(super) fn name_of(word: &Word) -> Option<String> {
    let text = word.text();
    let name = text.strip_prefix(['@', '＠'])?;
    (!word.quoted && !name.is_empty()).then(|| name.to_owned())
}

/// The question of a segment. `depth`: how deep the word is nested in the whole query; `parse` reads the segment's own.
pub(super) fn expanded(
    asked: &Asked<'_>,
    word: &Word,
    name: &str,
    depth: usize,
    parse: fn(&Asked<'_>) -> Parsed<Node>,
) -> Parsed<Node> {
    let Ok(segment) = asked.settings.segment_named(name) else {
        let known = &asked.settings.segments;
        let message = words!("no segment `@{name}`", "没有客群 `@{name}`");
        let wrong = asked.wrong(&word.span, message);
        let wrong = wrong.nearest(name, known.iter().map(|segment| &*segment.id));
        return Err(Box::new(wrong.help(match known.is_empty() {
            true => words!(
                "a segment has a block in crm.toml: [segment.{name}] when = \"tag:vip\"; to look for the words, put them in quotes",
                "客群要在 crm.toml 中写明：[segment.{name}] when = \"tag:vip\"；要查找这些字，请加引号"
            ),
            false => words!("to look for the words, put them in quotes", "要查找这些字，请加引号"),
        })));
    };
    let mut inside = asked.inside.clone();
    inside.push(segment.id.clone());
    if asked.inside.contains(&segment.id) {
        let way = way(&inside);
        let message = words!("segments go in a circle: {way}", "客群形成循环：{way}");
        return Err(Box::new(asked.wrong(&word.span, message).help(words!(
            "take one of them out of the other's `when`",
            "请从其中一个的 `when` 里去掉另一个"
        ))));
    }
    if depth >= MAX_DEPTH {
        let message = words!("nested deeper than {MAX_DEPTH}", "嵌套超过 {MAX_DEPTH} 层");
        return Err(Box::new(asked.wrong(&word.span, message)));
    }
    if asked.expanded.get() >= MAX_SEGMENTS {
        let message = words!(
            "more than {MAX_SEGMENTS} segments in one query",
            "一个查询里的客群超过 {MAX_SEGMENTS} 个"
        );
        return Err(Box::new(asked.wrong(&word.span, message)));
    }
    let origin = format!("@{}", segment.id);
    let inner = Asked {
        text: &segment.when,
        origin: &origin,
        settings: asked.settings,
        today: asked.today,
        asks_notes: Cell::new(false),
        grade_at: RefCell::new(None),
        inside,
        depth: depth + 1,
        expanded: Cell::new(asked.expanded.get() + 1),
    };
    let node = parse(&inner).map_err(|wrong| {
        // A circle is told of as it is: its message names all segments on the way.
        let message = match asked.inside.is_empty() {
            true => Words::each(|lang| format!("`@{}`: {}", segment.id, wrong.message.get(lang))),
            false => wrong.message.clone(),
        };
        let mut told = asked.wrong(&word.span, message);
        told.help = wrong.help;
        Box::new(told)
    })?;
    asked.expanded.set(inner.expanded.get());
    asked.asks_notes.set(asked.asks_notes.get() || inner.asks_notes.get());
    if inner.grade_at.borrow().is_some() {
        asked.grade_at.borrow_mut().get_or_insert(word.span.clone());
    }
    Ok(node)
}

/// `@a -> @b -> @a`
fn way(inside: &[Text]) -> String {
    inside.iter().map(|id| format!("@{id}")).collect::<Vec<_>>().join(" -> ")
}
