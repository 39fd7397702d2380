
/// Is this the fault that is awake? `CRM_MUTANT` names it by its number. Where `CRM_MUTANT_TRACE` names a folder,
/// a file in it tells that the fault was reached.
pub fn mutant(number: u32) -> bool {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, Ordering};
    static AWAKE: OnceLock<(u32, Option<std::ffi::OsString>)> = OnceLock::new();
    static REACHED: [AtomicBool; 1 << 16] = [const { AtomicBool::new(false) }; 1 << 16];
    let (awake, trace) = AWAKE.get_or_init(|| {
        let awake = std::env::var("CRM_MUTANT").ok().and_then(|number| number.parse().ok());
        (awake.unwrap_or(0), std::env::var_os("CRM_MUTANT_TRACE"))
    });
    if let Some(folder) = trace
        && !REACHED[number as usize].swap(true, Ordering::Relaxed)
    {
        // A program that may not write, by its test, notes nothing.
        let _ = std::fs::write(std::path::Path::new(folder).join(number.to_string()), "");
    }
    *awake == number
}
