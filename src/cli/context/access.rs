//! What a command gives out of private fields, and its record.

use super::Context;
use crate::act::access::{Occasion, record};
use crate::act::session::Session;
use crate::cli::args::Cli;
use crate::diag::Failure;
use crate::disk::ledger::Ledger;
use crate::model::privacy::Privacy;
use crate::render::Format;
use crate::report::disclosed::Disclosed;
use crate::table::sheet::Sheet;
use clap::CommandFactory;

/// The commands whose first word says what they give out.
const NAMED: [(&str, &str); 2] = [("export", "what"), ("report", "name")];

impl Context {
    /// Notes the private fields that an output has, for each ledger that it is of and of which the user has a key: `add`
    /// is given the id of the ledger in a company.
    pub fn gives_out(&self, add: impl Fn(&mut Disclosed, Option<&str>, &Privacy)) {
        let ledgers = self.opened_ledgers();
        let mut all = self.disclosed.borrow_mut();
        all.resize_with(ledgers.len(), Disclosed::default);
        for (disclosed, (ledger, member)) in all.iter_mut().zip(ledgers) {
            let sealing = ledger.sealing.as_deref().filter(|sealing| !sealing.own.is_empty());
            if let Some(sealing) = sealing {
                add(disclosed, member, &sealing.privacy);
            }
        }
    }

    /// Notes the private fields of a sheet, if it goes to a file or a program: a table on a screen is everyday work. `of`: the
    /// one prospect or customer that the sheet is of.
    pub(super) fn gives_out_sheet(&self, sheet: &Sheet, of: Option<&str>) {
        let is_for_a_screen = self.written() == Format::Table && self.global.output.is_none();
        if is_for_a_screen || self.written() == Format::Ids {
            return;
        }
        let only = self.global.table.as_deref();
        self.gives_out(|disclosed, member, privacy| match of {
            Some(id) => disclosed.add_sheet_of(id, sheet, privacy),
            None => disclosed.add_sheet(sheet, only, member, privacy),
        });
    }

    /// Records what was noted, before anything is given out. `session`: the one that has the ledger's lock.
    ///
    /// # Errors
    /// Fails if a record cannot be written.
    pub fn record_access(&self, session: Option<&Session>) -> Result<(), Failure> {
        let noted = self.disclosed.take();
        for (disclosed, (ledger, _)) in noted.iter().zip(self.opened_ledgers()) {
            let occasion = Occasion {
                command: self.command_alone(),
                day: self.clock.day(ledger.settings.timezone.as_ref()),
                commits: ledger.settings.commits && !self.global.no_commit,
            };
            record(self, session, ledger, &occasion, disclosed)?;
        }
        Ok(())
    }

    /// The ledger that is open, or those of the company, each with its id there.
    fn opened_ledgers(&self) -> Vec<(&Ledger, Option<&str>)> {
        match self.company.get() {
            Some(open) => {
                let members = open.company.members.iter().map(|member| Some(&*member.id));
                open.ledgers.iter().zip(members).collect()
            }
            None => self.ledger.get().map(|ledger| (ledger, None)).into_iter().collect(),
        }
    }

    /// The command without its queries, options and values, which may be private themselves.
    fn command_alone(&self) -> String {
        let parsed = Cli::command().try_get_matches_from(&self.words).ok();
        let Some((name, given)) = parsed.as_ref().and_then(|parsed| parsed.subcommand()) else {
            return String::new();
        };
        let argument = NAMED.iter().find(|(command, _)| *command == name).and_then(|(_, of)| {
            let value = given.try_get_raw(of).ok()??.next()?;
            Some(value.to_string_lossy())
        });
        argument.map_or_else(|| name.to_owned(), |argument| format!("{name} {argument}"))
    }
}
