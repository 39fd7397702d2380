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
    let Some(ledger) = &world.ledger else { return Vec::new() };
    let wanted = fold(typed);
    let files = ledger.files_below(folders).0;
    let named = files.into_iter().map(|path| (id_of(&path), path));
    let mut found: Vec<(String, PathBuf)> =
        named.filter(|(id, _)| id.starts_with(typed) || fold(id).starts_with(&wanted)).collect();
    found.sort_unstable();
    found.dedup_by(|a, b| a.0 == b.0);
    let describes = found.len() <= DESCRIBED;
    let described = |(id, path): &(String, PathBuf)| {
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
