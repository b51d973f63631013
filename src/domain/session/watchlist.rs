//! What a watchlist check found and how it searched (contract 4.6).
//!
//! A customer's `api_key` is a secret and has no field here.

use crate::domain::server_text::ServerText;
use crate::domain::session::resource::Media;
use crate::domain::session::wire_enum::{MatchingStrategy, WatchlistAccount, WatchlistSources};

/// `report.watchlist_summary`
#[derive(Clone, Debug, PartialEq, Default)]
pub struct WatchlistSummary {
    /// As on the wire; need not equal the sum of `number_of_hits`.
    pub total_hits: Option<ServerText>,
    /// ISO 3166-1 alpha-3, such as `GBR`.
    pub associated_country_codes: Vec<ServerText>,
    /// The hits themselves, personal data.
    pub raw_results: Option<Media>,
    pub search: Option<WatchlistSearch>,
}

/// `search_config` of either check; each fills its own part.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct WatchlistSearch {
    /// WATCHLIST_SCREENING: `ADVERSE-MEDIA`, `SANCTIONS` (with hyphen).
    pub categories: Vec<ServerText>,
    /// WATCHLIST_ADVANCED_CA: whose account at the provider.
    pub account: Option<WatchlistAccount>,
    pub remove_deceased: Option<bool>,
    /// Ask for a link to the search.
    pub share_url: Option<bool>,
    pub sources: Option<SearchSources>,
    pub matching: Option<Matching>,
    /// Custom account only: whether the search goes on.
    pub monitoring: Option<bool>,
    /// Custom account only.
    pub tags: Vec<(ServerText, ServerText)>,
    /// Custom account only.
    pub client_ref: Option<ServerText>,
}

/// `search_config.sources`
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SearchSources {
    /// `TYPE_LIST` or `PROFILE`.
    pub kind: Option<WatchlistSources>,
    /// With TYPE_LIST: `pep`, `fitness-probity`, ….
    pub types: Vec<ServerText>,
    pub search_profile: Option<ServerText>,
}

/// `search_config.matching_strategy`
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Matching {
    /// `EXACT` or `FUZZY`.
    pub kind: Option<MatchingStrategy>,
    /// With EXACT; a boolean or a text on the wire (11 #16).
    pub exact_match: Option<ServerText>,
    /// With FUZZY, its number as on the wire.
    pub fuzziness: Option<ServerText>,
}
