//! Targets, top-level and delegated.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use tuf_ceremony::tuf::client::paths::{Work, speaks_for};
use tuf_ceremony::tuf::delegation::Delegates;
use tuf_ceremony::tuf::envelope::Envelope;
use tuf_ceremony::tuf::targets::Targets;
use tuf_ceremony::tuf::verify::tally;
use tuf_ceremony_fuzz::{metadata, mutate};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::json(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| metadata::check(bytes, view));

fn view(envelope: &Envelope) {
    let Ok(targets) = Targets::read(&envelope.signed) else { return };
    metadata::date(&targets.header.expires);
    for (path, file) in targets.files() {
        assert_eq!(targets.file(path), Some(file));
    }
    let Some(delegations) = &targets.delegations else { return };
    let message = envelope.canonical();
    match &delegations.delegates {
        Delegates::Roles(roles) => {
            for role in roles {
                targets.files().for_each(|(path, _)| {
                    let _ = speaks_for(&role.paths, path, &mut Work::default());
                });
                drop(tally(&delegations.keys, &role.keys, &envelope.signatures, &message));
            }
        }
        Delegates::Succinct(bins) => {
            let last = bins.name((1 << bins.bit_length) - 1);
            for (path, _) in targets.files() {
                let bin = bins.bin_for(path);
                assert!(bin.len() == last.len() && bin <= last, "{bin} is one of the bins up to {last}");
            }
        }
    }
}
