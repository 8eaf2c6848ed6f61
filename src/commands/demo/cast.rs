//! Who comes to the demo's gate, and what each of them holds before the camera.

use std::fs;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use image::codecs::jpeg::JpegEncoder;

use super::camera::{Hold, frame};
use super::stage::Stopped;
use crate::domain::ids::TicketId;
use crate::domain::ticket::qr::{ErrorCorrection, Matrix};
use crate::domain::ticket::{Claims, issue};
use crate::domain::time::UnixSeconds;

/// Frames of each guest: the first is often enough, the second shows that one guest is judged once.
const FRAMES_EACH: u32 = 2;
/// Pixels of a module in the picture that the camera looks at: more than it resolves.
const MODULE_PX: u32 = 6;
/// JPEG quality of the frames, as cheap cameras have it.
const JPEG_QUALITY: u8 = 80;

/// One guest: a name that sorts by their place in the queue, and the code's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guest {
    pub(super) name: String,
    pub(super) text: String,
}

/// Codes that the organiser issued for the demo.
pub(super) struct Codes {
    pub(super) sold: Vec<String>,
    pub(super) refunded: String,
    pub(super) expired: String,
    pub(super) other_event: String,
}

/// The queue: guests with good tickets, and every so often one whom the gate must stop.
pub(super) fn queue(codes: &Codes, guests: usize) -> Result<Vec<Guest>, Stopped> {
    let good = codes.sold.iter().take(guests).cloned();
    let mut queue: Vec<(&str, String)> = good.map(|text| ("ticket", text)).collect();
    let first = queue
        .first()
        .map(|(_, text)| text.clone())
        .ok_or("no tickets were issued")?;
    let troublemakers = [
        ("screenshot-of-the-first", first),
        ("refunded", codes.refunded.clone()),
        ("forged", forged()?),
        ("yesterday", codes.expired.clone()),
        ("other-event", codes.other_event.clone()),
        ("poster", "HTTPS://EXAMPLE.ORG/PROGRAMME".to_owned()),
    ];
    let apart = (queue.len() / (troublemakers.len() + 1)).max(1);
    for (index, troublemaker) in troublemakers.into_iter().enumerate() {
        let place = ((index + 1) * (apart + 1)).min(queue.len());
        queue.insert(place, troublemaker);
    }
    let named = queue.into_iter().enumerate();
    Ok(named
        .map(|(place, (what, text))| Guest {
            name: format!("{place:03}-{what}"),
            text,
        })
        .collect())
}

/// A ticket of the right event under the right kid, signed with a key that the forger made.
fn forged() -> Result<String, Stopped> {
    let claims = Claims {
        event: super::EVENT.parse()?,
        ticket_type: "vip".parse()?,
        ticket: TicketId::new(b"forgery!")?,
        valid_from: None,
        valid_until: UnixSeconds(4_000_000_000),
        admits: 1,
        issued_at: None,
        holder: None,
    };
    Ok(issue(&claims, super::KID, &SigningKey::from_bytes(&[7; 32]))?)
}

/// Paints each guest's frames into a folder of their own below `folder`.
pub(super) fn film(queue: &[Guest], folder: &Path) -> Result<(), Stopped> {
    for (number, guest) in (0..).zip(queue) {
        let code = Matrix::new(&guest.text, ErrorCorrection::M)?.to_luma(MODULE_PX)?;
        let own = folder.join(&guest.name);
        fs::create_dir_all(&own)?;
        for take in 0..FRAMES_EACH {
            let image = frame(&code, Hold::of(number, take), number * FRAMES_EACH + take);
            let file = BufWriter::new(fs::File::create(frame_path(&own, take))?);
            image.write_with_encoder(JpegEncoder::new_with_quality(file, JPEG_QUALITY))?;
        }
    }
    Ok(())
}

fn frame_path(folder: &Path, take: u32) -> PathBuf {
    folder.join(format!("{take:02}.jpg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_holds_every_good_ticket_and_every_troublemaker_apart() {
        let code = |name: &str| name.to_owned();
        let codes = Codes {
            sold: (0..40).map(|number| format!("SOLD {number}")).collect(),
            refunded: code("REFUNDED"),
            expired: code("EXPIRED"),
            other_event: code("OTHER"),
        };
        let queue = queue(&codes, 30).unwrap();
        let good = queue.iter().filter(|guest| guest.name.ends_with("-ticket"));
        assert_eq!((queue.len(), good.count()), (36, 30));
        assert!(queue.is_sorted_by(|a, b| a.name < b.name));
        let bad_after_bad = queue
            .windows(2)
            .any(|two| two.iter().all(|guest| !guest.name.ends_with("-ticket")));
        assert!(!bad_after_bad, "{queue:?}");
    }
}
