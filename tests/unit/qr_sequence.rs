//! A file crosses in parts: with losses, in any order, as often as one likes.

use std::fs;

use tuf_ceremony::qr::code::{Code, side};
use tuf_ceremony::qr::collect::Collection;
use tuf_ceremony::qr::sequence::{Sequence, alone};
use tuf_ceremony::qr::{QrError, SHOWN_LIMIT};

use crate::corpus::corpus;
use crate::qr_fixture::{Random, texts};

/// The version of the codes in files, and of those in a window of 80 by 24.
const IN_FILES: i16 = 18;
const IN_WINDOW: i16 = 6;

/// After how many parts, those that were lost included, a file is there.
fn parts_until_there(content: &[u8], version: i16, random: &mut Random) -> usize {
    let mut sequence = Sequence::new("1.root.json", content, version).unwrap();
    let mut collection = Collection::default();
    for number in 1.. {
        let text = sequence.next_text().unwrap();
        if random.loses() {
            continue;
        }
        collection.take(text.as_bytes()).unwrap();
        if collection.is_done() {
            assert_eq!(collection.artifact(number).unwrap().content, content);
            return number;
        }
    }
    unreachable!()
}

#[test]
fn six_kilobytes_cross_with_a_fifth_lost() {
    // Bytes that cannot be packed: no root is as bad.
    let mut random = Random(0x0123_4567_89ab_cdef);
    let content = random.bytes(6000);
    let parts: Vec<usize> = (0..200).map(|_| parts_until_there(&content, IN_FILES, &mut random)).collect();
    let most = *parts.iter().max().unwrap();
    assert!(most < 60, "{most} parts");
    // As many as `qr show --frames` writes.
    let fragments = Sequence::new("1.root.json", &content, IN_FILES).unwrap().fragments();
    assert!(most <= 3 * fragments + 12, "{most} of {fragments}");
}

#[test]
fn a_real_root_crosses_from_a_small_window_with_a_fifth_lost() {
    let Some(corpus) = corpus("qr_sequence::a_real_root_crosses_from_a_small_window_with_a_fifth_lost")
    else {
        return;
    };
    let root = fs::read(corpus.join("tuf-roots/sigstore/5.root.json")).unwrap();
    assert!(root.len() > 6000);
    let mut random = Random(0xfeed);
    let mut parts: Vec<usize> = (0..100).map(|_| parts_until_there(&root, IN_WINDOW, &mut random)).collect();
    parts.sort_unstable();
    assert!(parts[95] < 60, "{parts:?}");
}

#[test]
fn parts_come_in_any_order_and_repeatedly() {
    let content = Random(3).bytes(5000);
    let mut texts = texts("a.json", &content, IN_FILES, 40);
    texts.reverse();
    let mut collection = Collection::default();
    let mut said = Vec::new();
    for text in &texts {
        let before = collection.progress().0;
        let is_new = collection.take(text).unwrap();
        assert_eq!(is_new, collection.progress().0 > before);
        assert!(!collection.take(text).unwrap(), "a repeated part says nothing new");
        // Readers differ in what they do with letters.
        assert!(!collection.take(&text.to_ascii_lowercase()).unwrap());
        said.push(is_new);
    }
    assert!(said.iter().rev().take(5).all(|new| !new));
    let artifact = collection.artifact(40).unwrap();
    assert_eq!((artifact.name.as_deref(), artifact.content), (Some("a.json"), content));
}

#[test]
fn missing_parts_are_counted() {
    let content = Random(3).bytes(5000);
    let texts = texts("a.json", &content, IN_FILES, 11);
    let mut collection = Collection::default();
    for text in &texts[..4] {
        collection.take(text).unwrap();
    }
    let error = collection.artifact(4).unwrap_err();
    assert!(matches!(error, QrError::Incomplete { have: 4, of: 11, .. }), "{error:?}");
    let said = error.to_string();
    assert!(said.starts_with("7 parts are missing of a.json (11 parts with the checksum "), "{said}");
    assert!(said.ends_with("): 4 of 11 parts are known"), "{said}");
}

#[test]
fn all_codes_of_a_sequence_have_one_size_and_no_part_is_too_long() {
    let content = Random(5).bytes(3000);
    for version in 3..=40 {
        let mut sequence = Sequence::new("a.json", &content, version).unwrap();
        let codes: Vec<Code> = (0..3).map(|_| sequence.next_code().unwrap()).collect();
        assert!(codes.iter().all(|code| code.side == side(version)));
    }
    // The numbers go round before they get longer than there is room for.
    let mut sequence = Sequence::new("a.json", &content, IN_WINDOW).unwrap();
    let first = sequence.next_text().unwrap();
    let last = (2..=9999).map(|_| sequence.next_text().unwrap()).last().unwrap();
    assert!(last.starts_with("UR:BYTES/9999-"), "{last}");
    assert!(
        Code::holds(last.as_bytes(), IN_WINDOW) && !Code::holds(format!("{last}AAAA").as_bytes(), IN_WINDOW)
    );
    assert_eq!(sequence.next_text().unwrap(), first);
}

#[test]
fn what_takes_too_long_is_refused() {
    let content = Random(5).bytes(SHOWN_LIMIT);
    let error = Sequence::new("a.json", &content, 3).err().unwrap();
    assert!(matches!(&error, QrError::TooLarge { limit, .. } if *limit < SHOWN_LIMIT), "{error:?}");
    assert!(Sequence::new("a.json", &content, IN_FILES).is_ok());
}

#[test]
fn a_response_is_one_code() {
    // A kilobyte, as large as a response may be.
    let response = Random(11).bytes(1023);
    let code = alone(&response, 40).unwrap();
    assert!(code.version <= 23, "{}", code.version);
    // A P-384 signature with its keyid, digests and names.
    let usual = alone(&Random(11).bytes(700), 40).unwrap();
    assert!(usual.version <= 18, "{}", usual.version);
    assert!(alone(&Random(11).bytes(1465), 40).is_some());
    assert_eq!(alone(&Random(11).bytes(1466), 40), None);
    // What would be taken for a part does not stand alone.
    for text in ["ur:bytes/1-2/aa", "UR:", "Ur:x"] {
        assert_eq!(alone(text.as_bytes(), 40), None);
    }
}
