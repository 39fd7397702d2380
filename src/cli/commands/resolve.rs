//! `crm resolve [FILES]`: mends files that a merge by lines left in conflict.

mod openings;

use crate::act::change::unified;
use crate::act::session::Face;
use crate::cli::context::Context;
use crate::cli::diagnose::{Look, render};
use crate::cli::shell::in_shell;
use crate::diag::{Code, Diagnostic, Failure, Place, Spot, Words, counted};
use crate::disk::file::read_text;
use crate::disk::find::find;
use crate::disk::history::Deed;
use crate::disk::ledger::Ledger;
use crate::disk::root::link_on_the_way;
use crate::disk::write::{FileChange, Writer};
use crate::format::content::content;
use crate::format::layout::is_of_a_ledger;
use crate::format::merge::{Conflict, FileKind, Two, opening_of, two_in};
use crate::git::mend::{Mended, Stages, marked, mend, unmerged};
use crate::git::snapshot::Tracked;
use clap::Args;
use openings::{Decision, OpeningSides, Settled};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Mend files that a merge left in conflict, by their meaning
///
/// 按含义修好合并后仍有冲突的文件
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:\n  crm resolve                        every file in conflict / 所有有冲突的文件\n  crm resolve zhang crm.toml -n\n\n\
For merges that did not ask the merge driver: on a hosting site, in a clone without it. It reads git's three\n\
versions if git has them and the file was not edited since, else the markers in the file. A thing that both\n\
sides changed differently stays between markers and is named; then the status is 1. Nothing is added to\n\
git's index: look at it, then `git add`.\n\n\
    用于没有经过合并驱动的合并：在托管网站上，或在没有配置驱动的克隆里。若 git 有三方版本且文件此后未经编辑，则读取它们，否则读取文件中的标记。双方改得不同之处留在标记之间并逐一指出，此时状态为 1。不会加入 git 暂存区：请查看后再 `git add`。\n\n\
Two clones may each have opened an account under one id. --one joins them: both journals, the later opening\n\
retracted. --two gives the one that was opened later a file of its own. On a terminal it is asked.\n\n\
    两份克隆可能各用同一编号建了档。--one 把它们合为一个：两边的流水都保留，撤回较晚的建档。--two 给后建的另立文件。在终端上会询问。")]
pub struct Resolve {
    /// Files, or ids [default: all that are in conflict]
    ///
    /// 文件或编号 [默认：全部有冲突的]
    #[arg(value_name = "FILES")]
    files: Vec<String>,
    /// Two openings of one id are one person: join them
    ///
    /// 同一编号的两次建档是同一个人：合并
    #[arg(long, conflicts_with = "two")]
    one: bool,
    /// Two openings of one id are two people: the later one gets another id
    ///
    /// 同一编号的两次建档是两个人：后建的换一个编号
    #[arg(long)]
    two: bool,
    /// Print the changes, and write nothing
    ///
    /// 显示改动，不写入
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl Resolve {
    /// One person or two: by the options, else by the answer on a terminal.
    fn decision(&self, path: &Path, two: &Two, context: &Context) -> Option<Decision> {
        match (self.one, self.two) {
            (true, _) => Some(Decision::One),
            (_, true) => Some(Decision::Two),
            _ => openings::asked(path, two, context),
        }
    }
}

/// One run: the ledger without its settings, which may be in conflict themselves.
struct Run<'c> {
    context: &'c Context,
    ledger: Ledger,
    tracked: Option<Tracked>,
    stages: BTreeMap<PathBuf, Stages>,
}

impl Resolve {
    /// Runs it; the status is 1 if conflicts are left.
    pub fn run(self, context: &Context) -> Result<u8, Failure> {
        let (root, shown) = context.root()?;
        let mut writer = if self.dry_run { None } else { Some(Writer::open(&root)?) };
        if let Some(writer) = &mut writer {
            writer.is_for(&context.command, Deed::Did);
        }
        writer.iter().flat_map(|w| &w.finished).for_each(|found| context.found(found.clone()));
        context.learn_language();
        let ledger = Ledger::without_settings(root, shown);
        // A ledger outside of git can have markers, too.
        let tracked = context.tracked().ok();
        let stages = match &tracked {
            Some(tracked) => unmerged(&tracked.git, &tracked.prefix)?,
            None => BTreeMap::new(),
        };
        let run = Run { context, ledger, tracked, stages };
        let paths = if self.files.is_empty() { run.in_conflict() } else { run.named(&self.files)? };
        if paths.is_empty() {
            context.say(words!("no file is in conflict", "没有冲突的文件"));
            return Ok(0);
        }
        let mut changes = Vec::new();
        let mut said = Vec::new();
        let mut left = Vec::new();
        let mut clean = Vec::new();
        for path in &paths {
            let shown = run.ledger.show(path);
            match run.mend(path) {
                Ok((change, Mended::Merged { text, conflicts })) => {
                    let two = two_in(&text);
                    let decision = two.as_ref().and_then(|two| self.decision(path, two, context));
                    let settled = match (two, decision) {
                        (Some(two), Some(decision)) => {
                            let sides = run.sides(path, &two);
                            openings::settle(
                                &run.ledger,
                                context,
                                path,
                                &two,
                                decision,
                                sides.as_ref(),
                            )?
                        }
                        (Some(two), None) => {
                            let line = conflicts.iter().map(|conflict| line_of(conflict, &shown));
                            let found = line.map(|place| openings::undecided(path, &two).at(place));
                            Settled { changes: change.into_iter().collect(), left: found.collect() }
                        }
                        (None, _) => {
                            let found = conflicts.iter().map(|c| differently(c, &shown));
                            Settled { changes: change.into_iter().collect(), left: found.collect() }
                        }
                    };
                    let mut files: BTreeSet<PathBuf> = settled
                        .changes
                        .iter()
                        .map(|change| run.ledger.show(&change.path))
                        .collect();
                    files.insert(shown.clone());
                    if settled.left.is_empty() {
                        said.extend(files.iter().map(|file| {
                            let file = file.display();
                            words!("{file}: merged", "{file}：已合并")
                        }));
                        clean.extend(files);
                    } else {
                        let n = settled.left.len();
                        let (file, conflicts) =
                            (shown.display(), counted(n, "conflict", "conflicts"));
                        said.push(words!("{file}: {conflicts} left", "{file}：还有 {n} 处冲突"));
                    }
                    left.extend(settled.left);
                    changes.extend(settled.changes);
                }
                Ok((_, Mended::ByHand)) => {
                    let file = shown.display();
                    said.push(words!("{file}: mended by hand already", "{file}：已经手工改好"));
                    clean.push(shown);
                }
                Ok((_, Mended::Nothing)) => {
                    let file = shown.display();
                    said.push(words!("{file}: nothing to mend", "{file}：无须修改"));
                }
                Err(problem) => left.push(problem),
            }
        }
        match &writer {
            Some(writer) => {
                context.writing_begins()?;
                writer.commit(&changes)?;
                context.writing_ended(None);
            }
            None => changes.iter().try_for_each(|change| {
                let before = change.before.as_deref().unwrap_or("");
                context.print(&unified(
                    &run.ledger.show(&change.path),
                    before,
                    change.after.as_deref().unwrap_or(""),
                ))
            })?,
        }
        if self.dry_run {
            // The lines that the places name are not in the files.
            left.iter_mut().for_each(|d| {
                if let Some(Place { spot, .. }) = &mut d.place {
                    *spot = Spot::Whole;
                }
            });
        } else {
            said.into_iter().for_each(|line| context.say(line));
            run.say_next(&clean);
        }
        let look = Look { color: false, ..context.look_of_messages() };
        let left: Vec<String> = left.iter().map(|d| render(d, look)).collect();
        if !left.is_empty() {
            context.say_last(Words::verbatim(left.join("\n\n")));
        }
        Ok(u8::from(!left.is_empty()))
    }
}

/// That both sides changed one thing differently.
fn differently(conflict: &Conflict, shown: &Path) -> Diagnostic {
    let (en, zh) = (conflict.what.en(), conflict.what.zh());
    let message = words!("both sides changed `{en}`, differently", "双方对 `{zh}` 作了不同的改动");
    Diagnostic::new(Code::MergeConflict, message).at(line_of(conflict, shown)).help(words!(
        "keep one of the two, and remove the markers around them",
        "保留其中一个，并删除两边的冲突标记"
    ))
}

/// The line of a conflict's first marker.
fn line_of(conflict: &Conflict, shown: &Path) -> Place {
    Place::file(shown).at(Spot::Line(u64::try_from(conflict.line).unwrap_or(u64::MAX)))
}

impl Run<'_> {
    /// Every file that git has several versions of, or that has markers.
    fn in_conflict(&self) -> BTreeSet<PathBuf> {
        let mut found = marked(&self.ledger);
        found.extend(self.stages.keys().filter(|path| is_of_a_ledger(path)).cloned());
        found
    }

    /// The files that were named.
    fn named(&self, files: &[String]) -> Result<BTreeSet<PathBuf>, Failure> {
        let mut found = BTreeSet::new();
        let mut problems = Vec::new();
        for typed in files {
            match self.path(typed) {
                Some(path) => {
                    found.insert(path);
                }
                None => match find(&self.ledger, typed) {
                    Ok(path) => {
                        found.insert(path);
                    }
                    Err(problem) => problems.push(problem),
                },
            }
        }
        if problems.is_empty() { Ok(found) } else { Err(Failure(problems)) }
    }

    /// A path from here, or from the ledger's root, if the ledger or git's index has it.
    fn path(&self, typed: &str) -> Option<PathBuf> {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let here = real(&self.context.here).join(typed);
        let from_here = here.strip_prefix(real(&self.ledger.root)).map(Path::to_owned).ok();
        from_here.into_iter().chain([PathBuf::from(typed)]).find(|path| {
            let there = self.ledger.root.join(path).symlink_metadata().is_ok();
            is_of_a_ledger(path) && (there || self.stages.contains_key(path))
        })
    }

    /// The mended text of a file, and the change that writes it.
    fn mend(&self, path: &Path) -> Result<(Option<FileChange>, Mended), Diagnostic> {
        let shown = self.ledger.show(path);
        if let Some(link) = link_on_the_way(&self.ledger.root, path) {
            let message = words!(
                "a symbolic link is not followed: it may lead out of the ledger",
                "不跟随符号链接：它可能指向账本之外"
            );
            return Err(
                Diagnostic::new(Code::Symlink, message).at(Place::file(self.ledger.show(&link)))
            );
        }
        let file = self.ledger.root.join(path);
        let current = match file.symlink_metadata() {
            Ok(_) => Some(read_text(&file, &shown)?),
            Err(_) => None,
        };
        let git = self.tracked.as_ref().map(|tracked| &tracked.git);
        let stages = self.stages.get(path);
        let mended = mend(git, FileKind::of(path), &file, current.as_deref(), stages, &shown)?;
        let change = match &mended {
            Mended::Merged { text, .. } if current.as_ref() != Some(text) => Some(FileChange {
                path: path.to_owned(),
                before: current,
                after: Some(text.clone()),
            }),
            _ => None,
        };
        Ok((change, mended))
    }

    /// The two sides of a merge that is under way, by the openings of a file; `None` if git does not know them.
    fn sides(&self, path: &Path, two: &Two) -> Option<OpeningSides> {
        const OTHERS: [&str; 4] = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD", "REVERT_HEAD"];
        let tracked = self.tracked.as_ref()?;
        let theirs = self.stages.get(path)?.theirs.as_deref()?;
        let theirs = content(std::str::from_utf8(theirs).ok()?).0;
        let is_later = opening_of(&theirs.events)?.0 == two.second;
        let known = |name: &&&str| matches!(tracked.git.find_commit(name), Ok(Some(_)));
        let other = tracked.at(OTHERS.iter().find(known)?).ok()?;
        let head = tracked.at("HEAD").ok()?;
        let (earlier, later) = if is_later { (head, other) } else { (other, head) };
        Some(OpeningSides { earlier, later })
    }

    /// Names the next step: git accepts the mended files on `git add`.
    fn say_next(&self, clean: &[PathBuf]) {
        if clean.is_empty() || self.tracked.is_none() {
            return;
        }
        let files: Vec<String> = clean.iter().map(|path| in_shell(path)).collect();
        let files = files.join(" ");
        self.context.say(words!(
            "next: git diff, then git add {files}",
            "下一步：git diff，然后 git add {files}"
        ));
    }
}
