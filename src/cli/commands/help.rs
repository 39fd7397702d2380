//! `crm help [TOPIC]`: a command's help, or a page about the method.

use crate::cli::args::Cli;
use crate::cli::context::Context;
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
        let mut command = Cli::command();
        let Some(topic) = self.topic else {
            return context.print(&command.render_long_help().to_string());
        };
        if let Some((_, page)) = TOPICS.iter().find(|(name, _)| *name == topic) {
            return context.print(page);
        }
        if topic == "query" {
            return context.print(&query::help());
        }
        command.build();
        if let Some(sub) = command.find_subcommand_mut(&topic) {
            let page = sub.render_long_help().to_string();
            return context.print(&page);
        }
        let names = command.get_subcommands().map(clap::Command::get_name);
        let topics = TOPICS.iter().map(|(name, _)| *name).chain(["query"]);
        Err(Diagnostic::new(Code::BadArgument, format!("no help on `{topic}`"))
            .nearest(&topic, names.chain(topics))
            .help("topics: stages, criteria, query, format, exit-codes")
            .into())
    }
}
