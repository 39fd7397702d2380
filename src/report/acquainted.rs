//! The customers that a request selects, each with the four parts of its relationship with us and its figures: the rows
//! of `report idic` and `report portfolio`.

use super::grade::named;
use super::policy::Judged;
use super::promises::Promises;
use super::{Request, row_of_each};
use crate::model::pipeline::Outcome;
use crate::model::profile::Relation;
use crate::rules::book::Book;
use crate::rules::buyers::{Buyer, together};
use crate::rules::customer::levels::{Pyramid, Relationship, Value};
use crate::rules::dealings::{Dealings, year_to};
use crate::rules::idic::{Acquaintance, Idic, KNOWN, PARTS, Points, TOLD_APART, is_interaction};
use crate::rules::lifetime::Lifetime;
use crate::rules::policy::followed;
use crate::rules::replay::state::Record;
use crate::table::sheet::Cell;
use crate::value::label::Lang;
use crate::value::money::{Amount, Sum};
use crate::value::text::Text;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What the files of a customer tell the reports.
#[derive(Default)]
struct CustomerFacts {
    acquaintance: Acquaintance,
    dealings: Dealings,
    is_other: bool,
    has_plan: bool,
    strategic: Vec<Text>,
    /// The expected value of its open prospects, and how many they are.
    open: Sum,
    open_count: u64,
    /// People there: all, for us, against us.
    people: [u32; 3],
}

impl CustomerFacts {
    /// Those of one file.
    fn of(record: &Record, book: &Book) -> CustomerFacts {
        let (settings, on) = (&book.settings, book.as_of);
        let prospect = &record.prospect;
        let profile = prospect.profile();
        let is_open = !prospect.is_customer && record.state.outcome == Outcome::Open;
        let mut people = [0; 3];
        for person in prospect.people_on(on) {
            people[0] += 1;
            people[1] += u32::from(person.has_stance("for"));
            people[2] += u32::from(person.has_stance("against"));
        }
        CustomerFacts {
            acquaintance: Acquaintance::of(record, settings, on),
            dealings: Dealings::of(record, settings, on),
            is_other: profile.relation != Relation::Customer,
            has_plan: profile.has_plan(),
            strategic: profile.strategic.clone(),
            open: if is_open { record.worth() } else { Sum::default() },
            open_count: u64::from(is_open),
            people,
        }
    }

    /// Takes in those of another file of the customer.
    fn join(&mut self, other: CustomerFacts) {
        self.acquaintance.join(other.acquaintance);
        self.dealings.join(other.dealings);
        self.is_other |= other.is_other;
        self.has_plan |= other.has_plan;
        self.strategic.extend(other.strategic);
        self.open.add_sum(&other.open);
        self.open_count += other.open_count;
        self.people.iter_mut().zip(other.people).for_each(|(sum, more)| *sum += more);
    }
}

/// The customers of a report, and what it asks of all customers of the ledger.
pub(super) struct Acquaintances {
    /// The customers that are followed and have bought, have a file or a plan: the best grades and the most money first.
    pub(super) customers: Vec<Acquainted>,
    /// All customers of the ledger that bought, by the positions of their first files.
    pub(super) buyers: BTreeMap<u32, Buyer>,
    /// Were they enough to expect money of them?
    pub(super) expects: bool,
}

/// A customer of the reports.
pub(super) struct Acquainted {
    /// The position of its first file among the graded ones.
    pub(super) first: u32,
    /// The position of its grade, the best first.
    pub(super) rank: usize,
    pub(super) grade: Text,
    pub(super) id: Text,
    pub(super) name: String,
    pub(super) owner: Option<Text>,
    pub(super) group: Option<String>,
    pub(super) value: Value,
    pub(super) relationship: Relationship,
    pub(super) pyramid: Option<Pyramid>,
    /// The money that it bought in the 365 days up to the day.
    pub(super) bought: Sum,
    /// The money that it is expected to buy in the next 365 days.
    pub(super) expected: Option<Amount>,
    pub(super) has_needs: bool,
    pub(super) has_plan: bool,
    /// The reasons why it is strategically significant, as the files state them.
    pub(super) strategic: Vec<Text>,
    /// The expected value of its open prospects, and how many they are.
    pub(super) open: Sum,
    pub(super) open_count: u64,
    /// People there: all, for us, against us.
    pub(super) people: [u32; 3],
    pub(super) satisfaction: Option<f64>,
    pub(super) idic: Idic,
    /// The promise about contact or answers that is broken longest, in words.
    broken: Option<String>,
}

/// The customers that a request selects. The ledger is read once, beside the scans that grade it and judge its promises.
pub(super) fn acquainted(book: &Book, request: &Request) -> Acquaintances {
    let (settings, on) = (&book.settings, book.as_of);
    let judged = Judged::of(book, request);
    let graded = &judged.graded;
    let rows =
        row_of_each(book, |record| (CustomerFacts::of(record, book), request.group(record, book)));
    let mut files: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut facts: HashMap<u32, CustomerFacts> = HashMap::new();
    let mut groups = Vec::with_capacity(rows.len());
    for (position, (customer, (file, group))) in graded.of_each().zip(rows).enumerate() {
        files.entry(customer.first).or_default().push(position);
        facts.entry(customer.first).or_default().join(file);
        groups.push(group);
    }
    let bought = facts.iter().map(|(first, facts)| (*first, facts.dealings.purchases().to_vec()));
    let buyers = together(bought);
    let lifetime = Lifetime::of_buyers(&buyers, on).ok();
    let selected = |at: usize| judged.seen[at].selected;
    let chosen: HashSet<u32> =
        graded.first_of_each(selected).map(|at| graded.at(at).first).collect();
    let grades = settings.grading.grades();
    let mut found: Vec<Acquainted> = Vec::new();
    for customer in graded.customers().filter(|customer| chosen.contains(&customer.first)) {
        let files = &files[&customer.first];
        let lead = customer.lead as usize;
        let practice = judged.practice(lead);
        let Some(facts) = facts.remove(&customer.first) else { continue };
        let is_meant = customer.figures.is_buyer() || customer.has_file || facts.has_plan;
        if !is_meant || facts.is_other || !followed(practice.lost, customer) {
            continue;
        }
        let mut strategic = facts.strategic;
        strategic.sort_unstable();
        strategic.dedup();
        let promises = interactions(&judged, files, book);
        let policy = customer.grade().and_then(|grade| settings.policy(grade));
        let bought = facts.dealings.bought(year_to(on));
        let valued = !customer.figures.worth.is_zero();
        let rhythm = policy.and_then(|policy| policy.verify_days);
        let is_graded = customer.verdict.is_some();
        let kept = Points { met: promises.kept, all: promises.all };
        let idic = Idic::of(&facts.acquaintance, rhythm, is_graded, valued, kept, on);
        let rank = customer.grade().and_then(|g| grades.iter().position(|known| *known == g));
        found.push(Acquainted {
            first: customer.first,
            rank: rank.unwrap_or(grades.len()),
            grade: customer.grade().unwrap_or_default().into(),
            id: graded.id(lead).clone(),
            name: named(customer, &judged.seen[lead].name),
            owner: practice.owner,
            group: groups[lead].take(),
            value: customer.value,
            relationship: customer.relationship,
            pyramid: customer.pyramid,
            bought,
            expected: lifetime.as_ref().and_then(|models| models.customer(customer)?.money),
            has_needs: customer.figures.need,
            has_plan: facts.has_plan,
            strategic,
            open: facts.open,
            open_count: facts.open_count,
            people: facts.people,
            satisfaction: facts.dealings.satisfaction(on).map(|mean| mean.scale.share(mean.mean())),
            idic,
            broken: promises.worst().map(str::to_owned),
        });
    }
    let records_offers = found.iter().any(|one| one.idic.offers.all > 0);
    found.iter_mut().for_each(|one| one.idic.records_offers = records_offers);
    found.sort_by(|a, b| {
        let key = |one: &Acquainted| (one.rank, std::cmp::Reverse(one.bought.own), one.id.clone());
        key(a).cmp(&key(b))
    });
    Acquaintances { customers: found, buyers, expects: lifetime.is_some() }
}

/// The promises about contact and answers to a customer that is these files.
fn interactions(judged: &Judged, files: &[usize], book: &Book) -> Promises {
    let mut promises = Promises::default();
    for at in files {
        let practice = judged.practice(*at);
        let duties = judged.duties(&practice, *at);
        for duty in duties.iter().filter(|duty| is_interaction(duty)) {
            promises.add(duty, book.as_of, book.settings.language);
        }
    }
    promises
}

impl Acquainted {
    /// The next action: that which its weakest part asks for.
    pub(super) fn action(&self, lang: Lang) -> Option<String> {
        let part = self.idic.weakest()?;
        Some(match PARTS[part].0 {
            "identify" => record(&missing(&self.idic.known, &KNOWN, lang), lang),
            "differentiate" => record(&missing(&self.idic.told_apart, &TOLD_APART, lang), lang),
            "interact" => match (&self.broken, &self.idic.prefers) {
                (Some(broken), _) => broken.clone(),
                (None, Some(kind)) => match lang {
                    Lang::En | Lang::Machine => format!("reach them by {kind}, as they prefer"),
                    Lang::Zh => format!("按其偏好用 {kind} 联系"),
                },
                (None, None) => return None,
            },
            _ if self.idic.offers.all == 0 => lang
                .pick(
                    "make an offer for this customer alone: crm log ID tailored --what TEXT",
                    "为该客户单独做一次方案：crm log 编号 tailored --what 内容",
                )
                .into(),
            _ => lang
                .pick("none of the offers was taken: ask why", "定制方案都未被采纳：问清原因")
                .into(),
        })
    }

    /// The next step with a significant customer: a plan where it has none, else the action.
    pub(super) fn step(&self, lang: Lang) -> Option<String> {
        if self.has_plan {
            return self.action(lang);
        }
        let plan = lang.pick(
            "make a plan: [[goal]] and [[step]] in its file",
            "做客户计划：在其文件写 [[goal]] 和 [[step]]",
        );
        Some(plan.into())
    }

    /// The weakest part, for people; its id for machines.
    pub(super) fn weakest(&self, lang: Lang) -> Cell {
        let part = self.idic.weakest().map(|at| PARTS[at]);
        Cell::maybe(part, |(id, en, zh)| Cell::text(lang.term(id, en, zh)))
    }
}

/// The words of the points that are not met, at most three.
fn missing<const N: usize>(
    met: &[bool; N],
    points: &[(&'static str, &'static str, &'static str); N],
    lang: Lang,
) -> Vec<&'static str> {
    let missing = met.iter().zip(points).filter(|(met, _)| !**met);
    missing.take(3).map(|(_, point)| lang.pick(point.1, point.2)).collect()
}

/// That these are to be found out and recorded.
fn record(missing: &[&str], lang: Lang) -> String {
    format!("{}{}", lang.pick("find out and record: ", "了解并记录："), lang.listed(missing))
}
