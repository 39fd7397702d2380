//! A rep's records of access, `access/<rep>.toml`: read, and a line of them written.

use crate::diag::{Code, Diagnostic, Place};
use crate::format::append::not_lines;
use crate::format::line::quoted;
use crate::format::read_prospect::bad_key;
use crate::format::tree::{Reader, TomlTable, parse};
use crate::model::access::{ACCESS_KEYS, Access};
use crate::model::event::EventKey;
use std::path::Path;

/// The table of the records.
pub const TABLE: &str = "access";

/// The records of one file, in the order of the file.
pub fn read_accesses(text: &str, shown: &Path) -> (Vec<Access>, Vec<Diagnostic>) {
    let place = Place::file(shown);
    let table = match parse(text, &place) {
        Ok(table) => table,
        Err(problems) => return (Vec::new(), problems),
    };
    let mut reader = Reader::new(place.clone(), Code::WrongType);
    let mut found = Vec::new();
    for (key, value) in &table {
        match (&**key.get_ref(), reader.table(key.get_ref(), value)) {
            (TABLE, Some(lines)) => found = records(&mut reader, lines),
            (TABLE, None) => {}
            (other, _) => {
                let message = words!("unknown table `{other}`", "未知的表 `{other}`");
                let unknown = Diagnostic::new(Code::UnknownKey, message).nearest(other, [TABLE]);
                reader.problem(key.span(), unknown);
            }
        }
    }
    reader.problems.extend(not_lines(text, TABLE, &table, &place));
    (found, reader.problems)
}

fn records(reader: &mut Reader, lines: &TomlTable) -> Vec<Access> {
    let mut found = Vec::new();
    for (key, value) in lines {
        let Some(day) = EventKey::parse(key.get_ref()) else {
            reader.problem(key.span(), bad_key(key.get_ref()));
            continue;
        };
        let Some(fields) = reader.table(key.get_ref(), value) else { continue };
        let command = "".into();
        let mut record = Access { key: day, command, fields: Vec::new(), people: 0 };
        for (key, value) in fields {
            let name: &str = key.get_ref();
            match name {
                "command" => record.command = reader.text(name, value).unwrap_or_default(),
                "fields" => record.fields = reader.texts(name, value),
                "people" => record.people = reader.count(name, value, u32::MAX).unwrap_or(0),
                _ => {
                    let message = words!(
                        "unknown key `{name}` of a record of access",
                        "访问记录中有未知的键 `{name}`"
                    );
                    let unknown = Diagnostic::new(Code::UnknownKey, message);
                    reader.problem(key.span(), unknown.nearest(name, ACCESS_KEYS));
                }
            }
        }
        found.push(record);
    }
    found
}

/// A record as a line of the file.
pub fn access_line(access: &Access) -> String {
    let Access { key, command, fields, people } = access;
    let fields: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
    let fields = fields.join(", ");
    let (key, command) = (&key.text, quoted(command));
    format!("{key} = {{ command = {command}, fields = [{fields}], people = {people} }}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::merge::FileKind;

    #[test]
    fn a_line_reads_back() {
        let access = Access {
            key: EventKey::parse("2009-12-03-1-abc").unwrap(),
            command: "export people".into(),
            fields: vec!["phone".into(), "电话".into()],
            people: 12,
        };
        let text = format!("[{TABLE}]\n{}\n", access_line(&access));
        assert_eq!(read_accesses(&text, Path::new("x")), (vec![access], Vec::new()));
        assert_eq!(FileKind::Access.journal(), Some(TABLE));
    }

    #[test]
    fn what_is_no_record_is_told() {
        let codes = |text: &str| {
            let found = read_accesses(text, Path::new("x")).1;
            found.into_iter().map(|found| found.code).collect::<Vec<_>>()
        };
        assert_eq!(codes("[tally]\n"), [Code::UnknownKey]);
        assert_eq!(codes("[access]\nyesterday = { people = 1 }\n"), [Code::BadEventKey]);
        assert_eq!(codes("[access]\n2009-12-03 = { who = \"x\" }\n"), [Code::UnknownKey]);
        assert_eq!(codes("[access]\n2009-12-03 = { people = \"x\" }\n"), [Code::WrongType]);
        assert_eq!(codes("[access.2009-12-03]\npeople = 2\n"), [Code::EntriesNotLines]);
    }
}
