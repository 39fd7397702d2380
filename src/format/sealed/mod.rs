//! Sealed values: `phone = "sealed:KEY:…"`. A value is encrypted with a data key of its file, for one place in that
//! file; the data key is wrapped for each of its readers, a line for each, under `[sealed]` or in a folder of keys.
//! The text of a value is the TOML that the file would have without the seal, so that a value of any type can be
//! sealed, and a file with its seals opened is an ordinary file.
//!
//! [`cipher`] is the one home of the cryptography: `age` wraps data keys, XChaCha20-Poly1305 seals values.

pub mod cipher;
pub mod close;
pub mod keys;
pub mod merge;
pub mod open;
pub mod places;
