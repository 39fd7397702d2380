//! OpenDocument: the cells of `content.xml` as they come, because a row or a cell can state that it is repeated a
//! million times.

use super::archive::zipped;
use super::sheet::{SheetRows, Value, clock};
use super::{SheetName, Unreadable, Workbook};
use crate::diag::Words;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Cursor, Read};
use zip::ZipArchive;

/// A row has at most so many bytes of text: 64 MiB.
const ROW: usize = 64 * 1024 * 1024;
/// So many spaces in a row are kept.
const SPACES: usize = 100;
/// So many bytes of the list of parts are read.
const MANIFEST: u64 = 1024 * 1024;

/// A workbook of OpenDocument.
pub(super) struct OpenDocument<'b> {
    bytes: &'b [u8],
    sheets: Vec<SheetName>,
}

impl OpenDocument<'_> {
    pub(super) fn open(bytes: &[u8]) -> Result<OpenDocument<'_>, Unreadable> {
        let mut archive = zipped(bytes)?;
        if let Ok(manifest) = archive.by_name("META-INF/manifest.xml") {
            let mut text = Vec::new();
            let read = manifest.take(MANIFEST).read_to_end(&mut text);
            if read.is_ok() && String::from_utf8_lossy(&text).contains("encryption-data") {
                return Err(Unreadable::Locked);
            }
        }
        let sheets = sheets(&mut content(&mut archive)?)?;
        Ok(OpenDocument { bytes, sheets })
    }
}

impl Workbook for OpenDocument<'_> {
    fn sheets(&self) -> &[SheetName] {
        &self.sheets
    }

    fn cells(&mut self, sheet: usize, rows: &mut SheetRows) -> Result<(), Unreadable> {
        let mut archive = zipped(self.bytes)?;
        let mut xml = content(&mut archive)?;
        let mut seen = 0;
        let mut depth = 0_usize;
        let mut row = 0_u32;
        loop {
            match xml.next()? {
                Event::Start(tag) => match tag.name().as_ref() {
                    "table:table" => {
                        seen += usize::from(depth == 0);
                        depth += 1;
                    }
                    "table:table-row" if depth == 1 && seen == sheet + 1 => {
                        let repeated = count(&tag, "table:number-rows-repeated")?;
                        let cells = read_row(&mut xml)?;
                        for nth in 0..if cells.is_empty() { 0 } else { repeated } {
                            add_row(rows, row.saturating_add(nth), &cells)?;
                        }
                        row = row.saturating_add(repeated);
                    }
                    _ => {}
                },
                Event::End(tag) if tag.name().as_ref() == "table:table" => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 && seen == sheet + 1 {
                        return Ok(());
                    }
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }
}

/// The XML of a document.
struct Xml<R> {
    reader: quick_xml::Reader<R>,
    buffer: Vec<u8>,
}

impl<R: BufRead> Xml<R> {
    fn next(&mut self) -> Result<Event<'_>, Unreadable> {
        self.buffer.clear();
        self.reader.read_event_into(&mut self.buffer).map_err(damaged)
    }

    /// Leaves out what is inside the tag.
    fn skip(&mut self, name: &str) -> Result<(), Unreadable> {
        let mut depth = 1;
        while depth > 0 {
            match self.next()? {
                Event::Start(tag) if tag.name().as_ref() == name => depth += 1,
                Event::End(tag) if tag.name().as_ref() == name => depth -= 1,
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
        Ok(())
    }
}

fn damaged(error: impl std::fmt::Display) -> Unreadable {
    Unreadable::Damaged(Words::verbatim(error.to_string()))
}

fn content<'a>(
    archive: &'a mut ZipArchive<Cursor<&'a [u8]>>,
) -> Result<Xml<impl BufRead + use<'a>>, Unreadable> {
    let part = archive.by_name("content.xml").map_err(damaged)?;
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(part));
    reader.config_mut().expand_empty_elements = true;
    Ok(Xml { reader, buffer: Vec::new() })
}

/// The names of the sheets; those of a style that is not displayed are hidden.
fn sheets<R: BufRead>(xml: &mut Xml<R>) -> Result<Vec<SheetName>, Unreadable> {
    let mut sheets = Vec::new();
    let mut style = None;
    let mut undisplayed = HashSet::new();
    let mut depth = 0_usize;
    loop {
        match xml.next()? {
            Event::Start(tag) => match tag.name().as_ref() {
                "style:style" => style = attribute(&tag, "style:name")?,
                "style:table-properties"
                    if attribute(&tag, "table:display")?.is_some_and(|shown| shown == "false") =>
                {
                    undisplayed.extend(style.take());
                }
                "table:table" => {
                    if depth == 0 {
                        let name = attribute(&tag, "table:name")?.unwrap_or_default();
                        let style = attribute(&tag, "table:style-name")?;
                        let hidden = style.is_some_and(|style| undisplayed.contains(&style));
                        sheets.push(SheetName { name, hidden });
                    }
                    depth += 1;
                }
                _ => {}
            },
            Event::End(tag) if tag.name().as_ref() == "table:table" => {
                depth = depth.saturating_sub(1);
            }
            Event::Eof => return Ok(sheets),
            _ => {}
        }
    }
}

/// A cell, its column, and how many columns it fills.
struct Repeated {
    column: u32,
    count: u32,
    value: Value<'static>,
}

fn add_row(rows: &mut SheetRows, row: u32, cells: &[Repeated]) -> Result<(), Unreadable> {
    for cell in cells {
        for nth in 0..cell.count {
            rows.add(row, cell.column.saturating_add(nth), cell.value.clone())?;
        }
    }
    Ok(())
}

/// The cells of a row that are not empty.
fn read_row<R: BufRead>(xml: &mut Xml<R>) -> Result<Vec<Repeated>, Unreadable> {
    let mut cells = Vec::new();
    let mut column = 0_u32;
    let mut held = 0;
    loop {
        match xml.next()? {
            Event::Start(tag) => {
                let name = tag.name().as_ref().to_owned();
                if !matches!(&*name, "table:table-cell" | "table:covered-table-cell") {
                    xml.skip(&name)?;
                    continue;
                }
                let count = count(&tag, "table:number-columns-repeated")?;
                let stated = Stated::of(&tag)?;
                let text = read_text(xml, &name)?;
                held += text.len();
                if held > ROW {
                    return Err(Unreadable::TooLarge(words!(
                        "a row of the sheet has more than 64 MiB of text",
                        "工作表中有一行的文字超过 64 MiB"
                    )));
                }
                if let Some(value) = stated.value(text) {
                    cells.push(Repeated { column, count, value });
                }
                column = column.saturating_add(count);
            }
            Event::End(tag) if tag.name().as_ref() == "table:table-row" => return Ok(cells),
            Event::Eof => {
                return Err(Unreadable::Damaged(words!("a row has no end", "有一行没有结尾")));
            }
            _ => {}
        }
    }
}

/// The text inside a cell, a line for each paragraph, without its comments and pictures.
fn read_text<R: BufRead>(xml: &mut Xml<R>, cell: &str) -> Result<String, Unreadable> {
    let mut text = String::new();
    let mut paragraphs = 0;
    loop {
        if text.len() > ROW {
            return Ok(text);
        }
        match xml.next()? {
            Event::Text(part) if paragraphs > 0 => text.push_str(&part.xml10_content()),
            Event::CData(part) if paragraphs > 0 => text.push_str(&part.xml10_content()),
            Event::GeneralRef(entity) if paragraphs > 0 => {
                match (resolve_xml_entity(&entity), entity.resolve_char_ref()) {
                    (Some(known), _) => text.push_str(known),
                    (None, Ok(Some(character))) => text.push(character),
                    // An entity of the document's own is not expanded.
                    _ => {
                        return Err(Unreadable::Damaged(words!(
                            "entity `{}`",
                            "实体 `{}`",
                            &*entity
                        )));
                    }
                }
            }
            Event::Start(tag) => match tag.name().as_ref() {
                "text:p" | "text:h" => {
                    if paragraphs > 0 {
                        text.push('\n');
                    }
                    paragraphs += 1;
                }
                "text:s" => {
                    let spaces = count(&tag, "text:c")? as usize;
                    text.push_str(&" ".repeat(spaces.min(SPACES)));
                }
                "text:tab" => text.push('\t'),
                "text:line-break" => text.push('\n'),
                name @ ("office:annotation" | "draw:frame" | "table:table") => {
                    let name = name.to_owned();
                    xml.skip(&name)?;
                }
                _ => {}
            },
            Event::End(tag) if tag.name().as_ref() == cell => return Ok(text),
            Event::Eof => {
                return Err(Unreadable::Damaged(words!("a cell has no end", "有一格没有结尾")));
            }
            _ => {}
        }
    }
}

/// The attributes of a cell.
#[derive(Default)]
struct Stated {
    kind: String,
    error: bool,
    value: Option<String>,
    text: Option<String>,
}

impl Stated {
    fn of(tag: &BytesStart) -> Result<Stated, Unreadable> {
        let kind = attribute(tag, "office:value-type")?.unwrap_or_default();
        let error = attribute(tag, "calcext:value-type")?.is_some_and(|kind| kind == "error");
        let value = match &*kind {
            "date" => attribute(tag, "office:date-value")?,
            "time" => attribute(tag, "office:time-value")?,
            "boolean" => attribute(tag, "office:boolean-value")?,
            _ => attribute(tag, "office:value")?,
        };
        Ok(Stated { kind, error, value, text: attribute(tag, "office:string-value")? })
    }

    /// The value of a cell with this text; `None` if it is empty.
    fn value(self, text: String) -> Option<Value<'static>> {
        if self.error {
            return Some(Value::Error(text));
        }
        match (&*self.kind, self.value) {
            ("float" | "percentage" | "currency", Some(number)) => {
                Some(number.parse().map_or(Value::Error(number), Value::Number))
            }
            ("date", Some(day)) => Some(Value::iso(&day)),
            ("time", Some(span)) => Some(Value::Text(span_of(&span).map_or(span, clock).into())),
            ("boolean", Some(truth)) => Some(Value::Truth(truth == "true")),
            _ => {
                let text = self.text.filter(|stated| !stated.is_empty()).unwrap_or(text);
                (!text.trim().is_empty()).then_some(Value::Text(Cow::Owned(text)))
            }
        }
    }
}

/// The days of a span such as `PT14H30M00S`.
fn span_of(text: &str) -> Option<f64> {
    let (hours, rest) = text.strip_prefix("PT")?.split_once('H')?;
    let (minutes, rest) = rest.split_once('M')?;
    let seconds: f64 = rest.strip_suffix('S')?.parse().ok()?;
    let (hours, minutes): (f64, f64) = (hours.parse().ok()?, minutes.parse().ok()?);
    Some((hours * 3600.0 + minutes * 60.0 + seconds) / 86_400.0)
}

fn attribute(tag: &BytesStart, name: &str) -> Result<Option<String>, Unreadable> {
    let Some(found) = tag.try_get_attribute(name).map_err(damaged)? else { return Ok(None) };
    let value = found.normalized_value(XmlVersion::Implicit1_0).map_err(damaged)?;
    Ok(Some(value.into_owned()))
}

/// A number of repetitions; 1 where it is not stated.
fn count(tag: &BytesStart, name: &str) -> Result<u32, Unreadable> {
    attribute(tag, name)?.map_or(Ok(1), |count| count.parse().map_err(damaged))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        assert_eq!(span_of("PT14H30M00S").map(clock).as_deref(), Some("14:30"));
        assert_eq!(span_of("PT36H00M01.00S").map(clock).as_deref(), Some("36:00:01"));
        assert_eq!(span_of("P1D"), None);
    }
}
