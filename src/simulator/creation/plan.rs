//! The life of a session that a client created: what will happen to it (contract 12).

use std::sync::Arc;

use serde_json::{Value, json};

use super::reports;
use super::required::requirements;
use super::spec::{CreationSpec, Requested};
use super::supported;
use crate::simulator::json::{list, put, text};
use crate::simulator::scenario::step::{IN_BRANCH, Step, StepKind};
use crate::simulator::scenario::{Requirement, Scenario, expand};

/// Seconds from one document to the next.
// Some three minutes in Yoti's sample (contract 7.7); a demo need not wait that long.
const APART: i64 = 120;

/// The scenario of a creation.
pub(crate) fn scenario(spec: &CreationSpec) -> Scenario {
    let requirements = requirements(spec);
    let steps = Visit::of(spec, &requirements);
    let has = |kind: &str| requirements.iter().any(|r| r.kind == kind);
    let biometric = has("LIVENESS") || has("FACE_CAPTURE");
    let blocked = spec.value.get("block_biometric_consent") == Some(&Value::Bool(true));
    Scenario {
        title: String::from("created by a client"),
        ttl: spec.ttl,
        user_tracking_id: text(&spec.value, "/user_tracking_id").map(str::to_owned),
        applicant_profile: spec.value.pointer("/resources/applicant_profile").is_some(),
        consent_at: (biometric && !blocked).then_some(15),
        resources_ttl: spec.resources_ttl,
        requested_checks: spec.checks.iter().map(|check| check.kind.clone()).collect(),
        requirements,
        // Nothing in it repeats, so nothing can be wrong with it.
        steps: expand::steps(steps, &[]).unwrap_or_default(),
        spec: Some(Arc::new(spec.value.clone())),
        ..Scenario::default()
    }
}

/// The visit as it is planned.
struct Visit<'a> {
    spec: &'a CreationSpec,
    steps: Vec<Step>,
    /// Names of the documents, all and those that identify.
    documents: Vec<String>,
    identities: Vec<String>,
    face: Option<String>,
    live: Option<String>,
    at: i64,
}

impl<'a> Visit<'a> {
    fn of(spec: &'a CreationSpec, requirements: &[Requirement]) -> Vec<Step> {
        let mut visit = Self {
            spec,
            steps: Vec::new(),
            documents: Vec::new(),
            identities: Vec::new(),
            face: None,
            live: None,
            at: 65,
        };
        visit.add(60, StepKind::notify("first_branch_visit"));
        for (place, requirement) in requirements.iter().enumerate() {
            let name = format!("document {place}");
            match requirement.kind.as_str() {
                "ID_DOCUMENT" | "SUPPLEMENTARY_DOCUMENT" => {
                    visit.document(name, place, requirement);
                }
                "LIVENESS" => visit.liveness(name, place, requirement),
                "FACE_CAPTURE" => visit.face(name, place),
                _ => visit.profile(place),
            }
        }
        visit.share_code();
        visit.end();
        visit.steps
    }

    fn add(&mut self, at: i64, what: StepKind) {
        self.steps.push(Step::new(at, what));
    }

    fn document(&mut self, name: String, place: usize, requirement: &Requirement) {
        let at = self.at;
        self.at += APART;
        let identity = requirement.kind == "ID_DOCUMENT";
        let task = requirement.tasks.first().and_then(|kind| self.spec.task(kind)).cloned();
        let container = if identity { "id_documents" } else { "supplementary_documents" };
        self.add(
            at,
            StepKind::Capture {
                name: name.clone(),
                place: Some(place),
                container: container.to_owned(),
                source: "IBV".to_owned(),
                document_type: requirement.promise.clone().unwrap_or_default(),
                country: supported::first(&requirement.accepts).0.to_owned(),
                pages: vec![2],
                unread: task.is_some(),
            },
        );
        if let Some(task) = task {
            self.extraction(&name, place, &task, at + 35);
        }
        if identity {
            self.identities.push(name.clone());
        }
        self.documents.push(name);
    }

    /// Text extraction, and the check that it generates unless nobody may look (contract 4.2).
    fn extraction(&mut self, name: &str, place: usize, task: &Requested, at: i64) {
        let seconds = 45;
        let check = format!("text {place}");
        // The check is the human look at the text: NEVER asks for none.
        let checked = task.config("manual_check") != Some("NEVER");
        self.add(
            at,
            StepKind::Extract {
                name: name.to_owned(),
                place: Some(place),
                task: task.kind.clone(),
                seconds,
                recommendation: "PROGRESS".to_owned(),
                generates: checked.then(|| check.clone()),
            },
        );
        let expanded = task.config.get("create_expanded_document_fields");
        if expanded == Some(&Value::Bool(true)) {
            self.media(at + seconds, name, "expanded_document_fields", "JSON");
        }
        if checked {
            let kind = task.kind.replace("_EXTRACTION", "_CHECK");
            let asked = Requested { kind, config: task.config.clone() };
            self.run(at + seconds, &asked, check, vec![name.to_owned()]);
        }
    }

    fn media(&mut self, at: i64, name: &str, field: &str, kind: &str) {
        self.add(at, StepKind::media(name, field, kind));
    }

    fn resource(&mut self, at: i64, name: &str, container: &str, source: &str) {
        self.add(at, StepKind::resource(name, container, source));
    }

    fn met(&mut self, at: i64, place: usize) {
        self.add(at, StepKind::require(place, "COMPLETE"));
    }

    /// At home where that is allowed, else at the counter.
    fn liveness(&mut self, name: String, place: usize, requirement: &Requirement) {
        let kind = requirement.liveness_type.clone().unwrap_or_default();
        let home = requirement.sources.iter().any(|source| source == "END_USER");
        let (at, source) = if home { (20, "END_USER") } else { (self.at, "IBV") };
        if !home {
            self.at += APART;
        }
        let mut more = json!({ "liveness_type": kind });
        if kind == "STATIC" {
            put(&mut more, "capture_type", "PHOTOGRAPH");
        }
        let mut what = StepKind::resource(&name, "liveness_capture", source);
        if let StepKind::Resource { extra, .. } = &mut what {
            *extra = Some(more.to_string());
        }
        self.add(at, what);
        if kind == "STATIC" {
            self.media(at + 5, &name, "image", "IMAGE");
        } else {
            self.media(at + 5, &name, "facemap", "BINARY");
            self.add(at + 5, StepKind::Frame { name: name.clone(), hollow: false });
        }
        self.met(at + 5, place);
        if home {
            self.add(at + 10, StepKind::notify("client_session_token_deleted"));
        }
        self.live = Some(name);
    }

    fn face(&mut self, name: String, place: usize) {
        let at = self.at;
        self.at += APART;
        self.resource(at, &name, "face_capture", "IBV");
        self.media(at + 21, &name, "image", "IMAGE");
        self.met(at + 30, place);
        self.face = Some(name);
    }

    /// The claimed identity comes later, from the relying business.
    fn profile(&mut self, place: usize) {
        self.resource(30, "applicant", "applicant_profiles", "RELYING_BUSINESS");
        self.media(30, "applicant", "media", "JSON");
        self.met(30, place);
    }

    fn share_code(&mut self) {
        let Some(task) = self.spec.task("VERIFY_SHARE_CODE_TASK").cloned() else { return };
        let name = "share code";
        self.resource(25, name, "share_codes", "END_USER");
        self.media(25, name, "lookup_profile", "JSON");
        let done = |state: &str| StepKind::Task {
            name: name.to_owned(),
            task: task.kind.clone(),
            state: state.to_owned(),
            recommendation: None,
            reason: None,
            detail: None,
            generates: None,
            media: None,
        };
        self.add(25, done("PENDING"));
        for (field, kind) in [("returned_profile", "JSON"), ("id_photo", "IMAGE"), ("file", "PDF")]
        {
            self.media(40, name, field, kind);
        }
        self.add(40, done("DONE"));
    }

    /// CREATED, READY, PENDING, DONE within a minute; a check of nothing is DONE as well.
    fn run(&mut self, at: i64, check: &Requested, name: String, uses: Vec<String>) {
        let profile = matches!(
            check.kind.as_str(),
            "THIRD_PARTY_IDENTITY"
                | "THIRD_PARTY_IDENTITY_FRAUD_1"
                | "WATCHLIST_SCREENING"
                | "WATCHLIST_ADVANCED_CA"
        );
        let media = format!("@JSON {name} profile");
        let extra = json!({ "generated_profile": { "media": media } }).to_string();
        self.add(
            at,
            StepKind::Run {
                name,
                check: check.kind.clone(),
                uses,
                report: reports::good(check).to_string(),
                seconds: 30,
                extra: profile.then_some(extra),
            },
        );
    }

    /// In-branch checks are DONE in one second, the others take their time, then it is COMPLETED.
    fn end(&mut self) {
        let at = self.at;
        let mut last = at;
        for check in self.spec.checks.clone() {
            if IN_BRANCH.contains(&check.kind.as_str()) {
                let what = StepKind::BranchChecks {
                    uses: self.documents.clone(),
                    scheme: check.config("scheme").map(str::to_owned),
                    checks: vec![check.kind],
                    recommendation: "APPROVE".to_owned(),
                };
                self.add(at, what);
                continue;
            }
            last = at + 30;
            let mut runs = self.uses(&check.kind);
            if runs.is_empty() {
                // A check of nothing is made all the same: every requested check gets its answer.
                runs.push(Vec::new());
            }
            for (number, uses) in runs.into_iter().enumerate() {
                self.run(at, &check, format!("{} {number}", check.kind), uses);
            }
        }
        let extra = self.results();
        if !extra.as_object().is_none_or(serde_json::Map::is_empty) {
            self.add(last, StepKind::Session { extra: extra.to_string() });
        }
        self.add(last, StepKind::Complete {});
    }

    /// What each check of a type uses (contract 4.2).
    fn uses(&self, kind: &str) -> Vec<Vec<String>> {
        let face = || self.face.iter().chain(&self.live).take(1).cloned();
        match kind {
            "ID_DOCUMENT_AUTHENTICITY" => {
                self.identities.iter().map(|name| vec![name.clone()]).collect()
            }
            "ID_DOCUMENT_FACE_MATCH" => self
                .identities
                .iter()
                .map(|name| std::iter::once(name.clone()).chain(face()).collect())
                .collect(),
            // Pairs of neighbours: the contract says two documents and not which (4.2).
            "ID_DOCUMENT_COMPARISON" if self.identities.len() > 1 => {
                self.identities.windows(2).map(<[String]>::to_vec).collect()
            }
            "LIVENESS" => vec![self.live.iter().cloned().collect()],
            "FACE_COMPARISON" => vec![self.face.iter().chain(&self.live).cloned().collect()],
            "FAMILIAR_FACE_SEARCH" => vec![face().collect()],
            _ => vec![self.identities.clone()],
        }
    }

    /// Identity profiles and the import token, when they were asked for (contract 3.7).
    fn results(&self) -> Value {
        let value = &self.spec.value;
        let mut extra = json!({});
        let subject = value.pointer("/subject/subject_id").cloned().unwrap_or_default();
        let done = |report: Value| json!({ "subject_id": subject, "result": "DONE", "identity_profile_report": report });
        let met = |scheme: Option<&Value>| {
            let usual = json!({ "type": "DBS", "objective": "STANDARD" });
            json!({ "scheme": scheme.unwrap_or(&usual), "requirements_met": true })
        };
        let mut say = |key: &str, inner: Value| put(&mut extra, key, inner);
        if let Some(asked) = value.get("identity_profile_requirements").filter(|a| a.is_object()) {
            let framework = asked.get("trust_framework").cloned().unwrap_or(json!("UK_TFIDA"));
            let report = json!({
                "trust_framework": framework, "schemes_compliance": [met(asked.get("scheme"))],
                "media": "@JSON identity report",
            });
            say("identity_profile", done(report));
        }
        let advanced = value.get("advanced_identity_profile_requirements");
        if let Some(asked) = advanced.filter(|asked| asked.is_object()) {
            let compliance: Vec<Value> = list(asked, "/profiles")
                .iter()
                .map(|profile| {
                    let schemes = list(profile, "/schemes").iter();
                    let schemes: Vec<Value> = schemes.map(|scheme| met(Some(scheme))).collect();
                    let framework = profile.get("trust_framework").cloned().unwrap_or_default();
                    json!({ "trust_framework": framework, "schemes_compliance": schemes })
                })
                .collect();
            let report = json!({ "compliance": compliance, "media": "@JSON identity report" });
            say("advanced_identity_profile", done(report));
        }
        if value.get("create_identity_profile_preview") == Some(&Value::Bool(true)) {
            say("identity_profile_preview", json!({ "media": "@JSON identity preview" }));
        }
        if value.pointer("/import_token/ttl").is_some() {
            say("import_token", json!({ "media": "@BINARY import token" }));
        }
        extra
    }
}
