//! A list of many short texts in two allocations. A delegation may name millions of paths, each of a few bytes.

use crate::json::view::{At, ShapeError};

/// Texts in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    joined: String,
    /// Where each text ends.
    ends: Vec<u32>,
}

impl Texts {
    /// Reads an array of strings, of at most 4 GiB in all.
    pub fn read(at: &At<'_>) -> Result<Texts, ShapeError> {
        let mut texts = Texts::default();
        for element in at.elements()? {
            texts.joined.push_str(element.string()?);
            let end = u32::try_from(texts.joined.len());
            texts.ends.push(end.map_err(|_| at.error("is too long"))?);
        }
        texts.joined.shrink_to_fit();
        texts.ends.shrink_to_fit();
        Ok(texts)
    }

    /// Each text.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let text = |(start, end): (u32, &u32)| self.joined.get(start as usize..*end as usize);
        starts.zip(&self.ends).filter_map(text)
    }
}
