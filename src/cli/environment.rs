//! The environment variables that the program reads, once.

use std::ffi::OsString;

/// The environment variables that mean something, as they were at the start.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `CRM_LEDGER`: the ledger's folder.
    pub ledger: Option<OsString>,
    /// `CRM_TODAY`: the as-of day.
    pub today: Option<String>,
    /// `CRM_USER`: who signs events.
    pub user: Option<String>,
    /// `VISUAL`, else `EDITOR`.
    pub editor: Option<String>,
    /// `PATH`, for `crm-foo`.
    pub path: Option<OsString>,
    /// `NO_COLOR` is set and not empty, or `TERM` is `dumb`: a terminal that knows no escape sequences.
    pub no_color: bool,
    /// `GIT_DIR` or `GIT_INDEX_FILE` is set: git runs us, in the folder that it means.
    pub inside_git: bool,
    /// Who pushes, as a server says it.
    pub pusher: Option<String>,
    /// `git push -o force`, or `-o force=REASON`.
    pub force: Option<String>,
}

/// Where servers say who pushes, the first that does counts: our own, HTTP, Gitolite, GitLab, Gitea.
const PUSHERS: [&str; 5] =
    ["CRM_USER", "REMOTE_USER", "GL_USER", "GL_USERNAME", "GITEA_PUSHER_NAME"];

impl Environment {
    /// Reads the environment. The one place that does.
    #[allow(clippy::disallowed_methods)]
    pub fn read() -> Environment {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let options = text("GIT_PUSH_OPTION_COUNT").and_then(|n| n.parse().ok()).unwrap_or(0u32);
        let mut options =
            (0..options.min(100)).filter_map(|n| text(&format!("GIT_PUSH_OPTION_{n}")));
        let forced = |option: String| match option.split_once('=') {
            Some(("force", reason)) => Some(reason.to_owned()),
            _ => (option == "force").then(String::new),
        };
        Environment {
            ledger: std::env::var_os("CRM_LEDGER").filter(|value| !value.is_empty()),
            today: text("CRM_TODAY"),
            user: text("CRM_USER"),
            editor: text("VISUAL").or_else(|| text("EDITOR")),
            path: std::env::var_os("PATH"),
            no_color: text("NO_COLOR").is_some() || text("TERM").is_some_and(|term| term == "dumb"),
            pusher: PUSHERS.iter().find_map(|name| text(name)),
            force: options.find_map(forced),
            inside_git: ["GIT_DIR", "GIT_INDEX_FILE"].iter().any(|n| std::env::var_os(n).is_some()),
        }
    }
}
