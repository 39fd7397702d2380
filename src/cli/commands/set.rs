//! `crm set ID key=value...`: facts that change on a day.

use crate::act::session::Session;
use crate::act::set::{FactChange, Operation, set};
use crate::cli::args::{Facts, Signed, Where};
use crate::cli::context::Context;
use crate::cli::draft::money;
use crate::diag::{Code, Diagnostic, Failure};
use crate::format::read_prospect::unchangeable;
use crate::model::profile::{CHANGEABLE, FactKind, FactValue, Relation, fact_kind};
use crate::model::settings::Settings;
use crate::value::id::fold;
use crate::value::text::Text;
use clap::Args;

/// Change facts from a day on: an entry keeps the trace, and the values before stay known
///
/// 自某日起修改资料：写一条记录留痕，以前的值仍可查
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm set zhang region=north needs=pension,health\n  \
    crm set zhang tag+=vip tag-=cold --date 2009-12-11\n  \
    crm set pujiang potential=300000 relation=partner -m \"Told at the fair\"\n  \
    crm set zhang industry=\n  \
    crm set --where region:east region=north\n\n\
    Lists have commas between their items; += and -= add and take off items; an empty value takes the\n\
    fact off. What is in the file's head stays: it is the value before the first change.\n\n\
    列表各项以逗号分隔；+= 和 -= 增减各项；值留空则删去该项。文件开头的内容不变：那是首次修改之前的值。")]
pub struct Set {
    /// The prospects, and the facts with their values
    ///
    /// 潜在客户，其后为资料项和值
    #[arg(required = true, value_names = ["ID", "KEY=VALUE"])]
    words: Vec<String>,
    #[command(flatten)]
    signed: Signed,
    #[command(flatten)]
    chosen: Where,
}

impl Set {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.chosen.dry_run)?;
        let (facts, ids): (Vec<String>, Vec<String>) =
            self.words.into_iter().partition(|word| word.contains('='));
        if facts.is_empty() {
            let message = words!("no fact to set", "没有要设置的资料");
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!(
                    "crm set ID KEY=VALUE, for example: crm set zhang region=north",
                    "crm set 编号 键=值，例如：crm set zhang region=north"
                ))
                .into());
        }
        let changes = facts.iter().map(|typed| change(typed, &session.ledger.settings, context));
        let (changes, wrong): (Vec<_>, Vec<_>) = changes.partition(Result::is_ok);
        if !wrong.is_empty() {
            return Err(Failure(wrong.into_iter().filter_map(Result::err).collect()));
        }
        let changes: Vec<FactChange> = changes.into_iter().flatten().collect();
        let draft = self.signed.draft(&session, "changed", &Facts::default(), context)?;
        let targets = self.chosen.targets(&session, &ids, context)?;
        context.tell(set(&session, targets, &draft, &changes)?)
    }
}

/// A change as it is typed: `region=north`, `tags+=vip`.
fn change(typed: &str, settings: &Settings, context: &Context) -> Result<FactChange, Diagnostic> {
    let (key, text) = typed.split_once('=').unwrap_or((typed, ""));
    let (key, operation) = match (key.strip_suffix('+'), key.strip_suffix('-')) {
        (Some(key), _) => (key, Operation::Add),
        (_, Some(key)) => (key, Operation::Remove),
        _ => (key, Operation::Set),
    };
    let (key, text) = (key.trim(), text.trim());
    let (name, kind) =
        fact_named(key, settings).ok_or_else(|| unchangeable(key, settings).typed())?;
    if operation != Operation::Set && kind != FactKind::Texts {
        let message = words!("`{name}` is no list", "`{name}` 不是列表");
        return Err(Diagnostic::new(Code::BadArgument, message)
            .help(words!("write its new value: {name}={text}", "请写出新值：{name}={text}")));
    }
    let value = match kind {
        _ if text.is_empty() => FactValue::Nothing,
        FactKind::Text => FactValue::Text(text.into()),
        FactKind::Texts => list(text),
        FactKind::Money => FactValue::Money(money(&name, text, settings.currency)?),
        FactKind::Date => FactValue::Date(context.date(&name, text)?),
        FactKind::Relation => FactValue::Text(relation(text)?),
    };
    Ok(FactChange { name, operation, value })
}

/// The fact of this name or title, with its type.
fn fact_named(key: &str, settings: &Settings) -> Option<(Text, FactKind)> {
    if let Some(own) = settings.facts.iter().find(|fact| ***fact == *key) {
        return Some((own.clone(), FactKind::Text));
    }
    let plain = fold(key).replace(['-', ' '], "_");
    // One item of a list is called by one: `tag+=vip`.
    let several = [plain.clone(), format!("{plain}s")];
    if let Some((name, kind)) = several.iter().find_map(|name| Some((name, fact_kind(name)?))) {
        return Some((name.as_str().into(), kind));
    }
    let titled =
        |(_, _, en, zh): &&(&str, FactKind, &str, &str)| *zh == key || fold(en) == fold(key);
    CHANGEABLE.iter().find(titled).map(|(name, kind, ..)| ((*name).into(), *kind))
}

/// The items of a list, each once.
pub(super) fn items(text: &str) -> Vec<Text> {
    let mut items: Vec<Text> = Vec::new();
    for item in text.split([',', '，']).map(str::trim).filter(|item| !item.is_empty()) {
        if !items.iter().any(|known| **known == *item) {
            items.push(item.into());
        }
    }
    items
}

fn list(text: &str) -> FactValue {
    match items(text) {
        none if none.is_empty() => FactValue::Nothing,
        items => FactValue::Texts(items),
    }
}

/// A relation by its name or word.
fn relation(text: &str) -> Result<Text, Diagnostic> {
    let known = Relation::ALL.iter().find(|(name, _, _, zh)| fold(text) == *name || *zh == text);
    known.map(|(name, ..)| (*name).into()).ok_or_else(|| {
        let message = words!("relation: no such word `{text}`", "relation：没有 `{text}` 这种关系");
        Diagnostic::new(Code::UnknownWord, message)
            .typed()
            .nearest(text, Relation::ALL.iter().map(|row| row.0))
    })
}
