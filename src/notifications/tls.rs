//! The receiver's certificate and key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;

use crate::api::key::{KeyError, private_file};
use crate::regular_file;

/// A chain of certificates takes a few thousand bytes.
const LARGEST: u64 = 1024 * 1024;

/// Why TLS cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("no certificate could be read from {0}: {1}")]
    Certificate(PathBuf, String),
    /// The key's file cannot be read, or others can read it.
    #[error("the receiver's TLS key: {0}")]
    Key(#[from] KeyError),
    /// The key is none, or of another certificate.
    #[error("the receiver's TLS key cannot be used: {0}")]
    NotTogether(String),
}

/// TLS 1.2 and 1.3, as Yoti asks for (contract 8.1).
pub(super) fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let none = |why: &str| TlsError::Certificate(certificate.to_path_buf(), why.to_owned());
    let pem = regular_file::named(certificate, LARGEST).map_err(|why| none(&why.to_string()))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let chain = chain.unwrap_or_default();
    if chain.is_empty() {
        return Err(none("expected PEM, the server's own first"));
    }
    let unusable = |why: &str| TlsError::NotTogether(why.to_owned());
    let pem = private_file(key)?;
    let key = PrivateKeyDer::from_pem_slice(&pem)
        .map_err(|_no_key| unusable("the file holds no private key in PEM"))?;
    // Named, not the process's default: which provider that is depends on who sets it first.
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|why| unusable(&why.to_string()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
