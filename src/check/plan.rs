//! Plans of customers: goals that no figure can follow, steps that belong to none, entries that close none.
//!
//! Why: a plan that cannot be followed is a wish.
//! Mend: the file's `[[goal]]` and `[[step]]`; a wrong `done` with `crm undo`.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic, Words};
use crate::rules::plan_of_customer::fault;
use crate::rules::replay::standing;
use crate::value::text::Text;

pub(super) const CHECK: Check = Check {
    codes: &[Code::BadGoal, Code::UnknownGoal, Code::UnknownStep, Code::DuplicateStep],
    run,
};

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let profile = subject.record.prospect.profile();
    let goals: Vec<Text> = profile.named_goals().map(|(id, _)| id).collect();
    let steps: Vec<Text> = profile.named_steps().map(|(id, _)| id).collect();
    for (id, goal) in profile.named_goals() {
        if let Some((key, why)) = fault(goal) {
            let message = Words::both(
                format!("the goal `{id}` cannot be measured: {}", why.en()),
                format!("目标 `{id}` 无法衡量：{}", why.zh()),
            );
            found.push(Diagnostic::new(Code::BadGoal, message).at(subject.fact("goal")).help(
                words!(
                    "give it a right `{key}`, or measure = \"free\"",
                    "请写好 `{key}`，或写 measure = \"free\""
                ),
            ));
        }
    }
    for (id, step) in profile.named_steps() {
        let Some(goal) = step.goal.as_ref().filter(|goal| !goals.contains(goal)) else { continue };
        let message = words!(
            "the step `{id}` is for no goal `{goal}`",
            "步骤 `{id}` 所属的目标 `{goal}` 不存在"
        );
        let diagnostic = Diagnostic::new(Code::UnknownGoal, message).at(subject.fact("step"));
        found.push(diagnostic.nearest(goal, goals.iter().map(|goal| &**goal)));
    }
    for (ids, key, what) in
        [(&goals, "goal", words!("goals", "目标")), (&steps, "step", words!("steps", "步骤"))]
    {
        let twice = |(at, id): &(usize, &Text)| ids[..*at].contains(id);
        for (_, id) in ids.iter().enumerate().filter(twice) {
            let message = Words::both(
                format!("two {} have the id `{id}`", what.en()),
                format!("两个{}的编号都是 `{id}`", what.zh()),
            );
            found.push(
                Diagnostic::new(Code::DuplicateStep, message)
                    .at(subject.fact(key))
                    .help(words!("give one of them another id", "请给其中一个另取编号")),
            );
        }
    }
    for event in standing(&subject.record.prospect.events, subject.as_of) {
        let Some(done) = event.done.as_ref().filter(|done| !steps.contains(done)) else { continue };
        let message = words!("no step `{done}` in this plan", "计划中没有步骤 `{done}`");
        let diagnostic = Diagnostic::new(Code::UnknownStep, message);
        let diagnostic = diagnostic.at(subject.event(event, "done"));
        found.push(diagnostic.nearest(done, steps.iter().map(|step| &**step)));
    }
}
