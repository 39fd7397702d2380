//! `crm tally REP`: a day's dials, conversations, appointments.

use crate::cli::context::Context;
use crate::cli::entry::{Session, rep};
use crate::diag::{Code, Diagnostic, Failure, Place};
use crate::disk::file::read_text;
use crate::disk::tally::{impossible, read_file};
use crate::disk::write::Change;
use crate::format::append::append;
use crate::format::layout::ACTIVITY;
use crate::format::line::written_key;
use crate::model::event::EventKey;
use crate::rules::book;
use clap::Args;
use std::path::Path;

/// A rep's day: how many dials, conversations, appointments
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  crm tally liuyan --dials 15 --conversations 7 --appointments 1\n\n\
    Several tallies of one day add up."
)]
pub struct Tally {
    /// The rep
    #[arg(value_name = "REP")]
    rep: String,
    /// Numbers dialled
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    dials: u32,
    /// Calls that were answered
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    conversations: u32,
    /// First meetings set
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    appointments: u32,
    /// The day [default: the as-of day]
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    date: Option<String>,
    /// Print what would be written, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl Tally {
    fn counts(&self) -> book::Tally {
        let (dials, conversations) = (self.dials, self.conversations);
        book::Tally { dials, conversations, appointments: self.appointments }
    }

    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.dry_run)?;
        let ledger = session.ledger;
        let rep = rep(&ledger.settings, "REP", &self.rep)?;
        crate::value::id::validate(&rep)
            .map_err(|bad| Diagnostic::new(Code::BadId, bad.words().about("REP")).typed())?;
        if self.dials == 0 && self.conversations == 0 && self.appointments == 0 {
            let message = words!("no number is given", "没有给出数字");
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!(
                    "for example: crm tally REP --dials 15 --conversations 7 --appointments 1",
                    "例如：crm tally 业务员 --dials 15 --conversations 7 --appointments 1"
                ))
                .into());
        }
        let date = match &self.date {
            Some(text) => context.date("--date", text)?,
            None => context.today,
        };
        let path = Path::new(ACTIVITY).join(format!("{rep}.toml"));
        let shown = ledger.show(&path);
        let before = if ledger.root.join(&path).exists() {
            Some(read_text(&ledger.root.join(&path), &shown)?)
        } else {
            None
        };
        let text = before.clone().unwrap_or_else(|| "[tally]\n".to_owned());
        let (days, problems) = read_file(&text, &shown);
        if !problems.is_empty() {
            return Err(Failure(problems));
        }
        let of_day = days.iter().filter(|(key, _)| key.date == date);
        let n = of_day.map(|(key, _)| key.n).max().unwrap_or(0) + 1;
        let day = days
            .iter()
            .filter(|(key, _)| key.date == date)
            .fold(self.counts(), |sum, (_, tally)| sum.plus(tally));
        if day.is_impossible() {
            return Err(Failure::from(impossible(date, &day).refused()));
        }
        let body = format!(
            "{{ dials = {}, conversations = {}, appointments = {} }}",
            self.dials, self.conversations, self.appointments
        );
        // As with entries, two branches that each tally one day do not clash.
        let key = written_key(&rep, date, n, &body);
        let line = format!("{key} = {body}");
        let after = append(&text, "tally", &[line], &Place::file(&shown))?;
        let (back, problems) = read_file(&after, &shown);
        if !problems.is_empty() || back.len() != days.len() + 1 || EventKey::parse(&key).is_none() {
            return Err(Diagnostic::new(
                Code::WriteFailed,
                words!(
                    "the tally would not read back as meant; nothing was written",
                    "写入后读回的结果会不一致；未作任何写入"
                ),
            )
            .at(Place::file(&shown))
            .into());
        }
        session.write(&[Change { path, before, after }])?;
        if !self.dry_run {
            let (dials, conversations) = (self.dials, self.conversations);
            let appointments = self.appointments;
            context.say(words!(
                "{rep} on {date}: {dials} dials, {conversations} conversations, {appointments} appointments",
                "{rep}，{date}：拨号 {dials}，通话 {conversations}，约见 {appointments}"
            ));
        }
        Ok(())
    }
}
