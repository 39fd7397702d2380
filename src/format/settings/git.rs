//! `[git]`: what commands do with the git that keeps the ledger.

use super::{set, unknown};
use crate::format::tree::{Reader, TomlTable};
use crate::model::settings::Settings;

/// Keys of `[git]`.
pub const GIT_KEYS: [&str; 1] = ["commit"];

pub(in crate::format) fn git(reader: &mut Reader, settings: &mut Settings, table: &TomlTable) {
    for (key, value) in table {
        let name: &str = key.get_ref();
        match name {
            "commit" => set(&mut settings.commits, reader.boolean(name, value)),
            _ => unknown(reader, key.span(), "[git]", name, &GIT_KEYS),
        }
    }
}
