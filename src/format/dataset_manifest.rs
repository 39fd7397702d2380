//! The manifest of a partition of a dataset: what it was made of, and by what.

use super::line::quoted;
use std::fmt::Write;
use toml::{Table, Value};

/// What a partition was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetManifest {
    /// The version of the tables.
    pub schema: u32,
    /// The version of the program: a later one may count otherwise.
    pub version: String,
    /// The digest of the ledger's files and settings.
    pub digest: String,
    /// The folder of the ledger.
    pub folder: String,
    /// The file of the company, if the partition was made with all others of one.
    pub company: Option<String>,
    /// How many files of the ledger could not be read, so that nothing of them is in the tables.
    pub left_out: Option<u64>,
    /// Each table with the bytes of its file.
    pub tables: Vec<(String, u64)>,
}

impl DatasetManifest {
    /// Reads the text of one; `None` if it is none.
    pub fn parse(text: &str) -> Option<DatasetManifest> {
        let table: Table = text.parse().ok()?;
        let word = |name: &str| Some(table.get(name)?.as_str()?.to_owned());
        let sizes = table.get("bytes")?.as_table()?.iter();
        let sizes = sizes.map(|(name, of)| Some((name.clone(), number(of)?)));
        Some(DatasetManifest {
            schema: u32::try_from(number(table.get("schema")?)?).ok()?,
            version: word("version")?,
            digest: word("digest")?,
            folder: word("folder")?,
            company: word("company"),
            left_out: table.get("left_out").and_then(number),
            tables: sizes.collect::<Option<_>>()?,
        })
    }

    /// As its file has it.
    pub fn text(&self) -> String {
        let (schema, digest) = (self.schema, quoted(&self.digest));
        let (version, folder) = (quoted(&self.version), quoted(&self.folder));
        let mut text = format!(
            "schema = {schema}\nversion = {version}\ndigest = {digest}\nfolder = {folder}\n"
        );
        if let Some(company) = &self.company {
            let _ = writeln!(text, "company = {}", quoted(company));
        }
        if let Some(left_out) = self.left_out {
            let _ = writeln!(text, "left_out = {left_out}");
        }
        text += "\n[bytes]\n";
        for (table, bytes) in &self.tables {
            let _ = writeln!(text, "{table} = {bytes}");
        }
        text
    }
}

fn number(value: &Value) -> Option<u64> {
    u64::try_from(value.as_integer()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let manifest = DatasetManifest {
            schema: 1,
            version: "0.1.0".into(),
            digest: "00ff".into(),
            folder: "C:\\销售\\\"a\"".into(),
            company: Some("company.toml".into()),
            left_out: Some(2),
            tables: vec![("events".into(), 12), ("states".into(), 0)],
        };
        assert_eq!(DatasetManifest::parse(&manifest.text()), Some(manifest.clone()));
        let alone = DatasetManifest { company: None, left_out: None, ..manifest };
        assert_eq!(DatasetManifest::parse(&alone.text()), Some(alone.clone()));
        for broken in ["", "schema = 1", "schema = -1\n[bytes]", "\u{0}"] {
            assert_eq!(DatasetManifest::parse(broken), None, "{broken}");
        }
    }
}
