//! QR codes of digests, so that a camera reads what nobody likes to type.

use qrcode::{Color, EcLevel, QrCode};

use crate::crypto::digest::Sha256Digest;

/// How many light modules must surround a code (ISO/IEC 18004).
pub(super) const QUIET: usize = 4;

/// A QR code without its quiet zone.
pub(super) struct Qr {
    /// Modules a side.
    pub side: usize,
    dark: Vec<bool>,
}

/// The code of `sha256:<hex>`.
pub(super) fn of_digest(digest: Sha256Digest) -> Qr {
    #[expect(clippy::expect_used, reason = "71 bytes; the largest code of this level holds 2,331")]
    let code = QrCode::with_error_correction_level(format!("sha256:{digest}"), EcLevel::M).expect("it fits");
    let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
    Qr { side: code.width(), dark }
}

impl Qr {
    /// The dark bars: column, row and length of each, in modules.
    pub(super) fn bars(&self) -> Vec<(usize, usize, usize)> {
        let mut bars = Vec::new();
        for (y, row) in self.dark.chunks(self.side).enumerate() {
            let mut x = 0;
            for bar in row.chunk_by(|one, next| one == next) {
                if bar.first() == Some(&true) {
                    bars.push((x, y, bar.len()));
                }
                x += bar.len();
            }
        }
        bars
    }
}
