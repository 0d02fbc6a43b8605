//! The calls for which there is no safe wrapper: what happens between fork and
//! exec, and waiting for a child without and with collecting its status.
#![allow(unsafe_code)]

use std::{
    io,
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    process::{Command, ExitStatus},
    time::Duration,
};

use nix::{
    errno::Errno,
    libc,
    unistd::{Pid, getppid, setsid},
};

use super::ResourceUsage;

/// Makes the command start in a session of its own, die with the thread that
/// starts it, and inherit no descriptors.
pub(super) fn isolate(command: &mut Command) {
    let worker = Pid::this();
    // SAFETY: the closure runs between fork and exec in a copy of a process
    // with several threads, so it may only make async-signal-safe calls. It
    // makes plain system calls, allocates nothing, takes no lock and captures
    // one integer.
    unsafe {
        command.pre_exec(move || prepare_child(worker));
    }
}

fn prepare_child(worker: Pid) -> io::Result<()> {
    setsid()?;
    default_signals();
    die_with_parent(worker)?;
    close_on_exec();
    Ok(())
}

/// A worker that was started in the background of a shell ignores SIGINT, and
/// what is ignored stays so across exec.
fn default_signals() {
    for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGCHLD] {
        // SAFETY: `signal` is async-signal-safe and SIG_DFL is a valid action.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
        }
    }
}

#[cfg(target_os = "linux")]
fn die_with_parent(worker: Pid) -> io::Result<()> {
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)?;
    // The worker may have died before the kernel knew what to do then.
    if getppid() == worker { Ok(()) } else { Err(Errno::ESRCH.into()) }
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent(worker: Pid) -> io::Result<()> {
    if getppid() == worker { Ok(()) } else { Err(Errno::ESRCH.into()) }
}

/// Marks every descriptor but the standard ones to be closed by exec. Rust's
/// are marked already; those of linked C libraries may not be. They cannot be
/// closed here, because one of them reports a failed exec to the parent.
fn close_on_exec() {
    #[cfg(target_os = "linux")]
    {
        let (first, last, flags) = (3_u32, u32::MAX, libc::CLOSE_RANGE_CLOEXEC);
        // SAFETY: a plain system call that takes three integers.
        let result = unsafe { libc::syscall(libc::SYS_close_range, first, last, flags) };
        if result == 0 {
            return;
        }
    }
    for descriptor in 3..65_536 {
        // SAFETY: fcntl is async-signal-safe and F_SETFD takes an integer; a
        // descriptor that is not open gives an error without effect.
        unsafe {
            libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC);
        }
    }
}

/// Blocks until the child has ended, and leaves it a zombie so that its pid
/// and its group stay taken.
pub(super) fn wait_until_ended(pid: Pid) -> io::Result<()> {
    let id = libc::id_t::try_from(pid.as_raw()).map_err(io::Error::other)?;
    retry_interrupted(|| {
        // SAFETY: all zeroes is a valid siginfo_t, and waitid writes no more
        // than one.
        unsafe {
            let mut info: libc::siginfo_t = std::mem::zeroed();
            libc::waitid(libc::P_PID, id, &raw mut info, libc::WEXITED | libc::WNOWAIT)
        }
    })
}

/// Collects the exit status of a child that has ended.
pub(super) fn collect(pid: Pid) -> io::Result<(ExitStatus, ResourceUsage)> {
    let mut status = 0;
    // SAFETY: all zeroes is a valid rusage.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    retry_interrupted(|| {
        // SAFETY: both pointers are to live local variables of the right type.
        unsafe { libc::wait4(pid.as_raw(), &raw mut status, 0, &raw mut usage) }
    })?;
    let usage = ResourceUsage {
        user: duration(usage.ru_utime),
        system: duration(usage.ru_stime),
        max_rss_bytes: u64::try_from(usage.ru_maxrss).unwrap_or(0) * RSS_UNIT,
    };
    Ok((ExitStatus::from_raw(status), usage))
}

#[cfg(target_os = "linux")]
const RSS_UNIT: u64 = 1024;
#[cfg(not(target_os = "linux"))]
const RSS_UNIT: u64 = 1;

fn duration(time: libc::timeval) -> Duration {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let micros = u64::try_from(time.tv_usec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_micros(micros)
}

fn retry_interrupted(mut call: impl FnMut() -> libc::c_int) -> io::Result<()> {
    loop {
        if call() >= 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}
