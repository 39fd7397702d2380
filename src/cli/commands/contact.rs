//! `crm contact`: the people of a prospect or customer.

use super::set::items;
use crate::act::names::kind;
use crate::act::people::{PersonField, add, edit};
use crate::act::session::Session;
use crate::act::target::not_yet;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure, nearest};
use crate::disk::find::find;
use crate::model::profile::FactValue;
use crate::model::settings::Settings;
use crate::report::people::of_one;
use crate::rules::replay::replay;
use crate::table::terms::{PARTS, STANCES, Term};
use crate::value::id::fold;
use crate::value::text::Text;
use clap::{Args, Subcommand};

/// The people of a prospect: list, add and change them, date their leaving
///
/// 潜在客户的联系人：列出、添加、修改，登记离职
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  \
    crm contact pujiang\n  \
    crm contact add pujiang 王芳 --role 财务 --phone 021-68881234 --part decider --stance for\n  \
    crm contact edit pujiang 王芳 --phone '139 1234 5678' --refuses email\n  \
    crm contact left pujiang 王芳 --date 2009-12-11\n\n\
    Of two people of one name, 王芳#2 is the second; a telephone or an address names one as well.\n\n\
    同名的两人中，王芳#2 是第二位；也可用电话或邮箱指明。"
)]
pub struct ContactCommand {
    #[command(subcommand)]
    act: Option<ContactAct>,
    /// The prospect whose people are listed
    ///
    /// 要列出其联系人的潜在客户
    #[arg(value_name = "ID")]
    id: Option<String>,
}

/// The changes of people.
#[derive(Debug, Subcommand)]
enum ContactAct {
    /// Add a person
    ///
    /// 添加联系人
    Add {
        #[command(flatten)]
        who: Person,
        #[command(flatten)]
        fields: PersonFields,
        /// Although there is a person of this name
        ///
        /// 已有同名的人，仍要添加
        #[arg(long)]
        anyway: bool,
    },
    /// Change fields of a person; an empty value takes a field off
    ///
    /// 修改联系人的各项；值留空则删去该项
    Edit {
        #[command(flatten)]
        who: Person,
        /// The new name
        ///
        /// 新的姓名
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
        /// The day on which the person left; "" if that is not so
        ///
        /// 此人离开的日期；"" 表示并未离开
        #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
        left: Option<String>,
        #[command(flatten)]
        fields: PersonFields,
    },
    /// Date the leaving of a person; the block stays in the file
    ///
    /// 登记联系人离开的日期；文件中保留此人
    Left {
        #[command(flatten)]
        who: Person,
        /// The day [default: the as-of day]
        ///
        /// 日期 [默认：截止日]
        #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
        date: Option<String>,
    },
}

/// A person of a prospect.
#[derive(Debug, Args)]
struct Person {
    /// The prospect
    ///
    /// 潜在客户
    #[arg(value_name = "ID")]
    id: String,
    /// The person's name
    ///
    /// 此人的姓名
    #[arg(value_name = "NAME")]
    name: String,
    /// Print the changes, and write nothing
    ///
    /// 显示改动，不写入
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// What is known of a person.
#[derive(Debug, Args)]
struct PersonFields {
    /// Their role: 财务, head of purchasing
    ///
    /// 职务：财务、采购负责人
    #[arg(long, value_name = "TEXT")]
    role: Option<String>,
    /// Telephone
    ///
    /// 电话
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// E-mail
    ///
    /// 电子邮箱
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Birthday
    ///
    /// 生日
    #[arg(long, value_name = "DATE")]
    birthday: Option<String>,
    /// The part in a purchase: recommender, handler, technical, user, lead, decider
    ///
    /// 在采购中的职能：recommender、handler、technical、user、lead、decider
    #[arg(long, value_name = "PART")]
    part: Option<String>,
    /// for, neutral or against
    ///
    /// 态度：for、neutral 或 against（支持、中立、反对）
    #[arg(long, value_name = "STANCE")]
    stance: Option<String>,
    /// The concern that they have
    ///
    /// 此人的顾虑
    #[arg(long, value_name = "TEXT")]
    concern: Option<String>,
    /// The channel that they prefer, a kind of entry: call (phone), message, email (mail), visit
    ///
    /// 此人偏好的联系方式，即记录类型：call（phone）、message、email（mail）、visit
    #[arg(long, value_name = "CHANNEL")]
    prefers: Option<String>,
    /// The channels by which they must not be contacted: email,message
    ///
    /// 不得用来联系此人的方式：email,message
    #[arg(long, value_name = "CHANNELS")]
    refuses: Option<String>,
    /// Does this person decide?
    ///
    /// 此人有决定权吗
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", value_parser = clap::value_parser!(bool))]
    decides: Option<bool>,
}

impl ContactCommand {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        match (self.act, self.id) {
            (Some(act), _) => act.run(context),
            (None, id) => list(&id.unwrap_or_default(), context),
        }
    }
}

/// The names of the changes.
const ACTS: [&str; 3] = ["add", "edit", "left"];

/// The people of a prospect.
fn list(id: &str, context: &Context) -> Result<(), Failure> {
    let ledger = context.ledger()?;
    // `crm contact edti` may be a mistyped command.
    let path = find(ledger, id).map_err(|unknown| match nearest(id, ACTS) {
        Some(act) => unknown
            .help(words!("did you mean `crm contact {act}`?", "是否指 `crm contact {act}`？")),
        None => unknown,
    })?;
    let loaded = ledger.read(&path).map_err(Failure)?;
    let today = context.today();
    let record =
        replay(loaded.prospect, &ledger.settings, today).ok_or_else(|| not_yet(id, today))?;
    context.emit_of(&record.prospect.id, of_one(&record.prospect, &ledger.settings))
}

impl ContactAct {
    fn run(self, context: &Context) -> Result<(), Failure> {
        let (ContactAct::Add { who, .. }
        | ContactAct::Edit { who, .. }
        | ContactAct::Left { who, .. }) = &self;
        let session = Session::open(context, who.dry_run)?;
        let target = session.target(&find(session.ledger, &who.id)?)?;
        let settings = &session.ledger.settings;
        context.tell(match &self {
            ContactAct::Add { who, fields, anyway } => {
                let name = who.name.trim();
                if name.is_empty() {
                    return Err(no_name().into());
                }
                let fields = fields.read(settings, context)?;
                add(&session, &target, name, &fields, *anyway)?
            }
            ContactAct::Edit { who, rename, left, fields } => {
                let mut fields = fields.read(settings, context)?;
                if let Some(name) = rename {
                    if name.trim().is_empty() {
                        return Err(no_name().into());
                    }
                    fields.insert(0, PersonField::Fact("name", text(name)));
                }
                if let Some(left) = left {
                    fields.push(PersonField::Fact("left", date("--left", left, context)?));
                }
                if fields.is_empty() {
                    return Err(nothing_to_change().into());
                }
                edit(&session, &target, &who.name, &fields)?
            }
            ContactAct::Left { who, date: day } => {
                let day = day.as_deref().map(|day| context.date("--date", day)).transpose()?;
                let day = FactValue::Date(day.unwrap_or_else(|| context.today()));
                edit(&session, &target, &who.name, &[PersonField::Fact("left", day)])?
            }
        })
    }
}

impl PersonFields {
    /// The fields that are stated, judged.
    fn read(&self, settings: &Settings, context: &Context) -> Result<Vec<PersonField>, Diagnostic> {
        let mut fields = Vec::new();
        let mut put = |key, value| fields.push(PersonField::Fact(key, value));
        let texts = [("role", &self.role), ("phone", &self.phone), ("concern", &self.concern)];
        for (key, typed) in texts {
            typed.iter().for_each(|typed| put(key, text(typed)));
        }
        if let Some(typed) = &self.email {
            put("email", address(typed)?);
        }
        if let Some(typed) = &self.birthday {
            put("birthday", date("--birthday", typed, context)?);
        }
        for (key, typed, known) in [("part", &self.part, PARTS), ("stance", &self.stance, STANCES)]
        {
            if let Some(typed) = typed {
                put(key, word(key, typed, known)?);
            }
        }
        if let Some(typed) = &self.prefers {
            let channel = |typed: &str| channel(settings, typed).map(FactValue::Text);
            put(
                "prefers",
                if typed.trim().is_empty() { FactValue::Nothing } else { channel(typed)? },
            );
        }
        if let Some(typed) = &self.refuses {
            let channels = items(typed);
            let channels = channels.iter().map(|typed| channel(settings, typed));
            let channels = channels.collect::<Result<Vec<Text>, _>>()?;
            let nothing = channels.is_empty();
            put("refuses", if nothing { FactValue::Nothing } else { FactValue::Texts(channels) });
        }
        fields.extend(self.decides.map(PersonField::Decides));
        Ok(fields)
    }
}

/// A text; an empty one is none.
fn text(typed: &str) -> FactValue {
    match typed.trim() {
        "" => FactValue::Nothing,
        text => FactValue::Text(text.into()),
    }
}

fn date(origin: &str, typed: &str, context: &Context) -> Result<FactValue, Diagnostic> {
    match typed.trim() {
        "" => Ok(FactValue::Nothing),
        typed => context.date(origin, typed).map(FactValue::Date),
    }
}

fn address(typed: &str) -> Result<FactValue, Diagnostic> {
    match text(typed) {
        FactValue::Text(text) if !text.contains('@') || text.contains(char::is_whitespace) => {
            let message =
                words!("--email: `{text}` is no address", "--email：`{text}` 不是邮箱地址");
            Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!("name@company.example", "姓名@公司.example")))
        }
        value => Ok(value),
    }
}

/// A word of a fixed set, by its id or its text in either language.
fn word(key: &str, typed: &str, known: &[Term]) -> Result<FactValue, Diagnostic> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(FactValue::Nothing);
    }
    let wanted = fold(typed);
    let is_it = |(id, en, zh): &&Term| [*id, *en, *zh].contains(&&*wanted);
    known.iter().find(is_it).map(|(id, ..)| FactValue::Text((*id).into())).ok_or_else(|| {
        let message = words!("--{key}: no such word `{typed}`", "--{key}：没有 `{typed}`");
        Diagnostic::new(Code::UnknownWord, message)
            .typed()
            .nearest(typed, known.iter().map(|(id, ..)| *id))
    })
}

/// The channel of this name: a kind of entry, as people call it.
fn channel(settings: &Settings, typed: &str) -> Result<Text, Diagnostic> {
    let name = match fold(typed.trim()).as_str() {
        "phone" | "telephone" => "call".to_owned(),
        "mail" => "email".to_owned(),
        _ => typed.trim().to_owned(),
    };
    kind(settings, &name).map(Text::from)
}

fn no_name() -> Diagnostic {
    Diagnostic::new(Code::BadArgument, words!("a person needs a name", "联系人必须有姓名"))
}

fn nothing_to_change() -> Diagnostic {
    let message = words!("there is nothing to change", "没有要修改的内容");
    Diagnostic::new(Code::BadArgument, message)
        .help(words!("for example: --phone 021-68881234", "例如：--phone 021-68881234"))
}
