//! The API over HTTP: paths, authentication, faults, notifications.

pub(crate) mod answer;
pub(crate) mod connection;
pub(crate) mod control;
pub(crate) mod endpoints;
pub(crate) mod faults;
pub(crate) mod notify;
pub(crate) mod oauth;
pub(crate) mod server;
pub(crate) mod subscription;
pub(crate) mod verify;
