//! QUORUM-OLD, QUORUM-NEW, QUORUM-SURPLUS, RELEASE-CLEAN.

use tuf_ceremony::checks::Check;
use tuf_ceremony::checks::quorum::{quorum_new, quorum_old, quorum_surplus, release_clean};
use tuf_ceremony::tuf::envelope::Signature;
use tuf_ceremony::tuf::verify::{Tally, Why, tally};

use crate::checks_fixture::{signature, usual_root};

use crate::checks_fixture::{passes, refuses, warns};

const MESSAGE: &[u8] = b"the canonical bytes";

/// The usual root's role, counted over valid signatures of these keys.
fn counted(role: &str, signers: &[u8]) -> Tally {
    let root = usual_root(1);
    let signatures: Vec<Signature> = signers.iter().map(|seed| signature(*seed, MESSAGE)).collect();
    tally(&root.keys, &root.roles[role], &signatures, MESSAGE)
}

#[test]
fn quorum_old_passes_its_threshold_and_the_genesis() {
    passes(
        &quorum_old("root 2", Some(&counted("root", &[1, 2, 3]))),
        Check::QuorumOld,
        "root 2: 3 of 3 needed",
    );
    passes(&quorum_old("root 1", None), Check::QuorumOld, "root 1: no earlier root has a say");
}

#[test]
fn quorum_old_refuses_too_few() {
    let what = "root 2 has 2 of 3 needed signatures, 1 short";
    refuses(&quorum_old("root 2", Some(&counted("root", &[1, 2]))), Check::QuorumOld, what);
}

#[test]
fn quorum_new_passes_its_threshold() {
    passes(
        &quorum_new("timestamp 1", &counted("timestamp", &[6])),
        Check::QuorumNew,
        "timestamp 1: 1 of 1 needed",
    );
}

#[test]
fn quorum_new_counts_people_and_not_signatures() {
    let what = "root 2 has 1 of 3 needed signatures, 2 short";
    refuses(&quorum_new("root 2", &counted("root", &[1, 1, 1])), Check::QuorumNew, what);
    let what = "root 2 has 0 of 3 needed signatures, 3 short";
    refuses(&quorum_new("root 2", &counted("root", &[6, 7, 8])), Check::QuorumNew, what);
}

#[test]
fn quorum_surplus_passes_a_spare_signature() {
    let four = counted("root", &[1, 2, 3, 4]);
    passes(&quorum_surplus("root 2", &four), Check::QuorumSurplus, "root 2: 4 signatures, 3 needed");
    // Nobody is left who could give the online roles a second one.
    let alone = counted("timestamp", &[6]);
    passes(
        &quorum_surplus("timestamp 1", &alone),
        Check::QuorumSurplus,
        "timestamp 1: 1 signature, 1 needed",
    );
}

#[test]
fn quorum_surplus_warns_without_one() {
    let exact = counted("root", &[1, 2, 3]);
    warns(
        &quorum_surplus("root 2", &exact),
        Check::QuorumSurplus,
        "root 2 has exactly the 3 signatures it needs",
    );
    let short = counted("root", &[1]);
    let what = "root 2 has 1 of 3 needed signatures, and none to spare";
    warns(&quorum_surplus("root 2", &short), Check::QuorumSurplus, what);
}

#[test]
fn release_clean_passes_signatures_that_count() {
    let (one, two) = (signature(1, MESSAGE), signature(2, MESSAGE));
    let finding = release_clean("1.root.json", &[(&one, Ok(())), (&two, Ok(()))]);
    passes(&finding, Check::ReleaseClean, "1.root.json: 2 signatures, each valid and counted");
}

#[test]
fn release_clean_refuses_each_kind_of_dirt_by_name() {
    for why in [Why::Empty, Why::NotHex, Why::Foreign, Why::Undefined] {
        let bad = Signature { keyid: "0a".to_owned(), sig: String::new() };
        let good = signature(1, MESSAGE);
        let what = format!("1.root.json: signature of 0a: {why}");
        let finding = release_clean("1.root.json", &[(&good, Ok(())), (&bad, Err(why))]);
        refuses(&finding, Check::ReleaseClean, &what);
    }
}

#[test]
fn release_clean_refuses_a_keyid_that_stands_twice() {
    let one = signature(1, MESSAGE);
    let finding = release_clean("1.root.json", &[(&one, Ok(())), (&one, Ok(()))]);
    refuses(&finding, Check::ReleaseClean, &format!("1.root.json: {} signed twice", one.keyid));
}
