//! RECORD-CHAIN, for what roots commit to.

use tuf_ceremony::checks::Check;
use tuf_ceremony::checks::record::{Committed, record_chain, uncommitted};
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::tuf::commitment::Commitment;

use crate::checks_fixture::{passes, refuses};

const HEAD: Sha256Digest = Sha256Digest([1; 32]);

fn commitment() -> Commitment {
    Commitment { id: "r".to_owned(), origin: "example.org/r".to_owned(), size: 8, root_hash: HEAD }
}

fn committed(commitment: &Commitment) -> Committed<'_> {
    Committed {
        title: "root 1".to_owned(),
        commitment,
        id: "r",
        origin: "example.org/r",
        lines: 20,
        head: Some(HEAD),
        frozen_there: true,
    }
}

#[test]
fn record_chain_passes_a_root_that_commits_to_the_record_as_it_is() {
    let commitment = commitment();
    let evidence = "root 1 commits to the first 8 lines of the record";
    passes(&record_chain(&committed(&commitment)), Check::RecordChain, evidence);
}

#[test]
fn record_chain_refuses_another_record() {
    let of =
        |id: &str, origin: &str| Commitment { id: id.to_owned(), origin: origin.to_owned(), ..commitment() };
    for other in [of("s", "example.org/r"), of("r", "example.org/s")] {
        let what = format!(
            "root 1 commits to the record {} of ceremony {}, and this is example.org/r of ceremony r",
            other.origin, other.id
        );
        refuses(&record_chain(&committed(&other)), Check::RecordChain, &what);
    }
}

#[test]
fn record_chain_refuses_a_head_that_the_record_does_not_have() {
    let commitment = commitment();
    let case = || committed(&commitment);
    let short = Committed { head: None, lines: 7, ..case() };
    let what = "root 1 commits to the first 8 lines of the record, which has 7: lines at its end are missing";
    refuses(&record_chain(&short), Check::RecordChain, what);
    let other = Committed { head: Some(Sha256Digest([2; 32])), ..case() };
    let what = "root 1 commits to another tree head than the first 8 lines of the record have: one of lines 1 to 8 was changed, or \
                the root was";
    refuses(&record_chain(&other), Check::RecordChain, what);
    let elsewhere = Committed { frozen_there: false, ..case() };
    let what =
        "root 1 commits to the first 8 lines of the record, and line 9 does not say that it was frozen there";
    refuses(&record_chain(&elsewhere), Check::RecordChain, what);
}

#[test]
fn record_chain_refuses_a_root_that_does_not_commit() {
    let what = "root 1 does not commit to the record, and ceremony.toml asks for that";
    refuses(&uncommitted("root 1"), Check::RecordChain, what);
}
