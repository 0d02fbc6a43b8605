//! Carries what a process writes to the logs.

use std::{io, os::fd::OwnedFd, time::Duration};

use bytes::BytesMut;
use tokio::{io::AsyncReadExt as _, net::unix::pipe};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::logs::LogWriter;

const READ_BYTES: usize = 64 * 1024;

/// Both pipes of a process, being read.
#[derive(Debug)]
pub(super) struct Output {
    reading: AbortOnDropHandle<()>,
    exited: CancellationToken,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Reading,
    Done,
}

impl Output {
    /// Starts to read both pipes. Once the process has exited, reading ends
    /// when nothing has come for `idle`.
    pub(super) fn read(stdout: (OwnedFd, LogWriter), stderr: (OwnedFd, LogWriter), idle: Duration) -> Self {
        let exited = CancellationToken::new();
        let (of_stdout, of_stderr) = (exited.clone(), exited.clone());
        let reading = tokio::spawn(async move {
            tokio::join!(copy(stdout, of_stdout, idle), copy(stderr, of_stderr, idle));
        });
        Self { reading: AbortOnDropHandle::new(reading), exited, state: State::Reading }
    }

    /// Waits for the end of the output of a process that has exited, for
    /// `limit` at most.
    pub(super) async fn drain(&mut self, limit: Duration) {
        self.exited.cancel();
        if self.state == State::Reading && tokio::time::timeout(limit, &mut self.reading).await.is_ok() {
            self.state = State::Done;
        }
    }
}

async fn copy((pipe, writer): (OwnedFd, LogWriter), exited: CancellationToken, idle: Duration) {
    if let Err(error) = copy_until_end(pipe, &writer, &exited, idle).await {
        tracing::warn!(stream = %writer.stream(), %error, "output of a step could not be read to its end");
    }
}

async fn copy_until_end(
    pipe: OwnedFd,
    writer: &LogWriter,
    exited: &CancellationToken,
    idle: Duration,
) -> io::Result<()> {
    let mut pipe = pipe::Receiver::from_owned_fd(pipe)?;
    let mut buffer = BytesMut::new();
    loop {
        buffer.reserve(READ_BYTES);
        tokio::select! {
            biased;
            read = pipe.read_buf(&mut buffer) => if read? == 0 {
                return Ok(());
            },
            // Something that the process started holds the pipe open.
            () = idle_after(exited, idle) => return Ok(()),
        }
        writer.write(buffer.split().freeze()).await;
    }
}

async fn idle_after(exited: &CancellationToken, idle: Duration) {
    exited.cancelled().await;
    tokio::time::sleep(idle).await;
}
