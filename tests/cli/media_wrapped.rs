//! Keys that devices gave out wrapped: they leave on media of their own, and are in nothing else that leaves.

use std::fs;

use serde_json::json;

use crate::media_stick::{Stick, in_namespace, planned_with_media, released_with_media};

const VAULT: &str = r#"
[media.vault]
role = "backup"
label = "TUF-VAULT"

[set.devices]
contents = "wrapped"
media = ["vault"]
existing = "refuse"
"#;

#[test]
fn wrapped_backups_leave_alone_and_on_their_own_medium() {
    in_namespace("media_wrapped::wrapped_backups_leave_alone_and_on_their_own_medium", &[], || {
        let room = planned_with_media();
        room.write("ceremony.toml", format!("{}{VAULT}", room.read("ceremony.toml")));
        let (vault, safe) = (Stick::ext4("TUF-VAULT"), Stick::ext4("TUF-SAFE"));
        let next =
            "Put what the devices gave out, wrapped, into the folder `wrapped` of the ceremony directory.";
        let what = "there is no wrapped backup of a device yet";
        room.run(&["media", "export", "--set", "devices"]).failed(3, what, next);
        fs::create_dir(room.path("wrapped")).unwrap();
        room.write("wrapped/ada-0x0001.yhw", "wrapped by the device");
        room.run(&["media", "export", "--set", "devices"]).ok();
        room.run(&["media", "export", "--set", "everything"]).ok();
        let on = |stick: &Stick, set: &str| stick.look(|folder| folder.join(set).join("wrapped").exists());
        assert!(on(&vault, "rehearsal-1-devices") && !on(&safe, "rehearsal-1-everything"));
        let count = vault.look(|folder| fs::read_dir(folder.join("rehearsal-1-devices")).unwrap().count());
        assert_eq!(count, 2, "a manifest, and the folder");
        let checked = room.run(&["media", "check", &vault.device, "--json"]).ok().json();
        assert_eq!(checked["folders"][0]["whole"], json!(true));
    });
}

#[test]
fn no_wrapped_backup_is_sealed() {
    let room = released_with_media();
    fs::create_dir(room.path("wrapped")).unwrap();
    room.write("wrapped/ada-0x0001.yhw", "wrapped by the device");
    let what = "wrapped backups of devices are in the directory still, and whoever gets the sealed ceremony would get them";
    let next = "The plan has no set for them: copy the folder `wrapped` to a medium of its own, move it out of the ceremony directory, \
                and seal again.";
    room.run(&["seal"]).failed(3, what, next);
    assert!(!room.path("SHA256SUMS").exists() && !room.path("checkpoint").exists());
    // Whatever it is called by, and whatever it is.
    fs::rename(room.path("wrapped"), room.path("Wrapped")).unwrap();
    room.run(&["seal"]).failed(3, what, next);
    fs::remove_dir_all(room.path("Wrapped")).unwrap();
    room.write("WRAPPED", "wrapped by the device");
    room.run(&["seal"]).failed(3, what, next);
    fs::remove_file(room.path("WRAPPED")).unwrap();
    room.run(&["seal"]).ok();
}
