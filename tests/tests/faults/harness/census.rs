//! Which processes live, by what is in their environment.

use std::fs;

/// Process ids whose environment names a run, and an attempt where one is given. Zombies do not count.
pub(crate) fn processes_of(run: headwater_core::id::RunId, attempt: Option<u32>) -> Vec<u32> {
    let wanted = format!("HEADWATER_RUN_ID={run}");
    let attempt = attempt.map(|attempt| format!("HEADWATER_ATTEMPT={attempt}"));
    let numbers =
        fs::read_dir("/proc").expect("/proc").filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    numbers
        .filter(|pid| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            let has = |text: &str| environment.split(|&byte| byte == 0).any(|entry| entry == text.as_bytes());
            has(&wanted) && attempt.as_deref().is_none_or(has) && !is_zombie(*pid)
        })
        .collect()
}

fn is_zombie(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('Z'))
}
