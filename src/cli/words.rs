//! Telling ids from a stage among the words of `advance` and `back`.

use crate::diag::{Code, Diagnostic};
use crate::disk::find::find;
use crate::disk::ledger::Ledger;

/// The columns of the board of the prospect that a word names; else those of all boards that are in use.
fn columns_for<'l>(ledger: &'l Ledger, word: Option<&String>) -> Vec<&'l str> {
    let named = word.and_then(|word| find(ledger, word).ok());
    let named = named.and_then(|path| ledger.read(&path).ok()?.prospect.pipeline);
    match named.and_then(|id| ledger.settings.pipeline(Some(&id))) {
        Some(board) => board.stages.iter().map(|stage| &*stage.id).collect(),
        None => ledger.settings.named_stages().map(|stage| &*stage.id).collect(),
    }
}

/// The last word is a stage if a board has one of that name and a prospect is named before it (or
/// selected by a query). A word that is neither a stage nor a prospect counts as a mistyped stage.
pub fn split_stage<'w>(
    ledger: &Ledger,
    words: &'w [String],
    selected: bool,
) -> Result<(&'w [String], Option<&'w str>), Diagnostic> {
    let least = usize::from(!selected);
    let Some((last, before)) = words.split_last().filter(|_| words.len() > least) else {
        return Ok((words, None));
    };
    let is_stage =
        |word: &str| ledger.settings.pipelines.iter().any(|p| p.stage_typed(word).is_ok());
    if is_stage(last) {
        return Ok((before, Some(last)));
    }
    let unknown = |word| matches!(find(ledger, word), Err(Diagnostic { code: Code::NotFound, .. }));
    if let Some(first) = before.first().filter(|word| is_stage(word) && unknown(word)) {
        let message =
            words!("`{first}` is a column, no prospect", "`{first}` 是一栏，不是潜在客户");
        return Err(Diagnostic::new(Code::BadArgument, message).help(words!(
            "the prospect comes first: {last} {first}",
            "先写潜在客户：{last} {first}"
        )));
    }
    if !selected && !unknown(last) {
        return Ok((words, None));
    }
    let mut stages = columns_for(ledger, before.first());
    stages.dedup();
    Err(Diagnostic::new(Code::UnknownStage, words!("no stage `{last}`", "没有 `{last}` 这一栏"))
        .typed()
        .nearest(last, stages.iter().copied()))
}
