//! The envelope around a file that goes in parts; its form stands in the description of this room.

use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};

use super::{Artifact, QrError, SHOWN_LIMIT};
use crate::crypto::digest::Sha256Digest;

const MAGIC: &[u8; 4] = b"TCQ1";

/// The longest name in bytes.
const NAME_LIMIT: usize = 100;

/// The most bytes that a file may have.
const FILE_LIMIT: usize = 1 << 20;

/// The most bytes that a message may have: what does not get smaller grows by five bytes in 65,535.
pub const MESSAGE_LIMIT: usize = SHOWN_LIMIT + 1024;

/// Whether a name can travel: it is one, in every system, and stays in its folder.
pub fn is_name(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-_+".contains(c);
    begins && name.len() <= NAME_LIMIT && name.chars().all(fits)
}

/// Puts a file into a message.
///
/// # Errors
/// An empty or too large file, or a name that cannot travel.
pub fn wrap(name: &str, content: &[u8]) -> Result<Vec<u8>, QrError> {
    let of = || name.to_owned();
    if content.is_empty() {
        return Err(QrError::Empty(of()));
    }
    if content.len() > SHOWN_LIMIT {
        return Err(QrError::TooLarge { name: of(), length: content.len(), limit: SHOWN_LIMIT });
    }
    let (true, Ok(of_name), Ok(length)) =
        (is_name(name), u8::try_from(name.len()), u32::try_from(content.len()))
    else {
        return Err(QrError::Name(of()));
    };
    let mut envelope = MAGIC.to_vec();
    envelope.push(of_name);
    envelope.extend(name.as_bytes());
    envelope.extend(length.to_be_bytes());
    envelope.extend(Sha256Digest::of(content).0);
    let mut deflate = DeflateEncoder::new(envelope, Compression::best());
    // Into memory: there is nothing that could refuse.
    let written = deflate.write_all(content).and_then(|()| deflate.finish());
    let envelope = written.map_err(|error| QrError::Damaged(error.to_string()))?;
    Ok(byte_string(&envelope))
}

/// CBOR: major type 2 with the shortest length.
fn byte_string(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len();
    let mut out = match (u8::try_from(length), u16::try_from(length), u32::try_from(length)) {
        (Ok(length @ 0..=23), _, _) => vec![0x40 | length],
        (Ok(length), _, _) => vec![0x58, length],
        (_, Ok(length), _) => [&[0x59], &length.to_be_bytes()[..]].concat(),
        (_, _, length) => [&[0x5a], &length.unwrap_or(u32::MAX).to_be_bytes()[..]].concat(),
    };
    out.extend(bytes);
    out
}

/// Takes the file out of a message.
///
/// # Errors
/// [`QrError::Foreign`] for what is no envelope, [`QrError::Damaged`] for one whose content is not what it says.
pub fn unwrap(message: &[u8]) -> Result<Artifact, QrError> {
    let foreign = || QrError::Foreign("it has no envelope".to_owned());
    let damaged = |what: &str| QrError::Damaged(what.to_owned());
    // The length in front is right, and said in as few bytes as it takes.
    let whole = envelope(message).filter(|envelope| byte_string(envelope) == message);
    let (name, rest) = whole.and_then(|_| head(message)).ok_or_else(foreign)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(foreign)?;
    let (digest, deflated) = rest.split_first_chunk::<32>().ok_or_else(foreign)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
    if length == 0 || length > FILE_LIMIT {
        return Err(QrError::TooLarge { name: name.to_owned(), length, limit: FILE_LIMIT });
    }
    // Room for one byte more than is said, so that a longer file is noticed, and never unpacked.
    let mut content = Vec::with_capacity(length + 1);
    let mut inflate = Decompress::new(false);
    match inflate.decompress_vec(deflated, &mut content, FlushDecompress::Finish) {
        Ok(Status::StreamEnd) if content.len() == length => {}
        Ok(_) => return Err(damaged("the file has another length than its envelope says")),
        Err(_) => return Err(damaged("the file does not unpack")),
    }
    if usize::try_from(inflate.total_in()) != Ok(deflated.len()) {
        return Err(damaged("something follows the file"));
    }
    if Sha256Digest::of(&content).0 != *digest {
        return Err(damaged("the file has another SHA-256 than its envelope says"));
    }
    Ok(Artifact { name: Some(name.to_owned()), content })
}

/// The name in a message of which perhaps only the beginning is known, and what follows it.
pub fn head(message: &[u8]) -> Option<(&str, &[u8])> {
    let (of_name, rest) = envelope(message)?.strip_prefix(MAGIC)?.split_first()?;
    let (name, rest) = rest.split_at_checked(usize::from(*of_name))?;
    let name = std::str::from_utf8(name).ok().filter(|name| is_name(name))?;
    Some((name, rest))
}

/// What follows the head of a byte string, whatever length that gives.
fn envelope(message: &[u8]) -> Option<&[u8]> {
    match message {
        [0x40..=0x57, rest @ ..]
        | [0x58, _, rest @ ..]
        | [0x59, _, _, rest @ ..]
        | [0x5a, _, _, _, _, rest @ ..] => Some(rest),
        _ => None,
    }
}
