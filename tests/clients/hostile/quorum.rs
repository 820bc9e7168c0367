//! Thresholds, and who counts towards them: repeated keyids, one key under several keyids, keys that are not there.

use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::key::keyid_of;

use crate::holder::{C, D, E, Holder, OTHER_STRANGER, STRANGER, Signer, TARGETS, TIMESTAMP};
use crate::part::with_sig;
use crate::repository::{PARTS, Repository};
use crate::tree::{at, list as array, set, take};
use crate::variant::{Collector, Verdict};

const UNIQUE: &str = "4.2.1: the keyid MUST be unique in the signatures array";
const UNMET: &str = "5.3.4, 5.4.2, 5.5.3, 5.6.3: the threshold is not met";
const MORE: &str = "silent: signatures that count for nothing, beside those that are needed";

pub fn add(list: &mut Collector) {
    repeated_keyids(list);
    one_key_twice(list);
    for part in PARTS {
        list.refused(format!("quorum-no-signatures-{part}"), UNMET, |repository| {
            repository.part(part).signatures(Vec::clear);
        });
        list.refused(format!("quorum-only-a-stranger-{part}"), UNMET, |repository| {
            repository.part(part).signed_by(&[STRANGER]);
        });
        list.accepted(format!("quorum-and-a-stranger-{part}"), MORE, |repository| {
            repository.part(part).signers.push(STRANGER.signer());
        });
    }
    list.refused("quorum-one-of-two-targets", UNMET, |repository| {
        repository.targets.signed_by(&TARGETS[..1])
    });
    list.refused("quorum-swapped-keyids", UNMET, |repository| {
        let [one, two] = TARGETS;
        repository.targets.signers = vec![signer(one.keyid(), two), signer(two.keyid(), one)];
    });
    ignored(list);
    keyids(list);
}

fn signer(keyid: String, holder: Holder) -> Signer {
    Signer { keyid, holder }
}

/// Signatures that count for nothing, and that make nothing worse.
fn ignored(list: &mut Collector) {
    for (name, sig) in [("empty", ""), ("not-hex", "xyz"), ("wrong", "00"), ("odd-length", "abc")] {
        list.accepted(format!("quorum-and-{name}-signature-by-third-root-key"), MORE, |repository| {
            let more = with_sig(&E.keyid(), sig);
            repository.part("root").signatures(|list| list.push(more));
        });
        list.accepted(format!("quorum-and-{name}-signature-by-a-stranger"), MORE, |repository| {
            let more = with_sig(&STRANGER.keyid(), sig);
            repository.timestamp.signatures(|list| list.insert(0, more));
        });
    }
    list.accepted("quorum-keyid-of-a-stranger-is-no-hex", MORE, |repository| {
        repository.timestamp.signatures(|list| list.push(with_sig("somebody", "00")));
    });
    list.accepted("quorum-all-three-root-keys", "5.3.4: at least a threshold", |repository| {
        repository.part("root").signers.push(E.signer());
    });
    list.accepted("quorum-order-of-signatures", "silent: the order means nothing", |repository| {
        repository.part("root").signatures(|list| list.reverse());
    });
}

fn repeated_keyids(list: &mut Collector) {
    type Change = fn(&mut Vec<Json>);
    let again: Change = |list| list.push(list[0].clone());
    let then_invalid: Change = |list| list.push(with_sig(keyid(&list[0]), &"00".repeat(64)));
    let first_invalid: Change = |list| list.insert(0, with_sig(keyid(&list[0]), &"00".repeat(64)));
    let then_empty: Change = |list| list.push(with_sig(keyid(&list[0]), ""));
    let thrice: Change = |list| list.extend([list[0].clone(), list[0].clone()]);
    for (name, change) in [
        ("identical", again),
        ("valid-then-invalid", then_invalid),
        ("invalid-then-valid", first_invalid),
        ("valid-then-empty", then_empty),
        ("thrice", thrice),
    ] {
        for part in ["root", "targets", "timestamp"] {
            list.refused(format!("repeated-keyid-{name}-{part}"), UNIQUE, |repository| {
                repository.part(part).signatures(change);
            });
        }
    }
    list.refused("repeated-keyid-instead-of-second-key", UNIQUE, |repository| {
        repository.targets.signatures(|list| list[1] = list[0].clone());
    });
    list.refused("repeated-keyid-both-signatures-valid", UNIQUE, |repository| {
        // Two valid signatures of one P-256 key: (r, s) and (r, n - s).
        let [_, two] = TARGETS;
        repository.targets.envelope(move |envelope, message| {
            let other = super::signatures::other_s(&two.sign(message));
            array(envelope, &["signatures"])[0] = with_sig(&two.keyid(), &other);
        });
    });
    list.refused("repeated-keyid-of-a-stranger", UNIQUE, |repository| {
        let more = with_sig(&STRANGER.keyid(), "00");
        repository.timestamp.signatures(move |list| list.extend([more.clone(), more]));
    });
}

fn keyid(signature: &Json) -> &str {
    signature.get("keyid").unwrap().as_str().unwrap()
}

/// The key of D with one more field, so that it has another keyid.
fn renamed(holder: Holder) -> (String, Json) {
    let mut object = holder.object();
    set(&mut object, &["x-name"], "other");
    (keyid_of(&object), object)
}

/// Lists a key a second time, and lets it sign a second time.
fn twice(repository: &mut Repository, role: &'static str, holder: Holder, keyid: String, object: Json) {
    let listed = keyid.clone();
    repository.part("root").edit(move |signed| {
        set(signed, &["keys", &listed], object);
        array(signed, &["roles", role, "keyids"]).push(listed.into());
    });
    repository.part(role).signers.push(signer(keyid, holder));
}

fn one_key_twice(list: &mut Collector) {
    let material =
        "5.3.4, 5.6.3: each KEY contributes one signature; house: keys are told apart by their material";
    let spare = "5.3.4: enough other keys have signed; house: keys are told apart by their material";
    for role in ["root", "targets"] {
        let (signed, dropped) = if role == "root" { (D, C) } else { (TARGETS[0], TARGETS[1]) };
        list.accepted(format!("one-key-two-keyids-not-needed-{role}"), spare, |repository| {
            let (keyid, object) = renamed(signed);
            twice(repository, role, signed, keyid, object);
        });
        list.refused(format!("one-key-two-keyids-needed-{role}"), material, |repository| {
            let (keyid, object) = renamed(signed);
            twice(repository, role, signed, keyid, object);
            repository.part(role).signers.retain(|signer| signer.holder != dropped);
        });
    }
    list.refused("one-key-two-keytypes-needed", material, |repository| {
        let mut object = TARGETS[1].object();
        set(&mut object, &["keytype"], "ecdsa-sha2-nistp256");
        twice(repository, "targets", TARGETS[1], keyid_of(&object), object);
        repository.targets.signers.retain(|signer| signer.holder != TARGETS[0]);
    });
    list.refused("one-key-upper-case-public-needed", material, |repository| {
        let mut object = TARGETS[0].object();
        let public = at(&mut object, &["keyval", "public"]).as_str().unwrap().to_uppercase();
        set(&mut object, &["keyval", "public"], public);
        twice(repository, "targets", TARGETS[0], keyid_of(&object), object);
        repository.targets.signers.retain(|signer| signer.holder != TARGETS[1]);
    });
    list.refused("one-key-other-line-ends-needed", material, |repository| {
        let mut object = TARGETS[1].object();
        set(&mut object, &["keyval", "public"], TARGETS[1].pem().replace('\n', "\r\n"));
        twice(repository, "targets", TARGETS[1], keyid_of(&object), object);
        repository.targets.signers.retain(|signer| signer.holder != TARGETS[0]);
    });
    list.accepted("one-key-in-several-roles", "2.1: keys may be used in several roles", |repository| {
        repository.part("root").edit(|signed| {
            set(signed, &["roles", "snapshot", "keyids"], Json::strings([TIMESTAMP.keyid()]));
        });
        repository.snapshot.signed_by(&[TIMESTAMP]);
    });
}

/// The keyids that a role lists.
fn keyids(list: &mut Collector) {
    use Verdict::{Accepted, Refused};
    let twice = "silent: a keyid twice in a role is one key";
    for (name, role, kept, verdict) in [
        ("root", "root", &[C, D][..], Accepted),
        ("timestamp", "timestamp", &[TIMESTAMP], Accepted),
        ("targets-needed", "targets", &TARGETS[..1], Refused),
    ] {
        list.add(format!("role-keyid-twice-{name}"), verdict, twice, |repository| {
            repository.part("root").edit(move |signed| {
                let keyids = array(signed, &["roles", role, "keyids"]);
                keyids.push(keyids[0].clone());
            });
            if verdict == Refused {
                repository.part(role).signed_by(kept);
            }
        });
    }
    list.accepted("role-keyid-undefined", "silent: a key that is not there cannot sign", |repository| {
        let undefined = OTHER_STRANGER.keyid();
        repository.part("root").edit(|signed| {
            array(signed, &["roles", "timestamp", "keyids"]).push(undefined.into());
        });
    });
    list.refused("role-keyid-undefined-needed", UNMET, |repository| {
        repository.part("root").edit(|signed| drop(take(signed, &["keys", &TIMESTAMP.keyid()])));
    });
    for role in ["root", "targets", "snapshot", "timestamp"] {
        list.refused(format!("role-without-keyids-{role}"), UNMET, |repository| {
            repository
                .part("root")
                .edit(move |signed| set(signed, &["roles", role, "keyids"], Json::Arr(vec![])));
        });
    }
    list.refused("role-without-keyids-project", UNMET, |repository| {
        repository
            .targets
            .edit(|signed| set(signed, &["delegations", "roles", "0", "keyids"], Json::Arr(vec![])));
    });
}
