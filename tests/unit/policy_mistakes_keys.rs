//! `ceremony.toml`: mistakes in holders, keys, tokens, names and texts, with everything that is said.

use crate::policy_fixture::{GOOD, refuses, refuses_text};

#[test]
fn an_unknown_holder() {
    refuses(
        "holder = \"cleo\"",
        "holder = \"Cleo\"",
        r#"line 36, column 10, field key.cleo-card.holder: there is no holder "Cleo""#,
        r#"Did you mean "cleo"?"#,
    );
    refuses(
        "holder = \"cleo\"",
        "holder = \"frederick\"",
        r#"line 36, column 10, field key.cleo-card.holder: there is no holder "frederick""#,
        "Add [holder.frederick], or use one of: ada, ben, cleo, dan, eve.",
    );
    let nobody = GOOD.split("[holder.ada]").next().unwrap().to_owned()
        + "[key.k]\nholder = \"ada\"\nscheme = \"ed25519\"\npublic = \"k\"\n";
    refuses_text(
        (nobody + "[role]").as_bytes(),
        r#"line 10, column 10, field key.k.holder: there is no holder "ada""#,
        "Add [holder.ada].",
    );
}

#[test]
fn one_person_under_two_entries() {
    refuses(
        "name = \"Ben\"",
        "name = \"Ada\"",
        r#"line 14, column 8, field holder.ben.name: "Ada" is the name of the holder "ada" already"#,
        "Give one person one entry; add what tells two people of one name apart.",
    );
}

#[test]
fn a_path_among_the_wrapped_backups() {
    for path in ["wrapped/online.pem", "Wrapped/online.pem"] {
        refuses(
            "public = \"keys/online/public.pem\"",
            &format!("public = \"{path}\""),
            &format!(
                "line 52, column 10, field key.online.public: {path:?} is among the wrapped backups of devices, which are shown to nobody"
            ),
            "Copy the file to another folder of the ceremony directory.",
        );
    }
}

#[test]
fn two_people_who_look_alike() {
    for name in ["\u{410}d\u{430}", "\u{391}da", "Ad\u{251}"] {
        refuses(
            "name = \"Ben\"",
            &format!("name = \"{name}\""),
            &format!(
                "line 14, column 8, field holder.ben.name: {name:?} looks like the name of the holder \"ada\", and is written otherwise"
            ),
            "Write it in one script, as the person does; add what tells two people who look alike apart.",
        );
    }
    for name in ["Adam", "\u{410}\u{43d}\u{43d}\u{430}", "Zoë"] {
        let text = GOOD.replace("name = \"Ben\"", &format!("name = \"{name}\""));
        assert!(tuf_ceremony::policy::Policy::parse(text.as_bytes()).is_ok(), "{name}");
    }
}

#[test]
fn a_path_that_leaves_the_directory() {
    for path in ["../online.pem", "keys/../../x", "/etc/passwd", "keys//x", "keys/"] {
        refuses(
            "public = \"keys/online/public.pem\"",
            &format!("public = \"{path}\""),
            &format!(
                "line 52, column 10, field key.online.public: {path:?} does not stay inside the ceremony directory"
            ),
            "Copy the file into the ceremony directory and write its path from there.",
        );
    }
    refuses(
        "script = \"genesis\"",
        "script = \"/tmp/genesis.md\"",
        r#"line 5, column 10, field ceremony.script: "/tmp/genesis.md" does not stay inside the ceremony directory"#,
        "Copy the file into the ceremony directory and write its path from there.",
    );
}

#[test]
fn a_text_that_deceives() {
    refuses(
        "name = \"Ada\"",
        "name = \"A\u{200b}da\"",
        r"line 10, column 8, field holder.ada.name: has invisible or control characters: A\u{200b}da",
        "Type the text anew.",
    );
    refuses(
        "name = \"Ada\"",
        "name = \"A\u{202e}ad\"",
        r"line 10, column 8, field holder.ada.name: has invisible or control characters: A\u{202e}ad",
        "Type the text anew.",
    );
    refuses(
        "name = \"Ada\"",
        "name = \"Ada\\nBen\"",
        r"line 10, column 8, field holder.ada.name: has invisible or control characters: Ada\u{a}Ben",
        "Type the text anew.",
    );
    refuses(
        "model = \"PIV\"",
        "model = \"P\u{200b}IV\"",
        r"line 38, column 105, field key.cleo-card.token: has invisible or control characters: P\u{200b}IV",
        "Type the text anew.",
    );
}

#[test]
fn a_text_in_decomposed_form() {
    refuses(
        "name = \"Cléo\"",
        "name = \"Cle\u{301}o\"",
        "line 17, column 8, field holder.cleo.name: is not in Unicode's composed form (NFC)",
        "Type the accented letters anew; some systems store them in two parts.",
    );
}

#[test]
fn an_empty_text() {
    refuses(
        "name = \"Ada\"",
        "name = \" \"",
        "line 10, column 8, field holder.ada.name: is empty",
        "Write what the field is for.",
    );
}

#[test]
fn a_name_that_cannot_be_a_file_name() {
    refuses(
        "id = \"example-2027-root\"",
        "id = \"../2027\"",
        r#"line 3, column 6, field ceremony.id: "../2027" cannot be used as a name"#,
        "Use up to 64 letters, digits, '-', '_' and '.', beginning with a letter or digit.",
    );
    refuses(
        "[holder.eve]",
        "[holder.\"e v\"]",
        r#"line 22, column 9, field holder."e v": "e v" cannot be used as a name"#,
        "Use up to 64 letters, digits, '-', '_' and '.', beginning with a letter or digit.",
    );
    refuses(
        "id = \"example-2027-root\"",
        &format!("id = \"{}\"", "x".repeat(65)),
        r#"line 3, column 6, field ceremony.id: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" cannot be used as a name"#,
        "Use up to 64 letters, digits, '-', '_' and '.', beginning with a letter or digit.",
    );
}

#[test]
fn a_token_that_lacks_or_has_too_much() {
    refuses(
        ", object = 3",
        "",
        "line 28, column 9, field key.ada-yubihsm.token: a yubihsm token needs the key's object id",
        "Add object = N, 1 to 65535.",
    );
    refuses(
        ", object = 3",
        ", object = 65536",
        "line 28, column 9, field key.ada-yubihsm.token: a yubihsm token needs the key's object id",
        "Add object = N, 1 to 65535.",
    );
    refuses(
        ", object = 3",
        ", object = 3, label = \"x\"",
        r#"line 28, column 72, field key.ada-yubihsm.token: a yubihsm token has no field "label""#,
        "Remove label.",
    );
    refuses(
        "module = \"/usr/lib/softhsm/libsofthsm2.so\", ",
        "",
        "line 33, column 9, field key.ben-card.token: a pkcs11 token needs its module",
        r#"Add module = "/path/of/the/vendor's/library.so"."#,
    );
    refuses(
        "/usr/lib/softhsm/libsofthsm2.so",
        "libsofthsm2.so",
        r#"line 33, column 37, field key.ben-card.token: "libsofthsm2.so" is not the full path of a module"#,
        r#"Write the module's full path, beginning with "/"."#,
    );
    refuses(
        "id = \"02\"",
        "id = \"2\"",
        r#"line 33, column 96, field key.ben-card.token: "2" is not an id in hex"#,
        r#"Write the CKA_ID in hex digits, for example "02"."#,
    );
    refuses(
        "id = \"02\"",
        "object = 2",
        r#"line 33, column 100, field key.ben-card.token: a pkcs11 token has no field "object""#,
        "Remove object.",
    );
    refuses(
        "kind = \"yubihsm\"",
        "kind = \"yubikey\"",
        r#"line 28, column 18, field key.ada-yubihsm.token: "yubikey" is not a kind of token"#,
        "Write pkcs11, yubihsm or rehearsal.",
    );
    refuses(
        "kind = \"yubihsm\"",
        "kind = \"rehearsal\"",
        r#"line 28, column 63, field key.ada-yubihsm.token: a rehearsal token has no field "object""#,
        "Remove object.",
    );
}

#[test]
fn a_key_without_a_place() {
    refuses(
        "scheme = \"ed25519\"\npublic = \"keys/online/public.pem\"",
        "scheme = \"ed25519\"",
        "line 50, column 6, field key.online: has neither a token nor a public half",
        r#"Add token = { … } for a key that signs here, or public = "keys/…/public.pem" for one that does not."#,
    );
}

#[test]
fn a_scheme_that_is_not_written() {
    refuses(
        "scheme = \"ecdsa-sha2-nistp384\"",
        "scheme = \"rsa-pkcs1v15-sha256\"",
        r#"line 37, column 10, field key.cleo-card.scheme: "rsa-pkcs1v15-sha256" is not a scheme that new keys are made for"#,
        "Use one of ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, rsassa-pss-sha256, ml-dsa-44/1, ml-dsa-65/1, \
         ml-dsa-87/1.",
    );
}

#[test]
fn a_scheme_that_no_adapter_signs_with() {
    refuses(
        "scheme = \"ecdsa-sha2-nistp384\"",
        "scheme = \"ml-dsa-65/1\"",
        "line 38, column 9, field key.cleo-card.token: no adapter of this version signs with ml-dsa-65/1",
        "Sign elsewhere, and give the public half: public = \"keys/…/public.pem\".",
    );
}
