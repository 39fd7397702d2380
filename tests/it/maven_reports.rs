//! The statistical reports on a real file of 8,800 deals, where it is there: figures that anybody can
//! recompute from the file.

use crate::common::{Sandbox, shared_data};
use std::path::Path;

/// A ledger of the deals: an opening position in 25 on the day a deal was taken up, and its end.
fn ledger(deals: &Path) -> Sandbox {
    let sandbox = Sandbox::with_settings("[ledger]\ncycle_days = 60\n");
    let mut reader = csv::Reader::from_path(deals).unwrap();
    let headers = reader.headers().unwrap().clone();
    let position = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let [id, agent, product, stage, engaged, closed, value] = [
        "opportunity_id",
        "sales_agent",
        "product",
        "deal_stage",
        "engage_date",
        "close_date",
        "close_value",
    ]
    .map(position);
    for deal in reader.records() {
        let deal = deal.unwrap();
        let owner = deal[agent].to_lowercase().replace(' ', "-");
        let mut events = match &deal[engaged] {
            // Never taken up: a name.
            "" => format!("2016-10-01 = {{ kind = \"imported\", owner = \"{owner}\" }}\n"),
            day => format!(
                "{day}-1 = {{ kind = \"imported\", stage = \"25\", owner = \"{owner}\" }}\n"
            ),
        };
        let (day, value) = (&deal[closed], &deal[value]);
        match &deal[stage] {
            "Won" => {
                events += &format!(
                    "{day}-2 = {{ kind = \"imported\", stage = \"closed\", value = {value} }}\n"
                );
            }
            "Lost" => events += &format!("{day}-2 = {{ kind = \"imported\", stage = \"lost\" }}\n"),
            _ => {}
        }
        let facts = format!("name = \"{}\"\nproduct = \"{}\"\n", &deal[id], &deal[product]);
        sandbox.prospect(&deal[id], &facts, &events);
    }
    sandbox
}

#[test]
fn cycle_and_win_rate_of_the_deals() {
    let Some(deals) = shared_data("maven_crm/sales_pipeline.csv") else { return };
    let sandbox = ledger(&deals);
    let report =
        |asked: &str| sandbox.crm(&format!("report {asked} --as-of 2017-12-31 -f csv")).ok();
    let days = report("cycle --table days");
    let cells: Vec<&str> = days.lines().nth(1).unwrap().split(',').collect();
    // n, mean, p25, median, p75, p90, min, max of the won.
    assert_eq!(cells[0], "4238");
    assert!(cells[1].starts_with("51.78"), "{days}");
    assert_eq!(&cells[2..8], ["9", "57", "88", "106", "1", "138"]);
    let json = sandbox.crm("report conversion --as-of 2017-12-31 -f json").ok();
    assert!(json.contains("\"n\": 4238") && json.contains("\"of\": 6711"), "{json}");
    let rates = report("conversion --table win-rate");
    let narrow = rates.lines().find(|line| line.starts_with("narrow,")).unwrap();
    let cells: Vec<f64> = narrow.split(',').skip(1).map(|cell| cell.parse().unwrap()).collect();
    let shown: Vec<String> = cells[..3].iter().map(|x| format!("{x:.4}")).collect();
    assert_eq!(shown, ["0.6315", "0.6199", "0.6430"]);
    // Of those taken up, 4,238 were won in the end and 1,589 are open.
    let steps = report("conversion");
    assert!(
        steps
            .lines()
            .any(|line| line.starts_with("25,8300,0.510602,") && line.ends_with(",1589,2473,4238")),
        "{steps}"
    );
    // By the last day of the file the curves and those still open are everybody.
    let curves = report("cycle");
    let last: Vec<f64> =
        curves.lines().last().unwrap().split(',').map(|cell| cell.parse().unwrap_or(0.0)).collect();
    assert!((last[1] + last[4] + last[7] - 1.0).abs() < 2e-6, "{curves}");
}
