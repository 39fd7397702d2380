//! Telling ids from a stage among the words of `advance` and `back`.

use crate::diag::{Code, Diagnostic};
use crate::disk::find::find;
use crate::disk::ledger::Ledger;

/// The last word is a stage if a board has one of that name and a prospect is named before it (or
/// selected by a query). A word that is neither a stage nor a prospect is taken for a mistyped stage.
pub fn split_stage<'w>(
    ledger: &Ledger,
    words: &'w [String],
    selected: bool,
) -> Result<(&'w [String], Option<&'w str>), Diagnostic> {
    let least = usize::from(!selected);
    let Some((last, before)) = words.split_last().filter(|_| words.len() > least) else {
        return Ok((words, None));
    };
    let mut stages: Vec<&str> =
        ledger.settings.pipelines.iter().flat_map(|p| p.stages.iter().map(|s| &*s.id)).collect();
    if stages.contains(&last.as_str()) {
        return Ok((before, Some(last)));
    }
    if !selected && !matches!(find(ledger, last), Err(Diagnostic { code: Code::NotFound, .. })) {
        return Ok((words, None));
    }
    stages.dedup();
    Err(Diagnostic::new(Code::UnknownStage, format!("no stage `{last}`"))
        .typed()
        .nearest(last, stages.iter().copied()))
}
