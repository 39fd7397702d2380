//! A border around the readers of foreign formats: they index into bytes that a damaged or hostile file chooses, so
//! that a panic there is a fault of the file. It is caught here, and nowhere else in the program.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}
static QUIET: Once = Once::new();

/// The result of `work`; `None` if it panicked, of which nothing is printed. What `work` had built is dropped.
pub(super) fn contained<T>(work: impl FnOnce() -> T) -> Option<T> {
    QUIET.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| {
            if !CONTAINED.get() {
                before(info);
            }
        }));
    });
    CONTAINED.set(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    CONTAINED.set(false);
    done.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_no_result() {
        assert_eq!(contained(|| 1), Some(1));
        let empty: Vec<u8> = Vec::new();
        assert_eq!(contained(|| empty[std::hint::black_box(3)]), None);
        assert!(!CONTAINED.get());
    }
}
