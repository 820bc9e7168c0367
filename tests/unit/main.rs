//! Tests of the library, floor by floor, with the real parts where there are any.
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

mod architecture;
mod brief;
mod catalogue;
mod changes_found;
mod changes_holders;
mod changes_judge;
mod changes_model;
mod changes_oracle;
mod changes_plant;
mod changes_property;
mod changes_random;
mod changes_world;
mod checks_clients;
mod checks_expiry;
mod checks_finding;
mod checks_fixture;
mod checks_keys;
mod checks_media;
mod checks_metadata;
mod checks_plan;
mod checks_quorum;
mod checks_record;
mod checks_roles;
mod checks_root;
mod checks_sign;
mod corpus;
mod crypto_keys;
mod crypto_pkcs8;
mod crypto_signatures;
mod crypto_software;
mod crypto_text;
mod crypto_vectors;
mod dialect_fixture;
mod dialect_repository;
mod dialect_roots;
mod display;
mod files;
mod fold;
mod json_disk;
mod json_props;
mod json_strict;
mod media_devices;
mod media_disc;
#[cfg(feature = "age")]
mod media_encrypted;
mod media_manifest;
mod media_passphrase;
mod media_private;
mod media_superblock;
mod policy_calendar;
mod policy_edit;
mod policy_expiry;
mod policy_exposure;
mod policy_exposure_reach;
mod policy_fixture;
mod policy_intended;
mod policy_media;
mod policy_mistakes;
mod policy_mistakes_acts;
mod policy_mistakes_keys;
mod policy_property;
mod policy_read;
mod policy_survival;
mod policy_survival_property;
mod poppler;
mod print_fixture;
mod print_pages;
mod print_texts;
mod python;
mod qr_camera;
mod qr_collect;
mod qr_envelope;
mod qr_fixture;
mod qr_picture;
mod qr_sequence;
mod record;
mod scripts;
mod table;
mod template;
mod tlog_notes;
mod tlog_tree;
mod token_ec_point;
mod token_fixture;
mod token_kryoptic;
mod token_rehearsal;
mod token_softhsm;
mod token_softhsm_mistakes;
mod token_softhsm_things;
mod tuf_corpus;
mod tuf_diff;
mod tuf_documents;
mod tuf_facts;
mod tuf_fixture;
mod tuf_keys;
mod tuf_python;
mod tuf_quorum;
mod tuf_rekey;
mod tuf_sizes;
mod tuf_views;
mod words;
