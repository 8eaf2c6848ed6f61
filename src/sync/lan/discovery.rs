//! Finding the other gates of the event on the networks of this machine: mDNS (RFC 6762, RFC 6763).

use std::net::{IpAddr, SocketAddr};

use mdns_sd::{Receiver, ResolvedService, ServiceDaemon, ServiceEvent, ServiceInfo};
use sha2::{Digest, Sha256};

use crate::domain::ids::{DeviceId, EventId, hex};
use crate::wire::exchange::{Hello, PROTOCOL};

const SERVICE: &str = "_wicket._tcp.local.";
/// Bytes of the hash that names an announcement: gates of several events may share a network.
const NAME_BYTES: usize = 8;

/// This gate as announced, and the others as they are heard of.
pub(super) struct Discovery {
    daemon: ServiceDaemon,
    events: Receiver<ServiceEvent>,
    own: Hello,
}

/// A gate of the event and where it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) device: DeviceId,
    pub(super) addresses: Vec<SocketAddr>,
}

impl Discovery {
    /// Announces this gate at a port, and listens for others.
    pub(super) fn begin(own: &Hello, port: u16) -> Result<Self, mdns_sd::Error> {
        let daemon = ServiceDaemon::new()?;
        let events = daemon.browse(SERVICE)?;
        let name = name(own);
        let host = format!("{name}.local.");
        let properties = [
            ("event", own.event.as_str()),
            ("device", own.device.as_str()),
            ("protocol", &PROTOCOL.to_string()),
        ];
        let service = ServiceInfo::new(SERVICE, &name, &host, (), port, &properties[..])?;
        daemon.register(service.enable_addr_auto())?;
        Ok(Self {
            daemon,
            events,
            own: own.clone(),
        })
    }

    /// The next gate that was found anew or elsewhere; none once the daemon has ended.
    pub(super) async fn next(&self) -> Option<Found> {
        loop {
            // A gate whose announcement ran out may only be slow to repeat it: the calls tell.
            if let ServiceEvent::ServiceResolved(service) = self.events.recv_async().await.ok()?
                && let Some(found) = self.found(&service)
            {
                return Some(found);
            }
        }
    }

    fn found(&self, service: &ResolvedService) -> Option<Found> {
        let text = |name| service.get_property_val_str(name);
        let event: EventId = text("event")?.parse().ok()?;
        let device: DeviceId = text("device")?.parse().ok()?;
        let protocol: u16 = text("protocol")?.parse().ok()?;
        if event != self.own.event || device == self.own.device || protocol != PROTOCOL {
            return None;
        }
        let addresses = service.addresses.iter().map(mdns_sd::ScopedIp::to_ip_addr);
        let mut addresses: Vec<SocketAddr> = addresses
            // A link-local address of the sixth version says nothing without its interface.
            .filter(IpAddr::is_ipv4)
            .map(|address| SocketAddr::new(address, service.port))
            .collect();
        addresses.sort();
        Some(Found { device, addresses })
    }
}

impl Drop for Discovery {
    fn drop(&mut self) {
        // Its thread says goodbye to the network; where it has ended already, nobody needs to.
        let _ = self.daemon.shutdown();
    }
}

fn name(own: &Hello) -> String {
    let hash = Sha256::new()
        .chain_update(own.event.as_str())
        .chain_update([0])
        .chain_update(own.device.as_str())
        .finalize();
    let short: Vec<u8> = hash.iter().copied().take(NAME_BYTES).collect();
    format!("wicket-{}", hex(&short))
}
