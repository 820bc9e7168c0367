//! Signatures that are not quite signatures. Each is the one that is needed, unless it says otherwise.

use tuf_ceremony::crypto::hex;
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::key::keyid_of;

use crate::holder::{Holder, SNAPSHOT, TIMESTAMP};
use crate::tree::set;
use crate::variant::{Collector, Verdict};

const HEX: &str = "4.2.1: a hex-encoded signature";
const VALID: &str = "5.4.2, 5.5.3: the signature does not verify";

/// The order of the Ed25519 base point, little-endian (RFC 8032 section 5.1).
const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];
/// The order of P-256, big-endian (SP 800-186 section 3.2.1.3).
const N: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

pub fn add(list: &mut Collector) {
    for (name, holder) in [("timestamp", TIMESTAMP), ("snapshot", SNAPSHOT)] {
        spelled(list, name, holder);
    }
    ed25519(list);
    small_order(list);
    ecdsa(list);
}

/// Replaces the only signature of a file by what is made of the valid one.
fn replaced(
    list: &mut Collector,
    name: &str,
    verdict: Verdict,
    why: &str,
    part: &'static str,
    change: impl FnOnce(&str) -> String + 'static,
) {
    list.add(format!("signature-{name}-{part}"), verdict, why, |repository| {
        repository.part(part).signatures(|list| {
            let sig = change(list[0].get("sig").unwrap().as_str().unwrap());
            set(&mut list[0], &["sig"], sig);
        });
    });
}

fn spelled(list: &mut Collector, part: &'static str, holder: Holder) {
    use Verdict::{Accepted, Refused};
    let mut add = |name: &str, verdict, why: &str, change: fn(&str) -> String| {
        replaced(list, name, verdict, why, part, change);
    };
    add("upper-case", Accepted, "silent: the case of hex digits does not change the bytes", |sig| {
        sig.to_uppercase()
    });
    add("space-inside", Refused, HEX, |sig| format!("{} {}", &sig[..64], &sig[64..]));
    add("line-break-inside", Refused, HEX, |sig| format!("{}\n{}", &sig[..64], &sig[64..]));
    add("leading-space", Refused, HEX, |sig| format!(" {sig}"));
    add("trailing-newline", Refused, HEX, |sig| format!("{sig}\n"));
    add("prefix-0x", Refused, HEX, |sig| format!("0x{sig}"));
    add("colons", Refused, HEX, |sig| format!("{}:{}", &sig[..2], &sig[2..]));
    add("truncated", Refused, VALID, |sig| sig[..sig.len() - 2].to_owned());
    add("half-a-byte-short", Refused, HEX, |sig| sig[..sig.len() - 1].to_owned());
    add("one-byte-more", Refused, VALID, |sig| format!("{sig}00"));
    add("empty", Refused, HEX, |_| String::new());
    add("zero", Refused, VALID, |sig| "0".repeat(sig.len()));
    add("full-width-digits", Refused, HEX, |sig| sig.replace('1', "１"));
    add("last-bit", Refused, VALID, |sig| {
        let last = if sig.ends_with('0') { '1' } else { '0' };
        format!("{}{last}", &sig[..sig.len() - 1])
    });
    for (name, other) in [("pretty", Json::to_disk as fn(&Json) -> Vec<u8>), ("escaped-text", escaped)] {
        list.refused(format!("signature-over-{name}-{part}"), "4.2.1: of the canonical form", |repository| {
            repository.part(part).envelope(move |envelope, _| {
                set(envelope, &["signed", "x-note"], "\u{e9}\n");
                let sig = holder.sign(&other(envelope.get("signed").unwrap()));
                set(envelope, &["signatures", "0", "sig"], sig);
            });
        });
    }
    list.refused(format!("signature-over-the-file-{part}"), "4.2.1: of the signed part", |repository| {
        repository.part(part).envelope(move |envelope, _| {
            let sig = holder.sign(&envelope.canonical());
            set(envelope, &["signatures", "0", "sig"], sig);
        });
    });
    list.refused(format!("signature-over-other-bytes-{part}"), VALID, |repository| {
        repository.part(part).message(|message| message.push(b'\n'));
    });
}

/// Without white space, but with the escapes of JSON, as naive signers do it.
fn escaped(json: &Json) -> Vec<u8> {
    let text = String::from_utf8(json.to_disk()).unwrap();
    text.lines().map(str::trim_start).collect::<String>().replace("\": ", "\":").into_bytes()
}

fn ed25519(list: &mut Collector) {
    let part = "timestamp";
    replaced(
        list,
        "s-plus-l",
        Verdict::Refused,
        "RFC 8032 section 5.1.7: S is below the order",
        part,
        |sig| {
            let mut bytes = hex::decode(sig).unwrap();
            add_little_endian(&mut bytes[32..], &L);
            hex::encode(&bytes)
        },
    );
    replaced(list, "r-and-s-swapped", Verdict::Refused, VALID, part, |sig| {
        format!("{}{}", &sig[64..], &sig[..64])
    });
}

fn add_little_endian(number: &mut [u8], more: &[u8]) {
    let mut carry = 0;
    for (digit, more) in number.iter_mut().zip(more) {
        let sum = u16::from(*digit) + u16::from(*more) + carry;
        *digit = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
}

/// The neutral element is a key under which one signature fits every message: R neutral, S zero.
fn small_order(list: &mut Collector) {
    let neutral = format!("01{}", "00".repeat(31));
    let spellings = [
        ("neutral", neutral.clone()),
        ("neutral-not-canonical", format!("ee{}7f", "ff".repeat(30))),
        ("neutral-negative", format!("01{}80", "00".repeat(30))),
    ];
    let forgery = format!("{neutral}{}", "00".repeat(32));
    for (name, public) in spellings {
        let mut object = TIMESTAMP.object();
        set(&mut object, &["keyval", "public"], public);
        let keyid = keyid_of(&object);
        let (key, sig) = (object.clone(), forgery.clone());
        list.refused(
            format!("small-order-key-{name}-forged"),
            "silent: anybody can sign for such a key",
            |repository| {
                repository.rekey(TIMESTAMP, key, &keyid);
                repository.timestamp.signatures(|list| set(&mut list[0], &["sig"], sig));
            },
        );
        list.accepted(
            format!("small-order-key-{name}-not-needed"),
            "silent: such a key counts for nothing",
            |repository| {
                repository.rekey(crate::holder::E, object, &keyid);
            },
        );
    }
}

fn ecdsa(list: &mut Collector) {
    use Verdict::{Accepted, Refused};
    let der = "silent: signatures are DER (RFC 3279 section 2.2.3), which has one spelling for each";
    let mut add = |name: &str, verdict, why: &str, change: fn(Vec<u8>, Vec<u8>) -> Vec<u8>| {
        replaced(list, name, verdict, why, "snapshot", move |sig| {
            let (r, s) = numbers(&hex::decode(sig).unwrap());
            hex::encode(&change(r, s))
        });
    };
    add("other-s", Accepted, "FIPS 186-5: (r, n - s) is as valid as (r, s)", |r, s| {
        sequence(&[integer(&r), integer(&minus(&s))])
    });
    add("raw", Refused, der, |r, s| [padded(&r), padded(&s)].concat());
    add("zero-numbers", Refused, VALID, |_, _| sequence(&[integer(&[0]), integer(&[0])]));
    add("one-number", Refused, der, |r, _| sequence(&[integer(&r)]));
    add("three-numbers", Refused, der, |r, s| sequence(&[integer(&r), integer(&s), integer(&[1])]));
    add("padded-number", Refused, der, |r, s| sequence(&[integer(&[&[0, 0], &r[..]].concat()), integer(&s)]));
    add("long-length", Refused, der, |r, s| {
        let short = sequence(&[integer(&r), integer(&s)]);
        [&[0x30, 0x81], &short[1..]].concat()
    });
    add("indefinite-length", Refused, der, |r, s| {
        [&[0x30, 0x80], &[integer(&r), integer(&s)].concat()[..], &[0, 0]].concat()
    });
    add("trailing-in-sequence", Refused, der, |r, s| sequence(&[integer(&r), integer(&s), vec![5, 0]]));
    add("trailing", Refused, der, |r, s| [sequence(&[integer(&r), integer(&s)]), vec![5, 0]].concat());
    add("set-for-sequence", Refused, der, |r, s| {
        let mut set = sequence(&[integer(&r), integer(&s)]);
        set[0] = 0x31;
        set
    });
}

/// The other valid `s` for the same message, in hex.
pub fn other_s(sig: &str) -> String {
    let (r, s) = numbers(&hex::decode(sig).unwrap());
    hex::encode(&sequence(&[integer(&r), integer(&minus(&s))]))
}

/// The contents of the two integers of a short sequence.
fn numbers(der: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let length = usize::from(der[3]);
    (der[4..4 + length].to_vec(), der[6 + length..].to_vec())
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    let content = parts.concat();
    [&[0x30, u8::try_from(content.len()).unwrap()], &content[..]].concat()
}

fn integer(content: &[u8]) -> Vec<u8> {
    [&[0x02, u8::try_from(content.len()).unwrap()], content].concat()
}

/// 32 bytes.
fn padded(number: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = number.iter().copied().skip_while(|digit| *digit == 0).collect();
    [vec![0; 32 - digits.len()], digits].concat()
}

/// The content of the integer n - s.
fn minus(s: &[u8]) -> Vec<u8> {
    let mut out = hex::decode(N).unwrap();
    let mut borrow = 0;
    for (digit, less) in out.iter_mut().rev().zip(padded(s).into_iter().rev()) {
        let difference = i16::from(*digit) - i16::from(less) - borrow;
        *digit = difference.to_le_bytes()[0];
        borrow = i16::from(difference < 0);
    }
    let digits: Vec<u8> = out.into_iter().skip_while(|digit| *digit == 0).collect();
    if digits[0] < 0x80 { digits } else { [vec![0], digits].concat() }
}
