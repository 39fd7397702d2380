//! The options for the rarer keys of an entry: numbers, schedules, lines, the facts of a case, the steps of a project,
//! campaigns and points.

use super::context::Context;
use super::draft::money;
use crate::diag::{Code, Diagnostic, Failure, Words, listed};
use crate::model::buying::{BUYER_STEP_NAMES, buyer_step_named};
use crate::model::event::Details;
use crate::model::paper::{Instalment, LineItem, Status};
use crate::model::pipeline::{Outcome, Pipeline};
use crate::model::settings::Settings;
use crate::value::date::Date;
use crate::value::money::Amount;
use crate::value::text::{Text, narrow};
use clap::Args;

/// The rarer keys of an entry, as they are typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Money, service, projects and marketing")]
pub struct DetailsTyped {
    /// The number of a quote, order, contract, invoice or delivery; a later entry of this number replaces it
    ///
    /// 报价、订单、合同、发票或交货的编号；同一编号的后一条取代前一条
    #[arg(long, value_name = "TEXT")]
    number: Option<String>,
    /// Of a quote, an order or a contract: draft, approved, signed, rejected, delivered, cancelled, archived
    ///
    /// 报价、订单或合同的状态：draft、approved、signed、rejected、delivered、cancelled、archived
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// The first day of a contract's term
    ///
    /// 合同期的第一天
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    starts: Option<String>,
    /// The last day of a contract's term
    ///
    /// 合同期的最后一天
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    ends: Option<String>,
    /// How many days before its end a contract's renewal is due [default: 30]
    ///
    /// 合同到期前多少天要续约 [默认：30]
    #[arg(long, value_name = "DAYS")]
    notice_days: Option<u32>,
    /// The number of the contract that this one renews
    ///
    /// 本合同所续的合同编号
    #[arg(long, value_name = "NUMBER")]
    renews: Option<String>,
    /// The day by which an invoice is to be paid
    ///
    /// 发票的付款期限
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    due: Option<String>,
    /// The contract that an invoice bills; the invoice or contract that a payment, refund or credit settles
    ///
    /// 发票所属的合同；付款、退款或红字所结的发票或合同
    #[arg(long = "for", value_name = "NUMBER")]
    settles: Option<String>,
    /// An instalment of a contract, once for each: 2010-01-15=30000, "2010-01-15=30000=first third"
    ///
    /// 合同的分期款，每期写一次：2010-01-15=30000、"2010-01-15=30000=首期"
    #[arg(long, value_name = "DATE=MONEY[=WHAT]")]
    instalment: Vec<String>,
    /// A product, once for each: group-health, group-health=12, group-health=12x500
    ///
    /// 产品，每种写一次：group-health、group-health=12、group-health=12x500
    #[arg(long, value_name = "PRODUCT[=QUANTITY[xPRICE]]")]
    line: Vec<String>,
    /// The product that it is about
    ///
    /// 所涉产品
    #[arg(long, value_name = "PRODUCT")]
    product: Option<String>,
    /// Of a request or complaint: what it is about
    ///
    /// 请求或投诉的内容分类
    #[arg(long, value_name = "TEXT")]
    category: Option<String>,
    /// Of a request or complaint: 1, the worst, to 4
    ///
    /// 请求或投诉的严重程度：1（最重）至 4
    #[arg(long, value_name = "1..4", value_parser = clap::value_parser!(u32).range(1..=4))]
    severity: Option<u32>,
    /// The way by which it came: phone, mail, shop
    ///
    /// 受理渠道：phone、mail、shop
    #[arg(long, value_name = "TEXT")]
    channel: Option<String>,
    /// What is being done, or was done, about a case
    ///
    /// 对受理事项正在做或已做的处理
    #[arg(long, value_name = "TEXT")]
    solution: Option<String>,
    /// A person of the prospect that took part, once for each
    ///
    /// 潜在客户方参加的人，每人写一次
    #[arg(long, value_name = "NAME", value_parser = stated)]
    with: Vec<String>,
    /// The step that the buyer's own process has reached: need-felt, internal-talk, project-set-up,
    /// technical-evaluation, proposal, agreement, signature
    ///
    /// 买方进程已到的步骤：need-felt、internal-talk、project-set-up、technical-evaluation、proposal、agreement、signature
    #[arg(long, value_name = "STEP")]
    buyer: Option<String>,
    /// The planned day of a column, once for each: solution=2010-04-15
    ///
    /// 某一栏的计划日期，每栏写一次：solution=2010-04-15
    #[arg(long, value_name = "STAGE=DATE")]
    milestone: Vec<String>,
    /// A competitor that was met, or that it was lost to, once for each
    ///
    /// 遇到的竞争对手，或输给的对手，每个写一次
    #[arg(long, value_name = "NAME", value_parser = stated)]
    competitor: Vec<String>,
    /// The campaign that reached it, or that it answers
    ///
    /// 触达它的营销活动，或它所回应的活动
    #[arg(long, value_name = "CAMPAIGN")]
    campaign: Option<String>,
    /// Points given, or redeemed where the number is below 0
    ///
    /// 赠送的积分；小于 0 为兑换
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    points: Option<String>,
    /// What was offered to this customer alone (tailored)
    ///
    /// 只给这位客户的方案（tailored）
    #[arg(long, value_name = "TEXT")]
    what: Option<String>,
    /// Of a tailored offer: whether the customer took it
    ///
    /// 专属方案是否被客户接受
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", value_parser = clap::value_parser!(bool))]
    taken: Option<bool>,
}

impl DetailsTyped {
    /// The keys; `None` if none was typed. Columns are looked for on the boards of the prospects, each of which has to have
    /// them.
    ///
    /// # Errors
    /// Fails where a text is no date, amount, status or column.
    pub fn read(
        &self,
        settings: &Settings,
        context: &Context,
        boards: &[&Pipeline],
    ) -> Result<Option<Box<Details>>, Failure> {
        let text = |typed: &Option<String>| typed.as_deref().map(Text::from);
        let day = |origin, typed: &Option<String>| {
            typed.as_deref().map(|text| context.date(origin, text)).transpose()
        };
        let schedule = self.instalment.iter().map(|text| instalment(text, settings, context));
        let milestones = self.milestone.iter().map(|text| milestone(text, boards, context));
        let mut milestones = milestones.collect::<Result<Vec<_>, Diagnostic>>()?;
        // Of two days for one column the last counts.
        milestones.reverse();
        milestones.sort_by(|a, b| a.0.cmp(&b.0));
        milestones.dedup_by(|later, first| later.0 == first.0);
        let lines = self.line.iter().map(|text| line(text, settings));
        let details = Details {
            number: text(&self.number),
            status: self.status.as_deref().map(status).transpose()?,
            starts: day("--starts", &self.starts)?,
            ends: day("--ends", &self.ends)?,
            notice_days: self.notice_days,
            renews: text(&self.renews),
            due: day("--due", &self.due)?,
            settles: text(&self.settles),
            schedule: schedule.collect::<Result<_, Diagnostic>>()?,
            lines: lines.collect::<Result<_, Diagnostic>>()?,
            product: text(&self.product),
            category: text(&self.category),
            severity: self.severity,
            channel: text(&self.channel),
            solution: text(&self.solution),
            with: self.with.iter().map(|name| name.trim().into()).collect(),
            buyer: self.buyer.as_deref().map(buyer).transpose()?,
            milestones,
            competitor: self.competitor.iter().map(|name| name.trim().into()).collect(),
            campaign: self
                .campaign
                .as_deref()
                .map(|text| campaign("--campaign", text, settings))
                .transpose()?,
            control: None,
            points: self.points.as_deref().map(points).transpose()?,
            what: text(&self.what),
            taken: self.taken,
        };
        Ok((details != Details::default()).then(|| Box::new(details)))
    }
}

/// A name that is not empty.
///
/// # Errors
/// Fails where the text is empty or blank.
pub(super) fn stated(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("a name must not be empty".to_owned()),
        name => Ok(name.to_owned()),
    }
}

/// A status by its name or its Chinese word.
fn status(text: &str) -> Result<Text, Diagnostic> {
    Status::named(text).map(|status| status.name().into()).ok_or_else(|| {
        let message = words!("--status: no status `{text}`", "--status：没有状态 `{text}`");
        Diagnostic::new(Code::BadArgument, message).nearest(text, Status::NAMES)
    })
}

/// A step of the buyer's process by its name or its word.
fn buyer(text: &str) -> Result<Text, Diagnostic> {
    buyer_step_named(text).map(|step| BUYER_STEP_NAMES[step].into()).ok_or_else(|| {
        let message = words!("--buyer: no step `{text}`", "--buyer：没有步骤 `{text}`");
        Diagnostic::new(Code::BadArgument, message).nearest(text, BUYER_STEP_NAMES).help(words!(
            "the steps: {}",
            "步骤有：{:#}",
            listed(BUYER_STEP_NAMES)
        ))
    })
}

/// The id of a campaign by its id or label; any text where the settings have no campaign.
///
/// # Errors
/// Fails where the settings have campaigns, and none of this name.
pub fn campaign(origin: &str, text: &str, settings: &Settings) -> Result<Text, Diagnostic> {
    let typed = text.trim();
    match settings.campaign_named(typed) {
        Ok(campaign) => Ok(campaign.id.clone()),
        Err(_) => {
            let message = words!("{origin}: no campaign `{typed}`", "{origin}：没有活动 `{typed}`");
            let ids = settings.campaigns.iter().map(|campaign| &*campaign.id);
            Err(Diagnostic::new(Code::BadArgument, message).nearest(typed, ids).help(words!(
                "a campaign has a block in crm.toml: [[campaign]] id = \"{typed}\"",
                "活动要在 crm.toml 中有一段：[[campaign]] id = \"{typed}\""
            )))
        }
    }
}

/// A whole number of points, above or below 0.
fn points(text: &str) -> Result<Amount, Diagnostic> {
    let read = Amount::parse(narrow(text).trim().trim_start_matches('+'));
    read.ok().filter(|points| points.decimals() == 0 && !points.is_zero()).ok_or_else(|| {
        let message = words!(
            "--points: `{text}` is no whole number other than 0",
            "--points：`{text}` 不是非零整数"
        );
        Diagnostic::new(Code::BadArgument, message).help(words!(
            "--points 500 gives, --points -500 redeems",
            "--points 500 为赠送，--points -500 为兑换"
        ))
    })
}

/// `solution=2010-04-15`
fn milestone(
    text: &str,
    boards: &[&Pipeline],
    context: &Context,
) -> Result<(Text, Date), Diagnostic> {
    let help = || words!("--milestone solution=2010-04-15", "--milestone solution=2010-04-15");
    let Some((stage, day)) = text.split_once(['=', '＝']) else {
        let message = words!(
            "--milestone: `{text}` has no column and day",
            "--milestone：`{text}` 没有写阶段和日期"
        );
        return Err(Diagnostic::new(Code::BadArgument, message).help(help()));
    };
    let stage = stage.trim();
    // A way out is nothing to be reached.
    let named = |board: &&Pipeline| {
        let stage = board.stage_typed(stage).ok().filter(|stage| stage.outcome != Outcome::Lost)?;
        Some(stage.id.clone())
    };
    let mut found: Vec<Option<Text>> = boards.iter().map(named).collect();
    found.dedup();
    let [Some(id)] = found.as_slice() else {
        let message = words!("--milestone: no column `{stage}`", "--milestone：没有阶段 `{stage}`");
        let stages = boards.iter().flat_map(|board| &board.stages);
        let ids = stages.filter(|s| s.outcome != Outcome::Lost).map(|stage| &*stage.id);
        return Err(Diagnostic::new(Code::BadArgument, message).nearest(stage, ids).help(help()));
    };
    Ok((id.clone(), context.date("--milestone", day.trim())?))
}

/// `2010-01-15=30000=first third`
fn instalment(
    text: &str,
    settings: &Settings,
    context: &Context,
) -> Result<Instalment, Diagnostic> {
    let mut parts = text.splitn(3, '=').map(str::trim);
    let (Some(due), Some(amount)) = (parts.next(), parts.next()) else {
        let help = words!(
            "--instalment 2010-01-15=30000, or \"2010-01-15=30000=first third\"",
            "--instalment 2010-01-15=30000，或 \"2010-01-15=30000=第一期\""
        );
        let wrong = words!(
            "--instalment: `{text}` has no day and amount",
            "--instalment：`{text}` 没有日期和金额"
        );
        return Err(Diagnostic::new(Code::BadArgument, wrong).help(help));
    };
    Ok(Instalment {
        due: Some(context.date("--instalment", due)?),
        amount: Some(money("--instalment", amount, settings.currency)?),
        what: parts.next().filter(|what| !what.is_empty()).map(Text::from),
    })
}

/// `group-health=12x500`
fn line(text: &str, settings: &Settings) -> Result<LineItem, Diagnostic> {
    let help = || {
        words!(
            "--line group-health, --line group-health=12, --line group-health=12x500",
            "--line group-health、--line group-health=12、--line group-health=12x500"
        )
    };
    let wrong = |message: Words| Diagnostic::new(Code::BadArgument, message).help(help());
    let (product, rest) = match text.split_once('=') {
        Some((product, rest)) => (product.trim(), Some(narrow(rest))),
        None => (text.trim(), None),
    };
    if product.is_empty() {
        return Err(wrong(words!(
            "--line: `{text}` names no product",
            "--line：`{text}` 没有写产品"
        )));
    }
    if !settings.products.is_empty() && settings.product(product).is_none() {
        let message = words!("--line: no product `{product}`", "--line：没有产品 `{product}`");
        let ids = settings.products.iter().map(|product| &*product.id);
        return Err(Diagnostic::new(Code::BadArgument, message).nearest(product, ids));
    }
    let mut item = LineItem { product: product.into(), ..LineItem::default() };
    let Some(rest) = rest else { return Ok(item) };
    let (quantity, price) = match rest.split_once(['x', '×', '*']) {
        Some((quantity, price)) => (quantity, Some(price)),
        None => (&*rest, None),
    };
    let read = Amount::parse(quantity.trim());
    item.quantity = Some(read.map_err(|_| {
        wrong(words!("--line: `{quantity}` is no quantity", "--line：`{quantity}` 不是数量"))
    })?);
    item.price = price.map(|price| money("--line", price.trim(), settings.currency)).transpose()?;
    Ok(item)
}
