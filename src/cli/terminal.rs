//! The width and colour of the terminals behind stdout and stderr.

use std::io::IsTerminal;

/// The columns of a terminal; `None` if the stream is no terminal.
pub fn columns(stream: &impl IsTerminal) -> Option<usize> {
    let width = || terminal_size::terminal_size().map_or(80, |(width, _)| width.0.into());
    stream.is_terminal().then(width)
}

/// Is a stream coloured? `choice` is `always`, `never`, or anything else for: on a terminal only.
pub fn colored(choice: &str, stream: &impl IsTerminal, no_color: bool) -> bool {
    match choice {
        "always" => true,
        "never" => false,
        _ => stream.is_terminal() && !no_color,
    }
}
