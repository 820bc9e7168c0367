//! Private keys in files: those that openssl wrote, and what is none.

use tuf_ceremony::crypto::hex;
use tuf_ceremony::crypto::pkcs8::{KeyFileError, read};

/// RFC 8410 section 10.3; the public half is that of section 10.1.
const EXAMPLE: &str = "-----BEGIN PRIVATE KEY-----\n\
                       MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
                       -----END PRIVATE KEY-----\n";
const PUBLIC: &str = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";

#[test]
fn the_example_of_the_rfc_is_read() {
    for text in [EXAMPLE.to_owned(), EXAMPLE.replace('\n', "\r\n"), format!("\n{EXAMPLE}\n")] {
        let key = read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(hex::encode(&key.public().ed25519_bytes().unwrap()), PUBLIC);
    }
}

#[test]
fn other_things_are_named() {
    let error = |text: &str| read(text.as_bytes()).map(|_| ()).unwrap_err();
    assert!(matches!(error(&EXAMPLE.replace("PRIVATE", "ENCRYPTED PRIVATE")), KeyFileError::Encrypted));
    assert!(matches!(error(&EXAMPLE.replace("PRIVATE KEY", "EC PRIVATE KEY")), KeyFileError::Other));
    assert!(matches!(error(&EXAMPLE.replace("PRIVATE KEY", "PUBLIC KEY")), KeyFileError::Other));
    // X25519, of the same length.
    assert!(matches!(error(&EXAMPLE.replace("K2Vw", "K2Vu")), KeyFileError::Other));
    for none in ["", "key", &EXAMPLE.replace("MC4C", "AC4C"), &EXAMPLE.replace("VhC", "Vh"), &EXAMPLE[..90]] {
        assert!(matches!(error(none), KeyFileError::Form), "{none}");
    }
}
