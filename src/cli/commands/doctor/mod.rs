//! `crm doctor`: is this clone of the ledger set up well?

mod clone;
mod finding;
mod server;

use crate::cli::context::Context;
use crate::diag::{Failure, Lang};
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Sheet};
use clap::Args;
use clone::of_clone;
use finding::{Finding, Health};
use server::of_server;
use std::path::PathBuf;

/// Is this clone set up well: git, the merge driver, unfinished writes
///
/// 检查这份克隆是否配置妥当：git、合并驱动、未完成的写入
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:\n  crm doctor\n  crm doctor -f json\n  \
    crm doctor --server /srv/sales.git   the repository that everybody pushes to / 大家推送到的仓库\n\n\
The status is 1 if something is wrong; advice is only advice. `crm check` looks at the ledger's content.\n\n\
    有问题时状态为 1；建议只是建议。账本的内容由 `crm check` 检查。")]
pub struct Doctor {
    /// The repository that everybody pushes to, instead of this clone
    ///
    /// 大家推送到的仓库，而不是这份克隆
    #[arg(long, value_name = "DIR")]
    server: Option<PathBuf>,
}

impl Doctor {
    /// Runs it; the status is 1 if something is wrong.
    pub fn run(self, context: &Context) -> Result<u8, Failure> {
        // Broken settings keep no check from running.
        context.learn_language();
        let lang = context.lang();
        let rows = match &self.server {
            Some(folder) => of_server(folder)?,
            None => of_clone(context)?,
        };
        let wrong = rows.iter().any(|(_, finding)| finding.health == Health::Wrong);
        let columns = [
            ("check", "Check", "检查项"),
            ("verdict", "Verdict", "结果"),
            ("found", "Found", "情况"),
            ("help", "What to do", "处理办法"),
        ];
        let column = |(id, en, zh)| Column::new(id, lang.pick(en, zh), Kind::Text);
        let columns = columns.map(column).into();
        let rows = rows.into_iter().map(|(name, finding)| row(name, &finding, lang)).collect();
        context.emit(Sheet::single("doctor", "", columns, rows))?;
        Ok(u8::from(wrong))
    }
}

/// A line of the table.
fn row(name: &'static str, finding: &Finding, lang: Lang) -> Row {
    let cells = vec![
        Cell::text(name),
        Cell::text(finding.health.term(lang)),
        Cell::text(finding.found.get(lang)),
        Cell::maybe(finding.help.as_ref(), |help| Cell::text(help.get(lang))),
    ];
    let fine = finding.health == Health::Fine;
    Row::with(cells, if fine { Emphasis::Plain } else { Emphasis::Warn })
}
