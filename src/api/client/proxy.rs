//! The proxy that the environment names for an address, as the HTTP library chooses it.

use std::time::Duration;

use axum::http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::options::is_here;

/// The head of a proxy's refusal is read up to here.
const LARGEST_HEAD: usize = 16 * 1024;

const PATIENCE: Duration = Duration::from_secs(5);

/// A proxy, without the user name and password that may stand in its variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    host: String,
    port: u16,
}

impl std::fmt::Display for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", crate::text::shown_str(&self.host, 80), self.port)
    }
}

impl Proxy {
    /// `None`: requests to this address go without a proxy.
    #[must_use]
    pub fn of(address: &str) -> Option<Self> {
        if Url::parse(address).is_ok_and(|url| is_here(&url)) {
            return None;
        }
        let intercept = Matcher::from_system().intercept(&address.parse::<Uri>().ok()?)?;
        let uri = intercept.uri();
        let usual = match uri.scheme_str() {
            Some("https") => 443,
            Some("http") => 80,
            _ => 1080,
        };
        Some(Self { host: uri.host()?.to_owned(), port: uri.port_u16().unwrap_or(usual) })
    }

    /// The schemes in which it takes a user name and a password (`Basic`, `NTLM`), asked with a
    /// CONNECT without them. Empty where it does not tell.
    pub async fn schemes(&self, address: &str) -> Vec<String> {
        let head = timeout(PATIENCE, self.refusal(address)).await;
        let head = head.ok().flatten().unwrap_or_default();
        let lines = head.lines().filter_map(|line| line.split_once(':'));
        let schemes = lines
            .filter(|(name, _)| name.eq_ignore_ascii_case("proxy-authenticate"))
            .filter_map(|(_, value)| value.split_whitespace().next())
            .map(|scheme| crate::text::shown_str(scheme.trim_end_matches(','), 20));
        schemes.take(8).collect()
    }

    async fn refusal(&self, address: &str) -> Option<String> {
        let url = Url::parse(address).ok()?;
        let to = format!("{}:{}", url.host_str()?, url.port_or_known_default()?);
        let mut socket = TcpStream::connect((self.host.as_str(), self.port)).await.ok()?;
        let request = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n");
        socket.write_all(request.as_bytes()).await.ok()?;
        let mut head = Vec::new();
        let mut part = [0; 1024];
        while head.len() < LARGEST_HEAD && !head.windows(4).any(|four| four == b"\r\n\r\n") {
            match socket.read(&mut part).await.ok()? {
                0 => break,
                length => head.extend_from_slice(part.get(..length)?),
            }
        }
        Some(String::from_utf8_lossy(&head).into_owned())
    }
}
