//! Decides where a request may go: a host is resolved once, and only an address that was looked at is connected to.

use std::{
    collections::BTreeSet,
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::{Network, not_public};

/// Finds the addresses of a host.
#[async_trait]
pub(crate) trait Lookup: fmt::Debug + Send + Sync + 'static {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// Asks the system.
#[derive(Debug)]
pub(crate) struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// An entry of the list of allowed hosts that is neither a host nor a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a host name nor a network as in 10.0.0.0/8")]
pub struct AllowError(pub String);

/// Hosts and networks that are allowed although they are not public.
#[derive(Clone, Debug, Default)]
pub(crate) struct Allowed {
    hosts: BTreeSet<String>,
    networks: Vec<Network>,
}

impl Allowed {
    pub(crate) fn parse(entries: &[String]) -> Result<Self, AllowError> {
        let mut allowed = Self::default();
        for entry in entries {
            let entry = entry.trim();
            let is_host =
                !entry.is_empty() && entry.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
            match Network::parse(entry) {
                Some(network) => allowed.networks.push(network),
                None if is_host => drop(allowed.hosts.insert(host_name(entry))),
                None => return Err(AllowError(entry.to_owned())),
            }
        }
        Ok(allowed)
    }
}

/// A host as it is compared: case and a dot at the end make no difference.
fn host_name(host: &str) -> String {
    host.trim_end_matches('.').to_lowercase()
}

/// Why a request was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{host} is at {address}, {what}, where no alert is sent; if that is intended, allow this host or its network for \
     outgoing alerts in the server's settings"
)]
pub(crate) struct Refused {
    host: String,
    address: IpAddr,
    what: &'static str,
}

/// Lets requests through to where they may go.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    allowed: Arc<Allowed>,
    lookup: Arc<dyn Lookup>,
}

impl Guard {
    pub(crate) fn new(allowed: Allowed, lookup: Arc<dyn Lookup>) -> Self {
        Self { allowed: Arc::new(allowed), lookup }
    }

    /// Whether an address of a host may be connected to.
    pub(crate) fn check(&self, host: &str, address: IpAddr) -> Result<(), Refused> {
        let Some(what) = not_public(address) else {
            return Ok(());
        };
        let by_name = self.allowed.hosts.contains(&host_name(host));
        if by_name || self.allowed.networks.iter().any(|network| network.holds(address)) {
            return Ok(());
        }
        Err(Refused { host: host.to_owned(), address, what })
    }

    /// The addresses of a host that may be connected to; at least one.
    pub(crate) async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let found = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self.lookup.lookup(host).await?,
        };
        let mut refused = None;
        let mut good = Vec::new();
        for address in found {
            match self.check(host, address) {
                Ok(()) => good.push(address),
                Err(why) => refused = Some(why),
            }
        }
        match (good.is_empty(), refused) {
            (false, _) => Ok(good),
            (true, Some(refused)) => Err(io::Error::new(io::ErrorKind::PermissionDenied, refused)),
            (true, None) => Err(io::Error::new(io::ErrorKind::NotFound, format!("{host} has no address"))),
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let addresses = Self::resolve(&guard, name.as_str()).await?;
            Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// The refusal somewhere in an error's causes.
pub(crate) fn refusal<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Refused> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(refused) = error.downcast_ref::<Refused>() {
            return Some(refused);
        }
        // An I/O error shows the cause of what it carries as its own, and skips what it carries.
        let carried = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(refused) = carried.and_then(|carried| carried.downcast_ref::<Refused>()) {
            return Some(refused);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(allow: &[&str]) -> Guard {
        let allow: Vec<String> = allow.iter().map(|entry| (*entry).to_owned()).collect();
        Guard::new(Allowed::parse(&allow).unwrap(), Arc::new(SystemLookup))
    }

    #[test]
    fn an_own_address_needs_permission() {
        let inner: IpAddr = "10.0.0.7".parse().unwrap();
        assert!(guard(&[]).check("hooks.internal", inner).is_err());
        assert!(guard(&["hooks.internal"]).check("HOOKS.internal.", inner).is_ok());
        assert!(guard(&["10.0.0.0/24"]).check("hooks.internal", inner).is_ok());
        assert!(guard(&["10.0.0.7"]).check("10.0.0.7", inner).is_ok());
        assert!(guard(&["other.internal", "10.1.0.0/16"]).check("hooks.internal", inner).is_err());
        assert!(guard(&[]).check("example.com", "93.184.216.34".parse().unwrap()).is_ok());
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let refused = guard(&[]).check("metadata", "169.254.169.254".parse().unwrap()).unwrap_err();
        insta::assert_snapshot!(refused, @"metadata is at 169.254.169.254, a link-local address, where clouds serve metadata, where no alert is sent; if that is intended, allow this host or its network for outgoing alerts in the server's settings");
    }

    #[test]
    fn entries_are_hosts_or_networks() {
        for wrong in ["", "http://hooks.internal", "10.0.0.0/40", "a b", "host:80"] {
            assert_eq!(Allowed::parse(&[wrong.to_owned()]).unwrap_err(), AllowError(wrong.to_owned()));
        }
    }
}
