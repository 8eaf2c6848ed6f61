//! `wicket admin`: what an organiser does on the server's data, also beside a running server.

mod attendance;
mod bill;
mod bundle;
mod cash_up;
mod conflict;
mod csv;
mod device;
mod event;
mod fleet;
mod key;
mod labels;
mod order;
mod parked;
mod restored;
mod review;
mod sell;
mod session;
mod sheet;
mod ticket;
mod voucher;

use clap::Subcommand;

use super::Outcome;
use super::server_data::ServerData;

/// Manage events, tickets and devices in the server's data, also beside a running server.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    place: ServerData,
    #[command(subcommand)]
    resource: Resource,
}

#[derive(Debug, Subcommand)]
enum Resource {
    #[command(subcommand)]
    Event(event::Action),
    #[command(subcommand)]
    Ticket(ticket::Action),
    #[command(subcommand)]
    Device(device::Action),
    #[command(subcommand)]
    Key(key::Action),
    #[command(subcommand)]
    Bundle(bundle::Action),
    #[command(subcommand)]
    Conflict(conflict::Action),
    #[command(subcommand)]
    Order(order::Action),
    #[command(subcommand)]
    Voucher(voucher::Action),
    Sell(sell::Args),
    CashUp(cash_up::Args),
    #[command(subcommand)]
    Session(session::Action),
    #[command(subcommand)]
    Review(review::Action),
    Bill(bill::Args),
    #[command(subcommand)]
    Parked(parked::Action),
    Attendance(attendance::Args),
    Fleet(fleet::Args),
    Restored(restored::Args),
}

pub(super) fn run(args: &Args) -> Outcome {
    let mut db = args.place.open()?;
    match &args.resource {
        Resource::Event(action) => event::run(action, &mut db),
        Resource::Ticket(action) => ticket::run(action, &mut db),
        Resource::Device(action) => device::run(action, &mut db),
        Resource::Key(action) => key::run(action, &mut db),
        Resource::Bundle(action) => bundle::run(action, &mut db),
        Resource::Conflict(action) => conflict::run(action, &mut db),
        Resource::Order(action) => order::run(action, &mut db),
        Resource::Voucher(action) => voucher::run(action, &mut db),
        Resource::Sell(args) => sell::run(args, &mut db),
        Resource::CashUp(args) => cash_up::run(args, &mut db),
        Resource::Session(action) => session::run(action, &mut db),
        Resource::Review(action) => review::run(action, &mut db),
        Resource::Bill(args) => bill::run(args, &mut db),
        Resource::Parked(action) => parked::run(action, &mut db),
        Resource::Attendance(args) => attendance::run(args, &mut db),
        Resource::Fleet(args) => fleet::run(args, &mut db),
        Resource::Restored(restored::Args {}) => restored::run(&mut db),
    }
}
