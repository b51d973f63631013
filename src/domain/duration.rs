//! Spans of time as people write them: `10s`, `90m`, `24h`, `7d`.
//!
//! Owns the one reading of them, for the file and for flags.

use jiff::SignedDuration;

/// Reads `10s`, `90m`, `24h`, `7d`, also joined as `1h30m`. Nothing negative, nothing else.
///
/// # Errors
/// Says what is expected.
pub fn parse_span(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("{text:?} is no span of time: expected such as 10s, 90m, 24h or 7d");
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
        let part = SignedDuration::from_secs(number.checked_mul(seconds).ok_or_else(wrong)?);
        sum = sum.checked_add(part).ok_or_else(wrong)?;
        rest = tail.as_str();
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        for (text, seconds) in
            [("10s", 10), ("90m", 5_400), ("24h", 86_400), ("7d", 604_800), ("1h30m", 5_400)]
        {
            assert_eq!(parse_span(text).unwrap().as_secs(), seconds);
        }
        for text in ["", "10", "s", "-5s", "5 s", "5w", "99999999999999999999d", "９s"] {
            assert!(parse_span(text).is_err(), "{text}");
        }
    }
}
