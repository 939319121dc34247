//! The comparison for people: at most 110 columns wide.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table};

use super::{CompareReport, VenueReport};
use crate::table::units;

/// Widest line.
const WIDTH: u16 = 110;

/// The table, and what each column changes.
pub(super) fn compare(report: &CompareReport) -> String {
    let mut table = Table::new();
    table
        .load_preset(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH);
    let mut head = vec![Cell::new("quote units").add_attribute(Attribute::Bold)];
    head.extend(report.venues.iter().map(|venue| {
        Cell::new(&venue.name)
            .add_attribute(Attribute::Bold)
            .set_alignment(CellAlignment::Right)
    }));
    table.set_header(head);
    let mut row = |name: String, value: &dyn Fn(&VenueReport) -> String| {
        let mut cells = vec![Cell::new(name)];
        cells.extend(
            report
                .venues
                .iter()
                .map(|venue| Cell::new(value(venue)).set_alignment(CellAlignment::Right)),
        );
        table.add_row(cells);
    };
    row("lost beyond margin".into(), &|venue| units(&venue.loss));
    row("paid by the fund".into(), &|venue| units(&venue.paid));
    let markets = report.markets.len();
    let of =
        |venue: &VenueReport, market: usize, field: fn(&super::VenueMarketReport) -> &String| {
            venue
                .markets
                .get(market)
                .map_or(String::new(), |one| units(field(one)))
        };
    let name = |market: usize| {
        report.markets.get(market).map_or(String::new(), |one| {
            one.symbol.trim_end_matches("-PERP").to_owned()
        })
    };
    if markets > 1 {
        for market in 0..markets {
            row(format!("  in {}", name(market)), &|venue| {
                of(venue, market, |one| &one.paid)
            });
        }
        for market in 0..markets {
            row(format!("  for {}, from others", name(market)), &|venue| {
                of(venue, market, |one| &one.others_money)
            });
        }
    }
    row("lost by who was right".into(), &|venue| {
        units(&venue.counterparties)
    });
    if markets > 1 {
        for market in 0..markets {
            row(format!("  in {}", name(market)), &|venue| {
                of(venue, market, |one| &one.counterparties)
            });
        }
    }
    row("borne by nobody".into(), &|venue| units(&venue.nobody));
    row("deleveraged".into(), &|venue| units(&venue.deleveraged));
    row("  positions".into(), &|venue| venue.positions.to_string());
    row("  more than needed".into(), &|venue| {
        units(&venue.overshoot)
    });
    row("  which would have earned".into(), &|venue| {
        units(&venue.forgone)
    });
    row("premium paid".into(), &|venue| units(&venue.premium));
    row("fund at the start".into(), &|venue| {
        units(&venue.fund_start)
    });
    row("  at its lowest".into(), &|venue| units(&venue.fund_low));
    row("  at the end".into(), &|venue| units(&venue.fund_end));
    let mut text = table.to_string();
    text.push_str("\n\nOne run; every column settles the same losses, at the same prices, with the same money.\n");
    for venue in &report.venues {
        text.push_str(&format!("  {:<12} {}\n", venue.name, venue.about));
    }
    text.push_str(
        "Held equal: orders, trades and bankruptcies, as they were in Ballast. \"From others\": paid for losses \
         that a\nmarket caused, wherever they were closed, beyond what that market itself had brought.",
    );
    text
}
