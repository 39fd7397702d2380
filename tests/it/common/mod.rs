//! A sealed place to run `crm` in: a temporary folder, an empty environment, a fixed clock. Every run
//! gives stdout, stderr and status, and tests look at all three.

pub mod repo;
pub mod sheets;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The day that "today" is in tests: a Friday.
pub const TODAY: &str = "2009-12-18";

/// A temporary folder with a ledger in it.
pub struct Sandbox {
    folder: tempfile::TempDir,
}

/// What a run gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub stdout: String,
    pub stderr: String,
    pub status: i32,
}

impl Run {
    /// Stdout of a run that must have gone well and said nothing.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!((self.status, self.stderr.as_str()), (0, ""), "stdout: {}", self.stdout);
        self.stdout
    }

    /// Stdout and stderr of a run that must have gone well.
    #[track_caller]
    pub fn done(self) -> (String, String) {
        assert_eq!(self.status, 0, "stderr: {}\nstdout: {}", self.stderr, self.stdout);
        (self.stdout, self.stderr)
    }

    /// Stderr of a run that must have failed with this status and printed no data.
    #[track_caller]
    pub fn fails(self, status: i32) -> String {
        assert_eq!((self.status, self.stdout.as_str()), (status, ""), "stderr: {}", self.stderr);
        self.stderr
    }
}

/// A text must have all of these parts.
#[track_caller]
pub fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
}

impl Sandbox {
    /// An empty folder.
    pub fn empty() -> Sandbox {
        Sandbox { folder: tempfile::tempdir().unwrap() }
    }

    /// A ledger with these settings.
    pub fn with_settings(settings: &str) -> Sandbox {
        let sandbox = Sandbox::empty();
        sandbox.write("crm.toml", settings);
        sandbox
    }

    /// A ledger with default settings.
    pub fn ledger() -> Sandbox {
        Sandbox::with_settings("")
    }

    /// A copy of a folder of the repository.
    pub fn copy_of(folder: &str) -> Sandbox {
        let sandbox = Sandbox::empty();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), sandbox.path());
        sandbox
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file below the folder.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> &Sandbox {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        put(&path, text.as_ref());
        self
    }

    /// A prospect: facts, then the lines of `[events]`.
    pub fn prospect(&self, id: &str, facts: &str, events: &str) -> &Sandbox {
        self.write(&format!("prospects/{id}.toml"), format!("{facts}\n[events]\n{events}"))
    }

    /// A file's text.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// Every file of the ledger but the private folder, with its bytes: to see that nothing was written.
    pub fn snapshot(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        collect(self.path(), &mut files);
        files.sort();
        files
    }

    /// Stderr of a command that must have failed with this status, and left every file alone.
    #[track_caller]
    pub fn refused(&self, line: &str, status: i32) -> String {
        let before = self.snapshot();
        let said = self.crm(line).fails(status);
        assert!(before == self.snapshot(), "{line} wrote something");
        said
    }

    /// A command to run here, with nothing of the caller's environment.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crm"));
        command
            .env_clear()
            .env("CRM_TODAY", TODAY)
            .env("HOME", self.path())
            .current_dir(self.path())
            .stdin(Stdio::null());
        command
    }

    /// The same for somebody whom permissions bind: root becomes another user. `None`, and a line says
    /// that the test skipped, where that cannot be.
    #[cfg(unix)]
    pub fn command_without_rights(&self) -> Option<Command> {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        use std::os::unix::process::CommandExt;
        const NOBODY: u32 = 65534;
        let root = std::fs::metadata(self.path()).unwrap().uid() == 0;
        let command = || {
            let mut command = self.command();
            if root {
                command.uid(NOBODY).gid(NOBODY);
            }
            command
        };
        if root {
            let open = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(self.path(), open).unwrap();
        }
        if command().arg("--version").output().is_ok_and(|output| output.status.success()) {
            return Some(command());
        }
        println!("skipped: nobody but root may run the program here");
        None
    }

    /// Runs `crm` with these words.
    pub fn run(&self, words: &[&str]) -> Run {
        run(self.command().args(words))
    }

    /// Runs `crm` with the words of one line, split at spaces; 'single quotes' keep words together.
    pub fn crm(&self, line: &str) -> Run {
        run(self.command().args(split(line)))
    }
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Run {
    let program = command.get_program().to_owned();
    let output = command.output().unwrap_or_else(|error| panic!("{program:?}: {error}"));
    Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        status: output.status.code().unwrap_or(-1),
    }
}

/// A folder or file of the published data, which are no part of this repository.
pub fn published(name: &str) -> PathBuf {
    let folder = std::env::var_os("CRM_TEST_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = folder.join(name);
    assert!(path.exists(), "{} is not there; CRM_TEST_DATA names the folder", path.display());
    path
}

/// The words of a line; 'single quotes' keep words together.
pub fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (part, text) in line.split('\'').enumerate() {
        if part % 2 == 1 {
            words.push(text.to_owned());
        } else {
            words.extend(text.split_whitespace().map(String::from));
        }
    }
    words
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().is_some_and(|name| name == ".crm" || name == ".git") {
            continue;
        }
        if path.is_dir() {
            collect(&path, files);
        } else if path.is_file() {
            files.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target)
        } else {
            put(&target, &std::fs::read(&path).unwrap())
        }
    }
}

fn put(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

/// A day.
pub fn day(text: &str) -> crm::value::date::Date {
    crm::value::date::Date::parse(text).unwrap()
}

/// A ledger in memory, worded for programs: settings, and prospects as id, facts (after the name) and lines of `[events]`.
pub fn book(settings: &str, prospects: &[(&str, &str, &str)], on: &str) -> crm::rules::book::Book {
    let mut settings =
        crm::format::read_settings::read_settings(settings, Path::new("crm.toml")).unwrap();
    settings.language = crm::value::label::Lang::Machine;
    let on = day(on);
    let mut records = Vec::new();
    for (id, facts, events) in prospects {
        let text = format!("name = \"{id}\"\n{facts}\n[events]\n{events}");
        let path = PathBuf::from(format!("prospects/{id}.toml"));
        let read = crm::format::read_prospect::read_prospect(&text, id, &path, &path, &settings);
        assert_eq!(read.1, [], "{text}");
        records.extend(crm::rules::replay::replay(read.0.unwrap(), &settings, on));
    }
    records.sort_by(|a, b| a.prospect.id.cmp(&b.prospect.id));
    crm::rules::book::Book::of(settings, on, records, Vec::new())
}

/// A query of a book.
pub fn query(book: &crm::rules::book::Book, text: &str) -> crm::rules::query::Query {
    crm::rules::query::Query::parse(text, "QUERY", &book.settings, book.as_of).unwrap()
}
