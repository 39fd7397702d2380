//! `crm help [TOPIC]`: a command's help, or a page about the method.

use crate::cli::args::Cli;
use crate::cli::context::Context;
use crate::cli::external::{command_with_programs, instead, that_is};
use crate::diag::{Code, Diagnostic, Failure};
use crate::rules::query;
use clap::{Args, CommandFactory};

/// Topics and their pages.
const TOPICS: [(&str, &str); 4] = [
    ("stages", include_str!("help/stages.txt")),
    ("criteria", include_str!("help/criteria.txt")),
    ("format", include_str!("help/format.txt")),
    ("exit-codes", include_str!("help/exit-codes.txt")),
];

/// Help on a command, or a topic: stages, criteria, query, format, exit-codes
#[derive(Debug, Args)]
pub struct Help {
    /// A command or a topic
    #[arg(value_name = "TOPIC")]
    topic: Option<String>,
}

impl Help {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let Some(topic) = self.topic else {
            let mut command = command_with_programs(context.env.path.as_deref());
            return context.print(&command.render_long_help().to_string());
        };
        let mut command = Cli::command();
        if let Some((_, page)) = TOPICS.iter().find(|(name, _)| *name == topic) {
            return context.print(page);
        }
        if topic == "query" {
            // In a ledger the page is in its language; without one, or with a broken one, it is in English.
            context.ledger().ok();
            return context.print(&query::help(context.spoken()));
        }
        command.build();
        if let Some(sub) = command.find_subcommand_mut(&topic) {
            let page = sub.render_long_help().to_string();
            return context.print(&page);
        }
        if let Some(line) = instead(&topic, None) {
            let message = words!("no command `{topic}`", "没有命令 `{topic}`");
            return Err(Diagnostic::new(Code::BadArgument, message).help(that_is(&line)).into());
        }
        let names = command.get_subcommands().map(clap::Command::get_name);
        let topics = TOPICS.iter().map(|(name, _)| *name).chain(["query"]);
        Err(Diagnostic::new(
            Code::BadArgument,
            words!("no help on `{topic}`", "没有关于 `{topic}` 的帮助"),
        )
        .nearest(&topic, names.chain(topics))
        .help(words!(
            "topics: stages, criteria, query, format, exit-codes",
            "主题：stages, criteria, query, format, exit-codes"
        ))
        .into())
    }
}
