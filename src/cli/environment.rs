//! The environment variables that the program reads, once.

use crate::diag::Lang;
use std::ffi::OsString;
use std::path::PathBuf;

/// The environment variables that the program knows, as they were at the start.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `CRM_LEDGER`: the ledger's folder.
    pub ledger: Option<OsString>,
    /// `CRM_TODAY`: the as-of day.
    pub today: Option<String>,
    /// `CRM_USER`: the rep who signs events.
    pub user: Option<String>,
    /// `VISUAL`, else `EDITOR`.
    pub editor: Option<String>,
    /// The file of the user's own settings: `CRM_CONFIG` (empty: none), else `crm/config.toml` below
    /// `XDG_CONFIG_HOME`, else below `~/.config`.
    pub config: Option<PathBuf>,
    /// `CRM_IDENTITY`: the file of the user's private keys; empty: none, not those of ssh either.
    pub identity: Option<PathBuf>,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// `CRM_PAGER`: a command line, or empty for no pager.
    pub pager: Option<String>,
    /// `PAGER`, the pager of every program.
    pub any_pager: Option<String>,
    /// `LESS`: the options of that pager, where they are the user's.
    pub less_options: Option<String>,
    /// `PATH`, for `crm-foo`.
    pub path: Option<OsString>,
    /// `NO_COLOR` is set and not empty, or `TERM` is `dumb`: a terminal that knows no escape sequences.
    pub no_color: bool,
    /// `COLUMNS`: how wide the terminal counts as.
    pub columns: Option<usize>,
    /// `TERM` is `dumb`, or there is none: no pager can draw there.
    pub is_dumb: bool,
    /// `GIT_DIR` or `GIT_INDEX_FILE` is set: git runs the program, in the folder that it means.
    pub inside_git: bool,
    /// `CRM_LANG`: the language of texts for people, whatever the ledger's is.
    pub stated_lang: Option<String>,
    /// The language of messages until a ledger is open: Chinese if the locale begins with `zh`.
    pub lang: Lang,
    /// The user who pushes, as a server names them.
    pub pusher: Option<String>,
    /// `git push -o force`, or `-o force=REASON`.
    pub force: Option<String>,
}

/// Where servers name the user who pushes; the first that is set counts: our own, HTTP, Gitolite, GitLab, Gitea.
const PUSHERS: [&str; 5] =
    ["CRM_USER", "REMOTE_USER", "GL_USER", "GL_USERNAME", "GITEA_PUSHER_NAME"];

impl Environment {
    /// The file of private keys that `CRM_IDENTITY` names.
    pub fn identity_file(&self) -> Option<&PathBuf> {
        self.identity.as_ref().filter(|file| !file.as_os_str().is_empty())
    }

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
            config: config(),
            identity: std::env::var_os("CRM_IDENTITY").map(PathBuf::from),
            home: folder("HOME"),
            pager: std::env::var("CRM_PAGER").ok(),
            any_pager: text("PAGER"),
            less_options: std::env::var_os("LESS").map(|set| set.to_string_lossy().into_owned()),
            path: std::env::var_os("PATH"),
            no_color: text("NO_COLOR").is_some() || text("TERM").is_some_and(|term| term == "dumb"),
            columns: text("COLUMNS").and_then(|n| n.parse().ok()).filter(|n| *n > 0),
            is_dumb: text("TERM").is_none_or(|term| term == "dumb"),
            stated_lang: text("CRM_LANG"),
            lang: locale(&["LC_ALL", "LC_MESSAGES", "LANG"].map(text)),
            pusher: PUSHERS.iter().find_map(|name| text(name)),
            force: options.find_map(forced),
            inside_git: ["GIT_DIR", "GIT_INDEX_FILE"].iter().any(|n| std::env::var_os(n).is_some()),
        }
    }
}

/// Where the user's own settings are.
fn config() -> Option<PathBuf> {
    match std::env::var_os("CRM_CONFIG") {
        Some(file) => Some(PathBuf::from(file)).filter(|file| !file.as_os_str().is_empty()),
        None => folder("XDG_CONFIG_HOME")
            .or_else(|| Some(folder("HOME")?.join(".config")))
            .map(|folder| folder.join("crm").join("config.toml")),
    }
}

/// A folder that a variable names.
fn folder(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// The language of a locale; of its variables the first that is set decides.
fn locale(variables: &[Option<String>]) -> Lang {
    let locale = variables.iter().flatten().next();
    if locale.is_some_and(|locale| locale.starts_with("zh")) { Lang::Zh } else { Lang::En }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_of_the_locale_that_is_set_decides() {
        let of = |all: [&str; 3]| {
            locale(&all.map(|value| (!value.is_empty()).then(|| value.to_owned())))
        };
        assert_eq!(of(["", "", "zh_CN.UTF-8"]), Lang::Zh);
        assert_eq!(of(["", "zh", "en_US.UTF-8"]), Lang::Zh);
        assert_eq!(of(["C", "zh_CN", "zh_CN"]), Lang::En);
        assert_eq!(of(["", "", "en_US.UTF-8"]), Lang::En);
        assert_eq!(of(["", "", ""]), Lang::En);
    }
}
