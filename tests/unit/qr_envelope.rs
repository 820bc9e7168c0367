//! The envelope: what is put in comes out, and nothing else is taken for one.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::qr::envelope::{head, is_name, unwrap, wrap};
use tuf_ceremony::qr::{QrError, SHOWN_LIMIT};

use crate::qr_fixture::Random;

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
    deflate.write_all(content).unwrap();
    deflate.finish().unwrap()
}

/// An envelope from its description, in a byte string with two bytes of length.
fn envelope(name: &[u8], length: u32, digest: [u8; 32], deflated: &[u8]) -> Vec<u8> {
    let envelope = [
        b"TCQ1",
        &[u8::try_from(name.len()).unwrap()][..],
        name,
        &length.to_be_bytes()[..],
        &digest[..],
        deflated,
    ]
    .concat();
    let mut message = vec![0x59];
    message.extend(u16::try_from(envelope.len()).unwrap().to_be_bytes());
    message.extend(envelope);
    message
}

const CONTENT: &[u8] = &[b'a'; 700];

/// As it should be, long enough for a length of two bytes.
fn right() -> Vec<u8> {
    let content: Vec<u8> = Random(7).bytes(700);
    envelope(b"a.json", 700, Sha256Digest::of(&content).0, &deflated(&content))
}

#[test]
fn a_file_comes_out_as_it_went_in() {
    for length in [1, 2, 5, 23, 24, 255, 256, 6000, 65_535, 65_536, SHOWN_LIMIT] {
        let content = Random(99).bytes(length);
        let message = wrap("1.root.json", &content).unwrap();
        let artifact = unwrap(&message).unwrap();
        assert_eq!((artifact.name.as_deref(), &artifact.content), (Some("1.root.json"), &content));
        assert_eq!(head(&message[..24]).unwrap().0, "1.root.json");
    }
    assert_eq!(unwrap(&right()).unwrap().content, Random(7).bytes(700));
}

#[test]
fn what_cannot_travel_is_not_wrapped() {
    assert_eq!(wrap("a", b""), Err(QrError::Empty("a".to_owned())));
    let large = QrError::TooLarge { name: "a".to_owned(), length: SHOWN_LIMIT + 1, limit: SHOWN_LIMIT };
    assert_eq!(wrap("a", &vec![0; SHOWN_LIMIT + 1]), Err(large));
    assert_eq!(wrap("ä.json", b"x"), Err(QrError::Name("ä.json".to_owned())));
}

#[test]
fn names_stay_in_their_folder() {
    for name in ["a", "1.root.json", "root-2.review.json", "A_b+c", &"a".repeat(100)] {
        assert!(is_name(name), "{name}");
    }
    let hostile = [
        "",
        ".",
        "..",
        ".bashrc",
        "-rf",
        "a/b",
        "../a",
        "/etc/passwd",
        "a\\b",
        "c:a",
        "a b",
        "a\nb",
        "a\u{1b}[2J",
        "a\0",
        "ä",
        "a\u{202e}",
        "~",
        "a*",
    ];
    let long = "a".repeat(101);
    for name in hostile.into_iter().chain([long.as_str()]) {
        assert!(!is_name(name), "{name:?}");
        let message = envelope(
            name.as_bytes(),
            700,
            Sha256Digest::of(CONTENT).0,
            &[&deflated(CONTENT)[..], &[0; 300]].concat(),
        );
        let foreign = QrError::Foreign("it has no envelope".to_owned());
        assert_eq!(unwrap(&message), Err(foreign), "{name:?}");
    }
}

#[test]
fn what_is_no_envelope_is_foreign() {
    let right = right();
    let foreign = Err(QrError::Foreign("it has no envelope".to_owned()));
    let with = |place: usize, byte: u8| {
        let mut message = right.clone();
        message[place] = byte;
        message
    };
    // Another CBOR type, another length in front, another mark, a name that is longer than all.
    for message in [with(0, 0x79), with(2, right[2] ^ 1), with(3, b'X'), with(6, b'2'), with(7, 255)] {
        assert_eq!(unwrap(&message), foreign);
    }
    // Cut anywhere, or with something behind.
    for length in 0..right.len() {
        assert_eq!(unwrap(&right[..length]), foreign, "{length}");
    }
    assert_eq!(unwrap(&[&right[..], b"x"].concat()), foreign);
    // A length in more bytes than it takes.
    let long = [&[0x5a, 0, 0][..], &right[1..]].concat();
    assert_eq!(unwrap(&long), foreign);
}

#[test]
fn an_envelope_that_lies_is_damaged() {
    let content = Random(7).bytes(700);
    let (digest, packed) = (Sha256Digest::of(&content).0, deflated(&content));
    let damaged = |what: &str| Err(QrError::Damaged(what.to_owned()));
    let unwrapped = |length, digest, packed: &[u8]| unwrap(&envelope(b"a", length, digest, packed));
    assert_eq!(
        unwrapped(699, digest, &packed),
        damaged("the file has another length than its envelope says")
    );
    assert_eq!(
        unwrapped(701, digest, &packed),
        damaged("the file has another length than its envelope says")
    );
    let other = Sha256Digest::of(b"other").0;
    assert_eq!(
        unwrapped(700, other, &packed),
        damaged("the file has another SHA-256 than its envelope says")
    );
    let more = [&packed[..], b"more"].concat();
    assert_eq!(unwrapped(700, digest, &more), damaged("something follows the file"));
    // Also if only the mark of the end is cut off.
    for cut in [1, 20] {
        let cut = unwrapped(700, digest, &packed[..packed.len() - cut]);
        assert_eq!(cut, damaged("the file has another length than its envelope says"));
    }
    assert_eq!(unwrapped(700, digest, &[0xff; 300]), damaged("the file does not unpack"));
}

#[test]
fn little_that_unpacks_to_much_is_not_unpacked() {
    let bomb = deflated(&vec![0; 50_000_000]);
    assert!(bomb.len() < 60_000);
    let digest = Sha256Digest::of(b"").0;
    let lies = unwrap(&envelope(b"a", 10, digest, &bomb));
    assert_eq!(lies, Err(QrError::Damaged("the file has another length than its envelope says".to_owned())));
    let honest = unwrap(&envelope(b"a", 50_000_000, digest, &bomb));
    let large = QrError::TooLarge { name: "a".to_owned(), length: 50_000_000, limit: 1 << 20 };
    assert_eq!(honest, Err(large));
    let nothing = unwrap(&envelope(b"a", 0, digest, &[&deflated(b"")[..], &[0; 300]].concat()));
    assert!(matches!(nothing, Err(QrError::TooLarge { length: 0, .. })), "{nothing:?}");
}
