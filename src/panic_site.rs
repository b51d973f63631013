//! Panics that a test asks for by the name of a place (fault T01). Release builds have none.

use std::fmt::Debug;

/// Panics where `BRANCHWATCH_TEST_PANIC` is how the name of this place begins: a kind of place, and
/// what is at hand there.
pub(crate) fn at(kind: &str, what: &impl Debug) {
    #[cfg(debug_assertions)]
    if asked::WANTED.as_ref().is_some_and(|wanted| format!("{kind} {what:?}").starts_with(wanted)) {
        asked::panic();
    }
    #[cfg(not(debug_assertions))]
    let _not_looked_at = (kind, what);
}

#[cfg(debug_assertions)]
mod asked {
    use std::sync::LazyLock;

    pub(super) static WANTED: LazyLock<Option<String>> =
        LazyLock::new(|| std::env::var("BRANCHWATCH_TEST_PANIC").ok());

    #[expect(clippy::panic, reason = "this is the panic that was asked for")]
    pub(super) fn panic() {
        panic!("CANARY: the message of a panic may hold data");
    }
}
