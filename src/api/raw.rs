//! The text of an answer, checked and freed of secrets before anything else sees it (I6).

use serde::Deserialize;
use serde_json::Value;

use crate::domain::json_text::{self, Refusal};
use crate::domain::secret::is_secret;
use crate::domain::session::answer::{Fingerprint, is_clock};

/// Checks a body (UTF-8, JSON, one object, not too deep) and cuts the secrets wherever they stand. A
/// text without secrets is returned byte for byte. Values that are not JSON, and members that stand
/// twice, are lost (`json_text::mended`): the rest of the answer counts.
///
/// # Errors
/// Says what is wrong with the body.
pub fn checked_without_secrets(body: Vec<u8>) -> Result<(String, Value), Refusal> {
    if body.is_empty() {
        return Err("the response is empty");
    }
    let text = String::from_utf8(body).map_err(|_bytes| "the response is not UTF-8")?;
    // A byte order mark is no part of the JSON, and no reason to refuse it (fault A11).
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    // Mending reads the text twice: only where there is something to mend.
    read(text).or_else(|_refusal| read(&json_text::mended(text)?))
}

/// What is left of a session by the ttl of a body that says what this fingerprint is of; `None`: it says
/// something else, or is not as simple as that. Nothing but its clock is parsed.
#[must_use]
pub fn unchanged(body: &[u8], fingerprint: Fingerprint) -> Option<Option<i64>> {
    let text = std::str::from_utf8(body).ok()?;
    let clockless = json_text::without(text, |key| is_secret(key) || is_clock(key)).ok()?;
    let clock = |clock: TtlOnly| clock.client_session_token_ttl;
    let same = Fingerprint::of_clockless(&clockless) == fingerprint;
    same.then(|| serde_json::from_str(text).ok().map(clock)).flatten()
}

#[derive(Deserialize)]
struct TtlOnly {
    client_session_token_ttl: Option<i64>,
}

fn read(text: &str) -> Result<(String, Value), Refusal> {
    // Before it is parsed: no value, no error and no log ever meets a secret (I6).
    let kept = json_text::without(text, is_secret)?;
    let value = serde_json::from_str(&kept).map_err(|_position| "the response is not JSON")?;
    Ok((kept, value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kept(text: &str) -> Result<String, Refusal> {
        checked_without_secrets(text.as_bytes().to_vec()).map(|(text, _)| text)
    }

    // A12
    #[test]
    fn a_text_without_secrets_stays_byte_for_byte() {
        let text = "{ \"b\": 1.50, \"a\" : [1e400, 1E+2, 1e2, -0.0, 18446744073709551616, \"\\u0041\"] }\n";
        assert_eq!(kept(text).unwrap(), text);
    }

    #[test]
    fn secrets_go_wherever_they_stand_and_order_and_numbers_stay() {
        let text = r#"{"z":1.50,"client_session_token":"S1","client_session_token_ttl":5,"checks":[{"api_key":"S2","hits":1e2}],"contact_profile_exists":true,"contact_profile":{"email":"S3"},"n":{"auth_token":"S4"},"Client\u0053essionToken":["S5"]}"#;
        let text = kept(text).unwrap();
        assert_eq!(
            text,
            r#"{"z":1.50,"client_session_token_ttl":5,"checks":[{"hits":1e2}],"contact_profile_exists":true,"n":{}}"#
        );
        let first = r#"{ "password" : {"x": [1, {"api-key": 2}]} , "a": 1 , "secret":"y" }"#;
        assert_eq!(kept(first).unwrap(), r#"{ "a": 1 }"#);
    }

    // A10, A11
    #[test]
    fn what_yoti_never_sends_is_refused_with_a_reason() {
        for (text, reason) in [
            ("", "empty"),
            ("<html>", "not JSON"),
            ("{\"a\":1", "not JSON"),
            ("{\"a\":1} {}", "not JSON"),
            ("{\"a\":1,}", "not JSON"),
            ("\"text\"", "not an object"),
        ] {
            let refusal = kept(text).unwrap_err();
            assert!(refusal.contains(reason), "{text}: {refusal}");
        }
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(kept(&deep).unwrap_err().contains("deep"));
        let bottomless = "[".repeat(100_000);
        assert!(kept(&bottomless).is_err());
        assert!(checked_without_secrets(vec![b'{', 0xff, b'}']).is_err());
    }

    // A09, A11, A12
    #[test]
    fn a_value_that_cannot_be_read_costs_that_value_and_no_secret_comes_with_it() {
        for (text, left) in [
            (r#"{"a":01,"b":1}"#, r#"{"a":null,"b":1}"#),
            (r#"{"a":"\ud800","secret":"\ud800","b":1}"#, r#"{"a":"\ufffd","b":1}"#),
            (r#"{"a":1,"a":2,"b":1}"#, r#"{"b":1}"#),
            (r#"{"secret":1,"b":1,"secret":NaN}"#, r#"{"b":1}"#),
        ] {
            assert_eq!(kept(text).unwrap(), left, "{text}");
        }
    }

    #[test]
    fn an_answer_that_says_what_is_known_is_told_by_its_fingerprint_and_only_its_clock_is_read() {
        let text = |ttl: &str, state: &str| {
            let ttl = format!("\"client_session_token_ttl\": {ttl} , \"secret\" :1,");
            format!("{{ {ttl} \"state\":\"{state}\", \"x\" : [1.50, {{\"password\":1}}] }}")
        };
        let fingerprint = Fingerprint::of(&kept(&text("7", "A")).unwrap()).unwrap();
        let read = |text: &str| unchanged(text.as_bytes(), fingerprint);
        assert_eq!(read(&text("6", "A")), Some(Some(6)));
        assert_eq!(read(&text("null", "A")), Some(None));
        assert_eq!(read(&text("6", "A").replace("\"secret\" :1", "\"secret\" :2")), Some(Some(6)));
        for other in [
            text("6", "B"),
            text("6", "A").replace("1.50", "1.5"),
            text("\"6\"", "A"),
            text("NaN", "A"),
            format!("\u{feff}{}", text("6", "A")),
        ] {
            assert_eq!(read(&other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn the_fingerprint_of_what_is_kept_is_that_of_the_body((text, _) in pair()) {
            // An answer is an object.
            if let (true, Ok(kept)) = (text.starts_with('{'), kept(&text)) {
                let fingerprint = Fingerprint::of(&kept).unwrap();
                prop_assert!(unchanged(text.as_bytes(), fingerprint).is_some(), "{text}");
            }
        }
    }

    const SPELLINGS: &[&str] = &[
        "client_session_token",
        "ClientSessionToken",
        "clientSessionToken",
        "client\\u005fsession-token",
        "api-key",
        "API_KEY",
        "access_token",
        "auth_token",
        "password",
        "secret",
        "private_key",
        "contact_profile",
    ];

    /// The text of a value, and the same text with its secrets cut.
    fn pair() -> impl Strategy<Value = (String, String)> {
        let same = |text: String| (text.clone(), text);
        let number = "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,6})?([eE][+-]?[0-9]{1,3})?";
        let leaf = prop_oneof![
            number.prop_map(same),
            any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()).prop_map(same),
            prop_oneof![Just("true"), Just("false"), Just("null")]
                .prop_map(|t| (t.into(), t.into())),
        ];
        leaf.prop_recursive(6, 60, 6, |inner| {
            let member = (proptest::option::of(0..SPELLINGS.len()), inner.clone());
            let list = proptest::collection::vec(inner, 0..6).prop_map(|all| {
                let (text, left): (Vec<_>, Vec<_>) = all.into_iter().unzip();
                (format!("[{}]", text.join(",")), format!("[{}]", left.join(",")))
            });
            prop_oneof![list, proptest::collection::vec(member, 0..6).prop_map(object)]
        })
    }

    fn object(members: Vec<(Option<usize>, (String, String))>) -> (String, String) {
        let (mut text, mut left) = (Vec::new(), Vec::new());
        for (number, (spelling, (whole, kept))) in members.into_iter().enumerate() {
            if let Some(spelling) = spelling {
                let value = format!("[\"S3CR3T\",{whole}]");
                text.push(format!("\"x{number}.{}\":{value}", SPELLINGS[spelling]));
            } else {
                text.push(format!("\"k{number}\":{whole}"));
                left.push(format!("\"k{number}\":{kept}"));
            }
        }
        (format!("{{{}}}", text.join(",")), format!("{{{}}}", left.join(",")))
    }

    proptest! {
        #[test]
        fn no_secret_survives_and_all_else_does_byte_for_byte((text, left) in pair()) {
            let (text, left) = (format!("[{text}]"), format!("[{left}]"));
            let kept = kept(&text).unwrap();
            prop_assert_eq!(&kept, &left);
            prop_assert!(!kept.contains("S3CR3T"));
            let laid_out = json_text::laid_out(&kept);
            let (read, again): (Value, Value) =
                (serde_json::from_str(&left).unwrap(), serde_json::from_str(&laid_out).unwrap());
            prop_assert_eq!(read, again);
        }

        // A11
        #[test]
        fn bad_bytes_are_refused_and_never_a_fault(
            (text, _) in pair(),
            cut in any::<proptest::sample::Index>(),
            byte in any::<u8>(),
            noise in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let mut bytes = format!("[{text}]").into_bytes();
            let place = cut.index(bytes.len());
            bytes[place] = byte;
            let _refused = checked_without_secrets(bytes.clone());
            bytes.truncate(place);
            let _refused = checked_without_secrets(bytes);
            let _refused = checked_without_secrets(noise);
        }
    }
}
