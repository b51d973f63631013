//! Why there was no answer, in our words: a cause for each fault of the network, TLS or a proxy.
//!
//! An HTTP library's error text names the URL with its signature and is never used.

use std::error::Error;
use std::io::ErrorKind;

use tokio_rustls::rustls::{AlertDescription, CertificateError, Error as TlsError};

/// How the library begins what it says of a proxy's CONNECT.
const TUNNEL: &str = "tunnel error: ";

/// What kept a request from its answer, the proxy's faults apart from the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreached {
    /// The operator wants nothing to be sent.
    #[error("working offline")]
    Offline,
    #[error("the host name cannot be resolved")]
    UnknownHost,
    #[error("connection refused")]
    Refused,
    #[error("connection reset")]
    Reset,
    #[error("connection closed")]
    Closed,
    #[error("no connection")]
    NoConnection,
    #[error("connection broken")]
    Broken,
    #[error("the server's certificate has expired")]
    CertificateExpired,
    #[error("the server's certificate is not valid yet")]
    CertificateTooNew,
    #[error("the server's certificate is for another host")]
    CertificateOfAnotherHost,
    #[error("the server's certificate is self-signed or signed by an unknown authority")]
    UnknownAuthority,
    /// As tools make them for trying: an authority that stands for a server.
    #[error("the server's certificate is self-signed")]
    SelfSigned,
    #[error("the server's certificate was revoked")]
    CertificateRevoked,
    #[error("the server's certificate is not valid")]
    BadCertificate,
    /// TLS 1.0 and 1.1, or ciphers that nobody should use.
    #[error("the server offers no safe version of TLS (1.2 or 1.3)")]
    OldTls,
    #[error("the server does not speak TLS")]
    NoTls,
    #[error("the TLS handshake failed")]
    Tls,
    #[error("the proxy refuses connections")]
    ProxyRefused,
    #[error("the proxy's host name cannot be resolved")]
    ProxyUnknownHost,
    #[error("the proxy cannot be reached")]
    ProxyUnreached,
    #[error("the proxy wants a user name and a password (407)")]
    ProxyAuthentication,
    #[error("the proxy does not let the request through")]
    ProxyForbids,
    #[error("the proxy closed the connection")]
    ProxyClosed,
}

type AnyError = dyn Error + 'static;

impl Unreached {
    pub(super) fn of(why: &reqwest::Error) -> Self {
        let mut said = None;
        let mut to_proxy = false;
        let mut cause: Option<&AnyError> = Some(why);
        // The innermost cause says most.
        while let Some(error) = cause {
            let text = error.to_string();
            if let Some(fault) = text.strip_prefix(TUNNEL) {
                to_proxy = true;
                said = Some(of_tunnel(fault));
            } else if text.contains("dns error") || text.contains("failed to lookup") {
                said = Some(if to_proxy { Self::ProxyUnknownHost } else { Self::UnknownHost });
            }
            said = of_tls(error).or_else(|| of_io(error, to_proxy)).or(said);
            cause = below(error);
        }
        said.unwrap_or(if why.is_connect() { Self::NoConnection } else { Self::Broken })
    }

    /// What the operator can do, for `doctor`.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Offline => "omit --offline",
            Self::CertificateExpired | Self::CertificateTooNew => {
                "check this machine's clock; if it is right, the server's certificate must be renewed"
            }
            Self::UnknownAuthority | Self::SelfSigned | Self::BadCertificate => {
                "behind a company proxy that inspects TLS, set ca_file in the profile to its certificates"
            }
            Self::CertificateOfAnotherHost
            | Self::CertificateRevoked
            | Self::OldTls
            | Self::NoTls
            | Self::Tls => "check base_url, and whether a proxy or gateway responds instead",
            Self::ProxyAuthentication => {
                "set HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT; for a proxy that does not take \
                 Basic, run a helper such as px or cntlm and name that"
            }
            Self::ProxyRefused | Self::ProxyUnknownHost | Self::ProxyUnreached => {
                "check HTTPS_PROXY and ALL_PROXY: host and port of the proxy"
            }
            Self::ProxyForbids | Self::ProxyClosed => {
                "ask whoever runs the proxy to let requests to Yoti's API through, or name its host \
                 in NO_PROXY"
            }
            _ => "check the network; behind a proxy set HTTPS_PROXY",
        }
    }
}

fn of_tunnel(fault: &str) -> Unreached {
    match fault {
        "proxy authorization required" => Unreached::ProxyAuthentication,
        "unsuccessful" => Unreached::ProxyForbids,
        "failed to create underlying connection" => Unreached::ProxyUnreached,
        _ => Unreached::ProxyClosed,
    }
}

fn of_io(error: &AnyError, to_proxy: bool) -> Option<Unreached> {
    match (error.downcast_ref::<std::io::Error>()?.kind(), to_proxy) {
        (ErrorKind::ConnectionRefused, true) => Some(Unreached::ProxyRefused),
        (ErrorKind::ConnectionRefused, false) => Some(Unreached::Refused),
        (ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof, true) => {
            Some(Unreached::ProxyClosed)
        }
        (ErrorKind::ConnectionReset, false) => Some(Unreached::Reset),
        (ErrorKind::UnexpectedEof, false) => Some(Unreached::Closed),
        _ => None,
    }
}

/// What an error is made of. An error of the system's kind names as its source that of the error
/// within it, and not that error.
fn below(error: &AnyError) -> Option<&AnyError> {
    let within = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    within.map(|inner| -> &AnyError { inner }).or_else(|| error.source())
}

fn of_tls(error: &AnyError) -> Option<Unreached> {
    Some(match error.downcast_ref::<TlsError>()? {
        TlsError::InvalidCertificate(fault) => of_certificate(fault),
        TlsError::PeerIncompatible(_)
        | TlsError::AlertReceived(
            AlertDescription::ProtocolVersion
            | AlertDescription::HandshakeFailure
            | AlertDescription::InsufficientSecurity,
        ) => Unreached::OldTls,
        TlsError::InvalidMessage(_) => Unreached::NoTls,
        _ => Unreached::Tls,
    })
}

fn of_certificate(fault: &CertificateError) -> Unreached {
    match fault {
        // The library has no variant of its own for it.
        CertificateError::Other(why) if why.to_string().contains("CaUsedAsEndEntity") => {
            Unreached::SelfSigned
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            Unreached::CertificateExpired
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Unreached::CertificateTooNew
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Unreached::CertificateOfAnotherHost
        }
        CertificateError::UnknownIssuer => Unreached::UnknownAuthority,
        CertificateError::Revoked => Unreached::CertificateRevoked,
        _ => Unreached::BadCertificate,
    }
}
