//! Key material in the wrong place: a private key where a path, a name or an ID belongs.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// The end of every PEM head of a private key.
const HEAD: &str = "PRIVATE KEY-----";
/// No private key is shorter in base64.
const SHORTEST: usize = 40;
/// Half of the distance at which two slashes stand in base64 on average: no part of a key of
/// [`LONG`] characters has only shorter names.
const LONGEST_NAME: usize = 32;
/// Base64 of this length stands for nothing else that a person types.
const LONG: usize = 512;

/// Whether a text holds a private key: PEM, also with `\n`
/// for line ends, base64 of PEM, or the base64 body alone.
#[must_use]
pub fn holds_key(text: &str) -> bool {
    let quoted = text.split(['"', '\'', '=', ':']);
    let words = text.split_whitespace();
    text.contains(HEAD) || std::iter::once(text).chain(quoted).chain(words).any(encodes_key)
}

fn encodes_key(text: &str) -> bool {
    let text = text.replace("\\n", "").replace("\\r", "");
    let body: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{feff}')
        .map(|c| match c {
            // The URL alphabet of base64 is tried as well.
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    let body = body.trim_end_matches('=');
    let in_alphabet = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    if body.len() < SHORTEST || !body.chars().all(in_alphabet) {
        return false;
    }
    // A body that was cut or has lost its padding is still a secret.
    let whole = body.get(..body.len() - body.len() % 4).unwrap_or_default();
    let lenient = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let Ok(bytes) = GeneralPurpose::new(&alphabet::STANDARD, lenient).decode(whole) else {
        return false;
    };
    let has_head = bytes.windows(HEAD.len()).any(|window| window == HEAD.as_bytes());
    // A path is base64 too in its letters; its names are short, and a key has no such rule.
    let is_path = text.split('/').all(|name| name.len() < LONGEST_NAME);
    let is_one_word = text.split_whitespace().nth(1).is_none();
    has_head || is_key_info(&bytes) || (body.len() >= LONG && is_one_word && !is_path)
}

/// The DER of PKCS#1, PKCS#8 and SEC 1 alike: a sequence that opens with its version, 0 or 1.
fn is_key_info(der: &[u8]) -> bool {
    let [0x30, length, rest @ ..] = der else { return false };
    let more = if *length < 0x80 { 0 } else { usize::from(*length & 0x7f) };
    more <= 2 && matches!(rest.get(more..), Some([0x02, 0x01, 0x00 | 0x01, ..]))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use secrecy::ExposeSecret;

    use super::*;
    use crate::api::key::SigningKey;

    #[test]
    fn a_private_key_is_recognised_in_every_spelling_and_nothing_else_is() {
        let pem = SigningKey::generate().unwrap().to_pem().unwrap().expose_secret().to_owned();
        let lines: Vec<&str> = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let body = lines.concat();
        for key in [
            pem.clone(),
            pem.replace('\n', "\\n"),
            pem.replace('\n', " "),
            STANDARD.encode(&pem),
            URL_SAFE_NO_PAD.encode(format!("\u{feff}{pem}")),
            body.clone(),
            lines.join("\n"),
            lines.join("\\n"),
            body.replace('+', "-").replace('/', "_"),
            body.chars().take(400).collect(),
            body.chars().skip(400).collect(),
            lines.join("\\n").chars().skip(400).collect(),
            format!("--interval={body}"),
            format!("key_file = \"{body}\""),
            "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF".to_owned(),
        ] {
            assert!(holds_key(&key), "{key}");
        }
        // Wherever it was cut, also before a slash.
        for from in 0..=body.trim_end_matches('=').len() - LONG {
            let part: String = body.chars().skip(from).collect();
            assert!(holds_key(&part), "cut at {from} of {body}");
        }
        for other in [
            String::new(),
            "~/.config/branchwatch/acme.pem".to_owned(),
            "https://api.yoti.com/sandbox/idverify/v1".to_owned(),
            "1c3cae90-1769-43a9-8554-d85f2e7cdb0f".to_owned(),
            ["1c3cae90-1769-43a9-8554-d85f2e7cdb0f"; 40].join("\n"),
            format!("/{}", "folder/".repeat(100)),
            "the PRIVATE KEY is in the vault".to_owned(),
            include_str!("../../../assets/config.example.toml").to_owned(),
        ] {
            assert!(!holds_key(&other), "{other}");
        }
    }
}
