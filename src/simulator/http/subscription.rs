//! Who is told what of a session, and how what was sent is remembered.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::Wrong;
use crate::domain::session::wire_enum::Topic;
use crate::simulator::json::{list, text};
use crate::simulator::timeline::SimulatedSession;
use crate::simulator::timeline::events::{self, TopicEvent};

/// All topics in the spelling of the creation (contract 8.2).
pub(crate) fn topics() -> Vec<&'static str> {
    Topic::KNOWN.iter().filter_map(Topic::known_name).collect()
}

#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    pub(crate) endpoint: String,
    pub(crate) topics: Vec<String>,
    pub(crate) authorization: Option<String>,
    pub(crate) told: HashSet<TopicEvent>,
    /// What had happened by this second counts as told; it is worked out when somebody has to know.
    pub(crate) past: Option<i64>,
    /// Nothing is to be told before this second of the session.
    pub(crate) next: i64,
}

impl Subscription {
    /// What had happened to this session when it was subscribed to is not told any more.
    pub(crate) fn leave_out_the_past(&mut self, life: &SimulatedSession) {
        if let Some(second) = self.past.take() {
            self.told.extend(events::of(life, second));
        }
    }
}

/// How notifications are sent, and what was sent.
#[derive(Debug, Default)]
pub(crate) struct SendState {
    pub(crate) manner: Manner,
    /// Each delivery with its status or why there is none.
    pub(crate) sent: Vec<Value>,
    pub(crate) bell: Arc<tokio::sync::Notify>,
}

/// What may go wrong on purpose.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Manner {
    pub(crate) duplicates: bool,
    /// What is due together is sent in reverse.
    pub(crate) reversed: bool,
}

/// Reads `notifications` of a creation.
pub(crate) fn subscription(said: &Value, wrong: &mut Wrong) -> Option<Subscription> {
    let endpoint = text(said, "/endpoint").unwrap_or_default();
    let url = Url::parse(endpoint).ok();
    let fits = url.is_some_and(|url| match url.scheme() {
        "https" => url.host().is_some(),
        "http" => loopback(&url),
        _ => false,
    });
    if !fits {
        wrong.say("notifications.endpoint", "must be a valid HTTPS URL");
    }
    let mut topics = Vec::new();
    for (place, topic) in list(said, "/topics").iter().enumerate() {
        let topic = topic.as_str().unwrap_or_default();
        if Topic::of_notification(topic).is_unknown() {
            wrong.say(format!("notifications.topics[{place}]"), "is not a known topic");
        }
        // Delivered in lower case, whatever the creation said (contract 11 #14).
        topics.push(topic.to_ascii_lowercase());
    }
    if topics.is_empty() {
        wrong.say("notifications.topics", "must not be empty");
    }
    let token = text(said, "/auth_token");
    let authorization = match text(said, "/auth_type").unwrap_or("BASIC") {
        // Yoti encodes it; a bearer token is sent unchanged (contract 8.1).
        "BASIC" => token.map(|token| format!("Basic {}", STANDARD.encode(token))),
        "BEARER" => token.map(|token| format!("Bearer {token}")),
        _ => {
            wrong.say("notifications.auth_type", "must be BASIC or BEARER");
            None
        }
    };
    fits.then(|| Subscription {
        endpoint: endpoint.to_owned(),
        topics,
        authorization,
        told: HashSet::new(),
        past: None,
        next: i64::MIN,
    })
}

/// This machine, by number or as `localhost`.
pub(crate) fn loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
