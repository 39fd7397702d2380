//! The reasons of a plan in words.

use super::{Allocation, Giver, Pair};
use crate::diag::Words;
use crate::model::settings::level_words;
use crate::plan::assignment::Unplaced;
use crate::rules::team::allocation::Wants;
use crate::rules::team::eligibility::Barrier;
use crate::value::id::fold;
use crate::value::label::Lang;
use crate::value::text::Text;

impl Allocation<'_> {
    /// Why a prospect cannot be placed: a barrier for all reps, or the barrier of each rep: the reps
    /// that wait by name, the others counted.
    pub(super) fn reason(&self, prospect: usize, why: Unplaced, lang: Lang) -> String {
        let obstacles = &self.prospects[prospect].obstacles;
        if let Some(tag) = &obstacles.tag {
            return Barrier::DoNotAssign(tag.clone()).words().get(lang).to_owned();
        }
        let pairs = self.pairs(prospect);
        if let (Some(holders), Some(account)) = (
            self.eligibility.holders(obstacles),
            self.eligibility.account_barrier(obstacles, &self.team),
        ) {
            let has = |member: usize| holders.iter().any(|holder| holder.place == member);
            let barriers = pairs.iter().filter(|pair| has(pair.member));
            let barriers: Vec<Words> =
                barriers.filter_map(|pair| Some(pair.barrier.as_ref()?.words())).collect();
            let barriers = Words::clauses(&barriers);
            return lang.about(account.words().get(lang), barriers.get(lang));
        }
        if let (Giver::Rep { .. }, [only]) = (self.giver, pairs.as_slice())
            && let Some(barrier) = &only.barrier
        {
            let rep = &self.team.members[only.member].rep.id;
            return lang.about(rep, barrier.words().get(lang));
        }
        let mut parts: Vec<String> = Vec::new();
        let mut counts: Vec<(Words, usize)> = Vec::new();
        for pair in &pairs {
            let Some(barrier) = &pair.barrier else { continue };
            if let Barrier::Waits { .. } = barrier {
                let rep = &self.team.members[pair.member].rep.id;
                parts.push(format!("{rep} {}", barrier.words().get(lang)));
                continue;
            }
            let kind = barrier.kind();
            match counts.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, count)) => *count += 1,
                None => counts.push((kind, 1)),
            }
        }
        parts.extend(counts.iter().map(|(kind, n)| format!("{n} {}", kind.get(lang))));
        let head = match why {
            Unplaced::NoAgentAllowed => lang.pick("nobody may have it", "无人可接"),
            Unplaced::AllAllowedFull => lang.pick("all who may have it are full", "可接的人都已满"),
        };
        lang.about(head, &lang.listed(parts))
    }

    /// The reasons for a pair, in words: the customer's value and the rep's level, the skills that meet the needs,
    /// the territory, the industry, the size, the room that is left.
    pub fn why(&self, prospect: usize, pair: &Pair, lang: Lang) -> String {
        let candidate = &self.prospects[prospect];
        let member = &self.team.members[pair.member];
        let mut words: Vec<String> = Vec::new();
        if let (Some(value), Some(level)) = (candidate.value(), &member.rep.level) {
            let value = value.level();
            let value = Words::both(value.en, format!("{}价值", value.zh));
            words.push(lang.about(value.get(lang), level_words(level).get(lang)));
        }
        let Wants { needs, region, industry, size } = &candidate.wants;
        let is_among = |word: &str, list: &[Text]| list.iter().any(|own| fold(own) == fold(word));
        let is_skill = |need: &&str| is_among(need, &member.rep.skills);
        let met: Vec<&str> = needs.iter().map(|need| &**need).filter(is_skill).collect();
        if !needs.is_empty() {
            words.push(match met.as_slice() {
                [] => lang.pick("no skill for it", "技能不符").to_owned(),
                met => met.join("+"),
            });
        }
        let lists = [
            (region, &member.rep.regions),
            (industry, &member.rep.industries),
            (size, &member.rep.sizes),
        ];
        for (word, list) in lists {
            let Some(word) = word.as_deref().filter(|_| !list.is_empty()) else { continue };
            words.push(match is_among(word, list) {
                true => word.to_owned(),
                false => format!("{} {word}", lang.pick("not", "非")),
            });
        }
        if let Some(capacity) = member.capacity(self.care) {
            words.push(format!("{}/{capacity}", member.held(self.care)));
        }
        lang.clauses(words)
    }
}
