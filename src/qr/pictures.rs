//! Files with pictures: PNG, animated or not, and JPEG.

use std::io::Cursor;

use png::{ColorType, Decoder, DecodingError, Limits, Reader, Transformations};

use super::picture::{PIXELS_LIMIT, Picture, bad};
use super::{QrError, jpeg};

/// The most pixels of all pictures of an animation: a few thousand codes.
const ANIMATION_LIMIT: usize = 1 << 29;

/// What every PNG begins with.
pub(super) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The pictures of a file, one after the other: several if it is an animated PNG.
pub struct Pictures<'a> {
    name: &'a str,
    from: Source<'a>,
}

enum Source<'a> {
    Png(Box<Animation<'a>>),
    Jpeg(Option<Picture>),
}

/// What is left of a PNG.
struct Animation<'a> {
    reader: Reader<Cursor<&'a [u8]>>,
    left: u32,
}

impl<'a> Pictures<'a> {
    /// The pictures of these bytes, which are called `name`.
    ///
    /// # Errors
    /// What is neither PNG nor JPEG, or a too large one.
    pub fn of(name: &'a str, bytes: &'a [u8]) -> Result<Pictures<'a>, QrError> {
        let from = match bytes {
            _ if bytes.starts_with(PNG) => Source::Png(Box::new(Animation::of(name, bytes)?)),
            _ if bytes.starts_with(jpeg::SIGNATURE) => Source::Jpeg(Some(jpeg::picture(name, bytes)?)),
            _ => return Err(bad(name, "it is neither PNG nor JPEG".to_owned())),
        };
        Ok(Pictures { name, from })
    }

    /// The next picture; `None` after the last.
    ///
    /// # Errors
    /// A damaged picture.
    pub fn next_picture(&mut self) -> Result<Option<Picture>, QrError> {
        match &mut self.from {
            Source::Png(pictures) => pictures.next_picture(self.name),
            Source::Jpeg(picture) => Ok(picture.take()),
        }
    }
}

impl<'a> Animation<'a> {
    fn of(name: &str, bytes: &'a [u8]) -> Result<Animation<'a>, QrError> {
        // Colour and transparency in eight bits each, and a half of that for the decoder's own.
        let limits = Limits { bytes: PIXELS_LIMIT * 6 };
        let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
        decoder.set_transformations(Transformations::normalize_to_color8());
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        let header = decoder.read_header_info().map_err(|error| unreadable(name, &error))?;
        let size = |side: u32| usize::try_from(side).unwrap_or(usize::MAX);
        let (width, height) = (size(header.width), size(header.height));
        if width.saturating_mul(height) > PIXELS_LIMIT {
            return Err(bad(name, format!("{width} by {height} pixels are too many")));
        }
        let reader = decoder.read_info().map_err(|error| unreadable(name, &error))?;
        let info = reader.info();
        // The picture for those who show no animation may be none of it.
        let beside = u32::from(info.frame_control().is_none());
        let left = info.animation_control().map_or(1, |control| control.num_frames.saturating_add(beside));
        let frames = usize::try_from(left).unwrap_or(usize::MAX);
        if width.saturating_mul(height).saturating_mul(frames) > ANIMATION_LIMIT {
            return Err(bad(name, "its pictures have too many pixels together".to_owned()));
        }
        Ok(Animation { reader, left })
    }

    fn next_picture(&mut self, name: &str) -> Result<Option<Picture>, QrError> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        let too_large = || bad(name, "it is too large".to_owned());
        let length = self.reader.output_buffer_size().ok_or_else(too_large)?;
        let mut pixels = vec![0; length];
        let frame = self.reader.next_frame(&mut pixels).map_err(|error| unreadable(name, &error))?;
        let size = |side: u32| usize::try_from(side).unwrap_or(usize::MAX);
        let (width, height) = (size(frame.width), size(frame.height));
        let count = width.saturating_mul(height);
        let grey: Vec<u8> = match frame.color_type {
            ColorType::Grayscale | ColorType::Indexed => pixels.into_iter().take(count).collect(),
            colour => pixels.chunks_exact(colour.samples()).take(count).map(of_pixel).collect(),
        };
        Picture::from_raw(name, width, height, grey).map(Some)
    }
}

fn unreadable(name: &str, error: &DecodingError) -> QrError {
    bad(name, format!("this PNG cannot be read: {error}"))
}

/// The grey of a pixel: ITU-R BT.601, over white.
fn of_pixel(pixel: &[u8]) -> u8 {
    let (luma, alpha) = match *pixel {
        [grey, alpha] => (u32::from(grey), alpha),
        [r, g, b] => (weighed(r, g, b), 255),
        [r, g, b, alpha] => (weighed(r, g, b), alpha),
        _ => (255, 255),
    };
    let alpha = u32::from(alpha);
    u8::try_from((luma * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
}

fn weighed(r: u8, g: u8, b: u8) -> u32 {
    (299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b)) / 1000
}
