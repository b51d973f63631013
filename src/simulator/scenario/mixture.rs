//! The demo's sessions: scenarios begun at different times, so that every stage is on the screen.

/// One kind of session in the mixture.
pub(crate) struct Part {
    pub(crate) scenario: &'static str,
    /// Seconds since its creation when the simulator starts.
    pub(crate) age: i64,
    /// Seconds by which everything after its first minute comes later.
    pub(crate) delay: i64,
    /// Lifetime instead of the scenario's.
    pub(crate) ttl: Option<i64>,
}

const fn part(scenario: &'static str, age: i64, delay: i64, ttl: Option<i64>) -> Part {
    Part { scenario, age, delay, ttl }
}

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// The first 24 show every stage, the rest what else may
/// happen; more repeat the list, each round a little later.
pub(crate) const MIXTURE: &[Part] = &[
    part("S01", 130, 0, None), // at counter, first document in
    part("S02", 6 * HOUR, 6 * HOUR - 440, None), // at counter, soon checks running
    part("S05", 52 * 60, 0, None), // turned away? for some time
    part("S05", 4 * DAY + 50 * 60, 4 * DAY, None), // turned away? later in its life
    part("S03", 8 * DAY + 11 * HOUR, 0, None), // due in half a day, nobody came
    part("S03", 8 * DAY + 20 * HOUR, 0, None), // due in four hours
    part("S07", DAY, 0, None), // done: REJECT
    part("S09", 9 * HOUR, 0, None), // done: refer
    part("S19", 5 * HOUR, 0, None), // the unknown future
    part("S01", 2 * DAY, 0, None), // done: APPROVE
    part("S02", 3 * DAY, 3 * DAY - 515, None), // checks running now
    part("letter-not-set", 2 * HOUR, 0, None), // letter not set
    part("S16", 400, 0, None), // at home
    part("S05", 20 * 60, 0, None), // visited
    part("S03", 3 * DAY, 0, None), // awaiting visit
    part("S22", DAY, DAY - 900, None), // done, soon gone
    part("S03", 10 * DAY, 0, None), // expired, nothing captured
    part("S05", 13 * DAY, 0, None), // expired, one captured
    part("S04", DAY, DAY - 850, None), // second visit soon
    part("S01", 5 * DAY, 5 * DAY + 180, None), // visits in three minutes
    part("S07", 2 * DAY, 2 * DAY + 400, None), // visits later, is rejected
    part("S27", 60, 0, None),  // the seed's look-alike
    part("S28", 7 * HOUR, 0, None), // hostile strings
    part("S01", 30, 900, Some(14 * DAY)), // just created
    part("S06", 11 * HOUR, 0, None), // an abandoned attempt
    part("S08", 2 * DAY, 0, None), // the document has expired
    part("S10", DAY + HOUR, 0, None), // a different person
    part("S11", 30 * HOUR, 0, None), // REJECT without a reason
    part("S12", 8 * HOUR, 0, None), // extraction failed
    part("S13", 2 * DAY, 2 * DAY - 500, None), // manual extraction soon
    part("S14", 4 * DAY, 0, None), // watchlist hits
    part("S15", 3 * DAY, 0, None), // a third party does not know the person
    part("S17", 900, 0, None), // the relying business is late
    part("S18", 12 * HOUR, 0, None), // a PDF, an advanced identity profile
    part("S20", 20 * 60, 0, None), // a check breaks
    part("S21", 10 * HOUR, 0, None), // very large
    part("S23", 5 * HOUR, 0, None), // media that cannot be had
    part("S26", 6 * HOUR, 0, None), // identity profile ABORTED
    part("S29", 300, 0, None), // digital IDs, one failed share
    part("S30", 7 * HOUR, 0, None), // bare texts and nulls
    part("S31", 4 * HOUR, 0, None), // profile previews, ABORTED, fuzzy matches
];
