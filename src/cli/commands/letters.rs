//! `crm letters TEMPLATE [QUERY] -o DIR`: one draft each.

use super::report::SelectionArgs;
use crate::act::letters::{
    LetterForm, LetterTemplate, WrittenDrafts, can_be_written, letters, sheet,
};
use crate::act::names::kind;
use crate::act::session::Session;
use crate::act::target::Entry;
use crate::cli::args::{Facts, Signed};
use crate::cli::context::Context;
use crate::cli::details;
use crate::diag::{Code, Diagnostic, Failure, counted, listed};
use crate::disk::file::read_text;
use crate::model::kind::Counts;
use crate::report::Request;
use crate::value::text::Text;
use clap::Args;
use std::path::PathBuf;

/// One draft for each prospect or customer, from a template; -o names the folder
///
/// 按模板给每个潜在客户或客户写一份草稿；-o 指定文件夹
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm letters spring.eml @vip -o letters\n  \
    crm letters spring.eml --campaign spring -o letters --log\n  \
    crm letters card.html is:active --channel message -o cards\n\n\
    The template's ending says what the drafts are: .eml (its first line is `Subject: ...`), .txt, .html.\n\
    {name}, {company}, {contact}, {owner.name}, {customer.region} and every other field of `crm help query`\n\
    stand for the value of each; a prospect without one stops it, and nothing is written. With --campaign\n\
    only those that it reached get one.\n\n\
    草稿的格式由模板的扩展名决定：.eml（首行为 `Subject: ...`）、.txt、.html。{name}、{company}、{contact}、{owner.name}、{customer.region} 以及 `crm help query` 的其他字段各代入其值；有潜在客户缺少该值就停止，不写入。用 --campaign 则只写给它触达的人。")]
pub struct Letters {
    /// The template: .eml, .txt or .html
    ///
    /// 模板：.eml、.txt 或 .html
    #[arg(value_name = "TEMPLATE")]
    template: PathBuf,
    #[command(flatten)]
    selection: SelectionArgs,
    /// The kind of contact that it is: a person who refuses it gets none [default: email for .eml, else the campaign's]
    ///
    /// 联系方式：拒绝这种方式的人不会收到 [默认：.eml 为 email，否则按营销活动]
    #[arg(long, value_name = "KIND")]
    channel: Option<String>,
    /// Only those that this campaign reached; --log names it
    ///
    /// 只写给该营销活动触达的人；--log 写明它
    #[arg(long, value_name = "CAMPAIGN")]
    campaign: Option<String>,
    /// Record an entry of the channel in each file
    ///
    /// 在每个文件中记录一条该方式的联系
    #[arg(long)]
    log: bool,
    /// Replace drafts that are there
    ///
    /// 覆盖已有的草稿
    #[arg(long)]
    force: bool,
    /// Show who would get one, and write nothing
    ///
    /// 显示哪些人会收到，不写入
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// With --log: the rep who records it [default: CRM_USER, else the rep with git's user.email]
    ///
    /// 与 --log 同用：记录人 [默认：CRM_USER，否则为 git 的 user.email 对应的业务员]
    #[arg(long, value_name = "REP", requires = "log")]
    by: Option<String>,
    /// The folder of `-o`, which is no file of output.
    #[arg(skip)]
    pub folder: Option<PathBuf>,
}

impl Letters {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        if !self.log {
            context.commits_nothing(words!(
                "the entries of the letters are written with --log",
                "加上 --log 才会写入流水"
            ))?;
        }
        let session = Session::open(context, self.dry_run || !self.log)?;
        let settings = &session.ledger.settings;
        let Some(folder) = &self.folder else {
            let message = words!("no folder for the drafts", "没有写明草稿的文件夹");
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!("-o letters", "-o letters"))
                .into());
        };
        let form = LetterForm::of(&self.template)?;
        let campaign = self.campaign.as_deref();
        let campaign =
            campaign.map(|typed| details::campaign("--campaign", typed, settings)).transpose()?;
        let channel = self.channel(&session, form, campaign.as_ref())?;
        let text = read_text(&self.template, &self.template)?;
        let template =
            LetterTemplate::read(&text, form, &self.template, settings, context.spoken())?;
        let request: Request = self.selection.request(context)?;
        let book = context.book_for(&request, template.asks_grades())?;
        let found = context.reading(&book, || {
            letters(&template, &book, &request, channel.as_deref(), campaign.as_deref())
        })?;
        let found = found.map_err(|mut problems| {
            problems.0.iter_mut().for_each(|problem| session.ledger.show_place(problem));
            problems
        })?;
        can_be_written(folder, &found.drafts, self.force, &session.ledger.root)?;
        context.emit(sheet(&found, folder, book.as_of, context.lang()))?;
        if let Some(kind) = channel.as_deref().filter(|_| !found.refused.is_empty()) {
            let n = counted(found.refused.len(), "file", "files");
            let (ids, count) = (listed(&found.refused), found.refused.len());
            context.say_last(words!(
                "{n} left out: every person there refuses `{kind}`: {ids}",
                "{count} 个未写：那里的联系人都拒绝 `{kind}`：{ids:#}"
            ));
        }
        for (campaign, count) in &found.controls {
            context.say_last(words!(
                "{count} of them in the control group of `{campaign}`, which is compared with those that it reached",
                "其中 {count} 份写给 `{campaign}` 的对照组，会影响与触达组的比较"
            ));
        }
        if self.dry_run {
            return Ok(());
        }
        context.gives_out(|disclosed, _, privacy| {
            let fields = template.private_fields(privacy);
            found.drafts.iter().for_each(|draft| disclosed.add(&draft.id, fields.iter().cloned()));
        });
        context.record_access(Some(&session))?;
        let written = WrittenDrafts::write(folder, &found.drafts)?;
        if self.log
            && let Err(problem) = self.record(&session, &found.drafts, channel, campaign, context)
        {
            written.take_back();
            return Err(problem);
        }
        let (n, dir) = (counted(found.drafts.len(), "draft", "drafts"), folder.display());
        let count = found.drafts.len();
        context.say_last(words!("{n} in {dir}", "{dir} 中有 {count} 份草稿"));
        Ok(())
    }

    /// The kind of contact that the letters are, if it is known.
    fn channel(
        &self,
        session: &Session,
        form: LetterForm,
        campaign: Option<&Text>,
    ) -> Result<Option<Text>, Diagnostic> {
        let settings = &session.ledger.settings;
        let wrong = |message| Diagnostic::new(Code::BadArgument, message);
        let stated = self.channel.as_deref().map(|name| kind(settings, name)).transpose()?;
        let of_campaign = || settings.campaign(campaign?)?.channel.as_ref().map(|c| c.name());
        let channel = match (form, stated) {
            (LetterForm::Eml, Some(other)) if other != "email" => {
                let message = words!(
                    "--channel {other}: an .eml file is an e-mail",
                    "--channel {other}：.eml 文件是邮件"
                );
                return Err(wrong(message).help(words!("leave --channel out", "请去掉 --channel")));
            }
            (LetterForm::Eml, _) => Some("email"),
            (_, stated) => stated.or_else(of_campaign),
        };
        if let Some(kind) = channel
            && !matches!(settings.counts(&kind.into()), Counts::Contact | Counts::Meeting)
        {
            let message = words!(
                "--channel: `{kind}` is no kind of contact",
                "--channel：`{kind}` 不是联系方式"
            );
            return Err(wrong(message).help(words!("message, email, call", "message、email、call")));
        }
        if channel.is_none() && self.log {
            let message = words!("--log needs --channel", "--log 需要 --channel");
            return Err(wrong(message).help(words!("--channel message", "--channel message")));
        }
        Ok(channel.map(Into::into))
    }

    /// Records an entry in the file of each draft, all or none.
    fn record(
        &self,
        session: &Session,
        drafts: &[crate::act::letters::Draft],
        channel: Option<Text>,
        campaign: Option<Text>,
        context: &Context,
    ) -> Result<(), Failure> {
        let signed = Signed { by: self.by.clone(), ..Signed::default() };
        let kind = channel.unwrap_or_default();
        let draft = signed.draft(session, &kind, &Facts::default(), context)?;
        let template = self.template.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let mut entries = Vec::new();
        for letter in drafts {
            let target = session.target(&letter.path)?;
            let mut event = draft.clone();
            event.note = letter.subject.as_deref().or(template.as_deref()).map(Text::from);
            if campaign.is_some() || letter.person.is_some() {
                let details = event.details_mut();
                details.campaign = campaign.clone();
                details.with = letter.person.iter().cloned().collect();
            }
            let said = words!("{kind}", "{kind}").about(&target.named());
            entries.push(Entry { target, events: vec![event], said });
        }
        let mut done = session.commit(entries)?;
        done.said.clear();
        context.talk(done);
        Ok(())
    }
}
