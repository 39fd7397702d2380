//! The merged text as it grows, its line ends and its markers.

use super::Conflict;
use super::document::{DocumentEntry, Line};
use super::markers::Markers;
use crate::diag::Words;

/// The merged text as it grows.
pub struct Out<'m> {
    /// So far.
    pub text: String,
    /// Where the first line begins.
    pub start: usize,
    /// How many lines have ended.
    pub ended: usize,
    /// The file's line end.
    pub newline: &'static str,
    /// All lines end alike.
    pub uniform: bool,
    /// How conflicts are shown.
    pub markers: &'m Markers,
    /// The conflicts so far.
    pub conflicts: Vec<Conflict>,
}

impl Out<'_> {
    /// A line.
    pub fn put(&mut self, text: &str, newline: &str) {
        self.end_line();
        if self.uniform && self.newline == "\r\n" {
            self.push(&text.replace('\n', "\r\n"));
        } else {
            self.push(text);
        }
        self.push(if self.uniform && !newline.is_empty() { self.newline } else { newline });
    }

    /// Ends the last line if it is the file's last without an end.
    fn end_line(&mut self) {
        if self.text.len() > self.start && !self.text.ends_with('\n') {
            self.push(self.newline);
        }
    }

    fn push(&mut self, text: &str) {
        self.ended += text.matches('\n').count();
        self.text.push_str(text);
    }

    /// Comments and blank lines.
    pub fn lines(&mut self, lines: &[Line]) {
        lines.iter().for_each(|line| self.put(line.text, line.newline));
    }

    /// Writes the lines of both sides between markers, and notes the conflict.
    pub fn conflict(
        &mut self,
        what: String,
        base: Option<&DocumentEntry>,
        ours: &[Line],
        theirs: &[Line],
    ) {
        let markers = self.markers;
        let newline = self.newline;
        let mark =
            |out: &mut Out, mark: char, label: &str| out.put(&markers.line(mark, label), newline);
        self.end_line();
        self.conflicts.push(Conflict { what: Words::verbatim(what), line: self.ended + 1 });
        mark(self, '<', &markers.ours);
        self.lines(ours);
        if markers.show_base {
            mark(self, '|', &markers.base);
            if let Some(base) = base {
                self.put(base.line.text, base.line.newline);
            }
        }
        mark(self, '=', "");
        self.lines(theirs);
        mark(self, '>', &markers.theirs);
    }
}
