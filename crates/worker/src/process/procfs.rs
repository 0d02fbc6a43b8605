//! Who is alive, from `/proc`.

use std::{
    fs, io,
    io::Read as _,
    path::Path,
    sync::{LazyLock, OnceLock},
};

/// Environments are read up to this size when looking for a token.
const ENVIRON_LIMIT: u64 = 8 << 20;

/// What `/proc/<pid>/stat` says about a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) pid: i32,
    pub(super) parent: i32,
    pub(super) group: i32,
    pub(super) session: i32,
    /// Dead and not reaped.
    pub(super) zombie: bool,
    /// Clock ticks since boot. Together with the pid it names one process.
    pub(super) start: u64,
}

/// Reads one process, or nothing when it is gone.
pub(super) fn stat(pid: i32) -> Option<Stat> {
    parse_stat(pid, &fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn parse_stat(pid: i32, text: &str) -> Option<Stat> {
    // The name in parentheses can contain anything, parentheses included.
    let after_name = text.rsplit_once(')')?.1;
    let fields: Vec<&str> = after_name.split_ascii_whitespace().collect();
    Some(Stat {
        pid,
        zombie: matches!(*fields.first()?, "Z" | "X"),
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        session: fields.get(3)?.parse().ok()?,
        start: fields.get(19)?.parse().ok()?,
    })
}

/// Makes this process the one that orphaned descendants are handed to.
/// Returns whether it is.
pub(super) fn adopt_orphans() -> bool {
    static ADOPTS: LazyLock<bool> = LazyLock::new(|| {
        let result = nix::sys::prctl::set_child_subreaper(true);
        if let Err(error) = result {
            tracing::warn!(%error, "orphans of steps are found by their environment only");
        }
        result.is_ok()
    });
    *ADOPTS
}

/// Every process, for the rare cases in which children cannot be listed.
pub(super) fn all_pids() -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// The children of a process. The kernel may skip one while others end, so
/// it is asked twice.
pub(super) fn children(pid: i32) -> Vec<i32> {
    static LISTS_CHILDREN: OnceLock<bool> = OnceLock::new();
    if !LISTS_CHILDREN.get_or_init(|| Path::new("/proc/thread-self/children").exists()) {
        let of_pid = |&other: &i32| stat(other).is_some_and(|stat| stat.parent == pid);
        return all_pids().into_iter().filter(of_pid).collect();
    }
    let mut children = Vec::new();
    for _ in 0..2 {
        let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else {
            break;
        };
        for thread in threads.flatten() {
            let listed = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            children.extend(listed.split_ascii_whitespace().filter_map(|pid| pid.parse::<i32>().ok()));
        }
    }
    children.sort_unstable();
    children.dedup();
    children
}

/// Whether the process was started with this variable. None when it ended
/// while it was asked; a process whose environment is empty or private to
/// another user has none.
pub(super) fn has_variable(pid: i32, name: &str, value: &str) -> Option<bool> {
    match environ(pid) {
        Ok(environ) if environ.is_empty() => stat(pid).filter(|stat| !stat.zombie).map(|_| false),
        Ok(environ) => {
            let wanted = format!("{name}={value}");
            Some(environ.split(|&byte| byte == 0).any(|variable| variable == wanted.as_bytes()))
        }
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Some(false),
        Err(_) => None,
    }
}

fn environ(pid: i32) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(format!("/proc/{pid}/environ"))?.take(ENVIRON_LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Names this boot of the machine: pids and start times mean nothing in
/// another.
pub(super) fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_with_parentheses() {
        let text = "7 (a) b (c)) Z 1 5 6 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0";
        let expected = Stat { pid: 7, parent: 1, group: 5, session: 6, zombie: true, start: 4711 };
        assert_eq!(parse_stat(7, text), Some(expected));
    }

    #[test]
    fn finds_itself() {
        let me = std::process::id().cast_signed();
        let stat = stat(me).unwrap();
        assert!(!stat.zombie && stat.start > 0);
        assert!(children(stat.parent).contains(&me));
        assert!(!boot_id().is_empty());
    }
}
