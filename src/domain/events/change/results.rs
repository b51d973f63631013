//! What differs in what was supplied and in what was found of it.

use std::collections::{HashMap, HashSet};

use super::{ChangeKind, Log, Origin};
use crate::domain::server_text::ServerText;
use crate::domain::session::Session;
use crate::domain::session::check::Check;
use crate::domain::session::ids::{CheckId, ResourceId};
use crate::domain::session::resource::{Resource, Task};

impl Log {
    pub(super) fn resources(&mut self, before: Option<&Session>, after: &Session) {
        let old = before.map_or(&[][..], |b| &b.resources);
        let old_by_id: HashMap<&ResourceId, &Resource> = old.iter().map(|r| (&r.id, r)).collect();
        let new_ids: HashSet<&ResourceId> = after.resources.iter().map(|r| &r.id).collect();
        for resource in &after.resources {
            match old_by_id.get(&resource.id) {
                None => self.resource_added(resource),
                Some(was) => self.resource_updated(was, resource),
            }
        }
        for gone in old.iter().filter(|r| !new_ids.contains(&r.id)) {
            let container = ServerText::from(gone.kind.container());
            self.push(
                None,
                gone.source.clone(),
                ChangeKind::ResourceRemoved { container },
                Origin::Observed,
            );
        }
    }

    fn resource_added(&mut self, resource: &Resource) {
        let (pages, frames) = resource.pages_and_frames();
        let document = resource.document();
        let what = ChangeKind::ResourceAdded {
            container: resource.kind.container().into(),
            document_type: document.and_then(|d| d.document_type.clone()),
            country: document.and_then(|d| d.issuing_country.clone()),
            pages,
            frames,
        };
        self.push(resource.created_at, resource.source.clone(), what, Origin::Api);
        self.tasks(&[], resource);
    }

    fn resource_updated(&mut self, was: &Resource, resource: &Resource) {
        let counts = resource.pages_and_frames();
        // A manual extraction replaces a media's id (contract 3.3).
        let ids = |r: &Resource| r.media.iter().map(|m| m.id.clone()).collect::<Vec<_>>();
        if counts != was.pages_and_frames() || ids(resource) != ids(was) {
            let what = ChangeKind::ResourceUpdated {
                container: resource.kind.container().into(),
                document_type: resource.document().and_then(|d| d.document_type.clone()),
                pages: counts.0,
                frames: counts.1,
            };
            self.push(resource.last_updated, resource.source.clone(), what, Origin::Api);
        }
        self.tasks(&was.tasks, resource);
    }

    fn tasks(&mut self, was: &[Task], resource: &Resource) {
        for task in &resource.tasks {
            let before = was.iter().find(|t| t.id == task.id);
            if before.is_some_and(|t| t.state == task.state) {
                continue;
            }
            let what = ChangeKind::Task {
                task_type: task.task_type.as_ref().map_or("", |t| t.as_raw()).into(),
                state: task.state.clone().unwrap_or_else(|| "".into()),
            };
            self.push(
                task.last_updated.or(task.created),
                resource.source.clone(),
                what,
                Origin::Api,
            );
        }
    }

    pub(super) fn shares(&mut self, before: Option<&Session>, after: &Session) {
        let old = before.map_or(&[][..], |b| &b.shares);
        for share in &after.shares {
            let was = old.iter().find(|known| known.id == share.id);
            if was.is_none_or(|was| was.error != share.error) {
                let what = ChangeKind::DigitalIdShare {
                    provider: share.provider.clone(),
                    // Not its description: a sentence that may name a person.
                    error: share.error.as_ref().map(|why| why.code.clone().unwrap_or_default()),
                };
                self.push(share.last_updated.max(share.created_at), None, what, Origin::Api);
            }
        }
    }

    pub(super) fn checks(&mut self, before: Option<&Session>, after: &Session) {
        let old = before.map_or(&[][..], |b| &b.checks);
        let old: HashMap<&CheckId, &Check> = old.iter().map(|c| (&c.id, c)).collect();
        for check in &after.checks {
            let same = |was: &&Check| {
                was.state == check.state
                    && was.recommendation() == check.recommendation()
                    && reason(was) == reason(check)
            };
            if old.get(&check.id).is_some_and(same) {
                continue;
            }
            let what = ChangeKind::Check {
                check_type: check.check_type.as_ref().map_or("", |t| t.as_raw()).into(),
                state: check.state.clone().unwrap_or_else(|| "".into()),
                recommendation: check.recommendation().cloned(),
                reason: reason(check).cloned(),
            };
            self.push(check.last_updated.or(check.created), None, what, Origin::Api);
        }
    }
}

fn reason(check: &Check) -> Option<&ServerText> {
    check.report.as_ref()?.reason.as_ref()
}
