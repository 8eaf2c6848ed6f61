//! The proxy: a network between gates and their server, which does to each exchange what its plan says.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::thread::{self, Scope};
use std::time::Duration;

use super::fault::{Fault, Moment};
use super::forged;
use super::http::Message;
use super::tunnel::tunnel;
use crate::sync::Server;

/// For an answer of the server to a request that a fault garbled. Only a defect makes a test wait so long.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// One gate's way to the server.
#[derive(Debug)]
pub(super) struct Line {
    listener: TcpListener,
    plan: Mutex<VecDeque<Fault>>,
    /// Whether the network cannot read what it carries.
    encrypted: bool,
    /// Where connections lead that are led astray.
    astray: Mutex<Option<String>>,
}

/// The network, and the server behind it.
#[derive(Debug)]
pub(super) struct Network {
    server: Mutex<Server>,
    address: String,
    /// What the server answered: by what was asked, and by whose line.
    answers: Mutex<BTreeMap<String, Vec<(String, Message)>>>,
    /// Requests whose senders think them lost.
    late: Mutex<Vec<Vec<u8>>>,
}

impl Line {
    pub(super) fn new(encrypted: bool) -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").unwrap(),
            plan: Mutex::default(),
            encrypted,
            astray: Mutex::default(),
        }
    }

    /// Leads an encrypted line's connections to another address, or to the server.
    pub(super) fn lead_to(&self, address: Option<&str>) {
        *self.astray.lock().unwrap() = address.map(str::to_owned);
    }

    /// Where a gate finds it, such as `127.0.0.1:40123`.
    pub(super) fn address(&self) -> String {
        self.listener.local_addr().unwrap().to_string()
    }

    /// What happens to the next exchanges, one after the other; to those after them nothing.
    pub(super) fn plan(&self, faults: &[Fault]) {
        *self.plan.lock().unwrap() = faults.iter().copied().collect();
    }

    fn next(&self) -> Fault {
        self.plan.lock().unwrap().pop_front().unwrap_or(Fault::Clear)
    }

    fn drops_the_next(&self) -> bool {
        let mut plan = self.plan.lock().unwrap();
        let drops = plan.front() == Some(&Fault::DroppedAtAccept);
        drops && plan.pop_front().is_some()
    }
}

/// Ends the lines' listeners, also where a test panics in between.
struct Over<'a> {
    over: &'a AtomicBool,
    lines: &'a [&'a Line],
}

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        for line in self.lines {
            let _ = TcpStream::connect(line.address());
        }
    }
}

impl Network {
    pub(super) fn before(server: Server) -> Self {
        Self {
            address: server.address.clone(),
            server: Mutex::new(server),
            answers: Mutex::default(),
            late: Mutex::default(),
        }
    }

    /// The server, while no exchange kills it.
    pub(super) fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap()
    }

    /// Carries these lines for as long as `during` runs, and until everything on its way has arrived or is lost.
    pub(super) fn carry<T>(&self, lines: &[&Line], during: impl FnOnce() -> T) -> T {
        let over = AtomicBool::new(false);
        let result = thread::scope(|scope| {
            let ending = Over { over: &over, lines };
            for line in lines {
                let over = &over;
                scope.spawn(move || self.accept(scope, line, over));
            }
            let result = during();
            drop(ending);
            result
        });
        self.deliver_late();
        result
    }

    fn accept<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>, line: &'scope Line, over: &AtomicBool) {
        loop {
            let (client, _) = line.listener.accept().unwrap();
            if over.load(Ordering::SeqCst) {
                return;
            }
            if !line.drops_the_next() {
                scope.spawn(move || self.connection(line, &client));
            }
        }
    }

    fn connection(&self, line: &Line, client: &TcpStream) {
        client.set_nodelay(true).unwrap();
        if line.encrypted {
            let astray = line.astray.lock().unwrap().clone();
            let address = astray.as_ref().unwrap_or(&self.address);
            let _ = tunnel(client, address, line.next());
            let _ = client.shutdown(Shutdown::Both);
            return;
        }
        let mut requests = BufReader::new(client);
        while let Some(request) = Message::read(&mut requests)
            && self.exchange(line, client, &request).is_some()
        {}
        // Whoever closed it first.
        let _ = client.shutdown(Shutdown::Both);
    }

    /// One exchange; none where its connection ends with it.
    fn exchange(&self, line: &Line, client: &TcpStream, request: &Message) -> Option<()> {
        let bytes = request.bytes();
        match line.next() {
            Fault::Clear => give(client, &self.ask(line, request)?.bytes()),
            Fault::DroppedAtAccept => None,
            Fault::CutRequest(at) => self.send(before(&bytes, at)).and(None),
            Fault::CutAnswer(at) => last(client, before(&self.ask(line, request)?.bytes(), at)),
            Fault::StalledRequest(at) => {
                let _stays = self.send(before(&bytes, at))?;
                until_it_hangs_up(client)
            }
            Fault::StalledAnswer(at) => {
                give(client, before(&self.ask(line, request)?.bytes(), at))?;
                until_it_hangs_up(client)
            }
            Fault::Trickled => {
                let answer = self.trickle(&bytes)?;
                answer.bytes().chunks(1).try_for_each(|byte| give(client, byte))
            }
            Fault::CorruptRequest(at, flip) => last(client, &self.garbled(&garble(bytes, at, flip))?),
            Fault::CorruptAnswer(at, flip) => {
                let answer = self.ask(line, request)?.bytes();
                last(client, &garble(answer, at, flip))
            }
            Fault::Instead(stranger) => {
                let _ = stranger.speak(&mut { client });
                None
            }
            Fault::Replayed => last(client, &self.earlier(request, |whose| whose == line.address())?),
            Fault::Swapped => {
                let own = self.ask(line, request)?.bytes();
                let others = self.earlier(request, |whose| whose != line.address());
                last(client, &others.unwrap_or(own))
            }
            Fault::TornBody(at) => {
                let answer = self.ask(line, request)?;
                let torn = before(&answer.body, at).to_vec();
                give(client, &answer.with_body(torn).bytes())
            }
            Fault::Doubled { second } => {
                let (first, again) = (self.ask(line, request)?, self.ask(line, request)?);
                give(client, &if second { again } else { first }.bytes())
            }
            Fault::Late => {
                self.late.lock().unwrap().push(bytes);
                None
            }
            Fault::Forged => last(
                client,
                &forged::by_a_stranger(request, &self.ask(line, request)?).bytes(),
            ),
            Fault::Betrayed => last(client, &forged::by_the_server(&self.server(), request).bytes()),
            Fault::Killed(moment) => self.killed(moment, line, client, request),
        }
    }

    fn killed(&self, moment: Moment, line: &Line, client: &TcpStream, request: &Message) -> Option<()> {
        let mut server = self.server();
        let bytes = request.bytes();
        match moment {
            Moment::Before => {
                server.kill();
                let refused = TcpStream::connect(&self.address).is_err();
                server.start();
                assert!(refused, "a killed server takes connections");
                None
            }
            Moment::Within(_) | Moment::AtWork => {
                let sent = match moment {
                    Moment::Within(at) => before(&bytes, at),
                    _ => &bytes,
                };
                let connection = self.send(sent);
                server.kill();
                drop(connection);
                server.start();
                None
            }
            Moment::Answered => {
                let answer = self.ask(line, request)?;
                server.kill();
                server.start();
                give(client, &answer.bytes())
            }
        }
    }

    /// The server's answer, kept for those who give it again; then what is late arrives.
    fn ask(&self, line: &Line, request: &Message) -> Option<Message> {
        let answer = Message::read(&mut BufReader::new(self.send(&request.bytes())?))?;
        let mut answers = self.answers.lock().unwrap();
        let kind = answers.entry(request.route()).or_default();
        kind.push((line.address(), answer.clone()));
        drop(answers);
        self.deliver_late();
        Some(answer)
    }

    /// The server's answer to a request that is not what its sender sent.
    fn garbled(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let server = self.send(bytes)?;
        if Message::read(&mut &bytes[..]).is_none() {
            // The rest that it promises never comes.
            server.shutdown(Shutdown::Write).ok()?;
        }
        Some(Message::read(&mut BufReader::new(server))?.bytes())
    }

    fn trickle(&self, request: &[u8]) -> Option<Message> {
        let server = self.send(&[])?;
        request.chunks(1).try_for_each(|byte| give(&server, byte))?;
        Message::read(&mut BufReader::new(server))
    }

    /// A connection to the server with these bytes on their way; none where it is not there.
    fn send(&self, bytes: &[u8]) -> Option<TcpStream> {
        let server = TcpStream::connect(&self.address).ok()?;
        server.set_nodelay(true).ok()?;
        server.set_read_timeout(Some(ANSWER_TIMEOUT)).ok()?;
        give(&server, bytes)?;
        Some(server)
    }

    /// The newest answer to such a request on a line of that kind.
    fn earlier(&self, request: &Message, whose: impl Fn(&str) -> bool) -> Option<Vec<u8>> {
        let answers = self.answers.lock().unwrap();
        let mut newest = answers.get(&request.route())?.iter().rev();
        newest
            .find(|(line, _)| whose(line))
            .map(|(_, answer)| answer.bytes())
    }

    fn deliver_late(&self) {
        let late = std::mem::take(&mut *self.late.lock().unwrap());
        for bytes in late {
            // Nobody waits for the answer, but the server shall have done with it.
            let _ = self
                .send(&bytes)
                .and_then(|server| Message::read(&mut BufReader::new(server)));
        }
    }
}

/// What comes before a place, counted round.
fn before(bytes: &[u8], at: u64) -> &[u8] {
    &bytes[..place(bytes, at)]
}

fn garble(mut bytes: Vec<u8>, at: u64, flip: u8) -> Vec<u8> {
    let at = place(&bytes, at);
    bytes[at] ^= flip;
    bytes
}

fn place(bytes: &[u8], at: u64) -> usize {
    usize::try_from(at % (bytes.len() as u64).max(1)).unwrap()
}

/// Bytes on their way; none where nobody takes them.
fn give(mut to: &TcpStream, bytes: &[u8]) -> Option<()> {
    to.write_all(bytes).ok()
}

/// The last bytes of a connection.
fn last(to: &TcpStream, bytes: &[u8]) -> Option<()> {
    give(to, bytes).and(None)
}

/// Waits until the client has had enough.
pub(super) fn until_it_hangs_up(mut client: &TcpStream) -> Option<()> {
    let _ = io::copy(&mut client, &mut io::sink());
    None
}
