//! What we predict of the clients of others, against what they say: on the good repository, on every hostile variant, and
//! on the limits that they have.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use tuf_ceremony::ceremony::verify::Published;
use tuf_ceremony::tuf::client::Profile;
use tuf_ceremony::tuf::client::report::Look;

use crate::hostile::all;
use crate::judges::{Answer, Case, Judge, judges};
use crate::released::release;
use crate::repository::{NOW, Repository};
use crate::unpredicted;
use crate::variant::{Reach, Variant, Verdict};

/// Target paths that make a client read every delegated role that the variants have.
const LOOKUPS: &[&str] =
    &["readme.txt", "lib/a.tgz", "project/one.txt", "project/none", "second/none", "shared/none"];

/// An empty folder of this name.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("matrix").join(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

/// What a client asks for. tough fetches everything at once, and looks for files in folders where nobody puts them.
fn lookups(profile: Profile) -> &'static [&'static str] {
    if profile == Profile::Tough { &["readme.txt"] } else { LOOKUPS }
}

fn predict(profile: Profile, at: &str, folder: &Path) -> Result<(), String> {
    let look = Look { profile, at: at.parse().unwrap(), roots_only: false };
    let published = Published { directory: folder.join("metadata"), look, state: None, targets: None };
    match published.verify(&folder.join("trusted.root.json")).unwrap().refused {
        None => Ok(()),
        Some((file, why)) => Err(format!("{file}: {why}")),
    }
}

/// Where prediction and client differ, by name of the variant.
fn differences(judge: &Judge, at: &str, cases: &[Case]) -> BTreeMap<String, String> {
    let answers: BTreeMap<String, Answer> = judge.ask(at, cases);
    let mut different = BTreeMap::new();
    for case in cases {
        let (said, ours) = (&answers[&case.name], predict(judge.profile, at, &case.folder));
        if said.accepted != ours.is_ok() {
            let theirs = if said.accepted { "accepts" } else { said.why.as_str() };
            let ours = ours.err().unwrap_or("accepts".to_owned());
            different.insert(case.name.clone(), format!("predicted: {ours}; it says: {theirs}"));
        }
    }
    different
}

fn variants_for(profile: Profile) -> impl Iterator<Item = &'static Variant> {
    // Whether a file is fetched that is not there is no question of metadata; and of files that are there and wrong tough
    // is asked for one only.
    all().iter().filter(move |variant| match variant.reach {
        Reach::Metadata => true,
        Reach::Targets => profile != Profile::Tough || variant.name.ends_with("readme.txt"),
        Reach::Absent => false,
    })
}

#[test]
fn clients_take_the_good_repository() {
    let folder = folder("good");
    let files = Repository::good().build();
    let why = "nothing is wrong".to_owned();
    let good =
        Variant { name: "good".to_owned(), expected: Verdict::Accepted, why, reach: Reach::Targets, files };
    good.write(&folder);
    for judge in judges("clients_take_the_good_repository") {
        let lookups = lookups(judge.profile);
        let cases = [Case::new(&good.name, &folder, lookups)];
        assert_eq!(differences(&judge, NOW, &cases), BTreeMap::new());
        let accepted = judge.ask(NOW, &cases)["good"].accepted;
        // rust-tuf has no ECDSA, and no other specification than "1.0".
        assert_eq!(accepted, judge.profile != Profile::RustTuf, "{}", judge.profile.name());
    }
}

#[test]
fn clients_load_what_release_made_as_predicted() {
    let place = folder("released");
    let old = |plan: String| plan.replace("[ceremony]", "[ceremony]\nspec_version = \"1.0.0\"");
    // One of the holders has a key on P-384.
    let p384 = |plan: String| plan.replacen("nistp256", "nistp384", 1);
    let only_ed25519 = |plan: String| {
        plan.replace("ecdsa-sha2-nistp256", "ed25519").replace("holder_names = true", "holder_names = false")
    };
    // A minute later than the plan, which is dated by the clock.
    let now = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(1);
    let at = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let (python, tough, tuf_js, rust_tuf) =
        (Profile::PythonTuf, Profile::Tough, Profile::TufJs, Profile::RustTuf);
    type Edit<'a> = &'a dyn Fn(String) -> String;
    let releases: [(&str, Edit<'_>, &[Profile]); 3] = [
        ("p384", &p384, &[python, tuf_js]),
        // As the template has it.
        ("p256", &|plan| plan, &[python, tough, tuf_js]),
        // The least that can be said, and no names in the keys.
        ("ed25519", &|plan| old(only_ed25519(plan)), &[python, tough, tuf_js, rust_tuf]),
    ];
    for (name, edit, takers) in releases {
        let folder = release(&place.join(name), edit);
        for judge in judges("clients_load_what_release_made_as_predicted") {
            let cases = [Case::new(name, &folder, &["none"])];
            assert_eq!(
                differences(&judge, &at, &cases),
                BTreeMap::new(),
                "{name} by {}",
                judge.profile.name()
            );
            let said = &judge.ask(&at, &cases)[name];
            assert_eq!(
                said.accepted,
                takers.contains(&judge.profile),
                "{name} by {}: {said:?}",
                judge.profile.name()
            );
        }
    }
}

fn compare(test: &str, profile: Profile) {
    let Some(judge) = judges(test).into_iter().find(|judge| judge.profile == profile) else { return };
    let place = folder(profile.name());
    let lookups = lookups(profile);
    let mut cases = Vec::new();
    for variant in variants_for(profile) {
        let folder = place.join(&variant.name);
        variant.write(&folder);
        cases.push(Case::new(&variant.name, folder, lookups));
    }
    let different = differences(&judge, NOW, &cases);
    let known: BTreeSet<&str> = unpredicted::of(profile).collect();
    let new: Vec<String> = different
        .iter()
        .filter(|(name, _)| !known.contains(name.as_str()))
        .map(|(name, what)| format!("{name}: {what}"))
        .collect();
    assert!(new.is_empty(), "{} of {}:\n{}", new.len(), cases.len(), new.join("\n"));
    let gone: Vec<&str> = known.into_iter().filter(|name| !different.contains_key(*name)).collect();
    assert!(gone.is_empty(), "these are predicted now: {gone:?}");
    let _ = fs::remove_dir_all(place);
}

#[test]
fn python_tuf_is_predicted() {
    compare("python_tuf_is_predicted", Profile::PythonTuf);
}

#[test]
fn tough_is_predicted() {
    compare("tough_is_predicted", Profile::Tough);
}

#[test]
fn tuf_js_is_predicted() {
    compare("tuf_js_is_predicted", Profile::TufJs);
}
