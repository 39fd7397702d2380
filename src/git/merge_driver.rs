//! Git's merge driver: which files `crm merge-file` merges (`.gitattributes`, which every clone gets) and how git
//! calls it (the clone's own configuration).

use crate::diag::{Code, Diagnostic, Place};
use crate::disk::durable::write_own;
use crate::disk::file::symlink;
use crate::format::layout::{ACCESS, CUSTOMERS};
use crate::git::program::Git;
use std::ffi::OsStr;
use std::path::Path;

/// The driver's name in attributes and configuration.
pub const DRIVER: &str = "crm";
/// The file that names it.
pub const ATTRIBUTES: &str = ".gitattributes";
/// A file of each kind that is merged.
const EXAMPLES: [&str; 5] =
    ["crm.toml", "prospects/x.toml", "customers/x.toml", "activity/x.toml", "access/x.toml"];
/// The folders that not every ledger has.
const RARE: [&str; 2] = [CUSTOMERS, ACCESS];
/// The lines of `.gitattributes` about a ledger's files.
pub const LINES: &str = "\
# Files keep their bytes (no change of line ends), and are merged by what they mean: crm merge-file.
/crm.toml            -text merge=crm
/prospects/**/*.toml -text merge=crm
/customers/**/*.toml -text merge=crm
/activity/**/*.toml  -text merge=crm
/access/**/*.toml    -text merge=crm
";

/// An example of each kind of file that the ledger has, in whose root git runs. Not every ledger has customers' files, or
/// records of access.
pub fn examples(git: &Git) -> impl Iterator<Item = &'static str> + use<> {
    let lacks = |folder: &&str| !git.folder().join(folder).is_dir();
    let lacking: Vec<&str> = RARE.into_iter().filter(lacks).collect();
    EXAMPLES
        .into_iter()
        .filter(move |example| lacking.iter().all(|folder| !Path::new(example).starts_with(folder)))
}

/// The changes that installing the driver made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Installed {
    /// `.gitattributes` was made or got the lines; false = it had them before.
    pub attributes: bool,
    /// Git's configuration was changed; false = it was right before.
    pub configuration: bool,
}

/// Makes git merge the ledger at `root` by its meaning: names the driver in `.gitattributes`, to which
/// lines are added if it lacks them, and tells the repository how to call it. `program` is the path of
/// this program. An error where there is no repository.
pub fn install_driver(root: &Path, program: &Path) -> Result<Installed, Diagnostic> {
    let git = Git::at(root);
    git.top_level()?;
    let attributes = name_driver(root)?;
    let command = command(program);
    let configuration = configured(&git)?.as_deref() != Some(&*command);
    if configuration {
        let name = "ledger files by what they mean (crm)";
        git.run(&["config", "--local", &format!("merge.{DRIVER}.name"), name])?;
        git.run(&["config", "--local", &format!("merge.{DRIVER}.driver"), &command])?;
    }
    Ok(Installed { attributes, configuration })
}

/// Adds the lines to `.gitattributes` if git would merge some file of the ledger in another way. Lines that are there
/// stay as they are; for git the last line that fits decides. Returns whether lines were added.
pub fn name_driver(root: &Path) -> Result<bool, Diagnostic> {
    let attributes = attributes(&Git::at(root))?;
    if attributes.iter().all(|one| one.merge == DRIVER && one.text == "unset") {
        return Ok(false);
    }
    add_lines(root)
}

/// Adds the lines to `.gitattributes` unless it already ends with them. Returns whether lines were added.
pub fn add_lines(root: &Path) -> Result<bool, Diagnostic> {
    let path = root.join(ATTRIBUTES);
    let failed = |error: &std::io::Error| {
        Diagnostic::new(
            Code::WriteFailed,
            words!("{} cannot be written", "无法写入 {}", path.display()).because(error),
        )
        .at(Place::file(&path))
    };
    if path.is_symlink() {
        return Err(symlink(&path));
    }
    let before = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(failed(&error)),
    };
    let newline = if before.contains("\r\n") { "\r\n" } else { "\n" };
    let lines = LINES.replace('\n', newline);
    if before.ends_with(&lines) {
        return Ok(false);
    }
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { newline };
    write_own(&path, [&before, gap, &lines].concat().as_bytes()).map_err(|error| failed(&error))?;
    Ok(true)
}

/// How git calls the driver: `%O %A %B` are the three versions, `%A` gets the result.
fn command(program: &Path) -> String {
    // Git hands it to a shell.
    let program = program.display().to_string().replace('\\', "/").replace('\'', "'\\''");
    format!("'{program}' merge-file --marker-size %L --path %P -L %X -L %S -L %Y %O %A %B")
}

/// How git would call the driver here; `None` if it does not know it.
pub fn configured(git: &Git) -> Result<Option<String>, Diagnostic> {
    let found = git.ask(&["config", "--get", &format!("merge.{DRIVER}.driver")])?;
    Ok(found.map(|line| String::from_utf8_lossy(&line).trim().to_owned()))
}

/// Git's attributes for a file of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attributes {
    /// The file, from the ledger's root.
    pub file: String,
    /// The attribute `merge`: `crm`, `union`, `unspecified`, …
    pub merge: String,
    /// The attribute `text`: `unset` keeps line ends as they are.
    pub text: String,
}

/// Git's attributes for a file of each kind.
pub fn attributes(git: &Git) -> Result<Vec<Attributes>, Diagnostic> {
    let mut words = vec!["check-attr", "-z", "merge", "text", "--"];
    words.extend(examples(git));
    let output = git.run(&words)?;
    let fields: Vec<String> = crate::git::program::parts(&output)
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect();
    let mut found: Vec<Attributes> = Vec::new();
    for triple in fields.chunks_exact(3) {
        if found.last().is_none_or(|last| last.file != triple[0]) {
            found.push(Attributes { file: triple[0].clone(), ..Attributes::default() });
        }
        if let Some(last) = found.last_mut() {
            let slot = if triple[1] == "merge" { &mut last.merge } else { &mut last.text };
            slot.clone_from(&triple[2]);
        }
    }
    Ok(found)
}

/// Does a merge leave our side of a file as it was, without markers? Git does that where an attribute says that the file
/// is not to be merged, or where the driver's program is gone. `file` is the path on the disk.
pub fn leaves_our_side(git: &Git, file: &Path) -> Result<bool, Diagnostic> {
    let mut words: Vec<&OsStr> = ["check-attr", "-z", "merge", "--"].map(OsStr::new).into();
    words.push(file.as_os_str());
    let output = git.run(&words)?;
    let value = crate::git::program::parts(&output).nth(2).unwrap_or_default().to_owned();
    Ok(match &*String::from_utf8_lossy(&value) {
        "unset" | "binary" => true,
        DRIVER => configured(git)?.is_some_and(|command| {
            let program = program_of(&command);
            program.contains(['/', '\\']) && !Path::new(&program).is_file()
        }),
        _ => false,
    })
}

/// The program that a configured command runs: its first word, as a shell reads it.
pub fn program_of(command: &str) -> String {
    let mut program = String::new();
    let mut rest = command.trim_start().chars();
    let mut quote = None;
    while let Some(c) = rest.next() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('\'' | '"', None) => quote = Some(c),
            ('\\', None | Some('"')) => program.extend(rest.next()),
            (c, None) if c.is_whitespace() => break,
            (c, _) => program.push(c),
        }
    }
    program
}

/// Does a configured command hand the three versions to `merge-file` in their order?
pub fn is_whole(command: &str) -> bool {
    let place = |what: &str| command.find(what);
    let places = ["merge-file", "%O", "%A", "%B"].map(place);
    places.iter().all(Option::is_some) && places.is_sorted()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_of_a_command() {
        for path in ["/usr/bin/crm", "/home/o'neil/my tools/crm", "C:/crm.exe", "/a \"b\"/c"] {
            let command = command(Path::new(path));
            assert_eq!(program_of(&command), path);
            assert!(is_whole(&command));
        }
        assert_eq!(program_of("crm merge-file %O %A %B"), "crm");
        assert_eq!(program_of("\"C:\\\\a b\\\\crm\" x"), "C:\\a b\\crm");
        assert!(!is_whole("crm merge-file %A %O %B"));
    }

    #[test]
    fn lines_are_added_once_and_nothing_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(ATTRIBUTES);
        write_own(&path, b"*.toml merge=union\r\n# mine").unwrap();
        assert!(add_lines(folder.path()).unwrap());
        assert!(!add_lines(folder.path()).unwrap());
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = LINES.replace('\n', "\r\n");
        assert_eq!(text, format!("*.toml merge=union\r\n# mine\r\n{lines}"));
    }
}
