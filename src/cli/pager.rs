//! Long output on a terminal goes to a pager: what fits the screen is printed, the rest can be looked through.

use super::environment::Environment;
use crate::model::own_settings::OwnSettings;
use std::io::{self, Write};
use std::process::{Child, Command, Stdio};
use unicode_width::UnicodeWidthStr;

/// The pager of a user who has named none.
const USUAL: &str = "less";

/// The options of `less` where its user has set none: colours, no clearing of the screen, lines wider than the
/// terminal scroll sideways.
const LESS: &str = "RSX";

/// The pager of a user, as a command line for a shell; `None` for none.
pub fn pager<'a>(env: &'a Environment, own: &'a OwnSettings) -> Option<&'a str> {
    let named = env.pager.as_deref().or(own.pager.as_deref()).or(env.any_pager.as_deref());
    let pager = named.unwrap_or(USUAL).trim();
    Some(pager).filter(|pager| !pager.is_empty() && *pager != "cat")
}

/// Does a pager chop lines that are wider than the terminal, and scroll them sideways? `less` does by its option `S`: on
/// its command line, else among the options that its user has set, else among ours.
pub fn scrolls(pager: &str, less_options: Option<&str>) -> bool {
    let mut words = pager.split_whitespace();
    let program = words.next().unwrap_or("");
    let is_less = program.rsplit('/').next() == Some(USUAL);
    let chops = |word: &str| match word.strip_prefix("--") {
        Some(long) => long.eq_ignore_ascii_case("chop-long-lines"),
        None => !word.starts_with("-+") && word.contains('S'),
    };
    let is_option = |word: &&str| word.starts_with('-');
    is_less
        && (words.filter(is_option).any(chops)
            || less_options.unwrap_or(LESS).split_whitespace().any(chops))
}

/// A writer for a terminal. It keeps what is written until that is more than a screen; then a pager gets it, and
/// all that follows.
pub struct Paged<'a> {
    /// The command line of the pager.
    pager: &'a str,
    /// The options of `less` are the user's.
    has_less_options: bool,
    width: usize,
    height: usize,
    kept: Vec<u8>,
    running: Option<Child>,
}

impl<'a> Paged<'a> {
    /// A writer for a screen of so many columns and lines.
    pub fn new(
        pager: &'a str,
        has_less_options: bool,
        (width, height): (usize, usize),
    ) -> Paged<'a> {
        Paged { pager, has_less_options, width, height, kept: Vec::new(), running: None }
    }

    /// Writes what is left, and waits until the user leaves the pager.
    ///
    /// # Errors
    /// Fails if the terminal cannot be written.
    pub fn finish(mut self) -> io::Result<()> {
        if self.running.is_none() && !fits(&self.kept, self.width, self.height) {
            self.start();
        }
        match self.running.take() {
            Some(mut child) => {
                let told = match child.stdin.take() {
                    Some(mut input) => input.write_all(&self.kept),
                    None => Ok(()),
                };
                child.wait()?;
                told
            }
            None => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(&self.kept)?;
                stdout.flush()
            }
        }
    }

    /// Starts the pager; where that cannot be, everything is printed.
    fn start(&mut self) {
        let mut command = Command::new("sh");
        command.args(["-c", self.pager]).stdin(Stdio::piped());
        if !self.has_less_options {
            command.env("LESS", LESS);
        }
        self.running = command.spawn().ok();
    }
}

impl Write for Paged<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(input) = self.running.as_mut().and_then(|child| child.stdin.as_mut()) {
            return input.write(bytes);
        }
        self.kept.extend_from_slice(bytes);
        if lines(&self.kept) >= self.height {
            self.start();
            if let Some(input) = self.running.as_mut().and_then(|child| child.stdin.as_mut()) {
                input.write_all(&self.kept)?;
                self.kept.clear();
            } else {
                // Nothing starts: the height counts no more.
                self.height = usize::MAX;
                self.width = usize::MAX;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lines(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte == b'\n').count()
}

/// Does a text fit a screen, with a line left for the prompt?
fn fits(text: &[u8], width: usize, height: usize) -> bool {
    let text = anstream::adapter::strip_bytes(text).into_vec();
    let text = String::from_utf8_lossy(&text);
    lines(text.as_bytes()) < height && text.lines().all(|line| line.width() <= width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_scrolls_sideways_by_its_option() {
        for (pager, options, does) in [
            ("less", None, true),
            ("/usr/bin/less -R", None, true),
            ("less", Some("-R -F"), false),
            ("less", Some("FRSX"), true),
            ("less -FRSX", Some("R"), true),
            ("less --chop-long-lines", Some("R"), true),
            ("less", Some("-+S"), false),
            ("less", Some(""), false),
            ("less /tmp/Some", Some(""), false),
            ("more -S", None, false),
            ("", None, false),
        ] {
            assert_eq!(scrolls(pager, options), does, "{pager} {options:?}");
        }
    }

    #[test]
    fn a_screen_is_full_when_no_line_is_left_for_the_prompt() {
        assert!(fits(b"1\n2\n", 10, 3));
        assert!(!fits(b"1\n2\n3\n", 10, 3));
        assert!(fits(b"1234567890\n", 10, 3));
        assert!(!fits(b"12345678901\n", 10, 3));
        assert!(fits("张先生张先\n".as_bytes(), 10, 3));
        assert!(!fits("张先生张先生\n".as_bytes(), 10, 3));
        assert!(fits(b"\x1b[1m1234567890\x1b[0m\n", 10, 3));
        assert!(fits(b"", 10, 1));
    }
}
