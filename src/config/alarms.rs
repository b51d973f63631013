//! What rings, and how a desktop is told.
//!
//! Owns the checking of these values.

use super::file::ConfigFile;
use super::resolver::{Resolver, wrong};
use super::{ConfigError, Source};
use crate::app::operator::bell::state::{Alarm, AlarmSettings, Desktop};
use crate::domain::nearest::suggestion;

pub(super) fn resolve(
    resolver: &mut Resolver,
    file: &ConfigFile,
) -> Result<AlarmSettings, ConfigError> {
    let known = Alarm::ALL.map(Alarm::name);
    let read = |name: &String| {
        let alarm = Alarm::ALL.into_iter().find(|alarm| alarm.name() == name);
        alarm.ok_or_else(|| {
            let why = format!("the bell knows no {name:?}; {}", suggestion(name, known));
            wrong("alerts.bell", Source::File, why)
        })
    };
    let bell: Option<Vec<Alarm>> =
        file.alerts.bell.as_ref().map(|names| names.iter().map(read).collect()).transpose()?;
    let desktop = match file.alerts.desktop.as_deref() {
        None | Some("off") => None,
        Some("osc9") => Some(Desktop::Osc9),
        Some("osc777") => Some(Desktop::Osc777),
        Some(_) => {
            let why = "expected osc9, osc777 or off".to_owned();
            return Err(wrong("alerts.desktop", Source::File, why));
        }
    };
    let source = |given: bool| if given { Source::File } else { Source::Default };
    let names: Vec<&str> = bell.iter().flatten().map(|alarm| alarm.name()).collect();
    let names = if names.is_empty() { "off".to_owned() } else { names.join(", ") };
    resolver.show("alerts.bell", names, source(bell.is_some()));
    let word = file.alerts.desktop.as_deref().unwrap_or("off");
    resolver.show("alerts.desktop", word, source(file.alerts.desktop.is_some()));
    Ok(AlarmSettings { bell, desktop })
}
