//! A PostgreSQL server of the test's own, that can be killed.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// A server made by `.ci/with-postgres`; it is removed with this.
#[derive(Debug)]
pub(crate) struct Cluster {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    pub(crate) url: String,
}

impl Cluster {
    /// A server that waits for the disk, so that nothing acknowledged may be gone after it was killed.
    pub(crate) fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.ci/with-postgres");
        let mut command = Command::new(&script);
        command.args(["--fsync", "--serve"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", script.display()));
        let orders = child.stdin.take();
        let mut answers = BufReader::new(child.stdout.take().expect("its output"));
        let mut url = String::new();
        answers.read_line(&mut url).expect("its address");
        assert!(url.starts_with("postgres://"), "no PostgreSQL could be started; its error is above");
        Self { child, orders, answers, url: url.trim().to_owned() }
    }

    fn order(&mut self, order: &str) {
        let orders = self.orders.as_mut().expect("its input");
        writeln!(orders, "{order}").expect("to tell it");
        orders.flush().expect("to tell it");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("its answer");
        assert_eq!(answer.trim(), "ok", "to {order}");
    }

    /// Ends the server as a crash would.
    pub(crate) fn kill(&mut self) {
        self.order("kill");
    }

    /// Ends the server in order, as a restart for maintenance does.
    pub(crate) fn stop(&mut self) {
        self.order("stop");
    }

    /// Starts it again where it was.
    pub(crate) fn revive(&mut self) {
        self.order("start");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The end of its input ends it, and it removes its folder.
        drop(self.orders.take());
        let _ = self.child.wait();
    }
}
