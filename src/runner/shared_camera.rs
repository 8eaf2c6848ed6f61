//! How the camera does: told by the decider, and asked by whoever tells a server of the gate's health.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::domain::health::Camera;

/// One gate's camera, shared between threads: [`Camera::None`] until somebody says otherwise.
#[derive(Debug, Clone, Default)]
pub struct SharedCamera(Arc<AtomicU8>);

const WORKING: u8 = 1;
const FAILED: u8 = 2;

impl SharedCamera {
    /// Says how it does from now on.
    pub fn set(&self, camera: Camera) {
        let code = match camera {
            Camera::None => 0,
            Camera::Working => WORKING,
            Camera::Failed => FAILED,
        };
        self.0.store(code, Ordering::Release);
    }

    /// How it does.
    #[must_use]
    pub fn get(&self) -> Camera {
        match self.0.load(Ordering::Acquire) {
            WORKING => Camera::Working,
            FAILED => Camera::Failed,
            _ => Camera::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_end_says_the_other_sees() {
        let camera = SharedCamera::default();
        let other = camera.clone();
        assert_eq!(other.get(), Camera::None);
        for state in [Camera::Working, Camera::Failed, Camera::None] {
            camera.set(state);
            assert_eq!(other.get(), state);
        }
    }
}
