//! A TCP proxy that loses things.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::Random;

/// What becomes of a connection.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// It works.
    Whole,
    /// After so many bytes of answers it is cut; what came after them is lost.
    AnswersCut(u64),
    /// After so many bytes of requests it is cut, in the middle of one or after it.
    RequestsCut(u64),
    /// After so many bytes of answers nothing comes any more for a while, then it is cut.
    Silent(u64),
}

/// A proxy in front of a server; it ends with this.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    cut: Arc<AtomicU64>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    pub(crate) async fn start(server: SocketAddr, random: Random) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let cut = Arc::new(AtomicU64::new(0));
        let (counter, random) = (Arc::clone(&cut), Mutex::new(random));
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let fate = fate(&mut random.lock().expect("no panic"));
                let counter = Arc::clone(&counter);
                tokio::spawn(async move {
                    let Ok(server) = TcpStream::connect(server).await else {
                        return;
                    };
                    if carry(client, server, fate).await {
                        counter.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        Self { address, cut, accepting }
    }

    /// How many connections were cut.
    pub(crate) fn cuts(&self) -> u64 {
        self.cut.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn fate(random: &mut Random) -> Fate {
    match random.within(0..10) {
        0 => Fate::Whole,
        1..=4 => Fate::AnswersCut(random.within(0..6_000)),
        5..=8 => Fate::RequestsCut(random.within(1..6_000)),
        _ => Fate::Silent(random.within(0..6_000)),
    }
}

/// Carries bytes both ways until an end closes or fate strikes; says whether it struck.
async fn carry(mut client: TcpStream, mut server: TcpStream, fate: Fate) -> bool {
    let (mut up, mut down) = ([0; 4096], [0; 4096]);
    let (mut sent, mut answered) = (0, 0);
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(count @ 1..) = read else { return false };
                let allowed = if let Fate::RequestsCut(limit) = fate { limit.saturating_sub(sent) } else { u64::MAX };
                let passed = count.min(usize::try_from(allowed).unwrap_or(usize::MAX));
                if server.write_all(&up[..passed]).await.is_err() || passed < count {
                    return passed < count;
                }
                sent += count as u64;
            }
            read = server.read(&mut down) => {
                let Ok(count @ 1..) = read else { return false };
                let limit = if let Fate::AnswersCut(limit) | Fate::Silent(limit) = fate { limit } else { u64::MAX };
                let allowed = usize::try_from(limit.saturating_sub(answered)).unwrap_or(usize::MAX);
                let passed = count.min(allowed);
                if client.write_all(&down[..passed]).await.is_err() {
                    return false;
                }
                if passed < count {
                    if matches!(fate, Fate::Silent(_)) {
                        tokio::time::sleep(Duration::from_millis(700)).await;
                    }
                    return true;
                }
                answered += count as u64;
            }
        }
    }
}
