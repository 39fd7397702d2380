//! What holds for the program as a whole: one module for each subject, one binary for all of them,
//! because linking is most of a build. `cargo test --test it docs::` runs the tests of one module.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "tests may fail, print what they counted, and lay out their own files"
)]

mod access;
mod allocation;
mod backtest;
mod backup;
mod backup_meanwhile;
mod boundaries;
mod boundaries_reports;
mod boundaries_sheets;
mod boundaries_verdicts;
mod browser;
mod chinese;
mod columns_found;
mod commands;
mod commands_page;
mod common;
mod company;
mod completion;
mod concurrency;
mod contact;
mod crash;
mod customers;
mod dataset;
mod deciding;
mod docs;
mod doctor;
mod edit;
mod eligibility;
mod errors;
mod exports;
mod figures;
mod folding;
mod git_check;
mod git_commit;
mod git_guard;
mod git_hooks;
mod git_merge;
mod grading;
mod guard;
mod handover;
mod hostile;
mod import;
mod joining;
mod labels;
mod language;
mod layers;
mod marketing;
mod maven;
mod merge;
mod money;
mod monthly_lists;
mod openings;
mod orders;
mod outputs;
mod own_settings;
mod pages;
mod people;
mod pool;
mod privacy;
mod projects;
mod read;
mod relationship;
mod report_options;
mod reports_practice;
mod reports_properties;
mod reports_stats;
mod resolve;
mod round_trip;
mod rules;
mod safety;
mod sales;
mod saved_reports;
mod schema;
mod search;
mod service;
mod set;
mod small_n;
mod sources;
mod splitting;
mod start;
mod tables;
mod tiers;
mod today;
mod typing;
mod typos;
mod undoing;
mod words;
mod workbooks;
mod worked_cases;
mod write;
