//! Mail: the same rules for where a connection may go, then SMTP.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use percent_encoding::percent_decode_str;
use reqwest::Url;
use tokio::net::TcpStream;

use super::{Answer, causes, guard::Guard, refusal};
use crate::{channel::Failure, secret::Secret};

/// A mail that is to be handed over.
#[derive(Clone)]
pub(crate) struct MailPost {
    /// The server, as in `smtps://user:password@mail.example:465`.
    pub(crate) server: Secret,
    pub(crate) message: Message,
}

impl fmt::Debug for MailPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailPost({:?})", self.message.envelope())
    }
}

/// How a connection is made safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Safety {
    /// TLS from the first byte.
    Wrapped,
    /// STARTTLS, or no mail.
    Required,
    /// STARTTLS where the server offers it.
    Offered,
    /// None.
    Plain,
}

/// A mail server, read from its address.
#[derive(Clone, PartialEq, Eq)]
struct Server {
    host: String,
    port: u16,
    safety: Safety,
    login: Option<(String, String)>,
}

impl Server {
    /// Reads `smtp://` and `smtps://` addresses. A password never travels unprotected, except where the address says
    /// `?tls=none`.
    fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || "write the mail server as smtp://mail.example:587 or smtps://user:password@mail.example".to_owned();
        let url: Url = text.parse().map_err(|_| wrong())?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?.to_owned();
        let decode = |text: &str| percent_decode_str(text).decode_utf8().map(Into::into).map_err(|_| wrong());
        let login = match url.password() {
            Some(password) => Some((decode(url.username())?, decode(password)?)),
            None => None,
        };
        let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let safety = match (url.scheme(), tls.as_deref()) {
            ("smtps", None) => Safety::Wrapped,
            ("smtp", Some("required")) => Safety::Required,
            ("smtp", Some("none")) => Safety::Plain,
            ("smtp", None) if login.is_some() => Safety::Required,
            ("smtp", None) => Safety::Offered,
            ("smtp", Some(_)) => {
                return Err("its mail server has an unknown `tls`; it can be `required` or `none`".into());
            }
            _ => return Err(wrong()),
        };
        let usual = match safety {
            Safety::Wrapped => 465,
            Safety::Required => 587,
            Safety::Offered | Safety::Plain => 25,
        };
        Ok(Self { port: url.port().unwrap_or(usual), host, safety, login })
    }
}

/// Hands a mail over to its server.
pub(super) async fn send(post: &MailPost, guard: &Guard, timeout: Duration) -> Result<Answer, Failure> {
    let server = Server::parse(post.server.expose()).map_err(Failure::never)?;
    let work = async {
        let addresses = Guard::resolve(guard, &server.host).await.map_err(|error| match refusal(&error) {
            Some(refused) => Failure::minute(refused.to_string()),
            None => Failure::again(format!("{} cannot be found: {error}", server.host)),
        })?;
        let address = reachable(&addresses, server.port).await;
        let transport = transport(&server, &address.to_string(), timeout)?;
        let answer = transport.send(post.message.clone()).await.map_err(|error| failure(&error))?;
        let body = answer.message().collect::<Vec<_>>().join(" ");
        Ok(Answer { status: u16::from(answer.code()), body, ..Answer::default() })
    };
    let late = || Failure::again("no answer of the mail server in time");
    tokio::time::timeout(timeout, work).await.unwrap_or_else(|_| Err(late()))
}

/// The first address that takes a connection, or the first one of all. Only one gets the mail, so that it is not sent
/// twice.
async fn reachable(addresses: &[IpAddr], port: u16) -> IpAddr {
    if addresses.len() > 1 {
        for &address in addresses.iter().take(4) {
            if TcpStream::connect((address, port)).await.is_ok() {
                return address;
            }
        }
    }
    addresses.first().copied().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

fn transport(server: &Server, address: &str, timeout: Duration) -> Result<AsyncSmtpTransport<Tokio1Executor>, Failure> {
    // The certificate must be of the name, although the connection goes to the address.
    let parameters = || {
        let parameters = TlsParameters::new(server.host.clone());
        parameters.map_err(|error| Failure::never(format!("TLS with {}: {}", server.host, causes(&error))))
    };
    let tls = match server.safety {
        Safety::Wrapped => Tls::Wrapper(parameters()?),
        Safety::Required => Tls::Required(parameters()?),
        Safety::Offered => Tls::Opportunistic(parameters()?),
        Safety::Plain => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address)
        .port(server.port)
        .tls(tls)
        .timeout(Some(timeout));
    if let Some((user, password)) = &server.login {
        builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
    }
    Ok(builder.build())
}

fn failure(error: &lettre::transport::smtp::Error) -> Failure {
    let text = causes(error);
    let code = error.status().map(u16::from);
    match code {
        Some(530 | 534 | 535) => Failure::never(format!(
            "the mail server refused the user or the password; correct them in the channel's address ({text})"
        )),
        _ if error.is_permanent() => Failure::never(format!("the mail server refused the mail: {text}")),
        _ if error.is_tls() => Failure::again(format!("no safe connection to the mail server: {text}")),
        _ => Failure::again(format!("the mail was not taken: {text}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_read() {
        for (text, host, port, safety, login) in [
            ("smtp://mail.example", "mail.example", 25, Safety::Offered, None),
            ("smtp://mail.example:2525?tls=none", "mail.example", 2525, Safety::Plain, None),
            ("smtp://u:p%40ss@mail.example", "mail.example", 587, Safety::Required, Some(("u", "p@ss"))),
            ("smtp://u:p@mail.example?tls=none", "mail.example", 25, Safety::Plain, Some(("u", "p"))),
            ("smtps://u%40x:p@mail.example", "mail.example", 465, Safety::Wrapped, Some(("u@x", "p"))),
        ] {
            let login = login.map(|(user, password)| (user.to_owned(), password.to_owned()));
            let server = Server::parse(text).map_err(|error| format!("{text}: {error}")).unwrap();
            assert!(server == Server { host: host.into(), port, safety, login }, "{text}");
        }
    }

    #[test]
    fn what_is_no_server_is_refused_without_its_password() {
        for text in
            ["mail.example", "http://u:secret@mail.example", "smtp://", "smtp://u:secret@mail.example?tls=maybe"]
        {
            let error = Server::parse(text).err().unwrap();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
