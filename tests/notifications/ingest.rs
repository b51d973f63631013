//! Lines of notifications from files that are rotated, and from a Unix socket.

use std::fs::OpenOptions;
use std::io::Write;

use branchwatch::notifications::follow::{self, LineOrigin};
use branchwatch::notifications::lines::Read;
use tokio::net::UnixStream;
use tokio::time::{Duration, timeout};

use super::*;

fn line(topic: &str) -> String {
    format!("{{\"session_id\":\"0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33\",\"topic\":\"{topic}\"}}\n")
}

fn append(path: &Path, text: &str) {
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

fn followed(origin: LineOrigin) -> mpsc::Receiver<Read> {
    let (out, read) = mpsc::channel(8);
    tokio::spawn(async move { follow::read(&origin, true, &SystemClock, &out).await.unwrap() });
    read
}

async fn next(read: &mut mpsc::Receiver<Read>) -> String {
    let waited = timeout(Duration::from_mins(10), read.recv()).await.unwrap().unwrap();
    waited.map_or_else(|why| why.to_string(), |told| told.topic.as_raw().to_owned())
}

#[test]
fn an_origin_is_named_by_a_dash_a_path_or_a_socket() {
    assert_eq!(LineOrigin::named("-"), LineOrigin::Input);
    assert_eq!(LineOrigin::named("unix:/run/x"), LineOrigin::Socket("/run/x".into()));
    assert_eq!(LineOrigin::named("./unix:x"), LineOrigin::File("./unix:x".into()));
}

#[tokio::test]
async fn a_file_is_read_to_its_end_and_a_missing_one_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    append(&path, &format!("{}nonsense\n{}", line("a_1"), line("b_1").trim_end()));
    let (out, mut read) = mpsc::channel(8);
    follow::read(&LineOrigin::File(path), false, &SystemClock, &out).await.unwrap();
    assert_eq!(next(&mut read).await, "a_1");
    assert!(next(&mut read).await.contains("not a notification"));
    assert_eq!(next(&mut read).await, "b_1");
    let missing = LineOrigin::File(folder.path().join("missing"));
    assert!(follow::read(&missing, true, &SystemClock, &out).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_file_is_followed_while_it_grows_is_moved_away_and_is_cut_short() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    append(&path, &line("first"));
    let mut read = followed(LineOrigin::File(path.clone()));
    assert_eq!(next(&mut read).await, "first");
    append(&path, "{\"session_id\":\"0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33\",");
    tokio::time::sleep(Duration::from_secs(1)).await;
    append(&path, "\"topic\":\"in_two\"}\n");
    assert_eq!(next(&mut read).await, "in_two");

    // Rotation: what came last into the old file is read, then the new one from its beginning.
    std::fs::rename(&path, folder.path().join("log.1")).unwrap();
    append(&folder.path().join("log.1"), &line("late"));
    assert_eq!(next(&mut read).await, "late");
    append(&path, &line("rotated"));
    assert_eq!(next(&mut read).await, "rotated");

    // Cut short in place, as `copytruncate` does.
    append(&path, &line("before"));
    assert_eq!(next(&mut read).await, "before");
    std::fs::write(&path, line("cut")).unwrap();
    assert_eq!(next(&mut read).await, "cut");
    drop(read);
}

#[tokio::test]
async fn a_socket_takes_several_writers_is_its_owners_alone_and_goes_with_its_reader() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    // Left over from a process that has ended.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let mut read = followed(LineOrigin::Socket(path.clone()));
    let connect = || async {
        loop {
            if let Ok(stream) = UnixStream::connect(&path).await {
                return stream;
            }
            tokio::task::yield_now().await;
        }
    };
    let (mut one, mut other) = (connect().await, connect().await);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let whole = line("from_one");
    let (half, rest) = whole.split_at(20);
    one.write_all(half.as_bytes()).await.unwrap();
    other.write_all(line("from_other").as_bytes()).await.unwrap();
    assert_eq!(next(&mut read).await, "from_other");
    one.write_all(rest.as_bytes()).await.unwrap();
    assert_eq!(next(&mut read).await, "from_one");
    drop(other);
    let mut third = connect().await;
    third.write_all(line("third").trim_end().as_bytes()).await.unwrap();
    drop(third);
    assert_eq!(next(&mut read).await, "third");
    let (out, _unread) = mpsc::channel(1);
    let taken = follow::read(&LineOrigin::Socket(path.clone()), true, &SystemClock, &out).await;
    assert!(taken.is_err(), "one reader for a socket");
    drop(read);
    while path.exists() {
        tokio::task::yield_now().await;
    }
}
