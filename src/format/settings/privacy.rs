//! `[privacy]`: the fields that are sealed, and their readers.

use super::{known_rep, positive, unknown};
use crate::diag::{Code, Diagnostic};
use crate::format::sealed::cipher::PublicKey;
use crate::format::tree::{Reader, TomlTable, TomlValue};
use crate::model::privacy::{LEVEL_MAX, Privacy, PrivateReader, SEALABLE, may_be_sealed};
use crate::model::settings::Settings;
use crate::value::text::Text;
use std::ops::Range;
use std::path::{Component, Path};

/// Keys of `[privacy]`.
pub const PRIVACY_KEYS: [&str; 6] =
    ["fields", "level", "keys", "review_days", "reviewed", "reader"];

/// Keys of `[[privacy.reader]]`.
pub const READER_KEYS: [&str; 3] = ["rep", "key", "level"];

pub(in crate::format) fn privacy(reader: &mut Reader, settings: &mut Settings, table: &TomlTable) {
    let mut privacy = Privacy::default();
    let mut levels: Vec<(Text, u32, Range<usize>)> = Vec::new();
    for (key, value) in table {
        let name: &str = key.get_ref();
        match name {
            "fields" => {
                for (field, span) in reader.texts_at(name, value) {
                    if !may_be_sealed(&field, &settings.facts) {
                        reader.problem(span, not_sealable(&field, settings));
                    } else if privacy.level(&field).is_none() {
                        privacy.fields.push((field, 1));
                    }
                }
            }
            "level" => {
                for (field, level) in reader.table(name, value).into_iter().flatten() {
                    let of = field.get_ref().as_ref();
                    if let Some(n) = reader.number(of, level, 1, LEVEL_MAX) {
                        levels.push((of.into(), n, field.span()));
                    }
                }
            }
            "keys" => privacy.keys = keys(reader, name, value),
            "review_days" => privacy.review_days = positive(reader, name, value),
            "reviewed" => privacy.reviewed = reader.date(name, value),
            "reader" => privacy.readers = readers(reader, settings, value),
            _ => unknown(reader, key.span(), "[privacy]", name, &PRIVACY_KEYS),
        }
    }
    for (field, level, span) in levels {
        match privacy.fields.iter_mut().find(|(name, _)| *name == field) {
            Some((_, of)) => *of = level,
            None => {
                let message = words!(
                    "`{field}` has a level, but is not among the `fields`",
                    "`{field}` 有级别，但不在 `fields` 之中"
                );
                let fields = privacy.fields.iter().map(|(name, _)| &**name);
                let problem = Diagnostic::new(Code::BadSetting, message).nearest(&field, fields);
                reader.problem(span, problem);
            }
        }
    }
    if let Some((field, level)) =
        privacy.fields.iter().find(|(_, level)| privacy.readers_of(*level).next().is_none())
        && let Some((key, _)) = table.get_key_value("fields")
    {
        let message = words!(
            "no reader reads `{field}`, of level {level}",
            "没有人能读 {level} 级的 `{field}`"
        );
        let problem = Diagnostic::new(Code::BadSetting, message).help(words!(
            "name one: [[privacy.reader]] with rep, key (age-keygen, or ~/.ssh/id_ed25519.pub) and level = {level}",
            "请写明：[[privacy.reader]] 的 rep、key（age-keygen，或 ~/.ssh/id_ed25519.pub）和 level = {level}"
        ));
        reader.problem(key.span(), problem);
    }
    settings.privacy = Some(Box::new(privacy));
}

fn not_sealable(field: &str, settings: &Settings) -> Diagnostic {
    let message = words!("`{field}` cannot be sealed", "`{field}` 不能加密");
    let own = settings.facts.iter().map(|fact| &**fact);
    let own = own.filter(|fact| may_be_sealed(fact, &settings.facts));
    Diagnostic::new(Code::BadSetting, message)
        .nearest(field, SEALABLE.into_iter().chain(own))
        .note(words!(
            "names, and what rules ask, count or add up, stay open: figures are the same with and without keys",
            "名称以及规则要判断、计数、相加的内容不加密：有无密钥，数字都一样"
        ))
}

/// A folder outside of the ledger: what is in it must not come into git with the ledger.
fn keys(reader: &mut Reader, key: &str, value: &TomlValue) -> Option<Text> {
    let folder = reader.text(key, value)?;
    let path = Path::new(&*folder);
    let is_outside = path.is_absolute() || path.components().next() == Some(Component::ParentDir);
    if !is_outside {
        let message = words!(
            "the folder of keys `{folder}` is inside the ledger",
            "密钥文件夹 `{folder}` 在账本之内"
        );
        let problem = Diagnostic::new(Code::BadSetting, message).help(words!(
            "a folder outside, which git does not keep: keys = \"../keys\"",
            "请用账本之外、git 不管理的文件夹：keys = \"../keys\""
        ));
        reader.problem(value.span(), problem);
        return None;
    }
    Some(folder)
}

fn readers(reader: &mut Reader, settings: &Settings, value: &TomlValue) -> Vec<PrivateReader> {
    let mut all: Vec<PrivateReader> = Vec::new();
    for (table, span) in reader.tables("reader", value) {
        let mut one = PrivateReader { level: 1, ..PrivateReader::default() };
        for (key, value) in table {
            let name: &str = key.get_ref();
            match name {
                "rep" => {
                    if let Some(rep) = reader.text(name, value)
                        && known_rep(reader, settings, &rep, value.span())
                    {
                        one.rep = rep;
                    }
                }
                "key" => one.key = public_key(reader, name, value).unwrap_or_default(),
                "level" => one.level = reader.number(name, value, 1, LEVEL_MAX).unwrap_or(1),
                _ => unknown(reader, key.span(), "[[privacy.reader]]", name, &READER_KEYS),
            }
        }
        for missing in ["rep", "key"].into_iter().filter(|key| table.get(*key).is_none()) {
            let message = words!("a reader needs a `{missing}`", "读者要有 `{missing}`");
            reader.problem(span.clone(), Diagnostic::new(Code::BadSetting, message));
        }
        if all.iter().any(|known| known.rep == one.rep && !one.rep.is_empty()) {
            let message = words!("the reader `{}` appears twice", "读者 `{}` 出现两次", one.rep);
            reader.problem(span, Diagnostic::new(Code::BadSetting, message));
        } else {
            all.push(one);
        }
    }
    all
}

fn public_key(reader: &mut Reader, key: &str, value: &TomlValue) -> Option<Text> {
    let text = reader.text(key, value)?;
    if PublicKey::parse(&text).is_some() {
        return Some(text);
    }
    let is_private = text.contains("SECRET-KEY") || text.contains("PRIVATE KEY");
    let message = match is_private {
        true => words!("this is a private key", "这是私钥"),
        false => words!("this is no public key", "这不是公钥"),
    };
    let problem = Diagnostic::new(Code::BadSetting, message).help(words!(
        "a public key: key = \"age1…\" (age-keygen -y), or \"ssh-ed25519 …\" (~/.ssh/id_ed25519.pub)",
        "请写公钥：key = \"age1…\"（age-keygen -y），或 \"ssh-ed25519 …\"（~/.ssh/id_ed25519.pub）"
    ));
    reader.problem(value.span(), problem);
    None
}

#[cfg(test)]
mod tests {
    use crate::format::read_settings::read_settings;
    use std::path::Path;

    const KEY: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

    fn wrong(text: &str) -> Vec<String> {
        let text = format!("[ledger]\nfacts = [\"branch\"]\n[[rep]]\nid = \"li\"\n{text}");
        let found = read_settings(&text, Path::new("crm.toml")).err().unwrap_or_default();
        found.iter().map(|problem| problem.message.en().to_owned()).collect()
    }

    #[test]
    fn fields_levels_and_readers() {
        let reader = format!("[[privacy.reader]]\nrep = \"li\"\nkey = \"{KEY}\"\nlevel = 2\n");
        let good = format!(
            "[privacy]\nfields = [\"phone\", \"note\", \"branch\"]\nlevel = {{ note = 2 }}\n{reader}"
        );
        assert_eq!(wrong(&good), [""; 0]);
        let of = |fields: &str| format!("[privacy]\n{fields}\n{reader}");
        assert_eq!(wrong(&of("fields = [\"name\"]")), ["`name` cannot be sealed"]);
        assert_eq!(wrong(&of("fields = [\"stage\"]")), ["`stage` cannot be sealed"]);
        assert_eq!(
            wrong(&of("fields = [\"note\"]\nlevel = { phone = 2 }")),
            ["`phone` has a level, but is not among the `fields`"]
        );
        assert_eq!(
            wrong(&of("fields = [\"note\"]\nlevel = { note = 3 }")),
            ["no reader reads `note`, of level 3"]
        );
        assert_eq!(
            wrong(&of("keys = \"keys\"")),
            ["the folder of keys `keys` is inside the ledger"]
        );
        assert_eq!(
            wrong("[privacy]\nfields = [\"note\"]\n"),
            ["no reader reads `note`, of level 1"]
        );
        assert_eq!(
            wrong("[[privacy.reader]]\nrep = \"lo\"\nkey = \"age1x\"\n"),
            ["no rep has the id `lo`", "this is no public key"]
        );
        assert_eq!(wrong("[[privacy.reader]]\nrep = \"li\"\n"), ["a reader needs a `key`"]);
        let private = "[[privacy.reader]]\nrep = \"li\"\nkey = \"AGE-SECRET-KEY-1X\"\n";
        assert_eq!(wrong(private), ["this is a private key"]);
    }
}
