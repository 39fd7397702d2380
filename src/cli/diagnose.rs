//! Diagnostics put into words: code, message, place, source line with a caret, help. The one home of
//! `annotate-snippets`.

use crate::diag::{Diagnostic, Lang, Severity, Source, Spot, Words};
use crate::format::locate::Locator;
use crate::format::rows::kind::SourceKind;
use crate::render::clean;
use annotate_snippets::renderer::{DEFAULT_LINE_NUM_STYLE, DecorStyle};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstyle::Style;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::ops::Range;
use std::path::Path;
use std::string::FromUtf8Error;
use std::sync::Arc;

/// Only this much of a file is read to show a line of it.
const SHOWN: u64 = 8 * 1024 * 1024;
/// When a command stops, so many diagnostics are shown; `crm check` shows all.
const SHOWN_AT_ONCE: usize = 100;
/// A line longer than this is cut around the caret.
const LINE: usize = 240;

/// A diagnostic's place, resolved: the path to print, line and column from 1, and the text of the source.
pub struct Resolved {
    /// The path, as it is printed.
    pub path: String,
    /// Line, from 1; 0 if the source as a whole is meant.
    pub line: usize,
    /// Column in characters, from 1; 0 if the source as a whole is meant.
    pub column: usize,
    source: Arc<SourceText>,
    span: Option<Range<usize>>,
}

/// The text of a source.
struct SourceText {
    text: String,
    /// It is UTF-8. Other bytes have lines too, but none that could be shown.
    is_utf8: bool,
}

/// Looks a diagnostic's place up in its source.
pub fn resolve(diagnostic: &Diagnostic) -> Option<Resolved> {
    resolve_all(std::slice::from_ref(diagnostic)).pop().flatten()
}

/// Looks up the places of many: each source is read and gone through once, however many it has.
pub fn resolve_all(found: &[Diagnostic]) -> Vec<Option<Resolved>> {
    let mut by_source: BTreeMap<&Source, Vec<(usize, &Spot)>> = BTreeMap::new();
    for (number, diagnostic) in found.iter().enumerate() {
        if let Some(place) = &diagnostic.place {
            by_source.entry(&place.source).or_default().push((number, &place.spot));
        }
    }
    let by_source: Vec<_> = by_source.into_iter().collect();
    let resolved = by_source.into_par_iter().flat_map_iter(|(source, spots)| of_one(source, spots));
    let mut resolved: Vec<(usize, Resolved)> = resolved.collect();
    resolved.sort_unstable_by_key(|(number, _)| *number);
    let mut resolved = resolved.into_iter().peekable();
    let mut of = |number| resolved.next_if(|(next, _)| *next == number).map(|(_, place)| place);
    (0..found.len()).map(&mut of).collect()
}

/// The spots of one source, with the number that each came with.
fn of_one(source: &Source, spots: Vec<(usize, &Spot)>) -> Vec<(usize, Resolved)> {
    let (path, source) = match source {
        Source::File(path) => (clean(&path.display().to_string()).into_owned(), read(path)),
        Source::Text { origin, text } => {
            (origin.clone(), SourceText { text: text.clone(), is_utf8: true })
        }
    };
    let source = Arc::new(source);
    let text = &source.text;
    let locator = Locator::new(text);
    let spans = spots.into_iter().map(|(number, spot)| (number, locator.locate(spot)));
    let mut spans: Vec<(usize, Option<Range<usize>>)> = spans.collect();
    spans.sort_by_key(|(_, span)| span.as_ref().map_or(0, |span| span.start));
    let mut position = CharPosition { at: 0, line: 1, column: 1 };
    let resolved = spans.into_iter().map(|(number, span)| {
        let (line, column) = match &span {
            Some(span) => position.of(text, span.start),
            None => (0, 0),
        };
        (number, Resolved { path: path.clone(), line, column, source: source.clone(), span })
    });
    resolved.collect()
}

fn read(path: &Path) -> SourceText {
    let mut bytes = Vec::new();
    // A pipe would be waited for.
    if std::fs::metadata(path).is_ok_and(|meta| meta.is_file())
        && let Ok(file) = std::fs::File::open(path)
    {
        let _ = file.take(SHOWN).read_to_end(&mut bytes);
    }
    // A workbook has no lines to show.
    if SourceKind::of(&bytes) == SourceKind::Workbook {
        return SourceText { text: String::new(), is_utf8: true };
    }
    // Bytes that are not UTF-8 become replacement characters; up to there, offsets are those of the file.
    match String::from_utf8(bytes) {
        // A zero is valid UTF-8, but no text has one.
        Ok(text) => SourceText { is_utf8: !text.contains('\0'), text },
        Err(error) => SourceText {
            text: String::from_utf8_lossy(error.as_bytes()).into_owned(),
            // A long file is cut anywhere, perhaps in a character.
            is_utf8: bytes_are_cut(&error),
        },
    }
}

/// Is nothing but the last character incomplete, because only the first part of the file was read?
fn bytes_are_cut(error: &FromUtf8Error) -> bool {
    error.as_bytes().len() as u64 == SHOWN && error.utf8_error().error_len().is_none()
}

/// Line and column, in characters, of growing offsets of a text.
struct CharPosition {
    at: usize,
    line: usize,
    column: usize,
}

impl CharPosition {
    fn of(&mut self, text: &str, offset: usize) -> (usize, usize) {
        for c in text[self.at..offset].chars() {
            match c {
                '\n' => (self.line, self.column) = (self.line + 1, 1),
                '\u{feff}' if self.column == 1 => {}
                _ => self.column += 1,
            }
        }
        self.at = offset;
        (self.line, self.column)
    }
}

/// A diagnostic as people read it, over several lines; source lines are cut to the terminal's columns.
pub fn render(diagnostic: &Diagnostic, look: Look) -> String {
    render_at(diagnostic, resolve(diagnostic).as_ref(), look)
}

/// How diagnostics look.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    /// In colour.
    pub color: bool,
    /// The columns of the terminal; `None` where there is none.
    pub width: Option<usize>,
    /// The language.
    pub lang: Lang,
}

/// [`render`] at a place that has been looked up.
pub fn render_at(diagnostic: &Diagnostic, resolved: Option<&Resolved>, look: Look) -> String {
    let Look { color, width, lang } = look;
    let cleaned = |words: &Words| clean(words.get(lang)).into_owned();
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let severity = diagnostic.severity.words();
    let level = level.with_name(severity.get(lang));
    let note_level = Level::NOTE.with_name(lang.pick("note", "提示"));
    let help_level = Level::HELP.with_name(lang.pick("help", "帮助"));
    let message = cleaned(&diagnostic.message);
    let notes: Vec<String> = diagnostic.notes.iter().map(cleaned).collect();
    let help: Vec<String> = diagnostic.help.iter().map(cleaned).collect();
    let label = diagnostic.label.as_ref().map(cleaned).unwrap_or_default();
    let excerpt = resolved.filter(|resolved| resolved.source.is_utf8).and_then(Excerpt::of);
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let renderer = width.map_or(renderer.clone(), |width| renderer.term_width(width));
    let title = level.primary_title(message.as_str()).id(diagnostic.code.id());
    if let (Some(resolved), Some(excerpt)) = (resolved, &excerpt) {
        let mut annotation = AnnotationKind::Primary.span(excerpt.span.clone());
        if !label.is_empty() {
            annotation = annotation.label(label.as_str());
        }
        let source = Snippet::source(&excerpt.line)
            .line_start(resolved.line)
            .path(&resolved.path)
            .annotation(annotation);
        let group = Group::with_title(title)
            .element(source)
            .elements(notes.iter().map(|note| note_level.clone().message(note)))
            .elements(help.iter().map(|help| help_level.clone().message(help)));
        return renderer.render(&[group]).to_string();
    }
    // Without a source line there is no gutter to hang the rest on.
    let style = if color { DEFAULT_LINE_NUM_STYLE } else { Style::new() };
    let mut out = renderer.render(&[Group::with_title(title)]).to_string();
    if let Some(resolved) = resolved {
        let line = match resolved.line {
            0 => String::new(),
            line => format!(":{line}"),
        };
        out.push_str(&format!("\n {style}-->{style:#} {}{line}", resolved.path));
    }
    let notes = notes.iter().map(|note| note_level.clone().secondary_title(note));
    for title in notes.chain(help.iter().map(|help| help_level.clone().secondary_title(help))) {
        let line = renderer.render(&[Group::with_title(title)]).to_string();
        out.push_str(&format!("\n  {style}={style:#} {line}"));
    }
    out
}

/// The line that a caret points into, without control characters, cut if it is very long.
struct Excerpt {
    line: String,
    span: Range<usize>,
}

impl Excerpt {
    fn of(resolved: &Resolved) -> Option<Excerpt> {
        let span = resolved.span.clone()?;
        let text = &resolved.source.text;
        // Only the part that is shown is searched: a file may be one long line.
        let near = floor(text, span.start.saturating_sub(LINE));
        let far = floor(text, (span.start + 2 * LINE).min(text.len()));
        let start = text[near..span.start].rfind('\n').map_or(near, |p| near + p + 1);
        let end = text[span.start..far].find('\n').map_or(far, |p| span.start + p);
        let end = if text[..end].ends_with('\r') { end - 1 } else { end };
        let line = &text[start..end.max(start)];
        let from = span.start.min(end.max(start)) - start;
        let to = (span.end.min(end.max(span.start)) - start).clamp(from, line.len());
        let (mut first, mut last) = (0, line.len());
        if line.len() > LINE {
            first = floor(line, from.saturating_sub(LINE / 3));
            last = floor(line, (first + LINE).min(line.len()));
        }
        let before = clean(line.get(first..from)?.trim_start_matches('\u{feff}'));
        let marked = clean(line.get(from..to.min(last).max(from))?);
        let after = clean(line.get(to.min(last).max(from)..last)?);
        let span = before.len()..before.len() + marked.len();
        Some(Excerpt { line: format!("{before}{marked}{after}"), span })
    }
}

fn floor(line: &str, mut at: usize) -> usize {
    while !line.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Puts diagnostics on stderr, a blank line between them; of very many the first.
pub fn show(found: &[Diagnostic], look: Look) {
    let mut stderr = std::io::stderr().lock();
    let (shown, more) = found.split_at(found.len().min(SHOWN_AT_ONCE));
    for (number, (diagnostic, place)) in shown.iter().zip(resolve_all(shown)).enumerate() {
        let gap = if number > 0 { "\n" } else { "" };
        let text = render_at(diagnostic, place.as_ref(), look);
        // An error of stderr itself has no place to be shown.
        let _ = writeln!(stderr, "{gap}{text}");
    }
    if !more.is_empty() {
        let more = more.len();
        let words = words!("{more} more like these", "还有 {more} 条同类问题");
        let _ = writeln!(stderr, "\n{}", words.get(look.lang));
    }
}

/// One line, `file:line:col: severity[code]: message`, for editors, which know the severity by its English name.
pub fn short(diagnostic: &Diagnostic, lang: Lang) -> String {
    short_at(diagnostic, resolve(diagnostic).as_ref(), lang)
}

/// [`short`] at a place that has been looked up.
pub fn short_at(diagnostic: &Diagnostic, resolved: Option<&Resolved>, lang: Lang) -> String {
    let what = format!(
        "{}[{}]: {}",
        diagnostic.severity,
        diagnostic.code.id(),
        clean(diagnostic.message.get(lang))
    );
    match resolved {
        Some(place) => {
            format!("{}:{}:{}: {what}", place.path, place.line.max(1), place.column.max(1))
        }
        None => what,
    }
}
