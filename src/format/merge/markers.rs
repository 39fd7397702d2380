//! Git's conflict markers: written around text that two sides changed differently, and read from files that a
//! merge left with markers.

use super::Three;

/// The usual number of characters of a marker.
pub const SIZE: usize = 7;

/// How conflicts are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Markers {
    /// How many characters a marker has; at least one.
    pub size: usize,
    /// The label of our side.
    pub ours: String,
    /// The label of the common ancestor.
    pub base: String,
    /// The label of their side.
    pub theirs: String,
    /// Show the ancestor's text as well (git's `diff3` style).
    pub show_base: bool,
}

impl Default for Markers {
    fn default() -> Markers {
        Markers {
            size: SIZE,
            ours: "ours".to_owned(),
            base: "base".to_owned(),
            theirs: "theirs".to_owned(),
            show_base: false,
        }
    }
}

impl Markers {
    /// The line that opens ours, the ancestor's or their part: `<<<<<<< ours`.
    pub(super) fn line(&self, mark: char, label: &str) -> String {
        let mark: String = std::iter::repeat_n(mark, self.size.max(1)).collect();
        if label.is_empty() { mark } else { format!("{mark} {label}") }
    }
}

/// The versions in a text with conflict markers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sides {
    /// Our version.
    pub ours: String,
    /// The known text of the common ancestor: outside conflicts the text of both sides; inside the ancestor's part
    /// if the markers show it, else nothing.
    pub base: String,
    /// Their version.
    pub theirs: String,
    /// The labels, from the first conflict; that of the ancestor is empty where it is not shown.
    pub labels: Three<String>,
    /// How many characters a marker has.
    pub size: usize,
    /// How many conflicts there are.
    pub conflicts: usize,
    /// How many of them show the ancestor.
    pub with_base: usize,
    /// Where each conflict begins in our version and in theirs, in bytes.
    pub starts: Vec<(usize, usize)>,
}

impl Sides {
    /// The markers as the text has them. A label that it lacks is the usual one.
    pub fn markers(&self) -> Markers {
        let usual = Markers::default();
        let or = |label: &String, otherwise: String| {
            if label.is_empty() { otherwise } else { label.clone() }
        };
        Markers {
            size: self.size,
            ours: or(&self.labels.ours, usual.ours),
            base: or(&self.labels.base, usual.base),
            theirs: or(&self.labels.theirs, usual.theirs),
            show_base: self.with_base > 0,
        }
    }
}

/// The part of a conflict that a line is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ConflictPart {
    Outside,
    Ours,
    Base,
    Theirs,
}

/// Splits a text with conflict markers into its sides. `None` if it has no markers, or they do not match.
pub fn take_apart(text: &str) -> Option<Sides> {
    let size = text.lines().find_map(|line| {
        let line = line.trim_start_matches(super::document::BOM);
        marker(line, '<', None).map(|(size, _)| size)
    })?;
    let mut sides = Sides { size, ..Sides::default() };
    let mut part = ConflictPart::Outside;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let (bom, bare) = match line.strip_prefix(super::document::BOM) {
            Some(rest) if number == 0 => (&line[..super::document::BOM.len_utf8()], rest),
            _ => ("", line),
        };
        let bare = bare.trim_end_matches(['\n', '\r']);
        let found = ['<', '|', '=', '>']
            .into_iter()
            .find_map(|mark| Some((mark, marker(bare, mark, Some(size))?.1)));
        match (part, found) {
            (ConflictPart::Outside, Some(('<', label))) => {
                sides.conflicts += 1;
                if sides.conflicts == 1 {
                    label.clone_into(&mut sides.labels.ours);
                }
                // A byte-order mark before the marker belongs to the file.
                [&mut sides.ours, &mut sides.base, &mut sides.theirs]
                    .into_iter()
                    .for_each(|side| side.push_str(bom));
                sides.starts.push((sides.ours.len(), sides.theirs.len()));
                part = ConflictPart::Ours;
            }
            (ConflictPart::Ours, Some(('|', label))) => {
                sides.with_base += 1;
                if sides.conflicts == 1 {
                    label.clone_into(&mut sides.labels.base);
                }
                part = ConflictPart::Base;
            }
            (ConflictPart::Ours | ConflictPart::Base, Some(('=', _))) => {
                part = ConflictPart::Theirs
            }
            (ConflictPart::Theirs, Some(('>', label))) => {
                if sides.conflicts == 1 {
                    label.clone_into(&mut sides.labels.theirs);
                }
                part = ConflictPart::Outside;
            }
            // Markers are nested or out of order: the sides cannot be told apart.
            (_, Some(('<' | '>', _))) => return None,
            (ConflictPart::Ours, _) => sides.ours.push_str(line),
            (ConflictPart::Base, _) => sides.base.push_str(line),
            (ConflictPart::Theirs, _) => sides.theirs.push_str(line),
            (ConflictPart::Outside, _) => {
                sides.ours.push_str(line);
                sides.base.push_str(line);
                sides.theirs.push_str(line);
            }
        }
    }
    (part == ConflictPart::Outside).then_some(sides)
}

/// Is `text` the marked text with one of the two sides for each of its conflicts?
pub(super) fn is_choice(text: &str, marked: &str) -> bool {
    // The rest of the text after the lines so far; two of them inside a conflict, ours and theirs.
    let mut rests: Vec<&str> = vec![text];
    let mut inside: Option<(Vec<&str>, Vec<&str>)> = None;
    let mut part = ConflictPart::Outside;
    let step = |rests: &mut Vec<&str>, line: &str| {
        *rests = rests.iter().filter_map(|rest| rest.strip_prefix(line)).collect();
    };
    for line in marked.split_inclusive('\n') {
        let bare = line.trim_start_matches(super::document::BOM).trim_end_matches(['\n', '\r']);
        let mark =
            ['<', '|', '=', '>'].into_iter().find(|m| marker(bare, *m, Some(SIZE)).is_some());
        match (part, mark, &mut inside) {
            (ConflictPart::Outside, Some('<'), _) => {
                if line.starts_with(super::document::BOM) {
                    step(&mut rests, "\u{feff}");
                }
                inside = Some((rests.clone(), rests.clone()));
                part = ConflictPart::Ours;
            }
            (ConflictPart::Ours, Some('|'), _) => part = ConflictPart::Base,
            (ConflictPart::Ours | ConflictPart::Base, Some('='), _) => part = ConflictPart::Theirs,
            (ConflictPart::Theirs, Some('>'), _) => {
                let (ours, theirs) = inside.take().unwrap_or_default();
                rests = [ours, theirs].concat();
                rests.sort_unstable();
                rests.dedup();
                part = ConflictPart::Outside;
            }
            (ConflictPart::Ours, _, Some((ours, _))) => step(ours, line),
            (ConflictPart::Theirs, _, Some((_, theirs))) => step(theirs, line),
            (ConflictPart::Base, ..) => {}
            _ => step(&mut rests, line),
        }
    }
    rests.iter().any(|rest| rest.is_empty())
}

/// Is the line a marker of this kind (and size, where one is stated)? Its size and label if so.
fn marker(line: &str, mark: char, size: Option<usize>) -> Option<(usize, &str)> {
    let line = line.trim_end_matches('\r');
    let found = line.len() - line.trim_start_matches(mark).len();
    let rest = &line[found..];
    let fits = size.map_or(found >= SIZE, |size| found == size);
    let label = rest.strip_prefix(' ').or(rest.is_empty().then_some(""))?;
    fits.then_some((found, label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_styles_of_markers() {
        let text = "a\n<<<<<<< HEAD\nb\n||||||| 123\nc\n=======\nd\n>>>>>>> topic x\ne\n";
        let sides = take_apart(text).unwrap();
        assert_eq!(
            (&*sides.ours, &*sides.base, &*sides.theirs),
            ("a\nb\ne\n", "a\nc\ne\n", "a\nd\ne\n")
        );
        assert_eq!(
            sides.labels,
            Three { base: "123", ours: "HEAD", theirs: "topic x" }.map(String::from)
        );
        assert_eq!((sides.size, sides.with_base, &*sides.starts), (7, 1, &[(2, 2)][..]));
        let text = "\u{feff}<<<<<<<<< HEAD\r\nb\r\n=======\r\n=========\r\n>>>>>>>>>\r\n";
        let sides = take_apart(text).unwrap();
        assert_eq!((&*sides.ours, &*sides.base), ("\u{feff}b\r\n=======\r\n", "\u{feff}"));
        assert_eq!((&*sides.theirs, sides.conflicts), ("\u{feff}", 1));
    }

    #[test]
    fn a_choice_takes_one_side_of_each_conflict() {
        let marked =
            "a\n<<<<<<< x\nb\n=======\nc\n>>>>>>> y\nd\n<<<<<<<\n|||||||\nz\n=======\ne\n>>>>>>>\n";
        for right in ["a\nb\nd\n", "a\nc\nd\n", "a\nb\nd\ne\n", "a\nc\nd\ne\n"] {
            assert!(is_choice(right, marked), "{right}");
        }
        for wrong in
            ["", "a\nd\n", "a\nb\nc\nd\n", "a\nb\nd\nz\n", "a\nx\nd\n", "a\nb\nd\ne\nf\n", marked]
        {
            assert!(!is_choice(wrong, marked), "{wrong}");
        }
    }

    #[test]
    fn what_are_no_markers() {
        for text in [
            "",
            "a\n=======\nb\n",
            "<<<<<<< a\nb\n",
            "<<<<<<< a\n<<<<<<< b\n=======\n>>>>>>> b\n=======\n>>>>>>> a\n",
            "<<<<<<<a\n=======\n>>>>>>>\n",
            ">>>>>>> a\n=======\n<<<<<<< b\n",
        ] {
            assert_eq!(take_apart(text), None, "{text}");
        }
    }
}
