//! Which rep is right for a prospect, by how much, and who must not get it.
//!
//! The score of a pair is the weighted sum of three strategies, each from 0 to [`UNIT`]: *value* (the level
//! that the policy of the grade takes), *need* (needs to skills), *place* (region to territory). The fourth, *load*, depends on how
//! many the rep gets and is charged by [`seats`]. What is not known about a prospect or a rep neither
//! speaks for the pair nor against it and counts half.

use crate::diag::{Code, Diagnostic};
use crate::model::pipeline::Outcome;
use crate::model::pool::{Balance, Weights};
use crate::model::prospect::Prospect;
use crate::model::settings::{LEVELS, Presence};
use crate::rules::book::Book;
use crate::rules::query::{Context, Query};
use crate::rules::replay::state::Record;
use crate::rules::team::{Member, Team, absence};
use crate::value::id::fold;
use crate::value::label::Lang;
use crate::value::text::Text;
use std::collections::HashMap;

/// A strategy that fits perfectly.
pub const UNIT: i64 = 1_000_000;

/// How well a pair fits, 0 to [`UNIT`] for each strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// Grade to level.
    pub value: i64,
    /// Needs to skills.
    pub need: i64,
    /// Region to territory.
    pub place: i64,
}

impl Fit {
    /// The weighted sum.
    pub fn score(self, weights: Weights) -> i64 {
        let weigh = |weight: u32, part: i64| i64::from(weight) * part;
        weigh(weights.value, self.value)
            + weigh(weights.need, self.need)
            + weigh(weights.place, self.place)
    }
}

/// Why a rep cannot have a prospect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Barrier {
    /// The prospect has the tag that keeps it from everybody.
    DoNotAssign(Text),
    /// Not at work.
    Absent(Presence),
    /// No room.
    Full {
        /// How many they hold.
        held: u32,
        /// How many they can carry.
        capacity: u32,
    },
    /// An exclusion of the settings, counted from 1.
    Excluded {
        /// Which one.
        rule: usize,
        /// Its condition.
        when: Text,
    },
    /// The account is with others.
    Account {
        /// The account.
        account: Text,
        /// Whom it is with.
        with: Vec<Text>,
    },
}

impl Barrier {
    /// In words.
    pub fn words(&self, lang: Lang) -> String {
        match (self, lang) {
            (Barrier::DoNotAssign(tag), Lang::En | Lang::Machine) => format!("tagged {tag}"),
            (Barrier::DoNotAssign(tag), Lang::Zh) => format!("标签{tag}：不分配"),
            (Barrier::Absent(presence), _) => absence(*presence, lang),
            (Barrier::Full { held, capacity }, Lang::En | Lang::Machine) => {
                format!("full: {held} of {capacity}")
            }
            (Barrier::Full { held, capacity }, Lang::Zh) => format!("已满：{held}/{capacity}"),
            (Barrier::Excluded { rule, when }, Lang::En | Lang::Machine) => {
                format!("excluded by rule {rule}: {when}")
            }
            (Barrier::Excluded { rule, when }, Lang::Zh) => format!("规则{rule}排除：{when}"),
            (Barrier::Account { account, with }, Lang::En | Lang::Machine) => {
                format!("account {account} is with {}", with.join(", "))
            }
            (Barrier::Account { account, with }, Lang::Zh) => {
                format!("客户{account}归{}", with.join("、"))
            }
        }
    }

    /// The barrier without its details, to count with.
    pub fn kind(&self, lang: Lang) -> &'static str {
        match self {
            Barrier::DoNotAssign(_) => lang.pick("not to be assigned", "不分配"),
            Barrier::Absent(Presence::Away(_)) => lang.pick("on leave", "休假"),
            Barrier::Absent(Presence::Gone(_)) => lang.pick("gone", "已离职"),
            Barrier::Absent(_) => lang.pick("not there yet", "未入职"),
            Barrier::Full { .. } => lang.pick("full", "已满"),
            Barrier::Excluded { .. } => lang.pick("excluded", "被排除"),
            Barrier::Account { .. } => lang.pick("not theirs by account", "客户归他人"),
        }
    }
}

/// The rules of allocation, ready to be asked about one pair after another.
pub struct Rules<'b> {
    book: &'b Book,
    weights: Weights,
    /// The members' skills and regions, folded, and the rank of their level.
    profiles: Vec<Profile>,
    /// Place of the rep, and the condition.
    exclusions: Vec<(usize, Query)>,
    /// Who has an account: places of members who are still in the team.
    accounts: HashMap<Text, Vec<usize>>,
}

/// Who has which account, found out prospect by prospect, in any order.
#[derive(Debug, Default)]
pub struct Holders(HashMap<Text, Vec<Holder>>);

/// A member who has an account.
#[derive(Debug)]
struct Holder {
    place: usize,
    /// The first prospect by id through which they have it: in this order holders are named.
    through: Text,
}

impl Holders {
    /// Takes in a prospect. Who lost it, or has left the team, does not hold its account.
    pub fn take(&mut self, record: &Record, team: &Team) {
        let owner = record.state.owner.as_deref().and_then(|id| team.place(id));
        if let (Some(account), Some(place)) = (&record.prospect.account, owner)
            && record.state.outcome != Outcome::Lost
            && team.members[place].presence.is_member()
        {
            let through = record.prospect.id.clone();
            add(self.0.entry(account.clone()).or_default(), Holder { place, through });
        }
    }

    /// Adds what another thread found.
    pub fn join(&mut self, other: Holders) {
        for (account, holders) in other.0 {
            let known = self.0.entry(account).or_default();
            holders.into_iter().for_each(|holder| add(known, holder));
        }
    }
}

fn add(known: &mut Vec<Holder>, holder: Holder) {
    match known.iter_mut().find(|one| one.place == holder.place) {
        Some(one) => one.through = std::mem::take(&mut one.through).min(holder.through),
        None => known.push(holder),
    }
}

/// What a prospect wants in a rep, folded.
#[derive(Debug)]
pub struct Wants {
    needs: Vec<String>,
    region: Option<String>,
}

impl Wants {
    /// What a prospect states.
    pub fn of(prospect: &Prospect) -> Wants {
        Wants::stated(&prospect.needs, prospect.region.as_deref())
    }

    /// These needs, in this region.
    pub fn stated(needs: &[Text], region: Option<&str>) -> Wants {
        Wants { needs: needs.iter().map(|need| fold(need)).collect(), region: region.map(fold) }
    }
}

struct Profile {
    skills: Vec<String>,
    regions: Vec<String>,
    level: Option<i64>,
}

/// Rank of a level, the highest 0.
fn rank(level: &str) -> Option<i64> {
    let at = LEVELS.iter().position(|name| *name == level)?;
    i64::try_from(at).ok()
}

impl<'b> Rules<'b> {
    /// The rules of a book's settings while nobody has looked yet who has which account. Where a rule asks
    /// for grades, the book is graded.
    pub fn without_accounts(book: &'b Book, team: &Team<'b>) -> Result<Rules<'b>, Diagnostic> {
        let settings = &book.settings;
        let mut exclusions = Vec::new();
        for exclusion in &settings.allocation.exclude {
            let query = Query::parse(&exclusion.when, "when", settings, book.as_of)?;
            exclusions.extend(team.place(&exclusion.rep).map(|place| (place, query)));
        }
        if exclusions.iter().any(|(_, query)| query.asks_grades()) {
            book.graded();
        }
        let folded = |texts: &[Text]| texts.iter().map(|text| fold(text)).collect();
        let profiles = settings
            .reps
            .iter()
            .map(|rep| Profile {
                skills: folded(&rep.skills),
                regions: folded(&rep.regions),
                level: rep.level.as_deref().and_then(rank),
            })
            .collect();
        let weights = settings.allocation.weights;
        Ok(Rules { book, weights, profiles, exclusions, accounts: HashMap::new() })
    }

    /// Takes in who has which account, if it matters to the settings.
    pub fn learn(&mut self, holders: Holders) {
        if self.book.settings.allocation.keep_account {
            self.accounts.extend(holders.0.into_iter().map(|(account, mut holders)| {
                holders.sort_unstable_by(|a, b| a.through.cmp(&b.through));
                (account, holders.into_iter().map(|holder| holder.place).collect())
            }));
        }
    }

    /// What the strategies weigh.
    pub fn weights(&self) -> Weights {
        self.weights
    }

    /// How well every member, in their order, fits a prospect of a grade.
    pub fn fits(&self, wants: &Wants, grade: Option<&str>) -> Vec<Fit> {
        let Wants { needs, region } = wants;
        let policy = grade.and_then(|grade| self.book.settings.policy(grade));
        let wanted = policy.and_then(|policy| policy.level.as_deref()).and_then(rank);
        let fit = |profile: &Profile| Fit {
            value: match (wanted, profile.level) {
                (Some(wanted), Some(level)) => match (wanted - level).abs() {
                    0 => UNIT,
                    1 => UNIT / 2,
                    _ => 0,
                },
                _ => UNIT / 2,
            },
            need: match i64::try_from(needs.len()).unwrap_or(i64::MAX) {
                0 => UNIT / 2,
                all => {
                    let met = needs.iter().filter(|need| profile.skills.contains(need)).count();
                    UNIT * i64::try_from(met).unwrap_or(all) / all
                }
            },
            place: match region {
                Some(region) if profile.regions.contains(region) => UNIT,
                Some(_) if !profile.regions.is_empty() => 0,
                _ => UNIT / 2,
            },
        };
        self.profiles.iter().map(fit).collect()
    }

    /// Everything about a prospect that can keep it from somebody.
    pub fn obstacles(&self, record: &Record) -> Obstacles {
        let settings = &self.book.settings;
        let tag = &settings.allocation.do_not_assign;
        let tagged = record.prospect.tags.iter().any(|own| fold(own) == fold(tag));
        let context = Context { settings, as_of: self.book.as_of };
        let rules = self.exclusions.iter().enumerate();
        let excluded = rules
            .filter(|(_, (_, query))| query.matches(record, &context))
            .map(|(rule, (place, _))| (*place, rule))
            .collect();
        let account = record.prospect.account.clone();
        Obstacles { tag: tagged.then(|| tag.clone()), excluded, account }
    }

    /// What keeps a prospect from a member, but for the room: that depends on the rest of a plan.
    pub fn barrier(&self, obstacles: &Obstacles, team: &Team, place: usize) -> Option<Barrier> {
        if let Some(tag) = &obstacles.tag {
            return Some(Barrier::DoNotAssign(tag.clone()));
        }
        let presence = team.members[place].presence;
        if presence != Presence::Here {
            return Some(Barrier::Absent(presence));
        }
        if let Some((_, rule)) = obstacles.excluded.iter().find(|(rep, _)| *rep == place) {
            let when = self.book.settings.allocation.exclude[*rule].when.clone();
            return Some(Barrier::Excluded { rule: rule + 1, when });
        }
        match self.holders(obstacles) {
            Some(holders) if !holders.contains(&place) => self.account_barrier(obstacles, team),
            _ => None,
        }
    }

    /// The places of those who have its account.
    pub fn holders(&self, obstacles: &Obstacles) -> Option<&[usize]> {
        Some(self.accounts.get(obstacles.account.as_ref()?)?)
    }

    /// That the account is with others.
    pub fn account_barrier(&self, obstacles: &Obstacles, team: &Team) -> Option<Barrier> {
        let (account, holders) = (obstacles.account.as_ref()?, self.holders(obstacles)?);
        let with = holders.iter().map(|place| team.members[*place].rep.id.clone()).collect();
        Some(Barrier::Account { account: account.clone(), with })
    }

    /// What keeps a prospect from a member on this day, the room included.
    pub fn refusal(&self, obstacles: &Obstacles, team: &Team, place: usize) -> Option<Barrier> {
        let barrier = self.barrier(obstacles, team, place);
        barrier.or_else(|| full(&team.members[place]))
    }

    /// Rules that contradict each other over a prospect: the account says who must have it, an exclusion
    /// says they must not.
    pub fn contradiction(
        &self,
        id: &str,
        obstacles: &Obstacles,
        team: &Team,
    ) -> Option<Diagnostic> {
        let (account, holders) = (obstacles.account.as_ref()?, self.holders(obstacles)?);
        let rule_of = |place: &usize| obstacles.excluded.iter().find(|(rep, _)| rep == place);
        let rules: Option<Vec<_>> = holders.iter().map(rule_of).collect();
        let (place, rule) = *rules?.first()?;
        let message = format!(
            "`{id}` belongs to the account `{account}` of `{}`, whom exclusion {} keeps from it",
            team.members[*place].rep.id,
            rule + 1
        );
        let help = "narrow the exclusion in crm.toml, give the account to somebody else, or set \
                    keep_account = false";
        Some(Diagnostic::new(Code::Contradiction, message).help(help))
    }
}

/// Everything about a prospect that can keep it from somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacles {
    /// The tag that keeps it from everybody, if it has it.
    pub tag: Option<Text>,
    /// Exclusions it falls under: the member's place, and the rule's position.
    excluded: Vec<(usize, usize)>,
    /// Its account.
    account: Option<Text>,
}

/// That a member has no room.
pub fn full(member: &Member) -> Option<Barrier> {
    let capacity = member.capacity.filter(|capacity| member.held >= *capacity)?;
    Some(Barrier::Full { held: member.held, capacity })
}

/// What each further prospect costs a rep, in the units of the score: the load strategy. `capacity` and
/// `held` are the rep's; `most_room` the most that anybody has. Costs rise from seat to seat, so an even
/// load is the cheapest.
pub fn seats(
    weights: Weights,
    balance: Balance,
    capacity: u32,
    held: u32,
    most_room: u32,
    count: u32,
) -> Vec<i64> {
    let (capacity, held) = (i64::from(capacity.max(1)), i64::from(held));
    let most_room = i64::from(most_room.max(1));
    let weight = i64::from(weights.load);
    (0..i64::from(count))
        .map(|seat| {
            let part = match balance {
                Balance::Room => UNIT * (most_room - (capacity - held - seat)) / most_room,
                Balance::Utilisation => UNIT * (held + seat + 1) / capacity,
            };
            weight * part
        })
        .collect()
}
