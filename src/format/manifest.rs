//! The manifest of a backup: what the backup holds and what the ledger came to on its day, as TOML.

use crate::diag::{Code, Diagnostic, Words};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the manifest that this program writes, and the latest one that it reads.
pub const SCHEMA: u32 = 1;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the manifest.
    pub schema: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// The as-of day of its figures.
    pub day: String,
    /// The way from the restored folder to the ledger: empty, or `sales/`.
    pub ledger: String,
    /// What tells this ledger from others: its first commits, or without git a digest of its place.
    pub marks: Vec<String>,
    /// Files that the ledger has and the backup does not: links, other repositories.
    pub left_out: Vec<String>,
    /// Files of the last commit that are not there.
    pub removed: Vec<String>,
    /// The figures; none if the settings could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub figures: Option<Figures>,
    /// The repository, if git keeps the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git: Option<Repository>,
    /// The files that are not as the last commit has them, or that it does not have.
    #[serde(rename = "file", default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<StoredFile>,
}

/// The repository of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repository {
    /// The kind of its objects: `sha1` or `sha256`.
    pub objects: String,
    /// The branch that is checked out; empty if a commit is.
    pub branch: String,
    /// The commit that is checked out; empty before the first one.
    pub commit: String,
    /// The branches, tags and other references.
    #[serde(rename = "ref", default, skip_serializing_if = "Vec::is_empty")]
    pub refs: Vec<Reference>,
}

impl Repository {
    /// Has it anything that a bundle would hold?
    pub fn has_bundle(&self) -> bool {
        !self.commit.is_empty() || !self.refs.is_empty()
    }
}

/// A reference of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Its full name.
    pub name: String,
    /// Its object.
    pub object: String,
    /// The reference that it stands for, if it does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stands_for: String,
}

/// A file that a backup holds as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredFile {
    /// Its path from the ledger's root.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// Is it a program?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub executable: bool,
}

/// What a ledger came to on a day.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Counts by name: files, prospects, customers, entries, errors, …
    pub counts: BTreeMap<String, u64>,
    /// The money of all prospects by status and currency.
    #[serde(rename = "sum", default, skip_serializing_if = "Vec::is_empty")]
    pub sums: Vec<MoneySum>,
    /// The reports.
    #[serde(rename = "report", default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<ReportDigest>,
}

/// The money of the prospects of one status in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoneySum {
    /// `open`, `won` or `lost`.
    pub status: String,
    /// The currency; empty if the ledger names none of its own.
    pub currency: String,
    /// The amount, exactly.
    pub amount: String,
}

/// The digests of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportDigest {
    /// Its name.
    pub name: String,
    /// The SHA-256 of its CSV, or `refused: CODE`.
    pub csv: String,
    /// The SHA-256 of its JSON, likewise.
    pub json: String,
}

impl Manifest {
    /// The manifest as text.
    ///
    /// # Errors
    /// Fails if a value cannot be written as TOML.
    pub fn write(&self) -> Result<String, Diagnostic> {
        toml::to_string(self).map_err(|error| {
            let message = words!("the manifest cannot be written", "无法写出清单");
            Diagnostic::new(Code::WriteFailed, message).note(Words::verbatim(error.to_string()))
        })
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// Fails if the text is no manifest, or one of a later version.
    pub fn read(text: &str) -> Result<Manifest, Diagnostic> {
        #[derive(Deserialize)]
        struct Version {
            schema: u32,
        }
        let version = toml::from_str::<Version>(text).map_or(0, |version| version.schema);
        if version > SCHEMA {
            let message = words!(
                "the backup is of a later version of this program (schema {version})",
                "备份由本程序的更新版本写成（格式 {version}）"
            );
            return Err(Diagnostic::new(Code::BadBackup, message)
                .help(words!("use that version of crm", "请使用该版本的 crm")));
        }
        toml::from_str(text).map_err(|error| {
            let reason = error.message().to_owned();
            let message =
                words!("the manifest of the backup: {reason}", "备份的清单有误：{reason}");
            Diagnostic::new(Code::BadBackup, message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            schema: SCHEMA,
            program: "0.1.0".into(),
            day: "2009-12-18".into(),
            ledger: "sales/".into(),
            marks: vec!["a".into()],
            left_out: vec!["链接".into()],
            removed: Vec::new(),
            figures: Some(Figures {
                counts: [("prospects".to_owned(), 2)].into(),
                sums: vec![MoneySum {
                    status: "open".into(),
                    currency: "CNY".into(),
                    amount: "1.5".into(),
                }],
                reports: vec![ReportDigest {
                    name: "board".into(),
                    csv: "a".into(),
                    json: "b".into(),
                }],
            }),
            git: Some(Repository {
                objects: "sha1".into(),
                branch: "refs/heads/main".into(),
                commit: "c".into(),
                refs: vec![Reference {
                    name: "refs/heads/main".into(),
                    object: "c".into(),
                    stands_for: String::new(),
                }],
            }),
            files: vec![StoredFile {
                path: "prospects/张 \"x\".toml".into(),
                size: 3,
                sha256: "d".into(),
                executable: true,
            }],
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let full = manifest();
        assert_eq!(Manifest::read(&full.write().unwrap()).unwrap(), full);
        let bare = Manifest { figures: None, git: None, files: Vec::new(), ..full };
        assert_eq!(Manifest::read(&bare.write().unwrap()).unwrap(), bare);
    }

    #[test]
    fn other_texts_are_refused() {
        let text = manifest().write().unwrap();
        let later = text.replacen("schema = 1", "schema = 2", 1);
        assert!(Manifest::read(&later).unwrap_err().message.en().contains("later version"));
        let key = text.replacen("schema = 1", "schema = 1\nelse = 2", 1);
        for wrong in ["", "schema = 1\n", "schema", &key, &text[..text.len() / 2]] {
            assert_eq!(Manifest::read(wrong).unwrap_err().code, Code::BadBackup, "{wrong}");
        }
    }
}
