//! SHA-256 of bytes, in hexadecimal: the fingerprint that tells two files apart for good.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{self, Write};

/// The length of a digest as text.
pub const LENGTH: usize = 64;

/// Takes bytes as a writer does, and gives their digest.
#[derive(Debug, Clone, Default)]
pub struct Digester(Sha256);

impl Digester {
    /// The digest of all bytes so far.
    pub fn finish(self) -> String {
        let mut text = String::with_capacity(LENGTH);
        for byte in self.0.finalize() {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

impl Write for Digester {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The digest of some bytes.
pub fn digest(bytes: &[u8]) -> String {
    let mut digester = Digester::default();
    digester.0.update(bytes);
    digester.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_standard() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((digest(b"abc").as_str(), abc.len()), (abc, LENGTH));
        let mut parts = Digester::default();
        parts.write_all(b"a").unwrap();
        parts.write_all(b"bc").unwrap();
        assert_eq!(parts.finish(), abc);
    }
}
