//! `crm man DIR`.

use crate::cli::context::Context;
use crate::cli::usage::command;
use crate::diag::{Diagnostic, Failure, Lang};
use crate::disk::durable::write_file;
use clap::Args;
use std::path::PathBuf;

/// Manual pages, one a command, into a folder
///
/// 手册页，每个命令一页，写入文件夹
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  crm man /usr/local/share/man/man1")]
pub struct Man {
    /// The folder
    ///
    /// 文件夹
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

impl Man {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let failed =
            |error: std::io::Error| Failure::from(Diagnostic::unwritable(&self.dir, &error));
        context.can_be_filled("DIR", &self.dir)?;
        std::fs::create_dir_all(&self.dir).map_err(failed)?;
        context.learn_language();
        let lang = context.spoken();
        let command = command(lang);
        let subcommands = command.get_subcommands().cloned().map(|sub| {
            let name = format!("crm-{}", sub.get_name());
            (name.clone(), sub.name(name))
        });
        for (name, page) in std::iter::once(("crm".to_owned(), command.clone())).chain(subcommands)
        {
            let mut text = Vec::new();
            clap_mangen::Man::new(page).render(&mut text).map_err(failed)?;
            let text = in_language(&String::from_utf8_lossy(&text), lang);
            write_file(&self.dir.join(format!("{name}.1")), text.as_bytes()).map_err(failed)?;
        }
        Ok(())
    }
}

/// The words that the maker of pages adds, in English and Chinese.
const ADDED: [(&str, &str); 12] = [
    (".SH NAME", ".SH 名称"),
    (".SH SYNOPSIS", ".SH 用法"),
    (".SH DESCRIPTION", ".SH 说明"),
    (".SH OPTIONS", ".SH 选项"),
    (".SH ARGUMENTS", ".SH 参数"),
    (".SH SUBCOMMANDS", ".SH 命令"),
    (".SH EXTRA", ".SH 补充"),
    (".SH VERSION", ".SH 版本"),
    ("[default: ", "[默认："),
    ("[possible values: ", "[可选："),
    ("Possible values:", "可用的值："),
    ("<\\fIsubcommands\\fR>", "<\\fI命令\\fR>"),
];

/// A page whose headings are in a language.
fn in_language(page: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => ADDED.iter().fold(page.to_owned(), |page, (en, zh)| page.replace(en, zh)),
        Lang::En | Lang::Machine => page.to_owned(),
    }
}
