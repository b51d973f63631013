//! Spans of time as people write them: `10s`, `90m`, `24h`, `7d`.

use jiff::SignedDuration;

/// Reads `10s`, `90m`, `24h`, `7d`, also joined as `1h30m` or `1d 2h`. Nothing negative; the error
/// is a sentence that says what is expected.
pub fn parse_span(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("{text:?} is not a duration: expected such as 10s, 90m, 24h or 7d");
    let mut sum = SignedDuration::ZERO;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, tail) = rest.split_at_checked(digits).ok_or_else(wrong)?;
        let number: i64 = number.parse().map_err(|_digits| wrong())?;
        let mut tail = tail.chars();
        let seconds = match tail.next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3_600,
            Some('d') => 86_400,
            _ => return Err(wrong()),
        };
        // Checked: a number of any length may be typed.
        let part = SignedDuration::from_secs(number.checked_mul(seconds).ok_or_else(wrong)?);
        sum = sum.checked_add(part).ok_or_else(wrong)?;
        rest = tail.as_str().trim_start();
    }
    Ok(sum)
}

/// Writes a duration so that [`parse_span`] reads the same one: `90s`, `15m`, `1d2h`.
#[must_use]
pub fn exact(span: SignedDuration) -> String {
    let mut rest = span.as_secs().max(0);
    // Up to two minutes people write seconds.
    if rest < 120 {
        return format!("{rest}s");
    }
    let mut text = String::new();
    for (unit, seconds) in [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)] {
        if rest >= seconds {
            text.push_str(&format!("{}{unit}", rest / seconds));
            rest %= seconds;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        for (text, seconds) in [
            ("10s", 10),
            ("90m", 5_400),
            ("24h", 86_400),
            ("7d", 604_800),
            ("1h30m", 5_400),
            ("1d 0h", 86_400),
        ] {
            assert_eq!(parse_span(text).unwrap().as_secs(), seconds);
        }
        for seconds in [0, 1, 90, 119, 120, 150, 3_600, 5_400, 86_399, 86_400, 1_209_600] {
            let span = SignedDuration::from_secs(seconds);
            assert_eq!(parse_span(&exact(span)), Ok(span), "{}", exact(span));
        }
        assert_eq!(exact(SignedDuration::from_secs(90)), "90s");
        for text in ["", "10", "s", "-5s", "5 s", "5w", "99999999999999999999d", "９s"] {
            assert!(parse_span(text).is_err(), "{text}");
        }
    }
}
