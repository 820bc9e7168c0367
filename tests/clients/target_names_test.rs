//! Target paths that leave the folder, or that no file here can have: nothing outside is read, and nothing stops.

use std::fs;

use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::client::Profile;
use tuf_ceremony::tuf::client::rule::Rule;

use crate::flow::changed;
use crate::program::{folder, write};
use crate::repository::{Files, target};
use crate::tree::set;
use crate::visit_test::{counts, look, row};

#[test]
fn a_target_path_that_leaves_the_folder_reads_nothing_outside() {
    let room = folder("visit-outside", &Files::new());
    fs::create_dir_all(&room).unwrap();
    let digest = Sha256Digest::of(b"other").to_hex();
    for name in ["secret.txt".to_owned(), format!("{digest}.secret.txt")] {
        fs::write(room.join(name), "secret").unwrap();
    }
    let absolute = room.join("secret.txt");
    let absolute = absolute.to_str().unwrap();
    for consistent in [true, false] {
        for path in ["../../secret.txt", "a/../../../secret.txt", absolute, ".."] {
            let name = path.to_owned();
            let files = changed(|repository| {
                let targets = Json::object([(name.as_str(), target(b"other"))]);
                repository.targets.edit(|signed| set(signed, &["targets"], targets));
                if !consistent {
                    repository.inconsistent();
                }
            });
            let folder = room.join("repository");
            write(&folder, &files);
            fs::create_dir_all(folder.join("targets/a")).unwrap();
            let report = look(Profile::Lenient, &folder);
            assert_eq!(report.refused, None, "{path}");
            let file = if consistent { "4.targets.json" } else { "targets.json" };
            assert_eq!(row(&report, file).targets, counts(1, 0, 0, 0), "{path}");
            assert!(row(&report, file).remarks.iter().any(|found| found.rule == Rule::TargetName));
            let (_, why) = look(Profile::Strict, &folder).refused.unwrap();
            assert_eq!((why.section, why.rule), ("4", Some(Rule::TargetName)), "{path}");
        }
    }
}

#[test]
fn a_target_path_that_can_be_no_file_here_is_one_that_is_not_there() {
    let (long, longest, deep) = ("x".repeat(200), "x".repeat(300), "d/".repeat(3000));
    let deep = format!("{deep}x");
    for consistent in [true, false] {
        for path in ["readme.txt/x", "lib", "lib/", "", "a\0b", long.as_str(), &longest, &deep] {
            let name = path.to_owned();
            let mut files = changed(|repository| {
                repository.targets.edit(move |signed| set(signed, &["targets", &name], target(b"x")));
                if !consistent {
                    repository.inconsistent();
                }
            });
            // So that under its name, whatever it is, there is a folder or a file in the way.
            let digest = Sha256Digest::of(b"x").to_hex();
            files.insert(format!("targets/{digest}.lib/x"), vec![]);
            files.insert("targets/readme.txt".to_owned(), b"read me\n".to_vec());
            let report = look(Profile::Lenient, &folder("visit-impossible", &files));
            assert_eq!(report.refused, None, "{path}");
            let file = if consistent { "4.targets.json" } else { "targets.json" };
            assert_eq!(row(&report, file).targets, counts(3, 2, 0, 0), "{path}");
        }
    }
}
