//! Where, as whom and by which scheme to ask; what is refused before anything is sent.

use std::error::Error;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Certificate, ClientBuilder, Url, redirect};
use uuid::Uuid;

use crate::regular_file;

/// Yoti's token endpoint (contract 2.8).
pub const AUTH_URL: &str = "https://auth.api.yoti.com/v1/oauth/token";
/// What a token is asked for; not confirmed by the documentation (contract 2.8, mark C).
pub const AUTH_SCOPE: &str = "idv:sessions";

/// Some 200 certificates of a system take 200 kB.
const LARGEST_CA_FILE: u64 = 8 * 1024 * 1024;

/// How requests prove whose they are (contract 2).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Auth {
    #[default]
    Signature,
    /// A token is asked for and sent with every request (contract 2.8).
    Bearer {
        auth_url: String,
        /// Space separated.
        scope: String,
    },
}

/// Where and as whom to ask.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// `https://api.yoti.com/idverify/v1` or another; a trailing slash does not matter.
    pub base_url: String,
    pub sdk_id: Uuid,
    pub auth: Auth,
    /// PEM; with it only the authorities in it are trusted, and not the system's.
    pub ca_file: Option<PathBuf>,
    /// Deadline for a connection with TLS.
    pub connect_timeout: Duration,
    /// Deadline for the whole call.
    pub request_timeout: Duration,
}

impl ClientOptions {
    /// Signed requests, with the deadlines of fault N09: 5 s and 20 s.
    #[must_use]
    pub fn new(base_url: impl Into<String>, sdk_id: Uuid) -> Self {
        Self {
            base_url: base_url.into(),
            sdk_id,
            auth: Auth::Signature,
            ca_file: None,
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(20),
        }
    }
}

/// Why a client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("the base URL is not a valid URL: {0}")]
    BadUrl(String),
    /// http beyond this machine (fault N06).
    #[error("the base URL must begin with https:// (http is accepted for this machine only)")]
    NotHttps,
    /// The token endpoint's address cannot be used.
    #[error(
        "the token endpoint must begin with https:// (http is accepted on this machine only, and \
         only for a base URL on this machine)"
    )]
    BadAuthUrl,
    /// No certificate can be read from `ca_file`.
    #[error("ca_file {0}: {1}; expected PEM, one certificate or several")]
    CaFile(PathBuf, String),
    /// The HTTP library could not start (certificates, proxy settings).
    #[error(
        "the HTTP client cannot start: {0}; it needs the certificates of authorities: of the system \
         (package ca-certificates), or in a file that SSL_CERT_FILE or ca_file names"
    )]
    Http(String),
}

/// Checks a base URL and takes the trailing slashes off.
pub fn checked_base_url(text: &str) -> Result<String, ClientError> {
    let text = text.trim().trim_end_matches('/');
    let url = Url::parse(text).map_err(|why| ClientError::BadUrl(why.to_string()))?;
    match url.scheme() {
        "https" if url.host_str().is_some_and(|host| !host.is_empty()) => {}
        "http" if is_here(&url) => {}
        "http" => return Err(ClientError::NotHttps),
        _ => return Err(ClientError::BadUrl(String::from("it must begin with https://"))),
    }
    // Paths are appended to it and signed: a query would stand in the middle of them.
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(ClientError::BadUrl(String::from("it must not have a query or a user name")));
    }
    Ok(text.to_owned())
}

/// Checks the address of a token endpoint; `base_url` has been checked.
pub fn checked_auth_url(text: &str, base_url: &str) -> Result<String, ClientError> {
    let checked = checked_base_url(text).map_err(|_why| ClientError::BadAuthUrl)?;
    let local = Url::parse(base_url).is_ok_and(|base| is_here(&base));
    if checked.starts_with("https://") || local {
        Ok(checked)
    } else {
        Err(ClientError::BadAuthUrl)
    }
}

/// Yoti's token endpoint; for an API on this machine the one
/// beside it, so that nothing of a trial ever goes to Yoti.
#[must_use]
pub fn default_auth_url(base_url: &str) -> String {
    match Url::parse(base_url) {
        Ok(base) if is_here(&base) => {
            base.join("/v1/oauth/token").map_or_else(|_never| AUTH_URL.to_owned(), String::from)
        }
        _ => AUTH_URL.to_owned(),
    }
}

pub(super) fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    // Canonical: `::ffff:127.0.0.1` is this machine too.
    let loopback = |ip: IpAddr| ip.to_canonical().is_loopback();
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(loopback)
}

/// The pool for the host of `address`. The proxy that HTTP_PROXY, ALL_PROXY
/// and the like name is never asked for a host on this machine: it could
/// not reach it, and would see an unencrypted request (fault N07).
pub(super) fn pool(address: &str, options: &ClientOptions) -> Result<reqwest::Client, ClientError> {
    built(builder(address, options)?, options)
}

fn builder(address: &str, options: &ClientOptions) -> Result<ClientBuilder, ClientError> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("branchwatch/", env!("CARGO_PKG_VERSION")))
        // Followed, a redirect would take a signature or a token to another host (fault N05).
        .redirect(redirect::Policy::none())
        .referer(false)
        // HTTP/2 would bring floods of frames that need limits of their own (fault N14).
        .http1_only()
        .connect_timeout(options.connect_timeout)
        .timeout(options.request_timeout)
        // After a suspend or behind a NAT an idle connection is dead without saying so (fault N12).
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(8)
        .tcp_keepalive(Duration::from_secs(15));
    let url = Url::parse(address).ok();
    let here = url.as_ref().is_some_and(is_here);
    let builder = if here { builder.no_proxy() } else { builder };
    Ok(match &options.ca_file {
        Some(path) => builder.tls_certs_only(authorities(path)?),
        // Without TLS nothing is to be trusted: the demo needs no authorities from the system.
        None if url.is_some_and(|url| url.scheme() == "http") => builder.tls_certs_only([]),
        None => builder,
    })
}

fn built(builder: ClientBuilder, options: &ClientOptions) -> Result<reqwest::Client, ClientError> {
    builder.build().map_err(|why| match &options.ca_file {
        // Whether a certificate in it is one is seen only here.
        Some(path) => ClientError::CaFile(path.clone(), "not a certificate".to_owned()),
        // The outermost says no more than "builder error".
        None => ClientError::Http(innermost(&why).to_string()),
    })
}

fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    error.source().map_or(error, innermost)
}

fn authorities(path: &Path) -> Result<Vec<Certificate>, ClientError> {
    let unusable = |why: &str| ClientError::CaFile(path.to_owned(), why.to_owned());
    let pem =
        regular_file::named(path, LARGEST_CA_FILE).map_err(|why| unusable(&why.to_string()))?;
    let all = Certificate::from_pem_bundle(&pem).map_err(|_why| unusable("not a certificate"))?;
    if all.is_empty() {
        return Err(unusable("there is no certificate in it"));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv6Addr, SocketAddr};

    use reqwest::dns::{Addrs, Name, Resolve, Resolving};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::time::Instant;

    use super::*;
    use crate::api::ApiErrorKind;
    use crate::api::client::transport::unreachable;

    /// Resolves every name to these addresses; without any it never answers.
    struct Resolver(Vec<SocketAddr>);

    impl Resolve for Resolver {
        fn resolve(&self, _name: Name) -> Resolving {
            let addresses = self.0.clone();
            Box::pin(async move {
                if addresses.is_empty() {
                    std::future::pending::<()>().await;
                }
                Ok(Box::new(addresses.into_iter()) as Addrs)
            })
        }
    }

    /// The status of an answer from a host on this port.
    async fn asked(port: u16, resolver: Resolver) -> Result<u16, ApiErrorKind> {
        let base = format!("http://localhost:{port}/");
        let options = ClientOptions::new(base.as_str(), Uuid::nil());
        let builder = builder(&base, &options).unwrap().dns_resolver(resolver);
        let answer = built(builder, &options).unwrap().get(&base).send().await;
        answer.map(|answer| answer.status().as_u16()).map_err(|why| unreachable(&why))
    }

    // N08
    #[tokio::test(start_paused = true)]
    async fn a_name_that_is_never_resolved_is_given_up_after_five_seconds() {
        let begun = Instant::now();
        let told = asked(9, Resolver(Vec::new())).await;
        assert_eq!(told, Err(ApiErrorKind::Timeout("connect")));
        assert_eq!(begun.elapsed().as_secs(), 5);
    }

    // N08
    #[tokio::test]
    async fn where_a_host_has_an_address_that_is_dead_the_next_one_is_asked() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let _request = socket.read(&mut [0; 1024]).await;
            socket.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        });
        let dead = SocketAddr::from((Ipv6Addr::LOCALHOST, here.port()));
        assert_eq!(asked(here.port(), Resolver(vec![dead, here])).await, Ok(204));
    }

    // N06
    #[test]
    fn http_is_for_this_machine_only() {
        for (url, good) in [
            ("https://api.yoti.com/idverify/v1/", true),
            ("http://127.0.0.1:8080/idverify/v1", true),
            ("http://[::1]:8080/v1", true),
            ("http://localhost/v1", true),
            ("http://api.yoti.com/idverify/v1", false),
            ("http://127.0.0.1.example.org/", false),
            ("ftp://localhost/", false),
            ("https://user@api.yoti.com/", false),
            ("https://api.yoti.com/?x=1", false),
            ("api.yoti.com", false),
            ("", false),
        ] {
            assert_eq!(checked_base_url(url).is_ok(), good, "{url}");
        }
        assert_eq!(checked_base_url("https://h/v1//").unwrap(), "https://h/v1");
    }

    // N06
    #[test]
    fn an_assertion_goes_unencrypted_to_this_machine_only_and_for_an_api_on_it() {
        let yoti = "https://api.yoti.com/idverify/v1";
        let here = "http://127.0.0.1:8080/idverify/v1";
        for (url, base, good) in [
            (AUTH_URL, yoti, true),
            ("http://127.0.0.1:8080/v1/oauth/token", here, true),
            ("http://127.0.0.1:8080/v1/oauth/token", yoti, false),
            ("http://auth.api.yoti.com/v1/oauth/token", here, false),
            ("no address", here, false),
        ] {
            assert_eq!(checked_auth_url(url, base).is_ok(), good, "{url} for {base}");
        }
        assert_eq!(default_auth_url(yoti), AUTH_URL);
        assert_eq!(default_auth_url(here), "http://127.0.0.1:8080/v1/oauth/token");
    }
}
