//! Names as people write them, for what the settings list: columns, reps, boards, kinds, criteria, reasons. One rule
//! for files, imports and the command line: the id, else the id in any case, else another name in any case.

use super::campaign::{Campaign, Segment};
use super::kind::{KINDS, Kinds};
use super::pipeline::{Criterion, Outcome, Pipeline, Stage};
use super::settings::{Rep, Settings};
use crate::value::id::fold;
use crate::value::label::Label;
use crate::value::text::narrow;

/// Looks a name up among things that have an id and other names. `Err` with those that fit where it is not one: none,
/// or several.
fn look_up<'t, T: Copy>(
    text: &str,
    things: impl Iterator<Item = T> + Clone,
    id: impl Fn(T) -> &'t str,
    names: impl Fn(T) -> Vec<&'t str>,
) -> Result<T, Vec<T>> {
    if let Some(exact) = things.clone().find(|thing| id(*thing) == text) {
        return Ok(exact);
    }
    let wanted = spelling(text);
    let is = |name: &str| spelling(name) == wanted;
    let mut found: Vec<T> = things.clone().filter(|thing| is(id(*thing))).collect();
    if found.is_empty() {
        found = things.filter(|thing| names(*thing).into_iter().any(is)).collect();
    }
    match found.as_slice() {
        [only] => Ok(*only),
        _ => Err(found),
    }
}

/// A name without its case, width and blanks: `Closed  Won` is `closed won`.
fn spelling(name: &str) -> String {
    let narrow = narrow(name);
    let words: Vec<&str> = narrow.split_whitespace().collect();
    fold(&words.join(" "))
}

fn labels(label: &Label) -> Vec<&str> {
    label.en.iter().chain(&label.zh).map(String::as_str).collect()
}

/// What people call the column that is won, and the way out, on any board.
const WON: [&str; 11] = [
    "won",
    "win",
    "sign",
    "signed",
    "closed won",
    "close",
    "签约",
    "成交",
    "赢单",
    "签单",
    "已成交",
];
const LOST: [&str; 10] =
    ["lost", "lose", "dropped", "closed lost", "left", "丢单", "输单", "退出", "失单", "已丢单"];

impl Stage {
    /// Is the word one that people say for the outcome of the column?
    fn is_commonly(&self, wanted: &str) -> bool {
        match self.outcome {
            Outcome::Open => false,
            Outcome::Won => WON.contains(&wanted),
            Outcome::Lost => LOST.contains(&wanted),
        }
    }

    /// The other names of the column: its labels, and those that the settings add.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        labels(&self.label).into_iter().chain(self.also.iter().map(|name| &**name))
    }
}

impl Pipeline {
    /// The column that a word of every day means, which no id or label is: `won`, `成交`.
    fn commonly(&self, text: &str) -> Option<usize> {
        let wanted = spelling(text);
        self.stages.iter().position(|stage| stage.is_commonly(&wanted))
    }

    /// The column of a name: its id, its label or another name of it; a `%` behind the id is read over (`25%`).
    ///
    /// # Errors
    /// The columns that fit, if it is not one.
    pub fn stage_named(&self, text: &str) -> Result<&Stage, Vec<&Stage>> {
        let text = narrow(text);
        let share = text.trim().strip_suffix('%').and_then(|id| self.find(id.trim_end()));
        look_up(&text, self.stages.iter(), |stage| &*stage.id, |stage| stage.names().collect())
            .or_else(|found| match share {
                Some(at) if found.is_empty() => Ok(&self.stages[at]),
                _ => Err(found),
            })
    }

    /// The column that a person types: by a name of it, else by a word that people say for a column that is won or lost.
    /// An import asks about such a word: another program's `Won` may be a step of its own.
    ///
    /// # Errors
    /// The columns that fit, if it is not one.
    pub fn stage_typed(&self, text: &str) -> Result<&Stage, Vec<&Stage>> {
        self.stage_named(text).or_else(|found| match self.commonly(text) {
            Some(at) if found.is_empty() => Ok(&self.stages[at]),
            _ => Err(found),
        })
    }

    /// The position of the column that a person types, if it is one.
    pub fn position_named(&self, text: &str) -> Option<usize> {
        self.find(&self.stage_typed(text).ok()?.id)
    }
}

impl Settings {
    /// The rep of a name: the id, the name or the e-mail.
    ///
    /// # Errors
    /// The reps that fit, if it is not one.
    pub fn rep_named(&self, text: &str) -> Result<&Rep, Vec<&Rep>> {
        fn names(rep: &Rep) -> Vec<&str> {
            rep.name.iter().chain(&rep.email).map(|name| &**name).collect()
        }
        look_up(text, self.reps.iter(), |rep| &*rep.id, names)
    }

    /// The board of a name: the id or the label.
    ///
    /// # Errors
    /// The boards that fit, if it is not one.
    pub fn pipeline_named(&self, text: &str) -> Result<&Pipeline, Vec<&Pipeline>> {
        let look_up = |is_spare: bool| {
            let boards = self.pipelines.iter().filter(move |board| board.is_spare == is_spare);
            look_up(text, boards, |board| &*board.id, |board| labels(&board.label))
        };
        // A built-in board that the ledger does not name takes no name from those that it does.
        look_up(false).or_else(|found| if found.is_empty() { look_up(true) } else { Err(found) })
    }

    /// The criterion of a name: the id or the label.
    ///
    /// # Errors
    /// The criteria that fit, if it is not one.
    pub fn criterion_named(&self, text: &str) -> Result<&Criterion, Vec<&Criterion>> {
        let look_up = |is_spare: bool| {
            let criteria = self.criteria.iter().filter(move |known| known.is_spare == is_spare);
            look_up(text, criteria, |known| &*known.id, |known| labels(&known.label))
        };
        look_up(false).or_else(|found| if found.is_empty() { look_up(true) } else { Err(found) })
    }

    /// The segment of a name: the id or the label.
    ///
    /// # Errors
    /// The segments that fit, if it is not one.
    pub fn segment_named(&self, text: &str) -> Result<&Segment, Vec<&Segment>> {
        look_up(text, self.segments.iter(), |known| &*known.id, |known| labels(&known.label))
    }

    /// The campaign of a name: the id or the label.
    ///
    /// # Errors
    /// The campaigns that fit, if it is not one.
    pub fn campaign_named(&self, text: &str) -> Result<&Campaign, Vec<&Campaign>> {
        look_up(text, self.campaigns.iter(), |known| &*known.id, |known| labels(&known.label))
    }

    /// The code of a reason to leave: the code or its label. `None` for any other words: a reason may be any.
    pub fn reason_code(&self, text: &str) -> Option<&str> {
        let found =
            look_up(text, self.reasons.iter(), |(code, _)| &**code, |(_, label)| labels(label));
        found.ok().map(|(code, _)| &**code)
    }
}

/// What people say for kinds, beside their ids and words.
const SPOKEN_KINDS: [(&str, &str); 21] = [
    ("meet", "meeting"),
    ("met", "meeting"),
    ("面谈", "meeting"),
    ("会面", "meeting"),
    ("mail", "email"),
    ("邮", "email"),
    ("msg", "message"),
    ("sms", "message"),
    ("chat", "message"),
    ("微信", "message"),
    ("pay", "payment"),
    ("paid", "payment"),
    ("收款", "payment"),
    ("回款", "payment"),
    ("phone", "call"),
    ("ring", "call"),
    ("打电话", "call"),
    ("演示会", "demo"),
    ("签合同", "contract"),
    ("笔记", "note"),
    ("下单", "order"),
];

impl Kinds {
    /// The kind of a name: the id, or its English or Chinese word; else what people say for it, where no kind of the
    /// ledger has that name.
    ///
    /// # Errors
    /// The kinds that fit, if it is not one.
    pub fn named(&self, text: &str) -> Result<&str, Vec<&str>> {
        let words = |id: &str| {
            let term = KINDS.iter().find(|(known, ..)| *known == id);
            term.map(|(_, en, zh)| vec![*en, *zh]).unwrap_or_default()
        };
        let names: Vec<&str> = self.names().collect();
        look_up(text, names.iter().copied(), |id| id, words).or_else(|found| {
            let wanted = spelling(text);
            let spoken = SPOKEN_KINDS.iter().find(|(word, _)| *word == wanted);
            let kind = spoken.and_then(|(_, kind)| names.iter().find(|name| *name == kind));
            kind.copied().filter(|_| found.is_empty()).ok_or(found)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::text::Text;

    fn rep(id: &str, name: &str, email: &str) -> Rep {
        let text = |text: &str| Some(Text::from(text)).filter(|text| !text.is_empty());
        Rep { id: id.into(), name: text(name), email: text(email), ..Rep::default() }
    }

    #[test]
    fn a_column_by_id_and_label_in_any_case() {
        let settings = Settings::default();
        let board = &settings.pipelines[0];
        for (text, expected) in [
            ("opportunity", Some("opportunity")),
            ("Opportunity", Some("opportunity")),
            ("CLOSED", Some("closed")),
            ("成交", Some("closed")),
            ("25%", Some("25")),
            ("25 %", Some("25")),
            ("２５％", Some("25")),
            ("25", Some("25")),
            ("约见", Some("appointment")),
            ("first meeting set", Some("appointment")),
            ("Ｆirst　Meeting Set", Some("appointment")),
            ("won", Some("closed")),
            ("Signed", Some("closed")),
            ("签约", Some("closed")),
            ("赢单", Some("closed")),
            ("丢单", Some("lost")),
            ("LOST", Some("lost")),
            ("25%%", None),
            ("%", None),
            ("", None),
            ("26", None),
        ] {
            let stage = board.stage_typed(text).ok().map(|stage| &*stage.id);
            assert_eq!(stage, expected, "{text}");
        }
    }

    #[test]
    fn a_word_of_every_day_gives_way_to_the_names_of_the_board() {
        let mut settings = Settings::default();
        let board = &mut settings.pipelines[0];
        board.stages[2].also = vec!["签约".into(), "试用".into()];
        let of = |text: &str| board.stage_typed(text).ok().map(|stage| stage.id.to_string());
        assert_eq!(of("签约").as_deref(), Some("25"));
        assert_eq!(of("试用").as_deref(), Some("25"));
        assert_eq!(of("签单").as_deref(), Some("closed"));
        assert!(board.stage_named("签单").is_err(), "an import asks");
    }

    #[test]
    fn the_id_goes_before_a_name_and_two_are_none() {
        let reps = vec![
            rep("li", "He Lin", "he@example.com"),
            rep("he", "Li", ""),
            rep("wang-1", "王伟", ""),
            rep("wang-2", "王伟", ""),
        ];
        let settings = Settings { reps, ..Settings::default() };
        for (text, expected) in [
            ("li", Ok("li")),
            ("LI", Ok("li")),
            ("he  lin", Ok("li")),
            ("HE@example.com", Ok("li")),
            ("王伟", Err(vec!["wang-1", "wang-2"])),
            ("nobody", Err(vec![])),
        ] {
            let found = settings.rep_named(text).map(|rep| &*rep.id);
            let found = found.map_err(|reps| reps.iter().map(|rep| &*rep.id).collect());
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn kinds_reasons_and_criteria() {
        let settings = Settings {
            reasons: vec![("price".into(), Label::both("Too dear", "太贵"))],
            ..Settings::default()
        };
        for (text, expected) in [
            ("Meeting", Ok("meeting")),
            ("见面", Ok("meeting")),
            ("E-Mail", Ok("email")),
            ("meet", Ok("meeting")),
            ("MAIL", Ok("email")),
            ("微信", Ok("message")),
            ("pay", Ok("payment")),
            ("dinner", Err(vec![])),
        ] {
            assert_eq!(settings.kinds.named(text), expected, "{text}");
        }
        assert_eq!(settings.reason_code("too  DEAR"), Some("price"));
        assert_eq!(settings.reason_code("太贵"), Some("price"));
        assert_eq!(settings.reason_code("other"), None);
        assert_eq!(settings.criterion_named("Right person").map(|c| &*c.id), Ok("right-person"));
    }
}
