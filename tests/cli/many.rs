//! `fetch` of many sessions: several at once within the budget, told in their order, kept in batches.
#![expect(clippy::disallowed_methods, reason = "the processes live in real time")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use branchwatch::domain::session::ids::SessionId;

use crate::{World, said, world};

/// What one request gets: a status, more headers, the session's state, and when.
#[derive(Clone, Copy)]
struct Answer {
    status: u16,
    headers: &'static str,
    state: &'static str,
    after: Duration,
}

const AT_ONCE: Answer =
    Answer { status: 200, headers: "", state: "ONGOING", after: Duration::ZERO };
const NEVER: Answer = Answer { after: Duration::from_mins(10), ..AT_ONCE };

const fn after(milliseconds: u64) -> Answer {
    Answer { after: Duration::from_millis(milliseconds), ..AT_ONCE }
}

#[derive(Default)]
struct Seen {
    running: usize,
    /// The most at one time.
    most: usize,
    /// When each came, and for which session.
    asked: Vec<(Instant, String)>,
    /// Of each session, how often it was answered.
    answered: BTreeMap<String, usize>,
}

/// A Yoti with sessions of which nothing but their states is known. Answers each request in a thread of its own, as `answer`
/// says for the session's place in its list and the number of the request for it.
fn yoti(
    sessions: &[String],
    answer: impl Fn(usize, usize) -> Answer + Clone + Send + 'static,
) -> (String, Arc<Mutex<Seen>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/idverify/v1", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Seen::default()));
    let (sessions, counted) = (sessions.to_vec(), Arc::clone(&seen));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (sessions, counted, answer) =
                (sessions.clone(), Arc::clone(&counted), answer.clone());
            std::thread::spawn(move || answers(stream.unwrap(), &sessions, &counted, answer));
        }
    });
    (base, seen)
}

fn answers(
    mut stream: TcpStream,
    sessions: &[String],
    counted: &Mutex<Seen>,
    answer: impl Fn(usize, usize) -> Answer,
) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(first)) = lines.next() else { return };
    let _head = lines.take_while(|line| line.as_ref().is_ok_and(|l| !l.is_empty())).count();
    let place = sessions.iter().position(|id| first.contains(id.as_str())).unwrap();
    let id = &sessions[place];
    let number = {
        let mut seen = counted.lock().unwrap();
        let number = seen.asked.iter().filter(|(_, whose)| whose == id).count();
        seen.asked.push((Instant::now(), id.clone()));
        seen.running += 1;
        seen.most = seen.most.max(seen.running);
        number
    };
    let Answer { status, headers, state, after } = answer(place, number);
    std::thread::sleep(after);
    {
        // Counted before it is sent: the next request may come at once.
        let mut seen = counted.lock().unwrap();
        seen.running -= 1;
        *seen.answered.entry(id.clone()).or_default() += 1;
    }
    let body = match status {
        // What each part must have.
        200 => format!(r#"{{"session_id":"{id}","state":"{state}","documents":[]}}"#),
        _ => r#"{"code":"TEMPORARILY_UNAVAILABLE"}"#.to_owned(),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n"
    );
    let _gone = stream.write_all(format!("{head}{body}").as_bytes());
}

/// A list of so many sessions.
fn listed(count: usize) -> (World, Vec<String>) {
    let world = world(&["--sessions", "0"]);
    let ids: Vec<String> =
        (0..count).map(|n| format!("1c3cae90-1769-43a9-8554-{n:012x}")).collect();
    std::fs::write(world.home.path().join("ids"), ids.join("\n")).unwrap();
    world.run(&["add", "ids"], 0);
    (world, ids)
}

fn fetch(world: &World, base: &str, ids: &[String], more: &[&str]) -> std::process::Command {
    let mut arguments = vec!["fetch"];
    arguments.extend(ids.iter().map(String::as_str));
    let mut command = world.command(&[&arguments, more].concat());
    command.env("YOTI_IDV_API_URL", base);
    command
}

/// The sessions that were told, in their order.
fn told(out: &str) -> Vec<String> {
    let heads = out.lines().filter(|line| !line.starts_with(' '));
    heads.map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

/// The sessions whose answers the store has.
fn stored(world: &World) -> BTreeSet<String> {
    let known = world.location().open(false).unwrap().persistence.load().unwrap();
    let answered = known.iter().filter(|session| session.answers().unwrap().session.is_some());
    answered.map(|session| session.id().to_string()).collect()
}

/// Waits until the store has so many.
fn stores(world: &World, count: usize) -> BTreeSet<String> {
    loop {
        let stored = stored(world);
        if stored.len() >= count {
            return stored;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn spawned(mut command: std::process::Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[track_caller]
fn signal(child: &Child, name: &str) {
    let sent = std::process::Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

// A04
#[test]
fn several_are_asked_for_at_once_within_the_budget_and_told_in_the_order_in_which_they_were_named()
{
    let (world, mut ids) = listed(12);
    ids.reverse();
    let (base, seen) = yoti(&ids, |place, _| after(if place == 0 { 700 } else { 60 }));
    let begun = Instant::now();
    let output = fetch(&world, &base, &ids, &["--max-rps", "20"]).output().unwrap();
    assert_eq!(told(&said(&output, 0).0), ids);
    let seen = seen.lock().unwrap();
    assert!((2..=4).contains(&seen.most), "{} at once", seen.most);
    assert_eq!(seen.asked.len(), 3 * ids.len());
    // Those of the next second; how long a request is on its way is nobody's choice.
    assert!(seen.asked[20].0 - begun >= Duration::from_secs(1));
}

// R03
#[test]
fn one_that_fails_among_many_costs_the_others_nothing() {
    let (world, ids) = listed(6);
    let (base, seen) =
        yoti(&ids, |place, _| Answer { status: if place == 2 { 503 } else { 200 }, ..AT_ONCE });
    let output = fetch(&world, &base, &ids, &["--max-rps", "100"]).output().unwrap();
    let (out, err) = said(&output, 7);
    let mut others = ids.clone();
    let failed = others.remove(2);
    assert_eq!(told(&out), others);
    assert!(err.lines().count() == 1 && err.starts_with(&failed), "{err}");
    assert_eq!(stored(&world).into_iter().collect::<Vec<_>>(), others);
    let seen = seen.lock().unwrap();
    assert_eq!(seen.answered[&failed], 3, "it was tried again");
}

// A01
#[test]
fn where_yoti_asks_for_a_wait_nobody_asks_on_meanwhile() {
    let (world, ids) = listed(8);
    let (base, seen) = yoti(&ids, |place, number| match (place, number) {
        (0, 0) => Answer { status: 429, headers: "retry-after: 2\r\n", ..AT_ONCE },
        _ => after(300),
    });
    let output = fetch(&world, &base, &ids, &["--max-rps", "100"]).output().unwrap();
    assert_eq!(told(&said(&output, 0).0), ids);
    let seen = seen.lock().unwrap();
    let refused = seen.asked.iter().find(|(_, id)| *id == ids[0]).unwrap().0;
    let since = seen.asked.iter().map(|(at, _)| at.saturating_duration_since(refused));
    let late = since.filter(|at| (200..1_900).contains(&at.as_millis())).count();
    assert_eq!(late, 0, "asked in spite of the wait");
}

#[test]
fn ctrl_c_keeps_and_tells_what_was_fetched() {
    let (world, ids) = listed(9);
    // The first never answers: nothing can be told before it, and the others are kept all the same.
    let (base, _) = yoti(&ids, |place, _| if matches!(place, 0 | 5..) { NEVER } else { AT_ONCE });
    let child = spawned(fetch(&world, &base, &ids, &["--max-rps", "100"]));
    let kept = stores(&world, 4);
    assert_eq!(kept.into_iter().collect::<Vec<_>>(), ids[1..5]);
    signal(&child, "-INT");
    let output = child.wait_with_output().unwrap();
    let (out, err) = said(&output, 130);
    assert_eq!((told(&out).as_slice(), err.as_str()), (&ids[1..5], ""));
    let (out, _) = world.run(&["show", &ids[1]], 0);
    assert!(out.contains("state ONGOING"), "{out}");
    assert!(world.run(&["show", &ids[0]], 0).0.contains("seen never"));
    // Fetched, and not kept yet when the signal comes.
    let (base, seen) = yoti(&ids, |place, _| if place == 6 { AT_ONCE } else { NEVER });
    let child = spawned(fetch(&world, &base, &ids[6..], &["--max-rps", "100"]));
    while seen.lock().unwrap().answered.get(&ids[6]) != Some(&3) {
        std::thread::yield_now();
    }
    // Sent, and on its way.
    std::thread::sleep(Duration::from_millis(200));
    signal(&child, "-INT");
    assert_eq!(told(&said(&child.wait_with_output().unwrap(), 130).0), ids[6..7]);
    assert!(stored(&world).contains(&ids[6]));
}

// D01
#[test]
fn a_kill_in_the_middle_loses_no_more_than_one_batch() {
    let (world, ids) = listed(300);
    let (base, seen) = yoti(&ids, |place, _| if place < 200 { AT_ONCE } else { NEVER });
    let mut child = spawned(fetch(&world, &base, &ids, &["--max-rps", "900"]));
    let whole = |seen: &Seen| seen.answered.values().filter(|count| **count == 3).count();
    while whole(&seen.lock().unwrap()) < 150 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let answered = whole(&seen.lock().unwrap());
    signal(&child, "-KILL");
    child.wait().unwrap();
    let kept = stored(&world).len();
    // One batch may be waiting, another one be under way, and four requests be in flight.
    assert!(kept + 64 + 64 + 4 >= answered, "{kept} kept of {answered}");
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    let kept = stored(&world);
    assert!(told(&out).iter().all(|id| kept.contains(id)), "what was told is kept");
}

#[test]
fn add_fetch_asks_for_many_as_fetch_does() {
    let (world, ids) = listed(1);
    let new: Vec<String> =
        (1..9).map(|n| ids[0].replace("1c3cae90", &format!("2c3cae9{n}"))).collect();
    assert!(new.iter().all(|id| SessionId::parse(id).is_ok()));
    let (base, seen) = yoti(&new, |place, _| after(if place == 0 { 500 } else { 50 }));
    let mut arguments = vec!["add", "--fetch", "--max-rps", "100"];
    arguments.extend(new.iter().map(String::as_str));
    let mut add = world.command(&arguments);
    let (out, err) = said(&add.env("YOTI_IDV_API_URL", base).output().unwrap(), 0);
    assert_eq!((told(&out), err.as_str()), (new, "8 added\n"));
    assert!(seen.lock().unwrap().most > 1);
}

#[test]
fn what_wait_tells_is_kept_before_it_ends() {
    let (world, ids) = listed(3);
    let (base, _) = yoti(&ids, |place, _| match place {
        0 => Answer { state: "COMPLETED", ..AT_ONCE },
        1 => AT_ONCE,
        _ => NEVER,
    });
    let mut wait = world.command(&["wait", &ids[0], &ids[1], &ids[2], "--max-rps", "100"]);
    wait.env("YOTI_IDV_API_URL", base);
    let mut child = spawned(wait);
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with(&ids[0]), "{line}");
    signal(&child, "-KILL");
    child.wait().unwrap();
    assert!(stored(&world).contains(&ids[0]));
}
