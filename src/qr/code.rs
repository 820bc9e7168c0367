//! One QR code: the only place that makes one.

use qrcode::bits::Bits;
use qrcode::{Color, EcLevel, QrCode, Version};

use crate::crypto::digest::Sha256Digest;

/// How many light modules must surround a code (ISO/IEC 18004), on paper and in pictures.
pub const QUIET: usize = 4;

/// How many surround it in a terminal, where modules are few. A reader finds a code by the dark and light runs of its
/// corners, whose outermost run needs a light module beside it in order to end; the second is for the frame of the window, and
/// for the blur of a camera.
pub const QUIET_IN_TERMINAL: usize = 2;

/// The largest size of a code that stands alone, of 40: a phone reads 125 modules a side from a screen without
/// help. It holds 1,465 bytes.
pub const LARGEST_ALONE: i16 = 27;

/// The characters of the alphanumeric mode, of which two take 11 bits.
const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// A QR code without its quiet zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Modules a side.
    pub side: usize,
    /// The version of the standard's table of sizes, 1 to 40.
    pub version: i16,
    dark: Vec<bool>,
}

/// Modules a side of a version.
pub fn side(version: i16) -> usize {
    17 + 4 * usize::try_from(version).unwrap_or_default()
}

impl Code {
    /// The code of `sha256:<hex>`.
    pub fn of_digest(digest: Sha256Digest) -> Code {
        #[expect(clippy::expect_used, reason = "71 bytes; the largest code of this level holds 2,331")]
        let code =
            QrCode::with_error_correction_level(format!("sha256:{digest}"), EcLevel::M).expect("it fits");
        Code::from(code)
    }

    /// The code of some bytes as they are, in the smallest version up to `largest` that holds them, and with the most
    /// correction that this version has room for.
    pub fn of(bytes: &[u8], largest: i16) -> Option<Code> {
        let version = (1..=largest).find(|version| bits(bytes, *version, EcLevel::L).is_some())?;
        let levels = [EcLevel::H, EcLevel::Q, EcLevel::M, EcLevel::L];
        let bits = |level| bits(bytes, version, level).map(|bits| (bits, level));
        let (bits, level) = levels.into_iter().find_map(bits)?;
        QrCode::with_bits(bits, level).ok().map(Code::from)
    }

    /// The code of some bytes in a given version, with the least correction.
    pub fn in_version(bytes: &[u8], version: i16) -> Option<Code> {
        QrCode::with_bits(bits(bytes, version, EcLevel::L)?, EcLevel::L).ok().map(Code::from)
    }

    /// Whether a version holds some bytes.
    pub fn holds(bytes: &[u8], version: i16) -> bool {
        bits(bytes, version, EcLevel::L).is_some()
    }

    fn from(code: QrCode) -> Code {
        let version = match code.version() {
            Version::Normal(version) | Version::Micro(version) => version,
        };
        let side = code.width();
        let dark = code.into_colors().into_iter().map(|color| color == Color::Dark).collect();
        Code { side, version, dark }
    }

    /// Whether a module is dark; all around the code are light.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        let inside = x < self.side && y < self.side;
        inside && self.dark.get(y * self.side + x).copied().unwrap_or_default()
    }

    /// Whether a module is light, counted from the corner of a quiet zone of some width.
    pub fn is_light(&self, x: usize, y: usize, quiet: usize) -> bool {
        let inside = x.checked_sub(quiet).zip(y.checked_sub(quiet));
        !inside.is_some_and(|(x, y)| self.is_dark(x, y))
    }

    /// The dark bars: column, row and length of each, in modules.
    pub fn bars(&self) -> Vec<(usize, usize, usize)> {
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

/// One segment, and nothing that a reader could take for another: the crate's own choice would take some bytes for Kanji.
fn bits(bytes: &[u8], version: i16, level: EcLevel) -> Option<Bits> {
    let mut bits = Bits::new(Version::Normal(version));
    if bytes.iter().all(|byte| ALPHANUMERIC.contains(byte)) {
        bits.push_alphanumeric_data(bytes).ok()?;
    } else {
        bits.push_byte_data(bytes).ok()?;
    }
    bits.push_terminator(level).ok()?;
    Some(bits)
}
