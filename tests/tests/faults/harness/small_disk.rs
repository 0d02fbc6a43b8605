//! A disk so small that it fills up.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use super::{secs, until};

/// A file system in memory of a few megabytes, in a mount namespace of its own.
#[derive(Debug)]
pub(crate) struct SmallDisk {
    holder: Child,
    /// Where it is for those inside.
    pub(crate) inside: PathBuf,
}

impl SmallDisk {
    /// Mounts one on an empty folder.
    pub(crate) async fn mount(folder: &Path, megabytes: u32) -> Self {
        let script = "mount -t tmpfs -o size=\"$1\" tmpfs \"$2\" && echo mounted > \"$2/mounted\" && exec sleep 600";
        let mut command = Command::new("unshare");
        command.arg(if is_root() { "-m" } else { "-rm" });
        command.args(["sh", "-c", script, "sh", &format!("{megabytes}m")]).arg(folder);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let mut holder = command.spawn().expect("`unshare` of util-linux; it is needed to make a small disk");
        let mark = format!("/proc/{}/root{}/mounted", holder.id(), folder.display());
        until("a small disk is mounted", secs(10), async || {
            let ended = holder.try_wait().expect("its state");
            assert!(
                ended.is_none(),
                "no tmpfs can be mounted here (`unshare -m` as root, or `unshare -rm` with user namespaces, is needed)"
            );
            Path::new(&mark).exists().then_some(())
        })
        .await;
        Self { holder, inside: folder.to_owned() }
    }

    /// How to start a program that sees it.
    pub(crate) fn around(&self) -> Vec<String> {
        let mut arguments = vec!["nsenter".to_owned(), "-t".to_owned(), self.holder.id().to_string(), "-m".to_owned()];
        if !is_root() {
            arguments.extend(["-U".to_owned(), "--preserve-credentials".to_owned()]);
        }
        arguments.push("--".to_owned());
        arguments
    }

    /// Where it is for us.
    pub(crate) fn outside(&self) -> PathBuf {
        let inside = self.inside.strip_prefix("/").expect("an absolute path");
        PathBuf::from(format!("/proc/{}/root", self.holder.id())).join(inside)
    }

    /// Takes all space that is left.
    pub(crate) fn fill(&self) {
        let mut file =
            fs::OpenOptions::new().create(true).append(true).open(self.outside().join("filler")).expect("a file");
        for size in [65_536, 512, 1] {
            while file.write_all(&vec![b'x'; size]).is_ok() {}
        }
    }

    /// Gives it back.
    pub(crate) fn free(&self) {
        fs::remove_file(self.outside().join("filler")).expect("to remove the filler");
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
