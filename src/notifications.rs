//! Notifications from Yoti: a receiver over HTTP, and lines of JSON (contract 8, faults W01–W14).
//!
//! Owns what comes in until it is a
//! [`Notification`](crate::domain::events::notification::Notification). Must never change what is
//! known of a session: it hands over hints and nothing else.

pub mod auth;
mod connection;
pub mod follow;
mod framing;
pub mod lines;
mod places;
pub mod receiver;
mod tls;
pub mod wire;
