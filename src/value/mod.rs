//! Values: dates, periods, money, texts, labels, ids. No files, no clock.

pub mod calendar;
pub mod date;
pub mod date_form;
pub mod digest;
pub mod entity;
pub mod formula;
pub mod hash;
pub mod id;
pub mod interner;
pub mod label;
pub mod money;
pub mod namesake;
pub mod period;
pub mod phone;
pub mod pinyin;
pub mod sealed;
pub mod shell;
pub mod sound;
mod spoken_date;
pub mod text;
pub mod zone;
