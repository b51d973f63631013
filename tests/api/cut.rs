//! A network that cuts, stalls and drips (faults N09–N11): an error each time, never half an answer.

use branchwatch::api::unreached::Unreached;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

use super::*;

/// What a server does with a connection after it has read the request.
async fn behaving<W>(serve: impl Fn(TcpStream) -> W + Send + 'static) -> String
where
    W: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/idverify/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = Vec::new();
            let mut part = [0; 4096];
            while !request.ends_with(b"\r\n\r\n") {
                match socket.read(&mut part).await {
                    Ok(length @ 1..) => request.extend_from_slice(part.get(..length).unwrap()),
                    _ => break,
                }
            }
            tokio::spawn(serve(socket));
        }
    });
    base
}

fn whole() -> Vec<u8> {
    json(200, &format!(r#"{{"session_id":"{}","state":"ONGOING"}}"#, id()))
}

// N10
#[tokio::test]
async fn an_answer_that_is_cut_at_any_byte_is_an_error_and_a_whole_one_is_not() {
    for resets in [false, true] {
        let cut = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let at = Arc::clone(&cut);
        let base = behaving(move |mut socket| {
            let length = at.load(std::sync::atomic::Ordering::SeqCst);
            async move {
                let _sent = socket.write_all(&whole()[..length]).await;
                if resets {
                    let _zero = socket.set_zero_linger();
                }
            }
        })
        .await;
        let (client, _) = client(&base, Duration::from_secs(30));
        let length = whole().len();
        for kept in 0..length {
            cut.store(kept, std::sync::atomic::Ordering::SeqCst);
            let kind = client.session(id()).await.unwrap_err().kind;
            let expected = matches!(
                kind,
                ApiErrorKind::NotFromYoti(_)
                    | ApiErrorKind::Unreachable(
                        Unreached::Closed | Unreached::Reset | Unreached::Broken
                    )
            );
            assert!(expected, "{kept} of {length}: {kind:?}");
        }
        cut.store(length, std::sync::atomic::Ordering::SeqCst);
        // A reset may overtake the last bytes.
        assert!(resets || client.session(id()).await.is_ok());
    }
}

// N09, N11
#[tokio::test(start_paused = true)]
async fn what_drips_stalls_or_says_nothing_ends_with_the_deadline() {
    for (first, pause) in [(0, None), (0, Some(1)), (40, None), (whole().len() - 1, None)] {
        let base = behaving(move |mut socket| async move {
            let whole = whole();
            let _sent = socket.write_all(&whole[..first]).await;
            for byte in &whole[first..] {
                match pause {
                    Some(seconds) => sleep(Duration::from_secs(seconds)).await,
                    None => std::future::pending().await,
                }
                let _sent = socket.write_all(&[*byte]).await;
            }
        })
        .await;
        let begun = Instant::now();
        let (client, _) = client(&base, Duration::from_secs(20));
        let error = client.session(id()).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Timeout("request"), "{first} bytes, then {pause:?}");
        assert!(begun.elapsed() < Duration::from_secs(21), "{:?}", begun.elapsed());
    }
}

// N09
#[tokio::test(start_paused = true)]
async fn a_slow_answer_within_the_deadline_is_taken() {
    let base = behaving(|mut socket| async move {
        sleep(Duration::from_secs(3)).await;
        let _sent = socket.write_all(&whole()).await;
    })
    .await;
    let (client, _) = client(&base, Duration::from_secs(20));
    assert!(client.session(id()).await.is_ok());
}
