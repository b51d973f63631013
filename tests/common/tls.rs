//! An authority of our own, and a server with its certificates.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;

/// A certificate and its key.
pub(crate) type Identity = (CertificateDer<'static>, PrivateKeyDer<'static>);

pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate.
    pub(crate) pem: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::of(CertificateParams::new(Vec::new()).unwrap())
    }

    pub(crate) fn of(mut params: CertificateParams) -> Self {
        // Each a name of its own: by its name an authority is found.
        let name = format!("authority {}", fastrand::u64(..));
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Its certificate as a file.
    pub(crate) fn file(&self, folder: &Path) -> PathBuf {
        let path = folder.join("ca.pem");
        std::fs::write(&path, &self.pem).unwrap();
        path
    }

    /// A certificate for a host, valid in these years.
    pub(crate) fn signs(&self, host: &str, years: std::ops::Range<i32>) -> Identity {
        self.signs_this(of_host(host, years))
    }

    pub(crate) fn signs_this(&self, (params, key): (CertificateParams, KeyPair)) -> Identity {
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.der().clone(), key.into())
    }
}

/// Of nobody yet.
pub(crate) fn of_host(host: &str, years: std::ops::Range<i32>) -> (CertificateParams, KeyPair) {
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    params.not_before = date_time_ymd(years.start, 1, 1);
    params.not_after = date_time_ymd(years.end, 1, 1);
    (params, KeyPair::generate().unwrap())
}

pub(crate) fn tls_config((certificate, key): Identity) -> ServerConfig {
    ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

/// Takes TLS off, and hands on what comes to `upstream`.
pub(crate) async fn tls_server(identity: Identity, upstream: SocketAddr) -> SocketAddr {
    let acceptor = TlsAcceptor::from(Arc::new(tls_config(identity)));
    served(move |socket| {
        let acceptor = acceptor.clone();
        async move {
            let mut socket = acceptor.accept(socket).await.ok()?;
            let mut upstream = TcpStream::connect(upstream).await.ok()?;
            copy_bidirectional(&mut socket, &mut upstream).await.ok()
        }
    })
    .await
}

/// Listens on loopback; a task for each connection.
pub(crate) async fn served<W>(work: impl Fn(TcpStream) -> W + Send + 'static) -> SocketAddr
where
    W: Future + Send + 'static,
    W::Output: Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(work(socket));
        }
    });
    address
}
