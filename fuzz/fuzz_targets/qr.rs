//! What codes say, put together. The input is a row of codes, each a byte that says in which form the rest goes, its length in two
//! bytes, and the rest: as it is, or as a resource whose words and checksums are right, which no fuzzer would find by itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tuf_ceremony::qr::collect::Collection;
use tuf_ceremony::qr::envelope::{MESSAGE_LIMIT, head, unwrap, wrap};
use tuf_ceremony::qr::{Artifact, SHOWN_LIMIT};
use ur::bytewords::{Style, encode};

/// More than a camera sees before somebody puts it down.
const MOST: usize = 64;

fuzz_target!(|bytes: &[u8]| {
    let mut collection = Collection::default();
    let mut read = 0;
    for code in codes(bytes) {
        // Whoever reads stops here.
        let Ok(is_new) = collection.take(&code) else { break };
        read += 1;
        assert!(!(is_new && collection.is_empty()), "what is new is kept");
        assert!(!collection.take(&code).expect("it was taken before"), "nothing is new twice");
        let (known, needed) = collection.progress();
        assert!(known <= needed && needed <= 2000, "{known} of {needed}");
    }
    if let Ok(artifact) = collection.artifact(read) {
        assert!(collection.is_done(), "nothing is missing");
        travels_again(&artifact);
    }
    if let Ok(artifact) = unwrap(bytes) {
        let name = head(bytes).expect("a message has a head").0;
        assert_eq!(artifact.name.as_deref(), Some(name));
        travels_again(&artifact);
    }
});

/// The codes of an input.
fn codes(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut codes = Vec::new();
    while let [form, high, low, rest @ ..] = bytes
        && codes.len() < MOST
    {
        let length = (usize::from(*high) << 8 | usize::from(*low)).min(rest.len());
        let (body, others) = rest.split_at(length);
        codes.push(match form % 3 {
            0 => body.to_vec(),
            1 => format!("ur:bytes/{}/{}", place(body), encode(body, Style::Minimal)).into_bytes(),
            _ => format!("UR:BYTES/{}", encode(body, Style::Minimal).to_uppercase()).into_bytes(),
        });
        bytes = others;
    }
    codes
}

/// `5-26`, as a part says it that is the fifth of 26; its first two numbers of CBOR.
fn place(part: &[u8]) -> String {
    let mut rest = part.get(1..).unwrap_or_default();
    let mut number = || {
        let (first, after) = rest.split_first()?;
        let more = match first {
            0..=0x17 => 0,
            0x18..=0x1a => 1 << (first - 0x18),
            _ => return None,
        };
        let (digits, after) = after.split_at_checked(more)?;
        rest = after;
        let number = digits.iter().fold(0_u32, |number, digit| number << 8 | u32::from(*digit));
        Some(if more == 0 { u32::from(*first) } else { number })
    };
    let (number, of) = (number().unwrap_or(1), number().unwrap_or(1));
    format!("{number}-{of}")
}

fn travels_again(artifact: &Artifact) {
    assert!(artifact.content.len() <= 1 << 20, "no more than an envelope may say");
    let Some(name) = artifact.name.as_deref().filter(|_| artifact.content.len() <= SHOWN_LIMIT) else {
        return;
    };
    if artifact.content.is_empty() {
        return;
    }
    let message = wrap(name, &artifact.content).expect("what came can go");
    assert!(message.len() <= MESSAGE_LIMIT);
    assert_eq!(unwrap(&message).as_ref(), Ok(artifact));
}
