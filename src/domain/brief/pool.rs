//! One copy of what many briefs have in common: most sessions of an application ask for the same
//! checks, and end with the same ones.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::domain::brief::Brief;
use crate::domain::brief::letter::{BranchBrief, LetterBrief};
use crate::domain::brief::result::{
    CheckBrief, ProfileBrief, ResourceBrief, ResultBrief, ResultContent,
};
use crate::domain::brief::{ConfigurationBrief, Covered, RequestedBrief};
use crate::domain::session::extra::UnknownValue;

/// The most values that a pool has: a server that sends others each time gains nothing by it.
const MOST: usize = 4_096;

/// Values of which one copy is enough.
struct Pool<T: ?Sized>(LazyLock<Mutex<HashSet<Arc<T>>>>);

impl<T: ?Sized + Eq + Hash> Pool<T> {
    const fn new() -> Self {
        Self(LazyLock::new(Mutex::default))
    }

    /// The copy that the others have, of an equal value.
    fn share(&self, value: &mut Arc<T>) {
        let mut pool = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = pool.get(value) {
            *value = Arc::clone(known);
            return;
        }
        if pool.len() >= MOST {
            // Those that no brief has any more.
            pool.retain(|known| Arc::strong_count(known) > 1);
        }
        if pool.len() < MOST {
            pool.insert(Arc::clone(value));
        }
    }
}

/// A part of a brief that is often the same as another's.
pub trait CommonPart: Clone {
    /// The same part, with the copy of another brief where that has an equal one.
    #[must_use]
    fn pooled(self) -> Self;
}

macro_rules! common_part {
    ($($part:ty,)*) => { $(
        impl CommonPart for Arc<$part> {
            fn pooled(mut self) -> Self {
                static POOL: Pool<$part> = Pool::new();
                POOL.share(&mut self);
                self
            }
        }
    )* };
}

common_part! {
    [CheckBrief],
    [ProfileBrief],
    [ResourceBrief],
    [UnknownValue],
    Covered,
    RequestedBrief,
    BranchBrief,
}

impl Brief {
    /// The same brief, with the copies of other briefs where they have the same parts.
    #[must_use]
    pub(super) fn pooled(mut self) -> Self {
        self.result =
            self.result.map(|result| ResultBrief { content: result.content.pooled(), ..result });
        self.configuration = self.configuration.map(|configuration| ConfigurationBrief {
            requested: configuration.requested.pooled(),
            ..configuration
        });
        if let LetterBrief::Set { branch, .. } = &mut self.letter {
            *branch = branch.take().map(CommonPart::pooled);
        }
        self.covered = self.covered.pooled();
        self
    }
}

impl CommonPart for Arc<ResultContent> {
    /// Its lists are shared where the whole cannot be.
    fn pooled(self) -> Self {
        static POOL: Pool<ResultContent> = Pool::new();
        let content = Self::unwrap_or_clone(self);
        let mut content = Self::new(ResultContent {
            checks: content.checks.pooled(),
            profiles: content.profiles.pooled(),
            resources: content.resources.pooled(),
            unknown: content.unknown.pooled(),
            ..content
        });
        POOL.share(&mut content);
        content
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::server_text::ServerText;

    #[test]
    fn equal_values_are_one_copy_and_a_flood_of_others_is_let_go() {
        let pool: Pool<[ServerText]> = Pool::new();
        let list = |text: String| -> Arc<[ServerText]> { Arc::new([ServerText::from(text)]) };
        let kept = |text: String| {
            let mut list = list(text);
            pool.share(&mut list);
            list
        };
        let first = kept("a".into());
        assert!(Arc::ptr_eq(&first, &kept("a".into())));
        for n in 0..3 * MOST {
            drop(kept(format!("hostile {n}")));
        }
        assert!(Arc::ptr_eq(&first, &kept("a".into())), "it is in use");
        assert!(pool.0.lock().unwrap().len() <= MOST);
        // All in use: the others have copies of their own.
        let used: Vec<_> = (0..2 * MOST).map(|n| kept(format!("used {n}"))).collect();
        assert_eq!(used.last().unwrap(), &kept(format!("used {}", 2 * MOST - 1)));
        assert!(pool.0.lock().unwrap().len() <= MOST);
    }
}
