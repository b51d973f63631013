//! Connections that a handler can reset, as a failing network does (contract 12, S24).

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Context;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};

use crate::stream_guard::{Guarded, StreamGuard};

/// Resets the connection of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResetHandle(Arc<AtomicBool>);

impl ResetHandle {
    /// The next byte to be written is not, and the peer gets a reset.
    pub(crate) fn reset(&self) {
        self.0.store(true, Ordering::Release);
    }
}

impl StreamGuard<TcpStream> for ResetHandle {
    fn allow(&mut self, stream: &TcpStream, _context: &mut Context<'_>) -> io::Result<()> {
        if !self.0.load(Ordering::Acquire) {
            return Ok(());
        }
        // Dropped with no time to linger: the system sends a reset, not an end.
        stream.set_zero_linger()?;
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

/// A listener whose connections can be reset.
#[derive(Debug)]
pub(crate) struct ResettableListener(pub(crate) TcpListener);

impl Listener for ResettableListener {
    type Io = Guarded<TcpStream, ResetHandle>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        (Guarded { stream, guard: ResetHandle::default() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, ResettableListener>> for ResetHandle {
    fn connect_info(stream: IncomingStream<'_, ResettableListener>) -> Self {
        stream.io().guard.clone()
    }
}
