//! `[[pipeline]]` and its stages: the boards.

use super::{label, needs_id, one_of, positive, set, unknown};
use crate::diag::{Code, Diagnostic, Words};
use crate::format::tree::{Reader, TomlTable, TomlValue};
use crate::model::pipeline::{Outcome, Pipeline, Stage};
use crate::model::settings::Settings;
use crate::value::id;
use crate::value::label::Label;
use crate::value::money::Amount;
use std::ops::Range;

/// Keys of `[[pipeline]]`.
pub const PIPELINE_KEYS: [&str; 4] = ["id", "label", "cycle_days", "stage"];
/// The most columns of a board; the cost of a forecast grows with their cube.
const MAX_STAGES: usize = 100;
/// Keys of `[[pipeline.stage]]`.
pub const STAGE_KEYS: [&str; 7] =
    ["id", "label", "also", "probability", "requires", "max_days", "outcome"];

pub(in crate::format) fn pipelines(
    reader: &mut Reader,
    settings: &mut Settings,
    value: &TomlValue,
) {
    let default = settings.pipelines.clone();
    let mut boards: Vec<Pipeline> = Vec::new();
    for (table, span) in reader.tables("pipeline", value) {
        let mut board = Pipeline {
            id: "".into(),
            label: Label::default(),
            cycle_days: None,
            stages: Vec::new(),
            is_spare: false,
        };
        let mut stated = false;
        for (key, value) in table {
            let name: &str = key.get_ref();
            match name {
                "id" => board.id = reader.text(name, value).unwrap_or_default(),
                "label" => board.label = label(reader, name, value),
                "cycle_days" => board.cycle_days = positive(reader, name, value),
                "stage" => {
                    stated = true;
                    for (table, span) in reader.tables(name, value) {
                        if let Some(stage) = stage(reader, settings, table, span) {
                            board.stages.push(stage);
                        }
                    }
                }
                _ => unknown(reader, key.span(), "[[pipeline]]", name, &PIPELINE_KEYS),
            }
        }
        // A built-in board may be adjusted without writing its columns again.
        if !stated && let Some(built_in) = default.iter().find(|p| p.id == board.id) {
            board.stages.clone_from(&built_in.stages);
            board.cycle_days = board.cycle_days.or(built_in.cycle_days);
            if board.label == Label::default() {
                board.label.clone_from(&built_in.label);
            }
        }
        match whole(&board, &boards) {
            Ok(()) => boards.push(board),
            Err(diagnostic) => reader.problem(span, diagnostic),
        }
    }
    // The built-in boards stay, behind those of the file, unless the file has one of that id.
    let kept: Vec<Pipeline> =
        default.into_iter().filter(|p| boards.iter().all(|board| board.id != p.id)).collect();
    settings.pipelines = boards.into_iter().chain(kept).collect();
}

/// Fails if the method cannot be applied to a board: bad id, repeated columns, or not exactly two exits at the end.
fn whole(board: &Pipeline, others: &[Pipeline]) -> Result<(), Diagnostic> {
    id::validate(&board.id).map_err(|bad| needs_id(&words!("pipeline", "看板"), &bad))?;
    let wrong = |message: Words| Diagnostic::new(Code::BadSetting, message);
    let id = &board.id;
    if others.iter().any(|other| other.id == *id) {
        return Err(wrong(words!("the pipeline `{id}` appears twice", "看板 `{id}` 出现两次")));
    }
    if board.stages.len() > MAX_STAGES {
        let many = board.stages.len();
        return Err(wrong(words!(
            "the pipeline `{id}` has {many} stages; the limit is {MAX_STAGES}",
            "看板 `{id}` 有 {many} 个阶段，上限为 {MAX_STAGES}"
        )));
    }
    for (position, stage) in board.stages.iter().enumerate() {
        if board.find(&stage.id) != Some(position) {
            return Err(wrong(words!(
                "the pipeline `{id}` has the stage `{}` twice",
                "看板 `{id}` 中阶段 `{}` 出现两次",
                stage.id
            )));
        }
    }
    let outcomes: Vec<Outcome> = board.stages.iter().map(|stage| stage.outcome).collect();
    match outcomes.as_slice() {
        [open @ .., Outcome::Won, Outcome::Lost]
            if !open.is_empty() && open.iter().all(|o| *o == Outcome::Open) =>
        {
            Ok(())
        }
        _ => Err(wrong(words!(
            "the pipeline `{id}` must end with one won and one lost stage",
            "看板 `{id}` 必须以一个成交阶段和一个退出阶段结尾"
        ))
        .help(words!(
            "its open stages first, then one with outcome = \"won\", then one with outcome = \"lost\"",
            "先写进行中的阶段，再写一个 outcome = \"won\"，最后写一个 outcome = \"lost\""
        ))),
    }
}

fn stage(
    reader: &mut Reader,
    settings: &Settings,
    table: &TomlTable,
    span: Range<usize>,
) -> Option<Stage> {
    let mut stage = Stage {
        id: "".into(),
        label: Label::default(),
        also: Vec::new(),
        probability: Amount::ZERO,
        requires: Vec::new(),
        max_days: None,
        outcome: Outcome::Open,
    };
    for (key, value) in table {
        let name: &str = key.get_ref();
        match name {
            "id" => stage.id = reader.text(name, value).unwrap_or_default(),
            "label" => stage.label = label(reader, name, value),
            "also" => stage.also = reader.texts(name, value),
            "probability" => {
                if let Some(p) = reader.amount(name, value) {
                    if p.is_negative() || p > Amount::from_int(1) {
                        let diagnostic = Diagnostic::new(
                            Code::BadSetting,
                            words!("a probability is a number from 0 to 1", "概率应在 0 到 1 之间"),
                        )
                        .help(words!("probability = 0.25", "probability = 0.25"));
                        reader.problem(value.span(), diagnostic);
                    }
                    stage.probability = p;
                }
            }
            "requires" => stage.requires = requires(reader, settings, value),
            "max_days" => stage.max_days = positive(reader, name, value),
            "outcome" => {
                let names =
                    [("open", Outcome::Open), ("won", Outcome::Won), ("lost", Outcome::Lost)];
                set(&mut stage.outcome, one_of(reader, name, value, &names));
            }
            _ => unknown(reader, key.span(), "[[pipeline.stage]]", name, &STAGE_KEYS),
        }
    }
    if stage.outcome == Outcome::Won && !table.contains_key("probability") {
        stage.probability = Amount::from_int(1);
    }
    if let Err(bad) = id::validate(&stage.id) {
        reader.problem(span, needs_id(&words!("stage", "阶段"), &bad));
        return None;
    }
    Some(stage)
}

fn requires(reader: &mut Reader, settings: &Settings, value: &TomlValue) -> Vec<usize> {
    let mut positions = Vec::new();
    for (id, span) in reader.texts_at("requires", value) {
        let position = settings.criteria.iter().position(|criterion| criterion.id == id);
        if position.is_none() {
            let diagnostic = Diagnostic::new(
                Code::BadSetting,
                words!("no criterion is called `{id}`", "没有名为 `{id}` 的标准"),
            )
            .nearest(&id, settings.named_criteria().map(|c| &*c.id))
            .help(words!(
                "a criterion of your own needs a section: [criteria.{id}]",
                "自定义的标准要有一段：[criteria.{id}]"
            ));
            reader.problem(span, diagnostic);
        }
        positions.extend(position);
    }
    positions
}

#[cfg(test)]
mod tests {
    use crate::format::read_settings::read_settings;
    use crate::model::pipeline::{Known, OfBuyer, PROJECT};
    use crate::model::settings::Settings;
    use std::path::Path;

    fn read(text: &str) -> Settings {
        read_settings(text, Path::new("crm.toml")).unwrap()
    }

    fn ids(settings: &Settings, is_used: fn(usize) -> bool) -> Vec<&str> {
        settings.boards(is_used).map(|(_, board)| &*board.id).collect()
    }

    const OWN: &str = "[[pipeline]]\nid = \"project\"\n[[pipeline.stage]]\nid = \"talk\"\n\
                       [[pipeline.stage]]\nid = \"won\"\noutcome = \"won\"\n\
                       [[pipeline.stage]]\nid = \"lost\"\noutcome = \"lost\"\n";

    #[test]
    fn the_board_of_projects_is_the_ledgers_while_it_is_named_or_used() {
        let plain = read("");
        assert_eq!(ids(&plain, |_| false), ["prospect"]);
        assert_eq!(ids(&plain, |at| at == 0), ["prospect"]);
        assert_eq!(ids(&plain, |at| at == 1), ["prospect", "project"]);
        let named = read("[[pipeline]]\nid = \"prospect\"\n[[pipeline]]\nid = \"project\"\n");
        assert_eq!(ids(&named, |_| false), ["prospect", "project"]);
        assert_eq!(named.pipelines[1].stages.len(), 8);
        assert_eq!(named.pipelines[1].cycle_days, Some(365));
        let shorter = read("[[pipeline]]\nid = \"project\"\ncycle_days = 200\n");
        assert_eq!(shorter.pipelines[0].cycle_days, Some(200));
        assert_eq!(ids(&shorter, |_| false), ["project", "prospect"]);
    }

    #[test]
    fn a_board_of_that_id_with_columns_keeps_its_own_meaning() {
        let own = read(OWN);
        assert_eq!(ids(&own, |_| true), ["project", "prospect"]);
        assert_eq!(own.pipelines[0].stages.len(), 3);
        assert_eq!(own.pipelines[0].cycle_days, None);
        assert!(!own.is_for_projects(&own.pipelines[0]));
        let built_in = read("");
        assert!(built_in.is_for_projects(built_in.pipeline(Some(PROJECT)).unwrap()));
        assert!(!built_in.is_for_projects(&built_in.pipelines[0]));
    }

    #[test]
    fn criteria_of_projects_concern_the_boards_that_require_them() {
        let concerns = |settings: &Settings, board: usize, id: &str| {
            settings.concerning(&settings.pipelines[board]).any(|known| &*known.id == id)
        };
        let plain = read("");
        assert!(!concerns(&plain, 0, "support") && concerns(&plain, 1, "support"));
        assert!(concerns(&plain, 0, "budget") && concerns(&plain, 1, "fit"));
        assert!(plain.named_criteria().all(|known| &*known.id != "support"));
        let required =
            read(&OWN.replace("id = \"talk\"", "id = \"talk\"\nrequires = [\"support\"]"));
        assert!(concerns(&required, 0, "support") && !concerns(&required, 1, "support"));
        assert!(required.named_criteria().any(|known| &*known.id == "support"));
        assert!(required.is_for_projects(&required.pipelines[0]));
    }

    #[test]
    fn a_criterion_of_that_id_keeps_its_own_meaning_or_takes_another_label() {
        let own = read("[criteria.support]\nknown = \"attested\"\nlabel = \"Backed\"\n");
        let support = own.criterion("support").unwrap();
        assert!(matches!(support.known, Known::Attested) && !support.is_spare);
        let label = read("[criteria.support]\nlabel = \"Backed\"\n");
        let support = label.criterion("support").unwrap();
        assert!(matches!(support.known, Known::OfBuyer(OfBuyer::Backed(_))) && support.is_spare);
        assert_eq!(support.label.en.as_deref(), Some("Backed"));
    }

    #[test]
    fn names_of_the_ledgers_boards_come_before_those_of_a_board_that_is_not_named() {
        let text = OWN.replace("\"project\"", "\"bids\"\nlabel = \"Projects\"");
        let settings = read(&text);
        assert_eq!(&*settings.pipeline_named("projects").unwrap().id, "bids");
        assert_eq!(&*settings.pipeline_named("project").unwrap().id, "project");
        assert_eq!(&*read("").pipeline_named("项目").unwrap().id, "project");
    }
}
