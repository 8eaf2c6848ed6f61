//! Keeping a gate in touch while it scans.

use std::io;

use super::{GateArgs, Setup};
use crate::commands::companion;
use crate::domain::admission::Reach;
use crate::runner::{SharedCamera, SharedReach};
use crate::sync::Contact;

/// How the gate stands to the others, as somebody else keeps saying.
pub(in crate::commands) struct Touch {
    /// For the decider.
    pub(in crate::commands) reach: SharedReach,
    /// For staff; none where the gate talks to nobody.
    #[cfg_attr(not(feature = "kiosk"), expect(dead_code, reason = "only a screen shows it"))]
    pub(in crate::commands) contact: Option<Contact>,
}

/// Syncs beside the scan, where there is a server to be in touch with.
pub(in crate::commands) fn keep_in_touch(
    args: &GateArgs,
    setup: &Setup,
    camera: &SharedCamera,
) -> io::Result<Touch> {
    let reach = SharedReach::default();
    if let Some((folder, via)) = setup.enrolled.as_ref().zip(args.via.as_ref()) {
        via.keep_in(folder).map_err(io::Error::other)?;
    }
    let Some(folder) = setup.enrolled.clone().filter(|_| !args.no_sync) else {
        let contact = None;
        return Ok(Touch { reach, contact });
    };
    let shared = reach.clone();
    let contact = Contact::telling(move |together| {
        shared.set(if together { Reach::Together } else { Reach::Apart });
    });
    companion::start(folder, contact.clone(), &args.neighbourhood, camera.clone())?;
    let contact = Some(contact);
    Ok(Touch { reach, contact })
}
