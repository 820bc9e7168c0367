//! Pictures: what is drawn is read, and hostile pictures are refused or show nothing, without a panic.

use std::time::Duration;

use png::{BitDepth, ColorType, Encoder};
use tuf_ceremony::qr::QrError;
use tuf_ceremony::qr::code::Code;
use tuf_ceremony::qr::draw;
use tuf_ceremony::qr::frames::{Format, Frames};
use tuf_ceremony::qr::picture::Picture;
use tuf_ceremony::qr::pictures::Pictures;

use crate::qr_fixture::{Random, texts};

fn read(png: &[u8]) -> Vec<Vec<u8>> {
    Picture::from_file("p.png", png).unwrap().codes().unwrap()
}

/// A picture with so many pixels a module and so many modules around it, as grey bytes.
fn grey(code: &Code, pixels: usize, quiet: usize, light: u8, dark: u8) -> (usize, Vec<u8>) {
    let side = (code.side + 2 * quiet) * pixels;
    let shade = |at: usize| {
        let (x, y) = (at % side / pixels, at / side / pixels);
        if code.is_light(x, y, quiet) { light } else { dark }
    };
    (side, (0..side * side).map(shade).collect())
}

fn encoded(width: usize, height: usize, color: ColorType, depth: BitDepth, data: &[u8]) -> Vec<u8> {
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, u32::try_from(width).unwrap(), u32::try_from(height).unwrap());
    encoder.set_color(color);
    encoder.set_depth(depth);
    if color == ColorType::Indexed {
        encoder.set_palette(vec![10, 20, 30, 240, 250, 230]);
    }
    encoder.write_header().unwrap().write_image_data(data).unwrap();
    png
}

#[test]
fn what_is_drawn_is_read() {
    for length in [1, 30, 300, 700, 1023, 1465] {
        let content = Random(17).bytes(length);
        let code = Code::of(&content, 27).unwrap();
        for inverted in [false, true] {
            let png = draw::png(&code, draw::SMALL, inverted).unwrap();
            assert_eq!(read(&png), std::slice::from_ref(&content), "{length} {inverted}");
            assert_eq!(png, draw::png(&code, draw::SMALL, inverted).unwrap());
        }
    }
    // Bytes that another encoder would take for Kanji, and a text that it would part.
    for content in [&b"\x93\x5f\xe4\xaa"[..], "0123456789ABCabc\u{3042}\u{e9}".as_bytes(), b"ABC", b"123"] {
        let code = Code::of(content, 27).unwrap();
        assert_eq!(read(&draw::png(&code, draw::SMALL, false).unwrap()), [content.to_vec()]);
    }
}

#[test]
fn parts_are_read_in_every_size() {
    for version in [3, 6, 13, 18, 20, 27, 40] {
        for text in texts("a.json", &Random(23).bytes(3000), version, 2) {
            let code = Code::in_version(&text, version).unwrap();
            assert_eq!(read(&draw::png(&code, draw::SMALL, false).unwrap()), [text], "version {version}");
        }
    }
}

#[test]
fn every_kind_of_png_is_read() {
    let content = b"a few words".to_vec();
    let code = Code::of(&content, 27).unwrap();
    let (side, grey) = grey(&code, 5, 4, 220, 40);
    let kinds: [(ColorType, BitDepth, Vec<u8>); 6] = [
        (ColorType::Grayscale, BitDepth::Eight, grey.clone()),
        (ColorType::Grayscale, BitDepth::Sixteen, grey.iter().flat_map(|g| [*g, 7]).collect()),
        (ColorType::GrayscaleAlpha, BitDepth::Eight, grey.iter().flat_map(|g| [0, 255 - *g]).collect()),
        (ColorType::Rgb, BitDepth::Eight, grey.iter().flat_map(|g| [*g, 30, *g]).collect()),
        (ColorType::Rgba, BitDepth::Eight, grey.iter().flat_map(|g| [*g, *g, *g, 255]).collect()),
        (ColorType::Indexed, BitDepth::Eight, grey.iter().map(|g| u8::from(*g > 128)).collect()),
    ];
    for (color, depth, data) in kinds {
        assert_eq!(
            read(&encoded(side, side, color, depth, &data)),
            std::slice::from_ref(&content),
            "{color:?} {depth:?}"
        );
    }
}

#[test]
fn small_quiet_zones_are_enough_in_a_terminal() {
    // As a window shows it: dark all around.
    let text = texts("a.json", &Random(29).bytes(3000), 6, 1).remove(0);
    let code = Code::in_version(&text, 6).unwrap();
    for pixels in [3, 4, 6, 8, 10] {
        let quiet = tuf_ceremony::qr::code::QUIET_IN_TERMINAL;
        let (inner, data) = grey(&code, pixels, quiet, 255, 0);
        let side = inner + 40;
        let mut window = vec![0; side * side];
        for (y, row) in data.chunks(inner).enumerate() {
            window[(y + 20) * side + 20..][..inner].copy_from_slice(row);
        }
        let picture = Picture::from_raw("w", side, side, window).unwrap();
        assert_eq!(picture.codes().unwrap(), std::slice::from_ref(&text), "{pixels} pixels a module");
    }
}

#[track_caller]
fn refused(png: &[u8], why: &str) {
    let error = Picture::from_file("p.png", png).err().unwrap();
    let QrError::Picture { picture, problem } = &error else { panic!("{error:?}") };
    assert!(picture == "p.png" && problem.contains(why), "{error:?}");
}

#[test]
fn hostile_pictures_are_refused() {
    let good = draw::png(&Code::of(b"text", 27).unwrap(), draw::SMALL, false).unwrap();
    refused(b"", "it is neither PNG nor JPEG");
    refused(b"GIF89a", "it is neither PNG nor JPEG");
    refused(b"\xff\xd8\xff", "this JPEG cannot be read");
    refused(&good[..good.len() / 2], "cannot be read");
    // A head that speaks of a hundred thousand million pixels, with its checksum.
    let mut huge = good[..33].to_vec();
    huge[16..24].copy_from_slice(&[0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0]);
    let mut crc = flate2::Crc::new();
    crc.update(&huge[12..29]);
    huge[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    refused(&huge, "100000 by 100000 pixels are too many");
    let error = Picture::from_raw("p", 0, 5, vec![]).err().unwrap();
    assert!(error.to_string().contains("no pixels"), "{error}");
    assert!(Picture::from_raw("p", usize::MAX, 2, vec![]).is_err());
    assert!(Picture::from_raw("p", 4, 4, vec![0; 15]).is_err());
}

/// Every byte of a small picture, changed; whatever comes of it, it comes back.
#[test]
fn damaged_pictures_end_in_an_answer() {
    let good = draw::png(&Code::of(b"text", 27).unwrap(), draw::SMALL, false).unwrap();
    let mut random = Random(31);
    for place in 0..good.len() {
        let mut bytes = good.clone();
        bytes[place] ^= u8::try_from(random.next() % 255).unwrap() + 1;
        if let Ok(picture) = Picture::from_file("p.png", &bytes) {
            picture.codes().unwrap();
        }
    }
}

/// Codes with modules turned, and noise: the reader finds corners and has to make do with the rest.
#[test]
fn torn_codes_and_noise_end_in_an_answer() {
    let mut random = Random(37);
    for round in 0..80 {
        let version = [1, 2, 7, 14][round % 4];
        let code = Code::in_version(b"0", version).unwrap();
        let (side, mut data) = grey(&code, 2, 3, 255, 0);
        let damage = random.next() % 60;
        for _ in 0..(data.len() as u64 * damage / 1000) {
            let place = usize::try_from(random.next()).unwrap() % data.len();
            data[place] = random.next().to_le_bytes()[1];
        }
        let height = side - usize::try_from(random.next() % 4).unwrap();
        data.truncate(side * height);
        let codes = Picture::from_raw("n", side, height, data).unwrap().codes().unwrap();
        assert!(codes.iter().all(|code| code == b"0" || damage > 0), "{codes:?}");
    }
    for (width, height) in [(1, 1), (1, 400), (400, 1), (3, 3), (97, 89)] {
        let noise = Random(41).bytes(width * height);
        assert!(Picture::from_raw("n", width, height, noise).unwrap().codes().unwrap().is_empty());
    }
}

#[test]
fn frames_come_one_after_the_other() {
    let texts = texts("a.json", &Random(43).bytes(900), 12, 3);
    let picture =
        |text: &Vec<u8>| draw::png(&Code::in_version(text, 12).unwrap(), draw::SMALL, false).unwrap();
    let stream: Vec<u8> = texts.iter().flat_map(&picture).collect();
    let all = |stream: &[u8], format| {
        let mut frames = Frames::new(stream, format);
        let mut found = Vec::new();
        while let Some(picture) = frames.next_picture()? {
            found.extend(picture.codes()?);
        }
        Ok::<_, QrError>((frames.number(), found))
    };
    assert_eq!(all(&stream, Format::Png).unwrap(), (3, texts.clone()));
    // The camera is switched off in the middle.
    let cut = &stream[..stream.len() - 7];
    assert_eq!(all(cut, Format::Png).unwrap(), (2, texts[..2].to_vec()));
    let grey = |text: &Vec<u8>| grey(&Code::in_version(text, 12).unwrap(), 3, 4, 200, 60);
    let (side, _) = grey(&texts[0]);
    let raw: Vec<u8> = texts.iter().flat_map(|text| grey(text).1).collect();
    assert_eq!(all(&raw, Format::Raw { width: side, height: side }).unwrap(), (3, texts));
    // What is no picture, and chunks that say they are endless.
    let error = all(b"\xff\xd8\xff\xe0 JPEG", Format::Png).unwrap_err().to_string();
    assert_eq!(error, "frame 1: it is no PNG");
    let endless = [&stream[..8], b"\xff\xff\xff\xffIDAT"].concat();
    assert_eq!(all(&endless, Format::Png).unwrap_err().to_string(), "frame 1: it is too large");
    let error = all(b"x", Format::Raw { width: 100_000, height: 100_000 }).unwrap_err().to_string();
    assert_eq!(error, "frame 1: it is too large");
}

/// Corners of codes, as many as there is room for.
fn corners(side: usize, pixels: usize) -> Picture {
    let shade = |at: usize| {
        let (x, y) = (at % side / pixels % 9, at / side / pixels % 9);
        let from_edge = x.min(y).min(6_usize.saturating_sub(x)).min(6_usize.saturating_sub(y));
        if x > 6 || y > 6 || from_edge == 1 { 255 } else { 0 }
    };
    Picture::from_raw("trap.png", side, side, (0..side * side).map(shade).collect()).unwrap()
}

#[test]
fn a_picture_full_of_corners_is_refused() {
    let error = corners(1500, 1).codes().unwrap_err().to_string();
    assert_eq!(error, "trap.png: too much of it looks like corners of codes");
    // Few enough to be looked at, and no code among them.
    assert_eq!(corners(120, 2).codes().unwrap(), [[0_u8; 0]; 0]);
}

/// The grey pixels of the bars of a path in an SVG, four pixels a unit.
fn painted(path: &str, side: usize) -> Vec<u8> {
    let mut grey = vec![255; side * side * 16];
    for bar in path.split_terminator('z') {
        let (at, bar) = bar.strip_prefix('M').unwrap().split_once('h').unwrap();
        let (x, y) = at.split_once(' ').unwrap();
        let (length, _) = bar.split_once("v1h-").unwrap();
        let [x, y, length] = [x, y, length].map(|number| number.parse::<usize>().unwrap() * 4);
        for row in y..y + 4 {
            grey[row * side * 4 + x..][..length].fill(0);
        }
    }
    grey
}

#[test]
fn every_code_of_an_animation_is_seen_in_its_turn() {
    let texts = texts("a.json", &Random(29).bytes(3000), 18, 5);
    let codes: Vec<Code> = texts.iter().map(|text| Code::in_version(text, 18).unwrap()).collect();
    let png = draw::animated_png(&codes, draw::SMALL, 4, false).unwrap();
    let mut pictures = Pictures::of("p.png", &png).unwrap();
    for text in &texts {
        let picture = pictures.next_picture().unwrap().unwrap();
        assert_eq!(picture.codes().unwrap(), std::slice::from_ref(text));
    }
    assert!(pictures.next_picture().unwrap().is_none());
    assert_eq!(read(&png), [texts[0].clone()], "whoever knows no animation sees the first");
    let svg = draw::animated_svg(&codes, 4, false);
    let side = codes[0].side + 8;
    for (number, text) in texts.iter().enumerate() {
        let line = svg.lines().nth(number + 1).unwrap();
        let path = line.split('"').nth(3).unwrap();
        let picture = Picture::from_raw("p.svg", side * 4, side * 4, painted(path, side)).unwrap();
        assert_eq!(picture.codes().unwrap(), std::slice::from_ref(text));
        let time = ["0.000", "0.250", "0.500", "0.750", "1.000"][number];
        let turn = format!("keyTimes=\"0;0.200000\" begin=\"{time}s\" dur=\"1.250s\"");
        assert!(line.contains(&turn), "{line}");
    }
}

#[test]
fn an_animation_of_others_is_read() {
    // A picture that is none of the animation, and frames that are smaller than it.
    let code = |text: &[u8]| Code::of(text, 27).unwrap();
    let (side, still) = grey(&code(b"still"), 8, 8, 255, 0);
    let (less, moving) = grey(&code(b"moving"), 4, 4, 255, 0);
    let size = |side: usize| u32::try_from(side).unwrap();
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, size(side), size(side));
    encoder.set_color(ColorType::Grayscale);
    encoder.set_animated(2, 0).unwrap();
    encoder.set_sep_def_img(true).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&still).unwrap();
    for _ in 0..2 {
        writer.set_frame_dimension(size(less), size(less)).unwrap();
        writer.write_image_data(&moving).unwrap();
    }
    writer.finish().unwrap();
    let mut pictures = Pictures::of("p.png", &png).unwrap();
    let mut said = Vec::new();
    while let Some(picture) = pictures.next_picture().unwrap() {
        said.extend(picture.codes().unwrap());
    }
    assert_eq!(said, [&b"still"[..], b"moving", b"moving"]);
    // Cut short within the animation: an error, and no panic.
    let mut pictures = Pictures::of("p.png", &png[..png.len() - 40]).unwrap();
    let ended = std::iter::from_fn(|| pictures.next_picture().transpose()).find_map(Result::err);
    assert!(matches!(ended, Some(QrError::Picture { .. })), "{ended:?}");
}

/// With no time at all nothing is read in time. The thread that still looks disturbs nobody: what comes next is read.
#[test]
fn a_picture_that_takes_too_long_is_given_up() {
    let code = Code::of(b"a few words", 27).unwrap();
    let (side, data) = grey(&code, 60, 4, 255, 0);
    let picture = || Picture::from_raw("slow.png", side, side, data.clone()).unwrap();
    let error = picture().codes_within(Duration::ZERO).unwrap_err();
    let QrError::Picture { picture: name, problem } = &error else { panic!("{error:?}") };
    assert_eq!((name.as_str(), problem.as_str()), ("slow.png", "it takes too long to look for codes in it"));
    assert_eq!(picture().codes().unwrap(), [b"a few words".to_vec()]);
}

/// Blank frames, each as large as a picture may be, would be looked at for an hour.
#[test]
fn an_animation_has_a_limit_for_all_its_pictures() {
    let animation = |side: u32, frames: u32| {
        let mut png = Vec::new();
        let mut encoder = Encoder::new(&mut png, side, side);
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::One);
        encoder.set_animated(frames, 0).unwrap();
        let blank = vec![0xff; usize::try_from(side.div_ceil(8) * side).unwrap()];
        encoder.write_header().unwrap().write_image_data(&blank).unwrap();
        png
    };
    let largest = (1 << 29) / (4096 * 4096);
    assert!(Pictures::of("p.png", &animation(4096, largest)).is_ok());
    refused(&animation(4096, largest + 1), "its pictures have too many pixels together");
}
