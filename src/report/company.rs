//! The reports of a company: those whose figures over all ledgers are right, and the settings on which the ledgers have
//! to agree for each. Every other report is refused.

use super::{Report, Request};
use crate::diag::{Code, Diagnostic, Words, listed};
use crate::rules::company::{Aspect, Company, Difference};

/// The reports, each with the aspects in which no ledgers may differ.
const REPORTS: &[(&str, &[Aspect])] = &[
    ("board", &[]),
    ("funnel", &[Aspect::Shape]),
    ("sheet", &[Aspect::Checkpoints, Aspect::Cycle]),
    ("ratios", &[]),
    ("losses", &[]),
    ("conversion", &[]),
    ("cycle", &[]),
    ("forecast", &[Aspect::Forecast]),
    ("sales", &[]),
    ("bridge", &[]),
    ("receivables", &[Aspect::Receivables, Aspect::Products]),
];

/// Of questions about grades: their names, and amounts and names in the rules.
const GRADES: &[Aspect] = &[Aspect::Grading, Aspect::Currency, Aspect::Names];

/// Of work lists: amounts and names in the rules, each ledger's own.
pub const DUE: &[Aspect] = &[Aspect::Currency, Aspect::Names];

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
    let Some((_, aspects)) = REPORTS.iter().find(|(known, _)| *known == name) else {
        let all = listed(REPORTS.iter().map(|(name, _)| *name));
        let message = words!(
            "a company has no report `{name}`: it is right for one ledger only",
            "公司没有报表 `{name}`：它只对一个账本成立"
        );
        return Err(Diagnostic::new(Code::OneLedger, message)
            .help(in_each())
            .help(words!("reports of a company: {all}", "公司的报表：{all}")));
    };
    let what = words!("`crm report {name}`", "`crm report {name}`");
    check_aspects(company, aspects, &what)?;
    check_request(company, request, false)
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
    fn every_report_of_a_company_is_a_report() {
        for (name, _) in REPORTS {
            assert!(super::super::find(name).is_some_and(|report| report.name == *name), "{name}");
        }
    }
}
