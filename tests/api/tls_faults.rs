//! Servers whose TLS is wrong: each has its reason, and gets no byte of a request (faults N01–N03).

use std::net::SocketAddr;

use branchwatch::api::client::ClientError;
use branchwatch::api::unreached::Unreached;
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, GeneralSubtree, NameConstraints};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::tls::{Authority, Identity, of_host, served, tls_server};
use super::*;

const VALID: std::ops::Range<i32> = 2020..4000;

fn signed_by_itself(host: &str) -> Identity {
    let (params, key) = of_host(host, 2020..4000);
    (params.self_signed(&key).unwrap().der().clone(), key.into())
}

fn whole() -> Vec<u8> {
    json(200, &format!(r#"{{"session_id":"{}","state":"ONGOING"}}"#, id()))
}

fn address(server: &Responder) -> SocketAddr {
    let host = server.base.strip_prefix("http://").unwrap().split('/').next().unwrap();
    host.parse().unwrap()
}

/// Asks a server on `localhost` at this port, and trusts an authority.
async fn asked(port: u16, trusted: &str) -> Result<(), ApiErrorKind> {
    let folder = tempfile::tempdir().unwrap();
    let base = format!("https://localhost:{port}/idverify/v1");
    let (_, key) = client("http://127.0.0.1:1", Duration::from_secs(30));
    let mut options = ClientOptions::new(base, uuid::Uuid::from_u128(7));
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, trusted).unwrap();
    options.ca_file = Some(ca_file);
    let client = Client::new(&options, key, SystemClock).unwrap();
    client.session(id()).await.map(|_| ()).map_err(|why| why.kind)
}

/// A server's certificate and key, and the authority that has signed it, all in one file.
fn weak(pem: &str) -> (String, Identity) {
    let leaf = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap();
    let authority = pem.rfind("-----BEGIN CERTIFICATE-----").unwrap();
    (pem.split_at(authority).1.to_owned(), (leaf, key))
}

/// An authority that may vouch for the hosts of another domain alone, and what it signs here.
fn beyond_its_names() -> (String, Identity) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName("yoti.example".to_owned())],
        excluded_subtrees: Vec::new(),
    });
    let authority = Authority::of(params);
    (authority.pem.clone(), authority.signs("localhost", VALID))
}

/// A certificate of somebody who asks, not of a server.
fn for_a_client(authority: &Authority) -> Identity {
    let (mut params, key) = of_host("localhost", VALID);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    authority.signs_this((params, key))
}

// N01
#[tokio::test]
async fn each_fault_of_a_certificate_has_its_reason_and_the_server_gets_no_request() {
    let (trusted, other) = (Authority::new(), Authority::new());
    let ours = |identity| (trusted.pem.clone(), identity);
    let cases: [((String, Identity), Option<Unreached>); 10] = [
        (ours(trusted.signs("localhost", VALID)), None),
        (ours(trusted.signs("localhost", 2020..2021)), Some(Unreached::CertificateExpired)),
        (ours(trusted.signs("localhost", 3000..3001)), Some(Unreached::CertificateTooNew)),
        (ours(trusted.signs("yoti.example", VALID)), Some(Unreached::CertificateOfAnotherHost)),
        (ours(other.signs("localhost", VALID)), Some(Unreached::UnknownAuthority)),
        (ours(signed_by_itself("localhost")), Some(Unreached::UnknownAuthority)),
        (ours(for_a_client(&trusted)), Some(Unreached::BadCertificate)),
        (beyond_its_names(), Some(Unreached::BadCertificate)),
        (weak(include_str!("weak/rsa-1024.pem")), Some(Unreached::BadCertificate)),
        (weak(include_str!("weak/sha-1.pem")), Some(Unreached::BadCertificate)),
    ];
    for (number, ((authority, identity), fault)) in cases.into_iter().enumerate() {
        let server = server(whole()).await;
        let port = tls_server(identity, address(&server)).await.port();
        let result = asked(port, &authority).await;
        match fault {
            None => assert_eq!(result, Ok(()), "the authority of ca_file is trusted"),
            Some(fault) => {
                assert_eq!(result, Err(ApiErrorKind::Unreachable(fault)), "{number}");
                assert!(server.all().is_empty(), "{fault}: it got a request");
            }
        }
    }
}

// N02
#[tokio::test]
async fn a_server_with_an_old_tls_or_none_is_said_to_be_so() {
    // The alert `protocol_version`.
    const OLD: &[u8] = &[0x15, 3, 1, 0, 2, 2, 70];
    for (first, fault) in [
        (OLD, Unreached::OldTls),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Unreached::NoTls),
        (b"", Unreached::Closed),
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut hello = [0; 16 * 1024];
                let _hello = socket.read(&mut hello).await;
                let _sent = socket.write_all(first).await;
            }
        });
        let result = asked(port, &Authority::new().pem).await;
        assert_eq!(result, Err(ApiErrorKind::Unreachable(fault)));
    }
}

// N09
#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_the_hello_is_given_up_after_five_seconds() {
    let address = served(|mut socket: TcpStream| async move {
        while socket.read(&mut [0; 1024]).await.is_ok_and(|read| read > 0) {}
    })
    .await;
    let begun = Instant::now();
    let result = asked(address.port(), &Authority::new().pem).await;
    assert_eq!(result, Err(ApiErrorKind::Timeout("connect")));
    assert_eq!(begun.elapsed().as_secs(), 5);
}

// N03
#[tokio::test]
async fn a_file_without_a_certificate_is_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let none = folder.path().join("none.pem");
    std::fs::write(&none, "no certificate").unwrap();
    let broken = folder.path().join("broken.pem");
    std::fs::write(&broken, "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n")
        .unwrap();
    let (_, key) = client("http://127.0.0.1:1", Duration::from_secs(30));
    for path in [none, broken, folder.path().join("missing.pem"), folder.path().to_owned()] {
        let mut options = ClientOptions::new("https://localhost:1/v1", uuid::Uuid::nil());
        options.ca_file = Some(path.clone());
        let made = Client::new(&options, Arc::clone(&key), SystemClock);
        match made {
            Err(ClientError::CaFile(named, _)) => assert_eq!(named, path),
            other => panic!("{}: {other:?}", path.display()),
        }
    }
}
