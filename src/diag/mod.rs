//! One type for everything that can be wrong: [`Diagnostic`]. Data only; it is put into words and
//! printed once, at the edge (`cli::diagnose`).

#[macro_use]
mod words;

pub use words::{Lang, Words};

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; never a failure.
    Info,
    /// Somebody should act; a failure only under `--strict`.
    Warning,
    /// A rule or the format is broken.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// What the process ends with when a diagnostic stops a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 1: a rule refused it, or there are findings.
    Refused = 1,
    /// 2: the command or the settings are wrong.
    Usage = 2,
    /// 3: the system (file, lock, disk).
    System = 3,
}

/// Where the text that a diagnostic points at can be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A file of the ledger (or an import), as the path to print.
    File(PathBuf),
    /// Something typed: the name of the argument and its whole text.
    Text {
        /// What the text is, for the reader: `--where`.
        origin: String,
        /// The text itself.
        text: String,
    },
}

/// Which part of the source is meant. Prospects keep no spans; names are looked up again in the few
/// files that have something to report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// The source as a whole.
    Whole,
    /// Bytes from..to.
    Span(usize, usize),
    /// A line, counted from 1 (rows of an import).
    Line(u64),
    /// The value of a top-level key.
    Fact(String),
    /// An event, by its key; with the name of one of its fields, that field's value.
    Event(String, Option<&'static str>),
    /// One text of a list in an event's field: the event's key, the field, the text.
    Item(String, &'static str, String),
    /// A key itself, by the way to it from the top: `["regoin"]`, `["events", "2009-12-03-1", "close-by"]`.
    Key(Vec<String>),
}

/// A source and a part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which text.
    pub source: Source,
    /// Which part of it.
    pub spot: Spot,
}

impl Place {
    /// A whole file.
    pub fn file(path: impl Into<PathBuf>) -> Place {
        Place { source: Source::File(path.into()), spot: Spot::Whole }
    }

    /// The same source, at `spot`.
    #[must_use]
    pub fn at(mut self, spot: Spot) -> Place {
        self.spot = spot;
        self
    }

    /// The same source, at these bytes.
    #[must_use]
    pub fn span(self, span: Range<usize>) -> Place {
        self.at(Spot::Span(span.start, span.end))
    }
}

/// One thing that is wrong, or worth knowing: what, where, and what would mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which of the known cases.
    pub code: Code,
    /// How much it weighs; the code's own severity unless stated otherwise.
    pub severity: Severity,
    /// What a command that stops for it ends with; the code's own unless stated otherwise.
    pub exit: Exit,
    /// One sentence, no full stop.
    pub message: Words,
    /// Where, if it has a place.
    pub place: Option<Place>,
    /// A few words to stand beside the caret.
    pub label: Option<Words>,
    /// What is so, beyond the message (what is met, what is missing).
    pub notes: Vec<Words>,
    /// What would mend it.
    pub help: Vec<Words>,
}

impl Diagnostic {
    /// Is a rule or the format broken?
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// A diagnostic with the code's own severity and no place yet.
    pub fn new(code: Code, message: impl Into<Words>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity(),
            exit: code.exit(),
            message: message.into(),
            place: None,
            label: None,
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// The same, as a slip in what was typed: in a file it may be less, but it stops a command.
    #[must_use]
    pub fn typed(mut self) -> Diagnostic {
        self.severity = Severity::Error;
        self.exit = Exit::Usage;
        self
    }

    /// The finding as an error that stops a command: in a file of an earlier version it may be less.
    #[must_use]
    pub fn refused(self) -> Diagnostic {
        Diagnostic { severity: Severity::Error, ..self }
    }

    /// The same finding under another code, with that code's weight and status: TOML that cannot be read
    /// is one thing in a prospect and another in the settings.
    #[must_use]
    pub fn recoded(self, code: Code) -> Diagnostic {
        Diagnostic { code, severity: code.severity(), exit: code.exit(), ..self }
    }

    /// With a place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Diagnostic {
        self.place = Some(place);
        self
    }

    /// With a few words beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<Words>) -> Diagnostic {
        self.label = Some(label.into());
        self
    }

    /// With a `note:` line.
    #[must_use]
    pub fn note(mut self, note: impl Into<Words>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }

    /// With a `help:` line.
    #[must_use]
    pub fn help(mut self, help: impl Into<Words>) -> Diagnostic {
        self.help.push(help.into());
        self
    }

    /// With a `help:` line naming the nearest of `candidates`, or all of them when few.
    #[must_use]
    pub fn nearest<'a>(
        self,
        wrong: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Diagnostic {
        match suggest(wrong, candidates) {
            Some(help) => self.help(help),
            None => self,
        }
    }
}

/// The help line for a wrong name: the nearest valid one, else the whole list when it is short.
pub fn suggest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<Words> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let lower = wrong.to_lowercase();
    let nearest = candidates
        .iter()
        .map(|c| (strsim::jaro_winkler(&lower, &c.to_lowercase()), *c))
        .filter(|(score, _)| *score >= 0.78)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)));
    match nearest {
        Some((_, name)) => Some(words!("did you mean `{name}`?", "是否指 `{name}`？")),
        None if candidates.is_empty() => None,
        None if candidates.len() <= 12 => {
            let all = candidates.join(", ");
            Some(words!("valid: {all}", "可用：{all}"))
        }
        None => None,
    }
}

/// The candidate that a text misses by one letter (added, left out, changed, two exchanged) or by case alone.
/// Short words of which one letter decides are no slips: four letters are the least.
pub fn one_letter_off<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if candidates.contains(&text) {
        return None;
    }
    let lower = text.to_lowercase();
    candidates.into_iter().find(|candidate| {
        let known = candidate.to_lowercase();
        let near = || strsim::damerau_levenshtein(&lower, &known) == 1;
        known == lower || known.chars().count() >= 4 && near()
    })
}

/// A command stopped: what was wrong. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.first().map_or("failed", |d| d.message.en()))]
pub struct Failure(pub Vec<Diagnostic>);

impl Failure {
    /// The exit status: that of the gravest kind among the diagnostics.
    pub fn exit(&self) -> Exit {
        self.0.iter().map(|d| d.exit).max().unwrap_or(Exit::Refused)
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Failure {
        Failure(vec![diagnostic])
    }
}

/// One row of the table of codes.
macro_rules! codes {
    ($($variant:ident $id:literal $severity:ident $exit:ident $doc:literal;)*) => {
        /// Every case the program can report. The id is stable; `docs/errors.md` has a line for each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $doc] $variant,)*
        }

        impl Code {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The stable name that stands in `error[…]`.
            pub fn id(self) -> &'static str {
                match self { $(Code::$variant => $id,)* }
            }

            /// How much it weighs.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            /// What a command that stops for it ends with.
            pub fn exit(self) -> Exit {
                match self { $(Code::$variant => Exit::$exit,)* }
            }

            /// What it means, in one line.
            pub fn about(self) -> &'static str {
                match self { $(Code::$variant => $doc,)* }
            }
        }
    };
}

codes! {
    // Files
    NoLedger "no-ledger" Error Usage "no `crm.toml` in this folder or above it";
    Unreadable "unreadable" Error System "a file or folder cannot be read";
    TooManyFiles "too-many-files" Error System "the system lets the program open no more files, so the ledger is not read whole";
    NotUtf8 "not-utf8" Error Refused "a file is not UTF-8 text";
    TooLarge "too-large" Error Refused "a prospect file is larger than 4 MiB";
    EmptyFile "empty-file" Error Refused "a prospect file has nothing in it";
    Symlink "symlink" Error Refused "a symbolic link, which the ledger does not follow";
    Syntax "syntax" Error Refused "not valid TOML";
    DuplicateKey "duplicate-key" Error Refused "a key, or an event's key, stands twice";
    DuplicateId "duplicate-id" Error Refused "two files have the same id (case and Unicode form aside)";
    BadId "bad-id" Error Refused "an id has a character or form that some file system refuses";
    // Facts and events
    WrongType "wrong-type" Error Refused "a value is of another type than its key takes";
    MissingName "missing-name" Error Refused "a prospect has no `name`";
    BadEventKey "bad-event-key" Error Refused "an event's key is not `DATE[-N][-SUFFIX]`";
    BadDate "bad-date" Error Refused "a date that is not in the calendar, or not a date";
    BadMoney "bad-money" Error Refused "an amount that cannot be kept exactly, or a bad currency";
    ControlCharacter "control-character" Warning Refused "a name has control characters";
    UnknownStage "unknown-stage" Error Refused "a stage that the prospect's pipeline does not have";
    UnknownCriterion "unknown-criterion" Error Refused "a criterion that is not defined";
    ComputedCriterion "computed-criterion" Error Refused "a computed criterion cannot be confirmed by hand";
    UnknownPipeline "unknown-pipeline" Error Refused "a pipeline that the settings do not have";
    UnknownRep "unknown-rep" Error Refused "an owner that the settings do not list";
    UnknownKind "unknown-kind" Info Refused "a kind of event that is not known; kept and counted as a note";
    UnknownKey "unknown-key" Info Refused "a key that is not known; kept";
    EventsNotLast "events-not-last" Warning Refused "`[events]` is not the last table of the file";
    EntriesNotLines "entries-not-lines" Warning Refused "entries that are not lines under one header, where none can be added";
    NewerToml "newer-toml" Warning Refused "a form of TOML 1.1, which other readers may refuse";
    NoEvents "no-events" Warning Refused "a prospect without a single event";
    TimeOrder "time-order" Warning Refused "the times of a day contradict the order of its events";
    FutureEvent "future-event" Warning Refused "an event is dated after the day of the report";
    TwoOpenings "two-openings" Error Refused "a file with two openings: two people may share one id";
    BeforeOpening "before-opening" Warning Refused "an entry before the one that opened the account";
    EmptyReason "empty-reason" Warning Refused "a reason without words";
    BadScore "bad-score" Warning Refused "a score outside of its scale";
    MissingAmount "missing-amount" Warning Refused "a payment or refund without an amount";
    UnknownTicket "unknown-ticket" Warning Refused "an entry resolves a ticket that is not open";
    BadTally "bad-tally" Warning Refused "more conversations than dials on a day";
    PastDate "past-date" Info Refused "a next step or signing date before the day of its entry";
    NearMiss "near-miss" Info Refused "a reason or source that is one letter off a known one";
    UnknownEvent "unknown-event" Error Refused "a retraction names an event that is not there";
    // The method
    UnsupportedMove "unsupported-move" Error Refused "a move that its evidence does not support";
    MoveAfterEnd "move-after-end" Error Refused "a move on the board after the pursuit ended";
    LostWithoutReason "lost-without-reason" Error Refused "left without a reason";
    Overstated "overstated" Warning Refused "stands higher than its evidence";
    Overdue "overdue" Warning Refused "has outlived the sales cycle";
    Stalled "stalled" Warning Refused "has stood in its column longer than `max_days`";
    MissedNext "missed-next" Warning Refused "the agreed next step passed without an entry";
    WhichTicket "which-ticket" Warning Refused "an entry does not say which of several open cases it belongs to";
    CouldAdvance "could-advance" Info Refused "its evidence supports a higher column";
    Forced "forced" Info Refused "a move or an owner that was forced";
    Imported "imported" Info Refused "an opening position: evidence counts as given";
    OwnerLeft "owner-left" Warning Refused "an open prospect whose owner has left";
    // The pool
    NotInPool "not-in-pool" Error Refused "a prospect that is owned or closed was taken for one of the pool";
    PoolLimit "pool-limit" Error Refused "a limit of the pool refuses a claim";
    LateClaim "late-claim" Warning Refused "a claim of a prospect that somebody had already";
    NotAssignable "not-assignable" Error Refused "a rep cannot be given a prospect";
    OverCapacity "over-capacity" Error Refused "a capacity is below what its rep holds";
    Contradiction "contradiction" Error Refused "two rules of allocation contradict each other";
    BadPlan "bad-plan" Error Refused "a plan that cannot be applied";
    // Commands
    NotFound "not-found" Error Usage "no prospect of that id, path, prefix or name";
    Ambiguous "ambiguous" Error Usage "more than one prospect fits";
    AlreadyThere "already-there" Error Refused "something of that name exists";
    LikelyDuplicate "likely-duplicate" Error Refused "a prospect that looks the same exists";
    BadArgument "bad-argument" Error Usage "an argument that cannot be understood";
    BadQuery "bad-query" Error Usage "a query that cannot be understood";
    BadSetting "bad-setting" Error Usage "a setting of `crm.toml` that cannot be understood";
    ContradictoryRules "contradictory-rules" Error Usage "settings of grading that exclude each other, or a rule that never decides";
    BadMapping "bad-mapping" Error Usage "a mapping that does not fit the file to import";
    BadRow "bad-row" Error Refused "a row that cannot be imported";
    Findings "findings" Error Refused "there are findings, and `--strict` was asked for";
    NothingToUndo "nothing-to-undo" Error Refused "no event is left to retract";
    Locked "locked" Error System "another process holds the ledger's lock";
    WriteFailed "write-failed" Error System "a file could not be written; nothing was changed";
    // Git
    NoGit "no-git" Error Usage "no program `git`, or no repository here";
    BadRevision "bad-revision" Error Usage "a name that is no commit, branch or tag";
    GitFailed "git-failed" Error System "git ended with an error";
    Unmerged "unmerged" Error Refused "a merge left several versions of a file";
    MergeConflict "merge-conflict" Error Refused "both sides of a merge changed one thing differently";
    HistoryChanged "history-changed" Error Refused "an event is not what it was";
    HistoryLost "history-lost" Error Refused "an event, or a prospect with its events, is gone";
    UnknownPusher "unknown-pusher" Error Refused "who pushes is not known, or is no rep";
    NotYours "not-yours" Error Refused "a change to somebody else's prospect";
    ForeignSignature "foreign-signature" Error Refused "an event signed with another's name";
    ForeignRetraction "foreign-retraction" Error Refused "somebody else's event taken back";
    AdminsOnly "admins-only" Error Refused "a change that only an admin may make";
    NotForward "not-forward" Error Refused "a push that drops commits";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_kebab_case() {
        let ids: BTreeSet<_> = Code::ALL.iter().map(|c| c.id()).collect();
        assert_eq!(ids.len(), Code::ALL.len());
        assert!(ids.iter().all(|id| {
            id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        }));
    }

    #[test]
    fn one_letter_off_is_one() {
        let known = ["price", "competitor", "fit", "价格"];
        for (text, expected) in [
            ("price", None),
            ("Price", Some("price")),
            ("prise", Some("price")),
            ("prcie", Some("price")),
            ("pric", Some("price")),
            ("prises", None),
            ("fat", None),
            ("价值", None),
        ] {
            assert_eq!(one_letter_off(text, known), expected, "{text}");
        }
    }

    #[test]
    fn suggestion_names_the_nearest() {
        assert_eq!(
            suggest("apointment", ["appointment", "closed"]).unwrap().en(),
            "did you mean `appointment`?"
        );
        assert_eq!(suggest("zzz", ["25", "50"]).unwrap().en(), "valid: 25, 50");
        assert_eq!(suggest("zzz", []), None);
    }
}
