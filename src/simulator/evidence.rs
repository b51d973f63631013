//! What sessions hold: specimen files, invented people, letters, face captures.

pub(crate) mod devices;
pub(crate) mod face;
pub(crate) mod letter;
pub(crate) mod media;
pub(crate) mod pdf;
pub(crate) mod person;
#[cfg(feature = "images")]
mod specimen;

/// Without an encoder every picture is one grey pixel, and an upload is judged by its first bytes.
#[cfg(not(feature = "images"))]
mod specimen {
    const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\
        \x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\n\
        IDATx\xdach\x00\x00\x00\x82\x00\x81\xdaE\x08;\x00\x00\x00\x00IEND\xaeB`\x82";

    pub(super) enum Motif {
        Card,
        Portrait,
    }

    pub(super) fn picture(_seed: u64, _shape: Motif, _png: bool) -> (&'static str, Vec<u8>) {
        ("image/png", PIXEL.to_vec())
    }

    pub(super) fn readable(bytes: &[u8]) -> bool {
        bytes.starts_with(b"\x89PNG") || bytes.starts_with(b"\xff\xd8\xff")
    }
}
