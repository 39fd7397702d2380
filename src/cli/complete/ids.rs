//! Ids of prospects and customers: the names of files that begin as typed, and the names in the first of them.

use super::{World, candidate};
use crate::diag::Place;
use crate::disk::file::id_of;
use crate::disk::ledger::Ledger;
use crate::format::layout::{CUSTOMERS, JOURNALS};
use crate::format::tree::parse;
use crate::value::id::fold;
use clap_complete::engine::CompletionCandidate;
use std::path::{Path, PathBuf};

/// How many ids are described at most: reading more files would be felt.
const DESCRIBED: usize = 200;

/// Prospects and customers.
pub fn all(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    below(world, typed, &JOURNALS)
}

/// Customers.
pub fn customers(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    below(world, typed, &[CUSTOMERS])
}

fn below(world: &World, typed: &str, folders: &[&str]) -> Vec<CompletionCandidate> {
    let mut found: Vec<(String, &Ledger, PathBuf)> = Vec::new();
    for (start, ledger) in &world.ledgers {
        // Of a company only the ledgers are looked into that may be meant.
        if !start.starts_with(typed) && !typed.starts_with(start.as_str()) {
            continue;
        }
        let wanted = fold(typed);
        let begins = |id: &str| id.starts_with(typed) || fold(id).starts_with(&wanted);
        let files = ledger.files_below(folders).0.into_iter();
        let named = files.map(|path| (format!("{start}{}", id_of(&path)), ledger, path));
        found.extend(named.filter(|(id, ..)| begins(id)));
    }
    found.sort_unstable_by(|a, b| (&a.0, &a.2).cmp(&(&b.0, &b.2)));
    found.dedup_by(|a, b| a.0 == b.0);
    let describes = found.len() <= DESCRIBED;
    let described = |(id, ledger, path): &(String, &Ledger, PathBuf)| {
        let about = describes.then(|| about(ledger, path)).flatten().unwrap_or_default();
        candidate(id, &about)
    };
    found.iter().map(described).collect()
}

/// `张先生, 时装连锁店`: name and company, from the lines above the first table.
fn about(ledger: &Ledger, path: &Path) -> Option<String> {
    let text = ledger.text(path).ok()?;
    let end = text.find("\n[").map_or(text.len(), |at| at + 1);
    let facts = parse(text.get(..end)?, &Place::file(path)).ok()?;
    let fact = |key: &str| facts.get(key).and_then(|value| value.get_ref().as_str());
    let known = [fact("name"), fact("company")].into_iter().flatten();
    Some(known.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", "))
}
