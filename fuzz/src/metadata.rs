//! What holds for every kind of metadata.

use std::collections::BTreeSet;

use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::client::document::Document;
use tuf_ceremony::tuf::client::profile::Profile;
use tuf_ceremony::tuf::diff::diff;
use tuf_ceremony::tuf::envelope::Envelope;
use tuf_ceremony::tuf::facts::{Fact, facts};
use tuf_ceremony::tuf::time;

use crate::LIMIT;
use crate::mutate::{Dice, change};

/// Reads a file as this program does and as every client does. `view` looks at it through the view of its kind.
pub fn check(bytes: &[u8], view: impl FnOnce(&Envelope)) {
    if let Ok(envelope) = Envelope::parse(bytes, LIMIT) {
        view(&envelope);
        published(&envelope);
        stated(&envelope.signed, bytes);
    }
    surveyed(bytes);
}

/// A date without an oddity is what this program would write; `expires` of every view comes here.
pub fn date(date: &time::Date) {
    if date.oddity.is_none() && date.at != jiff::Timestamp::MAX {
        assert_eq!(time::write(date.at), date.text);
    }
}

fn published(envelope: &Envelope) {
    let bytes = Envelope::publish(&envelope.signed, &envelope.signatures);
    let again = Envelope::parse(&bytes, usize::MAX).expect("what is published can be read");
    assert_eq!(again.signed, envelope.signed);
    assert_eq!(again.signatures, envelope.signatures);
    assert_eq!(again.digest(), envelope.digest());
}

fn stated(signed: &Json, bytes: &[u8]) {
    let Ok(list) = facts(signed) else { return };
    every_place_once(&list);
    assert_eq!(diff(Some(signed), signed), Ok(vec![]));
    assert_eq!(diff(None, signed).map(|changes| changes.len()), Ok(list.len()));

    // The same bytes always become the same other file.
    let seed = Sha256Digest::of(bytes).0.iter().take(8).fold(0, |seed, byte| seed << 8 | u64::from(*byte));
    let mut other = signed.clone();
    change(&mut other, &mut Dice::new(seed), &mut |text| format!("{text}x"));
    if let Ok(changes) = diff(Some(signed), &other) {
        assert_eq!(changes.is_empty(), signed.canonical() == other.canonical());
    }
    let Ok(others) = facts(&other) else { return };
    every_place_once(&others);
    if others == list {
        sort_keyids(&mut other);
        let mut signed = signed.clone();
        sort_keyids(&mut signed);
        assert_eq!(signed, other, "what differs in more than the order of keyids differs in its facts");
    }
}

/// Or a fact could hide another.
fn every_place_once(facts: &[Fact]) {
    let places: BTreeSet<&str> = facts.iter().map(|fact| fact.place.as_str()).collect();
    assert_eq!(places.len(), facts.len(), "{facts:#?}");
}

fn sort_keyids(tree: &mut Json) {
    match tree {
        Json::Obj(members) => {
            if let Some(Json::Arr(keyids)) = members.get_mut("keyids") {
                keyids.sort_by_key(Json::canonical);
            }
            members.values_mut().for_each(sort_keyids);
        }
        Json::Arr(elements) => elements.iter_mut().for_each(sort_keyids),
        _ => {}
    }
}

fn surveyed(bytes: &[u8]) {
    let read = |profile| Document::read(profile, bytes, LIMIT);
    let strict = read(Profile::Strict);
    for profile in Profile::ALL {
        let document = match (read(profile), &strict) {
            (Ok(document), Ok(strict)) => {
                let same = document.signed.canonical() == strict.signed.canonical();
                assert!(same, "{}: the bytes that are signed are others", profile.name());
                assert_eq!(document.signatures, strict.signatures);
                document
            }
            (Ok(document), Err(_)) => document,
            (Err(why), Ok(_)) => {
                assert_ne!(profile, Profile::Lenient, "it refuses what the strict one takes: {why}");
                continue;
            }
            (Err(_), Err(_)) => continue,
        };
        document.remarks(profile).iter().for_each(|found| drop(found.to_string()));
        let canonical = document.view().canonical();
        assert_eq!(document.into_view().canonical(), canonical);
    }
}
