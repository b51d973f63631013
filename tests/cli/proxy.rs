//! What a proxy named in the environment is for, and what is said when it does not do it (N01, N07).

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use crate::tls::{Authority, served, tls_server};
use crate::{World, said, world};

// N07
#[test]
fn no_proxy_variable_applies_to_a_host_on_this_machine() {
    let world = world(&["--sessions", "1", "--scenario", "S01"]);
    let id = world.sessions[0].as_str();
    world.run(&["add", id], 0);
    let by_name = world.base_url.replace("127.0.0.1", "localhost");
    let names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"];
    for base_url in [world.base_url.clone(), by_name] {
        for name in names {
            let mut fetch = world.command(&["fetch", id]);
            fetch.env(name, "http://127.0.0.1:1").env("YOTI_IDV_API_URL", &base_url);
            said(&fetch.output().unwrap(), 0);
        }
    }
}

/// A proxy, and the heads of the requests that came to it.
pub(crate) struct ProxyServer {
    pub(crate) address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl ProxyServer {
    /// Leads every CONNECT to `upstream`, or refuses it with a head.
    pub(crate) async fn start(upstream: SocketAddr, refusal: Option<&'static str>) -> Self {
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&heads);
        let address = served(move |mut socket| {
            let kept = Arc::clone(&kept);
            async move {
                let head = head(&mut socket).await?;
                kept.lock().unwrap().push(head);
                if let Some(refusal) = refusal {
                    socket.write_all(refusal.as_bytes()).await.ok()?;
                    return None;
                }
                socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.ok()?;
                let mut upstream = TcpStream::connect(upstream).await.ok()?;
                copy_bidirectional(&mut socket, &mut upstream).await.ok()
            }
        });
        Self { address: address.await, heads }
    }

    /// SOCKS 5 without a password; only to names (RFC 1928).
    pub(crate) async fn socks(upstream: SocketAddr) -> Self {
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&heads);
        let address = served(move |mut socket| {
            let kept = Arc::clone(&kept);
            async move {
                let [_version, methods] = part::<2>(&mut socket).await?;
                for _ in 0..methods {
                    part::<1>(&mut socket).await?;
                }
                socket.write_all(&[5, 0]).await.ok()?;
                let [_, _connect, _, _name, length] = part::<5>(&mut socket).await?;
                let mut name = vec![0; usize::from(length) + 2];
                socket.read_exact(&mut name).await.ok()?;
                kept.lock().unwrap().push(String::from_utf8_lossy(&name).into_owned());
                socket.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await.ok()?;
                let mut upstream = TcpStream::connect(upstream).await.ok()?;
                copy_bidirectional(&mut socket, &mut upstream).await.ok()
            }
        });
        Self { address: address.await, heads }
    }

    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn part<const LENGTH: usize>(socket: &mut TcpStream) -> Option<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    socket.read_exact(&mut bytes).await.ok()?;
    Some(bytes)
}

async fn head(socket: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// A host that only a proxy can find, with TLS before the simulator.
struct Beyond {
    world: World,
    id: String,
    upstream: SocketAddr,
    ca_file: std::path::PathBuf,
    runtime: Runtime,
}

const BASE_URL: &str = "https://yoti.example/idverify/v1";

impl Beyond {
    fn new() -> Self {
        let world = world(&["--sessions", "1", "--scenario", "S01"]);
        let runtime = Runtime::new().unwrap();
        let host = world.base_url.strip_prefix("http://").unwrap().split('/').next().unwrap();
        let authority = Authority::new();
        let identity = authority.signs("yoti.example", 2020..4000);
        let upstream = runtime.block_on(tls_server(identity, host.parse().unwrap()));
        let id = world.sessions[0].clone();
        world.run(&["add", &id], 0);
        let ca_file = authority.file(world.home.path());
        Self { world, id, upstream, ca_file, runtime }
    }

    fn proxy(&self, refusal: Option<&'static str>) -> ProxyServer {
        self.runtime.block_on(ProxyServer::start(self.upstream, refusal))
    }

    /// What a command says with these variables.
    #[track_caller]
    fn says(&self, arguments: &[&str], variables: &[(&str, &str)], code: i32) -> (String, String) {
        let mut command = self.world.command(arguments);
        command.env("YOTI_IDV_API_URL", BASE_URL).env("SSL_CERT_FILE", &self.ca_file);
        said(&command.envs(variables.iter().copied()).output().unwrap(), code)
    }

    #[track_caller]
    fn fetch(&self, variables: &[(&str, &str)], code: i32) -> String {
        self.says(&["fetch", &self.id, "--timeout", "2s"], variables, code).1
    }
}

// N07, N08
#[test]
fn https_beyond_this_machine_goes_through_whatever_proxy_is_named_and_stays_sealed_there() {
    let beyond = Beyond::new();
    let plain = beyond.proxy(None);
    let socks = beyond.runtime.block_on(ProxyServer::socks(beyond.upstream));
    let of = |scheme: &str, proxy: &ProxyServer| format!("{scheme}://{}", proxy.address);
    for (number, name) in
        ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].into_iter().enumerate()
    {
        beyond.fetch(&[(name, &of("http", &plain))], 0);
        let heads = plain.heads();
        assert_eq!(heads.len(), number + 1, "{name}: one connection for all requests");
        assert!(heads[number].starts_with("CONNECT yoti.example:443 "), "{heads:?}");
    }
    for (number, scheme) in ["socks5h", "socks5"].into_iter().enumerate() {
        // With `socks5` this machine looks the name up, and cannot.
        let code = if scheme == "socks5h" { 0 } else { 6 };
        beyond.fetch(&[("ALL_PROXY", &of(scheme, &socks))], code);
        assert_eq!(socks.heads().len(), 1, "{number}");
    }
    let named = format!("http://jane:S3CR3T@{}", plain.address);
    beyond.fetch(&[("HTTPS_PROXY", &named)], 0);
    let head = plain.heads().pop().unwrap();
    assert!(head.to_lowercase().contains("proxy-authorization: basic amfuztptm0nsm1q="), "{head}");
    // Nothing but CONNECT: no signature and no path is seen there.
    assert!(
        plain.heads().iter().all(|head| !head.contains("idverify") && !head.contains("Digest"))
    );
    let (out, _) = beyond.says(&["doctor"], &[("HTTPS_PROXY", &named)], 0);
    assert!(out.contains(&format!("requests go through {}", plain.address)), "{out}");
    assert!(!out.contains("S3CR3T"), "{out}");
    let count = plain.heads().len();
    let err = beyond.fetch(&[("HTTPS_PROXY", &named), ("NO_PROXY", "yoti.example")], 6);
    assert!(err.contains("host name cannot be resolved"), "{err}");
    assert_eq!(plain.heads().len(), count);
}

// N07
#[test]
fn each_fault_of_a_proxy_has_its_reason_and_doctor_says_the_same_and_what_to_do() {
    let beyond = Beyond::new();
    let refusals = [
        (
            Some(
                "HTTP/1.1 407 X\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n",
            ),
            "the proxy wants a user name and a password (407)",
            "it takes: Negotiate, NTLM",
        ),
        (Some("HTTP/1.1 403 X\r\n\r\n"), "does not let the request through", "NO_PROXY"),
        (Some("HTTP/1.1 502 X\r\n\r\n"), "does not let the request through", "NO_PROXY"),
        (Some(""), "the proxy closed the connection", "NO_PROXY"),
        (None, "the proxy refuses connections", "host and port of the proxy"),
    ];
    for (refusal, cause, advice) in refusals {
        let proxy = refusal.map(|_| beyond.proxy(refusal));
        let address = proxy.map_or_else(|| "127.0.0.1:1".to_owned(), |p| p.address.to_string());
        let named = format!("http://jane:S3CR3T@{address}");
        let err = beyond.fetch(&[("HTTPS_PROXY", &named)], 6);
        assert!(err.contains(cause), "{cause}: {err}");
        let (out, _) = beyond.says(&["doctor"], &[("HTTPS_PROXY", &named)], 6);
        assert!(out.contains(cause) && out.contains(advice) && out.contains(&address), "{out}");
        assert!(!err.contains("S3CR3T") && !out.contains("S3CR3T"), "{out}{err}");
    }
}

// N03
#[test]
fn the_authorities_of_ca_file_or_of_ssl_cert_file_are_trusted_and_no_others() {
    let beyond = Beyond::new();
    let proxy = beyond.proxy(None);
    let proxy = format!("http://{}", proxy.address);
    let other = tempfile::tempdir().unwrap();
    let stranger = Authority::new().file(other.path());
    let stranger = stranger.to_str().unwrap();
    let err = beyond.fetch(&[("HTTPS_PROXY", &proxy), ("SSL_CERT_FILE", stranger)], 6);
    assert!(err.contains("signed by an unknown authority"), "{err}");
    let untrusted = [("HTTPS_PROXY", proxy.as_str()), ("SSL_CERT_FILE", stranger)];
    let (out, _) = beyond.says(&["doctor"], &untrusted, 6);
    assert!(out.contains("signed by an unknown authority") && out.contains("ca_file"), "{out}");
    let config = other.path().join("config.toml");
    let with = |path: &std::path::Path| {
        std::fs::write(&config, format!("[profiles.default]\nca_file = {path:?}\n")).unwrap();
        config.to_str().unwrap().to_owned()
    };
    let own = with(&beyond.ca_file);
    beyond.fetch(&[untrusted[0], untrusted[1], ("BRANCHWATCH_CONFIG", &own)], 0);
    let (out, _) = beyond.says(&["doctor"], &[untrusted[0], ("BRANCHWATCH_CONFIG", &own)], 0);
    assert!(out.contains("the certificates of ca_file"), "{out}");
    let strange = with(std::path::Path::new(stranger));
    let err = beyond.fetch(&[untrusted[0], ("BRANCHWATCH_CONFIG", &strange)], 6);
    assert!(err.contains("signed by an unknown authority"), "ca_file alone counts: {err}");
    let missing = with(&other.path().join("none.pem"));
    let err = beyond.fetch(&[untrusted[0], ("BRANCHWATCH_CONFIG", &missing)], 3);
    assert!(err.contains("none.pem") && err.contains("expected PEM"), "{err}");
}

// S05
#[test]
fn the_keys_of_a_connection_are_never_written_down() {
    let beyond = Beyond::new();
    let proxy = beyond.proxy(None);
    let keys = beyond.world.home.path().join("keys.log");
    let proxy = format!("http://{}", proxy.address);
    beyond.fetch(&[("HTTPS_PROXY", &proxy), ("SSLKEYLOGFILE", keys.to_str().unwrap())], 0);
    assert!(!keys.exists());
}
