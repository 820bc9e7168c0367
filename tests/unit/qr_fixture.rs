//! Files to be shown, losses that are the same every time, and codes that are read without a picture.

use tuf_ceremony::qr::sequence::Sequence;

/// Numbers that look random and are the same every time (xorshift).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next().to_le_bytes()[3]).collect()
    }

    /// Once in five times.
    pub fn loses(&mut self) -> bool {
        (self.next() >> 11).is_multiple_of(5)
    }
}

/// The first parts of a file, as texts.
pub fn texts(name: &str, content: &[u8], version: i16, number: usize) -> Vec<Vec<u8>> {
    let mut sequence = Sequence::new(name, content, version).unwrap();
    (0..number).map(|_| sequence.next_text().unwrap().into_bytes()).collect()
}
