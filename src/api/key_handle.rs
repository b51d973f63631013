//! The signing key as the client holds it: there from the start, or still being made.

use std::sync::Arc;

use tokio::sync::watch;

use super::key::SigningKey;
use super::{ApiError, ApiErrorKind};

/// The key that requests are signed with. Clones share it; requests wait until it is there.
#[derive(Clone, Debug)]
pub struct KeyHandle(watch::Receiver<Option<Arc<SigningKey>>>);

impl KeyHandle {
    /// A key that the sender delivers later. Dropping the sender without a key fails all requests.
    #[must_use]
    pub fn pending() -> (watch::Sender<Option<Arc<SigningKey>>>, Self) {
        let (sender, receiver) = watch::channel(None);
        (sender, Self(receiver))
    }

    /// Waits until the key is there.
    ///
    /// # Errors
    /// When no key will ever come.
    pub(super) async fn get(&self) -> Result<Arc<SigningKey>, ApiError> {
        let mut key = self.0.clone();
        // A watch channel answers from its last value, also after the sender is gone.
        let there = key.wait_for(Option::is_some).await.ok().and_then(|key| key.clone());
        there.ok_or_else(|| ApiErrorKind::NotFromYoti("there is no signing key").into())
    }
}

impl From<Arc<SigningKey>> for KeyHandle {
    fn from(key: Arc<SigningKey>) -> Self {
        Self(watch::channel(Some(key)).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn requests_wait_for_the_key_and_fail_when_none_will_come() {
        let key = Arc::new(SigningKey::generate().unwrap());
        assert!(KeyHandle::from(Arc::clone(&key)).get().await.is_ok());
        let (sender, handle) = KeyHandle::pending();
        let waiting = tokio::spawn(async move { handle.get().await });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        sender.send(Some(key)).unwrap();
        assert!(waiting.await.unwrap().is_ok());
        let (sender, handle) = KeyHandle::pending();
        drop(sender);
        assert!(handle.get().await.is_err());
    }
}
