//! A camera's frames on a stream: PNG after PNG, or raw grey pictures.

use std::io::{self, Read};

use super::QrError;
use super::picture::{PICTURE_LIMIT, Picture};
use super::pictures::PNG;

/// What the frames look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One PNG after the other.
    Png,
    /// Eight bits a pixel, row by row, nothing in between.
    Raw {
        /// Pixels a row.
        width: usize,
        /// Rows.
        height: usize,
    },
}

/// The frames of a stream.
pub struct Frames<R> {
    from: R,
    format: Format,
    number: usize,
}

impl<R: Read> Frames<R> {
    /// The frames that `from` gives, to its end.
    pub fn new(from: R, format: Format) -> Frames<R> {
        Frames { from, format, number: 0 }
    }

    /// How many frames came.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The next frame; `None` at the end, also if that is in the middle of a frame, as when a camera is switched off.
    ///
    /// # Errors
    /// A stream that cannot be read, and what is no picture: where the next one begins cannot be known then.
    pub fn next_picture(&mut self) -> Result<Option<Picture>, QrError> {
        let bytes = match self.format {
            Format::Raw { width, height } => self.exactly(width.saturating_mul(height))?,
            Format::Png => self.png()?,
        };
        let Some(bytes) = bytes else { return Ok(None) };
        self.number += 1;
        match self.format {
            Format::Raw { width, height } => Picture::from_raw(&self.name(), width, height, bytes).map(Some),
            Format::Png => Picture::from_file(&self.name(), &bytes).map(Some),
        }
    }

    fn name(&self) -> String {
        format!("frame {}", self.number)
    }

    fn bad(&self, problem: &str) -> QrError {
        QrError::Picture { picture: format!("frame {}", self.number + 1), problem: problem.to_owned() }
    }

    /// So many bytes; `None` if there are not as many.
    fn exactly(&mut self, length: usize) -> Result<Option<Vec<u8>>, QrError> {
        if length > PICTURE_LIMIT {
            return Err(self.bad("it is too large"));
        }
        let mut bytes = Vec::new();
        let most = u64::try_from(length).unwrap_or(u64::MAX);
        let read: io::Result<usize> = self.from.by_ref().take(most).read_to_end(&mut bytes);
        read.map_err(|error| self.bad(&error.to_string()))?;
        Ok((bytes.len() == length).then_some(bytes))
    }

    /// One whole PNG: its chunks up to the last.
    fn png(&mut self) -> Result<Option<Vec<u8>>, QrError> {
        let Some(mut png) = self.exactly(PNG.len())? else { return Ok(None) };
        if png != PNG {
            return Err(self.bad("it is no PNG"));
        }
        loop {
            let Some(head) = self.exactly(8)? else { return Ok(None) };
            let (length, kind) = head.split_at(4);
            let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            // The chunk and its checksum.
            let length = length.saturating_add(4);
            if length.saturating_add(png.len()) > PICTURE_LIMIT {
                return Err(self.bad("it is too large"));
            }
            let is_last = kind == b"IEND";
            png.extend(&head);
            let Some(chunk) = self.exactly(length)? else { return Ok(None) };
            png.extend(chunk);
            if is_last {
                return Ok(Some(png));
            }
        }
    }
}
