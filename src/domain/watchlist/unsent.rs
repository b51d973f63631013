//! Where it is kept what other machines have not heard of yet.

use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

/// Keeps one text from one run of the program to the next. Calls block.
pub trait UnsentStore: Debug + Send + Sync {
    /// What was kept last; `None`: nothing ever was.
    ///
    /// # Errors
    /// Why it cannot be read, in words that may be shown.
    fn read(&self) -> Result<Option<String>, String>;

    /// Durable when it returns, in the place of what was kept before.
    ///
    /// # Errors
    /// Why it cannot be kept, in words that may be shown.
    fn keep(&self, text: &str) -> Result<(), String>;
}

/// For a process that leaves nothing on the disk.
#[derive(Debug, Default)]
pub struct UnsentInMemory(Mutex<Option<String>>);

impl UnsentStore for UnsentInMemory {
    fn read(&self) -> Result<Option<String>, String> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn keep(&self, text: &str) -> Result<(), String> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.to_owned());
        Ok(())
    }
}
