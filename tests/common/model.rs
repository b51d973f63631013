//! A dashboard's model as it starts with the shipped settings, before it has seen a session.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test or the measurement")]

use branchwatch::app::{Model, ModelSettings};
use branchwatch::config::options::General;
use branchwatch::config::value::OrOff;
use branchwatch::domain::assessment::rules::Rules;
use branchwatch::keymap::Keymap;
use jiff::Timestamp;

/// Of a window of so many columns and rows; it never locks itself.
pub(crate) fn model(size: (u16, u16), now: Timestamp) -> Model {
    let settings = ModelSettings {
        profile: "acme".into(),
        badge: "TEST".into(),
        clock_speed: 1.0,
        live: false,
        sdk_short: String::new(),
        rules: Rules::default(),
        general: General {
            export_dir: ".".into(),
            lock_after: OrOff(None),
            ..General::usual().unwrap()
        },
        time_zone: jiff::tz::TimeZone::UTC,
        ascii: false,
        help: Keymap::shipped().unwrap().help_rows(),
    };
    Model::new(settings, size, now)
}
