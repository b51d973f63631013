//! What an attacker or a mistake sends, and that it costs nothing.

use std::time::Duration;

use tokio::time::Instant;

use super::*;

// W01
#[tokio::test]
async fn without_the_credential_nothing_of_a_body_is_read() {
    let mut door = listening().await;
    let host = format!("Host: {}", door.host());
    let long = format!("Authorization: Bearer {}", "x".repeat(8_000));
    for wrong in ["X: none", "Authorization: Bearer wrong", "Authorization: Basic eDp5", &long] {
        let headers = [host.as_str(), wrong, "Expect: 100-continue"];
        let mut socket = TcpStream::connect(door.address).await.unwrap();
        let head = format!(
            "POST /notifications HTTP/1.1\r\n{}\r\nContent-Length: 60000\r\n\r\n",
            headers.join("\r\n")
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        let answer = answer(&mut socket).await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "no 100, which asks for the body: {answer}");
        assert!(answer.to_lowercase().contains("content-length: 0"), "no detail: {answer}");
    }
    let good = bearer();
    let headers = [host.as_str(), &good, "Expect: 100-continue"];
    let answer = door.answer("POST /notifications", &headers, BODY.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 100 ") && answer.contains(" 200 "), "{answer}");
    assert!(door.told.try_recv().is_ok() && door.told.try_recv().is_err());
    let oversized = format!("Authorization: Bearer {}", "x".repeat(2_000_000));
    assert!(matches!(door.post(&[&oversized], BODY).await, 0 | 431), "not even a head of 2 MB");
    let long = format!("Authorization: Bearer {}", "x".repeat(17_000));
    assert_eq!(door.post(&[&long], BODY).await, 0, "no head is longer than 16 KiB");
}

// W06
#[tokio::test]
async fn a_body_that_is_too_long_endless_or_packed_is_refused_and_the_connection_closed() {
    let door = listening().await;
    let (host, good) = (format!("Host: {}", door.host()), bearer());
    let most = format!("{BODY}{}", " ".repeat(64 * 1024 - BODY.len()));
    assert_eq!(door.post(&[&good], &most).await, 200);
    assert_eq!(door.post(&[&good], &format!("{most} ")).await, 413);
    for packed in ["gzip", "br, gzip", "identity\r\nContent-Encoding: gzip"] {
        let packed = format!("Content-Encoding: {packed}");
        assert_eq!(door.post(&[&good, &packed], BODY).await, 415, "{packed}");
    }
    assert_eq!(door.post(&[&good, "Content-Encoding: Identity"], BODY).await, 200);

    let mut socket = TcpStream::connect(door.address).await.unwrap();
    let head = format!(
        "POST /notifications HTTP/1.1\r\n{host}\r\n{good}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(4096));
    let mut sent = 0;
    while sent < 1024 * 1024 * 1024 && socket.write_all(chunk.as_bytes()).await.is_ok() {
        sent += chunk.len();
    }
    println!("{} KiB of an endless body went into the system's buffers", sent / 1024);
    assert!(sent < 64 * 1024 * 1024, "it was cut off");
}

// W06
#[tokio::test]
async fn long_bodies_take_turns_and_a_notification_waits_for_none_of_them() {
    let door = listening().await;
    let (host, good) = (format!("Host: {}", door.host()), bearer());
    let head = format!(
        "POST /notifications HTTP/1.1\r\n{host}\r\n{good}\r\nContent-Length: 65536\r\n\r\n"
    );
    let mut held = Vec::new();
    for _ in 0..7 {
        let mut socket = connect_from("127.0.0.2", door.address).await.unwrap();
        socket.write_all(head.as_bytes()).await.unwrap();
        socket.write_all(" ".repeat(60_000).as_bytes()).await.unwrap();
        held.push(socket);
    }
    assert_eq!(door.post(&[&good], BODY).await, 200);
    drop(held);
    let long = format!("{BODY}{}", " ".repeat(60_000));
    assert_eq!(door.post(&[&good], &long).await, 200, "turns are given back");
}

// W07
#[tokio::test(start_paused = true)]
async fn a_head_has_five_seconds_and_so_has_a_body() {
    let door = listening().await;
    let (host, good) = (format!("Host: {}", door.host()), bearer());
    let head =
        format!("POST /notifications HTTP/1.1\r\n{host}\r\n{good}\r\nContent-Length: 100\r\n");
    let one_second = Duration::from_secs(1);
    for (name, before, drip, at_least, at_most) in [
        ("nothing", "", "", 5, 6),
        ("a head by drips", head.as_str(), "X: y\r\n", 5, 7),
        ("a body by drips", &format!("{head}\r\n"), " ", 5, 12),
    ] {
        let begun = Instant::now();
        let mut socket = TcpStream::connect(door.address).await.unwrap();
        socket.write_all(before.as_bytes()).await.unwrap();
        let (mut reads, mut writes) = socket.split();
        let dripping = async {
            loop {
                tokio::time::sleep(one_second).await;
                if drip.is_empty() || writes.write_all(drip.as_bytes()).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        let mut rest = Vec::new();
        tokio::select! {
            _end = reads.read_to_end(&mut rest) => {}
            () = dripping => {}
            () = tokio::time::sleep(Duration::from_mins(1)) => panic!("{name}: still open"),
        }
        let took = begun.elapsed().as_secs();
        assert!((at_least..=at_most).contains(&took), "{name}: {took} s");
    }
}

// W07
#[tokio::test]
async fn while_thousands_of_idle_connections_come_from_one_address_others_are_answered() {
    let door = listening_with(&format!("bearer {TOKEN}"), 1_000).await;
    let mut held = Vec::new();
    for round in 0..100 {
        for _ in 0..20 {
            held.extend(connect_from("127.0.0.2", door.address).await.ok());
        }
        assert_eq!(door.post(&[&bearer()], BODY).await, 200, "round {round}");
    }
    // Of those beyond eight each has taken the place of an older one.
    let mut open = 0;
    for socket in &mut held {
        let mut byte = [0];
        let read = tokio::time::timeout(Duration::from_millis(1), socket.read(&mut byte)).await;
        open += usize::from(read.is_err());
    }
    assert!(open <= 8, "{open} of them have a place");
}

/// Posts while others hold what places they get; how long it waits is a figure (`cargo bench -- W07`).
async fn is_answered(door: &Listening, others: impl Fn(usize) -> String, each: usize) {
    let mut held = Vec::new();
    for round in 0..100 {
        for n in 0..each {
            let mut other = connect_from(&others(round * each + n), door.address).await.unwrap();
            if n % 2 == 0 {
                // One that is slow, not silent; it may be cut off already.
                let _cut = other.write_all(b"POST /notifications HTTP/1.1\r\nX: y").await;
            }
            held.push(other);
        }
        assert_eq!(door.post(&[&bearer()], BODY).await, 200, "round {round}");
    }
}

// W07
#[tokio::test]
async fn silent_and_slow_connections_from_few_or_many_addresses_keep_no_good_one_out() {
    for addresses in [1, 8, 200] {
        let door = listening_with(&format!("bearer {TOKEN}"), 1_000).await;
        let from = |n| format!("127.0.1.{}", n % addresses + 1);
        is_answered(&door, from, 40).await;
        // From the good one's own address too, as through a proxy.
        is_answered(&door, |_| "127.0.0.1".to_owned(), 20).await;
    }
}

// W07
#[tokio::test]
async fn who_is_cut_off_for_another_is_the_oldest_that_said_nothing() {
    let door = listening().await;
    let (host, good) = (format!("Host: {}", door.host()), bearer());
    let head = format!("POST /notifications HTTP/1.1\r\n{host}\r\n{good}\r\n");
    let length = format!("Content-Length: {}\r\n\r\n", BODY.len());
    let mut sending = connect_from("127.0.0.2", door.address).await.unwrap();
    // The 100 says that the head is through.
    sending.write_all(format!("{head}Expect: 100-continue\r\n{length}").as_bytes()).await.unwrap();
    let mut told = [0; 12];
    sending.read_exact(&mut told).await.unwrap();
    assert_eq!(&told, b"HTTP/1.1 100");
    let mut silent = Vec::new();
    for _ in 0..8 {
        silent.push(connect_from("127.0.0.2", door.address).await.unwrap());
    }
    let mut rest = Vec::new();
    let _reset = silent[0].read_to_end(&mut rest).await;
    assert!(rest.is_empty(), "closed without an answer");
    sending.write_all(BODY.as_bytes()).await.unwrap();
    let told = answer(&mut sending).await;
    assert!(told.contains("HTTP/1.1 200 "), "who sends is not: {told}");
}

// A23
#[tokio::test]
async fn a_request_that_can_be_read_in_two_ways_is_refused() {
    let mut door = listening().await;
    let (host, good) = (format!("Host: {}", door.host()), bearer());
    let post = async |line: &str, headers: &[&str], body: &str| {
        let mut all = vec![host.as_str(), good.as_str()];
        all.extend(headers);
        door.status(line, &all, body.as_bytes()).await
    };
    let usual = "POST /notifications";
    let json = "Content-Type: application/json; charset=utf-8";
    assert_eq!(post(usual, &[json], BODY).await, 200);
    // A length is sent with each of these.
    let chunked = format!("{:x}\r\n{BODY}\r\n0\r\n\r\n", BODY.len());
    assert_eq!(post(usual, &["Transfer-Encoding: chunked"], &chunked).await, 0);
    let length = format!("Content-Length: {}", BODY.len());
    assert_eq!(post(usual, &[&length], BODY).await, 0, "the length twice");
    assert_eq!(post(usual, &["Host: hooks.example"], BODY).await, 0);
    assert_eq!(post(usual, &[&host], BODY).await, 0, "the same host twice");
    let absolute = format!("POST http://{}/notifications", door.host());
    assert_eq!(post(&absolute, &[], BODY).await, 400);
    assert_eq!(post("POST http://evil.example/notifications", &[], BODY).await, 400);
    let twice = BODY.replace('{', r#"{"session\u005fid":"x","#);
    for body in [twice, BODY.replace('}', r#","new":1,"new":1}"#)] {
        assert_eq!(post(usual, &[], &body).await, 400, "{body}");
    }
    assert!(door.told.try_recv().is_ok() && door.told.try_recv().is_err(), "only the first");
}

// W10
#[tokio::test]
async fn another_method_path_or_text_is_refused_without_a_word() {
    let mut door = listening().await;
    let (host, good) = (format!("Host: {}", door.host()), bearer());
    let headers = [host.as_str(), good.as_str()];
    for (line, body, status) in [
        ("GET /notifications", "", 405),
        ("PUT /notifications", BODY, 405),
        ("OPTIONS /notifications", "", 405),
        ("POST /", BODY, 404),
        ("POST /notifications/x", BODY, 404),
        ("POST /../etc/passwd", BODY, 404),
        ("POST /notifications", "", 400),
        ("POST /notifications", "{", 400),
        ("POST /notifications", "[1,2]", 400),
        ("POST /notifications", r#"{"session_id":"x","topic":"check_completion"}"#, 400),
        ("POST /notifications?x=1", BODY, 200),
        ("POST /notifications/", BODY, 200),
        ("POST /notifications//", BODY, 404),
    ] {
        let answer = door.answer(line, &headers, body.as_bytes()).await;
        assert_eq!(status_of(&answer), status, "{line} {body}");
        assert!(answer.ends_with("\r\n\r\n"), "no body, no detail: {answer}");
        assert!(!answer.to_lowercase().contains("access-control"), "{answer}");
    }
    let mut dice = fastrand::Rng::with_seed(10);
    for _ in 0..200 {
        let mut socket = TcpStream::connect(door.address).await.unwrap();
        let noise: Vec<u8> = (0..dice.usize(1..400)).map(|_| dice.u8(..)).collect();
        socket.write_all(&noise).await.unwrap();
        socket.shutdown().await.unwrap();
        let mut rest = Vec::new();
        let _cut = socket.read_to_end(&mut rest).await;
    }
    assert_eq!(door.post(&[&good], BODY).await, 200, "it has survived");
    assert!(door.states.try_recv().is_err(), "and was never down");
}

// W11
#[tokio::test]
async fn a_browser_or_a_name_that_is_not_ours_is_refused_even_with_the_credential() {
    let mut door = listening().await;
    let (good, port) = (bearer(), door.address.port());
    let from = |host: String| [format!("Host: {host}"), good.clone()];
    for (host, status) in [
        (format!("127.0.0.1:{port}"), 200),
        (format!("localhost:{port}"), 200),
        (format!("LOCALHOST:{port}"), 200),
        ("hooks.example".to_owned(), 200),
        (format!("hooks.example:{port}"), 200),
        (format!("rebound.example:{port}"), 403),
        (format!("127.0.0.1.rebound.example:{port}"), 403),
        ("127.0.0.1:1".to_owned(), 403),
        (format!("10.0.0.1:{port}"), 403),
        (String::new(), 403),
    ] {
        let headers = from(host.clone());
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let told = door.status("POST /notifications", &headers, BODY.as_bytes()).await;
        assert_eq!(told, status, "{host}");
    }
    assert_eq!(door.status("POST /notifications", &[&good], BODY.as_bytes()).await, 403, "no host");
    for origin in ["Origin: https://evil.example", "Origin: null", "Origin: http://127.0.0.1"] {
        assert_eq!(door.post(&[&good, origin], BODY).await, 403, "{origin}");
    }
    assert_eq!(door.post(&["Cookie: x=y"], BODY).await, 401, "the credential is needed");
    let mut taken = 0;
    while door.told.try_recv().is_ok() {
        taken += 1;
    }
    assert_eq!(taken, 5);
}

// W12
#[tokio::test(start_paused = true)]
async fn a_port_in_use_is_said_and_tried_again_more_and_more_rarely() {
    let blocker = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = blocker.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let listen = address.to_string();
    let receiver = Receiver::new(&settings(folder.path(), &listen, "bearer x")).unwrap();
    let (hints, _told) = mpsc::channel(1);
    let (tell, mut states) = mpsc::unbounded_channel();
    let stop = CancellationToken::new();
    let _guard = stop.clone().drop_guard();
    let tell = move |how| tell.send((Instant::now(), how)).unwrap_or(());
    tokio::spawn(receiver.run(hints, tell, SystemClock, stop));
    let mut times = Vec::new();
    for _ in 0..9 {
        let (at, how) = states.recv().await.unwrap();
        let Receiving::Down(why) = how else { panic!("{how:?}") };
        assert!(why.contains("in use") && why.contains(&listen), "{why}");
        times.push(at);
    }
    let waits: Vec<u64> = times.windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect();
    assert_eq!(waits, [1, 2, 4, 8, 15, 15, 15, 15]);
    drop(blocker);
    let (_, how) = states.recv().await.unwrap();
    assert_eq!(how, Receiving::On(listen));
}

// W13
#[tokio::test]
async fn beyond_this_machine_it_listens_only_with_tls_and_a_secret_that_nobody_guesses() {
    let folder = tempfile::tempdir().unwrap();
    let strong = format!("bearer {TOKEN}");
    for (listen, auth, good) in [
        ("127.0.0.1:0", "bearer short", true),
        ("127.8.0.1:0", "bearer short", true),
        ("[::1]:0", "bearer short", true),
        ("0.0.0.0:0", strong.as_str(), false),
        ("[::]:0", &strong, false),
        ("192.0.2.1:0", &strong, false),
    ] {
        let made = Receiver::new(&settings(folder.path(), listen, auth));
        assert_eq!(made.is_ok(), good, "{listen}");
        if let Err(why) = made {
            assert!(why.to_string().contains("tls_cert"), "{why}");
        }
    }
}
