//! A change of a person in the text of a file, without a change of anything else in it.

use crate::diag::{Code, Diagnostic, Place};
use crate::format::line::newline_of;
use crate::format::tree::{TomlValue, parse};
use std::ops::Range;
use toml::de::DeValue;

/// Gives new values to fields of the person at a position, takes off those without one, and adds those that the block does
/// not have at its end, with the signs under each other where they fit. Newline style and comments stay as in the file.
///
/// # Errors
/// Fails if the text is not TOML, or the person is not a block under `[[contact]]`. The caller checks that the result reads
/// back as meant.
pub fn edit_person(
    text: &str,
    position: usize,
    fields: &[(&str, Option<String>)],
    place: &Place,
) -> Result<String, Diagnostic> {
    let newline = newline_of(text);
    let table = parse(text, place).map_err(|mut problems| problems.swap_remove(0))?;
    let people = table.get("contact").map(|people| people.get_ref());
    let person = match people {
        Some(DeValue::Array(people)) => people.get(position),
        _ => None,
    };
    let block = person.filter(|person| text[person.span()].starts_with('['));
    let Some((person, DeValue::Table(known))) = block.map(|block| (block, block.get_ref())) else {
        return Err(no_block(person, place));
    };
    let line_end = |at: usize| text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |end| end + 1);
    let last = known.iter().max_by_key(|(key, _)| key.span().start);
    let end = line_end(last.map_or(person.span().end, |(_, value)| value.span().end));
    let sign = last.map_or(0, |(key, _)| {
        let sign = text[key.span().end..].find('=').map_or(0, |at| key.span().end + at);
        text.get(line_start(key.span().start)..sign).map_or(0, |before| before.chars().count())
    });
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut added = String::new();
    for (name, value) in fields {
        match (known.get_key_value(*name), value) {
            (Some((_, old)), Some(value)) => edits.push((old.span(), value.clone())),
            (Some((key, old)), None) => {
                let lines = line_start(key.span().start)..line_end(old.span().end);
                edits.push((lines, String::new()));
            }
            (None, Some(value)) => {
                let pad = " ".repeat(sign.saturating_sub(name.chars().count() + 1));
                added.push_str(&format!("{name}{pad} = {value}{newline}"));
            }
            (None, None) => {}
        }
    }
    if !added.is_empty() {
        let gap = if text[..end].ends_with('\n') { "" } else { newline };
        edits.push((end..end, format!("{gap}{added}")));
    }
    // From the last to the first, so that the places of the others stay.
    edits.sort_by_key(|(range, _)| std::cmp::Reverse((range.start, range.end)));
    let mut out = text.to_owned();
    edits.into_iter().for_each(|(range, new)| out.replace_range(range, &new));
    Ok(out)
}

/// That a person is not written as a block.
fn no_block(person: Option<&TomlValue>, place: &Place) -> Diagnostic {
    let message = words!(
        "the person is not written as a block `[[contact]]`, which alone can be changed",
        "该联系人不是写成 `[[contact]]` 的一段，无法修改"
    );
    let place = place.clone();
    Diagnostic::new(Code::WriteFailed, message)
        .at(match person {
            Some(person) => place.span(person.span()),
            None => place,
        })
        .help(words!("change it by hand: crm edit ID", "请手工修改：crm edit 编号"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# old\nname = \"浦江\"\n\n[[contact]] # first\nname    = \"王芳\" # 财务\n# mobile\nphone   = \"1\"\n\n\
        [[contact]]\nname = \"王芳\"\n\n[events]\n2009-12-03 = { kind = \"call\" }\n";

    fn edited(
        text: &str,
        at: usize,
        fields: &[(&str, Option<&str>)],
    ) -> Result<String, Diagnostic> {
        let fields: Vec<(&str, Option<String>)> =
            fields.iter().map(|(key, value)| (*key, value.map(str::to_owned))).collect();
        edit_person(text, at, &fields, &Place::file("x.toml"))
    }

    #[test]
    fn values_are_replaced_added_and_taken_off_and_the_rest_stays() {
        let fields = [
            ("phone", Some("\"22\"")),
            ("part", Some("\"user\"")),
            ("birthday", Some("1985-03-02")),
        ];
        let expected =
            FILE.replace("\"1\"\n", "\"22\"\npart    = \"user\"\nbirthday = 1985-03-02\n");
        assert_eq!(edited(FILE, 0, &fields).unwrap(), expected);
        let expected = FILE.replace("phone   = \"1\"\n", "part    = \"user\"\n");
        let fields = [("phone", None), ("part", Some("\"user\"")), ("email", None)];
        assert_eq!(edited(FILE, 0, &fields).unwrap(), expected);
        // The second of one name.
        let fields = [("name", Some("\"Bob\"")), ("left", Some("2010-01-02"))];
        let expected = FILE.replace("name = \"王芳\"\n", "name = \"Bob\"\nleft = 2010-01-02\n");
        assert_eq!(edited(FILE, 1, &fields).unwrap(), expected);
    }

    #[test]
    fn line_ends_and_the_mark_at_the_beginning_stay() {
        let windows = format!("\u{feff}{}", FILE.replace('\n', "\r\n"));
        let fields = [("phone", Some("\"22\"")), ("part", Some("\"user\""))];
        let out = edited(&windows, 0, &fields).unwrap();
        let plain = edited(FILE, 0, &fields).unwrap();
        assert_eq!(out, format!("\u{feff}{}", plain.replace('\n', "\r\n")));
        assert_eq!(
            edited("[[contact]]\nname = \"a\"", 0, &[("role", Some("\"b\""))]).unwrap(),
            "[[contact]]\nname = \"a\"\nrole = \"b\"\n"
        );
        assert_eq!(
            edited("[[contact]]", 0, &[("role", Some("\"b\""))]).unwrap(),
            "[[contact]]\nrole = \"b\"\n"
        );
    }

    #[test]
    fn a_person_who_is_no_block_is_left_alone() {
        let fields = [("role", Some("\"b\""))];
        for (text, at) in [("contact = [{ name = \"a\" }]", 0), (FILE, 2), ("name = \"x\"", 0)] {
            assert!(edited(text, at, &fields).is_err(), "{text}");
        }
    }
}
