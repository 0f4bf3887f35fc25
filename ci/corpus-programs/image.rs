//! Draws a picture, changes it in many ways, and takes it through each format there and back.

use image::imageops::{self, FilterType};
use image::{DynamicImage, GenericImageView, ImageFormat, ImageReader, Rgba, RgbaImage};
use std::io::Cursor;

fn drawn(width: u32, height: u32) -> DynamicImage {
    let shade = |value: u32, of: u32| u8::try_from(value * 255 / of).unwrap_or(u8::MAX);
    DynamicImage::ImageRgba8(RgbaImage::from_fn(width, height, |x, y| {
        Rgba([shade(x, width), shade(y, height), shade((x * y) % 97, 97), if (x + y) % 7 == 0 { 128 } else { 255 }])
    }))
}

/// Size and the sum of all pixels.
fn say(what: &str, image: &DynamicImage) {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    for (_, _, Rgba(pixel)) in image.pixels() {
        for byte in pixel {
            sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    println!("{what}: {:?} {:?} {sum:016x}", image.dimensions(), image.color());
}

fn formats(image: &DynamicImage) {
    for format in ImageFormat::all() {
        let of_kind = match format {
            ImageFormat::Hdr | ImageFormat::OpenExr => DynamicImage::ImageRgb32F(image.to_rgb32f()),
            ImageFormat::Jpeg | ImageFormat::Pnm => DynamicImage::ImageRgb8(image.to_rgb8()),
            ImageFormat::Farbfeld => DynamicImage::ImageRgba16(image.to_rgba16()),
            _ => image.clone(),
        };
        let mut bytes = Cursor::new(Vec::new());
        match of_kind.write_to(&mut bytes, format) {
            Err(error) => println!("{format:?}: {error}"),
            Ok(()) => read_back(format, bytes.into_inner()),
        }
    }
}

fn read_back(format: ImageFormat, bytes: Vec<u8>) {
    println!("{format:?}: {} bytes, guessed {:?}", bytes.len(), image::guess_format(&bytes).ok());
    match image::load_from_memory_with_format(&bytes, format) {
        Ok(image) => say("  again", &image),
        Err(error) => println!("  {error}"),
    }
    for length in [0, 3, bytes.len() / 2] {
        let result = ImageReader::with_format(Cursor::new(&bytes[..length]), format).decode();
        println!("  {length} bytes of it: {}", result.map_or_else(|error| error.to_string(), |_| "fine".to_owned()));
    }
}

fn operations(image: &DynamicImage) {
    for filter in [FilterType::Nearest, FilterType::Triangle, FilterType::CatmullRom, FilterType::Gaussian, FilterType::Lanczos3] {
        say(&format!("{filter:?}"), &image.resize_exact(37, 21, filter));
    }
    say("thumbnail", &image.thumbnail(16, 16));
    say("filled", &image.resize_to_fill(20, 30, FilterType::Triangle));
    say("blur", &image.blur(1.5));
    say("fast blur", &image.fast_blur(2.0));
    say("sharper", &image.unsharpen(1.0, 3));
    say("contrast", &image.adjust_contrast(20.0));
    say("brighter", &image.brighten(30));
    say("hue", &image.huerotate(90));
    say("grey", &image.grayscale());
    say("turned", &image.rotate90().rotate180().rotate270().fliph().flipv());
    say("cut", &image.crop_imm(5, 6, 20, 10));
    say("filtered", &image.filter3x3(&[0.0, -1.0, 0.0, -1.0, 5.0, -1.0, 0.0, -1.0, 0.0]));
    let mut inverted = image.clone();
    inverted.invert();
    imageops::overlay(&mut inverted, &image.crop_imm(0, 0, 10, 10), 3, 4);
    imageops::replace(&mut inverted, &image.crop_imm(8, 8, 10, 10), -2, -3);
    say("overlaid", &inverted);
}

fn main() {
    let image = drawn(64, 48);
    say("drawn", &image);
    operations(&image);
    formats(&image);
    formats(&drawn(1, 1));
}
