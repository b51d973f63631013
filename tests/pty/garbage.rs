//! Bytes that are no keys: a line that drops bits, a binary file that is pasted. Each byte and each
//! part of an escape sequence is one that a terminal may send.

use super::*;

/// Bytes of a round; `BRANCHWATCH_TEST_ROUNDS` makes so many rounds.
const BYTES: usize = 30_000;

fn rounds() -> u64 {
    std::env::var("BRANCHWATCH_TEST_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(1)
}

/// Anything, and many beginnings of what a terminal says; but nothing that ends or stops the program
/// by itself (`q`, ctrl-c, ctrl-z).
fn garbage(seed: u64) -> Vec<u8> {
    let mut dice = fastrand::Rng::with_seed(seed);
    let beginnings: [&[u8]; 7] =
        [b"\x1b", b"\x1b[", b"\x1b[200~", b"\x1b]11;", b"\x1b[<0;", b"\xf0\x9f", b"\x1bP"];
    let mut bytes = Vec::with_capacity(BYTES);
    while bytes.len() < BYTES {
        match dice.u8(..8) {
            0 => bytes.extend(beginnings.get(dice.usize(..beginnings.len())).unwrap().iter()),
            _ => bytes.push(dice.u8(..)),
        }
    }
    bytes.retain(|byte| !matches!(byte, b'q' | b'Q' | 0x03 | 0x1a));
    bytes
}

// T12
#[test]
fn bytes_that_are_no_keys_panic_nothing_and_change_nothing_at_yoti() {
    for seed in 0..rounds() {
        let home = tempfile::tempdir().unwrap();
        let mut terminal = begun(&["demo", "--allow-writes"], home.path(), &[]);
        terminal.sees("demo-0001");
        let mut keys = terminal.keys.take().unwrap();
        // It may end or stop by what it was told to do: then nobody reads the rest.
        let typing = std::thread::spawn(move || keys.write_all(&garbage(seed)));
        let pid = terminal.child.process_id().unwrap();
        until(&terminal, "all of it is read", || {
            typing.is_finished() || terminal.reading.is_finished() || stopped(pid)
        });
        terminal.signal("-CONT");
        terminal.signal("-TERM");
        let code = terminal.ends().exit_code();
        assert!([0, 143].contains(&code), "seed {seed}: {code}\n{}", terminal.text());
        terminal.is_restored();
        let audit = home.path().join(".local/state/branchwatch/audit.jsonl");
        let audit = std::fs::read_to_string(audit).unwrap_or_default();
        for change in ["delete_asked", "letter_asked"] {
            assert!(!audit.contains(change), "seed {seed}: {audit}");
        }
    }
}
