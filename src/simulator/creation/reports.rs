//! Reports of checks that come out well, and the sandbox's templates of those that do not (contract
//! 4.3, 4.4, 13.1).

use serde_json::{Value, json};

use super::spec::Requested;
use crate::simulator::json::{lay_over, put};

/// One part of a breakdown.
fn part(sub_check: &str, result: &str, process: &str, details: &[(&str, &str)]) -> Value {
    let details: Vec<Value> =
        details.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let mut part = json!({ "sub_check": sub_check, "result": result, "details": details });
    if !process.is_empty() {
        put(&mut part, "process", json!(process));
    }
    part
}

fn passes(names: &[&str], process: &str) -> Vec<Value> {
    names.iter().map(|name| part(name, "PASS", process, &[])).collect()
}

/// The report of a requested check when everything is well.
pub(crate) fn good(check: &Requested) -> Value {
    let expert = check.config("manual_check") == Some("ALWAYS");
    let process = if expert { "EXPERT_REVIEW" } else { "AUTOMATED" };
    let breakdown = match check.kind.as_str() {
        "ID_DOCUMENT_AUTHENTICITY" => {
            let mut parts = passes(&["document_in_date"], "AUTOMATED");
            let names = ["no_sign_of_tampering", "no_sign_of_forgery", "other_security_features"];
            parts.extend(passes(&names, process));
            parts
        }
        "ID_DOCUMENT_FACE_MATCH" | "FACE_COMPARISON" => {
            let score = ("confidence_score", "0.91");
            let mut parts = vec![part("ai_face_match", "PASS", "AUTOMATED", &[score])];
            if expert {
                parts.extend(passes(&["manual_face_match"], process));
            }
            parts
        }
        "LIVENESS" if check.config("liveness_type") == Some("STATIC") => {
            passes(&["face_processing", "payload_signature_verification"], "")
        }
        "LIVENESS" => passes(&["liveness_auth"], ""),
        "ID_DOCUMENT_TEXT_DATA_CHECK" | "SUPPLEMENTARY_DOCUMENT_TEXT_DATA_CHECK" => {
            passes(&["text_data_readable"], process)
        }
        "ID_DOCUMENT_COMPARISON" => passes(&["dob_match", "name_match"], ""),
        "THIRD_PARTY_IDENTITY" => passes(
            &["name_match", "address_match", "dob_match", "deceased", "multiple_sources_match"],
            "",
        ),
        "THIRD_PARTY_IDENTITY_FRAUD_1" => passes(&["check_performed"], ""),
        "WATCHLIST_SCREENING" | "WATCHLIST_ADVANCED_CA" => ["adverse_media", "pep", "sanction"]
            .iter()
            .map(|name| part(name, "PASS", "", &[("number_of_hits", "0")]))
            .collect(),
        _ => Vec::new(),
    };
    let mut report = json!({ "recommendation": { "value": "APPROVE" }, "breakdown": breakdown });
    if check.kind.starts_with("WATCHLIST_") {
        put(&mut report, "watchlist_summary", summary(check));
    }
    report
}

/// The search as it was asked for, without hits (contract 4.6).
fn summary(check: &Requested) -> Value {
    let config = if check.kind == "WATCHLIST_SCREENING" {
        let usual = json!(["ADVERSE-MEDIA", "SANCTIONS"]);
        json!({ "categories": check.config.get("categories").unwrap_or(&usual) })
    } else {
        let mut config = json!({
            "type": "WITH_YOTI_ACCOUNT", "remove_deceased": true, "share_url": false,
            "sources": { "type": "TYPE_LIST", "types": ["pep", "sanction", "warning"] },
            "matching_strategy": { "type": "EXACT", "exact_match": true },
        });
        lay_over(&mut config, check.config.clone());
        config
    };
    json!({
        "total_hits": 0, "search_config": config,
        "raw_results": { "media": format!("@JSON {} raw", check.kind) },
        "associated_country_codes": ["GBR"],
    })
}

/// A report by the name of a sandbox template (contract 13.1).
pub(crate) fn template(kind: &str, name: &str) -> Option<Value> {
    let said = |value: &str, reason: &str, breakdown: Vec<Value>| {
        let recommendation = json!({ "value": value, "reason": reason });
        json!({ "recommendation": recommendation, "breakdown": breakdown })
    };
    let fail = |sub_check: &str| part(sub_check, "FAIL", "EXPERT_REVIEW", &[]);
    let low = part("ai_face_match", "FAIL", "AUTOMATED", &[("confidence_score", "0.21")]);
    if name == "SUCCESS" {
        return Some(good(&Requested { kind: kind.to_owned(), config: Value::Null }));
    }
    Some(match (kind, name) {
        ("ID_DOCUMENT_AUTHENTICITY", "PHOTO_TOO_BLURRY" | "GLARE_OBSTRUCTION") => {
            said("NOT_AVAILABLE", name, Vec::new())
        }
        ("ID_DOCUMENT_AUTHENTICITY", name) => {
            let sub_check = match name {
                "TAMPERED" => "no_sign_of_tampering",
                "DOCUMENT_COPY" => "physical_document_captured",
                "FRAUD_LIST_MATCH" => "fraud_list_check",
                _ => return None,
            };
            said("REJECT", name, vec![fail(sub_check)])
        }
        ("ID_DOCUMENT_FACE_MATCH", name) => {
            let parts = match name {
                "AUTO_FAIL" => vec![low],
                "MANUAL_FAIL" => vec![fail("manual_face_match")],
                "FAIL" => vec![low, fail("manual_face_match")],
                _ => return None,
            };
            said("REJECT", "DIFFERENT_PERSON", parts)
        }
        _ => return None,
    })
}

/// A task's recommendation by the name of a sandbox template.
pub(crate) fn task_template(name: &str) -> Option<Value> {
    let again = |reason: &str, detail: &str| json!({ "value": "MUST_TRY_AGAIN", "reason": { "value": reason, "detail": detail } });
    Some(match name {
        "SUCCESS" => json!({ "value": "PROGRESS" }),
        "UNSUPPORTED_DOCUMENT" => again("USER_ERROR", "UNSUPPORTED_DOCUMENT"),
        "DOCUMENT_IS_EXPIRED" => again("USER_ERROR", "DOCUMENT_IS_EXPIRED"),
        "UNABLE_TO_OCR" => again("QUALITY", "UNABLE_TO_OCR"),
        _ => return None,
    })
}
