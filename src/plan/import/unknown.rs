//! Values that the settings do not know, and other faults of values that many rows share: each is told once, with its
//! column and the number of its rows.

use super::columns::CellText;
use super::{ImportTerms, no_kind};
use crate::diag::{Code, Diagnostic, Place, Spot, Words, counted, is_slip, listed, placeholder};
use crate::model::pipeline::Outcome;
use crate::value::text::{Text, narrow};
use std::collections::HashMap;

/// What a value names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Naming {
    /// A column of the board at this position.
    Stage(usize),
    /// A rep.
    Rep,
    /// A kind of entry.
    Kind,
    /// A board.
    Pipeline,
}

/// Words for deals that are lost, in lower case.
const LOST: [&str; 4] = ["lost", "失败", "输单", "流失"];

/// Why a value names nothing: the ids that fit are none, or several.
type Unfit = Vec<Text>;

/// A fault that rows share.
struct Fault {
    /// The message without its rows.
    what: Words,
    help: Vec<Words>,
    /// The column, or the field where no single column is read.
    column: Text,
    /// The first line, the last one, and how many there are.
    first: u64,
    last: u64,
    rows: usize,
}

/// The names of the rows so far.
pub(super) struct Names<'a> {
    import: &'a ImportTerms<'a>,
    answers: HashMap<(Naming, Text), Result<Text, Unfit>>,
    faults: Vec<Fault>,
    /// What is wrong in which column -> the position among the faults.
    places: HashMap<(Text, String), usize>,
}

impl<'a> Names<'a> {
    pub(super) fn new(import: &'a ImportTerms<'a>) -> Names<'a> {
        Names { import, answers: HashMap::new(), faults: Vec::new(), places: HashMap::new() }
    }

    /// The id of what a cell names; `None` with a fault of its line where that is not one thing.
    pub(super) fn id(
        &mut self,
        naming: Naming,
        field: &str,
        cell: &CellText,
        line: u64,
    ) -> Option<Text> {
        let key = (naming, Text::from(&*cell.text));
        let answer = match self.answers.get(&key) {
            Some(answer) => answer.clone(),
            None => {
                let answer = self.look_up(naming, &cell.text);
                self.answers.insert(key, answer.clone());
                answer
            }
        };
        let unfit = match answer {
            Ok(id) => return Some(id),
            Err(unfit) => unfit,
        };
        let what = unknown(naming, &cell.text, &unfit);
        self.fault(field, cell, what, line, |names| names.help(naming, cell, &unfit));
        None
    }

    /// Counts a fault of a line; `help` is asked for the first of its rows.
    pub(super) fn fault(
        &mut self,
        field: &str,
        cell: &CellText,
        what: Words,
        line: u64,
        help: impl FnOnce(&Names) -> Vec<Words>,
    ) {
        let column: Text = cell.source.map_or(field, |source| source.column).into();
        let key = (column, what.en().to_owned());
        let at = match self.places.get(&key) {
            Some(at) => *at,
            None => {
                let (help, column) = (help(self), key.0.clone());
                self.faults.push(Fault { what, help, column, first: line, last: 0, rows: 0 });
                self.places.insert(key, self.faults.len() - 1);
                self.faults.len() - 1
            }
        };
        let fault = &mut self.faults[at];
        // A row may have several entries with one value.
        if fault.last != line {
            (fault.last, fault.rows) = (line, fault.rows + 1);
        }
    }

    /// The faults: by column, the most frequent ones first.
    pub(super) fn told(mut self) -> Vec<Diagnostic> {
        self.faults.sort_by(|a, b| (&a.column, b.rows, a.first).cmp(&(&b.column, a.rows, b.first)));
        let told = self.faults.into_iter().map(|fault| {
            let Fault { column, what, first, rows, .. } = fault;
            let (en, zh) = (what.en(), what.zh());
            let (file, first) = self.import.origin(first);
            let place = Place::file(file).at(Spot::Line(first));
            let many = counted(rows, "row", "rows");
            let message = match rows {
                1 => words!("`{column}`: {en} (line {first})", "`{column}`：{zh}（第 {first} 行）"),
                _ => words!(
                    "`{column}`: {en} ({many}, the first on line {first})",
                    "`{column}`：{zh}（共 {rows} 行，第一处在第 {first} 行）"
                ),
            };
            let told = Diagnostic::new(Code::BadRow, message).at(place);
            fault.help.into_iter().fold(told, Diagnostic::help)
        });
        told.collect()
    }

    fn look_up(&self, naming: Naming, text: &str) -> Result<Text, Unfit> {
        let settings = self.import.settings;
        match naming {
            Naming::Stage(at) => {
                let pipeline = settings.pipelines.get(at).ok_or_else(Vec::new)?;
                ids(pipeline.stage_named(text), |stage| &stage.id)
            }
            Naming::Rep => ids(settings.rep_named(text), |rep| &rep.id),
            Naming::Kind => ids(settings.kinds.named(text), |kind| kind),
            Naming::Pipeline => ids(settings.pipeline_named(text), |pipeline| &pipeline.id),
        }
    }

    /// The ids that a value may have meant, each with the names that people read.
    fn candidates(&self, naming: Naming) -> Vec<(&'a str, &'a str)> {
        let settings = self.import.settings;
        let mut names: Vec<(&str, &str)> = Vec::new();
        let mut add = |id: &'a str, others: &[Option<&'a str>]| {
            names.push((id, id));
            names.extend(others.iter().flatten().map(|name| (*name, id)));
        };
        match naming {
            Naming::Stage(at) => {
                for stage in settings.pipelines.get(at).iter().flat_map(|board| &board.stages) {
                    add(&stage.id, &[stage.label.en.as_deref(), stage.label.zh.as_deref()]);
                }
            }
            Naming::Rep => {
                for rep in &settings.reps {
                    add(&rep.id, &[rep.name.as_deref(), rep.email.as_deref()]);
                }
            }
            Naming::Kind => settings.kinds.names().for_each(|kind| add(kind, &[])),
            Naming::Pipeline => {
                for board in settings.named_boards() {
                    add(&board.id, &[board.label.en.as_deref(), board.label.zh.as_deref()]);
                }
            }
        }
        names
    }

    /// The id for which a value is a slip of the keyboard; `None` where several are near. The line with it may be pasted
    /// unread, so all else is left to people: a deal that is lost is never suggested to be in another column.
    fn meant(&self, naming: Naming, text: &str, names: &[(&'a str, &'a str)]) -> Option<&'a str> {
        let text = narrow(text).to_lowercase();
        let is_lost = LOST.iter().any(|word| text.contains(word));
        let stages = match naming {
            Naming::Stage(at) if is_lost => self.import.settings.pipelines.get(at),
            _ => None,
        };
        let is_open = |id: &str| {
            let mut stages = stages.iter().flat_map(|board| &board.stages);
            stages.any(|stage| &*stage.id == id && stage.outcome != Outcome::Lost)
        };
        // Of two addresses, one letter before the @ makes two people.
        let local = |text: &str| text.split_once('@').map(|(local, _)| local.to_lowercase());
        let fits = |name: &str| local(&text) == local(name) && is_slip(&text, name);
        let fitting = names.iter().filter(|(name, id)| fits(name) && !is_open(id));
        let mut ids: Vec<&str> = fitting.map(|(_, id)| *id).collect();
        ids.dedup();
        <[&str; 1]>::try_from(ids).ok().map(|[only]| only)
    }

    /// The values that could be meant, and the translation that settles it, to be pasted: with the id in it, if the
    /// value is a slip of the keyboard.
    fn help(&self, naming: Naming, cell: &CellText, unfit: &Unfit) -> Vec<Words> {
        let names = self.candidates(naming);
        let (en, zh, place) = match naming {
            Naming::Stage(_) => ("stages", "各栏", "STAGE"),
            Naming::Rep => ("reps", "业务员", "REP"),
            Naming::Kind => ("kinds", "类型", "KIND"),
            Naming::Pipeline => ("pipelines", "看板", "PIPELINE"),
        };
        let meant = self.meant(naming, &cell.text, &names).filter(|_| unfit.is_empty());
        let mut help = Vec::new();
        match meant {
            Some(id) => help.push(words!("did you mean `{id}`?", "是否指 `{id}`？")),
            None => {
                let mut ids: Vec<&str> = match unfit.as_slice() {
                    [] => names.iter().map(|(_, id)| *id).collect(),
                    several => several.iter().map(|id| &**id).collect(),
                };
                ids.dedup();
                if ids.len() > 12 {
                    ids.truncate(12);
                    ids.push("…");
                }
                let ids = listed(ids);
                help.push(words!("{en}: {ids}", "{zh}：{ids:#}"));
            }
        }
        if let Some(source) = cell.source {
            let to = |lang| meant.unwrap_or_else(|| placeholder(place, lang));
            help.push(Words::each(|lang| translation(source.column, source.raw, to(lang))));
        }
        help
    }
}

/// The option that translates a value of a column.
fn translation(column: &str, from: &str, to: &str) -> String {
    let option = format!("{column}:{from}={to}").replace('\'', "'\\''");
    format!("--translate '{option}'")
}

/// The id of the thing that was found, or of those that fit.
fn ids<'t, T: Copy>(found: Result<T, Vec<T>>, id: impl Fn(T) -> &'t str) -> Result<Text, Unfit> {
    let text = |thing: T| Text::from(id(thing));
    found.map(text).map_err(|several| several.into_iter().map(text).collect())
}

/// That a value names nothing, or several things.
fn unknown(naming: Naming, text: &str, unfit: &Unfit) -> Words {
    if !unfit.is_empty() {
        let ids = listed(unfit.iter().map(|id| format!("`{id}`")));
        return words!("`{text}` may be any of {ids}", "`{text}` 可能是 {ids:#}");
    }
    match naming {
        Naming::Stage(_) => words!("no stage `{text}`", "没有 `{text}` 这一栏"),
        Naming::Rep => words!("no rep `{text}`", "没有业务员 `{text}`"),
        Naming::Kind => no_kind(text),
        Naming::Pipeline => words!("no pipeline `{text}`", "没有看板 `{text}`"),
    }
}
