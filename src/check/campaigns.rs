//! Entries that name a campaign which the settings do not have.
//!
//! Why: a mistyped campaign has an answer that no report of it counts.
//! Mend: `crm undo ID EVENT` and the entry again, or a `[[campaign]]` of this id in crm.toml.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};
use crate::rules::replay::standing;

pub(super) const CHECK: Check = Check { codes: &[Code::UnknownCampaign], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let settings = subject.settings;
    for event in standing(&subject.record.prospect.events, subject.as_of) {
        let named = event.details.as_ref().and_then(|details| details.campaign.as_deref());
        let Some(id) = named.filter(|id| settings.campaign(id).is_none()) else { continue };
        let message = words!("no campaign `{id}` in crm.toml", "crm.toml 中没有活动 `{id}`");
        let ids = settings.campaigns.iter().map(|campaign| &*campaign.id);
        found.push(
            Diagnostic::new(Code::UnknownCampaign, message)
                .at(subject.event(event, "campaign"))
                .nearest(id, ids)
                .help(words!(
                    "a campaign has a block in crm.toml: [[campaign]] id = \"{id}\"",
                    "活动要在 crm.toml 中有一段：[[campaign]] id = \"{id}\""
                )),
        );
    }
}
