//! The properties of `fuzz/`, bounded: each input of the corpora, and changes of it from a seed.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed set-up fails the test")]

#[path = "../fuzz/properties.rs"]
mod properties;

use std::path::Path;

use fastrand::Rng;

/// Changes of each input; `BRANCHWATCH_TEST_ROUNDS=100000` for a long run.
fn rounds() -> usize {
    std::env::var("BRANCHWATCH_TEST_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(100)
}

/// What another could have sent in its place.
fn changed(bytes: &[u8], random: &mut Rng) -> Vec<u8> {
    const PIECES: &[&[u8]] = &[
        b"\"",
        b"\\",
        b"\\ud800",
        b"\x1b[2J",
        "\u{202e}".as_bytes(),
        b"null",
        b"NaN",
        b"1e999",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\n",
        b"\xff",
        b"-1",
        b"0",
        b" ",
    ];
    let mut bytes = bytes.to_vec();
    for _ in 0..random.usize(1..8) {
        let at = random.usize(0..=bytes.len());
        let end = bytes.len().min(at + random.usize(0..20));
        match random.usize(0..5) {
            0 => bytes.truncate(at),
            1 => drop(bytes.splice(at..end, std::iter::empty())),
            2 => {
                let part = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, part));
            }
            3 => {
                let piece = PIECES[random.usize(0..PIECES.len())];
                drop(bytes.splice(at..at, piece.iter().copied()));
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.usize(0..8);
                }
            }
        }
    }
    bytes
}

#[test]
fn every_property_holds_for_its_corpus_and_for_what_is_near_it() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    // The same inputs each time: a fault is seen again.
    let mut random = Rng::with_seed(1);
    for (name, holds) in properties::ALL {
        let mut files: Vec<_> =
            std::fs::read_dir(corpora.join(name)).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{name} has no corpus");
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            holds(&bytes);
            for round in 0..rounds() {
                let changed = changed(&bytes, &mut random);
                let held = std::panic::catch_unwind(|| holds(&changed));
                assert!(held.is_ok(), "{name}: {}, change {round}: {changed:?}", file.display());
            }
        }
    }
}

#[test]
fn every_property_has_its_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let mut targets: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    targets.sort();
    let mut names: Vec<_> = properties::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
    names.sort();
    assert_eq!(targets, names);
}
