//! One type for everything that can be wrong: [`Diagnostic`]. Data only; it is put into words and
//! printed once, at the edge (`cli::diagnose`).

#[macro_use]
mod words;
mod nearest;
mod placeholders;

pub use nearest::{is_slip, nearest, one_letter_off, suggest};
pub use placeholders::{command_in, placeholder};
pub use words::{Lang, Listed, Words, counted, first_of, listed};

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; never a failure.
    Info,
    /// A call to act; a failure only under `--strict`.
    Warning,
    /// A rule or the format is broken.
    Error,
}

impl Severity {
    /// The severity for people.
    pub fn words(self) -> Words {
        match self {
            Severity::Info => words!("info", "信息"),
            Severity::Warning => words!("warning", "警告"),
            Severity::Error => words!("error", "错误"),
        }
    }
}

/// The severity for programs.
impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// The exit status of the process when a diagnostic stops a command.
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
        /// The name of the text, for the reader: `--where`.
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

    /// Returns the place at `spot` of its source.
    #[must_use]
    pub fn at(mut self, spot: Spot) -> Place {
        self.spot = spot;
        self
    }

    /// Returns the place at these bytes of its source.
    #[must_use]
    pub fn span(self, span: Range<usize>) -> Place {
        self.at(Spot::Span(span.start, span.end))
    }
}

/// One thing that is wrong, or worth knowing: its message, its place, and the way to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which of the known cases.
    pub code: Code,
    /// How much it weighs; the code's own severity unless changed.
    pub severity: Severity,
    /// The exit status of a command that stops for it; the code's own unless changed.
    pub exit: Exit,
    /// One sentence, no full stop.
    pub message: Words,
    /// Where, if it has a place.
    pub place: Option<Place>,
    /// A few words beside the caret.
    pub label: Option<Words>,
    /// Facts beyond the message (the criteria that are met, those that are missing).
    pub notes: Vec<Words>,
    /// The ways to mend it.
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

    /// A file that cannot be written.
    pub fn unwritable(file: &Path, error: &std::io::Error) -> Diagnostic {
        let file = file.display();
        let message = words!("{file} cannot be written", "无法写入 {file}").because(error);
        Diagnostic::new(Code::WriteFailed, message)
    }

    /// A file that cannot be read.
    pub fn unreadable(file: &Path, error: &std::io::Error) -> Diagnostic {
        let file = file.display();
        let message = words!("{file} cannot be read", "无法读取 {file}").because(error);
        Diagnostic::new(Code::Unreadable, message)
    }

    /// Returns the finding as a slip in an argument: in a file it may be less, but here it stops a command.
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

    /// Returns the finding under another code, with that code's weight and status: TOML that cannot be read
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

/// The reasons why a command stopped. Never empty.
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
    ($($variant:ident $id:literal $severity:ident $exit:ident $doc:literal $zh:literal;)*) => {
        /// Every case the program can report. The id is stable; `docs/errors.md` has a line for each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $doc] $variant,)*
        }

        impl Code {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The stable name in `error[…]`.
            pub fn id(self) -> &'static str {
                match self { $(Code::$variant => $id,)* }
            }

            /// How much it weighs.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            /// The exit status of a command that stops for it.
            pub fn exit(self) -> Exit {
                match self { $(Code::$variant => Exit::$exit,)* }
            }

            /// Its meaning, in one line.
            pub fn about(self, lang: Lang) -> &'static str {
                match self { $(Code::$variant => lang.pick($doc, $zh),)* }
            }
        }
    };
}

impl Code {
    /// Does it mean that files which may be there were not read, so that no figure of the ledger is right?
    pub fn leaves_unread(self) -> bool {
        matches!(self, Code::TooManyFiles | Code::FolderUnreadable)
    }
}

codes! {
    // Files
    NoLedger "no-ledger" Error Usage "no `crm.toml` in this folder or above it" "本文件夹及其上级没有 `crm.toml`";
    Company "company" Error Usage "a company's file, or ledgers that it cannot read as one" "公司文件有误，或其账本无法合并读取";
    OneLedger "one-ledger" Error Usage "a command that works in one ledger is given a company" "命令只用于一个账本，却给了公司";
    Unreadable "unreadable" Error System "a file or folder cannot be read" "无法读取文件或文件夹";
    TooManyFiles "too-many-files" Error System "the system lets the program open no more files, so the ledger is not read whole" "系统不允许再打开文件，账本没有读全";
    FolderUnreadable "folder-unreadable" Error System "a folder of the ledger cannot be listed, so the ledger is not read whole" "无法列出账本中的文件夹，账本没有读全";
    BadKey "bad-key" Error Usage "a file of keys has no private key that can be used" "密钥文件中没有可用的私钥";
    NoKey "no-key" Error Refused "a command needs a key that the user does not have" "命令需要用户没有的密钥";
    KeysMissing "keys-missing" Warning Refused "sealed values whose keys are nowhere to be found" "加密值的密钥找不到";
    NotSealed "not-sealed" Error Refused "an open text in a field that must be sealed" "须加密的字段中有明文";
    BrokenSeal "broken-seal" Error Refused "a sealed value that opens at no place: cut off, exchanged, or moved" "加密的值打不开：被截断、调换或移到了别处";
    NotUtf8 "not-utf8" Error Refused "a file is not UTF-8 text" "文件不是 UTF-8 文本";
    TooLarge "too-large" Error Refused "a prospect file is larger than 4 MiB" "潜在客户文件超过 4 MiB";
    EmptyFile "empty-file" Error Refused "a prospect file has nothing in it" "潜在客户文件没有内容";
    Symlink "symlink" Error Refused "a symbolic link, which the ledger does not follow" "账本不跟随符号链接";
    BadBackup "bad-backup" Error Refused "a file is no backup, or not a whole one" "文件不是备份，或不完整";
    TrackedState "tracked-state" Error Refused "git keeps a file of `.crm/`, which is one machine's own" "git 收录了 `.crm/` 的文件，而它只属于本机";
    NestedRepository "nested-repository" Error Refused "a file makes a folder look like a repository of its own to git" "某个文件使 git 把文件夹当作另一个仓库";
    Ignored "ignored" Warning Refused "git ignores a file of the ledger: no commit has it" "git 忽略了账本的文件：任何提交都不含它";
    Syntax "syntax" Error Refused "not valid TOML" "不是有效的 TOML";
    DuplicateKey "duplicate-key" Error Refused "a key, or an event's key, occurs twice" "键或记录的键重复";
    DuplicateId "duplicate-id" Error Refused "two files have the same id (case and Unicode form aside)" "两个文件的编号相同（不计大小写和 Unicode 形式）";
    BadId "bad-id" Error Refused "an id has a character or form that some file system refuses" "编号含有某些文件系统不接受的字符或形式";
    // Facts and events
    WrongType "wrong-type" Error Refused "a value is of another type than its key needs" "值的类型与键不符";
    MissingName "missing-name" Error Refused "a prospect has no `name`" "潜在客户没有 `name`";
    BadEventKey "bad-event-key" Error Refused "an event's key is not `DATE[-N][-SUFFIX]`" "记录的键不是 `日期[-N][-后缀]`";
    BadDate "bad-date" Error Refused "a date that is not in the calendar, or not a date" "日历上没有的日期，或不是日期";
    BadMoney "bad-money" Error Refused "an amount that cannot be kept exactly, or a bad currency" "无法精确保存的金额，或货币有误";
    ControlCharacter "control-character" Warning Refused "a name has control characters" "名称含有控制字符";
    UnknownStage "unknown-stage" Error Refused "a stage that the prospect's pipeline does not have" "看板没有这一栏";
    UnknownCriterion "unknown-criterion" Error Refused "a criterion that is not defined" "未定义的标准";
    ComputedCriterion "computed-criterion" Error Refused "a computed criterion cannot be confirmed by hand" "计算得出的标准不能手工确认";
    NoBoard "no-board" Warning Refused "a customer's file has a key that only a prospect's board knows" "客户文件中有只属于看板的键";
    UnknownPipeline "unknown-pipeline" Error Refused "a pipeline that the settings do not have" "设置里没有这个看板";
    UnknownRep "unknown-rep" Error Refused "an owner that the settings do not list" "设置里没有这个负责人";
    UnknownKind "unknown-kind" Info Refused "a kind of event that is not known; kept and counted as a note" "未知的记录类型；保留，按备注计";
    UnknownKey "unknown-key" Info Refused "a key that is not known; kept" "未知的键；保留";
    UnknownWord "unknown-word" Warning Refused "a value that is none of the few words that its key knows; it does not count" "值不是该键认识的词；不计入";
    UnknownFact "unknown-fact" Warning Refused "an entry changes a fact that is not known; kept" "记录变更了未知的资料项；予以保留";
    EventsNotLast "events-not-last" Warning Refused "`[events]` is not the last table of the file" "`[events]` 不是文件的最后一个表";
    EntriesNotLines "entries-not-lines" Warning Refused "entries that are not lines under one header, where none can be added" "记录没有逐行写在同一个表头之下，无法追加";
    NewerToml "newer-toml" Warning Refused "a form of TOML 1.1, which other readers may refuse" "TOML 1.1 的写法，其他程序可能不接受";
    NoEvents "no-events" Warning Refused "a prospect without a single event" "潜在客户没有任何记录";
    TimeOrder "time-order" Warning Refused "the times of a day contradict the order of its events" "同一天的时间与记录的顺序矛盾";
    FutureEvent "future-event" Warning Refused "an event is dated after the day of the report" "记录的日期晚于报表日";
    TwoOpenings "two-openings" Error Refused "a file with two openings: two people may share one id" "一个文件有两次建档：可能两个人共用一个编号";
    BeforeOpening "before-opening" Warning Refused "an entry before the one that opened the account" "记录早于建档";
    EmptyReason "empty-reason" Warning Refused "a reason without words" "原因没有内容";
    BadScore "bad-score" Warning Refused "a score outside of its scale" "评分超出量表范围";
    MissingAmount "missing-amount" Warning Refused "a payment, refund or points without an amount" "付款、退款或积分没有数额";
    UnknownTicket "unknown-ticket" Warning Refused "an entry resolves a ticket that is not open" "记录办结了未受理的事项";
    BadTally "bad-tally" Warning Refused "more conversations than dials on a day" "一天的通话数多于拨号数";
    PastDate "past-date" Info Refused "a next step or signing date before the day of its entry" "下一步或签约日期早于记录日期";
    NearMiss "near-miss" Info Refused "a reason or source that is one letter off a known one" "原因或来源与已有的只差一个字母";
    UnknownEvent "unknown-event" Error Refused "a retraction names an event that is not there" "撤回的记录不存在";
    // The method
    UnsupportedMove "unsupported-move" Error Refused "a move that its evidence does not support" "移动没有证据支持";
    MoveAfterEnd "move-after-end" Error Refused "a move on the board after the pursuit ended" "一轮结束后又在看板上移动";
    LostWithoutReason "lost-without-reason" Error Refused "left without a reason" "退出时没有原因";
    Overstated "overstated" Warning Refused "in a column above what its evidence supports" "所在的栏高于证据所支持的";
    Overdue "overdue" Warning Refused "past the sales cycle" "超过销售周期";
    Stalled "stalled" Warning Refused "in its column longer than `max_days`" "在栏中停留超过 `max_days`";
    MissedNext "missed-next" Warning Refused "the agreed next step passed without an entry" "约定的下一步已过，没有记录";
    WhichTicket "which-ticket" Warning Refused "an entry does not say which of several open cases it belongs to" "有多个未结受理，记录没有指明是哪一个";
    CouldAdvance "could-advance" Info Refused "its evidence supports a higher column" "证据支持更高的一栏";
    Forced "forced" Info Refused "a move or an owner that was forced" "破例的移动或分配";
    Imported "imported" Info Refused "an opening position: evidence counts as given" "期初状态：证据按已具备计";
    OwnerLeft "owner-left" Warning Refused "an open prospect whose owner has left" "未结束的潜在客户，负责人已离职";
    HelperLeft "helper-left" Warning Refused "a role is filled by a rep who has left" "协同人已离职";
    OverBudget "over-budget" Warning Refused "a customer cost more in a calendar year than its grade's budget" "客户全年花费超过该级别的预算";
    ScheduleSum "schedule-sum" Warning Refused "a schedule that does not add up to the amount of its contract" "付款计划合计与合同金额不符";
    LinesSum "lines-sum" Warning Refused "lines that do not add up to the amount of their paper" "明细合计与单据金额不符";
    UnknownNumber "unknown-number" Warning Refused "`for` or `renews` names a number that the customer does not have" "`for` 或 `renews` 的单号该客户没有";
    SharedNumber "shared-number" Warning Refused "two files of one customer have papers of one kind and number" "同一客户的两个文件中有同类同号的单据";
    OverCreditLimit "over-credit-limit" Warning Refused "a customer owes more than its credit limit" "客户欠款超出信用额度";
    IdleKey "idle-key" Warning Refused "a key of papers on a kind of entry that has no use for it" "单据的键用在了不需要它的记录上";
    BadGoal "bad-goal" Warning Refused "a goal of a plan that cannot be measured" "无法衡量的计划目标";
    UnknownGoal "unknown-goal" Warning Refused "a step of a plan for a goal that the plan does not have" "步骤所属的目标不在计划中";
    UnknownStep "unknown-step" Warning Refused "an entry closes a step that the plan does not have" "记录完成的步骤不在计划中";
    DuplicateStep "duplicate-step" Warning Refused "two goals, or two steps, of one plan have the same id" "同一计划中有两个目标或步骤编号相同";
    // Customers
    UnknownCustomer "unknown-customer" Warning Refused "an account or parent that no file of a customer has" "所属客户或上级客户没有对应的客户文件";
    ParentCircle "parent-circle" Warning Refused "customers that are each other's parents" "客户互为上级";
    MissingDocument "missing-document" Warning Refused "a document whose path leads nowhere" "文档路径不存在";
    FrontMatter "front-matter" Warning Refused "front matter of a page of solutions that cannot be read" "知识库页面的前置信息无法读取";
    UnknownMilestone "unknown-milestone" Warning Refused "a milestone of a column that the board does not have" "看板没有里程碑所指的栏";
    UnknownPerson "unknown-person" Warning Refused "a person in `with` that is no contact" "参加人不在联系人中";
    RefusedChannel "refused-channel" Warning Refused "a contact through a channel that every person refuses" "通过联系人都拒绝的渠道进行了联系";
    UnknownCampaign "unknown-campaign" Warning Refused "an entry names a campaign that the settings do not have" "记录写明的营销活动设置中没有";
    NegativePoints "negative-points" Warning Refused "a customer redeemed more points than it had" "客户兑换的积分超过所有";
    // The pool
    NotInPool "not-in-pool" Error Refused "a prospect that is owned or closed is not in the pool" "有负责人或已结束的潜在客户被当作公海客户";
    PoolLimit "pool-limit" Error Refused "a limit of the pool refuses a claim" "公海的限额不允许领取";
    LateClaim "late-claim" Warning Refused "a claim of a prospect that had an owner already" "领取时已有人先领取";
    NotAssignable "not-assignable" Error Refused "a rep cannot be given a prospect" "不能把潜在客户交给这个业务员";
    OverCapacity "over-capacity" Error Refused "a capacity is below what its rep holds" "容量低于业务员现有的数量";
    Contradiction "contradiction" Error Refused "two rules of allocation contradict each other" "两条分配规则互相矛盾";
    BadPlan "bad-plan" Error Refused "a plan that cannot be applied" "方案无法执行";
    // Commands
    NotFound "not-found" Error Usage "no prospect of that id, path, prefix or name" "没有这个编号、路径、前缀或名称的潜在客户";
    Ambiguous "ambiguous" Error Usage "more than one prospect fits" "符合的潜在客户不止一个";
    AlreadyThere "already-there" Error Refused "something of that name exists" "同名的已经存在";
    CannotJoin "cannot-join" Error Refused "two files that cannot become one" "两个文件无法合并为一个";
    CannotRemove "cannot-remove" Error Refused "a file that others name, or that git could not give back" "文件仍被引用，或 git 无法恢复";
    LikelyDouble "likely-double" Info Refused "two files that look like one prospect or customer" "两个文件看来是同一客户";
    LikelyDuplicate "likely-duplicate" Error Refused "a prospect that looks alike exists" "已有看来相同的潜在客户";
    BadArgument "bad-argument" Error Usage "an argument that cannot be understood" "无法理解的参数";
    BadQuery "bad-query" Error Usage "a query that cannot be understood" "无法理解的查询";
    BadSetting "bad-setting" Error Usage "a setting of `crm.toml` that cannot be understood" "`crm.toml` 中无法理解的设置";
    ContradictoryRules "contradictory-rules" Error Usage "settings of grading that exclude each other, or a rule that never decides" "分级设置互相矛盾，或有一条规则永远不起作用";
    BadMapping "bad-mapping" Error Usage "a mapping that does not fit the file to import" "映射与要导入的文件不符";
    BadTemplate "bad-template" Error Usage "a template of letters that cannot be understood" "无法理解的信件模板";
    MissingField "missing-field" Error Refused "a letter needs a field that a prospect does not have" "信件需要的字段某客户没有";
    BadRow "bad-row" Error Refused "a row that cannot be imported" "无法导入的行";
    Findings "findings" Error Refused "there are findings, and `--strict` was asked for" "有问题，而命令要求 `--strict`";
    NothingToUndo "nothing-to-undo" Error Refused "no event is left to retract" "没有可以撤回的记录";
    NotShown "not-shown" Warning System "the output could not be written; the ledger was" "输出无法写出；账本已经写入";
    CutShort "cut-short" Warning System "a write was cut short; it was finished, taken back, or left" "写入曾中断；已补完、撤销或保留原状";
    Locked "locked" Error System "another process holds the ledger's lock" "账本的锁由另一进程占用";
    WriteFailed "write-failed" Error System "a file could not be written; nothing was changed" "文件无法写入；没有任何改动";
    // Git
    NoGit "no-git" Error Usage "no program `git`, or no repository here" "没有 `git` 程序，或这里没有仓库";
    NotCommitted "not-committed" Error Refused "what a command writes cannot be committed by itself; nothing was written" "命令所写的内容无法单独提交；未写入任何内容";
    BadRevision "bad-revision" Error Usage "a name that is no commit, branch or tag" "不是提交、分支或标签的名称";
    GitFailed "git-failed" Error System "git ended with an error" "git 以错误结束";
    Unmerged "unmerged" Error Refused "a merge left several versions of a file" "合并后文件留有多个版本";
    MergeConflict "merge-conflict" Error Refused "both sides of a merge changed one thing differently" "合并双方对同一处作了不同的改动";
    HistoryChanged "history-changed" Error Refused "an event is not what it was" "记录与原来不同";
    HistoryLost "history-lost" Error Refused "an event, or a prospect with its events, is gone" "记录或潜在客户连同其记录丢失";
    UnknownPusher "unknown-pusher" Error Refused "the user who pushes is not known, or is no rep" "推送的用户未知，或不是业务员";
    NotYours "not-yours" Error Refused "a change to another rep's prospect" "改动了别人的潜在客户";
    ForeignSignature "foreign-signature" Error Refused "an event signed with another's name" "记录署了别人的名字";
    ForeignRetraction "foreign-retraction" Error Refused "another rep's event retracted" "撤回了别人的记录";
    AdminsOnly "admins-only" Error Refused "a change that only an admin may make" "只有管理员可以作的改动";
    NotForward "not-forward" Error Refused "a push that drops commits" "推送丢掉了提交";
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
}
