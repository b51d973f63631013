//! What happened to a session, and what was heard of it.

pub mod audit_action;
pub mod call;
pub mod change;
pub mod event_kind;
pub mod ledger;
pub mod notification;
pub mod session_event;
