//! MEDIA-READ-ONLY, MEDIA-READ-BACK.

use tuf_ceremony::checks::Check;
use tuf_ceremony::checks::media::{Inward, Outward, media_read_back, media_read_only};

use crate::checks_fixture::{passes, refuses};

#[test]
fn media_read_only_passes_a_harmless_mount_and_plain_files() {
    let case = Inward { label: "TUF-IN", lacking: &[], refused: &[] };
    let evidence = "TUF-IN is mounted ro, nosuid, nodev, noexec";
    passes(&media_read_only(&case), Check::MediaReadOnly, evidence);
}

#[test]
fn media_read_only_refuses_a_mount_that_lacks_an_option() {
    let case = Inward { label: "TUF-IN", lacking: &["nosuid", "noexec"], refused: &[] };
    let what = "the medium labelled TUF-IN is mounted without nosuid, noexec";
    refuses(&media_read_only(&case), Check::MediaReadOnly, what);
}

#[test]
fn media_read_only_names_everything_that_is_no_plain_file() {
    let refused = ["a is a link".to_owned(), "b is not a plain file".to_owned()];
    let case = Inward { label: "TUF-IN", lacking: &[], refused: &refused };
    let what =
        "on the medium labelled TUF-IN, a is a link; on the medium labelled TUF-IN, b is not a plain file";
    refuses(&media_read_only(&case), Check::MediaReadOnly, what);
}

#[test]
fn media_read_back_passes_what_was_written() {
    let case = Outward { label: "TUF-OUT", files: 6, differing: &[], before: false, cached: None };
    passes(&media_read_back(&case), Check::MediaReadBack, "6 files on TUF-OUT read back from the medium");
}

#[test]
fn media_read_back_refuses_what_differs_and_what_only_memory_has() {
    let differing = ["root.json reads back differently".to_owned()];
    let case = Outward { label: "TUF-OUT", files: 6, differing: &differing, before: false, cached: None };
    let what = "on the medium labelled TUF-OUT, root.json reads back differently";
    refuses(&media_read_back(&case), Check::MediaReadBack, what);
    let case = Outward { before: true, ..case };
    let finding = media_read_back(&case);
    refuses(&finding, Check::MediaReadBack, what);
    assert!(format!("{finding:?}").contains("Keep this medium as it is, as evidence"), "{finding:?}");
    let case = Outward {
        label: "TUF-OUT",
        files: 0,
        differing: &[],
        before: false,
        cached: Some("it is in memory"),
    };
    let what = "the medium labelled TUF-OUT cannot be read back past the page cache: it is in memory";
    refuses(&media_read_back(&case), Check::MediaReadBack, what);
}
