//! One QR code as it was read.

/// A QR code in a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    /// The bytes of its segments, one after the other, in whatever encoding they were written.
    pub bytes: Vec<u8>,
    /// The bytes as text where they are UTF-8, as every ticket's are.
    pub text: Option<String>,
    /// Its corners in pixels, `(x, y)`: top left, top right, bottom right and bottom left of the code itself,
    /// wherever the camera turned it.
    pub corners: [(f32, f32); 4],
}

impl Code {
    /// A code with these bytes at these corners.
    #[must_use]
    pub fn new(bytes: Vec<u8>, corners: [(f32, f32); 4]) -> Self {
        let text = std::str::from_utf8(&bytes).ok().map(str::to_owned);
        Self { bytes, text, corners }
    }

    /// Its area in square pixels: the code held nearest to the camera has the largest.
    #[must_use]
    pub fn area(&self) -> f32 {
        let [a, b, c, d] = self.corners;
        let cross = |p: (f32, f32), q: (f32, f32)| p.0 * q.1 - q.0 * p.1;
        ((cross(a, b) + cross(b, c) + cross(c, d) + cross(d, a)) / 2.0).abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_does_not_depend_on_how_the_code_is_turned() {
        let corners = [(1.0, 1.0), (4.0, 1.0), (4.0, 3.0), (1.0, 3.0)];
        let mirrored = [corners[0], corners[3], corners[2], corners[1]];
        for corners in [corners, mirrored] {
            assert_eq!(Code::new(Vec::new(), corners).area(), 6.0);
        }
    }

    #[test]
    fn bytes_that_are_no_utf8_stay_bytes() {
        let latin = Code::new(vec![b'f', 0xfc, b'r'], [(0.0, 0.0); 4]);
        assert_eq!((latin.text, latin.bytes.len()), (None, 3));
    }
}
