//! The pages of `knowledge/`: solutions for cases.

use crate::diag::Diagnostic;
use crate::disk::file::{read_text, symlink};
use crate::disk::ledger::Ledger;
use crate::format::front_matter::read_solution;
use crate::format::layout::KNOWLEDGE;
use crate::model::solution::Solution;
use std::path::{Path, PathBuf};

impl Ledger {
    /// The pages of solutions below `knowledge`, by path; and what cannot be read. None where the ledger is not on the
    /// disk.
    pub fn solutions(&self) -> (Vec<Solution>, Vec<Diagnostic>) {
        let (mut pages, mut found) = (Vec::new(), Vec::new());
        if self.stored.is_some() {
            return (pages, found);
        }
        let mut paths = Vec::new();
        self.pages_below(Path::new(KNOWLEDGE), &mut paths, &mut found);
        paths.sort();
        for path in paths {
            let shown = self.show(&path);
            match read_text(&self.root.join(&path), &shown) {
                Ok(text) => {
                    let (page, wrong) = read_solution(&text, &path, &shown);
                    pages.push(page);
                    found.extend(wrong);
                }
                Err(problem) => found.push(problem),
            }
        }
        (pages, found)
    }

    /// The `.md` files below a folder; hidden ones are left out, and links are not followed.
    fn pages_below(&self, folder: &Path, paths: &mut Vec<PathBuf>, found: &mut Vec<Diagnostic>) {
        let Ok(entries) = std::fs::read_dir(self.root.join(folder)) else { return };
        for entry in entries.flatten() {
            let (name, path) = (entry.file_name(), folder.join(entry.file_name()));
            let Ok(kind) = entry.file_type() else { continue };
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            if kind.is_symlink() {
                found.push(symlink(&self.show(&path)));
            } else if kind.is_dir() {
                self.pages_below(&path, paths, found);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                paths.push(path);
            }
        }
    }
}
