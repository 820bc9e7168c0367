//! `ceremony.toml`: what a good one means.

use tuf_ceremony::crypto::Scheme;
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::policy::expiry::Unit;
use tuf_ceremony::policy::{Expiry, Intent, Policy, Reason, TokenKind, TokenPlan};
use tuf_ceremony::tuf::time::write;

use crate::policy_fixture::{GOOD, revocation, with};

fn good() -> Policy {
    Policy::parse(GOOD.as_bytes()).unwrap()
}

#[test]
fn the_ceremony_itself_is_read() {
    let policy = good();
    assert_eq!(policy.digest, Sha256Digest::of(GOOD.as_bytes()));
    assert_eq!(policy.id, "example-2027-root");
    assert_eq!(policy.repository, "packages.example.org");
    assert_eq!(policy.script, "genesis");
    assert_eq!(write(policy.planned), "2027-01-14T15:00:00Z");
    assert_eq!(policy.change, Intent::Genesis);
    assert!(policy.trusted.is_none() && policy.next.is_none() && policy.revoke.is_empty());
}

#[test]
fn what_is_left_out_has_the_stated_defaults() {
    let policy = good();
    assert_eq!(policy.spec_version, "1.0.31");
    assert!(policy.consistent_snapshot && policy.commitment);
    assert!(!policy.rehearsal && !policy.holder_names);
    assert_eq!(policy.holders["ben"].site, None);
    assert_eq!(policy.delegations["nightly"].terminating, None);
}

#[test]
fn what_is_stated_beats_the_defaults() {
    let stated = "change = \"genesis\"\nrehearsal = true\nholder_names = true\nconsistent_snapshot = false\ncommitment = false\n\
                  spec_version = \"1.0.19\"\nnext = 2027-10-01T15:00:00+02:00\n";
    let policy = with("change = \"genesis\"\n", stated).unwrap();
    assert!(policy.rehearsal && policy.holder_names && !policy.consistent_snapshot && !policy.commitment);
    assert_eq!(policy.spec_version, "1.0.19");
    assert_eq!(write(policy.next.unwrap()), "2027-10-01T13:00:00Z", "an offset names an instant too");
}

#[test]
fn keys_know_their_holder_and_their_token() {
    let policy = good();
    assert_eq!(policy.holder_of("cleo-card"), "Cléo");
    assert_eq!(policy.holder_of("online"), "online");
    assert_eq!(policy.keys["cleo-card"].scheme, Scheme::EcdsaSha2Nistp384);
    assert_eq!(policy.keys["online"].public.as_deref(), Some("keys/online/public.pem"));
    let token = |name: &str| policy.keys[name].token.clone().unwrap();
    assert_eq!(
        token("ada-yubihsm"),
        TokenPlan {
            kind: TokenKind::Yubihsm { object: 3 },
            serial: "0013200460".to_owned(),
            model: None,
            manufacturer: None,
        }
    );
    let module = "/usr/lib/softhsm/libsofthsm2.so".to_owned();
    let by_id = TokenKind::Pkcs11 { module, id: Some(vec![2]), label: "ben-card".to_owned() };
    assert_eq!(token("ben-card").kind, by_id, "the label is the key's name unless it is stated");
    let module = "/usr/lib/opensc-pkcs11.so".to_owned();
    assert_eq!(token("cleo-card").kind, TokenKind::Pkcs11 { module, id: None, label: "root".to_owned() });
    assert_eq!(token("cleo-card").model.as_deref(), Some("PIV"));
    assert_eq!(policy.keys["eve-card"].token, None);
}

#[test]
fn roles_keep_the_order_of_their_keys() {
    let policy = good();
    let root = &policy.roles["root"];
    assert_eq!(root.keys, ["ada-yubihsm", "ben-card", "cleo-card", "dan-card", "eve-card"]);
    assert_eq!((root.threshold, &root.expires), (3, &Expiry::After { count: 1, unit: Unit::Year }));
    let timestamp = &policy.roles["timestamp"];
    assert_eq!(timestamp.expires, Expiry::On("2027-01-21T15:00:00Z".parse().unwrap()));
    assert!(policy.is_offline("targets", root) && !policy.is_offline("timestamp", timestamp));
    // People renew the root, whoever is said to hold its keys.
    assert!(policy.is_offline("root", timestamp));
    let names: Vec<&str> = policy.all_roles().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["root", "targets", "nightly", "snapshot", "timestamp"]);
    assert_eq!(
        policy.delegations["nightly"].paths,
        Some(vec!["nightly/*".to_owned(), "nightly/*/*".to_owned()])
    );
}

#[test]
fn a_waiver_knows_its_end_and_its_line() {
    let policy = good();
    let [waiver] = policy.waivers.as_slice() else { panic!("one waiver") };
    assert_eq!(waiver.check, "ROOT-SLACK");
    assert_eq!(waiver.reason, "Eve's second token arrives in February");
    assert_eq!(write(waiver.until), "2027-02-01T00:00:00Z", "a date stands for its first moment in UTC");
    assert_eq!(GOOD.lines().nth(waiver.line - 1), Some("check = \"ROOT-SLACK\""));
    let exact = with("until = 2027-02-01\n", "until = 2027-02-01T18:30:00Z\n").unwrap();
    assert_eq!(write(exact.waivers[0].until), "2027-02-01T18:30:00Z");
}

#[test]
fn a_revocation_has_a_trusted_root_and_its_reason() {
    let policy = Policy::parse(revocation().as_bytes()).unwrap();
    assert_eq!(policy.change, Intent::Revoke);
    let trusted = policy.trusted.unwrap();
    assert_eq!((trusted.root.as_str(), trusted.sha256), ("trusted/3.root.json", Sha256Digest([0xab; 32])));
    let [revoked] = policy.revoke.as_slice() else { panic!("one revocation") };
    assert_eq!((revoked.key.as_str(), revoked.reason), ("old-online", Reason::Compromised));
    assert_eq!(write(revoked.since.unwrap()), "2026-12-20T00:00:00Z");
    for (word, reason) in [("lost", Reason::Lost), ("retired", Reason::Retired)] {
        let policy = Policy::parse(revocation().replace("compromised", word).as_bytes()).unwrap();
        assert_eq!(policy.revoke[0].reason, reason);
    }
}

#[test]
fn white_space_line_ends_and_quoted_dates_make_no_difference() {
    let windows = Policy::parse(GOOD.replace('\n', "\r\n").as_bytes()).unwrap();
    assert_eq!(windows.planned, good().planned);
    let quoted = with("planned = 2027-01-14T15:00:00Z", "planned = \"2027-01-14T15:00:00Z\"").unwrap();
    assert_eq!(quoted.planned, good().planned);
    let comment = with("name = \"Ada\"", "name = \"Ada \\\"#1\\\" FILL-OUT\" # was FILL-IN").unwrap();
    assert_eq!(comment.holders["ada"].name, "Ada \"#1\" FILL-OUT");
}

#[test]
fn a_device_is_a_serial_number_of_a_kind() {
    let same = with("serial = \"78\"", "serial = \"77\"").unwrap();
    assert_eq!(same.device_of("dan-card").as_deref(), Some("77"));
    assert_eq!(same.device_of("cleo-card"), same.device_of("dan-card"));
    assert_eq!(same.device_of("eve-card"), None);
    let other = with("serial = \"0013200460\"", "serial = \"77\"").unwrap();
    assert_eq!(other.device_of("ada-yubihsm").as_deref(), Some("77 (yubihsm)"));
    assert_eq!(other.device_of("cleo-card").as_deref(), Some("77 (pkcs11)"));
}
