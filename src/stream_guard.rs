//! A connection of which each read and write must first be allowed.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Read at a time; what comes faster waits in the system's buffers (fault W06).
const AT_ONCE: usize = 2 * 1024;

/// What decides over a connection.
pub(crate) trait StreamGuard<S> {
    /// Before each read and write; an error ends the connection.
    fn allow(&mut self, stream: &S, context: &mut Context<'_>) -> io::Result<()>;

    /// After each read, with what came.
    fn received(&mut self, _bytes: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

/// A stream and what decides over it.
#[derive(Debug)]
pub(crate) struct Guarded<S, G> {
    pub(crate) stream: S,
    pub(crate) guard: G,
}

impl<S, G: StreamGuard<S>> Guarded<S, G> {
    fn allow(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        self.guard.allow(&self.stream, context)
    }
}

impl<S: AsyncRead + Unpin, G: StreamGuard<S> + Unpin> AsyncRead for Guarded<S, G> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.allow(context)?;
        let mut part = [0; AT_ONCE];
        let length = AT_ONCE.min(buffer.remaining());
        let mut part = ReadBuf::new(part.get_mut(..length).unwrap_or_default());
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut part))?;
        buffer.put_slice(part.filled());
        Poll::Ready(self.guard.received(part.filled()))
    }
}

impl<S: AsyncWrite + Unpin, G: StreamGuard<S> + Unpin> AsyncWrite for Guarded<S, G> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.allow(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.allow(context)?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.allow(context)?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
