//! Just enough of HTTP/1.1 to time answers without a client's own work, and to hear what arrives.

use anyhow::{Context as _, Result, bail, ensure};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

/// The longest body that is read.
const MOST: usize = 64 * 1024 * 1024;

/// One connection, kept open.
pub(crate) struct Wire {
    stream: BufReader<TcpStream>,
    port: u16,
}

/// Whether an answer may come compressed, as browsers have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// As it is.
    Plain,
    /// With gzip, if the server wants.
    Gzip,
}

impl Wire {
    /// Connects to a port of this machine.
    pub(crate) async fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), port })
    }

    /// Asks for a path and reads the whole answer, which must be good; gives the length of its body.
    pub(crate) async fn get(&mut self, path: &str, coding: Coding) -> Result<usize> {
        let coding = if coding == Coding::Gzip { "accept-encoding: gzip\r\n" } else { "" };
        let request = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n{coding}\r\n", self.port);
        self.stream.write_all(request.as_bytes()).await?;
        let message = read(&mut self.stream).await?.context("the server closed the connection")?;
        if !message.start.contains(" 200 ") {
            bail!("GET {path}: {}: {}", message.start.trim(), String::from_utf8_lossy(&message.body));
        }
        Ok(message.body.len())
    }
}

/// Answers requests on a connection until the other side closes it, each as soon as `heard` has had it.
pub(crate) async fn serve(stream: TcpStream, mut heard: impl FnMut(Vec<u8>)) -> Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(message) = read(&mut stream).await? {
        heard(message.body);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok").await?;
    }
    Ok(())
}

struct Message {
    start: String,
    body: Vec<u8>,
}

/// Reads a request or an answer; none where the connection has ended.
async fn read(stream: &mut (impl AsyncBufRead + Unpin)) -> Result<Option<Message>> {
    let mut start = String::new();
    if stream.read_line(&mut start).await? == 0 {
        return Ok(None);
    }
    let (mut length, mut chunked) = (0, false);
    loop {
        let line = line(stream).await?.to_ascii_lowercase();
        match line.split_once(':') {
            None => break,
            Some(("content-length", value)) => length = value.trim().parse()?,
            Some(("transfer-encoding", value)) => chunked = value.trim() == "chunked",
            Some(_) => {}
        }
    }
    let mut body = Vec::new();
    if !chunked {
        append(stream, &mut body, length).await?;
        return Ok(Some(Message { start, body }));
    }
    loop {
        let size = usize::from_str_radix(line(stream).await?.trim(), 16)?;
        append(stream, &mut body, size).await?;
        line(stream).await?;
        if size == 0 {
            return Ok(Some(Message { start, body }));
        }
    }
}

async fn line(stream: &mut (impl AsyncBufRead + Unpin)) -> Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    Ok(line)
}

async fn append(stream: &mut (impl AsyncBufRead + Unpin), body: &mut Vec<u8>, length: usize) -> Result<()> {
    let start = body.len();
    ensure!(start + length <= MOST, "a body of more than {MOST} bytes");
    body.resize(start + length, 0);
    stream.read_exact(&mut body[start..]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn bodies(mut text: &[u8]) -> Result<Vec<String>> {
        let mut bodies = Vec::new();
        while let Some(message) = read(&mut text).await? {
            bodies.push(String::from_utf8(message.body)?);
        }
        Ok(bodies)
    }

    #[tokio::test]
    async fn one_message_is_read_after_the_other() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none\
                    HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\ntw\r\n1\r\no\r\n0\r\n\r\n\
                    HTTP/1.1 204 No Content\r\n\r\n";
        assert_eq!(bodies(text.as_bytes()).await.unwrap(), ["one", "two", ""]);
    }

    #[tokio::test]
    async fn a_cut_message_is_an_error() {
        assert!(bodies(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\non").await.is_err());
        assert!(bodies(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nt").await.is_err());
    }
}
