//! An invented person and their documents: what JSON media say (contract 3.6).
//!
//! Every person carries a mark of their session, so that a leak can be traced; nobody of that name
//! exists.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::simulator::json::{lay_over, put};

/// Who a session is about.
pub(crate) struct Person {
    given: &'static str,
    family: String,
    birth: (u16, u8, u8),
    number: u32,
    house: u8,
    /// What a client said at creation; its values win.
    said: Option<Value>,
}

impl Person {
    /// Follows from the session's id; `said` is `resources.applicant_profile` of the creation.
    pub(crate) fn of(session: &str, said: Option<&Value>) -> Self {
        let mut dice = fastrand::Rng::with_seed(seed(session));
        let given = ["Avery", "Blake", "Casey", "Devon", "Ellis", "Frankie"];
        let family = ["Sampleton", "Mockford", "Testwell", "Trialby", "Specimen"];
        // The family name holds a piece of the session's id: a leak tells whose it is.
        let mark: String = session.chars().take(8).collect();
        Self {
            given: given.get(dice.usize(..given.len())).copied().unwrap_or("Avery"),
            family: format!(
                "{}-{mark}",
                family.get(dice.usize(..family.len())).copied().unwrap_or("Specimen")
            ),
            birth: (dice.u16(1950..2000), dice.u8(1..13), dice.u8(1..28)),
            number: dice.u32(..100_000),
            house: dice.u8(1..99),
            said: said.cloned(),
        }
    }

    fn born(&self) -> String {
        let (year, month, day) = self.birth;
        format!("{year}-{month:02}-{day:02}")
    }

    fn address(&self) -> Value {
        let house = self.house;
        json!({
            "address_format": 1, "building_number": house.to_string(),
            "address_line1": format!("{house} Sample Street"), "town_city": "Exampleton",
            "postal_code": "EX1 1AA", "country_iso": "GBR", "country": "United Kingdom",
            "formatted_address": format!("{house} Sample Street\nExampleton\nEX1 1AA\nUnited Kingdom"),
        })
    }

    /// The claimed identity: as it was sent at creation, else made up.
    pub(crate) fn profile(&self) -> Value {
        if let Some(said) = &self.said {
            return said.clone();
        }
        let (given, family) = (self.given, &self.family);
        json!({
            "full_name": format!("{given} {family}"), "given_names": given, "family_name": family,
            "date_of_birth": self.born(), "structured_postal_address": self.address(),
        })
    }

    /// What was read from a document of this type.
    pub(crate) fn document(&self, kind: &str, country: &str) -> Value {
        let (given, family, born) = (self.given, &self.family, self.born());
        let mut fields = json!({
            "full_name": format!("{given} {family}"), "given_names": given, "first_name": given,
            "family_name": family, "date_of_birth": born,
        });
        if let Some(said) = &self.said {
            // What a client claimed is what the documents say,
            // or PROFILE_DOCUMENT_MATCH would make no sense.
            lay_over(&mut fields, said.clone());
        }
        put(&mut fields, "document_type", json!(kind));
        put(&mut fields, "issuing_country", json!(country));
        let number = format!("SPEC{:05}", self.number);
        let identity = json!({
            "nationality": country, "place_of_birth": "Exampleton", "gender": "OTHER",
            "document_number": number, "date_of_issue": "2021-05-05",
            "expiration_date": "2031-05-04", "issuing_authority": "SPECIMEN AUTHORITY",
            "document_template": { "front_page_name": "SPECIMEN_FRONT", "back_page_name": "SPECIMEN_BACK" },
        });
        match kind {
            "PASSPORT" => {
                lay_over(&mut fields, identity);
                put(&mut fields, "mrz", self.td3(country, &number));
            }
            "NATIONAL_ID" | "RESIDENCE_PERMIT" => {
                lay_over(&mut fields, identity);
                put(&mut fields, "mrz", self.td1(kind, country, &number));
            }
            "DRIVING_LICENCE" => {
                lay_over(&mut fields, identity);
                put(&mut fields, "structured_postal_address", self.address());
                put(&mut fields, "place_of_issue", json!("Exampleton"));
            }
            _ => {
                put(&mut fields, "structured_postal_address", self.address());
                put(&mut fields, "organisation", json!("Exampleton Specimen Utilities"));
                put(&mut fields, "date_of_issue", json!("2026-01-31"));
                put(&mut fields, "document_number", json!(number));
            }
        }
        fields
    }

    /// Birth, check digit, sex, expiry, check digit: the middle of both kinds of machine zones.
    fn dates(&self) -> (String, String) {
        let (year, month, day) = self.birth;
        let birth = format!("{:02}{month:02}{day:02}", year % 100);
        (with_digit(&birth), with_digit("310504"))
    }

    fn names(&self, width: usize) -> String {
        let zone = |text: &str| {
            text.to_uppercase()
                .chars()
                .map(|c| if c.is_ascii_uppercase() { c } else { '<' })
                .collect::<String>()
        };
        filled(&format!("{}<<{}", zone(&self.family), zone(self.given)), width)
    }

    fn td3(&self, country: &str, number: &str) -> Value {
        let (birth, expiry) = self.dates();
        let number = with_digit(&filled(number, 9));
        let personal = with_digit(&"<".repeat(14));
        let whole = digit(&format!("{number}{birth}{expiry}{personal}"));
        json!({
            "type": 2,
            "line1": format!("P<{}{}", filled(country, 3), self.names(39)),
            "line2": format!("{number}{}{birth}X{expiry}{personal}{whole}", filled(country, 3)),
        })
    }

    fn td1(&self, kind: &str, country: &str, number: &str) -> Value {
        let (birth, expiry) = self.dates();
        let number = with_digit(&filled(number, 9));
        let upper = format!("{number}{}", "<".repeat(15));
        let whole = digit(&format!("{upper}{birth}{expiry}{}", "<".repeat(11)));
        let code = if kind == "RESIDENCE_PERMIT" { "IR" } else { "I<" };
        let country = filled(country, 3);
        json!({
            "type": 1, "line1": format!("{code}{country}{upper}"),
            "line2": format!("{birth}X{expiry}{country}{}{whole}", "<".repeat(11)),
            "line3": self.names(30),
        })
    }

    /// What a watchlist's provider said (contract 4.6).
    pub(crate) fn watchlist(&self, id: &str) -> Value {
        let (given, family) = (self.given, &self.family);
        let hit = json!({
            "name": format!("{given} {family}"), "match_types": ["name_exact"],
            "note": "SPECIMEN: this person does not exist",
        });
        let short: String = id.chars().take(8).collect();
        json!([{
            "provider": "SPECIMEN_SCREENING", "search_types": ["ADVERSE-MEDIA", "SANCTIONS"],
            "search_id": seed(id).to_string(), "search_ref": format!("specimen-{short}"),
            "url": format!("https://screening.example.org/searches/{short}"),
            "raw_output": STANDARD.encode(json!({ "hits": [hit] }).to_string()),
        }])
    }

    /// An identity profile's report (contract 3.7).
    pub(crate) fn identity_report(&self) -> Value {
        json!({
            "specimen": true, "trust_framework": "UK_TFIDA",
            "schemes_compliance": [{
                "scheme": { "type": "DBS", "objective": "STANDARD" }, "requirements_met": true,
            }],
            "identity_assertion": { "current_name": self.profile() },
            "verification_report": {
                "report_id": "specimen-report", "verification_type": "SPECIMEN",
            },
        })
    }

    /// A share code's profile, as looked up or as returned.
    pub(crate) fn share_code(&self, returned: bool) -> Value {
        if !returned {
            return json!({ "share_code": "SPE CIM EN1", "date_of_birth": self.born() });
        }
        let mut profile = self.profile();
        put(&mut profile, "right_to_work", json!("SPECIMEN: no permission is shown"));
        profile
    }
}

/// A seed from a text.
pub(crate) fn seed(text: &str) -> u64 {
    // FNV-1a: the standard library's hasher may change with its version, and pictures with it.
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Cut or filled with `<`.
fn filled(text: &str, width: usize) -> String {
    let text: String = text.chars().take(width).collect();
    let missing = width - text.chars().count();
    text + &"<".repeat(missing)
}

fn with_digit(text: &str) -> String {
    format!("{text}{}", digit(text))
}

/// The check digit of machine zones: weights 7, 3, 1; A is 10; `<` is 0.
fn digit(text: &str) -> u32 {
    let values = text.chars().map(|c| c.to_digit(36).unwrap_or(0));
    values.zip([7, 3, 1].into_iter().cycle()).map(|(value, weight)| value * weight).sum::<u32>()
        % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_digit_is_that_of_the_well_known_example() {
        assert_eq!(digit("L898902C3"), 6);
        assert_eq!(digit("740812"), 2);
    }

    #[test]
    fn machine_zones_have_their_lengths_and_documents_their_own_keys() {
        let person = Person::of("1c3cae90-1769-43a9-8554-d85f2e7cdb0f", None);
        let length = |value: &Value, line: &str| value["mrz"][line].as_str().unwrap().len();
        let passport = person.document("PASSPORT", "GBR");
        assert_eq!((length(&passport, "line1"), length(&passport, "line2")), (44, 44));
        let card = person.document("NATIONAL_ID", "FRA");
        for line in ["line1", "line2", "line3"] {
            assert_eq!(length(&card, line), 30, "{line}");
        }
        let licence = person.document("DRIVING_LICENCE", "GBR");
        assert!(licence.get("mrz").is_none() && licence["structured_postal_address"].is_object());
        let bill = person.document("UTILITY_BILL", "GBR");
        assert!(bill["organisation"].as_str().unwrap().contains("Specimen"));
        assert!(bill["family_name"].as_str().unwrap().ends_with("-1c3cae90"));
    }

    #[test]
    fn what_was_said_at_creation_is_given_back() {
        let said = json!({ "full_name": "Amina Example", "date_of_birth": "1990-01-01" });
        let person = Person::of("x", Some(&said));
        assert_eq!(person.profile(), said);
        assert_eq!(person.document("PASSPORT", "GBR")["full_name"], "Amina Example");
    }
}
