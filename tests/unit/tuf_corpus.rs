//! The root chains that Sigstore published, as the world verifies them, with every oddity that they have.

use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::ROOT_LIMIT;
use tuf_ceremony::tuf::chain::Link;
use tuf_ceremony::tuf::diff::diff;
use tuf_ceremony::tuf::envelope::Envelope;
use tuf_ceremony::tuf::facts::facts;
use tuf_ceremony::tuf::root::Root;
use tuf_ceremony::tuf::verify::{Tally, Why};

use crate::corpus::{Published, chain};

/// People who signed v1 to v15, by its own keys and by those of the version before.
const OWN_PEOPLE: [usize; 15] = [5, 5, 3, 5, 4, 5, 4, 4, 5, 5, 5, 3, 5, 4, 5];
const OLD_PEOPLE: [usize; 14] = [5, 3, 4, 4, 5, 4, 4, 5, 5, 5, 3, 4, 4, 5];

/// Each root verified against the one before it.
fn links(chain: &[Published]) -> Vec<Link> {
    let trusted = std::iter::once(None).chain(chain.iter().map(|published| Some(&published.root)));
    trusted.zip(chain).map(|(trusted, next)| Link::verify(trusted, &next.envelope, &next.root)).collect()
}

fn people(tally: &Tally) -> usize {
    tally.counted.len()
}

/// Valid signatures, several by one person included.
fn valid(tally: &Tally) -> usize {
    tally.counted.iter().map(|signer| signer.signatures).sum()
}

fn ignored(tally: &Tally, wanted: fn(&Why) -> bool) -> usize {
    tally.ignored.iter().filter(|ignored| wanted(&ignored.why)).count()
}

/// The versions of which something is true.
fn versions(chain: &[Published], mut wanted: impl FnMut(&Root) -> bool) -> Vec<i64> {
    chain
        .iter()
        .filter(|published| wanted(&published.root))
        .map(|published| published.root.header.version)
        .collect()
}

#[test]
fn every_link_of_sigstore_holds_with_the_evidence_on_record() {
    let Some(chain) = chain("every_link_of_sigstore_holds_with_the_evidence_on_record", "sigstore") else {
        return;
    };
    assert!(chain.len() >= 15);
    let links = links(&chain[..15]);
    for (index, link) in links.iter().enumerate() {
        assert!(link.holds(), "{link:?}");
        assert_eq!((link.from, link.to), ((index > 0).then_some(index as i64), index as i64 + 1));
        assert_eq!(link.new.counted.len() + link.new.missing.len(), 5, "five holders");
        assert_eq!(link.new.threshold, 3);
    }
    let own: Vec<&Tally> = links.iter().map(|link| &link.new).collect();
    let old: Vec<&Tally> = links.iter().filter_map(|link| link.old.as_ref()).collect();
    assert_eq!((own.len(), old.len()), (15, 14));
    assert_eq!(own.iter().map(|tally| valid(tally)).sum::<usize>(), 67);
    assert_eq!(old.iter().map(|tally| valid(tally)).sum::<usize>(), 60);
    let of = |tallies: &[&Tally]| tallies.iter().map(|tally| people(tally)).collect::<Vec<_>>();
    assert_eq!(of(&own), OWN_PEOPLE);
    assert_eq!(of(&old), OLD_PEOPLE);
    // Sigstore's v3 and v12 have no signature to spare.
    let exactly_three: Vec<_> =
        links.iter().filter(|link| valid(&link.new) == 3).map(|link| link.to).collect();
    assert_eq!(exactly_three, [3, 12]);
}

#[test]
fn empty_signatures_are_seen_and_ignored() {
    let Some(chain) = chain("empty_signatures_are_seen_and_ignored", "sigstore") else { return };
    let mut found = Vec::new();
    for (link, published) in links(&chain[..15]).iter().zip(&chain) {
        let empty: Vec<_> =
            published.envelope.signatures.iter().filter(|signature| signature.sig.is_empty()).collect();
        for signature in &empty {
            let why = |tally: &Tally| {
                let ignored = tally.ignored.iter().find(|ignored| ignored.keyid == signature.keyid).unwrap();
                ignored.why.clone()
            };
            // The holder whose place was kept belongs to the new root, to the old one or to both.
            let reasons = [why(&link.new), why(link.old.as_ref().unwrap())];
            assert!(reasons.contains(&Why::Empty), "{reasons:?}");
            assert!(reasons.iter().all(|why| matches!(why, Why::Empty | Why::Foreign)), "{reasons:?}");
        }
        if !empty.is_empty() {
            found.push((link.to, empty.len()));
        }
    }
    assert_eq!(found, [(12, 2), (13, 1), (14, 1)]);
}

#[test]
fn holders_under_two_keyids_are_one_person_each() {
    let Some(chain) = chain("holders_under_two_keyids_are_one_person_each", "sigstore") else { return };
    let links = links(&chain[..15]);
    // Judged by old and new keyids together: the same point under another keyid is the same person.
    let doubled: Vec<_> = chain[..15]
        .iter()
        .filter(|published| {
            let signatures =
                published.envelope.signatures.iter().filter(|signature| !signature.sig.is_empty());
            signatures.count() > 5
        })
        .map(|published| published.root.header.version)
        .collect();
    assert_eq!(doubled, [5, 9, 10]);
    for link in links.iter().filter(|link| doubled.contains(&link.to)) {
        let signatures = chain[link.to as usize - 1].envelope.signatures.len();
        let old = link.old.as_ref().unwrap();
        assert!(people(&link.new) <= 5 && people(old) <= 5);
        assert!(signatures > people(&link.new));
        // Every signature is valid for the old root, for the new one, or both; none is broken.
        for tally in [&link.new, old] {
            assert_eq!(ignored(tally, |why| matches!(why, Why::Invalid(_))), 0, "{}", link.to);
            assert_eq!(valid(tally) + ignored(tally, |why| *why == Why::Foreign), signatures);
        }
    }
}

#[test]
fn the_oddities_of_sigstore_are_where_the_record_says() {
    let Some(chain) = chain("the_oddities_of_sigstore_are_where_the_record_says", "sigstore") else { return };
    let chain = &chain[..15];
    let public = |root: &Root| {
        root.keys.values().all(|key| {
            let object = key.object();
            let text = object.get("keyval").and_then(|keyval| keyval.get("public")).and_then(Json::as_str);
            text.unwrap().starts_with("04")
        })
    };
    assert_eq!(versions(chain, public), [1, 2, 3, 4], "hex points");
    assert_eq!(versions(chain, |root| root.header.expires.oddity.is_some()), [1, 2, 3]);
    let expires = |version: usize| &chain[version - 1].root.header.expires;
    assert!(expires(1).text.ends_with("-06:00"));
    assert_eq!(expires(1).at.to_string(), "2021-12-18T19:28:12.99008Z");
    assert_eq!(expires(3).oddity, Some("has fractions of a second"));
    assert_eq!(expires(15).text, "2026-11-20T13:58:18Z");
    let stale = |root: &Root| root.keys.values().any(|key| key.keyid != key.computed_keyid());
    assert_eq!(versions(chain, stale), [11]);
    let mismatched = chain[10].root.keys.values().filter(|key| key.keyid != key.computed_keyid()).count();
    assert_eq!(mismatched, 1);
    let renamed = |root: &Root| root.keys.values().all(|key| key.keytype == "ecdsa");
    assert_eq!(versions(chain, renamed), (9..=15).collect::<Vec<_>>());
    let on_ci = |root: &Root| {
        let named =
            |json: &Json| json.as_object().unwrap().keys().any(|name| name.starts_with("x-tuf-on-ci-"));
        named(&root.tree)
            && root.keys.values().any(|key| named(&key.object()))
            && root.tree.get("roles").unwrap().as_object().unwrap().values().any(named)
    };
    assert_eq!(versions(chain, on_ci), (10..=15).collect::<Vec<_>>());
    let unusable = |root: &Root| root.keys.values().any(|key| key.usable.is_err());
    assert_eq!(versions(chain, unusable), [0_i64; 0]);
}

#[test]
fn every_link_of_the_staging_chain_holds() {
    let Some(chain) = chain("every_link_of_the_staging_chain_holds", "sigstore-staging") else { return };
    assert!(chain.len() >= 14);
    let chain = &chain[..14];
    let links = links(chain);
    for link in &links {
        assert!(link.holds(), "{link:?}");
    }
    let stale = |root: &Root| root.keys.values().any(|key| key.keyid != key.computed_keyid());
    assert_eq!(versions(chain, stale), [5, 6, 7, 8]);
    let empty = chain[5].envelope.signatures.iter().filter(|signature| signature.sig.is_empty()).count();
    assert_eq!(empty, 1);
    let of = |root: &Root| (root.roles["root"].threshold, root.roles["root"].keyids.len());
    assert_eq!([of(&chain[3].root), of(&chain[4].root), of(&chain[5].root)], [(1, 1), (1, 2), (2, 4)]);
}

#[test]
fn a_version_cannot_be_left_out() {
    let Some(chain) = chain("a_version_cannot_be_left_out", "sigstore") else { return };
    // v5 to v8 have the same five holders, so that only the version stands in the way.
    let link = Link::verify(Some(&chain[5].root), &chain[7].envelope, &chain[7].root);
    assert!(link.new.met() && link.old.as_ref().unwrap().met());
    assert!(!link.consecutive() && !link.holds());
    let back = Link::verify(Some(&chain[7].root), &chain[6].envelope, &chain[6].root);
    assert!(!back.consecutive() && !back.holds());
}

#[test]
fn published_roots_survive_reading_and_writing() {
    for name in ["sigstore", "sigstore-staging"] {
        let Some(chain) = chain("published_roots_survive_reading_and_writing", name) else { return };
        for published in &chain {
            let envelope = &published.envelope;
            let again = Envelope::publish(&envelope.signed, &envelope.signatures);
            let again = Envelope::parse(&again, ROOT_LIMIT).unwrap();
            assert_eq!((again.digest(), &again.signatures), (envelope.digest(), &envelope.signatures));
        }
    }
}

#[test]
fn each_step_of_the_chains_is_told_without_two_facts_in_one_place() {
    for name in ["sigstore", "sigstore-staging"] {
        let Some(chain) = chain("each_step_of_the_chains_is_told_without_two_facts_in_one_place", name)
        else {
            return;
        };
        for published in &chain {
            let mut places: Vec<_> =
                facts(&published.root.tree).unwrap().into_iter().map(|fact| fact.place).collect();
            let count = places.len();
            places.sort();
            places.dedup();
            assert_eq!(places.len(), count);
        }
        for pair in chain.windows(2) {
            let changes = diff(Some(&pair[0].root.tree), &pair[1].root.tree).unwrap();
            let version = changes.iter().find(|change| change.place == "version").unwrap();
            assert_eq!(version.after, Some(pair[1].root.header.version.to_string()));
        }
    }
}

/// Flips one bit at every `stride`-th byte of the published text of `signed`, and shows that the link then holds only
/// if the bytes that are signed are still the same. Returns how many texts were still metadata.
fn sweep(chain: &[Published], index: usize, stride: usize, bit: u8) -> usize {
    let published = &chain[index];
    let trusted = index.checked_sub(1).map(|before| &chain[before].root);
    let (start, end) = signed_part(published);
    let mut readable = 0;
    for at in (start..end).step_by(stride) {
        let mut file = published.file.clone();
        file[at] ^= bit;
        let Ok(envelope) = Envelope::parse(&file, ROOT_LIMIT) else { continue };
        if envelope.canonical() == published.envelope.canonical() {
            // The case of a digit in an escape, say.
            continue;
        }
        let Ok(root) = Root::of(&envelope) else { continue };
        readable += 1;
        let link = Link::verify(trusted, &envelope, &root);
        let shown = || format!("v{}, byte {at} flipped by {bit:#x}", index + 1);
        assert!(!link.holds(), "{}", shown());
        // Not one signature is valid any more, for the old keys and for the new ones.
        assert_eq!((people(&link.new), link.old.as_ref().map_or(0, people)), (0, 0), "{}", shown());
    }
    readable
}

/// Where the value of `signed` stands in the file.
fn signed_part(published: &Published) -> (usize, usize) {
    let text = std::str::from_utf8(&published.file).unwrap();
    let name = text.find("\"signed\"").unwrap();
    let start = name + text[name..].find('{').unwrap();
    let mut ends = text.rmatch_indices('}').map(|(at, _)| at + 1);
    let whole = |end: &usize| Json::parse(&published.file[start..*end], ROOT_LIMIT).is_ok();
    let end = ends.find(whole).unwrap();
    assert_eq!(Json::parse(&published.file[start..end], ROOT_LIMIT).unwrap(), *published.root.tree);
    (start, end)
}

#[test]
fn no_byte_of_what_was_signed_can_be_altered_here_and_there() {
    for name in ["sigstore", "sigstore-staging"] {
        let Some(chain) = chain("no_byte_of_what_was_signed_can_be_altered_here_and_there", name) else {
            return;
        };
        for index in 0..chain.len() {
            assert!(sweep(&chain, index, 131, 1) > 3, "{name} {index}");
        }
    }
}

#[test]
fn no_byte_of_what_was_signed_can_be_altered_in_a_small_root() {
    let test = "no_byte_of_what_was_signed_can_be_altered_in_a_small_root";
    let Some(chain) = chain(test, "sigstore-staging") else { return };
    assert!(sweep(&chain, 1, 1, 1) > 500);
}

#[test]
fn no_byte_of_what_was_signed_can_be_altered_in_a_root_without_spare_signatures() {
    let test = "no_byte_of_what_was_signed_can_be_altered_in_a_root_without_spare_signatures";
    let Some(chain) = chain(test, "sigstore") else { return };
    assert!(sweep(&chain, 2, 13, 1) > 100);
}

/// Every byte of every root, one thread a root.
fn sweep_all(test: &str, name: &str) {
    let Some(chain) = chain(test, name) else { return };
    std::thread::scope(|scope| {
        for index in 0..chain.len() {
            let chain = &chain;
            scope.spawn(move || assert!(sweep(chain, index, 1, 1) > 500, "{name} {index}"));
        }
    });
}

#[test]
#[ignore = "minutes long: tests/run --full runs it"]
fn no_byte_of_sigstore_can_be_altered_anywhere() {
    sweep_all("no_byte_of_sigstore_can_be_altered_anywhere", "sigstore");
}

#[test]
#[ignore = "minutes long: tests/run --full runs it"]
fn no_byte_of_the_staging_chain_can_be_altered_anywhere() {
    sweep_all("no_byte_of_the_staging_chain_can_be_altered_anywhere", "sigstore-staging");
}
