//! Signed notes, checkpoints, cosignatures and proofs in files.

use tuf_ceremony::crypto::software::SoftwareKey;
use tuf_ceremony::crypto::tlog::checkpoint::Checkpoint;
use tuf_ceremony::crypto::tlog::note::{Kind, Note, NoteError, Verifier, cosigned, timestamped};
use tuf_ceremony::crypto::tlog::proof::{Consistency, Inclusion};
use tuf_ceremony::crypto::tlog::tree::Tree;
use tuf_ceremony::crypto::{KeyAlgorithm, SignatureError};

/// The example of Go's package `golang.org/x/mod/sumdb/note`.
const EXAMPLE: &str = "If you think cryptography is the answer to your problem,\n\
                       then you don't know what your problem is.\n\n\
                       — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n\
                       — EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";

/// A cosignature's time.
const TIME: u64 = 1_679_315_147;

fn key(seed: u8) -> SoftwareKey {
    SoftwareKey::from_seed(KeyAlgorithm::Ed25519, &[seed; 32]).unwrap()
}

fn log() -> Verifier {
    Verifier::new("example.com/log", Kind::Note, key(1).public()).unwrap()
}

fn witness() -> Verifier {
    Verifier::new("witness.example", Kind::Cosignature, key(2).public()).unwrap()
}

fn tree() -> Tree {
    Tree::of((0..7).map(|number| format!("line {number}")))
}

/// The tree's head after so many lines, signed by the log.
fn head(size: usize) -> Note {
    let root = tree().root(size).unwrap();
    let size = u64::try_from(size).unwrap();
    let mut note = Checkpoint { origin: "example.com/log".to_owned(), size, root }.note().unwrap();
    note.sign(&log(), &key(1));
    note
}

#[test]
fn the_published_example_is_read_verified_and_written() {
    let note = Note::parse(EXAMPLE).unwrap();
    assert_eq!(note.to_string(), EXAMPLE);
    for one in [PETER, ENOCH] {
        let verifier = Verifier::parse(one).unwrap();
        assert_eq!(verifier.to_string(), one);
        assert_eq!(note.verify(&verifier), Ok(None), "{one}");
    }
    let other = Note { text: note.text.replace("answer", "question"), ..note.clone() };
    let wrong = NoteError::Signature { name: "PeterNeumann".to_owned(), error: SignatureError::Mismatch };
    assert_eq!(other.verify(&Verifier::parse(PETER).unwrap()), Err(wrong));
    // The same name with another key is somebody else.
    let other = Verifier::new("PeterNeumann", Kind::Note, key(1).public()).unwrap();
    assert_eq!(note.verify(&other), Err(NoteError::Missing("PeterNeumann".to_owned())));
}

#[test]
fn what_is_no_note_is_refused() {
    for (from, to, why) in [
        ("\n\n", "\n", "no empty line is above the signatures"),
        ("is.\n", "is.\t\n", "there are control characters in it"),
        ("— Enoch", "- Enoch", "a line below the text is no signature"),
        ("— EnochRoot rwz", "— Enoch+Root rwz", "a line below the text is no signature"),
        ("Root rwz+", "Root rwz-", "a line below the text is no signature"),
        ("+QQ=\n", "+QQ=", "it does not end with a newline"),
        ("+QQ=\n", "+QQ=\r\n", "a line below the text is no signature"),
    ] {
        assert_eq!(Note::parse(&EXAMPLE.replacen(from, to, 1)), Err(NoteError::Form(why)), "{to:?}");
    }
    assert_eq!(Note::parse(""), Err(NoteError::Form("no empty line is above the signatures")));
    let many = EXAMPLE.lines().last().unwrap();
    let many = format!("text\n\n{}", format!("{many}\n").repeat(65));
    assert_eq!(Note::parse(&many), Err(NoteError::Form("there are too many signatures below it")));
    for (text, why) in [
        ("PeterNeumann", "it is not written as name+id+key"),
        ("a+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "the id is not that of name and key"),
        ("a+c74f20a3+AhpczQ==", "the key is neither for notes nor for cosignatures"),
        ("a+c74f20a3+=", "the key is not base64"),
    ] {
        assert_eq!(Verifier::parse(text), Err(NoteError::Verifier(why)), "{text}");
    }
    assert_eq!(Verifier::new("a b", Kind::Note, key(1).public()), Err(NoteError::Name));
}

#[test]
fn a_checkpoint_is_three_lines() {
    let note = head(5);
    assert_eq!(note.text, "example.com/log\n5\n".to_owned() + note.text.lines().last().unwrap() + "\n");
    let read = Checkpoint::parse(&note.text).unwrap();
    assert_eq!((read.origin.as_str(), read.size, Some(read.root)), ("example.com/log", 5, tree().root(5)));
    assert_eq!(Checkpoint::parse(&format!("{}more\n", note.text)), Ok(read));
    for (from, to, why) in [
        ("\n5\n", "\n05\n", "the second line is no number of entries"),
        ("\n5\n", "\n-5\n", "the second line is no number of entries"),
        ("\n5\n", "\n", "a checkpoint has three lines at least"),
        ("\n5\n", "\n5\nAAAA\n", "the third line is no SHA-256 in base64"),
        ("example.com/log\n", "\n", "a line of the checkpoint is empty"),
    ] {
        let text = note.text.replacen(from, to, 1);
        assert_eq!(Checkpoint::parse(&text), Err(NoteError::Form(why)), "{to:?}");
    }
    assert_eq!(Checkpoint::parse("a\n1\n"), Err(NoteError::Form("a checkpoint has three lines at least")));
}

#[test]
fn a_cosignature_says_when() {
    let mut note = head(5);
    let signature = key(2).sign(cosigned(&note.text, TIME).as_bytes());
    note.add(&witness(), timestamped(TIME, &signature));
    let note = Note::parse(&note.to_string()).unwrap();
    assert_eq!((note.verify(&log()), note.verify(&witness())), (Ok(None), Ok(Some(TIME))));
    assert_eq!(Verifier::parse(&witness().to_string()), Ok(witness()));
    let mut later = note.clone();
    later.lines[1].signature = timestamped(TIME + 1, &signature);
    let wrong = NoteError::Signature { name: "witness.example".to_owned(), error: SignatureError::Mismatch };
    assert_eq!(later.verify(&witness()), Err(wrong));
    later.lines[1].signature = vec![0; 7];
    assert_eq!(later.verify(&witness()), Err(NoteError::Form("a cosignature has no time")));
}

#[test]
fn an_inclusion_proof_leads_to_its_checkpoint() {
    for size in 1..=7 {
        for index in 0..size {
            let hashes = tree().inclusion(index, size).unwrap();
            let proof = Inclusion { index: u64::try_from(index).unwrap(), hashes, checkpoint: head(size) };
            let text = proof.to_string();
            assert!(text.starts_with(&format!("c2sp.org/tlog-proof@v1\nindex {index}\n")), "{text}");
            let read = Inclusion::parse(&text).unwrap();
            assert_eq!(read, proof);
            let extra = text.replacen("\nindex", "\nextra AAAA\nindex", 1);
            assert_eq!(Inclusion::parse(&extra), Ok(proof));
            let head = read.of(format!("line {index}").as_bytes()).unwrap().unwrap();
            assert_eq!(Some(head.root), tree().root(size));
            assert_eq!(read.of(b"another line"), Ok(None));
        }
    }
}

#[test]
fn a_consistency_proof_leads_from_one_checkpoint_to_the_next() {
    for size in 1..=7 {
        for old in 1..=size {
            let hashes = tree().consistency(old, size).unwrap();
            let proof = Consistency { old: u64::try_from(old).unwrap(), hashes, checkpoint: head(size) };
            let read = Consistency::parse(&proof.to_string()).unwrap();
            assert_eq!(read, proof);
            let earlier = Checkpoint::parse(&head(old).text).unwrap();
            assert_eq!(read.with(&earlier).unwrap().unwrap().size, u64::try_from(size).unwrap());
            let of_another = Checkpoint { origin: "example.com/other".to_owned(), ..earlier.clone() };
            assert_eq!(read.with(&of_another), Ok(None));
            let changed = Checkpoint { root: tree().root(0).unwrap(), ..earlier };
            assert_eq!(read.with(&changed), Ok(None));
        }
    }
}

#[test]
fn what_is_no_proof_is_refused() {
    let hashes = tree().inclusion(2, 7).unwrap();
    let text = Inclusion { index: 2, hashes, checkpoint: head(7) }.to_string();
    let line = text.lines().nth(2).unwrap();
    for (from, to, why) in [
        ("@v1", "@v2", "the first line is not that of an inclusion proof"),
        ("index 2", "index two", "the line with the place in the tree is missing"),
        ("index 2", "index 02", "the line with the place in the tree is missing"),
        (line, "AAAA", "its hashes are not SHA-256 in base64, one a line"),
        (line, &format!("{line}\n").repeat(64), "its hashes are not SHA-256 in base64, one a line"),
        ("\n\nexample", "\nexample", "its hashes are not SHA-256 in base64, one a line"),
    ] {
        assert_eq!(Inclusion::parse(&text.replacen(from, to, 1)), Err(NoteError::Form(why)), "{to:?}");
    }
}
