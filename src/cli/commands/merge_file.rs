//! `crm merge-file BASE OURS THEIRS`: git's merge driver.

use crate::cli::context::Context;
use crate::cli::diagnose::{Look, render};
use crate::diag::{Diagnostic, Failure, Words, counted};
use crate::disk::durable::write_file;
use crate::format::merge::markers::{Markers, SIZE};
use crate::git::merge_file::{Blobs, kind_of, merge_file};
use crate::git::program::Git;
use clap::Args;
use std::path::{Path, PathBuf};

/// The status by which git stops the merge as failed; lower ones mean conflicts.
const STOP: u8 = 129;

/// Merge a file of the ledger by its meaning; git calls this (a merge driver)
///
/// 按含义合并账本的文件；由 git 调用（合并驱动）
#[derive(Debug, Args)]
#[command(after_help = "\
Example:\n  crm merge-file --path prospects/zhang.toml BASE OURS THEIRS\n\n\
The result goes into OURS. Entries are a union by key, facts merge one by one; two different changes of one\n\
thing are shown between markers. Text that is no valid TOML is merged by lines, as git does.\n\n\
    结果写入我方文件。记录按键取并集，资料逐项合并；对同一处的两种改动放在标记之间。不是有效 TOML 的文本按行合并，与 git 相同。\n\n\
`crm init` and `crm hooks install` make git call it; `crm doctor` checks that it does.\n\
Exit status: 0 merged; 1 conflicts; 129 failed, and OURS is as it was.\n\n\
    由 `crm init` 和 `crm hooks install` 让 git 调用它；`crm doctor` 检查是否如此。退出状态：0 已合并；1 有冲突；129 失败，我方文件未变。")]
pub struct MergeFile {
    /// The common ancestor; an empty file where there is none
    ///
    /// 共同祖先；没有则为空文件
    #[arg(value_name = "BASE")]
    base: PathBuf,
    /// Our version, which gets the result
    ///
    /// 我方版本，结果写在其中
    #[arg(value_name = "OURS")]
    ours: PathBuf,
    /// Their version
    ///
    /// 对方版本
    #[arg(value_name = "THEIRS")]
    theirs: PathBuf,
    /// How many characters a conflict marker has
    ///
    /// 冲突标记的字符数
    #[arg(long, value_name = "N", default_value_t = SIZE)]
    marker_size: usize,
    /// The file's path in the repository, which tells whether it is a prospect, tallies or settings
    ///
    /// 文件在仓库中的路径，由此得知是潜在客户、日报还是设置
    #[arg(long, value_name = "PATH")]
    path: Option<PathBuf>,
    /// The names of the versions in markers: ours, then base, then theirs
    ///
    /// 标记中各版本的名称：我方、共同祖先、对方
    #[arg(short = 'L', value_name = "LABEL", allow_hyphen_values = true)]
    labels: Vec<String>,
}

impl MergeFile {
    /// Runs it and returns the status that git expects of a driver.
    pub fn run(self, context: &Context) -> u8 {
        context.learn_language();
        match self.merge(context) {
            Ok(conflicts) => u8::from(conflicts),
            Err(failure) => {
                let look = Look { lang: context.spoken(), ..Look::default() };
                failure.0.iter().for_each(|d| context.say(Words::verbatim(render(d, look))));
                STOP
            }
        }
    }

    /// Merges; true if there are conflicts.
    fn merge(&self, context: &Context) -> Result<bool, Failure> {
        let (base, ours) = (read(&self.base)?, read(&self.ours)?);
        let theirs = read(&self.theirs)?;
        let path = self.path.as_ref().unwrap_or(&self.ours);
        let blobs = Blobs { base: &base, ours: &ours, theirs: &theirs };
        let git = Git::at(&context.here);
        let kind = kind_of(&context.here, path);
        let merged = merge_file(&git, blobs, kind, &self.markers())?;
        write_file(&self.ours, &merged.bytes)
            .map_err(|error| Diagnostic::unwritable(&self.ours, &error))?;
        let file = path.display();
        if let Some(why) = merged.by_lines {
            let why = why.words();
            context.say(Words::both(
                format!("{file}: merged by lines, for {}", why.en()),
                format!("{file}：按行合并，因为{}", why.zh()),
            ));
        }
        if !merged.conflicts.is_empty() {
            let n = merged.conflicts.len();
            let conflicts = counted(n, "conflict", "conflicts");
            let places = merged.conflicts.iter().map(|conflict| {
                let (en, zh, line) = (conflict.what.en(), conflict.what.zh(), conflict.line);
                words!("{en} (line {line})", "{zh}（第 {line} 行）")
            });
            let places = Words::listed(&places.collect::<Vec<_>>());
            context.say(Words::both(
                format!("{file}: {conflicts}: {}", places.en()),
                format!("{file}：{n} 处冲突：{}", places.zh()),
            ));
        }
        Ok(!merged.conflicts.is_empty())
    }

    fn markers(&self) -> Markers {
        // A git that does not know a label hands on its placeholder.
        let label = |position: usize, otherwise: String| {
            let stated = self.labels.get(position).filter(|label| !label.starts_with('%'));
            stated.cloned().unwrap_or(otherwise)
        };
        let usual = Markers::default();
        Markers {
            size: self.marker_size,
            ours: label(0, usual.ours),
            base: label(1, usual.base),
            theirs: label(2, usual.theirs),
            show_base: false,
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    std::fs::read(path).map_err(|error| Diagnostic::unreadable(path, &error))
}
