//! One file per command.

pub mod add;
pub mod advance;
pub mod back;
pub mod check;
pub mod classify;
pub mod completions;
pub mod dashboard;
pub mod due;
pub mod edit;
pub mod export;
pub mod grade;
pub mod help;
pub mod hold;
pub mod import;
pub mod init;
pub mod list;
pub mod log;
pub mod lose;
pub mod man;
pub mod reopen;
pub mod report;
pub mod show;
pub mod sweep;
pub mod tally;
pub mod undo;
pub mod what_if;
