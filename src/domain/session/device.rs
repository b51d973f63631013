//! What is known of the end user's devices (contract 13.2): personal data, asked for on demand.

use jiff::Timestamp;

use crate::domain::server_text::ServerText;
use crate::domain::session::extra::{Drift, Extra, UnknownValue};
use crate::domain::session::ids::ResourceId;
use crate::domain::session::wire_enum::DeviceEventKind;

/// `GET /sessions/{s}/tracked-devices`
#[derive(Clone, Debug, PartialEq, Default)]
pub struct TrackedDevices {
    /// In the order received.
    pub devices: Vec<TrackedDevice>,
    pub extra: Extra,
    /// Values of enums that this build does not know.
    pub unknown: Vec<UnknownValue>,
    /// What could not be read.
    pub drift: Vec<Drift>,
}

/// One event with the device that caused it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct TrackedDevice {
    pub event: Option<DeviceEventKind>,
    pub resource_id: Option<ResourceId>,
    pub created: Option<Timestamp>,
    pub device: Device,
    pub extra: Extra,
}

/// A device; every text may be empty.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Device {
    pub ip_address: Option<ServerText>,
    pub ip_iso_country_code: Option<ServerText>,
    /// Spelt so on the wire (contract 13.2).
    pub manufacture_name: Option<ServerText>,
    pub model_name: Option<ServerText>,
    pub os_name: Option<ServerText>,
    pub os_version: Option<ServerText>,
    pub browser_name: Option<ServerText>,
    pub browser_version: Option<ServerText>,
    /// `en-GB`
    pub locale: Option<ServerText>,
    /// Version of Yoti's own client.
    pub client_version: Option<ServerText>,
}
