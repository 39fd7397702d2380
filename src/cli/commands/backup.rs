//! `crm backup FILE` and `crm backup verify FILE`.

use super::check::of_files;
use crate::act::backup::{Line, Order, Outside, Verdict, Verification, make, open, verify};
use crate::cli::context::Context;
use crate::cli::shell::in_shell;
use crate::diag::{Code, Diagnostic, Failure, Lang, Words, counted, first_of, is_slip};
use crate::disk::sealed_file::{Identities, Recipients};
use crate::format::manifest::{Manifest, ReportDigest};
use crate::render::{Format, Options, Rendering};
use crate::report::{REPORTS, Report, Request};
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Sheet};
use crate::value::digest::Digester;
use clap::{Args, Subcommand};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// What the floors below are told of reports and checks.
pub(super) const OUTSIDE: Outside = Outside { reports, findings: of_files };

/// One file with the whole ledger: its history, what is not committed, and what its reports come to
///
/// 把整个账本备份为一个文件：历史、尚未提交的内容，以及各报表的结果
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:\n  \
    crm backup monday.zip                         the backup / 备份\n  \
    crm backup verify monday.zip                  restore it beside and compare / 在旁边恢复并比较\n  \
    crm backup monday.age --to age1q...           sealed for a key of age or SSH / 用 age 或 SSH 公钥加密\n  \
    crm backup - | ssh nas 'cat > monday.zip'     straight to another machine / 直接送到另一台机器\n  \
    crm restore monday.zip sales                  bring it back / 恢复\n\n\
    The file is a zip archive: the repository as a bundle of git, the files that are not committed, and a\n\
    manifest with counts, sums and a digest of each report. Hooks, git's settings, its index, and files that\n\
    git ignores are not in it. It is written whole or not at all, and replaces only an older backup of this\n\
    ledger. `crm doctor` tells how old the last verified one is.\n\n\
    文件是 zip 压缩包：git 打包的仓库、尚未提交的文件，以及记有数量、金额和各报表摘要的清单。不含钩子、git 的设置与暂存区，也不含 git 忽略的文件。要么整个写成，要么不写；只会覆盖本账本较早的备份。`crm doctor` 会说明最近一次验证过的备份有多旧。"
)]
pub struct Backup {
    #[command(subcommand)]
    act: Option<BackupAct>,
    /// The file to write; `-` is standard output
    ///
    /// 要写的文件；`-` 为标准输出
    #[arg(value_name = "FILE", required = true)]
    file: Option<PathBuf>,
    /// Seal it for this public key, `age1...` or `ssh-ed25519 ...`; repeatable
    ///
    /// 用此公钥加密：`age1...` 或 `ssh-ed25519 ...`；可重复
    #[arg(long, value_name = "KEY")]
    to: Vec<String>,
    #[command(flatten)]
    key: Key,
    /// Replace the file, whatever it is
    ///
    /// 覆盖该文件，不论它是什么
    #[arg(long)]
    force: bool,
}

/// The key of a sealed backup.
#[derive(Debug, Clone, Args)]
pub(super) struct Key {
    /// The file of the private key that opens a sealed backup [default: CRM_IDENTITY]
    ///
    /// 打开加密备份的私钥文件 [默认：CRM_IDENTITY]
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

impl Key {
    /// The private keys, if a file of them is named.
    pub(super) fn read(&self, context: &Context) -> Result<Option<Identities>, Failure> {
        let file = self.identity.as_ref().or(context.env.identity_file());
        Ok(file.map(|file| Identities::read(file)).transpose()?)
    }
}

#[derive(Debug, Subcommand)]
enum BackupAct {
    /// Restore a backup into a temporary folder, check it, and compare it with what it tells
    ///
    /// 把备份恢复到临时文件夹，检查并与其清单比较
    Verify(Verify),
}

#[derive(Debug, Args)]
#[command(after_help = "\
The status is 1 if anything differs. A good backup of the ledger that is here is noted down for `crm doctor`.\n\
The temporary folder has an open copy of a sealed backup until the command ends.\n\n\
    有任何不同时状态为 1。此处账本的备份若验证无误，会为 `crm doctor` 记下。命令结束之前，临时文件夹中有加密备份的明文。")]
struct Verify {
    /// The backup
    ///
    /// 备份文件
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    key: Key,
}

impl Backup {
    /// Runs it; the status is 1 if a verified backup differs.
    pub fn run(self, context: &Context) -> Result<u8, Failure> {
        if let Some(BackupAct::Verify(verify)) = self.act {
            return verify.run(context);
        }
        let file = self.file.clone().unwrap_or_default();
        if let Some(slip) = slip_of_verify(&file) {
            return Err(slip.into());
        }
        let (root, _) = context.root()?;
        context.learn_language();
        let is_stream = file == Path::new("-");
        if !is_stream {
            context.can_be_written("FILE", &file)?;
        } else if std::io::stdout().is_terminal() {
            return Err(no_terminal().into());
        }
        let to = match self.to.as_slice() {
            [] => None,
            keys => Some(Recipients::parse(keys, "--to").map_err(Failure)?),
        };
        let identities = self.key.read(context)?;
        let order = Order {
            root: &root,
            file: Some(&*file).filter(|_| !is_stream),
            to: to.as_ref(),
            identities: identities.as_ref(),
            day: context.today(),
            force: self.force,
            outside: OUTSIDE,
        };
        let made = make(&order)?;
        made.finished.into_iter().for_each(|found| context.found(found));
        if let Some(mut stream) = made.stream {
            context.pass_on(&mut stream)?;
        }
        context.say(written(&file, &made.manifest, made.size));
        say_left_out(context, &made.manifest.left_out);
        if made.manifest.figures.is_none() {
            context.say(words!(
                "its settings cannot be read: the backup has the files, and no figures (crm check)",
                "无法读取设置：备份含有文件，但没有数字（crm check）"
            ));
        }
        if !is_stream {
            let shown = in_shell(&file);
            context.say(words!(
                "next: crm backup verify {shown}",
                "下一步：crm backup verify {shown}"
            ));
        }
        Ok(0)
    }
}

fn no_terminal() -> Diagnostic {
    let message = words!("a backup is no text for a terminal", "备份不是终端能显示的文本");
    Diagnostic::new(Code::BadArgument, message).help(words!(
        "name a file, or pass it on: crm backup - | ssh HOST 'cat > monday.zip'",
        "请指定文件，或交给其他程序：crm backup - | ssh 主机 'cat > monday.zip'"
    ))
}

/// The refusal of a file that is named by a slip of the keyboard for `verify`.
fn slip_of_verify(file: &Path) -> Option<Diagnostic> {
    let typed = file.to_str().filter(|typed| is_slip(typed, "verify"))?;
    let message =
        words!("`{typed}` is named as a file for a backup", "`{typed}` 被当作备份的文件名");
    let help = words!(
        "did you mean `verify`? for a file of this name: crm backup ./{typed}",
        "是否指 `verify`？要用这个文件名：crm backup ./{typed}"
    );
    Some(Diagnostic::new(Code::BadArgument, message).help(help))
}

/// What was written.
fn written(file: &Path, manifest: &Manifest, size: u64) -> Words {
    let file = file.display();
    let count = |name: &str| {
        let counts = manifest.figures.as_ref().map(|figures| &figures.counts);
        counts.and_then(|counts| counts.get(name)).copied().unwrap_or(0)
    };
    let (kib, prospects, beside) =
        (size.div_ceil(1024), count("prospects"), manifest.files.len() + manifest.removed.len());
    let commit: String = manifest.git.iter().flat_map(|git| git.commit.chars().take(7)).collect();
    let day = &manifest.day;
    let of = usize::try_from(prospects).unwrap_or(usize::MAX);
    let (prospects_en, files) =
        (counted(of, "prospect", "prospects"), counted(beside, "file", "files"));
    match &*commit {
        "" => words!(
            "{file}: {prospects_en} of {day}, {files}, {kib} KiB",
            "{file}：{day} 的 {prospects} 个潜在客户，{beside} 个文件，{kib} KiB"
        ),
        commit => words!(
            "{file}: {prospects_en} of {day}, commit {commit}, {files} beside it, {kib} KiB",
            "{file}：{day} 的 {prospects} 个潜在客户，提交 {commit}，另有 {beside} 个文件，{kib} KiB"
        ),
    }
}

/// Names files that a backup does not have.
pub(super) fn say_left_out(context: &Context, left_out: &[String]) {
    const SHOWN: usize = 5;
    if left_out.is_empty() {
        return;
    }
    let names = first_of(left_out, SHOWN);
    context.say(words!(
        "not in the backup (links, other repositories, devices, earlier backups): {names}",
        "备份不含这些（链接、其他仓库、设备、较早的备份）：{names:#}"
    ));
}

impl Verify {
    fn run(self, context: &Context) -> Result<u8, Failure> {
        let root = context.root().ok().map(|(root, _)| root);
        context.learn_language();
        let opened = open(&self.file, self.key.read(context)?.as_ref())?;
        let done = verify(opened, root.as_deref(), context.today(), OUTSIDE)?;
        context.emit(sheet(&done, context.lang()))?;
        say_left_out(context, &done.manifest.left_out);
        let file = self.file.display();
        context.say_last(match (done.is_good(), done.is_noted) {
            (false, _) => words!(
                "{file}: the restored ledger differs from what the backup tells",
                "{file}：恢复出的账本与备份所记的不符"
            ),
            (true, true) => words!(
                "{file}: verified, and noted down for crm doctor",
                "{file}：验证无误，已为 crm doctor 记下"
            ),
            (true, false) => words!(
                "{file}: verified; not noted down, for it is not the youngest one of the ledger that is here",
                "{file}：验证无误；未记下，因为它不是此处账本最新的备份"
            ),
        });
        Ok(u8::from(!done.is_good()))
    }
}

/// The things that were compared.
fn sheet(done: &Verification, lang: Lang) -> Sheet {
    let columns = [
        ("part", "Part", "内容"),
        ("backup", "Backup", "备份"),
        ("restored", "Restored", "恢复"),
        ("verdict", "Verdict", "结果"),
    ];
    let columns = columns.map(|(id, en, zh)| Column::new(id, lang.pick(en, zh), Kind::Text)).into();
    let rows = done.lines.iter().map(|line| row(line, lang)).collect();
    let mut sheet = Sheet::single("verification", lang.pick("Backup", "备份"), columns, rows);
    sheet.about.clone_from(&done.manifest.day);
    sheet
}

fn row(line: &Line, lang: Lang) -> Row {
    let verdict = match line.verdict {
        Verdict::Equal => lang.pick("equal", "一致"),
        Verdict::Differs => lang.pick("differs", "不同"),
        Verdict::NotCompared => lang.pick("not compared", "未比较"),
    };
    let cells = vec![
        Cell::text(part(&line.part, lang)),
        Cell::text(&*line.told),
        Cell::text(&*line.found),
        Cell::text(verdict),
    ];
    let is_equal = line.verdict == Verdict::Equal;
    Row::with(cells, if is_equal { Emphasis::Plain } else { Emphasis::Warn })
}

/// The name of a part, for people in their language.
fn part(name: &str, lang: Lang) -> String {
    const NAMES: [(&str, &str); 17] = [
        ("commit", "提交"),
        ("references", "引用"),
        ("uncommitted files", "未提交的文件"),
        ("figures", "数字"),
        ("files", "文件"),
        ("prospects", "潜在客户"),
        ("customers", "客户"),
        ("entries", "流水"),
        ("tallies", "日报"),
        ("errors", "错误"),
        ("warnings", "警告"),
        ("reports", "报表"),
        ("report", "报表"),
        ("open", "进行中"),
        ("won", "成交"),
        ("lost", "退出"),
        ("", ""),
    ];
    if lang != Lang::Zh {
        return name.to_owned();
    }
    let (first, rest) = name.split_once(' ').unwrap_or((name, ""));
    let known = |name: &str| NAMES.iter().find(|(en, _)| *en == name).map(|(_, zh)| *zh);
    match known(name) {
        Some(zh) => zh.to_owned(),
        None => format!("{} {rest}", known(first).unwrap_or(first)),
    }
}

/// The digests of every report, as `crm report NAME -f csv` and `-f json` print it.
fn reports(book: &Book) -> Vec<ReportDigest> {
    let one = |report: &Report| {
        let mut request = Request::of(Query::everything());
        request.readers = Some(Audience::Machines);
        let (csv, json) = match (report.make)(book, &request) {
            Ok(sheet) => {
                (digest_of(sheet.clone(), Format::Csv, book), digest_of(sheet, Format::Json, book))
            }
            Err(problem) => {
                let refused = format!("refused: {}", problem.code.id());
                (refused.clone(), refused)
            }
        };
        ReportDigest { name: report.name.to_owned(), csv, json }
    };
    REPORTS.iter().map(one).collect()
}

fn digest_of(sheet: Sheet, format: Format, book: &Book) -> String {
    let options = Options { day: Some(book.as_of), lang: Lang::Machine, ..Options::default() };
    let mut digester = Digester::default();
    match Rendering::of(sheet, format, options) {
        Ok(rendering) => match rendering.write(&mut digester) {
            Ok(()) => digester.finish(),
            Err(error) => format!("refused: {error}"),
        },
        Err(error) => format!("refused: {error}"),
    }
}
