//! The command line: the commands, and the options that several of them share.

use super::commands;
use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;

/// The program's command line.
#[derive(Debug, Parser)]
#[command(
    name = "crm",
    version,
    about = "A sales pipeline in plain text: stages granted by evidence, reports for any day\n\n文本文件里的销售看板：凭证据前进，任何一天的报表",
    long_about = "Keeps a sales team's prospects in TOML files under git, holds people to a method, and \
                  prints the reports that a sales lead acts on.\n\n\
                  把销售团队的潜在客户存放在 git 管理的 TOML 文件里，督促大家照方法办事，并输出销售主管据以行动的报表。\n\n\
                  Start with `crm init`, `crm add NAME`, \
                  `crm report board`. `crm help stages` explains the method.\n\n\
                  从 `crm init`、`crm add 名称`、`crm report board` 开始。方法见 `crm help stages`。",
    after_help = "Exit status: 0 done; 1 refused by a rule, or findings; 2 usage or settings; 3 the system.\n\
                  Topics: crm help stages | criteria | board | customers | dates | query | format | exit-codes\n\n\
                  退出状态：0 完成；1 被规则拒绝，或有问题；2 用法或设置有误；3 系统错误。\n\
                  主题：crm help stages | criteria | board | customers | dates | query | format | exit-codes。",
    disable_help_subcommand = true,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// The ledger's folder [default: the first one with a crm.toml, from here upwards; CRM_LEDGER]
    ///
    /// 账本文件夹 [默认：从当前文件夹向上找到的第一个含 crm.toml 的文件夹；CRM_LEDGER]
    #[arg(long, global = true, value_name = "DIR")]
    pub ledger: Option<PathBuf>,
    /// Before the command: the file of a company, whose ledgers are read as one; ids are shanghai/ID
    ///
    /// 写在命令之前：公司文件，其中的账本合并读取；编号写作 shanghai/编号
    #[arg(long, value_name = "FILE", conflicts_with = "ledger")]
    pub company: Option<PathBuf>,
    /// The day to look from: 2009-12-18, yesterday, -14d, 2009Q4 [default: CRM_TODAY, else today]
    ///
    /// 报表的截止日：2009-12-18、yesterday、-14d、2009Q4 [默认：CRM_TODAY，否则为今天]
    #[arg(long, global = true, value_name = "DATE", allow_hyphen_values = true)]
    pub as_of: Option<String>,
    /// table, csv, tsv, json, jsonl, ids, markdown, html, xlsx
    ///
    /// 输出格式：table、csv、tsv、json、jsonl、ids、markdown、html、xlsx
    #[arg(short, long, global = true, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Write to a file; its ending chooses the format
    ///
    /// 写入文件；格式由扩展名决定
    #[arg(short, long, global = true, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Of a report with several tables, only this one
    ///
    /// 报表有几张表时，只要这一张
    #[arg(long, global = true, value_name = "TABLE")]
    pub table: Option<String>,
    /// Findings in the ledger stop the command
    ///
    /// 账本中有问题就停止
    #[arg(long, global = true)]
    pub strict: bool,
    /// Leave text as it is that a spreadsheet would run as a formula, and control characters (CSV, TSV)
    ///
    /// 保留会被电子表格当作公式的文字和控制字符（CSV、TSV）
    #[arg(long, global = true)]
    pub raw: bool,
    /// Begin with a byte-order mark, by which Excel knows UTF-8 (CSV, TSV) [default: csv_bom of crm.toml]
    ///
    /// 开头写入字节顺序标记，Excel 据此识别 UTF-8（CSV、TSV）[默认：crm.toml 的 csv_bom]
    #[arg(long, global = true)]
    pub bom: bool,
    /// Draw with ASCII characters only
    ///
    /// 只用 ASCII 字符绘制
    #[arg(long, global = true)]
    pub ascii: bool,
    /// The language of texts for people: en, zh [default: CRM_LANG, else the ledger's]
    ///
    /// 给人看的文字用哪种语言：en、zh [默认：CRM_LANG，否则按账本]
    #[arg(long, global = true, value_name = "LANG", value_parser = ["en", "zh"])]
    pub lang: Option<String>,
    /// Colour: auto, always, never [default: auto, on a terminal]
    ///
    /// 颜色：auto、always、never [默认：auto，仅在终端上]
    #[arg(long, global = true, value_name = "WHEN", value_parser = ["auto", "always", "never"])]
    pub color: Option<String>,
    /// What writes commits what it wrote, and nothing else; the message says what moved, unless one is given
    /// (--commit="…") [default: `[git] commit` of crm.toml]
    ///
    /// 写入的命令只把自己所写的提交到 git；提交说明写明变动，也可自己写（--commit="……"）[默认：crm.toml 的 `[git] commit`]
    #[arg(long, global = true, value_name = "MESSAGE", num_args = 0..=1, require_equals = true, conflicts_with = "no_commit")]
    pub commit: Option<Option<String>>,
    /// Commit nothing, although crm.toml asks for it
    ///
    /// 不提交，即使 crm.toml 要求提交
    #[arg(long, global = true)]
    pub no_commit: bool,
    /// Print long output as it is, without a pager (CRM_PAGER, PAGER, less)
    ///
    /// 长输出直接打印，不用分页程序（CRM_PAGER、PAGER、less）
    #[arg(long, global = true)]
    pub no_pager: bool,
}

/// The groups of commands in help, each with its title in English and Chinese. Each command is in one.
pub const GROUPS: [(&str, &str, &[&str]); 7] = [
    (
        "Work",
        "日常",
        &[
            "add", "log", "advance", "back", "lose", "hold", "reopen", "set", "contact", "edit",
            "undo", "redo", "today", "due", "sweep", "tally",
        ],
    ),
    (
        "Look",
        "查看",
        &[
            "show",
            "list",
            "search",
            "customers",
            "cases",
            "checklist",
            "classify",
            "grade",
            "report",
            "dashboard",
            "site",
            "what-if",
            "backtest",
        ],
    ),
    (
        "Team",
        "团队",
        &[
            "pool",
            "claim",
            "release",
            "assign",
            "recycle",
            "allocate",
            "rebalance",
            "handover",
            "campaign",
            "letters",
        ],
    ),
    (
        "Files",
        "文件",
        &[
            "init", "rename", "join", "split", "remove", "import", "export", "check", "backup",
            "restore", "schema",
        ],
    ),
    ("Privacy", "隐私", &["seal", "forget", "rights"]),
    ("Git", "Git", &["diff", "audit", "hooks", "guard", "merge-file", "resolve", "doctor"]),
    ("System", "系统", &["help", "completions", "man"]),
];

/// The commands. Each is one file under `commands`, and in one of [`GROUPS`].
#[derive(Debug, Subcommand)]
#[allow(missing_docs, reason = "each variant shows its own command's help")]
#[allow(clippy::large_enum_variant, reason = "there is one of them in a run")]
pub enum Command {
    Init(commands::init::Init),
    Add(commands::add::Add),
    Log(commands::log::Log),
    Advance(commands::advance::Advance),
    Back(commands::back::Back),
    Lose(commands::lose::Lose),
    Hold(commands::hold::Hold),
    Reopen(commands::reopen::Reopen),
    Undo(commands::undo::Undo),
    Redo(commands::redo::Redo),
    Show(commands::show::Show),
    Checklist(commands::checklist::Checklist),
    List(commands::list::List),
    Search(commands::search::Search),
    Customers(commands::customers::Customers),
    Cases(commands::cases::Cases),
    Classify(commands::classify::Classify),
    Grade(commands::grade::Grade),
    Due(commands::due::Due),
    Today(commands::today::Today),
    Sweep(commands::sweep::Sweep),
    Pool(commands::pool::Pool),
    Claim(commands::claim::Claim),
    Release(commands::release::Release),
    Assign(commands::assign::Assign),
    Recycle(commands::recycle::Recycle),
    Allocate(commands::allocate::Allocate),
    Rebalance(commands::rebalance::Rebalance),
    Handover(commands::handover::Handover),
    Campaign(commands::campaign::CampaignCommand),
    Letters(commands::letters::Letters),
    Report(commands::report::Report),
    Check(commands::check::Check),
    Edit(commands::edit::Edit),
    Set(commands::set::Set),
    Contact(commands::contact::ContactCommand),
    Rename(commands::rename::Rename),
    Join(commands::join::Join),
    Split(commands::split::Split),
    Remove(commands::remove::Remove),
    Tally(commands::tally::Tally),
    Import(commands::import::Import),
    Export(commands::export::Export),
    WhatIf(commands::what_if::WhatIf),
    Backtest(commands::backtest::Backtest),
    Backup(commands::backup::Backup),
    Restore(commands::restore::Restore),
    Dashboard(commands::dashboard::Dashboard),
    Site(commands::site::Site),
    Help(commands::help::Help),
    Completions(commands::completions::Completions),
    Man(commands::man::Man),
    Schema(commands::schema::Schema),
    Seal(commands::seal::Seal),
    Forget(commands::forget::Forget),
    Rights(commands::rights::Rights),
    Diff(commands::diff::Diff),
    Audit(commands::audit::Audit),
    Hooks(commands::hooks::HooksCommand),
    Guard(commands::guard::GuardCommand),
    MergeFile(commands::merge_file::MergeFile),
    Resolve(commands::resolve::Resolve),
    Doctor(commands::doctor::Doctor),
    #[command(external_subcommand)]
    External(Vec<OsString>),
}

impl Command {
    /// Does it write in a session, so that it can commit what it writes? Programs of their own tell for themselves.
    pub fn can_commit(&self) -> bool {
        use Command::*;
        matches!(
            self,
            Add(_)
                | Log(_)
                | Advance(_)
                | Back(_)
                | Lose(_)
                | Hold(_)
                | Reopen(_)
                | Undo(_)
                | Redo(_)
                | Sweep(_)
                | Claim(_)
                | Release(_)
                | Assign(_)
                | Recycle(_)
                | Allocate(_)
                | Rebalance(_)
                | Handover(_)
                | Campaign(_)
                | Letters(_)
                | Edit(_)
                | Set(_)
                | Contact(_)
                | Rename(_)
                | Join(_)
                | Split(_)
                | Remove(_)
                | Tally(_)
                | Import(_)
                | Seal(_)
                | Forget(_)
                | External(_)
        )
    }
}

/// Which prospects a writing command means.
#[derive(Debug, Clone, Args)]
pub struct Where {
    /// Instead of ids: every prospect that the query selects
    ///
    /// 不写编号：查询选出的全部潜在客户
    #[arg(long = "where", value_name = "QUERY")]
    pub query: Option<String>,
    /// Print the changes, and write nothing
    ///
    /// 显示改动，不写入
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

/// The day and the signature: options of everything that writes an event.
#[derive(Debug, Clone, Default, Args)]
pub struct Signed {
    /// The day it happened [default: the as-of day]
    ///
    /// 发生的日期 [默认：截止日]
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    pub date: Option<String>,
    /// The time of day, 14:00
    ///
    /// 时刻，如 14:00
    #[arg(long, value_name = "TIME")]
    pub time: Option<String>,
    /// The rep who records it [default: CRM_USER, else the rep with git's user.email]
    ///
    /// 记录人 [默认：CRM_USER，否则为 git 的 user.email 对应的业务员]
    #[arg(long, value_name = "REP")]
    pub by: Option<String>,
    /// A note for the journal
    ///
    /// 写入流水的备注
    #[arg(short = 'm', long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// The evidence that an event changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Evidence")]
pub struct Facts {
    /// The agreed next step: a date, perhaps with a time (2009-12-15T14:00, "tue 14:00")
    ///
    /// 约定的下一步：日期，可带时间（2009-12-15T14:00、"tue 14:00"）
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    pub next: Option<String>,
    /// The purpose of the next step
    ///
    /// 下一步的内容
    #[arg(long, value_name = "TEXT")]
    pub next_what: Option<String>,
    /// Criteria that hold from now on: right-person,fit,budget
    ///
    /// 从现在起成立的标准：right-person,fit,budget
    #[arg(long, value_name = "CRITERIA", value_delimiter = ',')]
    pub confirm: Vec<String>,
    /// Criteria that no longer hold
    ///
    /// 不再成立的标准
    #[arg(long, value_name = "CRITERIA", value_delimiter = ',')]
    pub revoke: Vec<String>,
    /// The expected signing date
    ///
    /// 预计签约日
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    pub close_by: Option<String>,
    /// The expected value: 18000, "1500.50 USD"
    ///
    /// 预计金额：18000、"1500.50 USD"
    #[arg(long, value_name = "MONEY")]
    pub value: Option<String>,
    /// Money of this event: payment, booking, order, refund, quote, contract, invoice, credit
    ///
    /// 本条记录的金额：付款、承保、订单、退款、报价、合同、发票、红字
    #[arg(long, value_name = "MONEY", allow_negative_numbers = true)]
    pub amount: Option<String>,
    /// On a call: was it answered
    ///
    /// 电话是否接通
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", value_parser = clap::value_parser!(bool))]
    pub reached: Option<bool>,
    /// The owner from now on; "" releases it to the pool
    ///
    /// 新的负责人；"" 表示退回公海
    #[arg(long, value_name = "REP")]
    pub owner: Option<String>,
}
