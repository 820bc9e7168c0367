//! JPEG, which is what phones and most cameras give (ITU-T T.81).

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::QrError;
use super::picture::{PIXELS_LIMIT, Picture, bad};

/// What every JPEG begins with.
pub(super) const SIGNATURE: &[u8] = b"\xff\xd8\xff";

/// Reads a picture in shades of grey.
///
/// # Errors
/// A damaged or too large picture; `name` is what it is called.
pub(super) fn picture(name: &str, bytes: &[u8]) -> Result<Picture, QrError> {
    let unreadable = |error: &dyn std::fmt::Display| bad(name, format!("this JPEG cannot be read: {error}"));
    let options = DecoderOptions::new_safe().jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| unreadable(&error))?;
    let (width, height) = decoder.dimensions().ok_or_else(|| bad(name, "it has no size".to_owned()))?;
    if width.saturating_mul(height) > PIXELS_LIMIT {
        return Err(bad(name, format!("{width} by {height} pixels are too many")));
    }
    let grey = decoder.decode().map_err(|error| unreadable(&error))?;
    Picture::from_raw(name, width, height, grey)
}
