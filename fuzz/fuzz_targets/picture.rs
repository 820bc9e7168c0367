//! Pictures, and codes in them. The input is a PNG or JPEG, a stream of PNG, and the pixels of a grey picture, of which the first byte says
//! how wide it is. Only small ones are looked at: how long it takes for a large one is limited by a clock, and not by its bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tuf_ceremony::qr::frames::{Format, Frames};
use tuf_ceremony::qr::picture::Picture;

/// The most pixels that are looked at.
const PIXELS: usize = 1 << 13;

fuzz_target!(|bytes: &[u8]| {
    if is_small(bytes) {
        if let Ok(picture) = Picture::from_file("it", bytes) {
            let _ = picture.codes();
        }
        let mut frames = Frames::new(bytes, Format::Png);
        while let Ok(Some(_)) = frames.next_picture() {}
        assert!(frames.number() <= bytes.len() / 8, "every picture has a beginning");
    }
    let Some((width, pixels)) = bytes.split_first() else { return };
    let width = usize::from(*width) + 1;
    let height = pixels.len().min(PIXELS) / width;
    let pixels = pixels[..width * height].to_vec();
    match Picture::from_raw("it", width, height, pixels) {
        // No picture that is so small takes long or is full of corners.
        Ok(picture) => drop(picture.codes().expect("an answer")),
        Err(_) => assert_eq!(height, 0),
    }
});

/// Whether no picture in the bytes says that it is large.
fn is_small(bytes: &[u8]) -> bool {
    let side = |bytes: &[u8]| bytes.iter().fold(0_u64, |side, byte| side << 8 | u64::from(*byte));
    let heads = bytes.windows(12).filter(|head| head.starts_with(b"IHDR"));
    let png = heads.into_iter().all(|head| side(&head[4..8]).saturating_mul(side(&head[8..12])) <= PIXELS as u64);
    // The start of a frame: marker, length, depth, height and width.
    let frames = bytes.windows(9).filter(|frame| frame[0] == 0xff && (0xc0..=0xcf).contains(&frame[1]));
    png && frames.into_iter().all(|frame| side(&frame[5..7]).saturating_mul(side(&frame[7..9])) <= PIXELS as u64)
}
