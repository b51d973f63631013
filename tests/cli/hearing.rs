//! `listen` and `ingest`: what they print, what they keep, and when they refuse.

use std::io::Write;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::*;

pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";

pub(crate) fn auth(world: &World) -> String {
    let path = world.home.path().join("auth");
    std::fs::write(&path, format!("bearer {TOKEN}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn notification(id: &str, topic: &str) -> String {
    format!(r#"{{"session_id":"{id}","topic":"{topic}"}}"#)
}

/// A `listen` that listens: its child, the rest of its talk, and where.
struct Listening {
    child: Child,
    address: String,
}

fn listening(world: &World, arguments: &[&str]) -> Listening {
    let auth = auth(world);
    let mut command = world.command(&["listen", "--listen", "127.0.0.1:0", "--auth-file", &auth]);
    let mut child =
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut talk = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("listening on http://") {
        said.clear();
        assert_ne!(talk.read_line(&mut said).unwrap(), 0, "it says where it listens");
    }
    child.stderr = Some(talk.into_inner());
    let address = said.trim().split("//").nth(1).unwrap().split('/').next().unwrap().to_owned();
    Listening { child, address }
}

impl Listening {
    /// The status of a POST.
    fn post(&self, body: &str) -> String {
        let mut socket = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "POST /notifications HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        socket.write_all(format!("{head}{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    }

    /// So many lines of its output, and its exit code after SIGTERM.
    fn lines(mut self, count: usize) -> (Vec<Value>, Option<i32>) {
        let mut out = BufReader::new(self.child.stdout.take().unwrap());
        let mut lines = Vec::new();
        for _ in 0..count {
            let mut line = String::new();
            out.read_line(&mut line).unwrap();
            lines.push(serde_json::from_str(&line).unwrap());
        }
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(&pid).status().unwrap().success());
        (lines, self.child.wait().unwrap().code())
    }
}

/// A file of the configuration with this profile.
fn configured(world: &World, profile: &str) -> String {
    let path = world.home.path().join("config.toml");
    std::fs::write(&path, format!("[profiles.p]\n{profile}\n")).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn listen_prints_each_notification_and_keeps_what_it_tells() {
    let world = world(&["--sessions", "1", "--scenario", "S01", "--speed", "0"]);
    let (id, other) = (&world.sessions[0], "0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33");
    world.run(&["add", id], 0);
    let door = listening(&world, &[]);
    assert_eq!(door.post(&notification(id, "first_branch_visit")), "200");
    assert_eq!(door.post(&notification(other, "CHECK_COMPLETION")), "200");
    assert_eq!(door.post("nonsense"), "400");
    // One process holds the store; another one leaves it what it heard.
    let file = world.home.path().join("told.jsonl");
    std::fs::write(&file, notification(id, "thank_you_email_requested") + "\n").unwrap();
    world.run(&["ingest", file.to_str().unwrap()], 0);
    let shown = || world.run(&["show", id, "--part", "timeline"], 0).0;
    assert!((0..500).any(|_| shown().contains("thank-you")), "{}", shown());
    // The list is kept fresh too, and who is named first of all.
    let shown = || world.run(&["show", id, "--part", "timeline"], 0).0;
    assert!((0..500).any(|_| shown().contains("first response")), "{}", shown());
    let (lines, code) = door.lines(2);
    assert_eq!(code, Some(128 + 15));
    assert_eq!(
        (&lines[0]["session_id"], &lines[0]["watched"]),
        (&id.as_str().into(), &true.into())
    );
    assert_eq!(lines[0]["topic"], "first_branch_visit");
    assert_eq!(
        (&lines[1]["topic"], &lines[1]["watched"]),
        (&"check_completion".into(), &false.into())
    );
    assert!(shown().contains("first branch visit"), "{}", shown());
    let (out, _) = world.run(&["list", "--json"], 0);
    assert!(!out.contains(other), "no row for who is not on the list");
}

#[test]
fn sessions_are_learned_where_the_profile_says_so() {
    let world = world(&["--sessions", "1", "--scenario", "S01", "--speed", "0"]);
    let config = configured(&world, "learn = true");
    let file = world.home.path().join("lines");
    let line = notification(&world.sessions[0], "resource_update");
    std::fs::write(&file, format!("{line}\n{line}\n")).unwrap();
    let (out, err) = world.run(&["--config", &config, "ingest", file.to_str().unwrap()], 0);
    assert_eq!(out.lines().count(), 2);
    assert!(err.contains("2 notifications") && err.contains("added"), "{err}");
    let (out, _) = world.run(&["show", &world.sessions[0]], 0);
    assert!(out.contains("first response"), "it was asked for: {out}");
    let (out, _) = world.run(&["list", "--json"], 0);
    assert!(out.contains("\"learned\""), "{out}");
}

#[test]
fn ingest_reads_standard_input_and_says_what_it_did_not_understand() {
    let world = world(&["--sessions", "1", "--scenario", "S01", "--speed", "0"]);
    let id = &world.sessions[0];
    world.run(&["add", id], 0);
    let mut child = world
        .command(&["ingest", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let told = format!(
        r#"{{"session_id":"{id}","topic":"thank_you_email_requested","received_at":"2026-01-02T03:04:05Z"}}"#
    );
    let text = format!("{told}\nnonsense\n\n{told}");
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let (out, err) = said(&child.wait_with_output().unwrap(), 7);
    assert!(out.lines().all(|line| line.contains("2026-01-02T03:04:05Z")), "{out}");
    assert!(err.contains("2 notifications") && err.contains("1 line not understood"), "{err}");
    assert!(err.contains("line 2: not a notification"), "{err}");
    let (out, _) = world.run(&["show", id, "--json"], 0);
    let shown: Value = serde_json::from_str(&out).unwrap();
    let timeline = shown["timeline"].as_array().unwrap();
    let told: Vec<&Value> =
        timeline.iter().filter(|event| event["origin"] == "notification").collect();
    assert_eq!(told.len(), 1, "a duplicate is one: {shown}");
    let (out, _) = world.run(&["stats"], 0);
    assert!(out.lines().any(|line| line.starts_with("notifications received")), "{out}");
    assert_eq!(
        (&told[0]["topic"], &told[0]["at"]),
        (&"THANK_YOU_EMAIL_REQUESTED".into(), &"2026-01-02T03:04:05Z".into())
    );
}

#[test]
fn what_was_taken_is_kept_where_nobody_reads_the_lines() {
    let world = empty();
    let id = "0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33";
    world.run(&["add", id], 0);
    let file = world.home.path().join("lines");
    std::fs::write(&file, notification(id, "first_branch_visit")).unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = world.command(&["ingest", "--offline", file.to_str().unwrap()]);
    said(&command.stdout(writer).stderr(Stdio::piped()).output().unwrap(), 0);
    let (out, _) = world.run(&["show", id, "--part", "timeline"], 0);
    assert!(out.contains("first branch visit"), "{out}");
}

#[test]
fn ingest_reads_a_socket_of_its_own() {
    let world = world(&["--sessions", "1", "--scenario", "S01", "--speed", "0"]);
    let id = &world.sessions[0];
    world.run(&["add", id], 0);
    let path = world.home.path().join("socket");
    let origin = format!("unix:{}", path.display());
    let child = world
        .command(&["ingest", &origin])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let connected = |path: &Path| (0..).find_map(|_| UnixStream::connect(path).ok());
    let mut writer = connected(&path).unwrap();
    writer.write_all(notification(id, "resource_update").as_bytes()).unwrap();
    drop(writer);
    let (out, _) = said(&child.wait_with_output().unwrap(), 0);
    assert!(out.contains("resource_update"), "{out}");
    assert!(!path.exists());
}

#[test]
fn doctor_looks_at_credential_and_address_of_the_receiver() {
    let world = world(&["--sessions", "0"]);
    assert!(world.run(&["doctor"], 0).0.contains("not configured, and not needed"));
    let file = auth(&world);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    let config = world.home.path().join("doctor.toml");
    let configured = |text: &str| {
        std::fs::write(&config, format!("[notifications]\nauth_file = \"{file}\"\n{text}"))
            .unwrap();
    };
    let doctor = |code: i32| {
        let (out, _) = world.run(&["doctor", "--config", config.to_str().unwrap()], code);
        assert!(!out.contains(TOKEN), "{out}");
        out
    };
    let listen = format!("listen = \"{address}\"\n");
    configured(&listen);
    let held = doctor(0);
    assert!(held.contains("warn  receiver") && held.contains("in use by another"), "{held}");
    drop(free);
    let free = doctor(0);
    assert!(free.contains(&format!("{address} is free: http, from this machine only")), "{free}");
    assert!(free.contains("ok    receiver auth"), "{free}");
    configured("listen = \"0.0.0.0:0\"\n");
    assert!(doctor(3).contains("fail  receiver "), "no TLS");
    configured("listen = \"192.0.2.1:8750\"\ntls_cert = \"/nowhere\"\ntls_key = \"/nowhere\"\n");
    assert!(doctor(3).contains("/nowhere"));
    let secret = |name: &str, text: &str, mode: u32| {
        let path = world.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let cert = secret("cert.pem", include_str!("../notifications/tls/cert.pem"), 0o644);
    let key = |mode| secret("tls-key.pem", include_str!("../notifications/tls/key.pem"), mode);
    let beyond = |key: &str| {
        configured(&format!(
            "listen = \"0.0.0.0:0\"\ntls_cert = \"{cert}\"\ntls_key = \"{key}\"\n"
        ));
    };
    beyond(&key(0o600));
    assert!(doctor(0).contains("0.0.0.0:0 is free: https"));
    beyond(&key(0o644));
    let open = doctor(3);
    assert!(open.contains("fail  receiver ") && open.contains("chmod 600"), "{open}");
    beyond(&secret("no-key.pem", include_str!("../notifications/tls/cert.pem"), 0o600));
    assert!(doctor(3).contains("private key"), "a certificate is none");
    configured(&listen);
    std::fs::write(&file, "bearer short-secret").unwrap();
    assert!(doctor(0).contains("warn  receiver auth"));
    std::fs::write(&file, "").unwrap();
    assert!(doctor(3).contains("fail  receiver auth"));
    std::fs::write(&file, format!("bearer {TOKEN}")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let open = doctor(3);
    assert!(open.contains("fail  receiver auth") && open.contains("hint: one line"), "{open}");
    let (out, _) = world.run(&["doctor", "--json", "--config", config.to_str().unwrap()], 3);
    let told: Value = serde_json::from_str(&out).unwrap();
    crate::schemas::fits("doctor", &told);
    let lines = told["checks"].as_array().unwrap();
    assert!(lines.iter().any(|line| line["check"] == "receiver auth" && line["state"] == "fail"));
}

#[test]
fn ingest_waits_for_answers_no_longer_than_it_is_told() {
    let world = world(&["--sessions", "1", "--speed", "0"]);
    let id = &world.sessions[0];
    world.run(&["add", id], 0);
    let file = world.home.path().join("lines");
    std::fs::write(&file, notification(id, "resource_update")).unwrap();
    // Takes connections and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/idverify/v1", silent.local_addr().unwrap());
    let mut command = world.command(&["-q", "ingest", file.to_str().unwrap(), "--timeout", "1s"]);
    let (out, err) = said(&command.env("YOTI_IDV_API_URL", &base).output().unwrap(), 6);
    assert!(out.contains("resource_update") && err.contains("--timeout"), "{out}{err}");
    std::fs::write(&file, format!("{}\n", notification(id, "resource_update"))).unwrap();
    let mut follows = world
        .command(&["ingest", file.to_str().unwrap(), "--follow", "--timeout", "1h"])
        .env("YOTI_IDV_API_URL", &base)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(follows.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let pid = follows.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(follows.wait().unwrap().code(), Some(143), "a signal ends it at once");
    std::fs::write(&file, "nonsense").unwrap();
    let (_, err) = world.run(&["-q", "ingest", file.to_str().unwrap()], 7);
    assert!(!err.is_empty(), "quiet says what went wrong");
}

#[test]
fn listen_refuses_what_is_not_safe() {
    let world = world(&["--sessions", "1", "--speed", "0"]);
    let (_, err) = world.run(&["listen"], 2);
    assert!(err.contains("--auth-file"), "{err}");
    let auth = auth(&world);
    let (_, err) = world.run(&["listen", "--auth-file", &auth, "--listen", "0.0.0.0:0"], 3);
    assert!(err.contains("tls_cert"), "{err}");
    std::fs::set_permissions(&auth, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (_, err) = world.run(&["listen", "--auth-file", &auth], 3);
    assert!(err.contains("chmod 600") && !err.contains(TOKEN), "{err}");
    let (_, err) = world.run(&["ingest", "missing.jsonl"], 1);
    assert!(err.contains("missing.jsonl"), "{err}");
}

#[test]
fn without_a_key_what_notifications_tell_is_kept_and_nobody_is_asked() {
    let world = empty();
    let id = "0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33";
    world.run(&["add", id], 0);
    let file = world.home.path().join("lines");
    std::fs::write(&file, notification(id, "first_branch_visit")).unwrap();
    let (_, err) = world.run(&["ingest", file.to_str().unwrap()], 0);
    assert!(err.contains("no key is configured"), "{err}");
    let (out, _) = world.run(&["show", id, "--part", "timeline"], 0);
    assert!(out.contains("first branch visit"), "{out}");
}
