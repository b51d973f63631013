//! What is known of the end user's devices (contract 13.2): personal data, asked for on demand.
//!
//! Owns the shape alone.

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
    /// What no field reads.
    pub extra: Extra,
    /// Values of enums that this build does not know.
    pub unknown: Vec<UnknownValue>,
    /// What could not be read.
    pub drift: Vec<Drift>,
}

/// One event with the device that caused it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct TrackedDevice {
    /// What was done.
    pub event: Option<DeviceEventKind>,
    /// With RESOURCE_CREATED.
    pub resource_id: Option<ResourceId>,
    /// When.
    pub created: Option<Timestamp>,
    /// By which device.
    pub device: Device,
    /// What no field reads.
    pub extra: Extra,
}

/// A device; every text may be empty.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Device {
    /// Personal data.
    pub ip_address: Option<ServerText>,
    /// Where that address is.
    pub ip_iso_country_code: Option<ServerText>,
    /// So on the wire.
    pub manufacture_name: Option<ServerText>,
    /// Model.
    pub model_name: Option<ServerText>,
    /// Operating system.
    pub os_name: Option<ServerText>,
    /// Its version.
    pub os_version: Option<ServerText>,
    /// Browser.
    pub browser_name: Option<ServerText>,
    /// Its version.
    pub browser_version: Option<ServerText>,
    /// `en-GB`
    pub locale: Option<ServerText>,
    /// Version of Yoti's own client.
    pub client_version: Option<ServerText>,
}
