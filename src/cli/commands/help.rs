//! `crm help [TOPIC]`: a command's help, or a page about the method.

use crate::cli::context::Context;
use crate::cli::external::{instead, that_is};
use crate::cli::usage;
use crate::diag::{Code, Diagnostic, Failure, listed};
use crate::rules::query;
use clap::Args;

/// Topics and their pages in English and Chinese.
const TOPICS: [(&str, &str, &str); 7] = [
    ("stages", include_str!("help/stages.txt"), include_str!("help/stages.zh.txt")),
    ("criteria", include_str!("help/criteria.txt"), include_str!("help/criteria.zh.txt")),
    ("board", include_str!("help/board.txt"), include_str!("help/board.zh.txt")),
    ("customers", include_str!("help/customers.txt"), include_str!("help/customers.zh.txt")),
    ("dates", include_str!("help/dates.txt"), include_str!("help/dates.zh.txt")),
    ("format", include_str!("help/format.txt"), include_str!("help/format.zh.txt")),
    ("exit-codes", include_str!("help/exit-codes.txt"), include_str!("help/exit-codes.zh.txt")),
];

/// The names of all topics; that of queries is made from the table of fields.
pub fn topics<'a>() -> impl Iterator<Item = &'a str> {
    TOPICS.iter().map(|(name, ..)| -> &'a str { name }).chain(["query"])
}

/// Help on a command, or a topic: stages, criteria, board, customers, dates, query, format, exit-codes
///
/// 命令的帮助，或一个主题：stages、criteria、board、customers、dates、query、format、exit-codes
#[derive(Debug, Args)]
pub struct Help {
    /// A command or a topic
    ///
    /// 命令或主题
    #[arg(value_name = "TOPIC")]
    topic: Option<String>,
}

impl Help {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        context.learn_language();
        let lang = context.spoken();
        let Some(topic) = self.topic else {
            return context.print(&usage::help(None, lang, &context.env).unwrap_or_default());
        };
        if let Some((_, en, zh)) = TOPICS.iter().find(|(name, ..)| *name == topic) {
            return context.print(lang.pick(en, zh));
        }
        if topic == "query" {
            return context.print(&query::help(lang));
        }
        if let Some(page) = usage::help(Some(&topic), lang, &context.env) {
            return context.print(&page);
        }
        if let Some(line) = instead(&topic, None) {
            let message = words!("no command `{topic}`", "没有命令 `{topic}`");
            return Err(Diagnostic::new(Code::BadArgument, message).help(that_is(&line)).into());
        }
        let command = usage::command(lang);
        let names = command.get_subcommands().map(clap::Command::get_name);
        let all = listed(topics());
        let refused = Diagnostic::new(
            Code::BadArgument,
            words!("no help on `{topic}`", "没有关于 `{topic}` 的帮助"),
        )
        .nearest(&topic, names.chain(topics()))
        .help(words!("topics: {all}", "主题：{all:#}"));
        Err(refused.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::calendar::FiscalYear;
    use crate::value::date::Date;
    use crate::value::period::{parse_moment, parse_period};

    /// What the topic of dates names is read, and what is read as people say it is named.
    #[test]
    fn the_topic_of_dates_tells_what_is_read() {
        let today = Date::parse("2009-12-18").unwrap();
        let (_, en, zh) = TOPICS.iter().find(|(name, ..)| *name == "dates").unwrap();
        let days = "2009-12-18|2009/12/18|2009年12月18日|today|tomorrow|yesterday|今天|明天|后天|大后天|昨天|\
                    前天|3d|+14d|-2w|in 3 days|2 weeks ago|3天后|两周前|+1m|-1y|半年后|fri|周五|这周五|下周五|\
                    上周五|next fri|last fri|eom|eoq|eoy|月底|月初|下月底|季末|年底|2009-12-15T14:00|fri 9:30|\
                    tomorrow 3pm|明天下午2点半";
        for form in days.split('|') {
            assert!(en.contains(form) && zh.contains(form), "{form}");
            assert!(parse_moment(form, today, FiscalYear::CALENDAR).is_ok(), "{form}");
        }
        let periods = "2009Q4|2009-12|2009-W51|2009|FY2026|2026FQ1|last month|this quarter|下个月|本季度|去年|\
                       2009-12-01..2009-12-15|上个月..月底";
        for form in periods.split('|') {
            assert!(en.contains(form) && zh.contains(form), "{form}");
            assert!(parse_period(form, today, FiscalYear::CALENDAR).is_ok(), "{form}");
        }
        let refused = "12/04";
        assert!(en.contains(refused) && zh.contains(refused));
        assert!(parse_moment(refused, today, FiscalYear::CALENDAR).is_err());
    }
}
