//! What stands in the raw files of a folder, for tests that look for what must not stand there.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The bodies in the lines of a journal: they stand there as base64, in which no text is found.
fn bodies(text: &str) -> Vec<u8> {
    let words = text.split([' ', ':', '\n']).map(|word| word.trim_start_matches('-'));
    words.filter_map(|word| STANDARD_NO_PAD.decode(word).ok()).flatten().collect()
}

/// Whether any file of the folder holds this text, as it stands or in the body of a journal.
pub(crate) fn holds(folder: &Path, text: &str) -> bool {
    let mut files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.any(|path| {
        let bytes = fs::read(&path).unwrap();
        let decoded = str::from_utf8(&bytes).map(bodies).unwrap_or_default();
        let found = |bytes: &[u8]| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        found(&bytes) || found(&decoded)
    })
}
