//! The size and colour of the terminals behind stdout and stderr.

use std::io::IsTerminal;

/// The columns of a terminal: those that `COLUMNS` states, else its own; `None` if the stream is no terminal.
pub fn columns(stream: &impl IsTerminal, stated: Option<usize>) -> Option<usize> {
    stream.is_terminal().then(|| stated.unwrap_or_else(|| size().0))
}

/// The columns and lines of the terminal.
pub fn size() -> (usize, usize) {
    terminal_size::terminal_size()
        .map_or((80, 24), |(width, height)| (width.0.into(), height.0.into()))
}

/// Is a stream coloured? `choice` is `always`, `never`, or anything else for: on a terminal only.
pub fn colored(choice: &str, stream: &impl IsTerminal, no_color: bool) -> bool {
    match choice {
        "always" => true,
        "never" => false,
        _ => stream.is_terminal() && !no_color,
    }
}
