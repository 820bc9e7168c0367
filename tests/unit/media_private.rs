//! Private keys are found in the forms that files have them in, and nothing that is public is taken for one.

use std::process::Command;

use tuf_ceremony::media::private::found;

/// What openssl writes; `None`, and said, where it is not.
fn openssl(test: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let Ok(output) = Command::new("openssl").args(arguments).output() else {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{test} needs openssl");
        println!("SKIPPED {test}: openssl is not installed");
        return None;
    };
    assert!(output.status.success(), "{output:?}");
    Some(output.stdout)
}

#[test]
fn keys_that_openssl_makes() {
    let test = "keys_that_openssl_makes";
    for algorithm in [&["ed25519"][..], &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], &["RSA"]] {
        let make = |form: &str| {
            openssl(test, &[&["genpkey", "-outform", form, "-algorithm"][..], algorithm].concat())
        };
        let Some(pem) = make("PEM") else { return };
        assert_eq!(found(&pem), Some("a private key in PEM"), "{algorithm:?}");
        assert_eq!(found(&[b"notes\n", &pem[..], b"more"].concat()), Some("a private key in PEM"));
        let der = make("DER").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, &pem).unwrap();
        let pkcs8 = ["pkcs8", "-topk8", "-nocrypt", "-outform", "DER", "-in", file.to_str().unwrap()];
        assert_eq!(found(&openssl(test, &pkcs8).unwrap()), Some("a private key in DER"), "{algorithm:?}");
        assert_eq!(found(&der), Some("a private key in DER"), "{algorithm:?}");
    }
    let old = openssl(test, &["ecparam", "-genkey", "-name", "prime256v1", "-noout"]).unwrap();
    assert_eq!(found(&old), Some("a private key in PEM"));
}

#[test]
fn other_forms() {
    let locked = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    assert_eq!(found(locked), Some("a private key in PEM"));
    assert_eq!(found(b"-----BEGIN OPENSSH PRIVATE KEY-----\n"), Some("a private key in PEM"));
    assert_eq!(found(br#"{"keyval": {"public": "aa", "private": "bb"}}"#), Some("a private key in JSON"));
    assert_eq!(found(b"# created\nAGE-SECRET-KEY-1QQPQ\n"), Some("a secret key of age"));
    assert_eq!(found(b"PuTTY-User-Key-File-3: ssh-ed25519\n"), Some("a private key of PuTTY"));
}

#[test]
fn what_is_public() {
    for text in [
        &b""[..],
        b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n",
        b"A PRIVATE KEY is on a token.",
        br#"{"keyval": {"public": "aa", "private": ""}}"#,
        &[0x30, 0x03, 0x02, 0x01, 0x00],
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        &[0x30, 0xff],
    ] {
        assert_eq!(found(text), None, "{text:?}");
    }
}
