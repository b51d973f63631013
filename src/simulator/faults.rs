//! Faults that can be switched on at `/_sim/faults`, as data (contract 12, S24).
//!
//! Owns which request is disturbed and how.

use serde::{Deserialize, Serialize};

use crate::domain::ids::SessionId;

/// One disturbance; the first that fits a request acts.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Fault {
    /// Only this session; all without.
    pub(super) session: Option<String>,
    /// Only this part: `session`, `configuration`, `instructions`, `media`, …; all without.
    pub(super) part: Option<String>,
    /// Answer with this status.
    pub(super) status: Option<u16>,
    /// … and this body (as it is; not JSON is welcome).
    pub(super) body: Option<String>,
    /// … and this `Retry-After`.
    pub(super) retry_after: Option<String>,
    /// Wait this long first.
    pub(super) delay_ms: u64,
    /// Close the connection in the middle of the answer after this many bytes.
    pub(super) cut_after: Option<usize>,
    /// How many times it acts; for ever without.
    pub(super) times: Option<u32>,
}

/// Takes the fault that acts on a request, and counts it.
pub(super) fn acting(faults: &mut Vec<Fault>, id: Option<SessionId>, part: &str) -> Option<Fault> {
    let place = faults.iter().position(|fault| {
        let session = fault.session.as_deref().map(SessionId::parse);
        let whom = session.is_none_or(|wanted| wanted.ok() == id && id.is_some());
        whom && fault.part.as_deref().is_none_or(|wanted| wanted == part)
    })?;
    let fault = faults.get_mut(place)?;
    let acting = fault.clone();
    if let Some(times) = &mut fault.times {
        *times = times.saturating_sub(1);
        if *times == 0 {
            faults.remove(place);
        }
    }
    Some(acting)
}
