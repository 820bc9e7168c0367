//! Private keys are found in the forms that files have them in, and nothing that is public is taken for one.

use std::process::Command;

use tuf_ceremony::media::private::found;

use crate::corpus::corpus;

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

/// What follows a key, or stands before it, and what encrypts it.
#[test]
fn der_that_is_not_one_key_alone() {
    let test = "der_that_is_not_one_key_alone";
    let Some(key) = openssl(test, &["genpkey", "-outform", "DER", "-algorithm", "ed25519"]) else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, &key).unwrap();
    let file = file.to_str().unwrap();
    let public =
        openssl(test, &["pkey", "-pubout", "-inform", "DER", "-outform", "DER", "-in", file]).unwrap();
    assert_eq!(found(&public), None);
    for bytes in [[&key[..], b"\n"].concat(), [&key[..], &key].concat(), [&public[..], &key, b"x"].concat()] {
        assert_eq!(found(&bytes), Some("a private key in DER"));
    }
    let encrypt = ["pkcs8", "-topk8", "-inform", "DER", "-outform", "DER", "-passout", "pass:x", "-in", file];
    for way in [&["-v2", "aes-256-cbc"][..], &["-v1", "PBE-SHA1-3DES"]] {
        let encrypted = openssl(test, &[&encrypt[..], way].concat()).unwrap();
        assert_eq!(found(&encrypted), Some("a private key in DER"), "{way:?}");
    }
    // A certificate with its key, as browsers and managers of keys export them.
    let folder = std::path::Path::new(file).parent().unwrap();
    let (pem, certificate) = (folder.join("pem"), folder.join("certificate"));
    let (pem, certificate) = (pem.to_str().unwrap(), certificate.to_str().unwrap());
    let request =
        ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x"];
    openssl(test, &[&request[..], &["-keyout", pem, "-out", certificate]].concat()).unwrap();
    let bundle = ["pkcs12", "-export", "-passout", "pass:x", "-inkey", pem, "-in", certificate];
    assert_eq!(found(&openssl(test, &bundle).unwrap()), Some("a private key in DER"));
    let certificate = ["x509", "-outform", "DER", "-in", certificate];
    assert_eq!(found(&openssl(test, &certificate).unwrap()), None);
    // An older form still, without a way of its own to be written as DER.
    let parameters =
        openssl(test, &["genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:1024"]);
    std::fs::write(file, parameters.unwrap()).unwrap();
    let dsa = openssl(test, &["gendsa", file]).unwrap();
    std::fs::write(file, dsa).unwrap();
    let dsa = openssl(test, &["dsa", "-in", file, "-outform", "DER"]).unwrap();
    assert_eq!(found(&dsa), Some("a private key in DER"));
}

#[test]
fn other_forms() {
    let locked = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    assert_eq!(found(locked), Some("a private key in PEM"));
    let wide: Vec<u8> = "\u{feff}"
        .encode_utf16()
        .chain(std::str::from_utf8(locked).unwrap().encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(found(&wide), Some("a private key in PEM"));
    let one_line = br#"{"key": "-----BEGIN PRIVATE KEY-----\nMC4C"}"#;
    for (bytes, kind) in [
        (&b"-----BEGIN OPENSSH PRIVATE KEY-----\n"[..], "a private key in PEM"),
        (one_line, "a private key in PEM"),
        (b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n", "a private key of OpenPGP"),
        (b"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n", "a private key of SSH"),
        (b"openssh-key-v1\0\0\0\0\x04none", "a private key of OpenSSH"),
        (b"b3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n", "a private key of OpenSSH"),
        (b"# created\nAGE-SECRET-KEY-1QQPQ\n", "a secret key of age"),
        (b"PuTTY-User-Key-File-3: ssh-ed25519\n", "a private key of PuTTY"),
        (b"PRIVATE+KEY+example.com/log+3a6b1f4e+AaBb\n", "a key of a signer of notes"),
        (b"untrusted comment: minisign encrypted secret key\nRWRTY0Iy\n", "a secret key of minisign"),
        (b"untrusted comment: mine\nRWRTY0IyAAAA\n", "a secret key of minisign"),
        (b"untrusted comment: mine\nRWQAAEIyAAAA\n", "a secret key of minisign"),
        (b"untrusted comment: signify secret key\nRWRC\n", "a secret key of signify"),
    ] {
        assert_eq!(found(bytes), Some(kind), "{}", String::from_utf8_lossy(bytes));
    }
}

/// Whether or not a strict reader takes it.
#[test]
fn json_of_all_kinds() {
    for text in [
        r#"{"keyval": {"public": "aa", "private": "bb"}}"#,
        "\u{feff}{\"keyval\": {\"private\": \"bb\"}}",
        r#"{"version": 1.5, "private" : "bb"}"#,
        r#"{"private": "", "private": "bb"}"#,
        "{\"a\": 1}\n{\"private\":\n\t\"bb\"}\n",
        r#"{"Private": "bb"}"#,
        r#"{"private": "cut off"#,
        r#"{"kty": "OKP", "crv": "Ed25519", "x": "aa", "d": "bb"}"#,
        r#"{"keys": [{"d":"bb", "kty":"EC"}]}"#,
    ] {
        assert_eq!(found(text.as_bytes()), Some("a private key in JSON"), "{text}");
    }
}

#[test]
fn what_is_public() {
    for text in [
        &b""[..],
        b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n",
        b"A PRIVATE KEY is on a token.",
        br#"{"keyval": {"public": "aa", "private": ""}}"#,
        br#"{"private": true, "d": "here is no key"}"#,
        br#"{"kty": "OKP", "crv": "Ed25519", "x": "aa"}"#,
        br#""private""#,
        br#"{"private": "#,
        b"untrusted comment: minisign public key 3A6B\nRWQ6a2ZmZmZmZg\n",
        b"example.com/log+3a6b1f4e+AaBb\n",
        b"-----BEGIN SSH SIGNATURE-----\nThe private key is on a token.\n",
        &[0x30, 0x03, 0x02, 0x01, 0x00],
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        &[0x30, 0xff],
    ] {
        assert_eq!(found(text), None, "{text:?}");
    }
}

/// Roots and metadata that are in use, and what came with tokens.
#[test]
fn nothing_in_the_corpus() {
    let Some(corpus) = corpus("nothing_in_the_corpus") else { return };
    let mut folders = vec![corpus];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files += 1;
                assert_eq!(found(&std::fs::read(&path).unwrap()), None, "{}", path.display());
            }
        }
    }
    assert!(files > 10, "{files}");
}
