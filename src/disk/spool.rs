//! Blocks of text that threads make in any order, kept on the disk until they are read in the order that their maker wants.
//! The file has no name, so that nothing is left of it when the program ends, however it ends.

use std::fs::File;
use std::io::{BufWriter, Error, Read, Result, Seek, SeekFrom, Write};
use std::mem;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The file.
#[derive(Debug)]
pub struct Spool {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: BufWriter<File>,
    /// Where the next block begins.
    end: u64,
    /// The first error of writing; no block is written after it.
    failed: Option<Error>,
}

impl Spool {
    /// Begins one on the disk of a folder.
    pub(super) fn in_folder(folder: &Path) -> Result<Spool> {
        let file = BufWriter::new(tempfile::tempfile_in(folder)?);
        Ok(Spool { state: Mutex::new(State { file, end: 0, failed: None }) })
    }

    /// Keeps a block, which has parts, and returns its place. Reading them fails if the disk takes no more.
    pub fn put(&self, parts: &[Vec<u8>]) -> u64 {
        let mut state = self.state();
        let place = state.end;
        if state.failed.is_none() {
            match state.put(parts) {
                Ok(length) => state.end += length,
                Err(error) => state.failed = Some(error),
            }
        }
        place
    }

    /// Calls `each` for the parts of the blocks at these places, in this order: with the number of the part and its text.
    pub(super) fn read(
        self,
        places: &[u64],
        mut each: impl FnMut(usize, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut state = self.state();
        if let Some(error) = state.failed.take() {
            return Err(error);
        }
        state.file.flush()?;
        let file = state.file.get_mut();
        let mut text = Vec::new();
        for place in places {
            file.seek(SeekFrom::Start(*place))?;
            let lengths = lengths(file)?;
            text.resize(lengths.iter().sum(), 0);
            file.read_exact(&mut text)?;
            let mut rest = text.as_slice();
            for (part, length) in lengths.into_iter().enumerate() {
                let (text, after) = rest.split_at(length);
                each(part, text)?;
                rest = after;
            }
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Writes a block: the number of its parts, the length of each, their texts. Returns the length of all.
    fn put(&mut self, parts: &[Vec<u8>]) -> Result<u64> {
        self.file.write_all(&(parts.len() as u64).to_le_bytes())?;
        for part in parts {
            self.file.write_all(&(part.len() as u64).to_le_bytes())?;
        }
        for part in parts {
            self.file.write_all(part)?;
        }
        let texts: usize = parts.iter().map(Vec::len).sum();
        Ok((texts + (parts.len() + 1) * mem::size_of::<u64>()) as u64)
    }
}

/// The lengths of the parts at the beginning of a block.
fn lengths(file: &mut File) -> Result<Vec<usize>> {
    let mut number = || {
        let mut bytes = [0; mem::size_of::<u64>()];
        file.read_exact(&mut bytes)?;
        usize::try_from(u64::from_le_bytes(bytes)).map_err(Error::other)
    };
    let parts = number()?;
    (0..parts).map(|_| number()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_in_the_order_of_the_places_and_leave_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::in_folder(folder.path()).unwrap();
        let text = |text: &str| text.as_bytes().to_vec();
        let a = spool.put(&[text("a"), text(""), text("aaa")]);
        let void = spool.put(&[text("void")]);
        let b = spool.put(&[]);
        let c = spool.put(&[text("c")]);
        assert!(a < void && void < b && b < c);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let mut read = Vec::new();
        let each = |part, text: &[u8]| {
            read.push((part, String::from_utf8(text.to_vec()).unwrap()));
            Ok(())
        };
        spool.read(&[c, b, a], each).unwrap();
        let expected = [(0, "c"), (0, "a"), (1, ""), (2, "aaa")];
        assert_eq!(read, expected.map(|(part, text)| (part, text.to_owned())));
    }

    #[test]
    fn after_an_error_of_writing_nothing_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::in_folder(folder.path()).unwrap();
        let a = spool.put(&[b"a".to_vec()]);
        spool.state().failed = Some(Error::other("full"));
        assert_eq!(spool.put(&[b"b".to_vec()]), spool.put(&[b"c".to_vec()]));
        let read = spool.read(&[a], |_, _| panic!("a part is read"));
        assert_eq!(read.unwrap_err().to_string(), "full");
    }
}
