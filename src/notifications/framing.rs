//! Finds requests whose head is ambiguous: where the body ends, or which host it is meant for.
//!
//! The HTTP library resolves such doubts by itself and passes on what is left (fault A23): a proxy in
//! front may resolve them in another way.

/// Names that may stand once, and of which the first two exclude each other.
const NAMES: [&[u8]; 3] = [b"content-length", b"transfer-encoding", b"host"];
/// The longest name of them is shorter.
const LONGEST: usize = 20;

/// What was seen of a head so far, byte by byte.
#[derive(Debug, Default)]
pub(super) struct Framing {
    /// The name at the beginning of this line; of a longer one the beginning.
    name: Vec<u8>,
    /// The name of this line is through.
    named: bool,
    seen: [usize; NAMES.len()],
}

impl Framing {
    pub(super) fn take(&mut self, byte: u8) {
        match byte {
            b'\n' => {
                self.name.clear();
                self.named = false;
            }
            b':' if !self.named => {
                self.named = true;
                for (name, seen) in NAMES.iter().zip(&mut self.seen) {
                    *seen += usize::from(self.name == *name);
                }
            }
            _ if !self.named && self.name.len() < LONGEST => {
                self.name.push(byte.to_ascii_lowercase());
            }
            _ => {}
        }
    }

    pub(super) const fn is_doubtful(&self) -> bool {
        let [length, encoding, host] = self.seen;
        length + encoding > 1 || host > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_doubtful(head: &str) -> bool {
        let mut framing = Framing::default();
        head.bytes().for_each(|byte| framing.take(byte));
        framing.is_doubtful()
    }

    // A23
    #[test]
    fn a_name_that_may_stand_once_is_seen_in_any_case_and_nowhere_but_before_its_colon() {
        let head =
            "POST http://host:1/ HTTP/1.1\r\nHost: a:1\r\nX: host: b\r\nContent-Length: 1\r\n";
        assert!(!is_doubtful(head));
        for line in ["HOST: b", "host:b", "Content-length: 1", "TRANSFER-ENCODING: chunked"] {
            assert!(is_doubtful(&format!("{head}{line}\r\n\r\n")), "{line}");
            assert!(!is_doubtful(&format!("{head}X-{line}\r\n\r\n")), "{line}");
        }
    }
}
