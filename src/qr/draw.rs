//! Codes as pictures: PNG, SVG, and the half blocks of a terminal.

use std::fmt::Write as _;
use std::iter::repeat_n;

use png::{BitDepth, ColorType, Encoder};

use super::QrError;
use super::code::{Code, QUIET, QUIET_IN_TERMINAL};

/// Pixels a module of a code that stands alone: a few hundred a side, which a phone reads from any screen as it is.
pub const LARGE: usize = 8;

/// Pixels a module of the pictures of a sequence, of which there are many; whoever shows them can make them larger.
pub const SMALL: usize = 4;

/// A PNG of one bit a pixel, with the quiet zone and so many pixels a module. The same code gives the same bytes.
///
/// # Errors
/// None that can be made to happen: those of the crate that writes PNG.
pub fn png(code: &Code, pixels: usize, inverted: bool) -> Result<Vec<u8>, QrError> {
    write_png(std::slice::from_ref(code), pixels, None, inverted)
}

/// An animated PNG of codes of one size, which goes on for ever, with so many codes a second. What shows no animation shows
/// the first.
///
/// # Errors
/// As [`png`].
pub fn animated_png(codes: &[Code], pixels: usize, rate: u8, inverted: bool) -> Result<Vec<u8>, QrError> {
    write_png(codes, pixels, Some(rate), inverted)
}

fn write_png(codes: &[Code], pixels: usize, rate: Option<u8>, inverted: bool) -> Result<Vec<u8>, QrError> {
    let failed = |error: png::EncodingError| QrError::Damaged(error.to_string());
    let modules = codes.first().map_or(0, |code| code.side) + 2 * QUIET;
    let side = u32::try_from(modules * pixels).unwrap_or(u32::MAX);
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    if let Some(rate) = rate {
        let frames = u32::try_from(codes.len()).unwrap_or(u32::MAX);
        encoder.set_animated(frames, 0).map_err(failed)?;
        encoder.set_frame_delay(1, u16::from(rate)).map_err(failed)?;
    }
    let mut writer = encoder.write_header().map_err(failed)?;
    for code in codes {
        writer.write_image_data(&rows(code, pixels, inverted)).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    Ok(png)
}

/// The rows of a picture, eight pixels a byte.
fn rows(code: &Code, pixels: usize, inverted: bool) -> Vec<u8> {
    let modules = code.side + 2 * QUIET;
    let row = |y: usize| {
        let light = (0..modules).map(move |x| code.is_light(x, y, QUIET) != inverted);
        let bits: Vec<bool> = light.flat_map(|light| repeat_n(light, pixels)).collect();
        bits.chunks(8)
            .map(|eight| eight.iter().fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit)))
            .collect::<Vec<u8>>()
    };
    (0..modules).flat_map(|y| row(y).repeat(pixels)).collect()
}

/// An SVG that stands alone, with the quiet zone.
pub fn svg(code: &Code, inverted: bool) -> String {
    write_svg(code.side, inverted, |dark| format!("<path fill=\"{dark}\" d=\"{}\"/>", path(code)))
}

/// An animated SVG of codes of one size (SMIL), which goes on for ever, with so many codes a second.
pub fn animated_svg(codes: &[Code], rate: u8, inverted: bool) -> String {
    let (count, rate) = (codes.len() as f64, f64::from(rate));
    let shown = |(number, code): (usize, &Code)| {
        // Each is seen in its own part of every round; what shows no animation shows the first.
        let visibility = if number == 0 { "visible" } else { "hidden" };
        format!(
            "<path visibility=\"{visibility}\" d=\"{}\"><animate attributeName=\"visibility\" calcMode=\"discrete\" \
             values=\"visible;hidden\" keyTimes=\"0;{:.6}\" begin=\"{:.3}s\" dur=\"{:.3}s\" repeatCount=\"indefinite\"/></path>\n",
            path(code),
            1.0 / count,
            number as f64 / rate,
            count / rate
        )
    };
    let side = codes.first().map_or(0, |code| code.side);
    write_svg(side, inverted, |dark| {
        let codes: String = codes.iter().enumerate().map(shown).collect();
        format!("<g fill=\"{dark}\">\n{codes}</g>")
    })
}

fn write_svg(side: usize, inverted: bool, codes: impl FnOnce(&str) -> String) -> String {
    let side = side + 2 * QUIET;
    let (light, dark) = if inverted { ("#000", "#fff") } else { ("#fff", "#000") };
    let pixels = side * LARGE;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{pixels}\" height=\"{pixels}\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><path fill=\"{light}\" d=\"M0 0h{side}v{side}H0z\"/>{}</svg>\n",
        codes(dark)
    )
}

/// The dark modules as one path of bars, a unit each, moved by the quiet zone.
pub fn path(code: &Code) -> String {
    let mut path = String::new();
    for (x, y, length) in code.bars() {
        // Into a string, which refuses nothing.
        let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET);
    }
    path
}

/// The lines of a code in a terminal: two rows of modules a line, by upper half blocks. The colours are black and white of the
/// 256 that do not depend on the terminal's own scheme; what follows on the line has its colours.
pub fn half_blocks(code: &Code, inverted: bool) -> Vec<String> {
    let side = code.side + 2 * QUIET_IN_TERMINAL;
    let shade = |x, y| if code.is_light(x, y, QUIET_IN_TERMINAL) != inverted { "231" } else { "16" };
    let line = |row: usize| {
        let mut line = String::new();
        let mut last = ("", "");
        for x in 0..side {
            let shades = (shade(x, 2 * row), shade(x, 2 * row + 1));
            if shades != last {
                let _ = write!(line, "\x1b[38;5;{};48;5;{}m", shades.0, shades.1);
                last = shades;
            }
            line.push('\u{2580}');
        }
        line.push_str("\x1b[0m");
        line
    };
    (0..side.div_ceil(2)).map(line).collect()
}
