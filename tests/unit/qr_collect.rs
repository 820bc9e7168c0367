//! What must not be put together: codes of two messages, codes of others, and parts that lie.

use tuf_ceremony::qr::QrError;
use tuf_ceremony::qr::collect::Collection;
use tuf_ceremony::qr::envelope::wrap;
use ur::bytewords::{Style, encode};

use crate::qr_fixture::{Random, texts};

const VERSION: i16 = 12;

fn collected(texts: &[&[u8]]) -> Collection {
    let mut collection = Collection::default();
    for text in texts {
        collection.take(text).unwrap();
    }
    collection
}

/// A part of five values, well encoded.
fn part(kind: &str, front: (u32, u32), values: [u32; 4], data: &[u8]) -> String {
    let mut cbor = minicbor::Encoder::new(Vec::new());
    cbor.array(5).unwrap();
    for value in values {
        cbor.u32(value).unwrap();
    }
    cbor.bytes(data).unwrap();
    format!("ur:{kind}/{}-{}/{}", front.0, front.1, encode(&cbor.into_writer(), Style::Minimal))
}

#[test]
fn two_messages_are_refused_by_name() {
    let (one, two) = (Random(1).bytes(900), Random(2).bytes(900));
    let (one, two) = (texts("1.root.json", &one, VERSION, 9), texts("ben.response.json", &two, VERSION, 9));
    let mixed = collected(&[&one[0], &one[1], &two[0]]);
    assert!(mixed.is_done());
    let error = mixed.artifact(3).unwrap_err();
    let QrError::Mixed(messages) = &error else { panic!("{error:?}") };
    assert_eq!(messages.len(), 2);
    for name in ["1.root.json (", "ben.response.json ("] {
        assert!(messages.iter().any(|message| message.starts_with(name)), "{messages:?}");
    }
    assert!(error.to_string().starts_with("the codes are of more than one message: "), "{error}");
    // Also where one of them is whole already.
    let all: Vec<&[u8]> = one.iter().map(Vec::as_slice).chain([two[1].as_slice()]).collect();
    let error = collected(&all).artifact(10).unwrap_err().to_string();
    assert!(
        error.contains("1.root.json (") && error.contains("a file whose name is not known yet ("),
        "{error}"
    );
}

#[test]
fn the_same_file_in_other_sizes_is_another_message() {
    let content = Random(1).bytes(900);
    let (large, small) = (texts("a.json", &content, 12, 1), texts("a.json", &content, 10, 1));
    assert!(matches!(collected(&[&large[0], &small[0]]).artifact(2), Err(QrError::Mixed(_))));
}

#[test]
fn a_single_code_does_not_mix_either() {
    let texts = texts("a.json", &Random(1).bytes(900), VERSION, 9);
    let error =
        collected(&[&texts[0], b"https://example.org/\x1b[2J with a long path"]).artifact(2).unwrap_err();
    let said = error.to_string();
    assert!(said.contains("one code that says \"https://example.org/\\u{1b}"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
    assert!(matches!(collected(&[b"one", b"two", b"three"]).artifact(2), Err(QrError::Mixed(_))));
    let single = collected(&[b"one", b"one"]).artifact(2).unwrap();
    assert_eq!((single.name, single.content), (None, b"one".to_vec()));
    assert_eq!(Collection::default().artifact(7), Err(QrError::NoCode(7)));
}

#[test]
fn a_resource_of_one_part_is_read() {
    let message = wrap("a.json", b"content").unwrap();
    let text = ur::ur::encode(&message, &ur::Type::Bytes);
    let artifact = collected(&[text.as_bytes()]).artifact(1).unwrap();
    assert_eq!((artifact.name.as_deref(), artifact.content.as_slice()), (Some("a.json"), &b"content"[..]));
    let bare = ur::ur::encode(b"content", &ur::Type::Bytes);
    assert_eq!(
        collected(&[bare.as_bytes()]).artifact(1),
        Err(QrError::Foreign("it has no envelope".to_owned()))
    );
}

#[test]
fn codes_of_others_are_refused() {
    let size = "a part of a size that no message has";
    let count = "a part whose number differs from the one in front";
    let huge = u32::MAX;
    let foreign = [
        (part("crypto-seed", (1, 1), [1, 1, 4, 9], b"seed"), "a resource of another type than bytes"),
        ("ur:bytes".to_owned(), "a resource of another type than bytes"),
        ("ur:bytes/1-1/aeadaolazo/x".to_owned(), "a resource of another type than bytes"),
        ("ur:bytes/x-1/aeadaolazm".to_owned(), "a resource with invalid indices"),
        (
            format!("ur:bytes/1-1/{}", encode(b"text", Style::Minimal)),
            "a part that is not made of five values",
        ),
        (part("bytes", (2, 1), [1, 1, 4, 9], b"data"), count),
        (part("bytes", (1, 2), [1, 1, 4, 9], b"data"), count),
        // Sizes that would fill the memory, or take for ever.
        (part("bytes", (1, huge), [1, huge, huge, 9], b"d"), size),
        (part("bytes", (1, huge), [1, huge, 4, 9], b"d"), size),
        (part("bytes", (1, 2001), [1, 2001, 2001, 9], b"d"), size),
        (part("bytes", (1, 1), [1, 1, 300_000, 9], b"d"), size),
        (part("bytes", (1, 2), [1, 2, 9, 9], b"data"), size),
        (part("bytes", (1, 1), [1, 1, 0, 9], b""), size),
    ];
    for (text, why) in foreign {
        let mut collection = Collection::default();
        assert_eq!(collection.take(text.as_bytes()), Err(QrError::Foreign(why.to_owned())), "{text:.60}");
        assert!(collection.is_empty());
    }
    let text = b"ur:bytes/\xff";
    assert_eq!(
        Collection::default().take(text),
        Err(QrError::Foreign("a resource that is no text".to_owned()))
    );
}

#[test]
fn a_part_that_lies_damages_the_message_and_is_noticed() {
    let content = Random(1).bytes(900);
    let message = wrap("a.json", &content).unwrap();
    let size = message.len().div_ceil(3);
    let (length, checksum) = (u32::try_from(message.len()).unwrap(), {
        let mut crc = flate2::Crc::new();
        crc.update(&message);
        crc.sum()
    });
    let mut padded = message.clone();
    padded.resize(3 * size, 0);
    let parts = |message: &[u8], checksum: u32| -> Vec<String> {
        let part =
            |(number, data): (u32, &[u8])| part("bytes", (number, 3), [number, 3, length, checksum], data);
        (1..).zip(message.chunks(size)).map(part).collect()
    };
    let read =
        |parts: &[String]| collected(&parts.iter().map(String::as_bytes).collect::<Vec<_>>()).artifact(3);
    assert_eq!(read(&parts(&padded, checksum)).unwrap().content, content);
    // One bit of the second fragment, well encoded, under the same identity.
    padded[size + 5] ^= 1;
    let damaged = |what: &str| Err(QrError::Damaged(what.to_owned()));
    assert_eq!(read(&parts(&padded, checksum)), damaged("the parts have another checksum than they say"));
    // And with a checksum that fits: the digest in the envelope does not.
    let mut crc = flate2::Crc::new();
    crc.update(&padded[..message.len()]);
    let outcome = read(&parts(&padded, crc.sum()));
    assert!(matches!(outcome, Err(QrError::Damaged(_))), "{outcome:?}");
}

#[test]
fn a_part_that_was_misread_is_lost_and_no_more() {
    let content = Random(1).bytes(900);
    let texts = texts("a.json", &content, VERSION, 12);
    let mut collection = Collection::default();
    for (place, letter) in [(30, b'Z'), (40, b'0'), (texts[0].len() - 1, b'!')] {
        let mut misread = texts[0].clone();
        misread[place] = letter;
        assert_eq!(collection.take(&misread), Ok(false));
    }
    for short in
        ["ur:bytes/1-1/", "ur:bytes/1-1/a", "ur:bytes/aeadaolazo", "ur:bytes/", "ur:bytes/1-1/\u{e9}"]
    {
        assert_eq!(collection.take(short.as_bytes()), Ok(false), "{short}");
    }
    assert!(collection.is_empty());
    for text in &texts[1..] {
        collection.take(text).unwrap();
    }
    assert_eq!(collection.artifact(12).unwrap().content, content);
}
