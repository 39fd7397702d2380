//! The settings of a company, made of those of its ledgers.

use super::{Aspect, BETWEEN, Company, Difference, Member, targets};
use crate::diag::{Code, Diagnostic, Lang};
use crate::model::company::{CompanyFile, OpenedLedger};
use crate::model::pipeline::{Criterion, Pipeline};
use crate::model::settings::{Department, Rep, Settings};
use crate::value::id::fold;
use crate::value::label::Label;
use crate::value::money::{Currency, Money};
use crate::value::text::Text;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Joins the settings of ledgers. The file lists at least one, each once, and they are in its order.
///
/// # Errors
/// Fails with everything that the ledgers do not agree on and the file does not state: currency, language, time zone,
/// fiscal year, first day of the week, rates; and with each currency of a ledger that has no rate.
pub fn join(file: &CompanyFile, ledgers: Vec<OpenedLedger>) -> Result<Company, Vec<Diagnostic>> {
    let base = common(file, &ledgers)?;
    let apart = apart_reps(&ledgers);
    let criteria = criteria(&ledgers);
    let boards = Boards::of(&ledgers);
    let mut differences = Aspect::differences(&ledgers);
    let mut settings = Settings {
        title: file.name.clone(),
        ledgers: ledgers.iter().map(|ledger| ledger.id.clone()).collect(),
        pipelines: boards.all(&ledgers, &criteria),
        ..base
    };
    settings.criteria.clone_from(&criteria);
    let mut members = Vec::new();
    for (at, opened) in ledgers.iter().enumerate() {
        let own = &opened.settings;
        let positions = &boards.of_ledger[at];
        let id_in_company = |position: &usize| settings.pipelines[*position].id.clone();
        let first = positions.first().copied().unwrap_or_default();
        let names = own.pipelines.iter().map(|board| board.id.clone());
        let member = Member {
            id: opened.id.clone(),
            settings: Settings::default(),
            currency: own.currency.filter(|own| Some(*own) != settings.currency),
            reps: apart.iter().filter(|id| is_apart(id, own, &ledgers)).cloned().collect(),
            boards: names.zip(positions.iter().map(id_in_company)).collect(),
            first: (first > 0).then(|| id_in_company(&first)),
        };
        differences.extend(misnamed(&member, own, &ledgers));
        let settings = adapted(&member, own, &settings, positions, &criteria);
        members.push(Member { settings, ..member });
    }
    union(&mut settings, &ledgers, &members);
    let (targets, forecast, unlike) = targets::summed(&settings, &ledgers, &members);
    (settings.targets, settings.forecast.target) = (targets, forecast);
    differences.extend(unlike);
    settings.reports.clone_from(&file.reports);
    Ok(Company { settings, members, differences })
}

/// The settings of the first ledger, with the calendar and the money of the company.
fn common(file: &CompanyFile, ledgers: &[OpenedLedger]) -> Result<Settings, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut asked = Asked { ledgers, problems: &mut problems };
    let currency = match file.currency {
        Some(currency) => Some(currency),
        None => asked.agreed("currency", None, |s| s.currency),
    };
    let language = asked.agreed("language", file.language, |s| s.language);
    let timezone = match &file.timezone {
        Some(zone) => Some(zone.clone()),
        None => asked.agreed("timezone", None, |s| s.timezone.clone()),
    };
    let fiscal_year = asked.agreed("fiscal_year", file.fiscal_year, |s| s.fiscal_year);
    let week_start = asked.agreed("week_start", file.week_start, |s| s.week_start);
    let one_currency = ledgers.iter().all(|ledger| ledger.settings.currency == currency);
    let rates = match &file.rates {
        Some(rates) => rates.clone(),
        None if one_currency => asked.agreed("[rates]", None, |s| s.rates.clone()),
        None => Default::default(),
    };
    for ledger in ledgers {
        problems.extend(unrated(ledger, currency, |own| rates.contains_key(&own)));
    }
    let Some(first) = ledgers.first().filter(|_| problems.is_empty()) else {
        return Err(problems);
    };
    let base = first.settings.clone();
    Ok(Settings { currency, language, timezone, fiscal_year, week_start, rates, ..base })
}

/// A ledger whose money the company cannot convert.
fn unrated(
    ledger: &OpenedLedger,
    company: Option<Currency>,
    is_rated: impl Fn(Currency) -> bool,
) -> Option<Diagnostic> {
    let id = &ledger.id;
    let wrong = |message| Diagnostic::new(Code::Company, message);
    match (ledger.settings.currency, company) {
        (own, company) if own == company => None,
        (Some(own), Some(company)) if !is_rated(own) => Some(
            wrong(words!(
                "the ledger `{id}` is in {own}, and the company has no rate of it",
                "账本 `{id}` 以 {own} 记账，而公司没有它的汇率"
            ))
            .help(words!(
                "under [rates] of the company: {own} = RATE, the price of 1 {own} in {company}",
                "请在公司的 [rates] 下设 {own} = 汇率（1 {own} 合多少 {company}）"
            )),
        ),
        (None, Some(company)) => Some(
            wrong(words!(
                "the ledger `{id}` has no currency of its own, and the company's is {company}",
                "账本 `{id}` 没有设定本币，而公司的是 {company}"
            ))
            .help(words!(
                "under [ledger] of its crm.toml: currency = \"{company}\"",
                "请在其 crm.toml 的 [ledger] 下设 currency = \"{company}\""
            )),
        ),
        _ => None,
    }
}

/// Looks for settings that all ledgers have alike.
struct Asked<'l> {
    ledgers: &'l [OpenedLedger],
    problems: &'l mut Vec<Diagnostic>,
}

impl Asked<'_> {
    /// A setting: as stated, else that of all ledgers.
    fn agreed<T: PartialEq>(
        &mut self,
        key: &str,
        stated: Option<T>,
        of: impl Fn(&Settings) -> T,
    ) -> T {
        if let Some(stated) = stated {
            return stated;
        }
        let Some((first, others)) = self.ledgers.split_first() else {
            return of(&Settings::default());
        };
        let value = of(&first.settings);
        if let Some(other) = others.iter().find(|other| of(&other.settings) != value) {
            let (one, other) = (&first.id, &other.id);
            let message = words!(
                "the ledgers `{one}` and `{other}` differ in `{key}`",
                "账本 `{one}` 与 `{other}` 的 `{key}` 不同"
            );
            let help = match key {
                "[rates]" => words!(
                    "give the company rates of its own: [rates]",
                    "请为公司设定自己的汇率：[rates]"
                ),
                key => words!(
                    "state it under [company]: {key} = …",
                    "请在 [company] 下写明：{key} = …"
                ),
            };
            self.problems.push(Diagnostic::new(Code::Company, message).help(help));
        }
        value
    }
}

/// The reps whose ids need a ledger before them in at least one ledger: those that two ledgers describe differently, and
/// those of whom only some ledgers know.
fn apart_reps(ledgers: &[OpenedLedger]) -> BTreeSet<Text> {
    let reps = ledgers.iter().flat_map(|ledger| &ledger.settings.reps);
    reps.map(|rep| rep.id.clone()).collect()
}

/// Means the id of a rep another person in another ledger? A ledger that does not list the rep means somebody else by
/// the name than one that does.
fn is_apart(id: &str, own: &Settings, ledgers: &[OpenedLedger]) -> bool {
    own.rep(id).is_none() || !is_one_person(id, ledgers, &mut Vec::new())
}

/// Do all ledgers that list a rep describe the same person, with the same managers?
fn is_one_person<'l>(id: &'l str, ledgers: &'l [OpenedLedger], above: &mut Vec<&'l str>) -> bool {
    if above.contains(&id) {
        return true;
    }
    let mut listed = ledgers.iter().filter_map(|ledger| ledger.settings.rep(id));
    let Some(first) = listed.next() else { return true };
    if !listed.all(|other| other == first) {
        return false;
    }
    above.push(id);
    let is_one = first.manager.as_deref().is_none_or(|manager| {
        let lists = |ledger: &&OpenedLedger| ledger.settings.rep(id).is_some();
        let knows = |ledger: &OpenedLedger| ledger.settings.rep(manager).is_some();
        let mut of = ledgers.iter().filter(lists);
        let known = of.clone().filter(|ledger| knows(ledger)).count();
        (known == 0 || of.all(knows)) && is_one_person(manager, ledgers, above)
    });
    above.pop();
    is_one
}

/// Every criterion, each id once, as the first ledger that has it defines it.
fn criteria(ledgers: &[OpenedLedger]) -> Vec<Criterion> {
    let mut all: Vec<Criterion> = Vec::new();
    for criterion in ledgers.iter().flat_map(|ledger| &ledger.settings.criteria) {
        match all.iter_mut().find(|known| known.id == criterion.id) {
            Some(known) => known.is_spare &= criterion.is_spare,
            None => all.push(criterion.clone()),
        }
    }
    all
}

/// The boards of a company.
struct Boards {
    /// Each board: the ledger whose version stands for it, the position there, and every ledger that has it.
    found: Vec<(usize, usize, Vec<usize>)>,
    /// Of each ledger, the positions of its boards in the company.
    of_ledger: Vec<Vec<usize>>,
}

impl Boards {
    fn of(ledgers: &[OpenedLedger]) -> Boards {
        let mut found: Vec<(usize, usize, Vec<usize>)> = Vec::new();
        let mut of_ledger = Vec::new();
        for (at, ledger) in ledgers.iter().enumerate() {
            let mut positions = Vec::new();
            for (own, board) in ledger.settings.pipelines.iter().enumerate() {
                let is_one = |(known, position, _): &(usize, usize, Vec<usize>)| {
                    let known = &ledgers[*known].settings;
                    is_one_board((board, &ledger.settings), (&known.pipelines[*position], known))
                };
                match found.iter().position(is_one) {
                    Some(position) => {
                        found[position].2.push(at);
                        positions.push(position);
                    }
                    None => {
                        positions.push(found.len());
                        found.push((at, own, vec![at]));
                    }
                }
            }
            of_ledger.push(positions);
        }
        Boards { found, of_ledger }
    }

    /// The boards with their ids in the company: a later one of an id that is there already has the id of its first
    /// ledger before it, and the names of its ledgers behind its label.
    fn all(&self, ledgers: &[OpenedLedger], criteria: &[Criterion]) -> Vec<Pipeline> {
        let mut all: Vec<Pipeline> = Vec::new();
        for (at, own, having) in &self.found {
            let settings = &ledgers[*at].settings;
            let board = &settings.pipelines[*own];
            let is_spare = having.iter().all(|ledger| {
                let boards = &ledgers[*ledger].settings.pipelines;
                boards.iter().filter(|one| one.id == board.id).all(|one| one.is_spare)
            });
            let mut board = Pipeline { is_spare, ..with_criteria(board, settings, criteria) };
            if all.iter().any(|known| known.id == board.id) {
                let names: Vec<&str> = having.iter().map(|ledger| &*ledgers[*ledger].id).collect();
                board.label = behind(&board.label, &board.id, &names.join(", "));
                board.id = format!("{}{BETWEEN}{}", ledgers[*at].id, board.id).into();
            }
            all.push(board);
        }
        all
    }
}

/// A label with the names of ledgers behind it.
fn behind(label: &Label, id: &str, names: &str) -> Label {
    let text = |lang| label.get(lang, id);
    Label::both(&format!("{} ({names})", text(Lang::En)), &format!("{}（{names}）", text(Lang::Zh)))
}

/// A board whose columns require criteria by their positions in the company.
fn with_criteria(board: &Pipeline, own: &Settings, criteria: &[Criterion]) -> Pipeline {
    let position = |at: &usize| {
        let id = &own.criteria[*at].id;
        criteria.iter().position(|criterion| criterion.id == *id)
    };
    let mut board = board.clone();
    for stage in &mut board.stages {
        stage.requires = stage.requires.iter().filter_map(position).collect();
    }
    board
}

/// Are two boards one: an equal id, an equal cycle, and equal columns in equal order? Columns are equal if figures cannot
/// tell them apart: by id, meaning, probability, requirements and longest stay. Labels may differ.
fn is_one_board((a, of_a): (&Pipeline, &Settings), (b, of_b): (&Pipeline, &Settings)) -> bool {
    let required = |positions: &[usize], settings: &Settings| -> Vec<Criterion> {
        let plain = |at: &usize| {
            let criterion = &settings.criteria[*at];
            Criterion { label: Label::default(), is_spare: false, ..criterion.clone() }
        };
        positions.iter().map(plain).collect()
    };
    a.id == b.id
        && a.cycle_days == b.cycle_days
        && a.stages.len() == b.stages.len()
        && a.stages.iter().zip(&b.stages).all(|(a, b)| {
            (&a.id, a.outcome, a.probability, a.max_days)
                == (&b.id, b.outcome, b.probability, b.max_days)
                && required(&a.requires, of_a) == required(&b.requires, of_b)
        })
}

/// That a rule of a ledger may name a rep or a board which has another name in the company, and the first other ledger that
/// knows another one by this name.
fn misnamed(member: &Member, own: &Settings, ledgers: &[OpenedLedger]) -> Option<Difference> {
    let graded = own.grading.rules.iter().map(|rule| &rule.when);
    let excluded = own.allocation.exclude.iter().map(|rule| &rule.when);
    let segments = own.segments.iter().map(|segment| &segment.when);
    let rules: Vec<String> =
        graded.chain(excluded).chain(segments).map(|when| fold(when)).collect();
    let boards = member.boards.iter().filter(|(own, known)| own != known).map(|(own, _)| own);
    let mut renamed = member.reps.iter().chain(boards);
    let is_named = |name: &Text| rules.iter().any(|rule| rule.contains(&fold(name)));
    let name = renamed.find(|name| is_named(name))?;
    let mut others = ledgers.iter().filter(|ledger| ledger.id != member.id);
    let differs = |other: &&OpenedLedger| {
        let (own, other) = (own, &other.settings);
        own.rep(name) != other.rep(name) || own.pipeline(Some(name)) != other.pipeline(Some(name))
    };
    let other = others.clone().find(differs).or_else(|| others.next())?;
    Some(Difference { aspect: Aspect::Names, one: member.id.clone(), other: other.id.clone() })
}

/// The settings under which the files of a ledger are replayed.
fn adapted(
    member: &Member,
    own: &Settings,
    company: &Settings,
    positions: &[usize],
    criteria: &[Criterion],
) -> Settings {
    let mut pipelines = company.pipelines.clone();
    for (board, position) in own.pipelines.iter().zip(positions) {
        let Pipeline { id, label, .. } = &company.pipelines[*position];
        let (id, label) = (id.clone(), label.clone());
        pipelines[*position] = Pipeline { id, label, ..with_criteria(board, own, criteria) };
    }
    // A criterion of other ledgers concerns no board that does not require it.
    let criteria = criteria.iter().map(|known| match own.criterion(&known.id) {
        Some(criterion) => criterion.clone(),
        None => Criterion { is_spare: true, ..known.clone() },
    });
    let stated = |money: Money| Money { currency: money.currency.or(member.currency), ..money };
    let in_company = |amount| member.in_company(amount, company);
    let mut settings = Settings {
        currency: company.currency,
        stated_in: member.currency,
        rates: company.rates.clone(),
        timezone: company.timezone.clone(),
        fiscal_year: company.fiscal_year,
        week_start: company.week_start,
        language: company.language,
        ledgers: company.ledgers.clone(),
        pipelines,
        criteria: criteria.collect(),
        paid_threshold: own.paid_threshold.map(in_company),
        targets: Vec::new(),
        ..own.clone()
    };
    settings.forecast.target = None;
    let grading = &mut settings.grading;
    let limits = [&mut grading.value_high, &mut grading.value_medium];
    limits.into_iter().for_each(|limit| *limit = limit.map(in_company));
    grading.money_limits = grading.money_limits.map(|limits| limits.map(in_company));
    for (_, policy) in &mut settings.policies {
        policy.budget = policy.budget.map(in_company);
    }
    for rep in &mut settings.reps {
        rep.id = member.rep_of(&rep.id);
        rep.manager = rep.manager.as_ref().map(|manager| member.rep_of(manager));
    }
    for department in &mut settings.departments {
        department.members.iter_mut().for_each(|rep| *rep = member.rep_of(rep));
    }
    settings.pool.keeper = settings.pool.keeper.as_ref().map(|rep| member.rep_of(rep));
    for product in &mut settings.products {
        product.price = product.price.map(stated);
        product.cost = product.cost.map(stated);
    }
    settings
}

/// The names that all ledgers have, for queries and for people.
fn union(settings: &mut Settings, ledgers: &[OpenedLedger], members: &[Member]) {
    settings.stated_in = None;
    settings.csv_bom = ledgers.iter().any(|ledger| ledger.settings.csv_bom);
    settings.reps.clear();
    settings.departments.clear();
    let mut reps = HashSet::new();
    let mut departments: HashMap<Text, Department> = HashMap::new();
    for member in members {
        let own = &member.settings;
        let new: Vec<Rep> =
            own.reps.iter().filter(|rep| reps.insert(rep.id.clone())).cloned().collect();
        settings.reps.extend(new);
        for department in &own.departments {
            if !departments.contains_key(&department.id) {
                departments.insert(department.id.clone(), department.clone());
                settings.departments.push(department.clone());
            }
        }
    }
    // A department of one id is one department: its members are those of all ledgers.
    for department in &mut settings.departments {
        let of_id = |member: &Member| {
            let own = member.settings.department(&department.id);
            own.map(|department| department.members.clone()).unwrap_or_default()
        };
        for rep in members.iter().flat_map(of_id).collect::<Vec<_>>() {
            if !department.members.contains(&rep) {
                department.members.push(rep);
            }
        }
    }
    // A segment is a condition: it is known where all ledgers have it alike, in one currency.
    let one_currency = members.iter().all(|member| member.currency.is_none());
    settings.segments.retain(|segment| {
        let mut all = ledgers.iter();
        one_currency && all.all(|ledger| ledger.settings.segment(&segment.id) == Some(segment))
    });
    for ledger in &ledgers[1..] {
        let own = &ledger.settings;
        for kind in
            own.kinds.names().filter(|name| !settings.kinds.contains(name)).collect::<Vec<_>>()
        {
            if let Some(counts) = own.kinds.get(&kind.into()) {
                settings.kinds.insert(kind.into(), counts);
            }
        }
        settings.facts.extend(missing(&own.facts, &settings.facts, |fact| fact));
        settings.reasons.extend(missing(&own.reasons, &settings.reasons, |(id, _)| id));
        settings.campaigns.extend(missing(&own.campaigns, &settings.campaigns, |one| &one.id));
        settings.products.extend(missing(&own.products, &settings.products, |one| &one.id));
    }
    // A thing that ledgers call differently is called by its id.
    for product in &mut settings.products {
        let known = ledgers.iter().filter_map(|ledger| ledger.settings.product(&product.id));
        if known.map(|known| &known.label).any(|label| *label != product.label) {
            product.label = Label::default();
        }
    }
    for department in &mut settings.departments {
        let known = ledgers.iter().filter_map(|ledger| ledger.settings.department(&department.id));
        if known.map(|known| &known.label).any(|label| *label != department.label) {
            department.label = Label::default();
        }
    }
    for (id, label) in &mut settings.reasons {
        let reasons = ledgers.iter().flat_map(|ledger| &ledger.settings.reasons);
        if reasons.filter(|(known, _)| known == id).any(|(_, other)| other != label) {
            *label = Label::default();
        }
    }
}

/// Those of a list whose ids another list has not.
fn missing<T: Clone>(from: &[T], known: &[T], id: impl Fn(&T) -> &Text) -> Vec<T> {
    let is_known = |one: &&T| known.iter().any(|known| id(known) == id(one));
    from.iter().filter(|one| !is_known(one)).cloned().collect()
}
