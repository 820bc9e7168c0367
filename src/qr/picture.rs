//! Pictures in: PNG and raw frames become grey, and a reader looks for codes in them.

use std::io::Cursor;
use std::time::Duration;

use png::{ColorType, Decoder, DecodingError, Limits, Reader, Transformations};

use super::QrError;
use super::reader::{self, GivenUp, PATIENCE};

/// The most pixels of a picture: what phones take.
pub const PIXELS_LIMIT: usize = 36_000_000;

/// The most pixels of all pictures of an animation: a few thousand codes.
const ANIMATION_LIMIT: usize = 1 << 29;

/// The most bytes of a picture in a file or stream.
pub const PICTURE_LIMIT: usize = 1 << 26;

/// A grey picture.
pub struct Picture {
    name: String,
    width: usize,
    height: usize,
    /// Row by row, 0 is black.
    grey: Vec<u8>,
}

impl Picture {
    /// Reads a PNG; of an animated one, the first picture. What is transparent is white, as on paper.
    ///
    /// # Errors
    /// A damaged or too large picture; `name` is what it is called.
    pub fn from_png(name: &str, bytes: &[u8]) -> Result<Picture, QrError> {
        let none = || bad(name, "it has no pixels".to_owned());
        Pictures::of_png(name, bytes)?.next_picture()?.ok_or_else(none)
    }

    /// A picture of eight bits a pixel, row by row, 0 is black.
    ///
    /// # Errors
    /// Too many pixels, none, or a length that is not theirs.
    pub fn from_raw(name: &str, width: usize, height: usize, grey: Vec<u8>) -> Result<Picture, QrError> {
        let pixels = width.saturating_mul(height);
        if pixels == 0 || pixels > PIXELS_LIMIT {
            return Err(bad(name, "it has no pixels, or too many".to_owned()));
        }
        if grey.len() != pixels {
            return Err(bad(name, "it is cut short".to_owned()));
        }
        Ok(Picture { name: name.to_owned(), width, height, grey })
    }

    /// What the codes in the picture say. Light codes on dark are found too.
    ///
    /// # Errors
    /// A picture that was made to keep the reader busy.
    pub fn codes(self) -> Result<Vec<Vec<u8>>, QrError> {
        self.codes_within(PATIENCE)
    }

    /// The same, as long as it takes no longer than that.
    ///
    /// # Errors
    /// As [`Picture::codes`].
    pub fn codes_within(self, patience: Duration) -> Result<Vec<Vec<u8>>, QrError> {
        let Picture { name, width, height, grey } = self;
        let problem = |given_up| match given_up {
            GivenUp::Corners => "too much of it looks like corners of codes",
            GivenUp::Time => "it takes too long to look for codes in it",
        };
        reader::read(width, height, grey, patience)
            .map_err(|given_up| QrError::Picture { picture: name, problem: problem(given_up).to_owned() })
    }
}

/// The pictures of a PNG, one after the other: several if it is animated.
pub struct Pictures<'a> {
    name: &'a str,
    reader: Reader<Cursor<&'a [u8]>>,
    left: u32,
    pixels: usize,
}

impl<'a> Pictures<'a> {
    /// The pictures of these bytes, which are called `name`.
    ///
    /// # Errors
    /// What is no PNG, or a too large one.
    pub fn of_png(name: &'a str, bytes: &'a [u8]) -> Result<Pictures<'a>, QrError> {
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
        Ok(Pictures { name, reader, left, pixels: 0 })
    }

    /// The next picture; `None` after the last.
    ///
    /// # Errors
    /// A damaged picture.
    pub fn next_picture(&mut self) -> Result<Option<Picture>, QrError> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        let too_large = || bad(self.name, "it is too large".to_owned());
        let length = self.reader.output_buffer_size().ok_or_else(too_large)?;
        let mut pixels = vec![0; length];
        let frame = self.reader.next_frame(&mut pixels).map_err(|error| unreadable(self.name, &error))?;
        let size = |side: u32| usize::try_from(side).unwrap_or(usize::MAX);
        let (width, height) = (size(frame.width), size(frame.height));
        let count = width.saturating_mul(height);
        self.pixels = self.pixels.saturating_add(count);
        if self.pixels > ANIMATION_LIMIT {
            return Err(bad(self.name, "its pictures have too many pixels together".to_owned()));
        }
        let grey: Vec<u8> = match frame.color_type {
            ColorType::Grayscale | ColorType::Indexed => pixels.into_iter().take(count).collect(),
            colour => pixels.chunks_exact(colour.samples()).take(count).map(of_pixel).collect(),
        };
        Picture::from_raw(self.name, width, height, grey).map(Some)
    }
}

fn bad(name: &str, problem: String) -> QrError {
    QrError::Picture { picture: name.to_owned(), problem }
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
