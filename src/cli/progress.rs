//! A line on a terminal's stderr while a large ledger is being read: how far it is, after a second.

use super::terminal::columns;
use crate::diag::Lang;
use crate::disk::ledger::Ledger;
use crate::report::figures::grouped;
use std::io::Write;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Reading that ends sooner shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);
const STEP: Duration = Duration::from_millis(200);

/// The line; it goes away when this is dropped.
pub struct Progress {
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins to watch how many prospects of a ledger are read; only where stderr is a terminal.
    pub fn watch(ledger: &Ledger, lang: Lang) -> Progress {
        if columns(&std::io::stderr(), None).is_none() {
            return Progress { running: None };
        }
        let read = ledger.files_read.clone();
        let (done, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let mut wait = PATIENCE;
            let mut shown = false;
            while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                let count = grouped(read.load(Ordering::Relaxed) as u64);
                let words = words!("{count} prospects read", "已读取 {count} 个潜在客户");
                line(words.get(lang));
                (wait, shown) = (STEP, true);
            }
            if shown {
                line("");
            }
        });
        Progress { running: Some((done, thread)) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.running.take() {
            drop(done);
            // A line that could not be shown is no error.
            let _ = thread.join();
        }
    }
}

/// Puts a text in place of the line.
fn line(text: &str) {
    let mut stderr = anstream::stderr().lock();
    let _ = write!(stderr, "\r\x1b[K{text}");
    let _ = stderr.flush();
}
