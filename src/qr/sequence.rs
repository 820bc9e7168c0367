//! The showing end: a file as one code, or as an endless sequence of them.

use ur::Encoder;

use super::QrError;
use super::code::{Code, LARGEST_ALONE};
use super::envelope::wrap;
use super::fountain::FRAGMENTS_LIMIT;

/// Numbers of parts go up to here, and begin anew then: so that the longest text of a part is known.
const NUMBERS: usize = 9999;

/// The bytes of a file as one code, if it holds them.
///
/// What begins like a part of a sequence would be taken for one, so that it does not stand alone.
pub fn alone(content: &[u8], largest: i16) -> Option<Code> {
    if content.is_empty() || is_resource(content) {
        return None;
    }
    Code::of(content, largest.min(LARGEST_ALONE))
}

/// Whether a text says that it is a Uniform Resource.
pub fn is_resource(content: &[u8]) -> bool {
    content.get(..3).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"ur:"))
}

/// A file as parts, without end, each in one code of the same size.
pub struct Sequence {
    message: Vec<u8>,
    fragment: usize,
    version: i16,
    encoder: Encoder<'static>,
}

impl Sequence {
    /// The parts of a file in codes of a version.
    ///
    /// # Errors
    /// A file that is empty or too large, or a name that cannot travel.
    pub fn new(name: &str, content: &[u8], version: i16) -> Result<Sequence, QrError> {
        let message = wrap(name, content)?;
        let too_large = || {
            let limit =
                FRAGMENTS_LIMIT * largest_fragment(FRAGMENTS_LIMIT * 100, version).unwrap_or_default();
            QrError::TooLarge { name: name.to_owned(), length: message.len(), limit }
        };
        let fragment = largest_fragment(message.len(), version).ok_or_else(too_large)?;
        let encoder = encoder(&message, fragment)?;
        if encoder.fragment_count() > FRAGMENTS_LIMIT {
            return Err(too_large());
        }
        Ok(Sequence { message, fragment, version, encoder })
    }

    /// How many fragments the message has: that many parts it takes at least.
    pub fn fragments(&self) -> usize {
        self.encoder.fragment_count()
    }

    /// The version of the codes.
    pub fn version(&self) -> i16 {
        self.version
    }

    /// The number of the part that came last, from 1.
    pub fn number(&self) -> usize {
        self.encoder.current_index()
    }

    /// The text of the next part.
    ///
    /// # Errors
    /// None that can be made to happen: those of the crates that encode.
    pub fn next_text(&mut self) -> Result<String, QrError> {
        if self.encoder.current_index() == NUMBERS {
            self.encoder = encoder(&self.message, self.fragment)?;
        }
        let text = self.encoder.next_part().map_err(|error| QrError::Damaged(error.to_string()))?;
        Ok(text.to_ascii_uppercase())
    }

    /// The next part as a code.
    ///
    /// # Errors
    /// As [`Sequence::next_text`].
    pub fn next_code(&mut self) -> Result<Code, QrError> {
        let text = self.next_text()?;
        let too_long = || QrError::Damaged("a part is longer than its code".to_owned());
        Code::in_version(text.as_bytes(), self.version).ok_or_else(too_long)
    }
}

fn encoder(message: &[u8], fragment: usize) -> Result<Encoder<'static>, QrError> {
    Encoder::bytes(message, fragment).map_err(|error| QrError::Damaged(error.to_string()))
}

/// The largest fragment whose part still fits a version.
fn largest_fragment(message: usize, version: i16) -> Option<usize> {
    let fits = |fragment: &usize| {
        let text = vec![b'A'; text_length(message, *fragment)];
        Code::holds(&text, version)
    };
    // No code holds more than 4,296 characters, of which two are a byte.
    let (mut low, mut high) = (0, 2148.min(message) + 1);
    while high - low > 1 {
        let middle = usize::midpoint(low, high);
        if fits(&middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low > 0).then_some(low)
}

/// The length of the text of the longest part: `UR:BYTES/9999-26/` and two letters a byte.
fn text_length(message: usize, fragment: usize) -> usize {
    let fragments = message.div_ceil(fragment);
    let fragment = message.div_ceil(fragments);
    // The array, number, count, length, checksum, and the fragment as a byte string.
    let cbor = 1 + 3 + cbor_head(fragments) + cbor_head(message) + 5 + cbor_head(fragment) + fragment;
    let digits = fragments.to_string().len();
    "UR:BYTES/9999-/".len() + digits + 2 * (cbor + 4)
}

/// How many bytes CBOR takes for a number, or in front of that many bytes.
fn cbor_head(number: usize) -> usize {
    match number {
        0..=23 => 1,
        24..=0xff => 2,
        0x100..=0xffff => 3,
        _ => 5,
    }
}
