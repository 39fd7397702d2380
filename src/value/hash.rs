//! The hash that files depend on. It gives one value on every machine and in every version: suffixes of event
//! keys, the folders of a fan-out, fingerprints of the write journal.

pub use fnv::FnvHasher as StableHasher;
