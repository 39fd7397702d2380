//! From typed text to the draft of an entry, and to the prospects that a command means.

use super::args::{Facts, Signed, Where};
use super::context::Context;
use crate::act::session::Session;
use crate::act::target::Target;
use crate::diag::{Code, Diagnostic, Failure};
use crate::model::event::{Event, EventKey};
use crate::value::date::Time;
use crate::value::money::{BadMoney, Currency, Money};
use crate::value::text::Text;

impl Signed {
    /// An event of this kind from typed text, checked and signed, not yet with its key's number.
    ///
    /// # Errors
    /// Fails where a text is no date, time or amount, and as [`Session::draft`] does.
    pub fn draft(
        &self,
        session: &Session,
        kind: &str,
        facts: &Facts,
        context: &Context,
    ) -> Result<Event, Failure> {
        let date = match &self.date {
            Some(text) => context.date("--date", text)?,
            None => context.today(),
        };
        let text = |typed: &Option<String>| typed.as_deref().map(Text::from);
        let day = |origin, typed: &Option<String>| {
            typed.as_deref().map(|text| context.date(origin, text)).transpose()
        };
        let own = session.ledger.settings.currency;
        let amount = |origin, typed: &Option<String>| {
            typed.as_deref().map(|text| money(origin, text, own)).transpose()
        };
        let next = facts.next.as_deref().map(|text| context.moment("--next", text)).transpose()?;
        let event = Event {
            time: self.time.as_deref().map(time).transpose()?,
            note: text(&self.note).filter(|note| !note.is_empty()),
            next,
            next_what: text(&facts.next_what),
            confirms: each_once(&facts.confirm),
            revokes: each_once(&facts.revoke),
            close_by: day("--close-by", &facts.close_by)?,
            value: amount("--value", &facts.value)?,
            amount: amount("--amount", &facts.amount)?,
            reached: facts.reached,
            owner: text(&facts.owner),
            ..Event::new(EventKey { date, n: 0, text: date.to_string().into() }, kind)
        };
        session.draft(event, self.by.as_deref())
    }
}

fn each_once(typed: &[String]) -> Vec<Text> {
    let mut ids: Vec<Text> = Vec::new();
    for id in typed {
        if !ids.iter().any(|known| &**known == id.as_str()) {
            ids.push(id.as_str().into());
        }
    }
    ids
}

impl Where {
    /// The prospects that a command means: by ids, or by `--where`.
    ///
    /// # Errors
    /// Fails with both or none of them, and with everything that is wrong with the prospects together.
    pub fn targets(
        &self,
        session: &Session,
        ids: &[String],
        context: &Context,
    ) -> Result<Vec<Target>, Failure> {
        match (&self.query, ids.first()) {
            (Some(query), None) => session.selected(context.query("--where", query)?),
            (None, Some(_)) => session.named(ids),
            (Some(_), Some(id)) => Err(Diagnostic::new(
                Code::BadArgument,
                words!("`{id}` and --where exclude each other", "`{id}` 与 --where 不能同时使用"),
            )
            .help(words!(
                "name prospects, or select them with a query",
                "写出潜在客户，或用查询选择，二者取一"
            ))
            .into()),
            (None, None) => Err(Diagnostic::new(
                Code::BadArgument,
                words!("no prospect given", "没有指定潜在客户"),
            )
            .help(words!(
                "name one or more ids, or select with --where QUERY",
                "写出一个或多个编号，或用 --where 查询 选择"
            ))
            .into()),
        }
    }
}

/// An amount as a person types it, in a ledger of this currency.
///
/// # Errors
/// Fails if the text is no amount.
pub fn money(origin: &str, text: &str, own: Option<Currency>) -> Result<Money, Diagnostic> {
    Money::parse_typed(text, own).map_err(|bad| {
        let diagnostic =
            Diagnostic::new(Code::BadMoney, bad.words().about(origin)).typed().help(words!(
                "an amount is 1500, 1500.50, 1,500, 10k, 5万 or \"1500.50 USD\"",
                "金额写作 1500、1500.50、1,500、10k、5万 或 \"1500.50 USD\""
            ));
        match (bad, own) {
            (BadMoney::Shared(..), None) => diagnostic.help(words!(
                "or name the ledger's currency in crm.toml: [ledger] currency = \"USD\"",
                "或在 crm.toml 中写明账本的币种：[ledger] currency = \"CNY\""
            )),
            _ => diagnostic,
        }
    })
}

fn time(text: &str) -> Result<Time, Diagnostic> {
    Time::parse_typed(text).ok_or_else(|| {
        let message = words!("--time: `{text}` is not a time", "--time: `{text}` 不是时间");
        Diagnostic::new(Code::BadArgument, message).help(words!("write 14:00", "请写成 14:00"))
    })
}
