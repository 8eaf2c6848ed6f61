//! A simulated camera: it shows the next guest when the screen has shown the verdict on the one before.

use std::sync::mpsc::Receiver;

use wicket::device::frame_source::{CameraError, FrameSource, Given, Picture};
use wicket::domain::ticket::qr::{ErrorCorrection, Matrix};
use wicket::runner::{CameraPlan, Latest, Preview};
use wicket::vision::PixelFormat;

const WIDTH: usize = 1280;
const HEIGHT: usize = 720;
/// Pixels of a module: a code that fills half of the frame's height.
const MODULE_PX: u32 = 6;

/// One guest after the other, with these codes.
pub(super) fn plan(codes: Vec<String>, asked: Receiver<()>, preview: Latest<Preview>) -> CameraPlan {
    let mut camera = Some(DrawnCamera {
        asked,
        codes: codes.into_iter(),
        index: 0,
    });
    CameraPlan {
        open: Box::new(move || {
            let camera = camera.take().ok_or(CameraError::None)?;
            Ok(Box::new(camera) as Box<dyn FrameSource>)
        }),
        is_replay: true,
        ends_gate: true,
        preview: Some(preview),
    }
}

struct DrawnCamera {
    asked: Receiver<()>,
    codes: std::vec::IntoIter<String>,
    index: u64,
}

impl FrameSource for DrawnCamera {
    fn next(&mut self, picture: &mut Picture) -> Result<Given, CameraError> {
        // The first guest is there when the gate opens.
        if self.index > 0 {
            self.asked.recv().unwrap();
        }
        let Some(code) = self.codes.next() else {
            return Ok(Given::End);
        };
        draw(&code, picture);
        picture.index = self.index;
        self.index += 1;
        Ok(Given::Picture)
    }
}

fn draw(code: &str, picture: &mut Picture) {
    let matrix = Matrix::new(code, ErrorCorrection::M).unwrap();
    let code = matrix.to_luma(MODULE_PX).unwrap();
    picture.format = PixelFormat::Grey;
    (picture.width, picture.height, picture.stride) = (WIDTH, HEIGHT, WIDTH);
    picture.bytes.clear();
    picture.bytes.resize(WIDTH * HEIGHT, 96);
    let (left, top) = (
        (WIDTH - code.width() as usize) / 2,
        (HEIGHT - code.height() as usize) / 2,
    );
    for (row, pixels) in code.rows().enumerate() {
        let start = (top + row) * WIDTH + left;
        for (pixel, drawn) in picture.bytes.iter_mut().skip(start).zip(pixels) {
            *pixel = drawn.0[0] / 2 + 40;
        }
    }
}
