//! Spans of time as people write them: `10s`, `90m`, `24h`, `7d`.

use jiff::fmt::friendly::SpanParser;
use jiff::{SignedDuration, SpanRelativeTo};

/// Reads `10s`, `90m`, `24h`, `7d`, also joined as `1h30m` or `1d 2h`: jiff's friendly format in
/// whole seconds, where a day has 24 hours. Nothing negative; the
/// error is a sentence that says what is expected.
pub fn parse_span(text: &str) -> Result<SignedDuration, String> {
    // The parser refuses a number that is too large for its unit.
    let span = SpanParser::new().parse_span(text.trim());
    let whole = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()));
    let whole = whole.ok().filter(|span| !span.is_negative() && span.subsec_nanos() == 0);
    let expected = "expected a value such as 10s, 90m, 24h or 7d";
    whole.ok_or_else(|| format!("{text:?} is not a duration: {expected}"))
}

/// Writes a duration so that [`parse_span`] reads the same one, in the largest unit that is exact:
/// `90s`, `15m`, `26h`, `7d`.
#[must_use]
pub fn exact(span: SignedDuration) -> String {
    let seconds = span.as_secs().max(0);
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    let exact = units.into_iter().find(|(unit, _)| seconds > 0 && seconds % unit == 0);
    let (unit, letter) = exact.unwrap_or((1, 's'));
    format!("{}{letter}", seconds / unit)
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
            ("5 s", 5),
            ("1 hour 30 minutes", 5_400),
        ] {
            assert_eq!(parse_span(text).unwrap().as_secs(), seconds);
        }
        for seconds in [0, 1, 90, 119, 120, 150, 3_600, 5_400, 86_399, 86_400, 1_209_600] {
            let span = SignedDuration::from_secs(seconds);
            assert_eq!(parse_span(&exact(span)), Ok(span), "{}", exact(span));
        }
        assert_eq!(exact(SignedDuration::from_secs(90)), "90s");
        assert_eq!(exact(SignedDuration::from_secs(5_400)), "90m");
        for text in
            ["", "10", "s", "-5s", "5s ago", "1mo", "1.5s", "PT5S", "99999999999999999999d", "９s"]
        {
            assert!(parse_span(text).is_err(), "{text}");
        }
    }
}
