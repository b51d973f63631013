//! What other machines have not heard of yet, and where it is kept.

use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::annotations::AnnotationChange;
use super::outbox::OutboxMessage;

/// A change that waits to be sent to the other machines.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UnsentChange {
    pub message: OutboxMessage,
    /// The version of the session's note that the operator saw; `None`: it is not known.
    pub seen: Option<i64>,
    /// Names it for the others, so that it does nothing twice though it is sent again.
    pub action: Uuid,
}

impl UnsentChange {
    /// A change that waits, with a name of its own in the shared store.
    #[must_use]
    pub fn new(message: OutboxMessage, seen: Option<i64>) -> Self {
        // Not the operator's edit, which names all that was changed at once, of several sessions.
        Self { message, seen, action: Uuid::new_v4() }
    }
}

impl OutboxMessage {
    /// Hints and wishes are for the process that asks, and each hears of its own; what an operator
    /// has looked at is hers alone.
    #[must_use]
    pub const fn is_for_other_machines(&self) -> bool {
        match self {
            Self::Told(_) | Self::Asked(_) | Self::Kept(_, AnnotationChange::LookedAt(_), _) => {
                false
            }
            Self::Added(_) | Self::Removed(_) | Self::Kept(..) => true,
        }
    }
}

/// Keeps what waits from one run of the program to the next. Calls block.
pub trait UnsentStore: Debug + Send + Sync {
    /// What was kept last, oldest first.
    ///
    /// # Errors
    /// Why it cannot be read, in words that may be shown.
    fn read(&self) -> Result<Vec<UnsentChange>, String>;

    /// Durable when it returns, in the place of what was kept before.
    ///
    /// # Errors
    /// Why it cannot be kept, in words that may be shown.
    fn keep(&self, changes: &[UnsentChange]) -> Result<(), String>;
}

/// For a process that leaves nothing on the disk.
#[derive(Debug, Default)]
pub struct UnsentInMemory(Mutex<Vec<UnsentChange>>);

impl UnsentStore for UnsentInMemory {
    fn read(&self) -> Result<Vec<UnsentChange>, String> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn keep(&self, changes: &[UnsentChange]) -> Result<(), String> {
        changes.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}
