//! The reports of a company: those whose figures over all ledgers are right, and the settings on which the ledgers have
//! to agree for each. Every other report is refused, with the reason.

use super::{Report, Request};
use crate::diag::{Code, Diagnostic, Words};
use crate::rules::company::{Aspect, Company, Difference};

/// The reports, each with the aspects in which no ledgers may differ.
const REPORTS: &[(&str, &[Aspect])] = &[
    ("board", &[]),
    ("funnel", &[Aspect::Shape]),
    ("sheet", &[Aspect::Checkpoints, Aspect::Cycle]),
    ("team", &[Aspect::TeamCheckpoints, Aspect::Products, Aspect::Kinds]),
    ("ratios", &[]),
    ("trend", &[Aspect::Products, Aspect::Kinds]),
    ("diary", &[Aspect::Kinds]),
    ("aging", &[]),
    ("sources", &[Aspect::Campaigns, Aspect::Products, Aspect::Kinds, Aspect::Currency]),
    ("campaigns", &[Aspect::Campaigns, Aspect::Products, Aspect::Kinds, Aspect::Currency]),
    ("points", &[Aspect::Points, Aspect::Products, Aspect::Kinds, Aspect::Currency]),
    ("losses", &[]),
    ("overrides", &[]),
    ("conversion", &[]),
    ("cycle", &[]),
    ("forecast", &[Aspect::Forecast]),
    ("sales", &[]),
    ("bridge", &[]),
    ("projects", &[Aspect::Forecast, Aspect::Kinds]),
    ("plans", RULES),
    ("service", RULES),
    ("satisfaction", &[Aspect::Kinds]),
    ("retention", RULES),
    ("lifetime", RULES),
    ("receivables", &[Aspect::Receivables, Aspect::Products]),
    ("contracts", &[Aspect::Receivables, Aspect::Products]),
];

/// The exports of a company, likewise.
pub const EXPORTS: &[(&str, &[Aspect])] = &[
    ("prospects", &[]),
    ("customers", &[]),
    ("events", &[]),
    ("people", &[]),
    ("orders", &[Aspect::Products, Aspect::Kinds]),
    ("cases", RULES),
    ("claims", &[Aspect::Receivables, Aspect::Products]),
    ("plans", &[]),
    ("calendar", &[Aspect::Receivables, Aspect::Products]),
    ("contacts", &[]),
    ("mail", &[]),
    ("dataset", &[]),
];

/// Why a company has no report of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It judges customers by grades, which rank them among those of their ledger.
    Ranks,
    /// It is of the rules of one team.
    Team,
}

impl Refusal {
    /// The reason.
    pub fn words(self) -> Words {
        match self {
            Refusal::Ranks => words!(
                "it judges customers by their grades, and each ledger ranks only its own",
                "它按级别评判客户，而各账本只给自己的客户排名"
            ),
            Refusal::Team => words!(
                "the pool and the load of reps are those of one team",
                "公海和业务员的负荷属于一个团队"
            ),
        }
    }
}

/// The other reports, each with the reason.
const REFUSED: &[(&str, Refusal)] = &[
    ("grades", Refusal::Ranks),
    ("policy", Refusal::Ranks),
    ("key-accounts", Refusal::Ranks),
    ("idic", Refusal::Ranks),
    ("portfolio", Refusal::Ranks),
    ("allocation", Refusal::Team),
    ("pool", Refusal::Team),
];

/// Of questions about grades: their rules, and the names in them.
const GRADES: &[Aspect] = &[Aspect::Grading, Aspect::Names];

/// Of reports that ask the rules of customers.
const RULES: &[Aspect] =
    &[Aspect::Grading, Aspect::Names, Aspect::Kinds, Aspect::Products, Aspect::WorkingTime];

/// Of work lists: names in the rules, each ledger's own.
pub const DUE: &[Aspect] = &[Aspect::Names];

/// The aspects in which no ledgers may differ for a report of a company, or the reason why there is none.
///
/// # Errors
/// The reason.
pub fn needed(report: &str) -> Result<&'static [Aspect], Refusal> {
    let of_company = REPORTS.iter().find(|(name, _)| *name == report);
    let refused = || REFUSED.iter().find(|(name, _)| *name == report);
    match of_company {
        Some((_, aspects)) => Ok(aspects),
        None => Err(refused().map_or(Refusal::Team, |(_, why)| *why)),
    }
}

/// Refuses a report that a company does not have, or of which the ledgers would have different figures.
///
/// # Errors
/// Fails with the reason.
pub fn check_report(
    company: &Company,
    report: &Report,
    request: &Request,
) -> Result<(), Diagnostic> {
    let name = report.name;
    let aspects = needed(name).map_err(|why| {
        let why = why.words();
        let (en, zh) = (why.en(), why.zh());
        let message =
            words!("a company has no report `{name}`: {en}", "公司没有报表 `{name}`：{zh}");
        Diagnostic::new(Code::OneLedger, message).help(in_each())
    })?;
    let what = words!("`crm report {name}`", "`crm report {name}`");
    check_aspects(company, aspects, &what)?;
    check_request(company, request, false)
}

/// Refuses an export of which the ledgers would have different figures.
///
/// # Errors
/// Fails with the reason.
pub fn check_export(company: &Company, name: &str, request: &Request) -> Result<(), Diagnostic> {
    let aspects = EXPORTS.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, all)| all);
    check_aspects(company, aspects, &words!("`crm export {name}`", "`crm export {name}`"))?;
    check_request(company, request, false)
}

/// That targets are left out of a report which compares with them, because the ledgers do not state them alike.
pub fn without_targets(company: &Company, report: &Report) -> Option<Words> {
    let Difference { one, other, .. } = company.differs(&[Aspect::Targets])?;
    ["sales", "forecast"].contains(&report.name).then(|| {
        words!(
            "a target is added up where every ledger states it for an equal span: `{one}` and `{other}` do not agree on all",
            "各账本都以同一期间设定的目标才相加：`{one}` 与 `{other}` 并不全部一致"
        )
    })
}

/// Refuses a request for grades that the ledgers do not give alike. `graded`: the command asks for them in any case.
///
/// # Errors
/// Fails with the first aspect in which the ledgers differ.
pub fn check_request(company: &Company, request: &Request, graded: bool) -> Result<(), Diagnostic> {
    if !graded && !request.query.asks_grades() && !request.asks_grades() {
        return Ok(());
    }
    let what = words!("a question about grades", "关于级别的查询");
    check_aspects(company, GRADES, &what).map_err(|refusal| {
        refusal.help(words!(
            "or leave grades out: --columns names the columns",
            "或不查级别：用 --columns 选择列"
        ))
    })
}

/// Refuses what needs ledgers to agree, if they do not.
///
/// # Errors
/// Fails with the first aspect in which they differ.
pub fn check_aspects(
    company: &Company,
    aspects: &[Aspect],
    what: &Words,
) -> Result<(), Diagnostic> {
    let Some(Difference { aspect, one, other }) = company.differs(aspects) else { return Ok(()) };
    let (en, zh) = (what.en(), what.zh());
    let of = aspect.words();
    let message = Words::both(
        format!(
            "{en} has no answer for the company: the ledgers `{one}` and `{other}` differ in {}",
            of.en()
        ),
        format!("{zh}对公司没有答案：账本 `{one}` 与 `{other}` 的{}不同", of.zh()),
    );
    Err(Diagnostic::new(Code::OneLedger, message)
        .help(in_each())
        .help(words!("or make the ledgers agree on it", "或使各账本一致")))
}

fn in_each() -> Words {
    words!("run it in each: --ledger FOLDER", "请在各账本中分别运行：--ledger 文件夹")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_has_each_report_or_a_reason_in_the_order_of_reports() {
        let names = |refused: bool| {
            let of_all = super::super::REPORTS.iter().map(|report| report.name);
            of_all.filter(|name| needed(name).is_err() == refused).collect::<Vec<_>>()
        };
        assert_eq!(REPORTS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names(false));
        assert_eq!(REFUSED.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names(true));
    }
}
