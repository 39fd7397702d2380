//! `crm add NAME`: a new prospect, opened.

use crate::cli::args::{Facts, Signed};
use crate::cli::context::Context;
use crate::cli::eligible::{Gift, Override, admit_gifts};
use crate::cli::entry::{Session, created, insert};
use crate::diag::{Code, Diagnostic, Failure, Words};
use crate::disk::file::id_of;
use crate::disk::find::new_path;
use crate::disk::ledger::Ledger;
use crate::disk::likeness::{Likeness, alike};
use crate::model::event::Event;
use crate::model::prospect::{Contact, Prospect};
use crate::rules::entry::nearly_known_source;
use crate::rules::replay::replay;
use crate::value::id;
use clap::Args;

/// A new prospect, opened; prints its id
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm add 张先生 --company 时装连锁店 --owner liuyan --source referral --value 18000\n  \
    crm add 'Acme Ltd' --id acme --region east --contact 'Ann Lee' --email ann@acme.example --decides")]
pub struct Add {
    /// The name, of one or several words
    #[arg(value_name = "NAME", required = true)]
    name: Vec<String>,
    /// The id [default: made from the name: 张先生 -> zhang-xian-sheng]
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Facts: --company, --industry, …
    #[command(flatten)]
    facts: NewFacts,
    /// A person there [default, with --phone, --email or --decides: the prospect's own name]
    #[arg(long, value_name = "NAME")]
    contact: Option<String>,
    /// What the person does
    #[arg(long, value_name = "TEXT")]
    role: Option<String>,
    /// Telephone
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// E-mail
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// The person decides
    #[arg(long)]
    decides: bool,
    #[command(flatten)]
    signed: Signed,
    #[command(flatten)]
    evidence: Facts,
    /// Although a prospect that looks the same exists
    #[arg(long)]
    anyway: bool,
    /// With --owner: although the rep may not have it, and why
    #[arg(long, value_name = "REASON", requires = "owner")]
    force: Option<String>,
    /// Print what would be written, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// Facts of a new prospect.
#[derive(Debug, Args)]
#[command(next_help_heading = "Facts")]
pub struct NewFacts {
    /// Company
    #[arg(long, value_name = "TEXT")]
    company: Option<String>,
    /// Industry
    #[arg(long, value_name = "TEXT")]
    industry: Option<String>,
    /// Region
    #[arg(long, value_name = "TEXT")]
    region: Option<String>,
    /// Size of the company
    #[arg(long, value_name = "TEXT")]
    size: Option<String>,
    /// What they need: health,education
    #[arg(long, value_name = "TEXT", value_delimiter = ',')]
    need: Vec<String>,
    /// Where they came from
    #[arg(long, value_name = "TEXT")]
    source: Option<String>,
    /// What they would buy
    #[arg(long, value_name = "TEXT")]
    product: Option<String>,
    /// Groups several prospects of one customer
    #[arg(long, value_name = "TEXT")]
    account: Option<String>,
    /// Which board
    #[arg(long, value_name = "ID")]
    pipeline: Option<String>,
    /// Free labels
    #[arg(long, value_name = "TEXT", value_delimiter = ',')]
    tag: Vec<String>,
    /// A fact of the team's own, named in the settings: branch=north
    #[arg(long, value_name = "NAME=TEXT")]
    fact: Vec<String>,
}

impl Add {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.dry_run)?;
        let ledger = session.ledger;
        let mut prospect = self.prospect(ledger)?;
        let mut event = session.draft("opened", &self.signed, &self.evidence)?;
        self.admit_owner(context, &prospect, &mut event)?;
        insert(&mut prospect, event);
        if !self.anyway {
            self.refuse_likely_duplicate(ledger, &prospect)?;
        }
        session.write(&[created(ledger, &prospect)?])?;
        if !self.dry_run {
            context.print(&format!("{}\n", prospect.id))?;
            let (name, file) = (&prospect.name, ledger.show(&prospect.path));
            let file = file.display();
            context.say(words!("{name}: opened in {file}", "{name}：已建档，文件 {file}"));
        }
        session.doubt(&prospect.events, nearly_known_source(&prospect, &ledger.settings));
        Ok(())
    }

    /// Fails if the owner may not have it. A new prospect has no grade yet, so no level is asked of its owner.
    fn admit_owner(
        &self,
        context: &Context,
        prospect: &Prospect,
        event: &mut Event,
    ) -> Result<(), Failure> {
        let mut pooled = prospect.clone();
        pooled.events.push(Event { owner: None, ..event.clone() });
        let settings = &context.ledger()?.settings;
        let Some(record) = replay(pooled, settings, event.date()) else { return Ok(()) };
        let gift = Gift { named: format!("`{}`", prospect.id), record, event };
        admit_gifts(context, vec![gift], Override::Reason(self.force.as_deref()))
    }

    /// The prospect without its opening event.
    fn prospect(&self, ledger: &Ledger) -> Result<Prospect, Diagnostic> {
        let words = self.name.join(" ");
        let name = words.trim();
        if name.is_empty() {
            let message = words!("a prospect needs a name", "潜在客户需要名称");
            return Err(Diagnostic::new(Code::MissingName, message)
                .typed()
                .help(words!("for example: crm add 张先生", "例如：crm add 张先生")));
        }
        let id = self.free_id(name, ledger)?;
        let facts = &self.facts;
        let boxed = |items: &[String]| items.iter().map(|item| item.as_str().into()).collect();
        let mut prospect = Prospect {
            path: new_path(ledger, &id),
            id: id.into(),
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
        for fact in &facts.fact {
            let (key, value) = own_fact(fact, ledger)?;
            prospect.set_fact(key, value);
        }
        if let Some(pipeline) = &facts.pipeline
            && ledger.settings.pipeline(Some(pipeline)).is_none()
        {
            return Err(Diagnostic::new(
                Code::UnknownPipeline,
                words!("no pipeline `{pipeline}`", "没有看板 `{pipeline}`"),
            )
            .typed()
            .nearest(pipeline, ledger.settings.pipelines.iter().map(|p| &*p.id)));
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
            birthday: None,
        })
    }

    /// The id of `--id`, or one from the name, with a number where the ledger has it already.
    fn free_id(&self, name: &str, ledger: &Ledger) -> Result<String, Diagnostic> {
        let (paths, _) = ledger.paths();
        let taken: std::collections::HashSet<String> =
            paths.iter().map(|path| id::fold(&id_of(path))).collect();
        if let Some(stated) = &self.id {
            id::validate(stated).map_err(|bad| {
                Diagnostic::new(Code::BadId, bad.words().about("--id"))
                    .typed()
                    .help(words!(
                        "letters and digits of any script, `-`, `_` and `.`",
                        "可用任何文字的字母和数字，以及 `-`、`_` 和 `.`"
                    ))
                    .help(words!(
                        "without --id, one is made from the name",
                        "不写 --id 则由名称生成"
                    ))
            })?;
            if taken.contains(&id::fold(stated)) {
                return Err(Diagnostic::new(
                    Code::AlreadyThere,
                    words!("the id `{stated}` exists already", "编号 `{stated}` 已经存在"),
                )
                .help(look_at(stated)));
            }
            return Ok(stated.clone());
        }
        let slug = id::slug(name);
        if slug.is_empty() {
            return Err(Diagnostic::new(
                Code::BadId,
                words!("no id can be made from `{name}`", "无法由 `{name}` 生成编号"),
            )
            .typed()
            .help(words!("choose one: --id ID", "请指定：--id ID")));
        }
        let numbered = (2u32..).map(|n| format!("{slug}-{n}"));
        let mut candidates = std::iter::once(slug.clone()).chain(numbered);
        Ok(candidates.find(|id| !taken.contains(&id::fold(id))).unwrap_or(slug))
    }

    /// Fails if a prospect with this name and company, telephone or e-mail exists.
    fn refuse_likely_duplicate(
        &self,
        ledger: &Ledger,
        prospect: &Prospect,
    ) -> Result<(), Diagnostic> {
        let found = alike(ledger, prospect);
        let Some((first, likeness)) = found.first() else { return Ok(()) };
        let (id, name) = (&first.id, &first.name);
        let (en, zh) = match likeness {
            Likeness::Name => ("name and company", "名称和公司"),
            Likeness::Phone => ("telephone", "电话"),
            Likeness::Email => ("e-mail", "邮箱"),
        };
        let message = words!("`{id}` ({name}) has the same {en}", "`{id}`（{name}）的{zh}与此相同");
        Err(Diagnostic::new(Code::LikelyDuplicate, message).help(look_at(id)).help(words!(
            "if it is another prospect, add --anyway",
            "如果是另一个潜在客户，请加 --anyway"
        )))
    }
}

fn look_at(id: &str) -> Words {
    words!("look at it: crm show {id}", "查看：crm show {id}")
}

/// `name=text` of a fact that the settings name.
fn own_fact<'t>(typed: &'t str, ledger: &Ledger) -> Result<(&'t str, &'t str), Diagnostic> {
    let known = || ledger.settings.facts.iter().map(|fact| &**fact);
    match typed.split_once('=') {
        Some((key, value)) if known().any(|fact| fact == key) => Ok((key, value)),
        Some((key, _)) => {
            let message = words!("--fact: no fact `{key}`", "--fact：没有资料项 `{key}`");
            Err(Diagnostic::new(Code::BadArgument, message).nearest(key, known()).help(words!(
                "facts of your own are named in crm.toml: [ledger] facts = [\"…\"]",
                "自定义资料项在 crm.toml 中列出：[ledger] facts = [\"…\"]"
            )))
        }
        None => {
            let message = words!("--fact: `{typed}` has no `=`", "--fact：`{typed}` 里没有 `=`");
            let help = words!("write --fact name=text", "请写成 --fact 名称=内容");
            Err(Diagnostic::new(Code::BadArgument, message).help(help))
        }
    }
}
