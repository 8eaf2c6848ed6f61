//! Real faults: gate and server as processes, over real sockets, through a network that cuts, trickles, garbles, lies,
//! repeats itself, and kills the server. Whatever it does, no check-in is lost, doubled or falsely acknowledged, the gate
//! goes on scanning, and a sync that fails says what to do.

#![expect(clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod fault;
mod forged;
mod gate;
mod http;
mod judge;
mod namespaces;
mod network;
mod scripted;
mod seeded;
mod seen;
mod stranger;
mod tls;
mod tunnel;
mod venue;
mod words;
