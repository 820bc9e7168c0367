//! What a request may not bring about on the machine of whoever answers it.

use std::fs;

use crate::elsewhere::{REQUEST, carried};
use crate::rehearsal::provisioned;

/// A library runs as soon as it is loaded: the one that a request names is none that the holder chose.
#[test]
fn no_library_is_loaded_because_a_request_names_it() {
    let room = provisioned();
    let planted = "/proc/self/cwd/planted.so";
    let real = format!("kind = \"pkcs11\", module = \"{planted}\", serial = \"R1\", label = \"ada\"");
    room.edit("ceremony.toml", "kind = \"rehearsal\", serial = \"R1\"", &real);
    room.freeze();
    let machine = carried(room.request("ada"));
    // Whatever is there: loading it would end with another message.
    fs::write(machine.path("planted.so"), "no library").unwrap();
    let what = "the key ada is on a PKCS#11 token, and --module does not say which library of this machine reaches it";
    let next = format!(
        "Add the library that you installed here, such as --module /usr/lib/x86_64-linux-gnu/opensc-pkcs11.so. The plan has \
         {planted}: that is where it lies at the ceremony, and it was not loaded."
    );
    let done = machine.respond(&room.paper("ada"), &[]);
    done.failed(2, what, &next);
    // The one that is named is.
    let own = machine.path("own.so").display().to_string();
    fs::write(machine.path("own.so"), "no library either").unwrap();
    let done = machine.respond(&room.paper("ada"), &["--module", &own]);
    assert!(done.code == 5 && done.err.contains("own.so") && !done.err.contains("planted.so"), "{done:?}");
    assert_eq!(machine.names(""), ["own.so", "planted.so", REQUEST]);
}
