//! Mail, against a server that speaks as much SMTP as is needed.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use headwater_core::{
    alert::AlertTopic::{Acknowledged, Opened, Repeated, Resolved},
    manifest::{ChannelDef, ChannelKind, SecretRef},
};
use headwater_store::DeliveryState::{Dead, Delivered, Waiting};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
};

use super::harness::Bench;

/// A mail that arrived: its envelope and its text.
#[derive(Debug)]
struct Mail {
    envelope: Vec<String>,
    text: String,
}

impl Mail {
    fn header(&self, name: &str) -> &str {
        let start = format!("{name}: ");
        self.text.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_default()
    }
}

/// What a server heard.
type Words = Arc<Mutex<Vec<String>>>;

/// What the server says to one command instead of the usual.
type Instead = Arc<Mutex<Option<(&'static str, &'static str)>>>;

struct Post {
    address: SocketAddr,
    mails: mpsc::UnboundedReceiver<Mail>,
    /// The first word of everything that was said to it.
    words: Words,
    instead: Instead,
    serving: JoinHandle<()>,
}

impl Drop for Post {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Post {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, mails) = mpsc::unbounded_channel();
        let instead = Instead::default();
        let words = Words::default();
        let (said, heard) = (Arc::clone(&instead), Arc::clone(&words));
        let serving = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                connections.spawn(speak(connection, Arc::clone(&said), Arc::clone(&heard), sender.clone()));
            }
        });
        Self { address, mails, words, instead, serving }
    }

    async fn next(&mut self) -> Mail {
        let next = tokio::time::timeout(Duration::from_secs(20), self.mails.recv());
        next.await.expect("a mail arrives").unwrap()
    }

    /// Answers the next such command with this.
    fn instead(&self, command: &'static str, answer: &'static str) {
        *self.instead.lock().unwrap() = Some((command, answer));
    }

    async fn bench(&self, smtp: &str) -> Bench {
        let to = ChannelKind::Email {
            smtp: SecretRef::env("SMTP"),
            from: "Headwater <headwater@shop.example>".into(),
            to: vec!["ann@shop.example".into(), "bob@shop.example".into()],
        };
        let bench = Bench::new(vec![ChannelDef { name: "mail".into(), to, source: None }]).await;
        let server = smtp.replace("HOST", &self.address.to_string());
        bench.secrets.lock().unwrap().insert("SMTP".into(), server);
        bench
    }
}

async fn speak(
    connection: TcpStream,
    instead: Instead,
    words: Words,
    sender: mpsc::UnboundedSender<Mail>,
) -> Option<()> {
    let mut connection = BufReader::new(connection);
    connection.get_mut().write_all(b"220 post ESMTP\r\n").await.ok()?;
    let mut envelope = Vec::new();
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).await.ok().filter(|length| *length > 0)?;
        let line = line.trim_end();
        let verb = line.split(' ').next().unwrap_or_default();
        words.lock().unwrap().push(verb.to_owned());
        let other = {
            let mut instead = instead.lock().unwrap();
            instead.take_if(|(command, _)| *command == verb).map(|(_, answer)| answer)
        };
        let answer = match (other, verb) {
            (Some("cut"), _) => return None,
            (Some(answer), _) => answer,
            (None, "EHLO") => "250-post\r\n250-AUTH PLAIN\r\n250 8BITMIME",
            (None, "AUTH") => {
                envelope.push(line.to_owned());
                "235 welcome"
            }
            (None, "MAIL" | "RCPT") => {
                envelope.push(line.to_owned());
                "250 ok"
            }
            (None, "DATA") => {
                connection.get_mut().write_all(b"354 go on\r\n").await.ok()?;
                let mut text = String::new();
                while !text.ends_with("\r\n.\r\n") {
                    connection.read_line(&mut text).await.ok().filter(|length| *length > 0)?;
                }
                sender.send(Mail { envelope: std::mem::take(&mut envelope), text }).ok();
                "250 queued"
            }
            (None, "QUIT") => "221 bye",
            _ => "250 ok",
        };
        connection.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
}

#[tokio::test]
async fn an_incident_is_a_thread_of_mails() {
    let mut post = Post::start().await;
    let mut bench = post.bench("smtp://HOST").await;
    bench.queue(&[("mail", 1, Opened), ("mail", 1, Repeated), ("mail", 1, Acknowledged), ("mail", 1, Resolved)]).await;
    bench.start();
    let mails = [post.next().await, post.next().await, post.next().await];
    bench.until(|progress| progress.delivered == 4).await;
    let first = mails[0].header("Message-ID").to_owned();
    assert!(
        first.starts_with("<01930000-0000-7000-8000-000000000001.") && first.ends_with("@shop.example>"),
        "{first}"
    );
    assert_eq!(mails[0].header("In-Reply-To"), "");
    for mail in &mails[1..] {
        assert_eq!((mail.header("In-Reply-To"), mail.header("References")), (first.as_str(), first.as_str()));
        assert_ne!(mail.header("Message-ID"), first);
    }
    assert_eq!(
        mails[0].envelope,
        ["MAIL FROM:<headwater@shop.example>", "RCPT TO:<ann@shop.example>", "RCPT TO:<bob@shop.example>"],
    );
    assert!(mails[2].text.contains("Resolved after 12m 5s"), "{}", mails[2].text);
    assert_eq!(bench.states().await, vec![(Delivered, 1, String::new()); 4]);
}

#[tokio::test]
async fn what_passes_is_repeated_and_what_is_refused_is_dead() {
    let mut post = Post::start().await;
    let mut bench = post.bench("smtp://HOST").await;
    bench.start();
    post.instead("RCPT", "451 come back later");
    bench.queue(&[("mail", 1, Opened)]).await;
    bench.until(|progress| progress.failed == 1).await;
    assert!(bench.states().await[0].2.starts_with("the mail was not taken: "), "{:?}", bench.states().await);
    post.instead("MAIL", "cut");
    bench.retry_after(1).await;
    bench.retry_after(2).await;
    post.next().await;
    bench.until(|progress| progress.delivered == 1).await;
    post.instead("RCPT", "550 nobody of this name");
    bench.queue(&[("mail", 2, Opened)]).await;
    bench.until(|progress| progress.dead == 1).await;
    let (state, _, error) = bench.states().await.pop().unwrap();
    assert_eq!(state, Dead);
    assert!(
        error.starts_with("the mail server refused the mail: ") && error.contains("nobody of this name"),
        "{error}"
    );
}

#[tokio::test]
async fn a_password_never_travels_unprotected() {
    let post = Post::start().await;
    let mut bench = post.bench("smtp://ann:s3cret@HOST").await;
    bench.start();
    bench.queue(&[("mail", 1, Opened)]).await;
    bench.retry_after(1).await;
    let (state, _, error) = bench.states().await.pop().unwrap();
    assert_eq!(state, Waiting);
    assert!(!error.contains("s3cret"), "{error}");
    let words = post.words.lock().unwrap().clone();
    assert!(
        words.contains(&"EHLO".to_owned()) && !words.iter().any(|word| word == "AUTH" || word == "MAIL"),
        "{words:?}"
    );
}

#[tokio::test]
async fn a_server_that_offers_it_is_spoken_to_safely() {
    for (url, offers) in [("smtps://HOST", "wraps"), ("smtp://HOST", "offers"), ("smtp://HOST?tls=required", "offers")]
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = ChannelKind::Email {
            smtp: SecretRef(url.replace("HOST", &listener.local_addr().unwrap().to_string())),
            from: "headwater@shop.example".into(),
            to: vec!["ann@shop.example".into()],
        };
        let mut bench = Bench::new(vec![ChannelDef { name: "mail".into(), to, source: None }]).await;
        bench.queue(&[("mail", 1, Opened)]).await;
        bench.start();
        let mut connection = BufReader::new(listener.accept().await.unwrap().0);
        if offers == "offers" {
            let mut line = String::new();
            connection.get_mut().write_all(b"220 post ESMTP\r\n").await.unwrap();
            connection.read_line(&mut line).await.unwrap();
            connection.get_mut().write_all(b"250-post\r\n250 STARTTLS\r\n").await.unwrap();
            line.clear();
            connection.read_line(&mut line).await.unwrap();
            assert_eq!(line, "STARTTLS\r\n");
            connection.get_mut().write_all(b"220 go\r\n").await.unwrap();
        }
        // A TLS handshake begins with this byte.
        assert_eq!(connection.read_u8().await.unwrap(), 0x16, "{url}");
        drop(connection);
        bench.until(|progress| progress.failed == 1).await;
        assert_eq!(bench.states().await[0].0, Waiting);
    }
}

#[tokio::test]
async fn a_login_that_is_refused_says_what_to_do() {
    let mut post = Post::start().await;
    let mut bench = post.bench("smtp://ann:s3cret@HOST?tls=none").await;
    bench.start();
    bench.queue(&[("mail", 1, Opened)]).await;
    assert_eq!(post.next().await.envelope[0], "AUTH PLAIN AGFubgBzM2NyZXQ=");
    bench.until(|progress| progress.delivered == 1).await;
    post.instead("AUTH", "535 no s3cret");
    bench.queue(&[("mail", 2, Opened)]).await;
    bench.until(|progress| progress.dead == 1).await;
    let (_, _, error) = bench.states().await.pop().unwrap();
    assert!(error.starts_with("the mail server refused the user or the password"), "{error}");
    assert!(!error.contains("s3cret"), "{error}");
}
