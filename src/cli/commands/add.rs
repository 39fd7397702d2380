//! `crm add NAME`: a new prospect, opened.

use crate::act::add::{Opening, add, own_fact};
use crate::act::customer::add_customer;
use crate::act::session::Session;
use crate::cli::args::{Facts, Signed};
use crate::cli::context::Context;
use crate::cli::draft::money;
use crate::diag::{Code, Diagnostic, Failure};
use crate::model::profile::Relation;
use crate::model::prospect::{Contact, Prospect};
use crate::model::settings::Settings;
use clap::Args;

/// A new prospect, opened; prints its id
///
/// 新的潜在客户，建档；输出编号
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm add 张先生 --company 时装连锁店 --owner liuyan --source referral --value 18000\n  \
    crm add 'Acme Ltd' --id acme --region east --contact 'Ann Lee' --email ann@acme.example --decides\n  \
    crm add --customer 浦江制衣 --id pujiang --from zhang --from li")]
pub struct Add {
    /// A customer instead of a prospect: who they are, below `customers`, without a board
    ///
    /// 建客户而非潜在客户：只登记资料，放在 `customers` 下，不上看板
    #[arg(long)]
    customer: bool,
    /// A prospect that is this customer's from now on; repeatable
    ///
    /// 从此属于该客户的潜在客户；可重复
    #[arg(long, value_name = "ID", requires = "customer")]
    from: Vec<String>,
    /// The name, of one or several words
    ///
    /// 名称，可以是几个词
    #[arg(value_name = "NAME", required = true)]
    name: Vec<String>,
    /// The id [default: made from the name: 张先生 -> zhang-xian-sheng]
    ///
    /// 编号 [默认：由名称生成：张先生 -> zhang-xian-sheng]
    #[arg(long, value_name = "NEW")]
    id: Option<String>,
    /// Facts: --company, --industry, …
    #[command(flatten)]
    facts: NewFacts,
    /// A person there [default, with --phone, --email or --decides: the prospect's own name]
    ///
    /// 联系人 [写了 --phone、--email 或 --decides 时默认为潜在客户的名称]
    #[arg(long, value_name = "NAME")]
    contact: Option<String>,
    /// The person's role
    ///
    /// 联系人的职务
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
    /// The person decides
    ///
    /// 此人有决定权
    #[arg(long)]
    decides: bool,
    #[command(flatten)]
    signed: Signed,
    #[command(flatten)]
    evidence: Facts,
    /// Although a prospect that looks alike exists
    ///
    /// 已有相似的潜在客户，仍要建档
    #[arg(long)]
    anyway: bool,
    /// With --owner: although the rep may not have it, and why
    ///
    /// 与 --owner 同用：该业务员本不可负责，仍要分给他，并写明原因
    #[arg(long, value_name = "REASON", requires = "owner")]
    force: Option<String>,
    /// Print the changes, and write nothing
    ///
    /// 显示改动，不写入
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// Facts of a new prospect.
#[derive(Debug, Args)]
#[command(next_help_heading = "Facts")]
pub struct NewFacts {
    /// Company
    ///
    /// 公司
    #[arg(long, value_name = "TEXT")]
    company: Option<String>,
    /// Industry
    ///
    /// 行业
    #[arg(long, value_name = "TEXT")]
    industry: Option<String>,
    /// Region
    ///
    /// 地区
    #[arg(long, value_name = "TEXT")]
    region: Option<String>,
    /// Size of the company
    ///
    /// 公司规模
    #[arg(long, value_name = "TEXT")]
    size: Option<String>,
    /// Their needs: health,education
    ///
    /// 需求：health,education
    #[arg(long, value_name = "TEXT", value_delimiter = ',')]
    need: Vec<String>,
    /// Where they came from
    ///
    /// 来源
    #[arg(long, value_name = "TEXT")]
    source: Option<String>,
    /// The product that they would buy
    ///
    /// 有意购买的产品
    #[arg(long, value_name = "TEXT")]
    product: Option<String>,
    /// Groups several prospects of one customer
    ///
    /// 把同一客户的几个潜在客户归在一起
    #[arg(long, value_name = "TEXT")]
    account: Option<String>,
    /// Which board
    ///
    /// 所在看板
    #[arg(long, value_name = "BOARD")]
    pipeline: Option<String>,
    /// Free labels
    ///
    /// 自定标签
    #[arg(long, value_name = "TEXT", value_delimiter = ',')]
    tag: Vec<String>,
    /// The customer whose group it belongs to
    ///
    /// 所属集团的客户
    #[arg(long, value_name = "ID", requires = "customer")]
    parent: Option<String>,
    /// The money a year that a customer buys of your kind from any seller
    ///
    /// 客户每年向所有供应商购买你这类产品的金额
    #[arg(long, value_name = "MONEY", requires = "customer")]
    potential: Option<String>,
    /// The money that a customer may owe you at most
    ///
    /// 客户最多可欠你的金额
    #[arg(long, value_name = "MONEY", requires = "customer")]
    credit_limit: Option<String>,
    /// The day since which it is a customer
    ///
    /// 成为客户的日期
    #[arg(long, value_name = "DATE", allow_hyphen_values = true, requires = "customer")]
    customer_since: Option<String>,
    /// The relation of a customer to you: customer, partner, agent, supplier
    ///
    /// 客户与你的关系：customer、partner、agent、supplier（客户、伙伴、代理、供应商）
    #[arg(long, value_name = "WORD", requires = "customer")]
    relation: Option<String>,
    /// A fact of the team's own, named in the settings: branch=north
    ///
    /// 团队自定的资料项，名称见设置：branch=north
    #[arg(long, value_name = "NAME=TEXT")]
    fact: Vec<String>,
}

impl Add {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.dry_run)?;
        let prospect = self.prospect(&session.ledger.settings, context)?;
        let event = self.signed.draft(&session, "opened", &self.evidence, context)?;
        let (id, force) = (self.id.as_deref(), self.force.as_deref());
        let (added, done) = if self.customer {
            let from = session.named(&self.from)?;
            add_customer(&session, prospect, event, id, self.anyway, &from)?
        } else {
            let how = Opening { id, anyway: self.anyway, force };
            add(&session, prospect, event, how)?
        };
        if !self.dry_run && !context.writes_for_machines() {
            context.print(&format!("{}\n", added.id))?;
        }
        context.tell(done)
    }

    /// The prospect with its facts; without id and events.
    fn prospect(&self, settings: &Settings, context: &Context) -> Result<Prospect, Diagnostic> {
        let words = self.name.join(" ");
        let name = words.trim();
        let facts = &self.facts;
        let boxed = |items: &[String]| items.iter().map(|item| item.as_str().into()).collect();
        let mut prospect = Prospect {
            name: name.into(),
            needs: boxed(&facts.need),
            tags: boxed(&facts.tag),
            ..Prospect::default()
        };
        let stated = [
            ("company", &facts.company),
            ("industry", &facts.industry),
            ("region", &facts.region),
            ("size", &facts.size),
            ("source", &facts.source),
            ("product", &facts.product),
            ("account", &facts.account),
            ("pipeline", &facts.pipeline),
        ];
        for (key, value) in stated {
            if let Some(value) = value {
                prospect.set_fact(key, value);
            }
        }
        if let Some(parent) = &facts.parent {
            prospect.profile_mut().parent = Some(parent.as_str().into());
        }
        if let Some(typed) = &facts.potential {
            prospect.profile_mut().potential =
                Some(money("--potential", typed, settings.currency)?);
        }
        if let Some(typed) = &facts.credit_limit {
            prospect.profile_mut().credit_limit =
                Some(money("--credit-limit", typed, settings.currency)?);
        }
        if let Some(typed) = &facts.customer_since {
            prospect.profile_mut().customer_since = Some(context.date("--customer-since", typed)?);
        }
        if let Some(typed) = &facts.relation {
            prospect.profile_mut().relation = relation(typed)?;
        }
        for fact in &facts.fact {
            let (key, value) = name_and_text(fact)?;
            prospect.set_fact(own_fact(settings, key)?, value);
        }
        prospect.contacts.extend(self.person(name));
        Ok(prospect)
    }

    fn person(&self, name: &str) -> Option<Contact> {
        let text = |value: &Option<String>| value.as_deref().map(Into::into);
        let any = self.contact.is_some()
            || self.role.is_some()
            || self.phone.is_some()
            || self.email.is_some()
            || self.decides;
        any.then(|| Contact {
            name: self.contact.as_deref().unwrap_or(name).into(),
            role: text(&self.role),
            decides: self.decides,
            phone: text(&self.phone),
            email: text(&self.email),
            ..Contact::default()
        })
    }
}

/// A relation by its name, in English or Chinese.
fn relation(typed: &str) -> Result<Relation, Diagnostic> {
    let rows = Relation::ALL;
    let row = rows.iter().find(|(id, _, _, zh)| *id == typed.to_lowercase() || *zh == typed);
    row.map(|row| row.1).ok_or_else(|| {
        let message = words!("--relation: no relation `{typed}`", "--relation：没有关系 `{typed}`");
        Diagnostic::new(Code::BadArgument, message).nearest(typed, rows.iter().map(|row| row.0))
    })
}

/// The two sides of `name=text`.
fn name_and_text(typed: &str) -> Result<(&str, &str), Diagnostic> {
    typed.split_once('=').ok_or_else(|| {
        let message = words!("--fact: `{typed}` has no `=`", "--fact：`{typed}` 缺少 `=`");
        Diagnostic::new(Code::BadArgument, message)
            .help(words!("write --fact name=text", "写作 --fact 字段=内容"))
    })
}
