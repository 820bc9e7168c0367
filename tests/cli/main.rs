//! Tests of the program, as its users run it.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests fail by panicking, and reach for files and programs directly"
)]

mod attacks;
mod attacks_files;
mod attacks_intent;
mod attacks_plan;
mod attacks_show;
mod attacks_verify;
mod carried_over;
mod change;
mod change_device;
mod change_intent;
mod change_mistakes;
mod change_script;
mod clients;
mod compromise;
mod compromise_reach;
mod compromise_root;
mod dialect;
mod digest;
mod elsewhere;
mod elsewhere_sites;
mod frozen_inputs;
mod genesis;
mod holder;
mod import;
mod inherit;
mod kill_elsewhere;
mod kill_faults;
mod kill_fixture;
mod kill_ladder;
mod kill_lock;
mod kill_points;
mod kill_record;
mod kill_softhsm;
mod kill_strace;
mod ladder;
mod ladder_night;
mod ladder_refused;
mod later;
mod machine;
mod machine_initrd;
mod machine_media;
mod machine_qemu;
#[cfg(feature = "age")]
mod media_age;
#[cfg(feature = "age")]
mod media_age_judge;
#[cfg(not(feature = "age"))]
mod media_age_off;
mod media_exfat;
mod media_faults;
mod media_foreign;
mod media_hostile;
mod media_image;
mod media_mounts;
mod media_people;
mod media_real;
mod media_stick;
mod media_verdict;
mod media_wrapped;
mod mistakes_copy;
mod mistakes_kinds;
mod mistakes_merge;
mod mistakes_merge_junk;
mod mistakes_payload;
mod mistakes_pin;
mod mistakes_plan;
mod mistakes_record;
mod mistakes_request;
mod mistakes_respond;
mod mistakes_token;
mod mistakes_void;
mod night;
mod outputs;
mod pasted;
mod plan_delegations;
mod plan_later;
mod plan_media;
#[path = "../unit/poppler.rs"]
mod poppler;
mod print;
#[path = "../unit/python.rs"]
mod python;
mod qr;
mod qr_camera;
mod qr_judges;
mod qr_screen;
mod qr_second;
mod qr_window;
mod readme;
mod record_chain;
mod record_check;
mod record_commitment;
mod record_fixture;
mod record_guide;
mod record_judge;
mod record_proofs;
mod record_seal;
mod record_seal_kill;
mod record_show;
mod record_sittings;
mod record_witness;
mod recovery_base;
mod rehearsal;
mod rehearse;
mod rehearse_people;
mod renewal;
mod revoked;
mod room;
mod rotation;
mod run_cut;
mod run_dialogue;
mod run_elsewhere;
mod run_genesis;
mod run_recording;
mod run_screens;
mod run_stops;
mod run_words;
mod script;
mod signals;
mod softhsm;
mod status_requests;
mod successor;
mod tmux;
mod world;
