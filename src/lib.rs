//! `crm` keeps a sales team's prospects in plain-text files under git, holds people to a method, and
//! prints the reports that a sales lead acts on. The ledger is the truth; everything else is derived.
//!
//! # Glossary
//!
//! One name for one thing, here and in every message; the Chinese term is the method's own.
//!
//! - **ledger**: a folder with a `crm.toml`: settings, prospects, tallies.
//! - **prospect** (潜在客户): a person or company that may buy; one file of facts and events. Its **id** is the file's
//!   stem.
//! - **attribute**: anything known of a prospect that has a name: a field of queries, a column of lists, a `--by` of
//!   reports; one row of one table ([`rules::attribute`]).
//! - **event**, **entry** (流水): one dated line of a prospect's journal: a fact, and the changes that it makes.
//!   An event is the thing, an entry is the act of writing one.
//! - **fact**: a key at the top of a prospect's file; it has no date.
//! - **rep** (业务员): a person who sells. **owner** (负责人): the rep a prospect belongs to; nobody's are in the
//!   **pool** (公海).
//! - **pipeline**, **board** (看板): the columns a prospect moves through. **stage**, **column** (栏): one of them;
//!   stage in files and code, column in words for people. **outcome**: a stage is open, won or lost.
//! - **criterion** (标准): a named condition that a column requires: *attested* by a person, or *computed*.
//!   **evidence** (证据): the statements of the entries about the criteria.
//! - **move** (移动): a change of column after a pursuit was opened; the entry that makes it names a `stage`.
//!   Forward is to **advance**, backward is to **fall back** (退回). A **forced** move overrode a rule, with a reason.
//! - **pursuit** (一轮): one pass over the board, from its opening to won or lost.
//! - **clock** (周期): the days since the pursuit's first meeting. **sales cycle**: how many there may be;
//!   past it a prospect is **overdue** (逾期), and a **sweep** lets it fall back.
//! - **opening position**: an `imported` event; its evidence counts as given.
//! - **supported**: the highest column that the evidence supports; **classification** compares it with the
//!   column a prospect stands in.
//!   **overstated** (高估): open, not on hold, and above what is supported, the sales cycle left aside.
//! - **worth**: the money that an open prospect is expected to bring; the money that a won pursuit brought (成交额): its
//!   bookings, else its contracts, else the value expected on the day it closed. **weighted** (加权): value x
//!   probability of an open one.
//! - **case** (受理): a request or complaint until it is resolved, named by its ticket.
//! - **replay**: folding a prospect's events up to a day into its **state** and **history**; the result with its
//!   prospect is a **record**, and all records of a ledger on a day are a **book**.
//! - **customer** (客户): a prospect, or all prospects with one `account`. **dimension** (维度): one way to judge it, with
//!   **levels**; **grade** (级别): the verdict by the ledger's rules. **policy**: what a grade buys; a **duty** is one
//!   thing that it demands.
//! - **as-of day**: the day a report looks from; the only clock.
//! - **finding**, **diagnostic**: something wrong, or worth knowing, with a code and a place.
//! - **report**: a book turned into a **sheet**: tables of typed cells. **plan**: a book turned into events that
//!   are proposed.
//!
//! # How data flows
//!
//! ```text
//! files --disk, format--> prospects --rules::replay--> records = book --report--> sheet --render--> text
//!                                                           \---plan--> events --format, disk--> files
//! ```
//!
//! Floors, each using only those below it: [`diag`] < [`value`] < [`model`], [`stats`] < [`rules`], [`table`] <
//! [`format`](mod@format) < [`disk`] < [`git`] < [`check`], [`guard`], [`report`], [`plan`], [`export`] < [`act`] <
//! [`render`] < [`cli`]. The modules of a floor import each other in no circle; `tests/it/layers.rs` holds all of this. `format`
//! is above `rules` because reading settings judges the queries in them. The core never prints and never reads the
//! clock or the environment: `cli::context` does, once.
//!
//! Every text for people is written in English and Chinese where it is made ([`diag::Words`], [`table::terms`],
//! [`diag::Lang::pick`]); machines read ids and English, whatever language the ledger has.

#[macro_use]
pub mod diag;

pub mod act;
pub mod check;
pub mod cli;
pub mod disk;
pub mod export;
pub mod format;
pub mod git;
pub mod guard;
pub mod model;
pub mod plan;
pub mod render;
pub mod report;
pub mod rules;
pub mod stats;
pub mod table;
pub mod value;
