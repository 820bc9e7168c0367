//! A grey picture, and the codes in it.

use std::time::Duration;

use super::QrError;
use super::pictures::Pictures;
use super::reader::{self, GivenUp, PATIENCE};

/// The most pixels of a picture: what phones take.
pub const PIXELS_LIMIT: usize = 36_000_000;

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
    /// Reads a PNG or JPEG; of an animated one, the first picture. What is transparent is white, as on paper.
    ///
    /// # Errors
    /// A damaged or too large picture; `name` is what it is called.
    pub fn from_file(name: &str, bytes: &[u8]) -> Result<Picture, QrError> {
        let none = || bad(name, "it has no pixels".to_owned());
        Pictures::of(name, bytes)?.next_picture()?.ok_or_else(none)
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

/// What is wrong with a picture.
pub(super) fn bad(name: &str, problem: String) -> QrError {
    QrError::Picture { picture: name.to_owned(), problem }
}
