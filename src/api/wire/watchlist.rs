//! What a watchlist check says of its search (contract 4.6).
//!
//! A customer's `api_key` was removed before anything comes here.

use super::cursor::JsonCursor;
use super::resource::media_in;
use crate::domain::session::watchlist::{
    Matching, SearchSources, WatchlistSearch, WatchlistSummary,
};

pub(super) fn summary(item: &JsonCursor<'_>) -> WatchlistSummary {
    WatchlistSummary {
        // Its text: it need not be the sum of the parts, and is never counted with (contract 4.6).
        total_hits: item.scalar("total_hits"),
        associated_country_codes: item.texts("associated_country_codes"),
        raw_results: media_in(item, "raw_results"),
        search: item.object("search_config").as_ref().map(search),
    }
}

fn search(item: &JsonCursor<'_>) -> WatchlistSearch {
    WatchlistSearch {
        categories: item.texts("categories"),
        account: item.value("type"),
        remove_deceased: item.flag("remove_deceased"),
        share_url: item.flag("share_url"),
        sources: item.object("sources").as_ref().map(|sources| SearchSources {
            kind: sources.value("type"),
            types: sources.texts("types"),
            search_profile: sources.text("search_profile"),
        }),
        matching: item.object("matching_strategy").as_ref().map(|matching| Matching {
            kind: matching.value("type"),
            // A boolean, which Go's SDK types as a string (contract 11 #16).
            exact_match: matching.scalar("exact_match"),
            fuzziness: matching.scalar("fuzziness"),
        }),
        monitoring: item.flag("monitoring"),
        tags: item.object("tags").map(|tags| tags.rest()).unwrap_or_default(),
        client_ref: item.text("client_ref"),
    }
}
