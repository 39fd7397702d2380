//! A file of orders, imported and scored: `tests/data/orders.csv`, made up for this repository, always; the
//! order data of R's package `rfm` where they are. The segments of the package are the published ones; all
//! other figures were computed from the files, not by `crm`.

use crate::common::{Sandbox, published};
use std::path::{Path, PathBuf};

/// What must come of a file of orders on 2006-12-31.
struct Orders {
    rows: &'static str,
    customers: &'static str,
    /// Customers in each segment, by the cut points of the package and by ours.
    package: [u32; 11],
    own: [u32; 11],
    /// The recency of the first bin, in the package and in ours.
    edges: [&'static str; 2],
}

const SEGMENTS: [&str; 11] = [
    "Champions",
    "Potential Loyalist",
    "Loyal Customers",
    "Promising",
    "New Customers",
    "Can't Lose Them",
    "At Risk",
    "Need Attention",
    "About To Sleep",
    "Lost",
    "Others",
];

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/orders.csv")
}

#[test]
fn segments_of_the_sample() {
    segments(
        &sample(),
        &Orders {
            rows: "200",
            customers: "40",
            package: [3, 16, 4, 1, 1, 0, 1, 0, 6, 8, 0],
            own: [3, 16, 6, 0, 1, 0, 1, 0, 5, 8, 0],
            edges: ["< 143.8,", "≤ 142.8,"],
        },
    );
}

#[test]
#[ignore = "needs the published data: CRM_TEST_DATA, or ../shared/data"]
fn segments_of_the_published_orders() {
    segments(
        &published("rfm_data_orders.csv"),
        &Orders {
            rows: "4,906",
            customers: "995",
            package: [35, 342, 170, 9, 104, 47, 28, 10, 102, 148, 0],
            own: [35, 341, 171, 9, 104, 48, 28, 10, 101, 148, 0],
            edges: ["< 115,", "≤ 114,"],
        },
    );
}

fn segments(orders: &Path, expected: &Orders) {
    let Orders { rows, customers, .. } = expected;
    let sandbox = Sandbox::ledger();
    let import = format!(
        "import '{}' --map customer_id=id --map customer_id=name --map order_date=date \
         --map revenue=amount --kind order --group",
        orders.display()
    );
    let said = format!("{rows} rows: {customers} prospects added, {rows} entries written\n");
    let (stdout, stderr) = sandbox.crm(&import).done();
    assert_eq!((stdout, stderr), (String::new(), said));
    // A second import finds every order, also those that a customer placed twice on one day.
    let said =
        format!("{rows} rows: 0 prospects added, 0 entries written; {customers} already there\n");
    let (stdout, stderr) = sandbox.crm(&import).done();
    assert_eq!((stdout, stderr), (String::new(), said));
    let events = sandbox.crm("export events kind:order -c id,amount").ok();
    assert_eq!((events.lines().count() - 1).to_string(), rows.replace(',', ""));

    for (option, counts, edge) in [
        ("--rfm-compat r", expected.package, expected.edges[0]),
        ("", expected.own, expected.edges[1]),
    ] {
        let report = format!("report grades {option} --as-of 2006-12-31 -f csv --table");
        let csv = sandbox.crm(&format!("{report} rfm")).ok();
        let found: Vec<(&str, u32)> = csv
            .lines()
            .skip(1)
            .map(|line| line.split(',').collect::<Vec<_>>())
            .map(|cells| (cells[1], cells[2].parse().unwrap()))
            .collect();
        assert_eq!(found, SEGMENTS.into_iter().zip(counts).collect::<Vec<_>>(), "{option}");
        let bins = sandbox.crm(&format!("{report} bins")).ok();
        assert!(bins.contains(edge), "{bins}");
    }
}
