//! Key objects and their keyids.

use tuf_ceremony::crypto::hex;
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::key::keyid_of;

use crate::holder::{A, E, Holder, PROJECT, SNAPSHOT, STRANGER, TIMESTAMP};
use crate::tree::{empty, set, take};
use crate::variant::{Collector, Verdict};

const CORRECT: &str = "4.3: KEYID MUST be correct for the specified KEY; clients MUST calculate each";
const SHAPE: &str = "4.2.2: keytype, scheme and keyval";
const ANY: &str = "4.2.2: adopters can define and use any particular KEYTYPE";
const NEEDED: &str = "4.2.2, 5.4.2: the key cannot verify the signature";

/// RSA moduli of 1024 and of 2048 bits; nobody has the private halves.
const RSA_1024: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC5dGUpeWwDu63GrgsU5ODbSEE2
NQUBUejAeWjrEowtcOHBai8hWHepCyHxFal2jZNGM1hHHmz/ZN9pvDqRQZhRA7gA
L49qxG5XFClcVmVTqhqD0W/LG/JS3YtFCxP5EWFftmRfXtovzuDr2fyKY9yWJ7KQ
GvikhR06hW6ZtGqHCwIDAQAB
-----END PUBLIC KEY-----
";
const RSA_2048: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAijnkJnTLqKnxgU2C14dZ
O01Y8qQ/2lJQnLBjgX51tfi4VsPYfc3rdIC4HbtLUrx68zCXnreOxJGiVP6nhW/z
gZFJMw1pWzZRSN/PSfpG9kcmUbyx2aCH8NhgScpxiyoaZwL2xAhWftWj+qNnVnih
0izwc9Bq2OI6jcvtotdx4HhySi/THviG7NxlbldPlclD/jKiRCQcc69gNRMlc+U6
wVLGO4w/yS9/qqayvv/wWK6FAYiFN5twUNpVdGQdNPCXOPSEloaiBqgqdyuyoRTs
FdUE80quWJ2ysVA76CRNWurHqpYaWvop+yMwPnVMag4QuZ0VFZhw5Im9L1S/m6uq
ZwIDAQAB
-----END PUBLIC KEY-----
";

pub fn add(list: &mut Collector) {
    keyids(list);
    shapes(list);
    spare(list);
    needed(list);
}

/// A key object from its parts.
fn object(keytype: &str, scheme: &str, public: impl Into<Json>) -> Json {
    let keyval = Json::object([("public", public.into())]);
    Json::object([("keytype", keytype.into()), ("keyval", keyval), ("scheme", scheme.into())])
}

fn public(holder: Holder) -> String {
    hex::encode(&holder.raw())
}

fn keyids(list: &mut Collector) {
    let holders =
        [("timestamp", TIMESTAMP), ("snapshot", SNAPSHOT), ("project", PROJECT), ("third-root-key", E)];
    type Spell = fn(&str) -> String;
    let spellings: [(&str, Spell); 6] = [
        ("of-another-key", |_| A.keyid().replace('a', "b")),
        ("not-hex", |_| "timestamp-key".to_owned()),
        ("upper-case", |keyid| keyid.to_uppercase()),
        ("truncated", |keyid| keyid[..62].to_owned()),
        ("empty", |_| String::new()),
        ("sha-512-length", |keyid| keyid.repeat(2)),
    ];
    for (who, holder) in holders {
        for (name, spell) in spellings {
            list.refused(format!("keyid-{name}-{who}"), CORRECT, |repository| {
                repository.rekey(holder, holder.object(), &spell(&holder.keyid()));
            });
        }
        list.refused(format!("keyid-without-unknown-field-{who}"), CORRECT, |repository| {
            let mut object = holder.object();
            set(&mut object, &["x-note"], "counts");
            repository.rekey(holder, object, &holder.keyid());
        });
        list.accepted(
            format!("keyid-with-unknown-field-{who}"),
            "4: undefined fields are hashed too",
            |repository| {
                let mut object = holder.object();
                set(&mut object, &["x-note"], "counts");
                set(&mut object, &["keyval", "private"], "");
                let keyid = keyid_of(&object);
                repository.rekey(holder, object, &keyid);
            },
        );
    }
    list.refused("keyid-wrong-of-unused-key", CORRECT, |repository| {
        repository.part("root").edit(|signed| set(signed, &["keys", &"0".repeat(64)], STRANGER.object()));
    });
    list.refused("keyid-upper-case-in-role-only", "silent: a keyid is compared as text", |repository| {
        repository.part("root").edit(|signed| {
            let keyids = Json::strings([TIMESTAMP.keyid().to_uppercase()]);
            set(signed, &["roles", "timestamp", "keyids"], keyids);
        });
    });
    list.refused("keyid-upper-case-in-signature-only", "silent: a keyid is compared as text", |repository| {
        repository.timestamp.signers[0].keyid = TIMESTAMP.keyid().to_uppercase();
    });
    list.accepted("key-unused", "4.3: nothing wants every key to have a role", |repository| {
        repository.part("root").edit(|signed| set(signed, &["keys", &STRANGER.keyid()], STRANGER.object()));
    });
    list.refused("root-keys-hold-a-role", "4.2.2: a KEY", |repository| {
        let targets = crate::repository::signed("targets", 1);
        repository.part("root").edit(|signed| set(signed, &["keys", &keyid_of(&targets)], targets));
    });
}

/// The third key of the root, which is not needed, in shapes that no key has.
fn shapes(list: &mut Collector) {
    for path in [&["keytype"][..], &["scheme"], &["keyval"], &["keyval", "public"]] {
        for (who, holder) in [("timestamp", TIMESTAMP), ("third-root-key", E), ("project", PROJECT)] {
            list.refused(format!("missing-key-{}-{who}", path.join("-")), SHAPE, |repository| {
                let mut object = holder.object();
                take(&mut object, path);
                let keyid = keyid_of(&object);
                repository.rekey(holder, object, &keyid);
            });
        }
        for (name, wrong) in [("null", Json::Null), ("int", Json::Int(1)), ("array", Json::Arr(vec![]))] {
            list.refused(format!("type-key-{}-{name}", path.join("-")), SHAPE, |repository| {
                let mut object = E.object();
                set(&mut object, path, wrong);
                let keyid = keyid_of(&object);
                repository.rekey(E, object, &keyid);
            });
        }
    }
}

/// The third key of the root, which is not needed.
fn spare(list: &mut Collector) {
    use Verdict::{Accepted, Refused};
    let odd = Json::object([("n", Json::Int(5))]);
    let keyval =
        Json::object([("keytype", "x-dilithium".into()), ("scheme", "x".into()), ("keyval", odd.clone())]);
    let empty_keyval =
        Json::object([("keytype", "x-none".into()), ("scheme", "x".into()), ("keyval", empty())]);
    for (name, key, verdict, why) in [
        ("unknown-keytype", object("x-lattice", "x-lattice-1", "0000"), Accepted, ANY),
        ("unknown-keytype-public-is-object", object("x-lattice", "x-lattice-1", odd), Accepted, ANY),
        ("unknown-keytype-without-public", keyval, Accepted, ANY),
        ("unknown-keytype-empty-keyval", empty_keyval, Accepted, ANY),
        ("unknown-scheme", object("ed25519", "ed25519ph", public(E)), Accepted, ANY),
        ("keytype-and-scheme-disagree", object("rsa", "ed25519", public(E)), Accepted, ANY),
        ("empty-keytype", object("", "", ""), Accepted, ANY),
        ("ml-dsa", object("ml-dsa", "ml-dsa-44/1", "not a key"), Accepted, ANY),
        (
            "rsa-1024",
            object("rsa", "rsassa-pss-sha256", RSA_1024),
            Refused,
            "4.2.2: RSA keys MUST be at least 2048 bits",
        ),
        ("rsa-2048", object("rsa", "rsassa-pss-sha256", RSA_2048), Accepted, "4.2.2: an RSA key"),
    ] {
        list.add(format!("key-spare-{name}"), verdict, why, |repository| {
            let keyid = keyid_of(&key);
            repository.rekey(E, key, &keyid);
        });
    }
}

/// The only key of a role, in another form.
fn needed(list: &mut Collector) {
    use Verdict::{Accepted, Refused};
    let [ed, ec] = [TIMESTAMP, SNAPSHOT];
    let hex64 = "4.2.2: PUBLIC of ed25519 is a 64-byte hex encoded string";
    let pem = "4.2.2: PUBLIC of ecdsa is in PEM format";
    let block = "RFC 7468: one PUBLIC KEY block";
    let p256 = "ecdsa-sha2-nistp256";
    for (name, holder, key, verdict, why) in [
        ("unknown-keytype", ed, object("x-ed", "ed25519", public(ed)), Refused, NEEDED),
        ("unknown-scheme", ed, object("ed25519", "x-ed", public(ed)), Refused, NEEDED),
        ("keytype-upper-case", ed, object("ED25519", "ed25519", public(ed)), Refused, NEEDED),
        ("keytype-rsa", ed, object("rsa", "ed25519", public(ed)), Refused, NEEDED),
        ("scheme-of-rsa", ed, object("ed25519", "rsassa-pss-sha256", public(ed)), Refused, NEEDED),
        (
            "upper-case",
            ed,
            object("ed25519", "ed25519", public(ed).to_uppercase()),
            Accepted,
            "silent: the case of hex",
        ),
        ("ed25519-pem", ed, object("ed25519", "ed25519", ed.pem()), Refused, hex64),
        ("ed25519-short", ed, object("ed25519", "ed25519", &public(ed)[..62]), Refused, hex64),
        ("ed25519-long", ed, object("ed25519", "ed25519", public(ed) + "00"), Refused, hex64),
        ("ed25519-space", ed, object("ed25519", "ed25519", public(ed) + " "), Refused, hex64),
        (
            "ed25519-not-on-curve",
            ed,
            object("ed25519", "ed25519", format!("02{}", "00".repeat(31))),
            Refused,
            NEEDED,
        ),
        ("ed25519-private-too", ed, object("ed25519", "ed25519", public(ed).repeat(2)), Refused, hex64),
        (
            "ecdsa-keytype-of-1-0-30",
            ec,
            object(p256, p256, ec.pem()),
            Refused,
            "4.2.2: the keytype is ecdsa since 1.0.31; only lenient clients count the old one",
        ),
        ("ecdsa-hex-point", ec, object("ecdsa", p256, public(ec)), Refused, pem),
        (
            "ecdsa-private-label",
            ec,
            object("ecdsa", p256, ec.pem().replace("PUBLIC", "PRIVATE")),
            Refused,
            block,
        ),
        ("ecdsa-two-blocks", ec, object("ecdsa", p256, ec.pem().repeat(2)), Refused, block),
        (
            "ecdsa-text-around",
            ec,
            object("ecdsa", p256, format!("key:\n{}", ec.pem())),
            Refused,
            "silent: more than the PEM",
        ),
        (
            "ecdsa-no-final-newline",
            ec,
            object("ecdsa", p256, ec.pem().trim_end()),
            Accepted,
            "RFC 7468 section 3",
        ),
        (
            "ecdsa-crlf",
            ec,
            object("ecdsa", p256, ec.pem().replace('\n', "\r\n")),
            Accepted,
            "RFC 7468 section 3",
        ),
        ("ecdsa-truncated", ec, object("ecdsa", p256, &ec.pem()[..60]), Refused, pem),
        ("ecdsa-scheme-p384", ec, object("ecdsa", "ecdsa-sha2-nistp384", ec.pem()), Refused, NEEDED),
        ("ecdsa-is-ed25519", ec, object("ecdsa", p256, ed.pem()), Refused, NEEDED),
    ] {
        list.add(format!("key-needed-{name}"), verdict, why, |repository| {
            let keyid = keyid_of(&key);
            repository.rekey(holder, key, &keyid);
        });
    }
}
