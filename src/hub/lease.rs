//! Leases on shards: who asks Yoti for which sessions, and until when that may be believed.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use uuid::Uuid;

use crate::domain::session::ids::SessionId;

/// How many shards there are, whatever the number of pollers.
pub const SHARDS: u8 = 16;
/// How long a lease lasts on the server after each beat.
pub const TERM: SignedDuration = SignedDuration::from_secs(7);
/// How long its holder believes in it after it *sent* the beat. Shorter than [`TERM`], so that a
/// request that is under way then ends before another holder begins.
pub const TRUST: SignedDuration = SignedDuration::from_secs(6);
/// A lease that ends later than this was written before the server's clock went back: it is free.
pub const FAR_AHEAD: SignedDuration = SignedDuration::from_secs(10);
/// A member that was not heard of for so long takes no part in the sharing of shards.
pub const SEEN: SignedDuration = SignedDuration::from_secs(9);

/// One of the parts into which all sessions are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard(u8);

impl Shard {
    /// The shard of a session. The schema computes the same: `session.shard`.
    #[must_use]
    pub fn of(id: SessionId) -> Self {
        let digest = digest(&SHA256, id.uuid().as_bytes());
        Self(digest.as_ref().first().copied().unwrap_or_default() >> 4)
    }

    /// `None`: there are not so many.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number < SHARDS { Some(Self(number)) } else { None }
    }

    /// All of them, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..SHARDS).map(Self)
    }

    /// Its number, from 0 to 15.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// A shard that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub shard: Shard,
    /// Goes up by one each time the shard is taken.
    pub epoch: i64,
    /// Names this taking: where a server has lost its last commits, epochs come twice.
    pub term: Uuid,
}

/// What Yoti said to one poller and all must heed.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct ThrottleState {
    pub slowed_until: Option<Timestamp>,
    /// The share of the requests that are allowed until then.
    pub share: Option<f64>,
    /// Since when Yoti refuses the key; `None`: it does not, or nothing is said of it.
    pub refused: Option<bool>,
}

/// What a process holds, and what it must know to poll.
#[derive(Clone, Debug, PartialEq)]
pub struct Beat {
    /// The server's time when it answered.
    pub now: Timestamp,
    pub leases: Vec<Lease>,
    /// Pollers that were heard of lately.
    pub pollers: u32,
    pub throttle: ThrottleState,
}

impl Beat {
    /// How many shards this process should hold: its share, rounded up.
    #[must_use]
    pub fn wanted(&self) -> u8 {
        let pollers = u8::try_from(self.pollers).unwrap_or(u8::MAX).max(1);
        SHARDS.div_ceil(pollers)
    }

    /// How far the server's clock is ahead of this machine's, where the beat was sent and answered at
    /// these times. Right to half of the time between them.
    #[must_use]
    pub fn offset(&self, sent: Timestamp, answered: Timestamp) -> SignedDuration {
        let middle = answered.duration_since(sent) / 2;
        self.now.duration_since(sent) - middle
    }
}

/// The leases that the last confirmed beat returned, and how long they may be believed.
#[derive(Clone, Debug)]
pub struct Holding {
    leases: Vec<Lease>,
    sent: Instant,
    sent_wall: Timestamp,
}

impl Holding {
    /// What a beat confirmed that was sent at this time, by both clocks. The time of its answer says
    /// nothing: it may have waited anywhere.
    #[must_use]
    pub fn confirmed(beat: &Beat, sent: Instant, sent_wall: Timestamp) -> Self {
        Self { leases: beat.leases.clone(), sent, sent_wall }
    }

    /// The leases, while they may be believed. Linux's monotonic clock stands still in suspend and
    /// the wall clock may be set: the one that ends it first counts.
    #[must_use]
    pub fn trusted(&self, now: Instant, wall: Timestamp) -> &[Lease] {
        let passed = SignedDuration::try_from(now.saturating_duration_since(self.sent));
        let on_wall = wall.duration_since(self.sent_wall);
        let fresh =
            passed.is_ok_and(|passed| passed < TRUST) && !on_wall.is_negative() && on_wall < TRUST;
        if fresh { &self.leases } else { &[] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beat() -> Beat {
        let now = "2026-10-16T09:00:00Z".parse().expect("a time");
        let lease = Lease { shard: Shard(3), epoch: 1, term: Uuid::nil() };
        Beat { now, leases: vec![lease], pollers: 3, throttle: ThrottleState::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn trust_ends_six_seconds_after_the_sending_by_the_clock_that_is_first() {
        let (sent, wall) = (Instant::now(), beat().now);
        let holding = Holding::confirmed(&beat(), sent, wall);
        let at = |monotonic: u64, by_wall: i64| {
            let now = sent + std::time::Duration::from_millis(monotonic);
            holding.trusted(now, wall + SignedDuration::from_millis(by_wall)).len()
        };
        assert_eq!(at(5_999, 5_999), 1);
        assert_eq!(at(6_000, 100), 0, "the wall clock was set back while time passed");
        assert_eq!(at(100, 6_000), 0, "the machine was suspended");
        assert_eq!(at(100, -1), 0, "the wall clock went back: how long ago it was is not known");
    }

    #[test]
    fn pollers_share_the_shards_and_leave_none() {
        for (pollers, wanted) in [(0, 16), (1, 16), (2, 8), (3, 6), (5, 4), (16, 1), (400, 1)] {
            assert_eq!(Beat { pollers, ..beat() }.wanted(), wanted, "{pollers}");
        }
    }

    #[test]
    fn the_offset_of_the_clocks_is_measured_from_the_middle() {
        let sent = beat().now - SignedDuration::from_secs(100);
        let answered = sent + SignedDuration::from_secs(2);
        assert_eq!(beat().offset(sent, answered), SignedDuration::from_secs(99));
    }

    #[test]
    fn a_shard_is_the_first_four_bits_of_the_hash_of_the_id() {
        // sha256sum of 16 zero bytes begins with 37.
        assert_eq!(Shard::of(SessionId::new(Uuid::nil())), Shard(3));
    }
}
