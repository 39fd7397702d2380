//! Reports: a book in, a sheet of typed cells out. One file per report, and one line in [`REPORTS`].

mod acquainted;
pub mod activity;
pub mod aging;
pub mod allocation;
pub mod audit;
pub mod board;
pub mod breakdown;
pub mod bridge;
mod by_ledger;
pub mod calibration;
pub mod campaigns;
pub mod cases;
pub mod changes;
pub mod checklist;
mod chosen;
pub mod claims;
pub mod classify;
pub mod columns;
pub mod commit_message;
pub mod company;
pub mod contracts;
pub mod conversion;
pub mod cycle;
pub mod dashboard;
pub mod diary;
pub mod diff;
pub mod dimension;
pub mod disclosed;
pub mod due;
pub mod events;
pub mod expectation;
pub mod figures;
pub mod forecast;
pub mod funnel;
pub mod grade;
pub mod grades;
pub mod idic;
pub mod key_accounts;
pub mod lifetime;
pub mod list;
pub mod losses;
pub mod measures;
mod money_exceptions;
pub mod orders;
pub mod outlook;
pub mod overrides;
pub mod people;
pub mod plan_rows;
pub mod plans;
pub mod points;
pub mod policy;
pub mod pool;
pub mod portfolio;
pub mod projects;
mod promises;
pub mod ratios;
pub mod receivables;
mod request;
pub mod retention;
pub mod rights;
mod rows;
pub mod sales;
pub mod satisfaction;
pub mod saved;
pub mod search;
pub mod service;
mod several;
pub mod sheet;
pub mod show;
pub mod show_customer;
mod show_money;
mod show_project;
pub mod site;
pub mod sources;
pub mod team;
pub mod today;
pub mod trend;
pub mod what_if;

use crate::diag::{Code, Diagnostic, Lang, listed, placeholder};
use crate::model::settings::Settings;
use crate::rules::book::{Book, Keep};
use crate::rules::span::Span;
use crate::table::sheet::Sheet;
use crate::value::date::Date;
use dimension::Dimension;
pub use request::Request;
use rows::row_of_each;

/// One report of `crm report`.
pub struct Report {
    /// The name that is typed.
    pub name: &'static str,
    /// Another name for it.
    pub alias: Option<&'static str>,
    /// One line about it, in English and in Chinese.
    pub about: (&'static str, &'static str),
    /// The options that it accepts; the others are refused.
    pub takes: &'static [Takes],
    /// The attributes that `--by` may name.
    pub by: Breakdowns,
    /// Does it ask rules that may look into notes: grading, allocation?
    pub rules: bool,
    /// Makes it.
    pub make: fn(&Book, &Request) -> Result<Sheet, Diagnostic>,
}

/// The attributes that `--by` may name in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breakdowns {
    /// Any that `--by` takes.
    Any,
    /// Any but this one: the rows of the report are by it in any case.
    AnyBut(&'static str),
    /// One of these, or none.
    Among(&'static [&'static str]),
    /// One of these: the rows of the report are always by one of them.
    Only(&'static [&'static str]),
    /// One of these, or none: attributes of the things that the report is of, and no prospect's.
    Own(&'static [&'static str]),
    /// Any, and this one, of which a prospect may have several.
    AnyOr(&'static str),
}

impl Breakdowns {
    /// The dimension of a name that only the report knows of.
    pub fn own(self, name: &str) -> Option<Dimension> {
        let own = match self {
            Breakdowns::Own(rows) => rows.iter().copied().find(|row| *row == name),
            Breakdowns::AnyOr(row) => Some(row).filter(|row| *row == name),
            Breakdowns::Among(rows) if rows.contains(&name) => return Dimension::of_case(name),
            _ => None,
        };
        own.map(Dimension::elsewhere)
    }
}

/// An option that a report may accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A query: only some prospects.
    Query,
    /// `--by`
    By,
    /// `--period`, or `--from` and `--to`
    Period,
    /// `--target`
    Target,
    /// `--list`
    List,
    /// `--rfm-compat`; every report takes it whose query or `--by` asks for grades.
    RfmCompat,
}

impl Takes {
    /// Every one in the order of [`Takes`], as it is typed.
    pub const ALL: [(Takes, &'static str); 6] = [
        (Takes::Query, "QUERY"),
        (Takes::By, "--by"),
        (Takes::Period, "--period"),
        (Takes::Target, "--target"),
        (Takes::List, "--list"),
        (Takes::RfmCompat, "--rfm-compat"),
    ];

    /// As it is typed; `QUERY` in the words of a language.
    pub fn name(self, lang: Lang) -> &'static str {
        placeholder(Takes::ALL[self as usize].1, lang)
    }
}

impl Report {
    /// The options that it accepts, as they are typed: `QUERY, --by, --period`.
    pub fn taken(&self, lang: Lang) -> String {
        let names: Vec<&str> = self.takes.iter().map(|option| option.name(lang)).collect();
        names.join(lang.pick(", ", "、"))
    }

    /// Refuses options that the report does not accept. `rfm_compat`: that option is asked for.
    ///
    /// # Errors
    /// Fails with the first option that the report does not accept.
    pub fn check(&self, request: &Request, rfm_compat: bool) -> Result<(), Diagnostic> {
        let graded = request.query.asks_grades() || request.asks_grades();
        let asked = [
            !request.query.is_empty(),
            request.by.is_some(),
            request.period.is_some(),
            request.target.is_some(),
            request.list,
            rfm_compat && !graded,
        ];
        let asked = Takes::ALL.iter().zip(asked).filter(|(_, asked)| *asked);
        for ((option, _), _) in asked {
            if !self.takes.contains(option) {
                return Err(self.refusal(*option));
            }
        }
        request.by.as_ref().map_or(Ok(()), |by| self.check_rows(by.name()))
    }

    /// Refuses rows by an attribute for which the report has none.
    fn check_rows(&self, by: &str) -> Result<(), Diagnostic> {
        let name = self.name;
        let (message, help) = match self.by {
            Breakdowns::AnyBut(own) if own == by => (
                words!(
                    "--by: the rows of `{name}` are by `{by}` already",
                    "--by：`{name}` 本来就按 `{by}` 分行"
                ),
                words!("leave --by out", "请去掉 --by"),
            ),
            Breakdowns::Only(rows) if !rows.contains(&by) => {
                let (en, zh) = (rows.join(" or "), rows.join(" 或 "));
                (
                    words!(
                        "--by: `{name}` has no rows by `{by}`",
                        "--by：`{name}` 不能按 `{by}` 分行"
                    ),
                    words!("it is always by {en}", "它总是按 {zh} 分行"),
                )
            }
            Breakdowns::Among(rows) | Breakdowns::Own(rows) if !rows.contains(&by) => (
                words!("--by: `{name}` has no rows by `{by}`", "--by：`{name}` 不能按 `{by}` 分行"),
                words!("it takes {}", "可用 {:#}", listed(rows)),
            ),
            _ => return Ok(()),
        };
        Err(Diagnostic::new(Code::BadArgument, message).help(help))
    }

    fn refusal(&self, option: Takes) -> Diagnostic {
        let (en, zh) = (option.name(Lang::En), option.name(Lang::Zh));
        let name = self.name;
        let message = words!("the report `{name}` does not take {en}", "报表 `{name}` 不接受 {zh}");
        let taken = if self.takes.is_empty() {
            words!("it takes none of them", "它不接受任何此类选项")
        } else {
            let (en, zh) = (self.taken(Lang::En), self.taken(Lang::Zh));
            words!("it takes: {en}", "它接受：{zh}")
        };
        let takers = REPORTS.iter().filter(|report| report.takes.contains(&option));
        let takers = listed(takers.map(|report| report.name));
        Diagnostic::new(Code::BadArgument, message)
            .help(taken)
            .help(words!("reports that take {en}: {takers}", "接受 {zh} 的报表：{takers:#}"))
    }

    /// The parts of each record that a request needs (see [`Request::keep`]).
    pub fn keep(&self, request: &Request, settings: &Settings, as_of: Date) -> Keep {
        request.keep(settings, as_of, self.rules)
    }
}

/// Every report, in the order of documentation.
pub const REPORTS: &[Report] = &[
    Report {
        name: "board",
        alias: Some("pipeline"),
        about: (
            "who stands in which column, with what is due and what is wrong",
            "谁在哪一栏，什么到期，什么有问题",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period],
        by: Breakdowns::AnyBut("stage"),
        rules: false,
        make: board::board,
    },
    Report {
        name: "funnel",
        alias: None,
        about: (
            "counts, value and weighted value by column; the funnel's shape and what it says",
            "各栏的人数、价值与加权价值；漏斗的形状及其含义",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period],
        by: Breakdowns::AnyBut("stage"),
        rules: false,
        make: funnel::funnel,
    },
    Report {
        name: "sheet",
        alias: None,
        about: (
            "the week's action sheet of each rep: names in six columns, at each checkpoint",
            "每位业务员的每周行动工具表：六栏姓名，按填表日",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period],
        by: Breakdowns::Only(&["owner"]),
        rules: false,
        make: sheet::action_sheet,
    },
    Report {
        name: "team",
        alias: None,
        about: (
            "the week's team sheet: per member and checkpoint, counts and money",
            "每周部门追踪表：每位组员、每个填表日的人数与金额",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period],
        by: Breakdowns::Only(&["owner", "manager"]),
        rules: false,
        make: team::team_sheet,
    },
    Report {
        name: "ratios",
        alias: None,
        about: (
            "from dials to closes with the rate of each step; first meetings that replace a close",
            "从拨打到成交，每一步的比率；补充一次成交所需的初次见面",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period, Takes::Target],
        by: Breakdowns::Any,
        rules: false,
        make: ratios::ratios,
    },
    Report {
        name: "trend",
        alias: None,
        about: (
            "activity, win rate, money, new customers and requests by day, week, month or quarter",
            "按日、周、月、季度：活动、成交率、金额、新客户、受理",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period],
        by: Breakdowns::Among(Span::NAMES),
        rules: true,
        make: trend::trend,
    },
    Report {
        name: "diary",
        alias: None,
        about: (
            "each rep's days: calls, visits, first and later meetings, postponed ones, what was agreed",
            "每位业务员每天：电话、拜访、初次与再次见面、改期、约定事项",
        ),
        takes: &[Takes::Query, Takes::Period],
        by: Breakdowns::Any,
        rules: false,
        make: diary::diary,
    },
    Report {
        name: "aging",
        alias: Some("stale"),
        about: (
            "who stands too long, against max_days and the sales cycle",
            "谁停留过久：对照 max_days 与销售周期",
        ),
        takes: &[Takes::Query, Takes::By],
        by: Breakdowns::Any,
        rules: false,
        make: aging::aging,
    },
    Report {
        name: "sources",
        alias: None,
        about: (
            "what each source or campaign brought: leads, conversion, value, cost per close",
            "每个来源或活动带来了什么：线索、转化、价值、每次成交的费用",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period],
        by: Breakdowns::Any,
        rules: false,
        make: sources::sources,
    },
    Report {
        name: "campaigns",
        alias: None,
        about: (
            "whom each campaign reached, what they answered and bought, ROI, lift over the control group",
            "每次营销活动：触达、回应、订单、投资回报率、相对对照组的提升",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period],
        by: Breakdowns::Own(campaigns::GROUPS),
        rules: false,
        make: campaigns::campaigns,
    },
    Report {
        name: "points",
        alias: None,
        about: (
            "points of each customer: earned, given, redeemed, balance and what it is worth",
            "会员积分：所得、赠送、兑换、余额及其价值",
        ),
        takes: &[Takes::Query],
        by: Breakdowns::Any,
        rules: false,
        make: points::points,
    },
    Report {
        name: "losses",
        alias: None,
        about: (
            "why and from where pursuits were lost; what the won had in common against the lost",
            "为什么退出、从哪一栏退出；成交者与退出者的对比",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period],
        by: Breakdowns::AnyOr("competitor"),
        rules: false,
        make: losses::losses,
    },
    Report {
        name: "overrides",
        alias: None,
        about: (
            "every forced move and every overstated prospect, by owner",
            "每次破例的移动和每个高估的客户，按负责人",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period],
        by: Breakdowns::Only(&["owner"]),
        rules: false,
        make: overrides::overrides,
    },
    Report {
        name: "conversion",
        alias: None,
        about: (
            "who got further, by the column they entered; win rates as snapshot and as cohort",
            "进入各栏者有多少走得更远；成交率：快照与批次",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period],
        by: Breakdowns::AnyBut("stage"),
        rules: false,
        make: conversion::conversion,
    },
    Report {
        name: "cycle",
        alias: None,
        about: (
            "how long closing takes: share won and lost by day, days to close, days in each column",
            "成交要多久：逐日成交与退出的比例、成交天数、各栏停留天数",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period],
        by: Breakdowns::Any,
        rules: false,
        make: cycle::cycle,
    },
    Report {
        name: "forecast",
        alias: None,
        about: (
            "what open prospects will bring: by month, with p10/p50/p90; coverage of the target",
            "进行中的客户将带来多少：按月，含 p10/p50/p90；对目标的覆盖",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period],
        by: Breakdowns::Any,
        rules: false,
        make: forecast::forecast,
    },
    Report {
        name: "sales",
        alias: None,
        about: (
            "money booked, billed and received, margin and quantity; against targets and a year before",
            "承保、开票、回款、毛利与数量；对照目标与去年同期",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period],
        by: Breakdowns::Any,
        rules: false,
        make: sales::sales,
    },
    Report {
        name: "bridge",
        alias: None,
        about: (
            "from what was open on one day to what is open on another; --list: every change",
            "从一天的进行中客户到另一天的；--list：逐项变化",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period, Takes::List],
        by: Breakdowns::Any,
        rules: false,
        make: bridge::bridge,
    },
    Report {
        name: "grades",
        alias: None,
        about: (
            "customers by grade and dimension, Pareto curve, RFM; with --from/--to who moved",
            "客户按级别与维度、帕累托曲线、RFM；加 --from/--to 看谁变动",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period, Takes::RfmCompat],
        by: Breakdowns::Any,
        rules: true,
        make: grades::grades,
    },
    Report {
        name: "policy",
        alias: None,
        about: (
            "what each grade is promised, and where practice falls short of it",
            "每个级别承诺了什么，实际差在哪里",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period, Takes::RfmCompat],
        by: Breakdowns::Any,
        rules: true,
        make: policy::policy,
    },
    Report {
        name: "key-accounts",
        alias: None,
        about: (
            "customers by tier: value, growth, promises kept, satisfaction, and what to mend first",
            "大客户：价值、增长、履约、满意度，首先改进什么",
        ),
        takes: &[Takes::Query, Takes::RfmCompat],
        by: Breakdowns::Any,
        rules: true,
        make: key_accounts::key_accounts,
    },
    Report {
        name: "projects",
        alias: None,
        about: (
            "open projects: the buyer's step, milestones, support, the likelihood and what speaks for and against",
            "进行中的项目：买方进程、里程碑、各部门态度、成交可能性及其依据",
        ),
        takes: &[Takes::Query, Takes::By],
        by: Breakdowns::Any,
        rules: false,
        make: projects::projects,
    },
    Report {
        name: "plans",
        alias: None,
        about: (
            "the plans of customers: goals and how far they are, steps, satisfaction before and after",
            "客户计划：目标与进度、步骤、改进前后的满意度",
        ),
        takes: &[Takes::Query, Takes::By, Takes::RfmCompat],
        by: Breakdowns::Any,
        rules: true,
        make: plans::plans,
    },
    Report {
        name: "idic",
        alias: None,
        about: (
            "how far customers are identified, told apart, talked with and served in their own way; the next action",
            "客户的识别、区分、互动、定制做到了哪一步，下一步做什么",
        ),
        takes: &[Takes::Query, Takes::By, Takes::RfmCompat],
        by: Breakdowns::Any,
        rules: true,
        make: idic::idic,
    },
    Report {
        name: "portfolio",
        alias: Some("value-chain"),
        about: (
            "the five steps of the value chain, significant customers beside the others; value by relationship",
            "客户价值链五步：战略客户与其他客户对照；价值×关系矩阵",
        ),
        takes: &[Takes::Query, Takes::RfmCompat],
        by: Breakdowns::Any,
        rules: true,
        make: portfolio::portfolio,
    },
    Report {
        name: "service",
        alias: None,
        about: (
            "requests and complaints: volume, backlog, time to answer and to resolve, promises kept",
            "受理：数量、积压、首次答复与解决时间、承诺履行",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period, Takes::RfmCompat],
        by: Breakdowns::Among(service::GROUPS),
        rules: true,
        make: service::service,
    },
    Report {
        name: "satisfaction",
        alias: None,
        about: (
            "what surveys and feedback say: CSAT and NPS with their intervals, and what moved",
            "调查与反馈：CSAT 与 NPS 及其区间，以及变动",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period],
        by: Breakdowns::Any,
        rules: false,
        make: satisfaction::satisfaction,
    },
    Report {
        name: "retention",
        alias: None,
        about: (
            "customers at the beginning, new, won back, lapsed, at the end; how long they stay, and why they left",
            "期初、新增、赢回、流失、期末的客户；留存多久，为何流失",
        ),
        takes: &[Takes::Query, Takes::By, Takes::Period, Takes::List],
        by: Breakdowns::Any,
        rules: true,
        make: retention::retention,
    },
    Report {
        name: "lifetime",
        alias: None,
        about: (
            "orders and money expected of each customer in the next year, and whether it still buys",
            "每个客户未来一年的预期单数与金额，以及是否仍在购买",
        ),
        takes: &[Takes::Query, Takes::By],
        by: Breakdowns::Any,
        rules: true,
        make: lifetime::lifetime,
    },
    Report {
        name: "receivables",
        alias: None,
        about: (
            "what customers owe, by age; to come and prepaid; DSO and days to pay",
            "客户欠款按账龄；未到期分期与预收；DSO 与付款天数",
        ),
        takes: &[Takes::Query, Takes::By],
        by: Breakdowns::Any,
        rules: false,
        make: receivables::receivables,
    },
    Report {
        name: "contracts",
        alias: None,
        about: (
            "contracts by status and term: billed, to come, received; renewals asked and won",
            "合同按状态与期限：已应收、未到期分期、已收；续签情况",
        ),
        takes: &[Takes::Query, Takes::By],
        by: Breakdowns::Any,
        rules: false,
        make: contracts::contracts,
    },
    Report {
        name: "allocation",
        alias: None,
        about: (
            "load, room and fairness of the team, and who would be given the next prospect",
            "团队的负荷、余量与公平度，下一个客户该给谁",
        ),
        takes: &[],
        by: Breakdowns::Any,
        rules: true,
        make: allocation::allocation,
    },
    Report {
        name: "pool",
        alias: None,
        about: (
            "who waits in the pool, since when, and who could have them",
            "谁在公海、等了多久、谁可以接",
        ),
        takes: &[Takes::Query, Takes::RfmCompat],
        by: Breakdowns::Any,
        rules: true,
        make: pool::pool_report,
    },
];

/// The report of a name or alias.
pub fn find(name: &str) -> Option<&'static Report> {
    REPORTS.iter().find(|report| report.name == name || report.alias == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_stand_in_order() {
        for (at, (option, name)) in Takes::ALL.iter().enumerate() {
            assert_eq!((*option as usize, option.name(Lang::En)), (at, *name));
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> =
            REPORTS.iter().flat_map(|r| std::iter::once(r.name).chain(r.alias)).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
