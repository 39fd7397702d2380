//! Service (服务): the cases of a customer, made from the journal of all its files, and the promises about them.
//!
//! A case belongs to the customer: one that begins in the customer's own file may be resolved in that of a prospect. The
//! journal of a customer that is one file is that file's. Those of customers of several files are collected while the book
//! is folded ([`collect`]).

pub mod case;
pub mod collect;
pub mod journal;
