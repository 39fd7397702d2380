//! Acts: sessions that change the ledger. A session finds its targets, drafts entries, judges them by the rules and
//! writes them, all or none. This floor knows no command line and prints nothing: a [`session::Face`] hands in the
//! day, the user and a way to read the whole ledger, and shows the result, [`session::Done`].

pub mod access;
pub mod add;
pub mod advance;
pub mod allocate;
pub mod backtest;
pub mod backup;
pub mod campaign;
pub mod change;
pub mod commit;
pub mod customer;
pub mod edit;
pub mod eligible;
pub mod forget;
pub mod handover;
pub mod import;
pub mod join;
mod join_note;
mod joined_past;
pub mod letters;
mod load;
pub mod log;
pub mod moves;
pub mod names;
pub mod owner;
pub mod people;
pub mod proposal;
pub mod rebalance;
pub mod recycle;
pub mod references;
pub mod remove;
pub mod rename;
pub mod seal;
pub mod session;
pub mod set;
pub mod split;
pub mod sweep;
pub mod take_back;
pub mod tally;
pub mod target;
pub mod undo;
pub mod written;
