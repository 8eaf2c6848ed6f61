//! What a camera's frame of 1280 x 720 costs as brightness, beside the same by way of colour.

#![expect(clippy::expect_used, reason = "a benchmark of nothing is to fail")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use wicket::vision::{LumaBuffer, PixelFormat, RawFrame};

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 720;
const PIXELS: usize = (WIDTH * HEIGHT) as usize;
const JPEG: &[u8] = include_bytes!("frames/camera_422.jpg");

fn frames() -> [RawFrame<'static>; 4] {
    let bytes = |pixels: usize| {
        let byte = |index: usize| u8::try_from(index * 31 % 251).expect("a byte");
        &*(0..pixels).map(byte).collect::<Vec<_>>().leak()
    };
    let frame = |format, stride, bytes| RawFrame {
        format,
        width: WIDTH as usize,
        height: HEIGHT as usize,
        stride,
        bytes,
    };
    [
        frame(PixelFormat::Grey, WIDTH as usize, bytes(PIXELS)),
        frame(PixelFormat::Nv12, WIDTH as usize, bytes(PIXELS * 3 / 2)),
        frame(PixelFormat::Yuyv, 2 * WIDTH as usize, bytes(PIXELS * 2)),
        frame(PixelFormat::Mjpeg, 0, JPEG),
    ]
}

/// Colours, and then the brightness of the colours, as a general library gives them.
fn by_way_of_colour(frame: &RawFrame<'_>) -> Vec<u8> {
    let mut rgb = RgbImage::new(WIDTH, HEIGHT);
    match frame.format {
        PixelFormat::Grey => fill(&mut rgb, frame.bytes.iter().map(|luma| Rgb([*luma; 3]))),
        PixelFormat::Yuyv => fill(
            &mut rgb,
            frame
                .bytes
                .as_chunks::<4>()
                .0
                .iter()
                .flat_map(|[y0, cb, y1, cr]| [colour(*y0, *cb, *cr), colour(*y1, *cb, *cr)]),
        ),
        PixelFormat::Mjpeg => {
            let image = image::load_from_memory_with_format(frame.bytes, ImageFormat::Jpeg);
            rgb = image.expect("an image").into_rgb8();
        }
        _ => {
            let (luma, chroma) = frame.bytes.split_at(PIXELS);
            let rows = luma.chunks(WIDTH as usize).enumerate();
            let colours = rows.flat_map(|(y, row)| {
                let pairs = chroma
                    .chunks(WIDTH as usize)
                    .nth(y / 2)
                    .expect("a row")
                    .as_chunks::<2>()
                    .0;
                let twice = pairs.iter().flat_map(|pair| [pair, pair]);
                row.iter()
                    .zip(twice)
                    .map(|(luma, [cb, cr])| colour(*luma, *cb, *cr))
            });
            fill(&mut rgb, colours);
        }
    }
    DynamicImage::ImageRgb8(rgb).into_luma8().into_raw()
}

fn fill(rgb: &mut RgbImage, colours: impl Iterator<Item = Rgb<u8>>) {
    rgb.pixels_mut()
        .zip(colours)
        .for_each(|(pixel, colour)| *pixel = colour);
}

/// ITU-R BT.601 in sixteenths of a bit, as libraries do.
fn colour(y: u8, cb: u8, cr: u8) -> Rgb<u8> {
    let (y, cb, cr) = (i32::from(y) << 16, i32::from(cb) - 128, i32::from(cr) - 128);
    let byte = |value: i32| u8::try_from((value >> 16).clamp(0, 255)).expect("clamped");
    Rgb([
        byte(y + 91_881 * cr),
        byte(y - 22_554 * cb - 46_802 * cr),
        byte(y + 116_130 * cb),
    ])
}

fn brightness(criterion: &mut Criterion) {
    for frame in frames() {
        let mut group = criterion.benchmark_group(format!("luma/{}", frame.format));
        let mut buffer = LumaBuffer::default();
        group.bench_function("alone", |bencher| {
            bencher.iter(|| buffer.luma(black_box(&frame)).expect("a frame").at(640, 360));
        });
        group.bench_function("by_way_of_colour", |bencher| {
            bencher.iter(|| by_way_of_colour(black_box(&frame)));
        });
        group.finish();
    }
}

criterion_group!(benches, brightness);
criterion_main!(benches);
