//! A sandbox with a git repository in it: real git, none of the caller's settings, fixed days, and the
//! built program on the PATH, where hooks find it.

use super::{Run, Sandbox, TODAY, run, split};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder that git keeps.
pub struct Repo {
    pub sandbox: Sandbox,
    /// The rep who works here: name and e-mail of commits.
    pub user: &'static str,
}

/// `git` or `crm` in a folder, by this person.
pub fn command(program: &str, folder: &Path, user: &str) -> Command {
    let bin = Path::new(env!("CARGO_BIN_EXE_crm")).parent().unwrap();
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()))
        .env("HOME", folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("CRM_TODAY", TODAY)
        .current_dir(folder)
        .stdin(Stdio::null());
    for who in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{who}_NAME"), user)
            .env(format!("GIT_{who}_EMAIL"), format!("{user}@example.com"))
            .env(format!("GIT_{who}_DATE"), "2009-12-18T09:00:00Z");
    }
    command
}

impl Repo {
    /// A ledger with these settings, committed on `main`.
    pub fn new(user: &'static str, settings: &str) -> Repo {
        let repo = Repo { sandbox: Sandbox::with_settings(settings), user };
        repo.git("init -q -b main").done();
        repo
    }

    /// A clone of another repository.
    pub fn clone_of(origin: &Path, user: &'static str) -> Repo {
        let repo = Repo { sandbox: Sandbox::empty(), user };
        repo.git(&format!("clone -q {} .", origin.display())).done();
        repo
    }

    /// The folder.
    pub fn path(&self) -> PathBuf {
        self.sandbox.path().to_owned()
    }

    /// Runs git with the words of a line.
    pub fn git(&self, line: &str) -> Run {
        run(command("git", self.sandbox.path(), self.user).args(split(line)))
    }

    /// Runs crm with the words of a line.
    pub fn crm(&self, line: &str) -> Run {
        let program = env!("CARGO_BIN_EXE_crm");
        run(command(program, self.sandbox.path(), self.user).args(split(line)))
    }

    /// Stages everything and commits it.
    pub fn commit(&self, message: &str) -> Run {
        self.git("add -A").done();
        run(command("git", self.sandbox.path(), self.user).args(["commit", "-q", "-m", message]))
    }
}
