//! `crm allocate [QUERY]`: the rep for each prospect of the pool; `--apply` writes it.

use super::report::SelectionArgs;
use crate::act::allocate::{given, sheet, why};
use crate::act::session::Session;
use crate::cli::apply::Apply;
use crate::cli::context::Context;
use crate::diag::{Failure, Place, Spot};
use crate::disk::file::read_text;
use crate::disk::find::find;
use crate::format::plan_file::read_plan;
use crate::plan::allocate::{Method, allocate};
use crate::plan::follow::follow;
use crate::report::Request;
use crate::rules::query::Query;
use clap::Args;
use std::path::PathBuf;

/// The best plan to give the pool's prospects to reps; shown, or written with --apply
///
/// 把公海分给业务员的最优方案；显示，或用 --apply 写入
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm allocate                        the plan / 方案\n  \
    crm allocate --why daniel-kim       every rep's score for one prospect / 每位业务员对一个潜在客户的得分\n  \
    crm allocate region:suzhou --apply  write it, all or nothing / 写入，要么全写，要么不写\n  \
    crm allocate -o plan.csv            to be edited, and then / 编辑之后\n  \
    crm allocate --plan plan.csv        checked again and written / 重新检查并写入\n\n\
    The plan places as many as can be placed; among those plans it has the highest score: value to level,\n\
    needs to skills, region, industry and size to the rep's, less the load, weighed by [allocation] in\n\
    crm.toml. Capacity, absence, waits, departments, exclusions, accounts and do-not-assign are never\n\
    broken.\n\n\
    方案先使分出的潜在客户最多；其中取得分最高者：价值对水平、需求对技能，地区、行业和规模对业务员所长，减去负荷，权重见 crm.toml 的 [allocation]。容量、请假、等待期、部门、排除、同一客户和 do-not-assign 绝不违反。")]
pub struct Allocate {
    #[command(flatten)]
    selection: SelectionArgs,
    /// Check this CSV plan again and write it; an empty rep leaves a prospect in the pool
    ///
    /// 重新检查这份 CSV 方案并写入；业务员留空则留在公海
    #[arg(long, value_name = "FILE", conflicts_with_all = ["why", "fast", "exact", "words"])]
    plan: Option<PathBuf>,
    /// Every rep's score for this prospect, and the reasons that rule the others out
    ///
    /// 每位业务员对这个潜在客户的得分，以及其他人被排除的原因
    #[arg(long, value_name = "ID", conflicts_with = "apply")]
    why: Option<String>,
    /// The fast method, whose distance from the optimum is printed [default: above 2 million pairs]
    ///
    /// 快速算法，并给出与最优的差距 [默认：超过 200 万对时]
    #[arg(long, conflicts_with = "exact")]
    fast: bool,
    /// The exact method, however slow it is
    ///
    /// 精确算法，不论多慢
    #[arg(long)]
    exact: bool,
    #[command(flatten)]
    apply: Apply,
}

impl Allocate {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let writes = self.apply.apply || self.plan.is_some();
        let session = self.apply.session(writes, context)?;
        if let (Some(file), Some(session)) = (&self.plan, &session) {
            return self.follow(file, session, context);
        }
        let request = self.selection.request(context)?;
        let book = context.book_for(&request, true)?;
        let method = match (self.fast, self.exact) {
            (true, _) => Method::Fast,
            (_, true) => Method::Exact,
            _ => Method::Auto,
        };
        let allocation = context.reading(&book, || allocate(&book, &request.query, method))??;
        if let Some(id) = &self.why {
            let path = find(context.ledger()?, id)?;
            return context.emit(why(&path, &allocation, &book)?);
        }
        let steps = allocation.steps();
        let sheet = sheet(&allocation, &book, self.apply.apply);
        let given = steps.iter().map(|step| given(step, context.written_lang()));
        self.apply.carry_out(context, session.as_ref(), sheet, "assigned", given)
    }

    fn follow(&self, file: &PathBuf, session: &Session, context: &Context) -> Result<(), Failure> {
        let lines = read_plan(&read_text(file, file)?, file).map_err(Failure)?;
        let book = context.book_for(&Request::of(Query::everything()), true)?;
        let steps = context.reading(&book, || follow(&book, &lines))?.map_err(|wrong| {
            let placed = wrong.into_iter().map(|(line, diagnostic)| match line {
                0 => diagnostic,
                line => diagnostic.at(Place::file(file).at(Spot::Line(line))),
            });
            Failure(placed.collect())
        })?;
        let given = steps.iter().map(|step| given(step, context.written_lang()));
        self.apply.write(context, session, "assigned", given)
    }
}
