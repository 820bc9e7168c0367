//! The reading end of a fountain: parts, each the sum of some fragments, solved for the fragments.
//!
//! The decoder of the crate `ur` is not used. It takes a part only when all fragments of it but one are known, and needs a
//! third more parts for it; and it believes what a part says of sizes before anything is known to be right.

use std::collections::BTreeMap;

use super::QrError;
use super::envelope::MESSAGE_LIMIT;

/// The most fragments that a message may have.
pub const FRAGMENTS_LIMIT: usize = 2000;

/// What all parts of one message have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// How many fragments there are.
    pub fragments: usize,
    /// The length of the message in bytes.
    length: usize,
    /// CRC-32 of the message.
    pub checksum: u32,
    /// The length of a fragment in bytes.
    fragment: usize,
}

/// One part as it was read.
pub struct Part {
    /// Of which message.
    pub identity: Identity,
    /// Which fragments are summed up in it.
    indexes: Vec<usize>,
    data: Vec<u8>,
}

impl Part {
    /// Reads the text of a part, in lower case; `None` if its own checksum says that it was misread, as if it were lost.
    ///
    /// # Errors
    /// [`QrError::Foreign`], with what is wrong.
    pub fn read(text: &str) -> Result<Option<Part>, QrError> {
        let foreign = |what: &str| QrError::Foreign(format!("a part {what}"));
        let Some(cbor) = decoded(text)? else { return Ok(None) };
        let mut reader = minicbor::Decoder::new(&cbor);
        let mut fields = || {
            let array = reader.array()?;
            let numbers = (reader.u32()?, reader.u32()?, reader.u32()?, reader.u32()?);
            Ok::<_, minicbor::decode::Error>((array, numbers, reader.bytes()?, reader.position()))
        };
        let not_five = |_| foreign("that is not made of five values");
        let (array, (number, fragments, length, checksum), data, end) = fields().map_err(not_five)?;
        if array != Some(5) || end != cbor.len() {
            return Err(foreign("that is not made of five values"));
        }
        if text.split('/').nth(1) != Some(&format!("{number}-{fragments}")) {
            return Err(foreign("whose number differs from the one in front"));
        }
        let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let (fragments, length, fragment) = (size(fragments), size(length), data.len());
        // Before anything is made as large as a part says.
        let fits = (1..=FRAGMENTS_LIMIT).contains(&fragments) && (1..=MESSAGE_LIMIT).contains(&length);
        if number == 0 || !fits || length.div_ceil(fragments) != fragment {
            return Err(foreign("of a size that no message has"));
        }
        let identity = Identity { fragments, length, checksum, fragment };
        let part: ur::fountain::Part = minicbor::decode(&cbor).map_err(not_five)?;
        Ok(Some(Part { identity, indexes: part.indexes(), data: data.to_vec() }))
    }
}

/// The bytes of a resource; `None` if its checksum or one of its words is wrong, which a camera's misreading looks like.
///
/// # Errors
/// [`QrError::Foreign`] for what was never a resource of this form.
pub fn decoded(text: &str) -> Result<Option<Vec<u8>>, QrError> {
    match ur::ur::decode(text) {
        Ok((_, bytes)) => Ok(Some(bytes)),
        Err(ur::ur::Error::Bytewords(_)) => Ok(None),
        Err(error) => Err(QrError::Foreign(format!("a resource with {error}"))),
    }
}

/// A sum of fragments: which, as bits, and their bytes.
struct Sum {
    of: Vec<bool>,
    data: Vec<u8>,
}

impl Sum {
    fn add(&mut self, other: &Sum) {
        for (one, other) in self.of.iter_mut().zip(&other.of) {
            *one ^= other;
        }
        for (one, other) in self.data.iter_mut().zip(&other.data) {
            *one ^= other;
        }
    }

    fn has(&self, fragment: usize) -> bool {
        self.of.get(fragment).copied().unwrap_or_default()
    }

    fn is_one_fragment(&self) -> bool {
        self.of.iter().filter(|of| **of).count() == 1
    }
}

/// What is known of one message. Each sum here has a first fragment that no other has (Gauss and Jordan).
pub struct Fountain {
    identity: Identity,
    sums: BTreeMap<usize, Sum>,
}

impl Fountain {
    /// Nothing known yet.
    pub fn new(identity: Identity) -> Fountain {
        Fountain { identity, sums: BTreeMap::new() }
    }

    /// Takes a part of this message; whether it says anything new.
    pub fn take(&mut self, part: Part) -> bool {
        let mut of = vec![false; self.identity.fragments];
        for index in part.indexes {
            if let Some(one) = of.get_mut(index) {
                *one ^= true;
            }
        }
        let mut sum = Sum { of, data: part.data };
        for (first, known) in &self.sums {
            if sum.has(*first) {
                sum.add(known);
            }
        }
        let Some(first) = sum.of.iter().position(|of| *of) else { return false };
        for known in self.sums.values_mut().filter(|known| known.has(first)) {
            known.add(&sum);
        }
        self.sums.insert(first, sum);
        true
    }

    /// How many parts say something new.
    pub fn known(&self) -> usize {
        self.sums.len()
    }

    /// How many it takes.
    pub fn needed(&self) -> usize {
        self.identity.fragments
    }

    /// The message as far as it is known from its beginning without a gap, without the padding.
    pub fn message(&self) -> Vec<u8> {
        let known = (0..self.identity.fragments).map_while(|fragment| {
            let sum = self.sums.get(&fragment).filter(|sum| sum.is_one_fragment())?;
            Some(sum.data.as_slice())
        });
        let mut message: Vec<u8> = known.flatten().copied().collect();
        message.truncate(self.identity.length);
        message
    }
}
