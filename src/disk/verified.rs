//! The note of the last backup that was verified from a clone, beside its journal: it belongs to one clone, and is in no
//! commit and no backup.

use crate::disk::durable::write_own;
use crate::disk::private::Private;
use crate::value::date::Date;
use std::fs;
use std::path::Path;

/// A backup that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The day of the backup.
    pub day: Date,
    /// The day on which it was verified.
    pub on: Date,
}

impl Verified {
    /// The note of the ledger at `root`, if there is one.
    pub fn read(root: &Path) -> Option<Verified> {
        let text = fs::read_to_string(Private::of(root).verified()).ok()?;
        let mut words = text.split_whitespace().map(Date::parse);
        Some(Verified { day: words.next()??, on: words.next()?? })
    }

    /// Notes it down, unless a younger backup was verified before. Returns whether it was noted.
    ///
    /// # Errors
    /// Fails if the note cannot be written.
    pub fn note(&self, root: &Path) -> std::io::Result<bool> {
        if Verified::read(root).is_some_and(|known| known.day > self.day) {
            return Ok(false);
        }
        let private = Private::of(root);
        if let Some(link) = private.link() {
            return Err(std::io::Error::other(format!("{} is a symbolic link", link.display())));
        }
        private.prepare()?;
        write_own(&private.verified(), format!("{} {}\n", self.day, self.on).as_bytes())?;
        Ok(true)
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "files of tests")]
mod tests {
    use super::*;

    #[test]
    fn the_youngest_backup_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let day = |text| Date::parse(text).unwrap();
        let of = |of, on| Verified { day: day(of), on: day(on) };
        assert_eq!(Verified::read(root), None);
        let (first, second) = (of("2009-12-04", "2009-12-04"), of("2009-12-11", "2009-12-12"));
        assert!(first.note(root).unwrap() && second.note(root).unwrap());
        assert_eq!(Verified::read(root), Some(second.clone()));
        assert!(!of("2009-12-10", "2009-12-18").note(root).unwrap());
        assert_eq!(Verified::read(root), Some(second));
        fs::write(root.join(".crm/verified"), "yesterday\n").unwrap();
        assert_eq!(Verified::read(root), None);
        assert!(first.note(root).unwrap());
    }
}
