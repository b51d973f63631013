//! Documents that are accepted, by country (contract 13.3), and filters over them (7.2).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::simulator::http::answer::{Reply, Wrong};
use crate::simulator::http::verify::parameter;
use crate::simulator::json::{list, put, text};

/// Country, document types, and whether all are strictly Latin.
const COUNTRIES: &[(&str, &[&str], bool)] = &[
    ("DEU", &["PASSPORT", "DRIVING_LICENCE", "NATIONAL_ID", "RESIDENCE_PERMIT"], true),
    ("ESP", &["PASSPORT", "DRIVING_LICENCE", "NATIONAL_ID"], true),
    ("FRA", &["PASSPORT", "NATIONAL_ID", "DRIVING_LICENCE"], true),
    ("GBR", &["PASSPORT", "DRIVING_LICENCE", "RESIDENCE_PERMIT"], true),
    ("IRL", &["PASSPORT", "DRIVING_LICENCE"], true),
    ("POL", &["PASSPORT", "NATIONAL_ID"], true),
    ("GRC", &["PASSPORT", "NATIONAL_ID"], false),
    ("JPN", &["PASSPORT", "DRIVING_LICENCE"], false),
    ("UKR", &["PASSPORT", "NATIONAL_ID"], false),
];

pub(crate) type Accepted = BTreeMap<String, Vec<String>>;

/// `GET /supported-documents[?includeNonLatin=1]`; every SDK's spelling of true and false.
pub(crate) fn answer(target: &str) -> Reply {
    let all = match parameter(target, "includeNonLatin") {
        None | Some("0" | "false") => false,
        Some("1" | "true") => true,
        Some(_) => {
            return Reply::invalid(
                "MALFORMED_REQUEST",
                &[("includeNonLatin", "must be a boolean")],
            );
        }
    };
    // Without the parameter Yoti leaves documents that are not in Latin letters out (contract 1.2).
    let countries = COUNTRIES.iter().filter(|(_, _, latin)| all || *latin);
    let countries: Vec<Value> = countries
        .map(|(code, types, latin)| {
            let documents: Vec<Value> = types
                .iter()
                .map(|kind| {
                    let mut document = json!({ "type": kind, "is_strictly_latin": latin });
                    if (*code, *kind) == ("GBR", "RESIDENCE_PERMIT") {
                        let requirements = json!({ "date_from": "2012-10-31" });
                        put(&mut document, "requirements", requirements);
                    }
                    document
                })
                .collect();
            json!({ "code": code, "supported_documents": documents })
        })
        .collect();
    Reply::json(200, &json!({ "supported_countries": countries }))
}

/// Country and type that a person would choose first: a British document where there is one.
pub(crate) fn first(accepted: &Accepted) -> (&str, &str) {
    let british = accepted.get_key_value("GBR");
    let chosen = british.or_else(|| accepted.iter().next());
    let (country, types) = chosen.map_or(("GBR", None), |(c, types)| (c.as_str(), types.first()));
    (country, types.map_or("PASSPORT", String::as_str))
}

fn everything() -> Accepted {
    let latin = COUNTRIES.iter().filter(|(_, _, latin)| *latin);
    latin
        .map(|(code, types, _)| {
            ((*code).to_owned(), types.iter().map(|t| (*t).to_owned()).collect())
        })
        .collect()
}

/// The texts of a list.
pub(super) fn texts(value: &Value, pointer: &str) -> Vec<String> {
    list(value, pointer).iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// `WHITELIST` and its newer spelling are true, the opposites false.
fn includes(restriction: &Value, property: &str, wrong: &mut Wrong) -> bool {
    let said = text(restriction, "/inclusion").unwrap_or_default();
    match said.to_ascii_uppercase().as_str() {
        // The docs and the newer spelling of the specification (contract 7.2).
        "WHITELIST" | "INCLUDE" => true,
        "BLACKLIST" | "EXCLUDE" => false,
        _ => {
            wrong.say(format!("{property}.inclusion"), "must be WHITELIST or BLACKLIST");
            true
        }
    }
}

/// What a required ID document accepts.
pub(crate) fn accepted(filter: Option<&Value>, property: &str, wrong: &mut Wrong) -> Accepted {
    let Some(filter) = filter.filter(|filter| !filter.is_null()) else { return everything() };
    match text(filter, "/type") {
        Some("DOCUMENT_RESTRICTIONS") => by_document(filter, property, wrong),
        Some("ORTHOGONAL_RESTRICTIONS") => by_axis(filter, property, wrong),
        _ => {
            let message = "must be DOCUMENT_RESTRICTIONS or ORTHOGONAL_RESTRICTIONS";
            wrong.say(format!("{property}.type"), message);
            Accepted::new()
        }
    }
}

fn by_document(filter: &Value, property: &str, wrong: &mut Wrong) -> Accepted {
    let includes = includes(filter, property, wrong);
    let all = everything();
    let mut listed = Accepted::new();
    for document in list(filter, "/documents") {
        let types = texts(document, "/document_types");
        let mut countries = texts(document, "/country_codes");
        if countries.is_empty() {
            countries = all.keys().cloned().collect();
        }
        for country in countries {
            let known = all.get(&country).cloned().unwrap_or_default();
            let list = listed.entry(country).or_default();
            let new = if types.is_empty() { known } else { types.clone() };
            list.extend(new.into_iter().filter(|kind| !list.contains(kind)).collect::<Vec<_>>());
        }
    }
    if includes {
        listed.retain(|_, types| !types.is_empty());
        return listed;
    }
    let out = |country: &str, kind: &String| listed.get(country).is_some_and(|l| l.contains(kind));
    let mut left = all;
    for (country, types) in &mut left {
        types.retain(|kind| !out(country, kind));
    }
    left.retain(|_, types| !types.is_empty());
    left
}

fn by_axis(filter: &Value, property: &str, wrong: &mut Wrong) -> Accepted {
    let mut left = everything();
    if let Some(restriction) = filter.get("country_restriction").filter(|r| !r.is_null()) {
        let codes = texts(restriction, "/country_codes");
        if includes(restriction, &format!("{property}.country_restriction"), wrong) {
            for code in codes.iter().filter(|code| !left.contains_key(*code)).collect::<Vec<_>>() {
                left.insert(code.clone(), vec!["PASSPORT".to_owned()]);
            }
            left.retain(|country, _| codes.contains(country));
        } else {
            left.retain(|country, _| !codes.contains(country));
        }
    }
    if let Some(restriction) = filter.get("type_restriction").filter(|r| !r.is_null()) {
        let kinds = texts(restriction, "/document_types");
        let wanted = includes(restriction, &format!("{property}.type_restriction"), wrong);
        for types in left.values_mut() {
            types.retain(|kind| kinds.contains(kind) == wanted);
        }
    }
    left.retain(|_, types| !types.is_empty());
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(filter: &Value) -> (Accepted, bool) {
        let mut wrong = Wrong::default();
        let accepted = accepted(Some(filter), "filter", &mut wrong);
        (accepted, wrong.answer().is_ok())
    }

    #[test]
    fn both_kinds_of_filters_include_and_exclude_in_both_spellings() {
        let documents = json!([{ "country_codes": ["GBR"], "document_types": ["PASSPORT"] }]);
        for (inclusion, british) in [
            ("WHITELIST", vec!["PASSPORT"]),
            ("INCLUDE", vec!["PASSPORT"]),
            ("BLACKLIST", vec!["DRIVING_LICENCE", "RESIDENCE_PERMIT"]),
            ("EXCLUDE", vec!["DRIVING_LICENCE", "RESIDENCE_PERMIT"]),
        ] {
            let filter = json!({
                "type": "DOCUMENT_RESTRICTIONS", "inclusion": inclusion, "documents": documents,
            });
            let (accepted, good) = of(&filter);
            assert!(good);
            assert_eq!(accepted["GBR"], british, "{inclusion}");
            assert_eq!(accepted.contains_key("FRA"), british.len() == 2, "{inclusion}");
        }
        let (accepted, _) = of(&json!({
            "type": "ORTHOGONAL_RESTRICTIONS",
            "country_restriction": { "inclusion": "WHITELIST", "country_codes": ["GBR", "FRA"] },
            "type_restriction": { "inclusion": "BLACKLIST", "document_types": ["DRIVING_LICENCE"] },
        }));
        assert_eq!(accepted.keys().collect::<Vec<_>>(), ["FRA", "GBR"]);
        assert_eq!(accepted["GBR"], ["PASSPORT", "RESIDENCE_PERMIT"]);
        assert!(!of(&json!({ "type": "X" })).1);
        assert!(!of(&json!({ "type": "DOCUMENT_RESTRICTIONS", "inclusion": "MAYBE" })).1);
    }
}
