//! The right to change a prospect: its owner, the managers above the owner, and admins have it. Any rep may claim a
//! prospect without an owner.

use crate::model::settings::Settings;

/// A user, and the rights that the settings give.
#[derive(Debug, Clone)]
pub struct Rights<'s> {
    settings: &'s Settings,
    user: String,
    admin: bool,
}

impl<'s> Rights<'s> {
    /// The rights of a rep; `admin` where another source than the settings makes the rep an admin.
    pub fn of(settings: &'s Settings, user: &str, admin: bool) -> Rights<'s> {
        let named = settings.rep(user).is_some_and(|rep| rep.admin);
        Rights { settings, user: user.to_owned(), admin: admin || named }
    }

    /// The user's id.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Has the user the rights of an admin?
    pub fn is_admin(&self) -> bool {
        self.admin
    }

    /// Is that the user, or a rep whom the user leads?
    pub fn speaks_for(&self, rep: &str) -> bool {
        self.user == rep || leads(self.settings, &self.user, rep)
    }

    /// May the user change a prospect of this owner? No rep leads an owner whom the settings do not know.
    pub fn may_change(&self, owner: Option<&str>) -> bool {
        self.admin || owner.is_none_or(|owner| self.speaks_for(owner))
    }

    /// May the user erase a person: an admin, or the keeper of the pool?
    pub fn may_erase(&self) -> bool {
        self.admin || self.settings.pool.keeper.as_deref() == Some(&*self.user)
    }

    /// The reps who may erase a person by the settings alone.
    pub fn erasers(settings: &'s Settings) -> Vec<&'s str> {
        let reps = settings.reps.iter().map(|rep| &*rep.id);
        reps.filter(|rep| Rights::of(settings, rep, false).may_erase()).collect()
    }

    /// May the user make this rep the owner of a prospect from the pool, or of a new one?
    pub fn may_give_to(&self, rep: &str) -> bool {
        self.admin || rep.is_empty() || self.speaks_for(rep)
    }
}

/// Does one rep lead another, perhaps over several steps? A circle of managers makes none of them a leader.
pub fn leads(settings: &Settings, leader: &str, rep: &str) -> bool {
    let above = |id: &str| settings.rep(id).and_then(|rep| rep.manager.as_deref());
    let mut here = rep;
    // At most as many steps as there are reps: a circle ends too.
    for _ in 0..settings.reps.len() {
        match above(here) {
            Some(manager) if manager == rep => return false,
            Some(manager) if manager == leader => return true,
            Some(manager) => here = manager,
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::settings::Rep;

    fn settings(reps: &[(&str, &str)]) -> Settings {
        let rep = |(id, manager): &(&str, &str)| Rep {
            id: (*id).into(),
            manager: (!manager.is_empty()).then(|| (*manager).into()),
            admin: *id == "boss",
            ..Rep::default()
        };
        Settings { reps: reps.iter().map(rep).collect(), ..Settings::default() }
    }

    #[test]
    fn owner_leader_admin_and_the_pool() {
        let settings =
            settings(&[("boss", ""), ("wang", "boss"), ("liu", "wang"), ("he", "wang"), ("x", "")]);
        let may = |user: &str, owner| Rights::of(&settings, user, false).may_change(owner);
        assert!(may("liu", Some("liu")) && may("liu", None));
        assert!(!may("liu", Some("he")) && !may("liu", Some("wang")));
        assert!(may("wang", Some("liu")) && !may("wang", Some("x")) && !may("wang", Some("gone")));
        assert!(may("boss", Some("x")) && may("boss", Some("gone")));
        assert!(Rights::of(&settings, "x", true).may_change(Some("liu")));
        assert!(leads(&settings, "boss", "liu") && !leads(&settings, "liu", "boss"));
        let give = |user: &str, to| Rights::of(&settings, user, false).may_give_to(to);
        assert!(give("liu", "liu") && give("liu", "") && !give("liu", "he") && give("wang", "he"));
    }

    #[test]
    fn admins_and_the_keeper_of_the_pool_erase() {
        let mut settings = settings(&[("boss", ""), ("liu", "boss"), ("he", "boss")]);
        assert_eq!(Rights::erasers(&settings), ["boss"]);
        settings.pool.keeper = Some("he".into());
        assert_eq!(Rights::erasers(&settings), ["boss", "he"]);
        assert!(!Rights::of(&settings, "liu", false).may_erase());
        assert!(Rights::of(&settings, "liu", true).may_erase());
    }

    #[test]
    fn a_circle_ends() {
        let settings = settings(&[("a", "b"), ("b", "c"), ("c", "b"), ("d", "d")]);
        assert!(leads(&settings, "b", "a") && leads(&settings, "c", "a"));
        assert!(!leads(&settings, "a", "b") && !leads(&settings, "d", "d"));
        assert!(!leads(&settings, "x", "a"));
    }
}
